// SPDX-License-Identifier: MIT
/*
 * What is measured. A scenario is prepared, run and cleaned up; only the run counts. It
 * is repeated after a first round that fills the kernel's caches and does not count.
 * The least of the repetitions is the figure, and its distance to the greatest the
 * spread.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define SINGLES		256		/* objects of a repetition with one per call */
#define MANY_SINGLES	1024		/* the same where the total counts */
#define LOOK_UPS	4096
#define LIVE		1000		/* handles where there are few */
#define WAKES		100
#define MEMORY_COUNT	8192
#define BUSY_MS		1000		/* what the engine is kept busy for */
#define KEPT_MS		3000		/* after that the driver keeps no memory */
#define KIB		1024
#define MIB		(1024 * KIB)
#define MAX_HANDLES	(1024 * 1024)
#define MAX_SAMPLES	(16 * 1024)
#define DXG_REPEATS	3
#define BASE_REPEATS	5

/* What is left of the device segment, and what commands go round in. */
#define ROOM		(8 * MIB)
#define PAGED		(2 * ROOM)
#define BALLAST_SIZE	(48 * MIB)	/* virtio-gpu has no larger backings than 64 MiB */

/**
 * struct scenario - Something that is measured
 * @prepare: before each run, or NULL
 * @run: what counts
 * @clean: after each run, or NULL
 * @custom: instead of all of these: measures by itself
 * @count: objects of a run
 * @per: objects that a figure is for
 * @size: bytes of each
 * @flags: of the destruction
 * @depth: commands that are queued
 * @list: allocations that a call names
 * @paging: a paging queue is needed
 * @settle_ms: until all is back; 0: 200
 * @repeats: repetitions
 * @alone: no worker shall take the processor: the call counts, not the total
 */
struct scenario {
	void (*prepare)(void);
	void (*run)(void);
	void (*clean)(void);
	void (*custom)(struct result *result, unsigned int repeats);
	unsigned int count;
	unsigned int per;
	uint32_t size;
	uint32_t flags;
	unsigned int depth;
	unsigned int list;
	bool paging;
	unsigned int settle_ms;
	unsigned int repeats;
	bool alone;
};

static const struct scenario_options *options;
static const struct scenario *now;
static int card;			/* the in-tree driver's node */
static struct dxg dxg;

static uint32_t handles[MAX_HANDLES];
static uint32_t order[LOOK_UPS];	/* handles in the order in which they are used */
static uint64_t samples[MAX_SAMPLES];
static unsigned int num_samples;
static char *memory;

/* --- samples and figures ------------------------------------------------- */

static void sample(uint64_t begin)
{
	if (num_samples < MAX_SAMPLES)
		samples[num_samples++] = measure_ticks() - begin;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void percentiles(double *value)
{
	if (!num_samples)
		return;
	qsort(samples, num_samples, sizeof(samples[0]), compare);
	value[P50] = samples[num_samples / 2];
	value[P99] = samples[num_samples * 99 / 100];
	value[MAX] = samples[num_samples - 1];
}

/**
 * struct range - What the repetitions of a scenario gave
 * @least: of each field
 * @most: of each field
 * @num: repetitions
 */
struct range {
	double least[FIELDS];
	double most[FIELDS];
	unsigned int num;
};

static void range_add(struct range *range, const double *value)
{
	int i;

	for (i = 0; i < FIELDS; i++) {
		if (!range->num || value[i] < range->least[i])
			range->least[i] = value[i];
		if (!range->num || value[i] > range->most[i])
			range->most[i] = value[i];
	}
	range->num++;
}

static void range_result(const struct range *range, struct result *result)
{
	int i;

	for (i = 0; i < FIELDS; i++) {
		result->value[i] = range->least[i];
		result->spread[i] = range->least[i] > 0 ? range->most[i] / range->least[i] - 1 : 0;
	}
}

/* Until no destruction is pending. */
static void settle(void)
{
	int i;

	for (i = 0; i < 1000 && dxg_pending(); i++)
		measure_sleep(20);
	if (dxg_pending()) {
		errno = ETIME;
		bench_fail("destructions that do not end");
	}
}

static void measure_once(const struct scenario *scenario, double *value)
{
	double scale = (double)scenario->per / scenario->count;
	struct cost cost;

	if (scenario->prepare)
		scenario->prepare();
	num_samples = 0;
	measure_alone(scenario->alone);
	measure_begin();
	scenario->run();
	cost = measure_end(scenario->settle_ms ?: 200);
	measure_alone(false);
	if (scenario->clean)
		scenario->clean();
	settle();

	memset(value, 0, FIELDS * sizeof(*value));
	value[CALL] = cost.call * scale;
	value[TOTAL] = cost.total * scale;
	percentiles(value);
}

static void measure(const struct scenario *scenario, struct result *result)
{
	unsigned int repeats = scenario->repeats;
	struct range range = { .num = 0 };
	double value[FIELDS];
	unsigned int i;

	now = scenario;
	if (scenario->custom) {
		scenario->custom(result, repeats);
		return;
	}
	dxg_prepare(scenario->size);
	measure_once(scenario, value);
	for (i = 0; i < repeats; i++) {
		measure_once(scenario, value);
		range_add(&range, value);
	}
	range_result(&range, result);
}

/* --- GEM ----------------------------------------------------------------- */

static void gem_make(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		handles[i] = gem_create(card, now->size);
		sample(begin);
	}
}

