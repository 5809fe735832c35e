// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "../dxg_adapter.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * The end of things: the in-tree device, the adapter's driver, a file and a device go at
 * each step of a program's life, and in the middle of each call of the miniport. What
 * must be left is nothing, which the mock and the fixture check after every test: no
 * object, no backing, no reference on the adapter.
 */

/**
 * struct scene - A program and how far it has come
 * @user: the program
 * @resource: a resource
 * @members: its allocations
 * @alone: stand-alone allocations
 * @locked: where alone[0] is locked
 * @sync: a sync object
 * @value: where its value is
 * @waiter: a thread that waits for the sync object
 * @waiting: there is one
 * @destroyer: a thread that destroys alone[2] and waits
 * @destroying: there is one
 * @timed_out: a command has met the time-out, so that the sync object is at the maximum
 */
struct scene {
	struct dxg_user *user;
	u32 resource;
	u32 members[2];
	u32 alone[3];
	unsigned long locked;
	u32 sync;
	unsigned long value;
	struct dxg_user_job waiter;
	bool waiting;
	struct dxg_user_job destroyer;
	bool destroying;
	bool timed_out;
};

/*
 * The steps.
 */

static void scene_opens(struct scene *scene)
{
}

static void scene_creates_device(struct scene *scene)
{
	KUNIT_ASSERT_EQ(scene->user->test,
			dxg_user_create_device(scene->user, &scene->user->device), 0);
}

static void scene_creates_contexts(struct scene *scene)
{
	dxg_user_open_contexts(scene->user);
}

static void scene_creates_allocations(struct scene *scene)
{
	struct dxg_user *user = scene->user;

	KUNIT_ASSERT_EQ(user->test, dxg_user_create(user, &scene->resource, D3DKMT_CREATE_RESOURCE,
						    scene->members, 2), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_user_create(user, NULL, 0, scene->alone, 3), 0);
}

static void scene_locks(struct scene *scene)
{
	struct dxg_user *user = scene->user;

	KUNIT_ASSERT_EQ(user->test, dxg_user_lock(user, scene->alone[0], &scene->locked), 0);
	/* Touched, so that there are page table entries to take away. */
	KUNIT_EXPECT_EQ(user->test, dxg_user_read(user, scene->locked), 0);
}

static void scene_creates_sync(struct scene *scene)
{
	KUNIT_ASSERT_EQ(scene->user->test,
			dxg_user_create_sync(scene->user, &scene->sync, &scene->value), 0);
}

/* On node 0 one runs, two are armed, three are held; on node 1 one runs. */
static void scene_submits(struct scene *scene)
{
	struct dxg_user *user = scene->user;
	u32 i;

	for (i = 1; i <= 7; i++) {
		struct dxg_user_command command = {
			.context = user->contexts[i == 7],
			.tag = i,
			.alloc = i % 2 ? scene->alone[1] : scene->members[0],
			.pattern = i,
			.length = PAGE_SIZE,
			.sync = scene->sync,
			.value = i,
		};

		KUNIT_ASSERT_EQ(user->test, dxg_user_submit(user, &command), 0);
	}
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_ASSERT_EQ(user->test, dxg_mock_wait_running(user->mock, 1), 7);
}

static long scene_wait_thread(struct dxg_user *user, void *data)
{
	struct scene *scene = data;
	u64 value = 1000;

	return dxg_user_wait(user, &scene->sync, &value, 1, 0);
}

static void scene_waits(struct scene *scene)
{
	dxg_user_start(&scene->waiter, scene->user, scene_wait_thread, scene);
	scene->waiting = true;
	dxg_mock_wait(scene->user->mock, dxg_user_is_waiting(scene->user));
}

static void scene_destroys(struct scene *scene)
{
	struct dxg_user *user = scene->user;

	KUNIT_ASSERT_EQ(user->test, dxg_user_destroy(user, 0, scene->alone, 2, 0), 0);
	KUNIT_ASSERT_EQ(user->test, dxg_user_destroy(user, 0, scene->members, 1, 0), 0);
}

