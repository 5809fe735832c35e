// SPDX-License-Identifier: MIT
/*
 * Sync files of monitored fences: for values that have been reached or certainly will be.
 */
#include <linux/sync_file.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "dxg_igt_prime.h"
#include "dxg_igt_queue.h"
#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Sync files of dxg's monitored fences.");

#define ROUNDS	100

static int make(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value, int *fd)
{
	struct d3dkmt_create_sync_file args = {
		.device = device,
		.monitored_fence = fence,
		.fence_value = value,
		.sync_file = 77,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_FILE, &args);

	if (ret)
		igt_assert_eq_u64(args.sync_file, 77);
	*fd = ret ? -1 : (int)args.sync_file;
	return ret;
}

static int made(const struct igt_dxg *dxg, uint32_t device, uint32_t fence, uint64_t value)
{
	int fd;

	igt_assert_eq(make(dxg, device, fence, value, &fd), 0);
	igt_assert_fd(fd);
	igt_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	return fd;
}

static void make_refused(const struct igt_dxg *dxg, uint32_t device, uint32_t fence,
			 uint64_t value, int error)
{
	int fd;

	igt_assert_eq(make(dxg, device, fence, value, &fd), error);
}

static bool is_signalled(int fd, int timeout_ms)
{
	return igt_dxg_poll(fd, POLLIN, timeout_ms);
}

/* --- jobs ---------------------------------------------------------------- */

/**
 * struct worker - A device with work
 * @dxg: the way in
 * @device: the device
 * @context: a context of it
 * @fence: a monitored fence that can be shared
 * @value: the last value that is to be signalled
 */
struct worker {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t value;
};

static void worker_create(struct igt_dxg *dxg, struct worker *worker)
{
	*worker = (struct worker) { .dxg = dxg, .device = igt_dxg_create_device(dxg) };
	worker->context = igt_dxg_create_context(dxg, worker->device);
	worker->fence = igt_dxg_create_shared_fence(dxg, worker->device, 0, 0, NULL);
}

static void worker_destroy(const struct worker *worker)
{
	igt_dxg_destroy_device(worker->dxg, worker->device);
}

/* Signal the next value, wait @ms, and signal the next one; returns when it is at it. */
static void worker_start(struct worker *worker, unsigned int ms)
{
	igt_dxg_submit_job(worker->dxg, worker->context, worker->fence, &worker->value, ms, 0, 0);
	igt_dxg_wait(worker->dxg, worker->device, worker->fence, worker->value - 1);
}

static void worker_hang(struct worker *worker)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, worker->fence, ++worker->value);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_signal(&stream, worker->fence, ++worker->value);
	igt_dxg_submit(worker->dxg, worker->context, &stream);
	igt_dxg_wait(worker->dxg, worker->device, worker->fence, worker->value - 1);
}

static int worker_file(const struct worker *worker)
{
	return made(worker->dxg, worker->device, worker->fence, worker->value);
}

/* --- values -------------------------------------------------------------- */

static void test_reached(struct igt_dxg *dxg)
{
	static const uint64_t values[] = { 0, 1, 5, 0x100000000, UINT64_MAX };
	struct worker worker;

	worker_create(dxg, &worker);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(values); i++) {
		int fd;

		igt_dxg_signal(dxg, worker.device, worker.fence, values[i]);
		for (size_t j = 0; j <= i; j++) {
			fd = made(dxg, worker.device, worker.fence, values[j]);
			igt_assert(is_signalled(fd, 0));
			igt_assert_eq(igt_dxg_sync_file_status(fd), 1);
			close(fd);
		}
		/* nothing will signal it but the CPU, if it likes */
		if (values[i] < UINT64_MAX) {
			make_refused(dxg, worker.device, worker.fence, values[i] + 1, -EINVAL);
			make_refused(dxg, worker.device, worker.fence, UINT64_MAX, -EINVAL);
		}
	}
	worker_destroy(&worker);
}

