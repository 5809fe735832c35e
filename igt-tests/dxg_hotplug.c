// SPDX-License-Identifier: MIT
/*
 * Devices, drivers and the module that come and go while they are used.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_prime.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Removal of adapters, in-tree devices and the module while in use.");

#define PAGE		4096
#define SIZE		(16 * PAGE)
#define JOB_MS		1000
/* The host has answered by now, see quieten() */
#define ANSWER_MS	200
#define HELD		20
/* An adapter is there, or gone, in this time. */
#define SETTLE_MS	5000
#define THREADS		3

#define DXG_DRIVER	"/sys/bus/platform/drivers/dxg"
#define PCI_DRIVER	"/sys/bus/pci/drivers/virtio-pci"
#define VIRTIO_DRIVER	"/sys/bus/virtio/drivers/virtio_gpu"

/* --- sysfs --------------------------------------------------------------- */

/**
 * struct unplugged - A device that has no driver at the moment
 * @driver: folder of the driver in sysfs
 * @name: name of the device; empty: there is none
 */
static struct unplugged {
	const char *driver;
	char name[NAME_MAX + 1];
} unplugged;

static int write_file(const char *folder, const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int bind_device(void)
{
	int ret = write_file(unplugged.driver, "bind", unplugged.name);

	unplugged.name[0] = '\0';
	return ret;
}

static int unbind_device(const char *driver, const char *name)
{
	int ret = write_file(driver, "unbind", name);

	if (!ret) {
		unplugged.driver = driver;
		snprintf(unplugged.name, sizeof(unplugged.name), "%s", name);
	}
	return ret;
}

/*
 * virtio_gpu forgets what it has sent to the host and has no answer to when it is
 * unbound, and warns of that later ("Memory manager not clean during takedown",
 * "Objects remaining on __kmem_cache_shutdown()"), with dxg or without. A cursor that
 * blinks is enough, or a card node that is closed. So the console lets go of it, and
 * nothing is opened, created or destroyed on it; jobs send nothing.
 */
static void quieten(void)
{
	char folder[64], path[96], name[64];
	FILE *file;

	for (int i = 0; i < 8; i++) {
		snprintf(folder, sizeof(folder), "/sys/class/vtconsole/vtcon%d", i);
		snprintf(path, sizeof(path), "%s/name", folder);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file) && strstr(name, "frame buffer"))
			write_file(folder, "bind", "0");
		fclose(file);
	}
	igt_dxg_sleep_ms(ANSWER_MS);
}

/* Name of our parent device of an adapter. */
static void dxg_device_name(const char *driver, char *name)
{
	char node[32], path[PATH_MAX], real[PATH_MAX];

	igt_assert(igt_dxg_find_node(DXG_DOOR_CARD, driver, node));
	snprintf(path, sizeof(path), "/sys/class/drm/%s/device", basename(node));
	igt_assert(realpath(path, real));
	snprintf(name, NAME_MAX + 1, "%s", basename(real));
}

static void virtio_device_name(char *name)
{
	DIR *folder = opendir(VIRTIO_DRIVER);
	struct dirent *entry;

	name[0] = '\0';
	igt_require_f(folder, "no driver virtio_gpu\n");
	while ((entry = readdir(folder)))
		if (!strncmp(entry->d_name, "virtio", 6))
			snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
	closedir(folder);
	igt_require_f(name[0], "no device virtio_gpu\n");
}

static void pci_device_name(char *name)
{
	char virtio[NAME_MAX + 1], path[PATH_MAX], real[PATH_MAX];

	virtio_device_name(virtio);
	snprintf(path, sizeof(path), VIRTIO_DRIVER "/%s", virtio);
	igt_assert(realpath(path, real));
	snprintf(name, NAME_MAX + 1, "%s", basename(dirname(real)));
}

/* --- adapters ------------------------------------------------------------ */

