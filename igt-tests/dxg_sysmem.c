// SPDX-License-Identifier: MIT
/*
 * Memory that the program has already, as the bytes of an allocation; and standard
 * allocations. What is refused is in dxg_sysmem_bad.c.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt_proc.h"
#include "dxg_sysmem.h"

IGT_TEST_DESCRIPTION("Existing system memory as allocations of dxg.");

#define WORDS		(SIZE / 4)
#define WAIT_MS		10000

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
/* The door makes no difference. */
#define TEST_ONE(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

static void write_words(uint32_t *words, uint64_t size, uint32_t seed)
{
	for (uint64_t i = 0; i < size / 4; i++)
		words[i] = item_pattern(seed + i);
}

static void check_words(const uint32_t *words, uint64_t size, uint32_t seed)
{
	for (uint64_t i = 0; i < size / 4; i++)
		igt_assert_f(words[i] == item_pattern(seed + i), "word %llu is %#x and not %#x\n",
			     (unsigned long long)i, words[i], item_pattern(seed + i));
}

static void check_filled(const uint32_t *words, uint64_t size, uint32_t pattern)
{
	for (uint64_t i = 0; i < size / 4; i++)
		igt_assert_f(words[i] == pattern, "word %llu is %#x and not %#x\n",
			     (unsigned long long)i, words[i], pattern);
}

static void copy(struct space *space, uint32_t dst, uint32_t src, uint64_t size)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, dst, 0, src, 0, size);
	submit(space, &stream);
}

/* --- bytes --------------------------------------------------------------- */

/* Both ways between the program's memory and an allocation in the segment. */
static void exchange(struct space *space, uint32_t *memory, uint64_t size)
{
	uint32_t existing = create_existing(space, memory, size, 0);
	uint32_t other = create(space, size);
	uint64_t user = dxg_count(space->dxg, "user_bytes");

	/* what the program writes, an engine reads */
	write_words(memory, size, 1);
	copy(space, other, existing, size);
	settle(space);
	check_words(memory, size, 1);
	check_words(lock(space, other), size, 1);
	igt_dxg_unlock(space->dxg, space->device, other);
	/* and the other way, to the last byte and no further */
	fill(space, existing, size, 0x5a5a5a5a);
	settle(space);
	check_filled(memory, size, 0x5a5a5a5a);
	write_words(memory, size, 7);
	copy(space, existing, other, size - 4);
	settle(space);
	check_words(memory, size - 4, 1);
	igt_assert_eq_u32(memory[size / 4 - 1], item_pattern(7 + size / 4 - 1));
	igt_assert_lte_u64(size, user);
	igt_dxg_destroy2(space->dxg, space->device, 0, &existing, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);
	check_words(memory, size - 4, 1);
	igt_dxg_destroy_allocation(space->dxg, space->device, other);
}

static void test_bytes(struct igt_dxg *dxg)
{
	static const uint64_t sizes[] = { PAGE, SIZE, PAGE * 1025, 4 * MIB };
	struct space space;
	uint32_t *memory;

	space_create(dxg, &space);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
		memory = map_memory(sizes[i]);
		exchange(&space, memory, sizes[i]);
		munmap(memory, sizes[i]);
		memory = aligned_alloc(PAGE, sizes[i]);
		igt_assert(memory);
		exchange(&space, memory, sizes[i]);
		free(memory);
	}
	/* huge pages, if there are any */
	memory = aligned_alloc(2 * MIB, 4 * MIB);
	igt_assert(memory);
	madvise(memory, 4 * MIB, MADV_HUGEPAGE);
	memset(memory, 1, 4 * MIB);
	exchange(&space, memory + PAGE / 4, 3 * MIB);
	free(memory);
	space_destroy(&space);
}