static long scene_destroy_thread(struct dxg_user *user, void *data)
{
	struct scene *scene = data;

	return dxg_user_destroy(user, 0, &scene->alone[2], 1, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void scene_destroys_and_waits(struct scene *scene)
{
	struct dxg_adapter_stats *stats = &scene->user->mock->adapter->stats;
	int before = atomic_read(&stats->batches);

	dxg_user_start(&scene->destroyer, scene->user, scene_destroy_thread, scene);
	scene->destroying = true;
	dxg_mock_wait(scene->user->mock, atomic_read(&stats->batches) > before);
}

static void scene_destroys_resource(struct scene *scene)
{
	struct dxg_user *user = scene->user;

	KUNIT_ASSERT_EQ(user->test, dxg_user_destroy(user, scene->resource, NULL, 0,
						     D3DKMT_DESTROY_ASSUME_NOT_IN_USE), 0);
}

static void scene_times_out(struct scene *scene)
{
	dxg_mock_time_out(scene->user->mock, 0);
	dxg_mock_wait(scene->user->mock,
		      dxg_user_state(scene->user) == D3DKMT_DEVICEEXECUTION_HUNG);
	scene->timed_out = true;
}

static const struct {
	const char *name;
	void (*run)(struct scene *scene);
} scene_steps[] = {
	{ "opened", scene_opens },
	{ "device", scene_creates_device },
	{ "contexts", scene_creates_contexts },
	{ "allocations", scene_creates_allocations },
	{ "locked", scene_locks },
	{ "sync object", scene_creates_sync },
	{ "submitted", scene_submits },
	{ "waiting", scene_waits },
	{ "destruction pending", scene_destroys },
	{ "destruction waited for", scene_destroys_and_waits },
	{ "resource pending", scene_destroys_resource },
	{ "timed out", scene_times_out },
};

/* Parameters: each step at each door; what is pointed to does not matter. */
static const u8 scene_params[2 * ARRAY_SIZE(scene_steps)];

static const void *scene_gen_params(const void *prev, char *desc)
{
	const u8 *next = prev ? (const u8 *)prev + 1 : scene_params;
	size_t index = next - scene_params;

	if (index == ARRAY_SIZE(scene_params))
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s", index % 2 ? "node" : "/dev/dxg",
		 scene_steps[index / 2].name);
	return next;
}

static struct scene *scene_create(struct dxg_user *user)
{
	struct scene *scene = kunit_kzalloc(user->test, sizeof(*scene), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(user->test, scene);
	scene->user = user;
	return scene;
}

/* Play up to the step of the parameter. */
static struct scene *scene_play(struct kunit *test)
{
	size_t index = (const u8 *)test->param_value - scene_params, step;
	enum dxg_door door = index % 2 ? DXG_DOOR_NODE : DXG_DOOR_MISC;
	struct scene *scene = scene_create(dxg_user_open(dxg_mock_create(test), door));

	for (step = 0; step <= index / 2; step++)
		scene_steps[step].run(scene);
	return scene;
}

/* What the threads say; a program that is killed takes them along before its files. */
static void scene_finish(struct scene *scene, long wait, long destroy)
{
	struct kunit *test = scene->user->test;

	if (scene->waiting)
		KUNIT_EXPECT_EQ(test, dxg_user_finish(&scene->waiter), wait);
	if (scene->destroying)
		KUNIT_EXPECT_EQ(test, dxg_user_finish(&scene->destroyer), destroy);
	scene->waiting = false;
	scene->destroying = false;
}

static void scene_expect_nothing(struct dxg_mock *mock)
{
	struct dxg_adapter_stats *stats = &mock->adapter->stats;

	dxg_mock_wait(mock, !atomic_read(&stats->commands));
	dxg_mock_wait(mock, !atomic_read(&stats->batches));
	dxg_mock_wait(mock, !atomic_read(&stats->allocations));
	dxg_mock_wait(mock, !atomic_read(&stats->resources));
	dxg_mock_wait(mock, !atomic_read(&stats->contexts));
	dxg_mock_wait(mock, !atomic_read(&stats->sync_objects));
	dxg_mock_wait(mock, !atomic_read(&stats->devices));
	dxg_mock_wait(mock, !atomic_read(&stats->processes));
	KUNIT_EXPECT_EQ(mock->test, atomic64_read(&mock->adapter->segment_used), 0);
	KUNIT_EXPECT_EQ(mock->test, mock->resources, 0);
	KUNIT_EXPECT_EQ(mock->test, mock->allocations, 0);
	KUNIT_EXPECT_EQ(mock->test, mock->openings, 0);
	KUNIT_EXPECT_EQ(mock->test, mock->backings, 0);
	dxg_mock_settle(mock);
}

/* Answers on /dev/dxg, and on a node: which says ENODEV to everything. */
static void scene_expect_removed(struct scene *scene)
{
	struct dxg_user *user = scene->user;
	struct kunit *test = user->test;
	u32 handle, alloc, state;
	unsigned long va;

	KUNIT_EXPECT_EQ(test, dxg_user_create_device(user, &handle), -ENODEV);
	state = dxg_user_state(user);
	if (!user->device || user->door == DXG_DOOR_NODE)
		return;
	KUNIT_EXPECT_TRUE(test, state == D3DKMT_DEVICEEXECUTION_STOPPED ||
			  state == D3DKMT_DEVICEEXECUTION_HUNG);
	KUNIT_EXPECT_EQ(test, dxg_user_create_context(user, user->device, 0, &handle), -ENODEV);
	KUNIT_EXPECT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, dxg_user_create_sync(user, &handle, &va), -ENODEV);
	if (user->contexts[0])
		KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 9, 0), -ENODEV);
	if (scene->sync) {
		u64 value = 1000;

		KUNIT_EXPECT_EQ(test, dxg_user_signal(user, scene->sync, 1), -ENODEV);
		KUNIT_EXPECT_EQ(test, dxg_user_wait(user, &scene->sync, &value, 1, 0), -ENODEV);
	}
	if (scene->members[1]) {
		KUNIT_EXPECT_EQ(test, dxg_user_lock(user, scene->members[1], &va), -ENODEV);
		/* What destroys works; where the resource is gone so is this. */
		KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &scene->members[1], 1,
						       D3DKMT_DESTROY_SYNCHRONOUS),
				dxg_user_destroy(user, scene->resource, NULL, 0, 0));
	}
}

