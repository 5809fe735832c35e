// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_compat.h"
#include "dxg_device.h"
#include "dxg_gpu_sync.h"
#include "dxg_gpuva_update.h"
#include "dxg_prime.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_sync.h"
#include "dxg_trace.h"
#include "dxg_vidmm.h"

/**
 * DOC: Commands
 *
 * A command is created by a submission, or as a wait or a signal, and is its creator's until
 * it is held. Then the node has it: it is pinned and armed when its turn has come, retired when
 * it has finished, and freed; or cancelled, which is all of the rest at once. What it uses and
 * signals is counted until it is freed, and its device's destructions wait for it until it is
 * retired.
 */

static int command_init_job(struct dxg_command *cmd)
{
	cmd->fence = kzalloc(sizeof(*cmd->fence), GFP_KERNEL_ACCOUNT);
	if (!cmd->fence)
		return -ENOMEM;
	/* Behind /dev/dxg there is no DRM client to name. */
	if (drm_sched_job_init(&cmd->job, &cmd->node->entity, 1, cmd, 0)) {
		kfree(cmd->fence);
		return -ENOMEM;
	}
	cmd->has_job = true;
	return 0;
}

static struct dxg_command *command_create(struct dxg_node *node, bool job)
{
	struct dxg_command *cmd;

	cmd = kzalloc(sizeof(*cmd), GFP_KERNEL_ACCOUNT);
	if (!cmd)
		return ERR_PTR(-ENOMEM);
	cmd->node = node;
	INIT_LIST_HEAD(&cmd->held_link);
	INIT_LIST_HEAD(&cmd->armed_link);
	INIT_LIST_HEAD(&cmd->device_link);
	if (job && command_init_job(cmd)) {
		kfree(cmd);
		return ERR_PTR(-ENOMEM);
	}
	return cmd;
}

/**
 * dxg_command_create() - Create a command that does nothing
 * @node: the engine
 *
 * Return: the command, of no queue; -ENOMEM.
 */
struct dxg_command *dxg_command_create(struct dxg_node *node)
{
	return command_create(node, true);
}

/**
 * dxg_command_create_queued() - Create a command of a queue that does nothing
 * @queue: the queue
 * @job: it goes to the engine
 *
 * Return: the command, in no FIFO yet; -ENOMEM.
 */
struct dxg_command *dxg_command_create_queued(struct dxg_queue *queue, bool job)
{
	struct dxg_command *cmd = command_create(queue->node, job);

	if (IS_ERR(cmd))
		return cmd;
	dxg_object_get(queue->owner);
	cmd->queue = queue;
	atomic_inc(&queue->device->adapter->stats.commands);
	return cmd;
}

/**
 * dxg_command_free() - Free a command that has run, or never will
 * @cmd: the command, retired or never queued
 *
 * May sleep.
 */
void dxg_command_free(struct dxg_command *cmd)
{
	struct dxg_queue *queue = cmd->queue;
	u32 i;

	if (cmd->has_job)
		drm_sched_job_cleanup(&cmd->job);
	dxg_gpu_sync_free(cmd);
	dma_fence_put(cmd->awaited);
	dma_fence_put(cmd->hw_fence);
	dma_fence_put(cmd->prime_armed);
	kfree(cmd->fence);
	dxg_prime_free_fence(cmd->prime_fence);
	for (i = 0; i < cmd->num_uses; i++)
		dxg_allocation_put(cmd->uses[i].alloc);
	for (i = 0; i < cmd->num_signals; i++)
		dxg_sync_put(cmd->signals[i]);
	kvfree(cmd->uses);
	kvfree(cmd->memory);
	kvfree(cmd->signals);
	kvfree(cmd->stream);
	dxg_gpuva_update_free(cmd->update);
	kfree(cmd);
	if (!queue)
		return;
	atomic_dec(&queue->device->adapter->stats.commands);
	dxg_object_put(queue->owner);
}

/**
 * dxg_command_unpin() - Undo dxg_command_pin()
 * @cmd: the command
 *
 * In any context.
 */
void dxg_command_unpin(struct dxg_command *cmd)
{
	if (!cmd->num_pinned)
		return;
	while (cmd->num_pinned)
		dxg_gem_unpin(cmd->uses[--cmd->num_pinned].alloc->bo);
	dxg_vidmm_wake(cmd->node->adapter);
}

