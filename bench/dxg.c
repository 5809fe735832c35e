// SPDX-License-Identifier: MIT
/* The calls that are measured, on /dev/dxg. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#include "bench.h"

/* What is as long as a call needs it, and stays as it is from call to call. */
static struct d3dkmt_allocation_info2 info[BENCH_BATCH];
static __u64 info_size;

static void dxg_call(const struct dxg *dxg, unsigned long code, void *args, const char *name)
{
	if (ioctl(dxg->fd, code, args) < 0)
		bench_fail(name);
}

static int dxg_open_file(void)
{
	int fd = open("/dev/dxg", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		bench_fail("/dev/dxg");
	return fd;
}

/* The description begins with the name of the in-tree driver. */
static void dxg_driver(const struct dxg *dxg, uint32_t adapter, char *name, size_t size)
{
	static struct d3dkmt_driver_description description;
	struct d3dkmt_query_adapter_info args = {
		.adapter = adapter,
		.type = D3DKMT_QAI_DRIVER_DESCRIPTION,
		.private_driver_data = (uintptr_t)&description,
		.private_driver_data_size = sizeof(description),
	};
	size_t i;

	dxg_call(dxg, D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args, "QueryAdapterInfo");
	for (i = 0; i < size - 1; i++) {
		__u16 c = description.driver_description[i];

		if (!c || c == ' ')
			break;
		name[i] = c;
	}
	name[i] = 0;
}

static unsigned int dxg_enum(const struct dxg *dxg, struct d3dkmt_adapter_info *adapters)
{
	struct d3dkmt_enum_adapters2 args = {
		.num_adapters = D3DKMT_MAX_ENUM_ADAPTERS,
		.adapters = (uintptr_t)adapters,
	};

	dxg_call(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS2, &args, "EnumAdapters2");
	return args.num_adapters;
}

unsigned int dxg_drivers(char names[][32], unsigned int max)
{
	struct d3dkmt_adapter_info adapters[D3DKMT_MAX_ENUM_ADAPTERS];
	struct dxg dxg = { .fd = dxg_open_file() };
	unsigned int count = dxg_enum(&dxg, adapters);
	unsigned int i;

	if (count > max)
		count = max;
	for (i = 0; i < count; i++)
		dxg_driver(&dxg, adapters[i].adapter, names[i], sizeof(names[i]));
	close(dxg.fd);
	return count;
}

void dxg_open(struct dxg *dxg, const char *driver)
{
	struct d3dkmt_adapter_info adapters[D3DKMT_MAX_ENUM_ADAPTERS];
	struct d3dkmt_create_device device = { 0 };
	struct d3dkmt_create_context_virtual context = { 0 };
	struct d3dkmt_create_sync_object2 fence = { .info.type = D3DKMT_SYNC_MONITORED_FENCE };
	unsigned int count, i;
	char name[32];

	memset(dxg, 0, sizeof(*dxg));
	dxg->fd = dxg_open_file();
	count = dxg_enum(dxg, adapters);
	for (i = 0; i < count; i++) {
		dxg_driver(dxg, adapters[i].adapter, name, sizeof(name));
		if (!dxg->adapter && !strcmp(name, driver)) {
			dxg->adapter = adapters[i].adapter;
			dxg->luid.low = adapters[i].adapter_luid.low;
			dxg->luid.high = adapters[i].adapter_luid.high;
		} else {
			dxg_close_adapter(dxg, adapters[i].adapter);
		}
	}
	errno = ENODEV;
	if (!dxg->adapter)
		bench_fail(driver);

	device.adapter = dxg->adapter;
	dxg_call(dxg, D3DKMT_IOCTL_CREATE_DEVICE, &device, "CreateDevice");
	dxg->device = device.device;
	context.device = dxg->device;
	dxg_call(dxg, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &context, "CreateContextVirtual");
	dxg->context = context.context;
	fence.device = dxg->device;
	dxg_call(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &fence, "CreateSynchronizationObject2");
	dxg->fence = fence.sync_object;
	dxg->page = (const uint64_t *)(uintptr_t)fence.info.fence_value_cpu_va;
}

void dxg_close(struct dxg *dxg)
{
	close(dxg->fd);
	dxg->fd = -1;
}

void dxg_prepare(uint32_t size)
{
	int i;

	info_size = size;
	memset(info, 0, sizeof(info));
	for (i = 0; i < BENCH_BATCH; i++) {
		info[i].private_driver_data = (uintptr_t)&info_size;
		info[i].private_driver_data_size = sizeof(info_size);
	}
}

void dxg_create(const struct dxg *dxg, unsigned int count, uint32_t *handles)
{
	struct d3dkmt_create_allocation args = {
		.device = dxg->device,
		.num_allocations = count,
		.allocation_info = (uintptr_t)info,
	};
	unsigned int i;

	dxg_call(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args, "CreateAllocation2");
	for (i = 0; i < count; i++)
		handles[i] = info[i].allocation;
}

void dxg_destroy(const struct dxg *dxg, unsigned int count, const uint32_t *handles,
		 uint32_t flags)
{
	struct d3dkmt_destroy_allocation2 args = {
		.device = dxg->device,
		.allocation_list = (uintptr_t)handles,
		.allocation_count = count,
		.flags = flags,
	};

	dxg_call(dxg, D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args, "DestroyAllocation2");
}

void *dxg_lock(const struct dxg *dxg, uint32_t handle)
{
	struct d3dkmt_lock2 args = { .device = dxg->device, .allocation = handle };

	dxg_call(dxg, D3DKMT_IOCTL_LOCK2, &args, "Lock2");
	return (void *)(uintptr_t)args.data;
}

void dxg_unlock(const struct dxg *dxg, uint32_t handle)
{
	struct d3dkmt_unlock2 args = { .device = dxg->device, .allocation = handle };

	dxg_call(dxg, D3DKMT_IOCTL_UNLOCK2, &args, "Unlock2");
}

/* --- commands ------------------------------------------------------------ */

static union {
	struct drm_dxg_cmd_stream head;
	unsigned char bytes[DRM_DXG_CMD_STREAM_MAX];
} stream;

static void stream_add(uint32_t opcode, void *record, uint32_t size)
{
	struct drm_dxg_cmd *base = record;

	base->opcode = opcode;
	base->size = size;
	memcpy(stream.bytes + stream.head.size, record, size);
	stream.head.size += size;
}

/* Naming an allocation is enough to make it busy; nothing is written. */
static void stream_use(uint32_t handle)
{
	struct drm_dxg_cmd_fill fill = {
		.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = handle },
	};

	stream_add(DRM_DXG_CMD_FILL, &fill, sizeof(fill));
}

