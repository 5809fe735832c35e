// SPDX-License-Identifier: MIT
/*
 * Contexts that wait for sync objects of each kind, take them and release them, and wait for
 * sync files.
 */
#include <sys/eventfd.h>

#include "dxg_igt_prime.h"
#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Contexts of dxg that wait for sync objects and sync files.");

#define QUIET_MS	30
#define ROUNDS		40

/**
 * struct line - A context with a fence that says how far it is
 * @dxg: the way in
 * @device: the device
 * @context: the context
 * @fence: the fence
 * @value: its last value, as queued
 */
struct line {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t value;
};

static void line_create(struct igt_dxg *dxg, uint32_t device, struct line *line)
{
	*line = (struct line) { .dxg = dxg, .device = device };
	line->context = igt_dxg_create_context(dxg, device);
	line->fence = igt_dxg_create_fence(dxg, device, 0, NULL);
}

static int line_wait(const struct line *line, const uint32_t *handles, const uint64_t *values,
		     uint32_t count)
{
	struct d3dkmt_wait_sync_object_from_gpu args = {
		.context = line->context,
		.object_count = count,
		.objects = igt_dxg_ptr(handles),
		.fence_values = igt_dxg_ptr(values),
	};

	return igt_dxg_ioctl(line->dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_GPU, &args);
}

static int line_signal(const struct line *line, uint32_t handle, uint64_t value)
{
	struct d3dkmt_signal_sync_object_from_gpu args = {
		.context = line->context,
		.object_count = 1,
		.objects = igt_dxg_ptr(&handle),
		.fence_values = igt_dxg_ptr(&value),
	};

	return igt_dxg_ioctl(line->dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU, &args);
}

/* What follows waits for one object, or several. */
static void take(const struct line *line, const uint32_t *handles, uint32_t count)
{
	static const uint64_t values[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };

	igt_assert_eq(line_wait(line, handles, values, count), 0);
}

/* Say, when it comes to it, how far it is. */
static void mark(struct line *line)
{
	igt_assert_eq(line_signal(line, line->fence, ++line->value), 0);
}

static bool passed(const struct line *line, int timeout_ms)
{
	return igt_dxg_wait_timeout(line->dxg, line->device, line->fence, line->value, timeout_ms);
}

static void release(const struct line *line, uint32_t handle)
{
	igt_assert_eq(line_signal(line, handle, 1), 0);
}

static uint32_t create_object(struct igt_dxg *dxg, uint32_t device, uint32_t type, uint32_t first,
			      uint32_t second)
{
	struct d3dkmt_create_sync_object2 args = {
		.device = device,
		.info.type = type,
		.info.semaphore = { first, second },
	};

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args), 0);
	return args.sync_object;
}

/* --- kinds --------------------------------------------------------------- */

/* Two contexts that want the same mutex have it one after the other. */
static void test_mutex(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), mutex;
	struct line lines[2], other;

	mutex = create_object(dxg, device, D3DKMT_SYNC_MUTEX, 1, 0);
	line_create(dxg, device, &other);
	for (int i = 0; i < 2; i++) {
		line_create(dxg, device, &lines[i]);
		take(&lines[i], &mutex, 1);
		mark(&lines[i]);
	}
	igt_assert(!passed(&lines[0], QUIET_MS));
	igt_assert(!passed(&lines[1], 0));
	release(&other, mutex);
	igt_assert(passed(&lines[0], WAIT_MS));
	igt_assert(!passed(&lines[1], QUIET_MS));
	release(&lines[0], mutex);
	igt_assert(passed(&lines[1], WAIT_MS));
	igt_dxg_destroy_device(dxg, device);
}

