/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_RESIDENCY_H
#define _DXG_RESIDENCY_H

#include <linux/types.h>

struct dxg_device;
struct dxg_paging_request;

struct dxg_paging_request *dxg_residency_copy(struct dxg_device *device, u64 user, u32 num);

#endif /* _DXG_RESIDENCY_H */
