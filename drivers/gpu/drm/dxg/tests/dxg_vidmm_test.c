// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/uaccess.h>

#include "../dxg_adapter.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Where the bytes of allocations are: the place that each use finds for them, who is
 * evicted, waiting for room, moves that fail, and what is destroyed or removed meanwhile.
 * What programs say about it belongs into dxg_residency_test.c.
 */

/* The segment has room for four of them. */
#define CHUNK	(DXG_MOCK_SEGMENT / 4)

#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS
#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE

static u32 vidmm_create(struct dxg_user *user, u64 size)
{
	u32 alloc;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_sized(user, size, &alloc), 0);
	return alloc;
}

/* Allocations of a chunk, with bytes that can be told apart. */
static void vidmm_lock(struct dxg_user *user, u32 *allocs, unsigned long *vas, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++) {
		allocs[i] = vidmm_create(user, CHUNK);
		KUNIT_ASSERT_EQ(user->test, dxg_user_lock(user, allocs[i], &vas[i]), 0);
		dxg_user_write_all(user, vas[i], CHUNK, (u64)allocs[i] << 32);
	}
}

static void vidmm_expect_bytes(struct dxg_user *user, const u32 *allocs, const unsigned long *vas,
			       u32 num)
{
	u32 i;

	for (i = 0; i < num; i++)
		dxg_user_expect_all(user, vas[i], CHUNK, (u64)allocs[i] << 32);
}

static unsigned int vidmm_moves(struct dxg_user *user)
{
	return dxg_mock_calls(user->mock, DXG_MOCK_PAGE);
}

/* Something that needs the whole segment comes and goes. */
static void vidmm_evict_all(struct dxg_user *user, u32 node)
{
	u32 alloc = vidmm_create(user, DXG_MOCK_SEGMENT);

	dxg_user_run(user, node, &alloc, 1);
	KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &alloc, 1, SYNC), 0);
}

/* A command names allocations and waits for room. */
static void vidmm_expect_waiting(struct dxg_user *user, u32 node)
{
	dxg_mock_wait(user->mock, READ_ONCE(user->mock->adapter->nodes[node]->armed));
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(user->test, dxg_mock_running(user->mock, node), 0);
}

/*
 * Places.
 */

static void vidmm_untouched_is_nowhere(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 alloc = vidmm_create(user, CHUNK);

	dxg_user_expect_places(user, &alloc, "N");
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 0).current_usage, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 1).current_usage, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_CREATE_BACKING), 0);
	dxg_user_settle(user->mock);
}

/* The CPU takes what is free, and then is content with less. */
static void vidmm_lock_evicts_nothing(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long vas[6];
	u32 allocs[6];

	vidmm_lock(user, allocs, vas, 6);
	dxg_user_expect_places(user, allocs, "DDDDSS");
	KUNIT_EXPECT_EQ(test, vidmm_moves(user), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_BACKING), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 0).current_usage, 4 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 1).current_usage, 2 * CHUNK);
	vidmm_expect_bytes(user, allocs, vas, 6);
	/* One that goes makes no difference to the others. */
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, SYNC), 0);
	dxg_user_expect_places(user, allocs, "-DDDSS");
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[4], 1, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 1).current_usage, CHUNK);
	dxg_user_settle(user->mock);
}

/* A command does not go without. */
static void vidmm_command_evicts(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long vas[5];
	u32 allocs[6];

	vidmm_lock(user, allocs, vas, 5);
	allocs[5] = vidmm_create(user, CHUNK);
	/* One without bytes: one move. One with bytes: two. */
	dxg_user_run(user, 0, &allocs[5], 1);
	dxg_user_expect_places(user, allocs, "SDDDSD");
	KUNIT_EXPECT_EQ(test, vidmm_moves(user), 1);
	dxg_user_run(user, 0, &allocs[4], 1);
	dxg_user_expect_places(user, allocs, "SSDDDD");
	KUNIT_EXPECT_EQ(test, vidmm_moves(user), 3);
	/* Only as many as have to. */
	dxg_user_run(user, 0, &allocs[2], 3);
	dxg_user_expect_places(user, allocs, "SSDDDD");
	KUNIT_EXPECT_EQ(test, vidmm_moves(user), 3);
	vidmm_expect_bytes(user, allocs, vas, 5);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 0).current_usage, 4 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 1).current_usage, 2 * CHUNK);
	dxg_user_settle(user->mock);
}

