// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <uapi/misc/d3dkmthk.h>

#include "../dxg_adapter.h"
#include "../dxg_device.h"
#include "../dxg_process.h"
#include "../dxg_sync.h"
#include "../dxg_wait.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Sync objects below the calls: what a wait takes and when, whose waits end with an opening,
 * and how long an object lives. The waits are those of queues, told by a callback.
 */

#define SHARED	(D3DKMT_SYNC_SHARED | D3DKMT_SYNC_NT_SECURITY_SHARING)

/* Objects that a wait of these tests names at most. */
#define WIDTH	4

/**
 * struct sync_wait - A wait
 * @wait: the wait
 * @entries: its entries
 * @over: how often it has ended
 * @result: with what
 */
struct sync_wait {
	struct dxg_wait wait;
	struct dxg_wait_entry entries[WIDTH];
	unsigned int over;
	int result;
};

static void sync_wait_over(struct dxg_wait *wait, int result)
{
	struct sync_wait *sw = container_of(wait, struct sync_wait, wait);

	sw->over++;
	sw->result = result;
}

static u32 sync_create(struct dxg_user *user, enum d3dkmt_sync_object_type type, u32 flags,
		       u32 value, u32 initial)
{
	struct d3dkmt_create_sync_object2 args = {
		.device = user->device,
		.info.type = type,
		.info.flags = flags,
	};

	args.info.semaphore.max_count = value;
	args.info.semaphore.initial_count = initial;
	KUNIT_ASSERT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args),
			0);
	return args.sync_object;
}

static u32 sync_create_fence(struct dxg_user *user)
{
	return sync_create(user, D3DKMT_SYNC_FENCE, 0, 0, 0);
}

static u32 sync_create_mutex(struct dxg_user *user, bool owned)
{
	return sync_create(user, D3DKMT_SYNC_MUTEX, 0, owned, 0);
}

static u32 sync_create_semaphore(struct dxg_user *user, u32 max, u32 count)
{
	return sync_create(user, D3DKMT_SYNC_SEMAPHORE, 0, max, count);
}

static long sync_destroy(struct dxg_user *user, u32 handle)
{
	struct d3dkmt_destroy_sync_object args = { .sync_object = handle };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &args);
}

/* The device of a program, counted. */
static struct dxg_device *sync_device(struct dxg_user *user)
{
	struct dxg_process_adapter *pa = dxg_user_process(user);
	struct dxg_object *obj;

	obj = dxg_handle_lookup(&pa->process->table, user->device, DXG_OBJECT_DEVICE);
	KUNIT_ASSERT_NOT_NULL(user->test, obj);
	return container_of(obj, struct dxg_device, base);
}

/* As an engine does it. */
static void sync_signal(struct dxg_user *user, u32 handle, u64 value)
{
	struct dxg_device *device = sync_device(user);
	struct dxg_sync *sync = dxg_sync_lookup(device, handle);

	KUNIT_ASSERT_NOT_NULL(user->test, sync);
	dxg_sync_signal(sync, value);
	dxg_sync_put(sync);
	dxg_object_put(&device->base);
}

/* Return whether it is over at once. */
static bool sync_wait(struct dxg_user *user, struct sync_wait *sw, bool any, u32 num,
		      const u32 *handles, const u64 *values)
{
	struct dxg_device *device = sync_device(user);

	memset(sw, 0, sizeof(*sw));
	dxg_wait_init(&sw->wait, user->mock->adapter, sw->entries, num, sync_wait_over);
	sw->wait.any = any;
	KUNIT_ASSERT_EQ(user->test, dxg_wait_fill(&sw->wait, device, handles, values), 0);
	dxg_object_put(&device->base);
	dxg_wait_start(&sw->wait);
	KUNIT_EXPECT_LE(user->test, sw->over, 1);
	return sw->over;
}

static bool sync_wait_one(struct dxg_user *user, struct sync_wait *sw, u32 handle, u64 value)
{
	return sync_wait(user, sw, false, 1, &handle, &value);
}

