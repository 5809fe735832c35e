// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_vma_manager.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_mapping.h"
#include "dxg_process.h"
#include "dxg_shmem.h"

/**
 * DOC: CPU mappings
 *
 * Lock2 gives the caller an address, so the driver maps on the caller's behalf.
 * What it maps is a file of its own, made for the one mapping: the caller's file is
 * /dev/dxg, opened for reading only and shared by all that it ever maps. The file lives
 * as long as its mappings, and with it the module and the adapter, but neither the
 * allocation nor the device: user space may keep a dead mapping for as long as it likes.
 *
 * Faults of an allocation look up the page where its bytes are, by the offset in the file
 * and not the address in the mapping, so what remains of a mapping that the user has cut
 * shows the right bytes. When the bytes move, the mapping is emptied and faults again.
 * After the destruction or the removal faults are SIGBUS. All files of an adapter share
 * the address space of its DRM device, each allocation has its range there, and unmapping
 * that range is how bytes are taken away everywhere at once. A child of fork() inherits
 * nothing: its handles are not valid either.
 *
 * The page of a fence's value is counted like any page; a mapping that outlives the
 * fence shows the last value.
 *
 * Refused: vm_ops of the in-tree object's shmem helper. They take the page from the
 * address relative to the mapping, cannot follow bytes that move, and
 * stay when the in-tree device goes.
 *
 * Lock order: process->map_lock > mmap_lock > mapping->lock > bo->lock.
 */

/* Bytes that one fault maps at most. */
#define DXG_FAULT_AROUND	SZ_64K

/**
 * struct dxg_mapping - A locked allocation in an address space
 * @kref: count; one of the file, one of the allocation
 * @adapter: the adapter, counted: the file is in its DRM device's address space
 * @lock: covers @alloc
 * @alloc: the allocation; NULL when its bytes have been taken away
 */
struct dxg_mapping {
	struct kref kref;
	struct dxg_adapter *adapter;
	struct mutex lock;	/* see above */
	struct dxg_allocation *alloc;
};

static void mapping_release(struct kref *kref)
{
	struct dxg_mapping *mapping = container_of(kref, struct dxg_mapping, kref);

	mutex_destroy(&mapping->lock);
	dxg_adapter_put(mapping->adapter);
	kfree(mapping);
}

static void mapping_put(struct dxg_mapping *mapping)
{
	kref_put(&mapping->kref, mapping_release);
}

/* The page, and those behind it in its 64 KiB that the mapping and the backing have. */
static vm_fault_t allocation_fault_around(struct dxg_gem_object *bo, struct vm_fault *vmf,
					  unsigned long offset)
{
	unsigned long address = vmf->address;
	unsigned long end = min(vmf->vma->vm_end, ALIGN(address + 1, DXG_FAULT_AROUND));
	vm_fault_t ret, around;

	end = min(end, address + bo->base.size - offset);
	ret = vmf_insert_pfn(vmf->vma, address, dxg_gem_pfn_locked(bo, offset));
	for (around = ret; around == VM_FAULT_NOPAGE; ) {
		address += PAGE_SIZE;
		offset += PAGE_SIZE;
		if (address >= end)
			break;
		around = vmf_insert_pfn(vmf->vma, address, dxg_gem_pfn_locked(bo, offset));
	}
	return ret;
}

static vm_fault_t allocation_fault_locked(struct dxg_allocation *alloc, struct vm_fault *vmf)
{
	struct dxg_gem_object *bo = alloc->bo;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	unsigned long offset;

	mutex_lock(&bo->lock);
	offset = (vmf->pgoff - drm_vma_node_start(&bo->base.vma_node)) << PAGE_SHIFT;
	if (bo->segment == DXG_SEGMENT_NONE || alloc->zapped || offset >= bo->base.size)
		goto out_unlock;
	/* What is mapped has its pages pinned, as the mapping keeps their frames. */
	if (bo->segment != DXG_SEGMENT_SYSTEM || !WARN_ON_ONCE(!bo->pages))
		ret = allocation_fault_around(bo, vmf, offset);
out_unlock:
	mutex_unlock(&bo->lock);
	return ret;
}

static vm_fault_t allocation_fault(struct vm_fault *vmf)
{
	struct dxg_mapping *mapping = vmf->vma->vm_private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&mapping->lock);
	if (mapping->alloc)
		ret = allocation_fault_locked(mapping->alloc, vmf);
	mutex_unlock(&mapping->lock);
	return ret;
}

static const struct vm_operations_struct allocation_vm_ops = {
	.fault = allocation_fault,
};

static int allocation_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* Private copies of page frames cannot be taken away again. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &allocation_vm_ops;
	vma->vm_private_data = file->private_data;
	return 0;
}

static int allocation_file_release(struct inode *inode, struct file *file)
{
	mapping_put(file->private_data);
	return 0;
}

static const struct file_operations allocation_fops = {
	.owner = THIS_MODULE,
	.mmap = allocation_mmap,
	.release = allocation_file_release,
};

static int page_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
	return vm_insert_page(vma, vma->vm_start, file->private_data);
}

