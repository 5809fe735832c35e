// SPDX-License-Identifier: GPL-2.0-only
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_handle.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"

/**
 * DOC: Features
 *
 * What WDDM calls a feature is negotiated between its kernel and a driver, and none of them
 * means anything to a software engine. Those that have a name are known here, so that a
 * client learns that they are off and not that the answer is missing.
 *
 * Refused: EINVAL for other numbers. Clients ask for features that are newer than the driver,
 * and WDDM has a bit for "not known".
 */

static bool feature_is_known(u32 id)
{
	return id <= D3DKMT_FEATURE_SHARE_BACKING_STORE_WITH_KMD ||
	       id == D3DKMT_FEATURE_PAGE_BASED_MEMORY_MANAGER ||
	       id == D3DKMT_FEATURE_KERNEL_MODE_TESTING;
}

/**
 * dxg_ioctl_feature_query() - D3DKMTIsFeatureEnabled
 * @call: struct d3dkmt_is_feature_enabled
 *
 * Return: 0; -EINVAL: no such adapter; -ENODEV.
 */
int dxg_ioctl_feature_query(struct dxg_call *call)
{
	struct d3dkmt_is_feature_enabled *args = call->args;
	struct dxg_process_adapter *pa;
	int ret = -ENODEV;

	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	if (!dxg_adapter_is_removed(pa->adapter)) {
		args->version = 0;
		args->value = feature_is_known(args->feature_id) ? D3DKMT_FEATURE_KNOWN : 0;
		ret = 0;
	}
	dxg_object_put(&pa->base);
	return ret;
}
