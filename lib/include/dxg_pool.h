/* SPDX-License-Identifier: MIT */
/*
 * dxg_pool: a pool of buffers that are handed out as samples and come back.
 *
 * A pool has the states of IMemAllocator (DirectShow), which strmif.h offers over it:
 *
 *	uncommitted	no sample can be had. Properties may change.
 *	committed	samples can be had. What is not there is waited for.
 *	decommitting	no sample can be had, and some are still out. They stay valid; when
 *			the last one is back the pool is uncommitted.
 *
 * A sample is out from dxg_pool_get() until its last reference is dropped. When fences were
 * added to it meanwhile it then is *draining* until they have signalled, and free only
 * after that; whoever can wait for fences may have it earlier (DXG_POOL_GET_FENCES).
 *
 * Where the memory comes from is the business of a backend (struct dxg_pool_ops).
 *
 * Functions return 0 or a negative errno unless they say otherwise. All of them may be
 * called by any thread at any time, as long as the caller owns a reference on what it
 * passes. None of them is a point where a thread is cancelled in good order, and a pool is
 * not inherited through fork(). There is no global state.
 */
#ifndef DXG_POOL_H
#define DXG_POOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dxg_allocation;
struct dxg_device;
struct dxg_fence;
struct dxg_pool;
struct dxg_sample;

/* Limits: samples of a pool, fences of a sample, alignment. */
#define DXG_POOL_MAX_SAMPLES	65536
#define DXG_POOL_MAX_FENCES	8
#define DXG_POOL_MAX_ALIGN	65536

/* A deadline that never comes, as DXG_FOREVER; 0 and less have always passed. */
#define DXG_POOL_FOREVER	INT64_MAX

/**
 * struct dxg_pool_fence - a point in a backend's time
 * @object: whatever the backend calls its fences by, e.g. the handle of a monitored fence
 * @value: signalled when @object has reached it
 */
struct dxg_pool_fence {
	uint64_t object;
	uint64_t value;
};

/**
 * struct dxg_pool_ops - a backend: where the memory and the fences come from
 *
 * The pool calls all of these but @fence_query without any lock of its own, so they may
 * sleep. They are called by whichever thread happens to need them, also by several at once
 * for different buffers. The table has to outlive the pool.
 */
struct dxg_pool_ops {
	/** @size: sizeof(struct dxg_pool_ops), so that members can be added at the end */
	size_t size;

	/**
	 * @alloc: make @count buffers of @size bytes whose addresses, once locked, are
	 * multiples of @align (a power of two, up to DXG_POOL_MAX_ALIGN). All or none:
	 * stores a handle for each in @handles, or returns a negative errno.
	 */
	int (*alloc)(void *backend, uint32_t count, uint64_t size, uint32_t align,
		     uint64_t *handles);

	/** @free: give back @count buffers, none of them locked. Cannot fail. */
	void (*free)(void *backend, uint32_t count, const uint64_t *handles);

	/**
	 * @lock: make a buffer accessible to the processor and store where it is in @data.
	 * Not called for one that is locked. Negative errno on failure.
	 */
	int (*lock)(void *backend, uint64_t handle, void **data);

	/** @unlock: the end of what @lock began. Cannot fail. */
	void (*unlock)(void *backend, uint64_t handle);

	/**
	 * @export_dmabuf: store a new file descriptor of the buffer in @fd, close-on-exec
	 * and owned by the caller. May be NULL: -ENOTSUP.
	 */
	int (*export_dmabuf)(void *backend, uint64_t handle, int *fd);

	/**
	 * @fence_query: 1 if the fence has signalled, 0 if not, a negative errno if that
	 * will never be known. Called with the pool's lock held: must not block nor call
	 * the pool. May be NULL, then no fence can be added.
	 */
	int (*fence_query)(void *backend, const struct dxg_pool_fence *fence);

	/**
	 * @fence_wait: add 1 to @eventfd when the fence signals, at once if it has. Returns
	 * at once. The backend keeps a reference or duplicate of its own of @eventfd. On
	 * failure, a negative errno, the pool looks at the fence from time to time instead.
	 */
	int (*fence_wait)(void *backend, const struct dxg_pool_fence *fence, int eventfd);

	/** @destroy: the pool does not need the backend any more. May be NULL. */
	void (*destroy)(void *backend);
};

/**
 * struct dxg_pool_properties - what the samples of a pool are like
 * @count: how many samples are made by dxg_pool_commit()
 * @size: bytes in each, without @prefix
 * @align: what the address of the prefix's begin is a multiple of, a power of two
 * @prefix: bytes before the address that dxg_sample_get_pointer() returns
 *
 * The layout is the one of ALLOCATOR_PROPERTIES.
 */
