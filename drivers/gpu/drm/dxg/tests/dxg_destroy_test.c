// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_process.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Destruction: what a call may name, when the memory comes back with each of the
 * flags, in which order the miniport is told, and what is left when a creation fails.
 * That a device, a file or the adapter goes belongs into dxg_adapter_test.c, that memory
 * is kept for the next allocation into dxg_backing_test.c.
 */

#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS

/* Long enough for a worker to do what it must not do. */
static bool destroy_pending(struct dxg_user *user)
{
	dxg_mock_pause();
	return atomic_read(&user->mock->adapter->stats.batches);
}

static void destroy_expect_counts(struct dxg_user *user, int allocations, int resources)
{
	struct dxg_adapter_stats *stats = &user->mock->adapter->stats;

	/* The last reference may go after the memory is back. */
	dxg_mock_wait(user->mock, atomic_read(&stats->allocations) == allocations &&
		      atomic_read(&stats->resources) == resources);
}

static u32 destroy_create_resource(struct dxg_user *user, u32 *allocs, u32 num)
{
	u32 resource = 0;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create(user, &resource, D3DKMT_CREATE_RESOURCE,
						    allocs, num), 0);
	return resource;
}

/*
 * What may be named. Each letter is an object of destroy_world_create().
 */

/**
 * struct destroy_world - What there is before a call
 * @user: the program
 * @handles: by letter
 */
struct destroy_world {
	struct dxg_user *user;
	u32 handles[128];
};

/* R has a, b and c; Q has q; E is empty; s and t stand alone; o is another device's. */
static void destroy_world_create(struct destroy_world *world)
{
	struct dxg_user *user = world->user;
	struct kunit *test = user->test;
	u32 *handles = world->handles, device = user->device;

	handles['R'] = destroy_create_resource(user, &handles['a'], 3);
	handles['Q'] = destroy_create_resource(user, &handles['q'], 1);
	handles['E'] = destroy_create_resource(user, NULL, 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &handles['s'], 2), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &handles['d'], 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &handles['d'], 1, SYNC), 0);

	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &user->device), 0);
	handles['V'] = user->device;
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &handles['o'], 1), 0);
	handles['O'] = destroy_create_resource(user, NULL, 0);
	user->device = device;
	handles['0'] = 0;
}

static bool destroy_alive(struct destroy_world *world, char letter)
{
	struct dxg_user *user = world->user;
	u32 device = user->device;
	unsigned long va;
	long ret;

	if (letter == 'o')
		user->device = world->handles['V'];
	ret = dxg_user_lock(user, world->handles[(u8)letter], &va);
	if (!ret) {
		struct d3dkmt_unlock2 args = { user->device, world->handles[(u8)letter] };

		KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_UNLOCK2, &args), 0);
	}
	user->device = device;
	return !ret;
}

/**
 * struct destroy_case - A call
 * @desc: what it is about
 * @resource: letter of the resource, or "0"
 * @list: letters of the list
 * @ret: what the call returns
 * @dead: letters of the allocations that are dead afterwards
 * @log: what the miniport sees, without backings
 */
struct destroy_case {
	const char *desc;
	const char *resource;
	const char *list;
	long ret;
	const char *dead;
	const char *log;
};

