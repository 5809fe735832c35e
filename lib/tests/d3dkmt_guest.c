// SPDX-License-Identifier: MIT
/* The D3DKMT functions against the module, on each adapter. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <drm/dxg_drm.h>

#include "check.h"
#include "d3dkmt.h"

#define IP STATUS_INVALID_PARAMETER

/* A fence's value, which the kernel writes. */
typedef _Atomic uint64_t atomic_value;

/* What each test finds. */
static LUID luid;
static D3DKMT_HANDLE adapter, device;

static D3DKMT_HANDLE new_device(D3DKMT_HANDLE on)
{
	D3DKMT_CREATEDEVICE args = { .hAdapter = on };

	CHECK_EQ(D3DKMTCreateDevice(&args), STATUS_SUCCESS);
	return args.hDevice;
}

static D3DKMT_HANDLE new_allocation(D3DKMT_HANDLE on, uint64_t size)
{
	struct drm_dxg_allocation_private data = { .size = size };
	D3DDDI_ALLOCATIONINFO2 info = {
		.pPrivateDriverData = &data,
		.PrivateDriverDataSize = sizeof(data),
	};
	D3DKMT_CREATEALLOCATION args = {
		.hDevice = on,
		.NumAllocations = 1,
		.pAllocationInfo2 = &info,
	};

	CHECK_EQ(D3DKMTCreateAllocation2(&args), STATUS_SUCCESS);
	return info.hAllocation;
}

static void *lock(D3DKMT_HANDLE allocation)
{
	D3DKMT_LOCK2 args = { .hDevice = device, .hAllocation = allocation };

	CHECK_EQ(D3DKMTLock2(&args), STATUS_SUCCESS);
	return args.pData;
}

static D3DKMT_HANDLE new_fence(const atomic_value **value)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 args = {
		.hDevice = device,
		.Info = { .Type = D3DDDI_MONITORED_FENCE },
	};

	CHECK_EQ(D3DKMTCreateSynchronizationObject2(&args), STATUS_SUCCESS);
	*value = args.Info.MonitoredFence.FenceValueCPUVirtualAddress;
	return args.hSyncObject;
}

static void destroy_one(D3DKMT_HANDLE allocation)
{
	D3DKMT_DESTROYALLOCATION2 args = {
		.hDevice = device,
		.phAllocationList = &allocation,
		.AllocationCount = 1,
	};

	CHECK_EQ(D3DKMTDestroyAllocation2(&args), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTDestroyAllocation2(&args), IP);
}

static void enumerates(void)
{
	D3DKMT_ADAPTERINFO infos[8];
	D3DKMT_ENUMADAPTERS2 two = { .NumAdapters = 8, .pAdapters = infos };
	D3DKMT_ENUMADAPTERS3 three = { .NumAdapters = 8, .pAdapters = infos };
	D3DKMT_CLOSEADAPTER close_args;
	unsigned int i;

	CHECK_EQ(D3DKMTEnumAdapters2(&two), STATUS_SUCCESS);
	CHECK_EQ(two.NumAdapters, 2);
	for (i = 0; i < two.NumAdapters; i++) {
		close_args.hAdapter = infos[i].hAdapter;
		CHECK_EQ(D3DKMTCloseAdapter(&close_args), STATUS_SUCCESS);
		CHECK_EQ(D3DKMTCloseAdapter(&close_args), IP);
	}
	three.Filter.IncludeComputeOnly = 1;
	CHECK_EQ(D3DKMTEnumAdapters3(&three), STATUS_SUCCESS);
	CHECK_EQ(three.NumAdapters, 2);
	for (i = 0; i < three.NumAdapters; i++) {
		close_args.hAdapter = infos[i].hAdapter;
		CHECK_EQ(D3DKMTCloseAdapter(&close_args), STATUS_SUCCESS);
	}
	two.NumAdapters = 1;
	CHECK_EQ(D3DKMTEnumAdapters2(&two), STATUS_BUFFER_TOO_SMALL);
}

