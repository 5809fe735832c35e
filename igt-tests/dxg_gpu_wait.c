// SPDX-License-Identifier: MIT
/*
 * Waits and signals in contexts: order, refusals, and what ends a wait that nobody satisfies.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_igt_queue.h"

IGT_TEST_DESCRIPTION("Waits and signals of monitored fences in contexts.");

#define LATER_MS	50
#define LONG_MS		10000
#define SIZE		4096
#define PATTERN		0x600df00d

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_LONG(name, run, text) IGT_DXG_TEST_LONG(name, text, run)
/* One that waits for the time-out. */
#define TEST_ONE_DOOR(name, run, text) \
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/**
 * struct scene - A device with two contexts
 * @dxg: the way in
 * @device: the device
 * @contexts: contexts
 * @fence: what is waited for
 * @done: what tells the end
 * @value: value of @done
 */
struct scene {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t contexts[2];
	uint32_t fence;
	uint32_t done;
	const uint64_t *value;
};

static void scene_create(struct igt_dxg *dxg, struct scene *scene)
{
	scene->dxg = dxg;
	scene->device = igt_dxg_create_device(dxg);
	for (int i = 0; i < 2; i++)
		scene->contexts[i] = igt_dxg_create_context(dxg, scene->device);
	scene->fence = igt_dxg_create_fence(dxg, scene->device, 0, NULL);
	scene->done = igt_dxg_create_fence(dxg, scene->device, 0, &scene->value);
}

static void scene_destroy(struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->device);
}

static void await(const struct scene *scene, uint64_t value)
{
	igt_assert(igt_dxg_wait_timeout(scene->dxg, scene->device, scene->done, value,
					igt_dxg_patience(LONG_MS)));
}

static void assert_waits(const struct scene *scene)
{
	uint64_t before = igt_dxg_fence_value(scene->value);

	igt_dxg_sleep_ms(LATER_MS);
	igt_assert_eq_u64(igt_dxg_fence_value(scene->value), before);
}

/* --- order --------------------------------------------------------------- */

static void test_satisfied(struct igt_dxg *dxg)
{
	struct d3dkmt_wait_sync_object2 args = { .object_count = 2, .fence_value = 5 };
	struct scene scene;

	scene_create(dxg, &scene);
	igt_dxg_signal(dxg, scene.device, scene.fence, 5);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 5);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 0);
	args.context = scene.contexts[0];
	args.objects[0] = scene.fence;
	args.objects[1] = scene.fence;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT2, &args), 0);
	igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.done, 1);
	await(&scene, 1);
	igt_dxg_wait_state(dxg, "commands", 0);
	scene_destroy(&scene);
}

static void test_cpu(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 2);
	igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.done, 9);
	assert_waits(&scene);
	/* the other context goes on */
	igt_dxg_gpu_signal(dxg, scene.contexts[1], scene.done, 1);
	await(&scene, 1);
	igt_dxg_signal(dxg, scene.device, scene.fence, 1);
	assert_waits(&scene);
	igt_dxg_signal(dxg, scene.device, scene.fence, 2);
	await(&scene, 9);
	scene_destroy(&scene);
}

/* One context fills what the other copies, back and forth. */
static void test_producer_consumer(struct igt_dxg *dxg)
{
	uint32_t first, second, rounds = igt_dxg_scale(50);
	struct igt_dxg_stream stream;
	struct scene scene;

	scene_create(dxg, &scene);
	first = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	second = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	for (uint32_t i = 0; i < rounds; i++) {
		igt_dxg_gpu_wait(dxg, scene.contexts[1], scene.fence, i + 1);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, second, 4 * i, first, 0, 4);
		igt_dxg_submit(dxg, scene.contexts[1], &stream);
		igt_dxg_gpu_signal(dxg, scene.contexts[1], scene.done, i + 1);

		igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.done, i);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, first, 0, SIZE, PATTERN + i);
		igt_dxg_submit(dxg, scene.contexts[0], &stream);
		igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.fence, i + 1);
	}
	await(&scene, rounds);
	for (uint32_t i = 0; i < rounds; i++)
		igt_dxg_assert_filled(dxg, scene.device, second, 4 * i, 1, PATTERN + i);
	scene_destroy(&scene);
}

