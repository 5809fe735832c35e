/* SPDX-License-Identifier: MIT */
/*
 * What the tests of dxg share: ways in, one function for each operation, command
 * streams, and the counts that show a leak.
 *
 * Of most functions there are two: igt_dxg_x() asserts that the operation succeeds
 * and returns what it made; __igt_dxg_x() returns what the ioctl returned, that is
 * 0, a positive status or -errno. Tests of refusals that these cannot express fill
 * the operation's structure themselves and call igt_dxg_ioctl().
 */
#ifndef DXG_IGT_H
#define DXG_IGT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#include "igt_abi.h"

#define IGT_DXG_ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* User pointers travel in 64 bits. */
#define igt_dxg_ptr(pointer)		((uint64_t)(uintptr_t)(pointer))

/* --- ways in ------------------------------------------------------------- */

enum igt_dxg_door {
	DXG_DOOR_DXG,		/* /dev/dxg */
	DXG_DOOR_RENDER,	/* render node of the adapter's DRM device */
	DXG_DOOR_CARD,		/* its card node */
	DXG_DOORS,
};

/**
 * struct igt_dxg - One way in: an adapter through a door
 * @door: the door
 * @fd: open file, as a D3DKMT client opens it: /dev/dxg is read-only
 * @adapter: handle of the adapter, which igt_dxg_close() closes
 * @luid: its LUID
 * @driver: name of the in-tree driver, "virtio_gpu" or "vkms"
 * @path: of the node
 * @minor: of the card node of the adapter's DRM device, where debugfs is
 * @next: list of all that are open
 */
struct igt_dxg {
	enum igt_dxg_door door;
	int fd;
	uint32_t adapter;
	struct d3dkmt_luid luid;
	const char *driver;
	char path[32];
	int minor;
	struct igt_dxg *next;
};

/* One combination; @name is "DRIVER-DOOR". */
struct igt_dxg_way {
	const char *driver;
	enum igt_dxg_door door;
	const char *name;
};

#define IGT_DXG_WAYS	6
extern const struct igt_dxg_way igt_dxg_ways[IGT_DXG_WAYS];

/* Skips when there is no such adapter or node; asserts that all else works. */
struct igt_dxg *igt_dxg_open(enum igt_dxg_door door, const char *driver);
/* The same adapter by the same door once more, with a file of its own. */
struct igt_dxg *igt_dxg_reopen(const struct igt_dxg *dxg);
/*
 * Close the file with all that lives in it and open the door again. On /dev/dxg the
 * process must have no other open file of it, or its objects live on.
 */
void igt_dxg_renew(struct igt_dxg *dxg);
void igt_dxg_close(struct igt_dxg *dxg);
/* Close what earlier subtests that failed have left open. */
void igt_dxg_close_all(void);

/* Path of the node of an adapter, or false; @path has room for 32 bytes. */
bool igt_dxg_find_node(enum igt_dxg_door door, const char *driver, char *path);

/**
 * struct igt_dxg_test - A test that is run for each adapter and door
 * @name: first part of the name, the rest is "-DRIVER-DOOR"
 * @describe: sentence for igt_describe()
 * @run: the test
 * @outlast: in place of @run, the test for igt_dxg_outlast()
 * @run_case: in place of @run, one test for all of a table
 * @data: for @run_case, its entry
 * @doors: bit mask of enum igt_dxg_door to run it for, or 0 for all; or IGT_DXG_LONG or
 *         IGT_DXG_LONGEST
 * @leaves: @run leaves counts changed; else they must come back after it
 */
struct igt_dxg_test {
	const char *name;
	const char *describe;
	void (*run)(struct igt_dxg *dxg);
	bool (*outlast)(struct igt_dxg *dxg, unsigned int ms);
	void (*run_case)(struct igt_dxg *dxg, const void *data);
	const void *data;
	unsigned int doors;
	bool leaves;
};

