// SPDX-License-Identifier: MIT
/*
 * Sharing beside all that can happen at the same time: each call succeeds or finds what it
 * names gone, and nobody's bytes are lost while he has them open.
 */
#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Sharing of resources of dxg beside other calls and processes.");

#define ROUNDS		60
#define STORM		40
#define KILLS		6

/* --- two threads --------------------------------------------------------- */

/**
 * struct arena - What two threads fight for
 * @dxg: the way in
 * @creator: whose resource it is
 * @opener: another one
 * @fd: a descriptor, or -1
 * @shared: what do_share() got
 * @opened: what do_open() got
 * @added: what do_add() got
 */
struct arena {
	struct igt_dxg *dxg;
	struct opening creator;
	struct opening opener;
	int fd;
	int shared;
	struct opening opened;
	uint32_t added;
};

static int close_resource(const struct opening *opening)
{
	return __igt_dxg_destroy2(opening->space.dxg, opening->space.device, opening->resource,
				  NULL, 0, 0);
}

static int do_share(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_share(arena->dxg, arena->creator.resource, &arena->shared);
}

static int do_share_too(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_share(arena->dxg, arena->creator.resource, &arena->fd);
}

static int do_share_opened(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_share(arena->dxg, arena->opener.resource, &arena->shared);
}

static int do_add(void *data)
{
	struct arena *arena = data;
	uint32_t resource = arena->creator.resource;

	return __igt_dxg_create(arena->dxg, arena->creator.space.device, 0, &resource, PAGE, 1,
				&arena->added);
}

static int do_open(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_open_shared(arena->dxg, arena->opened.space.device, arena->fd, COUNT,
				     &arena->opened.resource, arena->opened.list);
}

static int do_close_fd(void *data)
{
	struct arena *arena = data;

	return close(arena->fd);
}

static int do_destroy(void *data)
{
	return close_resource(&((struct arena *)data)->creator);
}

static int do_destroy_opened(void *data)
{
	return close_resource(&((struct arena *)data)->opener);
}

static int do_destroy_device(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_device(arena->dxg, arena->creator.space.device);
}

/* The last two holders but for the opening. */
static int do_close_and_destroy(void *data)
{
	return do_close_fd(data) ?: do_destroy(data);
}

static int do_lock_unlock(void *data)
{
	struct arena *arena = data;
	uint32_t device = arena->opener.space.device;
	void *address;
	int ret = __igt_dxg_lock(arena->dxg, device, arena->opener.list[0], &address);

	if (!ret && __atomic_load_n((uint32_t *)address, __ATOMIC_RELAXED) != item_pattern(1))
		ret = -EIO;
	return ret ?: __igt_dxg_unlock(arena->dxg, device, arena->opener.list[0]);
}

static int do_submit(void *data)
{
	struct arena *arena = data;
	struct space *space = &arena->opener.space;

	return __igt_dxg_submit_fill(arena->dxg, space->context, arena->opener.list[0], PAGE,
				     item_pattern(1), space->fence, ++space->done);
}

static void assert_one_of(int ret, int other)
{
	igt_assert_f(!ret || ret == other, "the call returned %d\n", ret);
}

/* A little of it, by the engine: the rounds are many. */
static void fill_some(struct opening *opening)
{
	fill(&opening->space, opening->list[0], PAGE, item_pattern(1));
	settle(&opening->space);
}

static void check_some(const struct opening *opening)
{
	igt_dxg_assert_filled(opening->space.dxg, opening->space.device, opening->list[0], 0,
			      PAGE / 4, item_pattern(1));
}

/* Devices that last for all rounds. */
static void arena_begin(struct igt_dxg *dxg, struct arena *arena)
{
	memset(arena, 0, sizeof(*arena));
	arena->dxg = dxg;
	arena->fd = -1;
	space_create(dxg, &arena->creator.space);
	space_create(dxg, &arena->opener.space);
	space_create(dxg, &arena->opened.space);
}

static void arena_end(const struct arena *arena)
{
	space_destroy(&arena->creator.space);
	space_destroy(&arena->opener.space);
	space_destroy(&arena->opened.space);
}

/* A resource of each round. */
static void arena_create(struct arena *arena)
{
	arena->creator.resource = igt_dxg_create_shared(arena->dxg, arena->creator.space.device,
							SIZE, COUNT, arena->creator.list);
}

/* The same, with bytes, and shared. */
static void arena_share(struct arena *arena)
{
	arena_create(arena);
	fill_some(&arena->creator);
	arena->fd = igt_dxg_share(arena->dxg, arena->creator.resource);
}

/* The same, and opened; the descriptor is closed. */
static void arena_open(struct arena *arena)
{
	arena_share(arena);
	arena->opener.resource = igt_dxg_open_shared(arena->dxg, arena->opener.space.device,
						     arena->fd, COUNT, arena->opener.list);
	close(arena->fd);
}

