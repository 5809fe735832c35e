// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include "../dxg_adapter.h"
#include "../dxg_process.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Openings of a shared resource: what the end of one waits for, who asks for residency and
 * who pays, and where each finds the bytes. The order in which the miniport is told belongs
 * into dxg_share_test.c.
 */

#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS

/* Bytes of an allocation; the segment has room for four of them. */
#define CHUNK	(DXG_MOCK_SEGMENT / 4)

/*
 * What the end of an opening waits for.
 */

static long opening_destroy_thread(struct dxg_user *user, void *data)
{
	return dxg_shared_destroy(data, SYNC);
}

/* With the last one the bytes are back when the call is; with others they stay. */
static void opening_synchronous(struct kunit *test)
{
	struct dxg_shared world = {};
	unsigned long va, theirs;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	dxg_user_close_fd(test, world.fd);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.creator, world.allocs[0], &va), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &theirs), 0);
	world.mock->log_backings = true;
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2");
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.creator, va), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, theirs), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&world.mock->adapter->segment_used), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2 - d2R");
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, theirs), U64_MAX - 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&world.mock->adapter->segment_used), 0);
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/* An opening ends when its own device's commands have, whatever the others do. */
static void opening_epochs_are_the_devices(struct kunit *test)
{
	struct dxg_shared world = {};
	struct dxg_user_job job;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	dxg_user_close_fd(test, world.fd);
	/* Both have a command that uses the bytes, on a node each. */
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.creator, 0, 1, world.allocs[0]), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.opener, 1, 2, world.openings[0]), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 0), 1);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 1), 2);
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, 0), 0);
	dxg_user_start(&job, world.creator, opening_destroy_thread, &world);
	dxg_mock_pause();
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "");
	dxg_mock_complete(world.mock, 1, 0);
	dxg_mock_wait(world.mock, *dxg_mock_log(world.mock));
	dxg_mock_pause();
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2");
	KUNIT_EXPECT_FALSE(test, dxg_user_job_done(&job));
	dxg_mock_complete(world.mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2 d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/* What one assumes not to be in use the other uses. */
static void opening_assumed_is_used_by_others(struct kunit *test)
{
	struct dxg_shared world = {};
	unsigned long va;
	u32 tag;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	dxg_user_close_fd(test, world.fd);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &va), 0);
	/* One runs, two are armed, two are held. */
	for (tag = 1; tag <= 5; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.opener, 0, tag,
							  world.openings[0]), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 0), 1);
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, ASSUME | SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2");
	dxg_mock_drain(world.mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 s2 s3 s4 s5");
	KUNIT_EXPECT_EQ(test, dxg_user_state(world.opener), D3DKMT_DEVICEEXECUTION_ACTIVE);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, va), 0x0000000500000005);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, ASSUME | SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 s2 s3 s4 s5 x2 d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/* And what runs on the device that assumes it is waited for, even by the last one. */