static bool run_armed(struct igt_dxg *dxg, unsigned int ms)
{
	struct worker worker;
	bool early;
	int fd[2];

	worker_create(dxg, &worker);
	worker_start(&worker, ms);
	for (int i = 0; i < 2; i++)
		fd[i] = worker_file(&worker);
	make_refused(dxg, worker.device, worker.fence, worker.value + 1, -EINVAL);
	early = !igt_dxg_sync_file_status(fd[0]);
	for (int i = 0; i < 2; i++) {
		igt_assert(is_signalled(fd[i], WAIT_MS));
		igt_assert_eq(igt_dxg_sync_file_status(fd[i]), 1);
		/* and so has the value been */
		igt_assert(igt_dxg_wait_timeout(dxg, worker.device, worker.fence, worker.value, 0));
		close(fd[i]);
	}
	worker_destroy(&worker);
	return early;
}

/* What the engine has not been given may be cancelled, or wait for ever. */
static bool run_held(struct igt_dxg *dxg, unsigned int ms)
{
	struct worker worker;
	int fd, ret;
	bool early;

	worker_create(dxg, &worker);
	worker_start(&worker, ms);
	fd = worker_file(&worker);
	for (int i = 0; i < 8; i++)
		igt_dxg_submit_job(dxg, worker.context, worker.fence, &worker.value, 0, 0, 0);
	ret = make(dxg, worker.device, worker.fence, worker.value, &(int) { 0 });
	early = !igt_dxg_sync_file_status(fd);
	if (early)
		igt_assert_eq(ret, -EINVAL);
	igt_dxg_wait(dxg, worker.device, worker.fence, worker.value);
	igt_assert(is_signalled(fd, WAIT_MS));
	close(fd);
	fd = worker_file(&worker);
	igt_assert(is_signalled(fd, 0));
	close(fd);
	worker_destroy(&worker);
	return early;
}

static void test_lost(struct igt_dxg *dxg)
{
	struct worker worker, other;
	int fd, innocent;

	worker_create(dxg, &worker);
	worker_create(dxg, &other);
	worker_hang(&worker);
	fd = worker_file(&worker);
	igt_dxg_submit_job(dxg, other.context, other.fence, &other.value, 0, 0, 0);
	igt_assert(is_signalled(fd, igt_dxg_patience(WAIT_MS)));
	igt_assert_eq(igt_dxg_sync_file_status(fd), -ETIME);
	igt_dxg_wait(dxg, other.device, other.fence, other.value);
	innocent = worker_file(&other);
	igt_assert_eq(igt_dxg_sync_file_status(innocent), 1);
	close(innocent);
	close(fd);
	worker_destroy(&worker);
	worker_destroy(&other);
}

/* Everything that it was made of goes. */
static bool run_destroyed(struct igt_dxg *dxg, unsigned int ms)
{
	struct worker worker;
	bool early;
	int fd;

	worker_create(dxg, &worker);
	worker_start(&worker, ms);
	fd = worker_file(&worker);
	igt_dxg_destroy_fence(dxg, worker.fence);
	igt_dxg_destroy_context(dxg, worker.context);
	worker_destroy(&worker);
	igt_dxg_renew(dxg);
	early = !igt_dxg_sync_file_status(fd);
	igt_assert(is_signalled(fd, WAIT_MS));
	igt_assert_eq(igt_dxg_sync_file_status(fd), 1);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_objects"), 1);
	close(fd);
	igt_dxg_wait_state(dxg, "sync_objects", 0);
	return early;
}

/* --- what is refused ----------------------------------------------------- */

