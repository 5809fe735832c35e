// SPDX-License-Identifier: MIT
/*
 * SubmitCommand and the command streams of the software engine.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Submission of command streams, their execution and their refusals.");

#define PAGE		4096
#define SIZE		(4 * PAGE)
#define WORDS		(SIZE / 4)
#define DEFAULT_MS	10000

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct engine - What it takes to submit
 * @dxg: the way in
 * @device: a device
 * @context: a context
 * @fence: fence that finish() uses
 * @done: its value after what was last submitted
 * @a: allocation of SIZE
 * @b: another one
 */
struct engine {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t done;
	uint32_t a;
	uint32_t b;
};

static void engine_create(struct igt_dxg *dxg, struct engine *engine)
{
	engine->dxg = dxg;
	engine->device = igt_dxg_create_device(dxg);
	engine->context = igt_dxg_create_context(dxg, engine->device);
	engine->fence = igt_dxg_create_fence(dxg, engine->device, 0, NULL);
	engine->done = 0;
	engine->a = igt_dxg_create_allocation(dxg, engine->device, SIZE);
	engine->b = igt_dxg_create_allocation(dxg, engine->device, SIZE);
}

static void engine_destroy(const struct engine *engine)
{
	igt_dxg_destroy_device(engine->dxg, engine->device);
}

/* Submit a stream and wait until it has run. */
static void finish(struct engine *engine, struct igt_dxg_stream *stream)
{
	igt_dxg_stream_signal(stream, engine->fence, ++engine->done);
	igt_dxg_submit(engine->dxg, engine->context, stream);
	igt_assert(igt_dxg_wait_timeout(engine->dxg, engine->device, engine->fence, engine->done,
					DEFAULT_MS));
}

/* Wait until all that was submitted before has run. */
static void drain(struct engine *engine)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	finish(engine, &stream);
}

static void *lock(const struct engine *engine, uint32_t allocation)
{
	return igt_dxg_lock(engine->dxg, engine->device, allocation);
}

static void assert_bytes(const struct engine *engine, uint32_t allocation, const uint8_t *expected)
{
	const uint8_t *data = lock(engine, allocation);

	for (int i = 0; i < SIZE; i++)
		igt_assert_f(data[i] == expected[i], "byte %d is %#x and not %#x\n", i, data[i],
			     expected[i]);
	igt_dxg_unlock(engine->dxg, engine->device, allocation);
}

/* Bytes that differ from their neighbours and from those a page away. */
static void scribble(uint8_t *data, unsigned int seed)
{
	for (int i = 0; i < SIZE; i++)
		data[i] = i * 7 + i / 251 + seed;
}

/* --- records ------------------------------------------------------------- */

static void test_fill(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, 0x01234567);
	finish(&engine, &stream);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 0, WORDS, 0x01234567);
	engine_destroy(&engine);
}

static void test_fill_part(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t offset;
		uint32_t length;
	} parts[] = {
		{ 0, 4 }, { 4, 4 }, { 4, 0 }, { PAGE - 4, 8 }, { SIZE - 4, 4 }, { SIZE, 0 },
		{ PAGE, PAGE }, { 12, 2 * PAGE + 20 },
	};
	uint8_t expected[SIZE];
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(parts); i++) {
		scribble(expected, i);
		memcpy(lock(&engine, engine.a), expected, SIZE);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, engine.a, parts[i].offset, parts[i].length, ~0U);
		finish(&engine, &stream);
		memset(expected + parts[i].offset, 0xff, parts[i].length);
		assert_bytes(&engine, engine.a, expected);
	}
	engine_destroy(&engine);
}

static void test_copy(struct igt_dxg *dxg)
{
	static const uint32_t lengths[] = { 0, 1, 2, 3, 5, 7, 8, 63, PAGE - 1, PAGE, PAGE + 1,
					    2 * PAGE + 333 };
	uint8_t from[SIZE], to[SIZE];
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	scribble(from, 100);
	memcpy(lock(&engine, engine.a), from, SIZE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(lengths); i++) {
		for (uint32_t offset = 0; offset < 3; offset++) {
			scribble(to, i);
			memcpy(lock(&engine, engine.b), to, SIZE);
			igt_dxg_stream_begin(&stream);
			igt_dxg_stream_copy(&stream, engine.b, PAGE + offset, engine.a,
					    offset * 5, lengths[i]);
			finish(&engine, &stream);
			memcpy(to + PAGE + offset, from + offset * 5, lengths[i]);
			assert_bytes(&engine, engine.b, to);
		}
	}
	assert_bytes(&engine, engine.a, from);
	engine_destroy(&engine);
}

