/* SPDX-License-Identifier: MIT */
/*
 * libdrm_dxg: allocations, fences and commands of dxg adapters.
 *
 * Rules of this interface, where a function says nothing else:
 *
 * - Results: 0, or a negative errno; nothing has changed then, and what is written through
 *   pointers is undefined. -EINVAL: a bad argument. -ENOMEM: no memory, or no video memory.
 *   -ENODEV: the adapter has been removed, or the device is lost. -ENOTTY: the calling
 *   process is a child that was forked after the adapter was opened (on /dev/dxg).
 * - Objects are opaque. Who creates one destroys it, once; destroying NULL does nothing.
 *   An object keeps what it was created from: parents and children may be destroyed in any
 *   order, and what the kernel has of a parent goes with its last child.
 * - Any number of threads may use an object at the same time, but for a stream, which is one
 *   thread's at a time. Destroying an object is the last use of it.
 * - No signal ends a call, no function changes signals, and nothing is kept outside objects.
 * - After fork the child may destroy objects, which then only gives its memory back; it can
 *   open adapters of its own. An object holds one file descriptor in its adapter, closed by
 *   exec.
 * - Batches are all or nothing: on an error none of the objects has been changed.
 */
#ifndef DXG_H
#define DXG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dxg_adapter;
struct dxg_device;
struct dxg_context;
struct dxg_resource;
struct dxg_allocation;
struct dxg_paging_queue;
struct dxg_fence;
struct dxg_stream;

/** define DXG_FOREVER - A deadline that never comes */
#define DXG_FOREVER INT64_MAX

/** define DXG_BATCH_MAX - Most allocations that one call creates or destroys */
#define DXG_BATCH_MAX 1024

/** define DXG_RESIDENCY_MAX - Most allocations of one call about residency */
#define DXG_RESIDENCY_MAX 10240

/**
 * dxg_version() - The library's version, such as "0.1.0"
 *
 * Return: a string that is there for ever.
 */
const char *dxg_version(void);

/**
 * dxg_now() - The time that deadlines are given in
 *
 * Return: CLOCK_MONOTONIC in nanoseconds.
 */
int64_t dxg_now(void);

/* --- adapters ------------------------------------------------------------------- */

/**
 * struct dxg_luid - What names an adapter until the next boot
 * @low: low half
 * @high: high half
 *
 * An adapter that is attached again has another one.
 */
struct dxg_luid {
	uint32_t low;
	int32_t high;
};

/* struct dxg_adapter_info, flags */
#define DXG_ADAPTER_RENDER	(1U << 0)
#define DXG_ADAPTER_DISPLAY	(1U << 1)
#define DXG_ADAPTER_SOFTWARE	(1U << 2)

/**
 * struct dxg_adapter_info - What an adapter is
 * @luid: its name
 * @flags: DXG_ADAPTER_*
 * @driver_version: WDDM version times 1000
 * @vendor_id: PCI vendor; this and the next are 0 where it is not on a PCI bus
 * @device_id: PCI device
 * @subvendor_id: PCI subsystem vendor
 * @subsystem_id: PCI subsystem
 * @revision_id: PCI revision
 * @bus: PCI bus; this and the next are UINT32_MAX where it is not on a PCI bus
 * @slot: PCI device number
 * @function: PCI function
 * @device_bytes: bytes of the device segment
 * @system_bytes: bytes of system memory that the adapter may share
 * @description: UTF-8, names the in-tree driver; ends with 0
 */
struct dxg_adapter_info {
	struct dxg_luid luid;
	uint32_t flags;
	uint32_t driver_version;
	uint32_t vendor_id;
	uint32_t device_id;
	uint32_t subvendor_id;
	uint32_t subsystem_id;
	uint32_t revision_id;
	uint32_t bus;
	uint32_t slot;
	uint32_t function;
	uint64_t device_bytes;
	uint64_t system_bytes;
	char description[256];
};

/**
 * enum dxg_segment - Where bytes can be
 * @DXG_SEGMENT_DEVICE: the adapter's own memory, where engines reach them
 * @DXG_SEGMENT_SYSTEM: system memory
 */
enum dxg_segment {
	DXG_SEGMENT_DEVICE = 0,
	DXG_SEGMENT_SYSTEM = 1,
};

/**
 * struct dxg_memory_info - A segment as the calling process sees it
 * @budget: bytes that it may ask to be resident
 * @usage: bytes that it has there
 * @reservation: bytes that it has reserved
 * @available: bytes that it could reserve in all
 */