/* What has never been touched has zeroes, and becomes memory by being pinned. */
static void test_untouched(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE), *only = map_memory(SIZE), log;
	struct space space;

	space_create(dxg, &space);
	log = create(&space, SIZE);
	fill(&space, log, SIZE, 3);
	copy(&space, log, create_existing(&space, memory, SIZE, 0), SIZE);
	settle(&space);
	igt_dxg_assert_filled(dxg, space.device, log, 0, WORDS, 0);
	check_filled(memory, SIZE, 0);

	/* also where the engine only reads: it sees what the program writes later */
	fill(&space, log, SIZE, 3);
	{
		uint32_t existing = create_existing(&space, only, SIZE, D3DKMT_CREATE_READ_ONLY);

		copy(&space, log, existing, SIZE);
		settle(&space);
		igt_dxg_assert_filled(dxg, space.device, log, 0, WORDS, 0);
		write_words(only, SIZE, 11);
		copy(&space, log, existing, SIZE);
	}
	settle(&space);
	check_words(lock(&space, log), SIZE, 11);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, SIZE);
	munmap(only, SIZE);
}

/* Of the last page all can be used, as of any other allocation. */
static void test_odd_size(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(2 * PAGE);
	struct space space;
	uint32_t existing;

	space_create(dxg, &space);
	existing = create_existing(&space, memory, PAGE + 8, 0);
	igt_assert_eq_u64(pinned_bytes(), 2 * PAGE);
	fill(&space, existing, 2 * PAGE, 9);
	settle(&space);
	check_filled(memory, 2 * PAGE, 9);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, space.context, existing, 2 * PAGE + 4, 1, 0, 0),
		      -EINVAL);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, 2 * PAGE);
}

/* The same memory twice; and a private mapping of a file, which is not the file. */
static void test_twice(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE), *private, word, list[2];
	struct space space;
	int fd = memfd_create("dxg", MFD_CLOEXEC);

	space_create(dxg, &space);
	list[0] = create_existing(&space, memory, SIZE, 0);
	list[1] = create_existing(&space, memory, SIZE, D3DKMT_CREATE_READ_ONLY);
	igt_assert_eq_u64(pinned_bytes(), 2 * SIZE);
	fill(&space, list[0], SIZE, 21);
	settle(&space);
	igt_dxg_assert_filled(dxg, space.device, list[1], 0, WORDS, 21);
	igt_dxg_destroy2(dxg, space.device, 0, list, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), SIZE);

	igt_assert(fd >= 0);
	write_words(memory, SIZE, 5);
	igt_assert_eq(write(fd, memory, SIZE), SIZE);
	private = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	igt_assert(private != MAP_FAILED);
	list[0] = create_existing(&space, private, SIZE, 0);
	check_words(private, SIZE, 5);
	fill(&space, list[0], SIZE, 22);
	settle(&space);
	check_filled(private, SIZE, 22);
	igt_assert_eq(pread(fd, &word, 4, 0), 4);
	igt_assert_eq_u32(word, item_pattern(5));
	space_destroy(&space);
	wait_unpinned();
	munmap(private, SIZE);
	munmap(memory, SIZE);
	close(fd);
}

/* --- operations ---------------------------------------------------------- */

static void test_lock(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE), existing;
	struct space space;

	space_create(dxg, &space);
	existing = create_existing(&space, memory, SIZE, 0);
	for (uint32_t i = 0; i < 100; i++)
		igt_assert(lock(&space, existing) == memory);
	for (uint32_t i = 0; i < 100; i++)
		igt_dxg_unlock(dxg, space.device, existing);
	memory[0] = 1;
	memory[WORDS - 1] = 2;
	igt_assert(lock(&space, existing) == memory);
	space_destroy(&space);
	wait_unpinned();
	/* nobody has unmapped it */
	igt_assert_eq_u32(memory[0], 1);
	igt_assert_eq_u32(memory[WORDS - 1], 2);
	munmap(memory, SIZE);
}

