// SPDX-License-Identifier: MIT
/*
 * DestroyAllocation2 of memory that commands use, and the end of a device, a file or
 * a process in the middle of a job.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Destruction of memory in use, and teardown in the middle of jobs.");

#define KIB		1024
#define TARGET_SIZE	(1024 * KIB)
#define CHILD_SIZE	(512 * KIB)
#define SURVIVOR_SIZE	(64 * KIB)

#define PATTERN		0xc0ffee00
#define JOB_MS		300
/* A call that does not wait returns in this time. */
#define AT_ONCE_MS	50
#define ATTEMPTS	3

#define STARTED		1
#define DONE		2
#define LAST		3

#define BOTH_FLAGS	(D3DKMT_DESTROY_ASSUME_NOT_IN_USE | D3DKMT_DESTROY_SYNCHRONOUS)

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)

/* What a destruction names. */
enum what {
	WHAT_ALONE,
	WHAT_CHILD,
	WHAT_RESOURCE,
	WHAT_BOTH,
	WHATS,
};

/**
 * struct busy - A device at work
 * @dxg: the way in
 * @device: the device
 * @context: its context
 * @fence: signalled by the job
 * @value: where its value is
 * @target: stand-alone allocation that the job uses
 * @resource: resource of @child
 * @child: allocation that the job uses
 * @survivor: allocation that receives what the job has made
 * @unrelated: allocation of TARGET_SIZE that the job does not use
 */
struct busy {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	const uint64_t *value;
	uint32_t target;
	uint32_t resource;
	uint32_t child;
	uint32_t survivor;
	uint32_t unrelated;
};

/* Memory is taken at the first use: take it. */
static void use(struct igt_dxg *dxg, uint32_t device, uint32_t allocation, size_t size)
{
	memset(igt_dxg_lock(dxg, device, allocation), 0x11, size);
	igt_dxg_unlock(dxg, device, allocation);
}

static void busy_create(struct igt_dxg *dxg, struct busy *busy)
{
	busy->dxg = dxg;
	busy->device = igt_dxg_create_device(dxg);
	busy->context = igt_dxg_create_context(dxg, busy->device);
	busy->fence = igt_dxg_create_fence(dxg, busy->device, 0, &busy->value);
	busy->target = igt_dxg_create_allocation(dxg, busy->device, TARGET_SIZE);
	busy->resource = igt_dxg_create_resource(dxg, busy->device, CHILD_SIZE, 1, &busy->child);
	busy->survivor = igt_dxg_create_allocation(dxg, busy->device, SURVIVOR_SIZE);
	busy->unrelated = igt_dxg_create_allocation(dxg, busy->device, TARGET_SIZE);
	use(dxg, busy->device, busy->target, TARGET_SIZE);
	use(dxg, busy->device, busy->child, CHILD_SIZE);
	use(dxg, busy->device, busy->survivor, SURVIVOR_SIZE);
	use(dxg, busy->device, busy->unrelated, TARGET_SIZE);
}

/* The pattern goes from one end of the target through the child to the survivor. */
static void write_through(const struct busy *busy, struct igt_dxg_stream *stream)
{
	igt_dxg_stream_fill(stream, busy->target, 0, TARGET_SIZE, PATTERN);
	igt_dxg_stream_copy(stream, busy->child, 0, busy->target, TARGET_SIZE - CHILD_SIZE,
			    CHILD_SIZE);
	igt_dxg_stream_copy(stream, busy->survivor, 0, busy->child, CHILD_SIZE - SURVIVOR_SIZE,
			    SURVIVOR_SIZE);
}

/* Start the job, and return when the engine is at it. */
static void busy_start(const struct busy *busy, unsigned int ms)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, busy->fence, STARTED);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	write_through(busy, &stream);
	igt_dxg_stream_signal(&stream, busy->fence, DONE);
	igt_dxg_submit(busy->dxg, busy->context, &stream);
	igt_dxg_wait(busy->dxg, busy->device, busy->fence, STARTED);
}

/* A job that uses none of the busy device's memory but the survivor. */
static void busy_start_idle(const struct busy *busy, unsigned int ms)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, busy->fence, STARTED);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_signal(&stream, busy->fence, DONE);
	igt_dxg_submit(busy->dxg, busy->context, &stream);
	igt_dxg_wait(busy->dxg, busy->device, busy->fence, STARTED);
}

