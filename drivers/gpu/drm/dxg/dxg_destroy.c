// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait_bit.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_destroy.h"
#include "dxg_device.h"
#include "dxg_gpuva.h"
#include "dxg_ioctl.h"
#include "dxg_mapping.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_share.h"
#include "dxg_trace.h"
#include "dxg_vidmm.h"

/**
 * DOC: Destroy
 *
 * A destroy call has three parts. First everything is copied and validated, and all
 * handles leave the table in one hold of its lock: of two threads with the same
 * handle one destroys, and a wrong handle anywhere leaves all as it was. Then CPU
 * mappings are taken away. Last a batch is started, which gives the memory back when
 * no command can use it any more. Nothing after the first part allocates or fails.
 *
 * Use is counted for each device, in epochs. Every command belongs to the epoch in
 * which it was submitted; a destruction ends the current epoch, and runs when all
 * commands of that and of older epochs have finished. That is WDDM's rule, that
 * commands already queued may use what is destroyed. As commands are kept in the
 * order of their epochs, "finished up to here" is one comparison with the oldest
 * command that is left, however deep the queues are; a count for each epoch would
 * need memory when an epoch ends, and a count for each allocation would have to
 * look into commands.
 *
 * ASSUME_NOT_IN_USE does not wait for the epoch but for commands that the scheduler
 * already has, as long as they use the objects; those still held that name one of
 * them will fault instead. No flag frees memory under a running command.
 *
 * GPU virtual addresses follow the same rule: what is mapped there is unmapped when the batch
 * runs, and until then only commands of its epoch and older ones find it; with
 * ASSUME_NOT_IN_USE it is unmapped before the call returns.
 *
 * When its turn has come a batch runs in a worker, or in the call where that waits for
 * it and no command is in the way: close and destroy by the miniport, stand-alone
 * allocations first, then those of the resource, then the resource; each allocation's
 * memory goes back before the miniport forgets it. Closing a file, a killed process
 * and a device that is removed go the same way.
 *
 * To wake a worker costs more than to destroy an allocation without memory. So those
 * that nobody waits for are collected for a tick.
 */

/* Allocations of one call of the miniport. */
#define DXG_DDI_CHUNK	32

/* Handles of a list that is kept on the stack. */
#define DXG_DESTROY_FEW	32

/**
 * enum batch_when - When a destruction runs that no command delays
 * @BATCH_NOW: in the call
 * @BATCH_QUEUED: in a worker
 * @BATCH_SOON: in a worker, with others of the same tick
 */
enum batch_when {
	BATCH_NOW,
	BATCH_QUEUED,
	BATCH_SOON,
};

static void batch_work(struct work_struct *work);
static void batch_run(struct dxg_batch *batch);
static void batch_soon_work(struct work_struct *work);

static LLIST_HEAD(batches_soon);
static DECLARE_DELAYED_WORK(batches_soon_work, batch_soon_work);

/**
 * dxg_batch_init() - Begin a destruction
 * @batch: the batch, part of @lender
 * @device: the device
 * @lender: one of the objects that are destroyed
 */
void dxg_batch_init(struct dxg_batch *batch, struct dxg_device *device,
		    struct dxg_object *lender)
{
	batch->device = device;
	batch->lender = lender;
	dxg_object_get(lender);
	INIT_LIST_HEAD(&batch->allocations);
	batch->resource = NULL;
	INIT_LIST_HEAD(&batch->link);
	batch->epoch = DXG_EPOCH_NONE;
	batch->busy = 0;
	batch->keep = false;
	batch->pending = 0;
	batch->imports = false;
	INIT_WORK(&batch->work, batch_work);
	batch->done = false;
}

/* No command can use the objects any more. */
static void batch_ready(struct dxg_batch *batch, enum batch_when when)
{
	trace_dxg_destroy_ready(batch);
	switch (when) {
	case BATCH_NOW:
		batch_run(batch);
		break;
	case BATCH_QUEUED:
		queue_work(dxg_wq, &batch->work);
		break;
	case BATCH_SOON:
		if (llist_add(&batch->soon_link, &batches_soon))
			queue_delayed_work(dxg_wq, &batches_soon_work, 1);
		break;
	}
}

