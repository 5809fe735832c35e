// SPDX-License-Identifier: MIT
/* IMemAllocator: every row of its state table, its ids, references and results. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define COBJMACROS
#include "check.h"
#include "mock_backend.h"
#include "strmif.h"

static IMemAllocator *create(struct mock **mock)
{
	void *object;

	*mock = mock_create();
	CHECK_EQ(dxg_memallocator_create(mock_ops(), *mock, &IID_IMemAllocator, &object), S_OK);
	return object;
}

static HRESULT set(IMemAllocator *allocator, LONG count, LONG size, LONG align, LONG prefix)
{
	ALLOCATOR_PROPERTIES want = { count, size, align, prefix }, got;

	return IMemAllocator_SetProperties(allocator, &want, &got);
}

static IMemAllocator *committed(struct mock **mock, LONG count)
{
	IMemAllocator *allocator = create(mock);

	CHECK_EQ(set(allocator, count, 256, 16, 0), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	return allocator;
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

/* The numbers are what programs were compiled with. */
static void codes(void)
{
	CHECK_EQ((uint32_t)E_NOTIMPL, 0x80004001u);
	CHECK_EQ((uint32_t)E_NOINTERFACE, 0x80004002u);
	CHECK_EQ((uint32_t)E_POINTER, 0x80004003u);
	CHECK_EQ((uint32_t)E_FAIL, 0x80004005u);
	CHECK_EQ((uint32_t)E_UNEXPECTED, 0x8000ffffu);
	CHECK_EQ((uint32_t)E_OUTOFMEMORY, 0x8007000eu);
	CHECK_EQ((uint32_t)E_INVALIDARG, 0x80070057u);
	CHECK_EQ((uint32_t)VFW_S_NO_STOP_TIME, 0x00040270u);
	CHECK_EQ((uint32_t)VFW_E_BUFFER_NOTSET, 0x8004020cu);
	CHECK_EQ((uint32_t)VFW_E_BUFFER_OVERFLOW, 0x8004020du);
	CHECK_EQ((uint32_t)VFW_E_BADALIGN, 0x8004020eu);
	CHECK_EQ((uint32_t)VFW_E_ALREADY_COMMITTED, 0x8004020fu);
	CHECK_EQ((uint32_t)VFW_E_BUFFERS_OUTSTANDING, 0x80040210u);
	CHECK_EQ((uint32_t)VFW_E_NOT_COMMITTED, 0x80040211u);
	CHECK_EQ((uint32_t)VFW_E_SIZENOTSET, 0x80040212u);
	CHECK_EQ((uint32_t)VFW_E_TIMEOUT, 0x8004022eu);
	CHECK_EQ((uint32_t)VFW_E_SAMPLE_TIME_NOT_SET, 0x80040249u);
	CHECK_EQ((uint32_t)VFW_E_MEDIA_TIME_NOT_SET, 0x80040251u);
	CHECK(SUCCEEDED(VFW_S_NO_STOP_TIME) && FAILED(E_POINTER));
	CHECK_EQ(sizeof(HRESULT), 4);
	CHECK_EQ(sizeof(LONG), 4);
}

static bool guid_has(const GUID *guid, uint32_t a, uint16_t b, uint16_t c, uint8_t last)
{
	return guid->Data1 == a && guid->Data2 == b && guid->Data3 == c && guid->Data4[7] == last;
}

