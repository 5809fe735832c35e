/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ATTACH_H
#define _DXG_ATTACH_H

struct drm_device;
struct drm_file;
struct dxg_adapter;
struct dxg_attach;
struct dxg_ddi_ops;
struct dxg_miniport;

int dxg_attach_init(void);
void dxg_attach_fini(void);
void dxg_attach_rescan(void);
void dxg_attach_leave(const struct dxg_miniport *miniport);

struct drm_device *dxg_attach_target(struct dxg_attach *attach);
const struct dxg_ddi_ops *dxg_attach_ops(struct dxg_attach *attach);
struct drm_file *dxg_attach_file(struct dxg_attach *attach);
int dxg_attach_set_adapter(struct dxg_attach *attach, struct dxg_adapter *adapter);
void dxg_attach_clear_adapter(struct dxg_attach *attach);

#endif /* _DXG_ATTACH_H */
