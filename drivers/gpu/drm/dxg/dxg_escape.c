// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_context.h"
#include "dxg_debugfs.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_vidmm.h"

/**
 * DOC: Escapes
 *
 * WDDM's way around its own interface. A driver of ours has nothing to tell a program that
 * the interface does not say, so driver-private escapes are refused, like all others that
 * would have to do with a display.
 *
 * Those of the video memory manager are for tests of it: they bring about what otherwise
 * takes another program and luck. They are served where the module parameter test_escapes is
 * on, which only root can switch, and reach no further than the caller's own memory; the
 * check of integrity looks at everybody's, and says yes or no.
 *
 * Refused: a build option. What is tested would not be what is used.
 */

static bool dxg_test_escapes;
module_param_named(test_escapes, dxg_test_escapes, bool, 0644);
MODULE_PARM_DESC(test_escapes, "Serve Escape's VIDMM type, for tests (default off)");

#define ESCAPE_FLAGS	(D3DKMT_ESCAPE_HARDWARE_ACCESS | D3DKMT_ESCAPE_DEVICE_STATUS_QUERY | \
			 D3DKMT_ESCAPE_CHANGE_FRAME_LATENCY | \
			 D3DKMT_ESCAPE_NO_ADAPTER_SYNCHRONIZATION | \
			 D3DKMT_ESCAPE_VIRTUAL_MACHINE_DATA | D3DKMT_ESCAPE_DRIVER_KNOWN_ESCAPE | \
			 D3DKMT_ESCAPE_DRIVER_COMMON_ESCAPE)

/**
 * struct dxg_escape - What an escape names
 * @pa: the caller's use of the adapter, counted
 * @device: the device, counted, or NULL
 */
struct dxg_escape {
	struct dxg_process_adapter *pa;
	struct dxg_device *device;
};

static void escape_put(struct dxg_escape *escape)
{
	if (escape->device)
		dxg_device_put(escape->device);
	dxg_object_put(&escape->pa->base);
}

static int escape_check_context(struct dxg_call *call, struct dxg_device *device, u32 handle)
{
	struct dxg_context *ctx;
	int ret;

	if (!handle)
		return 0;
	ctx = dxg_context_lookup(call->process, handle);
	if (!ctx)
		return -EINVAL;
	ret = ctx->device == device ? 0 : -EINVAL;
	dxg_context_put(ctx);
	return ret;
}

static int escape_lookup(struct dxg_call *call, struct dxg_escape *escape)
{
	const struct d3dkmt_escape *args = call->args;
	int ret = -EINVAL;

	escape->device = NULL;
	escape->pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!escape->pa)
		return -EINVAL;
	if (args->device) {
		escape->device = dxg_device_lookup(call->process, args->device);
		if (!escape->device || escape->device->adapter != escape->pa->adapter)
			goto err_put;
	}
	ret = escape_check_context(call, escape->device, args->context);
	if (!ret && dxg_adapter_is_removed(escape->pa->adapter))
		ret = -ENODEV;
	if (ret)
		goto err_put;
	return 0;

err_put:
	escape_put(escape);
	return ret;
}

/* The adapter is not revoked meanwhile. */
static int escape_evict_object(struct dxg_process_adapter *pa, struct dxg_gem_object *bo)
{
	int ret, idx;

	if (!dxg_adapter_enter(pa->adapter, &idx))
		return -ENODEV;
	ret = dxg_vidmm_evict_of(pa, bo);
	dxg_adapter_exit(idx);
	return ret;
}

static int escape_evict_allocation(const struct dxg_escape *escape, u32 handle)
{
	struct dxg_allocation *alloc = dxg_allocation_lookup(escape->device, handle);
	int ret;

	if (!alloc)
		return -EINVAL;
	ret = escape_evict_object(escape->pa, alloc->bo);
	dxg_allocation_put(alloc);
	return ret;
}

