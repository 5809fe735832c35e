/* SPDX-License-Identifier: MIT */
/*
 * How dxg_fail_nth.c, dxg_fail_share.c and dxg_fail_queue.c make an operation fail, and what
 * has to be true then.
 */
#ifndef DXG_FAIL_NTH_H
#define DXG_FAIL_NTH_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dxg_igt_fault.h"
#include "dxg_sysmem.h"

#define FEW		3
#define MANY		100
#define ITEM_SIZE	(2 * PAGE)
#define IDLE_MS		10000
/* More than any operation here has. */
#define FAULTS_MAX	5000
#define PATTERN		0xfa175U

/* How an operation may fail. It has to, in each of these ways. */
enum {
	MEMORY = 1 << IGT_DXG_FAULT_MEMORY,
	COPY = 1 << IGT_DXG_FAULT_COPY,
};

static const int fault_errno[IGT_DXG_FAULTS] = {
	[IGT_DXG_FAULT_MEMORY] = -ENOMEM,
	[IGT_DXG_FAULT_COPY] = -EFAULT,
};

/* The structure of an operation. */
union request {
	struct d3dkmt_change_video_memory_reservation change_video_memory_reservation;
	struct d3dkmt_close_adapter close_adapter;
	struct d3dkmt_context_priority context_priority;
	struct d3dkmt_create_allocation create_allocation;
	struct d3dkmt_create_context_virtual create_context_virtual;
	struct d3dkmt_create_device create_device;
	struct d3dkmt_create_hw_context create_hw_context;
	struct d3dkmt_create_hw_queue create_hw_queue;
	struct d3dkmt_create_paging_queue create_paging_queue;
	struct d3dkmt_create_sync_object2 create_sync_object2;
	struct d3dkmt_destroy_allocation2 destroy_allocation2;
	struct d3dkmt_destroy_context destroy_context;
	struct d3dkmt_destroy_device destroy_device;
	struct d3dkmt_destroy_paging_queue destroy_paging_queue;
	struct d3dkmt_destroy_sync_object destroy_sync_object;
	struct d3dkmt_enum_adapters2 enum_adapters2;
	struct d3dkmt_enum_adapters3 enum_adapters3;
	struct d3dkmt_enum_processes enum_processes;
	struct d3dkmt_evict evict;
	struct d3dkmt_flush_heap_transitions flush_heap_transitions;
	struct d3dkmt_get_allocation_priority get_allocation_priority;
	struct d3dkmt_get_device_state get_device_state;
	struct d3dkmt_invalidate_cache invalidate_cache;
	struct d3dkmt_is_feature_enabled is_feature_enabled;
	struct d3dkmt_lock2 lock2;
	struct d3dkmt_make_resident make_resident;
	struct d3dkmt_mark_device_as_error mark_device_as_error;
	struct d3dkmt_offer_allocations offer_allocations;
	struct d3dkmt_open_adapter_from_luid open_adapter_from_luid;
	struct d3dkmt_open_resource_from_nt_handle open_resource_from_nt_handle;
	struct d3dkmt_query_adapter_info query_adapter_info;
	struct d3dkmt_query_allocation_residency query_allocation_residency;
	struct d3dkmt_query_clock_calibration query_clock_calibration;
	struct d3dkmt_query_resource_info_from_nt_handle query_resource_info_from_nt_handle;
	struct d3dkmt_query_statistics query_statistics;
	struct d3dkmt_query_video_memory_info query_video_memory_info;
	struct d3dkmt_reclaim_allocations2 reclaim_allocations2;
	struct d3dkmt_set_allocation_priority set_allocation_priority;
	struct d3dkmt_share_objects share_objects;
	struct d3dkmt_signal_sync_object_from_cpu signal_sync_object_from_cpu;
	struct d3dkmt_signal_sync_object_from_gpu2 signal_sync_object_from_gpu2;
	struct d3dkmt_submit_command submit_command;
	struct d3dkmt_submit_command_to_hw_queue submit_command_to_hw_queue;
	struct d3dkmt_unlock2 unlock2;
	struct d3dkmt_update_alloc_property update_alloc_property;
	struct d3dkmt_wait_sync_object_from_cpu wait_sync_object_from_cpu;
	struct d3dkmt_wait_sync_object_from_gpu wait_sync_object_from_gpu;
};

