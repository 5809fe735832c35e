// SPDX-License-Identifier: GPL-2.0-only
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
 */

static void context_release(struct dxg_object *obj)
{
	struct dxg_context *ctx = container_of(obj, struct dxg_context, base);

	WARN_ON(!list_empty(&ctx->held));
	atomic_dec(&ctx->device->adapter->stats.contexts);
	kfree(ctx);
}

static void context_retire(struct dxg_object *obj)
{
	struct dxg_context *ctx = container_of(obj, struct dxg_context, base);

	dxg_node_cancel(ctx->node, NULL, ctx);
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
 * Return: the context with a reference; NULL: none.
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
 * Return: 0; -EINVAL; -EPERM; -ENODEV; -ENOMEM, as the structure says.
 */
int dxg_ioctl_context_create(struct dxg_call *call)
{
	struct d3dkmt_create_context_virtual *args = call->args;
	struct dxg_device *device;
	struct dxg_context *ctx;
	int ret;

	ret = context_check(args);
	if (ret)
		return ret;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);

	ret = -EINVAL;
	if (args->node_ordinal >= device->adapter->caps.num_nodes ||
	    args->node_ordinal == device->adapter->caps.paging_node)
		goto out_put;
	ret = -EPERM;
	if (args->flags & (D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT | D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED))
		goto out_put;
	ret = -ENODEV;
	if (READ_ONCE(device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		goto out_put;
	ret = -ENOMEM;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		goto out_put;

	dxg_object_init(&ctx->base, &context_ops, &device->base);
	ctx->device = device;
	ctx->node = device->adapter->nodes[args->node_ordinal];
	ctx->flags = args->flags;
	INIT_LIST_HEAD(&ctx->held);
	INIT_LIST_HEAD(&ctx->runnable);
	atomic_inc(&device->adapter->stats.contexts);

	ret = dxg_handle_reserve(&call->process->table, &ctx->base);
	if (ret) {
		dxg_context_put(ctx);
		goto out_put;
	}
	dxg_call_add(call, &ctx->base);
	args->context = ctx->base.handle;
out_put:
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_context_destroy() - D3DKMTDestroyContext
 * @call: struct d3dkmt_destroy_context
 *
 * Return: 0; -EINVAL: no such context.
 */
int dxg_ioctl_context_destroy(struct dxg_call *call)
{
	struct d3dkmt_destroy_context *args = call->args;
	struct dxg_object *obj;

	obj = dxg_handle_retire(&call->process->table, args->context, DXG_OBJECT_CONTEXT);
	if (!obj)
		return -EINVAL;
	context_retire(obj);
	return 0;
}