/*
 * Held commands must not use the allocations any more; armed ones are waited for. A
 * resource may have very many, so the lock is dropped now and then; the batch counts
 * as busy meanwhile and its list is still private.
 */
static bool batch_start_revoked(struct dxg_batch *batch)
{
	struct dxg_device *device = batch->device;
	struct dxg_allocation *alloc;
	bool mapped = false, ready;
	unsigned int num = 0;

	spin_lock_irq(&device->lock);
	batch->busy = 1;
	list_for_each_entry(alloc, &batch->allocations, batch_link) {
		alloc->revoked = true;
		mapped |= READ_ONCE(alloc->mapped);
		if (alloc->busy) {
			alloc->waiting = batch;
			batch->busy++;
		}
		if (++num % DXG_RETIRE_CHUNK == 0) {
			spin_unlock_irq(&device->lock);
			cond_resched();
			spin_lock_irq(&device->lock);
		}
	}
	/* Whoever maps one of them from now on sees that it must not. */
	if (mapped) {
		spin_unlock_irq(&device->lock);
		list_for_each_entry(alloc, &batch->allocations, batch_link)
			dxg_gpuva_forget(alloc);
		spin_lock_irq(&device->lock);
	}
	ready = !--batch->busy;
	if (!ready)
		trace_dxg_destroy_deferred(batch);
	spin_unlock_irq(&device->lock);
	return ready;
}

static bool batch_start_epoch(struct dxg_batch *batch)
{
	struct dxg_device *device = batch->device;
	bool ready;

	spin_lock_irq(&device->lock);
	batch->epoch = device->epoch++;
	ready = list_empty(&device->commands);
	if (!ready) {
		list_add_tail(&batch->link, &device->batches);
		trace_dxg_destroy_deferred(batch);
	}
	spin_unlock_irq(&device->lock);
	return ready;
}

/* One number for all of it: a destruction may have very many. */
static void batch_count_pending(struct dxg_batch *batch, s64 bytes)
{
	struct dxg_process_adapter *pa = container_of(batch->device->base.parent,
						      struct dxg_process_adapter, base);

	if (bytes)
		atomic64_add(bytes, &pa->usage.pending);
}

/* Take the bytes away from the CPU and the process. Return whether there are any. */
static bool batch_revoke_mappings(struct dxg_batch *batch)
{
	struct dxg_allocation *alloc;
	bool backed = false;

	list_for_each_entry(alloc, &batch->allocations, batch_link) {
		WRITE_ONCE(alloc->dying, batch);
		if (dxg_allocation_zap(alloc))
			dxg_mapping_revoke(alloc);
		if (READ_ONCE(alloc->wanted))
			dxg_vidmm_forget(alloc);
		batch->imports |= !!alloc->share;
		if (READ_ONCE(alloc->bo->segment) == DXG_SEGMENT_NONE)
			continue;
		backed = true;
		/* What others have, or may have, is not about to come back. */
		if (!alloc->bo->shared)
			batch->pending += alloc->bo->base.size;
	}
	return backed;
}

/**
 * dxg_batch_start() - Have a destruction run in its time
 * @batch: the batch, complete; all its handles are dead
 * @flags: D3DKMT_DESTROY_*
 *
 * With SYNCHRONOUS, and no command in the way, it has run on return. May sleep.
 */
void dxg_batch_start(struct dxg_batch *batch, u32 flags)
{
	struct dxg_device *device = batch->device;
	enum batch_when when = BATCH_SOON;
	bool ready;

	trace_dxg_destroy_request(batch, flags);
	batch->keep = !(flags & D3DKMT_DESTROY_SYNCHRONOUS);
	if (batch_revoke_mappings(batch))
		when = BATCH_QUEUED;
	batch_count_pending(batch, batch->pending);
	if (flags & D3DKMT_DESTROY_SYNCHRONOUS)
		when = BATCH_NOW;
	atomic_inc(&device->adapter->stats.batches);

	/* The batch may run, and drop all references that it has, at once. */
	dxg_object_get(&device->base);
	if (flags & D3DKMT_DESTROY_ASSUME_NOT_IN_USE)
		ready = batch_start_revoked(batch);
	else
		ready = batch_start_epoch(batch);
	if (ready)
		batch_ready(batch, when);
	dxg_device_put(device);
}

