/* SPDX-License-Identifier: MIT */
/*
 * What dxg_residency.c and dxg_paging_queue.c share: a device with a paging queue and a
 * few allocations.
 */
#ifndef DXG_RESIDENCY_H
#define DXG_RESIDENCY_H

#include <string.h>

#include "dxg_igt.h"

#define PAGE		IGT_DXG_PAGE
#define SIZE		(4 * PAGE)
#define COUNT		5
#define WAIT_MS		10000
/* More than virtio_gpu makes of one object. */
#define TOO_LARGE	((64ULL << 20) + PAGE)

#define PENDING		D3DKMT_STATUS_PENDING

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/**
 * struct scene - A device with a paging queue and allocations
 * @dxg: the way in
 * @device: the device
 * @queue: the queue
 * @fence: its fence
 * @value: the fence's value
 * @size: bytes of an allocation
 * @list: the allocations
 * @wanted: the adapter's wanted_bytes before
 */
struct scene {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t queue;
	uint32_t fence;
	const uint64_t *value;
	uint64_t size;
	uint32_t list[COUNT];
	uint64_t wanted;
};

static inline void scene_create(struct igt_dxg *dxg, struct scene *scene, uint64_t size)
{
	memset(scene, 0, sizeof(*scene));
	scene->dxg = dxg;
	scene->device = igt_dxg_create_device(dxg);
	scene->queue = igt_dxg_create_paging_queue(dxg, scene->device, &scene->fence,
						   &scene->value);
	scene->size = size;
	igt_assert_eq(__igt_dxg_create(dxg, scene->device, 0, NULL, size, COUNT, scene->list), 0);
	scene->wanted = igt_dxg_read_state(dxg, "wanted_bytes");
}

static inline void scene_destroy(const struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->device);
}

/* One call with all of the answer dropped. */
static inline int make_resident(const struct scene *scene, const uint32_t *list, uint32_t count)
{
	return __igt_dxg_make_resident(scene->dxg, scene->queue, list, count, 0, NULL, NULL);
}

static inline int evict(const struct scene *scene, const uint32_t *list, uint32_t count)
{
	return __igt_dxg_evict(scene->dxg, scene->device, list, count, 0, NULL);
}

static inline void assert_wanted(const struct scene *scene, uint64_t bytes)
{
	igt_assert_eq_u64(igt_dxg_read_state(scene->dxg, "wanted_bytes"), scene->wanted + bytes);
}

#endif /* DXG_RESIDENCY_H */
