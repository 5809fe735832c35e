// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/shrinker.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_backing.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_usage.h"
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
 * A shrinker gives up what is kept for processes, and discards what is offered, when the
 * machine runs out of memory, and so does
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
/* How long he must have been alone in the segment before he learns that he does not fit. */
#define DXG_ROOM_ALONE_MS	200

/*
 * How often locked allocations are looked at again before they count as pinned, and how many
 * that have no memory to go to are passed over.
 */
#define DXG_EVICT_TRIES		20

/* Offers that are looked at in one hold of the lock: each takes its device's lock. */
#define DXG_DISCARD_LOOKS	64
/* How often in vain, before there counts as nothing to discard. */
#define DXG_DISCARD_CUTS	64

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

/**
 * dxg_vidmm_priority_class() - The class that evictions go by
 * @priority: D3DKMT_ALLOCATION_PRIORITY_* or between
 *
 * Return: 0 to DXG_NUM_PRIORITIES - 1, the lowest first.
 */
unsigned int dxg_vidmm_priority_class(u32 priority)
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
static struct list_head *vidmm_list(struct dxg_adapter *adapter, struct dxg_gem_object *bo,
				    enum dxg_segment segment)
{
	unsigned int rank;

	if (segment == DXG_SEGMENT_USER)
		return &adapter->user;
	if (segment == DXG_SEGMENT_SYSTEM)
		return bo->offered ? &adapter->offered[bo->offered - 1] : &adapter->evicted;
	if (bo->offered)
		return &adapter->resident[bo->offered - 1];
	rank = DXG_NUM_OFFERS + dxg_vidmm_priority_class(bo->priority);
	return &adapter->resident[bo->wanted ? rank + DXG_NUM_PRIORITIES : rank];
}

static void ledger_add(struct dxg_ledger *ledger, const struct dxg_gem_object *bo, int num)
{
	u64 bytes = num * bo->base.size;

	ledger->placed[bo->segment] += bytes;
	ledger->num[bo->segment] += num;
	if (!bo->offered && !bo->in_share && !bo->exported)
		return;
	if (bo->offered)
		ledger->offered[bo->segment] += bytes;
	if (bo->in_share || bo->exported)
		ledger->shared[bo->segment] += bytes;
	if (bo->exported)
		ledger->exported[bo->segment] += bytes;
}

/* Around each change of what the ledgers tell apart. */
static void vidmm_subtract_locked(const struct dxg_gem_object *bo)
{
	struct dxg_process_adapter *pa = bo->pa;

	lockdep_assert_held(&pa->adapter->vidmm_lock);

	if (bo->segment == DXG_SEGMENT_NONE)
		return;
	ledger_add(&pa->ledger, bo, -1);
	ledger_add(&pa->adapter->ledger, bo, -1);
}

static void vidmm_add_locked(const struct dxg_gem_object *bo)
{
	struct dxg_process_adapter *pa = bo->pa;

	lockdep_assert_held(&pa->adapter->vidmm_lock);

	if (bo->segment == DXG_SEGMENT_NONE)
		return;
	ledger_add(&pa->ledger, bo, 1);
	ledger_add(&pa->adapter->ledger, bo, 1);
}

/**
 * dxg_vidmm_place_locked() - Note where an allocation's bytes are
 * @bo: the object, locked
 * @segment: where
 *
 * Under the adapter's vidmm_lock.
 */
void dxg_vidmm_place_locked(struct dxg_gem_object *bo, enum dxg_segment segment)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	lockdep_assert_held(&bo->lock);
	lockdep_assert_held(&adapter->vidmm_lock);

	if (bo->segment != DXG_SEGMENT_NONE && segment != DXG_SEGMENT_NONE)
		dxg_usage_place_locked(bo, segment);
	list_del_init(&bo->segment_link);
	vidmm_subtract_locked(bo);
	WRITE_ONCE(bo->segment, segment);
	vidmm_add_locked(bo);
	if (segment != DXG_SEGMENT_NONE)
		list_add_tail(&bo->segment_link, vidmm_list(adapter, bo, segment));
}

