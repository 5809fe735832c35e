/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SHARE_H
#define _DXG_SHARE_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct dxg_adapter;
struct dxg_blob;
struct dxg_gem_object;
struct dxg_resource;

/**
 * struct dxg_share - What the openings of a shared resource have in common
 *
 * Belongs to the adapter: it outlives its creator.
 */
struct dxg_share {
	/** @kref: Count; one for each opening, file descriptor and import. */
	struct kref kref;
	/** @adapter: The adapter, counted. */
	struct dxg_adapter *adapter;
	/** @lock: Serialises the miniport's calls for the resource; covers @context. */
	struct mutex lock;
	/** @context: The miniport's handle of the resource. */
	void *context;
	/** @private_data: Private data of the resource, or NULL; the share's. */
	struct dxg_blob *private_data;
	/** @runtime_data: Private data of the runtime, or NULL; the share's. */
	struct dxg_blob *runtime_data;
	/** @total_private: Bytes of the private data of all allocations. */
	u32 total_private;
	/** @num: Allocations. */
	u32 num;
	/** @bos: Their bytes, each counted. */
	struct dxg_gem_object *bos[] __counted_by(num);
};

struct dxg_share *dxg_share_get(struct dxg_resource *resource);
void dxg_share_put(struct dxg_share *share);

#endif /* _DXG_SHARE_H */
