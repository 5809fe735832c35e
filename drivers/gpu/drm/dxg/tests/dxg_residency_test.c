// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/kthread.h>
#include <linux/uaccess.h>

#include "../dxg_adapter.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * What programs say about residency: how requests are counted and bounded, what a paging
 * queue makes of them, and what is left of them when their queue, device, file or adapter
 * goes. Where bytes are and why belongs into dxg_vidmm_test.c.
 */

/* The segment has room for four of them. */
#define CHUNK	(DXG_MOCK_SEGMENT / 4)

#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS
#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE

/* What the program wants whatever its budget is. */
#define MUST	(D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER | D3DKMT_MAKE_RESIDENT_MUST_SUCCEED)

static u32 residency_create(struct dxg_user *user, u64 size)
{
	u32 alloc;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_sized(user, size, &alloc), 0);
	return alloc;
}

static struct dxg_user_queue residency_queue(struct dxg_user *user)
{
	struct dxg_user_queue queue = {};

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_queue(user, &queue), 0);
	return queue;
}

/* An allocation of a chunk whose bytes are in the system segment, and nothing else. */
static u32 residency_evicted(struct dxg_user *user, unsigned long *va)
{
	u32 alloc = residency_create(user, CHUNK);
	u32 big = residency_create(user, DXG_MOCK_SEGMENT);

	KUNIT_ASSERT_EQ(user->test, dxg_user_lock(user, alloc, va), 0);
	dxg_user_write_all(user, *va, CHUNK, 0x77000000);
	dxg_user_run(user, 0, &big, 1);
	KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &big, 1, SYNC), 0);
	dxg_user_expect_places(user, &alloc, "S");
	return alloc;
}

/* Make a request that is not larger than the budget, and look at all that it returns. */
static void residency_expect(struct dxg_user *user, const struct dxg_user_queue *queue,
			     const u32 *allocs, u32 num, long ret, u64 value)
{
	struct d3dkmt_make_resident args = { .paging_fence_value = 99, .num_bytes_to_trim = 99 };

	KUNIT_EXPECT_EQ(user->test, dxg_user_make_resident(user, queue, allocs, num, &args), ret);
	KUNIT_EXPECT_EQ(user->test, args.paging_fence_value, value);
	KUNIT_EXPECT_EQ(user->test, args.num_bytes_to_trim, 0);
}

static long residency_wait(struct dxg_user *user, const struct dxg_user_queue *queue, u64 value)
{
	return dxg_user_wait(user, &queue->sync, &value, 1, 0);
}

/*
 * Counting.
 */

/* What nobody has touched gets its memory in the call. */
static void residency_is_made_at_once(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	u32 allocs[2], big;

	allocs[0] = residency_create(user, CHUNK);
	allocs[1] = residency_create(user, CHUNK);
	residency_expect(user, &queue, allocs, 2, 0, 0);
	dxg_user_expect_places(user, allocs, "DD");
	dxg_user_expect_wanted(user, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), 0);
	/* Others are evicted for it where they have to be, and not in the call. */
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, allocs, 2, NULL), 0);
	big = residency_create(user, 3 * CHUNK);
	residency_expect(user, &queue, &big, 1, D3DKMT_STATUS_PENDING, 1);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 1), 0);
	dxg_user_expect_places(user, allocs, "SD");
	dxg_user_expect_places(user, &big, "D");
	dxg_user_settle(user->mock);
}

static void residency_priorities_are_set(struct kunit *test)
{
	u32 priorities[2] = { D3DKMT_ALLOCATION_PRIORITY_LOW, D3DKMT_ALLOCATION_PRIORITY_HIGH };
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	struct d3dkmt_make_resident args = {};
	struct d3dkmt_get_allocation_priority get = { .device = user->device };
	u32 allocs[2], seen[2];

	allocs[0] = residency_create(user, CHUNK);
	allocs[1] = residency_create(user, CHUNK);
	args.priority_list = dxg_user_copy(user, priorities, sizeof(priorities));
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, allocs, 2, &args), 0);
	get.allocation_count = 2;
	get.allocation_list = dxg_user_copy(user, allocs, sizeof(allocs));
	get.priorities = dxg_user_copy(user, NULL, sizeof(seen));
	args.priority_list = get.priorities;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_GET_ALLOCATION_PRIORITY, &get), 0);
	KUNIT_EXPECT_EQ(test, copy_from_user(seen, (void __user *)(unsigned long)args.priority_list,
					     sizeof(seen)), 0);
	KUNIT_EXPECT_MEMEQ(test, seen, priorities, sizeof(seen));
	/* One that is none: nothing is done. */
	priorities[1] = D3DKMT_ALLOCATION_PRIORITY_MAXIMUM + 1;
	args.priority_list = dxg_user_copy(user, priorities, sizeof(priorities));
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, allocs, 2, &args), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, allocs, 2, NULL), 0);
	dxg_user_expect_wanted(user, 0);
}