static const struct destroy_case destroy_cases[] = {
	{ "one", "0", "s", 0, "s", "x1 d1" },
	{ "two", "0", "st", 0, "st", "x2 d2" },
	{ "of a resource", "0", "b", 0, "b", "x1 d1r" },
	{ "all of a resource", "0", "cab", 0, "abc", "x3 d3r" },
	{ "resource", "R", "", 0, "abc", "x3 d3R" },
	{ "resource with part of it", "R", "b", 0, "abc", "x3 d3R" },
	{ "resource with all of it", "R", "abc", 0, "abc", "x3 d3R" },
	{ "resource and stand-alone", "R", "st", 0, "stabc", "x2 d2 x3 d3R" },
	{ "resource and both", "R", "asb", 0, "sabc", "x1 d1 x3 d3R" },
	{ "empty resource", "E", "", 0, "", "d0R" },
	{ "empty resource and stand-alone", "E", "s", 0, "s", "x1 d1 d0R" },
	{ "nothing", "0", "", -EINVAL, "", "" },
	{ "one twice", "0", "sts", -EINVAL, "", "" },
	{ "one twice with its resource", "R", "aa", -EINVAL, "", "" },
	{ "two resources", "0", "aq", -EINVAL, "", "" },
	{ "resource's and stand-alone", "0", "as", -EINVAL, "", "" },
	{ "stand-alone and resource's", "0", "sa", -EINVAL, "", "" },
	{ "resource and another's", "R", "q", -EINVAL, "", "" },
	{ "empty resource and another's", "E", "a", -EINVAL, "", "" },
	{ "dead", "0", "d", -EINVAL, "", "" },
	{ "live and dead", "0", "std", -EINVAL, "", "" },
	{ "resource and dead", "R", "d", -EINVAL, "", "" },
	{ "zero", "0", "s0", -EINVAL, "", "" },
	{ "resource in the list", "0", "R", -EINVAL, "", "" },
	{ "device in the list", "0", "V", -EINVAL, "", "" },
	{ "allocation as resource", "s", "", -EINVAL, "", "" },
	{ "device as resource", "V", "", -EINVAL, "", "" },
	{ "other device's", "0", "so", -EINVAL, "", "" },
	{ "other device's resource", "O", "", -EINVAL, "", "" },
	{ "other device's resource and own", "O", "s", -EINVAL, "", "" },
};

KUNIT_ARRAY_PARAM_DESC(destroy_case, destroy_cases, desc);

static void destroy_names_once(struct destroy_world *world, const struct destroy_case *c, u32 flags)
{
	u32 list[8], num = strlen(c->list), i;
	struct dxg_user *user = world->user;
	struct kunit *test = user->test;
	const char *letter;

	destroy_world_create(world);
	for (i = 0; i < num; i++)
		list[i] = world->handles[(u8)c->list[i]];
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ_MSG(test, dxg_user_destroy(user, world->handles[(u8)c->resource[0]],
						   num ? list : NULL, num, flags),
			    c->ret, "flags %u", flags);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), c->log);
	for (letter = "abcqsto"; *letter; letter++)
		KUNIT_EXPECT_EQ_MSG(test, destroy_alive(world, *letter), !strchr(c->dead, *letter),
				    "allocation %c, flags %u", *letter, flags);
	/* Again: nothing is left to destroy, or nothing has changed. */
	if (!c->ret)
		KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, world->handles[(u8)c->resource[0]],
						       num ? list : NULL, num, flags), -EINVAL);
}

static void destroy_names(struct kunit *test)
{
	struct destroy_world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u32 flags;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world->user = test->priv;
	/* The upper bits are padding that callers leave there. */
	for (flags = 0; flags <= (ASSUME | SYNC); flags++)
		destroy_names_once(world, test->param_value, flags | 0xdead0000);
}

/* A resource whose allocations were all destroyed lives on. */
static void destroy_all_then_add(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 resource, allocs[2];

	resource = destroy_create_resource(user, allocs, 2);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 2, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, &resource, 0, allocs, 2), 0);
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "x2 d2R");
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, &resource, 0, allocs, 2), -EINVAL);
}

/* The handles are dead, the memory goes between close and destroy. */
static void destroy_backed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_adapter *adapter = user->mock->adapter;
	unsigned long va[3];
	u32 allocs[3], i;

	user->mock->log_backings = true;
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 3), 0);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, dxg_user_lock(user, allocs[i], &va[i]), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va[0]), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&adapter->segment_used), 3 * PAGE_SIZE);
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 3, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "x3 - - - d3");
	KUNIT_EXPECT_EQ(test, atomic64_read(&adapter->segment_used), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, va[i]), U64_MAX - 1);
}

static const u32 destroy_counts[] = { 1, 31, 32, 33, 1023, 1024 };

static void destroy_count_desc(const u32 *count, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u handles", *count);
}

KUNIT_ARRAY_PARAM(destroy_count, destroy_counts, destroy_count_desc);

