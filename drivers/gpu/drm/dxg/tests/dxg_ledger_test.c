// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/mman.h>
#include <linux/string.h>

#include "../dxg_adapter.h"
#include "dxg_ledger_model.h"

/*
 * The ledger under whatever programs do: some of them make calls at random, and the model of
 * dxg_ledger_model.c says what must come out. After each call the driver is compared with it.
 *
 * Calls are made one after the other, and so that none has to wait: of commands there are as
 * many as can be armed, and they name no more than half of the segment.
 */

#define STEPS		1000

#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS
#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define MUST	(D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER | D3DKMT_MAKE_RESIDENT_MUST_SUCCEED)

static struct ledger_process *ledger_pick_process(struct ledger_model *model)
{
	return ledger_pick(model, model->processes, it->open);
}

static struct ledger_alloc *ledger_pick_alloc(struct ledger_model *model)
{
	return ledger_pick(model, model->allocs, it->life == ALIVE);
}

static struct ledger_resource *ledger_pick_resource(struct ledger_model *model)
{
	return ledger_pick(model, model->resources, it->life == ALIVE);
}

static bool ledger_is_any(const struct ledger_alloc *alloc)
{
	return true;
}

static bool ledger_is_wanted(const struct ledger_alloc *alloc)
{
	return alloc->wanted;
}

static bool ledger_is_offered(const struct ledger_alloc *alloc)
{
	return alloc->bytes->offered;
}

static bool ledger_can_be_offered(const struct ledger_alloc *alloc)
{
	return !alloc->locks && !alloc->bytes->existing && !alloc->bytes->shareable;
}

/*
 * Allocations of one program, one of them maybe several times. Mostly those with which the
 * call succeeds. Return how many.
 */
static u32 ledger_pick_list(struct ledger_model *model, struct ledger_alloc **list, u32 *handles,
			    bool (*fits)(const struct ledger_alloc *alloc))
{
	u32 num = 1 + ledger_random(model, LIST), i;
	struct ledger_alloc *first;

	if (!ledger_random(model, 5))
		fits = ledger_is_any;
	first = ledger_pick(model, model->allocs, it->life == ALIVE && fits(it));
	for (i = 0; first && i < num; i++) {
		list[i] = i ? ledger_pick(model, model->allocs, it->life == ALIVE &&
					  it->process == first->process && fits(it)) : first;
		handles[i] = list[i]->handle;
	}
	return first ? num : 0;
}

/*
 * The calls.
 */

static u64 ledger_size(struct ledger_model *model)
{
	static const u64 sizes[] = { SZ_4K, SZ_64K, SZ_1M, SZ_2M, SZ_4M };

	return sizes[ledger_random(model, ARRAY_SIZE(sizes))];
}

static void ledger_create(struct ledger_model *model)
{
	static const u32 kinds[] = {
		0, D3DKMT_CREATE_EXISTING_SYS_MEM, D3DKMT_CREATE_RESOURCE,
		D3DKMT_CREATE_RESOURCE | D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING,
	};
	struct ledger_process *process = ledger_pick_process(model);
	u32 flags = kinds[ledger_random(model, ARRAY_SIZE(kinds))], handle = 0, allocs[LIST];
	bool existing = flags & D3DKMT_CREATE_EXISTING_SYS_MEM;
	u64 size = existing ? PAGE_SIZE : ledger_size(model);
	u32 num = 1 + ledger_random(model, LIST), i;
	struct ledger_resource *resource = NULL;
	unsigned long sys = 0;
	long ret;

	if (!process || !ledger_has_room(model))
		return;
	if (existing)
		sys = model->sys + ledger_random(model, SYS_PAGES - LIST) * PAGE_SIZE;
	ret = dxg_user_create_at(process->user, size, sys, &handle, flags, allocs, num);
	ledger_expect_ret(model, ret, 0);
	if (ret)
		return;
	if (flags & D3DKMT_CREATE_RESOURCE) {
		resource = ledger_add_resource(model, process, handle);
		resource->shareable = flags & D3DKMT_CREATE_SHARED;
	}
	for (i = 0; i < num; i++) {
		struct ledger_bytes *bytes = ledger_add_bytes(model, process, size);

		bytes->existing = existing;
		bytes->shareable = resource && resource->shareable;
		ledger_add_alloc(model, process, allocs[i], resource, bytes);
	}
}

