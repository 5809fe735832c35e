// SPDX-License-Identifier: MIT
/*
 * IMemAllocator and IMemAllocatorCallbackTemp over a pool.
 *
 * The allocator is no more than names for errors: all that can go wrong with threads is in
 * the pool. It has its own count of references, which COM programs read, and one reference on
 * the pool; that ends with the count, and the memory of the allocator with the pool, because
 * a notification may still be in it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "memallocator.h"
#include "pool_internal.h"

const IID IID_IUnknown = {
	0x00000000, 0x0000, 0x0000, { 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46 }
};

const IID IID_IMemAllocator = {
	0x56a8689c, 0x0ad4, 0x11ce, { 0xb0, 0x3a, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70 }
};

const IID IID_IMemAllocatorCallbackTemp = {
	0x379a0cf0, 0xc1de, 0x11d2, { 0xab, 0xf5, 0x00, 0xa0, 0xc9, 0x05, 0xf3, 0x75 }
};

const IID IID_IMemAllocatorNotifyCallbackTemp = {
	0x92980b30, 0xc1de, 0x11d2, { 0xab, 0xf5, 0x00, 0xa0, 0xc9, 0x05, 0xf3, 0x75 }
};

const CLSID CLSID_MemoryAllocator = {
	0x1e651cc0, 0xb199, 0x11d0, { 0x82, 0x12, 0x00, 0xc0, 0x4f, 0xc3, 0x2c, 0x45 }
};

struct memallocator {
	IMemAllocatorCallbackTemp iface;
	atomic_uint refs;		/* stays 0 once it is */
	struct dxg_pool *pool;
};

static struct memallocator *to_allocator(IMemAllocatorCallbackTemp *self)
{
	return (struct memallocator *)(void *)self;
}

/* What a method of IMemAllocator returns for an error of the pool. */
static HRESULT hresult(int error)
{
	switch (error) {
	case 0:
		return S_OK;
	case -EFAULT:
		return E_POINTER;
	case -EINVAL:
		return VFW_E_BADALIGN;
	case -EDOM:
		return E_INVALIDARG;
	case -EALREADY:
		return VFW_E_ALREADY_COMMITTED;
	case -EBUSY:
		return VFW_E_BUFFERS_OUTSTANDING;
	case -ENODATA:
		return VFW_E_SIZENOTSET;
	case -EOVERFLOW:
	case -ENOMEM:
		return E_OUTOFMEMORY;
	case -ESHUTDOWN:
	case -ECANCELED:
		return VFW_E_NOT_COMMITTED;
	case -EAGAIN:
	case -ETIMEDOUT:
		return VFW_E_TIMEOUT;
	}
	return E_FAIL;
}

static bool allocator_is(REFIID riid)
{
	return guid_is(riid, &IID_IUnknown) || guid_is(riid, &IID_IMemAllocator) ||
	       guid_is(riid, &IID_IMemAllocatorCallbackTemp);
}

static ULONG STDMETHODCALLTYPE allocator_addref(IMemAllocatorCallbackTemp *self)
{
	struct memallocator *allocator = to_allocator(self);
	unsigned int refs = atomic_load(&allocator->refs);

	do {
		if (!refs)
			return 0;
	} while (!atomic_compare_exchange_weak(&allocator->refs, &refs, refs + 1));
	return refs + 1;
}

static ULONG STDMETHODCALLTYPE allocator_release(IMemAllocatorCallbackTemp *self)
{
	struct memallocator *allocator = to_allocator(self);
	unsigned int refs = atomic_load(&allocator->refs);

	do {
		if (!refs)
			return 0;
	} while (!atomic_compare_exchange_weak(&allocator->refs, &refs, refs - 1));
	if (refs == 1)
		dxg_pool_unref(allocator->pool);
	return refs - 1;
}