enum {
	IGT_DXG_DXG_DOOR = 1 << DXG_DOOR_DXG,
	IGT_DXG_DRM_DOORS = 1 << DXG_DOOR_RENDER | 1 << DXG_DOOR_CARD,
	/*
	 * For tests that take long: /dev/dxg of one adapter and a node of the other one;
	 * half of these tests have one such pair and half the other. The nodes differ in
	 * who may open them only.
	 */
	IGT_DXG_LONG = 1 << DXG_DOORS,
	/* For those that wait for seconds, mostly: /dev/dxg of one adapter. */
	IGT_DXG_LONGEST = 2 << DXG_DOORS,
};

/* Entries of a table: for all doors, or for some. */
#define IGT_DXG_TEST(name_, describe_, run_) \
	{ .name = (name_), .describe = (describe_), .run = (run_) }
#define IGT_DXG_TEST_AT(doors_, name_, describe_, run_) \
	{ .name = (name_), .describe = (describe_), .run = (run_), .doors = (doors_) }
/* One that takes long. */
#define IGT_DXG_TEST_LONG(name_, describe_, run_) \
	IGT_DXG_TEST_AT(IGT_DXG_LONG, name_, describe_, run_)
#define IGT_DXG_TEST_LONGEST(name_, describe_, run_) \
	IGT_DXG_TEST_AT(IGT_DXG_LONGEST, name_, describe_, run_)
/* One for all doors that has to be over before a job is. */
#define IGT_DXG_TEST_OUTLAST(name_, describe_, run_) \
	{ .name = (name_), .describe = (describe_), .outlast = (run_) }

/* Make the subtests of a table that ends with an empty entry. */
void igt_dxg_run_tests(const struct igt_dxg_test *tests);

/*
 * Take the adapter down by unbinding dxg's platform device, and bring it up again. What
 * is unbound is bound by the next test or at the end of the program at the latest.
 */
void igt_dxg_unbind(const struct igt_dxg *dxg);
void igt_dxg_rebind(void);

/*
 * The module: 0 or -errno. What is unloaded is loaded by the next test at the latest, from
 * $DXG_KO, with $DXG_PARAMS.
 */
int igt_dxg_module_load(void);
int igt_dxg_module_unload(const char *name);
/* Try for @timeout_ms, until nobody has a file open. */
int igt_dxg_module_unload_wait(unsigned int timeout_ms);

/* How often to repeat something: @count divided by $IGT_DXG_SCALE, at least 1. */
unsigned int igt_dxg_scale(unsigned int count);
/* How long to wait for what takes @ms at most: $IGT_DXG_PATIENCE times as long. */
unsigned int igt_dxg_patience(unsigned int ms);

/* --- operations ---------------------------------------------------------- */

/* One ioctl by any door; @code is D3DKMT_IOCTL_*. Repeats it on EINTR. */
int igt_dxg_ioctl(const struct igt_dxg *dxg, unsigned long code, void *arg);
/* The same without repeating. */
int igt_dxg_ioctl_once(const struct igt_dxg *dxg, unsigned long code, void *arg);
/* The code that the door wants. */
unsigned long igt_dxg_code(const struct igt_dxg *dxg, unsigned long code);

/* Adapters; @count in: room, out: adapters */
int __igt_dxg_enum(const struct igt_dxg *dxg, struct d3dkmt_adapter_info *info, uint32_t *count);
int __igt_dxg_open_adapter(const struct igt_dxg *dxg, struct d3dkmt_luid luid, uint32_t *adapter);
uint32_t igt_dxg_open_adapter(const struct igt_dxg *dxg);
int __igt_dxg_close_adapter(const struct igt_dxg *dxg, uint32_t adapter);
void igt_dxg_close_adapter(const struct igt_dxg *dxg, uint32_t adapter);
int __igt_dxg_query(const struct igt_dxg *dxg, uint32_t adapter, uint32_t type, void *data,
		    uint32_t size);
void igt_dxg_query(const struct igt_dxg *dxg, uint32_t type, void *data, uint32_t size);

/* Devices */
int __igt_dxg_create_device(const struct igt_dxg *dxg, uint32_t adapter, uint32_t flags,
			    uint32_t *device);
