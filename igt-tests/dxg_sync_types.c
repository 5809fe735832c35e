// SPDX-License-Identifier: MIT
/*
 * Sync objects that are no monitored fences: mutex, semaphore, fence, CPU notification.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Sync objects of dxg that are no monitored fences.");

#define WAIT_MS	10000
#define SHARED	IGT_DXG_SYNC_SHARED

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_ONE(name, run, text)	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

static struct d3dkmt_create_sync_object2 object(uint32_t device, uint32_t type, uint32_t flags)
{
	return (struct d3dkmt_create_sync_object2) {
		.device = device,
		.info.type = type,
		.info.flags = flags,
		/* ignored, and untouched */
		.info.fence_value_cpu_va = 5,
		.info.fence_value_gpu_va = 6,
		.info.engine_affinity = 7,
	};
}

static int create(struct igt_dxg *dxg, struct d3dkmt_create_sync_object2 *args)
{
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, args);

	igt_assert_eq_u64(args->info.fence_value_cpu_va, 5);
	igt_assert_eq_u64(args->info.fence_value_gpu_va, 6);
	igt_assert_eq_u32(args->info.engine_affinity, 7);
	if (ret)
		igt_assert_eq_u32(args->sync_object, 0);
	else
		igt_assert_neq_u32(args->sync_object, 0);
	return ret;
}

static uint32_t create_good(struct igt_dxg *dxg, uint32_t device, uint32_t type, uint32_t flags)
{
	struct d3dkmt_create_sync_object2 args = object(device, type, flags);

	if (type == D3DKMT_SYNC_SEMAPHORE) {
		args.info.semaphore.max_count = 3;
		args.info.semaphore.initial_count = 1;
	}
	igt_assert_eq(create(dxg, &args), 0);
	return args.sync_object;
}

static int create_notification(struct igt_dxg *dxg, uint32_t device, uint32_t flags, uint64_t event,
			       uint32_t *handle)
{
	struct d3dkmt_create_sync_object2 args;
	int ret;

	args = object(device, D3DKMT_SYNC_CPU_NOTIFICATION, flags);
	args.info.event = event;
	ret = create(dxg, &args);
	*handle = args.sync_object;
	return ret;
}

static uint64_t event_count(int event)
{
	uint64_t count;

	if (!igt_dxg_event_fired(event, 0))
		return 0;
	igt_assert_eq(read(event, &count, sizeof(count)), sizeof(count));
	return count;
}

/* @count times, and @fence once. */
static void signal_by_engine(struct igt_dxg *dxg, uint32_t device, uint32_t handle, int count)
{
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	for (int i = 0; i < count; i++)
		igt_dxg_stream_signal(&stream, handle, i);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_dxg_destroy_fence(dxg, fence);
	igt_dxg_destroy_context(dxg, context);
}

/* --- creation ------------------------------------------------------------ */

