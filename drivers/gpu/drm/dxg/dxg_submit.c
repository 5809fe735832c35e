// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_gpuva_update.h"
#include "dxg_ioctl.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_submit.h"
#include "dxg_sync.h"
#include "dxg_translate.h"

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
