// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dxg_igt.h"

#define TIMEOUT_MS	10000
/* Until who has closed a file is gone. */
#define ALONE_MS	2000
#define DRM_MINORS	64

/* --- ways in ------------------------------------------------------------- */

const struct igt_dxg_way igt_dxg_ways[IGT_DXG_WAYS] = {
	{ "virtio_gpu", DXG_DOOR_DXG, "virtio_gpu-dxg" },
	{ "virtio_gpu", DXG_DOOR_RENDER, "virtio_gpu-render" },
	{ "virtio_gpu", DXG_DOOR_CARD, "virtio_gpu-card" },
	{ "vkms", DXG_DOOR_DXG, "vkms-dxg" },
	{ "vkms", DXG_DOOR_RENDER, "vkms-render" },
	{ "vkms", DXG_DOOR_CARD, "vkms-card" },
};

static struct igt_dxg *all_open;

/* DRM_IOCTL_VERSION, so that no header of libdrm is needed */
struct node_version {
	int version[3];
	size_t name_len;
	char *name;
	size_t date_len;
	char *date;
	size_t desc_len;
	char *desc;
};

static bool is_dxg_node(int fd)
{
	char name[16] = {};
	struct node_version version = { .name_len = sizeof(name) - 1, .name = name };

	return !ioctl(fd, _IOWR('d', 0x00, struct node_version), &version) &&
	       !strcmp(name, "dxg");
}

static bool is_driver(const struct igt_dxg *dxg, uint32_t adapter, const char *driver)
{
	struct d3dkmt_driver_description description;
	char text[D3DKMT_DRIVER_DESCRIPTION_CHARS];
	size_t i;

	if (__igt_dxg_query(dxg, adapter, D3DKMT_QAI_DRIVER_DESCRIPTION, &description,
			    sizeof(description)))
		return false;
	for (i = 0; i < sizeof(text) - 1 && description.driver_description[i]; i++)
		text[i] = description.driver_description[i] < 0x80 ?
			  description.driver_description[i] : '?';
	text[i] = '\0';
	return strstr(text, driver);
}

/* Sets adapter and luid; every other adapter of the enumeration is closed again. */
static bool find_adapter(struct igt_dxg *dxg, const char *driver)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	uint32_t count = D3DKMT_MAX_ENUM_ADAPTERS;

	dxg->adapter = 0;
	if (__igt_dxg_enum(dxg, info, &count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!dxg->adapter && is_driver(dxg, info[i].adapter, driver)) {
			dxg->adapter = info[i].adapter;
			dxg->luid = info[i].adapter_luid;
		} else {
			igt_dxg_close_adapter(dxg, info[i].adapter);
		}
	}
	return dxg->adapter;
}

