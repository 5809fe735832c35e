/* SPDX-License-Identifier: MIT */
/*
 * What dxg_evict.c and dxg_evict_race.c share. Most of their tests do not need the whole
 * device segment: they fill it with a ballast that is evicted last, and fight for the room
 * that is left.
 */
#ifndef DXG_EVICT_H
#define DXG_EVICT_H

#include <string.h>

#include "dxg_igt.h"

#define PAGE		IGT_DXG_PAGE
#define KIB		1024ULL
#define MIB		(1024 * KIB)
#define SETTLE_MS	50000

/* A room that is quick to fill. */
#define SMALL_ROOM	(4 * MIB)
#define SMALL_ITEMS	4

/* --- what all need ------------------------------------------------------- */

/**
 * struct space - What it takes to use memory
 * @dxg: the way in
 * @device: a device
 * @context: a context
 * @fence: fence of settle()
 * @done: its value after what was last submitted
 */
struct space {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t done;
};

static inline void space_create(struct igt_dxg *dxg, struct space *space)
{
	space->dxg = dxg;
	space->device = igt_dxg_create_device(dxg);
	space->context = igt_dxg_create_context(dxg, space->device);
	space->fence = igt_dxg_create_fence(dxg, space->device, 0, NULL);
	space->done = 0;
}

static inline void space_destroy(const struct space *space)
{
	igt_dxg_destroy_device(space->dxg, space->device);
}

static inline uint32_t create(const struct space *space, uint64_t size)
{
	return igt_dxg_create_allocation(space->dxg, space->device, size);
}

static inline void create_many(const struct space *space, uint64_t size, uint32_t count,
			       uint32_t *list)
{
	igt_assert_eq(__igt_dxg_create(space->dxg, space->device, 0, NULL, size, count, list), 0);
}

static inline void *lock(const struct space *space, uint32_t allocation)
{
	return igt_dxg_lock(space->dxg, space->device, allocation);
}

/* All three only queue the work; settle() waits for it. */
static inline void fill(struct space *space, uint32_t dst, uint64_t length, uint32_t pattern)
{
	igt_assert_eq(__igt_dxg_submit_fill(space->dxg, space->context, dst, length, pattern,
					    space->fence, ++space->done), 0);
}

static inline void fill_list(struct space *space, const uint32_t *list, uint32_t count,
			     uint64_t length, uint32_t pattern)
{
	for (uint32_t i = 0; i < count; i++)
		fill(space, list[i], length, pattern);
}

static inline void submit(struct space *space, struct igt_dxg_stream *stream)
{
	igt_dxg_stream_signal(stream, space->fence, ++space->done);
	igt_dxg_submit(space->dxg, space->context, stream);
}

static inline void settle(struct space *space)
{
	igt_assert(igt_dxg_wait_timeout(space->dxg, space->device, space->fence, space->done,
					SETTLE_MS));
	igt_assert_eq(igt_dxg_device_state(space->dxg, space->device),
		      D3DKMT_DEVICEEXECUTION_ACTIVE);
}

static inline uint64_t dxg_count(const struct igt_dxg *dxg, const char *name)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_state"), *line, *end;
	uint64_t value = UINT64_MAX;

	for (line = strtok_r(text, "\n", &end); line; line = strtok_r(NULL, "\n", &end))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL, 10);
	free(text);
	igt_assert_f(value != UINT64_MAX, "no count is called %s\n", name);
	return value;
}

static inline uint64_t segment_size(const struct igt_dxg *dxg)
{
	struct d3dkmt_segment_size_info info = {};

	igt_dxg_query(dxg, D3DKMT_QAI_SEGMENT_SIZE, &info, sizeof(info));
	return info.dedicated_video_memory_size;
}

/* --- residency ----------------------------------------------------------- */

static inline int create_queue(const struct igt_dxg *dxg, uint32_t device,
			       struct d3dkmt_create_paging_queue *queue)
{
	memset(queue, 0, sizeof(*queue));
	queue->device = device;
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, queue);
}

