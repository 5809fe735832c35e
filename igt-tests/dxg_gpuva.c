// SPDX-License-Identifier: MIT
/*
 * GPU virtual addresses: what commands find there.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_gpuva.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("GPU virtual addresses, their mappings, updates and faults.");

#define PAGE		4096ULL
#define PAGES		16
#define SIZE		(PAGES * PAGE)
#define WORDS		(SIZE / 4)
#define DEFAULT_MS	10000
/* Commands that keep those behind them from being promoted. */
#define DEPTH		4

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct space - An address space with what it takes to use it
 * @dxg: the way in
 * @device: a device
 * @queue: its paging queue
 * @context: a context
 * @fence: fence that finish() uses
 * @done: its value after what was last submitted
 * @a: allocation of SIZE
 * @b: another one
 */
struct space {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t queue;
	uint32_t context;
	uint32_t fence;
	uint64_t done;
	uint32_t a;
	uint32_t b;
};

static void space_create(struct igt_dxg *dxg, struct space *space)
{
	space->dxg = dxg;
	space->device = igt_dxg_create_device(dxg);
	space->queue = igt_dxg_create_paging_queue(dxg, space->device, NULL, NULL);
	space->context = igt_dxg_create_context(dxg, space->device);
	space->fence = igt_dxg_create_fence(dxg, space->device, 0, NULL);
	space->done = 0;
	space->a = igt_dxg_create_allocation(dxg, space->device, SIZE);
	space->b = igt_dxg_create_allocation(dxg, space->device, SIZE);
}

static void space_destroy(const struct space *space)
{
	igt_dxg_destroy_device(space->dxg, space->device);
}

static uint64_t map(const struct space *space, uint64_t base, uint32_t allocation,
		    uint64_t offset, uint64_t size)
{
	return igt_dxg_gpuva_map(space->dxg, space->queue, base, allocation, offset, size);
}

/* Submit a stream; not waited for. */
static void submit(struct space *space, struct igt_dxg_stream *stream)
{
	igt_dxg_stream_signal(stream, space->fence, ++space->done);
	igt_dxg_submit(space->dxg, space->context, stream);
}

static bool wait_for(const struct space *space, uint64_t value)
{
	return igt_dxg_wait_timeout(space->dxg, space->device, space->fence, value, DEFAULT_MS);
}

/* All that was submitted has run. */
static void wait_done(const struct space *space)
{
	igt_assert(wait_for(space, space->done));
	igt_assert_eq(igt_dxg_device_state(space->dxg, space->device),
		      D3DKMT_DEVICEEXECUTION_ACTIVE);
}

static void finish(struct space *space, struct igt_dxg_stream *stream)
{
	submit(space, stream);
	wait_done(space);
}

static void fill(struct space *space, uint64_t va, uint64_t length, uint32_t pattern)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, length, pattern);
	finish(space, &stream);
}

/* Keep the engine busy for a while, so that what follows is held. */
static void hold(struct space *space)
{
	struct igt_dxg_stream stream;

	for (int i = 0; i < DEPTH; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_delay(&stream, 20 * IGT_DXG_NS_PER_MS);
		igt_dxg_submit(space->dxg, space->context, &stream);
	}
}

static void assert_filled(const struct space *space, uint32_t allocation, uint64_t offset,
			  uint64_t size, uint32_t pattern)
{
	igt_dxg_assert_filled(space->dxg, space->device, allocation, offset, size / 4, pattern);
}

/* The device is lost by a fault there; fences that would have been signalled are. */
static void assert_fault(const struct space *space, uint64_t va, bool write)
{
	uint64_t address;
	uint32_t flags;

	igt_assert(wait_for(space, space->done));
	igt_assert_eq(igt_dxg_device_state(space->dxg, space->device),
		      D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	igt_assert_eq(__igt_dxg_page_fault(space->dxg, space->device, &address, &flags), 0);
	igt_assert_eq_u64(address, va);
	igt_assert_eq(flags, write ? D3DKMT_PAGE_FAULT_WRITE : 0);
}

/* A write there faults at @va. */
static void expect_write_fault(struct space *space, uint64_t base, uint64_t length, uint64_t va)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, base, length, 1);
	submit(space, &stream);
	assert_fault(space, va, true);
}

