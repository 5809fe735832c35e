// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm.h>
#include <drm/drm_exec.h>
#include <uapi/drm/dxg_drm.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_prime.h"
#include "dxg_process.h"
#include "dxg_sched.h"
#include "dxg_share.h"
#include "dxg_trace.h"
#include "dxg_usage.h"
#include "dxg_vidmm.h"

/**
 * DOC: dma-buf
 *
 * An allocation is exported by exporting the in-tree object of its backing: the device's
 * own KMS node imports it as the object itself, so that scan-out takes no copy, and others
 * import it as any dma-buf of that driver. From then on the bytes stay in the device segment
 * until nobody but us uses the object. In-tree objects tell nobody when that is, so their
 * counts are looked at: where room is needed, and every second.
 *
 * A destruction never waits for those who use the dma-buf. All is destroyed but the backing,
 * which stays charged to the segment, as an orphan, until they have gone. An import of it
 * gives it to an allocation again.
 *
 * An import of what belongs to another device, or is a buffer of the in-tree device that it
 * was not us who made, becomes an allocation whose bytes are in none of our segments.
 * An import of what we have already is one more opening of it.
 *
 * Commands and the users of a dma-buf wait for each other by the fences in the object's
 * reservation. A command whose buffers have fences of others that are not signalled stays
 * held, and is no job before they are: so no job ever waits, nor is the engine blocked by
 * somebody else's. A command that becomes a job adds a fence, with all reservations locked
 * from the look at the fences to that.
 *
 * Reservation and copies of our fences can be with others for longer than this module. So
 * each of these fences has a reference on it, and is replaced by the stub when we let go of
 * the object, or when it is destroyed, or an idle buffer would keep the module.
 *
 * Refused: fences in the reservation of our own object for commands that use nothing
 * exported; nobody could look at them. Refused: waiting for the fences in a destruction: the
 * pages belong to the in-tree object, which its users keep.
 */

#define DXG_PRIME_POLL_MS	1000

static const char *prime_fence_name(struct dma_fence *fence)
{
	return "dxg";
}

static void prime_fence_free(struct rcu_head *rcu)
{
	struct dma_fence *fence = container_of(rcu, struct dma_fence, rcu);

	kfree(container_of(fence, struct dxg_fence, base));
	/* The module's exit waits for the end of this callback. */
	module_put(THIS_MODULE);
}

static void prime_fence_release(struct dma_fence *fence)
{
	call_rcu(&fence->rcu, prime_fence_free);
}

static const struct dma_fence_ops prime_fence_ops = {
	.get_driver_name = prime_fence_name,
	.get_timeline_name = prime_fence_name,
	.release = prime_fence_release,
};

static void prime_work(struct work_struct *work);

/**
 * dxg_prime_init() - Prepare for exports and imports
 * @adapter: the adapter, new
 */
void dxg_prime_init(struct dxg_adapter *adapter)
{
	mutex_init(&adapter->prime_lock);
	INIT_LIST_HEAD(&adapter->primes);
	INIT_DELAYED_WORK(&adapter->prime_work, prime_work);
}

/**
 * dxg_prime_fini() - Nothing is exported or imported any more
 * @adapter: the adapter, revoked
 */
void dxg_prime_fini(struct dxg_adapter *adapter)
{
	cancel_delayed_work_sync(&adapter->prime_work);
}

/**
 * dxg_prime_scrub() - Take our fences out of a reservation
 * @bo: the object, locked, in the device segment, not used by any command
 *
 * Others may keep that for as long as they like.
 */
void dxg_prime_scrub(struct dxg_gem_object *bo)
{
	struct dxg_adapter *adapter = bo->pa->adapter;
	struct dma_resv *resv = bo->backing.obj->resv;
	struct dma_fence *stub = dma_fence_get_stub();
	u32 i;

	dma_resv_lock(resv, NULL);
	for (i = 0; i < adapter->caps.num_nodes; i++)
		dma_resv_replace_fences(resv, adapter->nodes[i]->prime_context, stub,
					DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(resv);
	dma_fence_put(stub);
}

/**
 * dxg_prime_forget() - Let go of a backing that was exported or imported
 * @bo: the object, locked, not used by any command; its backing is about to be destroyed
 *
 * Under the adapter's prime_lock.
 */
void dxg_prime_forget(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->pa->adapter->prime_lock);

	list_del_init(&bo->prime_link);
	dxg_prime_scrub(bo);
}

