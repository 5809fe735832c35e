// SPDX-License-Identifier: MIT
/*
 * OfferAllocations and ReclaimAllocations2: what is refused, and what holds as long as
 * nobody needs the room. What becomes of it when somebody does is in dxg_discard.c.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Offering allocations of dxg, and taking the offer back.");

#define PAGE		IGT_DXG_PAGE
#define SIZE		(4 * PAGE)
#define COUNT		5
#define WAIT_MS		10000
#define DEAD_HANDLE	0x7fffffc0U

#define LOW		D3DKMT_OFFER_PRIORITY_LOW
#define NORMAL		D3DKMT_OFFER_PRIORITY_NORMAL
#define AUTO		D3DKMT_OFFER_PRIORITY_AUTO
#define BOTH_FLAGS	(D3DKMT_OFFER_IMMEDIATELY | D3DKMT_OFFER_ALLOW_DECOMMIT)

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

static const int places[] = { 0, COUNT / 2, COUNT - 1 };

/**
 * struct scene - A device with a paging queue, and allocations that have bytes
 * @dxg: the way in
 * @device: the device
 * @other: another one of bad_handles(), or 0
 * @context: a context
 * @fence: a fence for it
 * @done: the fence's value after what was last submitted
 * @queue: the queue
 * @queue_fence: its fence
 * @list: the allocations
 * @offered: the adapter's offered_bytes before
 */
struct scene {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t other;
	uint32_t context;
	uint32_t fence;
	uint64_t done;
	uint32_t queue;
	uint32_t queue_fence;
	uint32_t list[COUNT];
	uint64_t offered;
};

static uint32_t word(uint32_t i)
{
	return 0x1234567 + i * 0x9e3779b1U;
}

static void fill_all(const struct scene *scene)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t *data = igt_dxg_lock(scene->dxg, scene->device, scene->list[i]);

		for (uint32_t j = 0; j < SIZE / 4; j++)
			data[j] = word(i);
		igt_dxg_unlock(scene->dxg, scene->device, scene->list[i]);
	}
}

static void check_all(const struct scene *scene)
{
	for (uint32_t i = 0; i < COUNT; i++)
		igt_dxg_assert_filled(scene->dxg, scene->device, scene->list[i], 0, SIZE / 4,
				      word(i));
}

static void scene_create(struct igt_dxg *dxg, struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->dxg = dxg;
	scene->device = igt_dxg_create_device(dxg);
	scene->context = igt_dxg_create_context(dxg, scene->device);
	scene->fence = igt_dxg_create_fence(dxg, scene->device, 0, NULL);
	scene->queue = igt_dxg_create_paging_queue(dxg, scene->device, &scene->queue_fence, NULL);
	igt_assert_eq(__igt_dxg_create(dxg, scene->device, 0, NULL, SIZE, COUNT, scene->list), 0);
	scene->offered = igt_dxg_read_state(dxg, "offered_bytes");
	fill_all(scene);
}

static void scene_destroy(const struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->device);
	if (scene->other)
		igt_dxg_destroy_device(scene->dxg, scene->other);
}

static int offer(const struct scene *scene, const uint32_t *list, uint32_t count)
{
	return __igt_dxg_offer(scene->dxg, scene->device, NULL, list, count, NORMAL, 0);
}

static int reclaim(const struct scene *scene, const uint32_t *list, uint32_t count)
{
	return __igt_dxg_reclaim(scene->dxg, scene->queue, NULL, list, count, NULL, NULL);
}

static void assert_offered(const struct scene *scene, uint64_t bytes)
{
	igt_assert_eq_u64(igt_dxg_read_state(scene->dxg, "offered_bytes"), scene->offered + bytes);
}

/* None is: all can be locked, and have their bytes. */
static void assert_not_offered(const struct scene *scene)
{
	assert_offered(scene, 0);
	check_all(scene);
}

/* Handles that are no allocation of the device. */
#define BAD_HANDLES	12

