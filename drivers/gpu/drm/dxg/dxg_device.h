/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_DEVICE_H
#define _DXG_DEVICE_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include <drm/dxg/dxg_ddi.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_handle.h"

struct dxg_adapter;
struct dxg_process;

/* No epoch. */
#define DXG_EPOCH_NONE	U64_MAX

/**
 * struct dxg_device - A WDDM device
 */
struct dxg_device {
	/** @base: The object; parent is the process's use of the adapter. */
	struct dxg_object base;
	/** @adapter: The adapter, counted by the parent. */
	struct dxg_adapter *adapter;
	/** @process: The process, counted by the parent. */
	struct dxg_process *process;
	/** @adapter_link: Entry of the adapter's devices. Under its objects_lock. */
	struct list_head adapter_link;
	/** @queues: Its queues that hold commands, by node. Under the node's lock. */
	struct list_head queues[DXG_MAX_NODES];

	/**
	 * @lock: Covers the fields below, @busy and @revoked of the device's
	 * allocations, and the pending destructions of its resources. Taken in
	 * interrupts, inside a fence's lock.
	 */
	spinlock_t lock;
	/** @state: Whether it still executes; ACTIVE is left once. */
	enum d3dkmt_device_execution_state state;
	/** @fault: The GPU virtual address of the first page fault, or 0. */
	u64 fault;
	/** @fault_flags: D3DKMT_PAGE_FAULT_*. */
	u32 fault_flags;
	/** @epoch: Number of the epoch that commands are queued in now. */
	u64 epoch;
	/** @commands: Commands queued and not finished, oldest first. */
	struct list_head commands;
	/** @batches: Destructions that wait for their epoch, oldest first. */
	struct list_head batches;
};

struct dxg_device *dxg_device_lookup(struct dxg_process *process, u32 handle);
struct dxg_device *dxg_device_lookup_present(struct dxg_process *process, u32 handle);
void dxg_device_put(struct dxg_device *device);
u64 dxg_device_end_epoch(struct dxg_device *device);
bool dxg_device_has_drained(struct dxg_device *device, u64 epoch);
void dxg_device_fault(struct dxg_device *device, u64 address, bool write);
void dxg_device_lose(struct dxg_device *device, enum d3dkmt_device_execution_state state);

#endif /* _DXG_DEVICE_H */