static void test_copy_overlap(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t dst;
		uint32_t src;
		uint32_t length;
	} copies[] = {
		{ 1, 0, SIZE - 1 }, { 0, 1, SIZE - 1 }, { 0, 0, SIZE }, { PAGE, 0, SIZE - PAGE },
		{ 0, PAGE, SIZE - PAGE }, { 5, 8, 2 * PAGE }, { 8, 5, 2 * PAGE },
	};
	uint8_t expected[SIZE];
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(copies); i++) {
		scribble(expected, i);
		memcpy(lock(&engine, engine.a), expected, SIZE);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, engine.a, copies[i].dst, engine.a, copies[i].src,
				    copies[i].length);
		finish(&engine, &stream);
		memmove(expected + copies[i].dst, expected + copies[i].src, copies[i].length);
		assert_bytes(&engine, engine.a, expected);
	}
	engine_destroy(&engine);
}

static void model_step(struct engine *engine, struct igt_dxg_stream *stream, uint8_t *a,
		       uint8_t *b)
{
	uint32_t length = rand() % (SIZE / 2), to = rand() % (SIZE / 2);
	uint32_t from = rand() % (SIZE / 2), pattern = rand();

	switch (rand() % 3) {
	case 0:
		length &= ~3;
		to &= ~3;
		igt_dxg_stream_fill(stream, engine->a, to, length, pattern);
		for (uint32_t i = 0; i < length; i += 4)
			memcpy(a + to + i, &pattern, 4);
		break;
	case 1:
		igt_dxg_stream_copy(stream, engine->b, to, engine->a, from, length);
		memcpy(b + to, a + from, length);
		break;
	default:
		igt_dxg_stream_copy(stream, engine->a, to, engine->b, from, length);
		memcpy(a + to, b + from, length);
	}
}

/* Random work, compared with the same work done here. */
static void test_model(struct igt_dxg *dxg)
{
	uint8_t a[SIZE] = {}, b[SIZE] = {};
	struct igt_dxg_stream stream;
	struct engine engine;

	srand(1);
	engine_create(dxg, &engine);
	for (int i = 0; i < 20; i++) {
		igt_dxg_stream_begin(&stream);
		for (int j = 0; j < 50; j++)
			model_step(&engine, &stream, a, b);
		igt_dxg_submit(dxg, engine.context, &stream);
	}
	drain(&engine);
	assert_bytes(&engine, engine.a, a);
	assert_bytes(&engine, engine.b, b);
	engine_destroy(&engine);
}

static void test_fresh(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;

	/* what nobody has written reads as zero */
	engine_create(dxg, &engine);
	memset(lock(&engine, engine.b), 0xff, SIZE);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, engine.b, 0, engine.a, 0, SIZE);
	finish(&engine, &stream);
	igt_dxg_assert_filled(dxg, engine.device, engine.b, 0, WORDS, 0);
	engine_destroy(&engine);
}

static void test_timestamp(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	const uint64_t *stamps;
	uint64_t start, end;

	engine_create(dxg, &engine);
	start = igt_dxg_now_ns();
	igt_dxg_stream_begin(&stream);
	for (int i = 0; i < 8; i++)
		igt_dxg_stream_timestamp(&stream, engine.a, i * 8);
	igt_dxg_stream_timestamp(&stream, engine.a, SIZE - 8);
	finish(&engine, &stream);
	end = igt_dxg_now_ns();

	stamps = lock(&engine, engine.a);
	igt_assert_lte_u64(start, stamps[0]);
	for (int i = 1; i < 8; i++)
		igt_assert_lte_u64(stamps[i - 1], stamps[i]);
	igt_assert_lte_u64(stamps[7], stamps[SIZE / 8 - 1]);
	igt_assert_lte_u64(stamps[SIZE / 8 - 1], end);
	igt_assert_eq_u64(stamps[8], 0);
	engine_destroy(&engine);
}

