// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_context.h"
#include "../dxg_device.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * Commands: the FIFO of what is held, turns among contexts, what a stream may say, the
 * time-out, and monitored fences. Which destructions wait for which commands belongs
 * into dxg_destroy_test.c.
 */

static long submit_to(struct dxg_user *user, u32 context, u64 tag)
{
	struct dxg_user_command command = { .context = context, .tag = tag };

	return dxg_user_submit(user, &command);
}

static void submit_in_order(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 tag;

	for (tag = 1; tag <= 20; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	for (tag = 1; tag <= 20; tag++) {
		KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), tag);
		dxg_mock_complete(user->mock, 0, 0);
	}
	dxg_mock_settle(user->mock);
}

/* No more than the depth is armed, the rest is held. */
static void submit_holds(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_node *node = user->mock->adapter->nodes[0];
	u32 tag;

	for (tag = 1; tag <= 20; tag++) {
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
		KUNIT_EXPECT_EQ(test, READ_ONCE(node->armed), min_t(u32, tag, DXG_NODE_DEPTH));
	}
	/* Of what is armed the miniport has one. */
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_pause();
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), 1);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), 20);
}

/* Contexts of a node take turns, whoever was first with how many. */
static void submit_takes_turns(struct kunit *test)
{
	/* What the first had armed when it was alone; from there on it is one each. */
	static const u8 turns[] = {
		1, 2, 3, 4, 11, 21, 5, 12, 22, 6, 13, 23, 14, 24, 15, 25, 16, 26,
	};
	struct dxg_user *user = test->priv;
	u32 contexts[3], i, j;

	static_assert(DXG_NODE_DEPTH == 3);
	contexts[0] = user->contexts[0];
	for (i = 1; i < 3; i++)
		KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, user->device, 0, &contexts[i]),
				0);
	for (i = 0; i < 3; i++)
		for (j = 1; j <= 6; j++)
			KUNIT_ASSERT_EQ(test, submit_to(user, contexts[i], i * 10 + j), 0);
	for (i = 0; i < ARRAY_SIZE(turns); i++) {
		KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), turns[i]);
		dxg_mock_complete(user->mock, 0, 0);
	}
	dxg_mock_settle(user->mock);
}

static void submit_nodes_are_independent(struct kunit *test)
{
	struct dxg_user *user = test->priv;

	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 2, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 1, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 1), 3);
	dxg_mock_complete(user->mock, 1, 0);
	KUNIT_EXPECT_TRUE(test, dxg_mock_wait(user->mock, !dxg_mock_running(user->mock, 1)));
	KUNIT_EXPECT_EQ(test, dxg_mock_running(user->mock, 0), 1);
	dxg_mock_drain(user->mock);
}

static void submit_writes_memory(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u32 alloc;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 0x77, alloc), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_lock(user, alloc, &va), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 0x77);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
	dxg_mock_complete(user->mock, 0, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0x7700000077);
	dxg_mock_settle(user->mock);
}

static void submit_context_destroyed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_destroy_context args = { user->contexts[0] };
	u32 other, tag;

	KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, user->device, 0, &other), 0);
	for (tag = 1; tag <= 10; tag++)
		KUNIT_ASSERT_EQ(test, submit_to(user, user->contexts[0], tag), 0);
	KUNIT_ASSERT_EQ(test, submit_to(user, other, 11), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &args), 0);
	/* Three were armed and go on, the others are no more. */
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.commands), 4);
	KUNIT_EXPECT_EQ(test, submit_to(user, user->contexts[0], 12), -EINVAL);
	dxg_mock_log_reset(user->mock);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(user->mock), "s2 s3 s11");
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
}

/* A thread that destroys something in the middle of a submission. */
static struct {
	struct dxg_user *user;
	struct dxg_user_job job;
	u32 alloc;
} submit_race;

static long submit_race_context(struct dxg_user *user, void *data)
{
	struct d3dkmt_destroy_context args = { user->contexts[0] };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &args);
}

static void submit_race_context_hook(struct dxg_mock *mock)
{
	dxg_user_start(&submit_race.job, submit_race.user, submit_race_context, NULL);
	dxg_mock_wait(mock, dxg_user_job_done(&submit_race.job));
}

/* The context goes after the command has found it. */
static void submit_to_dying_context(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 alloc;

	submit_race.user = user;
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	dxg_mock_hook_at(user->mock, DXG_MOCK_CREATE_BACKING, 1, submit_race_context_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, alloc), -EINVAL);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&submit_race.job), 0);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.contexts), 1);
}

