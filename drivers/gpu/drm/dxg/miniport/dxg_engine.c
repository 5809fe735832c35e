// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/dxg/dxg_ddi.h>
#include <uapi/drm/dxg_drm.h>

#include "dxg_engine.h"

/**
 * DOC: Software engine
 *
 * Neither virtio-gpu without 3D nor vkms executes commands for us, so a kernel worker
 * does: it fills, copies, waits, writes time stamps and signals fences, on memory that
 * is mapped into the kernel. It is an engine in every other respect: it has one
 * command at a time, reports its end by a fence, can hang, and is reset.
 *
 * The worker looks at @cancel between steps, each of which is short, so that a reset
 * takes effect at once. It never looks at user memory or at handles: the port has
 * resolved and checked everything.
 *
 * Who waits for a command's fence may be reclaiming memory, so all that it takes to come to
 * its end is annotated as such: lockdep tells if anything there could wait for memory.
 */

/* Bytes moved between two looks at @cancel. */
#define ENGINE_STEP	SZ_1M

/**
 * struct dxg_engine - One node
 */
struct dxg_engine {
	/** @wq: Runs @work; its own, so that a delay keeps nobody else waiting. */
	struct workqueue_struct *wq;
	/** @work: Executes @command. */
	struct work_struct work;
	/** @command: What is executed; the scheduler brings one at a time. */
	struct dxg_ddi_command *command;
	/** @cancel: Stop executing. */
	bool cancel;
	/** @stopped: For good. Under @lock for submit and stop. */
	bool stopped;
	/** @lock: Makes a submission either seen or refused by dxg_engine_stop(). */
	spinlock_t lock;
	/** @wait: A delay waits here for @cancel. */
	wait_queue_head_t wait;
};

static bool engine_cancelled(struct dxg_engine *engine)
{
	cond_resched();
	return READ_ONCE(engine->cancel);
}

static void *engine_memory(struct dxg_engine *engine, const struct drm_dxg_address *address)
{
	return engine->command->memory[address->base] + address->offset;
}

static void engine_fill(struct dxg_engine *engine, const struct drm_dxg_cmd_fill *fill)
{
	void *dst = engine_memory(engine, &fill->dst);
	u64 left = fill->length;

	while (left && !engine_cancelled(engine)) {
		u64 step = min_t(u64, left, ENGINE_STEP);

		/* What is copied from where zero is read need not be aligned. */
		if (fill->pattern)
			memset32(dst, fill->pattern, step / sizeof(fill->pattern));
		else
			memset(dst, 0, step);
		dst += step;
		left -= step;
	}
}

static void engine_copy(struct dxg_engine *engine, const struct drm_dxg_cmd_copy *copy)
{
	void *dst = engine_memory(engine, &copy->dst);
	void *src = engine_memory(engine, &copy->src);
	u64 done = 0;

	/* In steps from the end where memmove() of the whole would start there. */
	while (done < copy->length && !engine_cancelled(engine)) {
		u64 step = min_t(u64, copy->length - done, ENGINE_STEP);
		u64 pos = dst > src ? copy->length - done - step : done;

		memmove(dst + pos, src + pos, step);
		done += step;
	}
}

static void engine_delay(struct dxg_engine *engine, const struct drm_dxg_cmd_delay *delay)
{
	ktime_t timeout = ns_to_ktime(min_t(u64, delay->duration_ns, KTIME_MAX));

	wait_event_interruptible_hrtimeout(engine->wait, READ_ONCE(engine->cancel), timeout);
}

static void engine_timestamp(struct dxg_engine *engine,
			     const struct drm_dxg_cmd_timestamp *timestamp)
{
	WRITE_ONCE(*(u64 *)engine_memory(engine, &timestamp->dst), ktime_get_ns());
}