static void bad_handles(struct scene *scene, uint32_t bad[BAD_HANDLES])
{
	struct igt_dxg *dxg = scene->dxg;
	uint32_t other = igt_dxg_create_device(dxg), child;
	const uint32_t list[BAD_HANDLES] = {
		0, DEAD_HANDLE, UINT32_MAX, scene->device, dxg->adapter, scene->queue,
		scene->fence, scene->context, scene->list[0] ^ (3U << 30),
		igt_dxg_create_resource(dxg, scene->device, PAGE, 1, &child),
		igt_dxg_create_allocation(dxg, other, PAGE),
		igt_dxg_create_allocation(dxg, scene->device, PAGE),
	};

	scene->other = other;
	igt_dxg_destroy_allocation(dxg, scene->device, list[BAD_HANDLES - 1]);
	memcpy(bad, list, sizeof(list));
}

/* A list with one other handle in it. */
static void list_with(const struct scene *scene, int place, uint32_t handle, uint32_t *list)
{
	memcpy(list, scene->list, sizeof(scene->list));
	list[place] = handle;
}

/* --- Offer is refused ---------------------------------------------------- */

static void test_offer_refused(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 0, D3DKMT_MAX_RESIDENCY + 1, 0x80000001, UINT32_MAX };
	static const uint32_t priorities[] = { 0, 5, 0x80000001, UINT32_MAX };
	struct scene scene;
	uint32_t *edge;

	scene_create(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++)
		igt_assert_eq(offer(&scene, scene.list, counts[i]), -EINVAL);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(priorities); i++)
		igt_assert_eq(__igt_dxg_offer(dxg, scene.device, NULL, scene.list, COUNT,
					      priorities[i], 0), -EINVAL);
	for (int bit = 2; bit < 32; bit++) {
		igt_assert_eq(__igt_dxg_offer(dxg, scene.device, NULL, scene.list, COUNT, LOW,
					      1U << bit), -EINVAL);
		igt_assert_eq(__igt_dxg_offer(dxg, scene.device, NULL, scene.list, COUNT, LOW,
					      1U << bit | BOTH_FLAGS), -EINVAL);
	}
	/* both or neither */
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, scene.list, scene.list, COUNT, LOW, 0),
		      -EINVAL);
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, NULL, NULL, COUNT, LOW, 0), -EINVAL);
	/* addresses */
	igt_assert_eq(offer(&scene, igt_dxg_bad_pointer(), COUNT), -EFAULT);
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, igt_dxg_bad_pointer(), NULL, COUNT, LOW,
				      0), -EFAULT);
	edge = igt_dxg_before_bad_page(scene.list, sizeof(scene.list));
	igt_assert_eq(offer(&scene, edge, COUNT + 1), -EFAULT);
	assert_not_offered(&scene);
	igt_assert_eq(offer(&scene, edge, COUNT), 0);
	assert_offered(&scene, COUNT * SIZE);
	scene_destroy(&scene);
}

static void test_offer_device(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t other;

	scene_create(dxg, &scene);
	other = igt_dxg_create_device(dxg);
	{
		uint32_t bad[] = {
			0, DEAD_HANDLE, UINT32_MAX, other, dxg->adapter, scene.queue,
			scene.list[0], scene.device | 1, scene.device ^ (3U << 30),
		};

		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_eq(__igt_dxg_offer(dxg, bad[i], NULL, scene.list, COUNT, LOW,
						      0), -EINVAL);
	}
	assert_not_offered(&scene);
	igt_dxg_destroy_device(dxg, other);
	scene_destroy(&scene);
}

static void test_offer_handles(struct igt_dxg *dxg)
{
	uint32_t list[COUNT], bad[BAD_HANDLES];
	struct scene scene;

	scene_create(dxg, &scene);
	bad_handles(&scene, bad);
	for (int i = 0; i < BAD_HANDLES; i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			list_with(&scene, places[j], bad[i], list);
			igt_assert_f(offer(&scene, list, COUNT) == -EINVAL, "handle %d at %d\n",
				     i, places[j]);
			assert_offered(&scene, 0);
		}
	}
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

