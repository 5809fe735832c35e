// SPDX-License-Identifier: MIT
/*
 * Submissions that are refused, and of which then nothing is executed.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Submissions that are refused whole.");

#define PAGE	4096
#define SIZE	(2 * PAGE)
#define WORDS	(SIZE / 4)

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct target - A stream with a record of each kind, and what it would change
 * @dxg: the way in
 * @device: a device
 * @context: a context of it
 * @fence: the fence that the stream signals
 * @value: its value
 * @other_fence: a fence that it does not
 * @a: allocation that it writes
 * @b: another one
 * @device2: another device
 * @b2: an allocation of that
 * @fence2: a fence of that
 * @stream: the stream, to be spoilt
 * @head: its head
 * @fill: its first record
 * @copy: its second record
 * @delay: its third record
 * @stamp: its fourth record
 * @signal: its last record
 */
struct target {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	const uint64_t *value;
	uint32_t other_fence;
	uint32_t a;
	uint32_t b;
	uint32_t device2;
	uint32_t b2;
	uint32_t fence2;
	struct igt_dxg_stream stream;
	struct drm_dxg_cmd_stream *head;
	struct drm_dxg_cmd_fill *fill;
	struct drm_dxg_cmd_copy *copy;
	struct drm_dxg_cmd_delay *delay;
	struct drm_dxg_cmd_timestamp *stamp;
	struct drm_dxg_cmd_signal *signal;
};

static void target_create(struct igt_dxg *dxg, struct target *target)
{
	target->dxg = dxg;
	target->device = igt_dxg_create_device(dxg);
	target->context = igt_dxg_create_context(dxg, target->device);
	target->fence = igt_dxg_create_fence(dxg, target->device, 0, &target->value);
	target->other_fence = igt_dxg_create_fence(dxg, target->device, 0, NULL);
	target->a = igt_dxg_create_allocation(dxg, target->device, SIZE);
	target->b = igt_dxg_create_allocation(dxg, target->device, SIZE);
	target->device2 = igt_dxg_create_device(dxg);
	target->b2 = igt_dxg_create_allocation(dxg, target->device2, SIZE);
	target->fence2 = igt_dxg_create_fence(dxg, target->device2, 0, NULL);
}

static void target_destroy(const struct target *target)
{
	igt_dxg_destroy_device(target->dxg, target->device2);
	igt_dxg_destroy_device(target->dxg, target->device);
}

/* A stream that is right. */
static void begin(struct target *target)
{
	struct igt_dxg_stream *stream = &target->stream;

	target->head = igt_dxg_stream_begin(stream);
	target->fill = igt_dxg_stream_fill(stream, target->a, 0, SIZE, 0xbad0bad0);
	target->copy = igt_dxg_stream_copy(stream, target->b, 0, target->a, 0, SIZE);
	target->delay = igt_dxg_stream_delay(stream, 1);
	target->stamp = igt_dxg_stream_timestamp(stream, target->b, 8);
	target->signal = igt_dxg_stream_signal(stream, target->fence, 1);
	igt_dxg_stream_finish(stream);
}

/* Nothing of what was submitted has been done, and the engine still works. */
static void assert_untouched(const struct target *target)
{
	struct igt_dxg *dxg = target->dxg;
	struct igt_dxg_stream stream;
	const uint64_t *value;
	uint32_t fence;

	fence = igt_dxg_create_fence(dxg, target->device, 0, &value);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, target->context, &stream);
	igt_dxg_wait(dxg, target->device, fence, 1);
	igt_dxg_destroy_fence(dxg, fence);

	igt_assert_eq_u64(igt_dxg_fence_value(target->value), 0);
	igt_dxg_assert_filled(dxg, target->device, target->a, 0, WORDS, 0);
	igt_dxg_assert_filled(dxg, target->device, target->b, 0, WORDS, 0);
	igt_assert_eq(igt_dxg_device_state(dxg, target->device), D3DKMT_DEVICEEXECUTION_ACTIVE);
}

/* One way to spoil the stream. */
struct spoiler {
	const char *name;
	void (*spoil)(struct target *target);
};

