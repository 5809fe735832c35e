/* SPDX-License-Identifier: MIT */
/*
 * What the native interface's objects are. All of them count the uses of them: one of whoever
 * created it, one of each child. The last one closes what the kernel has of it, so a handle
 * is never given to the kernel after another object can have got its number.
 *
 * Refused: to destroy children with their parent, as the kernel can. Somebody else may hold
 * them, in another thread.
 */
#ifndef DXG_OBJECT_H
#define DXG_OBJECT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#include "dxg.h"

/* An adapter that is open. */
struct dxg_adapter {
	/* Uses; under none. */
	atomic_uint uses;
	/* Descriptor of its own; fixed. */
	int fd;
	/* Whether that is one of a DRM node, whose codes differ; fixed. */
	bool drm;
	/* The process that opened it: nobody else's calls may reach the kernel; fixed. */
	pid_t pid;
	/* Handle and name; fixed. */
	uint32_t handle;
	struct dxg_luid luid;
};

/* What a wait with a deadline takes along; in the list of its device while it is idle. */
struct dxg_waiter {
	struct dxg_waiter *next;
	/* An eventfd that does not block. */
	int event;
	/* Fence that is signalled to end waits that have not been satisfied, and its value. */
	uint32_t sync_object;
	uint64_t value;
};

/* A device. */
struct dxg_device {
	atomic_uint uses;
	/* Counted; fixed. */
	struct dxg_adapter *adapter;
	/* Fixed. */
	uint32_t handle;
	/* Guards idle. */
	pthread_mutex_t lock;
	struct dxg_waiter *idle;
};

/* A context. Nothing in it changes. */
struct dxg_context {
	struct dxg_device *device;
	uint32_t handle;
};

/* An allocation. Nothing in it changes. */
struct dxg_allocation {
	/* Counted, but by allocations of a resource, which the resource counts for. */
	struct dxg_device *device;
	/* Whose it is; NULL where it stands alone. */
	struct dxg_resource *resource;
	uint32_t handle;
	uint64_t size;
};

/* A resource. Nothing in it changes. */
struct dxg_resource {
	struct dxg_device *device;
	uint32_t handle;
	unsigned int count;
	struct dxg_allocation allocations[];
};

/* A monitored fence, or that of a paging queue. Nothing in it changes. */
struct dxg_fence {
	/* Counted, but by the one in a paging queue. */
	struct dxg_device *device;
	uint32_t handle;
	/* The page that the kernel writes. */
	const _Atomic uint64_t *value;
};

/* A paging queue. Nothing in it changes. */
struct dxg_paging_queue {
	struct dxg_device *device;
	uint32_t handle;
	struct dxg_fence fence;
};

int dxg_call(const struct dxg_adapter *adapter, unsigned long code, void *args);
int dxg_call_raw(const struct dxg_adapter *adapter, unsigned long code, void *args);
void dxg_close_call(const struct dxg_adapter *adapter, unsigned long code, void *args);
struct dxg_device *dxg_device_get(struct dxg_device *device);
void dxg_device_put(struct dxg_device *device);

/* Handles of a batch; few of them need no memory. */
struct dxg_handles {
	uint32_t some[64];
	uint32_t *list;
};

int dxg_handles_of(struct dxg_handles *handles, struct dxg_allocation *const *list,
		   unsigned int count, unsigned int most, struct dxg_device **device);
void dxg_handles_free(struct dxg_handles *handles);

#endif /* DXG_OBJECT_H */