/* A command that waits for its turn behind the job and more, and then writes. */
static void busy_queue(const struct busy *busy)
{
	struct igt_dxg_stream stream;

	for (int i = 0; i < 16; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_delay(&stream, IGT_DXG_NS_PER_MS);
		igt_dxg_submit(busy->dxg, busy->context, &stream);
	}
	igt_dxg_stream_begin(&stream);
	write_through(busy, &stream);
	igt_dxg_stream_signal(&stream, busy->fence, LAST);
	igt_dxg_submit(busy->dxg, busy->context, &stream);
}

static bool busy_running(const struct busy *busy)
{
	return igt_dxg_fence_value(busy->value) == STARTED;
}

static void assert_survivor(const struct busy *busy, uint32_t pattern)
{
	igt_dxg_assert_filled(busy->dxg, busy->device, busy->survivor, 0, SURVIVOR_SIZE / 4,
			      pattern);
}

static uint64_t backing(const struct busy *busy)
{
	return igt_dxg_read_state(busy->dxg, "backing_bytes");
}

/* Destroy what is said; returns its bytes, and in @ms how long the call took. */
static uint64_t busy_destroy(const struct busy *busy, enum what what, uint32_t flags,
			     uint64_t *ms)
{
	const uint32_t *list = what == WHAT_CHILD ? &busy->child : &busy->target;
	uint32_t resource = what == WHAT_RESOURCE || what == WHAT_BOTH ? busy->resource : 0;
	uint64_t bytes = 0, start;

	if (what == WHAT_ALONE || what == WHAT_BOTH)
		bytes += TARGET_SIZE;
	if (what != WHAT_ALONE)
		bytes += CHILD_SIZE;
	if (what == WHAT_RESOURCE)
		list = NULL;
	start = igt_dxg_now_ns();
	igt_dxg_destroy2(busy->dxg, busy->device, resource, list, list ? 1 : 0, flags);
	*ms = igt_dxg_elapsed_ms(start);
	return bytes;
}

static void assert_handles_dead(const struct busy *busy, enum what what)
{
	struct igt_dxg_stream stream;
	bool alone = what == WHAT_ALONE || what == WHAT_BOTH;
	bool child = what != WHAT_ALONE;

	igt_assert_eq(igt_dxg_is_allocation(busy->dxg, busy->device, busy->target), !alone);
	igt_assert_eq(igt_dxg_is_allocation(busy->dxg, busy->device, busy->child), !child);
	igt_assert_eq(igt_dxg_is_resource(busy->dxg, busy->device, busy->resource),
		      what < WHAT_RESOURCE);

	igt_dxg_stream_begin(&stream);
	write_through(busy, &stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(busy->dxg, busy->context, &stream), -EINVAL);
	igt_dxg_stream_free(&stream);
}

/* --- in use by a running job --------------------------------------------- */

