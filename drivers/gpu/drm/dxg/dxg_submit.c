// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/export.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_compat.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_gpu_sync.h"
#include "dxg_gpuva_update.h"
#include "dxg_ioctl.h"
#include "dxg_prime.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_submit.h"
#include "dxg_sync.h"
#include "dxg_trace.h"
#include "dxg_translate.h"
#include "dxg_vidmm.h"

/**
 * DOC: Submission
 *
 * A submission is copied once and then walked twice: the first walk checks every
 * record and counts what it names, the second looks the names up, takes references
 * and writes indices in their place, so that nothing depends on handles or on user
 * memory later. A stream that is wrong anywhere is refused whole.
 *
 * Between the walks the command joins its device's epoch, so that a destruction that
 * comes after a look-up waits for it. Everything that running it will need is made
 * here: memory behind the allocations, the scheduler's job and the hardware fence.
 * Queueing is the last step.
 */

/**
 * struct stream_cursor - A walk over the records of a stream
 * @stream: the stream
 * @size: its bytes
 * @pos: offset of the next record
 */
struct stream_cursor {
	void *stream;
	u32 size;
	u32 pos;
};

/**
 * struct stream_counts - What the records of a stream name
 * @uses: allocations
 * @signals: sync objects
 */
struct stream_counts {
	u32 uses;
	u32 signals;
};

static void stream_rewind(struct stream_cursor *cursor)
{
	cursor->pos = sizeof(struct drm_dxg_cmd_stream);
}

static size_t stream_record_size(u32 opcode)
{
	switch (opcode) {
	case DRM_DXG_CMD_FILL:
		return sizeof(struct drm_dxg_cmd_fill);
	case DRM_DXG_CMD_COPY:
		return sizeof(struct drm_dxg_cmd_copy);
	case DRM_DXG_CMD_DELAY:
		return sizeof(struct drm_dxg_cmd_delay);
	case DRM_DXG_CMD_TIMESTAMP:
		return sizeof(struct drm_dxg_cmd_timestamp);
	case DRM_DXG_CMD_SIGNAL:
		return sizeof(struct drm_dxg_cmd_signal);
	default:
		return 0;
	}
}

/* The next record; NULL at the end; -EINVAL if it is none. */
static struct drm_dxg_cmd *stream_next(struct stream_cursor *cursor)
{
	u32 left = cursor->size - cursor->pos;
	struct drm_dxg_cmd *cmd = cursor->stream + cursor->pos;

	if (!left)
		return NULL;
	if (left < sizeof(*cmd) || cmd->size > left || !cmd->size ||
	    cmd->size != stream_record_size(cmd->opcode))
		return ERR_PTR(-EINVAL);
	cursor->pos += cmd->size;
	return cmd;
}

static int stream_check_head(const struct drm_dxg_cmd_stream *head, u32 size)
{
	if (head->magic != DRM_DXG_CMD_STREAM_MAGIC ||
	    head->version != DRM_DXG_CMD_STREAM_VERSION || head->size != size || head->pad)
		return -EINVAL;
	return 0;
}

static int stream_check_delay(const struct drm_dxg_cmd_delay *delay)
{
	u64 max = (u64)dxg_tdr_ms * NSEC_PER_MSEC;

	if (delay->pad || delay->flags & ~DRM_DXG_DELAY_HANG)
		return -EINVAL;
	if (!(delay->flags & DRM_DXG_DELAY_HANG) && delay->duration_ns > max)
		return -EINVAL;
	return 0;
}

static int stream_count(struct stream_counts *counts, const struct drm_dxg_cmd *record)
{
	const struct drm_dxg_cmd_fill *fill = (const void *)record;
	const struct drm_dxg_cmd_signal *signal = (const void *)record;

	switch (record->opcode) {
	case DRM_DXG_CMD_FILL:
		counts->uses++;
		return fill->pad || fill->length % 4 || fill->dst.offset % 4 ? -EINVAL : 0;
	case DRM_DXG_CMD_COPY:
		counts->uses += 2;
		return 0;
	case DRM_DXG_CMD_DELAY:
		return stream_check_delay((const void *)record);
	case DRM_DXG_CMD_TIMESTAMP:
		counts->uses++;
		return ((const struct drm_dxg_cmd_timestamp *)record)->dst.offset % 8 ?
		       -EINVAL : 0;
	default:
		counts->signals++;
		return signal->pad ? -EINVAL : 0;
	}
}

static int stream_check(struct stream_cursor *cursor, struct stream_counts *counts)
{
	struct drm_dxg_cmd *record;
	int ret;

	stream_rewind(cursor);
	while ((record = stream_next(cursor))) {
		if (IS_ERR(record))
			return PTR_ERR(record);
		ret = stream_count(counts, record);
		if (ret)
			return ret;
	}
	return 0;
}

