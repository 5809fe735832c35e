// SPDX-License-Identifier: MIT
/*
 * What an adapter tells besides its properties: clocks, processes, features.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Clocks of engines, processes of an adapter, WDDM features.");

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define NS_PER_S		1000000000ULL
#define NOBODY			65534
#define MOST			64

/* --- clocks -------------------------------------------------------------- */

static int query_clock(const struct igt_dxg *dxg, uint32_t adapter, uint32_t node,
		       uint32_t index, struct d3dkmt_query_clock_calibration *args)
{
	memset(args, 0xff, sizeof(*args));
	args->adapter = adapter;
	args->node_ordinal = node;
	args->physical_adapter_index = index;
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_CLOCK_CALIBRATION, args);
}

static void clock_calibration(struct igt_dxg *dxg)
{
	struct d3dkmt_query_clock_calibration args;
	uint64_t before, after;

	for (uint32_t node = 0; node < 2; node++) {
		before = igt_dxg_now_ns();
		igt_assert_eq(query_clock(dxg, dxg->adapter, node, 0, &args), 0);
		after = igt_dxg_now_ns();
		igt_assert_eq_u64(args.gpu_frequency, NS_PER_S);
		igt_assert_lte_u64(before, args.cpu_clock_counter);
		igt_assert_lte_u64(args.cpu_clock_counter, after);
		/* there is no time namespace here */
		igt_assert_eq_u64(args.gpu_clock_counter, args.cpu_clock_counter);
		igt_assert_eq_u32(args.flags, 0);
	}
}

/* A time stamp of the engine lies between two calibrations. */
static void clock_timestamp(struct igt_dxg *dxg)
{
	struct d3dkmt_query_clock_calibration before, after;
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t memory = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct igt_dxg_stream stream;
	uint64_t *stamp;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_timestamp(&stream, memory, 8);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_assert_eq(query_clock(dxg, dxg->adapter, 0, 0, &before), 0);
	igt_dxg_submit(dxg, context, &stream);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_assert_eq(query_clock(dxg, dxg->adapter, 0, 0, &after), 0);
	stamp = igt_dxg_lock(dxg, device, memory);
	igt_assert_lte_u64(before.gpu_clock_counter, stamp[1]);
	igt_assert_lte_u64(stamp[1], after.gpu_clock_counter);
	igt_dxg_destroy_device(dxg, device);
}

