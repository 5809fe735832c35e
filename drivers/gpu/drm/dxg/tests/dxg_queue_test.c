// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/slab.h>

#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_queue.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Queues: whose turn it is, waits and signals in them, submissions to several, and hardware
 * queues. What a single FIFO does belongs into dxg_submit_test.c.
 */

static long queue_submit(struct dxg_user *user, u32 context, u64 tag)
{
	struct dxg_user_command command = { .context = context, .tag = tag };

	return dxg_user_submit(user, &command);
}

static u32 queue_context(struct dxg_user *user, u32 node)
{
	u32 context = 0;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_context(user, user->device, node, &context),
			0);
	return context;
}

static u32 queue_fence(struct dxg_user *user, unsigned long *va)
{
	u32 sync = 0;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_sync(user, &sync, va), 0);
	return sync;
}

static long queue_set(struct dxg_user *user, u32 code, u32 context, s32 priority)
{
	struct d3dkmt_context_priority args = { context, priority };

	return dxg_user_ioctl(user, code, &args);
}

static s32 queue_get(struct dxg_user *user, u32 code, u32 context)
{
	struct d3dkmt_context_priority args = { context, 99 };

	KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, code, &args), 0);
	return args.priority;
}

static long queue_wait(struct dxg_user *user, u32 context, u32 sync, u64 value)
{
	struct d3dkmt_wait_sync_object_from_gpu args = {
		.context = context,
		.object_count = 1,
		.objects = dxg_user_copy(user, &sync, sizeof(sync)),
		.fence_values = dxg_user_copy(user, &value, sizeof(value)),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_GPU, &args);
}

static long queue_signal(struct dxg_user *user, const u32 *contexts, u32 num, u32 sync, u64 value,
			 u32 flags)
{
	struct d3dkmt_signal_sync_object_from_gpu2 args = {
		.object_count = 1,
		.objects = dxg_user_copy(user, &sync, sizeof(sync)),
		.flags = flags,
		.broadcast_context_count = num,
		.broadcast_contexts = dxg_user_copy(user, contexts, num * sizeof(*contexts)),
		.fence_values = dxg_user_copy(user, &value, sizeof(value)),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU2, &args);
}

static long queue_destroy_context(struct dxg_user *user, u32 context)
{
	struct d3dkmt_destroy_context args = { context };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &args);
}

static long queue_destroy_fence(struct dxg_user *user, u32 sync)
{
	struct d3dkmt_destroy_sync_object args = { sync };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &args);
}

static int queue_commands(struct dxg_user *user)
{
	return atomic_read(&user->mock->adapter->stats.commands);
}

/* Have the node's room taken, so that what comes next is held. Ends with the test's drain. */
static void queue_fill_node(struct dxg_user *user)
{
	u32 tag;

	for (tag = 101; tag <= 100 + DXG_NODE_DEPTH; tag++)
		KUNIT_ASSERT_EQ(user->test, queue_submit(user, user->contexts[0], tag), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 0), 101);
}

/* What the node executes, from what runs now on. */
static void queue_expect_order(struct dxg_user *user, const u8 *order, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++) {
		KUNIT_EXPECT_EQ(user->test, dxg_mock_wait_running(user->mock, 0), order[i]);
		dxg_mock_complete(user->mock, 0, 0);
	}
	dxg_mock_settle(user->mock);
}

/*
 * Turns.
 */