struct dxg_memory_info {
	uint64_t budget;
	uint64_t usage;
	uint64_t reservation;
	uint64_t available;
};

/**
 * dxg_enumerate() - The adapters that there are
 * @luids: out: their names; NULL asks for the count only
 * @count: in: room in @luids; out: adapters
 *
 * Nothing stays open.
 *
 * Return: 0; -EOVERFLOW: there are more than @count; -ENOENT or -EACCES: /dev/dxg is not
 * there, or not for the caller.
 */
int dxg_enumerate(struct dxg_luid *luids, unsigned int *count);

/**
 * dxg_adapter_open_luid() - Open an adapter by its name
 * @luid: its name
 * @out: the adapter
 *
 * Goes through /dev/dxg: handles of the objects are valid in all of the process, also for
 * the functions of d3dkmthk.h.
 *
 * Return: 0; -EINVAL: there is none of this name; errors of open().
 */
int dxg_adapter_open_luid(struct dxg_luid luid, struct dxg_adapter **out);

/**
 * dxg_adapter_open() - Open an adapter by the path of a node
 * @path: /dev/dri/card* or /dev/dri/renderD* of the dxg driver: its adapter; /dev/dxg: the
 *	first one
 * @out: the adapter
 *
 * On a DRM node handles belong to this adapter's file, and locks and fences want the address
 * space that used the first of them (-EPERM).
 *
 * Return: 0; -ENODEV: there is no adapter, or it is no dxg driver's node; errors of open().
 */
int dxg_adapter_open(const char *path, struct dxg_adapter **out);

/**
 * dxg_adapter_close() - Give up an adapter
 * @adapter: the adapter, or NULL
 *
 * What was created from it stays until it is destroyed itself.
 */
void dxg_adapter_close(struct dxg_adapter *adapter);

/**
 * dxg_adapter_get_info() - What an adapter is
 * @adapter: the adapter
 * @info: out: that
 * @size: sizeof(*@info), by which later versions tell what the caller knows
 *
 * Return: 0 or a negative errno.
 */
int dxg_adapter_get_info(struct dxg_adapter *adapter, struct dxg_adapter_info *info,
			 size_t size);

/**
 * dxg_adapter_get_memory() - A segment as the calling process sees it
 * @adapter: the adapter
 * @segment: the segment
 * @info: out: that
 *
 * Return: 0 or a negative errno.
 */
int dxg_adapter_get_memory(struct dxg_adapter *adapter, enum dxg_segment segment,
			   struct dxg_memory_info *info);

/**
 * dxg_adapter_reserve() - Reserve memory of the device segment for the process
 * @adapter: the adapter
 * @bytes: how much; replaces the last value
 *
 * Return: 0; -ENOMEM: more than is available.
 */
int dxg_adapter_reserve(struct dxg_adapter *adapter, uint64_t bytes);

/**
 * dxg_adapter_fd() - The file descriptor of an adapter
 * @adapter: the adapter
 *
 * Return: one that goes with the adapter, for what this library has not.
 */
int dxg_adapter_fd(const struct dxg_adapter *adapter);

/**
 * dxg_adapter_handle() - The handle of an adapter
 * @adapter: the adapter
 *
 * Return: it; of the process on /dev/dxg, of the file on a DRM node.
 */
uint32_t dxg_adapter_handle(const struct dxg_adapter *adapter);

/* --- devices, contexts ---------------------------------------------------------- */

/**
 * enum dxg_device_state - Whether a device still executes commands
 * @DXG_DEVICE_ACTIVE: it does
 * @DXG_DEVICE_RESET: a reset that it did not cause took it along
 * @DXG_DEVICE_HUNG: one of its commands met the time-out
 * @DXG_DEVICE_STOPPED: its adapter has been removed
 * @DXG_DEVICE_OUT_OF_MEMORY: a command found no memory
 * @DXG_DEVICE_FAULT: a command was refused by the engine
 * @DXG_DEVICE_PAGE_FAULT: a command named memory that is gone
 */
enum dxg_device_state {
	DXG_DEVICE_ACTIVE = 1,
	DXG_DEVICE_RESET = 2,
	DXG_DEVICE_HUNG = 3,
	DXG_DEVICE_STOPPED = 4,
	DXG_DEVICE_OUT_OF_MEMORY = 5,
	DXG_DEVICE_FAULT = 6,
	DXG_DEVICE_PAGE_FAULT = 7,
};