static long submit_race_alloc(struct dxg_user *user, void *data)
{
	return dxg_user_destroy(user, 0, &submit_race.alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void submit_race_alloc_hook(struct dxg_mock *mock)
{
	dxg_user_start(&submit_race.job, submit_race.user, submit_race_alloc, NULL);
	dxg_mock_pause();
}

/* The allocation goes after the command has found it: the command has it to its end. */
static void submit_with_dying_allocation(struct kunit *test)
{
	struct dxg_user *user = test->priv;

	submit_race.user = user;
	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &submit_race.alloc, 1), 0);
	dxg_mock_hook_at(user->mock, DXG_MOCK_CREATE_BACKING, 1, submit_race_alloc_hook);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 1, submit_race.alloc), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_pause();
	KUNIT_EXPECT_FALSE(test, dxg_user_job_done(&submit_race.job));
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_BACKING), 0);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&submit_race.job), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_DESTROY_BACKING), 1);
}

static void submit_too_many(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_destroy_context args = { user->contexts[0] };
	long ret = 0;
	u32 num;

	for (num = 0; num <= DXG_QUEUE_MAX_HELD + DXG_NODE_DEPTH && !ret; num++) {
		ret = dxg_user_submit_tag(user, 0, 1 + num, 0);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	KUNIT_EXPECT_EQ(test, num - 1, DXG_QUEUE_MAX_HELD + DXG_NODE_DEPTH);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.commands), num - 1);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &args), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&user->mock->adapter->stats.commands), DXG_NODE_DEPTH);
	dxg_mock_drain(user->mock);
}

/* A command that meets the time-out: its device is lost, the other goes on. */
static void submit_time_out(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 device = user->device, other, context, alloc, tag;
	struct dxg_mock *mock = user->mock;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &other), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, other, 0, &context), 0);
	for (tag = 1; tag <= 5; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	KUNIT_ASSERT_EQ(test, submit_to(user, context, 11), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_log_reset(mock);
	dxg_mock_time_out(mock, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, 0), 11);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_HUNG);
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 6, 0), -ENODEV);
	/* Refused before the allocation is looked up, which it must not put then. */
	KUNIT_EXPECT_EQ(test, dxg_user_submit_tag(user, 0, 7, alloc), -ENODEV);
	user->device = other;
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	user->device = device;
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "!0 s11");
}

static void submit_expect_fault(struct kunit *test, u64 address, u32 flags)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_get_device_state args = {
		.device = user->device,
		.type = D3DKMT_DEVICESTATE_PAGE_FAULT,
	};

	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_GET_DEVICE_STATE, &args), 0);
	KUNIT_EXPECT_EQ(test, args.faulted_virtual_address, address);
	KUNIT_EXPECT_EQ(test, args.page_fault_flags, flags);
}

/* GetDeviceState says what the first fault was. */
static void submit_fault_is_told(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct dxg_device *device;

	submit_expect_fault(test, 0, 0);
	device = list_first_entry(&user->mock->adapter->devices, struct dxg_device, adapter_link);
	KUNIT_ASSERT_EQ(test, device->base.handle, user->device);
	dxg_device_fault(device, 0x123456789000, true);
	dxg_device_fault(device, 0x1000, false);
	submit_expect_fault(test, 0x123456789000, D3DKMT_PAGE_FAULT_WRITE);
}

/* Marking a device cancels what it holds; what runs ends, and the reason stays. */
static void submit_error_is_marked(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_mark_device_as_error args = {
		.device = user->device,
		.reason = D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR,
	};
	struct dxg_mock *mock = user->mock;
	u32 tag;

	for (tag = 1; tag <= 20; tag++)
		KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, tag, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(mock, 0), 1);
	dxg_mock_log_reset(mock);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_MARK_DEVICE_AS_ERROR, &args), 0);
	dxg_mock_complete(mock, 0, 0);
	dxg_mock_settle(mock);
	/* Nothing was reset, and nothing started. */
	KUNIT_EXPECT_STREQ(test, dxg_mock_log(mock), "");
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
}

/* The command ends while it is being reset: it is the engine's word that counts. */
static void submit_complete_hook(struct dxg_mock *mock)
{
	dxg_mock_complete(mock, 0, 0);
}