/* A resource is what the least of its allocations is. */
static void residency_of_a_resource(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_query_allocation_residency args = { .device = user->device };
	unsigned long out, va;
	u32 allocs[2], status, i;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, &args.resource, D3DKMT_CREATE_RESOURCE, allocs,
					      2), 0);
	for (i = 0; i <= 2; i++) {
		out = dxg_user_copy(user, NULL, sizeof(status));
		args.residency_status = out;
		KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY,
						     &args), 0);
		KUNIT_EXPECT_EQ(test, copy_from_user(&status, (void __user *)out, sizeof(status)),
				0);
		KUNIT_EXPECT_EQ(test, status, i < 2 ?
				D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT :
				D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY);
		if (i < 2)
			KUNIT_ASSERT_EQ(test, dxg_user_lock(user, allocs[i], &va), 0);
	}
}

/* Each request is counted, the bytes once. */
static void residency_is_counted(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	u32 list[3];

	list[0] = residency_create(user, CHUNK);
	list[1] = list[0];
	list[2] = list[0];
	residency_expect(user, &queue, list, 1, 0, 0);
	residency_expect(user, &queue, list, 2, 0, 0);
	dxg_user_expect_wanted(user, CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 2, NULL), 0);
	dxg_user_expect_wanted(user, CHUNK);
	/* There is one, and not two. */
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 2, NULL), -EINVAL);
	dxg_user_expect_wanted(user, CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 1, NULL), 0);
	dxg_user_expect_wanted(user, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 1, NULL), -EINVAL);
	/* Its bytes are where they were. */
	dxg_user_expect_places(user, list, "D");
	dxg_user_settle(user->mock);
}

/* Of a list with something wrong in it nothing is counted. */
static void residency_is_all_or_nothing(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	struct d3dkmt_make_resident args = {};
	u32 list[4];

	list[0] = residency_create(user, CHUNK);
	list[1] = residency_create(user, CHUNK);
	list[2] = list[0];
	list[3] = user->device;
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, list, 4, &args), -EINVAL);
	dxg_user_expect_wanted(user, 0);
	dxg_user_expect_places(user, list, "NN");
	/* One that goes over the budget at its end: with the other one twice in it. */
	list[3] = residency_create(user, 3 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, list, 4, &args), -ENOMEM);
	KUNIT_EXPECT_EQ(test, args.num_bytes_to_trim, CHUNK);
	dxg_user_expect_wanted(user, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 1, NULL), -EINVAL);
	residency_expect(user, &queue, list, 3, 0, 0);
	dxg_user_expect_wanted(user, 2 * CHUNK);
	/* Of an Evict too. */
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 4, NULL), -EINVAL);
	dxg_user_expect_wanted(user, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, list, 3, NULL), 0);
	dxg_user_expect_wanted(user, 0);
	dxg_user_settle(user->mock);
}

/* No memory for one of them: the request has not been made. */
static void residency_without_memory(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	struct d3dkmt_make_resident args = {};
	u32 allocs[2];

	allocs[0] = residency_create(user, CHUNK);
	allocs[1] = residency_create(user, CHUNK);
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 2, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, allocs, 2, &args), -ENOMEM);
	KUNIT_EXPECT_EQ(test, args.num_bytes_to_trim, 0);
	dxg_user_expect_wanted(user, 0);
	dxg_user_expect_places(user, allocs, "DN");
	residency_expect(user, &queue, allocs, 2, 0, 0);
	dxg_user_settle(user->mock);
}

