// SPDX-License-Identifier: MIT
/*
 * Where the memory of shared resources is: evicted and brought back under all who have it
 * open, asked for by each of them, or the program's own.
 */
#include <sys/mman.h>

#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Memory of shared resources of dxg.");

/* --- eviction ------------------------------------------------------------ */

/* Fill the room with others until nothing of it is in the device segment. */
static void evict_all(struct space *space, const struct opening *opening)
{
	uint32_t list[SMALL_ITEMS];

	create_many(space, SMALL_ROOM / SMALL_ITEMS, SMALL_ITEMS, list);
	fill_list(space, list, SMALL_ITEMS, SMALL_ROOM / SMALL_ITEMS, 1);
	settle(space);
	for (uint32_t i = 0; i < COUNT; i++)
		igt_assert(!is_resident(opening->space.dxg, opening->space.device,
					opening->list[i]));
	igt_dxg_destroy2(space->dxg, space->device, 0, list, SMALL_ITEMS, SYNCHRONOUS);
}

static void assert_resident(const struct opening *opening)
{
	for (uint32_t i = 0; i < COUNT; i++)
		igt_assert(is_resident(opening->space.dxg, opening->space.device,
				       opening->list[i]));
}

/* It has all mapped all the time. */
static void check_mapped(uint32_t *const *data, uint32_t seed)
{
	for (uint32_t i = 0; i < COUNT; i++)
		check_pages(data[i], SIZE, item_pattern(seed + i));
}

static void write_mapped(uint32_t *const *data, uint32_t seed)
{
	for (uint32_t i = 0; i < COUNT; i++)
		for (uint32_t j = 0; j < WORDS; j++)
			data[i][j] = item_pattern(seed + i);
}

static void map_all(const struct opening *opening, uint32_t **data)
{
	for (uint32_t i = 0; i < COUNT; i++)
		data[i] = lock(&opening->space, opening->list[i]);
}

/* The steps are those of run_evicted(). */
static void evicted_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening opener;
	uint32_t *data[COUNT];

	opening_open(igt_dxg_reopen(dxg), &opener, peer.fd);
	map_all(&opener, data);
	check_mapped(data, 1);
	peer_wait(child);
	check_mapped(data, 1);
	write_mapped(data, 2);
	peer_wait(child);
	check_mapped(data, 2);
	opening_fill(&opener, 3);
	check_mapped(data, 3);
	peer_wait(child);
	check_mapped(data, 4);
	opening_check_engine(&opener, 4);
}

static void run_evicted(struct igt_dxg *dxg)
{
	struct opening creator;
	uint32_t *data[COUNT];
	struct space filler;
	int fd;

	space_create(dxg, &filler);
	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_fill(&creator, 1);
	map_all(&creator, data);
	peer_start(dxg, fd, evicted_child);
	peer_await();
	/* in the system segment, where the child writes */
	evict_all(&filler, &creator);
	peer_go();
	peer_await();
	check_mapped(data, 2);
	/* back, by an engine of this process, and seen by the child's mapping */
	opening_check_engine(&creator, 2);
	assert_resident(&creator);
	check_mapped(data, 2);
	/* away once more; back by the child's engine */
	evict_all(&filler, &creator);
	peer_go();
	peer_await();
	assert_resident(&creator);
	check_mapped(data, 3);
	write_mapped(data, 4);
	evict_all(&filler, &creator);
	peer_go();
	peer_join();
	check_mapped(data, 4);
	close(fd);
	space_destroy(&creator.space);
	space_destroy(&filler);
}

/* It is moved at the cost of somebody who is gone. */
static void gone_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening creator;

	opening_create(igt_dxg_reopen(dxg), &creator);
	opening_fill(&creator, 1);
	send_fd(peer.fd, opening_share(&creator));
	igt_dxg_child_linger(child);
}

