// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>

#include <drm/drm_exec.h>
#include <drm/drm_managed.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_compat.h"
#include "dxg_coredump.h"
#include "dxg_device.h"
#include "dxg_gpu_sync.h"
#include "dxg_prime.h"
#include "dxg_sched.h"
#include "dxg_trace.h"
#include "dxg_translate.h"

/**
 * DOC: Scheduling
 *
 * Commands are held until they are runnable. Each context and hardware queue has a FIFO of
 * them; when the node has room, the oldest of the queue whose turn it is becomes a job: it
 * is promoted, armed and pushed to the scheduler. The room is small, so that what is
 * decided at promotion stays decided for a short time only, and large enough to keep the
 * engine busy.
 *
 * A wait is a command without a job. It begins when it heads its FIFO: fences may go back,
 * and what counts is the value then. Until it is satisfied its queue has no turn and takes
 * none of the node's room. The callback that satisfies it gives the queue its turns again.
 *
 * At promotion all that the command uses is brought into the device segment and pinned
 * there. A call that finds no room leaves that to the node's worker, which waits for
 * commands that have it.
 *
 * What is armed finishes in bounded time, because nothing that user space controls
 * can delay it: no dma_fence of ours depends on a wait for a monitored fence, and a
 * job that does not end meets the time-out. What is held has no time-out and costs
 * nobody anything; destroying the context or hardware queue, losing the device, closing the
 * file and removing the adapter cancel it. Only an administrator may do without the
 * time-out, as long as the queue exists and nothing that others use is part of the command.
 *
 * Refused: a scheduler entity for each context with all its jobs pushed at once, as
 * drivers with hardware queues have it. Waits for user-controlled values would have
 * to be dependencies of jobs, and then a legal WDDM program could stall memory
 * reclaim or be killed by the time-out of a job that merely waits.
 *
 * A job ends in this order: the engine signals the hardware fence, the scheduler the
 * finished fence; its callback retires the command, which may start destructions;
 * then free_job frees the command and makes room for the next.
 */

/* Commands that one call, or the worker in one go, has their turn. */
#define DXG_PROMOTE_MOST	64

/* A command may last as long as the time-out; its start and end take time too. */
#define DXG_TDR_SLACK_MS	500

static const char *fence_driver_name(struct dma_fence *fence)
{
	return "dxg";
}

static const char *fence_timeline_name(struct dma_fence *fence)
{
	return "engine";
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = fence_driver_name,
	.get_timeline_name = fence_timeline_name,
};

/**
 * dxg_port_command_done() - A command has finished
 * @ddi: the command
 * @error: 0, or a negative errno
 *
 * Called by the miniport, from any context that may signal a fence. The command is
 * the port's again.
 */
void dxg_port_command_done(struct dxg_ddi_command *ddi, int error)
{
	struct dxg_command *cmd = container_of(ddi, struct dxg_command, ddi);
	struct dma_fence *fence, *shared;

	if (atomic_xchg(&cmd->reported, 1))
		return;
	if (cmd->queue)
		trace_dxg_command_complete(cmd, error);
	dxg_usage_end(cmd, error);
	dxg_gpu_signal_end(cmd, error);
	/* The command may be freed as soon as its fence is signalled. */
	fence = dma_fence_get(cmd->hw_fence);
	shared = dma_fence_get(cmd->prime_armed);
	if (error)
		dma_fence_set_error(fence, error);
	dma_fence_signal(fence);
	dma_fence_put(fence);
	if (!shared)
		return;
	if (error)
		dma_fence_set_error(shared, error);
	dma_fence_signal(shared);
	dma_fence_put(shared);
}
EXPORT_SYMBOL_GPL(dxg_port_command_done);

