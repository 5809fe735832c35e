/* SPDX-License-Identifier: MIT */
/*
 * The methods of strmif.h as macros, for C: IMemAllocator_Commit(allocator). Included by it
 * if COBJMACROS is defined.
 */
#ifndef STRMIF_COBJ_H
#define STRMIF_COBJ_H

#include "strmif.h"

/* They take any interface that has the method, as those of Windows do, but name it once. */
#define DXG_COBJ0(self, method) (__extension__ ({ \
	__typeof__(self) dxg_cobj = (self); \
	dxg_cobj->lpVtbl->method(dxg_cobj); \
}))
#define DXG_COBJ(self, method, ...) (__extension__ ({ \
	__typeof__(self) dxg_cobj = (self); \
	dxg_cobj->lpVtbl->method(dxg_cobj, __VA_ARGS__); \
}))

#define IUnknown_QueryInterface(self, riid, object) DXG_COBJ(self, QueryInterface, riid, object)
#define IUnknown_AddRef(self) DXG_COBJ0(self, AddRef)
#define IUnknown_Release(self) DXG_COBJ0(self, Release)

#define IMemAllocator_QueryInterface(self, riid, object) \
	DXG_COBJ(self, QueryInterface, riid, object)
#define IMemAllocator_AddRef(self) DXG_COBJ0(self, AddRef)
#define IMemAllocator_Release(self) DXG_COBJ0(self, Release)
#define IMemAllocator_SetProperties(self, request, actual) \
	DXG_COBJ(self, SetProperties, request, actual)
#define IMemAllocator_GetProperties(self, properties) DXG_COBJ(self, GetProperties, properties)
#define IMemAllocator_Commit(self) DXG_COBJ0(self, Commit)
#define IMemAllocator_Decommit(self) DXG_COBJ0(self, Decommit)
#define IMemAllocator_GetBuffer(self, sample, start, end, flags) \
	DXG_COBJ(self, GetBuffer, sample, start, end, flags)
#define IMemAllocator_ReleaseBuffer(self, sample) DXG_COBJ(self, ReleaseBuffer, sample)

#define IMemAllocatorCallbackTemp_QueryInterface(self, riid, object) \
	DXG_COBJ(self, QueryInterface, riid, object)
#define IMemAllocatorCallbackTemp_AddRef(self) DXG_COBJ0(self, AddRef)
#define IMemAllocatorCallbackTemp_Release(self) DXG_COBJ0(self, Release)
#define IMemAllocatorCallbackTemp_SetProperties(self, request, actual) \
	DXG_COBJ(self, SetProperties, request, actual)
#define IMemAllocatorCallbackTemp_GetProperties(self, properties) \
	DXG_COBJ(self, GetProperties, properties)
#define IMemAllocatorCallbackTemp_Commit(self) DXG_COBJ0(self, Commit)
#define IMemAllocatorCallbackTemp_Decommit(self) DXG_COBJ0(self, Decommit)
#define IMemAllocatorCallbackTemp_GetBuffer(self, sample, start, end, flags) \
	DXG_COBJ(self, GetBuffer, sample, start, end, flags)
#define IMemAllocatorCallbackTemp_ReleaseBuffer(self, sample) DXG_COBJ(self, ReleaseBuffer, sample)
#define IMemAllocatorCallbackTemp_SetNotify(self, sink) DXG_COBJ(self, SetNotify, sink)
#define IMemAllocatorCallbackTemp_GetFreeCount(self, count) DXG_COBJ(self, GetFreeCount, count)

#define IMemAllocatorNotifyCallbackTemp_QueryInterface(self, riid, object) \
	DXG_COBJ(self, QueryInterface, riid, object)
#define IMemAllocatorNotifyCallbackTemp_AddRef(self) DXG_COBJ0(self, AddRef)
#define IMemAllocatorNotifyCallbackTemp_Release(self) DXG_COBJ0(self, Release)
#define IMemAllocatorNotifyCallbackTemp_NotifyRelease(self) DXG_COBJ0(self, NotifyRelease)

