// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_paging_queue.h"
#include "dxg_process.h"
#include "dxg_residency.h"
#include "dxg_resource.h"
#include "dxg_vidmm.h"

/**
 * DOC: Residency
 *
 * What user space says and asks about the place of its allocations. A request for
 * residency is counted, for each allocation; that the allocation is resident follows
 * from it at once, or later by the paging queue. A call names many allocations and does
 * all of what it says or nothing: the list is copied and looked up first, then counted in
 * one hold of the lock, and only then does anything move.
 */

static bool priority_is_valid(u32 priority)
{
	return priority >= D3DKMT_ALLOCATION_PRIORITY_MINIMUM &&
	       priority <= D3DKMT_ALLOCATION_PRIORITY_MAXIMUM;
}

/* An array of @num elements of 32 bits; to be freed by kvfree(). */
static u32 *residency_copy(u64 user, u32 num)
{
	return vmemdup_array_user(u64_to_user_ptr(user), num, sizeof(u32));
}

static int residency_lookup(struct dxg_device *device, const u32 *handles,
			    struct dxg_paging_request *request)
{
	u32 i;

	for (i = 0; i < request->num; i++) {
		request->allocs[i] = dxg_allocation_lookup(device, handles[i]);
		if (!request->allocs[i])
			return -EINVAL;
	}
	return 0;
}

/**
 * dxg_residency_copy() - The allocations that a list of the caller names
 * @device: their device
 * @user: pointer to an array of handles
 * @num: handles there
 *
 * Return: the allocations, counted; -EFAULT; -EINVAL: a handle is none; -ENOMEM.
 */
struct dxg_paging_request *dxg_residency_copy(struct dxg_device *device, u64 user, u32 num)
{
	struct dxg_paging_request *request;
	u32 *handles;
	int ret;

	handles = residency_copy(user, num);
	if (IS_ERR(handles))
		return ERR_CAST(handles);
	request = dxg_paging_request_create(num);
	ret = request ? residency_lookup(device, handles, request) : -ENOMEM;
	kvfree(handles);
	if (ret) {
		if (request)
			dxg_paging_request_free(request);
		return ERR_PTR(ret);
	}
	return request;
}

/* What has been destroyed meanwhile has forgotten its requests, ours too. */
static void residency_unwant_locked(struct dxg_paging_request *request, u32 num)
{
	while (num--)
		if (request->allocs[num]->wanted)
			dxg_vidmm_want_locked(request->allocs[num], false);
}

/* Count one request for each; @excess: what the process then has over its budget. */
static int residency_want(struct dxg_process_adapter *pa, struct dxg_paging_request *request,
			  bool must, u64 *excess)
{
	struct dxg_adapter *adapter = pa->adapter;
	int ret = 0;
	u64 budget;
	u32 i;

	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < request->num; i++) {
		if (request->allocs[i]->wanted == U32_MAX || request->allocs[i]->bo->offered) {
			ret = -EINVAL;
			break;
		}
		dxg_vidmm_want_locked(request->allocs[i], true);
	}
	budget = dxg_vidmm_budget_locked(pa);
	if (!ret && !must && pa->ledger.wanted > budget) {
		*excess = pa->ledger.wanted - budget;
		ret = -ENOMEM;
	}
	if (ret)
		residency_unwant_locked(request, i);
	spin_unlock(&adapter->vidmm_lock);
	return ret;
}

/*
 * Make memory for those that have none yet, at the cost of the caller. Return 1 if bytes
 * have to move, theirs or those of others that are in the way: that the queue does.
 */
