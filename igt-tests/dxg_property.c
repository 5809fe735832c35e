// SPDX-License-Identifier: MIT
/*
 * UpdateAllocationProperty: where an allocation may be, and where it would better be.
 */
#include <errno.h>
#include <sys/mman.h>

#include "dxg_residency.h"

IGT_TEST_DESCRIPTION("Properties of dxg's allocations.");

#define LOCAL		D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL
#define NON_LOCAL	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL

#define PHYSICAL	D3DKMT_PROPERTY_ACCESSED_PHYSICALLY
#define SUPPORTED	D3DKMT_PROPERTY_SUPPORTED_SEGMENT_SET
#define PREFERRED	D3DKMT_PROPERTY_PREFERRED_SEGMENT
#define UNMOVEABLE	D3DKMT_PROPERTY_UNMOVEABLE
#define ALL		(PHYSICAL | SUPPORTED | PREFERRED | UNMOVEABLE)
#define BOTH_SETS	(D3DKMT_SEGMENT_SET_DEVICE | D3DKMT_SEGMENT_SET_SYSTEM)
#define BOTH_FLAGS	(D3DKMT_ALLOC_ACCESSED_PHYSICALLY | D3DKMT_ALLOC_UNMOVEABLE)

#define ID(place, id)	D3DKMT_PREFERRED_SEGMENT_ID(place, id)
#define DIR(place)	D3DKMT_PREFERRED_SEGMENT_DIRECTION(place)
#define DEVICE_FIRST	(ID(0, 1) | ID(1, 2))
#define SYSTEM_FIRST	(ID(0, 2) | ID(1, 1))

/* One that names all there is, and would have an allocation in system memory. */
static struct d3dkmt_update_alloc_property good(const struct scene *scene)
{
	return (struct d3dkmt_update_alloc_property) {
		.paging_queue = scene->queue,
		.allocation = scene->list[0],
		.supported_segment_set = BOTH_SETS,
		.preferred_segment = SYSTEM_FIRST,
		.pad0 = UINT32_MAX,
		.paging_fence_value = 77,
		.property_mask = ALL,
		.pad1 = UINT32_MAX,
	};
}

static int update(const struct igt_dxg *dxg, struct d3dkmt_update_alloc_property *args)
{
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UPDATE_ALLOCATION_PROPERTY, args);
}

static void prefer(const struct scene *scene, uint32_t allocation, uint32_t preference)
{
	struct d3dkmt_update_alloc_property args = good(scene), before;

	args.allocation = allocation;
	args.preferred_segment = preference;
	args.property_mask = PREFERRED;
	before = args;
	igt_assert_eq(update(scene->dxg, &args), 0);
	before.paging_fence_value = args.paging_fence_value;
	igt_assert(!memcmp(&before, &args, sizeof(args)));
}

/* Where a lock, the first to touch it, has placed the allocation. */
static bool locks_in_device(const struct scene *scene, uint32_t allocation)
{
	igt_assert(!igt_dxg_is_resident(scene->dxg, scene->device, allocation));
	memset(igt_dxg_lock(scene->dxg, scene->device, allocation), 0x5a, scene->size);
	igt_dxg_unlock(scene->dxg, scene->device, allocation);
	return igt_dxg_is_resident(scene->dxg, scene->device, allocation);
}

static void refused(const struct scene *scene, struct d3dkmt_update_alloc_property args,
		    int error)
{
	struct d3dkmt_update_alloc_property before = args;
	int ret = update(scene->dxg, &args);

	igt_assert_f(ret == error, "set %#x preferred %#x flags %#x mask %#x: %d and not %d\n",
		     args.supported_segment_set, args.preferred_segment, args.flags,
		     args.property_mask, ret, error);
	igt_assert(!memcmp(&before, &args, sizeof(args)));
}

/* --- refusals ------------------------------------------------------------ */

