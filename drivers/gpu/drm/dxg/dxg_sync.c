// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_mapping.h"
#include "dxg_process.h"
#include "dxg_sync.h"

/**
 * DOC: Sync objects
 *
 * A monitored fence is a 64-bit value that the CPU and engines set and that anybody
 * waits for to reach some value. It lies in a page that the owner has mapped for
 * reading, so that polling needs no call; a write to the mapping faults.
 *
 * It is no dma_fence and never becomes one: user space decides when and whether it is
 * signalled, and the kernel must not wait for that. What waits is a thread, killable,
 * or an eventfd.
 *
 * A wait names any number of fences and values. It is satisfied by the first or by
 * all of them, and then leaves every fence that it is still queued at. One lock for
 * each adapter covers all values and waits: a wait on many objects, and a signal of
 * many, is one step for everybody. A lock for each object would need an order among
 * them and still a second lock for the wait.
 */

struct dxg_wait;

/**
 * struct dxg_wait_entry - A wait at one fence
 * @wait: the wait
 * @sync: the fence, counted
 * @value: value that is waited for
 * @link: entry of the fence's waiters; empty when it has been reached
 */
struct dxg_wait_entry {
	struct dxg_wait *wait;
	struct dxg_sync *sync;
	u64 value;
	struct list_head link;
};

/**
 * struct dxg_wait - A wait of the CPU
 * @adapter: the adapter, counted by the fences
 * @link: entry of the adapter's waits; empty when it is over. Under sync_lock
 * @any: one fence is enough
 * @left: fences that have not reached their value. Under sync_lock
 * @done: over; @result is valid
 * @result: 0, or a negative errno
 * @eventfd: who is told, or NULL: the thread at @queue
 * @process: whose pending waits it counts among; with @eventfd; counted
 * @queue: the thread that waits
 * @free_work: frees a wait that nobody waits for; final puts may sleep
 * @num: entries
 * @entries: a wait at each fence
 */
struct dxg_wait {
	struct dxg_adapter *adapter;
	struct list_head link;
	bool any;
	u32 left;
	bool done;
	int result;
	struct eventfd_ctx *eventfd;
	struct dxg_process *process;
	wait_queue_head_t queue;
	struct work_struct free_work;
	u32 num;
	struct dxg_wait_entry entries[] __counted_by(num);
};

static void wait_free(struct dxg_wait *wait)
{
	u32 i;

	if (wait->eventfd)
		eventfd_ctx_put(wait->eventfd);
	if (wait->process) {
		atomic_dec(&wait->process->num_async);
		dxg_process_put(wait->process);
	}
	for (i = 0; i < wait->num; i++)
		if (wait->entries[i].sync)
			dxg_sync_put(wait->entries[i].sync);
	kvfree(wait);
}

static void wait_free_work(struct work_struct *work)
{
	wait_free(container_of(work, struct dxg_wait, free_work));
}

/* Take the wait off everything. An eventfd's wait is not the caller's afterwards. */
static void wait_finish_locked(struct dxg_wait *wait, int result)
{
	u32 i;

	lockdep_assert_held(&wait->adapter->sync_lock);

	for (i = 0; i < wait->num; i++)
		list_del_init(&wait->entries[i].link);
	list_del_init(&wait->link);
	wait->result = result;
	if (!wait->eventfd) {
		/* The thread frees the wait when it holds the lock again. */
		WRITE_ONCE(wait->done, true);
		wake_up(&wait->queue);
		return;
	}
	/* A removal is told too: better to wake up and see than to wait for ever. */
	if (!result || result == -ENODEV)
		eventfd_signal(wait->eventfd);
	queue_work(dxg_wq, &wait->free_work);
}

static void sync_reach_locked(struct dxg_sync *sync)
{
	struct dxg_wait_entry *entry, *next;
	LIST_HEAD(reached);

	lockdep_assert_held(&sync->device->adapter->sync_lock);

	/* In two steps: finishing one wait takes others of its entries off the list. */
	list_for_each_entry_safe(entry, next, &sync->waiters, link)
		if (entry->value <= *sync->value)
			list_move_tail(&entry->link, &reached);
	while (!list_empty(&reached)) {
		entry = list_first_entry(&reached, struct dxg_wait_entry, link);
		list_del_init(&entry->link);
		if (!--entry->wait->left || entry->wait->any)
			wait_finish_locked(entry->wait, 0);
	}
}

