/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_GPUVA_UPDATE_H
#define _DXG_GPUVA_UPDATE_H

#include <linux/types.h>

#include "dxg_gpuva.h"

struct dxg_command;
struct dxg_device;
struct dxg_process_adapter;

/**
 * struct dxg_gpuva_operation - One operation of an update
 * @copy: the addresses become what those at @src are
 * @handle: handle of the allocation; 0: none
 * @map: what the addresses become; the allocation is counted
 * @src: first of the others, where @copy is set
 */
struct dxg_gpuva_operation {
	bool copy;
	u32 handle;
	struct dxg_gpuva_map map;
	u64 src;
};

/**
 * struct dxg_gpuva_update - Operations on addresses that are a command
 * @num: operations
 * @done: how many have been done
 * @operations: the operations
 */
struct dxg_gpuva_update {
	u32 num;
	u32 done;
	struct dxg_gpuva_operation operations[] __counted_by(num);
};

void dxg_gpuva_update_free(struct dxg_gpuva_update *update);
int dxg_gpuva_update_resolve(struct dxg_gpuva_update *update, struct dxg_device *device);
int dxg_gpuva_update_run(struct dxg_command *cmd, struct dxg_gpuva_update *update,
			 struct dxg_device *device);

#endif /* _DXG_GPUVA_UPDATE_H */