static void describes_the_adapter(void)
{
	D3DKMT_QUERYADAPTERINFO args = { .hAdapter = adapter };
	D3DKMT_SEGMENTSIZEINFO segments = { 0 };
	D3DKMT_ADAPTERTYPE type = { .Value = 0 };
	D3DKMT_DRIVER_DESCRIPTION *text = calloc(1, sizeof(*text));

	args.Type = KMTQAITYPE_ADAPTERTYPE_RENDER;
	args.pPrivateDriverData = &type;
	args.PrivateDriverDataSize = sizeof(type);
	CHECK_EQ(D3DKMTQueryAdapterInfo(&args), STATUS_SUCCESS);
	CHECK(type.RenderSupported);
	args.Type = KMTQAITYPE_GETSEGMENTSIZE;
	args.pPrivateDriverData = &segments;
	args.PrivateDriverDataSize = sizeof(segments);
	CHECK_EQ(D3DKMTQueryAdapterInfo(&args), STATUS_SUCCESS);
	CHECK(segments.DedicatedVideoMemorySize > 0);
	args.Type = KMTQAITYPE_DRIVER_DESCRIPTION;
	args.pPrivateDriverData = text;
	args.PrivateDriverDataSize = 8192;
	CHECK_EQ(D3DKMTQueryAdapterInfo(&args), STATUS_SUCCESS);
	CHECK(text->DriverDescription[0] == 'v');
	args.PrivateDriverDataSize = 0;
	CHECK_EQ(D3DKMTQueryAdapterInfo(&args), IP);
	free(text);
}

static void locks_count(void)
{
	D3DKMT_HANDLE allocation = new_allocation(device, 4096);
	D3DKMT_UNLOCK2 unlock = { .hDevice = device, .hAllocation = allocation };
	D3DKMT_LOCK2 bad = { .hDevice = device, .hAllocation = allocation };
	char *bytes = lock(allocation);

	CHECK(bytes == lock(allocation));
	memcpy(bytes, "hello", 6);
	CHECK_EQ(D3DKMTUnlock2(&unlock), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTUnlock2(&unlock), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTUnlock2(&unlock), IP);
	bad.Flags.Value = 1;
	CHECK_EQ(D3DKMTLock2(&bad), IP);
	bytes = lock(allocation);
	CHECK(!strcmp(bytes, "hello"));
	destroy_one(allocation);
}

static void commands_run(void)
{
	D3DKMT_CREATECONTEXTVIRTUAL context = { .hDevice = device, .EngineAffinity = 1 };
	D3DKMT_HANDLE allocation = new_allocation(device, 4096), fence;
	const atomic_value *value;
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_fill fill;
		struct drm_dxg_cmd_signal signal;
	} stream = {
		.head = { DRM_DXG_CMD_STREAM_MAGIC, DRM_DXG_CMD_STREAM_VERSION,
			  sizeof(stream), 0 },
		.fill = {
			.base = { DRM_DXG_CMD_FILL, sizeof(stream.fill) },
			.dst = { DRM_DXG_ADDRESS_ALLOCATION, 0, allocation, 0 },
			.length = 4096,
			.pattern = 0x12345678,
		},
		.signal = { .base = { DRM_DXG_CMD_SIGNAL, sizeof(stream.signal) }, .value = 3 },
	};
	D3DKMT_SUBMITCOMMAND submit = {
		.BroadcastContextCount = 1,
		.pPrivateDriverData = &stream,
		.PrivateDriverDataSize = sizeof(stream),
	};
	UINT64 three = 3;
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = {
		.hDevice = device,
		.ObjectCount = 1,
		.ObjectHandleArray = &fence,
		.FenceValueArray = &three,
	};
	D3DKMT_DESTROYSYNCHRONIZATIONOBJECT destroy;
	D3DKMT_DESTROYCONTEXT destroy_context;

	fence = new_fence(&value);
	stream.signal.sync_object = fence;
	CHECK_EQ(D3DKMTCreateContextVirtual(&context), STATUS_SUCCESS);
	submit.BroadcastContext[0] = context.hContext;
	CHECK_EQ(D3DKMTSubmitCommand(&submit), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), STATUS_SUCCESS);
	CHECK_EQ(*value, 3);
	CHECK_EQ(((uint32_t *)lock(allocation))[1023], 0x12345678);
	stream.head.version = 99;
	CHECK_EQ(D3DKMTSubmitCommand(&submit), IP);
	destroy.hSyncObject = fence;
	CHECK_EQ(D3DKMTDestroySynchronizationObject(&destroy), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTDestroySynchronizationObject(&destroy), IP);
	destroy_context.hContext = context.hContext;
	CHECK_EQ(D3DKMTDestroyContext(&destroy_context), STATUS_SUCCESS);
	destroy_one(allocation);
}