/* All memory is back and no command is left, whatever the program holds. Then it ends. */
static void scene_end_removed(struct scene *scene)
{
	struct dxg_mock *mock = scene->user->mock;
	struct kunit *test = mock->test;

	KUNIT_EXPECT_EQ(test, mock->backings, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&mock->adapter->segment_used), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mock->adapter->stats.commands), 0);
	if (scene->locked)
		KUNIT_EXPECT_EQ(test, dxg_user_read(scene->user, scene->locked), U64_MAX - 1);
	scene_finish(scene, scene->timed_out ? 0 : -ENODEV, 0);
	scene_expect_removed(scene);
	dxg_user_close(scene->user);
	scene_expect_nothing(mock);
}

static void adapter_removed_at_step(struct kunit *test)
{
	struct scene *scene = scene_play(test);

	dxg_mock_remove(scene->user->mock);
	scene_end_removed(scene);
}

/* The driver is unbound from the adapter's own device; the in-tree device stays. */
static void adapter_unbound_at_step(struct kunit *test)
{
	struct scene *scene = scene_play(test);

	device_release_driver(scene->user->mock->adapter->ddev.dev);
	scene_end_removed(scene);
}

static void file_closed_at_step(struct kunit *test)
{
	struct scene *scene = scene_play(test);
	struct dxg_mock *mock = scene->user->mock;
	int armed = atomic_read(&mock->adapter->stats.commands);

	/* What is held is cancelled, what is armed goes on: three there, one here. */
	if (armed > DXG_NODE_DEPTH + 1)
		armed = DXG_NODE_DEPTH + 1;
	/* Those of a lost device are about to end by themselves. */
	if (scene->timed_out) {
		armed = 1;
		dxg_mock_wait(mock, atomic_read(&mock->adapter->stats.commands) == armed);
	}
	/* A file is closed when no thread is in a call: they are killed first. */
	if (scene->waiting)
		dxg_user_kill(&scene->waiter);
	if (scene->destroying)
		dxg_user_kill(&scene->destroyer);
	/* The command on the other node is waited for still. */
	scene_finish(scene, scene->timed_out ? 0 : -ERESTARTSYS, -EINTR);
	dxg_user_close(scene->user);
	KUNIT_EXPECT_EQ(test, atomic_read(&mock->adapter->stats.commands), armed);
	dxg_mock_drain(mock);
	scene_expect_nothing(mock);
	/* The adapter is none the worse for it. */
	KUNIT_EXPECT_EQ(test, mock->calls[DXG_MOCK_STOP_DEVICE], 0);
}

