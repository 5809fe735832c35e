// SPDX-License-Identifier: GPL-2.0-only
#include <linux/printk.h>
#include <linux/string.h>

#include "../dxg_adapter.h"
#include "../dxg_command.h"
#include "../dxg_debugfs.h"
#include "../dxg_device.h"
#include "../dxg_process.h"
#include "dxg_ledger_model.h"

/*
 * What dxg_ledger_test.c expects: what programs have, what follows from its end, and how much
 * of everything there is then. Nothing here knows how the driver does it. What the driver
 * decides for itself, in which segment bytes are and which offers it discards, is only
 * bounded.
 */

/**
 * ledger_fail() - Fail the test, and say all that is needed to see it again
 * @model: the model
 * @fmt: what is wrong
 */
void ledger_fail(struct ledger_model *model, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	KUNIT_FAIL(model->test, "    seed %u, step %u, %s: %pV", model->seed, model->step,
		   model->op, &vaf);
	va_end(args);
	model->failed = true;
}

/**
 * ledger_expect_ret() - Fail the test unless a call returned what it had to
 * @model: the model
 * @ret: what it returned
 * @expected: what it had to
 */
void ledger_expect_ret(struct ledger_model *model, long ret, long expected)
{
	ledger_expect(model, ret == expected, "returned %ld, not %ld", ret, expected);
}

static void ledger_free_bytes(struct ledger_bytes *bytes)
{
	memset(bytes, 0, sizeof(*bytes));
}

/**
 * ledger_end_shares() - Shares, and their bytes, end that nobody has any more
 * @model: the model
 */
void ledger_end_shares(struct ledger_model *model)
{
	struct ledger_resource *resource;
	struct ledger_share *share;
	bool held;
	u32 i;

	ledger_each(share, model->shares) {
		held = share->num_fds;
		ledger_each(resource, model->resources)
			held |= resource->life && resource->share == share;
		if (held)
			continue;
		for (i = 0; i < share->num; i++)
			ledger_free_bytes(share->bytes[i]);
		memset(share, 0, sizeof(*share));
	}
}

/**
 * ledger_end_dying() - What has been destroyed ends where no command is in its way
 * @model: the model
 */
void ledger_end_dying(struct ledger_model *model)
{
	struct ledger_resource *resource;
	struct ledger_alloc *alloc;
	bool left;

	ledger_each(alloc, model->allocs) {
		if (alloc->life != DYING || alloc->behind)
			continue;
		if (!--alloc->bytes->openings && !alloc->bytes->share)
			ledger_free_bytes(alloc->bytes);
		memset(alloc, 0, sizeof(*alloc));
	}
	ledger_each(resource, model->resources) {
		left = resource->life != DYING || resource->behind;
		ledger_each(alloc, model->allocs)
			left |= alloc->life && alloc->resource == resource;
		if (!left)
			memset(resource, 0, sizeof(*resource));
	}
	ledger_end_shares(model);
}

/**
 * ledger_users() - The commands that use one of a list
 * @model: the model
 * @list: allocations
 * @num: how many
 *
 * Return: a bit for each.
 */
unsigned long ledger_users(struct ledger_model *model, struct ledger_alloc **list, u32 num)
{
	struct ledger_command *cmd;
	unsigned long behind = 0;
	u32 i, j;

	ledger_each(cmd, model->commands)
		for (i = 0; cmd->tag && i < cmd->num; i++)
			for (j = 0; j < num; j++)
				if (cmd->allocs[i] == list[j])
					behind |= BIT(cmd - model->commands);
	return behind;
}

/**
 * ledger_queued() - The commands of a program
 * @model: the model
 * @process: the program
 *
 * Return: a bit for each.
 */
unsigned long ledger_queued(struct ledger_model *model, struct ledger_process *process)
{
	struct ledger_command *cmd;
	unsigned long behind = 0;

	ledger_each(cmd, model->commands)
		if (cmd->tag && cmd->process == process)
			behind |= BIT(cmd - model->commands);
	return behind;
}

