// SPDX-License-Identifier: MIT
/* dxg_pool: samples, one thread. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
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

static int set(struct dxg_pool *pool, int32_t count, int32_t size, int32_t align, int32_t prefix)
{
	struct dxg_pool_properties want = { count, size, align, prefix }, got;

	return dxg_pool_set_properties(pool, &want, &got);
}

static void one_unref_too_many(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	void *pointer;
	int fd;

	a = get(pool);
	CHECK_EQ(dxg_sample_unref(a), 0);
	CHECK_EQ(dxg_sample_unref(a), -EINVAL);
	CHECK_EQ(dxg_sample_ref(a), -EINVAL);
	CHECK_EQ(dxg_pool_free_count(pool), 2);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -EINVAL);
	CHECK_EQ(dxg_sample_lock(a, &pointer), -EINVAL);
	CHECK_EQ(dxg_sample_unlock(a), -EINVAL);
	CHECK_EQ(dxg_sample_export(a, &fd), -EINVAL);
	CHECK_EQ(dxg_sample_add_fence(a, &(struct dxg_pool_fence){ 1, 1 }), -EINVAL);
	a = get(pool);
	b = get(pool);
	CHECK(a != b);
	CHECK_EQ(dxg_sample_ref(NULL), -EFAULT);
	CHECK_EQ(dxg_sample_unref(NULL), -EFAULT);
	dxg_sample_unref(a);
	dxg_sample_unref(b);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void locks(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 1);
	void *pointer, *same;

	a = get(pool);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(dxg_sample_is_locked(a), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, NULL), -EFAULT);
	mock_fail(mock, MOCK_LOCK, -ENODEV);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -ENODEV);
	CHECK(!pointer);
	mock_fail(mock, MOCK_LOCK, 0);
	mock_fail(mock, MOCK_MISALIGN, 1);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -EIO);
	CHECK_EQ(mock_counts(mock).locked, 0);
	mock_fail(mock, MOCK_MISALIGN, 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &same), 0);
	CHECK(pointer == same);
	CHECK_EQ(dxg_sample_is_locked(a), 1);
	CHECK_EQ(dxg_sample_lock(a, &same), 0);
	CHECK_EQ(dxg_sample_unlock(a), 0);
	CHECK_EQ(dxg_sample_unlock(a), -EINVAL);
	/* the pointer that was had holds it locked */
	CHECK_EQ(mock_counts(mock).locked, 1);
	*(char *)pointer = 1;
	dxg_sample_unref(a);
	CHECK_EQ(mock_counts(mock).locked, 0);

	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_UNLOCKED, 0, &a), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -EPERM);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(dxg_sample_lock(a, &pointer), 0);
	CHECK_EQ(dxg_sample_lock(a, &pointer), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &same), 0);
	CHECK(pointer == same);
	CHECK_EQ(dxg_sample_unlock(a), 0);
	CHECK_EQ(mock_counts(mock).locked, 1);
	CHECK_EQ(dxg_sample_unlock(a), 0);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -EPERM);
	/* whoever forgets to unlock leaves nothing behind */
	CHECK_EQ(dxg_sample_lock(a, &pointer), 0);
	dxg_sample_unref(a);
	CHECK_EQ(mock_counts(mock).locked, 0);
	/* what one user asked for does not concern the next */
	a = get(pool);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void locks_are_kept(void)
{
	struct dxg_pool_options options = { .size = sizeof(options),
					    .flags = DXG_POOL_KEEP_LOCKED };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, &options);
	void *pointer;

	CHECK_EQ(set(pool, 1, 100, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK_EQ(dxg_sample_lock(a, &pointer), 0);
	CHECK_EQ(dxg_sample_unlock(a), 0);
	dxg_sample_unref(a);
	CHECK_EQ(mock_counts(mock).locked, 1);
	CHECK_EQ(dxg_pool_get(pool, DXG_POOL_GET_UNLOCKED, 0, &a), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), -EPERM);
	CHECK_EQ(dxg_sample_is_locked(a), 0);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void export(void)
{
	struct dxg_pool_ops ops = *mock_ops();
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);
	void *pointer;
	char *map;
	int fd;

	mock_exportable(mock);
	CHECK_EQ(set(pool, 1, 4096, 16, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK(dxg_sample_handle(a) != 0);
	CHECK_EQ(dxg_sample_export(a, NULL), -EFAULT);
	CHECK_EQ(dxg_sample_export(a, &fd), 0);
	CHECK_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	*(char *)pointer = 42;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED && *map == 42);
	munmap(map, 4096);
	close(fd);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);

	/* a backend without any of this */
	ops.export_dmabuf = NULL;
	ops.fence_query = NULL;
	ops.fence_wait = NULL;
	mock = mock_create();
	CHECK_EQ(dxg_pool_create(&ops, mock, NULL, &pool), 0);
	CHECK_EQ(set(pool, 1, 4096, 16, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK_EQ(dxg_sample_export(a, &fd), -ENOTSUP);
	CHECK_EQ(fd, -1);
	CHECK_EQ(dxg_sample_add_fence(a, &(struct dxg_pool_fence){ 1, 1 }), -ENOTSUP);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static int inits, resets;

static void on_init(struct dxg_sample *sample, void *data)
{
	char *user = dxg_sample_user(sample);

	CHECK(data == &inits);
	CHECK(!user[0] && !user[99] && !((uintptr_t)user % _Alignof(max_align_t)));
	user[0] = 1;
	inits++;
}

static void on_reset(struct dxg_sample *sample, void *data)
{
	char *user = dxg_sample_user(sample);

	CHECK(data == &inits);
	CHECK_EQ(user[0], 1);
	resets++;
}

static void user_part(void)
{
	struct dxg_pool_options options = { .size = sizeof(options), .data = &inits,
					    .user_size = 100, .sample_init = on_init,
					    .sample_reset = on_reset };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, &options);

	CHECK_EQ(set(pool, 3, 100, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(inits, 3);
	a = get(pool);
	CHECK_EQ(resets, 0);
	dxg_sample_unref(a);
	CHECK_EQ(resets, 1);
	dxg_pool_unref(pool);
	CHECK_EQ(resets, 1);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(one_unref_too_many);
	run(locks);
	run(locks_are_kept);
	run(export);
	run(user_part);
	return report();
}