/**
 * dxg_device_create() - Create a device, to which all other objects belong
 * @adapter: the adapter
 * @out: the device
 *
 * Return: 0 or a negative errno.
 */
int dxg_device_create(struct dxg_adapter *adapter, struct dxg_device **out);

/**
 * dxg_device_destroy() - Give up a device
 * @device: the device, or NULL
 */
void dxg_device_destroy(struct dxg_device *device);

/**
 * dxg_device_get_state() - Whether a device still executes commands
 * @device: the device
 * @state: out: that
 *
 * Return: 0 or a negative errno; also of a removed adapter.
 */
int dxg_device_get_state(struct dxg_device *device, enum dxg_device_state *state);

/**
 * dxg_device_handle() - The handle of a device
 * @device: the device
 *
 * Return: it.
 */
uint32_t dxg_device_handle(const struct dxg_device *device);

/**
 * dxg_context_create() - Create a context, whose commands run one after the other
 * @device: the device
 * @node: the engine; 0 is the one for copies
 * @out: the context
 *
 * Return: 0; -EINVAL: there is no such engine.
 */
int dxg_context_create(struct dxg_device *device, unsigned int node, struct dxg_context **out);

/**
 * dxg_context_destroy() - Destroy a context
 * @context: the context, or NULL
 *
 * Its commands that no engine has yet are cancelled.
 */
void dxg_context_destroy(struct dxg_context *context);

/**
 * dxg_context_handle() - The handle of a context
 * @context: the context
 *
 * Return: it.
 */
uint32_t dxg_context_handle(const struct dxg_context *context);

/* --- allocations ---------------------------------------------------------------- */

/* struct dxg_allocation_desc, flags */
#define DXG_ALLOCATION_DISPLAYABLE	(1U << 0)	/* can be scanned out; has a geometry */
#define DXG_ALLOCATION_READ_ONLY	(1U << 1)	/* commands cannot write to @memory */

/**
 * struct dxg_allocation_desc - What to create
 * @size: bytes, more than 0; rounded up to pages
 * @flags: DXG_ALLOCATION_*; READ_ONLY is the same for all of one call
 * @format: fourcc XR24 or AR24 where it is displayable, else 0
 * @width: pixels where it is displayable, else 0
 * @height: lines where it is displayable, else 0
 * @pitch: bytes a line, 4 x @width, where it is displayable, else 0
 * @memory: page-aligned memory of the caller that the allocation is to have, for which it
 *	must stay until the allocation is destroyed; NULL: memory of the adapter. The same
 *	for all of one call
 */
struct dxg_allocation_desc {
	uint64_t size;
	uint32_t flags;
	uint32_t format;
	uint32_t width;
	uint32_t height;
	uint32_t pitch;
	void *memory;
};

/* dxg_allocation_destroy(), flags */
#define DXG_DESTROY_ASSUME_NOT_IN_USE	(1U << 0)	/* do not wait for queued commands */
#define DXG_DESTROY_SYNCHRONOUS		(1U << 1)	/* return when the memory is back */

/**
 * dxg_allocation_create() - Create allocations
 * @device: the device
 * @descs: what each is to be
 * @count: how many, 1 to DXG_BATCH_MAX
 * @out: the allocations
 *
 * No memory is taken before the first use.
 *
 * Return: 0 or a negative errno.
 */
int dxg_allocation_create(struct dxg_device *device, const struct dxg_allocation_desc *descs,
			  unsigned int count, struct dxg_allocation **out);

/**
 * dxg_allocation_destroy() - Destroy allocations
 * @list: allocations of one device, none of them of a resource; NULL is passed over
 * @count: how many, at most DXG_BATCH_MAX
 * @flags: DXG_DESTROY_*
 *
 * Commands may use them still: without a flag the call returns at once, and the memory goes
 * back when those queued before have finished. A lock is no hindrance.
 *
 * Return: 0, and the objects are gone; else -EINVAL: they are of several devices, one of a
 * resource, or one twice.
 */
int dxg_allocation_destroy(struct dxg_allocation *const *list, unsigned int count,
			   unsigned int flags);

/**
 * dxg_allocation_lock() - Have an allocation's bytes at an address
 * @allocation: the allocation
 * @out: the address, the same for all locks that it has
 *
 * Locks are counted. Does not wait for commands: use fences.
 *
 * Return: 0; -ENOMEM: no memory or no address space; -EINVAL: it is offered.
 */