static void queue_priorities(struct kunit *test)
{
	static const s32 priorities[] = { -7, 0, 7, -1, 1 };
	static const u8 order[] = { 101, 102, 103, 31, 32, 51, 52, 21, 22, 41, 42, 11, 12 };
	struct dxg_user *user = test->priv;
	u32 i, context;

	queue_fill_node(user);
	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		context = queue_context(user, 0);
		KUNIT_EXPECT_EQ(test, queue_set(user, D3DKMT_IOCTL_SET_CONTEXT_PRIORITY, context,
						priorities[i]), 0);
		KUNIT_EXPECT_EQ(test, queue_get(user, D3DKMT_IOCTL_GET_CONTEXT_PRIORITY, context),
				priorities[i]);
		KUNIT_ASSERT_EQ(test, queue_submit(user, context, 11 + 10 * i), 0);
		KUNIT_ASSERT_EQ(test, queue_submit(user, context, 12 + 10 * i), 0);
	}
	queue_expect_order(user, order, ARRAY_SIZE(order));
}

/* What is held already moves with its context. */
static void queue_priority_changes(struct kunit *test)
{
	static const u8 order[] = { 101, 102, 103, 31, 32, 11, 12, 21, 22 };
	struct dxg_user *user = test->priv;
	u32 contexts[3], i;

	queue_fill_node(user);
	for (i = 0; i < 3; i++) {
		contexts[i] = queue_context(user, 0);
		KUNIT_ASSERT_EQ(test, queue_submit(user, contexts[i], 11 + 10 * i), 0);
		KUNIT_ASSERT_EQ(test, queue_submit(user, contexts[i], 12 + 10 * i), 0);
	}
	KUNIT_EXPECT_EQ(test, queue_set(user, D3DKMT_IOCTL_SET_CONTEXT_PRIORITY, contexts[1], -3),
			0);
	KUNIT_EXPECT_EQ(test, queue_set(user, D3DKMT_IOCTL_SET_CONTEXT_PRIORITY, contexts[2], 3),
			0);
	queue_expect_order(user, order, ARRAY_SIZE(order));
}

/* Two programs take turns, however many contexts one has, and whatever it prefers. */
static void queue_processes_take_turns(struct kunit *test)
{
	static const u8 order[] = { 101, 102, 103, 21, 51, 22, 52, 11, 53, 12, 31, 32 };
	struct dxg_user *user = test->priv;
	struct dxg_user *other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	u32 contexts[3], i;

	queue_fill_node(user);
	for (i = 0; i < 3; i++) {
		contexts[i] = queue_context(user, 0);
		KUNIT_ASSERT_EQ(test, queue_submit(user, contexts[i], 11 + 10 * i), 0);
		KUNIT_ASSERT_EQ(test, queue_submit(user, contexts[i], 12 + 10 * i), 0);
	}
	for (i = 51; i <= 53; i++)
		KUNIT_ASSERT_EQ(test, queue_submit(other, other->contexts[0], i), 0);
	KUNIT_EXPECT_EQ(test, queue_set(user, D3DKMT_IOCTL_SET_CONTEXT_IN_PROCESS_PRIORITY,
					contexts[1], 7), 0);
	KUNIT_EXPECT_EQ(test, queue_get(user, D3DKMT_IOCTL_GET_CONTEXT_IN_PROCESS_PRIORITY,
					contexts[1]), 7);
	KUNIT_EXPECT_EQ(test, queue_set(user, D3DKMT_IOCTL_SET_CONTEXT_IN_PROCESS_PRIORITY,
					contexts[2], -7), 0);
	queue_expect_order(user, order, ARRAY_SIZE(order));
}

static void queue_priority_is_checked(struct kunit *test)
{
	static const u32 codes[] = {
		D3DKMT_IOCTL_SET_CONTEXT_PRIORITY, D3DKMT_IOCTL_SET_CONTEXT_IN_PROCESS_PRIORITY,
	};
	static const s32 bad[] = { -8, 8, S32_MIN, S32_MAX };
	struct dxg_user *user = test->priv;
	u32 context = user->contexts[0], i, j;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (j = 0; j < ARRAY_SIZE(bad); j++)
			KUNIT_EXPECT_EQ(test, queue_set(user, codes[i], context, bad[j]), -EINVAL);
		KUNIT_EXPECT_EQ(test, queue_set(user, codes[i], user->device, 0), -EINVAL);
		KUNIT_EXPECT_EQ(test, queue_set(user, codes[i], 0, 0), -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, queue_get(user, D3DKMT_IOCTL_GET_CONTEXT_PRIORITY, context), 0);
	KUNIT_EXPECT_EQ(test, queue_get(user, D3DKMT_IOCTL_GET_CONTEXT_IN_PROCESS_PRIORITY,
					context), 0);
}