/**
 * dxg_vidmm_place() - Note where an allocation's bytes are
 * @bo: the object, locked
 * @segment: where
 */
void dxg_vidmm_place(struct dxg_gem_object *bo, enum dxg_segment segment)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	spin_lock(&adapter->vidmm_lock);
	dxg_vidmm_place_locked(bo, segment);
	spin_unlock(&adapter->vidmm_lock);
}

static void vidmm_requeue_locked(struct dxg_gem_object *bo)
{
	if (bo->segment != DXG_SEGMENT_NONE)
		list_move_tail(&bo->segment_link,
			       vidmm_list(bo->pa->adapter, bo, bo->segment));
}

/**
 * dxg_vidmm_touch() - A command uses an allocation: it is the last to be evicted
 * @bo: the object
 */
void dxg_vidmm_touch(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	spin_lock(&adapter->vidmm_lock);
	vidmm_requeue_locked(bo);
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
	struct dxg_gem_object *bo = alloc->bo;
	u64 bytes;

	lockdep_assert_held(&adapter->vidmm_lock);

	if (wanted ? alloc->wanted++ : --alloc->wanted)
		return;
	/* What is the program's own takes no room. */
	bytes = bo->existing ? 0 : bo->base.size;
	pa->ledger.wanted += wanted ? bytes : -bytes;
	adapter->ledger.wanted += wanted ? bytes : -bytes;
	bo->wanted += wanted ? 1 : -1;
	vidmm_requeue_locked(bo);
}

/**
 * dxg_vidmm_offer() - An allocation's bytes may be discarded, or not any more
 * @bo: the object, locked
 * @offer: D3DKMT_OFFER_PRIORITY_*, but AUTO; 0: not any more
 * @device: whose commands may use the bytes, up to
 * @epoch: this epoch, or DXG_EPOCH_NONE
 *
 * The device is kept by its opening of the object, the only one there is.
 */
void dxg_vidmm_offer(struct dxg_gem_object *bo, u32 offer, struct dxg_device *device, u64 epoch)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	lockdep_assert_held(&bo->lock);

	spin_lock(&adapter->vidmm_lock);
	vidmm_subtract_locked(bo);
	WRITE_ONCE(bo->offered, offer);
	vidmm_add_locked(bo);
	bo->offer_device = device;
	bo->offer_epoch = epoch;
	vidmm_requeue_locked(bo);
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_set_shared() - An object belongs to a share from now on
 * @bo: the object
 */
