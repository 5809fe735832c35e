// SPDX-License-Identifier: MIT
/*
 * Commands, and others who use a dma-buf, wait for each other.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("The fences of dma-bufs, of ours and of others.");

#define ROUNDS		40
/* More than the time-out that a test of it has. */
#define HANG_MS		10000

#define TEST_OUTLAST(name, run, text)	IGT_DXG_TEST_OUTLAST(name, text, run)
#define TEST_OUTLAST_ONE_DOOR(name_, run_, text_) \
	{ .name = (name_), .describe = (text_), .outlast = (run_), .doors = IGT_DXG_DXG_DOOR }

static uint32_t word(const struct prime *prime)
{
	uint32_t *data = igt_dxg_map_dma_buf(prime->fd, SIZE), value = data[SIZE / 4 - 1];

	munmap(data, SIZE);
	return value;
}

/* A job that fills the allocation with 1 at its end; it has started. */
static void start_job(struct prime *prime, unsigned int ms)
{
	struct space *space = &prime->space;

	igt_dxg_submit_job(space->dxg, space->context, space->fence, &space->done, ms,
			   prime->allocation, SIZE);
	igt_assert(igt_dxg_wait_timeout(space->dxg, space->device, space->fence, space->done - 1,
					SETTLE_MS));
}

static void copy(struct space *space, uint32_t dst, uint32_t src)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, dst, 0, src, 0, SIZE);
	submit(space, &stream);
}

static bool is_done(const struct space *space)
{
	return igt_dxg_wait_timeout(space->dxg, space->device, space->fence, space->done, 0);
}

/* --- ours ---------------------------------------------------------------- */

/* Both directions of a sync_file signal with the command. */
static bool test_sync_file(struct igt_dxg *dxg, unsigned int ms)
{
	int files[2];
	struct prime prime;
	bool early = true;

	prime_create(dxg, &prime);
	start_job(&prime, ms);
	files[0] = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_READ);
	files[1] = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_WRITE);
	for (int i = 0; i < 2; i++)
		early &= !igt_dxg_sync_file_status(files[i]);
	early &= !is_done(&prime.space);
	for (int i = 0; i < 2; i++) {
		igt_assert(igt_dxg_poll(files[i], POLLIN, SETTLE_MS));
		igt_assert_eq(igt_dxg_sync_file_status(files[i]), 1);
		close(files[i]);
	}
	/* without a further wait */
	igt_assert_eq_u32(word(&prime), 1);
	igt_assert(is_done(&prime.space));
	prime_destroy(&prime);
	return early;
}

static bool test_sync(struct igt_dxg *dxg, unsigned int ms)
{
	static const uint64_t flags[] = { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW };
	struct prime prime;
	bool early = true;

	prime_create(dxg, &prime);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		fill_now(&prime.space, prime.allocation, SIZE, 0);
		start_job(&prime, ms);
		early &= !is_done(&prime.space);
		igt_assert_eq(igt_dxg_sync_dma_buf(prime.fd, DMA_BUF_SYNC_START | flags[i]), 0);
		igt_assert_eq_u32(word(&prime), 1);
		igt_assert_eq(igt_dxg_sync_dma_buf(prime.fd, DMA_BUF_SYNC_END | flags[i]), 0);
		settle(&prime.space);
	}
	prime_destroy(&prime);
	return early;
}

static bool test_poll(struct igt_dxg *dxg, unsigned int ms)
{
	struct prime prime;
	bool early;

	prime_create(dxg, &prime);
	igt_assert(igt_dxg_poll(prime.fd, POLLOUT, 0));
	start_job(&prime, ms);
	early = !igt_dxg_poll(prime.fd, POLLOUT, 0) && !igt_dxg_poll(prime.fd, POLLIN, 0);
	early &= !is_done(&prime.space);
	igt_assert(igt_dxg_poll(prime.fd, POLLOUT, SETTLE_MS));
	igt_assert_eq_u32(word(&prime), 1);
	igt_assert(igt_dxg_poll(prime.fd, POLLIN, 0));
	prime_destroy(&prime);
	return early;
}

