// SPDX-License-Identifier: MIT
/*
 * What /proc/PID/fdinfo says of the files of each door, as the kernel's
 * Documentation/gpu/drm-usage-stats.rst has it.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_sysmem.h"

IGT_TEST_DESCRIPTION("Fdinfo of dxg's files.");

#define WAIT_MS		10000
#define FDINFO_MAX	4096

#define LOCAL		D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL
#define NON_LOCAL	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/* The keys, in the order of the members of struct fdinfo that they are for. */
static const char *const keys[] = {
	"drm-client-id", "drm-engine-copy", "drm-engine-paging", "drm-engine-capacity-copy",
	"drm-engine-capacity-paging", "drm-total-vram", "drm-shared-vram", "drm-active-vram",
	"drm-resident-vram", "drm-purgeable-vram", "drm-total-system", "drm-shared-system",
	"drm-active-system", "drm-resident-system", "drm-purgeable-system",
};

#define KEYS		IGT_DXG_ARRAY_SIZE(keys)
#define FIRST_BYTES	5

/**
 * struct region - Bytes of one region
 * @total: of allocations
 * @shared: of them, shared ones
 * @active: used by commands
 * @resident: that are there
 * @purgeable: of them, offered ones
 */
struct region {
	uint64_t total;
	uint64_t shared;
	uint64_t active;
	uint64_t resident;
	uint64_t purgeable;
};

/**
 * struct fdinfo - What the file says
 * @client: the client
 * @copy_ns: time of engines for commands
 * @paging_ns: time of engines for moves
 * @copy_engines: how many, 0: it does not say
 * @paging_engines: the same for moves
 * @vram: the device segment
 * @system: the system segment
 */
struct fdinfo {
	uint64_t client;
	uint64_t copy_ns;
	uint64_t paging_ns;
	uint64_t copy_engines;
	uint64_t paging_engines;
	struct region vram;
	struct region system;
};

/* All of them are numbers of 64 bits, one after the other. */
static_assert(sizeof(struct fdinfo) == KEYS * sizeof(uint64_t), "a member for each key");

/* One value: a number, and the unit that the key wants. */
static uint64_t parse_value(size_t key, const char *value)
{
	const char *unit = key >= FIRST_BYTES ? " KiB" :
			   strncmp(keys[key], "drm-engine-", 11) ||
			   strstr(keys[key], "capacity") ? "" : " ns";
	uint64_t number;
	char *end;

	igt_assert(*value >= '0' && *value <= '9');
	errno = 0;
	number = strtoull(value, &end, 10);
	igt_assert_eq(errno, 0);
	igt_assert_f(!strcmp(end, unit), "%s: %s\n", keys[key], value);
	return key >= FIRST_BYTES ? number * 1024 : number;
}

/* Read it strictly: no key twice, and none that begins with "drm-" and is not known. */
static struct fdinfo read_fdinfo_of(pid_t pid, int fd)
{
	uint64_t values[KEYS] = {};
	bool seen[KEYS] = {}, driver = false;
	struct fdinfo info;
	char path[64], *text, *line, *next;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)pid, fd);
	text = igt_dxg_read_file(path);
	igt_assert_lt_u64(strlen(text), FDINFO_MAX);
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		char *value = strchr(line, ':');
		size_t key;

		igt_assert(value);
		*value++ = '\0';
		value += strspn(value, " \t");
		igt_assert(!strpbrk(line, " \t"));
		if (strncmp(line, "drm-", 4))
			continue;
		if (!strcmp(line, "drm-driver")) {
			igt_assert(!driver && !strcmp(value, "dxg"));
			driver = true;
			continue;
		}
		for (key = 0; key < KEYS && strcmp(line, keys[key]); key++)
			;
		igt_assert_f(key < KEYS, "unknown key %s\n", line);
		igt_assert_f(!seen[key], "%s twice\n", line);
		seen[key] = true;
		values[key] = parse_value(key, value);
	}
	free(text);
	igt_assert(driver);
	/* a capacity is not there or more than 1 */
	for (size_t key = 0; key < KEYS; key++)
		igt_assert_f(strstr(keys[key], "capacity") ? seen[key] == (values[key] > 1) :
							     seen[key], "%s\n", keys[key]);
	memcpy(&info, values, sizeof(info));
	return info;
}

static struct fdinfo read_fdinfo(const struct igt_dxg *dxg)
{
	return read_fdinfo_of(getpid(), dxg->fd);
}

static bool is_dxg(const struct igt_dxg *dxg)
{
	return dxg->door == DXG_DOOR_DXG;
}