static int residency_make(struct dxg_paging_request *request)
{
	bool pending = false;
	u32 i;
	int ret;

	for (i = 0; i < request->num; i++) {
		struct dxg_allocation *alloc = request->allocs[i];

		if (!alloc->bo->existing &&
		    alloc->bo->base.size > alloc->device->adapter->caps.backing_max)
			return -ENOMEM;
		if (READ_ONCE(alloc->bo->segment) == DXG_SEGMENT_SYSTEM) {
			pending = true;
			continue;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = dxg_allocation_enter_device(alloc);
		if (ret == -ENOSPC)
			pending = true;
		else if (ret && ret != -EINVAL)
			return ret;
		cond_resched();
	}
	return pending;
}

static int make_resident_check(const struct d3dkmt_make_resident *args)
{
	if (!args->num_allocations || args->num_allocations > D3DKMT_MAX_RESIDENCY)
		return -EINVAL;
	if (!args->allocation_list)
		return -EINVAL;
	if (args->flags & ~(D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER |
			    D3DKMT_MAKE_RESIDENT_MUST_SUCCEED))
		return -EINVAL;
	if (args->flags == D3DKMT_MAKE_RESIDENT_MUST_SUCCEED)
		return -EINVAL;
	return 0;
}

static u32 *priorities_copy(u64 user, u32 num)
{
	u32 *priorities = residency_copy(user, num);
	u32 i;

	for (i = 0; !IS_ERR(priorities) && i < num; i++) {
		if (!priority_is_valid(priorities[i])) {
			kvfree(priorities);
			return ERR_PTR(-EINVAL);
		}
	}
	return priorities;
}

static void residency_set_priorities(struct dxg_paging_request *request, const u32 *priorities)
{
	u32 i;

	for (i = 0; i < request->num; i++) {
		dxg_vidmm_set_priority(request->allocs[i]->bo, priorities[i]);
		cond_resched();
	}
}

/* The request is the queue's, or freed. */
static int make_resident_run(struct dxg_call *call, struct dxg_paging_queue *queue,
			     struct dxg_paging_request *request, const u32 *priorities,
			     u64 *excess)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&queue->base);
	struct d3dkmt_make_resident *args = call->args;
	int ret;

	ret = residency_want(pa, request, args->flags & D3DKMT_MAKE_RESIDENT_MUST_SUCCEED,
			     excess);
	if (ret)
		goto err_free;
	ret = residency_make(request);
	if (ret < 0)
		goto err_unwant;
	if (priorities)
		residency_set_priorities(request, priorities);
	args->num_bytes_to_trim = 0;
	if (ret) {
		args->paging_fence_value = dxg_paging_queue_add(queue, request);
		return D3DKMT_STATUS_PENDING;
	}
	args->paging_fence_value = dxg_paging_queue_last(queue);
	dxg_paging_request_free(request);
	return 0;

err_unwant:
	spin_lock(&pa->adapter->vidmm_lock);
	residency_unwant_locked(request, request->num);
	spin_unlock(&pa->adapter->vidmm_lock);
err_free:
	dxg_paging_request_free(request);
	return ret;
}

static int make_resident(struct dxg_call *call, struct dxg_paging_queue *queue, u64 *excess)
{
	const struct d3dkmt_make_resident *args = call->args;
	struct dxg_paging_request *request;
	u32 *priorities = NULL;
	int ret;

	if (args->priority_list) {
		priorities = priorities_copy(args->priority_list, args->num_allocations);
		if (IS_ERR(priorities))
			return PTR_ERR(priorities);
	}
	request = dxg_residency_copy(queue->device, args->allocation_list,
				     args->num_allocations);
	ret = PTR_ERR_OR_ZERO(request);
	if (!ret) {
		ret = dxg_call_probe(call, sizeof(*args));
		if (ret)
			dxg_paging_request_free(request);
		else
			ret = make_resident_run(call, queue, request, priorities, excess);
	}
	kvfree(priorities);
	return ret;
}

/**
 * dxg_ioctl_make_resident() - D3DKMTMakeResident
 * @call: struct d3dkmt_make_resident
 *
 * Return: 0; D3DKMT_STATUS_PENDING; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure
 * says; -EINTR: killed.
 */
