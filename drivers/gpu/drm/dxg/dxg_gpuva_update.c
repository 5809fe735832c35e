// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_device.h"
#include "dxg_gem.h"
#include "dxg_gpu_sync.h"
#include "dxg_gpuva_update.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_submit.h"
#include "dxg_translate.h"

/**
 * DOC: Updates of GPU virtual addresses
 *
 * An update is a command like others: it is held in its context's FIFO, belongs to its
 * device's epoch, and is cancelled with both. What is different is where it does its work:
 * the operations are done when it is promoted, between the translation of the command before
 * it and that of the one behind, so that no command sees half of them. The job that it
 * becomes then has only the fence to signal, which is so signalled in its turn too.
 *
 * What one operation needs is allocated at promotion, as what a translation needs: how much
 * that is depends on what is mapped then.
 *
 * What it has to wait for is a wait that is queued before it.
 *
 * Refused: the paging queue's worker for it, with fences between that and the context, as
 * WDDM describes it. The order would be the same, at the cost of two more waits.
 */

/**
 * dxg_gpuva_update_free() - Free an update
 * @update: the update, or NULL
 */
void dxg_gpuva_update_free(struct dxg_gpuva_update *update)
{
	u32 i;

	if (!update)
		return;
	for (i = 0; i < update->num; i++)
		if (update->operations[i].map.alloc)
			dxg_allocation_put(update->operations[i].map.alloc);
	kvfree(update);
}

/* One range that was taken before. */
static bool update_is_taken(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	return dxg_gpuva_range(vm, base, size);
}

static int update_resolve_allocation(struct dxg_gpuva_operation *operation,
				     struct dxg_device *device)
{
	struct dxg_gpuva_map *map = &operation->map;
	u64 end;

	map->alloc = dxg_allocation_lookup(device, operation->handle);
	if (!map->alloc || check_add_overflow(map->offset, map->size, &end) ||
	    end > map->alloc->bo->base.size)
		return -EINVAL;
	return 0;
}

/**
 * dxg_gpuva_update_resolve() - Look up what an update names
 * @update: the update, copied and checked
 * @device: its device, whose epoch its command has joined
 *
 * Return: 0; -EINVAL: no such allocation, or bytes outside of it, or addresses that are in no
 * range.
 */
int dxg_gpuva_update_resolve(struct dxg_gpuva_update *update, struct dxg_device *device)
{
	struct dxg_gpuvm *vm = READ_ONCE(dxg_process_adapter_from(&device->base)->gpuvm);
	struct dxg_gpuva_operation *operation;
	int ret = 0;
	u32 i;

	if (!vm)
		return -EINVAL;
	for (i = 0; i < update->num && !ret; i++)
		if (update->operations[i].handle)
			ret = update_resolve_allocation(&update->operations[i], device);
	if (ret)
		return ret;
	dxg_gpuvm_lock(vm);
	for (i = 0; i < update->num && !ret; i++) {
		operation = &update->operations[i];
		if (!update_is_taken(vm, operation->map.base, operation->map.size))
			ret = -EINVAL;
		if (operation->copy && !update_is_taken(vm, operation->src, operation->map.size))
			ret = -EINVAL;
	}
	dxg_gpuvm_unlock(vm);
	return ret;
}

/* Between the look-up and now it may have been destroyed with ASSUME_NOT_IN_USE. */
static bool update_is_revoked(const struct dxg_gpuva_map *map, struct dxg_device *device)
{
	bool revoked;

	if (!map->alloc)
		return false;
	spin_lock_irq(&device->lock);
	revoked = map->alloc->revoked;
	spin_unlock_irq(&device->lock);
	return revoked;
}

static int update_run_one(struct dxg_gpuvm *vm, const struct dxg_gpuva_operation *operation,
			  struct dxg_command *cmd, struct dxg_device *device, u32 *left)
{
	const struct dxg_gpuva_map *map = &operation->map;
	int ret;