/* The slots' order, and the ids, are what other programs were compiled with, too. */
static void abi(void)
{
	CHECK(guid_has(&IID_IUnknown, 0, 0, 0, 0x46));
	CHECK(guid_has(&IID_IMemAllocator, 0x56a8689c, 0x0ad4, 0x11ce, 0x70));
	CHECK(guid_has(&IID_IMemAllocatorCallbackTemp, 0x379a0cf0, 0xc1de, 0x11d2, 0x75));
	CHECK(guid_has(&IID_IMemAllocatorNotifyCallbackTemp, 0x92980b30, 0xc1de, 0x11d2, 0x75));
	CHECK(guid_has(&IID_IMediaSample, 0x56a8689a, 0x0ad4, 0x11ce, 0x70));
	CHECK(guid_has(&IID_IMediaSample2, 0x36b73884, 0xc2c8, 0x11cf, 0x60));
	CHECK(guid_has(&IID_IVMRSurface, 0xa9849bbe, 0x9ec8, 0x4263, 0xd0));
	CHECK(guid_has(&CLSID_MemoryAllocator, 0x1e651cc0, 0xb199, 0x11d0, 0x45));
#define SLOT(vtbl, name, n) CHECK_EQ(offsetof(vtbl, name), (n) * sizeof(void *))
	SLOT(IMemAllocatorVtbl, SetProperties, 3);
	SLOT(IMemAllocatorVtbl, GetProperties, 4);
	SLOT(IMemAllocatorVtbl, Commit, 5);
	SLOT(IMemAllocatorVtbl, Decommit, 6);
	SLOT(IMemAllocatorVtbl, GetBuffer, 7);
	SLOT(IMemAllocatorVtbl, ReleaseBuffer, 8);
	SLOT(IMemAllocatorCallbackTempVtbl, ReleaseBuffer, 8);
	SLOT(IMemAllocatorCallbackTempVtbl, SetNotify, 9);
	SLOT(IMemAllocatorCallbackTempVtbl, GetFreeCount, 10);
	SLOT(IMemAllocatorNotifyCallbackTempVtbl, NotifyRelease, 3);
	SLOT(IMediaSampleVtbl, GetPointer, 3);
	SLOT(IMediaSampleVtbl, GetSize, 4);
	SLOT(IMediaSampleVtbl, GetTime, 5);
	SLOT(IMediaSampleVtbl, SetTime, 6);
	SLOT(IMediaSampleVtbl, IsSyncPoint, 7);
	SLOT(IMediaSampleVtbl, SetSyncPoint, 8);
	SLOT(IMediaSampleVtbl, IsPreroll, 9);
	SLOT(IMediaSampleVtbl, SetPreroll, 10);
	SLOT(IMediaSampleVtbl, GetActualDataLength, 11);
	SLOT(IMediaSampleVtbl, SetActualDataLength, 12);
	SLOT(IMediaSampleVtbl, GetMediaType, 13);
	SLOT(IMediaSampleVtbl, SetMediaType, 14);
	SLOT(IMediaSampleVtbl, IsDiscontinuity, 15);
	SLOT(IMediaSampleVtbl, SetDiscontinuity, 16);
	SLOT(IMediaSampleVtbl, GetMediaTime, 17);
	SLOT(IMediaSampleVtbl, SetMediaTime, 18);
	SLOT(IMediaSample2Vtbl, SetMediaTime, 18);
	SLOT(IMediaSample2Vtbl, GetProperties, 19);
	SLOT(IMediaSample2Vtbl, SetProperties, 20);
	SLOT(IVMRSurfaceVtbl, IsSurfaceLocked, 3);
	SLOT(IVMRSurfaceVtbl, GetSurface, 6);
}

static void create_and_references(void)
{
	struct dxg_pool_ops ops = *mock_ops();
	struct mock *mock = mock_create();
	void *object = &ops, *other;
	IMemAllocator *allocator;

	CHECK_EQ(dxg_memallocator_create(mock_ops(), mock, &IID_IUnknown, NULL), E_POINTER);
	CHECK_EQ(dxg_memallocator_create(NULL, mock, &IID_IUnknown, &object), E_POINTER);
	CHECK(!object);
	CHECK_EQ(dxg_memallocator_create(mock_ops(), mock, &IID_IMediaSample, &object),
		 E_NOINTERFACE);
	ops.lock = NULL;
	CHECK_EQ(dxg_memallocator_create(&ops, mock, &IID_IUnknown, &object), E_INVALIDARG);
	CHECK(!mock_counts(mock).destroyed);

	CHECK_EQ(dxg_memallocator_create(mock_ops(), mock, &IID_IUnknown, &object), S_OK);
	allocator = object;
	/* one pointer for all three */
	CHECK_EQ(IMemAllocator_QueryInterface(allocator, &IID_IMemAllocator, &other), S_OK);
	CHECK(other == object);
	CHECK_EQ(IMemAllocator_QueryInterface(allocator, &IID_IMemAllocatorCallbackTemp, &other),
		 S_OK);
	CHECK(other == object);
	CHECK_EQ(IMemAllocator_QueryInterface(allocator, &IID_IUnknown, &other), S_OK);
	CHECK(other == object);
	CHECK_EQ(IMemAllocator_QueryInterface(allocator, &IID_IMediaSample, &other),
		 E_NOINTERFACE);
	CHECK(!other);
	CHECK_EQ(IMemAllocator_QueryInterface(allocator, &IID_IUnknown, NULL), E_POINTER);
	CHECK_EQ(IMemAllocator_AddRef(allocator), 5);
	CHECK_EQ(IMemAllocator_Release(allocator), 4);
	CHECK_EQ(IMemAllocator_Release(allocator), 3);
	CHECK_EQ(IMemAllocator_Release(allocator), 2);
	CHECK_EQ(IMemAllocator_Release(allocator), 1);
	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK_EQ(mock_end(mock), 0);
}

