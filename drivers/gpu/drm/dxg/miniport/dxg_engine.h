/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_ENGINE_H
#define _DXG_ENGINE_H

#include <linux/types.h>

struct dxg_ddi_command;
struct dxg_engine;

struct dxg_engine *dxg_engine_create(u32 node);
void dxg_engine_destroy(struct dxg_engine *engine);
void dxg_engine_submit(struct dxg_engine *engine, struct dxg_ddi_command *command);
void dxg_engine_reset(struct dxg_engine *engine);
void dxg_engine_stop(struct dxg_engine *engine);

#endif /* _DXG_ENGINE_H */
