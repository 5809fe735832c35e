// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_gem.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_usage.h"
#include "dxg_vidmm.h"

/**
 * DOC: Usage
 *
 * What statistics and fdinfo say beside the ledger: bytes of what was created and of what
 * commands use, bytes that were moved, and the time of engines. Each is one number for a
 * process on an adapter, changed where it happens, so that whoever asks walks no list of
 * allocations.
 *
 * An engine has one command at a time, and its time is that command's from when the
 * engine is given it until it reports the end. The process of the command pays, for a
 * move the one whose bytes they are. Who asks while a command runs is told the time up to
 * now, so a long command is seen before it ends.
 *
 * A process's use of an adapter lives on, after the last handle, until nothing of it is
 * left, and is counted as long. The time of its engines stays with the process.
 *
 * Refused: time by the scheduler's fences, which are there already. The scheduled fence
 * signals before the engine has the command and the finished fence after others have been
 * told; and both are gone when somebody asks.
 */

/**
 * dxg_usage_add() - Count a process's use of an adapter from now on
 * @pa: the use, new
 */
void dxg_usage_add(struct dxg_process_adapter *pa)
{
	struct dxg_process *process = pa->process;

	spin_lock(&process->usage_lock);
	list_add_tail(&pa->usage.link, &process->uses);
	spin_unlock(&process->usage_lock);
}

static enum dxg_engine_class usage_class(const struct dxg_adapter *adapter, u32 node)
{
	return node == adapter->caps.paging_node ? DXG_ENGINE_PAGING : DXG_ENGINE_COPY;
}

static void usage_add_engines(struct dxg_process_adapter *pa, u64 *engine_ns)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_node_usage usage;
	u32 i;

	for (i = 0; i < adapter->caps.num_nodes; i++) {
		dxg_usage_read_node(adapter->nodes[i], pa, &usage);
		engine_ns[usage_class(adapter, i)] += usage.running_ns;
	}
}

/**
 * dxg_usage_remove() - Count it no more
 * @pa: the use, with no object left
 */
void dxg_usage_remove(struct dxg_process_adapter *pa)
{
	struct dxg_process *process = pa->process;

	spin_lock(&process->usage_lock);
	list_del(&pa->usage.link);
	usage_add_engines(pa, process->past_ns);
	spin_unlock(&process->usage_lock);
}

/**
 * dxg_usage_resize() - An object has another size
 * @bo: the object; its old size is still there
 * @size: bytes; from 0 when it is created
 */
void dxg_usage_resize(struct dxg_gem_object *bo, u64 size)
{
	struct dxg_process_adapter *pa = bo->pa;

	atomic64_add(size - bo->base.size, &pa->usage.created);
}

/**
 * dxg_usage_pin() - Armed commands begin, or cease, to use an object
 * @bo: the object
 * @pinned: they begin
 *
 * In any context.
 */
void dxg_usage_pin(struct dxg_gem_object *bo, bool pinned)
{
	struct dxg_process_adapter *pa = bo->pa;
	atomic64_t *active = &pa->usage.active[bo->existing ? DXG_SEGMENT_USER :
							    DXG_SEGMENT_DEVICE];

	atomic64_add(pinned ? bo->base.size : -bo->base.size, active);
}

static void moves_place(struct dxg_moves *moves, const struct dxg_gem_object *bo,
			enum dxg_segment segment)
{
	u64 bytes = bo->base.size;

	if (segment == DXG_SEGMENT_DEVICE && bo->segment == DXG_SEGMENT_SYSTEM) {
		moves->in += bytes;
	} else if (segment == DXG_SEGMENT_SYSTEM && bo->segment == DXG_SEGMENT_DEVICE) {
		moves->out[dxg_vidmm_priority_class(bo->priority)] += bytes;
		moves->num_out++;
	}
}

/**
 * dxg_usage_place_locked() - An object's bytes are about to be placed
 * @bo: the object, locked; its old segment, not NONE, is still there
 * @segment: where
 *
 * Under the adapter's vidmm_lock.
 */
void dxg_usage_place_locked(struct dxg_gem_object *bo, enum dxg_segment segment)
{
	struct dxg_process_adapter *pa = bo->pa;

	lockdep_assert_held(&bo->lock);
	lockdep_assert_held(&pa->adapter->vidmm_lock);

	moves_place(&pa->usage.moves, bo, segment);
	moves_place(&pa->adapter->moves, bo, segment);
}

/**
 * dxg_usage_discard() - The bytes of an offered allocation are about to be given up
 * @bo: the object, locked
 */
void dxg_usage_discard(struct dxg_gem_object *bo)
{
	struct dxg_process_adapter *pa = bo->pa;
	struct dxg_adapter *adapter = pa->adapter;

	spin_lock(&adapter->vidmm_lock);
	pa->usage.moves.discarded += bo->base.size;
	adapter->moves.discarded += bo->base.size;
	spin_unlock(&adapter->vidmm_lock);
}

