// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/err.h>
#include <linux/overflow.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_device.h"
#include "dxg_gem.h"
#include "dxg_gpuva.h"
#include "dxg_ioctl.h"
#include "dxg_paging_queue.h"
#include "dxg_process.h"
#include "dxg_trace.h"

/* Counted. In one of its forms the structure has an adapter here, in the other a queue. */
static struct dxg_process_adapter *gpuva_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_paging_queue *queue = dxg_paging_queue_lookup(process, handle);
	struct dxg_process_adapter *pa;

	if (!queue)
		return dxg_process_lookup_adapter(process, handle);
	pa = dxg_process_adapter_from(&queue->base);
	dxg_object_get(&pa->base);
	dxg_paging_queue_put(queue);
	return pa;
}

static int reserve_check(const struct d3dkmt_reserve_gpu_virtual_address *args)
{
	if (args->reservation_type > D3DKMT_GPU_VA_RESERVE_NO_COMMIT)
		return -EINVAL;
	if (!args->size || !IS_ALIGNED(args->size, D3DKMT_GPU_VA_GRANULARITY) ||
	    args->size > D3DKMT_GPU_VA_MAX)
		return -EINVAL;
	if (args->base_address)
		return IS_ALIGNED(args->base_address, D3DKMT_GPU_VA_GRANULARITY) &&
		       dxg_gpuva_is_valid(args->base_address, args->size) ? 0 : -EINVAL;
	return IS_ALIGNED(args->minimum_address, D3DKMT_GPU_VA_GRANULARITY) ? 0 : -EINVAL;
}

static int gpuva_reserve(struct dxg_process_adapter *pa,
			 struct d3dkmt_reserve_gpu_virtual_address *args)
{
	struct dxg_gpuva_range *range;
	struct dxg_gpuvm *vm;

	vm = dxg_gpuvm_create(pa);
	if (!vm)
		return -ENOMEM;
	dxg_gpuvm_lock(vm);
	if (args->base_address)
		range = dxg_gpuva_take(vm, args->base_address, args->size);
	else
		range = dxg_gpuva_choose(vm, args->size, args->minimum_address,
					 args->maximum_address);
	if (!IS_ERR(range)) {
		range->reserved = true;
		range->zero = args->reservation_type == D3DKMT_GPU_VA_RESERVE_ZERO;
		args->virtual_address = range->node.start;
		args->paging_fence_value = 0;
	}
	dxg_gpuvm_unlock(vm);
	return PTR_ERR_OR_ZERO(range);
}

/**
 * dxg_ioctl_gpuva_reserve() - D3DKMTReserveGpuVirtualAddress
 * @call: struct d3dkmt_reserve_gpu_virtual_address
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_gpuva_reserve(struct dxg_call *call)
{
	struct d3dkmt_reserve_gpu_virtual_address *args = call->args;
	struct dxg_process_adapter *pa;
	int ret;

	ret = reserve_check(args);
	if (ret)
		return ret;
	pa = gpuva_lookup(call->process, args->paging_queue);
	if (!pa)
		return -EINVAL;
	if (dxg_adapter_is_removed(pa->adapter))
		ret = -ENODEV;
	/* Who does not learn the address could not give it back. */
	ret = ret ?: dxg_call_probe(call, sizeof(*args)) ?: gpuva_reserve(pa, args);
	dxg_object_put(&pa->base);
	return ret;
}

static int map_check_protection(const struct d3dkmt_map_gpu_virtual_address *args)
{
	switch (args->protection) {
	case D3DKMT_GPU_VA_ZERO:
	case D3DKMT_GPU_VA_NO_ACCESS:
		return args->allocation || args->offset_in_pages ? -EINVAL : 0;
	default:
		return args->protection & ~(D3DKMT_GPU_VA_WRITE | D3DKMT_GPU_VA_EXECUTE) ?
		       -EINVAL : 0;
	}
}

static int map_check(const struct d3dkmt_map_gpu_virtual_address *args, struct dxg_gpuva_map *map)
{
	if (map_check_protection(args))
		return -EINVAL;
	if (!args->size_in_pages ||
	    check_mul_overflow(args->size_in_pages, D3DKMT_GPU_VA_PAGE, &map->size) ||
	    check_mul_overflow(args->offset_in_pages, D3DKMT_GPU_VA_PAGE, &map->offset))
		return -EINVAL;
	map->base = args->base_address;
	map->protection = args->protection;
	if (args->base_address)
		return IS_ALIGNED(map->base, D3DKMT_GPU_VA_PAGE) &&
		       dxg_gpuva_is_valid(map->base, map->size) ? 0 : -EINVAL;
	return IS_ALIGNED(args->minimum_address, D3DKMT_GPU_VA_PAGE) &&
	       map->size <= D3DKMT_GPU_VA_MAX ? 0 : -EINVAL;
}