int dxg_allocation_lock(struct dxg_allocation *allocation, void **out);

/**
 * dxg_allocation_unlock() - Undo one dxg_allocation_lock()
 * @allocation: the allocation
 *
 * Return: 0; -EINVAL: it is not locked.
 */
int dxg_allocation_unlock(struct dxg_allocation *allocation);

/**
 * dxg_allocation_export() - Make a dma-buf of an allocation's bytes
 * @allocation: the allocation
 * @fd: out: file descriptor, closed by exec, the caller's; can be mapped for writing
 *
 * From then on it stays in the device segment, and cannot be offered.
 *
 * Return: 0; -EINVAL: memory of the caller's, or it is offered; -EMFILE.
 */
int dxg_allocation_export(struct dxg_allocation *allocation, int *fd);

/**
 * dxg_allocation_import() - Make an allocation of a dma-buf
 * @device: the device
 * @fd: file descriptor of the dma-buf, which stays the caller's
 * @out: the allocation
 *
 * Return: 0; -EINVAL: it is no dma-buf that the adapter can use; -EPERM: of an allocation in
 * a resource that is not shared; -EBUSY: of one that is just being destroyed.
 */
int dxg_allocation_import(struct dxg_device *device, int fd, struct dxg_allocation **out);

/**
 * dxg_allocation_size() - The bytes of an allocation
 * @allocation: the allocation
 *
 * Return: as many as were asked for, or those of the dma-buf.
 */
uint64_t dxg_allocation_size(const struct dxg_allocation *allocation);

/**
 * dxg_allocation_handle() - The handle of an allocation
 * @allocation: the allocation
 *
 * Return: it.
 */
uint32_t dxg_allocation_handle(const struct dxg_allocation *allocation);

/* dxg_resource_create(), flags */
#define DXG_RESOURCE_SHARED	(1U << 0)	/* can be passed to other processes */

/**
 * dxg_resource_create() - Create a resource, which is allocations that go together
 * @device: the device
 * @descs: what each allocation is to be
 * @count: how many, at most DXG_BATCH_MAX
 * @flags: DXG_RESOURCE_*
 * @out: the resource, to which the allocations belong
 *
 * Return: 0 or a negative errno.
 */
int dxg_resource_create(struct dxg_device *device, const struct dxg_allocation_desc *descs,
			unsigned int count, unsigned int flags, struct dxg_resource **out);

/**
 * dxg_resource_destroy() - Destroy a resource with all its allocations
 * @resource: the resource, or NULL
 * @flags: DXG_DESTROY_*
 *
 * What other openings of a shared one have stays.
 *
 * Return: 0, and the objects are gone; or a negative errno.
 */
int dxg_resource_destroy(struct dxg_resource *resource, unsigned int flags);

/**
 * dxg_resource_count() - How many allocations a resource has
 * @resource: the resource
 *
 * Return: that.
 */
unsigned int dxg_resource_count(const struct dxg_resource *resource);

/**
 * dxg_resource_allocation() - An allocation of a resource
 * @resource: the resource, which keeps it
 * @index: which, from 0
 *
 * Return: it, or NULL if there is no such one.
 */
struct dxg_allocation *dxg_resource_allocation(const struct dxg_resource *resource,
					       unsigned int index);

/**
 * dxg_resource_handle() - The handle of a resource
 * @resource: the resource
 *
 * Return: it.
 */
uint32_t dxg_resource_handle(const struct dxg_resource *resource);

/**
 * dxg_resource_share() - Make a file descriptor of a resource, for other processes
 * @resource: the resource, created with DXG_RESOURCE_SHARED, or opened
 * @fd: out: file descriptor, closed by exec, the caller's
 *
 * It keeps the resource's bytes, whoever destroys the resource.
 *
 * Return: 0; -EINVAL: it is not to be shared; -EMFILE.
 */
int dxg_resource_share(struct dxg_resource *resource, int *fd);

/**
 * dxg_resource_open() - Open what dxg_resource_share() has made
 * @device: a device of the same adapter, of any process
 * @fd: file descriptor, which stays the caller's
 * @out: a resource with the same bytes
 *
 * Return: 0; -EINVAL: it is no such file descriptor, or of another adapter.
 */
int dxg_resource_open(struct dxg_device *device, int fd, struct dxg_resource **out);

