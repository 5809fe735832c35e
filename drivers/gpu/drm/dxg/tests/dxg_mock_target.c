// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/resource.h>
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_mode_config.h>

#include "../dxg_adapter.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"

/*
 * The life of a mock: its in-tree device, which comes and goes as any, and the adapter
 * that the port puts on it.
 */

/* The core refuses a client where this is not there. The miniport has its own memory. */
static int mock_dumb_create(struct drm_file *file, struct drm_device *ddev,
			    struct drm_mode_create_dumb *args)
{
	return -EOPNOTSUPP;
}

DEFINE_DRM_GEM_FOPS(mock_fops);

static const struct drm_driver mock_driver = {
	.driver_features = DRIVER_GEM | DRIVER_MODESET,
	.fops = &mock_fops,
	.dumb_create = mock_dumb_create,
	.name = "dxg_mock",
	.desc = "device for the tests of dxg",
	.major = 1,
	.minor = 0,
};

static int mock_add_target(struct dxg_mock *mock)
{
	struct drm_device *target;
	int ret;

	target = drm_dev_alloc(&mock_driver, &mock->pdev->dev);
	if (IS_ERR(target))
		return PTR_ERR(target);
	target->dev_private = mock;
	ret = drmm_mode_config_init(target);
	if (!ret) {
		mock->target = target;
		ret = drm_dev_register(target, 0);
	}
	if (ret) {
		mock->target = NULL;
		drm_dev_put(target);
	}
	return ret;
}

/**
 * dxg_mock_remove() - Remove the in-tree device, as unbinding it does
 * @mock: the mock
 *
 * On return the adapter has let go of the device. Does nothing the second time. Not to be
 * called by an op.
 */
void dxg_mock_remove(struct dxg_mock *mock)
{
	struct drm_device *target = mock->target;

	if (!target)
		return;
	drm_dev_unplug(target);
	/* A backing that is destroyed later is a violation. */
	WRITE_ONCE(mock->target, NULL);
	drm_dev_put(target);
	platform_device_unregister(mock->pdev);
	mock->pdev = NULL;
}

/* After the test: whatever it did, everything has to go. */
static void mock_destroy(void *data)
{
	struct dxg_mock *mock = data;

	dxg_mock_remove(mock);
	if (!mock->adapter) {
		kfree(mock);
		return;
	}
	dxg_mock_settle(mock);
	drm_dev_put(&mock->adapter->ddev);
	if (wait_for_completion_timeout(&mock->removed, 20 * HZ))
		kfree(mock);
	else
		/* And the mock is leaked: somebody may still call it. */
		KUNIT_FAIL(mock->test, "the adapter is never freed: somebody holds a reference");
}

/**
 * dxg_mock_create_bare() - Add an in-tree device, and do not wait for the adapter
 * @test: the test, which fails if that fails; it is removed after it
 *
 * Return: the mock.
 */
struct dxg_mock *dxg_mock_create_bare(struct kunit *test)
{
	struct dxg_mock *mock = kzalloc(sizeof(*mock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mock);
	mock->test = test;
	mutex_init(&mock->execute_lock);
	spin_lock_init(&mock->lock);
	init_waitqueue_head(&mock->wait);
	init_completion(&mock->started);
	init_completion(&mock->removed);

	mock->pdev = platform_device_register_simple("dxg_mock", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(mock->pdev)) {
		kfree(mock);
		KUNIT_FAIL_AND_ABORT(test, "no platform device");
	}
	if (mock_add_target(mock)) {
		platform_device_unregister(mock->pdev);
		kfree(mock);
		KUNIT_FAIL_AND_ABORT(test, "no DRM device");
	}
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, mock_destroy, mock), 0);
	return mock;
}

/**
 * dxg_mock_wait_attached() - Wait until the adapter is there
 * @mock: the mock
 */
void dxg_mock_wait_attached(struct dxg_mock *mock)
{
	u32 node;

	KUNIT_ASSERT_TRUE(mock->test, wait_for_completion_timeout(&mock->started, 10 * HZ));
	KUNIT_ASSERT_TRUE(mock->test,
			  dxg_mock_wait(mock, READ_ONCE(mock->adapter->ddev.registered)));
	/* Time is manual. */
	for (node = 0; node < DXG_MOCK_NODES; node++)
		mock->adapter->nodes[node]->sched.timeout = MAX_SCHEDULE_TIMEOUT;
}

/**
 * dxg_mock_create() - Add an in-tree device with an adapter on it
 * @test: the test, which fails if that fails; all is removed after it
 *
 * When the adapter has not been freed half a minute after the test, the test fails.
 *
 * Return: the mock.
 */
struct dxg_mock *dxg_mock_create(struct kunit *test)
{
	struct dxg_mock *mock = dxg_mock_create_bare(test);

	dxg_mock_wait_attached(mock);
	return mock;
}

/**
 * dxg_mock_restart() - Get ready for another adapter on the same device
 * @mock: the mock; its adapter has been freed
 */
void dxg_mock_restart(struct dxg_mock *mock)
{
	spin_lock(&mock->lock);
	mock->adapter = NULL;
	mock->stopped = false;
	mock->gone = false;
	spin_unlock(&mock->lock);
	reinit_completion(&mock->started);
	reinit_completion(&mock->removed);
}
