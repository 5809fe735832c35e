// SPDX-License-Identifier: MIT
/* dxg_pool: samples that come back with fences. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"
#include "dxg_pool.h"
#include "mock_backend.h"

static struct dxg_sample *get(struct dxg_pool *pool)
{
	struct dxg_sample *sample = NULL;

	CHECK_EQ(dxg_pool_get(pool, 0, 0, &sample), 0);
	return sample;
}

static int add(struct dxg_sample *sample, uint64_t object, uint64_t value)
{
	struct dxg_pool_fence fence = { object, value };

	return dxg_sample_add_fence(sample, &fence);
}

static struct dxg_pool_stats stats_of(struct dxg_pool *pool)
{
	struct dxg_pool_stats stats;

	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	return stats;
}

static void free_only_when_signalled(void)
{
	struct dxg_sample *a, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	CHECK_EQ(add(a, 1, 5), 0);
	CHECK_EQ(dxg_sample_unref(a), 0);
	CHECK_EQ(dxg_sample_unref(a), -EINVAL);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	CHECK_EQ(stats_of(pool).draining, 1);
	CHECK_EQ(stats_of(pool).out, 0);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	mock_signal(mock, 1, 4);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(20), &none), -ETIMEDOUT);
	mock_signal(mock, 1, 5);
	/* without anybody asking */
	CHECK(mock_wait_free(pool, 1));
	CHECK_EQ(stats_of(pool).drained, 1);
	a = get(pool);
	CHECK_EQ(dxg_sample_get_fences(a, NULL, 0), 0);
	/* the fence is of the past */
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_free_count(pool), 1);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void signalled_before_release(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	mock_signal(mock, 1, 1);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_free_count(pool), 1);
	CHECK_EQ(mock_counts(mock).waits, 0);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* It is looked at again when somebody asks, even if nothing has been told yet. */
