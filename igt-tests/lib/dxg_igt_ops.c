// SPDX-License-Identifier: MIT
/* The operations and the command streams of dxg_igt.h. */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dxg_igt.h"

/* --- operations ---------------------------------------------------------- */

unsigned long igt_dxg_code(const struct igt_dxg *dxg, unsigned long code)
{
	return dxg->door == DXG_DOOR_DXG ? code : D3DKMT_DRM_IOCTL(code);
}

int igt_dxg_ioctl_once(const struct igt_dxg *dxg, unsigned long code, void *arg)
{
	int ret = ioctl(dxg->fd, igt_dxg_code(dxg, code), arg);

	return ret == -1 ? -errno : ret;
}

int igt_dxg_ioctl(const struct igt_dxg *dxg, unsigned long code, void *arg)
{
	int ret;

	do {
		ret = igt_dxg_ioctl_once(dxg, code, arg);
	} while (ret == -EINTR);
	return ret;
}

int __igt_dxg_enum(const struct igt_dxg *dxg, struct d3dkmt_adapter_info *info, uint32_t *count)
{
	struct d3dkmt_enum_adapters2 args = {
		.num_adapters = *count,
		.adapters = igt_dxg_ptr(info),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS2, &args);

	*count = args.num_adapters;
	return ret;
}

int __igt_dxg_open_adapter(const struct igt_dxg *dxg, struct d3dkmt_luid luid, uint32_t *adapter)
{
	struct d3dkmt_open_adapter_from_luid args = { .adapter_luid = luid };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID, &args);

	*adapter = args.adapter;
	return ret;
}

uint32_t igt_dxg_open_adapter(const struct igt_dxg *dxg)
{
	uint32_t adapter;

	igt_assert_eq(__igt_dxg_open_adapter(dxg, dxg->luid, &adapter), 0);
	igt_assert_neq_u32(adapter, 0);
	return adapter;
}

int __igt_dxg_close_adapter(const struct igt_dxg *dxg, uint32_t adapter)
{
	struct d3dkmt_close_adapter args = { .adapter = adapter };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CLOSE_ADAPTER, &args);
}

void igt_dxg_close_adapter(const struct igt_dxg *dxg, uint32_t adapter)
{
	igt_assert_eq(__igt_dxg_close_adapter(dxg, adapter), 0);
}

int __igt_dxg_query(const struct igt_dxg *dxg, uint32_t adapter, uint32_t type, void *data,
		    uint32_t size)
{
	struct d3dkmt_query_adapter_info args = {
		.adapter = adapter,
		.type = type,
		.private_driver_data = igt_dxg_ptr(data),
		.private_driver_data_size = size,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args);
}

void igt_dxg_query(const struct igt_dxg *dxg, uint32_t type, void *data, uint32_t size)
{
	igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, type, data, size), 0);
}

int __igt_dxg_create_device(const struct igt_dxg *dxg, uint32_t adapter, uint32_t flags,
			    uint32_t *device)
{
	struct d3dkmt_create_device args = { .adapter = adapter, .flags = flags };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_DEVICE, &args);

	*device = args.device;
	return ret;
}

uint32_t igt_dxg_create_device(const struct igt_dxg *dxg)
{
	uint32_t device;

	igt_assert_eq(__igt_dxg_create_device(dxg, dxg->adapter, 0, &device), 0);
	igt_assert_neq_u32(device, 0);
	return device;
}

int __igt_dxg_destroy_device(const struct igt_dxg *dxg, uint32_t device)
{
	struct d3dkmt_destroy_device args = { .device = device };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_DEVICE, &args);
}

void igt_dxg_destroy_device(const struct igt_dxg *dxg, uint32_t device)
{
	igt_assert_eq(__igt_dxg_destroy_device(dxg, device), 0);
}