static void test_broadcast_signal(struct igt_dxg *dxg)
{
	struct d3dkmt_signal_sync_object2 args = {
		.object_count = 1,
		.broadcast_context_count = 1,
		.fence_value = 7,
	};
	struct scene scene;

	scene_create(dxg, &scene);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1);
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, scene.contexts, 2, scene.done, 3, 0), 0);
	args.context = scene.contexts[1];
	args.objects[0] = scene.done;
	args.broadcast_contexts[0] = scene.contexts[0];
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT2, &args), 0);
	assert_waits(&scene);
	igt_dxg_signal(dxg, scene.device, scene.fence, 1);
	await(&scene, 7);

	/* back, as asked for */
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, scene.contexts, 1, scene.done, 2, 0), 0);
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, scene.contexts, 1, scene.fence, 2, 0), 0);
	igt_dxg_wait(dxg, scene.device, scene.fence, 2);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 7);
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, scene.contexts, 1, scene.done, 2,
					    D3DKMT_SIGNAL_ALLOW_FENCE_REWIND |
					    D3DKMT_SIGNAL_AT_SUBMISSION), 0);
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, scene.contexts, 1, scene.fence, 3, 0), 0);
	igt_dxg_wait(dxg, scene.device, scene.fence, 3);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 2);
	scene_destroy(&scene);
}

static void test_event(struct igt_dxg *dxg)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), pipe_fd[2];
	struct scene scene;

	igt_assert_fd(event);
	scene_create(dxg, &scene);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1);
	igt_assert_eq(__igt_dxg_gpu_event(dxg, scene.contexts, 2, event), 0);
	igt_assert(!igt_dxg_event_fired(event, LATER_MS));
	igt_dxg_signal(dxg, scene.device, scene.fence, 1);
	igt_assert(igt_dxg_event_fired(event, igt_dxg_patience(LONG_MS)));

	igt_assert_eq(pipe(pipe_fd), 0);
	igt_assert_eq(__igt_dxg_gpu_event(dxg, scene.contexts, 2, pipe_fd[1]), -EINVAL);
	igt_assert_eq(__igt_dxg_gpu_event(dxg, scene.contexts, 2, 1ULL << 32 | event), -EINVAL);
	igt_assert_eq(__igt_dxg_gpu_event(dxg, scene.contexts, 2, 999999), -EINVAL);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(event);
	scene_destroy(&scene);
}

static void test_broadcast_submit(struct igt_dxg *dxg)
{
	uint32_t contexts[D3DKMT_MAX_BROADCAST_CONTEXTS], memory;
	uint64_t before = igt_dxg_read_state(dxg, "commands");
	struct igt_dxg_stream stream;
	struct scene scene;

	scene_create(dxg, &scene);
	memory = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	for (int i = 0; i < D3DKMT_MAX_BROADCAST_CONTEXTS; i++) {
		contexts[i] = igt_dxg_create_context(dxg, scene.device);
		igt_dxg_gpu_wait(dxg, contexts[i], scene.fence, 1);
	}
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, memory, 0, SIZE, PATTERN);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_broadcast(dxg, contexts, D3DKMT_MAX_BROADCAST_CONTEXTS, &stream),
		      0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "commands"),
			  before + 2 * D3DKMT_MAX_BROADCAST_CONTEXTS);
	/* one that is none: nothing comes */
	contexts[D3DKMT_MAX_BROADCAST_CONTEXTS - 1] = scene.device;
	igt_assert_eq(__igt_dxg_broadcast(dxg, contexts, D3DKMT_MAX_BROADCAST_CONTEXTS, &stream),
		      -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "commands"),
			  before + 2 * D3DKMT_MAX_BROADCAST_CONTEXTS);
	igt_dxg_signal(dxg, scene.device, scene.fence, 1);
	igt_dxg_wait_state(dxg, "commands", before);
	igt_dxg_assert_filled(dxg, scene.device, memory, 0, SIZE / 4, PATTERN);
	igt_dxg_stream_free(&stream);
	scene_destroy(&scene);
}

/* --- refusals ------------------------------------------------------------ */

static void refuse_flags(const struct scene *scene)
{
	static const struct {
		uint32_t flags;
		int wait, signal;
	} cases[] = {
		{ D3DKMT_SYNC_NO_WAIT, -EACCES, 0 },
		{ D3DKMT_SYNC_NO_SIGNAL, 0, -EACCES },
		{ D3DKMT_SYNC_NO_GPU_ACCESS, -EACCES, -EACCES },
	};
	uint32_t fence;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		igt_assert_eq(__igt_dxg_create_fence(scene->dxg, scene->device, cases[i].flags, 0,
						     &fence, NULL), 0);
		igt_assert_eq(__igt_dxg_gpu_wait(scene->dxg, scene->contexts[0], fence, 0),
			      cases[i].wait);
		igt_assert_eq(__igt_dxg_gpu_signal(scene->dxg, scene->contexts[0], fence, 0),
			      cases[i].signal);
	}
}