static void sync_wait_end(struct dxg_user *user, struct sync_wait *sw, bool over, int result)
{
	KUNIT_EXPECT_EQ(user->test, sw->over, over);
	KUNIT_EXPECT_EQ(user->test, sw->result, result);
	KUNIT_EXPECT_EQ(user->test, dxg_wait_cancel(&sw->wait), !over);
	KUNIT_EXPECT_EQ(user->test, sw->over, over);
	dxg_wait_fini(&sw->wait);
}

/* How many waits for it are satisfied; it has none left then. */
static u32 sync_drain(struct dxg_user *user, u32 handle)
{
	struct sync_wait sw;
	u32 count = 0;

	while (sync_wait_one(user, &sw, handle, 0)) {
		sync_wait_end(user, &sw, true, 0);
		count++;
		KUNIT_ASSERT_LT(user->test, count, 100);
	}
	sync_wait_end(user, &sw, false, 0);
	return count;
}

static void sync_mutex_has_one_owner(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 mutex = sync_create_mutex(user, true);
	struct sync_wait waits[3];
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &waits[i], mutex, 0));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, waits[i].over, 0);
		sync_signal(user, mutex, 0);
		/* In the order of the waits. */
		sync_wait_end(user, &waits[i], true, 0);
	}
	KUNIT_EXPECT_EQ(test, sync_drain(user, mutex), 0);
	/* It cannot be released more than it is owned. */
	sync_signal(user, mutex, 0);
	sync_signal(user, mutex, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, mutex), 1);

	mutex = sync_create_mutex(user, false);
	KUNIT_EXPECT_EQ(test, sync_drain(user, mutex), 1);
}

static void sync_semaphore_counts(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 semaphore = sync_create_semaphore(user, 3, 2), i;
	struct sync_wait sw;

	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 2);
	for (i = 0; i < 5; i++)
		sync_signal(user, semaphore, 100);
	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 3);
	/* What somebody waits for is not counted. */
	KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &sw, semaphore, 0));
	for (i = 0; i < 5; i++)
		sync_signal(user, semaphore, 0);
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 3);
	/* Who does not wait any more gets nothing. */
	KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &sw, semaphore, 0));
	sync_wait_end(user, &sw, false, 0);
	sync_signal(user, semaphore, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 1);
}

static void sync_fence_stays(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 fence = sync_create_fence(user), i;
	struct sync_wait waits[3];

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &waits[i], fence, 1 + i));
	sync_signal(user, fence, 2);
	sync_signal(user, fence, 1);
	sync_wait_end(user, &waits[0], true, 0);
	sync_wait_end(user, &waits[1], true, 0);
	KUNIT_EXPECT_TRUE(test, sync_wait_one(user, &waits[0], fence, 2));
	sync_wait_end(user, &waits[0], true, 0);
	sync_wait_end(user, &waits[2], false, 0);
}

/* Each order in which the four become available. */
static void sync_all_or_nothing(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 handles[WIDTH] = {
		sync_create_mutex(user, true),
		sync_create_fence(user),
		sync_create_semaphore(user, 2, 0),
		sync_create(user, D3DKMT_SYNC_MONITORED_FENCE, 0, 0, 0),
	};
	u64 values[WIDTH] = {};
	struct sync_wait sw;
	u32 round, i;

	for (round = 0; round < 4; round++) {
		values[1]++;
		values[3]++;
		KUNIT_EXPECT_FALSE(test, sync_wait(user, &sw, false, WIDTH, handles, values));
		for (i = 0; i < WIDTH; i++) {
			u32 next = (i + round) % WIDTH;

			KUNIT_EXPECT_EQ(test, sw.over, 0);
			/* Nothing of it is taken: others can have it. */
			if (next == 0 || next == 2) {
				sync_signal(user, handles[next], 0);
				if (i < WIDTH - 1) {
					KUNIT_EXPECT_EQ(test, sync_drain(user, handles[next]), 1);
					sync_signal(user, handles[next], 0);
				}
			} else {
				sync_signal(user, handles[next], values[next]);
			}
		}
		sync_wait_end(user, &sw, true, 0);
		KUNIT_EXPECT_EQ(test, sync_drain(user, handles[0]), 0);
		KUNIT_EXPECT_EQ(test, sync_drain(user, handles[2]), 0);
	}
	/* All are there when the wait begins. */
	sync_signal(user, handles[0], 0);
	sync_signal(user, handles[2], 0);
	KUNIT_EXPECT_TRUE(test, sync_wait(user, &sw, false, WIDTH, handles, values));
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[0]), 0);
}