uint32_t igt_dxg_create_device(const struct igt_dxg *dxg);
int __igt_dxg_destroy_device(const struct igt_dxg *dxg, uint32_t device);
void igt_dxg_destroy_device(const struct igt_dxg *dxg, uint32_t device);
int __igt_dxg_device_state(const struct igt_dxg *dxg, uint32_t device, uint32_t *state);
uint32_t igt_dxg_device_state(const struct igt_dxg *dxg, uint32_t device);

/* Contexts, on node 0 */
int __igt_dxg_create_context(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
			     uint32_t *context);
uint32_t igt_dxg_create_context(const struct igt_dxg *dxg, uint32_t device);
int __igt_dxg_destroy_context(const struct igt_dxg *dxg, uint32_t context);
void igt_dxg_destroy_context(const struct igt_dxg *dxg, uint32_t context);

/*
 * Allocations: @count of them, each linear and of @size bytes. @flags are
 * D3DKMT_CREATE_*; @resource may be NULL, else it is in and out as in the structure.
 */
int __igt_dxg_create(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
		     uint32_t *resource, uint64_t size, uint32_t count, uint32_t *allocations);
/* A stand-alone one. */
uint32_t igt_dxg_create_allocation(const struct igt_dxg *dxg, uint32_t device, uint64_t size);
/* A resource of @count; returns the resource. */
uint32_t igt_dxg_create_resource(const struct igt_dxg *dxg, uint32_t device, uint64_t size,
				 uint32_t count, uint32_t *allocations);
/* @count more in a resource. */
void igt_dxg_add_allocations(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			     uint64_t size, uint32_t count, uint32_t *allocations);

int __igt_dxg_destroy2(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
		       const uint32_t *list, uint32_t count, uint32_t flags);
void igt_dxg_destroy2(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
		      const uint32_t *list, uint32_t count, uint32_t flags);
/* One stand-alone allocation, without flags. */
int __igt_dxg_destroy_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
void igt_dxg_destroy_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
/* Whether the handle is a live allocation of the device: locks and unlocks it. */
bool igt_dxg_is_allocation(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
/* Whether the handle is a live resource of the device: adds one and destroys it. */
bool igt_dxg_is_resource(const struct igt_dxg *dxg, uint32_t device, uint32_t resource);

int __igt_dxg_lock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation, void **data);
void *igt_dxg_lock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
int __igt_dxg_unlock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
void igt_dxg_unlock(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
/* Lock, compare each of @count words at byte @offset with @pattern, unlock. */
void igt_dxg_assert_filled(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
			   uint64_t offset, uint64_t count, uint32_t pattern);

/*
 * Monitored fences; @value may be NULL, else receives the address of the value, which
 * igt_dxg_fence_value() reads.
 */
int __igt_dxg_create_fence(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
			   uint64_t initial, uint32_t *fence, const uint64_t **value);
uint32_t igt_dxg_create_fence(const struct igt_dxg *dxg, uint32_t device, uint64_t initial,
			      const uint64_t **value);
uint64_t igt_dxg_fence_value(const uint64_t *value);
int __igt_dxg_destroy_fence(const struct igt_dxg *dxg, uint32_t fence);
void igt_dxg_destroy_fence(const struct igt_dxg *dxg, uint32_t fence);

int __igt_dxg_signal(const struct igt_dxg *dxg, uint32_t device, const uint32_t *fences,
		     const uint64_t *values, uint32_t count, uint32_t flags);
void igt_dxg_signal(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value);

/* @event: an eventfd, or 0 to wait here, for which EINTR is returned too */
int __igt_dxg_wait(const struct igt_dxg *dxg, uint32_t device, const uint32_t *fences,
		   const uint64_t *values, uint32_t count, int event, uint32_t flags);
/* Block until one fence has the value. */
void igt_dxg_wait(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value);
/* The same through an eventfd; false when @timeout_ms pass first. */
bool igt_dxg_wait_timeout(const struct igt_dxg *dxg, uint32_t device, uint32_t fence,
			  uint64_t value, int timeout_ms);
/* Ask for an eventfd, which the caller closes, to be signalled. */
int igt_dxg_wait_event(const struct igt_dxg *dxg, uint32_t device, uint32_t fence,
		       uint64_t value);
/* Whether an eventfd becomes readable in @timeout_ms. */
bool igt_dxg_event_fired(int event, int timeout_ms);

/*
 * Paging queues; @fence and @value may be NULL, else receive the handle of the queue's
 * fence and the address of its value.
 */
int __igt_dxg_create_paging_queue(const struct igt_dxg *dxg, uint32_t device, int32_t priority,
				  uint32_t *queue, uint32_t *fence, const uint64_t **value);
uint32_t igt_dxg_create_paging_queue(const struct igt_dxg *dxg, uint32_t device, uint32_t *fence,
				     const uint64_t **value);
int __igt_dxg_destroy_paging_queue(const struct igt_dxg *dxg, uint32_t queue);
void igt_dxg_destroy_paging_queue(const struct igt_dxg *dxg, uint32_t queue);

/*
 * Residency. MakeResident may return D3DKMT_STATUS_PENDING too; @value: of the queue's
 * fence when all is there. @trim: bytes to trim, untouched on other errors than ENOMEM.
 * All but @list may be NULL.
 */
int __igt_dxg_make_resident(const struct igt_dxg *dxg, uint32_t queue, const uint32_t *list,
			    uint32_t count, uint32_t flags, uint64_t *value, uint64_t *trim);
/* Returns the value; asserts that it is reached, within 10 s. */
uint64_t igt_dxg_make_resident(const struct igt_dxg *dxg, uint32_t device, uint32_t queue,
			       uint32_t fence, const uint32_t *list, uint32_t count);
int __igt_dxg_evict(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		    uint32_t count, uint32_t flags, uint64_t *trim);
void igt_dxg_evict(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		   uint32_t count);

/* Of a resource, with a count of 0 and one element in the array, or of a list. */
int __igt_dxg_query_residency(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			      const uint32_t *list, uint32_t count, uint32_t *status);
int __igt_dxg_set_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			   const uint32_t *list, uint32_t count, const uint32_t *priorities);
int __igt_dxg_get_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			   const uint32_t *list, uint32_t count, uint32_t *priorities);
/* Whether one allocation is in the device segment. */
bool igt_dxg_is_resident(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
void igt_dxg_set_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
			  uint32_t priority);
