// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_managed.h>

#include "dxg_adapter.h"
#include "dxg_attach.h"
#include "dxg_backing.h"
#include "dxg_compat.h"
#include "dxg_debugfs.h"
#include "dxg_enum.h"
#include "dxg_fdinfo.h"
#include "dxg_ioctl.h"
#include "dxg_prime.h"
#include "dxg_process.h"
#include "dxg_sched.h"
#include "dxg_trace.h"
#include "dxg_vidmm.h"
#include "dxg_wait.h"

/**
 * DOC: Adapter
 *
 * One DRM device of our own for each in-tree device, below a platform device of its
 * own, so that everything that knows DRM (libdrm, udev's groups, cgroups, hot
 * unplug, IGT) knows an adapter. Binding the platform device brings the adapter up,
 * unbinding takes it down; the in-tree device stays with its driver either way.
 *
 * Removal has two halves. dxg_adapter_revoke() lets go of the in-tree device: it
 * stops the engines, ends waits, and gives every backing back. It may run under the
 * in-tree device's clientlist_mutex and waits for nothing that user space could
 * delay: in particular no SRCU section of ours spans a copy from user space. The
 * other half, unregistering our DRM device, is the platform driver's remove. The
 * structure lives on until the last file is closed, and destroys go on working.
 *
 * Refused: drm_dev_enter() on our own device in place of the SRCU here. Its end is
 * drm_dev_unplug(), which unregisters, and that must not happen under a lock of the
 * in-tree device.
 */

DEFINE_STATIC_SRCU(dxg_adapter_srcu);

/**
 * dxg_adapter_get() - Take a reference
 * @adapter: the adapter
 */
void dxg_adapter_get(struct dxg_adapter *adapter)
{
	drm_dev_get(&adapter->ddev);
}

/**
 * dxg_adapter_put() - Drop a reference
 * @adapter: the adapter
 */
void dxg_adapter_put(struct dxg_adapter *adapter)
{
	drm_dev_put(&adapter->ddev);
}

/**
 * dxg_adapter_enter() - Keep the in-tree device during a section
 * @adapter: the adapter
 * @idx: out: for dxg_adapter_exit()
 *
 * The section must not depend on user space: removal waits for its end.
 *
 * Return: whether the device is there; if not there is no section.
 */
bool dxg_adapter_enter(struct dxg_adapter *adapter, int *idx)
{
	*idx = srcu_read_lock(&dxg_adapter_srcu);
	if (!READ_ONCE(adapter->removed)) {
		/* For sparse: the caller has the section now. */
		__release(&dxg_adapter_srcu);
		return true;
	}
	srcu_read_unlock(&dxg_adapter_srcu, *idx);
	return false;
}

/**
 * dxg_adapter_exit() - End the section
 * @idx: of dxg_adapter_enter()
 */
void dxg_adapter_exit(int idx)
{
	__acquire(&dxg_adapter_srcu);
	srcu_read_unlock(&dxg_adapter_srcu, idx);
}

/**
 * dxg_adapter_is_removed() - Whether calls are to be refused with ENODEV
 * @adapter: the adapter
 *
 * A courtesy that keeps answers uniform; what must not race uses
 * dxg_adapter_enter() or the lock of what it changes.
 *
 * Return: whether the in-tree device is gone.
 */
bool dxg_adapter_is_removed(const struct dxg_adapter *adapter)
{
	return READ_ONCE(adapter->removed);
}

/**
 * dxg_adapter_revoke() - Let go of the in-tree device
 * @adapter: the adapter
 *
 * On return no engine runs, no backing exists, no wait is pending and no call into
 * the in-tree driver is under way or can begin. Idempotent.
 */
