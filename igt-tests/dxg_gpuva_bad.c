// SPDX-License-Identifier: MIT
/*
 * GPU virtual addresses: what is refused.
 */
#include <errno.h>
#include <string.h>

#include "dxg_igt.h"
#include "dxg_igt_gpuva.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Refusals of the operations on GPU virtual addresses.");

#define PAGE		4096ULL
#define SIZE		(16 * PAGE)
#define BASE		0x200000000ULL
#define DEFAULT_MS	10000

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct bad - What is there to be named
 * @dxg: the way in
 * @device: a device
 * @other: another one
 * @queue: a paging queue
 * @context: a context
 * @fence: a fence
 * @a: allocation of SIZE
 * @foreign: one of the other device
 * @base: a reserved range of SIZE
 */
struct bad {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t other;
	uint32_t queue;
	uint32_t context;
	uint32_t fence;
	uint32_t a;
	uint32_t foreign;
	uint64_t base;
};

static void bad_create(struct igt_dxg *dxg, struct bad *bad)
{
	bad->dxg = dxg;
	bad->device = igt_dxg_create_device(dxg);
	bad->other = igt_dxg_create_device(dxg);
	bad->queue = igt_dxg_create_paging_queue(dxg, bad->device, NULL, NULL);
	bad->context = igt_dxg_create_context(dxg, bad->device);
	bad->fence = igt_dxg_create_fence(dxg, bad->device, 0, NULL);
	bad->a = igt_dxg_create_allocation(dxg, bad->device, SIZE);
	bad->foreign = igt_dxg_create_allocation(dxg, bad->other, SIZE);
	bad->base = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
}

static void bad_destroy(const struct bad *bad)
{
	igt_dxg_gpuva_free(bad->dxg, bad->base, SIZE);
	igt_dxg_destroy_device(bad->dxg, bad->device);
	igt_dxg_destroy_device(bad->dxg, bad->other);
}

/**
 * struct spoiler - One wrong field
 * @at: its offset
 * @size: its bytes
 * @value: what is in it
 * @what: for people
 */
struct spoiler {
	size_t at;
	size_t size;
	uint64_t value;
	const char *what;
};