/* Nobody's bytes move as long as something is kept for nothing. */
static void vidmm_kept_goes_first(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	unsigned long vas[4];
	u32 allocs[5];

	vidmm_lock(user, allocs, vas, 4);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &allocs[3], 1, 0), 0);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, user->mock->adapter->kept_bytes, CHUNK);
	/* Not what was kept, but its room. */
	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	allocs[4] = vidmm_create(other, CHUNK);
	dxg_user_run(other, 0, &allocs[4], 1);
	dxg_user_expect_places(user, allocs, "DDD-");
	dxg_user_expect_places(other, &allocs[4], "D");
	KUNIT_EXPECT_EQ(test, vidmm_moves(user), 0);
	KUNIT_EXPECT_EQ(test, user->mock->adapter->kept_bytes, 0);
	KUNIT_EXPECT_EQ(test, user->mock->backings, 4);
	dxg_user_settle(user->mock);
}

/*
 * Who is evicted.
 */

#define PRIORITY(name)	D3DKMT_ALLOCATION_PRIORITY_##name

/**
 * struct vidmm_order - In which order four allocations are evicted
 * @desc: in words
 * @wanted: which MakeResident has asked for, by number
 * @priorities: their priorities, 0: normal
 * @used: in which order commands use them, by number
 * @evicted: in which order they go
 */
struct vidmm_order {
	const char *desc;
	const char *wanted;
	u32 priorities[4];
	const char *used;
	const char *evicted;
};

static const struct vidmm_order vidmm_orders[] = {
	{ "age of the bytes", "", {}, "", "0123" },
	{ "age of use", "", {}, "2031", "2031" },
	{ "used twice", "", {}, "01230", "1230" },
	{ "wanted", "02", {}, "13", "1302" },
	{ "wanted, by age", "0123", {}, "3210", "3210" },
	{ "priority", "", { PRIORITY(MAXIMUM), PRIORITY(HIGH), 0, PRIORITY(LOW) }, "", "3210" },
	{ "all classes", "", { PRIORITY(NORMAL), PRIORITY(MINIMUM), PRIORITY(HIGH), PRIORITY(LOW) },
	  "", "1302" },
	{ "priority before age", "", { PRIORITY(LOW), 0, PRIORITY(LOW), 0 }, "1302", "0213" },
	{ "want before priority", "1", { PRIORITY(MAXIMUM), PRIORITY(MINIMUM) }, "", "2301" },
	{ "priority of wanted", "0123", { PRIORITY(HIGH), PRIORITY(LOW) }, "", "1230" },
	{ "edges of the classes", "", { PRIORITY(HIGH), PRIORITY(HIGH) - 1, PRIORITY(NORMAL),
	  PRIORITY(NORMAL) - 1 }, "", "3120" },
	{ "one class", "", { PRIORITY(HIGH) - 1, PRIORITY(NORMAL), PRIORITY(NORMAL) + 1,
	  PRIORITY(HIGH) - 2 }, "3210", "3210" },
};

KUNIT_ARRAY_PARAM_DESC(vidmm_order, vidmm_orders, desc);

/* One that is larger each time takes one more of them. */
static void vidmm_expect_order(struct dxg_user *user, const u32 *allocs, const char *order)
{
	char places[] = "DDDD";
	u32 alloc, i;

	for (i = 0; i < 4; i++) {
		alloc = vidmm_create(user, (i + 1) * CHUNK);
		dxg_user_run(user, 0, &alloc, 1);
		places[order[i] - '0'] = 'S';
		dxg_user_expect_places(user, allocs, places);
		KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &alloc, 1, SYNC), 0);
	}
}

static void vidmm_evicts_in_order(struct kunit *test)
{
	const struct vidmm_order *order = test->param_value;
	struct d3dkmt_make_resident args;
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue;
	unsigned long vas[4];
	const char *which;
	u32 allocs[4], i;

	KUNIT_ASSERT_EQ(test, dxg_user_create_queue(user, &queue), 0);
	vidmm_lock(user, allocs, vas, 4);
	for (i = 0; i < 4; i++)
		if (order->priorities[i])
			KUNIT_EXPECT_EQ(test, dxg_user_set_priority(user, allocs[i],
								    order->priorities[i]), 0);
	for (which = order->wanted; *which; which++) {
		args = (struct d3dkmt_make_resident) {};
		KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &allocs[*which - '0'], 1,
							     &args), 0);
	}
	for (which = order->used; *which; which++)
		dxg_user_run(user, 0, &allocs[*which - '0'], 1);
	vidmm_expect_order(user, allocs, order->evicted);
	vidmm_expect_bytes(user, allocs, vas, 4);
	dxg_user_settle(user->mock);
}