static void gem_unmake(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		gem_close(card, handles[i]);
		sample(begin);
	}
}

static void touch_pages(void *data, uint32_t size)
{
	char *bytes = data;
	uint32_t i;

	for (i = 0; i < size; i += BENCH_PAGE)
		__atomic_store_n(&bytes[i], 1, __ATOMIC_RELAXED);
}

static void gem_touch_one(int fd, uint32_t handle, uint32_t size)
{
	void *data = gem_map(fd, handle, size, NULL);

	touch_pages(data, size);
	munmap(data, size);
}

static void gem_touch(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();
		uint32_t handle = gem_create(card, now->size);

		gem_touch_one(card, handle, now->size);
		gem_close(card, handle);
		sample(begin);
	}
}

/* The same with all of them alive at once: nothing can be taken again. */
static void gem_touch_all(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		handles[i] = gem_create(card, now->size);
		gem_touch_one(card, handles[i], now->size);
	}
	for (i = 0; i < now->count; i++)
		gem_close(card, handles[i]);
}

/* --- dxg ----------------------------------------------------------------- */

static void dxg_make(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		dxg_create(&dxg, 1, &handles[i]);
		sample(begin);
	}
}

static void dxg_unmake(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		dxg_destroy(&dxg, 1, &handles[i], now->flags);
		sample(begin);
	}
}

static void dxg_make_batch(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i += BENCH_BATCH)
		dxg_create(&dxg, BENCH_BATCH, &handles[i]);
}

static void dxg_unmake_batch(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i += BENCH_BATCH)
		dxg_destroy(&dxg, BENCH_BATCH, &handles[i], now->flags);
}

static void dxg_touch(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();
		uint32_t handle;

		dxg_create(&dxg, 1, &handle);
		touch_pages(dxg_lock(&dxg, handle), now->size);
		dxg_unlock(&dxg, handle);
		dxg_destroy(&dxg, 1, &handle, 0);
		sample(begin);
	}
}

static void dxg_touch_all(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		dxg_create(&dxg, 1, &handles[i]);
		touch_pages(dxg_lock(&dxg, handles[i]), now->size);
		dxg_unlock(&dxg, handles[i]);
	}
	for (i = 0; i < now->count; i++)
		dxg_destroy(&dxg, 1, &handles[i], 0);
}

/* One command that runs for long, and others behind it, all using the allocations. */
static void dxg_occupy(void)
{
	unsigned int i;

	dxg_submit(&dxg, BUSY_MS, now->count, handles, 0);
	for (i = 1; i < now->depth; i++)
		dxg_submit(&dxg, 0, now->count, handles, 0);
	measure_sleep(10);
}

static void dxg_make_busy(void)
{
	dxg_make();
	dxg_occupy();
}

static void dxg_make_busy_batch(void)
{
	dxg_make_batch();
	dxg_occupy();
}

static void dxg_end_busy(void)
{
	dxg_wait(&dxg);
}

/* --- from a signal to what it sets off ----------------------------------- */