static void test_refused(struct igt_dxg *dxg)
{
	struct d3dkmt_create_sync_object2 mutex = { .info.type = D3DKMT_SYNC_MUTEX };
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t fence, dead, forbidden, queue_fence;
	int fd;

	fence = igt_dxg_create_fence(dxg, device, 5, NULL);
	dead = igt_dxg_create_fence(dxg, device, 5, NULL);
	igt_dxg_destroy_fence(dxg, dead);
	igt_assert_eq(__igt_dxg_create_fence(dxg, device, D3DKMT_SYNC_NO_WAIT, 5, &forbidden,
					     NULL), 0);
	mutex.device = device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &mutex), 0);
	make_refused(dxg, device, 0, 1, -EINVAL);
	make_refused(dxg, device, dead, 1, -EINVAL);
	make_refused(dxg, device, device, 1, -EINVAL);
	make_refused(dxg, device, mutex.sync_object, 0, -EINVAL);
	make_refused(dxg, device, forbidden, 1, -EACCES);
	make_refused(dxg, other, fence, 1, -EINVAL);
	make_refused(dxg, 0, fence, 1, -EINVAL);
	make_refused(dxg, fence, fence, 1, -EINVAL);
	/* a queue's has no sync file before its value is there */
	igt_dxg_create_paging_queue(dxg, device, &queue_fence, NULL);
	fd = made(dxg, device, queue_fence, 0);
	igt_assert(is_signalled(fd, 0));
	close(fd);
	make_refused(dxg, device, queue_fence, 1, -EINVAL);
	igt_dxg_destroy_device(dxg, device);
	make_refused(dxg, device, fence, 1, -EINVAL);
	igt_dxg_destroy_device(dxg, other);
}

static void test_descriptors_used_up(struct igt_dxg *dxg)
{
	struct rlimit limit, small;
	struct worker worker;
	int next, fd, ret;

	worker_create(dxg, &worker);
	next = dup(dxg->fd);
	igt_assert_fd(next);
	close(next);
	igt_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	small = limit;
	small.rlim_cur = next;
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &small), 0);
	ret = make(dxg, worker.device, worker.fence, 0, &fd);
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	igt_assert_eq(ret, -EMFILE);
	worker_destroy(&worker);
	igt_dxg_wait_state(dxg, "sync_objects", 0);
}

/* --- back to the fence --------------------------------------------------- */

static int open_file(const struct igt_dxg *dxg, uint32_t device, uint64_t fd,
		     struct d3dkmt_open_sync_object_from_sync_file *args)
{
	*args = (struct d3dkmt_open_sync_object_from_sync_file) {
		.sync_file = fd,
		.device = device,
	};
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_SYNC_FILE, args);
}

static bool run_open(struct igt_dxg *dxg, unsigned int ms)
{
	struct d3dkmt_open_sync_object_from_sync_file args;
	uint32_t device = igt_dxg_create_device(dxg);
	const uint64_t *value;
	struct worker worker;
	uint64_t seen;
	int fd, shared;

	worker_create(dxg, &worker);
	worker_start(&worker, ms);
	fd = worker_file(&worker);
	igt_assert_eq(open_file(dxg, device, fd, &args), 0);
	igt_assert_eq_u64(args.fence_value, worker.value);
	igt_assert_eq_u64(args.fence_value_gpu_va, 0);
	value = (const uint64_t *)(uintptr_t)args.fence_value_cpu_va;
	seen = igt_dxg_fence_value(value);
	igt_dxg_wait(dxg, device, args.sync_object, args.fence_value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), worker.value);
	/* who may wait may no more */
	igt_assert_eq(__igt_dxg_signal(dxg, device, &args.sync_object,
				       (uint64_t []) { UINT64_MAX }, 1, 0), -EACCES);
	igt_assert_eq(__igt_dxg_share(dxg, args.sync_object, &shared), -EINVAL);
	igt_assert_eq(igt_dxg_touch((void *)(uintptr_t)value, true), SIGSEGV);
	igt_dxg_signal(dxg, worker.device, worker.fence, 100);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 100);
	worker_destroy(&worker);
	close(fd);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 100);
	igt_dxg_destroy_device(dxg, device);
	return seen < worker.value;
}

static void open_refused(const struct igt_dxg *dxg, uint32_t device, uint64_t fd, const char *what)
{
	struct d3dkmt_open_sync_object_from_sync_file args;
	int ret = open_file(dxg, device, fd, &args);

	igt_assert_f(ret == -EINVAL, "%s: %d\n", what, ret);
	igt_assert_eq_u32(args.sync_object, 0);
	igt_assert_eq_u64(args.fence_value_cpu_va, 0);
}

