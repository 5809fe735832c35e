// SPDX-License-Identifier: MIT
/* dxg_pool: who is told that samples are back. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "dxg_pool.h"
#include "mock_backend.h"

static struct dxg_sample *get(struct dxg_pool *pool)
{
	struct dxg_sample *sample = NULL;

	CHECK_EQ(dxg_pool_get(pool, 0, 0, &sample), 0);
	return sample;
}

/* What one function that is set knows. */
struct sink {
	struct dxg_pool *pool;
	struct mock *mock;
	atomic_int calls, released;
	atomic_int inside;
	atomic_bool hold;	/* stay inside */
	uint32_t free_seen;
	struct sink *next;
};

static void released(void *data)
{
	struct sink *sink = data;

	CHECK_EQ(atomic_load(&sink->inside), 0);
	atomic_fetch_add(&sink->released, 1);
}

static void count(void *data)
{
	struct sink *sink = data;

	/* the sample is free already: that is what is told */
	sink->free_seen = dxg_pool_free_count(sink->pool);
	atomic_fetch_add(&sink->calls, 1);
}

static void one_call_a_sample(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink sink = { .pool = pool }, other = { .pool = pool };

	CHECK_EQ(dxg_pool_set_notify(pool, count, &sink, released), 0);
	a = get(pool);
	b = get(pool);
	dxg_sample_ref(a);
	dxg_sample_unref(a);
	CHECK_EQ(sink.calls, 0);
	dxg_sample_unref(a);
	CHECK_EQ(sink.calls, 1);
	CHECK_EQ(sink.free_seen, 1);
	/* also while decommitting, and the commit that cancels it is no return */
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(sink.calls, 1);
	dxg_sample_unref(b);
	CHECK_EQ(sink.calls, 2);
	CHECK_EQ(dxg_sample_unref(b), -EINVAL);
	CHECK_EQ(sink.calls, 2);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	/* one at a time */
	CHECK_EQ(sink.released, 0);
	CHECK_EQ(dxg_pool_set_notify(pool, count, &other, released), 0);
	CHECK_EQ(sink.released, 1);
	dxg_sample_unref(get(pool));
	CHECK_EQ(sink.calls, 2);
	CHECK_EQ(other.calls, 1);
	CHECK_EQ(dxg_pool_set_notify(pool, NULL, NULL, NULL), 0);
	CHECK_EQ(other.released, 1);
	dxg_sample_unref(get(pool));
	CHECK_EQ(other.calls, 1);
	/* what is still set is released with the pool */
	CHECK_EQ(dxg_pool_set_notify(pool, count, &sink, released), 0);
	a = get(pool);
	dxg_pool_unref(pool);
	CHECK_EQ(sink.released, 1);
	sink.pool = dxg_sample_pool(a);
	dxg_sample_unref(a);
	CHECK_EQ(sink.calls, 3);
	CHECK_EQ(sink.released, 2);
	CHECK_EQ(mock_end(mock), 0);
}

/* Every call of the pool from within; a lock held around the callback would hang here. */
static void call_back(void *data)
{
	struct sink *sink = data;
	struct dxg_pool_properties properties;
	struct dxg_pool_stats stats;
	struct dxg_sample *sample;
	int fd;

	if (atomic_fetch_add(&sink->calls, 1) > 2)
		return;
	dxg_pool_get_properties(sink->pool, &properties);
	dxg_pool_get_stats(sink->pool, &stats, sizeof(stats));
	CHECK_EQ(dxg_pool_get_eventfd(sink->pool, &fd), 0);
	close(fd);
	CHECK_EQ(dxg_pool_commit(sink->pool), 0);
	CHECK_EQ(dxg_pool_get(sink->pool, 0, 0, &sample), 0);
	/* calls back again, inside of this one */
	CHECK_EQ(dxg_sample_unref(sample), 0);
	CHECK_EQ(dxg_pool_resize(sink->pool, 3), 0);
	CHECK_EQ(dxg_pool_decommit(sink->pool), 0);
	CHECK_EQ(dxg_pool_commit(sink->pool), 0);
	dxg_pool_unref(dxg_pool_ref(sink->pool));
}

static void may_call_back(void)
{
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink sink = { .pool = pool };

	CHECK_EQ(dxg_pool_set_notify(pool, call_back, &sink, released), 0);
	dxg_sample_unref(get(pool));
	CHECK(sink.calls >= 4);
	dxg_pool_unref(pool);
	CHECK_EQ(sink.released, 1);
	CHECK_EQ(mock_end(mock), 0);
}

static void remove_itself(void *data)
{
	struct sink *sink = data;

	atomic_fetch_add(&sink->calls, 1);
	atomic_fetch_add(&sink->inside, 1);
	CHECK_EQ(dxg_pool_set_notify(sink->pool, count, sink->next, released), 0);
	/* it is still running, so it was not released */
	CHECK_EQ(sink->released, 0);
	atomic_fetch_sub(&sink->inside, 1);
}