/*
 * From the time stamp that the last command writes as its last act but one, to the
 * return of the SynchronousDestroy that waits for it: the rest of the command, its
 * fences, the worker that frees, and the wake-up.
 */
static void dxg_reclaim(struct result *result, unsigned int repeats)
{
	struct range range = { .num = 0 };
	double value[FIELDS] = { 0 };
	uint64_t *stamp;
	uint32_t witness, handle;
	unsigned int i, j;

	dxg_prepare(BENCH_PAGE);
	dxg_create(&dxg, 1, &witness);
	stamp = dxg_lock(&dxg, witness);
	measure_alone(true);
	for (i = 0; i <= repeats; i++) {
		num_samples = 0;
		for (j = 0; j < WAKES; j++) {
			dxg_create(&dxg, 1, &handle);
			dxg_submit(&dxg, 5, 1, &handle, witness);
			dxg_destroy(&dxg, 1, &handle, DXG_SYNCHRONOUS);
			samples[num_samples++] =
				measure_now() - __atomic_load_n(stamp, __ATOMIC_RELAXED);
		}
		percentiles(value);
		if (i)
			range_add(&range, value);
	}
	measure_alone(false);
	dxg_unlock(&dxg, witness);
	dxg_destroy(&dxg, 1, &witness, DXG_SYNCHRONOUS);
	range_result(&range, result);
}

/* A command without work, each executed before the next. */
static void dxg_submit_one_by_one(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		dxg_submit_nothing(&dxg);
		sample(begin);
		measure_sleep(1);
	}
}

/* Where everything is at rest, as there. */
static void syncobj_signal_one_by_one(void)
{
	int fd = gem_open("dxg");
	uint32_t handle = syncobj_create(fd);
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		uint64_t begin = measure_ticks();

		syncobj_signal(fd, handle);
		sample(begin);
		measure_sleep(1);
	}
	syncobj_destroy(fd, handle);
	close(fd);
}

/**
 * struct wake - A thread that signals, for one that waits
 * @signal: signals; the other has said what
 * @wait: returns when it has been signalled
 * @again: what has to be done before the next round
 * @fd: a DRM node that has sync objects, where they are
 * @handle: the sync object
 * @rounds: how often
 * @begin: when it began to signal
 */
struct wake {
	void (*signal)(struct wake *wake);
	void (*wait)(struct wake *wake);
	void (*again)(struct wake *wake);
	int fd;
	uint32_t handle;
	unsigned int rounds;
	double begin;
};

static void *wake_signaller(void *data)
{
	struct wake *wake = data;

	while (wake->rounds--) {
		measure_sleep(5);
		wake->begin = measure_now();
		wake->signal(wake);
	}
	return NULL;
}

/* From before the ioctl that signals to the return of the one that waits. */
static void wake_measure(struct wake *wake, struct result *result, unsigned int repeats)
{
	struct range range = { .num = 0 };
	double value[FIELDS] = { 0 };
	unsigned int i, j;
	pthread_t thread;

	for (i = 0; i <= repeats; i++) {
		num_samples = 0;
		wake->rounds = WAKES;
		wake->again(wake);
		if (pthread_create(&thread, NULL, wake_signaller, wake))
			bench_fail("pthread_create");
		measure_alone(true);
		for (j = 0; j < WAKES; j++) {
			wake->wait(wake);
			samples[num_samples++] = measure_now() - wake->begin;
			wake->again(wake);
		}
		measure_alone(false);
		pthread_join(thread, NULL);
		percentiles(value);
		if (i)
			range_add(&range, value);
	}
	range_result(&range, result);
}

static void wake_syncobj_signal(struct wake *wake)
{
	syncobj_signal(wake->fd, wake->handle);
}

static void wake_syncobj_wait(struct wake *wake)
{
	syncobj_wait(wake->fd, wake->handle);
}

static void wake_syncobj_reset(struct wake *wake)
{
	syncobj_reset(wake->fd, wake->handle);
}

static void syncobj_wake(struct result *result, unsigned int repeats)
{
	struct wake wake = {
		.signal = wake_syncobj_signal,
		.wait = wake_syncobj_wait,
		.again = wake_syncobj_reset,
		.fd = gem_open("dxg"),
	};

	wake.handle = syncobj_create(wake.fd);
	wake_measure(&wake, result, repeats);
	syncobj_destroy(wake.fd, wake.handle);
	close(wake.fd);
}

