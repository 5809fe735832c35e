// SPDX-License-Identifier: MIT
/*
 * How long what is shared lives: until the last opening and the last descriptor have gone,
 * in whatever order, and whoever created it.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "dxg_igt_trace.h"
#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Lifetime of shared resources of dxg.");

#define BYTES		((uint64_t)COUNT * SIZE)
#define ASSUME		D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define DESTROY_RESOURCE 1
#define OPEN_CREATE 1

/* --- who keeps it -------------------------------------------------------- */

/* Exactly one share with its memory is there. */
static void assert_kept(const struct igt_dxg *dxg)
{
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 1);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), BYTES);
}

/* Without waiting. */
static void assert_freed(const struct igt_dxg *dxg)
{
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), 0);
}

static void test_creator_destroys(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	uint32_t *data;

	for (int whole = 0; whole < 2; whole++) {
		opening_pair(dxg, &creator, &opener);
		opening_fill(&creator, 1);
		data = lock(&opener.space, opener.list[1]);
		igt_assert_eq_u32(data[0], item_pattern(2));
		if (whole)
			space_destroy(&creator.space);
		else
			opening_close(&creator, SYNCHRONOUS);
		igt_dxg_wait_state(dxg, "resources", 1);
		assert_kept(dxg);
		/* also where it was mapped before */
		check_pages(data, SIZE, item_pattern(2));
		opening_check(&opener, 1);
		opening_check_engine(&opener, 1);
		opening_fill(&opener, 5);
		check_pages(data, SIZE, item_pattern(6));
		opening_close(&opener, SYNCHRONOUS);
		assert_freed(dxg);
		igt_assert(!igt_dxg_mapped(data));
		space_destroy(&opener.space);
		if (!whole)
			space_destroy(&creator.space);
	}
}

static void creator_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening creator;

	opening_create(igt_dxg_reopen(dxg), &creator);
	opening_fill(&creator, 1);
	send_fd(peer.fd, opening_share(&creator));
	/* it has it mapped, and work to do on it */
	lock(&creator.space, creator.list[0]);
	for (uint32_t i = 0; i < 64; i++)
		fill(&creator.space, creator.list[i % COUNT], SIZE, item_pattern(1 + i % COUNT));
	igt_dxg_child_linger(child);
}

static void test_creator_killed(struct igt_dxg *dxg)
{
	struct opening opener;
	int sockets[2], fd;
	uint32_t *data;

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	peer_start(dxg, sockets[1], creator_child);
	fd = receive_fd(sockets[0]);
	opening_open(dxg, &opener, fd);
	data = lock(&opener.space, opener.list[0]);
	peer_await();
	peer_kill();
	igt_dxg_wait_state(dxg, "resources", 1);
	igt_dxg_wait_state(dxg, "batches", 0);
	assert_kept(dxg);
	check_pages(data, SIZE, item_pattern(1));
	opening_check(&opener, 1);
	opening_check_engine(&opener, 1);
	opening_fill(&opener, 9);
	check_pages(data, SIZE, item_pattern(9));
	/* of others, too */
	space_destroy(&opener.space);
	igt_dxg_wait_state(dxg, "resources", 0);
	opening_open(dxg, &opener, fd);
	opening_check(&opener, 9);
	close(fd);
	opening_close(&opener, SYNCHRONOUS);
	assert_freed(dxg);
	space_destroy(&opener.space);
	close(sockets[0]);
	close(sockets[1]);
}

static void test_descriptor_alone(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_fill(&creator, 1);
	space_destroy(&creator.space);
	for (uint32_t round = 1; round < 4; round++) {
		igt_dxg_wait_state(dxg, "devices", 0);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "resources"), 0);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "allocations"), 0);
		assert_kept(dxg);
		/* no file of dxg's own, either */
		igt_dxg_renew(dxg);
		opening_open(dxg, &opener, fd);
		opening_check(&opener, round);
		opening_fill(&opener, round + 1);
		space_destroy(&opener.space);
	}
	igt_dxg_wait_state(dxg, "devices", 0);
	igt_assert_eq(close(fd), 0);
	assert_freed(dxg);
}

