// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_vma_manager.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_backing.h"
#include "dxg_device.h"
#include "dxg_paging.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_shmem.h"
#include "dxg_sysmem.h"
#include "dxg_trace.h"
#include "dxg_vidmm.h"

/**
 * DOC: Allocation
 *
 * An allocation is a GEM object of our own device. Its bytes are in one place at a
 * time: in a backing, which is an object of the in-tree driver mapped into the kernel, in
 * pages of the system segment, or nowhere while nobody has touched them. GEM objects of
 * the in-tree device itself would not do: its driver does not know GPU virtual addresses,
 * eviction replaces the object, and its reservation belongs to others too.
 *
 * There are no bytes before the first lock, command or MakeResident needs some, and they
 * are made in the context and at the cost of whoever does: creating an allocation takes
 * neither shmem nor memory of the host. They go when the allocation's destruction runs, or
 * when the in-tree device goes, whatever references there are on the allocation itself; a
 * mapping then faults with SIGBUS.
 *
 * A move is made under the allocation's lock, from the room for the new place to the
 * end of the old one: CPU mappings are taken away before the copy and fault afterwards,
 * and no command uses what moves, because armed commands pin.
 *
 * The in-tree object's GEM handle in the in-kernel client stays open as long as the
 * backing: without a handle the object could not be exported later.
 */

/* A slab of their own: programs have very many of them. */
static struct kmem_cache *allocation_cache;

/**
 * dxg_allocation_init() - Prepare for allocations
 *
 * Return: 0; -ENOMEM.
 */
int dxg_allocation_init(void)
{
	allocation_cache = KMEM_CACHE(dxg_allocation, SLAB_ACCOUNT);
	return allocation_cache ? 0 : -ENOMEM;
}

/**
 * dxg_allocation_fini() - Undo dxg_allocation_init()
 *
 * No allocation is left.
 */
void dxg_allocation_fini(void)
{
	kmem_cache_destroy(allocation_cache);
}

static void allocation_gem_free(struct drm_gem_object *gem)
{
	struct dxg_allocation *alloc = container_of(gem, struct dxg_allocation, gem);

	drm_gem_object_release(gem);
	mutex_destroy(&alloc->lock);
	kmem_cache_free(allocation_cache, alloc);
}

static const struct drm_gem_object_funcs allocation_gem_funcs = {
	.free = allocation_gem_free,
};

static void allocation_release(struct dxg_object *obj)
{
	struct dxg_allocation *alloc = dxg_allocation_from(obj);

	WARN_ON(alloc->segment != DXG_SEGMENT_NONE || alloc->busy || alloc->mapping);
	/* Asked for while it was being destroyed. */
	dxg_vidmm_forget(alloc);
	atomic_dec(&alloc->device->adapter->stats.allocations);
	drm_gem_object_put(&alloc->gem);
}

/* Of a creation that failed. */
static void allocation_retire(struct dxg_object *obj)
{
	struct dxg_allocation *alloc = dxg_allocation_from(obj);

	dxg_batch_init(&alloc->batch, alloc->device, obj);
	list_add_tail(&alloc->batch_link, &alloc->batch.allocations);
	dxg_batch_start(&alloc->batch, 0);
}

/* Of a device that goes: one destruction for many, and one wake-up. */
static void allocation_retire_list(struct list_head *objects)
{
	struct dxg_object *obj = list_first_entry(objects, struct dxg_object, sibling), *next;
	struct dxg_allocation *first = dxg_allocation_from(obj);

	dxg_batch_init(&first->batch, first->device, obj);
	list_for_each_entry_safe(obj, next, objects, sibling) {
		list_del_init(&obj->sibling);
		list_add_tail(&dxg_allocation_from(obj)->batch_link, &first->batch.allocations);
	}
	dxg_batch_start(&first->batch, 0);
}

static const struct dxg_object_ops allocation_ops = {
	.type = DXG_OBJECT_ALLOCATION,
	.retire = allocation_retire,
	.retire_list = allocation_retire_list,
	.release = allocation_release,
};

/**
 * dxg_allocation_create() - Create the port's part of an allocation
 * @device: the device
 * @resource: the resource, or NULL
 *
 * Return: the allocation, unknown to the miniport, its handle not reserved; -ENOMEM.
 */
struct dxg_allocation *dxg_allocation_create(struct dxg_device *device,
					     struct dxg_resource *resource)
{
	struct dxg_allocation *alloc;

