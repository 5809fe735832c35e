// SPDX-License-Identifier: MIT
/* IMediaSample, IMediaSample2 and IVMRSurface. */
#include <stdlib.h>

#define COBJMACROS
#include "check.h"
#include "mock_backend.h"
#include "strmif.h"

static struct mock *mock;
static IMemAllocator *allocator;

static IMediaSample *get_flags(DWORD flags)
{
	IMediaSample *sample = NULL;

	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, flags | AM_GBF_NOWAIT),
		 S_OK);
	return sample;
}

/* An allocator with one sample of 256 bytes, and that sample. */
static IMediaSample *begin(void)
{
	ALLOCATOR_PROPERTIES want = { 1, 256, 16, 8 }, got;
	void *object;

	mock = mock_create();
	CHECK_EQ(dxg_memallocator_create(mock_ops(), mock, &IID_IMemAllocator, &object), S_OK);
	allocator = object;
	CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	return get_flags(0);
}

static void end(IMediaSample *sample)
{
	CHECK_EQ(IMediaSample_Release(sample), 0);
	IMemAllocator_Release(allocator);
	CHECK_EQ(mock_end(mock), 0);
}

static AM_SAMPLE2_PROPERTIES props_of(IMediaSample *sample)
{
	AM_SAMPLE2_PROPERTIES props;

	memset(&props, 0x55, sizeof(props));
	CHECK_EQ(IMediaSample2_GetProperties((IMediaSample2 *)sample, sizeof(props),
					     (BYTE *)&props), S_OK);
	return props;
}

static HRESULT set_props(IMediaSample *sample, const AM_SAMPLE2_PROPERTIES *props, DWORD size)
{
	return IMediaSample2_SetProperties((IMediaSample2 *)sample, size, (const BYTE *)props);
}

static void query(void)
{
	IMediaSample *sample = begin();
	void *other;

	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IMediaSample2, &other), S_OK);
	CHECK(other == sample);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IMediaSample, &other), S_OK);
	CHECK(other == sample);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IUnknown, &other), S_OK);
	CHECK(other == sample);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IMemAllocator, &other), E_NOINTERFACE);
	CHECK(!other);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IUnknown, NULL), E_POINTER);
	CHECK_EQ(IMediaSample_AddRef(sample), 5);
	CHECK_EQ(IMediaSample_Release(sample), 4);
	CHECK_EQ(IMediaSample_Release(sample), 3);
	CHECK_EQ(IMediaSample_Release(sample), 2);
	CHECK_EQ(IMediaSample_Release(sample), 1);
	end(sample);
}

static void fresh(void)
{
	IMediaSample *sample = begin();
	AM_SAMPLE2_PROPERTIES props = props_of(sample);
	AM_MEDIA_TYPE *type = (void *)1;
	LONGLONG a = 1, b = 2;
	BYTE *data;

	CHECK_EQ(IMediaSample_GetSize(sample), 264);
	CHECK_EQ(IMediaSample_GetActualDataLength(sample), IMediaSample_GetSize(sample));
	CHECK_EQ(IMediaSample_IsSyncPoint(sample), S_FALSE);
	CHECK_EQ(IMediaSample_IsPreroll(sample), S_FALSE);
	CHECK_EQ(IMediaSample_IsDiscontinuity(sample), S_FALSE);
	CHECK_EQ(IMediaSample_GetTime(sample, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &a, &b), VFW_E_MEDIA_TIME_NOT_SET);
	CHECK(a == 1 && b == 2);
	CHECK_EQ(IMediaSample_GetMediaType(sample, &type), S_FALSE);
	CHECK(!type);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), S_OK);
	CHECK_EQ((uintptr_t)data % 16, 8);
	CHECK_EQ(props.cbData, sizeof(props));
	CHECK_EQ(props.dwSampleFlags, 0);
	CHECK_EQ(props.dwTypeSpecificFlags, 0);
	CHECK_EQ(props.dwStreamId, AM_STREAM_MEDIA);
	CHECK_EQ(props.lActual, IMediaSample_GetSize(sample));
	CHECK_EQ(props.cbBuffer, IMediaSample_GetSize(sample));
	CHECK(!props.pMediaType && props.pbBuffer == data);
	CHECK_EQ(IMediaSample_GetPointer(sample, NULL), E_POINTER);
	CHECK_EQ(IMediaSample_GetTime(sample, NULL, &b), E_POINTER);
	CHECK_EQ(IMediaSample_GetTime(sample, &a, NULL), E_POINTER);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, NULL, &b), E_POINTER);
	CHECK_EQ(IMediaSample_GetMediaType(sample, NULL), E_POINTER);
	end(sample);
}