/* Lists on the stack, on the heap, and more than the miniport gets in one call. */
static void destroy_long_list(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	const u32 *count = test->param_value;
	u32 *allocs, calls;

	allocs = kunit_kcalloc(test, 1025, sizeof(*allocs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, allocs);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, *count), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1025, 0), -EINVAL);
	calls = dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_ALLOCATION);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, *count, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_ALLOCATION) - calls,
			DIV_ROUND_UP(*count, 32));
	destroy_expect_counts(user, 0, 0);
}

/*
 * When the memory comes back.
 */

static long destroy_thread(struct dxg_user *user, void *data)
{
	return dxg_user_destroy(user, 0, data, 1, SYNC);
}

static long destroy_thread_assume(struct dxg_user *user, void *data)
{
	return dxg_user_destroy(user, 0, data, 1, SYNC | ASSUME);
}

/**
 * struct destroy_busy - What is queued when an allocation is destroyed
 * @desc: in words
 * @user: tag of the command that uses it, of 1 to 5, 0: none; 1 runs, 1 to 3 are armed
 * @flags: flags of the call
 * @done_after: commands that have to finish; 0: none
 * @fault: the device is lost with a page fault
 */
struct destroy_busy {
	const char *desc;
	u32 user;
	u32 flags;
	u32 done_after;
	bool fault;
};

static const struct destroy_busy destroy_busies[] = {
	{ "unused", 0, 0, 5 },
	{ "unused, synchronous", 0, SYNC, 5 },
	{ "unused, assumed", 0, ASSUME, 0 },
	{ "unused, assumed, synchronous", 0, ASSUME | SYNC, 0 },
	{ "running", 1, 0, 5 },
	{ "running, synchronous", 1, SYNC, 5 },
	{ "running, assumed", 1, ASSUME, 1 },
	{ "running, assumed, synchronous", 1, ASSUME | SYNC, 1 },
	{ "armed", 3, 0, 5 },
	{ "armed, synchronous", 3, SYNC, 5 },
	{ "armed, assumed", 3, ASSUME, 3 },
	{ "armed, assumed, synchronous", 3, ASSUME | SYNC, 3 },
	{ "held", 5, 0, 5 },
	{ "held, synchronous", 5, SYNC, 5 },
	{ "held, assumed", 5, ASSUME, 0, true },
	{ "held, assumed, synchronous", 5, ASSUME | SYNC, 0, true },
};

KUNIT_ARRAY_PARAM_DESC(destroy_busy, destroy_busies, desc);

/* Five commands of one context: one runs, two more are armed, two are held. */
static void destroy_while_busy(struct kunit *test)
{
	const struct destroy_busy *busy = test->param_value;
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	struct dxg_user_job job;
	u32 allocs[2], tag;
	unsigned long va;
	bool done;

	static_assert(DXG_NODE_DEPTH == 3);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	for (tag = 1; tag <= 5; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, tag == busy->user ?
							  allocs[0] : allocs[1]), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_log_reset(mock);

	if (busy->flags & SYNC)
		dxg_user_start(&job, user, busy->flags & ASSUME ? destroy_thread_assume :
			       destroy_thread, &allocs[0]);
	else
		KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, busy->flags), 0);
	/* Dead at once, whatever waits. */
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(mock, dxg_user_lock(user, allocs[0], &va) ==
					      -EINVAL));
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 1, 9, allocs[0]), -EINVAL);

	for (tag = 1; tag <= 5; tag++) {
		bool due = tag > busy->done_after;

		if (due)
			dxg_mock_wait(mock, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION));
		else
			dxg_mock_pause();
		KUNIT_EXPECT_EQ_MSG(test, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION), due,
				    "before command %u", tag);
		if (busy->flags & SYNC) {
			done = due && dxg_mock_wait(mock, dxg_user_job_done(&job));
			KUNIT_EXPECT_EQ(test, dxg_user_job_done(&job), done);
		}
		/* The fault comes when 5 would be armed, soon after 2 has finished. */
		if (busy->fault && tag == 3)
			break;
		KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), tag);
		dxg_mock_complete(mock, 0, 0);
	}
	if (busy->flags & SYNC)
		KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), 0);
	if (busy->fault)
		dxg_mock_drain(user->mock);
	dxg_mock_settle(mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION), 1);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), busy->fault ?
			D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT : D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* Those that are armed may have been on their way, the held one is not run. */
	KUNIT_EXPECT_EQ(test, !strstr(dxg_mock_log(mock), "s5"), busy->fault);
}