/* Turn an address into an index of the uses, with a reference and memory behind. */
static int command_use(struct dxg_command *cmd, struct drm_dxg_address *address, u64 length,
		       bool write)
{
	struct dxg_allocation *alloc;
	u64 end;

	if (address->kind == DRM_DXG_ADDRESS_GPU_VA && !address->pad)
		return dxg_translate_check(cmd, address, length);
	if (address->kind != DRM_DXG_ADDRESS_ALLOCATION || address->pad ||
	    address->base > U32_MAX)
		return -EINVAL;
	alloc = dxg_allocation_lookup(cmd->queue->device, address->base);
	if (!alloc)
		return -EINVAL;
	cmd->uses[cmd->num_uses].alloc = alloc;
	cmd->uses[cmd->num_uses].write = write;
	address->base = cmd->num_uses++;

	if (check_add_overflow(address->offset, length, &end) || end > alloc->bo->base.size)
		return -EINVAL;
	/* Its bytes may be gone. */
	if (READ_ONCE(alloc->bo->offered))
		return -EINVAL;
	if (write && alloc->bo->read_only)
		return -EACCES;
	return 0;
}

static int command_use_sync(struct dxg_command *cmd, struct drm_dxg_cmd_signal *signal)
{
	struct dxg_sync *sync = dxg_sync_lookup(cmd->queue->device, signal->sync_object);

	if (!sync)
		return -EINVAL;
	cmd->signals[cmd->num_signals] = sync;
	signal->sync_object = cmd->num_signals++;
	return dxg_sync_check_gpu_signal(sync);
}

static int command_resolve_record(struct dxg_command *cmd, struct drm_dxg_cmd *record)
{
	struct drm_dxg_cmd_timestamp *timestamp = (void *)record;
	struct drm_dxg_cmd_fill *fill = (void *)record;
	struct drm_dxg_cmd_copy *copy = (void *)record;

	switch (record->opcode) {
	case DRM_DXG_CMD_FILL:
		return command_use(cmd, &fill->dst, fill->length, true);
	case DRM_DXG_CMD_COPY:
		return command_use(cmd, &copy->dst, copy->length, true) ?:
		       command_use(cmd, &copy->src, copy->length, false);
	case DRM_DXG_CMD_TIMESTAMP:
		return command_use(cmd, &timestamp->dst, sizeof(u64), true);
	case DRM_DXG_CMD_SIGNAL:
		return command_use_sync(cmd, (void *)record);
	default:
		return 0;
	}
}