static void may_remove_itself(void)
{
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink next = { .pool = pool }, sink = { .pool = pool, .next = &next };

	CHECK_EQ(dxg_pool_set_notify(pool, remove_itself, &sink, released), 0);
	dxg_sample_unref(get(pool));
	CHECK_EQ(sink.calls, 1);
	CHECK_EQ(sink.released, 1);
	CHECK_EQ(next.calls, 0);
	dxg_sample_unref(get(pool));
	CHECK_EQ(sink.calls, 1);
	CHECK_EQ(next.calls, 1);
	dxg_pool_unref(pool);
	CHECK_EQ(next.released, 1);
	CHECK_EQ(mock_end(mock), 0);
}

static void drop_pool(void *data)
{
	struct sink *sink = data;

	atomic_fetch_add(&sink->calls, 1);
	dxg_pool_unref(sink->pool);
	/* not under the feet of the call */
	CHECK(!mock_counts(sink->mock).destroyed);
}

static void may_drop_the_pool(void)
{
	struct sink sink = { 0 };
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	sink.pool = pool;
	sink.mock = mock;
	CHECK_EQ(dxg_pool_set_notify(pool, drop_pool, &sink, released), 0);
	dxg_sample_unref(get(pool));
	CHECK_EQ(sink.calls, 1);
	CHECK_EQ(sink.released, 1);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

static void stay_inside(void *data)
{
	struct sink *sink = data;

	atomic_fetch_add(&sink->calls, 1);
	atomic_fetch_add(&sink->inside, 1);
	while (atomic_load(&sink->hold))
		mock_sleep_ms(1);
	atomic_fetch_sub(&sink->inside, 1);
}

static void *unref(void *data)
{
	dxg_sample_unref(data);
	return NULL;
}

static void *let_go(void *data)
{
	struct sink *sink = data;

	mock_sleep_ms(50);
	atomic_store(&sink->hold, false);
	return NULL;
}

/* Defect 2 of the original: a sink that was removed is called, or freed while it runs. */
static void removal_waits_for_calls(void)
{
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink sink = { .pool = pool, .hold = true };
	pthread_t caller, helper;
	uint64_t begin;

	CHECK_EQ(dxg_pool_set_notify(pool, stay_inside, &sink, released), 0);
	CHECK_EQ(pthread_create(&caller, NULL, unref, get(pool)), 0);
	while (!atomic_load(&sink.inside))
		mock_sleep_ms(1);
	/* others are not held up by it */
	CHECK_EQ(dxg_pool_free_count(pool), 2);
	begin = mock_now();
	CHECK_EQ(pthread_create(&helper, NULL, let_go, &sink), 0);
	CHECK_EQ(dxg_pool_set_notify(pool, NULL, NULL, NULL), 0);
	CHECK_EQ(atomic_load(&sink.inside), 0);
	CHECK_EQ(atomic_load(&sink.released), 1);
	CHECK(mock_now() - begin >= 40000000);
	pthread_join(caller, NULL);
	pthread_join(helper, NULL);
	dxg_pool_unref(pool);
	CHECK_EQ(atomic_load(&sink.released), 1);
	CHECK_EQ(mock_end(mock), 0);
}

/* Two calls at once that both remove it must not wait for each other. */
static void remove_both(void *data)
{
	struct sink *sink = data;

	atomic_fetch_add(&sink->calls, 1);
	atomic_fetch_add(&sink->inside, 1);
	while (atomic_load(&sink->calls) < 2)
		mock_sleep_ms(1);
	CHECK_EQ(dxg_pool_set_notify(sink->pool, NULL, NULL, NULL), 0);
	CHECK_EQ(atomic_load(&sink->released), 0);
	atomic_fetch_sub(&sink->inside, 1);
}

static void two_may_remove_it(void)
{
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink sink = { .pool = pool };
	pthread_t threads[2];
	int i;

	CHECK_EQ(dxg_pool_set_notify(pool, remove_both, &sink, released), 0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, unref, get(pool)), 0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(atomic_load(&sink.released), 1);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void fences_come_first(void)
{
	struct dxg_pool_fence fence = { 1, 1 };
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	struct sink sink = { .pool = pool };
	int i;

	CHECK_EQ(dxg_pool_set_notify(pool, count, &sink, released), 0);
	a = get(pool);
	CHECK_EQ(dxg_sample_add_fence(a, &fence), 0);
	dxg_sample_unref(a);
	CHECK_EQ(atomic_load(&sink.calls), 0);
	mock_signal(mock, 1, 1);
	for (i = 0; i < 10000 && !atomic_load(&sink.calls); i++)
		mock_sleep_ms(1);
	CHECK_EQ(atomic_load(&sink.calls), 1);
	CHECK_EQ(dxg_pool_set_notify(pool, count, &sink, released), 0);
	CHECK_EQ(sink.free_seen, 2);

	/* whoever takes it with its fences ends its return too, once */
	a = get(pool);
	b = get(pool);
	fence.value = 2;
	CHECK_EQ(dxg_sample_add_fence(a, &fence), 0);
	dxg_sample_unref(a);
	CHECK_EQ(atomic_load(&sink.calls), 1);
	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_FENCES, 0, &a), 0);
	CHECK_EQ(atomic_load(&sink.calls), 2);
	mock_signal(mock, 1, 2);
	dxg_sample_unref(a);
	CHECK_EQ(atomic_load(&sink.calls), 3);
	dxg_sample_unref(b);
	CHECK_EQ(atomic_load(&sink.calls), 4);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

/* The fence's thread calls, and what it calls ends the pool: in that thread. */
static void fence_thread_may_drop_the_pool(void)
{
	struct dxg_pool_fence fence = { 1, 1 };
	struct sink sink = { 0 };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	sink.pool = pool;
	sink.mock = mock;
	CHECK_EQ(dxg_pool_set_notify(pool, drop_pool, &sink, released), 0);
	a = get(pool);
	CHECK_EQ(dxg_sample_add_fence(a, &fence), 0);
	dxg_sample_unref(a);
	mock_signal(mock, 1, 1);
	for (i = 0; i < 10000 && !mock_counts(mock).destroyed; i++)
		mock_sleep_ms(1);
	CHECK_EQ(atomic_load(&sink.released), 1);
	mock_sleep_ms(5);
	CHECK_EQ(mock_end(mock), 0);
}

static uint64_t read_count(int fd)
{
	uint64_t value = 0;

	if (read(fd, &value, sizeof(value)) < 0)
		return 0;
	return value;
}

static void as_an_eventfd(void)
{
	struct pollfd pollfd = { .events = POLLIN };
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	int other;

	dxg_sample_unref(get(pool));
	CHECK_EQ(dxg_pool_get_eventfd(pool, NULL), -EFAULT);
	CHECK_EQ(dxg_pool_get_eventfd(pool, &pollfd.fd), 0);
	CHECK_EQ(fcntl(pollfd.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	CHECK_EQ(poll(&pollfd, 1, 0), 0);
	CHECK_EQ(read_count(pollfd.fd), 0);
	a = get(pool);
	b = get(pool);
	CHECK_EQ(poll(&pollfd, 1, 0), 0);
	dxg_sample_unref(a);
	CHECK_EQ(poll(&pollfd, 1, 0), 1);
	dxg_sample_unref(b);
	CHECK_EQ(read_count(pollfd.fd), 2);
	CHECK_EQ(poll(&pollfd, 1, 0), 0);
	CHECK_EQ(dxg_pool_get_eventfd(pool, &other), 0);
	dxg_sample_unref(get(pool));
	CHECK_EQ(read_count(other), 1);
	CHECK_EQ(read_count(pollfd.fd), 0);
	dxg_pool_unref(pool);
	/* the caller's file descriptors are the caller's */
	CHECK_EQ(read_count(other), 0);
	CHECK_EQ(close(other), 0);
	CHECK_EQ(close(pollfd.fd), 0);
	CHECK_EQ(mock_end(mock), 0);
}

/* --- setting it while samples come back -------------------------------------------- */

struct owner {
	atomic_int alive;
	atomic_int calls;
};

static void use_owner(void *data)
{
	struct owner *owner = data;

	CHECK_EQ(atomic_load(&owner->alive), 1);
	atomic_fetch_add(&owner->calls, 1);
}

static void free_owner(void *data)
{
	struct owner *owner = data;

	CHECK_EQ(atomic_exchange(&owner->alive, 0), 1);
	free(owner);
}

static atomic_bool stop;

static void *get_and_unref(void *data)
{
	struct dxg_sample *sample;

	while (!atomic_load(&stop)) {
		if (!dxg_pool_get(data, 0, mock_in_ms(1000), &sample))
			dxg_sample_unref(sample);
	}
	return NULL;
}

/* Freed owners are found by the sanitizers, and by the poison in front of free(). */
static void set_while_samples_come_back(void)
{
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 3);
	pthread_t threads[3];
	int i;

	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, get_and_unref, pool), 0);
	for (i = 0; i < 1000; i++) {
		struct owner *owner = calloc(1, sizeof(*owner));

		atomic_store(&owner->alive, 1);
		if (i % 5 == 4) {
			free(owner);
			CHECK_EQ(dxg_pool_set_notify(pool, NULL, NULL, NULL), 0);
		} else {
			CHECK_EQ(dxg_pool_set_notify(pool, use_owner, owner, free_owner), 0);
		}
	}
	atomic_store(&stop, true);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(one_call_a_sample);
	run(may_call_back);
	run(may_remove_itself);
	run(may_drop_the_pool);
	run(removal_waits_for_calls);
	run(two_may_remove_it);
	run(fences_come_first);
	run(fence_thread_may_drop_the_pool);
	run(as_an_eventfd);
	run(set_while_samples_come_back);
	return report();
}