static int command_pin_more(struct dxg_command *cmd)
{
	int ret;

	while (cmd->num_pinned < cmd->num_uses) {
		ret = dxg_allocation_pin(cmd->uses[cmd->num_pinned].alloc);
		if (ret)
			return ret;
		cmd->num_pinned++;
	}
	return 0;
}

/**
 * dxg_command_pin() - Have all that a command uses in the device segment
 * @cmd: the command, about to be armed
 *
 * Evicts what others have there, and waits for no command.
 *
 * Return: 0; otherwise nothing is pinned: -EBUSY: others have pinned too much, or wait;
 * -EFAULT: it names what was destroyed with ASSUME_NOT_IN_USE; -ENOMEM; -ENODEV.
 */
int dxg_command_pin(struct dxg_command *cmd)
{
	int ret;

	/* Or those who come later would keep out who waits. */
	if (cmd->num_uses && dxg_vidmm_must_wait(cmd->node->adapter))
		return -EBUSY;
	ret = command_pin_more(cmd);
	if (ret)
		dxg_command_unpin(cmd);
	return ret;
}

/**
 * dxg_command_pin_waiting() - The same, waiting for commands that are in the way
 * @cmd: the command, about to be armed
 *
 * Those are armed, and so end in bounded time. Only one waits at a time, with what it
 * has pinned so far; all others have pinned all they need, or nothing.
 *
 * Return: 0; otherwise nothing is pinned: -ENOMEM: no memory, or it uses more than the
 * segment can hold; -EFAULT; -ENODEV.
 */
int dxg_command_pin_waiting(struct dxg_command *cmd)
{
	struct dxg_adapter *adapter = cmd->node->adapter;
	struct dxg_vidmm_wait wait;
	int ret;

	dxg_vidmm_wait_begin(adapter, &wait);
	do {
		ret = command_pin_more(cmd);
	} while (ret == -EBUSY && dxg_vidmm_wait_room(adapter, &wait, cmd->num_pinned));
	dxg_vidmm_wait_end(adapter);
	if (ret)
		dxg_command_unpin(cmd);
	return ret == -EBUSY ? -ENOMEM : ret;
}

/**
 * dxg_command_acquire() - Mark what a command uses as busy
 * @cmd: the command, pinned, about to be armed
 *
 * Return: 0; otherwise nothing is pinned any more: -EFAULT: it names what was destroyed
 * with ASSUME_NOT_IN_USE; -ENODEV: the device is lost.
 */
int dxg_command_acquire(struct dxg_command *cmd)
{
	struct dxg_device *device = cmd->queue->device;
	int ret = 0;
	u32 i;

	spin_lock_irq(&device->lock);
	if (device->state != D3DKMT_DEVICEEXECUTION_ACTIVE)
		ret = -ENODEV;
	for (i = 0; i < cmd->num_uses && !ret; i++)
		if (cmd->uses[i].alloc->revoked)
			ret = -EFAULT;
	if (!ret) {
		for (i = 0; i < cmd->num_uses; i++)
			cmd->uses[i].alloc->busy++;
		cmd->armed = true;
	}
	spin_unlock_irq(&device->lock);
	if (ret) {
		dxg_command_unpin(cmd);
		return ret;
	}

	/* A busy, pinned allocation keeps its backing, unless the adapter goes. */
	for (i = 0; i < cmd->num_uses; i++)
		cmd->memory[i] = dxg_gem_address(cmd->uses[i].alloc->bo);
	return 0;
}

static void command_release_locked(struct dxg_command *cmd)
{
	u32 i;

	for (i = 0; i < cmd->num_uses; i++) {
		struct dxg_allocation *alloc = cmd->uses[i].alloc;

		if (!--alloc->busy && alloc->waiting) {
			dxg_batch_unbusy_locked(alloc->waiting);
			alloc->waiting = NULL;
		}
	}
}

/**
 * dxg_command_retire() - A command uses nothing any more
 * @cmd: the command
 *
 * Starts the destructions that waited for it. In any context.
 */
void dxg_command_retire(struct dxg_command *cmd)
{
	struct dxg_device *device = cmd->queue->device;
	unsigned long flags;

	dxg_command_unpin(cmd);
	spin_lock_irqsave(&device->lock, flags);
	list_del_init(&cmd->device_link);
	if (cmd->armed)
		command_release_locked(cmd);
	dxg_device_drain_locked(device);
	spin_unlock_irqrestore(&device->lock, flags);
}

static bool command_names(const struct dxg_command *cmd, const struct dxg_sync_object *object)
{
	u32 i;

	for (i = 0; i < cmd->num_signals; i++)
		if (cmd->signals[i]->object == object)
			return true;
	return false;
}