/* What is not wanted any more is as any other. */
static void vidmm_evicts_unwanted_again(struct kunit *test)
{
	struct d3dkmt_make_resident args = {};
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue;
	unsigned long vas[4];
	u32 allocs[4];

	KUNIT_ASSERT_EQ(test, dxg_user_create_queue(user, &queue), 0);
	vidmm_lock(user, allocs, vas, 4);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, allocs, 2, &args), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, &allocs[1], 1, NULL), 0);
	/* It is the last of those, and has not moved for that alone. */
	dxg_user_expect_places(user, allocs, "DDDD");
	vidmm_expect_order(user, allocs, "2310");
	dxg_user_settle(user->mock);
}

/*
 * Pins.
 */

/* Whatever is used stays, although it is the oldest; who needs its room waits. */
static void vidmm_pinned_stays(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[4];
	u32 allocs[5];

	vidmm_lock(user, allocs, vas, 4);
	allocs[4] = vidmm_create(user, DXG_MOCK_SEGMENT);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 1, allocs, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 1, 2, &allocs[4], 1), 0);
	vidmm_expect_waiting(user, 1);
	dxg_user_expect_places(user, allocs, "DSSSN");
	dxg_mock_complete(mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, 1), 2);
	dxg_user_expect_places(user, allocs, "SSSSD");
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, vas[0]), 0x100000001);
	vidmm_expect_bytes(user, allocs, vas, 4);
	dxg_mock_drain(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_user_settle(mock);
}

/* What is armed and does not run yet is pinned too; what is held is not. */
static void vidmm_armed_stays(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[4];
	u32 allocs[4], big, i;

	static_assert(DXG_NODE_DEPTH == 3);
	vidmm_lock(user, allocs, vas, 4);
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 1 + i, &allocs[i], 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	big = vidmm_create(user, 2 * CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 1, 9, &big, 1), 0);
	vidmm_expect_waiting(user, 1);
	dxg_user_expect_places(user, allocs, "DDDS");
	dxg_mock_drain(mock);
	vidmm_expect_bytes(user, allocs, vas, 4);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, vas[i]), (1 + i) * 0x100000001);
	dxg_user_settle(mock);
}

/* Nobody else is in the way, and still there is no room. */
static void vidmm_command_is_too_big(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[5];
	u32 allocs[5];

	other = dxg_user_open_device(mock, DXG_DOOR_NODE);
	vidmm_lock(user, allocs, vas, 5);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_uses(user, 0, 1, allocs, 5), 0);
	dxg_mock_settle(mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_SUBMIT_COMMAND), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_uses(user, 0, 1, allocs, 1), -ENODEV);
	/* The bytes are there, and nobody else has lost anything. */
	vidmm_expect_bytes(user, allocs, vas, 5);
	vidmm_evict_all(other, 0);
	dxg_user_expect_places(user, allocs, "SSSSS");
	vidmm_expect_bytes(user, allocs, vas, 5);
	KUNIT_EXPECT_EQ(test, dxg_user_state(other), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_user_settle(mock);
}

/* One allocation that never fits is refused, and nobody is evicted for it. */
static void vidmm_allocation_is_too_big(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 alloc;

	alloc = vidmm_create(user, DXG_MOCK_SEGMENT + CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(user, alloc, &va), 0);
	dxg_user_expect_places(user, &alloc, "S");
	KUNIT_EXPECT_EQ(test, dxg_user_submit_uses(user, 0, 1, &alloc, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_user_expect_places(user, &alloc, "S");
	dxg_user_settle(user->mock);
}

/* Each needs what the other has: by turns, and both come to their end. */
static void vidmm_commands_exclude_each_other(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[6];
	u32 allocs[6], i;

	vidmm_lock(user, allocs, vas, 6);
	for (i = 1; i <= 6; i++) {
		KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, i, allocs, 3), 0);
		KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 1, i, &allocs[3 - i % 2], 3), 0);
	}
	dxg_mock_drain(mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_SUBMIT_COMMAND), 12);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, vas[0]), 0x600000006);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, vas[5]), 0x600000006);
	vidmm_expect_bytes(user, allocs, vas, 6);
	dxg_user_settle(mock);
}