static void run_creator_gone(struct igt_dxg *dxg)
{
	struct opening opener;
	int sockets[2], fd;
	struct space filler;
	uint32_t *data[COUNT];

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	space_create(dxg, &filler);
	peer_start(dxg, sockets[1], gone_child);
	fd = receive_fd(sockets[0]);
	opening_open(dxg, &opener, fd);
	close(fd);
	map_all(&opener, data);
	peer_await();
	peer_kill();
	igt_dxg_wait_state(dxg, "resources", 1);
	for (uint32_t round = 1; round < 3; round++) {
		evict_all(&filler, &opener);
		check_mapped(data, round);
		opening_check_engine(&opener, round);
		assert_resident(&opener);
		opening_fill(&opener, round + 1);
	}
	space_destroy(&opener.space);
	space_destroy(&filler);
	close(sockets[0]);
	close(sockets[1]);
}

static void test_never_touched(struct igt_dxg *dxg)
{
	struct opening creator, opener;

	opening_pair(dxg, &creator, &opener);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), 0);
	/* whoever is first, all find the same zeroes */
	igt_dxg_assert_filled(dxg, opener.space.device, opener.list[0], 0, WORDS, 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), SIZE);
	igt_dxg_assert_filled(dxg, creator.space.device, creator.list[0], 0, WORDS, 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), SIZE);
	space_destroy(&creator.space);
	opening_fill(&opener, 1);
	opening_check(&opener, 1);
	space_destroy(&opener.space);
}

/* --- residency ----------------------------------------------------------- */

static uint32_t residency_queue(const struct opening *opening, uint32_t *fence)
{
	return igt_dxg_create_paging_queue(opening->space.dxg, opening->space.device, fence, NULL);
}

static void want(const struct opening *opening, uint32_t queue, uint32_t fence)
{
	igt_dxg_make_resident(opening->space.dxg, opening->space.device, queue, fence,
			      opening->list, COUNT);
	assert_resident(opening);
}

static int unwant(const struct opening *opening)
{
	return evict(opening->space.dxg, opening->space.device, opening->list, COUNT);
}

static void test_residency(struct igt_dxg *dxg)
{
	uint64_t base = igt_dxg_read_state(dxg, "wanted_bytes"), bytes = COUNT * SIZE;
	uint32_t queue[2], fence[2];
	struct opening creator, opener;

	opening_pair(dxg, &creator, &opener);
	queue[0] = residency_queue(&creator, &fence[0]);
	queue[1] = residency_queue(&opener, &fence[1]);
	want(&creator, queue[0], fence[0]);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), base + bytes);
	/* another's request is not one's own */
	igt_assert_eq(unwant(&opener), -EINVAL);
	want(&opener, queue[1], fence[1]);
	want(&opener, queue[1], fence[1]);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), base + 2 * bytes);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), bytes);
	igt_assert_eq(unwant(&creator), 0);
	igt_assert_eq(unwant(&creator), -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), base + bytes);
	igt_assert_eq(unwant(&opener), 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), base + bytes);
	/* an opening takes its requests with it */
	want(&creator, queue[0], fence[0]);
	opening_close(&opener, SYNCHRONOUS);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), base + bytes);
	space_destroy(&opener.space);
	space_destroy(&creator.space);
	igt_dxg_wait_state(dxg, "wanted_bytes", base);
}

/* What one of two still wants is not the next to be evicted. */
static void run_wanted(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	struct space filler;
	uint32_t queue[2], fence[2], list[2 * SMALL_ITEMS];

	space_create(dxg, &filler);
	opening_pair(dxg, &creator, &opener);
	queue[0] = residency_queue(&creator, &fence[0]);
	queue[1] = residency_queue(&opener, &fence[1]);
	want(&creator, queue[0], fence[0]);
	want(&opener, queue[1], fence[1]);
	igt_assert_eq(unwant(&creator), 0);
	create_many(&filler, SMALL_ROOM / 2 / SMALL_ITEMS, 2 * SMALL_ITEMS, list);
	fill_list(&filler, list, 2 * SMALL_ITEMS, SMALL_ROOM / 2 / SMALL_ITEMS, 1);
	settle(&filler);
	assert_resident(&creator);
	igt_dxg_destroy2(dxg, filler.device, 0, list, 2 * SMALL_ITEMS, SYNCHRONOUS);
	igt_assert_eq(unwant(&opener), 0);
	evict_all(&filler, &creator);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
	space_destroy(&filler);
}

