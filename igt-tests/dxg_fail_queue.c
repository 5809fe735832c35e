// SPDX-License-Identifier: MIT
/*
 * As dxg_fail_nth.c: hardware queues, waits and signals in contexts, and what goes to several.
 * On the debug kernel only.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "dxg_fail_nth.h"
#include "dxg_igt_queue.h"

IGT_TEST_DESCRIPTION("Queues, each of whose allocations and copies fails once.");

/* The scene's context and some more, in scene->list. */
static void have_contexts(struct scene *scene)
{
	scene->count = FEW;
	scene->list[0] = scene->space.context;
	for (uint32_t i = 1; i < FEW; i++)
		scene->list[i] = igt_dxg_create_context(scene->dxg, scene->space.device);
}

static void destroy_contexts(struct scene *scene)
{
	for (uint32_t i = 1; i < FEW; i++)
		igt_dxg_destroy_context(scene->dxg, scene->list[i]);
}

static void ask_create_context(struct scene *scene)
{
	ASK(scene, CREATE_HW_CONTEXT, create_hw_context, .device = scene->space.device);
}

static void undo_create_context(struct scene *scene)
{
	igt_dxg_destroy_hw_context(scene->dxg, scene->answer.create_hw_context.hw_context);
}

static void ask_create_queue(struct scene *scene)
{
	scene->handle = igt_dxg_create_hw_context(scene->dxg, scene->space.device);
	ASK(scene, CREATE_HW_QUEUE, create_hw_queue, .hw_context = scene->handle);
}

static void undo_context(struct scene *scene)
{
	igt_dxg_destroy_hw_context(scene->dxg, scene->handle);
}

static void ask_submit_queue(struct scene *scene)
{
	struct igt_dxg_hw_queue queue;

	scene->handle = igt_dxg_create_hw_context(scene->dxg, scene->space.device);
	igt_dxg_create_hw_queue(scene->dxg, scene->handle, &queue);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_signal(&scene->stream, scene->space.fence, ++scene->space.done);
	igt_dxg_stream_finish(&scene->stream);
	ASK(scene, SUBMIT_COMMAND_TO_HW_QUEUE, submit_command_to_hw_queue,
	    .hw_queue = queue.handle, .progress_fence_id = 1,
	    .private_driver_data = igt_dxg_ptr(scene->stream.data),
	    .private_driver_data_size = scene->stream.size);
}

/* A value that was refused for want of memory can be used again. */
static void undo_submit_queue(struct scene *scene)
{
	igt_dxg_wait(scene->dxg, scene->space.device, scene->space.fence, scene->space.done);
	igt_dxg_stream_free(&scene->stream);
	igt_dxg_destroy_hw_context(scene->dxg, scene->handle);
}

static void ask_wait(struct scene *scene)
{
	scene->value = 0;
	ASK(scene, WAIT_SYNC_OBJECT_FROM_GPU, wait_sync_object_from_gpu,
	    .context = scene->space.context, .object_count = 1,
	    .objects = igt_dxg_ptr(&scene->space.fence),
	    .fence_values = igt_dxg_ptr(&scene->value));
}

static void ask_signal(struct scene *scene)
{
	have_contexts(scene);
	scene->value = ++scene->space.done;
	ASK(scene, SIGNAL_SYNC_OBJECT_FROM_GPU2, signal_sync_object_from_gpu2,
	    .object_count = 1, .objects = igt_dxg_ptr(&scene->space.fence),
	    .fence_values = igt_dxg_ptr(&scene->value), .broadcast_context_count = FEW,
	    .broadcast_contexts = igt_dxg_ptr(scene->list));
}

static void undo_signal(struct scene *scene)
{
	igt_dxg_wait(scene->dxg, scene->space.device, scene->space.fence, scene->space.done);
	destroy_contexts(scene);
}

static void ask_event(struct scene *scene)
{
	have_contexts(scene);
	scene->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	igt_assert_fd(scene->event);
	ASK(scene, SIGNAL_SYNC_OBJECT_FROM_GPU2, signal_sync_object_from_gpu2,
	    .flags = D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT, .cpu_event = scene->event,
	    .broadcast_context_count = FEW, .broadcast_contexts = igt_dxg_ptr(scene->list));
}

static void undo_event(struct scene *scene)
{
	igt_assert(igt_dxg_event_fired(scene->event, IDLE_MS));
	close(scene->event);
	destroy_contexts(scene);
}

static void ask_broadcast(struct scene *scene)
{
	struct d3dkmt_submit_command *args = &scene->request.submit_command;

	have_contexts(scene);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_signal(&scene->stream, scene->space.fence, ++scene->space.done);
	igt_dxg_stream_finish(&scene->stream);
	ASK(scene, SUBMIT_COMMAND, submit_command, .broadcast_context_count = FEW,
	    .private_driver_data = igt_dxg_ptr(scene->stream.data),
	    .private_driver_data_size = scene->stream.size);
	memcpy(args->broadcast_context, scene->list, FEW * sizeof(*scene->list));
}

static void undo_broadcast(struct scene *scene)
{
	igt_dxg_wait_state(scene->dxg, "commands", 0);
	igt_dxg_stream_free(&scene->stream);
	destroy_contexts(scene);
}

static void ask_priority(struct scene *scene)
{
	ASK(scene, SET_CONTEXT_PRIORITY, context_priority, .context = scene->space.context);
}

static const struct operation operations[] = {
	OP("create-hw-context", BOTH, ask_create_context, undo_create_context,
	   "CreateHwContext."),
	OP("create-hw-queue", BOTH, ask_create_queue, undo_context, "CreateHwQueue."),
	OP("submit-hw", BOTH, ask_submit_queue, undo_submit_queue, "SubmitCommandToHwQueue."),
	OP("wait", BOTH, ask_wait, undo_nothing, "WaitForSynchronizationObjectFromGpu."),
	OP("signal", BOTH, ask_signal, undo_signal,
	   "SignalSynchronizationObjectFromGpu2 of several contexts."),
	OP("event", BOTH, ask_event, undo_event, "The same with an eventfd."),
	OP("broadcast", BOTH, ask_broadcast, undo_broadcast, "SubmitCommand to several."),
	OP("priority", COPY, ask_priority, undo_nothing, "SetContextSchedulingPriority."),
};

igt_main()
{
	run_operations(operations, IGT_DXG_ARRAY_SIZE(operations));
}