/**
 * dxg_batch_unbusy_locked() - An allocation of a batch is used no more
 * @batch: the batch; its device's lock is held
 */
void dxg_batch_unbusy_locked(struct dxg_batch *batch)
{
	lockdep_assert_held(&batch->device->lock);

	if (!--batch->busy)
		batch_ready(batch, BATCH_QUEUED);
}

/**
 * dxg_device_drain_locked() - Run the destructions whose epoch has drained
 * @device: the device; its lock is held
 */
void dxg_device_drain_locked(struct dxg_device *device)
{
	struct dxg_batch *batch, *next;
	u64 oldest;

	lockdep_assert_held(&device->lock);

	oldest = list_empty(&device->commands) ? device->epoch :
		 list_first_entry(&device->commands, struct dxg_command, device_link)->epoch;
	list_for_each_entry_safe(batch, next, &device->batches, link) {
		if (batch->epoch >= oldest)
			break;
		list_del_init(&batch->link);
		batch_ready(batch, BATCH_QUEUED);
	}
}

/* Take allocations of the same resource, or stand-alone ones, off the batch. */
static unsigned int batch_take(struct dxg_batch *batch, struct dxg_resource *resource,
			       struct dxg_allocation **allocs)
{
	struct dxg_allocation *alloc, *next;
	unsigned int num = 0;

	list_for_each_entry_safe(alloc, next, &batch->allocations, batch_link) {
		if (alloc->resource != resource)
			continue;
		list_del_init(&alloc->batch_link);
		dxg_gpuva_forget(alloc);
		allocs[num++] = alloc;
		if (num == DXG_DDI_CHUNK)
			break;
	}
	return num;
}

/*
 * An allocation whose creation failed may be unknown to the miniport. Return how many were
 * known.
 */
static unsigned int batch_ddi_close(struct dxg_adapter *adapter, struct dxg_allocation **allocs,
				    unsigned int num)
{
	void *handles[DXG_DDI_CHUNK];
	struct dxg_ddi_close_allocation args = { .device_specific = handles };
	unsigned int i;

	for (i = 0; i < num; i++)
		if (allocs[i]->opening)
			handles[args.num_allocations++] = allocs[i]->opening;
	if (args.num_allocations) {
		adapter->ops->close_allocation(adapter->context, &args);
		trace_dxg_ddi_close(adapter, NULL, args.num_allocations, 0);
	}
	return args.num_allocations;
}

static void batch_ddi_destroy(struct dxg_adapter *adapter, struct dxg_resource *resource,
			      struct dxg_allocation **allocs, unsigned int num, bool last)
{
	void *handles[DXG_DDI_CHUNK];
	struct dxg_ddi_destroy_allocation args = {
		.resource = resource ? resource->context : NULL,
		.allocations = handles,
	};
	unsigned int i;

	for (i = 0; i < num; i++)
		if (allocs[i]->bo->context)
			handles[args.num_allocations++] = allocs[i]->bo->context;
	if (resource) {
		lockdep_assert_held(&resource->lock);
		resource->live -= args.num_allocations;
		if (last && !resource->live) {
			args.flags = resource->created ? DXG_DDI_DESTROY_RESOURCE : 0;
			resource->destroyed = true;
		}
	}
	if (args.num_allocations || args.flags) {
		adapter->ops->destroy_allocation(adapter->context, &args);
		trace_dxg_ddi_destroy(adapter, args.resource, args.num_allocations, args.flags);
	}
	if (resource && !resource->destroyed) {
		resource->context = args.resource;
		if (resource->share)
			resource->share->context = args.resource;
	}
}

/* What a share has it destroys; all of a call are the same in this. */
static void batch_free_bos(struct dxg_batch *batch, struct dxg_resource *resource,
			   struct dxg_allocation **allocs, unsigned int num)
{
	bool last = resource && batch->resource == resource;
	unsigned int i;

	/* What has none does not get any: all have been zapped, and no command is left. */
	for (i = 0; i < num; i++)
		if (READ_ONCE(allocs[i]->bo->segment) != DXG_SEGMENT_NONE)
			dxg_gem_unback(allocs[i]->bo, batch->keep);
	batch_ddi_destroy(batch->device->adapter, resource, allocs, num, last);
}