struct dxg_pool_properties {
	int32_t count;
	int32_t size;
	int32_t align;
	int32_t prefix;
};

/* Give the memory back whenever a decommit has been completed, instead of keeping it. */
#define DXG_POOL_TRIM		0x1u
/* Do not unlock a sample's memory when it comes back, only when it is freed. */
#define DXG_POOL_KEEP_LOCKED	0x2u

/**
 * struct dxg_pool_options - what is decided when a pool is created
 *
 * Zeroes are good values for everything but @size. The callbacks get @data.
 */
struct dxg_pool_options {
	/** @size: sizeof(struct dxg_pool_options) of the caller */
	size_t size;
	/** @flags: DXG_POOL_* */
	uint32_t flags;
	/**
	 * @max_count: a getter that finds no free sample makes one more instead of waiting
	 * as long as there are fewer than this. They go when they are back and the pool is
	 * not committed. 0: never.
	 */
	uint32_t max_count;
	/** @user_size: bytes of the caller's in each sample, zeroed when it is made */
	size_t user_size;
	/** @data: for the callbacks */
	void *data;
	/** @sample_init: a sample was made. No lock is held, nobody else knows the sample. */
	void (*sample_init)(struct dxg_sample *sample, void *data);
	/** @sample_reset: a sample's last reference was dropped. As @sample_init. */
	void (*sample_reset)(struct dxg_sample *sample, void *data);
	/** @destroyed: the pool is gone, the very last that is heard of it */
	void (*destroyed)(void *data);
};

/**
 * dxg_pool_create() - make a pool
 * @ops: the backend's functions. They have to stay as long as the pool.
 * @backend: handed to them. On success the pool owns it and ends with ops->destroy().
 * @options: or NULL
 * @pool: the new pool, uncommitted, with all properties 0; one reference, the caller's
 *
 * Return: 0, -EFAULT for a NULL pointer, -EINVAL for unknown flags, a table or options of
 * another size or functions that are missing, -ENOMEM. On failure @backend is untouched.
 */
int dxg_pool_create(const struct dxg_pool_ops *ops, void *backend,
		    const struct dxg_pool_options *options, struct dxg_pool **pool);

/**
 * dxg_pool_create_on() - make a pool of allocations (dxg.h)
 * @device: whose; the pool keeps it by itself
 * @options: or NULL
 * @pool: as dxg_pool_create()
 *
 * A sample is an allocation in memory of the adapter: GetPointer is a lock of it, freeing it
 * waits for the commands that use it, in the kernel. The alignment can be up to 4096; the
 * commit of a larger one is -EINVAL. Fences are those of dxg_pool_fence_of(). When the device
 * is lost or its adapter removed they count as signalled.
 *
 * Return: 0, -EFAULT, -EINVAL for the options, -ENOMEM.
 */
int dxg_pool_create_on(struct dxg_device *device, const struct dxg_pool_options *options,
		       struct dxg_pool **pool);

/**
 * dxg_pool_fence_of() - a point of a fence (dxg.h), for dxg_sample_add_fence()
 * @fence: of the device of the pool. It has to stay until the sample is free again or, if
 *	   it was handed out with the fence, until it has signalled.
 * @value: the point
 * Return: that.
 */
static inline struct dxg_pool_fence dxg_pool_fence_of(struct dxg_fence *fence, uint64_t value)
{
	struct dxg_pool_fence point;

	point.object = (uintptr_t)fence;
	point.value = value;
	return point;
}

/**
 * dxg_pool_ref() - one more reference on a pool
 * @pool: of which the caller has one
 * Return: @pool
 */
struct dxg_pool *dxg_pool_ref(struct dxg_pool *pool);

/**
 * dxg_pool_unref() - drop a reference
 * @pool: or NULL
 *
 * With the last one the pool is decommitted. Samples that are out stay valid; the last of
 * them that comes back frees the pool. Never waits for them.
 */
void dxg_pool_unref(struct dxg_pool *pool);

/**
 * dxg_pool_destroy() - decommit, wait until nothing is out, and drop a reference
 * @pool: the caller's reference ends, unless the function fails
 * @deadline: CLOCK_MONOTONIC in ns, 0 or DXG_POOL_FOREVER
 *
 * Waits for all samples, their fences, and notifications that run in other threads. When
 * this was the last reference, nothing is left after it: the backend has been destroyed.
 *
 * Return: 0, or -ETIMEDOUT when something still was out; then the pool is decommitted and
 * the reference still the caller's.
 */