static void test_bits(struct igt_dxg *dxg)
{
	struct d3dkmt_update_alloc_property args;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	args = good(&scene);
	args.property_mask = 0;
	refused(&scene, args, -EINVAL);
	for (int bit = 4; bit < 32; bit++) {
		args = good(&scene);
		args.property_mask |= 1U << bit;
		refused(&scene, args, -EINVAL);
	}
	/* of the flags, also where no flag is named */
	for (int bit = 2; bit < 32; bit++) {
		args = good(&scene);
		args.flags |= 1U << bit;
		refused(&scene, args, -EINVAL);
		args.property_mask = PREFERRED;
		refused(&scene, args, -EINVAL);
	}
	/* known, and not done; other bits stand in the way of nothing */
	for (uint32_t flags = 1; flags <= BOTH_FLAGS; flags++) {
		for (uint32_t mask = 1; mask <= ALL; mask++) {
			uint32_t named = (mask & PHYSICAL ? D3DKMT_ALLOC_ACCESSED_PHYSICALLY : 0) |
					 (mask & UNMOVEABLE ? D3DKMT_ALLOC_UNMOVEABLE : 0);

			args = good(&scene);
			args.preferred_segment = 0;
			args.flags = flags;
			args.property_mask = mask;
			if (flags & named)
				refused(&scene, args, -EPERM);
			else
				igt_assert_eq(update(dxg, &args), 0);
		}
	}
	igt_assert(locks_in_device(&scene, scene.list[0]));
	scene_destroy(&scene);
}

static void test_sets(struct igt_dxg *dxg)
{
	struct d3dkmt_update_alloc_property args;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	args = good(&scene);
	args.supported_segment_set = 0;
	refused(&scene, args, -EINVAL);
	for (int bit = 2; bit < 32; bit++) {
		args.supported_segment_set = BOTH_SETS | 1U << bit;
		refused(&scene, args, -EINVAL);
	}
	args.supported_segment_set = D3DKMT_SEGMENT_SET_DEVICE;
	refused(&scene, args, -EPERM);
	args.supported_segment_set = D3DKMT_SEGMENT_SET_SYSTEM;
	refused(&scene, args, -EPERM);
	/* what is wrong comes first */
	args.preferred_segment = ID(0, 3);
	refused(&scene, args, -EINVAL);
	/* and does not matter where it is not named */
	args.property_mask = PHYSICAL | UNMOVEABLE;
	igt_assert_eq(update(dxg, &args), 0);
	igt_assert(locks_in_device(&scene, scene.list[0]));
	scene_destroy(&scene);
}

static void test_preferences(struct igt_dxg *dxg)
{
	static const uint32_t bad[] = {
		ID(0, 3), ID(0, 31), ID(0, 1) | ID(1, 1), ID(0, 2) | ID(1, 2), ID(1, 1), ID(4, 1),
		ID(0, 1) | ID(2, 2), DEVICE_FIRST | ID(2, 1), DEVICE_FIRST | ID(4, 2),
		DEVICE_FIRST | ID(2, 3), DIR(0), DIR(4), DEVICE_FIRST | DIR(2),
		ID(0, 1) | DIR(1), 1U << 30, 1U << 31, DEVICE_FIRST | 1U << 30, UINT32_MAX,
	};
	static const uint32_t directions[] = {
		ID(0, 1) | DIR(0), ID(0, 2) | DIR(0), DEVICE_FIRST | DIR(1), SYSTEM_FIRST | DIR(0),
	};
	struct d3dkmt_update_alloc_property args;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		args = good(&scene);
		args.preferred_segment = bad[i];
		refused(&scene, args, -EINVAL);
		args.property_mask = PREFERRED;
		refused(&scene, args, -EINVAL);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(directions); i++) {
		args = good(&scene);
		args.preferred_segment = directions[i];
		refused(&scene, args, -EPERM);
	}
	igt_assert(locks_in_device(&scene, scene.list[0]));
	scene_destroy(&scene);
}