static void test_offer_locked(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t *data;

	scene_create(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		uint32_t allocation = scene.list[places[i]];

		data = igt_dxg_lock(dxg, scene.device, allocation);
		igt_dxg_lock(dxg, scene.device, allocation);
		igt_assert_eq(offer(&scene, scene.list, COUNT), -EINVAL);
		igt_dxg_unlock(dxg, scene.device, allocation);
		igt_assert_eq(offer(&scene, scene.list, COUNT), -EINVAL);
		assert_offered(&scene, 0);
		igt_assert_eq_u32(data[PAGE / 4], word(places[i]));
		igt_dxg_unlock(dxg, scene.device, allocation);
		igt_assert_eq(offer(&scene, scene.list, COUNT), 0);
		igt_assert_eq(reclaim(&scene, scene.list, COUNT), 0);
	}
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

/* The program's own memory is its own to give up. */
static void test_offer_existing(struct igt_dxg *dxg)
{
	void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct drm_dxg_allocation_private private = { .size = PAGE };
	struct d3dkmt_allocation_info2 info = {
		.sys_mem = igt_dxg_ptr(memory),
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
		.flags = D3DKMT_CREATE_EXISTING_SYS_MEM | D3DKMT_CREATE_RESOURCE,
	};
	uint32_t list[COUNT];
	struct scene scene;

	igt_assert(memory != MAP_FAILED);
	scene_create(dxg, &scene);
	args.device = scene.device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		list_with(&scene, places[i], info.allocation, list);
		igt_assert_eq(offer(&scene, list, COUNT), -EINVAL);
	}
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, &args.resource, NULL, 1, LOW, 0),
		      -EINVAL);
	assert_not_offered(&scene);
	/* it was not offered, so it is there */
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, info.allocation));
	scene_destroy(&scene);
	munmap(memory, PAGE);
}

static void test_offer_count(struct igt_dxg *dxg)
{
	static uint32_t list[D3DKMT_MAX_RESIDENCY], results[D3DKMT_MAX_RESIDENCY];
	struct scene scene;

	scene_create(dxg, &scene);
	for (int i = 0; i < D3DKMT_MAX_RESIDENCY; i++)
		list[i] = scene.list[i % COUNT];
	igt_assert_eq(offer(&scene, list, D3DKMT_MAX_RESIDENCY), 0);
	assert_offered(&scene, COUNT * SIZE);
	memset(results, 0xff, sizeof(results));
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, list, D3DKMT_MAX_RESIDENCY,
					results, NULL), 0);
	for (int i = 0; i < D3DKMT_MAX_RESIDENCY; i++)
		igt_assert_eq_u32(results[i], D3DKMT_RECLAIM_RESULT_OK);
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

/* --- Reclaim is refused -------------------------------------------------- */

/* After each refusal all are still offered. */
static void assert_all_offered(const struct scene *scene)
{
	void *data;

	assert_offered(scene, COUNT * SIZE);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq(__igt_dxg_lock(scene->dxg, scene->device, scene->list[i], &data),
			      -EINVAL);
}

static void test_reclaim_refused(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 0, D3DKMT_MAX_RESIDENCY + 1, 0x80000001, UINT32_MAX };
	uint32_t list[COUNT], bad[BAD_HANDLES], *edge;
	struct scene scene;

	scene_create(dxg, &scene);
	bad_handles(&scene, bad);
	igt_assert_eq(offer(&scene, scene.list, COUNT), 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++)
		igt_assert_eq(reclaim(&scene, scene.list, counts[i]), -EINVAL);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, scene.list, scene.list, COUNT, NULL,
					NULL), -EINVAL);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, NULL, COUNT, NULL, NULL),
		      -EINVAL);
	igt_assert_eq(reclaim(&scene, igt_dxg_bad_pointer(), COUNT), -EFAULT);
	edge = igt_dxg_before_bad_page(scene.list, sizeof(scene.list));
	igt_assert_eq(reclaim(&scene, edge, COUNT + 1), -EFAULT);
	for (int i = 0; i < BAD_HANDLES; i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			list_with(&scene, places[j], bad[i], list);
			igt_assert_f(reclaim(&scene, list, COUNT) == -EINVAL, "handle %d at %d\n",
				     i, places[j]);
		}
	}
	assert_all_offered(&scene);
	igt_assert_eq(reclaim(&scene, edge, COUNT), 0);
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