static void test_share_destroy(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_create(&arena);
		igt_dxg_race(do_share, do_destroy, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		if (ret[0])
			continue;
		/* what has been shared is there to be opened */
		arena.fd = arena.shared;
		igt_assert_eq(do_open(&arena), 0);
		close(arena.fd);
		fill_some(&arena.opened);
		check_some(&arena.opened);
		igt_assert_eq(close_resource(&arena.opened), 0);
	}
	arena_end(&arena);
}

static void test_share_device(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_begin(dxg, &arena);
		arena_create(&arena);
		igt_dxg_race(do_share, do_destroy_device, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		if (!ret[0]) {
			arena.fd = arena.shared;
			igt_assert_eq(do_open(&arena), 0);
			close(arena.fd);
		}
		space_destroy(&arena.opener.space);
		space_destroy(&arena.opened.space);
	}
}

/* What was added before belongs to it; and nothing is added later. */
static void test_share_add(struct igt_dxg *dxg)
{
	struct d3dkmt_query_resource_info_from_nt_handle info;
	unsigned int added = 0;
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_create(&arena);
		igt_dxg_race(do_share, do_add, &arena, i, ret);
		igt_assert_eq(ret[0], 0);
		assert_one_of(ret[1], -EINVAL);
		igt_assert_eq(__igt_dxg_query_shared(dxg, arena.opened.space.device, arena.shared,
						     &info), 0);
		igt_assert_eq_u32(info.num_allocations, COUNT + !ret[1]);
		added += !ret[1];
		close(arena.shared);
		igt_assert_eq(close_resource(&arena.creator), 0);
	}
	igt_info("%u additions came first\n", added);
	arena_end(&arena);
}

static void test_share_share(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		igt_dxg_wait_state(dxg, "shares", 0);
		arena_create(&arena);
		igt_dxg_race(do_share, do_share_too, &arena, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 1);
		close(arena.shared);
		close(arena.fd);
		igt_assert_eq(close_resource(&arena.creator), 0);
	}
	arena_end(&arena);
}

/* The opening that is shared again goes. */
static void test_share_again(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_open(&arena);
		igt_assert_eq(close_resource(&arena.creator), 0);
		igt_dxg_race(do_share_opened, do_destroy_opened, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		if (ret[0])
			continue;
		arena.fd = arena.shared;
		igt_assert_eq(do_open(&arena), 0);
		close(arena.fd);
		check_some(&arena.opened);
		igt_assert_eq(close_resource(&arena.opened), 0);
	}
	arena_end(&arena);
}

/* It is opened while all other holders go: it has its bytes, or is not there. */
static void open_beside(struct igt_dxg *dxg, int (*other)(void *data), int refusal)
{
	unsigned int opened = 0;
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_share(&arena);
		igt_dxg_race(do_open, other, &arena, i, ret);
		assert_one_of(ret[0], refusal);
		igt_assert_eq(ret[1], 0);
		if (!ret[0]) {
			check_some(&arena.opened);
			igt_assert_eq(close_resource(&arena.opened), 0);
			opened++;
		}
		if (other == do_destroy)
			close(arena.fd);
		else if (other == do_close_fd)
			igt_assert_eq(close_resource(&arena.creator), 0);
	}
	igt_info("%u openings came first\n", opened);
	arena_end(&arena);
}

static void test_open_close(struct igt_dxg *dxg)
{
	open_beside(dxg, do_close_fd, -EINVAL);
}

static void test_open_destroy(struct igt_dxg *dxg)
{
	open_beside(dxg, do_destroy, 0);
}

static void test_open_both(struct igt_dxg *dxg)
{
	open_beside(dxg, do_close_and_destroy, -EINVAL);
}

