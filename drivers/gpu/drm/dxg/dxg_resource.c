// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_blob.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_resource.h"

/**
 * DOC: Resource
 *
 * A group of allocations that is destroyed, and can be shared, as one. All calls
 * of the miniport for one resource are serialised, and the call that destroys the
 * resource is the last: a destruction of single allocations that still waits for the
 * engine holds the resource's own back, even where that came with
 * ASSUME_NOT_IN_USE. What is counted is the miniport's allocations, not the
 * destructions under way, so an addition that fails half-way counts too.
 */

static void resource_release(struct dxg_object *obj)
{
	struct dxg_resource *resource = container_of(obj, struct dxg_resource, base);

	WARN_ON(resource->live || resource->share);
	dxg_blob_free(resource->private_data);
	dxg_blob_free(resource->runtime_data);
	mutex_destroy(&resource->lock);
	atomic_dec(&resource->device->adapter->stats.resources);
	kfree(resource);
}

static void resource_retire(struct dxg_object *obj)
{
	struct dxg_resource *resource = container_of(obj, struct dxg_resource, base);

	dxg_object_kill(&resource->device->process->table, obj);
	dxg_batch_init(&resource->batch, resource->device, obj);
	resource->batch.resource = resource;
	dxg_resource_take_children(resource, &resource->batch);
	dxg_batch_start(&resource->batch, 0);
}

static const struct dxg_object_ops resource_ops = {
	.type = DXG_OBJECT_RESOURCE,
	.retire = resource_retire,
	.release = resource_release,
};

/**
 * dxg_resource_create() - Create an empty resource
 * @device: the device
 *
 * Return: the resource, its handle not reserved yet; -ENOMEM.
 */
struct dxg_resource *dxg_resource_create(struct dxg_device *device)
{
	struct dxg_resource *resource;

	resource = kzalloc(sizeof(*resource), GFP_KERNEL_ACCOUNT);
	if (!resource)
		return ERR_PTR(-ENOMEM);
	dxg_object_init(&resource->base, &resource_ops, &device->base);
	resource->device = device;
	mutex_init(&resource->lock);
	atomic_inc(&device->adapter->stats.resources);
	return resource;
}

/**
 * dxg_resource_take_children() - Put all allocations of a resource into a batch
 * @resource: the resource, dead
 * @batch: the batch; the references of the handles go there
 */
void dxg_resource_take_children(struct dxg_resource *resource, struct dxg_batch *batch)
{
	struct dxg_handle_table *table = &resource->device->process->table;
	struct dxg_object *child;
	int i;

	do {
		xa_lock(&table->xa);
		for (i = 0; i < DXG_RETIRE_CHUNK && !list_empty(&resource->base.children); i++) {
			child = list_first_entry(&resource->base.children, struct dxg_object,
						 sibling);
			dxg_handle_unpublish_locked(table, child);
			list_add_tail(&dxg_allocation_from(child)->batch_link,
				      &batch->allocations);
		}
		xa_unlock(&table->xa);
		cond_resched();
	} while (i == DXG_RETIRE_CHUNK);
}

/**
 * dxg_resource_next() - Go through the allocations of a resource
 * @resource: the resource
 * @alloc: the last one, whose reference is dropped; NULL: begin
 *
 * Begins again if the last one has been destroyed meanwhile.
 *
 * Return: the next allocation, counted; NULL: there is none.
 */
struct dxg_allocation *dxg_resource_next(struct dxg_resource *resource,
					 struct dxg_allocation *alloc)
{
	struct dxg_handle_table *table = &resource->device->process->table;
	struct dxg_object *next;

	xa_lock(&table->xa);
	if (alloc && !alloc->base.dead && !list_is_last(&alloc->base.sibling,
							&resource->base.children))
		next = list_next_entry(&alloc->base, sibling);
	else if (alloc && !alloc->base.dead)
		next = NULL;
	else
		next = list_first_entry_or_null(&resource->base.children, struct dxg_object,
						sibling);
	if (next)
		dxg_object_get(next);
	xa_unlock(&table->xa);
	if (alloc)
		dxg_allocation_put(alloc);
	return next ? dxg_allocation_from(next) : NULL;
}

/**
 * dxg_resource_lookup() - Find the resource of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the resource with a reference; NULL: none.
 */
struct dxg_resource *dxg_resource_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_RESOURCE);

	return obj ? container_of(obj, struct dxg_resource, base) : NULL;
}

/**
 * dxg_resource_put() - Drop a reference
 * @resource: the resource
 */
void dxg_resource_put(struct dxg_resource *resource)
{
	dxg_object_put(&resource->base);
}
