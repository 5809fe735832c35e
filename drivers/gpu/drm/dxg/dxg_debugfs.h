/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_DEBUGFS_H
#define _DXG_DEBUGFS_H

struct dxg_adapter;

void dxg_debugfs_init(struct dxg_adapter *adapter);
const char *dxg_debugfs_check(struct dxg_adapter *adapter);

#endif /* _DXG_DEBUGFS_H */
