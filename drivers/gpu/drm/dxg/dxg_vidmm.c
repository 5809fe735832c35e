// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/lockdep.h>
#include <linux/shrinker.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_vidmm.h"

/**
 * DOC: Video memory manager
 *
 * An adapter has two segments. The device segment is what the in-tree driver's objects
 * take, and engines reach nothing else; it has a size. The system segment is shmem of
 * our own: it takes what the device segment has no room for, the CPU reaches it, and
 * the kernel swaps what nobody has mapped.
 *
 * So more can be used than the device segment holds. A command brings what it names into
 * it when the command is promoted, and keeps it there until it has finished: the
 * allocations are pinned. What has to make room for them is evicted: a copy by the
 * paging node, behind the back of CPU mappings, which fault and find the new place.
 * What has been offered goes first, and is discarded. Evicted is then what no MakeResident
 * has asked for before what one has, what has the lowest priority, and what has not been
 * used by a command for longest.
 *
 * MakeResident asks for a place that lasts, as far as there is one: the requests of one
 * process are bounded by its budget, the segment less what others have reserved; those
 * of all processes together are not, and so may still evict each other.
 *
 * vidmm_lock covers who is where and the sums of it, one ledger for each process and
 * one for the adapter, and nothing that sleeps. An allocation's own lock is held while
 * its bytes move. Evicting takes the locks of other allocations while one is held
 * already, in no order, and so only tries: what is locked is being moved or looked at
 * and is passed over.
 *
 * A shrinker discards what is offered when the machine runs out of memory, and so does
 * whoever finds that there is none for his bytes: a limit of a memory cgroup does not ask
 * shrinkers that do not count by cgroup.
 *
 * Refused: eviction by a worker that keeps some room free. It would move bytes that
 * nobody needs the room of; and the first who finds no room would still wait for it.
 * Refused: TTM. Its objects are the driver's own; ours are borrowed from a driver that
 * has its own manager, and only their number and size is ours to decide.
 */

/* What somebody who waits for room does, should nobody tell him. */
#define DXG_ROOM_POLL_MS	20
#define DXG_ROOM_TRIES		10

/* How often locked allocations are looked at again before they count as pinned. */
#define DXG_EVICT_TRIES		20

static unsigned long vidmm_shrink_count(struct shrinker *shrinker, struct shrink_control *sc);
static unsigned long vidmm_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc);
static void vidmm_discard_work(struct work_struct *work);

/**
 * dxg_vidmm_init() - Prepare the segments of an adapter
 * @adapter: the adapter, new
 */
void dxg_vidmm_init(struct dxg_adapter *adapter)
{
	unsigned int i;

	spin_lock_init(&adapter->vidmm_lock);
	mutex_init(&adapter->evict_lock);
	mutex_init(&adapter->room_lock);
	init_waitqueue_head(&adapter->room_wait);
	for (i = 0; i < DXG_NUM_RANKS; i++)
		INIT_LIST_HEAD(&adapter->resident[i]);
	INIT_LIST_HEAD(&adapter->evicted);
	INIT_LIST_HEAD(&adapter->user);
	for (i = 0; i < DXG_NUM_OFFERS; i++)
		INIT_LIST_HEAD(&adapter->offered[i]);
	INIT_WORK(&adapter->discard_work, vidmm_discard_work);
}

/**
 * dxg_vidmm_start() - From here on allocations may have bytes
 * @adapter: the adapter
 *
 * Return: 0; -ENOMEM.
 */
int dxg_vidmm_start(struct dxg_adapter *adapter)
{
	adapter->shrinker = shrinker_alloc(0, "drm-dxg:%s", dev_name(adapter->ddev.dev));
	if (!adapter->shrinker)
		return -ENOMEM;
	adapter->shrinker->count_objects = vidmm_shrink_count;
	adapter->shrinker->scan_objects = vidmm_shrink_scan;
	adapter->shrinker->private_data = adapter;
	shrinker_register(adapter->shrinker);
	return 0;
}

/**
 * dxg_vidmm_stop() - Nothing has bytes any more
 * @adapter: the adapter, revoked
 */
void dxg_vidmm_stop(struct dxg_adapter *adapter)
{
	shrinker_free(adapter->shrinker);
	adapter->shrinker = NULL;
	cancel_work_sync(&adapter->discard_work);
}