/* A device that is lost does nothing more: another one, with the same addresses. */
static void expect_read_fault(struct space *space, uint64_t base, uint64_t length, uint64_t va)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_read(&stream, space->b, 0, base, length);
	submit(space, &stream);
	assert_fault(space, va, false);
}

static void update(struct space *space, const struct d3dkmt_gpu_va_operation *operations,
		   uint32_t count)
{
	igt_assert_eq(__igt_dxg_gpuva_update(space->dxg, space->device, space->context,
					     space->fence, space->done, operations, count), 0);
	space->done++;
}

/* --- mappings ------------------------------------------------------------ */

static void test_map(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 0, SIZE);
	fill(&space, va, SIZE, 0x01234567);
	assert_filled(&space, space.a, 0, SIZE, 0x01234567);
	/* It reads what the CPU has written, too. */
	memset(igt_dxg_lock(dxg, space.device, space.a), 0xa5, SIZE);
	igt_dxg_unlock(dxg, space.device, space.a);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_read(&stream, space.b, 0, va, SIZE);
	finish(&space, &stream);
	assert_filled(&space, space.b, 0, SIZE, 0xa5a5a5a5);
	space_destroy(&space);
}

static void test_offset(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 3 * PAGE, 2 * PAGE);
	fill(&space, va + PAGE - 4, 8, ~0U);
	assert_filled(&space, space.a, 0, 4 * PAGE - 4, 0);
	assert_filled(&space, space.a, 4 * PAGE - 4, 8, ~0U);
	assert_filled(&space, space.a, 4 * PAGE + 4, SIZE - 4 * PAGE - 4, 0);
	space_destroy(&space);
}

static void test_chosen(struct igt_dxg *dxg)
{
	struct d3dkmt_map_gpu_virtual_address args = {
		.minimum_address = 0x7000000000ULL,
		.maximum_address = 0x7000000000ULL + 2 * SIZE,
		.size_in_pages = PAGES,
		.protection = D3DKMT_GPU_VA_WRITE,
	};
	struct space space;
	uint64_t va[2];

	space_create(dxg, &space);
	args.paging_queue = space.queue;
	args.allocation = space.a;
	for (int i = 0; i < 2; i++) {
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args), 0);
		va[i] = args.virtual_address;
		igt_assert(va[i] >= args.minimum_address &&
			   va[i] + SIZE <= args.maximum_address);
	}
	igt_assert(va[0] + SIZE <= va[1] || va[1] + SIZE <= va[0]);
	/* Now that is full. */
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args), -ENOMEM);
	igt_dxg_gpuva_free(dxg, va[0], SIZE);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args), 0);
	igt_assert_eq_u64(args.virtual_address, va[0]);
	/* Both are the same bytes. */
	fill(&space, va[0], PAGE, 1);
	fill(&space, va[1] + PAGE, PAGE, 2);
	assert_filled(&space, space.a, 0, PAGE, 1);
	assert_filled(&space, space.a, PAGE, PAGE, 2);
	space_destroy(&space);
}

