// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/workqueue.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_sync.h"

/**
 * DOC: Sync files
 *
 * A value of a monitored fence as a sync file, for those who know dma_fences: other
 * drivers, a compositor, a drm_syncobj. What they get must signal in bounded time, which a
 * value that user space may signal or not does not. So there is a sync file only for a
 * value that has been reached, or that a command will signal which is armed: that ends, by
 * the time-out at the latest. Its fence signals with the end of the command, and has an
 * error if the command had one.
 *
 * In the other direction a context waits for any sync file: a command without a job stays at
 * the head of its queue until the fence has signalled, and what is behind it is no job
 * before. So no fence of ours depends on somebody else's.
 *
 * The fence can be with others for longer than this module, so each has a reference on it.
 * It also has one on the sync object, which OpenSyncObjectFromSyncFile finds by it. The last
 * put may come in an interrupt; what the fence has is put by a work item.
 *
 * Refused: a fence that waits for the value and is signalled by whoever sets it. The kernel
 * would wait for user space. Refused: the finished fence of the scheduler itself. Its name is
 * in the scheduler, which goes with the adapter.
 */

/**
 * struct dxg_sync_fence - A value that has been reached or will be
 * @base: the fence; first, others free it by its address
 * @lock: its lock
 * @object: the monitored fence, counted
 * @value: the value
 * @job: end of the command that signals it, counted, or NULL
 * @job_cb: callback on it, which has a reference
 * @put_work: drops what it has
 */
struct dxg_sync_fence {
	struct dma_fence base;
	spinlock_t lock;	/* see above */
	struct dxg_sync_object *object;
	u64 value;
	struct dma_fence *job;
	struct dma_fence_cb job_cb;
	struct work_struct put_work;
};

static const char *sync_fence_name(struct dma_fence *fence)
{
	return "dxg";
}

static void sync_fence_free(struct rcu_head *rcu)
{
	struct dma_fence *fence = container_of(rcu, struct dma_fence, rcu);

	kfree(container_of(fence, struct dxg_sync_fence, base));
	/* The module's exit waits for the end of this callback. */
	module_put(THIS_MODULE);
}

static void sync_fence_put_work(struct work_struct *work)
{
	struct dxg_sync_fence *fence = container_of(work, struct dxg_sync_fence, put_work);

	dxg_sync_object_put(fence->object);
	dma_fence_put(fence->job);
	call_rcu(&fence->base.rcu, sync_fence_free);
}

static void sync_fence_release(struct dma_fence *base)
{
	struct dxg_sync_fence *fence = container_of(base, struct dxg_sync_fence, base);

	queue_work(dxg_wq, &fence->put_work);
}

static const struct dma_fence_ops sync_fence_ops = {
	.get_driver_name = sync_fence_name,
	.get_timeline_name = sync_fence_name,
	.release = sync_fence_release,
};

/* In interrupts, under the lock of the job's fence. */
static void sync_fence_job_done(struct dma_fence *job, struct dma_fence_cb *cb)
{
	struct dxg_sync_fence *fence = container_of(cb, struct dxg_sync_fence, job_cb);

	if (job->error)
		dma_fence_set_error(&fence->base, job->error);
	dma_fence_signal(&fence->base);
	dma_fence_put(&fence->base);
}

static bool sync_fence_is_reached(struct dxg_sync_object *object, u64 value)
{
	bool reached;

	spin_lock(&object->adapter->sync_lock);
	reached = *object->value >= value;
	spin_unlock(&object->adapter->sync_lock);
	return reached;
}

/* The end of a command that is armed and signals the value, counted, or NULL. */
static struct dma_fence *sync_fence_find_job(struct dxg_sync_object *object, u64 value)
{
	struct dxg_adapter *adapter = object->adapter;
	struct dma_fence *job = NULL;
	u32 i;

	for (i = 0; i < adapter->caps.num_nodes && !job; i++)
		job = dxg_node_find_signal(adapter->nodes[i], object, value);
	return job;
}

static struct dma_fence *sync_fence_create(struct dxg_sync_object *object, u64 value)
{
	struct dxg_sync_fence *fence;

	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return ERR_PTR(-ENOMEM);
	/* A command that is no longer armed has signalled meanwhile. */
	if (!sync_fence_is_reached(object, value))
		fence->job = sync_fence_find_job(object, value);
	if (!fence->job && !sync_fence_is_reached(object, value)) {
		kfree(fence);
		return ERR_PTR(-EINVAL);
	}

	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	INIT_WORK(&fence->put_work, sync_fence_put_work);
	fence->object = object;
	dxg_sync_object_get(object);
	fence->value = value;
	dma_fence_init(&fence->base, &sync_fence_ops, &fence->lock, dma_fence_context_alloc(1),
		       value);
	if (!fence->job) {
		dma_fence_signal(&fence->base);
		return &fence->base;
	}
	dma_fence_get(&fence->base);
	if (dma_fence_add_callback(fence->job, &fence->job_cb, sync_fence_job_done))
		sync_fence_job_done(fence->job, &fence->job_cb);
	return &fence->base;
}