static void sync_set_locked(struct dxg_sync *sync, u64 value)
{
	WRITE_ONCE(*sync->value, value);
	sync_reach_locked(sync);
}

static void sync_release(struct dxg_object *obj)
{
	struct dxg_sync *sync = container_of(obj, struct dxg_sync, base);

	WARN_ON(!list_empty(&sync->waiters));
	__free_page(sync->page);
	atomic_dec(&sync->device->adapter->stats.sync_objects);
	kfree(sync);
}

static void sync_retire(struct dxg_object *obj)
{
	struct dxg_sync *sync = container_of(obj, struct dxg_sync, base);
	struct dxg_adapter *adapter = sync->device->adapter;
	struct dxg_wait_entry *entry;

	dxg_mapping_unmap_page(sync->device->process, sync->cpu_va, sync->page);

	spin_lock(&adapter->sync_lock);
	sync->dead = true;
	while (!list_empty(&sync->waiters)) {
		entry = list_first_entry(&sync->waiters, struct dxg_wait_entry, link);
		wait_finish_locked(entry->wait, -EINVAL);
	}
	spin_unlock(&adapter->sync_lock);
	dxg_object_put(obj);
}

static const struct dxg_object_ops sync_ops = {
	.type = DXG_OBJECT_SYNC,
	.retire = sync_retire,
	.release = sync_release,
};

/**
 * dxg_sync_lookup() - Find a sync object of a device
 * @device: the device
 * @handle: any value
 *
 * Return: the sync object with a reference; NULL: none, or another device's.
 */
struct dxg_sync *dxg_sync_lookup(struct dxg_device *device, u32 handle)
{
	struct dxg_object *obj;
	struct dxg_sync *sync;

	obj = dxg_handle_lookup(&device->process->table, handle, DXG_OBJECT_SYNC);
	if (!obj)
		return NULL;
	sync = container_of(obj, struct dxg_sync, base);
	if (sync->device == device)
		return sync;
	dxg_object_put(obj);
	return NULL;
}

/**
 * dxg_sync_put() - Drop a reference
 * @sync: the sync object
 */
void dxg_sync_put(struct dxg_sync *sync)
{
	dxg_object_put(&sync->base);
}

/**
 * dxg_sync_retire() - Destroy a sync object with what it is part of
 * @sync: the sync object, whose handle may be gone already
 */
void dxg_sync_retire(struct dxg_sync *sync)
{
	if (dxg_object_unpublish(&sync->device->process->table, &sync->base))
		sync_retire(&sync->base);
}

/**
 * dxg_sync_check_gpu_signal() - Whether a command may signal it
 * @sync: the sync object
 *
 * Return: 0; -EACCES: it was created so that none may.
 */
int dxg_sync_check_gpu_signal(const struct dxg_sync *sync)
{
	return sync->flags & (D3DKMT_SYNC_NO_SIGNAL | D3DKMT_SYNC_NO_GPU_ACCESS) ? -EACCES : 0;
}

/**
 * dxg_sync_signal() - Signal from an engine
 * @sync: the sync object
 * @value: new value; nothing happens where the current one is larger
 */
void dxg_sync_signal(struct dxg_sync *sync, u64 value)
{
	struct dxg_adapter *adapter = sync->device->adapter;

	spin_lock(&adapter->sync_lock);
	if (value >= *sync->value)
		sync_set_locked(sync, value);
	spin_unlock(&adapter->sync_lock);
}

/**
 * dxg_sync_fail() - A command that would have signalled it was lost
 * @sync: the sync object; goes to the maximum unless its creator said otherwise
 */
void dxg_sync_fail(struct dxg_sync *sync)
{
	if (!(sync->flags & D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR))
		dxg_sync_signal(sync, U64_MAX);
}

/**
 * dxg_sync_cancel_waits() - End all waits on an adapter with ENODEV
 * @adapter: the adapter, removed
 */