/* Two epochs on two nodes, and every order in which their commands can finish. */
static const char * const destroy_orders[] = {
	"0011", "0101", "0110", "1001", "1010", "1100",
};

static void destroy_order_desc(const char * const *order, char *desc)
{
	strscpy(desc, *order, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(destroy_order, destroy_orders, destroy_order_desc);

static void destroy_order_of_fences(struct kunit *test)
{
	const char *order = *(const char * const *)test->param_value;
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	unsigned int finished[2] = {}, expected;
	u32 allocs[2], i;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1 + i, 0), 0);
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 1, 11 + i, 0), 0);
		KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &allocs[i], 1, 0), 0);
	}
	for (i = 0; i < 4; i++) {
		u32 node = order[i] - '0';

		KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, node),
				node * 10 + 1 + finished[node]);
		dxg_mock_complete(mock, node, 0);
		finished[node]++;
		/* The first destruction waits for one of each, the second for all. */
		expected = min(finished[0], finished[1]);
		if (expected)
			dxg_mock_wait(mock, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION) >=
				      expected);
		dxg_mock_pause();
		KUNIT_EXPECT_EQ_MSG(test, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION),
				    expected, "after %u", i + 1);
	}
}

/* A command that comes after the call is not waited for. */
static void destroy_then_submit(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	u32 allocs[2];

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 2, allocs[1]), 0);
	KUNIT_EXPECT_TRUE(test, destroy_pending(user));
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_complete(mock, 0, 0);
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(mock, !destroy_pending(user)));
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 2);
	dxg_mock_drain(user->mock);
}

/* Commands of another device are not waited for. */
static void destroy_beside_other_device(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 alloc;

	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &user->device), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 1);
	dxg_mock_drain(user->mock);
}

/* A command that failed is finished too. */
static void destroy_after_failed_command(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 alloc;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, alloc), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_EXPECT_TRUE(test, destroy_pending(user));
	dxg_mock_complete(user->mock, 0, -EIO);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_ALLOCATION), 1);
}

/* The device is lost with commands queued: those that are held go, and so the memory. */
static void destroy_after_time_out(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	u32 alloc, tag;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	for (tag = 1; tag <= 6; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, alloc), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_log_reset(mock);
	dxg_mock_time_out(mock, 0);
	dxg_mock_settle(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_HUNG);
	/* What was armed is not run any more, and nothing was touched before the reset. */
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "!0 x1 d1");
}

static void destroy_is_killed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_job job;
	u32 alloc;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, alloc), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_user_start(&job, user, destroy_thread, &alloc);
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(user->mock, destroy_pending(user)));
	KUNIT_EXPECT_FALSE(test, dxg_user_job_done(&job));
	dxg_user_kill(&job);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), -EINTR);
	/* The destruction goes on. */
	KUNIT_EXPECT_TRUE(test, destroy_pending(user));
	dxg_mock_drain(user->mock);
	destroy_expect_counts(user, 0, 0);
}

#define DESTROY_ROUNDS	50

static long destroy_thread_once(struct dxg_user *user, void *data)
{
	return dxg_user_destroy(user, 0, data, 2, 0);
}

/* Of two threads with the same handles one destroys. */
static void destroy_by_two_threads(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_job jobs[2];
	u32 allocs[2], i;
	long ret[2];

	for (i = 0; i < DESTROY_ROUNDS; i++) {
		KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
		dxg_user_start(&jobs[0], user, destroy_thread_once, allocs);
		dxg_user_start(&jobs[1], user, destroy_thread_once, allocs);
		ret[0] = dxg_user_finish(&jobs[0]);
		ret[1] = dxg_user_finish(&jobs[1]);
		KUNIT_EXPECT_EQ(test, ret[0] + ret[1], -EINVAL);
	}
	dxg_mock_settle(user->mock);
	destroy_expect_counts(user, 0, 0);
}

