/* SPDX-License-Identifier: MIT */
/*
 * What the files of dxg_pool share. One lock covers all of a pool; a sample that is out has
 * one of its own, for its mapping, so that a slow lock of the backend stops nobody else.
 *
 * Whatever a function does with the lock held can have consequences that must not happen
 * under it: freeing, notifications, the end of the pool. It collects them in a struct
 * pool_work, and dxg_pool_finish() drops the lock and carries them out.
 */
#ifndef POOL_INTERNAL_H
#define POOL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "dxg_pool.h"

/* A ring; the head is a node too. */
struct pool_list {
	struct pool_list *next, *prev;
};

static inline void pool_list_init(struct pool_list *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool pool_list_empty(const struct pool_list *list)
{
	return list->next == list;
}

static inline void pool_list_add(struct pool_list *node, struct pool_list *before)
{
	node->next = before;
	node->prev = before->prev;
	before->prev->next = node;
	before->prev = node;
}

static inline void pool_list_del(struct pool_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

#define pool_entry(node, type, member) \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

enum pool_state {
	POOL_UNCOMMITTED,
	POOL_COMMITTED,
	POOL_DECOMMITTING,
};

struct dxg_sample {
	struct dxg_pool *pool;
	uint64_t handle;
	uint32_t size, align, prefix;	/* as the pool had them when it was made */
	atomic_int refs;		/* 0: not out */

	/* pool->lock */
	struct dxg_sample *next;	/* free, or to be freed */
	struct pool_list node;		/* draining */
	struct dxg_pool_fence fences[DXG_POOL_MAX_FENCES];
	uint32_t nr_fences;

	/* map_lock; whoever drops the last reference is alone */
	pthread_mutex_t map_lock;
	char *base;			/* NULL: not locked */
	uint32_t locks;			/* of dxg_sample_lock() */
	bool held;			/* by dxg_sample_get_pointer() */
	bool bare;			/* DXG_POOL_GET_UNLOCKED */

	max_align_t user[];
};

/* What is called when a sample is back. The pool and each call that runs have a share. */
struct pool_notifier {
	void (*notify)(void *data);
	void (*release)(void *data);
	void *data;
	atomic_bool removed;		/* is not called any more */
	/* the pool's lock */
	uint32_t users;			/* threads that call it */
	bool orphan;			/* the last of them releases it */
};

/* A thread that waits, on its stack. */
struct pool_waiter {
	struct pool_list node;
	pthread_cond_t cond;
	uint32_t flags;
	uint64_t since;
	struct dxg_sample *sample;
	int ret;
	bool done;
};

struct dxg_pool {
	/* these never change */
	const struct dxg_pool_ops *ops;
	void *backend;
	struct dxg_pool_options options;
	pthread_condattr_t monotonic;

	pthread_mutex_t lock;		/* all below */
	pthread_cond_t changed;		/* when somebody sleeps */
	uint32_t sleepers;

	/*
	 * The pool ends when nobody has a reference, nothing is out or draining, and no
	 * thread is at work in it (pins).
	 */
	uint32_t refs, pins;
	bool over;			/* somebody is ending it */

	enum pool_state state;
	uint32_t epoch;			/* counts the ends of POOL_COMMITTED */
	bool busy;			/* somebody allocates: commit or resize */
	struct dxg_pool_properties properties, made;
	struct dxg_sample *free;
	struct pool_list draining;
	struct pool_list waiters;
	uint32_t growing;		/* samples that getters are making */

	struct pool_notifier *notifier;
	struct pool_list calls;		/* notifications that run */
	int eventfd;			/* -1: nobody asked */

	pthread_t drainer;
	bool drainer_runs, drainer_stop;
	bool drainer_polls;		/* a fence could not be waited for */
	bool drainer_idle;		/* it looks at nothing until it is woken */
	int fence_fd;			/* what fences signal */

	struct dxg_pool_stats stats;
};

/* What is left to do once the lock is dropped. */
struct pool_work {
	struct dxg_sample *garbage;
	uint32_t notify;
};

static inline uint64_t pool_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline struct timespec pool_timespec(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	return ts;
}

static inline void pool_lock(struct dxg_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
}

/* pool.c */
bool dxg_pool_finish(struct dxg_pool *pool, struct pool_work *work);
void dxg_pool_wake_sleepers(struct dxg_pool *pool);
int dxg_pool_sleep(struct dxg_pool *pool, int64_t deadline);
void dxg_pool_unpin(struct dxg_pool *pool);

/* pool_state.c */
void dxg_pool_settle(struct dxg_pool *pool, struct pool_work *work);
void dxg_pool_put_free(struct dxg_pool *pool, struct dxg_sample *sample,
		       struct pool_work *work);
void dxg_pool_decommit_locked(struct dxg_pool *pool, struct pool_work *work);
void dxg_pool_discard(struct dxg_pool *pool, struct pool_work *work, uint32_t keep);
void dxg_pool_free_samples(struct dxg_pool *pool, struct dxg_sample *samples);
int dxg_pool_make_samples(struct dxg_pool *pool, const struct dxg_pool_properties *properties,
			  uint32_t count, struct dxg_sample **samples);
int dxg_pool_grow_one(struct dxg_pool *pool, struct pool_work *work);

/* pool_wait.c */
void dxg_pool_serve(struct dxg_pool *pool, struct pool_work *work);
uint32_t dxg_pool_cancel_locked(struct dxg_pool *pool);

/* pool_fence.c */
uint32_t dxg_pool_prune_fences(struct dxg_pool *pool, struct dxg_sample *sample);
void dxg_pool_arm_fences(struct dxg_pool *pool, const struct dxg_pool_fence *fences,
			 uint32_t count, bool kick);
void dxg_pool_scan_draining(struct dxg_pool *pool, struct pool_work *work);
void dxg_pool_stop_drainer(struct dxg_pool *pool);

/* pool_notify.c */
struct pool_call {
	struct pool_list node;
	struct pool_notifier *notifier;
	pthread_t thread;
	int eventfd;
};

bool dxg_pool_begin_notify(struct dxg_pool *pool, struct pool_call *call);
void dxg_pool_notify(const struct pool_call *call, uint32_t count);
struct pool_notifier *dxg_pool_end_notify(struct dxg_pool *pool, struct pool_call *call);
void dxg_pool_release_notifier(struct pool_notifier *notifier);

/* pool_sample.c */
void dxg_sample_give(struct dxg_sample *sample, uint32_t flags);
void dxg_sample_unmap(struct dxg_sample *sample);

#endif /* POOL_INTERNAL_H */