/* One ballast for all: where all is slow it takes longest. */
static void test_evicted(struct igt_dxg *dxg)
{
	ballast_create(dxg, SMALL_ROOM);
	run_evicted(dxg);
	run_creator_gone(dxg);
	run_wanted(dxg);
	ballast_destroy(dxg);
}

/* --- the program's memory ------------------------------------------------ */

/* A resource of one allocation; @memory NULL: a standard allocation of the segment's. */
static void create_one(struct opening *opening, uint32_t *memory, uint32_t flags, bool standard)
{
	struct d3dkmt_create_standard_allocation description = {
		.type = memory ? D3DKMT_STANDARD_ALLOCATION_EXISTING_HEAP :
			D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING,
		.size = SIZE,
	};
	struct drm_dxg_allocation_private private = { .size = SIZE };
	struct d3dkmt_allocation_info2 info = {
		.sys_mem = igt_dxg_ptr(memory),
		.private_driver_data = standard ? 0 : igt_dxg_ptr(&private),
		.private_driver_data_size = standard ? 0 : sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = opening->space.device,
		.private_driver_data = standard ? igt_dxg_ptr(&description) : 0,
		.private_driver_data_size = standard ? sizeof(description) : 0,
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
		.flags = IGT_DXG_CREATE_SHARED | flags |
			 (standard ? D3DKMT_CREATE_STANDARD_ALLOCATION : 0) |
			 (memory ? D3DKMT_CREATE_EXISTING_SYS_MEM : 0),
	};

	igt_assert_eq(igt_dxg_ioctl(opening->space.dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	opening->resource = args.resource;
	opening->list[0] = info.allocation;
}

static void open_one(struct igt_dxg *dxg, struct opening *opening, int fd)
{
	space_create(dxg, &opening->space);
	opening->resource = igt_dxg_open_shared(dxg, opening->space.device, fd, 1, opening->list);
}

static void fill_one(struct opening *opening, uint32_t pattern)
{
	fill(&opening->space, opening->list[0], SIZE, pattern);
	settle(&opening->space);
}

static void check_one(const struct opening *opening, uint32_t pattern)
{
	igt_dxg_assert_filled(opening->space.dxg, opening->space.device, opening->list[0], 0,
			      WORDS, pattern);
}

/* By the engine, to memory of the opener's own. */
static void check_one_engine(struct opening *opening, uint32_t pattern)
{
	uint32_t log = create(&opening->space, SIZE);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, log, 0, opening->list[0], 0, SIZE);
	submit(&opening->space, &stream);
	settle(&opening->space);
	igt_dxg_assert_filled(opening->space.dxg, opening->space.device, log, 0, WORDS, pattern);
}

static void set_words(uint32_t *words, uint32_t pattern)
{
	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = pattern;
}

static void check_words(const uint32_t *words, uint32_t pattern)
{
	for (uint32_t i = 0; i < WORDS; i++)
		igt_assert_eq_u32(words[i], pattern);
}

static void test_standard(struct igt_dxg *dxg)
{
	struct d3dkmt_query_resource_info_from_nt_handle info;
	struct opening creator, opener;
	int fd;

	space_create(dxg, &creator.space);
	create_one(&creator, NULL, 0, true);
	fd = opening_share(&creator);
	open_one(dxg, &opener, fd);
	/* the description is not the resource's private data; an allocation of it has some */
	igt_assert_eq(__igt_dxg_query_shared(dxg, opener.space.device, fd, &info), 0);
	igt_assert_eq_u32(info.num_allocations, 1);
	igt_assert_eq_u32(info.resource_private_driver_data_size, 0);
	igt_assert_neq_u32(info.total_private_driver_data_size, 0);
	close(fd);
	fill_one(&creator, 3);
	check_one(&opener, 3);
	fill_one(&opener, 4);
	check_one(&creator, 4);
	space_destroy(&creator.space);
	check_one(&opener, 4);
	space_destroy(&opener.space);
}

static void run_existing(struct igt_dxg *dxg, bool standard)
{
	uint32_t *memory = map_memory(SIZE), *data;
	struct opening creator, opener;
	int fd;

	space_create(dxg, &creator.space);
	create_one(&creator, memory, 0, standard);
	fd = opening_share(&creator);
	open_one(dxg, &opener, fd);
	close(fd);
	igt_assert(lock(&creator.space, creator.list[0]) == memory);
	data = lock(&opener.space, opener.list[0]);
	igt_assert(data != memory);
	set_words(memory, 1);
	check_words(data, 1);
	check_one_engine(&opener, 1);
	set_words(data, 2);
	check_words(memory, 2);
	check_one_engine(&creator, 2);
	fill_one(&opener, 3);
	check_words(memory, 3);
	check_words(data, 3);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), SIZE * 2);

	/* pinned as long as anybody has it open, whatever the creator does */
	opening_close(&creator, SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), SIZE);
	munmap(memory, SIZE);
	check_words(data, 3);
	fill_one(&opener, 4);
	check_words(data, 4);
	opening_close(&opener, SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), 0);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

