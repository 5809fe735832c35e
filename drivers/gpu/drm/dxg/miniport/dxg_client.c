// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-resv.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_mode.h>
#include <drm/dxg/dxg_ddi.h>
#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_attach.h"
#include "../dxg_compat.h"
#include "dxg_client.h"
#include "dxg_engine.h"

/**
 * DOC: In-kernel client
 *
 * What the miniports of virtio-gpu and vkms have in common: buffers come from the
 * in-tree driver through an in-kernel DRM client, and commands run on the software
 * engine. This is the only file that calls the in-tree driver.
 *
 * A buffer is made by the driver's dumb_create op, which drm_mode_create_dumb() would
 * call but does not export; its overflow checks are repeated here. The GEM handle
 * stays open as long as the object: the core exports objects by their handle only, and
 * finds the export it has made already by it too.
 *
 * drm_gem_vmap() and drm_gem_vunmap() take the object's reservation; see dxg_compat.h
 * for what the names mean in older kernels.
 *
 * An object that has been exported tells nobody when its last user goes. But all of them have
 * a reference on it, a handle, or the dma-buf, and what there is of these without any user is
 * known.
 *
 * Fences of ours are in the reservation of an in-tree object only while it is exported or
 * imported, see dxg_prime.c: objects can be kept alive there by handles of the card node
 * longer than this module, and a fence points to its ops.
 */

/* A copy engine and one that pages. */
#define DXG_CLIENT_NODES	2

/* Of an exported object that nobody else uses: what the backing, its handle and GEM have. */
#define CLIENT_EXPORT_REFS	3	/* the backing, the handle, the dma-buf */
#define CLIENT_EXPORT_HANDLES	1
#define CLIENT_EXPORT_FILES	2	/* the object, and PRIME's list of the client */

/**
 * struct client - Context of the miniport
 * @adapter: the adapter; outlives this
 * @target: the in-tree device, valid until stop_device and the end of all backings
 * @engines: one for each node
 */
struct client {
	struct dxg_adapter *adapter;
	struct drm_device *target;
	struct dxg_engine *engines[DXG_CLIENT_NODES];
};

/* Pixels in a line of a linear buffer: one page. */
#define CLIENT_LINEAR_WIDTH	(PAGE_SIZE / 4)

/**
 * dxg_client_start_device() - &dxg_ddi_ops.start_device
 * @adapter: the adapter
 * @target: the in-tree device
 *
 * Return: the context; -ENOMEM.
 */
void *dxg_client_start_device(struct dxg_adapter *adapter, struct drm_device *target)
{
	struct client *client;
	u32 i;

	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client)
		return ERR_PTR(-ENOMEM);
	client->adapter = adapter;
	client->target = target;
	for (i = 0; i < DXG_CLIENT_NODES; i++) {
		client->engines[i] = dxg_engine_create(i);
		if (IS_ERR(client->engines[i])) {
			void *ret = client->engines[i];

			while (i--)
				dxg_engine_destroy(client->engines[i]);
			kfree(client);
			return ret;
		}
	}
	return client;
}

/**
 * dxg_client_stop_device() - &dxg_ddi_ops.stop_device
 * @context: the context
 */
void dxg_client_stop_device(void *context)
{
	struct client *client = context;
	u32 i;

	for (i = 0; i < DXG_CLIENT_NODES; i++)
		dxg_engine_stop(client->engines[i]);
}

/**
 * dxg_client_remove_device() - &dxg_ddi_ops.remove_device
 * @context: the context
 */
void dxg_client_remove_device(void *context)
{
	struct client *client = context;
	u32 i;

	for (i = 0; i < DXG_CLIENT_NODES; i++)
		dxg_engine_destroy(client->engines[i]);
	kfree(client);
}

/**
 * dxg_client_query_caps() - What &dxg_ddi_ops.query_caps says of both devices
 * @context: the context
 * @caps: filled in but for the size of the segment
 */
void dxg_client_query_caps(void *context, struct dxg_ddi_caps *caps)
{
	caps->num_nodes = DXG_CLIENT_NODES;
	caps->paging_node = DXG_CLIENT_NODES - 1;
}