static void device_destroyed_at_step(struct kunit *test)
{
	struct scene *scene = scene_play(test);
	struct dxg_user *user = scene->user;
	struct d3dkmt_destroy_device args = { user->device };
	struct d3dkmt_destroy_context ctx = { user->contexts[0] };

	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_DEVICE, &args),
			user->device ? 0 : -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &ctx), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), 0);
	dxg_mock_drain(user->mock);
	/* The fence goes with the device; a fence of a lost command was at the maximum. */
	scene_finish(scene, scene->timed_out ? 0 : -EINVAL, 0);
	dxg_mock_wait(user->mock, !atomic_read(&user->mock->adapter->stats.devices));
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.processes), 1);
	dxg_user_close(user);
	scene_expect_nothing(user->mock);
}

static void adapter_closed_at_step(struct kunit *test)
{
	struct scene *scene = scene_play(test);
	struct dxg_user *user = scene->user;
	struct d3dkmt_close_adapter args = { user->adapter };

	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CLOSE_ADAPTER, &args), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CLOSE_ADAPTER, &args), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), 0);
	dxg_mock_drain(user->mock);
	scene_finish(scene, scene->timed_out ? 0 : -EINVAL, 0);
	/* The file is still open, and everything is gone. */
	scene_expect_nothing(user->mock);
}

/*
 * In the middle of a call of the miniport: a thread begins to remove the device or to
 * close the file, and the call goes on when that has got as far as it gets.
 */

/**
 * struct scene_break - What happens in the middle of a call
 * @desc: the call
 * @op: the op
 * @nth: which call of it
 */
struct scene_break {
	const char *desc;
	enum dxg_mock_op op;
	unsigned int nth;
};

static struct {
	struct scene *scene;
	struct completion done;
	struct task_struct *task;
	bool ran;
} scene_breaker;

static int scene_remove_thread(void *data)
{
	dxg_mock_remove(data);
	complete_all(&scene_breaker.done);
	return 0;
}

static void scene_remove_hook(struct dxg_mock *mock)
{
	scene_breaker.ran = true;
	scene_breaker.task = kthread_run(scene_remove_thread, mock, "dxg-remove");
	if (IS_ERR(scene_breaker.task)) {
		KUNIT_FAIL(mock->test, "no thread");
		complete_all(&scene_breaker.done);
		return;
	}
	/* Either it gets through, or it stands and waits for this very call. */
	if (mock->adapter && mock->plans[DXG_MOCK_START_DEVICE].hook != scene_remove_hook)
		dxg_mock_wait(mock, dxg_adapter_is_removed(mock->adapter));
	msleep(20);
}