/**
 * dxg_vidmm_fini() - Undo dxg_vidmm_init()
 * @adapter: the adapter, with no object left
 */
void dxg_vidmm_fini(struct dxg_adapter *adapter)
{
	WARN_ON(memchr_inv(&adapter->ledger, 0, sizeof(adapter->ledger)));
	mutex_destroy(&adapter->room_lock);
	mutex_destroy(&adapter->evict_lock);
}

static unsigned int priority_class(u32 priority)
{
	static const u32 from[DXG_NUM_PRIORITIES] = {
		0,
		D3DKMT_ALLOCATION_PRIORITY_LOW,
		D3DKMT_ALLOCATION_PRIORITY_NORMAL,
		D3DKMT_ALLOCATION_PRIORITY_HIGH,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM,
	};
	unsigned int class = DXG_NUM_PRIORITIES - 1;

	while (priority < from[class])
		class--;
	return class;
}

/* The list that the allocation belongs on; the first list is evicted first. */
static struct list_head *vidmm_list(struct dxg_adapter *adapter, struct dxg_allocation *alloc,
				    enum dxg_segment segment)
{
	unsigned int rank;

	if (segment == DXG_SEGMENT_USER)
		return &adapter->user;
	if (segment == DXG_SEGMENT_SYSTEM)
		return alloc->offered ? &adapter->offered[alloc->offered - 1] : &adapter->evicted;
	if (alloc->offered)
		return &adapter->resident[alloc->offered - 1];
	rank = DXG_NUM_OFFERS + priority_class(alloc->priority);
	return &adapter->resident[alloc->wanted ? rank + DXG_NUM_PRIORITIES : rank];
}

static void ledger_place(struct dxg_ledger *ledger, const struct dxg_allocation *alloc, u64 bytes)
{
	ledger->placed[alloc->segment] += bytes;
	if (alloc->offered)
		ledger->offered[alloc->segment] += bytes;
}

/**
 * dxg_vidmm_place_locked() - Note where an allocation's bytes are
 * @alloc: the allocation, locked
 * @segment: where
 *
 * Under the adapter's vidmm_lock.
 */
void dxg_vidmm_place_locked(struct dxg_allocation *alloc, enum dxg_segment segment)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_adapter *adapter = pa->adapter;

	lockdep_assert_held(&alloc->lock);
	lockdep_assert_held(&adapter->vidmm_lock);

	if (alloc->segment != DXG_SEGMENT_NONE) {
		list_del_init(&alloc->segment_link);
		ledger_place(&pa->ledger, alloc, -alloc->gem.size);
		ledger_place(&adapter->ledger, alloc, -alloc->gem.size);
	}
	WRITE_ONCE(alloc->segment, segment);
	if (segment != DXG_SEGMENT_NONE) {
		list_add_tail(&alloc->segment_link, vidmm_list(adapter, alloc, segment));
		ledger_place(&pa->ledger, alloc, alloc->gem.size);
		ledger_place(&adapter->ledger, alloc, alloc->gem.size);
	}
}

/**
 * dxg_vidmm_place() - Note where an allocation's bytes are
 * @alloc: the allocation, locked
 * @segment: where
 */
void dxg_vidmm_place(struct dxg_allocation *alloc, enum dxg_segment segment)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	spin_lock(&adapter->vidmm_lock);
	dxg_vidmm_place_locked(alloc, segment);
	spin_unlock(&adapter->vidmm_lock);
}

static void vidmm_requeue_locked(struct dxg_allocation *alloc)
{
	if (alloc->segment != DXG_SEGMENT_NONE)
		list_move_tail(&alloc->segment_link,
			       vidmm_list(alloc->device->adapter, alloc, alloc->segment));
}

/**
 * dxg_vidmm_touch() - A command uses an allocation: it is the last to be evicted
 * @alloc: the allocation
 */
void dxg_vidmm_touch(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	spin_lock(&adapter->vidmm_lock);
	vidmm_requeue_locked(alloc);
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_want_locked() - Count one request for residency more, or less
 * @alloc: the allocation
 * @wanted: more; else there is at least one
 *
 * Under the adapter's vidmm_lock.
 */
void dxg_vidmm_want_locked(struct dxg_allocation *alloc, bool wanted)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_adapter *adapter = pa->adapter;
	u64 bytes;

	lockdep_assert_held(&adapter->vidmm_lock);

	if (wanted ? alloc->wanted++ : --alloc->wanted)
		return;
	/* What is the program's own takes no room. */
	bytes = alloc->existing ? 0 : alloc->gem.size;
	pa->ledger.wanted += wanted ? bytes : -bytes;
	adapter->ledger.wanted += wanted ? bytes : -bytes;
	vidmm_requeue_locked(alloc);
}

