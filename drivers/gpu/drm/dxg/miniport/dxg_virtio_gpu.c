// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include <drm/dxg/dxg_ddi.h>

#include "../dxg_adapter.h"
#include "../dxg_miniport.h"
#include "dxg_client.h"

/**
 * DOC: virtio-gpu
 *
 * The host keeps a copy of every buffer, up to a limit of its own that it does not
 * tell, and a buffer that it refuses is lost without an answer that reaches us. So the
 * segment has a size, the module parameter segment_mb, well below the 256 MiB that is
 * QEMU's default for the host.
 *
 * For the same reason one buffer is not larger than what the host takes however
 * scattered its pages are: QEMU refuses more than 16384 pieces.
 */

#define VIRTIO_GPU_MAX_BACKING	(16384ULL * PAGE_SIZE)

static void query_caps(void *context, struct dxg_ddi_caps *caps)
{
	dxg_client_query_caps(context, caps);
	caps->segment_size = (u64)dxg_segment_mb << 20;
	caps->backing_max = VIRTIO_GPU_MAX_BACKING;
}

const struct dxg_ddi_ops dxg_virtio_gpu_ops = {
	.driver_name = "virtio_gpu",
	.start_device = dxg_client_start_device,
	.stop_device = dxg_client_stop_device,
	.remove_device = dxg_client_remove_device,
	.query_caps = query_caps,
	.get_standard_allocation = dxg_client_get_standard_allocation,
	.create_allocation = dxg_client_create_allocation,
	.destroy_allocation = dxg_client_destroy_allocation,
	.open_allocation = dxg_client_open_allocation,
	.close_allocation = dxg_client_close_allocation,
	.create_backing = dxg_client_create_backing,
	.destroy_backing = dxg_client_destroy_backing,
	.export_backing = dxg_client_export_backing,
	.backing_is_shared = dxg_client_backing_is_shared,
	.import_backing = dxg_client_import_backing,
	.map_backing = dxg_client_map_backing,
	.submit_command = dxg_client_submit_command,
	.reset = dxg_client_reset,
};