static void wake_fence_signal(struct wake *wake)
{
	(void)wake;
	dxg_signal(&dxg);
}

static void wake_fence_wait(struct wake *wake)
{
	(void)wake;
	dxg_wait(&dxg);
}

static void wake_fence_raise(struct wake *wake)
{
	(void)wake;
	dxg.value++;
}

static void dxg_wake(struct result *result, unsigned int repeats)
{
	struct wake wake = {
		.signal = wake_fence_signal,
		.wait = wake_fence_wait,
		.again = wake_fence_raise,
	};

	wake_measure(&wake, result, repeats);
}

/*
 * Who polls needs a processor of his own; there is one. So this is how long it takes the
 * signal's call to return, with the value in the page before.
 */
static void dxg_wake_page(struct result *result, unsigned int repeats)
{
	struct range range = { .num = 0 };
	double value[FIELDS] = { 0 };
	unsigned int i, j;

	for (i = 0; i <= repeats; i++) {
		num_samples = 0;
		for (j = 0; j < WAKES; j++) {
			double begin;

			dxg.value++;
			measure_sleep(5);
			begin = measure_now();
			dxg_signal(&dxg);
			if (__atomic_load_n(dxg.page, __ATOMIC_ACQUIRE) != dxg.value)
				bench_fail("the value in the page");
			samples[num_samples++] = measure_now() - begin;
		}
		percentiles(value);
		if (i)
			range_add(&range, value);
	}
	range_result(&range, result);
}

/* --- look-up ------------------------------------------------------------- */

/*
 * Objects of a process of its own: the table belongs to the address space. What there
 * are many of are openings of the adapter, the lightest objects with a handle; the call
 * is QueryAdapterInfo of a word, which looks one up. Instructions do not show what a
 * processor's caches make of a large table.
 */
