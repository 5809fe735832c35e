/* SPDX-License-Identifier: MIT */
/*
 * GPU virtual addresses for the tests of dxg.
 *
 * As in dxg_igt.h, igt_dxg_x() asserts that it works and __igt_dxg_x() returns 0 or -errno.
 */
#ifndef DXG_IGT_GPUVA_H
#define DXG_IGT_GPUVA_H

#include "dxg_igt.h"

/* --- ranges and mappings ------------------------------------------------- */

/* @handle: a paging queue or an adapter; @base: 0: anywhere; @va may be NULL */
int __igt_dxg_gpuva_reserve(const struct igt_dxg *dxg, uint32_t handle, uint64_t base,
			    uint64_t size, uint32_t type, uint64_t *va);
uint64_t igt_dxg_gpuva_reserve(const struct igt_dxg *dxg, uint64_t size, uint32_t type);
/* In bytes; @base: 0: anywhere; @va may be NULL */
int __igt_dxg_gpuva_map(const struct igt_dxg *dxg, uint32_t queue, uint64_t base,
			uint32_t allocation, uint64_t offset, uint64_t size, uint64_t protection,
			uint64_t *va);
/* To be written. */
uint64_t igt_dxg_gpuva_map(const struct igt_dxg *dxg, uint32_t queue, uint64_t base,
			   uint32_t allocation, uint64_t offset, uint64_t size);
int __igt_dxg_gpuva_free(const struct igt_dxg *dxg, uint64_t base, uint64_t size);
void igt_dxg_gpuva_free(const struct igt_dxg *dxg, uint64_t base, uint64_t size);

/* --- updates ------------------------------------------------------------- */

struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_map(uint64_t base, uint64_t size,
						    uint32_t allocation, uint64_t offset);
struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_protect(uint64_t base, uint64_t size,
							uint32_t allocation, uint64_t offset,
							uint64_t protection);
struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_unmap(uint64_t base, uint64_t size,
						      uint64_t protection);
struct d3dkmt_gpu_va_operation igt_dxg_gpuva_op_copy(uint64_t dst, uint64_t src, uint64_t size);
/* The context waits for @value of the fence, and signals @value + 1. */
int __igt_dxg_gpuva_update(const struct igt_dxg *dxg, uint32_t device, uint32_t context,
			   uint32_t fence, uint64_t value,
			   const struct d3dkmt_gpu_va_operation *operations, uint32_t count);

/* --- commands ------------------------------------------------------------ */

void igt_dxg_gpuva_fill(struct igt_dxg_stream *stream, uint64_t dst, uint64_t length,
			uint32_t pattern);
void igt_dxg_gpuva_copy(struct igt_dxg_stream *stream, uint64_t dst, uint64_t src,
			uint64_t length);
void igt_dxg_gpuva_timestamp(struct igt_dxg_stream *stream, uint64_t dst);
/* From an address to an allocation. */
void igt_dxg_gpuva_read(struct igt_dxg_stream *stream, uint32_t dst, uint64_t offset,
			uint64_t src, uint64_t length);

/* The first page fault of a device; the address is 0 where there was none. */
int __igt_dxg_page_fault(const struct igt_dxg *dxg, uint32_t device, uint64_t *address,
			 uint32_t *flags);

#endif /* DXG_IGT_GPUVA_H */
