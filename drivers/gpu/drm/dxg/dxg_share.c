// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_blob.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_share.h"
#include "dxg_sync.h"
#include "dxg_sync_share.h"
#include "dxg_trace.h"
#include "dxg_vidmm.h"

/**
 * DOC: Sharing
 *
 * A resource that was created to be shared is an ordinary one until ShareObjects is
 * called for it the first time. That seals it: no allocation is added from then on, and what
 * belongs to the adapter, the bytes and what the miniport knows, goes to a share. A file
 * descriptor holds the share, and so does the resource of each device that has opened it,
 * the creator's among them.
 *
 * Destroying a resource of a share closes that device's opening of it, in its time as any
 * destruction. Who drops the last reference, be it a destruction or the end of a file
 * descriptor in whatever process, has the miniport destroy it.
 *
 * The bytes stay charged to the process that created them, however long others use them. A
 * process that is gone keeps its ledger for that.
 *
 * Refused: global handles, which any process could guess. Refused: sealing when the resource
 * is created, as allocations may be added until others can see it.
 */

/* Allocations of one call of the miniport. */
#define DXG_SHARE_CHUNK		32

static int share_file_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		dxg_share_put(file->private_data);
	return 0;
}

static const struct file_operations share_fops = {
	.owner = THIS_MODULE,
	.release = share_file_release,
};

static void share_ddi_destroy(struct dxg_share *share)
{
	struct dxg_adapter *adapter = share->adapter;
	void *handles[DXG_SHARE_CHUNK];
	struct dxg_ddi_destroy_allocation args = {
		.resource = share->context,
		.allocations = handles,
	};
	u32 i = 0;

	do {
		args.num_allocations = 0;
		while (i < share->num && args.num_allocations < DXG_SHARE_CHUNK) {
			dxg_gem_unback(share->bos[i], false);
			handles[args.num_allocations++] = share->bos[i++]->context;
		}
		args.flags = i == share->num ? DXG_DDI_DESTROY_RESOURCE : 0;
		adapter->ops->destroy_allocation(adapter->context, &args);
		trace_dxg_ddi_destroy(adapter, args.resource, args.num_allocations, args.flags);
	} while (i < share->num);
}

static void share_free(struct dxg_share *share)
{
	u32 i;

	for (i = 0; i < share->num; i++)
		if (share->bos[i])
			dxg_gem_put(share->bos[i]);
	dxg_blob_free(share->private_data);
	dxg_blob_free(share->runtime_data);
	atomic_dec(&share->adapter->stats.shares);
	dxg_adapter_put(share->adapter);
	mutex_destroy(&share->lock);
	kvfree(share);
}

static void share_release(struct kref *kref)
{
	struct dxg_share *share = container_of(kref, struct dxg_share, kref);

	/* Nobody is left whom it could be in the way of, but the miniport may ask for it. */
	mutex_lock(&share->lock);
	share_ddi_destroy(share);
	mutex_unlock(&share->lock);
	share_free(share);
}

/**
 * dxg_share_put() - Drop a reference
 * @share: the share
 *
 * The last one destroys what is shared; may sleep.
 */
void dxg_share_put(struct dxg_share *share)
{
	kref_put(&share->kref, share_release);
}

static struct dxg_share *share_create(struct dxg_adapter *adapter, u32 num)
{
	struct dxg_share *share;

	share = kvzalloc(struct_size(share, bos, num), GFP_KERNEL_ACCOUNT);
	if (!share)
		return NULL;
	kref_init(&share->kref);
	mutex_init(&share->lock);
	share->num = num;
	share->adapter = adapter;
	dxg_adapter_get(adapter);
	atomic_inc(&adapter->stats.shares);
	return share;
}

/* Let nothing be added any more. Return how many allocations there are. */
static int share_seal(struct dxg_resource *resource)
{
	struct dxg_handle_table *table = &resource->device->process->table;
	struct dxg_object *child;
	int num = 0;

	xa_lock(&table->xa);
	list_for_each_entry(child, &resource->base.children, sibling)
		if (++num > D3DKMT_MAX_ALLOCATIONS)
			break;
	if (num > D3DKMT_MAX_ALLOCATIONS || resource->base.dead)
		num = -EINVAL;
	else
		resource->base.sealed = true;
	xa_unlock(&table->xa);
	return num;
}

