/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_COMMAND_H
#define _DXG_COMMAND_H

#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/types.h>

#include <drm/dxg/dxg_ddi.h>
#include <drm/gpu_scheduler.h>

struct drm_gem_object;
struct dxg_allocation;
struct dxg_context;
struct dxg_gpu_signal;
struct dxg_gpu_wait;
struct dxg_gpuva_update;
struct dxg_node;
struct dxg_process_adapter;
struct dxg_queue;
struct dxg_sync;
struct dxg_sync_object;

/**
 * struct dxg_fence - A fence of a command
 *
 * The engine's own has no release op: dma_fence frees it.
 */
struct dxg_fence {
	/** @base: The fence; first, dma_fence_free() frees by its address. */
	struct dma_fence base;
	/** @lock: Its lock. */
	spinlock_t lock;
};

/**
 * struct dxg_use - An allocation that a command uses
 * @alloc: the allocation, counted
 * @write: the command writes to it
 * @shared: what has the reservation that is locked when the command is armed; NULL: it is
 *	not used by others
 */
struct dxg_use {
	struct dxg_allocation *alloc;
	bool write;
	struct drm_gem_object *shared;
};

/**
 * struct dxg_command - One submission, held and later armed
 *
 * Has from its creation all that it needs to run. A wait, and a signal at submission, have
 * no job: they are over when they have headed their queue.
 */
struct dxg_command {
	/** @job: The scheduler's part. */
	struct drm_sched_job job;
	/** @has_job: There is one. */
	bool has_job;
	/** @ddi: What the miniport sees. */
	struct dxg_ddi_command ddi;
	/** @node: The engine. */
	struct dxg_node *node;
	/** @queue: The queue, its owner counted; NULL: a paging command, which is no user's. */
	struct dxg_queue *queue;
	/** @payer: Whose time the engine's is; counted by @queue, or by who waits for a move. */
	struct dxg_process_adapter *payer;
	/** @running_since: When the engine was given it. Under the node's usage_lock. */
	u64 running_since;
	/** @held_link: Entry of the queue's FIFO. Under the node's lock. */
	struct list_head held_link;

	/** @armed_link: Entry of the node's armed commands. Under the node's lock. */
	struct list_head armed_link;

	/** @device_link: Entry of the device's commands. Under the device's lock. */
	struct list_head device_link;
	/** @epoch: Epoch that it belongs to. Under the device's lock. */
	u64 epoch;
	/** @armed: Its allocations are marked busy. Under the device's lock. */
	bool armed;

	/** @fence: Signalled by the engine; NULL once the scheduler has it. */
	struct dxg_fence *fence;
	/** @hw_fence: The same while the job runs. */
	struct dma_fence *hw_fence;
	/** @prime_fence: For the reservations of what others use, or NULL; not used yet. */
	struct dxg_fence *prime_fence;
	/** @prime_armed: The same once it is in them, counted. */
	struct dma_fence *prime_armed;
	/** @blocker: Fence that keeps it from being armed, counted; NULL: none. */
	struct dma_fence *blocker;
	/** @blocker_cb: Callback on it. */
	struct dma_fence_cb blocker_cb;
	/** @unblocked: It has been called, or the wait is over. Under the node's lock. */
	bool unblocked;
	/** @awaited: Fence of the sync file that it waits for, counted, or NULL. */
	struct dma_fence *awaited;
	/** @wait: What it waits for, if it is a wait. */
	struct dxg_gpu_wait *wait;
	/** @signal: What the kernel has it signal, maybe with others; or NULL. */
	struct dxg_gpu_signal *signal;
	/** @progress: Value of its hardware queue's fence when it is done; 0: not changed. */
	u64 progress;
	/** @reported: The engine or the time-out has finished it. */
	atomic_t reported;
	/** @finished_cb: Callback on the job's finished fence. */
	struct dma_fence_cb finished_cb;

	/** @stream: Private copy of the stream, references resolved. */
	void *stream;
	/** @has_gpuva: The stream has GPU virtual addresses, and is not translated yet. */
	bool has_gpuva;
	/** @fault: Where its translation had a page fault, or 0. */
	u64 fault;
	/** @fault_write: That was a write. */
	bool fault_write;
	/** @fault_deferred: It has waited for what was promoted before. */
	bool fault_deferred;
	/** @update: Operations on those that it does, or NULL. */
	struct dxg_gpuva_update *update;
	/** @uses: What the stream names. */
	struct dxg_use *uses;
	/** @num_uses: How many; one may be there several times. */
	u32 num_uses;
	/** @num_pinned: How many of them are pinned, from the first on. */
	u32 num_pinned;
	/** @memory: Kernel address of each, valid once armed. */
	void **memory;
	/** @signals: Sync objects that the stream names, each counted. */
	struct dxg_sync **signals;
	/** @num_signals: How many. */
	u32 num_signals;
};

/**
 * dxg_command_from_job() - The command of a job
 * @job: the job
 *
 * Return: the command.
 */
static inline struct dxg_command *dxg_command_from_job(struct drm_sched_job *job)
{
	return container_of(job, struct dxg_command, job);
}

struct dxg_command *dxg_command_create(struct dxg_node *node);
struct dxg_command *dxg_command_create_queued(struct dxg_queue *queue, bool job);
int dxg_command_hold(struct dxg_command **cmds, u32 num);
int dxg_command_pin(struct dxg_command *cmd);
int dxg_command_pin_waiting(struct dxg_command *cmd);
void dxg_command_unpin(struct dxg_command *cmd);
void dxg_command_unblock(struct dxg_command *cmd);
int dxg_command_acquire(struct dxg_command *cmd);
void dxg_command_retire(struct dxg_command *cmd);
void dxg_command_cancel(struct dxg_command *cmd);
bool dxg_command_signals(const struct dxg_command *cmd, const struct dxg_sync_object *object,
			 u64 value);
void dxg_command_fail_signals(struct dxg_command *cmd);
void dxg_command_free(struct dxg_command *cmd);

#endif /* _DXG_COMMAND_H */
