// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <drm/drm_debugfs.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_debugfs.h"
#include "dxg_destroy.h"
#include "dxg_device.h"
#include "dxg_handle.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_sched.h"
#include "dxg_trace.h"

/**
 * DOC: Debugfs
 *
 * Four files in the folder of an adapter's DRM device. They show handles and the
 * queues behind a destruction as they are, each list under its own lock, and never
 * an address.
 *
 * - dxg_state: live objects by kind, destructions that are pending, bytes in each
 *   segment, kept for reuse, asked to be resident, offered and reserved, and pins, one
 *   "name: number" in a line;
 * - dxg_handles: every object of every process that uses the adapter;
 * - dxg_epochs: for each device its epoch, the commands that are left in each epoch
 *   and the destructions that wait for them, and for each node what it holds;
 * - dxg_invariants: checks, at each read, what must be true of all these whenever
 *   their lock is not held: one line for each rule, "ok" or how many break it. Of
 *   queues that are long only the beginning is checked.
 *
 * Refused: one file with everything. A read of a table with millions of handles would
 * stand before the three numbers that are looked for.
 */

/* Objects that are looked at in one hold of a table's lock. */
#define DXG_DEBUGFS_CHUNK	64

/* Commands, destructions and uses of a device that are looked at: interrupts are off. */
#define DXG_DEBUGFS_MOST	1024

static struct dxg_adapter *debugfs_adapter(struct seq_file *m)
{
	struct drm_debugfs_entry *entry = m->private;

	return container_of(entry->dev, struct dxg_adapter, ddev);
}

/* What each process counts without a lock. */
static void state_sum(struct dxg_adapter *adapter, u64 *pending, u64 *pinned)
{
	struct dxg_process_adapter *pa;
	unsigned int i;

	*pending = 0;
	*pinned = 0;
	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(pa, &adapter->processes, adapter_link) {
		*pending += atomic64_read(&pa->usage.pending);
		for (i = 0; i < DXG_NUM_SEGMENTS; i++)
			*pinned += atomic64_read(&pa->usage.active[i]);
	}
	mutex_unlock(&adapter->objects_lock);
}

static int dxg_state_show(struct seq_file *m, void *data)
{
	struct dxg_adapter *adapter = debugfs_adapter(m);
	struct dxg_adapter_stats *stats = &adapter->stats;
	struct dxg_ledger ledger;
	u64 kept, used, pending, pinned;

	seq_printf(m, "processes: %d\n", atomic_read(&stats->processes));
	seq_printf(m, "devices: %d\n", atomic_read(&stats->devices));
	seq_printf(m, "contexts: %d\n", atomic_read(&stats->contexts));
	seq_printf(m, "resources: %d\n", atomic_read(&stats->resources));
	seq_printf(m, "allocations: %d\n", atomic_read(&stats->allocations));
	seq_printf(m, "sync_objects: %d\n", atomic_read(&stats->sync_objects));
	seq_printf(m, "sync_openings: %d\n", atomic_read(&stats->sync_openings));
	seq_printf(m, "commands: %d\n", atomic_read(&stats->commands));
	seq_printf(m, "batches: %d\n", atomic_read(&stats->batches));
	seq_printf(m, "shares: %d\n", atomic_read(&stats->shares));
	seq_printf(m, "hw_queues: %d\n", atomic_read(&stats->hw_queues));
	state_sum(adapter, &pending, &pinned);
	spin_lock(&adapter->vidmm_lock);
	kept = adapter->kept_bytes;
	used = atomic64_read(&adapter->segment_used);
	ledger = adapter->ledger;
	spin_unlock(&adapter->vidmm_lock);
	seq_printf(m, "backing_bytes: %llu\n", used - kept);
	seq_printf(m, "kept_bytes: %llu\n", kept);
	seq_printf(m, "system_bytes: %llu\n", ledger.placed[DXG_SEGMENT_SYSTEM]);
	seq_printf(m, "user_bytes: %llu\n", ledger.placed[DXG_SEGMENT_USER]);
	seq_printf(m, "wanted_bytes: %llu\n", ledger.wanted);
	seq_printf(m, "offered_bytes: %llu\n",
		   ledger.offered[DXG_SEGMENT_DEVICE] + ledger.offered[DXG_SEGMENT_SYSTEM]);
	seq_printf(m, "exported_bytes: %llu\n",
		   ledger.exported[DXG_SEGMENT_DEVICE] + ledger.exported[DXG_SEGMENT_USER]);
	seq_printf(m, "pending_bytes: %llu\n", pending);
	seq_printf(m, "reserved_bytes: %llu\n", ledger.reserved);
	seq_printf(m, "pinned_bytes: %llu\n", pinned);
	seq_printf(m, "pins: %d\n", atomic_read(&adapter->pins));
	return 0;
}

