// SPDX-License-Identifier: MIT
/*
 * Fences.
 *
 * The kernel's wait has no deadline. One with a deadline is made through an eventfd and
 * poll, and the kernel keeps such a wait until it is satisfied, also when nobody looks at
 * its eventfd any more; there may be 4096 of them. So every such wait is for "this fence or
 * mine", and whoever gives up signals its own, which ends it in the kernel. "All of these"
 * is one such wait after the other: a deadline is a point in time.
 *
 * Refused: a timer that interrupts the blocking call. It wants a signal of the process.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "object.h"

/* Creates a fence in the kernel; @value may be NULL. */
static int create_sync_object(struct dxg_device *device, uint64_t initial, uint32_t *handle,
			      const _Atomic uint64_t **value)
{
	struct d3dkmt_create_sync_object2 args = {
		.device = device->handle,
		.info = {
			.type = D3DKMT_SYNC_MONITORED_FENCE,
			.initial_fence_value = initial,
		},
	};
	int ret = dxg_call(device->adapter, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args);

	if (ret)
		return ret;
	*handle = args.sync_object;
	if (value)
		*value = (const _Atomic uint64_t *)(uintptr_t)args.info.fence_value_cpu_va;
	return 0;
}

int dxg_fence_create(struct dxg_device *device, uint64_t value, struct dxg_fence **out)
{
	struct dxg_fence *fence = calloc(1, sizeof(*fence));
	int ret;

	if (!fence)
		return -ENOMEM;
	ret = create_sync_object(device, value, &fence->handle, &fence->value);
	if (ret) {
		free(fence);
		return ret;
	}
	fence->device = dxg_device_get(device);
	*out = fence;
	return 0;
}

void dxg_fence_destroy(struct dxg_fence *fence)
{
	struct d3dkmt_destroy_sync_object args;

	if (!fence)
		return;
	args.sync_object = fence->handle;
	dxg_close_call(fence->device->adapter, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &args);
	dxg_device_put(fence->device);
	free(fence);
}

uint64_t dxg_fence_value(const struct dxg_fence *fence)
{
	return atomic_load_explicit(fence->value, memory_order_acquire);
}

uint32_t dxg_fence_handle(const struct dxg_fence *fence)
{
	return fence->handle;
}

/* As many as a wait can have, with some of the library's own. */
#define WAIT_MOST 1000

/* Whether fences are of one device. */
static bool valid(struct dxg_fence *const *fences, const uint64_t *values, unsigned int count)
{
	unsigned int i;

	if (!fences || !values || !count)
		return false;
	for (i = 0; i < count; i++)
		if (!fences[i] || fences[i]->device != fences[0]->device)
			return false;
	return true;
}

int dxg_fence_signal(struct dxg_fence *const *fences, const uint64_t *values,
		     unsigned int count)
{
	struct d3dkmt_signal_sync_object_from_cpu args = { .object_count = count };
	uint32_t handles[D3DKMT_MAX_OBJECTS_SIGNALED];
	unsigned int i;

	if (count > D3DKMT_MAX_OBJECTS_SIGNALED || !valid(fences, values, count))
		return -EINVAL;
	for (i = 0; i < count; i++)
		handles[i] = fences[i]->handle;
	args.device = fences[0]->device->handle;
	args.objects = (uintptr_t)handles;
	args.fence_values = (uintptr_t)values;
	return dxg_call(fences[0]->device->adapter,
			D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU, &args);
}

static bool reached(struct dxg_fence *const *fences, const uint64_t *values,
		    unsigned int count, unsigned int flags)
{
	unsigned int i, n = 0;

	for (i = 0; i < count; i++)
		n += dxg_fence_value(fences[i]) >= values[i];
	return flags & DXG_WAIT_ANY ? n > 0 : n == count;
}

/* Waits in the kernel, or through an eventfd; with one more fence if a waiter is given. */
static int kernel_wait(struct dxg_fence *const *fences, const uint64_t *values,
		       unsigned int count, unsigned int flags, uint64_t event,
		       const struct dxg_waiter *waiter)
{
	struct dxg_device *device = fences[0]->device;
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = device->handle,
		.object_count = count + !!waiter,
		.async_event = event,
		.flags = flags,
	};
	uint32_t some_handles[17], *handles = some_handles;
	uint64_t some_values[17], *targets = some_values;
	unsigned int i;
	int ret = -ENOMEM;

	if (count > 16) {
		handles = malloc((count + 1) * sizeof(*handles));
		targets = malloc((count + 1) * sizeof(*targets));
		if (!handles || !targets)
			goto out;
	}
	for (i = 0; i < count; i++) {
		handles[i] = fences[i]->handle;
		targets[i] = values[i];
	}
	if (waiter) {
		handles[count] = waiter->sync_object;
		targets[count] = waiter->value;
	}
	args.objects = (uintptr_t)handles;
	args.fence_values = (uintptr_t)targets;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args);
out:
	if (handles != some_handles)
		free(handles);
	if (targets != some_values)
		free(targets);
	return ret;
}

