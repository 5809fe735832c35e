// SPDX-License-Identifier: MIT
/*
 * Waits of the CPU for monitored fences, in the call and through an eventfd.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Waits of the CPU for monitored fences.");

#define PAGE		4096
#define LATER_MS	50
#define LONG_MS		5000
#define WAITERS		16
#define EVENTS		100

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_LONG(name, run, text) IGT_DXG_TEST_LONG(name, text, run)

/**
 * struct waiter - A thread that waits
 * @dxg: the way in
 * @device: the fences' device
 * @fence: fences
 * @value: for what
 * @count: of how many fences
 * @flags: D3DKMT_WAIT_*
 * @thread: the thread
 * @tid: its id, once it is about to wait
 * @ret: what the wait returned
 * @done: it has returned
 */
struct waiter {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t fence[4];
	uint64_t value[4];
	uint32_t count;
	uint32_t flags;
	pthread_t thread;
	int tid;
	int ret;
	int done;
};

static void *waiter_run(void *arg)
{
	struct waiter *waiter = arg;

	__atomic_store_n(&waiter->tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	waiter->ret = __igt_dxg_wait(waiter->dxg, waiter->device, waiter->fence, waiter->value,
				     waiter->count, 0, waiter->flags);
	__atomic_store_n(&waiter->done, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Start to wait; when this returns the thread is in the call, or nearly. */
static void waiter_start(struct waiter *waiter)
{
	waiter->tid = 0;
	waiter->done = 0;
	igt_assert_eq(pthread_create(&waiter->thread, NULL, waiter_run, waiter), 0);
	while (!__atomic_load_n(&waiter->tid, __ATOMIC_SEQ_CST))
		igt_dxg_sleep_ms(1);
	igt_dxg_sleep_ms(LATER_MS);
}

static bool waiter_waits(struct waiter *waiter)
{
	return !__atomic_load_n(&waiter->done, __ATOMIC_SEQ_CST);
}

/* What the wait returned; asserts that it does. */
static int waiter_end(struct waiter *waiter)
{
	uint64_t start = igt_dxg_now_ns();

	while (waiter_waits(waiter) && igt_dxg_elapsed_ms(start) < LONG_MS)
		igt_dxg_sleep_ms(1);
	igt_assert_f(!waiter_waits(waiter), "the wait does not end\n");
	pthread_join(waiter->thread, NULL);
	return waiter->ret;
}

/* Of static storage: a thread may outlive a test that fails. */
static struct waiter waiter, waiters[WAITERS];

static void waiter_init(struct waiter *init, struct igt_dxg *dxg, uint32_t device, uint32_t count)
{
	memset(init, 0, sizeof(*init));
	init->dxg = dxg;
	init->device = device;
	init->count = count;
	for (uint32_t i = 0; i < count; i++) {
		init->fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
		init->value[i] = 1;
	}
}

static int wait_raw(struct igt_dxg *dxg, uint32_t device, const uint32_t *fences,
		    const uint64_t *values, uint32_t count, uint64_t event)
{
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = device,
		.object_count = count,
		.objects = igt_dxg_ptr(fences),
		.fence_values = igt_dxg_ptr(values),
		.async_event = event,
	};

	return igt_dxg_ioctl_once(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args);
}

/* --- in the call --------------------------------------------------------- */

static void test_satisfied(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[2];
	uint64_t values[2] = { 5, 0 };

	fence[0] = igt_dxg_create_fence(dxg, device, 5, NULL);
	fence[1] = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, 0, 0), 0);
	values[0] = 4;
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, 0, 0), 0);
	values[1] = 1;
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, 0, D3DKMT_WAIT_ANY), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_blocking(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	waiter_init(&waiter, dxg, device, 1);
	waiter.value[0] = 3;
	waiter_start(&waiter);
	igt_assert(waiter_waits(&waiter));
	igt_dxg_signal(dxg, device, waiter.fence[0], 2);
	igt_dxg_sleep_ms(LATER_MS);
	igt_assert(waiter_waits(&waiter));
	igt_dxg_signal(dxg, device, waiter.fence[0], 4);
	igt_assert_eq(waiter_end(&waiter), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_all(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	waiter_init(&waiter, dxg, device, 3);
	waiter_start(&waiter);
	igt_dxg_signal(dxg, device, waiter.fence[2], 1);
	igt_dxg_signal(dxg, device, waiter.fence[0], 1);
	igt_dxg_sleep_ms(LATER_MS);
	igt_assert(waiter_waits(&waiter));
	igt_dxg_signal(dxg, device, waiter.fence[1], 1);
	igt_assert_eq(waiter_end(&waiter), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_any(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	for (int i = 0; i < 3; i++) {
		waiter_init(&waiter, dxg, device, 3);
		waiter.flags = D3DKMT_WAIT_ANY;
		waiter_start(&waiter);
		igt_assert(waiter_waits(&waiter));
		igt_dxg_signal(dxg, device, waiter.fence[i], 1);
		igt_assert_eq(waiter_end(&waiter), 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* One fence several times: the largest value counts for all, the smallest for any. */
static void test_same(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	for (uint32_t flags = 0; flags < 2; flags++) {
		waiter_init(&waiter, dxg, device, 3);
		waiter.flags = flags;
		for (int i = 0; i < 3; i++) {
			waiter.fence[i] = waiter.fence[0];
			waiter.value[i] = 3 - i;
		}
		waiter_start(&waiter);
		igt_dxg_signal(dxg, device, waiter.fence[0], flags ? 1 : 3);
		igt_assert_eq(waiter_end(&waiter), 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_engine(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device), fence;
	struct igt_dxg_stream stream;
	uint64_t start = igt_dxg_now_ns();

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 100 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_signal(&stream, fence, 9);
	igt_dxg_submit(dxg, context, &stream);
	igt_dxg_wait(dxg, device, fence, 9);
	igt_assert_lte_u64(100, igt_dxg_elapsed_ms(start));
	igt_dxg_destroy_device(dxg, device);
}

/* Each of many threads waits for a value of its own. */
static void test_many_waiters(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	int ended = 0;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	for (int i = 0; i < WAITERS; i++) {
		waiter_init(&waiters[i], dxg, device, 1);
		waiters[i].fence[0] = fence;
		waiters[i].value[0] = i + 1;
		waiter_start(&waiters[i]);
	}
	igt_dxg_signal(dxg, device, fence, WAITERS / 2);
	for (int i = 0; i < WAITERS / 2; i++)
		igt_assert_eq(waiter_end(&waiters[i]), 0);
	for (int i = WAITERS / 2; i < WAITERS; i++)
		ended += !waiter_waits(&waiters[i]);
	igt_dxg_signal(dxg, device, fence, WAITERS);
	for (int i = WAITERS / 2; i < WAITERS; i++)
		igt_assert_eq(waiter_end(&waiters[i]), 0);
	igt_assert_eq(ended, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_max(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[1025];
	uint64_t values[1025];
	int event = eventfd(0, EFD_CLOEXEC);

	for (int i = 0; i < 1025; i++) {
		fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
		values[i] = 1;
	}
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 0, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 1025, event, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 0xffffffff, event, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 1024, event, 0), 0);
	for (int i = 0; i < 1023; i++)
		igt_dxg_signal(dxg, device, fence[i], 1);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	igt_dxg_signal(dxg, device, fence[1023], 1);
	igt_assert(igt_dxg_event_fired(event, LONG_MS));
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 1024, 0, 0), 0);
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* --- refusals ------------------------------------------------------------ */

static void test_bad_fence(struct igt_dxg *dxg)
{
	static const int places[] = { 0, 1, 2 };
	uint32_t device = igt_dxg_create_device(dxg), fence[3], list[3];
	uint32_t other = igt_dxg_create_device(dxg);
	uint32_t dead = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint64_t values[3] = { 0, 0, 0 };
	uint32_t bad[] = {
		0, dead, device, dxg->adapter, igt_dxg_create_allocation(dxg, device, PAGE),
		igt_dxg_create_fence(dxg, other, 0, NULL), 0xffffffff,
	};

	igt_dxg_destroy_fence(dxg, dead);
	for (int i = 0; i < 3; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			memcpy(list, fence, sizeof(list));
			list[places[j]] = bad[i];
			for (uint32_t flags = 0; flags < 2; flags++)
				igt_assert_eq(__igt_dxg_wait(dxg, device, list, values, 3, 0,
							     flags), -EINVAL);
		}
	}
	igt_dxg_destroy_device(dxg, other);
	igt_dxg_destroy_device(dxg, device);
}

static void test_bad_arguments(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	char *edge = (char *)igt_dxg_edge() + PAGE;
	uint64_t zero = 0;

	for (int bit = 1; bit < 32; bit++)
		igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, &zero, 1, 0, 1U << bit), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, 0, &fence, &zero, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, other, &fence, &zero, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, dxg->adapter, &fence, &zero, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, NULL, &zero, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, NULL, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, (uint32_t *)edge, &zero, 1, 0, 0), -EFAULT);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, (uint64_t *)edge, 1, 0, 0), -EFAULT);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, (uint64_t *)edge - 1, 2, 0, 0), -EFAULT);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, &zero, 1, 0, 0), 0);
	igt_dxg_edge_free(edge - PAGE);
	igt_dxg_destroy_device(dxg, other);
	igt_dxg_destroy_device(dxg, device);
}