static void residency_is_forgotten(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	struct dxg_adapter *adapter = user->mock->adapter;
	struct dxg_user_queue queue = residency_queue(user);
	u32 allocs[3], i;

	for (i = 0; i < 3; i++)
		allocs[i] = residency_create(user, CHUNK);
	residency_expect(user, &queue, allocs, 3, 0, 0);
	residency_expect(user, &queue, allocs, 3, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, SYNC), 0);
	dxg_user_expect_wanted(user, 2 * CHUNK);
	/* At once, also where the destruction has to wait. */
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 1, &allocs[1], 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &allocs[1], 1, 0), 0);
	dxg_user_expect_wanted(user, CHUNK);
	dxg_mock_drain(user->mock);
	dxg_user_settle(user->mock);

	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	queue = residency_queue(other);
	allocs[0] = residency_create(other, CHUNK);
	residency_expect(other, &queue, allocs, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(other, CHUNK), 0);
	KUNIT_EXPECT_EQ(test, adapter->ledger.wanted, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, adapter->ledger.reserved, CHUNK);
	dxg_user_close(other);
	dxg_mock_wait(user->mock, atomic_read(&adapter->stats.processes) == 1);
	KUNIT_EXPECT_EQ(test, adapter->ledger.wanted, CHUNK);
	KUNIT_EXPECT_EQ(test, adapter->ledger.reserved, 0);
	dxg_user_settle(user->mock);
}

/*
 * The budget.
 */

static void residency_expect_budget(struct dxg_user *user, u64 budget, u64 reserved, u64 available)
{
	struct d3dkmt_query_video_memory_info info = dxg_user_memory(user, 0);

	KUNIT_EXPECT_EQ(user->test, info.budget, budget);
	KUNIT_EXPECT_EQ(user->test, info.current_reservation, reserved);
	KUNIT_EXPECT_EQ(user->test, info.available_for_reservation, available);
}

/* What one has reserved is not the other's to ask for. */
static void residency_reservation(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;

	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	residency_expect_budget(user, 4 * CHUNK, 0, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(other, 2 * CHUNK + 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(other, CHUNK), 0);
	residency_expect_budget(user, 3 * CHUNK, 0, CHUNK);
	residency_expect_budget(other, 4 * CHUNK, CHUNK, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(user, CHUNK + 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(user, CHUNK), 0);
	residency_expect_budget(user, 3 * CHUNK, CHUNK, CHUNK);
	residency_expect_budget(other, 3 * CHUNK, CHUNK, CHUNK);
	/* It replaces the last one. */
	KUNIT_EXPECT_EQ(test, dxg_user_reserve(other, 0), 0);
	residency_expect_budget(user, 4 * CHUNK, CHUNK, 2 * CHUNK);
	residency_expect_budget(other, 3 * CHUNK, 0, CHUNK);
	dxg_user_settle(user->mock);
}

static void residency_budget(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	struct dxg_user_queue queue = residency_queue(user);
	struct d3dkmt_make_resident args = {};
	u32 allocs[4], i;
	u64 trim;

	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_reserve(other, 2 * CHUNK), 0);
	for (i = 0; i < 4; i++)
		allocs[i] = residency_create(user, CHUNK);
	/* All of it, and not a byte more. */
	residency_expect(user, &queue, allocs, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &allocs[2], 2, &args), -ENOMEM);
	KUNIT_EXPECT_EQ(test, args.num_bytes_to_trim, 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &allocs[2], 1, &args), -ENOMEM);
	KUNIT_EXPECT_EQ(test, args.num_bytes_to_trim, CHUNK);
	args.flags = D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER;
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &allocs[2], 1, &args), -ENOMEM);
	dxg_user_expect_wanted(user, 2 * CHUNK);
	dxg_user_expect_places(user, allocs, "DDNN");
	/* What is counted already costs nothing more. */
	residency_expect(user, &queue, allocs, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, allocs, 2, &trim), 0);
	KUNIT_EXPECT_EQ(test, trim, 0);
	/* It has to be; there is room, after all. */
	args.flags = MUST;
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &allocs[2], 2, &args), 0);
	KUNIT_EXPECT_EQ(test, args.num_bytes_to_trim, 0);
	dxg_user_expect_wanted(user, 4 * CHUNK);
	dxg_user_expect_places(user, allocs, "DDDD");
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, allocs, 1, &trim), 0);
	KUNIT_EXPECT_EQ(test, trim, CHUNK);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, &allocs[2], 1, &trim), 0);
	KUNIT_EXPECT_EQ(test, trim, 0);
	/* The budget of the other is the whole segment: what others want is not reserved. */
	residency_expect_budget(other, 4 * CHUNK, 2 * CHUNK, 2 * CHUNK);
	dxg_user_settle(user->mock);
}

