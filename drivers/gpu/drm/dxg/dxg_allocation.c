// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_vma_manager.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_backing.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_trace.h"

/**
 * DOC: Allocation
 *
 * An allocation is a GEM object of our own device that has a backing: an object of
 * the in-tree driver, mapped into the kernel. GEM objects of the in-tree device
 * itself would not do: its driver does not know GPU virtual addresses, eviction
 * replaces the object, and its reservation belongs to others too.
 *
 * The backing is made when the first lock or command needs bytes, in the context
 * and at the cost of whoever needs them: creating an allocation takes neither shmem
 * nor memory of the host. It goes back when the allocation's destruction runs, or when
 * the in-tree device goes, whatever references there are on the allocation itself;
 * a mapping then faults with SIGBUS.
 *
 * The bytes are those of the in-tree object for as long as there is one. Its GEM
 * handle in the in-kernel client stays open just as long: without a handle the
 * object could not be exported later.
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

static void allocation_gem_free(struct drm_gem_object *gem)
{
	struct dxg_allocation *alloc = container_of(gem, struct dxg_allocation, gem);

	drm_gem_object_release(gem);
	mutex_destroy(&alloc->lock);
	kmem_cache_free(allocation_cache, alloc);
}

static const struct drm_gem_object_funcs allocation_gem_funcs = {
	.free = allocation_gem_free,
};

static void allocation_release(struct dxg_object *obj)
{
	struct dxg_allocation *alloc = dxg_allocation_from(obj);

	WARN_ON(alloc->backed || alloc->busy || alloc->mapping);
	atomic_dec(&alloc->device->adapter->stats.allocations);
	drm_gem_object_put(&alloc->gem);
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
	struct dxg_allocation *alloc;

	alloc = kmem_cache_zalloc(allocation_cache, GFP_KERNEL);
	if (!alloc)
		return ERR_PTR(-ENOMEM);
	dxg_object_init(&alloc->base, &allocation_ops, resource ? &resource->base : &device->base);
	alloc->device = device;
	alloc->resource = resource;
	mutex_init(&alloc->lock);
	INIT_LIST_HEAD(&alloc->backed_link);
	INIT_LIST_HEAD(&alloc->batch_link);
	alloc->gem.funcs = &allocation_gem_funcs;
	/* The size follows when the miniport has said it. */
	drm_gem_private_object_init(&device->adapter->ddev, &alloc->gem, PAGE_SIZE);
	atomic_inc(&device->adapter->stats.allocations);
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

static int allocation_back_locked(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	int idx, ret;

	lockdep_assert_held(&alloc->lock);

	if (alloc->backed)
		return 0;
	if (!dxg_adapter_enter(adapter, &idx))
		return -ENODEV;
	ret = -EINVAL;
	if (alloc->zapped)
		goto out_exit;
	ret = dxg_backing_get(dxg_process_adapter_from(&alloc->base), alloc->width, alloc->height,
			      alloc->gem.size, &alloc->backing);
	if (ret)
		goto out_exit;
	alloc->backed = true;
	trace_dxg_backing_create(alloc);
	spin_lock(&adapter->backed_lock);
	list_add(&alloc->backed_link, &adapter->backed);
	spin_unlock(&adapter->backed_lock);
out_exit:
	dxg_adapter_exit(idx);
	return ret;
}

/**
 * dxg_allocation_back() - Make sure that an allocation has bytes
 * @alloc: the allocation
 *
 * Takes the memory in the caller's context.
 *
 * Return: 0; -ENOMEM: no memory, or the segment is full; -ENODEV: the adapter has
 * been removed; -EINVAL: it is being destroyed.
 */
int dxg_allocation_back(struct dxg_allocation *alloc)
{
	int ret;

	mutex_lock(&alloc->lock);
	ret = allocation_back_locked(alloc);
	mutex_unlock(&alloc->lock);
	return ret;
}

/**
 * dxg_allocation_zap() - Take the bytes away from the CPU, for good
 * @alloc: the allocation
 *
 * A thread that touches a mapping afterwards gets SIGBUS. The mapping itself stays.
 *
 * Return: whether there is a mapping.
 */
bool dxg_allocation_zap(struct dxg_allocation *alloc)
{
	struct drm_device *ddev = &alloc->device->adapter->ddev;
	bool mapped;

	mutex_lock(&alloc->lock);
	alloc->zapped = true;
	mapped = alloc->mapping;
	mutex_unlock(&alloc->lock);

	if (mapped)
		drm_vma_node_unmap(&alloc->gem.vma_node, ddev->anon_inode->i_mapping);
	return mapped;
}

/* Last of all: a removal waits, by our lock, for what is on the list. */
static bool allocation_keep(struct dxg_allocation *alloc)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_adapter *adapter = pa->adapter;
	bool kept;

	spin_lock(&adapter->backed_lock);
	kept = dxg_backing_keep_locked(pa, alloc->width, alloc->height, alloc->gem.size,
				       &alloc->backing);
	if (kept)
		list_del_init(&alloc->backed_link);
	spin_unlock(&adapter->backed_lock);
	return kept;
}

static void allocation_unback_locked(struct dxg_allocation *alloc, bool keep)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	lockdep_assert_held(&alloc->lock);

	if (!alloc->backed)
		return;
	alloc->backed = false;
	trace_dxg_backing_destroy(alloc);
	if (keep && allocation_keep(alloc))
		return;
	adapter->ops->destroy_backing(adapter->context, &alloc->backing);
	/* Last, as above. */
	spin_lock(&adapter->backed_lock);
	atomic64_sub(alloc->gem.size, &adapter->segment_used);
	list_del_init(&alloc->backed_link);
	spin_unlock(&adapter->backed_lock);
}

/**
 * dxg_allocation_unback() - Give the memory back
 * @alloc: the allocation, zapped and not used by any command
 * @keep: the process may keep it for its next allocation
 */
void dxg_allocation_unback(struct dxg_allocation *alloc, bool keep)
{
	mutex_lock(&alloc->lock);
	allocation_unback_locked(alloc, keep);
	mutex_unlock(&alloc->lock);
}

static struct dxg_allocation *allocation_first_backed(struct dxg_adapter *adapter)
{
	struct dxg_allocation *alloc;

	spin_lock(&adapter->backed_lock);
	alloc = list_first_entry_or_null(&adapter->backed, struct dxg_allocation, backed_link);
	/* What is on the list has not run its destruction, which has a reference. */
	if (alloc)
		dxg_allocation_get(alloc);
	spin_unlock(&adapter->backed_lock);
	return alloc;
}

/**
 * dxg_allocation_revoke_all() - Give all memory of an adapter back
 * @adapter: the adapter, removed, its engines stopped
 */
void dxg_allocation_revoke_all(struct dxg_adapter *adapter)
{
	struct dxg_allocation *alloc;

	while ((alloc = allocation_first_backed(adapter))) {
		dxg_allocation_zap(alloc);
		dxg_allocation_unback(alloc, false);
		dxg_allocation_put(alloc);
	}
}
