// SPDX-License-Identifier: MIT
/*
 * More allocations in use than the device segment holds: what is evicted, whose turn it
 * is, and that nobody ever sees other bytes than his own.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#include "dxg_evict.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Eviction from the device segment of dxg, and the way back.");

/* The door makes no difference. */
#define TEST(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/* --- commands ----------------------------------------------------------- */

#define ITEMS		512
#define SAMPLE		64U
#define MIXED_ROOM	(64 * MIB)

static struct item {
	uint32_t handle;
	uint64_t size;
} items[ITEMS];

/* Samples of each, taken by commands. */
static void check_by_commands(struct space *space, uint32_t num)
{
	uint32_t log = create(space, num * 3 * SAMPLE);
	struct igt_dxg_stream stream;
	const uint32_t *data;

	for (uint32_t i = 0; i < num; i++) {
		uint64_t from[] = { 0, items[i].size / 2, items[i].size - SAMPLE };

		igt_dxg_stream_begin(&stream);
		for (uint32_t j = 0; j < 3; j++)
			igt_dxg_stream_copy(&stream, log, (i * 3 + j) * SAMPLE, items[i].handle,
					    from[j], SAMPLE);
		submit(space, &stream);
	}
	settle(space);
	data = lock(space, log);
	for (uint32_t i = 0; i < num * 3 * SAMPLE / 4; i++)
		igt_assert_eq_u32(data[i], item_pattern(i / (3 * SAMPLE / 4)));
	igt_dxg_unlock(space->dxg, space->device, log);
}

static void check_by_lock(const struct space *space, uint32_t num)
{
	for (uint32_t i = 0; i < num; i++) {
		check_pages(lock(space, items[i].handle), items[i].size, item_pattern(i));
		igt_dxg_unlock(space->dxg, space->device, items[i].handle);
	}
}

/* Four times the room, or little more than that where all is slow. */
static void overcommit(struct igt_dxg *dxg, uint64_t room, const uint64_t *sizes,
		       uint32_t num_sizes)
{
	uint64_t wanted = room + room / 16 * igt_dxg_scale(48), total = 0;
	uint64_t before = dxg_count(dxg, "backing_bytes");
	struct space space;
	uint32_t num = 0;

	igt_require_f(wanted <= 800 * MIB, "the segment is too large for this machine\n");
	space_create(dxg, &space);
	while (total < wanted) {
		struct item *item = &items[num];

		igt_assert(num < ITEMS);
		item->size = sizes[num % num_sizes];
		item->handle = create(&space, item->size);
		fill(&space, item->handle, item->size, item_pattern(num));
		total += item->size;
		num++;
	}
	settle(&space);
	igt_assert_lte_u64(dxg_count(dxg, "backing_bytes"), segment_size(dxg));
	igt_assert_eq_u64(dxg_count(dxg, "backing_bytes") + dxg_count(dxg, "system_bytes"),
			  before + total);
	check_by_commands(&space, num);
	check_by_lock(&space, num);
	space_destroy(&space);
}

static void test_overcommit(struct igt_dxg *dxg)
{
	uint64_t segment = segment_size(dxg), size = segment / 16;

	overcommit(dxg, segment, &size, 1);
}

static void test_overcommit_mixed(struct igt_dxg *dxg)
{
	static const uint64_t sizes[] = {
		4 * KIB, 24 * MIB, 68 * KIB, 1 * MIB, 12 * KIB, 8 * MIB, 4 * KIB, 5 * MIB + 4 * KIB,
		256 * KIB, 16 * MIB, 8 * KIB, 2 * MIB, 64 * KIB, 3 * MIB + 124 * KIB,
	};

	ballast_create(dxg, MIXED_ROOM);
	overcommit(dxg, MIXED_ROOM, sizes, IGT_DXG_ARRAY_SIZE(sizes));
	ballast_destroy(dxg);
}

/* --- mappings ----------------------------------------------------------- */

#define CPU_ROOM	(12 * MIB)
#define CPU_SIZE	(1 * MIB)
#define CPU_ITEMS	(2 * CPU_ROOM / CPU_SIZE)
#define CPU_PAGES	(CPU_SIZE / PAGE)
#define CPU_WORDS	(PAGE / 4)

static uint32_t cpu_stamp(uint32_t i, uint32_t page, uint32_t round)
{
	return item_pattern(i * 4099 + page) ^ round;
}