/* A copy of the descriptor is as good. */
static void test_descriptor_copies(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	int fd, copy, second;

	opening_create(dxg, &creator);
	opening_fill(&creator, 1);
	fd = opening_share(&creator);
	second = opening_share(&creator);
	copy = dup(fd);
	igt_assert_fd(copy);
	close(fd);
	opening_close(&creator, SYNCHRONOUS);
	assert_kept(dxg);
	close(second);
	assert_kept(dxg);
	opening_open(dxg, &opener, copy);
	opening_check(&opener, 1);
	close(copy);
	opening_close(&opener, SYNCHRONOUS);
	assert_freed(dxg);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

/* The three that hold it go in each order; the memory comes back with the last. */
static void run_order(struct igt_dxg *dxg, const int *order, uint32_t flags)
{
	struct opening creator, opener;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_open(dxg, &opener, fd);
	opening_fill(&creator, 1);
	for (int i = 0; i < 3; i++) {
		assert_kept(dxg);
		if (order[i] == 0)
			opening_close(&creator, flags);
		else if (order[i] == 1)
			opening_close(&opener, flags);
		else
			igt_assert_eq(close(fd), 0);
		if (!(flags & SYNCHRONOUS))
			igt_dxg_wait_state(dxg, "batches", 0);
	}
	assert_freed(dxg);
	igt_dxg_wait_state(dxg, "resources", 0);
	igt_dxg_wait_state(dxg, "allocations", 0);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

static void test_last_frees(struct igt_dxg *dxg)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	static const uint32_t flags[] = { 0, SYNCHRONOUS, ASSUME, SYNCHRONOUS | ASSUME };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(orders); i++)
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(flags); j++)
			run_order(dxg, orders[i], flags[j]);
}

/* --- whose commands are waited for --------------------------------------- */

static bool is_done(const struct opening *opening)
{
	return igt_dxg_wait_timeout(opening->space.dxg, opening->space.device,
				    opening->space.fence, opening->space.done, 0);
}

/* A job of @ms that uses all of it; returns when the engine is at it. */
static void start_job(struct opening *opening, unsigned int ms, uint32_t seed)
{
	struct igt_dxg_stream stream;
	uint64_t started = ++opening->space.done;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, opening->space.fence, started);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	for (uint32_t i = 0; i < COUNT; i++)
		igt_dxg_stream_fill(&stream, opening->list[i], 0, SIZE, item_pattern(seed + i));
	submit(&opening->space, &stream);
	igt_assert(igt_dxg_wait_timeout(opening->space.dxg, opening->space.device,
					opening->space.fence, started, WAIT_MS));
}

/* One of the two works on it while the other one's opening ends. */
static bool others_job(struct igt_dxg *dxg, unsigned int ms, struct opening *worker,
		       struct opening *other, uint32_t flags)
{
	bool early;

	start_job(worker, ms, 7);
	opening_close(other, flags);
	early = !is_done(worker);
	settle(&worker->space);
	assert_kept(dxg);
	opening_check(worker, 7);
	space_destroy(&worker->space);
	space_destroy(&other->space);
	igt_dxg_wait_state(dxg, "shares", 0);
	return early;
}

static bool run_others_job(struct igt_dxg *dxg, unsigned int ms)
{
	struct opening creator, opener;

	opening_pair(dxg, &creator, &opener);
	if (!others_job(dxg, ms, &creator, &opener, SYNCHRONOUS))
		return false;
	opening_pair(dxg, &creator, &opener);
	return others_job(dxg, ms, &opener, &creator, SYNCHRONOUS | ASSUME);
}

/* Its own job is waited for, by the call or not. The descriptor shows what it wrote. */
static bool run_own_job(struct igt_dxg *dxg, unsigned int ms)
{
	struct opening creator, opener;
	bool early;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_open(dxg, &opener, fd);
	start_job(&opener, ms, 3);
	opening_close(&opener, 0);
	early = igt_dxg_read_state(dxg, "batches") == 1;
	early &= !is_done(&opener);
	settle(&opener.space);
	igt_dxg_wait_state(dxg, "resources", 1);
	opening_check(&creator, 3);
	space_destroy(&opener.space);

	opening_open(dxg, &opener, fd);
	start_job(&opener, ms, 4);
	opening_close(&opener, SYNCHRONOUS);
	igt_assert(is_done(&opener));
	opening_check(&creator, 4);
	close(fd);
	space_destroy(&opener.space);
	space_destroy(&creator.space);
	return early;
}

/* The last two both have work; the memory is there for both of them. */
static bool run_both_jobs(struct igt_dxg *dxg, unsigned int ms)
{
	struct opening creator, opener;
	bool early;

	opening_pair(dxg, &creator, &opener);
	start_job(&creator, ms, 3);
	for (uint32_t i = 0; i < 8; i++)
		fill(&opener.space, opener.list[i % COUNT], SIZE, i);
	opening_close(&creator, 0);
	opening_close(&opener, 0);
	early = igt_dxg_read_state(dxg, "backing_bytes") == BYTES;
	early &= !is_done(&creator);
	settle(&creator.space);
	settle(&opener.space);
	igt_dxg_wait_state(dxg, "batches", 0);
	assert_freed(dxg);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
	return early;
}