/* --- residency ------------------------------------------------------------------ */

/**
 * enum dxg_residency - Where bytes are
 * @DXG_RESIDENT_DEVICE: in the device segment
 * @DXG_RESIDENT_SHARED: in memory that engines reach elsewhere
 * @DXG_NOT_RESIDENT: in system memory, or nowhere yet
 */
enum dxg_residency {
	DXG_RESIDENT_DEVICE = 1,
	DXG_RESIDENT_SHARED = 2,
	DXG_NOT_RESIDENT = 3,
};

/* Priorities of dxg_set_priority(): what has the lowest is moved out first. */
#define DXG_PRIORITY_MINIMUM	0x28000000U
#define DXG_PRIORITY_LOW	0x50000000U
#define DXG_PRIORITY_NORMAL	0x78000000U
#define DXG_PRIORITY_HIGH	0xa0000000U
#define DXG_PRIORITY_MAXIMUM	0xc8000000U

/**
 * enum dxg_offer_priority - What is offered lower is given up first
 * @DXG_OFFER_LOW: first
 * @DXG_OFFER_NORMAL: next
 * @DXG_OFFER_HIGH: last
 */
enum dxg_offer_priority {
	DXG_OFFER_LOW = 1,
	DXG_OFFER_NORMAL = 2,
	DXG_OFFER_HIGH = 3,
};

/* dxg_offer(), flags */
#define DXG_OFFER_IMMEDIATELY	(1U << 0)	/* also while queued commands use them */

/* dxg_make_resident(), flags */
#define DXG_RESIDENT_OVER_BUDGET	(1U << 0)	/* do not refuse for the budget */

/**
 * dxg_paging_queue_create() - Create a queue, whose fence says when bytes have moved
 * @device: the device
 * @out: the queue
 *
 * Return: 0 or a negative errno.
 */
int dxg_paging_queue_create(struct dxg_device *device, struct dxg_paging_queue **out);

/**
 * dxg_paging_queue_destroy() - Destroy a paging queue
 * @queue: the queue, or NULL
 *
 * What was asked of it is finished nevertheless.
 */
void dxg_paging_queue_destroy(struct dxg_paging_queue *queue);

/**
 * dxg_paging_queue_wait() - Wait until a queue has moved what it was asked to
 * @queue: the queue
 * @value: what dxg_make_resident() or dxg_reclaim() gave
 * @deadline: time of dxg_now() at which to give up, or DXG_FOREVER
 *
 * Return: 0; -ETIMEDOUT: the deadline has come.
 */
int dxg_paging_queue_wait(struct dxg_paging_queue *queue, uint64_t value, int64_t deadline);

/**
 * dxg_make_resident() - Ask for allocations to be in the device segment
 * @queue: a paging queue of their device
 * @list: the allocations
 * @count: how many, 1 to DXG_RESIDENCY_MAX
 * @flags: DXG_RESIDENT_*
 * @value: out: what to wait for on the queue; 0: they are there already. May be NULL
 * @trim: out: 0; on -ENOMEM how many bytes less the process must ask for, or 0. May be NULL
 *
 * Requests are counted, and undone by dxg_evict().
 *
 * Return: 0; -ENOMEM: more than the budget, or than there is.
 */
int dxg_make_resident(struct dxg_paging_queue *queue, struct dxg_allocation *const *list,
		      unsigned int count, unsigned int flags, uint64_t *value, uint64_t *trim);

/**
 * dxg_evict() - Undo requests of dxg_make_resident()
 * @list: allocations of one device
 * @count: how many, 1 to DXG_RESIDENCY_MAX
 * @trim: out: bytes that the process still asks for over its budget. May be NULL
 *
 * Return: 0; -EINVAL: one of them was not asked for so often.
 */
int dxg_evict(struct dxg_allocation *const *list, unsigned int count, uint64_t *trim);

/**
 * dxg_offer() - Let memory be taken whose bytes may be lost
 * @list: allocations of one device, none locked, or passed on, or the caller's memory
 * @count: how many, 1 to DXG_RESIDENCY_MAX
 * @priority: what is given up first
 * @flags: DXG_OFFER_*
 *
 * They cannot be used until dxg_reclaim().
 *
 * Return: 0 or a negative errno.
 */
int dxg_offer(struct dxg_allocation *const *list, unsigned int count,
	      enum dxg_offer_priority priority, unsigned int flags);

