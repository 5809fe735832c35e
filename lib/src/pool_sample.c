// SPDX-License-Identifier: MIT
/*
 * Samples: references, mapping, export.
 *
 * A sample's last reference gives it back, so there is no second way to do that, and no way
 * to do it twice: the count of a sample that is not out is 0, and stays 0.
 */
#include <errno.h>
#include <string.h>

#include "pool_internal.h"

/* Nobody else has it: it comes from the pool's lists, under the pool's lock. */
void dxg_sample_give(struct dxg_sample *sample, uint32_t flags)
{
	sample->bare = flags & DXG_POOL_GET_UNLOCKED;
	sample->next = NULL;
	atomic_store_explicit(&sample->refs, 1, memory_order_release);
}

int dxg_sample_ref(struct dxg_sample *sample)
{
	int refs;

	if (!sample)
		return -EFAULT;
	refs = atomic_load_explicit(&sample->refs, memory_order_relaxed);
	do {
		if (refs <= 0)
			return -EINVAL;
	} while (!atomic_compare_exchange_weak(&sample->refs, &refs, refs + 1));
	return refs + 1;
}

void dxg_sample_unmap(struct dxg_sample *sample)
{
	if (sample->base)
		sample->pool->ops->unlock(sample->pool->backend, sample->handle);
	sample->base = NULL;
}

/* Fences have to be waited for, and the sample may be anybody's as soon as it is known. */
static void pool_put_draining(struct dxg_pool *pool, struct dxg_sample *sample,
			      struct pool_work *work)
{
	struct dxg_pool_fence fences[DXG_POOL_MAX_FENCES];
	uint32_t count = sample->nr_fences;
	bool kick = pool->drainer_idle;

	pool->drainer_idle = false;
	memcpy(fences, sample->fences, sizeof(fences));
	pool_list_add(&sample->node, &pool->draining);
	pool->stats.draining++;
	dxg_pool_serve(pool, work);

	pool->pins++;
	pthread_mutex_unlock(&pool->lock);
	dxg_pool_arm_fences(pool, fences, count, kick);
	pool_lock(pool);
	dxg_pool_unpin(pool);
}

static void pool_put(struct dxg_sample *sample)
{
	struct dxg_pool *pool = sample->pool;
	struct pool_work work = { 0 };

	sample->locks = 0;
	sample->held = false;
	if (!(pool->options.flags & DXG_POOL_KEEP_LOCKED))
		dxg_sample_unmap(sample);
	if (pool->options.sample_reset)
		pool->options.sample_reset(sample, pool->options.data);

	pool_lock(pool);
	pool->stats.out--;
	if (sample->nr_fences && dxg_pool_prune_fences(pool, sample)) {
		pool_put_draining(pool, sample, &work);
	} else {
		dxg_pool_put_free(pool, sample, &work);
		dxg_pool_serve(pool, &work);
	}
	dxg_pool_settle(pool, &work);
	dxg_pool_finish(pool, &work);
}

int dxg_sample_unref(struct dxg_sample *sample)
{
	int refs;

	if (!sample)
		return -EFAULT;
	refs = atomic_load_explicit(&sample->refs, memory_order_relaxed);
	do {
		if (refs <= 0)
			return -EINVAL;
	} while (!atomic_compare_exchange_weak(&sample->refs, &refs, refs - 1));
	if (refs == 1)
		pool_put(sample);
	return refs - 1;
}

/* With map_lock held. */
static int sample_map(struct dxg_sample *sample, void **data)
{
	const struct dxg_pool_ops *ops = sample->pool->ops;
	void *base;
	int ret;

	if (!sample->base) {
		ret = ops->lock(sample->pool->backend, sample->handle, &base);
		if (ret)
			return ret;
		if ((uintptr_t)base % sample->align) {
			ops->unlock(sample->pool->backend, sample->handle);
			return -EIO;
		}
		sample->base = base;
	}
	*data = sample->base + sample->prefix;
	return 0;
}

int dxg_sample_get_pointer(struct dxg_sample *sample, void **data)
{
	int ret;

	if (!sample || !data)
		return -EFAULT;
	*data = NULL;
	if (atomic_load(&sample->refs) <= 0)
		return -EINVAL;

	pthread_mutex_lock(&sample->map_lock);
	if (sample->bare && !sample->locks)
		ret = -EPERM;
	else
		ret = sample_map(sample, data);
	/* an explicit lock stays one that can be undone */
	if (!ret && !sample->bare)
		sample->held = true;
	pthread_mutex_unlock(&sample->map_lock);
	return ret;
}

int dxg_sample_lock(struct dxg_sample *sample, void **data)
{
	int ret;

	if (!sample || !data)
		return -EFAULT;
	*data = NULL;
	if (atomic_load(&sample->refs) <= 0)
		return -EINVAL;

	pthread_mutex_lock(&sample->map_lock);
	ret = sample_map(sample, data);
	if (!ret)
		sample->locks++;
	pthread_mutex_unlock(&sample->map_lock);
	return ret;
}

int dxg_sample_unlock(struct dxg_sample *sample)
{
	int ret = -EINVAL;

	if (!sample)
		return -EFAULT;
	pthread_mutex_lock(&sample->map_lock);
	if (sample->locks) {
		sample->locks--;
		if (!sample->locks && !sample->held &&
		    !(sample->pool->options.flags & DXG_POOL_KEEP_LOCKED))
			dxg_sample_unmap(sample);
		ret = 0;
	}
	pthread_mutex_unlock(&sample->map_lock);
	return ret;
}

int dxg_sample_is_locked(struct dxg_sample *sample)
{
	int locked;

	pthread_mutex_lock(&sample->map_lock);
	locked = sample->locks || sample->held;
	pthread_mutex_unlock(&sample->map_lock);
	return locked;
}

int dxg_sample_export(struct dxg_sample *sample, int *fd)
{
	const struct dxg_pool_ops *ops;

	if (!sample || !fd)
		return -EFAULT;
	*fd = -1;
	if (atomic_load(&sample->refs) <= 0)
		return -EINVAL;
	ops = sample->pool->ops;
	if (!ops->export_dmabuf)
		return -ENOTSUP;
	return ops->export_dmabuf(sample->pool->backend, sample->handle, fd);
}

uint64_t dxg_sample_handle(const struct dxg_sample *sample)
{
	return sample->handle;
}

int32_t dxg_sample_size(const struct dxg_sample *sample)
{
	return (int32_t)sample->size;
}

struct dxg_pool *dxg_sample_pool(const struct dxg_sample *sample)
{
	return sample->pool;
}

void *dxg_sample_user(struct dxg_sample *sample)
{
	return sample->user;
}
