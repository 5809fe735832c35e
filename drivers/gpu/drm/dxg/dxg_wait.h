/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_WAIT_H
#define _DXG_WAIT_H

#include <linux/list.h>
#include <linux/types.h>

struct dxg_adapter;
struct dxg_device;
struct dxg_sync;
struct dxg_sync_object;
struct dxg_wait;

/**
 * struct dxg_wait_entry - A wait at one sync object
 */
struct dxg_wait_entry {
	/** @wait: The wait. */
	struct dxg_wait *wait;
	/** @sync: The opening, counted, or NULL. */
	struct dxg_sync *sync;
	/** @value: Value that is waited for; of what is taken ignored. */
	u64 value;
	/** @link: Entry of the object's waiters; empty when reached. Under sync_lock. */
	struct list_head link;
};

/**
 * struct dxg_wait - A wait for any or all of some sync objects
 */
struct dxg_wait {
	/** @adapter: The adapter, counted by the objects. */
	struct dxg_adapter *adapter;
	/** @any: One is enough. */
	bool any;
	/** @holds: Goes on when an opening is destroyed: what is queued may still signal it. */
	bool holds;
	/**
	 * @over: Called once, when the wait is over, with 0 or a negative errno, under
	 * sync_lock: it neither sleeps nor frees the openings. With 0 what had to be taken
	 * has been. The wait is the callee's.
	 */
	void (*over)(struct dxg_wait *wait, int result);
	/** @link: Entry of the adapter's waits; empty before and after. Under sync_lock. */
	struct list_head link;
	/** @left: Fences that have not reached their value. Under sync_lock. */
	u32 left;
	/** @takes: Entries that take what they wait for. */
	u32 takes;
	/** @num: Entries. */
	u32 num;
	/** @entries: A wait at each object; whose the wait is has them. */
	struct dxg_wait_entry *entries;
};

void dxg_wait_init(struct dxg_wait *wait, struct dxg_adapter *adapter,
		   struct dxg_wait_entry *entries, u32 num,
		   void (*over)(struct dxg_wait *wait, int result));
int dxg_wait_fill(struct dxg_wait *wait, struct dxg_device *device, const u32 *handles,
		  const u64 *values);
void dxg_wait_fini(struct dxg_wait *wait);
void dxg_wait_start(struct dxg_wait *wait);
bool dxg_wait_cancel(struct dxg_wait *wait);
void dxg_wait_cancel_all(struct dxg_adapter *adapter);
void dxg_wait_reach_locked(struct dxg_sync_object *object);
void dxg_wait_end_locked(struct dxg_sync *sync, int error);

#endif /* _DXG_WAIT_H */