/* An object that nobody else uses any more, counted. */
static struct dxg_gem_object *prime_next_unused(struct dxg_adapter *adapter)
{
	struct dxg_gem_object *bo, *found = NULL;

	mutex_lock(&adapter->prime_lock);
	list_for_each_entry(bo, &adapter->primes, prime_link) {
		if (bo->exported && !dxg_gem_is_shared(bo)) {
			found = bo;
			dxg_gem_get(found);
			/* Should it have to stay, the others have their turn first. */
			list_move_tail(&bo->prime_link, &adapter->primes);
			break;
		}
	}
	mutex_unlock(&adapter->prime_lock);
	return found;
}

static bool prime_has_exports(struct dxg_adapter *adapter)
{
	struct dxg_gem_object *bo;
	bool found = false;

	mutex_lock(&adapter->prime_lock);
	list_for_each_entry(bo, &adapter->primes, prime_link) {
		found = bo->exported;
		if (found)
			break;
	}
	mutex_unlock(&adapter->prime_lock);
	return found;
}

static void prime_work(struct work_struct *work)
{
	struct dxg_adapter *adapter = container_of(to_delayed_work(work), struct dxg_adapter,
						   prime_work);
	struct dxg_gem_object *bo;
	int idx;

	if (!dxg_adapter_enter(adapter, &idx))
		return;
	while ((bo = prime_next_unused(adapter))) {
		dxg_gem_unexport(bo);
		dxg_gem_put(bo);
		cond_resched();
	}
	dxg_adapter_exit(idx);
	if (prime_has_exports(adapter) && !dxg_adapter_is_removed(adapter))
		queue_delayed_work(dxg_wq, &adapter->prime_work,
				   msecs_to_jiffies(DXG_PRIME_POLL_MS));
}

/**
 * dxg_prime_is_used() - Whether a command uses what others may use
 * @cmd: the command, pinned
 *
 * Return: whether it has to be armed with the reservations locked.
 */
bool dxg_prime_is_used(const struct dxg_command *cmd)
{
	u32 i;

	for (i = 0; i < cmd->num_uses; i++)
		if (READ_ONCE(cmd->uses[i].alloc->bo->exported) ||
		    cmd->uses[i].alloc->bo->imported)
			return true;
	return false;
}

/* Each of these fences has a reference on the module. */
static struct dxg_fence *prime_create_fence(void)
{
	struct dxg_fence *fence;

	/* It goes, when all files have been closed: so will the command. */
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	if (!fence) {
		module_put(THIS_MODULE);
		return ERR_PTR(-ENOMEM);
	}
	return fence;
}

/**
 * dxg_prime_free_fence() - Free a fence that has not been used
 * @fence: the fence, or NULL
 */
void dxg_prime_free_fence(struct dxg_fence *fence)
{
	if (!fence)
		return;
	kfree(fence);
	module_put(THIS_MODULE);
}

static int prime_prepare(struct dxg_command *cmd, struct drm_exec *exec)
{
	int ret = 0;
	u32 i;

	drm_exec_until_all_locked(exec) {
		ret = 0;
		for (i = 0; i < cmd->num_uses && !ret; i++) {
			if (!cmd->uses[i].shared)
				continue;
			ret = drm_exec_prepare_obj(exec, cmd->uses[i].shared, 1);
			drm_exec_retry_on_contention(exec);
		}
	}
	return ret ? -ENOMEM : 0;
}

/* A fence that has to signal first, counted. What is on the same node does in its turn. */
static struct dma_fence *prime_blocker(const struct dxg_command *cmd, const struct dxg_use *use)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	if (!use->shared)
		return NULL;
	dma_resv_for_each_fence(&cursor, use->shared->resv, dma_resv_usage_rw(use->write), fence)
		if (fence->context != cmd->node->prime_context && !dma_fence_is_signaled(fence))
			return dma_fence_get(fence);
	return NULL;
}