/* Each way is refused with @error. */
static void refuse_each(struct igt_dxg *dxg, const struct spoiler *spoilers, size_t count,
			int error)
{
	struct target target;
	int ret;

	target_create(dxg, &target);
	for (size_t i = 0; i < count; i++) {
		begin(&target);
		spoilers[i].spoil(&target);
		ret = __igt_dxg_submit(dxg, target.context, &target.stream);
		igt_dxg_stream_free(&target.stream);
		igt_assert_f(ret == error, "%s: the submission returned %d\n", spoilers[i].name,
			     ret);
	}
	assert_untouched(&target);
	/* and the stream would have been right */
	begin(&target);
	igt_dxg_submit(dxg, target.context, &target.stream);
	igt_dxg_wait(dxg, target.device, target.fence, 1);
	target_destroy(&target);
}

#define SPOILER(spoil_name, statement)					\
static void spoil_##spoil_name(struct target *target)			\
{									\
	statement;							\
}

#define SPOIL(spoil_name)	{ #spoil_name, spoil_##spoil_name }

/* --- head ---------------------------------------------------------------- */

SPOILER(magic, target->head->magic ^= 1)
SPOILER(magic_zero, target->head->magic = 0)
SPOILER(version_zero, target->head->version = 0)
SPOILER(version_next, target->head->version++)
SPOILER(head_pad, target->head->pad = 1)
SPOILER(size_less, target->head->size -= 8)
SPOILER(size_more, target->head->size += 8)
SPOILER(size_huge, target->head->size = 0xffffffff)
SPOILER(size_zero, target->head->size = 0)
SPOILER(short_head, target->stream.size = sizeof(*target->head) - 1)
SPOILER(no_bytes, target->stream.size = 0)
SPOILER(cut_record, target->head->size = target->stream.size -= 8)
SPOILER(cut_byte, target->head->size = --target->stream.size)
SPOILER(more_byte, target->head->size = ++target->stream.size)
SPOILER(more_zeroes, target->head->size = target->stream.size += 8)
SPOILER(half_record_head, target->head->size = target->stream.size += 4)
SPOILER(too_large, target->head->size = target->stream.size = DRM_DXG_CMD_STREAM_MAX + 8)

static const struct spoiler bad_heads[] = {
	SPOIL(magic), SPOIL(magic_zero), SPOIL(version_zero), SPOIL(version_next),
	SPOIL(head_pad), SPOIL(size_less), SPOIL(size_more), SPOIL(size_huge), SPOIL(size_zero),
	SPOIL(short_head), SPOIL(no_bytes), SPOIL(cut_record), SPOIL(cut_byte), SPOIL(more_byte),
	SPOIL(more_zeroes), SPOIL(half_record_head), SPOIL(too_large),
};

static void test_head(struct igt_dxg *dxg)
{
	refuse_each(dxg, bad_heads, IGT_DXG_ARRAY_SIZE(bad_heads), -EINVAL);
}

/* --- heads of records ---------------------------------------------------- */

SPOILER(opcode_zero, target->delay->base.opcode = 0)
SPOILER(opcode_next, target->delay->base.opcode = 6)
SPOILER(opcode_huge, target->delay->base.opcode = 0xffffffff)
SPOILER(opcode_other, target->delay->base.opcode = DRM_DXG_CMD_FILL)
SPOILER(fill_size_zero, target->fill->base.size = 0)
SPOILER(fill_size_head, target->fill->base.size = sizeof(struct drm_dxg_cmd))
SPOILER(fill_size_less, target->fill->base.size -= 8)
SPOILER(fill_size_more, target->fill->base.size += 8)
SPOILER(copy_size_more, target->copy->base.size += sizeof(*target->delay))
SPOILER(signal_size_beyond, target->signal->base.size += 8)
SPOILER(signal_size_huge, target->signal->base.size = 0xfffffff8)
SPOILER(signal_size_wrap, target->signal->base.size = -target->stream.size)

static const struct spoiler bad_records[] = {
	SPOIL(opcode_zero), SPOIL(opcode_next), SPOIL(opcode_huge), SPOIL(opcode_other),
	SPOIL(fill_size_zero), SPOIL(fill_size_head), SPOIL(fill_size_less), SPOIL(fill_size_more),
	SPOIL(copy_size_more), SPOIL(signal_size_beyond), SPOIL(signal_size_huge),
	SPOIL(signal_size_wrap),
};

