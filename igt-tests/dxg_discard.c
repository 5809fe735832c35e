// SPDX-License-Identifier: MIT
/*
 * What becomes of offered allocations when somebody needs their room: in the device
 * segment, in a memory cgroup, in the machine; and who pays for what is evicted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Discarding what has been offered to dxg.");

#define LOW		D3DKMT_OFFER_PRIORITY_LOW
#define NORMAL		D3DKMT_OFFER_PRIORITY_NORMAL
#define HIGH		D3DKMT_OFFER_PRIORITY_HIGH
#define AUTO		D3DKMT_OFFER_PRIORITY_AUTO

/* The door makes no difference. */
#define TEST(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/* --- a room in the device segment ---------------------------------------- */

#define SLOTS		8U
#define SLOT_SIZE	(64 * KIB)
#define SLOT_WORDS	(SLOT_SIZE / 4)

/**
 * struct slots - A room of exactly as many allocations as there are slots
 * @space: device and context
 * @queue: paging queue of the device
 * @old: those that fill it, in the order of their use
 * @press: device of what drives them out
 * @press_queue: its paging queue
 * @press_fence: the fence of that
 * @new: what drives them out
 * @gone: how many of @new are in
 */
struct slots {
	struct space space;
	uint32_t queue;
	uint32_t old[SLOTS];
	uint32_t press;
	uint32_t press_queue;
	uint32_t press_fence;
	uint32_t new[SLOTS];
	uint32_t gone;
};

static void slots_create(struct igt_dxg *dxg, struct slots *slots)
{
	ballast_create(dxg, SLOTS * SLOT_SIZE);
	space_create(dxg, &slots->space);
	slots->queue = igt_dxg_create_paging_queue(dxg, slots->space.device, NULL, NULL);
	create_many(&slots->space, SLOT_SIZE, SLOTS, slots->old);
	for (uint32_t i = 0; i < SLOTS; i++) {
		fill(&slots->space, slots->old[i], SLOT_SIZE, item_pattern(i));
		settle(&slots->space);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	slots->press = igt_dxg_create_device(dxg);
	slots->press_queue = igt_dxg_create_paging_queue(dxg, slots->press,
							 &slots->press_fence, NULL);
	igt_assert_eq(__igt_dxg_create(dxg, slots->press, 0, NULL, SLOT_SIZE, SLOTS, slots->new),
		      0);
	slots->gone = 0;
}

static void slots_destroy(struct slots *slots)
{
	struct igt_dxg *dxg = slots->space.dxg;

	igt_dxg_destroy_device(dxg, slots->press);
	space_destroy(&slots->space);
	ballast_destroy(dxg);
}

static void slots_offer(struct slots *slots, uint32_t i, uint32_t priority, uint32_t flags)
{
	igt_assert_eq(__igt_dxg_offer(slots->space.dxg, slots->space.device, NULL, &slots->old[i],
				      1, priority, flags), 0);
}

static bool slots_in(const struct slots *slots, uint32_t i)
{
	return is_resident(slots->space.dxg, slots->space.device, slots->old[i]);
}

/* One more comes in, without the engine of commands. */
static void slots_press(struct slots *slots)
{
	igt_assert(slots->gone < SLOTS);
	igt_dxg_make_resident(slots->space.dxg, slots->press, slots->press_queue,
			      slots->press_fence, &slots->new[slots->gone++], 1);
}

/* The same, and exactly this one of the old ones goes. */
static void slots_expect(struct slots *slots, uint32_t victim)
{
	bool before[SLOTS];

	for (uint32_t i = 0; i < SLOTS; i++)
		before[i] = slots_in(slots, i);
	slots_press(slots);
	for (uint32_t i = 0; i < SLOTS; i++)
		igt_assert_f(slots_in(slots, i) == (before[i] && i != victim),
			     "%u should have gone, and %u was %s and is not\n", victim, i,
			     before[i] ? "there" : "away");
}

/* Reclaim, and find zeroes or the bytes. */
static void slots_reclaim(struct slots *slots, uint32_t i, bool discarded)
{
	struct igt_dxg *dxg = slots->space.dxg;

	igt_assert_f(igt_dxg_reclaim(dxg, slots->queue, slots->old[i]) == discarded,
		     "%u was %sdiscarded\n", i, discarded ? "not " : "");
	igt_dxg_assert_filled(dxg, slots->space.device, slots->old[i], 0, SLOT_WORDS,
			      discarded ? 0 : item_pattern(i));
}

static void test_order(struct igt_dxg *dxg)
{
	/* of those with one priority the first that was offered */
	static const uint32_t turns[] = { 6, 4, 7, 5, 3, 0, 1 };
	uint64_t offered = igt_dxg_read_state(dxg, "offered_bytes");
	uint64_t moved = igt_dxg_read_state(dxg, "system_bytes");
	struct slots slots;

	slots_create(dxg, &slots);
	slots_offer(&slots, 3, HIGH, 0);
	slots_offer(&slots, 7, AUTO, 0);
	slots_offer(&slots, 5, NORMAL, 0);
	slots_offer(&slots, 6, LOW, 0);
	slots_offer(&slots, 4, HIGH, 0);
	/* the last word is what counts */
	slots_offer(&slots, 4, LOW, 0);
	for (uint32_t i = 0; i < 5; i++)
		slots_expect(&slots, turns[i]);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "offered_bytes"), offered);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "system_bytes"), moved);
	/* what is not offered is evicted only then, and keeps its bytes */
	slots_expect(&slots, turns[5]);
	slots_expect(&slots, turns[6]);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "system_bytes"), moved + 2 * SLOT_SIZE);
	for (uint32_t i = 3; i < SLOTS; i++)
		slots_reclaim(&slots, i, true);
	for (uint32_t i = 0; i < 3; i++)
		slots_reclaim(&slots, i, false);
	slots_destroy(&slots);
}