/* A field of 4 bytes, or of 8, and a value that is wrong. */
#define FIELD(type_, field_, size_, value_) \
	{ .at = offsetof(struct type_, field_), .size = (size_), .value = (value_), \
	  .what = #field_ " " #value_ }
#define RESERVE32(field, value)	FIELD(d3dkmt_reserve_gpu_virtual_address, field, 4, value)
#define RESERVE64(field, value)	FIELD(d3dkmt_reserve_gpu_virtual_address, field, 8, value)
#define MAP32(field, value)	FIELD(d3dkmt_map_gpu_virtual_address, field, 4, value)
#define MAP64(field, value)	FIELD(d3dkmt_map_gpu_virtual_address, field, 8, value)
#define UPDATE32(field, value)	FIELD(d3dkmt_update_gpu_virtual_address, field, 4, value)
#define UPDATE64(field, value)	FIELD(d3dkmt_update_gpu_virtual_address, field, 8, value)
#define OPERATION32(field, value)	FIELD(d3dkmt_gpu_va_operation, field, 4, value)
#define OPERATION64(field, value)	FIELD(d3dkmt_gpu_va_operation, field, 8, value)

/* Little endian, as all that runs this. */
static void spoil(void *args, const struct spoiler *spoiler)
{
	memcpy((uint8_t *)args + spoiler->at, &spoiler->value, spoiler->size);
}

/* --- ReserveGpuVirtualAddress -------------------------------------------- */

static void test_reserve(struct igt_dxg *dxg)
{
	static const struct spoiler fixed[] = {
		RESERVE32(paging_queue, 0), RESERVE32(paging_queue, 0xffffffff),
		RESERVE64(base_address, BASE + PAGE), RESERVE64(base_address, BASE + 1),
		RESERVE64(base_address, D3DKMT_GPU_VA_MAX), RESERVE64(base_address, 0x8000),
		RESERVE64(base_address, D3DKMT_GPU_VA_MAX - SIZE / 2),
		RESERVE64(base_address, 0xffffffffffff0000), RESERVE64(size, 0),
		RESERVE64(size, PAGE), RESERVE64(size, SIZE + 1),
		RESERVE64(size, 0xffffffffffff0000), RESERVE64(size, D3DKMT_GPU_VA_MAX),
		RESERVE32(reservation_type, 3), RESERVE32(reservation_type, 0xffffffff),
	};
	static const struct spoiler chosen[] = {
		RESERVE64(minimum_address, PAGE), RESERVE64(minimum_address, BASE + 1),
		RESERVE64(size, 2 * D3DKMT_GPU_VA_MAX), RESERVE64(size, 0xffffffffffff0000),
	};
	static const struct spoiler full[] = {
		RESERVE64(minimum_address, D3DKMT_GPU_VA_MAX),
		RESERVE64(minimum_address, 0xffffffffffff0000), RESERVE64(maximum_address, SIZE),
		RESERVE64(maximum_address, 1), RESERVE64(size, D3DKMT_GPU_VA_MAX),
	};
	struct d3dkmt_reserve_gpu_virtual_address args;
	struct bad bad;

	bad_create(dxg, &bad);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(fixed); i++) {
		args = (struct d3dkmt_reserve_gpu_virtual_address){
			.paging_queue = bad.queue, .base_address = BASE, .size = SIZE,
		};
		spoil(&args, &fixed[i]);
		igt_assert_f(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS,
					   &args) == -EINVAL, "%s\n", fixed[i].what);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(chosen); i++) {
		args = (struct d3dkmt_reserve_gpu_virtual_address){
			.paging_queue = bad.queue, .size = SIZE,
		};
		spoil(&args, &chosen[i]);
		igt_assert_f(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS,
					   &args) == -EINVAL, "%s\n", chosen[i].what);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(full); i++) {
		args = (struct d3dkmt_reserve_gpu_virtual_address){
			.paging_queue = bad.queue, .size = SIZE,
		};
		spoil(&args, &full[i]);
		igt_assert_f(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS,
					   &args) == -ENOMEM, "%s\n", full[i].what);
	}
	/* Devices and allocations have no addresses of their own. */
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, bad.device, BASE, SIZE, 0, NULL), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, bad.a, BASE, SIZE, 0, NULL), -EINVAL);
	/* Nothing of it has been taken. */
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, bad.queue, BASE, SIZE, 0, NULL), 0);
	igt_dxg_gpuva_free(dxg, BASE, SIZE);
	bad_destroy(&bad);
}

/* --- MapGpuVirtualAddress ------------------------------------------------ */

