// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_compat.h"
#include "dxg_gem.h"
#include "dxg_gpuva.h"
#include "dxg_process.h"

/**
 * DOC: GPU virtual addresses
 *
 * A process has one address space for each adapter it uses, in two layers. The lower one are
 * ranges of addresses that are taken, in a &struct drm_mm, which finds free ones; the upper
 * one are mappings inside of the ranges, in a &struct drm_gpuvm, which splits and replaces
 * them. What is taken and not mapped reads as zero or faults, as its range says, and costs
 * nothing; a mapping without an allocation is only there where it differs from its range.
 *
 * A mapping belongs to an opening of an object and holds a reference on it, not its handle.
 * Who destroys the opening asks for its mappings, and finds them by the object's list; who
 * maps looks after that whether the opening is still there. One of the two sees the other:
 * no mapping outlives its opening.
 *
 * The engine is software and reads no page tables. What is here takes effect when commands are
 * translated, see Translation.
 *
 * Refused: an address space for each device, for then an address had to be known with its
 * device. Refused: mappings for what is reserved only, as page tables have it: to reserve
 * much would cost much, and each unmapping would map. Refused: the reservation of the address
 * space as its lock, as drivers with hardware have it: no fence is added to it here.
 */

/* Mappings that one change may add: a new one, and the ends of two others. */
#define GPUVA_SPARES	3

/**
 * struct dxg_gpuva - A mapping
 * @base: its addresses
 * @alloc: the allocation, counted; NULL: none
 * @protection: D3DKMT_GPU_VA_*
 * @link: entry of the spares of a change, or of those that are no more
 */
struct dxg_gpuva {
	struct drm_gpuva base;
	struct dxg_allocation *alloc;
	u64 protection;
	struct list_head link;
};

/**
 * struct gpuva_change - A change of mappings under way
 * @vm: the address space, locked
 * @map: what the new one is to be; NULL: there is none
 * @vm_bo: the object of the new one there, counted; NULL: it has none
 * @spares: memory for new ones
 */
struct gpuva_change {
	struct dxg_gpuvm *vm;
	const struct dxg_gpuva_map *map;
	struct drm_gpuvm_bo *vm_bo;
	struct list_head spares;
};

static struct dxg_gpuvm *gpuvm_from(struct drm_gpuvm *base)
{
	return container_of(base, struct dxg_gpuvm, base);
}

static struct dxg_gpuva *gpuva_from(struct drm_gpuva *base)
{
	return container_of(base, struct dxg_gpuva, base);
}

/**
 * dxg_gpuva_is_valid() - Whether addresses are of the address space
 * @base: first address
 * @size: bytes
 *
 * Return: whether all of them are, and there are any.
 */
bool dxg_gpuva_is_valid(u64 base, u64 size)
{
	u64 end;

	return size && base >= D3DKMT_GPU_VA_MIN && !check_add_overflow(base, size, &end) &&
	       end <= D3DKMT_GPU_VA_MAX;
}

static void gpuva_link(struct dxg_gpuva *va, struct drm_gpuvm_bo *vm_bo)
{
	if (!va->alloc)
		return;
	dma_resv_lock(va->alloc->bo->base.resv, NULL);
	drm_gpuva_link(&va->base, vm_bo);
	dma_resv_unlock(va->alloc->bo->base.resv);
}

static void gpuva_unlink(struct dxg_gpuva *va)
{
	if (!va->alloc)
		return;
	dma_resv_lock(va->alloc->bo->base.resv, NULL);
	drm_gpuva_unlink(&va->base);
	dma_resv_unlock(va->alloc->bo->base.resv);
}

/* It is in the tree; the reference on the allocation is its own. */
static void gpuva_count(struct dxg_gpuvm *vm, struct dxg_gpuva *va)
{
	vm->count++;
	if (!va->alloc)
		return;
	dxg_allocation_get(va->alloc);
	WRITE_ONCE(va->alloc->mapped, true);
}

