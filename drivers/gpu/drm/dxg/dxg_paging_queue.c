// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_paging_queue.h"
#include "dxg_process.h"
#include "dxg_sync.h"

/**
 * DOC: Paging queue
 *
 * What makes a call about residency return before its bytes have moved: the request is
 * queued, and the queue's monitored fence reaches the request's value when all of it is
 * in the device segment. A worker takes the requests in order. It waits for room, that is
 * for armed commands, never for user space; so requests end in bounded time, whether
 * somebody looks at the fence or not, and outlive the queue's handle.
 *
 * A request that cannot be met has been counted as resident already. There is nobody left
 * to tell but the device, which is lost then, and its fence goes to the maximum.
 *
 * The workers of all queues share a workqueue of few threads, apart from destructions and
 * promotions, and each moves a slice at a time: many queues with long requests keep
 * nobody's memory and nobody's commands waiting.
 *
 * Refused: a place in the scheduler for the queue itself. Bytes that leave to make room
 * and bytes that come are many jobs of the paging node, whose number is not known before
 * there is room.
 */

/* Allocations of a request that are moved in one turn of its queue. */
#define DXG_PAGING_SLICE	64U

static void paging_queue_release(struct dxg_object *obj)
{
	struct dxg_paging_queue *queue = container_of(obj, struct dxg_paging_queue, base);

	WARN_ON(!list_empty(&queue->requests));
	if (queue->sync)
		dxg_sync_put(queue->sync);
	kfree(queue);
}

static void paging_queue_retire(struct dxg_object *obj)
{
	struct dxg_paging_queue *queue = container_of(obj, struct dxg_paging_queue, base);

	if (queue->sync)
		dxg_sync_retire(queue->sync);
	dxg_object_put(obj);
}

static const struct dxg_object_ops paging_queue_ops = {
	.type = DXG_OBJECT_PAGING_QUEUE,
	.retire = paging_queue_retire,
	.release = paging_queue_release,
};

/**
 * dxg_paging_queue_lookup() - Find the paging queue of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the queue with a reference; NULL: none.
 */
struct dxg_paging_queue *dxg_paging_queue_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle,
						   DXG_OBJECT_PAGING_QUEUE);

	return obj ? container_of(obj, struct dxg_paging_queue, base) : NULL;
}

/**
 * dxg_paging_queue_put() - Drop a reference
 * @queue: the queue
 */
void dxg_paging_queue_put(struct dxg_paging_queue *queue)
{
	dxg_object_put(&queue->base);
}

/**
 * dxg_paging_queue_last() - The value that the fence has or will reach
 * @queue: the queue
 *
 * Return: the value of the last request; 0: there has been none.
 */
u64 dxg_paging_queue_last(struct dxg_paging_queue *queue)
{
	u64 last;

	spin_lock(&queue->lock);
	last = queue->last;
	spin_unlock(&queue->lock);
	return last;
}

/**
 * dxg_paging_request_create() - Create an empty request
 * @num: allocations that it is for
 *
 * Return: the request; NULL: no memory.
 */
struct dxg_paging_request *dxg_paging_request_create(u32 num)
{
	struct dxg_paging_request *request;

	request = kvzalloc(struct_size(request, allocs, num), GFP_KERNEL_ACCOUNT);
	if (request)
		request->num = num;
	return request;
}

/**
 * dxg_paging_request_free() - Free a request
 * @request: the request, in no queue
 */
void dxg_paging_request_free(struct dxg_paging_request *request)
{
	u32 i;

	for (i = 0; i < request->num; i++)
		if (request->allocs[i])
			dxg_allocation_put(request->allocs[i]);
	kvfree(request);
}

/* Work that is pending has a reference. */
static void paging_queue_kick(struct dxg_paging_queue *queue)
{
	dxg_object_get(&queue->base);
	if (!queue_work(dxg_paging_wq, &queue->work))
		dxg_paging_queue_put(queue);
}

/**
 * dxg_paging_queue_add() - Have a queue work on a request
 * @queue: the queue
 * @request: the request; it is the queue's
 *
 * Return: the value of the fence when it is done.
 */
u64 dxg_paging_queue_add(struct dxg_paging_queue *queue, struct dxg_paging_request *request)
{
	u64 value;

	spin_lock(&queue->lock);
	value = ++queue->last;
	request->value = value;
	list_add_tail(&request->link, &queue->requests);
	spin_unlock(&queue->lock);
	paging_queue_kick(queue);
	return value;
}