static int page_file_release(struct inode *inode, struct file *file)
{
	put_page(file->private_data);
	return 0;
}

static const struct file_operations page_fops = {
	.owner = THIS_MODULE,
	.mmap = page_mmap,
	.release = page_file_release,
};

/**
 * dxg_mapping_map_page() - Map a page for reading into the caller
 * @page: the page
 *
 * Return: the address; a negative errno, to be tested with IS_ERR_VALUE().
 */
unsigned long dxg_mapping_map_page(struct page *page)
{
	struct file *file;
	unsigned long va;

	get_page(page);
	file = anon_inode_getfile("[dxg-fence]", &page_fops, page, O_RDONLY);
	if (IS_ERR(file)) {
		put_page(page);
		return PTR_ERR(file);
	}
	va = vm_mmap(file, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 0);
	fput(file);
	return va;
}

static struct dxg_mapping *mapping_create(struct dxg_allocation *alloc)
{
	struct dxg_mapping *mapping;

	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return NULL;
	kref_init(&mapping->kref);
	mutex_init(&mapping->lock);
	mapping->alloc = alloc;
	mapping->adapter = alloc->device->adapter;
	dxg_adapter_get(mapping->adapter);
	return mapping;
}

/* From then on whoever takes the bytes away finds the mapping. */
static int mapping_attach(struct dxg_mapping *mapping, struct dxg_allocation *alloc)
{
	struct dxg_gem_object *bo = alloc->bo;
	int ret;

	mutex_lock(&bo->lock);
	ret = drm_gem_create_mmap_offset(&bo->base);
	/* It is being destroyed, or has been offered and discarded since it got bytes. */
	if (alloc->zapped || bo->segment == DXG_SEGMENT_NONE)
		ret = -EINVAL;
	if (!ret)
		ret = dxg_gem_pin_pages_locked(bo);
	if (!ret) {
		alloc->mapping = mapping;
		bo->mappings++;
	}
	mutex_unlock(&bo->lock);
	return ret;
}

static void mapping_drop(struct dxg_allocation *alloc)
{
	struct dxg_mapping *mapping = alloc->mapping;
	struct dxg_gem_object *bo = alloc->bo;

	lockdep_assert_held(&alloc->device->process->map_lock);

	mutex_lock(&mapping->lock);
	mapping->alloc = NULL;
	mutex_unlock(&mapping->lock);
	/* Nothing is left to unmap, unless munmap() failed. */
	dxg_gem_unmap(bo);
	mutex_lock(&bo->lock);
	alloc->mapping = NULL;
	if (!--bo->mappings)
		dxg_shmem_unpin_locked(bo);
	mutex_unlock(&bo->lock);
	mapping_put(mapping);
}

static unsigned long mapping_map_file(struct dxg_mapping *mapping, struct dxg_allocation *alloc)
{
	struct file *file;
	unsigned long va;

	kref_get(&mapping->kref);
	file = anon_inode_getfile("[dxg-allocation]", &allocation_fops, mapping, O_RDWR);
	if (IS_ERR(file)) {
		mapping_put(mapping);
		return PTR_ERR(file);
	}
	file->f_mapping = mapping->adapter->ddev.anon_inode->i_mapping;
	va = vm_mmap(file, 0, alloc->bo->base.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		     drm_vma_node_offset_addr(&alloc->bo->base.vma_node));
	fput(file);
	return va;
}

static int mapping_map_locked(struct dxg_allocation *alloc)
{
	struct dxg_mapping *mapping;
	unsigned long va;
	int ret;

	lockdep_assert_held(&alloc->device->process->map_lock);

	mapping = mapping_create(alloc);
	if (!mapping)
		return -ENOMEM;
	ret = mapping_attach(mapping, alloc);
	if (ret) {
		mapping_put(mapping);
		return ret;
	}
	va = mapping_map_file(mapping, alloc);
	if (IS_ERR_VALUE(va)) {
		mapping_drop(alloc);
		return va;
	}
	alloc->cpu_va = va;
	return 0;
}

/* Find the next part of a range that still maps a thing of ours. */
static bool mapping_find(struct mm_struct *mm, const struct file_operations *fops, void *data,
			 unsigned long *start, unsigned long *end)
{
	struct vm_area_struct *vma;
	unsigned long pos = *start;
	bool found = false;

	mmap_read_lock(mm);
	while (pos < *end && (vma = find_vma(mm, pos)) && vma->vm_start < *end) {
		if (vma->vm_file && vma->vm_file->f_op == fops &&
		    vma->vm_file->private_data == data) {
			*start = max(vma->vm_start, pos);
			*end = min(vma->vm_end, *end);
			found = true;
			break;
		}
		pos = vma->vm_end;
	}
	mmap_read_unlock(mm);
	return found;
}

/*
 * Unmap what is left of a mapping in the caller. Best effort: what another thread
 * maps there between look and unmap goes too, as with any munmap() of a stale range.
 */
