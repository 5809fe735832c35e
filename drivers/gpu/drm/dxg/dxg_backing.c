// SPDX-License-Identifier: GPL-2.0-only
#include <linux/iosys-map.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "dxg_adapter.h"
#include "dxg_backing.h"
#include "dxg_process.h"
#include "dxg_vidmm.h"

/**
 * DOC: Backings
 *
 * Memory of the device segment. To make and to map a backing costs several times what
 * everything else in the life of a small allocation does, and media and compute
 * programs destroy allocations only to create the same again. So what an allocation
 * gives back is kept for a moment for the process that had it, and zeroed when it is
 * taken again; zeroed although it is the same process, because that is what the
 * miniport's create_backing promises.
 *
 * It is kept for the process and not for the adapter: its pages are charged to that
 * process's memory cgroup, and nobody else can find a byte of it. It stays charged
 * to the segment and is given up when the segment has no room, when the process
 * closes the adapter, when it has not been taken for a second, and when the in-tree
 * device goes. A process keeps little, and nothing of what it destroys with
 * SYNCHRONOUS: who asks for that wants the memory back.
 *
 * The shrinker leaves it alone: what is kept is gone within two seconds anyway.
 *
 * The adapter's vidmm_lock covers all lists and sums. What is taken off them to be
 * destroyed is destroyed inside a section of the adapter, so that a removal waits.
 */

/* What a process may have kept. */
#define DXG_KEPT_MAX_BYTES	SZ_16M
#define DXG_KEPT_MAX_NUM	64

/* How often room is made for one backing. */
#define DXG_CHARGE_TRIES	64

/* How long. */
#define DXG_KEPT_MS		1000

/**
 * struct dxg_kept - A backing without an allocation
 * @backing: the memory
 * @width: pixels in a line
 * @height: lines
 * @size: bytes
 * @since: when it was kept, in jiffies
 * @adapter_link: entry of the adapter's kept backings, oldest first
 * @process: whose it is; NULL when the process has forgotten it
 * @process_link: entry of the process's kept backings
 */
struct dxg_kept {
	struct dxg_ddi_backing backing;
	u32 width;
	u32 height;
	u64 size;
	unsigned long since;
	struct list_head adapter_link;
	struct dxg_process_adapter *process;
	struct list_head process_link;
};

static bool segment_charge(struct dxg_adapter *adapter, u64 size)
{
	s64 used = atomic64_read(&adapter->segment_used);

	do {
		if (used + size > adapter->caps.segment_size)
			return false;
	} while (!atomic64_try_cmpxchg(&adapter->segment_used, &used, used + size));
	return true;
}

static void kept_remove_locked(struct dxg_adapter *adapter, struct dxg_kept *kept)
{
	lockdep_assert_held(&adapter->vidmm_lock);

	list_del(&kept->adapter_link);
	adapter->kept_bytes -= kept->size;
	if (kept->process) {
		list_del(&kept->process_link);
		kept->process->kept_bytes -= kept->size;
		kept->process->num_kept--;
	}
}

/* The caller prevents the removal of the adapter, or is it. */
static void kept_destroy(struct dxg_adapter *adapter, struct dxg_kept *kept)
{
	dxg_backing_put(adapter, kept->size, &kept->backing);
	kfree(kept);
}

static struct dxg_kept *kept_pop_oldest(struct dxg_adapter *adapter, unsigned long age)
{
	struct dxg_kept *kept;

	spin_lock(&adapter->vidmm_lock);
	kept = list_first_entry_or_null(&adapter->kept, struct dxg_kept, adapter_link);
	if (kept && time_before(jiffies, kept->since + age))
		kept = NULL;
	if (kept)
		kept_remove_locked(adapter, kept);
	spin_unlock(&adapter->vidmm_lock);
	return kept;
}

/**
 * dxg_backing_trim() - Give up what is kept
 * @adapter: the adapter
 * @bytes: how much
 *
 * In a section of the adapter, or while it is being removed. The oldest goes first.
 *
 * Return: bytes given up, more or less than that.
 */