static int command_resolve(struct dxg_command *cmd, struct stream_cursor *cursor,
			   const struct stream_counts *counts)
{
	struct drm_dxg_cmd *record;
	int ret;

	cmd->uses = kvcalloc(counts->uses, sizeof(*cmd->uses), GFP_KERNEL_ACCOUNT);
	cmd->memory = kvcalloc(counts->uses, sizeof(*cmd->memory), GFP_KERNEL_ACCOUNT);
	/* One more for the progress of a hardware queue. */
	cmd->signals = kvcalloc(counts->signals + 1, sizeof(*cmd->signals), GFP_KERNEL_ACCOUNT);
	if (!cmd->uses || !cmd->memory || !cmd->signals)
		return -ENOMEM;

	stream_rewind(cursor);
	while ((record = stream_next(cursor))) {
		ret = command_resolve_record(cmd, record);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Have memory for all that the command uses, at the cost of the caller. What has no room
 * in the device segment now, or is evicted again, gets there at promotion.
 */
static int command_make_resident(struct dxg_command *cmd)
{
	u32 i;
	int ret;

	for (i = 0; i < cmd->num_uses; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = dxg_allocation_make_resident(cmd->uses[i].alloc);
		if (ret && ret != -EBUSY)
			return ret;
		cond_resched();
	}
	return 0;
}

/*
 * Count the command as use of its device. Before its handles are looked up: what is
 * destroyed after a look-up is then destroyed in the command's epoch or a later one,
 * and waits for it.
 */
static int command_join(struct dxg_command *cmd)
{
	struct dxg_device *device = cmd->queue->device;
	int ret = -ENODEV;

	spin_lock_irq(&device->lock);
	if (device->state == D3DKMT_DEVICEEXECUTION_ACTIVE) {
		cmd->epoch = device->epoch;
		list_add_tail(&cmd->device_link, &device->commands);
		ret = 0;
	}
	spin_unlock_irq(&device->lock);
	return ret;
}

/* The last thing that a command of a hardware queue does. */
static void command_add_progress(struct dxg_command *cmd, u32 size,
				 const struct dxg_submission *submission)
{
	struct drm_dxg_cmd_stream *head = cmd->stream;
	struct drm_dxg_cmd_signal *signal = cmd->stream + size;

	*signal = (struct drm_dxg_cmd_signal) {
		.base = { DRM_DXG_CMD_SIGNAL, sizeof(*signal) },
		.sync_object = cmd->num_signals,
		.value = submission->progress,
	};
	head->size = size + sizeof(*signal);
	dxg_object_get(&submission->fence->base);
	cmd->signals[cmd->num_signals++] = submission->fence;
	cmd->progress = submission->progress;
}

static int command_prepare(struct dxg_command *cmd, const struct stream_cursor *stream,
			   const struct stream_counts *counts,
			   const struct dxg_submission *submission)
{
	struct stream_cursor cursor = { .stream = cmd->stream, .size = stream->size };
	int ret;

	ret = command_join(cmd) ?:
	      command_resolve(cmd, &cursor, counts) ?:
	      command_make_resident(cmd);
	if (ret)
		return ret;

	if (submission->fence)
		command_add_progress(cmd, stream->size, submission);
	cmd->ddi.node = cmd->node->ordinal;
	cmd->ddi.null_rendering = submission->null_rendering ||
				  cmd->queue->ctx->flags & D3DKMT_CONTEXT_NULL_RENDERING;
	cmd->ddi.stream = cmd->stream;
	cmd->ddi.memory = cmd->memory;
	return 0;
}

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
static int submit_copy(const struct dxg_submission *submission, struct stream_cursor *stream,
		       struct stream_counts *counts)
{
	stream->size = submission->size;
	stream->stream = kvzalloc(submission->size + sizeof(struct drm_dxg_cmd_signal),
				  GFP_KERNEL_ACCOUNT);
	if (!stream->stream)
		return -ENOMEM;
	if (copy_from_user(stream->stream, u64_to_user_ptr(submission->data), submission->size))
		return -EFAULT;
	return stream_check_head(stream->stream, stream->size) ?: stream_check(stream, counts);
}

/* A copy of the copy, with the room behind it; the last one has the copy itself. */
static int command_take_stream(struct dxg_command *cmd, struct stream_cursor *stream, bool last)
{
	size_t size = stream->size + sizeof(struct drm_dxg_cmd_signal);

	if (last) {
		cmd->stream = stream->stream;
		stream->stream = NULL;
	} else {
		cmd->stream = kvmemdup(stream->stream, size, GFP_KERNEL_ACCOUNT);
	}
	return cmd->stream ? 0 : -ENOMEM;
}

static int submit_check_queues(struct dxg_queue **queues, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++)
		if (queues[i]->ctx->flags & D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY)
			return -EINVAL;
	return 0;
}

static int submit_prepare(struct dxg_queue **queues, u32 num, struct dxg_command **cmds,
			  u32 *created, const struct dxg_submission *submission)
{
	struct stream_cursor stream = {};
	struct stream_counts counts = {};
	struct dxg_command *cmd;
	int ret;

	ret = submit_copy(submission, &stream, &counts);
	while (!ret && *created < num) {
		cmd = dxg_command_create_queued(queues[*created], true);
		if (IS_ERR(cmd)) {
			ret = PTR_ERR(cmd);
			break;
		}
		cmds[(*created)++] = cmd;
		ret = command_take_stream(cmd, &stream, *created == num) ?:
		      command_prepare(cmd, &stream, &counts, submission);
	}
	kvfree(stream.stream);
	return ret;
}

/**
 * dxg_submit_check_size() - Whether there can be a stream
 * @data: its address in user space
 * @size: its bytes
 *
 * Return: 0; -EINVAL.
 */
int dxg_submit_check_size(u64 data, u32 size)
{
	return !data || size < sizeof(struct drm_dxg_cmd_stream) ||
	       size > DRM_DXG_CMD_STREAM_MAX ? -EINVAL : 0;
}

/**
 * dxg_submit() - Submit a stream to queues, to all or none
 * @queues: different queues of one device, which the caller counts
 * @num: how many, up to D3DKMT_MAX_BROADCAST_CONTEXTS
 * @submission: what
 *
 * Return: 0; -EINVAL; -EACCES; -EFAULT; -ENOMEM; -ENODEV, as the operations say; -EINTR:
 * killed.
 */
int dxg_submit(struct dxg_queue **queues, u32 num, const struct dxg_submission *submission)
{
	struct dxg_command *one, **cmds = &one;
	u32 created = 0;
	int ret;

	/* Promotion has a deep stack, and several queues are the exception. */
	if (num > 1)
		cmds = kcalloc(num, sizeof(*cmds), GFP_KERNEL_ACCOUNT);
	if (!cmds)
		return -ENOMEM;
	ret = submit_check_queues(queues, num) ?:
	      submit_prepare(queues, num, cmds, &created, submission);
	if (!ret)
		ret = dxg_command_hold(cmds, num);
	while (ret && created--) {
		dxg_command_retire(cmds[created]);
		dxg_command_free(cmds[created]);
	}
	if (cmds != &one)
		kfree(cmds);
	return ret;
}

static int submit_check(const struct d3dkmt_submit_command *args)
{
	if (args->commands || args->command_length)
		return -EINVAL;
	if (args->flags & ~(D3DKMT_SUBMIT_NULL_RENDERING | D3DKMT_SUBMIT_PRESENT_REDIRECTED |
			    D3DKMT_SUBMIT_NO_KMD_ACCESS))
		return -EINVAL;
	if (!args->broadcast_context_count ||
	    args->broadcast_context_count > D3DKMT_MAX_BROADCAST_CONTEXTS)
		return -EINVAL;
	if (args->num_primaries > D3DKMT_MAX_WRITTEN_PRIMARIES || args->num_history_buffers)
		return -EINVAL;
	if (dxg_submit_check_size(args->private_driver_data, args->private_driver_data_size))
		return -EINVAL;
	if (args->flags & D3DKMT_SUBMIT_PRESENT_REDIRECTED || args->num_primaries)
		return -EPERM;
	return 0;
}

/* All that an update gives the engine to do is to signal a fence. */
static int update_prepare(struct dxg_command *cmd, u32 fence, u64 value)
{
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_signal signal;
	} *stream;
	struct stream_counts counts = { .signals = 1 };
	struct stream_cursor cursor = { .size = sizeof(*stream) };

	stream = kvzalloc(sizeof(*stream), GFP_KERNEL_ACCOUNT);
	if (!stream)
		return -ENOMEM;
	stream->head.size = sizeof(*stream);
	stream->signal.base.opcode = DRM_DXG_CMD_SIGNAL;
	stream->signal.base.size = sizeof(stream->signal);
	stream->signal.sync_object = fence;
	stream->signal.value = value;
	cmd->stream = stream;
	cursor.stream = stream;
	return command_join(cmd) ?:
	       dxg_gpuva_update_resolve(cmd->update, cmd->queue->device) ?:
	       command_resolve(cmd, &cursor, &counts);
}