int dxg_ioctl_make_resident(struct dxg_call *call)
{
	struct d3dkmt_make_resident __user *user = call->user_args;
	const struct d3dkmt_make_resident *args = call->args;
	struct dxg_paging_queue *queue;
	u64 excess = 0;
	int ret;

	ret = make_resident_check(args);
	if (ret)
		return ret;
	queue = dxg_paging_queue_lookup(call->process, args->paging_queue);
	if (!queue)
		return -EINVAL;
	if (dxg_adapter_is_removed(queue->device->adapter) ||
	    READ_ONCE(queue->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		ret = -ENODEV;
	else
		ret = make_resident(call, queue, &excess);
	dxg_paging_queue_put(queue);
	if (ret == -ENOMEM && put_user(excess, &user->num_bytes_to_trim))
		return -EFAULT;
	return ret;
}

static int evict_run(struct dxg_process_adapter *pa, struct dxg_paging_request *request,
		     u64 *excess)
{
	struct dxg_adapter *adapter = pa->adapter;
	int ret = 0;
	u64 budget;
	u32 i;

	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < request->num; i++) {
		if (!request->allocs[i]->wanted) {
			ret = -EINVAL;
			break;
		}
		dxg_vidmm_want_locked(request->allocs[i], false);
	}
	while (ret && i--)
		dxg_vidmm_want_locked(request->allocs[i], true);
	budget = dxg_vidmm_budget_locked(pa);
	*excess = pa->ledger.wanted > budget ? pa->ledger.wanted - budget : 0;
	spin_unlock(&adapter->vidmm_lock);
	return ret;
}

/**
 * dxg_ioctl_evict() - D3DKMTEvict
 * @call: struct d3dkmt_evict
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM, as the structure says.
 */
int dxg_ioctl_evict(struct dxg_call *call)
{
	struct d3dkmt_evict *args = call->args;
	struct dxg_paging_request *request;
	struct dxg_device *device;
	int ret;

	if (!args->num_allocations || args->num_allocations > D3DKMT_MAX_RESIDENCY ||
	    !args->allocation_list ||
	    args->flags & ~(D3DKMT_EVICT_ONLY_IF_NECESSARY | D3DKMT_EVICT_NOT_WRITTEN_TO))
		return -EINVAL;
	device = dxg_device_lookup(call->process, args->device);
	if (!device)
		return -EINVAL;
	request = dxg_residency_copy(device, args->allocation_list, args->num_allocations);
	ret = PTR_ERR_OR_ZERO(request);
	if (ret)
		goto out_put;
	ret = dxg_call_probe(call, sizeof(*args));
	if (!ret)
		ret = evict_run(dxg_process_adapter_from(&device->base), request,
				&args->num_bytes_to_trim);
	dxg_paging_request_free(request);
out_put:
	dxg_device_put(device);
	return ret;
}

/*
 * Three operations name a resource or a list, and have an array of 32-bit values beside.
 * All have struct d3dkmt_set_allocation_priority's layout.
 */
static int either_check(const struct d3dkmt_set_allocation_priority *args)
{
	if (!args->resource == !args->allocation_count || !args->priorities)
		return -EINVAL;
	if (args->allocation_count > D3DKMT_MAX_ALLOCATIONS)
		return -EINVAL;
	if (args->allocation_count && !args->allocation_list)
		return -EINVAL;
	return 0;
}

static struct dxg_resource *either_resource(struct dxg_device *device, u32 handle)
{
	struct dxg_resource *resource = dxg_resource_lookup(device->process, handle);

	if (!resource)
		return NULL;
	if (resource->device == device)
		return resource;
	dxg_resource_put(resource);
	return NULL;
}

/* What is done to an allocation and the value beside it. */
typedef void (*either_fn)(struct dxg_allocation *alloc, u32 *value);

static int either_run_resource(struct dxg_device *device, u32 handle, u32 *value, either_fn fn)
{
	struct dxg_resource *resource = either_resource(device, handle);
	struct dxg_allocation *alloc = NULL;
	int ret = 0;

	if (!resource)
		return -EINVAL;
	while ((alloc = dxg_resource_next(resource, alloc))) {
		fn(alloc, value);
		cond_resched();
		/* Destroying others at the same time can keep it from ending. */
		if (fatal_signal_pending(current)) {
			dxg_allocation_put(alloc);
			ret = -EINTR;
			break;
		}
	}
	dxg_resource_put(resource);
	return ret;
}

static int either_run_list(struct dxg_device *device, u64 user, u32 num, u32 *values, either_fn fn)
{
	struct dxg_paging_request *request = dxg_residency_copy(device, user, num);
	u32 i;

	if (IS_ERR(request))
		return PTR_ERR(request);
	for (i = 0; i < num; i++)
		fn(request->allocs[i], &values[i]);
	dxg_paging_request_free(request);
	return 0;
}

static int either_run(struct dxg_call *call, u32 *values, either_fn fn)
{
	const struct d3dkmt_set_allocation_priority *args = call->args;
	struct dxg_device *device;
	int ret;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	if (args->resource)
		ret = either_run_resource(device, args->resource, values, fn);
	else
		ret = either_run_list(device, args->allocation_list, args->allocation_count,
				      values, fn);
	dxg_device_put(device);
	return ret;
}

/*
 * An operation whose values are results. Each is 0 before @fn, and @none where @fn was not
 * called: a resource may have no allocation.
 */
static int either_query(struct dxg_call *call, u32 none, either_fn fn)
{
	const struct d3dkmt_set_allocation_priority *args = call->args;
	u32 num = args->allocation_count ?: 1;
	u32 *values, i;
	int ret;

	ret = either_check(args);
	if (ret)
		return ret;
	values = kcalloc(num, sizeof(*values), GFP_KERNEL);
	if (!values)
		return -ENOMEM;
	ret = either_run(call, values, fn);
	for (i = 0; i < num; i++)
		values[i] = values[i] ?: none;
	if (!ret && copy_to_user(u64_to_user_ptr(args->priorities), values,
				 array_size(num, sizeof(*values))))
		ret = -EFAULT;
	kfree(values);
	return ret;
}

static void set_priority_one(struct dxg_allocation *alloc, u32 *value)
{
	dxg_vidmm_set_priority(alloc->bo, *value);
}

/**
 * dxg_ioctl_allocation_set_priority() - D3DKMTSetAllocationPriority
 * @call: struct d3dkmt_set_allocation_priority
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_allocation_set_priority(struct dxg_call *call)
{
	const struct d3dkmt_set_allocation_priority *args = call->args;
	u32 *priorities;
	int ret;

	ret = either_check(args);
	if (ret)
		return ret;
	priorities = priorities_copy(args->priorities, args->allocation_count ?: 1);
	if (IS_ERR(priorities))
		return PTR_ERR(priorities);
	ret = either_run(call, priorities, set_priority_one);
	kvfree(priorities);
	return ret;
}

/* With a resource, that of the first allocation stays. */
static void get_priority_one(struct dxg_allocation *alloc, u32 *value)
{
	if (!*value)
		*value = READ_ONCE(alloc->bo->priority);
}

/**
 * dxg_ioctl_allocation_get_priority() - D3DKMTGetAllocationPriority
 * @call: struct d3dkmt_get_allocation_priority
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_allocation_get_priority(struct dxg_call *call)
{
	return either_query(call, D3DKMT_ALLOCATION_PRIORITY_NORMAL, get_priority_one);
}

/* A resource is not resident if one of its allocations is not. */
static void query_residency_one(struct dxg_allocation *alloc, u32 *value)
{
	enum d3dkmt_allocation_residency_status status;

	switch (READ_ONCE(alloc->bo->segment)) {
	case DXG_SEGMENT_DEVICE:
		status = D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY;
		break;
	case DXG_SEGMENT_USER:
		status = D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY;
		break;
	default:
		status = D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT;
		break;
	}
	*value = max_t(u32, *value, status);
}

/**
 * dxg_ioctl_allocation_query_residency() - D3DKMTQueryAllocationResidency
 * @call: struct d3dkmt_query_allocation_residency
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_allocation_query_residency(struct dxg_call *call)
{
	return either_query(call, D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY,
			    query_residency_one);
}

/* Half of the segment can be reserved, so that something is left for everybody. */
static u64 reservation_available_locked(struct dxg_process_adapter *pa)
{
	struct dxg_adapter *adapter = pa->adapter;

	lockdep_assert_held(&adapter->vidmm_lock);

	return adapter->caps.segment_size / 2 - (adapter->ledger.reserved - pa->ledger.reserved);
}

static struct dxg_process_adapter *video_memory_adapter(struct dxg_call *call, u64 process,
							u32 adapter, u32 group, u32 index)
{
	struct dxg_process_adapter *pa;

	if (process || index || group > D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL)
		return ERR_PTR(-EINVAL);
	pa = dxg_process_lookup_adapter(call->process, adapter);
	if (!pa)
		return ERR_PTR(-EINVAL);
	if (dxg_adapter_is_removed(pa->adapter)) {
		dxg_object_put(&pa->base);
		return ERR_PTR(-ENODEV);
	}
	return pa;
}

/**
 * dxg_ioctl_video_memory_query() - D3DKMTQueryVideoMemoryInfo
 * @call: struct d3dkmt_query_video_memory_info
 *
 * Return: 0; -EINVAL: no such adapter, group or index, or a process; -ENODEV.
 */
int dxg_ioctl_video_memory_query(struct dxg_call *call)
{
	struct d3dkmt_query_video_memory_info *args = call->args;
	struct dxg_process_adapter *pa;

	pa = video_memory_adapter(call, args->process, args->adapter, args->memory_segment_group,
				  args->physical_adapter_index);
	if (IS_ERR(pa))
		return PTR_ERR(pa);

	spin_lock(&pa->adapter->vidmm_lock);
	if (args->memory_segment_group == D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL) {
		args->budget = dxg_vidmm_budget_locked(pa);
		args->current_usage = pa->ledger.placed[DXG_SEGMENT_DEVICE];
		args->current_reservation = pa->ledger.reserved;
		args->available_for_reservation = reservation_available_locked(pa);
	} else {
		args->budget = (u64)totalram_pages() << PAGE_SHIFT >> 1;
		args->current_usage = pa->ledger.placed[DXG_SEGMENT_SYSTEM] +
				      pa->ledger.placed[DXG_SEGMENT_USER];
		args->current_reservation = 0;
		args->available_for_reservation = 0;
	}
	spin_unlock(&pa->adapter->vidmm_lock);
	dxg_object_put(&pa->base);
	return 0;
}

/**
 * dxg_ioctl_video_memory_reserve() - D3DKMTChangeVideoMemoryReservation
 * @call: struct d3dkmt_change_video_memory_reservation
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_video_memory_reserve(struct dxg_call *call)
{
	const struct d3dkmt_change_video_memory_reservation *args = call->args;
	struct dxg_process_adapter *pa;
	int ret = -ENOMEM;

	if (args->memory_segment_group != D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL)
		return -EINVAL;
	pa = video_memory_adapter(call, args->process, args->adapter, args->memory_segment_group,
				  args->physical_adapter_index);
	if (IS_ERR(pa))
		return PTR_ERR(pa);

	spin_lock(&pa->adapter->vidmm_lock);
	if (args->reservation <= reservation_available_locked(pa)) {
		pa->adapter->ledger.reserved -= pa->ledger.reserved;
		pa->adapter->ledger.reserved += args->reservation;
		pa->ledger.reserved = args->reservation;
		ret = 0;
	}
	spin_unlock(&pa->adapter->vidmm_lock);
	dxg_object_put(&pa->base);
	return ret;
}

/**
 * dxg_ioctl_invalidate_cache() - D3DKMTInvalidateCache
 * @call: struct d3dkmt_invalidate_cache
 *
 * Return: 0; -EINVAL: no such allocation, or a range beyond its end; -ENODEV.
 */
int dxg_ioctl_invalidate_cache(struct dxg_call *call)
{
	const struct d3dkmt_invalidate_cache *args = call->args;
	struct dxg_allocation *alloc;
	struct dxg_device *device;
	int ret = -EINVAL;
	u64 end;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	alloc = dxg_allocation_lookup(device, args->allocation);
	if (!alloc)
		goto out_put;
	if (!check_add_overflow(args->offset, args->length, &end) && end <= alloc->bo->base.size)
		ret = 0;
	dxg_allocation_put(alloc);
out_put:
	dxg_device_put(device);
	return ret;
}