static void batch_free(struct dxg_batch *batch, struct dxg_resource *resource,
		       struct dxg_allocation **allocs, unsigned int num)
{
	struct dxg_share *share = resource->share;
	unsigned int i, closed;

	if (share)
		mutex_lock(&share->lock);
	closed = batch_ddi_close(batch->device->adapter, allocs, num);
	/* An opening of somebody else's, or what has come to a share: that destroys it. */
	if (allocs[0]->bo != &allocs[0]->own || allocs[0]->bo->share)
		resource->live -= closed;
	else
		batch_free_bos(batch, resource, allocs, num);
	if (share)
		mutex_unlock(&share->lock);
	for (i = 0; i < num; i++)
		dxg_allocation_put(allocs[i]);
}

/* An import of what a share has. */
static void batch_free_import(struct dxg_batch *batch, struct dxg_allocation *alloc)
{
	struct dxg_share *share = alloc->share;

	mutex_lock(&share->lock);
	batch_ddi_close(batch->device->adapter, &alloc, 1);
	mutex_unlock(&share->lock);
	dxg_allocation_put(alloc);
	dxg_share_put(share);
}

/* Each goes with its last opening: imports have made more of them. */
static void batch_free_standalone(struct dxg_batch *batch, struct dxg_allocation **allocs,
				  unsigned int num)
{
	unsigned int i, num_last = 0;

	batch_ddi_close(batch->device->adapter, allocs, num);
	/* Those that were the last come first. */
	for (i = 0; i < num; i++) {
		if (refcount_dec_and_test(&allocs[i]->bo->opens)) {
			swap(allocs[i], allocs[num_last]);
			num_last++;
		}
	}
	batch_free_bos(batch, NULL, allocs, num_last);
	for (i = 0; i < num; i++)
		dxg_allocation_put(allocs[i]);
}

static void batch_run_standalone(struct dxg_batch *batch)
{
	struct dxg_allocation *allocs[DXG_DDI_CHUNK];
	unsigned int num;

	while ((num = batch_take(batch, NULL, allocs)))
		batch_free_standalone(batch, allocs, num);
}

static void batch_run_imports(struct dxg_batch *batch)
{
	struct dxg_allocation *alloc, *next;

	list_for_each_entry_safe(alloc, next, &batch->allocations, batch_link) {
		if (!alloc->share)
			continue;
		list_del_init(&alloc->batch_link);
		dxg_gpuva_forget(alloc);
		batch_free_import(batch, alloc);
	}
}

/* False: the resource itself waits for allocations in other batches. */
static bool batch_run_resource(struct dxg_batch *batch, struct dxg_resource *resource)
{
	struct dxg_allocation *allocs[DXG_DDI_CHUNK];
	struct dxg_share *share = NULL;
	struct dxg_batch *last = NULL;
	bool complete = true;
	unsigned int num;

	mutex_lock(&resource->lock);
	while ((num = batch_take(batch, resource, allocs)))
		batch_free(batch, resource, allocs, num);
	if (batch->resource && !resource->destroyed) {
		if (resource->live) {
			resource->last = batch;
			complete = false;
		} else if (resource->share) {
			resource->destroyed = true;
			swap(share, resource->share);
		} else {
			batch_ddi_destroy(batch->device->adapter, resource, NULL, 0, true);
		}
	} else if (!resource->live && resource->last) {
		last = resource->last;
		resource->last = NULL;
	}
	mutex_unlock(&resource->lock);

	if (share)
		dxg_share_put(share);
	if (last)
		queue_work(dxg_wq, &last->work);
	return complete;
}

