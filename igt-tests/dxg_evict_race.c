// SPDX-License-Identifier: MIT
/*
 * Eviction beside all that may happen at the same time: other processes, destruction,
 * closing, removal of the adapter, and requests for residency.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Eviction beside processes, destruction and removal.");

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)
/* Those to which the door makes no difference */
#define TEST_ONCE(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/* --- two processes ------------------------------------------------------ */

#define PROC_ROOM	(16 * MIB)
#define PROC_ITEMS	24U

/* Twice the half of the room for each: fill by commands, compare here. */
static void proc_rounds(struct igt_dxg *dxg, uint32_t rounds)
{
	uint32_t list[PROC_ITEMS], pid = getpid() << 8;
	struct space space;

	space_create(dxg, &space);
	create_many(&space, MIB, PROC_ITEMS, list);
	for (uint32_t round = 0; round < rounds; round++) {
		for (uint32_t i = 0; i < PROC_ITEMS; i++)
			fill(&space, list[i], MIB, item_pattern(pid + round * PROC_ITEMS + i));
		settle(&space);
		for (uint32_t i = 0; i < PROC_ITEMS; i++) {
			check_pages(lock(&space, list[i]), MIB,
				    item_pattern(pid + round * PROC_ITEMS + i));
			/* some stay locked, and move all the same */
			if (i % 3)
				igt_dxg_unlock(dxg, space.device, list[i]);
		}
	}
	space_destroy(&space);
}

static void proc_storm(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);

	igt_dxg_child_ready(child);
	proc_rounds(dxg, UINT32_MAX);
}

static void proc_finite(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);

	igt_dxg_child_ready(child);
	proc_rounds(dxg, igt_dxg_scale(6));
}

static void child_succeeds(struct igt_dxg_child *child)
{
	int status = igt_dxg_child_end(child, SETTLE_MS);

	igt_assert_f(WIFEXITED(status) && !WEXITSTATUS(status), "the child's status is %#x\n",
		     status);
}

static void child_dies(struct igt_dxg_child *child)
{
	int status;

	igt_dxg_child_kill(child, SIGKILL);
	status = igt_dxg_child_end(child, SETTLE_MS);
	igt_assert_f(WIFSIGNALED(status), "the child's status is %#x\n", status);
}

static void test_processes(struct igt_dxg *dxg)
{
	struct igt_dxg_child finite, storm;

	ballast_create(dxg, PROC_ROOM);
	igt_dxg_child_start(&finite, dxg, proc_finite);
	igt_dxg_child_await(&finite);
	for (uint32_t i = 0; i < igt_dxg_scale(4); i++) {
		igt_dxg_child_start(&storm, dxg, proc_storm);
		igt_dxg_child_await(&storm);
		igt_dxg_sleep_ms(50 + 170 * i);
		child_dies(&storm);
	}
	child_succeeds(&finite);
	igt_dxg_wait_state(dxg, "allocations", ballast.count);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), 0);
	ballast_destroy(dxg);
}

/* --- destruction -------------------------------------------------------- */

#define DOOMED		12U
#define DOOMED_SIZE	(256 * KIB)

static void press_forever(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg;
	uint32_t press[SMALL_ITEMS];
	struct space space;

	/* so that the parent's file goes when the parent closes it */
	close(parent->fd);
	dxg = igt_dxg_open(parent->door, parent->driver);
	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	create_many(&space, 3 * MIB / 4, SMALL_ITEMS, press);
	igt_dxg_child_ready(child);
	for (uint32_t i = 0;; i++) {
		fill_list(&space, press, SMALL_ITEMS, PAGE, i);
		settle(&space);
	}
}

