// SPDX-License-Identifier: MIT
/*
 * Paging queues: what they are, what they do after the call has returned, and how they
 * end.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_residency.h"

IGT_TEST_DESCRIPTION("Paging queues of dxg, and what they move.");

/* A wait that has not ended by now does not end by itself. */
#define LATER_MS	50
#define BALLAST		(32ULL << 20)

static bool is_resident(const struct scene *scene, int i)
{
	return igt_dxg_is_resident(scene->dxg, scene->device, scene->list[i]);
}

static bool is_too_large(const struct igt_dxg *dxg)
{
	return !strcmp(dxg->driver, "virtio_gpu");
}

/* --- paging queues ------------------------------------------------------- */

static void test_queue_create(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint64_t before = igt_dxg_read_state(dxg, "sync_objects");
	const uint64_t *value[3];
	uint32_t queue[3];

	for (int i = 0; i < 3; i++) {
		struct d3dkmt_create_paging_queue args = {
			.device = device,
			.priority = i - 1,
			.paging_queue = UINT32_MAX,
			.sync_object = UINT32_MAX,
			.fence_value_cpu_va = UINT64_MAX,
			.pad = UINT32_MAX,
		};

		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args), 0);
		igt_assert_neq_u32(args.paging_queue, 0);
		igt_assert_neq_u32(args.sync_object, 0);
		igt_assert_neq_u32(args.paging_queue, args.sync_object);
		igt_assert_eq_u64(args.fence_value_cpu_va % 8, 0);
		queue[i] = args.paging_queue;
		value[i] = (const uint64_t *)(uintptr_t)args.fence_value_cpu_va;
		igt_assert_eq_u64(igt_dxg_fence_value(value[i]), 0);
		igt_assert_eq(igt_dxg_touch((void *)value[i], true), SIGSEGV);
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_objects"), before + 3);
	for (int i = 0; i < 3; i++) {
		igt_dxg_destroy_paging_queue(dxg, queue[i]);
		igt_assert(!igt_dxg_mapped((void *)((uintptr_t)value[i] & ~(PAGE - 1UL))));
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_objects"), before);
	igt_dxg_destroy_device(dxg, device);
}

static void test_queue_refused(struct igt_dxg *dxg)
{
	static const int priorities[] = { -2, 2, INT_MIN, INT_MAX };
	uint32_t device = igt_dxg_create_device(dxg), dead = igt_dxg_create_device(dxg), queue;
	uint32_t bad[] = {
		0, dead, dxg->adapter, device | 1, device ^ (3U << 30), UINT32_MAX,
		igt_dxg_create_allocation(dxg, device, PAGE), igt_dxg_create_context(dxg, device),
	};
	struct d3dkmt_create_paging_queue args = { .device = device };
	uint64_t before;

	igt_dxg_destroy_device(dxg, dead);
	before = igt_dxg_read_state(dxg, "sync_objects");
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(__igt_dxg_create_paging_queue(dxg, bad[i], 0, &queue, NULL, NULL),
			      -EINVAL);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(priorities); i++)
		igt_assert_eq(__igt_dxg_create_paging_queue(dxg, device, priorities[i], &queue,
							    NULL, NULL), -EINVAL);
	for (int bit = 0; bit < 32; bit++) {
		args.physical_adapter_index = 1U << bit;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_PAGING_QUEUE, &args),
			      -EINVAL);
	}
	/* what cannot be returned is not there */
	args.physical_adapter_index = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_PAGING_QUEUE,
				    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_objects"), before);
	igt_dxg_destroy_device(dxg, device);
}

static void assert_no_engine_signal(const struct scene *scene)
{
	uint32_t context = igt_dxg_create_context(scene->dxg, scene->device);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, scene->fence, 1);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(scene->dxg, context, &stream), -EACCES);
	igt_dxg_stream_free(&stream);
}

/* Only the queue signals the fence, and only it takes it along. */
static void test_queue_fence(struct igt_dxg *dxg)
{
	struct scene scene;
	uint64_t one = 1;
	int event;

	scene_create(dxg, &scene, SIZE);
	igt_dxg_wait(dxg, scene.device, scene.fence, 0);
	event = igt_dxg_wait_event(dxg, scene.device, scene.fence, 1);
	igt_assert_eq(__igt_dxg_signal(dxg, scene.device, &scene.fence, &one, 1, 0), -EACCES);
	igt_assert_eq(__igt_dxg_signal(dxg, scene.device, &scene.fence, &one, 1,
				       D3DKMT_SIGNAL_ALLOW_FENCE_REWIND), -EACCES);
	assert_no_engine_signal(&scene);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, scene.fence), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, scene.queue), -EINVAL);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	close(event);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 0);
	igt_dxg_wait(dxg, scene.device, scene.fence, 0);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	scene_destroy(&scene);
}

