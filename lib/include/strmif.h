/* SPDX-License-Identifier: MIT */
/*
 * IMemAllocator and its samples (DirectShow), over dxg_pool.
 *
 * The interfaces, ids, results and layouts are those of Windows: what C programs say with
 * lpVtbl or COBJMACROS, and C++ programs with ->, compiles here. Two things differ by nature.
 * LONG, ULONG and HRESULT are 32 bits wide, so %ld does not print them. And there is no
 * CoCreateInstance(): dxg_memallocator_create() makes an allocator.
 *
 * Every method may be called by any thread. What belongs to a sample, its times, flags and
 * media type, is for whoever holds the sample: two threads that use one sample at once agree
 * among themselves, except about its references, its pointer and IVMRSurface.
 *
 * What the methods return is said on their pages, "IMemAllocator::GetBuffer" and so on, at
 * learn.microsoft.com; comments here say what those pages leave open, and what is mended.
 * In C++, CINTERFACE asks for the C declarations.
 */
#ifndef STRMIF_H
#define STRMIF_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dxg_pool.h"
#include "dxg_windef.h"

/* --- what all interfaces are declared with -------------------------------------- */

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
	uint32_t Data1;
	uint16_t Data2;
	uint16_t Data3;
	uint8_t Data4[8];
} GUID;
#endif

typedef GUID IID;
typedef GUID CLSID;

#ifndef STDMETHODCALLTYPE
#define STDMETHODCALLTYPE
#endif

#ifdef __cplusplus
#define DXG_STATIC_ASSERT(condition) static_assert(condition, #condition)
typedef const GUID &REFIID;
#else
#define DXG_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
typedef const GUID *REFIID;
#endif

#ifndef SUCCEEDED
#define SUCCEEDED(hr)	((HRESULT)(hr) >= 0)
#define FAILED(hr)	((HRESULT)(hr) < 0)
#endif

#ifndef S_OK
#define S_OK		((HRESULT)0x00000000)
#define S_FALSE		((HRESULT)0x00000001)
#endif
#ifndef E_NOTIMPL
#define E_NOTIMPL	((HRESULT)0x80004001)
#endif
#ifndef E_NOINTERFACE
#define E_NOINTERFACE	((HRESULT)0x80004002)
#endif
#ifndef E_POINTER
#define E_POINTER	((HRESULT)0x80004003)
#endif
#ifndef E_FAIL
#define E_FAIL		((HRESULT)0x80004005)
#endif
#ifndef E_UNEXPECTED
#define E_UNEXPECTED	((HRESULT)0x8000FFFF)
#endif
#ifndef E_OUTOFMEMORY
#define E_OUTOFMEMORY	((HRESULT)0x8007000E)
#endif
#ifndef E_INVALIDARG
#define E_INVALIDARG	((HRESULT)0x80070057)
#endif

#define VFW_S_NO_STOP_TIME		((HRESULT)0x00040270)
#define VFW_E_BUFFER_NOTSET		((HRESULT)0x8004020C)
#define VFW_E_BUFFER_OVERFLOW		((HRESULT)0x8004020D)
#define VFW_E_BADALIGN			((HRESULT)0x8004020E)
#define VFW_E_ALREADY_COMMITTED		((HRESULT)0x8004020F)
#define VFW_E_BUFFERS_OUTSTANDING	((HRESULT)0x80040210)
#define VFW_E_NOT_COMMITTED		((HRESULT)0x80040211)
#define VFW_E_SIZENOTSET		((HRESULT)0x80040212)
#define VFW_E_TIMEOUT			((HRESULT)0x8004022E)
#define VFW_E_SAMPLE_TIME_NOT_SET	((HRESULT)0x80040249)
#define VFW_E_MEDIA_TIME_NOT_SET	((HRESULT)0x80040251)

/* IMemAllocator::GetBuffer */
#define AM_GBF_PREVFRAMESKIPPED	1
#define AM_GBF_NOTASYNCPOINT	2
#define AM_GBF_NOWAIT		4
#define AM_GBF_NODDSURFACELOCK	8