static void residency_refuses(struct kunit *test)
{
	static const u32 flags[] = { D3DKMT_MAKE_RESIDENT_MUST_SUCCEED, 4, MUST | 8 };
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user), none = {};
	struct d3dkmt_destroy_sync_object sync = { .sync_object = queue.sync };
	struct d3dkmt_make_resident args = {};
	u32 alloc, i;

	alloc = residency_create(user, CHUNK);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		args.flags = flags[i];
		KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &alloc, 1, &args),
				-EINVAL);
	}
	args.flags = 0;
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &alloc, 0, &args), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &none, &alloc, 1, &args), -EINVAL);
	none.handle = queue.sync;
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &none, &alloc, 1, &args), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_set_priority(user, alloc, 0), -EINVAL);
	/* The fence is the queue's. */
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, queue.sync, 1), -EACCES);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &sync),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy_queue(user, &queue), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy_queue(user, &queue), -EINVAL);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.sync_objects), 0);
	dxg_user_expect_wanted(user, 0);
	dxg_user_settle(user->mock);
}

/*
 * Requests that are pending.
 */

static void residency_is_pending(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	u32 alloc, untouched;
	unsigned long va;

	alloc = residency_evicted(user, &va);
	untouched = residency_create(user, CHUNK);
	residency_expect(user, &queue, &alloc, 1, D3DKMT_STATUS_PENDING, 1);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 1), 0);
	dxg_user_expect_places(user, &alloc, "D");
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), 1);
	dxg_user_expect_all(user, va, CHUNK, 0x77000000);
	/* Nothing has to move: the value that is there is good. */
	residency_expect(user, &queue, &alloc, 1, 0, 1);
	residency_expect(user, &queue, &untouched, 1, 0, 1);
	dxg_user_settle(user->mock);
}

/* Another program has everything, and a command runs that uses it. */
static struct dxg_user *residency_block(struct dxg_user *user)
{
	struct dxg_user *other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	u32 big = residency_create(other, DXG_MOCK_SEGMENT);

	KUNIT_ASSERT_EQ(user->test, dxg_user_submit_uses(other, 1, 1, &big, 1), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 1), 1);
	return other;
}

/* It waits for what is pinned, and those that come later wait for it. */
static void residency_waits_for_pins(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	u32 allocs[2];
	unsigned long va;

	allocs[0] = residency_evicted(user, &va);
	allocs[1] = residency_create(user, CHUNK);
	residency_block(user);
	residency_expect(user, &queue, allocs, 1, D3DKMT_STATUS_PENDING, 1);
	/* It has no bytes, and there is no room for them now. */
	residency_expect(user, &queue, &allocs[1], 1, D3DKMT_STATUS_PENDING, 2);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), 0);
	dxg_user_expect_places(user, allocs, "SN");
	dxg_user_expect_wanted(user, 2 * CHUNK);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 2), 0);
	dxg_user_expect_places(user, allocs, "DD");
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), 2);
	dxg_user_expect_all(user, va, CHUNK, 0x77000000);
	dxg_user_settle(user->mock);
}

/* It is too late for an error: the device is lost, and nobody waits for ever. */
static void residency_cannot_be_met(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	unsigned long va;
	u32 alloc;

	alloc = residency_evicted(user, &va);
	dxg_mock_fail(user->mock, DXG_MOCK_CREATE_BACKING, 1, -ENOMEM);
	residency_expect(user, &queue, &alloc, 1, D3DKMT_STATUS_PENDING, 1);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.va), U64_MAX);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	dxg_user_expect_places(user, &alloc, "S");
	dxg_user_expect_all(user, va, CHUNK, 0x77000000);
	dxg_user_settle(user->mock);
}

/* One that is destroyed meanwhile needs no place. */
static void residency_of_destroyed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	unsigned long va;
	u32 alloc;

	alloc = residency_evicted(user, &va);
	residency_block(user);
	residency_expect(user, &queue, &alloc, 1, D3DKMT_STATUS_PENDING, 1);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, SYNC), 0);
	dxg_user_expect_wanted(user, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_memory(user, 1).current_usage, 0);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, residency_wait(user, &queue, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* The other's is all that there is. */
	dxg_mock_wait(user->mock, atomic_read(&user->mock->adapter->stats.allocations) == 1);
	dxg_user_settle(user->mock);
}

