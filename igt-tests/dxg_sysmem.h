/* SPDX-License-Identifier: MIT */
/*
 * What dxg_sysmem.c and dxg_sysmem_bad.c share: memory, and allocations of it.
 */
#ifndef DXG_SYSMEM_H
#define DXG_SYSMEM_H

#include <sys/mman.h>

#include "dxg_evict.h"

#define SIZE		(16 * PAGE)
#define ITEMS_MAX	8

static inline void *map_memory(uint64_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	igt_assert(memory != MAP_FAILED);
	return memory;
}

/* Bytes that the process has pinned. */
static inline uint64_t pinned_bytes(void)
{
	char *text = igt_dxg_read_file("/proc/self/status"), *line = strstr(text, "VmPin:");
	uint64_t kib;

	igt_assert(line);
	kib = strtoull(line + strlen("VmPin:"), NULL, 10);
	free(text);
	return kib * 1024;
}

static inline void wait_unpinned(void)
{
	uint64_t start = igt_dxg_now_ns();

	while (pinned_bytes() && igt_dxg_elapsed_ms(start) < 10000)
		igt_dxg_sleep_ms(1);
	igt_assert_eq_u64(pinned_bytes(), 0);
}

/* @count allocations of @size bytes each; @resource as for __igt_dxg_create(). */
static inline int create_list(const struct space *space, void *const *memory, uint64_t size,
			      uint32_t count, uint32_t flags, uint32_t *resource, uint32_t *list)
{
	struct drm_dxg_allocation_private private = { .size = size };
	struct d3dkmt_allocation_info2 info[ITEMS_MAX] = {};
	struct d3dkmt_create_allocation args = {
		.device = space->device,
		.resource = resource ? *resource : 0,
		.num_allocations = count,
		.allocation_info = igt_dxg_ptr(info),
		.flags = flags | D3DKMT_CREATE_EXISTING_SYS_MEM,
	};
	int ret;

	igt_assert(count <= ITEMS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		info[i].sys_mem = igt_dxg_ptr(memory[i]);
		info[i].private_driver_data = igt_dxg_ptr(&private);
		info[i].private_driver_data_size = sizeof(private);
	}
	ret = igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args);
	if (resource)
		*resource = args.resource;
	for (uint32_t i = 0; i < count; i++)
		list[i] = info[i].allocation;
	return ret;
}

static inline int try_existing(const struct space *space, void *memory, uint64_t size,
			       uint32_t flags, uint32_t *allocation)
{
	return create_list(space, &memory, size, 1, flags, NULL, allocation);
}

static inline uint32_t create_existing(const struct space *space, void *memory, uint64_t size,
				       uint32_t flags)
{
	uint32_t allocation;

	igt_assert_eq(try_existing(space, memory, size, flags, &allocation), 0);
	igt_assert_neq_u32(allocation, 0);
	return allocation;
}

/* Refused, and nothing is pinned or left. */
static inline void refused(const struct space *space, void *memory, uint64_t size, uint32_t flags,
			   int result, const char *what)
{
	uint64_t pinned = pinned_bytes();
	struct igt_dxg_state before;
	uint32_t allocation;
	int ret;

	/* of what was refused before */
	igt_dxg_wait_state(space->dxg, "batches", 0);
	igt_dxg_read_state_all(space->dxg, &before);
	ret = try_existing(space, memory, size, flags, &allocation);
	igt_assert_f(ret == result, "%s: %d and not %d\n", what, ret, result);
	if (allocation)
		igt_assert(!igt_dxg_is_allocation(space->dxg, space->device, allocation));
	igt_dxg_assert_no_leak(space->dxg, &before);
	igt_assert_f(pinned_bytes() == pinned, "%s: memory is pinned\n", what);
}

#endif /* DXG_SYSMEM_H */
