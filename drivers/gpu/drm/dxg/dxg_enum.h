/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ENUM_H
#define _DXG_ENUM_H

struct dxg_adapter;

void dxg_enum_add(struct dxg_adapter *adapter);
void dxg_enum_remove(struct dxg_adapter *adapter);

#endif /* _DXG_ENUM_H */