/* AM_SAMPLE2_PROPERTIES::dwSampleFlags */
#define AM_SAMPLE_SPLICEPOINT		0x1
#define AM_SAMPLE_PREROLL		0x2
#define AM_SAMPLE_DATADISCONTINUITY	0x4
#define AM_SAMPLE_TYPECHANGED		0x8
#define AM_SAMPLE_TIMEVALID		0x10
#define AM_SAMPLE_TIMEDISCONTINUITY	0x40
#define AM_SAMPLE_FLUSH_ON_PAUSE	0x80
#define AM_SAMPLE_STOPVALID		0x100
#define AM_SAMPLE_ENDOFSTREAM		0x200

/* AM_SAMPLE2_PROPERTIES::dwStreamId */
#define AM_STREAM_MEDIA		0
#define AM_STREAM_CONTROL	1

/* In units of 100 ns. */
typedef LONGLONG REFERENCE_TIME;

typedef struct _AllocatorProperties {
	LONG cBuffers;		/* made at Commit */
	LONG cbBuffer;		/* bytes in each, without the prefix */
	LONG cbAlign;		/* of the prefix's begin */
	LONG cbPrefix;		/* bytes before the pointer */
} ALLOCATOR_PROPERTIES;

DXG_STATIC_ASSERT(sizeof(ALLOCATOR_PROPERTIES) == 16);

#if defined(__cplusplus) && !defined(CINTERFACE)
struct IUnknown;
struct IMediaSample;
#else
typedef struct IUnknown IUnknown;
typedef struct IMemAllocator IMemAllocator;
typedef struct IMemAllocatorCallbackTemp IMemAllocatorCallbackTemp;
typedef struct IMemAllocatorNotifyCallbackTemp IMemAllocatorNotifyCallbackTemp;
typedef struct IMediaSample IMediaSample;
typedef struct IMediaSample2 IMediaSample2;
typedef struct IVMRSurface IVMRSurface;
#endif

typedef struct _AMMediaType {
	GUID majortype;
	GUID subtype;
	BOOL bFixedSizeSamples;
	BOOL bTemporalCompression;
	ULONG lSampleSize;
	GUID formattype;
	IUnknown *pUnk;
	ULONG cbFormat;
	BYTE *pbFormat;
} AM_MEDIA_TYPE;

typedef struct tagAM_SAMPLE2_PROPERTIES {
	DWORD cbData;
	DWORD dwTypeSpecificFlags;
	DWORD dwSampleFlags;
	LONG lActual;
	REFERENCE_TIME tStart;
	REFERENCE_TIME tStop;
	DWORD dwStreamId;
	AM_MEDIA_TYPE *pMediaType;
	BYTE *pbBuffer;
	LONG cbBuffer;
} AM_SAMPLE2_PROPERTIES;

#if UINTPTR_MAX > 0xffffffff
DXG_STATIC_ASSERT(sizeof(AM_MEDIA_TYPE) == 88);
DXG_STATIC_ASSERT(offsetof(AM_MEDIA_TYPE, pUnk) == 64);
DXG_STATIC_ASSERT(offsetof(AM_MEDIA_TYPE, pbFormat) == 80);
DXG_STATIC_ASSERT(sizeof(AM_SAMPLE2_PROPERTIES) == 64);
DXG_STATIC_ASSERT(offsetof(AM_SAMPLE2_PROPERTIES, lActual) == 12);
DXG_STATIC_ASSERT(offsetof(AM_SAMPLE2_PROPERTIES, dwStreamId) == 32);
DXG_STATIC_ASSERT(offsetof(AM_SAMPLE2_PROPERTIES, pMediaType) == 40);
DXG_STATIC_ASSERT(offsetof(AM_SAMPLE2_PROPERTIES, cbBuffer) == 56);
#endif

struct IDirectDrawSurface7;