static int sync_file_create_file(struct dxg_call *call, struct dxg_sync *sync)
{
	struct d3dkmt_create_sync_file *args = call->args;
	struct sync_file *sync_file;
	struct dma_fence *fence;
	s32 fd;
	int ret;

	if (!dxg_sync_is_monitored(sync))
		return -EINVAL;
	if (sync->flags & D3DKMT_SYNC_NO_WAIT)
		return -EACCES;
	fence = sync_fence_create(sync->object, args->fence_value);
	if (IS_ERR(fence))
		return PTR_ERR(fence);
	sync_file = sync_file_create(fence);
	dma_fence_put(fence);
	if (!sync_file)
		return -ENOMEM;
	ret = dxg_call_add_file(call, sync_file->file, O_CLOEXEC, &fd);
	if (!ret)
		args->sync_file = fd;
	return ret;
}

/**
 * dxg_ioctl_sync_file_create() - Make a sync file of a monitored fence's value
 * @call: struct d3dkmt_create_sync_file
 *
 * Return: 0; -EINVAL; -EACCES; -ENOMEM; -EMFILE; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_file_create(struct dxg_call *call)
{
	const struct d3dkmt_create_sync_file *args = call->args;
	struct dxg_device *device;
	struct dxg_sync *sync;
	int ret = -EINVAL;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	sync = dxg_sync_lookup(device, args->monitored_fence);
	if (sync) {
		ret = sync_file_create_file(call, sync);
		dxg_sync_put(sync);
	}
	dxg_device_put(device);
	return ret;
}

/*
 * Whoever has a sync file may wait, and no more. A sync object that is not to be shared stays
 * with its device.
 */
static int sync_file_open(struct dxg_call *call, struct dxg_device *device,
			  struct dxg_sync_fence *fence)
{
	struct d3dkmt_open_sync_object_from_sync_file *args = call->args;
	struct dxg_sync_object *object = fence->object;
	struct dxg_sync *sync;
	int ret;

	if (object->adapter != device->adapter || !(object->flags & D3DKMT_SYNC_SHARED))
		return -EINVAL;
	ret = dxg_process_bind_mm(call->process);
	if (ret)
		return ret;
	dxg_sync_object_get(object);
	sync = dxg_sync_create_opening(device, D3DKMT_SYNC_NO_SIGNAL, object);
	if (IS_ERR(sync))
		return PTR_ERR(sync);
	sync->no_share = true;
	ret = dxg_sync_open(call, sync);
	if (ret)
		return ret;
	args->sync_object = sync->base.handle;
	args->fence_value = fence->value;
	args->fence_value_cpu_va = sync->cpu_va;
	args->fence_value_gpu_va = 0;
	return 0;
}

/**
 * dxg_ioctl_sync_file_open() - Find the monitored fence and the value of a sync file
 * @call: struct d3dkmt_open_sync_object_from_sync_file
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_file_open(struct dxg_call *call)
{
	const struct d3dkmt_open_sync_object_from_sync_file *args = call->args;
	struct dxg_device *device;
	struct dma_fence *fence;
	int ret = -EINVAL;

	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	fence = args->sync_file > INT_MAX ? NULL : sync_file_get_fence(args->sync_file);
	/* Fences that can be released keep their operations. */
	if (fence && READ_ONCE(fence->ops) == &sync_fence_ops)
		ret = sync_file_open(call, device,
				     container_of(fence, struct dxg_sync_fence, base));
	dma_fence_put(fence);
	dxg_device_put(device);
	return ret;
}

static int sync_file_wait(struct dxg_queue *queue, struct dma_fence *fence)
{
	struct dxg_command *cmd;
	int ret;

	if (READ_ONCE(queue->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		return -ENODEV;
	cmd = dxg_command_create_queued(queue, false);
	if (IS_ERR(cmd))
		return PTR_ERR(cmd);
	cmd->awaited = dma_fence_get(fence);
	ret = dxg_command_hold(&cmd, 1);
	if (ret)
		dxg_command_free(cmd);
	return ret;
}

/**
 * dxg_ioctl_sync_file_wait() - Have a context wait for a sync file
 * @call: struct d3dkmt_wait_sync_file
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_sync_file_wait(struct dxg_call *call)
{
	const struct d3dkmt_wait_sync_file *args = call->args;
	struct dxg_queue *queue;
	struct dma_fence *fence;
	int ret;

	ret = dxg_queues_lookup(call->process, &args->context, 1, false, &queue);
	if (ret)
		return ret;
	ret = -EINVAL;
	fence = args->sync_file > INT_MAX ? NULL : sync_file_get_fence(args->sync_file);
	if (fence)
		ret = sync_file_wait(queue, fence);
	dma_fence_put(fence);
	dxg_queues_put(&queue, 1);
	return ret;
}