/**
 * dxg_vidmm_offer() - An allocation's bytes may be discarded, or not any more
 * @alloc: the allocation, locked
 * @offer: D3DKMT_OFFER_PRIORITY_*, but AUTO; 0: not any more
 * @epoch: last epoch of the device whose commands may use the bytes, or DXG_EPOCH_NONE
 */
void dxg_vidmm_offer(struct dxg_allocation *alloc, u32 offer, u64 epoch)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_adapter *adapter = pa->adapter;
	u64 bytes = alloc->segment == DXG_SEGMENT_NONE ? 0 : alloc->gem.size;

	lockdep_assert_held(&alloc->lock);

	spin_lock(&adapter->vidmm_lock);
	if (!alloc->offered != !offer) {
		pa->ledger.offered[alloc->segment] += offer ? bytes : -bytes;
		adapter->ledger.offered[alloc->segment] += offer ? bytes : -bytes;
	}
	WRITE_ONCE(alloc->offered, offer);
	alloc->offer_epoch = epoch;
	vidmm_requeue_locked(alloc);
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_forget() - An allocation that goes is not asked for any more
 * @alloc: the allocation
 */
void dxg_vidmm_forget(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	if (!READ_ONCE(alloc->wanted))
		return;
	spin_lock(&adapter->vidmm_lock);
	if (alloc->wanted) {
		alloc->wanted = 1;
		dxg_vidmm_want_locked(alloc, false);
	}
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_forget_process() - A process has reserved nothing any more
 * @pa: the process, with no object left
 */
void dxg_vidmm_forget_process(struct dxg_process_adapter *pa)
{
	spin_lock(&pa->adapter->vidmm_lock);
	pa->adapter->ledger.reserved -= pa->ledger.reserved;
	pa->ledger.reserved = 0;
	spin_unlock(&pa->adapter->vidmm_lock);
}

/**
 * dxg_vidmm_set_priority() - Change the priority of eviction
 * @alloc: the allocation
 * @priority: D3DKMT_ALLOCATION_PRIORITY_* or between
 */
void dxg_vidmm_set_priority(struct dxg_allocation *alloc, u32 priority)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	spin_lock(&adapter->vidmm_lock);
	alloc->priority = priority;
	vidmm_requeue_locked(alloc);
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_budget_locked() - What a process may ask to be resident
 * @pa: the process
 *
 * Under the adapter's vidmm_lock.
 *
 * Return: bytes: the device segment less what others have reserved.
 */
u64 dxg_vidmm_budget_locked(struct dxg_process_adapter *pa)
{
	struct dxg_adapter *adapter = pa->adapter;

	lockdep_assert_held(&adapter->vidmm_lock);

	return adapter->caps.segment_size - (adapter->ledger.reserved - pa->ledger.reserved);
}

/**
 * dxg_vidmm_is_free() - Whether something fits into the device segment as it is
 * @adapter: the adapter
 * @size: bytes
 *
 * Return: whether it did a moment ago.
 */
bool dxg_vidmm_is_free(struct dxg_adapter *adapter, u64 size)
{
	return atomic64_read(&adapter->segment_used) + size <= adapter->caps.segment_size;
}

/**
 * dxg_vidmm_wake() - There may be room for those who wait for some
 * @adapter: the adapter
 *
 * In any context.
 */
void dxg_vidmm_wake(struct dxg_adapter *adapter)
{
	atomic_inc(&adapter->room_seq);
	/* Pairs with the waiter's, which looks at the count after it has queued itself. */
	if (wq_has_sleeper(&adapter->room_wait))
		wake_up_all(&adapter->room_wait);
}

/**
 * dxg_vidmm_wait_begin() - Wait for room in the device segment
 * @adapter: the adapter
 * @wait: filled in
 *
 * One waits at a time, and while one does, commands are pinned by waiting only: those that
 * are armed come to their end, and no others take their place.
 */
void dxg_vidmm_wait_begin(struct dxg_adapter *adapter, struct dxg_vidmm_wait *wait)
{
	mutex_lock(&adapter->room_lock);
	WRITE_ONCE(adapter->room_wanted, true);
	wait->seq = atomic_read(&adapter->room_seq);
	wait->tries = 0;
}

/**
 * dxg_vidmm_wait_room() - After there was none: wait until there may be some
 * @adapter: the adapter
 * @wait: of dxg_vidmm_wait_begin()
 * @pins: how many of the adapter's pins are the caller's
 *
 * Return: whether to look again; false: nobody but the caller is in the way, and has been
 * for some time: not at once, as what is locked for a moment is in the way too.
 */
bool dxg_vidmm_wait_room(struct dxg_adapter *adapter, struct dxg_vidmm_wait *wait,
			 unsigned int pins)
{
	if (atomic_read(&adapter->pins) == pins && ++wait->tries == DXG_ROOM_TRIES)
		return false;
	wait_event_timeout(adapter->room_wait, atomic_read(&adapter->room_seq) != wait->seq,
			   msecs_to_jiffies(DXG_ROOM_POLL_MS));
	wait->seq = atomic_read(&adapter->room_seq);
	return true;
}

/**
 * dxg_vidmm_wait_end() - The wait is over
 * @adapter: the adapter
 */
void dxg_vidmm_wait_end(struct dxg_adapter *adapter)
{
	WRITE_ONCE(adapter->room_wanted, false);
	mutex_unlock(&adapter->room_lock);
}

/* Commands that were queued before the offer find the bytes. */
static bool vidmm_is_in_use(struct dxg_allocation *alloc)
{
	if (atomic_read(&alloc->pins))
		return true;
	return alloc->offered && alloc->offer_epoch != DXG_EPOCH_NONE &&
	       !dxg_device_has_drained(alloc->device, alloc->offer_epoch);
}

/* The first allocation of a list that can go, with its lock. */
static struct dxg_allocation *vidmm_first_idle_locked(struct list_head *list, bool *contended)
{
	struct dxg_allocation *alloc;

	list_for_each_entry(alloc, list, segment_link) {
		if (vidmm_is_in_use(alloc))
			continue;
		if (!mutex_trylock(&alloc->lock)) {
			*contended = true;
			continue;
		}
		/* Pins are taken under the lock: now there is none, or it stays. */
		if (!vidmm_is_in_use(alloc))
			return alloc;
		mutex_unlock(&alloc->lock);
	}
	return NULL;
}

/*
 * The first allocation on some lists that can go, with its lock and a reference. What is
 * on a list has not run its destruction, which has a reference.
 */
static struct dxg_allocation *vidmm_victim(struct dxg_adapter *adapter, struct list_head *lists,
					   unsigned int num, bool *contended)
{
	struct dxg_allocation *alloc = NULL;
	unsigned int i;

	*contended = false;
	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < num && !alloc; i++)
		alloc = vidmm_first_idle_locked(&lists[i], contended);
	if (alloc)
		dxg_allocation_get(alloc);
	spin_unlock(&adapter->vidmm_lock);
	return alloc;
}

