// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_allocation.h"
#include "../dxg_process.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * What programs of the tests do about memory: commands that name several allocations,
 * requests for residency, and looking where the bytes are.
 */

/* Allocations that one command names at most. */
#define USER_USES	8

/* Bytes that it fills in each; the rest of the page is for dxg_user_write_all(). */
#define USER_FILL	16

/**
 * struct user_uses - The stream of a command that fills the beginning of allocations
 * @head: head
 * @delay: carries the tag
 * @fills: with the tag
 */
struct user_uses {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
	struct drm_dxg_cmd_fill fills[USER_USES];
};

/**
 * struct user_copy - The stream of a command that copies
 * @head: head
 * @delay: carries the tag
 * @copy: the copy
 */
struct user_copy {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
	struct drm_dxg_cmd_copy copy;
};

static void user_begin(struct drm_dxg_cmd_stream *head, struct drm_dxg_cmd_delay *delay, u32 size,
		       u64 tag)
{
	head->magic = DRM_DXG_CMD_STREAM_MAGIC;
	head->version = DRM_DXG_CMD_STREAM_VERSION;
	head->size = size;
	delay->base.opcode = DRM_DXG_CMD_DELAY;
	delay->base.size = sizeof(*delay);
	delay->duration_ns = tag;
}

/**
 * dxg_user_submit_uses() - SubmitCommand that fills the beginning of allocations
 * @user: the program; with the contexts of its device
 * @node: the node
 * @tag: what the mock calls it; the pattern too
 * @allocs: handles
 * @num: how many, 8 at the most
 *
 * Return: what the ioctl returns.
 */
long dxg_user_submit_uses(struct dxg_user *user, u32 node, u64 tag, const u32 *allocs, u32 num)
{
	struct user_uses *uses = kzalloc(sizeof(*uses), GFP_KERNEL);
	u32 size = offsetof(struct user_uses, fills[num]), i;
	long ret;

	KUNIT_ASSERT_NOT_NULL(user->test, uses);
	user_begin(&uses->head, &uses->delay, size, tag);
	for (i = 0; i < num; i++)
		uses->fills[i] = (struct drm_dxg_cmd_fill) {
			.base = { DRM_DXG_CMD_FILL, sizeof(uses->fills[i]) },
			.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = allocs[i] },
			.length = USER_FILL,
			.pattern = tag,
		};
	ret = dxg_user_submit_stream(user, user->contexts[node], uses, size);
	kfree(uses);
	return ret;
}

/**
 * dxg_user_submit_copy() - SubmitCommand that copies between allocations
 * @user: the program; with the contexts of its device
 * @node: the node
 * @tag: what the mock calls it
 * @dst: handle of the allocation that is written
 * @src: handle of the allocation that is read
 * @length: bytes, from the beginning
 *
 * Return: what the ioctl returns.
 */
long dxg_user_submit_copy(struct dxg_user *user, u32 node, u64 tag, u32 dst, u32 src, u64 length)
{
	struct user_copy stream = {
		.copy.base = { DRM_DXG_CMD_COPY, sizeof(stream.copy) },
		.copy.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = dst },
		.copy.src = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = src },
		.copy.length = length,
	};

	user_begin(&stream.head, &stream.delay, sizeof(stream), tag);
	return dxg_user_submit_stream(user, user->contexts[node], &stream, sizeof(stream));
}

/**
 * dxg_user_create_queue() - CreatePagingQueue
 * @user: the program; with its device
 * @queue: out: the queue
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_queue(struct dxg_user *user, struct dxg_user_queue *queue)
{
	struct d3dkmt_create_paging_queue args = { .device = user->device };
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args);

	queue->handle = args.paging_queue;
	queue->sync = args.sync_object;
	queue->va = args.fence_value_cpu_va;
	return ret;
}

/**
 * dxg_user_destroy_queue() - DestroyPagingQueue
 * @user: the program
 * @queue: the queue
 *
 * Return: what the ioctl returns.
 */
long dxg_user_destroy_queue(struct dxg_user *user, const struct dxg_user_queue *queue)
{
	struct d3dkmt_destroy_paging_queue args = { queue->handle };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_PAGING_QUEUE, &args);
}

/**
 * dxg_user_make_resident() - MakeResident
 * @user: the program
 * @queue: the queue
 * @allocs: handles
 * @num: how many
 * @args: in: flags and the pointer to priorities; out: all
 *
 * Return: what the ioctl returns.
 */
long dxg_user_make_resident(struct dxg_user *user, const struct dxg_user_queue *queue,
			    const u32 *allocs, u32 num, struct d3dkmt_make_resident *args)
{
	args->paging_queue = queue->handle;
	args->num_allocations = num;
	args->allocation_list = dxg_user_copy(user, allocs, num * sizeof(*allocs));
	return dxg_user_ioctl(user, D3DKMT_IOCTL_MAKE_RESIDENT, args);
}

/**
 * dxg_user_evict() - Evict
 * @user: the program; with its device
 * @allocs: handles
 * @num: how many
 * @trim: out: what is still wanted over the budget; or NULL
 *
 * Return: what the ioctl returns.
 */