static bool settles(const char *driver, bool present)
{
	uint64_t start = igt_dxg_now_ns();
	char path[32];

	while (igt_dxg_find_node(DXG_DOOR_DXG, driver, path) != present ||
	       igt_dxg_find_node(DXG_DOOR_CARD, driver, path) != present) {
		if (igt_dxg_elapsed_ms(start) > SETTLE_MS)
			return false;
		igt_dxg_sleep_ms(5);
	}
	return true;
}

static bool is_listed(struct d3dkmt_luid luid)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	struct igt_dxg dxg = { .door = DXG_DOOR_DXG };
	uint32_t count = D3DKMT_MAX_ENUM_ADAPTERS;
	bool found = false;

	dxg.fd = open("/dev/dxg", O_RDONLY | O_CLOEXEC);
	igt_assert_fd(dxg.fd);
	igt_assert_eq(__igt_dxg_enum(&dxg, info, &count), 0);
	for (uint32_t i = 0; i < count; i++) {
		found |= info[i].adapter_luid.low == luid.low &&
			 info[i].adapter_luid.high == luid.high;
		igt_dxg_close_adapter(&dxg, info[i].adapter);
	}
	close(dxg.fd);
	return found;
}

/* Put right what a test that failed has left. */
static void restore(void)
{
	igt_dxg_close_all();
	if (unplugged.name[0])
		bind_device();
	if (access("/sys/module/dxg", F_OK))
		igt_dxg_module_load();
}

/* --- an adapter in full use ---------------------------------------------- */

/**
 * struct alive - One of everything
 * @dxg: the way in
 * @device: a device
 * @context: a context with a job that runs and others that are held
 * @fence: a fence for which is waited
 * @memory: an allocation that is locked
 * @resource: a resource
 * @child: its allocation, which the job uses
 * @data: where @memory is mapped
 * @event: eventfd of a wait
 * @thread: thread in a wait
 * @started: it is about to wait
 * @ended: it has returned
 * @ret: with this
 */
struct alive {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint32_t memory;
	uint32_t resource;
	uint32_t child;
	void *data;
	int event;
	pthread_t thread;
	int started;
	int ended;
	int ret;
};

/* Of static storage: the thread may outlive a test that fails. */
static struct alive alive;

