// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Sharing: what is sealed, in which order the miniport is told of openings and of their end,
 * whoever goes first, and openings that fail. What an opening waits for and who pays belongs
 * into dxg_opening_test.c.
 */

#define ASSUME	D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define SYNC	D3DKMT_DESTROY_SYNCHRONOUS

/*
 * Sealing.
 */

static void share_seals(struct kunit *test)
{
	struct d3dkmt_query_resource_info_from_nt_handle info = {};
	struct dxg_shared world = {};
	u32 more[2], third;
	u64 again;

	dxg_shared_create(test, &world, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dxg_user_create(world.creator, &world.resource, 0, more, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_share(world.creator, world.allocs[0], &again), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_share(world.creator, world.creator->device, &again),
			-EINVAL);
	dxg_shared_share(&world);
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_user_create(world.creator, &world.resource, 0, more, 1), -EINVAL);
	/* What does not exist cannot be destroyed on its own, or offered. */
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(world.creator, 0, world.allocs, 1, SYNC), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_offer(world.creator, world.allocs, 1,
					     D3DKMT_OFFER_PRIORITY_LOW, 0), -EINVAL);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "");
	KUNIT_EXPECT_EQ(test, dxg_user_query_fd(world.opener, world.fd, &info), 0);
	KUNIT_EXPECT_EQ(test, info.num_allocations, DXG_SHARED_NUM + 1);
	KUNIT_EXPECT_EQ(test, dxg_user_open_fd(world.opener, world.fd, &world.opened,
					       world.openings, DXG_SHARED_NUM), -EINVAL);
	dxg_user_close_fd(test, world.fd);
	/* One that was created not to be. */
	third = 0;
	KUNIT_ASSERT_EQ(test, dxg_user_create(world.creator, &third, D3DKMT_CREATE_RESOURCE, more,
					      1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_share(world.creator, third, &again), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_create(world.creator, &third, 0, &more[1], 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(world.creator, third, NULL, 0, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/* An opening is as sealed as what it opens, and can be shared on. */
static void share_opened_is_sealed(struct kunit *test)
{
	struct dxg_shared world = {};
	u32 more;
	u64 fd;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dxg_user_create(world.opener, &world.opened, 0, &more, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_share(world.opener, world.opened, &fd), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&world.mock->adapter->stats.shares), 1);
	dxg_user_close_fd(test, fd);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "");
	dxg_shared_end(&world);
}

/* As many as one call can open, and no more; then more can still not be shared. */
static void share_of_many(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 resource, more, *allocs;
	u64 fd;

	allocs = kunit_kcalloc(test, D3DKMT_MAX_ALLOCATIONS, sizeof(*allocs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, allocs);
	KUNIT_ASSERT_EQ(test, dxg_user_create_shared(user, PAGE_SIZE, &resource, allocs,
						     D3DKMT_MAX_ALLOCATIONS), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, &resource, 0, &more, 1), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_share(user, resource, &fd), -EINVAL);
	dxg_shared_expect_counts(user->mock, D3DKMT_MAX_ALLOCATIONS + 1, 1, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);

	KUNIT_ASSERT_EQ(test, dxg_user_create_shared(user, PAGE_SIZE, &resource, allocs,
						     D3DKMT_MAX_ALLOCATIONS), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_share(user, resource, &fd), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);
	dxg_shared_expect_counts(user->mock, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, user->mock->openings, 0);
	KUNIT_EXPECT_EQ(test, user->mock->allocations, D3DKMT_MAX_ALLOCATIONS);
	dxg_user_close_fd(test, fd);
	dxg_shared_expect_counts(user->mock, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, user->mock->allocations, 0);
}

/*
 * An addition that has been to the miniport, and cannot write its results before the resource
 * is sealed: the page for them is not there, and somebody keeps the address space.
 */
static struct {
	struct dxg_shared *world;
	struct dxg_user_job sealer;
	struct dxg_user_job keeper;
	struct completion kept;
	unsigned long info;
	long ret;
} share_race;

static long share_seal_thread(struct dxg_user *user, void *data)
{
	struct dxg_shared *world = data;

	return dxg_user_share(user, world->resource, &world->fd);
}

static long share_keep_thread(struct dxg_user *user, void *data)
{
	atomic_t *shares = &user->mock->adapter->stats.shares;
	unsigned long end = jiffies + 20 * HZ;

	mmap_write_lock(user->mm);
	complete(&share_race.kept);
	while (!atomic_read(shares) && time_before(jiffies, end))
		msleep(20);
	/* The file of it needs no address space; what is written is there already. */
	msleep(20);
	mmap_write_unlock(user->mm);
	return atomic_read(shares);
}

static void share_seal_hook(struct dxg_mock *mock)
{
	struct dxg_shared *world = share_race.world;
	unsigned long va;

	/* The same address, but a page that nobody has touched. */
	va = vm_mmap(NULL, share_race.info, PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_ANONYMOUS | MAP_PRIVATE | MAP_FIXED, 0);
	KUNIT_EXPECT_EQ(mock->test, va, share_race.info);
	dxg_user_start(&share_race.keeper, world->creator, share_keep_thread, world);
	wait_for_completion(&share_race.kept);
	dxg_user_start(&share_race.sealer, world->creator, share_seal_thread, world);
}

/* Add one allocation, while somebody seals. */
static void share_add_late(struct dxg_shared *world)
{
	struct drm_dxg_allocation_private private = { .size = PAGE_SIZE };
	struct dxg_user *user = world->creator;
	struct kunit *test = user->test;
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = dxg_user_copy(user, &private, sizeof(private)),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = user->device,
		.resource = world->resource,
		.num_allocations = 1,
	};

	share_race.world = world;
	init_completion(&share_race.kept);
	share_race.info = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
					MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, share_race.info, 0);
	args.allocation_info = share_race.info;
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)share_race.info, &info, sizeof(info)),
			0);
	dxg_mock_log_reset(world->mock);
	dxg_mock_hook_at(world->mock, DXG_MOCK_OPEN_ALLOCATION, 1, share_seal_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&share_race.keeper), 1);
	KUNIT_ASSERT_EQ(test, dxg_user_finish(&share_race.sealer), 0);
}