/* A paging command has no device that could be lost. */
static bool command_is_lost(struct dxg_command *cmd)
{
	return cmd->queue &&
	       READ_ONCE(cmd->queue->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE;
}

static struct dma_fence *node_run_job(struct drm_sched_job *job)
{
	struct dxg_command *cmd = dxg_command_from_job(job);
	struct dxg_node *node = cmd->node;
	struct dxg_adapter *adapter = node->adapter;
	struct dxg_fence *fence = cmd->fence;

	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &fence_ops, &fence->lock, node->fence_context,
		       ++node->fence_seqno);
	cmd->fence = NULL;
	/* One reference for the command, one for the scheduler. */
	cmd->hw_fence = dma_fence_get(&fence->base);
	if (!command_is_lost(cmd)) {
		dxg_usage_begin(cmd);
		adapter->ops->submit_command(adapter->context, &cmd->ddi);
	} else {
		/* Armed before its device was lost. */
		dxg_command_fail_signals(cmd);
		dxg_port_command_done(&cmd->ddi, -ENODEV);
	}
	return &fence->base;
}

/* What an administrator lets run for ever. It does not outlive its queue, nor harm others. */
static bool command_may_last(struct dxg_command *cmd)
{
	return cmd->queue && cmd->queue->no_timeout && !READ_ONCE(cmd->queue->dead) &&
	       !command_is_lost(cmd) && !dxg_prime_is_used(cmd);
}

/*
 * The time-out: stop the engine, blame the device, go on with the next job. Not by
 * drm_sched_stop() and drm_sched_start(): a job that was started before the one and is
 * not signalled by the other would count as finished while the engine executes it.
 */
static enum drm_gpu_sched_stat node_timedout_job(struct drm_sched_job *job)
{
	struct dxg_command *cmd = dxg_command_from_job(job);
	struct dxg_node *node = cmd->node;
	struct dxg_adapter *adapter = node->adapter;

	/* From here on no job is started or freed: none must meet the reset. */
	drm_sched_wqueue_stop(&node->sched);
	/* If it has ended meanwhile, the engine may have the next one already. */
	if (!atomic_read(&cmd->reported) && !command_may_last(cmd)) {
		trace_dxg_node_reset(node, cmd);
		atomic_inc(&adapter->resets);
		adapter->ops->reset(adapter->context, node->ordinal);
		/* The engine may have ended it in the last moment. */
		if (!atomic_read(&cmd->reported))
			dxg_coredump_capture(cmd);
		if (cmd->queue && !atomic_read(&cmd->reported)) {
			dxg_device_lose(cmd->queue->device, D3DKMT_DEVICEEXECUTION_HUNG);
			dxg_command_fail_signals(cmd);
		}
		dxg_port_command_done(&cmd->ddi, -ETIME);
	}
	return dxg_sched_resume(job);
}

static void node_free_job(struct drm_sched_job *job)
{
	struct dxg_command *cmd = dxg_command_from_job(job);
	struct dxg_node *node = cmd->node;

	/* The fence counts as signalled before its callback has run: let that finish. */
	if (cmd->queue)
		dma_fence_remove_callback(&job->s_fence->finished, &cmd->finished_cb);
	spin_lock_irq(&node->lock);
	list_del_init(&cmd->armed_link);
	spin_unlock_irq(&node->lock);
	dxg_command_free(cmd);

	spin_lock_irq(&node->lock);
	if (!--node->armed)
		wake_up_all(&node->idle);
	if (node->levels_used)
		queue_work(dxg_wq, &node->promote_work);
	spin_unlock_irq(&node->lock);
}

static const struct drm_sched_backend_ops node_sched_ops = {
	.run_job = node_run_job,
	.timedout_job = node_timedout_job,
	.free_job = node_free_job,
};

/* In interrupts, under the fence's lock. */
static void command_finished(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	dxg_command_retire(container_of(cb, struct dxg_command, finished_cb));
}

static struct dxg_command *node_next(struct dxg_node *node)
{
	struct dxg_command *cmd = NULL;

	spin_lock_irq(&node->lock);
	if (!node->stopped && node->armed < DXG_NODE_DEPTH)
		cmd = dxg_queue_pop_locked(node);
	if (cmd)
		node->armed++;
	spin_unlock_irq(&node->lock);
	return cmd;
}

static void node_disarm(struct dxg_node *node)
{
	spin_lock_irq(&node->lock);
	if (!--node->armed)
		wake_up_all(&node->idle);
	spin_unlock_irq(&node->lock);
}

