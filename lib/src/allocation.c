// SPDX-License-Identifier: MIT
/* Allocations and resources. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "object.h"

/* What one call of the kernel's creates. */
struct batch {
	struct d3dkmt_create_allocation args;
	struct d3dkmt_allocation_info2 *infos;
	struct drm_dxg_allocation_private *data;
};

static void batch_free(struct batch *batch)
{
	free(batch->infos);
	free(batch->data);
}

/* One allocation of a batch; the kernel judges what is wrong with it alone. */
static int batch_add(struct batch *batch, const struct dxg_allocation_desc *desc, unsigned int i)
{
	struct drm_dxg_allocation_private *data = &batch->data[i];

	if (desc->flags & ~(DXG_ALLOCATION_DISPLAYABLE | DXG_ALLOCATION_READ_ONLY) ||
	    (desc->flags & DXG_ALLOCATION_READ_ONLY && !desc->memory))
		return -EINVAL;
	/* These are flags of the call. */
	if (i && (!(batch->args.flags & D3DKMT_CREATE_EXISTING_SYS_MEM) != !desc->memory ||
		  !(batch->args.flags & D3DKMT_CREATE_READ_ONLY) !=
		  !(desc->flags & DXG_ALLOCATION_READ_ONLY)))
		return -EINVAL;
	if (desc->memory)
		batch->args.flags |= D3DKMT_CREATE_EXISTING_SYS_MEM;
	if (desc->flags & DXG_ALLOCATION_READ_ONLY)
		batch->args.flags |= D3DKMT_CREATE_READ_ONLY;

	data->size = desc->size;
	data->flags = desc->flags & DXG_ALLOCATION_DISPLAYABLE ?
		DRM_DXG_ALLOCATION_DISPLAYABLE : 0;
	data->format = desc->format;
	data->width = desc->width;
	data->height = desc->height;
	data->pitch = desc->pitch;
	batch->infos[i].sys_mem = (uintptr_t)desc->memory;
	batch->infos[i].private_driver_data = (uintptr_t)data;
	batch->infos[i].private_driver_data_size = sizeof(*data);
	return 0;
}

/* Creates in the kernel; the caller frees the batch if that went well. */
static int batch_create(struct batch *batch, struct dxg_device *device,
			const struct dxg_allocation_desc *descs, unsigned int count,
			unsigned int flags)
{
	unsigned int i;
	int ret = 0;

	memset(batch, 0, sizeof(*batch));
	if (count > DXG_BATCH_MAX || (count && !descs))
		return -EINVAL;
	batch->infos = calloc(count + 1, sizeof(*batch->infos));
	batch->data = calloc(count + 1, sizeof(*batch->data));
	if (!batch->infos || !batch->data) {
		ret = -ENOMEM;
		goto err;
	}
	batch->args.device = device->handle;
	batch->args.num_allocations = count;
	batch->args.allocation_info = (uintptr_t)batch->infos;
	batch->args.flags = flags;
	for (i = 0; i < count && !ret; i++)
		ret = batch_add(batch, &descs[i], i);
	if (!ret)
		ret = dxg_call(device->adapter, D3DKMT_IOCTL_CREATE_ALLOCATION2, &batch->args);
	if (ret)
		goto err;
	return 0;

err:
	batch_free(batch);
	return ret;
}

/* Destroys in the kernel; a child of fork does not. */
static int destroy(struct dxg_device *device, uint32_t resource, const uint32_t *list,
		   unsigned int count, unsigned int flags)
{
	struct d3dkmt_destroy_allocation2 args = {
		.device = device->handle,
		.resource = resource,
		.allocation_list = (uintptr_t)list,
		.allocation_count = count,
		.flags = flags,
	};

	if (device->adapter->pid != getpid())
		return 0;
	return dxg_call(device->adapter, D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args);
}

int dxg_allocation_create(struct dxg_device *device, const struct dxg_allocation_desc *descs,
			  unsigned int count, struct dxg_allocation **out)
{
	struct batch batch;
	unsigned int i;
	int ret;

	if (!count)
		return -EINVAL;
	if (count > DXG_BATCH_MAX)
		return -EINVAL;
	/* What can fail here comes before what cannot be undone without a failure. */
	for (i = 0; i < count; i++) {
		out[i] = calloc(1, sizeof(*out[i]));
		if (!out[i]) {
			ret = -ENOMEM;
			goto err;
		}
	}
	ret = batch_create(&batch, device, descs, count, 0);
	if (ret)
		goto err;
	for (i = 0; i < count; i++) {
		out[i]->device = dxg_device_get(device);
		out[i]->handle = batch.infos[i].allocation;
		out[i]->size = descs[i].size;
	}
	batch_free(&batch);
	return 0;

err:
	while (i--)
		free(out[i]);
	return ret;
}