/* Both openings go at once, and the memory once. */
static void test_last_two(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_open(&arena);
		igt_dxg_race(do_destroy, do_destroy_opened, &arena, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_wait_state(dxg, "shares", 0);
	igt_dxg_wait_state(dxg, "backing_bytes", 0);
	arena_end(&arena);
}

/* The end of one opening is never seen by the other. */
static void use_beside(struct igt_dxg *dxg, int (*use)(void *data), bool locked)
{
	struct arena arena;
	int ret[2];

	arena_begin(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_open(&arena);
		/* taking its mapping away empties the other's */
		if (locked)
			lock(&arena.creator.space, arena.creator.list[0]);
		igt_dxg_race(use, do_destroy, &arena, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
		settle(&arena.opener.space);
		check_some(&arena.opener);
		igt_assert_eq(close_resource(&arena.opener), 0);
	}
	arena_end(&arena);
}

static void test_lock(struct igt_dxg *dxg)
{
	use_beside(dxg, do_lock_unlock, true);
}

static void test_submit(struct igt_dxg *dxg)
{
	use_beside(dxg, do_submit, false);
}

/* --- two processes ------------------------------------------------------- */

/* Open it, see that its bytes are one of the patterns, write another one, close it. */
static void storm_round(struct opening *opener, int fd, uint32_t round)
{
	struct space *space = &opener->space;
	uint32_t *data, word;

	opener->resource = igt_dxg_open_shared(space->dxg, space->device, fd, COUNT, opener->list);
	data = lock(space, opener->list[0]);
	word = __atomic_load_n(&data[round % WORDS], __ATOMIC_RELAXED);
	igt_assert_f(word == item_pattern(1) || word == item_pattern(2), "a word is %#x\n", word);
	__atomic_store_n(&data[round % WORDS], item_pattern(1 + round % 2), __ATOMIC_RELAXED);
	fill(space, opener->list[0], SIZE, item_pattern(1 + round % 2));
	if (round % 4)
		settle(space);
	igt_dxg_destroy2(space->dxg, space->device, opener->resource, NULL, 0,
			 round % 3 ? SYNCHRONOUS : 0);
}

static void storm_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening opener;

	(void)child;
	space_create(igt_dxg_reopen(dxg), &opener.space);
	for (unsigned int i = 0; i < igt_dxg_scale(STORM); i++)
		storm_round(&opener, peer.fd, i);
	space_destroy(&opener.space);
}

static void test_storm(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_fill(&creator, 1);
	space_destroy(&creator.space);
	peer_start(dxg, fd, storm_child);
	space_create(dxg, &opener.space);
	for (unsigned int i = 0; i < igt_dxg_scale(STORM); i++)
		storm_round(&opener, fd, i);
	peer_join();
	space_destroy(&opener.space);
	/* of the others nobody has touched any */
	opening_open(dxg, &opener, fd);
	for (uint32_t i = 1; i < COUNT; i++)
		igt_dxg_assert_filled(dxg, opener.space.device, opener.list[i], 0, WORDS,
				      item_pattern(1 + i));
	close(fd);
	space_destroy(&opener.space);
}

static void killed_opener(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening opener;

	space_create(igt_dxg_reopen(dxg), &opener.space);
	igt_dxg_child_ready(child);
	for (uint32_t i = 0;; i++)
		storm_round(&opener, peer.fd, 2 * i);
}

/* An opener is killed at any point of its work. */
static void test_kill_opener(struct igt_dxg *dxg)
{
	struct opening creator;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_fill(&creator, 1);
	for (unsigned int i = 0; i < igt_dxg_scale(KILLS); i++) {
		peer_start(dxg, fd, killed_opener);
		peer_await();
		igt_dxg_sleep_ms(3 * i);
		peer_kill();
		opening_check(&creator, 1);
	}
	close(fd);
	igt_dxg_wait_state(dxg, "resources", 1);
	opening_check(&creator, 1);
	space_destroy(&creator.space);
}

static void killed_creator(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	struct opening creator;
	int fd;

	(void)child;
	for (;;) {
		opening_create(own, &creator);
		fill_some(&creator);
		fd = opening_share(&creator);
		send_fd(peer.fd, fd);
		close(fd);
		space_destroy(&creator.space);
	}
}

/* A creator is killed; what it has sent is whole. */
static void test_kill_creator(struct igt_dxg *dxg)
{
	struct opening opener;
	int sockets[2], fd;

	for (unsigned int i = 0; i < igt_dxg_scale(KILLS); i++) {
		igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
		peer_start(dxg, sockets[1], killed_creator);
		for (unsigned int j = 0; j <= i % 3; j++) {
			fd = receive_fd(sockets[0]);
			opening_open(dxg, &opener, fd);
			close(fd);
			check_some(&opener);
			space_destroy(&opener.space);
		}
		fd = receive_fd(sockets[0]);
		igt_dxg_sleep_ms(i);
		peer_kill();
		/* those under way go with the sockets */
		close(sockets[0]);
		close(sockets[1]);
		opening_open(dxg, &opener, fd);
		close(fd);
		check_some(&opener);
		space_destroy(&opener.space);
	}
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_ONE("share-destroy", test_share_destroy, "A resource goes while it is shared."),
	TEST_ONE("share-device", test_share_device, "Its device goes while it is shared."),
	TEST_ONE("share-add", test_share_add, "An allocation is added while it is shared."),
	TEST_ONE("share-share", test_share_share, "It is shared twice at once, as one."),
	TEST_ONE("share-again", test_share_again, "An opening goes while it is shared."),
	TEST_ONE("open-close", test_open_close, "A descriptor is closed while it is opened."),
	TEST_ONE("open-destroy", test_open_destroy, "The creator's goes while it is opened."),
	TEST_ONE("open-both", test_open_both, "All holders go while it is opened."),
	TEST_ONE("last-two", test_last_two, "The last two openings go at once."),
	TEST_ONE("lock", test_lock, "Another's mapping goes while it is mapped."),
	TEST_ONE("submit", test_submit, "Another's opening goes while it is used."),
	TEST("storm", test_storm, "Two processes open, use and close it."),
	TEST("kill-opener", test_kill_opener, "An opener is killed at any point of its work."),
	TEST("kill-creator", test_kill_creator, "A creator is killed at any point of its work."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
