// SPDX-License-Identifier: MIT
/* dxg_pool: more samples and fewer while committed. */
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

static int32_t count_of(struct dxg_pool *pool)
{
	struct dxg_pool_properties properties;

	CHECK_EQ(dxg_pool_get_properties(pool, &properties), 0);
	return properties.count;
}

static void grow_and_shrink(void)
{
	struct dxg_sample *samples[5], *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	int i;

	CHECK_EQ(dxg_pool_resize(pool, 0), -EINVAL);
	CHECK_EQ(dxg_pool_resize(pool, DXG_POOL_MAX_SAMPLES + 1), -EINVAL);
	CHECK_EQ(dxg_pool_resize(pool, 5), 0);
	CHECK_EQ(count_of(pool), 5);
	CHECK_EQ(mock_counts(mock).live, 5);
	CHECK_EQ(dxg_pool_free_count(pool), 5);
	for (i = 0; i < 5; i++)
		samples[i] = get(pool);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	dxg_sample_unref(samples[4]);
	/* one goes at once, two when they are back */
	CHECK_EQ(dxg_pool_resize(pool, 2), 0);
	CHECK_EQ(count_of(pool), 2);
	CHECK_EQ(mock_counts(mock).live, 4);
	dxg_sample_unref(samples[3]);
	dxg_sample_unref(samples[2]);
	CHECK_EQ(mock_counts(mock).live, 2);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	dxg_sample_unref(samples[1]);
	dxg_sample_unref(samples[0]);
	CHECK_EQ(mock_counts(mock).live, 2);
	CHECK_EQ(dxg_pool_free_count(pool), 2);
	/* what fails changes nothing */
	mock_fail(mock, MOCK_ALLOC, -ENOMEM);
	CHECK_EQ(dxg_pool_resize(pool, 3), -ENOMEM);
	CHECK_EQ(count_of(pool), 2);
	CHECK_EQ(dxg_pool_free_count(pool), 2);
	mock_fail(mock, MOCK_ALLOC, 0);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 2);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void shrink_then_grow_again(void)
{
	struct dxg_sample *samples[3];
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 3);
	int i;

	for (i = 0; i < 3; i++)
		samples[i] = get(pool);
	CHECK_EQ(dxg_pool_resize(pool, 1), 0);
	/* those that have not gone yet are counted */
	CHECK_EQ(dxg_pool_resize(pool, 3), 0);
	CHECK_EQ(mock_counts(mock).live, 3);
	for (i = 0; i < 3; i++)
		dxg_sample_unref(samples[i]);
	CHECK_EQ(mock_counts(mock).live, 3);
	CHECK_EQ(dxg_pool_free_count(pool), 3);

	/* fewer, and then decommitted with them out: the rule stays */
	for (i = 0; i < 3; i++)
		samples[i] = get(pool);
	CHECK_EQ(dxg_pool_resize(pool, 2), 0);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	for (i = 0; i < 3; i++)
		dxg_sample_unref(samples[i]);
	CHECK_EQ(mock_counts(mock).live, 2);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

struct getter {
	struct dxg_pool *pool;
	struct dxg_sample *sample;
	int ret;
};

static void *get_one(void *data)
{
	struct getter *getter = data;

	getter->ret = dxg_pool_get(getter->pool, 0, DXG_POOL_FOREVER, &getter->sample);
	return NULL;
}

static void growing_serves_waiters(void)
{
	struct getter getters[2];
	pthread_t threads[2];
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	int i;

	a = get(pool);
	for (i = 0; i < 2; i++) {
		getters[i].pool = pool;
		CHECK_EQ(pthread_create(&threads[i], NULL, get_one, &getters[i]), 0);
	}
	CHECK(mock_wait_waiters(pool, 2));
	CHECK_EQ(dxg_pool_resize(pool, 3), 0);
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		CHECK_EQ(getters[i].ret, 0);
		dxg_sample_unref(getters[i].sample);
	}
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

struct overtaker {
	struct dxg_pool *pool;
	int mode;
	int ret;
};

/* In the middle of a growth. */
static void overtake(void *data)
{
	struct overtaker *overtaker = data;
	int mode = overtaker->mode;

	overtaker->mode = 0;
	if (mode)
		overtaker->ret = dxg_pool_decommit(overtaker->pool);
	if (mode == 2)
		overtaker->ret = dxg_pool_commit(overtaker->pool);
}

static void growth_is_overtaken(void)
{
	struct dxg_sample *a;
	struct overtaker overtaker;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);

	overtaker.pool = pool;
	mock_on_alloc(mock, overtake, &overtaker);
	/* one is out, so that the commit in between is without an allocation */
	a = get(pool);
	overtaker.mode = 2;
	CHECK_EQ(dxg_pool_resize(pool, 4), -ECANCELED);
	CHECK_EQ(overtaker.ret, 0);
	CHECK_EQ(mock_counts(mock).live, 1);
	CHECK_EQ(count_of(pool), 1);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	dxg_sample_unref(a);
	overtaker.mode = 1;
	CHECK_EQ(dxg_pool_resize(pool, 4), -ECANCELED);
	CHECK_EQ(mock_counts(mock).live, 1);
	CHECK_EQ(dxg_pool_resize(pool, 4), -ESHUTDOWN);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void by_itself(void)
{
	struct dxg_pool_options options = { .size = sizeof(options), .max_count = 3 };
	struct dxg_pool_properties want = { 1, 64, 16, 0 }, got;
	struct dxg_sample *a, *b, *c, *none;
	struct overtaker overtaker;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, &options);

	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 1);
	a = get(pool);
	b = get(pool);
	/* one that cannot be made is waited for */
	mock_fail(mock, MOCK_ALLOC, -ENOMEM);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(5), &none), -ETIMEDOUT);
	mock_fail(mock, MOCK_ALLOC, 0);
	c = get(pool);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK_EQ(mock_counts(mock).live, 3);
	CHECK_EQ(count_of(pool), 1);
	dxg_sample_unref(c);
	CHECK_EQ(mock_counts(mock).live, 3);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	dxg_sample_unref(b);
	CHECK_EQ(mock_counts(mock).live, 1);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 1);

	/* decommitted while one is made: cancelled, and what was made goes */
	a = get(pool);
	overtaker.pool = pool;
	overtaker.mode = 1;
	mock_on_alloc(mock, overtake, &overtaker);
	CHECK_EQ(dxg_pool_get(pool, 0, DXG_POOL_FOREVER, &none), -ECANCELED);
	CHECK(!none);
	CHECK_EQ(mock_counts(mock).live, 1);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void *take_and_return(void *data)
{
	struct dxg_sample *sample;
	int i;

	for (i = 0; i < 500; i++) {
		if (dxg_pool_get(data, 0, mock_in_ms(20000), &sample)) {
			CHECK(!"a sample in time");
			break;
		}
		dxg_sample_unref(sample);
	}
	return NULL;
}

static void while_in_use(void)
{
	struct dxg_pool_options options = { .size = sizeof(options), .max_count = 3 };
	struct dxg_pool_properties want = { 2, 64, 16, 0 }, got;
	pthread_t threads[4];
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, &options);
	uint32_t i;

	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, take_and_return, pool), 0);
	for (i = 0; i < 100; i++)
		CHECK_EQ(dxg_pool_resize(pool, 1 + i * 7 % 5), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(dxg_pool_resize(pool, 3), 0);
	CHECK_EQ(mock_counts(mock).live, 3);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(grow_and_shrink);
	run(shrink_then_grow_again);
	run(growing_serves_waiters);
	run(growth_is_overtaken);
	run(by_itself);
	run(while_in_use);
	return report();
}
