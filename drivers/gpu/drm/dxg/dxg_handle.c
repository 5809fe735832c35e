// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "dxg_handle.h"
#include "dxg_trace.h"

/**
 * DOC: Handles
 *
 * A handle has 32 bits in the shape that D3DKMT clients expect: bits 0 to 5 are 0,
 * bits 6 to 29 are an index, bits 30 and 31 are a generation that is never 0. The
 * first one is 0x40000000. Every bit and the type are compared at a look-up.
 *
 * Indices are handed out cyclically over the whole 24-bit space and the generation
 * moves on at each wrap, so a destroyed value comes back only after 48 million
 * others. A free list with a count for each entry was refused: it hands out the
 * same few indices again and again, and two bits forget after three rounds.
 *
 * An object is reserved first, which may fail, and published as the last step of
 * its creation, which can only fail because a parent died meanwhile. Destroying a
 * parent is one store, @dead, that every look-up below it checks; the children
 * leave the table afterwards, in chunks.
 *
 * The lock is the xarray's own spinlock: it covers the table, @dead, @marked and
 * the lists of children. Look-ups take it too, and return a counted pointer.
 */

#define DXG_HANDLE_INDEX_SHIFT	6
#define DXG_HANDLE_GEN_SHIFT	30
#define DXG_HANDLE_GEN_MAX	3

static u32 handle_index(u32 handle)
{
	return (handle >> DXG_HANDLE_INDEX_SHIFT) & DXG_HANDLE_INDEX_MAX;
}

/**
 * dxg_handle_table_init() - Initialise an empty table
 * @table: the table
 * @last: largest index, at most DXG_HANDLE_INDEX_MAX; tests want fewer
 */
void dxg_handle_table_init(struct dxg_handle_table *table, u32 last)
{
	xa_init_flags(&table->xa, XA_FLAGS_ALLOC);
	mutex_init(&table->reserve_lock);
	table->last = last;
	table->next = 0;
	table->generation = 1;
}

/**
 * dxg_handle_table_fini() - Free a table
 * @table: the table; every object has been retired
 */
void dxg_handle_table_fini(struct dxg_handle_table *table)
{
	WARN_ON(!xa_empty(&table->xa));
	xa_destroy(&table->xa);
	mutex_destroy(&table->reserve_lock);
}

/* What is true of every object in the table while the lock is not held. */
static bool handle_check_locked(const struct dxg_object *obj, unsigned long index)
{
	return handle_index(obj->handle) == index && obj->handle >> DXG_HANDLE_GEN_SHIFT &&
	       !(obj->handle & (BIT(DXG_HANDLE_INDEX_SHIFT) - 1)) && !obj->dead &&
	       !obj->marked && obj->parent && !list_empty(&obj->sibling) &&
	       kref_read(&obj->kref);
}

/**
 * dxg_handle_table_check() - Check the objects of a table
 * @table: the table
 *
 * For debugfs. The lock is held for a bounded number of objects at a time.
 *
 * Return: how many are not as they must be: at their index, alive, with a parent that
 * lists them.
 */
unsigned int dxg_handle_table_check(struct dxg_handle_table *table)
{
	unsigned int bad = 0, seen;
	unsigned long index = 0;
	struct dxg_object *obj;

	do {
		seen = 0;
		xa_lock(&table->xa);
		xa_for_each_start(&table->xa, index, obj, index) {
			bad += !handle_check_locked(obj, index);
			if (++seen == DXG_RETIRE_CHUNK)
				break;
		}
		xa_unlock(&table->xa);
		index++;
		cond_resched();
	} while (seen == DXG_RETIRE_CHUNK);
	return bad;
}

/**
 * dxg_object_init() - Initialise an object with one reference, the handle's
 * @obj: the object
 * @ops: its kind
 * @parent: what it belongs to; a reference is taken; or NULL
 */
void dxg_object_init(struct dxg_object *obj, const struct dxg_object_ops *ops,
		     struct dxg_object *parent)
{
	kref_init(&obj->kref);
	obj->ops = ops;
	obj->parent = parent;
	obj->handle = 0;
	obj->dead = false;
	obj->marked = false;
	INIT_LIST_HEAD(&obj->children);
	INIT_LIST_HEAD(&obj->sibling);
	if (parent)
		dxg_object_get(parent);
}

/**
 * dxg_object_get() - Take a reference
 * @obj: the object
 */
