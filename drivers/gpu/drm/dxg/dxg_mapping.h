/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_MAPPING_H
#define _DXG_MAPPING_H

struct dxg_allocation;
struct dxg_process;
struct page;

unsigned long dxg_mapping_map_page(struct page *page);
void dxg_mapping_unmap_page(struct dxg_process *process, unsigned long va, struct page *page);
void dxg_mapping_revoke(struct dxg_allocation *alloc);

#endif /* _DXG_MAPPING_H */