static void share_unseal(struct dxg_resource *resource)
{
	struct dxg_handle_table *table = &resource->device->process->table;

	xa_lock(&table->xa);
	resource->base.sealed = false;
	xa_unlock(&table->xa);
}

/* From then on the bytes are the share's. Nothing has been added meanwhile. */
static int share_adopt(struct dxg_share *share, struct dxg_resource *resource)
{
	struct dxg_handle_table *table = &resource->device->process->table;
	struct dxg_object *child;
	int ret = -EINVAL;
	u32 i = 0;

	xa_lock(&table->xa);
	if (!resource->base.dead) {
		list_for_each_entry(child, &resource->base.children, sibling) {
			struct dxg_gem_object *bo = dxg_allocation_from(child)->bo;

			dxg_gem_get(bo);
			bo->share = share;
			share->total_private += dxg_blob_size(bo->private_data);
			share->bos[i++] = bo;
		}
		ret = 0;
	}
	xa_unlock(&table->xa);
	return ret;
}

static int share_begin_locked(struct dxg_resource *resource)
{
	struct dxg_share *share;
	int num, ret, i;

	lockdep_assert_held(&resource->lock);

	num = share_seal(resource);
	if (num < 0)
		return num;
	share = share_create(resource->device->adapter, num);
	ret = share ? share_adopt(share, resource) : -ENOMEM;
	if (ret) {
		if (share)
			share_free(share);
		share_unseal(resource);
		return ret;
	}
	for (i = 0; i < num; i++)
		dxg_vidmm_set_shared(share->bos[i]);
	share->context = resource->context;
	swap(share->private_data, resource->private_data);
	swap(share->runtime_data, resource->runtime_data);
	resource->share = share;
	return 0;
}

/**
 * dxg_share_get() - Have a resource shared
 * @resource: the resource
 *
 * Return: its share, counted; -EINVAL: it is not to be shared, or has more than
 * D3DKMT_MAX_ALLOCATIONS allocations, or is being destroyed; -ENOMEM.
 */
struct dxg_share *dxg_share_get(struct dxg_resource *resource)
{
	struct dxg_share *share = NULL;
	int ret = 0;

	if (!resource->shared)
		return ERR_PTR(-EINVAL);
	mutex_lock(&resource->lock);
	if (!resource->share)
		ret = share_begin_locked(resource);
	if (!ret) {
		share = resource->share;
		kref_get(&share->kref);
	}
	mutex_unlock(&resource->lock);
	return ret ? ERR_PTR(ret) : share;
}

/*
 * All that may fail comes before the seal, which stays. The answer is written after it, for
 * nothing is written on an error; but it has been seen that it can be.
 */
static int share_resource(struct dxg_resource *resource, u64 __user *user_fd)
{
	struct dxg_share *share;
	struct file *file;
	int fd, ret;
	u64 old;

	if (get_user(old, user_fd) || put_user(old, user_fd))
		return -EFAULT;
	file = anon_inode_getfile("[dxg-resource]", &share_fops, NULL, O_RDWR);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto err_put_file;
	}
	share = dxg_share_get(resource);
	ret = PTR_ERR_OR_ZERO(share);
	if (ret)
		goto err_put_fd;
	file->private_data = share;
	ret = -EFAULT;
	if (put_user((u64)fd, user_fd))
		goto err_put_fd;
	/* Last: from here on other threads can close it. */
	fd_install(fd, file);
	return 0;

err_put_fd:
	put_unused_fd(fd);
err_put_file:
	fput(file);
	return ret;
}