static void submit_done_during_reset(struct kunit *test)
{
	struct dxg_user *user = test->priv;

	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_submit_tag(user, 0, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_hook_at(user->mock, DXG_MOCK_RESET, 1, submit_complete_hook);
	dxg_mock_time_out(user->mock, 0);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 2);
	KUNIT_EXPECT_EQ(test, dxg_user_state(user), D3DKMT_DEVICEEXECUTION_ACTIVE);
	dxg_mock_drain(user->mock);
}

/* Many time-outs one after the other: the node goes on every time. */
static void submit_time_out_again(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	u32 device, context, i;

	for (i = 1; i <= 10; i++) {
		KUNIT_ASSERT_EQ(test, dxg_user_create_device(user, &device), 0);
		KUNIT_ASSERT_EQ(test, dxg_user_create_context(user, device, 0, &context), 0);
		KUNIT_ASSERT_EQ(test, submit_to(user, context, i), 0);
		KUNIT_ASSERT_EQ(test, dxg_mock_wait_running(user->mock, 0), i);
		dxg_mock_time_out(user->mock, 0);
		KUNIT_EXPECT_EQ(test, submit_to(user, context, 99), -ENODEV);
	}
	dxg_mock_settle(user->mock);
}

/*
 * Streams. A good one is changed in one place.
 */

/**
 * struct submit_bad - A stream, or a submission, with one thing wrong
 * @desc: what
 * @ret: what the call returns
 * @offset: of the 32 bits in the stream that are changed
 * @value: to this
 */
struct submit_bad {
	const char *desc;
	long ret;
	u32 offset;
	u32 value;
};

struct submit_stream {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
	struct drm_dxg_cmd_fill fill;
	struct drm_dxg_cmd_copy copy;
	struct drm_dxg_cmd_timestamp timestamp;
	struct drm_dxg_cmd_signal signal;
};

#define BAD(ret_, field, value_, desc_) \
	{ .desc = desc_, .ret = ret_, .offset = offsetof(struct submit_stream, field), \
	  .value = value_ }

static const struct submit_bad submit_bads[] = {
	BAD(0, head.magic, DRM_DXG_CMD_STREAM_MAGIC, "nothing"),
	BAD(-EINVAL, head.magic, 0, "magic"),
	BAD(-EINVAL, head.version, 2, "version"),
	BAD(-EINVAL, head.size, sizeof(struct submit_stream) - 4, "size"),
	BAD(-EINVAL, head.pad, 1, "head's padding"),
	BAD(-EINVAL, delay.base.opcode, 0, "opcode 0"),
	BAD(-EINVAL, delay.base.opcode, 6, "unknown opcode"),
	BAD(-EINVAL, delay.base.size, 0, "record of 0 bytes"),
	BAD(-EINVAL, delay.base.size, 4, "record of 4 bytes"),
	BAD(-EINVAL, delay.base.size, sizeof(struct submit_stream), "record beyond the end"),
	BAD(-EINVAL, signal.base.size, sizeof(struct drm_dxg_cmd_signal) + 8, "last one beyond"),
	BAD(-EINVAL, delay.pad, 1, "delay's padding"),
	BAD(-EINVAL, delay.flags, 2, "delay's flags"),
	BAD(-EINVAL, fill.pad, 1, "fill's padding"),
	BAD(-EINVAL, fill.length, PAGE_SIZE + 4, "fill too long"),
	BAD(-EINVAL, fill.length, 2, "fill of half a word"),
	BAD(-EINVAL, fill.dst.offset, 2, "fill at half a word"),
	BAD(-EINVAL, fill.dst.offset, PAGE_SIZE, "fill at the end"),
	BAD(-EINVAL, fill.dst.kind, 3, "fill at another kind of address"),
	BAD(-EINVAL, fill.dst.pad, 1, "address's padding"),
	BAD(-EINVAL, fill.dst.base, 0, "fill nothing"),
	BAD(-EINVAL, fill.dst.base, 0x40000000, "fill another thing"),
	BAD(-EINVAL, copy.length, PAGE_SIZE + 1, "copy too long"),
	BAD(-EINVAL, copy.src.offset, PAGE_SIZE, "copy from the end"),
	BAD(-EINVAL, copy.dst.offset, PAGE_SIZE, "copy to the end"),
	BAD(-EINVAL, copy.src.base, 0, "copy nothing"),
	BAD(-EINVAL, timestamp.dst.offset, 4, "time stamp at half"),
	BAD(-EINVAL, timestamp.dst.offset, PAGE_SIZE, "time stamp at the end"),
	BAD(-EINVAL, signal.pad, 1, "signal's padding"),
	BAD(-EINVAL, signal.sync_object, 0, "signal nothing"),
	BAD(-EINVAL, signal.sync_object, 0x40000000, "signal another thing"),
};

