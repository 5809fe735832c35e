// SPDX-License-Identifier: GPL-2.0-only
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/vmalloc.h>

#include <drm/drm_vma_manager.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_backing.h"
#include "dxg_blob.h"
#include "dxg_gem.h"
#include "dxg_paging.h"
#include "dxg_prime.h"
#include "dxg_process.h"
#include "dxg_shmem.h"
#include "dxg_sysmem.h"
#include "dxg_trace.h"
#include "dxg_usage.h"
#include "dxg_vidmm.h"

/**
 * DOC: GEM object
 *
 * The bytes of an allocation, as all devices that have opened it see them, are a GEM
 * object of our own device. They are in one place at a time: in a backing, which is an
 * object of the in-tree driver mapped into the kernel, in pages of the system segment, or
 * nowhere while nobody has touched them. GEM objects of the in-tree device itself would not
 * do: its driver does not know GPU virtual addresses, eviction replaces the object, and its
 * reservation belongs to others too.
 *
 * There are no bytes before the first lock, command or MakeResident needs some, and they
 * are made at the cost of the process that created the allocation: creating it takes
 * neither shmem nor memory of the host. They go when the last opening's destruction runs,
 * or when the in-tree device goes, whatever references there are on the object itself; a
 * mapping then faults with SIGBUS.
 *
 * A move is made under the object's lock, from the room for the new place to the end of
 * the old one: CPU mappings are taken away before the copy and fault afterwards, and no
 * command uses what moves, because armed commands pin.
 *
 * The in-tree object's GEM handle in the in-kernel client stays open as long as the
 * backing: without a handle the object could not be exported later.
 */

/* Class of the lock of a new object that is taken inside prime_lock. */
#define GEM_NEST_NEW	(SINGLE_DEPTH_NESTING + 1)

/**
 * dxg_gem_init() - Begin a GEM object without bytes
 * @bo: the object, zeroed
 * @pa: who creates it
 * @funcs: how it is freed
 */
void dxg_gem_init(struct dxg_gem_object *bo, struct dxg_process_adapter *pa,
		  const struct drm_gem_object_funcs *funcs)
{
	bo->pa = pa;
	dxg_object_get(&pa->base);
	mutex_init(&bo->lock);
	refcount_set(&bo->opens, 1);
	INIT_LIST_HEAD(&bo->prime_link);
	INIT_LIST_HEAD(&bo->segment_link);
	bo->priority = D3DKMT_ALLOCATION_PRIORITY_NORMAL;
	bo->base.funcs = funcs;
	dxg_usage_resize(bo, PAGE_SIZE);
	/* The size follows when the miniport has said it. */
	drm_gem_private_object_init(&pa->adapter->ddev, &bo->base, PAGE_SIZE);
}

/**
 * dxg_gem_fini() - Undo dxg_gem_init()
 * @bo: the object, without bytes and references
 */
void dxg_gem_fini(struct dxg_gem_object *bo)
{
	struct dxg_process_adapter *pa = bo->pa;

	WARN_ON(bo->segment != DXG_SEGMENT_NONE || bo->mappings || bo->wanted);
	dxg_blob_free(bo->private_data);
	atomic64_sub(bo->base.size, &pa->usage.created);
	drm_gem_object_release(&bo->base);
	mutex_destroy(&bo->lock);
	/* It may be the last one on the device of the object. */
	dxg_object_put(&pa->base);
}

/**
 * dxg_gem_get() - Take a reference
 * @bo: the object
 */
void dxg_gem_get(struct dxg_gem_object *bo)
{
	drm_gem_object_get(&bo->base);
}

/**
 * dxg_gem_put() - Drop a reference
 * @bo: the object
 */
void dxg_gem_put(struct dxg_gem_object *bo)
{
	drm_gem_object_put(&bo->base);
}

static LLIST_HEAD(gem_puts);

static void gem_put_work(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&gem_puts);
	struct dxg_gem_object *bo, *next;

	llist_for_each_entry_safe(bo, next, list, put_link)
		dxg_gem_put(bo);
}

static DECLARE_WORK(gem_puts_work, gem_put_work);