static void refuse_handles(const struct scene *scene)
{
	struct igt_dxg *dxg = scene->dxg;
	uint32_t other = igt_dxg_create_device(dxg), twice[2];
	const uint32_t bad[] = { 0, scene->device, scene->contexts[0] + 1, 0xffffffff };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		igt_assert_eq(__igt_dxg_gpu_wait(dxg, bad[i], scene->fence, 1), -EINVAL);
		igt_assert_eq(__igt_dxg_gpu_wait(dxg, scene->contexts[0], bad[i], 1), -EINVAL);
		igt_assert_eq(__igt_dxg_gpu_signal(dxg, bad[i], scene->fence, 1), -EINVAL);
		igt_assert_eq(__igt_dxg_gpu_signal(dxg, scene->contexts[0], bad[i], 1), -EINVAL);
	}
	/* of another device */
	twice[0] = igt_dxg_create_context(dxg, other);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, twice[0], scene->fence, 1), -EINVAL);
	igt_assert_eq(__igt_dxg_gpu_signal(dxg, twice[0], scene->fence, 1), -EINVAL);
	twice[1] = scene->contexts[0];
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, twice, 2, scene->fence, 1, 0), -EINVAL);
	twice[0] = twice[1];
	igt_assert_eq(__igt_dxg_gpu_signal2(dxg, twice, 2, scene->fence, 1, 0), -EINVAL);
	igt_dxg_destroy_device(dxg, other);
}

static void refuse_arrays(const struct scene *scene)
{
	uint32_t fences[33];
	uint64_t values[33] = {};
	struct d3dkmt_wait_sync_object_from_gpu wait = {
		.context = scene->contexts[0],
		.objects = igt_dxg_ptr(fences),
		.fence_values = igt_dxg_ptr(values),
	};
	struct d3dkmt_signal_sync_object_from_gpu signal = {
		.context = scene->contexts[0],
		.objects = igt_dxg_ptr(fences),
		.fence_values = igt_dxg_ptr(values),
	};
	static const struct {
		uint32_t count;
		bool null, bad;
		int ret;
	} cases[] = {
		{ 0, false, false, -EINVAL }, { 33, false, false, -EINVAL },
		{ 0xffffffff, false, false, -EINVAL }, { 32, false, false, 0 },
		{ 1, true, false, -EINVAL }, { 1, false, true, -EFAULT },
	};

	for (int i = 0; i < 33; i++)
		fences[i] = scene->fence;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		wait.object_count = cases[i].count;
		wait.fence_values = igt_dxg_ptr(values);
		if (cases[i].null)
			wait.fence_values = 0;
		if (cases[i].bad)
			wait.fence_values = igt_dxg_ptr(igt_dxg_bad_pointer());
		signal.object_count = wait.object_count;
		signal.fence_values = wait.fence_values;
		igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_GPU,
					    &wait), cases[i].ret);
		igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU,
					    &signal), cases[i].ret);
	}
}

static void refuse_signal2(const struct scene *scene)
{
	struct d3dkmt_signal_sync_object_from_gpu2 args = {
		.object_count = 1,
		.objects = igt_dxg_ptr(&scene->fence),
		.broadcast_context_count = 1,
		.broadcast_contexts = igt_dxg_ptr(scene->contexts),
		.fence_values = igt_dxg_ptr(scene->value),
	};
	struct d3dkmt_signal_sync_object2 old = {
		.context = scene->contexts[0],
		.object_count = 1,
		.objects = { scene->fence },
		.broadcast_context_count = D3DKMT_MAX_BROADCAST_CONTEXTS,
	};
	const unsigned long code = D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU2;

	igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT2, &old), -EINVAL);
	old.broadcast_context_count = 0;
	for (int bit = 3; bit < 32; bit++) {
		args.flags = 1U << bit;
		old.flags = args.flags;
		igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EINVAL);
		igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT2, &old),
			      -EINVAL);
	}
	/* an event and fences */
	args.flags = D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT;
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EINVAL);
	args.flags = 0;
	args.broadcast_context_count = 0;
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EINVAL);
	args.broadcast_context_count = 65;
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EINVAL);
	args.broadcast_context_count = 1;
	args.broadcast_contexts = 0;
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EINVAL);
	args.broadcast_contexts = igt_dxg_ptr(igt_dxg_bad_pointer());
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, code, &args), -EFAULT);
}

static void test_refused(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	refuse_flags(&scene);
	refuse_handles(&scene);
	refuse_arrays(&scene);
	refuse_signal2(&scene);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 0);
	scene_destroy(&scene);
}

