/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_USAGE_H
#define _DXG_USAGE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

#include <drm/dxg/dxg_ddi.h>

#include "dxg_vidmm.h"

struct dxg_gem_object;
struct dxg_command;
struct dxg_node;
struct dxg_process;
struct dxg_process_adapter;

/**
 * enum dxg_engine_class - What an engine is for
 * @DXG_ENGINE_COPY: commands of contexts
 * @DXG_ENGINE_PAGING: moves between the segments
 * @DXG_NUM_ENGINE_CLASSES: how many
 */
enum dxg_engine_class {
	DXG_ENGINE_COPY,
	DXG_ENGINE_PAGING,
	DXG_NUM_ENGINE_CLASSES,
};

/**
 * struct dxg_node_usage - What commands have taken of a node
 * @running_ns: nanoseconds for which the engine has had one
 * @submitted: commands that the engine was given
 * @completed: those that it has executed
 * @faulted: those that met the time-out, or the end of the adapter
 *
 * Of a process, and of all. Under the node's usage_lock.
 */
struct dxg_node_usage {
	u64 running_ns;
	u32 submitted;
	u32 completed;
	u32 faulted;
};

/**
 * struct dxg_moves - Bytes that have left or entered the device segment
 * @in: bytes moved there from the system segment
 * @out: bytes evicted to the system segment, by class of priority
 * @num_out: how many times an allocation was evicted
 * @discarded: bytes, of both segments, given up because they were offered
 *
 * Of a process, and of all; never less than before. Under the adapter's vidmm_lock.
 */
struct dxg_moves {
	u64 in;
	u64 out[DXG_NUM_PRIORITIES];
	u32 num_out;
	u64 discarded;
};

/**
 * struct dxg_usage - What a process uses of an adapter, beside its ledger
 * @link: entry of the process's uses, under its usage_lock
 * @created: bytes of all allocations, also of those that nobody has touched
 * @active: bytes that armed commands use, by segment: DEVICE and USER
 * @pending: bytes that have been destroyed and are not back, because commands, or users of
 *	a dma-buf, have them
 * @moves: what was moved
 * @nodes: what its commands have taken of each node
 */
struct dxg_usage {
	struct list_head link;
	atomic64_t created;
	atomic64_t active[DXG_NUM_SEGMENTS];
	atomic64_t pending;
	struct dxg_moves moves;
	struct dxg_node_usage nodes[DXG_MAX_NODES];
};

/**
 * struct dxg_usage_sum - What a process uses of all adapters
 * @total: bytes of allocations that can be in the segment
 * @ledger: sum of the ledgers
 * @active: bytes that armed commands use, by segment
 * @engine_ns: nanoseconds for which engines had its commands, those included that it
 *	has closed since
 * @num_engines: engines of the adapters
 */
struct dxg_usage_sum {
	u64 total[DXG_NUM_SEGMENTS];
	struct dxg_ledger ledger;
	u64 active[DXG_NUM_SEGMENTS];
	u64 engine_ns[DXG_NUM_ENGINE_CLASSES];
	unsigned int num_engines[DXG_NUM_ENGINE_CLASSES];
};

void dxg_usage_add(struct dxg_process_adapter *pa);
void dxg_usage_remove(struct dxg_process_adapter *pa);
void dxg_usage_resize(struct dxg_gem_object *bo, u64 size);
void dxg_usage_pin(struct dxg_gem_object *bo, bool pinned);
void dxg_usage_place_locked(struct dxg_gem_object *bo, enum dxg_segment segment);
void dxg_usage_discard(struct dxg_gem_object *bo);
void dxg_usage_begin(struct dxg_command *cmd);
void dxg_usage_end(struct dxg_command *cmd, int error);
void dxg_usage_read_node(struct dxg_node *node, const struct dxg_process_adapter *pa,
			 struct dxg_node_usage *usage);
void dxg_usage_read(struct dxg_process *process, struct dxg_usage_sum *sum);

#endif /* _DXG_USAGE_H */