static void in_child(void (*func)(struct result *results), struct result *results,
		     unsigned int num)
{
	size_t size = num * sizeof(*results);
	struct result *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (shared == MAP_FAILED)
		bench_fail("mmap");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		bench_fail("fork");
	if (!pid) {
		func(shared);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		bench_fail("waitpid");
	if (status)
		exit(2);
	settle();
	memcpy(results, shared, size);
	munmap(shared, size);
}

static void look_up_all(void)
{
	unsigned int i;

	for (i = 0; i < LOOK_UPS; i++) {
		uint64_t begin = measure_ticks();

		dxg_look_up(&dxg, order[i]);
		sample(begin);
	}
}

static uint32_t next_random(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* In the order of their creation, at random, and when they are dead. */
enum { IN_ORDER, AT_RANDOM, DEAD, LOOK_UP_KINDS };

static void look_up_child(struct result *results)
{
	static const struct scenario look_up = {
		.run = look_up_all, .count = LOOK_UPS, .per = 1, .repeats = DXG_REPEATS,
		.alone = true,
	};
	unsigned int count = now->count ?: options->many;
	unsigned int i, kind;

	dxg_open(&dxg, options->driver);
	for (i = 0; i < count; i++)
		handles[i] = dxg_open_adapter(&dxg);
	for (kind = 0; kind < LOOK_UP_KINDS; kind++) {
		bool found = kind != DEAD;

		for (i = 0; i < LOOK_UPS; i++)
			order[i] = handles[kind == AT_RANDOM ? next_random() % count : i % count];
		for (i = 0; i < count && kind == DEAD; i++)
			dxg_close_adapter(&dxg, handles[i]);
		for (i = 0; i < LOOK_UPS; i++)
			if (dxg_look_up(&dxg, order[i]) != found)
				bench_fail("a look-up");
		measure(&look_up, &results[kind]);
	}
}

/* Very many take long to make, so one process measures all three. */
static void dxg_look_ups(struct result *result, unsigned int repeats)
{
	static struct result results[2][LOOK_UP_KINDS];
	bool many = !now->count;

	(void)repeats;
	if (now->flags == IN_ORDER || !results[many][now->flags].value[CALL])
		in_child(look_up_child, results[many], LOOK_UP_KINDS);
	*result = results[many][now->flags];
}

/* --- memory -------------------------------------------------------------- */

static void measure_memory(struct result *result, unsigned int repeats)
{
	struct range range = { .num = 0 };
	double value[FIELDS] = { 0 };
	double before;
	unsigned int i;

	dxg_prepare(now->size);
	for (i = 0; i <= repeats; i++) {
		measure_sleep(1000);
		before = measure_free_bytes();
		num_samples = 0;
		now->prepare();
		measure_sleep(1000);
		value[TOTAL] = (before - measure_free_bytes()) / now->count;
		now->clean();
		settle();
		if (i)
			range_add(&range, value);
	}
	range_result(&range, result);
}

/* --- the end of a process ------------------------------------------------ */

/*
 * The file is closed with all allocations alive, half of them used by commands that
 * are queued and under way. What is in use has its pages, and they are pinned. Half of
 * the dumb buffers have been touched, so they have theirs; nothing but a mapping pins
 * them, and the mappings have gone before. In another row they go with the file, in one
 * step, as they do when a process ends.
 */
static void exit_finish(struct result *result)
{
	struct cost cost = measure_end(2 * BUSY_MS + 4000);

	result->value[CALL] = cost.call;
	result->value[TOTAL] = cost.total;
}

static void dxg_exit_child(struct result *result)
{
	unsigned int count = options->exit_count, i;

	dxg_open(&dxg, options->driver);
	dxg_prepare(BENCH_PAGE);
	for (i = 0; i < count; i += BENCH_BATCH)
		dxg_create(&dxg, BENCH_BATCH, &handles[i]);
	for (i = 0; i < count / 2; i += BENCH_BATCH)
		dxg_submit(&dxg, i ? 0 : BUSY_MS, BENCH_BATCH, &handles[i], 0);
	measure_begin();
	dxg_close(&dxg);
	exit_finish(result);
}

static void gem_exit_child(struct result *result)
{
	size_t room = (size_t)options->exit_count / 2 * BENCH_PAGE;
	int fd = gem_reopen(card);
	uint32_t handle;
	unsigned int i;
	char *all;

	all = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		bench_fail("mmap");
	for (i = 0; i < options->exit_count; i++) {
		handle = gem_create(fd, BENCH_PAGE);
		if (i % 2)
			touch_pages(gem_map(fd, handle, BENCH_PAGE, all + i / 2 * BENCH_PAGE),
				    BENCH_PAGE);
	}
	if (!now->flags)
		munmap(all, room);
	measure_begin();
	if (now->flags)
		munmap(all, room);
	close(fd);
	exit_finish(result);
}

static void measure_exit(void (*func)(struct result *result), struct result *result,
			 unsigned int repeats)
{
	struct range range = { .num = 0 };
	unsigned int i;

	/* So many that one repetition is as good as several. */
	if (options->exit_count > 8 * BENCH_BATCH)
		repeats = 1;
	for (i = 0; i < repeats; i++) {
		in_child(func, result, 1);
		range_add(&range, result->value);
	}
	range_result(&range, result);
}

static void dxg_exit(struct result *result, unsigned int repeats)
{
	measure_exit(dxg_exit_child, result, repeats);
}

static void gem_exit(struct result *result, unsigned int repeats)
{
	measure_exit(gem_exit_child, result, repeats);
}

/* --- residency ----------------------------------------------------------- */

static void resident_all(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i += now->list) {
		uint64_t begin = measure_ticks();

		if (!dxg_make_resident(&dxg, now->list, &handles[i]))
			bench_fail("MakeResident");
		sample(begin);
	}
}

static void evict_all(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i += now->list) {
		uint64_t begin = measure_ticks();

		dxg_evict(&dxg, now->list, &handles[i]);
		sample(begin);
	}
}

static void dxg_make_wanted(void)
{
	dxg_make_batch();
	resident_all();
}

/* In the device segment, and nobody asks for it: Evict moves nothing. */
static void dxg_make_resident_only(void)
{
	dxg_make_wanted();
	evict_all();
}

/* --- more than the segment holds ----------------------------------------- */

/*
 * Commands use allocations in turn that are twice what there is room for, so each use
 * brings one in and evicts another one. The room is small because the rest of the segment
 * is filled with what MakeResident asks for, which is evicted last. A use writes nothing:
 * what counts is the move, that is a copy out, a copy in, and memory for both.
 */
