// SPDX-License-Identifier: MIT
/*
 * The states of a pool, and how its samples come and go.
 *
 * Memory stays when a pool is decommitted: a graph that is stopped and started again finds
 * its buffers where they were, as with the original. What is allocated or freed is so
 * without the lock. A commit or a resize that others have overtaken meanwhile notices by
 * the epoch and takes back what it made; the alternative, to hold a lock over the backend's
 * alloc, would let Decommit wait for it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool_internal.h"

/* Handles that are freed by one call of the backend. */
#define POOL_FREE_BATCH 64

/* --- samples --------------------------------------------------------------- */

static void pool_free_shells(struct dxg_sample *samples)
{
	while (samples) {
		struct dxg_sample *next = samples->next;

		pthread_mutex_destroy(&samples->map_lock);
		free(samples);
		samples = next;
	}
}

/* Without the lock; the samples are known to nobody else. */
void dxg_pool_free_samples(struct dxg_pool *pool, struct dxg_sample *samples)
{
	uint64_t handles[POOL_FREE_BATCH];
	struct dxg_sample *sample;
	uint32_t count = 0;

	for (sample = samples; sample; sample = sample->next) {
		dxg_sample_unmap(sample);
		handles[count++] = sample->handle;
		if (count == POOL_FREE_BATCH || !sample->next) {
			pool->ops->free(pool->backend, count, handles);
			count = 0;
		}
	}
	pool_free_shells(samples);
}

static struct dxg_sample *pool_make_shells(struct dxg_pool *pool,
					   const struct dxg_pool_properties *properties,
					   uint32_t count)
{
	struct dxg_sample *samples = NULL, *sample;

	while (count--) {
		sample = calloc(1, sizeof(*sample) + pool->options.user_size);
		if (!sample) {
			pool_free_shells(samples);
			return NULL;
		}
		sample->pool = pool;
		sample->size = (uint32_t)properties->size;
		sample->align = (uint32_t)properties->align;
		sample->prefix = (uint32_t)properties->prefix;
		pthread_mutex_init(&sample->map_lock, NULL);
		sample->next = samples;
		samples = sample;
	}
	return samples;
}

/* Without the lock. What can fail on our side comes before the backend. */
int dxg_pool_make_samples(struct dxg_pool *pool, const struct dxg_pool_properties *properties,
			  uint32_t count, struct dxg_sample **samples)
{
	struct dxg_sample *sample;
	uint64_t *handles;
	uint32_t i = 0;
	int ret;

	*samples = NULL;
	handles = calloc(count, sizeof(*handles));
	if (!handles)
		return -ENOMEM;
	sample = pool_make_shells(pool, properties, count);
	if (!sample) {
		free(handles);
		return -ENOMEM;
	}

	ret = pool->ops->alloc(pool->backend, count,
			       (uint64_t)properties->size + (uint64_t)properties->prefix,
			       (uint32_t)properties->align, handles);
	if (ret) {
		pool_free_shells(sample);
		free(handles);
		return ret;
	}

	*samples = sample;
	for (; sample; sample = sample->next) {
		sample->handle = handles[i++];
		if (pool->options.sample_init)
			pool->options.sample_init(sample, pool->options.data);
	}
	free(handles);
	return 0;
}

/* --- below, the lock is held ------------------------------------------------ */

static void pool_throw(struct dxg_sample *sample, struct pool_work *work)
{
	sample->next = work->garbage;
	work->garbage = sample;
	sample->pool->stats.total--;
}

/* Keep at most so many samples of those that are free. */
void dxg_pool_discard(struct dxg_pool *pool, struct pool_work *work, uint32_t keep)
{
	while (pool->free && pool->stats.total > keep) {
		struct dxg_sample *sample = pool->free;

		pool->free = sample->next;
		pool->stats.free--;
		pool_throw(sample, work);
	}
}

static uint32_t pool_limit(const struct dxg_pool *pool)
{
	uint32_t count = (uint32_t)pool->properties.count;

	if (pool->state == POOL_COMMITTED && pool->options.max_count > count)
		return pool->options.max_count;
	return count;
}