/* Who waits for much is not overtaken for ever by those who need little. */
static void vidmm_waiter_is_not_starved(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	u32 small, big, i;

	small = vidmm_create(user, PAGE_SIZE);
	big = vidmm_create(user, DXG_MOCK_SEGMENT);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 1, &small, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 1, 999, &big, 1), 0);
	for (i = 1; i <= 100 && !dxg_mock_running(mock, 1); i++) {
		/* The node never runs dry. */
		KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, i + 1, &small, 1), 0);
		dxg_mock_pause();
		dxg_mock_complete(mock, 0, 0);
		dxg_mock_pause();
	}
	KUNIT_EXPECT_EQ(test, dxg_mock_running(mock, 1), 999);
	dxg_mock_drain(mock);
	dxg_user_settle(mock);
}

/*
 * Moves.
 */

/* Out and in again, mapped or not meanwhile. */
static void vidmm_bytes_stay_the_same(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long vas[2];
	u32 allocs[2], i;

	vidmm_lock(user, allocs, vas, 2);
	for (i = 0; i < 4; i++) {
		if (i >= 2)
			KUNIT_EXPECT_EQ(test, dxg_user_unlock(user, allocs[1]), 0);
		vidmm_evict_all(user, 0);
		dxg_user_expect_places(user, allocs, "SS");
		if (i >= 2)
			KUNIT_EXPECT_EQ(test, dxg_user_lock(user, allocs[1], &vas[1]), 0);
		/* The first time without a fault between the moves. */
		if (i)
			vidmm_expect_bytes(user, allocs, vas, 2);
		if (i == 3)
			KUNIT_EXPECT_EQ(test, dxg_user_unlock(user, allocs[1]), 0);
		dxg_user_run(user, 0, allocs, 2);
		dxg_user_expect_places(user, allocs, "DD");
		if (i == 3)
			KUNIT_EXPECT_EQ(test, dxg_user_lock(user, allocs[1], &vas[1]), 0);
		vidmm_expect_bytes(user, allocs, vas, 2);
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, vas[1]), 0xee000000ee);
	}
	dxg_user_settle(user->mock);
}

/* What a command has written moves too, and what the CPU writes afterwards. */
static void vidmm_writes_move_along(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u64 value = 0x1111, last = 0;
	unsigned long va;
	u32 alloc;

	alloc = vidmm_create(user, CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(user, alloc, &va), 0);
	for (; value < 0x5555; value += 0x1111) {
		dxg_user_run(user, 0, &alloc, 1);
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0xee000000ee);
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, va + CHUNK - 8), last);
		KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)va, &value, 8), 0);
		vidmm_evict_all(user, 0);
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), value);
		last = value;
		KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)(va + CHUNK - 8), &last, 8), 0);
	}
	dxg_user_settle(user->mock);
}

/**
 * struct vidmm_failure - A move that fails
 * @desc: in words
 * @op: the op that fails
 * @nth: which call of it
 * @places: of the four that were there before and of the one that a command names
 * @mapped: the CPU has them mapped meanwhile
 */
struct vidmm_failure {
	const char *desc;
	enum dxg_mock_op op;
	unsigned int nth;
	const char *places;
	bool mapped;
};

static const struct vidmm_failure vidmm_failures[] = {
	{ "create_backing", DXG_MOCK_CREATE_BACKING, 1, "SDDDS", false },
	{ "create_backing, mapped", DXG_MOCK_CREATE_BACKING, 1, "SDDDS", true },
	{ "page-in", DXG_MOCK_PAGE, 2, "SDDDS", false },
	{ "page-in of mapped", DXG_MOCK_PAGE, 2, "SDDDS", true },
};

KUNIT_ARRAY_PARAM_DESC(vidmm_failure, vidmm_failures, desc);