/* --- what the miniport sees ---------------------------------------------- */

/* More than one call destroys. */
#define MANY		40U
#define CHUNK		32U

static struct igt_dxg_trace trace;

static int ddi_next(int after, const char *event, uint32_t num, uint32_t flags)
{
	return igt_dxg_trace_next(&trace, after, "%s allocations=%u flags=%x", event, num, flags);
}

/* All openings are closed, each in its time; the last to go has it destroyed. */
static void miniport_order(struct igt_dxg *dxg, bool descriptor_last)
{
	uint32_t created[MANY], opened[MANY], shared, resource;
	struct igt_dxg_state before;
	struct space one, other;
	int fd, first, second, last, end, at;

	igt_dxg_read_state_all(dxg, &before);
	igt_dxg_trace_start(dxg);
	space_create(dxg, &one);
	space_create(dxg, &other);
	shared = igt_dxg_create_shared(dxg, one.device, PAGE, MANY, created);
	fd = igt_dxg_share(dxg, shared);
	resource = igt_dxg_open_shared(dxg, other.device, fd, MANY, opened);
	if (!descriptor_last)
		close(fd);
	fill_list(&other, opened, MANY, PAGE, 1);
	settle(&other);
	igt_dxg_trace_mark("first");
	igt_dxg_destroy2(dxg, one.device, shared, NULL, 0, SYNCHRONOUS);
	igt_dxg_trace_mark("second");
	igt_dxg_destroy2(dxg, other.device, resource, NULL, 0, SYNCHRONOUS);
	igt_dxg_trace_mark("last");
	if (descriptor_last)
		close(fd);
	igt_dxg_trace_mark("end");
	space_destroy(&one);
	space_destroy(&other);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_dxg_trace_read(&trace);
	igt_dxg_trace_assert_ended(&trace);

	first = igt_dxg_trace_one(&trace, "mark first");
	second = igt_dxg_trace_one(&trace, "mark second");
	last = igt_dxg_trace_one(&trace, "mark last");
	end = igt_dxg_trace_one(&trace, "mark end");
	igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_create"), 1);
	igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_close"), 4);
	igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_destroy"), 2);
	igt_assert_eq(igt_dxg_trace_count(&trace, "backing_create"), MANY);
	at = ddi_next(0, "ddi_create", MANY, 1);
	at = ddi_next(at, "ddi_open", MANY, OPEN_CREATE);
	igt_dxg_trace_order(&trace, ddi_next(at, "ddi_open", MANY, 0), first);
	igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_open"), 2);
	/* the first of both is closed and no more */
	at = ddi_next(first, "ddi_close", CHUNK, 0);
	at = ddi_next(at, "ddi_close", MANY - CHUNK, 0);
	igt_dxg_trace_order(&trace, first, at, second);
	at = ddi_next(second, "ddi_close", CHUNK, 0);
	at = ddi_next(at, "ddi_close", MANY - CHUNK, 0);
	igt_dxg_trace_order(&trace, second, at, last);
	/* memory goes before the miniport's allocations, and the resource with the last */
	if (descriptor_last)
		igt_dxg_trace_order(&trace, last, igt_dxg_trace_next(&trace, at,
								     "backing_destroy"));
	at = ddi_next(at, "ddi_destroy", CHUNK, 0);
	igt_dxg_trace_assert_none(&trace, first, at, "ddi_destroy");
	at = ddi_next(at, "ddi_destroy", MANY - CHUNK, DESTROY_RESOURCE);
	igt_dxg_trace_assert_none(&trace, at, end, "backing_destroy");
	igt_dxg_trace_order(&trace, at, descriptor_last ? end : last);
	if (descriptor_last)
		igt_dxg_trace_order(&trace, last, at);
}

static void test_miniport(struct igt_dxg *dxg)
{
	miniport_order(dxg, false);
	miniport_order(dxg, true);
}

/* --- removal ------------------------------------------------------------- */