void dxg_sync_cancel_waits(struct dxg_adapter *adapter)
{
	spin_lock(&adapter->sync_lock);
	while (!list_empty(&adapter->waits))
		wait_finish_locked(list_first_entry(&adapter->waits, struct dxg_wait, link),
				   -ENODEV);
	spin_unlock(&adapter->sync_lock);
}

static int sync_check(const struct d3dkmt_sync_object_info2 *info)
{
	u32 flags = info->flags;

	if (!info->type || info->type > D3DKMT_SYNC_PERIODIC_MONITORED_FENCE)
		return -EINVAL;
	if (flags & ~(D3DKMT_SYNC_SIGNAL_BY_KMD * 2 - 1) || flags & D3DKMT_SYNC_SIGNAL_BY_KMD)
		return -EINVAL;
	if (!(flags & D3DKMT_SYNC_SHARED) != !(flags & D3DKMT_SYNC_NT_SECURITY_SHARING))
		return -EINVAL;
	if (flags & D3DKMT_SYNC_CROSS_ADAPTER && !(flags & D3DKMT_SYNC_SHARED))
		return -EINVAL;
	if (info->type != D3DKMT_SYNC_MONITORED_FENCE)
		return -EPERM;
	if (info->engine_affinity > 1)
		return -EINVAL;
	return flags & D3DKMT_SYNC_SHARED ? -EPERM : 0;
}

/**
 * dxg_sync_create() - Create a monitored fence
 * @device: the device
 * @flags: D3DKMT_SYNC_*
 * @value: first value
 *
 * Return: the fence, its handle not reserved; -ENOMEM.
 */
struct dxg_sync *dxg_sync_create(struct dxg_device *device, u32 flags, u64 value)
{
	struct dxg_sync *sync;

	sync = kzalloc(sizeof(*sync), GFP_KERNEL_ACCOUNT);
	if (!sync)
		return ERR_PTR(-ENOMEM);
	sync->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!sync->page) {
		kfree(sync);
		return ERR_PTR(-ENOMEM);
	}
	dxg_object_init(&sync->base, &sync_ops, &device->base);
	sync->device = device;
	sync->flags = flags;
	sync->value = page_address(sync->page);
	*sync->value = value;
	INIT_LIST_HEAD(&sync->waiters);
	atomic_inc(&device->adapter->stats.sync_objects);
	return sync;
}

/**
 * dxg_sync_open() - Give a new fence a handle and map its value
 * @call: the operation, which publishes the handle
 * @sync: the fence; consumed on failure too
 *
 * Return: 0; a negative errno: no memory, handles or address space.
 */
int dxg_sync_open(struct dxg_call *call, struct dxg_sync *sync)
{
	int ret;

	ret = dxg_handle_reserve(&call->process->table, &sync->base);
	if (ret) {
		dxg_sync_put(sync);
		return ret;
	}
	dxg_call_add(call, &sync->base);
	/* Last; retiring the object undoes it. */
	sync->cpu_va = dxg_mapping_map_page(sync->page);
	if (IS_ERR_VALUE(sync->cpu_va)) {
		ret = sync->cpu_va;
		sync->cpu_va = 0;
	}
	return ret;
}

/**
 * dxg_ioctl_sync_create() - D3DKMTCreateSynchronizationObject2
 * @call: struct d3dkmt_create_sync_object2
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_create(struct dxg_call *call)
{
	struct d3dkmt_create_sync_object2 *args = call->args;
	struct dxg_device *device;
	struct dxg_sync *sync;
	int ret;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = sync_check(&args->info);
	if (!ret)
		ret = dxg_process_bind_mm(call->process);
	if (ret)
		goto out_put;
	sync = dxg_sync_create(device, args->info.flags, args->info.initial_fence_value);
	if (IS_ERR(sync)) {
		ret = PTR_ERR(sync);
		goto out_put;
	}
	ret = dxg_sync_open(call, sync);
	if (ret)
		goto out_put;
	args->info.fence_value_cpu_va = sync->cpu_va;
	args->info.fence_value_gpu_va = 0;
	args->sync_object = sync->base.handle;
out_put:
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_sync_destroy() - D3DKMTDestroySynchronizationObject
 * @call: struct d3dkmt_destroy_sync_object
 *
 * Return: 0; -EINVAL: no such sync object, or a paging queue's.
 */