static void null_pointers(void)
{
	ALLOCATOR_PROPERTIES properties = { 1, 1, 1, 0 };
	struct mock *mock;
	IMemAllocator *allocator = create(&mock);
	IMemAllocatorCallbackTemp *temp = (IMemAllocatorCallbackTemp *)allocator;

	CHECK_EQ(IMemAllocator_SetProperties(allocator, NULL, &properties), E_POINTER);
	CHECK_EQ(IMemAllocator_SetProperties(allocator, &properties, NULL), E_POINTER);
	CHECK_EQ(IMemAllocator_GetProperties(allocator, NULL), E_POINTER);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, NULL, NULL, NULL, 0), E_POINTER);
	CHECK_EQ(IMemAllocator_ReleaseBuffer(allocator, NULL), E_POINTER);
	CHECK_EQ(IMemAllocatorCallbackTemp_GetFreeCount(temp, NULL), E_POINTER);
	CHECK_EQ(IMemAllocatorCallbackTemp_SetNotify(temp, NULL), S_OK);
	CHECK(!dxg_memallocator_pool(NULL) && !dxg_mediasample_sample(NULL));
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

static void properties(void)
{
	static const LONG rows[][5] = {
		{ 1, 1, 16, 1, 15 }, { 1, 15, 16, 1, 15 }, { 1, 16, 16, 1, 31 },
		{ 1, 17, 16, 0, 32 }, { 1, 1, 16, 16, 16 }, { 1, 0, 16, 1, 15 },
	};
	ALLOCATOR_PROPERTIES want, got, now;
	struct mock *mock;
	IMemAllocator *allocator = create(&mock);
	IMediaSample *sample;
	size_t i;

	CHECK_EQ(IMemAllocator_GetProperties(allocator, &now), S_OK);
	CHECK(!now.cBuffers && !now.cbBuffer && !now.cbAlign && !now.cbPrefix);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memcpy(&want, rows[i], sizeof(want));
		CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), S_OK);
		CHECK(!memcmp(&want, rows[i], sizeof(want)));
		CHECK_EQ(got.cbBuffer, rows[i][4]);
		CHECK(got.cBuffers == want.cBuffers && got.cbAlign == want.cbAlign &&
		      got.cbPrefix == want.cbPrefix);
		CHECK_EQ(IMemAllocator_GetProperties(allocator, &now), S_OK);
		CHECK(!memcmp(&now, &got, sizeof(now)));
		CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
		sample = get(allocator);
		CHECK_EQ(IMediaSample_GetSize(sample), got.cbBuffer);
		IMediaSample_Release(sample);
		CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	}
	CHECK_EQ(set(allocator, 1, 1, 0, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 3, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, -1, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 131072, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 1, -1), E_INVALIDARG);
	memset(&got, 0x55, sizeof(got));
	want.cbAlign = 3;
	CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), VFW_E_BADALIGN);
	CHECK(!got.cBuffers && !got.cbBuffer && !got.cbAlign && !got.cbPrefix);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

