// SPDX-License-Identifier: MIT
/*
 * Commands that hang the engine, and queues that are full.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Commands that meet the time-out, and deep queues.");

#define PAGE		4096
#define SIZE		(16 * PAGE)
#define WORDS		(SIZE / 4)
/* The time-out is 2 s unless somebody has changed it. */
#define TDR_MS		2000
#define TDR_LATEST_MS	6000
#define BEHIND		12
#define DEPTH		4096
#define NO_LIMIT	100000
/*
 * Delays of TDR_MS that keep the engine from a queue while it fills, which takes more
 * than a minute on a kernel with KASAN. They are cancelled when it is full.
 */
#define BLOCKS		256

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)
#define TEST_LONGEST(name, run, text) IGT_DXG_TEST_LONGEST(name, text, run)

/**
 * struct victim - A device that hangs, or does not
 * @dxg: the way in
 * @device: the device
 * @context: its context
 * @fence: its fence
 * @value: the fence's value
 * @memory: allocation of SIZE
 */
struct victim {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	const uint64_t *value;
	uint32_t memory;
};

static void victim_create(struct igt_dxg *dxg, struct victim *victim, uint32_t fence_flags)
{
	victim->dxg = dxg;
	victim->device = igt_dxg_create_device(dxg);
	victim->context = igt_dxg_create_context(dxg, victim->device);
	igt_assert_eq(__igt_dxg_create_fence(dxg, victim->device, fence_flags, 0, &victim->fence,
					     &victim->value), 0);
	victim->memory = igt_dxg_create_allocation(dxg, victim->device, SIZE);
	memset(igt_dxg_lock(dxg, victim->device, victim->memory), 0, SIZE);
	igt_dxg_unlock(dxg, victim->device, victim->memory);
}

static void submit_delay(const struct victim *victim, unsigned int ms)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_submit(victim->dxg, victim->context, &stream);
}

static void submit_write(const struct victim *victim, uint32_t value)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, victim->memory, 4 * value, 4, value);
	igt_dxg_stream_signal(&stream, victim->fence, value);
	igt_dxg_submit(victim->dxg, victim->context, &stream);
}

/* The job hangs before it would write word 0 and signal 1; others wait behind it. */
static void submit_hang(const struct victim *victim)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_fill(&stream, victim->memory, 0, 4, 1);
	igt_dxg_stream_signal(&stream, victim->fence, 1);
	igt_dxg_submit(victim->dxg, victim->context, &stream);
	for (int i = 2; i <= BEHIND; i++)
		submit_write(victim, i);
}

static void wait_hung(const struct victim *victim)
{
	uint64_t start = igt_dxg_now_ns();

	while (igt_dxg_device_state(victim->dxg, victim->device) ==
	       D3DKMT_DEVICEEXECUTION_ACTIVE && igt_dxg_elapsed_ms(start) < TDR_LATEST_MS)
		igt_dxg_sleep_ms(10);
	igt_assert_eq(igt_dxg_device_state(victim->dxg, victim->device),
		      D3DKMT_DEVICEEXECUTION_HUNG);
}

static uint32_t word(const struct victim *victim, uint32_t index)
{
	const uint32_t *words = igt_dxg_lock(victim->dxg, victim->device, victim->memory);
	uint32_t value = words[index];

	igt_dxg_unlock(victim->dxg, victim->device, victim->memory);
	return value;
}

/* --- hung jobs ----------------------------------------------------------- */

static void test_hang(struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns(), before;
	struct igt_dxg_stream stream;
	struct victim victim;
	uint32_t context;

	victim_create(dxg, &victim, 0);
	before = igt_dxg_read_state(dxg, "backing_bytes");
	submit_hang(&victim);
	/* who waits for what will never come is released */
	igt_dxg_wait(dxg, victim.device, victim.fence, BEHIND + 1);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), TDR_LATEST_MS);
	igt_assert_eq_u64(igt_dxg_fence_value(victim.value), UINT64_MAX);
	wait_hung(&victim);

	/* what came after it in the stream and in the queue has not run */
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u32(word(&victim, 0), 0);
	igt_assert_eq_u32(word(&victim, BEHIND), 0);

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, victim.context, &stream), -ENODEV);
	igt_dxg_stream_free(&stream);
	igt_assert_eq(__igt_dxg_create_context(dxg, victim.device, 0, &context), -ENODEV);
	igt_assert_eq(igt_dxg_device_state(dxg, victim.device), D3DKMT_DEVICEEXECUTION_HUNG);

	/* everything can still be destroyed */
	igt_dxg_destroy2(dxg, victim.device, 0, &victim.memory, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before - SIZE);
	igt_dxg_destroy_fence(dxg, victim.fence);
	igt_dxg_destroy_context(dxg, victim.context);
	igt_dxg_destroy_device(dxg, victim.device);
}