/* It is in the tree no more. References go when the lock is dropped. */
static void gpuva_discard(struct dxg_gpuvm *vm, struct dxg_gpuva *va)
{
	vm->count--;
	list_add(&va->link, &vm->garbage);
}

static struct dxg_gpuva *change_take(struct gpuva_change *change, struct dxg_allocation *alloc,
				     u64 protection)
{
	struct dxg_gpuva *va = list_first_entry(&change->spares, struct dxg_gpuva, link);

	list_del_init(&va->link);
	va->alloc = alloc;
	va->protection = protection;
	return va;
}

static int gpuva_step_map(struct drm_gpuva_op *op, void *priv)
{
	struct gpuva_change *change = priv;
	struct dxg_gpuva *va = change_take(change, change->map->alloc, change->map->protection);

	drm_gpuva_map(&change->vm->base, &va->base, &op->map);
	gpuva_count(change->vm, va);
	gpuva_link(va, change->vm_bo);
	return 0;
}

static int gpuva_step_remap(struct drm_gpuva_op *op, void *priv)
{
	struct gpuva_change *change = priv;
	struct dxg_gpuva *va = gpuva_from(op->remap.unmap->va);
	struct drm_gpuvm_bo *vm_bo = va->base.vm_bo;
	struct dxg_gpuva *prev = NULL, *next = NULL;

	if (op->remap.prev)
		prev = change_take(change, va->alloc, va->protection);
	if (op->remap.next)
		next = change_take(change, va->alloc, va->protection);
	drm_gpuva_remap(prev ? &prev->base : NULL, next ? &next->base : NULL, &op->remap);
	if (prev) {
		gpuva_count(change->vm, prev);
		gpuva_link(prev, vm_bo);
	}
	if (next) {
		gpuva_count(change->vm, next);
		gpuva_link(next, vm_bo);
	}
	gpuva_unlink(va);
	gpuva_discard(change->vm, va);
	return 0;
}

static int gpuva_step_unmap(struct drm_gpuva_op *op, void *priv)
{
	struct gpuva_change *change = priv;
	struct dxg_gpuva *va = gpuva_from(op->unmap.va);

	drm_gpuva_unmap(&op->unmap);
	gpuva_unlink(va);
	gpuva_discard(change->vm, va);
	return 0;
}

static struct drm_gpuvm_bo *gpuvm_bo_alloc(void)
{
	return kzalloc(sizeof(struct drm_gpuvm_bo), GFP_KERNEL_ACCOUNT);
}

static void gpuvm_bo_free(struct drm_gpuvm_bo *vm_bo)
{
	kfree(vm_bo);
}

static void gpuvm_free(struct drm_gpuvm *base)
{
	struct dxg_gpuvm *vm = gpuvm_from(base);

	drm_mm_takedown(&vm->ranges);
	mutex_destroy(&vm->lock);
	kfree(vm);
}

static const struct drm_gpuvm_ops gpuvm_ops = {
	.vm_free = gpuvm_free,
	.vm_bo_alloc = gpuvm_bo_alloc,
	.vm_bo_free = gpuvm_bo_free,
	.sm_step_map = gpuva_step_map,
	.sm_step_remap = gpuva_step_remap,
	.sm_step_unmap = gpuva_step_unmap,
};

static struct dxg_gpuvm *gpuvm_alloc(struct dxg_adapter *adapter)
{
	struct drm_gem_object *root;
	struct dxg_gpuvm *vm;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return NULL;
	/* Nobody locks it: the objects have reservations of their own. */
	root = drm_gpuvm_resv_object_alloc(&adapter->ddev);
	if (!root) {
		kfree(vm);
		return NULL;
	}
	mutex_init(&vm->lock);
	drm_mm_init(&vm->ranges, D3DKMT_GPU_VA_MIN, D3DKMT_GPU_VA_MAX - D3DKMT_GPU_VA_MIN);
	INIT_LIST_HEAD(&vm->garbage);
	drm_gpuvm_init(&vm->base, "dxg", 0, &adapter->ddev, root, D3DKMT_GPU_VA_MIN,
		       D3DKMT_GPU_VA_MAX - D3DKMT_GPU_VA_MIN, 0, 0, &gpuvm_ops);
	drm_gem_object_put(root);
	return vm;
}

