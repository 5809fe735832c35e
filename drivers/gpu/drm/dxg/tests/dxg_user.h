/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_USER_H
#define _DXG_USER_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/types.h>

#include <uapi/misc/d3dkmthk.h>

struct dxg_mock;
struct dxg_process_adapter;
struct file;
struct kunit;
struct kunit_suite;
struct mm_struct;
struct task_struct;

/**
 * enum dxg_door - Where a user comes in
 * @DXG_DOOR_MISC: /dev/dxg
 * @DXG_DOOR_NODE: the adapter's render node
 */
enum dxg_door {
	DXG_DOOR_MISC,
	DXG_DOOR_NODE,
};

/**
 * struct dxg_user - A program that has opened the driver
 * @test: the test
 * @mock: whose adapter it uses
 * @door: how
 * @file: the open file; NULL once it is closed
 * @mm: the address space; the one of the test's thread
 * @memory: address of memory there, for the calls' structures
 * @used: bytes of it that have been handed out
 * @adapter: handle of the mock's adapter
 * @device: handle of a device on it
 * @contexts: handles of contexts of the device, one for each node
 */
struct dxg_user {
	struct kunit *test;
	struct dxg_mock *mock;
	enum dxg_door door;
	struct file *file;
	struct mm_struct *mm;
	unsigned long memory;
	atomic_t used;
	u32 adapter;
	u32 device;
	u32 contexts[2];
};

/**
 * struct dxg_user_job - A thread of a program
 * @user: the program
 * @run: what the thread does
 * @data: for @run
 * @result: what @run returned
 * @done: it has returned
 * @task: the thread
 */
struct dxg_user_job {
	struct dxg_user *user;
	long (*run)(struct dxg_user *user, void *data);
	void *data;
	long result;
	struct completion done;
	struct task_struct *task;
};

/**
 * struct dxg_user_command - A submission
 * @context: handle of the context
 * @tag: what the mock calls it; more than 0
 * @alloc: handle of an allocation that it fills, or 0
 * @pattern: with this
 * @length: so many bytes
 * @sync: handle of a sync object that it signals, or 0
 * @value: with this value
 */
struct dxg_user_command {
	u32 context;
	u64 tag;
	u32 alloc;
	u32 pattern;
	u32 length;
	u32 sync;
	u64 value;
};

/**
 * struct dxg_user_queue - A paging queue of a program
 * @handle: its handle
 * @sync: handle of its monitored fence
 * @va: address of the fence's value
 */
struct dxg_user_queue {
	u32 handle;
	u32 sync;
	unsigned long va;
};

/* Allocations of a struct dxg_shared. */
#define DXG_SHARED_NUM	2

/**
 * struct dxg_shared - A resource that two programs share
 * @mock: the mock
 * @creator: who has created it; the test's program, on /dev/dxg
 * @opener: who opens it, on a node of its own
 * @fd: the file descriptor
 * @resource: handle of the creator's
 * @allocs: handles of its allocations
 * @opened: handle of the opener's
 * @openings: handles of its allocations
 */
struct dxg_shared {
	struct dxg_mock *mock;
	struct dxg_user *creator;
	struct dxg_user *opener;
	u64 fd;
	u32 resource;
	u32 allocs[DXG_SHARED_NUM];
	u32 opened;
	u32 openings[DXG_SHARED_NUM];
};

int dxg_user_mount(void);
void dxg_user_umount(void);
int dxg_user_suite_init(struct kunit_suite *suite);
void dxg_user_suite_exit(struct kunit_suite *suite);
int dxg_user_init(struct kunit *test);

struct dxg_user *dxg_user_open(struct dxg_mock *mock, enum dxg_door door);
struct dxg_user *dxg_user_open_device(struct dxg_mock *mock, enum dxg_door door);
void dxg_user_open_contexts(struct dxg_user *user);
void dxg_user_close(struct dxg_user *user);
unsigned long dxg_user_copy(struct dxg_user *user, const void *data, size_t size);
long dxg_user_ioctl(struct dxg_user *user, u32 code, void *args);

long dxg_user_create_device(struct dxg_user *user, u32 *device);
long dxg_user_create_context(struct dxg_user *user, u32 device, u32 node, u32 *context);
long dxg_user_create_at(struct dxg_user *user, u64 size, unsigned long sys_mem, u32 *resource,
			u32 flags, u32 *allocs, u32 num);