void dxg_adapter_revoke(struct dxg_adapter *adapter)
{
	u32 i;

	mutex_lock(&adapter->revoke_lock);
	if (!adapter->removed) {
		WRITE_ONCE(adapter->removed, true);
		synchronize_srcu(&dxg_adapter_srcu);
		adapter->ops->stop_device(adapter->context);
		for (i = 0; i < adapter->caps.num_nodes; i++)
			dxg_node_stop(adapter->nodes[i]);
		dxg_wait_cancel_all(adapter);
		dxg_vidmm_revoke_all(adapter);
		dxg_backing_revoke_all(adapter);
		adapter->attach = NULL;
		trace_dxg_adapter_detach(adapter);
	}
	mutex_unlock(&adapter->revoke_lock);
}

static int dxg_drm_open(struct drm_device *ddev, struct drm_file *file_priv)
{
	struct dxg_adapter *adapter = container_of(ddev, struct dxg_adapter, ddev);
	struct dxg_process *process = dxg_process_create(adapter);

	if (IS_ERR(process))
		return PTR_ERR(process);
	file_priv->driver_priv = process;
	return 0;
}

static void dxg_drm_postclose(struct drm_device *ddev, struct drm_file *file_priv)
{
	dxg_process_close(file_priv->driver_priv);
}

static const struct file_operations dxg_drm_fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = dxg_ioctl_drm,
	.compat_ioctl = dxg_compat_ioctl_drm,
	.poll = drm_poll,
	.read = drm_read,
	.show_fdinfo = drm_show_fdinfo,
	.llseek = noop_llseek,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

static const struct drm_driver dxg_drm_driver = {
	.driver_features = DRIVER_GEM | DRIVER_GEM_GPUVA | DRIVER_RENDER | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.open = dxg_drm_open,
	.postclose = dxg_drm_postclose,
	.show_fdinfo = dxg_fdinfo_show_drm,
	.fops = &dxg_drm_fops,
	.name = "dxg",
	.desc = "WDDM-style allocations over virtio-gpu and vkms",
	DXG_DRM_DRIVER_DATE
	.major = 0,
	.minor = 1,
};

/* The last reference is gone: no file, no object, no worker. */
static void adapter_release(struct drm_device *ddev, void *data)
{
	struct dxg_adapter *adapter = data;

	WARN_ON(atomic64_read(&adapter->segment_used));
	if (!IS_ERR_OR_NULL(adapter->context))
		adapter->ops->remove_device(adapter->context);
	module_put(adapter->owner);
	dxg_vidmm_fini(adapter);
	mutex_destroy(&adapter->objects_lock);
	mutex_destroy(&adapter->revoke_lock);
}

static void adapter_describe(struct dxg_adapter *adapter, struct drm_device *target)
{
	struct pci_dev *pdev;

	snprintf(adapter->description, sizeof(adapter->description),
		 "%s on %s (dxg software engine)", target->driver->name, dev_name(target->dev));
	if (!dev_is_pci(target->dev))
		return;

	pdev = to_pci_dev(target->dev);
	adapter->pci = true;
	adapter->pci_address[0] = pdev->bus->number;
	adapter->pci_address[1] = PCI_SLOT(pdev->devfn);
	adapter->pci_address[2] = PCI_FUNC(pdev->devfn);
	adapter->pci_ids[0] = pdev->vendor;
	adapter->pci_ids[1] = pdev->device;
	adapter->pci_ids[2] = pdev->subsystem_vendor;
	adapter->pci_ids[3] = pdev->subsystem_device;
	adapter->pci_ids[4] = pdev->revision;
}

static int adapter_start(struct dxg_adapter *adapter, struct drm_device *target)
{
	u32 i;
	int ret;

	adapter->context = adapter->ops->start_device(adapter, target);
	if (IS_ERR(adapter->context))
		return PTR_ERR(adapter->context);
	adapter->ops->query_caps(adapter->context, &adapter->caps);

	ret = dxg_vidmm_start(adapter);
	if (ret)
		return ret;
	for (i = 0; i < adapter->caps.num_nodes; i++) {
		adapter->nodes[i] = dxg_node_create(adapter, i);
		if (IS_ERR(adapter->nodes[i])) {
			ret = PTR_ERR(adapter->nodes[i]);
			goto err_destroy;
		}
	}
	return 0;

err_destroy:
	while (i--)
		dxg_node_destroy(adapter->nodes[i]);
	dxg_vidmm_stop(adapter);
	return ret;
}

