// SPDX-License-Identifier: MIT
/* dxg_pool: threads that wait for samples. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"
#include "dxg_pool.h"
#include "mock_backend.h"

/* A thread that gets one sample and says how that went. */
struct getter {
	pthread_t thread;
	struct dxg_pool *pool;
	uint32_t flags;
	int64_t deadline;
	struct dxg_sample *sample;
	int ret;
	int order;		/* of the ends, from 1 */
};

static atomic_int ended;

static void *get_one(void *data)
{
	struct getter *getter = data;

	getter->ret = dxg_pool_get(getter->pool, getter->flags, getter->deadline,
				   &getter->sample);
	getter->order = atomic_fetch_add(&ended, 1) + 1;
	return NULL;
}

static void start(struct getter *getter, struct dxg_pool *pool, int64_t deadline)
{
	getter->pool = pool;
	getter->flags = 0;
	getter->deadline = deadline;
	CHECK_EQ(pthread_create(&getter->thread, NULL, get_one, getter), 0);
}

static void join(struct getter *getter)
{
	pthread_join(getter->thread, NULL);
}

static struct dxg_sample *get(struct dxg_pool *pool)
{
	struct dxg_sample *sample = NULL;

	CHECK_EQ(dxg_pool_get(pool, 0, 0, &sample), 0);
	return sample;
}

static void release_from_another_thread(void)
{
	struct getter getter;
	struct dxg_pool_stats stats;
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	start(&getter, pool, DXG_POOL_FOREVER);
	CHECK(mock_wait_waiters(pool, 1));
	mock_sleep_ms(20);
	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	/* a wait that has not ended counts */
	CHECK(stats.wait_max_ns >= 15000000);
	dxg_sample_unref(a);
	join(&getter);
	CHECK_EQ(getter.ret, 0);
	CHECK(getter.sample == a);
	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	CHECK_EQ(stats.waiters, 0);
	CHECK(stats.wait_max_ns >= 15000000);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void deadlines(void)
{
	struct dxg_sample *a, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	uint64_t begin = mock_now(), took;

	a = get(pool);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(50), &none), -ETIMEDOUT);
	took = mock_now() - begin;
	CHECK(took >= 50000000 && took < 5000000000);
	CHECK(!none);
	begin = mock_now();
	/* one that has passed long ago; one that is far away must not overflow */
	CHECK_EQ(dxg_pool_get(pool, 0, 1, &none), -ETIMEDOUT);
	CHECK(mock_now() - begin < 1000000000);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_get(pool, 0, 1, &a), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_get(pool, 0, INT64_MAX, &a), 0);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

#define GETTERS 8

/* Decommit wakes all of them, at once, with samples out, and does not wait itself. */
static void decommit_wakes_all(void)
{
	struct getter getters[GETTERS];
	struct dxg_pool_stats stats;
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	for (i = 0; i < GETTERS; i++)
		start(&getters[i], pool, i & 1 ? mock_in_ms(60000) : DXG_POOL_FOREVER);
	CHECK(mock_wait_waiters(pool, GETTERS));
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	for (i = 0; i < GETTERS; i++) {
		join(&getters[i]);
		CHECK_EQ(getters[i].ret, -ECANCELED);
		CHECK(!getters[i].sample);
	}
	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	CHECK_EQ(stats.cancels, GETTERS);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* Defect 1 of the original: the waiter sees "committed" and waits on, for ever. */
static void decommit_and_commit_cancels(void)
{
	struct getter getters[GETTERS];
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i, round;

	a = get(pool);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < GETTERS; i++)
			start(&getters[i], pool, mock_in_ms(20000));
		CHECK(mock_wait_waiters(pool, GETTERS));
		CHECK_EQ(dxg_pool_decommit(pool), 0);
		CHECK_EQ(dxg_pool_commit(pool), 0);
		for (i = 0; i < GETTERS; i++) {
			join(&getters[i]);
			CHECK_EQ(getters[i].ret, -ECANCELED);
		}
	}
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* Defect 4 of the original: one release wakes everybody, whoever is quickest wins. */
static void first_come_first_served(void)
{
	struct getter getters[GETTERS];
	struct dxg_sample *a, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	atomic_store(&ended, 0);
	for (i = 0; i < GETTERS; i++) {
		start(&getters[i], pool, DXG_POOL_FOREVER);
		CHECK(mock_wait_waiters(pool, (uint32_t)i + 1));
	}
	for (i = 0; i < GETTERS; i++) {
		dxg_sample_unref(a);
		/* it belongs to the one that waited: nobody can take it now */
		CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
		join(&getters[i]);
		CHECK_EQ(getters[i].ret, 0);
		CHECK_EQ(getters[i].order, i + 1);
		CHECK(getters[i].sample == a);
		CHECK_EQ(atomic_load(&ended), i + 1);
	}
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* Defect 4 again: those who did not wait are not owed a wake-up. */
static void nowait_leaves_no_wake_behind(void)
{
	struct dxg_pool_stats stats;
	struct dxg_sample *a, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	uint64_t begin;
	int i;

	a = get(pool);
	for (i = 0; i < 100; i++)
		CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	CHECK(stats.waiters == 0 && stats.waits == 0);
	dxg_sample_unref(a);
	a = get(pool);
	begin = mock_now();
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(20), &none), -ETIMEDOUT);
	CHECK(mock_now() - begin >= 20000000);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* Who gives up leaves the line, and the order of the others stays. */