int __igt_dxg_device_state(const struct igt_dxg *dxg, uint32_t device, uint32_t *state)
{
	struct d3dkmt_get_device_state args = {
		.device = device,
		.type = D3DKMT_DEVICESTATE_EXECUTION,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_DEVICE_STATE, &args);

	*state = args.execution_state;
	return ret;
}

uint32_t igt_dxg_device_state(const struct igt_dxg *dxg, uint32_t device)
{
	uint32_t state;

	igt_assert_eq(__igt_dxg_device_state(dxg, device, &state), 0);
	return state;
}

int __igt_dxg_create_context(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
			     uint32_t *context)
{
	struct d3dkmt_create_context_virtual args = {
		.device = device,
		.engine_affinity = 1,
		.flags = flags,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &args);

	*context = args.context;
	return ret;
}

uint32_t igt_dxg_create_context(const struct igt_dxg *dxg, uint32_t device)
{
	uint32_t context;

	igt_assert_eq(__igt_dxg_create_context(dxg, device, 0, &context), 0);
	igt_assert_neq_u32(context, 0);
	return context;
}

int __igt_dxg_destroy_context(const struct igt_dxg *dxg, uint32_t context)
{
	struct d3dkmt_destroy_context args = { .context = context };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_CONTEXT, &args);
}

void igt_dxg_destroy_context(const struct igt_dxg *dxg, uint32_t context)
{
	igt_assert_eq(__igt_dxg_destroy_context(dxg, context), 0);
}

int __igt_dxg_create(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
		     uint32_t *resource, uint64_t size, uint32_t count, uint32_t *allocations)
{
	struct drm_dxg_allocation_private private = { .size = size };
	struct d3dkmt_allocation_info2 *info = calloc(count + 1, sizeof(*info));
	struct d3dkmt_create_allocation args = {
		.device = device,
		.resource = resource ? *resource : 0,
		.num_allocations = count,
		.allocation_info = igt_dxg_ptr(info),
		.flags = flags,
	};
	int ret;

	igt_assert(info);
	for (uint32_t i = 0; i < count; i++) {
		info[i].private_driver_data = igt_dxg_ptr(&private);
		info[i].private_driver_data_size = sizeof(private);
	}
	ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args);
	if (resource)
		*resource = args.resource;
	for (uint32_t i = 0; i < count; i++)
		allocations[i] = info[i].allocation;
	free(info);
	return ret;
}

uint32_t igt_dxg_create_allocation(const struct igt_dxg *dxg, uint32_t device, uint64_t size)
{
	uint32_t allocation;

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, size, 1, &allocation), 0);
	igt_assert_neq_u32(allocation, 0);
	return allocation;
}

uint32_t igt_dxg_create_resource(const struct igt_dxg *dxg, uint32_t device, uint64_t size,
				 uint32_t count, uint32_t *allocations)
{
	uint32_t resource = 0;

	igt_assert_eq(__igt_dxg_create(dxg, device, D3DKMT_CREATE_RESOURCE, &resource, size, count,
				       allocations), 0);
	igt_assert_neq_u32(resource, 0);
	return resource;
}

void igt_dxg_add_allocations(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			     uint64_t size, uint32_t count, uint32_t *allocations)
{
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, &resource, size, count, allocations), 0);
}

int __igt_dxg_destroy2(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
		       const uint32_t *list, uint32_t count, uint32_t flags)
{
	struct d3dkmt_destroy_allocation2 args = {
		.device = device,
		.resource = resource,
		.allocation_list = igt_dxg_ptr(list),
		.allocation_count = count,
		.flags = flags,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args);
}

void igt_dxg_destroy2(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
		      const uint32_t *list, uint32_t count, uint32_t flags)
{
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, resource, list, count, flags), 0);
}

int __igt_dxg_destroy_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	return __igt_dxg_destroy2(dxg, device, 0, &allocation, 1, 0);
}

void igt_dxg_destroy_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, allocation), 0);
}

bool igt_dxg_is_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	void *data;
	int ret = __igt_dxg_lock(dxg, device, allocation, &data);

	if (ret == -EINVAL)
		return false;
	igt_assert_eq(ret, 0);
	igt_dxg_unlock(dxg, device, allocation);
	return true;
}

