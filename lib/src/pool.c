// SPDX-License-Identifier: MIT
/*
 * A pool's life: it is made, has references, and ends when nothing of it is in use.
 *
 * The original (CBaseAllocator) takes a reference on itself while it is committed, so one
 * that nobody decommits is never freed. Here the owners' references decide when a pool is
 * decommitted, and what is out keeps it alive from there on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool_internal.h"

static bool pool_ops_good(const struct dxg_pool_ops *ops)
{
	return ops->size >= sizeof(*ops) && ops->alloc && ops->free && ops->lock &&
	       ops->unlock && !ops->fence_query == !ops->fence_wait;
}

static bool pool_options_good(const struct dxg_pool_options *options)
{
	return options->size == sizeof(*options) && options->max_count <= DXG_POOL_MAX_SAMPLES &&
	       !(options->flags & ~(DXG_POOL_TRIM | DXG_POOL_KEEP_LOCKED)) &&
	       options->user_size <= SIZE_MAX / 2;
}

int dxg_pool_create(const struct dxg_pool_ops *ops, void *backend,
		    const struct dxg_pool_options *options, struct dxg_pool **pool_out)
{
	struct dxg_pool *pool;

	if (!ops || !pool_out)
		return -EFAULT;
	*pool_out = NULL;
	if (!pool_ops_good(ops) || (options && !pool_options_good(options)))
		return -EINVAL;

	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;

	pool->ops = ops;
	pool->backend = backend;
	if (options)
		pool->options = *options;
	pool->refs = 1;
	pool->eventfd = -1;
	pool->fence_fd = -1;
	pool_list_init(&pool->draining);
	pool_list_init(&pool->waiters);
	pool_list_init(&pool->calls);
	pthread_condattr_init(&pool->monotonic);
	pthread_condattr_setclock(&pool->monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->changed, &pool->monotonic);
	pthread_mutex_init(&pool->lock, NULL);
	*pool_out = pool;
	return 0;
}

/* Nobody else knows the pool any more. */
static void pool_end(struct dxg_pool *pool)
{
	void (*destroyed)(void *data) = pool->options.destroyed;
	void *data = pool->options.data;

	dxg_pool_stop_drainer(pool);
	if (pool->eventfd >= 0)
		close(pool->eventfd);
	dxg_pool_free_samples(pool, pool->free);
	dxg_pool_release_notifier(pool->notifier);
	if (pool->ops->destroy)
		pool->ops->destroy(pool->backend);

	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->changed);
	pthread_condattr_destroy(&pool->monotonic);
	free(pool);
	if (destroyed)
		destroyed(data);
}

/* True once: the thread that fences wake may look again before it is stopped. */
static bool pool_is_over(struct dxg_pool *pool)
{
	if (pool->refs || pool->pins || pool->stats.out || pool->stats.draining || pool->over)
		return false;
	pool->over = true;
	return true;
}

/* With the lock held: a cond that only few wait for is not signalled for nothing. */
void dxg_pool_wake_sleepers(struct dxg_pool *pool)
{
	if (pool->sleepers)
		pthread_cond_broadcast(&pool->changed);
}

/* With the lock held: until something changes. -ETIMEDOUT at the deadline. */
int dxg_pool_sleep(struct dxg_pool *pool, int64_t deadline)
{
	struct timespec ts;
	int ret;

	pool->sleepers++;
	if (deadline == DXG_POOL_FOREVER) {
		ret = pthread_cond_wait(&pool->changed, &pool->lock);
	} else {
		ts = pool_timespec(deadline);
		ret = pthread_cond_timedwait(&pool->changed, &pool->lock, &ts);
	}
	pool->sleepers--;
	return -ret;
}

/* With the lock held. */
void dxg_pool_unpin(struct dxg_pool *pool)
{
	if (!--pool->pins)
		dxg_pool_wake_sleepers(pool);
}

/*
 * Drop the lock and do what is left. Returns true when that was the end of the pool, which
 * only matters to a thread that would go on without a reference.
 */
bool dxg_pool_finish(struct dxg_pool *pool, struct pool_work *work)
{
	struct pool_notifier *retired = NULL;
	struct pool_call call;
	bool tell, over;

	tell = work->notify && dxg_pool_begin_notify(pool, &call);
	if (tell || work->garbage) {
		pool->pins++;
		pthread_mutex_unlock(&pool->lock);

		dxg_pool_free_samples(pool, work->garbage);
		if (tell)
			dxg_pool_notify(&call, work->notify);

		pool_lock(pool);
		if (tell)
			retired = dxg_pool_end_notify(pool, &call);
		dxg_pool_unpin(pool);
	}
	over = pool_is_over(pool);
	pthread_mutex_unlock(&pool->lock);

	dxg_pool_release_notifier(retired);
	if (over)
		pool_end(pool);
	return over;
}

struct dxg_pool *dxg_pool_ref(struct dxg_pool *pool)
{
	pool_lock(pool);
	pool->refs++;
	pthread_mutex_unlock(&pool->lock);
	return pool;
}

void dxg_pool_unref(struct dxg_pool *pool)
{
	struct pool_work work = { 0 };

	if (!pool)
		return;
	pool_lock(pool);
	if (!--pool->refs)
		dxg_pool_decommit_locked(pool, &work);
	dxg_pool_finish(pool, &work);
}

int dxg_pool_destroy(struct dxg_pool *pool, int64_t deadline)
{
	struct pool_work work = { 0 };
	int ret = 0;

	pool_lock(pool);
	dxg_pool_decommit_locked(pool, &work);
	if (work.garbage) {
		/* the reference is the caller's: this is not the end */
		dxg_pool_finish(pool, &work);
		pool_lock(pool);
	}
	while (pool->stats.out || pool->stats.draining || pool->pins) {
		if (ret || deadline <= 0) {
			pthread_mutex_unlock(&pool->lock);
			return -ETIMEDOUT;
		}
		ret = dxg_pool_sleep(pool, deadline);
	}
	pthread_mutex_unlock(&pool->lock);
	dxg_pool_unref(pool);
	return 0;
}

int dxg_pool_get_properties(struct dxg_pool *pool, struct dxg_pool_properties *properties)
{
	if (!pool || !properties)
		return -EFAULT;
	pool_lock(pool);
	*properties = pool->properties;
	pthread_mutex_unlock(&pool->lock);
	return 0;
}

uint32_t dxg_pool_free_count(struct dxg_pool *pool)
{
	uint32_t count;

	pool_lock(pool);
	if (pool->state == POOL_UNCOMMITTED)
		count = pool->properties.count > 0 ? (uint32_t)pool->properties.count : 0;
	else
		count = pool->stats.free;
	pthread_mutex_unlock(&pool->lock);
	return count;
}

int dxg_pool_get_stats(struct dxg_pool *pool, struct dxg_pool_stats *stats, size_t size)
{
	struct dxg_pool_stats now;

	if (!pool || !stats)
		return -EFAULT;

	pool_lock(pool);
	now = pool->stats;
	if (!pool_list_empty(&pool->waiters)) {
		/* the first has waited longest */
		struct pool_waiter *first = pool_entry(pool->waiters.next, struct pool_waiter,
						       node);
		uint64_t waited = pool_now() - first->since;

		if (waited > now.wait_max_ns)
			now.wait_max_ns = waited;
	}
	pthread_mutex_unlock(&pool->lock);

	memset(stats, 0, size);
	memcpy(stats, &now, size < sizeof(now) ? size : sizeof(now));
	return 0;
}
