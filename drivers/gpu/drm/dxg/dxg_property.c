// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/mutex.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_paging_queue.h"

/**
 * DOC: Properties of allocations
 *
 * UpdateAllocationProperty says in which segments an allocation may be, and where it
 * would better be. An allocation may be in both, always: commands reach it in the device
 * segment only, so it has to be able to go there, and nobody may keep others out of the
 * segment for as long as he likes, so it has to be able to leave. A set that lacks one of
 * them is refused, as is what would make it unmoveable, or has to do with physical
 * addresses, which no engine here uses.
 *
 * What is left is the preference, and it decides where there is a choice: when the CPU is
 * the first to need the bytes. By default they go to the device segment if it has room;
 * where system memory is preferred they go there, and take no room that commands may want.
 * Bytes that are somewhere stay, so nothing is ever pending: the fence value returned is
 * that of the last request before.
 *
 * Refused: to move bytes to the segment that is preferred from now on. The device segment
 * is MakeResident's to ask for, with its budget; and to leave it, there is no hurry.
 */

#define PROPERTY_ALL	(D3DKMT_PROPERTY_ACCESSED_PHYSICALLY | \
			 D3DKMT_PROPERTY_SUPPORTED_SEGMENT_SET | \
			 D3DKMT_PROPERTY_PREFERRED_SEGMENT | D3DKMT_PROPERTY_UNMOVEABLE)
#define PROPERTY_FLAGS	(D3DKMT_ALLOC_ACCESSED_PHYSICALLY | D3DKMT_ALLOC_UNMOVEABLE)
#define PROPERTY_SETS	(D3DKMT_SEGMENT_SET_DEVICE | D3DKMT_SEGMENT_SET_SYSTEM)

/* One place of a preference has this many bits: an id, and a direction. */
#define PREFERENCE_BITS		6
#define PREFERENCE_PLACES	5
#define PREFERENCE_ID		0x1f
#define PREFERENCE_DIRECTION	0x20

/* Ids from the first place on, each once, and then none. */
static int preference_check(u32 preference)
{
	u32 seen = BIT(0), i, place, id;
	bool direction = false;

	for (i = 0; i < PREFERENCE_PLACES && preference; i++) {
		place = preference & (PREFERENCE_ID | PREFERENCE_DIRECTION);
		preference >>= PREFERENCE_BITS;
		id = place & PREFERENCE_ID;
		if (id > D3DKMT_SEGMENT_ID_SYSTEM || seen & BIT(id))
			return -EINVAL;
		seen |= BIT(id);
		direction |= place & PREFERENCE_DIRECTION;
	}
	if (preference)
		return -EINVAL;
	/* Bytes have no address in a segment. */
	return direction ? -EPERM : 0;
}

static int property_check_sets(const struct d3dkmt_update_alloc_property *args)
{
	u32 set = args->supported_segment_set;

	if (!(args->property_mask & D3DKMT_PROPERTY_SUPPORTED_SEGMENT_SET))
		return 0;
	if (!set || set & ~PROPERTY_SETS)
		return -EINVAL;
	return set == PROPERTY_SETS ? 0 : -EPERM;
}

/* What is not named is not looked at, but for bits that there are not. */
static int property_check(const struct d3dkmt_update_alloc_property *args)
{
	u32 mask = args->property_mask, named = 0;
	int sets = property_check_sets(args), preference = 0;

	if (!mask || mask & ~PROPERTY_ALL || args->flags & ~PROPERTY_FLAGS)
		return -EINVAL;
	if (mask & D3DKMT_PROPERTY_PREFERRED_SEGMENT)
		preference = preference_check(args->preferred_segment);
	/* What is wrong comes before what is not done. */
	if (sets == -EINVAL || preference == -EINVAL)
		return -EINVAL;
	if (mask & D3DKMT_PROPERTY_ACCESSED_PHYSICALLY)
		named |= D3DKMT_ALLOC_ACCESSED_PHYSICALLY;
	if (mask & D3DKMT_PROPERTY_UNMOVEABLE)
		named |= D3DKMT_ALLOC_UNMOVEABLE;
	if (args->flags & named)
		return -EPERM;
	return sets ?: preference;
}

static int property_update(struct dxg_paging_queue *queue,
			   const struct d3dkmt_update_alloc_property *args)
{
	u32 first = args->preferred_segment & PREFERENCE_ID;
	struct dxg_allocation *alloc;
	int ret = 0;

	alloc = dxg_allocation_lookup(queue->device, args->allocation);
	if (!alloc)
		return -EINVAL;
	mutex_lock(&alloc->bo->lock);
	if (alloc->bo->existing)
		ret = -EINVAL;
	else if (args->property_mask & D3DKMT_PROPERTY_PREFERRED_SEGMENT)
		alloc->bo->prefers_system = first == D3DKMT_SEGMENT_ID_SYSTEM;
	mutex_unlock(&alloc->bo->lock);
	dxg_allocation_put(alloc);
	return ret;
}

/**
 * dxg_ioctl_update_alloc_property() - D3DKMTUpdateAllocationProperty
 * @call: struct d3dkmt_update_alloc_property
 *
 * Return: 0; -EINVAL; -EPERM; -EFAULT; -ENODEV, as the structure says.
 */
int dxg_ioctl_update_alloc_property(struct dxg_call *call)
{
	struct d3dkmt_update_alloc_property *args = call->args;
	struct dxg_paging_queue *queue;
	int ret;

	ret = property_check(args);
	if (ret)
		return ret;
	queue = dxg_paging_queue_lookup(call->process, args->paging_queue);
	if (!queue)
		return -EINVAL;
	if (dxg_adapter_is_removed(queue->device->adapter) ||
	    READ_ONCE(queue->device->state) != D3DKMT_DEVICEEXECUTION_ACTIVE)
		ret = -ENODEV;
	/* Who cannot be told has changed nothing. */
	if (!ret)
		ret = dxg_call_probe(call, sizeof(*args));
	if (!ret)
		ret = property_update(queue, args);
	if (!ret)
		args->paging_fence_value = dxg_paging_queue_last(queue);
	dxg_paging_queue_put(queue);
	return ret;
}