static void test_residency(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(3 * SIZE), list[3], status[3], queue, resource = 0;
	const uint32_t shared = D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY;
	void *addresses[3] = { memory, memory + WORDS, memory + 2 * WORDS };
	struct igt_dxg_state before, after;
	struct space space;

	space_create(dxg, &space);
	queue = igt_dxg_create_paging_queue(dxg, space.device, NULL, NULL);
	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(create_list(&space, addresses, SIZE, 3, D3DKMT_CREATE_RESOURCE, &resource,
				  list), 0);
	for (int round = 0; round < 2; round++) {
		igt_assert_eq(__igt_dxg_query_residency(dxg, space.device, 0, list, 3, status), 0);
		for (int i = 0; i < 3; i++)
			igt_assert_eq_u32(status[i], shared);
		igt_assert_eq(__igt_dxg_query_residency(dxg, space.device, resource, NULL, 0,
							status), 0);
		igt_assert_eq_u32(status[0], shared);
		igt_assert_eq(__igt_dxg_make_resident(dxg, queue, list, 3, 0, NULL, NULL), 0);
		igt_dxg_read_state_all(dxg, &after);
		igt_assert_eq_u64(after.user_bytes, before.user_bytes + 3 * SIZE);
		igt_assert_eq_u64(after.wanted_bytes, before.wanted_bytes);
		igt_assert_eq_u64(after.backing_bytes, before.backing_bytes);
		igt_assert_eq_u64(after.system_bytes, before.system_bytes);
		igt_dxg_evict(dxg, space.device, list, 3);
		igt_assert_eq(evict(dxg, space.device, list, 1), -EINVAL);
		fill_list(&space, list, 3, SIZE, 1);
		settle(&space);
	}
	igt_dxg_destroy2(dxg, space.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);
	igt_dxg_assert_no_leak(dxg, &before);
	space_destroy(&space);
	munmap(memory, 3 * SIZE);
}

static int invalidate(const struct space *space, uint32_t allocation, uint64_t offset,
		      uint64_t length)
{
	struct d3dkmt_invalidate_cache args = {
		.device = space->device,
		.allocation = allocation,
		.offset = offset,
		.length = length,
	};

	return igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_INVALIDATE_CACHE, &args);
}

static void test_invalidate(struct igt_dxg *dxg)
{
	static const uint64_t bad[][2] = {
		{ 0, SIZE + 1 }, { 1, SIZE }, { SIZE, 1 }, { SIZE + 1, 0 }, { UINT64_MAX, 1 },
		{ UINT64_MAX, 2 }, { 0, UINT64_MAX }, { SIZE, UINT64_MAX - SIZE + 1 },
	};
	uint32_t *memory = map_memory(SIZE), list[2];
	struct space space;

	space_create(dxg, &space);
	list[0] = create_existing(&space, memory, SIZE, 0);
	list[1] = create(&space, SIZE);
	for (int i = 0; i < 2; i++) {
		fill(&space, list[i], SIZE, 6);
		settle(&space);
		igt_assert_eq(invalidate(&space, list[i], 0, SIZE), 0);
		igt_assert_eq(invalidate(&space, list[i], SIZE - 1, 1), 0);
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(bad); j++)
			igt_assert_f(invalidate(&space, list[i], bad[j][0], bad[j][1]) == -EINVAL,
				     "range %zu\n", j);
		igt_dxg_assert_filled(dxg, space.device, list[i], 0, WORDS, 6);
	}
	igt_assert_eq(invalidate(&space, space.device, 0, 4), -EINVAL);
	igt_assert_eq(invalidate(&space, 0, 0, 4), -EINVAL);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, SIZE);
}

static int try_copy(const struct space *space, uint32_t dst, uint32_t src)
{
	struct igt_dxg_stream stream;
	int ret;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, dst, 0, src, 0, 8);
	igt_dxg_stream_finish(&stream);
	ret = __igt_dxg_submit(space->dxg, space->context, &stream);
	igt_dxg_stream_free(&stream);
	return ret;
}

static int try_timestamp(const struct space *space, uint32_t dst)
{
	struct igt_dxg_stream stream;
	int ret;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_timestamp(&stream, dst, 0);
	igt_dxg_stream_finish(&stream);
	ret = __igt_dxg_submit(space->dxg, space->context, &stream);
	igt_dxg_stream_free(&stream);
	return ret;
}

static void test_read_only(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE), existing, other;
	struct space space;

	space_create(dxg, &space);
	other = create(&space, SIZE);
	write_words(memory, SIZE, 3);
	igt_assert_eq(mprotect(memory, SIZE, PROT_READ), 0);
	refused(&space, memory, SIZE, 0, -EFAULT, "not writable");
	existing = create_existing(&space, memory, SIZE, D3DKMT_CREATE_READ_ONLY);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, space.context, existing, 4, 1, 0, 0), -EACCES);
	igt_assert_eq(try_copy(&space, existing, other), -EACCES);
	igt_assert_eq(try_copy(&space, existing, existing), -EACCES);
	igt_assert_eq(try_timestamp(&space, existing), -EACCES);
	copy(&space, other, existing, SIZE);
	settle(&space);
	check_words(lock(&space, other), SIZE, 3);
	check_words(memory, SIZE, 3);
	igt_assert(lock(&space, existing) == memory);
	/* the device is none the worse */
	igt_assert_eq(igt_dxg_device_state(dxg, space.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, SIZE);
}