static bool open_node(struct igt_dxg *dxg, enum igt_dxg_door door, const char *driver, int minor)
{
	dxg->door = door;
	if (door == DXG_DOOR_DXG)
		snprintf(dxg->path, sizeof(dxg->path), "/dev/dxg");
	else if (door == DXG_DOOR_CARD)
		snprintf(dxg->path, sizeof(dxg->path), "/dev/dri/card%d", minor);
	else
		snprintf(dxg->path, sizeof(dxg->path), "/dev/dri/renderD%d", 128 + minor);

	dxg->fd = open(dxg->path, (door == DXG_DOOR_DXG ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (dxg->fd < 0)
		return false;
	if ((door == DXG_DOOR_DXG || is_dxg_node(dxg->fd)) && find_adapter(dxg, driver))
		return true;
	close(dxg->fd);
	return false;
}

/* Opens the node of an adapter; sets the minor to that of a DRM node. */
static bool open_door(struct igt_dxg *dxg, enum igt_dxg_door door, const char *driver)
{
	if (door == DXG_DOOR_DXG)
		return open_node(dxg, door, driver, 0);
	for (dxg->minor = 0; dxg->minor < DRM_MINORS; dxg->minor++)
		if (open_node(dxg, door, driver, dxg->minor))
			return true;
	return false;
}

bool igt_dxg_find_node(enum igt_dxg_door door, const char *driver, char *path)
{
	struct igt_dxg dxg = {};

	if (!open_door(&dxg, door, driver))
		return false;
	igt_dxg_close_adapter(&dxg, dxg.adapter);
	close(dxg.fd);
	snprintf(path, sizeof(dxg.path), "%s", dxg.path);
	return true;
}

struct igt_dxg *igt_dxg_open(enum igt_dxg_door door, const char *driver)
{
	struct igt_dxg *dxg = calloc(1, sizeof(*dxg));
	struct igt_dxg card = {};

	igt_assert(dxg);
	igt_require_f(open_door(dxg, door, driver), "no %s adapter at door %d\n", driver, door);
	dxg->driver = driver;
	if (door == DXG_DOOR_CARD) {
		card.minor = dxg->minor;
	} else {
		igt_require_f(open_door(&card, DXG_DOOR_CARD, driver), "no card node\n");
		close(card.fd);
	}
	dxg->minor = card.minor;
	dxg->next = all_open;
	all_open = dxg;
	return dxg;
}

struct igt_dxg *igt_dxg_reopen(const struct igt_dxg *dxg)
{
	return igt_dxg_open(dxg->door, dxg->driver);
}

void igt_dxg_renew(struct igt_dxg *dxg)
{
	int minor = dxg->minor;

	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	igt_assert(open_door(dxg, dxg->door, dxg->driver));
	dxg->minor = minor;
}

void igt_dxg_close(struct igt_dxg *dxg)
{
	struct igt_dxg **link = &all_open;

	while (*link && *link != dxg)
		link = &(*link)->next;
	if (*link)
		*link = dxg->next;
	/* The test may have closed it, or be a child whose calls are refused. */
	__igt_dxg_close_adapter(dxg, dxg->adapter);
	close(dxg->fd);
	free(dxg);
}

void igt_dxg_close_all(void)
{
	while (all_open)
		igt_dxg_close(all_open);
}

/* --- the platform device ------------------------------------------------- */

#define PLATFORM_DRIVER	"/sys/bus/platform/drivers/dxg/"

/**
 * struct unbound - The platform device that has no driver at the moment
 * @name: its name; empty: there is none
 * @driver: the in-tree driver of its adapter
 */
static struct unbound {
	char name[64];
	const char *driver;
} unbound;

static int write_name(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, name, strlen(name)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int bind_unbound(void)
{
	int ret = write_name(PLATFORM_DRIVER "bind", unbound.name);

	unbound.name[0] = '\0';
	return ret;
}

static void bind_at_exit(int sig)
{
	(void)sig;
	if (unbound.name[0])
		bind_unbound();
}

void igt_dxg_unbind(const struct igt_dxg *dxg)
{
	static bool installed;
	char link[64], real[PATH_MAX];

	igt_assert(!unbound.name[0]);
	if (!installed)
		igt_install_exit_handler(bind_at_exit);
	installed = true;
	snprintf(link, sizeof(link), "/sys/class/drm/card%d/device", dxg->minor);
	igt_assert(realpath(link, real));
	unbound.driver = dxg->driver;
	snprintf(unbound.name, sizeof(unbound.name), "%s", strrchr(real, '/') + 1);
	igt_assert_eq(write_name(PLATFORM_DRIVER "unbind", unbound.name), 0);
}

void igt_dxg_rebind(void)
{
	uint64_t start = igt_dxg_now_ns();
	char path[32];

	igt_assert_eq(bind_unbound(), 0);
	while (!igt_dxg_find_node(DXG_DOOR_DXG, unbound.driver, path) ||
	       !igt_dxg_find_node(DXG_DOOR_CARD, unbound.driver, path)) {
		igt_assert_f(igt_dxg_elapsed_ms(start) < TIMEOUT_MS,
			     "the adapter does not come back\n");
		igt_dxg_sleep_ms(5);
	}
}

/* --- the module ---------------------------------------------------------- */

int igt_dxg_module_load(void)
{
	const char *file = getenv("DXG_KO"), *params = getenv("DXG_PARAMS");
	char path[PATH_MAX];
	int fd, ret;

	/* The tests may have a root of their own; then the file is in init's. */
	snprintf(path, sizeof(path), "/proc/1/root%s", file ? file : "/lib/mod/dxg.ko");
	fd = open(path + strlen("/proc/1/root"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, params ? params : "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

int igt_dxg_module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

int igt_dxg_module_unload_wait(unsigned int timeout_ms)
{
	uint64_t start = igt_dxg_now_ns();
	int ret;

	for (;;) {
		ret = igt_dxg_module_unload("dxg");
		if ((ret != -EAGAIN && ret != -EBUSY) || igt_dxg_elapsed_ms(start) > timeout_ms)
			return ret;
		igt_dxg_sleep_ms(1);
	}
}

/* --- tests --------------------------------------------------------------- */

/*
 * The process of a closed file goes a little later. Let that of the test before be
 * gone, or its end would be taken for something that this one has to restore. What
 * does not go has been reported already.
 */
static void await_alone(const struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns();

	while (igt_dxg_read_state(dxg, "processes") > 1 && igt_dxg_elapsed_ms(start) < ALONE_MS)
		igt_dxg_sleep_ms(1);
}

static void run_test(const struct igt_dxg_test *test, const struct igt_dxg_way *way)
{
	struct igt_dxg_state baseline;
	struct igt_dxg *dxg;

	igt_dxg_close_all();
	if (access("/sys/module/dxg", F_OK))
		igt_dxg_module_load();
	if (unbound.name[0])
		igt_dxg_rebind();
	igt_dxg_free_copies();
	dxg = igt_dxg_open(way->door, way->driver);
	await_alone(dxg);
	igt_dxg_read_state_all(dxg, &baseline);
	if (test->outlast)
		igt_dxg_outlast(dxg, test->outlast);
	else if (test->run_case)
		test->run_case(dxg, test->data);
	else
		test->run(dxg);
	if (!test->leaves)
		igt_dxg_assert_no_leak(dxg, &baseline);
	igt_dxg_close(dxg);
}

/* By the length of the name, so that another test does not change them. */
static bool has_way(const struct igt_dxg_test *test, const struct igt_dxg_way *way)
{
	static const char *const some[2][2] = {
		{ "virtio_gpu-dxg", "vkms-card" },
		{ "vkms-dxg", "virtio_gpu-render" },
	};
	const char *const *ways = some[strlen(test->name) % 2];

	if (test->doors & (IGT_DXG_LONG | IGT_DXG_LONGEST))
		return !strcmp(way->name, ways[0]) ||
		       (test->doors == IGT_DXG_LONG && !strcmp(way->name, ways[1]));
	return !test->doors || test->doors & 1U << way->door;
}

void igt_dxg_run_tests(const struct igt_dxg_test *tests)
{
	const struct igt_dxg_test *test;
	const struct igt_dxg_way *way;
	int i;

	for (test = tests; test->name; test++) {
		for (i = 0; i < IGT_DXG_WAYS; i++) {
			way = &igt_dxg_ways[i];
			if (!has_way(test, way))
				continue;
			igt_describe(test->describe);
			igt_subtest_f("%s-%s", test->name, way->name)
				run_test(test, way);
		}
	}
}

unsigned int igt_dxg_scale(unsigned int count)
{
	const char *scale = getenv("IGT_DXG_SCALE");
	unsigned int divisor = scale ? strtoul(scale, NULL, 0) : 1;

	return divisor && count >= divisor ? count / divisor : 1;
}

unsigned int igt_dxg_patience(unsigned int ms)
{
	const char *factor = getenv("IGT_DXG_PATIENCE");

	return factor ? strtoul(factor, NULL, 0) * ms : ms;
}

/* --- files --------------------------------------------------------------- */

char *igt_dxg_read_file(const char *path)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room);
	ssize_t got;
	int fd;

	igt_assert(text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	igt_assert_f(fd >= 0, "cannot open %s\n", path);
	while ((got = read(fd, text + size, room - size - 1)) > 0) {
		size += got;
		if (room - size < 1 << 12) {
			room *= 2;
			text = realloc(text, room);
			igt_assert(text);
		}
	}
	close(fd);
	igt_assert_f(!got, "cannot read %s\n", path);
	text[size] = '\0';
	return text;
}

/* --- debugfs and parameters ---------------------------------------------- */

unsigned int igt_dxg_tdr_ms(void)
{
	FILE *file = fopen("/sys/module/dxg/parameters/tdr_ms", "re");
	unsigned int ms = 0;

	igt_assert(file);
	igt_assert_eq(fscanf(file, "%u", &ms), 1);
	fclose(file);
	return ms;
}

void igt_dxg_debugfs_path(const struct igt_dxg *dxg, const char *name,
			  char path[IGT_DXG_DEBUGFS_PATH])
{
	snprintf(path, IGT_DXG_DEBUGFS_PATH, "/sys/kernel/debug/dri/%d/%s", dxg->minor, name);
}

char *igt_dxg_read_debugfs(const struct igt_dxg *dxg, const char *name)
{
	char path[IGT_DXG_DEBUGFS_PATH];

	igt_dxg_debugfs_path(dxg, name, path);
	return igt_dxg_read_file(path);
}

void igt_dxg_assert_invariants(const struct igt_dxg *dxg)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_invariants");
	unsigned int rules = 0, held = 0;
	const char *line;

	for (line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, "\n");

		rules++;
		held += length > 4 && !strncmp(line + length - 4, ": ok", 4);
		igt_assert_f(line[length], "a line of dxg_invariants does not end\n");
	}
	igt_assert_f(rules && rules == held, "what must always be true is not:\n%s", text);
	free(text);
}

/* --- counts -------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t offset;
	bool idle;
} counts[] = {
	{ "processes", offsetof(struct igt_dxg_state, processes), false },
	{ "devices", offsetof(struct igt_dxg_state, devices), false },
	{ "contexts", offsetof(struct igt_dxg_state, contexts), false },
	{ "resources", offsetof(struct igt_dxg_state, resources), false },
	{ "allocations", offsetof(struct igt_dxg_state, allocations), true },
	{ "sync_objects", offsetof(struct igt_dxg_state, sync_objects), false },
	{ "sync_openings", offsetof(struct igt_dxg_state, sync_openings), false },
	{ "commands", offsetof(struct igt_dxg_state, commands), true },
	{ "batches", offsetof(struct igt_dxg_state, batches), true },
	{ "shares", offsetof(struct igt_dxg_state, shares), true },
	{ "hw_queues", offsetof(struct igt_dxg_state, hw_queues), false },
	{ "backing_bytes", offsetof(struct igt_dxg_state, backing_bytes), true },
	{ "system_bytes", offsetof(struct igt_dxg_state, system_bytes), true },
	{ "user_bytes", offsetof(struct igt_dxg_state, user_bytes), true },
	{ "wanted_bytes", offsetof(struct igt_dxg_state, wanted_bytes), true },
	{ "offered_bytes", offsetof(struct igt_dxg_state, offered_bytes), true },
	{ "exported_bytes", offsetof(struct igt_dxg_state, exported_bytes), true },
	{ "pending_bytes", offsetof(struct igt_dxg_state, pending_bytes), true },
	{ "reserved_bytes", offsetof(struct igt_dxg_state, reserved_bytes), true },
	{ "pinned_bytes", offsetof(struct igt_dxg_state, pinned_bytes), true },
	{ "pins", offsetof(struct igt_dxg_state, pins), true },
};

static uint64_t count_of(const struct igt_dxg_state *state, size_t i)
{
	uint64_t value;

	memcpy(&value, (const char *)state + counts[i].offset, sizeof(value));
	return value;
}

void igt_dxg_read_state_all(const struct igt_dxg *dxg, struct igt_dxg_state *state)
{
	char path[64], name[64];
	unsigned int found = 0;
	unsigned long long value;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%d/dxg_state", dxg->minor);
	file = fopen(path, "re");
	igt_assert_f(file, "cannot open %s\n", path);
	while (fscanf(file, " %63[^:]: %llu", name, &value) == 2) {
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
			if (strcmp(name, counts[i].name))
				continue;
			memcpy((char *)state + counts[i].offset, &value, sizeof(value));
			found |= 1U << i;
		}
	}
	fclose(file);
	igt_assert_f(found == (1U << IGT_DXG_ARRAY_SIZE(counts)) - 1,
		     "%s lacks counts: found %#x\n", path, found);
}

static size_t count_named(const char *name)
{
	size_t i = 0;

	while (i < IGT_DXG_ARRAY_SIZE(counts) && strcmp(name, counts[i].name))
		i++;
	igt_assert_f(i < IGT_DXG_ARRAY_SIZE(counts), "no count is called %s\n", name);
	return i;
}

uint64_t igt_dxg_read_state(const struct igt_dxg *dxg, const char *name)
{
	struct igt_dxg_state state;

	igt_dxg_read_state_all(dxg, &state);
	return count_of(&state, count_named(name));
}

/* Which counts differ; the last one read is in @state. */
static bool settled(const struct igt_dxg *dxg, const struct igt_dxg_state *expected,
		    unsigned int mask, struct igt_dxg_state *state)
{
	igt_dxg_read_state_all(dxg, state);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++)
		if (mask & 1U << i && count_of(state, i) != count_of(expected, i))
			return false;
	return true;
}

static void wait_settled(const struct igt_dxg *dxg, const struct igt_dxg_state *expected,
			 unsigned int mask)
{
	uint64_t start = igt_dxg_now_ns();
	struct igt_dxg_state state;
	bool equal = true;

	while (!settled(dxg, expected, mask, &state)) {
		if (igt_dxg_elapsed_ms(start) > TIMEOUT_MS)
			break;
		igt_dxg_sleep_ms(5);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
		if (!(mask & 1U << i) || count_of(&state, i) == count_of(expected, i))
			continue;
		igt_warn("%s: %llu and not %llu\n", counts[i].name,
			 (unsigned long long)count_of(&state, i),
			 (unsigned long long)count_of(expected, i));
		equal = false;
	}
	igt_assert_f(equal, "the counts above did not come back in %d ms\n", TIMEOUT_MS);
}

void igt_dxg_wait_state(const struct igt_dxg *dxg, const char *name, uint64_t value)
{
	struct igt_dxg_state expected = {};
	size_t i = count_named(name);

	memcpy((char *)&expected + counts[i].offset, &value, sizeof(value));
	wait_settled(dxg, &expected, 1U << i);
}

void igt_dxg_wait_idle(const struct igt_dxg *dxg, const struct igt_dxg_state *baseline)
{
	unsigned int mask = 0;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++)
		if (counts[i].idle)
			mask |= 1U << i;
	wait_settled(dxg, baseline, mask);
}

void igt_dxg_assert_no_leak(const struct igt_dxg *dxg, const struct igt_dxg_state *baseline)
{
	wait_settled(dxg, baseline, (1U << IGT_DXG_ARRAY_SIZE(counts)) - 1);
	igt_dxg_assert_invariants(dxg);
}

/* --- memory -------------------------------------------------------------- */

#define COPIES	256

static struct {
	void *start;
	size_t size;
} copies[COPIES];

static unsigned int copies_used;

static void *map_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(pages != MAP_FAILED);
	return pages;
}

