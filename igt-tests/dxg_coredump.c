// SPDX-License-Identifier: MIT
/*
 * What a command that met the time-out leaves behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"

IGT_TEST_DESCRIPTION("Device core dumps of commands that met the time-out.");

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)
#define TEST_ONE_DOOR(name, run, text) IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)
#define FOLDER			"/sys/class/devcoredump"
#define SIZE			(4 * IGT_DXG_PAGE)
#define LATEST_MS		10000
/* How long one that must not come has to stay away. */
#define NEVER_MS		300
#define TEXT_MAX		(128 * 1024)

/**
 * struct hang - A device with a command that hangs
 * @device: the device
 * @context: its context
 * @fence: what it would signal
 * @memory: what it would write
 */
struct hang {
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint32_t memory;
};

/* Path of the adapter's dump, or false. */
static bool find_dump(const struct igt_dxg *dxg, char path[PATH_MAX])
{
	char link[PATH_MAX], device[PATH_MAX], failing[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	snprintf(link, sizeof(link), "/sys/class/drm/card%d/device", dxg->minor);
	igt_assert(realpath(link, device));
	folder = opendir(FOLDER);
	igt_assert_f(folder, "there is no %s\n", FOLDER);
	while (!found && (entry = readdir(folder))) {
		snprintf(link, sizeof(link), FOLDER "/%s/failing_device", entry->d_name);
		if (strncmp(entry->d_name, "devcd", 5) || !realpath(link, failing) ||
		    strcmp(device, failing))
			continue;
		snprintf(path, PATH_MAX, FOLDER "/%s/data", entry->d_name);
		found = true;
	}
	closedir(folder);
	return found;
}

/* Any write does. */
static void dismiss_dump(const struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns();
	char path[PATH_MAX];
	int fd;

	while (find_dump(dxg, path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			igt_assert_eq(write(fd, "1", 1), 1);
			close(fd);
		}
		igt_assert_f(igt_dxg_elapsed_ms(start) < LATEST_MS, "%s stays\n", path);
		igt_dxg_sleep_ms(5);
	}
}

static char *await_dump(const struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns();
	char path[PATH_MAX];

	while (!find_dump(dxg, path)) {
		igt_assert_f(igt_dxg_elapsed_ms(start) < LATEST_MS, "there is no dump\n");
		igt_dxg_sleep_ms(5);
	}
	return igt_dxg_read_file(path);
}

static void hang_create(struct igt_dxg *dxg, struct hang *hang)
{
	hang->device = igt_dxg_create_device(dxg);
	hang->context = igt_dxg_create_context(dxg, hang->device);
	hang->fence = igt_dxg_create_fence(dxg, hang->device, 77, NULL);
	hang->memory = igt_dxg_create_allocation(dxg, hang->device, SIZE);
}

/* Returns when the device is lost; @more: fills behind it in the stream. */
static void hang_run(struct igt_dxg *dxg, const struct hang *hang, unsigned int more)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	for (unsigned int i = 0; i <= more; i++)
		igt_dxg_stream_fill(&stream, hang->memory, 8, 64, 0xabcd1234);
	igt_dxg_stream_signal(&stream, hang->fence, 78);
	igt_dxg_submit(dxg, hang->context, &stream);
	igt_dxg_wait(dxg, hang->device, hang->fence, UINT64_MAX);
	igt_assert_eq_u32(igt_dxg_device_state(dxg, hang->device), D3DKMT_DEVICEEXECUTION_HUNG);
}

static void assert_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	igt_assert_f(found && (found == text || found[-1] == '\n' || *line == ' '),
		     "the dump lacks \"%s\":\n%s", line, text);
}

static void assert_dump(const struct igt_dxg *dxg, const struct hang *hang, const char *text)
{
	char line[128];

	assert_line(text, "dxg device core dump, version 1\n");
	snprintf(line, sizeof(line), "adapter: luid=%llx ",
		 (unsigned long long)dxg->luid.high << 32 | dxg->luid.low);
	assert_line(text, line);
	assert_line(text, "node: 0 ");
	snprintf(line, sizeof(line), "process: pid=%d name=dxg_coredump door=%s\n", getpid(),
		 dxg->door == DXG_DOOR_DXG ? "/dev/dxg" : "node");
	assert_line(text, line);
	snprintf(line, sizeof(line), "device: %08x epoch=", hang->device);
	assert_line(text, line);
	snprintf(line, sizeof(line), "context: %08x flags=0x0\n", hang->context);
	assert_line(text, line);
	snprintf(line, sizeof(line), "queue: %08x held=0\n", hang->context);
	assert_line(text, line);
	snprintf(line, sizeof(line), "  0: handle=%08x bytes=%u write\n", hang->memory, SIZE);
	assert_line(text, line);
	snprintf(line, sizeof(line), "  0: handle=%08x value=77\n", hang->fence);
	assert_line(text, line);
	assert_line(text, "  0x0010 delay ns=");
	assert_line(text, " fill dst=1:0+0x8 length=0x40 pattern=0xabcd1234\n");
	/* no address of the kernel is there */
	igt_assert_f(!strstr(text, "ffff"), "an address is in the dump:\n%s", text);
}

