// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_mapping.h"
#include "dxg_process.h"
#include "dxg_sync.h"
#include "dxg_wait.h"

/**
 * DOC: Sync objects
 *
 * What a device has of a sync object: a handle, and the address of a monitored fence's
 * value. That lies in a page that the owner has mapped for reading, so that polling needs no
 * call; a write to the mapping faults. The device that creates a sync object has its first
 * opening. What one opening must not do, signal or wait, another may.
 *
 * Destroying it ends the waits that began by this opening, and nobody else's.
 *
 * It is no dma_fence: user space decides when and whether it is signalled, and the kernel
 * must not wait for that. What waits is a thread, killable, an eventfd, or a queue whose next
 * command is no job yet.
 */

static void sync_release(struct dxg_object *obj)
{
	struct dxg_sync *sync = container_of(obj, struct dxg_sync, base);

	atomic_dec(&sync->device->adapter->stats.sync_openings);
	dxg_sync_object_put(sync->object);
	kfree(sync);
}

static void sync_retire(struct dxg_object *obj)
{
	struct dxg_sync *sync = container_of(obj, struct dxg_sync, base);
	struct dxg_adapter *adapter = sync->device->adapter;

	if (sync->cpu_va)
		dxg_mapping_unmap_page(sync->device->process, sync->cpu_va, sync->object->page);

	spin_lock(&adapter->sync_lock);
	sync->dead = true;
	dxg_wait_end_locked(sync, -EINVAL);
	spin_unlock(&adapter->sync_lock);
	dxg_object_put(obj);
}

static const struct dxg_object_ops sync_ops = {
	.type = DXG_OBJECT_SYNC,
	.retire = sync_retire,
	.release = sync_release,
};

/**
 * dxg_sync_find() - Find the sync object of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the sync object with a reference, of any device; NULL: none.
 */
struct dxg_sync *dxg_sync_find(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_SYNC);

	return obj ? container_of(obj, struct dxg_sync, base) : NULL;
}

/**
 * dxg_sync_lookup() - Find a sync object of a device
 * @device: the device
 * @handle: any value
 *
 * Return: the sync object with a reference; NULL: none, or another device's.
 */
struct dxg_sync *dxg_sync_lookup(struct dxg_device *device, u32 handle)
{
	struct dxg_sync *sync = dxg_sync_find(device->process, handle);

	if (!sync || sync->device == device)
		return sync;
	dxg_sync_put(sync);
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
 * dxg_sync_signal() - Signal from a queue
 * @sync: the sync object
 * @value: new value of a fence; nothing happens where the current one is larger
 */
void dxg_sync_signal(struct dxg_sync *sync, u64 value)
{
	dxg_sync_object_signal(sync->object, value, false);
}

/**
 * dxg_sync_rewind() - Signal from a queue, also a smaller value than before
 * @sync: the sync object
 * @value: new value of a fence
 */
void dxg_sync_rewind(struct dxg_sync *sync, u64 value)
{
	dxg_sync_object_signal(sync->object, value, true);
}

/**
 * dxg_sync_fail() - A command that would have signalled it was lost
 * @sync: the sync object
 *
 * A fence goes to the maximum, unless who created or opened it said otherwise; anything
 * else is signalled, as nobody else would.
 */
void dxg_sync_fail(struct dxg_sync *sync)
{
	if (!((sync->flags | sync->object->flags) & D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR))
		dxg_sync_signal(sync, U64_MAX);
}

/**
 * dxg_sync_create_opening() - Create a device's opening of an object
 * @device: the device
 * @flags: D3DKMT_SYNC_* of the opening
 * @object: the object; the reference is consumed, on failure too
 *
 * Return: the opening, its handle not reserved; -ENOMEM.
 */
struct dxg_sync *dxg_sync_create_opening(struct dxg_device *device, u32 flags,
					 struct dxg_sync_object *object)
{
	struct dxg_sync *sync;

	sync = kzalloc(sizeof(*sync), GFP_KERNEL_ACCOUNT);
	if (!sync) {
		dxg_sync_object_put(object);
		return ERR_PTR(-ENOMEM);
	}
	dxg_object_init(&sync->base, &sync_ops, &device->base);
	sync->device = device;
	sync->flags = flags;
	sync->object = object;
	atomic_inc(&device->adapter->stats.sync_openings);
	return sync;
}

static struct dxg_sync *sync_create(struct dxg_device *device, const struct dxg_sync_init *init)
{
	struct dxg_sync_object *object = dxg_sync_object_create(device->adapter, init);

	if (IS_ERR(object))
		return ERR_CAST(object);
	return dxg_sync_create_opening(device, init->flags, object);
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
	struct dxg_sync_init init = {
		.type = D3DKMT_SYNC_MONITORED_FENCE,
		.flags = flags,
		.value = value,
	};