/* The call returns at once, the memory lives as long as the job; returns the time. */
static uint64_t deferred(struct igt_dxg *dxg, enum what what, uint32_t flags)
{
	uint64_t before, freed, ms, now;
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start(&busy, JOB_MS);
	before = backing(&busy);
	freed = busy_destroy(&busy, what, flags, &ms);
	igt_assert_f(busy_running(&busy), "the call returned after the job, in %u ms\n",
		     (unsigned int)ms);
	assert_handles_dead(&busy, what);

	while (now = backing(&busy), busy_running(&busy))
		igt_assert_eq_u64(now, before);
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_wait_state(dxg, "backing_bytes", before - freed);
	igt_assert_eq(igt_dxg_device_state(dxg, busy.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, busy.device);
	return ms;
}

/* The best of some attempts counts: the machine may have had something else to do. */
static void deferred_at_once(struct igt_dxg *dxg, uint32_t flags)
{
	for (enum what what = 0; what < WHATS; what++) {
		uint64_t best = UINT64_MAX, ms;

		for (int i = 0; i < ATTEMPTS && best >= AT_ONCE_MS; i++) {
			ms = deferred(dxg, what, flags);
			if (ms < best)
				best = ms;
		}
		igt_assert_lt_u64(best, AT_ONCE_MS);
	}
}

static void test_deferred(struct igt_dxg *dxg)
{
	deferred_at_once(dxg, 0);
}

static void test_assume(struct igt_dxg *dxg)
{
	deferred_at_once(dxg, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
}

/* The call returns after the job, with the memory back. */
static void waited(struct igt_dxg *dxg, uint32_t flags)
{
	uint64_t before, freed, ms;
	struct busy busy;

	for (enum what what = 0; what < WHATS; what++) {
		busy_create(dxg, &busy);
		busy_start(&busy, JOB_MS);
		before = backing(&busy);
		freed = busy_destroy(&busy, what, flags, &ms);
		igt_assert_eq_u64(igt_dxg_fence_value(busy.value), DONE);
		igt_assert_eq_u64(backing(&busy), before - freed);
		assert_handles_dead(&busy, what);
		assert_survivor(&busy, PATTERN);
		igt_dxg_destroy_device(dxg, busy.device);
	}
}

static void test_synchronous(struct igt_dxg *dxg)
{
	waited(dxg, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void test_assume_synchronous(struct igt_dxg *dxg)
{
	waited(dxg, BOTH_FLAGS);
}

/* The mapping goes at once, the job writes on. */
static void test_locked(struct igt_dxg *dxg)
{
	struct busy busy;
	uint64_t ms;
	void *data;

	busy_create(dxg, &busy);
	data = igt_dxg_lock(dxg, busy.device, busy.target);
	busy_start(&busy, JOB_MS);
	busy_destroy(&busy, WHAT_ALONE, 0, &ms);
	igt_assert(!igt_dxg_mapped(data));
	igt_assert(busy_running(&busy));
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
}

/* --- named by a held command --------------------------------------------- */

/* What was queued before may use the memory. */
static void held_runs(struct igt_dxg *dxg, uint32_t flags)
{
	uint64_t before, freed, ms;
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start_idle(&busy, JOB_MS);
	busy_queue(&busy);
	before = backing(&busy);
	freed = busy_destroy(&busy, WHAT_BOTH, flags, &ms);
	igt_assert(flags || busy_running(&busy));
	if (flags)
		igt_assert_eq_u64(backing(&busy), before - freed);
	igt_dxg_wait(dxg, busy.device, busy.fence, LAST);
	assert_survivor(&busy, PATTERN);
	igt_dxg_wait_state(dxg, "backing_bytes", before - freed);
	igt_assert_eq(igt_dxg_device_state(dxg, busy.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, busy.device);
}

static void test_held(struct igt_dxg *dxg)
{
	held_runs(dxg, 0);
}

static void test_held_synchronous(struct igt_dxg *dxg)
{
	held_runs(dxg, D3DKMT_DESTROY_SYNCHRONOUS);
}

/* The memory is back while the job before still runs; then comes the page fault. */
static void held_faults(struct igt_dxg *dxg, uint32_t flags)
{
	uint64_t before, freed, ms, start = igt_dxg_now_ns();
	uint32_t state, context;
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start_idle(&busy, JOB_MS);
	busy_queue(&busy);
	before = backing(&busy);
	freed = busy_destroy(&busy, WHAT_BOTH, flags, &ms);
	igt_assert(busy_running(&busy));
	igt_dxg_wait_state(dxg, "backing_bytes", before - freed);
	igt_assert(busy_running(&busy));

	do {
		state = igt_dxg_device_state(dxg, busy.device);
	} while (state == D3DKMT_DEVICEEXECUTION_ACTIVE && igt_dxg_elapsed_ms(start) < 5000);
	igt_assert_eq(state, D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	igt_assert_lte_u64(DONE, igt_dxg_fence_value(busy.value));
	assert_survivor(&busy, 0x11111111);
	igt_assert_eq(__igt_dxg_create_context(dxg, busy.device, 0, &context), -ENODEV);
	igt_dxg_destroy_device(dxg, busy.device);
}

static void test_held_assume(struct igt_dxg *dxg)
{
	held_faults(dxg, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
}

static void test_held_assume_synchronous(struct igt_dxg *dxg)
{
	held_faults(dxg, BOTH_FLAGS);
}

/* --- not used by the job ------------------------------------------------- */

static uint64_t unrelated_destroy(struct busy *busy, uint32_t flags)
{
	uint64_t before;

	busy_start(busy, JOB_MS);
	before = backing(busy);
	igt_dxg_destroy2(busy->dxg, busy->device, 0, &busy->unrelated, 1, flags);
	return before - TARGET_SIZE;
}

/* Nobody looks which commands use it: all that were queued before count. */
static void test_unrelated(struct igt_dxg *dxg)
{
	uint64_t expected, now;
	struct busy busy;

	busy_create(dxg, &busy);
	expected = unrelated_destroy(&busy, 0);
	igt_assert(busy_running(&busy));
	while (now = backing(&busy), busy_running(&busy))
		igt_assert_eq_u64(now, expected + TARGET_SIZE);
	igt_dxg_wait_state(dxg, "backing_bytes", expected);
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
}

static void test_unrelated_synchronous(struct igt_dxg *dxg)
{
	uint64_t expected;
	struct busy busy;

	busy_create(dxg, &busy);
	expected = unrelated_destroy(&busy, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(igt_dxg_fence_value(busy.value), DONE);
	igt_assert_eq_u64(backing(&busy), expected);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
}

/* Only jobs that have the memory count, so it is back while the job runs. */
static void test_unrelated_assume(struct igt_dxg *dxg)
{
	uint64_t expected;
	struct busy busy;

	busy_create(dxg, &busy);
	expected = unrelated_destroy(&busy, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	igt_dxg_wait_state(dxg, "backing_bytes", expected);
	igt_assert(busy_running(&busy));
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
}

static void test_unrelated_assume_synchronous(struct igt_dxg *dxg)
{
	uint64_t expected;
	struct busy busy;

	busy_create(dxg, &busy);
	expected = unrelated_destroy(&busy, BOTH_FLAGS);
	igt_assert_eq_u64(backing(&busy), expected);
	igt_assert(busy_running(&busy));
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
}

/* Commands that come after a destruction do not hold it up. */
static void test_later_commands(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	uint64_t expected;
	struct busy busy;

	busy_create(dxg, &busy);
	expected = unrelated_destroy(&busy, 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 1000 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_signal(&stream, busy.fence, LAST);
	igt_dxg_submit(dxg, busy.context, &stream);
	igt_dxg_wait_state(dxg, "backing_bytes", expected);
	igt_assert_lt_u64(igt_dxg_fence_value(busy.value), LAST);
	igt_dxg_wait(dxg, busy.device, busy.fence, LAST);
	igt_dxg_destroy_device(dxg, busy.device);
}

/* Nor do commands of another device. */
static void test_other_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, TARGET_SIZE);
	struct busy busy;
	uint64_t before;

	use(dxg, device, allocation, TARGET_SIZE);
	busy_create(dxg, &busy);
	before = backing(&busy);
	busy_start(&busy, JOB_MS);
	igt_dxg_destroy2(dxg, device, 0, &allocation, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(backing(&busy), before - TARGET_SIZE);
	igt_assert(busy_running(&busy));
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_destroy_device(dxg, busy.device);
	igt_dxg_destroy_device(dxg, device);
}

/* --- the end in the middle of a job -------------------------------------- */

/* The run of the table waits until all counts are back. */
static void test_device(struct igt_dxg *dxg)
{
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start(&busy, JOB_MS);
	busy_queue(&busy);
	igt_dxg_destroy_device(dxg, busy.device);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, busy.context), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, busy.fence), -EINVAL);
	igt_assert(!igt_dxg_is_allocation(dxg, busy.device, busy.target));
}

/* What runs, runs to its end; what is held never starts. */
static void test_context(struct igt_dxg *dxg)
{
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start(&busy, JOB_MS);
	busy_queue(&busy);
	igt_dxg_destroy_context(dxg, busy.context);
	igt_dxg_wait(dxg, busy.device, busy.fence, DONE);
	assert_survivor(&busy, PATTERN);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u64(igt_dxg_fence_value(busy.value), DONE);
	igt_assert_eq(igt_dxg_device_state(dxg, busy.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, busy.device);
}

/* Cancelled commands do not keep what they name. */
static void test_context_and_memory(struct igt_dxg *dxg)
{
	uint64_t before, freed, ms;
	struct busy busy;

	busy_create(dxg, &busy);
	before = backing(&busy);
	busy_start_idle(&busy, JOB_MS);
	busy_queue(&busy);
	freed = busy_destroy(&busy, WHAT_BOTH, 0, &ms);
	igt_dxg_destroy_context(dxg, busy.context);
	igt_dxg_wait_state(dxg, "backing_bytes", before - freed);
	igt_dxg_destroy_device(dxg, busy.device);
}

static void test_close_adapter(struct igt_dxg *dxg)
{
	struct busy busy;

	busy_create(dxg, &busy);
	busy_start(&busy, JOB_MS);
	busy_queue(&busy);
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert(!igt_dxg_is_allocation(dxg, busy.device, busy.target));
	/* a process counts while it has the adapter open */
	dxg->adapter = igt_dxg_open_adapter(dxg);
}

static void busy_child(struct igt_dxg *parent, unsigned int ms, struct busy *busy)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);

	busy_create(dxg, busy);
	igt_dxg_lock(dxg, busy->device, busy->target);
	busy_start(busy, ms);
	busy_queue(busy);
}

static void exit_busy(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct busy busy;

	busy_child(parent, JOB_MS, &busy);
	igt_dxg_child_ready(child);
}

static void test_exit(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, exit_busy);
	igt_dxg_child_join(&child);
}

static void close_busy(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct busy busy;

	busy_child(parent, JOB_MS, &busy);
	igt_assert_eq(close(busy.dxg->fd), 0);
	igt_dxg_child_linger(child);
}

/* The file is closed, the process lives on. */
static void test_close(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct igt_dxg_child child;

	igt_dxg_read_state_all(dxg, &before);
	igt_dxg_child_start(&child, dxg, close_busy);
	igt_dxg_child_await(&child);
	/* a mapping keeps no memory */
	igt_dxg_wait_idle(dxg, &before);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 2000);
}

static void linger_busy(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct busy busy;

	busy_child(parent, JOB_MS, &busy);
	igt_dxg_child_linger(child);
}

static void test_kill(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, linger_busy);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 2000);
}

static void linger_queued(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg_stream stream;
	struct busy busy;

	busy_child(parent, JOB_MS, &busy);
	igt_dxg_stream_begin(&stream);
	write_through(&busy, &stream);
	igt_dxg_stream_finish(&stream);
	for (int i = 0; i < 1000; i++)
		igt_assert_eq(__igt_dxg_submit(busy.dxg, busy.context, &stream), 0);
	igt_dxg_child_linger(child);
}

static void test_kill_queued(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, linger_queued);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 2000);
}