/* What goes while requests are pending */
enum residency_end {
	RESIDENCY_QUEUE,
	RESIDENCY_DEVICE,
	RESIDENCY_FILE,
	RESIDENCY_ADAPTER,
};

/**
 * struct residency_outlived - What requests outlive
 * @desc: in words
 * @end: what
 * @num: how many requests
 */
struct residency_outlived {
	const char *desc;
	enum residency_end end;
	u32 num;
};

static const struct residency_outlived residency_outliveds[] = {
	{ "queue", RESIDENCY_QUEUE, 1 },
	{ "queue, two requests", RESIDENCY_QUEUE, 2 },
	{ "device", RESIDENCY_DEVICE, 1 },
	{ "device, two requests", RESIDENCY_DEVICE, 2 },
	{ "file", RESIDENCY_FILE, 1 },
	{ "file, two requests", RESIDENCY_FILE, 2 },
	{ "adapter", RESIDENCY_ADAPTER, 1 },
	{ "adapter, two requests", RESIDENCY_ADAPTER, 2 },
};

KUNIT_ARRAY_PARAM_DESC(residency_outlived, residency_outliveds, desc);

static void residency_end(struct dxg_user *user, const struct dxg_user_queue *queue,
			  enum residency_end end)
{
	struct d3dkmt_destroy_device args = { user->device };

	switch (end) {
	case RESIDENCY_QUEUE:
		KUNIT_EXPECT_EQ(user->test, dxg_user_destroy_queue(user, queue), 0);
		KUNIT_EXPECT_EQ(user->test, residency_wait(user, queue, 1), -EINVAL);
		break;
	case RESIDENCY_DEVICE:
		KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_DEVICE,
							   &args), 0);
		break;
	case RESIDENCY_FILE:
		dxg_user_close(user);
		break;
	case RESIDENCY_ADAPTER:
		dxg_mock_remove(user->mock);
		break;
	}
}

static void residency_request_outlives(struct kunit *test)
{
	const struct residency_outlived *outlived = test->param_value;
	struct dxg_user *user = test->priv, *other;
	struct dxg_mock *mock = user->mock;
	struct dxg_user_queue queue = residency_queue(user);
	struct dxg_adapter_stats *stats = &mock->adapter->stats;
	unsigned long va;
	u32 alloc, i;

	alloc = residency_evicted(user, &va);
	other = residency_block(user);
	for (i = 1; i <= outlived->num; i++) {
		residency_expect(user, &queue, &alloc, 1, D3DKMT_STATUS_PENDING, i);
		/* The worker has begun with the first when the second comes. */
		dxg_mock_pause();
	}
	residency_end(user, &queue, outlived->end);
	dxg_mock_pause();
	dxg_mock_complete(mock, 1, 0);
	if (outlived->end == RESIDENCY_QUEUE)
		dxg_mock_wait(mock, dxg_user_memory(user, 0).current_usage == CHUNK);
	if (outlived->end == RESIDENCY_DEVICE)
		dxg_mock_wait(mock, atomic_read(&stats->devices) == 1);
	if (outlived->end == RESIDENCY_FILE)
		dxg_mock_wait(mock, atomic_read(&stats->processes) == 1);
	if (outlived->end >= RESIDENCY_DEVICE && outlived->end <= RESIDENCY_FILE)
		dxg_mock_wait(mock, atomic_read(&stats->allocations) == 1);
	dxg_mock_pause();
	dxg_user_settle(mock);
	/* Nothing that waits has a reference for ever. */
	dxg_user_close(user);
	dxg_user_close(other);
	dxg_mock_wait(mock, !atomic_read(&stats->processes) && !atomic_read(&stats->allocations));
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_objects), 0);
}

