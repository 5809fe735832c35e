/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_PAGING_QUEUE_H
#define _DXG_PAGING_QUEUE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "dxg_handle.h"

struct dxg_allocation;
struct dxg_device;
struct dxg_process;
struct dxg_sync;

/**
 * struct dxg_paging_request - Allocations that a paging queue brings to the device segment
 * @link: entry of the queue's requests
 * @value: value of the queue's fence when that is done
 * @done: allocations that are
 * @num: allocations
 * @allocs: the allocations, each counted
 */
struct dxg_paging_request {
	struct list_head link;
	u64 value;
	u32 done;
	u32 num;
	struct dxg_allocation *allocs[] __counted_by(num);
};

/**
 * struct dxg_paging_queue - A WDDM paging queue
 */
struct dxg_paging_queue {
	/** @base: The object; parent is the device. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @sync: Its monitored fence, counted, which has a handle of its own. */
	struct dxg_sync *sync;

	/** @lock: Covers the fields below. */
	spinlock_t lock;
	/** @last: Value of the last request. */
	u64 last;
	/** @requests: What has not been done, oldest first. */
	struct list_head requests;
	/** @work: Works on them. While it is pending it has a reference. */
	struct work_struct work;
};

struct dxg_paging_queue *dxg_paging_queue_lookup(struct dxg_process *process, u32 handle);
void dxg_paging_queue_put(struct dxg_paging_queue *queue);
u64 dxg_paging_queue_last(struct dxg_paging_queue *queue);
struct dxg_paging_request *dxg_paging_request_create(u32 num);
void dxg_paging_request_free(struct dxg_paging_request *request);
u64 dxg_paging_queue_add(struct dxg_paging_queue *queue, struct dxg_paging_request *request);

#endif /* _DXG_PAGING_QUEUE_H */
