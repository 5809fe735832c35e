// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_hwqueue.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_submit.h"
#include "dxg_sync.h"

/**
 * DOC: Hardware queues
 *
 * What programs see of an engine that schedules itself: a queue with a progress fence, whose
 * value is that of the last command that has finished, as its submitter numbered them. Here
 * it is a FIFO like that of a context, and the value a signal at the end of each command:
 * all 64 bits, in the page of a monitored fence. Nothing but commands of the queue changes
 * it, and it goes with the queue.
 *
 * Refused: to say that the adapter schedules in hardware. Programs may use hardware queues
 * where they know them, but are not told to prefer them.
 */

static struct dxg_hw_queue *hw_queue_from(struct dxg_queue *queue)
{
	return container_of(queue, struct dxg_hw_queue, queue);
}

static void hw_queue_release(struct dxg_object *obj)
{
	struct dxg_hw_queue *hw_queue = container_of(obj, struct dxg_hw_queue, base);

	WARN_ON(!list_empty(&hw_queue->queue.held));
	if (hw_queue->sync)
		dxg_sync_put(hw_queue->sync);
	atomic_dec(&hw_queue->queue.device->adapter->stats.hw_queues);
	kfree(hw_queue);
}

static void hw_queue_retire(struct dxg_object *obj)
{
	struct dxg_hw_queue *hw_queue = container_of(obj, struct dxg_hw_queue, base);

	dxg_queue_close(&hw_queue->queue);
	if (hw_queue->sync)
		dxg_sync_retire(hw_queue->sync);
	dxg_object_put(obj);
}

static const struct dxg_object_ops hw_queue_ops = {
	.type = DXG_OBJECT_HW_QUEUE,
	.retire = hw_queue_retire,
	.release = hw_queue_release,
};

/**
 * dxg_hw_queue_lookup() - Find the hardware queue of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the hardware queue with a reference; NULL: none.
 */
struct dxg_hw_queue *dxg_hw_queue_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_HW_QUEUE);

	return obj ? container_of(obj, struct dxg_hw_queue, base) : NULL;
}

/**
 * dxg_hw_queues_check_signal() - Whether a signal may have these hardware queues
 * @queues: the queues
 * @num: how many
 *
 * Return: 0; -EINVAL: there are several, and one was created for signals of its own only.
 */
int dxg_hw_queues_check_signal(struct dxg_queue **queues, u32 num)
{
	u32 i;

	for (i = 0; i < num && num > 1; i++)
		if (hw_queue_from(queues[i])->flags & D3DKMT_HW_QUEUE_NO_BROADCAST_SIGNAL)
			return -EINVAL;
	return 0;
}

static struct dxg_hw_queue *hw_queue_create(struct dxg_context *ctx, u32 flags)
{
	struct dxg_hw_queue *hw_queue;

	hw_queue = kzalloc(sizeof(*hw_queue), GFP_KERNEL_ACCOUNT);
	if (!hw_queue)
		return ERR_PTR(-ENOMEM);
	dxg_object_init(&hw_queue->base, &hw_queue_ops, &ctx->base);
	hw_queue->flags = flags;
	dxg_queue_init(&hw_queue->queue, ctx, &hw_queue->base);
	hw_queue->queue.no_timeout = flags & D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT ||
				     ctx->queue.no_timeout;
	atomic_inc(&ctx->device->adapter->stats.hw_queues);
	return hw_queue;
}

/* A sync object of the device, which is mapped: last, as retiring undoes it. */
static int hw_queue_open_fence(struct dxg_call *call, struct dxg_hw_queue *hw_queue)
{
	struct d3dkmt_create_hw_queue *args = call->args;
	struct dxg_sync *sync;
	int ret;

	sync = dxg_sync_create(hw_queue->queue.device, D3DKMT_SYNC_NO_SIGNAL, 0);
	if (IS_ERR(sync))
		return PTR_ERR(sync);
	sync->of_queue = true;
	dxg_object_get(&sync->base);
	hw_queue->sync = sync;
	ret = dxg_sync_open(call, sync);
	if (ret)
		return ret;
	args->hw_queue = hw_queue->base.handle;
	args->progress_fence = sync->base.handle;
	args->progress_fence_cpu_va = sync->cpu_va;
	args->progress_fence_gpu_va = 0;
	return 0;
}