/**
 * dxg_gpuvm_create() - The address space of a process
 * @pa: its use of the adapter
 *
 * Return: the address space, which is made when it is first asked for, and lives as long as
 * @pa; NULL: no memory.
 */
struct dxg_gpuvm *dxg_gpuvm_create(struct dxg_process_adapter *pa)
{
	struct dxg_gpuvm *vm = READ_ONCE(pa->gpuvm), *other;

	if (vm)
		return vm;
	vm = gpuvm_alloc(pa->adapter);
	if (!vm)
		return NULL;
	other = cmpxchg(&pa->gpuvm, NULL, vm);
	if (!other)
		return vm;
	drm_gpuvm_put(&vm->base);
	return other;
}

/**
 * dxg_gpuvm_lock() - Keep others from an address space
 * @vm: the address space
 */
void dxg_gpuvm_lock(struct dxg_gpuvm *vm)
{
	mutex_lock(&vm->lock);
}

/**
 * dxg_gpuvm_unlock() - Undo dxg_gpuvm_lock(), and free what was unmapped
 * @vm: the address space
 */
void dxg_gpuvm_unlock(struct dxg_gpuvm *vm)
{
	struct dxg_gpuva *va, *next;
	LIST_HEAD(garbage);

	list_splice_init(&vm->garbage, &garbage);
	mutex_unlock(&vm->lock);

	list_for_each_entry_safe(va, next, &garbage, link) {
		if (va->alloc)
			dxg_allocation_put(va->alloc);
		kfree(va);
		cond_resched();
	}
}

static struct dxg_gpuva_range *gpuva_range_create(struct dxg_gpuvm *vm)
{
	lockdep_assert_held(&vm->lock);

	if (vm->count >= D3DKMT_GPU_VA_MAX_MAPPINGS)
		return NULL;
	return kzalloc(sizeof(struct dxg_gpuva_range), GFP_KERNEL_ACCOUNT);
}

/**
 * dxg_gpuva_take() - Take addresses
 * @vm: the address space, locked
 * @base: first address
 * @size: bytes
 *
 * Return: the range; -EINVAL: they are not free; -ENOMEM.
 */
struct dxg_gpuva_range *dxg_gpuva_take(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	struct dxg_gpuva_range *range = gpuva_range_create(vm);

	if (!range)
		return ERR_PTR(-ENOMEM);
	range->node.start = base;
	range->node.size = size;
	if (drm_mm_reserve_node(&vm->ranges, &range->node)) {
		kfree(range);
		return ERR_PTR(-EINVAL);
	}
	vm->count++;
	return range;
}

/**
 * dxg_gpuva_choose() - Take addresses that are free
 * @vm: the address space, locked
 * @size: bytes
 * @min: least address
 * @max: where they end at the latest; 0: anywhere
 *
 * Return: the range, aligned to D3DKMT_GPU_VA_GRANULARITY; -ENOMEM: no memory, or none such
 * are free.
 */
struct dxg_gpuva_range *dxg_gpuva_choose(struct dxg_gpuvm *vm, u64 size, u64 min, u64 max)
{
	struct dxg_gpuva_range *range = gpuva_range_create(vm);

	if (!range)
		return ERR_PTR(-ENOMEM);
	min = max(min, D3DKMT_GPU_VA_MIN);
	max = max ? min(max, D3DKMT_GPU_VA_MAX) : D3DKMT_GPU_VA_MAX;
	if (min >= max || size > max - min ||
	    drm_mm_insert_node_in_range(&vm->ranges, &range->node, size,
					D3DKMT_GPU_VA_GRANULARITY, 0, min, max,
					DRM_MM_INSERT_LOW)) {
		kfree(range);
		return ERR_PTR(-ENOMEM);
	}
	vm->count++;
	return range;
}

