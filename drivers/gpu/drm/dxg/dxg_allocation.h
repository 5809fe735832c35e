/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ALLOCATION_H
#define _DXG_ALLOCATION_H

#include <linux/list.h>

#include "dxg_destroy.h"
#include "dxg_gem.h"
#include "dxg_handle.h"

struct dxg_device;
struct dxg_mapping;
struct dxg_process;
struct dxg_resource;
struct dxg_share;
struct dxg_sysmem;

/**
 * struct dxg_allocation - A WDDM allocation: a device's opening of a GEM object
 */
struct dxg_allocation {
	/** @base: The object; parent is the resource or the device. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @resource: The resource, counted as the parent; NULL: stand-alone. */
	struct dxg_resource *resource;
	/** @bo: The bytes, counted: @own, or another opening's. */
	struct dxg_gem_object *bo;
	/** @share: The share that keeps the bytes, counted, where it is an import of those. */
	struct dxg_share *share;
	/** @opening: The miniport's handle of the opening. */
	void *opening;

	/** @zapped: The CPU gets no bytes by it any more: destroyed. Under the bo's lock. */
	bool zapped;
	/** @wanted: Requests for residency. Under the adapter's vidmm_lock. */
	u32 wanted;

	/**
	 * @mapping: Its mapping while it is locked, counted. Changed under the bo's lock and
	 * the process's map_lock.
	 */
	struct dxg_mapping *mapping;
	/** @locks: Locks that have not been unlocked. Under the process's map_lock. */
	unsigned int locks;
	/**
	 * @cpu_va: Where it is mapped. Under the process's map_lock; constant, and not 0, where
	 * it is existing memory of this process.
	 */
	unsigned long cpu_va;

	/**
	 * @mapped: Has been mapped to a GPU virtual address, and may not be any more. Set under
	 * the lock of the address space, and never cleared: a copy of addresses takes mappings
	 * away that it makes again later.
	 */
	bool mapped;
	/**
	 * @dying: The batch that destroys it, or NULL: later commands do not find it at their
	 * addresses. Set once, before that begins; its epoch is under the device's lock.
	 */
	struct dxg_batch *dying;

	/** @busy: Uses by armed commands. Under the device's lock. */
	unsigned int busy;
	/** @revoked: Held commands must not use it. Under the device's lock. */
	bool revoked;
	/** @waiting: Batch that waits for @busy to be 0. Under the device's lock. */
	struct dxg_batch *waiting;

	/** @batch_link: Entry of the batch that destroys it. */
	struct list_head batch_link;
	/** @batch: Lent to a destruction that begins with this allocation. */
	struct dxg_batch batch;

	/** @own: The object of the opening that created it. */
	struct dxg_gem_object own;
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

/**
 * dxg_allocation_is_mapped() - Whether the bytes are memory of the very program
 * @alloc: the allocation
 *
 * Return: whether its address is known without a mapping of ours.
 */
static inline bool dxg_allocation_is_mapped(const struct dxg_allocation *alloc)
{
	return alloc->bo->existing && !alloc->bo->imported && alloc->bo == &alloc->own;
}

int dxg_allocation_init(void);
void dxg_allocation_fini(void);

struct dxg_allocation *dxg_allocation_create(struct dxg_device *device,
					     struct dxg_resource *resource);
struct dxg_allocation *dxg_allocation_open(struct dxg_device *device,
					   struct dxg_resource *resource,
					   struct dxg_gem_object *bo);
struct dxg_allocation *dxg_allocation_lookup(struct dxg_device *device, u32 handle);
void dxg_allocation_get(struct dxg_allocation *alloc);
void dxg_allocation_put(struct dxg_allocation *alloc);

void dxg_allocation_set_sysmem(struct dxg_allocation *alloc, struct dxg_sysmem *sysmem);
int dxg_allocation_touch(struct dxg_allocation *alloc);
int dxg_allocation_enter_device(struct dxg_allocation *alloc);
int dxg_allocation_make_resident(struct dxg_allocation *alloc);
int dxg_allocation_make_resident_waiting(struct dxg_allocation *alloc);
int dxg_allocation_pin(struct dxg_allocation *alloc);
int dxg_allocation_pin_waiting(struct dxg_allocation *alloc);
bool dxg_allocation_zap(struct dxg_allocation *alloc);

#endif /* _DXG_ALLOCATION_H */
