// SPDX-License-Identifier: MIT
/*
 * Who is told that a sample is back.
 *
 * The original reads the sink without a lock, so one that was just removed may still be
 * called, or be freed already. Here each call has a share of the notifier: who removes it
 * waits for the calls of other threads, and whoever has the last share releases it. A call
 * that removes the notifier itself cannot wait for its own end, nor for other calls that
 * might do the same; that is why the release is a callback.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pool_internal.h"

/* With the lock held. False when nobody wants to know. */
bool dxg_pool_begin_notify(struct dxg_pool *pool, struct pool_call *call)
{
	if (!pool->notifier && pool->eventfd < 0)
		return false;
	call->notifier = pool->notifier;
	call->eventfd = pool->eventfd;
	call->thread = pthread_self();
	if (call->notifier)
		call->notifier->users++;
	pool_list_add(&call->node, &pool->calls);
	return true;
}

/* Without the lock. */
void dxg_pool_notify(const struct pool_call *call, uint32_t count)
{
	struct pool_notifier *notifier = call->notifier;
	uint64_t add = count;

	if (call->eventfd >= 0) {
		/* only fails when nobody has read for 2^64 samples */
		ssize_t done = write(call->eventfd, &add, sizeof(add));

		(void)done;
	}
	while (notifier && count-- && !atomic_load(&notifier->removed))
		notifier->notify(notifier->data);
}

/* With the lock held. Returns a notifier to release without it. */
struct pool_notifier *dxg_pool_end_notify(struct dxg_pool *pool, struct pool_call *call)
{
	struct pool_notifier *notifier = call->notifier;

	pool_list_del(&call->node);
	if (!notifier || --notifier->users)
		return NULL;
	if (notifier->orphan)
		return notifier;
	dxg_pool_wake_sleepers(pool);
	return NULL;
}

/* Without the lock: the last share. */
void dxg_pool_release_notifier(struct pool_notifier *notifier)
{
	if (!notifier)
		return;
	if (notifier->release)
		notifier->release(notifier->data);
	free(notifier);
}

/* With the lock held: whether this thread is inside a notification of the pool. */
static bool pool_is_notifying(const struct dxg_pool *pool)
{
	const struct pool_list *node;

	for (node = pool->calls.next; node != &pool->calls; node = node->next) {
		const struct pool_call *call = (const void *)node;

		if (pthread_equal(call->thread, pthread_self()))
			return true;
	}
	return false;
}

int dxg_pool_set_notify(struct dxg_pool *pool, void (*notify)(void *data), void *data,
			void (*release)(void *data))
{
	struct pool_notifier *new = NULL, *old;

	if (!pool)
		return -EFAULT;
	if (notify) {
		new = calloc(1, sizeof(*new));
		if (!new)
			return -ENOMEM;
		new->notify = notify;
		new->release = release;
		new->data = data;
	}

	pool_lock(pool);
	old = pool->notifier;
	pool->notifier = new;
	if (old) {
		atomic_store(&old->removed, true);
		while (old->users && !pool_is_notifying(pool))
			dxg_pool_sleep(pool, DXG_POOL_FOREVER);
		if (old->users) {
			old->orphan = true;
			old = NULL;
		}
	}
	pthread_mutex_unlock(&pool->lock);
	dxg_pool_release_notifier(old);
	return 0;
}

int dxg_pool_get_eventfd(struct dxg_pool *pool, int *fd)
{
	int ret = 0;

	if (!pool || !fd)
		return -EFAULT;
	*fd = -1;
	pool_lock(pool);
	if (pool->eventfd < 0)
		pool->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->eventfd >= 0)
		*fd = fcntl(pool->eventfd, F_DUPFD_CLOEXEC, 0);
	if (*fd < 0)
		ret = -errno;
	pthread_mutex_unlock(&pool->lock);
	return ret;
}