static void *alive_wait(void *arg)
{
	uint64_t value = 1;

	(void)arg;
	__atomic_store_n(&alive.started, 1, __ATOMIC_SEQ_CST);
	alive.ret = __igt_dxg_wait(alive.dxg, alive.device, &alive.fence, &value, 1, 0, 0);
	__atomic_store_n(&alive.ended, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void alive_submit(unsigned int ms)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, ms * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_fill(&stream, alive.child, 0, SIZE, 1);
	igt_dxg_stream_copy(&stream, alive.memory, 0, alive.child, 0, SIZE);
	igt_dxg_submit(alive.dxg, alive.context, &stream);
}

static void alive_create(struct igt_dxg *dxg)
{
	memset(&alive, 0, sizeof(alive));
	alive.dxg = dxg;
	alive.device = igt_dxg_create_device(dxg);
	alive.context = igt_dxg_create_context(dxg, alive.device);
	alive.fence = igt_dxg_create_fence(dxg, alive.device, 0, NULL);
	alive.memory = igt_dxg_create_allocation(dxg, alive.device, SIZE);
	alive.resource = igt_dxg_create_resource(dxg, alive.device, SIZE, 1, &alive.child);
	alive.data = igt_dxg_lock(dxg, alive.device, alive.memory);
	memset(alive.data, 0x77, SIZE);
	alive.event = igt_dxg_wait_event(dxg, alive.device, alive.fence, 1);
	igt_assert_eq(pthread_create(&alive.thread, NULL, alive_wait, NULL), 0);
	while (!__atomic_load_n(&alive.started, __ATOMIC_SEQ_CST))
		igt_dxg_sleep_ms(1);
	alive_submit(JOB_MS);
	for (int i = 0; i < HELD; i++)
		alive_submit(1);
	quieten();
}

/* What any door answers when the adapter has been removed. */
static void assert_removed(void)
{
	struct igt_dxg *dxg = alive.dxg;
	struct igt_dxg_stream stream;
	uint64_t start = igt_dxg_now_ns(), one = 1;
	uint32_t handle;
	void *data;

	igt_assert_eq(igt_dxg_touch(alive.data, false), SIGBUS);
	igt_assert_eq(igt_dxg_touch((char *)alive.data + SIZE - 1, true), SIGBUS);

	while (!__atomic_load_n(&alive.ended, __ATOMIC_SEQ_CST) &&
	       igt_dxg_elapsed_ms(start) < SETTLE_MS)
		igt_dxg_sleep_ms(1);
	igt_assert_f(__atomic_load_n(&alive.ended, __ATOMIC_SEQ_CST), "the wait does not end\n");
	pthread_join(alive.thread, NULL);
	igt_assert_eq(alive.ret, -ENODEV);
	igt_assert(igt_dxg_event_fired(alive.event, SETTLE_MS));
	close(alive.event);

	igt_assert_eq(__igt_dxg_create_device(dxg, dxg->adapter, 0, &handle), -ENODEV);
	igt_assert_eq(__igt_dxg_create_context(dxg, alive.device, 0, &handle), -ENODEV);
	igt_assert_eq(__igt_dxg_create_fence(dxg, alive.device, 0, 0, &handle, NULL), -ENODEV);
	igt_assert_eq(__igt_dxg_create(dxg, alive.device, 0, NULL, PAGE, 1, &handle), -ENODEV);
	igt_assert_eq(__igt_dxg_lock(dxg, alive.device, alive.memory, &data), -ENODEV);
	igt_assert_eq(__igt_dxg_lock(dxg, alive.device, alive.child, &data), -ENODEV);
	igt_assert_eq(__igt_dxg_signal(dxg, alive.device, &alive.fence, &one, 1, 0), -ENODEV);
	igt_assert_eq(__igt_dxg_wait(dxg, alive.device, &alive.fence, &one, 1, 0, 0), -ENODEV);
	igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, D3DKMT_QAI_DRIVER_VERSION, &handle, 4),
		      -ENODEV);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, alive.context, &stream), -ENODEV);
	igt_dxg_stream_free(&stream);
}

/* /dev/dxg lets go of what there was, in order. */
static void assert_removed_dxg(void)
{
	struct igt_dxg *dxg = alive.dxg;
	uint32_t adapter;

	igt_assert(!is_listed(dxg->luid));
	igt_assert_eq(__igt_dxg_open_adapter(dxg, dxg->luid, &adapter), -EINVAL);
	igt_assert_eq(igt_dxg_device_state(dxg, alive.device), D3DKMT_DEVICEEXECUTION_STOPPED);
	igt_dxg_unlock(dxg, alive.device, alive.memory);
	igt_assert_eq(__igt_dxg_unlock(dxg, alive.device, alive.memory), -EINVAL);
	igt_assert(!igt_dxg_mapped(alive.data));
	igt_dxg_destroy2(dxg, alive.device, 0, &alive.memory, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, alive.device, alive.memory), -EINVAL);
	igt_dxg_destroy2(dxg, alive.device, alive.resource, NULL, 0, 0);
	igt_dxg_destroy_context(dxg, alive.context);
	igt_dxg_destroy_fence(dxg, alive.fence);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, alive.fence), -EINVAL);
	igt_dxg_destroy_device(dxg, alive.device);
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, dxg->adapter), -EINVAL);
}

