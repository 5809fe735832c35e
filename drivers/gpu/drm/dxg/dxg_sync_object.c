// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dxg_adapter.h"
#include "dxg_sync_object.h"
#include "dxg_wait.h"

/**
 * DOC: Values of sync objects
 *
 * What a sync object is, is one thing for all devices that have opened it: a value and
 * who waits for it. What one device has of it, a handle, an address and what it may do
 * with it, is an opening.
 *
 * - A fence is a 64-bit value that only grows; a wait is satisfied when it is reached. A
 *   monitored one lies in a page that user space reads.
 * - A semaphore is a count up to a maximum. A signal adds one, a wait takes one. A mutex is
 *   a semaphore with the maximum 1: it belongs to the wait that took it, until it is
 *   signalled by whoever may.
 * - A CPU notification has no value: a signal is one of its eventfd. Nobody waits for it here.
 *
 * A signal that finds a semaphore at its maximum, or a mutex that nobody owns, changes
 * nothing: it comes from a queue, where there is nobody to tell.
 *
 * One lock for each adapter covers all values and waits: a wait on many objects, and a
 * signal of many, is one step for everybody. A lock for each object would need an order
 * among them and still a second lock for the wait.
 *
 * Refused: an owner of a mutex. A queue that waits for one and a queue that releases it may
 * be two, and what a lost device owned could not be released by anybody else.
 *
 * Refused: periodic monitored fences. Their value follows the vertical blanking of a
 * display, which neither in-tree driver shows to a client in the kernel; a timer of our
 * own would be one that programs have already, and in step with nothing.
 */

static void sync_object_release(struct kref *kref)
{
	struct dxg_sync_object *object = container_of(kref, struct dxg_sync_object, kref);

	WARN_ON(!list_empty(&object->waiters));
	if (object->page)
		__free_page(object->page);
	if (object->eventfd)
		eventfd_ctx_put(object->eventfd);
	atomic_dec(&object->adapter->stats.sync_objects);
	dxg_adapter_put(object->adapter);
	kfree(object);
}

/**
 * dxg_sync_object_create() - Create a sync object that nobody has opened
 * @adapter: the adapter
 * @init: what it is
 *
 * Return: the object with one reference; -ENOMEM.
 */
struct dxg_sync_object *dxg_sync_object_create(struct dxg_adapter *adapter,
					       const struct dxg_sync_init *init)
{
	struct dxg_sync_object *object;

	object = kzalloc(sizeof(*object), GFP_KERNEL_ACCOUNT);
	if (!object)
		goto err_put_eventfd;
	object->value = &object->own;
	if (init->type == D3DKMT_SYNC_MONITORED_FENCE) {
		object->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!object->page)
			goto err_free;
		object->value = page_address(object->page);
	}
	*object->value = init->value;
	kref_init(&object->kref);
	object->adapter = adapter;
	dxg_adapter_get(adapter);
	object->type = init->type;
	object->flags = init->flags;
	object->max = init->max;
	object->eventfd = init->eventfd;
	INIT_LIST_HEAD(&object->waiters);
	atomic_inc(&adapter->stats.sync_objects);
	return object;

err_free:
	kfree(object);
err_put_eventfd:
	if (init->eventfd)
		eventfd_ctx_put(init->eventfd);
	return ERR_PTR(-ENOMEM);
}

/**
 * dxg_sync_object_get() - Take a reference
 * @object: the object
 */
void dxg_sync_object_get(struct dxg_sync_object *object)
{
	kref_get(&object->kref);
}

/**
 * dxg_sync_object_put() - Drop a reference
 * @object: the object
 *
 * May sleep.
 */
void dxg_sync_object_put(struct dxg_sync_object *object)
{
	kref_put(&object->kref, sync_object_release);
}

/**
 * dxg_sync_object_set_locked() - Give a fence a value
 * @object: the fence
 * @value: the value, which may be smaller than the current one
 */
void dxg_sync_object_set_locked(struct dxg_sync_object *object, u64 value)
{
	lockdep_assert_held(&object->adapter->sync_lock);

	WRITE_ONCE(*object->value, value);
	dxg_wait_reach_locked(object);
}

static void sync_object_signal_locked(struct dxg_sync_object *object, u64 value, bool rewind)
{
	lockdep_assert_held(&object->adapter->sync_lock);

	if (object->eventfd) {
		eventfd_signal(object->eventfd);
	} else if (dxg_sync_object_is_taken(object)) {
		if (*object->value < object->max)
			dxg_sync_object_set_locked(object, *object->value + 1);
	} else if (rewind || value >= *object->value) {
		dxg_sync_object_set_locked(object, value);
	}
}

/**
 * dxg_sync_object_signal() - Signal once
 * @object: the object
 * @value: new value of a fence
 * @rewind: it may be smaller than the current one; otherwise nothing happens then
 */
void dxg_sync_object_signal(struct dxg_sync_object *object, u64 value, bool rewind)
{
	spin_lock(&object->adapter->sync_lock);
	sync_object_signal_locked(object, value, rewind);
	spin_unlock(&object->adapter->sync_lock);
}

/**
 * dxg_sync_object_take_locked() - Take one
 * @object: a mutex or a semaphore
 *
 * Return: whether there was one.
 */
bool dxg_sync_object_take_locked(struct dxg_sync_object *object)
{
	lockdep_assert_held(&object->adapter->sync_lock);

	if (!*object->value)
		return false;
	--*object->value;
	return true;
}

/**
 * dxg_sync_object_untake_locked() - Put back what has just been taken
 * @object: a mutex or a semaphore
 */
void dxg_sync_object_untake_locked(struct dxg_sync_object *object)
{
	lockdep_assert_held(&object->adapter->sync_lock);

	++*object->value;
}
