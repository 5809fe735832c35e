/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_MINIPORT_H
#define _DXG_MINIPORT_H

struct dxg_ddi_ops;

extern const struct dxg_ddi_ops dxg_virtio_gpu_ops;
extern const struct dxg_ddi_ops dxg_vkms_ops;

const struct dxg_ddi_ops *dxg_miniport_find(const char *driver_name);

#endif /* _DXG_MINIPORT_H */
