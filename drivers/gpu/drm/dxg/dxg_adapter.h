/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ADAPTER_H
#define _DXG_ADAPTER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/drm_device.h>
#include <drm/dxg/dxg_ddi.h>

#include "dxg_usage.h"
#include "dxg_vidmm.h"

struct dxg_attach;
struct dxg_node;
struct module;
struct platform_driver;
struct shrinker;
struct task_struct;

/**
 * struct dxg_adapter_stats - Live objects, for debugfs and the tests
 * @processes: processes that have opened the adapter
 * @devices: devices
 * @contexts: contexts
 * @resources: resources
 * @allocations: allocations, those whose destruction is pending included
 * @sync_objects: sync objects, those included that no device has open
 * @sync_openings: what devices have of them
 * @commands: commands, held and armed
 * @batches: destructions that are pending
 * @shares: shared resources, those included that no device has open
 * @hw_queues: hardware queues
 */
struct dxg_adapter_stats {
	atomic_t processes;
	atomic_t devices;
	atomic_t contexts;
	atomic_t resources;
	atomic_t allocations;
	atomic_t sync_objects;
	atomic_t sync_openings;
	atomic_t commands;
	atomic_t batches;
	atomic_t shares;
	atomic_t hw_queues;
};

/* struct dxg_adapter, bits: a device core dump is being written. */
#define DXG_ADAPTER_DUMPING	0

/**
 * struct dxg_adapter - A WDDM adapter: one DRM device of ours over one in-tree device
 */
struct dxg_adapter {
	/** @ddev: The DRM device; its count is the adapter's. */
	struct drm_device ddev;
	/** @attach: What it stands on; not valid after dxg_adapter_revoke(). */
	struct dxg_attach *attach;
	/** @link: Entry of the list of adapters. Under the list's lock. */
	struct list_head link;
	/** @luid: Identifier, unique until the next boot. */
	u64 luid;

	/** @ops: The miniport. */
	const struct dxg_ddi_ops *ops;
	/** @owner: The miniport's module, kept. */
	struct module *owner;
	/** @context: The miniport's context. */
	void *context;
	/** @caps: What the miniport has. */
	struct dxg_ddi_caps caps;
	/** @nodes: The engines, caps.num_nodes of them. */
	struct dxg_node *nodes[DXG_MAX_NODES];

	/** @description: Name of the in-tree driver and device, for people. */
	char description[128];
	/** @pci: The in-tree device is on a PCI bus; the ids below are valid. */
	bool pci;
	/** @pci_address: Bus, device, function. */
	u32 pci_address[3];
	/** @pci_ids: Vendor, device, subsystem vendor, subsystem, revision. */
	u32 pci_ids[5];

	/**
	 * @removed: The in-tree device is gone. Set once, before a grace period of
	 * the adapters' SRCU; backings are only created inside a section that saw it
	 * clear.
	 */
	bool removed;
	/** @revoke_lock: Serialises removals. */
	struct mutex revoke_lock;

	/** @segment_used: Bytes of backings, those included that are kept for reuse. */
	atomic64_t segment_used;
	/** @vidmm_lock: Covers the segments' lists and sums, and what is kept. */
	spinlock_t vidmm_lock;
	/** @resident: Allocations in the device segment; first evicted first. */
	struct list_head resident[DXG_NUM_RANKS];
	/** @evicted: Allocations in the system segment that are not offered. */
	struct list_head evicted;
	/** @offered: Those that are, by the priority of the offer. */
	struct list_head offered[DXG_NUM_OFFERS];
	/** @user: Allocations that are memory of programs. */
	struct list_head user;
	/** @shrinker: Discards what is offered when the machine has no memory. */
	struct shrinker *shrinker;
	/** @discard_work: Discards what the shrinker must not. */
	struct work_struct discard_work;
	/** @discard_bytes: How much of it. */
	atomic64_t discard_bytes;
	/** @ledger: Sums over all processes. */
	struct dxg_ledger ledger;
	/** @moves: What was moved, of all processes. */
	struct dxg_moves moves;
	/** @prime_lock: Serialises export, import and the end of backings that took part. */
	struct mutex prime_lock;
	/** @primes: Objects that are exported or imported. Under @prime_lock. */
	struct list_head primes;
	/** @prime_work: Looks whether what was exported is still used elsewhere. */
	struct delayed_work prime_work;
	/** @evict_lock: Serialises making room. */
	struct mutex evict_lock;
	/** @pins: Pins of all allocations. */
	atomic_t pins;
	/** @room_lock: Held by the one who waits for room. */
	struct mutex room_lock;
	/** @room_waiter: Who that is. */
	struct task_struct *room_waiter;
	/** @room_seq: Changed when there may be more room. */
	atomic_t room_seq;
	/** @room_wait: Woken then. */
	wait_queue_head_t room_wait;
	/** @kept: Backings kept for reuse, oldest first. */
	struct list_head kept;
	/** @kept_bytes: Their bytes. */
	u64 kept_bytes;
	/** @kept_work: Gives up what has been kept for long. */
	struct delayed_work kept_work;

	/** @sync_lock: Covers values and waiters of all sync objects, and @waits. */
	spinlock_t sync_lock;
	/** @waits: Waits of the CPU that are pending. Under @sync_lock. */
	struct list_head waits;

	/**
	 * @objects_lock: Covers @processes and @devices, for debugfs. Only spinlocks are
	 * taken inside.
	 */
	struct mutex objects_lock;
	/** @processes: Who uses the adapter, struct dxg_process_adapter. */
	struct list_head processes;
	/** @devices: All devices, those included that have only destructions left. */
	struct list_head devices;

	/** @resets: Commands that met the time-out. */
	atomic_t resets;
	/** @bits: DXG_ADAPTER_*, changed atomically. */
	unsigned long bits;
	/** @stats: Live objects. */
	struct dxg_adapter_stats stats;
};

extern struct workqueue_struct *dxg_paging_wq;
extern struct workqueue_struct *dxg_wq;
extern struct platform_driver dxg_platform_driver;
extern unsigned int dxg_tdr_ms;
extern unsigned int dxg_segment_mb;

void dxg_adapter_get(struct dxg_adapter *adapter);
void dxg_adapter_put(struct dxg_adapter *adapter);
bool dxg_adapter_enter(struct dxg_adapter *adapter, int *idx);
void dxg_adapter_exit(int idx);
bool dxg_adapter_is_removed(const struct dxg_adapter *adapter);
void dxg_adapter_revoke(struct dxg_adapter *adapter);

#endif /* _DXG_ADAPTER_H */
