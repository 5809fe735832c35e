// SPDX-License-Identifier: MIT
/*
 * What D3DKMT clients do first. The calls are those that they make, written against our own
 * header: intel/compute-runtime starts only where it finds 34 functions, librocdxg gives
 * up when an adapter does not answer for its ids, Microsoft's libdxgtest has four tests.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"

IGT_TEST_DESCRIPTION("The calls that D3DKMT clients make first.");

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define SIZE			(16 * IGT_DXG_PAGE)
#define MOST			16

/* --- compute-runtime: 34 entry points ------------------------------------ */

enum entry {
	OPEN_ADAPTER_FROM_LUID,
	CLOSE_ADAPTER,
	QUERY_ADAPTER_INFO,
	CREATE_DEVICE,
	DESTROY_DEVICE,
	ESCAPE,
	CREATE_CONTEXT_VIRTUAL,
	DESTROY_CONTEXT,
	CREATE_ALLOCATION2,
	DESTROY_ALLOCATION2,
	SHARE_OBJECTS,
	OPEN_RESOURCE,
	QUERY_RESOURCE_INFO,
	CREATE_SYNC_OBJECT,
	CREATE_SYNC_OBJECT2,
	DESTROY_SYNC_OBJECT,
	SIGNAL_SYNC_OBJECT,
	WAIT_SYNC_OBJECT,
	SIGNAL_SYNC_OBJECT_FROM_CPU,
	WAIT_SYNC_OBJECT_FROM_CPU,
	SIGNAL_SYNC_OBJECT_FROM_GPU,
	WAIT_SYNC_OBJECT_FROM_GPU,
	CREATE_PAGING_QUEUE,
	DESTROY_PAGING_QUEUE,
	LOCK2,
	UNLOCK2,
	MAP_GPU_VIRTUAL_ADDRESS,
	RESERVE_GPU_VIRTUAL_ADDRESS,
	FREE_GPU_VIRTUAL_ADDRESS,
	UPDATE_GPU_VIRTUAL_ADDRESS,
	SUBMIT_COMMAND,
	MAKE_RESIDENT,
	EVICT,
	SET_CONTEXT_PRIORITY,
	ENTRIES,
};

/**
 * struct entry_point - A function that has to be there
 * @name: its name, less D3DKMT
 * @code: what the library calls for it
 * @answer: SERVED: the test makes a valid call; REFUSED: known and not offered
 */
struct entry_point {
	const char *name;
	unsigned long code;
	enum { SERVED, REFUSED } answer;
};