/* Whoever only reads waits for nobody who only reads. */
static bool test_reader(struct igt_dxg *dxg, unsigned int ms)
{
	struct igt_dxg_stream stream;
	struct prime prime;
	int reader, writer;
	uint32_t dst;
	bool early;

	prime_create(dxg, &prime);
	dst = create(&prime.space, SIZE);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, prime.space.fence, ++prime.space.done);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_copy(&stream, dst, 0, prime.allocation, 0, SIZE);
	submit(&prime.space, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, prime.space.device, prime.space.fence,
					prime.space.done - 1, SETTLE_MS));
	reader = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_READ);
	writer = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_WRITE);
	igt_assert_eq(igt_dxg_sync_file_status(reader), 1);
	igt_assert(igt_dxg_poll(prime.fd, POLLIN, 0));
	early = !igt_dxg_sync_file_status(writer) && !igt_dxg_poll(prime.fd, POLLOUT, 0) &&
		!is_done(&prime.space);
	igt_assert(igt_dxg_poll(writer, POLLIN, SETTLE_MS));
	igt_assert(igt_dxg_poll(prime.fd, POLLOUT, SETTLE_MS));
	close(reader);
	close(writer);
	settle(&prime.space);
	prime_destroy(&prime);
	return early;
}

/* What the engine had before there was a dma-buf is over when there is one. */
static bool test_before(struct igt_dxg *dxg, unsigned int ms)
{
	struct prime prime = { .fd = -1 };
	bool early;

	space_create(dxg, &prime.space);
	prime.allocation = create(&prime.space, SIZE);
	start_job(&prime, ms);
	early = !is_done(&prime.space);
	prime.fd = igt_dxg_export(dxg, prime.space.device, prime.allocation);
	igt_assert(is_done(&prime.space));
	igt_assert_eq_u32(word(&prime), 1);
	prime_destroy(&prime);
	return early;
}

/* Commands that write and read, one thing several times, in any order. */
static void test_mixed(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct prime one, two;
	uint32_t plain;

	prime_create(dxg, &one);
	prime_create(dxg, &two);
	plain = create(&one.space, SIZE);
	two.allocation = igt_dxg_import(dxg, one.space.device, two.fd);
	for (unsigned int i = 0; i < igt_dxg_scale(10 * ROUNDS); i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, one.allocation, 0, SIZE, i);
		igt_dxg_stream_copy(&stream, plain, 0, one.allocation, 0, SIZE);
		igt_dxg_stream_copy(&stream, two.allocation, 0, plain, 0, SIZE);
		igt_dxg_stream_copy(&stream, one.allocation, 0, two.allocation, 0, SIZE);
		igt_dxg_stream_fill(&stream, two.allocation, 0, 4, i + 1);
		submit(&one.space, &stream);
		copy(&one.space, one.allocation, two.allocation);
		copy(&one.space, plain, one.allocation);
	}
	settle(&one.space);
	igt_assert_eq_u32(word(&one), igt_dxg_scale(10 * ROUNDS) - 1);
	prime_destroy(&one);
	prime_destroy(&two);
}

/* Two contexts take the same two in opposite order. */
static void test_cross(struct igt_dxg *dxg)
{
	struct prime one, two;
	uint32_t second[2];

	prime_create(dxg, &one);
	prime_create(dxg, &two);
	second[0] = igt_dxg_import(dxg, one.space.device, two.fd);
	second[1] = igt_dxg_import(dxg, two.space.device, one.fd);
	fill_now(&one.space, one.allocation, SIZE, 7);
	fill_now(&two.space, two.allocation, SIZE, 7);
	for (unsigned int i = 0; i < igt_dxg_scale(10 * ROUNDS); i++) {
		copy(&one.space, one.allocation, second[0]);
		copy(&two.space, two.allocation, second[1]);
	}
	settle(&one.space);
	settle(&two.space);
	igt_assert_eq_u32(word(&one), 7);
	igt_assert_eq_u32(word(&two), 7);
	prime_destroy(&one);
	prime_destroy(&two);
}

/* --- others' ------------------------------------------------------------- */

/**
 * struct held - A command that waits for somebody else's fence
 * @prime: what it uses
 * @hold: the fence
 */
struct held {
	struct prime prime;
	struct igt_dxg_hold hold;
};

static void held_create(struct igt_dxg *dxg, struct held *held, uint32_t flags, unsigned int ms)
{
	prime_create(dxg, &held->prime);
	fill_now(&held->prime.space, held->prime.allocation, SIZE, 1);
	/* it may be there a moment longer */
	igt_dxg_wait_state(dxg, "commands", held->prime.before.commands);
	igt_dxg_hold_begin(&held->hold, dxg, 1, ms);
	igt_dxg_import_sync_file(held->prime.fd, flags, held->hold.sync_file);
}