static void test_reclaim_queue(struct igt_dxg *dxg)
{
	struct scene scene;
	uint32_t other;

	scene_create(dxg, &scene);
	other = igt_dxg_create_device(dxg);
	{
		uint32_t gone = igt_dxg_create_paging_queue(dxg, scene.device, NULL, NULL);
		uint32_t bad[] = {
			0, DEAD_HANDLE, UINT32_MAX, gone, scene.queue_fence, scene.device,
			dxg->adapter, scene.list[0], scene.queue | 1, scene.queue ^ (3U << 30),
			igt_dxg_create_paging_queue(dxg, other, NULL, NULL),
		};

		igt_dxg_destroy_paging_queue(dxg, gone);
		igt_assert_eq(offer(&scene, scene.list, COUNT), 0);
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
			igt_assert_f(__igt_dxg_reclaim(dxg, bad[i], NULL, scene.list, COUNT, NULL,
						       NULL) == -EINVAL, "queue %zu\n", i);
	}
	assert_all_offered(&scene);
	/* any queue of the device will do */
	igt_dxg_destroy_paging_queue(dxg, scene.queue);
	scene.queue = igt_dxg_create_paging_queue(dxg, scene.device, NULL, NULL);
	igt_assert_eq(reclaim(&scene, scene.list, COUNT), 0);
	assert_not_offered(&scene);
	igt_dxg_destroy_device(dxg, other);
	scene_destroy(&scene);
}

/* Who cannot be told has reclaimed nothing. */
static void test_reclaim_results(struct igt_dxg *dxg)
{
	uint32_t results[COUNT], *edge;
	struct d3dkmt_reclaim_allocations2 args = { .num_allocations = COUNT };
	struct scene scene;
	uint64_t value;

	scene_create(dxg, &scene);
	igt_assert_eq(offer(&scene, scene.list, COUNT), 0);
	memset(results, 0x7e, sizeof(results));
	edge = igt_dxg_before_bad_page(results, sizeof(results));
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, scene.list, COUNT,
					igt_dxg_bad_pointer(), NULL), -EFAULT);
	assert_all_offered(&scene);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, scene.list, COUNT, edge + 1,
					NULL), -EFAULT);
	assert_all_offered(&scene);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, scene.list, COUNT,
					igt_dxg_read_only(results, sizeof(results)), NULL),
		      -EFAULT);
	assert_all_offered(&scene);
	args.paging_queue = scene.queue;
	args.handle_list = igt_dxg_ptr(scene.list);
	args.results = igt_dxg_ptr(results);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_RECLAIM_ALLOCATIONS2,
				    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	assert_all_offered(&scene);

	value = UINT64_MAX;
	memset(edge, 0x7e, sizeof(results));
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, scene.list, COUNT, edge, &value),
		      0);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq_u32(edge[i], D3DKMT_RECLAIM_RESULT_OK);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, scene.queue_fence, value, WAIT_MS));
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

/* --- what is offered ----------------------------------------------------- */

static int submit(const struct scene *scene, struct igt_dxg_stream *stream)
{
	int ret;

	igt_dxg_stream_finish(stream);
	ret = __igt_dxg_submit(scene->dxg, scene->context, stream);
	igt_dxg_stream_free(stream);
	return ret;
}

static int try_fill(const struct scene *scene, uint32_t allocation)
{
	return __igt_dxg_submit_fill(scene->dxg, scene->context, allocation, 4, 1, 0, 0);
}

static int try_copy(const struct scene *scene, uint32_t dst, uint32_t src)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, scene->list[0], 0, 4, 0);
	igt_dxg_stream_copy(&stream, dst, 0, src, 0, 4);
	return submit(scene, &stream);
}

static int try_timestamp(const struct scene *scene, uint32_t allocation)
{
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_timestamp(&stream, allocation, 0);
	return submit(scene, &stream);
}

static int make_resident(const struct scene *scene, const uint32_t *list, uint32_t count)
{
	return __igt_dxg_make_resident(scene->dxg, scene->queue, list, count, 0, NULL, NULL);
}