/* A DRM node answers nothing any more. */
static void assert_removed_drm(void)
{
	struct igt_dxg *dxg = alive.dxg;
	uint32_t count = 0, state;
	uint8_t args[512] = {};

	igt_assert_eq(__igt_dxg_enum(dxg, NULL, &count), -ENODEV);
	igt_assert_eq(__igt_dxg_device_state(dxg, alive.device, &state), -ENODEV);
	igt_assert_eq(__igt_dxg_unlock(dxg, alive.device, alive.memory), -ENODEV);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, alive.device, alive.memory), -ENODEV);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, alive.context), -ENODEV);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, alive.fence), -ENODEV);
	igt_assert_eq(__igt_dxg_destroy_device(dxg, alive.device), -ENODEV);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, dxg->adapter), -ENODEV);
	/* also to what it would not support */
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RENDER, args), -ENODEV);
}

/* Something small works. */
static void assert_works(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint32_t memory = igt_dxg_create_allocation(dxg, device, SIZE);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, memory, 0, SIZE, 42);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, device, fence, 1, SETTLE_MS));
	igt_dxg_assert_filled(dxg, device, memory, 0, SIZE / 4, 42);
	igt_dxg_destroy_device(dxg, device);
}

/* A device goes with all that there can be on it, and comes back. */
static void unbind_alive(const struct igt_dxg_way *way, const char *driver, const char *name)
{
	struct igt_dxg *dxg = igt_dxg_open(way->door, way->driver), *next;
	struct d3dkmt_luid luid = dxg->luid;
	uint64_t start;

	alive_create(dxg);
	start = igt_dxg_now_ns();
	igt_assert_eq(unbind_device(driver, name), 0);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), SETTLE_MS);
	assert_removed();
	igt_assert(settles(way->driver, false));
	igt_assert_eq(bind_device(), 0);
	igt_assert(settles(way->driver, true));

	/* the new one has nothing to do with the old one, which is still open */
	next = igt_dxg_reopen(dxg);
	igt_assert(next->luid.low != luid.low || next->luid.high != luid.high);
	assert_works(next);
	if (way->door == DXG_DOOR_DXG)
		assert_removed_dxg();
	else
		assert_removed_drm();
	igt_dxg_close(dxg);
	assert_works(next);
	igt_dxg_close(next);
}

static void test_own(const struct igt_dxg_way *way)
{
	char name[NAME_MAX + 1];

	dxg_device_name(way->driver, name);
	unbind_alive(way, DXG_DRIVER, name);
}

static void test_pci(const struct igt_dxg_way *way)
{
	char name[NAME_MAX + 1];

	pci_device_name(name);
	unbind_alive(way, PCI_DRIVER, name);
}

static void test_virtio(const struct igt_dxg_way *way)
{
	char name[NAME_MAX + 1];

	virtio_device_name(name);
	unbind_alive(way, VIRTIO_DRIVER, name);
}

/* The in-tree device goes while others have what we have exported. */
static void test_virtio_export(const struct igt_dxg_way *way)
{
	struct igt_dxg *dxg = igt_dxg_open(way->door, way->driver);
	uint32_t device = igt_dxg_create_device(dxg), other;
	uint32_t memory = igt_dxg_create_allocation(dxg, device, SIZE);
	int card = igt_dxg_open_card(way->driver), fd;
	char name[NAME_MAX + 1];
	void *data;

	memset(igt_dxg_lock(dxg, device, memory), 0x33, SIZE);
	fd = igt_dxg_export(dxg, device, memory);
	data = igt_dxg_map_dma_buf(fd, SIZE);
	igt_dxg_card_import(card, fd);
	virtio_device_name(name);
	quieten();
	igt_assert_eq(unbind_device(VIRTIO_DRIVER, name), 0);
	igt_dxg_assert_dma_buf(fd, SIZE, 0x33333333);
	igt_assert_eq(memcmp(data, (char *)data + 1, SIZE - 1), 0);
	igt_assert_eq(__igt_dxg_import(dxg, device, fd, &other, NULL), -ENODEV);
	igt_assert(settles(way->driver, false));

	/* a new one of the same name cannot be while there is anything of the old one */
	munmap(data, SIZE);
	close(fd);
	close(card);
	igt_dxg_close(dxg);
	igt_dxg_sleep_ms(ANSWER_MS);
	igt_assert_eq(bind_device(), 0);
	igt_assert(settles(way->driver, true));
	dxg = igt_dxg_open(way->door, way->driver);
	assert_works(dxg);
	igt_dxg_close(dxg);
}