long dxg_user_evict(struct dxg_user *user, const u32 *allocs, u32 num, u64 *trim)
{
	struct d3dkmt_evict args = {
		.device = user->device,
		.num_allocations = num,
		.allocation_list = dxg_user_copy(user, allocs, num * sizeof(*allocs)),
	};
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_EVICT, &args);

	if (trim)
		*trim = args.num_bytes_to_trim;
	return ret;
}

/**
 * dxg_user_set_priority() - SetAllocationPriority
 * @user: the program; with its device
 * @alloc: handle of the allocation
 * @priority: D3DKMT_ALLOCATION_PRIORITY_* or between
 *
 * Return: what the ioctl returns.
 */
long dxg_user_set_priority(struct dxg_user *user, u32 alloc, u32 priority)
{
	struct d3dkmt_set_allocation_priority args = {
		.device = user->device,
		.allocation_list = dxg_user_copy(user, &alloc, sizeof(alloc)),
		.allocation_count = 1,
		.priorities = dxg_user_copy(user, &priority, sizeof(priority)),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY, &args);
}

/**
 * dxg_user_reserve() - ChangeVideoMemoryReservation
 * @user: the program
 * @bytes: what is reserved from now on
 *
 * Return: what the ioctl returns.
 */
long dxg_user_reserve(struct dxg_user *user, u64 bytes)
{
	struct d3dkmt_change_video_memory_reservation args = {
		.adapter = user->adapter,
		.memory_segment_group = D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL,
		.reservation = bytes,
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION, &args);
}

/**
 * dxg_user_memory() - QueryVideoMemoryInfo
 * @user: the program; fails the test where that fails
 * @group: D3DKMT_MEMORY_SEGMENT_GROUP_*
 *
 * Return: what it says.
 */
struct d3dkmt_query_video_memory_info dxg_user_memory(struct dxg_user *user, u32 group)
{
	struct d3dkmt_query_video_memory_info args = {
		.adapter = user->adapter,
		.memory_segment_group = group,
	};

	KUNIT_EXPECT_EQ(user->test,
			dxg_user_ioctl(user, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO, &args), 0);
	return args;
}

/**
 * dxg_user_process() - What the driver has of a program
 * @user: the program; its file is open
 *
 * Return: its use of the mock's adapter; stays as long as the file or anything that the
 * program has created there.
 */
struct dxg_process_adapter *dxg_user_process(struct dxg_user *user)
{
	struct dxg_adapter *adapter = user->mock->adapter;
	struct dxg_process_adapter *pa, *found = NULL;
	void *process = user->file->private_data;

	if (user->door == DXG_DOOR_NODE)
		process = ((struct drm_file *)process)->driver_priv;
	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(pa, &adapter->processes, adapter_link)
		if (pa->process == process)
			found = pa;
	mutex_unlock(&adapter->objects_lock);
	KUNIT_ASSERT_NOT_NULL(user->test, found);
	return found;
}

static char user_place(struct dxg_user *user, u32 handle)
{
	struct dxg_handle_table *table = &dxg_user_process(user)->process->table;
	struct dxg_object *obj = dxg_handle_lookup(table, handle, DXG_OBJECT_ALLOCATION);
	static const char letters[] = "NDS";
	char letter;

	if (!obj)
		return '-';
	letter = letters[READ_ONCE(dxg_allocation_from(obj)->bo->segment)];
	dxg_object_put(obj);
	return letter;
}

/**
 * dxg_user_offer() - OfferAllocations
 * @user: the program; with its device
 * @allocs: handles
 * @num: how many
 * @priority: D3DKMT_OFFER_PRIORITY_*
 * @flags: D3DKMT_OFFER_*
 *
 * Return: what the ioctl returns.
 */
long dxg_user_offer(struct dxg_user *user, const u32 *allocs, u32 num, u32 priority, u32 flags)
{
	struct d3dkmt_offer_allocations args = {
		.device = user->device,
		.handle_list = dxg_user_copy(user, allocs, num * sizeof(*allocs)),
		.num_allocations = num,
		.priority = priority,
		.flags = flags,
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_OFFER_ALLOCATIONS, &args);
}

/**
 * dxg_user_reclaim() - ReclaimAllocations2 of one allocation
 * @user: the program
 * @queue: a paging queue of its device
 * @alloc: handle of the allocation
 * @result: out: D3DKMT_RECLAIM_RESULT_*
 *
 * Return: what the ioctl returns.
 */
long dxg_user_reclaim(struct dxg_user *user, const struct dxg_user_queue *queue, u32 alloc,
		      u32 *result)
{
	struct d3dkmt_reclaim_allocations2 args = {
		.paging_queue = queue->handle,
		.num_allocations = 1,
		.handle_list = dxg_user_copy(user, &alloc, sizeof(alloc)),
		.results = dxg_user_copy(user, NULL, sizeof(*result)),
	};
	unsigned long va = args.results;
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_RECLAIM_ALLOCATIONS2, &args);

	KUNIT_EXPECT_EQ(user->test,
			copy_from_user(result, (void __user *)va, sizeof(*result)), 0);
	return ret;
}