	alloc = kmem_cache_zalloc(allocation_cache, GFP_KERNEL);
	if (!alloc)
		return ERR_PTR(-ENOMEM);
	dxg_object_init(&alloc->base, &allocation_ops, resource ? &resource->base : &device->base);
	alloc->device = device;
	alloc->resource = resource;
	mutex_init(&alloc->lock);
	INIT_LIST_HEAD(&alloc->segment_link);
	alloc->priority = D3DKMT_ALLOCATION_PRIORITY_NORMAL;
	INIT_LIST_HEAD(&alloc->batch_link);
	alloc->gem.funcs = &allocation_gem_funcs;
	/* The size follows when the miniport has said it. */
	drm_gem_private_object_init(&device->adapter->ddev, &alloc->gem, PAGE_SIZE);
	atomic_inc(&device->adapter->stats.allocations);
	return alloc;
}

/**
 * dxg_allocation_lookup() - Find an allocation of a device
 * @device: the device
 * @handle: any value
 *
 * Return: the allocation with a reference; NULL: none, or another device's.
 */
struct dxg_allocation *dxg_allocation_lookup(struct dxg_device *device, u32 handle)
{
	struct dxg_handle_table *table = &device->process->table;
	struct dxg_allocation *alloc = NULL;
	struct dxg_object *obj;

	xa_lock(&table->xa);
	obj = dxg_handle_lookup_locked(table, handle, DXG_OBJECT_ALLOCATION);
	if (obj && dxg_allocation_from(obj)->device == device) {
		alloc = dxg_allocation_from(obj);
		dxg_object_get(obj);
	}
	xa_unlock(&table->xa);
	return alloc;
}

/**
 * dxg_allocation_get() - Take a reference
 * @alloc: the allocation
 */
void dxg_allocation_get(struct dxg_allocation *alloc)
{
	dxg_object_get(&alloc->base);
}

/**
 * dxg_allocation_put() - Drop a reference
 * @alloc: the allocation
 */
void dxg_allocation_put(struct dxg_allocation *alloc)
{
	dxg_object_put(&alloc->base);
}

static LLIST_HEAD(allocations_put);

static void allocation_put_work(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&allocations_put);
	struct dxg_allocation *alloc, *next;

	llist_for_each_entry_safe(alloc, next, list, put_link)
		dxg_allocation_put(alloc);
}

static DECLARE_WORK(allocations_put_work, allocation_put_work);

/**
 * dxg_allocation_put_later() - Drop a reference where the last one must not be
 * @alloc: the allocation
 */
void dxg_allocation_put_later(struct dxg_allocation *alloc)
{
	if (refcount_dec_not_one(&alloc->base.kref.refcount))
		return;
	/* It is the last, so nobody else is here with the same allocation. */
	llist_add(&alloc->put_link, &allocations_put);
	queue_work(dxg_wq, &allocations_put_work);
}

/* Whoever touches a mapping waits for the lock and then finds the new place. */
static void allocation_unmap_locked(struct dxg_allocation *alloc)
{
	struct drm_device *ddev = &alloc->device->adapter->ddev;

	lockdep_assert_held(&alloc->lock);

	if (alloc->mapping)
		drm_vma_node_unmap(&alloc->gem.vma_node, ddev->anon_inode->i_mapping);
}

/* Between the backing and the system segment, whose pages are pinned. */
static int allocation_copy_locked(struct dxg_allocation *alloc, struct dxg_ddi_backing *backing,
				  bool in)
{
	void *system = dxg_shmem_vmap_locked(alloc);
	void *device = backing->map.vaddr;
	int ret;

	if (!system)
		return -ENOMEM;
	ret = dxg_paging_copy(alloc->device->adapter, in ? device : system, in ? system : device,
			      alloc->gem.size);
	vunmap(system);
	return ret;
}

/* In a section of the adapter. */
static int allocation_pin_system_locked(struct dxg_allocation *alloc)
{
	const struct dxg_process *process = alloc->device->process;
	struct dxg_adapter *adapter = alloc->device->adapter;
	int ret;

	do {
		ret = dxg_shmem_pin_locked(alloc);
	} while (ret == -ENOMEM && dxg_vidmm_discard(adapter, process, alloc->gem.size));
	return ret;
}