/* A shorter structure than ours is followed by zeroes, a longer one has to be. */
static int client_copy_private(struct drm_dxg_allocation_private *private,
			       const struct dxg_ddi_allocation_info *info)
{
	size_t size = min(info->private_data_size, sizeof(*private));

	if (info->private_data_size < sizeof(private->size))
		return -EINVAL;
	if (memchr_inv(info->private_data + size, 0, info->private_data_size - size))
		return -EINVAL;
	memset(private, 0, sizeof(*private));
	memcpy(private, info->private_data, size);
	return 0;
}

static int client_describe_displayable(const struct drm_dxg_allocation_private *private,
				       struct dxg_ddi_allocation_info *info)
{
	u64 lines;

	if (private->format != DRM_FORMAT_XRGB8888 && private->format != DRM_FORMAT_ARGB8888)
		return -EINVAL;
	if (!private->width || !private->height || private->width > U32_MAX / 4 ||
	    private->pitch != private->width * 4)
		return -EINVAL;
	if (private->size < (u64)private->pitch * private->height)
		return -EINVAL;
	/* More than the picture asks for lines below it. */
	lines = DIV_ROUND_UP_ULL(info->size, private->pitch);
	if (lines * private->pitch > U32_MAX)
		return -EINVAL;
	info->size = PAGE_ALIGN(lines * private->pitch);
	info->width = private->width;
	info->height = lines;
	return 0;
}

static int client_describe_linear(const struct drm_dxg_allocation_private *private,
				  struct dxg_ddi_allocation_info *info)
{
	if (private->format || private->width || private->height || private->pitch)
		return -EINVAL;
	info->width = CLIENT_LINEAR_WIDTH;
	info->height = info->size >> PAGE_SHIFT;
	return 0;
}

static int client_create_one(struct client *client, struct dxg_ddi_allocation_info *info)
{
	struct drm_dxg_allocation_private private;
	int ret;

	ret = client_copy_private(&private, info);
	if (ret)
		return ret;
	if (private.flags & ~DRM_DXG_ALLOCATION_DISPLAYABLE || private.pad)
		return -EINVAL;
	if (!private.size || private.size > client->adapter->caps.segment_size)
		return -EINVAL;
	info->size = PAGE_ALIGN(private.size);

	if (private.flags & DRM_DXG_ALLOCATION_DISPLAYABLE)
		ret = client_describe_displayable(&private, info);
	else
		ret = client_describe_linear(&private, info);
	if (ret)
		return ret;
	if (info->size > client->adapter->caps.segment_size)
		return -EINVAL;
	/* What there is to be known of it the port has been told: all have one handle. */
	info->allocation = client;
	return 0;
}

/**
 * dxg_client_get_standard_allocation() - &dxg_ddi_ops.get_standard_allocation
 * @context: the context
 * @size: bytes
 * @private_data: takes struct drm_dxg_allocation_private
 *
 * Return: its bytes.
 */
size_t dxg_client_get_standard_allocation(void *context, u64 size, void *private_data)
{
	struct drm_dxg_allocation_private *private = private_data;

	private->size = size;
	return sizeof(*private);
}

/**
 * dxg_client_create_allocation() - &dxg_ddi_ops.create_allocation
 * @context: the context
 * @args: its arguments; the private data is struct drm_dxg_allocation_private
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int dxg_client_create_allocation(void *context, struct dxg_ddi_create_allocation *args)
{
	u32 i;
	int ret;

	for (i = 0; i < args->num_allocations; i++) {
		ret = client_create_one(context, &args->allocations[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * dxg_client_destroy_allocation() - &dxg_ddi_ops.destroy_allocation
 * @context: the context
 * @args: its arguments
 */
void dxg_client_destroy_allocation(void *context, struct dxg_ddi_destroy_allocation *args)
{
}

/**
 * dxg_client_open_allocation() - &dxg_ddi_ops.open_allocation
 * @context: the context
 * @args: its arguments
 *
 * An opening has no state of its own here: its handle is the allocation's.
 *
 * Return: 0.
 */
int dxg_client_open_allocation(void *context, struct dxg_ddi_open_allocation *args)
{
	args->device_specific = args->allocation;
	return 0;
}

