// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_device.h"
#include "dxg_gpu_sync.h"
#include "dxg_hwqueue.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_sync.h"

/**
 * DOC: Waits and signals of queues
 *
 * A wait keeps its queue from going on until all of its fences have their values; a signal
 * sets values when the queue comes to it. Both are commands, at their place in the FIFO, and
 * use no allocation: a destruction does not wait for them, only for what is behind them.
 *
 * A signal is a command like others, with a stream that the kernel has written: what holds
 * for those about order, the time-out and lost devices holds for it. One that is to happen
 * at submission has no job: it happens when it heads its FIFO, and so does not wait for what
 * the engine has still. One for several queues is a command in each; a value is set by
 * the last that comes to it.
 *
 * A fence that is destroyed under a wait stays until the wait has ended, as for D3DKMT: what
 * is queued already may still signal it. If nothing does, the wait lasts until its context or
 * queue is destroyed; it costs nobody else anything. So does the wait for a signal in a
 * context that is destroyed before it comes to it.
 *
 * Refused: an event or a fence for each wait in the scheduler, as a dependency of the next
 * job. See Scheduling: a job must not depend on what user space does.
 */

static void gpu_wait_over(struct dxg_wait *wait, int result)
{
	struct dxg_gpu_wait *gpu = container_of(wait, struct dxg_gpu_wait, wait);

	/* Otherwise the adapter goes, and all that is held with it. */
	gpu->taken = !result;
	if (!result)
		dxg_node_unblock(gpu->cmd);
}

static void gpu_signal_run(struct dxg_command *cmd)
{
	const struct drm_dxg_cmd_stream *head = cmd->stream;
	const struct drm_dxg_cmd_signal *records = (const void *)(head + 1);
	u32 i;

	for (i = 0; i < cmd->num_signals; i++)
		dxg_gpu_signal_reach(cmd, i, records[i].value);
	dxg_gpu_signal_end(cmd, 0);
}

/**
 * dxg_gpu_sync_run() - A command without a job heads its queue
 * @cmd: the command, in no FIFO
 *
 * Called by who promotes on the node.
 *
 * Return: whether it is done; otherwise dxg_node_unblock() is called for it, once.
 */
bool dxg_gpu_sync_run(struct dxg_command *cmd)
{
	if (cmd->signal) {
		gpu_signal_run(cmd);
		return true;
	}
	/* A wait for a sync file, which has signalled. */
	if (!cmd->wait)
		return true;
	if (!cmd->wait->started) {
		cmd->wait->started = true;
		dxg_wait_start(&cmd->wait->wait);
	}
	return READ_ONCE(cmd->unblocked);
}

/**
 * dxg_gpu_signal_reach() - A queue has come to a signal
 * @cmd: its command
 * @index: the fence
 * @value: new value; without rewind nothing happens where the current one is larger
 */
void dxg_gpu_signal_reach(struct dxg_command *cmd, u32 index, u64 value)
{
	struct dxg_gpu_signal *signal = cmd->signal;

	if (!atomic_dec_and_test(&signal->left[index]))
		return;
	if (signal->rewind)
		dxg_sync_rewind(cmd->signals[index], value);
	else
		dxg_sync_signal(cmd->signals[index], value);
}

/**
 * dxg_gpu_signal_end() - A command has finished, or was lost
 * @cmd: the command
 * @error: 0: it is one of those that the event waits for; otherwise nobody is let wait
 *
 * Does nothing for other commands. In any context.
 */
void dxg_gpu_signal_end(struct dxg_command *cmd, int error)
{
	struct dxg_gpu_signal *signal = cmd->signal;

	if (!signal || !signal->event)
		return;
	/* Once, whoever comes to it how often. */
	if (error ? atomic_xchg(&signal->event_left, 0) > 0 :
		    !atomic_dec_if_positive(&signal->event_left))
		eventfd_signal(signal->event);
}

/**
 * dxg_gpu_sync_cancel() - A command waits no longer
 * @cmd: the command
 *
 * May wait for the end of the wait's callback: with no lock held that it takes.
 */
void dxg_gpu_sync_cancel(struct dxg_command *cmd)
{
	if (cmd->wait && cmd->wait->started)
		dxg_wait_cancel(&cmd->wait->wait);
}

/**
 * dxg_gpu_wait_untake() - Release what a command took that has no turn any more
 * @cmd: the command, cancelled; it waits no longer
 *
 * Nothing behind it will, and nobody else knows of it.
 */