void dxg_object_get(struct dxg_object *obj)
{
	kref_get(&obj->kref);
}

static void dxg_object_release(struct kref *kref)
{
	struct dxg_object *obj = container_of(kref, struct dxg_object, kref);

	trace_dxg_object_free(obj);
	obj->ops->release(obj);
}

/**
 * dxg_object_put() - Drop a reference
 * @obj: the object, or NULL
 *
 * The last one frees the object and drops the reference on its parent, step by
 * step up the tree instead of by recursion. May sleep.
 */
void dxg_object_put(struct dxg_object *obj)
{
	while (obj) {
		struct dxg_object *parent = obj->parent;

		if (!kref_put(&obj->kref, dxg_object_release))
			break;
		obj = parent;
	}
}

/**
 * dxg_handle_reserve() - Give an object a handle that is not valid yet
 * @table: the table
 * @obj: the object
 *
 * Return: 0; -ENOMEM: no memory, or 16 million handles are in use.
 */
int dxg_handle_reserve(struct dxg_handle_table *table, struct dxg_object *obj)
{
	u32 index;
	int ret;

	/*
	 * Not xa_alloc_cyclic(): it drops the lock to allocate with a start that others
	 * have passed by then, and takes want of memory for the end of the space.
	 */
	mutex_lock(&table->reserve_lock);
	ret = xa_alloc(&table->xa, &index, NULL, XA_LIMIT(table->next, table->last),
		       GFP_KERNEL_ACCOUNT);
	if (ret == -EBUSY) {
		ret = xa_alloc(&table->xa, &index, NULL, XA_LIMIT(0, table->last),
			       GFP_KERNEL_ACCOUNT);
		/* A full table is no wrap: three failures would bring old values back. */
		if (!ret)
			table->generation = table->generation % DXG_HANDLE_GEN_MAX + 1;
	}
	if (!ret) {
		table->next = index + 1;
		obj->handle = table->generation << DXG_HANDLE_GEN_SHIFT |
			      index << DXG_HANDLE_INDEX_SHIFT;
	}
	mutex_unlock(&table->reserve_lock);

	if (ret)
		return -ENOMEM;
	trace_dxg_object_create(obj);
	return 0;
}

static bool dxg_object_alive_locked(const struct dxg_object *obj)
{
	for (; obj; obj = obj->parent)
		if (obj->dead)
			return false;
	return true;
}

/**
 * dxg_handle_publish() - Make reserved handles valid, all or none
 * @table: the table
 * @objects: list of objects by @sibling, parents before their children; emptied
 *	on success
 *
 * Return: 0; -EINVAL: a parent has been destroyed or sealed meanwhile.
 */
int dxg_handle_publish(struct dxg_handle_table *table, struct list_head *objects)
{
	struct dxg_object *obj, *next;
	int ret = 0;

	xa_lock(&table->xa);
	list_for_each_entry(obj, objects, sibling)
		if (!dxg_object_alive_locked(obj) || (obj->parent && obj->parent->sealed))
			ret = -EINVAL;
	if (!ret) {
		list_for_each_entry_safe(obj, next, objects, sibling) {
			/* The reservation has the node, so this allocates nothing. */
			__xa_store(&table->xa, handle_index(obj->handle), obj, 0);
			list_move_tail(&obj->sibling, &obj->parent->children);
			trace_dxg_object_publish(obj);
		}
	}
	xa_unlock(&table->xa);

	return ret;
}

/**
 * dxg_handle_abort() - Destroy objects that were never published
 * @table: the table
 * @objects: list of objects by @sibling, parents before their children
 */
void dxg_handle_abort(struct dxg_handle_table *table, struct list_head *objects)
{
	struct dxg_object *obj, *prev;

	list_for_each_entry_safe_reverse(obj, prev, objects, sibling) {
		list_del_init(&obj->sibling);
		xa_erase(&table->xa, handle_index(obj->handle));
		trace_dxg_object_retire(obj);
		obj->ops->retire(obj);
	}
}

/**
 * dxg_handle_lookup_locked() - Find the live object of a handle
 * @table: the table, locked by the caller
 * @handle: any value
 * @type: what it must be
 *
 * Return: the object, not counted and valid under the lock; NULL: none.
 */
struct dxg_object *dxg_handle_lookup_locked(struct dxg_handle_table *table, u32 handle,
					    enum dxg_object_type type)
{
	struct dxg_object *obj;