static void opening_assumed_is_used(struct kunit *test)
{
	struct dxg_shared world = {};

	dxg_shared_begin(test, &world, PAGE_SIZE);
	dxg_user_close_fd(test, world.fd);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.opener, 0, 1, world.openings[1]), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 0), 1);
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, ASSUME), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "");
	KUNIT_EXPECT_EQ(test, atomic64_read(&world.mock->adapter->segment_used), PAGE_SIZE);
	dxg_mock_drain(world.mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/*
 * Who asks, who pays, and where the bytes are.
 */

static void opening_expect_ledger(struct dxg_user *user, u64 wanted, u64 device, u64 system)
{
	struct dxg_process_adapter *pa = dxg_user_process(user);

	spin_lock(&pa->adapter->vidmm_lock);
	KUNIT_EXPECT_EQ(user->test, pa->ledger.wanted, wanted);
	KUNIT_EXPECT_EQ(user->test, pa->ledger.placed[DXG_SEGMENT_DEVICE], device);
	KUNIT_EXPECT_EQ(user->test, pa->ledger.placed[DXG_SEGMENT_SYSTEM], system);
	spin_unlock(&pa->adapter->vidmm_lock);
}

/* Requests are those of an opening, the bytes are the creator's. */
static void opening_residency_is_the_openings(struct kunit *test)
{
	struct dxg_user_queue queue = {}, theirs = {};
	struct d3dkmt_make_resident args = {};
	struct dxg_shared world = {};
	struct dxg_ledger *ledger;

	dxg_shared_begin(test, &world, CHUNK);
	ledger = &world.mock->adapter->ledger;
	KUNIT_ASSERT_EQ(test, dxg_user_create_queue(world.creator, &queue), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_queue(world.opener, &theirs), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(world.opener, &theirs, world.openings, 1,
						     &args), 0);
	opening_expect_ledger(world.opener, CHUNK, 0, 0);
	opening_expect_ledger(world.creator, 0, CHUNK, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(world.creator, &queue, world.allocs, 2,
						     &args), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(world.creator, &queue, world.allocs, 1,
						     &args), 0);
	opening_expect_ledger(world.opener, CHUNK, 0, 0);
	opening_expect_ledger(world.creator, 2 * CHUNK, 2 * CHUNK, 0);
	KUNIT_EXPECT_EQ(test, ledger->wanted, 3 * CHUNK);
	/* The opener has one to take back, and not the creator's. */
	KUNIT_EXPECT_EQ(test, dxg_user_evict(world.opener, world.openings, 2, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(world.opener, world.openings, 1, NULL), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(world.opener, world.openings, 1, NULL), -EINVAL);
	opening_expect_ledger(world.opener, 0, 0, 0);
	opening_expect_ledger(world.creator, 2 * CHUNK, 2 * CHUNK, 0);
	/* Nor are they the other's after the end of one. */
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(world.opener, &theirs, world.openings, 2,
						     &args), 0);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	opening_expect_ledger(world.opener, 2 * CHUNK, 0, 0);
	opening_expect_ledger(world.creator, 0, 2 * CHUNK, 0);
	dxg_user_settle(world.mock);
	dxg_user_close_fd(test, world.fd);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	opening_expect_ledger(world.opener, 0, 0, 0);
	opening_expect_ledger(world.creator, 0, 0, 0);
	dxg_user_settle(world.mock);
}

/* As long as anybody asks for it others are evicted before it. */
static void opening_wanted_by_one_is_wanted(struct kunit *test)
{
	struct dxg_user_queue theirs = {};
	struct d3dkmt_make_resident args = {};
	struct dxg_shared world = {};
	unsigned long va;
	u32 other, big;

	dxg_shared_begin(test, &world, CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_create_queue(world.opener, &theirs), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(world.opener, &theirs, world.openings, 1,
						     &args), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sized(world.creator, CHUNK, &other), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.creator, other, &va), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sized(world.creator, 3 * CHUNK, &big), 0);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	dxg_user_run(world.creator, 0, &big, 1);
	dxg_user_expect_places(world.opener, world.openings, "D");
	dxg_user_expect_places(world.creator, &other, "S");
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(world.creator, 0, &other, 1, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(world.creator, 0, &big, 1, SYNC), 0);
	dxg_shared_end(&world);
}

/* The creator has gone, and pays. */
static void opening_is_paid_by_the_creator(struct kunit *test)
{
	struct dxg_process_adapter *pa;
	struct dxg_shared world = {};
	struct dxg_adapter *adapter;
	unsigned long va;

	dxg_shared_begin(test, &world, CHUNK);
	adapter = world.mock->adapter;
	pa = dxg_user_process(world.creator);
	dxg_user_run(world.opener, 0, world.openings, 1);
	dxg_user_close(world.creator);
	dxg_mock_settle(world.mock);
	/* What it gets only now too. */
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[1], &va), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&adapter->stats.processes), 2);
	opening_expect_ledger(world.opener, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, pa->ledger.placed[DXG_SEGMENT_DEVICE], 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, adapter->ledger.placed[DXG_SEGMENT_DEVICE], 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(world.opener, 0).current_usage, 0);
	dxg_user_close_fd(test, world.fd);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	dxg_mock_wait(world.mock, atomic_read(&adapter->stats.processes) == 1);
	KUNIT_EXPECT_EQ(test, adapter->ledger.placed[DXG_SEGMENT_DEVICE], 0);
	dxg_user_settle(world.mock);
}

