// SPDX-License-Identifier: MIT
/*
 * Fences: a sample that came back with some is draining until they have signalled.
 *
 * All fences of a pool signal one eventfd, and one thread sleeps on it. It starts with the
 * first fence, so a pool without fences has none. Considered and left out: to let those who
 * wait for a sample look after the fences, because nobody would complete a decommit or call
 * the notification when no one waits; and one thread for all pools, because that would be
 * global state, with somebody else's slow callback in front of one's own fences.
 *
 * A fence that fails counts as signalled: a lost device must not block a pool for ever. Such
 * a one may tell nobody, so the thread looks once a second as long as there are fences.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pool_internal.h"

/* How often to look at fences that could not be waited for. */
#define POOL_POLL_MS 5
/* How often to look whether those that are waited for can still come. */
#define POOL_LOOK_MS 1000

/* Forget those that have signalled; returns how many are left. With the lock held. */
uint32_t dxg_pool_prune_fences(struct dxg_pool *pool, struct dxg_sample *sample)
{
	uint32_t i = 0;

	while (i < sample->nr_fences) {
		int ret = pool->ops->fence_query(pool->backend, &sample->fences[i]);

		if (!ret) {
			i++;
			continue;
		}
		if (ret < 0)
			pool->stats.fence_errors++;
		sample->fences[i] = sample->fences[--sample->nr_fences];
	}
	return sample->nr_fences;
}

/* With the lock held; the caller serves those who wait, and settles. */
void dxg_pool_scan_draining(struct dxg_pool *pool, struct pool_work *work)
{
	struct pool_list *node = pool->draining.next;

	while (node != &pool->draining) {
		struct dxg_sample *sample = pool_entry(node, struct dxg_sample, node);

		node = node->next;
		if (dxg_pool_prune_fences(pool, sample))
			continue;
		pool_list_del(&sample->node);
		pool->stats.draining--;
		pool->stats.drained++;
		dxg_pool_put_free(pool, sample, work);
	}
}

/* The counter's only use is that it is not 0: nothing is lost if it cannot be written. */
static void pool_kick(int fd)
{
	uint64_t one = 1;
	ssize_t done = write(fd, &one, sizeof(one));

	(void)done;
}

/* Without the lock, pinned. */
void dxg_pool_arm_fences(struct dxg_pool *pool, const struct dxg_pool_fence *fences,
			 uint32_t count, bool kick)
{
	bool failed = false;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (pool->ops->fence_wait(pool->backend, &fences[i], pool->fence_fd))
			failed = true;
	}
	if (failed) {
		pool_lock(pool);
		pool->drainer_polls = true;
		pthread_mutex_unlock(&pool->lock);
	}
	if (failed || kick)
		pool_kick(pool->fence_fd);
}

/* With the lock held: how long to sleep. */
static int pool_drain_timeout(struct dxg_pool *pool, bool timed_out)
{
	if (!pool->stats.draining) {
		pool->drainer_polls = false;
		/* not at once: the next frame may be about to come */
		pool->drainer_idle = timed_out;
	}
	if (pool->drainer_idle)
		return -1;
	return pool->drainer_polls ? POOL_POLL_MS : POOL_LOOK_MS;
}

static void *pool_drain(void *data)
{
	struct dxg_pool *pool = data;
	struct pollfd pollfd = { .fd = pool->fence_fd, .events = POLLIN };
	int timeout = POOL_LOOK_MS;
	bool stop = false;
	uint64_t count;

	while (!stop) {
		struct pool_work work = { 0 };
		bool timed_out = !poll(&pollfd, 1, timeout);
		ssize_t done;

		done = read(pool->fence_fd, &count, sizeof(count));
		(void)done;

		pool_lock(pool);
		if (pool->drainer_stop) {
			pthread_mutex_unlock(&pool->lock);
			break;
		}
		dxg_pool_scan_draining(pool, &work);
		dxg_pool_serve(pool, &work);
		dxg_pool_settle(pool, &work);
		timeout = pool_drain_timeout(pool, timed_out);
		/* when the last sample was the last of the pool, it is gone now */
		stop = dxg_pool_finish(pool, &work);
	}
	return NULL;
}

/* With the lock held. The program's signals are no business of the thread. */
static int pool_start_drainer(struct dxg_pool *pool)
{
	sigset_t all, old;
	int ret;

	if (pool->drainer_runs)
		return 0;
	if (pool->fence_fd < 0)
		pool->fence_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->fence_fd < 0)
		return errno == ENFILE ? -EMFILE : -errno;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&pool->drainer, NULL, pool_drain, pool);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret)
		return -ENOMEM;
	pool->drainer_runs = true;
	return 0;
}

/* Without the lock, at the end of the pool; also in the thread itself. */
void dxg_pool_stop_drainer(struct dxg_pool *pool)
{
	if (pool->drainer_runs && pthread_equal(pool->drainer, pthread_self())) {
		pthread_detach(pool->drainer);
	} else if (pool->drainer_runs) {
		pool_lock(pool);
		pool->drainer_stop = true;
		pthread_mutex_unlock(&pool->lock);
		pool_kick(pool->fence_fd);
		pthread_join(pool->drainer, NULL);
	}
	if (pool->fence_fd >= 0)
		close(pool->fence_fd);
}

/* With the lock held. A later point of the same object stands for an earlier one. */
static int pool_add_fence(struct dxg_sample *sample, const struct dxg_pool_fence *fence)
{
	uint32_t i;

	for (i = 0; i < sample->nr_fences; i++) {
		if (sample->fences[i].object != fence->object)
			continue;
		if (sample->fences[i].value < fence->value)
			sample->fences[i].value = fence->value;
		return 0;
	}
	if (i == DXG_POOL_MAX_FENCES)
		i = dxg_pool_prune_fences(sample->pool, sample);
	if (i == DXG_POOL_MAX_FENCES)
		return -ENOSPC;
	sample->fences[i] = *fence;
	sample->nr_fences++;
	return 0;
}

int dxg_sample_add_fence(struct dxg_sample *sample, const struct dxg_pool_fence *fence)
{
	struct dxg_pool *pool;
	int ret;

	if (!sample || !fence)
		return -EFAULT;
	if (atomic_load(&sample->refs) <= 0)
		return -EINVAL;
	pool = sample->pool;
	if (!pool->ops->fence_query)
		return -ENOTSUP;

	pool_lock(pool);
	ret = pool_start_drainer(pool);
	if (!ret)
		ret = pool_add_fence(sample, fence);
	pthread_mutex_unlock(&pool->lock);
	return ret;
}

uint32_t dxg_sample_get_fences(struct dxg_sample *sample, struct dxg_pool_fence *fences,
			       uint32_t count)
{
	struct dxg_pool *pool = sample->pool;
	uint32_t there;

	pool_lock(pool);
	there = sample->nr_fences;
	if (fences && count > there)
		count = there;
	if (fences && count)
		memcpy(fences, sample->fences, count * sizeof(*fences));
	pthread_mutex_unlock(&pool->lock);
	return there;
}