static void clock_bad(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_query_clock_calibration args;

	igt_assert_eq(query_clock(dxg, 0, 0, 0, &args), -EINVAL);
	igt_assert_eq(query_clock(dxg, device, 0, 0, &args), -EINVAL);
	igt_assert_eq(query_clock(dxg, dxg->adapter, 2, 0, &args), -EINVAL);
	igt_assert_eq(query_clock(dxg, dxg->adapter, UINT32_MAX, 0, &args), -EINVAL);
	igt_assert_eq(query_clock(dxg, dxg->adapter, 0, 1, &args), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

/* --- processes ----------------------------------------------------------- */

static int enum_processes(const struct igt_dxg *dxg, struct d3dkmt_luid luid, uint32_t *pids,
			  uint64_t *count)
{
	struct d3dkmt_enum_processes args = {
		.adapter_luid = luid,
		.buffer = igt_dxg_ptr(pids),
		.buffer_count = *count,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_PROCESSES, &args);

	*count = args.buffer_count;
	return ret;
}

/* Whether there is a process; they are ascending, each there once. */
static bool has_process(const struct igt_dxg *dxg, uint32_t pid)
{
	uint32_t pids[MOST];
	uint64_t count = MOST;
	bool found = false;

	igt_assert_eq(enum_processes(dxg, dxg->luid, pids, &count), 0);
	igt_assert_lte_u64(count, MOST);
	for (uint64_t i = 0; i < count; i++) {
		igt_assert(!i || pids[i - 1] < pids[i]);
		found |= pids[i] == pid;
	}
	return found;
}

static void processes_self(struct igt_dxg *dxg)
{
	struct igt_dxg *second = igt_dxg_reopen(dxg);
	uint64_t count, room;
	uint32_t pids[MOST];

	igt_assert(has_process(dxg, getpid()));
	igt_dxg_close(second);
	igt_assert(has_process(dxg, getpid()));

	/* three ways to ask for the count */
	count = 0;
	igt_assert_eq(enum_processes(dxg, dxg->luid, NULL, &count), 0);
	room = count;
	igt_assert_lte_u64(1, count);
	count = MOST;
	igt_assert_eq(enum_processes(dxg, dxg->luid, NULL, &count), 0);
	igt_assert_eq_u64(count, room);
	count = 0;
	igt_assert_eq(enum_processes(dxg, dxg->luid, pids, &count), 0);
	igt_assert_eq_u64(count, room);
	/* exactly enough room */
	igt_assert_eq(enum_processes(dxg, dxg->luid, igt_dxg_before_bad_page(pids, 4 * room),
				     &count), 0);
	igt_assert_eq_u64(count, room);
}

static void child_opens(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	igt_dxg_open(dxg->door, dxg->driver);
	igt_dxg_child_linger(child);
}

static void child_asks(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_open(dxg->door, dxg->driver);

	(void)child;
	igt_assert(has_process(own, getppid()));
	igt_assert_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
	igt_assert_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
	igt_assert(!has_process(own, getppid()));
	igt_assert(has_process(own, getpid()));
}

static void processes_others(struct igt_dxg *dxg)
{
	struct igt_dxg_child children[2];
	uint64_t count = 1;
	uint32_t pids[MOST];

	for (int i = 0; i < 2; i++) {
		igt_dxg_child_start(&children[i], dxg, child_opens);
		igt_dxg_child_await(&children[i]);
	}
	igt_assert(has_process(dxg, getpid()));
	for (int i = 0; i < 2; i++)
		igt_assert(has_process(dxg, children[i].pid));
	igt_assert_eq(enum_processes(dxg, dxg->luid, pids, &count), -EOVERFLOW);
	igt_assert_lte_u64(3, count);
	for (int i = 0; i < 2; i++) {
		igt_dxg_child_kill(&children[i], SIGKILL);
		igt_dxg_child_end(&children[i], 10000);
		igt_assert(!has_process(dxg, children[i].pid));
	}
}

/* What another user does is not for everybody to see. */
static void processes_user(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, child_asks);
	igt_dxg_child_join(&child);
}

/* The first process of a pid namespace. */
static void namespace_init(struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_open(dxg->door, dxg->driver);
	uint64_t count = MOST;
	uint32_t pids[MOST];

	igt_assert_eq(getpid(), 1);
	igt_assert_eq(enum_processes(own, own->luid, pids, &count), 0);
	igt_assert_eq_u64(count, 1);
	igt_assert_eq_u32(pids[0], 1);
}

static void child_unshares(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	int status;
	pid_t pid;

	(void)child;
	igt_assert_eq(unshare(CLONE_NEWPID), 0);
	pid = fork();
	igt_assert(pid >= 0);
	if (!pid) {
		namespace_init(dxg);
		_exit(IGT_EXIT_SUCCESS);
	}
	igt_assert_eq(waitpid(pid, &status, 0), pid);
	igt_assert(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* Root in a container sees who is in there. */
static void processes_namespace(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, child_unshares);
	igt_dxg_child_join(&child);
}

static void processes_bad(struct igt_dxg *dxg)
{
	struct d3dkmt_luid luid = dxg->luid;
	uint64_t count = MOST;
	uint32_t pids[MOST];

	luid.low ^= 1;
	igt_assert_eq(enum_processes(dxg, luid, pids, &count), -EINVAL);
	memset(&luid, 0, sizeof(luid));
	igt_assert_eq(enum_processes(dxg, luid, pids, &count), -EINVAL);
	igt_assert_eq_u64(count, MOST);
	igt_assert_eq(enum_processes(dxg, dxg->luid, igt_dxg_bad_pointer(), &count), -EFAULT);
	count = UINT64_MAX;
	igt_assert_eq(enum_processes(dxg, dxg->luid, igt_dxg_bad_pointer(), &count), -EFAULT);
}

/* --- features ------------------------------------------------------------ */

static void features(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t id;
		uint16_t value;
	} known[] = {
		{ D3DKMT_FEATURE_HWSCH, D3DKMT_FEATURE_KNOWN },
		{ D3DKMT_FEATURE_USER_MODE_SUBMISSION, D3DKMT_FEATURE_KNOWN },
		{ D3DKMT_FEATURE_SHARE_BACKING_STORE_WITH_KMD, D3DKMT_FEATURE_KNOWN },
		{ D3DKMT_FEATURE_SHARE_BACKING_STORE_WITH_KMD + 1, 0 },
		{ D3DKMT_FEATURE_PAGE_BASED_MEMORY_MANAGER - 1, 0 },
		{ D3DKMT_FEATURE_PAGE_BASED_MEMORY_MANAGER, D3DKMT_FEATURE_KNOWN },
		{ D3DKMT_FEATURE_KERNEL_MODE_TESTING, D3DKMT_FEATURE_KNOWN },
		{ D3DKMT_FEATURE_KERNEL_MODE_TESTING + 1, 0 },
		{ UINT32_MAX, 0 },
	};
	struct d3dkmt_is_feature_enabled args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(known); i++) {
		memset(&args, 0xff, sizeof(args));
		args.adapter = dxg->adapter;
		args.feature_id = known[i].id;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_IS_FEATURE_ENABLED, &args), 0);
		igt_assert_eq_u32(args.value, known[i].value);
		igt_assert_eq_u32(args.version, 0);
	}
	args.adapter = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_IS_FEATURE_ENABLED, &args), -EINVAL);
}