bool igt_dxg_is_resource(const struct igt_dxg *dxg, uint32_t device, uint32_t resource)
{
	uint32_t allocation;
	int ret;

	if (!resource)
		return false;
	ret = __igt_dxg_create(dxg, device, 0, &resource, 4096, 1, &allocation);
	if (ret == -EINVAL)
		return false;
	igt_assert_eq(ret, 0);
	igt_dxg_destroy_allocation(dxg, device, allocation);
	return true;
}

int __igt_dxg_lock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation, void **data)
{
	struct d3dkmt_lock2 args = { .device = device, .allocation = allocation };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_LOCK2, &args);

	*data = (void *)(uintptr_t)args.data;
	return ret;
}

void *igt_dxg_lock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	void *data;

	igt_assert_eq(__igt_dxg_lock(dxg, device, allocation, &data), 0);
	igt_assert(data);
	return data;
}

int __igt_dxg_unlock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	struct d3dkmt_unlock2 args = { .device = device, .allocation = allocation };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UNLOCK2, &args);
}

void igt_dxg_unlock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	igt_assert_eq(__igt_dxg_unlock(dxg, device, allocation), 0);
}

void igt_dxg_assert_filled(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
			   uint64_t offset, uint64_t count, uint32_t pattern)
{
	const uint8_t *data = igt_dxg_lock(dxg, device, allocation);
	const uint32_t *words = (const uint32_t *)(data + offset);

	for (uint64_t i = 0; i < count; i++)
		igt_assert_f(words[i] == pattern, "word %llu is %#x and not %#x\n",
			     (unsigned long long)i, words[i], pattern);
	igt_dxg_unlock(dxg, device, allocation);
}

int __igt_dxg_create_fence(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
			   uint64_t initial, uint32_t *fence, const uint64_t **value)
{
	struct d3dkmt_create_sync_object2 args = {
		.device = device,
		.info.type = D3DKMT_SYNC_MONITORED_FENCE,
		.info.flags = flags,
		.info.initial_fence_value = initial,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args);

	*fence = args.sync_object;
	if (value)
		*value = (const uint64_t *)(uintptr_t)args.info.fence_value_cpu_va;
	return ret;
}

uint32_t igt_dxg_create_fence(const struct igt_dxg *dxg, uint32_t device, uint64_t initial,
			      const uint64_t **value)
{
	uint32_t fence;

	igt_assert_eq(__igt_dxg_create_fence(dxg, device, 0, initial, &fence, value), 0);
	igt_assert_neq_u32(fence, 0);
	if (value)
		igt_assert(*value);
	return fence;
}

uint64_t igt_dxg_fence_value(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

int __igt_dxg_destroy_fence(const struct igt_dxg *dxg, uint32_t fence)
{
	struct d3dkmt_destroy_sync_object args = { .sync_object = fence };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &args);
}

void igt_dxg_destroy_fence(const struct igt_dxg *dxg, uint32_t fence)
{
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, fence), 0);
}

int __igt_dxg_signal(const struct igt_dxg *dxg, uint32_t device, const uint32_t *fences,
		     const uint64_t *values, uint32_t count, uint32_t flags)
{
	struct d3dkmt_signal_sync_object_from_cpu args = {
		.device = device,
		.object_count = count,
		.objects = igt_dxg_ptr(fences),
		.fence_values = igt_dxg_ptr(values),
		.flags = flags,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU, &args);
}

void igt_dxg_signal(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value)
{
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &value, 1, 0), 0);
}

int __igt_dxg_wait(const struct igt_dxg *dxg, uint32_t device, const uint32_t *fences,
		   const uint64_t *values, uint32_t count, int event, uint32_t flags)
{
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = device,
		.object_count = count,
		.objects = igt_dxg_ptr(fences),
		.fence_values = igt_dxg_ptr(values),
		.async_event = event,
		.flags = flags,
	};

	return igt_dxg_ioctl_once(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args);
}

