/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_GEM_H
#define _DXG_GEM_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/refcount.h>

#include <drm/drm_gem.h>
#include <drm/dxg/dxg_ddi.h>

#include "dxg_vidmm.h"

struct dxg_blob;
struct dxg_device;
struct dxg_process_adapter;
struct dxg_share;
struct dxg_sysmem;

/**
 * struct dxg_gem_object - The bytes of an allocation: a GEM object that has a backing
 */
struct dxg_gem_object {
	/** @base: GEM object on our device. */
	struct drm_gem_object base;
	/** @pa: Who created it, and pays for it; counted. */
	struct dxg_process_adapter *pa;
	/** @handle: Its first handle there, for people. */
	u32 handle;
	/** @context: The miniport's handle of it. */
	void *context;
	/** @private_data: Its private data, for those who open it, or NULL. */
	struct dxg_blob *private_data;
	/**
	 * @share: The share that it belongs to, which has a reference on it; NULL: it goes
	 * with its opening. Under the lock of the resource that created it.
	 */
	struct dxg_share *share;
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
	/** @backing: The bytes in the device segment. Under @lock. */
	struct dxg_ddi_backing backing;
	/**
	 * @pages: The pages of the system segment, while they are pinned; their file is
	 * that of @base. Under @lock.
	 */
	struct page **pages;
	/**
	 * @opens: Openings, where there is no @share: the last one that goes destroys it. An
	 * import adds one.
	 */
	refcount_t opens;
	/** @in_resource: It belongs to a resource. Constant once published. */
	bool in_resource;
	/** @imported: Its bytes are somebody else's dma-buf. Constant once published. */
	bool imported;
	/**
	 * @exported: There is a dma-buf of its backing. Changed under @lock and the adapter's
	 * vidmm_lock.
	 */
	bool exported;
	/**
	 * @orphaned: Destroyed, and only its backing is left, for the users of its dma-buf.
	 * Under @lock.
	 */
	bool orphaned;
	/** @in_share: It has come to a share. Under the adapter's vidmm_lock. */
	bool in_share;
	/**
	 * @prime_link: Entry of the adapter's objects that are exported or imported, while it
	 * has a backing. Under the adapter's prime_lock.
	 */
	struct list_head prime_link;
	/** @prefers_system: The CPU's first touch is for the system segment. Under @lock. */
	bool prefers_system;
	/** @discarded: The bytes were discarded since the last offer. Under @lock. */
	bool discarded;
	/**
	 * @shared: Others may have it: it is of a resource that can be shared, or has been
	 * exported. Set once, after publication under @lock and the map_lock of its process, in
	 * which its only opening is then.
	 */
	bool shared;
	/** @existing: Its bytes are memory of the program. Constant once published. */
	bool existing;
	/** @read_only: Engines must not write to it. Constant once published. */
	bool read_only;
	/** @sysmem: That memory, or NULL. Under @lock. */
	struct dxg_sysmem *sysmem;
	/** @mappings: Mappings of it. Under @lock. */
	unsigned int mappings;
	/** @pins: Armed commands that keep it in the device segment. Grows under @lock. */
	atomic_t pins;

	/** @segment_link: Entry of the list of its segment. Under the adapter's vidmm_lock. */
	struct list_head segment_link;
	/** @wanted: Openings that ask for residency. Under the adapter's vidmm_lock. */
	u32 wanted;
	/**
	 * @offered: D3DKMT_OFFER_PRIORITY_*, or 0. Under @lock and the adapter's vidmm_lock;
	 * and, that it and a mapping exclude each other, the process's map_lock.
	 */
	u32 offered;
	/** @offer_device: The device that offered it. Under the adapter's vidmm_lock. */
	struct dxg_device *offer_device;
	/**
	 * @offer_epoch: The offer holds when the commands up to here have finished. Under
	 * the adapter's vidmm_lock.
	 */
	u64 offer_epoch;
	/** @priority: Priority of eviction. Under the adapter's vidmm_lock. */
	u32 priority;

	/** @put_link: Entry of those whose last reference is dropped by a worker. */
	struct llist_node put_link;
};

void dxg_gem_init(struct dxg_gem_object *bo, struct dxg_process_adapter *pa,
		  const struct drm_gem_object_funcs *funcs);
void dxg_gem_fini(struct dxg_gem_object *bo);
void dxg_gem_get(struct dxg_gem_object *bo);
void dxg_gem_put(struct dxg_gem_object *bo);
void dxg_gem_put_later(struct dxg_gem_object *bo);

void dxg_gem_set_sysmem(struct dxg_gem_object *bo, struct dxg_sysmem *sysmem);
void *dxg_gem_address(const struct dxg_gem_object *bo);
unsigned long dxg_gem_pfn_locked(const struct dxg_gem_object *bo, unsigned long offset);
void dxg_gem_unmap(struct dxg_gem_object *bo);
int dxg_gem_touch_locked(struct dxg_gem_object *bo);
int dxg_gem_pin_pages_locked(struct dxg_gem_object *bo);
int dxg_gem_make_resident_locked(struct dxg_gem_object *bo, bool evict);
int dxg_gem_pin_locked(struct dxg_gem_object *bo);
void dxg_gem_unpin(struct dxg_gem_object *bo);
void dxg_gem_discard_locked(struct dxg_gem_object *bo);
int dxg_gem_evict_locked(struct dxg_gem_object *bo);
void dxg_gem_unback(struct dxg_gem_object *bo, bool keep);
void dxg_gem_revoke(struct dxg_gem_object *bo);
bool dxg_gem_is_shared(const struct dxg_gem_object *bo);
void dxg_gem_reap_locked(struct dxg_gem_object *bo);
void dxg_gem_unexport(struct dxg_gem_object *bo);
void dxg_gem_import(struct dxg_gem_object *bo, const struct dxg_ddi_backing *backing);
int dxg_gem_adopt(struct dxg_gem_object *bo, struct dxg_gem_object *orphan);

#endif /* _DXG_GEM_H */