void dxg_vidmm_set_shared(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	spin_lock(&adapter->vidmm_lock);
	vidmm_subtract_locked(bo);
	bo->in_share = true;
	vidmm_add_locked(bo);
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_vidmm_set_exported() - An object's bytes may have users elsewhere, or not any more
 * @bo: the object, locked
 * @exported: they may
 */
void dxg_vidmm_set_exported(struct dxg_gem_object *bo, bool exported)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	lockdep_assert_held(&bo->lock);

	spin_lock(&adapter->vidmm_lock);
	vidmm_subtract_locked(bo);
	WRITE_ONCE(bo->exported, exported);
	vidmm_add_locked(bo);
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
 * @pa: the process, which is going; a call under way may reserve something again
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
 * @bo: the object
 * @priority: D3DKMT_ALLOCATION_PRIORITY_* or between
 */
void dxg_vidmm_set_priority(struct dxg_gem_object *bo, u32 priority)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	spin_lock(&adapter->vidmm_lock);
	bo->priority = priority;
	vidmm_requeue_locked(bo);
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
 * One waits at a time. While one does nobody else takes room, and commands are pinned by
 * waiting only: those that are armed come to their end, and no others take their place.
 */
void dxg_vidmm_wait_begin(struct dxg_adapter *adapter, struct dxg_vidmm_wait *wait)
{
	mutex_lock(&adapter->room_lock);
	WRITE_ONCE(adapter->room_waiter, current);
	wait->seq = atomic_read(&adapter->room_seq);
	wait->pins = 0;
	wait->alone = false;
}

/* What is charged is in the segment or kept; or it is on its way, and room is about to come. */
static bool vidmm_is_moving(struct dxg_adapter *adapter)
{
	bool moving;

	spin_lock(&adapter->vidmm_lock);
	moving = adapter->ledger.placed[DXG_SEGMENT_DEVICE] + adapter->kept_bytes !=
		 atomic64_read(&adapter->segment_used);
	spin_unlock(&adapter->vidmm_lock);
	return moving;
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
	bool alone = atomic_read(&adapter->pins) == pins && !vidmm_is_moving(adapter);

	if (!alone || !wait->alone || wait->pins != pins)
		wait->since = jiffies;
	else if (time_after(jiffies, wait->since + msecs_to_jiffies(DXG_ROOM_ALONE_MS)))
		return false;
	wait->alone = alone;
	wait->pins = pins;
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
	WRITE_ONCE(adapter->room_waiter, NULL);
	mutex_unlock(&adapter->room_lock);
}

/**
 * dxg_vidmm_must_wait() - Whether somebody else waits for room
 * @adapter: the adapter
 *
 * Return: whether taking some now would overtake him.
 */
bool dxg_vidmm_must_wait(struct dxg_adapter *adapter)
{
	struct task_struct *waiter = READ_ONCE(adapter->room_waiter);

	return waiter && waiter != current;
}

/**
 * struct vidmm_search - What is to go
 * @lists: lists that it may be on, the first one first
 * @num: how many
 * @discard: only what can be discarded now
 * @process: only what is charged as this one is, or NULL
 * @pa: only what it owns, or NULL
 * @bo: only this one, or NULL
 * @contended: out: some could not be looked at
 * @cut: out: there are more behind those that were looked at
 */
struct vidmm_search {
	struct list_head *lists;
	unsigned int num;
	bool discard;
	const struct dxg_process *process;
	const struct dxg_process_adapter *pa;
	const struct dxg_gem_object *bo;
	bool contended;
	bool cut;
};

/* Commands that were queued before the offer find the bytes. */
static bool gem_can_be_discarded(struct dxg_gem_object *bo)
{
	if (!bo->offered || atomic_read(&bo->pins))
		return false;
	return bo->offer_epoch == DXG_EPOCH_NONE ||
	       dxg_device_has_drained(bo->offer_device, bo->offer_epoch);
}

static bool vidmm_fits(const struct vidmm_search *search, struct dxg_gem_object *bo)
{
	if (search->process && bo->pa->process->memcg != search->process->memcg)
		return false;
	if ((search->pa && bo->pa != search->pa) || (search->bo && bo != search->bo))
		return false;
	return search->discard ? gem_can_be_discarded(bo) : !atomic_read(&bo->pins);
}

/* The first allocation of a list that can go, with its lock. */
static struct dxg_gem_object *vidmm_first_idle_locked(struct vidmm_search *search,
						      struct list_head *list)
{
	struct dxg_gem_object *bo, *next, *turn = NULL;
	unsigned int seen = 0;

	list_for_each_entry_safe(bo, next, list, segment_link) {
		if (bo == turn)
			break;
		/* Of what is offered very many may be in use: the next look begins behind them. */
		if (search->discard && ++seen > DXG_DISCARD_LOOKS) {
			search->cut = true;
			break;
		}
		if (!vidmm_fits(search, bo)) {
			if (search->discard) {
				list_move_tail(&bo->segment_link, list);
				turn = turn ?: bo;
			}
			continue;
		}
		if (!mutex_trylock(&bo->lock)) {
			search->contended = true;
			continue;
		}
		/*
		 * Pins are taken under the lock: now there is none, or it stays. So are exports:
		 * whose users have gone has none, if there is none now.
		 */
		if (vidmm_fits(search, bo) && !dxg_gem_is_shared(bo))
			return bo;
		mutex_unlock(&bo->lock);
	}
	return NULL;
}

/*
 * The first allocation that can go, with its lock and a reference. What is on a list has
 * not run its destruction, which has a reference.
 */
static struct dxg_gem_object *vidmm_victim(struct dxg_adapter *adapter,
					   struct vidmm_search *search)
{
	struct dxg_gem_object *bo = NULL;
	unsigned int i;

	search->contended = false;
	search->cut = false;
	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < search->num && !bo; i++)
		bo = vidmm_first_idle_locked(search, &search->lists[i]);
	if (bo)
		dxg_gem_get(bo);
	spin_unlock(&adapter->vidmm_lock);
	return bo;
}