static void flags(void)
{
	IMediaSample *sample = begin();

	CHECK_EQ(IMediaSample_SetSyncPoint(sample, TRUE), S_OK);
	CHECK_EQ(IMediaSample_IsSyncPoint(sample), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags, AM_SAMPLE_SPLICEPOINT);
	CHECK_EQ(IMediaSample_SetSyncPoint(sample, FALSE), S_OK);
	CHECK_EQ(IMediaSample_IsSyncPoint(sample), S_FALSE);
	CHECK_EQ(IMediaSample_SetPreroll(sample, 7), S_OK);
	CHECK_EQ(IMediaSample_IsPreroll(sample), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags, AM_SAMPLE_PREROLL);
	CHECK_EQ(IMediaSample_SetDiscontinuity(sample, TRUE), S_OK);
	CHECK_EQ(IMediaSample_IsDiscontinuity(sample), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags,
		 AM_SAMPLE_PREROLL | AM_SAMPLE_DATADISCONTINUITY);
	CHECK_EQ(IMediaSample_SetPreroll(sample, FALSE), S_OK);
	CHECK_EQ(IMediaSample_SetDiscontinuity(sample, FALSE), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags, 0);
	end(sample);
}

static void times(void)
{
	IMediaSample *sample = begin();
	REFERENCE_TIME a = 100, b = 200, x = 1, y = 2;

	CHECK_EQ(IMediaSample_SetTime(sample, &a, NULL), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags, AM_SAMPLE_TIMEVALID);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_S_NO_STOP_TIME);
	CHECK(x == 100 && y == 101);
	CHECK_EQ(IMediaSample_SetTime(sample, &a, &b), S_OK);
	CHECK_EQ(props_of(sample).dwSampleFlags, AM_SAMPLE_TIMEVALID | AM_SAMPLE_STOPVALID);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), S_OK);
	CHECK(x == 100 && y == 200);
	CHECK_EQ(IMediaSample_SetTime(sample, &a, NULL), S_OK);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_S_NO_STOP_TIME);
	CHECK_EQ(IMediaSample_SetTime(sample, NULL, &b), S_OK);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK_EQ(IMediaSample_SetTime(sample, &a, &b), S_OK);
	CHECK_EQ(IMediaSample_SetTime(sample, NULL, NULL), S_OK);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_E_SAMPLE_TIME_NOT_SET);
	a = INT64_MAX;
	CHECK_EQ(IMediaSample_SetTime(sample, &a, NULL), S_OK);
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_S_NO_STOP_TIME);
	end(sample);
}

static void media_times(void)
{
	IMediaSample *sample = begin();
	LONGLONG a = 100, b = 200, x = 1, y = 2;

	CHECK_EQ(IMediaSample_SetMediaTime(sample, &a, NULL), E_POINTER);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &x, &y), VFW_E_MEDIA_TIME_NOT_SET);
	CHECK_EQ(IMediaSample_SetMediaTime(sample, &a, &b), S_OK);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &x, &y), S_OK);
	CHECK(x == 100 && y == 200);
	/* the two times have nothing to do with each other, and the flag is not seen */
	CHECK_EQ(IMediaSample_GetTime(sample, &x, &y), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK_EQ(props_of(sample).dwSampleFlags, 0);
	CHECK_EQ(IMediaSample_SetTime(sample, NULL, NULL), S_OK);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &x, &y), S_OK);
	CHECK_EQ(IMediaSample_SetMediaTime(sample, NULL, NULL), S_OK);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &x, &y), VFW_E_MEDIA_TIME_NOT_SET);
	end(sample);
}

