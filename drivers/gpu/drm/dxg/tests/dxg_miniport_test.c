// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/module.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/dxg/dxg_ddi.h>

#include "../dxg_adapter.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Registration of a miniport: early and late, twice, and its end while adapters are in
 * use; failures of start_device. What adapters do belongs into the other files.
 */

static int miniport_suite_init(struct kunit_suite *suite)
{
	return dxg_user_mount();
}

static void miniport_suite_exit(struct kunit_suite *suite)
{
	dxg_user_umount();
}

static void miniport_unregister_action(void *data)
{
	dxg_mock_unregister();
}

static void miniport_register(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, dxg_mock_register(), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, miniport_unregister_action, NULL),
			0);
}

static void miniport_unregister(struct kunit *test)
{
	kunit_release_action(test, miniport_unregister_action, NULL);
}

static void miniport_before_device(struct kunit *test)
{
	struct dxg_mock *mock;

	miniport_register(test);
	mock = dxg_mock_create(test);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_START_DEVICE), 1);
}

/* A device that is there finds its miniport later. */
static void miniport_after_device(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create_bare(test);

	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&mock->started, HZ / 10));
	miniport_register(test);
	dxg_mock_wait_attached(mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_START_DEVICE), 1);
}

/* Looking for devices again does not attach to the same one twice. */
static void miniport_other_registers(struct kunit *test)
{
	static const struct dxg_ddi_ops other = { .driver_name = "dxg_nobody" };
	struct dxg_mock *mock;
	int i;

	miniport_register(test);
	mock = dxg_mock_create(test);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, dxg_miniport_register(&other), 0);
		dxg_miniport_unregister(&other);
	}
	msleep(50);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_START_DEVICE), 1);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_STOP_DEVICE), 0);
}

static void miniport_name_is_taken(struct kunit *test)
{
	static const struct dxg_ddi_ops vkms = { .driver_name = "vkms" };

	miniport_register(test);
	KUNIT_EXPECT_EQ(test, dxg_mock_register(), -EEXIST);
	KUNIT_EXPECT_EQ(test, dxg_miniport_register(&vkms), -EEXIST);
}

static void miniport_leaves_its_devices(struct kunit *test)
{
	struct dxg_mock *mocks[3];
	int i;

	miniport_register(test);
	for (i = 0; i < ARRAY_SIZE(mocks); i++)
		mocks[i] = dxg_mock_create(test);
	miniport_unregister(test);
	for (i = 0; i < ARRAY_SIZE(mocks); i++) {
		/* On return, not soon after it. */
		KUNIT_EXPECT_EQ(test, dxg_mock_calls(mocks[i], DXG_MOCK_STOP_DEVICE), 1);
		KUNIT_EXPECT_TRUE(test, dxg_adapter_is_removed(mocks[i]->adapter));
	}
}

/* What is unregistered and comes again serves the same device anew. */
static void miniport_comes_again(struct kunit *test)
{
	struct dxg_mock *mock;
	int i;

	miniport_register(test);
	mock = dxg_mock_create(test);
	for (i = 0; i < 5; i++) {
		struct dxg_adapter *old = mock->adapter;

		miniport_unregister(test);
		KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_STOP_DEVICE), i + 1);
		drm_dev_put(&old->ddev);
		KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&mock->removed, 10 * HZ));
		dxg_mock_restart(mock);
		miniport_register(test);
		dxg_mock_wait_attached(mock);
		KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_START_DEVICE), i + 2);
	}
}

/* The file that is open keeps the adapter, and the adapter the ops. */
static void miniport_goes_under_open_file(struct kunit *test)
{
	struct dxg_user *user;
	struct dxg_mock *mock;
	u32 allocs[2];

	miniport_register(test);
	mock = dxg_mock_create(test);
	user = dxg_user_open_device(mock, DXG_DOOR_MISC);
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	miniport_unregister(test);
	dxg_mock_log_reset(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, allocs, 1, D3DKMT_DESTROY_SYNCHRONOUS), 0);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "x1 d1");
	KUNIT_EXPECT_FALSE(test, completion_done(&mock->removed));
}

#ifdef MODULE
static void miniport_module_is_kept(struct kunit *test)
{
	struct dxg_mock *mock;
	int before;

	miniport_register(test);
	before = module_refcount(THIS_MODULE);
	mock = dxg_mock_create(test);
	/* By the attachment and by the adapter, and as the in-tree driver's module. */
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 3);
	dxg_mock_remove(mock);
	/* The adapter has it still; the fixture has the adapter. */
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(mock, module_refcount(THIS_MODULE) == before + 1));
}
#endif

static void miniport_start_fails(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create_bare(test);

	dxg_mock_fail(mock, DXG_MOCK_START_DEVICE, 1, -ENODEV);
	miniport_register(test);
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(mock, dxg_mock_calls(mock, DXG_MOCK_START_DEVICE)));
	/* The attachment stays, without an adapter; everything goes as usual. */
	miniport_unregister(test);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_STOP_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(mock, DXG_MOCK_REMOVE_DEVICE), 0);
}

static struct kunit_case miniport_cases[] = {
	KUNIT_CASE(miniport_before_device),
	KUNIT_CASE(miniport_after_device),
	KUNIT_CASE(miniport_other_registers),
	KUNIT_CASE(miniport_name_is_taken),
	KUNIT_CASE(miniport_leaves_its_devices),
	KUNIT_CASE(miniport_comes_again),
	KUNIT_CASE(miniport_goes_under_open_file),
#ifdef MODULE
	KUNIT_CASE(miniport_module_is_kept),
#endif
	KUNIT_CASE(miniport_start_fails),
	{}
};

static struct kunit_suite miniport_suite = {
	.name = "dxg_miniport",
	.suite_init = miniport_suite_init,
	.suite_exit = miniport_suite_exit,
	.test_cases = miniport_cases,
};

kunit_test_suite(miniport_suite);