static void test_fixed(struct igt_dxg *dxg)
{
	const uint64_t base = 0x123456000ULL;
	struct space space;

	space_create(dxg, &space);
	map(&space, base, space.a, 0, SIZE);
	fill(&space, base, SIZE, 3);
	assert_filled(&space, space.a, 0, SIZE, 3);
	/* What is partly taken is refused; what is taken as a whole is replaced. */
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, space.queue, base + PAGE, space.b, 0, SIZE,
					  D3DKMT_GPU_VA_WRITE, NULL), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, space.queue, base - PAGE, space.b, 0, 2 * PAGE,
					  D3DKMT_GPU_VA_WRITE, NULL), -EINVAL);
	map(&space, base + PAGE, space.b, 0, PAGE);
	fill(&space, base, 3 * PAGE, 4);
	assert_filled(&space, space.a, 0, PAGE, 4);
	assert_filled(&space, space.a, PAGE, PAGE, 3);
	assert_filled(&space, space.a, 2 * PAGE, PAGE, 4);
	assert_filled(&space, space.b, 0, PAGE, 4);
	assert_filled(&space, space.b, PAGE, SIZE - PAGE, 0);
	space_destroy(&space);
}

static void test_ends(struct igt_dxg *dxg)
{
	struct space space;

	space_create(dxg, &space);
	map(&space, D3DKMT_GPU_VA_MIN, space.a, 0, PAGE);
	map(&space, D3DKMT_GPU_VA_MAX - PAGE, space.b, 0, PAGE);
	fill(&space, D3DKMT_GPU_VA_MIN, PAGE, 5);
	fill(&space, D3DKMT_GPU_VA_MAX - PAGE, PAGE, 6);
	assert_filled(&space, space.a, 0, PAGE, 5);
	assert_filled(&space, space.b, 0, PAGE, 6);
	space_destroy(&space);
}

static void test_reserve(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, 4 * SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, space.queue, va + SIZE, SIZE, 0, NULL),
		      -EINVAL);
	/* Several mappings, over each other, and a command that goes over all of them. */
	map(&space, va + SIZE, space.a, 0, SIZE);
	map(&space, va + 2 * SIZE, space.b, 0, SIZE);
	map(&space, va + SIZE + 2 * PAGE, space.b, SIZE - 4 * PAGE, 2 * PAGE);
	fill(&space, va + SIZE, SIZE + 4 * PAGE, 7);
	assert_filled(&space, space.a, 0, 2 * PAGE, 7);
	assert_filled(&space, space.a, 2 * PAGE, 2 * PAGE, 0);
	assert_filled(&space, space.a, 4 * PAGE, SIZE - 4 * PAGE, 7);
	assert_filled(&space, space.b, 0, 4 * PAGE, 7);
	assert_filled(&space, space.b, 4 * PAGE, SIZE - 8 * PAGE, 0);
	assert_filled(&space, space.b, SIZE - 4 * PAGE, 2 * PAGE, 7);
	igt_dxg_gpuva_free(dxg, va, 4 * SIZE);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, va, 4 * SIZE), -EINVAL);
	expect_write_fault(&space, va + SIZE, 4, va + SIZE);
	space_destroy(&space);
}

/* A copy whose ends lie in two mappings each, at any byte, against the same work here. */
static void test_cross(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t dst;
		uint32_t src;
		uint32_t length;
	} copies[] = {
		{ 0, 8 * PAGE, 8 * PAGE }, { 1, 5 * PAGE + 3, 3 * PAGE + 5 },
		{ 2 * PAGE - 1, PAGE + 1, 6 * PAGE }, { PAGE + 1, 2 * PAGE - 1, 6 * PAGE },
		{ 3, 0, SIZE - 3 }, { 0, 3, SIZE - 3 }, { 4 * PAGE + 7, 9, 1 }, { 5, 6, 0 },
	};
	uint8_t expected[SIZE];
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	/* Pages from the two in turn, each with other ones of its own. */
	for (int i = 0; i < PAGES; i++)
		map(&space, va + i * PAGE, i & 1 ? space.b : space.a,
		    (PAGES - 1 - i) * PAGE, PAGE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(copies); i++) {
		uint8_t *a = igt_dxg_lock(dxg, space.device, space.a);
		uint8_t *b = igt_dxg_lock(dxg, space.device, space.b);

		for (unsigned int j = 0; j < SIZE; j++) {
			uint8_t *page = j / PAGE & 1 ? b : a;

			expected[j] = j * 7 + j / 251 + i;
			page[(PAGES - 1 - j / PAGE) * PAGE + j % PAGE] = expected[j];
		}
		igt_dxg_stream_begin(&stream);
		igt_dxg_gpuva_copy(&stream, va + copies[i].dst, va + copies[i].src,
				   copies[i].length);
		finish(&space, &stream);
		memmove(expected + copies[i].dst, expected + copies[i].src, copies[i].length);
		for (unsigned int j = 0; j < SIZE; j++) {
			uint8_t *page = j / PAGE & 1 ? b : a;
			uint8_t byte = page[(PAGES - 1 - j / PAGE) * PAGE + j % PAGE];

			igt_assert_f(byte == expected[j], "copy %zu, byte %u: %#x and not %#x\n",
				     i, j, byte, expected[j]);
		}
		igt_dxg_unlock(dxg, space.device, space.a);
		igt_dxg_unlock(dxg, space.device, space.b);
	}
	space_destroy(&space);
}

