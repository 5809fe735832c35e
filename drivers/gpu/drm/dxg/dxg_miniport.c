// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/string.h>

#include <drm/dxg/dxg_ddi.h>

#include "dxg_miniport.h"

static const struct dxg_ddi_ops * const miniports[] = {
	&dxg_virtio_gpu_ops,
	&dxg_vkms_ops,
};

/**
 * dxg_miniport_find() - The miniport for an in-tree driver
 * @driver_name: name of the DRM driver
 *
 * Return: its ops; NULL: there is none, the device is left alone.
 */
const struct dxg_ddi_ops *dxg_miniport_find(const char *driver_name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(miniports); i++)
		if (!strcmp(miniports[i]->driver_name, driver_name))
			return miniports[i];
	return NULL;
}