static int escape_evict_resource(const struct dxg_escape *escape, u32 handle)
{
	struct dxg_resource *resource = dxg_resource_lookup(escape->device->process, handle);
	struct dxg_allocation *alloc = NULL;
	int ret = -EINVAL;

	if (!resource)
		return -EINVAL;
	if (resource->device == escape->device) {
		ret = 0;
		while ((alloc = dxg_resource_next(resource, alloc))) {
			ret = escape_evict_object(escape->pa, alloc->bo);
			if (ret) {
				dxg_allocation_put(alloc);
				break;
			}
		}
	}
	dxg_resource_put(resource);
	return ret;
}

static int escape_evict(const struct dxg_escape *escape, void __user *user, u32 size)
{
	struct d3dkmt_vidmm_escape_evict evict;

	if (size < sizeof(evict))
		return -EINVAL;
	if (copy_from_user(&evict, user, sizeof(evict)))
		return -EFAULT;
	if (evict.process)
		return -EPERM;
	if (!evict.resource && !evict.allocation)
		return escape_evict_object(escape->pa, NULL);
	if ((evict.resource && evict.allocation) || !escape->device)
		return -EINVAL;
	return evict.resource ? escape_evict_resource(escape, evict.resource) :
	       escape_evict_allocation(escape, evict.allocation);
}

static int escape_get_budget(const struct dxg_escape *escape, void __user *user, u32 size)
{
	struct d3dkmt_vidmm_escape_get_budget __user *result = user;
	struct dxg_process_adapter *pa = escape->pa;
	u64 wanted, budget;

	if (size < sizeof(*result))
		return -EINVAL;
	spin_lock(&pa->adapter->vidmm_lock);
	wanted = pa->ledger.wanted;
	budget = dxg_vidmm_budget_locked(pa);
	spin_unlock(&pa->adapter->vidmm_lock);
	return put_user(wanted > budget ? wanted - budget : 0, &result->num_bytes_to_trim);
}

static int escape_vidmm(const struct dxg_escape *escape, const struct d3dkmt_escape *args)
{
	void __user *user = u64_to_user_ptr(args->private_driver_data);
	u32 size = args->private_driver_data_size;
	struct d3dkmt_vidmm_escape head;

	if (!user || size < sizeof(head))
		return -EINVAL;
	if (copy_from_user(&head, user, sizeof(head)))
		return -EFAULT;
	switch (head.type) {
	case D3DKMT_VIDMM_ESCAPE_EVICT:
		return escape_evict(escape, user, size);
	case D3DKMT_VIDMM_ESCAPE_GET_BUDGET:
		return escape_get_budget(escape, user, size);
	case D3DKMT_VIDMM_ESCAPE_VALIDATE_INTEGRITY:
		return dxg_debugfs_check(escape->pa->adapter) ? -EIO : 0;
	default:
		return -EPERM;
	}
}

/**
 * dxg_ioctl_escape() - D3DKMTEscape
 * @call: struct d3dkmt_escape
 *
 * Return: 0; -EINVAL; -EPERM; -EFAULT; -ENODEV; -ENOMEM; -EIO, as the structures say;
 * -EINTR: killed.
 */
int dxg_ioctl_escape(struct dxg_call *call)
{
	const struct d3dkmt_escape *args = call->args;
	struct dxg_escape escape;
	int ret;

	if (args->flags & ~ESCAPE_FLAGS || args->type > D3DKMT_ESCAPE_LAST ||
	    args->private_driver_data_size > D3DKMT_MAX_PRIVATE_DATA)
		return -EINVAL;
	ret = escape_lookup(call, &escape);
	if (ret)
		return ret;
	ret = -EPERM;
	if (args->type == D3DKMT_ESCAPE_VIDMM && READ_ONCE(dxg_test_escapes))
		ret = escape_vidmm(&escape, args);
	escape_put(&escape);
	return ret;
}
