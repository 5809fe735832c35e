// SPDX-License-Identifier: MIT
/*
 * IMemAllocator: what the original's base classes get wrong, a test for each. And its
 * notifications, which two of these are about.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define COBJMACROS
#include "check.h"
#include "mock_backend.h"
#include "strmif.h"

static struct mock *mock;

static IMemAllocator *begin(LONG count)
{
	ALLOCATOR_PROPERTIES want = { count, 256, 16, 0 }, got;
	IMemAllocator *allocator;
	void *object;

	mock = mock_create();
	CHECK_EQ(dxg_memallocator_create(mock_ops(), mock, &IID_IMemAllocator, &object), S_OK);
	allocator = object;
	CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	return allocator;
}

static void end(IMemAllocator *allocator)
{
	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK_EQ(mock_end(mock), 0);
}

static IMediaSample *get(IMemAllocator *allocator)
{
	IMediaSample *sample = NULL;

	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, AM_GBF_NOWAIT), S_OK);
	return sample;
}

static LONG free_count(IMemAllocator *allocator)
{
	LONG count = -1;

	CHECK_EQ(IMemAllocatorCallbackTemp_GetFreeCount((IMemAllocatorCallbackTemp *)allocator,
							&count), S_OK);
	return count;
}

static HRESULT set_notify(IMemAllocator *allocator, IMemAllocatorNotifyCallbackTemp *sink)
{
	return IMemAllocatorCallbackTemp_SetNotify((IMemAllocatorCallbackTemp *)allocator, sink);
}

/* --- a sink ------------------------------------------------------------------- */

struct sink {
	IMemAllocatorNotifyCallbackTemp iface;
	atomic_uint refs;
	atomic_int calls, inside;
	atomic_bool hold;
	IMemAllocator *allocator;	/* to call back, without a reference */
	bool removes;			/* ... and remove itself */
};

static atomic_int sinks;

static struct sink *to_sink(IMemAllocatorNotifyCallbackTemp *self)
{
	return (struct sink *)(void *)self;
}

static HRESULT sink_query(IMemAllocatorNotifyCallbackTemp *self, REFIID riid, void **object)
{
	(void)self;
	(void)riid;
	*object = NULL;
	return E_NOINTERFACE;
}

static ULONG sink_addref(IMemAllocatorNotifyCallbackTemp *self)
{
	return atomic_fetch_add(&to_sink(self)->refs, 1) + 1;
}

static ULONG sink_release(IMemAllocatorNotifyCallbackTemp *self)
{
	struct sink *sink = to_sink(self);
	ULONG refs = atomic_fetch_sub(&sink->refs, 1) - 1;

	if (!refs) {
		CHECK_EQ(atomic_load(&sink->inside), 0);
		atomic_fetch_sub(&sinks, 1);
		free(sink);
	}
	return refs;
}

static HRESULT sink_notify(IMemAllocatorNotifyCallbackTemp *self)
{
	struct sink *sink = to_sink(self);
	IMediaSample *sample;

	CHECK(atomic_load(&sink->refs) > 0);
	atomic_fetch_add(&sink->inside, 1);
	if (atomic_fetch_add(&sink->calls, 1) == 0 && sink->allocator) {
		/* a lock around the call would hang here */
		CHECK_EQ(IMemAllocator_Commit(sink->allocator), S_OK);
		sample = get(sink->allocator);
		CHECK_EQ(IMediaSample_Release(sample), 0);
		CHECK(free_count(sink->allocator) > 0);
	}
	if (sink->removes)
		CHECK_EQ(set_notify(sink->allocator, NULL), S_OK);
	while (atomic_load(&sink->hold))
		mock_sleep_ms(1);
	atomic_fetch_sub(&sink->inside, 1);
	/* the result is nobody's business */
	return E_FAIL;
}

static const IMemAllocatorNotifyCallbackTempVtbl sink_vtbl = {
	sink_query, sink_addref, sink_release, sink_notify,
};