/**
 * dxg_usage_begin() - The engine is about to be given a command
 * @cmd: the command
 */
void dxg_usage_begin(struct dxg_command *cmd)
{
	struct dxg_node *node = cmd->node;
	unsigned long flags;

	if (cmd->queue)
		cmd->payer = cmd->queue->pa;
	spin_lock_irqsave(&node->usage_lock, flags);
	node->running = cmd;
	cmd->running_since = ktime_get_ns();
	node->usage.submitted++;
	cmd->payer->usage.nodes[node->ordinal].submitted++;
	spin_unlock_irqrestore(&node->usage_lock, flags);
}

static void node_usage_end(struct dxg_node_usage *usage, u64 ns, int error)
{
	usage->running_ns += ns;
	if (error)
		usage->faulted++;
	else
		usage->completed++;
}

/**
 * dxg_usage_end() - The engine has finished a command
 * @cmd: the command; if the engine has not been given it nothing is counted
 * @error: 0, or a negative errno
 *
 * In any context, before the command's fence is signalled: whoever waits for that then
 * finds all of its time.
 */
void dxg_usage_end(struct dxg_command *cmd, int error)
{
	struct dxg_node *node = cmd->node;
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&node->usage_lock, flags);
	if (node->running == cmd) {
		node->running = NULL;
		ns = ktime_get_ns() - cmd->running_since;
		node_usage_end(&node->usage, ns, error);
		node_usage_end(&cmd->payer->usage.nodes[node->ordinal], ns, error);
	}
	spin_unlock_irqrestore(&node->usage_lock, flags);
}

/**
 * dxg_usage_read_node() - What was taken of a node up to now
 * @node: the node
 * @pa: by this process, or NULL: by all
 * @usage: out: the numbers; a command that runs has its time in it already
 */
void dxg_usage_read_node(struct dxg_node *node, const struct dxg_process_adapter *pa,
			 struct dxg_node_usage *usage)
{
	unsigned long flags;

	spin_lock_irqsave(&node->usage_lock, flags);
	*usage = pa ? pa->usage.nodes[node->ordinal] : node->usage;
	if (node->running && (!pa || node->running->payer == pa))
		usage->running_ns += ktime_get_ns() - node->running->running_since;
	spin_unlock_irqrestore(&node->usage_lock, flags);
}

static void usage_add_ledger(struct dxg_ledger *sum, const struct dxg_ledger *ledger)
{
	unsigned int i;

	for (i = 0; i < DXG_NUM_SEGMENTS; i++) {
		sum->placed[i] += ledger->placed[i];
		sum->offered[i] += ledger->offered[i];
		sum->shared[i] += ledger->shared[i];
		sum->exported[i] += ledger->exported[i];
		sum->num[i] += ledger->num[i];
	}
	sum->wanted += ledger->wanted;
	sum->reserved += ledger->reserved;
}

/* Two commands may pin and unpin at the same time: for a moment it is not exact. */
static u64 usage_active(struct dxg_process_adapter *pa, enum dxg_segment segment)
{
	return max_t(s64, atomic64_read(&pa->usage.active[segment]), 0);
}

static void usage_add_one(struct dxg_process_adapter *pa, struct dxg_usage_sum *sum)
{
	struct dxg_adapter *adapter = pa->adapter;
	u64 created = atomic64_read(&pa->usage.created), user;
	u32 i;

	spin_lock(&adapter->vidmm_lock);
	usage_add_ledger(&sum->ledger, &pa->ledger);
	user = pa->ledger.placed[DXG_SEGMENT_USER];
	spin_unlock(&adapter->vidmm_lock);

	/* What exists already is in its place from the beginning, and never elsewhere. */
	sum->total[DXG_SEGMENT_USER] += user;
	sum->total[DXG_SEGMENT_DEVICE] += created - min(created, user);
	sum->active[DXG_SEGMENT_DEVICE] += usage_active(pa, DXG_SEGMENT_DEVICE);
	sum->active[DXG_SEGMENT_USER] += usage_active(pa, DXG_SEGMENT_USER);
	usage_add_engines(pa, sum->engine_ns);
	for (i = 0; i < adapter->caps.num_nodes; i++)
		sum->num_engines[usage_class(adapter, i)]++;
}

/**
 * dxg_usage_read() - What a process uses of all its adapters
 * @process: the process
 * @sum: out: the numbers
 */
void dxg_usage_read(struct dxg_process *process, struct dxg_usage_sum *sum)
{
	struct dxg_process_adapter *pa;

	memset(sum, 0, sizeof(*sum));
	spin_lock(&process->usage_lock);
	memcpy(sum->engine_ns, process->past_ns, sizeof(sum->engine_ns));
	list_for_each_entry(pa, &process->uses, usage.link)
		usage_add_one(pa, sum);
	spin_unlock(&process->usage_lock);
}
