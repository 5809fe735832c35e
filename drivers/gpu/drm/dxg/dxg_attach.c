// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/device/class.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <drm/drm_client.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_sysfs.h>

#include "dxg_adapter.h"
#include "dxg_attach.h"
#include "dxg_miniport.h"

/**
 * DOC: Attachment
 *
 * An attachment ties an in-tree DRM device to a platform device of ours, on which
 * an adapter is probed. A class interface on the DRM class finds devices, present
 * and future; an in-kernel DRM client is how we get buffers from them and how we
 * learn that they go.
 *
 * The interface's callbacks run under the class mutex and the client's ->unregister
 * under the device's clientlist_mutex, so neither registers, unregisters or puts a
 * DRM device, nor waits for what does:
 *
 * - add_dev takes references and queues the attachment's work,
 * - remove_dev marks the attachment as dying and queues the work,
 * - ->unregister revokes the adapter, gives the client up and does the same.
 *
 * The work, holding nothing, does the rest in both directions. There is one work
 * item for an attachment, so attaching and detaching never run at the same time.
 *
 * Lock order: clientlist_mutex > dxg_attach.lock > dxg_adapter.revoke_lock, and
 * dxg_attaches_lock > dxg_miniports_lock inside the class mutex. The class mutex is
 * never taken with any of ours held.
 *
 * A client has no call to leave by itself. To unload we take it off the device's
 * list, which is public, and whoever clears @client_live under clientlist_mutex, we
 * or the core, releases it.
 *
 * Refused: waiting for the device to go in remove_dev. It would be simpler, and
 * deadlocks: the last drm_dev_put() flushes work that takes the class mutex.
 */

/* Registration follows our add_dev within moments, or fails. */
#define DXG_ATTACH_POLL_MS	10
#define DXG_ATTACH_POLLS	500

/**
 * struct dxg_attach - One in-tree device
 */
struct dxg_attach {
	/** @target: The in-tree DRM device, counted. */
	struct drm_device *target;
	/** @owner: Its module, counted: its text outlives our last drm_dev_put(). */
	struct module *owner;
	/** @miniport: Its miniport, counted. */
	struct dxg_miniport *miniport;
	/** @work: Attaches or detaches. */
	struct work_struct work;
	/** @link: Entry of the list of attachments. Under the list's lock. */
	struct list_head link;
	/** @dying: The work is to detach. */
	bool dying;
	/** @pdev: Parent of the adapter; the work's own. */
	struct platform_device *pdev;

	/** @client: In-kernel client; has the handles of the backings. */
	struct drm_client_dev client;
	/** @client_live: On the device's list. Under its clientlist_mutex. */
	bool client_live;

	/** @lock: Covers @adapter and @gone. */
	struct mutex lock;
	/** @adapter: The adapter while it is bound. */
	struct dxg_adapter *adapter;
	/** @gone: No adapter may be bound any more. */
	bool gone;
};

/* Not for reclaim like dxg_wq: taking a DRM device down flushes ordinary work. */
static struct workqueue_struct *dxg_attach_wq;
static DEFINE_MUTEX(dxg_attaches_lock);
static LIST_HEAD(dxg_attaches);
static atomic_t dxg_attaches_count = ATOMIC_INIT(0);

/**
 * dxg_attach_target() - The in-tree device
 * @attach: the attachment
 *
 * Return: the device, valid until the adapter has been revoked.
 */
struct drm_device *dxg_attach_target(struct dxg_attach *attach)
{
	return attach->target;
}

/**
 * dxg_attach_ops() - The miniport's ops
 * @attach: the attachment
 *
 * Return: the ops, valid as long as the attachment.
 */
const struct dxg_ddi_ops *dxg_attach_ops(struct dxg_attach *attach)
{
	return dxg_miniport_ops(attach->miniport);
}

/**
 * dxg_attach_file() - The client's file
 * @attach: the attachment
 *
 * Return: the file that has the handles, valid until the adapter has been revoked.
 */
struct drm_file *dxg_attach_file(struct dxg_attach *attach)
{
	return attach->client.file;
}

/**
 * dxg_attach_set_adapter() - Have the adapter revoked when the device goes
 * @attach: the attachment
 * @adapter: the adapter, which calls dxg_attach_clear_adapter() before it is freed
 *
 * Return: 0; -ENODEV: the device is gone already.
 */
int dxg_attach_set_adapter(struct dxg_attach *attach, struct dxg_adapter *adapter)
{
	int ret = -ENODEV;

	mutex_lock(&attach->lock);
	if (!attach->gone) {
		attach->adapter = adapter;
		ret = 0;
	}
	mutex_unlock(&attach->lock);
	return ret;
}

/**
 * dxg_attach_clear_adapter() - Undo dxg_attach_set_adapter()
 * @attach: the attachment
 */
void dxg_attach_clear_adapter(struct dxg_attach *attach)
{
	mutex_lock(&attach->lock);
	attach->adapter = NULL;
	mutex_unlock(&attach->lock);
}