/*
 * Resources: DESTROY_RESOURCE is the last call.
 */

/* A resource of three, and a command that runs and uses the last of them, or none. */
static u32 destroy_create_busy_resource(struct dxg_user *user, u32 *allocs, bool used)
{
	struct dxg_mock *mock = user->mock;
	u32 resource;

	mock->rewrite = true;
	resource = destroy_create_resource(user, allocs, 3);
	KUNIT_ASSERT_EQ(user->test, dxg_user_submit_tag(user, 0, 1, used ? allocs[2] : 0), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_log_reset(mock);
	return resource;
}

static void destroy_resource_after_pieces(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	u32 resource, allocs[3];

	resource = destroy_create_busy_resource(user, allocs, false);
	/* Two pieces wait for the command; the resource itself would not. */
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[0], 1, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[1], 1, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, ASSUME), 0);
	dxg_mock_wait(mock, dxg_mock_calls(mock, DXG_MOCK_DESTROY_ALLOCATION));
	KUNIT_EXPECT_TRUE(test, destroy_pending(user));
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "x1 d1r");
	dxg_mock_complete(mock, 0, 0);
	dxg_mock_settle(mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "x1 d1r x1 d1r x1 d1r d0R");
	destroy_expect_counts(user, 0, 0);
}

/* The pieces have gone when the resource's turn comes: one call does both. */
static void destroy_resource_with_rest(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	u32 resource, allocs[3];

	resource = destroy_create_busy_resource(user, allocs, true);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 2, ASSUME | SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, ASSUME), 0);
	KUNIT_EXPECT_TRUE(test, destroy_pending(user));
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "x2 d2r");
	dxg_mock_complete(mock, 0, 0);
	dxg_mock_settle(mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "x2 d2r x1 d1R");
}

/* The miniport gives a new handle whenever it may; the port always has the last. */
static void destroy_rewritten_resource(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 resource, allocs[4], more[2], i;

	user->mock->rewrite = true;
	resource = destroy_create_resource(user, allocs, 4);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, dxg_user_create(user, &resource, 0, more, 2), 0);
		KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[i], 1, 0), 0);
		KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, more, 2, SYNC), 0);
	}
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, &resource, 0, more, 2), 0);
	dxg_mock_settle(user->mock);
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "x2 d2R");
}

/* The thread that destroys a resource while it is being added to. */
static struct {
	struct dxg_user *user;
	struct dxg_user_job job;
	u32 resource;
} destroy_race;

static long destroy_race_thread(struct dxg_user *user, void *data)
{
	return dxg_user_destroy(user, destroy_race.resource, NULL, 0, SYNC);
}

static void destroy_race_hook(struct dxg_mock *mock)
{
	struct dxg_adapter_stats *stats = &mock->adapter->stats;

	dxg_user_start(&destroy_race.job, destroy_race.user, destroy_race_thread, NULL);
	/* The handle is dead and the destruction waits for this very call. */
	dxg_mock_wait(mock, atomic_read(&stats->batches));
	dxg_mock_pause();
}

static const enum dxg_mock_op destroy_race_ops[] = {
	DXG_MOCK_CREATE_ALLOCATION,
	DXG_MOCK_OPEN_ALLOCATION,
};

static void destroy_race_desc(const enum dxg_mock_op *op, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "op %d", *op);
}

KUNIT_ARRAY_PARAM(destroy_race, destroy_race_ops, destroy_race_desc);