void igt_dxg_wait(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value)
{
	int ret;

	do {
		ret = __igt_dxg_wait(dxg, device, &fence, &value, 1, 0, 0);
	} while (ret == -EINTR);
	igt_assert_eq(ret, 0);
}

int igt_dxg_wait_event(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value)
{
	int event = eventfd(0, EFD_CLOEXEC);

	igt_assert(event > 0);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, &value, 1, event, 0), 0);
	return event;
}

bool igt_dxg_event_fired(int event, int timeout_ms)
{
	struct pollfd poll_event = { .fd = event, .events = POLLIN };
	int ret;

	do {
		ret = poll(&poll_event, 1, timeout_ms);
	} while (ret == -1 && errno == EINTR);
	igt_assert(ret >= 0);
	return ret == 1;
}

bool igt_dxg_wait_timeout(const struct igt_dxg *dxg, uint32_t device, uint32_t fence,
			  uint64_t value, int timeout_ms)
{
	int event = igt_dxg_wait_event(dxg, device, fence, value);
	bool fired = igt_dxg_event_fired(event, timeout_ms);

	close(event);
	return fired;
}

int __igt_dxg_create_paging_queue(const struct igt_dxg *dxg, uint32_t device, int32_t priority,
				  uint32_t *queue, uint32_t *fence, const uint64_t **value)
{
	struct d3dkmt_create_paging_queue args = { .device = device, .priority = priority };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args);

	*queue = args.paging_queue;
	if (fence)
		*fence = args.sync_object;
	if (value)
		*value = (const uint64_t *)(uintptr_t)args.fence_value_cpu_va;
	return ret;
}

uint32_t igt_dxg_create_paging_queue(const struct igt_dxg *dxg, uint32_t device, uint32_t *fence,
				     const uint64_t **value)
{
	uint32_t queue;

	igt_assert_eq(__igt_dxg_create_paging_queue(dxg, device, D3DKMT_PAGING_QUEUE_NORMAL,
						    &queue, fence, value), 0);
	igt_assert_neq_u32(queue, 0);
	if (fence)
		igt_assert_neq_u32(*fence, 0);
	if (value)
		igt_assert(*value);
	return queue;
}

int __igt_dxg_destroy_paging_queue(const struct igt_dxg *dxg, uint32_t queue)
{
	struct d3dkmt_destroy_paging_queue args = { .paging_queue = queue };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_PAGING_QUEUE, &args);
}

void igt_dxg_destroy_paging_queue(const struct igt_dxg *dxg, uint32_t queue)
{
	igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, queue), 0);
}

int __igt_dxg_make_resident(const struct igt_dxg *dxg, uint32_t queue, const uint32_t *list,
			    uint32_t count, uint32_t flags, uint64_t *value, uint64_t *trim)
{
	struct d3dkmt_make_resident args = {
		.paging_queue = queue,
		.num_allocations = count,
		.allocation_list = igt_dxg_ptr(list),
		.flags = flags,
		.num_bytes_to_trim = trim ? *trim : 0,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAKE_RESIDENT, &args);

	if (value)
		*value = args.paging_fence_value;
	if (trim)
		*trim = args.num_bytes_to_trim;
	return ret;
}

uint64_t igt_dxg_make_resident(const struct igt_dxg *dxg, uint32_t device, uint32_t queue,
			       uint32_t fence, const uint32_t *list, uint32_t count)
{
	uint64_t value;
	int ret = __igt_dxg_make_resident(dxg, queue, list, count, 0, &value, NULL);

	igt_assert_f(!ret || ret == D3DKMT_STATUS_PENDING, "MakeResident returns %d\n", ret);
	igt_assert(igt_dxg_wait_timeout(dxg, device, fence, value, 10000));
	return value;
}

