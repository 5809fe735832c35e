/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SYNC_OBJECT_H
#define _DXG_SYNC_OBJECT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

#include <uapi/misc/d3dkmthk.h>

struct dxg_adapter;
struct eventfd_ctx;
struct page;

/**
 * struct dxg_sync_init - What a new object is
 * @type: its kind
 * @flags: D3DKMT_SYNC_* of its creator
 * @value: first value; of a semaphore its count; of a mutex 1: nobody owns it, 0
 * @max: of a semaphore the largest count; of a mutex 1
 * @eventfd: of a CPU notification, counted; the object's, on failure too
 */
struct dxg_sync_init {
	enum d3dkmt_sync_object_type type;
	u32 flags;
	u64 value;
	u64 max;
	struct eventfd_ctx *eventfd;
};

/**
 * struct dxg_sync_object - What the openings of a sync object have in common
 *
 * Belongs to the adapter: a shared one outlives its creator.
 */
struct dxg_sync_object {
	/** @kref: Count; one for each opening, file descriptor and sync file. */
	struct kref kref;
	/** @adapter: The adapter, counted. */
	struct dxg_adapter *adapter;
	/** @type: Its kind. */
	enum d3dkmt_sync_object_type type;
	/** @flags: D3DKMT_SYNC_* of its creator. */
	u32 flags;
	/** @max: Largest count of what is taken. */
	u64 max;
	/** @eventfd: Who is told by a CPU notification, counted, or NULL. */
	struct eventfd_ctx *eventfd;
	/** @page: Page with the value of a monitored fence, mapped by user space; or NULL. */
	struct page *page;

	/** @own: The value where there is no page. */
	u64 own;
	/** @value: The value, in @page or @own. Under the adapter's sync_lock. */
	u64 *value;
	/** @waiters: Entries of waits for it, oldest first. Under the adapter's sync_lock. */
	struct list_head waiters;
};

/**
 * dxg_sync_object_is_taken() - Whether a wait takes it
 * @object: the object
 *
 * Return: true: a mutex or a semaphore; false: all waits for it are satisfied together.
 */
static inline bool dxg_sync_object_is_taken(const struct dxg_sync_object *object)
{
	return object->type == D3DKMT_SYNC_MUTEX || object->type == D3DKMT_SYNC_SEMAPHORE;
}

struct dxg_sync_object *dxg_sync_object_create(struct dxg_adapter *adapter,
					       const struct dxg_sync_init *init);
void dxg_sync_object_get(struct dxg_sync_object *object);
void dxg_sync_object_put(struct dxg_sync_object *object);
void dxg_sync_object_set_locked(struct dxg_sync_object *object, u64 value);
void dxg_sync_object_signal(struct dxg_sync_object *object, u64 value, bool rewind);
bool dxg_sync_object_take_locked(struct dxg_sync_object *object);
void dxg_sync_object_untake_locked(struct dxg_sync_object *object);

#endif /* _DXG_SYNC_OBJECT_H */