/**
 * dxg_gem_put_later() - Drop a reference where the last one must not be
 * @bo: the object
 */
void dxg_gem_put_later(struct dxg_gem_object *bo)
{
	if (refcount_dec_not_one(&bo->base.refcount.refcount))
		return;
	/* It is the last, so nobody else is here with the same object. */
	llist_add(&bo->put_link, &gem_puts);
	queue_work(dxg_wq, &gem_puts_work);
}

/**
 * dxg_gem_unmap() - Empty all CPU mappings
 * @bo: the object
 *
 * Whoever touches one waits for the object's lock and then finds the place of the bytes.
 */
void dxg_gem_unmap(struct dxg_gem_object *bo)
{
	drm_vma_node_unmap(&bo->base.vma_node, bo->base.dev->anon_inode->i_mapping);
}

/* The caller's lock keeps further mappings away. */
static void gem_unmap_locked(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->lock);

	if (bo->mappings)
		dxg_gem_unmap(bo);
}

/**
 * dxg_gem_pfn_locked() - Where a CPU mapping finds the bytes
 * @bo: the object, locked; it has bytes, and those of the system segment are pinned
 * @offset: in bytes, in the object
 *
 * A backing is mapped by vmap(), or is one page of the kernel's direct map.
 *
 * Return: the page frame.
 */
unsigned long dxg_gem_pfn_locked(const struct dxg_gem_object *bo, unsigned long offset)
{
	const void *address = bo->backing.map.vaddr + offset;

	lockdep_assert_held(&bo->lock);

	if (bo->segment == DXG_SEGMENT_SYSTEM)
		return page_to_pfn(bo->pages[offset >> PAGE_SHIFT]);
	if (bo->sysmem)
		return page_to_pfn(bo->sysmem->pages[offset >> PAGE_SHIFT]);
	if (is_vmalloc_addr(address))
		return vmalloc_to_pfn(address);
	return PHYS_PFN(virt_to_phys((void *)address));
}

/* Between the backing and the system segment, whose pages are pinned. */
static int gem_copy_locked(struct dxg_gem_object *bo, struct dxg_ddi_backing *backing, bool in)
{
	void *system = dxg_shmem_vmap_locked(bo);
	void *device = backing->map.vaddr;
	int ret;

	if (!system)
		return -ENOMEM;
	ret = dxg_paging_copy(bo->pa, in ? device : system, in ? system : device,
			      bo->base.size);
	vunmap(system);
	return ret;
}

/* In a section of the adapter. */
static int gem_pin_system_locked(struct dxg_gem_object *bo)
{
	const struct dxg_process *process = bo->pa->process;
	struct dxg_adapter *adapter = bo->pa->adapter;
	int ret;

	do {
		ret = dxg_shmem_pin_locked(bo);
	} while (ret == -ENOMEM && dxg_vidmm_discard(adapter, process, bo->base.size));
	return ret;
}

/**
 * dxg_gem_pin_pages_locked() - Have the bytes in memory, wherever they are
 * @bo: the object, locked, about to be mapped
 *
 * From then on they stay in memory: a fault allocates nothing, and so cannot fail.
 *
 * Return: 0; -ENOMEM; -ENODEV: the adapter has been removed.
 */
int dxg_gem_pin_pages_locked(struct dxg_gem_object *bo)
{
	int idx, ret;

	lockdep_assert_held(&bo->lock);

	if (bo->segment != DXG_SEGMENT_SYSTEM)
		return 0;
	if (!dxg_adapter_enter(bo->pa->adapter, &idx))
		return -ENODEV;
	ret = gem_pin_system_locked(bo);
	dxg_adapter_exit(idx);
	return ret;
}

static int gem_page_in_locked(struct dxg_gem_object *bo, struct dxg_ddi_backing *backing)
{
	int ret;

	ret = gem_pin_system_locked(bo);
	if (ret)
		return ret;
	gem_unmap_locked(bo);
	ret = gem_copy_locked(bo, backing, true);
	if (ret) {
		if (!bo->mappings)
			dxg_shmem_unpin_locked(bo);
		return ret;
	}
	dxg_shmem_free_locked(bo);
	return 0;
}