#ifdef __cplusplus
extern "C" {
#endif

extern const IID IID_IUnknown;
extern const IID IID_IMemAllocator;
extern const IID IID_IMemAllocatorCallbackTemp;
extern const IID IID_IMemAllocatorNotifyCallbackTemp;
extern const IID IID_IMediaSample;
extern const IID IID_IMediaSample2;
extern const IID IID_IVMRSurface;
extern const CLSID CLSID_MemoryAllocator;

/* What IMediaSample::GetMediaType returns is freed with DeleteMediaType(), as there. */
static inline void *CoTaskMemAlloc(size_t size)
{
	return malloc(size);
}

static inline void CoTaskMemFree(void *memory)
{
	free(memory);
}

#ifdef __cplusplus
}
#endif

/* --- the interfaces ---------------------------------------------------------------- */

#if defined(__cplusplus) && !defined(CINTERFACE)

struct IUnknown {
	virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **object) = 0;
	virtual ULONG STDMETHODCALLTYPE AddRef(void) = 0;
	virtual ULONG STDMETHODCALLTYPE Release(void) = 0;
};

struct IMemAllocatorNotifyCallbackTemp : public IUnknown {
	virtual HRESULT STDMETHODCALLTYPE NotifyRelease(void) = 0;
};

struct IMemAllocator : public IUnknown {
	virtual HRESULT STDMETHODCALLTYPE SetProperties(ALLOCATOR_PROPERTIES *request,
							ALLOCATOR_PROPERTIES *actual) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetProperties(ALLOCATOR_PROPERTIES *properties) = 0;
	virtual HRESULT STDMETHODCALLTYPE Commit(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE Decommit(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetBuffer(IMediaSample **sample,
						    REFERENCE_TIME *start,
						    REFERENCE_TIME *end, DWORD flags) = 0;
	virtual HRESULT STDMETHODCALLTYPE ReleaseBuffer(IMediaSample *sample) = 0;
};

struct IMemAllocatorCallbackTemp : public IMemAllocator {
	virtual HRESULT STDMETHODCALLTYPE SetNotify(IMemAllocatorNotifyCallbackTemp *sink) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetFreeCount(LONG *count) = 0;
};

struct IMediaSample : public IUnknown {
	virtual HRESULT STDMETHODCALLTYPE GetPointer(BYTE **buffer) = 0;
	virtual LONG STDMETHODCALLTYPE GetSize(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetTime(REFERENCE_TIME *start,
						  REFERENCE_TIME *end) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetTime(REFERENCE_TIME *start,
						  REFERENCE_TIME *end) = 0;
	virtual HRESULT STDMETHODCALLTYPE IsSyncPoint(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetSyncPoint(BOOL is) = 0;
	virtual HRESULT STDMETHODCALLTYPE IsPreroll(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetPreroll(BOOL is) = 0;
	virtual LONG STDMETHODCALLTYPE GetActualDataLength(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetActualDataLength(LONG length) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetMediaType(AM_MEDIA_TYPE **type) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetMediaType(AM_MEDIA_TYPE *type) = 0;
	virtual HRESULT STDMETHODCALLTYPE IsDiscontinuity(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetDiscontinuity(BOOL is) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetMediaTime(LONGLONG *start, LONGLONG *end) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetMediaTime(LONGLONG *start, LONGLONG *end) = 0;
};

struct IMediaSample2 : public IMediaSample {
	virtual HRESULT STDMETHODCALLTYPE GetProperties(DWORD size, BYTE *properties) = 0;
	virtual HRESULT STDMETHODCALLTYPE SetProperties(DWORD size, const BYTE *properties) = 0;
};

struct IVMRSurface : public IUnknown {
	virtual HRESULT STDMETHODCALLTYPE IsSurfaceLocked(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE LockSurface(BYTE **surface) = 0;
	virtual HRESULT STDMETHODCALLTYPE UnlockSurface(void) = 0;
	virtual HRESULT STDMETHODCALLTYPE GetSurface(IDirectDrawSurface7 **surface) = 0;
};

#else /* C */

typedef struct IUnknownVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IUnknown *self, REFIID riid, void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IUnknown *self);
	ULONG (STDMETHODCALLTYPE *Release)(IUnknown *self);
} IUnknownVtbl;

struct IUnknown {
	const IUnknownVtbl *lpVtbl;
};

typedef struct IMemAllocatorNotifyCallbackTempVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IMemAllocatorNotifyCallbackTemp *self,
						    REFIID riid, void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IMemAllocatorNotifyCallbackTemp *self);
	ULONG (STDMETHODCALLTYPE *Release)(IMemAllocatorNotifyCallbackTemp *self);
	HRESULT (STDMETHODCALLTYPE *NotifyRelease)(IMemAllocatorNotifyCallbackTemp *self);
} IMemAllocatorNotifyCallbackTempVtbl;

struct IMemAllocatorNotifyCallbackTemp {
	const IMemAllocatorNotifyCallbackTempVtbl *lpVtbl;
};

typedef struct IMemAllocatorVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IMemAllocator *self, REFIID riid,
						    void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IMemAllocator *self);
	ULONG (STDMETHODCALLTYPE *Release)(IMemAllocator *self);
	HRESULT (STDMETHODCALLTYPE *SetProperties)(IMemAllocator *self,
						   ALLOCATOR_PROPERTIES *request,
						   ALLOCATOR_PROPERTIES *actual);
	HRESULT (STDMETHODCALLTYPE *GetProperties)(IMemAllocator *self,
						   ALLOCATOR_PROPERTIES *properties);
	HRESULT (STDMETHODCALLTYPE *Commit)(IMemAllocator *self);
	HRESULT (STDMETHODCALLTYPE *Decommit)(IMemAllocator *self);
	HRESULT (STDMETHODCALLTYPE *GetBuffer)(IMemAllocator *self, IMediaSample **sample,
					       REFERENCE_TIME *start, REFERENCE_TIME *end,
					       DWORD flags);
	HRESULT (STDMETHODCALLTYPE *ReleaseBuffer)(IMemAllocator *self, IMediaSample *sample);
} IMemAllocatorVtbl;

struct IMemAllocator {
	const IMemAllocatorVtbl *lpVtbl;
};

typedef struct IMemAllocatorCallbackTempVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IMemAllocatorCallbackTemp *self, REFIID riid,
						    void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IMemAllocatorCallbackTemp *self);
	ULONG (STDMETHODCALLTYPE *Release)(IMemAllocatorCallbackTemp *self);
	HRESULT (STDMETHODCALLTYPE *SetProperties)(IMemAllocatorCallbackTemp *self,
						   ALLOCATOR_PROPERTIES *request,
						   ALLOCATOR_PROPERTIES *actual);
	HRESULT (STDMETHODCALLTYPE *GetProperties)(IMemAllocatorCallbackTemp *self,
						   ALLOCATOR_PROPERTIES *properties);
	HRESULT (STDMETHODCALLTYPE *Commit)(IMemAllocatorCallbackTemp *self);
	HRESULT (STDMETHODCALLTYPE *Decommit)(IMemAllocatorCallbackTemp *self);
	HRESULT (STDMETHODCALLTYPE *GetBuffer)(IMemAllocatorCallbackTemp *self,
					       IMediaSample **sample, REFERENCE_TIME *start,
					       REFERENCE_TIME *end, DWORD flags);
	HRESULT (STDMETHODCALLTYPE *ReleaseBuffer)(IMemAllocatorCallbackTemp *self,
						   IMediaSample *sample);
	HRESULT (STDMETHODCALLTYPE *SetNotify)(IMemAllocatorCallbackTemp *self,
					       IMemAllocatorNotifyCallbackTemp *sink);
	HRESULT (STDMETHODCALLTYPE *GetFreeCount)(IMemAllocatorCallbackTemp *self, LONG *count);
} IMemAllocatorCallbackTempVtbl;

