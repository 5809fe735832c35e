/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ALLOCATION_H
#define _DXG_ALLOCATION_H

#include <linux/list.h>
#include <linux/mutex.h>

#include <drm/drm_gem.h>
#include <drm/dxg/dxg_ddi.h>

#include "dxg_destroy.h"
#include "dxg_handle.h"
#include "dxg_vidmm.h"

struct dxg_adapter;
struct dxg_device;
struct dxg_mapping;
struct dxg_process;
struct dxg_resource;
struct dxg_sysmem;

/**
 * struct dxg_allocation - A WDDM allocation: a GEM object of ours that has a backing
 */
struct dxg_allocation {
	/** @base: The object; parent is the resource or the device. */
	struct dxg_object base;
	/** @gem: GEM object on our device; one reference belongs to @base. */
	struct drm_gem_object gem;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @resource: The resource, counted as the parent; NULL: stand-alone. */
	struct dxg_resource *resource;
	/** @context: The miniport's handle of it. */
	void *context;
	/** @opening: The miniport's handle of the device's opening. */
	void *opening;
	/** @width: Pixels in a line of the backing. */
	u32 width;
	/** @height: Lines of the backing. */
	u32 height;

	/** @lock: Held while its bytes move; taken inside mmap_lock. */
	struct mutex lock;
	/**
	 * @segment: Where its bytes are. Changed under @lock and the adapter's vidmm_lock.
	 */
	enum dxg_segment segment;
	/** @zapped: The CPU gets no bytes any more: destroyed or removed. Under @lock. */
	bool zapped;
	/** @backing: The bytes in the device segment. Under @lock. */
	struct dxg_ddi_backing backing;
	/**
	 * @pages: The pages of the system segment, while they are pinned; their file is
	 * that of @gem. Under @lock.
	 */
	struct page **pages;
	/** @discarded: The bytes were discarded since the last offer. Under @lock. */
	bool discarded;
	/** @existing: Its bytes are memory of the program. Constant once published. */
	bool existing;
	/** @read_only: Engines must not write to it. Constant once published. */
	bool read_only;
	/** @sysmem: That memory, or NULL. Under @lock. */
	struct dxg_sysmem *sysmem;
	/** @pins: Armed commands that keep it in the device segment. Grows under @lock. */
	atomic_t pins;

	/** @segment_link: Entry of the list of its segment. Under the adapter's vidmm_lock. */
	struct list_head segment_link;
	/** @wanted: Requests for residency. Under the adapter's vidmm_lock. */
	u32 wanted;
	/**
	 * @offered: D3DKMT_OFFER_PRIORITY_*, or 0. Under @lock and the adapter's vidmm_lock;
	 * and, that it and a mapping exclude each other, the process's map_lock.
	 */
	u32 offered;
	/**
	 * @offer_epoch: The offer holds when the commands up to here have finished. Under
	 * the adapter's vidmm_lock.
	 */
	u64 offer_epoch;
	/** @priority: Priority of eviction. Under the adapter's vidmm_lock. */
	u32 priority;

	/**
	 * @mapping: Its mapping while it is locked, counted. Changed under @lock and
	 * the process's map_lock.
	 */
	struct dxg_mapping *mapping;
	/** @locks: Locks that have not been unlocked. Under the process's map_lock. */
	unsigned int locks;
	/**
	 * @cpu_va: Where it is mapped. Under the process's map_lock, and constant where it is
	 * existing memory.
	 */
	unsigned long cpu_va;

	/** @busy: Uses by armed commands. Under the device's lock. */
	unsigned int busy;
	/** @revoked: Held commands must not use it. Under the device's lock. */
	bool revoked;
	/** @waiting: Batch that waits for @busy to be 0. Under the device's lock. */
	struct dxg_batch *waiting;

	/** @put_link: Entry of those whose last reference is dropped by a worker. */
	struct llist_node put_link;
	/** @batch_link: Entry of the batch that destroys it. */
	struct list_head batch_link;
	/** @batch: Lent to a destruction that begins with this allocation. */
	struct dxg_batch batch;
};

/**
 * dxg_allocation_from() - The allocation of an object
 * @obj: an object of type DXG_OBJECT_ALLOCATION
 *
 * Return: the allocation.
 */
static inline struct dxg_allocation *dxg_allocation_from(struct dxg_object *obj)
{
	return container_of(obj, struct dxg_allocation, base);
}

int dxg_allocation_init(void);
void dxg_allocation_fini(void);

struct dxg_allocation *dxg_allocation_create(struct dxg_device *device,
					     struct dxg_resource *resource);
struct dxg_allocation *dxg_allocation_lookup(struct dxg_device *device, u32 handle);
void dxg_allocation_get(struct dxg_allocation *alloc);
void dxg_allocation_put(struct dxg_allocation *alloc);
void dxg_allocation_put_later(struct dxg_allocation *alloc);

void dxg_allocation_set_sysmem(struct dxg_allocation *alloc, struct dxg_sysmem *sysmem);
void *dxg_allocation_address(const struct dxg_allocation *alloc);
int dxg_allocation_touch(struct dxg_allocation *alloc);
int dxg_allocation_pin_pages_locked(struct dxg_allocation *alloc);
int dxg_allocation_make_resident(struct dxg_allocation *alloc);
int dxg_allocation_make_resident_waiting(struct dxg_allocation *alloc);
int dxg_allocation_pin(struct dxg_allocation *alloc);
void dxg_allocation_unpin(struct dxg_allocation *alloc);
void dxg_allocation_discard_locked(struct dxg_allocation *alloc);
int dxg_allocation_evict_locked(struct dxg_allocation *alloc);
bool dxg_allocation_zap(struct dxg_allocation *alloc);
void dxg_allocation_unback(struct dxg_allocation *alloc, bool keep);

#endif /* _DXG_ALLOCATION_H */