static void page_round(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++)
		dxg_submit(&dxg, 0, 1, &handles[i], 0);
	dxg_wait(&dxg);
}

/* Those that are used next are not there: else fewer bytes move than are counted. */
static void page_check(void)
{
	unsigned int i;

	errno = EEXIST;
	for (i = 0; i < now->count / 2; i++)
		if (dxg_is_resident(&dxg, handles[i]))
			bench_fail("allocations that should have been evicted");
}

/* Returns whether there was memory for it. */
static bool make_ballast(void)
{
	uint64_t left = dxg_segment_size(&dxg), size;
	uint32_t handle;

	for (left = left > ROOM ? left - ROOM : 0; left; left -= size) {
		size = left < BALLAST_SIZE ? left : BALLAST_SIZE;
		dxg_prepare(size);
		dxg_create(&dxg, 1, &handle);
		if (!dxg_make_resident(&dxg, 1, &handle))
			return false;
	}
	return true;
}

enum { PAGED_MIB, PAGED_64K, NUM_PAGED };

/* The figures are for one MiB that leaves and one that comes. */
static const struct scenario paged[NUM_PAGED] = {
	[PAGED_MIB] = {
		.prepare = page_check, .run = page_round, .count = PAGED / MIB, .per = 1,
		.size = MIB, .repeats = DXG_REPEATS,
	},
	[PAGED_64K] = {
		.prepare = page_check, .run = page_round, .count = PAGED / (64 * KIB),
		.per = 16, .size = 64 * KIB, .repeats = DXG_REPEATS,
	},
};

static void page_measure(const struct scenario *scenario, struct result *result)
{
	unsigned int i;

	now = scenario;
	dxg_prepare(scenario->size);
	for (i = 0; i < scenario->count; i++)
		dxg_create(&dxg, 1, &handles[i]);
	page_round();
	measure(scenario, result);
	dxg_destroy(&dxg, scenario->count, handles, DXG_SYNCHRONOUS);
}

static void page_measure_all(struct result *results)
{
	unsigned int i;

	memset(results, 0, NUM_PAGED * sizeof(*results));
	if (dxg_segment_size(&dxg) <= 2 * ROOM) {
		for (i = 0; i < NUM_PAGED; i++)
			results[i].skipped = "the segment is too small";
	} else if (!make_ballast()) {
		for (i = 0; i < NUM_PAGED; i++)
			results[i].skipped = "no memory to fill the segment";
	} else {
		for (i = 0; i < NUM_PAGED; i++)
			page_measure(&paged[i], &results[i]);
	}
}

/* The segment takes long to fill, so that is done once for all sizes. */
static void dxg_page(struct result *result, unsigned int repeats)
{
	static struct result results[NUM_PAGED];
	static const char *driver;
	unsigned int which = now->flags;

	(void)repeats;
	if (driver != options->driver)
		page_measure_all(results);
	driver = options->driver;
	*result = results[which];
}

/* --- memset -------------------------------------------------------------- */

/* The least that clearing memory can cost in the way in which the kernel does it. */
static void clear_memory(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		size_t left = now->size;
		void *pos = memory;

		asm volatile("rep stosb" : "+D" (pos), "+c" (left) : "a" (0) : "memory");
	}
}

/* As the kernel does it where the processor has fast strings. */
static void copy_memory(void)
{
	unsigned int i;

	for (i = 0; i < now->count; i++) {
		size_t left = now->size;
		void *dst = memory, *src = memory + now->size;

		asm volatile("rep movsb" : "+D" (dst), "+S" (src), "+c" (left) : : "memory");
	}
}

/* --- all of it ----------------------------------------------------------- */

#define BASE	.repeats = BASE_REPEATS
#define OURS	.repeats = DXG_REPEATS
#define ONE	.count = SINGLES, .per = 1, .size = BENCH_PAGE
#define EACH	.count = MANY_SINGLES, .per = 1, .size = BENCH_PAGE
#define BATCH	.count = BENCH_BATCH, .per = BENCH_BATCH, .size = BENCH_PAGE
#define WANT	.paging = true, .flags = DXG_SYNCHRONOUS, .clean = dxg_unmake_batch, \
		.count = BENCH_BATCH, .per = 1, .size = BENCH_PAGE, OURS, .alone = true