/* In a section of the adapter. */
static int gem_enter_device_locked(struct dxg_gem_object *bo, bool evict)
{
	struct dxg_process_adapter *pa = bo->pa;
	struct dxg_ddi_backing backing = {};
	struct mem_cgroup *old;
	int ret;

	lockdep_assert_held(&bo->lock);

	if (bo->segment == DXG_SEGMENT_DEVICE)
		return 0;
	/* Whoever needs it: it is the process that created it which pays. */
	old = set_active_memcg(pa->process->memcg);
	ret = dxg_backing_get(pa, bo->width, bo->height, bo->base.size, evict, &backing);
	set_active_memcg(old);
	if (ret)
		return ret;
	if (bo->segment == DXG_SEGMENT_SYSTEM) {
		trace_dxg_paging_in(bo);
		ret = gem_page_in_locked(bo, &backing);
		if (ret) {
			dxg_backing_put(pa->adapter, bo->base.size, &backing);
			return ret;
		}
	} else {
		trace_dxg_backing_create(bo);
	}
	bo->backing = backing;
	dxg_vidmm_place(bo, DXG_SEGMENT_DEVICE);
	return 0;
}

static int gem_enter_system_locked(struct dxg_gem_object *bo)
{
	int ret;

	/* To be told now, and not by a fault, that there is no memory. */
	ret = gem_pin_system_locked(bo);
	if (ret) {
		dxg_shmem_free_locked(bo);
		return ret;
	}
	dxg_shmem_unpin_locked(bo);
	trace_dxg_backing_create(bo);
	dxg_vidmm_place(bo, DXG_SEGMENT_SYSTEM);
	return 0;
}

/**
 * dxg_gem_set_sysmem() - Give a new object memory of the program
 * @bo: the object, not published
 * @sysmem: the memory; it is the object's
 */
void dxg_gem_set_sysmem(struct dxg_gem_object *bo, struct dxg_sysmem *sysmem)
{
	mutex_lock(&bo->lock);
	bo->existing = true;
	bo->read_only = sysmem->read_only;
	bo->sysmem = sysmem;
	trace_dxg_backing_create(bo);
	dxg_vidmm_place(bo, DXG_SEGMENT_USER);
	mutex_unlock(&bo->lock);
}

/**
 * dxg_gem_address() - Where engines find the bytes
 * @bo: the object, pinned
 *
 * Return: an address of the kernel.
 */
void *dxg_gem_address(const struct dxg_gem_object *bo)
{
	if (bo->sysmem)
		return bo->sysmem->address;
	return bo->backing.map.vaddr;
}

/**
 * dxg_gem_touch_locked() - Make sure that there are bytes for the CPU
 * @bo: the object, locked
 *
 * In the device segment if there is room and it is preferred, else in the system segment:
 * the CPU does not mind, and nothing is evicted for it. Takes the memory in the caller's context.
 *
 * Return: 0; -ENOMEM: no memory; -ENODEV: the adapter has been removed.
 */
int dxg_gem_touch_locked(struct dxg_gem_object *bo)
{
	int idx, ret;

	if (bo->segment != DXG_SEGMENT_NONE)
		return 0;
	if (!dxg_adapter_enter(bo->pa->adapter, &idx))
		return -ENODEV;
	ret = bo->prefers_system ? -ENOSPC : gem_enter_device_locked(bo, false);
	if (ret == -ENOSPC || ret == -ENOMEM)
		ret = gem_enter_system_locked(bo);
	dxg_adapter_exit(idx);
	return ret;
}

/**
 * dxg_gem_make_resident_locked() - Bring the bytes to where engines reach them
 * @bo: the object, locked
 * @evict: others may be evicted for it
 *
 * It may be evicted at once itself.
 *
 * Return: 0; -ENOSPC: there is no room, and nothing may be evicted; -EBUSY: all that would
 * have to make room is pinned; -ENOMEM: no memory; -ENODEV: the adapter has been removed.
 */