static struct sink *make_sink(IMemAllocator *allocator)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	sink->iface.lpVtbl = &sink_vtbl;
	atomic_store(&sink->refs, 1);
	sink->allocator = allocator;
	atomic_fetch_add(&sinks, 1);
	return sink;
}

static void *release_sample(void *data)
{
	IMediaSample_Release((IMediaSample *)data);
	return NULL;
}

/* --- notifications --------------------------------------------------------------- */

static void notify_references(void)
{
	IMemAllocator *allocator = begin(2);
	struct sink *sink = make_sink(NULL), *other = make_sink(NULL);

	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	CHECK_EQ(sink->refs, 2);
	/* the same again: the new reference comes before the old one goes */
	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	CHECK_EQ(sink->refs, 2);
	CHECK_EQ(sink_release(&sink->iface), 1);
	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	CHECK_EQ(sink->refs, 1);
	CHECK_EQ(set_notify(allocator, &other->iface), S_OK);
	CHECK_EQ(sinks, 1);
	CHECK_EQ(set_notify(allocator, NULL), S_OK);
	CHECK_EQ(other->refs, 1);
	CHECK_EQ(set_notify(allocator, &other->iface), S_OK);
	CHECK_EQ(sink_release(&other->iface), 1);
	/* and with the allocator */
	end(allocator);
	CHECK_EQ(sinks, 0);
}

static void notify_once_a_sample(void)
{
	IMemAllocator *allocator = begin(2);
	struct sink *sink = make_sink(NULL);
	IMediaSample *a, *b;

	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	a = get(allocator);
	b = get(allocator);
	IMediaSample_AddRef(a);
	IMediaSample_Release(a);
	CHECK_EQ(sink->calls, 0);
	IMediaSample_Release(a);
	CHECK_EQ(sink->calls, 1);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(sink->calls, 1);
	/* also while the decommit is pending */
	IMediaSample_Release(b);
	CHECK_EQ(sink->calls, 2);
	CHECK_EQ(set_notify(allocator, NULL), S_OK);
	CHECK_EQ(sink_release(&sink->iface), 0);
	end(allocator);
}

static void notify_calls_back(void)
{
	IMemAllocator *allocator = begin(2);
	struct sink *sink = make_sink(allocator);

	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	IMediaSample_Release(get(allocator));
	CHECK_EQ(sink->calls, 2);
	sink_release(&sink->iface);
	end(allocator);
	CHECK_EQ(sinks, 0);
}

static void notify_removes_itself(void)
{
	IMemAllocator *allocator = begin(2);
	struct sink *sink = make_sink(allocator);

	sink->removes = true;
	atomic_store(&sink->calls, 1);
	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	/* the allocator's reference is the only one, and it goes after the call */
	CHECK_EQ(sink_release(&sink->iface), 1);
	IMediaSample_Release(get(allocator));
	CHECK_EQ(sinks, 0);
	IMediaSample_Release(get(allocator));
	end(allocator);
}

/* --- what is mended ---------------------------------------------------------------- */

struct getter {
	IMemAllocator *allocator;
	IMediaSample *sample;
	HRESULT hr;
};

static void *get_one(void *data)
{
	struct getter *getter = data;

	getter->hr = IMemAllocator_GetBuffer(getter->allocator, &getter->sample, NULL, NULL, 0);
	return NULL;
}

/* A waiter that wakes after Decommit and Commit sees "committed" and waits on. */
static void mended_1_lost_cancellation(void)
{
	IMemAllocator *allocator = begin(1);
	IMediaSample *held = get(allocator);
	struct getter getters[4];
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++) {
		getters[i].allocator = allocator;
		CHECK_EQ(pthread_create(&threads[i], NULL, get_one, &getters[i]), 0);
	}
	CHECK(mock_wait_waiters(dxg_memallocator_pool(allocator), 4));
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CHECK_EQ(getters[i].hr, VFW_E_NOT_COMMITTED);
	}
	IMediaSample_Release(held);
	end(allocator);
}

static void *let_go(void *data)
{
	mock_sleep_ms(50);
	atomic_store((atomic_bool *)data, false);
	return NULL;
}