static void test_semaphore(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), semaphore;
	struct line line, other;

	semaphore = create_object(dxg, device, D3DKMT_SYNC_SEMAPHORE, 3, 2);
	line_create(dxg, device, &line);
	line_create(dxg, device, &other);
	for (int i = 0; i < 2; i++) {
		take(&line, &semaphore, 1);
		mark(&line);
	}
	igt_assert(passed(&line, WAIT_MS));
	take(&line, &semaphore, 1);
	mark(&line);
	igt_assert(!passed(&line, QUIET_MS));
	for (int i = 0; i < 6; i++)
		release(&other, semaphore);
	igt_assert(passed(&line, WAIT_MS));
	/* one was taken at once, of the others the maximum is left */
	mark(&other);
	igt_assert(passed(&other, WAIT_MS));
	for (int i = 0; i < 3; i++) {
		take(&line, &semaphore, 1);
		mark(&line);
	}
	igt_assert(passed(&line, WAIT_MS));
	take(&line, &semaphore, 1);
	mark(&line);
	igt_assert(!passed(&line, QUIET_MS));
	igt_dxg_destroy_device(dxg, device);
}

static void test_fence(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	struct line line, other;

	fence = create_object(dxg, device, D3DKMT_SYNC_FENCE, 0, 0);
	line_create(dxg, device, &line);
	line_create(dxg, device, &other);
	for (int i = 0; i < 3; i++) {
		take(&line, &fence, 1);
		mark(&line);
	}
	igt_assert(!passed(&line, QUIET_MS));
	release(&other, fence);
	igt_assert(passed(&line, WAIT_MS));
	igt_dxg_destroy_device(dxg, device);
}

/* Nobody waits for a notification; the signal is one of its event. */
static void test_notification(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), mutex;
	struct d3dkmt_create_sync_object2 args = {
		.device = device,
		.info.type = D3DKMT_SYNC_CPU_NOTIFICATION,
		.info.event = eventfd(0, EFD_CLOEXEC),
	};
	int event = args.info.event;
	struct line line, other;
	uint64_t zero = 0;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args), 0);
	line_create(dxg, device, &line);
	line_create(dxg, device, &other);
	igt_assert_eq(line_wait(&line, &args.sync_object, &zero, 1), -EINVAL);
	mutex = create_object(dxg, device, D3DKMT_SYNC_MUTEX, 1, 0);
	take(&line, &mutex, 1);
	release(&line, args.sync_object);
	igt_assert(!igt_dxg_event_fired(event, QUIET_MS));
	release(&other, mutex);
	igt_assert(igt_dxg_event_fired(event, WAIT_MS));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* Philosophers: each wants two, in whatever order, and all eat. */
static void test_all_or_nothing(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), forks[3];
	struct line lines[3];

	for (int i = 0; i < 3; i++)
		forks[i] = create_object(dxg, device, D3DKMT_SYNC_MUTEX, 0, 0);
	for (int i = 0; i < 3; i++)
		line_create(dxg, device, &lines[i]);
	for (unsigned int round = 0; round < igt_dxg_scale(ROUNDS); round++) {
		for (int i = 0; i < 3; i++) {
			uint32_t both[2] = { forks[i], forks[(i + 1) % 3] };

			take(&lines[i], both, 2);
			release(&lines[i], both[0]);
			release(&lines[i], both[1]);
			mark(&lines[i]);
		}
	}
	for (int i = 0; i < 3; i++)
		igt_assert(passed(&lines[i], SETTLE_MS));
	igt_dxg_destroy_device(dxg, device);
}

/* A context that goes while it waits takes nothing along. */
static void test_destroyed(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), mutex;
	struct line line, other;

	mutex = create_object(dxg, device, D3DKMT_SYNC_MUTEX, 1, 0);
	line_create(dxg, device, &line);
	line_create(dxg, device, &other);
	take(&line, &mutex, 1);
	mark(&line);
	take(&other, &mutex, 1);
	mark(&other);
	igt_dxg_destroy_context(dxg, line.context);
	line_create(dxg, device, &line);
	release(&line, mutex);
	igt_assert(passed(&other, WAIT_MS));
	igt_dxg_destroy_device(dxg, device);
}