/* Takes a waiter of the device, or makes one more. */
static int waiter_take(struct dxg_device *device, struct dxg_waiter **out)
{
	struct dxg_waiter *waiter;
	int ret;

	pthread_mutex_lock(&device->lock);
	waiter = device->idle;
	if (waiter)
		device->idle = waiter->next;
	pthread_mutex_unlock(&device->lock);
	if (!waiter) {
		waiter = calloc(1, sizeof(*waiter));
		if (!waiter)
			return -ENOMEM;
		waiter->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (waiter->event < 0) {
			ret = -errno;
			goto err_free;
		}
		ret = create_sync_object(device, 0, &waiter->sync_object, NULL);
		if (ret)
			goto err_close;
	}
	waiter->value++;
	*out = waiter;
	return 0;

err_close:
	close(waiter->event);
err_free:
	free(waiter);
	return ret;
}

/* Ends in the kernel what a waiter still waits for, and gives it back. */
static void waiter_give(struct dxg_device *device, struct dxg_waiter *waiter)
{
	struct d3dkmt_signal_sync_object_from_cpu args = {
		.device = device->handle,
		.object_count = 1,
		.objects = (uintptr_t)&waiter->sync_object,
		.fence_values = (uintptr_t)&waiter->value,
	};

	dxg_call(device->adapter, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU, &args);
	pthread_mutex_lock(&device->lock);
	waiter->next = device->idle;
	device->idle = waiter;
	pthread_mutex_unlock(&device->lock);
}

/* Until an eventfd is signalled, which may be by an earlier wait; -ETIMEDOUT at the deadline. */
static int poll_until(int event, int64_t deadline)
{
	struct pollfd pollfd = { .fd = event, .events = POLLIN };
	struct timespec timeout;
	uint64_t count;
	int64_t left;
	int ret;

	do {
		left = deadline - dxg_now();
		if (left <= 0)
			return -ETIMEDOUT;
		timeout.tv_sec = left / 1000000000;
		timeout.tv_nsec = left % 1000000000;
		ret = ppoll(&pollfd, 1, &timeout, NULL);
	} while (!ret || (ret < 0 && errno == EINTR));
	if (ret < 0)
		return -errno;
	/* Only so that the next poll waits: nobody else reads it. */
	if (read(event, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

/* Waits for any of some fences. */
static int wait_any(struct dxg_waiter *waiter, struct dxg_fence *const *fences,
		    const uint64_t *values, unsigned int count, int64_t deadline)
{
	int ret;

	while (!reached(fences, values, count, DXG_WAIT_ANY)) {
		/* Where the adapter is removed eventfds are signalled too; then this says so. */
		ret = kernel_wait(fences, values, count, DXG_WAIT_ANY, waiter->event, waiter);
		if (ret)
			return ret;
		ret = poll_until(waiter->event, deadline);
		if (ret)
			return reached(fences, values, count, DXG_WAIT_ANY) ? 0 : ret;
	}
	return 0;
}

int dxg_fence_wait(struct dxg_fence *const *fences, const uint64_t *values,
		   unsigned int count, unsigned int flags, int64_t deadline)
{
	struct dxg_waiter *waiter = NULL;
	struct dxg_device *device;
	unsigned int i;
	int ret;

	if (count > WAIT_MOST || flags & ~DXG_WAIT_ANY || !valid(fences, values, count))
		return -EINVAL;
	if (reached(fences, values, count, flags))
		return 0;
	if (deadline == DXG_FOREVER)
		return kernel_wait(fences, values, count, flags, 0, NULL);
	if (deadline <= dxg_now())
		return -ETIMEDOUT;

	device = fences[0]->device;
	ret = waiter_take(device, &waiter);
	if (ret)
		return ret;
	if (flags & DXG_WAIT_ANY)
		ret = wait_any(waiter, fences, values, count, deadline);
	else
		for (i = 0; i < count && !ret; i++)
			ret = wait_any(waiter, fences + i, values + i, 1, deadline);
	waiter_give(device, waiter);
	return ret;
}

int dxg_fence_notify(struct dxg_fence *const *fences, const uint64_t *values,
		     unsigned int count, unsigned int flags, int eventfd)
{
	if (count > WAIT_MOST || flags & ~DXG_WAIT_ANY || eventfd <= 0 ||
	    !valid(fences, values, count))
		return -EINVAL;
	return kernel_wait(fences, values, count, flags, (uint64_t)eventfd, NULL);
}

int dxg_fence_export(struct dxg_fence *fence, uint64_t value, int *fd)
{
	/* The layout of D3DKMTCreateSyncFile. */
	struct {
		uint32_t device;
		uint32_t monitored_fence;
		uint64_t fence_value;
		uint64_t sync_file;
	} args = {
		.device = fence->device->handle,
		.monitored_fence = fence->handle,
		.fence_value = value,
	};
	int ret = dxg_call(fence->device->adapter, D3DKMT_IOCTL_CREATE_SYNC_FILE, &args);

	if (!ret)
		*fd = (int)args.sync_file;
	return ret;
}