int dxg_ioctl_sync_destroy(struct dxg_call *call)
{
	struct d3dkmt_destroy_sync_object *args = call->args;
	struct dxg_handle_table *table = &call->process->table;
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, args->sync_object, DXG_OBJECT_SYNC);
	if (obj && container_of(obj, struct dxg_sync, base)->of_queue)
		obj = NULL;
	if (obj)
		dxg_handle_unpublish_locked(table, obj);
	xa_unlock(&table->xa);
	if (!obj)
		return -EINVAL;
	sync_retire(obj);
	return 0;
}

/* Copy handles and values of a call, one after the other. */
static int sync_copy_arrays(u64 user_handles, u64 user_values, u32 num, u32 *handles, u64 *values)
{
	if (!user_handles || !user_values)
		return -EINVAL;
	if (copy_from_user(handles, u64_to_user_ptr(user_handles), num * sizeof(*handles)) ||
	    copy_from_user(values, u64_to_user_ptr(user_values), num * sizeof(*values)))
		return -EFAULT;
	return 0;
}

static int signal_check_locked(struct dxg_sync **syncs, const u64 *values, u32 num, bool rewind)
{
	u32 i, j;

	for (i = 0; i < num; i++) {
		if (syncs[i]->flags & D3DKMT_SYNC_NO_SIGNAL)
			return -EACCES;
		if (!rewind && values[i] < *syncs[i]->value)
			return -EINVAL;
		/* The same one twice must not go back either. */
		for (j = 0; j < i && !rewind; j++)
			if (syncs[j] == syncs[i] && values[i] < values[j])
				return -EINVAL;
	}
	return 0;
}

static int signal_all(struct dxg_device *device, const u32 *handles, const u64 *values, u32 num,
		      bool rewind)
{
	struct dxg_sync *syncs[D3DKMT_MAX_OBJECTS_SIGNALED];
	u32 found, i;
	int ret = 0;

	for (found = 0; found < num; found++) {
		syncs[found] = dxg_sync_lookup(device, handles[found]);
		if (!syncs[found]) {
			ret = -EINVAL;
			goto out_put;
		}
	}
	spin_lock(&device->adapter->sync_lock);
	ret = signal_check_locked(syncs, values, num, rewind);
	for (i = 0; i < num && !ret; i++)
		sync_set_locked(syncs[i], values[i]);
	spin_unlock(&device->adapter->sync_lock);
out_put:
	while (found--)
		dxg_sync_put(syncs[found]);
	return ret;
}