/* Everything in and out of the segment, some locked, and then gone in one of many ways. */
static void doom(struct space *space, uint32_t round)
{
	static const uint32_t flags[] = {
		0, D3DKMT_DESTROY_SYNCHRONOUS, D3DKMT_DESTROY_ASSUME_NOT_IN_USE,
		D3DKMT_DESTROY_SYNCHRONOUS | D3DKMT_DESTROY_ASSUME_NOT_IN_USE,
	};
	uint32_t list[DOOMED], resource = 0, flag = flags[round % 4];
	struct igt_dxg *dxg = space->dxg;

	if (round / 4 % 3 == 1)
		resource = igt_dxg_create_resource(dxg, space->device, DOOMED_SIZE, DOOMED, list);
	else
		create_many(space, DOOMED_SIZE, DOOMED, list);
	for (uint32_t i = 0; i < DOOMED; i++) {
		if (i % 2)
			memset(lock(space, list[i]), round, DOOMED_SIZE);
		fill(space, list[i], DOOMED_SIZE, i);
	}
	/* the one that says so speaks the truth */
	if (flag & D3DKMT_DESTROY_ASSUME_NOT_IN_USE) {
		settle(space);
		igt_dxg_sleep_ms(round % 7);
	}
	if (resource) {
		igt_dxg_destroy2(dxg, space->device, resource, NULL, 0, flag);
	} else if (round / 4 % 3 == 2) {
		igt_dxg_destroy2(dxg, space->device, 0, list, DOOMED, flag);
	} else {
		for (uint32_t i = 0; i < DOOMED; i++)
			igt_dxg_destroy2(dxg, space->device, 0, &list[DOOMED - 1 - i], 1, flag);
	}
}

static void test_destroy(struct igt_dxg *dxg)
{
	struct igt_dxg_child press;
	struct space space;

	igt_dxg_child_start(&press, dxg, press_forever);
	igt_dxg_child_await(&press);
	space_create(dxg, &space);
	for (uint32_t round = 0; round < 12 * igt_dxg_scale(3); round++) {
		doom(&space, round);
		if (round % 13 == 12) {
			space_destroy(&space);
			space_create(dxg, &space);
		}
	}
	settle(&space);
	space_destroy(&space);
	child_dies(&press);
	igt_dxg_wait_state(dxg, "allocations", 0);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), 0);
}

/* The file goes with all that is in and out, moving and locked. */
static void test_close(struct igt_dxg *dxg)
{
	uint32_t list[DOOMED];
	struct igt_dxg_child press;
	struct space space;
	uint8_t *data;

	igt_dxg_child_start(&press, dxg, press_forever);
	igt_dxg_child_await(&press);
	for (uint32_t round = 0; round < 2 * igt_dxg_scale(10); round++) {
		space_create(dxg, &space);
		create_many(&space, DOOMED_SIZE, DOOMED, list);
		data = lock(&space, list[0]);
		data[0] = 1;
		fill_list(&space, list, DOOMED, DOOMED_SIZE, round);
		if (round % 2)
			settle(&space);
		igt_dxg_sleep_ms(round % 5);
		igt_dxg_renew(dxg);
		igt_assert(igt_dxg_read_faults(data));
	}
	child_dies(&press);
	igt_dxg_wait_state(dxg, "allocations", 0);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), 0);
}

/* --- the adapter goes --------------------------------------------------- */

/* Memory of the system segment and of the in-tree driver's objects, in KiB. */
static uint64_t shmem_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long value = 0;
	char line[128];
	bool found = false;

	igt_assert(file);
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "Shmem: %llu", &value) == 1;
	fclose(file);
	igt_assert(found);
	return value;
}

/**
 * struct load - What a thread does until the adapter goes
 * @space: with what
 * @list: allocations that do not fit
 * @ret: what ended it
 */
static struct load {
	struct space space;
	uint32_t list[2 * SMALL_ITEMS];
	int ret;
} load;

static void *load_run(void *arg)
{
	struct space *space = &load.space;

	(void)arg;
	for (uint32_t i = 0; !load.ret; i++)
		load.ret = __igt_dxg_submit_fill(space->dxg, space->context,
						 load.list[i % (2 * SMALL_ITEMS)], PAGE, i, 0, 0);
	return NULL;
}