/* However much it is wanted, and whatever its priority. */
static void test_wanted(struct igt_dxg *dxg)
{
	struct slots slots;

	slots_create(dxg, &slots);
	igt_assert_eq(make_resident(dxg, slots.queue, &slots.old[2], 1, NULL, NULL), 0);
	set_priority(&slots.space, slots.old[2], D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
	slots_offer(&slots, 2, HIGH, 0);
	slots_expect(&slots, 2);
	slots_reclaim(&slots, 2, true);
	/* it is still wanted, and is brought back by a command */
	igt_assert_eq(evict(dxg, slots.space.device, &slots.old[2], 1), 0);
	igt_assert_eq(evict(dxg, slots.space.device, &slots.old[2], 1), -EINVAL);
	slots_destroy(&slots);
}

/* A discarded one is as good as new, also when it is offered again. */
static void test_again(struct igt_dxg *dxg)
{
	uint32_t resource, child[2], result;
	struct slots slots;

	slots_create(dxg, &slots);
	for (uint32_t round = 0; round < 3; round++) {
		slots_offer(&slots, 0, LOW, 0);
		slots_expect(&slots, 0);
		/* offered again without a reclaim: it is still lost */
		slots_offer(&slots, 0, HIGH, 0);
		igt_assert(igt_dxg_reclaim(dxg, slots.queue, slots.old[0]));
		/* it is said once */
		igt_assert(!igt_dxg_reclaim(dxg, slots.queue, slots.old[0]));
		slots_offer(&slots, 0, LOW, 0);
		igt_assert(!igt_dxg_reclaim(dxg, slots.queue, slots.old[0]));
		fill(&slots.space, slots.old[0], SLOT_SIZE, item_pattern(0));
		settle(&slots.space);
		igt_dxg_wait_state(dxg, "commands", 0);
		slots_offer(&slots, 0, LOW, 0);
		slots_reclaim(&slots, 0, false);
	}
	/* one lost allocation is the loss of its resource, and of no other */
	resource = igt_dxg_create_resource(dxg, slots.space.device, SLOT_SIZE, 2, child);
	fill_list(&slots.space, child, 2, SLOT_SIZE, 5);
	settle(&slots.space);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq(__igt_dxg_offer(dxg, slots.space.device, &resource, NULL, 1, LOW, 0), 0);
	while (is_resident(dxg, slots.space.device, child[0]))
		slots_press(&slots);
	igt_assert_eq(__igt_dxg_reclaim(dxg, slots.queue, &resource, NULL, 1, &result, NULL), 0);
	igt_assert_eq_u32(result, D3DKMT_RECLAIM_RESULT_DISCARDED);
	igt_dxg_assert_filled(dxg, slots.space.device, child[0], 0, SLOT_WORDS, 0);
	igt_dxg_assert_filled(dxg, slots.space.device, child[1], 0, SLOT_WORDS, 5);
	slots_destroy(&slots);
}

/* --- commands that were queued before ------------------------------------ */

#define QUEUED		24U

static bool beside_job(struct igt_dxg *dxg, unsigned int ms, uint32_t flags)
{
	struct igt_dxg_stream stream;
	struct slots slots;
	uint32_t log;
	bool early;

	slots_create(dxg, &slots);
	/* a job that uses 0, and many behind it that read what 1 has */
	log = create(&slots.space, SLOT_SIZE);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, slots.old[0], 0, 4, 99);
	igt_dxg_stream_signal(&stream, slots.space.fence, ++slots.space.done);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	submit(&slots.space, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, slots.space.device, slots.space.fence,
					slots.space.done - 1, SETTLE_MS));
	for (uint32_t i = 0; i < QUEUED; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, log, i * 64, slots.old[1], i * 64, 64);
		submit(&slots.space, &stream);
	}
	slots_offer(&slots, 0, LOW, flags);
	slots_offer(&slots, 1, LOW, flags);
	slots_offer(&slots, 5, LOW, flags);
	for (uint32_t i = 0; i < 3; i++)
		slots_press(&slots);
	early = !igt_dxg_wait_timeout(dxg, slots.space.device, slots.space.fence,
				      slots.space.done, 0);
	if (early && flags) {
		/* nothing but the job is in the way of that */
		igt_assert(!slots_in(&slots, 5));
		slots_reclaim(&slots, 5, true);
	} else if (early) {
		/* what no command has pinned may have been evicted, with its bytes */
		igt_assert(slots_in(&slots, 0));
		slots_reclaim(&slots, 5, false);
	}
	settle(&slots.space);
	if (!flags)
		for (uint32_t i = 0; i < QUEUED; i++)
			igt_dxg_assert_filled(dxg, slots.space.device, log, i * 64, 16,
					      item_pattern(1));
	igt_dxg_wait_state(dxg, "commands", 0);
	/* and then they go */
	while (slots.gone < SLOTS)
		slots_press(&slots);
	if (early)
		igt_assert(igt_dxg_reclaim(dxg, slots.queue, slots.old[0]));
	slots_destroy(&slots);
	return early;
}