static void synchronous_busy(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct busy busy;
	uint64_t ms;

	busy_child(parent, igt_dxg_patience(1500), &busy);
	igt_dxg_child_ready(child);
	busy_destroy(&busy, WHAT_BOTH, D3DKMT_DESTROY_SYNCHRONOUS, &ms);
}

/* The wait ends with the process, long before the job; the destruction goes on. */
static void test_kill_synchronous(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	int status;

	igt_dxg_child_start(&child, dxg, synchronous_busy);
	igt_dxg_child_await(&child);
	igt_dxg_sleep_ms(100);
	igt_dxg_child_kill(&child, SIGKILL);
	status = igt_dxg_child_end(&child, 700);
	igt_assert(WIFSIGNALED(status));
}

static void hung_child(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg_stream stream;
	struct busy busy;

	busy_child(parent, 1, &busy);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_submit(busy.dxg, busy.context, &stream);
	busy_queue(&busy);
	igt_dxg_child_linger(child);
}

/* The time-out ends the job, whoever is left. */
static void test_kill_hung(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, hung_child);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 5000);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("deferred", test_deferred,
	     "Without flags the call returns at once, the memory outlives the job."),
	TEST("synchronous", test_synchronous,
	     "SynchronousDestroy returns after the job with the memory back."),
	TEST("assume", test_assume,
	     "AssumeNotInUse returns at once and takes no memory from the job."),
	TEST("assume-synchronous", test_assume_synchronous,
	     "Both flags together wait for the job that has the memory."),
	TEST("locked", test_locked, "A locked allocation is unmapped at once, the job goes on."),
	TEST("held", test_held, "A held command still uses memory that was destroyed after it."),
	TEST("held-synchronous", test_held_synchronous,
	     "SynchronousDestroy waits for held commands too."),
	TEST("held-assume", test_held_assume,
	     "AssumeNotInUse makes a held command that names the memory fault."),
	TEST("held-assume-synchronous", test_held_assume_synchronous,
	     "Both flags together do not wait for held commands."),
	TEST("unrelated", test_unrelated, "All commands that were queued before are waited for."),
	TEST("unrelated-synchronous", test_unrelated_synchronous,
	     "SynchronousDestroy waits for commands that do not use the memory."),
	TEST("unrelated-assume", test_unrelated_assume,
	     "AssumeNotInUse frees memory that no job has while jobs run."),
	TEST("unrelated-assume-synchronous", test_unrelated_assume_synchronous,
	     "Both flags together free memory that no job has before they return."),
	TEST("later-commands", test_later_commands, "Commands that come later are not waited for."),
	TEST("other-device", test_other_device, "Another device's commands are not waited for."),
	TEST("device", test_device, "A device is destroyed in the middle of a job."),
	TEST("context", test_context, "A context is destroyed in the middle of a job."),
	TEST("context-and-memory", test_context_and_memory,
	     "Cancelled commands give back the memory that they name."),
	TEST("close-adapter", test_close_adapter, "An adapter is closed in the middle of a job."),
	TEST("exit", test_exit, "A process ends in the middle of a job."),
	TEST("close", test_close, "A file is closed in the middle of a job."),
	TEST("kill", test_kill, "A process is killed in the middle of a job."),
	TEST("kill-queued", test_kill_queued,
	     "A process is killed that has a thousand commands queued."),
	TEST("kill-synchronous", test_kill_synchronous,
	     "A process is killed in SynchronousDestroy and ends quickly."),
	TEST("kill-hung", test_kill_hung, "A process is killed that has hung the engine."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