	return sync_create(device, &init);
}

/**
 * dxg_sync_open() - Give a new opening a handle and map its value
 * @call: the operation, which publishes the handle
 * @sync: the opening; consumed on failure too
 *
 * Return: 0; a negative errno: no memory, handles or address space.
 */
int dxg_sync_open(struct dxg_call *call, struct dxg_sync *sync)
{
	unsigned long va;
	int ret;

	ret = dxg_handle_reserve(&call->process->table, &sync->base);
	if (ret) {
		dxg_sync_put(sync);
		return ret;
	}
	dxg_call_add(call, &sync->base);
	if (!sync->object->page)
		return 0;
	/* Last; retiring the object undoes it. */
	va = dxg_mapping_map_page(sync->object->page);
	if (IS_ERR_VALUE(va))
		return va;
	sync->cpu_va = va;
	return 0;
}

static int sync_check_flags(const struct d3dkmt_sync_object_info2 *info)
{
	u32 flags = info->flags;

	if (flags & ~(D3DKMT_SYNC_SIGNAL_BY_KMD * 2 - 1) || flags & D3DKMT_SYNC_SIGNAL_BY_KMD)
		return -EINVAL;
	if (!(flags & D3DKMT_SYNC_SHARED) != !(flags & D3DKMT_SYNC_NT_SECURITY_SHARING))
		return -EINVAL;
	if (flags & D3DKMT_SYNC_CROSS_ADAPTER && !(flags & D3DKMT_SYNC_SHARED))
		return -EINVAL;
	return flags & D3DKMT_SYNC_CROSS_ADAPTER ? -EPERM : 0;
}

static int sync_check(const struct d3dkmt_sync_object_info2 *info)
{
	int ret;

	if (!info->type || info->type > D3DKMT_SYNC_PERIODIC_MONITORED_FENCE)
		return -EINVAL;
	ret = sync_check_flags(info);
	if (ret)
		return ret;
	switch (info->type) {
	case D3DKMT_SYNC_SEMAPHORE:
		return !info->semaphore.max_count ||
		       info->semaphore.initial_count > info->semaphore.max_count ? -EINVAL : 0;
	case D3DKMT_SYNC_CPU_NOTIFICATION:
		/* Its file is the creator's. */
		return info->flags & D3DKMT_SYNC_SHARED || info->event > INT_MAX ? -EINVAL : 0;
	case D3DKMT_SYNC_MONITORED_FENCE:
		return info->engine_affinity > 1 ? -EINVAL : 0;
	case D3DKMT_SYNC_PERIODIC_MONITORED_FENCE:
		return -EPERM;
	default:
		return 0;
	}
}

static int sync_init(const struct d3dkmt_sync_object_info2 *info, struct dxg_sync_init *init)
{
	init->type = info->type;
	init->flags = info->flags;
	switch (info->type) {
	case D3DKMT_SYNC_MUTEX:
		init->max = 1;
		init->value = !info->initial_state;
		break;
	case D3DKMT_SYNC_SEMAPHORE:
		init->max = info->semaphore.max_count;
		init->value = info->semaphore.initial_count;
		break;
	case D3DKMT_SYNC_CPU_NOTIFICATION:
		init->eventfd = eventfd_ctx_fdget(info->event);
		return IS_ERR(init->eventfd) ? -EINVAL : 0;
	default:
		init->value = info->initial_fence_value;
	}
	return 0;
}

static int sync_create_checked(struct dxg_call *call, struct dxg_device *device)
{
	struct d3dkmt_create_sync_object2 *args = call->args;
	bool mapped = args->info.type == D3DKMT_SYNC_MONITORED_FENCE;
	struct dxg_sync_init init = {};
	struct dxg_sync *sync;
	int ret;

	if (mapped) {
		ret = dxg_process_bind_mm(call->process);
		if (ret)
			return ret;
	}
	ret = sync_init(&args->info, &init);
	if (ret)
		return ret;
	sync = sync_create(device, &init);
	if (IS_ERR(sync))
		return PTR_ERR(sync);
	ret = dxg_sync_open(call, sync);
	if (ret)
		return ret;
	if (mapped) {
		args->info.fence_value_cpu_va = sync->cpu_va;
		args->info.fence_value_gpu_va = 0;
	}
	args->sync_object = sync->base.handle;
	return 0;
}

/**
 * dxg_ioctl_sync_create() - D3DKMTCreateSynchronizationObject2
 * @call: struct d3dkmt_create_sync_object2
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_create(struct dxg_call *call)
{
	const struct d3dkmt_create_sync_object2 *args = call->args;
	struct dxg_device *device;
	int ret;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = sync_check(&args->info);
	if (!ret)
		ret = sync_create_checked(call, device);
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

/**
 * dxg_sync_copy_arrays() - Copy the handles and values of a call
 * @user_handles: address in user space
 * @user_values: address in user space
 * @num: of both
 * @handles: out
 * @values: out
 *
 * Return: 0; -EINVAL: an address is NULL; -EFAULT.
 */
int dxg_sync_copy_arrays(u64 user_handles, u64 user_values, u32 num, u32 *handles, u64 *values)
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
		/* Anything else is for queues. */
		if (!dxg_sync_is_monitored(syncs[i]))
			return -EINVAL;
		if (syncs[i]->flags & D3DKMT_SYNC_NO_SIGNAL)
			return -EACCES;
		if (!rewind && values[i] < *syncs[i]->object->value)
			return -EINVAL;
		/* The same one twice must not go back either. */
		for (j = 0; j < i && !rewind; j++)
			if (syncs[j]->object == syncs[i]->object && values[i] < values[j])
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
		dxg_sync_object_set_locked(syncs[i]->object, values[i]);
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
	ret = dxg_sync_copy_arrays(args->objects, args->fence_values, args->object_count,
				   handles, values);
	if (ret)
		return ret;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = signal_all(device, handles, values, args->object_count, args->flags);
	dxg_device_put(device);
	return ret;
}