static void test_record(struct igt_dxg *dxg)
{
	refuse_each(dxg, bad_records, IGT_DXG_ARRAY_SIZE(bad_records), -EINVAL);
}

/* --- addresses ----------------------------------------------------------- */

SPOILER(kind_zero, target->fill->dst.kind = 0)
SPOILER(kind_other, target->fill->dst.kind = 4)
SPOILER(kind_next, target->fill->dst.kind = 3)
SPOILER(kind_src, target->copy->src.kind = 3)
SPOILER(kind_stamp, target->stamp->dst.kind = 0xffffffff)
SPOILER(pad_dst, target->fill->dst.pad = 1)
SPOILER(pad_src, target->copy->src.pad = 0x80000000)
SPOILER(pad_stamp, target->stamp->dst.pad = 1)
SPOILER(handle_zero, target->fill->dst.base = 0)
SPOILER(handle_low, target->fill->dst.base |= 1)
SPOILER(handle_high, target->fill->dst.base |= 1ULL << 32)
SPOILER(handle_top, target->copy->src.base |= 1ULL << 63)
SPOILER(handle_none, target->copy->dst.base = 0xffffffff)
SPOILER(handle_device, target->copy->dst.base = target->device)
SPOILER(handle_context, target->copy->src.base = target->context)
SPOILER(handle_fence, target->stamp->dst.base = target->fence)
SPOILER(handle_adapter, target->stamp->dst.base = target->dxg->adapter)
SPOILER(handle_foreign_dst, target->copy->dst.base = target->b2)
SPOILER(handle_foreign_src, target->copy->src.base = target->b2)

static void spoil_handle_dead(struct target *target)
{
	uint32_t dead = igt_dxg_create_allocation(target->dxg, target->device, SIZE);

	igt_dxg_destroy_allocation(target->dxg, target->device, dead);
	target->copy->src.base = dead;
}

static void spoil_handle_resource(struct target *target)
{
	uint32_t child;

	target->copy->src.base = igt_dxg_create_resource(target->dxg, target->device, SIZE, 1,
							 &child);
}

static const struct spoiler bad_addresses[] = {
	SPOIL(kind_zero), SPOIL(kind_other), SPOIL(kind_next), SPOIL(kind_src),
	SPOIL(kind_stamp), SPOIL(pad_dst), SPOIL(pad_src), SPOIL(pad_stamp), SPOIL(handle_zero),
	SPOIL(handle_low), SPOIL(handle_high), SPOIL(handle_top), SPOIL(handle_none),
	SPOIL(handle_device), SPOIL(handle_context), SPOIL(handle_fence), SPOIL(handle_adapter),
	SPOIL(handle_foreign_dst), SPOIL(handle_foreign_src), SPOIL(handle_dead),
	SPOIL(handle_resource),
};

static void test_address(struct igt_dxg *dxg)
{
	refuse_each(dxg, bad_addresses, IGT_DXG_ARRAY_SIZE(bad_addresses), -EINVAL);
}

/* --- ranges -------------------------------------------------------------- */

SPOILER(fill_beyond, target->fill->dst.offset = 4)
SPOILER(fill_past, target->fill->dst.offset = SIZE)
SPOILER(fill_length, target->fill->length += 4)
SPOILER(fill_huge, target->fill->length = 0xfffffffffffffffc)
SPOILER(fill_far, target->fill->dst.offset = 0xfffffffffffffffc)
SPOILER(fill_2_32, target->fill->length = (1ULL << 32) + 4)
SPOILER(fill_offset_2_32, target->fill->dst.offset = 1ULL << 32)

static void spoil_fill_wrap(struct target *target)
{
	/* their sum is 4 */
	target->fill->dst.offset = 0xfffffffffffff000;
	target->fill->length = 0x1004;
}

SPOILER(copy_dst_beyond, target->copy->dst.offset = 1)
SPOILER(copy_src_beyond, target->copy->src.offset = 1)
SPOILER(copy_length, target->copy->length++)
SPOILER(copy_huge, target->copy->length = UINT64_MAX)

static void spoil_copy_wrap(struct target *target)
{
	target->copy->src.offset = UINT64_MAX - 7;
	target->copy->length = 16;
}

SPOILER(stamp_beyond, target->stamp->dst.offset = SIZE)
SPOILER(stamp_far, target->stamp->dst.offset = 0xfffffffffffffff8)