/* Of a command that writes to an exported allocation. */
static int prime_sync_file(const struct worker *worker)
{
	const struct igt_dxg *dxg = worker->dxg;
	uint32_t alloc = igt_dxg_create_allocation(dxg, worker->device, PAGE);
	int dma_buf = igt_dxg_export(dxg, worker->device, alloc), fd;

	igt_assert_eq(__igt_dxg_submit_fill(dxg, worker->context, alloc, PAGE, 1, worker->fence,
					    1), 0);
	igt_dxg_wait(dxg, worker->device, worker->fence, 1);
	fd = igt_dxg_export_sync_file(dma_buf, DMA_BUF_SYNC_WRITE);
	close(dma_buf);
	return fd;
}

static void test_open_refused(struct igt_dxg *dxg)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	struct igt_dxg *other = igt_dxg_open(dxg->door, driver);
	struct d3dkmt_open_sync_object_from_sync_file args;
	struct sync_merge_data merge = { .name = "both" };
	struct worker worker, foreign;
	uint32_t device, alone;
	int fd, bad;

	worker_create(dxg, &worker);
	device = worker.device;
	fd = made(dxg, device, worker.fence, 0);
	igt_assert_eq(open_file(dxg, device, fd, &args), 0);

	open_refused(dxg, device, UINT64_MAX, "-1");
	open_refused(dxg, device, fd | 1ULL << 32, "bit 32");
	open_refused(dxg, device, dxg->fd, "our own file");
	bad = eventfd(0, EFD_CLOEXEC);
	open_refused(dxg, device, bad, "an eventfd");
	close(bad);
	open_refused(dxg, device, bad, "closed");
	bad = igt_dxg_share(dxg, worker.fence);
	open_refused(dxg, device, bad, "a descriptor for sharing");
	close(bad);
	bad = prime_sync_file(&worker);
	open_refused(dxg, device, bad, "a dma-buf's");
	close(bad);
	alone = igt_dxg_create_fence(dxg, device, 0, NULL);
	bad = made(dxg, device, alone, 0);
	open_refused(dxg, device, bad, "one not to be shared");
	close(bad);

	worker_create(other, &foreign);
	bad = made(other, foreign.device, foreign.fence, 0);
	open_refused(dxg, device, bad, "another adapter's");
	open_refused(other, foreign.device, fd, "another adapter's");
	close(bad);
	worker_destroy(&foreign);
	igt_dxg_close(other);

	/* the same twice is one fence, or nothing of ours */
	merge.fd2 = fd;
	igt_assert_eq(ioctl(fd, SYNC_IOC_MERGE, &merge), 0);
	bad = open_file(dxg, device, merge.fence, &args);
	igt_assert(!bad || bad == -EINVAL);
	close(merge.fence);

	open_refused(dxg, 0, fd, "no device");
	open_refused(dxg, worker.fence, fd, "a fence");
	close(fd);
	worker_destroy(&worker);
}

/* --- other holders ------------------------------------------------------- */

struct syncobj_handle {
	uint32_t handle;
	uint32_t flags;
	int32_t fd;
	uint32_t pad;
};

struct syncobj_wait {
	uint64_t handles;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
};

struct syncobj_transfer {
	uint32_t src_handle;
	uint32_t dst_handle;
	uint64_t src_point;
	uint64_t dst_point;
	uint32_t flags;
	uint32_t pad;
};

#define SYNCOBJ_CREATE		_IOWR('d', 0xbf, uint64_t)
#define SYNCOBJ_DESTROY		_IOWR('d', 0xc0, uint64_t)
#define SYNCOBJ_HANDLE_TO_FD	_IOWR('d', 0xc1, struct syncobj_handle)
#define SYNCOBJ_FD_TO_HANDLE	_IOWR('d', 0xc2, struct syncobj_handle)
#define SYNCOBJ_WAIT		_IOWR('d', 0xc3, struct syncobj_wait)
#define SYNCOBJ_TRANSFER	_IOWR('d', 0xcc, struct syncobj_transfer)
#define IMPORT_SYNC_FILE	1
#define EXPORT_SYNC_FILE	1