static void test_keep_value(struct igt_dxg *dxg)
{
	struct victim victim;
	int event;

	victim_create(dxg, &victim, D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR);
	event = igt_dxg_wait_event(dxg, victim.device, victim.fence, UINT64_MAX);
	submit_hang(&victim);
	wait_hung(&victim);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert(!igt_dxg_event_fired(event, 200));
	igt_assert_lte_u64(igt_dxg_fence_value(victim.value), BEHIND);
	close(event);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* What another device has queued before and queues later is done. */
static void test_other_device(struct igt_dxg *dxg)
{
	struct victim victim, other;

	victim_create(dxg, &victim, 0);
	victim_create(dxg, &other, 0);
	submit_hang(&victim);
	for (int i = 1; i <= BEHIND; i++)
		submit_write(&other, i);
	wait_hung(&victim);
	for (int i = BEHIND + 1; i <= 2 * BEHIND; i++)
		submit_write(&other, i);
	igt_assert(igt_dxg_wait_timeout(dxg, other.device, other.fence, 2 * BEHIND,
					TDR_LATEST_MS));
	igt_assert_eq_u64(igt_dxg_fence_value(other.value), 2 * BEHIND);
	for (int i = 1; i <= 2 * BEHIND; i++)
		igt_assert_eq_u32(word(&other, i), i);
	igt_assert_eq(igt_dxg_device_state(dxg, other.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, victim.device);
	igt_dxg_destroy_device(dxg, other.device);
}

/* Fences of the hung device that no command of it signals are left alone. */
static void test_other_fence(struct igt_dxg *dxg)
{
	struct victim victim;
	const uint64_t *value;
	uint32_t fence;

	victim_create(dxg, &victim, 0);
	fence = igt_dxg_create_fence(dxg, victim.device, 3, &value);
	submit_hang(&victim);
	wait_hung(&victim);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 3);
	igt_dxg_signal(dxg, victim.device, fence, 4);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 4);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* A destruction waits for the hung job no longer than the time-out. */
static void test_destroy_memory(struct igt_dxg *dxg)
{
	static const uint32_t flags[] = {
		D3DKMT_DESTROY_SYNCHRONOUS,
		D3DKMT_DESTROY_SYNCHRONOUS | D3DKMT_DESTROY_ASSUME_NOT_IN_USE,
	};
	struct victim victim;
	uint64_t before, start;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		victim_create(dxg, &victim, 0);
		before = igt_dxg_read_state(dxg, "backing_bytes");
		submit_hang(&victim);
		start = igt_dxg_now_ns();
		igt_dxg_destroy2(dxg, victim.device, 0, &victim.memory, 1, flags[i]);
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), TDR_LATEST_MS);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before - SIZE);
		igt_dxg_destroy_device(dxg, victim.device);
	}
}

static void test_destroy_device(struct igt_dxg *dxg)
{
	struct victim victim;
	uint64_t start;

	/* the counts come back after the test */
	victim_create(dxg, &victim, 0);
	submit_hang(&victim);
	start = igt_dxg_now_ns();
	igt_dxg_destroy_device(dxg, victim.device);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), TDR_LATEST_MS);
}

static void test_destroy_fence(struct igt_dxg *dxg)
{
	struct victim victim;

	victim_create(dxg, &victim, 0);
	submit_hang(&victim);
	igt_dxg_destroy_fence(dxg, victim.fence);
	wait_hung(&victim);
	igt_dxg_destroy_device(dxg, victim.device);
}

static void test_again(struct igt_dxg *dxg)
{
	struct victim victim;

	for (int i = 0; i < 2; i++) {
		victim_create(dxg, &victim, 0);
		submit_hang(&victim);
		wait_hung(&victim);
		igt_dxg_destroy_device(dxg, victim.device);
	}
	victim_create(dxg, &victim, 0);
	submit_write(&victim, 1);
	igt_dxg_wait(dxg, victim.device, victim.fence, 1);
	igt_assert_eq_u32(word(&victim, 1), 1);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* A command may last as long as the time-out, and some do one after another. */
static void test_longest(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct victim victim;

	victim_create(dxg, &victim, 0);
	submit_delay(&victim, TDR_MS);
	submit_delay(&victim, TDR_MS);
	submit_write(&victim, 1);
	igt_dxg_wait(dxg, victim.device, victim.fence, 1);
	igt_assert_eq_u32(word(&victim, 1), 1);
	igt_assert_eq(igt_dxg_device_state(dxg, victim.device), D3DKMT_DEVICEEXECUTION_ACTIVE);

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, TDR_MS * IGT_DXG_NS_PER_MS + 1);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, victim.context, &stream), -EINVAL);
	igt_dxg_stream_free(&stream);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* Single delays are within the time-out, the command is not. */