static const char * const share_rewrites[] = { "handle stays", "handle is rewritten" };

static void share_rewrite_desc(const char * const *rewrite, char *desc)
{
	strscpy(desc, *rewrite, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(share_rewrite, share_rewrites, share_rewrite_desc);

/* An addition under way when it is sealed: nothing of it is published, or left. */
static void share_seals_additions_out(struct kunit *test)
{
	struct dxg_shared world = {};

	dxg_shared_create(test, &world, PAGE_SIZE);
	/* All of the memory for arguments is there, or the sealer waits for the keeper. */
	KUNIT_ASSERT_EQ(test, clear_user((void __user *)world.creator->memory, SZ_1M), 0);
	world.mock->rewrite = test->param_value == &share_rewrites[1];
	share_add_late(&world);
	dxg_mock_settle(world.mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "c1r o x1 d1r");
	dxg_shared_expect_counts(world.mock, DXG_SHARED_NUM, 1, 1);
	/* The others have those that were there. */
	dxg_shared_open(&world);
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	dxg_user_close_fd(test, world.fd);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2 d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/* The end of such an addition waits for a command; that of the resource waits for it. */
static void share_late_addition_goes_first(struct kunit *test)
{
	struct dxg_shared world = {};

	dxg_shared_create(test, &world, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, clear_user((void __user *)world.creator->memory, SZ_1M), 0);
	world.mock->rewrite = test->param_value == &share_rewrites[1];
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.creator, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 0), 1);
	share_add_late(&world);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, ASSUME), 0);
	dxg_user_close_fd(test, world.fd);
	dxg_shared_expect_counts(world.mock, 1, 1, 1);
	dxg_mock_pause();
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "c1r o x2");
	dxg_mock_drain(world.mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "c1r o x2 x1 d1r d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

static long share_add_thread(struct dxg_user *user, void *data)
{
	u32 alloc;

	return dxg_user_create(user, data, 0, &alloc, 1);
}

static void share_queue_hook(struct dxg_mock *mock)
{
	struct dxg_shared *world = share_race.world;

	/* Both wait for this very call, one behind the other. */
	dxg_user_start(&share_race.sealer, world->creator, share_seal_thread, world);
	dxg_mock_pause();
	dxg_user_start(&share_race.keeper, world->creator, share_add_thread, &world->resource);
	dxg_mock_pause();
}

/*
 * The miniport hears nothing of an addition that comes after the seal: those who have opened
 * the resource may be calling it for the same one.
 */
static void share_late_addition_is_not_made(struct kunit *test)
{
	struct dxg_shared world = {};
	unsigned int calls;
	u32 alloc;
	long ret;

	dxg_shared_create(test, &world, PAGE_SIZE);
	share_race.world = &world;
	calls = dxg_mock_calls(world.mock, DXG_MOCK_CREATE_ALLOCATION);
	dxg_mock_hook_at(world.mock, DXG_MOCK_CREATE_ALLOCATION, 1, share_queue_hook);
	ret = dxg_user_create(world.creator, &world.resource, 0, &alloc, 1);
	KUNIT_EXPECT_TRUE(test, !ret || ret == -EINVAL);
	KUNIT_ASSERT_EQ(test, dxg_user_finish(&share_race.sealer), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&share_race.keeper), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(world.mock, DXG_MOCK_CREATE_ALLOCATION) - calls, 1);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	dxg_user_close_fd(test, world.fd);
	dxg_mock_settle(world.mock);
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/*
 * The order of what the miniport sees.
 */

static void share_tells_of_openings(struct kunit *test)
{
	struct dxg_shared world = {};
	u32 second, allocs[DXG_SHARED_NUM];

	dxg_mock_log_reset(((struct dxg_user *)test->priv)->mock);
	dxg_shared_create(test, &world, PAGE_SIZE);
	dxg_shared_share(&world);
	dxg_shared_open(&world);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "c2r o o O O");
	/* The creator may open it too, and is another one then. */
	KUNIT_EXPECT_EQ(test, dxg_user_open_fd(world.creator, world.fd, &second, allocs,
					       DXG_SHARED_NUM), 0);
	KUNIT_EXPECT_NE(test, second, world.resource);
	KUNIT_EXPECT_NE(test, allocs[0], world.allocs[0]);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "c2r o o O O O O");
	dxg_mock_log_reset(world.mock);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(world.creator, second, NULL, 0, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2");
	dxg_shared_end(&world);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2 x2 d2R");
}

