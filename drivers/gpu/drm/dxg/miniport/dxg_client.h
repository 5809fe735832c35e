/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_CLIENT_H
#define _DXG_CLIENT_H

#include <linux/types.h>

struct dma_buf;
struct drm_device;
struct dxg_adapter;
struct dxg_ddi_backing;
struct dxg_ddi_caps;
struct dxg_ddi_close_allocation;
struct dxg_ddi_command;
struct dxg_ddi_create_allocation;
struct dxg_ddi_destroy_allocation;
struct dxg_ddi_open_allocation;

/* What both miniports share; each op is documented in struct dxg_ddi_ops. */
void *dxg_client_start_device(struct dxg_adapter *adapter, struct drm_device *target);
void dxg_client_stop_device(void *context);
void dxg_client_remove_device(void *context);
void dxg_client_query_caps(void *context, struct dxg_ddi_caps *caps);
size_t dxg_client_get_standard_allocation(void *context, u64 size, void *private_data);
int dxg_client_create_allocation(void *context, struct dxg_ddi_create_allocation *args);
void dxg_client_destroy_allocation(void *context, struct dxg_ddi_destroy_allocation *args);
int dxg_client_open_allocation(void *context, struct dxg_ddi_open_allocation *args);
void dxg_client_close_allocation(void *context, struct dxg_ddi_close_allocation *args);
int dxg_client_create_backing(void *context, u32 width, u32 height, u64 size,
			      struct dxg_ddi_backing *backing);
void dxg_client_destroy_backing(void *context, struct dxg_ddi_backing *backing);
struct dma_buf *dxg_client_export_backing(void *context, struct dxg_ddi_backing *backing,
					  u32 flags);
bool dxg_client_backing_is_shared(void *context, const struct dxg_ddi_backing *backing);
int dxg_client_import_backing(void *context, int fd, struct dxg_ddi_backing *backing);
int dxg_client_map_backing(void *context, struct dxg_ddi_backing *backing);
void dxg_client_submit_command(void *context, struct dxg_ddi_command *command);
void dxg_client_reset(void *context, u32 node);

#endif /* _DXG_CLIENT_H */
