// SPDX-License-Identifier: MIT
/*
 * MakeResident and Evict: what is counted, what is refused, and what there is then. What
 * has to move for it is in dxg_paging_queue.c.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_residency.h"

IGT_TEST_DESCRIPTION("Requests for the residency of dxg's allocations.");

#define BOTH_FLAGS	(D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER | D3DKMT_MAKE_RESIDENT_MUST_SUCCEED)

static void assert_not_wanted(const struct scene *scene)
{
	assert_wanted(scene, 0);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq(evict(scene, &scene->list[i], 1), -EINVAL);
}

/* Each is asked for exactly once; afterwards none is. */
static void assert_wanted_once(const struct scene *scene)
{
	assert_wanted(scene, COUNT * scene->size);
	igt_assert_eq(evict(scene, scene->list, COUNT), 0);
	assert_not_wanted(scene);
}

static bool is_resident(const struct scene *scene, int i)
{
	return igt_dxg_is_resident(scene->dxg, scene->device, scene->list[i]);
}

static bool is_too_large(const struct igt_dxg *dxg)
{
	return !strcmp(dxg->driver, "virtio_gpu");
}

/* --- MakeResident -------------------------------------------------------- */

static void test_make_resident(struct igt_dxg *dxg)
{
	struct d3dkmt_make_resident args = {
		.num_allocations = COUNT,
		.pad = UINT32_MAX,
		.paging_fence_value = UINT64_MAX,
		.num_bytes_to_trim = UINT64_MAX,
	};
	struct igt_dxg_state before;
	struct scene scene;
	uint8_t *data;

	scene_create(dxg, &scene, SIZE);
	igt_dxg_read_state_all(dxg, &before);
	for (int i = 0; i < COUNT; i++)
		igt_assert(!is_resident(&scene, i));
	args.paging_queue = scene.queue;
	args.allocation_list = igt_dxg_ptr(scene.list);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAKE_RESIDENT, &args), 0);
	igt_assert_eq_u64(args.paging_fence_value, 0);
	igt_assert_eq_u64(args.num_bytes_to_trim, 0);
	for (int i = 0; i < COUNT; i++)
		igt_assert(is_resident(&scene, i));
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
			  before.backing_bytes + COUNT * SIZE);
	assert_wanted_once(&scene);

	/* bytes that nobody needs the room of stay, and they begin as 0 */
	for (int i = 0; i < COUNT; i++) {
		igt_assert(is_resident(&scene, i));
		data = igt_dxg_lock(dxg, scene.device, scene.list[i]);
		for (uint32_t j = 0; j < SIZE; j++)
			igt_assert_eq(data[j], 0);
	}
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	assert_wanted_once(&scene);
	igt_assert_eq_u64(igt_dxg_fence_value(scene.value), 0);
	scene_destroy(&scene);
}

/* What both calls say about their list, and nothing is counted by any of it. */
static void assert_bad_lists(const struct scene *scene,
			     int (*call)(const struct scene *scene, const uint32_t *list,
					 uint32_t count))
{
	char *edge = (char *)igt_dxg_edge() + PAGE;
	uint32_t *last = (uint32_t *)edge - 2;

	last[0] = scene->list[0];
	last[1] = scene->list[1];
	igt_assert_eq(call(scene, scene->list, 0), -EINVAL);
	igt_assert_eq(call(scene, NULL, 1), -EINVAL);
	igt_assert_eq(call(scene, NULL, 0), -EINVAL);
	igt_assert_eq(call(scene, scene->list, UINT32_MAX), -EINVAL);
	igt_assert_eq(call(scene, igt_dxg_bad_pointer(), 1), -EFAULT);
	igt_assert_eq(call(scene, (uint32_t *)-(uintptr_t)PAGE, 1), -EFAULT);
	igt_assert_eq(call(scene, last, 3), -EFAULT);
	igt_assert_eq(call(scene, (uint32_t *)edge, 1), -EFAULT);
	igt_dxg_edge_free(edge - PAGE);
}

static void test_make_resident_count(struct igt_dxg *dxg)
{
	static uint32_t many[D3DKMT_MAX_RESIDENCY + 1];
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	assert_bad_lists(&scene, make_resident);
	assert_not_wanted(&scene);

	for (int i = 0; i <= D3DKMT_MAX_RESIDENCY; i++)
		many[i] = scene.list[i % COUNT];
	igt_assert_eq(make_resident(&scene, many, D3DKMT_MAX_RESIDENCY + 1), -EINVAL);
	assert_not_wanted(&scene);
	igt_assert_eq(make_resident(&scene, many, D3DKMT_MAX_RESIDENCY), 0);
	assert_wanted(&scene, COUNT * SIZE);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	igt_assert_eq(evict(&scene, many, D3DKMT_MAX_RESIDENCY + 1), -EINVAL);
	igt_assert_eq(evict(&scene, many, D3DKMT_MAX_RESIDENCY), 0);
	assert_wanted_once(&scene);
	scene_destroy(&scene);
}