static void events_are_eventfds(void)
{
	const atomic_value *value;
	D3DKMT_HANDLE fence = new_fence(&value);
	int event = eventfd(0, EFD_CLOEXEC);
	UINT64 two = 2, count = 0;
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = {
		.hDevice = device,
		.ObjectCount = 1,
		.ObjectHandleArray = &fence,
		.FenceValueArray = &two,
		.hAsyncEvent = DXG_HANDLE_OF_FD(event),
	};
	D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU signal = {
		.hDevice = device,
		.ObjectCount = 1,
		.ObjectHandleArray = &fence,
		.FenceValueArray = &two,
	};

	CHECK_EQ(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTSignalSynchronizationObjectFromCpu(&signal), STATUS_SUCCESS);
	CHECK_EQ(read(event, &count, sizeof(count)), sizeof(count));
	CHECK_EQ(*value, 2);
	wait.hAsyncEvent = DXG_HANDLE_OF_FD(0);
	CHECK_EQ(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), STATUS_SUCCESS);
	close(event);
}

/* What is in the padding of version 1 must not become flags of version 2. */
static void destroy_version_1_has_no_flags(void)
{
	D3DKMT_HANDLE list[2] = { new_allocation(device, 4096), new_allocation(device, 4096) };
	D3DKMT_DESTROYALLOCATION args;

	memset(&args, 0xff, sizeof(args));
	args.hDevice = device;
	args.hResource = 0;
	args.phAllocationList = list;
	args.AllocationCount = 2;
	CHECK_EQ(D3DKMTDestroyAllocation(&args), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTDestroyAllocation(&args), IP);
}