KUNIT_ARRAY_PARAM_DESC(submit_bad, submit_bads, desc);

static struct submit_stream *submit_good_stream(struct kunit *test, u32 alloc, u32 sync)
{
	struct submit_stream *stream = kunit_kzalloc(test, sizeof(*stream), GFP_KERNEL);
	struct drm_dxg_address address = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = alloc };

	KUNIT_ASSERT_NOT_NULL(test, stream);
	stream->head.magic = DRM_DXG_CMD_STREAM_MAGIC;
	stream->head.version = DRM_DXG_CMD_STREAM_VERSION;
	stream->head.size = sizeof(*stream);
	stream->delay.base = (struct drm_dxg_cmd) { DRM_DXG_CMD_DELAY, sizeof(stream->delay) };
	stream->delay.duration_ns = 1;
	stream->fill.base = (struct drm_dxg_cmd) { DRM_DXG_CMD_FILL, sizeof(stream->fill) };
	stream->fill.dst = address;
	stream->fill.length = 4;
	stream->copy.base = (struct drm_dxg_cmd) { DRM_DXG_CMD_COPY, sizeof(stream->copy) };
	stream->copy.dst = address;
	stream->copy.src = address;
	stream->copy.length = 4;
	stream->timestamp.base = (struct drm_dxg_cmd) { DRM_DXG_CMD_TIMESTAMP,
							sizeof(stream->timestamp) };
	stream->timestamp.dst = address;
	stream->signal.base = (struct drm_dxg_cmd) { DRM_DXG_CMD_SIGNAL, sizeof(stream->signal) };
	stream->signal.sync_object = sync;
	return stream;
}

static void submit_stream_is_checked(struct kunit *test)
{
	const struct submit_bad *bad = test->param_value;
	struct dxg_user *user = test->priv;
	struct submit_stream *stream;
	unsigned long va;
	u32 alloc, sync;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &va), 0);
	stream = submit_good_stream(test, alloc, sync);
	*(u32 *)((void *)stream + bad->offset) = bad->value;
	KUNIT_EXPECT_EQ(test, dxg_user_submit_stream(user, user->contexts[0], stream,
						     sizeof(*stream)), bad->ret);
	if (!bad->ret)
		dxg_mock_drain(user->mock);
	dxg_mock_settle(user->mock);
	/* Refused whole, and nothing of it is left that a destruction would wait for. */
	KUNIT_EXPECT_EQ(test, dxg_mock_calls(user->mock, DXG_MOCK_SUBMIT_COMMAND), !bad->ret);
	KUNIT_EXPECT_EQ(test, dxg_user_destroy(user, 0, &alloc, 1, D3DKMT_DESTROY_SYNCHRONOUS), 0);
}

/* Any size that cuts a good stream is refused, and reads nothing beyond it. */
static void submit_stream_is_cut(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct submit_stream *stream;
	unsigned long va;
	u32 alloc, sync, size;

	KUNIT_ASSERT_EQ(test, dxg_user_create(user, NULL, 0, &alloc, 1), 0);
	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &va), 0);
	stream = submit_good_stream(test, alloc, sync);
	for (size = 0; size < sizeof(*stream); size++) {
		bool whole = size == offsetof(struct submit_stream, delay) ||
			     size == offsetof(struct submit_stream, fill) ||
			     size == offsetof(struct submit_stream, copy) ||
			     size == offsetof(struct submit_stream, timestamp) ||
			     size == offsetof(struct submit_stream, signal);

		stream->head.size = size;
		KUNIT_EXPECT_EQ_MSG(test, dxg_user_submit_stream(user, user->contexts[0], stream,
								 size),
				    whole ? 0 : -EINVAL, "%u bytes", size);
	}
	dxg_mock_wait(user->mock, (dxg_mock_complete(user->mock, 0, -EIO),
				   dxg_mock_idle(user->mock)));
}

/*
 * Monitored fences.
 */

/**
 * struct submit_wait - A wait of the CPU on three fences
 * @desc: in words
 * @flags: D3DKMT_WAIT_*
 * @order: fences that are signalled, in this order
 * @after: how many signals the wait needs
 */
struct submit_wait {
	const char *desc;
	u32 flags;
	const char *order;
	u32 after;
};