static void test_timestamp(struct igt_dxg *dxg)
{
	uint64_t before = igt_dxg_now_ns(), stamp;
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 0, SIZE);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_timestamp(&stream, va + PAGE - 8);
	finish(&space, &stream);
	memcpy(&stamp, igt_dxg_lock(dxg, space.device, space.a) + PAGE - 8, sizeof(stamp));
	igt_dxg_unlock(dxg, space.device, space.a);
	igt_assert(stamp >= before && stamp <= igt_dxg_now_ns());
	space_destroy(&space);
}

/* --- what is not mapped, and what must not be written --------------------- */

static void test_zero(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va, zero;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
	map(&space, va + PAGE, space.a, 0, PAGE);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, space.queue, 0, 0, 0, SIZE, D3DKMT_GPU_VA_ZERO,
					  &zero), 0);
	memset(igt_dxg_lock(dxg, space.device, space.b), 0xff, SIZE);
	igt_dxg_unlock(dxg, space.device, space.b);

	igt_dxg_stream_begin(&stream);
	/* Writes go to what is mapped only. */
	igt_dxg_gpuva_fill(&stream, va, SIZE, 8);
	igt_dxg_gpuva_fill(&stream, zero, SIZE, 9);
	igt_dxg_gpuva_timestamp(&stream, zero);
	/* Reads are zero around it, also where that is no whole word. */
	igt_dxg_gpuva_read(&stream, space.b, 4, va, SIZE / 2);
	igt_dxg_gpuva_read(&stream, space.b, SIZE / 2 + 8 + 1, zero + 3, 2);
	finish(&space, &stream);
	assert_filled(&space, space.a, 0, PAGE, 8);
	assert_filled(&space, space.b, 0, 4, ~0U);
	assert_filled(&space, space.b, 4, PAGE, 0);
	assert_filled(&space, space.b, 4 + PAGE, PAGE, 8);
	assert_filled(&space, space.b, 4 + 2 * PAGE, SIZE / 2 - 2 * PAGE, 0);
	assert_filled(&space, space.b, SIZE / 2 + 4, 4, ~0U);
	assert_filled(&space, space.b, SIZE / 2 + 8, 4, 0xff0000ff);
	assert_filled(&space, space.b, SIZE / 2 + 12, SIZE / 2 - 12, ~0U);
	space_destroy(&space);
}

static void test_no_access(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, space.queue, va + PAGE, 0, 0, PAGE,
					  D3DKMT_GPU_VA_NO_ACCESS, NULL), 0);
	expect_read_fault(&space, va, SIZE, va + PAGE);
	space_destroy(&space);
}