static void residency(void)
{
	D3DKMT_HANDLE allocation = new_allocation(device, 65536);
	D3DKMT_CREATEPAGINGQUEUE queue = { .hDevice = device };
	D3DKMT_ALLOCATIONRESIDENCYSTATUS where;
	D3DKMT_QUERYALLOCATIONRESIDENCY query = {
		.hDevice = device,
		.phAllocationList = &allocation,
		.AllocationCount = 1,
		.pResidencyStatus = &where,
	};
	D3DDDI_MAKERESIDENT make = { .NumAllocations = 1, .AllocationList = &allocation };
	D3DKMT_EVICT evict = {
		.hDevice = device, .NumAllocations = 1, .AllocationList = &allocation,
	};
	D3DKMT_OFFERALLOCATIONS offer = {
		.hDevice = device,
		.HandleList = &allocation,
		.NumAllocations = 1,
		.Priority = D3DKMT_OFFER_PRIORITY_LOW,
	};
	D3DDDI_RECLAIM_RESULT result = D3DDDI_RECLAIM_RESULT_NOT_COMMITTED;
	D3DKMT_RECLAIMALLOCATIONS2 reclaim = {
		.NumAllocations = 1, .HandleList = &allocation, .pResults = &result,
	};
	UINT priority = D3DDDI_ALLOCATIONPRIORITY_HIGH;
	D3DKMT_SETALLOCATIONPRIORITY set = {
		.hDevice = device, .phAllocationList = &allocation, .AllocationCount = 1,
		.pPriorities = &priority,
	};
	D3DKMT_GETALLOCATIONPRIORITY get = {
		.hDevice = device, .phAllocationList = &allocation, .AllocationCount = 1,
		.pPriorities = &priority,
	};
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = { .hDevice = device, .ObjectCount = 1 };
	D3DDDI_DESTROYPAGINGQUEUE destroy;
	NTSTATUS status;

	CHECK_EQ(D3DKMTCreatePagingQueue(&queue), STATUS_SUCCESS);
	make.hPagingQueue = queue.hPagingQueue;
	status = D3DKMTMakeResident(&make);
	CHECK(NT_SUCCESS(status));
	if (status == STATUS_PENDING) {
		wait.ObjectHandleArray = &queue.hSyncObject;
		wait.FenceValueArray = &make.PagingFenceValue;
		CHECK_EQ(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), STATUS_SUCCESS);
	}
	CHECK_EQ(D3DKMTQueryAllocationResidency(&query), STATUS_SUCCESS);
	CHECK_EQ(where, D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY);
	CHECK_EQ(D3DKMTEvict(&evict), STATUS_SUCCESS);
	CHECK_EQ(D3DKMTEvict(&evict), IP);
	CHECK_EQ(D3DKMTSetAllocationPriority(&set), STATUS_SUCCESS);
	priority = 0;
	CHECK_EQ(D3DKMTGetAllocationPriority(&get), STATUS_SUCCESS);
	CHECK_EQ(priority, D3DDDI_ALLOCATIONPRIORITY_HIGH);
	CHECK_EQ(D3DKMTOfferAllocations(&offer), STATUS_SUCCESS);
	reclaim.hPagingQueue = queue.hPagingQueue;
	CHECK(NT_SUCCESS(D3DKMTReclaimAllocations2(&reclaim)));
	CHECK_EQ(result, D3DDDI_RECLAIM_RESULT_OK);
	destroy.hPagingQueue = queue.hPagingQueue;
	CHECK_EQ(D3DKMTDestroyPagingQueue(&destroy), STATUS_SUCCESS);
	destroy_one(allocation);
}

static void sharing(void)
{
	struct drm_dxg_allocation_private data = { .size = 4096 }, back = { .size = 0 };
	D3DDDI_ALLOCATIONINFO2 info = {
		.pPrivateDriverData = &data, .PrivateDriverDataSize = sizeof(data),
	};
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = device, .NumAllocations = 1, .pAllocationInfo2 = &info,
		.Flags = { .CreateResource = 1, .CreateShared = 1, .NtSecuritySharing = 1 },
	};
	D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE query = { .hDevice = device };
	D3DDDI_OPENALLOCATIONINFO2 opened = { .hAllocation = 0 };
	D3DKMT_OPENRESOURCEFROMNTHANDLE open_args = {
		.hDevice = device,
		.NumAllocations = 1,
		.pOpenAllocationInfo2 = &opened,
		.pTotalPrivateDriverDataBuffer = &back,
		.TotalPrivateDriverDataBufferSize = sizeof(back),
	};
	D3DKMT_DESTROYALLOCATION2 destroy = { .hDevice = device };
	HANDLE shared = NULL;

	CHECK_EQ(D3DKMTCreateAllocation2(&create), STATUS_SUCCESS);
	*(int *)lock(info.hAllocation) = 77;
	CHECK_EQ(D3DKMTShareObjects(2, &create.hResource, NULL, 0, &shared), IP);
	CHECK_EQ(D3DKMTShareObjects(1, &info.hAllocation, NULL, 0, &shared), IP);
	CHECK_EQ(D3DKMTShareObjects(1, &create.hResource, NULL, 0, &shared), STATUS_SUCCESS);
	CHECK(fcntl(DXG_FD_OF_HANDLE(shared), F_GETFD) & FD_CLOEXEC);
	query.hNtHandle = shared;
	CHECK_EQ(D3DKMTQueryResourceInfoFromNtHandle(&query), STATUS_SUCCESS);
	CHECK_EQ(query.NumAllocations, 1);
	CHECK_EQ(query.TotalPrivateDriverDataSize, sizeof(data));
	open_args.hNtHandle = shared;
	CHECK_EQ(D3DKMTOpenResourceFromNtHandle(&open_args), STATUS_SUCCESS);
	CHECK_EQ(back.size, 4096);
	CHECK_EQ(*(int *)lock(opened.hAllocation), 77);
	destroy.hResource = create.hResource;
	CHECK_EQ(D3DKMTDestroyAllocation2(&destroy), STATUS_SUCCESS);
	destroy.hResource = open_args.hResource;
	CHECK_EQ(D3DKMTDestroyAllocation2(&destroy), STATUS_SUCCESS);
	close(DXG_FD_OF_HANDLE(shared));
}

