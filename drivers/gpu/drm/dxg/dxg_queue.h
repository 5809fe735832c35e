/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_QUEUE_H
#define _DXG_QUEUE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include <uapi/misc/d3dkmthk.h>

struct dxg_command;
struct dxg_context;
struct dxg_device;
struct dxg_node;
struct dxg_object;
struct dxg_process;
struct dxg_process_adapter;

/* Commands that one queue may hold; each is charged to its creator too. */
#define DXG_QUEUE_MAX_HELD	16384
/* And all queues of a process on an adapter. */
#define DXG_PROCESS_MAX_HELD	(8 * DXG_QUEUE_MAX_HELD)

/* Priorities, and the place of one among them. */
#define DXG_NUM_LEVELS	(D3DKMT_CONTEXT_PRIORITY_MAX - D3DKMT_CONTEXT_PRIORITY_MIN + 1)
#define DXG_PRIORITY_LEVEL(priority)	((priority) - D3DKMT_CONTEXT_PRIORITY_MIN)

/**
 * struct dxg_turns - A process's queues of one priority on one node
 * @link: entry of the node's level, while @queues is not empty
 * @queues: those that are runnable, by struct dxg_queue.turn_node; the first is the next
 *
 * Under the node's lock. All zero at first.
 */
struct dxg_turns {
	struct list_head link;
	struct rb_root_cached queues;
};

/**
 * struct dxg_queue - A FIFO of commands for one node
 */
struct dxg_queue {
	/** @owner: The context or hardware queue that it is part of; commands count it. */
	struct dxg_object *owner;
	/** @ctx: The context, counted by @owner. */
	struct dxg_context *ctx;
	/** @device: The device, counted by @owner. */
	struct dxg_device *device;
	/** @pa: Process's use of the adapter, counted by @owner. */
	struct dxg_process_adapter *pa;
	/** @node: The engine. */
	struct dxg_node *node;
	/** @no_timeout: Its commands do not meet the time-out while it exists. */
	bool no_timeout;

	/* The fields below are under the node's lock. */

	/** @held: Commands that are not armed, oldest first. */
	struct list_head held;
	/** @num_held: How many. */
	unsigned int num_held;
	/** @dead: Takes no commands any more. */
	bool dead;
	/** @blocked: The first command waits for a fence or a value. */
	bool blocked;
	/** @level: Priority, from 0. */
	u32 level;
	/** @in_process: Priority among the queues of the process. */
	s32 in_process;
	/** @turn: When it was its turn last, or when it began to hold commands. */
	u64 turn;
	/** @turn_node: Entry of the process's turns; while it is runnable. */
	struct rb_node turn_node;
	/** @node_link: Entry of the node's queues that hold commands. */
	struct list_head node_link;
	/** @device_link: Entry of the device's, for this node. */
	struct list_head device_link;
	/** @ctx_link: Entry of the context's queues; empty when it is dead. */
	struct list_head ctx_link;
	/** @progress: Value of the last command that has one; hardware queues only. */
	u64 progress;
};

void dxg_queue_init(struct dxg_queue *queue, struct dxg_context *ctx, struct dxg_object *owner);
int dxg_queue_open(struct dxg_queue *queue, unsigned int most);
void dxg_queue_close(struct dxg_queue *queue);
void dxg_queue_push_locked(struct dxg_queue *queue, struct dxg_command *cmd);
struct dxg_command *dxg_queue_pop_locked(struct dxg_node *node);
void dxg_queue_unpop_locked(struct dxg_queue *queue, struct dxg_command *cmd, bool blocked);
bool dxg_queue_unblock_locked(struct dxg_queue *queue, const struct dxg_command *cmd);
void dxg_queue_take_locked(struct dxg_queue *queue, struct list_head *commands);
void dxg_queue_set_priority_locked(struct dxg_queue *queue, u32 level, s32 in_process);

int dxg_queues_lookup(struct dxg_process *process, const u32 *handles, u32 num, bool hw,
		      struct dxg_queue **queues);
void dxg_queues_put(struct dxg_queue **queues, u32 num);

#endif /* _DXG_QUEUE_H */