static void test_unmapped(struct igt_dxg *dxg)
{
	const uint32_t types[] = {
		D3DKMT_GPU_VA_RESERVE_NO_ACCESS, D3DKMT_GPU_VA_RESERVE_NO_COMMIT,
	};
	struct space space;
	uint64_t va;

	for (int i = 0; i < 2; i++) {
		space_create(dxg, &space);
		va = igt_dxg_gpuva_reserve(dxg, SIZE, types[i]);
		map(&space, va, space.a, 0, PAGE);
		expect_write_fault(&space, va, 2 * PAGE, va + PAGE);
		/* Nothing of it was done. */
		assert_filled(&space, space.a, 0, PAGE, 0);
		space_destroy(&space);
	}
	/* Where nothing was ever taken. */
	space_create(dxg, &space);
	expect_read_fault(&space, 0x10000000, 1, 0x10000000);
	space_destroy(&space);
}

static void test_read_only(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, space.queue, 0, space.a, 0, SIZE,
					  D3DKMT_GPU_VA_EXECUTE, &va), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_read(&stream, space.b, 0, va, SIZE);
	finish(&space, &stream);
	expect_write_fault(&space, va + 4, 4, va + 4);
	space_destroy(&space);
}

static void test_no_fault(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t address;
	uint32_t flags;

	space_create(dxg, &space);
	igt_assert_eq(__igt_dxg_page_fault(dxg, space.device, &address, &flags), 0);
	igt_assert_eq_u64(address, 0);
	igt_assert_eq(flags, 0);
	space_destroy(&space);
}

/* Addresses are the process's, allocations a device's. */
static void test_other_device(struct igt_dxg *dxg)
{
	struct space space, other;
	uint64_t va;

	space_create(dxg, &space);
	space_create(dxg, &other);
	va = map(&space, 0, space.a, 0, SIZE);
	igt_assert_eq(__igt_dxg_gpuva_map(dxg, other.queue, va - PAGE, other.a, 0, 2 * PAGE,
					  D3DKMT_GPU_VA_WRITE, NULL), -EINVAL);
	expect_write_fault(&other, va, 4, va);
	/* The first one has not noticed. */
	fill(&space, va, SIZE, 10);
	assert_filled(&space, space.a, 0, SIZE, 10);
	space_destroy(&other);
	space_destroy(&space);
}

static void test_offered(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 0, SIZE);
	hold(&space);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 11);
	igt_dxg_gpuva_read(&stream, space.b, 0, va, SIZE);
	submit(&space, &stream);
	/* What was queued before may still use it, what comes later may not. */
	igt_dxg_offer(dxg, space.device, &space.a, 1, D3DKMT_OFFER_PRIORITY_HIGH);
	wait_done(&space);
	assert_filled(&space, space.b, 0, SIZE, 11);
	expect_read_fault(&space, va, 4, va);
	space_destroy(&space);
}

/* --- updates ------------------------------------------------------------- */

/* Each command finds what the updates before it have made, whatever comes behind. */
static void test_update_order(struct igt_dxg *dxg)
{
	struct d3dkmt_gpu_va_operation operation;
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	hold(&space);
	for (int i = 0; i < PAGES; i++) {
		operation = igt_dxg_gpuva_op_map(va, PAGE, i & 1 ? space.b : space.a, i * PAGE);
		update(&space, &operation, 1);
		igt_dxg_stream_begin(&stream);
		igt_dxg_gpuva_fill(&stream, va, PAGE, i + 1);
		submit(&space, &stream);
	}
	wait_done(&space);
	for (int i = 0; i < PAGES; i++)
		assert_filled(&space, i & 1 ? space.b : space.a, i * PAGE, PAGE, i + 1);
	space_destroy(&space);
}