static const struct spoiler bad_ranges[] = {
	SPOIL(fill_beyond), SPOIL(fill_past), SPOIL(fill_length), SPOIL(fill_huge),
	SPOIL(fill_far), SPOIL(fill_2_32), SPOIL(fill_offset_2_32), SPOIL(fill_wrap),
	SPOIL(copy_dst_beyond), SPOIL(copy_src_beyond), SPOIL(copy_length), SPOIL(copy_huge),
	SPOIL(copy_wrap), SPOIL(stamp_beyond), SPOIL(stamp_far),
};

static void test_range(struct igt_dxg *dxg)
{
	refuse_each(dxg, bad_ranges, IGT_DXG_ARRAY_SIZE(bad_ranges), -EINVAL);
}

/* --- other fields -------------------------------------------------------- */

SPOILER(fill_pad, target->fill->pad = 1)

static void spoil_fill_offset_unaligned(struct target *target)
{
	target->fill->dst.offset = 2;
	target->fill->length = 4;
}

SPOILER(fill_length_unaligned, target->fill->length = 6)
SPOILER(fill_length_odd, target->fill->length = 1)
SPOILER(stamp_unaligned, target->stamp->dst.offset = 4)
SPOILER(stamp_odd, target->stamp->dst.offset = 1)
SPOILER(delay_pad, target->delay->pad = 1)
SPOILER(delay_long, target->delay->duration_ns = 60000 * IGT_DXG_NS_PER_MS)
SPOILER(delay_huge, target->delay->duration_ns = UINT64_MAX)
SPOILER(delay_flag, target->delay->flags = 2)
SPOILER(delay_flags, target->delay->flags = 0x80000001)
SPOILER(signal_pad, target->signal->pad = 1)
SPOILER(signal_zero, target->signal->sync_object = 0)
SPOILER(signal_low, target->signal->sync_object |= 1)
SPOILER(signal_allocation, target->signal->sync_object = target->a)
SPOILER(signal_device, target->signal->sync_object = target->device)
SPOILER(signal_foreign, target->signal->sync_object = target->fence2)

static void spoil_signal_dead(struct target *target)
{
	uint32_t dead = igt_dxg_create_fence(target->dxg, target->device, 0, NULL);

	igt_dxg_destroy_fence(target->dxg, dead);
	target->signal->sync_object = dead;
}

static const struct spoiler bad_fields[] = {
	SPOIL(fill_pad), SPOIL(fill_offset_unaligned), SPOIL(fill_length_unaligned),
	SPOIL(fill_length_odd), SPOIL(stamp_unaligned), SPOIL(stamp_odd), SPOIL(delay_pad),
	SPOIL(delay_long), SPOIL(delay_huge), SPOIL(delay_flag), SPOIL(delay_flags),
	SPOIL(signal_pad), SPOIL(signal_zero), SPOIL(signal_low), SPOIL(signal_allocation),
	SPOIL(signal_device), SPOIL(signal_foreign), SPOIL(signal_dead),
};

static void test_field(struct igt_dxg *dxg)
{
	refuse_each(dxg, bad_fields, IGT_DXG_ARRAY_SIZE(bad_fields), -EINVAL);
}

static void spoil_no_signal(struct target *target)
{
	uint32_t fence;

	igt_assert_eq(__igt_dxg_create_fence(target->dxg, target->device, D3DKMT_SYNC_NO_SIGNAL, 0,
					     &fence, NULL), 0);
	target->signal->sync_object = fence;
}

static void spoil_no_gpu_access(struct target *target)
{
	uint32_t fence;

	igt_assert_eq(__igt_dxg_create_fence(target->dxg, target->device,
					     D3DKMT_SYNC_NO_GPU_ACCESS, 0, &fence, NULL), 0);
	target->signal->sync_object = fence;
}

static const struct spoiler forbidden[] = {
	SPOIL(no_signal), SPOIL(no_gpu_access),
};

static void test_forbidden(struct igt_dxg *dxg)
{
	refuse_each(dxg, forbidden, IGT_DXG_ARRAY_SIZE(forbidden), -EACCES);
}

/* --- arguments ----------------------------------------------------------- */

/* One way to spoil the submission. */
struct argument {
	const char *name;
	int error;
	void (*spoil)(struct d3dkmt_submit_command *args);
};