static void test_make_resident_queue(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t stale;

	scene_create(dxg, &scene, SIZE);
	stale = igt_dxg_create_paging_queue(dxg, scene.device, NULL, NULL);
	igt_dxg_destroy_paging_queue(dxg, stale);
	{
		uint32_t bad[] = {
			0, stale, UINT32_MAX, scene.device, scene.fence, scene.list[0],
			dxg->adapter, igt_dxg_create_context(dxg, scene.device),
			scene.queue | 1, scene.queue ^ (3U << 30),
		};

		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_eq(__igt_dxg_make_resident(dxg, bad[i], scene.list, COUNT, 0,
							      NULL, NULL), -EINVAL);
	}
	assert_not_wanted(&scene);
	scene_destroy(&scene);
}

/* Whatever is no allocation of the device, at each place of a list. */
static void refuse_handles(const struct scene *scene,
			   int (*call)(const struct scene *scene, const uint32_t *list,
				       uint32_t count))
{
	static const int places[] = { 0, COUNT / 2, COUNT - 1 };
	uint32_t other = igt_dxg_create_device(scene->dxg), child, list[COUNT];
	uint32_t stale = igt_dxg_create_allocation(scene->dxg, scene->device, PAGE);
	uint32_t bad[] = {
		0, stale, UINT32_MAX, scene->device, scene->queue, scene->fence,
		scene->dxg->adapter, scene->list[0] | 1, scene->list[0] ^ (3U << 30),
		igt_dxg_create_allocation(scene->dxg, other, PAGE),
		igt_dxg_create_resource(scene->dxg, scene->device, PAGE, 1, &child),
	};

	igt_dxg_destroy_allocation(scene->dxg, scene->device, stale);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			memcpy(list, scene->list, sizeof(list));
			list[places[j]] = bad[i];
			igt_assert_eq(call(scene, list, COUNT), -EINVAL);
		}
	}
	igt_dxg_destroy_device(scene->dxg, other);
}

static void test_make_resident_handles(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	refuse_handles(&scene, make_resident);
	assert_not_wanted(&scene);
	for (int i = 0; i < COUNT; i++)
		igt_assert(!is_resident(&scene, i));
	scene_destroy(&scene);
}

static void test_make_resident_duplicates(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t list[3];

	scene_create(dxg, &scene, SIZE);
	list[0] = scene.list[0];
	list[1] = scene.list[0];
	list[2] = scene.list[1];
	igt_assert_eq(make_resident(&scene, list, 3), 0);
	assert_wanted(&scene, 2 * SIZE);
	igt_assert_eq(make_resident(&scene, &list[2], 1), 0);
	assert_wanted(&scene, 2 * SIZE);
	igt_assert_eq(evict(&scene, list, 1), 0);
	assert_wanted(&scene, 2 * SIZE);
	/* twice is once too often */
	igt_assert_eq(evict(&scene, list, 2), -EINVAL);
	assert_wanted(&scene, 2 * SIZE);
	igt_assert_eq(evict(&scene, list, 1), 0);
	assert_wanted(&scene, SIZE);
	igt_assert_eq(evict(&scene, &list[2], 1), 0);
	igt_assert_eq(evict(&scene, &list[2], 1), 0);
	assert_not_wanted(&scene);
	scene_destroy(&scene);
}

static void test_make_resident_flags(struct igt_dxg *dxg)
{
	static const uint32_t good[] = { 0, D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER, BOTH_FLAGS };
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	for (int bit = 2; bit < 32; bit++) {
		igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, COUNT,
						      1U << bit, NULL, NULL), -EINVAL);
		igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, COUNT,
						      1U << bit | BOTH_FLAGS, NULL, NULL),
			      -EINVAL);
	}
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, COUNT,
					      D3DKMT_MAKE_RESIDENT_MUST_SUCCEED, NULL, NULL),
		      -EINVAL);
	assert_not_wanted(&scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(good); i++) {
		igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, COUNT,
						      good[i], NULL, NULL), 0);
		assert_wanted_once(&scene);
	}
	scene_destroy(&scene);
}