/* Of the creator, and once, whoever has it open. */
static void test_shared(struct igt_dxg *dxg)
{
	struct igt_dxg *second = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(second);
	uint32_t list[2], opened[2], resource;
	struct fdinfo info;
	int fd;

	resource = igt_dxg_create_shared(dxg, device, SIZE, 2, list);
	igt_dxg_lock(dxg, device, list[0]);
	igt_assert_eq_u64(read_fdinfo(dxg).vram.shared, 0);
	fd = igt_dxg_share(dxg, resource);
	igt_dxg_open_shared(second, other, fd, 2, opened);
	igt_assert_eq_u64(read_fdinfo(dxg).vram.shared, SIZE);
	igt_dxg_lock(second, other, opened[1]);
	info = read_fdinfo(dxg);
	igt_assert_eq_u64(info.vram.shared, 2 * SIZE);
	igt_assert_eq_u64(info.vram.total, 2 * SIZE);
	if (!is_dxg(dxg))
		igt_assert_eq_u64(read_fdinfo(second).vram.shared, 0);
	close(fd);
	igt_dxg_destroy_device(second, other);
	igt_dxg_close(second);
	igt_dxg_destroy_device(dxg, device);
}

static void assert_region(const struct region *region, uint64_t total, uint64_t active,
			  uint64_t resident, uint64_t purgeable)
{
	igt_assert_eq_u64(region->total, total);
	igt_assert_eq_u64(region->shared, 0);
	igt_assert_eq_u64(region->active, active);
	igt_assert_eq_u64(region->resident, resident);
	igt_assert_eq_u64(region->purgeable, purgeable);
}

/* --- clients ------------------------------------------------------------- */

static void test_client(struct igt_dxg *dxg)
{
	struct igt_dxg *second = igt_dxg_reopen(dxg);
	uint64_t client = read_fdinfo(dxg).client;
	uint32_t device = igt_dxg_create_device(dxg);
	int copy = dup(dxg->fd);

	igt_assert_fd(copy);
	igt_assert_eq_u64(read_fdinfo_of(getpid(), copy).client, client);
	close(copy);
	/* who has the handles: the process, or the file */
	igt_assert_eq(read_fdinfo(second).client == client, is_dxg(dxg));
	igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, SIZE));
	igt_assert_eq_u64(read_fdinfo(dxg).vram.resident, SIZE);
	igt_assert_eq_u64(read_fdinfo(second).vram.resident, is_dxg(dxg) ? SIZE : 0);
	/* no number of DRM's is one of /dev/dxg's */
	igt_assert_eq(client >> 62 & 1, is_dxg(dxg));
	igt_dxg_close(second);
	igt_dxg_destroy_device(dxg, device);
}

static void linger_as_client(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);

	igt_dxg_lock(own, device, igt_dxg_create_allocation(own, device, SIZE));
	igt_assert_eq_u64(read_fdinfo(own).vram.resident, SIZE);
	/* the parent's file says what the parent uses, whoever has it */
	igt_assert_eq_u64(read_fdinfo(dxg).vram.resident, 2 * SIZE);
	igt_assert(read_fdinfo(dxg).client != read_fdinfo(own).client);
	igt_dxg_child_linger(child);
}

static void test_client_others(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child;

	igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, 2 * SIZE));
	igt_dxg_child_start(&child, dxg, linger_as_client);
	igt_dxg_child_await(&child);
	igt_assert_eq_u64(read_fdinfo(dxg).vram.resident, 2 * SIZE);
	igt_assert_eq_u64(read_fdinfo_of(child.pid, dxg->fd).vram.resident, 2 * SIZE);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
	igt_dxg_destroy_device(dxg, device);
}

/* /dev/dxg adds up what is used of all adapters; a node has one. */
static void test_adapters(struct igt_dxg *dxg)
{
	struct igt_dxg *other = igt_dxg_open(dxg->door,
					     strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu");
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t other_device = igt_dxg_create_device(other);
	struct fdinfo info;

	igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, SIZE));
	igt_dxg_lock(other, other_device, igt_dxg_create_allocation(other, other_device, SIZE));
	igt_dxg_create_allocation(other, other_device, SIZE);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, is_dxg(dxg) ? 3 * SIZE : SIZE, 0,
		      is_dxg(dxg) ? 2 * SIZE : SIZE, 0);
	igt_assert_eq_u64(info.copy_engines, is_dxg(dxg) ? 2 : 0);
	igt_assert_eq_u64(info.paging_engines, is_dxg(dxg) ? 2 : 0);
	igt_dxg_close(other);
	/* what is freed may be so a little later */
	igt_dxg_wait_state(dxg, "batches", 0);
	igt_dxg_destroy_device(dxg, device);
}

