// SPDX-License-Identifier: MIT
/* dxg_pool: each state and each call, one thread. */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "dxg_pool.h"
#include "mock_backend.h"

static struct dxg_pool_stats stats_of(struct dxg_pool *pool)
{
	struct dxg_pool_stats stats;

	CHECK_EQ(dxg_pool_get_stats(pool, &stats, sizeof(stats)), 0);
	return stats;
}

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

static void create_refuses(void)
{
	struct dxg_pool_options options = { .size = sizeof(options) };
	struct dxg_pool_ops ops = *mock_ops();
	struct mock *mock = mock_create();
	struct dxg_pool *pool;

	CHECK_EQ(dxg_pool_create(NULL, mock, NULL, &pool), -EFAULT);
	CHECK_EQ(dxg_pool_create(&ops, mock, NULL, NULL), -EFAULT);
	ops.size = 8;
	CHECK_EQ(dxg_pool_create(&ops, mock, NULL, &pool), -EINVAL);
	CHECK(!pool);
	ops = *mock_ops();
	ops.fence_wait = NULL;
	CHECK_EQ(dxg_pool_create(&ops, mock, NULL, &pool), -EINVAL);
	ops = *mock_ops();
	ops.alloc = NULL;
	CHECK_EQ(dxg_pool_create(&ops, mock, NULL, &pool), -EINVAL);
	options.flags = 0x80;
	CHECK_EQ(dxg_pool_create(mock_ops(), mock, &options, &pool), -EINVAL);
	options.flags = 0;
	options.size = 4;
	CHECK_EQ(dxg_pool_create(mock_ops(), mock, &options, &pool), -EINVAL);
	options.size = sizeof(options);
	options.max_count = DXG_POOL_MAX_SAMPLES + 1;
	CHECK_EQ(dxg_pool_create(mock_ops(), mock, &options, &pool), -EINVAL);
	CHECK(!mock_counts(mock).destroyed);
	CHECK_EQ(dxg_pool_create(mock_ops(), mock, NULL, &pool), 0);
	dxg_pool_unref(NULL);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void properties_are_rounded(void)
{
	/* count, size, align, prefix, and the size it becomes */
	static const int32_t rows[][5] = {
		{ 1, 1, 16, 1, 15 }, { 1, 15, 16, 1, 15 }, { 1, 16, 16, 1, 31 },
		{ 1, 17, 16, 0, 32 }, { 1, 1, 16, 16, 16 }, { 1, 0, 16, 1, 15 },
		{ 1, 1, 1, 0, 1 }, { 1, 1, 65536, 0, 65536 }, { 0, 0, 1, 0, 0 },
		{ -1, -1, 1, 0, -1 }, { 5, 4096, 4096, 0, 4096 },
		{ 1, INT32_MAX, 1, INT32_MAX, INT32_MAX },
	};
	struct dxg_pool_properties want, got, now;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);
	size_t i;

	CHECK_EQ(dxg_pool_get_properties(pool, &now), 0);
	CHECK(!now.count && !now.size && !now.align && !now.prefix);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memcpy(&want, rows[i], sizeof(want));
		CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
		CHECK(!memcmp(&want, rows[i], sizeof(want)));
		want.size = rows[i][4];
		CHECK(!memcmp(&want, &got, sizeof(want)));
		CHECK_EQ(dxg_pool_get_properties(pool, &now), 0);
		CHECK(!memcmp(&now, &got, sizeof(now)));
	}
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void properties_refuse(void)
{
	static const int32_t aligns[] = { 0, 3, 6, -1, -16, 131072, INT32_MIN, 65537 };
	struct dxg_pool_properties want = { 1, 1, 1, 0 }, got, now;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);
	size_t i;

	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	for (i = 0; i < sizeof(aligns) / sizeof(*aligns); i++) {
		memset(&got, 0x55, sizeof(got));
		want.align = aligns[i];
		CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), -EINVAL);
		CHECK(!got.count && !got.size && !got.align && !got.prefix);
	}
	CHECK_EQ(set(pool, 1, 1, 1, -1), -EDOM);
	/* size arithmetic in 32 bits would come out small or negative here */
	CHECK_EQ(set(pool, 1, INT32_MAX, 16, 0), -EOVERFLOW);
	CHECK_EQ(set(pool, 1, INT32_MAX, 65536, 2), -EOVERFLOW);
	CHECK_EQ(dxg_pool_set_properties(pool, NULL, &got), -EFAULT);
	CHECK_EQ(dxg_pool_set_properties(pool, &want, NULL), -EFAULT);
	CHECK_EQ(dxg_pool_get_properties(pool, NULL), -EFAULT);
	CHECK_EQ(dxg_pool_get_properties(pool, &now), 0);
	CHECK(now.count == 1 && now.size == 1 && now.align == 1 && now.prefix == 0);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void uncommitted(void)
{
	struct dxg_sample *sample = (void *)1;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);

	CHECK_EQ(dxg_pool_free_count(pool), 0);
	CHECK_EQ(dxg_pool_commit(pool), -ENODATA);
	CHECK_EQ(set(pool, 0, 16, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), -ENODATA);
	CHECK_EQ(set(pool, 1, 0, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), -ENODATA);
	CHECK_EQ(set(pool, -1, 16, 1, 0), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	CHECK_EQ(dxg_pool_commit(pool), -ENODATA);
	CHECK_EQ(set(pool, DXG_POOL_MAX_SAMPLES + 1, 16, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), -EOVERFLOW);
	CHECK_EQ(set(pool, 3, 16, 1, 0), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 3);
	CHECK_EQ(dxg_pool_get(pool, 0, DXG_POOL_FOREVER, &sample), -ESHUTDOWN);
	CHECK(!sample);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, NULL), -EFAULT);
	CHECK_EQ(dxg_pool_get(pool, 0x80, 0, &sample), -EINVAL);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_resize(pool, 2), -ESHUTDOWN);
	CHECK_EQ(dxg_pool_trim(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 0);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void commit_fails(void)
{
	struct dxg_sample *sample;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, NULL);

	CHECK_EQ(set(pool, 3, 16, 1, 0), 0);
	mock_fail(mock, MOCK_ALLOC, -ENODEV);
	CHECK_EQ(dxg_pool_commit(pool), -ENODEV);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &sample), -ESHUTDOWN);
	CHECK_EQ(set(pool, 2, 16, 1, 0), 0);
	mock_fail(mock, MOCK_ALLOC, 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 2);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void committed(void)
{
	struct dxg_pool_properties now;
	struct dxg_sample *a, *b, *none;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);

	CHECK_EQ(mock_counts(mock).live, 2);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	/* the alignment comes first, then that it is committed, whatever is out */
	CHECK_EQ(set(pool, 1, 1, 3, 0), -EINVAL);
	CHECK_EQ(set(pool, 1, 1, 1, 0), -EALREADY);
	a = get(pool);
	CHECK_EQ(set(pool, 1, 1, 1, 0), -EALREADY);
	CHECK_EQ(set(pool, 1, 1, 1, -1), -EALREADY);
	CHECK_EQ(dxg_pool_get_properties(pool, &now), 0);
	CHECK_EQ(now.count, 2);
	CHECK_EQ(dxg_pool_trim(pool), -EBUSY);
	CHECK_EQ(dxg_pool_free_count(pool), 1);
	b = get(pool);
	CHECK(a && b && a != b);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK(!none);
	CHECK_EQ(dxg_sample_unref(a), 0);
	none = get(pool);
	CHECK(none == a);
	CHECK_EQ(dxg_sample_unref(a), 0);
	CHECK_EQ(dxg_sample_unref(b), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 2);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	/* none was out: uncommitted at once */
	CHECK_EQ(set(pool, 1, 1, 1, 0), 0);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void decommitting(void)
{
	struct dxg_sample *a, *none = NULL;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	unsigned char *data;
	void *pointer;

	a = get(pool);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	/* although one is free */
	CHECK_EQ(dxg_pool_free_count(pool), 1);
	CHECK_EQ(dxg_pool_get(pool, 0, DXG_POOL_FOREVER, &none), -ESHUTDOWN);
	CHECK_EQ(set(pool, 1, 1, 3, 0), -EINVAL);
	CHECK_EQ(set(pool, 1, 1, 1, 0), -EBUSY);
	CHECK_EQ(dxg_pool_resize(pool, 2), -ESHUTDOWN);
	CHECK_EQ(dxg_pool_trim(pool), -EBUSY);
	/* what is out can be used */
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	data = pointer;
	data[0] = 7;
	data[255] = 8;
	CHECK_EQ(dxg_sample_ref(a), 2);
	CHECK_EQ(dxg_sample_unref(a), 1);
	CHECK_EQ(set(pool, 1, 1, 1, 0), -EBUSY);
	CHECK_EQ(dxg_sample_unref(a), 0);
	CHECK_EQ(set(pool, 2, 256, 16, 0), 0);
	/* the memory is still there, and used again with what is in it */
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	none = get(pool);
	CHECK(none == a);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK(pointer == data && data[0] == 7 && data[255] == 8);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void commit_cancels_decommit(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);

	a = get(pool);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	b = get(pool);
	CHECK(b && b != a);
	dxg_sample_unref(a);
	/* the return of the one from before ends nothing */
	CHECK_EQ(set(pool, 1, 1, 1, 0), -EALREADY);
	CHECK_EQ(dxg_pool_free_count(pool), 1);
	dxg_sample_unref(b);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void new_properties_new_memory(void)
{
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	void *pointer;

	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(set(pool, 5, 100, 4096, 8), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).allocs, 2);
	CHECK_EQ(mock_counts(mock).live, 5);
	a = get(pool);
	CHECK_EQ(dxg_sample_size(a), 4088);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK_EQ((uintptr_t)pointer % 4096, 8);
	memset((char *)pointer - 8, 1, 4096);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	/* a commit that fails has given the old memory back, which is no loss */
	CHECK_EQ(set(pool, 6, 100, 65536, 8), 0);
	mock_fail(mock, MOCK_ALLOC, -ENOMEM);
	CHECK_EQ(dxg_pool_commit(pool), -ENOMEM);
	CHECK_EQ(mock_counts(mock).live, 0);
	mock_fail(mock, MOCK_ALLOC, 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK_EQ((uintptr_t)pointer % 65536, 8);
	dxg_sample_unref(a);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void memory_goes_when_asked(void)
{
	struct dxg_pool_options options = { .size = sizeof(options), .flags = DXG_POOL_TRIM };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);

	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 2);
	CHECK_EQ(dxg_pool_trim(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 2);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);

	pool = mock_pool(&mock, &options);
	CHECK_EQ(set(pool, 3, 100, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 3);
	dxg_sample_unref(a);
	CHECK_EQ(mock_counts(mock).live, 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(mock_counts(mock).live, 3);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

static void last_sample_frees(void)
{
	struct dxg_sample *a, *b;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	void *pointer;

	a = get(pool);
	b = get(pool);
	CHECK(dxg_pool_ref(pool) == pool);
	dxg_pool_unref(pool);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	dxg_pool_unref(pool);
	CHECK(!mock_counts(mock).destroyed);
	CHECK_EQ(mock_counts(mock).live, 2);
	dxg_sample_unref(a);
	CHECK(!mock_counts(mock).destroyed);
	CHECK_EQ(dxg_sample_get_pointer(b, &pointer), 0);
	*(char *)pointer = 1;
	CHECK(dxg_sample_pool(b) == pool);
	dxg_sample_unref(b);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

static void count_down(void *data)
{
	--*(int *)data;
}

static void destroy_has_a_deadline(void)
{
	int alive = 1;
	struct dxg_pool_options options = { .size = sizeof(options), .data = &alive,
					    .destroyed = count_down };
	struct dxg_sample *a;
	struct mock *mock;
	struct dxg_pool *pool = mock_pool(&mock, &options);

	CHECK_EQ(set(pool, 1, 100, 1, 0), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	a = get(pool);
	CHECK_EQ(dxg_pool_destroy(pool, 0), -ETIMEDOUT);
	CHECK_EQ(dxg_pool_destroy(pool, mock_in_ms(20)), -ETIMEDOUT);
	CHECK_EQ(set(pool, 1, 100, 1, 0), -EBUSY);
	CHECK_EQ(alive, 1);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_destroy(pool, 0), 0);
	CHECK_EQ(alive, 0);
	CHECK_EQ(mock_end(mock), 0);
}

static void statistics(void)
{
	struct dxg_sample *a, *b, *none;
	struct dxg_pool_stats stats;
	struct mock *mock;
	struct dxg_pool *pool = mock_committed(&mock, 2);
	uint32_t first[2] = { 7, 7 };

	a = get(pool);
	b = get(pool);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(10), &none), -ETIMEDOUT);
	dxg_sample_unref(a);
	stats = stats_of(pool);
	CHECK_EQ(stats.total, 2);
	CHECK_EQ(stats.free, 1);
	CHECK_EQ(stats.out, 1);
	CHECK_EQ(stats.out_max, 2);
	CHECK_EQ(stats.gets, 2);
	CHECK_EQ(stats.waits, 1);
	CHECK_EQ(stats.timeouts, 2);
	CHECK_EQ(stats.cancels, 0);
	CHECK_EQ(stats.allocated, 2);
	CHECK(stats.wait_max_ns >= 10000000 && stats.wait_ns == stats.wait_max_ns);
	/* an older caller knows fewer, a newer one more */
	CHECK_EQ(dxg_pool_get_stats(pool, (void *)first, sizeof(*first)), 0);
	CHECK(first[0] == 2 && first[1] == 7);
	CHECK_EQ(dxg_pool_get_stats(pool, NULL, 8), -EFAULT);
	dxg_sample_unref(b);
	dxg_pool_unref(pool);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(create_refuses);
	run(properties_are_rounded);
	run(properties_refuse);
	run(uncommitted);
	run(commit_fails);
	run(committed);
	run(decommitting);
	run(commit_cancels_decommit);
	run(new_properties_new_memory);
	run(memory_goes_when_asked);
	run(last_sample_frees);
	run(destroy_has_a_deadline);
	run(statistics);
	return report();
}