static int make_resident_with(const struct scene *scene, const uint32_t *priorities)
{
	struct d3dkmt_make_resident args = {
		.paging_queue = scene->queue,
		.num_allocations = COUNT,
		.allocation_list = igt_dxg_ptr(scene->list),
		.priority_list = igt_dxg_ptr(priorities),
	};

	return igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_MAKE_RESIDENT, &args);
}

static void assert_priorities(const struct scene *scene, const uint32_t *expected)
{
	uint32_t priorities[COUNT];

	igt_assert_eq(__igt_dxg_get_priority(scene->dxg, scene->device, 0, scene->list, COUNT,
					     priorities), 0);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq_u32(priorities[i], expected[i]);
}

static void test_make_resident_priorities(struct igt_dxg *dxg)
{
	static const uint32_t good[COUNT] = {
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM, D3DKMT_ALLOCATION_PRIORITY_MAXIMUM,
		D3DKMT_ALLOCATION_PRIORITY_LOW, D3DKMT_ALLOCATION_PRIORITY_HIGH + 5,
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM + 1,
	};
	static const uint32_t bad[] = {
		0, 1, D3DKMT_ALLOCATION_PRIORITY_MINIMUM - 1,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM + 1, UINT32_MAX,
	};
	static const int places[] = { 0, COUNT / 2, COUNT - 1 };
	uint32_t list[COUNT], normal[COUNT], *edge;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	for (int i = 0; i < COUNT; i++)
		normal[i] = D3DKMT_ALLOCATION_PRIORITY_NORMAL;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			memcpy(list, good, sizeof(list));
			list[places[j]] = bad[i];
			igt_assert_eq(make_resident_with(&scene, list), -EINVAL);
		}
	}
	igt_assert_eq(make_resident_with(&scene, igt_dxg_bad_pointer()), -EFAULT);
	edge = igt_dxg_before_bad_page(good, sizeof(good));
	igt_assert_eq(make_resident_with(&scene, edge + 1), -EFAULT);
	assert_not_wanted(&scene);
	assert_priorities(&scene, normal);
	for (int i = 0; i < COUNT; i++)
		igt_assert(!is_resident(&scene, i));

	igt_assert_eq(make_resident_with(&scene, edge), 0);
	assert_priorities(&scene, good);
	assert_wanted_once(&scene);
	/* without a list they stay */
	igt_assert_eq(make_resident_with(&scene, NULL), 0);
	assert_priorities(&scene, good);
	scene_destroy(&scene);
}

#define MOST	64

/* Eighths of the segment: eight are the budget. */
static void test_over_budget(struct igt_dxg *dxg)
{
	uint64_t segment = igt_dxg_segment_size(dxg), size = segment / 8 / PAGE * PAGE, trim, value;
	uint32_t fit = segment / size, list[MOST];
	struct igt_dxg_state before;
	struct scene scene;
	int ret;

	scene_create(dxg, &scene, PAGE);
	igt_assert(fit + 2 <= MOST);
	igt_assert_eq(__igt_dxg_create(dxg, scene.device, 0, NULL, size, fit + 2, list), 0);
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, list, fit, 0, NULL, NULL), 0);
	assert_wanted(&scene, fit * size);
	igt_dxg_read_state_all(dxg, &before);
	for (uint32_t flags = 0; flags <= D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER; flags++) {
		for (uint32_t more = 1; more <= 2; more++) {
			trim = 77;
			igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, list + fit, more,
							      flags, NULL, &trim), -ENOMEM);
			igt_assert_eq_u64(trim, (fit + more) * size - segment);
		}
	}
	/* what there is already costs nothing, and what is there twice nothing more */
	trim = 77;
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, list, fit + 1, 0, NULL, &trim),
		      -ENOMEM);
	igt_assert_eq_u64(trim, (fit + 1) * size - segment);
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, list, fit, 0, NULL, &trim), 0);
	igt_assert_eq_u64(trim, 0);
	igt_dxg_evict(dxg, scene.device, list, fit);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_assert_eq(evict(&scene, list + fit, 1), -EINVAL);
	igt_assert(!igt_dxg_is_resident(dxg, scene.device, list[fit]));

	/* except that it must succeed; then Evict says how much is too much */
	ret = __igt_dxg_make_resident(dxg, scene.queue, list + fit, 2, BOTH_FLAGS, &value, &trim);
	igt_assert_f(!ret || ret == PENDING, "MUST_SUCCEED: %d\n", ret);
	igt_assert_eq_u64(trim, 0);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, scene.fence, value, WAIT_MS));
	assert_wanted(&scene, (fit + 2) * size);
	for (uint32_t left = fit + 1; left + 2 > fit; left--) {
		igt_assert_eq(__igt_dxg_evict(dxg, scene.device, list + left, 1, 0, &trim), 0);
		igt_assert_eq_u64(trim, left * size > segment ? left * size - segment : 0);
	}
	scene_destroy(&scene);
	igt_dxg_assert_invariants(dxg);
}