static void test_no_wait(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[2];
	uint64_t values[2] = { 0, 0 };
	int event = eventfd(0, EFD_CLOEXEC);

	fence[0] = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_assert_eq(__igt_dxg_create_fence(dxg, device, D3DKMT_SYNC_NO_WAIT, 0, &fence[1],
					     NULL), 0);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, 0, 0), -EACCES);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, event, 0), -EACCES);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence[1], values, 1, 0, D3DKMT_WAIT_ANY),
		      -EACCES);
	igt_assert(!igt_dxg_event_fired(event, 0));
	igt_dxg_signal(dxg, device, fence[1], 1);
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* --- through an eventfd -------------------------------------------------- */

static void test_event(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	uint64_t counter = 0;
	int event;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	event = igt_dxg_wait_event(dxg, device, fence, 2);
	igt_dxg_signal(dxg, device, fence, 1);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	igt_dxg_signal(dxg, device, fence, 2);
	igt_assert(igt_dxg_event_fired(event, LONG_MS));
	igt_assert_eq(read(event, &counter, sizeof(counter)), sizeof(counter));
	igt_assert_eq_u64(counter, 1);
	/* once */
	igt_dxg_signal(dxg, device, fence, 3);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

static void test_event_satisfied(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	int event;

	fence = igt_dxg_create_fence(dxg, device, 5, NULL);
	event = igt_dxg_wait_event(dxg, device, fence, 5);
	igt_assert(igt_dxg_event_fired(event, 0));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

static void event_of_three(struct igt_dxg *dxg, uint32_t flags)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[3];
	uint64_t values[3] = { 1, 1, 1 };
	int event = eventfd(0, EFD_CLOEXEC);

	for (int i = 0; i < 3; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 3, event, flags), 0);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	igt_dxg_signal(dxg, device, fence[1], 1);
	igt_assert_eq(igt_dxg_event_fired(event, LATER_MS), flags & D3DKMT_WAIT_ANY);
	igt_dxg_signal(dxg, device, fence[0], 1);
	igt_dxg_signal(dxg, device, fence[2], 1);
	igt_assert(igt_dxg_event_fired(event, LONG_MS));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

static void test_event_all(struct igt_dxg *dxg)
{
	event_of_three(dxg, 0);
}

static void test_event_any(struct igt_dxg *dxg)
{
	event_of_three(dxg, D3DKMT_WAIT_ANY);
}

static void test_event_engine(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device), fence;
	struct igt_dxg_stream stream;
	int event;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	event = igt_dxg_wait_event(dxg, device, fence, 1);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 50 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert(!igt_dxg_event_fired(event, 10));
	igt_assert(igt_dxg_event_fired(event, LONG_MS));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* Many waits, some of them on one eventfd, some of them closed before. */
static void test_events(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	int event[EVENTS], together = eventfd(0, EFD_CLOEXEC);
	uint64_t value, counter = 0;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	for (int i = 0; i < EVENTS; i++) {
		value = i + 1;
		event[i] = igt_dxg_wait_event(dxg, device, fence, value);
		igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, &value, 1, together, 0), 0);
		if (i % 3 == 0)
			close(event[i]);
	}
	igt_dxg_signal(dxg, device, fence, EVENTS / 2);
	for (int i = 0; i < EVENTS; i++)
		if (i % 3)
			igt_assert_eq(igt_dxg_event_fired(event[i], 0), i < EVENTS / 2);
	igt_assert_eq(read(together, &counter, sizeof(counter)), sizeof(counter));
	igt_assert_eq_u64(counter, EVENTS / 2);
	for (int i = 0; i < EVENTS; i++)
		if (i % 3)
			close(event[i]);
	close(together);
	/* half of the waits are still there */
	igt_dxg_destroy_device(dxg, device);
}