/**
 * dxg_prime_lock() - Lock the reservations of what a command uses
 * @cmd: the command, pinned, about to be armed
 * @exec: for dxg_prime_unlock(), if 0 is returned
 * @blocker: out: a fence that has to signal first, counted, or NULL
 *
 * Return: 0; -ENOMEM; -EBUSY: there is a @blocker; -ENODEV: the module goes.
 */
int dxg_prime_lock(struct dxg_command *cmd, struct drm_exec *exec, struct dma_fence **blocker)
{
	struct dxg_gem_object *bo;
	int ret;
	u32 i;

	*blocker = NULL;
	if (!cmd->prime_fence) {
		struct dxg_fence *fence = prime_create_fence();

		if (IS_ERR(fence))
			return PTR_ERR(fence);
		cmd->prime_fence = fence;
	}
	for (i = 0; i < cmd->num_uses; i++) {
		bo = cmd->uses[i].alloc->bo;
		cmd->uses[i].shared = READ_ONCE(bo->exported) || bo->imported ?
				      bo->backing.obj : NULL;
	}
	drm_exec_init(exec, DRM_EXEC_IGNORE_DUPLICATES, 0);
	ret = prime_prepare(cmd, exec);
	for (i = 0; i < cmd->num_uses && !ret; i++) {
		*blocker = prime_blocker(cmd, &cmd->uses[i]);
		if (*blocker)
			ret = -EBUSY;
	}
	if (ret)
		drm_exec_fini(exec);
	return ret;
}

static void prime_add_fence(const struct dxg_command *cmd, bool write)
{
	const struct dxg_use *use;

	for (use = cmd->uses; use < cmd->uses + cmd->num_uses; use++)
		if (use->shared && use->write == write)
			dma_resv_add_fence(use->shared->resv, cmd->prime_armed,
					   write ? DMA_RESV_USAGE_WRITE : DMA_RESV_USAGE_READ);
}

/**
 * dxg_prime_arm() - Add the fence of a command that is armed to the reservations
 * @cmd: the command; its job has been armed, and is pushed next
 *
 * Cannot fail. The fence signals when the command has finished, in whatever way.
 */
void dxg_prime_arm(struct dxg_command *cmd)
{
	struct dxg_fence *fence = cmd->prime_fence;
	struct dxg_node *node = cmd->node;

	lockdep_assert_held(&node->promote_lock);

	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &prime_fence_ops, &fence->lock, node->prime_context,
		       ++node->prime_seqno);
	cmd->prime_armed = &fence->base;
	cmd->prime_fence = NULL;
	/* A writer's replaces a reader's, not the reverse, and there is room for one. */
	prime_add_fence(cmd, false);
	prime_add_fence(cmd, true);
}

/**
 * dxg_prime_unlock() - Undo dxg_prime_lock()
 * @exec: filled in by it
 */
void dxg_prime_unlock(struct drm_exec *exec)
{
	drm_exec_fini(exec);
}

/*
 * Commands that were armed before the object was marked have no fence in its reservation.
 * They end in bounded time, and so do those that pinned it but were not armed yet.
 */
static int prime_quiesce(struct dxg_adapter *adapter)
{
	struct dma_fence *fence;
	int ret = 0;
	u32 i;

	for (i = 0; i < adapter->caps.num_nodes && !ret; i++) {
		if (i == adapter->caps.paging_node)
			continue;
		fence = dxg_node_last(adapter->nodes[i]);
		if (fence)
			ret = dma_fence_wait(fence, true);
		dma_fence_put(fence);
	}
	return ret;
}

/* The object is pinned. From then on commands add fences. */
static struct dma_buf *prime_export(struct dxg_allocation *alloc, u32 flags)
{
	struct dxg_gem_object *bo = alloc->bo;
	struct dxg_adapter *adapter = bo->pa->adapter;
	struct dma_buf *dma_buf = ERR_PTR(-EINVAL);
	bool before;
	int idx;