void dxg_submit(struct dxg *dxg, unsigned int delay_ms, unsigned int count,
		const uint32_t *handles, uint32_t stamp)
{
	struct drm_dxg_cmd_delay delay = { .duration_ns = delay_ms * 1000000ULL };
	struct drm_dxg_cmd_timestamp timestamp = {
		.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = stamp },
	};
	struct drm_dxg_cmd_signal signal = {
		.sync_object = dxg->fence,
		.value = ++dxg->value,
	};
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.broadcast_context = { dxg->context },
		.private_driver_data = (uintptr_t)&stream,
	};
	unsigned int i;

	stream.head.magic = DRM_DXG_CMD_STREAM_MAGIC;
	stream.head.version = DRM_DXG_CMD_STREAM_VERSION;
	stream.head.size = sizeof(stream.head);
	stream_add(DRM_DXG_CMD_DELAY, &delay, sizeof(delay));
	for (i = 0; i < count; i++)
		stream_use(handles[i]);
	if (stamp)
		stream_add(DRM_DXG_CMD_TIMESTAMP, &timestamp, sizeof(timestamp));
	stream_add(DRM_DXG_CMD_SIGNAL, &signal, sizeof(signal));
	args.private_driver_data_size = stream.head.size;
	dxg_call(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args, "SubmitCommand");
}

void dxg_wait(const struct dxg *dxg)
{
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = dxg->device,
		.object_count = 1,
		.objects = (uintptr_t)&dxg->fence,
		.fence_values = (uintptr_t)&dxg->value,
	};

	dxg_call(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args,
		 "WaitForSynchronizationObjectFromCpu");
}

void dxg_submit_nothing(const struct dxg *dxg)
{
	struct drm_dxg_cmd_stream head = {
		.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.version = DRM_DXG_CMD_STREAM_VERSION,
		.size = sizeof(head),
	};
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.broadcast_context = { dxg->context },
		.private_driver_data = (uintptr_t)&head,
		.private_driver_data_size = sizeof(head),
	};

	dxg_call(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args, "SubmitCommand");
}

void dxg_signal(const struct dxg *dxg)
{
	struct d3dkmt_signal_sync_object_from_cpu args = {
		.device = dxg->device,
		.object_count = 1,
		.objects = (uintptr_t)&dxg->fence,
		.fence_values = (uintptr_t)&dxg->value,
	};

	dxg_call(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU, &args,
		 "SignalSynchronizationObjectFromCpu");
}