static void batch_run(struct dxg_batch *batch)
{
	struct dxg_resource *resource = batch->resource;
	struct dxg_object *lender = batch->lender;

	if (batch->imports)
		batch_run_imports(batch);
	batch_run_standalone(batch);
	if (!resource && !list_empty(&batch->allocations))
		resource = list_first_entry(&batch->allocations, struct dxg_allocation,
					    batch_link)->resource;
	if (resource) {
		bool complete;

		/* The allocations may hold the last references on it. */
		dxg_object_get(&resource->base);
		complete = batch_run_resource(batch, resource);
		dxg_object_put(&resource->base);
		if (!complete)
			return;
	}

	batch_count_pending(batch, -(s64)batch->pending);
	atomic_dec(&batch->device->adapter->stats.batches);
	trace_dxg_destroy_reclaimed(batch);
	store_release_wake_up(&batch->done, true);
	if (batch->resource)
		dxg_resource_put(batch->resource);
	dxg_object_put(lender);
}

static void batch_work(struct work_struct *work)
{
	batch_run(container_of(work, struct dxg_batch, work));
}

static void batch_soon_work(struct work_struct *work)
{
	struct llist_node *list = llist_reverse_order(llist_del_all(&batches_soon));
	struct dxg_batch *batch, *next;

	llist_for_each_entry_safe(batch, next, list, soon_link) {
		batch_run(batch);
		cond_resched();
	}
}

/**
 * dxg_destroy_flush() - Run the destructions that are put off for a tick
 *
 * Called when no object is left that could be destroyed, before the workqueue goes.
 */
void dxg_destroy_flush(void)
{
	flush_delayed_work(&batches_soon_work);
}

/* Whether a list may name the allocation; the table's lock is held. */
static bool destroy_fits(const struct dxg_allocation *alloc, const struct dxg_allocation *first,
			 const struct dxg_resource *resource)
{
	if (resource)
		return !alloc->resource || alloc->resource == resource;
	/* What others may have open goes as a whole. */
	return alloc->resource == first->resource && !(alloc->resource && alloc->resource->shared);
}

static void destroy_unmark_locked(struct list_head *objects)
{
	struct dxg_allocation *alloc, *next;

	list_for_each_entry_safe(alloc, next, objects, batch_link) {
		alloc->base.marked = false;
		list_del_init(&alloc->batch_link);
	}
}

/* Collect what the list names, or nothing if any of it is wrong. */
static int destroy_validate_locked(struct dxg_device *device, struct dxg_resource *resource,
				   const u32 *list, u32 count, struct list_head *objects)
{
	struct dxg_handle_table *table = &device->process->table;
	struct dxg_allocation *first = NULL, *alloc;
	struct dxg_object *obj;
	u32 i;

	lockdep_assert_held(&table->xa.xa_lock);

	for (i = 0; i < count; i++) {
		obj = dxg_handle_lookup_locked(table, list[i], DXG_OBJECT_ALLOCATION);
		if (!obj || obj->marked)
			goto err_unmark;
		alloc = dxg_allocation_from(obj);
		if (!first)
			first = alloc;
		if (alloc->device != device || !destroy_fits(alloc, first, resource))
			goto err_unmark;
		obj->marked = true;
		list_add_tail(&alloc->batch_link, objects);
	}
	return 0;

err_unmark:
	destroy_unmark_locked(objects);
	return -EINVAL;
}

/**
 * struct destroy_call - One DestroyAllocation2 under way
 * @args: its structure
 * @count: handles in the list
 * @process: the caller
 * @device: the device, counted once unpublished
 * @resource: the resource or NULL; with its handle's reference once unpublished
 * @objects: the allocations that the list names, by their batch_link
 */
struct destroy_call {
	const struct d3dkmt_destroy_allocation2 *args;
	u32 count;
	struct dxg_process *process;
	struct dxg_device *device;
	struct dxg_resource *resource;
	struct list_head objects;
};

/* All handles die here, or none. */
static int destroy_unpublish(struct destroy_call *destroy, const u32 *list)
{
	struct dxg_handle_table *table = &destroy->process->table;
	struct dxg_resource *resource = NULL;
	struct dxg_allocation *alloc;
	struct dxg_device *device;
	struct dxg_object *obj;
	int ret = -EINVAL;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, destroy->args->device, DXG_OBJECT_DEVICE);
	if (!obj)
		goto out_unlock;
	device = container_of(obj, struct dxg_device, base);
	if (destroy->args->resource) {
		obj = dxg_handle_lookup_locked(table, destroy->args->resource,
					       DXG_OBJECT_RESOURCE);
		if (!obj)
			goto out_unlock;
		resource = container_of(obj, struct dxg_resource, base);
		if (resource->device != device)
			goto out_unlock;
	}
	ret = destroy_validate_locked(device, resource, list, destroy->count, &destroy->objects);
	if (ret)
		goto out_unlock;

	list_for_each_entry(alloc, &destroy->objects, batch_link)
		dxg_handle_unpublish_locked(table, &alloc->base);
	if (resource)
		dxg_handle_unpublish_locked(table, &resource->base);
	dxg_object_get(&device->base);
	destroy->device = device;
	destroy->resource = resource;