static void vidmm_set_locked(struct dxg_user *user, const u32 *allocs, unsigned long *vas, u32 num,
			     bool locked)
{
	u32 i;

	for (i = 0; i < num; i++)
		KUNIT_EXPECT_EQ(user->test, locked ? dxg_user_lock(user, allocs[i], &vas[i]) :
				dxg_user_unlock(user, allocs[i]), 0);
}

/* What cannot leave is passed over, and keeps its bytes. */
static void vidmm_eviction_fails(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long vas[5];
	u32 allocs[5];

	vidmm_lock(user, allocs, vas, 5);
	dxg_mock_fail(user->mock, DXG_MOCK_PAGE, 1, -ETIME);
	dxg_user_run(user, 0, &allocs[4], 1);
	dxg_user_expect_places(user, allocs, "DSDDD");
	vidmm_expect_bytes(user, allocs, vas, 5);
	dxg_user_settle(user->mock);
}

/* Then all is as it was, or as far as it has got. */
static void vidmm_move_fails(struct kunit *test)
{
	const struct vidmm_failure *failure = test->param_value;
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[5];
	u32 allocs[5];

	vidmm_lock(user, allocs, vas, 5);
	if (!failure->mapped)
		vidmm_set_locked(user, allocs, vas, 5, false);
	dxg_mock_fail(mock, failure->op, failure->nth,
		      failure->op == DXG_MOCK_PAGE ? -ETIME : -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_uses(user, 0, 1, &allocs[4], 1), -ENOMEM);
	dxg_user_expect_places(user, allocs, failure->places);
	if (!failure->mapped)
		vidmm_set_locked(user, allocs, vas, 5, true);
	vidmm_expect_bytes(user, allocs, vas, 5);
	dxg_user_settle(mock);
	KUNIT_EXPECT_EQ(test, mock->backings, 3);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* The next time it works. */
	dxg_user_run(user, 0, &allocs[4], 1);
	dxg_user_expect_places(user, allocs, "SDDDD");
	vidmm_expect_bytes(user, allocs, vas, 5);
	dxg_user_settle(mock);
}

/* The same where nobody is left who could be told: at promotion. */
static void vidmm_move_fails_later(struct kunit *test)
{
	const struct vidmm_failure *failure = test->param_value;
	struct dxg_user *user = test->priv;
	struct dxg_user_command command = { .context = user->contexts[0], .tag = 4, .value = 7 };
	struct dxg_mock *mock = user->mock;
	unsigned long vas[5], fence;
	struct dxg_user *other;
	u32 allocs[5], i;

	other = dxg_user_open_device(mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &command.sync, &fence), 0);
	vidmm_lock(user, &allocs[4], &vas[4], 1);
	for (i = 1; i <= 3; i++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, i, 0), 0);
	command.alloc = allocs[4];
	KUNIT_ASSERT_EQ(test, dxg_user_submit(user, &command), 0);
	vidmm_evict_all(other, 1);
	vidmm_lock(user, allocs, vas, 4);
	dxg_user_expect_places(user, allocs, "DDDDS");
	if (!failure->mapped)
		vidmm_set_locked(user, allocs, vas, 5, false);
	dxg_mock_fail(mock, failure->op, failure->nth,
		      failure->op == DXG_MOCK_PAGE ? -ETIME : -ENOMEM);
	dxg_mock_drain(mock);
	dxg_user_expect_places(user, allocs, failure->places);
	if (!failure->mapped)
		vidmm_set_locked(user, allocs, vas, 5, true);
	vidmm_expect_bytes(user, allocs, vas, 5);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, fence), U64_MAX);
	KUNIT_EXPECT_EQ(test, dxg_user_state(other), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_user_settle(mock);
}

/*
 * Destructions meanwhile.
 */

/* Three commands keep the node busy, the fourth is held. */
static void vidmm_hold(struct dxg_user *user)
{
	u32 i;

	static_assert(DXG_NODE_DEPTH == 3);
	for (i = 1; i <= 3; i++)
		KUNIT_ASSERT_EQ(user->test, dxg_user_submit_tag(user, 0, i, 0), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 0), 1);
}

