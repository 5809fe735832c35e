// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/workqueue.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_attach.h"
#include "dxg_destroy.h"
#include "dxg_fdinfo.h"
#include "dxg_ioctl.h"
#include "dxg_miniport.h"
#include "dxg_process.h"

/**
 * DOC: dxg
 *
 * A WDDM-style allocation layer over the DRM devices of virtio-gpu and vkms. The
 * in-tree drivers keep their devices; dxg adds to each a DRM device "dxg", and to the
 * machine one /dev/dxg, and serves the D3DKMT operations on both.
 */

unsigned int dxg_tdr_ms = 2000;
module_param_named(tdr_ms, dxg_tdr_ms, uint, 0444);
MODULE_PARM_DESC(tdr_ms, "Time-out of a command in milliseconds, 100 to 60000 (default 2000)");

unsigned int dxg_segment_mb = 192;
module_param_named(segment_mb, dxg_segment_mb, uint, 0444);
MODULE_PARM_DESC(segment_mb, "Device segment of an adapter in MiB, 1 to 65536 (default 192)");

/* Promotion and destructions, which memory may depend on. */
struct workqueue_struct *dxg_wq;

/* Requests of paging queues, of which a user can have very many. */
struct workqueue_struct *dxg_paging_wq;

#define DXG_PAGING_THREADS	4

static int dxg_misc_open(struct inode *inode, struct file *file)
{
	struct dxg_process *process = dxg_process_open_shared();

	if (IS_ERR(process))
		return PTR_ERR(process);
	file->private_data = process;
	return 0;
}

static int dxg_misc_release(struct inode *inode, struct file *file)
{
	dxg_process_close_shared(file->private_data);
	return 0;
}

static const struct file_operations dxg_misc_fops = {
	.owner = THIS_MODULE,
	.open = dxg_misc_open,
	.release = dxg_misc_release,
	.unlocked_ioctl = dxg_ioctl_misc,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = dxg_fdinfo_show_misc,
	.llseek = noop_llseek,
};

static struct miscdevice dxg_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dxg",
	.fops = &dxg_misc_fops,
	.mode = 0660,
};

static int __init dxg_init(void)
{
	int ret;

	if (dxg_tdr_ms < 100 || dxg_tdr_ms > 60000 || !dxg_segment_mb || dxg_segment_mb > 65536)
		return -EINVAL;

	dxg_wq = alloc_workqueue("dxg", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!dxg_wq)
		return -ENOMEM;
	ret = -ENOMEM;
	dxg_paging_wq = alloc_workqueue("dxg-paging", WQ_UNBOUND, DXG_PAGING_THREADS);
	if (!dxg_paging_wq)
		goto err_destroy_wq;
	ret = dxg_allocation_init();
	if (ret)
		goto err_destroy_paging_wq;
	ret = platform_driver_register(&dxg_platform_driver);
	if (ret)
		goto err_allocation;
	ret = dxg_miniport_init();
	if (ret)
		goto err_unregister_driver;
	ret = dxg_attach_init();
	if (ret)
		goto err_unregister_miniports;
	/* Last: who opens it holds the module. */
	ret = misc_register(&dxg_misc);
	if (ret)
		goto err_detach;
	return 0;

err_detach:
	dxg_attach_fini();
err_unregister_miniports:
	dxg_miniport_fini();
err_unregister_driver:
	platform_driver_unregister(&dxg_platform_driver);
err_allocation:
	dxg_allocation_fini();
err_destroy_paging_wq:
	destroy_workqueue(dxg_paging_wq);
err_destroy_wq:
	destroy_workqueue(dxg_wq);
	return ret;
}

/* No file is open: each has the module. */
static void __exit dxg_exit(void)
{
	misc_deregister(&dxg_misc);
	dxg_attach_fini();
	dxg_miniport_fini();
	platform_driver_unregister(&dxg_platform_driver);
	dxg_destroy_flush();
	/* Before what the last puts of requests begin. */
	destroy_workqueue(dxg_paging_wq);
	/* Destructions that the last closes left, and the last puts in them. */
	destroy_workqueue(dxg_wq);
	dxg_allocation_fini();
	/* Fences that were freed after a grace period had their ops in here. */
	rcu_barrier();
}

module_init(dxg_init);
module_exit(dxg_exit);

MODULE_DESCRIPTION("WDDM-style allocations over virtio-gpu and vkms");
MODULE_LICENSE("GPL");