static void destroy_resource_during_addition(struct kunit *test)
{
	const enum dxg_mock_op *op = test->param_value;
	struct dxg_user *user = test->priv;
	u32 resource, allocs[2], more[2];
	const char *log;

	resource = destroy_create_resource(user, allocs, 2);
	destroy_race.user = user;
	destroy_race.resource = resource;
	dxg_mock_log_reset(user->mock);
	dxg_mock_hook_at(user->mock, *op, 1, destroy_race_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, &resource, 0, more, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&destroy_race.job), 0);
	dxg_mock_settle(user->mock);
	log = dxg_mock_log(user->mock);
	/* In one of two orders, but the resource is last. */
	KUNIT_EXPECT_EQ_MSG(test, log[strlen(log) - 1], 'R', "%s", log);
	KUNIT_EXPECT_PTR_EQ_MSG(test, strchr(log, 'R'), log + strlen(log) - 1, "%s", log);
	destroy_expect_counts(user, 0, 0);
}

static long destroy_add_thread(struct dxg_user *user, void *data)
{
	u32 alloc;

	return dxg_user_create(user, data, 0, &alloc, 1);
}

/* It is gone between its look-up by the addition and the miniport's turn. */
static void destroy_resource_before_addition(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_process_adapter *pa;
	u32 resource, added, alloc;
	struct dxg_user_job job;
	bool blocked;

	resource = destroy_create_resource(user, &alloc, 1);
	added = resource;
	pa = list_first_entry(&user->mock->adapter->processes, struct dxg_process_adapter,
			      adapter_link);
	/* An allocation is made after the look-up, and then wants a handle. */
	mutex_lock(&pa->process->table.reserve_lock);
	dxg_user_start(&job, user, destroy_add_thread, &added);
	blocked = dxg_mock_wait(user->mock,
				atomic_read(&user->mock->adapter->stats.allocations) == 2);
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);
	mutex_unlock(&pa->process->table.reserve_lock);
	KUNIT_EXPECT_TRUE(test, blocked);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), -EINVAL);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "x1 d1R");
	destroy_expect_counts(user, 0, 0);
}

/*
 * Creations that fail.
 */

/**
 * struct destroy_failure - Where a creation fails
 * @desc: in words
 * @op: the op that fails
 * @nth: which call of it
 * @flags: of the creation
 * @add: to a resource that exists, with one allocation
 * @log: what the miniport sees; three allocations are wanted
 */
struct destroy_failure {
	const char *desc;
	enum dxg_mock_op op;
	unsigned int nth;
	u32 flags;
	bool add;
	const char *log;
};

static const struct destroy_failure destroy_failures[] = {
	{ "create", DXG_MOCK_CREATE_ALLOCATION, 1, 0, false, "c3" },
	{ "create with resource", DXG_MOCK_CREATE_ALLOCATION, 1, D3DKMT_CREATE_RESOURCE, false,
	  "c3r" },
	{ "add", DXG_MOCK_CREATE_ALLOCATION, 1, 0, true, "c3r" },
	{ "first open", DXG_MOCK_OPEN_ALLOCATION, 1, 0, false, "c3 o d1 d1 d1" },
	{ "last open", DXG_MOCK_OPEN_ALLOCATION, 3, 0, false, "c3 o o o d1 x1 d1 x1 d1" },
	{ "first open with resource", DXG_MOCK_OPEN_ALLOCATION, 1, D3DKMT_CREATE_RESOURCE, false,
	  "c3r o d1r d1r d1r d0R" },
	{ "last open with resource", DXG_MOCK_OPEN_ALLOCATION, 3, D3DKMT_CREATE_RESOURCE, false,
	  "c3r o o o d1r x1 d1r x1 d1r d0R" },
	{ "first open of added", DXG_MOCK_OPEN_ALLOCATION, 1, 0, true, "c3r o d1r d1r d1r" },
	{ "last open of added", DXG_MOCK_OPEN_ALLOCATION, 3, 0, true,
	  "c3r o o o d1r x1 d1r x1 d1r" },
};

KUNIT_ARRAY_PARAM_DESC(destroy_failure, destroy_failures, desc);