	mutex_lock(&bo->lock);
	if (alloc->zapped)
		goto out_unlock;
	dma_buf = ERR_PTR(-ENODEV);
	if (!dxg_adapter_enter(adapter, &idx))
		goto out_unlock;
	/* What was imported stays anyhow, and in no segment. */
	before = bo->exported || bo->imported;
	if (!before)
		dxg_vidmm_set_exported(bo, true);
	mutex_lock(&adapter->prime_lock);
	dma_buf = adapter->ops->export_backing(adapter->context, &bo->backing, flags);
	if (!IS_ERR(dma_buf) && list_empty(&bo->prime_link))
		list_add_tail(&bo->prime_link, &adapter->primes);
	mutex_unlock(&adapter->prime_lock);
	if (!before && IS_ERR(dma_buf))
		dxg_vidmm_set_exported(bo, false);
	else
		queue_delayed_work(dxg_wq, &adapter->prime_work,
				   msecs_to_jiffies(DXG_PRIME_POLL_MS));
	dxg_adapter_exit(idx);
out_unlock:
	mutex_unlock(&bo->lock);
	return dma_buf;
}

/* The dma-buf keeps the bytes: who waits here must not pin what others wait for. */
static int prime_hand_out(struct dxg_call *call, struct dxg_allocation *alloc,
			  struct dma_buf *dma_buf)
{
	struct drm_dxg_export *args = call->args;
	int ret;

	args->bytes = dma_buf->size;
	ret = prime_quiesce(alloc->device->adapter);
	if (!ret)
		ret = dxg_call_add_file(call, dma_buf->file, args->flags & DRM_CLOEXEC,
					&args->fd);
	else
		fput(dma_buf->file);
	return ret;
}

static struct dma_buf *prime_pin_and_export(struct dxg_allocation *alloc, u32 flags)
{
	struct dma_buf *dma_buf;
	int ret;

	ret = dxg_allocation_pin_waiting(alloc);
	if (ret)
		return ERR_PTR(ret);
	dma_buf = prime_export(alloc, flags & ~DRM_CLOEXEC);
	dxg_gem_unpin(alloc->bo);
	dxg_vidmm_wake(alloc->device->adapter);
	return dma_buf;
}

/* It cannot be offered any more: with the map_lock no offer of it is under way either. */
static int prime_mark(struct dxg_allocation *alloc)
{
	struct dxg_process *process = alloc->device->process;
	struct dxg_gem_object *bo = alloc->bo;
	int ret = 0;

	/* Memory of a program is not for others to keep. */
	if (bo->existing && !bo->imported)
		return -EINVAL;
	mutex_lock(&process->map_lock);
	mutex_lock(&bo->lock);
	/* It may be gone. */
	if (bo->offered || alloc->zapped)
		ret = -EINVAL;
	else
		bo->shared = true;
	mutex_unlock(&bo->lock);
	mutex_unlock(&process->map_lock);
	return ret;
}

/**
 * dxg_ioctl_export() - Export an allocation as a dma-buf
 * @call: struct drm_dxg_export
 *
 * Return: 0; -EINVAL; -ENOMEM; -EMFILE; -ENODEV, as the structure says; -ERESTARTSYS.
 */
int dxg_ioctl_export(struct dxg_call *call)
{
	const struct drm_dxg_export *args = call->args;
	struct dxg_allocation *alloc;
	struct dxg_device *device;
	struct dma_buf *dma_buf;
	int ret = -EINVAL;

	if (args->flags & ~(DRM_CLOEXEC | DRM_RDWR))
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	alloc = dxg_allocation_lookup(device, args->allocation);
	if (!alloc)
		goto out_put_device;
	ret = prime_mark(alloc);
	if (ret)
		goto out_put;
	dma_buf = prime_pin_and_export(alloc, args->flags);
	ret = PTR_ERR_OR_ZERO(dma_buf);
	if (!ret)
		ret = prime_hand_out(call, alloc, dma_buf);
out_put:
	dxg_allocation_put(alloc);
out_put_device:
	dxg_device_put(device);
	return ret;
}