static void test_handles(struct igt_dxg *dxg)
{
	struct d3dkmt_update_alloc_property args;
	uint32_t other, other_queue, foreign;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	other = igt_dxg_create_device(dxg);
	other_queue = igt_dxg_create_paging_queue(dxg, other, NULL, NULL);
	foreign = igt_dxg_create_allocation(dxg, other, SIZE);
	igt_dxg_destroy_allocation(dxg, scene.device, scene.list[COUNT - 1]);
	const uint32_t bad[] = {
		0, foreign, scene.list[COUNT - 1], scene.device, scene.queue, scene.fence,
		UINT32_MAX, scene.list[0] | 1, scene.list[0] ^ (3U << 30),
	};
	const uint32_t bad_queue[] = {
		0, other_queue, scene.device, scene.fence, scene.list[0], UINT32_MAX,
		scene.queue | 1, scene.queue ^ (3U << 30),
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		args = good(&scene);
		args.allocation = bad[i];
		refused(&scene, args, -EINVAL);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad_queue); i++) {
		args = good(&scene);
		args.paging_queue = bad_queue[i];
		refused(&scene, args, -EINVAL);
	}
	/* who cannot be told has changed nothing */
	args = good(&scene);
	igt_assert_eq(update(dxg, igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	igt_assert(locks_in_device(&scene, scene.list[0]));
	igt_dxg_destroy_device(dxg, other);
	scene_destroy(&scene);
}

/* Existing memory is in no segment. */
static void test_existing(struct igt_dxg *dxg)
{
	struct drm_dxg_allocation_private private = { .size = SIZE };
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation create = {
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
		.flags = D3DKMT_CREATE_EXISTING_SYS_MEM,
	};
	void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
	struct d3dkmt_update_alloc_property args;
	struct scene scene;

	igt_assert(memory != MAP_FAILED);
	scene_create(dxg, &scene, SIZE);
	create.device = scene.device;
	info.sys_mem = igt_dxg_ptr(memory);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &create), 0);
	for (uint32_t mask = 1; mask <= ALL; mask++) {
		args = good(&scene);
		args.allocation = info.allocation;
		args.property_mask = mask;
		refused(&scene, args, -EINVAL);
	}
	scene_destroy(&scene);
	igt_dxg_wait_state(dxg, "user_bytes", 0);
	munmap(memory, SIZE);
}

/* A held command whose allocation was destroyed loses the device when its turn comes. */
static bool test_lost(struct igt_dxg *dxg, unsigned int ms)
{
	uint64_t start, value = 0;
	uint32_t context, fence;
	struct scene scene;
	bool in_time;

	scene_create(dxg, &scene, SIZE);
	context = igt_dxg_create_context(dxg, scene.device);
	fence = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
	start = igt_dxg_now_ns();
	igt_dxg_submit_job(dxg, context, fence, &value, ms, 0, 0);
	/* more than the scheduler takes at once */
	for (int i = 0; i < 4; i++)
		igt_dxg_submit_job(dxg, context, fence, &value, 0, scene.list[0], SIZE);
	igt_dxg_destroy2(dxg, scene.device, 0, scene.list, 1, D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	in_time = igt_dxg_elapsed_ms(start) < ms;
	igt_dxg_wait(dxg, scene.device, fence, value);
	if (in_time) {
		scene.list[0] = scene.list[1];
		igt_assert_eq(igt_dxg_device_state(dxg, scene.device),
			      D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
		refused(&scene, good(&scene), -ENODEV);
	}
	scene_destroy(&scene);
	igt_dxg_wait_state(dxg, "commands", 0);
	return in_time;
}

static void test_removed(struct igt_dxg *dxg)
{
	struct d3dkmt_update_alloc_property args;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	args = good(&scene);
	igt_dxg_unbind(dxg);
	refused(&scene, args, -ENODEV);
	igt_dxg_rebind();
}

/* --- preferences --------------------------------------------------------- */

/* The first touch of the CPU goes where it is preferred. */
static void test_first_touch(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	igt_assert(locks_in_device(&scene, scene.list[0]));
	prefer(&scene, scene.list[1], SYSTEM_FIRST);
	igt_assert(!locks_in_device(&scene, scene.list[1]));
	prefer(&scene, scene.list[2], ID(0, 2));
	igt_assert(!locks_in_device(&scene, scene.list[2]));
	prefer(&scene, scene.list[3], SYSTEM_FIRST);
	prefer(&scene, scene.list[3], DEVICE_FIRST);
	igt_assert(locks_in_device(&scene, scene.list[3]));
	prefer(&scene, scene.list[4], SYSTEM_FIRST);
	prefer(&scene, scene.list[4], 0);
	igt_assert(locks_in_device(&scene, scene.list[4]));
	igt_assert_eq_u64(igt_dxg_video_memory(dxg, LOCAL).current_usage, 3 * SIZE);
	igt_assert_eq_u64(igt_dxg_video_memory(dxg, NON_LOCAL).current_usage, 2 * SIZE);
	scene_destroy(&scene);
}

/* It moves nothing, and keeps nothing from being moved. */
static void test_stays(struct igt_dxg *dxg)
{
	uint32_t context, fence, discarded;
	struct igt_dxg_stream stream;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	context = igt_dxg_create_context(dxg, scene.device);
	fence = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
	for (int i = 0; i < 3; i++) {
		prefer(&scene, scene.list[i], SYSTEM_FIRST);
		igt_assert(!locks_in_device(&scene, scene.list[i]));
	}
	prefer(&scene, scene.list[0], DEVICE_FIRST);
	igt_dxg_lock(dxg, scene.device, scene.list[0]);
	igt_assert(!igt_dxg_is_resident(dxg, scene.device, scene.list[0]));

	igt_dxg_make_resident(dxg, scene.device, scene.queue, scene.fence, &scene.list[1], 1);
	igt_assert(igt_dxg_is_resident(dxg, scene.device, scene.list[1]));
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, scene.list[2], 0, scene.list[1], PAGE, PAGE);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, fence, 1, WAIT_MS));
	igt_assert(igt_dxg_is_resident(dxg, scene.device, scene.list[2]));
	igt_dxg_assert_filled(dxg, scene.device, scene.list[1], 0, SIZE / 4, 0x5a5a5a5a);
	igt_dxg_assert_filled(dxg, scene.device, scene.list[2], 0, SIZE / 4, 0x5a5a5a5a);
	prefer(&scene, scene.list[2], SYSTEM_FIRST);
	igt_assert(igt_dxg_is_resident(dxg, scene.device, scene.list[2]));

	/* a command that is the first to touch one, and one that is offered */
	prefer(&scene, scene.list[3], SYSTEM_FIRST);
	igt_assert_eq(__igt_dxg_submit_fill(dxg, context, scene.list[3], SIZE, 1, fence, 2), 0);
	igt_assert(igt_dxg_wait_timeout(dxg, scene.device, fence, 2, WAIT_MS));
	igt_assert(igt_dxg_is_resident(dxg, scene.device, scene.list[3]));
	igt_dxg_offer(dxg, scene.device, &scene.list[4], 1, D3DKMT_OFFER_PRIORITY_LOW);
	prefer(&scene, scene.list[4], SYSTEM_FIRST);
	igt_assert_eq(__igt_dxg_reclaim(dxg, scene.queue, NULL, &scene.list[4], 1, &discarded,
					NULL), 0);
	igt_assert(!locks_in_device(&scene, scene.list[4]));
	scene_destroy(&scene);
}