static void adapter_stop(struct dxg_adapter *adapter)
{
	u32 i;

	dxg_adapter_revoke(adapter);
	dxg_prime_fini(adapter);
	dxg_backing_fini(adapter);
	dxg_vidmm_stop(adapter);
	for (i = 0; i < adapter->caps.num_nodes; i++)
		dxg_node_destroy(adapter->nodes[i]);
}

static int adapter_probe(struct platform_device *pdev)
{
	struct dxg_attach **platdata = dev_get_platdata(&pdev->dev);
	struct dxg_attach *attach;
	struct dxg_adapter *adapter;
	int ret;

	/* An administrator can have a foreign device try our driver. */
	if (strcmp(pdev->name, "dxg") || !platdata)
		return -ENODEV;
	attach = *platdata;
	adapter = devm_drm_dev_alloc(&pdev->dev, &dxg_drm_driver, struct dxg_adapter, ddev);
	if (IS_ERR(adapter))
		return PTR_ERR(adapter);
	mutex_init(&adapter->revoke_lock);
	dxg_vidmm_init(adapter);
	dxg_backing_init(adapter);
	dxg_prime_init(adapter);
	INIT_LIST_HEAD(&adapter->link);
	spin_lock_init(&adapter->sync_lock);
	INIT_LIST_HEAD(&adapter->waits);
	mutex_init(&adapter->objects_lock);
	INIT_LIST_HEAD(&adapter->processes);
	INIT_LIST_HEAD(&adapter->devices);
	ret = drmm_add_action_or_reset(&adapter->ddev, adapter_release, adapter);
	if (ret)
		return ret;

	adapter->attach = attach;
	adapter->ops = dxg_attach_ops(attach);
	/* Until the adapter is freed; the attachment, which has it too, may go before. */
	adapter->owner = adapter->ops->owner;
	__module_get(adapter->owner);
	adapter_describe(adapter, dxg_attach_target(attach));
	ret = adapter_start(adapter, dxg_attach_target(attach));
	if (ret)
		return ret;
	dxg_debugfs_init(adapter);

	/* From here on ->unregister of the in-tree device revokes us. */
	ret = dxg_attach_set_adapter(attach, adapter);
	if (ret)
		goto err_stop;
	platform_set_drvdata(pdev, adapter);
	/* Before its nodes appear, or who is quick to open one would not find it. */
	dxg_enum_add(adapter);
	trace_dxg_adapter_attach(adapter);
	ret = drm_dev_register(&adapter->ddev, 0);
	if (ret)
		goto err_hide;
	return 0;

err_hide:
	dxg_enum_remove(adapter);
	dxg_attach_clear_adapter(attach);
err_stop:
	adapter_stop(adapter);
	return ret;
}

static void adapter_remove(struct platform_device *pdev)
{
	struct dxg_attach *attach = *(struct dxg_attach **)dev_get_platdata(&pdev->dev);
	struct dxg_adapter *adapter = platform_get_drvdata(pdev);

	dxg_enum_remove(adapter);
	/* Before the nodes go: who is in a call is answered with ENODEV. */
	dxg_adapter_revoke(adapter);
	drm_dev_unplug(&adapter->ddev);
	dxg_attach_clear_adapter(attach);
	adapter_stop(adapter);
}

/*
 * Bound to the platform device "dxg" of every attachment. Unbinding it in sysfs
 * detaches, binding it attaches again.
 */
struct platform_driver dxg_platform_driver = {
	.probe = adapter_probe,
	.remove = adapter_remove,
	.driver = {
		.name = "dxg",
	},
};
