/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_RESOURCE_H
#define _DXG_RESOURCE_H

#include <linux/mutex.h>

#include "dxg_destroy.h"
#include "dxg_handle.h"

struct dxg_blob;
struct dxg_device;
struct dxg_process;
struct dxg_share;

/**
 * struct dxg_resource - A WDDM resource: a group of allocations
 */
struct dxg_resource {
	/** @base: The object; parent is the device, children are the allocations. */
	struct dxg_object base;
	/** @device: The device, counted by the parent. */
	struct dxg_device *device;
	/** @shared: It may be shared, or has been opened. Constant once published. */
	bool shared;

	/**
	 * @lock: Serialises the miniport's calls for this resource; covers the fields
	 * below.
	 */
	struct mutex lock;
	/** @context: The miniport's handle of it. */
	void *context;
	/** @live: Allocations that the miniport has of it, or has open of its share's. */
	unsigned int live;
	/** @created: The miniport knows it. */
	bool created;
	/** @destroyed: The miniport has destroyed it. */
	bool destroyed;
	/** @last: Batch that destroys the resource and waits for @live to be 0. */
	struct dxg_batch *last;
	/** @share: What it has in common with other openings, counted; NULL: nothing. */
	struct dxg_share *share;
	/** @private_data: Its private data, for a share, or NULL. */
	struct dxg_blob *private_data;
	/** @runtime_data: Private data of the runtime, for a share, or NULL. */
	struct dxg_blob *runtime_data;

	/** @batch: Lent to a destruction that begins with this resource. */
	struct dxg_batch batch;
};

struct dxg_resource *dxg_resource_create(struct dxg_device *device);
void dxg_resource_take_children(struct dxg_resource *resource, struct dxg_batch *batch);
struct dxg_allocation *dxg_resource_next(struct dxg_resource *resource,
					 struct dxg_allocation *alloc);
struct dxg_resource *dxg_resource_lookup(struct dxg_process *process, u32 handle);
void dxg_resource_put(struct dxg_resource *resource);

#endif /* _DXG_RESOURCE_H */
