// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
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
 * DOC: Offer and reclaim
 *
 * What is offered keeps its bytes for as long as nobody needs their room, and loses them
 * without a copy when somebody does. Reclaim takes the offer back and says, for each,
 * whether the bytes are still there.
 *
 * An offer holds from when the commands that were queued before it have finished: it ends
 * the device's epoch, as a destruction does. An allocation is not locked and offered at
 * the same time: the process's map_lock, under which both are decided, is held from the
 * first check to the last change, and so all of a call is offered or none.
 */

/**
 * struct offer_set - What a call names
 * @device: the device
 * @num: handles
 * @resources: resources, each counted; NULL: @list
 * @list: allocations, each counted
 */
struct offer_set {
	struct dxg_device *device;
	u32 num;
	struct dxg_resource **resources;
	struct dxg_paging_request *list;
};

static void offer_set_free(struct offer_set *set)
{
	u32 i;

	if (set->list)
		dxg_paging_request_free(set->list);
	for (i = 0; set->resources && i < set->num; i++)
		if (set->resources[i])
			dxg_resource_put(set->resources[i]);
	kvfree(set->resources);
}

static int offer_set_lookup(struct offer_set *set, const u32 *handles)
{
	u32 i;

	for (i = 0; i < set->num; i++) {
		set->resources[i] = dxg_resource_lookup(set->device->process, handles[i]);
		if (!set->resources[i] || set->resources[i]->device != set->device)
			return -EINVAL;
	}
	return 0;
}

static int offer_set_copy(struct offer_set *set, u64 resources, u64 list)
{
	u32 *handles;
	int ret;

	if (list) {
		set->list = dxg_residency_copy(set->device, list, set->num);
		ret = PTR_ERR_OR_ZERO(set->list);
		if (ret)
			set->list = NULL;
		return ret;
	}
	handles = vmemdup_array_user(u64_to_user_ptr(resources), set->num, sizeof(*handles));
	if (IS_ERR(handles))
		return PTR_ERR(handles);
	set->resources = kvcalloc(set->num, sizeof(*set->resources), GFP_KERNEL_ACCOUNT);
	ret = set->resources ? offer_set_lookup(set, handles) : -ENOMEM;
	kvfree(handles);
	return ret;
}

/* The allocations behind one handle, one after the other, as dxg_resource_next(). */
static struct dxg_allocation *offer_set_next(struct offer_set *set, u32 i,
					     struct dxg_allocation *alloc)
{
	cond_resched();
	if (set->resources)
		return dxg_resource_next(set->resources[i], alloc);
	if (alloc) {
		dxg_allocation_put(alloc);
		return NULL;
	}
	dxg_allocation_get(set->list->allocs[i]);
	return set->list->allocs[i];
}

static int offer_check(const struct d3dkmt_offer_allocations *args)
{
	if (!args->num_allocations || args->num_allocations > D3DKMT_MAX_RESIDENCY)
		return -EINVAL;
	if (!args->resources == !args->handle_list)
		return -EINVAL;
	if (args->priority < D3DKMT_OFFER_PRIORITY_LOW ||
	    args->priority > D3DKMT_OFFER_PRIORITY_AUTO)
		return -EINVAL;
	if (args->flags & ~(D3DKMT_OFFER_IMMEDIATELY | D3DKMT_OFFER_ALLOW_DECOMMIT))
		return -EINVAL;
	return 0;
}

/*
 * What is locked, or the program's own, cannot be discarded; what others may have open, or
 * have had as a dma-buf, is not for one of them to give up.
 */
static bool offer_is_allowed(const struct dxg_allocation *alloc)
{
	const struct dxg_gem_object *bo = alloc->bo;

	return !alloc->locks && !bo->existing && !READ_ONCE(bo->shared);
}

static int offer_set_check(struct offer_set *set)
{
	struct dxg_allocation *alloc;
	u32 i;

	lockdep_assert_held(&set->device->process->map_lock);

	for (i = 0; i < set->num; i++) {
		alloc = NULL;
		while ((alloc = offer_set_next(set, i, alloc))) {
			if (offer_is_allowed(alloc) && !fatal_signal_pending(current))
				continue;
			dxg_allocation_put(alloc);
			return fatal_signal_pending(current) ? -EINTR : -EINVAL;
		}
	}
	return 0;
}

static void offer_one(struct dxg_allocation *alloc, u32 priority, u64 epoch)
{
	struct dxg_gem_object *bo = alloc->bo;

	mutex_lock(&bo->lock);
	if (!bo->offered)
		bo->discarded = false;
	dxg_vidmm_offer(bo, priority, alloc->device, epoch);
	mutex_unlock(&bo->lock);
}