static void test_existing(struct igt_dxg *dxg)
{
	run_existing(dxg, false);
	run_existing(dxg, true);
}

static void test_existing_read_only(struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE);
	struct opening creator, opener;
	void *data;
	int fd;

	space_create(dxg, &creator.space);
	create_one(&creator, memory, D3DKMT_CREATE_READ_ONLY, false);
	fd = opening_share(&creator);
	open_one(dxg, &opener, fd);
	close(fd);
	set_words(memory, 8);
	igt_assert(lock(&creator.space, creator.list[0]) == memory);
	igt_assert_eq(__igt_dxg_lock(dxg, opener.space.device, opener.list[0], &data), -EACCES);
	igt_assert_eq(__igt_dxg_unlock(dxg, opener.space.device, opener.list[0]), -EINVAL);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, opener.space.context, opener.list[0], PAGE, 1, 0,
					    0), -EACCES);
	check_one_engine(&opener, 8);
	check_words(memory, 8);
	space_destroy(&creator.space);
	check_one_engine(&opener, 8);
	space_destroy(&opener.space);
	wait_unpinned();
	munmap(memory, SIZE);
}

static void existing_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	uint32_t *memory = map_memory(SIZE);
	struct opening creator;

	space_create(igt_dxg_reopen(dxg), &creator.space);
	create_one(&creator, memory, 0, false);
	send_fd(peer.fd, opening_share(&creator));
	set_words(memory, 1);
	peer_wait(child);
	check_words(memory, 2);
	set_words(memory, 3);
	igt_dxg_child_linger(child);
}

/* Its pages outlive the process that they were of. */
static void test_existing_killed(struct igt_dxg *dxg)
{
	struct opening opener;
	int sockets[2], fd;
	uint32_t *data;

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	peer_start(dxg, sockets[1], existing_child);
	fd = receive_fd(sockets[0]);
	open_one(dxg, &opener, fd);
	close(fd);
	data = lock(&opener.space, opener.list[0]);
	peer_await();
	check_words(data, 1);
	fill_one(&opener, 2);
	peer_go();
	peer_await();
	check_words(data, 3);
	peer_kill();
	igt_dxg_wait_state(dxg, "resources", 1);
	check_words(data, 3);
	fill_one(&opener, 4);
	check_words(data, 4);
	opening_close(&opener, SYNCHRONOUS);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), 0);
	space_destroy(&opener.space);
	close(sockets[0]);
	close(sockets[1]);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_ONE("evicted", test_evicted, "It moves under all mappings, and what one wants last."),
	TEST("never-touched", test_never_touched, "The first to use it gives it memory."),
	TEST("residency", test_residency, "Requests for residency are counted by opening."),
	TEST("standard", test_standard, "A shared standard allocation."),
	TEST("existing", test_existing, "Shared memory of a program is mapped by others."),
	TEST("existing-read-only", test_existing_read_only,
	     "Others must not map what is only to be read."),
	TEST("existing-killed", test_existing_killed, "The memory outlives its program."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