/**
 * dxg_allocation_pin_pages_locked() - Have the bytes in memory, wherever they are
 * @alloc: the allocation, locked, about to be mapped
 *
 * From then on they stay in memory: a fault allocates nothing, and so cannot fail.
 *
 * Return: 0; -ENOMEM; -ENODEV: the adapter has been removed.
 */
int dxg_allocation_pin_pages_locked(struct dxg_allocation *alloc)
{
	int idx, ret;

	lockdep_assert_held(&alloc->lock);

	if (alloc->segment != DXG_SEGMENT_SYSTEM)
		return 0;
	if (!dxg_adapter_enter(alloc->device->adapter, &idx))
		return -ENODEV;
	ret = allocation_pin_system_locked(alloc);
	dxg_adapter_exit(idx);
	return ret;
}

static int allocation_page_in_locked(struct dxg_allocation *alloc, struct dxg_ddi_backing *backing)
{
	int ret;

	ret = allocation_pin_system_locked(alloc);
	if (ret)
		return ret;
	allocation_unmap_locked(alloc);
	ret = allocation_copy_locked(alloc, backing, true);
	if (ret) {
		if (!alloc->mapping)
			dxg_shmem_unpin_locked(alloc);
		return ret;
	}
	dxg_shmem_free_locked(alloc);
	return 0;
}

/* In a section of the adapter. */
static int allocation_enter_device_locked(struct dxg_allocation *alloc, bool evict)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_ddi_backing backing = {};
	struct mem_cgroup *old;
	int ret;

	lockdep_assert_held(&alloc->lock);

	if (alloc->segment == DXG_SEGMENT_DEVICE)
		return 0;
	/* Whoever needs it: it is the process that created it which pays. */
	old = set_active_memcg(pa->process->memcg);
	ret = dxg_backing_get(pa, alloc->width, alloc->height, alloc->gem.size, evict, &backing);
	set_active_memcg(old);
	if (ret)
		return ret;
	if (alloc->segment == DXG_SEGMENT_SYSTEM) {
		trace_dxg_paging_in(alloc);
		ret = allocation_page_in_locked(alloc, &backing);
		if (ret) {
			dxg_backing_put(pa->adapter, alloc->gem.size, &backing);
			return ret;
		}
	} else {
		trace_dxg_backing_create(alloc);
	}
	alloc->backing = backing;
	dxg_vidmm_place(alloc, DXG_SEGMENT_DEVICE);
	return 0;
}

static int allocation_enter_system_locked(struct dxg_allocation *alloc)
{
	int ret;

	/* To be told now, and not by a fault, that there is no memory. */
	ret = allocation_pin_system_locked(alloc);
	if (ret) {
		dxg_shmem_free_locked(alloc);
		return ret;
	}
	dxg_shmem_unpin_locked(alloc);
	trace_dxg_backing_create(alloc);
	dxg_vidmm_place(alloc, DXG_SEGMENT_SYSTEM);
	return 0;
}

/**
 * dxg_allocation_set_sysmem() - Give a new allocation memory of the program
 * @alloc: the allocation, not published
 * @sysmem: the memory; it is the allocation's
 */
void dxg_allocation_set_sysmem(struct dxg_allocation *alloc, struct dxg_sysmem *sysmem)
{
	mutex_lock(&alloc->lock);
	alloc->existing = true;
	alloc->read_only = sysmem->read_only;
	alloc->cpu_va = sysmem->va;
	alloc->sysmem = sysmem;
	trace_dxg_backing_create(alloc);
	dxg_vidmm_place(alloc, DXG_SEGMENT_USER);
	mutex_unlock(&alloc->lock);
}

/**
 * dxg_allocation_address() - Where engines find the bytes
 * @alloc: the allocation, pinned
 *
 * Return: an address of the kernel.
 */
void *dxg_allocation_address(const struct dxg_allocation *alloc)
{
	if (alloc->segment == DXG_SEGMENT_USER)
		return alloc->sysmem->address;
	return alloc->backing.map.vaddr;
}

/**
 * dxg_allocation_touch() - Make sure that an allocation has bytes for the CPU
 * @alloc: the allocation
 *
 * In the device segment if there is room, else in the system segment: the CPU does not
 * mind, and nothing is evicted for it. Takes the memory in the caller's context.
 *
 * Return: 0; -ENOMEM: no memory; -ENODEV: the adapter has been removed; -EINVAL: it is
 * being destroyed.
 */
