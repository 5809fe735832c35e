// SPDX-License-Identifier: MIT
/*
 * Priorities of contexts: who is first, and who may say so.
 */
#include <errno.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_igt_queue.h"

IGT_TEST_DESCRIPTION("Scheduling priorities of contexts.");

#define MIN		D3DKMT_CONTEXT_PRIORITY_MIN
#define MAX		D3DKMT_CONTEXT_PRIORITY_MAX
#define SIZE		4096
#define NOBODY		65534
#define CONTEXTS	3

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

static const struct {
	unsigned long set, get;
} kinds[] = {
	{ D3DKMT_IOCTL_SET_CONTEXT_PRIORITY, D3DKMT_IOCTL_GET_CONTEXT_PRIORITY },
	{ D3DKMT_IOCTL_SET_CONTEXT_IN_PROCESS_PRIORITY,
	  D3DKMT_IOCTL_GET_CONTEXT_IN_PROCESS_PRIORITY },
};

static int set(struct igt_dxg *dxg, int kind, uint32_t context, int32_t priority)
{
	return __igt_dxg_context_priority(dxg, kinds[kind].set, context, &priority);
}

static int32_t get(struct igt_dxg *dxg, int kind, uint32_t context)
{
	int32_t priority = 99;

	igt_assert_eq(__igt_dxg_context_priority(dxg, kinds[kind].get, context, &priority), 0);
	return priority;
}

static void test_values(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t contexts[] = {
		igt_dxg_create_context(dxg, device), igt_dxg_create_hw_context(dxg, device),
	};

	for (int i = 0; i < 2; i++) {
		for (int kind = 0; kind < 2; kind++) {
			igt_assert_eq(get(dxg, kind, contexts[i]), 0);
			for (int32_t priority = MIN; priority <= MAX; priority++) {
				igt_assert_eq(set(dxg, kind, contexts[i], priority), 0);
				igt_assert_eq(get(dxg, kind, contexts[i]), priority);
			}
			/* the other one is another */
			igt_assert_eq(get(dxg, !kind, contexts[i]), kind ? MAX : 0);
		}
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_refused(struct igt_dxg *dxg)
{
	static const int32_t bad[] = { MIN - 1, MAX + 1, INT32_MIN, INT32_MAX };
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	const uint32_t handles[] = { 0, device, context + 1, 0xffffffff };
	int32_t priority = 0;

	for (int kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_eq(set(dxg, kind, context, bad[i]), -EINVAL);
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(handles); i++) {
			igt_assert_eq(set(dxg, kind, handles[i], 0), -EINVAL);
			igt_assert_eq(__igt_dxg_context_priority(dxg, kinds[kind].get, handles[i],
								 &priority), -EINVAL);
		}
		igt_assert_eq(get(dxg, kind, context), 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* Without rights: not above normal, but anything among its own, and no endless command. */
static void without_rights(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	uint32_t device = igt_dxg_create_device(dxg), context, hw;
	struct igt_dxg_hw_queue queue;

	(void)child;
	igt_assert_eq(setuid(NOBODY), 0);
	context = igt_dxg_create_context(dxg, device);
	for (int32_t priority = MIN; priority <= MAX; priority++) {
		igt_assert_eq(set(dxg, 0, context, priority), priority > 0 ? -EACCES : 0);
		igt_assert_eq(set(dxg, 1, context, priority), 0);
	}
	igt_assert_eq(get(dxg, 0, context), 0);
	igt_assert_eq(set(dxg, 0, context, MAX + 1), -EINVAL);
	igt_assert_eq(__igt_dxg_create_context(dxg, device, D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT,
					       &context), -EACCES);
	hw = igt_dxg_create_hw_context(dxg, device);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, hw, D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT,
						&queue), -EACCES);
}

static void test_rights(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, without_rights);
	igt_dxg_child_join(&child);
}

/*
 * Commands that are held in three contexts behind a job write when it was their turn. The
 * order is that of the priorities, from the first to the last context.
 */
static bool order(struct igt_dxg *dxg, int kind, const int32_t *priorities, unsigned int ms)
{
	uint32_t device = igt_dxg_create_device(dxg), contexts[CONTEXTS], memory, front, fence;
	const uint64_t *stamps, *value;
	struct igt_dxg_stream stream;
	uint64_t job = 0, times[CONTEXTS];
	bool lasted;

	front = igt_dxg_create_context(dxg, device);
	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	memory = igt_dxg_create_allocation(dxg, device, SIZE);
	/* all that the scheduler takes */
	for (int i = 0; i < 3; i++)
		igt_dxg_submit_job(dxg, front, fence, &job, i ? 0 : ms, 0, 0);
	for (int i = CONTEXTS - 1; i >= 0; i--) {
		contexts[i] = igt_dxg_create_context(dxg, device);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_timestamp(&stream, memory, 8 * i);
		igt_dxg_submit(dxg, contexts[i], &stream);
		igt_assert_eq(set(dxg, kind, contexts[i], priorities[i]), 0);
	}
	lasted = igt_dxg_fence_value(value) < 2;
	igt_dxg_wait_state(dxg, "commands", 0);
	stamps = igt_dxg_lock(dxg, device, memory);
	for (int i = 0; i < CONTEXTS; i++)
		times[i] = stamps[i];
	igt_dxg_unlock(dxg, device, memory);
	for (int i = 1; i < CONTEXTS && lasted; i++)
		igt_assert_lt_u64(times[i - 1], times[i]);
	igt_dxg_destroy_device(dxg, device);
	return lasted;
}

static bool test_order(struct igt_dxg *dxg, unsigned int ms)
{
	static const int32_t priorities[CONTEXTS] = { MAX, 0, MIN };

	return order(dxg, 0, priorities, ms);
}

static bool test_order_in_process(struct igt_dxg *dxg, unsigned int ms)
{
	static const int32_t priorities[CONTEXTS] = { 1, 0, -1 };

	return order(dxg, 1, priorities, ms);
}

/* --- races --------------------------------------------------------------- */

struct race {
	struct igt_dxg *dxg;
	uint32_t context;
	uint32_t fence;
};

static int do_submit(void *data)
{
	struct race *race = data;
	int ret = 0;

	for (int i = 0; i < 8 && !ret; i++)
		ret = __igt_dxg_gpu_signal(race->dxg, race->context, race->fence, 1);
	return ret;
}

static int do_priorities(void *data)
{
	struct race *race = data;
	int ret = 0;

	for (int i = 0; i < 8 && !ret; i++)
		ret = set(race->dxg, i % 2, race->context, i - 4);
	return ret;
}

static void test_race(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct race race = { .dxg = dxg };
	int ret[2];

	race.fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	race.context = igt_dxg_create_context(dxg, device);
	for (unsigned int i = 0; i < igt_dxg_scale(200); i++) {
		igt_dxg_race(do_submit, do_priorities, &race, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_dxg_assert_invariants(dxg);
	igt_dxg_destroy_device(dxg, device);
}

static const struct igt_dxg_test tests[] = {
	TEST("values", test_values, "Each priority can be set and read."),
	TEST("refused", test_refused, "What is no priority or context is refused."),
	TEST("rights", test_rights, "Without rights priorities are at most normal."),
	IGT_DXG_TEST_OUTLAST("order", "What is held runs by priority.", test_order),
	IGT_DXG_TEST_OUTLAST("order-in-process", "And by the priority within the process.",
			     test_order_in_process),
	IGT_DXG_TEST_LONG("race", "Priorities change while commands come and go.", test_race),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