u64 dxg_backing_trim(struct dxg_adapter *adapter, u64 bytes)
{
	struct dxg_kept *kept;
	u64 freed = 0;

	while (freed < bytes && (kept = kept_pop_oldest(adapter, 0))) {
		freed += kept->size;
		kept_destroy(adapter, kept);
	}
	return freed;
}

static void kept_work(struct work_struct *work)
{
	struct dxg_adapter *adapter = container_of(to_delayed_work(work), struct dxg_adapter,
						   kept_work);
	struct dxg_kept *kept;
	int idx;

	if (!dxg_adapter_enter(adapter, &idx))
		return;
	while ((kept = kept_pop_oldest(adapter, msecs_to_jiffies(DXG_KEPT_MS))))
		kept_destroy(adapter, kept);
	dxg_adapter_exit(idx);

	spin_lock(&adapter->vidmm_lock);
	if (!list_empty(&adapter->kept) && !dxg_adapter_is_removed(adapter))
		queue_delayed_work(dxg_wq, &adapter->kept_work, msecs_to_jiffies(DXG_KEPT_MS));
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_backing_init() - Prepare for backings
 * @adapter: the adapter, new
 */
void dxg_backing_init(struct dxg_adapter *adapter)
{
	INIT_LIST_HEAD(&adapter->kept);
	INIT_DELAYED_WORK(&adapter->kept_work, kept_work);
}

/**
 * dxg_backing_fini() - No backing will be made or kept any more
 * @adapter: the adapter, revoked
 */
void dxg_backing_fini(struct dxg_adapter *adapter)
{
	cancel_delayed_work_sync(&adapter->kept_work);
}

static struct dxg_kept *kept_take(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_kept *kept, *found = NULL;

	spin_lock(&adapter->vidmm_lock);
	list_for_each_entry(kept, &pa->kept, process_link) {
		if (kept->width == width && kept->height == height && kept->size == size) {
			found = kept;
			kept_remove_locked(adapter, kept);
			break;
		}
	}
	spin_unlock(&adapter->vidmm_lock);
	return found;
}

/* What is kept goes before anything is evicted. */
static int backing_make_room(struct dxg_adapter *adapter, u64 size, bool evict)
{
	if (dxg_backing_trim(adapter, size))
		return 0;
	return evict ? dxg_vidmm_evict(adapter, size) : -ENOSPC;
}

static int backing_create(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size,
			  bool evict, struct dxg_ddi_backing *backing)
{
	struct dxg_adapter *adapter = pa->adapter;
	unsigned int tries = 0;
	int ret;

	/* Before others are evicted for nothing. */
	if (size > adapter->caps.backing_max)
		return -ENOMEM;
	if (dxg_vidmm_must_wait(adapter))
		return evict ? -EBUSY : -ENOSPC;
	while (!segment_charge(adapter, size)) {
		/* Others may take the room that is made, again and again. */
		if (++tries == DXG_CHARGE_TRIES)
			return evict ? -EBUSY : -ENOSPC;
		ret = backing_make_room(adapter, size, evict);
		if (ret)
			return ret;
	}
	do {
		ret = adapter->ops->create_backing(adapter->context, width, height, size, backing);
	} while (ret == -ENOMEM && (dxg_backing_trim(adapter, U64_MAX) ||
				    dxg_vidmm_discard(adapter, pa->process, size)));
	if (ret) {
		atomic64_sub(size, &adapter->segment_used);
		dxg_vidmm_wake(adapter);
	}
	return ret;
}

/**
 * dxg_backing_get() - Take memory of the device segment, zeroed and mapped
 * @pa: who needs it
 * @width: pixels in a line
 * @height: lines
 * @size: bytes
 * @evict: what others have there may be evicted
 * @backing: filled in
 *
 * In a section of the adapter. The memory is charged to the segment.
 *
 * Return: 0; -ENOSPC: the segment is full, and nothing may be evicted; -EBUSY: what is
 * in it is pinned, or somebody else waits for room; -ENOMEM: no memory; -ENODEV.
 */
int dxg_backing_get(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size, bool evict,
		    struct dxg_ddi_backing *backing)
{
	struct dxg_kept *kept = kept_take(pa, width, height, size);

	if (!kept)
		return backing_create(pa, width, height, size, evict, backing);
	*backing = kept->backing;
	kfree(kept);
	iosys_map_memset(&backing->map, 0, 0, size);
	return 0;
}

/**
 * dxg_backing_put() - Give memory of the device segment back
 * @adapter: the adapter
 * @size: its bytes
 * @backing: the memory, of dxg_backing_get(), no allocation's
 */
void dxg_backing_put(struct dxg_adapter *adapter, u64 size, struct dxg_ddi_backing *backing)
{
	adapter->ops->destroy_backing(adapter->context, backing);
	atomic64_sub(size, &adapter->segment_used);
	dxg_vidmm_wake(adapter);
}

/**
 * dxg_backing_keep_locked() - Keep the memory of an allocation for its process
 * @pa: the process
 * @width: pixels in a line
 * @height: lines
 * @size: bytes
 * @backing: the memory, which nothing uses any more
 *
 * Under the adapter's vidmm_lock.
 *
 * Return: whether it is kept; if not it is still the caller's.
 */
bool dxg_backing_keep_locked(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size,
			     const struct dxg_ddi_backing *backing)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_kept *kept;

	lockdep_assert_held(&adapter->vidmm_lock);

	/* A process that is being closed is not caught here always, but when it is released. */
	if (dxg_adapter_is_removed(adapter) || READ_ONCE(pa->base.dead) ||
	    pa->num_kept == DXG_KEPT_MAX_NUM || pa->kept_bytes + size > DXG_KEPT_MAX_BYTES)
		return false;
	kept = kmalloc(sizeof(*kept), GFP_NOWAIT | __GFP_NOWARN);
	if (!kept)
		return false;
	kept->backing = *backing;
	kept->width = width;
	kept->height = height;
	kept->size = size;
	kept->since = jiffies;
	kept->process = pa;
	list_add_tail(&kept->adapter_link, &adapter->kept);
	/* The last one kept is the first one taken. */
	list_add(&kept->process_link, &pa->kept);
	adapter->kept_bytes += size;
	pa->kept_bytes += size;
	pa->num_kept++;
	queue_delayed_work(dxg_wq, &adapter->kept_work, msecs_to_jiffies(DXG_KEPT_MS));
	return true;
}

