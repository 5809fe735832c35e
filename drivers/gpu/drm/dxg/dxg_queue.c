// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/lockdep.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_hwqueue.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"

/**
 * DOC: Turns
 *
 * A context and each hardware queue hold their commands in a FIFO. Whose turn it is when
 * the node has room is decided in three steps: the highest priority that anybody has; of
 * the processes with that priority the one that has waited longest; of its queues those
 * with the highest priority within the process, and of these the one that has waited
 * longest. So no process gets more of an engine than another of the same priority by having
 * more queues, and what it does among its own queues is its own business.
 *
 * A lower priority has nothing while a higher one has commands: that is WDDM's contract, and
 * why a priority above normal needs a right. On a DRM node a process is an open file.
 *
 * A queue whose first command waits for a fence has no turn meanwhile. It comes back with
 * the turn it had, which is older than those of others by then.
 *
 * Refused: one ordered tree for all queues of a node. A process's share would then grow
 * with the number of its queues, or each change would have to touch all of them.
 */

static bool turn_before(struct rb_node *left, const struct rb_node *right)
{
	const struct dxg_queue *a = rb_entry(left, struct dxg_queue, turn_node);
	const struct dxg_queue *b = rb_entry(right, struct dxg_queue, turn_node);

	if (a->in_process != b->in_process)
		return a->in_process > b->in_process;
	return a->turn < b->turn;
}

static struct dxg_turns *queue_turns(struct dxg_queue *queue)
{
	return &queue->pa->turns[queue->node->ordinal][queue->level];
}

static void turns_add_locked(struct dxg_queue *queue)
{
	struct dxg_turns *turns = queue_turns(queue);
	struct dxg_node *node = queue->node;

	if (RB_EMPTY_ROOT(&turns->queues.rb_root)) {
		list_add_tail(&turns->link, &node->levels[queue->level]);
		node->levels_used |= BIT(queue->level);
	}
	rb_add_cached(&queue->turn_node, &turns->queues, turn_before);
}

static void turns_del_locked(struct dxg_queue *queue)
{
	struct dxg_turns *turns = queue_turns(queue);
	struct dxg_node *node = queue->node;

	rb_erase_cached(&queue->turn_node, &turns->queues);
	RB_CLEAR_NODE(&queue->turn_node);
	if (!RB_EMPTY_ROOT(&turns->queues.rb_root))
		return;
	list_del(&turns->link);
	if (list_empty(&node->levels[queue->level]))
		node->levels_used &= ~BIT(queue->level);
}

/* Be where a queue with so many commands, blocked or not, has to be. */
static void queue_update_locked(struct dxg_queue *queue)
{
	bool runnable = queue->num_held && !queue->blocked;

	lockdep_assert_held(&queue->node->lock);

	if (runnable && RB_EMPTY_NODE(&queue->turn_node))
		turns_add_locked(queue);
	else if (!runnable && !RB_EMPTY_NODE(&queue->turn_node))
		turns_del_locked(queue);

	if (queue->num_held && list_empty(&queue->node_link)) {
		list_add_tail(&queue->node_link, &queue->node->queues);
		list_add_tail(&queue->device_link, &queue->device->queues[queue->node->ordinal]);
	} else if (!queue->num_held) {
		list_del_init(&queue->node_link);
		list_del_init(&queue->device_link);
	}
}

/**
 * dxg_queue_init() - Prepare a queue
 * @queue: the queue, zeroed
 * @ctx: the context, with its device and node
 * @owner: what the queue is part of: @ctx, or a hardware queue below it
 */
void dxg_queue_init(struct dxg_queue *queue, struct dxg_context *ctx, struct dxg_object *owner)
{
	queue->owner = owner;
	queue->ctx = ctx;
	queue->device = ctx->device;
	queue->pa = dxg_process_adapter_from(owner);
	queue->node = ctx->node;
	INIT_LIST_HEAD(&queue->held);
	RB_CLEAR_NODE(&queue->turn_node);
	INIT_LIST_HEAD(&queue->node_link);
	INIT_LIST_HEAD(&queue->device_link);
	INIT_LIST_HEAD(&queue->ctx_link);
}

/**
 * dxg_queue_open() - Make a queue one of its context
 * @queue: the queue
 * @most: queues that the context may have
 *
 * Return: 0; -ENOMEM: it has as many. dxg_queue_close() then too.
 */
int dxg_queue_open(struct dxg_queue *queue, unsigned int most)
{
	struct dxg_context *ctx = queue->ctx;
	int ret = -ENOMEM;

	spin_lock_irq(&queue->node->lock);
	if (ctx->num_queues < most) {
		ctx->num_queues++;
		list_add_tail(&queue->ctx_link, &ctx->queues);
		queue->level = DXG_PRIORITY_LEVEL(ctx->priority);
		queue->in_process = ctx->in_process;
		ret = 0;
	}
	spin_unlock_irq(&queue->node->lock);
	return ret;
}

/**
 * dxg_queue_close() - End a queue and cancel what it holds
 * @queue: the queue; armed commands go on. May sleep
 */
void dxg_queue_close(struct dxg_queue *queue)
{
	LIST_HEAD(commands);

	spin_lock_irq(&queue->node->lock);
	WRITE_ONCE(queue->dead, true);
	if (!list_empty(&queue->ctx_link)) {
		list_del_init(&queue->ctx_link);
		queue->ctx->num_queues--;
	}
	dxg_queue_take_locked(queue, &commands);
	spin_unlock_irq(&queue->node->lock);

	dxg_node_cancel_commands(&commands);
}

/**
 * dxg_queue_push_locked() - Hold a command
 * @queue: the queue
 * @cmd: the command
 */