static const struct scene_break removal_breaks[] = {
	{ "create_allocation", DXG_MOCK_CREATE_ALLOCATION, 1 },
	{ "second create_allocation", DXG_MOCK_CREATE_ALLOCATION, 2 },
	{ "first open_allocation", DXG_MOCK_OPEN_ALLOCATION, 1 },
	{ "last open_allocation", DXG_MOCK_OPEN_ALLOCATION, 5 },
	{ "create_backing", DXG_MOCK_CREATE_BACKING, 1 },
	{ "last create_backing", DXG_MOCK_CREATE_BACKING, 3 },
	{ "submit_command", DXG_MOCK_SUBMIT_COMMAND, 1 },
	{ "second submit_command", DXG_MOCK_SUBMIT_COMMAND, 2 },
	{ "reset", DXG_MOCK_RESET, 1 },
	{ "close_allocation", DXG_MOCK_CLOSE_ALLOCATION, 1 },
	{ "destroy_backing", DXG_MOCK_DESTROY_BACKING, 1 },
	{ "destroy_allocation", DXG_MOCK_DESTROY_ALLOCATION, 1 },
	{ "last destroy_allocation", DXG_MOCK_DESTROY_ALLOCATION, 4 },
};

KUNIT_ARRAY_PARAM_DESC(removal_break, removal_breaks, desc);