/*
 * What ends, in which order: a and b are the resources of creator and opener, A and B their
 * files, f is the descriptor, R the adapter. On a node nothing can be destroyed after that.
 */
static const char * const share_orders[] = {
	"abf", "afb", "baf", "bfa", "fab", "fba",
	"ABf", "AfB", "BAf", "BfA", "fAB", "fBA",
	"aBf", "Abf", "bfA",
	"RaBf", "aRBf", "abRf", "fRBa", "fbRa", "RABf", "ARBf", "ABRf", "RfBA", "fRAB", "fBRA",
};

static void share_order_desc(const char * const *order, char *desc)
{
	strscpy(desc, *order, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(share_order, share_orders, share_order_desc);

static void share_step(struct dxg_shared *world, char step)
{
	struct kunit *test = world->mock->test;

	switch (step) {
	case 'a':
		KUNIT_EXPECT_EQ(test, dxg_shared_destroy(world, 0), 0);
		break;
	case 'b':
		KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(world, 0), 0);
		break;
	case 'f':
		dxg_user_close_fd(test, world->fd);
		break;
	case 'A':
		dxg_user_close(world->creator);
		break;
	case 'B':
		dxg_user_close(world->opener);
		break;
	case 'R':
		dxg_mock_remove(world->mock);
		break;
	}
	dxg_mock_settle(world->mock);
}

static void share_in_order(struct kunit *test)
{
	const char *order = *(const char * const *)test->param_value;
	struct dxg_shared world = {};
	unsigned int holders = 3;
	unsigned long va;
	char log[64] = "";
	const char *step;
	size_t end = 0;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	/* One of them has bytes. */
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &va), 0);
	for (step = order; *step; step++) {
		share_step(&world, *step);
		if (*step == 'R')
			end += scnprintf(log + end, sizeof(log) - end, " stop");
		else if (*step != 'f')
			end += scnprintf(log + end, sizeof(log) - end, " x2");
		if (*step != 'R' && !--holders)
			end += scnprintf(log + end, sizeof(log) - end, " d2R");
		KUNIT_EXPECT_STREQ_MSG(test, dxg_mock_log(world.mock), log + (end > 0),
				       "after %c", *step);
		KUNIT_EXPECT_EQ(test, atomic_read(&world.mock->adapter->stats.shares), !!holders);
		KUNIT_EXPECT_EQ(test, world.mock->resources, !!holders);
		if (holders && !strchr(order, 'R'))
			KUNIT_EXPECT_EQ(test, world.mock->backings, 1);
	}
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, world.mock->backings, 0);
}

