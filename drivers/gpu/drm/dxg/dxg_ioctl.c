// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>
#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_handle.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"

/**
 * DOC: Two doors, one table
 *
 * Every operation has one handler, reached by /dev/dxg with type 'G' and by a DRM
 * node with type 'd' and 0x40 added to the number. The full code is compared:
 * direction, size, type and number. What is known and not supported answers EPERM,
 * anything else ENOTTY.
 *
 * drm_ioctl() is not the door. It finds a handler by number alone, pads or cuts
 * structures of another size, answers EINVAL for holes, and copies the structure
 * out after a handler that failed. DRM's own ioctls go there unchanged.
 *
 * One call runs in this order: copy in, handler, copy out, publish. A handler
 * leaves its new objects with reserved handles; they become valid when nothing can
 * fail any more, so no other thread can guess and destroy what is still being
 * created, and a caller whose memory cannot be written has created nothing.
 */

/* The largest structure of the table below, but a few: those have a frame of their own. */
#define DXG_ARGS_MAX	sizeof(struct d3dkmt_submit_command)

/**
 * struct dxg_ioctl_desc - One operation
 * @code: full code on /dev/dxg
 * @func: handler; NULL: known and not supported
 * @flags: DXG_IOCTL_*
 */
struct dxg_ioctl_desc {
	u32 code;
	int (*func)(struct dxg_call *call);
	u32 flags;
};

/* The structure has no output: nothing is copied back. */
#define DXG_IOCTL_IN	BIT(0)