/* The value is that of what was asked of the queue last. */
static void test_fence(struct igt_dxg *dxg)
{
	struct d3dkmt_update_alloc_property args;
	struct scene scene;
	uint64_t value;

	scene_create(dxg, &scene, SIZE);
	args = good(&scene);
	igt_assert_eq(update(dxg, &args), 0);
	igt_assert_eq_u64(args.paging_fence_value, 0);
	igt_assert(!locks_in_device(&scene, scene.list[0]));
	/* what is in system memory is the queue's work */
	igt_assert_eq(__igt_dxg_make_resident(dxg, scene.queue, scene.list, 1, 0, &value, NULL),
		      PENDING);
	igt_assert_eq_u64(value, 1);
	args = good(&scene);
	igt_assert_eq(update(dxg, &args), 0);
	igt_assert_eq_u64(args.paging_fence_value, 1);
	igt_dxg_wait(dxg, scene.device, scene.fence, 1);
	scene_destroy(&scene);
}

static const struct igt_dxg_test tests[] = {
	TEST("bits", test_bits, "Unknown bits, and flags that nobody can keep, are refused."),
	TEST("sets", test_sets, "Segments that there are not, or alone, are refused."),
	TEST("preferences", test_preferences, "Lists that say nothing are refused."),
	TEST("handles", test_handles, "So are bad handles, and bad pointers."),
	TEST("existing", test_existing, "Existing memory is in no segment."),
	IGT_DXG_TEST_OUTLAST("lost", "A lost device is ENODEV.", test_lost),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "A removed adapter is ENODEV." },
	TEST("first-touch", test_first_touch, "A lock's bytes go where they are wanted."),
	TEST("stays", test_stays, "Bytes stay, and move as before."),
	TEST("fence", test_fence, "The value is the queue's last."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