static void actual_length(void)
{
	IMediaSample *sample = begin();
	LONG size = IMediaSample_GetSize(sample);

	CHECK_EQ(IMediaSample_SetActualDataLength(sample, 0), S_OK);
	CHECK_EQ(IMediaSample_GetActualDataLength(sample), 0);
	CHECK_EQ(IMediaSample_SetActualDataLength(sample, size), S_OK);
	CHECK_EQ(IMediaSample_SetActualDataLength(sample, size + 1), VFW_E_BUFFER_OVERFLOW);
	CHECK_EQ(IMediaSample_SetActualDataLength(sample, -1), VFW_E_BUFFER_OVERFLOW);
	CHECK_EQ(IMediaSample_GetActualDataLength(sample), size);
	CHECK_EQ(props_of(sample).lActual, size);
	end(sample);
}

/* An object that counts its references. */
struct counted {
	IUnknown iface;
	ULONG refs;
};

static HRESULT counted_query(IUnknown *self, REFIID riid, void **object)
{
	(void)self;
	(void)riid;
	*object = NULL;
	return E_NOINTERFACE;
}

static ULONG counted_addref(IUnknown *self)
{
	return ++((struct counted *)self)->refs;
}

static ULONG counted_release(IUnknown *self)
{
	return --((struct counted *)self)->refs;
}

static const IUnknownVtbl counted_vtbl = {
	counted_query, counted_addref, counted_release,
};

static void media_types(void)
{
	struct counted counted = { { &counted_vtbl }, 1 };
	BYTE format[4] = { 1, 2, 3, 4 };
	AM_MEDIA_TYPE type = { .lSampleSize = 7, .cbFormat = 4, .pbFormat = format,
			       .pUnk = &counted.iface };
	IMediaSample *sample = begin();
	AM_MEDIA_TYPE *got, *again;

	CHECK_EQ(IMediaSample_SetMediaType(sample, &type), S_OK);
	CHECK_EQ(counted.refs, 2);
	CHECK_EQ(props_of(sample).dwSampleFlags, AM_SAMPLE_TYPECHANGED);
	format[0] = 9;
	CHECK_EQ(IMediaSample_GetMediaType(sample, &got), S_OK);
	CHECK_EQ(IMediaSample_GetMediaType(sample, &again), S_OK);
	CHECK_EQ(counted.refs, 4);
	CHECK(got != again && got->pbFormat != again->pbFormat && got->pbFormat != format);
	CHECK(got->lSampleSize == 7 && got->cbFormat == 4 && got->pbFormat[0] == 1);
	/* the one of the properties is not a copy */
	CHECK(props_of(sample).pMediaType == props_of(sample).pMediaType);
	CHECK(props_of(sample).pMediaType && props_of(sample).pMediaType != got);
	CHECK_EQ(IMediaSample_SetMediaType(sample, got), S_OK);
	DeleteMediaType(got);
	DeleteMediaType(again);
	DeleteMediaType(NULL);
	CHECK_EQ(counted.refs, 2);
	CHECK_EQ(IMediaSample_SetMediaType(sample, NULL), S_OK);
	CHECK_EQ(counted.refs, 1);
	CHECK_EQ(props_of(sample).dwSampleFlags, 0);
	CHECK_EQ(IMediaSample_GetMediaType(sample, &got), S_FALSE);
	CHECK(!got);
	/* what is left on a sample goes when it is back */
	CHECK_EQ(IMediaSample_SetMediaType(sample, &type), S_OK);
	CHECK_EQ(IMediaSample_Release(sample), 0);
	CHECK_EQ(counted.refs, 1);
	end(get_flags(0));
}

static void reuse(void)
{
	AM_SAMPLE2_PROPERTIES props = { .cbData = sizeof(props), .dwTypeSpecificFlags = 5,
					.dwStreamId = AM_STREAM_CONTROL, .lActual = 123,
					.cbBuffer = 264, .dwSampleFlags = AM_SAMPLE_PREROLL };
	IMediaSample *sample = begin();
	LONGLONG a = 1, b = 2;
	BYTE *data;

	CHECK_EQ(set_props(sample, &props, sizeof(props)), S_OK);
	CHECK_EQ(IMediaSample_SetTime(sample, &a, &b), S_OK);
	CHECK_EQ(IMediaSample_SetMediaTime(sample, &a, &b), S_OK);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), S_OK);
	data[3] = 33;
	CHECK_EQ(IMediaSample_Release(sample), 0);
	CHECK(get_flags(0) == sample);
	props = props_of(sample);
	CHECK_EQ(props.dwTypeSpecificFlags, 0);
	CHECK_EQ(props.dwStreamId, AM_STREAM_MEDIA);
	CHECK_EQ(props.dwSampleFlags, 0);
	/* but not this, and not what is in the buffer */
	CHECK_EQ(props.lActual, 123);
	CHECK_EQ(IMediaSample_GetActualDataLength(sample), 123);
	CHECK(props.pbBuffer == data && data[3] == 33);
	CHECK_EQ(IMediaSample_GetTime(sample, &a, &b), VFW_E_SAMPLE_TIME_NOT_SET);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &a, &b), VFW_E_MEDIA_TIME_NOT_SET);
	end(sample);
}