/**
 * struct scene - What there is beside the operation
 * @space: a device, a context and a fence
 * @dxg: the way in
 * @queue: a paging queue
 * @queue_fence: its fence
 * @code: the operation, D3DKMT_IOCTL_*
 * @request: its structure
 * @answer: the same after the call
 * @handle: of the object that it is about
 * @count: how many allocations it is about
 * @list: their handles
 * @info: what CreateAllocation2 is told of them
 * @private: private data of each of those
 * @standard: of a standard allocation
 * @values: an array beside @list
 * @value: an array beside the fence's handle
 * @adapters: what an enumeration answers
 * @description: what a query answers
 * @stream: of a submission
 * @memory: of the program
 * @fd: a file descriptor: what a call answers, or is told
 * @opened: what OpenResourceFromNtHandle answers
 * @buffer: private data
 * @event: an eventfd
 */
struct scene {
	struct space space;
	struct igt_dxg *dxg;
	uint32_t queue;
	uint32_t queue_fence;
	unsigned long code;
	union request request;
	union request answer;
	uint32_t handle;
	uint32_t count;
	uint32_t list[MANY];
	struct d3dkmt_allocation_info2 info[MANY];
	struct drm_dxg_allocation_private private;
	struct d3dkmt_create_standard_allocation standard;
	uint32_t values[MANY];
	uint64_t value;
	struct d3dkmt_adapter_info adapters[D3DKMT_MAX_ENUM_ADAPTERS];
	struct d3dkmt_driver_description description;
	struct igt_dxg_stream stream;
	void *memory;
	uint64_t fd;
	struct d3dkmt_open_allocation_info2 opened[FEW];
	uint8_t buffer[1024];
	int event;
};

/**
 * struct operation - One that is made to fail
 * @name: of the test
 * @describe: of the test
 * @errors: MEMORY, COPY: how it fails; it survives whatever else is injected
 * @ask: prepare the call, and what it is about
 * @undo: the call has succeeded: check it, and do away with all that @ask has made
 * @run: in place of the ioctl, a system call; returns what that does, or -errno
 * @setup: once, before all
 * @teardown: once, after all
 * @moves: memory of what it is about may have changed its place although it failed
 * @late: its answer is written when it has been done, for it was seen that it can be: if
 *	that fails in spite of it all is done, and not undone
 * @stride: only each of so many faults, where there are very many
 */
struct operation {
	const char *name;
	const char *describe;
	unsigned int errors;
	void (*ask)(struct scene *scene);
	void (*undo)(struct scene *scene);
	int (*run)(struct scene *scene);
	void (*setup)(struct scene *scene);
	void (*teardown)(struct scene *scene);
	bool moves;
	bool late;
	unsigned int stride;
};

/* --- the table ------------------------------------------------------------ */