/* It waits for one value and signals the next one; without the wait it is done at once. */
static void test_update_fence(struct igt_dxg *dxg)
{
	struct d3dkmt_update_gpu_virtual_address args = {
		.num_operations = 1, .fence_value = 20, .flags = D3DKMT_GPU_VA_DO_NOT_WAIT,
	};
	struct d3dkmt_gpu_va_operation operation;
	const uint64_t *value;
	struct space space;
	uint32_t fence;
	uint64_t va;

	space_create(dxg, &space);
	fence = igt_dxg_create_fence(dxg, space.device, 0, &value);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	operation = igt_dxg_gpuva_op_map(va, SIZE, space.a, 0);
	igt_assert_eq(__igt_dxg_gpuva_update(dxg, space.device, space.context, fence, 6,
					     &operation, 1), 0);
	igt_assert(!igt_dxg_wait_timeout(dxg, space.device, fence, 7, 50));
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_dxg_signal(dxg, space.device, fence, 6);
	igt_assert(igt_dxg_wait_timeout(dxg, space.device, fence, 7, DEFAULT_MS));
	igt_assert_eq_u64(igt_dxg_fence_value(value), 7);
	fill(&space, va, SIZE, 12);
	assert_filled(&space, space.a, 0, SIZE, 12);

	args.device = space.device;
	args.context = space.context;
	args.fence_object = fence;
	args.operations = igt_dxg_ptr(&operation);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UPDATE_GPU_VIRTUAL_ADDRESS, &args), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, space.device, fence, 21, DEFAULT_MS));
	igt_assert_eq_u64(igt_dxg_fence_value(value), 21);
	space_destroy(&space);
}

static void test_update_batch(struct igt_dxg *dxg)
{
	struct d3dkmt_gpu_va_operation operations[6];
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	/* a0 a1 a2 a3 -> a0 b8 z a3 -> copied two pages on, over itself: a0 b8 a0 b8 z a3 */
	operations[0] = igt_dxg_gpuva_op_map(va, 4 * PAGE, space.a, 0);
	operations[1] = igt_dxg_gpuva_op_map(va + PAGE, PAGE, space.b, 8 * PAGE);
	operations[2] = igt_dxg_gpuva_op_unmap(va + 2 * PAGE, PAGE, D3DKMT_GPU_VA_ZERO);
	operations[3] = igt_dxg_gpuva_op_copy(va + 2 * PAGE, va, 4 * PAGE);
	operations[4] = igt_dxg_gpuva_op_protect(va + 6 * PAGE, PAGE, space.a, 6 * PAGE,
						 D3DKMT_GPU_VA_WRITE);
	operations[5] = igt_dxg_gpuva_op_protect(va + 7 * PAGE, PAGE, space.a, 7 * PAGE, 0);
	update(&space, operations, 6);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, 2 * PAGE, 1);
	igt_dxg_gpuva_fill(&stream, va + 2 * PAGE, 2 * PAGE, 2);
	igt_dxg_gpuva_fill(&stream, va + 4 * PAGE, 3 * PAGE, 3);
	finish(&space, &stream);
	assert_filled(&space, space.a, 0, PAGE, 2);
	assert_filled(&space, space.a, PAGE, 2 * PAGE, 0);
	assert_filled(&space, space.a, 3 * PAGE, PAGE, 3);
	assert_filled(&space, space.a, 4 * PAGE, 2 * PAGE, 0);
	assert_filled(&space, space.a, 6 * PAGE, PAGE, 3);
	assert_filled(&space, space.b, 0, 8 * PAGE, 0);
	assert_filled(&space, space.b, 8 * PAGE, PAGE, 2);
	expect_write_fault(&space, va + 6 * PAGE, 2 * PAGE, va + 7 * PAGE);
	space_destroy(&space);
}

static void test_update_unmap(struct igt_dxg *dxg)
{
	struct d3dkmt_gpu_va_operation operation;
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 0, SIZE);
	operation = igt_dxg_gpuva_op_unmap(va + PAGE, PAGE, 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 13);
	submit(&space, &stream);
	update(&space, &operation, 1);
	wait_done(&space);
	assert_filled(&space, space.a, 0, SIZE, 13);
	expect_write_fault(&space, va, SIZE, va + PAGE);
	space_destroy(&space);
}