static void test_queue_destroy(struct igt_dxg *dxg)
{
	uint64_t zero = 0;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	{
		uint32_t bad[] = {
			0, 1, UINT32_MAX, scene.device, scene.fence, scene.list[0], dxg->adapter,
			igt_dxg_create_context(dxg, scene.device), scene.queue | 1,
			scene.queue ^ (3U << 30),
		};

		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, bad[i]), -EINVAL);
	}
	igt_dxg_destroy_paging_queue(dxg, scene.queue);
	igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, scene.queue), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, scene.device, &scene.fence, &zero, 1, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, scene.device, &scene.fence, &zero, 1, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, scene.fence), -EINVAL);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), -EINVAL);
	assert_wanted(&scene, 0);

	/* and with the device */
	scene.queue = igt_dxg_create_paging_queue(dxg, scene.device, &scene.fence, NULL);
	scene_destroy(&scene);
	igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, scene.queue), -EINVAL);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), -EINVAL);
	igt_assert_eq(evict(&scene, scene.list, COUNT), -EINVAL);
}

/* Of static storage: the thread may outlive a test that fails. */
static struct waiter {
	struct scene scene;
	int ret;
	int done;
} waiter;

static void *waiter_run(void *arg)
{
	const struct scene *scene = &waiter.scene;
	uint64_t one = 1;

	(void)arg;
	do {
		waiter.ret = __igt_dxg_wait(scene->dxg, scene->device, &scene->fence, &one, 1, 0,
					    0);
	} while (waiter.ret == -EINTR);
	__atomic_store_n(&waiter.done, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void test_queue_destroy_wait(struct igt_dxg *dxg)
{
	struct scene *scene = &waiter.scene;
	pthread_t thread;
	uint64_t start;
	int event;

	memset(&waiter, 0, sizeof(waiter));
	scene_create(dxg, scene, SIZE);
	event = igt_dxg_wait_event(dxg, scene->device, scene->fence, 1);
	igt_assert_eq(pthread_create(&thread, NULL, waiter_run, NULL), 0);
	igt_dxg_sleep_ms(LATER_MS);
	igt_assert(!__atomic_load_n(&waiter.done, __ATOMIC_SEQ_CST));
	igt_dxg_destroy_paging_queue(dxg, scene->queue);
	start = igt_dxg_now_ns();
	while (!__atomic_load_n(&waiter.done, __ATOMIC_SEQ_CST))
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), WAIT_MS);
	pthread_join(thread, NULL);
	igt_assert_eq(waiter.ret, -EINVAL);
	/* nothing was reached */
	igt_assert(!igt_dxg_event_fired(event, 0));
	close(event);
	scene_destroy(scene);
}

static void foreign_create(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), queue;

	(void)child;
	igt_assert_eq(__igt_dxg_create_paging_queue(dxg, device, 0, &queue, NULL, NULL), -EPERM);
	igt_dxg_destroy_device(dxg, device);
}

/* The first queue binds the file to an address space, as a lock does. */
static void test_queue_foreign(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child;

	igt_dxg_create_paging_queue(dxg, device, NULL, NULL);
	igt_dxg_child_start(&child, dxg, foreign_create);
	igt_dxg_child_join(&child);
	igt_dxg_create_paging_queue(dxg, device, NULL, NULL);
	igt_dxg_destroy_device(dxg, device);
}

static int race_destroy(void *data)
{
	const struct scene *scene = data;

	return __igt_dxg_destroy_paging_queue(scene->dxg, scene->queue);
}

static void test_queue_race(struct igt_dxg *dxg)
{
	struct scene scene = { .dxg = dxg, .device = igt_dxg_create_device(dxg) };
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(100); i++) {
		scene.queue = igt_dxg_create_paging_queue(dxg, scene.device, NULL, NULL);
		igt_dxg_race(race_destroy, race_destroy, &scene, i, ret);
		igt_assert_eq(ret[0] + ret[1], -EINVAL);
		igt_assert_eq(ret[0] * ret[1], 0);
	}
	scene_destroy(&scene);
}

/* --- what has to move ---------------------------------------------------- */