/* ASK(scene, CREATE_DEVICE, create_device, .adapter = ...): the call, and its structure. */
#define ASK(scene_, code_, member_, ...)						\
	ask_call(scene_, D3DKMT_IOCTL_##code_, &(union request) { .member_ = { __VA_ARGS__ } })

#define BOTH	(MEMORY | COPY)

#define OP(name_, errors_, ask_, undo_, describe_, ...)					\
	{ .name = (name_), .describe = (describe_), .errors = (errors_), .ask = (ask_),	\
	  .undo = (undo_), ##__VA_ARGS__ }

static inline void ask_call(struct scene *scene, unsigned long code,
			    const union request *request)
{
	scene->code = code;
	scene->request = *request;
}

static inline void undo_nothing(struct scene *scene)
{
	(void)scene;
}

/* --- a call, and what it leaves ------------------------------------------ */

/**
 * struct picture - What can be seen of an adapter
 * @state: its counts
 * @handles: its handles, and who refers to them
 * @pinned: bytes that the program has pinned
 */
struct picture {
	struct igt_dxg_state state;
	char *handles;
	uint64_t pinned;
};

/* Where the bytes are is in the counts. */
static inline char *read_handles(const struct igt_dxg *dxg)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_handles"), *to = text;

	for (const char *from = text; *from; ) {
		if (!strncmp(from, "bytes=", strlen("bytes=")))
			from += strcspn(from, "\n");
		else
			*to++ = *from++;
	}
	*to = '\0';
	return text;
}

/* When nothing is under way any more. */
static inline void picture_take(const struct igt_dxg *dxg, struct picture *picture)
{
	uint64_t start = igt_dxg_now_ns();

	for (;;) {
		igt_dxg_read_state_all(dxg, &picture->state);
		if (!picture->state.batches && !picture->state.commands)
			break;
		igt_assert_f(igt_dxg_elapsed_ms(start) < IDLE_MS, "the adapter is still busy\n");
		igt_dxg_sleep_ms(1);
	}
	picture->handles = read_handles(dxg);
	picture->pinned = pinned_bytes();
}

/* All is as it was: objects, references, bytes. */
static inline void picture_compare(const struct igt_dxg *dxg, struct picture *picture, bool moves)
{
	uint64_t start = igt_dxg_now_ns();
	struct igt_dxg_state now;
	char *handles;

	if (moves) {
		igt_dxg_read_state_all(dxg, &now);
		picture->state.backing_bytes = now.backing_bytes;
		picture->state.system_bytes = now.system_bytes;
	}
	igt_dxg_assert_no_leak(dxg, &picture->state);
	igt_assert_eq_u64(pinned_bytes(), picture->pinned);
	while (handles = read_handles(dxg), strcmp(handles, picture->handles)) {
		igt_assert_f(igt_dxg_elapsed_ms(start) < IDLE_MS,
			     "the handles were\n%s\nand are\n%s\n", picture->handles, handles);
		free(handles);
		igt_dxg_sleep_ms(1);
	}
	free(handles);
}

static inline int run(const struct operation *op, struct scene *scene)
{
	if (op->run)
		return op->run(scene);
	scene->answer = scene->request;
	return igt_dxg_ioctl_once(scene->dxg, scene->code, &scene->answer);
}

/* What is counted at once tells whether it has been done, or not at all. */
static inline bool was_done(const struct operation *op, const struct scene *scene,
			    const struct picture *before)
{
	struct igt_dxg_state now;

	if (!op->late)
		return false;
	igt_dxg_read_state_all(scene->dxg, &now);
	return now.wanted_bytes != before->state.wanted_bytes ||
	       now.offered_bytes != before->state.offered_bytes;
}

/* The @nth fault; @failed counts those that the call did not survive. False: there is none. */
static inline bool fail_nth(const struct operation *op, struct scene *scene,
			    enum igt_dxg_fault fault, unsigned int nth, unsigned int *failed)
{
	struct picture before;
	bool injected;
	int ret;

	picture_take(scene->dxg, &before);
	igt_dxg_fault_arm(nth);
	ret = run(op, scene);
	injected = igt_dxg_fault_disarm();
	igt_debug("%s: fault %u %s: %d\n", op->name, nth, injected ? "injected" : "not reached",
		  ret);
	if (ret < 0) {
		igt_assert_f(injected && op->errors & 1 << fault && ret == fault_errno[fault],
			     "with fault %u of kind %d: %d\n", nth, fault, ret);
		++*failed;
		if (!was_done(op, scene, &before)) {
			picture_compare(scene->dxg, &before, op->moves);
			ret = run(op, scene);
			igt_assert_f(ret >= 0, "and without: %d\n", ret);
		}
	}
	free(before.handles);
	return injected;
}

static inline void fail_each(const struct operation *op, struct scene *scene,
			     enum igt_dxg_fault fault)
{
	unsigned int stride = op->stride ?: 1, nth, failed = 0;
	struct picture base;
	bool injected = true;

	igt_dxg_fault_choose(fault);
	picture_take(scene->dxg, &base);
	for (nth = 1; injected; nth += stride) {
		igt_assert_lt(nth, FAULTS_MAX);
		op->ask(scene);
		injected = fail_nth(op, scene, fault, nth, &failed);
		op->undo(scene);
		picture_compare(scene->dxg, &base, false);
	}
	free(base.handles);
	igt_info("%s: %u faults of kind %d, %u refusals\n", op->name, (nth - 1) / stride - 1,
		 fault, failed);
	igt_assert_eq(!failed, !(op->errors & 1 << fault));
}

static inline void run_operation(struct igt_dxg *dxg, const void *data)
{
	const struct operation *op = data;
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	scene.dxg = dxg;
	space_create(dxg, &scene.space);
	scene.queue = igt_dxg_create_paging_queue(dxg, scene.space.device, &scene.queue_fence,
						  NULL);
	if (op->setup)
		op->setup(&scene);
	/* what the program touches, and what the driver makes once, is there afterwards */
	op->ask(&scene);
	igt_assert_lte(0, run(op, &scene));
	op->undo(&scene);
	for (int fault = 0; fault < IGT_DXG_FAULTS; fault++)
		fail_each(op, &scene, fault);
	if (op->teardown)
		op->teardown(&scene);
	igt_dxg_renew(dxg);
}

static inline void run_operations(const struct operation *operations, size_t count)
{
	struct igt_dxg_test *tests = calloc(count + 1, sizeof(*tests));

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct igt_dxg_test) {
			.name = operations[i].name,
			.describe = operations[i].describe,
			.run_case = run_operation,
			.data = &operations[i],
		};
	igt_dxg_run_tests(tests);
	free(tests);
}

#endif /* DXG_FAIL_NTH_H */
