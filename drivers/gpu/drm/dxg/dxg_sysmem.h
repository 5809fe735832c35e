/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SYSMEM_H
#define _DXG_SYSMEM_H

#include <linux/types.h>

struct mm_struct;
struct page;

/**
 * struct dxg_sysmem - Memory of user space that is an allocation's
 * @mm: address space that it is accounted to, by mmgrab()
 * @va: where it is there
 * @num: pages
 * @read_only: engines must not write to it
 * @pages: the pages, pinned
 * @address: kernel mapping of all of it, or NULL
 */
struct dxg_sysmem {
	struct mm_struct *mm;
	unsigned long va;
	unsigned long num;
	bool read_only;
	struct page **pages;
	void *address;
};

struct dxg_sysmem *dxg_sysmem_create(u64 va, u64 size, bool read_only);
void dxg_sysmem_free(struct dxg_sysmem *sysmem);
int dxg_sysmem_map(struct dxg_sysmem *sysmem);

#endif /* _DXG_SYSMEM_H */
