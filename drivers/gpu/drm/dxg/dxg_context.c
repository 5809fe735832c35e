// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sched.h"

/**
 * DOC: Context
 *
 * A queue of commands for one node. Commands are held in the context until they
 * may run, and only then become jobs of the scheduler, see Scheduling. A context has
 * no scheduler entity of its own: entities of one scheduler cannot be given other
 * priorities later, and their order among each other would not be ours.
 *
 * A hardware context is the same without a queue of its own: it has hardware queues. One
 * created with HW_QUEUE_SUPPORTED has both. All of them have the context's priorities.
 */

static void context_release(struct dxg_object *obj)
{
	struct dxg_context *ctx = container_of(obj, struct dxg_context, base);

	WARN_ON(!list_empty(&ctx->queue.held) || !list_empty(&ctx->queues));
	atomic_dec(&ctx->device->adapter->stats.contexts);
	kfree(ctx);
}

static void context_retire(struct dxg_object *obj)
{
	struct dxg_context *ctx = container_of(obj, struct dxg_context, base);
	struct dxg_handle_table *table = &ctx->device->process->table;

	/* Dead already where its handle was published, not where it never was. */
	dxg_object_kill(table, obj);
	dxg_queue_close(&ctx->queue);
	dxg_object_retire_children(table, obj);
	dxg_object_put(obj);
}

static const struct dxg_object_ops context_ops = {
	.type = DXG_OBJECT_CONTEXT,
	.retire = context_retire,
	.release = context_release,
};

/**
 * dxg_context_lookup() - Find the context of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the context with a reference, hardware contexts included; NULL: none.
 */
struct dxg_context *dxg_context_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_CONTEXT);

	return obj ? container_of(obj, struct dxg_context, base) : NULL;
}

/**
 * dxg_context_put() - Drop a reference
 * @ctx: the context
 */
void dxg_context_put(struct dxg_context *ctx)
{
	dxg_object_put(&ctx->base);
}

/**
 * dxg_context_check_timeout() - Whether the caller may do without the time-out
 * @wanted: he asks for it
 *
 * Return: 0; -EACCES: that takes CAP_SYS_ADMIN, as everybody else waits meanwhile.
 */
int dxg_context_check_timeout(bool wanted)
{
	return wanted && !capable(CAP_SYS_ADMIN) ? -EACCES : 0;
}

static struct dxg_context *context_create(struct dxg_device *device, u32 node, u32 flags, bool hw)
{
	struct dxg_context *ctx;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return NULL;
	dxg_object_init(&ctx->base, &context_ops, &device->base);
	ctx->device = device;
	ctx->node = device->adapter->nodes[node];
	ctx->flags = flags;
	ctx->hw = hw;
	INIT_LIST_HEAD(&ctx->queues);
	dxg_queue_init(&ctx->queue, ctx, &ctx->base);
	ctx->queue.no_timeout = flags & D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT;
	/* It is the first one. */
	dxg_queue_open(&ctx->queue, DXG_CONTEXT_MAX_QUEUES);
	atomic_inc(&device->adapter->stats.contexts);
	return ctx;
}

static int context_open(struct dxg_call *call, struct dxg_device *device, u32 node, u32 flags,
			bool hw, u32 *handle)
{
	struct dxg_context *ctx;
	int ret;

	if (node >= device->adapter->caps.num_nodes || node == device->adapter->caps.paging_node)
		return -EINVAL;
	ret = dxg_context_check_timeout(flags & D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT);
	if (ret)
		return ret;
	if (READ_ONCE(device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		return -ENODEV;
	ctx = context_create(device, node, flags, hw);
	if (!ctx)
		return -ENOMEM;

	ret = dxg_handle_reserve(&call->process->table, &ctx->base);
	if (ret) {
		context_retire(&ctx->base);
		return ret;
	}
	dxg_call_add(call, &ctx->base);
	*handle = ctx->base.handle;
	return 0;
}

static int context_check(const struct d3dkmt_create_context_virtual *args)
{
	if (args->flags & ~(D3DKMT_CONTEXT_NULL_RENDERING | D3DKMT_CONTEXT_INITIAL_DATA |
			    D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT |
			    D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY |
			    D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED | D3DKMT_CONTEXT_NO_KMD_ACCESS))
		return -EINVAL;
	if (args->engine_affinity > 1 || args->private_driver_data_size)
		return -EINVAL;
	return 0;
}

/**
 * dxg_ioctl_context_create() - D3DKMTCreateContextVirtual
 * @call: struct d3dkmt_create_context_virtual
 *
 * Return: 0; -EINVAL; -EACCES; -ENODEV; -ENOMEM, as the structure says.
 */
int dxg_ioctl_context_create(struct dxg_call *call)
{
	struct d3dkmt_create_context_virtual *args = call->args;
	struct dxg_device *device;
	int ret;

	ret = context_check(args);
	if (ret)
		return ret;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = context_open(call, device, args->node_ordinal, args->flags, false, &args->context);
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_hw_context_create() - D3DKMTCreateHwContext
 * @call: struct d3dkmt_create_hw_context
 *
 * Return: 0; -EINVAL; -ENODEV; -ENOMEM, as the structure says.
 */
int dxg_ioctl_hw_context_create(struct dxg_call *call)
{
	struct d3dkmt_create_hw_context *args = call->args;
	struct dxg_device *device;
	int ret;

	if (args->flags || args->engine_affinity > 1 || args->private_driver_data_size)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = context_open(call, device, args->node_ordinal, 0, true, &args->hw_context);
	dxg_device_put(device);
	return ret;
}

static int context_destroy(struct dxg_call *call, u32 handle, bool hw)
{
	struct dxg_handle_table *table = &call->process->table;
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, handle, DXG_OBJECT_CONTEXT);
	if (obj && container_of(obj, struct dxg_context, base)->hw != hw)
		obj = NULL;
	if (obj)
		dxg_handle_unpublish_locked(table, obj);
	xa_unlock(&table->xa);
	if (!obj)
		return -EINVAL;
	context_retire(obj);
	return 0;
}

/**
 * dxg_ioctl_context_destroy() - D3DKMTDestroyContext
 * @call: struct d3dkmt_destroy_context
 *
 * Return: 0; -EINVAL: no such context.
 */
int dxg_ioctl_context_destroy(struct dxg_call *call)
{
	const struct d3dkmt_destroy_context *args = call->args;

	return context_destroy(call, args->context, false);
}

/**
 * dxg_ioctl_hw_context_destroy() - D3DKMTDestroyHwContext
 * @call: struct d3dkmt_destroy_hw_context
 *
 * Return: 0; -EINVAL: no such hardware context.
 */
int dxg_ioctl_hw_context_destroy(struct dxg_call *call)
{
	const struct d3dkmt_destroy_hw_context *args = call->args;

	return context_destroy(call, args->hw_context, true);
}