static void test_unbind(struct igt_dxg *dxg)
{
	uint8_t *data[2 * SMALL_ITEMS], *still;
	uint64_t before = shmem_kib(), start;
	struct igt_dxg *next;
	pthread_t thread;

	ballast_create(dxg, SMALL_ROOM);
	memset(&load, 0, sizeof(load));
	space_create(dxg, &load.space);
	create_many(&load.space, SMALL_ROOM / SMALL_ITEMS, 2 * SMALL_ITEMS, load.list);
	for (uint32_t i = 0; i < 2 * SMALL_ITEMS; i++) {
		data[i] = lock(&load.space, load.list[i]);
		memset(data[i], 1, 2 * PAGE);
	}
	/* evicted for good: at most half of all is in, and this is not used any more */
	still = lock(&load.space, create(&load.space, MIB));
	memset(still, 2, MIB);
	igt_assert_eq(pthread_create(&thread, NULL, load_run, NULL), 0);
	igt_dxg_sleep_ms(200);
	start = igt_dxg_now_ns();
	igt_dxg_unbind(dxg);
	igt_info("unbinding took %u ms\n", (unsigned int)igt_dxg_elapsed_ms(start));
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), SETTLE_MS);
	pthread_join(thread, NULL);
	igt_assert_eq(load.ret, -ENODEV);
	for (uint32_t i = 0; i < 2 * SMALL_ITEMS; i++) {
		igt_assert_eq(igt_dxg_touch(data[i], false), SIGBUS);
		igt_assert_eq(igt_dxg_touch(data[i] + MIB / 2, true), SIGBUS);
	}
	igt_assert_eq(igt_dxg_touch(still, true), SIGBUS);
	/* with all handles still open */
	for (start = igt_dxg_now_ns(); shmem_kib() > before + 1024; igt_dxg_sleep_ms(5))
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), SETTLE_MS);
	igt_dxg_rebind();
	next = igt_dxg_reopen(dxg);
	igt_assert_eq_u64(dxg_count(next, "backing_bytes") + dxg_count(next, "system_bytes"), 0);
	space_create(next, &load.space);
	fill(&load.space, create(&load.space, MIB), MIB, 1);
	settle(&load.space);
	igt_dxg_close(next);
}

/* --- requests ----------------------------------------------------------- */

#define QUEUES		2
#define WISHES		12U
#define WISH		6U
#define WISH_SIZE	(128 * KIB)
#define WISH_ROOM	(2 * MIB)

/**
 * struct wisher - A device of a process that asks for more and more
 * @space: device and context
 * @queue: its paging queues
 * @list: allocations
 * @last: values that the queues' fences have to reach
 * @pending: requests that did not succeed at once
 */
struct wisher {
	struct space space;
	struct d3dkmt_create_paging_queue queue[QUEUES];
	uint32_t list[WISHES];
	uint64_t last[QUEUES];
	uint32_t pending;
};

static void wisher_create(struct igt_dxg *dxg, struct wisher *wisher)
{
	memset(wisher, 0, sizeof(*wisher));
	space_create(dxg, &wisher->space);
	create_many(&wisher->space, WISH_SIZE, WISHES, wisher->list);
	for (int i = 0; i < QUEUES; i++)
		igt_assert_eq(create_queue(dxg, wisher->space.device, &wisher->queue[i]), 0);
}

/* Some requests to each queue, and commands between them that take the room away. */
static void wisher_wish(struct wisher *wisher, uint32_t round, bool take_back)
{
	uint32_t first[2 * QUEUES];
	struct space *space = &wisher->space;
	int ret;

	fill_list(space, wisher->list, WISHES, PAGE, round);
	for (uint32_t i = 0; i < 2 * QUEUES; i++) {
		uint32_t queue = i % QUEUES;
		uint64_t value;

		first[i] = (round * 5 + i * 3) % (WISHES - WISH + 1);
		ret = make_resident(space->dxg, wisher->queue[queue].paging_queue,
				    &wisher->list[first[i]], WISH, NULL, &value);
		igt_assert_f(!ret || ret == D3DKMT_STATUS_PENDING, "MakeResident: %d\n", ret);
		igt_assert_lte_u64(wisher->last[queue] + !!ret, value);
		wisher->last[queue] = value;
		wisher->pending += !!ret;
	}
	for (uint32_t i = 0; i < 2 * QUEUES && take_back; i++)
		igt_assert_eq(evict(space->dxg, space->device, &wisher->list[first[i]], WISH), 0);
}