static const struct submit_wait submit_waits[] = {
	{ "all in order", 0, "012", 3 },
	{ "all backwards", 0, "210", 3 },
	{ "all, one again and again", 0, "00012", 5 },
	{ "any, the first", D3DKMT_WAIT_ANY, "0", 1 },
	{ "any, the last", D3DKMT_WAIT_ANY, "2", 1 },
};

KUNIT_ARRAY_PARAM_DESC(submit_wait, submit_waits, desc);

/**
 * struct submit_waiter - What a thread waits for
 * @syncs: fences
 * @values: their values
 * @flags: D3DKMT_WAIT_*
 */
struct submit_waiter {
	u32 syncs[3];
	u64 values[3];
	u32 flags;
};

static long submit_wait_thread(struct dxg_user *user, void *data)
{
	struct submit_waiter *waiter = data;

	return dxg_user_wait(user, waiter->syncs, waiter->values, 3, waiter->flags);
}

static struct submit_waiter *submit_waiter_create(struct dxg_user *user, u32 flags)
{
	struct submit_waiter *waiter = kunit_kzalloc(user->test, sizeof(*waiter), GFP_KERNEL);
	unsigned long va;
	int i;

	KUNIT_ASSERT_NOT_NULL(user->test, waiter);
	waiter->flags = flags;
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(user->test, dxg_user_create_sync(user, &waiter->syncs[i], &va), 0);
		waiter->values[i] = 10;
	}
	return waiter;
}

/* A thread that waits; returns when it does. */
static void submit_waiter_start(struct dxg_user_job *job, struct dxg_user *user,
				struct submit_waiter *waiter)
{
	dxg_user_start(job, user, submit_wait_thread, waiter);
	dxg_mock_wait(user->mock, dxg_user_is_waiting(user));
}

/* Some values come from the CPU, some from commands. */
static void submit_signal(struct dxg_user *user, u32 sync, u64 value, bool gpu)
{
	struct dxg_user_command command = {
		.context = user->contexts[1],
		.tag = 1,
		.sync = sync,
		.value = value,
	};

	if (!gpu) {
		KUNIT_EXPECT_EQ(user->test, dxg_user_signal(user, sync, value), 0);
		return;
	}
	KUNIT_EXPECT_EQ(user->test, dxg_user_submit(user, &command), 0);
	dxg_mock_wait_running(user->mock, 1);
	dxg_mock_complete(user->mock, 1, 0);
}

static void submit_wait_ends(struct kunit *test)
{
	const struct submit_wait *wait = test->param_value;
	struct dxg_user *user = test->priv;
	struct submit_waiter *waiter = submit_waiter_create(user, wait->flags);
	struct dxg_user_job job;
	u32 i;

	submit_waiter_start(&job, user, waiter);
	for (i = 0; wait->order[i]; i++) {
		u32 sync = waiter->syncs[wait->order[i] - '0'];

		/* Below the value nothing happens. */
		submit_signal(user, sync, 9 + i, i % 2);
		dxg_mock_pause();
		KUNIT_EXPECT_FALSE_MSG(test, i < wait->after && i == 0 && dxg_user_job_done(&job),
				       "before %u", i);
		submit_signal(user, sync, 10 + i, !(i % 2));
		if (i + 1 < wait->after) {
			dxg_mock_pause();
			KUNIT_EXPECT_FALSE_MSG(test, dxg_user_job_done(&job), "after %u", i);
		}
	}
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), 0);
	KUNIT_EXPECT_FALSE(test, dxg_user_is_waiting(user));
	dxg_mock_settle(user->mock);
}

static void submit_wait_for_reached(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct submit_waiter *waiter = submit_waiter_create(user, D3DKMT_WAIT_ANY);

	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, waiter->syncs[1], 10), 0);
	KUNIT_EXPECT_EQ(test, submit_wait_thread(user, waiter), 0);
	KUNIT_EXPECT_FALSE(test, dxg_user_is_waiting(user));
}

static void submit_wait_is_killed(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct submit_waiter *waiter = submit_waiter_create(user, 0);
	struct dxg_user_job job;

	submit_waiter_start(&job, user, waiter);
	dxg_user_kill(&job);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), -ERESTARTSYS);
	KUNIT_EXPECT_FALSE(test, dxg_user_is_waiting(user));
}

static void submit_wait_loses_fence(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct submit_waiter *waiter = submit_waiter_create(user, 0);
	struct d3dkmt_destroy_sync_object args = { waiter->syncs[1] };
	struct dxg_user_job job;

	submit_waiter_start(&job, user, waiter);
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_SYNC_OBJECT, &args), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), -EINVAL);
}

