// SPDX-License-Identifier: MIT
/*
 * Hardware contexts and queues, and their progress fences.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_igt_queue.h"

IGT_TEST_DESCRIPTION("Hardware queues.");

#define LATER_MS	50
#define SIZE		4096
#define PATTERN		0x600df00d
#define MOST		64

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_LONG(name, run, text) IGT_DXG_TEST_LONG(name, text, run)
/* One that waits for the time-out. */
#define TEST_ONE_DOOR(name, run, text) \
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

static void test_progress(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), memory;
	struct igt_dxg_hw_queue queue;
	struct igt_dxg_stream stream;

	memory = igt_dxg_create_allocation(dxg, device, SIZE);
	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &queue);
	igt_assert_eq_u64(igt_dxg_fence_value(queue.value), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, memory, 0, SIZE, PATTERN);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit_hw(dxg, queue.handle, 3, &stream), 0);
	igt_dxg_wait(dxg, device, queue.fence, 3);
	igt_assert_eq_u64(igt_dxg_fence_value(queue.value), 3);
	igt_dxg_assert_filled(dxg, device, memory, 0, SIZE / 4, PATTERN);
	igt_dxg_stream_free(&stream);

	/* it goes on, by as much as the caller likes */
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, 3), -EINVAL);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, 2), -EINVAL);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, 1ULL << 33), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, UINT64_MAX), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, UINT64_MAX), -EINVAL);
	igt_dxg_wait(dxg, device, queue.fence, UINT64_MAX);
	igt_assert(igt_dxg_write_faults((void *)queue.value));
	igt_dxg_destroy_device(dxg, device);
}

/* Queues of two contexts wait for each other's progress and signals. */
static void test_sync(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, gate, both[2];
	struct igt_dxg_hw_queue first, second;
	const uint64_t *value;

	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	gate = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &first);
	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &second);
	igt_assert_eq(__igt_dxg_hw_wait(dxg, first.handle, gate, 1), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, first.handle, 10), 0);
	igt_assert_eq(__igt_dxg_hw_wait(dxg, second.handle, first.fence, 10), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, second.handle, 5), 0);
	both[0] = first.handle;
	both[1] = second.handle;
	igt_assert_eq(__igt_dxg_hw_signal(dxg, both, 2, fence, 7, 0), 0);
	igt_dxg_sleep_ms(LATER_MS);
	igt_assert_eq_u64(igt_dxg_fence_value(second.value), 0);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_dxg_signal(dxg, device, gate, 1);
	igt_dxg_wait(dxg, device, fence, 7);
	igt_assert_eq_u64(igt_dxg_fence_value(first.value), 10);
	igt_assert_eq_u64(igt_dxg_fence_value(second.value), 5);
	igt_dxg_destroy_device(dxg, device);
}

/* The progress fence is the queue's. */
static void test_fence(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), context;
	struct igt_dxg_hw_queue queue;
	uint64_t value = 1;

	context = igt_dxg_create_context(dxg, device);
	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &queue);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, queue.fence), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &queue.fence, &value, 1, 0), -EACCES);
	igt_assert_eq(__igt_dxg_gpu_signal(dxg, context, queue.fence, 1), -EACCES);
	igt_assert_eq(__igt_dxg_hw_signal(dxg, &queue.handle, 1, queue.fence, 1, 0), -EACCES);
	igt_assert_eq(__igt_dxg_destroy_hw_queue(dxg, queue.handle), 0);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, context, queue.fence, 0), -EINVAL);
	igt_assert(igt_dxg_read_faults(queue.value));
	igt_dxg_destroy_device(dxg, device);
}

