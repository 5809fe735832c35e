// SPDX-License-Identifier: MIT
/*
 * GPU virtual addresses: ranges, mappings, updates, commands.
 */
#include <errno.h>
#include <string.h>

#include "dxg_igt_gpuva.h"

/* --- ranges and mappings ------------------------------------------------- */

int __igt_dxg_gpuva_reserve(const struct igt_dxg *dxg, uint32_t handle, uint64_t base,
			    uint64_t size, uint32_t type, uint64_t *va)
{
	struct d3dkmt_reserve_gpu_virtual_address args = {
		.paging_queue = handle,
		.base_address = base,
		.size = size,
		.reservation_type = type,
		.virtual_address = UINT64_MAX,
		.paging_fence_value = UINT64_MAX,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS, &args);

	if (va)
		*va = args.virtual_address;
	return ret;
}

uint64_t igt_dxg_gpuva_reserve(const struct igt_dxg *dxg, uint64_t size, uint32_t type)
{
	uint64_t va;

	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, dxg->adapter, 0, size, type, &va), 0);
	igt_assert_eq_u64(va % D3DKMT_GPU_VA_GRANULARITY, 0);
	igt_assert(va >= D3DKMT_GPU_VA_MIN && va + size <= D3DKMT_GPU_VA_MAX);
	return va;
}

int __igt_dxg_gpuva_map(const struct igt_dxg *dxg, uint32_t queue, uint64_t base,
			uint32_t allocation, uint64_t offset, uint64_t size, uint64_t protection,
			uint64_t *va)
{
	struct d3dkmt_map_gpu_virtual_address args = {
		.paging_queue = queue,
		.base_address = base,
		.allocation = allocation,
		.offset_in_pages = offset / D3DKMT_GPU_VA_PAGE,
		.size_in_pages = size / D3DKMT_GPU_VA_PAGE,
		.protection = protection,
		.virtual_address = UINT64_MAX,
		.paging_fence_value = UINT64_MAX,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args);

	if (va)
		*va = args.virtual_address;
	return ret;
}

uint64_t igt_dxg_gpuva_map(const struct igt_dxg *dxg, uint32_t queue, uint64_t base,
			   uint32_t allocation, uint64_t offset, uint64_t size)
{
	uint64_t va;

	igt_assert_eq(__igt_dxg_gpuva_map(dxg, queue, base, allocation, offset, size,
					  D3DKMT_GPU_VA_WRITE, &va), 0);
	if (base)
		igt_assert_eq_u64(va, base);
	return va;
}

int __igt_dxg_gpuva_free(const struct igt_dxg *dxg, uint64_t base, uint64_t size)
{
	struct d3dkmt_free_gpu_virtual_address args = {
		.adapter = dxg->adapter,
		.base_address = base,
		.size = size,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_FREE_GPU_VIRTUAL_ADDRESS, &args);
}

void igt_dxg_gpuva_free(const struct igt_dxg *dxg, uint64_t base, uint64_t size)
{
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, base, size), 0);
}

/* --- updates ------------------------------------------------------------- */

struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_map(uint64_t base, uint64_t size,
						    uint32_t allocation, uint64_t offset)
{
	return (struct d3dkmt_gpu_va_operation){
		.type = D3DKMT_GPU_VA_MAP,
		.base_address = base,
		.size = size,
		.allocation = allocation,
		.allocation_offset = offset,
		.allocation_size = size,
	};
}

struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_protect(uint64_t base, uint64_t size,
							uint32_t allocation, uint64_t offset,
							uint64_t protection)
{
	struct d3dkmt_gpu_va_operation operation = igt_dxg_gpuva_op_map(base, size, allocation,
									offset);

	operation.type = D3DKMT_GPU_VA_MAP_PROTECT;
	operation.protection = protection;
	return operation;
}

/* The two that have one field of 64 bits where the others have a handle. */
static struct d3dkmt_gpu_va_operation op_third(uint32_t type, uint64_t base, uint64_t size,
					       uint64_t third)
{
	return (struct d3dkmt_gpu_va_operation){
		.type = type,
		.base_address = base,
		.size = size,
		.allocation = (uint32_t)third,
		.pad2 = third >> 32,
	};
}

struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_unmap(uint64_t base, uint64_t size,
						      uint64_t protection)
{
	return op_third(D3DKMT_GPU_VA_UNMAP, base, size, protection);
}

struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_copy(uint64_t dst, uint64_t src, uint64_t size)
{
	return op_third(D3DKMT_GPU_VA_COPY, src, size, dst);
}

int __igt_dxg_gpuva_update(const struct igt_dxg *dxg, uint32_t device, uint32_t context,
			   uint32_t fence, uint64_t value,
			   const struct d3dkmt_gpu_va_operation *operations, uint32_t count)
{
	struct d3dkmt_update_gpu_virtual_address args = {
		.device = device,
		.context = context,
		.fence_object = fence,
		.num_operations = count,
		.operations = igt_dxg_ptr(operations),
		.fence_value = value,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UPDATE_GPU_VIRTUAL_ADDRESS, &args);
}

/* --- commands ------------------------------------------------------------ */

/* A multiple of 8 and the rest. */
static void set_address(struct drm_dxg_address *address, uint64_t va)
{
	address->kind = DRM_DXG_ADDRESS_GPU_VA;
	address->base = va & ~7ULL;
	address->offset = va & 7;
}

void igt_dxg_gpuva_fill(struct igt_dxg_stream *stream, uint64_t dst, uint64_t length,
			uint32_t pattern)
{
	set_address(&igt_dxg_stream_fill(stream, 0, 0, length, pattern)->dst, dst);
}

void igt_dxg_gpuva_copy(struct igt_dxg_stream *stream, uint64_t dst, uint64_t src,
			uint64_t length)
{
	struct drm_dxg_cmd_copy *copy = igt_dxg_stream_copy(stream, 0, 0, 0, 0, length);

	set_address(&copy->dst, dst);
	set_address(&copy->src, src);
}

void igt_dxg_gpuva_timestamp(struct igt_dxg_stream *stream, uint64_t dst)
{
	set_address(&igt_dxg_stream_timestamp(stream, 0, 0)->dst, dst);
}

void igt_dxg_gpuva_read(struct igt_dxg_stream *stream, uint32_t dst, uint64_t offset,
			uint64_t src, uint64_t length)
{
	set_address(&igt_dxg_stream_copy(stream, dst, offset, 0, 0, length)->src, src);
}

int __igt_dxg_page_fault(const struct igt_dxg *dxg, uint32_t device, uint64_t *address,
			 uint32_t *flags)
{
	struct d3dkmt_get_device_state args = {
		.device = device,
		.type = D3DKMT_DEVICESTATE_PAGE_FAULT,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_DEVICE_STATE, &args);

	*address = args.faulted_virtual_address;
	*flags = args.page_fault_flags;
	return ret;
}