int dxg_gem_make_resident_locked(struct dxg_gem_object *bo, bool evict)
{
	int idx, ret;

	if (bo->segment == DXG_SEGMENT_DEVICE)
		return 0;
	if (bo->segment == DXG_SEGMENT_USER)
		return bo->sysmem ? dxg_sysmem_map(bo->sysmem) : 0;
	if (!dxg_adapter_enter(bo->pa->adapter, &idx))
		return -ENODEV;
	ret = gem_enter_device_locked(bo, evict);
	dxg_adapter_exit(idx);
	return ret;
}

/**
 * dxg_gem_pin_locked() - Bring the bytes to where engines reach them, to stay
 * @bo: the object, locked
 *
 * Return: 0; -EBUSY; -ENOMEM; -ENODEV, as dxg_gem_make_resident_locked().
 */
int dxg_gem_pin_locked(struct dxg_gem_object *bo)
{
	int ret = dxg_gem_make_resident_locked(bo, true);

	if (ret)
		return ret;
	if (atomic_inc_return(&bo->pins) == 1)
		dxg_usage_pin(bo, true);
	atomic_inc(&bo->pa->adapter->pins);
	dxg_vidmm_touch(bo);
	return 0;
}

/**
 * dxg_gem_unpin() - Undo dxg_gem_pin_locked()
 * @bo: the object
 *
 * In any context. The caller calls dxg_vidmm_wake() when he has unpinned all.
 */
void dxg_gem_unpin(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	if (atomic_dec_and_test(&bo->pins))
		dxg_usage_pin(bo, false);
	atomic_dec(&adapter->pins);
}

static void gem_destroy_backing_locked(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	lockdep_assert_held(&bo->lock);

	if (!bo->exported && !bo->imported) {
		adapter->ops->destroy_backing(adapter->context, &bo->backing);
		return;
	}
	mutex_lock(&adapter->prime_lock);
	dxg_prime_forget(bo);
	adapter->ops->destroy_backing(adapter->context, &bo->backing);
	mutex_unlock(&adapter->prime_lock);
	if (bo->exported)
		dxg_vidmm_set_exported(bo, false);
}

static void gem_leave_device_locked(struct dxg_gem_object *bo, enum dxg_segment segment)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	gem_destroy_backing_locked(bo);
	/* Last: a removal waits, by our lock, for what is on a list. */
	spin_lock(&adapter->vidmm_lock);
	dxg_vidmm_place_locked(bo, segment);
	atomic64_sub(bo->base.size, &adapter->segment_used);
	spin_unlock(&adapter->vidmm_lock);
	dxg_vidmm_wake(adapter);
}

/**
 * dxg_gem_discard_locked() - Give the bytes of an offered object up
 * @bo: the object, locked, offered and not in use; nothing maps it
 *
 * In a section of the adapter, if it is in the device segment.
 */
void dxg_gem_discard_locked(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->lock);

	trace_dxg_backing_discard(bo);
	dxg_usage_discard(bo);
	bo->discarded = true;
	if (bo->segment == DXG_SEGMENT_DEVICE) {
		gem_leave_device_locked(bo, DXG_SEGMENT_NONE);
	} else {
		dxg_shmem_free_locked(bo);
		dxg_vidmm_place(bo, DXG_SEGMENT_NONE);
	}
}

/**
 * dxg_gem_evict_locked() - Move the bytes out of the device segment
 * @bo: the object, locked, not pinned, in the device segment
 *
 * In a section of the adapter. On failure it is where it was.
 *
 * Return: 0; -ENOMEM: no memory, or the paging node did not answer; -ENODEV.
 */
int dxg_gem_evict_locked(struct dxg_gem_object *bo)
{
	int ret;

	lockdep_assert_held(&bo->lock);

	trace_dxg_paging_out(bo);
	ret = gem_pin_system_locked(bo);
	if (ret) {
		dxg_shmem_free_locked(bo);
		return ret;
	}
	gem_unmap_locked(bo);
	ret = gem_copy_locked(bo, &bo->backing, false);
	if (ret) {
		dxg_shmem_free_locked(bo);
		return ret;
	}
	if (!bo->mappings)
		dxg_shmem_unpin_locked(bo);
	gem_leave_device_locked(bo, DXG_SEGMENT_SYSTEM);
	return 0;
}

