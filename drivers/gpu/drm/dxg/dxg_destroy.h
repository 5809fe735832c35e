/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_DESTROY_H
#define _DXG_DESTROY_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dxg_allocation;
struct dxg_device;
struct dxg_object;
struct dxg_resource;

/**
 * struct dxg_batch - One destruction, from the call to the memory's return
 *
 * Embedded in every allocation and resource, so that a destruction needs no memory:
 * one of the objects destroyed lends its own.
 */
struct dxg_batch {
	/** @device: The device; counted by the objects. */
	struct dxg_device *device;
	/** @lender: The object that the batch is part of; counted. */
	struct dxg_object *lender;
	/**
	 * @allocations: The allocations, by their batch_link; each brings the
	 * reference its handle had.
	 */
	struct list_head allocations;
	/** @resource: The resource that goes too, with its handle's reference. */
	struct dxg_resource *resource;
	/** @link: Entry of the device's batches. Under the device's lock. */
	struct list_head link;
	/**
	 * @epoch: Last epoch whose commands may use the objects. Under the device's
	 * lock.
	 */
	u64 epoch;
	/**
	 * @busy: Allocations that armed commands use; with ASSUME_NOT_IN_USE. Under
	 * the device's lock.
	 */
	unsigned int busy;
	/** @keep: The process may keep the memory for its next allocations. */
	bool keep;
	/**
	 * @pending: Bytes of the allocations when it was started, without those that others
	 * may have.
	 */
	u64 pending;
	/** @imports: Some of the allocations are imports of what a share has. */
	bool imports;
	/** @soon_link: Entry of the destructions that are put off for a tick. */
	struct llist_node soon_link;
	/** @work: Runs the destruction when its turn has come. */
	struct work_struct work;
	/** @done: The memory is back. Waited for with wait_var_event(). */
	bool done;
};

void dxg_batch_init(struct dxg_batch *batch, struct dxg_device *device,
		    struct dxg_object *lender);
void dxg_batch_start(struct dxg_batch *batch, u32 flags);
void dxg_destroy_flush(void);
void dxg_batch_unbusy_locked(struct dxg_batch *batch);
void dxg_device_drain_locked(struct dxg_device *device);

#endif /* _DXG_DESTROY_H */
