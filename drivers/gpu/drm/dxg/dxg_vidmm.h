/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_VIDMM_H
#define _DXG_VIDMM_H

#include <linux/types.h>

struct dxg_adapter;
struct dxg_allocation;
struct dxg_device;
struct dxg_gem_object;
struct dxg_process;
struct dxg_process_adapter;

/**
 * enum dxg_segment - Where the bytes of an allocation are
 * @DXG_SEGMENT_NONE: nowhere: nobody has touched them, they are zeroes
 * @DXG_SEGMENT_DEVICE: in an object of the in-tree driver, where engines reach them
 * @DXG_SEGMENT_SYSTEM: in shmem pages of our own
 * @DXG_SEGMENT_USER: in no segment: memory of the program, where engines reach it
 * @DXG_NUM_SEGMENTS: how many
 */
enum dxg_segment {
	DXG_SEGMENT_NONE,
	DXG_SEGMENT_DEVICE,
	DXG_SEGMENT_SYSTEM,
	DXG_SEGMENT_USER,
	DXG_NUM_SEGMENTS,
};

/*
 * What goes first: what is offered, by the priority of the offer; what is not wanted and
 * what is, each by its priority.
 */
#define DXG_NUM_OFFERS		3
#define DXG_NUM_PRIORITIES	5
#define DXG_NUM_RANKS		(DXG_NUM_OFFERS + 2 * DXG_NUM_PRIORITIES)

/**
 * struct dxg_ledger - Bytes of a process on an adapter, or of all
 *
 * Under the adapter's vidmm_lock.
 */
struct dxg_ledger {
	/** @placed: Bytes in each segment; in NONE there are never any. */
	u64 placed[DXG_NUM_SEGMENTS];
	/** @num: Allocations in each segment. */
	u32 num[DXG_NUM_SEGMENTS];
	/** @offered: Of the bytes, those that may be discarded. */
	u64 offered[DXG_NUM_SEGMENTS];
	/** @shared: Of them, bytes that others may have: of a share, or exported. */
	u64 shared[DXG_NUM_SEGMENTS];
	/** @exported: Of them, bytes that have been exported and may have users elsewhere. */
	u64 exported[DXG_NUM_SEGMENTS];
	/** @wanted: Bytes that MakeResident has asked for, wherever they are. */
	u64 wanted;
	/** @reserved: Reservation of the device segment. */
	u64 reserved;
};

/**
 * struct dxg_vidmm_wait - Somebody who waits for room in the device segment
 * @seq: the adapter's room_seq before he looked
 * @pins: his pins when he looked last
 * @alone: nobody else was in the way then
 * @since: since when that is so, in jiffies
 */
struct dxg_vidmm_wait {
	int seq;
	unsigned int pins;
	bool alone;
	unsigned long since;
};

void dxg_vidmm_init(struct dxg_adapter *adapter);
int dxg_vidmm_start(struct dxg_adapter *adapter);
void dxg_vidmm_stop(struct dxg_adapter *adapter);
void dxg_vidmm_fini(struct dxg_adapter *adapter);
void dxg_vidmm_wake(struct dxg_adapter *adapter);
void dxg_vidmm_wait_begin(struct dxg_adapter *adapter, struct dxg_vidmm_wait *wait);
bool dxg_vidmm_wait_room(struct dxg_adapter *adapter, struct dxg_vidmm_wait *wait,
			 unsigned int pins);
void dxg_vidmm_wait_end(struct dxg_adapter *adapter);
bool dxg_vidmm_must_wait(struct dxg_adapter *adapter);
bool dxg_vidmm_is_free(struct dxg_adapter *adapter, u64 size);
bool dxg_vidmm_discard(struct dxg_adapter *adapter, const struct dxg_process *process, u64 bytes);
int dxg_vidmm_evict(struct dxg_adapter *adapter, u64 size);
int dxg_vidmm_evict_of(struct dxg_process_adapter *pa, const struct dxg_gem_object *bo);
void dxg_vidmm_place(struct dxg_gem_object *bo, enum dxg_segment segment);
void dxg_vidmm_place_locked(struct dxg_gem_object *bo, enum dxg_segment segment);
void dxg_vidmm_touch(struct dxg_gem_object *bo);
void dxg_vidmm_want_locked(struct dxg_allocation *alloc, bool wanted);
void dxg_vidmm_offer(struct dxg_gem_object *bo, u32 offer, struct dxg_device *device, u64 epoch);
void dxg_vidmm_set_shared(struct dxg_gem_object *bo);
void dxg_vidmm_set_exported(struct dxg_gem_object *bo, bool exported);
void dxg_vidmm_forget(struct dxg_allocation *alloc);
void dxg_vidmm_forget_process(struct dxg_process_adapter *pa);
void dxg_vidmm_set_priority(struct dxg_gem_object *bo, u32 priority);
u64 dxg_vidmm_budget_locked(struct dxg_process_adapter *pa);
unsigned int dxg_vidmm_priority_class(u32 priority);
void dxg_vidmm_revoke_all(struct dxg_adapter *adapter);

#endif /* _DXG_VIDMM_H */