/* SetNotify(NULL) returns while the sink is being called; its owner frees it, and then? */
static void mended_2_sink_called_after_removal(void)
{
	IMemAllocator *allocator = begin(2);
	struct sink *sink = make_sink(NULL);
	pthread_t caller, helper;

	atomic_store(&sink->hold, true);
	CHECK_EQ(set_notify(allocator, &sink->iface), S_OK);
	CHECK_EQ(pthread_create(&caller, NULL, release_sample, get(allocator)), 0);
	while (!atomic_load(&sink->inside))
		mock_sleep_ms(1);
	CHECK_EQ(pthread_create(&helper, NULL, let_go, &sink->hold), 0);
	CHECK_EQ(set_notify(allocator, NULL), S_OK);
	CHECK_EQ(atomic_load(&sink->inside), 0);
	CHECK_EQ(atomic_load(&sink->refs), 1);
	pthread_join(helper, NULL);
	CHECK_EQ(sink_release(&sink->iface), 0);
	pthread_join(caller, NULL);
	end(allocator);
}

/* ReleaseBuffer puts whatever it gets into the list, twice if it is called twice. */
static void mended_3_release_buffer_twice(void)
{
	IMemAllocator *allocator = begin(2);
	struct mock *first = mock, *second;
	IMemAllocator *stranger = begin(1);
	IMediaSample *a = get(allocator), *b, *c, *foreign = get(stranger);

	second = mock;
	mock = first;
	CHECK_EQ(IMemAllocator_ReleaseBuffer(allocator, foreign), E_INVALIDARG);
	CHECK_EQ(IMemAllocator_ReleaseBuffer(allocator, a), E_INVALIDARG);
	CHECK_EQ(free_count(allocator), 1);
	CHECK_EQ(IMediaSample_Release(a), 0);
	CHECK_EQ(IMemAllocator_ReleaseBuffer(allocator, a), E_INVALIDARG);
	CHECK_EQ(IMediaSample_Release(a), 0);
	CHECK_EQ(IMediaSample_AddRef(a), 0);
	CHECK_EQ(free_count(allocator), 2);
	b = get(allocator);
	c = get(allocator);
	CHECK(b != c && b != foreign && c != foreign);
	IMediaSample_Release(b);
	IMediaSample_Release(c);
	end(allocator);
	mock = second;
	IMediaSample_Release(foreign);
	end(stranger);
}

/* NOWAIT counts as waiting, so a release posts a wake that nobody waits for. */
static void mended_4_nowait_is_no_waiter(void)
{
	IMemAllocator *allocator = begin(1);
	struct dxg_pool *pool = dxg_memallocator_pool(allocator);
	IMediaSample *held = get(allocator), *none;
	struct getter first = { .allocator = allocator }, second = first;
	pthread_t threads[2];
	int i;

	for (i = 0; i < 50; i++)
		CHECK_EQ(IMemAllocator_GetBuffer(allocator, &none, NULL, NULL, AM_GBF_NOWAIT),
			 VFW_E_TIMEOUT);
	CHECK_EQ(pthread_create(&threads[0], NULL, get_one, &first), 0);
	CHECK(mock_wait_waiters(pool, 1));
	CHECK_EQ(pthread_create(&threads[1], NULL, get_one, &second), 0);
	CHECK(mock_wait_waiters(pool, 2));
	/* the first has it, whoever asks in between; the second waits on */
	IMediaSample_Release(held);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &none, NULL, NULL, AM_GBF_NOWAIT),
		 VFW_E_TIMEOUT);
	pthread_join(threads[0], NULL);
	CHECK_EQ(first.hr, S_OK);
	CHECK(mock_wait_waiters(pool, 1));
	IMediaSample_Release(first.sample);
	pthread_join(threads[1], NULL);
	CHECK_EQ(second.hr, S_OK);
	IMediaSample_Release(second.sample);
	end(allocator);
}