/* Marks its own page and takes its second half from the first half of the next. */
static void cpu_command(struct space *space, const uint32_t *list, uint32_t i, uint32_t round)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, list[i], 64, 8, ~cpu_stamp(i, 0, round));
	igt_dxg_stream_copy(&stream, list[i], CPU_SIZE / 2, list[(i + 1) % CPU_ITEMS], 0,
			    CPU_SIZE / 2);
	submit(space, &stream);
}

static void cpu_check(const uint32_t *data, uint32_t i, uint32_t round)
{
	uint32_t half = CPU_PAGES / 2, next = (i + 1) % CPU_ITEMS;

	igt_assert_eq_u32(data[16], ~cpu_stamp(i, 0, round));
	for (uint32_t page = 0; page < CPU_PAGES; page++) {
		bool copied = page >= half;
		uint32_t expected = cpu_stamp(copied ? next : i, copied ? page - half : page,
					      round);

		igt_assert_f(data[page * CPU_WORDS] == expected,
			     "round %u, allocation %u, page %u: %#x and not %#x\n", round, i, page,
			     data[page * CPU_WORDS], expected);
	}
}

static void test_locked(struct igt_dxg *dxg)
{
	uint32_t list[CPU_ITEMS], *data[CPU_ITEMS];
	struct space space;

	ballast_create(dxg, CPU_ROOM);
	space_create(dxg, &space);
	create_many(&space, CPU_SIZE, CPU_ITEMS, list);
	for (uint32_t i = 0; i < CPU_ITEMS; i++)
		data[i] = lock(&space, list[i]);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), CPU_ITEMS * CPU_SIZE - CPU_ROOM);
	for (uint32_t round = 0; round <= igt_dxg_scale(2); round++) {
		for (uint32_t i = 0; i < CPU_ITEMS; i++)
			for (uint32_t page = 0; page < CPU_PAGES; page++)
				data[i][page * CPU_WORDS] = cpu_stamp(i, page, round);
		for (uint32_t i = 0; i < CPU_ITEMS; i++)
			cpu_command(&space, list, i, round);
		settle(&space);
		for (uint32_t i = 0; i < CPU_ITEMS; i++)
			cpu_check(data[i], i, round);
	}
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), CPU_ITEMS * CPU_SIZE - CPU_ROOM);
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* --- a writer ----------------------------------------------------------- */

#define HOT_PAGES	64U

/**
 * struct writer - A thread that counts in each page of a mapping
 * @data: the mapping
 * @stop: ends the thread
 * @laps: how often it has been through
 * @lost: pages that did not hold what was written before
 */
static struct writer {
	uint64_t *data;
	int stop;
	uint64_t laps;
	uint64_t lost;
} writer;