/* Queued commands may use what is destroyed after them, wherever it is by then. */
static void vidmm_destroyed_is_still_found(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	struct dxg_mock *mock = user->mock;
	unsigned long vas[2];
	u32 allocs[2];

	other = dxg_user_open_device(mock, DXG_DOOR_NODE);
	vidmm_lock(user, allocs, vas, 2);
	vidmm_hold(user);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_copy(user, 0, 4, allocs[1], allocs[0], CHUNK), 0);
	vidmm_evict_all(other, 1);
	dxg_user_expect_places(user, allocs, "SS");
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, 0), 0);
	dxg_user_expect_places(user, allocs, "-S");
	/* It may come and go once more. */
	vidmm_evict_all(other, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&mock->adapter->stats.batches), 1);
	dxg_mock_drain(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_user_expect_all(user, vas[1], CHUNK, (u64)allocs[0] << 32);
	dxg_mock_wait(mock, atomic_read(&mock->adapter->stats.allocations) == 1);
	dxg_user_settle(mock);
}

/**
 * struct vidmm_assumed - What is destroyed with ASSUME_NOT_IN_USE while a command waits
 * @desc: in words
 * @which: which of those that it names
 * @held: it is held; else it waits for room, with the first pinned
 */
struct vidmm_assumed {
	const char *desc;
	u32 which;
	bool held;
};

static const struct vidmm_assumed vidmm_assumeds[] = {
	{ "held", 0, true },
	{ "pinned already", 0, false },
	{ "being waited for", 1, false },
	{ "not looked at yet", 2, false },
};

KUNIT_ARRAY_PARAM_DESC(vidmm_assumed, vidmm_assumeds, desc);

static void vidmm_assumed_is_not_found(struct kunit *test)
{
	const struct vidmm_assumed *assumed = test->param_value;
	struct dxg_user *user = test->priv, *other;
	struct dxg_mock *mock = user->mock;
	u32 allocs[3], big, i;
	unsigned long va;

	other = dxg_user_open_device(mock, DXG_DOOR_NODE);
	for (i = 0; i < 3; i++)
		allocs[i] = vidmm_create(user, CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(user, allocs[2], &va), 0);
	if (assumed->held)
		vidmm_hold(user);
	else
		vidmm_evict_all(other, 1);
	/* There is room for one more. */
	big = vidmm_create(other, 3 * CHUNK);
	if (!assumed->held) {
		KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(other, 1, 1, &big, 1), 0);
		KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 1), 1);
	}
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 4, allocs, 3), 0);
	if (assumed->held)
		vidmm_evict_all(other, 1);
	else
		vidmm_expect_waiting(user, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[assumed->which], 1, ASSUME | SYNC),
			0);
	dxg_mock_drain(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	KUNIT_EXPECT_NULL(test, strstr(dxg_mock_log(mock), "s4"));
	dxg_mock_wait(mock, atomic_read(&mock->adapter->stats.allocations) == 3);
	dxg_user_settle(mock);
}

static struct kunit_case vidmm_cases[] = {
	KUNIT_CASE(vidmm_untouched_is_nowhere),
	KUNIT_CASE(vidmm_lock_evicts_nothing),
	KUNIT_CASE(vidmm_command_evicts),
	KUNIT_CASE(vidmm_kept_goes_first),
	KUNIT_CASE_PARAM(vidmm_evicts_in_order, vidmm_order_gen_params),
	KUNIT_CASE(vidmm_evicts_unwanted_again),
	KUNIT_CASE(vidmm_pinned_stays),
	KUNIT_CASE(vidmm_armed_stays),
	KUNIT_CASE(vidmm_command_is_too_big),
	KUNIT_CASE(vidmm_allocation_is_too_big),
	KUNIT_CASE(vidmm_commands_exclude_each_other),
	KUNIT_CASE(vidmm_waiter_is_not_starved),
	KUNIT_CASE(vidmm_bytes_stay_the_same),
	KUNIT_CASE(vidmm_writes_move_along),
	KUNIT_CASE(vidmm_eviction_fails),
	KUNIT_CASE_PARAM(vidmm_move_fails, vidmm_failure_gen_params),
	KUNIT_CASE_PARAM(vidmm_move_fails_later, vidmm_failure_gen_params),
	KUNIT_CASE(vidmm_destroyed_is_still_found),
	KUNIT_CASE_PARAM(vidmm_assumed_is_not_found, vidmm_assumed_gen_params),
	{}
};

static struct kunit_suite vidmm_suite = {
	.name = "dxg_vidmm",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = vidmm_cases,
};

kunit_test_suite(vidmm_suite);