int __igt_dxg_evict(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		    uint32_t count, uint32_t flags, uint64_t *trim)
{
	struct d3dkmt_evict args = {
		.device = device,
		.num_allocations = count,
		.allocation_list = igt_dxg_ptr(list),
		.flags = flags,
		.num_bytes_to_trim = trim ? *trim : 0,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_EVICT, &args);

	if (trim)
		*trim = args.num_bytes_to_trim;
	return ret;
}

void igt_dxg_evict(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		   uint32_t count)
{
	igt_assert_eq(__igt_dxg_evict(dxg, device, list, count, 0, NULL), 0);
}

int __igt_dxg_query_residency(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			      const uint32_t *list, uint32_t count, uint32_t *status)
{
	struct d3dkmt_query_allocation_residency args = {
		.device = device,
		.resource = resource,
		.allocation_list = igt_dxg_ptr(list),
		.allocation_count = count,
		.residency_status = igt_dxg_ptr(status),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, &args);
}

int __igt_dxg_set_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			   const uint32_t *list, uint32_t count, const uint32_t *priorities)
{
	struct d3dkmt_set_allocation_priority args = {
		.device = device,
		.resource = resource,
		.allocation_list = igt_dxg_ptr(list),
		.allocation_count = count,
		.priorities = igt_dxg_ptr(priorities),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY, &args);
}

int __igt_dxg_get_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			   const uint32_t *list, uint32_t count, uint32_t *priorities)
{
	struct d3dkmt_get_allocation_priority args = {
		.device = device,
		.resource = resource,
		.allocation_list = igt_dxg_ptr(list),
		.allocation_count = count,
		.priorities = igt_dxg_ptr(priorities),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_ALLOCATION_PRIORITY, &args);
}

bool igt_dxg_is_resident(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	uint32_t status = 0;

	igt_assert_eq(__igt_dxg_query_residency(dxg, device, 0, &allocation, 1, &status), 0);
	igt_assert(status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY ||
		   status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT);
	return status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY;
}

void igt_dxg_set_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
			  uint32_t priority)
{
	igt_assert_eq(__igt_dxg_set_priority(dxg, device, 0, &allocation, 1, &priority), 0);
}

uint32_t igt_dxg_get_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	uint32_t priority = 0;

	igt_assert_eq(__igt_dxg_get_priority(dxg, device, 0, &allocation, 1, &priority), 0);
	return priority;
}

int __igt_dxg_offer(const struct igt_dxg *dxg, uint32_t device, const uint32_t *resources,
		    const uint32_t *list, uint32_t count, uint32_t priority, uint32_t flags)
{
	struct d3dkmt_offer_allocations args = {
		.device = device,
		.resources = igt_dxg_ptr(resources),
		.handle_list = igt_dxg_ptr(list),
		.num_allocations = count,
		.priority = priority,
		.flags = flags,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OFFER_ALLOCATIONS, &args);
}

void igt_dxg_offer(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		   uint32_t count, uint32_t priority)
{
	igt_assert_eq(__igt_dxg_offer(dxg, device, NULL, list, count, priority, 0), 0);
}

int __igt_dxg_reclaim(const struct igt_dxg *dxg, uint32_t queue, const uint32_t *resources,
		      const uint32_t *list, uint32_t count, uint32_t *results, uint64_t *value)
{
	struct d3dkmt_reclaim_allocations2 args = {
		.paging_queue = queue,
		.num_allocations = count,
		.resources = igt_dxg_ptr(resources),
		.handle_list = igt_dxg_ptr(list),
		.results = igt_dxg_ptr(results),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RECLAIM_ALLOCATIONS2, &args);

	if (value)
		*value = args.paging_fence_value;
	return ret;
}

bool igt_dxg_reclaim(const struct igt_dxg *dxg, uint32_t queue, uint32_t allocation)
{
	uint32_t result = UINT32_MAX;

	igt_assert_eq(__igt_dxg_reclaim(dxg, queue, NULL, &allocation, 1, &result, NULL), 0);
	igt_assert(result == D3DKMT_RECLAIM_RESULT_OK || result == D3DKMT_RECLAIM_RESULT_DISCARDED);
	return result == D3DKMT_RECLAIM_RESULT_DISCARDED;
}