static void mapping_unmap(struct dxg_process *process, unsigned long va, unsigned long size,
			  const struct file_operations *fops, void *data)
{
	unsigned long start = va, end = va + size;

	if (!process->mm || process->mm != current->mm)
		return;
	while (mapping_find(process->mm, fops, data, &start, &end)) {
		if (vm_munmap(start, end - start))
			break;
		start = end;
		end = va + size;
	}
}

/**
 * dxg_mapping_unmap_page() - Undo dxg_mapping_map_page()
 * @process: the process
 * @va: its address
 * @page: the page
 *
 * Does nothing in another address space.
 */
void dxg_mapping_unmap_page(struct dxg_process *process, unsigned long va, struct page *page)
{
	mapping_unmap(process, va, PAGE_SIZE, &page_fops, page);
}

static void mapping_unmap_locked(struct dxg_allocation *alloc)
{
	struct dxg_process *process = alloc->device->process;

	lockdep_assert_held(&process->map_lock);

	mapping_unmap(process, alloc->cpu_va, alloc->bo->base.size, &allocation_fops,
		      alloc->mapping);
	mapping_drop(alloc);
	alloc->locks = 0;
}

/**
 * dxg_mapping_revoke() - End a mapping, however often the allocation is locked
 * @alloc: the allocation, zapped: what is not mapped then cannot be mapped later
 *
 * In the address space of the process the mapping goes too; where the caller is another
 * one, what is left of it faults.
 */
void dxg_mapping_revoke(struct dxg_allocation *alloc)
{
	struct dxg_process *process = alloc->device->process;

	mutex_lock(&process->map_lock);
	if (alloc->mapping)
		mapping_unmap_locked(alloc);
	mutex_unlock(&process->map_lock);
}

static int mapping_lock(struct dxg_allocation *alloc, u64 *va)
{
	struct dxg_process *process = alloc->device->process;
	int ret = 0;

	mutex_lock(&process->map_lock);
	if (alloc->bo->offered)
		ret = -EINVAL;
	else if (!alloc->locks)
		ret = mapping_map_locked(alloc);
	else if (alloc->locks == U32_MAX)
		ret = -ENOMEM;
	if (!ret) {
		alloc->locks++;
		*va = alloc->cpu_va;
	}
	mutex_unlock(&process->map_lock);
	return ret;
}

static int mapping_unlock(struct dxg_allocation *alloc)
{
	struct dxg_process *process = alloc->device->process;
	int ret = -EINVAL;

	mutex_lock(&process->map_lock);
	if (alloc->locks) {
		ret = 0;
		if (!--alloc->locks)
			mapping_unmap_locked(alloc);
	}
	mutex_unlock(&process->map_lock);
	return ret;
}

/* The caller never learned the address: as if it had not locked. */
static void lock_undo(struct dxg_object *obj)
{
	mapping_unlock(dxg_allocation_from(obj));
}

/**
 * dxg_ioctl_allocation_lock() - D3DKMTLock2
 * @call: struct d3dkmt_lock2
 *
 * Return: 0; -EINVAL; -EPERM; -EACCES; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_allocation_lock(struct dxg_call *call)
{
	struct d3dkmt_lock2 *args = call->args;
	struct dxg_allocation *alloc;
	struct dxg_device *device;
	int ret;

	if (args->flags)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = -EINVAL;
	alloc = dxg_allocation_lookup(device, args->allocation);
	if (!alloc)
		goto out_put_device;
	ret = dxg_process_bind_mm(call->process);
	if (!ret && READ_ONCE(alloc->bo->offered))
		ret = -EINVAL;
	if (ret)
		goto out_put;
	/* The program's own memory is mapped, and not counted. */
	if (dxg_allocation_is_mapped(alloc)) {
		args->data = alloc->cpu_va;
		goto out_put;
	}
	/* Another program's. */
	ret = -EACCES;
	if (alloc->bo->read_only)
		goto out_put;
	ret = dxg_allocation_touch(alloc);
	if (!ret)
		ret = mapping_lock(alloc, &args->data);
	if (!ret)
		dxg_call_undo(call, lock_undo, &alloc->base);
out_put:
	dxg_allocation_put(alloc);
out_put_device:
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_allocation_unlock() - D3DKMTUnlock2
 * @call: struct d3dkmt_unlock2
 *
 * Return: 0; -EINVAL; -EPERM: on a DRM node, a foreign address space.
 */
int dxg_ioctl_allocation_unlock(struct dxg_call *call)
{
	const struct d3dkmt_unlock2 *args = call->args;
	struct dxg_allocation *alloc;
	struct dxg_device *device;
	int ret = -EINVAL;

	device = dxg_device_lookup(call->process, args->device);
	if (!device)
		return -EINVAL;
	alloc = dxg_allocation_lookup(device, args->allocation);
	if (!alloc)
		goto out_put_device;
	ret = dxg_process_bind_mm(call->process);
	if (!ret && !dxg_allocation_is_mapped(alloc))
		ret = mapping_unlock(alloc);
	dxg_allocation_put(alloc);
out_put_device:
	dxg_device_put(device);
	return ret;
}