	lockdep_assert_held(&table->xa.xa_lock);

	obj = xa_load(&table->xa, handle_index(handle));
	if (!obj || obj->handle != handle || obj->ops->type != type ||
	    !dxg_object_alive_locked(obj))
		return NULL;
	return obj;
}

/**
 * dxg_handle_lookup() - Find the live object of a handle
 * @table: the table
 * @handle: any value
 * @type: what it must be
 *
 * Return: the object with a reference that the caller puts; NULL: none.
 */
struct dxg_object *dxg_handle_lookup(struct dxg_handle_table *table, u32 handle,
				     enum dxg_object_type type)
{
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, handle, type);
	if (obj)
		dxg_object_get(obj);
	xa_unlock(&table->xa);

	return obj;
}

/**
 * dxg_handle_unpublish_locked() - Take an object out of the table
 * @table: the table, locked by the caller
 * @obj: a live object; the handle's reference goes to the caller
 */
void dxg_handle_unpublish_locked(struct dxg_handle_table *table, struct dxg_object *obj)
{
	lockdep_assert_held(&table->xa.xa_lock);

	obj->dead = true;
	list_del_init(&obj->sibling);
	if (obj->handle)
		__xa_erase(&table->xa, handle_index(obj->handle));
	trace_dxg_object_retire(obj);
}

/**
 * dxg_handle_retire() - Find the object of a handle and take it out of the table
 * @table: the table
 * @handle: any value
 * @type: what it must be
 *
 * Of two callers with the same handle one gets the object.
 *
 * Return: the object with the handle's reference; NULL: none.
 */
struct dxg_object *dxg_handle_retire(struct dxg_handle_table *table, u32 handle,
				     enum dxg_object_type type)
{
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, handle, type);
	if (obj)
		dxg_handle_unpublish_locked(table, obj);
	xa_unlock(&table->xa);

	return obj;
}

/**
 * dxg_object_unpublish() - Take an object that is known out of the table
 * @table: the table
 * @obj: the object, which may be dead, or may never have been published
 *
 * Return: whether it was there; the caller then has the handle's reference.
 */
bool dxg_object_unpublish(struct dxg_handle_table *table, struct dxg_object *obj)
{
	bool published;

	xa_lock(&table->xa);
	published = xa_load(&table->xa, handle_index(obj->handle)) == obj;
	if (published)
		dxg_handle_unpublish_locked(table, obj);
	xa_unlock(&table->xa);

	return published;
}

/**
 * dxg_object_kill() - Make an object without a handle dead
 * @table: the table
 * @obj: the object
 *
 * Return: whether it was alive; the caller then owns the creation's reference.
 */
bool dxg_object_kill(struct dxg_handle_table *table, struct dxg_object *obj)
{
	bool alive;

	xa_lock(&table->xa);
	alive = !obj->dead;
	obj->dead = true;
	xa_unlock(&table->xa);

	return alive;
}

/* Only one kind of object is retired in lists, so what is left over is of that kind. */
static void object_retire_list(struct list_head *objects)
{
	struct dxg_object *obj, *next;

	list_for_each_entry_safe(obj, next, objects, sibling) {
		if (obj->ops->retire_list)
			continue;
		list_del_init(&obj->sibling);
		obj->ops->retire(obj);
	}
	obj = list_first_entry_or_null(objects, struct dxg_object, sibling);
	if (obj)
		obj->ops->retire_list(objects);
}

/**
 * dxg_object_retire_children() - Destroy everything below a dead object
 * @table: the table
 * @obj: a dead object, so that nothing is published below it any more
 *
 * May sleep. The lock is held for a bounded number of children at a time.
 */
void dxg_object_retire_children(struct dxg_handle_table *table, struct dxg_object *obj)
{
	struct dxg_object *child;
	LIST_HEAD(chunk);
	int i;

	do {
		xa_lock(&table->xa);
		for (i = 0; i < DXG_RETIRE_CHUNK && !list_empty(&obj->children); i++) {
			child = list_first_entry(&obj->children, struct dxg_object, sibling);
			dxg_handle_unpublish_locked(table, child);
			list_add_tail(&child->sibling, &chunk);
		}
		xa_unlock(&table->xa);

		object_retire_list(&chunk);
		cond_resched();
	} while (i == DXG_RETIRE_CHUNK);
}