/* Some of a request: 0: all is done; -EAGAIN: not yet. */
static int paging_request_run(struct dxg_paging_request *request)
{
	u32 end = min(request->num - request->done, DXG_PAGING_SLICE) + request->done;
	int ret;

	while (request->done < end) {
		ret = dxg_allocation_make_resident_waiting(request->allocs[request->done++]);
		/* What is being destroyed needs no place. */
		if (ret && ret != -EINVAL)
			return ret;
		cond_resched();
	}
	return request->done < request->num ? -EAGAIN : 0;
}

/* The request is the queue's still, and only the worker takes any away. */
static struct dxg_paging_request *paging_queue_first(struct dxg_paging_queue *queue)
{
	struct dxg_paging_request *request;

	spin_lock(&queue->lock);
	request = list_first_entry_or_null(&queue->requests, struct dxg_paging_request, link);
	spin_unlock(&queue->lock);
	return request;
}

static void paging_queue_finish(struct dxg_paging_queue *queue,
				struct dxg_paging_request *request, int error)
{
	spin_lock(&queue->lock);
	list_del(&request->link);
	spin_unlock(&queue->lock);
	if (error == -ENOMEM) {
		dxg_device_lose(queue->device, D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
		dxg_sync_fail(queue->sync);
	} else {
		dxg_sync_signal(queue->sync, request->value);
	}
	dxg_paging_request_free(request);
}

/* One slice, and then it is the turn of other queues. */
static void paging_queue_work(struct work_struct *work)
{
	struct dxg_paging_queue *queue = container_of(work, struct dxg_paging_queue, work);
	struct dxg_paging_request *request = paging_queue_first(queue);
	int ret;

	if (request) {
		ret = paging_request_run(request);
		if (ret != -EAGAIN)
			paging_queue_finish(queue, request, ret);
		paging_queue_kick(queue);
	}
	/* That of the work, which may be pending again, with another one. */
	dxg_paging_queue_put(queue);
}

static struct dxg_paging_queue *paging_queue_create(struct dxg_device *device)
{
	struct dxg_paging_queue *queue;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	dxg_object_init(&queue->base, &paging_queue_ops, &device->base);
	queue->device = device;
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->requests);
	INIT_WORK(&queue->work, paging_queue_work);
	return queue;
}

static int paging_queue_open(struct dxg_call *call, struct dxg_paging_queue *queue)
{
	struct d3dkmt_create_paging_queue *args = call->args;
	struct dxg_sync *sync;
	int ret;

	ret = dxg_handle_reserve(&call->process->table, &queue->base);
	if (ret) {
		dxg_paging_queue_put(queue);
		return ret;
	}
	dxg_call_add(call, &queue->base);

	sync = dxg_sync_create(queue->device, D3DKMT_SYNC_NO_SIGNAL, 0);
	if (IS_ERR(sync))
		return PTR_ERR(sync);
	sync->of_queue = true;
	dxg_object_get(&sync->base);
	queue->sync = sync;
	ret = dxg_sync_open(call, sync);
	if (ret)
		return ret;
	args->paging_queue = queue->base.handle;
	args->sync_object = sync->base.handle;
	args->fence_value_cpu_va = sync->cpu_va;
	return 0;
}

/**
 * dxg_ioctl_paging_queue_create() - D3DKMTCreatePagingQueue
 * @call: struct d3dkmt_create_paging_queue
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_paging_queue_create(struct dxg_call *call)
{
	const struct d3dkmt_create_paging_queue *args = call->args;
	struct dxg_paging_queue *queue;
	struct dxg_device *device;
	int ret;

	if (args->priority < D3DKMT_PAGING_QUEUE_BELOW_NORMAL ||
	    args->priority > D3DKMT_PAGING_QUEUE_ABOVE_NORMAL || args->physical_adapter_index)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = dxg_process_bind_mm(call->process);
	if (ret)
		goto out_put;
	queue = paging_queue_create(device);
	if (IS_ERR(queue))
		ret = PTR_ERR(queue);
	else
		ret = paging_queue_open(call, queue);
out_put:
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_paging_queue_destroy() - D3DKMTDestroyPagingQueue
 * @call: struct d3dkmt_destroy_paging_queue
 *
 * Return: 0; -EINVAL: no such queue.
 */
int dxg_ioctl_paging_queue_destroy(struct dxg_call *call)
{
	const struct d3dkmt_destroy_paging_queue *args = call->args;
	struct dxg_object *obj;

	obj = dxg_handle_retire(&call->process->table, args->paging_queue,
				DXG_OBJECT_PAGING_QUEUE);
	if (!obj)
		return -EINVAL;
	paging_queue_retire(obj);
	return 0;
}