/* --- waits that nobody satisfies ----------------------------------------- */

static void wait_and_more(const struct scene *scene)
{
	igt_dxg_gpu_wait(scene->dxg, scene->contexts[0], scene->fence, 1);
	igt_dxg_gpu_signal(scene->dxg, scene->contexts[0], scene->done, 1);
	igt_dxg_gpu_wait(scene->dxg, scene->contexts[0], scene->fence, 2);
}

static void never(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct scene scene;

	scene_create(igt_dxg_open(parent->door, parent->driver), &scene);
	wait_and_more(&scene);
	igt_dxg_child_linger(child);
}

static void test_killed(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	int status;

	igt_dxg_child_start(&child, dxg, never);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	status = igt_dxg_child_end(&child, 1000);
	igt_assert(WIFSIGNALED(status));
	igt_dxg_wait_state(dxg, "commands", 0);
}

static void test_destroyed(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	wait_and_more(&scene);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "commands"), 3);
	igt_dxg_destroy_context(dxg, scene.contexts[0]);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 0);
	/* the fence has not been waited for in vain */
	igt_dxg_signal(dxg, scene.device, scene.fence, 5);
	igt_dxg_gpu_wait(dxg, scene.contexts[1], scene.fence, 5);
	igt_dxg_gpu_signal(dxg, scene.contexts[1], scene.done, 4);
	await(&scene, 4);
	scene_destroy(&scene);

	scene_create(dxg, &scene);
	wait_and_more(&scene);
	scene_destroy(&scene);
	igt_dxg_wait_state(dxg, "commands", 0);
}

/* Who waits keeps the fence; what is queued may still signal it. */
static void test_fence_destroyed(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t blocker;

	scene_create(dxg, &scene);
	blocker = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
	wait_and_more(&scene);
	igt_dxg_gpu_wait(dxg, scene.contexts[1], blocker, 1);
	igt_dxg_gpu_signal(dxg, scene.contexts[1], scene.fence, 2);
	igt_dxg_destroy_fence(dxg, scene.fence);
	assert_waits(&scene);
	igt_dxg_signal(dxg, scene.device, blocker, 1);
	await(&scene, 1);
	igt_dxg_wait_state(dxg, "commands", 0);
	scene_destroy(&scene);
}

/* A wait meets no time-out, neither does what is behind it. */
static void test_longer_than_time_out(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	wait_and_more(&scene);
	igt_dxg_sleep_ms(igt_dxg_tdr_ms() + 1000);
	igt_assert_eq(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 0);
	igt_dxg_signal(dxg, scene.device, scene.fence, 2);
	await(&scene, 1);
	igt_dxg_wait_state(dxg, "commands", 0);
	scene_destroy(&scene);
}

static void test_lost(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct scene scene;

	scene_create(dxg, &scene);
	wait_and_more(&scene);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_submit(dxg, scene.contexts[1], &stream);
	/* what was not signalled goes to the maximum */
	await(&scene, UINT64_MAX);
	igt_assert_eq(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_HUNG);
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1), -ENODEV);
	igt_assert_eq(__igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.fence, 1), -ENODEV);
	scene_destroy(&scene);
}

/* Memory of what is behind a wait stays, that of others comes back at once. */
static void test_memory(struct igt_dxg *dxg)
{
	uint64_t before = igt_dxg_read_state(dxg, "backing_bytes");
	uint32_t used, free, assumed;
	struct igt_dxg_stream stream;
	struct scene scene;

	scene_create(dxg, &scene);
	used = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	free = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	assumed = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1);
	igt_dxg_destroy2(dxg, scene.device, 0, &free, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, used, 0, SIZE, PATTERN);
	igt_dxg_submit(dxg, scene.contexts[0], &stream);
	igt_dxg_destroy2(dxg, scene.device, 0, &assumed, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS | D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	igt_dxg_destroy_allocation(dxg, scene.device, used);
	igt_dxg_sleep_ms(LATER_MS);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "batches"), 1);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before + SIZE);
	igt_dxg_signal(dxg, scene.device, scene.fence, 1);
	igt_dxg_wait_state(dxg, "backing_bytes", before);
	igt_assert_eq(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	scene_destroy(&scene);
}