static void test_offered(struct igt_dxg *dxg)
{
	uint64_t wanted = igt_dxg_read_state(dxg, "wanted_bytes");
	uint32_t offered, priority = D3DKMT_ALLOCATION_PRIORITY_LOW;
	struct scene scene;
	void *data;

	scene_create(dxg, &scene);
	offered = scene.list[COUNT - 1];
	igt_assert_eq(make_resident(&scene, scene.list, COUNT), 0);
	for (uint32_t flags = 0; flags <= BOTH_FLAGS; flags++) {
		igt_assert_eq(__igt_dxg_offer(dxg, scene.device, NULL, &offered, 1, LOW, flags),
			      0);
		assert_offered(&scene, SIZE);
		igt_assert_eq(__igt_dxg_lock(dxg, scene.device, offered, &data), -EINVAL);
		igt_assert_eq(__igt_dxg_unlock(dxg, scene.device, offered), -EINVAL);
		igt_assert_eq(try_fill(&scene, offered), -EINVAL);
		igt_assert_eq(try_timestamp(&scene, offered), -EINVAL);
		igt_assert_eq(try_copy(&scene, offered, scene.list[1]), -EINVAL);
		igt_assert_eq(try_copy(&scene, scene.list[1], offered), -EINVAL);
		igt_assert_eq(make_resident(&scene, scene.list, COUNT), -EINVAL);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), wanted + COUNT * SIZE);
		/* what asks or gives up is fine */
		igt_assert(igt_dxg_is_resident(dxg, scene.device, offered));
		igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, 0, &offered, 1,
						     &priority), 0);
		igt_assert(!igt_dxg_reclaim(dxg, scene.queue, offered));
		assert_not_offered(&scene);
	}
	/* a refused request has counted nothing */
	igt_dxg_offer(dxg, scene.device, &offered, 1, LOW);
	igt_dxg_evict(dxg, scene.device, scene.list, COUNT);
	igt_assert_eq(__igt_dxg_evict(dxg, scene.device, scene.list, 1, 0, NULL), -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "wanted_bytes"), wanted);
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, offered));
	igt_assert_eq(try_fill(&scene, offered), 0);
	scene_destroy(&scene);
}

static void test_twice(struct igt_dxg *dxg)
{
	uint32_t twice[2], results[2] = { 7, 7 };
	struct scene scene;

	scene_create(dxg, &scene);
	for (uint32_t priority = LOW; priority <= AUTO; priority++) {
		igt_dxg_offer(dxg, scene.device, scene.list, COUNT, priority);
		assert_offered(&scene, COUNT * SIZE);
		igt_dxg_offer(dxg, scene.device, scene.list, 2, AUTO + LOW - priority);
		assert_offered(&scene, COUNT * SIZE);
		/* one reclaim is enough */
		igt_assert_eq(reclaim(&scene, scene.list, COUNT), 0);
		assert_not_offered(&scene);
		igt_assert_eq(reclaim(&scene, scene.list, COUNT), 0);
		assert_not_offered(&scene);
	}
	twice[0] = scene.list[1];
	twice[1] = scene.list[1];
	igt_dxg_offer(dxg, scene.device, twice, 2, LOW);
	assert_offered(&scene, SIZE);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, twice, 2, results, NULL), 0);
	igt_assert_eq_u32(results[0], D3DKMT_RECLAIM_RESULT_OK);
	igt_assert_eq_u32(results[1], D3DKMT_RECLAIM_RESULT_OK);
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

/* What has no bytes yet has none to lose. */
static void test_empty(struct igt_dxg *dxg)
{
	uint32_t allocation;
	struct scene scene;

	scene_create(dxg, &scene);
	allocation = igt_dxg_create_allocation(dxg, scene.device, SIZE);
	igt_dxg_offer(dxg, scene.device, &allocation, 1, LOW);
	assert_offered(&scene, 0);
	igt_assert_eq(try_fill(&scene, allocation), -EINVAL);
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, allocation));
	igt_dxg_assert_filled(dxg, scene.device, allocation, 0, SIZE / 4, 0);
	igt_dxg_offer(dxg, scene.device, &allocation, 1, LOW);
	assert_offered(&scene, SIZE);
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, allocation));
	scene_destroy(&scene);
}