/* Discard offered allocations of one segment. */
static u64 vidmm_discard_lists(struct dxg_adapter *adapter, struct list_head *lists, u64 bytes,
			       void (*put)(struct dxg_allocation *alloc))
{
	struct dxg_allocation *alloc;
	bool contended;
	u64 freed = 0;

	while (freed < bytes &&
	       (alloc = vidmm_victim(adapter, lists, DXG_NUM_OFFERS, &contended))) {
		freed += alloc->gem.size;
		dxg_allocation_discard_locked(alloc);
		mutex_unlock(&alloc->lock);
		put(alloc);
	}
	return freed;
}

/**
 * dxg_vidmm_discard() - Discard what is offered, because there is no memory
 * @adapter: the adapter
 * @bytes: how much at least
 *
 * In a section of the adapter. Locks of allocations may be held.
 *
 * Return: whether anything was.
 */
bool dxg_vidmm_discard(struct dxg_adapter *adapter, u64 bytes)
{
	u64 freed;

	freed = vidmm_discard_lists(adapter, adapter->offered, bytes, dxg_allocation_put);
	if (freed < bytes)
		freed += vidmm_discard_lists(adapter, adapter->resident, bytes - freed,
					     dxg_allocation_put);
	return freed;
}

static void vidmm_discard_work(struct work_struct *work)
{
	struct dxg_adapter *adapter = container_of(work, struct dxg_adapter, discard_work);
	int idx;

	if (!dxg_adapter_enter(adapter, &idx))
		return;
	dxg_vidmm_discard(adapter, U64_MAX);
	dxg_adapter_exit(idx);
}