void dxg_queue_push_locked(struct dxg_queue *queue, struct dxg_command *cmd)
{
	list_add_tail(&cmd->held_link, &queue->held);
	atomic_inc(&queue->pa->num_held);
	/* Who begins is behind those that wait already. */
	if (!queue->num_held++)
		queue->turn = ++queue->node->turn;
	queue_update_locked(queue);
}

/**
 * dxg_queue_pop_locked() - Choose the next command of a node
 * @node: the node
 *
 * Return: the command, in no FIFO any more; NULL: none is runnable.
 */
struct dxg_command *dxg_queue_pop_locked(struct dxg_node *node)
{
	struct dxg_command *cmd;
	struct dxg_turns *turns;
	struct dxg_queue *queue;
	struct list_head *level;

	lockdep_assert_held(&node->lock);

	if (!node->levels_used)
		return NULL;
	level = &node->levels[__fls(node->levels_used)];
	turns = list_first_entry(level, struct dxg_turns, link);
	queue = rb_entry(rb_first_cached(&turns->queues), struct dxg_queue, turn_node);
	cmd = list_first_entry(&queue->held, struct dxg_command, held_link);

	/* The queue is behind the others of its process, and the process behind others. */
	turns_del_locked(queue);
	queue->turn = ++node->turn;
	list_del_init(&cmd->held_link);
	queue->num_held--;
	atomic_dec(&queue->pa->num_held);
	queue_update_locked(queue);
	if (!RB_EMPTY_ROOT(&turns->queues.rb_root))
		list_move_tail(&turns->link, level);
	return cmd;
}

/**
 * dxg_queue_unpop_locked() - Put a command back to where it was
 * @queue: its queue
 * @cmd: the command
 * @blocked: the queue has no turn until dxg_queue_unblock_locked()
 */
void dxg_queue_unpop_locked(struct dxg_queue *queue, struct dxg_command *cmd, bool blocked)
{
	list_add(&cmd->held_link, &queue->held);
	queue->num_held++;
	atomic_inc(&queue->pa->num_held);
	queue->blocked = blocked;
	queue_update_locked(queue);
}

/**
 * dxg_queue_unblock_locked() - A command waits no longer
 * @queue: its queue
 * @cmd: the command, which may be in no FIFO
 *
 * Return: whether the queue has turns again because of it.
 */
bool dxg_queue_unblock_locked(struct dxg_queue *queue, const struct dxg_command *cmd)
{
	lockdep_assert_held(&queue->node->lock);

	if (!queue->blocked || list_first_entry(&queue->held, struct dxg_command, held_link) != cmd)
		return false;
	queue->blocked = false;
	queue_update_locked(queue);
	return true;
}

/**
 * dxg_queue_take_locked() - Take all commands of a queue
 * @queue: the queue
 * @commands: list that they are added to
 */
void dxg_queue_take_locked(struct dxg_queue *queue, struct list_head *commands)
{
	list_splice_tail_init(&queue->held, commands);
	atomic_sub(queue->num_held, &queue->pa->num_held);
	queue->num_held = 0;
	queue->blocked = false;
	queue_update_locked(queue);
}

/**
 * dxg_queue_set_priority_locked() - Change the priority of a queue
 * @queue: the queue
 * @level: priority, from 0
 * @in_process: priority among the queues of the process
 *
 * For what it holds too; what is armed has had its turn.
 */
void dxg_queue_set_priority_locked(struct dxg_queue *queue, u32 level, s32 in_process)
{
	bool runnable = !RB_EMPTY_NODE(&queue->turn_node);

	lockdep_assert_held(&queue->node->lock);

	if (runnable)
		turns_del_locked(queue);
	queue->level = level;
	queue->in_process = in_process;
	if (runnable)
		turns_add_locked(queue);
}

static struct dxg_queue *queue_lookup(struct dxg_process *process, u32 handle, bool hw)
{
	struct dxg_hw_queue *hw_queue;
	struct dxg_context *ctx;

	if (hw) {
		hw_queue = dxg_hw_queue_lookup(process, handle);
		return hw_queue ? &hw_queue->queue : NULL;
	}
	ctx = dxg_context_lookup(process, handle);
	if (!ctx)
		return NULL;
	if (!ctx->hw)
		return &ctx->queue;
	dxg_context_put(ctx);
	return NULL;
}

/* One device, and none twice. */
static int queues_check(struct dxg_queue **queues, u32 num)
{
	u32 i, j;

	for (i = 1; i < num; i++) {
		if (queues[i]->device != queues[0]->device)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (queues[j] == queues[i])
				return -EINVAL;
	}
	return dxg_adapter_is_removed(queues[0]->device->adapter) ? -ENODEV : 0;
}

/**
 * dxg_queues_lookup() - Find the queues of some handles
 * @process: the caller
 * @handles: handles of contexts or of hardware queues
 * @num: how many, at least one
 * @hw: of hardware queues
 * @queues: out: a queue for each, its owner counted
 *
 * Return: 0; -EINVAL: one is none, or is there twice, or they are of several devices;
 * -ENODEV: the adapter has been removed.
 */
int dxg_queues_lookup(struct dxg_process *process, const u32 *handles, u32 num, bool hw,
		      struct dxg_queue **queues)
{
	int ret = 0;
	u32 found;

	for (found = 0; found < num; found++) {
		queues[found] = queue_lookup(process, handles[found], hw);
		if (!queues[found]) {
			ret = -EINVAL;
			break;
		}
	}
	if (!ret)
		ret = queues_check(queues, num);
	if (ret)
		dxg_queues_put(queues, found);
	return ret;
}

/**
 * dxg_queues_put() - Drop what dxg_queues_lookup() has counted
 * @queues: the queues
 * @num: how many
 */
void dxg_queues_put(struct dxg_queue **queues, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++)
		dxg_object_put(queues[i]->owner);
}