static void assert_removed(struct opening *opening, int fd)
{
	struct d3dkmt_query_resource_info_from_nt_handle info;
	struct igt_dxg *dxg = opening->space.dxg;
	int gone = dxg->door == DXG_DOOR_DXG ? 0 : -ENODEV, ret;
	uint32_t resource, list[COUNT];
	void *data;

	igt_assert_eq(__igt_dxg_lock(dxg, opening->space.device, opening->list[0], &data), -ENODEV);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, opening->space.context, opening->list[0], PAGE, 1,
					    0, 0), -ENODEV);
	igt_assert_eq(__igt_dxg_share(dxg, opening->resource, &ret), -ENODEV);
	igt_assert_eq(__igt_dxg_query_shared(dxg, opening->space.device, fd, &info), -ENODEV);
	igt_assert_eq(__igt_dxg_open_shared(dxg, opening->space.device, fd, COUNT, &resource,
					    list), -ENODEV);
	igt_assert_eq(__igt_dxg_destroy2(dxg, opening->space.device, opening->resource, NULL, 0,
					 SYNCHRONOUS), gone);
}

static void removed_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening opener;
	void *data;

	opening_open(igt_dxg_reopen(dxg), &opener, peer.fd);
	data = lock(&opener.space, opener.list[1]);
	peer_wait(child);
	igt_assert_eq(igt_dxg_touch(data, true), SIGBUS);
	assert_removed(&opener, peer.fd);
}

/* The adapter goes with openings in two processes, mappings and the descriptor. */
static void test_removed(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = { .processes = 1 };
	struct opening creator, opener, works;
	uint32_t resource, list[COUNT];
	struct igt_dxg *next;
	void *data[2];
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_open(dxg, &opener, fd);
	opening_fill(&creator, 1);
	data[0] = lock(&creator.space, creator.list[0]);
	data[1] = lock(&opener.space, opener.list[0]);
	peer_start(dxg, fd, removed_child);
	peer_await();
	igt_dxg_unbind(dxg);
	for (int i = 0; i < 2; i++) {
		igt_assert_eq(igt_dxg_touch(data[i], false), SIGBUS);
		igt_assert_eq(igt_dxg_touch((char *)data[i] + SIZE - 1, true), SIGBUS);
	}
	peer_go();
	peer_join();
	assert_removed(&opener, fd);
	assert_removed(&creator, fd);
	igt_dxg_rebind();

	/* nothing but the descriptor is left of the old one, and it is no use on the new one */
	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	next = igt_dxg_reopen(dxg);
	opening_create(next, &works);
	igt_assert_eq(__igt_dxg_open_shared(next, works.space.device, fd, COUNT, &resource, list),
		      -EINVAL);
	igt_assert_eq(close(fd), 0);
	opening_fill(&works, 1);
	opening_check(&works, 1);
	space_destroy(&works.space);
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
}

static int module_users(void)
{
	char *text = igt_dxg_read_file("/sys/module/dxg/refcnt");
	int users = atoi(text);

	free(text);
	return users;
}

static void test_module(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	int fd, users, refused;

	opening_create(dxg, &creator);
	opening_fill(&creator, 1);
	fd = opening_share(&creator);
	space_destroy(&creator.space);
	igt_dxg_wait_state(dxg, "devices", 0);
	igt_assert_eq(close(dxg->fd), 0);
	users = module_users();
	refused = users ? syscall(SYS_delete_module, "dxg", O_NONBLOCK) : 0;
	/* something to close */
	dxg->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	igt_dxg_renew(dxg);
	igt_assert_lt(0, users);
	igt_assert_eq(refused, -1);
	opening_open(dxg, &opener, fd);
	opening_check(&opener, 1);
	space_destroy(&opener.space);
	igt_assert_eq(close(fd), 0);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("creator-destroys", test_creator_destroys, "Others go on when the creator has gone."),
	TEST("creator-killed", test_creator_killed, "Also if its process is killed."),
	TEST("descriptor-alone", test_descriptor_alone, "The descriptor alone keeps it."),
	TEST("descriptor-copies", test_descriptor_copies, "So does each copy of it."),
	TEST("last-frees", test_last_frees, "The memory comes back with the last holder."),
	IGT_DXG_TEST_OUTLAST("others-job", "A destruction does not wait for others' commands.",
			     run_others_job),
	IGT_DXG_TEST_OUTLAST("own-job", "But for those of its own device.", run_own_job),
	IGT_DXG_TEST_OUTLAST("both-jobs", "The memory is there until the last of both is done.",
			     run_both_jobs),
	TEST_ONE("miniport", test_miniport, "The miniport closes openings, and destroys once."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "The adapter goes with openings and a descriptor." },
	TEST("module", test_module, "The module stays while there is a descriptor."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