static void sync_any_takes_one(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 handles[WIDTH] = {
		sync_create_semaphore(user, 9, 0),
		sync_create_mutex(user, true),
		sync_create_fence(user),
		sync_create_semaphore(user, 9, 0),
	};
	u64 values[WIDTH] = { 0, 0, 1, 0 };
	struct sync_wait sw;

	KUNIT_EXPECT_FALSE(test, sync_wait(user, &sw, true, WIDTH, handles, values));
	sync_signal(user, handles[3], 0);
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[3]), 0);
	/* The first of those that are there. */
	sync_signal(user, handles[1], 0);
	sync_signal(user, handles[3], 0);
	KUNIT_EXPECT_TRUE(test, sync_wait(user, &sw, true, WIDTH, handles, values));
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[1]), 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[3]), 1);
	/* A fence is enough, and then nothing is taken. */
	KUNIT_EXPECT_FALSE(test, sync_wait(user, &sw, true, WIDTH, handles, values));
	sync_signal(user, handles[2], 1);
	sync_wait_end(user, &sw, true, 0);
	sync_signal(user, handles[0], 0);
	KUNIT_EXPECT_TRUE(test, sync_wait(user, &sw, true, WIDTH, handles, values));
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[0]), 1);
}

static void sync_same_twice(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 semaphore = sync_create_semaphore(user, 5, 0);
	u32 handles[2] = { semaphore, semaphore };
	u64 values[2] = {};
	struct sync_wait sw;

	KUNIT_EXPECT_FALSE(test, sync_wait(user, &sw, false, 2, handles, values));
	sync_signal(user, semaphore, 0);
	KUNIT_EXPECT_EQ(test, sw.over, 0);
	sync_signal(user, semaphore, 0);
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 0);
	KUNIT_EXPECT_FALSE(test, sync_wait(user, &sw, true, 2, handles, values));
	sync_signal(user, semaphore, 0);
	sync_signal(user, semaphore, 0);
	sync_wait_end(user, &sw, true, 0);
	KUNIT_EXPECT_EQ(test, sync_drain(user, semaphore), 1);
}

/* Who needs something else too keeps nothing back, and has its place afterwards. */
static void sync_keeps_nothing_back(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 mutex = sync_create_mutex(user, true), fence = sync_create_fence(user);
	u32 handles[2] = { mutex, fence };
	u64 values[2] = { 0, 1 };
	struct sync_wait first, second, third;

	KUNIT_EXPECT_FALSE(test, sync_wait(user, &first, false, 2, handles, values));
	KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &second, mutex, 0));
	KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &third, mutex, 0));
	sync_signal(user, mutex, 0);
	sync_wait_end(user, &second, true, 0);
	KUNIT_EXPECT_EQ(test, third.over, 0);
	sync_signal(user, fence, 1);
	KUNIT_EXPECT_EQ(test, first.over, 0);
	sync_signal(user, mutex, 0);
	sync_wait_end(user, &first, true, 0);
	KUNIT_EXPECT_EQ(test, third.over, 0);
	sync_signal(user, mutex, 0);
	sync_wait_end(user, &third, true, 0);
}

static void sync_cpu_is_refused(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 handles[] = {
		sync_create_mutex(user, false),
		sync_create_semaphore(user, 1, 1),
		sync_create_fence(user),
	};
	u64 values[2] = {}, i;
	unsigned long va;
	u32 list[2];

	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &list[0], &va), 0);
	for (i = 0; i < ARRAY_SIZE(handles); i++) {
		list[1] = handles[i];
		KUNIT_EXPECT_EQ(test, dxg_user_signal(user, handles[i], 1), -EINVAL);
		KUNIT_EXPECT_EQ(test, dxg_user_wait(user, list, values, 2, 0), -EINVAL);
		KUNIT_EXPECT_EQ(test, dxg_user_wait(user, list, values, 2, D3DKMT_WAIT_ANY),
				-EINVAL);
	}
	/* Nothing has been taken. */
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[0]), 1);
	KUNIT_EXPECT_EQ(test, sync_drain(user, handles[1]), 1);
}