/* No backing exists afterwards and none can be made: the client may go. */
static void attach_revoke(struct dxg_attach *attach)
{
	mutex_lock(&attach->lock);
	attach->gone = true;
	if (attach->adapter)
		dxg_adapter_revoke(attach->adapter);
	mutex_unlock(&attach->lock);
}

static void attach_queue(struct dxg_attach *attach)
{
	WRITE_ONCE(attach->dying, true);
	queue_work(dxg_attach_wq, &attach->work);
}

/* Under clientlist_mutex; the core has taken the client off its list. */
static void attach_client_unregister(struct drm_client_dev *client)
{
	struct dxg_attach *attach = container_of(client, struct dxg_attach, client);

	lockdep_assert_held(&attach->target->clientlist_mutex);

	attach->client_live = false;
	attach_revoke(attach);
	/* Not the last reference on the device: the attachment has one. */
	drm_client_release(client);
	attach_queue(attach);
}

static const struct drm_client_funcs attach_client_funcs = {
	.owner = THIS_MODULE,
	.unregister = attach_client_unregister,
};

static void attach_client_leave(struct dxg_attach *attach)
{
	bool mine;

	mutex_lock(&attach->target->clientlist_mutex);
	mine = attach->client_live;
	if (mine) {
		list_del_init(&attach->client.list);
		attach->client_live = false;
	}
	mutex_unlock(&attach->target->clientlist_mutex);

	if (mine) {
		attach_revoke(attach);
		drm_client_release(&attach->client);
	}
}

static int attach_client_join(struct dxg_attach *attach)
{
	int ret;

	ret = drm_client_init(attach->target, &attach->client, "dxg", &attach_client_funcs);
	if (ret)
		return ret;

	mutex_lock(&attach->target->clientlist_mutex);
	attach->client_live = true;
	mutex_unlock(&attach->target->clientlist_mutex);
	drm_client_register(&attach->client);

	/*
	 * A device that was unregistered meanwhile has walked its clients without
	 * finding us. Later it will find us.
	 */
	if (!READ_ONCE(attach->target->registered)) {
		attach_client_leave(attach);
		return -ENODEV;
	}
	return 0;
}

/*
 * add_dev comes from device_add() of the primary minor, before the device counts as
 * registered, and registration can still fail.
 */
static bool attach_wait_registered(struct dxg_attach *attach)
{
	int i;

	for (i = 0; i < DXG_ATTACH_POLLS && !READ_ONCE(attach->dying); i++) {
		if (READ_ONCE(attach->target->registered))
			return true;
		msleep(DXG_ATTACH_POLL_MS);
	}
	return false;
}

static void attach_bring_up(struct dxg_attach *attach)
{
	struct platform_device_info info = {
		.name = "dxg",
		.id = PLATFORM_DEVID_AUTO,
		.data = &attach,
		.size_data = sizeof(attach),
	};
	struct platform_device *pdev;

	if (!attach_wait_registered(attach) || attach_client_join(attach)) {
		/* Without KMS there is no client: leave the device and its module alone. */
		WRITE_ONCE(attach->dying, true);
		return;
	}
	pdev = platform_device_register_full(&info);
	if (!IS_ERR(pdev))
		attach->pdev = pdev;
}

static void attach_take_down(struct dxg_attach *attach)
{
	if (attach->pdev)
		platform_device_unregister(attach->pdev);
	/* Also waits for a ->unregister that is under way. */
	attach_client_leave(attach);

	mutex_lock(&dxg_attaches_lock);
	list_del(&attach->link);
	mutex_unlock(&dxg_attaches_lock);
	/* Off the list and without a client nobody queues the work any more. */
	cancel_work(&attach->work);

	drm_dev_put(attach->target);
	module_put(attach->owner);
	dxg_miniport_put(attach->miniport);
	mutex_destroy(&attach->lock);
	kfree(attach);
	if (atomic_dec_and_test(&dxg_attaches_count))
		wake_up_var(&dxg_attaches_count);
}

static void attach_work(struct work_struct *work)
{
	struct dxg_attach *attach = container_of(work, struct dxg_attach, work);

	if (!READ_ONCE(attach->dying))
		attach_bring_up(attach);
	/* Not else: it may have begun to die while it was brought up. */
	if (READ_ONCE(attach->dying))
		attach_take_down(attach);
}

/* The class has connectors and more beside minors. */
static struct drm_device *attach_match(struct device *kdev)
{
	struct drm_minor *minor;

	if (!kdev->type || strcmp(kdev->type->name, "drm_minor"))
		return NULL;
	minor = dev_get_drvdata(kdev);
	if (!minor || minor->type != DRM_MINOR_PRIMARY)
		return NULL;
	return minor->dev;
}

static bool attach_exists_locked(struct drm_device *target)
{
	struct dxg_attach *attach;

	lockdep_assert_held(&dxg_attaches_lock);

	list_for_each_entry(attach, &dxg_attaches, link)
		if (attach->target == target && !READ_ONCE(attach->dying))
			return true;
	return false;
}