static bool queued(struct igt_dxg *dxg, unsigned int ms)
{
	return beside_job(dxg, ms, 0);
}

static bool immediately(struct igt_dxg *dxg, unsigned int ms)
{
	return beside_job(dxg, ms, D3DKMT_OFFER_IMMEDIATELY);
}

static void test_queued(struct igt_dxg *dxg)
{
	igt_dxg_outlast(dxg, queued);
}

static void test_immediately(struct igt_dxg *dxg)
{
	igt_dxg_outlast(dxg, immediately);
}

/* --- the system segment -------------------------------------------------- */

#define PARTS		16U
#define PART		(4 * MIB)

/* More than one hold of the driver's lock looks at. */
#define BUSY_OFFERS	200

/* There is no room in the device segment, and so they go into the other one. */
static void parts_create(struct space *space, uint32_t *list, uint32_t count)
{
	create_many(space, PART, count, list);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t *data = lock(space, list[i]);

		for (uint64_t page = 0; page < PART / PAGE; page++)
			data[page * PAGE / 4 + page % (PAGE / 4)] = item_pattern(i);
		igt_dxg_unlock(space->dxg, space->device, list[i]);
		igt_assert(!is_resident(space->dxg, space->device, list[i]));
	}
}

static void parts_check(const struct space *space, const uint32_t *list, uint32_t i, bool lost)
{
	check_pages(lock(space, list[i]), PART, lost ? 0 : item_pattern(i));
	igt_dxg_unlock(space->dxg, space->device, list[i]);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t size = strlen(text);
	bool written = fd >= 0 && write(fd, text, size) == size;

	if (fd >= 0)
		close(fd);
	return written;
}

static void run_shrinkers(void)
{
	igt_assert(write_text("/proc/sys/vm/drop_caches", "2\n"));
}