static void held_destroy(struct held *held)
{
	igt_dxg_hold_end(&held->hold);
	prime_destroy(&held->prime);
}

/* It stays held, while others run; and runs afterwards. */
static bool test_held(struct igt_dxg *dxg, unsigned int ms)
{
	struct space same, other;
	struct held held;
	uint32_t memory;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, ms);
	/* another context of the device, and another device */
	same = held.prime.space;
	same.context = igt_dxg_create_context(dxg, same.device);
	same.fence = igt_dxg_create_fence(dxg, same.device, 0, NULL);
	same.done = 0;
	space_create(dxg, &other);

	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	memory = create(&same, SIZE);
	fill_now(&same, memory, SIZE, 3);
	assert_bytes(&same, memory, SIZE, 3);
	memory = create(&other, SIZE);
	fill_now(&other, memory, SIZE, 4);
	assert_bytes(&other, memory, SIZE, 4);
	early = word(&held.prime) == 1 && !is_done(&held.prime.space);
	if (igt_dxg_hold_holds(&held.hold))
		igt_assert(early);
	else
		early = false;

	igt_dxg_hold_end(&held.hold);
	settle(&held.prime.space);
	igt_dxg_assert_dma_buf(held.prime.fd, SIZE, 2);
	space_destroy(&other);
	prime_destroy(&held.prime);
	return early;
}

/* What is behind it in its context stays there. */
static bool test_order(struct igt_dxg *dxg, unsigned int ms)
{
	struct held held;
	uint32_t memory;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, ms);
	memory = create(&held.prime.space, SIZE);
	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	for (int i = 0; i < ROUNDS; i++) {
		copy(&held.prime.space, memory, held.prime.allocation);
		fill(&held.prime.space, held.prime.allocation, SIZE, 3 + i);
	}
	igt_dxg_sleep_ms(50);
	early = igt_dxg_hold_holds(&held.hold) && word(&held.prime) == 1;
	igt_dxg_hold_end(&held.hold);
	settle(&held.prime.space);
	assert_bytes(&held.prime.space, memory, SIZE, 1 + ROUNDS);
	igt_dxg_assert_dma_buf(held.prime.fd, SIZE, 2 + ROUNDS);
	prime_destroy(&held.prime);
	return early;
}

/* Who reads waits for writers, who writes for all. */
static bool test_held_reader(struct igt_dxg *dxg, unsigned int ms)
{
	struct held held;
	uint32_t memory;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_READ, ms);
	memory = create(&held.prime.space, SIZE);
	copy(&held.prime.space, memory, held.prime.allocation);
	settle(&held.prime.space);
	assert_bytes(&held.prime.space, memory, SIZE, 1);
	early = igt_dxg_hold_holds(&held.hold);
	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	igt_dxg_sleep_ms(50);
	early &= igt_dxg_hold_holds(&held.hold) && word(&held.prime) == 1;
	igt_dxg_hold_end(&held.hold);
	settle(&held.prime.space);
	igt_assert_eq_u32(word(&held.prime), 2);
	prime_destroy(&held.prime);

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, ms);
	memory = create(&held.prime.space, SIZE);
	copy(&held.prime.space, memory, held.prime.allocation);
	igt_dxg_sleep_ms(50);
	early &= !is_done(&held.prime.space) && igt_dxg_hold_holds(&held.hold);
	igt_dxg_hold_end(&held.hold);
	settle(&held.prime.space);
	assert_bytes(&held.prime.space, memory, SIZE, 1);
	prime_destroy(&held.prime);
	return early;
}