/* Consumes the references on the miniport and the module, also where it fails. */
static void attach_create_locked(struct drm_device *target, struct dxg_miniport *miniport)
{
	struct dxg_attach *attach;

	lockdep_assert_held(&dxg_attaches_lock);

	attach = kzalloc(sizeof(*attach), GFP_KERNEL);
	if (!attach) {
		module_put(target->driver->fops->owner);
		dxg_miniport_put(miniport);
		return;
	}
	drm_dev_get(target);
	attach->target = target;
	attach->owner = target->driver->fops->owner;
	attach->miniport = miniport;
	mutex_init(&attach->lock);
	INIT_WORK(&attach->work, attach_work);

	atomic_inc(&dxg_attaches_count);
	list_add_tail(&attach->link, &dxg_attaches);
	queue_work(dxg_attach_wq, &attach->work);
}

/* Under the class mutex. Also called for each device, known or not, by a rescan. */
static int attach_add_dev(struct device *kdev)
{
	struct drm_device *target = attach_match(kdev);
	struct dxg_miniport *miniport;

	if (!target)
		return 0;
	/* In one hold, so that dxg_attach_leave() misses nobody who has the miniport. */
	mutex_lock(&dxg_attaches_lock);
	if (attach_exists_locked(target))
		goto out_unlock;
	miniport = dxg_miniport_get(target->driver->name);
	if (!miniport)
		goto out_unlock;
	/*
	 * The client calls into the driver as long as we are attached, so its module
	 * stays: rmmod of the in-tree driver is refused, unbinding is not.
	 */
	if (try_module_get(target->driver->fops->owner))
		attach_create_locked(target, miniport);
	else
		dxg_miniport_put(miniport);
out_unlock:
	mutex_unlock(&dxg_attaches_lock);
	return 0;
}

/* Under the class mutex. Also called for each device when we unload. */
static void attach_remove_dev(struct device *kdev)
{
	struct drm_device *target = attach_match(kdev);
	struct dxg_attach *attach;

	if (!target)
		return;
	mutex_lock(&dxg_attaches_lock);
	list_for_each_entry(attach, &dxg_attaches, link)
		if (attach->target == target)
			attach_queue(attach);
	mutex_unlock(&dxg_attaches_lock);
}

static struct class_interface attach_interface = {
	.add_dev = attach_add_dev,
	.remove_dev = attach_remove_dev,
};

/**
 * dxg_attach_rescan() - Attach to devices whose miniport has come after them
 *
 * A second interface, which comes and goes: add_dev is called for every device, under
 * the class mutex, without which one could not look at a minor. It has no remove_dev.
 */
void dxg_attach_rescan(void)
{
	struct class_interface rescan = {
		.class = attach_interface.class,
		.add_dev = attach_add_dev,
	};

	/* Before dxg_attach_init(), which will find them all. */
	if (!rescan.class)
		return;
	if (!class_interface_register(&rescan))
		class_interface_unregister(&rescan);
}

/**
 * dxg_attach_leave() - Begin to detach from all devices of a miniport
 * @miniport: the miniport, which nobody gets any more
 *
 * The last of them to be gone puts the miniport for the last time.
 */
void dxg_attach_leave(const struct dxg_miniport *miniport)
{
	struct dxg_attach *attach;

	mutex_lock(&dxg_attaches_lock);
	list_for_each_entry(attach, &dxg_attaches, link)
		if (attach->miniport == miniport)
			attach_queue(attach);
	mutex_unlock(&dxg_attaches_lock);
}

static void attach_probe_release(struct device *dev)
{
	kfree(dev);
}

/*
 * drm_class is not exported, but a device can be registered in it. A DRM device of
 * our own would have it too, and take card0 when we are loaded first.
 */
static const struct class *attach_find_class(void)
{
	const struct class *class;
	struct device *dev;
	int ret;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->release = attach_probe_release;
	dev->init_name = "dxg-probe";
	ret = drm_class_device_register(dev);
	if (ret == -ENOENT) {
		/* No class: the device was not even initialised. */
		kfree(dev);
		return ERR_PTR(ret);
	}
	if (ret) {
		put_device(dev);
		return ERR_PTR(ret);
	}
	class = dev->class;
	drm_class_device_unregister(dev);
	return class;
}

/**
 * dxg_attach_init() - Attach to all devices, present and future
 *
 * Return: 0; -ENOENT: there is no DRM class; -ENOMEM.
 */
int dxg_attach_init(void)
{
	const struct class *class = attach_find_class();
	int ret;

	if (IS_ERR(class))
		return PTR_ERR(class);
	dxg_attach_wq = alloc_workqueue("dxg-attach", WQ_UNBOUND, 0);
	if (!dxg_attach_wq)
		return -ENOMEM;
	attach_interface.class = class;
	ret = class_interface_register(&attach_interface);
	if (ret)
		destroy_workqueue(dxg_attach_wq);
	return ret;
}

/**
 * dxg_attach_fini() - Detach from all devices, and wait until that is done
 */
void dxg_attach_fini(void)
{
	class_interface_unregister(&attach_interface);
	wait_var_event(&dxg_attaches_count, !atomic_read(&dxg_attaches_count));
	destroy_workqueue(dxg_attach_wq);
}
