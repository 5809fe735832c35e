/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_GPUVA_H
#define _DXG_GPUVA_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/drm_gpuvm.h>
#include <drm/drm_mm.h>

struct dxg_allocation;
struct dxg_process_adapter;

/**
 * struct dxg_gpuvm - The GPU virtual addresses of a process on one adapter
 */
struct dxg_gpuvm {
	/** @base: The mappings; its last reference frees all. */
	struct drm_gpuvm base;
	/**
	 * @lock: Covers @base, the fields below, and the number of mappings of the process's
	 * allocations there. Nothing that waits for commands happens under it.
	 */
	struct mutex lock;
	/** @ranges: Addresses that are taken. */
	struct drm_mm ranges;
	/** @count: Ranges and mappings. */
	u32 count;
	/** @garbage: Mappings that are no more; freed by who unlocks. */
	struct list_head garbage;
};

/**
 * struct dxg_gpuva_range - Addresses that were taken together
 * @node: the addresses
 * @reserved: not by a mapping, with the last of which they would go
 * @zero: what is not mapped reads as zero
 */
struct dxg_gpuva_range {
	struct drm_mm_node node;
	bool reserved;
	bool zero;
};

/**
 * struct dxg_gpuva_map - What some addresses are to be
 * @base: first address
 * @size: bytes
 * @alloc: the allocation; NULL: none
 * @offset: first byte of it
 * @protection: D3DKMT_GPU_VA_*; where there is no allocation, ZERO or not
 */
struct dxg_gpuva_map {
	u64 base;
	u64 size;
	struct dxg_allocation *alloc;
	u64 offset;
	u64 protection;
};

/**
 * struct dxg_gpuva_span - What a command finds at an address
 * @alloc: the allocation; NULL: none
 * @offset: byte of it
 * @length: bytes that go on like this
 * @protection: D3DKMT_GPU_VA_*; where there is no allocation, ZERO, or not to be reached
 */
struct dxg_gpuva_span {
	struct dxg_allocation *alloc;
	u64 offset;
	u64 length;
	u64 protection;
};

bool dxg_gpuva_is_valid(u64 base, u64 size);
struct dxg_gpuvm *dxg_gpuvm_create(struct dxg_process_adapter *pa);
void dxg_gpuvm_clear(struct dxg_process_adapter *pa);
void dxg_gpuvm_destroy(struct dxg_process_adapter *pa);
void dxg_gpuvm_lock(struct dxg_gpuvm *vm);
void dxg_gpuvm_unlock(struct dxg_gpuvm *vm);

struct dxg_gpuva_range *dxg_gpuva_take(struct dxg_gpuvm *vm, u64 base, u64 size);
struct dxg_gpuva_range *dxg_gpuva_choose(struct dxg_gpuvm *vm, u64 size, u64 min, u64 max);
struct dxg_gpuva_range *dxg_gpuva_range(struct dxg_gpuvm *vm, u64 base, u64 size);
bool dxg_gpuva_is_free(struct dxg_gpuvm *vm, u64 base, u64 size);
void dxg_gpuva_free(struct dxg_gpuvm *vm, struct dxg_gpuva_range *range);

int dxg_gpuva_set(struct dxg_gpuvm *vm, const struct dxg_gpuva_map *map);
void dxg_gpuva_unset(struct dxg_gpuvm *vm, u64 base, u64 size);
int dxg_gpuva_copy(struct dxg_gpuvm *vm, u64 dst, u64 src, u64 size, u32 *left);
void dxg_gpuva_find(struct dxg_gpuvm *vm, u64 address, u64 max, struct dxg_gpuva_span *span);
void dxg_gpuva_forget(struct dxg_allocation *alloc);

#endif /* _DXG_GPUVA_H */