static struct dxg_kept *kept_pop_process(struct dxg_process_adapter *pa)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_kept *kept;

	spin_lock(&adapter->vidmm_lock);
	kept = list_first_entry_or_null(&pa->kept, struct dxg_kept, process_link);
	if (kept)
		kept_remove_locked(adapter, kept);
	spin_unlock(&adapter->vidmm_lock);
	return kept;
}

/**
 * dxg_backing_forget() - Give up what is kept for a process
 * @pa: the process, with no allocation left
 */
void dxg_backing_forget(struct dxg_process_adapter *pa)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_kept *kept, *next;
	int idx;

	if (dxg_adapter_enter(adapter, &idx)) {
		while ((kept = kept_pop_process(pa)))
			kept_destroy(adapter, kept);
		dxg_adapter_exit(idx);
		return;
	}
	/* The removal is about to destroy what is left, or has. */
	spin_lock(&adapter->vidmm_lock);
	list_for_each_entry_safe(kept, next, &pa->kept, process_link) {
		list_del(&kept->process_link);
		kept->process = NULL;
	}
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_backing_revoke_all() - Give up all that is kept
 * @adapter: the adapter, removed; no allocation has a backing
 */
void dxg_backing_revoke_all(struct dxg_adapter *adapter)
{
	dxg_backing_trim(adapter, U64_MAX);
}