static struct dxg_gpuva_range *gpuva_range_first(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	struct drm_mm_node *node;

	lockdep_assert_held(&vm->lock);

	drm_mm_for_each_node_in_range(node, &vm->ranges, base, base + size)
		return container_of(node, struct dxg_gpuva_range, node);
	return NULL;
}

/**
 * dxg_gpuva_range() - The range of some addresses
 * @vm: the address space, locked
 * @base: first address
 * @size: bytes; all are valid
 *
 * Return: the one that has all of them; NULL: there is none.
 */
struct dxg_gpuva_range *dxg_gpuva_range(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	struct dxg_gpuva_range *range = gpuva_range_first(vm, base, size);

	if (!range || range->node.start > base ||
	    range->node.start + range->node.size < base + size)
		return NULL;
	return range;
}

/**
 * dxg_gpuva_is_free() - Whether nobody has taken any of some addresses
 * @vm: the address space, locked
 * @base: first address
 * @size: bytes; all are valid
 *
 * Return: whether all are free.
 */
bool dxg_gpuva_is_free(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	return !gpuva_range_first(vm, base, size);
}

/* No mapping crosses the borders of the addresses: nothing is split. */
static void gpuva_unmap(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	struct gpuva_change change = {
		.vm = vm,
		.spares = LIST_HEAD_INIT(change.spares),
	};

	drm_gpuvm_sm_unmap(&vm->base, &change, base, size);
}

/**
 * dxg_gpuva_free() - Give addresses back
 * @vm: the address space, locked
 * @range: the range; freed, and its mappings with it
 */
void dxg_gpuva_free(struct dxg_gpuvm *vm, struct dxg_gpuva_range *range)
{
	lockdep_assert_held(&vm->lock);

	/* Nor those of a range. */
	gpuva_unmap(vm, range->node.start, range->node.size);
	drm_mm_remove_node(&range->node);
	vm->count--;
	kfree(range);
}

static void change_end(struct gpuva_change *change)
{
	struct dxg_gpuva *va, *next;

	list_for_each_entry_safe(va, next, &change->spares, link)
		kfree(va);
	if (!change->vm_bo)
		return;
	dma_resv_lock(change->vm_bo->obj->resv, NULL);
	drm_gpuvm_bo_put(change->vm_bo);
	dma_resv_unlock(change->map->alloc->bo->base.resv);
}

/* All that can fail. */
static int change_begin(struct gpuva_change *change)
{
	const struct dxg_gpuva_map *map = change->map;
	struct drm_gpuvm_bo *vm_bo;
	struct dxg_gpuva *va;
	unsigned int i;

	if (change->vm->count + GPUVA_SPARES > D3DKMT_GPU_VA_MAX_MAPPINGS)
		return -ENOMEM;
	for (i = 0; i < GPUVA_SPARES; i++) {
		va = kzalloc(sizeof(*va), GFP_KERNEL_ACCOUNT);
		if (!va)
			return -ENOMEM;
		list_add(&va->link, &change->spares);
	}
	if (!map->alloc)
		return 0;
	dma_resv_lock(map->alloc->bo->base.resv, NULL);
	vm_bo = drm_gpuvm_bo_obtain_locked(&change->vm->base, &map->alloc->bo->base);
	dma_resv_unlock(map->alloc->bo->base.resv);
	if (IS_ERR(vm_bo))
		return PTR_ERR(vm_bo);
	change->vm_bo = vm_bo;
	return 0;
}