/*
 * Waits.
 */

static void queue_wait_for_reached(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 5), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync, 5), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync, 0), 0);
	/* Over as they come: nothing is left of them. */
	dxg_mock_wait(user->mock, !queue_commands(user));
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_drain(user->mock);
}

/* A context waits, others go on, and the wait takes none of the node's room. */
static void queue_wait_for_cpu(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 waiting = queue_context(user, 0), tag;
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_wait(user, waiting, sync, 7), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, waiting, 50), 0);
	for (tag = 1; tag <= 6; tag++)
		KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], tag), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(user->mock->adapter->nodes[0]->armed), DXG_NODE_DEPTH);
	for (tag = 1; tag <= 6; tag++) {
		KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), tag);
		dxg_mock_complete(user->mock, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 6), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_commands(user), 2);
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 8), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 50);
	dxg_mock_drain(user->mock);
}

/* From one node to the other and back. */
static void queue_wait_for_gpu(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], 10), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &user->contexts[0], 1, sync, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[1], 20), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &user->contexts[1], 1, sync, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[1], sync, 2), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[1], 21), 0);

	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 20);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 0);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 1);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 10);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 1);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 1), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 2);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 21);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 2);
	dxg_mock_drain(user->mock);
}

/* The value counts when the wait heads its queue, not when it is queued. */
static void queue_wait_begins_at_the_head(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va);
	struct d3dkmt_signal_sync_object_from_cpu back = {
		.device = user->device,
		.object_count = 1,
		.objects = dxg_user_copy(user, &sync, sizeof(sync)),
		.fence_values = dxg_user_copy(user, NULL, sizeof(u64)),
		.flags = D3DKMT_SIGNAL_ALLOW_FENCE_REWIND,
	};

	queue_fill_node(user);
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 9), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync, 9), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU,
					     &back), 0);
	dxg_mock_wait(user->mock, (dxg_mock_complete(user->mock, 0, 0), queue_commands(user) == 2));
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 9), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_drain(user->mock);
}

/**
 * struct queue_end - What ends a wait that nobody satisfies
 * @desc: in words
 * @run: does it; with the context that waits
 */
struct queue_end {
	const char *desc;
	void (*run)(struct dxg_user *user, u32 context);
};

static void queue_end_context(struct dxg_user *user, u32 context)
{
	KUNIT_EXPECT_EQ(user->test, queue_destroy_context(user, context), 0);
}

static void queue_end_device(struct dxg_user *user, u32 context)
{
	struct d3dkmt_destroy_device args = { user->device };

	KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_DEVICE, &args), 0);
}

static void queue_end_lost(struct dxg_user *user, u32 context)
{
	KUNIT_ASSERT_EQ(user->test, queue_submit(user, user->contexts[0], 1), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_time_out(user->mock, 0);
	KUNIT_EXPECT_EQ(user->test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_HUNG);
}

static void queue_end_removed(struct dxg_user *user, u32 context)
{
	dxg_mock_remove(user->mock);
}

static void queue_end_closed(struct dxg_user *user, u32 context)
{
	dxg_user_close(user);
}

static const struct queue_end queue_ends[] = {
	{ "context", queue_end_context },
	{ "device", queue_end_device },
	{ "lost", queue_end_lost },
	{ "removed", queue_end_removed },
	{ "closed", queue_end_closed },
};

KUNIT_ARRAY_PARAM_DESC(queue_end, queue_ends, desc);

/* What is behind the wait does not run then, nor does it keep anything. */
static void queue_wait_is_cancelled(struct kunit *test)
{
	const struct queue_end *end = test->param_value;
	struct dxg_user *user = test->priv;
	u32 context = queue_context(user, 0);
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_wait(user, context, sync, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, context, 50), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, context, sync, 2), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, queue_commands(user), 3);
	dxg_mock_log_reset(user->mock);
	end->run(user, context);
	dxg_mock_wait(user->mock, !queue_commands(user));
	KUNIT_EXPECT_NULL(test, strstr(dxg_mock_log(user->mock), "s50"));
	dxg_mock_settle(user->mock);
}