#define RESIDENT .prepare = dxg_make_resident_only, .run = resident_all, WANT
#define POPULATE .prepare = dxg_make_batch, .run = resident_all, WANT
#define EVICT	.prepare = dxg_make_wanted, .run = evict_all, WANT
#define BUSY	.prepare = dxg_make_busy, .run = dxg_unmake, .clean = dxg_end_busy

static const struct scenario scenarios[SCENARIOS] = {
	[GEM_CREATE] = {
		.run = gem_make, .clean = gem_unmake, ONE, BASE, .alone = true,
	},
	[GEM_CLOSE] = {
		.prepare = gem_make, .run = gem_unmake, ONE, BASE, .alone = true,
	},
	[GEM_CLOSE_TOTAL] = {
		.prepare = gem_make, .run = gem_unmake, EACH, BASE,
	},
	[GEM_CREATE_BATCH] = {
		.run = gem_make, .clean = gem_unmake, BATCH, BASE, .alone = true,
	},
	[GEM_CLOSE_BATCH] = {
		.prepare = gem_make, .run = gem_unmake, BATCH, BASE, .alone = true,
	},
	[GEM_CLOSE_BATCH_TOTAL] = {
		.prepare = gem_make, .run = gem_unmake, BATCH, BASE,
	},
	[GEM_TOUCH_PAGE] = {
		.run = gem_touch, EACH, BASE, .settle_ms = KEPT_MS,
	},
	[GEM_TOUCH_MIB] = {
		.run = gem_touch, .count = 32, .per = 1, .size = MIB, BASE, .settle_ms = KEPT_MS,
	},
	[GEM_TOUCH_PAGES] = {
		.run = gem_touch_all, ONE, BASE, .settle_ms = KEPT_MS,
	},
	[GEM_TOUCH_MIBS] = {
		.run = gem_touch_all, .count = 16, .per = 1, .size = MIB, BASE,
		.settle_ms = KEPT_MS,
	},
	[GEM_MEMORY] = {
		.prepare = gem_make, .clean = gem_unmake, .custom = measure_memory,
		.count = MEMORY_COUNT, .size = BENCH_PAGE, OURS,
	},
	[GEM_EXIT] = { .custom = gem_exit, .repeats = 2 },
	[GEM_EXIT_MAPPED] = { .custom = gem_exit, .flags = 1, .repeats = 2 },
	[SYNCOBJ_SIGNAL] = {
		.run = syncobj_signal_one_by_one, ONE, BASE, .alone = true,
	},
	[SYNCOBJ_WAKE] = { .custom = syncobj_wake, BASE },
	[MEMSET_MIB] = {
		.run = clear_memory, .count = 4, .per = 1, .size = MIB, BASE, .alone = true,
	},
	[MEMCPY_MIBS] = {
		.run = copy_memory, .count = 4, .per = 2, .size = MIB, BASE, .alone = true,
	},

	[DXG_CREATE] = {
		.run = dxg_make, .clean = dxg_unmake, ONE, OURS, .alone = true,
	},
	[DXG_DESTROY] = {
		.prepare = dxg_make, .run = dxg_unmake, ONE, OURS, .alone = true,
	},
	[DXG_DESTROY_TOTAL] = {
		.prepare = dxg_make, .run = dxg_unmake, EACH, OURS,
	},
	[DXG_DESTROY_SYNC] = {
		.prepare = dxg_make, .run = dxg_unmake, .flags = DXG_SYNCHRONOUS, EACH, OURS,
	},
	[DXG_CREATE_BATCH] = {
		.run = dxg_make_batch, .clean = dxg_unmake_batch, BATCH, OURS, .alone = true,
	},
	[DXG_DESTROY_BATCH] = {
		.prepare = dxg_make_batch, .run = dxg_unmake_batch, BATCH, OURS, .alone = true,
	},
	[DXG_DESTROY_BATCH_TOTAL] = {
		.prepare = dxg_make_batch, .run = dxg_unmake_batch, BATCH, OURS,
	},
	[DXG_DESTROY_BUSY_1] = { BUSY, .depth = 1, ONE, OURS, .alone = true },
	[DXG_DESTROY_BUSY_64] = { BUSY, .depth = 64, ONE, OURS, .alone = true },
	[DXG_DESTROY_BUSY_4096] = { BUSY, .depth = 4096, ONE, OURS, .alone = true },
	[DXG_DESTROY_BUSY_BATCH] = {
		.prepare = dxg_make_busy_batch, .run = dxg_unmake_batch, .clean = dxg_end_busy,
		.depth = 1, BATCH, OURS, .alone = true,
	},
	[DXG_DESTROY_ASSUME] = {
		BUSY, .depth = 1, .flags = DXG_ASSUME_NOT_IN_USE, ONE, OURS, .alone = true,
	},
	[DXG_TOUCH_PAGE] = {
		.run = dxg_touch, EACH, OURS, .settle_ms = KEPT_MS,
	},
	[DXG_TOUCH_MIB] = {
		.run = dxg_touch, .count = 32, .per = 1, .size = MIB, OURS, .settle_ms = KEPT_MS,
	},
	[DXG_TOUCH_PAGES] = {
		.run = dxg_touch_all, ONE, OURS, .settle_ms = KEPT_MS,
	},
	[DXG_TOUCH_MIBS] = {
		.run = dxg_touch_all, .count = 16, .per = 1, .size = MIB, OURS,
		.settle_ms = KEPT_MS,
	},
	[DXG_RECLAIM] = { .custom = dxg_reclaim, OURS },
	[DXG_SUBMIT] = { .run = dxg_submit_one_by_one, ONE, OURS, .alone = true },
	[DXG_WAKE] = { .custom = dxg_wake, OURS },
	[DXG_WAKE_PAGE] = { .custom = dxg_wake_page, OURS },
	[DXG_LOOK_UP] = { .custom = dxg_look_ups, .count = LIVE },
	[DXG_LOOK_UP_MANY] = { .custom = dxg_look_ups },
	[DXG_LOOK_UP_RANDOM] = { .custom = dxg_look_ups, .flags = AT_RANDOM },
	[DXG_LOOK_UP_BAD] = { .custom = dxg_look_ups, .count = LIVE, .flags = DEAD },
	[DXG_MEMORY] = {
		.prepare = dxg_make_batch, .clean = dxg_unmake_batch, .custom = measure_memory,
		.count = MEMORY_COUNT, .size = BENCH_PAGE, OURS,
	},
	[DXG_EXIT] = { .custom = dxg_exit, .repeats = 1 },
	[DXG_RESIDENT_1] = { .list = 1, RESIDENT },
	[DXG_RESIDENT_64] = { .list = 64, RESIDENT },
	[DXG_RESIDENT_1024] = { .list = 1024, RESIDENT },
	[DXG_POPULATE_1] = { .list = 1, POPULATE },
	[DXG_POPULATE_64] = { .list = 64, POPULATE },
	[DXG_POPULATE_1024] = { .list = 1024, POPULATE },
	[DXG_EVICT_1] = { .list = 1, EVICT },
	[DXG_EVICT_64] = { .list = 64, EVICT },
	[DXG_EVICT_1024] = { .list = 1024, EVICT },
	[DXG_PAGE_MIB] = { .custom = dxg_page, .flags = PAGED_MIB, .paging = true },
	[DXG_PAGE_64K] = { .custom = dxg_page, .flags = PAGED_64K, .paging = true },
};

void scenario_begin(const struct scenario_options *opt)
{
	options = opt;
	memory = malloc(2 * MIB);
	if (!memory)
		bench_fail("memory");
	/* No fault of ours in what is measured; not of later mappings: GEM's count. */
	if (mlockall(MCL_CURRENT))
		bench_fail("mlockall");
	card = gem_open(options->driver);
}

/*
 * With a process of its own in dxg, whose handles begin anew: a table is a level deeper
 * after 4096 of them, and what is compared must not differ in that.
 */
void scenario_measure(enum scenario_id id, struct result *result)
{
	memset(result, 0, sizeof(*result));
	dxg_open(&dxg, options->driver);
	if (scenarios[id].paging && !dxg_open_paging(&dxg))
		result->skipped = "no paging queues";
	else
		measure(&scenarios[id], result);
	dxg_close(&dxg);
	settle();
}

void scenario_end(void)
{
	close(card);
	free(memory);
}