void dxg_gpu_wait_untake(struct dxg_command *cmd)
{
	struct dxg_gpu_wait *gpu = cmd->wait;
	u32 i;

	if (!gpu || !gpu->taken)
		return;
	for (i = 0; i < gpu->wait.num; i++)
		if (dxg_sync_object_is_taken(gpu->entries[i].sync->object))
			dxg_sync_signal(gpu->entries[i].sync, 0);
}

static void gpu_signal_put(struct dxg_gpu_signal *signal)
{
	if (!refcount_dec_and_test(&signal->refs))
		return;
	if (signal->event)
		eventfd_ctx_put(signal->event);
	kfree(signal);
}

/**
 * dxg_gpu_sync_free() - Free what makes a command a wait or a signal
 * @cmd: the command; if it is one
 *
 * May sleep.
 */
void dxg_gpu_sync_free(struct dxg_command *cmd)
{
	if (cmd->wait) {
		dxg_wait_fini(&cmd->wait->wait);
		kvfree(cmd->wait);
	}
	if (cmd->signal)
		gpu_signal_put(cmd->signal);
}

/**
 * struct gpu_request - What a call wants of its queues; too much for the stack
 * @names: handles of the queues
 * @queues: the queues, each counted
 * @cmds: a command for each
 * @num_queues: how many
 * @num: sync objects
 * @handles: theirs
 * @values: a value for each
 * @flags: D3DKMT_SIGNAL_*
 * @event: eventfd to be signalled, counted, or NULL
 */
struct gpu_request {
	u32 names[D3DKMT_MAX_BROADCAST_CONTEXTS];
	struct dxg_queue *queues[D3DKMT_MAX_BROADCAST_CONTEXTS];
	struct dxg_command *cmds[D3DKMT_MAX_BROADCAST_CONTEXTS];
	u32 num_queues;
	u32 num;
	u32 handles[D3DKMT_MAX_OBJECTS_SIGNALED];
	u64 values[D3DKMT_MAX_OBJECTS_SIGNALED];
	u32 flags;
	struct eventfd_ctx *event;
};

static_assert(D3DKMT_MAX_OBJECTS_WAITED_ON_GPU <= D3DKMT_MAX_OBJECTS_SIGNALED);

static void gpu_free(struct gpu_request *request)
{
	if (request->event)
		eventfd_ctx_put(request->event);
	dxg_queues_put(request->queues, request->num_queues);
	kfree(request);
}

static struct gpu_request *gpu_create(u32 flags, u32 num)
{
	struct gpu_request *request = kzalloc(sizeof(*request), GFP_KERNEL_ACCOUNT);

	if (request) {
		request->flags = flags;
		request->num = num;
	}
	return request;
}

static int gpu_find_queues(struct gpu_request *request, struct dxg_process *process,
			   u32 num, bool hw)
{
	struct dxg_device *device;
	int ret;

	ret = dxg_queues_lookup(process, request->names, num, hw, request->queues);
	if (ret)
		return ret;
	request->num_queues = num;
	device = request->queues[0]->device;
	return READ_ONCE(device->state) == D3DKMT_DEVICEEXECUTION_ACTIVE ? 0 : -ENODEV;
}

static int gpu_get_event(struct gpu_request *request, u64 fd)
{
	struct eventfd_ctx *event;

	if (fd > INT_MAX)
		return -EINVAL;
	event = eventfd_ctx_fdget(fd);
	if (IS_ERR(event))
		return -EINVAL;
	request->event = event;
	return 0;
}

/* One value for all of them. */
static void gpu_fill_values(struct gpu_request *request, u64 value)
{
	u32 i;

	for (i = 0; i < request->num; i++)
		request->values[i] = value;
}

/*
 * Waits
 */

static int gpu_wait_check(const struct dxg_gpu_wait *gpu)
{
	u32 i;

	for (i = 0; i < gpu->wait.num; i++)
		if (gpu->entries[i].sync->flags & D3DKMT_SYNC_NO_GPU_ACCESS)
			return -EACCES;
	return 0;
}