/* A life from its first call to its last, whatever the calls answer. */
static void scene_play_through(struct scene *scene, bool close)
{
	struct dxg_user *user = scene->user;
	struct dxg_mock *mock = user->mock;
	u32 i;

	dxg_user_create_device(user, &user->device);
	dxg_user_create_context(user, user->device, 0, &user->contexts[0]);
	dxg_user_create_context(user, user->device, 1, &user->contexts[1]);
	dxg_user_create(user, &scene->resource, D3DKMT_CREATE_RESOURCE, scene->members, 2);
	dxg_user_create(user, NULL, 0, scene->alone, 3);
	dxg_user_lock(user, scene->alone[0], &scene->locked);
	dxg_user_submit_tag(user, 1, 11, scene->alone[1]);
	for (i = 1; i <= 5; i++)
		dxg_user_submit_tag(user, 0, i, scene->members[0]);
	/* Two end well, and then there is a time-out. */
	for (i = 0; i < 2 && !dxg_adapter_is_removed(mock->adapter); i++) {
		dxg_mock_wait(mock, dxg_mock_running(mock, 0) ||
			      dxg_adapter_is_removed(mock->adapter));
		dxg_mock_complete(mock, 0, 0);
	}
	dxg_user_destroy(user, 0, &scene->alone[1], 1, 0);
	if (!dxg_adapter_is_removed(mock->adapter)) {
		dxg_mock_wait(mock, dxg_mock_running(mock, 0) ||
			      dxg_adapter_is_removed(mock->adapter));
		dxg_mock_time_out(mock, 0);
	}
	dxg_mock_wait(mock, (dxg_mock_complete(mock, 1, 0), dxg_mock_idle(mock)));
	if (close)
		return;
	dxg_user_destroy(user, 0, &scene->alone[0], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	dxg_user_destroy(user, 0, &scene->alone[2], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	dxg_user_destroy(user, scene->resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void scene_breaker_init(struct scene *scene)
{
	scene_breaker.scene = scene;
	scene_breaker.ran = false;
	init_completion(&scene_breaker.done);
}

static void scene_breaker_finish(struct kunit *test)
{
	KUNIT_EXPECT_TRUE_MSG(test, scene_breaker.ran, "the call never came");
	if (scene_breaker.ran)
		KUNIT_ASSERT_TRUE(test,
				  wait_for_completion_timeout(&scene_breaker.done, 20 * HZ));
}

static void adapter_removed_during_call(struct kunit *test)
{
	const struct scene_break *brk = test->param_value;
	struct dxg_mock *mock = dxg_mock_create(test);
	struct scene *scene = scene_create(dxg_user_open(mock, DXG_DOOR_MISC));

	scene_breaker_init(scene);
	dxg_mock_hook_at(mock, brk->op, brk->nth, scene_remove_hook);
	scene_play_through(scene, false);
	scene_breaker_finish(test);
	KUNIT_EXPECT_EQ(test, mock->backings, 0);
	dxg_user_close(scene->user);
	scene_expect_nothing(mock);
}

/* The device goes while the adapter is coming. */
static void adapter_removed_during_start(struct kunit *test)
{
	struct dxg_mock *mock;

	dxg_mock_unregister();
	mock = dxg_mock_create_bare(test);
	scene_breaker_init(NULL);
	dxg_mock_hook_at(mock, DXG_MOCK_START_DEVICE, 1, scene_remove_hook);
	KUNIT_EXPECT_EQ(test, dxg_mock_register(), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&mock->started, 10 * HZ));
	scene_breaker_finish(test);
	dxg_mock_wait(mock, dxg_mock_calls(mock, DXG_MOCK_STOP_DEVICE) == 1);
	/* It has never been there for anybody. */
	KUNIT_EXPECT_EQ(test, mock->adapter->luid, 0);
	KUNIT_EXPECT_FALSE(test, mock->adapter->ddev.registered);
}

static int scene_close_thread(void *data)
{
	dxg_user_close(data);
	complete_all(&scene_breaker.done);
	return 0;
}

static void scene_close_hook(struct dxg_mock *mock)
{
	struct dxg_user *user = scene_breaker.scene->user;

	scene_breaker.ran = true;
	scene_breaker.task = kthread_run(scene_close_thread, user, "dxg-close");
	/* A close waits for no call of the miniport. */
	if (IS_ERR(scene_breaker.task) ||
	    !wait_for_completion_timeout(&scene_breaker.done, 10 * HZ))
		KUNIT_FAIL(mock->test, "the close does not come to its end");
}

static const struct scene_break close_breaks[] = {
	{ "submit_command", DXG_MOCK_SUBMIT_COMMAND, 2 },
	{ "reset", DXG_MOCK_RESET, 1 },
	{ "close_allocation", DXG_MOCK_CLOSE_ALLOCATION, 1 },
	{ "destroy_backing", DXG_MOCK_DESTROY_BACKING, 1 },
	{ "destroy_allocation", DXG_MOCK_DESTROY_ALLOCATION, 1 },
	{ "stop_device", DXG_MOCK_STOP_DEVICE, 1 },
};

KUNIT_ARRAY_PARAM_DESC(close_break, close_breaks, desc);

/* All calls but those that the program makes itself; it is in none of them here. */
static void file_closed_during_call(struct kunit *test)
{
	const struct scene_break *brk = test->param_value;
	struct dxg_mock *mock = dxg_mock_create(test);
	struct dxg_user *user = dxg_user_open_device(mock, DXG_DOOR_NODE);
	struct scene *scene = scene_create(user);
	u32 i;

	scene_breaker_init(scene);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, scene->alone, 2), 0);
	for (i = 1; i <= 5; i++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, i, scene->alone[0]), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, scene->alone, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mock, 0), 1);

	dxg_mock_hook_at(mock, brk->op,
			 brk->nth - (brk->op == DXG_MOCK_SUBMIT_COMMAND), scene_close_hook);
	if (brk->op == DXG_MOCK_RESET)
		dxg_mock_time_out(mock, 0);
	else if (brk->op == DXG_MOCK_STOP_DEVICE || brk->op == DXG_MOCK_DESTROY_BACKING)
		dxg_mock_remove(mock);
	else
		dxg_mock_drain(mock);
	scene_breaker_finish(test);
	dxg_mock_drain(mock);
	scene_expect_nothing(mock);
}

/* All opens of /dev/dxg in one address space share one process. */
static void file_last_close_destroys(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create(test);
	struct dxg_user *first, *second;
	u32 alloc;

	first = dxg_user_open_device(mock, DXG_DOOR_MISC);
	second = dxg_user_open(mock, DXG_DOOR_MISC);
	KUNIT_ASSERT_EQ(test, dxg_user_create(first, NULL, 0, &alloc, 1), 0);
	dxg_user_close(first);
	/* The handles are valid in the other file. */
	second->device = first->device;
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(second, 0, &alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS),
			0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mock->adapter->stats.devices), 1);
	dxg_user_close(second);
	scene_expect_nothing(mock);
}