static void test_delay(struct igt_dxg *dxg)
{
	static const uint64_t delays[] = { 0, 1, 1000, IGT_DXG_NS_PER_MS, 100 * IGT_DXG_NS_PER_MS };
	struct igt_dxg_stream stream;
	struct engine engine;
	const uint64_t *stamps;

	engine_create(dxg, &engine);
	stamps = lock(&engine, engine.a);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(delays); i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_timestamp(&stream, engine.a, 0);
		igt_dxg_stream_delay(&stream, delays[i]);
		igt_dxg_stream_timestamp(&stream, engine.a, 8);
		finish(&engine, &stream);
		igt_assert_lte_u64(delays[i], stamps[1] - stamps[0]);
		/* a busy machine is late, but not by seconds */
		igt_assert_lt_u64(stamps[1] - stamps[0], delays[i] + 1000 * IGT_DXG_NS_PER_MS);
	}
	engine_destroy(&engine);
}

static void test_signal(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	const uint64_t *value[2];
	struct engine engine;
	uint32_t fence[2];

	engine_create(dxg, &engine);
	fence[0] = igt_dxg_create_fence(dxg, engine.device, 0, &value[0]);
	fence[1] = igt_dxg_create_fence(dxg, engine.device, 50, &value[1]);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence[0], 7);
	igt_dxg_stream_signal(&stream, fence[1], 60);
	/* a value below the current one is not written */
	igt_dxg_stream_signal(&stream, fence[0], 6);
	igt_dxg_stream_signal(&stream, fence[0], 0);
	finish(&engine, &stream);
	igt_assert_eq_u64(igt_dxg_fence_value(value[0]), 7);
	igt_assert_eq_u64(igt_dxg_fence_value(value[1]), 60);

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence[0], UINT64_MAX);
	finish(&engine, &stream);
	igt_assert_eq_u64(igt_dxg_fence_value(value[0]), UINT64_MAX);
	engine_destroy(&engine);
}

/* When the fence is seen, what was written before it is there. */
static void test_signal_order(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	const uint64_t *value;
	const uint32_t *word;
	uint32_t fence;

	engine_create(dxg, &engine);
	fence = igt_dxg_create_fence(dxg, engine.device, 0, &value);
	word = lock(&engine, engine.a);
	for (uint32_t i = 1; i <= 50; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, i);
		igt_dxg_stream_signal(&stream, fence, i);
		igt_dxg_submit(dxg, engine.context, &stream);
		igt_dxg_wait(dxg, engine.device, fence, i);
		igt_assert_eq_u32(__atomic_load_n(&word[WORDS - 1], __ATOMIC_ACQUIRE), i);
		igt_assert_eq_u64(igt_dxg_fence_value(value), i);
	}
	engine_destroy(&engine);
}

static void test_empty(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	for (int i = 0; i < 100; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_submit(dxg, engine.context, &stream);
	}
	drain(&engine);
	engine_destroy(&engine);
}

/* A stream of exactly the most bytes that there may be. */
static void test_largest(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	uint32_t records = 0;

	engine_create(dxg, &engine);
	igt_dxg_stream_begin(&stream);
	while (stream.size + sizeof(struct drm_dxg_cmd_fill) <= DRM_DXG_CMD_STREAM_MAX)
		igt_dxg_stream_fill(&stream, engine.a, 4 * records++, 4, 1);
	igt_assert_eq_u32(stream.size, DRM_DXG_CMD_STREAM_MAX);
	igt_dxg_submit(dxg, engine.context, &stream);
	drain(&engine);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 0, records, 1);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 4 * records, WORDS - records, 0);
	engine_destroy(&engine);
}

/* --- order --------------------------------------------------------------- */

/* Each command writes the next value and copies it to its place in a log. */
static void test_order(struct igt_dxg *dxg)
{
	const uint32_t count = igt_dxg_scale(WORDS / 2);
	struct igt_dxg_stream stream;
	struct engine engine;
	const uint32_t *log;

	engine_create(dxg, &engine);
	for (uint32_t i = 0; i < count; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, engine.b, 0, 4, i + 1);
		igt_dxg_submit(dxg, engine.context, &stream);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, engine.a, 4 * i, engine.b, 0, 4);
		igt_dxg_submit(dxg, engine.context, &stream);
	}
	drain(&engine);
	log = lock(&engine, engine.a);
	for (uint32_t i = 0; i < count; i++)
		igt_assert_eq_u32(log[i], i + 1);
	engine_destroy(&engine);
}