/* What an update relies on may be gone when its turn comes. */
static void test_update_gone(struct igt_dxg *dxg)
{
	struct d3dkmt_gpu_va_operation operation;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	operation = igt_dxg_gpuva_op_map(va, SIZE, space.a, 0);
	hold(&space);
	update(&space, &operation, 1);
	igt_dxg_gpuva_free(dxg, va, SIZE);
	assert_fault(&space, va, true);
	space_destroy(&space);

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	operation = igt_dxg_gpuva_op_map(va, SIZE, space.a, 0);
	hold(&space);
	update(&space, &operation, 1);
	igt_dxg_destroy2(dxg, space.device, 0, &space.a, 1, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	assert_fault(&space, va, true);
	space_destroy(&space);
}

/* --- destruction --------------------------------------------------------- */

/* Commands that were queued before find it, later ones do not. */
static void destroy_queued(struct igt_dxg *dxg, uint32_t flags)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	map(&space, va, space.a, 0, SIZE);
	hold(&space);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 14);
	igt_dxg_gpuva_read(&stream, space.b, 0, va, SIZE);
	submit(&space, &stream);
	igt_dxg_destroy2(dxg, space.device, 0, &space.a, 1, flags);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va + PAGE, PAGE, 15);
	submit(&space, &stream);
	assert_fault(&space, va + PAGE, true);
	assert_filled(&space, space.b, 0, SIZE, 14);
	space_destroy(&space);
}

static void test_destroy(struct igt_dxg *dxg)
{
	destroy_queued(dxg, 0);
}

static void test_destroy_synchronous(struct igt_dxg *dxg)
{
	destroy_queued(dxg, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void test_destroy_assume(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = map(&space, 0, space.a, 0, SIZE);
	hold(&space);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 16);
	submit(&space, &stream);
	igt_dxg_destroy2(dxg, space.device, 0, &space.a, 1, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	assert_fault(&space, va, true);
	space_destroy(&space);
}

/* A held update maps it after its destruction was asked for; later commands fault anyway. */
static void test_destroy_update(struct igt_dxg *dxg)
{
	struct d3dkmt_gpu_va_operation operation;
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_NO_ACCESS);
	operation = igt_dxg_gpuva_op_map(va, SIZE, space.a, 0);
	hold(&space);
	update(&space, &operation, 1);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 17);
	igt_dxg_gpuva_read(&stream, space.b, 0, va, SIZE);
	submit(&space, &stream);
	igt_dxg_destroy_allocation(dxg, space.device, space.a);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, 4, 18);
	submit(&space, &stream);
	assert_fault(&space, va, true);
	assert_filled(&space, space.b, 0, SIZE, 17);
	space_destroy(&space);
}

/* A range goes with the last allocation that is mapped there, a reservation does not. */
static void test_destroy_range(struct igt_dxg *dxg)
{
	struct space space;
	uint64_t va, reserved;

	space_create(dxg, &space);
	reserved = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
	va = map(&space, 0, space.a, 0, SIZE);
	map(&space, va + PAGE, space.b, 0, PAGE);
	map(&space, reserved, space.a, 0, SIZE);
	igt_dxg_destroy2(dxg, space.device, 0, &space.a, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, space.queue, va, SIZE, 0, NULL), -EINVAL);
	fill(&space, va + PAGE, PAGE, 19);
	fill(&space, reserved, SIZE, 20);
	assert_filled(&space, space.b, 0, PAGE, 19);
	igt_dxg_destroy2(dxg, space.device, 0, &space.b, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq(__igt_dxg_gpuva_free(dxg, va, SIZE), -EINVAL);
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, space.queue, va, SIZE, 0, NULL), 0);
	igt_dxg_gpuva_free(dxg, va, SIZE);
	igt_dxg_gpuva_free(dxg, reserved, SIZE);
	space_destroy(&space);
}