static const char *object_type_name(enum dxg_object_type type)
{
	static const struct trace_print_flags names[] = { DXG_TRACE_TYPES };

	return names[type].name;
}

/**
 * struct handle_row - What is shown of an object
 * @handle: its handle
 * @parent: its parent's, 0: none
 * @type: its kind
 * @refs: references
 * @bytes: of an allocation's backing
 */
struct handle_row {
	u32 handle;
	u32 parent;
	enum dxg_object_type type;
	unsigned int refs;
	u64 bytes;
};

static void handle_row_fill(struct handle_row *row, struct dxg_object *obj)
{
	row->handle = obj->handle;
	row->parent = obj->parent->handle;
	row->type = obj->ops->type;
	row->refs = kref_read(&obj->kref);
	row->bytes = 0;
	if (row->type == DXG_OBJECT_ALLOCATION) {
		struct dxg_gem_object *bo = dxg_allocation_from(obj)->bo;

		row->bytes = READ_ONCE(bo->segment) == DXG_SEGMENT_DEVICE ? bo->base.size : 0;
	}
}

static void handles_show_process(struct seq_file *m, struct dxg_process_adapter *pa,
				 struct handle_row *rows)
{
	struct dxg_handle_table *table = &pa->process->table;
	struct dxg_object *obj;
	unsigned long index = 0;
	unsigned int seen, num, i;

	do {
		seen = 0;
		num = 0;
		xa_lock(&table->xa);
		xa_for_each_start(&table->xa, index, obj, index) {
			if (dxg_process_adapter_from(obj) == pa)
				handle_row_fill(&rows[num++], obj);
			if (++seen == DXG_DEBUGFS_CHUNK)
				break;
		}
		xa_unlock(&table->xa);
		index++;

		for (i = 0; i < num; i++)
			seq_printf(m, "  %08x %-12s parent=%08x refs=%u bytes=%llu\n",
				   rows[i].handle, object_type_name(rows[i].type),
				   rows[i].parent, rows[i].refs, rows[i].bytes);
		cond_resched();
	} while (seen == DXG_DEBUGFS_CHUNK);
}

