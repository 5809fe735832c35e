// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "../dxg_adapter.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * GPU virtual addresses: what commands find there, decided by time that the test has in its
 * hands. What the operations refuse belongs into igt-tests/dxg_gpuva_bad.c.
 */

#define GPUVA_SIZE	D3DKMT_GPU_VA_GRANULARITY

/**
 * struct gpuva_stream - A fill at an address
 * @head: head
 * @delay: a delay, which is the tag
 * @fill: the fill
 */
struct gpuva_stream {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
	struct drm_dxg_cmd_fill fill;
};

static long gpuva_fill(struct dxg_user *user, u32 node, u64 tag, u64 va, u64 length)
{
	struct gpuva_stream stream = {
		.head.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.head.version = DRM_DXG_CMD_STREAM_VERSION,
		.head.size = sizeof(stream),
		.delay.base.opcode = DRM_DXG_CMD_DELAY,
		.delay.base.size = sizeof(stream.delay),
		.delay.duration_ns = tag,
		.fill.base.opcode = DRM_DXG_CMD_FILL,
		.fill.base.size = sizeof(stream.fill),
		.fill.dst.kind = DRM_DXG_ADDRESS_GPU_VA,
		.fill.dst.base = va,
		.fill.length = length,
		.fill.pattern = tag,
	};

	return dxg_user_submit_stream(user, user->contexts[node], &stream, sizeof(stream));
}

static u64 gpuva_reserve(struct dxg_user *user)
{
	struct d3dkmt_reserve_gpu_virtual_address args = {
		.paging_queue = user->adapter,
		.size = GPUVA_SIZE,
	};

	KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS,
						   &args), 0);
	return args.virtual_address;
}

/* One page. */
static long gpuva_map(struct dxg_user *user, u32 queue, u64 va, u32 alloc)
{
	struct d3dkmt_map_gpu_virtual_address args = {
		.paging_queue = queue,
		.base_address = va,
		.allocation = alloc,
		.size_in_pages = 1,
		.protection = D3DKMT_GPU_VA_WRITE,
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS, &args);
}

/* One page. */
static long gpuva_update(struct dxg_user *user, u64 va, u32 alloc, u32 sync)
{
	struct d3dkmt_gpu_va_operation operation = {
		.type = D3DKMT_GPU_VA_MAP,
		.base_address = va,
		.size = D3DKMT_GPU_VA_PAGE,
		.allocation = alloc,
		.allocation_size = D3DKMT_GPU_VA_PAGE,
	};
	struct d3dkmt_update_gpu_virtual_address args = {
		.device = user->device,
		.context = user->contexts[0],
		.fence_object = sync,
		.num_operations = 1,
		.operations = dxg_user_copy(user, &operation, sizeof(operation)),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_UPDATE_GPU_VIRTUAL_ADDRESS, &args);
}

static u64 gpuva_fault(struct dxg_user *user)
{
	struct d3dkmt_get_device_state args = {
		.device = user->device,
		.type = D3DKMT_DEVICESTATE_PAGE_FAULT,
	};

	KUNIT_EXPECT_EQ(user->test, dxg_user_ioctl(user, D3DKMT_IOCTL_GET_DEVICE_STATE, &args), 0);
	return args.faulted_virtual_address;
}

static u32 gpuva_queue(struct dxg_user *user)
{
	struct dxg_user_queue queue;

	KUNIT_EXPECT_EQ(user->test, dxg_user_create_queue(user, &queue), 0);
	return queue.handle;
}

static void gpuva_expect(struct dxg_user *user, u32 alloc, u64 value)
{
	unsigned long va;

	KUNIT_EXPECT_EQ(user->test, dxg_user_lock(user, alloc, &va), 0);
	KUNIT_EXPECT_EQ(user->test, dxg_user_read(user, va), value);
	KUNIT_EXPECT_EQ(user->test, dxg_user_unlock(user, alloc), 0);
}

/* A command over two mappings is one of two records. */
static void gpuva_crosses(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user);
	u64 va = gpuva_reserve(user);
	u32 allocs[2];

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, allocs[1]), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va + D3DKMT_GPU_VA_PAGE, allocs[0]), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 5, va, 2 * D3DKMT_GPU_VA_PAGE), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 5);
	dxg_mock_complete(user->mock, 0, 0);
	gpuva_expect(user, allocs[0], 0x500000005);
	gpuva_expect(user, allocs[1], 0x500000005);
	dxg_mock_settle(user->mock);
}