/* Only one of two openings of the same bytes goes. */
static void test_destroy_opening(struct igt_dxg *dxg)
{
	uint32_t resource, created, opened;
	struct space space;
	uint64_t va[2];
	int fd;

	space_create(dxg, &space);
	resource = igt_dxg_create_shared(dxg, space.device, SIZE, 1, &created);
	fd = igt_dxg_share(dxg, resource);
	igt_dxg_open_shared(dxg, space.device, fd, 1, &opened);
	close(fd);
	va[0] = map(&space, 0, created, 0, SIZE);
	va[1] = map(&space, 0, opened, 0, SIZE);
	igt_dxg_destroy2(dxg, space.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	fill(&space, va[1], SIZE, 21);
	assert_filled(&space, opened, 0, SIZE, 21);
	expect_write_fault(&space, va[0], 4, va[0]);
	space_destroy(&space);
}

/* All addresses go with the last opening of the adapter. */
static void test_close(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct space space;
	uint64_t va;

	space_create(dxg, &space);
	va = igt_dxg_gpuva_reserve(dxg, SIZE, D3DKMT_GPU_VA_RESERVE_ZERO);
	map(&space, va, space.a, 0, PAGE);
	map(&space, 0, space.b, 0, SIZE);
	hold(&space);
	igt_dxg_stream_begin(&stream);
	igt_dxg_gpuva_fill(&stream, va, SIZE, 22);
	submit(&space, &stream);
	igt_dxg_renew(dxg);
	igt_assert_eq(__igt_dxg_gpuva_reserve(dxg, dxg->adapter, va, SIZE, 0, NULL), 0);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("map", test_map, "Commands reach an allocation by its address."),
	TEST("offset", test_offset, "A mapping is of the pages that it names."),
	TEST("chosen", test_chosen, "The driver chooses addresses that are asked for and free."),
	TEST("fixed", test_fixed, "A mapping at an address is free, or replaces others."),
	TEST("ends", test_ends, "The first and the last page can be mapped."),
	TEST("reserve", test_reserve, "What is reserved is mapped in parts, and freed whole."),
	TEST("cross", test_cross, "A copy crosses mappings at any byte."),
	TEST("timestamp", test_timestamp, "A time stamp is written to an address."),
	TEST("zero", test_zero, "Zero mappings read as zero, and drop writes."),
	TEST("no-access", test_no_access, "NoAccess faults in a range that reads as zero."),
	TEST("unmapped", test_unmapped, "What is not mapped faults, and nothing is done."),
	TEST("read-only", test_read_only, "A write faults where Write is not given."),
	TEST("no-fault", test_no_fault, "Without a fault none is reported."),
	TEST("other-device", test_other_device, "Another device's allocations fault."),
	TEST("offered", test_offered, "What is offered faults for later commands."),
	TEST("update-order", test_update_order, "Updates are done in the order of the context."),
	TEST("update-fence", test_update_fence,
	     "An update waits for a value and signals the next."),
	TEST("update-batch", test_update_batch, "A batch of all operations is done in order."),
	TEST("update-unmap", test_update_unmap, "An update unmaps for later commands only."),
	TEST("update-gone", test_update_gone, "An update whose range or bytes are gone faults."),
	TEST("destroy", test_destroy, "A destruction unmaps behind the commands before it."),
	TEST("destroy-synchronous", test_destroy_synchronous,
	     "A synchronous destruction has unmapped."),
	TEST("destroy-assume", test_destroy_assume, "AssumeNotInUse unmaps at once."),
	TEST("destroy-update", test_destroy_update,
	     "A mapping that comes after a destruction is not found by later commands."),
	TEST("destroy-range", test_destroy_range, "A mapped range goes with its allocations."),
	TEST("destroy-opening", test_destroy_opening, "Each opening has mappings of its own."),
	TEST("close", test_close, "A close gives all addresses back."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