/**
 * ledger_kill() - An allocation has been destroyed
 * @alloc: the allocation
 * @behind: commands that its end waits for
 */
void ledger_kill(struct ledger_alloc *alloc, unsigned long behind)
{
	alloc->life = DYING;
	alloc->behind = behind;
	alloc->wanted = 0;
	alloc->locks = 0;
}

static u64 ledger_wanted(struct ledger_model *model, struct ledger_process *process)
{
	struct ledger_alloc *alloc;
	u64 wanted = 0;

	ledger_each(alloc, model->allocs)
		if (alloc->life == ALIVE && alloc->process == process && alloc->wanted &&
		    !alloc->bytes->existing)
			wanted += alloc->bytes->size;
	return wanted;
}

/**
 * ledger_reserved_by_others() - What all others have reserved
 * @model: the model
 * @process: the program that is left out
 *
 * Return: bytes.
 */
u64 ledger_reserved_by_others(struct ledger_model *model, struct ledger_process *process)
{
	struct ledger_process *other;
	u64 reserved = 0;

	ledger_each(other, model->processes)
		if (other != process)
			reserved += other->reserved;
	return reserved;
}

/**
 * ledger_excess() - How much a program wants over its budget
 * @model: the model
 * @process: the program
 *
 * Return: bytes.
 */
u64 ledger_excess(struct ledger_model *model, struct ledger_process *process)
{
	u64 budget = DXG_MOCK_SEGMENT - ledger_reserved_by_others(model, process);
	u64 wanted = ledger_wanted(model, process);

	return wanted > budget ? wanted - budget : 0;
}

/**
 * ledger_pinned() - What commands name, each once, as if one more named a list
 * @model: the model
 * @list: allocations
 * @num: how many
 *
 * Return: bytes.
 */
u64 ledger_pinned(struct ledger_model *model, struct ledger_alloc **list, u32 num)
{
	struct ledger_bytes *bytes;
	struct ledger_command *cmd;
	u64 pinned = 0;
	bool named;
	u32 i;

	ledger_each(bytes, model->bytes) {
		named = false;
		for (i = 0; i < num; i++)
			named |= list[i]->bytes == bytes;
		ledger_each(cmd, model->commands)
			for (i = 0; cmd->tag && i < cmd->num; i++)
				named |= cmd->allocs[i]->bytes == bytes;
		if (named && !bytes->existing)
			pinned += bytes->size;
	}
	return pinned;
}

/**
 * ledger_add_bytes() - There are more bytes
 * @model: the model
 * @creator: who pays
 * @size: how many
 *
 * Return: they.
 */
struct ledger_bytes *ledger_add_bytes(struct ledger_model *model, struct ledger_process *creator,
				      u64 size)
{
	struct ledger_bytes *bytes = ledger_pick(model, model->bytes, !it->creator);

	bytes->creator = creator;
	bytes->number = ++model->numbers;
	bytes->size = size;
	return bytes;
}

/**
 * ledger_add_alloc() - There is an allocation more
 * @model: the model
 * @process: whose it is
 * @handle: its handle
 * @resource: its resource, or NULL
 * @bytes: its bytes
 */
void ledger_add_alloc(struct ledger_model *model, struct ledger_process *process, u32 handle,
		      struct ledger_resource *resource, struct ledger_bytes *bytes)
{
	struct ledger_alloc *alloc = ledger_pick(model, model->allocs, !it->life);

	alloc->life = ALIVE;
	alloc->handle = handle;
	alloc->process = process;
	alloc->resource = resource;
	alloc->bytes = bytes;
	bytes->openings++;
}

/**
 * ledger_add_resource() - There is a resource more
 * @model: the model
 * @process: whose it is
 * @handle: its handle
 *
 * Return: it.
 */
