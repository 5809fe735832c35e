/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ENUM_H
#define _DXG_ENUM_H

struct d3dkmt_luid;
struct dxg_adapter;
struct dxg_process;

void dxg_enum_add(struct dxg_adapter *adapter);
void dxg_enum_remove(struct dxg_adapter *adapter);
struct dxg_adapter *dxg_enum_find(struct dxg_process *process, const struct d3dkmt_luid *luid);

#endif /* _DXG_ENUM_H */
