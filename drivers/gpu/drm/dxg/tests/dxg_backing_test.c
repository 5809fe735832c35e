// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/shrinker.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "../dxg_adapter.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Memory of allocations: what is kept for the program's next one, for whom and how long,
 * and what happens where there is none. When a destruction gives it back belongs into
 * dxg_destroy_test.c, that all of it is back on a removal into dxg_adapter_test.c.
 */

/* An allocation that has memory. */
static u32 backing_create(struct dxg_user *user, unsigned long *va)
{
	u32 alloc;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_user_lock(user, alloc, va), 0);
	return alloc;
}

/* Give it back, to be kept. */
static void backing_leave(struct dxg_user *user, u32 alloc)
{
	KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &alloc, 1, 0), 0);
	dxg_mock_settle(user->mock);
}

static void backing_is_kept_for_next(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u64 value = 0x1234;
	u32 alloc, i;

	for (i = 0; i < 3; i++) {
		alloc = backing_create(user, &va);
		/* The same memory, and nothing of what was in it. */
		KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
		KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)va, &value, sizeof(value)), 0);
		backing_leave(user, alloc);
	}
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_CREATE_BACKING), 1);
	KUNIT_EXPECT_EQ(test, user->mock->backings, 1);
}

/* The machine has no memory: now, and not when its time is over. */
static void backing_is_not_kept_without_memory(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_adapter *adapter = user->mock->adapter;
	struct shrink_control control = { .nr_to_scan = 1 };
	unsigned long va;

	backing_leave(user, backing_create(user, &va));
	KUNIT_EXPECT_EQ(test, user->mock->backings, 1);
	KUNIT_EXPECT_EQ(test, adapter->shrinker->count_objects(adapter->shrinker, &control),
			adapter->kept_bytes >> PAGE_SHIFT);
	/* The in-tree driver's memory: not in reclaim. */
	KUNIT_EXPECT_EQ(test, adapter->shrinker->scan_objects(adapter->shrinker, &control),
			SHRINK_STOP);
	flush_work(&adapter->discard_work);
	KUNIT_EXPECT_EQ(test, user->mock->backings, 0);
	KUNIT_EXPECT_EQ(test, adapter->shrinker->count_objects(adapter->shrinker, &control),
			SHRINK_EMPTY);
}

/* Who asks for the memory back has it back. */
static void backing_is_not_kept_synchronous(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 alloc;

	alloc = backing_create(user, &va);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS), 0);
	KUNIT_EXPECT_EQ(test, user->mock->backings, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&user->mock->adapter->segment_used), 0);
}

/* What one program has left is neither seen nor had by another. */
static void backing_is_kept_for_nobody_else(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	unsigned long va;

	backing_leave(user, backing_create(user, &va));
	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	backing_create(other, &va);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_CREATE_BACKING), 2);
	dxg_user_close(other);
	/* The other's goes with it. */
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(user->mock, user->mock->backings <= 1));
}

/* It is given up where the miniport has no more memory. */
static void backing_is_kept_until_needed(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	unsigned long va;
	u32 alloc;

	backing_leave(user, backing_create(user, &va));
	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_create(other, NULL, 0, &alloc, 1), 0);
	user->mock->log_backings = true;
	dxg_mock_log_reset(user->mock);
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_lock(other, alloc, &va), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "- +");
}

/* And when nobody has wanted it for a while. */
static void backing_is_kept_not_for_long(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;

	backing_leave(user, backing_create(user, &va));
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(user->mock, !user->mock->backings));
	KUNIT_EXPECT_EQ(test, atomic64_read(&user->mock->adapter->segment_used), 0);
}

/* No video memory: the CPU is content with system memory, a command is not. */
static void backing_cannot_be_made(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u64 value = 0x1234;
	unsigned long va;
	u32 alloc;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, alloc), -ENOMEM);
	dxg_user_expect_places(user, &alloc, "N");
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 1, -ENOMEM);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(user, alloc, &va), 0);
	dxg_user_expect_places(user, &alloc, "S");
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)va, &value, sizeof(value)), 0);
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, alloc), -ENOMEM);
	dxg_user_expect_places(user, &alloc, "S");
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), value);
	KUNIT_EXPECT_EQ(test, atomic64_read(&user->mock->adapter->segment_used), 0);
	dxg_user_settle(user->mock);
	dxg_mock_log_reset(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "x1 d1");
	dxg_user_settle(user->mock);
}

static struct kunit_case backing_cases[] = {
	KUNIT_CASE(backing_is_kept_for_next),
	KUNIT_CASE(backing_is_not_kept_without_memory),
	KUNIT_CASE(backing_is_not_kept_synchronous),
	KUNIT_CASE(backing_is_kept_for_nobody_else),
	KUNIT_CASE(backing_is_kept_until_needed),
	KUNIT_CASE(backing_is_kept_not_for_long),
	KUNIT_CASE(backing_cannot_be_made),
	{}
};

static struct kunit_suite backing_suite = {
	.name = "dxg_backing",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = backing_cases,
};

kunit_test_suite(backing_suite);