struct IMemAllocatorCallbackTemp {
	const IMemAllocatorCallbackTempVtbl *lpVtbl;
};

typedef struct IMediaSampleVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IMediaSample *self, REFIID riid,
						    void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IMediaSample *self);
	ULONG (STDMETHODCALLTYPE *Release)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *GetPointer)(IMediaSample *self, BYTE **buffer);
	LONG (STDMETHODCALLTYPE *GetSize)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *GetTime)(IMediaSample *self, REFERENCE_TIME *start,
					     REFERENCE_TIME *end);
	HRESULT (STDMETHODCALLTYPE *SetTime)(IMediaSample *self, REFERENCE_TIME *start,
					     REFERENCE_TIME *end);
	HRESULT (STDMETHODCALLTYPE *IsSyncPoint)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *SetSyncPoint)(IMediaSample *self, BOOL is);
	HRESULT (STDMETHODCALLTYPE *IsPreroll)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *SetPreroll)(IMediaSample *self, BOOL is);
	LONG (STDMETHODCALLTYPE *GetActualDataLength)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *SetActualDataLength)(IMediaSample *self, LONG length);
	HRESULT (STDMETHODCALLTYPE *GetMediaType)(IMediaSample *self, AM_MEDIA_TYPE **type);
	HRESULT (STDMETHODCALLTYPE *SetMediaType)(IMediaSample *self, AM_MEDIA_TYPE *type);
	HRESULT (STDMETHODCALLTYPE *IsDiscontinuity)(IMediaSample *self);
	HRESULT (STDMETHODCALLTYPE *SetDiscontinuity)(IMediaSample *self, BOOL is);
	HRESULT (STDMETHODCALLTYPE *GetMediaTime)(IMediaSample *self, LONGLONG *start,
						  LONGLONG *end);
	HRESULT (STDMETHODCALLTYPE *SetMediaTime)(IMediaSample *self, LONGLONG *start,
						  LONGLONG *end);
} IMediaSampleVtbl;

