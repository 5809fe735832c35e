/* SPDX-License-Identifier: MIT */
/* What the D3DKMT functions and their tests share. */
#ifndef DXG_D3DKMT_H
#define DXG_D3DKMT_H

#include "d3dkmthk.h"
#include "operation.h"

/* All of them. */
extern const struct dxg_operation dxg_operations[];

/* The status that an errno of /dev/dxg means. */
NTSTATUS dxg_status_of_errno(int error);

#endif /* DXG_D3DKMT_H */