/* Between two devices. */
static void test_shared(struct igt_dxg *dxg)
{
	uint32_t device[2] = { igt_dxg_create_device(dxg), igt_dxg_create_device(dxg) }, mutex[2];
	struct d3dkmt_create_sync_object2 args = {
		.device = device[0],
		.info.type = D3DKMT_SYNC_MUTEX,
		.info.flags = IGT_DXG_SYNC_SHARED,
		.info.initial_state = 1,
	};
	struct line lines[2];
	int fd;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args), 0);
	mutex[0] = args.sync_object;
	fd = igt_dxg_share(dxg, mutex[0]);
	mutex[1] = igt_dxg_open_fence(dxg, device[1], fd, 0, NULL);
	close(fd);
	for (int i = 0; i < 2; i++)
		line_create(dxg, device[i], &lines[i]);
	take(&lines[1], &mutex[1], 1);
	mark(&lines[1]);
	igt_assert(!passed(&lines[1], QUIET_MS));
	release(&lines[0], mutex[0]);
	igt_assert(passed(&lines[1], WAIT_MS));
	for (int i = 0; i < 2; i++)
		igt_dxg_destroy_device(dxg, device[i]);
}

/* --- sync files ---------------------------------------------------------- */

static int wait_file(const struct line *line, uint64_t fd)
{
	struct d3dkmt_wait_sync_file args = { .sync_file = fd, .context = line->context };

	return igt_dxg_ioctl(line->dxg, D3DKMT_IOCTL_WAIT_SYNC_FILE, &args);
}

static int file_of(const struct line *line)
{
	struct d3dkmt_create_sync_file args = {
		.device = line->device,
		.monitored_fence = line->fence,
		.fence_value = line->value,
	};

	igt_assert_eq(igt_dxg_ioctl(line->dxg, D3DKMT_IOCTL_CREATE_SYNC_FILE, &args), 0);
	return args.sync_file;
}

/* A job of @ms, which is running when this returns. */
static void run_job(struct line *line, unsigned int ms)
{
	igt_dxg_submit_job(line->dxg, line->context, line->fence, &line->value, ms, 0, 0);
	igt_dxg_wait(line->dxg, line->device, line->fence, line->value - 1);
}

/* Of a job of another adapter, as the same engine would be in the way anyhow. */
static bool run_file(struct igt_dxg *dxg, unsigned int ms)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	struct igt_dxg *other = igt_dxg_open(dxg->door, driver);
	struct line worker, waiter, third;
	bool early;
	int fd;

	line_create(other, igt_dxg_create_device(other), &worker);
	line_create(dxg, igt_dxg_create_device(dxg), &waiter);
	line_create(dxg, waiter.device, &third);
	run_job(&worker, ms);
	fd = file_of(&worker);
	igt_assert_eq(wait_file(&waiter, fd), 0);
	mark(&waiter);
	/* others do not wait */
	mark(&third);
	igt_assert(passed(&third, WAIT_MS));
	early = !passed(&waiter, 0);
	early &= !igt_dxg_sync_file_status(fd);
	close(fd);
	igt_assert(passed(&waiter, WAIT_MS));
	igt_assert(passed(&worker, 0));
	/* what has signalled is no wait */
	fd = file_of(&worker);
	igt_assert_eq(wait_file(&waiter, fd), 0);
	mark(&waiter);
	igt_assert(passed(&waiter, WAIT_MS));
	close(fd);
	igt_dxg_destroy_device(dxg, waiter.device);
	igt_dxg_destroy_device(other, worker.device);
	igt_dxg_close(other);
	return early;
}