static void test_shrinker(struct igt_dxg *dxg)
{
	uint64_t before = dxg_count(dxg, "system_bytes"), resident;
	uint32_t list[4], inside, queue;
	struct space space;

	ballast_create(dxg, 64 * KIB);
	space_create(dxg, &space);
	queue = igt_dxg_create_paging_queue(dxg, space.device, NULL, NULL);
	inside = create(&space, 64 * KIB);
	fill(&space, inside, 64 * KIB, 3);
	settle(&space);
	parts_create(&space, list, 4);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), before + 4 * PART);
	run_shrinkers();
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), before + 4 * PART);

	igt_dxg_offer(dxg, space.device, &list[1], 2, NORMAL);
	run_shrinkers();
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), before + 2 * PART);
	igt_assert_eq_u64(dxg_count(dxg, "offered_bytes"), 0);
	for (uint32_t i = 0; i < 4; i++) {
		bool lost = i == 1 || i == 2;

		igt_assert_eq(igt_dxg_reclaim(dxg, queue, list[i]), lost);
		parts_check(&space, list, i, lost);
	}
	/* what is in the device segment goes too, a little later */
	resident = dxg_count(dxg, "backing_bytes");
	igt_dxg_offer(dxg, space.device, &inside, 1, HIGH);
	run_shrinkers();
	igt_dxg_wait_state(dxg, "backing_bytes", resident - 64 * KIB);
	igt_assert(igt_dxg_reclaim(dxg, queue, inside));
	igt_dxg_assert_filled(dxg, space.device, inside, 0, 64 * KIB / 4, 0);
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* Not as long as commands that were queued before the offer run. */
static bool shrink_beside_job(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t list[2], queue;
	struct space space;
	bool early;

	ballast_create(dxg, 64 * KIB);
	space_create(dxg, &space);
	queue = igt_dxg_create_paging_queue(dxg, space.device, NULL, NULL);
	parts_create(&space, list, 2);
	igt_dxg_submit_job(dxg, space.context, space.fence, &space.done, ms, 0, 0);
	igt_dxg_offer(dxg, space.device, list, 1, LOW);
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, NULL, &list[1], 1, LOW,
				      D3DKMT_OFFER_IMMEDIATELY), 0);
	run_shrinkers();
	early = !igt_dxg_wait_timeout(dxg, space.device, space.fence, space.done, 0);
	if (early) {
		igt_assert_eq_u64(dxg_count(dxg, "offered_bytes"), PART);
		igt_assert(igt_dxg_reclaim(dxg, queue, list[1]));
		igt_assert(!igt_dxg_reclaim(dxg, queue, list[0]));
		parts_check(&space, list, 0, false);
		parts_check(&space, list, 1, true);
	}
	settle(&space);
	space_destroy(&space);
	ballast_destroy(dxg);
	return early;
}

static void test_shrinker_queued(struct igt_dxg *dxg)
{
	igt_dxg_outlast(dxg, shrink_beside_job);
}

/* Many offers that queued commands may use do not hide the one behind them. */
static bool shrink_behind_many(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t many[BUSY_OFFERS], last, queue;
	struct space busy, idle;
	bool early;

	ballast_create(dxg, 64 * KIB);
	space_create(dxg, &busy);
	space_create(dxg, &idle);
	queue = igt_dxg_create_paging_queue(dxg, idle.device, NULL, NULL);
	create_many(&busy, 4 * PAGE, BUSY_OFFERS, many);
	for (int i = 0; i < BUSY_OFFERS; i++) {
		memset(lock(&busy, many[i]), 0x5a, 4 * PAGE);
		igt_dxg_unlock(dxg, busy.device, many[i]);
	}
	parts_create(&idle, &last, 1);
	igt_dxg_submit_job(dxg, busy.context, busy.fence, &busy.done, ms, 0, 0);
	igt_dxg_offer(dxg, busy.device, many, BUSY_OFFERS, LOW);
	igt_dxg_offer(dxg, idle.device, &last, 1, LOW);
	run_shrinkers();
	early = !igt_dxg_wait_timeout(dxg, busy.device, busy.fence, busy.done, 0);
	if (early) {
		igt_assert_eq_u64(dxg_count(dxg, "offered_bytes"), BUSY_OFFERS * 4 * PAGE);
		igt_assert(igt_dxg_reclaim(dxg, queue, last));
		parts_check(&idle, &last, 0, true);
	}
	settle(&busy);
	space_destroy(&idle);
	space_destroy(&busy);
	ballast_destroy(dxg);
	return early;
}

static void test_shrinker_behind(struct igt_dxg *dxg)
{
	igt_dxg_outlast(dxg, shrink_behind_many);
}

/* --- memory cgroups ------------------------------------------------------ */

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP(file)	CGROUP_ROOT "/dxg-discard-%d/" file
#define CGROUPS		2

static bool cgroup_mounted;
static int cgroup_mine;

static void cgroup_path(char path[96], int number, const char *file)
{
	snprintf(path, 96, CGROUP("%s"), number, file);
}

static void cgroup_write(int number, const char *file, const char *text)
{
	char path[96];

	cgroup_path(path, number, file);
	igt_assert_f(write_text(path, text), "cannot write %s to %s\n", text, path);
}

