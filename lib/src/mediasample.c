// SPDX-License-Identifier: MIT
/*
 * IMediaSample2, and IVMRSurface, in the caller's part of each sample of a pool.
 *
 * References, the pointer and locks are the pool's. The rest is what a sample carries, and
 * goes when it is back: flags, stream and media type, but not the actual length, which
 * whoever has the sample next finds as it was, as with the original.
 */
#include <errno.h>
#include <stddef.h>

#include "memallocator.h"

const IID IID_IMediaSample = {
	0x56a8689a, 0x0ad4, 0x11ce, { 0xb0, 0x3a, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70 }
};

const IID IID_IMediaSample2 = {
	0x36b73884, 0xc2c8, 0x11cf, { 0x8b, 0x46, 0x00, 0x80, 0x5f, 0x6c, 0xef, 0x60 }
};

const IID IID_IVMRSurface = {
	0xa9849bbe, 0x9ec8, 0x4263, { 0xb7, 0x64, 0x62, 0x73, 0x0f, 0x0d, 0x15, 0xd0 }
};

/* Not seen outside: the media time is set. */
#define SAMPLE_MEDIA_TIME	0x20u
/* What SetProperties takes: all up to STOPVALID, but that. */
#define SAMPLE_SETTABLE		(0x1ffu & ~SAMPLE_MEDIA_TIME)

static struct mediasample *to_mediasample(IMediaSample2 *self)
{
	return (struct mediasample *)(void *)self;
}

static HRESULT pointer_hresult(int error)
{
	switch (error) {
	case 0:
		return S_OK;
	case -EFAULT:
		return E_POINTER;
	case -ENOMEM:
		return E_OUTOFMEMORY;
	}
	return E_FAIL;
}

/* --- references -------------------------------------------------------------- */

static ULONG STDMETHODCALLTYPE sample_addref(IMediaSample2 *self)
{
	int refs = dxg_sample_ref(to_mediasample(self)->sample);

	return refs > 0 ? (ULONG)refs : 0;
}

static ULONG STDMETHODCALLTYPE sample_release(IMediaSample2 *self)
{
	int refs = dxg_sample_unref(to_mediasample(self)->sample);

	return refs > 0 ? (ULONG)refs : 0;
}

static HRESULT STDMETHODCALLTYPE sample_query(IMediaSample2 *self, REFIID riid, void **object)
{
	if (!object)
		return E_POINTER;
	*object = NULL;
	if (!riid)
		return E_POINTER;
	if (guid_is(riid, &IID_IUnknown) || guid_is(riid, &IID_IMediaSample) ||
	    guid_is(riid, &IID_IMediaSample2))
		*object = self;
	else if (guid_is(riid, &IID_IVMRSurface))
		*object = &to_mediasample(self)->surface;
	else
		return E_NOINTERFACE;
	sample_addref(self);
	return S_OK;
}

/* --- memory -------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE sample_get_pointer(IMediaSample2 *self, BYTE **buffer)
{
	void *data = NULL;
	int ret;

	if (!buffer)
		return E_POINTER;
	ret = dxg_sample_get_pointer(to_mediasample(self)->sample, &data);
	*buffer = data;
	return pointer_hresult(ret);
}

static LONG STDMETHODCALLTYPE sample_get_size(IMediaSample2 *self)
{
	return dxg_sample_size(to_mediasample(self)->sample);
}

static LONG STDMETHODCALLTYPE sample_get_actual(IMediaSample2 *self)
{
	return to_mediasample(self)->actual;
}

static HRESULT STDMETHODCALLTYPE sample_set_actual(IMediaSample2 *self, LONG length)
{
	if (length < 0 || length > sample_get_size(self))
		return VFW_E_BUFFER_OVERFLOW;
	to_mediasample(self)->actual = length;
	return S_OK;
}

/* --- flags ----------------------------------------------------------------------- */

static HRESULT sample_flag(IMediaSample2 *self, DWORD flag)
{
	return to_mediasample(self)->flags & flag ? S_OK : S_FALSE;
}

