/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_PAGING_H
#define _DXG_PAGING_H

#include <linux/types.h>

struct dxg_process_adapter;

int dxg_paging_copy(struct dxg_process_adapter *pa, void *dst, void *src, u64 size);

#endif /* _DXG_PAGING_H */