static void sync_opening_fd(struct dxg_user *user, u64 fd, u32 *handle)
{
	struct d3dkmt_open_sync_object_from_nt_handle2 args = {
		.nt_handle = fd,
		.device = user->device,
	};

	KUNIT_ASSERT_EQ(user->test, dxg_user_ioctl(user,
						   D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_NT_HANDLE2,
						   &args), 0);
	*handle = args.sync_object;
}

/* A wait ends with the opening by which it began; what it had queued for goes to others. */
static void sync_opening_ends_its_waits(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	u32 mutex = sync_create(user, D3DKMT_SYNC_MUTEX, SHARED, true, 0), opened;
	struct dxg_adapter_stats *stats = &user->mock->adapter->stats;
	struct sync_wait mine, theirs;
	u64 fd;

	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_share(user, mutex, &fd), 0);
	sync_opening_fd(other, fd, &opened);
	KUNIT_EXPECT_FALSE(test, sync_wait_one(user, &mine, mutex, 0));
	KUNIT_EXPECT_FALSE(test, sync_wait_one(other, &theirs, opened, 0));
	KUNIT_EXPECT_EQ(test, sync_destroy(user, mutex), 0);
	KUNIT_EXPECT_EQ(test, theirs.over, 0);
	sync_signal(other, opened, 0);
	sync_wait_end(other, &theirs, true, 0);
	/* Those who wait keep their opening, destroyed or not. */
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_openings), 2);
	sync_wait_end(user, &mine, true, -EINVAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_openings), 1);
	KUNIT_EXPECT_EQ(test, sync_destroy(other, opened), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_openings), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_objects), 1);
	dxg_user_close_fd(test, fd);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_objects), 0);
}

/* Programs go with what they wait for, and the descriptor keeps the object. */
static void sync_descriptor_outlives(struct kunit *test)
{
	struct dxg_user *user = test->priv, *other;
	u32 semaphore = sync_create(user, D3DKMT_SYNC_SEMAPHORE, SHARED, 4, 3), opened;
	struct dxg_adapter_stats *stats = &user->mock->adapter->stats;
	u64 fd;

	KUNIT_ASSERT_EQ(test, dxg_user_share(user, semaphore, &fd), 0);
	dxg_user_close(user);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_openings), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_objects), 1);
	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	sync_opening_fd(other, fd, &opened);
	dxg_user_close_fd(test, fd);
	KUNIT_EXPECT_EQ(test, sync_drain(other, opened), 3);
	dxg_user_close(other);
	KUNIT_EXPECT_EQ(test, atomic_read(&stats->sync_objects), 0);
}

static void sync_removal_ends_waits(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 mutex = sync_create_mutex(user, true), fence = sync_create_fence(user);
	struct dxg_device *device = sync_device(user);
	u32 handles[2] = { mutex, fence };
	u64 values[2] = { 0, 1 };
	struct sync_wait all, any;

	KUNIT_EXPECT_FALSE(test, sync_wait(user, &all, false, 2, handles, values));
	KUNIT_EXPECT_FALSE(test, sync_wait(user, &any, true, 2, handles, values));
	dxg_mock_remove(user->mock);
	sync_wait_end(user, &all, true, -ENODEV);
	sync_wait_end(user, &any, true, -ENODEV);
	KUNIT_EXPECT_TRUE(test, sync_wait(user, &all, false, 2, handles, values));
	sync_wait_end(user, &all, true, -ENODEV);
	dxg_object_put(&device->base);
}

static struct kunit_case sync_test_cases[] = {
	KUNIT_CASE(sync_mutex_has_one_owner),
	KUNIT_CASE(sync_semaphore_counts),
	KUNIT_CASE(sync_fence_stays),
	KUNIT_CASE(sync_all_or_nothing),
	KUNIT_CASE(sync_any_takes_one),
	KUNIT_CASE(sync_same_twice),
	KUNIT_CASE(sync_keeps_nothing_back),
	KUNIT_CASE(sync_cpu_is_refused),
	KUNIT_CASE(sync_opening_ends_its_waits),
	KUNIT_CASE(sync_descriptor_outlives),
	KUNIT_CASE(sync_removal_ends_waits),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "dxg_sync",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = sync_test_cases,
};

kunit_test_suite(sync_suite);