/* The calls in the log, in any order but that of a resource's last. */
static void destroy_expect_same_calls(struct kunit *test, const char *log, const char *expected)
{
	const char *word;

	KUNIT_EXPECT_EQ_MSG(test, strlen(log), strlen(expected), "%s", log);
	for (word = "cox1dR"; *word; word++) {
		const char *p;
		int num = 0;

		for (p = log; *p; p++)
			num += *p == *word;
		for (p = expected; *p; p++)
			num -= *p == *word;
		KUNIT_EXPECT_EQ_MSG(test, num, 0, "%c in %s", *word, log);
	}
	if (strchr(expected, 'R'))
		KUNIT_EXPECT_EQ_MSG(test, log[strlen(log) - 1], 'R', "%s", log);
}

static void destroy_of_failed_creation(struct kunit *test)
{
	const struct destroy_failure *failure = test->param_value;
	struct dxg_user *user = test->priv;
	u32 resource = 0, first, allocs[3];
	u32 *in = failure->flags || failure->add ? &resource : NULL;

	user->mock->rewrite = true;
	if (failure->add)
		resource = destroy_create_resource(user, &first, 1);
	dxg_mock_log_reset(user->mock);
	dxg_mock_fail(user->mock, failure->op, failure->nth, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, in, failure->flags, allocs, 3), -ENOMEM);
	dxg_mock_settle(user->mock);
	destroy_expect_same_calls(test, dxg_mock_log(user->mock), failure->log);
	destroy_expect_counts(user, failure->add, failure->add);
	/* And once more, without the failure. */
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, in, failure->flags, allocs, 3), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, resource ? NULL : allocs, 3, SYNC),
			0);
	destroy_expect_counts(user, 0, 0);
}

static unsigned long destroy_unmap_at;

static void destroy_unmap_hook(struct dxg_mock *mock)
{
	vm_munmap(destroy_unmap_at, PAGE_SIZE);
}

/* The caller's memory goes while the allocations are made: he has created nothing. */
static void destroy_of_unseen_results(struct kunit *test)
{
	struct drm_dxg_allocation_private private = { .size = PAGE_SIZE };
	struct dxg_user *user = test->priv;
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = dxg_user_copy(user, &private, sizeof(private)),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = user->device,
		.num_allocations = 1,
		.flags = D3DKMT_CREATE_RESOURCE,
	};

	destroy_unmap_at = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
					 MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, destroy_unmap_at, 0);
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)destroy_unmap_at, &info, sizeof(info)),
			0);
	args.allocation_info = destroy_unmap_at;
	dxg_mock_log_reset(user->mock);
	dxg_mock_hook_at(user->mock, DXG_MOCK_OPEN_ALLOCATION, 1, destroy_unmap_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args),
			-EFAULT);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "c1r o x1 d1r d0R");
	destroy_expect_counts(user, 0, 0);
}

static struct kunit_case destroy_test_cases[] = {
	KUNIT_CASE_PARAM(destroy_names, destroy_case_gen_params),
	KUNIT_CASE(destroy_all_then_add),
	KUNIT_CASE(destroy_backed),
	KUNIT_CASE_PARAM(destroy_long_list, destroy_count_gen_params),
	KUNIT_CASE_PARAM(destroy_while_busy, destroy_busy_gen_params),
	KUNIT_CASE_PARAM(destroy_order_of_fences, destroy_order_gen_params),
	KUNIT_CASE(destroy_then_submit),
	KUNIT_CASE(destroy_beside_other_device),
	KUNIT_CASE(destroy_after_failed_command),
	KUNIT_CASE(destroy_after_time_out),
	KUNIT_CASE(destroy_is_killed),
	KUNIT_CASE(destroy_by_two_threads),
	KUNIT_CASE(destroy_resource_after_pieces),
	KUNIT_CASE(destroy_resource_with_rest),
	KUNIT_CASE(destroy_rewritten_resource),
	KUNIT_CASE_PARAM(destroy_resource_during_addition, destroy_race_gen_params),
	KUNIT_CASE(destroy_resource_before_addition),
	KUNIT_CASE_PARAM(destroy_of_failed_creation, destroy_failure_gen_params),
	KUNIT_CASE(destroy_of_unseen_results),
	{}
};

static struct kunit_suite destroy_suite = {
	.name = "dxg_destroy",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = destroy_test_cases,
};

kunit_test_suite(destroy_suite);