int __igt_dxg_video_memory(const struct igt_dxg *dxg, uint32_t group,
			   struct d3dkmt_query_video_memory_info *info)
{
	*info = (struct d3dkmt_query_video_memory_info) {
		.adapter = dxg->adapter,
		.memory_segment_group = group,
	};
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO, info);
}

struct d3dkmt_query_video_memory_info igt_dxg_video_memory(const struct igt_dxg *dxg,
							   uint32_t group)
{
	struct d3dkmt_query_video_memory_info info;

	igt_assert_eq(__igt_dxg_video_memory(dxg, group, &info), 0);
	return info;
}

int __igt_dxg_reserve(const struct igt_dxg *dxg, uint64_t bytes)
{
	struct d3dkmt_change_video_memory_reservation args = {
		.adapter = dxg->adapter,
		.memory_segment_group = D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL,
		.reservation = bytes,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION, &args);
}

void igt_dxg_reserve(const struct igt_dxg *dxg, uint64_t bytes)
{
	igt_assert_eq(__igt_dxg_reserve(dxg, bytes), 0);
}

uint64_t igt_dxg_segment_size(const struct igt_dxg *dxg)
{
	struct d3dkmt_segment_size_info info;

	igt_dxg_query(dxg, D3DKMT_QAI_SEGMENT_SIZE, &info, sizeof(info));
	return info.dedicated_video_memory_size;
}

/* --- command streams ----------------------------------------------------- */

struct drm_dxg_cmd_stream *igt_dxg_stream_begin(struct igt_dxg_stream *stream)
{
	struct drm_dxg_cmd_stream *head;

	stream->data = calloc(1, IGT_DXG_STREAM_ROOM);
	igt_assert(stream->data);
	stream->size = sizeof(*head);
	head = (struct drm_dxg_cmd_stream *)stream->data;
	head->magic = DRM_DXG_CMD_STREAM_MAGIC;
	head->version = DRM_DXG_CMD_STREAM_VERSION;
	head->size = stream->size;
	return head;
}

static void *add_record(struct igt_dxg_stream *stream, uint32_t opcode, uint32_t size)
{
	struct drm_dxg_cmd *cmd = (struct drm_dxg_cmd *)(stream->data + stream->size);

	igt_assert(stream->size + size <= IGT_DXG_STREAM_ROOM);
	cmd->opcode = opcode;
	cmd->size = size;
	stream->size += size;
	return cmd;
}

static struct drm_dxg_address address(uint32_t allocation, uint64_t offset)
{
	return (struct drm_dxg_address) {
		.kind = DRM_DXG_ADDRESS_ALLOCATION,
		.base = allocation,
		.offset = offset,
	};
}

struct drm_dxg_cmd_fill *igt_dxg_stream_fill(struct igt_dxg_stream *stream, uint32_t dst,
					     uint64_t offset, uint64_t length, uint32_t pattern)
{
	struct drm_dxg_cmd_fill *cmd = add_record(stream, DRM_DXG_CMD_FILL, sizeof(*cmd));

	cmd->dst = address(dst, offset);
	cmd->length = length;
	cmd->pattern = pattern;
	return cmd;
}

struct drm_dxg_cmd_copy *igt_dxg_stream_copy(struct igt_dxg_stream *stream, uint32_t dst,
					     uint64_t dst_offset, uint32_t src,
					     uint64_t src_offset, uint64_t length)
{
	struct drm_dxg_cmd_copy *cmd = add_record(stream, DRM_DXG_CMD_COPY, sizeof(*cmd));

	cmd->dst = address(dst, dst_offset);
	cmd->src = address(src, src_offset);
	cmd->length = length;
	return cmd;
}