/* All of the device segment but some, in what is evicted last. */
static void ballast_create(const struct scene *scene, uint64_t but)
{
	uint64_t left = igt_dxg_segment_size(scene->dxg) - but, size;
	uint32_t allocation;

	for (; left; left -= size) {
		size = left < BALLAST ? left : BALLAST;
		allocation = igt_dxg_create_allocation(scene->dxg, scene->device, size);
		igt_dxg_set_priority(scene->dxg, scene->device, allocation,
				     D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
		igt_dxg_lock(scene->dxg, scene->device, allocation);
		igt_dxg_unlock(scene->dxg, scene->device, allocation);
	}
}

/* Three are in the device segment and two are not; all have bytes of their own. */
static void crowd_create(struct igt_dxg *dxg, struct scene *scene)
{
	uint64_t *data;

	scene_create(dxg, scene, 1 << 20);
	ballast_create(scene, 3 * scene->size);
	for (int i = 0; i < COUNT; i++) {
		data = igt_dxg_lock(dxg, scene->device, scene->list[i]);
		data[0] = 10 + i;
		data[scene->size / 16] = 20 + i;
		data[scene->size / 8 - 1] = 30 + i;
		igt_dxg_unlock(dxg, scene->device, scene->list[i]);
		igt_assert_eq(is_resident(scene, i), i < 3);
	}
}

static void crowd_check(const struct scene *scene, int i)
{
	const uint64_t *data = igt_dxg_lock(scene->dxg, scene->device, scene->list[i]);

	igt_assert_eq_u64(data[0], 10 + i);
	igt_assert_eq_u64(data[scene->size / 16], 20 + i);
	igt_assert_eq_u64(data[scene->size / 8 - 1], 30 + i);
	igt_dxg_unlock(scene->dxg, scene->device, scene->list[i]);
}

static void test_pending(struct igt_dxg *dxg)
{
	uint64_t value, trim = 77;
	struct scene scene;

	crowd_create(dxg, &scene);
	igt_dxg_destroy2(dxg, scene.device, 0, scene.list, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	for (int i = 3; i < 5; i++) {
		igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, &scene.list[i], 1, 0,
						      &value, &trim), PENDING);
		igt_assert_eq_u64(value, i - 2);
		igt_assert_eq_u64(trim, 0);
		igt_dxg_wait(dxg, scene.device, scene.fence, value);
		igt_assert_lte_u64(value, igt_dxg_fence_value(scene.value));
		igt_assert(is_resident(&scene, i));
	}
	/* one found room, the other took that of what nobody had asked for */
	igt_assert_eq(is_resident(&scene, 1) + is_resident(&scene, 2), 1);
	assert_wanted(&scene, 2 * scene.size);
	for (int i = 1; i < 5; i++)
		crowd_check(&scene, i);

	/* what is there is there, at the last value */
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, &scene.list[3], 2, 0, &value,
					      NULL), 0);
	igt_assert_eq_u64(value, 2);
	scene_destroy(&scene);
}

static void test_pending_many(struct igt_dxg *dxg)
{
	uint64_t value;
	struct scene scene;

	crowd_create(dxg, &scene);
	igt_dxg_destroy2(dxg, scene.device, 0, scene.list, 2, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, &scene.list[2], 3, 0, &value,
					      NULL), PENDING);
	igt_assert_eq_u64(value, 1);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, scene.fence, 1, WAIT_MS));
	for (int i = 2; i < 5; i++) {
		igt_assert(is_resident(&scene, i));
		crowd_check(&scene, i);
	}
	igt_assert_eq(evict(&scene, &scene.list[2], 3), 0);
	assert_wanted(&scene, 0);
	scene_destroy(&scene);
}

/* What was asked for is done also when what it was asked of has gone. */
static void test_pending_destroy(struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns(), value;
	struct scene scene;

	crowd_create(dxg, &scene);
	igt_assert_eq(make_resident(&scene, &scene.list[3], 1), PENDING);
	igt_dxg_destroy_paging_queue(dxg, scene.queue);
	while (!is_resident(&scene, 3)) {
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), WAIT_MS);
		igt_dxg_sleep_ms(1);
	}
	crowd_check(&scene, 3);

	/* an allocation that goes is in nobody's way */
	scene.queue = igt_dxg_create_paging_queue(dxg, scene.device, &scene.fence, NULL);
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, &scene.list[4], 1, 0, &value,
					      NULL), PENDING);
	igt_dxg_destroy_allocation(dxg, scene.device, scene.list[4]);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, scene.fence, value, WAIT_MS));
	igt_assert_eq_u32(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert_eq(evict(&scene, &scene.list[3], 1), 0);
	scene_destroy(&scene);
}