/* One more for a resource; to one that can be shared only when that has been. */
static void ledger_add(struct ledger_model *model)
{
	struct ledger_resource *resource =
		ledger_pick(model, model->resources,
			    it->life == ALIVE && (!it->shareable || it->share));
	struct ledger_bytes *bytes;
	u32 handle, alloc;
	u64 size;
	long ret;

	if (!resource || !ledger_has_room(model))
		return;
	handle = resource->handle;
	size = ledger_size(model);
	ret = dxg_user_create_at(resource->process->user, size, 0, &handle, 0, &alloc, 1);
	ledger_expect_ret(model, ret, resource->share ? -EINVAL : 0);
	if (ret)
		return;
	bytes = ledger_add_bytes(model, resource->process, size);
	ledger_add_alloc(model, resource->process, alloc, resource, bytes);
}

static void ledger_lock(struct ledger_model *model)
{
	struct ledger_alloc *alloc = ledger_pick_alloc(model);
	unsigned long va;
	long ret;

	if (!alloc)
		return;
	ret = dxg_user_lock(alloc->process->user, alloc->handle, &va);
	ledger_expect_ret(model, ret, alloc->bytes->offered ? -EINVAL : 0);
	if (ret || alloc->bytes->existing)
		return;
	alloc->locks++;
	alloc->bytes->touched = true;
}

static void ledger_unlock(struct ledger_model *model)
{
	struct ledger_alloc *alloc = ledger_pick_alloc(model);
	long ret;

	if (!alloc)
		return;
	ret = dxg_user_unlock(alloc->process->user, alloc->handle);
	/* Of what is the program's own no locks are counted. */
	ledger_expect_ret(model, ret, alloc->locks || alloc->bytes->existing ? 0 : -EINVAL);
	if (alloc->locks)
		alloc->locks--;
}

static void ledger_submit(struct ledger_model *model)
{
	struct ledger_alloc *list[LIST];
	u32 node = ledger_random(model, DXG_MOCK_NODES), handles[LIST], i;
	u32 num = ledger_pick_list(model, list, handles, ledger_is_any), queued = 0;
	struct ledger_command *cmd;
	bool offered = false;
	long ret;

	for (i = 0; i < num; i++)
		offered |= list[i]->bytes->offered;
	ledger_each(cmd, model->commands)
		queued += cmd->tag && cmd->node == node;
	if (!num || queued == DXG_NODE_DEPTH ||
	    ledger_pinned(model, list, num) > DXG_MOCK_SEGMENT / 2)
		return;
	ret = dxg_user_submit_uses(list[0]->process->user, node, model->tags + 1, handles, num);
	ledger_expect_ret(model, ret, offered ? -EINVAL : 0);
	if (ret)
		return;
	cmd = ledger_pick(model, model->commands, !it->tag);
	cmd->tag = ++model->tags;
	cmd->process = list[0]->process;
	cmd->node = node;
	cmd->num = num;
	memcpy(cmd->allocs, list, sizeof(list));
	for (i = 0; i < num; i++)
		list[i]->bytes->touched = true;
}