static void test_bad_event(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	int event = eventfd(0, EFD_CLOEXEC), closed = eventfd(0, EFD_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), ends[2];
	uint64_t values[2] = { 0, 1 };

	igt_assert_eq(pipe(ends), 0);
	close(closed);
	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	for (int i = 0; i < 2; i++) {
		uint64_t bad[] = {
			UINT64_MAX, 0xffffffff, closed, file, ends[0], ends[1], dxg->fd,
			0x7fffffff, 1ULL << 32 | event, 1ULL << 63 | event,
		};

		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(bad); j++)
			igt_assert_f(wait_raw(dxg, device, &fence, &values[i], 1, bad[j]) ==
				     -EINVAL, "descriptor %#llx is taken\n",
				     (unsigned long long)bad[j]);
	}
	igt_assert(!igt_dxg_event_fired(event, 0));
	close(ends[0]);
	close(ends[1]);
	close(file);
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* --- waits that end otherwise -------------------------------------------- */

static void ignore_signal(int sig __attribute__((unused)))
{
}

static void interrupted(struct igt_dxg *dxg, int action_flags)
{
	struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = action_flags }, old;
	uint32_t device = igt_dxg_create_device(dxg);

	igt_assert_eq(sigaction(SIGUSR2, &action, &old), 0);
	waiter_init(&waiter, dxg, device, 1);
	waiter_start(&waiter);
	pthread_kill(waiter.thread, SIGUSR2);
	if (action_flags & SA_RESTART) {
		igt_dxg_sleep_ms(LATER_MS);
		igt_assert(waiter_waits(&waiter));
		igt_dxg_signal(dxg, device, waiter.fence[0], 1);
		igt_assert_eq(waiter_end(&waiter), 0);
	} else {
		igt_assert_eq(waiter_end(&waiter), -EINTR);
		/* nothing is left of it */
		igt_dxg_signal(dxg, device, waiter.fence[0], 1);
	}
	sigaction(SIGUSR2, &old, NULL);
	igt_dxg_destroy_device(dxg, device);
}

