// SPDX-License-Identifier: MIT
#include <string.h>

#include "dxg_igt_queue.h"

int __igt_dxg_gpu_wait(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
		       uint64_t value)
{
	struct d3dkmt_wait_sync_object_from_gpu args = {
		.context = context,
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_GPU, &args);
}

void igt_dxg_gpu_wait(const struct igt_dxg *dxg, uint32_t context, uint32_t fence, uint64_t value)
{
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, context, fence, value), 0);
}

int __igt_dxg_gpu_signal(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			 uint64_t value)
{
	struct d3dkmt_signal_sync_object_from_gpu args = {
		.context = context,
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU, &args);
}

void igt_dxg_gpu_signal(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			uint64_t value)
{
	igt_assert_eq(__igt_dxg_gpu_signal(dxg, context, fence, value), 0);
}

int __igt_dxg_gpu_signal2(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			  uint32_t fence, uint64_t value, uint32_t flags)
{
	struct d3dkmt_signal_sync_object_from_gpu2 args = {
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.flags = flags,
		.broadcast_context_count = count,
		.broadcast_contexts = igt_dxg_ptr(contexts),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU2, &args);
}

int __igt_dxg_gpu_event(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			uint64_t event)
{
	struct d3dkmt_signal_sync_object_from_gpu2 args = {
		.flags = D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT,
		.broadcast_context_count = count,
		.broadcast_contexts = igt_dxg_ptr(contexts),
		.cpu_event = event,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU2, &args);
}

int __igt_dxg_broadcast(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			const struct igt_dxg_stream *stream)
{
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = count,
		.private_driver_data = igt_dxg_ptr(stream->data),
		.private_driver_data_size = stream->size,
	};

	memcpy(args.broadcast_context, contexts, count * sizeof(*contexts));
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args);
}

int __igt_dxg_create_hw_context(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
				uint32_t *context)
{
	struct d3dkmt_create_hw_context args = { .device = device, .flags = flags };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_HW_CONTEXT, &args);

	*context = args.hw_context;
	return ret;
}

uint32_t igt_dxg_create_hw_context(const struct igt_dxg *dxg, uint32_t device)
{
	uint32_t context;

	igt_assert_eq(__igt_dxg_create_hw_context(dxg, device, 0, &context), 0);
	return context;
}

int __igt_dxg_destroy_hw_context(const struct igt_dxg *dxg, uint32_t context)
{
	struct d3dkmt_destroy_hw_context args = { context };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_HW_CONTEXT, &args);
}

void igt_dxg_destroy_hw_context(const struct igt_dxg *dxg, uint32_t context)
{
	igt_assert_eq(__igt_dxg_destroy_hw_context(dxg, context), 0);
}

int __igt_dxg_create_hw_queue(const struct igt_dxg *dxg, uint32_t context, uint32_t flags,
			      struct igt_dxg_hw_queue *queue)
{
	struct d3dkmt_create_hw_queue args = { .hw_context = context, .flags = flags };
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_HW_QUEUE, &args);

	queue->context = context;
	queue->handle = args.hw_queue;
	queue->fence = args.progress_fence;
	queue->value = (const uint64_t *)(uintptr_t)args.progress_fence_cpu_va;
	return ret;
}

void igt_dxg_create_hw_queue(const struct igt_dxg *dxg, uint32_t context,
			     struct igt_dxg_hw_queue *queue)
{
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, context, 0, queue), 0);
}

int __igt_dxg_destroy_hw_queue(const struct igt_dxg *dxg, uint32_t queue)
{
	struct d3dkmt_destroy_hw_queue args = { queue };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_HW_QUEUE, &args);
}

int __igt_dxg_submit_hw(const struct igt_dxg *dxg, uint32_t queue, uint64_t progress,
			const struct igt_dxg_stream *stream)
{
	struct d3dkmt_submit_command_to_hw_queue args = {
		.hw_queue = queue,
		.progress_fence_id = progress,
		.private_driver_data = igt_dxg_ptr(stream->data),
		.private_driver_data_size = stream->size,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND_TO_HW_QUEUE, &args);
}

int __igt_dxg_submit_hw_nop(const struct igt_dxg *dxg, uint32_t queue, uint64_t progress)
{
	struct drm_dxg_cmd_stream head = {
		.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.version = DRM_DXG_CMD_STREAM_VERSION,
		.size = sizeof(head),
	};
	struct igt_dxg_stream stream = { (uint8_t *)&head, sizeof(head) };

	return __igt_dxg_submit_hw(dxg, queue, progress, &stream);
}

int __igt_dxg_hw_wait(const struct igt_dxg *dxg, uint32_t queue, uint32_t fence, uint64_t value)
{
	struct d3dkmt_submit_wait_to_hw_queue args = {
		.hw_queue = queue,
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_WAIT_TO_HW_QUEUE, &args);
}

int __igt_dxg_hw_signal(const struct igt_dxg *dxg, const uint32_t *queues, uint32_t count,
			uint32_t fence, uint64_t value, uint32_t flags)
{
	struct d3dkmt_submit_signal_to_hw_queue args = {
		.flags = flags,
		.broadcast_hw_queue_count = count,
		.broadcast_hw_queues = igt_dxg_ptr(queues),
		.object_count = 1,
		.objects = igt_dxg_ptr(&fence),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_SIGNAL_TO_HW_QUEUE, &args);
}

int __igt_dxg_context_priority(const struct igt_dxg *dxg, unsigned long code, uint32_t context,
			       int32_t *priority)
{
	struct d3dkmt_context_priority args = { context, *priority };
	int ret = igt_dxg_ioctl(dxg, code, &args);

	*priority = args.priority;
	return ret;
}