static void uncommitted(void)
{
	IMediaSample *sample = (void *)1;
	struct mock *mock;
	IMemAllocator *allocator = create(&mock);

	CHECK_EQ(IMemAllocator_Commit(allocator), VFW_E_SIZENOTSET);
	CHECK_EQ(set(allocator, 0, 1, 1, 0), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), VFW_E_SIZENOTSET);
	CHECK_EQ(set(allocator, 1, 0, 1, 0), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), VFW_E_SIZENOTSET);
	CHECK_EQ(set(allocator, -1, -1, 1, 0), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), VFW_E_SIZENOTSET);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
	CHECK(!sample);
	CHECK_EQ(set(allocator, 4, 100, 1, 0), S_OK);
	CHECK_EQ(free_count(allocator), 4);
	mock_fail(mock, MOCK_ALLOC, -12);
	CHECK_EQ(IMemAllocator_Commit(allocator), E_OUTOFMEMORY);
	mock_fail(mock, MOCK_ALLOC, -19);
	CHECK_EQ(IMemAllocator_Commit(allocator), E_FAIL);
	mock_fail(mock, MOCK_ALLOC, -22);
	CHECK_EQ(IMemAllocator_Commit(allocator), E_INVALIDARG);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
	/* still uncommitted */
	CHECK_EQ(set(allocator, 2, 100, 1, 0), S_OK);
	mock_fail(mock, MOCK_ALLOC, 0);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(mock_counts(mock).live, 2);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

static void committed_state(void)
{
	REFERENCE_TIME start = 5, end = 6;
	IMediaSample *a, *b, *none = (void *)1;
	struct mock *mock;
	IMemAllocator *allocator = committed(&mock, 2);

	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	CHECK_EQ(set(allocator, 1, 1, 3, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 1, 0), VFW_E_ALREADY_COMMITTED);
	CHECK_EQ(free_count(allocator), 2);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &a, &start, &end, 0), S_OK);
	/* the times are hints */
	CHECK_EQ(IMediaSample_GetTime(a, &start, &end), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK_EQ(free_count(allocator), 1);
	CHECK_EQ(set(allocator, 1, 1, 3, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 1, 0), VFW_E_ALREADY_COMMITTED);
	/* flags for others are no error */
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &b, NULL, NULL, AM_GBF_PREVFRAMESKIPPED |
					 AM_GBF_NOTASYNCPOINT | AM_GBF_NOWAIT), S_OK);
	CHECK(a != b);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &none, NULL, NULL, AM_GBF_NOWAIT),
		 VFW_E_TIMEOUT);
	CHECK(!none);
	CHECK_EQ(IMediaSample_AddRef(a), 2);
	CHECK_EQ(IMediaSample_Release(a), 1);
	CHECK_EQ(IMediaSample_Release(a), 0);
	CHECK_EQ(free_count(allocator), 1);
	CHECK_EQ(IMediaSample_Release(b), 0);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(set(allocator, 1, 1, 1, 0), S_OK);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

static void decommitting(void)
{
	IMediaSample *a, *none;
	struct mock *mock;
	IMemAllocator *allocator = committed(&mock, 2);
	BYTE *before, *after;

	a = get(allocator);
	CHECK_EQ(IMediaSample_GetPointer(a, &before), S_OK);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &none, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &none, NULL, NULL, AM_GBF_NOWAIT),
		 VFW_E_NOT_COMMITTED);
	CHECK_EQ(set(allocator, 1, 1, 3, 0), VFW_E_BADALIGN);
	CHECK_EQ(set(allocator, 1, 1, 1, 0), VFW_E_BUFFERS_OUTSTANDING);
	CHECK_EQ(free_count(allocator), 1);
	CHECK_EQ(IMediaSample_GetPointer(a, &after), S_OK);
	CHECK(before == after);
	before[0] = 1;
	before[255] = before[0] + 1;
	CHECK_EQ(IMediaSample_SetActualDataLength(a, 5), S_OK);
	/* a commit cancels it: same buffers, nothing allocated */
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	CHECK_EQ(set(allocator, 1, 1, 1, 0), VFW_E_ALREADY_COMMITTED);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	CHECK_EQ(IMediaSample_Release(a), 0);
	CHECK_EQ(set(allocator, 2, 256, 16, 0), S_OK);
	/* the same memory, with its contents */
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(mock_counts(mock).allocs, 1);
	none = get(allocator);
	CHECK(none == a);
	CHECK_EQ(IMediaSample_GetPointer(a, &after), S_OK);
	CHECK(before == after && after[0] == 1 && after[255] == 2);
	IMediaSample_Release(a);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

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