/* The size is computed in 32 bits and comes out small, with a pointer far behind it. */
static void mended_5_size_overflow(void)
{
	static struct {
		ALLOCATOR_PROPERTIES want;
		HRESULT hr;
	} rows[] = {
		{ { 1, INT32_MAX, 16, 0 }, E_OUTOFMEMORY },
		{ { 1, INT32_MAX - 4, 16, 32 }, E_OUTOFMEMORY },
		{ { 1, 100, 16, -200 }, E_INVALIDARG },
		{ { INT32_MAX, 100, 16, 0 }, S_OK },
	};
	ALLOCATOR_PROPERTIES got;
	IMemAllocator *allocator = begin(1);
	size_t i;

	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK_EQ(IMemAllocator_SetProperties(allocator, &rows[i].want, &got), rows[i].hr);
		CHECK(SUCCEEDED(rows[i].hr) || !got.cbBuffer);
	}
	CHECK_EQ(IMemAllocator_Commit(allocator), E_OUTOFMEMORY);
	end(allocator);
}

/* Nothing lies between "now" and "for ever". */
static void mended_6_deadlines(void)
{
	IMemAllocator *allocator = begin(1);
	struct dxg_pool *pool = dxg_memallocator_pool(allocator);
	IMediaSample *held = get(allocator);
	struct dxg_sample *sample;
	uint64_t begun = mock_now();

	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(30), &sample), -110);
	CHECK(mock_now() - begun >= 30000000);
	IMediaSample_Release(held);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(30), &sample), 0);
	CHECK(dxg_sample_mediasample(sample) == held);
	IMediaSample_Release(held);
	end(allocator);
}

/* A stop without a start: GetTime says S_OK and returns the start of some time before. */
static void mended_7_stop_without_start(void)
{
	AM_SAMPLE2_PROPERTIES props = { .cbData = 32, .dwSampleFlags = AM_SAMPLE_STOPVALID,
					.tStop = 20 };
	IMemAllocator *allocator = begin(1);
	IMediaSample *sample = get(allocator);
	REFERENCE_TIME a = 1, b = 2;

	CHECK_EQ(IMediaSample2_SetProperties((IMediaSample2 *)sample, 32, (BYTE *)&props), S_OK);
	CHECK_EQ(IMediaSample_GetTime(sample, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK(a == 1 && b == 2);
	IMediaSample_Release(sample);
	end(allocator);
}

/* The length of a media time is kept in 32 bits. */
static void mended_8_long_media_times(void)
{
	IMemAllocator *allocator = begin(1);
	IMediaSample *sample = get(allocator);
	LONGLONG a = 5, b = INT64_C(5) + (INT64_C(1) << 40), x, y;

	CHECK_EQ(IMediaSample_SetMediaTime(sample, &a, &b), S_OK);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &x, &y), S_OK);
	CHECK(x == a && y == b);
	IMediaSample_Release(sample);
	end(allocator);
}

/* Alignments that are no power of two pass, or are only logged. */
static void mended_9_alignment(void)
{
	static const LONG aligns[] = { 3, 5, 12, 48, 1000, 65535 };
	ALLOCATOR_PROPERTIES want = { 1, 1, 1, 0 }, got;
	IMemAllocator *allocator = begin(1);
	size_t i;

	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	for (i = 0; i < sizeof(aligns) / sizeof(*aligns); i++) {
		want.cbAlign = aligns[i];
		CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), VFW_E_BADALIGN);
	}
	end(allocator);
}

/* Committed, it holds a reference on itself: whoever forgets Decommit has a leak. */
static void mended_10_forgotten_decommit(void)
{
	IMemAllocator *allocator = begin(2);

	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

int main(void)
{
	run(notify_references);
	run(notify_once_a_sample);
	run(notify_calls_back);
	run(notify_removes_itself);
	run(mended_1_lost_cancellation);
	run(mended_2_sink_called_after_removal);
	run(mended_3_release_buffer_twice);
	run(mended_4_nowait_is_no_waiter);
	run(mended_5_size_overflow);
	run(mended_6_deadlines);
	run(mended_7_stop_without_start);
	run(mended_8_long_media_times);
	run(mended_9_alignment);
	run(mended_10_forgotten_decommit);
	return report();
}