/* The oldest command of a node comes to its end. */
static void ledger_complete(struct ledger_model *model)
{
	u32 node = ledger_random(model, DXG_MOCK_NODES);
	struct ledger_command *cmd, *oldest = NULL;
	struct ledger_resource *resource;
	struct ledger_alloc *alloc;
	unsigned long bit;
	u64 tag;

	ledger_each(cmd, model->commands)
		if (cmd->tag && cmd->node == node && (!oldest || cmd->tag < oldest->tag))
			oldest = cmd;
	if (!oldest)
		return;
	tag = dxg_mock_wait_running(model->mock, node);
	ledger_expect(model, tag == oldest->tag, "command %llu runs, not %llu", tag, oldest->tag);
	dxg_mock_complete(model->mock, node, 0);
	bit = BIT(oldest - model->commands);
	memset(oldest, 0, sizeof(*oldest));
	ledger_each(alloc, model->allocs)
		alloc->behind &= ~bit;
	ledger_each(resource, model->resources)
		resource->behind &= ~bit;
	ledger_end_dying(model);
}

static void ledger_make_resident(struct ledger_model *model)
{
	struct d3dkmt_make_resident args = { .flags = ledger_random(model, 4) ? 0 : MUST };
	bool offered = false;
	struct ledger_alloc *list[LIST];
	u32 handles[LIST], num, i;
	u64 excess;
	long ret;

	num = ledger_pick_list(model, list, handles, ledger_is_any);
	if (!num)
		return;
	for (i = 0; i < num; i++) {
		offered |= list[i]->bytes->offered;
		list[i]->wanted++;
	}
	excess = args.flags ? 0 : ledger_excess(model, list[0]->process);
	ret = dxg_user_make_resident(list[0]->process->user, &list[0]->process->queue, handles, num,
				     &args);
	if (offered || excess) {
		ledger_expect_ret(model, ret, offered ? -EINVAL : -ENOMEM);
		for (i = 0; i < num; i++)
			list[i]->wanted--;
		ledger_expect(model, offered || args.num_bytes_to_trim == excess,
			      "%llu bytes to trim, not %llu", args.num_bytes_to_trim, excess);
		return;
	}
	/* Theirs or other bytes may have to move. */
	ledger_expect(model, !ret || ret == D3DKMT_STATUS_PENDING, "returned %ld", ret);
	if (ret == D3DKMT_STATUS_PENDING)
		ledger_expect_ret(model, dxg_user_wait(list[0]->process->user,
						       &list[0]->process->queue.sync,
						       &args.paging_fence_value, 1, 0), 0);
	for (i = 0; i < num; i++)
		list[i]->bytes->touched = true;
}

static void ledger_evict(struct ledger_model *model)
{
	struct ledger_alloc *list[LIST];
	u32 handles[LIST], num, i, taken;
	long ret, expected = 0;
	u64 trim, excess;

	num = ledger_pick_list(model, list, handles, ledger_is_wanted);
	if (!num)
		return;
	for (taken = 0; taken < num && list[taken]->wanted; taken++)
		list[taken]->wanted--;
	if (taken < num)
		expected = -EINVAL;
	ret = dxg_user_evict(list[0]->process->user, handles, num, &trim);
	ledger_expect_ret(model, ret, expected);
	for (i = 0; expected && i < taken; i++)
		list[i]->wanted++;
	excess = ledger_excess(model, list[0]->process);
	ledger_expect(model, ret || trim == excess, "%llu bytes to trim, not %llu", trim, excess);
}

static void ledger_offer(struct ledger_model *model)
{
	u32 flags = ledger_random(model, 2) ? D3DKMT_OFFER_IMMEDIATELY : 0;
	u32 priority = ledger_random(model, D3DKMT_OFFER_PRIORITY_AUTO + 2);
	struct ledger_alloc *list[LIST];
	u32 handles[LIST], num, i;
	bool allowed;
	long ret;

	num = ledger_pick_list(model, list, handles, ledger_can_be_offered);
	if (!num)
		return;
	allowed = priority && priority <= D3DKMT_OFFER_PRIORITY_AUTO;
	for (i = 0; i < num; i++)
		allowed &= ledger_can_be_offered(list[i]);
	ret = dxg_user_offer(list[0]->process->user, handles, num, priority, flags);
	ledger_expect_ret(model, ret, allowed ? 0 : -EINVAL);
	for (i = 0; !ret && i < num; i++)
		list[i]->bytes->offered = true;
}