static void test_sum(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct victim victim;

	victim_create(dxg, &victim, 0);
	igt_dxg_stream_begin(&stream);
	for (int i = 0; i < 10; i++)
		igt_dxg_stream_delay(&stream, TDR_MS * IGT_DXG_NS_PER_MS);
	igt_dxg_submit(dxg, victim.context, &stream);
	wait_hung(&victim);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* --- deep queues --------------------------------------------------------- */

/*
 * Whoever scales counts down has a kernel where a thousand commands take seconds, even
 * to cancel, and those of a full queue minutes to run.
 */
static bool is_slow(void)
{
	return igt_dxg_scale(2) < 2;
}

static void test_depth(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct victim victim;
	uint64_t start;

	victim_create(dxg, &victim, 0);
	for (int i = 0; i < BLOCKS; i++)
		submit_delay(&victim, TDR_MS);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, victim.memory, 0, 4, 1);
	igt_dxg_stream_signal(&stream, victim.fence, 1);
	igt_dxg_stream_finish(&stream);
	for (int i = 0; i < DEPTH; i++)
		igt_assert_eq(__igt_dxg_submit(dxg, victim.context, &stream), 0);
	igt_dxg_stream_free(&stream);
	igt_assert_lte_u64(DEPTH, igt_dxg_read_state(dxg, "commands"));

	start = igt_dxg_now_ns();
	igt_dxg_destroy_context(dxg, victim.context);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), is_slow() ? 60000 : 1500);
	/* none but what the engine had */
	igt_assert_lte_u64(igt_dxg_read_state(dxg, "commands"), 8);
	igt_assert_eq_u64(igt_dxg_fence_value(victim.value), 0);
	igt_dxg_destroy_device(dxg, victim.device);
}

/* A queue has an end, and what is in it runs. */
static void test_limit(struct igt_dxg *dxg)
{
	struct drm_dxg_cmd_signal *signal;
	struct victim victim, blocker;
	struct igt_dxg_stream stream;
	uint64_t accepted;
	int ret = 0;

	victim_create(dxg, &victim, 0);
	victim_create(dxg, &blocker, 0);
	for (int i = 0; i < BLOCKS; i++)
		submit_delay(&blocker, TDR_MS);
	igt_dxg_stream_begin(&stream);
	signal = igt_dxg_stream_signal(&stream, victim.fence, 0);
	igt_dxg_stream_finish(&stream);
	for (accepted = 0; accepted < NO_LIMIT; accepted++) {
		signal->value = accepted + 1;
		ret = __igt_dxg_submit(dxg, victim.context, &stream);
		if (ret)
			break;
	}
	igt_dxg_stream_free(&stream);
	igt_assert_eq(ret, -ENOMEM);
	igt_assert_lte_u64(DEPTH, accepted);
	igt_dxg_destroy_device(dxg, blocker.device);
	if (!is_slow()) {
		igt_assert(igt_dxg_wait_timeout(dxg, victim.device, victim.fence, accepted,
						60000));
		igt_assert_eq_u64(igt_dxg_fence_value(victim.value), accepted);
	}
	igt_dxg_destroy_device(dxg, victim.device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("hang", test_hang, "A job that hangs is ended, and its device with it."),
	TEST_LONGEST("keep-value", test_keep_value,
		     "A fence with NoSignalMaxValueOnTdr keeps its value when a job hangs."),
	TEST_LONGEST("other-device", test_other_device,
		     "Another device's work survives a job that hangs."),
	TEST_LONGEST("other-fence", test_other_fence,
		     "A fence that the hung job does not signal keeps its value."),
	TEST_LONGEST("destroy-memory", test_destroy_memory,
		     "SynchronousDestroy of what a hung job uses ends with the time-out."),
	TEST("destroy-device", test_destroy_device, "A device is destroyed while its job hangs."),
	TEST_LONGEST("destroy-fence", test_destroy_fence,
		     "A fence is destroyed while the job hangs that signals it."),
	TEST_LONGEST("again", test_again, "The engine works again after each job that hangs."),
	TEST_LONGEST("longest", test_longest, "A command may take as long as the time-out."),
	TEST_LONGEST("sum", test_sum, "The time-out counts for all of a command."),
	TEST_LONGEST("depth", test_depth,
		     "Destroying a context cancels 4096 commands quickly."),
	TEST_LONGEST("limit", test_limit, "A queue has an end, behind which ENOMEM is."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