/* The sample is back and nothing is done to it any more. */
void dxg_pool_put_free(struct dxg_pool *pool, struct dxg_sample *sample,
		       struct pool_work *work)
{
	work->notify++;
	if (pool->stats.total > pool_limit(pool)) {
		pool_throw(sample, work);
		return;
	}
	sample->next = pool->free;
	pool->free = sample;
	pool->stats.free++;
}

/* New ones, which nobody is told of. */
static void pool_add_samples(struct dxg_pool *pool, struct dxg_sample *samples,
			     uint32_t count)
{
	struct dxg_sample **last = &samples;

	while (*last)
		last = &(*last)->next;
	*last = pool->free;
	pool->free = samples;
	pool->stats.free += count;
	pool->stats.total += count;
	pool->stats.allocated += count;
}

/* A decommit is complete once nothing is out. */
void dxg_pool_settle(struct dxg_pool *pool, struct pool_work *work)
{
	if (pool->stats.out || pool->stats.draining)
		return;
	if (pool->state == POOL_DECOMMITTING) {
		pool->state = POOL_UNCOMMITTED;
		dxg_pool_discard(pool, work, pool->options.flags & DXG_POOL_TRIM ?
				 0 : pool_limit(pool));
	}
	dxg_pool_wake_sleepers(pool);
}

void dxg_pool_decommit_locked(struct dxg_pool *pool, struct pool_work *work)
{
	if (pool->state != POOL_COMMITTED)
		return;
	pool->state = POOL_DECOMMITTING;
	pool->epoch++;
	dxg_pool_cancel_locked(pool);
	dxg_pool_settle(pool, work);
}

/* --- the calls --------------------------------------------------------------- */

int dxg_pool_decommit(struct dxg_pool *pool)
{
	struct pool_work work = { 0 };

	if (!pool)
		return -EFAULT;
	pool_lock(pool);
	dxg_pool_decommit_locked(pool, &work);
	dxg_pool_finish(pool, &work);
	return 0;
}

static bool pool_align_good(int32_t align)
{
	return align > 0 && align <= DXG_POOL_MAX_ALIGN && !(align & (align - 1));
}

/* Prefix and size together are rounded up; 64 bits hold whatever two times 32 add up to. */
static int pool_round(const struct dxg_pool_properties *request,
		      struct dxg_pool_properties *actual)
{
	int64_t mask = (int64_t)request->align - 1;
	int64_t size = (int64_t)request->size + request->prefix;

	if (request->prefix < 0)
		return -EDOM;
	size = ((size + mask) & ~mask) - request->prefix;
	if (size > INT32_MAX)
		return -EOVERFLOW;
	*actual = *request;
	actual->size = (int32_t)size;
	return 0;
}

int dxg_pool_set_properties(struct dxg_pool *pool, const struct dxg_pool_properties *request,
			    struct dxg_pool_properties *actual)
{
	struct dxg_pool_properties want, got;
	int ret;

	if (!pool || !request || !actual)
		return -EFAULT;
	/* they may be the same */
	want = *request;
	memset(actual, 0, sizeof(*actual));
	if (!pool_align_good(want.align))
		return -EINVAL;

	pool_lock(pool);
	while (pool->busy && pool->state == POOL_UNCOMMITTED)
		dxg_pool_sleep(pool, DXG_POOL_FOREVER);
	if (pool->state == POOL_COMMITTED)
		ret = -EALREADY;
	else if (pool->state == POOL_DECOMMITTING)
		ret = -EBUSY;
	else
		ret = pool_round(&want, &got);
	if (!ret) {
		pool->properties = got;
		*actual = got;
	}
	pthread_mutex_unlock(&pool->lock);
	return ret;
}

/* Whether the memory that is there is what the properties ask for. */
static bool pool_memory_fits(const struct dxg_pool *pool)
{
	return pool->stats.total == (uint32_t)pool->properties.count &&
	       pool->made.size == pool->properties.size &&
	       pool->made.align == pool->properties.align &&
	       pool->made.prefix == pool->properties.prefix;
}

