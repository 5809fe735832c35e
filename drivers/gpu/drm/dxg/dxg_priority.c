// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_context.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sched.h"

/**
 * DOC: Priorities
 *
 * A context has two. One is compared with those of everybody, and needs a right above
 * normal, as the high priorities of other DRM drivers do. The other is compared among the
 * queues of the process that have the same first one, and needs none. Both hold for the
 * commands that the context's queues hold already, see Turns.
 */

static int priority_check(s32 priority)
{
	return priority < D3DKMT_CONTEXT_PRIORITY_MIN || priority > D3DKMT_CONTEXT_PRIORITY_MAX ?
	       -EINVAL : 0;
}

/* One of them is NULL, and stays what it is. */
static int priority_set(struct dxg_process *process, u32 handle, const s32 *priority,
			const s32 *in_process)
{
	struct dxg_context *ctx = dxg_context_lookup(process, handle);
	struct dxg_queue *queue;

	if (!ctx)
		return -EINVAL;
	spin_lock_irq(&ctx->node->lock);
	if (priority)
		ctx->priority = *priority;
	if (in_process)
		ctx->in_process = *in_process;
	list_for_each_entry(queue, &ctx->queues, ctx_link)
		dxg_queue_set_priority_locked(queue, DXG_PRIORITY_LEVEL(ctx->priority),
					      ctx->in_process);
	spin_unlock_irq(&ctx->node->lock);
	dxg_context_put(ctx);
	return 0;
}

/**
 * dxg_ioctl_context_set_priority() - D3DKMTSetContextSchedulingPriority
 * @call: struct d3dkmt_context_priority
 *
 * Return: 0; -EINVAL; -EACCES, as the structure says.
 */
int dxg_ioctl_context_set_priority(struct dxg_call *call)
{
	const struct d3dkmt_context_priority *args = call->args;
	int ret;

	ret = priority_check(args->priority);
	if (ret)
		return ret;
	if (args->priority > 0 && !capable(CAP_SYS_NICE))
		return -EACCES;
	return priority_set(call->process, args->context, &args->priority, NULL);
}

/**
 * dxg_ioctl_context_set_in_process() - D3DKMTSetContextInProcessSchedulingPriority
 * @call: struct d3dkmt_context_priority
 *
 * Return: 0; -EINVAL, as the structure says.
 */
int dxg_ioctl_context_set_in_process(struct dxg_call *call)
{
	const struct d3dkmt_context_priority *args = call->args;
	int ret;

	ret = priority_check(args->priority);
	if (ret)
		return ret;
	return priority_set(call->process, args->context, NULL, &args->priority);
}

/**
 * dxg_ioctl_context_get_priority() - D3DKMTGetContextSchedulingPriority
 * @call: struct d3dkmt_context_priority
 *
 * Return: 0; -EINVAL: no such context.
 */
int dxg_ioctl_context_get_priority(struct dxg_call *call)
{
	struct d3dkmt_context_priority *args = call->args;
	struct dxg_context *ctx = dxg_context_lookup(call->process, args->context);

	if (!ctx)
		return -EINVAL;
	args->priority = READ_ONCE(ctx->priority);
	dxg_context_put(ctx);
	return 0;
}

/**
 * dxg_ioctl_context_get_in_process() - D3DKMTGetContextInProcessSchedulingPriority
 * @call: struct d3dkmt_context_priority
 *
 * Return: 0; -EINVAL: no such context.
 */
int dxg_ioctl_context_get_in_process(struct dxg_call *call)
{
	struct d3dkmt_context_priority *args = call->args;
	struct dxg_context *ctx = dxg_context_lookup(call->process, args->context);

	if (!ctx)
		return -EINVAL;
	args->priority = READ_ONCE(ctx->in_process);
	dxg_context_put(ctx);
	return 0;
}