/**
 * struct import_call - One import under way
 * @call: the operation
 * @args: its structure
 * @device: the device, counted
 * @backing: the object behind the dma-buf
 */
struct import_call {
	struct dxg_call *call;
	struct drm_dxg_import *args;
	struct dxg_device *device;
	struct dxg_ddi_backing backing;
};

static int import_ddi_open(struct dxg_allocation *alloc, u32 flags)
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	struct dxg_ddi_open_allocation open = {
		.flags = flags,
		.allocation = alloc->bo->context,
	};
	int ret = adapter->ops->open_allocation(adapter->context, &open);

	if (ret)
		return ret;
	alloc->opening = open.device_specific;
	trace_dxg_ddi_open(adapter, NULL, 1, flags);
	return 0;
}

static int import_ddi_create(struct dxg_allocation *alloc, u64 size)
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	u64 private_data[DXG_DDI_STANDARD_PRIVATE / sizeof(u64)] = {};
	struct dxg_ddi_allocation_info info = { .private_data = private_data };
	struct dxg_ddi_create_allocation args = { .num_allocations = 1, .allocations = &info };
	struct dxg_gem_object *bo = alloc->bo;
	int ret;

	info.private_data_size = adapter->ops->get_standard_allocation(adapter->context, size,
								       private_data);
	ret = adapter->ops->create_allocation(adapter->context, &args);
	if (ret)
		return ret;
	trace_dxg_ddi_create(adapter, NULL, 1, 0);
	bo->handle = alloc->base.handle;
	bo->context = info.allocation;
	dxg_usage_resize(bo, size);
	bo->base.size = size;
	bo->width = info.width;
	bo->height = info.height;
	return import_ddi_open(alloc, DXG_DDI_OPEN_CREATE);
}

static int import_reserve(struct import_call *import, struct dxg_allocation *alloc)
{
	int ret = dxg_handle_reserve(&import->call->process->table, &alloc->base);

	if (ret)
		dxg_allocation_put(alloc);
	else
		dxg_call_add(import->call, &alloc->base);
	return ret;
}

/* An allocation that has no bytes yet. */
static struct dxg_allocation *import_create(struct import_call *import, u64 size)
{
	struct dxg_allocation *alloc = dxg_allocation_create(import->device, NULL);
	int ret;

	if (IS_ERR(alloc))
		return alloc;
	ret = import_reserve(import, alloc);
	if (!ret)
		ret = import_ddi_create(alloc, size);
	return ret ? ERR_PTR(ret) : alloc;
}

static void import_done(struct import_call *import, const struct dxg_allocation *alloc)
{
	import->args->allocation = alloc->base.handle;
	import->args->bytes = alloc->bo->base.size;
}

/* Bytes of somebody else. */
static int import_foreign_locked(struct import_call *import)
{
	struct dxg_adapter *adapter = import->device->adapter;
	struct dxg_allocation *alloc;
	int ret;

	lockdep_assert_held(&adapter->prime_lock);

	ret = adapter->ops->map_backing(adapter->context, &import->backing);
	if (ret)
		return ret;
	alloc = import_create(import, import->backing.obj->size);
	if (IS_ERR(alloc)) {
		adapter->ops->destroy_backing(adapter->context, &import->backing);
		return PTR_ERR(alloc);
	}
	dxg_gem_import(alloc->bo, &import->backing);
	list_add_tail(&alloc->bo->prime_link, &adapter->primes);
	import_done(import, alloc);
	return 0;
}

/* An opening that was counted and is not made; the others may have gone meanwhile. */
static void import_uncount(struct import_call *import, struct dxg_gem_object *bo,
			   struct dxg_share *share)
{
	struct dxg_adapter *adapter = import->device->adapter;
	struct dxg_ddi_destroy_allocation args = {
		.num_allocations = 1,
		.allocations = &bo->context,
	};

	if (share) {
		dxg_share_put(share);
	} else if (refcount_dec_and_test(&bo->opens)) {
		dxg_gem_unback(bo, false);
		adapter->ops->destroy_allocation(adapter->context, &args);
		trace_dxg_ddi_destroy(adapter, NULL, 1, 0);
	}
}