/* Who waits keeps the fence: what is queued may still signal it. */
static void queue_wait_outlives_fence(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 waiting = queue_context(user, 0);
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_wait(user, waiting, sync, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, waiting, 50), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[1], 20), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &user->contexts[1], 1, sync, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_destroy_fence(user, sync), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, waiting, sync, 1), -EINVAL);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 20);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 1);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 50);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.sync_objects), 0);
}

/* A destruction waits for commands behind a wait, and not for the wait. */
static void queue_wait_is_no_use(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va), alloc, other;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &other, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, other), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &other, 1, 0), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.batches), 1);
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, sync, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_drain(user->mock);
}

static void queue_wait_is_checked(struct kunit *test)
{
	static const u32 flags[] = { D3DKMT_SYNC_NO_WAIT, D3DKMT_SYNC_NO_GPU_ACCESS };
	struct dxg_user *user = test->priv;
	struct d3dkmt_wait_sync_object2 args = { .context = user->contexts[0] };
	u32 device, context, i;
	unsigned long va;

	args.objects[0] = queue_fence(user, &va);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT2, &args),
			-EINVAL);
	args.object_count = D3DKMT_MAX_OBJECTS_WAITED_ON_GPU + 1;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT2, &args),
			-EINVAL);
	args.object_count = 1;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT2, &args), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &device), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, device, 0, &context), 0);
	args.context = context;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT2, &args),
			-EINVAL);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		struct d3dkmt_create_sync_object2 sync = {
			.device = user->device,
			.info.type = D3DKMT_SYNC_MONITORED_FENCE,
			.info.flags = flags[i],
		};

		KUNIT_ASSERT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2,
						     &sync), 0);
		KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], sync.sync_object, 0),
				-EACCES);
	}
	dxg_mock_wait(user->mock, !queue_commands(user));
}

/*
 * Signals.
 */

/* Of several contexts the last one sets the value. */
static void queue_signal_of_all(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], 10), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, user->contexts, 2, sync, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 3);
	dxg_mock_complete(user->mock, 1, 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 3);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 3);
	dxg_mock_settle(user->mock);
}

/* Not later than what is armed before it, and it may go back. */
static void queue_signal_at_submission(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[0], 10), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, user->contexts, 1, sync, 3,
					   D3DKMT_SIGNAL_AT_SUBMISSION), 0);
	dxg_mock_wait(user->mock, dxg_user_read(user, va) == 3);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 10);
	KUNIT_EXPECT_EQ(test, queue_signal(user, user->contexts, 1, sync, 2,
					   D3DKMT_SIGNAL_AT_SUBMISSION), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 3);
	KUNIT_EXPECT_EQ(test, queue_signal(user, user->contexts, 1, sync, 1,
					   D3DKMT_SIGNAL_AT_SUBMISSION |
					   D3DKMT_SIGNAL_ALLOW_FENCE_REWIND), 0);
	dxg_mock_wait(user->mock, dxg_user_read(user, va) == 1);
	dxg_mock_drain(user->mock);
}

/*
 * It has the mutex, for which it has waited, but no turn yet, when it goes: then nobody would
 * release the mutex.
 */