/* @value, if not NULL: of the queue's fence. */
static inline int make_resident(const struct igt_dxg *dxg, uint32_t queue,
				const uint32_t *list, uint32_t num, const uint32_t *priorities,
				uint64_t *value)
{
	struct d3dkmt_make_resident args = {
		.paging_queue = queue,
		.num_allocations = num,
		.allocation_list = igt_dxg_ptr(list),
		.priority_list = igt_dxg_ptr(priorities),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAKE_RESIDENT, &args);

	if (value)
		*value = args.paging_fence_value;
	return ret;
}

static inline int evict(const struct igt_dxg *dxg, uint32_t device, const uint32_t *list,
			uint32_t num)
{
	struct d3dkmt_evict args = {
		.device = device,
		.num_allocations = num,
		.allocation_list = igt_dxg_ptr(list),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_EVICT, &args);
}

static inline void set_priority(const struct space *space, uint32_t allocation,
				uint32_t priority)
{
	struct d3dkmt_set_allocation_priority args = {
		.device = space->device,
		.allocation_list = igt_dxg_ptr(&allocation),
		.allocation_count = 1,
		.priorities = igt_dxg_ptr(&priority),
	};

	igt_assert_eq(igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY, &args), 0);
}

static inline bool is_resident(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	uint32_t status = 0;
	struct d3dkmt_query_allocation_residency args = {
		.device = device,
		.allocation_list = igt_dxg_ptr(&allocation),
		.allocation_count = 1,
		.residency_status = igt_dxg_ptr(&status),
	};

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, &args), 0);
	igt_assert(status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY ||
		   status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT);
	return status == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY;
}

/* --- ballast ------------------------------------------------------------- */

#define BALLAST_MAX	64
#define BALLAST_SIZE	(48 * MIB)

/**
 * struct ballast - Memory that is wanted most and keeps the rest of the segment small
 * @device: its device
 * @count: allocations in @list
 * @list: their handles
 */
static struct ballast {
	uint32_t device;
	uint32_t count;
	uint32_t list[BALLAST_MAX];
} ballast;

static inline void ballast_create(struct igt_dxg *dxg, uint64_t room)
{
	static const uint32_t priority = D3DKMT_ALLOCATION_PRIORITY_MAXIMUM;
	struct d3dkmt_create_paging_queue queue;
	uint64_t left = segment_size(dxg), size, value;
	uint32_t *next;

	igt_require_f(left > room, "the segment is too small\n");
	ballast.device = igt_dxg_create_device(dxg);
	ballast.count = 0;
	igt_assert_eq(create_queue(dxg, ballast.device, &queue), 0);
	for (left -= room; left; left -= size) {
		size = left < BALLAST_SIZE ? left : BALLAST_SIZE;
		igt_assert(ballast.count < BALLAST_MAX);
		next = &ballast.list[ballast.count++];
		*next = igt_dxg_create_allocation(dxg, ballast.device, size);
		igt_assert_lte(0, make_resident(dxg, queue.paging_queue, next, 1, &priority,
						&value));
	}
	/* others may have been in the way for a moment */
	igt_assert(igt_dxg_wait_timeout(dxg, ballast.device, queue.sync_object, value, SETTLE_MS));
}

/* It has never been the turn of any of it. */
static inline void ballast_destroy(struct igt_dxg *dxg)
{
	for (uint32_t i = 0; i < ballast.count; i++)
		igt_assert(is_resident(dxg, ballast.device, ballast.list[i]));
	/* where all is slow this takes longer than counts are waited for */
	igt_dxg_destroy2(dxg, ballast.device, 0, ballast.list, ballast.count,
			 D3DKMT_DESTROY_SYNCHRONOUS);
	igt_dxg_destroy_device(dxg, ballast.device);
}

/* --- bytes --------------------------------------------------------------- */

static inline uint32_t item_pattern(uint32_t i)
{
	return i * 0x9e3779b1U + 0x5a5a;
}

/* One word of each page, another one in each. */
static inline void check_pages(const uint32_t *data, uint64_t size, uint32_t pattern)
{
	for (uint64_t page = 0; page < size / PAGE; page++) {
		uint32_t word = data[page * PAGE / 4 + page % (PAGE / 4)];

		igt_assert_f(word == pattern, "page %llu has %#x and not %#x\n",
			     (unsigned long long)page, word, pattern);
	}
}

#endif /* DXG_EVICT_H */
