/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SCHED_H
#define _DXG_SCHED_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/gpu_scheduler.h>

#include "dxg_queue.h"
#include "dxg_usage.h"

struct dma_fence;
struct dxg_adapter;
struct dxg_command;
struct dxg_device;
struct dxg_sync_object;

/* Commands that the scheduler has: one runs, the others wait for it to end. */
#define DXG_NODE_DEPTH	3

/**
 * struct dxg_node - An engine with its scheduler
 */
struct dxg_node {
	/** @adapter: The adapter; the node lives as long. */
	struct dxg_adapter *adapter;
	/** @ordinal: Number of the node. */
	u32 ordinal;
	/** @sched: Scheduler. */
	struct drm_gpu_scheduler sched;
	/** @entity: The one entity; jobs run in the order of promotion. */
	struct drm_sched_entity entity;
	/** @fence_context: Timeline of the hardware fences. */
	u64 fence_context;
	/** @fence_seqno: Last hardware fence; the scheduler's worker only. */
	u64 fence_seqno;

	/**
	 * @promote_lock: Serialises promotion, so that jobs are pushed in the order
	 * in which they were chosen.
	 */
	struct mutex promote_lock;
	/** @prime_context: Timeline of the fences that others see. */
	u64 prime_context;
	/** @prime_seqno: Last of them. Under @promote_lock. */
	u64 prime_seqno;
	/** @last: Finished fence of the last job, counted, or NULL. Under @promote_lock. */
	struct dma_fence *last;
	/** @waiting: Chosen, and waits for room in the device segment. Under @promote_lock. */
	struct dxg_command *waiting;
	/** @promote_work: Promotes when the scheduler or the segment has room again. */
	struct work_struct promote_work;

	/**
	 * @lock: Covers the fields below, the node's queues with their FIFOs, and the turns
	 * of processes on it.
	 */
	spinlock_t lock;
	/** @levels: Processes that have runnable queues, by priority; the first is the next. */
	struct list_head levels[DXG_NUM_LEVELS];
	/** @levels_used: Levels that are not empty. */
	unsigned long levels_used;
	/** @turn: Number of the last turn. */
	u64 turn;
	/** @queues: Queues that hold commands, blocked ones included. */
	struct list_head queues;
	/** @armed: Commands that the scheduler has. */
	unsigned int armed;
	/** @armed_list: Those of users, oldest first. */
	struct list_head armed_list;
	/** @stopped: No command is held or armed any more. */
	bool stopped;
	/** @idle: Woken when @armed becomes 0. */
	wait_queue_head_t idle;

	/** @usage_lock: Covers the fields below, and what processes have used of the node. */
	spinlock_t usage_lock;
	/** @running: The command that the engine has, or NULL. */
	struct dxg_command *running;
	/** @usage: What commands of all processes have used. */
	struct dxg_node_usage usage;
};

struct dxg_node *dxg_node_create(struct dxg_adapter *adapter, u32 ordinal);
void dxg_node_stop(struct dxg_node *node);
void dxg_node_destroy(struct dxg_node *node);
struct dma_fence *dxg_node_push(struct dxg_node *node, struct dxg_command *cmd);
int dxg_node_hold(struct dxg_command **cmds, u32 num);
struct dma_fence *dxg_node_last(struct dxg_node *node);
struct dma_fence *dxg_node_find_signal(struct dxg_node *node,
				       const struct dxg_sync_object *object, u64 value);
void dxg_node_unblock(struct dxg_command *cmd);
void dxg_node_cancel(struct dxg_node *node, struct dxg_device *device);
void dxg_node_cancel_commands(struct list_head *commands);

#endif /* _DXG_SCHED_H */