static void test_resources(struct igt_dxg *dxg)
{
	uint32_t list[3], child[4], bad[BAD_HANDLES], results[3];
	struct scene scene;

	scene_create(dxg, &scene);
	bad_handles(&scene, bad);
	list[0] = igt_dxg_create_resource(dxg, scene.device, SIZE, 3, child);
	list[1] = igt_dxg_create_resource(dxg, scene.device, SIZE, 0, NULL);
	list[2] = igt_dxg_create_resource(dxg, scene.device, SIZE, 1, &child[3]);
	for (uint32_t i = 0; i < 4; i++)
		igt_dxg_assert_filled(dxg, scene.device, child[i], 0, 1, 0);
	for (uint32_t i = 0; i < BAD_HANDLES; i++) {
		uint32_t handle = i == 9 ? child[0] : bad[i];

		for (uint32_t j = 0; j < 3; j++) {
			uint32_t spoilt[3] = { list[0], list[1], list[2] };

			spoilt[j] = handle;
			igt_assert_eq(__igt_dxg_offer(dxg, scene.device, spoilt, NULL, 3, LOW, 0),
				      -EINVAL);
			igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, spoilt, NULL, 3, NULL,
							NULL), -EINVAL);
		}
	}
	igt_dxg_lock(dxg, scene.device, child[2]);
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, list, NULL, 3, LOW, 0), -EINVAL);
	igt_dxg_unlock(dxg, scene.device, child[2]);
	assert_offered(&scene, 0);

	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, list, NULL, 3, LOW, 0), 0);
	assert_offered(&scene, 4 * SIZE);
	/* one of a resource by itself, and what is added is not offered */
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, child[1]));
	assert_offered(&scene, 3 * SIZE);
	igt_assert_eq(try_fill(&scene, child[1]), 0);
	igt_assert_eq(try_fill(&scene, child[0]), -EINVAL);
	igt_dxg_add_allocations(dxg, scene.device, list[0], SIZE, 1, &bad[0]);
	igt_assert_eq(try_fill(&scene, bad[0]), 0);
	memset(results, 0x7e, sizeof(results));
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, list, NULL, 3, results, NULL), 0);
	for (uint32_t i = 0; i < 3; i++)
		igt_assert_eq_u32(results[i], D3DKMT_RECLAIM_RESULT_OK);
	for (uint32_t i = 0; i < 4; i++)
		igt_assert_eq(try_fill(&scene, child[i]), 0);
	assert_offered(&scene, 0);
	scene_destroy(&scene);
}

/* --- and goes ------------------------------------------------------------ */

static void test_destroyed(struct igt_dxg *dxg)
{
	uint32_t resource, child[2], device;
	struct scene scene;

	scene_create(dxg, &scene);
	resource = igt_dxg_create_resource(dxg, scene.device, SIZE, 2, child);
	for (uint32_t i = 0; i < 2; i++)
		igt_dxg_assert_filled(dxg, scene.device, child[i], 0, 1, 0);
	igt_dxg_offer(dxg, scene.device, scene.list, COUNT, LOW);
	igt_assert_eq(__igt_dxg_offer(dxg, scene.device, &resource, NULL, 1, AUTO, 0), 0);
	assert_offered(&scene, (COUNT + 2) * SIZE);
	igt_dxg_destroy2(dxg, scene.device, 0, scene.list, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_offered(&scene, (COUNT + 1) * SIZE);
	igt_assert_eq(reclaim(&scene, scene.list, COUNT), -EINVAL);
	igt_dxg_destroy2(dxg, scene.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_offered(&scene, (COUNT - 1) * SIZE);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, &resource, NULL, 1, NULL, NULL),
		      -EINVAL);
	device = scene.device;
	scene_destroy(&scene);
	igt_dxg_wait_state(dxg, "offered_bytes", scene.offered);
	igt_assert_eq(__igt_dxg_offer(dxg, device, NULL, scene.list, 1, LOW, 0), -EINVAL);
}

static void killed_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	struct scene scene;

	scene_create(own, &scene);
	igt_dxg_offer(own, scene.device, scene.list, COUNT, LOW);
	igt_dxg_child_linger(child);
}