struct IMediaSample {
	const IMediaSampleVtbl *lpVtbl;
};

typedef struct IMediaSample2Vtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IMediaSample2 *self, REFIID riid,
						    void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IMediaSample2 *self);
	ULONG (STDMETHODCALLTYPE *Release)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *GetPointer)(IMediaSample2 *self, BYTE **buffer);
	LONG (STDMETHODCALLTYPE *GetSize)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *GetTime)(IMediaSample2 *self, REFERENCE_TIME *start,
					     REFERENCE_TIME *end);
	HRESULT (STDMETHODCALLTYPE *SetTime)(IMediaSample2 *self, REFERENCE_TIME *start,
					     REFERENCE_TIME *end);
	HRESULT (STDMETHODCALLTYPE *IsSyncPoint)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *SetSyncPoint)(IMediaSample2 *self, BOOL is);
	HRESULT (STDMETHODCALLTYPE *IsPreroll)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *SetPreroll)(IMediaSample2 *self, BOOL is);
	LONG (STDMETHODCALLTYPE *GetActualDataLength)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *SetActualDataLength)(IMediaSample2 *self, LONG length);
	HRESULT (STDMETHODCALLTYPE *GetMediaType)(IMediaSample2 *self, AM_MEDIA_TYPE **type);
	HRESULT (STDMETHODCALLTYPE *SetMediaType)(IMediaSample2 *self, AM_MEDIA_TYPE *type);
	HRESULT (STDMETHODCALLTYPE *IsDiscontinuity)(IMediaSample2 *self);
	HRESULT (STDMETHODCALLTYPE *SetDiscontinuity)(IMediaSample2 *self, BOOL is);
	HRESULT (STDMETHODCALLTYPE *GetMediaTime)(IMediaSample2 *self, LONGLONG *start,
						  LONGLONG *end);
	HRESULT (STDMETHODCALLTYPE *SetMediaTime)(IMediaSample2 *self, LONGLONG *start,
						  LONGLONG *end);
	HRESULT (STDMETHODCALLTYPE *GetProperties)(IMediaSample2 *self, DWORD size,
						   BYTE *properties);
	HRESULT (STDMETHODCALLTYPE *SetProperties)(IMediaSample2 *self, DWORD size,
						   const BYTE *properties);
} IMediaSample2Vtbl;

struct IMediaSample2 {
	const IMediaSample2Vtbl *lpVtbl;
};