/* A resource with both kinds of memory. */
static void test_resource(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(3 * SIZE), resource = 0, list[3], own;
	void *addresses[3] = { memory, memory + WORDS, memory + 2 * WORDS };
	struct space space;

	space_create(dxg, &space);
	igt_assert_eq(create_list(&space, addresses, SIZE, 2, D3DKMT_CREATE_RESOURCE, &resource,
				  list), 0);
	igt_dxg_add_allocations(dxg, space.device, resource, SIZE, 1, &own);
	igt_assert_eq(create_list(&space, addresses + 2, SIZE, 1, 0, &resource, &list[2]), 0);
	igt_assert_eq_u64(pinned_bytes(), 3 * SIZE);
	fill(&space, own, SIZE, 8);
	for (int i = 0; i < 3; i++)
		copy(&space, list[i], own, SIZE);
	settle(&space);
	check_filled(memory, 3 * SIZE, 8);
	igt_dxg_destroy2(dxg, space.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);
	space_destroy(&space);
	munmap(memory, 3 * SIZE);
}

/* --- the program's own affairs ------------------------------------------- */

/* The pages stay with the allocation. */
static void test_unmapped(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE), existing, other;
	struct space space;

	space_create(dxg, &space);
	other = create(&space, SIZE);
	write_words(memory, SIZE, 13);
	existing = create_existing(&space, memory, SIZE, 0);
	igt_assert_eq(munmap(memory, SIZE), 0);
	igt_assert_eq_u64(pinned_bytes(), SIZE);
	copy(&space, other, existing, SIZE);
	fill(&space, existing, SIZE, 1);
	settle(&space);
	check_words(lock(&space, other), SIZE, 13);
	/* other memory there is not the allocation's */
	igt_assert(mmap(memory, SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory);
	fill(&space, existing, SIZE, 2);
	settle(&space);
	check_filled(memory, SIZE, 0);
	igt_dxg_destroy2(dxg, space.device, 0, &existing, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);
	check_filled(memory, SIZE, 0);
	space_destroy(&space);
	munmap(memory, SIZE);
}

static uint32_t *forked_memory;
static int forked_go[2];

static void forked(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	char byte;

	(void)dxg;
	igt_dxg_child_ready(child);
	igt_assert_eq(read(forked_go[0], &byte, 1), 1);
	/* it has what was there when it began, and nobody else sees what it writes */
	igt_assert_eq_u64(pinned_bytes(), 0);
	check_words(forked_memory, SIZE, 17);
	memset(forked_memory, 0xee, SIZE);
}

static void test_fork(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	uint32_t existing, other;
	struct space space;

	igt_assert_eq(pipe(forked_go), 0);
	forked_memory = map_memory(SIZE);
	space_create(dxg, &space);
	other = create(&space, SIZE);
	existing = create_existing(&space, forked_memory, SIZE, 0);
	write_words(forked_memory, SIZE, 17);
	igt_dxg_child_start(&child, dxg, forked);
	igt_dxg_child_await(&child);
	/* writes of both still arrive at each other, and not there */
	fill(&space, existing, SIZE / 2, 4);
	settle(&space);
	check_filled(forked_memory, SIZE / 2, 4);
	write_words(forked_memory + WORDS / 2, SIZE / 2, 18);
	igt_assert_eq(write(forked_go[1], "", 1), 1);
	igt_dxg_child_join(&child);
	copy(&space, other, existing, SIZE);
	settle(&space);
	{
		const uint32_t *data = lock(&space, other);

		check_filled(data, SIZE / 2, 4);
		check_words(data + WORDS / 2, SIZE / 2, 18);
	}
	space_destroy(&space);
	wait_unpinned();
	munmap(forked_memory, SIZE);
	close(forked_go[0]);
	close(forked_go[1]);
}

/* --- destruction --------------------------------------------------------- */