static void counts(void)
{
	D3DKMT_QUERYSTATISTICS args = {
		.Type = D3DKMT_QUERYSTATISTICS_ADAPTER, .AdapterLuid = luid,
	};
	D3DKMT_QUERYVIDEOMEMORYINFO memory = { .hAdapter = adapter };
	D3DKMT_GETDEVICESTATE state = {
		.hDevice = device, .StateType = D3DKMT_DEVICESTATE_EXECUTION,
	};

	CHECK_EQ(D3DKMTQueryStatistics(&args), STATUS_SUCCESS);
	CHECK_EQ(args.QueryResult.AdapterInformation.NbSegments, 2);
	args.Type = D3DKMT_QUERYSTATISTICS_SEGMENT;
	CHECK_EQ(D3DKMTQueryStatistics(&args), STATUS_SUCCESS);
	CHECK(args.QueryResult.SegmentInformation.CommitLimit > 0);
	args.QuerySegment.SegmentId = 9;
	CHECK_EQ(D3DKMTQueryStatistics(&args), IP);
	CHECK_EQ(D3DKMTQueryVideoMemoryInfo(&memory), STATUS_SUCCESS);
	CHECK(memory.Budget > 0);
	memory.hProcess = DXG_HANDLE_OF_FD(1);
	CHECK_EQ(D3DKMTQueryVideoMemoryInfo(&memory), IP);
	CHECK_EQ(D3DKMTGetDeviceState(&state), STATUS_SUCCESS);
	CHECK_EQ(state.ExecutionState, D3DKMT_DEVICEEXECUTION_ACTIVE);
}

/* Statuses for errors of the kernel that are no bad arguments. */
static void errors_have_their_status(void)
{
	D3DKMT_DESTROYALLOCATION2 bad_list = {
		.hDevice = device, .phAllocationList = (void *)16, .AllocationCount = 1,
	};
	D3DKMT_CREATECONTEXT legacy = { .hDevice = device };
	D3DKMT_RENDER render = { .hContext = 0 };
	D3DKMT_OPENRESOURCE global = { .hDevice = device };

	CHECK_EQ(D3DKMTDestroyAllocation2(&bad_list), STATUS_UNSUCCESSFUL);
	CHECK_EQ(D3DKMTCreateContext(&legacy), STATUS_NOT_SUPPORTED);
	CHECK_EQ(D3DKMTRender(&render), STATUS_NOT_SUPPORTED);
	CHECK_EQ(D3DKMTOpenResource(&global), STATUS_NOT_SUPPORTED);
}

/* Every operation is known to the module: none is refused for its number or its bytes. */
static void check_known(unsigned int nr, size_t bytes, NTSTATUS status)
{
	if (status != STATUS_UNSUCCESSFUL)
		return;
	printf("# operation %#x, %zu bytes:\n", nr, bytes);
	CHECK(status != STATUS_UNSUCCESSFUL);
}

static void the_module_knows_all(void)
{
#define EACH(nr, function, type) do { \
	type args; \
	\
	memset(&args, 0, sizeof(args)); \
	check_known(nr, sizeof(args), function(&args)); \
} while (0)
#include "d3dkmt_each.h"
}

static int child_works(void)
{
	D3DKMT_DESTROYDEVICE foreign = { .hDevice = device };
	D3DKMT_OPENADAPTERFROMLUID open_args = { .AdapterLuid = luid };
	D3DKMT_DESTROYDEVICE destroy;

	/* The parent's handle is nothing here, and what is made here is the child's own. */
	if (D3DKMTDestroyDevice(&foreign) != IP)
		return 1;
	if (D3DKMTOpenAdapterFromLuid(&open_args))
		return 2;
	destroy.hDevice = new_device(open_args.hAdapter);
	if (D3DKMTDestroyDevice(&destroy))
		return 3;
	return check_failures ? 4 : 0;
}