/**
 * dxg_reclaim() - Take back what was offered
 * @queue: a paging queue of their device
 * @list: the allocations
 * @count: how many, 1 to DXG_RESIDENCY_MAX
 * @lost: out: for each, whether its bytes are lost; it has zeroes then. May be NULL
 * @value: out: what to wait for on the queue before using them. May be NULL
 *
 * Return: 0 or a negative errno.
 */
int dxg_reclaim(struct dxg_paging_queue *queue, struct dxg_allocation *const *list,
		unsigned int count, bool *lost, uint64_t *value);

/**
 * dxg_get_residency() - Where bytes are now
 * @list: allocations of one device
 * @count: how many, 1 to DXG_BATCH_MAX
 * @out: for each, where
 *
 * Return: 0 or a negative errno.
 */
int dxg_get_residency(struct dxg_allocation *const *list, unsigned int count,
		      enum dxg_residency *out);

/**
 * dxg_set_priority() - Say what is to be moved out last
 * @list: allocations of one device
 * @count: how many, 1 to DXG_BATCH_MAX
 * @priorities: for each, from DXG_PRIORITY_MINIMUM to DXG_PRIORITY_MAXIMUM
 *
 * Return: 0 or a negative errno.
 */
int dxg_set_priority(struct dxg_allocation *const *list, unsigned int count,
		     const uint32_t *priorities);

/**
 * dxg_get_priority() - What dxg_set_priority() has set
 * @list: allocations of one device
 * @count: how many, 1 to DXG_BATCH_MAX
 * @priorities: out: for each
 *
 * Return: 0 or a negative errno.
 */
int dxg_get_priority(struct dxg_allocation *const *list, unsigned int count,
		     uint32_t *priorities);

/* --- fences --------------------------------------------------------------------- */

/* dxg_fence_wait() and dxg_fence_notify(), flags */
#define DXG_WAIT_ANY	(1U << 0)	/* one is enough, else all */

/**
 * dxg_fence_create() - Create a fence: a number that only grows
 * @device: the device
 * @value: its first value
 * @out: the fence
 *
 * Return: 0 or a negative errno.
 */
int dxg_fence_create(struct dxg_device *device, uint64_t value, struct dxg_fence **out);

/**
 * dxg_fence_destroy() - Destroy a fence
 * @fence: the fence, or NULL; nobody waits for it
 */
void dxg_fence_destroy(struct dxg_fence *fence);

/**
 * dxg_fence_value() - The number that a fence has reached
 * @fence: the fence
 *
 * A read of memory, without a system call. What was written before the fence was signalled
 * can be read after it.
 *
 * Return: that.
 */
uint64_t dxg_fence_value(const struct dxg_fence *fence);

/**
 * dxg_fence_signal() - Let fences reach values
 * @fences: fences of one device
 * @values: for each, at least its value now
 * @count: how many, 1 to 32
 *
 * Return: 0; -EINVAL: one of them has a larger value.
 */
int dxg_fence_signal(struct dxg_fence *const *fences, const uint64_t *values,
		     unsigned int count);

/**
 * dxg_fence_wait() - Wait until fences have reached values
 * @fences: fences of one device
 * @values: for each, what to wait for
 * @count: how many, 1 to 1000
 * @flags: DXG_WAIT_*
 * @deadline: time of dxg_now() at which to give up, or DXG_FOREVER; one that has passed:
 *	do not wait
 *
 * Return: 0; -ETIMEDOUT: the deadline has come; -ENODEV: the adapter was removed meanwhile.
 */
int dxg_fence_wait(struct dxg_fence *const *fences, const uint64_t *values,
		   unsigned int count, unsigned int flags, int64_t deadline);

/**
 * dxg_fence_notify() - Signal an eventfd when fences have reached values
 * @fences: fences of one device
 * @values: for each, what to wait for
 * @count: how many, 1 to 1000
 * @flags: DXG_WAIT_*
 * @eventfd: file descriptor of an eventfd, which stays the caller's
 *
 * Once, by 1; at once if they have. Also when the adapter is removed. There is no way back
 * but to signal or to destroy a fence, and a process can have 4096 of these (-ENOMEM).
 *
 * Return: 0 or a negative errno.
 */
int dxg_fence_notify(struct dxg_fence *const *fences, const uint64_t *values,
		     unsigned int count, unsigned int flags, int eventfd);

