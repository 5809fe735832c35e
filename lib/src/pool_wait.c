// SPDX-License-Identifier: MIT
/*
 * Having a sample, and waiting for one.
 *
 * Who waits stands in a line with a condition of its own, and is handed the sample by the
 * thread that has it. The original wakes all and lets them race: whoever is woken may find
 * nothing and wait again, after a decommit that was followed by a commit even for ever, and
 * nothing bounds how often one is passed over. Here a wait ends once, with a result that was
 * decided under the lock.
 */
#include <errno.h>

#include "pool_internal.h"

/* A sample for somebody with these flags, or NULL. With the lock held. */
static struct dxg_sample *pool_take(struct dxg_pool *pool, uint32_t flags,
				    struct pool_work *work)
{
	struct dxg_sample *sample = NULL;

	/* fences may have signalled that nobody has told of yet */
	if (!pool->free && pool->stats.draining)
		dxg_pool_scan_draining(pool, work);

	if (pool->free) {
		sample = pool->free;
		pool->free = sample->next;
		pool->stats.free--;
	} else if (pool->stats.draining && (flags & DXG_POOL_GET_FENCES)) {
		sample = pool_entry(pool->draining.next, struct dxg_sample, node);
		pool_list_del(&sample->node);
		pool->stats.draining--;
		pool->stats.passed++;
		work->notify++;
	}
	if (!sample)
		return NULL;

	pool->stats.gets++;
	if (++pool->stats.out > pool->stats.out_max)
		pool->stats.out_max = pool->stats.out;
	dxg_sample_give(sample, flags);
	return sample;
}

static void pool_end_wait(struct pool_waiter *waiter, struct dxg_sample *sample, int ret)
{
	pool_list_del(&waiter->node);
	waiter->sample = sample;
	waiter->ret = ret;
	waiter->done = true;
	pthread_cond_signal(&waiter->cond);
}

/* Something may have become free: with the lock held. */
void dxg_pool_serve(struct dxg_pool *pool, struct pool_work *work)
{
	while (pool->state == POOL_COMMITTED && !pool_list_empty(&pool->waiters)) {
		struct pool_waiter *first = pool_entry(pool->waiters.next, struct pool_waiter,
						       node);
		struct dxg_sample *sample = pool_take(pool, first->flags, work);

		if (!sample)
			return;
		pool_end_wait(first, sample, 0);
	}
}

uint32_t dxg_pool_cancel_locked(struct dxg_pool *pool)
{
	uint32_t count = 0;

	while (!pool_list_empty(&pool->waiters)) {
		pool_end_wait(pool_entry(pool->waiters.next, struct pool_waiter, node), NULL,
			      -ECANCELED);
		count++;
	}
	return count;
}

uint32_t dxg_pool_cancel(struct dxg_pool *pool)
{
	uint32_t count;

	pool_lock(pool);
	count = dxg_pool_cancel_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	return count;
}

/* The pool's lock is dropped while waiting; the pin makes the waiter a guest that counts. */
static void pool_stand_in_line(struct dxg_pool *pool, struct pool_waiter *waiter,
			       int64_t deadline, struct pool_work *work)
{
	struct timespec ts = pool_timespec(deadline);

	while (!waiter->done) {
		if (deadline == DXG_POOL_FOREVER) {
			pthread_cond_wait(&waiter->cond, &pool->lock);
		} else if (pthread_cond_timedwait(&waiter->cond, &pool->lock, &ts) == ETIMEDOUT &&
			   !waiter->done) {
			pool_end_wait(waiter, NULL, -ETIMEDOUT);
			/* the next may take what the first would not */
			dxg_pool_serve(pool, work);
		}
	}
}

static int pool_wait(struct dxg_pool *pool, uint32_t flags, int64_t deadline,
		     struct pool_work *work, struct dxg_sample **sample)
{
	struct pool_waiter waiter = { .flags = flags, .since = pool_now() };
	uint64_t waited;

	pthread_cond_init(&waiter.cond, &pool->monotonic);
	pool_list_add(&waiter.node, &pool->waiters);
	pool->stats.waiters++;
	pool->stats.waits++;
	pool->pins++;

	pool_stand_in_line(pool, &waiter, deadline, work);

	dxg_pool_unpin(pool);
	pool->stats.waiters--;
	waited = pool_now() - waiter.since;
	pool->stats.wait_ns += waited;
	if (waited > pool->stats.wait_max_ns)
		pool->stats.wait_max_ns = waited;
	pthread_cond_destroy(&waiter.cond);

	*sample = waiter.sample;
	return waiter.ret;
}

/* Nobody is overtaken. */
static int pool_try(struct dxg_pool *pool, uint32_t flags, struct pool_work *work,
		    struct dxg_sample **sample)
{
	if (pool->state != POOL_COMMITTED)
		return -ESHUTDOWN;
	if (!pool_list_empty(&pool->waiters))
		return -EAGAIN;
	*sample = pool_take(pool, flags, work);
	return *sample ? 0 : -EAGAIN;
}

/* The lock is dropped to allocate; those who wait have their share of what was made. */
static int pool_grow_and_try(struct dxg_pool *pool, uint32_t flags, struct pool_work *work,
			     struct dxg_sample **sample)
{
	uint32_t epoch = pool->epoch;
	int ret, grown;

	do {
		grown = dxg_pool_grow_one(pool, work);
		if (pool->epoch != epoch)
			return -ECANCELED;
		dxg_pool_serve(pool, work);
		ret = pool_try(pool, flags, work, sample);
	} while (ret == -EAGAIN && !grown);
	return ret;
}

int dxg_pool_get(struct dxg_pool *pool, uint32_t flags, int64_t deadline,
		 struct dxg_sample **sample)
{
	struct pool_work work = { 0 };
	int ret;

	if (!pool || !sample)
		return -EFAULT;
	*sample = NULL;
	if (flags & ~(DXG_POOL_GET_UNLOCKED | DXG_POOL_GET_FENCES))
		return -EINVAL;

	pool_lock(pool);
	ret = pool_try(pool, flags, &work, sample);
	if (ret == -EAGAIN && pool->options.max_count)
		ret = pool_grow_and_try(pool, flags, &work, sample);
	if (ret == -EAGAIN && deadline > 0)
		ret = pool_wait(pool, flags, deadline, &work, sample);
	if (ret == -ECANCELED)
		pool->stats.cancels++;
	else if (ret == -EAGAIN || ret == -ETIMEDOUT)
		pool->stats.timeouts++;
	dxg_pool_finish(pool, &work);
	return ret;
}
