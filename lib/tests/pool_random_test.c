// SPDX-License-Identifier: MIT
/*
 * dxg_pool: random calls, compared with a model after each.
 *
 *	pool_random_test [SEED [MILLISECONDS]]
 *
 * One thread, so the model knows what has to come out; the fence's thread is another, which
 * is why the model lets the pool know of a signal in its own time. Prints the seed first:
 * the same seed makes the same calls.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "check.h"
#include "dxg_pool.h"
#include "mock_backend.h"

#define MAX_OUT 64

enum state { U, C, D };

struct held {
	struct dxg_sample *sample;
	uint32_t refs;
	uint64_t fence;		/* the last point of object 1 it waits for */
};

static struct model {
	enum state state;
	int32_t count, size, align, prefix;
	uint32_t total;		/* samples that exist */
	struct held out[MAX_OUT];
	uint32_t nr_out;
	uint64_t draining[MAX_OUT];	/* the point each waits for */
	uint32_t nr_draining;
	uint64_t signalled, submitted;
	int32_t made_size, made_align, made_prefix;
	uint32_t returned;
} model;

static struct dxg_pool *pool;
static struct mock *mock;
static uint64_t rng;
static uint32_t told;

/* xorshift64* */
static uint32_t rnd(uint32_t below)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (uint32_t)((rng * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void on_notify(void *data)
{
	__atomic_add_fetch((uint32_t *)data, 1, __ATOMIC_RELAXED);
}

static uint32_t model_free(void)
{
	return model.total - model.nr_out - model.nr_draining;
}

/* A sample came back, or has drained: too many are freed, the last ends a decommit. */
static void model_trim(void)
{
	while (model.total > (uint32_t)model.count && model_free())
		model.total--;
}

static void model_settle(void)
{
	if (model.state == D && !model.nr_out && !model.nr_draining)
		model.state = U;
}

static void do_set(void)
{
	struct dxg_pool_properties want = { (int32_t)rnd(7) - 1, (int32_t)rnd(300) - 1,
					    1 << rnd(13), (int32_t)rnd(20) - 1 }, got;
	int expect = 0;

	if (!rnd(10))
		want.align = 3;
	if (want.align == 3)
		expect = -EINVAL;
	else if (model.state == C)
		expect = -EALREADY;
	else if (model.state == D)
		expect = -EBUSY;
	else if (want.prefix < 0)
		expect = -EDOM;
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), expect);
	if (expect) {
		CHECK(!got.count && !got.size);
		return;
	}
	CHECK((got.size + got.prefix) % got.align == 0 && got.size >= want.size);
	model.count = want.count;
	model.size = got.size;
	model.align = want.align;
	model.prefix = want.prefix;
}

static void do_commit(void)
{
	int expect = 0;

	if (model.state == U && (model.count <= 0 || model.size <= 0))
		expect = -ENODATA;
	CHECK_EQ(dxg_pool_commit(pool), expect);
	if (expect)
		return;
	if (model.state == U)
		model.total = (uint32_t)model.count;
	model.state = C;
}

static void do_decommit(void)
{
	CHECK_EQ(dxg_pool_decommit(pool), 0);
	if (model.state == C) {
		model.state = D;
		model_settle();
	}
}

static void do_resize(void)
{
	uint32_t count = rnd(8);
	int expect = 0;

	if (!count)
		expect = -EINVAL;
	else if (model.state != C)
		expect = -ESHUTDOWN;
	CHECK_EQ(dxg_pool_resize(pool, count), expect);
	if (expect)
		return;
	if (count > model.total)
		model.total = count;
	model.count = (int32_t)count;
	model_trim();
}

static void use(struct dxg_sample *sample, uint32_t flags)
{
	void *pointer;
	int ret = dxg_sample_get_pointer(sample, &pointer);

	if (flags & DXG_POOL_GET_UNLOCKED) {
		CHECK_EQ(ret, -EPERM);
		CHECK_EQ(dxg_sample_lock(sample, &pointer), 0);
	} else {
		CHECK_EQ(ret, 0);
	}
	CHECK_EQ((uintptr_t)pointer % (uint32_t)model.align,
		 (uint32_t)model.prefix % (uint32_t)model.align);
	CHECK_EQ(dxg_sample_size(sample), model.size);
	memset((char *)pointer - model.prefix, 0xaa, (size_t)(model.size + model.prefix));
}

static void do_get(void)
{
	uint32_t flags = rnd(4), i;
	struct dxg_sample *sample;
	int expect = 0, ret;

	if (model.state != C)
		expect = -ESHUTDOWN;
	else if (!model_free() && !(flags & DXG_POOL_GET_FENCES && model.nr_draining))
		expect = -EAGAIN;
	ret = dxg_pool_get(pool, flags, rnd(8) ? 0 : 1, &sample);
	CHECK_EQ(ret == -ETIMEDOUT ? -EAGAIN : ret, expect);
	if (ret)
		return;
	for (i = 0; i < model.nr_out; i++)
		CHECK(model.out[i].sample != sample);
	model.out[model.nr_out] = (struct held){ sample, 1, 0 };
	if (!model_free()) {
		/* the one that has waited longest */
		struct dxg_pool_fence fence = { 0 };

		CHECK_EQ(dxg_sample_get_fences(sample, &fence, 1), 1);
		CHECK_EQ(fence.value, model.draining[0]);
		model.out[model.nr_out].fence = model.draining[0];
		model.nr_draining--;
		memmove(model.draining, model.draining + 1,
			model.nr_draining * sizeof(*model.draining));
		model.returned++;
	} else {
		CHECK_EQ(dxg_sample_get_fences(sample, NULL, 0), 0);
	}
	model.nr_out++;
	use(sample, flags);
}