static void get_properties(void)
{
	IMediaSample *sample = begin();
	IMediaSample2 *two = (IMediaSample2 *)sample;
	BYTE bytes[80];
	DWORD size;

	memset(bytes, 0x55, sizeof(bytes));
	CHECK_EQ(IMediaSample2_GetProperties(two, 0, NULL), S_OK);
	CHECK_EQ(IMediaSample2_GetProperties(two, 0, bytes), S_OK);
	CHECK_EQ(IMediaSample2_GetProperties(two, 4, NULL), E_POINTER);
	CHECK_EQ(IMediaSample2_GetProperties(two, 12, bytes), S_OK);
	memcpy(&size, bytes, 4);
	CHECK_EQ(size, 12);
	CHECK_EQ(bytes[12], 0x55);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(IMediaSample2_GetProperties(two, 80, bytes), S_OK);
	memcpy(&size, bytes, 4);
	CHECK_EQ(size, 64);
	CHECK_EQ(bytes[64], 0x55);
	end(sample);
}

static void set_properties(void)
{
	AM_SAMPLE2_PROPERTIES props, now;
	AM_MEDIA_TYPE type = { .lSampleSize = 7 };
	IMediaSample *sample = begin();
	BYTE bytes[80] = { 0 };
	LONG size = IMediaSample_GetSize(sample);
	BYTE *data;

	CHECK_EQ(IMediaSample_GetPointer(sample, &data), S_OK);
	CHECK_EQ(set_props(sample, NULL, 0), S_OK);
	CHECK_EQ(set_props(sample, NULL, 4), E_POINTER);
	CHECK_EQ(IMediaSample2_SetProperties((IMediaSample2 *)sample, 80, bytes), E_INVALIDARG);

	/* what was read can be written */
	props = props_of(sample);
	CHECK_EQ(set_props(sample, &props, sizeof(props)), S_OK);

	props.dwSampleFlags = AM_SAMPLE_ENDOFSTREAM;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	props.dwSampleFlags = 0x20;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	props.dwSampleFlags = AM_SAMPLE_TYPECHANGED;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_POINTER);
	props.dwSampleFlags = 0;
	props.pbBuffer = data + 1;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	props.pbBuffer = NULL;
	props.cbBuffer = size - 1;
	props.lActual = 1;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	props.cbBuffer = 0;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	props.cbBuffer = size;
	props.lActual = size + 1;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), E_INVALIDARG);
	CHECK_EQ(set_props(sample, &props, 16), VFW_E_BUFFER_OVERFLOW);
	props.lActual = -1;
	CHECK_EQ(set_props(sample, &props, 16), VFW_E_BUFFER_OVERFLOW);
	props.lActual = 7;
	props.dwSampleFlags = AM_SAMPLE_TIMEVALID;
	CHECK_EQ(set_props(sample, &props, 24), E_INVALIDARG);
	now = props_of(sample);
	CHECK(now.dwSampleFlags == 0 && now.lActual == size && !now.pMediaType);

	/* the time that is valid already needs no stop */
	props.tStart = 10;
	props.tStop = 20;
	CHECK_EQ(set_props(sample, &props, 32), S_OK);
	CHECK_EQ(set_props(sample, &props, 24), S_OK);
	now = props_of(sample);
	CHECK(now.tStart == 10 && now.tStop == 20 && now.lActual == 7);

	props.dwSampleFlags = AM_SAMPLE_TYPECHANGED | AM_SAMPLE_SPLICEPOINT;
	props.pMediaType = &type;
	props.dwStreamId = 3;
	props.dwTypeSpecificFlags = 0x1234;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), S_OK);
	now = props_of(sample);
	CHECK_EQ(now.dwSampleFlags, AM_SAMPLE_TYPECHANGED | AM_SAMPLE_SPLICEPOINT);
	CHECK(now.pMediaType && now.pMediaType != &type && now.pMediaType->lSampleSize == 7);
	CHECK(now.dwStreamId == 3 && now.dwTypeSpecificFlags == 0x1234);
	/* part of it: by the size given, and by cbData */
	props.dwStreamId = 4;
	props.dwTypeSpecificFlags = 9;
	CHECK_EQ(set_props(sample, &props, 8), S_OK);
	CHECK_EQ(props_of(sample).dwTypeSpecificFlags, 9);
	CHECK_EQ(props_of(sample).dwStreamId, 3);
	props.dwTypeSpecificFlags = 10;
	props.cbData = 8;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), S_OK);
	CHECK_EQ(props_of(sample).dwTypeSpecificFlags, 10);
	CHECK_EQ(props_of(sample).dwStreamId, 3);
	CHECK_EQ(set_props(sample, &props, 3), S_OK);
	/* without the flag the type goes; the media time is no part of it */
	CHECK_EQ(IMediaSample_SetMediaTime(sample, &now.tStart, &now.tStop), S_OK);
	props.cbData = sizeof(props);
	props.dwSampleFlags = 0;
	CHECK_EQ(set_props(sample, &props, sizeof(props)), S_OK);
	CHECK(!props_of(sample).pMediaType);
	CHECK_EQ(IMediaSample_GetMediaTime(sample, &now.tStart, &now.tStop), S_OK);
	end(sample);
}