static int share_close_thread(void *data)
{
	dxg_user_close(data);
	return 0;
}

static long share_destroy_thread(struct dxg_user *user, void *data)
{
	return dxg_shared_destroy(data, SYNC);
}

/* Killed in a call, with a mapping, commands and an opening; the other one works on. */
static void share_creator_is_killed(struct kunit *test)
{
	struct dxg_shared world = {};
	struct task_struct *task;
	unsigned long va, theirs;
	struct dxg_user_job job;
	u64 word = 0x1122334455667788;

	dxg_shared_begin(test, &world, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.creator, world.allocs[0], &va), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[0], &theirs), 0);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)va, &word, sizeof(word)), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(world.creator, 0, 7, world.allocs[1]), 0);
	KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(world.mock, 0), 7);
	dxg_mock_log_reset(world.mock);
	dxg_user_start(&job, world.creator, share_destroy_thread, &world);
	dxg_mock_wait(world.mock, atomic_read(&world.mock->adapter->stats.batches));
	dxg_user_kill(&job);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), -EINTR);
	/* As the kernel closes it: in no address space. */
	task = kthread_create(share_close_thread, world.creator, "dxg-close");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	get_task_struct(task);
	wake_up_process(task);
	dxg_mock_wait(world.mock, task->exit_state);
	put_task_struct(task);
	dxg_user_close_fd(test, world.fd);

	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "");
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, theirs), word);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.creator, va), U64_MAX - 1);
	dxg_mock_drain(world.mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2");
	/* What its last command wrote is there. */
	KUNIT_ASSERT_EQ(test, dxg_user_lock(world.opener, world.openings[1], &va), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(world.opener, va), 0x0000000700000007);
	KUNIT_EXPECT_EQ(test, dxg_shared_destroy_opened(&world, SYNC), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(world.mock), "x2 x2 d2R");
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
}

/*
 * Openings that fail.
 */

/* Not even half of it is open, wherever it fails; and again it works. */
static void share_open_fails(struct kunit *test)
{
	static const char * const logs[] = { "O", "O O x1", "O O O x1 x1" };
	struct dxg_user *user = test->priv, *other;
	u32 resource, opened, allocs[3], openings[3] = {}, nth;
	u64 fd;

	other = dxg_user_open_device(user->mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_create_shared(user, PAGE_SIZE, &resource, allocs, 3), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_share(user, resource, &fd), 0);
	for (nth = 1; nth <= 3; nth++) {
		dxg_mock_log_reset(user->mock);
		dxg_mock_fail(user->mock, DXG_MOCK_OPEN_ALLOCATION, nth, -ENOMEM);
		KUNIT_EXPECT_EQ(test, dxg_user_open_fd(other, fd, &opened, openings, 3), -ENOMEM);
		dxg_mock_settle(user->mock);
		KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), logs[nth - 1]);
		dxg_shared_expect_counts(user->mock, 3, 1, 1);
		KUNIT_EXPECT_EQ(test, user->mock->openings, 3);
	}
	KUNIT_EXPECT_EQ(test, dxg_user_open_fd(other, fd, &opened, openings, 3), 0);
	dxg_user_close_fd(test, fd);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, resource, NULL, 0, SYNC), 0);
	/* The last one may be one that fails. */
	KUNIT_ASSERT_EQ(test, dxg_user_share(other, opened, &fd), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(other, opened, NULL, 0, SYNC), 0);
	dxg_mock_log_reset(user->mock);
	dxg_mock_fail(user->mock, DXG_MOCK_OPEN_ALLOCATION, 2, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dxg_user_open_fd(user, fd, &opened, openings, 3), -ENOMEM);
	dxg_user_close_fd(test, fd);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "O O x1 d3R");
	dxg_shared_expect_counts(user->mock, 0, 0, 0);
}