out_unlock:
	xa_unlock(&table->xa);
	return ret;
}

static int destroy_copied(struct destroy_call *destroy, u32 *list)
{
	u32 __user *user_list = u64_to_user_ptr(destroy->args->allocation_list);

	if (destroy->count == 1) {
		if (get_user(list[0], user_list))
			return -EFAULT;
	} else if (copy_from_user(list, user_list, array_size(destroy->count, sizeof(*list)))) {
		return -EFAULT;
	}
	return destroy_unpublish(destroy, list);
}

static int destroy_named(struct destroy_call *destroy)
{
	struct dxg_process *process = destroy->process;
	u32 few[DXG_DESTROY_FEW], *list = few;
	int ret;

	if (destroy->count > DXG_DESTROY_FEW)
		list = kmalloc_array(destroy->count, sizeof(*list), GFP_KERNEL | __GFP_NOWARN);
	if (list) {
		ret = destroy_copied(destroy, list);
		if (list != few)
			kfree(list);
		return ret;
	}

	/* Memory that was there before, so that the call cannot fail for want of it. */
	if (mutex_lock_killable(&process->scratch_lock))
		return -EINTR;
	ret = destroy_copied(destroy, process->scratch);
	mutex_unlock(&process->scratch_lock);
	return ret;
}

static struct dxg_batch *destroy_begin(struct destroy_call *destroy)
{
	struct dxg_allocation *alloc;
	struct dxg_batch *batch;

	if (destroy->resource) {
		batch = &destroy->resource->batch;
		dxg_batch_init(batch, destroy->device, &destroy->resource->base);
		batch->resource = destroy->resource;
		dxg_resource_take_children(destroy->resource, batch);
	} else {
		alloc = list_first_entry(&destroy->objects, struct dxg_allocation, batch_link);
		batch = &alloc->batch;
		dxg_batch_init(batch, destroy->device, &alloc->base);
	}
	list_splice_init(&destroy->objects, &batch->allocations);
	return batch;
}

/* The handles are dead: nothing can fail any more but the wait. */
static int destroy_finish(struct destroy_call *destroy)
{
	struct dxg_batch *batch = destroy_begin(destroy);
	struct dxg_object *lender = batch->lender;
	int ret = 0;

	dxg_object_get(lender);
	dxg_batch_start(batch, destroy->args->flags);
	if (destroy->args->flags & D3DKMT_DESTROY_SYNCHRONOUS)
		/* Pairs with store_release_wake_up() where the batch has run. */
		ret = wait_var_event_killable(&batch->done, smp_load_acquire(&batch->done));
	dxg_object_put(lender);

	return ret ? -EINTR : 0;
}

/**
 * dxg_ioctl_allocation_destroy() - D3DKMTDestroyAllocation2
 * @call: struct d3dkmt_destroy_allocation2
 *
 * Return: 0; -EINVAL; -EFAULT; -EINTR, as the structure says.
 */
int dxg_ioctl_allocation_destroy(struct dxg_call *call)
{
	const struct d3dkmt_destroy_allocation2 *args = call->args;
	struct destroy_call destroy = {
		.args = args,
		.count = args->allocation_list ? args->allocation_count : 0,
		.process = call->process,
		.objects = LIST_HEAD_INIT(destroy.objects),
	};
	int ret;

	if (destroy.count > D3DKMT_MAX_ALLOCATIONS || (!args->resource && !destroy.count))
		return -EINVAL;
	ret = destroy_named(&destroy);
	if (ret)
		return ret;
	ret = destroy_finish(&destroy);
	dxg_device_put(destroy.device);
	return ret;
}