/* A request whose answer cannot be written is none, neither good nor too much. */
static void test_make_resident_read_only(struct igt_dxg *dxg)
{
	struct d3dkmt_make_resident args = { .num_allocations = COUNT };
	struct igt_dxg_state before;
	struct scene scene;

	scene_create(dxg, &scene, igt_dxg_segment_size(dxg) / 4 / PAGE * PAGE);
	args.paging_queue = scene.queue;
	args.allocation_list = igt_dxg_ptr(scene.list);
	igt_dxg_read_state_all(dxg, &before);
	for (args.num_allocations = 1; args.num_allocations <= COUNT; args.num_allocations++)
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MAKE_RESIDENT,
					    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	igt_dxg_assert_no_leak(dxg, &before);
	assert_not_wanted(&scene);
	igt_assert(!is_resident(&scene, 0));
	scene_destroy(&scene);
}

/* --- no memory ----------------------------------------------------------- */

/* In the call: who asks is told, and nothing is counted. */
static void test_no_memory(struct igt_dxg *dxg)
{
	bool refused = is_too_large(dxg);
	uint64_t trim = 77;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	scene.list[2] = igt_dxg_create_allocation(dxg, scene.device, TOO_LARGE);
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, COUNT, 0, NULL,
					      &trim), refused ? -ENOMEM : 0);
	if (refused)
		assert_not_wanted(&scene);
	igt_assert_eq_u32(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	/* no trimming would help */
	igt_assert_eq_u64(trim, 0);
	scene_destroy(&scene);
}

/* --- Evict --------------------------------------------------------------- */

static void test_evict(struct igt_dxg *dxg)
{
	static const int places[] = { 0, COUNT / 2, COUNT - 1 };
	struct d3dkmt_evict args = { .num_allocations = COUNT, .pad = UINT32_MAX };
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
		igt_assert_eq(evict(&scene, &scene.list[places[i]], 1), 0);
		/* one that is not wanted keeps all others */
		igt_assert_eq(evict(&scene, scene.list, COUNT), -EINVAL);
		assert_wanted(&scene, (COUNT - 1) * SIZE);
		igt_assert_eq(make_resident(&scene, &scene.list[places[i]], 1), 0);
		assert_wanted_once(&scene);
	}
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	args.device = scene.device;
	args.allocation_list = igt_dxg_ptr(scene.list);
	args.num_bytes_to_trim = UINT64_MAX;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_EVICT,
				    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	assert_wanted(&scene, COUNT * SIZE);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_EVICT, &args), 0);
	igt_assert_eq_u64(args.num_bytes_to_trim, 0);
	assert_not_wanted(&scene);
	scene_destroy(&scene);
}

static void test_evict_refused(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	assert_bad_lists(&scene, evict);
	refuse_handles(&scene, evict);
	for (int bit = 2; bit < 32; bit++)
		igt_assert_eq(__igt_dxg_evict(dxg, scene.device, scene.list, COUNT, 1U << bit,
					      NULL), -EINVAL);
	{
		uint32_t other = igt_dxg_create_device(dxg);
		uint32_t bad[] = {
			0, other, UINT32_MAX, dxg->adapter, scene.queue, scene.list[0],
			scene.device | 1, scene.device ^ (3U << 30),
		};

		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_eq(__igt_dxg_evict(dxg, bad[i], scene.list, COUNT, 0, NULL),
				      -EINVAL);
		igt_dxg_destroy_device(dxg, other);
	}
	assert_wanted_once(&scene);
	for (uint32_t flags = 0; flags <= (D3DKMT_EVICT_ONLY_IF_NECESSARY |
					   D3DKMT_EVICT_NOT_WRITTEN_TO); flags++) {
		igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
		igt_assert_eq(__igt_dxg_evict(dxg, scene.device, scene.list, COUNT, flags, NULL),
			      0);
		assert_not_wanted(&scene);
	}
	scene_destroy(&scene);
}

/* --- destruction and races ----------------------------------------------- */