static void *write_on(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&writer.stop, __ATOMIC_ACQUIRE)) {
		for (uint32_t page = 0; page < HOT_PAGES; page++) {
			uint64_t *word = &writer.data[page * PAGE / 8];

			writer.lost += __atomic_load_n(word, __ATOMIC_RELAXED) != writer.laps;
			__atomic_store_n(word, writer.laps + 1, __ATOMIC_RELAXED);
		}
		__atomic_store_n(&writer.laps, writer.laps + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void test_writer(struct igt_dxg *dxg)
{
	uint32_t hot, press[SMALL_ITEMS], outs = 0, ins = 0, rounds = igt_dxg_scale(30);
	struct igt_dxg_stream stream;
	uint64_t sum = 0, before;
	pthread_t thread;
	struct space space;

	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	hot = create(&space, HOT_PAGES * PAGE);
	create_many(&space, SMALL_ROOM / SMALL_ITEMS, SMALL_ITEMS, press);
	memset(&writer, 0, sizeof(writer));
	writer.data = lock(&space, hot);
	igt_assert_eq(pthread_create(&thread, NULL, write_on, NULL), 0);
	for (uint32_t i = 0; i < rounds; i++) {
		before = __atomic_load_n(&writer.laps, __ATOMIC_ACQUIRE);
		fill_list(&space, press, SMALL_ITEMS, PAGE, i);
		settle(&space);
		outs += !is_resident(dxg, space.device, hot);
		/* beside the counter */
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, hot, 8, 8, i);
		submit(&space, &stream);
		settle(&space);
		ins += is_resident(dxg, space.device, hot);
		igt_assert_eq_u64(__atomic_load_n(&writer.data[1], __ATOMIC_RELAXED),
				  i | (uint64_t)i << 32);
		while (__atomic_load_n(&writer.laps, __ATOMIC_ACQUIRE) == before)
			igt_dxg_sleep_ms(1);
	}
	__atomic_store_n(&writer.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	igt_info("%llu laps, out %u times, in %u times\n", (unsigned long long)writer.laps, outs,
		 ins);
	for (uint32_t page = 0; page < HOT_PAGES; page++)
		sum += writer.data[page * PAGE / 8];
	igt_assert_eq_u64(writer.lost, 0);
	igt_assert_eq_u64(sum, writer.laps * HOT_PAGES);
	igt_assert_eq_u32(outs, rounds);
	igt_assert_eq_u32(ins, rounds);
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* --- what is left of a mapping ------------------------------------------ */

#define PART_PAGES	48U

static void part_check(const uint32_t *data, uint32_t from, uint32_t to, uint32_t round)
{
	for (uint32_t page = from; page < to; page++)
		igt_assert_eq_u32(data[page * CPU_WORDS + 5], cpu_stamp(9, page, round));
}

static void part_write(uint32_t *data, uint32_t from, uint32_t to, uint32_t round)
{
	for (uint32_t page = from; page < to; page++)
		data[page * CPU_WORDS + 5] = cpu_stamp(9, page, round);
}

static void test_partial(struct igt_dxg *dxg)
{
	uint32_t allocation, press[SMALL_ITEMS], *data, cut = PART_PAGES / 2;
	struct space space;

	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	allocation = create(&space, PART_PAGES * PAGE);
	create_many(&space, SMALL_ROOM / SMALL_ITEMS, SMALL_ITEMS, press);
	data = lock(&space, allocation);
	part_write(data, 0, PART_PAGES, 0);
	/* the start, two pages in the middle and one that is not at 64 KiB */
	igt_assert_eq(munmap(data, PAGE), 0);
	igt_assert_eq(munmap(data + cut * CPU_WORDS, 2 * PAGE), 0);
	igt_assert_eq(munmap(data + 5 * CPU_WORDS, PAGE), 0);
	for (uint32_t round = 0; round < 2 * igt_dxg_scale(8); round++) {
		if (round % 2)
			fill(&space, allocation, 4, 0);
		else
			fill_list(&space, press, SMALL_ITEMS, PAGE, round);
		settle(&space);
		igt_assert_eq(is_resident(dxg, space.device, allocation), round % 2);
		/* from behind, so that faults do not go the easy way */
		part_check(data, cut + 2, PART_PAGES, round);
		part_check(data, 6, cut, round);
		part_check(data, 1, 5, round);
		part_write(data, 1, 5, round + 1);
		part_write(data, cut + 2, PART_PAGES, round + 1);
		part_write(data, 6, cut, round + 1);
		igt_assert(!igt_dxg_mapped(data));
		igt_assert(!igt_dxg_mapped(data + 5 * CPU_WORDS));
	}
	igt_dxg_unlock(dxg, space.device, allocation);
	data = lock(&space, allocation);
	part_check(data, 0, 1, 0);
	part_check(data, 5, 6, 0);
	part_check(data, cut, cut + 2, 0);
	part_check(data, 1, 5, 2 * igt_dxg_scale(8));
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* --- whose turn it is --------------------------------------------------- */

#define SLOTS		8U

/**
 * struct slots - A room of exactly as many allocations as there are slots
 * @space: device and context
 * @old: those that fill it
 * @new: those that drive them out
 * @gone: how many of @new are in
 */
struct slots {
	struct space space;
	uint32_t old[SLOTS];
	uint32_t new[SLOTS];
	uint32_t gone;
};

/* What a command has used is not pinned any more when the command is gone. */
static void slots_use(struct slots *slots, uint32_t allocation)
{
	fill(&slots->space, allocation, 4, 1);
	settle(&slots->space);
	igt_dxg_wait_state(slots->space.dxg, "commands", 0);
}

static void slots_create(struct igt_dxg *dxg, struct slots *slots)
{
	ballast_create(dxg, SLOTS * 64 * KIB);
	space_create(dxg, &slots->space);
	create_many(&slots->space, 64 * KIB, SLOTS, slots->old);
	create_many(&slots->space, 64 * KIB, SLOTS, slots->new);
	for (uint32_t i = 0; i < SLOTS; i++) {
		set_priority(&slots->space, slots->new[i], D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
		slots_use(slots, slots->old[i]);
	}
	slots->gone = 0;
}

static void slots_destroy(struct slots *slots)
{
	struct igt_dxg *dxg = slots->space.dxg;

	space_destroy(&slots->space);
	ballast_destroy(dxg);
}

/* One more comes in, and exactly this one of the old ones, or none, goes. */
static void slots_expect(struct slots *slots, int victim)
{
	struct igt_dxg *dxg = slots->space.dxg;
	bool before[SLOTS];

	for (uint32_t i = 0; i < SLOTS; i++)
		before[i] = is_resident(dxg, slots->space.device, slots->old[i]);
	slots_use(slots, slots->new[slots->gone++]);
	for (uint32_t i = 0; i < SLOTS; i++)
		igt_assert_f(is_resident(dxg, slots->space.device, slots->old[i]) ==
			     (before[i] && (int)i != victim),
			     "%d should have gone, and %u was %s and is not\n", victim, i,
			     before[i] ? "there" : "away");
}

static void test_lru(struct igt_dxg *dxg)
{
	struct slots slots;

	slots_create(dxg, &slots);
	slots_expect(&slots, 0);
	slots_use(&slots, slots.old[1]);
	slots_expect(&slots, 2);
	slots_use(&slots, slots.old[5]);
	slots_use(&slots, slots.old[3]);
	/* the CPU's use is none */
	igt_dxg_assert_filled(dxg, slots.space.device, slots.old[4], 0, 1, 1);
	slots_expect(&slots, 4);
	slots_expect(&slots, 6);
	slots_expect(&slots, 7);
	slots_expect(&slots, 1);
	slots_expect(&slots, 5);
	slots_expect(&slots, 3);
	slots_destroy(&slots);
}

static void test_priority(struct igt_dxg *dxg)
{
	static const uint32_t priorities[SLOTS] = {
		D3DKMT_ALLOCATION_PRIORITY_HIGH,
		D3DKMT_ALLOCATION_PRIORITY_NORMAL,
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM,
		D3DKMT_ALLOCATION_PRIORITY_LOW,
		/* between two it counts as the lower one */
		D3DKMT_ALLOCATION_PRIORITY_HIGH - 1,
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM + 1,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM - 1,
		D3DKMT_ALLOCATION_PRIORITY_LOW,
	};
	static const int turns[SLOTS] = { 2, 5, 7, 3, 1, 4, 0, 6 };
	struct slots slots;

	slots_create(dxg, &slots);
	for (uint32_t i = 0; i < SLOTS; i++)
		set_priority(&slots.space, slots.old[i], priorities[i]);
	slots_use(&slots, slots.old[3]);
	slots_use(&slots, slots.old[6]);
	for (uint32_t i = 0; i < SLOTS; i++)
		slots_expect(&slots, turns[i]);
	slots_destroy(&slots);
}

static void test_wanted(struct igt_dxg *dxg)
{
	static const uint32_t lowest = D3DKMT_ALLOCATION_PRIORITY_MINIMUM;
	struct d3dkmt_create_paging_queue queue;
	struct slots slots;

	slots_create(dxg, &slots);
	igt_assert_eq(create_queue(dxg, slots.space.device, &queue), 0);
	/* the lowest priority, but wanted */
	igt_assert_eq(make_resident(dxg, queue.paging_queue, &slots.old[0], 1, &lowest, NULL), 0);
	igt_assert_eq(make_resident(dxg, queue.paging_queue, &slots.old[0], 1, NULL, NULL), 0);
	igt_assert_eq(make_resident(dxg, queue.paging_queue, &slots.old[2], 1, NULL, NULL), 0);
	slots_expect(&slots, 1);
	slots_expect(&slots, 3);
	/* no more wanted, and used when it was no more: behind the others; or still */
	igt_assert_eq(evict(dxg, slots.space.device, &slots.old[2], 1), 0);
	igt_assert_eq(evict(dxg, slots.space.device, &slots.old[0], 1), 0);
	slots_expect(&slots, 4);
	slots_expect(&slots, 5);
	slots_expect(&slots, 6);
	slots_expect(&slots, 7);
	slots_expect(&slots, 2);
	/* all others are not wanted: the highest priority does not help them */
	slots_expect(&slots, -1);
	igt_assert(!is_resident(dxg, slots.space.device, slots.new[0]));
	slots_destroy(&slots);
}

/* --- a command that is too much ----------------------------------------- */

#define HOG		17

static void hog_stream(struct igt_dxg_stream *stream, const uint32_t *list, uint32_t num)
{
	igt_dxg_stream_begin(stream);
	for (uint32_t i = 0; i < num; i++)
		igt_dxg_stream_fill(stream, list[i], 0, 4, i);
}

static void test_too_much(struct igt_dxg *dxg)
{
	struct space lost, other;
	struct igt_dxg_stream stream;
	const uint64_t *value;
	uint32_t list[HOG], mine, fence;

	space_create(dxg, &lost);
	space_create(dxg, &other);
	fence = igt_dxg_create_fence(dxg, lost.device, 0, &value);
	mine = create(&other, MIB);
	create_many(&lost, segment_size(dxg) / (HOG - 1), HOG, list);
	/* one less is possible, and what is named twice counts once */
	hog_stream(&stream, list, HOG - 1);
	igt_dxg_stream_fill(&stream, list[0], 0, 4, 7);
	submit(&lost, &stream);
	settle(&lost);

	fill(&other, mine, MIB, 0x11111111);
	hog_stream(&stream, list, HOG);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, lost.context, &stream);
	fill(&other, mine, MIB, 0x22222222);
	igt_assert(igt_dxg_wait_timeout(dxg, lost.device, fence, 1, SETTLE_MS));
	igt_assert_eq_u64(igt_dxg_fence_value(value), UINT64_MAX);
	igt_assert_eq(igt_dxg_device_state(dxg, lost.device),
		      D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, lost.context, list[0], 4, 0, 0, 0), -ENODEV);
	settle(&other);
	igt_dxg_assert_filled(dxg, other.device, mine, 0, MIB / 4, 0x22222222);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u64(dxg_count(dxg, "pins"), 0);
	space_destroy(&lost);
	fill(&other, mine, MIB, 0x33333333);
	settle(&other);
	igt_dxg_assert_filled(dxg, other.device, mine, 0, MIB / 4, 0x33333333);
	space_destroy(&other);
}

/* --- a command that has the segment ------------------------------------- */

/* Others need room while a command of @ms has all but one of @HOG - 1 parts. */
static bool beside_hog(struct igt_dxg *dxg, unsigned int ms)
{
	uint64_t part = segment_size(dxg) / (HOG - 1), ends;
	uint32_t list[HOG - 2], two[2], context;
	struct space hog, other;
	struct igt_dxg_stream stream;
	uint64_t pins;
	bool early;

	space_create(dxg, &hog);
	space_create(dxg, &other);
	context = igt_dxg_create_context(dxg, hog.device);
	create_many(&hog, part, HOG - 2, list);
	two[0] = create(&other, 2 * part);
	two[1] = create(&hog, 2 * part);

	hog_stream(&stream, list, HOG - 2);
	igt_dxg_stream_signal(&stream, hog.fence, ++hog.done);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	submit(&hog, &stream);
	ends = hog.done;
	igt_assert(igt_dxg_wait_timeout(dxg, hog.device, hog.fence, ends - 1, SETTLE_MS));
	pins = dxg_count(dxg, "pins");
	fill(&other, two[0], 2 * part, 0x44444444);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, context, two[1], 2 * part, 0x55555555, hog.fence,
					    ++hog.done), 0);
	/* nobody waited for the job, neither here nor there */
	early = !igt_dxg_wait_timeout(dxg, hog.device, hog.fence, ends, 0);
	if (early) {
		igt_assert_lte_u64(HOG - 2, pins);
		early = !igt_dxg_wait_timeout(dxg, other.device, other.fence, other.done,
					      ms / 4) ||
			igt_dxg_wait_timeout(dxg, hog.device, hog.fence, ends, 0);
		igt_assert_f(early, "there was room where it had all been pinned\n");
	}
	settle(&other);
	igt_assert(igt_dxg_wait_timeout(dxg, hog.device, hog.fence, ends, 0));
	settle(&hog);
	igt_dxg_assert_filled(dxg, other.device, two[0], 0, 2 * part / 4, 0x44444444);
	igt_dxg_assert_filled(dxg, hog.device, two[1], 0, 2 * part / 4, 0x55555555);
	space_destroy(&hog);
	space_destroy(&other);
	return early;
}

static void test_pinned(struct igt_dxg *dxg)
{
	igt_dxg_outlast(dxg, beside_hog);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("overcommit", test_overcommit,
	     "Commands fill four times the segment, and every byte is found again."),
	TEST("overcommit-mixed", test_overcommit_mixed,
	     "The same with sizes from 4 KiB to 24 MiB, and less room."),
	TEST("locked", test_locked, "Mappings follow the bytes in both directions."),
	TEST("writer", test_writer, "No write of the CPU is lost in a move."),
	TEST("partial-unmap", test_partial,
	     "What is left of a mapping shows the right bytes."),
	TEST("lru", test_lru, "What no command has used for longest is evicted first."),
	TEST("priority", test_priority, "The lowest priority is evicted first."),
	TEST("wanted", test_wanted, "What MakeResident has asked for is evicted last."),
	TEST("too-much", test_too_much,
	     "A command that names more than the segment holds costs its device."),
	TEST("pinned", test_pinned,
	     "A command waits for room that another one has, and its caller does not."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