static void one_of_the_line_gives_up(void)
{
	struct getter first, second, third;
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	a = get(pool);
	start(&first, pool, DXG_POOL_FOREVER);
	CHECK(mock_wait_waiters(pool, 1));
	start(&second, pool, mock_in_ms(100));
	CHECK(mock_wait_waiters(pool, 2));
	start(&third, pool, DXG_POOL_FOREVER);
	join(&second);
	CHECK_EQ(second.ret, -ETIMEDOUT);
	CHECK(mock_wait_waiters(pool, 2));
	dxg_sample_unref(a);
	join(&first);
	CHECK_EQ(first.ret, 0);
	dxg_sample_unref(first.sample);
	join(&third);
	CHECK_EQ(third.ret, 0);
	dxg_sample_unref(third.sample);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void cancel_keeps_the_state(void)
{
	struct getter getters[3];
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	CHECK_EQ(dxg_pool_cancel(pool), 0);
	a = get(pool);
	for (i = 0; i < 3; i++)
		start(&getters[i], pool, DXG_POOL_FOREVER);
	CHECK(mock_wait_waiters(pool, 3));
	CHECK_EQ(dxg_pool_cancel(pool), 3);
	for (i = 0; i < 3; i++) {
		join(&getters[i]);
		CHECK_EQ(getters[i].ret, -ECANCELED);
	}
	dxg_sample_unref(a);
	a = get(pool);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void *destroy(void *data)
{
	return (void *)(intptr_t)dxg_pool_destroy(data, DXG_POOL_FOREVER);
}

static void destroy_waits_for_samples(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	pthread_t thread;
	void *ret;

	a = get(pool);
	b = get(pool);
	CHECK_EQ(pthread_create(&thread, NULL, destroy, pool), 0);
	mock_sleep_ms(20);
	dxg_sample_unref(a);
	mock_sleep_ms(20);
	CHECK(!mock_counts(mock).destroyed);
	dxg_sample_unref(b);
	pthread_join(thread, &ret);
	CHECK(!ret);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

/* The owner goes while threads wait: they are cancelled, and nothing is freed under them. */
static void last_unref_cancels(void)
{
	struct getter getters[GETTERS];
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	for (i = 0; i < GETTERS; i++)
		start(&getters[i], pool, DXG_POOL_FOREVER);
	CHECK(mock_wait_waiters(pool, GETTERS));
	dxg_pool_unref(pool);
	dxg_sample_unref(a);
	for (i = 0; i < GETTERS; i++) {
		join(&getters[i]);
		CHECK_EQ(getters[i].ret, -ECANCELED);
	}
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

struct overtaker {
	struct dxg_pool *pool;
	int commit, decommit, get;
};

/* In the middle of a commit, in its thread: nothing here may wait for it. */
static void overtake(void *data)
{
	struct overtaker *overtaker = data;
	struct dxg_sample *none;

	overtaker->decommit = dxg_pool_decommit(overtaker->pool);
	overtaker->get = dxg_pool_get(overtaker->pool, 0, 0, &none);
}

static void decommit_does_not_wait_for_commit(void)
{
	struct dxg_pool_properties want = { 2, 16, 1, 0 }, got;
	struct overtaker overtaker;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);

	overtaker.pool = pool;
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	mock_on_alloc(mock, overtake, &overtaker);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(overtaker.decommit, 0);
	CHECK_EQ(overtaker.get, -ESHUTDOWN);
	/* the decommit was before the commit */
	CHECK_EQ(dxg_pool_resize(pool, 2), 0);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void take_your_time(void *data)
{
	(void)data;
	mock_sleep_ms(50);
}

static void *commit(void *data)
{
	return (void *)(intptr_t)dxg_pool_commit(data);
}

static void two_commits_allocate_once(void)
{
	struct dxg_pool_properties want = { 2, 16, 1, 0 }, got;
	pthread_t threads[4];
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);
	void *ret;
	int i;

	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	mock_on_alloc(mock, take_your_time, NULL);
	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, commit, pool), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &ret);
		CHECK(!ret);
	}
	CHECK_EQ(mock_counts(mock).allocs, 1);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* --- threads that do everything at once ---------------------------------------- */

struct crowd {
	struct dxg_pool *pool;
	atomic_bool stop;
	atomic_int got;
};

static void *crowd_get(void *data)
{
	struct crowd *crowd = data;
	struct dxg_sample *sample;
	void *pointer;

	while (!atomic_load(&crowd->stop)) {
		int ret = dxg_pool_get(crowd->pool, 0, mock_in_ms(5), &sample);

		if (ret) {
			CHECK(ret == -ETIMEDOUT || ret == -ECANCELED || ret == -ESHUTDOWN);
			continue;
		}
		/* nobody else writes here */
		CHECK_EQ(dxg_sample_get_pointer(sample, &pointer), 0);
		*(struct dxg_sample **)pointer = sample;
		dxg_sample_ref(sample);
		dxg_sample_unref(sample);
		CHECK(*(struct dxg_sample **)pointer == sample);
		*(struct dxg_sample **)pointer = NULL;
		atomic_fetch_add(&crowd->got, 1);
		CHECK_EQ(dxg_sample_unref(sample), 0);
	}
	return NULL;
}

static void *crowd_commit(void *data)
{
	struct crowd *crowd = data;
	struct dxg_pool_properties want, got;
	int round = 0;

	while (!atomic_load(&crowd->stop)) {
		dxg_pool_decommit(crowd->pool);
		want = (struct dxg_pool_properties){ 1 + round % 3, 64 << round % 2, 16, 0 };
		dxg_pool_set_properties(crowd->pool, &want, &got);
		CHECK_EQ(dxg_pool_commit(crowd->pool), 0);
		dxg_pool_resize(crowd->pool, 1 + (uint32_t)round % 4);
		round++;
		mock_sleep_ms(1);
	}
	return NULL;
}

static void crowds(void)
{
	struct crowd crowd = { 0 };
	pthread_t threads[5];
	struct mock *mock;
	int i;

	crowd.pool = mock_committed(&mock, 2);
	CHECK_EQ(pthread_create(&threads[0], NULL, crowd_commit, &crowd), 0);
	for (i = 1; i < 5; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, crowd_get, &crowd), 0);
	mock_sleep_ms(700);
	atomic_store(&crowd.stop, true);
	for (i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	CHECK(atomic_load(&crowd.got) > 10);
	CHECK_EQ(dxg_pool_destroy(crowd.pool, mock_in_ms(10000)), 0);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(release_from_another_thread);
	run(deadlines);
	run(decommit_wakes_all);
	run(decommit_and_commit_cancels);
	run(first_come_first_served);
	run(nowait_leaves_no_wake_behind);
	run(one_of_the_line_gives_up);
	run(cancel_keeps_the_state);
	run(destroy_waits_for_samples);
	run(last_unref_cancels);
	run(decommit_does_not_wait_for_commit);
	run(two_commits_allocate_once);
	run(crowds);
	return report();
}