#define ARGUMENT(argument_name, statement)					\
static void argument_##argument_name(struct d3dkmt_submit_command *args)	\
{										\
	statement;								\
}

ARGUMENT(commands, args->commands = args->private_driver_data)
ARGUMENT(command_length, args->command_length = 1)
ARGUMENT(no_context, args->broadcast_context_count = 0)
ARGUMENT(two_contexts, args->broadcast_context_count = 2)
ARGUMENT(max_contexts, args->broadcast_context_count = 64)
ARGUMENT(many_contexts, args->broadcast_context_count = 65)
ARGUMENT(all_contexts, args->broadcast_context_count = 0xffffffff)
ARGUMENT(context_zero, args->broadcast_context[0] = 0)
ARGUMENT(context_low, args->broadcast_context[0] |= 1)
ARGUMENT(context_none, args->broadcast_context[0] = 0xffffffff)
ARGUMENT(redirected, args->flags = D3DKMT_SUBMIT_PRESENT_REDIRECTED)
ARGUMENT(flag, args->flags = 8)
ARGUMENT(flags, args->flags = 0x80000000)
ARGUMENT(primary, args->num_primaries = 1)
ARGUMENT(max_primaries, args->num_primaries = 16)
ARGUMENT(many_primaries, args->num_primaries = 17)
ARGUMENT(history, args->num_history_buffers = 1)
ARGUMENT(null, args->private_driver_data = 0)
ARGUMENT(null_size, args->private_driver_data_size = 0)
ARGUMENT(huge_size, args->private_driver_data_size = 0xffffffff)
ARGUMENT(unmapped, args->private_driver_data = 8)
ARGUMENT(kernel, args->private_driver_data = 0xffff888000000000)

#define REFUSED(argument_name, argument_error) \
	{ #argument_name, argument_error, argument_##argument_name }

static const struct argument arguments[] = {
	REFUSED(commands, -EINVAL), REFUSED(command_length, -EINVAL),
	REFUSED(no_context, -EINVAL), REFUSED(two_contexts, -EINVAL),
	REFUSED(max_contexts, -EINVAL), REFUSED(many_contexts, -EINVAL),
	REFUSED(all_contexts, -EINVAL), REFUSED(context_zero, -EINVAL),
	REFUSED(context_low, -EINVAL), REFUSED(context_none, -EINVAL),
	REFUSED(redirected, -EPERM), REFUSED(flag, -EINVAL), REFUSED(flags, -EINVAL),
	REFUSED(primary, -EPERM), REFUSED(max_primaries, -EPERM),
	REFUSED(many_primaries, -EINVAL), REFUSED(history, -EINVAL), REFUSED(null, -EINVAL),
	REFUSED(null_size, -EINVAL), REFUSED(huge_size, -EINVAL), REFUSED(unmapped, -EFAULT),
	REFUSED(kernel, -EFAULT),
};

static struct d3dkmt_submit_command good_arguments(const struct target *target)
{
	/* two and more are the same one again */
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.private_driver_data = igt_dxg_ptr(target->stream.data),
		.private_driver_data_size = target->stream.size,
	};

	for (int i = 0; i < D3DKMT_MAX_BROADCAST_CONTEXTS; i++)
		args.broadcast_context[i] = target->context;
	return args;
}

static void test_arguments(struct igt_dxg *dxg)
{
	struct d3dkmt_submit_command args;
	struct target target;
	int ret;

	target_create(dxg, &target);
	begin(&target);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(arguments); i++) {
		args = good_arguments(&target);
		arguments[i].spoil(&args);
		ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args);
		igt_assert_f(ret == arguments[i].error, "%s: the submission returned %d\n",
			     arguments[i].name, ret);
	}
	assert_untouched(&target);

	/* what is ignored, is */
	args = good_arguments(&target);
	args.flags = D3DKMT_SUBMIT_NO_KMD_ACCESS;
	args.present_history_token = 1;
	args.history_buffer_array = 1;
	args.pad0 = 1;
	args.pad1 = 1;
	memset(args.written_primaries, 0xff, sizeof(args.written_primaries));
	memset(&args.broadcast_context[1], 0xff, 4);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args), 0);
	igt_dxg_wait(dxg, target.device, target.fence, 1);
	igt_dxg_stream_free(&target.stream);
	target_destroy(&target);
}