void *igt_dxg_bad_pointer(void)
{
	static void *page;

	if (!page) {
		page = map_pages(IGT_DXG_PAGE);
		igt_assert_eq(mprotect(page, IGT_DXG_PAGE, PROT_NONE), 0);
	}
	return page;
}

static uint8_t *map_copy(size_t size)
{
	uint8_t *start = map_pages(size);

	igt_assert(copies_used < COPIES);
	copies[copies_used].start = start;
	copies[copies_used].size = size;
	copies_used++;
	return start;
}

void *igt_dxg_before_bad_page(const void *data, size_t size)
{
	size_t room = (size + IGT_DXG_PAGE - 1) & ~(size_t)(IGT_DXG_PAGE - 1);
	uint8_t *start = map_copy(room + IGT_DXG_PAGE);

	memcpy(start + room - size, data, size);
	igt_assert_eq(mprotect(start + room, IGT_DXG_PAGE, PROT_NONE), 0);
	return start + room - size;
}

void *igt_dxg_read_only(const void *data, size_t size)
{
	uint8_t *start = map_copy(size);

	memcpy(start, data, size);
	igt_assert_eq(mprotect(start, size, PROT_READ), 0);
	return start;
}

void igt_dxg_free_copies(void)
{
	while (copies_used) {
		copies_used--;
		munmap(copies[copies_used].start, copies[copies_used].size);
	}
}