/* A command of @ms that reads memory whose allocation has been destroyed. */
static bool destroy_busy(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t *memory = map_memory(SIZE), existing, other;
	struct igt_dxg_stream stream;
	struct space space;
	bool early;

	space_create(dxg, &space);
	other = create(&space, SIZE);
	write_words(memory, SIZE, 23);
	existing = create_existing(&space, memory, SIZE, 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, space.fence, ++space.done);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_copy(&stream, other, 0, existing, 0, SIZE);
	submit(&space, &stream);
	/* one that is held, too */
	for (uint32_t i = 0; i < 16; i++)
		fill(&space, existing, SIZE, 100 + i);
	igt_assert(igt_dxg_wait_timeout(dxg, space.device, space.fence, 1, WAIT_MS));
	igt_dxg_destroy_allocation(dxg, space.device, existing);
	igt_assert_eq(munmap(memory, SIZE), 0);
	early = pinned_bytes() == SIZE;
	if (early)
		early = !igt_dxg_wait_timeout(dxg, space.device, space.fence, 2, 0);
	else
		igt_assert(igt_dxg_wait_timeout(dxg, space.device, space.fence, 2, 0));
	settle(&space);
	wait_unpinned();
	check_words(lock(&space, other), SIZE, 23);
	space_destroy(&space);
	return early;
}

static void killed(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t *memory = map_memory(64 * SIZE);
	struct space space;

	space_create(own, &space);
	for (uint32_t i = 0; i < 64; i++)
		fill(&space, create_existing(&space, memory + i * WORDS, SIZE, 0), SIZE, i);
	igt_dxg_submit_job(own, space.context, space.fence, &space.done, 300,
			   create_existing(&space, memory, SIZE, 0), SIZE);
	igt_dxg_child_linger(child);
}

static void test_killed(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct igt_dxg_child child;

	igt_dxg_read_state_all(dxg, &before);
	igt_dxg_child_start(&child, dxg, killed);
	igt_dxg_child_await(&child);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), before.user_bytes + 65 * SIZE);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
	igt_dxg_assert_no_leak(dxg, &before);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = { .processes = 1 };
	uint32_t *memory = map_memory(2 * SIZE), existing;
	struct igt_dxg *next;
	struct space space;
	void *data;

	space_create(dxg, &space);
	existing = create_existing(&space, memory, SIZE, 0);
	create_existing(&space, memory + WORDS, SIZE, D3DKMT_CREATE_READ_ONLY);
	fill(&space, existing, SIZE, 31);
	settle(&space);
	igt_dxg_unbind(dxg);
	/* with all handles still open; the memory is as it was */
	wait_unpinned();
	check_filled(memory, SIZE, 31);
	memory[0] = 0;
	igt_assert_eq(__igt_dxg_lock(dxg, space.device, existing, &data), -ENODEV);
	igt_assert_eq(try_existing(&space, memory, SIZE, 0, &existing), -ENODEV);
	igt_assert_eq_u64(pinned_bytes(), 0);
	igt_dxg_rebind();
	next = igt_dxg_reopen(dxg);
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
	munmap(memory, 2 * SIZE);
}

/* --- standard allocations ------------------------------------------------ */

