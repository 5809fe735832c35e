/* SPDX-License-Identifier: MIT */
/*
 * The methods of strmif.h as macros, for C: IMemAllocator_Commit(allocator). Included by it
 * if COBJMACROS is defined.
 */
#ifndef STRMIF_COBJ_H
#define STRMIF_COBJ_H

#include "strmif.h"

#define IUnknown_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IUnknown_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IUnknown_Release(self) \
	((self)->lpVtbl->Release(self))

#define IMemAllocator_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IMemAllocator_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IMemAllocator_Release(self) \
	((self)->lpVtbl->Release(self))
#define IMemAllocator_SetProperties(self, request, actual) \
	((self)->lpVtbl->SetProperties(self, request, actual))
#define IMemAllocator_GetProperties(self, properties) \
	((self)->lpVtbl->GetProperties(self, properties))
#define IMemAllocator_Commit(self) \
	((self)->lpVtbl->Commit(self))
#define IMemAllocator_Decommit(self) \
	((self)->lpVtbl->Decommit(self))
#define IMemAllocator_GetBuffer(self, sample, start, end, flags) \
	((self)->lpVtbl->GetBuffer(self, sample, start, end, flags))
#define IMemAllocator_ReleaseBuffer(self, sample) \
	((self)->lpVtbl->ReleaseBuffer(self, sample))

#define IMemAllocatorCallbackTemp_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IMemAllocatorCallbackTemp_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IMemAllocatorCallbackTemp_Release(self) \
	((self)->lpVtbl->Release(self))
#define IMemAllocatorCallbackTemp_SetProperties(self, request, actual) \
	((self)->lpVtbl->SetProperties(self, request, actual))
#define IMemAllocatorCallbackTemp_GetProperties(self, properties) \
	((self)->lpVtbl->GetProperties(self, properties))
#define IMemAllocatorCallbackTemp_Commit(self) \
	((self)->lpVtbl->Commit(self))
#define IMemAllocatorCallbackTemp_Decommit(self) \
	((self)->lpVtbl->Decommit(self))
#define IMemAllocatorCallbackTemp_GetBuffer(self, sample, start, end, flags) \
	((self)->lpVtbl->GetBuffer(self, sample, start, end, flags))
#define IMemAllocatorCallbackTemp_ReleaseBuffer(self, sample) \
	((self)->lpVtbl->ReleaseBuffer(self, sample))
#define IMemAllocatorCallbackTemp_SetNotify(self, sink) \
	((self)->lpVtbl->SetNotify(self, sink))
#define IMemAllocatorCallbackTemp_GetFreeCount(self, count) \
	((self)->lpVtbl->GetFreeCount(self, count))

#define IMemAllocatorNotifyCallbackTemp_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IMemAllocatorNotifyCallbackTemp_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IMemAllocatorNotifyCallbackTemp_Release(self) \
	((self)->lpVtbl->Release(self))
#define IMemAllocatorNotifyCallbackTemp_NotifyRelease(self) \
	((self)->lpVtbl->NotifyRelease(self))

#define IMediaSample_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IMediaSample_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IMediaSample_Release(self) \
	((self)->lpVtbl->Release(self))
#define IMediaSample_GetPointer(self, buffer) \
	((self)->lpVtbl->GetPointer(self, buffer))
#define IMediaSample_GetSize(self) \
	((self)->lpVtbl->GetSize(self))
#define IMediaSample_GetTime(self, start, end) \
	((self)->lpVtbl->GetTime(self, start, end))
#define IMediaSample_SetTime(self, start, end) \
	((self)->lpVtbl->SetTime(self, start, end))
#define IMediaSample_IsSyncPoint(self) \
	((self)->lpVtbl->IsSyncPoint(self))
#define IMediaSample_SetSyncPoint(self, is) \
	((self)->lpVtbl->SetSyncPoint(self, is))
#define IMediaSample_IsPreroll(self) \
	((self)->lpVtbl->IsPreroll(self))
#define IMediaSample_SetPreroll(self, is) \
	((self)->lpVtbl->SetPreroll(self, is))