/* The same within streams. */
static void test_order_stream(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	const uint32_t *log;

	engine_create(dxg, &engine);
	for (uint32_t i = 0; i < WORDS;) {
		igt_dxg_stream_begin(&stream);
		for (int j = 0; j < 512; j++, i++) {
			igt_dxg_stream_fill(&stream, engine.b, 0, 4, i + 1);
			igt_dxg_stream_copy(&stream, engine.a, 4 * i, engine.b, 0, 4);
		}
		igt_dxg_submit(dxg, engine.context, &stream);
	}
	drain(&engine);
	log = lock(&engine, engine.a);
	for (uint32_t i = 0; i < WORDS; i++)
		igt_assert_eq_u32(log[i], i + 1);
	engine_destroy(&engine);
}

#define CONTEXTS	4
#define COMMANDS	10

/* One engine runs one command at a time, each context's in their order. */
static void test_contexts(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	uint32_t context[CONTEXTS];
	struct engine engine;
	const uint64_t *span;

	engine_create(dxg, &engine);
	for (int i = 0; i < CONTEXTS; i++)
		context[i] = igt_dxg_create_context(dxg, engine.device);
	for (int i = 0; i < CONTEXTS * COMMANDS; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_timestamp(&stream, engine.a, i * 16);
		igt_dxg_stream_delay(&stream, IGT_DXG_NS_PER_MS);
		igt_dxg_stream_timestamp(&stream, engine.a, i * 16 + 8);
		igt_dxg_submit(dxg, context[i % CONTEXTS], &stream);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	span = lock(&engine, engine.a);
	for (int i = 0; i < CONTEXTS * COMMANDS; i++) {
		igt_assert_neq_u64(span[2 * i], 0);
		if (i >= CONTEXTS)
			igt_assert_lte_u64(span[2 * (i - CONTEXTS) + 1], span[2 * i]);
		for (int j = 0; j < i; j++)
			igt_assert_f(span[2 * i] >= span[2 * j + 1] ||
				     span[2 * j] >= span[2 * i + 1],
				     "commands %d and %d ran at the same time\n", i, j);
	}
	engine_destroy(&engine);
}

/* What a command writes is there for those of another context that come later. */
static void test_contexts_pass(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	uint32_t second;

	engine_create(dxg, &engine);
	second = igt_dxg_create_context(dxg, engine.device);
	for (uint32_t i = 1; i <= 20; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, i);
		finish(&engine, &stream);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, engine.b, 0, engine.a, 0, SIZE);
		igt_dxg_stream_signal(&stream, engine.fence, ++engine.done);
		igt_dxg_submit(dxg, second, &stream);
		igt_dxg_wait(dxg, engine.device, engine.fence, engine.done);
		igt_dxg_assert_filled(dxg, engine.device, engine.b, 0, WORDS, i);
	}
	engine_destroy(&engine);
}

/* --- contexts with flags ------------------------------------------------- */

/* Nothing but signals is executed. */
static void null_rendering(struct igt_dxg *dxg, uint32_t context_flags, uint32_t submit_flags)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	struct d3dkmt_submit_command args = { .broadcast_context_count = 1 };
	uint64_t start;

	engine_create(dxg, &engine);
	igt_assert_eq(__igt_dxg_create_context(dxg, engine.device, context_flags,
					       &engine.context), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, 1);
	igt_dxg_stream_delay(&stream, 1500 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_timestamp(&stream, engine.b, 0);
	igt_dxg_stream_signal(&stream, engine.fence, 1);
	igt_dxg_stream_finish(&stream);
	args.flags = submit_flags;
	args.broadcast_context[0] = engine.context;
	args.private_driver_data = igt_dxg_ptr(stream.data);
	args.private_driver_data_size = stream.size;
	start = igt_dxg_now_ns();
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SUBMIT_COMMAND, &args), 0);
	igt_dxg_stream_free(&stream);
	igt_dxg_wait(dxg, engine.device, engine.fence, 1);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), 1000);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 0, WORDS, 0);
	igt_dxg_assert_filled(dxg, engine.device, engine.b, 0, WORDS, 0);
	engine_destroy(&engine);
}

