// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_sysmem.h"
#include "dxg_vidmm.h"

/**
 * DOC: Allocation
 *
 * An allocation is a device's opening of a GEM object: the handle, the CPU mapping, the
 * requests for residency and the use by commands are the device's own, the bytes are
 * those of the object. Most objects are only ever opened by the device that created
 * them, so an object is part of the memory of its first opening: one piece for both, which
 * stays until both are gone.
 */

/* A slab of their own: programs have very many of them. */
static struct kmem_cache *allocation_cache;

/**
 * dxg_allocation_init() - Prepare for allocations
 *
 * Return: 0; -ENOMEM.
 */
int dxg_allocation_init(void)
{
	allocation_cache = KMEM_CACHE(dxg_allocation, SLAB_ACCOUNT);
	return allocation_cache ? 0 : -ENOMEM;
}

/**
 * dxg_allocation_fini() - Undo dxg_allocation_init()
 *
 * No allocation is left.
 */
void dxg_allocation_fini(void)
{
	kmem_cache_destroy(allocation_cache);
}

/* Of the memory's two tenants the object is the one that leaves last. */
static void allocation_gem_free(struct drm_gem_object *gem)
{
	struct dxg_allocation *alloc = container_of(gem, struct dxg_allocation, own.base);

	dxg_gem_fini(&alloc->own);
	kmem_cache_free(allocation_cache, alloc);
}

static const struct drm_gem_object_funcs allocation_gem_funcs = {
	.free = allocation_gem_free,
};

static void allocation_release(struct dxg_object *obj)
{
	struct dxg_allocation *alloc = dxg_allocation_from(obj);

	struct dxg_gem_object *bo = alloc->bo;

	WARN_ON(alloc->busy || alloc->mapping);
	/* Asked for while it was being destroyed. */
	if (alloc->wanted)
		dxg_vidmm_forget(alloc);
	atomic_dec(&alloc->device->adapter->stats.allocations);
	if (bo != &alloc->own)
		kmem_cache_free(allocation_cache, alloc);
	dxg_gem_put(bo);
}

/* Of a creation that failed. */
static void allocation_retire(struct dxg_object *obj)
{
	struct dxg_allocation *alloc = dxg_allocation_from(obj);

	dxg_batch_init(&alloc->batch, alloc->device, obj);
	list_add_tail(&alloc->batch_link, &alloc->batch.allocations);
	dxg_batch_start(&alloc->batch, 0);
}

/* Of a device that goes: one destruction for many, and one wake-up. */
static void allocation_retire_list(struct list_head *objects)
{
	struct dxg_object *obj = list_first_entry(objects, struct dxg_object, sibling), *next;
	struct dxg_allocation *first = dxg_allocation_from(obj);

	dxg_batch_init(&first->batch, first->device, obj);
	list_for_each_entry_safe(obj, next, objects, sibling) {
		list_del_init(&obj->sibling);
		list_add_tail(&dxg_allocation_from(obj)->batch_link, &first->batch.allocations);
	}
	dxg_batch_start(&first->batch, 0);
}

static const struct dxg_object_ops allocation_ops = {
	.type = DXG_OBJECT_ALLOCATION,
	.retire = allocation_retire,
	.retire_list = allocation_retire_list,
	.release = allocation_release,
};

static struct dxg_allocation *allocation_create(struct dxg_device *device,
						struct dxg_resource *resource)
{
	struct dxg_allocation *alloc;

	alloc = kmem_cache_zalloc(allocation_cache, GFP_KERNEL);
	if (!alloc)
		return NULL;
	dxg_object_init(&alloc->base, &allocation_ops, resource ? &resource->base : &device->base);
	alloc->device = device;
	alloc->resource = resource;
	INIT_LIST_HEAD(&alloc->batch_link);
	atomic_inc(&device->adapter->stats.allocations);
	return alloc;
}

/**
 * dxg_allocation_create() - Create the port's part of an allocation
 * @device: the device
 * @resource: the resource, or NULL
 *
 * Return: the allocation, unknown to the miniport, its handle not reserved; -ENOMEM.
 */