/* Of a signal of several queues all but the last have nothing happen. */
static bool command_is_last(const struct dxg_command *cmd, u32 index)
{
	return !cmd->signal || atomic_read(&cmd->signal->left[index]) == 1;
}

/**
 * dxg_command_signals() - Whether a command has a fence reach a value
 * @cmd: the command, complete
 * @object: the fence
 * @value: the value
 *
 * Return: whether it has when it ends without an error.
 */
bool dxg_command_signals(const struct dxg_command *cmd, const struct dxg_sync_object *object,
			 u64 value)
{
	const struct drm_dxg_cmd_stream *head = cmd->stream;
	const struct drm_dxg_cmd_signal *signal;
	const struct drm_dxg_cmd *record;
	u32 pos;

	/* Most do not name it at all. Without the time-out it may never end. */
	if (!command_names(cmd, object) || cmd->queue->no_timeout)
		return false;
	/* Records that were translated may be larger than they need to be. */
	for (pos = sizeof(*head); pos < head->size; pos += record->size) {
		record = cmd->stream + pos;
		signal = (const void *)record;
		if (record->opcode == DRM_DXG_CMD_SIGNAL && signal->value >= value &&
		    cmd->signals[signal->sync_object]->object == object &&
		    command_is_last(cmd, signal->sync_object))
			return true;
	}
	return false;
}

/**
 * dxg_command_fail_signals() - Release those who wait for a command that was lost
 * @cmd: the command
 *
 * Monitored fences that it would have signalled go to the maximum, and its event is
 * signalled.
 */
void dxg_command_fail_signals(struct dxg_command *cmd)
{
	u32 i;

	for (i = 0; i < cmd->num_signals; i++)
		dxg_sync_fail(cmd->signals[i]);
	dxg_gpu_signal_end(cmd, -ENODEV);
}

/**
 * dxg_command_unblock() - A command does not wait for a fence or a value any more
 * @cmd: the command
 *
 * May wait for the end of the callback: with no lock held that it takes.
 */
void dxg_command_unblock(struct dxg_command *cmd)
{
	dxg_gpu_sync_cancel(cmd);
	if (!cmd->blocker)
		return;
	dma_fence_remove_callback(cmd->blocker, &cmd->blocker_cb);
	dma_fence_put(cmd->blocker);
	cmd->blocker = NULL;
}

/**
 * dxg_command_cancel() - End a command that was not armed
 * @cmd: the command, in no FIFO; freed
 *
 * May sleep.
 */
void dxg_command_cancel(struct dxg_command *cmd)
{
	trace_dxg_command_cancel(cmd, 0);
	dxg_command_unblock(cmd);
	dxg_gpu_wait_untake(cmd);
	if (READ_ONCE(cmd->queue->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		dxg_command_fail_signals(cmd);
	else if (dxg_adapter_is_removed(cmd->node->adapter))
		dxg_gpu_signal_end(cmd, -ENODEV);
	dxg_command_retire(cmd);
	dxg_command_free(cmd);
}

/**
 * dxg_port_signal() - Signal a monitored fence for a command
 * @ddi: the command
 * @index: which of the fences that the stream names
 * @value: new value; nothing happens where the current one is larger
 *
 * Called by the miniport, not from an interrupt; does not sleep.
 */
void dxg_port_signal(struct dxg_ddi_command *ddi, u32 index, u64 value)
{
	struct dxg_command *cmd = container_of(ddi, struct dxg_command, ddi);

	if (cmd->signal)
		dxg_gpu_signal_reach(cmd, index, value);
	else
		dxg_sync_signal(cmd->signals[index], value);
}
EXPORT_SYMBOL_GPL(dxg_port_signal);

/**
 * dxg_command_hold() - Queue commands, all or none
 * @cmds: the commands, complete, each in another queue of one device, which the caller
 *	counts; still the caller's on failure
 * @num: how many
 *
 * Return: as dxg_node_hold().
 */
int dxg_command_hold(struct dxg_command **cmds, u32 num)
{
	u32 i;
	int ret;

	for (i = 0; i < num; i++)
		trace_dxg_command_submit(cmds[i], 0);
	ret = dxg_node_hold(cmds, num);
	for (i = 0; i < num && ret; i++)
		trace_dxg_command_cancel(cmds[i], ret);
	return ret;
}

/* Copied once: what every queue executes is the same, whatever happens to the original. */