static void test_null_context(struct igt_dxg *dxg)
{
	null_rendering(dxg, D3DKMT_CONTEXT_NULL_RENDERING, 0);
}

static void test_null_submission(struct igt_dxg *dxg)
{
	null_rendering(dxg, 0, D3DKMT_SUBMIT_NULL_RENDERING);
}

static void test_synchronization_only(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	uint32_t context;

	engine_create(dxg, &engine);
	igt_assert_eq(__igt_dxg_create_context(dxg, engine.device,
					       D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY, &context), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, context, &stream), -EINVAL);
	igt_dxg_stream_free(&stream);
	engine_destroy(&engine);
}

/* --- what a command names ------------------------------------------------ */

static void test_fence_destroyed(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	uint32_t fence;

	engine_create(dxg, &engine);
	fence = igt_dxg_create_fence(dxg, engine.device, 0, NULL);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 50 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, 5);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, engine.context, &stream);
	/* the command has it, and signals to nobody */
	igt_dxg_destroy_fence(dxg, fence);
	drain(&engine);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 0, WORDS, 5);
	engine_destroy(&engine);
}

static void test_resource_child(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct engine engine;
	uint32_t child[2];

	engine_create(dxg, &engine);
	igt_dxg_create_resource(dxg, engine.device, SIZE, 2, child);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, child[0], 0, SIZE, 9);
	igt_dxg_stream_copy(&stream, child[1], 0, child[0], 0, SIZE);
	finish(&engine, &stream);
	igt_dxg_assert_filled(dxg, engine.device, child[1], 0, WORDS, 9);
	engine_destroy(&engine);
}

/* The stream is copied: what the caller does to it later does not matter. */
static void test_copied(struct igt_dxg *dxg)
{
	struct drm_dxg_cmd_fill *fill;
	struct igt_dxg_stream stream;
	struct engine engine;

	engine_create(dxg, &engine);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 50 * IGT_DXG_NS_PER_MS);
	fill = igt_dxg_stream_fill(&stream, engine.a, 0, SIZE, 3);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, engine.context, &stream), 0);
	fill->pattern = 4;
	fill->dst.base = 0xffffffff;
	fill->length = UINT64_MAX;
	drain(&engine);
	igt_dxg_assert_filled(dxg, engine.device, engine.a, 0, WORDS, 3);
	igt_dxg_stream_free(&stream);
	engine_destroy(&engine);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("fill", test_fill, "A fill writes all of an allocation."),
	TEST("fill-part", test_fill_part, "A fill writes its range and nothing else."),
	TEST("copy", test_copy, "A copy of any size at any offset copies each byte."),
	TEST("copy-overlap", test_copy_overlap, "The two ranges of a copy may overlap."),
	TEST("model", test_model, "Random fills and copies do what the same work here does."),
	TEST("fresh", test_fresh, "Memory that nobody has written reads as zero."),
	TEST("timestamp", test_timestamp, "Time stamps are of CLOCK_MONOTONIC and go up."),
	TEST("delay", test_delay, "A delay takes as long as it says."),
	TEST("signal", test_signal, "A signal writes a fence, but never a lower value."),
	TEST("signal-order", test_signal_order, "A signal comes after what was written before."),
	TEST("empty", test_empty, "A stream without records is legal."),
	TEST("largest", test_largest, "A stream of the largest size runs."),
	TEST("order", test_order, "Commands of a context run in the order of submission."),
	TEST("order-stream", test_order_stream, "Records of a stream run in their order."),
	TEST("contexts", test_contexts, "Commands of several contexts run one at a time."),
	TEST("contexts-pass", test_contexts_pass, "Contexts see what each other's commands write."),
	TEST("null-context", test_null_context, "A context of NullRendering only signals."),
	TEST("null-submission", test_null_submission,
	     "A submission with NullRendering only signals."),
	TEST("synchronization-only", test_synchronization_only,
	     "A context for synchronization only refuses commands."),
	TEST("fence-destroyed", test_fence_destroyed,
	     "A fence is destroyed that a queued command signals."),
	TEST("resource-child", test_resource_child, "Commands use allocations of a resource."),
	TEST("copied", test_copied, "A stream is copied when it is submitted."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