static void engine_execute(struct dxg_engine *engine, const struct drm_dxg_cmd *cmd)
{
	const struct drm_dxg_cmd_signal *signal = (const void *)cmd;

	if (cmd->opcode == DRM_DXG_CMD_SIGNAL) {
		dxg_port_signal(engine->command, signal->sync_object, signal->value);
		return;
	}
	if (engine->command->null_rendering)
		return;

	switch (cmd->opcode) {
	case DRM_DXG_CMD_FILL:
		engine_fill(engine, (const void *)cmd);
		break;
	case DRM_DXG_CMD_COPY:
		engine_copy(engine, (const void *)cmd);
		break;
	case DRM_DXG_CMD_DELAY:
		engine_delay(engine, (const void *)cmd);
		break;
	case DRM_DXG_CMD_TIMESTAMP:
		engine_timestamp(engine, (const void *)cmd);
		break;
	}
}

static void engine_work(struct work_struct *work)
{
	struct dxg_engine *engine = container_of(work, struct dxg_engine, work);
	const struct drm_dxg_cmd_stream *head = engine->command->stream;
	const void *stream = head;
	u32 pos = sizeof(*head);
	bool cookie;

	cookie = dma_fence_begin_signalling();
	while (pos < head->size && !engine_cancelled(engine)) {
		const struct drm_dxg_cmd *cmd = stream + pos;

		engine_execute(engine, cmd);
		pos += cmd->size;
	}

	/* After a reset the command is the port's: it knows what became of it. */
	if (READ_ONCE(engine->stopped))
		dxg_port_command_done(engine->command, -ENODEV);
	else if (!READ_ONCE(engine->cancel))
		dxg_port_command_done(engine->command, 0);
	dma_fence_end_signalling(cookie);
}

/**
 * dxg_engine_create() - Create an engine
 * @node: number of the node, for the worker's name
 *
 * Return: the engine; -ENOMEM.
 */
struct dxg_engine *dxg_engine_create(u32 node)
{
	struct dxg_engine *engine;

	engine = kzalloc(sizeof(*engine), GFP_KERNEL);
	if (!engine)
		return ERR_PTR(-ENOMEM);
	/* Memory may depend on it: destructions wait for commands. */
	engine->wq = alloc_ordered_workqueue("dxg-node%u", WQ_MEM_RECLAIM, node);
	if (!engine->wq) {
		kfree(engine);
		return ERR_PTR(-ENOMEM);
	}
	INIT_WORK(&engine->work, engine_work);
	spin_lock_init(&engine->lock);
	init_waitqueue_head(&engine->wait);
	return engine;
}

/**
 * dxg_engine_destroy() - Free an engine
 * @engine: the engine; has no command
 */
void dxg_engine_destroy(struct dxg_engine *engine)
{
	destroy_workqueue(engine->wq);
	kfree(engine);
}

/**
 * dxg_engine_submit() - Start a command
 * @engine: the engine; has none
 * @command: the command
 */
void dxg_engine_submit(struct dxg_engine *engine, struct dxg_ddi_command *command)
{
	bool stopped, cookie;

	cookie = dma_fence_begin_signalling();
	spin_lock(&engine->lock);
	stopped = engine->stopped;
	if (!stopped) {
		engine->command = command;
		queue_work(engine->wq, &engine->work);
	}
	spin_unlock(&engine->lock);

	if (stopped)
		dxg_port_command_done(command, -ENODEV);
	dma_fence_end_signalling(cookie);
}

static void engine_cancel(struct dxg_engine *engine)
{
	WRITE_ONCE(engine->cancel, true);
	wake_up_all(&engine->wait);
}

/**
 * dxg_engine_reset() - Stop the command under way
 * @engine: the engine
 *
 * On return it touches no memory, and reports the command no more.
 */
void dxg_engine_reset(struct dxg_engine *engine)
{
	engine_cancel(engine);
	cancel_work_sync(&engine->work);
	/* A stop that came meanwhile stays. */
	spin_lock(&engine->lock);
	WRITE_ONCE(engine->cancel, engine->stopped);
	spin_unlock(&engine->lock);
}

/**
 * dxg_engine_stop() - Finish the command under way and all later ones with -ENODEV
 * @engine: the engine
 *
 * Does not wait.
 */
void dxg_engine_stop(struct dxg_engine *engine)
{
	spin_lock(&engine->lock);
	WRITE_ONCE(engine->stopped, true);
	engine_cancel(engine);
	spin_unlock(&engine->lock);
}