/**
 * dxg_command_create_update() - Create a command that does operations on GPU virtual addresses
 * @ctx: the context, whose queue it is for
 * @update: the operations; they are the command's, or freed
 * @fence: handle of a monitored fence, which is signalled when they have been done
 * @value: its value then
 *
 * Return: the command, to be held or retired and freed; -EINVAL; -EACCES; -ENOMEM; -ENODEV, as
 * struct d3dkmt_update_gpu_virtual_address says.
 */
struct dxg_command *dxg_command_create_update(struct dxg_context *ctx,
					      struct dxg_gpuva_update *update, u32 fence,
					      u64 value)
{
	struct dxg_command *cmd = dxg_command_create_queued(&ctx->queue, true);
	int ret;

	if (IS_ERR(cmd)) {
		dxg_gpuva_update_free(update);
		return cmd;
	}
	cmd->update = update;
	ret = update_prepare(cmd, fence, value);
	if (ret) {
		dxg_command_retire(cmd);
		dxg_command_free(cmd);
		return ERR_PTR(ret);
	}
	cmd->ddi.node = cmd->node->ordinal;
	cmd->ddi.stream = cmd->stream;
	cmd->ddi.memory = cmd->memory;
	return cmd;
}

/**
 * dxg_ioctl_command_submit() - D3DKMTSubmitCommand
 * @call: struct d3dkmt_submit_command
 *
 * Return: 0; -EINVAL; -EPERM; -EACCES; -EFAULT; -ENOMEM; -ENODEV, as the structure
 * says; -EINTR: killed.
 */
int dxg_ioctl_command_submit(struct dxg_call *call)
{
	const struct d3dkmt_submit_command *args = call->args;
	struct dxg_queue *one, **queues = &one;
	u32 num = args->broadcast_context_count;
	const struct dxg_submission submission = {
		.data = args->private_driver_data,
		.size = args->private_driver_data_size,
		.null_rendering = args->flags & D3DKMT_SUBMIT_NULL_RENDERING,
	};
	int ret;

	ret = submit_check(args);
	if (ret)
		return ret;
	if (num > 1)
		queues = kcalloc(num, sizeof(*queues), GFP_KERNEL_ACCOUNT);
	if (!queues)
		return -ENOMEM;
	ret = dxg_queues_lookup(call->process, args->broadcast_context, num, false, queues);
	if (!ret) {
		ret = dxg_submit(queues, num, &submission);
		dxg_queues_put(queues, num);
	}
	if (queues != &one)
		kfree(queues);
	return ret;
}
