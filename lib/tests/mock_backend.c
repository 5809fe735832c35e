// SPDX-License-Identifier: MIT
/* A backend of dxg_pool for tests; see mock_backend.h. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "mock_backend.h"

struct mock_buffer {
	void *map;
	size_t map_size;
	char *data;
	size_t size;
	int fd;
	bool live, locked;
};

struct mock_waiter {
	struct mock_waiter *next;
	struct dxg_pool_fence fence;
	int eventfd;
};

struct mock {
	pthread_mutex_t lock;
	struct mock_buffer *buffers;	/* handle - 1 is the index; never used again */
	size_t nr_buffers, max_buffers;
	struct mock_counts counts;
	int faults[MOCK_FAULTS];
	bool exportable;
	void (*on_alloc)(void *data);
	void *on_alloc_data;
	uint64_t values[MOCK_OBJECTS];
	bool broken[MOCK_OBJECTS];
	struct mock_waiter *waiters;
	int last_eventfd;	/* 0: none */
};

static void mock_die(const char *what)
{
	perror(what);
	exit(99);
}

static size_t mock_round(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

/* --- buffers ----------------------------------------------------------------- */

static int mock_map(struct mock *mock, struct mock_buffer *buffer, size_t size, uint32_t align)
{
	void *at;

	/* pages lie at multiples of every smaller alignment */
	buffer->size = mock_round(size);
	buffer->map_size = buffer->size + align;
	buffer->fd = -1;
	buffer->map = mmap(NULL, buffer->map_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer->map == MAP_FAILED)
		return -ENOMEM;
	buffer->data = (char *)(((uintptr_t)buffer->map + align - 1) / align * align);
	if (!mock->exportable)
		return 0;

	buffer->fd = memfd_create("mock", MFD_CLOEXEC);
	if (buffer->fd < 0 || ftruncate(buffer->fd, (off_t)buffer->size))
		mock_die("memfd");
	at = mmap(buffer->data, buffer->size, PROT_NONE, MAP_SHARED | MAP_FIXED, buffer->fd, 0);
	if (at != buffer->data)
		mock_die("mmap");
	return 0;
}

static void mock_unmap(struct mock *mock, struct mock_buffer *buffer)
{
	munmap(buffer->map, buffer->map_size);
	if (buffer->fd >= 0)
		close(buffer->fd);
	buffer->live = false;
	mock->counts.live--;
}

static struct mock_buffer *mock_find(struct mock *mock, uint64_t handle)
{
	if (!handle || handle > mock->nr_buffers || !mock->buffers[handle - 1].live) {
		mock->counts.errors++;
		printf("# mock: no buffer %llu\n", (unsigned long long)handle);
		return NULL;
	}
	return &mock->buffers[handle - 1];
}

static int mock_alloc_one(struct mock *mock, uint64_t size, uint32_t align, uint64_t *handle)
{
	struct mock_buffer *buffer;
	int ret;

	if (mock->nr_buffers == mock->max_buffers) {
		mock->max_buffers = mock->max_buffers ? 2 * mock->max_buffers : 64;
		mock->buffers = realloc(mock->buffers,
					mock->max_buffers * sizeof(*mock->buffers));
		if (!mock->buffers)
			mock_die("realloc");
	}
	buffer = &mock->buffers[mock->nr_buffers];
	memset(buffer, 0, sizeof(*buffer));
	ret = mock_map(mock, buffer, size, align);
	if (ret)
		return ret;
	buffer->live = true;
	*handle = ++mock->nr_buffers;
	mock->counts.live++;
	return 0;
}

static int mock_alloc(void *backend, uint32_t count, uint64_t size, uint32_t align,
		      uint64_t *handles)
{
	struct mock *mock = backend;
	void (*on_alloc)(void *data);
	void *data;
	uint32_t i;
	int ret;

	pthread_mutex_lock(&mock->lock);
	on_alloc = mock->on_alloc;
	data = mock->on_alloc_data;
	pthread_mutex_unlock(&mock->lock);
	if (on_alloc)
		on_alloc(data);

	pthread_mutex_lock(&mock->lock);
	if (!count || !size || !align || (align & (align - 1)))
		mock->counts.errors++;
	ret = mock->faults[MOCK_ALLOC];
	for (i = 0; i < count && !ret; i++)
		ret = mock_alloc_one(mock, size, align, &handles[i]);
	if (ret && i > 0) {
		/* the one that failed is not there */
		for (i--; i > 0; i--)
			mock_unmap(mock, &mock->buffers[handles[i - 1] - 1]);
	}
	if (!ret)
		mock->counts.allocs++;
	pthread_mutex_unlock(&mock->lock);
	return ret;
}

static void mock_free(void *backend, uint32_t count, const uint64_t *handles)
{
	struct mock *mock = backend;
	uint32_t i;

	pthread_mutex_lock(&mock->lock);
	for (i = 0; i < count; i++) {
		struct mock_buffer *buffer = mock_find(mock, handles[i]);

		if (!buffer)
			continue;
		if (buffer->locked) {
			mock->counts.errors++;
			printf("# mock: freed while locked\n");
		}
		mock_unmap(mock, buffer);
	}
	pthread_mutex_unlock(&mock->lock);
}

static int mock_lock(void *backend, uint64_t handle, void **data)
{
	struct mock *mock = backend;
	struct mock_buffer *buffer;
	int ret;

	pthread_mutex_lock(&mock->lock);
	ret = mock->faults[MOCK_LOCK];
	buffer = mock_find(mock, handle);
	if (buffer && !ret) {
		if (buffer->locked) {
			mock->counts.errors++;
			printf("# mock: locked twice\n");
		}
		if (mprotect(buffer->data, buffer->size, PROT_READ | PROT_WRITE))
			mock_die("mprotect");
		buffer->locked = true;
		mock->counts.locked++;
		*data = buffer->data + (mock->faults[MOCK_MISALIGN] ? 1 : 0);
	}
	pthread_mutex_unlock(&mock->lock);
	return buffer ? ret : -EINVAL;
}

static void mock_unlock(void *backend, uint64_t handle)
{
	struct mock *mock = backend;
	struct mock_buffer *buffer;

	pthread_mutex_lock(&mock->lock);
	buffer = mock_find(mock, handle);
	if (buffer && !buffer->locked) {
		mock->counts.errors++;
		printf("# mock: unlocked twice\n");
	} else if (buffer) {
		if (mprotect(buffer->data, buffer->size, PROT_NONE))
			mock_die("mprotect");
		buffer->locked = false;
		mock->counts.locked--;
	}
	pthread_mutex_unlock(&mock->lock);
}

static int mock_export(void *backend, uint64_t handle, int *fd)
{
	struct mock *mock = backend;
	struct mock_buffer *buffer;

	pthread_mutex_lock(&mock->lock);
	buffer = mock_find(mock, handle);
	*fd = buffer && buffer->fd >= 0 ? fcntl(buffer->fd, F_DUPFD_CLOEXEC, 0) : -1;
	pthread_mutex_unlock(&mock->lock);
	return *fd < 0 ? -EINVAL : 0;
}

/* --- fences ------------------------------------------------------------------ */

static int mock_query_locked(struct mock *mock, const struct dxg_pool_fence *fence)
{
	if (fence->object >= MOCK_OBJECTS) {
		mock->counts.errors++;
		return -EINVAL;
	}
	if (mock->broken[fence->object])
		return -ENODEV;
	return mock->values[fence->object] >= fence->value;
}

static int mock_fence_query(void *backend, const struct dxg_pool_fence *fence)
{
	struct mock *mock = backend;
	int ret;

	pthread_mutex_lock(&mock->lock);
	ret = mock_query_locked(mock, fence);
	pthread_mutex_unlock(&mock->lock);
	return ret;
}

static void mock_kick(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		mock_die("eventfd");
}

static int mock_fence_wait(void *backend, const struct dxg_pool_fence *fence, int eventfd)
{
	struct mock *mock = backend;
	struct mock_waiter *waiter;
	int ret;

	pthread_mutex_lock(&mock->lock);
	mock->counts.waits++;
	if (!mock->last_eventfd)
		mock->last_eventfd = fcntl(eventfd, F_DUPFD_CLOEXEC, 0);
	ret = mock->faults[MOCK_FENCE_WAIT];
	if (!ret && mock_query_locked(mock, fence)) {
		mock_kick(eventfd);
	} else if (!ret) {
		waiter = calloc(1, sizeof(*waiter));
		if (!waiter)
			mock_die("calloc");
		waiter->fence = *fence;
		waiter->eventfd = fcntl(eventfd, F_DUPFD_CLOEXEC, 0);
		if (waiter->eventfd < 0)
			mock_die("dup");
		waiter->next = mock->waiters;
		mock->waiters = waiter;
	}
	pthread_mutex_unlock(&mock->lock);
	return ret;
}

static void mock_wake(struct mock *mock, bool all)
{
	struct mock_waiter **link = &mock->waiters, *waiter;

	while ((waiter = *link)) {
		if (!all && !mock_query_locked(mock, &waiter->fence)) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		if (!all)
			mock_kick(waiter->eventfd);
		close(waiter->eventfd);
		free(waiter);
	}
}

void mock_signal(struct mock *mock, uint64_t object, uint64_t value)
{
	pthread_mutex_lock(&mock->lock);
	if (mock->values[object] < value)
		mock->values[object] = value;
	mock_wake(mock, false);
	pthread_mutex_unlock(&mock->lock);
}

uint64_t mock_value(struct mock *mock, uint64_t object)
{
	uint64_t value;

	pthread_mutex_lock(&mock->lock);
	value = mock->values[object];
	pthread_mutex_unlock(&mock->lock);
	return value;
}

void mock_wake_again(struct mock *mock)
{
	pthread_mutex_lock(&mock->lock);
	mock_kick(mock->last_eventfd);
	pthread_mutex_unlock(&mock->lock);
}

void mock_break(struct mock *mock, uint64_t object, bool quietly)
{
	pthread_mutex_lock(&mock->lock);
	mock->broken[object] = true;
	if (!quietly)
		mock_wake(mock, false);
	pthread_mutex_unlock(&mock->lock);
}

/* --- the mock itself --------------------------------------------------------- */

static void mock_destroy(void *backend)
{
	struct mock *mock = backend;

	pthread_mutex_lock(&mock->lock);
	if (mock->counts.destroyed)
		mock->counts.errors++;
	mock->counts.destroyed = true;
	pthread_mutex_unlock(&mock->lock);
}

const struct dxg_pool_ops *mock_ops(void)
{
	static const struct dxg_pool_ops ops = {
		.size = sizeof(ops),
		.alloc = mock_alloc,
		.free = mock_free,
		.lock = mock_lock,
		.unlock = mock_unlock,
		.export_dmabuf = mock_export,
		.fence_query = mock_fence_query,
		.fence_wait = mock_fence_wait,
		.destroy = mock_destroy,
	};

	return &ops;
}

struct mock *mock_create(void)
{
	struct mock *mock = calloc(1, sizeof(*mock));

	if (!mock)
		mock_die("calloc");
	pthread_mutex_init(&mock->lock, NULL);
	/* a wait that nobody ends is a failure, not an endless run */
	alarm(60);
	return mock;
}

uint32_t mock_end(struct mock *mock)
{
	uint32_t bad = mock->counts.errors + mock->counts.live + mock->counts.locked;

	if (!mock->counts.destroyed) {
		printf("# mock: the pool is still there\n");
		bad++;
	}
	if (mock->counts.live)
		printf("# mock: %u buffers left\n", mock->counts.live);
	mock_wake(mock, true);
	if (mock->last_eventfd)
		close(mock->last_eventfd);
	pthread_mutex_destroy(&mock->lock);
	free(mock->buffers);
	free(mock);
	return bad;
}

struct mock_counts mock_counts(struct mock *mock)
{
	struct mock_counts counts;

	pthread_mutex_lock(&mock->lock);
	counts = mock->counts;
	pthread_mutex_unlock(&mock->lock);
	return counts;
}

void mock_fail(struct mock *mock, enum mock_fault fault, int ret)
{
	pthread_mutex_lock(&mock->lock);
	mock->faults[fault] = ret;
	pthread_mutex_unlock(&mock->lock);
}

void mock_exportable(struct mock *mock)
{
	mock->exportable = true;
}

void mock_on_alloc(struct mock *mock, void (*function)(void *data), void *data)
{
	pthread_mutex_lock(&mock->lock);
	mock->on_alloc = function;
	mock->on_alloc_data = data;
	pthread_mutex_unlock(&mock->lock);
}

/* --- helpers ------------------------------------------------------------------ */

struct dxg_pool *mock_pool(struct mock **mock, const struct dxg_pool_options *options)
{
	struct dxg_pool *pool;

	*mock = mock_create();
	if (dxg_pool_create(mock_ops(), *mock, options, &pool)) {
		fprintf(stderr, "no pool\n");
		exit(99);
	}
	return pool;
}

struct dxg_pool *mock_committed(struct mock **mock, int32_t count)
{
	struct dxg_pool_properties want = { count, 256, 16, 0 }, got;
	struct dxg_pool *pool = mock_pool(mock, NULL);

	if (dxg_pool_set_properties(pool, &want, &got) || dxg_pool_commit(pool)) {
		fprintf(stderr, "no samples\n");
		exit(99);
	}
	return pool;
}

uint64_t mock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int64_t mock_in_ms(unsigned int ms)
{
	return (int64_t)(mock_now() + ms * UINT64_C(1000000));
}

void mock_sleep_ms(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

bool mock_wait_waiters(struct dxg_pool *pool, uint32_t count)
{
	struct dxg_pool_stats stats = { 0 };
	int i;

	for (i = 0; i < 10000; i++) {
		dxg_pool_get_stats(pool, &stats, sizeof(stats));
		if (stats.waiters == count)
			return true;
		mock_sleep_ms(1);
	}
	return false;
}

bool mock_wait_free(struct dxg_pool *pool, uint32_t count)
{
	struct dxg_pool_stats stats = { 0 };
	int i;

	for (i = 0; i < 10000; i++) {
		dxg_pool_get_stats(pool, &stats, sizeof(stats));
		if (stats.free == count)
			return true;
		mock_sleep_ms(1);
	}
	return false;
}