static HRESULT STDMETHODCALLTYPE allocator_query(IMemAllocatorCallbackTemp *self, REFIID riid,
						 void **object)
{
	if (!object)
		return E_POINTER;
	*object = NULL;
	if (!riid)
		return E_POINTER;
	if (!allocator_is(riid))
		return E_NOINTERFACE;
	allocator_addref(self);
	*object = self;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE allocator_set_properties(IMemAllocatorCallbackTemp *self,
							  ALLOCATOR_PROPERTIES *request,
							  ALLOCATOR_PROPERTIES *actual)
{
	struct dxg_pool_properties want, got;
	int ret;

	if (!request || !actual)
		return E_POINTER;
	memcpy(&want, request, sizeof(want));
	ret = dxg_pool_set_properties(to_allocator(self)->pool, &want, &got);
	memcpy(actual, &got, sizeof(got));
	return hresult(ret);
}

static HRESULT STDMETHODCALLTYPE allocator_get_properties(IMemAllocatorCallbackTemp *self,
							  ALLOCATOR_PROPERTIES *properties)
{
	struct dxg_pool_properties got;

	if (!properties)
		return E_POINTER;
	dxg_pool_get_properties(to_allocator(self)->pool, &got);
	memcpy(properties, &got, sizeof(got));
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE allocator_commit(IMemAllocatorCallbackTemp *self)
{
	int ret = dxg_pool_commit(to_allocator(self)->pool);

	/* a backend's EINVAL is about no alignment */
	return ret == -EINVAL ? E_INVALIDARG : hresult(ret);
}

static HRESULT STDMETHODCALLTYPE allocator_decommit(IMemAllocatorCallbackTemp *self)
{
	return hresult(dxg_pool_decommit(to_allocator(self)->pool));
}

/* The times are hints; nothing is done with them, as there. */
static HRESULT STDMETHODCALLTYPE allocator_get_buffer(IMemAllocatorCallbackTemp *self,
						      IMediaSample **sample_out,
						      REFERENCE_TIME *start, REFERENCE_TIME *end,
						      DWORD flags)
{
	struct dxg_sample *sample;
	int ret;

	(void)start;
	(void)end;
	if (!sample_out)
		return E_POINTER;
	*sample_out = NULL;
	ret = dxg_pool_get(to_allocator(self)->pool,
			   flags & AM_GBF_NODDSURFACELOCK ? DXG_POOL_GET_UNLOCKED : 0,
			   flags & AM_GBF_NOWAIT ? 0 : DXG_POOL_FOREVER, &sample);
	if (!ret)
		*sample_out = dxg_sample_mediasample(sample);
	return hresult(ret);
}

/*
 * A sample gives itself back when its last reference is dropped. Whoever calls this has a
 * sample that is still in use, or is back already: the original puts it into its list then,
 * for the second time sooner or later. Here nothing happens.
 */
static HRESULT STDMETHODCALLTYPE allocator_release_buffer(IMemAllocatorCallbackTemp *self,
							  IMediaSample *sample)
{
	(void)self;
	return sample ? E_INVALIDARG : E_POINTER;
}

static void allocator_notify(void *data)
{
	IMemAllocatorNotifyCallbackTemp *sink = data;

	sink->lpVtbl->NotifyRelease(sink);
}

static void allocator_release_sink(void *data)
{
	IMemAllocatorNotifyCallbackTemp *sink = data;

	sink->lpVtbl->Release(sink);
}

static HRESULT STDMETHODCALLTYPE allocator_set_notify(IMemAllocatorCallbackTemp *self,
						      IMemAllocatorNotifyCallbackTemp *sink)
{
	struct memallocator *allocator = to_allocator(self);
	int ret;

	if (!sink)
		return hresult(dxg_pool_set_notify(allocator->pool, NULL, NULL, NULL));
	/* before the old one is released, which may be the same */
	sink->lpVtbl->AddRef(sink);
	ret = dxg_pool_set_notify(allocator->pool, allocator_notify, sink,
				  allocator_release_sink);
	if (ret)
		sink->lpVtbl->Release(sink);
	return hresult(ret);
}

static HRESULT STDMETHODCALLTYPE allocator_get_free_count(IMemAllocatorCallbackTemp *self,
							  LONG *count)
{
	if (!count)
		return E_POINTER;
	*count = (LONG)dxg_pool_free_count(to_allocator(self)->pool);
	return S_OK;
}

static const IMemAllocatorCallbackTempVtbl allocator_vtbl = {
	.QueryInterface = allocator_query,
	.AddRef = allocator_addref,
	.Release = allocator_release,
	.SetProperties = allocator_set_properties,
	.GetProperties = allocator_get_properties,
	.Commit = allocator_commit,
	.Decommit = allocator_decommit,
	.GetBuffer = allocator_get_buffer,
	.ReleaseBuffer = allocator_release_buffer,
	.SetNotify = allocator_set_notify,
	.GetFreeCount = allocator_get_free_count,
};

static void allocator_sample_init(struct dxg_sample *sample, void *data)
{
	(void)data;
	dxg_mediasample_init(sample);
}

static void allocator_sample_reset(struct dxg_sample *sample, void *data)
{
	(void)data;
	dxg_mediasample_reset(sample);
}

bool dxg_pool_has_allocator(const struct dxg_pool *pool)
{
	return pool->options.sample_init == allocator_sample_init;
}

struct dxg_pool *dxg_memallocator_pool(IMemAllocator *allocator)
{
	IMemAllocatorCallbackTemp *self = (void *)allocator;

	if (!self || self->lpVtbl != &allocator_vtbl)
		return NULL;
	return to_allocator(self)->pool;
}

HRESULT dxg_memallocator_create(const struct dxg_pool_ops *ops, void *backend, REFIID riid,
				void **object)
{
	struct dxg_pool_options options = {
		.size = sizeof(options),
		.user_size = sizeof(struct mediasample),
		.sample_init = allocator_sample_init,
		.sample_reset = allocator_sample_reset,
		.destroyed = free,
	};
	struct memallocator *allocator;
	int ret;

	if (!object)
		return E_POINTER;
	*object = NULL;
	if (!ops || !riid)
		return E_POINTER;
	if (!allocator_is(riid))
		return E_NOINTERFACE;
	allocator = calloc(1, sizeof(*allocator));
	if (!allocator)
		return E_OUTOFMEMORY;

	allocator->iface.lpVtbl = &allocator_vtbl;
	atomic_init(&allocator->refs, 1);
	options.data = allocator;
	ret = dxg_pool_create(ops, backend, &options, &allocator->pool);
	if (ret) {
		free(allocator);
		return ret == -EINVAL ? E_INVALIDARG : hresult(ret);
	}
	*object = allocator;
	return S_OK;
}
