// SPDX-License-Identifier: GPL-2.0-only
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"

/**
 * DOC: Heap transitions
 *
 * FlushHeapTransitions waits for changes of memory that calls have begun and left to be
 * done. There are none: OfferAllocations, ReclaimAllocations2, Evict and the reservation
 * have changed the ledger, under its lock, when they return, and the next call of anybody
 * finds that. So there is nothing to wait for, and all that is left is to say whether the
 * adapter is there.
 *
 * Three things go on later and are no such change. What MakeResident has asked a paging
 * queue for has a fence of its own. An offer holds when the commands before it have
 * finished, which a program controls and could delay for ever. And what is offered is
 * discarded when somebody needs its room; who reclaims it is told then.
 *
 * Refused: to flush the work item that discards for the shrinker. It is not the caller's,
 * comes again as long as memory is short, and waits for the in-tree driver.
 */

/**
 * dxg_ioctl_flush_heap_transitions() - D3DKMTFlushHeapTransitions
 * @call: struct d3dkmt_flush_heap_transitions
 *
 * Return: 0; -EINVAL: no such adapter; -ENODEV: it has been removed.
 */
int dxg_ioctl_flush_heap_transitions(struct dxg_call *call)
{
	const struct d3dkmt_flush_heap_transitions *args = call->args;
	struct dxg_process_adapter *pa;
	int ret;

	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	ret = dxg_adapter_is_removed(pa->adapter) ? -ENODEV : 0;
	dxg_object_put(&pa->base);
	return ret;
}
