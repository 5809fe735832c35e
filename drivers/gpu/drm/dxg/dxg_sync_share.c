// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sync.h"
#include "dxg_sync_share.h"

/**
 * DOC: Sharing of sync objects
 *
 * A file descriptor of a sync object holds what its openings have in common, and so does each
 * opening: no matter who created it, it lives until the last of them has gone. Its memory
 * stays charged to who created it. Who has the descriptor decides what its opening may do:
 * a creator who must not signal can share with somebody who will, and the reverse.
 *
 * The value of a monitored fence is one page, which each opening maps for reading.
 *
 * Refused: descriptors of another adapter. Values are under the lock of one adapter, and an
 * engine signals without looking whose object it is.
 */

static int sync_file_release(struct inode *inode, struct file *file)
{
	dxg_sync_object_put(file->private_data);
	return 0;
}

static const struct file_operations sync_share_fops = {
	.owner = THIS_MODULE,
	.release = sync_file_release,
};

/**
 * dxg_sync_share() - Make a file that keeps a sync object
 * @sync: an opening of it
 *
 * Return: the file, to be installed; -EINVAL: it was not created to be shared, or was opened
 * by a sync file; -ENOMEM; -ENFILE.
 */
struct file *dxg_sync_share(struct dxg_sync *sync)
{
	struct dxg_sync_object *object = sync->object;
	struct file *file;

	if (!(object->flags & D3DKMT_SYNC_SHARED) || sync->no_share)
		return ERR_PTR(-EINVAL);
	dxg_sync_object_get(object);
	file = anon_inode_getfile("[dxg-sync]", &sync_share_fops, object, O_RDWR);
	if (IS_ERR(file))
		dxg_sync_object_put(object);
	return file;
}

/* The object of a file descriptor, counted, if it is of the device's adapter. */
static struct dxg_sync_object *sync_object_from_fd(struct dxg_device *device, u64 fd)
{
	struct dxg_sync_object *object = ERR_PTR(-EINVAL);
	struct file *file;

	file = fd > INT_MAX ? NULL : fget(fd);
	if (!file)
		return object;
	if (file->f_op == &sync_share_fops) {
		struct dxg_sync_object *found = file->private_data;

		if (found->adapter == device->adapter) {
			dxg_sync_object_get(found);
			object = found;
		}
	}
	fput(file);
	return object;
}

static int sync_open_object(struct dxg_call *call, struct dxg_device *device,
			    struct dxg_sync_object *object)
{
	struct d3dkmt_open_sync_object_from_nt_handle2 *args = call->args;
	bool mapped = object->page;
	struct dxg_sync *sync;
	int ret = 0;

	if (mapped && args->engine_affinity > 1)
		ret = -EINVAL;
	else if (mapped)
		ret = dxg_process_bind_mm(call->process);
	if (ret) {
		dxg_sync_object_put(object);
		return ret;
	}
	sync = dxg_sync_create_opening(device, args->flags, object);
	if (IS_ERR(sync))
		return PTR_ERR(sync);
	ret = dxg_sync_open(call, sync);
	if (ret)
		return ret;
	args->sync_object = sync->base.handle;
	if (mapped) {
		args->fence_value_cpu_va = sync->cpu_va;
		args->fence_value_gpu_va = 0;
	}
	return 0;
}

/**
 * dxg_ioctl_sync_open() - D3DKMTOpenSyncObjectFromNtHandle2
 * @call: struct d3dkmt_open_sync_object_from_nt_handle2
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_open(struct dxg_call *call)
{
	const struct d3dkmt_open_sync_object_from_nt_handle2 *args = call->args;
	struct dxg_sync_object *object;
	struct dxg_device *device;
	int ret;

	if (args->flags & ~(D3DKMT_SYNC_SIGNAL_BY_KMD - 1))
		return -EINVAL;
	if (args->flags & D3DKMT_SYNC_CROSS_ADAPTER)
		return -EPERM;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	object = sync_object_from_fd(device, args->nt_handle);
	if (IS_ERR(object))
		ret = PTR_ERR(object);
	else
		ret = sync_open_object(call, device, object);
	dxg_device_put(device);
	return ret;
}