#define IMediaSample_GetActualDataLength(self) \
	((self)->lpVtbl->GetActualDataLength(self))
#define IMediaSample_SetActualDataLength(self, length) \
	((self)->lpVtbl->SetActualDataLength(self, length))
#define IMediaSample_GetMediaType(self, type) \
	((self)->lpVtbl->GetMediaType(self, type))
#define IMediaSample_SetMediaType(self, type) \
	((self)->lpVtbl->SetMediaType(self, type))
#define IMediaSample_IsDiscontinuity(self) \
	((self)->lpVtbl->IsDiscontinuity(self))
#define IMediaSample_SetDiscontinuity(self, is) \
	((self)->lpVtbl->SetDiscontinuity(self, is))
#define IMediaSample_GetMediaTime(self, start, end) \
	((self)->lpVtbl->GetMediaTime(self, start, end))
#define IMediaSample_SetMediaTime(self, start, end) \
	((self)->lpVtbl->SetMediaTime(self, start, end))

#define IMediaSample2_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IMediaSample2_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IMediaSample2_Release(self) \
	((self)->lpVtbl->Release(self))
#define IMediaSample2_GetPointer(self, buffer) \
	((self)->lpVtbl->GetPointer(self, buffer))
#define IMediaSample2_GetSize(self) \
	((self)->lpVtbl->GetSize(self))
#define IMediaSample2_GetTime(self, start, end) \
	((self)->lpVtbl->GetTime(self, start, end))
#define IMediaSample2_SetTime(self, start, end) \
	((self)->lpVtbl->SetTime(self, start, end))
#define IMediaSample2_IsSyncPoint(self) \
	((self)->lpVtbl->IsSyncPoint(self))
#define IMediaSample2_SetSyncPoint(self, is) \
	((self)->lpVtbl->SetSyncPoint(self, is))
#define IMediaSample2_IsPreroll(self) \
	((self)->lpVtbl->IsPreroll(self))
#define IMediaSample2_SetPreroll(self, is) \
	((self)->lpVtbl->SetPreroll(self, is))
#define IMediaSample2_GetActualDataLength(self) \
	((self)->lpVtbl->GetActualDataLength(self))
#define IMediaSample2_SetActualDataLength(self, length) \
	((self)->lpVtbl->SetActualDataLength(self, length))
#define IMediaSample2_GetMediaType(self, type) \
	((self)->lpVtbl->GetMediaType(self, type))
#define IMediaSample2_SetMediaType(self, type) \
	((self)->lpVtbl->SetMediaType(self, type))
#define IMediaSample2_IsDiscontinuity(self) \
	((self)->lpVtbl->IsDiscontinuity(self))
#define IMediaSample2_SetDiscontinuity(self, is) \
	((self)->lpVtbl->SetDiscontinuity(self, is))
#define IMediaSample2_GetMediaTime(self, start, end) \
	((self)->lpVtbl->GetMediaTime(self, start, end))
#define IMediaSample2_SetMediaTime(self, start, end) \
	((self)->lpVtbl->SetMediaTime(self, start, end))
#define IMediaSample2_GetProperties(self, size, properties) \
	((self)->lpVtbl->GetProperties(self, size, properties))
#define IMediaSample2_SetProperties(self, size, properties) \
	((self)->lpVtbl->SetProperties(self, size, properties))

#define IVMRSurface_QueryInterface(self, riid, object) \
	((self)->lpVtbl->QueryInterface(self, riid, object))
#define IVMRSurface_AddRef(self) \
	((self)->lpVtbl->AddRef(self))
#define IVMRSurface_Release(self) \
	((self)->lpVtbl->Release(self))
#define IVMRSurface_IsSurfaceLocked(self) \
	((self)->lpVtbl->IsSurfaceLocked(self))
#define IVMRSurface_LockSurface(self, surface) \
	((self)->lpVtbl->LockSurface(self, surface))
#define IVMRSurface_UnlockSurface(self) \
	((self)->lpVtbl->UnlockSurface(self))
#define IVMRSurface_GetSurface(self, surface) \
	((self)->lpVtbl->GetSurface(self, surface))

#endif /* STRMIF_COBJ_H */