static uint32_t create_standard(const struct space *space, uint32_t type, void *memory,
				uint64_t size)
{
	struct d3dkmt_create_standard_allocation standard = { .type = type, .size = size };
	struct d3dkmt_allocation_info2 info = { .sys_mem = igt_dxg_ptr(memory) };
	struct d3dkmt_create_allocation args = {
		.device = space->device,
		.private_driver_data = igt_dxg_ptr(&standard),
		.private_driver_data_size = sizeof(standard),
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
		.flags = D3DKMT_CREATE_STANDARD_ALLOCATION | D3DKMT_CREATE_RESOURCE |
			 (memory ? D3DKMT_CREATE_EXISTING_SYS_MEM : 0),
	};

	igt_assert_eq(igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	igt_assert_neq_u32(info.allocation, 0);
	igt_assert_neq_u32(args.resource, 0);
	return info.allocation;
}

static void test_standard(struct igt_dxg *dxg)
{
	static const uint64_t sizes[] = { PAGE, SIZE, 3 * MIB };
	struct space space;

	space_create(dxg, &space);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
		uint64_t size = sizes[i];
		uint32_t *memory = map_memory(size), *data, heap, backing;

		heap = create_standard(&space, D3DKMT_STANDARD_ALLOCATION_EXISTING_HEAP, memory,
				       size);
		backing = create_standard(&space, D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING,
					  NULL, size);
		igt_assert_eq_u64(pinned_bytes(), size);
		igt_assert(lock(&space, heap) == memory);
		data = lock(&space, backing);
		check_filled(data, size, 0);
		write_words(memory, size, i);
		copy(&space, backing, heap, size);
		settle(&space);
		check_words(data, size, i);
		igt_assert(is_resident(dxg, space.device, backing));
		fill(&space, backing, size, 0x77);
		copy(&space, heap, backing, size);
		settle(&space);
		check_filled(memory, size, 0x77);
		igt_assert_eq(__igt_dxg_submit_fill(dxg, space.context, heap, size + 4, 0, 0, 0),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_submit_fill(dxg, space.context, backing, size + 4, 0, 0,
						    0), -EINVAL);
		igt_dxg_renew(dxg);
		wait_unpinned();
		space_create(dxg, &space);
		munmap(memory, size);
	}
	space_destroy(&space);
}

/* --- more than fits ------------------------------------------------------ */

#define MIX		16U
#define MIX_SIZE	(512 * KIB)

/* Twice the room in segment memory, and as much of the program's. */
static void test_overcommit(struct igt_dxg *dxg)
{
	uint32_t *memory, existing[MIX], list[MIX];
	struct space space;

	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	memory = map_memory(MIX * MIX_SIZE);
	create_many(&space, MIX_SIZE, MIX, list);
	for (uint32_t i = 0; i < MIX; i++)
		existing[i] = create_existing(&space, memory + i * (MIX_SIZE / 4), MIX_SIZE, 0);
	for (uint32_t round = 0; round < igt_dxg_scale(4); round++) {
		write_words(memory, MIX * MIX_SIZE, round);
		/* out to the segment, on to another of it, and back to the next */
		for (uint32_t i = 0; i < MIX; i++)
			copy(&space, list[i], existing[i], MIX_SIZE);
		settle(&space);
		memset(memory, 0, MIX * MIX_SIZE);
		for (uint32_t i = 0; i < MIX; i++)
			copy(&space, existing[(i + 1) % MIX], list[i], MIX_SIZE);
		settle(&space);
		igt_assert_lt_u64(0, dxg_count(dxg, "system_bytes"));
		igt_assert_eq_u64(dxg_count(dxg, "user_bytes"), MIX * MIX_SIZE);
		for (uint32_t i = 0; i < MIX; i++)
			check_words(memory + (i + 1) % MIX * (MIX_SIZE / 4), MIX_SIZE,
				    round + i * (MIX_SIZE / 4));
	}
	space_destroy(&space);
	ballast_destroy(dxg);
	wait_unpinned();
	munmap(memory, MIX * MIX_SIZE);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("bytes", test_bytes, "The program and engines see each other's writes."),
	TEST("untouched", test_untouched, "Also in memory that nobody has touched."),
	TEST("odd-size", test_odd_size, "Sizes are rounded up to pages."),
	TEST("twice", test_twice, "One range twice, and private mappings of files."),
	TEST("lock", test_lock, "Lock2 answers the program's own address."),
	TEST("invalidate", test_invalidate, "InvalidateCache checks its range."),
	TEST("residency", test_residency, "It is in no segment and cannot be evicted."),
	TEST("read-only", test_read_only, "No command writes to what is only to be read."),
	TEST("resource", test_resource, "Resources of both kinds of memory."),
	TEST("unmapped", test_unmapped, "The program may unmap its memory."),
	TEST_ONE("fork", test_fork, "A copy of the process has a copy of the memory."),
	IGT_DXG_TEST_OUTLAST("destroy-busy", "It is pinned until commands have finished.",
			     destroy_busy),
	TEST("killed", test_killed, "The program is killed."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "The program has its memory back when the adapter goes." },
	TEST("standard", test_standard, "Standard allocations of both types."),
	TEST_ONE("overcommit", test_overcommit, "Copies to and from segment memory that moves."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