int dxg_allocation_touch(struct dxg_allocation *alloc)
{
	int idx, ret = 0;

	mutex_lock(&alloc->lock);
	if (alloc->segment != DXG_SEGMENT_NONE)
		goto out_unlock;
	if (!dxg_adapter_enter(alloc->device->adapter, &idx)) {
		ret = -ENODEV;
		goto out_unlock;
	}
	if (alloc->zapped)
		ret = -EINVAL;
	else
		ret = allocation_enter_device_locked(alloc, false);
	if (ret == -ENOSPC || ret == -ENOMEM)
		ret = allocation_enter_system_locked(alloc);
	dxg_adapter_exit(idx);
out_unlock:
	mutex_unlock(&alloc->lock);
	return ret;
}

static int allocation_make_resident_locked(struct dxg_allocation *alloc)
{
	int idx, ret;

	if (alloc->segment == DXG_SEGMENT_DEVICE)
		return 0;
	if (alloc->segment == DXG_SEGMENT_USER)
		return dxg_sysmem_map(alloc->sysmem);
	if (!dxg_adapter_enter(alloc->device->adapter, &idx))
		return -ENODEV;
	ret = allocation_enter_device_locked(alloc, true);
	dxg_adapter_exit(idx);
	return ret;
}

/**
 * dxg_allocation_make_resident() - Bring an allocation into the device segment
 * @alloc: the allocation
 *
 * Evicts others for it, and may be evicted at once itself.
 *
 * Return: 0; -EBUSY: all that would have to make room is pinned; -ENOMEM: no memory;
 * -EINVAL: it is being destroyed; -ENODEV: the adapter has been removed.
 */
int dxg_allocation_make_resident(struct dxg_allocation *alloc)
{
	int ret = -EINVAL;

	mutex_lock(&alloc->lock);
	if (!alloc->zapped)
		ret = allocation_make_resident_locked(alloc);
	mutex_unlock(&alloc->lock);
	return ret;
}

/**
 * dxg_allocation_make_resident_waiting() - The same, waiting for commands in the way
 * @alloc: the allocation
 *
 * Those are armed, and so end in bounded time.
 *
 * Return: 0; -ENOMEM; -EINVAL; -ENODEV.
 */
int dxg_allocation_make_resident_waiting(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	struct dxg_vidmm_wait wait;
	int ret;

	ret = dxg_allocation_make_resident(alloc);
	if (ret != -EBUSY)
		return ret;
	dxg_vidmm_wait_begin(adapter, &wait);
	do {
		ret = dxg_allocation_make_resident(alloc);
	} while (ret == -EBUSY && dxg_vidmm_wait_room(adapter, &wait, 0));
	dxg_vidmm_wait_end(adapter);
	return ret == -EBUSY ? -ENOMEM : ret;
}

/**
 * dxg_allocation_pin() - Bring an allocation into the device segment to stay
 * @alloc: the allocation; may be being destroyed, if a command is in the way of that
 *
 * Return: 0; -EFAULT: it was destroyed and commands must not use it; -EBUSY: all that
 * would have to make room is pinned; -ENOMEM: no memory; -ENODEV.
 */
int dxg_allocation_pin(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;
	int ret = -EFAULT;

	mutex_lock(&alloc->lock);
	/* What runs its destruction takes the lock after it has set this. */
	if (!READ_ONCE(alloc->revoked))
		ret = allocation_make_resident_locked(alloc);
	if (!ret) {
		atomic_inc(&alloc->pins);
		atomic_inc(&adapter->pins);
		dxg_vidmm_touch(alloc);
	}
	mutex_unlock(&alloc->lock);
	return ret;
}

/**
 * dxg_allocation_unpin() - Undo dxg_allocation_pin()
 * @alloc: the allocation
 *
 * In any context.
 */
void dxg_allocation_unpin(struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	atomic_dec(&alloc->pins);
	atomic_dec(&adapter->pins);
	dxg_vidmm_wake(adapter);
}

static void allocation_leave_device_locked(struct dxg_allocation *alloc, enum dxg_segment segment)
{
	struct dxg_adapter *adapter = alloc->device->adapter;

	adapter->ops->destroy_backing(adapter->context, &alloc->backing);
	/* Last: a removal waits, by our lock, for what is on a list. */
	spin_lock(&adapter->vidmm_lock);
	dxg_vidmm_place_locked(alloc, segment);
	atomic64_sub(alloc->gem.size, &adapter->segment_used);
	spin_unlock(&adapter->vidmm_lock);
	dxg_vidmm_wake(adapter);
}