/* The process may keep the memory: a removal that waits for our lock finds it there. */
static bool gem_keep_locked(struct dxg_gem_object *bo)
{
	struct dxg_process_adapter *pa = bo->pa;
	struct dxg_adapter *adapter = pa->adapter;
	bool kept;

	spin_lock(&adapter->vidmm_lock);
	kept = dxg_backing_keep_locked(pa, bo->width, bo->height, bo->base.size,
				       &bo->backing);
	if (kept)
		dxg_vidmm_place_locked(bo, DXG_SEGMENT_NONE);
	spin_unlock(&adapter->vidmm_lock);
	return kept;
}

/**
 * dxg_gem_is_shared() - Whether others may use the backing of an object
 * @bo: the object, in the device segment
 *
 * In any context that keeps it there.
 *
 * Return: whether it must stay there.
 */
bool dxg_gem_is_shared(const struct dxg_gem_object *bo)
{
	const struct dxg_adapter *adapter = bo->pa->adapter;

	if (!bo->exported)
		return false;
	/* A name gives anybody a handle, as long as there is one; that may be ours. */
	if (!bo->orphaned && READ_ONCE(bo->backing.obj->name))
		return true;
	return adapter->ops->backing_is_shared(adapter->context, &bo->backing);
}

/* It has been destroyed, and its bytes are still there. */
static void gem_count_orphan(struct dxg_gem_object *bo, s64 bytes)
{
	atomic64_add(bytes, &bo->pa->usage.pending);
}

/**
 * dxg_gem_reap_locked() - Give the memory of an orphan back
 * @bo: the object, locked, orphaned and not shared
 *
 * The caller has a reference besides the orphan's.
 */
void dxg_gem_reap_locked(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->lock);

	gem_count_orphan(bo, -(s64)bo->base.size);
	trace_dxg_backing_destroy(bo);
	gem_leave_device_locked(bo, DXG_SEGMENT_NONE);
	bo->orphaned = false;
	dxg_gem_put(bo);
}

/**
 * dxg_gem_unexport() - Nobody seems to use what was exported any more
 * @bo: the object
 *
 * In a section of the adapter. What is destroyed gives its memory back.
 */
void dxg_gem_unexport(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	mutex_lock(&bo->lock);
	if (bo->exported && !dxg_gem_is_shared(bo)) {
		if (bo->orphaned) {
			dxg_gem_reap_locked(bo);
		} else {
			mutex_lock(&adapter->prime_lock);
			dxg_prime_forget(bo);
			mutex_unlock(&adapter->prime_lock);
			dxg_vidmm_set_exported(bo, false);
		}
	}
	mutex_unlock(&bo->lock);
}

/**
 * dxg_gem_import() - Give a new object the bytes of a dma-buf
 * @bo: the object, not published
 * @backing: the bytes; they are the object's
 *
 * Under the adapter's prime_lock.
 */
void dxg_gem_import(struct dxg_gem_object *bo, const struct dxg_ddi_backing *backing)
{
	/*
	 * Nobody else has this one, so that it is taken inside prime_lock does no harm. It is
	 * no SINGLE_DEPTH_NESTING, inside which prime_lock is taken.
	 */
	mutex_lock_nested(&bo->lock, GEM_NEST_NEW);
	bo->existing = true;
	bo->imported = true;
	bo->backing = *backing;
	trace_dxg_backing_create(bo);
	dxg_vidmm_place(bo, DXG_SEGMENT_USER);
	mutex_unlock(&bo->lock);
}

/**
 * dxg_gem_adopt() - Give a new object the backing of one that has been destroyed
 * @bo: the new object, not published
 * @orphan: the old one, which nobody has open
 *
 * In a section of the adapter.
 *
 * Return: 0; -EBUSY: it has no backing any more, or the destruction is under way.
 */