/**
 * dxg_ioctl_sync_signal() - D3DKMTSignalSynchronizationObjectFromCpu
 * @call: struct d3dkmt_signal_sync_object_from_cpu
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_signal(struct dxg_call *call)
{
	const struct d3dkmt_signal_sync_object_from_cpu *args = call->args;
	u32 handles[D3DKMT_MAX_OBJECTS_SIGNALED];
	u64 values[D3DKMT_MAX_OBJECTS_SIGNALED];
	struct dxg_device *device;
	int ret;

	if (!args->object_count || args->object_count > D3DKMT_MAX_OBJECTS_SIGNALED ||
	    args->flags & ~D3DKMT_SIGNAL_ALLOW_FENCE_REWIND)
		return -EINVAL;
	ret = sync_copy_arrays(args->objects, args->fence_values, args->object_count, handles,
			       values);
	if (ret)
		return ret;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = signal_all(device, handles, values, args->object_count, args->flags);
	dxg_device_put(device);
	return ret;
}

static int wait_fill(struct dxg_wait *wait, struct dxg_device *device, const u32 *handles,
		     const u64 *values)
{
	u32 i;

	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];

		entry->wait = wait;
		entry->value = values[i];
		INIT_LIST_HEAD(&entry->link);
		entry->sync = dxg_sync_lookup(device, handles[i]);
		if (!entry->sync)
			return -EINVAL;
		if (entry->sync->flags & D3DKMT_SYNC_NO_WAIT)
			return -EACCES;
	}
	return 0;
}

static struct dxg_wait *wait_create(struct dxg_device *device,
				    const struct d3dkmt_wait_sync_object_from_cpu *args)
{
	struct dxg_wait *wait;
	u32 num = args->object_count;
	u32 *handles;
	u64 *values;
	int ret = -ENOMEM;

	wait = kvzalloc(struct_size(wait, entries, num), GFP_KERNEL_ACCOUNT);
	values = kvmalloc_array(num, sizeof(*values) + sizeof(*handles), GFP_KERNEL_ACCOUNT);
	if (!wait || !values)
		goto err_free;
	handles = (u32 *)(values + num);
	wait->num = num;
	wait->adapter = device->adapter;
	INIT_LIST_HEAD(&wait->link);
	init_waitqueue_head(&wait->queue);
	INIT_WORK(&wait->free_work, wait_free_work);
	wait->any = args->flags & D3DKMT_WAIT_ANY;

	ret = sync_copy_arrays(args->objects, args->fence_values, num, handles, values);
	if (!ret)
		ret = wait_fill(wait, device, handles, values);
	if (ret)
		goto err_free;
	kvfree(values);
	return wait;

err_free:
	kvfree(values);
	if (wait)
		wait_free(wait);
	return ERR_PTR(ret);
}

/* Queue the wait at what is not reached; it may be over on return. */
static void wait_start_locked(struct dxg_wait *wait)
{
	int result = 0;
	u32 i;

	lockdep_assert_held(&wait->adapter->sync_lock);

	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];

		if (entry->sync->dead)
			result = -EINVAL;
		if (entry->value > *entry->sync->value) {
			wait->left++;
			list_add_tail(&entry->link, &entry->sync->waiters);
		}
	}
	list_add_tail(&wait->link, &wait->adapter->waits);
	if (dxg_adapter_is_removed(wait->adapter))
		result = -ENODEV;
	if (result || !wait->left || (wait->any && wait->left < wait->num))
		wait_finish_locked(wait, result);
}

static int wait_run(struct dxg_wait *wait)
{
	struct dxg_adapter *adapter = wait->adapter;
	int ret;

	spin_lock(&adapter->sync_lock);
	wait_start_locked(wait);
	spin_unlock(&adapter->sync_lock);

	ret = wait_event_interruptible(wait->queue, READ_ONCE(wait->done));

	spin_lock(&adapter->sync_lock);
	if (wait->done)
		ret = wait->result;
	else
		wait_finish_locked(wait, ret);
	spin_unlock(&adapter->sync_lock);
	wait_free(wait);
	return ret;
}

static int wait_run_async(struct dxg_wait *wait, struct dxg_process *process, int fd)
{
	/* The wait and all that it holds may be freed as soon as it has started. */
	struct dxg_adapter *adapter = wait->adapter;
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(fd);

	if (IS_ERR(eventfd)) {
		wait_free(wait);
		return -EINVAL;
	}
	wait->eventfd = eventfd;
	wait->process = process;
	dxg_process_get(process);
	if (atomic_inc_return(&process->num_async) > DXG_PROCESS_MAX_ASYNC) {
		wait_free(wait);
		return -ENOMEM;
	}
	dxg_adapter_get(adapter);
	spin_lock(&adapter->sync_lock);
	wait_start_locked(wait);
	spin_unlock(&adapter->sync_lock);
	dxg_adapter_put(adapter);
	return 0;
}

/**
 * dxg_ioctl_sync_wait() - D3DKMTWaitForSynchronizationObjectFromCpu
 * @call: struct d3dkmt_wait_sync_object_from_cpu
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV; -ERESTARTSYS: a signal, and
 * nothing has happened, as the structure says.
 */
int dxg_ioctl_sync_wait(struct dxg_call *call)
{
	const struct d3dkmt_wait_sync_object_from_cpu *args = call->args;
	struct dxg_device *device;
	struct dxg_wait *wait;

	if (!args->object_count || args->object_count > D3DKMT_MAX_OBJECTS_WAITED_ON ||
	    args->flags & ~D3DKMT_WAIT_ANY || args->async_event > INT_MAX)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	wait = wait_create(device, args);
	dxg_device_put(device);
	if (IS_ERR(wait))
		return PTR_ERR(wait);
	if (!args->async_event)
		return wait_run(wait);
	return wait_run_async(wait, call->process, args->async_event);
}