/* What a program has reserved goes with it, however long its bytes are used. */
static void opening_reserves_nothing(struct kunit *test)
{
	struct dxg_shared world = {};

	dxg_shared_begin(test, &world, CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_reserve(world.creator, CHUNK), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(world.opener, 0).budget, DXG_MOCK_SEGMENT - CHUNK);
	dxg_user_close(world.creator);
	dxg_mock_settle(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(world.opener, 0).budget, DXG_MOCK_SEGMENT);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(world.opener, DXG_MOCK_SEGMENT / 2), 0);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	dxg_user_close_fd(test, world.fd);
	dxg_user_settle(world.mock);
}

/* Something that needs the whole segment comes and goes. */
static void opening_evict_all(struct dxg_user *user)
{
	u32 alloc = 0;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_sized(user, DXG_MOCK_SEGMENT, &alloc), 0);
	dxg_user_run(user, 0, &alloc, 1);
	KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &alloc, 1, SYNC), 0);
}

/* One writes and the other reads, wherever the bytes are meanwhile. */
static void opening_mappings_follow(struct kunit *test)
{
	struct dxg_shared world = {};
	unsigned long va, theirs;

	dxg_shared_begin(test, &world, CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.creator, world.allocs[0], &va), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &theirs), 0);
	KUNIT_EXPECT_NE(test, va, theirs);
	dxg_user_write_all(world.creator, va, CHUNK, 0x11000000);
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x11000000);

	opening_evict_all(world.creator);
	dxg_user_expect_places(world.creator, world.allocs, "S");
	dxg_user_expect_places(world.opener, world.openings, "S");
	dxg_user_expect_all(world.creator, va, CHUNK, 0x11000000);
	dxg_user_write_all(world.opener, theirs, CHUNK, 0x22000000);
	dxg_user_expect_all(world.creator, va, CHUNK, 0x22000000);

	dxg_user_run(world.opener, 0, world.openings, 1);
	dxg_user_expect_places(world.creator, world.allocs, "D");
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x22000000);
	dxg_user_write_all(world.creator, va, CHUNK, 0x33000000);
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x33000000);

	/* One unlocks, and the other's stays through a move; the pages stay pinned for it. */
	KUNIT_EXPECT_EQ(test, dxg_user_unlock(world.creator, world.allocs[0]), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.creator, va), U64_MAX - 1);
	opening_evict_all(world.opener);
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x33000000);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	dxg_user_write_all(world.opener, theirs, CHUNK, 0x44000000);
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x44000000);
	KUNIT_EXPECT_EQ(test, dxg_user_unlock(world.opener, world.openings[0]), 0);
	opening_evict_all(world.opener);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &theirs), 0);
	dxg_user_expect_all(world.opener, theirs, CHUNK, 0x44000000);
	dxg_shared_end(&world);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, theirs), U64_MAX - 1);
}

static struct kunit_case opening_test_cases[] = {
	KUNIT_CASE(opening_synchronous),
	KUNIT_CASE(opening_epochs_are_the_devices),
	KUNIT_CASE(opening_assumed_is_used_by_others),
	KUNIT_CASE(opening_assumed_is_used),
	KUNIT_CASE(opening_residency_is_the_openings),
	KUNIT_CASE(opening_wanted_by_one_is_wanted),
	KUNIT_CASE(opening_is_paid_by_the_creator),
	KUNIT_CASE(opening_reserves_nothing),
	KUNIT_CASE(opening_mappings_follow),
	{}
};

static struct kunit_suite opening_suite = {
	.name = "dxg_opening",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = opening_test_cases,
};

kunit_test_suite(opening_suite);