static void test_removed(struct igt_dxg *dxg)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct scene scene;
	uint64_t count;

	igt_assert_fd(event);
	scene_create(dxg, &scene);
	wait_and_more(&scene);
	igt_assert_eq(__igt_dxg_gpu_event(dxg, scene.contexts, 1, event), 0);
	igt_dxg_unbind(dxg);
	igt_assert(igt_dxg_event_fired(event, igt_dxg_patience(LONG_MS)));
	igt_assert_eq(read(event, &count, sizeof(count)), sizeof(count));
	igt_assert_eq_u64(count, 1);
	igt_assert_eq(__igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1), -ENODEV);
	igt_assert_eq(__igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.fence, 1), -ENODEV);
	close(event);
}

/* --- races --------------------------------------------------------------- */

static int do_wait(void *data)
{
	struct scene *scene = data;

	return __igt_dxg_gpu_wait(scene->dxg, scene->contexts[0], scene->fence, 1);
}

static int do_signal(void *data)
{
	struct scene *scene = data;
	uint64_t value = 1;

	return __igt_dxg_signal(scene->dxg, scene->device, &scene->fence, &value, 1, 0);
}

static int do_destroy_context(void *data)
{
	struct scene *scene = data;

	return __igt_dxg_destroy_context(scene->dxg, scene->contexts[0]);
}

static int do_destroy_fence(void *data)
{
	struct scene *scene = data;

	return __igt_dxg_destroy_fence(scene->dxg, scene->fence);
}

static void test_race_signal(struct igt_dxg *dxg)
{
	struct scene scene;
	int ret[2];

	scene_create(dxg, &scene);
	for (unsigned int i = 0; i < igt_dxg_scale(300); i++) {
		scene.fence = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
		igt_dxg_race(do_wait, do_signal, &scene, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
		igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.done, i + 1);
		await(&scene, i + 1);
		igt_dxg_destroy_fence(dxg, scene.fence);
	}
	scene_destroy(&scene);
}

/* A wait under way, its end by a signal, and the end of its context or fence. */
static void race_ends(struct igt_dxg *dxg, int (*end)(void *data))
{
	struct scene scene;
	int ret[2];

	scene_create(dxg, &scene);
	for (unsigned int i = 0; i < igt_dxg_scale(300); i++) {
		scene.fence = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
		scene.contexts[0] = igt_dxg_create_context(dxg, scene.device);
		igt_dxg_gpu_wait(dxg, scene.contexts[0], scene.fence, 1);
		igt_dxg_gpu_signal(dxg, scene.contexts[0], scene.done, 1);
		igt_dxg_race(do_signal, end, &scene, i, ret);
		igt_assert(!ret[0] || (end == do_destroy_fence && ret[0] == -EINVAL));
		igt_assert_eq(ret[1], 0);
		__igt_dxg_destroy_context(dxg, scene.contexts[0]);
		__igt_dxg_destroy_fence(dxg, scene.fence);
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	scene_destroy(&scene);
}

static void test_race_context(struct igt_dxg *dxg)
{
	race_ends(dxg, do_destroy_context);
}

static void test_race_fence(struct igt_dxg *dxg)
{
	race_ends(dxg, do_destroy_fence);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("satisfied", test_satisfied, "A wait for what is reached keeps nobody."),
	TEST("cpu", test_cpu, "A context waits for the CPU, another goes on."),
	TEST("producer-consumer", test_producer_consumer,
	     "Two contexts wait for each other, and see each other's bytes."),
	TEST("broadcast-signal", test_broadcast_signal,
	     "A signal of several contexts comes with the last one."),
	TEST("event", test_event, "An eventfd is signalled when the contexts have come to it."),
	TEST("broadcast-submit", test_broadcast_submit,
	     "A stream goes to 64 contexts or to none."),
	TEST("refused", test_refused, "What is wrong is refused."),
	TEST("killed", test_killed, "A process whose context waits for ever can be killed."),
	TEST("destroyed", test_destroyed, "A wait ends with its context and its device."),
	TEST("fence-destroyed", test_fence_destroyed, "A wait keeps its fence."),
	TEST_ONE_DOOR("longer-than-time-out", test_longer_than_time_out,
		      "A wait does not meet the time-out."),
	TEST_ONE_DOOR("lost", test_lost, "Waits and signals end with a lost device."),
	TEST("memory", test_memory, "What is behind a wait keeps its memory, and only that."),
	{ .name = "removed", .describe = "Waits end with the adapter.", .run = test_removed,
	  .doors = IGT_DXG_LONG, .leaves = true },
	TEST_LONG("race-signal", test_race_signal, "Waits that begin as they are satisfied."),
	TEST_LONG("race-context", test_race_context, "A context goes as its wait ends."),
	TEST_LONG("race-fence", test_race_fence, "A fence goes as the wait for it ends."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
