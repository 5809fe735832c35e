// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/file.h>
#include <linux/lockdep.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/vmalloc.h>

#include <drm/drm_gem.h>

#include "dxg_allocation.h"
#include "dxg_compat.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_shmem.h"

/**
 * DOC: System segment
 *
 * The bytes of an allocation that is not in the device segment are those of a shmem
 * file of its own, made when they first come here and gone when they leave. Its pages
 * are charged to the memory cgroup of the process that created the allocation, whoever
 * moves them, and the kernel may swap them. They are pinned while they move and while
 * the allocation is locked, because a mapping of ours has page frames and no pages
 * that the kernel could take away from it.
 *
 * A page that cannot be had is an error for whoever wanted it, and no reason to kill a
 * process.
 *
 * Refused: plain pages, as they could not be swapped.
 */

#define DXG_SHMEM_GFP	(GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static int shmem_open_locked(struct dxg_allocation *alloc)
{
	struct file *file;

	if (alloc->gem.filp)
		return 0;
	file = shmem_file_setup("dxg", alloc->gem.size, mk_vma_flags(VMA_NORESERVE_BIT));
	if (IS_ERR(file))
		return -ENOMEM;
	mapping_set_gfp_mask(file->f_mapping, DXG_SHMEM_GFP);
	alloc->gem.filp = file;
	return 0;
}

/**
 * dxg_shmem_pin_locked() - Have all pages of the system segment in memory
 * @alloc: the allocation, locked
 *
 * Makes the file where there is none. Its pages stay until dxg_shmem_unpin_locked().
 *
 * Return: 0; -ENOMEM: no memory, or a page could not be read back from swap.
 */
int dxg_shmem_pin_locked(struct dxg_allocation *alloc)
{
	struct mem_cgroup *old;
	struct page **pages;
	int ret;

	lockdep_assert_held(&alloc->lock);

	if (alloc->pages)
		return 0;
	/* The inode is the caller's: a charge for it might kill somebody. */
	ret = shmem_open_locked(alloc);
	if (ret)
		return ret;
	old = set_active_memcg(alloc->device->process->memcg);
	pages = drm_gem_get_pages(&alloc->gem);
	set_active_memcg(old);
	if (IS_ERR(pages))
		return -ENOMEM;
	alloc->pages = pages;
	return 0;
}

/**
 * dxg_shmem_unpin_locked() - Let the kernel swap the pages
 * @alloc: the allocation, locked; nothing has its page frames
 */
void dxg_shmem_unpin_locked(struct dxg_allocation *alloc)
{
	lockdep_assert_held(&alloc->lock);

	if (!alloc->pages)
		return;
	drm_gem_put_pages(&alloc->gem, alloc->pages, true, false);
	alloc->pages = NULL;
}

/**
 * dxg_shmem_free_locked() - Give the pages and what is in them up
 * @alloc: the allocation, locked; nothing has its page frames
 */
void dxg_shmem_free_locked(struct dxg_allocation *alloc)
{
	dxg_shmem_unpin_locked(alloc);
	if (!alloc->gem.filp)
		return;
	/* The last put of a file may come later, and the memory is to be back now. */
	shmem_truncate_range(file_inode(alloc->gem.filp), 0, (loff_t)-1);
	fput(alloc->gem.filp);
	alloc->gem.filp = NULL;
}

/**
 * dxg_shmem_vmap_locked() - Map the pages into the kernel
 * @alloc: the allocation, locked, its pages pinned
 *
 * Return: the address, for vunmap(); NULL: no memory.
 */
void *dxg_shmem_vmap_locked(struct dxg_allocation *alloc)
{
	lockdep_assert_held(&alloc->lock);

	return vmap(alloc->pages, alloc->gem.size >> PAGE_SHIFT, VM_MAP, PAGE_KERNEL);
}
