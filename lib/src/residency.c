// SPDX-License-Identifier: MIT
/* Where allocations' bytes are, and what may be done with them. */
#include <errno.h>
#include <stdlib.h>

#include "object.h"

int dxg_paging_queue_create(struct dxg_device *device, struct dxg_paging_queue **out)
{
	struct d3dkmt_create_paging_queue args = { .device = device->handle };
	struct dxg_paging_queue *queue = calloc(1, sizeof(*queue));
	int ret;

	if (!queue)
		return -ENOMEM;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args);
	if (ret) {
		free(queue);
		return ret;
	}
	queue->device = dxg_device_get(device);
	queue->handle = args.paging_queue;
	queue->fence.device = device;
	queue->fence.handle = args.sync_object;
	queue->fence.value = (const _Atomic uint64_t *)(uintptr_t)args.fence_value_cpu_va;
	*out = queue;
	return 0;
}

void dxg_paging_queue_destroy(struct dxg_paging_queue *queue)
{
	struct d3dkmt_destroy_paging_queue args;

	if (!queue)
		return;
	args.paging_queue = queue->handle;
	dxg_close_call(queue->device->adapter, D3DKMT_IOCTL_DESTROY_PAGING_QUEUE, &args);
	dxg_device_put(queue->device);
	free(queue);
}

int dxg_paging_queue_wait(struct dxg_paging_queue *queue, uint64_t value, int64_t deadline)
{
	struct dxg_fence *fence = &queue->fence;

	return dxg_fence_wait(&fence, &value, 1, 0, deadline);
}

int dxg_make_resident(struct dxg_paging_queue *queue, struct dxg_allocation *const *list,
		      unsigned int count, unsigned int flags, uint64_t *value, uint64_t *trim)
{
	struct d3dkmt_make_resident args = {
		.paging_queue = queue->handle,
		.num_allocations = count,
	};
	struct dxg_handles handles;
	struct dxg_device *device;
	int ret;

	if (trim)
		*trim = 0;
	if (flags & ~DXG_RESIDENT_OVER_BUDGET)
		return -EINVAL;
	if (flags & DXG_RESIDENT_OVER_BUDGET)
		args.flags = D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER |
			D3DKMT_MAKE_RESIDENT_MUST_SUCCEED;
	ret = dxg_handles_of(&handles, list, count, DXG_RESIDENCY_MAX, &device);
	if (ret)
		return ret;
	args.allocation_list = (uintptr_t)handles.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_MAKE_RESIDENT, &args);
	dxg_handles_free(&handles);
	if (trim && ret == -ENOMEM)
		*trim = args.num_bytes_to_trim;
	if (ret < 0)
		return ret;
	if (value)
		*value = ret == D3DKMT_STATUS_PENDING ? args.paging_fence_value : 0;
	return 0;
}

int dxg_evict(struct dxg_allocation *const *list, unsigned int count, uint64_t *trim)
{
	struct d3dkmt_evict args = { .num_allocations = count };
	struct dxg_handles handles;
	struct dxg_device *device;
	int ret;

	ret = dxg_handles_of(&handles, list, count, DXG_RESIDENCY_MAX, &device);
	if (ret)
		return ret;
	args.device = device->handle;
	args.allocation_list = (uintptr_t)handles.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_EVICT, &args);
	dxg_handles_free(&handles);
	if (!ret && trim)
		*trim = args.num_bytes_to_trim;
	return ret;
}

int dxg_offer(struct dxg_allocation *const *list, unsigned int count,
	      enum dxg_offer_priority priority, unsigned int flags)
{
	struct d3dkmt_offer_allocations args = {
		.num_allocations = count,
		.priority = priority,
		.flags = flags,
	};
	struct dxg_handles handles;
	struct dxg_device *device;
	int ret;

	if (flags & ~DXG_OFFER_IMMEDIATELY)
		return -EINVAL;
	ret = dxg_handles_of(&handles, list, count, DXG_RESIDENCY_MAX, &device);
	if (ret)
		return ret;
	args.device = device->handle;
	args.handle_list = (uintptr_t)handles.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_OFFER_ALLOCATIONS, &args);
	dxg_handles_free(&handles);
	return ret;
}

int dxg_reclaim(struct dxg_paging_queue *queue, struct dxg_allocation *const *list,
		unsigned int count, bool *lost, uint64_t *value)
{
	struct d3dkmt_reclaim_allocations2 args = {
		.paging_queue = queue->handle,
		.num_allocations = count,
	};
	struct dxg_handles handles;
	struct dxg_device *device;
	uint32_t *results;
	unsigned int i;
	int ret;

	ret = dxg_handles_of(&handles, list, count, DXG_RESIDENCY_MAX, &device);
	if (ret)
		return ret;
	results = calloc(count, sizeof(*results));
	if (!results) {
		ret = -ENOMEM;
		goto out;
	}
	args.handle_list = (uintptr_t)handles.list;
	args.results = (uintptr_t)results;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_RECLAIM_ALLOCATIONS2, &args);
	if (ret < 0)
		goto out;
	ret = 0;
	for (i = 0; lost && i < count; i++)
		lost[i] = results[i] != D3DKMT_RECLAIM_RESULT_OK;
	if (value)
		*value = args.paging_fence_value;
out:
	free(results);
	dxg_handles_free(&handles);
	return ret;
}

int dxg_get_residency(struct dxg_allocation *const *list, unsigned int count,
		      enum dxg_residency *out)
{
	struct d3dkmt_query_allocation_residency args = { .allocation_count = count };
	struct dxg_handles handles, statuses = { .list = NULL };
	struct dxg_device *device;
	unsigned int i;
	int ret;

	ret = dxg_handles_of(&handles, list, count, DXG_BATCH_MAX, &device);
	if (ret)
		return ret;
	/* Any words will do: they are written over. */
	ret = dxg_handles_of(&statuses, list, count, DXG_BATCH_MAX, &device);
	if (ret)
		goto out;
	args.device = device->handle;
	args.allocation_list = (uintptr_t)handles.list;
	args.residency_status = (uintptr_t)statuses.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, &args);
	for (i = 0; !ret && i < count; i++)
		out[i] = (enum dxg_residency)statuses.list[i];
	dxg_handles_free(&statuses);
out:
	dxg_handles_free(&handles);
	return ret;
}

int dxg_set_priority(struct dxg_allocation *const *list, unsigned int count,
		     const uint32_t *priorities)
{
	struct d3dkmt_set_allocation_priority args = {
		.allocation_count = count,
		.priorities = (uintptr_t)priorities,
	};
	struct dxg_handles handles;
	struct dxg_device *device;
	int ret;

	ret = dxg_handles_of(&handles, list, count, DXG_BATCH_MAX, &device);
	if (ret)
		return ret;
	args.device = device->handle;
	args.allocation_list = (uintptr_t)handles.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY, &args);
	dxg_handles_free(&handles);
	return ret;
}

int dxg_get_priority(struct dxg_allocation *const *list, unsigned int count,
		     uint32_t *priorities)
{
	struct d3dkmt_get_allocation_priority args = {
		.allocation_count = count,
		.priorities = (uintptr_t)priorities,
	};
	struct dxg_handles handles;
	struct dxg_device *device;
	int ret;

	ret = dxg_handles_of(&handles, list, count, DXG_BATCH_MAX, &device);
	if (ret)
		return ret;
	args.device = device->handle;
	args.allocation_list = (uintptr_t)handles.list;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_GET_ALLOCATION_PRIORITY, &args);
	dxg_handles_free(&handles);
	return ret;
}