/* The lock is dropped while there is something to free or to allocate. */
static int pool_refill(struct dxg_pool *pool)
{
	struct dxg_pool_properties properties = pool->properties;
	struct pool_work work = { 0 };
	struct dxg_sample *samples;
	uint32_t count = (uint32_t)properties.count;
	int ret;

	pool->busy = true;
	dxg_pool_discard(pool, &work, 0);
	pthread_mutex_unlock(&pool->lock);

	dxg_pool_free_samples(pool, work.garbage);
	ret = dxg_pool_make_samples(pool, &properties, count, &samples);

	pool_lock(pool);
	pool->busy = false;
	dxg_pool_wake_sleepers(pool);
	if (!ret) {
		pool->made = properties;
		pool_add_samples(pool, samples, count);
	}
	return ret;
}

int dxg_pool_commit(struct dxg_pool *pool)
{
	int ret = 0;

	if (!pool)
		return -EFAULT;
	pool_lock(pool);
	while (pool->busy && pool->state == POOL_UNCOMMITTED)
		dxg_pool_sleep(pool, DXG_POOL_FOREVER);
	if (pool->state == POOL_UNCOMMITTED) {
		if (pool->properties.count <= 0 || pool->properties.size <= 0)
			ret = -ENODATA;
		else if (pool->properties.count > DXG_POOL_MAX_SAMPLES)
			ret = -EOVERFLOW;
		else if (!pool_memory_fits(pool))
			ret = pool_refill(pool);
	}
	if (!ret)
		pool->state = POOL_COMMITTED;
	pthread_mutex_unlock(&pool->lock);
	return ret;
}

/* @more samples without the lock, for as long as the pool stays committed. */
static int pool_grow(struct dxg_pool *pool, uint32_t more, struct pool_work *work)
{
	struct dxg_pool_properties properties = pool->made;
	uint32_t epoch = pool->epoch;
	struct dxg_sample *samples;
	int ret;

	pool->growing += more;
	pool->pins++;
	pthread_mutex_unlock(&pool->lock);
	ret = dxg_pool_make_samples(pool, &properties, more, &samples);
	pool_lock(pool);
	dxg_pool_unpin(pool);
	pool->growing -= more;
	if (ret)
		return ret;

	/* in front of all that is to be freed, if it is */
	pool_add_samples(pool, samples, more);
	if (pool->state == POOL_COMMITTED && pool->epoch == epoch)
		return 0;
	while (more--) {
		struct dxg_sample *sample = pool->free;

		pool->free = sample->next;
		pool->stats.free--;
		pool_throw(sample, work);
	}
	return -ECANCELED;
}

/* A getter makes one more, if it may. Returns 0 when there is one. */
int dxg_pool_grow_one(struct dxg_pool *pool, struct pool_work *work)
{
	if (pool->stats.total + pool->growing >= pool->options.max_count)
		return -EAGAIN;
	return pool_grow(pool, 1, work);
}

static int pool_resize(struct dxg_pool *pool, uint32_t count, struct pool_work *work)
{
	uint32_t there;
	int ret;

	while (pool->busy)
		dxg_pool_sleep(pool, DXG_POOL_FOREVER);
	if (pool->state != POOL_COMMITTED)
		return -ESHUTDOWN;

	there = pool->stats.total + pool->growing;
	if (count > there) {
		pool->busy = true;
		ret = pool_grow(pool, count - there, work);
		pool->busy = false;
		dxg_pool_wake_sleepers(pool);
		if (ret)
			return ret;
	}
	pool->properties.count = (int32_t)count;
	pool->made.count = (int32_t)count;
	dxg_pool_discard(pool, work, count);
	dxg_pool_serve(pool, work);
	return 0;
}

int dxg_pool_resize(struct dxg_pool *pool, uint32_t count)
{
	struct pool_work work = { 0 };
	int ret;

	if (!pool)
		return -EFAULT;
	if (!count || count > DXG_POOL_MAX_SAMPLES)
		return -EINVAL;
	pool_lock(pool);
	ret = pool_resize(pool, count, &work);
	dxg_pool_finish(pool, &work);
	return ret;
}

int dxg_pool_trim(struct dxg_pool *pool)
{
	struct pool_work work = { 0 };
	int ret = 0;

	if (!pool)
		return -EFAULT;
	pool_lock(pool);
	if (pool->state == POOL_UNCOMMITTED && !pool->busy)
		dxg_pool_discard(pool, &work, 0);
	else
		ret = -EBUSY;
	dxg_pool_finish(pool, &work);
	return ret;
}