int dxg_handles_of(struct dxg_handles *handles, struct dxg_allocation *const *list,
		   unsigned int count, unsigned int most, struct dxg_device **device)
{
	unsigned int i;

	if (!list || !count || count > most)
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (!list[i] || list[i]->device != list[0]->device)
			return -EINVAL;
	handles->list = handles->some;
	if (count > sizeof(handles->some) / sizeof(handles->some[0])) {
		handles->list = malloc(count * sizeof(*handles->list));
		if (!handles->list)
			return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		handles->list[i] = list[i]->handle;
	*device = list[0]->device;
	return 0;
}

void dxg_handles_free(struct dxg_handles *handles)
{
	if (handles->list != handles->some)
		free(handles->list);
}

int dxg_allocation_destroy(struct dxg_allocation *const *list, unsigned int count,
			   unsigned int flags)
{
	uint32_t handles[DXG_BATCH_MAX];
	struct dxg_device *device = NULL;
	unsigned int i, n = 0;
	int ret;

	if (flags & ~(DXG_DESTROY_ASSUME_NOT_IN_USE | DXG_DESTROY_SYNCHRONOUS) ||
	    count > DXG_BATCH_MAX || (count && !list))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (!list[i])
			continue;
		if (!device)
			device = list[i]->device;
		if (list[i]->resource || list[i]->device != device)
			return -EINVAL;
		handles[n++] = list[i]->handle;
	}
	if (!n)
		return 0;
	ret = destroy(device, 0, handles, n, flags);
	if (ret)
		return ret;
	for (i = 0; i < count; i++) {
		if (!list[i])
			continue;
		dxg_device_put(list[i]->device);
		free(list[i]);
	}
	return 0;
}

int dxg_allocation_lock(struct dxg_allocation *allocation, void **out)
{
	struct d3dkmt_lock2 args = {
		.device = allocation->device->handle,
		.allocation = allocation->handle,
	};
	int ret = dxg_call(allocation->device->adapter, D3DKMT_IOCTL_LOCK2, &args);

	if (!ret)
		*out = (void *)(uintptr_t)args.data;
	return ret;
}

int dxg_allocation_unlock(struct dxg_allocation *allocation)
{
	struct d3dkmt_unlock2 args = {
		.device = allocation->device->handle,
		.allocation = allocation->handle,
	};

	return dxg_call(allocation->device->adapter, D3DKMT_IOCTL_UNLOCK2, &args);
}

int dxg_allocation_export(struct dxg_allocation *allocation, int *fd)
{
	struct drm_dxg_export args = {
		.device = allocation->device->handle,
		.allocation = allocation->handle,
		.flags = O_CLOEXEC | O_RDWR,
	};
	int ret = dxg_call_raw(allocation->device->adapter, DRM_IOCTL_DXG_EXPORT, &args);

	if (!ret)
		*fd = args.fd;
	return ret;
}

int dxg_allocation_import(struct dxg_device *device, int fd, struct dxg_allocation **out)
{
	struct drm_dxg_import args = { .device = device->handle, .fd = fd };
	struct dxg_allocation *allocation = calloc(1, sizeof(*allocation));
	int ret;

	if (!allocation)
		return -ENOMEM;
	ret = dxg_call_raw(device->adapter, DRM_IOCTL_DXG_IMPORT, &args);
	if (ret) {
		free(allocation);
		return ret;
	}
	allocation->device = dxg_device_get(device);
	allocation->handle = args.allocation;
	allocation->size = args.bytes;
	*out = allocation;
	return 0;
}

uint64_t dxg_allocation_size(const struct dxg_allocation *allocation)
{
	return allocation->size;
}

uint32_t dxg_allocation_handle(const struct dxg_allocation *allocation)
{
	return allocation->handle;
}

static struct dxg_resource *resource_alloc(unsigned int count)
{
	struct dxg_resource *resource;

	return calloc(1, sizeof(*resource) + count * sizeof(resource->allocations[0]));
}

int dxg_resource_create(struct dxg_device *device, const struct dxg_allocation_desc *descs,
			unsigned int count, unsigned int flags, struct dxg_resource **out)
{
	unsigned int kernel_flags = D3DKMT_CREATE_RESOURCE, i;
	struct dxg_resource *resource;
	struct batch batch;
	int ret;

	if (flags & ~DXG_RESOURCE_SHARED || count > DXG_BATCH_MAX)
		return -EINVAL;
	if (flags & DXG_RESOURCE_SHARED)
		kernel_flags |= D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING;
	resource = resource_alloc(count);
	if (!resource)
		return -ENOMEM;
	ret = batch_create(&batch, device, descs, count, kernel_flags);
	if (ret) {
		free(resource);
		return ret;
	}
	resource->device = dxg_device_get(device);
	resource->handle = batch.args.resource;
	resource->count = count;
	for (i = 0; i < count; i++) {
		resource->allocations[i].device = device;
		resource->allocations[i].resource = resource;
		resource->allocations[i].handle = batch.infos[i].allocation;
		resource->allocations[i].size = descs[i].size;
	}
	batch_free(&batch);
	*out = resource;
	return 0;
}