/**
 * dxg_fence_export() - Make a sync file that is signalled when a fence reaches a value
 * @fence: the fence
 * @value: the value
 * @fd: out: file descriptor, closed by exec, the caller's
 *
 * Return: 0; -EPERM: the module that is loaded cannot.
 */
int dxg_fence_export(struct dxg_fence *fence, uint64_t value, int *fd);

/**
 * dxg_fence_handle() - The handle of a fence
 * @fence: the fence
 *
 * Return: it.
 */
uint32_t dxg_fence_handle(const struct dxg_fence *fence);

/* --- commands ------------------------------------------------------------------- */

/**
 * dxg_stream_create() - Create an empty stream of commands
 * @out: the stream
 *
 * It belongs to no adapter. The commands name objects by their handles: these must be there
 * when the stream is submitted.
 *
 * Return: 0; -ENOMEM.
 */
int dxg_stream_create(struct dxg_stream **out);

/**
 * dxg_stream_destroy() - Destroy a stream
 * @stream: the stream, or NULL
 *
 * What was submitted goes on.
 */
void dxg_stream_destroy(struct dxg_stream *stream);

/**
 * dxg_stream_reset() - Make a stream empty again
 * @stream: the stream
 *
 * Forgets an error too.
 */
void dxg_stream_reset(struct dxg_stream *stream);

/**
 * dxg_stream_data() - What a stream holds
 * @stream: the stream
 * @size: out: bytes
 *
 * Return: a struct drm_dxg_cmd_stream with its commands, there until the stream is changed.
 */
const void *dxg_stream_data(const struct dxg_stream *stream, size_t *size);

/**
 * dxg_stream_error() - The first error of a stream
 * @stream: the stream
 *
 * A command that cannot be added is not, and the stream cannot be submitted: it is enough
 * to look at the result of dxg_submit().
 *
 * Return: 0, -E2BIG: a stream can have no more commands; -ENOMEM.
 */
int dxg_stream_error(const struct dxg_stream *stream);

/**
 * dxg_stream_fill() - Write a 32-bit pattern
 * @stream: the stream
 * @allocation: memory
 * @offset: where it begins, a multiple of 4
 * @length: bytes, a multiple of 4
 * @pattern: what
 *
 * Return: dxg_stream_error() of the stream.
 */
int dxg_stream_fill(struct dxg_stream *stream, const struct dxg_allocation *allocation,
		    uint64_t offset, uint64_t length, uint32_t pattern);

/**
 * dxg_stream_copy() - Copy bytes; they may overlap
 * @stream: the stream
 * @to: memory
 * @to_offset: where it begins
 * @from: memory
 * @from_offset: where it begins
 * @length: bytes
 *
 * Return: dxg_stream_error() of the stream.
 */
int dxg_stream_copy(struct dxg_stream *stream, const struct dxg_allocation *to,
		    uint64_t to_offset, const struct dxg_allocation *from,
		    uint64_t from_offset, uint64_t length);

/**
 * dxg_stream_delay() - Keep the engine busy
 * @stream: the stream
 * @ns: for how long, at most the engine's time-out
 *
 * Return: dxg_stream_error() of the stream.
 */
int dxg_stream_delay(struct dxg_stream *stream, uint64_t ns);

/**
 * dxg_stream_timestamp() - Write the time of dxg_now(), 8 bytes
 * @stream: the stream
 * @allocation: memory
 * @offset: where, a multiple of 8
 *
 * Return: dxg_stream_error() of the stream.
 */
int dxg_stream_timestamp(struct dxg_stream *stream, const struct dxg_allocation *allocation,
			 uint64_t offset);

/**
 * dxg_stream_signal() - Let a fence reach a value
 * @stream: the stream
 * @fence: the fence; one that has a larger value keeps it
 * @value: the value
 *
 * Return: dxg_stream_error() of the stream.
 */
int dxg_stream_signal(struct dxg_stream *stream, const struct dxg_fence *fence, uint64_t value);

/**
 * dxg_submit() - Give commands to a context
 * @context: the context
 * @stream: the commands, which are copied
 *
 * Return: 0; dxg_stream_error() of the stream; -EINVAL: it names what is gone, offered or of
 * another device, or is wrong otherwise; -EACCES: it writes to what is read-only; -ENOMEM:
 * also where too many commands are queued.
 */
int dxg_submit(struct dxg_context *context, const struct dxg_stream *stream);

#ifdef __cplusplus
}
#endif

#endif /* DXG_H */