static void child_busy(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	alive_create(igt_dxg_open(parent->door, parent->driver));
	igt_dxg_child_linger(child);
}

/* The device goes and then the process, neither having cleaned up. */
static void test_killed(const struct igt_dxg_way *way)
{
	struct igt_dxg *dxg = igt_dxg_open(way->door, way->driver);
	struct igt_dxg_child child;
	char name[NAME_MAX + 1];

	dxg_device_name(way->driver, name);
	igt_dxg_child_start(&child, dxg, child_busy);
	igt_dxg_child_await(&child);
	igt_dxg_close(dxg);
	igt_assert_eq(unbind_device(DXG_DRIVER, name), 0);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, SETTLE_MS);
	igt_assert_eq(bind_device(), 0);
	igt_assert(settles(way->driver, true));
	dxg = igt_dxg_open(way->door, way->driver);
	assert_works(dxg);
	igt_dxg_close(dxg);
}

/* --- rounds under load --------------------------------------------------- */

/**
 * struct load - Threads that use what comes and goes
 * @stop: end
 * @churn: create and destroy allocations all the time, else only use one
 * @error: the first answer that was not to be expected, or 0
 * @where: of which call
 * @found: adapters met
 * @jobs: commands submitted
 * @thread: the threads
 * @threads: how many
 */
static struct load {
	int stop;
	bool churn;
	int error;
	const char *where;
	unsigned int found;
	unsigned int jobs;
	pthread_t thread[THREADS];
	unsigned int threads;
} load;

static bool load_stopped(void)
{
	return __atomic_load_n(&load.stop, __ATOMIC_SEQ_CST);
}

/* Whether a call has succeeded; what is neither that nor "gone" is kept for the end. */
static bool load_ok(int ret, const char *where)
{
	if (ret && ret != -ENODEV && !load.error) {
		load.where = where;
		load.error = ret;
	}
	return !ret;
}

static int open_any(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT && errno != ENODEV && errno != ENXIO)
		load_ok(-errno, path);
	return fd;
}

static void *load_enumerate(void *arg)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	struct igt_dxg dxg = { .door = DXG_DOOR_DXG };
	uint32_t count, type;

	(void)arg;
	while (!load_stopped()) {
		igt_dxg_sleep_ms(2);
		dxg.fd = open_any("/dev/dxg");
		if (dxg.fd < 0)
			continue;
		count = D3DKMT_MAX_ENUM_ADAPTERS;
		if (!load_ok(__igt_dxg_enum(&dxg, info, &count), "EnumAdapters2"))
			count = 0;
		for (uint32_t i = 0; i < count; i++) {
			load_ok(__igt_dxg_query(&dxg, info[i].adapter, D3DKMT_QAI_ADAPTER_TYPE,
						&type, sizeof(type)), "QueryAdapterInfo");
			load_ok(__igt_dxg_close_adapter(&dxg, info[i].adapter), "CloseAdapter");
			load.found++;
		}
		close(dxg.fd);
	}
	return NULL;
}

/* Each node that there may be is opened and asked. */
static void *load_nodes(void *arg)
{
	struct igt_dxg dxg = { .door = DXG_DOOR_CARD };
	char path[32];
	uint32_t count;

	(void)arg;
	for (unsigned int i = 0; !load_stopped(); i = (i + 1) % 16) {
		igt_dxg_sleep_ms(1);
		snprintf(path, sizeof(path), "/dev/dri/%s%u", i % 2 ? "renderD" : "card",
			 i % 2 ? 128 + i / 2 : i / 2);
		dxg.fd = open(path, O_RDWR | O_CLOEXEC);
		if (dxg.fd < 0)
			continue;
		/* others' nodes refuse it */
		count = 0;
		__igt_dxg_enum(&dxg, NULL, &count);
		close(dxg.fd);
	}
	return NULL;
}