static int dxg_handles_show(struct seq_file *m, void *data)
{
	struct dxg_adapter *adapter = debugfs_adapter(m);
	struct dxg_process_adapter *pa;
	struct handle_row *rows;

	rows = kmalloc_array(DXG_DEBUGFS_CHUNK, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOMEM;
	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(pa, &adapter->processes, adapter_link) {
		seq_printf(m, "process %d %s\n", pa->process->pid,
			   pa->process->only ? "node" : "/dev/dxg");
		handles_show_process(m, pa, rows);
	}
	mutex_unlock(&adapter->objects_lock);
	kfree(rows);
	return 0;
}

static void epochs_show_commands_locked(struct seq_file *m, struct dxg_device *device)
{
	unsigned int held = 0, armed = 0, seen = 0;
	struct dxg_command *cmd;
	u64 epoch = 0;

	list_for_each_entry(cmd, &device->commands, device_link) {
		if (held + armed && cmd->epoch != epoch) {
			seq_printf(m, "  epoch %llu: held=%u armed=%u\n", epoch, held, armed);
			held = 0;
			armed = 0;
		}
		epoch = cmd->epoch;
		if (cmd->armed)
			armed++;
		else
			held++;
		if (++seen == DXG_DEBUGFS_MOST)
			break;
	}
	if (held + armed)
		seq_printf(m, "  epoch %llu: held=%u armed=%u%s\n", epoch, held, armed,
			   seen == DXG_DEBUGFS_MOST ? " and more" : "");
}

static void epochs_show_batches_locked(struct seq_file *m, struct dxg_device *device)
{
	struct dxg_batch *batch;
	unsigned int seen = 0;

	list_for_each_entry(batch, &device->batches, link) {
		if (++seen > DXG_DEBUGFS_MOST) {
			seq_puts(m, "  and more\n");
			break;
		}
		seq_printf(m, "  destroy: epoch=%llu resource=%08x first=%08x\n", batch->epoch,
			   batch->resource ? batch->resource->base.handle : 0,
			   batch->lender->handle);
	}
}

static void epochs_show_device(struct seq_file *m, struct dxg_device *device)
{
	spin_lock_irq(&device->lock);
	seq_printf(m, "device %08x: epoch=%llu state=%d\n", device->base.handle, device->epoch,
		   device->state);
	epochs_show_commands_locked(m, device);
	epochs_show_batches_locked(m, device);
	spin_unlock_irq(&device->lock);
}

static void epochs_show_node(struct seq_file *m, struct dxg_node *node)
{
	struct dxg_queue *queue;
	unsigned int seen = 0;

	spin_lock_irq(&node->lock);
	seq_printf(m, "node %u: armed=%u stopped=%d\n", node->ordinal, node->armed, node->stopped);
	list_for_each_entry(queue, &node->queues, node_link) {
		if (++seen > DXG_DEBUGFS_MOST) {
			seq_puts(m, "  and more\n");
			break;
		}
		seq_printf(m, "  %s %08x: held=%u%s\n",
			   queue->owner == &queue->ctx->base ? "context" : "hw_queue",
			   queue->owner->handle, queue->num_held,
			   queue->blocked ? " blocked" : "");
	}
	spin_unlock_irq(&node->lock);
}

static int dxg_epochs_show(struct seq_file *m, void *data)
{
	struct dxg_adapter *adapter = debugfs_adapter(m);
	struct dxg_device *device;
	u32 i;

	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(device, &adapter->devices, adapter_link)
		epochs_show_device(m, device);
	mutex_unlock(&adapter->objects_lock);
	for (i = 0; i < adapter->caps.num_nodes; i++)
		epochs_show_node(m, adapter->nodes[i]);
	return 0;
}

/* Each returns how many objects break its rule. */
static unsigned int check_handles(struct dxg_adapter *adapter)
{
	struct dxg_process_adapter *pa;
	unsigned int bad = 0;

	list_for_each_entry(pa, &adapter->processes, adapter_link)
		bad += dxg_handle_table_check(&pa->process->table);
	return bad;
}

/* The commands are in the order of their epochs, and so is what waits for them. */
static unsigned int check_device_locked(struct dxg_device *device)
{
	u64 oldest = device->epoch, last = 0;
	unsigned int bad = 0, seen = 0;
	struct dxg_batch *batch;
	struct dxg_command *cmd;

	lockdep_assert_held(&device->lock);

	if (!list_empty(&device->commands))
		oldest = list_first_entry(&device->commands, struct dxg_command,
					  device_link)->epoch;
	list_for_each_entry(cmd, &device->commands, device_link) {
		bad += cmd->epoch < last || cmd->epoch > device->epoch;
		last = cmd->epoch;
		if (++seen == DXG_DEBUGFS_MOST)
			break;
	}
	/* What is here waits for something: the oldest command is of its epoch or older. */
	last = 0;
	seen = 0;
	list_for_each_entry(batch, &device->batches, link) {
		bad += batch->epoch < last || batch->epoch < oldest ||
		       batch->epoch >= device->epoch;
		last = batch->epoch;
		if (++seen == DXG_DEBUGFS_MOST)
			break;
	}
	return bad;
}

static unsigned int check_epochs(struct dxg_adapter *adapter)
{
	struct dxg_device *device;
	unsigned int bad = 0;

	list_for_each_entry(device, &adapter->devices, adapter_link) {
		spin_lock_irq(&device->lock);
		bad += check_device_locked(device);
		spin_unlock_irq(&device->lock);
	}
	return bad;
}

/* What an armed command uses is busy. */
static unsigned int check_busy_locked(struct dxg_device *device)
{
	unsigned int bad = 0, seen = 0;
	struct dxg_command *cmd;
	u32 i;

	lockdep_assert_held(&device->lock);

	list_for_each_entry(cmd, &device->commands, device_link) {
		for (i = 0; cmd->armed && i < cmd->num_uses; i++) {
			bad += !cmd->uses[i].alloc->busy;
			seen++;
		}
		if (++seen >= DXG_DEBUGFS_MOST)
			break;
	}
	return bad;
}

static unsigned int check_busy(struct dxg_adapter *adapter)
{
	struct dxg_device *device;
	unsigned int bad = 0;

	list_for_each_entry(device, &adapter->devices, adapter_link) {
		spin_lock_irq(&device->lock);
		bad += check_busy_locked(device);
		spin_unlock_irq(&device->lock);
	}
	return bad;
}

static unsigned int check_nodes(struct dxg_adapter *adapter)
{
	unsigned int bad = 0, seen;
	struct dxg_queue *queue;
	u32 i;

	for (i = 0; i < adapter->caps.num_nodes; i++) {
		struct dxg_node *node = adapter->nodes[i];

		spin_lock_irq(&node->lock);
		/* Who pages waits for it, and so what pages is not many. */
		bad += i != adapter->caps.paging_node && node->armed > DXG_NODE_DEPTH;
		seen = 0;
		list_for_each_entry(queue, &node->queues, node_link) {
			bad += queue->dead || !queue->num_held || list_empty(&queue->held) ||
			       queue->blocked != RB_EMPTY_NODE(&queue->turn_node);
			if (++seen == DXG_DEBUGFS_MOST)
				break;
		}
		spin_unlock_irq(&node->lock);
	}
	return bad;
}

/* What is charged is on a list, or kept, or being made: then it is not on a list yet. */
static unsigned int check_segment(struct dxg_adapter *adapter)
{
	u64 bytes, used;

	spin_lock(&adapter->vidmm_lock);
	bytes = adapter->ledger.placed[DXG_SEGMENT_DEVICE] + adapter->kept_bytes;
	used = atomic64_read(&adapter->segment_used);
	spin_unlock(&adapter->vidmm_lock);

	return bytes > used || used > adapter->caps.segment_size;
}

static u64 list_bytes_locked(struct list_head *list, struct dxg_process_adapter *pa, u64 *wanted)
{
	struct dxg_gem_object *bo;
	u64 bytes = 0;

	list_for_each_entry(bo, list, segment_link) {
		if (bo->pa != pa)
			continue;
		bytes += bo->base.size;
		/* Those of others may be the ones who ask. */
		*wanted += bo->wanted && !bo->shared ? bo->base.size : 0;
	}
	return bytes;
}

/* One process's ledger says what the lists say. What is nowhere may be wanted too. */
static bool check_ledger_one_locked(struct dxg_process_adapter *pa)
{
	struct dxg_adapter *adapter = pa->adapter;
	u64 device = 0, system, user, wanted = 0, existing = 0;
	unsigned int i;

	for (i = 0; i < DXG_NUM_RANKS; i++)
		device += list_bytes_locked(&adapter->resident[i], pa, &wanted);
	system = list_bytes_locked(&adapter->evicted, pa, &wanted);
	for (i = 0; i < DXG_NUM_OFFERS; i++)
		system += list_bytes_locked(&adapter->offered[i], pa, &wanted);
	user = list_bytes_locked(&adapter->user, pa, &existing);
	return user == pa->ledger.placed[DXG_SEGMENT_USER] &&
	       device == pa->ledger.placed[DXG_SEGMENT_DEVICE] &&
	       system == pa->ledger.placed[DXG_SEGMENT_SYSTEM] && wanted <= pa->ledger.wanted;
}

/* And the adapter's ledger is the sum of them. */
static unsigned int check_ledger(struct dxg_adapter *adapter)
{
	struct dxg_process_adapter *pa;
	struct dxg_ledger sum = {};
	unsigned int bad = 0, i;

	spin_lock(&adapter->vidmm_lock);
	list_for_each_entry(pa, &adapter->processes, adapter_link) {
		if (IS_ENABLED(CONFIG_PROVE_LOCKING))
			bad += !check_ledger_one_locked(pa);
		for (i = 0; i < DXG_NUM_SEGMENTS; i++) {
			sum.placed[i] += pa->ledger.placed[i];
			sum.num[i] += pa->ledger.num[i];
			sum.offered[i] += pa->ledger.offered[i];
			sum.shared[i] += pa->ledger.shared[i];
			sum.exported[i] += pa->ledger.exported[i];
		}
		sum.wanted += pa->ledger.wanted;
		sum.reserved += pa->ledger.reserved;
	}
	bad += !!memcmp(&sum, &adapter->ledger, sizeof(sum));
	spin_unlock(&adapter->vidmm_lock);
	return bad;
}

static const struct {
	const char *name;
	unsigned int (*check)(struct dxg_adapter *adapter);
} debugfs_rules[] = {
	{ "handles", check_handles },
	{ "epochs", check_epochs },
	{ "busy", check_busy },
	{ "nodes", check_nodes },
	{ "segment", check_segment },
	{ "ledger", check_ledger },
};

static int dxg_invariants_show(struct seq_file *m, void *data)
{
	struct dxg_adapter *adapter = debugfs_adapter(m);
	unsigned int bad, i;

	mutex_lock(&adapter->objects_lock);
	for (i = 0; i < ARRAY_SIZE(debugfs_rules); i++) {
		bad = debugfs_rules[i].check(adapter);
		if (bad)
			seq_printf(m, "%s: broken by %u\n", debugfs_rules[i].name, bad);
		else
			seq_printf(m, "%s: ok\n", debugfs_rules[i].name);
	}
	mutex_unlock(&adapter->objects_lock);
	return 0;
}

/**
 * dxg_debugfs_check() - Check what dxg_invariants shows
 * @adapter: the adapter
 *
 * Return: the name of a rule that is broken; NULL: none is.
 */
const char *dxg_debugfs_check(struct dxg_adapter *adapter)
{
	const char *broken = NULL;
	unsigned int i;

	mutex_lock(&adapter->objects_lock);
	for (i = 0; i < ARRAY_SIZE(debugfs_rules) && !broken; i++)
		if (debugfs_rules[i].check(adapter))
			broken = debugfs_rules[i].name;
	mutex_unlock(&adapter->objects_lock);
	return broken;
}

static const struct drm_debugfs_info dxg_debugfs_files[] = {
	{ "dxg_state", dxg_state_show },
	{ "dxg_handles", dxg_handles_show },
	{ "dxg_epochs", dxg_epochs_show },
	{ "dxg_invariants", dxg_invariants_show },
};

/**
 * dxg_debugfs_init() - Add an adapter's files
 * @adapter: the adapter, before it is registered
 */
void dxg_debugfs_init(struct dxg_adapter *adapter)
{
	drm_debugfs_add_files(&adapter->ddev, dxg_debugfs_files, ARRAY_SIZE(dxg_debugfs_files));
}