static void test_map(struct igt_dxg *dxg)
{
	static const struct spoiler spoilers[] = {
		MAP32(paging_queue, 0), MAP32(paging_queue, 0xffffffff), MAP32(allocation, 0),
		MAP32(allocation, 0xffffffff), MAP64(base_address, BASE + 1),
		MAP64(base_address, BASE + 512), MAP64(base_address, D3DKMT_GPU_VA_MAX),
		MAP64(base_address, D3DKMT_GPU_VA_MAX - PAGE), MAP64(base_address, PAGE),
		MAP64(base_address, 0xfffffffffffff000), MAP64(offset_in_pages, 15),
		MAP64(offset_in_pages, 16), MAP64(offset_in_pages, 1ULL << 52),
		MAP64(offset_in_pages, (1ULL << 52) - 1), MAP64(offset_in_pages, UINT64_MAX),
		MAP64(size_in_pages, 0), MAP64(size_in_pages, 17),
		MAP64(size_in_pages, 1ULL << 52), MAP64(size_in_pages, (1ULL << 52) + 1),
		MAP64(size_in_pages, UINT64_MAX), MAP64(protection, D3DKMT_GPU_VA_ZERO),
		MAP64(protection, D3DKMT_GPU_VA_NO_ACCESS),
		MAP64(protection, D3DKMT_GPU_VA_SYSTEM_USE_ONLY), MAP64(protection, 1ULL << 5),
		MAP64(protection, 1ULL << 63),
		MAP64(protection, D3DKMT_GPU_VA_ZERO | D3DKMT_GPU_VA_NO_ACCESS),
		MAP64(protection, D3DKMT_GPU_VA_ZERO | D3DKMT_GPU_VA_WRITE),
	};
	struct d3dkmt_map_gpu_virtual_address args;
	struct bad bad;

	bad_create(dxg, &bad);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(spoilers); i++) {
		args = (struct d3dkmt_map_gpu_virtual_address){
			.paging_queue = bad.queue, .allocation = bad.a, .base_address = BASE,
			.size_in_pages = 2, .protection = D3DKMT_GPU_VA_WRITE,
		};
		spoil(&args, &spoilers[i]);
		igt_assert_f(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS,
					   &args) == -EINVAL, "%s\n", spoilers[i].what);
	}
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, bad.queue, BASE, bad.foreign, 0, PAGE, 0, NULL),
		      -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, dxg->adapter, BASE, bad.a, 0, PAGE, 0, NULL),
		      -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, bad.queue, BASE, bad.device, 0, PAGE, 0, NULL),
		      -EINVAL);
	/* Across the end, and the start, of a range. */
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, bad.queue, bad.base + SIZE - PAGE, bad.a, 0,
					  2 * PAGE, 0, NULL), -EINVAL);
	args = (struct d3dkmt_map_gpu_virtual_address){
		.paging_queue = bad.queue, .allocation = bad.a, .size_in_pages = 1,
		.minimum_address = 1,
	};
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args), -EINVAL);
	args.minimum_address = D3DKMT_GPU_VA_MAX;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args), -ENOMEM);
	igt_dxg_destroy_allocation(dxg, bad.device, bad.a);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, bad.queue, BASE, bad.a, 0, PAGE, 0, NULL),
		      -EINVAL);
	/* Nothing of it has been taken. */
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, bad.queue, BASE, SIZE, 0, NULL), 0);
	igt_dxg_gpuva_free(dxg, BASE, SIZE);
	bad_destroy(&bad);
}

/* --- FreeGpuVirtualAddress ----------------------------------------------- */

static void test_free(struct igt_dxg *dxg)
{
	struct d3dkmt_free_gpu_virtual_address args;
	struct bad bad;

	bad_create(dxg, &bad);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, bad.base, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, bad.base, SIZE - PAGE), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, bad.base, SIZE + PAGE), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, bad.base + PAGE, SIZE - PAGE), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, bad.base, UINT64_MAX), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, 0, SIZE), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, UINT64_MAX, SIZE), -EINVAL);
	args = (struct d3dkmt_free_gpu_virtual_address){
		.adapter = bad.queue, .base_address = bad.base, .size = SIZE,
	};
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_FREE_GPU_VIRTUAL_ADDRESS, &args), -EINVAL);
	args.adapter = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_FREE_GPU_VIRTUAL_ADDRESS, &args), -EINVAL);
	bad_destroy(&bad);
}

/* --- UpdateGpuVirtualAddress --------------------------------------------- */