/* Discard offered allocations of one segment. */
static u64 vidmm_discard_lists(struct dxg_adapter *adapter, struct list_head *lists, u64 bytes,
			       const struct dxg_process *process,
			       void (*put)(struct dxg_gem_object *bo))
{
	struct vidmm_search search = {
		.lists = lists,
		.num = DXG_NUM_OFFERS,
		.discard = true,
		.process = process,
	};
	struct dxg_gem_object *bo;
	unsigned int cuts = 0;
	u64 freed = 0;

	while (freed < bytes) {
		cond_resched();
		bo = vidmm_victim(adapter, &search);
		if (bo) {
			freed += bo->base.size;
			dxg_gem_discard_locked(bo);
			mutex_unlock(&bo->lock);
			put(bo);
		} else if (!search.cut || ++cuts == DXG_DISCARD_CUTS) {
			break;
		}
	}
	return freed;
}

/**
 * dxg_vidmm_discard() - Discard what is offered, because there is no memory
 * @process: for whom there is none: only what is charged as he is helps
 * @adapter: the adapter
 * @bytes: how much at least
 *
 * In a section of the adapter. Locks of allocations may be held.
 *
 * Return: whether anything was.
 */
bool dxg_vidmm_discard(struct dxg_adapter *adapter, const struct dxg_process *process, u64 bytes)
{
	u64 freed;

	freed = vidmm_discard_lists(adapter, adapter->offered, bytes, process,
				    dxg_gem_put);
	if (freed < bytes)
		freed += vidmm_discard_lists(adapter, adapter->resident, bytes - freed, process,
					     dxg_gem_put);
	return freed;
}

/* What the shrinker must not touch: the in-tree driver's memory. */
static void vidmm_discard_work(struct work_struct *work)
{
	struct dxg_adapter *adapter = container_of(work, struct dxg_adapter, discard_work);
	u64 bytes = atomic64_xchg(&adapter->discard_bytes, 0), freed;
	int idx;

	if (!dxg_adapter_enter(adapter, &idx))
		return;
	/* What is kept is nobody's loss. */
	freed = dxg_backing_trim(adapter, bytes);
	if (freed < bytes)
		vidmm_discard_lists(adapter, adapter->resident, bytes - freed, NULL, dxg_gem_put);
	dxg_adapter_exit(idx);
}

static unsigned long vidmm_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct dxg_adapter *adapter = shrinker->private_data;
	u64 bytes;

	bytes = READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_SYSTEM]) +
		READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_DEVICE]) +
		READ_ONCE(adapter->kept_bytes);
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
	u64 bytes = (u64)sc->nr_to_scan << PAGE_SHIFT, freed;

	freed = vidmm_discard_lists(adapter, adapter->offered, bytes, NULL,
				    dxg_gem_put_later);
	if (freed < bytes && (READ_ONCE(adapter->ledger.offered[DXG_SEGMENT_DEVICE]) ||
			      READ_ONCE(adapter->kept_bytes))) {
		atomic64_add(bytes - freed, &adapter->discard_bytes);
		queue_work(dxg_wq, &adapter->discard_work);
	}
	return freed >> PAGE_SHIFT ?: SHRINK_STOP;
}

