/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_TRANSLATE_H
#define _DXG_TRANSLATE_H

#include <linux/types.h>

struct drm_dxg_address;
struct dxg_command;

int dxg_translate_check(struct dxg_command *cmd, const struct drm_dxg_address *address,
			u64 length);
int dxg_translate_fault(struct dxg_command *cmd, u64 address, bool write);
int dxg_translate(struct dxg_command *cmd);

#endif /* _DXG_TRANSLATE_H */
