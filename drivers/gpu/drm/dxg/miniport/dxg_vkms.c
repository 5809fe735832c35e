// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include <drm/dxg/dxg_ddi.h>

#include "../dxg_adapter.h"
#include "../dxg_miniport.h"
#include "dxg_client.h"

/**
 * DOC: vkms
 *
 * Its buffers are plain shmem. The segment is as large as the one of virtio-gpu, so
 * that what runs on one adapter runs on the other; a quarter of the machine's memory
 * where that is less.
 */
static void query_caps(void *context, struct dxg_ddi_caps *caps)
{
	dxg_client_query_caps(context, caps);
	caps->segment_size = min((u64)dxg_segment_mb << 20,
				 (u64)totalram_pages() << PAGE_SHIFT >> 2);
	caps->backing_max = caps->segment_size;
}

const struct dxg_ddi_ops dxg_vkms_ops = {
	.driver_name = "vkms",
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
