/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SYNC_H
#define _DXG_SYNC_H

#include <linux/types.h>

#include "dxg_handle.h"
#include "dxg_sync_object.h"

struct dxg_call;
struct dxg_device;
struct dxg_process;

/**
 * struct dxg_sync - A sync object as one device has it
 */
struct dxg_sync {
	/** @base: The object; parent is the device. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @object: What it has in common with other openings, counted. */
	struct dxg_sync_object *object;
	/** @flags: D3DKMT_SYNC_* of this opening. */
	u32 flags;
	/** @of_queue: Part of a queue, and destroyed with it only. */
	bool of_queue;
	/** @no_share: Opened by a sync file, whose holders may wait and no more. */
	bool no_share;
	/** @cpu_va: Where the value is mapped; 0: nowhere. */
	unsigned long cpu_va;
	/** @dead: Destroyed: nobody waits by it any more. Under the adapter's sync_lock. */
	bool dead;
};

/**
 * dxg_sync_is_monitored() - Whether the CPU can signal it and wait for it
 * @sync: the sync object
 *
 * Return: whether it is a monitored fence.
 */
static inline bool dxg_sync_is_monitored(const struct dxg_sync *sync)
{
	return sync->object->type == D3DKMT_SYNC_MONITORED_FENCE;
}

struct dxg_sync *dxg_sync_create_opening(struct dxg_device *device, u32 flags,
					 struct dxg_sync_object *object);
struct dxg_sync *dxg_sync_create(struct dxg_device *device, u32 flags, u64 value);
int dxg_sync_open(struct dxg_call *call, struct dxg_sync *sync);
struct dxg_sync *dxg_sync_find(struct dxg_process *process, u32 handle);
struct dxg_sync *dxg_sync_lookup(struct dxg_device *device, u32 handle);
void dxg_sync_put(struct dxg_sync *sync);
void dxg_sync_retire(struct dxg_sync *sync);
int dxg_sync_check_gpu_signal(const struct dxg_sync *sync);
void dxg_sync_signal(struct dxg_sync *sync, u64 value);
void dxg_sync_rewind(struct dxg_sync *sync, u64 value);
void dxg_sync_fail(struct dxg_sync *sync);
int dxg_sync_copy_arrays(u64 user_handles, u64 user_values, u32 num, u32 *handles, u64 *values);

#endif /* _DXG_SYNC_H */