#define ENTRY(entry, name, code, answer) \
	[entry] = { name, D3DKMT_IOCTL_##code, answer }

/*
 * To serve one: write SERVED, and make a valid call of it in entry_points() below, with
 * call(), which notes that it has been made.
 */
static const struct entry_point entries[ENTRIES] = {
	ENTRY(OPEN_ADAPTER_FROM_LUID, "OpenAdapterFromLuid", OPEN_ADAPTER_FROM_LUID, SERVED),
	ENTRY(CLOSE_ADAPTER, "CloseAdapter", CLOSE_ADAPTER, SERVED),
	ENTRY(QUERY_ADAPTER_INFO, "QueryAdapterInfo", QUERY_ADAPTER_INFO, SERVED),
	ENTRY(CREATE_DEVICE, "CreateDevice", CREATE_DEVICE, SERVED),
	ENTRY(DESTROY_DEVICE, "DestroyDevice", DESTROY_DEVICE, SERVED),
	/* private to other drivers: refused for good, as a call that is otherwise valid */
	ENTRY(ESCAPE, "Escape", ESCAPE, SERVED),
	ENTRY(CREATE_CONTEXT_VIRTUAL, "CreateContextVirtual", CREATE_CONTEXT_VIRTUAL, SERVED),
	ENTRY(DESTROY_CONTEXT, "DestroyContext", DESTROY_CONTEXT, SERVED),
	ENTRY(CREATE_ALLOCATION2, "CreateAllocation2", CREATE_ALLOCATION2, SERVED),
	ENTRY(DESTROY_ALLOCATION2, "DestroyAllocation2", DESTROY_ALLOCATION2, SERVED),
	ENTRY(SHARE_OBJECTS, "ShareObjects", SHARE_OBJECTS, SERVED),
	/* by global handles, which do not exist: refused for good */
	ENTRY(OPEN_RESOURCE, "OpenResource", OPEN_RESOURCE, REFUSED),
	ENTRY(QUERY_RESOURCE_INFO, "QueryResourceInfo", QUERY_RESOURCE_INFO, REFUSED),
	/* the library makes version 2 of it, for mutexes and semaphores */
	ENTRY(CREATE_SYNC_OBJECT, "CreateSynchronizationObject", CREATE_SYNC_OBJECT2, SERVED),
	ENTRY(CREATE_SYNC_OBJECT2, "CreateSynchronizationObject2", CREATE_SYNC_OBJECT2, SERVED),
	ENTRY(DESTROY_SYNC_OBJECT, "DestroySynchronizationObject", DESTROY_SYNC_OBJECT, SERVED),
	ENTRY(SIGNAL_SYNC_OBJECT, "SignalSynchronizationObject", SIGNAL_SYNC_OBJECT2, SERVED),
	ENTRY(WAIT_SYNC_OBJECT, "WaitForSynchronizationObject", WAIT_SYNC_OBJECT2, SERVED),
	ENTRY(SIGNAL_SYNC_OBJECT_FROM_CPU, "SignalSynchronizationObjectFromCpu",
	      SIGNAL_SYNC_OBJECT_FROM_CPU, SERVED),
	ENTRY(WAIT_SYNC_OBJECT_FROM_CPU, "WaitForSynchronizationObjectFromCpu",
	      WAIT_SYNC_OBJECT_FROM_CPU, SERVED),
	ENTRY(SIGNAL_SYNC_OBJECT_FROM_GPU, "SignalSynchronizationObjectFromGpu",
	      SIGNAL_SYNC_OBJECT_FROM_GPU, SERVED),
	ENTRY(WAIT_SYNC_OBJECT_FROM_GPU, "WaitForSynchronizationObjectFromGpu",
	      WAIT_SYNC_OBJECT_FROM_GPU, SERVED),
	ENTRY(CREATE_PAGING_QUEUE, "CreatePagingQueue", CREATE_PAGING_QUEUE, SERVED),
	ENTRY(DESTROY_PAGING_QUEUE, "DestroyPagingQueue", DESTROY_PAGING_QUEUE, SERVED),
	ENTRY(LOCK2, "Lock2", LOCK2, SERVED),
	ENTRY(UNLOCK2, "Unlock2", UNLOCK2, SERVED),
	ENTRY(MAP_GPU_VIRTUAL_ADDRESS, "MapGpuVirtualAddress", MAP_GPU_VIRTUAL_ADDRESS, SERVED),
	ENTRY(RESERVE_GPU_VIRTUAL_ADDRESS, "ReserveGpuVirtualAddress",
	      RESERVE_GPU_VIRTUAL_ADDRESS, SERVED),
	ENTRY(FREE_GPU_VIRTUAL_ADDRESS, "FreeGpuVirtualAddress", FREE_GPU_VIRTUAL_ADDRESS,
	      SERVED),
	ENTRY(UPDATE_GPU_VIRTUAL_ADDRESS, "UpdateGpuVirtualAddress", UPDATE_GPU_VIRTUAL_ADDRESS,
	      SERVED),
	ENTRY(SUBMIT_COMMAND, "SubmitCommand", SUBMIT_COMMAND, SERVED),
	ENTRY(MAKE_RESIDENT, "MakeResident", MAKE_RESIDENT, SERVED),
	ENTRY(EVICT, "Evict", EVICT, SERVED),
	ENTRY(SET_CONTEXT_PRIORITY, "SetContextSchedulingPriority", SET_CONTEXT_PRIORITY, SERVED),
};

/**
 * struct client - A client at work
 * @dxg: the way in
 * @called: which entry points it has called
 * @adapter: its adapter
 * @device: its device
 * @context: its context
 * @queue: its paging queue
 * @queue_fence: the queue's fence
 * @fence: a monitored fence
 * @value: where its value is
 * @mutex: a mutex
 * @memory: an allocation of SIZE
 * @resource: a resource that can be shared
 */
struct client {
	struct igt_dxg *dxg;
	bool called[ENTRIES];
	uint32_t adapter;
	uint32_t device;
	uint32_t context;
	uint32_t queue;
	uint32_t queue_fence;
	uint32_t fence;
	const uint64_t *value;
	uint32_t mutex;
	uint32_t memory;
	uint32_t resource;
};

static int call_status(struct client *client, enum entry entry, void *args)
{
	client->called[entry] = true;
	return igt_dxg_ioctl(client->dxg, entries[entry].code, args);
}

static void call(struct client *client, enum entry entry, void *args)
{
	int ret = call_status(client, entry, args);

	igt_assert_f(!ret, "D3DKMT%s: %d\n", entries[entry].name, ret);
}

static void client_open(struct client *client)
{
	struct d3dkmt_open_adapter_from_luid open = { .adapter_luid = client->dxg->luid };
	struct d3dkmt_create_device device = {};
	uint32_t type;
	struct d3dkmt_query_adapter_info info = {
		.type = D3DKMT_QAI_ADAPTER_TYPE,
		.private_driver_data = igt_dxg_ptr(&type),
		.private_driver_data_size = sizeof(type),
	};
	struct d3dkmt_escape escape = { .type = D3DKMT_ESCAPE_DRIVER_PRIVATE };

	call(client, OPEN_ADAPTER_FROM_LUID, &open);
	client->adapter = open.adapter;
	info.adapter = open.adapter;
	device.adapter = open.adapter;
	escape.adapter = open.adapter;
	call(client, QUERY_ADAPTER_INFO, &info);
	igt_assert(type & D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED);
	call(client, CREATE_DEVICE, &device);
	client->device = device.device;
	escape.device = device.device;
	igt_assert_eq(call_status(client, ESCAPE, &escape), -EPERM);
}

static void client_create(struct client *client)
{
	struct d3dkmt_create_context_virtual context = {
		.device = client->device,
		.engine_affinity = 1,
		.client_hint = 19,	/* oneAPI Level Zero */
	};
	struct d3dkmt_create_paging_queue queue = { .device = client->device };
	struct d3dkmt_create_sync_object2 fence = {
		.device = client->device,
		.info.type = D3DKMT_SYNC_MONITORED_FENCE,
	};
	struct d3dkmt_create_sync_object2 mutex = {
		.device = client->device,
		.info.type = D3DKMT_SYNC_MUTEX,
	};
	struct d3dkmt_context_priority priority = { .priority = -1 };

	call(client, CREATE_CONTEXT_VIRTUAL, &context);
	client->context = context.context;
	priority.context = context.context;
	call(client, SET_CONTEXT_PRIORITY, &priority);
	call(client, CREATE_PAGING_QUEUE, &queue);
	client->queue = queue.paging_queue;
	client->queue_fence = queue.sync_object;
	igt_assert(client->queue_fence && queue.fence_value_cpu_va);
	call(client, CREATE_SYNC_OBJECT2, &fence);
	client->fence = fence.sync_object;
	client->value = (void *)(uintptr_t)fence.info.fence_value_cpu_va;
	call(client, CREATE_SYNC_OBJECT, &mutex);
	client->mutex = mutex.sync_object;
}

static void client_allocate(struct client *client)
{
	struct drm_dxg_allocation_private private = { .size = SIZE };
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation create = {
		.device = client->device,
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
	};

	call(client, CREATE_ALLOCATION2, &create);
	client->memory = info.allocation;
	create.flags = IGT_DXG_CREATE_SHARED;
	call(client, CREATE_ALLOCATION2, &create);
	client->resource = create.resource;
}

static void client_wait(struct client *client, uint32_t fence, uint64_t value)
{
	struct d3dkmt_wait_sync_object_from_cpu wait = {
		.device = client->device,
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	call(client, WAIT_SYNC_OBJECT_FROM_CPU, &wait);
}

static void client_make_resident(struct client *client)
{
	struct d3dkmt_make_resident resident = {
		.paging_queue = client->queue,
		.num_allocations = 1,
		.allocation_list = igt_dxg_ptr(&client->memory),
	};
	int ret = call_status(client, MAKE_RESIDENT, &resident);

	igt_assert(!ret || ret == D3DKMT_STATUS_PENDING);
	client_wait(client, client->queue_fence, resident.paging_fence_value);
}

static void client_run(struct client *client)
{
	struct d3dkmt_submit_command submit = {
		.broadcast_context_count = 1,
		.broadcast_context = { client->context },
	};
	struct d3dkmt_lock2 lock = { .device = client->device, .allocation = client->memory };
	struct d3dkmt_unlock2 unlock = { client->device, client->memory };
	struct igt_dxg_stream stream;
	const uint32_t *words;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, client->memory, 0, SIZE, 0x600d600d);
	igt_dxg_stream_signal(&stream, client->fence, 1);
	igt_dxg_stream_finish(&stream);
	submit.private_driver_data = igt_dxg_ptr(stream.data);
	submit.private_driver_data_size = stream.size;
	call(client, SUBMIT_COMMAND, &submit);
	igt_dxg_stream_free(&stream);
	client_wait(client, client->fence, 1);
	call(client, LOCK2, &lock);
	words = (void *)(uintptr_t)lock.data;
	igt_assert_eq_u32(words[SIZE / 4 - 1], 0x600d600d);
	call(client, UNLOCK2, &unlock);
}

static void client_signal(struct client *client)
{
	uint64_t value = 2;
	struct d3dkmt_signal_sync_object_from_cpu signal = {
		.device = client->device,
		.object_count = 1,
		.objects = igt_dxg_ptr(&client->fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	call(client, SIGNAL_SYNC_OBJECT_FROM_CPU, &signal);
	igt_assert_eq_u64(igt_dxg_fence_value(client->value), value);
}

/* The context takes the mutex and releases it, and comes to the fence's next value. */
static void client_queue(struct client *client)
{
	uint64_t value = 3;
	struct d3dkmt_wait_sync_object2 take = {
		.context = client->context,
		.object_count = 1,
		.objects = { client->mutex },
	};
	struct d3dkmt_signal_sync_object2 release = {
		.context = client->context,
		.object_count = 1,
		.objects = { client->mutex },
	};
	struct d3dkmt_signal_sync_object_from_gpu signal = {
		.context = client->context,
		.object_count = 1,
		.objects = igt_dxg_ptr(&client->fence),
		.fence_values = igt_dxg_ptr(&value),
	};
	struct d3dkmt_wait_sync_object_from_gpu wait = {
		.context = client->context,
		.object_count = 1,
		.objects = igt_dxg_ptr(&client->fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	call(client, WAIT_SYNC_OBJECT, &take);
	call(client, SIGNAL_SYNC_OBJECT, &release);
	call(client, SIGNAL_SYNC_OBJECT_FROM_GPU, &signal);
	call(client, WAIT_SYNC_OBJECT_FROM_GPU, &wait);
	client_wait(client, client->fence, value);
}

/* A range, the allocation in it, once more by an update, and nothing any more. */
static void client_map(struct client *client)
{
	struct d3dkmt_reserve_gpu_virtual_address reserve = {
		.paging_queue = client->queue,
		.size = SIZE,
	};
	struct d3dkmt_map_gpu_virtual_address map = {
		.paging_queue = client->queue,
		.allocation = client->memory,
		.size_in_pages = SIZE / IGT_DXG_PAGE,
		.protection = D3DKMT_GPU_VA_WRITE,
	};
	struct d3dkmt_gpu_va_operation operation = {
		.type = D3DKMT_GPU_VA_MAP,
		.size = SIZE,
		.allocation = client->memory,
		.allocation_size = SIZE,
	};
	struct d3dkmt_update_gpu_virtual_address update = {
		.device = client->device,
		.context = client->context,
		.fence_object = client->fence,
		.num_operations = 1,
		.operations = igt_dxg_ptr(&operation),
		.fence_value = 3,
	};
	struct d3dkmt_free_gpu_virtual_address release = {
		.adapter = client->adapter,
		.size = SIZE,
	};

	call(client, RESERVE_GPU_VIRTUAL_ADDRESS, &reserve);
	map.base_address = reserve.virtual_address;
	operation.base_address = reserve.virtual_address;
	release.base_address = reserve.virtual_address;
	call(client, MAP_GPU_VIRTUAL_ADDRESS, &map);
	call(client, UPDATE_GPU_VIRTUAL_ADDRESS, &update);
	client_wait(client, client->fence, 4);
	call(client, FREE_GPU_VIRTUAL_ADDRESS, &release);
}

static void client_share(struct client *client)
{
	uint64_t fd = UINT64_MAX;
	struct d3dkmt_share_objects share = {
		.object_count = 1,
		.objects = igt_dxg_ptr(&client->resource),
		.shared_nt_handle = igt_dxg_ptr(&fd),
	};

	call(client, SHARE_OBJECTS, &share);
	igt_assert_eq(close(fd), 0);
}

static void client_destroy(struct client *client)
{
	struct d3dkmt_evict evict = {
		.device = client->device,
		.num_allocations = 1,
		.allocation_list = igt_dxg_ptr(&client->memory),
	};
	struct d3dkmt_destroy_allocation2 memory = {
		.device = client->device,
		.allocation_list = igt_dxg_ptr(&client->memory),
		.allocation_count = 1,
	};
	struct d3dkmt_destroy_sync_object fence = { client->fence };
	struct d3dkmt_destroy_paging_queue queue = { client->queue };
	struct d3dkmt_destroy_context context = { client->context };
	struct d3dkmt_destroy_device device = { client->device };
	struct d3dkmt_close_adapter adapter = { client->adapter };

	call(client, EVICT, &evict);
	call(client, DESTROY_ALLOCATION2, &memory);
	call(client, DESTROY_SYNC_OBJECT, &fence);
	call(client, DESTROY_PAGING_QUEUE, &queue);
	call(client, DESTROY_CONTEXT, &context);
	call(client, DESTROY_DEVICE, &device);
	call(client, CLOSE_ADAPTER, &adapter);
}

static void refused_calls(struct client *client)
{
	uint64_t args[0x100] = {};

	for (int i = 0; i < ENTRIES; i++) {
		if (entries[i].answer != REFUSED)
			continue;
		igt_assert_f(call_status(client, i, args) == -EPERM, "D3DKMT%s is served\n",
			     entries[i].name);
	}
}

static void entry_points(struct igt_dxg *dxg)
{
	struct client client = { .dxg = dxg };

	client_open(&client);
	client_create(&client);
	client_allocate(&client);
	client_make_resident(&client);
	client_run(&client);
	client_signal(&client);
	client_queue(&client);
	client_map(&client);
	client_share(&client);
	client_destroy(&client);
	refused_calls(&client);
	for (int i = 0; i < ENTRIES; i++)
		igt_assert_f(client.called[i], "D3DKMT%s was not called\n", entries[i].name);
}

/* --- librocdxg ----------------------------------------------------------- */

/* Counts, fills, and asks each adapter for its ids; one that fails ends it all. */
static void rocdxg(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[MOST];
	struct d3dkmt_enum_adapters2 args = {};

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS2, &args), 0);
	igt_assert(args.num_adapters && args.num_adapters <= MOST);
	args.adapters = igt_dxg_ptr(info);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS2, &args), 0);
	for (uint32_t i = 0; i < args.num_adapters; i++) {
		struct d3dkmt_query_device_ids ids = {};

		igt_assert_eq(__igt_dxg_query(dxg, info[i].adapter,
					      D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, &ids,
					      sizeof(ids)), 0);
		igt_assert_neq_u32(ids.vendor_id, 0x1002);
		igt_dxg_close_adapter(dxg, info[i].adapter);
	}
}

/* --- libdxgtest ---------------------------------------------------------- */

static void *dxgtest_thread(void *arg)
{
	struct igt_dxg *dxg = arg;
	uint32_t adapter = 0;

	if (__igt_dxg_open_adapter(dxg, dxg->luid, &adapter))
		return NULL;
	return (void *)(uintptr_t)adapter;
}

static void dxgtest_adapter(struct igt_dxg *dxg, const struct d3dkmt_adapter_info *info)
{
	static struct d3dkmt_driver_description description;
	struct d3dkmt_query_device_ids ids = {};
	uint32_t type = 0, caps;

	igt_assert_eq(__igt_dxg_query(dxg, info->adapter, D3DKMT_QAI_ADAPTER_TYPE_RENDER, &type,
				      sizeof(type)), 0);
	igt_assert(type & D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED);
	igt_assert_eq(__igt_dxg_query(dxg, info->adapter,
				      D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, &ids,
				      sizeof(ids)), 0);
	igt_assert_eq(__igt_dxg_query(dxg, info->adapter, D3DKMT_QAI_WDDM_2_7_CAPS, &caps,
				      sizeof(caps)), 0);
	igt_assert_eq(__igt_dxg_query(dxg, info->adapter, D3DKMT_QAI_DRIVER_DESCRIPTION,
				      &description, sizeof(description)), 0);
	igt_assert(description.driver_description[0]);
}

/* Its four tests, in its order. */
static void dxgtest(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[MOST];
	struct d3dkmt_enum_adapters3 args = {
		.filter = D3DKMT_ENUM_INCLUDE_COMPUTE_ONLY,
		.num_adapters = MOST,
		.adapters = igt_dxg_ptr(info),
	};
	uint32_t device, context;
	pthread_t thread;
	void *adapter;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS3, &args), 0);
	for (uint32_t i = 0; i < args.num_adapters; i++)
		dxgtest_adapter(dxg, &info[i]);
	igt_dxg_close_adapter(dxg, igt_dxg_open_adapter(dxg));
	igt_assert_eq(pthread_create(&thread, NULL, dxgtest_thread, dxg), 0);
	igt_assert_eq(pthread_join(thread, &adapter), 0);
	igt_dxg_close_adapter(dxg, (uintptr_t)adapter);
	for (int i = 0; i < 5; i++)
		igt_dxg_destroy_device(dxg, igt_dxg_create_device(dxg));
	device = igt_dxg_create_device(dxg);
	context = igt_dxg_create_context(dxg, device);
	igt_assert_neq_u32(context, 0);
	igt_dxg_destroy_context(dxg, context);
	igt_dxg_destroy_device(dxg, device);
	for (uint32_t i = 0; i < args.num_adapters; i++)
		igt_dxg_close_adapter(dxg, info[i].adapter);
}

static const struct igt_dxg_test tests[] = {
	TEST("entry-points", entry_points, "Each of the 34 functions has one valid call."),
	TEST("rocdxg", rocdxg, "Enumeration as librocdxg does it."),
	TEST("dxgtest", dxgtest, "The tests of Microsoft's libdxgtest."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