static void test_semaphore(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t max, initial;
		int ret;
	} cases[] = {
		{ 0, 0, -EINVAL }, { 0, 1, -EINVAL }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 2, -EINVAL },
		{ UINT32_MAX, 0, 0 }, { UINT32_MAX, UINT32_MAX, 0 },
		{ UINT32_MAX - 1, UINT32_MAX, -EINVAL },
	};
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_create_sync_object2 args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		args = object(device, D3DKMT_SYNC_SEMAPHORE, 0);
		args.info.semaphore.max_count = cases[i].max;
		args.info.semaphore.initial_count = cases[i].initial;
		igt_assert_eq(create(dxg, &args), cases[i].ret);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_mutex(struct igt_dxg *dxg)
{
	static const uint32_t states[] = { 0, 1, 2, UINT32_MAX };
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_create_sync_object2 args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(states); i++) {
		args = object(device, D3DKMT_SYNC_MUTEX, 0);
		args.info.initial_state = states[i];
		igt_assert_eq(create(dxg, &args), 0);
		igt_dxg_destroy_fence(dxg, args.sync_object);
		igt_assert_eq(__igt_dxg_destroy_fence(dxg, args.sync_object), -EINVAL);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_fence(struct igt_dxg *dxg)
{
	static const uint64_t values[] = { 0, 1, UINT64_MAX };
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_create_sync_object2 args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(values); i++) {
		args = object(device, D3DKMT_SYNC_FENCE, 0);
		args.info.initial_fence_value = values[i];
		igt_assert_eq(create(dxg, &args), 0);
		signal_by_engine(dxg, device, args.sync_object, 3);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* No mapping, and so no address space. */
static void foreign_create(struct igt_dxg_child *child __attribute__((unused)),
			   struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	for (uint32_t type = D3DKMT_SYNC_MUTEX; type <= D3DKMT_SYNC_FENCE; type++)
		create_good(dxg, device, type, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_foreign(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child;

	igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_child_start(&child, dxg, foreign_create);
	igt_dxg_child_join(&child);
	igt_dxg_destroy_device(dxg, device);
}

static void test_periodic(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_create_sync_object2 args;

	args = object(device, D3DKMT_SYNC_PERIODIC_MONITORED_FENCE, 0);
	igt_assert_eq(create(dxg, &args), -EPERM);
	igt_dxg_destroy_device(dxg, device);
}

/* --- what the CPU must not do -------------------------------------------- */

static void test_cpu(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[2];
	const uint64_t *value;
	uint64_t values[2] = { 1, 0 };
	int event = eventfd(0, EFD_CLOEXEC);

	handles[0] = igt_dxg_create_fence(dxg, device, 0, &value);
	for (uint32_t type = D3DKMT_SYNC_MUTEX; type <= D3DKMT_SYNC_CPU_NOTIFICATION; type++) {
		if (type == D3DKMT_SYNC_CPU_NOTIFICATION)
			igt_assert_eq(create_notification(dxg, device, 0, event, &handles[1]), 0);
		else
			handles[1] = create_good(dxg, device, type, 0);
		igt_assert_eq(__igt_dxg_signal(dxg, device, handles, values, 2, 0), -EINVAL);
		igt_assert_eq(__igt_dxg_signal(dxg, device, handles, values, 2,
					       D3DKMT_SIGNAL_ALLOW_FENCE_REWIND), -EINVAL);
		igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
		igt_assert_eq(__igt_dxg_wait(dxg, device, handles, values, 2, 0, D3DKMT_WAIT_ANY),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_wait(dxg, device, &handles[1], values, 1, event, 0),
			      -EINVAL);
	}
	igt_assert_eq_u64(event_count(event), 0);
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

/* --- CPU notifications --------------------------------------------------- */

static void test_notification(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handle, other;
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	igt_assert_eq(create_notification(dxg, device, 0, event, &handle), 0);
	igt_assert_eq(create_notification(dxg, device, 0, event, &other), 0);
	igt_assert_eq_u64(event_count(event), 0);
	signal_by_engine(dxg, device, handle, 1);
	igt_assert_eq_u64(event_count(event), 1);
	signal_by_engine(dxg, device, handle, 5);
	igt_assert_eq_u64(event_count(event), 5);
	signal_by_engine(dxg, device, other, 1);
	igt_assert_eq_u64(event_count(event), 1);
	igt_dxg_destroy_fence(dxg, handle);
	igt_assert_eq_u64(event_count(event), 0);
	/* it keeps the event */
	close(event);
	signal_by_engine(dxg, device, other, 1);
	igt_dxg_destroy_device(dxg, device);
}

static void test_notification_refused(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handle;
	int event = eventfd(0, EFD_CLOEXEC), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint64_t bad[] = {
		UINT64_MAX, INT32_MAX, event | 1ULL << 32, event | 1ULL << 31, null, dxg->fd,
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(create_notification(dxg, device, 0, bad[i], &handle), -EINVAL);
	igt_assert_eq(create_notification(dxg, device, SHARED, event, &handle), -EINVAL);
	igt_assert_eq(create_notification(dxg, device, D3DKMT_SYNC_SHARED, event, &handle),
		      -EINVAL);
	igt_assert_eq(create_notification(dxg, device, 0, event, &handle), 0);
	igt_assert_eq(__igt_dxg_share(dxg, handle, &(int) { 0 }), -EINVAL);
	close(event);
	close(null);
	igt_assert_eq(create_notification(dxg, device, 0, event, &handle), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_objects"), 0);
}

/* Who waits for a command that is lost is told. */
static void test_notification_lost(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handle[2];
	uint32_t context = igt_dxg_create_context(dxg, device);
	int event[2] = { eventfd(0, EFD_CLOEXEC), eventfd(0, EFD_CLOEXEC) };
	struct igt_dxg_stream stream;

	igt_assert_eq(create_notification(dxg, device, 0, event[0], &handle[0]), 0);
	igt_assert_eq(create_notification(dxg, device, D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR,
					  event[1], &handle[1]), 0);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_signal(&stream, handle[1], 1);
	igt_dxg_stream_signal(&stream, handle[0], 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert(igt_dxg_event_fired(event[0], igt_dxg_patience(WAIT_MS)));
	igt_assert(!igt_dxg_event_fired(event[1], 0));
	igt_assert_eq_u64(event_count(event[0]), 1);
	igt_dxg_destroy_device(dxg, device);
	close(event[0]);
	close(event[1]);
}

/* --- sharing ------------------------------------------------------------- */

static void test_shared(struct igt_dxg *dxg)
{
	uint32_t creator = igt_dxg_create_device(dxg), opener = igt_dxg_create_device(dxg);

	for (uint32_t type = D3DKMT_SYNC_MUTEX; type <= D3DKMT_SYNC_FENCE; type++) {
		uint32_t handle = create_good(dxg, creator, type, SHARED);
		struct d3dkmt_open_sync_object_from_nt_handle2 args = {
			.nt_handle = igt_dxg_share(dxg, handle),
			.device = opener,
			.fence_value_cpu_va = 5,
			.fence_value_gpu_va = 6,
			.engine_affinity = 7,
		};

		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_NT_HANDLE2,
					    &args), 0);
		igt_assert_neq_u32(args.sync_object, 0);
		igt_assert_eq_u64(args.fence_value_cpu_va, 5);
		igt_assert_eq_u64(args.fence_value_gpu_va, 6);
		close(args.nt_handle);
		igt_dxg_destroy_fence(dxg, handle);
		signal_by_engine(dxg, opener, args.sync_object, 4);
		handle = create_good(dxg, creator, type, 0);
		igt_assert_eq(__igt_dxg_share(dxg, handle, &(int) { 0 }), -EINVAL);
	}
	igt_dxg_destroy_device(dxg, creator);
	igt_dxg_destroy_device(dxg, opener);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("semaphore", test_semaphore, "A semaphore starts with no more than its maximum."),
	TEST("mutex", test_mutex, "A mutex is created owned or not."),
	TEST("fence", test_fence, "A fence has any first value."),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "foreign", "What is not mapped needs no address space.",
			test_foreign),
	TEST_ONE("periodic", test_periodic, "Periodic fences are refused."),
	TEST("cpu", test_cpu, "The CPU neither signals them nor waits for them."),
	TEST("notification", test_notification, "A signal is one of the event."),
	TEST("notification-refused", test_notification_refused, "Only an eventfd is an event."),
	IGT_DXG_TEST_LONG("notification-lost", "A lost command notifies.",
			  test_notification_lost),
	TEST("shared", test_shared, "Each kind but notifications can be shared."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