/* Use an allocation once. */
static bool work_once(const struct igt_dxg *dxg, uint32_t device, uint32_t context,
		      uint32_t memory)
{
	void *data;

	load.jobs++;
	return load_ok(__igt_dxg_submit_fill(dxg, context, memory, SIZE, 0, 0, 0),
		       "SubmitCommand") &&
	       load_ok(__igt_dxg_lock(dxg, device, memory, &data), "Lock2");
}

/* Work on one adapter until it goes. */
static void work_on(const struct igt_dxg *dxg, uint32_t adapter)
{
	uint32_t device, context, memory;
	bool usable;

	if (!load_ok(__igt_dxg_create_device(dxg, adapter, 0, &device), "CreateDevice"))
		return;
	usable = load_ok(__igt_dxg_create_context(dxg, device, 0, &context), "CreateContext");
	while (usable && !load_stopped()) {
		if (!load_ok(__igt_dxg_create(dxg, device, 0, NULL, SIZE, 1, &memory),
			     "CreateAllocation2"))
			break;
		do {
			usable = work_once(dxg, device, context, memory);
			igt_dxg_sleep_ms(!load.churn);
		} while (!load.churn && usable && !load_stopped());
		if (!load_ok(__igt_dxg_destroy_allocation(dxg, device, memory),
			     "DestroyAllocation2"))
			break;
	}
	/* works on a removed adapter, too */
	if (__igt_dxg_destroy_device(dxg, device))
		load_ok(-EIO, "DestroyDevice");
}

static void *load_work(void *arg)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	struct igt_dxg dxg = { .door = DXG_DOOR_DXG };
	unsigned int turn = 0;
	uint32_t count;

	(void)arg;
	while (!load_stopped()) {
		igt_dxg_sleep_ms(1);
		dxg.fd = open_any("/dev/dxg");
		if (dxg.fd < 0)
			continue;
		count = D3DKMT_MAX_ENUM_ADAPTERS;
		if (load_ok(__igt_dxg_enum(&dxg, info, &count), "EnumAdapters2") && count)
			work_on(&dxg, info[turn++ % count].adapter);
		/* all its handles go with the last file */
		close(dxg.fd);
	}
	return NULL;
}

static void load_start(bool churn, void *(*first)(void *arg), void *(*second)(void *arg),
		       void *(*third)(void *arg))
{
	void *(*const run[])(void *arg) = { first, second, third };

	memset(&load, 0, sizeof(load));
	load.churn = churn;
	for (int i = 0; i < THREADS && run[i]; i++)
		load.threads += !pthread_create(&load.thread[i], NULL, run[i], NULL);
}

static void load_end(void)
{
	__atomic_store_n(&load.stop, 1, __ATOMIC_SEQ_CST);
	while (load.threads)
		pthread_join(load.thread[--load.threads], NULL);
}

static void load_assert(void)
{
	igt_info("%u adapters met, %u commands submitted\n", load.found, load.jobs);
	igt_assert_f(!load.error, "%s returned %d\n", load.where, load.error);
}

static unsigned int rounds(void)
{
	const char *text = getenv("IGT_DXG_ROUNDS");
	unsigned int count = text ? strtoul(text, NULL, 0) : 0;

	return count ? count : 25;
}

/* The in-tree device's cache of buffers, where it is one of its own. */
static bool cache_is_there(void)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	bool found = false;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "virtio-gpu-vbufs ", strlen("virtio-gpu-vbufs "));
	if (file)
		fclose(file);
	return found;
}