static int vidmm_evict_one(struct dxg_adapter *adapter, struct vidmm_search *search)
{
	struct dxg_gem_object *bo;
	unsigned int tries = 0;
	int ret = 0;

	while (!(bo = vidmm_victim(adapter, search))) {
		if (!search->contended || ++tries == DXG_EVICT_TRIES)
			return -EBUSY;
		usleep_range(100, 200);
	}
	if (bo->orphaned)
		dxg_gem_reap_locked(bo);
	else if (gem_can_be_discarded(bo))
		dxg_gem_discard_locked(bo);
	else
		ret = dxg_gem_evict_locked(bo);
	/* His cgroup may have no memory for it: then others have to go. */
	if (ret)
		dxg_vidmm_touch(bo);
	mutex_unlock(&bo->lock);
	dxg_gem_put(bo);
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
	struct vidmm_search search = { .lists = adapter->resident, .num = DXG_NUM_RANKS };
	unsigned int tries = 0;
	int ret = 0;

	mutex_lock(&adapter->evict_lock);
	while (!dxg_vidmm_is_free(adapter, size)) {
		ret = vidmm_evict_one(adapter, &search);
		if (!ret) {
			tries = 0;
		} else if (ret == -ENOMEM && ++tries < DXG_EVICT_TRIES) {
			/* If others make the room meanwhile, all is well. */
			ret = 0;
		} else {
			break;
		}
	}
	mutex_unlock(&adapter->evict_lock);
	return ret;
}

/**
 * dxg_vidmm_evict_of() - Evict, although there is room
 * @pa: the process
 * @bo: an object; NULL: all that the process owns and has resident now
 *
 * In a section of the adapter, with no allocation's lock held. What is pinned or exported
 * stays.
 *
 * Return: 0; -ENOMEM: no memory for what would have to leave; -ENODEV; -EINTR: killed.
 */
int dxg_vidmm_evict_of(struct dxg_process_adapter *pa, const struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct vidmm_search search = {
		.lists = adapter->resident,
		.num = DXG_NUM_RANKS,
		.pa = bo ? NULL : pa,
		.bo = bo,
	};
	/* Others may bring back what has gone: no more than was there. */
	u32 left = bo ? 1 : READ_ONCE(pa->ledger.num[DXG_SEGMENT_DEVICE]);
	int ret = 0;

	while (left-- && !ret) {
		mutex_lock(&adapter->evict_lock);
		ret = vidmm_evict_one(adapter, &search);
		mutex_unlock(&adapter->evict_lock);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret == -EBUSY ? 0 : ret;
}

static struct dxg_gem_object *vidmm_first_of(struct list_head *list)
{
	return list_first_entry_or_null(list, struct dxg_gem_object, segment_link);
}

/* Any object that has bytes, counted. */
static struct dxg_gem_object *vidmm_first(struct dxg_adapter *adapter)
{
	struct dxg_gem_object *bo = NULL;
	unsigned int i;

	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < DXG_NUM_RANKS && !bo; i++)
		bo = vidmm_first_of(&adapter->resident[i]);
	for (i = 0; i < DXG_NUM_OFFERS && !bo; i++)
		bo = vidmm_first_of(&adapter->offered[i]);
	if (!bo)
		bo = vidmm_first_of(&adapter->evicted);
	if (!bo)
		bo = vidmm_first_of(&adapter->user);
	if (bo)
		dxg_gem_get(bo);
	spin_unlock(&adapter->vidmm_lock);
	return bo;
}

/**
 * dxg_vidmm_revoke_all() - Give all memory of an adapter back
 * @adapter: the adapter, removed, its engines stopped
 */
void dxg_vidmm_revoke_all(struct dxg_adapter *adapter)
{
	struct dxg_gem_object *bo;

	while ((bo = vidmm_first(adapter))) {
		dxg_gem_revoke(bo);
		dxg_gem_put(bo);
	}
}