	if (!update_is_taken(vm, map->base, map->size))
		return dxg_translate_fault(cmd, map->base, true);
	if (operation->copy) {
		if (!update_is_taken(vm, operation->src, map->size))
			return dxg_translate_fault(cmd, operation->src, false);
		return dxg_gpuva_copy(vm, map->base, operation->src, map->size, left);
	}
	ret = dxg_gpuva_set(vm, map);
	/* Afterwards: its destruction looks for mappings when it has said that. */
	if (!ret && update_is_revoked(map, device)) {
		dxg_gpuva_unset(vm, map->base, map->size);
		ret = dxg_translate_fault(cmd, map->base, true);
	}
	return ret;
}

/**
 * dxg_gpuva_update_run() - Do what an update says, or the rest of it
 * @cmd: the command that it is
 * @update: the update
 * @device: its device
 *
 * Return: 0; otherwise some of it may have been done: -EFAULT: a page fault, which @cmd has
 * noted; -ENOMEM.
 */
int dxg_gpuva_update_run(struct dxg_command *cmd, struct dxg_gpuva_update *update,
			 struct dxg_device *device)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&device->base);
	struct mem_cgroup *old = set_active_memcg(pa->process->memcg);
	/* Others wait for the locks meanwhile, and what is replaced is freed at the end. */
	u32 left = D3DKMT_GPU_VA_MAX_COPIED;
	int ret = 0;

	dxg_gpuvm_lock(pa->gpuvm);
	while (update->done < update->num && !ret) {
		ret = update_run_one(pa->gpuvm, &update->operations[update->done], cmd, device,
				     &left);
		if (!ret)
			update->done++;
		cond_resched();
	}
	dxg_gpuvm_unlock(pa->gpuvm);
	set_active_memcg(old);
	return ret;
}

static int update_copy_map(const struct d3dkmt_gpu_va_operation *from,
			   struct dxg_gpuva_operation *operation, u64 protection)
{
	if (!from->allocation || !IS_ALIGNED(from->allocation_offset, D3DKMT_GPU_VA_PAGE) ||
	    from->allocation_size < from->size ||
	    !IS_ALIGNED(from->allocation_size, D3DKMT_GPU_VA_PAGE) ||
	    protection & ~(D3DKMT_GPU_VA_WRITE | D3DKMT_GPU_VA_EXECUTE))
		return -EINVAL;
	operation->handle = from->allocation;
	operation->map.offset = from->allocation_offset;
	operation->map.protection = protection;
	return 0;
}

static int update_copy_unmap(struct dxg_gpuva_operation *operation, u64 protection)
{
	if (protection && protection != D3DKMT_GPU_VA_ZERO &&
	    protection != D3DKMT_GPU_VA_NO_ACCESS)
		return -EINVAL;
	operation->map.protection = protection ?: D3DKMT_GPU_VA_NO_ACCESS;
	return 0;
}

static int update_copy_copy(struct dxg_gpuva_operation *operation, u64 destination)
{
	if (!IS_ALIGNED(destination, D3DKMT_GPU_VA_PAGE) ||
	    !dxg_gpuva_is_valid(destination, operation->map.size))
		return -EINVAL;
	operation->copy = true;
	operation->src = operation->map.base;
	operation->map.base = destination;
	return 0;
}

static int update_copy_one(const struct d3dkmt_gpu_va_operation *from,
			   struct dxg_gpuva_operation *operation)
{
	/* What the original has as one field of its union. */
	u64 third = (u64)from->pad2 << 32 | from->allocation;

	if (!IS_ALIGNED(from->base_address | from->size, D3DKMT_GPU_VA_PAGE) ||
	    !dxg_gpuva_is_valid(from->base_address, from->size))
		return -EINVAL;
	operation->map.base = from->base_address;
	operation->map.size = from->size;
	switch (from->type) {
	case D3DKMT_GPU_VA_MAP:
		return update_copy_map(from, operation, D3DKMT_GPU_VA_WRITE |
				       D3DKMT_GPU_VA_EXECUTE);
	case D3DKMT_GPU_VA_MAP_PROTECT:
		return update_copy_map(from, operation, from->protection);
	case D3DKMT_GPU_VA_UNMAP:
		return update_copy_unmap(operation, third);
	case D3DKMT_GPU_VA_COPY:
		return update_copy_copy(operation, third);
	default:
		return -EINVAL;
	}
}