long dxg_user_create(struct dxg_user *user, u32 *resource, u32 flags, u32 *allocs, u32 num);
long dxg_user_create_sized(struct dxg_user *user, u64 size, u32 *alloc);
long dxg_user_destroy(struct dxg_user *user, u32 resource, const u32 *allocs, u32 num, u32 flags);
long dxg_user_lock(struct dxg_user *user, u32 alloc, unsigned long *va);
long dxg_user_unlock(struct dxg_user *user, u32 alloc);
long dxg_user_submit_stream(struct dxg_user *user, u32 context, const void *stream, u32 size);
long dxg_user_submit(struct dxg_user *user, const struct dxg_user_command *command);
long dxg_user_submit_tag(struct dxg_user *user, u32 node, u64 tag, u32 alloc);
long dxg_user_create_sync(struct dxg_user *user, u32 *sync, unsigned long *va);
long dxg_user_signal(struct dxg_user *user, u32 sync, u64 value);
long dxg_user_wait(struct dxg_user *user, const u32 *syncs, const u64 *values, u32 num, u32 flags);
bool dxg_user_is_waiting(struct dxg_user *user);
u32 dxg_user_state(struct dxg_user *user);
u64 dxg_user_read(struct dxg_user *user, unsigned long va);

/* dxg_user_share.c */
long dxg_user_create_shared(struct dxg_user *user, u64 size, u32 *resource, u32 *allocs, u32 num);
long dxg_user_share(struct dxg_user *user, u32 resource, u64 *fd);
void dxg_user_close_fd(struct kunit *test, u64 fd);
long dxg_user_query_fd(struct dxg_user *user, u64 fd,
		       struct d3dkmt_query_resource_info_from_nt_handle *args);
long dxg_user_open_fd(struct dxg_user *user, u64 fd, u32 *resource, u32 *allocs, u32 num);
void dxg_shared_create(struct kunit *test, struct dxg_shared *shared, u64 size);
void dxg_shared_share(struct dxg_shared *shared);
void dxg_shared_open(struct dxg_shared *shared);
void dxg_shared_begin(struct kunit *test, struct dxg_shared *shared, u64 size);
long dxg_shared_destroy(struct dxg_shared *shared, u32 flags);
long dxg_shared_destroy_opened(struct dxg_shared *shared, u32 flags);
void dxg_shared_end(struct dxg_shared *shared);
void dxg_shared_expect_counts(struct dxg_mock *mock, int allocations, int resources, int shares);

/* dxg_user_vidmm.c */
struct dxg_process_adapter *dxg_user_process(struct dxg_user *user);
long dxg_user_submit_uses(struct dxg_user *user, u32 node, u64 tag, const u32 *allocs, u32 num);
long dxg_user_submit_copy(struct dxg_user *user, u32 node, u64 tag, u32 dst, u32 src, u64 length);
long dxg_user_create_queue(struct dxg_user *user, struct dxg_user_queue *queue);
long dxg_user_destroy_queue(struct dxg_user *user, const struct dxg_user_queue *queue);
long dxg_user_make_resident(struct dxg_user *user, const struct dxg_user_queue *queue,
			    const u32 *allocs, u32 num, struct d3dkmt_make_resident *args);
long dxg_user_evict(struct dxg_user *user, const u32 *allocs, u32 num, u64 *trim);
long dxg_user_set_priority(struct dxg_user *user, u32 alloc, u32 priority);
long dxg_user_reserve(struct dxg_user *user, u64 bytes);
long dxg_user_offer(struct dxg_user *user, const u32 *allocs, u32 num, u32 priority, u32 flags);
long dxg_user_reclaim(struct dxg_user *user, const struct dxg_user_queue *queue, u32 alloc,
		      u32 *result);
struct d3dkmt_query_video_memory_info dxg_user_memory(struct dxg_user *user, u32 group);
void dxg_user_expect_places(struct dxg_user *user, const u32 *allocs, const char *places);
void dxg_user_expect_wanted(struct dxg_user *user, u64 bytes);
void dxg_user_write_all(struct dxg_user *user, unsigned long va, u64 size, u64 value);
void dxg_user_expect_all(struct dxg_user *user, unsigned long va, u64 size, u64 value);
void dxg_user_run(struct dxg_user *user, u32 node, const u32 *allocs, u32 num);
void dxg_user_settle(struct dxg_mock *mock);

void dxg_user_start(struct dxg_user_job *job, struct dxg_user *user,
		    long (*run)(struct dxg_user *user, void *data), void *data);
bool dxg_user_job_done(struct dxg_user_job *job);
long dxg_user_finish(struct dxg_user_job *job);
void dxg_user_kill(struct dxg_user_job *job);

#endif /* _DXG_USER_H */