/* Here the file is complete before there is a descriptor, and nothing has to stay. */
static int share_sync(struct dxg_sync *sync, u64 __user *user_fd)
{
	struct file *file = dxg_sync_share(sync);
	int fd;

	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		fput(file);
		return fd;
	}
	if (put_user((u64)fd, user_fd)) {
		put_unused_fd(fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}

static int share_handle(struct dxg_process *process, u32 handle, u64 __user *user_fd)
{
	struct dxg_resource *resource;
	struct dxg_sync *sync;
	int ret = -ENODEV;

	resource = dxg_resource_lookup(process, handle);
	if (resource) {
		if (!dxg_adapter_is_removed(resource->device->adapter))
			ret = share_resource(resource, user_fd);
		dxg_resource_put(resource);
		return ret;
	}
	sync = dxg_sync_find(process, handle);
	if (!sync)
		return -EINVAL;
	if (!dxg_adapter_is_removed(sync->device->adapter))
		ret = share_sync(sync, user_fd);
	dxg_sync_put(sync);
	return ret;
}

/**
 * dxg_ioctl_share_objects() - D3DKMTShareObjects
 * @call: struct d3dkmt_share_objects
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -EMFILE; -ENFILE; -ENODEV, as the structure says.
 */
int dxg_ioctl_share_objects(struct dxg_call *call)
{
	const struct d3dkmt_share_objects *args = call->args;
	u32 handle;

	if (args->object_count != 1 || !args->objects || !args->shared_nt_handle)
		return -EINVAL;
	if (get_user(handle, (u32 __user *)u64_to_user_ptr(args->objects)))
		return -EFAULT;
	return share_handle(call->process, handle, u64_to_user_ptr(args->shared_nt_handle));
}

/* The share of a file descriptor, counted, if it is of the device's adapter. */
static struct dxg_share *share_from_fd(struct dxg_device *device, u64 fd)
{
	struct dxg_share *share = ERR_PTR(-EINVAL);
	struct file *file;

	file = fd > INT_MAX ? NULL : fget(fd);
	if (!file)
		return share;
	if (file->f_op == &share_fops) {
		struct dxg_share *found = file->private_data;

		if (found->adapter == device->adapter) {
			kref_get(&found->kref);
			share = found;
		}
	}
	fput(file);
	return share;
}

/**
 * dxg_ioctl_resource_query() - D3DKMTQueryResourceInfoFromNtHandle
 * @call: struct d3dkmt_query_resource_info_from_nt_handle
 *
 * Return: 0; -EINVAL; -EFAULT; -ENODEV, as the structure says.
 */
int dxg_ioctl_resource_query(struct dxg_call *call)
{
	struct d3dkmt_query_resource_info_from_nt_handle *args = call->args;
	struct dxg_device *device;
	struct dxg_share *share;
	u32 runtime_size;
	int ret = 0;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	share = share_from_fd(device, args->nt_handle);
	if (IS_ERR(share)) {
		ret = PTR_ERR(share);
		goto out_put_device;
	}

	runtime_size = dxg_blob_size(share->runtime_data);
	if (args->private_runtime_data && runtime_size &&
	    args->private_runtime_data_size >= runtime_size &&
	    dxg_blob_to_user(share->runtime_data, args->private_runtime_data))
		ret = -EFAULT;
	args->private_runtime_data_size = runtime_size;
	args->total_private_driver_data_size = share->total_private;
	args->resource_private_driver_data_size = dxg_blob_size(share->private_data);
	args->num_allocations = share->num;
	dxg_share_put(share);
out_put_device:
	dxg_device_put(device);
	return ret;
}

/**
 * struct open_call - One OpenResourceFromNtHandle under way
 * @call: the operation
 * @args: its structure
 * @device: the device, counted
 * @share: the share, counted
 * @resource: the device's opening of it; belongs to @call
 * @allocs: its allocations, which belong to @call; NULL behind the last one
 */
struct open_call {
	struct dxg_call *call;
	struct d3dkmt_open_resource_from_nt_handle *args;
	struct dxg_device *device;
	struct dxg_share *share;
	struct dxg_resource *resource;
	struct dxg_allocation **allocs;
};

static bool open_has_room(u64 user, u32 size, u32 needed)
{
	return !needed || (user && size >= needed);
}

static int open_check(const struct open_call *open)
{
	const struct d3dkmt_open_resource_from_nt_handle *args = open->args;
	const struct dxg_share *share = open->share;

	if (args->num_allocations != share->num)
		return -EINVAL;
	if (share->num && !args->open_allocation_info)
		return -EINVAL;
	if (!open_has_room(args->private_runtime_data, args->private_runtime_data_size,
			   dxg_blob_size(share->runtime_data)) ||
	    !open_has_room(args->resource_private_driver_data,
			   args->resource_private_driver_data_size,
			   dxg_blob_size(share->private_data)) ||
	    !open_has_room(args->total_private_driver_data_buffer,
			   args->total_private_driver_data_buffer_size, share->total_private))
		return -EINVAL;
	return 0;
}

static int open_resource(struct open_call *open)
{
	struct dxg_resource *resource;
	int ret;

	resource = dxg_resource_create(open->device);
	if (IS_ERR(resource))
		return PTR_ERR(resource);
	ret = dxg_handle_reserve(&open->call->process->table, &resource->base);
	if (ret) {
		dxg_resource_put(resource);
		return ret;
	}
	resource->shared = true;
	resource->share = open->share;
	kref_get(&open->share->kref);
	dxg_call_add(open->call, &resource->base);
	open->resource = resource;
	return 0;
}

static int open_allocations(struct open_call *open)
{
	struct dxg_allocation *alloc;
	u32 i;
	int ret;

	for (i = 0; i < open->share->num; i++) {
		alloc = dxg_allocation_open(open->device, open->resource, open->share->bos[i]);
		if (IS_ERR(alloc))
			return PTR_ERR(alloc);
		ret = dxg_handle_reserve(&open->call->process->table, &alloc->base);
		if (ret) {
			dxg_allocation_put(alloc);
			return ret;
		}
		dxg_call_add(open->call, &alloc->base);
		open->allocs[i] = alloc;
	}
	return 0;
}

static int open_ddi(struct open_call *open)
{
	struct dxg_adapter *adapter = open->device->adapter;
	struct dxg_share *share = open->share;
	int ret = 0;
	u32 i;

	mutex_lock(&open->resource->lock);
	mutex_lock(&share->lock);
	for (i = 0; i < share->num; i++) {
		struct dxg_ddi_open_allocation args = { .allocation = share->bos[i]->context };

		ret = adapter->ops->open_allocation(adapter->context, &args);
		if (ret)
			break;
		open->allocs[i]->opening = args.device_specific;
		open->resource->live++;
	}
	trace_dxg_ddi_open(adapter, NULL, i, 0);
	mutex_unlock(&share->lock);
	mutex_unlock(&open->resource->lock);
	return ret;
}

static int open_write_allocation(const struct open_call *open, u32 i, u64 *data)
{
	struct d3dkmt_open_allocation_info2 __user *user =
		u64_to_user_ptr(open->args->open_allocation_info);
	const struct dxg_blob *blob = open->share->bos[i]->private_data;
	u32 size = dxg_blob_size(blob);

	if (size && dxg_blob_to_user(blob, *data))
		return -EFAULT;
	if (put_user(open->allocs[i]->base.handle, &user[i].allocation) ||
	    put_user(size ? *data : 0, &user[i].private_driver_data) ||
	    put_user(size, &user[i].private_driver_data_size) ||
	    put_user(0, &user[i].gpu_virtual_address))
		return -EFAULT;
	*data += size;
	return 0;
}

static int open_write(const struct open_call *open)
{
	struct d3dkmt_open_resource_from_nt_handle *args = open->args;
	const struct dxg_share *share = open->share;
	u64 data = args->total_private_driver_data_buffer;
	int ret = 0;
	u32 i;

	if (share->runtime_data && dxg_blob_to_user(share->runtime_data,
						    args->private_runtime_data))
		return -EFAULT;
	if (share->private_data && dxg_blob_to_user(share->private_data,
						    args->resource_private_driver_data))
		return -EFAULT;
	for (i = 0; i < share->num && !ret; i++)
		ret = open_write_allocation(open, i, &data);
	args->total_private_driver_data_buffer_size = share->total_private;
	args->resource = open->resource->base.handle;
	return ret;
}

static int open_run(struct open_call *open)
{
	int ret;

	ret = open_check(open);
	if (ret)
		return ret;
	open->allocs = kvcalloc(open->share->num, sizeof(*open->allocs), GFP_KERNEL_ACCOUNT);
	if (!open->allocs)
		return -ENOMEM;
	ret = open_resource(open) ?:
	      open_allocations(open) ?:
	      open_ddi(open) ?:
	      open_write(open);
	kvfree(open->allocs);
	return ret;
}

/**
 * dxg_ioctl_resource_open() - D3DKMTOpenResourceFromNtHandle
 * @call: struct d3dkmt_open_resource_from_nt_handle
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_resource_open(struct dxg_call *call)
{
	struct open_call open = { .call = call, .args = call->args };
	int ret;

	open.device = dxg_device_lookup_present(call->process, open.args->device);
	if (IS_ERR(open.device))
		return PTR_ERR(open.device);
	open.share = share_from_fd(open.device, open.args->nt_handle);
	if (IS_ERR(open.share)) {
		ret = PTR_ERR(open.share);
		goto out_put_device;
	}
	ret = open_run(&open);
	dxg_share_put(open.share);
out_put_device:
	dxg_device_put(open.device);
	return ret;
}
