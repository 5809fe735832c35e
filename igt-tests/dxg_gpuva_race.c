// SPDX-License-Identifier: MIT
/*
 * GPU virtual addresses against everything that can happen to them at the same time.
 */
#include <errno.h>
#include <string.h>

#include "dxg_igt.h"
#include "dxg_igt_gpuva.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Mappings, updates and commands beside destructions.");

#define PAGE		4096ULL
#define SIZE		(16 * PAGE)
/* Twice each of the 64 distances of igt_dxg_race() */
#define ROUNDS		128

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)

/**
 * struct arena - What two threads fight for
 * @dxg: the way in
 * @device: device of it all
 * @queue: its paging queue
 * @context: a context
 * @fence: a fence
 * @allocation: an allocation of SIZE
 * @va: a reserved range of SIZE
 * @chosen: where a mapping came to be
 * @flags: of the destruction
 */
struct arena {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t queue;
	uint32_t context;
	uint32_t fence;
	uint32_t allocation;
	uint64_t va;
	uint64_t chosen;
	uint32_t flags;
};

static void arena_create(struct igt_dxg *dxg, struct arena *arena)
{
	arena->dxg = dxg;
	arena->device = igt_dxg_create_device(dxg);
	arena->queue = igt_dxg_create_paging_queue(dxg, arena->device, NULL, NULL);
	arena->context = igt_dxg_create_context(dxg, arena->device);
	arena->fence = igt_dxg_create_fence(dxg, arena->device, 0, NULL);
	arena->allocation = igt_dxg_create_allocation(dxg, arena->device, SIZE);
	arena->va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
}

static void arena_destroy(const struct arena *arena)
{
	/* Whoever lost the race has taken it along, or not. */
	__igt_dxg_destroy_device(arena->dxg, arena->device);
	__igt_dxg_gpuva_free(arena->dxg, arena->va, SIZE);
}

static int do_map(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_gpuva_map(arena->dxg, arena->queue, arena->va, arena->allocation, 0, SIZE,
				   D3DKMT_GPU_VA_WRITE, NULL);
}

static int do_map_anywhere(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_gpuva_map(arena->dxg, arena->queue, 0, arena->allocation, 0, SIZE,
				   D3DKMT_GPU_VA_WRITE, &arena->chosen);
}

static int do_map_parts(void *data)
{
	struct arena *arena = data;
	int ret = 0;

	for (uint64_t at = 0; at < SIZE && !ret; at += PAGE)
		ret = __igt_dxg_gpuva_map(arena->dxg, arena->queue, arena->va + at,
					  arena->allocation, SIZE - PAGE - at, PAGE,
					  D3DKMT_GPU_VA_WRITE, NULL);
	return ret;
}

static int do_free(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_gpuva_free(arena->dxg, arena->va, SIZE);
}

static int do_destroy(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy2(arena->dxg, arena->device, 0, &arena->allocation, 1,
				  arena->flags);
}

static int do_destroy_device(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_device(arena->dxg, arena->device);
}

static int do_update(void *data)
{
	struct arena *arena = data;
	struct d3dkmt_gpu_va_operation operations[2] = {
		igt_dxg_gpuva_op_map(arena->va, SIZE / 2, arena->allocation, 0),
		igt_dxg_gpuva_op_copy(arena->va + SIZE / 4, arena->va, SIZE / 2),
	};

	return __igt_dxg_gpuva_update(arena->dxg, arena->device, arena->context, arena->fence, 0,
				      operations, 2);
}

/* Several, so that some are held. */
static int do_submit(void *data)
{
	struct arena *arena = data;
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_fill fill;
	} stream = {
		.head.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.head.version = DRM_DXG_CMD_STREAM_VERSION,
		.head.size = sizeof(stream),
		.fill.base.opcode = DRM_DXG_CMD_FILL,
		.fill.base.size = sizeof(stream.fill),
		.fill.dst.kind = DRM_DXG_ADDRESS_GPU_VA,
		.fill.dst.base = arena->va,
		.fill.length = SIZE,
		.fill.pattern = 1,
	};
	int ret = 0;

	for (int i = 0; i < 8 && !ret; i++)
		ret = __igt_dxg_submit_bytes(arena->dxg, arena->context, &stream, sizeof(stream));
	return ret;
}

static void assert_one_of(int ret, int first, int second)
{
	igt_assert_f(!ret || ret == first || ret == second, "returned %d\n", ret);
}

/* Both may succeed, and each may find that the other was first. */
static void race(struct igt_dxg *dxg, int (*first)(void *data), int (*second)(void *data),
		 uint32_t flags, bool mapped)
{
	struct igt_dxg_state baseline;
	struct arena arena;
	int ret[2];

	igt_dxg_read_state_all(dxg, &baseline);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_create(dxg, &arena);
		arena.flags = flags;
		if (mapped)
			igt_assert_eq(do_map(&arena), 0);
		igt_dxg_race(first, second, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL, -ENODEV);
		assert_one_of(ret[1], -EINVAL, -ENODEV);
		arena_destroy(&arena);
	}
	igt_dxg_wait_idle(dxg, &baseline);
}

static void test_map_destroy(struct igt_dxg *dxg)
{
	race(dxg, do_map, do_destroy, 0, false);
	race(dxg, do_map_parts, do_destroy, D3DKMT_DESTROY_SYNCHRONOUS, true);
	race(dxg, do_map_anywhere, do_destroy, D3DKMT_DESTROY_ASSUME_NOT_IN_USE, false);
}

static void test_map_device(struct igt_dxg *dxg)
{
	race(dxg, do_map_parts, do_destroy_device, 0, false);
	race(dxg, do_map_anywhere, do_destroy_device, 0, false);
}

static void test_map_free(struct igt_dxg *dxg)
{
	race(dxg, do_map_parts, do_free, 0, true);
	race(dxg, do_map, do_map_parts, 0, false);
}

static void test_submit_destroy(struct igt_dxg *dxg)
{
	race(dxg, do_submit, do_destroy, 0, true);
	race(dxg, do_submit, do_destroy, D3DKMT_DESTROY_SYNCHRONOUS, true);
	race(dxg, do_submit, do_destroy, D3DKMT_DESTROY_ASSUME_NOT_IN_USE, true);
	race(dxg, do_submit, do_destroy_device, 0, true);
}

static void test_submit_map(struct igt_dxg *dxg)
{
	race(dxg, do_submit, do_map_parts, 0, true);
	race(dxg, do_submit, do_free, 0, true);
}

static void test_update(struct igt_dxg *dxg)
{
	race(dxg, do_update, do_destroy, 0, true);
	race(dxg, do_update, do_destroy, D3DKMT_DESTROY_ASSUME_NOT_IN_USE, false);
	race(dxg, do_update, do_destroy_device, 0, true);
	race(dxg, do_update, do_submit, 0, true);
	race(dxg, do_update, do_free, 0, true);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("map-destroy", test_map_destroy, "An allocation is mapped while it is destroyed."),
	TEST("map-device", test_map_device, "An allocation is mapped while its device goes."),
	TEST("map-free", test_map_free, "Addresses are mapped twice, or freed meanwhile."),
	TEST("submit-destroy", test_submit_destroy, "Commands reach what is being destroyed."),
	TEST("submit-map", test_submit_map, "Commands reach what is being mapped, or freed."),
	TEST("update", test_update, "Updates beside all that can happen to what they name."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