static void wisher_settle(struct wisher *wisher)
{
	for (int i = 0; i < QUEUES; i++)
		igt_assert_f(igt_dxg_wait_timeout(wisher->space.dxg, wisher->space.device,
						  wisher->queue[i].sync_object, wisher->last[i],
						  SETTLE_MS),
			     "queue %d did not reach %llu\n", i,
			     (unsigned long long)wisher->last[i]);
	settle(&wisher->space);
	for (uint32_t i = 0; i < WISHES; i++)
		igt_dxg_is_allocation(wisher->space.dxg, wisher->space.device, wisher->list[i]);
}

/* With requests still pending: queues, allocations or the device. */
static void wisher_ruin(struct wisher *wisher, uint32_t round)
{
	struct d3dkmt_destroy_paging_queue args;
	struct space *space = &wisher->space;

	for (int i = 0; i < QUEUES && round % 3 == 0; i++) {
		args.paging_queue = wisher->queue[i].paging_queue;
		igt_assert_eq(igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_DESTROY_PAGING_QUEUE, &args),
			      0);
	}
	if (round % 3 == 1)
		igt_dxg_destroy2(space->dxg, space->device, 0, wisher->list, WISHES, 0);
	space_destroy(space);
}

static void wish(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	struct wisher wishers[2];
	uint32_t pending = 0;

	for (int i = 0; i < 2; i++)
		wisher_create(dxg, &wishers[i]);
	igt_dxg_child_ready(child);
	for (uint32_t round = 0; round < igt_dxg_scale(16); round++) {
		wisher_wish(&wishers[round % 2], round, true);
		if (round % 4 == 3)
			for (int i = 0; i < 2; i++)
				wisher_settle(&wishers[i]);
	}
	for (uint32_t round = 0; round < 3 * igt_dxg_scale(3); round++) {
		struct wisher *wisher = &wishers[round % 2];

		wisher_wish(wisher, round, false);
		pending += wisher->pending;
		wisher_ruin(wisher, round);
		wisher_create(dxg, wisher);
	}
	for (int i = 0; i < 2; i++)
		wisher_wish(&wishers[i], i, false);
	igt_info("%u requests were pending\n", pending);
	/* few rounds may find room at once; and the file goes with the process */
	_exit(pending || igt_dxg_scale(16) < 16 ? IGT_EXIT_SUCCESS : IGT_EXIT_FAILURE);
}

static void test_requests(struct igt_dxg *dxg)
{
	struct igt_dxg_child child[2];

	ballast_create(dxg, WISH_ROOM);
	for (int i = 0; i < 2; i++)
		igt_dxg_child_start(&child[i], dxg, wish);
	for (int i = 0; i < 2; i++)
		igt_dxg_child_await(&child[i]);
	for (int i = 0; i < 2; i++)
		child_succeeds(&child[i]);
	igt_dxg_wait_state(dxg, "allocations", ballast.count);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), 0);
	igt_assert_eq_u64(dxg_count(dxg, "wanted_bytes"), dxg_count(dxg, "backing_bytes"));
	ballast_destroy(dxg);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_ONCE("processes", test_processes, "Two processes fight for room, and one is killed."),
	TEST("destroy", test_destroy, "Memory is destroyed while it is evicted or moves."),
	TEST("close", test_close, "A file is closed while its memory is evicted or moves."),
	{ .name = "unbind", .describe = "The adapter goes while bytes move.",
	  .run = test_unbind, .doors = IGT_DXG_LONG, .leaves = true },
	TEST_ONCE("requests", test_requests,
		  "Requests for residency on many queues are all met, or end with their queue."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