/* Says what went wrong, so that the threads are ended before anything is asserted. */
static const char *one_round(const char *driver, const char *bus_driver, const char *name)
{
	if (unbind_device(bus_driver, name))
		return "the device cannot be unbound";
	/*
	 * We let go of the in-tree device a moment later. Until then its slab cache is
	 * there, and if a new one is made just while that goes, 6.12 refuses it: a cache
	 * leaves the list of caches before it leaves sysfs.
	 */
	if (strcmp(bus_driver, DXG_DRIVER)) {
		if (!settles(driver, false))
			return "the adapter does not go";
		for (unsigned int i = 0; i < SETTLE_MS / 10 && cache_is_there(); i++)
			igt_dxg_sleep_ms(10);
		igt_dxg_sleep_ms(50);
	}
	if (bind_device())
		return "the device cannot be bound";
	return settles(driver, true) ? NULL : "the adapter does not come back";
}

static void run_rounds(const char *driver, const char *bus_driver, void (*find)(char *name))
{
	const char *problem = NULL;
	char name[NAME_MAX + 1];
	struct igt_dxg *dxg;
	unsigned int i;

	load_start(!find, load_enumerate, load_work, find ? load_enumerate : load_nodes);
	for (i = 0; i < rounds() && !problem; i++) {
		if (find) {
			quieten();
			find(name);
		} else {
			dxg_device_name(driver, name);
		}
		problem = one_round(driver, bus_driver, name);
	}
	load_end();
	igt_assert_f(!problem, "round %u: %s\n", i, problem);
	load_assert();
	dxg = igt_dxg_open(DXG_DOOR_DXG, driver);
	assert_works(dxg);
	igt_dxg_close(dxg);
}

static void test_own_rounds(const struct igt_dxg_way *way)
{
	run_rounds(way->driver, DXG_DRIVER, NULL);
}

static void test_pci_rounds(const struct igt_dxg_way *way)
{
	run_rounds(way->driver, PCI_DRIVER, pci_device_name);
}

static void test_virtio_rounds(const struct igt_dxg_way *way)
{
	run_rounds(way->driver, VIRTIO_DRIVER, virtio_device_name);
}

/* --- the module ---------------------------------------------------------- */

static void assert_unload_refused(void)
{
	int ret = igt_dxg_module_unload("dxg");

	if (!ret)
		igt_dxg_module_load();
	igt_assert_f(ret == -EAGAIN || ret == -EBUSY, "the module's removal returned %d\n", ret);
}

/* Whatever way in is open, the module stays. */
static void test_rmmod_refused(const struct igt_dxg_way *way)
{
	struct igt_dxg *dxg = igt_dxg_open(way->door, way->driver);
	char name[NAME_MAX + 1];

	assert_unload_refused();
	assert_works(dxg);
	/* also when the adapter has gone */
	dxg_device_name(way->driver, name);
	igt_assert_eq(unbind_device(DXG_DRIVER, name), 0);
	assert_unload_refused();
	igt_assert_eq(bind_device(), 0);
	igt_assert(settles(way->driver, true));
	igt_dxg_close(dxg);
}

/* Not that of a driver to whose device we are attached, either. */
static void test_pinned(const struct igt_dxg_way *way)
{
	const char *module = strcmp(way->driver, "vkms") ? "virtio_gpu" : "vkms";
	int ret = igt_dxg_module_unload(module);

	igt_assert_f(ret == -EAGAIN || ret == -EBUSY, "the removal of %s returned %d\n", module,
		     ret);
	igt_assert(settles(way->driver, true));
}

/* Unload and load; the module is loaded again whatever happens. */
static const char *module_round(void)
{
	int unloaded = igt_dxg_module_unload_wait(SETTLE_MS), loaded;

	if (unloaded)
		return "the module cannot be removed";
	loaded = igt_dxg_module_load();
	if (loaded)
		return "the module cannot be loaded";
	return settles("virtio_gpu", true) && settles("vkms", true) ? NULL :
	       "an adapter does not come back";
}