static unsigned long vidmm_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct dxg_adapter *adapter = shrinker->private_data;
	u64 bytes;

	bytes = READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_SYSTEM]) +
		READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_DEVICE]);
	return bytes >> PAGE_SHIFT ?: SHRINK_EMPTY;
}

/*
 * In reclaim, so only what is ours, and no last reference is dropped: that would take
 * locks under which memory is allocated. What is in the device segment is the in-tree
 * driver's, and left to the worker.
 */
static unsigned long vidmm_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct dxg_adapter *adapter = shrinker->private_data;
	u64 freed;

	freed = vidmm_discard_lists(adapter, adapter->offered, (u64)sc->nr_to_scan << PAGE_SHIFT,
				    dxg_allocation_put_later);
	if (READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_DEVICE]))
		queue_work(dxg_wq, &adapter->discard_work);
	return freed >> PAGE_SHIFT ?: SHRINK_STOP;
}

static int vidmm_evict_one(struct dxg_adapter *adapter)
{
	struct dxg_allocation *alloc;
	unsigned int tries = 0;
	bool contended;
	int ret;

	while (!(alloc = vidmm_victim(adapter, adapter->resident, DXG_NUM_RANKS, &contended))) {
		if (!contended || ++tries == DXG_EVICT_TRIES)
			return -EBUSY;
		usleep_range(100, 200);
	}
	if (alloc->offered) {
		dxg_allocation_discard_locked(alloc);
		ret = 0;
	} else {
		ret = dxg_allocation_evict_locked(alloc);
	}
	mutex_unlock(&alloc->lock);
	dxg_allocation_put(alloc);
	return ret;
}

/**
 * dxg_vidmm_evict() - Make room in the device segment
 * @adapter: the adapter
 * @size: bytes that are needed
 *
 * In a section of the adapter, with at most one allocation's lock held. The room is not
 * charged: it may be gone again on return.
 *
 * Return: 0; -EBUSY: all that is left there is pinned; -ENOMEM: no memory for what
 * would have to leave; -ENODEV.
 */
int dxg_vidmm_evict(struct dxg_adapter *adapter, u64 size)
{
	int ret = 0;

	mutex_lock(&adapter->evict_lock);
	while (!ret && !dxg_vidmm_is_free(adapter, size))
		ret = vidmm_evict_one(adapter);
	mutex_unlock(&adapter->evict_lock);
	return ret;
}

/* Any allocation that has bytes, counted. */
static struct dxg_allocation *vidmm_first(struct dxg_adapter *adapter)
{
	struct dxg_allocation *alloc = NULL;
	unsigned int i;

	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < DXG_NUM_RANKS && !alloc; i++)
		alloc = list_first_entry_or_null(&adapter->resident[i], struct dxg_allocation,
						 segment_link);
	for (i = 0; i < DXG_NUM_OFFERS && !alloc; i++)
		alloc = list_first_entry_or_null(&adapter->offered[i], struct dxg_allocation,
						 segment_link);
	if (!alloc)
		alloc = list_first_entry_or_null(&adapter->evicted, struct dxg_allocation,
						 segment_link);
	if (!alloc)
		alloc = list_first_entry_or_null(&adapter->user, struct dxg_allocation,
						 segment_link);
	if (alloc)
		dxg_allocation_get(alloc);
	spin_unlock(&adapter->vidmm_lock);
	return alloc;
}

/**
 * dxg_vidmm_revoke_all() - Give all memory of an adapter back
 * @adapter: the adapter, removed, its engines stopped
 */
void dxg_vidmm_revoke_all(struct dxg_adapter *adapter)
{
	struct dxg_allocation *alloc;

	while ((alloc = vidmm_first(adapter))) {
		dxg_allocation_zap(alloc);
		dxg_allocation_unback(alloc, false);
		dxg_allocation_put(alloc);
	}
}