static uint64_t cgroup_current(int number)
{
	uint64_t value;
	char path[96], *text;

	cgroup_path(path, number, "memory.current");
	text = igt_dxg_read_file(path);
	value = strtoull(text, NULL, 10);
	free(text);
	return value;
}

static void cgroups_remove(void)
{
	char path[96];

	for (int i = 0; i < CGROUPS; i++) {
		cgroup_path(path, i, "");
		rmdir(path);
	}
}

static void cgroups_create(void)
{
	char path[96];

	if (access(CGROUP_ROOT "/cgroup.procs", F_OK)) {
		igt_require_f(!mount("none", CGROUP_ROOT, "cgroup2", 0, NULL),
			      "there are no cgroups\n");
		cgroup_mounted = true;
	}
	igt_require_f(write_text(CGROUP_ROOT "/cgroup.subtree_control", "+memory"),
		      "there are no memory cgroups\n");
	cgroups_remove();
	for (int i = 0; i < CGROUPS; i++) {
		cgroup_path(path, i, "");
		igt_assert_eq(mkdir(path, 0755), 0);
	}
}

static void cgroups_destroy(void)
{
	cgroups_remove();
	if (cgroup_mounted)
		umount2(CGROUP_ROOT, MNT_DETACH);
	cgroup_mounted = false;
}

/* In a child: enter a cgroup, and come to dxg as one who is in it. */
static struct igt_dxg *cgroup_enter(struct igt_dxg *dxg, const char *limit)
{
	cgroup_write(cgroup_mine, "cgroup.procs", "0");
	if (limit)
		cgroup_write(cgroup_mine, "memory.max", limit);
	return igt_dxg_reopen(dxg);
}

static uint32_t limited_list[2 * PARTS];