static int hw_queue_open(struct dxg_call *call, struct dxg_context *ctx, u32 flags)
{
	struct dxg_hw_queue *hw_queue;
	int ret;

	hw_queue = hw_queue_create(ctx, flags);
	if (IS_ERR(hw_queue))
		return PTR_ERR(hw_queue);
	ret = dxg_queue_open(&hw_queue->queue, DXG_CONTEXT_MAX_QUEUES);
	if (!ret)
		ret = dxg_handle_reserve(&call->process->table, &hw_queue->base);
	if (ret) {
		hw_queue_retire(&hw_queue->base);
		return ret;
	}
	dxg_call_add(call, &hw_queue->base);
	return hw_queue_open_fence(call, hw_queue);
}

static int hw_queue_check(const struct dxg_context *ctx, u32 flags)
{
	if (!ctx->hw && !(ctx->flags & D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED))
		return -EINVAL;
	if (dxg_adapter_is_removed(ctx->device->adapter) ||
	    READ_ONCE(ctx->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		return -ENODEV;
	return dxg_context_check_timeout(flags & D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT);
}

/**
 * dxg_ioctl_hw_queue_create() - D3DKMTCreateHwQueue
 * @call: struct d3dkmt_create_hw_queue
 *
 * Return: 0; -EINVAL; -EACCES; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_hw_queue_create(struct dxg_call *call)
{
	const struct d3dkmt_create_hw_queue *args = call->args;
	struct dxg_context *ctx;
	int ret;

	if (args->private_driver_data_size ||
	    args->flags & ~(D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT |
			    D3DKMT_HW_QUEUE_NO_BROADCAST_SIGNAL |
			    D3DKMT_HW_QUEUE_NO_BROADCAST_WAIT | D3DKMT_HW_QUEUE_NO_KMD_ACCESS))
		return -EINVAL;
	ctx = dxg_context_lookup(call->process, args->hw_context);
	if (!ctx)
		return -EINVAL;
	ret = hw_queue_check(ctx, args->flags);
	if (!ret)
		ret = dxg_process_bind_mm(call->process);
	if (!ret)
		ret = hw_queue_open(call, ctx, args->flags);
	dxg_context_put(ctx);
	return ret;
}

/**
 * dxg_ioctl_hw_queue_destroy() - D3DKMTDestroyHwQueue
 * @call: struct d3dkmt_destroy_hw_queue
 *
 * Return: 0; -EINVAL: no such hardware queue.
 */
int dxg_ioctl_hw_queue_destroy(struct dxg_call *call)
{
	const struct d3dkmt_destroy_hw_queue *args = call->args;
	struct dxg_object *obj;

	obj = dxg_handle_retire(&call->process->table, args->hw_queue, DXG_OBJECT_HW_QUEUE);
	if (!obj)
		return -EINVAL;
	hw_queue_retire(obj);
	return 0;
}

static int hw_queue_check_submit(const struct d3dkmt_submit_command_to_hw_queue *args)
{
	if (args->command_buffer || args->command_length || !args->progress_fence_id)
		return -EINVAL;
	if (args->num_primaries > D3DKMT_MAX_WRITTEN_PRIMARIES)
		return -EINVAL;
	if (dxg_submit_check_size(args->private_driver_data, args->private_driver_data_size))
		return -EINVAL;
	return args->num_primaries ? -EPERM : 0;
}

/**
 * dxg_ioctl_hw_queue_submit() - D3DKMTSubmitCommandToHwQueue
 * @call: struct d3dkmt_submit_command_to_hw_queue
 *
 * Return: 0; -EINVAL; -EPERM; -EACCES; -EFAULT; -ENOMEM; -ENODEV, as the structure says;
 * -EINTR: killed.
 */
int dxg_ioctl_hw_queue_submit(struct dxg_call *call)
{
	const struct d3dkmt_submit_command_to_hw_queue *args = call->args;
	struct dxg_submission submission = {
		.data = args->private_driver_data,
		.size = args->private_driver_data_size,
		.progress = args->progress_fence_id,
	};
	struct dxg_queue *queue;
	int ret;

	ret = hw_queue_check_submit(args);
	if (!ret)
		ret = dxg_queues_lookup(call->process, &args->hw_queue, 1, true, &queue);
	if (ret)
		return ret;
	submission.fence = hw_queue_from(queue)->sync;
	ret = dxg_submit(&queue, 1, &submission);
	dxg_queues_put(&queue, 1);
	return ret;
}