static void a_child_begins_anew(void)
{
	D3DKMT_HANDLE allocation = new_allocation(device, 4096);
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(child_works());
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	lock(allocation);
	destroy_one(allocation);
}

/* Other threads call while one forks: nothing must be held that the child needs. */
static atomic_int stop;

static void *keep_calling(void *arg)
{
	D3DKMT_GETDEVICESTATE state = {
		.hDevice = device, .StateType = D3DKMT_DEVICESTATE_EXECUTION,
	};

	while (!atomic_load(&stop))
		if (D3DKMTGetDeviceState(&state))
			__atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);
	return arg;
}

static void forks_while_threads_call(void)
{
	pthread_t threads[2];
	unsigned int i;
	int status;
	pid_t child;

	atomic_store(&stop, 0);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, keep_calling, NULL);
	for (i = 0; i < 5; i++) {
		child = fork();
		if (!child) {
			alarm(20);
			_exit(child_works());
		}
		status = -1;
		CHECK_EQ(waitpid(child, &status, 0), child);
		CHECK_EQ(status, 0);
	}
	atomic_store(&stop, 1);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* Who closes all files of a daemon has closed ours: enumerating opens it again. */
static void a_closed_file_is_opened_again(void)
{
	D3DKMT_ENUMADAPTERS2 count = { .NumAdapters = 0 };
	D3DKMT_OPENADAPTERFROMLUID open_args = { .AdapterLuid = luid };
	D3DKMT_DESTROYDEVICE destroy = { .hDevice = device };
	pid_t child = fork();
	int status = -1;

	if (!child) {
		if (D3DKMTEnumAdapters2(&count))
			_exit(1);
		if (close_range(3, ~0U, 0))
			_exit(2);
		if (D3DKMTDestroyDevice(&destroy) != STATUS_INVALID_HANDLE)
			_exit(3);
		if (D3DKMTEnumAdapters2(&count))
			_exit(4);
		_exit(D3DKMTOpenAdapterFromLuid(&open_args) ? 5 : 0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

static const struct {
	void (*function)(void);
	const char *name;
} tests[] = {
#define TEST(function) { function, #function }
	TEST(enumerates),
	TEST(describes_the_adapter),
	TEST(locks_count),
	TEST(commands_run),
	TEST(events_are_eventfds),
	TEST(destroy_version_1_has_no_flags),
	TEST(residency),
	TEST(sharing),
	TEST(counts),
	TEST(errors_have_their_status),
	TEST(the_module_knows_all),
	TEST(a_child_begins_anew),
	TEST(forks_while_threads_call),
	TEST(a_closed_file_is_opened_again),
};

int main(void)
{
	D3DKMT_ADAPTERINFO infos[8];
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 8, .pAdapters = infos };
	D3DKMT_CLOSEADAPTER close_args;
	D3DKMT_DESTROYDEVICE destroy;
	char name[128];
	unsigned int i, j;

	CHECK_EQ(D3DKMTEnumAdapters2(&list), STATUS_SUCCESS);
	for (i = 0; i < list.NumAdapters; i++) {
		adapter = infos[i].hAdapter;
		luid = infos[i].AdapterLuid;
		device = new_device(adapter);
		for (j = 0; j < sizeof(tests) / sizeof(tests[0]); j++) {
			snprintf(name, sizeof(name), "%s@adapter-%u", tests[j].name, i);
			run_named(tests[j].function, name);
		}
		destroy.hDevice = device;
		CHECK_EQ(D3DKMTDestroyDevice(&destroy), STATUS_SUCCESS);
		close_args.hAdapter = adapter;
		CHECK_EQ(D3DKMTCloseAdapter(&close_args), STATUS_SUCCESS);
	}
	return report();
}
