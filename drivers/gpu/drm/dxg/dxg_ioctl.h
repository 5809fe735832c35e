/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_IOCTL_H
#define _DXG_IOCTL_H

#include <linux/list.h>
#include <linux/types.h>

struct dxg_object;
struct dxg_process;
struct file;

/**
 * struct dxg_call - One operation under way
 * @process: the caller
 * @args: kernel copy of the operation's structure, copied back afterwards where
 *	the operation has output
 * @user_args: the caller's structure, for what is written although the call fails
 * @pending: objects with reserved handles, parents first, by their sibling entry.
 *	They are published when the caller has the results, else destroyed
 * @file: file to be installed when the caller has the result, counted, or NULL
 * @fd: file descriptor for it
 * @undo: called with @undo_obj if the caller does not get the results, or NULL
 * @undo_obj: object of @undo, counted
 */
struct dxg_call {
	struct dxg_process *process;
	void *args;
	void __user *user_args;
	struct list_head pending;
	struct file *file;
	int fd;
	void (*undo)(struct dxg_object *obj);
	struct dxg_object *undo_obj;
};

void dxg_call_add(struct dxg_call *call, struct dxg_object *obj);
int dxg_call_add_file(struct dxg_call *call, struct file *file, unsigned int flags, s32 *fd);
int dxg_call_probe(struct dxg_call *call, size_t size);
void dxg_call_undo(struct dxg_call *call, void (*undo)(struct dxg_object *obj),
		   struct dxg_object *obj);
long dxg_ioctl_misc(struct file *file, unsigned int code, unsigned long arg);
long dxg_ioctl_drm(struct file *file, unsigned int code, unsigned long arg);
long dxg_compat_ioctl_drm(struct file *file, unsigned int code, unsigned long arg);

int dxg_ioctl_adapter_close(struct dxg_call *call);
int dxg_ioctl_adapter_enum2(struct dxg_call *call);
int dxg_ioctl_adapter_enum3(struct dxg_call *call);
int dxg_ioctl_adapter_open_from_luid(struct dxg_call *call);
int dxg_ioctl_adapter_query_info(struct dxg_call *call);
int dxg_ioctl_allocation_create(struct dxg_call *call);
int dxg_ioctl_allocation_destroy(struct dxg_call *call);
int dxg_ioctl_allocation_get_priority(struct dxg_call *call);
int dxg_ioctl_allocation_lock(struct dxg_call *call);
int dxg_ioctl_allocation_query_residency(struct dxg_call *call);
int dxg_ioctl_allocation_set_priority(struct dxg_call *call);
int dxg_ioctl_allocation_unlock(struct dxg_call *call);
int dxg_ioctl_clock_query(struct dxg_call *call);
int dxg_ioctl_command_submit(struct dxg_call *call);
int dxg_ioctl_context_create(struct dxg_call *call);
int dxg_ioctl_context_destroy(struct dxg_call *call);
int dxg_ioctl_context_get_in_process(struct dxg_call *call);
int dxg_ioctl_context_get_priority(struct dxg_call *call);
int dxg_ioctl_context_set_in_process(struct dxg_call *call);
int dxg_ioctl_context_set_priority(struct dxg_call *call);
int dxg_ioctl_device_create(struct dxg_call *call);
int dxg_ioctl_device_destroy(struct dxg_call *call);
int dxg_ioctl_device_get_state(struct dxg_call *call);
int dxg_ioctl_device_mark_error(struct dxg_call *call);
int dxg_ioctl_escape(struct dxg_call *call);
int dxg_ioctl_export(struct dxg_call *call);
int dxg_ioctl_hw_context_create(struct dxg_call *call);
int dxg_ioctl_hw_context_destroy(struct dxg_call *call);
int dxg_ioctl_hw_queue_create(struct dxg_call *call);
int dxg_ioctl_hw_queue_destroy(struct dxg_call *call);
int dxg_ioctl_hw_queue_signal(struct dxg_call *call);
int dxg_ioctl_hw_queue_submit(struct dxg_call *call);
int dxg_ioctl_hw_queue_wait(struct dxg_call *call);
int dxg_ioctl_import(struct dxg_call *call);
int dxg_ioctl_evict(struct dxg_call *call);
int dxg_ioctl_feature_query(struct dxg_call *call);
int dxg_ioctl_flush_heap_transitions(struct dxg_call *call);
int dxg_ioctl_gpuva_free(struct dxg_call *call);
int dxg_ioctl_gpuva_map(struct dxg_call *call);
int dxg_ioctl_gpuva_reserve(struct dxg_call *call);
int dxg_ioctl_gpuva_update(struct dxg_call *call);
int dxg_ioctl_invalidate_cache(struct dxg_call *call);
int dxg_ioctl_make_resident(struct dxg_call *call);
int dxg_ioctl_offer(struct dxg_call *call);
int dxg_ioctl_paging_queue_create(struct dxg_call *call);
int dxg_ioctl_paging_queue_destroy(struct dxg_call *call);
int dxg_ioctl_process_enum(struct dxg_call *call);
int dxg_ioctl_query_statistics(struct dxg_call *call);
int dxg_ioctl_reclaim(struct dxg_call *call);
int dxg_ioctl_resource_open(struct dxg_call *call);
int dxg_ioctl_resource_query(struct dxg_call *call);
int dxg_ioctl_share_objects(struct dxg_call *call);
int dxg_ioctl_sync_create(struct dxg_call *call);
int dxg_ioctl_sync_destroy(struct dxg_call *call);
int dxg_ioctl_sync_file_create(struct dxg_call *call);
int dxg_ioctl_sync_file_open(struct dxg_call *call);
int dxg_ioctl_sync_file_wait(struct dxg_call *call);
int dxg_ioctl_sync_open(struct dxg_call *call);
int dxg_ioctl_sync_signal(struct dxg_call *call);
int dxg_ioctl_sync_signal2(struct dxg_call *call);
int dxg_ioctl_sync_signal_gpu(struct dxg_call *call);
int dxg_ioctl_sync_signal_gpu2(struct dxg_call *call);
int dxg_ioctl_sync_wait(struct dxg_call *call);
int dxg_ioctl_sync_wait2(struct dxg_call *call);
int dxg_ioctl_sync_wait_gpu(struct dxg_call *call);
int dxg_ioctl_update_alloc_property(struct dxg_call *call);
int dxg_ioctl_video_memory_query(struct dxg_call *call);
int dxg_ioctl_video_memory_reserve(struct dxg_call *call);

#endif /* _DXG_IOCTL_H */