static void test_rmmod(const struct igt_dxg_way *way)
{
	struct igt_dxg *dxg = igt_dxg_open(way->door, way->driver);
	struct d3dkmt_luid luid = dxg->luid;
	const char *problem;

	alive_create(dxg);
	igt_dxg_signal(dxg, alive.device, alive.fence, 1);
	pthread_join(alive.thread, NULL);
	close(alive.event);
	/* with the job still running */
	igt_dxg_close(dxg);
	problem = module_round();
	igt_assert_f(!problem, "%s\n", problem);
	dxg = igt_dxg_open(way->door, way->driver);
	igt_info("the adapter was %08x and is %08x\n", luid.low, dxg->luid.low);
	assert_works(dxg);
	igt_dxg_close(dxg);
}

static void test_rmmod_rounds(const struct igt_dxg_way *way)
{
	const char *problem = NULL;
	struct igt_dxg *dxg;
	unsigned int i;

	load_start(false, load_enumerate, load_enumerate, load_nodes);
	for (i = 0; i < rounds() && !problem; i++)
		problem = module_round();
	load_end();
	igt_assert_f(!problem, "round %u: %s\n", i, problem);
	load_assert();
	dxg = igt_dxg_open(way->door, way->driver);
	assert_works(dxg);
	igt_dxg_close(dxg);
}

/* ------------------------------------------------------------------------- */

/**
 * struct hotplug_test - A test of this file
 * @name: first part of the subtest's name
 * @describe: what it is about
 * @run: the test
 * @virtio: only for virtio_gpu
 * @one_door: only through /dev/dxg
 */
struct hotplug_test {
	const char *name;
	const char *describe;
	void (*run)(const struct igt_dxg_way *way);
	bool virtio;
	bool one_door;
};

static const struct hotplug_test tests[] = {
	{ "unbind", "Our device is unbound with everything alive.", test_own, false, false },
	{ "unbind-pci", "The PCI device is unbound with everything alive.", test_pci, true, false },
	{ "unbind-virtio", "The virtio device is unbound with everything alive.", test_virtio,
	  true, false },
	{ "unbind-virtio-export", "The virtio device is unbound with a dma-buf in use.",
	  test_virtio_export, true, true },
	{ "unbind-killed", "Our device is unbound and its user killed.", test_killed, false,
	  false },
	{ "unbind-rounds", "Our device is unbound and bound many times under load.",
	  test_own_rounds, false, true },
	{ "unbind-pci-rounds", "The PCI device is unbound and bound many times under load.",
	  test_pci_rounds, true, true },
	{ "unbind-virtio-rounds", "The virtio device is unbound and bound many times under load.",
	  test_virtio_rounds, true, true },
	{ "pinned", "The module of the in-tree driver cannot be removed.", test_pinned, false,
	  true },
	{ "rmmod-refused", "The module cannot be removed while a file is open.",
	  test_rmmod_refused, false, false },
	{ "rmmod", "The module is removed and loaded when the last file has been closed.",
	  test_rmmod, false, false },
	{ "rmmod-rounds", "The module is removed and loaded beside processes that enumerate.",
	  test_rmmod_rounds, true, true },
};

static void run_test(const struct hotplug_test *test, const struct igt_dxg_way *way)
{
	restore();
	igt_require_f(settles(way->driver, true), "no %s adapter\n", way->driver);
	test->run(way);
}

igt_main()
{
	const struct igt_dxg_way *way;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(tests); i++) {
		for (way = igt_dxg_ways; way < igt_dxg_ways + IGT_DXG_WAYS; way++) {
			if (tests[i].virtio && strcmp(way->driver, "virtio_gpu"))
				continue;
			if (tests[i].one_door && way->door != DXG_DOOR_DXG)
				continue;
			igt_describe(tests[i].describe);
			igt_subtest_f("%s-%s", tests[i].name, way->name)
				run_test(&tests[i], way);
		}
	}

	igt_fixture()
		restore();
}