uint32_t igt_dxg_get_priority(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);

/* One of @resources and @list may be NULL, and @results and @value too. */
int __igt_dxg_offer(const struct igt_dxg *dxg, uint32_t device, const uint32_t *resources,
		    const uint32_t *list, uint32_t count, uint32_t priority, uint32_t flags);
void igt_dxg_offer(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
		   uint32_t count, uint32_t priority);
int __igt_dxg_reclaim(const struct igt_dxg *dxg, uint32_t queue, const uint32_t *resources,
		      const uint32_t *list, uint32_t count, uint32_t *results, uint64_t *value);
/* Of one allocation: whether its bytes were discarded. */
bool igt_dxg_reclaim(const struct igt_dxg *dxg, uint32_t queue, uint32_t allocation);

/* @group: D3DKMT_MEMORY_SEGMENT_GROUP_* */
int __igt_dxg_video_memory(const struct igt_dxg *dxg, uint32_t group,
			   struct d3dkmt_query_video_memory_info *info);
struct d3dkmt_query_video_memory_info igt_dxg_video_memory(const struct igt_dxg *dxg,
							   uint32_t group);
int __igt_dxg_reserve(const struct igt_dxg *dxg, uint64_t bytes);
void igt_dxg_reserve(const struct igt_dxg *dxg, uint64_t bytes);
/* Bytes of the device segment. */
uint64_t igt_dxg_segment_size(const struct igt_dxg *dxg);

/* --- sharing ------------------------------------------------------------- */

/* The flags of a resource that can be shared. */
#define IGT_DXG_CREATE_SHARED \
	(D3DKMT_CREATE_RESOURCE | D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING)

/* A resource of @count that can be shared; returns the resource. */
uint32_t igt_dxg_create_shared(const struct igt_dxg *dxg, uint32_t device, uint64_t size,
			       uint32_t count, uint32_t *allocations);
