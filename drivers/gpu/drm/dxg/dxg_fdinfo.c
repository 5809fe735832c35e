// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/fs.h>
#include <linux/seq_file.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>

#include "dxg_fdinfo.h"
#include "dxg_process.h"
#include "dxg_usage.h"

/**
 * DOC: Fdinfo
 *
 * /proc/PID/fdinfo/FD of both doors follows Documentation/gpu/drm-usage-stats.rst of the
 * kernel. A client is what handles belong to: the address space on /dev/dxg, whose files
 * all show the same numbers under one drm-client-id, the open file on a DRM node. The
 * numbers of QueryVideoMemoryInfo and of this are the same ones, those of the ledger.
 *
 * There are two regions, one for each segment:
 *
 * - vram: the device segment. All allocations count in its total, touched or not, but
 *   existing memory: it is where engines want them;
 * - system: the system segment, which has what was evicted, and existing memory. What was
 *   evicted counts in the total of vram, so more can be resident here than the total.
 *
 * Purgeable is what is offered, active what commands have pinned. Shared is what has been
 * passed to ShareObjects or exported, and touched. Bytes count for who created them only,
 * whoever has them open. What is kept for the next allocation is in none of them.
 *
 * There are two engines, copy and paging: the nodes that execute commands, and the one
 * that moves bytes between the segments. A move counts for whom the bytes belong to. On
 * /dev/dxg a client may use several adapters, and the format has no place to tell them
 * apart: their numbers are added up, and drm-engine-capacity says how many engines of a
 * kind that are. On a DRM node it is one of each, which is what no capacity means.
 *
 * There is no drm-pdev: the adapter's DRM device is a platform device. The in-tree
 * device's address would make its clients out of ours.
 *
 * Refused: a region and an engine for each adapter, named after it. Tools want names that
 * are the same in all machines and at all times, and have room for few.
 */

static const char * const fdinfo_engines[DXG_NUM_ENGINE_CLASSES] = {
	[DXG_ENGINE_COPY] = "copy",
	[DXG_ENGINE_PAGING] = "paging",
};

/* All sizes are whole pages. */
static void fdinfo_show_bytes(struct drm_printer *p, const char *what, const char *region,
			      u64 bytes)
{
	drm_printf(p, "drm-%s-%s:\t%llu KiB\n", what, region, bytes >> 10);
}

static void fdinfo_show_memory(struct drm_printer *p, const struct dxg_usage_sum *sum)
{
	const u64 *placed = sum->ledger.placed, *offered = sum->ledger.offered;
	const u64 *shared = sum->ledger.shared;

	fdinfo_show_bytes(p, "total", "vram", sum->total[DXG_SEGMENT_DEVICE]);
	fdinfo_show_bytes(p, "shared", "vram",
			  shared[DXG_SEGMENT_DEVICE] + shared[DXG_SEGMENT_SYSTEM]);
	fdinfo_show_bytes(p, "active", "vram", sum->active[DXG_SEGMENT_DEVICE]);
	fdinfo_show_bytes(p, "resident", "vram", placed[DXG_SEGMENT_DEVICE]);
	fdinfo_show_bytes(p, "purgeable", "vram", offered[DXG_SEGMENT_DEVICE]);

	fdinfo_show_bytes(p, "total", "system", sum->total[DXG_SEGMENT_USER]);
	fdinfo_show_bytes(p, "shared", "system", shared[DXG_SEGMENT_USER]);
	fdinfo_show_bytes(p, "active", "system", sum->active[DXG_SEGMENT_USER]);
	fdinfo_show_bytes(p, "resident", "system",
			  placed[DXG_SEGMENT_SYSTEM] + placed[DXG_SEGMENT_USER]);
	fdinfo_show_bytes(p, "purgeable", "system", offered[DXG_SEGMENT_SYSTEM]);
}

static void fdinfo_show_engines(struct drm_printer *p, const struct dxg_usage_sum *sum)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fdinfo_engines); i++) {
		drm_printf(p, "drm-engine-%s:\t%llu ns\n", fdinfo_engines[i], sum->engine_ns[i]);
		if (sum->num_engines[i] > 1)
			drm_printf(p, "drm-engine-capacity-%s:\t%u\n", fdinfo_engines[i],
				   sum->num_engines[i]);
	}
}

static void fdinfo_show(struct drm_printer *p, struct dxg_process *process)
{
	struct dxg_usage_sum sum;

	dxg_usage_read(process, &sum);
	fdinfo_show_engines(p, &sum);
	fdinfo_show_memory(p, &sum);
}

/**
 * dxg_fdinfo_show_drm() - What a file of a DRM node uses
 * @p: where to
 * @file_priv: the file
 *
 * DRM has shown the driver and the client.
 */
void dxg_fdinfo_show_drm(struct drm_printer *p, struct drm_file *file_priv)
{
	fdinfo_show(p, file_priv->driver_priv);
}

/**
 * dxg_fdinfo_show_misc() - What the process of a file of /dev/dxg uses
 * @m: where to
 * @file: the file
 */
void dxg_fdinfo_show_misc(struct seq_file *m, struct file *file)
{
	struct dxg_process *process = file->private_data;
	struct drm_printer p = drm_seq_file_printer(m);

	drm_printf(&p, "drm-driver:\tdxg\n");
	drm_printf(&p, "drm-client-id:\t%llu\n", process->client_id);
	fdinfo_show(&p, process);
}