int dxg_resource_destroy(struct dxg_resource *resource, unsigned int flags)
{
	int ret;

	if (flags & ~(DXG_DESTROY_ASSUME_NOT_IN_USE | DXG_DESTROY_SYNCHRONOUS))
		return -EINVAL;
	if (!resource)
		return 0;
	ret = destroy(resource->device, resource->handle, NULL, 0, flags);
	if (ret)
		return ret;
	dxg_device_put(resource->device);
	free(resource);
	return 0;
}

unsigned int dxg_resource_count(const struct dxg_resource *resource)
{
	return resource->count;
}

struct dxg_allocation *dxg_resource_allocation(const struct dxg_resource *resource,
					       unsigned int index)
{
	/* What is const is the resource; its allocations can be locked. */
	struct dxg_resource *whose = (struct dxg_resource *)resource;

	return index < resource->count ? &whose->allocations[index] : NULL;
}

uint32_t dxg_resource_handle(const struct dxg_resource *resource)
{
	return resource->handle;
}

int dxg_resource_share(struct dxg_resource *resource, int *fd)
{
	uint64_t nt_handle = 0;
	struct d3dkmt_share_objects args = {
		.object_count = 1,
		.objects = (uintptr_t)&resource->handle,
		.shared_nt_handle = (uintptr_t)&nt_handle,
	};
	int ret = dxg_call(resource->device->adapter, D3DKMT_IOCTL_SHARE_OBJECTS, &args);

	if (!ret)
		*fd = (int)nt_handle;
	return ret;
}

/* The private data of an allocation begins with its size, where the creator gave any. */
static uint64_t opened_size(const struct d3dkmt_open_allocation_info2 *info)
{
	uint64_t size = 0;

	if (info->private_driver_data && info->private_driver_data_size >= sizeof(size))
		memcpy(&size, (const void *)(uintptr_t)info->private_driver_data, sizeof(size));
	return size;
}

int dxg_resource_open(struct dxg_device *device, int fd, struct dxg_resource **out)
{
	struct d3dkmt_query_resource_info_from_nt_handle query = {
		.device = device->handle,
		.nt_handle = (uint64_t)fd,
	};
	struct d3dkmt_open_resource_from_nt_handle args = {
		.device = device->handle,
		.nt_handle = (uint64_t)fd,
	};
	struct d3dkmt_open_allocation_info2 *infos = NULL;
	void *runtime = NULL, *driver = NULL, *all = NULL;
	struct dxg_resource *resource = NULL;
	unsigned int i;
	int ret;

	if (fd < 0)
		return -EINVAL;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE, &query);
	if (ret)
		return ret;
	ret = -ENOMEM;
	resource = resource_alloc(query.num_allocations);
	infos = calloc(query.num_allocations + 1, sizeof(*infos));
	runtime = malloc(query.private_runtime_data_size + 1);
	driver = malloc(query.resource_private_driver_data_size + 1);
	all = malloc(query.total_private_driver_data_size + 1);
	if (!resource || !infos || !runtime || !driver || !all)
		goto out;
	args.num_allocations = query.num_allocations;
	args.open_allocation_info = (uintptr_t)infos;
	args.private_runtime_data_size = query.private_runtime_data_size;
	args.private_runtime_data = (uintptr_t)runtime;
	args.resource_private_driver_data_size = query.resource_private_driver_data_size;
	args.resource_private_driver_data = (uintptr_t)driver;
	args.total_private_driver_data_buffer_size = query.total_private_driver_data_size;
	args.total_private_driver_data_buffer = (uintptr_t)all;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, &args);
	if (ret)
		goto out;
	resource->device = dxg_device_get(device);
	resource->handle = args.resource;
	resource->count = query.num_allocations;
	for (i = 0; i < resource->count; i++) {
		resource->allocations[i].device = device;
		resource->allocations[i].resource = resource;
		resource->allocations[i].handle = infos[i].allocation;
		resource->allocations[i].size = opened_size(&infos[i]);
	}
	*out = resource;
	resource = NULL;
out:
	free(resource);
	free(infos);
	free(runtime);
	free(driver);
	free(all);
	return ret;
}
