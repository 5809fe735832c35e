/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_COREDUMP_H
#define _DXG_COREDUMP_H

struct dxg_command;

void dxg_coredump_capture(struct dxg_command *cmd);

#endif /* _DXG_COREDUMP_H */