#define GETTERS 6

static void blocked(void)
{
	struct getter getters[GETTERS];
	pthread_t threads[GETTERS];
	struct mock *mock;
	IMemAllocator *allocator = committed(&mock, 1);
	struct dxg_pool *pool = dxg_memallocator_pool(allocator);
	IMediaSample *a = get(allocator);
	int i;

	for (i = 0; i < GETTERS; i++) {
		getters[i].allocator = allocator;
		CHECK_EQ(pthread_create(&threads[i], NULL, get_one, &getters[i]), 0);
		CHECK(mock_wait_waiters(pool, (uint32_t)i + 1));
	}
	/* one of them has it, the others are told that there is none */
	IMediaSample_Release(a);
	pthread_join(threads[0], NULL);
	CHECK_EQ(getters[0].hr, S_OK);
	CHECK(getters[0].sample == a);
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	for (i = 1; i < GETTERS; i++) {
		pthread_join(threads[i], NULL);
		CHECK_EQ(getters[i].hr, VFW_E_NOT_COMMITTED);
		CHECK(!getters[i].sample);
	}
	IMediaSample_Release(a);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

/* The original is never freed when nobody decommits; here the last Release does. */
static void released_while_committed(void)
{
	struct mock *mock;
	IMemAllocator *allocator = committed(&mock, 2);
	IMediaSample *a, *b;
	BYTE *data;

	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK_EQ(mock_end(mock), 0);

	allocator = committed(&mock, 2);
	a = get(allocator);
	b = get(allocator);
	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK(!mock_counts(mock).destroyed);
	CHECK_EQ(IMediaSample_GetPointer(a, &data), S_OK);
	data[255] = 1;
	CHECK_EQ(IMediaSample_Release(a), 0);
	CHECK(!mock_counts(mock).destroyed);
	CHECK_EQ(IMediaSample_AddRef(b), 2);
	CHECK_EQ(IMediaSample_Release(b), 1);
	CHECK_EQ(IMediaSample_Release(b), 0);
	CHECK(mock_counts(mock).destroyed);
	CHECK_EQ(mock_end(mock), 0);
}

/* What the interface has no method for. */
static void the_pool_underneath(void)
{
	struct mock *mock;
	IMemAllocator *allocator = committed(&mock, 1);
	struct dxg_pool *pool = dxg_memallocator_pool(allocator), *other;
	struct dxg_sample *sample;
	struct mock *other_mock;
	IMediaSample *a = get(allocator), *b;

	CHECK(dxg_sample_pool(dxg_mediasample_sample(a)) == pool);
	CHECK(dxg_sample_mediasample(dxg_mediasample_sample(a)) == a);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(10), &sample), -110);
	CHECK_EQ(dxg_sample_add_fence(dxg_mediasample_sample(a),
				      &(struct dxg_pool_fence){ 1, 1 }), 0);
	IMediaSample_Release(a);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &b, NULL, NULL, AM_GBF_NOWAIT),
		 VFW_E_TIMEOUT);
	CHECK_EQ(free_count(allocator), 0);
	mock_signal(mock, 1, 1);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &b, NULL, NULL, 0), S_OK);
	IMediaSample_Release(b);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);

	other = mock_committed(&other_mock, 1);
	CHECK_EQ(dxg_pool_get(other, 0, 0, &sample), 0);
	CHECK(!dxg_sample_mediasample(sample));
	dxg_sample_unref(sample);
	dxg_pool_unref(other);
	CHECK_EQ(mock_end(other_mock), 0);
}

int main(void)
{
	run(codes);
	run(abi);
	run(create_and_references);
	run(null_pointers);
	run(properties);
	run(uncommitted);
	run(committed_state);
	run(decommitting);
	run(blocked);
	run(released_while_committed);
	run(the_pool_underneath);
	return report();
}