/* What a Vulkan driver would do with it. */
static bool run_syncobj(struct igt_dxg *dxg, unsigned int ms)
{
	struct syncobj_handle import = { .flags = IMPORT_SYNC_FILE };
	struct syncobj_wait wait = { .count_handles = 1, .timeout_nsec = INT64_MAX };
	struct worker worker;
	uint64_t handle = 0;
	bool early;

	worker_create(dxg, &worker);
	worker_start(&worker, ms);
	import.fd = worker_file(&worker);
	early = !igt_dxg_sync_file_status(import.fd);
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_CREATE, &handle), 0);
	import.handle = handle;
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_FD_TO_HANDLE, &import), 0);
	close(import.fd);
	wait.handles = igt_dxg_ptr(&import.handle);
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_WAIT, &wait), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, worker.device, worker.fence, worker.value, 0));
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_DESTROY, &handle), 0);
	worker_destroy(&worker);
	return early;
}

static uint32_t create_syncobj(const struct igt_dxg *dxg)
{
	uint64_t handle = 0;

	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_CREATE, &handle), 0);
	return handle;
}

static void destroy_syncobj(const struct igt_dxg *dxg, uint32_t handle)
{
	uint64_t args = handle;

	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_DESTROY, &args), 0);
}

/* A file that becomes a point of a timeline, and a file of that point. */
static int through_timeline(const struct igt_dxg *dxg, int fd)
{
	struct syncobj_handle import = { create_syncobj(dxg), IMPORT_SYNC_FILE, fd, 0 };
	struct syncobj_handle export = { create_syncobj(dxg), EXPORT_SYNC_FILE, -1, 0 };
	uint32_t timeline = create_syncobj(dxg);
	struct syncobj_transfer to = { import.handle, timeline, .dst_point = 7 };
	struct syncobj_transfer from = { timeline, export.handle, .src_point = 7 };

	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_FD_TO_HANDLE, &import), 0);
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_TRANSFER, &to), 0);
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_TRANSFER, &from), 0);
	igt_assert_eq(ioctl(dxg->fd, SYNCOBJ_HANDLE_TO_FD, &export), 0);
	destroy_syncobj(dxg, import.handle);
	destroy_syncobj(dxg, export.handle);
	destroy_syncobj(dxg, timeline);
	return export.fd;
}

/* From a value over a timeline of drm_syncobj to a context, of the other adapter. */
static bool run_timeline(struct igt_dxg *dxg, unsigned int ms)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	struct igt_dxg *other = igt_dxg_open(dxg->door, driver);
	struct d3dkmt_wait_sync_file wait = {};
	struct worker worker, waiter;
	bool early;
	int fd;

	worker_create(other, &worker);
	worker_create(dxg, &waiter);
	worker_start(&worker, ms);
	fd = worker_file(&worker);
	wait.sync_file = through_timeline(dxg, fd);
	wait.context = waiter.context;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_WAIT_SYNC_FILE, &wait), 0);
	igt_dxg_gpu_signal(dxg, waiter.context, waiter.fence, 1);
	early = !igt_dxg_wait_timeout(dxg, waiter.device, waiter.fence, 1, 0);
	early &= !igt_dxg_sync_file_status(fd);
	close(wait.sync_file);
	igt_assert(igt_dxg_wait_timeout(dxg, waiter.device, waiter.fence, 1, WAIT_MS));
	igt_assert_eq(igt_dxg_sync_file_status(fd), 1);
	close(fd);
	worker_destroy(&waiter);
	worker_destroy(&worker);
	igt_dxg_close(other);
	return early;
}

