// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "dxg_sysmem.h"

/**
 * DOC: Existing system memory
 *
 * Memory that the program has already, as the bytes of an allocation: what a program
 * writes there an engine reads, without a copy. Its pages are pinned from the creation to
 * the end of the destruction, so they count against RLIMIT_MEMLOCK, as for RDMA. They are
 * in no segment and never move.
 *
 * Anonymous memory only, and what a private mapping of a file becomes by being pinned. The
 * pages of a file belong to its file system, which has to know when somebody writes.
 *
 * What the program does with the range afterwards is its own affair: if it unmaps it, the
 * allocation still has the pages.
 *
 * Refused: the account in mm->locked_vm. It is changed under mmap_lock, and memory is given
 * back under locks that a page fault takes inside mmap_lock.
 */

/* Pages that are pinned between two looks at signals. */
#define DXG_SYSMEM_CHUNK	1024

static int sysmem_account(struct dxg_sysmem *sysmem)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	u64 pinned = atomic64_add_return(sysmem->num, &sysmem->mm->pinned_vm);

	if (pinned <= limit || capable(CAP_IPC_LOCK))
		return 0;
	atomic64_sub(sysmem->num, &sysmem->mm->pinned_vm);
	return -ENOMEM;
}

static int sysmem_pin(struct dxg_sysmem *sysmem, unsigned long *pinned)
{
	unsigned int flags = FOLL_LONGTERM | (sysmem->read_only ? 0 : FOLL_WRITE);
	unsigned long i;
	int ret;

	while (*pinned < sysmem->num) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = pin_user_pages_fast(sysmem->va + (*pinned << PAGE_SHIFT),
					  min(sysmem->num - *pinned, DXG_SYSMEM_CHUNK), flags,
					  sysmem->pages + *pinned);
		if (ret <= 0)
			return ret == -ENOMEM || ret == -EINTR ? ret : -EFAULT;
		*pinned += ret;
		cond_resched();
	}
	for (i = 0; i < sysmem->num; i++)
		if (!PageAnon(sysmem->pages[i]))
			return -EINVAL;
	return 0;
}

/**
 * dxg_sysmem_create() - Pin a range of the caller's memory
 * @va: its address, page-aligned
 * @size: its bytes, a multiple of the page size
 * @read_only: engines are not to write to it, and the caller need not be able to
 *
 * May wait for page faults of the caller: with no lock held.
 *
 * Return: the memory; -EFAULT: a part of it is not mapped, or not writable, or its file
 * system forbids it; -EINVAL: a part of it is not anonymous; -ENOMEM: no memory, or more
 * than RLIMIT_MEMLOCK; -EINTR: killed.
 */
struct dxg_sysmem *dxg_sysmem_create(u64 va, u64 size, bool read_only)
{
	struct dxg_sysmem *sysmem;
	unsigned long pinned = 0;
	int ret = -ENOMEM;

	if (va > ULONG_MAX || size > ULONG_MAX || va + size < va ||
	    !access_ok((void __user *)(unsigned long)va, size))
		return ERR_PTR(-EFAULT);
	sysmem = kzalloc(sizeof(*sysmem), GFP_KERNEL_ACCOUNT);
	if (!sysmem)
		return ERR_PTR(-ENOMEM);
	sysmem->va = va;
	sysmem->num = size >> PAGE_SHIFT;
	sysmem->read_only = read_only;
	sysmem->mm = current->mm;
	sysmem->pages = kvmalloc_array(sysmem->num, sizeof(*sysmem->pages), GFP_KERNEL_ACCOUNT);
	if (!sysmem->pages)
		goto err_free;
	ret = sysmem_account(sysmem);
	if (ret)
		goto err_free;
	ret = sysmem_pin(sysmem, &pinned);
	if (ret)
		goto err_unpin;
	mmgrab(sysmem->mm);
	return sysmem;

err_unpin:
	unpin_user_pages(sysmem->pages, pinned);
	atomic64_sub(sysmem->num, &sysmem->mm->pinned_vm);
err_free:
	kvfree(sysmem->pages);
	kfree(sysmem);
	return ERR_PTR(ret);
}

/**
 * dxg_sysmem_free() - Give the memory back to its program
 * @sysmem: the memory, which nothing uses any more
 */
void dxg_sysmem_free(struct dxg_sysmem *sysmem)
{
	vunmap(sysmem->address);
	unpin_user_pages_dirty_lock(sysmem->pages, sysmem->num, !sysmem->read_only);
	atomic64_sub(sysmem->num, &sysmem->mm->pinned_vm);
	mmdrop(sysmem->mm);
	kvfree(sysmem->pages);
	kfree(sysmem);
}

/**
 * dxg_sysmem_map() - Have the memory mapped into the kernel, for engines
 * @sysmem: the memory; the allocation's lock is held
 *
 * Return: 0; -ENOMEM.
 */
int dxg_sysmem_map(struct dxg_sysmem *sysmem)
{
	if (!sysmem->address)
		sysmem->address = vmap(sysmem->pages, sysmem->num, VM_MAP,
				       sysmem->read_only ? PAGE_KERNEL_RO : PAGE_KERNEL);
	return sysmem->address ? 0 : -ENOMEM;
}