static HRESULT sample_set_flag(IMediaSample2 *self, DWORD flag, BOOL is)
{
	if (is)
		to_mediasample(self)->flags |= flag;
	else
		to_mediasample(self)->flags &= ~flag;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE sample_is_sync(IMediaSample2 *self)
{
	return sample_flag(self, AM_SAMPLE_SPLICEPOINT);
}

static HRESULT STDMETHODCALLTYPE sample_set_sync(IMediaSample2 *self, BOOL is)
{
	return sample_set_flag(self, AM_SAMPLE_SPLICEPOINT, is);
}

static HRESULT STDMETHODCALLTYPE sample_is_preroll(IMediaSample2 *self)
{
	return sample_flag(self, AM_SAMPLE_PREROLL);
}

static HRESULT STDMETHODCALLTYPE sample_set_preroll(IMediaSample2 *self, BOOL is)
{
	return sample_set_flag(self, AM_SAMPLE_PREROLL, is);
}

static HRESULT STDMETHODCALLTYPE sample_is_discontinuity(IMediaSample2 *self)
{
	return sample_flag(self, AM_SAMPLE_DATADISCONTINUITY);
}

static HRESULT STDMETHODCALLTYPE sample_set_discontinuity(IMediaSample2 *self, BOOL is)
{
	return sample_set_flag(self, AM_SAMPLE_DATADISCONTINUITY, is);
}

/* --- times ------------------------------------------------------------------------ */

/* A stop without a start is none: the original returns whatever start is left over. */
static HRESULT STDMETHODCALLTYPE sample_get_time(IMediaSample2 *self, REFERENCE_TIME *start,
						 REFERENCE_TIME *end)
{
	struct mediasample *sample = to_mediasample(self);

	if (!start || !end)
		return E_POINTER;
	if (!(sample->flags & AM_SAMPLE_TIMEVALID))
		return VFW_E_SAMPLE_TIME_NOT_SET;
	*start = sample->start;
	if (sample->flags & AM_SAMPLE_STOPVALID) {
		*end = sample->stop;
		return S_OK;
	}
	*end = sample->start < INT64_MAX ? sample->start + 1 : sample->start;
	return VFW_S_NO_STOP_TIME;
}

static HRESULT STDMETHODCALLTYPE sample_set_time(IMediaSample2 *self, REFERENCE_TIME *start,
						 REFERENCE_TIME *end)
{
	struct mediasample *sample = to_mediasample(self);

	sample->flags &= ~(DWORD)(AM_SAMPLE_TIMEVALID | AM_SAMPLE_STOPVALID);
	if (!start)
		return S_OK;
	sample->start = *start;
	sample->flags |= AM_SAMPLE_TIMEVALID;
	if (end) {
		sample->stop = *end;
		sample->flags |= AM_SAMPLE_STOPVALID;
	}
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE sample_get_media_time(IMediaSample2 *self, LONGLONG *start,
						       LONGLONG *end)
{
	struct mediasample *sample = to_mediasample(self);

	if (!start || !end)
		return E_POINTER;
	if (!(sample->flags & SAMPLE_MEDIA_TIME))
		return VFW_E_MEDIA_TIME_NOT_SET;
	*start = sample->media_start;
	*end = sample->media_stop;
	return S_OK;
}

/* Both ends in 64 bits: the original keeps the length in 32. */
static HRESULT STDMETHODCALLTYPE sample_set_media_time(IMediaSample2 *self, LONGLONG *start,
						       LONGLONG *end)
{
	struct mediasample *sample = to_mediasample(self);

	if (!start) {
		sample->flags &= ~SAMPLE_MEDIA_TIME;
		return S_OK;
	}
	if (!end)
		return E_POINTER;
	sample->media_start = *start;
	sample->media_stop = *end;
	sample->flags |= SAMPLE_MEDIA_TIME;
	return S_OK;
}

/* --- media types -------------------------------------------------------------------- */

static AM_MEDIA_TYPE *copy_type(const AM_MEDIA_TYPE *type)
{
	AM_MEDIA_TYPE *copy = CoTaskMemAlloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *type;
	if (!type->cbFormat || !type->pbFormat) {
		copy->cbFormat = 0;
		copy->pbFormat = NULL;
	} else {
		copy->pbFormat = CoTaskMemAlloc(type->cbFormat);
		if (!copy->pbFormat) {
			CoTaskMemFree(copy);
			return NULL;
		}
		memcpy(copy->pbFormat, type->pbFormat, type->cbFormat);
	}
	if (copy->pUnk)
		copy->pUnk->lpVtbl->AddRef(copy->pUnk);
	return copy;
}

static HRESULT STDMETHODCALLTYPE sample_get_type(IMediaSample2 *self, AM_MEDIA_TYPE **type)
{
	struct mediasample *sample = to_mediasample(self);

	if (!type)
		return E_POINTER;
	*type = NULL;
	if (!sample->type || !(sample->flags & AM_SAMPLE_TYPECHANGED))
		return S_FALSE;
	*type = copy_type(sample->type);
	return *type ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE sample_set_type(IMediaSample2 *self, AM_MEDIA_TYPE *type)
{
	struct mediasample *sample = to_mediasample(self);
	AM_MEDIA_TYPE *copy = NULL, *old = sample->type;

	if (type) {
		copy = copy_type(type);
		if (!copy)
			return E_OUTOFMEMORY;
	}
	sample->type = copy;
	DeleteMediaType(old);
	return sample_set_flag(self, AM_SAMPLE_TYPECHANGED, !!copy);
}

/* --- all at once -------------------------------------------------------------------- */

/* Where each member ends: a struct that is cut off before has it not. */
enum {
	END_cbData = offsetof(AM_SAMPLE2_PROPERTIES, cbData) + sizeof(DWORD),
	END_dwTypeSpecificFlags = offsetof(AM_SAMPLE2_PROPERTIES, dwTypeSpecificFlags) +
				  sizeof(DWORD),
	END_dwSampleFlags = offsetof(AM_SAMPLE2_PROPERTIES, dwSampleFlags) + sizeof(DWORD),
	END_lActual = offsetof(AM_SAMPLE2_PROPERTIES, lActual) + sizeof(LONG),
	END_tStart = offsetof(AM_SAMPLE2_PROPERTIES, tStart) + sizeof(REFERENCE_TIME),
	END_tStop = offsetof(AM_SAMPLE2_PROPERTIES, tStop) + sizeof(REFERENCE_TIME),
	END_dwStreamId = offsetof(AM_SAMPLE2_PROPERTIES, dwStreamId) + sizeof(DWORD),
	END_pMediaType = offsetof(AM_SAMPLE2_PROPERTIES, pMediaType) + sizeof(AM_MEDIA_TYPE *),
	END_pbBuffer = offsetof(AM_SAMPLE2_PROPERTIES, pbBuffer) + sizeof(BYTE *),
	END_cbBuffer = offsetof(AM_SAMPLE2_PROPERTIES, cbBuffer) + sizeof(LONG),
};

static HRESULT STDMETHODCALLTYPE sample_get_properties(IMediaSample2 *self, DWORD size,
						       BYTE *properties)
{
	struct mediasample *sample = to_mediasample(self);
	AM_SAMPLE2_PROPERTIES now;
	void *data = NULL;
	int ret;

	if (!size)
		return S_OK;
	if (!properties)
		return E_POINTER;
	if (size > sizeof(now))
		size = sizeof(now);
	/* one had with AM_GBF_NODDSURFACELOCK has no pointer, and that is no error here */
	if (size >= END_pbBuffer) {
		ret = dxg_sample_get_pointer(sample->sample, &data);
		if (ret && ret != -EPERM)
			return pointer_hresult(ret);
	}

	memset(&now, 0, sizeof(now));
	now.cbData = size;
	now.dwTypeSpecificFlags = sample->type_flags;
	now.dwSampleFlags = sample->flags & ~SAMPLE_MEDIA_TIME;
	now.lActual = sample->actual;
	now.tStart = sample->start;
	now.tStop = sample->stop;
	now.dwStreamId = sample->stream;
	now.pMediaType = sample->type;
	now.pbBuffer = data;
	now.cbBuffer = sample_get_size(self);
	memcpy(properties, &now, size);
	return S_OK;
}

/* Everything that can be wrong, before anything is changed. */
static HRESULT sample_check(IMediaSample2 *self, const AM_SAMPLE2_PROPERTIES *new, DWORD size)
{
	struct mediasample *sample = to_mediasample(self);
	LONG capacity = sample_get_size(self);
	void *data = NULL;

	if (size >= END_dwSampleFlags) {
		if (new->dwSampleFlags & ~SAMPLE_SETTABLE)
			return E_INVALIDARG;
		if ((new->dwSampleFlags & ~sample->flags & AM_SAMPLE_TIMEVALID) &&
		    size < END_tStop)
			return E_INVALIDARG;
	}
	if (size >= END_pMediaType && (new->dwSampleFlags & AM_SAMPLE_TYPECHANGED) &&
	    !new->pMediaType)
		return E_POINTER;
	if (size >= END_pbBuffer && new->pbBuffer) {
		dxg_sample_get_pointer(sample->sample, &data);
		if (new->pbBuffer != data)
			return E_INVALIDARG;
	}
	if (size >= END_cbBuffer) {
		if (new->cbBuffer && new->cbBuffer != capacity)
			return E_INVALIDARG;
		if (new->lActual > new->cbBuffer)
			return E_INVALIDARG;
	}
	if (size >= END_lActual && (new->lActual < 0 || new->lActual > capacity))
		return VFW_E_BUFFER_OVERFLOW;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE sample_set_properties(IMediaSample2 *self, DWORD size,
						       const BYTE *properties)
{
	struct mediasample *sample = to_mediasample(self);
	AM_SAMPLE2_PROPERTIES new = { 0 };
	AM_MEDIA_TYPE *type = NULL, *old;
	HRESULT hr;

	if (!size)
		return S_OK;
	if (!properties)
		return E_POINTER;
	if (size > sizeof(new))
		return E_INVALIDARG;
	memcpy(&new, properties, size);
	/* without the whole of cbData nothing is there */
	if (size < END_cbData)
		return S_OK;
	if (size > new.cbData)
		size = new.cbData;

	hr = sample_check(self, &new, size);
	if (FAILED(hr))
		return hr;
	if (size >= END_pMediaType && (new.dwSampleFlags & AM_SAMPLE_TYPECHANGED)) {
		type = copy_type(new.pMediaType);
		if (!type)
			return E_OUTOFMEMORY;
	}

	/* nothing can fail from here */
	if (size >= END_dwTypeSpecificFlags)
		sample->type_flags = new.dwTypeSpecificFlags;
	if (size >= END_dwSampleFlags)
		sample->flags = new.dwSampleFlags | (sample->flags & SAMPLE_MEDIA_TIME);
	if (size >= END_lActual)
		sample->actual = new.lActual;
	if (size >= END_tStart)
		sample->start = new.tStart;
	if (size >= END_tStop)
		sample->stop = new.tStop;
	if (size >= END_dwStreamId)
		sample->stream = new.dwStreamId;
	if (size >= END_pMediaType) {
		old = sample->type;
		sample->type = type;
		DeleteMediaType(old);
	}
	return S_OK;
}

/* --- IVMRSurface ---------------------------------------------------------------------- */

static IMediaSample2 *surface_sample(IVMRSurface *self)
{
	return &((struct mediasample *)(void *)((char *)self -
		 offsetof(struct mediasample, surface)))->iface;
}

static HRESULT STDMETHODCALLTYPE surface_query(IVMRSurface *self, REFIID riid, void **object)
{
	return sample_query(surface_sample(self), riid, object);
}

static ULONG STDMETHODCALLTYPE surface_addref(IVMRSurface *self)
{
	return sample_addref(surface_sample(self));
}

static ULONG STDMETHODCALLTYPE surface_release(IVMRSurface *self)
{
	return sample_release(surface_sample(self));
}

static HRESULT STDMETHODCALLTYPE surface_is_locked(IVMRSurface *self)
{
	return dxg_sample_is_locked(to_mediasample(surface_sample(self))->sample) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE surface_lock(IVMRSurface *self, BYTE **surface)
{
	void *data = NULL;
	int ret;

	if (!surface)
		return E_POINTER;
	ret = dxg_sample_lock(to_mediasample(surface_sample(self))->sample, &data);
	*surface = data;
	return pointer_hresult(ret);
}

static HRESULT STDMETHODCALLTYPE surface_unlock(IVMRSurface *self)
{
	return pointer_hresult(dxg_sample_unlock(to_mediasample(surface_sample(self))->sample));
}

static HRESULT STDMETHODCALLTYPE surface_get(IVMRSurface *self,
					     struct IDirectDrawSurface7 **surface)
{
	(void)self;
	if (!surface)
		return E_POINTER;
	*surface = NULL;
	return E_NOTIMPL;
}

/* --- */

static const IMediaSample2Vtbl sample_vtbl = {
	.QueryInterface = sample_query,
	.AddRef = sample_addref,
	.Release = sample_release,
	.GetPointer = sample_get_pointer,
	.GetSize = sample_get_size,
	.GetTime = sample_get_time,
	.SetTime = sample_set_time,
	.IsSyncPoint = sample_is_sync,
	.SetSyncPoint = sample_set_sync,
	.IsPreroll = sample_is_preroll,
	.SetPreroll = sample_set_preroll,
	.GetActualDataLength = sample_get_actual,
	.SetActualDataLength = sample_set_actual,
	.GetMediaType = sample_get_type,
	.SetMediaType = sample_set_type,
	.IsDiscontinuity = sample_is_discontinuity,
	.SetDiscontinuity = sample_set_discontinuity,
	.GetMediaTime = sample_get_media_time,
	.SetMediaTime = sample_set_media_time,
	.GetProperties = sample_get_properties,
	.SetProperties = sample_set_properties,
};

static const IVMRSurfaceVtbl surface_vtbl = {
	.QueryInterface = surface_query,
	.AddRef = surface_addref,
	.Release = surface_release,
	.IsSurfaceLocked = surface_is_locked,
	.LockSurface = surface_lock,
	.UnlockSurface = surface_unlock,
	.GetSurface = surface_get,
};

void dxg_mediasample_init(struct dxg_sample *sample)
{
	struct mediasample *media = dxg_sample_user(sample);

	media->iface.lpVtbl = &sample_vtbl;
	media->surface.lpVtbl = &surface_vtbl;
	media->sample = sample;
	media->actual = dxg_sample_size(sample);
}

void dxg_mediasample_reset(struct dxg_sample *sample)
{
	struct mediasample *media = dxg_sample_user(sample);

	media->flags = 0;
	media->type_flags = 0;
	media->stream = AM_STREAM_MEDIA;
	DeleteMediaType(media->type);
	media->type = NULL;
}

struct dxg_sample *dxg_mediasample_sample(IMediaSample *sample)
{
	IMediaSample2 *self = (void *)sample;

	if (!self || self->lpVtbl != &sample_vtbl)
		return NULL;
	return to_mediasample(self)->sample;
}

IMediaSample *dxg_sample_mediasample(struct dxg_sample *sample)
{
	struct mediasample *media;

	if (!sample || !dxg_pool_has_allocator(dxg_sample_pool(sample)))
		return NULL;
	media = dxg_sample_user(sample);
	return (IMediaSample *)(void *)&media->iface;
}