/* --- a removed adapter --------------------------------------------------- */

static void removed(struct igt_dxg *dxg)
{
	struct d3dkmt_is_feature_enabled feature = { .adapter = dxg->adapter };
	struct d3dkmt_escape escape = { .adapter = dxg->adapter };
	struct d3dkmt_mark_device_as_error mark = {
		.device = igt_dxg_create_device(dxg),
		.reason = D3DKMT_DEVICE_ERROR_REASON_GENERIC,
	};
	struct d3dkmt_query_clock_calibration clock;
	uint64_t count = 0;

	igt_dxg_unbind(dxg);
	igt_assert_eq(query_clock(dxg, dxg->adapter, 0, 0, &clock), -ENODEV);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_IS_FEATURE_ENABLED, &feature), -ENODEV);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &escape), -ENODEV);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MARK_DEVICE_AS_ERROR, &mark), -ENODEV);
	igt_assert_eq(enum_processes(dxg, dxg->luid, NULL, &count),
		      dxg->door == DXG_DOOR_DXG ? -EINVAL : -ENODEV);
	igt_dxg_rebind();
}

static const struct igt_dxg_test tests[] = {
	TEST("clock-calibration", clock_calibration, "Both clocks are read at one moment."),
	TEST("clock-timestamp", clock_timestamp, "Time stamps of commands are of that clock."),
	TEST("clock-bad", clock_bad, "Refusals of QueryClockCalibration."),
	TEST("processes-self", processes_self, "A process sees itself, and counts."),
	TEST("processes-others", processes_others, "Root sees all, while they are there."),
	TEST("processes-user", processes_user, "Other users' processes are not shown."),
	TEST("processes-namespace", processes_namespace, "Nor are those outside a container."),
	TEST("processes-bad", processes_bad, "Refusals of EnumProcesses."),
	TEST("features", features, "Features are known or not, and none is on."),
	{ .name = "removed", .describe = "A removed adapter answers no query.",
	  .run = removed, .leaves = true },
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