/* The device, and the process, go while bytes move. */
static void test_pending_close(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct scene scene;

	igt_dxg_read_state_all(dxg, &before);
	crowd_create(dxg, &scene);
	igt_assert_eq(make_resident(&scene, &scene.list[3], 2), PENDING);
	scene_destroy(&scene);
	igt_dxg_assert_no_leak(dxg, &before);
	crowd_create(dxg, &scene);
	igt_assert_eq(make_resident(&scene, &scene.list[3], 2), PENDING);
	igt_dxg_renew(dxg);
}

/* --- no memory ----------------------------------------------------------- */

/* Later: there is only the device to tell. */
static void test_no_memory(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t large;

	scene_create(dxg, &scene, SIZE);
	large = igt_dxg_create_allocation(dxg, scene.device, TOO_LARGE);
	igt_dxg_lock(dxg, scene.device, large);
	if (is_too_large(dxg)) {
		/* its bytes are there, and have no place in the device segment */
		igt_assert_eq(make_resident(&scene, &large, 1), -ENOMEM);
		igt_assert_eq(evict(&scene, &large, 1), -EINVAL);
		igt_assert_eq_u32(igt_dxg_device_state(dxg, scene.device),
				  D3DKMT_DEVICEEXECUTION_ACTIVE);
	} else {
		igt_assert_eq(make_resident(&scene, &large, 1), 0);
		igt_assert_eq(evict(&scene, &large, 1), 0);
		igt_assert_eq(evict(&scene, &large, 1), -EINVAL);
	}
	igt_dxg_destroy_paging_queue(dxg, scene.queue);
	scene_destroy(&scene);
}

/* --- removal ------------------------------------------------------------- */

static void assert_gone(const struct scene *scene)
{
	struct d3dkmt_query_video_memory_info info;
	struct igt_dxg *dxg = scene->dxg;
	uint32_t value = D3DKMT_ALLOCATION_PRIORITY_LOW, queue;

	igt_assert_eq(make_resident(scene, scene->list, COUNT), -ENODEV);
	igt_assert_eq(__igt_dxg_create_paging_queue(dxg, scene->device, 0, &queue, NULL, NULL),
		      -ENODEV);
	igt_assert_eq(__igt_dxg_query_residency(dxg, scene->device, 0, scene->list, 1, &value),
		      -ENODEV);
	igt_assert_eq(__igt_dxg_get_priority(dxg, scene->device, 0, scene->list, 1, &value),
		      -ENODEV);
	igt_assert_eq(__igt_dxg_set_priority(dxg, scene->device, 0, scene->list, 1, &value),
		      -ENODEV);
	for (uint32_t group = 0; group < 2; group++)
		igt_assert_eq(__igt_dxg_video_memory(dxg, group, &info), -ENODEV);
	igt_assert_eq(__igt_dxg_reserve(dxg, 0), -ENODEV);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = { .processes = 1 };
	bool drm = dxg->door != DXG_DOOR_DXG;
	struct igt_dxg *next;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	igt_dxg_reserve(dxg, PAGE);
	igt_dxg_unbind(dxg);
	assert_gone(&scene);
	/* a DRM node answers nothing any more */
	igt_assert_eq(evict(&scene, scene.list, COUNT), drm ? -ENODEV : 0);
	igt_assert_eq(evict(&scene, scene.list, COUNT), drm ? -ENODEV : -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, scene.queue), drm ? -ENODEV : 0);
	igt_assert_eq(__igt_dxg_destroy_paging_queue(dxg, scene.queue), drm ? -ENODEV : -EINVAL);
	igt_dxg_rebind();
	next = igt_dxg_reopen(dxg);
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("create", test_queue_create, "A paging queue has a fence with value 0."),
	TEST("refused", test_queue_refused, "Bad devices, priorities, indices are refused."),
	TEST("fence", test_queue_fence, "Only the queue signals and destroys its fence."),
	TEST("destroy", test_queue_destroy, "A queue is destroyed once, with its fence."),
	TEST("destroy-wait", test_queue_destroy_wait, "Its end is that of all waits."),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "foreign",
			"Another address space creates no queue.", test_queue_foreign),
	IGT_DXG_TEST_LONG("race", "Of two destructions exactly one succeeds.", test_queue_race),
	TEST("pending", test_pending, "The fence says when bytes have moved."),
	TEST("pending-many", test_pending_many, "All allocations of a request are waited for."),
	TEST("pending-destroy", test_pending_destroy, "A request outlives its queue."),
	IGT_DXG_TEST_LONG("pending-close", "The owner goes while bytes move.", test_pending_close),
	TEST("no-memory", test_no_memory, "What has no place there is refused at once."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "On a removed adapter what is had is given back, and no more." },
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
