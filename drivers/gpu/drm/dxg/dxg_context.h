/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_CONTEXT_H
#define _DXG_CONTEXT_H

#include <linux/list.h>

#include "dxg_handle.h"
#include "dxg_queue.h"

struct dxg_device;
struct dxg_node;
struct dxg_process;

/* Queues that one context may have: its own and hardware queues. */
#define DXG_CONTEXT_MAX_QUEUES	65

/**
 * struct dxg_context - A WDDM context: a queue of commands for one node
 *
 * A hardware context is one whose own queue is not used.
 */
struct dxg_context {
	/** @base: The object; parent is the device. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @node: The engine. */
	struct dxg_node *node;
	/** @flags: D3DKMT_CONTEXT_*. */
	u32 flags;

	/** @hw: Created as a hardware context. */
	bool hw;
	/** @queue: Its own queue. */
	struct dxg_queue queue;

	/** @priority: D3DKMT_CONTEXT_PRIORITY_MIN to _MAX. Under the node's lock. */
	s32 priority;
	/** @in_process: The same among the process's own. Under the node's lock. */
	s32 in_process;
	/** @num_queues: Entries of @queues. Under the node's lock. */
	unsigned int num_queues;
	/** @queues: Its own and its hardware queues. Under the node's lock. */
	struct list_head queues;
};

struct dxg_context *dxg_context_lookup(struct dxg_process *process, u32 handle);
void dxg_context_put(struct dxg_context *ctx);
int dxg_context_check_timeout(bool wanted);

#endif /* _DXG_CONTEXT_H */