/* Commands that never run: who waits for their fences is told when the device is lost. */
static void submit_wait_for_lost(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct submit_waiter *waiter = submit_waiter_create(user, 0);
	struct dxg_user_job job;
	int i;

	/* One that runs, one that is armed and one that is held signal each its own. */
	for (i = 1; i <= 5; i++) {
		struct dxg_user_command command = {
			.context = user->contexts[0],
			.tag = i,
			.sync = i % 2 ? waiter->syncs[i / 2] : 0,
			.value = 10,
		};

		KUNIT_ASSERT_EQ(test, dxg_user_submit(user, &command), 0);
	}
	submit_waiter_start(&job, user, waiter);
	KUNIT_EXPECT_EQ(test, dxg_mock_wait_running(user->mock, 0), 1);
	dxg_mock_time_out(user->mock, 0);
	KUNIT_EXPECT_EQ(test, dxg_user_finish(&job), 0);
	dxg_mock_settle(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, waiter->syncs[0], U64_MAX), 0);
	/* It is at the maximum, and can only go back on request. */
	KUNIT_EXPECT_EQ(test, dxg_user_signal(user, waiter->syncs[0], 11), -EINVAL);
}

/* A held command of a context that is destroyed signals nothing. */
static void submit_cancelled_signals_nothing(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	struct d3dkmt_destroy_context args = { user->contexts[0] };
	struct dxg_user_command command = { .context = user->contexts[0], .value = 10 };
	unsigned long va;
	u32 sync;
	int i;

	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &va), 0);
	for (i = 1; i <= 5; i++) {
		command.tag = i;
		/* Only what will be held. */
		command.sync = i > DXG_NODE_DEPTH ? sync : 0;
		KUNIT_ASSERT_EQ(test, dxg_user_submit(user, &command), 0);
	}
	KUNIT_EXPECT_EQ(test, dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_CONTEXT, &args), 0);
	dxg_mock_drain(user->mock);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
}

/* The value in the mapping follows; it is one page and read-only. */
static void submit_value_is_visible(struct kunit *test)
{
	struct dxg_user *user = test->priv;
	unsigned long va;
	u64 value = 1;
	u32 sync;

	KUNIT_ASSERT_EQ(test, dxg_user_create_sync(user, &sync, &va), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 0);
	submit_signal(user, sync, 7, false);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 7);
	submit_signal(user, sync, 9, true);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 9);
	KUNIT_EXPECT_NE(test, copy_to_user((void __user *)va, &value, sizeof(value)), 0);
	KUNIT_EXPECT_EQ(test, dxg_user_read(user, va), 9);
	dxg_mock_settle(user->mock);
}

static struct kunit_case submit_cases[] = {
	KUNIT_CASE(submit_in_order),
	KUNIT_CASE(submit_holds),
	KUNIT_CASE(submit_takes_turns),
	KUNIT_CASE(submit_nodes_are_independent),
	KUNIT_CASE(submit_writes_memory),
	KUNIT_CASE(submit_context_destroyed),
	KUNIT_CASE(submit_to_dying_context),
	KUNIT_CASE(submit_with_dying_allocation),
	KUNIT_CASE_SLOW(submit_too_many),
	KUNIT_CASE(submit_time_out),
	KUNIT_CASE(submit_fault_is_told),
	KUNIT_CASE(submit_error_is_marked),
	KUNIT_CASE(submit_done_during_reset),
	KUNIT_CASE(submit_time_out_again),
	KUNIT_CASE_PARAM(submit_stream_is_checked, submit_bad_gen_params),
	KUNIT_CASE(submit_stream_is_cut),
	KUNIT_CASE_PARAM(submit_wait_ends, submit_wait_gen_params),
	KUNIT_CASE(submit_wait_for_reached),
	KUNIT_CASE(submit_wait_is_killed),
	KUNIT_CASE(submit_wait_loses_fence),
	KUNIT_CASE(submit_wait_for_lost),
	KUNIT_CASE(submit_cancelled_signals_nothing),
	KUNIT_CASE(submit_value_is_visible),
	{}
};

static struct kunit_suite submit_suite = {
	.name = "dxg_submit",
	.suite_init = dxg_user_suite_init,
	.suite_exit = dxg_user_suite_exit,
	.init = dxg_user_init,
	.test_cases = submit_cases,
};

kunit_test_suite(submit_suite);
