// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <uapi/drm/dxg_drm.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_paging.h"
#include "dxg_process.h"
#include "dxg_sched.h"

/**
 * DOC: Paging
 *
 * Bytes move between segments by commands of the adapter's paging node, which executes
 * nothing else: so a move never waits for what users have queued, and a miniport whose
 * device has an engine for it gets to see every move. A paging command belongs to no
 * context and no device, and destructions do not count it: it moves the bytes of an
 * allocation whose lock is held until it has finished.
 *
 * Who needs the bytes waits for the command's fence. That takes no longer than the
 * time-out, as for every job, whatever happens to the engine.
 */

/* Bytes that one command moves: little against the time-out. */
#define DXG_PAGING_STEP		SZ_16M

/**
 * struct paging_stream - The stream of a paging command
 * @head: head
 * @copy: the one record
 */
struct paging_stream {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_copy copy;
};

static void paging_fill_stream(struct paging_stream *stream, u64 size)
{
	stream->head.magic = DRM_DXG_CMD_STREAM_MAGIC;
	stream->head.version = DRM_DXG_CMD_STREAM_VERSION;
	stream->head.size = sizeof(*stream);
	stream->copy.base.opcode = DRM_DXG_CMD_COPY;
	stream->copy.base.size = sizeof(stream->copy);
	stream->copy.dst.kind = DRM_DXG_ADDRESS_ALLOCATION;
	stream->copy.dst.base = 0;
	stream->copy.src.kind = DRM_DXG_ADDRESS_ALLOCATION;
	stream->copy.src.base = 1;
	stream->copy.length = size;
}

static struct dxg_command *paging_create(struct dxg_node *node, struct dxg_process_adapter *pa,
					 void *dst, void *src, u64 size)
{
	struct paging_stream *stream;
	struct dxg_command *cmd;

	cmd = dxg_command_create(node);
	if (IS_ERR(cmd))
		return cmd;
	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	cmd->stream = stream;
	cmd->memory = kmalloc_array(2, sizeof(*cmd->memory), GFP_KERNEL);
	if (!stream || !cmd->memory) {
		dxg_command_free(cmd);
		return ERR_PTR(-ENOMEM);
	}
	paging_fill_stream(stream, size);
	cmd->payer = pa;
	cmd->memory[0] = dst;
	cmd->memory[1] = src;
	cmd->ddi.node = node->ordinal;
	cmd->ddi.stream = stream;
	cmd->ddi.memory = cmd->memory;
	return cmd;
}

static int paging_run(struct dxg_node *node, struct dxg_process_adapter *pa, void *dst, void *src,
		      u64 size)
{
	struct dxg_command *cmd = paging_create(node, pa, dst, src, size);
	struct dma_fence *fence;
	int ret;

	if (IS_ERR(cmd))
		return PTR_ERR(cmd);
	fence = dxg_node_push(node, cmd);
	if (IS_ERR(fence)) {
		dxg_command_free(cmd);
		return PTR_ERR(fence);
	}
	dma_fence_wait(fence, false);
	ret = dma_fence_get_status(fence);
	dma_fence_put(fence);
	if (ret >= 0)
		return 0;
	/* Whatever became of the engine: the bytes cannot be where they were wanted. */
	return ret == -ENODEV ? ret : -ENOMEM;
}

/**
 * dxg_paging_copy() - Move bytes with the paging node
 * @pa: whose bytes they are, and who pays for the time
 * @dst: to here
 * @src: from here
 * @size: bytes
 *
 * In a section of the adapter; both places stay meanwhile. Waits, not killably, for
 * bounded time.
 *
 * Return: 0; -ENOMEM: no memory, or the engine did not answer; -ENODEV.
 */
int dxg_paging_copy(struct dxg_process_adapter *pa, void *dst, void *src, u64 size)
{
	struct dxg_adapter *adapter = pa->adapter;
	struct dxg_node *node = adapter->nodes[adapter->caps.paging_node];
	u64 pos, step;
	int ret = 0;

	for (pos = 0; pos < size && !ret; pos += step) {
		step = min_t(u64, size - pos, DXG_PAGING_STEP);
		ret = paging_run(node, pa, dst + pos, src + pos, step);
	}
	return ret;
}