static void do_ref(void)
{
	struct held *held;

	if (!model.nr_out)
		return;
	held = &model.out[rnd(model.nr_out)];
	CHECK_EQ(dxg_sample_ref(held->sample), ++held->refs);
}

static void do_fence(void)
{
	struct dxg_pool_fence fence = { 1, 0 };
	struct held *held;

	if (!model.nr_out)
		return;
	held = &model.out[rnd(model.nr_out)];
	fence.value = model.signalled + rnd(4);
	if (fence.value > model.submitted)
		model.submitted = fence.value;
	CHECK_EQ(dxg_sample_add_fence(held->sample, &fence), 0);
	if (fence.value > held->fence)
		held->fence = fence.value;
}

static void do_unref(void)
{
	struct held *held;
	uint32_t i;

	if (!model.nr_out)
		return;
	i = rnd(model.nr_out);
	held = &model.out[i];
	CHECK_EQ(dxg_sample_unref(held->sample), --held->refs);
	if (held->refs)
		return;
	if (held->fence > model.signalled)
		model.draining[model.nr_draining++] = held->fence;
	else
		model.returned++;
	*held = model.out[--model.nr_out];
	model_trim();
	model_settle();
}

static void do_signal(void)
{
	uint32_t i = 0, free_before = model.nr_draining;

	if (model.signalled == model.submitted)
		return;
	model.signalled++;
	mock_signal(mock, 1, model.signalled);
	while (i < model.nr_draining) {
		if (model.draining[i] > model.signalled) {
			i++;
			continue;
		}
		model.nr_draining--;
		memmove(model.draining + i, model.draining + i + 1,
			(model.nr_draining - i) * sizeof(*model.draining));
		model.returned++;
	}
	model_trim();
	model_settle();
	if (free_before == model.nr_draining)
		return;
	/* in the time of the thread that the fence wakes */
	for (i = 0; i < 10000; i++) {
		struct dxg_pool_stats stats;

		dxg_pool_get_stats(pool, &stats, sizeof(stats));
		if (stats.draining == model.nr_draining &&
		    mock_counts(mock).live == model.total &&
		    __atomic_load_n(&told, __ATOMIC_RELAXED) == model.returned)
			return;
		mock_sleep_ms(0);
	}
	CHECK(!"drained in time");
}

static void do_trim(void)
{
	CHECK_EQ(dxg_pool_trim(pool), model.state == U ? 0 : -EBUSY);
	if (model.state == U)
		model.total = 0;
}

static void compare(void)
{
	struct dxg_pool_properties now;
	struct dxg_pool_stats stats;
	uint32_t want = model_free();

	dxg_pool_get_stats(pool, &stats, sizeof(stats));
	CHECK_EQ(stats.total, model.total);
	CHECK_EQ(stats.out, model.nr_out);
	CHECK_EQ(stats.draining, model.nr_draining);
	CHECK_EQ(stats.free, model_free());
	CHECK_EQ(mock_counts(mock).live, model.total);
	CHECK_EQ(mock_counts(mock).errors, 0);
	CHECK_EQ(__atomic_load_n(&told, __ATOMIC_RELAXED), model.returned);
	if (model.state == U)
		want = model.count > 0 ? (uint32_t)model.count : 0;
	CHECK_EQ(dxg_pool_free_count(pool), want);
	dxg_pool_get_properties(pool, &now);
	CHECK(now.count == model.count && now.size == model.size && now.align == model.align &&
	      now.prefix == model.prefix);
}

static void (*const calls[])(void) = {
	do_set, do_commit, do_commit, do_commit, do_decommit, do_resize, do_get, do_get, do_get,
	do_get, do_get, do_get, do_ref, do_fence, do_fence, do_unref, do_unref, do_unref,
	do_unref, do_unref, do_signal, do_signal, do_trim,
};

static void one_life(void)
{
	uint32_t steps = 20 + rnd(300);

	memset(&model, 0, sizeof(model));
	told = 0;
	pool = mock_pool(&mock, NULL);
	CHECK_EQ(dxg_pool_set_notify(pool, on_notify, &told, NULL), 0);
	while (steps-- && !check_failures) {
		calls[rnd(sizeof(calls) / sizeof(*calls))]();
		compare();
	}
	/* an end in the middle of it, this way or that */
	if (rnd(2)) {
		dxg_pool_unref(pool);
		pool = NULL;
	}
	mock_signal(mock, 1, model.submitted);
	while (model.nr_out) {
		struct held *held = &model.out[--model.nr_out];

		while (held->refs--)
			dxg_sample_unref(held->sample);
	}
	if (pool)
		CHECK_EQ(dxg_pool_destroy(pool, mock_in_ms(10000)), 0);
	while (!mock_counts(mock).destroyed)
		mock_sleep_ms(0);
	/* the thread that ended it may be at the last closing brace */
	mock_sleep_ms(0);
	CHECK_EQ(mock_end(mock), 0);
}

static uint64_t until;

static void random_calls(void)
{
	uint32_t lives = 0;

	do {
		one_life();
		lives++;
	} while (!check_failures && mock_now() < until);
	printf("# %" PRIu32 " pools\n", lives);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : mock_now();
	unsigned long ms = argc > 2 ? strtoul(argv[2], NULL, 0) : 2000;

	printf("# seed %" PRIu64 "\n", seed);
	rng = seed ? seed : 1;
	until = mock_now() + ms * UINT64_C(1000000);
	run(random_calls);
	return report();
}