/**
 * dxg_client_close_allocation() - &dxg_ddi_ops.close_allocation
 * @context: the context
 * @args: its arguments
 */
void dxg_client_close_allocation(void *context, struct dxg_ddi_close_allocation *args)
{
}

static int client_create_dumb(struct client *client, u32 width, u32 height, u64 size,
			      struct dxg_ddi_backing *backing)
{
	struct drm_file *file = dxg_attach_file(client->adapter->attach);
	struct drm_mode_create_dumb dumb = {
		.width = width,
		.height = height,
		.bpp = 32,
	};
	int ret;

	/* virtio-gpu multiplies in 32 bits. */
	if (!width || !height || (u64)width * 4 * height > U32_MAX)
		return -ENOMEM;
	ret = client->target->driver->dumb_create(file, client->target, &dumb);
	if (ret)
		return ret == -ENODEV ? ret : -ENOMEM;
	backing->gem_handle = dumb.handle;
	backing->obj = drm_gem_object_lookup(file, dumb.handle);
	if (!backing->obj || backing->obj->size < size) {
		drm_gem_object_put(backing->obj);
		drm_gem_handle_delete(file, dumb.handle);
		return -ENOMEM;
	}
	return 0;
}

/* One page needs no mapping of its own: the kernel's direct map has it. */
static int client_map_page(struct drm_gem_shmem_object *shmem, struct iosys_map *map)
{
	int ret;

	/* Not by drm_gem_shmem_pin(), which a signal would interrupt. */
	dma_resv_lock(shmem->base.resv, NULL);
	ret = drm_gem_shmem_pin_locked(shmem);
	dma_resv_unlock(shmem->base.resv);
	if (ret)
		return ret;
	iosys_map_set_vaddr(map, page_address(shmem->pages[0]));
	return 0;
}

static int client_map(struct dxg_ddi_backing *backing)
{
	struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(backing->obj);
	int ret;

	/* The dumb buffers of both drivers are shmem objects, cached unless they say so. */
	if (backing->obj->size == PAGE_SIZE && backing->obj->filp && !shmem->map_wc &&
	    !IS_ENABLED(CONFIG_HIGHMEM))
		return client_map_page(shmem, &backing->map);
	ret = drm_gem_vmap(backing->obj, &backing->map);
	/* Memory of a device could not be faulted in. */
	if (!ret && backing->map.is_iomem) {
		drm_gem_vunmap(backing->obj, &backing->map);
		ret = -ENOMEM;
	}
	return ret;
}

static void client_unmap(struct dxg_ddi_backing *backing)
{
	if (backing->obj->import_attach || is_vmalloc_addr(backing->map.vaddr))
		drm_gem_vunmap(backing->obj, &backing->map);
	else
		drm_gem_shmem_unpin(to_drm_gem_shmem_obj(backing->obj));
}

/* The references on it are the backing's. */
static void client_drop(struct client *client, struct dxg_ddi_backing *backing)
{
	drm_gem_handle_delete(dxg_attach_file(client->adapter->attach), backing->gem_handle);
	drm_gem_object_put(backing->obj);
	memset(backing, 0, sizeof(*backing));
}

/**
 * dxg_client_create_backing() - &dxg_ddi_ops.create_backing
 * @context: the context
 * @width: pixels in a line
 * @height: lines
 * @size: bytes
 * @backing: filled in
 *
 * Return: 0; -ENOMEM; -ENODEV.
 */
int dxg_client_create_backing(void *context, u32 width, u32 height, u64 size,
			      struct dxg_ddi_backing *backing)
{
	struct client *client = context;
	int idx, ret;

	if (!drm_dev_enter(client->target, &idx))
		return -ENODEV;
	ret = client_create_dumb(client, width, height, size, backing);
	if (ret)
		goto out_exit;
	ret = client_map(backing);
	if (ret) {
		client_drop(client, backing);
		ret = -ENOMEM;
	}
out_exit:
	drm_dev_exit(idx);
	return ret;
}

/**
 * dxg_client_destroy_backing() - &dxg_ddi_ops.destroy_backing
 * @context: the context
 * @backing: the backing
 */