/* --- residency ----------------------------------------------------------- */

bool dxg_open_paging(struct dxg *dxg)
{
	struct d3dkmt_create_paging_queue args = { .device = dxg->device };

	if (ioctl(dxg->fd, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args) < 0)
		return false;
	dxg->paging_queue = args.paging_queue;
	dxg->paging_fence = args.sync_object;
	return true;
}

bool dxg_make_resident(const struct dxg *dxg, unsigned int count, const uint32_t *handles)
{
	struct d3dkmt_make_resident args = {
		.paging_queue = dxg->paging_queue,
		.num_allocations = count,
		.allocation_list = (uintptr_t)handles,
	};
	struct d3dkmt_wait_sync_object_from_cpu wait = {
		.device = dxg->device,
		.object_count = 1,
		.objects = (uintptr_t)&dxg->paging_fence,
		.fence_values = (uintptr_t)&args.paging_fence_value,
	};
	int ret = ioctl(dxg->fd, D3DKMT_IOCTL_MAKE_RESIDENT, &args);

	if (ret < 0 && errno == ENOMEM)
		return false;
	if (ret < 0)
		bench_fail("MakeResident");
	if (ret == D3DKMT_STATUS_PENDING)
		dxg_call(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &wait,
			 "WaitForSynchronizationObjectFromCpu");
	return true;
}

void dxg_evict(const struct dxg *dxg, unsigned int count, const uint32_t *handles)
{
	struct d3dkmt_evict args = {
		.device = dxg->device,
		.num_allocations = count,
		.allocation_list = (uintptr_t)handles,
	};

	dxg_call(dxg, D3DKMT_IOCTL_EVICT, &args, "Evict");
}

bool dxg_is_resident(const struct dxg *dxg, uint32_t handle)
{
	uint32_t status = 0;
	struct d3dkmt_query_allocation_residency args = {
		.device = dxg->device,
		.allocation_list = (uintptr_t)&handle,
		.allocation_count = 1,
		.residency_status = (uintptr_t)&status,
	};

	dxg_call(dxg, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, &args,
		 "QueryAllocationResidency");
	return status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY;
}

uint64_t dxg_segment_size(const struct dxg *dxg)
{
	struct d3dkmt_segment_size_info size = { 0 };
	struct d3dkmt_query_adapter_info args = {
		.adapter = dxg->adapter,
		.type = D3DKMT_QAI_SEGMENT_SIZE,
		.private_driver_data = (uintptr_t)&size,
		.private_driver_data_size = sizeof(size),
	};

	dxg_call(dxg, D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args, "QueryAdapterInfo");
	return size.dedicated_video_memory_size;
}

/* --- adapter handles ----------------------------------------------------- */

uint32_t dxg_open_adapter(const struct dxg *dxg)
{
	struct d3dkmt_open_adapter_from_luid args = {
		.adapter_luid = { dxg->luid.low, dxg->luid.high },
	};

	dxg_call(dxg, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID, &args, "OpenAdapterFromLuid");
	return args.adapter;
}

void dxg_close_adapter(const struct dxg *dxg, uint32_t adapter)
{
	struct d3dkmt_close_adapter args = { .adapter = adapter };

	dxg_call(dxg, D3DKMT_IOCTL_CLOSE_ADAPTER, &args, "CloseAdapter");
}

bool dxg_look_up(const struct dxg *dxg, uint32_t adapter)
{
	uint32_t answer;
	struct d3dkmt_query_adapter_info args = {
		.adapter = adapter,
		.type = D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT,
		.private_driver_data = (uintptr_t)&answer,
		.private_driver_data_size = sizeof(answer),
	};

	return ioctl(dxg->fd, D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args) == 0;
}

/* --- state --------------------------------------------------------------- */

unsigned int dxg_pending(void)
{
	unsigned int sum = 0, batches;
	char line[128];
	glob_t found;
	FILE *file;
	size_t i;

	if (glob("/sys/kernel/debug/dri/dxg*/dxg_state", 0, NULL, &found))
		bench_fail("dxg_state in debugfs; be root, and mount it");
	for (i = 0; i < found.gl_pathc; i++) {
		file = fopen(found.gl_pathv[i], "r");
		if (!file)
			bench_fail(found.gl_pathv[i]);
		while (fgets(line, sizeof(line), file))
			if (sscanf(line, "batches: %u", &batches) == 1)
				sum += batches;
		fclose(file);
	}
	globfree(&found);
	return sum;
}