int dxg_pool_destroy(struct dxg_pool *pool, int64_t deadline);

/**
 * dxg_pool_set_properties() - say what the samples are to be like
 * @pool: uncommitted
 * @request: what is wanted; not written to. Zero or negative @count or @size are accepted
 *	     here and refused by dxg_pool_commit().
 * @actual: what it will be: the size may be larger, so that size and prefix together are
 *	    a multiple of the alignment. All 0 on failure.
 *
 * Page: IMemAllocator::SetProperties.
 *
 * Return: in this order, -EFAULT for a NULL pointer, -EINVAL if the alignment is not a power
 * of two up to DXG_POOL_MAX_ALIGN, -EALREADY when committed, -EBUSY when decommitting, -EDOM
 * for a negative prefix, -EOVERFLOW if the size does not fit.
 */
int dxg_pool_set_properties(struct dxg_pool *pool, const struct dxg_pool_properties *request,
			    struct dxg_pool_properties *actual);

/**
 * dxg_pool_get_properties() - what dxg_pool_set_properties() and dxg_pool_resize() left
 * @pool: in any state
 * @properties: all 0 if they were never set
 *
 * Page: IMemAllocator::GetProperties.
 *
 * Return: 0, or -EFAULT.
 */
int dxg_pool_get_properties(struct dxg_pool *pool, struct dxg_pool_properties *properties);

/**
 * dxg_pool_commit() - from now on samples can be had
 * @pool: nothing happens if it is committed. If it is decommitting, that is cancelled:
 *	  nothing is allocated, and the samples that are out belong to it as before.
 *
 * Memory that the pool still has is used again with its contents, if the properties are
 * what they were when it was allocated.
 *
 * Page: IMemAllocator::Commit.
 *
 * Return: 0, -ENODATA if count or size are not above 0, -EOVERFLOW for more than
 * DXG_POOL_MAX_SAMPLES, -ENOMEM, or what the backend's alloc returned. On failure the pool
 * is uncommitted.
 */
int dxg_pool_commit(struct dxg_pool *pool);

/**
 * dxg_pool_decommit() - from now on no sample can be had
 * @pool: nothing happens unless it is committed
 *
 * Never waits. Every dxg_pool_get() that waits now returns -ECANCELED, even if the pool is
 * committed again before its thread runs. With samples out the pool is decommitting until
 * the last is back. A commit that another thread is in the middle of comes after this.
 *
 * Page: IMemAllocator::Decommit.
 *
 * Return: 0.
 */
int dxg_pool_decommit(struct dxg_pool *pool);

/**
 * dxg_pool_resize() - another number of samples while committed
 * @pool: committed
 * @count: 1 to DXG_POOL_MAX_SAMPLES. Becomes the count of the properties.
 *
 * More are there when the function returns. Fewer: free ones go now, others when they come
 * back.
 *
 * Return: 0, -EINVAL for the count, -ESHUTDOWN when not committed, -ECANCELED when the pool
 * was decommitted meanwhile, -ENOMEM or what the backend's alloc returned. On failure the
 * number is what it was.
 */
int dxg_pool_resize(struct dxg_pool *pool, uint32_t count);

/**
 * dxg_pool_trim() - give back the memory of an uncommitted pool
 * @pool: keeps its properties; the next commit allocates
 * Return: 0, or -EBUSY if it is not uncommitted.
 */
int dxg_pool_trim(struct dxg_pool *pool);

/* dxg_sample_get_pointer() fails until dxg_sample_lock() was called. */
#define DXG_POOL_GET_UNLOCKED	0x1u
/* A sample whose fences have not signalled will do; see dxg_sample_get_fences(). */
#define DXG_POOL_GET_FENCES	0x2u

/**
 * dxg_pool_get() - have a sample
 * @pool: in any state
 * @flags: DXG_POOL_GET_*
 * @deadline: until when to wait if there is none: CLOCK_MONOTONIC in ns, 0 not at all,
 *	      DXG_POOL_FOREVER
 * @sample: a sample with one reference, the caller's, or NULL on failure. No sample needs
 *	    a reference on the pool: it keeps the pool by itself.
 *
 * Those who wait are served in the order they came. Nobody overtakes them: not those who
 * come with a deadline of 0, nor those who would take a sample with fences while the first
 * in the line would not.
 *
 * Page: IMemAllocator::GetBuffer.
 *
 * Return: 0, -EFAULT, -EINVAL for unknown flags, -ESHUTDOWN when not committed, -ECANCELED
 * when that happened while waiting, -EAGAIN if there is none and @deadline is 0, -ETIMEDOUT.
 */
