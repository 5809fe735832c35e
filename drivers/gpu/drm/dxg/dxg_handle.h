/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_HANDLE_H
#define _DXG_HANDLE_H

#include <linux/bits.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct dxg_object;

#define DXG_HANDLE_INDEX_BITS	24
#define DXG_HANDLE_INDEX_MAX	(BIT(DXG_HANDLE_INDEX_BITS) - 1)

/* Children that leave the table in one hold of its lock. */
#define DXG_RETIRE_CHUNK	64

/**
 * enum dxg_object_type - What a handle names
 * @DXG_OBJECT_PROCESS_ADAPTER: a process's use of an adapter; has no handle
 * @DXG_OBJECT_ADAPTER: one opening of an adapter
 * @DXG_OBJECT_DEVICE: struct dxg_device
 * @DXG_OBJECT_CONTEXT: struct dxg_context
 * @DXG_OBJECT_PAGING_QUEUE: struct dxg_paging_queue
 * @DXG_OBJECT_RESOURCE: struct dxg_resource
 * @DXG_OBJECT_ALLOCATION: struct dxg_allocation
 * @DXG_OBJECT_SYNC: struct dxg_sync
 * @DXG_OBJECT_HW_QUEUE: struct dxg_hw_queue
 */
enum dxg_object_type {
	DXG_OBJECT_PROCESS_ADAPTER,
	DXG_OBJECT_ADAPTER,
	DXG_OBJECT_DEVICE,
	DXG_OBJECT_CONTEXT,
	DXG_OBJECT_PAGING_QUEUE,
	DXG_OBJECT_RESOURCE,
	DXG_OBJECT_ALLOCATION,
	DXG_OBJECT_SYNC,
	DXG_OBJECT_HW_QUEUE,
};

/**
 * struct dxg_object_ops - What kind of object it is
 * @type: the kind
 * @retire: destroy an object whose handle is gone, or was never published;
 *	consumes the reference that the handle held. Must not fail
 * @retire_list: retire siblings by @sibling, emptying the list; NULL: each by @retire
 * @release: free the object; no reference is left. Drops what it holds but its
 *	parent, which dxg_object_put() does
 */
struct dxg_object_ops {
	enum dxg_object_type type;
	void (*retire)(struct dxg_object *obj);
	void (*retire_list)(struct list_head *objects);
	void (*release)(struct dxg_object *obj);
};

/**
 * struct dxg_object - Anything with a handle
 */
struct dxg_object {
	/** @kref: Count; one belongs to the handle. */
	struct kref kref;
	/** @ops: Its kind. */
	const struct dxg_object_ops *ops;
	/** @parent: What it belongs to, counted; NULL at the top. */
	struct dxg_object *parent;
	/** @handle: Value of its handle; 0 where it has none. */
	u32 handle;

	/** @dead: Destroyed; with it all that is below. Under the table's lock. */
	bool dead;
	/** @sealed: Nothing is published below it any more. Under the table's lock. */
	bool sealed;
	/** @marked: Named by the list being destroyed. Under the table's lock. */
	bool marked;
	/** @children: Published objects below it. Under the table's lock. */
	struct list_head children;
	/** @sibling: Entry of the parent's children. Under the table's lock. */
	struct list_head sibling;
};

/**
 * struct dxg_handle_table - Handles of one process
 * @xa: objects by index; its lock is the table's lock
 * @reserve_lock: covers @next and @generation; taken outside the table's lock
 * @last: largest index
 * @next: index that is tried next
 * @generation: value of the two top bits for the next handle, 1 to 3
 */
struct dxg_handle_table {
	struct xarray xa;
	struct mutex reserve_lock;	/* see above */
	u32 last;
	u32 next;
	u32 generation;
};

void dxg_handle_table_init(struct dxg_handle_table *table, u32 last);
void dxg_handle_table_fini(struct dxg_handle_table *table);
unsigned int dxg_handle_table_check(struct dxg_handle_table *table);

void dxg_object_init(struct dxg_object *obj, const struct dxg_object_ops *ops,
		     struct dxg_object *parent);
void dxg_object_get(struct dxg_object *obj);
void dxg_object_put(struct dxg_object *obj);

int dxg_handle_reserve(struct dxg_handle_table *table, struct dxg_object *obj);
int dxg_handle_publish(struct dxg_handle_table *table, struct list_head *objects);
void dxg_handle_abort(struct dxg_handle_table *table, struct list_head *objects);

struct dxg_object *dxg_handle_lookup(struct dxg_handle_table *table, u32 handle,
				     enum dxg_object_type type);
struct dxg_object *dxg_handle_lookup_locked(struct dxg_handle_table *table, u32 handle,
					    enum dxg_object_type type);
struct dxg_object *dxg_handle_retire(struct dxg_handle_table *table, u32 handle,
				     enum dxg_object_type type);
void dxg_handle_unpublish_locked(struct dxg_handle_table *table, struct dxg_object *obj);
bool dxg_object_unpublish(struct dxg_handle_table *table, struct dxg_object *obj);
bool dxg_object_kill(struct dxg_handle_table *table, struct dxg_object *obj);
void dxg_object_retire_children(struct dxg_handle_table *table, struct dxg_object *obj);

#endif /* _DXG_HANDLE_H */