static int gpu_wait_fill(struct dxg_command *cmd, const struct gpu_request *request)
{
	struct dxg_device *device = cmd->queue->device;
	struct dxg_gpu_wait *gpu;

	gpu = kvzalloc(struct_size(gpu, entries, request->num), GFP_KERNEL_ACCOUNT);
	if (!gpu)
		return -ENOMEM;
	gpu->cmd = cmd;
	cmd->wait = gpu;
	dxg_wait_init(&gpu->wait, device->adapter, gpu->entries, request->num, gpu_wait_over);
	gpu->wait.holds = true;
	return dxg_wait_fill(&gpu->wait, device, request->handles, request->values) ?:
	       gpu_wait_check(gpu);
}

static int gpu_wait_run(struct gpu_request *request)
{
	struct dxg_command *cmd;
	int ret;

	cmd = dxg_command_create_queued(request->queues[0], false);
	if (IS_ERR(cmd))
		return PTR_ERR(cmd);
	ret = gpu_wait_fill(cmd, request);
	if (!ret)
		ret = dxg_command_hold(&cmd, 1);
	if (ret)
		dxg_command_free(cmd);
	return ret;
}

/*
 * Signals
 */

static struct dxg_gpu_signal *gpu_signal_create(struct gpu_request *request)
{
	struct dxg_gpu_signal *signal;
	u32 i;

	signal = kzalloc(struct_size(signal, left, request->num), GFP_KERNEL_ACCOUNT);
	if (!signal)
		return NULL;
	refcount_set(&signal->refs, 1);
	signal->rewind = request->flags & D3DKMT_SIGNAL_ALLOW_FENCE_REWIND;
	signal->num = request->num;
	for (i = 0; i < request->num; i++)
		atomic_set(&signal->left[i], request->num_queues);
	atomic_set(&signal->event_left, request->num_queues);
	signal->event = request->event;
	request->event = NULL;
	return signal;
}

static int gpu_signal_use(struct dxg_command *cmd, u32 handle)
{
	struct dxg_sync *sync = dxg_sync_lookup(cmd->queue->device, handle);

	if (!sync)
		return -EINVAL;
	cmd->signals[cmd->num_signals++] = sync;
	return dxg_sync_check_gpu_signal(sync);
}

/* The stream of a command that does nothing but signal. */
static int gpu_signal_fill(struct dxg_command *cmd, const struct gpu_request *request)
{
	struct drm_dxg_cmd_signal *records;
	struct drm_dxg_cmd_stream *head;
	u32 size = sizeof(*head) + request->num * sizeof(*records), i;
	int ret;

	cmd->signals = kvcalloc(request->num, sizeof(*cmd->signals), GFP_KERNEL_ACCOUNT);
	cmd->stream = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!cmd->signals || !cmd->stream)
		return -ENOMEM;
	head = cmd->stream;
	head->magic = DRM_DXG_CMD_STREAM_MAGIC;
	head->version = DRM_DXG_CMD_STREAM_VERSION;
	head->size = size;
	records = (void *)(head + 1);
	for (i = 0; i < request->num; i++) {
		ret = gpu_signal_use(cmd, request->handles[i]);
		if (ret)
			return ret;
		records[i].base.opcode = DRM_DXG_CMD_SIGNAL;
		records[i].base.size = sizeof(records[i]);
		records[i].sync_object = i;
		records[i].value = request->values[i];
	}
	cmd->ddi.node = cmd->node->ordinal;
	cmd->ddi.stream = cmd->stream;
	return 0;
}

static int gpu_signal_prepare(struct gpu_request *request, struct dxg_gpu_signal *signal,
			      u32 *num)
{
	bool job = !(request->flags & D3DKMT_SIGNAL_AT_SUBMISSION);
	struct dxg_command *cmd;
	int ret;

	while (*num < request->num_queues) {
		cmd = dxg_command_create_queued(request->queues[*num], job);
		if (IS_ERR(cmd))
			return PTR_ERR(cmd);
		request->cmds[(*num)++] = cmd;
		refcount_inc(&signal->refs);
		cmd->signal = signal;
		ret = gpu_signal_fill(cmd, request);
		if (ret)
			return ret;
	}
	return 0;
}

static int gpu_signal_run_all(struct gpu_request *request)
{
	struct dxg_gpu_signal *signal;
	u32 num = 0;
	int ret;

	signal = gpu_signal_create(request);
	if (!signal)
		return -ENOMEM;
	ret = gpu_signal_prepare(request, signal, &num);
	if (!ret)
		ret = dxg_command_hold(request->cmds, num);
	while (ret && num)
		dxg_command_free(request->cmds[--num]);
	gpu_signal_put(signal);
	return ret;
}

/*
 * The calls. Each copies what it names first; a wait has one queue.
 */