/* What goes is not asked for any more, however often it was. */
static void test_destroy_wanted(struct igt_dxg *dxg)
{
	uint32_t resource, child[2];
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	resource = igt_dxg_create_resource(dxg, scene.device, SIZE, 2, child);
	for (int i = 0; i < 3; i++) {
		igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
		igt_assert_eq(make_resident(&scene, child, 2), 0);
	}
	assert_wanted(&scene, (COUNT + 2) * SIZE);
	igt_dxg_destroy2(dxg, scene.device, 0, scene.list, 2, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_wanted(&scene, COUNT * SIZE);
	igt_dxg_destroy2(dxg, scene.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_wanted(&scene, (COUNT - 2) * SIZE);
	scene_destroy(&scene);
	igt_dxg_wait_state(dxg, "wanted_bytes", scene.wanted);
}

static int race_make(void *data)
{
	const struct scene *scene = data;

	return make_resident(scene, scene->list, 1);
}

static int race_evict(void *data)
{
	const struct scene *scene = data;

	return evict(scene, scene->list, 1);
}

static void test_race_evict(struct igt_dxg *dxg)
{
	struct scene scene;
	int ret[2];

	scene_create(dxg, &scene, SIZE);
	for (unsigned int i = 0; i < igt_dxg_scale(200); i++) {
		igt_dxg_race(race_make, race_evict, &scene, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_f(!ret[1] || ret[1] == -EINVAL, "%d\n", ret[1]);
		if (ret[1])
			igt_assert_eq(evict(&scene, scene.list, 1), 0);
		assert_wanted(&scene, 0);
		igt_assert_eq(evict(&scene, scene.list, 1), -EINVAL);
	}
	scene_destroy(&scene);
}

static void *make_run(void *arg)
{
	const struct scene *scene = arg;

	return (void *)(intptr_t)make_resident(scene, scene->list, COUNT);
}

/*
 * The first of a request goes while memory is made for the others; where the last is too
 * large the request fails after that, and what it had counted is taken back.
 */
static void test_race_destroy(struct igt_dxg *dxg)
{
	static const unsigned int delays[] = { 2, 10 };
	static struct scene scene;
	pthread_t thread;
	void *ret;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(delays); i++) {
		scene_create(dxg, &scene, 16 << 20);
		igt_dxg_destroy_allocation(dxg, scene.device, scene.list[COUNT - 1]);
		scene.list[COUNT - 1] = igt_dxg_create_allocation(dxg, scene.device, TOO_LARGE);
		igt_assert_eq(pthread_create(&thread, NULL, make_run, &scene), 0);
		igt_dxg_sleep_ms(delays[i]);
		igt_dxg_destroy_allocation(dxg, scene.device, scene.list[0]);
		igt_assert_eq(pthread_join(thread, &ret), 0);
		igt_info("MakeResident returns %d\n", (int)(intptr_t)ret);
		if (ret)
			igt_dxg_wait_state(dxg, "wanted_bytes", scene.wanted);
		scene_destroy(&scene);
		igt_dxg_wait_state(dxg, "wanted_bytes", scene.wanted);
	}
	/* and no budget is gone */
	scene_create(dxg, &scene, SIZE);
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	assert_wanted_once(&scene);
	scene_destroy(&scene);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("make-resident", test_make_resident, "What has no bytes is resident at once."),
	TEST("make-resident-count", test_make_resident_count, "1 to 10240 handles."),
	TEST("make-resident-queue", test_make_resident_queue, "A bad queue is refused."),
	TEST("make-resident-handles", test_make_resident_handles,
	     "With one bad handle nothing is counted."),
	TEST("make-resident-duplicates", test_make_resident_duplicates, "Each time counts."),
	TEST("make-resident-flags", test_make_resident_flags, "Flags are checked."),
	TEST("make-resident-priorities", test_make_resident_priorities,
	     "Priorities are taken, or all is refused."),
	IGT_DXG_TEST_LONG("make-resident-over-budget",
			  "More than the budget is refused, unless it must succeed.",
			  test_over_budget),
	TEST("make-resident-read-only", test_make_resident_read_only,
	     "What cannot be answered is not counted."),
	TEST("make-resident-no-memory", test_no_memory, "Nor is what has no memory."),
	TEST("evict", test_evict, "One that is not wanted keeps all."),
	TEST("evict-refused", test_evict_refused, "Bad lists, flags and devices are refused."),
	TEST("destroy-wanted", test_destroy_wanted, "What is destroyed is not wanted."),
	IGT_DXG_TEST_LONG("race-evict", "Two threads ask and give up.", test_race_evict),
	IGT_DXG_TEST_LONG("race-destroy", "One thread destroys what another asks for.",
			  test_race_destroy),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