/* The command will not run. Its references go with it. */
static void node_refuse(struct dxg_node *node, struct dxg_command *cmd, int error)
{
	struct dxg_device *device = cmd->queue->device;

	dxg_object_get(&device->base);
	if (error == -EFAULT) {
		dxg_device_fault(device, cmd->fault, cmd->fault_write);
		dxg_device_lose(device, D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	} else if (error == -ENOMEM) {
		dxg_device_lose(device, D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	}
	dxg_command_cancel(cmd);
	node_disarm(node);
	dxg_device_put(device);
}

static void node_arm(struct dxg_command *cmd, bool prime)
{
	trace_dxg_command_promote(cmd, 0);
	drm_sched_job_arm(&cmd->job);
	/* Cannot fail: the fence is new, and signalled by the job only. */
	dma_fence_add_callback(&cmd->job.s_fence->finished, &cmd->finished_cb, command_finished);
	dma_fence_put(cmd->node->last);
	cmd->node->last = dma_fence_get(&cmd->job.s_fence->finished);
	spin_lock_irq(&cmd->node->lock);
	list_add_tail(&cmd->armed_link, &cmd->node->armed_list);
	spin_unlock_irq(&cmd->node->lock);
	if (prime)
		dxg_prime_arm(cmd);
	drm_sched_entity_push_job(&cmd->job);
}

/**
 * dxg_node_unblock() - What a command waits for has come
 * @cmd: the command, which may be in no FIFO
 *
 * In any context.
 */
void dxg_node_unblock(struct dxg_command *cmd)
{
	struct dxg_node *node = cmd->node;
	unsigned long flags;

	spin_lock_irqsave(&node->lock, flags);
	cmd->unblocked = true;
	if (dxg_queue_unblock_locked(cmd->queue, cmd))
		queue_work(dxg_wq, &node->promote_work);
	spin_unlock_irqrestore(&node->lock, flags);
}

/* In interrupts, under the lock of somebody else's fence. */
static void command_unblocked(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	dxg_node_unblock(container_of(cb, struct dxg_command, blocker_cb));
}

/*
 * The command goes back to where it was, and its queue has no turn until the command is
 * unblocked; those of others have.
 */
static void node_put_back(struct dxg_node *node, struct dxg_command *cmd)
{
	struct dxg_queue *queue = cmd->queue;
	bool cancelled;

	spin_lock_irq(&node->lock);
	/* Whoever cancels has not found it while it was in no FIFO. */
	cancelled = node->stopped || queue->dead || command_is_lost(cmd);
	if (!cancelled)
		dxg_queue_unpop_locked(queue, cmd, !cmd->unblocked);
	if (!--node->armed)
		wake_up_all(&node->idle);
	spin_unlock_irq(&node->lock);

	if (cancelled)
		dxg_command_cancel(cmd);
}

/* Somebody else's fence has to signal first. */
static void node_block(struct dxg_node *node, struct dxg_command *cmd, struct dma_fence *blocker)
{
	cmd->blocker = blocker;
	cmd->unblocked = false;
	/* Before others can find the command, who may free it. */
	if (dma_fence_add_callback(blocker, &cmd->blocker_cb, command_unblocked))
		cmd->unblocked = true;
	node_put_back(node, cmd);
}

/* A command without a job is at the head of its queue: it is done, or waits. */
static void node_try_jobless(struct dxg_node *node, struct dxg_command *cmd)
{
	if (!command_is_lost(cmd) && cmd->awaited && !dma_fence_is_signaled(cmd->awaited)) {
		dxg_command_unblock(cmd);
		node_block(node, cmd, dma_fence_get(cmd->awaited));
		return;
	}
	if (!command_is_lost(cmd) && !dxg_gpu_sync_run(cmd)) {
		node_put_back(node, cmd);
		return;
	}
	if (command_is_lost(cmd)) {
		dxg_command_cancel(cmd);
	} else {
		trace_dxg_command_complete(cmd, 0);
		dxg_command_unblock(cmd);
		dxg_command_retire(cmd);
		dxg_command_free(cmd);
	}
	node_disarm(node);
}

/* What others use is armed with their reservations locked. */
static int node_arm_prime(struct dxg_command *cmd, struct dma_fence **blocker)
{
	struct drm_exec exec;
	int ret;

	ret = dxg_prime_lock(cmd, &exec, blocker);
	if (ret) {
		dxg_command_unpin(cmd);
		return ret;
	}
	ret = dxg_command_acquire(cmd);
	if (!ret)
		node_arm(cmd, true);
	dxg_prime_unlock(&exec);
	return ret;
}

/* The command is pinned. */
static void node_try(struct dxg_node *node, struct dxg_command *cmd)
{
	struct dma_fence *blocker = NULL;
	int ret;

	dxg_command_unblock(cmd);
	if (dxg_prime_is_used(cmd)) {
		ret = node_arm_prime(cmd, &blocker);
	} else {
		ret = dxg_command_acquire(cmd);
		if (!ret)
			node_arm(cmd, false);
	}
	if (blocker)
		node_block(node, cmd, blocker);
	else if (ret)
		node_refuse(node, cmd, ret);
}

/*
 * A command that faults takes its device along: what was promoted before it ends first, as if
 * the engine had found the fault. Only once, for others may go on for ever.
 */
static bool node_defer_fault(struct dxg_node *node, struct dxg_command *cmd)
{
	lockdep_assert_held(&node->promote_lock);

	if (!node->last || cmd->fault_deferred)
		return false;
	cmd->fault_deferred = true;
	node_block(node, cmd, dma_fence_get(node->last));
	return true;
}

/*
 * Bytes may have to move before a command can be armed, which takes memory; nothing
 * waits for a fence of it before it is armed, and nothing is allocated afterwards.
 */
static void node_promote_locked(struct dxg_node *node, bool wait)
{
	unsigned int most = DXG_PROMOTE_MOST;
	struct dxg_command *cmd;
	int ret;

	lockdep_assert_held(&node->promote_lock);

	while (most && (cmd = node->waiting ?: node_next(node))) {
		most--;
		node->waiting = NULL;
		if (!cmd->has_job) {
			node_try_jobless(node, cmd);
			continue;
		}
		ret = command_is_lost(cmd) ? -ENODEV : dxg_translate(cmd);
		if (ret == -EFAULT && node_defer_fault(node, cmd))
			continue;
		if (!ret)
			ret = dxg_command_pin(cmd);
		if (ret == -EBUSY && wait)
			ret = dxg_command_pin_waiting(cmd);
		if (ret == -EBUSY) {
			node->waiting = cmd;
			queue_work(dxg_wq, &node->promote_work);
			break;
		}
		if (ret)
			node_refuse(node, cmd, ret);
		else
			node_try(node, cmd);
	}
	/* What has no job takes no room: there may be more of it for ever. */
	if (!most)
		queue_work(dxg_wq, &node->promote_work);
}

static void node_promote_work(struct work_struct *work)
{
	struct dxg_node *node = container_of(work, struct dxg_node, promote_work);

	mutex_lock(&node->promote_lock);
	node_promote_locked(node, true);
	mutex_unlock(&node->promote_lock);
}

/* In a call, which does not wait for other commands. */
static void node_promote(struct dxg_node *node)
{
	if (!mutex_trylock(&node->promote_lock)) {
		queue_work(dxg_wq, &node->promote_work);
		return;
	}
	node_promote_locked(node, false);
	mutex_unlock(&node->promote_lock);
}

/**
 * dxg_node_push() - Give a paging command to the scheduler
 * @node: the paging node
 * @cmd: the command; it is the node's on success
 *
 * Return: its finished fence, counted, which signals in bounded time; -ENODEV: the
 * adapter has been removed.
 */
struct dma_fence *dxg_node_push(struct dxg_node *node, struct dxg_command *cmd)
{
	struct dma_fence *fence;
	bool stopped;

	mutex_lock(&node->promote_lock);
	spin_lock_irq(&node->lock);
	stopped = node->stopped;
	if (!stopped)
		node->armed++;
	spin_unlock_irq(&node->lock);
	if (stopped) {
		mutex_unlock(&node->promote_lock);
		return ERR_PTR(-ENODEV);
	}
	drm_sched_job_arm(&cmd->job);
	fence = dma_fence_get(&cmd->job.s_fence->finished);
	drm_sched_entity_push_job(&cmd->job);
	mutex_unlock(&node->promote_lock);
	return fence;
}

/**
 * dxg_node_last() - The end of what has been promoted
 * @node: the engine
 *
 * Return: a fence, counted, that signals in bounded time, when all commands have finished
 * that were promoted before; NULL: there were none.
 */
struct dma_fence *dxg_node_last(struct dxg_node *node)
{
	struct dma_fence *fence;

	mutex_lock(&node->promote_lock);
	fence = dma_fence_get(node->last);
	mutex_unlock(&node->promote_lock);
	return fence;
}

/**
 * dxg_node_find_signal() - The end of an armed command that signals a fence
 * @node: the engine
 * @object: the monitored fence
 * @value: value that it reaches
 *
 * Return: a fence, counted, that signals in bounded time, with an error where the command
 * had one; NULL: no armed command signals that value.
 */
struct dma_fence *dxg_node_find_signal(struct dxg_node *node,
				       const struct dxg_sync_object *object, u64 value)
{
	struct dma_fence *fence = NULL;
	struct dxg_command *cmd;

	spin_lock_irq(&node->lock);
	list_for_each_entry(cmd, &node->armed_list, armed_link) {
		if (dxg_command_signals(cmd, object, value)) {
			fence = dma_fence_get(&cmd->job.s_fence->finished);
			break;
		}
	}
	spin_unlock_irq(&node->lock);
	return fence;
}

static int hold_check_locked(const struct dxg_command *cmd)
{
	const struct dxg_queue *queue = cmd->queue;

	lockdep_assert_held(&cmd->node->lock);

	if (cmd->node->stopped)
		return -ENODEV;
	if (queue->dead)
		return -EINVAL;
	if (cmd->progress && cmd->progress <= queue->progress)
		return -EINVAL;
	return queue->num_held >= DXG_QUEUE_MAX_HELD ? -ENOMEM : 0;
}

static int hold_all_locked(struct dxg_command **cmds, u32 num)
{
	u32 i;
	int ret;

	/* Of what other nodes hold meanwhile a few more do no harm. */
	if (atomic_read(&cmds[0]->queue->pa->num_held) + num > DXG_PROCESS_MAX_HELD)
		return -ENOMEM;
	for (i = 0; i < num; i++) {
		ret = hold_check_locked(cmds[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < num; i++) {
		if (cmds[i]->progress)
			cmds[i]->queue->progress = cmds[i]->progress;
		dxg_queue_push_locked(cmds[i]->queue, cmds[i]);
	}
	return 0;
}

/* With the locks of all nodes in the mask, in the order of their numbers. */
static int hold_lock_and_all(struct dxg_adapter *adapter, unsigned long nodes,
			     struct dxg_command **cmds, u32 num)
{
	struct dxg_node *node;
	unsigned long flags;
	int ret;

	if (!nodes)
		return hold_all_locked(cmds, num);
	node = adapter->nodes[__ffs(nodes)];
	spin_lock_irqsave_nested(&node->lock, flags, node->ordinal);
	ret = hold_lock_and_all(adapter, nodes & (nodes - 1), cmds, num);
	spin_unlock_irqrestore(&node->lock, flags);
	return ret;
}

/**
 * dxg_node_hold() - Queue commands, all or none
 * @cmds: the commands, complete, each in another queue of one device; they are their nodes'
 *	on success
 * @num: how many; the caller counts their queues
 *
 * Return: 0; -EINVAL: a context or hardware queue has been destroyed, or its progress does
 * not go on; -ENODEV: the adapter has been removed; -ENOMEM: too many commands are queued.
 */
int dxg_node_hold(struct dxg_command **cmds, u32 num)
{
	struct dxg_adapter *adapter = cmds[0]->node->adapter;
	unsigned long nodes = 0;
	u32 i;
	int ret;

	for (i = 0; i < num; i++)
		nodes |= BIT(cmds[i]->node->ordinal);
	ret = hold_lock_and_all(adapter, nodes, cmds, num);
	if (ret)
		return ret;
	for_each_set_bit(i, &nodes, DXG_MAX_NODES)
		node_promote(adapter->nodes[i]);
	return 0;
}

/**
 * dxg_node_cancel_commands() - Cancel commands that were held
 * @commands: the commands, in no FIFO any more. May sleep
 */
void dxg_node_cancel_commands(struct list_head *commands)
{
	struct dxg_command *cmd, *next;

	list_for_each_entry_safe(cmd, next, commands, held_link) {
		list_del_init(&cmd->held_link);
		dxg_command_cancel(cmd);
		cond_resched();
	}
}

/**
 * dxg_node_cancel() - Cancel held commands
 * @node: the engine
 * @device: those of this device, or NULL: all
 *
 * Armed commands go on. May sleep.
 */
void dxg_node_cancel(struct dxg_node *node, struct dxg_device *device)
{
	struct dxg_queue *queue, *next;
	LIST_HEAD(commands);

	spin_lock_irq(&node->lock);
	if (device) {
		list_for_each_entry_safe(queue, next, &device->queues[node->ordinal], device_link)
			dxg_queue_take_locked(queue, &commands);
	} else {
		list_for_each_entry_safe(queue, next, &node->queues, node_link)
			dxg_queue_take_locked(queue, &commands);
	}
	spin_unlock_irq(&node->lock);

	dxg_node_cancel_commands(&commands);
}

static struct lock_class_key paging_lock_class;

/**
 * dxg_node_create() - Create an engine's scheduler
 * @adapter: the adapter
 * @ordinal: number of the node
 *
 * Return: the node, which is freed with the adapter; a negative errno.
 */
struct dxg_node *dxg_node_create(struct dxg_adapter *adapter, u32 ordinal)
{
	/* One job at a time, so that each has the whole time-out for itself. */
	struct drm_sched_init_args args = {
		.ops = &node_sched_ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = 1,
		.timeout = msecs_to_jiffies(dxg_tdr_ms + DXG_TDR_SLACK_MS),
		.name = "dxg",
		.dev = adapter->ddev.dev,
	};
	struct drm_gpu_scheduler *list[1];
	struct dxg_node *node;
	int ret, i;

	node = drmm_kzalloc(&adapter->ddev, sizeof(*node), GFP_KERNEL);
	if (!node)
		return ERR_PTR(-ENOMEM);
	node->adapter = adapter;
	node->ordinal = ordinal;
	node->fence_context = dma_fence_context_alloc(1);
	node->prime_context = dma_fence_context_alloc(1);
	mutex_init(&node->promote_lock);
	/* A promotion on another node pages. */
	if (ordinal == adapter->caps.paging_node)
		lockdep_set_class(&node->promote_lock, &paging_lock_class);
	INIT_WORK(&node->promote_work, node_promote_work);
	spin_lock_init(&node->lock);
	spin_lock_init(&node->usage_lock);
	INIT_LIST_HEAD(&node->queues);
	for (i = 0; i < DXG_NUM_LEVELS; i++)
		INIT_LIST_HEAD(&node->levels[i]);
	INIT_LIST_HEAD(&node->armed_list);
	init_waitqueue_head(&node->idle);

	ret = drm_sched_init(&node->sched, &args);
	if (ret)
		return ERR_PTR(ret);
	list[0] = &node->sched;
	ret = drm_sched_entity_init(&node->entity, DRM_SCHED_PRIORITY_NORMAL, list, 1, NULL);
	if (ret) {
		drm_sched_fini(&node->sched);
		return ERR_PTR(ret);
	}
	return node;
}

/**
 * dxg_node_stop() - Cancel and finish all commands, for good
 * @node: the engine; the miniport has been stopped and finishes armed ones at once
 */
void dxg_node_stop(struct dxg_node *node)
{
	spin_lock_irq(&node->lock);
	node->stopped = true;
	spin_unlock_irq(&node->lock);

	dxg_node_cancel(node, NULL);
	/* Jobs that were being promoted count as armed, and are done soon. */
	wait_event(node->idle, !READ_ONCE(node->armed));
}

/**
 * dxg_node_destroy() - Take the scheduler down
 * @node: the engine, stopped
 */
void dxg_node_destroy(struct dxg_node *node)
{
	dxg_node_stop(node);
	/* A push may still be on its way out although its job has gone. */
	mutex_lock(&node->promote_lock);
	dma_fence_put(node->last);
	node->last = NULL;
	mutex_unlock(&node->promote_lock);
	cancel_work_sync(&node->promote_work);
	drm_sched_entity_destroy(&node->entity);
	drm_sched_fini(&node->sched);
}