/* On a removed adapter one can give up what one has asked for, and no more. */
static void residency_after_removal(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_user_queue queue = residency_queue(user);
	struct d3dkmt_make_resident args = {};
	u32 alloc;

	alloc = residency_create(user, CHUNK);
	residency_expect(user, &queue, &alloc, 1, 0, 0);
	dxg_mock_remove(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_make_resident(user, &queue, &alloc, 1, &args), -ENODEV);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, &alloc, 1, NULL), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_evict(user, &alloc, 1, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy_queue(user, &queue), 0);
	dxg_user_settle(user->mock);
}

/*
 * The device is removed in the middle of a move.
 */

/* What makes bytes move */
enum residency_mover {
	RESIDENCY_SUBMIT,
	RESIDENCY_PROMOTE,
	RESIDENCY_REQUEST,
};

/**
 * struct residency_removal - In which step of which move
 * @desc: in words
 * @mover: what makes the bytes move
 * @op: the op
 * @nth: which call of it
 */
struct residency_removal {
	const char *desc;
	enum residency_mover mover;
	enum dxg_mock_op op;
	unsigned int nth;
};

/* Something goes out, its memory goes, memory is made, something comes in. */
static const struct residency_removal residency_removals[] = {
	{ "submit, page-out", RESIDENCY_SUBMIT, DXG_MOCK_PAGE, 1 },
	{ "submit, destroy_backing", RESIDENCY_SUBMIT, DXG_MOCK_DESTROY_BACKING, 1 },
	{ "submit, create_backing", RESIDENCY_SUBMIT, DXG_MOCK_CREATE_BACKING, 1 },
	{ "submit, page-in", RESIDENCY_SUBMIT, DXG_MOCK_PAGE, 2 },
	{ "promotion, page-out", RESIDENCY_PROMOTE, DXG_MOCK_PAGE, 1 },
	{ "promotion, destroy_backing", RESIDENCY_PROMOTE, DXG_MOCK_DESTROY_BACKING, 1 },
	{ "promotion, create_backing", RESIDENCY_PROMOTE, DXG_MOCK_CREATE_BACKING, 1 },
	{ "promotion, page-in", RESIDENCY_PROMOTE, DXG_MOCK_PAGE, 2 },
	{ "request, page-out", RESIDENCY_REQUEST, DXG_MOCK_PAGE, 1 },
	{ "request, destroy_backing", RESIDENCY_REQUEST, DXG_MOCK_DESTROY_BACKING, 1 },
	{ "request, create_backing", RESIDENCY_REQUEST, DXG_MOCK_CREATE_BACKING, 1 },
	{ "request, page-in", RESIDENCY_REQUEST, DXG_MOCK_PAGE, 2 },
};

KUNIT_ARRAY_PARAM_DESC(residency_removal, residency_removals, desc);

static struct completion residency_removed;

static int residency_remove_thread(void *data)
{
	dxg_mock_remove(data);
	complete_all(&residency_removed);
	return 0;
}

static void residency_remove_hook(struct dxg_mock *mock)
{
	if (IS_ERR(kthread_run(residency_remove_thread, mock, "dxg-remove"))) {
		KUNIT_FAIL(mock->test, "no thread");
		complete_all(&residency_removed);
		return;
	}
	/* It stands and waits for this very move. */
	dxg_mock_wait(mock, dxg_adapter_is_removed(mock->adapter));
	msleep(20);
}

/* A full segment, and one that is not in it and is named by a held command. */
static u32 residency_fill(struct dxg_user *user, bool held)
{
	unsigned long va;
	u32 alloc, big, i;

	alloc = residency_evicted(user, &va);
	if (held) {
		static_assert(DXG_NODE_DEPTH == 3);
		for (i = 1; i <= 3; i++)
			KUNIT_ASSERT_EQ(user->test, dxg_user_submit_tag(user, 0, i, 0), 0);
		KUNIT_ASSERT_EQ(user->test, dxg_user_submit_uses(user, 0, 4, &alloc, 1), 0);
		big = residency_create(user, DXG_MOCK_SEGMENT);
		dxg_user_run(user, 1, &big, 1);
		KUNIT_EXPECT_EQ(user->test, dxg_user_destroy(user, 0, &big, 1, ASSUME | SYNC), 0);
	}
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(user->test,
				dxg_user_lock(user, residency_create(user, CHUNK), &va), 0);
	dxg_user_expect_places(user, &alloc, "S");
	KUNIT_EXPECT_EQ(user->test, dxg_user_memory(user, 0).current_usage, DXG_MOCK_SEGMENT);
	return alloc;
}

