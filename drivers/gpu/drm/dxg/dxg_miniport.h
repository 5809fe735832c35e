/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_MINIPORT_H
#define _DXG_MINIPORT_H

struct dxg_ddi_ops;
struct dxg_miniport;

extern const struct dxg_ddi_ops dxg_virtio_gpu_ops;
extern const struct dxg_ddi_ops dxg_vkms_ops;

int dxg_miniport_init(void);
void dxg_miniport_fini(void);
struct dxg_miniport *dxg_miniport_get(const char *driver_name);
void dxg_miniport_put(struct dxg_miniport *miniport);
const struct dxg_ddi_ops *dxg_miniport_ops(const struct dxg_miniport *miniport);

#endif /* _DXG_MINIPORT_H */