static void queue_taken_comes_back(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 waiting = queue_context(user, 0), *other = &user->contexts[1];
	struct d3dkmt_create_sync_object2 mutex = {
		.device = user->device,
		.info.type = D3DKMT_SYNC_MUTEX,
		.info.initial_state = 1,
	};
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_ASSERT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &mutex), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, waiting, mutex.sync_object, 0), 0);
	queue_fill_node(user);
	/* Released on the other node, as this one has no room. */
	KUNIT_EXPECT_EQ(test, queue_signal(user, other, 1, mutex.sync_object, 9, 0), 0);
	dxg_mock_wait_running(user->mock, 1);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_EQ(test, queue_destroy_context(user, waiting), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, *other, mutex.sync_object, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, other, 1, sync, 1,
					   D3DKMT_SIGNAL_AT_SUBMISSION), 0);
	dxg_mock_wait(user->mock, dxg_user_read(user, va) == 1);
	dxg_mock_drain(user->mock);
}

static void queue_signal_is_lost(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va, va2;
	u32 sync = queue_fence(user, &va), held = queue_fence(user, &va2), context;

	/* In a context that goes it is not set, in a device that is lost it is. */
	context = queue_context(user, 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, context, held, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &context, 1, sync, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_destroy_context(user, context), 0);
	dxg_mock_wait(user->mock, !queue_commands(user));
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);

	context = queue_context(user, 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, context, held, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &context, 1, sync, 3, 0), 0);
	queue_end_lost(user, context);
	dxg_mock_wait(user->mock, !queue_commands(user));
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), U64_MAX);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va2), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, context, held, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, queue_signal(user, &context, 1, sync, 3, 0), -ENODEV);
}

static void queue_signal_is_checked(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 twice[D3DKMT_MAX_BROADCAST_CONTEXTS + 1] = {}, device, other[2];
	unsigned long va;
	u32 sync = queue_fence(user, &va);

	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &device), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, device, 0, &other[1]), 0);
	other[0] = user->contexts[0];
	twice[0] = user->contexts[0];
	twice[1] = user->contexts[0];
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, 2, sync, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, other, 2, sync, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, 0, sync, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, D3DKMT_MAX_BROADCAST_CONTEXTS + 1, sync, 1,
					   0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, 1, sync, 1, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, 1, user->device, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, twice, 1, sync, 1,
					   D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_commands(user), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
}

/*
 * Submissions to several contexts.
 */

struct queue_stream {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
};

static struct queue_stream queue_stream(u64 tag)
{
	return (struct queue_stream) {
		.head.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.head.version = DRM_DXG_CMD_STREAM_VERSION,
		.head.size = sizeof(struct queue_stream),
		.delay.base = { DRM_DXG_CMD_DELAY, sizeof(struct drm_dxg_cmd_delay) },
		.delay.duration_ns = tag,
	};
}

static long queue_broadcast(struct dxg_user *user, const u32 *contexts, u32 num, u64 tag)
{
	struct queue_stream stream = queue_stream(tag);
	struct d3dkmt_submit_command *args = kunit_kzalloc(user->test, sizeof(*args), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(user->test, args);
	args->broadcast_context_count = num;
	memcpy(args->broadcast_context, contexts, num * sizeof(*contexts));
	args->private_driver_data = dxg_user_copy(user, &stream, sizeof(stream));
	args->private_driver_data_size = sizeof(stream);
	return dxg_user_ioctl(user, D3DKMT_IOCTL_SUBMIT_COMMAND, args);
}

static void queue_broadcast_to_all(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 contexts[3] = { user->contexts[1], user->contexts[0] };

	contexts[2] = queue_context(user, 0);
	KUNIT_EXPECT_EQ(test, queue_broadcast(user, contexts, 3, 5), 0);
	KUNIT_EXPECT_EQ(test, queue_commands(user), 3);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 5);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 5);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), 3);
}