int dxg_pool_get(struct dxg_pool *pool, uint32_t flags, int64_t deadline,
		 struct dxg_sample **sample);

/**
 * dxg_pool_cancel() - fail everybody who waits in dxg_pool_get() with -ECANCELED
 * @pool: stays in its state; who comes later is not concerned
 * Return: how many there were.
 */
uint32_t dxg_pool_cancel(struct dxg_pool *pool);

/**
 * dxg_pool_free_count() - how many samples could be had right now
 * @pool: before the first commit: the count of the properties. Samples that are draining
 *	  are not counted.
 *
 * Page: IMemAllocatorCallbackTemp::GetFreeCount.
 *
 * Return: the number.
 */
uint32_t dxg_pool_free_count(struct dxg_pool *pool);

/**
 * dxg_pool_set_notify() - be called for each sample that has become free
 * @pool: has one such function at a time
 * @notify: called with @data once for each sample that came back, also of those that are
 *	    freed at once and of a pool that is decommitting; when the sample is free already,
 *	    for one with fences after these. In whichever thread that happened, without
 *	    any lock, several at once. It may call every function of the pool but
 *	    dxg_pool_destroy(). NULL: nobody is called.
 * @data: for it
 * @release: called with @data once, when @notify is neither set nor running any more. No
 *	     lock is held. May be NULL.
 *
 * When this returns, what was set before does not run in another thread: it waits. Called
 * from within a notification of the same pool it does not wait; then @release tells.
 *
 * Page: IMemAllocatorCallbackTemp::SetNotify, IMemAllocatorNotifyCallbackTemp::NotifyRelease.
 *
 * Return: 0, or -ENOMEM; then all is as it was, and @release will not be called.
 */
int dxg_pool_set_notify(struct dxg_pool *pool, void (*notify)(void *data), void *data,
			void (*release)(void *data));

/**
 * dxg_pool_get_eventfd() - the same as a file descriptor to poll
 * @pool: from now on 1 is added for each sample that came back
 * @fd: an eventfd, close-on-exec and non-blocking, to be closed by the caller. All that
 *	were ever returned are the same counter.
 * Return: 0, -EFAULT, or what eventfd() or fcntl() failed with.
 */
int dxg_pool_get_eventfd(struct dxg_pool *pool, int *fd);

/**
 * struct dxg_pool_stats - numbers of a pool
 *
 * Members are only added at the end.
 */
struct dxg_pool_stats {
	/** @total: samples there are */
	uint32_t total;
	/** @free: of these, free ones */
	uint32_t free;
	/** @out: of these, in use */
	uint32_t out;
	/** @draining: of these, back, with fences that have not signalled */
	uint32_t draining;
	/** @waiters: threads that wait for one now */
	uint32_t waiters;
	/** @out_max: the largest number that was out */
	uint32_t out_max;
	/** @gets: samples handed out */
	uint64_t gets;
	/** @waits: gets that had to wait, however they ended */
	uint64_t waits;
	/** @wait_ns: how long they did, all together */
	uint64_t wait_ns;
	/** @wait_max_ns: the longest wait, also one that has not ended */
	uint64_t wait_max_ns;
	/** @timeouts: gets that failed at their deadline, 0 included */
	uint64_t timeouts;
	/** @cancels: gets that failed with -ECANCELED */
	uint64_t cancels;
	/** @allocated: samples ever made */
	uint64_t allocated;
	/** @drained: samples that became free by their fences, after they were back */
	uint64_t drained;
	/** @passed: samples that were handed out with fences */
	uint64_t passed;
	/** @fence_errors: fences that failed, which counts as signalled */
	uint64_t fence_errors;
};

/**
 * dxg_pool_get_stats() - read the numbers of a pool, all at one moment
 * @pool: in any state
 * @stats: filled up to @size
 * @size: sizeof(struct dxg_pool_stats) of the caller. What is not known is set to 0.
 * Return: 0, or -EFAULT.
 */
int dxg_pool_get_stats(struct dxg_pool *pool, struct dxg_pool_stats *stats, size_t size);

/**
 * dxg_sample_ref() - one more reference on a sample
 * @sample: of which the caller has one
 * Return: how many there are now, or -EINVAL, and no reference, if the sample is not out.
 */
int dxg_sample_ref(struct dxg_sample *sample);

/**
 * dxg_sample_unref() - drop a reference; the last one gives the sample back
 * @sample: its memory is unlocked then. When it has fences it drains first.
 *
 * Never waits for anything but the backend's unlock. A sample that is not out is left
 * alone, so that one unref too many does not put it into the pool twice; that is only seen
 * until somebody else has the sample.
 *
 * Page: IMemAllocator::ReleaseBuffer.
 *
 * Return: how many references are left, or -EINVAL if the sample is not out.
 */