static int gpu_copy_objects(struct gpu_request *request, u64 objects, u64 values)
{
	return dxg_sync_copy_arrays(objects, values, request->num, request->handles,
				    request->values);
}

static int gpu_run_signal(struct gpu_request *request, struct dxg_process *process, u32 num)
{
	return gpu_find_queues(request, process, num, false) ?: gpu_signal_run_all(request);
}

static int gpu_run_wait(struct gpu_request *request, struct dxg_process *process, u32 queue,
			bool hw)
{
	request->names[0] = queue;
	return gpu_find_queues(request, process, 1, hw) ?: gpu_wait_run(request);
}

/**
 * dxg_gpu_wait_queue() - Have a context wait for a monitored fence
 * @process: the caller
 * @context: handle of the context
 * @sync: handle of the fence
 * @value: value that it waits for
 *
 * Return: 0; -EINVAL; -EACCES; -ENOMEM; -ENODEV, as dxg_ioctl_sync_wait_gpu().
 */
int dxg_gpu_wait_queue(struct dxg_process *process, u32 context, u32 sync, u64 value)
{
	struct gpu_request *request = gpu_create(0, 1);
	int ret;

	if (!request)
		return -ENOMEM;
	request->handles[0] = sync;
	request->values[0] = value;
	ret = gpu_run_wait(request, process, context, false);
	gpu_free(request);
	return ret;
}

static bool gpu_wait_count_is_bad(u32 num)
{
	return !num || num > D3DKMT_MAX_OBJECTS_WAITED_ON_GPU;
}

/* An event has no fences beside it: there would be no place for their values. */
static bool gpu_signal_count_is_bad(u32 num, u32 flags)
{
	if (flags & ~(D3DKMT_SIGNAL_AT_SUBMISSION | D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT |
		      D3DKMT_SIGNAL_ALLOW_FENCE_REWIND))
		return true;
	if (flags & D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT)
		return num;
	return !num || num > D3DKMT_MAX_OBJECTS_SIGNALED;
}