static void without_a_lock(void)
{
	IMediaSample *sample = begin();
	IVMRSurface *surface;
	void *object;
	BYTE *data, *same;

	/* the lock comes with the first pointer */
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), S_OK);
	CHECK_EQ(mock_counts(mock).locked, 1);
	IMediaSample_Release(sample);
	CHECK_EQ(mock_counts(mock).locked, 0);

	sample = get_flags(AM_GBF_NODDSURFACELOCK);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), E_FAIL);
	CHECK(!data);
	CHECK(!props_of(sample).pbBuffer);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IVMRSurface, &object), S_OK);
	surface = object;
	CHECK_EQ(IVMRSurface_IsSurfaceLocked(surface), S_FALSE);
	CHECK_EQ(IVMRSurface_LockSurface(surface, NULL), E_POINTER);
	CHECK_EQ(IVMRSurface_UnlockSurface(surface), E_FAIL);
	CHECK_EQ(IVMRSurface_LockSurface(surface, &data), S_OK);
	CHECK_EQ(IVMRSurface_IsSurfaceLocked(surface), S_OK);
	CHECK_EQ(mock_counts(mock).locked, 1);
	data[0] = 1;
	CHECK_EQ(IMediaSample_GetPointer(sample, &same), S_OK);
	CHECK(same == data);
	CHECK_EQ(IVMRSurface_UnlockSurface(surface), S_OK);
	CHECK_EQ(mock_counts(mock).locked, 0);
	CHECK_EQ(IVMRSurface_GetSurface(surface, NULL), E_POINTER);
	CHECK_EQ(IVMRSurface_GetSurface(surface, (void *)&object), E_NOTIMPL);
	CHECK(!object);
	CHECK_EQ(IVMRSurface_QueryInterface(surface, &IID_IUnknown, &object), S_OK);
	CHECK(object == sample);
	CHECK_EQ(IVMRSurface_AddRef(surface), 4);
	CHECK_EQ(IVMRSurface_Release(surface), 3);
	CHECK_EQ(IVMRSurface_Release(surface), 2);
	CHECK_EQ(IVMRSurface_Release(surface), 1);
	mock_fail(mock, MOCK_LOCK, -19);
	CHECK_EQ(IVMRSurface_LockSurface(surface, &data), E_FAIL);
	mock_fail(mock, MOCK_LOCK, -12);
	CHECK_EQ(IVMRSurface_LockSurface(surface, &data), E_OUTOFMEMORY);
	mock_fail(mock, MOCK_LOCK, 0);
	end(sample);
}

int main(void)
{
	run(query);
	run(fresh);
	run(flags);
	run(times);
	run(media_times);
	run(actual_length);
	run(media_types);
	run(reuse);
	run(get_properties);
	run(set_properties);
	run(without_a_lock);
	return report();
}
