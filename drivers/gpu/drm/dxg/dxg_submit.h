/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SUBMIT_H
#define _DXG_SUBMIT_H

#include <linux/types.h>

struct dxg_command;
struct dxg_context;
struct dxg_gpuva_update;
struct dxg_queue;
struct dxg_sync;

/**
 * struct dxg_submission - What is submitted to one or several queues
 * @data: address of the stream in user space
 * @size: its bytes
 * @null_rendering: execute nothing but fence signals
 * @progress: value for @fence at the end, or 0
 * @fence: fence of the hardware queue, or NULL
 */
struct dxg_submission {
	u64 data;
	u32 size;
	bool null_rendering;
	u64 progress;
	struct dxg_sync *fence;
};

int dxg_submit(struct dxg_queue **queues, u32 num, const struct dxg_submission *submission);
int dxg_submit_check_size(u64 data, u32 size);
struct dxg_command *dxg_command_create_update(struct dxg_context *ctx,
					      struct dxg_gpuva_update *update, u32 fence,
					      u64 value);

#endif /* _DXG_SUBMIT_H */