struct drm_dxg_cmd_delay *igt_dxg_stream_delay(struct igt_dxg_stream *stream,
					       uint64_t duration_ns)
{
	struct drm_dxg_cmd_delay *cmd = add_record(stream, DRM_DXG_CMD_DELAY, sizeof(*cmd));

	cmd->duration_ns = duration_ns;
	return cmd;
}

struct drm_dxg_cmd_delay *igt_dxg_stream_hang(struct igt_dxg_stream *stream)
{
	struct drm_dxg_cmd_delay *cmd;

	/* a minute, far beyond any time-out */
	cmd = igt_dxg_stream_delay(stream, 60000 * IGT_DXG_NS_PER_MS);
	cmd->flags = DRM_DXG_DELAY_HANG;
	return cmd;
}

struct drm_dxg_cmd_timestamp *igt_dxg_stream_timestamp(struct igt_dxg_stream *stream,
						       uint32_t dst, uint64_t offset)
{
	struct drm_dxg_cmd_timestamp *cmd = add_record(stream, DRM_DXG_CMD_TIMESTAMP, sizeof(*cmd));

	cmd->dst = address(dst, offset);
	return cmd;
}

struct drm_dxg_cmd_signal *igt_dxg_stream_signal(struct igt_dxg_stream *stream, uint32_t fence,
						 uint64_t value)
{
	struct drm_dxg_cmd_signal *cmd = add_record(stream, DRM_DXG_CMD_SIGNAL, sizeof(*cmd));

	cmd->sync_object = fence;
	cmd->value = value;
	return cmd;
}

void igt_dxg_stream_finish(struct igt_dxg_stream *stream)
{
	struct drm_dxg_cmd_stream *head = (struct drm_dxg_cmd_stream *)stream->data;

	head->size = stream->size;
}

void igt_dxg_stream_free(struct igt_dxg_stream *stream)
{
	free(stream->data);
	stream->data = NULL;
}

int __igt_dxg_submit_bytes(const struct igt_dxg *dxg, uint32_t context, const void *data,
			   uint32_t size)
{
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.broadcast_context[0] = context,
		.private_driver_data = igt_dxg_ptr(data),
		.private_driver_data_size = size,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args);
}

int __igt_dxg_submit(const struct igt_dxg *dxg, uint32_t context,
		     const struct igt_dxg_stream *stream)
{
	return __igt_dxg_submit_bytes(dxg, context, stream->data, stream->size);
}

void igt_dxg_submit(const struct igt_dxg *dxg, uint32_t context, struct igt_dxg_stream *stream)
{
	igt_dxg_stream_finish(stream);
	igt_assert_eq(__igt_dxg_submit(dxg, context, stream), 0);
	igt_dxg_stream_free(stream);
}

void igt_dxg_submit_job(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			uint64_t *value, unsigned int ms, uint32_t allocation, uint64_t size)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence, ++*value);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	if (allocation)
		igt_dxg_stream_fill(&stream, allocation, 0, size, 1);
	igt_dxg_stream_signal(&stream, fence, ++*value);
	igt_dxg_submit(dxg, context, &stream);
}

int __igt_dxg_submit_fill(const struct igt_dxg *dxg, uint32_t context, uint32_t dst,
			  uint64_t length, uint32_t pattern, uint32_t fence, uint64_t value)
{
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_fill fill;
		struct drm_dxg_cmd_signal signal;
	} stream = {
		.head.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.head.version = DRM_DXG_CMD_STREAM_VERSION,
		.head.size = sizeof(stream) - (fence ? 0 : sizeof(stream.signal)),
		.fill.base = { DRM_DXG_CMD_FILL, sizeof(stream.fill) },
		.fill.dst = address(dst, 0),
		.fill.length = length,
		.fill.pattern = pattern,
		.signal.base = { DRM_DXG_CMD_SIGNAL, sizeof(stream.signal) },
		.signal.sync_object = fence,
		.signal.value = value,
	};

	return __igt_dxg_submit_bytes(dxg, context, &stream, stream.head.size);
}