static void test_handles(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), plain, hw, both, fence;
	struct igt_dxg_hw_queue queue, other;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	plain = igt_dxg_create_context(dxg, device);
	hw = igt_dxg_create_hw_context(dxg, device);
	igt_assert_eq(__igt_dxg_create_context(dxg, device, D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED,
					       &both), 0);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, plain, 0, &queue), -EINVAL);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, device, 0, &queue), -EINVAL);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, 0, 0, &queue), -EINVAL);
	for (int bit = 4; bit < 32; bit++)
		igt_assert_eq(__igt_dxg_create_hw_queue(dxg, hw, 1U << bit, &queue), -EINVAL);
	igt_assert_eq(__igt_dxg_create_hw_context(dxg, device, 1, &plain), -EINVAL);
	igt_dxg_create_hw_queue(dxg, both, &other);
	igt_dxg_create_hw_queue(dxg, hw, &queue);
	/* each call wants its own kind */
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, hw, fence, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, queue.handle, fence, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_hw_wait(dxg, hw, fence, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, both, fence, 0), 0);
	igt_assert_eq(__igt_dxg_hw_wait(dxg, other.handle, fence, 0), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, hw, 1), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, hw), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_hw_context(dxg, both), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_hw_queue(dxg, hw), -EINVAL);
	/* queues go with their context */
	igt_dxg_destroy_hw_context(dxg, hw);
	igt_assert_eq(__igt_dxg_destroy_hw_queue(dxg, queue.handle), -EINVAL);
	igt_dxg_destroy_context(dxg, both);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, other.handle, 1), -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "hw_queues"), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_broadcast_flag(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), context, fence, list[3];
	struct igt_dxg_hw_queue queue;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	context = igt_dxg_create_hw_context(dxg, device);
	igt_dxg_create_hw_queue(dxg, context, &queue);
	list[0] = queue.handle;
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, context,
						D3DKMT_HW_QUEUE_NO_BROADCAST_SIGNAL, &queue), 0);
	list[1] = queue.handle;
	igt_assert_eq(__igt_dxg_hw_signal(dxg, list, 2, fence, 1, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_hw_signal(dxg, &list[1], 1, fence, 1, 0), 0);
	igt_dxg_wait(dxg, device, fence, 1);
	/* each once, and there is no place for an event */
	list[1] = list[0];
	igt_assert_eq(__igt_dxg_hw_signal(dxg, list, 2, fence, 2, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_hw_signal(dxg, list, 1, fence, 2,
					  D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT), -EINVAL);
	igt_assert_eq(__igt_dxg_hw_signal(dxg, list, 0, fence, 2, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_hw_signal(dxg, list, 1, fence, 2, 8), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void test_most(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_hw_context(dxg, device);
	struct igt_dxg_hw_queue queue, more;

	for (int i = 0; i < MOST; i++)
		igt_dxg_create_hw_queue(dxg, context, &queue);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, context, 0, &more), -ENOMEM);
	igt_assert_eq(__igt_dxg_destroy_hw_queue(dxg, queue.handle), 0);
	igt_dxg_create_hw_queue(dxg, context, &more);
	igt_dxg_destroy_device(dxg, device);
}

static void test_lost(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_hw_queue queue;
	struct igt_dxg_stream stream;

	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &queue);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit_hw(dxg, queue.handle, 1, &stream), 0);
	igt_dxg_wait(dxg, device, queue.fence, UINT64_MAX);
	igt_assert_eq(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_HUNG);
	igt_assert_eq(__igt_dxg_submit_hw(dxg, queue.handle, 2, &stream), -ENODEV);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, queue.context, 0, &queue), -ENODEV);
	igt_dxg_stream_free(&stream);
	igt_dxg_destroy_device(dxg, device);
}

/* A queue without the time-out holds its commands as long as it exists, and no longer. */
static void test_no_timeout(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, other), fence;
	struct igt_dxg_hw_queue queue;
	struct igt_dxg_stream stream;

	fence = igt_dxg_create_fence(dxg, other, 0, NULL);
	igt_assert_eq(__igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device),
						D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT, &queue), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit_hw(dxg, queue.handle, 1, &stream), 0);
	igt_dxg_stream_free(&stream);
	igt_dxg_sleep_ms(igt_dxg_tdr_ms() + 1500);
	igt_assert_eq(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert_eq(__igt_dxg_destroy_hw_queue(dxg, queue.handle), 0);
	igt_dxg_gpu_signal(dxg, context, fence, 1);
	igt_assert(igt_dxg_wait_timeout(dxg, other, fence, 1,
					igt_dxg_patience(2 * igt_dxg_tdr_ms() + 5000)));
	igt_assert_eq(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_HUNG);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy_device(dxg, other);
}

static void never(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_hw_queue queue;

	igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &queue);
	igt_assert_eq(__igt_dxg_hw_wait(dxg, queue.handle, queue.fence, 1), 0);
	igt_assert_eq(__igt_dxg_submit_hw_nop(dxg, queue.handle, 1), 0);
	igt_dxg_child_linger(child);
}

/* A queue that waits for itself. */
static void test_killed(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, never);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_assert(WIFSIGNALED(igt_dxg_child_end(&child, 1000)));
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_dxg_wait_state(dxg, "hw_queues", 0);
}

/* --- races --------------------------------------------------------------- */

struct race {
	struct igt_dxg *dxg;
	struct igt_dxg_hw_queue queue;
};

static int do_submit(void *data)
{
	struct race *race = data;
	int ret = 0;

	for (uint64_t i = 1; i <= 8 && !ret; i++)
		ret = __igt_dxg_submit_hw_nop(race->dxg, race->queue.handle, i);
	return ret;
}

static int do_destroy(void *data)
{
	struct race *race = data;

	return __igt_dxg_destroy_hw_context(race->dxg, race->queue.context);
}

static void test_race(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct race race = { .dxg = dxg };
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(300); i++) {
		igt_dxg_create_hw_queue(dxg, igt_dxg_create_hw_context(dxg, device), &race.queue);
		igt_dxg_race(do_submit, do_destroy, &race, i, ret);
		igt_assert(!ret[0] || ret[0] == -EINVAL);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_dxg_destroy_device(dxg, device);
}

static const struct igt_dxg_test tests[] = {
	TEST("progress", test_progress, "The progress fence follows the queue's commands."),
	TEST("sync", test_sync, "Hardware queues wait for each other."),
	TEST("fence", test_fence, "The progress fence belongs to its queue."),
	TEST("handles", test_handles, "Contexts and queues are taken for what they are."),
	TEST("broadcast-flag", test_broadcast_flag, "Signals of several queues are checked."),
	TEST("most", test_most, "A context has 64 hardware queues at the most."),
	TEST_ONE_DOOR("lost", test_lost, "The progress fence of a lost queue ends."),
	TEST_ONE_DOOR("no-timeout", test_no_timeout,
		      "A queue without the time-out hangs as long as it exists."),
	TEST("killed", test_killed, "A process whose queue waits for itself can be killed."),
	TEST_LONG("race", test_race, "A context goes while its queue is submitted to."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