/**
 * dxg_ioctl_sync_wait_gpu() - D3DKMTWaitForSynchronizationObjectFromGpu
 * @call: struct d3dkmt_wait_sync_object_from_gpu
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_wait_gpu(struct dxg_call *call)
{
	const struct d3dkmt_wait_sync_object_from_gpu *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_wait_count_is_bad(args->object_count))
		return -EINVAL;
	request = gpu_create(0, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_copy_objects(request, args->objects, args->fence_values);
	if (!ret)
		ret = gpu_run_wait(request, call->process, args->context, false);
	gpu_free(request);
	return ret;
}

/**
 * dxg_ioctl_sync_wait2() - D3DKMTWaitForSynchronizationObject2
 * @call: struct d3dkmt_wait_sync_object2
 *
 * Return: 0; -EINVAL; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_wait2(struct dxg_call *call)
{
	const struct d3dkmt_wait_sync_object2 *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_wait_count_is_bad(args->object_count))
		return -EINVAL;
	request = gpu_create(0, args->object_count);
	if (!request)
		return -ENOMEM;
	memcpy(request->handles, args->objects, args->object_count * sizeof(*args->objects));
	gpu_fill_values(request, args->fence_value);
	ret = gpu_run_wait(request, call->process, args->context, false);
	gpu_free(request);
	return ret;
}

/**
 * dxg_ioctl_hw_queue_wait() - D3DKMTSubmitWaitForSyncObjectsToHwQueue
 * @call: struct d3dkmt_submit_wait_to_hw_queue
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_hw_queue_wait(struct dxg_call *call)
{
	const struct d3dkmt_submit_wait_to_hw_queue *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_wait_count_is_bad(args->object_count))
		return -EINVAL;
	request = gpu_create(0, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_copy_objects(request, args->objects, args->fence_values);
	if (!ret)
		ret = gpu_run_wait(request, call->process, args->hw_queue, true);
	gpu_free(request);
	return ret;
}

/**
 * dxg_ioctl_sync_signal_gpu() - D3DKMTSignalSynchronizationObjectFromGpu
 * @call: struct d3dkmt_signal_sync_object_from_gpu
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_signal_gpu(struct dxg_call *call)
{
	const struct d3dkmt_signal_sync_object_from_gpu *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_signal_count_is_bad(args->object_count, 0))
		return -EINVAL;
	request = gpu_create(0, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_copy_objects(request, args->objects, args->fence_values);
	request->names[0] = args->context;
	if (!ret)
		ret = gpu_run_signal(request, call->process, 1);
	gpu_free(request);
	return ret;
}

static int gpu_copy_queues(struct gpu_request *request, u64 user, u32 num)
{
	if (!num || num > D3DKMT_MAX_BROADCAST_CONTEXTS || !user)
		return -EINVAL;
	return copy_from_user(request->names, u64_to_user_ptr(user),
			      num * sizeof(*request->names)) ? -EFAULT : 0;
}

static int gpu_signal_gpu2(struct gpu_request *request, struct dxg_process *process,
			   const struct d3dkmt_signal_sync_object_from_gpu2 *args)
{
	int ret;

	ret = gpu_copy_queues(request, args->broadcast_contexts, args->broadcast_context_count);
	if (ret)
		return ret;
	if (args->flags & D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT)
		ret = gpu_get_event(request, args->cpu_event);
	else
		ret = gpu_copy_objects(request, args->objects, args->fence_values);
	return ret ?: gpu_run_signal(request, process, args->broadcast_context_count);
}

/**
 * dxg_ioctl_sync_signal_gpu2() - D3DKMTSignalSynchronizationObjectFromGpu2
 * @call: struct d3dkmt_signal_sync_object_from_gpu2
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_signal_gpu2(struct dxg_call *call)
{
	const struct d3dkmt_signal_sync_object_from_gpu2 *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_signal_count_is_bad(args->object_count, args->flags))
		return -EINVAL;
	request = gpu_create(args->flags, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_signal_gpu2(request, call->process, args);
	gpu_free(request);
	return ret;
}

static int gpu_signal2(struct gpu_request *request, struct dxg_process *process,
		       const struct d3dkmt_signal_sync_object2 *args)
{
	int ret = 0;

	request->names[0] = args->context;
	memcpy(&request->names[1], args->broadcast_contexts,
	       args->broadcast_context_count * sizeof(*request->names));
	memcpy(request->handles, args->objects, args->object_count * sizeof(*args->objects));
	if (args->flags & D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT)
		ret = gpu_get_event(request, args->cpu_event);
	else
		gpu_fill_values(request, args->fence_value);
	return ret ?: gpu_run_signal(request, process, args->broadcast_context_count + 1);
}

/**
 * dxg_ioctl_sync_signal2() - D3DKMTSignalSynchronizationObject2
 * @call: struct d3dkmt_signal_sync_object2
 *
 * Return: 0; -EINVAL; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_signal2(struct dxg_call *call)
{
	const struct d3dkmt_signal_sync_object2 *args = call->args;
	struct gpu_request *request;
	int ret;

	if (gpu_signal_count_is_bad(args->object_count, args->flags) ||
	    args->broadcast_context_count >= D3DKMT_MAX_BROADCAST_CONTEXTS)
		return -EINVAL;
	request = gpu_create(args->flags, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_signal2(request, call->process, args);
	gpu_free(request);
	return ret;
}

static int gpu_signal_hw(struct gpu_request *request, struct dxg_process *process,
			 const struct d3dkmt_submit_signal_to_hw_queue *args)
{
	int ret;

	ret = gpu_copy_queues(request, args->broadcast_hw_queues, args->broadcast_hw_queue_count);
	if (!ret)
		ret = gpu_copy_objects(request, args->objects, args->fence_values);
	if (!ret)
		ret = gpu_find_queues(request, process, args->broadcast_hw_queue_count, true);
	if (!ret)
		ret = dxg_hw_queues_check_signal(request->queues, request->num_queues);
	return ret ?: gpu_signal_run_all(request);
}

/**
 * dxg_ioctl_hw_queue_signal() - D3DKMTSubmitSignalSyncObjectsToHwQueue
 * @call: struct d3dkmt_submit_signal_to_hw_queue
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_hw_queue_signal(struct dxg_call *call)
{
	const struct d3dkmt_submit_signal_to_hw_queue *args = call->args;
	struct gpu_request *request;
	int ret;

	/* There is no place for an event. */
	if (args->flags & D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT ||
	    gpu_signal_count_is_bad(args->object_count, args->flags))
		return -EINVAL;
	request = gpu_create(args->flags, args->object_count);
	if (!request)
		return -ENOMEM;
	ret = gpu_signal_hw(request, call->process, args);
	gpu_free(request);
	return ret;
}