int dxg_gem_adopt(struct dxg_gem_object *bo, struct dxg_gem_object *orphan)
{
	struct dxg_adapter *adapter = bo->pa->adapter;
	int ret = -EBUSY;

	mutex_lock(&orphan->lock);
	if (!orphan->orphaned || orphan->segment != DXG_SEGMENT_DEVICE)
		goto out_unlock;
	mutex_lock_nested(&bo->lock, SINGLE_DEPTH_NESTING);
	mutex_lock(&adapter->prime_lock);
	list_replace_init(&orphan->prime_link, &bo->prime_link);
	bo->backing = orphan->backing;
	memset(&orphan->backing, 0, sizeof(orphan->backing));
	mutex_unlock(&adapter->prime_lock);
	gem_count_orphan(orphan, -(s64)orphan->base.size);
	trace_dxg_backing_destroy(orphan);
	trace_dxg_backing_create(bo);
	spin_lock(&adapter->vidmm_lock);
	dxg_vidmm_place_locked(orphan, DXG_SEGMENT_NONE);
	orphan->exported = false;
	bo->exported = true;
	bo->shared = true;
	dxg_vidmm_place_locked(bo, DXG_SEGMENT_DEVICE);
	spin_unlock(&adapter->vidmm_lock);
	mutex_unlock(&bo->lock);
	orphan->orphaned = false;
	/* The caller has another one. */
	dxg_gem_put(orphan);
	ret = 0;
out_unlock:
	mutex_unlock(&orphan->lock);
	return ret;
}

/* In a section of the adapter, or while it is being removed. */
static void gem_free_bytes_locked(struct dxg_gem_object *bo, bool keep)
{
	lockdep_assert_held(&bo->lock);

	if (bo->segment != DXG_SEGMENT_NONE)
		trace_dxg_backing_destroy(bo);
	switch (bo->segment) {
	case DXG_SEGMENT_DEVICE:
		/* What others have had they may find again. */
		if (keep && !bo->shared && gem_keep_locked(bo))
			break;
		gem_leave_device_locked(bo, DXG_SEGMENT_NONE);
		break;
	case DXG_SEGMENT_SYSTEM:
		dxg_shmem_free_locked(bo);
		dxg_vidmm_place(bo, DXG_SEGMENT_NONE);
		break;
	case DXG_SEGMENT_USER:
		if (bo->sysmem)
			dxg_sysmem_free(bo->sysmem);
		else
			gem_destroy_backing_locked(bo);
		bo->sysmem = NULL;
		dxg_vidmm_place(bo, DXG_SEGMENT_NONE);
		break;
	default:
		break;
	}
}

/*
 * What has been exported stays for those who use it, if the device does. Nobody opens the
 * object as it was any more.
 */
static bool gem_orphan_locked(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;

	lockdep_assert_held(&bo->lock);

	if (!bo->exported && !bo->imported)
		return false;
	mutex_lock(&adapter->prime_lock);
	bo->share = NULL;
	refcount_set(&bo->opens, 0);
	bo->orphaned = !dxg_adapter_is_removed(adapter) && dxg_gem_is_shared(bo);
	mutex_unlock(&adapter->prime_lock);
	if (!bo->orphaned)
		return false;
	gem_count_orphan(bo, bo->base.size);
	/* Its fences would keep the module for as long as there are users. */
	dxg_prime_scrub(bo);
	dxg_gem_get(bo);
	return true;
}

/**
 * dxg_gem_unback() - Give the memory back: the last opening goes
 * @bo: the object, which no command uses
 * @keep: the process may keep it for its next allocation
 *
 * Nobody gives it memory again. What others use the dma-buf of stays until they do not.
 */
void dxg_gem_unback(struct dxg_gem_object *bo, bool keep)
{
	mutex_lock(&bo->lock);
	if (!gem_orphan_locked(bo))
		gem_free_bytes_locked(bo, keep);
	mutex_unlock(&bo->lock);
}

/**
 * dxg_gem_revoke() - Give the memory back: the adapter goes
 * @bo: the object, which no command uses; the caller has a reference
 *
 * A mapping that is left faults with SIGBUS.
 */
void dxg_gem_revoke(struct dxg_gem_object *bo)
{
	mutex_lock(&bo->lock);
	gem_unmap_locked(bo);
	gem_free_bytes_locked(bo, false);
	if (bo->orphaned) {
		gem_count_orphan(bo, -(s64)bo->base.size);
		dxg_gem_put(bo);
	}
	bo->orphaned = false;
	mutex_unlock(&bo->lock);
}