/* What is armed when a fault is found ends before the device is lost. */
static void gpuva_fault_waits(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u64 va = gpuva_reserve(user);

	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 2, va, 8), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	KUNIT_EXPECT_EQ(test, gpuva_fault(user), 0);
	dxg_mock_complete(user->mock, 0, 0);
	dxg_mock_wait(user->mock, dxg_user_state(user) ==
		      D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	KUNIT_EXPECT_EQ(test, gpuva_fault(user), va);
	KUNIT_EXPECT_EQ(test, gpuva_fill(user, 0, 3, va, 8), -ENODEV);
	dxg_mock_settle(user->mock);
}

/* And what was mapped until then is found. */
static void gpuva_mapped_in_time(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user), alloc;
	u64 va = gpuva_reserve(user);

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 2, va, 8), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, alloc), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 2);
	dxg_mock_complete(user->mock, 0, 0);
	gpuva_expect(user, alloc, 0x200000002);
	dxg_mock_settle(user->mock);
}

/* Commands before an update find the addresses as they were, also where all are held. */
static void gpuva_update_in_turn(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user), allocs[2], sync, tag;
	u64 va = gpuva_reserve(user);
	unsigned long value;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, allocs, 2), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &value), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, allocs[0]), 0);
	for (tag = 1; tag <= DXG_NODE_DEPTH; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 11, va, D3DKMT_GPU_VA_PAGE), 0);
	KUNIT_ASSERT_EQ(test, gpuva_update(user, va, allocs[1], sync), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 12, va, D3DKMT_GPU_VA_PAGE), 0);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, value), 0);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, value), 1);
	gpuva_expect(user, allocs[0], 0xb0000000b);
	gpuva_expect(user, allocs[1], 0xc0000000c);
}

/* A command of an older epoch finds what was destroyed, one of a later epoch does not. */
static void gpuva_destroyed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user), alloc, tag;
	u64 va = gpuva_reserve(user);

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, alloc), 0);
	for (tag = 1; tag <= DXG_NODE_DEPTH; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 11, va, D3DKMT_GPU_VA_PAGE), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, 0), 0);
	dxg_mock_log_reset(user->mock);
	for (tag = 1; tag <= DXG_NODE_DEPTH; tag++) {
		KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), tag);
		dxg_mock_complete(user->mock, 0, 0);
	}
	/* Held when it was destroyed, and it runs; what is there has not gone before. */
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 11);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* On the other node nothing is in the way of this one. */
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 1, 12, va, 8), 0);
	dxg_mock_wait(user->mock, dxg_user_state(user) ==
		      D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	KUNIT_EXPECT_EQ(test, gpuva_fault(user), va);
	dxg_mock_drain(user->mock);
}

/* With ASSUME_NOT_IN_USE what is held does not find it either. */
static void gpuva_assumed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user), alloc, tag;
	u64 va = gpuva_reserve(user);

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, alloc), 0);
	for (tag = 1; tag <= DXG_NODE_DEPTH; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, 11, va, D3DKMT_GPU_VA_PAGE), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1,
					       D3DKMT_DESTROY_ASSUME_NOT_IN_USE), 0);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	KUNIT_EXPECT_EQ(test, gpuva_fault(user), va);
}

/* All goes with the file, also an update that is held, and what is mapped. */
static void gpuva_closed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 queue = gpuva_queue(user), alloc, sync, tag;
	u64 va = gpuva_reserve(user);
	unsigned long value;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &value), 0);
	KUNIT_ASSERT_EQ(test, gpuva_map(user, queue, va, alloc), 0);
	for (tag = 1; tag <= DXG_NODE_DEPTH; tag++)
		KUNIT_ASSERT_EQ(test, gpuva_fill(user, 0, tag, va, 8), 0);
	KUNIT_ASSERT_EQ(test, gpuva_update(user, va, alloc, sync), 0);
	KUNIT_ASSERT_EQ(test, gpuva_update(user, va + D3DKMT_GPU_VA_PAGE, alloc, sync), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
}

static struct kunit_case gpuva_cases[] = {
	KUNIT_CASE(gpuva_crosses),
	KUNIT_CASE(gpuva_fault_waits),
	KUNIT_CASE(gpuva_mapped_in_time),
	KUNIT_CASE(gpuva_update_in_turn),
	KUNIT_CASE(gpuva_destroyed),
	KUNIT_CASE(gpuva_assumed),
	KUNIT_CASE(gpuva_closed),
	{}
};

static struct kunit_suite gpuva_suite = {
	.name = "dxg_gpuva",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = gpuva_cases,
};

kunit_test_suite(gpuva_suite);