/* It goes while it waits; so does what it waits for. */
static bool run_file_destroyed(struct igt_dxg *dxg, unsigned int ms)
{
	struct line worker, waiter;
	bool early;
	int fd;

	line_create(dxg, igt_dxg_create_device(dxg), &worker);
	line_create(dxg, igt_dxg_create_device(dxg), &waiter);
	run_job(&worker, ms);
	fd = file_of(&worker);
	igt_assert_eq(wait_file(&waiter, fd), 0);
	mark(&waiter);
	early = !passed(&waiter, 0);
	igt_dxg_destroy_context(dxg, waiter.context);
	waiter.context = igt_dxg_create_context(dxg, waiter.device);
	igt_assert_eq(wait_file(&waiter, fd), 0);
	mark(&waiter);
	close(fd);
	igt_dxg_destroy_device(dxg, worker.device);
	igt_assert(passed(&waiter, WAIT_MS));
	igt_dxg_destroy_device(dxg, waiter.device);
	return early;
}

/* An error is an end, too. */
static void test_file_lost(struct igt_dxg *dxg)
{
	struct line worker, waiter;
	struct igt_dxg_stream stream;
	int fd;

	line_create(dxg, igt_dxg_create_device(dxg), &worker);
	line_create(dxg, igt_dxg_create_device(dxg), &waiter);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, worker.fence, ++worker.value);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_signal(&stream, worker.fence, ++worker.value);
	igt_dxg_submit(dxg, worker.context, &stream);
	igt_dxg_wait(dxg, worker.device, worker.fence, 1);
	fd = file_of(&worker);
	igt_assert_eq(wait_file(&waiter, fd), 0);
	mark(&waiter);
	igt_assert(passed(&waiter, igt_dxg_patience(WAIT_MS)));
	igt_assert_eq(igt_dxg_sync_file_status(fd), -ETIME);
	/* who is lost waits no more */
	igt_assert_eq(wait_file(&worker, fd), -ENODEV);
	close(fd);
	igt_dxg_destroy_device(dxg, worker.device);
	igt_dxg_destroy_device(dxg, waiter.device);
}

static void test_file_refused(struct igt_dxg *dxg)
{
	struct line line, none;
	int fd, bad;

	line_create(dxg, igt_dxg_create_device(dxg), &line);
	fd = file_of(&line);
	igt_assert_eq(wait_file(&line, UINT64_MAX), -EINVAL);
	igt_assert_eq(wait_file(&line, fd | 1ULL << 32), -EINVAL);
	igt_assert_eq(wait_file(&line, dxg->fd), -EINVAL);
	bad = eventfd(0, EFD_CLOEXEC);
	igt_assert_eq(wait_file(&line, bad), -EINVAL);
	close(bad);
	igt_assert_eq(wait_file(&line, bad), -EINVAL);
	none = line;
	none.context = 0;
	igt_assert_eq(wait_file(&none, fd), -EINVAL);
	none.context = line.fence;
	igt_assert_eq(wait_file(&none, fd), -EINVAL);
	none.context = igt_dxg_create_context(dxg, line.device);
	igt_dxg_destroy_context(dxg, none.context);
	igt_assert_eq(wait_file(&none, fd), -EINVAL);
	mark(&line);
	igt_assert(passed(&line, WAIT_MS));
	close(fd);
	igt_dxg_destroy_device(dxg, line.device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("mutex", test_mutex, "A mutex has one owner."),
	TEST("semaphore", test_semaphore, "A semaphore lets as many pass as it counts."),
	TEST("fence", test_fence, "A fence lets all pass."),
	TEST("notification", test_notification, "A notification is in the order of its queue."),
	TEST("all-or-nothing", test_all_or_nothing, "Those who want two never have one each."),
	TEST("destroyed", test_destroyed, "A context that waits takes nothing along."),
	TEST("shared", test_shared, "Devices exclude each other."),
	IGT_DXG_TEST_OUTLAST("file", "A context waits for a sync file.", run_file),
	IGT_DXG_TEST_OUTLAST("file-destroyed", "Or goes before.", run_file_destroyed),
	IGT_DXG_TEST_LONG("file-lost", "A sync file with an error ends a wait.", test_file_lost),
	TEST("file-refused", test_file_refused, "What is no sync file is refused."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