/* One fence for two, and one command that waits for two fences one after the other. */
static bool test_held_two(struct igt_dxg *dxg, unsigned int ms)
{
	struct held one, two;
	uint32_t import;
	bool early;

	held_create(dxg, &one, DMA_BUF_SYNC_WRITE, ms);
	held_create(dxg, &two, DMA_BUF_SYNC_WRITE, ms);
	import = igt_dxg_import(dxg, one.prime.space.device, two.prime.fd);
	fill(&one.prime.space, one.prime.allocation, SIZE, 2);
	fill(&two.prime.space, two.prime.allocation, SIZE, 3);
	copy(&one.prime.space, one.prime.allocation, import);
	igt_dxg_hold_end(&one.hold);
	early = igt_dxg_hold_holds(&two.hold) && !is_done(&two.prime.space);
	igt_dxg_hold_end(&two.hold);
	settle(&two.prime.space);
	settle(&one.prime.space);
	igt_assert_eq_u32(word(&two.prime), 3);
	/* nobody has said which of the two fills is first */
	igt_assert(word(&one.prime) == 3 || word(&one.prime) == 1);
	prime_destroy(&one.prime);
	prime_destroy(&two.prime);
	/* of two holds the first only has to be over for the second to be looked at */
	return early || one.hold.timeline < 0;
}

/* Its end while it is held. */
static bool end_held(struct igt_dxg *dxg, unsigned int ms, void (*end)(struct held *held))
{
	struct igt_dxg_state before;
	struct held held;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, ms);
	igt_dxg_read_state_all(dxg, &before);
	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	for (int i = 0; i < 3; i++)
		fill(&held.prime.space, held.prime.allocation, SIZE, 3);
	end(&held);
	igt_dxg_wait_state(dxg, "commands", before.commands);
	early = igt_dxg_hold_holds(&held.hold);
	igt_dxg_hold_end(&held.hold);
	/* it has not run, and does not now */
	igt_dxg_sleep_ms(20);
	if (early)
		igt_assert_eq_u32(word(&held.prime), 1);
	close(held.prime.fd);
	__igt_dxg_destroy_device(dxg, held.prime.space.device);
	return early;
}

static void end_context(struct held *held)
{
	igt_dxg_destroy_context(held->prime.space.dxg, held->prime.space.context);
}

static void end_device(struct held *held)
{
	igt_dxg_destroy_device(held->prime.space.dxg, held->prime.space.device);
}

static bool test_held_context(struct igt_dxg *dxg, unsigned int ms)
{
	return end_held(dxg, ms, end_context);
}

static bool test_held_device(struct igt_dxg *dxg, unsigned int ms)
{
	return end_held(dxg, ms, end_device);
}

/* The allocation is destroyed; what has been submitted still writes to it. */
static bool test_held_allocation(struct igt_dxg *dxg, unsigned int ms)
{
	struct held held;
	uint64_t start;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, ms);
	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	start = igt_dxg_now_ns();
	igt_dxg_destroy_allocation(dxg, held.prime.space.device, held.prime.allocation);
	early = igt_dxg_hold_holds(&held.hold);
	igt_info("destroyed in %llu ms\n", (unsigned long long)igt_dxg_elapsed_ms(start));
	igt_dxg_hold_end(&held.hold);
	settle(&held.prime.space);
	igt_assert_eq_u32(word(&held.prime), 2);
	prime_destroy(&held.prime);
	return early;
}

static int child_fd;

static void child_held(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	struct space space;
	uint32_t import;

	space_create(dxg, &space);
	import = igt_dxg_import(dxg, space.device, child_fd);
	for (int i = 0; i < ROUNDS; i++)
		fill(&space, import, SIZE, 2);
	igt_dxg_child_linger(child);
}

static bool test_held_killed(struct igt_dxg *dxg, unsigned int ms)
{
	struct igt_dxg_child child;
	struct igt_dxg_state before;
	struct held held;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, 3 * ms);
	igt_dxg_read_state_all(dxg, &before);
	child_fd = held.prime.fd;
	igt_dxg_child_start(&child, dxg, child_held);
	igt_dxg_child_await(&child);
	early = igt_dxg_read_state(dxg, "commands") == before.commands + ROUNDS;
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 10000);
	igt_dxg_wait_state(dxg, "commands", before.commands);
	early &= igt_dxg_hold_holds(&held.hold);
	if (early)
		igt_assert_eq_u32(word(&held.prime), 1);
	held_destroy(&held);
	return early;
}

/* The adapter goes. */
static void test_held_unbind(struct igt_dxg *dxg)
{
	struct held held;
	uint64_t start;
	bool early;

	held_create(dxg, &held, DMA_BUF_SYNC_WRITE, igt_dxg_tdr_ms());
	fill(&held.prime.space, held.prime.allocation, SIZE, 2);
	start = igt_dxg_now_ns();
	igt_dxg_unbind(dxg);
	early = igt_dxg_hold_holds(&held.hold);
	igt_info("unbound in %llu ms, %s\n", (unsigned long long)igt_dxg_elapsed_ms(start),
		 early ? "early" : "late");
	igt_dxg_hold_end(&held.hold);
	igt_dxg_sleep_ms(20);
	if (early)
		igt_assert_eq_u32(word(&held.prime), 1);
	close(held.prime.fd);
	igt_dxg_rebind();
}

