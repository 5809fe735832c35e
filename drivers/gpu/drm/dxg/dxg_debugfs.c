// SPDX-License-Identifier: GPL-2.0-only
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>

#include "dxg_adapter.h"
#include "dxg_debugfs.h"

static int dxg_state_show(struct seq_file *m, void *data)
{
	struct drm_debugfs_entry *entry = m->private;
	struct dxg_adapter *adapter = container_of(entry->dev, struct dxg_adapter, ddev);
	struct dxg_adapter_stats *stats = &adapter->stats;

	seq_printf(m, "processes: %d\n", atomic_read(&stats->processes));
	seq_printf(m, "devices: %d\n", atomic_read(&stats->devices));
	seq_printf(m, "contexts: %d\n", atomic_read(&stats->contexts));
	seq_printf(m, "resources: %d\n", atomic_read(&stats->resources));
	seq_printf(m, "allocations: %d\n", atomic_read(&stats->allocations));
	seq_printf(m, "sync_objects: %d\n", atomic_read(&stats->sync_objects));
	seq_printf(m, "commands: %d\n", atomic_read(&stats->commands));
	seq_printf(m, "batches: %d\n", atomic_read(&stats->batches));
	seq_printf(m, "backing_bytes: %lld\n", atomic64_read(&adapter->segment_used));
	return 0;
}

/**
 * dxg_debugfs_init() - Add an adapter's files
 * @adapter: the adapter, before it is registered
 *
 * "dxg_state" in the DRM device's folder: live objects by kind, destructions that
 * are pending, and bytes of the device segment in use.
 */
void dxg_debugfs_init(struct dxg_adapter *adapter)
{
	drm_debugfs_add_file(&adapter->ddev, "dxg_state", dxg_state_show, NULL);
}