/* What is like the rest of its range needs no mapping. */
static void change_run(struct gpuva_change *change, bool zero)
{
	const struct dxg_gpuva_map *map = change->map;
	struct drm_gpuvm_map_req req = {
		.map.va.addr = map->base,
		.map.va.range = map->size,
	};

	if (!map->alloc && !(map->protection & D3DKMT_GPU_VA_ZERO) == !zero) {
		drm_gpuvm_sm_unmap(&change->vm->base, change, map->base, map->size);
		return;
	}
	if (map->alloc) {
		req.map.gem.obj = &map->alloc->bo->base;
		req.map.gem.offset = map->offset;
	}
	drm_gpuvm_sm_map(&change->vm->base, change, &req);
}

/**
 * dxg_gpuva_set() - Replace what some addresses are
 * @vm: the address space, locked
 * @map: what they are to be; they are in one range, and the bytes in the allocation
 *
 * Return: 0; -ENOMEM: no memory, or too many mappings; nothing has changed.
 */
int dxg_gpuva_set(struct dxg_gpuvm *vm, const struct dxg_gpuva_map *map)
{
	struct gpuva_change change = {
		.vm = vm,
		.map = map,
		.spares = LIST_HEAD_INIT(change.spares),
	};
	int ret;

	lockdep_assert_held(&vm->lock);

	ret = change_begin(&change);
	if (!ret)
		change_run(&change, dxg_gpuva_range(vm, map->base, map->size)->zero);
	change_end(&change);
	return ret;
}

/**
 * dxg_gpuva_find() - What is at an address
 * @vm: the address space, locked
 * @address: the address, valid
 * @max: bytes that are of interest
 * @span: out: what is there, and how far
 */
void dxg_gpuva_find(struct dxg_gpuvm *vm, u64 address, u64 max, struct dxg_gpuva_span *span)
{
	struct dxg_gpuva_range *range = dxg_gpuva_range(vm, address, 1);
	struct drm_gpuva *base;
	struct dxg_gpuva *va;

	*span = (struct dxg_gpuva_span){ .length = max };
	if (!range)
		return;
	span->length = min(max, range->node.start + range->node.size - address);
	base = drm_gpuva_find_first(&vm->base, address, span->length);
	if (!base || base->va.addr > address) {
		if (base)
			span->length = base->va.addr - address;
		span->protection = range->zero ? D3DKMT_GPU_VA_ZERO : 0;
		return;
	}
	va = gpuva_from(base);
	span->length = min(span->length, base->va.addr + base->va.range - address);
	span->protection = va->protection;
	span->alloc = va->alloc;
	span->offset = base->gem.offset + (address - base->va.addr);
}

static u32 gpuva_count_spans(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	struct dxg_gpuva_span span;
	u32 num = 0;
	u64 pos;

	for (pos = 0; pos < size; pos += span.length) {
		dxg_gpuva_find(vm, base + pos, size - pos, &span);
		num++;
	}
	return num;
}

/**
 * dxg_gpuva_copy() - Have some addresses mapped as others are
 * @vm: the address space, locked
 * @dst: first of them, in one range
 * @src: first of the others, in one range
 * @size: bytes
 * @left: mappings that may still be copied; fewer on return
 *
 * Return: 0; -ENOMEM: some of it may have been done.
 */
int dxg_gpuva_copy(struct dxg_gpuvm *vm, u64 dst, u64 src, u64 size, u32 *left)
{
	struct dxg_gpuva_span *spans;
	u32 num, i;
	int ret = 0;
	u64 pos = 0;

	/* As they were before, for the two may overlap. What is replaced lives until unlock. */
	num = gpuva_count_spans(vm, src, size);
	if (num > *left)
		return -ENOMEM;
	*left -= num;
	spans = kvcalloc(num, sizeof(*spans), GFP_KERNEL_ACCOUNT);
	if (!spans)
		return -ENOMEM;
	for (i = 0; i < num; i++) {
		dxg_gpuva_find(vm, src + pos, size - pos, &spans[i]);
		pos += spans[i].length;
	}
	for (i = 0, pos = 0; i < num && !ret; i++) {
		struct dxg_gpuva_map map = {
			.base = dst + pos,
			.size = spans[i].length,
			.alloc = spans[i].alloc,
			.offset = spans[i].offset,
			.protection = spans[i].protection,
		};

		ret = dxg_gpuva_set(vm, &map);
		pos += spans[i].length;
		cond_resched();
	}
	kvfree(spans);
	return ret;
}