/* A file descriptor for a resource, which the caller closes; -1 where there is none. */
int __igt_dxg_share(const struct igt_dxg *dxg, uint32_t resource, int *fd);
int igt_dxg_share(const struct igt_dxg *dxg, uint32_t resource);
/* What is there to be opened; without the private data of the runtime. */
int __igt_dxg_query_shared(const struct igt_dxg *dxg, uint32_t device, int fd,
			   struct d3dkmt_query_resource_info_from_nt_handle *info);
/*
 * Open it on a device; what there is of private data is dropped. The first asserts nothing,
 * so it is for threads.
 */
int __igt_dxg_open_shared(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t count,
			  uint32_t *resource, uint32_t *allocations);
uint32_t igt_dxg_open_shared(const struct igt_dxg *dxg, uint32_t device, int fd,
			     uint32_t count, uint32_t *allocations);

/* The flags of a sync object that can be shared; igt_dxg_share() takes its handle, too. */
#define IGT_DXG_SYNC_SHARED	(D3DKMT_SYNC_SHARED | D3DKMT_SYNC_NT_SECURITY_SHARING)

uint32_t igt_dxg_create_shared_fence(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
				     uint64_t initial, const uint64_t **value);
/* Open a sync object's descriptor on a device; @value may be NULL. */
int __igt_dxg_open_fence(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t flags,
			 uint32_t *fence, const uint64_t **value);
uint32_t igt_dxg_open_fence(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t flags,
			    const uint64_t **value);

/* --- command streams ----------------------------------------------------- */

/* Room for a stream that is too large, too. */
#define IGT_DXG_STREAM_ROOM	(2 * DRM_DXG_CMD_STREAM_MAX)

/**
 * struct igt_dxg_stream - A command stream being built
 * @data: the bytes; the head first
 * @size: how many
 *
 * The functions that add a record return it, so that a test can spoil it; it stays
 * where it is until igt_dxg_stream_free().
 */
struct igt_dxg_stream {
	uint8_t *data;
	uint32_t size;
};

struct drm_dxg_cmd_stream *igt_dxg_stream_begin(struct igt_dxg_stream *stream);
struct drm_dxg_cmd_fill *igt_dxg_stream_fill(struct igt_dxg_stream *stream, uint32_t dst,
					     uint64_t offset, uint64_t length, uint32_t pattern);
struct drm_dxg_cmd_copy *igt_dxg_stream_copy(struct igt_dxg_stream *stream, uint32_t dst,
					     uint64_t dst_offset, uint32_t src,
					     uint64_t src_offset, uint64_t length);
struct drm_dxg_cmd_delay *igt_dxg_stream_delay(struct igt_dxg_stream *stream,
					       uint64_t duration_ns);
/* Meets the time-out of the engine. */
struct drm_dxg_cmd_delay *igt_dxg_stream_hang(struct igt_dxg_stream *stream);
struct drm_dxg_cmd_timestamp *igt_dxg_stream_timestamp(struct igt_dxg_stream *stream,
						       uint32_t dst, uint64_t offset);
struct drm_dxg_cmd_signal *igt_dxg_stream_signal(struct igt_dxg_stream *stream, uint32_t fence,
						 uint64_t value);
/* Write the size into the head. */
void igt_dxg_stream_finish(struct igt_dxg_stream *stream);
void igt_dxg_stream_free(struct igt_dxg_stream *stream);

/* Any bytes, to one context. */
int __igt_dxg_submit_bytes(const struct igt_dxg *dxg, uint32_t context, const void *data,
			   uint32_t size);
/* A stream, as it is; the caller finishes and frees it. */
int __igt_dxg_submit(const struct igt_dxg *dxg, uint32_t context,
		     const struct igt_dxg_stream *stream);
/* Finish a stream, submit it and free it. */
void igt_dxg_submit(const struct igt_dxg *dxg, uint32_t context, struct igt_dxg_stream *stream);
/*
 * A job of @ms, which fills @size bytes of an allocation if that is not 0. The fence gets
 * the next value when the job starts, and the one after that, then in @value, when it ends.
 */
void igt_dxg_submit_job(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			uint64_t *value, unsigned int ms, uint32_t allocation, uint64_t size);
/*
 * A fill, and a signal if the fence is not 0. Asserts nothing and allocates nothing, so it
 * is for threads.
 */
