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

#include "dxg_gem.h"
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

static int shmem_open_locked(struct dxg_gem_object *bo)
{
	struct file *file;

	if (bo->base.filp)
		return 0;
	file = shmem_file_setup("dxg", bo->base.size, mk_vma_flags(VMA_NORESERVE_BIT));
	if (IS_ERR(file))
		return -ENOMEM;
	mapping_set_gfp_mask(file->f_mapping, DXG_SHMEM_GFP);
	bo->base.filp = file;
	return 0;
}

/**
 * dxg_shmem_pin_locked() - Have all pages of the system segment in memory
 * @bo: the object, locked
 *
 * Makes the file where there is none. Its pages stay until dxg_shmem_unpin_locked().
 *
 * Return: 0; -ENOMEM: no memory, or a page could not be read back from swap.
 */
int dxg_shmem_pin_locked(struct dxg_gem_object *bo)
{
	struct mem_cgroup *old;
	struct page **pages;
	int ret;

	lockdep_assert_held(&bo->lock);

	if (bo->pages)
		return 0;
	/* The inode is the caller's: a charge for it might kill somebody. */
	ret = shmem_open_locked(bo);
	if (ret)
		return ret;
	old = set_active_memcg(bo->pa->process->memcg);
	pages = drm_gem_get_pages(&bo->base);
	set_active_memcg(old);
	if (IS_ERR(pages))
		return -ENOMEM;
	bo->pages = pages;
	return 0;
}

/**
 * dxg_shmem_unpin_locked() - Let the kernel swap the pages
 * @bo: the object, locked; nothing has its page frames
 */
void dxg_shmem_unpin_locked(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->lock);

	if (!bo->pages)
		return;
	drm_gem_put_pages(&bo->base, bo->pages, true, false);
	bo->pages = NULL;
}

/**
 * dxg_shmem_free_locked() - Give the pages and what is in them up
 * @bo: the object, locked; nothing has its page frames
 */
void dxg_shmem_free_locked(struct dxg_gem_object *bo)
{
	dxg_shmem_unpin_locked(bo);
	if (!bo->base.filp)
		return;
	/* The last put of a file may come later, and the memory is to be back now. */
	shmem_truncate_range(file_inode(bo->base.filp), 0, (loff_t)-1);
	fput(bo->base.filp);
	bo->base.filp = NULL;
}

/**
 * dxg_shmem_vmap_locked() - Map the pages into the kernel
 * @bo: the object, locked, its pages pinned
 *
 * Return: the address, for vunmap(); NULL: no memory.
 */
void *dxg_shmem_vmap_locked(struct dxg_gem_object *bo)
{
	lockdep_assert_held(&bo->lock);

	return vmap(bo->pages, bo->base.size >> PAGE_SHIFT, VM_MAP, PAGE_KERNEL);
}
