/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SYNC_SHARE_H
#define _DXG_SYNC_SHARE_H

struct dxg_sync;
struct file;

struct file *dxg_sync_share(struct dxg_sync *sync);

#endif /* _DXG_SYNC_SHARE_H */