static void queue_broadcast_or_none(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_create_context_virtual sync_only = {
		.device = user->device,
		.flags = D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY,
	};
	u32 contexts[2] = { user->contexts[0] }, device;

	contexts[1] = user->contexts[0];
	KUNIT_EXPECT_EQ(test, queue_broadcast(user, contexts, 2, 5), -EINVAL);
	contexts[1] = user->device;
	KUNIT_EXPECT_EQ(test, queue_broadcast(user, contexts, 2, 5), -EINVAL);
	KUNIT_ASSERT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL,
					     &sync_only), 0);
	contexts[1] = sync_only.context;
	KUNIT_EXPECT_EQ(test, queue_broadcast(user, contexts, 2, 5), -EINVAL);
	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &device), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, device, 0, &contexts[1]), 0);
	KUNIT_EXPECT_EQ(test, queue_broadcast(user, contexts, 2, 5), -EINVAL);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), 0);
}

/*
 * Hardware queues.
 */

/* A hardware context, or one that has hardware queues too, and a queue of it. */
static u32 queue_create_hw(struct dxg_user *user, bool hw, u32 flags, u32 *context,
			   struct d3dkmt_create_hw_queue *queue)
{
	struct d3dkmt_create_hw_context ctx = { .device = user->device };
	struct d3dkmt_create_context_virtual both = {
		.device = user->device,
		.flags = D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED,
	};

	if (hw) {
		KUNIT_ASSERT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_HW_CONTEXT,
							   &ctx), 0);
		*context = ctx.hw_context;
	} else {
		KUNIT_ASSERT_EQ(user->test,
				dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &both),
				0);
		*context = both.context;
	}
	*queue = (struct d3dkmt_create_hw_queue) { .hw_context = *context, .flags = flags };
	KUNIT_ASSERT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_HW_QUEUE, queue), 0);
	return queue->hw_queue;
}

static long queue_submit_hw(struct dxg_user *user, u32 queue, u64 tag, u64 progress)
{
	struct queue_stream stream = queue_stream(tag);
	struct d3dkmt_submit_command_to_hw_queue args = {
		.hw_queue = queue,
		.progress_fence_id = progress,
		.private_driver_data = dxg_user_copy(user, &stream, sizeof(stream)),
		.private_driver_data_size = sizeof(stream),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_SUBMIT_COMMAND_TO_HW_QUEUE, &args);
}

static void queue_hw_progress(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_create_hw_queue queue;
	u32 context, hw;

	hw = queue_create_hw(user, true, 0, &context, &queue);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.progress_fence_cpu_va), 0);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 1, 5), 0);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 2, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 2, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 2, 1ULL << 40), 0);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[1], queue.progress_fence, 6), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, user->contexts[1], 9), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.progress_fence_cpu_va), 5);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 2);
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 1), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.progress_fence_cpu_va), 1ULL << 40);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 9);
	dxg_mock_drain(user->mock);

	/* It is the queue's. */
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, queue.progress_fence, U64_MAX), -EACCES);
	KUNIT_EXPECT_EQ(test, queue_destroy_fence(user, queue.progress_fence), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_signal(user, user->contexts, 1, queue.progress_fence, U64_MAX,
					   0), -EACCES);
}

static void queue_hw_is_checked(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_destroy_hw_context destroy;
	struct d3dkmt_create_hw_queue queue, more;
	u32 context, hw;

	more = (struct d3dkmt_create_hw_queue) { .hw_context = user->contexts[0] };
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_HW_QUEUE, &more), -EINVAL);
	hw = queue_create_hw(user, true, 0, &context, &queue);
	/* It has no queue of its own, and is not destroyed as one that has. */
	KUNIT_EXPECT_EQ(test, queue_submit(user, context, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_destroy_context(user, context), -EINVAL);
	more = (struct d3dkmt_create_hw_queue) { .hw_context = context, .flags = 0x10 };
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_HW_QUEUE, &more), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, context, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_submit(user, hw, 1), -EINVAL);
	destroy.hw_context = user->contexts[0];
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_HW_CONTEXT, &destroy),
			-EINVAL);
	destroy.hw_context = context;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_HW_CONTEXT, &destroy), 0);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue_wait(user, user->contexts[0], queue.progress_fence, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.hw_queues), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.sync_objects), 0);
}