/* 64 MiB are offered, and 64 MiB needed where there are 96. */
static void limited_offers(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = cgroup_enter(dxg, "100663296");
	uint32_t *list = limited_list, queue, lost = 0;
	uint32_t results[PARTS];
	struct space space;

	(void)child;
	space_create(own, &space);
	queue = igt_dxg_create_paging_queue(own, space.device, NULL, NULL);
	parts_create(&space, list, PARTS);
	igt_dxg_offer(own, space.device, list, PARTS, NORMAL);
	parts_create(&space, list + PARTS, PARTS);
	igt_assert_eq(__igt_dxg_reclaim(own, queue, NULL, list, PARTS, results, NULL), 0);
	for (uint32_t i = 0; i < PARTS; i++) {
		igt_assert_lte(results[i], D3DKMT_RECLAIM_RESULT_DISCARDED);
		lost += results[i];
		/* it is the oldest that go */
		if (i)
			igt_assert_lte(results[i], results[i - 1]);
	}
	igt_info("%u of %u were discarded\n", lost, PARTS);
	igt_assert_lte(PARTS / 2, lost);
	for (uint32_t i = 0; i < PARTS; i++)
		if (!results[i])
			parts_check(&space, list, i, false);
	for (uint32_t i = 0; i < PARTS; i++)
		parts_check(&space, list + PARTS, i, false);
	/* what is lost is zero, where there is memory for it */
	igt_dxg_destroy2(own, space.device, 0, list + PARTS, PARTS, D3DKMT_DESTROY_SYNCHRONOUS);
	for (uint32_t i = 0; i < PARTS; i++)
		parts_check(&space, list, i, results[i]);
	igt_assert_eq(igt_dxg_device_state(own, space.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
}

/* With nothing offered it is an error, which kills nobody. */
static void limited_refuses(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = cgroup_enter(dxg, "50331648");
	uint32_t list[PARTS], had = 0;
	struct space space;
	void *data;
	int ret = 0;

	(void)child;
	space_create(own, &space);
	create_many(&space, PART, PARTS, list);
	while (had < PARTS && !ret) {
		ret = __igt_dxg_lock(own, space.device, list[had], &data);
		if (ret)
			break;
		((uint32_t *)data)[0] = item_pattern(had++);
		((uint32_t *)data)[PART / 8] = had;
	}
	igt_info("%u of %u had memory\n", had, PARTS);
	igt_assert_eq(ret, -ENOMEM);
	igt_assert_lte(4, had);
	/* and when there is some again, it works */
	igt_dxg_destroy2(own, space.device, 0, list, 2, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq(__igt_dxg_lock(own, space.device, list[had], &data), 0);
	igt_assert_eq(((uint32_t *)data)[0], 0);
	for (uint32_t i = 2; i < had; i++) {
		uint32_t *words = lock(&space, list[i]);

		igt_assert_eq_u32(words[0], item_pattern(i));
		igt_assert_eq_u32(words[PART / 8], i + 1);
	}
}

static void run_limited(struct igt_dxg *dxg,
			void (*run)(struct igt_dxg_child *child, struct igt_dxg *dxg))
{
	struct igt_dxg_child child;

	cgroups_create();
	ballast_create(dxg, 64 * KIB);
	cgroup_mine = 0;
	igt_dxg_child_start(&child, dxg, run);
	igt_assert_eq(igt_dxg_child_end(&child, SETTLE_MS), 0);
	ballast_destroy(dxg);
	cgroups_destroy();
}

static void test_limit(struct igt_dxg *dxg)
{
	run_limited(dxg, limited_offers);
}

static void test_limit_refused(struct igt_dxg *dxg)
{
	run_limited(dxg, limited_refuses);
}

/* --- who pays ------------------------------------------------------------ */

#define PAID		(32 * MIB)
/* Charges are taken in advance, for each processor. */
#define SLACK		(2 * MIB)

static void payer(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = cgroup_enter(dxg, NULL);
	struct space space;

	space_create(own, &space);
	fill(&space, create(&space, PAID), PAID, 0x12345678);
	settle(&space);
	igt_dxg_child_linger(child);
}

static void evictor(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = cgroup_enter(dxg, NULL);
	struct space space;

	space_create(own, &space);
	fill(&space, create(&space, MIB), MIB, 1);
	settle(&space);
	igt_dxg_child_linger(child);
}

/* Pages of what is evicted are charged to who created it, and not to who needs room. */
static void test_charge(struct igt_dxg *dxg)
{
	uint64_t system = dxg_count(dxg, "system_bytes"), start;
	struct igt_dxg_child payer_child, evictor_child;

	cgroups_create();
	ballast_create(dxg, PAID);
	cgroup_mine = 0;
	igt_dxg_child_start(&payer_child, dxg, payer);
	igt_dxg_child_await(&payer_child);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), system);
	igt_info("payer: %llu bytes\n", (unsigned long long)cgroup_current(0));

	cgroup_mine = 1;
	igt_dxg_child_start(&evictor_child, dxg, evictor);
	igt_dxg_child_await(&evictor_child);
	igt_assert_eq_u64(dxg_count(dxg, "system_bytes"), system + PAID);
	igt_assert_eq_u64(dxg_count(dxg, "kept_bytes"), 0);
	igt_info("payer: %llu bytes, evictor: %llu\n", (unsigned long long)cgroup_current(0),
		 (unsigned long long)cgroup_current(1));
	igt_assert_lte_u64(PAID - SLACK, cgroup_current(0));
	igt_assert_lte_u64(cgroup_current(1), PAID / 2);

	/* and back when they are gone */
	igt_dxg_child_kill(&payer_child, SIGKILL);
	igt_dxg_child_end(&payer_child, SETTLE_MS);
	for (start = igt_dxg_now_ns(); cgroup_current(0) > 4 * SLACK; igt_dxg_sleep_ms(10))
		igt_assert_f(igt_dxg_elapsed_ms(start) < SETTLE_MS, "%llu bytes are left\n",
			     (unsigned long long)cgroup_current(0));
	igt_dxg_child_kill(&evictor_child, SIGKILL);
	igt_dxg_child_end(&evictor_child, SETTLE_MS);
	ballast_destroy(dxg);
	cgroups_destroy();
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("order", test_order, "Offered goes first, by the priority of the offer."),
	TEST("wanted", test_wanted, "Also what MakeResident has asked for."),
	TEST("again", test_again, "What was discarded can be offered again; resources."),
	TEST("queued", test_queued, "Commands that were queued before find the bytes."),
	TEST("immediately", test_immediately, "Unless they are offered at once."),
	TEST("shrinker", test_shrinker, "Shrinkers discard what is offered, and nothing else."),
	TEST("shrinker-queued", test_shrinker_queued, "Not what queued commands may use."),
	TEST("shrinker-behind", test_shrinker_behind, "Nor do these hide what is behind them."),
	TEST("limit", test_limit, "At the limit of a memory cgroup offers are discarded."),
	TEST("limit-refused", test_limit_refused, "With none there, memory is refused."),
	TEST("charge", test_charge, "Who created it pays for what others evict."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