static void test_interrupted(struct igt_dxg *dxg)
{
	interrupted(dxg, 0);
}

static void test_restarted(struct igt_dxg *dxg)
{
	interrupted(dxg, SA_RESTART);
}

static void test_destroyed(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	for (uint32_t flags = 0; flags < 2; flags++) {
		waiter_init(&waiter, dxg, device, 3);
		waiter.flags = flags;
		waiter_start(&waiter);
		igt_dxg_destroy_fence(dxg, waiter.fence[1]);
		igt_assert_eq(waiter_end(&waiter), -EINVAL);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_destroyed_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	waiter_init(&waiter, dxg, device, 2);
	waiter_start(&waiter);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(waiter_end(&waiter), -EINVAL);
}

static void test_destroyed_event(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[2];
	uint64_t values[2] = { 1, 1 };
	int event = eventfd(0, EFD_CLOEXEC);

	for (int i = 0; i < 2; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence, values, 2, event, D3DKMT_WAIT_ANY), 0);
	igt_dxg_destroy_fence(dxg, fence[0]);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	/* the wait was dropped as a whole */
	igt_dxg_signal(dxg, device, fence[1], 1);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* What is pending costs memory of the kernel: the driver's limit of a process. */
#define MAX_EVENTS 4096

static void test_max_events(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[2];
	int event = eventfd(0, EFD_CLOEXEC);
	uint64_t value = 1;

	for (int i = 0; i < 2; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, 0, NULL);
	for (int i = 0; i < MAX_EVENTS; i++)
		igt_assert_eq(__igt_dxg_wait(dxg, device, fence, &value, 1, event, 0), 0);
	igt_assert_eq(__igt_dxg_wait(dxg, device, fence + 1, &value, 1, event, 0), -ENOMEM);
	/* none of the others was lost, and the place of each is free again */
	igt_dxg_signal(dxg, device, fence[0], 1);
	igt_assert(igt_dxg_event_fired(event, LONG_MS));
	for (int ms = 0; __igt_dxg_wait(dxg, device, fence + 1, &value, 1, event, 0); ms++) {
		igt_assert(ms < LONG_MS);
		igt_dxg_sleep_ms(1);
	}
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

static int do_signal(void *data)
{
	struct waiter *racing = data;

	return __igt_dxg_signal(racing->dxg, racing->device, racing->fence, racing->value, 1, 0);
}

static int do_wait(void *data)
{
	struct waiter *racing = data;

	return __igt_dxg_wait(racing->dxg, racing->device, racing->fence, racing->value, 1, 0, 0);
}

static int do_destroy(void *data)
{
	struct waiter *racing = data;

	return __igt_dxg_destroy_fence(racing->dxg, racing->fence[0]);
}

/* No signal is missed, wherever it meets the wait. */
static void test_race_signal(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	int ret[2];

	waiter_init(&waiter, dxg, device, 1);
	for (unsigned int i = 0; i < igt_dxg_scale(500); i++) {
		waiter.value[0] = i + 1;
		igt_dxg_race(do_wait, do_signal, &waiter, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_race_destroy(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(300); i++) {
		waiter_init(&waiter, dxg, device, 1);
		igt_dxg_race(do_wait, do_destroy, &waiter, i, ret);
		igt_assert_eq(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void wait_for_ever(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);

	igt_dxg_wait_event(dxg, device, fence, 1);
	igt_dxg_child_ready(child);
	igt_dxg_wait(dxg, device, fence, 1);
}

static void test_killed(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	int status;

	igt_dxg_child_start(&child, dxg, wait_for_ever);
	igt_dxg_child_await(&child);
	igt_dxg_sleep_ms(LATER_MS);
	igt_dxg_child_kill(&child, SIGKILL);
	status = igt_dxg_child_end(&child, 1000);
	igt_assert(WIFSIGNALED(status));
}

/* The file goes while a thread waits through it, as far as it can go. */
static void test_closed(struct igt_dxg *dxg)
{
	struct igt_dxg *second = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(second);

	waiter_init(&waiter, second, device, 1);
	waiter_start(&waiter);
	/* on /dev/dxg the other file has the handles too */
	igt_assert_eq(close(second->fd), 0);
	second->fd = -1;
	igt_dxg_sleep_ms(LATER_MS);
	if (waiter_waits(&waiter) && dxg->door == DXG_DOOR_DXG) {
		igt_dxg_signal(dxg, device, waiter.fence[0], 1);
		igt_assert_eq(waiter_end(&waiter), 0);
		igt_dxg_destroy_device(dxg, device);
		igt_dxg_close_adapter(dxg, second->adapter);
	} else {
		/* the call holds the file; a signal ends it, and with it all */
		struct sigaction action = { .sa_handler = ignore_signal }, old;

		igt_assert_eq(sigaction(SIGUSR2, &action, &old), 0);
		pthread_kill(waiter.thread, SIGUSR2);
		igt_assert_eq(waiter_end(&waiter), -EINTR);
		sigaction(SIGUSR2, &old, NULL);
	}
	igt_dxg_close(second);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("satisfied", test_satisfied, "A wait for what is reached returns at once."),
	TEST("blocking", test_blocking, "A wait ends when the value is reached."),
	TEST("all", test_all, "A wait for all ends with the last."),
	TEST("any", test_any, "A wait for any ends with the first."),
	TEST("same", test_same, "A wait may name one fence several times."),
	TEST("engine", test_engine, "A wait ends when the engine signals."),
	TEST("many-waiters", test_many_waiters, "Each of many waits ends with its value."),
	TEST("max", test_max, "A wait names 1 to 1024 fences."),
	TEST("bad-fence", test_bad_fence, "What is no fence of the device is refused."),
	TEST("bad-arguments", test_bad_arguments, "Wrong arguments of a wait are refused."),
	TEST("no-wait", test_no_wait, "A fence with NoWait refuses waits."),
	TEST("event", test_event, "An eventfd is signalled once, when the value is reached."),
	TEST("event-satisfied", test_event_satisfied,
	     "An eventfd is signalled at once for what is reached."),
	TEST("event-all", test_event_all, "An eventfd is signalled with the last of all."),
	TEST("event-any", test_event_any, "An eventfd is signalled with the first of any."),
	TEST("event-engine", test_event_engine, "An eventfd is signalled by the engine."),
	TEST("events", test_events, "Many waits have eventfds, shared, closed or their own."),
	TEST("bad-event", test_bad_event, "What is not an eventfd is refused."),
	TEST("interrupted", test_interrupted, "A signal ends a wait with EINTR."),
	TEST("restarted", test_restarted, "A wait goes on after a signal that says so."),
	TEST("destroyed", test_destroyed, "A wait ends when a fence of it is destroyed."),
	TEST("destroyed-device", test_destroyed_device,
	     "A wait ends when its device is destroyed."),
	TEST("destroyed-event", test_destroyed_event,
	     "An eventfd's wait is dropped when a fence of it is destroyed."),
	TEST("max-events", test_max_events, "Waits through eventfds are limited."),
	TEST_LONG("race-signal", test_race_signal, "A signal beside the wait is not missed."),
	TEST_LONG("race-destroy", test_race_destroy,
		  "A destruction beside the wait is not missed."),
	TEST("killed", test_killed, "A process that waits can be killed."),
	TEST("closed", test_closed, "The file is closed in the middle of a wait."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