/* What it holds goes with the queue, and with its context; a lost command ends its fence. */
static void queue_hw_is_destroyed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_create_hw_queue queue, other;
	struct d3dkmt_destroy_hw_queue destroy;
	u32 context, hw, second;

	hw = queue_create_hw(user, false, 0, &context, &queue);
	other = (struct d3dkmt_create_hw_queue) { .hw_context = context };
	KUNIT_ASSERT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_HW_QUEUE, &other), 0);
	second = other.hw_queue;
	queue_fill_node(user);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, second, 2, 1), 0);
	KUNIT_EXPECT_EQ(test, queue_submit(user, context, 3), 0);
	KUNIT_EXPECT_EQ(test, queue_commands(user), DXG_NODE_DEPTH + 3);
	destroy.hw_queue = hw;
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_HW_QUEUE, &destroy), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_HW_QUEUE, &destroy),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, queue_commands(user), DXG_NODE_DEPTH + 2);
	KUNIT_EXPECT_EQ(test, queue_destroy_context(user, context), 0);
	KUNIT_EXPECT_EQ(test, queue_commands(user), DXG_NODE_DEPTH);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.hw_queues), 0);

	hw = queue_create_hw(user, true, 0, &context, &queue);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_time_out(user->mock, 0);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, queue.progress_fence_cpu_va), U64_MAX);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, hw, 2, 2), -ENODEV);
}

/* An administrator's queue does without the time-out, as long as it is there. */
static void queue_without_time_out(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct drm_gpu_scheduler *sched = &user->mock->adapter->nodes[0]->sched;
	struct d3dkmt_create_hw_queue queue;
	struct d3dkmt_destroy_hw_queue destroy;
	u32 context, i;

	destroy.hw_queue = queue_create_hw(user, true, D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT,
					   &context, &queue);
	KUNIT_EXPECT_EQ(test, queue_submit_hw(user, destroy.hw_queue, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	for (i = 0; i < 3; i++) {
		dxg_mock_pause();
		drm_sched_fault(sched);
		flush_work(&sched->work_tdr.work);
	}
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_RESET), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 1);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_HW_QUEUE, &destroy), 0);
	dxg_mock_time_out(user->mock, 0);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_HUNG);
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(queue_priorities),
	KUNIT_CASE(queue_priority_changes),
	KUNIT_CASE(queue_processes_take_turns),
	KUNIT_CASE(queue_priority_is_checked),
	KUNIT_CASE(queue_wait_for_reached),
	KUNIT_CASE(queue_wait_for_cpu),
	KUNIT_CASE(queue_wait_for_gpu),
	KUNIT_CASE(queue_wait_begins_at_the_head),
	KUNIT_CASE_PARAM(queue_wait_is_cancelled, queue_end_gen_params),
	KUNIT_CASE(queue_wait_outlives_fence),
	KUNIT_CASE(queue_wait_is_no_use),
	KUNIT_CASE(queue_wait_is_checked),
	KUNIT_CASE(queue_signal_of_all),
	KUNIT_CASE(queue_signal_at_submission),
	KUNIT_CASE(queue_taken_comes_back),
	KUNIT_CASE(queue_signal_is_lost),
	KUNIT_CASE(queue_signal_is_checked),
	KUNIT_CASE(queue_broadcast_to_all),
	KUNIT_CASE(queue_broadcast_or_none),
	KUNIT_CASE(queue_hw_progress),
	KUNIT_CASE(queue_hw_is_checked),
	KUNIT_CASE(queue_hw_is_destroyed),
	KUNIT_CASE(queue_without_time_out),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "dxg_queue",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