static void test_context_type(struct igt_dxg *dxg)
{
	struct target target;
	uint32_t dead, bad[8];
	unsigned int count = 0;

	target_create(dxg, &target);
	begin(&target);
	dead = igt_dxg_create_context(dxg, target.device);
	igt_dxg_destroy_context(dxg, dead);
	bad[count++] = dead;
	bad[count++] = target.device;
	bad[count++] = target.a;
	bad[count++] = target.fence;
	bad[count++] = dxg->adapter;
	/* a context of another device: the stream's handles are not that device's */
	bad[count++] = igt_dxg_create_context(dxg, target.device2);
	for (unsigned int i = 0; i < count; i++)
		igt_assert_eq(__igt_dxg_submit(dxg, bad[i], &target.stream), -EINVAL);
	assert_untouched(&target);
	igt_dxg_stream_free(&target.stream);
	target_destroy(&target);
}

/* A stream of which not all bytes can be read. */
static void test_edge(struct igt_dxg *dxg)
{
	char *edge = (char *)igt_dxg_edge() + PAGE, *data;
	struct target target;

	target_create(dxg, &target);
	begin(&target);
	data = edge - (target.stream.size - 1);
	memcpy(data, target.stream.data, target.stream.size - 1);
	igt_assert_eq(__igt_dxg_submit_bytes(dxg, target.context, data, target.stream.size),
		      -EFAULT);
	igt_assert_eq(__igt_dxg_submit_bytes(dxg, target.context, edge, target.stream.size),
		      -EFAULT);
	assert_untouched(&target);
	/* at an odd address, and up to the last byte */
	memcpy(data - 1, target.stream.data, target.stream.size);
	igt_assert_eq(__igt_dxg_submit_bytes(dxg, target.context, data - 1, target.stream.size), 0);
	igt_dxg_wait(dxg, target.device, target.fence, 1);
	igt_dxg_stream_free(&target.stream);
	igt_dxg_edge_free(edge - PAGE);
	target_destroy(&target);
}

/* Whatever bytes come, they are refused or run; the engine survives. */
static void test_random(struct igt_dxg *dxg)
{
	struct target target;
	uint32_t words[64];
	uint32_t *word;
	int ret;

	srand(2);
	target_create(dxg, &target);
	for (unsigned int i = 0; i < igt_dxg_scale(5000); i++) {
		begin(&target);
		memcpy(words, target.stream.data, target.stream.size);
		igt_dxg_stream_free(&target.stream);
		/* a word behind the head; not the delay, it would take too long */
		do {
			word = &words[4 + rand() % (target.stream.size / 4 - 4)];
		} while (word >= words + 32 && word < words + 38);
		*word = rand() % 3 ? rand() : rand() % 9;
		ret = __igt_dxg_submit_bytes(dxg, target.context, words, target.stream.size);
		igt_assert_f(!ret || ret == -EINVAL || ret == -ENOMEM || ret == -ENODEV,
			     "the submission returned %d\n", ret);
		if (ret != -ENODEV)
			continue;
		/* One of the earlier ones named a GPU virtual address. */
		igt_assert_eq(igt_dxg_device_state(dxg, target.device),
			      D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
		igt_dxg_destroy_device(dxg, target.device);
		igt_dxg_destroy_device(dxg, target.device2);
		target_create(dxg, &target);
	}
	igt_dxg_destroy_device(dxg, target.device);
	igt_dxg_destroy_device(dxg, target.device2);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("head", test_head, "A stream whose head or size is wrong is refused."),
	TEST("record", test_record, "A record of a wrong opcode or size is refused."),
	TEST("address", test_address, "A record that names no allocation is refused."),
	TEST("range", test_range, "A record that leaves an allocation is refused."),
	TEST("field", test_field, "A record with a wrong field is refused."),
	TEST("forbidden", test_forbidden, "A signal that the fence forbids is refused."),
	TEST("arguments", test_arguments, "Wrong arguments of the submission are refused."),
	TEST("context-type", test_context_type, "What is not a context is refused."),
	TEST("edge", test_edge, "A stream that cannot be read to its end is refused."),
	IGT_DXG_TEST_LONG("random", "Streams with a random word do no harm.", test_random),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
