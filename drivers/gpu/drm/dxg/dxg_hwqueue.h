/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_HWQUEUE_H
#define _DXG_HWQUEUE_H

#include "dxg_handle.h"
#include "dxg_queue.h"

struct dxg_process;
struct dxg_sync;

/**
 * struct dxg_hw_queue - A WDDM hardware queue
 */
struct dxg_hw_queue {
	/** @base: The object; parent is the context. */
	struct dxg_object base;
	/** @flags: D3DKMT_HW_QUEUE_*. */
	u32 flags;
	/** @queue: Its commands. */
	struct dxg_queue queue;
	/** @sync: Its progress fence, counted, which has a handle of its own. */
	struct dxg_sync *sync;
};

struct dxg_hw_queue *dxg_hw_queue_lookup(struct dxg_process *process, u32 handle);
int dxg_hw_queues_check_signal(struct dxg_queue **queues, u32 num);

#endif /* _DXG_HWQUEUE_H */
