// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include <drm/dxg/dxg_ddi.h>

#include "dxg_attach.h"
#include "dxg_miniport.h"

/**
 * DOC: Miniports
 *
 * A miniport registers by the name of the in-tree driver that it serves, at any time:
 * devices that are there already are attached then, as later ones are. Those for
 * virtio-gpu and vkms are part of dxg.ko, others live in modules of their own.
 *
 * Its module is kept by every attachment and by every adapter. So a miniport's
 * module can be removed when its devices have been unbound and the last file on
 * their adapters is closed, and not before.
 */

/**
 * struct dxg_miniport - One that is registered
 * @link: entry of the list. Under the list's lock
 * @ops: what it does
 * @users: attachments that use it. Under the list's lock
 */
struct dxg_miniport {
	struct list_head link;
	const struct dxg_ddi_ops *ops;
	unsigned int users;
};

static DEFINE_MUTEX(dxg_miniports_lock);
static LIST_HEAD(dxg_miniports);

static struct dxg_miniport *miniport_find_locked(const char *driver_name)
{
	struct dxg_miniport *miniport;

	lockdep_assert_held(&dxg_miniports_lock);

	list_for_each_entry(miniport, &dxg_miniports, link)
		if (!strcmp(miniport->ops->driver_name, driver_name))
			return miniport;
	return NULL;
}

/**
 * dxg_miniport_register() - Serve the devices of an in-tree driver
 * @ops: what the miniport does; stays valid until it is unregistered and, by its
 *	owner's count, as long as an adapter uses it
 *
 * May sleep. Devices that exist are attached by a worker, soon after the return.
 *
 * Return: 0; -EEXIST: there is a miniport for that driver; -ENOMEM.
 */
int dxg_miniport_register(const struct dxg_ddi_ops *ops)
{
	struct dxg_miniport *miniport;
	int ret = 0;

	miniport = kzalloc(sizeof(*miniport), GFP_KERNEL);
	if (!miniport)
		return -ENOMEM;
	miniport->ops = ops;

	mutex_lock(&dxg_miniports_lock);
	if (miniport_find_locked(ops->driver_name))
		ret = -EEXIST;
	else
		list_add_tail(&miniport->link, &dxg_miniports);
	mutex_unlock(&dxg_miniports_lock);
	if (ret) {
		kfree(miniport);
		return ret;
	}
	dxg_attach_rescan();
	return 0;
}
EXPORT_SYMBOL_GPL(dxg_miniport_register);

/**
 * dxg_miniport_unregister() - Serve them no more
 * @ops: what was registered
 *
 * Detaches from the miniport's devices and waits until that is done. Adapters that
 * open files keep use @ops until the last of these is closed.
 */
void dxg_miniport_unregister(const struct dxg_ddi_ops *ops)
{
	struct dxg_miniport *miniport;

	mutex_lock(&dxg_miniports_lock);
	miniport = miniport_find_locked(ops->driver_name);
	if (WARN_ON(!miniport || miniport->ops != ops)) {
		mutex_unlock(&dxg_miniports_lock);
		return;
	}
	/* Nobody finds it any more: who uses it now is who is on the list. */
	list_del(&miniport->link);
	mutex_unlock(&dxg_miniports_lock);

	dxg_attach_leave(miniport);
	wait_var_event(&miniport->users, !READ_ONCE(miniport->users));
	/* The last put is on its way out. */
	mutex_lock(&dxg_miniports_lock);
	mutex_unlock(&dxg_miniports_lock);
	kfree(miniport);
}
EXPORT_SYMBOL_GPL(dxg_miniport_unregister);

/**
 * dxg_miniport_get() - The miniport for an in-tree driver
 * @driver_name: name of the DRM driver
 *
 * Return: the miniport, counted, its module kept; NULL: there is none, the device is
 * left alone.
 */
struct dxg_miniport *dxg_miniport_get(const char *driver_name)
{
	struct dxg_miniport *miniport;

	mutex_lock(&dxg_miniports_lock);
	miniport = miniport_find_locked(driver_name);
	if (miniport && !try_module_get(miniport->ops->owner))
		miniport = NULL;
	if (miniport)
		miniport->users++;
	mutex_unlock(&dxg_miniports_lock);
	return miniport;
}

/**
 * dxg_miniport_put() - Undo dxg_miniport_get()
 * @miniport: the miniport
 */
void dxg_miniport_put(struct dxg_miniport *miniport)
{
	mutex_lock(&dxg_miniports_lock);
	module_put(miniport->ops->owner);
	WRITE_ONCE(miniport->users, miniport->users - 1);
	if (!miniport->users)
		wake_up_var(&miniport->users);
	mutex_unlock(&dxg_miniports_lock);
}

/**
 * dxg_miniport_ops() - What a miniport does
 * @miniport: the miniport
 *
 * Return: its ops.
 */
const struct dxg_ddi_ops *dxg_miniport_ops(const struct dxg_miniport *miniport)
{
	return miniport->ops;
}

/**
 * dxg_miniport_init() - Register the miniports that are part of this module
 *
 * Return: 0; -ENOMEM.
 */
int dxg_miniport_init(void)
{
	int ret;

	ret = dxg_miniport_register(&dxg_virtio_gpu_ops);
	if (ret)
		return ret;
	ret = dxg_miniport_register(&dxg_vkms_ops);
	if (ret)
		dxg_miniport_unregister(&dxg_virtio_gpu_ops);
	return ret;
}

/**
 * dxg_miniport_fini() - Undo dxg_miniport_init()
 */
void dxg_miniport_fini(void)
{
	dxg_miniport_unregister(&dxg_vkms_ops);
	dxg_miniport_unregister(&dxg_virtio_gpu_ops);
}