int dxg_sample_unref(struct dxg_sample *sample);

/**
 * dxg_sample_add_fence() - the sample is in use until this has signalled
 * @sample: is not free again before, even after its last reference
 * @fence: of the pool's backend. One of the same object takes the place of an earlier value.
 *
 * The first fence of a pool starts a thread, which then lives as long as the pool: somebody
 * has to call the notification and complete the decommit when nobody else is there.
 *
 * Return: 0, -EFAULT, -EINVAL if the sample is not out, -ENOTSUP if the backend has no fences,
 * -ENOSPC with DXG_POOL_MAX_FENCES others, -ENOMEM or -EMFILE without the thread or its
 * eventfd.
 */
int dxg_sample_add_fence(struct dxg_sample *sample, const struct dxg_pool_fence *fence);

/**
 * dxg_sample_get_fences() - what to wait for before touching the contents
 * @sample: had with DXG_POOL_GET_FENCES
 * @fences: room for @count, filled with those that had not signalled; NULL to count
 * @count: of @fences
 *
 * They stay with the sample: it will not be free before they have signalled either.
 *
 * Return: how many there are, which may be above @count.
 */
uint32_t dxg_sample_get_fences(struct dxg_sample *sample, struct dxg_pool_fence *fences,
			       uint32_t count);

/**
 * dxg_sample_get_pointer() - where the sample's memory is
 * @sample: is locked by the first call, until its last reference is dropped
 * @data: the address behind the prefix; @size bytes of the properties
 *
 * Page: IMediaSample::GetPointer.
 *
 * Return: 0, -EFAULT, -EPERM for one had with DXG_POOL_GET_UNLOCKED that is not locked, -EINVAL
 * if the sample is not out, -EIO if the backend does not keep to the alignment, or what its
 * lock returned.
 */
int dxg_sample_get_pointer(struct dxg_sample *sample, void **data);

/**
 * dxg_sample_lock() - lock a sample's memory, counted
 * @sample: had with any flags
 * @data: as dxg_sample_get_pointer()
 *
 * Page: IVMRSurface::LockSurface.
 *
 * Return: as dxg_sample_get_pointer(), without -EPERM.
 */
int dxg_sample_lock(struct dxg_sample *sample, void **data);

/**
 * dxg_sample_unlock() - the end of one dxg_sample_lock()
 * @sample: its memory is unlocked with the last, unless dxg_sample_get_pointer() was used
 *
 * Page: IVMRSurface::UnlockSurface.
 *
 * Return: 0, or -EINVAL when there was none.
 */
int dxg_sample_unlock(struct dxg_sample *sample);

/**
 * dxg_sample_is_locked() - whether the processor has access now
 * @sample: of which the caller has a reference
 * Return: 1 or 0.
 */
int dxg_sample_is_locked(struct dxg_sample *sample);

/**
 * dxg_sample_export() - a sample's memory as a dma-buf
 * @sample: whoever uses the dma-buf later has no part in the pool's counting
 * @fd: close-on-exec, to be closed by the caller
 * Return: 0, -EFAULT, -EINVAL if the sample is not out, -ENOTSUP, or what the backend returned.
 */
int dxg_sample_export(struct dxg_sample *sample, int *fd);

/**
 * dxg_sample_handle() - the backend's name for a sample's memory
 * @sample: of which the caller has a reference
 * Return: what its alloc has stored.
 */
uint64_t dxg_sample_handle(const struct dxg_sample *sample);

/**
 * dxg_sample_allocation() - the allocation under a sample, for commands (dxg.h)
 * @sample: of which the caller has a reference
 * Return: it, which belongs to the sample; NULL if the pool is not of dxg_pool_create_on().
 */
struct dxg_allocation *dxg_sample_allocation(const struct dxg_sample *sample);

/**
 * dxg_sample_size() - bytes behind the pointer
 * @sample: of which the caller has a reference
 * Return: the number.
 */
int32_t dxg_sample_size(const struct dxg_sample *sample);

/**
 * dxg_sample_pool() - where a sample comes from
 * @sample: of which the caller has a reference
 * Return: the pool, without a reference.
 */
struct dxg_pool *dxg_sample_pool(const struct dxg_sample *sample);

/**
 * dxg_sample_user() - the caller's part of a sample
 * @sample: of a pool with user_size
 * Return: its address, aligned for any type.
 */
void *dxg_sample_user(struct dxg_sample *sample);

#ifdef __cplusplus
}
#endif

#endif /* DXG_POOL_H */