void dxg_client_destroy_backing(void *context, struct dxg_ddi_backing *backing)
{
	struct client *client = context;

	client_unmap(backing);
	client_drop(client, backing);
}

/**
 * dxg_client_export_backing() - &dxg_ddi_ops.export_backing
 * @context: the context
 * @backing: the backing
 * @flags: DRM_RDWR
 *
 * Return: the dma-buf; -ENOMEM; -EINVAL; -ENODEV.
 */
struct dma_buf *dxg_client_export_backing(void *context, struct dxg_ddi_backing *backing,
					  u32 flags)
{
	struct client *client = context;
	struct dma_buf *dma_buf;
	int idx;

	if (!drm_dev_enter(client->target, &idx))
		return ERR_PTR(-ENODEV);
	dma_buf = drm_gem_prime_handle_to_dmabuf(client->target,
						 dxg_attach_file(client->adapter->attach),
						 backing->gem_handle, flags);
	drm_dev_exit(idx);
	if (IS_ERR(dma_buf))
		return PTR_ERR(dma_buf) == -ENOMEM ? dma_buf : ERR_PTR(-EINVAL);
	backing->dma_buf = dma_buf;
	return dma_buf;
}

/**
 * dxg_client_backing_is_shared() - &dxg_ddi_ops.backing_is_shared
 * @context: the context
 * @backing: the backing
 *
 * Return: whether anybody else uses it.
 */
bool dxg_client_backing_is_shared(void *context, const struct dxg_ddi_backing *backing)
{
	const struct drm_gem_object *obj = backing->obj;

	/*
	 * In this order: who has a file may make a handle of it, and a handle a reference,
	 * before the former goes. And the file again, which may be made of a handle.
	 */
	return backing->dma_buf &&
	       (file_count(backing->dma_buf->file) != CLIENT_EXPORT_FILES ||
		READ_ONCE(obj->handle_count) != CLIENT_EXPORT_HANDLES ||
		kref_read(&obj->refcount) != CLIENT_EXPORT_REFS ||
		file_count(backing->dma_buf->file) != CLIENT_EXPORT_FILES);
}

/**
 * dxg_client_import_backing() - &dxg_ddi_ops.import_backing
 * @context: the context
 * @fd: a file descriptor
 * @backing: object and handle filled in
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENODEV.
 */
int dxg_client_import_backing(void *context, int fd, struct dxg_ddi_backing *backing)
{
	struct client *client = context;
	struct drm_file *file = dxg_attach_file(client->adapter->attach);
	int idx, ret;

	if (!drm_dev_enter(client->target, &idx))
		return -ENODEV;
	ret = drm_gem_prime_fd_to_handle(client->target, file, fd, &backing->gem_handle);
	if (!ret)
		backing->obj = drm_gem_object_lookup(file, backing->gem_handle);
	drm_dev_exit(idx);
	if (ret)
		return ret == -ENOMEM ? ret : -EINVAL;
	return backing->obj ? 0 : -EINVAL;
}

/**
 * dxg_client_map_backing() - &dxg_ddi_ops.map_backing
 * @context: the context
 * @backing: the backing
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENODEV.
 */
int dxg_client_map_backing(void *context, struct dxg_ddi_backing *backing)
{
	struct client *client = context;
	int idx, ret = -ENODEV;

	if (drm_dev_enter(client->target, &idx)) {
		ret = client_map(backing);
		drm_dev_exit(idx);
	}
	if (!ret)
		return 0;
	client_drop(client, backing);
	return ret == -ENOMEM || ret == -ENODEV ? ret : -EINVAL;
}

/**
 * dxg_client_submit_command() - &dxg_ddi_ops.submit_command
 * @context: the context
 * @command: the command
 */
void dxg_client_submit_command(void *context, struct dxg_ddi_command *command)
{
	struct client *client = context;

	dxg_engine_submit(client->engines[command->node], command);
}

/**
 * dxg_client_reset() - &dxg_ddi_ops.reset
 * @context: the context
 * @node: the engine
 */
void dxg_client_reset(void *context, u32 node)
{
	struct client *client = context;

	dxg_engine_reset(client->engines[node]);
}