/*
 * One more opening of what is there already, of whatever process. The caller has counted
 * it, in the share or in the object.
 */
static int import_open(struct import_call *import, struct dxg_gem_object *bo,
		       struct dxg_share *share)
{
	struct dxg_allocation *alloc = dxg_allocation_open(import->device, NULL, bo);
	int ret = PTR_ERR_OR_ZERO(alloc);

	if (!ret)
		ret = import_reserve(import, alloc);
	if (ret) {
		import_uncount(import, bo, share);
		return ret;
	}
	alloc->share = share;
	if (share)
		mutex_lock(&share->lock);
	ret = import_ddi_open(alloc, 0);
	if (share)
		mutex_unlock(&share->lock);
	if (!ret)
		import_done(import, alloc);
	return ret;
}

/* Of what was destroyed only the bytes are left: they become a new allocation's. */
static int import_orphan(struct import_call *import, struct dxg_gem_object *orphan)
{
	struct dxg_allocation *alloc = import_create(import, orphan->base.size);
	int ret;

	if (IS_ERR(alloc))
		return PTR_ERR(alloc);
	ret = dxg_gem_adopt(alloc->bo, orphan);
	if (!ret)
		import_done(import, alloc);
	return ret;
}

static struct dxg_gem_object *import_find_locked(struct import_call *import)
{
	struct dxg_adapter *adapter = import->device->adapter;
	struct dxg_gem_object *bo;

	lockdep_assert_held(&adapter->prime_lock);

	list_for_each_entry(bo, &adapter->primes, prime_link)
		if (bo->backing.obj == import->backing.obj)
			return bo;
	return NULL;
}

/* Of what is ours already. Consumes a reference on the object. */
static int import_known(struct import_call *import, struct dxg_gem_object *bo,
			struct dxg_share *share, bool opened)
{
	int ret;

	if (opened)
		ret = import_open(import, bo, share);
	else
		ret = import_orphan(import, bo);
	dxg_gem_put(bo);
	return ret;
}

static int import_run(struct import_call *import)
{
	struct dxg_adapter *adapter = import->device->adapter;
	struct dxg_share *share = NULL;
	struct dxg_gem_object *bo;
	bool opened = false;
	int ret;

	mutex_lock(&adapter->prime_lock);
	ret = adapter->ops->import_backing(adapter->context, import->args->fd, &import->backing);
	if (ret)
		goto out_unlock;
	bo = import_find_locked(import);
	if (!bo) {
		ret = import_foreign_locked(import);
		goto out_unlock;
	}
	/* The handle is that object's. */
	drm_gem_object_put(import->backing.obj);
	dxg_gem_get(bo);
	share = bo->share;
	if (share)
		opened = kref_get_unless_zero(&share->kref);
	else if (bo->in_resource && refcount_read(&bo->opens))
		ret = -EPERM;
	else
		opened = refcount_inc_not_zero(&bo->opens);
	mutex_unlock(&adapter->prime_lock);
	if (!ret)
		return import_known(import, bo, share, opened);
	dxg_gem_put(bo);
	return ret;

out_unlock:
	mutex_unlock(&adapter->prime_lock);
	return ret;
}

static int import_enter(struct import_call *import)
{
	int idx, ret;

	if (!dxg_adapter_enter(import->device->adapter, &idx))
		return -ENODEV;
	ret = import_run(import);
	dxg_adapter_exit(idx);
	return ret;
}

/**
 * dxg_ioctl_import() - Import a dma-buf as an allocation
 * @call: struct drm_dxg_import
 *
 * Return: 0; -EINVAL; -EPERM; -ENOMEM; -ENODEV, as the structure says; -EBUSY: what it is
 * of is just being destroyed.
 */
int dxg_ioctl_import(struct dxg_call *call)
{
	struct import_call import = { .call = call, .args = call->args };
	int ret;

	if (import.args->flags)
		return -EINVAL;
	import.device = dxg_device_lookup_present(call->process, import.args->device);
	if (IS_ERR(import.device))
		return PTR_ERR(import.device);
	ret = import_enter(&import);
	dxg_device_put(import.device);
	return ret;
}