static void test_update(struct igt_dxg *dxg)
{
	static const struct spoiler spoilers[] = {
		UPDATE32(device, 0), UPDATE32(context, 0), UPDATE32(fence_object, 0),
		UPDATE32(fence_object, 0xffffffff), UPDATE32(num_operations, 0),
		UPDATE32(num_operations, D3DKMT_GPU_VA_MAX_OPERATIONS + 1),
		UPDATE32(num_operations, 0xffffffff), UPDATE64(operations, 0),
		UPDATE64(reserved0, 1), UPDATE64(reserved1, 1),
		UPDATE64(fence_value, UINT64_MAX), UPDATE32(flags, 2),
		UPDATE32(flags, 0x80000001),
	};
	struct d3dkmt_gpu_va_operation operation;
	struct d3dkmt_update_gpu_virtual_address args;
	uint32_t fence;
	struct bad bad;

	bad_create(dxg, &bad);
	operation = igt_dxg_gpuva_op_map(bad.base, SIZE, bad.a, 0);
	for (size_t i = 0; i <= IGT_DXG_ARRAY_SIZE(spoilers) + 3; i++) {
		int ret = -EINVAL;

		args = (struct d3dkmt_update_gpu_virtual_address){
			.device = bad.device, .context = bad.context, .fence_object = bad.fence,
			.num_operations = 1, .operations = igt_dxg_ptr(&operation),
		};
		if (i < IGT_DXG_ARRAY_SIZE(spoilers)) {
			spoil(&args, &spoilers[i]);
		} else if (i == IGT_DXG_ARRAY_SIZE(spoilers)) {
			args.device = bad.other;
		} else if (i == IGT_DXG_ARRAY_SIZE(spoilers) + 1) {
			args.fence_object = bad.context;
		} else if (i == IGT_DXG_ARRAY_SIZE(spoilers) + 2) {
			args.operations = igt_dxg_ptr(igt_dxg_bad_pointer());
			ret = -EFAULT;
		} else {
			igt_assert_eq(__igt_dxg_create_fence(dxg, bad.device,
							     D3DKMT_SYNC_NO_GPU_ACCESS, 0,
							     &fence, NULL), 0);
			args.fence_object = fence;
			ret = -EACCES;
		}
		igt_assert_f(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UPDATE_GPU_VIRTUAL_ADDRESS,
					   &args) == ret, "case %zu\n", i);
	}
	bad_destroy(&bad);
}

static int try_operation(const struct bad *bad, const struct d3dkmt_gpu_va_operation *operation)
{
	return __igt_dxg_gpuva_update(bad->dxg, bad->device, bad->context, bad->fence, 0,
				      operation, 1);
}

static void test_operation(struct igt_dxg *dxg)
{
	static const struct spoiler spoilers[] = {
		OPERATION32(type, 4), OPERATION32(type, 0xffffffff),
		OPERATION64(base_address, 0), OPERATION64(base_address, 0x30000000),
		OPERATION64(base_address, UINT64_MAX), OPERATION64(size, 0),
		OPERATION64(size, 1), OPERATION64(size, 2 * SIZE), OPERATION64(size, UINT64_MAX),
		OPERATION64(size, 0xfffffffffffff000), OPERATION32(allocation, 0),
		OPERATION32(allocation, 0xffffffff), OPERATION64(allocation_offset, 1),
		OPERATION64(allocation_offset, PAGE),
		OPERATION64(allocation_offset, 0xfffffffffffff000),
		OPERATION64(allocation_size, 0), OPERATION64(allocation_size, SIZE - PAGE),
		OPERATION64(allocation_size, SIZE + 1),
	};
	struct d3dkmt_gpu_va_operation operation;
	struct bad bad;

	bad_create(dxg, &bad);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(spoilers); i++) {
		operation = igt_dxg_gpuva_op_map(bad.base, SIZE, bad.a, 0);
		spoil(&operation, &spoilers[i]);
		igt_assert_f(try_operation(&bad, &operation) == -EINVAL, "%s\n",
			     spoilers[i].what);
	}
	operation = igt_dxg_gpuva_op_map(bad.base, SIZE, bad.foreign, 0);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_protect(bad.base, SIZE, bad.a, 0, D3DKMT_GPU_VA_ZERO);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_protect(bad.base, SIZE, bad.a, 0, 1ULL << 40);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_unmap(bad.base, SIZE, D3DKMT_GPU_VA_WRITE);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_unmap(bad.base + PAGE, SIZE, D3DKMT_GPU_VA_ZERO);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_copy(bad.base + PAGE, bad.base, SIZE);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_copy(bad.base, bad.base + PAGE, SIZE);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_copy(bad.base + 1, bad.base, PAGE);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	operation = igt_dxg_gpuva_op_copy(UINT64_MAX - PAGE + 1, bad.base, PAGE);
	igt_assert_eq(try_operation(&bad, &operation), -EINVAL);
	/* The device is none the worse. */
	operation = igt_dxg_gpuva_op_map(bad.base, SIZE, bad.a, 0);
	igt_assert_eq(try_operation(&bad, &operation), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, bad.device, bad.fence, 1, DEFAULT_MS));
	bad_destroy(&bad);
}