int __igt_dxg_submit_fill(const struct igt_dxg *dxg, uint32_t context, uint32_t dst,
			  uint64_t length, uint32_t pattern, uint32_t fence, uint64_t value);

/* --- files --------------------------------------------------------------- */

/* All that is in a file, which the caller frees; asserts that it can be read. */
char *igt_dxg_read_file(const char *path);

/* --- debugfs and parameters ---------------------------------------------- */

/* The module parameter: milliseconds that a command may take. */
unsigned int igt_dxg_tdr_ms(void);

/* Path of a file of the adapter in debugfs. */
#define IGT_DXG_DEBUGFS_PATH	64
void igt_dxg_debugfs_path(const struct igt_dxg *dxg, const char *name,
			  char path[IGT_DXG_DEBUGFS_PATH]);
/* All that is in it, as by igt_dxg_read_file(). */
char *igt_dxg_read_debugfs(const struct igt_dxg *dxg, const char *name);
/* Assert that each rule of dxg_invariants holds. */
void igt_dxg_assert_invariants(const struct igt_dxg *dxg);

/* --- counts -------------------------------------------------------------- */

/* Live objects of an adapter, of all processes: the lines of debugfs' dxg_state. */
struct igt_dxg_state {
	uint64_t processes;
	uint64_t devices;
	uint64_t contexts;
	uint64_t resources;
	uint64_t allocations;
	uint64_t sync_objects;
	uint64_t sync_openings;
	uint64_t commands;
	uint64_t batches;
	uint64_t shares;
	uint64_t hw_queues;
	uint64_t backing_bytes;
	uint64_t system_bytes;
	uint64_t user_bytes;
	uint64_t wanted_bytes;
	uint64_t offered_bytes;
	uint64_t exported_bytes;
	uint64_t pending_bytes;
	uint64_t reserved_bytes;
	uint64_t pinned_bytes;
	uint64_t pins;
};

/* All counts, or the one of a name. */
void igt_dxg_read_state_all(const struct igt_dxg *dxg, struct igt_dxg_state *state);
uint64_t igt_dxg_read_state(const struct igt_dxg *dxg, const char *name);
/* Wait, 10 s at most, until a count has a value; asserts that it does. */
void igt_dxg_wait_state(const struct igt_dxg *dxg, const char *name, uint64_t value);
/*
 * Wait, 10 s at most, until allocations, commands, batches, shares, pins and all counts of
 * bytes are those of a baseline; asserts that they are.
 */
void igt_dxg_wait_idle(const struct igt_dxg *dxg, const struct igt_dxg_state *baseline);
/* The same for all counts; and the invariants hold. */
void igt_dxg_assert_no_leak(const struct igt_dxg *dxg, const struct igt_dxg_state *baseline);

/* --- memory -------------------------------------------------------------- */

#define IGT_DXG_PAGE	4096U

/* An address that can be neither read nor written. */
void *igt_dxg_bad_pointer(void);
/* A copy of @size bytes, followed by a page that cannot be accessed. */
void *igt_dxg_before_bad_page(const void *data, size_t size);
/* A copy of @size bytes that cannot be written. */
void *igt_dxg_read_only(const void *data, size_t size);
/* Give back what the two above made. */
void igt_dxg_free_copies(void);
/* Whether reading, or writing, a byte raises SIGSEGV or SIGBUS. */
bool igt_dxg_read_faults(const void *address);
bool igt_dxg_write_faults(void *address);

/* --- time ---------------------------------------------------------------- */

#define IGT_DXG_NS_PER_MS	1000000ULL

uint64_t igt_dxg_now_ns(void);
uint64_t igt_dxg_elapsed_ms(uint64_t since_ns);
void igt_dxg_sleep_ms(unsigned int ms);
/*
 * Run a test whose calls have to be over before a job of @ms is. How long they take is the
 * machine's business: it gets longer jobs, up to the time-out, until it returns true.
 * Asserts that it does.
 */
void igt_dxg_outlast(struct igt_dxg *dxg, bool (*run)(struct igt_dxg *dxg, unsigned int ms));

#endif /* DXG_IGT_H */