static void ledger_reclaim(struct ledger_model *model)
{
	struct ledger_alloc *list[LIST];
	struct ledger_bytes *bytes;
	u32 handles[LIST], result;

	if (!ledger_pick_list(model, list, handles, ledger_is_offered))
		return;
	bytes = list[0]->bytes;
	ledger_expect_ret(model, dxg_user_reclaim(list[0]->process->user, &list[0]->process->queue,
						  handles[0], &result), 0);
	/* Only what was there can be lost. */
	ledger_expect(model, result == D3DKMT_RECLAIM_RESULT_OK ||
		      (result == D3DKMT_RECLAIM_RESULT_DISCARDED && bytes->offered &&
		       bytes->touched), "result %u", result);
	if (result == D3DKMT_RECLAIM_RESULT_DISCARDED)
		bytes->touched = false;
	bytes->offered = false;
}

static void ledger_set_priority(struct ledger_model *model)
{
	static const u32 priorities[] = {
		0, D3DKMT_ALLOCATION_PRIORITY_MINIMUM, D3DKMT_ALLOCATION_PRIORITY_LOW,
		D3DKMT_ALLOCATION_PRIORITY_NORMAL + 1, D3DKMT_ALLOCATION_PRIORITY_HIGH,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM,
	};
	struct ledger_alloc *alloc = ledger_pick_alloc(model);
	u32 priority = priorities[ledger_random(model, ARRAY_SIZE(priorities))];

	if (alloc)
		ledger_expect_ret(model, dxg_user_set_priority(alloc->process->user, alloc->handle,
							       priority), priority ? 0 : -EINVAL);
}

static void ledger_reserve(struct ledger_model *model)
{
	struct ledger_process *process = ledger_pick_process(model);
	u64 bytes = (u64)ledger_random(model, 12) * SZ_1M;
	u64 others;
	long ret;

	if (!process)
		return;
	others = ledger_reserved_by_others(model, process);
	ret = dxg_user_reserve(process->user, bytes);
	ledger_expect_ret(model, ret, bytes + others > DXG_MOCK_SEGMENT / 2 ? -ENOMEM : 0);
	if (!ret)
		process->reserved = bytes;
}

static void ledger_share(struct ledger_model *model)
{
	struct ledger_resource *resource = ledger_pick_resource(model);
	struct ledger_share *share;
	struct ledger_alloc *alloc;
	u64 fd;
	long ret;

	if (!resource)
		return;
	share = resource->share ?: ledger_pick(model, model->shares, !it->num);
	if (!share || share->num_fds == FDS)
		return;
	ret = dxg_user_share(resource->process->user, resource->handle, &fd);
	ledger_expect_ret(model, ret, resource->shareable ? 0 : -EINVAL);
	if (ret)
		return;
	share->fds[share->num_fds++] = fd;
	if (resource->share)
		return;
	resource->share = share;
	ledger_each(alloc, model->allocs)
		if (alloc->life == ALIVE && alloc->resource == resource)
			ledger_share_bytes(share, alloc->bytes);
}

static void ledger_open(struct ledger_model *model)
{
	struct ledger_share *share = ledger_pick(model, model->shares, it->num_fds);
	struct ledger_process *process = ledger_pick_process(model);
	u32 wrong = !ledger_random(model, 8), allocs[LIST + 1], handle, i;
	struct ledger_resource *resource;
	long ret;

	if (!share || !process || !ledger_has_room(model))
		return;
	/* As often as the mock allows. */
	if (share->bytes[0]->openings >= 6)
		return;
	ret = dxg_user_open_fd(process->user, share->fds[0], &handle, allocs, share->num + wrong);
	ledger_expect_ret(model, ret, wrong ? -EINVAL : 0);
	if (ret)
		return;
	resource = ledger_add_resource(model, process, handle);
	resource->shareable = true;
	resource->share = share;
	for (i = 0; i < share->num; i++)
		ledger_add_alloc(model, process, allocs[i], resource, share->bytes[i]);
}