/* What the program is told: a letter for each status. */
static char user_residency(struct dxg_user *user, u32 handle)
{
	struct d3dkmt_query_allocation_residency args = {
		.device = user->device,
		.allocation_list = dxg_user_copy(user, &handle, sizeof(handle)),
		.allocation_count = 1,
		.residency_status = dxg_user_copy(user, NULL, sizeof(u32)),
	};
	unsigned long va = args.residency_status;
	u32 status = 0;

	if (dxg_user_ioctl(user, D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, &args))
		return '-';
	KUNIT_EXPECT_EQ(user->test, copy_from_user(&status, (void __user *)va, sizeof(status)), 0);
	return status < 4 ? "0D2x"[status] : '?';
}

/**
 * dxg_user_expect_places() - Fail the test unless allocations are where they should be
 * @user: the program; with its device
 * @allocs: handles
 * @places: a letter for each: N nowhere, D device segment, S system segment, - no handle
 */
void dxg_user_expect_places(struct dxg_user *user, const u32 *allocs, const char *places)
{
	size_t num = strlen(places), i;
	char seen[16] = {}, told;

	KUNIT_ASSERT_LT(user->test, num, sizeof(seen));
	for (i = 0; i < num; i++) {
		seen[i] = user_place(user, allocs[i]);
		told = user_residency(user, allocs[i]);
		KUNIT_EXPECT_EQ_MSG(user->test, told,
				    seen[i] == 'D' || seen[i] == '-' ? seen[i] : 'x',
				    "allocation %zu", i);
	}
	KUNIT_EXPECT_STREQ(user->test, seen, places);
}

/**
 * dxg_user_expect_wanted() - Fail the test unless so much is asked to be resident
 * @user: the program
 * @bytes: so much, each allocation once
 */
void dxg_user_expect_wanted(struct dxg_user *user, u64 bytes)
{
	KUNIT_EXPECT_EQ(user->test, READ_ONCE(dxg_user_process(user)->ledger.wanted), bytes);
}

/**
 * dxg_user_write_all() - Write something to each page
 * @user: the program
 * @va: address of the memory
 * @size: its bytes
 * @value: each page gets this and its number
 */
void dxg_user_write_all(struct dxg_user *user, unsigned long va, u64 size, u64 value)
{
	u64 pos, word;

	for (pos = 0; pos < size; pos += PAGE_SIZE) {
		word = value + pos;
		/* Fills write at the beginning. */
		if (copy_to_user((void __user *)(va + pos + USER_FILL), &word, sizeof(word)))
			break;
	}
	KUNIT_EXPECT_EQ(user->test, pos, size);
}

/**
 * dxg_user_expect_all() - Fail the test unless dxg_user_write_all()'s bytes are there
 * @user: the program
 * @va: address of the memory
 * @size: its bytes
 * @value: as it was
 */
void dxg_user_expect_all(struct dxg_user *user, unsigned long va, u64 size, u64 value)
{
	unsigned int bad = 0;
	u64 pos;

	for (pos = 0; pos < size; pos += PAGE_SIZE)
		bad += dxg_user_read(user, va + pos + USER_FILL) != value + pos;
	KUNIT_EXPECT_EQ_MSG(user->test, bad, 0, "pages of %llx that are wrong", value);
}

/**
 * dxg_user_run() - Submit a command that fills the beginning of allocations, and let it run
 * @user: the program; with the contexts of its device; the node has nothing else
 * @node: the node
 * @allocs: handles
 * @num: how many
 *
 * The pattern is 0xee.
 */
void dxg_user_run(struct dxg_user *user, u32 node, const u32 *allocs, u32 num)
{
	atomic_t *commands = &user->mock->adapter->stats.commands;
	int before = atomic_read(commands);

	KUNIT_EXPECT_EQ(user->test, dxg_user_submit_uses(user, node, 0xee, allocs, num), 0);
	KUNIT_EXPECT_EQ(user->test, dxg_mock_wait_running(user->mock, node), 0xee);
	dxg_mock_complete(user->mock, node, 0);
	/* Its pins have gone by the time it goes. */
	dxg_mock_wait(user->mock, atomic_read(commands) == before);
}

static bool user_segment_is_exact(struct dxg_adapter *adapter)
{
	bool exact;

	spin_lock(&adapter->vidmm_lock);
	exact = atomic64_read(&adapter->segment_used) ==
		adapter->ledger.placed[DXG_SEGMENT_DEVICE] + adapter->kept_bytes;
	spin_unlock(&adapter->vidmm_lock);
	return exact;
}

/**
 * dxg_user_settle() - dxg_mock_settle(), and what must hold of memory then
 * @mock: the mock; no command is running, no request is pending
 */
void dxg_user_settle(struct dxg_mock *mock)
{
	dxg_mock_settle(mock);
	KUNIT_EXPECT_EQ(mock->test, atomic_read(&mock->adapter->pins), 0);
	dxg_mock_wait(mock, user_segment_is_exact(mock->adapter));
}