#define IMediaSample_QueryInterface(self, riid, object) DXG_COBJ(self, QueryInterface, riid, object)
#define IMediaSample_AddRef(self) DXG_COBJ0(self, AddRef)
#define IMediaSample_Release(self) DXG_COBJ0(self, Release)
#define IMediaSample_GetPointer(self, buffer) DXG_COBJ(self, GetPointer, buffer)
#define IMediaSample_GetSize(self) DXG_COBJ0(self, GetSize)
#define IMediaSample_GetTime(self, start, end) DXG_COBJ(self, GetTime, start, end)
#define IMediaSample_SetTime(self, start, end) DXG_COBJ(self, SetTime, start, end)
#define IMediaSample_IsSyncPoint(self) DXG_COBJ0(self, IsSyncPoint)
#define IMediaSample_SetSyncPoint(self, is) DXG_COBJ(self, SetSyncPoint, is)
#define IMediaSample_IsPreroll(self) DXG_COBJ0(self, IsPreroll)
#define IMediaSample_SetPreroll(self, is) DXG_COBJ(self, SetPreroll, is)
#define IMediaSample_GetActualDataLength(self) DXG_COBJ0(self, GetActualDataLength)
#define IMediaSample_SetActualDataLength(self, length) DXG_COBJ(self, SetActualDataLength, length)
#define IMediaSample_GetMediaType(self, type) DXG_COBJ(self, GetMediaType, type)
#define IMediaSample_SetMediaType(self, type) DXG_COBJ(self, SetMediaType, type)
#define IMediaSample_IsDiscontinuity(self) DXG_COBJ0(self, IsDiscontinuity)
#define IMediaSample_SetDiscontinuity(self, is) DXG_COBJ(self, SetDiscontinuity, is)
#define IMediaSample_GetMediaTime(self, start, end) DXG_COBJ(self, GetMediaTime, start, end)
#define IMediaSample_SetMediaTime(self, start, end) DXG_COBJ(self, SetMediaTime, start, end)

#define IMediaSample2_QueryInterface(self, riid, object) \
	DXG_COBJ(self, QueryInterface, riid, object)
#define IMediaSample2_AddRef(self) DXG_COBJ0(self, AddRef)
#define IMediaSample2_Release(self) DXG_COBJ0(self, Release)
#define IMediaSample2_GetPointer(self, buffer) DXG_COBJ(self, GetPointer, buffer)
#define IMediaSample2_GetSize(self) DXG_COBJ0(self, GetSize)
#define IMediaSample2_GetTime(self, start, end) DXG_COBJ(self, GetTime, start, end)
#define IMediaSample2_SetTime(self, start, end) DXG_COBJ(self, SetTime, start, end)
#define IMediaSample2_IsSyncPoint(self) DXG_COBJ0(self, IsSyncPoint)
#define IMediaSample2_SetSyncPoint(self, is) DXG_COBJ(self, SetSyncPoint, is)
#define IMediaSample2_IsPreroll(self) DXG_COBJ0(self, IsPreroll)
#define IMediaSample2_SetPreroll(self, is) DXG_COBJ(self, SetPreroll, is)
#define IMediaSample2_GetActualDataLength(self) DXG_COBJ0(self, GetActualDataLength)
#define IMediaSample2_SetActualDataLength(self, length) DXG_COBJ(self, SetActualDataLength, length)
#define IMediaSample2_GetMediaType(self, type) DXG_COBJ(self, GetMediaType, type)
#define IMediaSample2_SetMediaType(self, type) DXG_COBJ(self, SetMediaType, type)
#define IMediaSample2_IsDiscontinuity(self) DXG_COBJ0(self, IsDiscontinuity)
#define IMediaSample2_SetDiscontinuity(self, is) DXG_COBJ(self, SetDiscontinuity, is)
#define IMediaSample2_GetMediaTime(self, start, end) DXG_COBJ(self, GetMediaTime, start, end)
#define IMediaSample2_SetMediaTime(self, start, end) DXG_COBJ(self, SetMediaTime, start, end)
#define IMediaSample2_GetProperties(self, size, properties) \
	DXG_COBJ(self, GetProperties, size, properties)
#define IMediaSample2_SetProperties(self, size, properties) \
	DXG_COBJ(self, SetProperties, size, properties)

#define IVMRSurface_QueryInterface(self, riid, object) DXG_COBJ(self, QueryInterface, riid, object)
#define IVMRSurface_AddRef(self) DXG_COBJ0(self, AddRef)
#define IVMRSurface_Release(self) DXG_COBJ0(self, Release)
#define IVMRSurface_IsSurfaceLocked(self) DXG_COBJ0(self, IsSurfaceLocked)
#define IVMRSurface_LockSurface(self, surface) DXG_COBJ(self, LockSurface, surface)
#define IVMRSurface_UnlockSurface(self) DXG_COBJ0(self, UnlockSurface)
#define IVMRSurface_GetSurface(self, surface) DXG_COBJ(self, GetSurface, surface)

#endif /* STRMIF_COBJ_H */