/* In the middle of an opening. */
static long share_end_device_thread(struct dxg_user *user, void *data)
{
	struct d3dkmt_destroy_device args = { user->device };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_DEVICE, &args);
}

static long share_remove_thread(struct dxg_user *user, void *data)
{
	dxg_mock_remove(user->mock);
	return 0;
}

static long share_destroy_creators_thread(struct dxg_user *user, void *data)
{
	struct dxg_shared *world = share_race.world;

	dxg_user_close_fd(user->test, world->fd);
	return dxg_shared_destroy(world, SYNC);
}

/**
 * struct share_break - What happens while a resource is being opened
 * @desc: in words
 * @run: it
 * @ret: what the opening returns
 * @waits: it waits for the end of the miniport's call
 */
struct share_break {
	const char *desc;
	long (*run)(struct dxg_user *user, void *data);
	long ret;
	bool waits;
};

static const struct share_break share_breaks[] = {
	{ "the device is destroyed", share_end_device_thread, -EINVAL },
	{ "the adapter is removed", share_remove_thread, 0 },
	{ "all others go", share_destroy_creators_thread, 0, true },
};

KUNIT_ARRAY_PARAM_DESC(share_break, share_breaks, desc);

static const struct share_break *share_break;

static void share_break_hook(struct dxg_mock *mock)
{
	dxg_user_start(&share_race.sealer, share_race.world->opener, share_break->run, NULL);
	if (share_break->waits)
		dxg_mock_pause();
	else
		dxg_mock_wait(mock, dxg_user_job_done(&share_race.sealer));
}

static void share_open_meets(struct kunit *test)
{
	const struct share_break *brk = test->param_value;
	struct dxg_shared world = {};

	dxg_shared_create(test, &world, PAGE_SIZE);
	dxg_shared_share(&world);
	share_race.world = &world;
	share_break = brk;
	dxg_mock_hook_at(world.mock, DXG_MOCK_OPEN_ALLOCATION, 2, share_break_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_open_fd(world.opener, world.fd, &world.opened,
					       world.openings, DXG_SHARED_NUM), brk->ret);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&share_race.sealer), 0);
	dxg_mock_settle(world.mock);
	KUNIT_EXPECT_EQ(test, world.mock->resources, 1);
	dxg_user_close(world.opener);
	if (brk->run != share_destroy_creators_thread) {
		dxg_user_close_fd(test, world.fd);
		KUNIT_EXPECT_EQ(test, dxg_shared_destroy(&world, SYNC), 0);
	}
	dxg_mock_settle(world.mock);
	dxg_shared_expect_counts(world.mock, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, world.mock->resources, 0);
}

static struct kunit_case share_test_cases[] = {
	KUNIT_CASE(share_seals),
	KUNIT_CASE(share_opened_is_sealed),
	KUNIT_CASE(share_of_many),
	KUNIT_CASE_PARAM(share_seals_additions_out, share_rewrite_gen_params),
	KUNIT_CASE_PARAM(share_late_addition_goes_first, share_rewrite_gen_params),
	KUNIT_CASE(share_late_addition_is_not_made),
	KUNIT_CASE(share_tells_of_openings),
	KUNIT_CASE_PARAM(share_in_order, share_order_gen_params),
	KUNIT_CASE(share_creator_is_killed),
	KUNIT_CASE(share_open_fails),
	KUNIT_CASE_PARAM(share_open_meets, share_break_gen_params),
	{}
};

static struct kunit_suite share_suite = {
	.name = "dxg_share",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = share_test_cases,
};

kunit_test_suite(share_suite);