struct dxg_allocation *dxg_allocation_create(struct dxg_device *device,
					     struct dxg_resource *resource)
{
	struct dxg_allocation *alloc = allocation_create(device, resource);

	if (!alloc)
		return ERR_PTR(-ENOMEM);
	alloc->bo = &alloc->own;
	alloc->own.in_resource = resource;
	dxg_gem_init(alloc->bo, dxg_process_adapter_from(&device->base), &allocation_gem_funcs);
	return alloc;
}

/**
 * dxg_allocation_open() - Create an opening of an object that exists
 * @device: the device
 * @resource: the resource, or NULL
 * @bo: the object, of the device's adapter
 *
 * Return: the allocation, not opened by the miniport, its handle not reserved; -ENOMEM.
 */
struct dxg_allocation *dxg_allocation_open(struct dxg_device *device,
					   struct dxg_resource *resource,
					   struct dxg_gem_object *bo)
{
	struct dxg_allocation *alloc = allocation_create(device, resource);

	if (!alloc)
		return ERR_PTR(-ENOMEM);
	dxg_gem_get(bo);
	alloc->bo = bo;
	return alloc;
}

/**
 * dxg_allocation_lookup() - Find an allocation of a device
 * @device: the device
 * @handle: any value
 *
 * Return: the allocation with a reference; NULL: none, or another device's.
 */
struct dxg_allocation *dxg_allocation_lookup(struct dxg_device *device, u32 handle)
{
	struct dxg_handle_table *table = &device->process->table;
	struct dxg_allocation *alloc = NULL;
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, handle, DXG_OBJECT_ALLOCATION);
	if (obj && dxg_allocation_from(obj)->device == device) {
		alloc = dxg_allocation_from(obj);
		dxg_object_get(obj);
	}
	xa_unlock(&table->xa);
	return alloc;
}

/**
 * dxg_allocation_get() - Take a reference
 * @alloc: the allocation
 */
void dxg_allocation_get(struct dxg_allocation *alloc)
{
	dxg_object_get(&alloc->base);
}

/**
 * dxg_allocation_put() - Drop a reference
 * @alloc: the allocation
 */
void dxg_allocation_put(struct dxg_allocation *alloc)
{
	dxg_object_put(&alloc->base);
}

/**
 * dxg_allocation_set_sysmem() - Give a new allocation memory of the program
 * @alloc: the allocation, not published
 * @sysmem: the memory; it is the allocation's
 */
void dxg_allocation_set_sysmem(struct dxg_allocation *alloc, struct dxg_sysmem *sysmem)
{
	alloc->cpu_va = sysmem->va;
	dxg_gem_set_sysmem(alloc->bo, sysmem);
}

/**
 * dxg_allocation_touch() - Make sure that an allocation has bytes for the CPU
 * @alloc: the allocation
 *
 * Return: 0; -ENOMEM: no memory; -ENODEV: the adapter has been removed; -EINVAL: it is
 * being destroyed.
 */
int dxg_allocation_touch(struct dxg_allocation *alloc)
{
	int ret = -EINVAL;

	mutex_lock(&alloc->bo->lock);
	if (!alloc->zapped)
		ret = dxg_gem_touch_locked(alloc->bo);
	mutex_unlock(&alloc->bo->lock);
	return ret;
}

static int allocation_make_resident(struct dxg_allocation *alloc, bool evict)
{
	int ret = -EINVAL;

	mutex_lock(&alloc->bo->lock);
	if (!alloc->zapped)
		ret = dxg_gem_make_resident_locked(alloc->bo, evict);
	mutex_unlock(&alloc->bo->lock);
	return ret;
}

/**
 * dxg_allocation_enter_device() - Bring an allocation into the device segment, if it fits
 * @alloc: the allocation
 *
 * Evicts nothing for it, and may be evicted at once itself.
 *
 * Return: 0; -ENOSPC: there is no room; -ENOMEM: no memory; -EINVAL: it is being destroyed;
 * -ENODEV: the adapter has been removed.
 */