static void dump(struct igt_dxg *dxg)
{
	struct hang hang;
	char *text;

	dismiss_dump(dxg);
	hang_create(dxg, &hang);
	hang_run(dxg, &hang, 0);
	text = await_dump(dxg);
	assert_dump(dxg, &hang, text);
	assert_line(text, "allocations: 1\n");
	assert_line(text, "fences: 1\n");
	assert_line(text, " signal fence=0 value=78\n");
	free(text);
	dismiss_dump(dxg);
	igt_dxg_destroy_device(dxg, hang.device);
}

/* The first one stays until somebody has read it. */
static void once(struct igt_dxg *dxg)
{
	struct hang hangs[3];
	char *first, *text;
	char path[PATH_MAX];

	dismiss_dump(dxg);
	for (int i = 0; i < 3; i++)
		hang_create(dxg, &hangs[i]);
	hang_run(dxg, &hangs[0], 0);
	first = await_dump(dxg);
	hang_run(dxg, &hangs[1], 0);
	igt_dxg_sleep_ms(NEVER_MS);
	text = await_dump(dxg);
	igt_assert(!strcmp(first, text));
	free(first);
	free(text);
	dismiss_dump(dxg);
	igt_dxg_sleep_ms(NEVER_MS);
	igt_assert(!find_dump(dxg, path));
	hang_run(dxg, &hangs[2], 0);
	text = await_dump(dxg);
	assert_dump(dxg, &hangs[2], text);
	free(text);
	dismiss_dump(dxg);
	for (int i = 0; i < 3; i++)
		igt_dxg_destroy_device(dxg, hangs[i].device);
}

/* Of what is long the beginning is there. */
static void large(struct igt_dxg *dxg)
{
	const unsigned int more = 1200;
	struct hang hang;
	char *text;

	dismiss_dump(dxg);
	hang_create(dxg, &hang);
	hang_run(dxg, &hang, more);
	text = await_dump(dxg);
	assert_dump(dxg, &hang, text);
	igt_assert_lte_u64(strlen(text), TEXT_MAX);
	assert_line(text, "allocations: 1201\n");
	assert_line(text, " bytes more\n");
	free(text);
	dismiss_dump(dxg);
	igt_dxg_destroy_device(dxg, hang.device);
}

/* The adapter goes while the dump is written. */
static void unplug(struct igt_dxg *dxg)
{
	struct hang hang;

	dismiss_dump(dxg);
	hang_create(dxg, &hang);
	hang_run(dxg, &hang, 0);
	igt_dxg_unbind(dxg);
	igt_dxg_rebind();
}

/* An error that a program asks for is none of the engine's. */
static void none(struct igt_dxg *dxg)
{
	struct d3dkmt_mark_device_as_error mark = {
		.device = igt_dxg_create_device(dxg),
		.reason = D3DKMT_DEVICE_ERROR_REASON_GENERIC,
	};
	char path[PATH_MAX];

	dismiss_dump(dxg);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MARK_DEVICE_AS_ERROR, &mark), 0);
	igt_dxg_sleep_ms(NEVER_MS);
	igt_assert(!find_dump(dxg, path));
	igt_dxg_destroy_device(dxg, mark.device);
}

static const struct igt_dxg_test tests[] = {
	TEST("dump", dump, "A time-out leaves a dump that says what hung."),
	TEST_ONE_DOOR("once", once, "The first dump stays until it is dismissed."),
	TEST_ONE_DOOR("large", large, "A dump has limited size."),
	TEST_ONE_DOOR("none", none, "There is a dump of time-outs only."),
	{ .name = "unplug", .describe = "The adapter goes with a dump on its way.",
	  .run = unplug, .doors = IGT_DXG_DXG_DOOR, .leaves = true },
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
