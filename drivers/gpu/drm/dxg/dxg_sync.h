/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SYNC_H
#define _DXG_SYNC_H

#include <linux/list.h>

#include "dxg_handle.h"

struct dxg_adapter;
struct dxg_call;
struct dxg_device;
struct page;

/**
 * struct dxg_sync - A sync object: a monitored fence
 */
struct dxg_sync {
	/** @base: The object; parent is the device. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @flags: D3DKMT_SYNC_*. */
	u32 flags;
	/** @of_queue: Part of a paging queue, and destroyed with it only. */
	bool of_queue;
	/** @page: Page with the value, mapped by user space for reading. */
	struct page *page;
	/** @cpu_va: Where it is mapped. */
	unsigned long cpu_va;

	/** @value: The value, in @page. Under the adapter's sync_lock. */
	u64 *value;
	/** @dead: Destroyed: nobody waits any more. Under the adapter's sync_lock. */
	bool dead;
	/** @waiters: Waits for it. Under the adapter's sync_lock. */
	struct list_head waiters;
};

struct dxg_sync *dxg_sync_create(struct dxg_device *device, u32 flags, u64 value);
int dxg_sync_open(struct dxg_call *call, struct dxg_sync *sync);
struct dxg_sync *dxg_sync_lookup(struct dxg_device *device, u32 handle);
void dxg_sync_put(struct dxg_sync *sync);
void dxg_sync_retire(struct dxg_sync *sync);
int dxg_sync_check_gpu_signal(const struct dxg_sync *sync);
void dxg_sync_signal(struct dxg_sync *sync, u64 value);
void dxg_sync_rewind(struct dxg_sync *sync, u64 value);
void dxg_sync_fail(struct dxg_sync *sync);
int dxg_sync_copy_arrays(u64 user_handles, u64 user_values, u32 num, u32 *handles, u64 *values);

#endif /* _DXG_SYNC_H */
