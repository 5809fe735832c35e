/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_CONTEXT_H
#define _DXG_CONTEXT_H

#include <linux/list.h>

#include "dxg_handle.h"

struct dxg_device;
struct dxg_node;
struct dxg_process;

/* Commands that one context may hold; each is charged to its creator too. */
#define DXG_CONTEXT_MAX_HELD	16384

/**
 * struct dxg_context - A WDDM context: a queue of commands for one node
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

	/** @held: Commands that are not armed, oldest first. Under the node's lock. */
	struct list_head held;
	/** @num_held: How many. Under the node's lock. */
	unsigned int num_held;
	/** @dead: Takes no commands any more. Under the node's lock. */
	bool dead;
	/**
	 * @runnable: Entry of the node's contexts that have commands. Under the
	 * node's lock.
	 */
	struct list_head runnable;
};

struct dxg_context *dxg_context_lookup(struct dxg_process *process, u32 handle);
void dxg_context_put(struct dxg_context *ctx);

#endif /* _DXG_CONTEXT_H */