/* --- memory -------------------------------------------------------------- */

static void test_memory(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, list[3];
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct fdinfo info = read_fdinfo(dxg);

	assert_region(&info.vram, 0, 0, 0, 0);
	assert_region(&info.system, 0, 0, 0, 0);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, SIZE, 3, list), 0);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 3 * SIZE, 0, 0, 0);
	igt_dxg_lock(dxg, device, list[0]);
	igt_dxg_make_resident(dxg, device, queue, fence, &list[1], 1);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 3 * SIZE, 0, 2 * SIZE, 0);
	igt_assert_eq_u64(info.vram.resident, igt_dxg_video_memory(dxg, LOCAL).current_usage);
	igt_dxg_offer(dxg, device, &list[1], 1, D3DKMT_OFFER_PRIORITY_LOW);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 3 * SIZE, 0, 2 * SIZE, SIZE);
	assert_region(&info.system, 0, 0, 0, 0);
	igt_dxg_reclaim(dxg, queue, list[1]);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 3 * SIZE, 0, 2 * SIZE, 0);

	/* what is kept for the next one is nobody's */
	igt_dxg_destroy_allocation(dxg, device, list[0]);
	igt_dxg_wait_state(dxg, "allocations", 2);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 2 * SIZE, 0, SIZE, 0);
	igt_dxg_destroy2(dxg, device, 0, &list[1], 2, D3DKMT_DESTROY_SYNCHRONOUS);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 0, 0, 0, 0);
	/* a creation that fails leaves nothing */
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, UINT64_MAX, 1, list), -EINVAL);
	igt_dxg_wait_state(dxg, "allocations", 0);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 0, 0, 0, 0);
	igt_dxg_destroy_device(dxg, device);
}

/* What was evicted is in system, and counts for vram as before. */
static void test_evicted(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), list[4], fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct fdinfo before, info;
	uint64_t bytes;

	/* room for three */
	ballast_create(dxg, 3 * SIZE);
	bytes = igt_dxg_segment_size(dxg) - 3 * SIZE;
	before = read_fdinfo(dxg);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, SIZE, 4, list), 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 3);
	info = read_fdinfo(dxg);
	igt_assert_eq_u64(info.paging_ns, before.paging_ns);
	igt_dxg_evict(dxg, device, list, 1);
	igt_dxg_make_resident(dxg, device, queue, fence, &list[3], 1);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, bytes + 4 * SIZE, 0, bytes + 3 * SIZE, 0);
	assert_region(&info.system, 0, 0, SIZE, 0);
	igt_assert_eq_u64(info.system.resident,
			  igt_dxg_video_memory(dxg, NON_LOCAL).current_usage);
	igt_assert_lt_u64(before.paging_ns, info.paging_ns);
	igt_dxg_offer(dxg, device, list, 1, D3DKMT_OFFER_PRIORITY_LOW);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, bytes + 4 * SIZE, 0, bytes + 3 * SIZE, 0);
	assert_region(&info.system, 0, 0, SIZE, SIZE);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy2(dxg, ballast.device, 0, ballast.list, ballast.count,
			 D3DKMT_DESTROY_SYNCHRONOUS);
	igt_dxg_destroy_device(dxg, ballast.device);
}

/* Existing memory is in system from its creation on. */
static bool test_existing(struct igt_dxg *dxg, unsigned int ms)
{
	void *memory = map_memory(SIZE);
	uint32_t allocation, fence;
	struct igt_dxg_stream stream;
	struct space space;
	struct fdinfo info;
	uint64_t start, value = 1;
	bool in_time;

	space_create(dxg, &space);
	fence = igt_dxg_create_fence(dxg, space.device, 0, NULL);
	igt_assert_eq(create_list(&space, &memory, SIZE, 1, 0, NULL, &allocation), 0);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 0, 0, 0, 0);
	assert_region(&info.system, SIZE, 0, SIZE, 0);

	start = igt_dxg_now_ns();
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence, value);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_fill(&stream, allocation, 0, SIZE, 1);
	submit(&space, &stream);
	igt_dxg_wait(dxg, space.device, fence, value);
	info = read_fdinfo(dxg);
	in_time = igt_dxg_elapsed_ms(start) < ms;
	if (in_time)
		assert_region(&info.system, SIZE, SIZE, SIZE, 0);
	settle(&space);
	igt_dxg_wait_state(dxg, "pins", 0);
	info = read_fdinfo(dxg);
	assert_region(&info.system, SIZE, 0, SIZE, 0);
	space_destroy(&space);
	igt_dxg_wait_state(dxg, "user_bytes", 0);
	munmap(memory, SIZE);
	return in_time;
}