int dxg_allocation_enter_device(struct dxg_allocation *alloc)
{
	return allocation_make_resident(alloc, false);
}

/**
 * dxg_allocation_make_resident() - Bring an allocation into the device segment
 * @alloc: the allocation
 *
 * Evicts others for it, and may be evicted at once itself.
 *
 * Return: 0; -EBUSY: all that would have to make room is pinned; -ENOMEM: no memory;
 * -EINVAL: it is being destroyed; -ENODEV: the adapter has been removed.
 */
int dxg_allocation_make_resident(struct dxg_allocation *alloc)
{
	return allocation_make_resident(alloc, true);
}

/**
 * dxg_allocation_pin() - Bring an allocation into the device segment to stay
 * @alloc: the allocation; may be being destroyed, if a command is in the way of that
 *
 * Return: 0; -EFAULT: it was destroyed and commands must not use it; -EBUSY: all that
 * would have to make room is pinned; -ENOMEM: no memory; -ENODEV.
 */
int dxg_allocation_pin(struct dxg_allocation *alloc)
{
	int ret = -EFAULT;

	mutex_lock(&alloc->bo->lock);
	/* What runs its destruction takes the lock after it has set this. */
	if (!READ_ONCE(alloc->revoked))
		ret = dxg_gem_pin_locked(alloc->bo);
	mutex_unlock(&alloc->bo->lock);
	return ret;
}

static int allocation_pin_open(struct dxg_allocation *alloc)
{
	int ret = -EINVAL;

	mutex_lock(&alloc->bo->lock);
	if (!alloc->zapped)
		ret = dxg_gem_pin_locked(alloc->bo);
	mutex_unlock(&alloc->bo->lock);
	return ret;
}

/* Those in the way are armed, and so end in bounded time. */
static int allocation_wait(struct dxg_allocation *alloc, int (*fn)(struct dxg_allocation *alloc))
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	struct dxg_vidmm_wait wait;
	int ret;

	ret = fn(alloc);
	if (ret != -EBUSY)
		return ret;
	dxg_vidmm_wait_begin(adapter, &wait);
	do {
		ret = fn(alloc);
	} while (ret == -EBUSY && dxg_vidmm_wait_room(adapter, &wait, 0));
	dxg_vidmm_wait_end(adapter);
	return ret == -EBUSY ? -ENOMEM : ret;
}

/**
 * dxg_allocation_make_resident_waiting() - dxg_allocation_make_resident() that waits
 * @alloc: the allocation
 *
 * For commands in the way, in bounded time.
 *
 * Return: 0; -ENOMEM; -EINVAL; -ENODEV.
 */
int dxg_allocation_make_resident_waiting(struct dxg_allocation *alloc)
{
	return allocation_wait(alloc, dxg_allocation_make_resident);
}

/**
 * dxg_allocation_pin_waiting() - Bring an allocation to where engines reach it, to stay
 * @alloc: the allocation
 *
 * Waits for commands in the way, in bounded time.
 *
 * Return: 0; -ENOMEM; -EINVAL: it is being destroyed; -ENODEV.
 */
int dxg_allocation_pin_waiting(struct dxg_allocation *alloc)
{
	return allocation_wait(alloc, allocation_pin_open);
}

/**
 * dxg_allocation_zap() - Take the bytes away from the CPU, for good
 * @alloc: the allocation
 *
 * A thread that touches a mapping of it afterwards gets SIGBUS. The mapping itself stays.
 *
 * Return: whether there is a mapping.
 */
bool dxg_allocation_zap(struct dxg_allocation *alloc)
{
	bool mapped;

	mutex_lock(&alloc->bo->lock);
	alloc->zapped = true;
	mapped = alloc->mapping;
	/* Those of other openings too, but theirs come back. */
	if (mapped)
		dxg_gem_unmap(alloc->bo);
	mutex_unlock(&alloc->bo->lock);

	return mapped;
}