struct ledger_resource *ledger_add_resource(struct ledger_model *model,
					    struct ledger_process *process, u32 handle)
{
	struct ledger_resource *resource = ledger_pick(model, model->resources, !it->life);

	resource->life = ALIVE;
	resource->handle = handle;
	resource->process = process;
	return resource;
}

/**
 * ledger_has_room() - Whether a few more of everything fit into the model
 * @model: the model
 *
 * Return: whether they do.
 */
bool ledger_has_room(struct ledger_model *model)
{
	u32 allocs = 0, bytes = 0, resources = 0, i;

	for (i = 0; i < ALLOCS; i++) {
		allocs += !model->allocs[i].life;
		bytes += !model->bytes[i].creator;
	}
	for (i = 0; i < RESOURCES; i++)
		resources += !model->resources[i].life;
	return allocs >= LIST && bytes >= LIST && resources;
}

/**
 * ledger_share_bytes() - Bytes belong to a share now
 * @share: the share
 * @bytes: the bytes
 */
void ledger_share_bytes(struct ledger_share *share, struct ledger_bytes *bytes)
{
	u32 i;

	bytes->share = share;
	for (i = share->num++; i && share->bytes[i - 1]->number > bytes->number; i--)
		share->bytes[i] = share->bytes[i - 1];
	share->bytes[i] = bytes;
}

static bool ledger_process_is_there(struct ledger_model *model, struct ledger_process *process)
{
	struct ledger_resource *resource;
	struct ledger_bytes *bytes;
	struct ledger_alloc *alloc;
	bool there = process->open || ledger_queued(model, process);

	ledger_each(bytes, model->bytes)
		there |= bytes->creator == process;
	ledger_each(alloc, model->allocs)
		there |= alloc->life && alloc->process == process;
	ledger_each(resource, model->resources)
		there |= resource->life && resource->process == process;
	return process->user && there;
}

/* Whether a command that the port has is not armed yet. */
static bool ledger_any_held(struct dxg_adapter *adapter)
{
	struct dxg_device *device;
	struct dxg_command *cmd;
	bool held = false;

	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(device, &adapter->devices, adapter_link) {
		spin_lock_irq(&device->lock);
		list_for_each_entry(cmd, &device->commands, device_link)
			held |= !cmd->armed;
		spin_unlock_irq(&device->lock);
	}
	mutex_unlock(&adapter->objects_lock);
	return held;
}

/* Workers need some time for what calls have begun. */
static bool ledger_agrees(struct ledger_model *model)
{
	struct dxg_adapter_stats *stats = &model->mock->adapter->stats;
	int allocs = 0, resources = 0, shares = 0, commands = 0, processes = 0;
	struct ledger_resource *resource;
	struct ledger_process *process;
	struct ledger_command *cmd;
	struct ledger_share *share;
	struct ledger_alloc *alloc;
	bool dying = false;

	ledger_each(alloc, model->allocs) {
		allocs += alloc->life != UNUSED;
		dying |= alloc->life == DYING;
	}
	ledger_each(resource, model->resources) {
		resources += resource->life != UNUSED;
		dying |= resource->life == DYING;
	}
	ledger_each(share, model->shares)
		shares += !!share->num;
	ledger_each(cmd, model->commands)
		commands += !!cmd->tag;
	ledger_each(process, model->processes)
		processes += ledger_process_is_there(model, process);
	return atomic_read(&stats->allocations) == allocs &&
	       atomic_read(&stats->resources) == resources &&
	       atomic_read(&stats->shares) == shares &&
	       atomic_read(&stats->commands) == commands &&
	       atomic_read(&stats->processes) == processes &&
	       !!atomic_read(&stats->batches) == dying &&
	       !ledger_any_held(model->mock->adapter);
}