static struct dxg_gpuva_update *
update_create(const struct d3dkmt_update_gpu_virtual_address *args)
{
	struct d3dkmt_gpu_va_operation *operations;
	struct dxg_gpuva_update *update;
	int ret = 0;
	u32 i;

	operations = vmemdup_array_user(u64_to_user_ptr(args->operations), args->num_operations,
					sizeof(*operations));
	if (IS_ERR(operations))
		return ERR_CAST(operations);
	update = kvzalloc(struct_size(update, operations, args->num_operations),
			  GFP_KERNEL_ACCOUNT);
	if (!update) {
		kvfree(operations);
		return ERR_PTR(-ENOMEM);
	}
	update->num = args->num_operations;
	for (i = 0; i < update->num && !ret; i++)
		ret = update_copy_one(&operations[i], &update->operations[i]);
	kvfree(operations);
	if (!ret)
		return update;
	dxg_gpuva_update_free(update);
	return ERR_PTR(ret);
}

static int update_check(const struct d3dkmt_update_gpu_virtual_address *args)
{
	if (!args->num_operations || args->num_operations > D3DKMT_GPU_VA_MAX_OPERATIONS ||
	    !args->operations)
		return -EINVAL;
	if (args->reserved0 || args->reserved1 || args->fence_value == U64_MAX ||
	    args->flags & ~D3DKMT_GPU_VA_DO_NOT_WAIT)
		return -EINVAL;
	return 0;
}

/* The wait comes last, when nothing but want of memory is in the way of the command. */
static int update_hold(struct dxg_call *call, struct dxg_command *cmd)
{
	const struct d3dkmt_update_gpu_virtual_address *args = call->args;
	int ret = 0;

	if (!(args->flags & D3DKMT_GPU_VA_DO_NOT_WAIT))
		ret = dxg_gpu_wait_queue(call->process, args->context, args->fence_object,
					 args->fence_value);
	return ret ?: dxg_command_hold(&cmd, 1);
}

static int update_submit(struct dxg_call *call, struct dxg_context *ctx)
{
	const struct d3dkmt_update_gpu_virtual_address *args = call->args;
	struct dxg_gpuva_update *update;
	struct dxg_command *cmd;
	int ret;

	update = update_create(args);
	if (IS_ERR(update))
		return PTR_ERR(update);
	cmd = dxg_command_create_update(ctx, update, args->fence_object, args->fence_value + 1);
	if (IS_ERR(cmd))
		return PTR_ERR(cmd);
	ret = update_hold(call, cmd);
	if (ret) {
		dxg_command_retire(cmd);
		dxg_command_free(cmd);
	}
	return ret;
}

/**
 * dxg_ioctl_gpuva_update() - D3DKMTUpdateGpuVirtualAddress
 * @call: struct d3dkmt_update_gpu_virtual_address
 *
 * Return: 0; -EINVAL; -EACCES; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_gpuva_update(struct dxg_call *call)
{
	const struct d3dkmt_update_gpu_virtual_address *args = call->args;
	struct dxg_device *device;
	struct dxg_context *ctx;
	int ret;

	ret = update_check(args);
	if (ret)
		return ret;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	ret = -EINVAL;
	ctx = dxg_context_lookup(call->process, args->context);
	if (!ctx)
		goto out_put_device;
	if (ctx->device != device)
		goto out_put_context;
	/* The own queue of a hardware context is not used. */
	if (!ctx->hw)
		ret = update_submit(call, ctx);
out_put_context:
	dxg_context_put(ctx);
out_put_device:
	dxg_device_put(device);
	return ret;
}