static void checked_at_get(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	for (i = 1; i < 100; i++) {
		a = get(pool);
		CHECK_EQ(add(a, 1, (uint64_t)i), 0);
		dxg_sample_unref(a);
		mock_signal(mock, 1, (uint64_t)i);
		b = get(pool);
		CHECK(a == b);
		dxg_sample_unref(b);
	}
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void many_fences(void)
{
	struct dxg_pool_fence fences[DXG_POOL_MAX_FENCES];
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	uint64_t i;

	a = get(pool);
	CHECK_EQ(dxg_sample_add_fence(a, NULL), -EFAULT);
	for (i = 0; i < DXG_POOL_MAX_FENCES; i++) {
		CHECK_EQ(add(a, i, 1), 0);
		/* of one object the latest point counts */
		CHECK_EQ(add(a, i, 3), 0);
		CHECK_EQ(add(a, i, 2), 0);
	}
	CHECK_EQ(add(a, 60, 1), -ENOSPC);
	CHECK_EQ(add(a, 0, 4), 0);
	CHECK_EQ(dxg_sample_get_fences(a, NULL, 0), DXG_POOL_MAX_FENCES);
	CHECK_EQ(dxg_sample_get_fences(a, fences, 1), DXG_POOL_MAX_FENCES);
	CHECK(fences[0].object == 0 && fences[0].value == 4);
	/* one that has signalled makes room */
	mock_signal(mock, 0, 4);
	CHECK_EQ(add(a, 60, 1), 0);
	dxg_sample_unref(a);
	for (i = 1; i < DXG_POOL_MAX_FENCES; i++) {
		CHECK_EQ(dxg_pool_free_count(pool), 0);
		mock_signal(mock, i, 3);
	}
	mock_sleep_ms(5);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	mock_signal(mock, 60, 1);
	CHECK(mock_wait_free(pool, 1));
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void handed_out_with_fences(void)
{
	struct dxg_pool_fence fence = { 0 };
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	int i;

	/* a free one is better than one with fences */
	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_FENCES, 0, &b), 0);
	CHECK(b != a);
	CHECK_EQ(dxg_sample_get_fences(b, &fence, 1), 0);
	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_FENCES, 0, &a), 0);
	CHECK_EQ(dxg_sample_get_fences(a, &fence, 1), 1);
	CHECK(fence.object == 1 && fence.value == 1);
	CHECK_EQ(stats_of(pool).passed, 1);
	/* it keeps them: whoever has it next without the flag must not see it too early */
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_FENCES, 0, &a), 0);
		CHECK_EQ(add(a, 2, (uint64_t)i + 1), 0);
		dxg_sample_unref(a);
	}
	mock_signal(mock, 1, 1);
	mock_sleep_ms(5);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	mock_signal(mock, 2, 3);
	CHECK(mock_wait_free(pool, 1));
	dxg_sample_unref(b);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void fences_that_fail(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	mock_break(mock, 1, false);
	CHECK(mock_wait_free(pool, 1));
	CHECK_EQ(stats_of(pool).fence_errors, 1);

	/* one that cannot be waited for is looked at */
	mock_fail(mock, MOCK_FENCE_WAIT, -ENOMEM);
	a = get(pool);
	CHECK_EQ(add(a, 2, 1), 0);
	dxg_sample_unref(a);
	mock_sleep_ms(20);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	mock_signal(mock, 2, 1);
	CHECK(mock_wait_free(pool, 1));
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* A device that is lost tells nobody: the thread looks, also after it had nothing to do. */
static void fences_that_fail_quietly(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	mock_signal(mock, 1, 1);
	dxg_sample_unref(a);
	/* by now the thread sleeps until it is woken */
	mock_sleep_ms(1500);
	a = get(pool);
	CHECK_EQ(add(a, 2, 1), 0);
	dxg_sample_unref(a);
	mock_sleep_ms(50);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	mock_break(mock, 2, true);
	CHECK(mock_wait_free(pool, 1));
	CHECK_EQ(stats_of(pool).fence_errors, 1);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void decommit_waits_for_fences(void)
{
	struct dxg_pool_properties want = { 1, 16, 1, 0 }, got;
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), -EBUSY);
	/* cancelled, it drains on */
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	mock_signal(mock, 1, 1);
	for (i = 0; i < 10000 && dxg_pool_set_properties(pool, &want, &got); i++)
		mock_sleep_ms(1);
	CHECK_EQ(got.count, 1);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* The last that keeps the pool is a fence: the thread that it wakes ends the pool. */
static void last_fence_frees(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_pool_unref(pool);
	dxg_sample_unref(a);
	mock_sleep_ms(5);
	CHECK(!mock_counts(mock).destroyed);
	mock_signal(mock, 1, 1);
	for (i = 0; i < 10000 && !mock_counts(mock).destroyed; i++)
		mock_sleep_ms(1);
	/* the thread is through with the mock before it sets that */
	CHECK(mock_counts(mock).destroyed);
	mock_sleep_ms(5);
	CHECK_EQ(mock_end(mock), 0);
}

struct ending {
	struct mock *mock;
	struct dxg_pool *pool;
	int released;
};

static void end_the_pool(void *data)
{
	struct ending *ending = data;

	CHECK_EQ(dxg_pool_set_notify(ending->pool, NULL, NULL, NULL), 0);
	dxg_pool_unref(ending->pool);
}

/* Between the last that keeps the pool and its end. */
static void wake_the_thread(void *data)
{
	struct ending *ending = data;

	ending->released++;
	CHECK(!mock_counts(ending->mock).destroyed);
	mock_wake_again(ending->mock);
	mock_sleep_ms(50);
	CHECK(!mock_counts(ending->mock).destroyed);
}

/* The thread wakes while another ends the pool: it must not end it, too. */
static void ends_while_the_thread_wakes(void)
{
	struct ending ending = { 0 };
	struct dxg_sample *a;

	ending.pool = mock_committed(&ending.mock, 1);
	a = get(ending.pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_sample_unref(a);
	mock_signal(ending.mock, 1, 1);
	CHECK(mock_wait_free(ending.pool, 1));
	CHECK_EQ(dxg_pool_set_notify(ending.pool, end_the_pool, &ending, wake_the_thread), 0);
	dxg_sample_unref(get(ending.pool));
	CHECK_EQ(ending.released, 1);
	CHECK(mock_counts(ending.mock).destroyed);
	CHECK_EQ(mock_end(ending.mock), 0);
}

static void destroy_waits_for_fences(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_destroy(pool, mock_in_ms(20)), -ETIMEDOUT);
	CHECK_EQ(mock_counts(mock).live, 1);
	mock_signal(mock, 1, 1);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

struct getter {
	pthread_t thread;
	struct dxg_pool *pool;
	uint32_t flags;
	int64_t deadline;
	struct dxg_sample *sample;
	int ret;
};

static void *get_one(void *data)
{
	struct getter *getter = data;

	getter->ret = dxg_pool_get(getter->pool, getter->flags, getter->deadline,
				   &getter->sample);
	return NULL;
}

/* A waiter is served by the fence, or by the release itself if it takes fences. */
static void waiters_and_fences(void)
{
	struct getter getter = { .deadline = DXG_POOL_FOREVER };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	getter.pool = pool;
	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	CHECK_EQ(pthread_create(&getter.thread, NULL, get_one, &getter), 0);
	CHECK(mock_wait_waiters(pool, 1));
	dxg_sample_unref(a);
	mock_sleep_ms(10);
	CHECK_EQ(stats_of(pool).waiters, 1);
	mock_signal(mock, 1, 1);
	pthread_join(getter.thread, NULL);
	CHECK_EQ(getter.ret, 0);

	CHECK_EQ(add(a, 1, 2), 0);
	getter.flags = DXG_POOL_GET_FENCES;
	CHECK_EQ(pthread_create(&getter.thread, NULL, get_one, &getter), 0);
	CHECK(mock_wait_waiters(pool, 1));
	dxg_sample_unref(a);
	pthread_join(getter.thread, NULL);
	CHECK_EQ(getter.ret, 0);
	CHECK_EQ(dxg_sample_get_fences(getter.sample, NULL, 0), 1);
	mock_signal(mock, 1, 2);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* The first of the line would not take fences, the second would: it does not overtake. */
static void fences_do_not_overtake(void)
{
	struct getter plain = { .deadline = mock_in_ms(150) };
	struct getter fences = { .deadline = DXG_POOL_FOREVER, .flags = DXG_POOL_GET_FENCES };
	struct dxg_sample *a, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	plain.pool = pool;
	fences.pool = pool;
	a = get(pool);
	CHECK_EQ(add(a, 1, 1), 0);
	CHECK_EQ(pthread_create(&plain.thread, NULL, get_one, &plain), 0);
	CHECK(mock_wait_waiters(pool, 1));
	CHECK_EQ(pthread_create(&fences.thread, NULL, get_one, &fences), 0);
	CHECK(mock_wait_waiters(pool, 2));
	dxg_sample_unref(a);
	CHECK_EQ(stats_of(pool).draining, 1);
	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_FENCES, 0, &none), -EAGAIN);
	/* when the first gives up it is the second's turn, without anything else happening */
	pthread_join(plain.thread, NULL);
	CHECK_EQ(plain.ret, -ETIMEDOUT);
	CHECK_EQ(stats_of(pool).draining, 0);
	pthread_join(fences.thread, NULL);
	CHECK_EQ(fences.ret, 0);
	mock_signal(mock, 1, 1);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* --- a device that signals, and threads that use it ------------------------------ */

struct device {
	struct mock *mock;
	struct dxg_pool *pool;
	atomic_uint_fast64_t submitted;
	atomic_bool stop;
};

static void *run_device(void *data)
{
	struct device *device = data;
	uint64_t done = 0;

	while (!atomic_load(&device->stop) || done < atomic_load(&device->submitted)) {
		if (done < atomic_load(&device->submitted))
			mock_signal(device->mock, 1, ++done);
		mock_sleep_ms(0);
	}
	return NULL;
}

static void *use_device(void *data)
{
	struct device *device = data;
	struct dxg_sample *sample;
	uint32_t i;

	for (i = 0; i < 300; i++) {
		uint32_t flags = i % 3 ? 0 : DXG_POOL_GET_FENCES;

		if (dxg_pool_get(device->pool, flags, mock_in_ms(20000), &sample)) {
			CHECK(!"a sample in time");
			break;
		}
		if (!flags)
			CHECK_EQ(dxg_sample_get_fences(sample, NULL, 0), 0);
		CHECK_EQ(add(sample, 1, atomic_fetch_add(&device->submitted, 1) + 1), 0);
		CHECK_EQ(dxg_sample_unref(sample), 0);
	}
	return NULL;
}

static void device_and_users(void)
{
	struct device device = { 0 };
	pthread_t threads[4];
	int i;

	device.pool = mock_committed(&device.mock, 2);
	CHECK_EQ(pthread_create(&threads[0], NULL, run_device, &device), 0);
	for (i = 1; i < 4; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, use_device, &device), 0);
	for (i = 1; i < 4; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&device.stop, true);
	pthread_join(threads[0], NULL);
	CHECK_EQ(dxg_pool_destroy(device.pool, mock_in_ms(20000)), 0);
	CHECK_EQ(mock_end(device.mock), 0);
}

int main(void)
{
	run(free_only_when_signalled);
	run(signalled_before_release);
	run(checked_at_get);
	run(many_fences);
	run(handed_out_with_fences);
	run(fences_that_fail);
	run(fences_that_fail_quietly);
	run(decommit_waits_for_fences);
	run(last_fence_frees);
	run(ends_while_the_thread_wakes);
	run(destroy_waits_for_fences);
	run(waiters_and_fences);
	run(fences_do_not_overtake);
	run(device_and_users);
	return report();
}