static int offer_run(struct offer_set *set, u32 priority, bool immediately)
{
	struct dxg_process *process = set->device->process;
	struct dxg_allocation *alloc;
	u64 epoch;
	u32 i;
	int ret;

	mutex_lock(&process->map_lock);
	ret = offer_set_check(set);
	if (ret)
		goto out_unlock;
	epoch = immediately ? DXG_EPOCH_NONE : dxg_device_end_epoch(set->device);
	for (i = 0; i < set->num; i++) {
		alloc = NULL;
		while ((alloc = offer_set_next(set, i, alloc)))
			offer_one(alloc, priority, epoch);
		/* Nobody is left to see what was offered and what not. */
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
	}
out_unlock:
	mutex_unlock(&process->map_lock);
	return ret;
}

/**
 * dxg_ioctl_offer() - D3DKMTOfferAllocations
 * @call: struct d3dkmt_offer_allocations
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says; -EINTR: killed.
 */
int dxg_ioctl_offer(struct dxg_call *call)
{
	const struct d3dkmt_offer_allocations *args = call->args;
	struct offer_set set = { .num = args->num_allocations };
	u32 priority = args->priority;
	int ret;

	ret = offer_check(args);
	if (ret)
		return ret;
	set.device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(set.device))
		return PTR_ERR(set.device);
	if (priority == D3DKMT_OFFER_PRIORITY_AUTO)
		priority = D3DKMT_OFFER_PRIORITY_NORMAL;
	ret = offer_set_copy(&set, args->resources, args->handle_list);
	if (!ret)
		ret = offer_run(&set, priority, args->flags & D3DKMT_OFFER_IMMEDIATELY);
	offer_set_free(&set);
	dxg_device_put(set.device);
	return ret;
}

static void reclaim_one(struct dxg_allocation *alloc, u32 *result)
{
	struct dxg_gem_object *bo = alloc->bo;

	mutex_lock(&bo->lock);
	if (bo->offered && bo->discarded)
		*result = D3DKMT_RECLAIM_RESULT_DISCARDED;
	dxg_vidmm_offer(bo, 0, NULL, DXG_EPOCH_NONE);
	mutex_unlock(&bo->lock);
}

static void reclaim_run(struct offer_set *set, u32 *results)
{
	struct dxg_process *process = set->device->process;
	struct dxg_allocation *alloc;
	u32 i;

	mutex_lock(&process->map_lock);
	for (i = 0; i < set->num; i++) {
		alloc = NULL;
		while ((alloc = offer_set_next(set, i, alloc)))
			reclaim_one(alloc, &results[i]);
		if (fatal_signal_pending(current))
			break;
	}
	mutex_unlock(&process->map_lock);
}

static int reclaim(struct dxg_call *call, struct offer_set *set)
{
	const struct d3dkmt_reclaim_allocations2 *args = call->args;
	void __user *user = u64_to_user_ptr(args->results);
	size_t size = array_size(set->num, sizeof(u32));
	u32 *results;
	int ret;

	ret = offer_set_copy(set, args->resources, args->handle_list);
	if (ret)
		return ret;
	results = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!results)
		return -ENOMEM;
	/* Who cannot be told what was discarded has reclaimed nothing. */
	ret = dxg_call_probe(call, sizeof(*args));
	if (!ret && user && copy_to_user(user, results, size))
		ret = -EFAULT;
	if (!ret) {
		reclaim_run(set, results);
		if (user && copy_to_user(user, results, size))
			ret = -EFAULT;
	}
	kvfree(results);
	return ret;
}

/**
 * dxg_ioctl_reclaim() - D3DKMTReclaimAllocations2
 * @call: struct d3dkmt_reclaim_allocations2
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_reclaim(struct dxg_call *call)
{
	struct d3dkmt_reclaim_allocations2 *args = call->args;
	struct offer_set set = { .num = args->num_allocations };
	struct dxg_paging_queue *queue;
	int ret = -ENODEV;

	if (!args->num_allocations || args->num_allocations > D3DKMT_MAX_RESIDENCY ||
	    !args->resources == !args->handle_list)
		return -EINVAL;
	queue = dxg_paging_queue_lookup(call->process, args->paging_queue);
	if (!queue)
		return -EINVAL;
	if (dxg_adapter_is_removed(queue->device->adapter))
		goto out_put;
	set.device = queue->device;
	ret = reclaim(call, &set);
	offer_set_free(&set);
	if (!ret)
		args->paging_fence_value = dxg_paging_queue_last(queue);
out_put:
	dxg_paging_queue_put(queue);
	return ret;
}
