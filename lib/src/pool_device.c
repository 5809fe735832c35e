// SPDX-License-Identifier: MIT
/*
 * Pools of allocations: the backend that is a device of dxg.h.
 *
 * There is no object in between. The pool's backend is the device, a buffer's handle the
 * address of its allocation, a fence's object the address of the fence. Each keeps the
 * device by itself, the pool for the time when it has no allocation.
 */
#include <errno.h>
#include <stdlib.h>

#include "dxg.h"
#include "memallocator.h"
#include "object.h"
#include "pool_internal.h"

/* Where locks lie. */
#define DEVICE_ALIGN 4096

static struct dxg_allocation *to_allocation(uint64_t handle)
{
	return (struct dxg_allocation *)(uintptr_t)handle;
}

static void device_free(void *backend, uint32_t count, const uint64_t *handles)
{
	struct dxg_allocation *allocation;
	uint32_t i;

	(void)backend;
	/* each is good, so nothing can fail; queued commands are waited for in the kernel */
	for (i = 0; i < count; i++) {
		allocation = to_allocation(handles[i]);
		dxg_allocation_destroy(&allocation, 1, 0);
	}
}

/* At most DXG_BATCH_MAX. */
static int device_alloc_batch(struct dxg_device *device, uint32_t count, uint64_t size,
			      uint64_t *handles)
{
	struct dxg_allocation_desc *descs = calloc(count, sizeof(*descs));
	struct dxg_allocation **list = calloc(count, sizeof(*list));
	int ret = -ENOMEM;
	uint32_t i;

	if (descs && list) {
		for (i = 0; i < count; i++)
			descs[i].size = size;
		ret = dxg_allocation_create(device, descs, count, list);
	}
	for (i = 0; i < count && !ret; i++)
		handles[i] = (uintptr_t)list[i];
	free(descs);
	free(list);
	return ret;
}

static int device_alloc(void *backend, uint32_t count, uint64_t size, uint32_t align,
			uint64_t *handles)
{
	uint32_t done = 0, batch;
	int ret = 0;

	if (align > DEVICE_ALIGN)
		return -EINVAL;
	while (done < count && !ret) {
		batch = count - done < DXG_BATCH_MAX ? count - done : DXG_BATCH_MAX;
		ret = device_alloc_batch(backend, batch, size, handles + done);
		if (!ret)
			done += batch;
	}
	if (ret)
		device_free(backend, done, handles);
	return ret;
}

static int device_lock(void *backend, uint64_t handle, void **data)
{
	(void)backend;
	return dxg_allocation_lock(to_allocation(handle), data);
}

static void device_unlock(void *backend, uint64_t handle)
{
	(void)backend;
	dxg_allocation_unlock(to_allocation(handle));
}

static int device_export(void *backend, uint64_t handle, int *fd)
{
	(void)backend;
	return dxg_allocation_export(to_allocation(handle), fd);
}

/* The state is asked for with a call that does not sleep, and only while there is a fence. */
static int device_fence_query(void *backend, const struct dxg_pool_fence *point)
{
	const struct dxg_fence *fence = (const void *)(uintptr_t)point->object;
	enum dxg_device_state state;
	int ret;

	if (dxg_fence_value(fence) >= point->value)
		return 1;
	ret = dxg_device_get_state(backend, &state);
	if (ret)
		return ret;
	return state == DXG_DEVICE_ACTIVE ? 0 : -ENODEV;
}

static int device_fence_wait(void *backend, const struct dxg_pool_fence *point, int eventfd)
{
	struct dxg_fence *fence = (struct dxg_fence *)(uintptr_t)point->object;

	(void)backend;
	return dxg_fence_notify(&fence, &point->value, 1, 0, eventfd);
}

static void device_destroy(void *backend)
{
	dxg_device_put(backend);
}

static const struct dxg_pool_ops device_ops = {
	.size = sizeof(device_ops),
	.alloc = device_alloc,
	.free = device_free,
	.lock = device_lock,
	.unlock = device_unlock,
	.export_dmabuf = device_export,
	.fence_query = device_fence_query,
	.fence_wait = device_fence_wait,
	.destroy = device_destroy,
};

int dxg_pool_create_on(struct dxg_device *device, const struct dxg_pool_options *options,
		       struct dxg_pool **pool)
{
	int ret;

	if (!device)
		return -EFAULT;
	dxg_device_get(device);
	ret = dxg_pool_create(&device_ops, device, options, pool);
	if (ret)
		dxg_device_put(device);
	return ret;
}

struct dxg_allocation *dxg_sample_allocation(const struct dxg_sample *sample)
{
	if (sample->pool->ops != &device_ops)
		return NULL;
	return to_allocation(sample->handle);
}

HRESULT dxg_memallocator_create_on(struct dxg_device *device, REFIID riid, void **object)
{
	HRESULT hr;

	if (!device)
		return E_POINTER;
	dxg_device_get(device);
	hr = dxg_memallocator_create(&device_ops, device, riid, object);
	if (FAILED(hr))
		dxg_device_put(device);
	return hr;
}