typedef struct IVMRSurfaceVtbl {
	HRESULT (STDMETHODCALLTYPE *QueryInterface)(IVMRSurface *self, REFIID riid,
						    void **object);
	ULONG (STDMETHODCALLTYPE *AddRef)(IVMRSurface *self);
	ULONG (STDMETHODCALLTYPE *Release)(IVMRSurface *self);
	HRESULT (STDMETHODCALLTYPE *IsSurfaceLocked)(IVMRSurface *self);
	HRESULT (STDMETHODCALLTYPE *LockSurface)(IVMRSurface *self, BYTE **surface);
	HRESULT (STDMETHODCALLTYPE *UnlockSurface)(IVMRSurface *self);
	HRESULT (STDMETHODCALLTYPE *GetSurface)(IVMRSurface *self,
						struct IDirectDrawSurface7 **surface);
} IVMRSurfaceVtbl;

struct IVMRSurface {
	const IVMRSurfaceVtbl *lpVtbl;
};

#ifdef COBJMACROS
#include "strmif_cobj.h"
#endif

#endif /* C */

#ifdef __cplusplus
extern "C" {
#endif

/* Frees what a media type owns, and the type itself. NULL is allowed. */
static inline void DeleteMediaType(AM_MEDIA_TYPE *type)
{
	if (!type)
		return;
	CoTaskMemFree(type->pbFormat);
#if defined(__cplusplus) && !defined(CINTERFACE)
	if (type->pUnk)
		type->pUnk->Release();
#else
	if (type->pUnk)
		type->pUnk->lpVtbl->Release(type->pUnk);
#endif
	CoTaskMemFree(type);
}

/**
 * dxg_memallocator_create() - make an allocator
 * @ops: the backend's functions, for as long as the allocator and its samples exist
 * @backend: handed to them. On success it belongs to the allocator: ops->destroy() ends it.
 * @riid: IID_IUnknown, IID_IMemAllocator or IID_IMemAllocatorCallbackTemp; all are the same
 *	  pointer
 * @object: the allocator, with one reference, the caller's
 *
 * What CoCreateInstance(CLSID_MemoryAllocator) is there. The last Release() decommits: an
 * allocator that nobody decommitted is not lost, as it is with the original. Samples that
 * are out stay valid; the last of them frees the memory.
 *
 * Return: S_OK, E_POINTER, E_NOINTERFACE, E_INVALIDARG for a table that dxg_pool_create()
 * refuses, E_OUTOFMEMORY.
 */
HRESULT dxg_memallocator_create(const struct dxg_pool_ops *ops, void *backend, REFIID riid,
				void **object);

/**
 * dxg_memallocator_create_on() - make an allocator whose samples are allocations (dxg.h)
 * @device: whose; the allocator keeps it by itself
 * @riid: as dxg_memallocator_create()
 * @object: as dxg_memallocator_create()
 *
 * What dxg_pool_create_on() says of samples and fences holds.
 *
 * Return: as dxg_memallocator_create().
 */
HRESULT dxg_memallocator_create_on(struct dxg_device *device, REFIID riid, void **object);

/**
 * dxg_memallocator_pool() - the pool under an allocator
 * @allocator: any IMemAllocator
 *
 * For what IMemAllocator has no method for: deadlines, fences, other numbers of samples,
 * file descriptors, statistics.
 *
 * Return: the pool, which lives as long as the caller's reference on @allocator; NULL if
 * that is not one of dxg_memallocator_create().
 */
struct dxg_pool *dxg_memallocator_pool(IMemAllocator *allocator);

/**
 * dxg_mediasample_sample() - the pool's sample under a media sample
 * @sample: any IMediaSample
 * Return: the same object with the same references; NULL if it is not ours.
 */
struct dxg_sample *dxg_mediasample_sample(IMediaSample *sample);

/**
 * dxg_sample_mediasample() - the media sample over a pool's sample
 * @sample: had with dxg_pool_get() from the pool of an allocator
 * Return: the same object with the same references; NULL if the pool has no allocator.
 */
IMediaSample *dxg_sample_mediasample(struct dxg_sample *sample);

#ifdef __cplusplus
}
#endif

#endif /* STRMIF_H */