static void ledger_compare_process(struct ledger_model *model, struct ledger_process *process,
				   const struct dxg_ledger *ledger)
{
	u64 certain = 0, offered = 0, existing = 0, wanted = ledger_wanted(model, process);
	u64 seen = ledger->offered[DXG_SEGMENT_DEVICE] + ledger->offered[DXG_SEGMENT_SYSTEM];
	u64 placed = ledger->placed[DXG_SEGMENT_DEVICE] + ledger->placed[DXG_SEGMENT_SYSTEM];
	u32 i = process - model->processes;
	struct ledger_bytes *bytes;

	ledger_each(bytes, model->bytes) {
		if (bytes->creator != process)
			continue;
		if (bytes->existing)
			existing += bytes->size;
		else if (bytes->touched && bytes->offered)
			offered += bytes->size;
		else if (bytes->touched)
			certain += bytes->size;
	}
	ledger_expect(model, placed - seen == certain, "process %u: %llu placed, not %llu", i,
		      placed - seen, certain);
	ledger_expect(model, seen <= offered, "process %u: %llu offered, more than %llu", i, seen,
		      offered);
	ledger_expect(model, ledger->placed[DXG_SEGMENT_USER] == existing,
		      "process %u: %llu existing, not %llu", i, ledger->placed[DXG_SEGMENT_USER],
		      existing);
	ledger_expect(model, ledger->wanted == wanted, "process %u: %llu wanted, not %llu", i,
		      ledger->wanted, wanted);
	ledger_expect(model, ledger->reserved == process->reserved,
		      "process %u: %llu reserved, not %llu", i, ledger->reserved,
		      process->reserved);
	ledger_expect(model, !ledger->placed[DXG_SEGMENT_NONE] &&
		      !ledger->offered[DXG_SEGMENT_NONE] && !ledger->offered[DXG_SEGMENT_USER],
		      "process %u: bytes that are nowhere", i);
}

static void ledger_add_up(struct dxg_ledger *sum, const struct dxg_ledger *ledger)
{
	u32 i;

	for (i = 0; i < DXG_NUM_SEGMENTS; i++) {
		sum->placed[i] += ledger->placed[i];
		sum->num[i] += ledger->num[i];
		sum->offered[i] += ledger->offered[i];
		sum->shared[i] += ledger->shared[i];
		sum->exported[i] += ledger->exported[i];
	}
	sum->wanted += ledger->wanted;
	sum->reserved += ledger->reserved;
}

/**
 * ledger_compare() - Fail the test unless the driver has what the model has
 * @model: the model
 */
void ledger_compare(struct ledger_model *model)
{
	struct dxg_adapter *adapter = model->mock->adapter;
	struct dxg_ledger *ledgers = model->ledgers, sum = {}, all;
	struct ledger_process *process;
	const char *broken;
	u64 used, kept;
	u32 i;

	if (!dxg_mock_wait(model->mock, ledger_agrees(model))) {
		ledger_expect(model, false, "other numbers of objects");
		return;
	}
	memset(ledgers, 0, sizeof(model->ledgers));
	spin_lock(&adapter->vidmm_lock);
	for (i = 0; i < PROCESSES; i++)
		if (ledger_process_is_there(model, &model->processes[i]))
			ledgers[i] = model->processes[i].pa->ledger;
	all = adapter->ledger;
	kept = adapter->kept_bytes;
	used = atomic64_read(&adapter->segment_used);
	spin_unlock(&adapter->vidmm_lock);

	for (i = 0; i < PROCESSES; i++) {
		process = &model->processes[i];
		ledger_compare_process(model, process, &ledgers[i]);
		ledger_add_up(&sum, &ledgers[i]);
	}
	ledger_expect(model, !memcmp(&sum, &all, sizeof(sum)), "the sum is another one");
	ledger_expect(model, all.placed[DXG_SEGMENT_DEVICE] + kept <= used &&
		      used <= DXG_MOCK_SEGMENT, "%llu + %llu bytes in the segment, %llu charged",
		      all.placed[DXG_SEGMENT_DEVICE], kept, used);
	broken = dxg_debugfs_check(adapter);
	ledger_expect(model, !broken, "the rule \"%s\" is broken", broken);
}

