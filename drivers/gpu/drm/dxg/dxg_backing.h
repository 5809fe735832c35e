/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_BACKING_H
#define _DXG_BACKING_H

#include <linux/types.h>

struct dxg_adapter;
struct dxg_ddi_backing;
struct dxg_process_adapter;

void dxg_backing_init(struct dxg_adapter *adapter);
void dxg_backing_fini(struct dxg_adapter *adapter);

int dxg_backing_get(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size, bool evict,
		    struct dxg_ddi_backing *backing);
void dxg_backing_put(struct dxg_adapter *adapter, u64 size, struct dxg_ddi_backing *backing);
bool dxg_backing_keep_locked(struct dxg_process_adapter *pa, u32 width, u32 height, u64 size,
			     const struct dxg_ddi_backing *backing);
u64 dxg_backing_trim(struct dxg_adapter *adapter, u64 bytes);
void dxg_backing_forget(struct dxg_process_adapter *pa);
void dxg_backing_revoke_all(struct dxg_adapter *adapter);

#endif /* _DXG_BACKING_H */