static void residency_removed_during_move(struct kunit *test)
{
	const struct residency_removal *removal = test->param_value;
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	struct dxg_adapter_stats *stats = &mock->adapter->stats;
	struct dxg_user_queue queue = residency_queue(user);
	unsigned int calls;
	u32 alloc;

	alloc = residency_fill(user, removal->mover == RESIDENCY_PROMOTE);
	init_completion(&residency_removed);
	calls = dxg_mock_calls(mock, removal->op);
	dxg_mock_hook_at(mock, removal->op, removal->nth, residency_remove_hook);
	if (removal->mover == RESIDENCY_SUBMIT)
		dxg_user_submit_uses(user, 0, 1, &alloc, 1);
	else if (removal->mover == RESIDENCY_PROMOTE)
		dxg_mock_complete(mock, 0, 0);
	else
		residency_expect(user, &queue, &alloc, 1, D3DKMT_STATUS_PENDING, 1);
	dxg_mock_wait(mock, dxg_mock_calls(mock, removal->op) >= calls + removal->nth);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&residency_removed, 20 * HZ));
	/* All memory is back, in both segments; who asks for more is refused. */
	KUNIT_EXPECT_EQ(test, mock->backings, 0);
	KUNIT_EXPECT_EQ(test, mock->adapter->ledger.placed[DXG_SEGMENT_DEVICE], 0);
	KUNIT_EXPECT_EQ(test, mock->adapter->ledger.placed[DXG_SEGMENT_SYSTEM], 0);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_uses(user, 1, 1, &alloc, 1), -ENODEV);
	dxg_user_settle(mock);
	dxg_user_close(user);
	dxg_mock_wait(mock, !atomic_read(&stats->processes) && !atomic_read(&stats->allocations));
	dxg_user_settle(mock);
}

/* And while something waits for room with something pinned. */
static void residency_removed_while_waiting(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_mock *mock = user->mock;
	struct dxg_adapter_stats *stats = &mock->adapter->stats;
	struct dxg_user_queue queue = residency_queue(user);
	struct dxg_user *other;
	unsigned long va;
	u32 allocs[2];

	allocs[0] = residency_evicted(user, &va);
	allocs[1] = residency_create(user, 2 * CHUNK);
	other = dxg_user_open_device(mock, DXG_DOOR_NODE);
	allocs[1] = residency_create(other, 3 * CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(other, 1, 1, &allocs[1], 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 1), 1);
	allocs[1] = residency_create(user, 2 * CHUNK);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_uses(user, 0, 2, allocs, 2), 0);
	residency_expect(user, &queue, &allocs[1], 1, D3DKMT_STATUS_PENDING, 1);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(mock, 0), 0);
	dxg_mock_remove(mock);
	KUNIT_EXPECT_EQ(test, mock->backings, 0);
	dxg_user_settle(mock);
	dxg_user_close(user);
	dxg_user_close(other);
	dxg_mock_wait(mock, !atomic_read(&stats->processes) && !atomic_read(&stats->allocations));
	dxg_user_settle(mock);
}

static struct kunit_case residency_cases[] = {
	KUNIT_CASE(residency_is_made_at_once),
	KUNIT_CASE(residency_priorities_are_set),
	KUNIT_CASE(residency_of_a_resource),
	KUNIT_CASE(residency_is_counted),
	KUNIT_CASE(residency_is_all_or_nothing),
	KUNIT_CASE(residency_without_memory),
	KUNIT_CASE(residency_is_forgotten),
	KUNIT_CASE(residency_reservation),
	KUNIT_CASE(residency_budget),
	KUNIT_CASE(residency_refuses),
	KUNIT_CASE(residency_is_pending),
	KUNIT_CASE(residency_waits_for_pins),
	KUNIT_CASE(residency_cannot_be_met),
	KUNIT_CASE(residency_of_destroyed),
	KUNIT_CASE_PARAM(residency_request_outlives, residency_outlived_gen_params),
	KUNIT_CASE(residency_after_removal),
	KUNIT_CASE_PARAM(residency_removed_during_move, residency_removal_gen_params),
	KUNIT_CASE(residency_removed_while_waiting),
	{}
};

static struct kunit_suite residency_suite = {
	.name = "dxg_residency",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = residency_cases,
};

kunit_test_suite(residency_suite);