/* The range, taken now or before. */
static struct dxg_gpuva_range *map_place(struct dxg_gpuvm *vm,
					 const struct d3dkmt_map_gpu_virtual_address *args,
					 struct dxg_gpuva_map *map, bool *taken)
{
	struct dxg_gpuva_range *range;

	*taken = true;
	if (!map->base) {
		range = dxg_gpuva_choose(vm, map->size, args->minimum_address,
					 args->maximum_address);
		if (!IS_ERR(range))
			map->base = range->node.start;
		return range;
	}
	range = dxg_gpuva_range(vm, map->base, map->size);
	if (!range)
		return dxg_gpuva_take(vm, map->base, map->size);
	*taken = false;
	return range;
}

/* Whether nobody has destroyed it meanwhile. */
static bool map_is_alive(struct dxg_allocation *alloc)
{
	struct dxg_allocation *found;

	if (!alloc)
		return true;
	found = dxg_allocation_lookup(alloc->device, alloc->base.handle);
	/* Its handle is not used again as long as there is a reference, but in theory. */
	if (found)
		dxg_allocation_put(found);
	return found == alloc;
}

static int gpuva_map(struct dxg_gpuvm *vm, struct d3dkmt_map_gpu_virtual_address *args,
		     struct dxg_gpuva_map *map)
{
	struct dxg_gpuva_range *range;
	bool taken;
	int ret;

	dxg_gpuvm_lock(vm);
	range = map_place(vm, args, map, &taken);
	ret = PTR_ERR_OR_ZERO(range);
	if (ret)
		goto out_unlock;
	ret = dxg_gpuva_set(vm, map);
	if (ret) {
		if (taken)
			dxg_gpuva_free(vm, range);
		goto out_unlock;
	}
	args->virtual_address = map->base;
	args->paging_fence_value = 0;
	/* Its destruction may have looked for mappings already: as if it came a moment later. */
	if (!map_is_alive(map->alloc))
		dxg_gpuva_unset(vm, map->base, map->size);
out_unlock:
	dxg_gpuvm_unlock(vm);
	return ret;
}

static int map_allocation(struct dxg_paging_queue *queue,
			  struct d3dkmt_map_gpu_virtual_address *args, struct dxg_gpuva_map *map)
{
	struct dxg_gpuvm *vm;
	u64 end;
	int ret;

	vm = dxg_gpuvm_create(dxg_process_adapter_from(&queue->base));
	if (!vm)
		return -ENOMEM;
	if (map->protection & (D3DKMT_GPU_VA_ZERO | D3DKMT_GPU_VA_NO_ACCESS))
		return gpuva_map(vm, args, map);

	map->alloc = dxg_allocation_lookup(queue->device, args->allocation);
	if (!map->alloc)
		return -EINVAL;
	if (check_add_overflow(map->offset, map->size, &end) || end > map->alloc->bo->base.size)
		ret = -EINVAL;
	else
		ret = gpuva_map(vm, args, map);
	dxg_allocation_put(map->alloc);
	return ret;
}

/**
 * dxg_ioctl_gpuva_map() - D3DKMTMapGpuVirtualAddress
 * @call: struct d3dkmt_map_gpu_virtual_address
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_gpuva_map(struct dxg_call *call)
{
	struct d3dkmt_map_gpu_virtual_address *args = call->args;
	struct dxg_paging_queue *queue;
	struct dxg_gpuva_map map = {};
	int ret;

	ret = map_check(args, &map);
	if (ret)
		return ret;
	queue = dxg_paging_queue_lookup(call->process, args->paging_queue);
	if (!queue)
		return -EINVAL;
	if (dxg_adapter_is_removed(queue->device->adapter))
		ret = -ENODEV;
	ret = ret ?: dxg_call_probe(call, sizeof(*args)) ?: map_allocation(queue, args, &map);
	dxg_paging_queue_put(queue);
	return ret;
}

/**
 * dxg_ioctl_gpuva_free() - D3DKMTFreeGpuVirtualAddress
 * @call: struct d3dkmt_free_gpu_virtual_address
 *
 * Return: 0; -EINVAL: no such adapter or range.
 */
int dxg_ioctl_gpuva_free(struct dxg_call *call)
{
	const struct d3dkmt_free_gpu_virtual_address *args = call->args;
	struct dxg_gpuva_range *range = NULL;
	struct dxg_process_adapter *pa;
	struct dxg_gpuvm *vm;

	if (!dxg_gpuva_is_valid(args->base_address, args->size))
		return -EINVAL;
	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	vm = READ_ONCE(pa->gpuvm);
	if (vm) {
		dxg_gpuvm_lock(vm);
		range = dxg_gpuva_range(vm, args->base_address, args->size);
		if (range && range->node.start == args->base_address &&
		    range->node.size == args->size)
			dxg_gpuva_free(vm, range);
		else
			range = NULL;
		dxg_gpuvm_unlock(vm);
	}
	dxg_object_put(&pa->base);
	return range ? 0 : -EINVAL;
}