static void test_module(struct igt_dxg *dxg)
{
	struct worker worker;
	int fd, refused_unload;
	char *users;

	worker_create(dxg, &worker);
	fd = worker_file(&worker);
	worker_destroy(&worker);
	igt_assert_eq(close(dxg->fd), 0);
	users = igt_dxg_read_file("/sys/module/dxg/refcnt");
	refused_unload = atoi(users) ? syscall(SYS_delete_module, "dxg", O_NONBLOCK) : 0;
	free(users);
	/* something to close */
	dxg->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	igt_dxg_renew(dxg);
	igt_assert_eq(refused_unload, -1);
	igt_assert_eq(igt_dxg_sync_file_status(fd), 1);
	close(fd);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct d3dkmt_open_sync_object_from_sync_file args;
	struct igt_dxg_state zero = { .processes = 1 };
	struct igt_dxg *next;
	struct worker worker;
	uint32_t device;
	int fd, reached;

	worker_create(dxg, &worker);
	reached = worker_file(&worker);
	worker_hang(&worker);
	fd = worker_file(&worker);
	igt_dxg_unbind(dxg);
	igt_assert(is_signalled(fd, WAIT_MS));
	igt_assert(igt_dxg_sync_file_status(fd) < 0);
	igt_assert_eq(igt_dxg_sync_file_status(reached), 1);
	make_refused(dxg, worker.device, worker.fence, 0, -ENODEV);
	igt_assert_eq(open_file(dxg, worker.device, reached, &args), -ENODEV);
	igt_dxg_rebind();
	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	next = igt_dxg_reopen(dxg);
	device = igt_dxg_create_device(next);
	open_refused(next, device, reached, "the old adapter's");
	close(fd);
	close(reached);
	igt_dxg_destroy_device(next, device);
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
}

/* The end of the command comes in between: there is always one of both. */
static void test_race_end(struct igt_dxg *dxg)
{
	struct worker worker;
	int fd;

	worker_create(dxg, &worker);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		struct igt_dxg_stream stream;

		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_signal(&stream, worker.fence, ++worker.value);
		igt_dxg_stream_delay(&stream, i % 16 * 20000);
		igt_dxg_stream_signal(&stream, worker.fence, ++worker.value);
		igt_dxg_submit(dxg, worker.context, &stream);
		igt_dxg_wait(dxg, worker.device, worker.fence, worker.value - 1);
		fd = worker_file(&worker);
		igt_assert(is_signalled(fd, WAIT_MS));
		igt_assert_eq(igt_dxg_sync_file_status(fd), 1);
		close(fd);
	}
	worker_destroy(&worker);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("reached", test_reached, "A value that has been reached has a signalled one."),
	IGT_DXG_TEST_OUTLAST("armed", "A value that will be has one.", run_armed),
	IGT_DXG_TEST_OUTLAST("held", "A value that may never be has none.", run_held),
	IGT_DXG_TEST_LONG("lost", "A lost command's has an error.", test_lost),
	IGT_DXG_TEST_OUTLAST("destroyed", "It outlives all that it is of.", run_destroyed),
	TEST("refused", test_refused, "What has no values has no sync files."),
	TEST_ONE("descriptors-used-up", test_descriptors_used_up, "No descriptor is EMFILE."),
	IGT_DXG_TEST_OUTLAST("open", "The fence and the value can be found.", run_open),
	TEST("open-refused", test_open_refused, "But of no other file."),
	{ .name = "syncobj", .outlast = run_syncobj, .doors = IGT_DXG_DRM_DOORS,
	  .describe = "A syncobj takes it." },
	{ .name = "timeline", .outlast = run_timeline, .doors = IGT_DXG_DRM_DOORS,
	  .describe = "Over a timeline a context waits for it." },
	TEST_ONE("module", test_module, "The module stays while there is one."),
	{ .name = "removed", .run = test_removed, .leaves = true, .doors = IGT_DXG_LONG,
	  .describe = "It signals when the adapter goes." },
	IGT_DXG_TEST_LONG("race-end", "Creation beside the end of the command.", test_race_end),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