/* A range that was taken for a mapping goes with the last one. */
static void gpuva_free_unused(struct dxg_gpuvm *vm, u64 address)
{
	struct dxg_gpuva_range *range = dxg_gpuva_range(vm, address, 1);

	if (range && !range->reserved &&
	    drm_gpuvm_interval_empty(&vm->base, range->node.start, range->node.size))
		dxg_gpuva_free(vm, range);
}

/**
 * dxg_gpuva_unset() - Undo dxg_gpuva_set(), but for what was there before
 * @vm: the address space, locked since then
 * @base: first address
 * @size: bytes
 *
 * Frees a range that was taken for a mapping if it has none.
 */
void dxg_gpuva_unset(struct dxg_gpuvm *vm, u64 base, u64 size)
{
	gpuva_unmap(vm, base, size);
	gpuva_free_unused(vm, base);
}

static void gpuva_forget_locked(struct dxg_gpuvm *vm, struct dxg_allocation *alloc)
{
	struct drm_gem_object *obj = &alloc->bo->base;
	struct drm_gpuva *base, *next;
	struct drm_gpuvm_bo *vm_bo;
	struct dxg_gpuva *va;

	lockdep_assert_held(&vm->lock);

	dma_resv_lock(obj->resv, NULL);
	vm_bo = drm_gpuvm_bo_find(&vm->base, obj);
	if (vm_bo) {
		drm_gpuvm_bo_for_each_va_safe(base, next, vm_bo) {
			va = gpuva_from(base);
			if (va->alloc != alloc)
				continue;
			drm_gpuva_remove(base);
			drm_gpuva_unlink(base);
			gpuva_discard(vm, va);
		}
		drm_gpuvm_bo_put(vm_bo);
	}
	dma_resv_unlock(obj->resv);

	/* All that is there is of this allocation, or was added before the lock was dropped. */
	list_for_each_entry(va, &vm->garbage, link)
		gpuva_free_unused(vm, va->base.va.addr);
}

/**
 * dxg_gpuva_forget() - Unmap an allocation everywhere
 * @alloc: the allocation, destroyed, so that nobody maps it any more
 *
 * Frees nothing that has a reference elsewhere. May sleep.
 */
void dxg_gpuva_forget(struct dxg_allocation *alloc)
{
	struct dxg_gpuvm *vm;

	/* Who maps looks, later, whether the allocation is still there. */
	if (!READ_ONCE(alloc->mapped))
		return;
	vm = READ_ONCE(dxg_process_adapter_from(&alloc->base)->gpuvm);
	dxg_gpuvm_lock(vm);
	gpuva_forget_locked(vm, alloc);
	dxg_gpuvm_unlock(vm);
}

/**
 * dxg_gpuvm_clear() - Give all addresses of a process back
 * @pa: its use of the adapter
 */
void dxg_gpuvm_clear(struct dxg_process_adapter *pa)
{
	struct dxg_gpuvm *vm = READ_ONCE(pa->gpuvm);
	struct drm_mm_node *node, *next;

	if (!vm)
		return;
	dxg_gpuvm_lock(vm);
	drm_mm_for_each_node_safe(node, next, &vm->ranges) {
		dxg_gpuva_free(vm, container_of(node, struct dxg_gpuva_range, node));
		cond_resched();
	}
	dxg_gpuvm_unlock(vm);
}

/**
 * dxg_gpuvm_destroy() - The end of an address space
 * @pa: the use of the adapter, which nobody has any more
 */
void dxg_gpuvm_destroy(struct dxg_process_adapter *pa)
{
	if (!pa->gpuvm)
		return;
	dxg_gpuvm_clear(pa);
	drm_gpuvm_put(&pa->gpuvm->base);
	pa->gpuvm = NULL;
}