#define DXG_IOCTL(_code, _func, _flags) \
	[_IOC_NR(D3DKMT_IOCTL_##_code)] = { D3DKMT_IOCTL_##_code, _func, _flags }
#define DXG_IOCTL_NONE(_code) DXG_IOCTL(_code, NULL, 0)

static const struct dxg_ioctl_desc dxg_ioctls[] = {
	DXG_IOCTL(OPEN_ADAPTER_FROM_LUID, dxg_ioctl_adapter_open_from_luid, 0),
	DXG_IOCTL(CREATE_DEVICE, dxg_ioctl_device_create, 0),
	DXG_IOCTL_NONE(CREATE_CONTEXT),
	DXG_IOCTL(CREATE_CONTEXT_VIRTUAL, dxg_ioctl_context_create, 0),
	DXG_IOCTL(DESTROY_CONTEXT, dxg_ioctl_context_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(CREATE_ALLOCATION2, dxg_ioctl_allocation_create, 0),
	DXG_IOCTL(CREATE_PAGING_QUEUE, dxg_ioctl_paging_queue_create, 0),
	DXG_IOCTL(RESERVE_GPU_VIRTUAL_ADDRESS, dxg_ioctl_gpuva_reserve, 0),
	DXG_IOCTL(QUERY_ADAPTER_INFO, dxg_ioctl_adapter_query_info, DXG_IOCTL_IN),
	DXG_IOCTL(QUERY_VIDEO_MEMORY_INFO, dxg_ioctl_video_memory_query, 0),
	DXG_IOCTL(MAKE_RESIDENT, dxg_ioctl_make_resident, 0),
	DXG_IOCTL(MAP_GPU_VIRTUAL_ADDRESS, dxg_ioctl_gpuva_map, 0),
	DXG_IOCTL(ESCAPE, dxg_ioctl_escape, DXG_IOCTL_IN),
	DXG_IOCTL(GET_DEVICE_STATE, dxg_ioctl_device_get_state, 0),
	DXG_IOCTL(SUBMIT_COMMAND, dxg_ioctl_command_submit, DXG_IOCTL_IN),
	DXG_IOCTL(CREATE_SYNC_OBJECT2, dxg_ioctl_sync_create, 0),
	DXG_IOCTL(SIGNAL_SYNC_OBJECT2, dxg_ioctl_sync_signal2, DXG_IOCTL_IN),
	DXG_IOCTL(WAIT_SYNC_OBJECT2, dxg_ioctl_sync_wait2, DXG_IOCTL_IN),
	DXG_IOCTL(DESTROY_ALLOCATION2, dxg_ioctl_allocation_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(ENUM_ADAPTERS2, dxg_ioctl_adapter_enum2, 0),
	DXG_IOCTL(CLOSE_ADAPTER, dxg_ioctl_adapter_close, DXG_IOCTL_IN),
	DXG_IOCTL(CHANGE_VIDEO_MEMORY_RESERVATION, dxg_ioctl_video_memory_reserve, DXG_IOCTL_IN),
	DXG_IOCTL(CREATE_HW_CONTEXT, dxg_ioctl_hw_context_create, 0),
	DXG_IOCTL(CREATE_HW_QUEUE, dxg_ioctl_hw_queue_create, 0),
	DXG_IOCTL(DESTROY_DEVICE, dxg_ioctl_device_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(DESTROY_HW_CONTEXT, dxg_ioctl_hw_context_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(DESTROY_HW_QUEUE, dxg_ioctl_hw_queue_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(DESTROY_PAGING_QUEUE, dxg_ioctl_paging_queue_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(DESTROY_SYNC_OBJECT, dxg_ioctl_sync_destroy, DXG_IOCTL_IN),
	DXG_IOCTL(EVICT, dxg_ioctl_evict, 0),
	DXG_IOCTL(FLUSH_HEAP_TRANSITIONS, dxg_ioctl_flush_heap_transitions, DXG_IOCTL_IN),
	DXG_IOCTL(FREE_GPU_VIRTUAL_ADDRESS, dxg_ioctl_gpuva_free, DXG_IOCTL_IN),
	DXG_IOCTL(GET_CONTEXT_IN_PROCESS_PRIORITY, dxg_ioctl_context_get_in_process, 0),
	DXG_IOCTL(GET_CONTEXT_PRIORITY, dxg_ioctl_context_get_priority, 0),
	DXG_IOCTL_NONE(GET_SHARED_RESOURCE_ADAPTER_LUID),
	DXG_IOCTL(INVALIDATE_CACHE, dxg_ioctl_invalidate_cache, DXG_IOCTL_IN),
	DXG_IOCTL(LOCK2, dxg_ioctl_allocation_lock, 0),
	DXG_IOCTL(MARK_DEVICE_AS_ERROR, dxg_ioctl_device_mark_error, DXG_IOCTL_IN),
	DXG_IOCTL(OFFER_ALLOCATIONS, dxg_ioctl_offer, DXG_IOCTL_IN),
	DXG_IOCTL_NONE(OPEN_RESOURCE),
	DXG_IOCTL_NONE(OPEN_SYNC_OBJECT),
	DXG_IOCTL(QUERY_ALLOCATION_RESIDENCY, dxg_ioctl_allocation_query_residency, DXG_IOCTL_IN),
	DXG_IOCTL_NONE(QUERY_RESOURCE_INFO),
	DXG_IOCTL(RECLAIM_ALLOCATIONS2, dxg_ioctl_reclaim, 0),
	DXG_IOCTL_NONE(RENDER),
	DXG_IOCTL(SET_ALLOCATION_PRIORITY, dxg_ioctl_allocation_set_priority, DXG_IOCTL_IN),
	DXG_IOCTL(SET_CONTEXT_IN_PROCESS_PRIORITY, dxg_ioctl_context_set_in_process, DXG_IOCTL_IN),
	DXG_IOCTL(SET_CONTEXT_PRIORITY, dxg_ioctl_context_set_priority, DXG_IOCTL_IN),
	DXG_IOCTL(SIGNAL_SYNC_OBJECT_FROM_CPU, dxg_ioctl_sync_signal, DXG_IOCTL_IN),
	DXG_IOCTL(SIGNAL_SYNC_OBJECT_FROM_GPU, dxg_ioctl_sync_signal_gpu, DXG_IOCTL_IN),
	DXG_IOCTL(SIGNAL_SYNC_OBJECT_FROM_GPU2, dxg_ioctl_sync_signal_gpu2, DXG_IOCTL_IN),
	DXG_IOCTL(SUBMIT_COMMAND_TO_HW_QUEUE, dxg_ioctl_hw_queue_submit, DXG_IOCTL_IN),
	DXG_IOCTL(SUBMIT_SIGNAL_TO_HW_QUEUE, dxg_ioctl_hw_queue_signal, DXG_IOCTL_IN),
	DXG_IOCTL(SUBMIT_WAIT_TO_HW_QUEUE, dxg_ioctl_hw_queue_wait, DXG_IOCTL_IN),
	DXG_IOCTL(UNLOCK2, dxg_ioctl_allocation_unlock, DXG_IOCTL_IN),
	DXG_IOCTL(UPDATE_ALLOCATION_PROPERTY, dxg_ioctl_update_alloc_property, 0),
	DXG_IOCTL(UPDATE_GPU_VIRTUAL_ADDRESS, dxg_ioctl_gpuva_update, DXG_IOCTL_IN),
	DXG_IOCTL(WAIT_SYNC_OBJECT_FROM_CPU, dxg_ioctl_sync_wait, DXG_IOCTL_IN),
	DXG_IOCTL(WAIT_SYNC_OBJECT_FROM_GPU, dxg_ioctl_sync_wait_gpu, DXG_IOCTL_IN),
	DXG_IOCTL(GET_ALLOCATION_PRIORITY, dxg_ioctl_allocation_get_priority, DXG_IOCTL_IN),
	DXG_IOCTL(QUERY_CLOCK_CALIBRATION, dxg_ioctl_clock_query, 0),
	DXG_IOCTL(ENUM_ADAPTERS3, dxg_ioctl_adapter_enum3, 0),
	DXG_IOCTL(SHARE_OBJECTS, dxg_ioctl_share_objects, DXG_IOCTL_IN),
	DXG_IOCTL(OPEN_SYNC_OBJECT_FROM_NT_HANDLE2, dxg_ioctl_sync_open, 0),
	DXG_IOCTL(QUERY_RESOURCE_INFO_FROM_NT_HANDLE, dxg_ioctl_resource_query, 0),
	DXG_IOCTL(OPEN_RESOURCE_FROM_NT_HANDLE, dxg_ioctl_resource_open, 0),
	DXG_IOCTL(QUERY_STATISTICS, dxg_ioctl_query_statistics, 0),
	DXG_IOCTL_NONE(SHARE_OBJECT_WITH_HOST),
	DXG_IOCTL(CREATE_SYNC_FILE, dxg_ioctl_sync_file_create, 0),
	DXG_IOCTL(WAIT_SYNC_FILE, dxg_ioctl_sync_file_wait, DXG_IOCTL_IN),
	DXG_IOCTL(OPEN_SYNC_OBJECT_FROM_SYNC_FILE, dxg_ioctl_sync_file_open, 0),
	DXG_IOCTL(ENUM_PROCESSES, dxg_ioctl_process_enum, 0),
	DXG_IOCTL(IS_FEATURE_ENABLED, dxg_ioctl_feature_query, 0),
};

/* The DRM nodes' numbers: 0x40 to 0x89 are the table, 0x8a to 0x9f what D3DKMT lacks. */
#define DXG_DRM_NR_OWN	DRM_DXG_NR_FIRST
#define DXG_DRM_NR_END	0xa0

#define DXG_OWN(_code, _func, _flags) \
	[_IOC_NR(DRM_IOCTL_DXG_##_code) - DXG_DRM_NR_OWN] = \
		{ DRM_IOCTL_DXG_##_code, _func, _flags }

/* Both doors know these by DRM's type. */
static const struct dxg_ioctl_desc dxg_own_ioctls[] = {
	DXG_OWN(EXPORT, dxg_ioctl_export, 0),
	DXG_OWN(IMPORT, dxg_ioctl_import, 0),
};

/**
 * dxg_call_add() - Leave a new object to be published
 * @call: the operation
 * @obj: an object with a reserved handle; its creation's reference goes along
 */
void dxg_call_add(struct dxg_call *call, struct dxg_object *obj)
{
	list_add_tail(&obj->sibling, &call->pending);
}

/**
 * dxg_call_add_file() - Leave a file to be installed
 * @call: the operation, which has none yet
 * @file: the file, counted; the reference is the operation's, or dropped on an error
 * @flags: O_CLOEXEC
 * @fd: out: its file descriptor, which other threads cannot use yet
 *
 * Return: 0; -EMFILE.
 */
int dxg_call_add_file(struct dxg_call *call, struct file *file, unsigned int flags, s32 *fd)
{
	int ret = get_unused_fd_flags(flags);

	if (ret < 0) {
		fput(file);
		return ret;
	}
	call->file = file;
	call->fd = ret;
	*fd = ret;
	return 0;
}

static void call_end_file(struct dxg_call *call, bool install)
{
	if (!call->file)
		return;
	if (install) {
		fd_install(call->fd, call->file);
	} else {
		put_unused_fd(call->fd);
		fput(call->file);
	}
}

/**
 * dxg_call_undo() - Say how to undo what was done to an object that existed before
 * @call: the operation
 * @undo: called if the caller does not get the results
 * @obj: the object; a reference is taken
 */
void dxg_call_undo(struct dxg_call *call, void (*undo)(struct dxg_object *obj),
		   struct dxg_object *obj)
{
	dxg_object_get(obj);
	call->undo = undo;
	call->undo_obj = obj;
}

/**
 * dxg_call_probe() - See that results can be written, before anything is done
 * @call: the operation
 * @size: bytes of its structure
 *
 * For what cannot be undone. Writes what is there already.
 *
 * Return: 0; -EFAULT.
 */
int dxg_call_probe(struct dxg_call *call, size_t size)
{
	return copy_to_user(call->user_args, call->args, size) ? -EFAULT : 0;
}

/* What is ours may be larger than we know it: a structure grows at its end. */
static const struct dxg_ioctl_desc *dxg_ioctl_find_own(unsigned int code)
{
	const struct dxg_ioctl_desc *desc;
	unsigned int nr = _IOC_NR(code) - DXG_DRM_NR_OWN;

	if (nr >= ARRAY_SIZE(dxg_own_ioctls))
		return NULL;
	desc = &dxg_own_ioctls[array_index_nospec(nr, ARRAY_SIZE(dxg_own_ioctls))];
	if (!desc->code || _IOC_SIZE(code) < _IOC_SIZE(desc->code))
		return NULL;
	return (code & ~IOCSIZE_MASK) == (desc->code & ~IOCSIZE_MASK) ? desc : NULL;
}

static bool dxg_ioctl_is_own(unsigned int code)
{
	return _IOC_TYPE(code) == DRM_IOCTL_BASE && _IOC_NR(code) >= DXG_DRM_NR_OWN &&
	       _IOC_NR(code) < DXG_DRM_NR_END;
}

static const struct dxg_ioctl_desc *dxg_ioctl_find(unsigned int code)
{
	const struct dxg_ioctl_desc *desc;
	unsigned int nr = _IOC_NR(code);

	if (nr >= ARRAY_SIZE(dxg_ioctls))
		return NULL;
	desc = &dxg_ioctls[array_index_nospec(nr, ARRAY_SIZE(dxg_ioctls))];
	return desc->code && desc->code == code ? desc : NULL;
}

/* What runs between copy in and copy out; a DRM node wraps checks of DRM round it. */
typedef long (*dxg_call_fn)(struct file *file, const struct dxg_ioctl_desc *desc,
			    struct dxg_call *call);

/* @size: bytes of the caller's structure, at least those of ours. */
static long dxg_call_args(struct file *file, const struct dxg_ioctl_desc *desc,
			  struct dxg_call *call, size_t size, dxg_call_fn fn)
{
	size_t known = _IOC_SIZE(desc->code);
	long ret;

	/* Of a larger one the rest has to be 0. */
	ret = copy_struct_from_user(call->args, known, call->user_args, size);
	if (ret)
		return ret;

	ret = fn(file, desc, call);
	if (ret >= 0 && !(desc->flags & DXG_IOCTL_IN) &&
	    copy_to_user(call->user_args, call->args, known))
		ret = -EFAULT;
	if (ret >= 0 && !list_empty(&call->pending)) {
		int err = dxg_handle_publish(&call->process->table, &call->pending);

		if (err)
			ret = err;
	}
	call_end_file(call, ret >= 0);
	dxg_handle_abort(&call->process->table, &call->pending);
	if (call->undo && ret < 0)
		call->undo(call->undo_obj);
	dxg_object_put(call->undo_obj);
	return ret;
}

/* Apart, as a kernel may clear what is on the stack: other calls do not pay for it. */
static noinline long dxg_call_large(struct file *file, const struct dxg_ioctl_desc *desc,
				    struct dxg_call *call, size_t size, dxg_call_fn fn)
{
	struct d3dkmt_query_statistics args;

	if (WARN_ON_ONCE(_IOC_SIZE(desc->code) > sizeof(args)))
		return -ENOTTY;
	call->args = &args;
	return dxg_call_args(file, desc, call, size, fn);
}

static long dxg_call(struct file *file, const struct dxg_ioctl_desc *desc, unsigned int code,
		     struct dxg_process *process, void __user *arg, dxg_call_fn fn)
{
	u64 args[DIV_ROUND_UP(DXG_ARGS_MAX, sizeof(u64))];
	struct dxg_call call = {
		.process = process,
		.args = args,
		.user_args = arg,
		.pending = LIST_HEAD_INIT(call.pending),
	};

	if (!desc->func)
		return -EPERM;
	if (_IOC_SIZE(desc->code) > sizeof(args))
		return dxg_call_large(file, desc, &call, _IOC_SIZE(code), fn);
	return dxg_call_args(file, desc, &call, _IOC_SIZE(code), fn);
}

static long dxg_call_misc(struct file *file, const struct dxg_ioctl_desc *desc,
			  struct dxg_call *call)
{
	return desc->func(call);
}

/**
 * dxg_ioctl_misc() - Operations on /dev/dxg
 * @file: the file
 * @code: full code
 * @arg: address of the structure
 *
 * Return: the operation's result; -ENOTTY: unknown code or foreign caller.
 */
long dxg_ioctl_misc(struct file *file, unsigned int code, unsigned long arg)
{
	struct dxg_process *process = file->private_data;
	const struct dxg_ioctl_desc *desc;

	desc = dxg_ioctl_is_own(code) ? dxg_ioctl_find_own(code) : dxg_ioctl_find(code);
	if (!desc || !dxg_process_is_current(process))
		return -ENOTTY;
	return dxg_call(file, desc, code, process, (void __user *)arg, dxg_call_misc);
}

/**
 * struct dxg_drm_call - What drm_ioctl_kernel() carries to the handler
 * @desc: the operation
 * @call: its state
 */
struct dxg_drm_call {
	const struct dxg_ioctl_desc *desc;
	struct dxg_call *call;
};

static int dxg_drm_handler(struct drm_device *ddev, void *data, struct drm_file *file_priv)
{
	struct dxg_drm_call *drm_call = data;

	return drm_call->desc->func(drm_call->call);
}

static long dxg_call_drm(struct file *file, const struct dxg_ioctl_desc *desc,
			 struct dxg_call *call)
{
	struct dxg_drm_call drm_call = { .desc = desc, .call = call };

	return drm_ioctl_kernel(file, dxg_drm_handler, &drm_call, DRM_RENDER_ALLOW);
}

/**
 * dxg_ioctl_drm() - Operations on a DRM node, and DRM's own ioctls
 * @file: the file
 * @code: full code
 * @arg: address of the structure
 *
 * Return: the operation's result; -ENOTTY: unknown code; -ENODEV: the adapter has
 * been removed.
 */
long dxg_ioctl_drm(struct file *file, unsigned int code, unsigned long arg)
{
	struct drm_file *file_priv = file->private_data;
	unsigned int nr = _IOC_NR(code);
	const struct dxg_ioctl_desc *desc;

	if (_IOC_TYPE(code) != DRM_IOCTL_BASE || nr < DRM_COMMAND_BASE || nr >= DXG_DRM_NR_END)
		return drm_ioctl(file, code, arg);

	/* A node always says so, whatever it is asked. */
	if (drm_dev_is_unplugged(file_priv->minor->dev))
		return -ENODEV;
	if (dxg_ioctl_is_own(code))
		desc = dxg_ioctl_find_own(code);
	else
		desc = dxg_ioctl_find(_IOC(_IOC_DIR(code), D3DKMT_IOC_TYPE, nr - DRM_COMMAND_BASE,
					   _IOC_SIZE(code)));
	if (!desc)
		return -ENOTTY;
	return dxg_call(file, desc, code, file_priv->driver_priv, (void __user *)arg,
			dxg_call_drm);
}

/**
 * dxg_compat_ioctl_drm() - The same from a 32-bit program
 * @file: the file
 * @code: full code
 * @arg: address of the structure, whose layout is the same
 *
 * Return: as dxg_ioctl_drm().
 */
long dxg_compat_ioctl_drm(struct file *file, unsigned int code, unsigned long arg)
{
#ifdef CONFIG_COMPAT
	unsigned int nr = _IOC_NR(code);

	if (_IOC_TYPE(code) != DRM_IOCTL_BASE || nr < DRM_COMMAND_BASE || nr >= DXG_DRM_NR_END)
		return drm_compat_ioctl(file, code, arg);
	arg = (unsigned long)compat_ptr(arg);
#endif
	return dxg_ioctl_drm(file, code, arg);
}
