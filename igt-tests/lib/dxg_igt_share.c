// SPDX-License-Identifier: MIT
/* The operations of sharing, of dxg_igt.h. */
#include "dxg_igt.h"

/* Room for the private data of an allocation whose content does not matter. */
#define PRIVATE_ROOM	256

uint32_t igt_dxg_create_shared(const struct igt_dxg *dxg, uint32_t device, uint64_t size,
			       uint32_t count, uint32_t *allocations)
{
	uint32_t resource = 0;

	igt_assert_eq(__igt_dxg_create(dxg, device, IGT_DXG_CREATE_SHARED, &resource, size, count,
				       allocations), 0);
	igt_assert_neq_u32(resource, 0);
	return resource;
}

int __igt_dxg_share(const struct igt_dxg *dxg, uint32_t resource, int *fd)
{
	uint64_t handle = UINT64_MAX;
	struct d3dkmt_share_objects args = {
		.object_count = 1,
		.objects = igt_dxg_ptr(&resource),
		.shared_nt_handle = igt_dxg_ptr(&handle),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SHARE_OBJECTS, &args);

	*fd = ret ? -1 : (int)handle;
	return ret;
}

int igt_dxg_share(const struct igt_dxg *dxg, uint32_t resource)
{
	int fd;

	igt_assert_eq(__igt_dxg_share(dxg, resource, &fd), 0);
	igt_assert_fd(fd);
	return fd;
}

int __igt_dxg_query_shared(const struct igt_dxg *dxg, uint32_t device, int fd,
			   struct d3dkmt_query_resource_info_from_nt_handle *info)
{
	*info = (struct d3dkmt_query_resource_info_from_nt_handle) {
		.device = device,
		.nt_handle = fd,
	};
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE, info);
}

int __igt_dxg_open_shared(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t count,
			  uint32_t *resource, uint32_t *allocations)
{
	struct d3dkmt_open_allocation_info2 *info = calloc(count + 1, sizeof(*info));
	uint32_t room = (count + 1) * PRIVATE_ROOM;
	void *private = calloc(1, room);
	struct d3dkmt_open_resource_from_nt_handle args = {
		.device = device,
		.nt_handle = fd,
		.num_allocations = count,
		.open_allocation_info = igt_dxg_ptr(info),
		.total_private_driver_data_buffer_size = room,
		.total_private_driver_data_buffer = igt_dxg_ptr(private),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, &args);

	*resource = args.resource;
	for (uint32_t i = 0; i < count; i++)
		allocations[i] = info[i].allocation;
	free(private);
	free(info);
	return ret;
}

uint32_t igt_dxg_open_shared(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t count,
			     uint32_t *allocations)
{
	uint32_t resource;

	igt_assert_eq(__igt_dxg_open_shared(dxg, device, fd, count, &resource, allocations), 0);
	igt_assert_neq_u32(resource, 0);
	return resource;
}

uint32_t igt_dxg_create_shared_fence(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
				     uint64_t initial, const uint64_t **value)
{
	uint32_t fence;

	igt_assert_eq(__igt_dxg_create_fence(dxg, device, flags | IGT_DXG_SYNC_SHARED, initial,
					     &fence, value), 0);
	return fence;
}

int __igt_dxg_open_fence(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t flags,
			 uint32_t *fence, const uint64_t **value)
{
	struct d3dkmt_open_sync_object_from_nt_handle2 args = {
		.nt_handle = fd,
		.device = device,
		.flags = flags,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_NT_HANDLE2, &args);

	*fence = args.sync_object;
	if (value)
		*value = (const uint64_t *)(uintptr_t)args.fence_value_cpu_va;
	return ret;
}

uint32_t igt_dxg_open_fence(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t flags,
			    const uint64_t **value)
{
	uint32_t fence;

	igt_assert_eq(__igt_dxg_open_fence(dxg, device, fd, flags, &fence, value), 0);
	igt_assert_neq_u32(fence, 0);
	return fence;
}