/* --- engines ------------------------------------------------------------- */

static bool test_engine(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, SIZE);
	struct fdinfo before = read_fdinfo(dxg), info;
	uint64_t start, value = 0, elapsed;
	bool in_time;

	start = igt_dxg_now_ns();
	igt_dxg_submit_job(dxg, context, fence, &value, ms, allocation, SIZE);
	igt_dxg_submit_job(dxg, context, fence, &value, 0, allocation, SIZE);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_dxg_sleep_ms(ms / 4);
	info = read_fdinfo(dxg);
	in_time = igt_dxg_elapsed_ms(start) < ms;
	if (in_time) {
		/* both use it, and it is one */
		assert_region(&info.vram, SIZE, SIZE, SIZE, 0);
		igt_assert_lte_u64(ms / 4 * IGT_DXG_NS_PER_MS, info.copy_ns - before.copy_ns);
	}
	igt_dxg_wait(dxg, device, fence, value);
	igt_dxg_wait_state(dxg, "commands", 0);
	elapsed = igt_dxg_elapsed_ms(start);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, SIZE, 0, SIZE, 0);
	igt_assert_lte_u64(ms * IGT_DXG_NS_PER_MS, info.copy_ns - before.copy_ns);
	igt_assert_lte_u64(info.copy_ns - before.copy_ns, (elapsed + 1) * IGT_DXG_NS_PER_MS);
	igt_assert_eq_u64(info.paging_ns, before.paging_ns);
	before = info;

	/* time stays when the adapter has been closed and opened again */
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_dxg_wait_state(dxg, "allocations", 0);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 0, 0, 0, 0);
	igt_assert_eq_u64(info.copy_ns, before.copy_ns);
	dxg->adapter = igt_dxg_open_adapter(dxg);
	igt_assert_eq_u64(read_fdinfo(dxg).copy_ns, before.copy_ns);
	return in_time;
}

/* Closed while a command runs: its time and memory are still somebody's. */
static bool test_closed_busy(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, SIZE);
	struct fdinfo before = read_fdinfo(dxg), info;
	uint64_t start = igt_dxg_now_ns(), value = 0;
	bool in_time;

	igt_dxg_submit_job(dxg, context, fence, &value, ms, allocation, SIZE);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_dxg_close_adapter(dxg, dxg->adapter);
	info = read_fdinfo(dxg);
	in_time = igt_dxg_elapsed_ms(start) < ms;
	if (in_time) {
		assert_region(&info.vram, SIZE, SIZE, SIZE, 0);
		igt_assert_lt_u64(before.copy_ns, info.copy_ns);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_dxg_wait_state(dxg, "allocations", 0);
	info = read_fdinfo(dxg);
	assert_region(&info.vram, 0, 0, 0, 0);
	igt_assert_lte_u64(ms * IGT_DXG_NS_PER_MS, info.copy_ns - before.copy_ns);
	dxg->adapter = igt_dxg_open_adapter(dxg);
	return in_time;
}

/* A file of a removed adapter can still be asked. */
static void test_removed(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	char path[64], *text;
	struct fdinfo info;

	igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, SIZE));
	igt_dxg_unbind(dxg);
	if (is_dxg(dxg)) {
		info = read_fdinfo(dxg);
		assert_region(&info.vram, SIZE, 0, 0, 0);
	} else {
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", dxg->fd);
		text = igt_dxg_read_file(path);
		igt_assert(!strstr(text, "drm-"));
		free(text);
	}
	igt_dxg_rebind();
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("client", test_client, "A client is the process, or a node's file."),
	TEST("client-others", test_client_others, "Others are other clients."),
	TEST("adapters", test_adapters, "/dev/dxg adds up its adapters."),
	TEST("memory", test_memory, "Bytes created, resident and offered."),
	TEST("evicted", test_evicted, "What is evicted is in system."),
	TEST("shared", test_shared, "What is shared counts for who created it."),
	IGT_DXG_TEST_OUTLAST("existing", "Existing memory is in system.", test_existing),
	IGT_DXG_TEST_OUTLAST("engine", "Time of commands, while they run too.", test_engine),
	IGT_DXG_TEST_OUTLAST("closed-busy", "What is closed is counted to its end.",
			     test_closed_busy),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "A removed adapter's file can be asked." },
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