/**
 * dxg_allocation_discard_locked() - Give the bytes of an offered allocation up
 * @alloc: the allocation, locked, offered and not in use; nothing maps it
 *
 * In a section of the adapter, if it is in the device segment.
 */
void dxg_allocation_discard_locked(struct dxg_allocation *alloc)
{
	lockdep_assert_held(&alloc->lock);

	trace_dxg_backing_discard(alloc);
	alloc->discarded = true;
	if (alloc->segment == DXG_SEGMENT_DEVICE) {
		allocation_leave_device_locked(alloc, DXG_SEGMENT_NONE);
	} else {
		dxg_shmem_free_locked(alloc);
		dxg_vidmm_place(alloc, DXG_SEGMENT_NONE);
	}
}

/**
 * dxg_allocation_evict_locked() - Move an allocation out of the device segment
 * @alloc: the allocation, locked, not pinned, in the device segment
 *
 * In a section of the adapter. On failure it is where it was.
 *
 * Return: 0; -ENOMEM: no memory, or the paging node did not answer; -ENODEV.
 */
int dxg_allocation_evict_locked(struct dxg_allocation *alloc)
{
	int ret;

	lockdep_assert_held(&alloc->lock);

	trace_dxg_paging_out(alloc);
	ret = allocation_pin_system_locked(alloc);
	if (ret) {
		dxg_shmem_free_locked(alloc);
		return ret;
	}
	allocation_unmap_locked(alloc);
	ret = allocation_copy_locked(alloc, &alloc->backing, false);
	if (ret) {
		dxg_shmem_free_locked(alloc);
		return ret;
	}
	if (!alloc->mapping)
		dxg_shmem_unpin_locked(alloc);
	allocation_leave_device_locked(alloc, DXG_SEGMENT_SYSTEM);
	return 0;
}

/**
 * dxg_allocation_zap() - Take the bytes away from the CPU, for good
 * @alloc: the allocation
 *
 * A thread that touches a mapping afterwards gets SIGBUS. The mapping itself stays.
 *
 * Return: whether there is a mapping.
 */
bool dxg_allocation_zap(struct dxg_allocation *alloc)
{
	bool mapped;

	mutex_lock(&alloc->lock);
	alloc->zapped = true;
	mapped = alloc->mapping;
	allocation_unmap_locked(alloc);
	mutex_unlock(&alloc->lock);

	return mapped;
}

/* The process may keep the memory: a removal that waits for our lock finds it there. */
static bool allocation_keep_locked(struct dxg_allocation *alloc)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&alloc->base);
	struct dxg_adapter *adapter = pa->adapter;
	bool kept;

	spin_lock(&adapter->vidmm_lock);
	kept = dxg_backing_keep_locked(pa, alloc->width, alloc->height, alloc->gem.size,
				       &alloc->backing);
	if (kept)
		dxg_vidmm_place_locked(alloc, DXG_SEGMENT_NONE);
	spin_unlock(&adapter->vidmm_lock);
	return kept;
}

/**
 * dxg_allocation_unback() - Give the memory back
 * @alloc: the allocation, zapped and not used by any command
 * @keep: the process may keep it for its next allocation
 */
void dxg_allocation_unback(struct dxg_allocation *alloc, bool keep)
{
	mutex_lock(&alloc->lock);
	if (alloc->segment != DXG_SEGMENT_NONE)
		trace_dxg_backing_destroy(alloc);
	switch (alloc->segment) {
	case DXG_SEGMENT_DEVICE:
		if (keep && allocation_keep_locked(alloc))
			break;
		allocation_leave_device_locked(alloc, DXG_SEGMENT_NONE);
		break;
	case DXG_SEGMENT_SYSTEM:
		dxg_shmem_free_locked(alloc);
		dxg_vidmm_place(alloc, DXG_SEGMENT_NONE);
		break;
	case DXG_SEGMENT_USER:
		dxg_sysmem_free(alloc->sysmem);
		alloc->sysmem = NULL;
		dxg_vidmm_place(alloc, DXG_SEGMENT_NONE);
		break;
	default:
		break;
	}
	mutex_unlock(&alloc->lock);
}