/* --- the time-out -------------------------------------------------------- */

/* Who waits is not hung, however long. */
static void test_held_long(struct igt_dxg *dxg)
{
	unsigned int tdr = igt_dxg_tdr_ms();
	struct prime prime;
	struct igt_dxg_hold hold;

	prime_create(dxg, &prime);
	fill_now(&prime.space, prime.allocation, SIZE, 1);
	igt_dxg_hold_begin(&hold, dxg, 2, tdr);
	igt_dxg_import_sync_file(prime.fd, DMA_BUF_SYNC_WRITE, hold.sync_file);
	fill(&prime.space, prime.allocation, SIZE, 2);
	igt_dxg_sleep_ms(tdr + 1000);
	igt_assert_eq_u32(word(&prime), 1);
	igt_assert(!is_done(&prime.space));
	igt_dxg_hold_end(&hold);
	settle(&prime.space);
	igt_assert_eq_u32(word(&prime), 2);
	prime_destroy(&prime);
}

/* Of a job that hangs others learn by their fence; and those behind it too. */
static void test_hang(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct prime prime, other;
	uint32_t import;
	int file;

	prime_create(dxg, &prime);
	prime_create(dxg, &other);
	import = igt_dxg_import(dxg, other.space.device, prime.fd);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_fill(&stream, prime.allocation, 0, SIZE, 1);
	submit(&prime.space, &stream);
	file = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_READ);
	igt_assert(igt_dxg_poll(file, POLLIN, HANG_MS));
	igt_assert_eq(igt_dxg_sync_file_status(file), -ETIME);
	close(file);
	igt_assert_eq(igt_dxg_device_state(dxg, prime.space.device), D3DKMT_DEVICEEXECUTION_HUNG);

	fill_now(&other.space, import, SIZE, 2);
	igt_dxg_assert_dma_buf(prime.fd, SIZE, 2);
	prime_destroy(&prime);
	prime_destroy(&other);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_OUTLAST("sync-file", test_sync_file,
		     "A sync_file of a dma-buf signals with the command."),
	TEST_OUTLAST("sync", test_sync, "DMA_BUF_IOCTL_SYNC waits for a command."),
	TEST_OUTLAST_ONE_DOOR("poll", test_poll,
			      "poll() of a dma-buf waits for a command."),
	TEST_OUTLAST_ONE_DOOR("reader", test_reader,
			      "Readers do not wait for a command that reads."),
	TEST_OUTLAST("before", test_before,
		     "What was running before an export has finished afterwards."),
	TEST("mixed", test_mixed, "Commands write and read the same, several times."),
	TEST("cross", test_cross, "Two contexts take the same two in opposite order."),
	TEST_OUTLAST("held", test_held, "Somebody else's fence holds a command, and no other's."),
	TEST_OUTLAST_ONE_DOOR("held-order", test_order,
			      "A held command keeps its place in the context."),
	TEST_OUTLAST("held-reader", test_held_reader,
		     "A command that reads waits for writers, one that writes for all."),
	TEST_OUTLAST_ONE_DOOR("held-two", test_held_two,
			      "A command waits for two fences."),
	TEST_OUTLAST_ONE_DOOR("held-context", test_held_context,
			      "A context is destroyed while its commands are held."),
	TEST_OUTLAST_ONE_DOOR("held-device", test_held_device,
			      "A device is destroyed while its commands are held."),
	TEST_OUTLAST_ONE_DOOR("held-allocation", test_held_allocation,
			      "An allocation is destroyed while commands that use it are held."),
	TEST_OUTLAST("held-killed", test_held_killed,
		     "A process is killed while its commands are held."),
	{ .name = "held-unbind", .run = test_held_unbind, .leaves = true, .doors = IGT_DXG_DXG_DOOR,
	  .describe = "The adapter is removed while commands are held." },
	TEST_ONE_DOOR("timed-held", test_held_long, "A held command meets no time-out."),
	TEST_ONE_DOOR("timed-hang", test_hang, "The fence of a command that hangs has an error."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