/* --- commands ------------------------------------------------------------ */

static void test_command(struct igt_dxg *dxg)
{
	static const struct {
		uint64_t base;
		uint64_t offset;
		uint64_t length;
	} fills[] = {
		{ BASE + 4, 0, 4 }, { 0, 0, 4 }, { D3DKMT_GPU_VA_MAX, 0, 4 }, { 0x8000, 0, 4 },
		{ D3DKMT_GPU_VA_MAX - 8, 0, 12 }, { D3DKMT_GPU_VA_MAX - 8, 8, 4 },
		{ BASE, UINT64_MAX - 3, 4 }, { BASE, 0, UINT64_MAX - 3 }, { BASE, 2, 4 },
		{ UINT64_MAX - 7, 0, 4 },
	};
	struct igt_dxg_stream stream;
	struct bad bad;

	bad_create(dxg, &bad);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(fills); i++) {
		struct drm_dxg_cmd_fill *fill;

		igt_dxg_stream_begin(&stream);
		fill = igt_dxg_stream_fill(&stream, 0, fills[i].offset, fills[i].length, 0);
		fill->dst.kind = DRM_DXG_ADDRESS_GPU_VA;
		fill->dst.base = fills[i].base;
		igt_dxg_stream_finish(&stream);
		igt_assert_f(__igt_dxg_submit(dxg, bad.context, &stream) == -EINVAL,
			     "fill %zu\n", i);
		igt_dxg_stream_free(&stream);
	}
	igt_assert_eq(igt_dxg_device_state(dxg, bad.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	bad_destroy(&bad);
}

/* A command that would become far too many takes its device along, and nothing else. */
static void test_too_long(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct bad bad;

	bad_create(dxg, &bad);
	for (unsigned int i = 0; i < 16; i++)
		igt_dxg_gpuva_map(dxg, bad.queue, bad.base + i * PAGE, bad.a, i * PAGE, PAGE);
	igt_dxg_stream_begin(&stream);
	for (unsigned int i = 0; i < 250; i++)
		igt_dxg_gpuva_fill(&stream, bad.base, SIZE, i);
	igt_dxg_stream_signal(&stream, bad.fence, 1);
	igt_dxg_submit(dxg, bad.context, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, bad.device, bad.fence, 1,
					igt_dxg_patience(DEFAULT_MS)));
	igt_assert_eq(igt_dxg_device_state(dxg, bad.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* The same, with one more page a time */
	igt_dxg_stream_begin(&stream);
	for (unsigned int i = 0; i < 1000; i++)
		igt_dxg_gpuva_copy(&stream, bad.base + 8, bad.base, SIZE - 8);
	igt_dxg_stream_signal(&stream, bad.fence, 2);
	igt_dxg_submit(dxg, bad.context, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, bad.device, bad.fence, 2,
					igt_dxg_patience(DEFAULT_MS)));
	igt_assert_eq(igt_dxg_device_state(dxg, bad.device),
		      D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	igt_assert_eq(igt_dxg_device_state(dxg, bad.other), D3DKMT_DEVICEEXECUTION_ACTIVE);
	bad_destroy(&bad);
}

/* Nor can an update keep others waiting for as long as it likes. */
static void test_copies(struct igt_dxg *dxg)
{
	static struct d3dkmt_gpu_va_operation operations[D3DKMT_GPU_VA_MAX_OPERATIONS];
	const uint32_t pages = 2 * SIZE / PAGE, most = D3DKMT_GPU_VA_MAX_COPIED / pages;
	struct bad bad;
	uint64_t base;

	bad_create(dxg, &bad);
	base = igt_dxg_gpuva_reserve(dxg, 4 * SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
	for (unsigned int i = 0; i < pages; i++)
		igt_dxg_gpuva_map(dxg, bad.queue, base + i * PAGE, bad.a, i * PAGE % SIZE, PAGE);
	igt_assert(most < D3DKMT_GPU_VA_MAX_OPERATIONS);
	for (unsigned int i = 0; i <= most; i++)
		operations[i] = igt_dxg_gpuva_op_copy(base + 2 * SIZE, base, 2 * SIZE);
	igt_assert_eq(__igt_dxg_gpuva_update(dxg, bad.device, bad.context, bad.fence, 0,
					     operations, most), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, bad.device, bad.fence, 1,
					igt_dxg_patience(DEFAULT_MS)));
	igt_assert_eq(igt_dxg_device_state(dxg, bad.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert_eq(__igt_dxg_gpuva_update(dxg, bad.device, bad.context, bad.fence, 1,
					     operations, most + 1), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, bad.device, bad.fence, 2,
					igt_dxg_patience(DEFAULT_MS)));
	igt_assert_eq(igt_dxg_device_state(dxg, bad.device),
		      D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	igt_dxg_gpuva_free(dxg, base, 4 * SIZE);
	bad_destroy(&bad);
}

/* There are only so many mappings, and all come back. */
static void test_limit(struct igt_dxg *dxg)
{
	unsigned int count = 0;
	uint64_t va;
	int ret;

	do {
		ret = __igt_dxg_gpuva_reserve(dxg, dxg->adapter, 0, D3DKMT_GPU_VA_GRANULARITY, 0,
					      &va);
	} while (!ret && ++count <= D3DKMT_GPU_VA_MAX_MAPPINGS);
	igt_assert_eq(ret, -ENOMEM);
	igt_assert_eq_u64(count, D3DKMT_GPU_VA_MAX_MAPPINGS);
	igt_dxg_gpuva_free(dxg, D3DKMT_GPU_VA_MIN, D3DKMT_GPU_VA_GRANULARITY);
	igt_dxg_renew(dxg);
	igt_dxg_gpuva_reserve(dxg, SIZE, 0);
}

/* Results that cannot be written. */
static void test_memory(struct igt_dxg *dxg)
{
	struct d3dkmt_reserve_gpu_virtual_address reserve = {
		.paging_queue = dxg->adapter, .base_address = BASE, .size = SIZE,
	};
	struct d3dkmt_map_gpu_virtual_address map = {
		.base_address = BASE, .size_in_pages = 1,
	};
	struct bad bad;

	bad_create(dxg, &bad);
	map.paging_queue = bad.queue;
	map.allocation = bad.a;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS,
				    igt_dxg_read_only(&reserve, sizeof(reserve))), -EFAULT);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS,
				    igt_dxg_read_only(&map, sizeof(map))), -EFAULT);
	igt_dxg_free_copies();
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, bad.queue, BASE, SIZE, 0, NULL), 0);
	igt_dxg_gpuva_free(dxg, BASE, SIZE);
	bad_destroy(&bad);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("reserve", test_reserve, "ReserveGpuVirtualAddress refuses each wrong field."),
	TEST("map", test_map, "MapGpuVirtualAddress refuses each wrong field."),
	TEST("free", test_free, "FreeGpuVirtualAddress frees whole ranges only."),
	TEST("update", test_update, "UpdateGpuVirtualAddress refuses each wrong field."),
	TEST("operation", test_operation, "An update refuses each wrong operation."),
	TEST("command", test_command, "Commands are refused outside of the address space."),
	TEST("memory", test_memory, "Nothing is taken where the address cannot be returned."),
	IGT_DXG_TEST_LONG("too-long", "A command that crosses too many mappings is refused.",
			  test_too_long),
	IGT_DXG_TEST_LONG("copies", "Nor can an update copy for ever.", test_copies),
	IGT_DXG_TEST_LONG("limit", "A process has only so many ranges.", test_limit),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