static sigjmp_buf fault_jmpbuf;

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(fault_jmpbuf, 1);
}

static bool access_faults(uint8_t *address, bool write)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct sigaction old_segv, old_bus;
	bool faulted = true;

	sigaction(SIGSEGV, &action, &old_segv);
	sigaction(SIGBUS, &action, &old_bus);
	if (!sigsetjmp(fault_jmpbuf, 1)) {
		uint8_t byte = __atomic_load_n(address, __ATOMIC_RELAXED);

		if (write)
			__atomic_store_n(address, byte, __ATOMIC_RELAXED);
		faulted = false;
	}
	sigaction(SIGSEGV, &old_segv, NULL);
	sigaction(SIGBUS, &old_bus, NULL);
	return faulted;
}

bool igt_dxg_read_faults(const void *address)
{
	return access_faults((uint8_t *)address, false);
}

bool igt_dxg_write_faults(void *address)
{
	return access_faults(address, true);
}

/* --- time ---------------------------------------------------------------- */

uint64_t igt_dxg_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t igt_dxg_elapsed_ms(uint64_t since_ns)
{
	return (igt_dxg_now_ns() - since_ns) / IGT_DXG_NS_PER_MS;
}

void igt_dxg_sleep_ms(unsigned int ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * IGT_DXG_NS_PER_MS };

	while (nanosleep(&span, &span) == -1 && errno == EINTR)
		;
}

#define OUTLAST_MS	200
#define OUTLAST_TIMES	4

void igt_dxg_outlast(struct igt_dxg *dxg, bool (*run)(struct igt_dxg *dxg, unsigned int ms))
{
	unsigned int ms = OUTLAST_MS, tdr = igt_dxg_tdr_ms();

	for (int i = 1; i <= OUTLAST_TIMES; i++) {
		if (ms > tdr || i == OUTLAST_TIMES)
			ms = tdr;
		if (run(dxg, ms))
			return;
		igt_info("a job of %u ms was over too early\n", ms);
		ms *= 3;
	}
	igt_assert_f(false, "even a job of %u ms was over too early\n", tdr);
}
