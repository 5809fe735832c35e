/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_PROCESS_H
#define _DXG_PROCESS_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "dxg_handle.h"
#include "dxg_queue.h"
#include "dxg_usage.h"
#include "dxg_vidmm.h"

/* Waits through an eventfd that a process may have pending. */
#define DXG_PROCESS_MAX_ASYNC	4096

struct dxg_adapter;
struct dxg_gpuvm;
struct dxg_process;
struct mem_cgroup;
struct mm_struct;
struct pid;

/**
 * struct dxg_process_adapter - A process's use of one adapter
 *
 * Parent of the process's openings of the adapter and of its devices there.
 */
struct dxg_process_adapter {
	/** @base: The object; its children are openings and devices. */
	struct dxg_object base;
	/** @process: The process, counted. */
	struct dxg_process *process;
	/** @adapter: The adapter, counted. */
	struct dxg_adapter *adapter;
	/** @opens: Openings that have not been closed. Under the process's lock. */
	unsigned int opens;
	/** @link: Entry of the process's adapters. Under the process's lock. */
	struct list_head link;
	/** @adapter_link: Entry of the adapter's processes. Under its objects_lock. */
	struct list_head adapter_link;
	/** @kept: Backings kept for reuse, newest first. Under the adapter's vidmm_lock. */
	struct list_head kept;
	/** @kept_bytes: Their bytes. Under the adapter's vidmm_lock. */
	u64 kept_bytes;
	/** @num_kept: How many. Under the adapter's vidmm_lock. */
	unsigned int num_kept;
	/** @num_held: Commands that its queues hold. */
	atomic_t num_held;
	/** @turns: Its queues that are runnable, by node and priority. */
	struct dxg_turns turns[DXG_MAX_NODES][DXG_NUM_LEVELS];
	/** @gpuvm: Its GPU virtual addresses, or NULL; set once, freed with this. */
	struct dxg_gpuvm *gpuvm;
	/** @ledger: Its bytes. */
	struct dxg_ledger ledger;
	/** @usage: What else it uses. */
	struct dxg_usage usage;
};

/**
 * struct dxg_process - One address space on /dev/dxg, one open file of a DRM node
 */
struct dxg_process {
	/** @kref: Count. */
	struct kref kref;
	/** @only: The one adapter of a DRM node's file, counted; NULL on /dev/dxg. */
	struct dxg_adapter *only;
	/** @table: Its handles. */
	struct dxg_handle_table table;

	/**
	 * @mm: Address space that the state is bound to, by mmgrab(). On a DRM node
	 * NULL until a call needs it, then set once.
	 */
	struct mm_struct *mm;

	/** @memcg: Memory cgroup that its memory is charged to, counted, or NULL. */
	struct mem_cgroup *memcg;

	/** @pid: Who opened it first, for people. */
	pid_t pid;
	/** @opener: The same, counted, for other pid namespaces. */
	struct pid *opener;

	/** @lock: Covers @adapters and the opens in them. */
	struct mutex lock;
	/** @adapters: The process's struct dxg_process_adapter. */
	struct list_head adapters;

	/** @client_id: Number for fdinfo on /dev/dxg, which no DRM file has; else 0. */
	u64 client_id;
	/** @usage_lock: Covers the two fields below. */
	spinlock_t usage_lock;
	/** @uses: Uses of adapters, those included of which only objects are left. */
	struct list_head uses;
	/** @past_ns: Time that its commands have had of engines, in uses that are no more. */
	u64 past_ns[DXG_NUM_ENGINE_CLASSES];

	/** @num_async: Waits through an eventfd that are pending. */
	atomic_t num_async;

	/**
	 * @map_lock: Serialises mapping and unmapping of allocations; taken before mmap_lock.
	 * Covers the lock count and address of each allocation.
	 */
	struct mutex map_lock;

	/** @scratch_lock: Covers @scratch. */
	struct mutex scratch_lock;
	/**
	 * @scratch: D3DKMT_MAX_ALLOCATIONS handles, so that a destroy call needs no
	 * memory.
	 */
	u32 *scratch;

	/** @files: Open files of /dev/dxg. Under the list's lock. */
	unsigned int files;
	/** @link: Entry of the list of processes. Under the list's lock. */
	struct list_head link;
};

struct dxg_process *dxg_process_create(struct dxg_adapter *only);
void dxg_process_get(struct dxg_process *process);
void dxg_process_put(struct dxg_process *process);
void dxg_process_close(struct dxg_process *process);
bool dxg_process_is_current(const struct dxg_process *process);
int dxg_process_bind_mm(struct dxg_process *process);

struct dxg_object *dxg_process_open_adapter(struct dxg_process *process,
					    struct dxg_adapter *adapter);
struct dxg_process_adapter *dxg_process_adapter_from(const struct dxg_object *obj);
struct dxg_process_adapter *dxg_process_find_adapter(struct dxg_process *process,
						     struct dxg_adapter *adapter);
struct dxg_process_adapter *dxg_process_lookup_adapter(struct dxg_process *process, u32 handle);

struct dxg_process *dxg_process_open_shared(void);
void dxg_process_close_shared(struct dxg_process *process);

#endif /* _DXG_PROCESS_H */