static void test_killed(struct igt_dxg *dxg)
{
	uint64_t before = igt_dxg_read_state(dxg, "offered_bytes");
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, killed_child);
	igt_dxg_child_await(&child);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "offered_bytes"), before + COUNT * SIZE);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
	igt_dxg_wait_state(dxg, "offered_bytes", before);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = { .processes = 1 };
	struct igt_dxg *next;
	struct scene scene;

	scene_create(dxg, &scene);
	igt_assert_eq(offer(&scene, scene.list, 2), 0);
	igt_dxg_unbind(dxg);
	igt_assert_eq(offer(&scene, scene.list, COUNT), -ENODEV);
	igt_assert_eq(reclaim(&scene, scene.list, COUNT), -ENODEV);
	igt_dxg_rebind();
	next = igt_dxg_reopen(dxg);
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
}

/* --- races --------------------------------------------------------------- */

static int race_offer(void *data)
{
	const struct scene *scene = data;

	return offer(scene, scene->list, 1);
}

static int race_lock(void *data)
{
	const struct scene *scene = data;
	void *address;

	return __igt_dxg_lock(scene->dxg, scene->device, scene->list[0], &address);
}

static int race_fill(void *data)
{
	const struct scene *scene = data;

	return __igt_dxg_submit_fill(scene->dxg, scene->context, scene->list[0], SIZE, word(0), 0,
				     0);
}

/* Exactly one of offer and lock succeeds. */
static void test_race_lock(struct igt_dxg *dxg)
{
	unsigned int offers = 0;
	struct scene scene;
	int ret[2];

	scene_create(dxg, &scene);
	for (unsigned int i = 0; i < igt_dxg_scale(200); i++) {
		igt_dxg_race(race_offer, race_lock, &scene, i, ret);
		igt_assert_f((!ret[0] && ret[1] == -EINVAL) || (ret[0] == -EINVAL && !ret[1]),
			     "offer: %d, lock: %d\n", ret[0], ret[1]);
		offers += !ret[0];
		if (ret[0])
			igt_dxg_unlock(dxg, scene.device, scene.list[0]);
		else
			igt_assert(!igt_dxg_reclaim(dxg, scene.queue, scene.list[0]));
	}
	igt_info("%u offers were first\n", offers);
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

static void test_race_submit(struct igt_dxg *dxg)
{
	struct scene scene;
	int ret[2];

	scene_create(dxg, &scene);
	for (unsigned int i = 0; i < igt_dxg_scale(200); i++) {
		igt_dxg_race(race_offer, race_fill, &scene, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_f(!ret[1] || ret[1] == -EINVAL, "%d\n", ret[1]);
		igt_assert(!igt_dxg_reclaim(dxg, scene.queue, scene.list[0]));
	}
	igt_dxg_wait_state(dxg, "commands", 0);
	igt_assert_eq_u32(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	assert_not_offered(&scene);
	scene_destroy(&scene);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("offer-refused", test_offer_refused, "Bad calls offer nothing."),
	TEST("offer-device", test_offer_device, "A bad device is refused."),
	TEST("offer-handles", test_offer_handles, "With one bad handle nothing is offered."),
	TEST("offer-locked", test_offer_locked, "Nor with one that is locked."),
	TEST("offer-existing", test_offer_existing, "Nor with the program's own memory."),
	TEST("offer-count", test_offer_count, "10240 handles at once."),
	TEST("reclaim-refused", test_reclaim_refused, "Bad calls reclaim nothing."),
	TEST("reclaim-queue", test_reclaim_queue, "A bad queue is refused."),
	TEST("reclaim-results", test_reclaim_results, "What cannot be told is not reclaimed."),
	TEST("offered", test_offered, "What is offered cannot be used, and keeps its bytes."),
	TEST("twice", test_twice, "Offers do not count, and what is not offered is OK."),
	TEST("empty", test_empty, "What has no bytes can be offered."),
	TEST("resources", test_resources, "All allocations of resources."),
	TEST("destroyed", test_destroyed, "What is offered can be destroyed."),
	TEST("killed", test_killed, "Its owner may be killed."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "Nothing is offered or reclaimed on a removed adapter." },
	IGT_DXG_TEST_LONG("race-lock", "Of an offer and a lock one succeeds.", test_race_lock),
	IGT_DXG_TEST_LONG("race-submit", "What is queued in time is executed.", test_race_submit),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