static void ledger_close_fd(struct ledger_model *model)
{
	struct ledger_share *share = ledger_pick(model, model->shares, it->num_fds);

	if (!share)
		return;
	dxg_user_close_fd(model->test, share->fds[--share->num_fds]);
	ledger_end_shares(model);
}

/* Nobody would let the commands run that a call waits for. */
static u32 ledger_destroy_flags(struct ledger_model *model, struct ledger_process *process,
				struct ledger_alloc **list, u32 num, unsigned long *behind)
{
	u32 flags = ledger_random(model, (ASSUME | SYNC) + 1);

	*behind = flags & ASSUME ? ledger_users(model, list, num) : ledger_queued(model, process);
	return *behind ? flags & ~SYNC : flags;
}

static void ledger_destroy(struct ledger_model *model)
{
	struct ledger_alloc *alloc = ledger_pick_alloc(model);
	unsigned long behind;
	bool allowed;
	u32 flags;
	long ret;

	if (!alloc)
		return;
	allowed = !alloc->resource || !alloc->resource->shareable;
	flags = ledger_destroy_flags(model, alloc->process, &alloc, 1, &behind);
	ret = dxg_user_destroy(alloc->process->user, 0, &alloc->handle, 1, flags);
	ledger_expect_ret(model, ret, allowed ? 0 : -EINVAL);
	if (ret)
		return;
	ledger_kill(alloc, behind);
	ledger_end_dying(model);
}

static void ledger_destroy_resource(struct ledger_model *model)
{
	struct ledger_resource *resource = ledger_pick_resource(model);
	struct ledger_alloc *alloc, *list[ALLOCS];
	unsigned long behind;
	u32 num = 0, flags;

	if (!resource)
		return;
	ledger_each(alloc, model->allocs)
		if (alloc->life == ALIVE && alloc->resource == resource)
			list[num++] = alloc;
	flags = ledger_destroy_flags(model, resource->process, list, num, &behind);
	/* What was destroyed before on its own is in the way too. */
	ledger_each(alloc, model->allocs)
		if (alloc->life == DYING && alloc->resource == resource)
			flags &= ~SYNC;
	ledger_expect_ret(model, dxg_user_destroy(resource->process->user, resource->handle, NULL,
						  0, flags), 0);
	resource->life = DYING;
	resource->behind = behind;
	while (num--)
		ledger_kill(list[num], behind);
	ledger_end_dying(model);
}

static void ledger_open_process(struct ledger_model *model)
{
	struct ledger_process *process, *entry;
	enum dxg_door door = DXG_DOOR_MISC;
	u32 open = 0;

	ledger_each(entry, model->processes) {
		open += entry->open;
		if (entry->open && entry->user->door == DXG_DOOR_MISC)
			door = DXG_DOOR_NODE;
	}
	process = ledger_pick(model, model->processes, !it->user);
	if (!process || open == PROGRAMS)
		return;
	process->user = dxg_user_open_device(model->mock, door);
	KUNIT_ASSERT_EQ(model->test, dxg_user_create_queue(process->user, &process->queue), 0);
	process->pa = dxg_user_process(process->user);
	process->open = true;
}

/* Its commands go on. */
static void ledger_end_process(struct ledger_model *model, struct ledger_process *process)
{
	unsigned long behind = ledger_queued(model, process);
	struct ledger_resource *resource;
	struct ledger_alloc *alloc;

	dxg_user_close(process->user);
	process->open = false;
	process->reserved = 0;
	ledger_each(alloc, model->allocs)
		if (alloc->life == ALIVE && alloc->process == process)
			ledger_kill(alloc, behind);
	ledger_each(resource, model->resources) {
		if (resource->life != ALIVE || resource->process != process)
			continue;
		resource->life = DYING;
		resource->behind = behind;
	}
	ledger_end_dying(model);
}

static void ledger_close_process(struct ledger_model *model)
{
	struct ledger_process *process = ledger_pick_process(model);

	/* Not as long as another would not come. */
	if (process && ledger_pick(model, model->processes, !it->user))
		ledger_end_process(model, process);
}

