/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_GPU_SYNC_H
#define _DXG_GPU_SYNC_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "dxg_wait.h"

struct dxg_command;
struct dxg_process;
struct eventfd_ctx;

/**
 * struct dxg_gpu_wait - A wait in a queue
 * @wait: the wait
 * @cmd: its place in the queue
 * @started: it has headed the queue once; who promotes only
 * @taken: it is satisfied, and has taken its mutexes and semaphores
 * @entries: a wait at each fence
 */
struct dxg_gpu_wait {
	struct dxg_wait wait;
	struct dxg_command *cmd;
	bool started;
	bool taken;
	struct dxg_wait_entry entries[];
};

/**
 * struct dxg_gpu_signal - A signal that one or several queues have to reach
 * @refs: commands that belong to it, and the call that makes them
 * @rewind: values may go back
 * @event: eventfd that is signalled, or NULL
 * @event_left: commands that have not finished
 * @num: fences
 * @left: for each fence, commands that have not come to it
 */
struct dxg_gpu_signal {
	refcount_t refs;
	bool rewind;
	struct eventfd_ctx *event;
	atomic_t event_left;
	u32 num;
	atomic_t left[] __counted_by(num);
};

int dxg_gpu_wait_queue(struct dxg_process *process, u32 context, u32 sync, u64 value);
bool dxg_gpu_sync_run(struct dxg_command *cmd);
void dxg_gpu_signal_reach(struct dxg_command *cmd, u32 index, u64 value);
void dxg_gpu_signal_end(struct dxg_command *cmd, int error);
void dxg_gpu_sync_cancel(struct dxg_command *cmd);
void dxg_gpu_wait_untake(struct dxg_command *cmd);
void dxg_gpu_sync_free(struct dxg_command *cmd);

#endif /* _DXG_GPU_SYNC_H */