/* On nodes each file has its own. */
static void file_of_node_is_alone(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create(test);
	struct dxg_user *first, *second;
	u32 alloc;

	first = dxg_user_open_device(mock, DXG_DOOR_NODE);
	second = dxg_user_open(mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_create(first, NULL, 0, &alloc, 1), 0);
	second->device = first->device;
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(second, 0, &alloc, 1, 0), -EINVAL);
	dxg_user_close(second);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(first, 0, &alloc, 1, 0), 0);
	dxg_user_close(first);
	scene_expect_nothing(mock);
}

/* What is bound again is another adapter, with another LUID. */
static void adapter_bound_again(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create(test);
	struct device *dev = get_device(mock->adapter->ddev.dev);
	struct dxg_user *user = dxg_user_open_device(mock, DXG_DOOR_MISC);
	u64 luid = mock->adapter->luid;

	device_release_driver(dev);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), -ENODEV);
	dxg_user_close(user);
	drm_dev_put(&mock->adapter->ddev);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&mock->removed, 10 * HZ));
	dxg_mock_restart(mock);
	KUNIT_EXPECT_EQ(test, device_attach(dev), 1);
	put_device(dev);
	dxg_mock_wait_attached(mock);
	KUNIT_EXPECT_GT(test, mock->adapter->luid, luid);
	user = dxg_user_open_device(mock, DXG_DOOR_MISC);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_drain(mock);
}

/* Two adapters: what happens to one is nothing to the other. */
static void adapter_beside_another(struct kunit *test)
{
	struct dxg_mock *mocks[2];
	struct dxg_user *users[2];
	u32 allocs[2], i;

	for (i = 0; i < 2; i++) {
		mocks[i] = dxg_mock_create(test);
		users[i] = dxg_user_open_device(mocks[i], DXG_DOOR_MISC);
		KUNIT_ASSERT_EQ(test, dxg_user_create(users[i], NULL, 0, &allocs[i], 1), 0);
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(users[i], 0, i + 1, allocs[i]), 0);
		KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(mocks[i], 0), i + 1);
	}
	KUNIT_EXPECT_NE(test, mocks[0]->adapter->luid, mocks[1]->adapter->luid);
	dxg_mock_remove(mocks[0]);
	KUNIT_EXPECT_EQ(test, dxg_mock_running(mocks[1], 0), 2);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(users[0], 0, 3, 0), -ENODEV);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(users[1], 0, 3, 0), 0);
	/* One process: a handle of the other adapter's device is not this device's. */
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(users[1], 0, &allocs[0], 1, 0), -EINVAL);
	dxg_mock_drain(mocks[1]);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(users[0], 0, &allocs[0], 1,
					       D3DKMT_DESTROY_SYNCHRONOUS), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(users[1], 0, &allocs[1], 1,
					       D3DKMT_DESTROY_SYNCHRONOUS), 0);
	/* They are one process, which has both adapters as long as one of them is open. */
	dxg_user_close(users[0]);
	dxg_user_close(users[1]);
}

static struct kunit_case adapter_cases[] = {
	KUNIT_CASE_PARAM(adapter_removed_at_step, scene_gen_params),
	KUNIT_CASE_PARAM(adapter_unbound_at_step, scene_gen_params),
	KUNIT_CASE_PARAM(file_closed_at_step, scene_gen_params),
	KUNIT_CASE_PARAM(device_destroyed_at_step, scene_gen_params),
	KUNIT_CASE_PARAM(adapter_closed_at_step, scene_gen_params),
	KUNIT_CASE_PARAM(adapter_removed_during_call, removal_break_gen_params),
	KUNIT_CASE(adapter_removed_during_start),
	KUNIT_CASE_PARAM(file_closed_during_call, close_break_gen_params),
	KUNIT_CASE(file_last_close_destroys),
	KUNIT_CASE(file_of_node_is_alone),
	KUNIT_CASE(adapter_bound_again),
	KUNIT_CASE(adapter_beside_another),
	{}
};

static struct kunit_suite adapter_suite = {
	.name = "dxg_adapter",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.test_cases = adapter_cases,
};

kunit_test_suite(adapter_suite);