/*
 * Running.
 */

static const struct {
	const char *name;
	void (*run)(struct ledger_model *model);
	u32 weight;
} ledger_ops[] = {
	{ "create", ledger_create, 12 },
	{ "add", ledger_add, 3 },
	{ "lock", ledger_lock, 8 },
	{ "unlock", ledger_unlock, 6 },
	{ "submit", ledger_submit, 18 },
	{ "complete", ledger_complete, 18 },
	{ "make resident", ledger_make_resident, 14 },
	{ "evict", ledger_evict, 6 },
	{ "offer", ledger_offer, 10 },
	{ "reclaim", ledger_reclaim, 6 },
	{ "set priority", ledger_set_priority, 3 },
	{ "reserve", ledger_reserve, 3 },
	{ "share", ledger_share, 5 },
	{ "open", ledger_open, 5 },
	{ "close descriptor", ledger_close_fd, 3 },
	{ "destroy", ledger_destroy, 6 },
	{ "destroy resource", ledger_destroy_resource, 3 },
	{ "open process", ledger_open_process, 4 },
	{ "close process", ledger_close_process, 1 },
};

static void ledger_step(struct ledger_model *model)
{
	u32 total = 0, pick, i;

	for (i = 0; i < ARRAY_SIZE(ledger_ops); i++)
		total += ledger_ops[i].weight;
	pick = ledger_random(model, total);
	for (i = 0; pick >= ledger_ops[i].weight; i++)
		pick -= ledger_ops[i].weight;
	model->op = ledger_ops[i].name;
	ledger_ops[i].run(model);
}

/* Everything goes: commands, files, descriptors; and nothing is left. */
static void ledger_finish(struct ledger_model *model)
{
	struct dxg_adapter *adapter = model->mock->adapter;
	struct ledger_process *process;
	u32 i;

	model->op = "the end";
	for (i = 0; i < 64 * COMMANDS; i++)
		ledger_complete(model);
	ledger_each(process, model->processes)
		if (process->open)
			ledger_end_process(model, process);
	for (i = 0; i < SHARES * FDS; i++)
		ledger_close_fd(model);
	ledger_compare(model);
	ledger_expect(model, !memchr_inv(&adapter->ledger, 0, sizeof(adapter->ledger)),
		      "something is left in the ledger");
	ledger_expect(model, !model->mock->allocations && !model->mock->openings &&
		      !model->mock->resources, "something is left in the miniport");
	dxg_mock_wait(model->mock, !atomic64_read(&adapter->segment_used));
	dxg_user_settle(model->mock);
}

static const u32 ledger_seeds[] = { 1, 22, 333, 4444 };

static void ledger_seed_desc(const u32 *seed, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %u", *seed);
}

KUNIT_ARRAY_PARAM(ledger_seed, ledger_seeds, ledger_seed_desc);

static void ledger_says_what_programs_do(struct kunit *test)
{
	struct ledger_model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->test = test;
	model->seed = *(const u32 *)test->param_value;
	prandom_seed_state(&model->random, model->seed);
	model->mock = dxg_mock_create(test);
	ledger_open_process(model);
	model->sys = kunit_vm_mmap(test, NULL, 0, SYS_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, model->sys, 0);
	for (model->step = 1; model->step <= STEPS && !model->failed; model->step++) {
		ledger_step(model);
		if (!model->failed)
			ledger_compare(model);
	}
	if (!model->failed)
		ledger_finish(model);
	else
		dxg_mock_drain(model->mock);
}

static struct kunit_case ledger_test_cases[] = {
	KUNIT_CASE_PARAM_ATTR(ledger_says_what_programs_do, ledger_seed_gen_params,
			      {.speed = KUNIT_SPEED_SLOW}),
	{}
};

static struct kunit_suite ledger_suite = {
	.name = "dxg_ledger",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.test_cases = ledger_test_cases,
};

kunit_test_suite(ledger_suite);
