// SPDX-License-Identifier: MIT
/*
 * FlushHeapTransitions: what has been changed has been changed already.
 */
#include <errno.h>

#include "dxg_residency.h"

IGT_TEST_DESCRIPTION("Flushing heap transitions of dxg.");

#define LOCAL		D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL

static int flush(const struct igt_dxg *dxg, uint32_t adapter)
{
	struct d3dkmt_flush_heap_transitions args = { .adapter = adapter };

	return igt_dxg_ioctl_once(dxg, D3DKMT_IOCTL_FLUSH_HEAP_TRANSITIONS, &args);
}

static void test_refused(struct igt_dxg *dxg)
{
	uint32_t stale = igt_dxg_open_adapter(dxg);
	struct scene scene;

	igt_dxg_close_adapter(dxg, stale);
	scene_create(dxg, &scene, SIZE);
	const uint32_t bad[] = {
		0, stale, scene.device, scene.queue, scene.fence, scene.list[0], UINT32_MAX,
		dxg->adapter | 1, dxg->adapter ^ (3U << 30),
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(flush(dxg, bad[i]), -EINVAL);
	/* it has input only */
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_FLUSH_HEAP_TRANSITIONS,
				    igt_dxg_read_only(&dxg->adapter, sizeof(dxg->adapter))), 0);
	scene_destroy(&scene);
}

/* Nothing is different after it: neither of an offer, nor of what is asked for. */
static void test_flush(struct igt_dxg *dxg)
{
	uint64_t usage, offered;
	struct scene scene;

	scene_create(dxg, &scene, SIZE);
	igt_assert_eq(flush(dxg, dxg->adapter), 0);
	igt_dxg_make_resident(dxg, scene.device, scene.queue, scene.fence, scene.list, COUNT);
	igt_dxg_evict(dxg, scene.device, scene.list, 2);
	igt_dxg_offer(dxg, scene.device, scene.list, 1, D3DKMT_OFFER_PRIORITY_LOW);
	usage = igt_dxg_video_memory(dxg, LOCAL).current_usage;
	offered = igt_dxg_read_state(dxg, "offered_bytes");
	igt_assert_eq_u64(usage, COUNT * SIZE);
	igt_assert_eq_u64(offered, SIZE);
	igt_assert_eq(flush(dxg, dxg->adapter), 0);
	igt_assert_eq_u64(igt_dxg_video_memory(dxg, LOCAL).current_usage, usage);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "offered_bytes"), offered);
	assert_wanted(&scene, (COUNT - 2) * SIZE);
	igt_assert(!igt_dxg_reclaim(dxg, scene.queue, scene.list[0]));
	scene_destroy(&scene);
}

/* It does not wait for commands, which may be held for ever. */
static bool test_busy(struct igt_dxg *dxg, unsigned int ms)
{
	uint64_t start, value = 0;
	uint32_t context, fence;
	struct scene scene;
	bool in_time;

	scene_create(dxg, &scene, SIZE);
	context = igt_dxg_create_context(dxg, scene.device);
	fence = igt_dxg_create_fence(dxg, scene.device, 0, NULL);
	start = igt_dxg_now_ns();
	igt_dxg_submit_job(dxg, context, fence, &value, ms, scene.list[0], SIZE);
	igt_dxg_offer(dxg, scene.device, scene.list, 1, D3DKMT_OFFER_PRIORITY_LOW);
	igt_assert_eq(flush(dxg, dxg->adapter), 0);
	in_time = igt_dxg_elapsed_ms(start) < ms;
	igt_dxg_wait(dxg, scene.device, fence, value);
	igt_dxg_wait_state(dxg, "commands", 0);
	scene_destroy(&scene);
	return in_time;
}

static void test_removed(struct igt_dxg *dxg)
{
	igt_dxg_unbind(dxg);
	igt_assert_eq(flush(dxg, dxg->adapter), -ENODEV);
	igt_assert_eq(flush(dxg, 0), dxg->door == DXG_DOOR_DXG ? -EINVAL : -ENODEV);
	igt_dxg_rebind();
}

static const struct igt_dxg_test tests[] = {
	TEST("refused", test_refused, "Other handles than an adapter's are refused."),
	TEST("flush", test_flush, "Nothing is left to be done."),
	IGT_DXG_TEST_OUTLAST("busy", "It does not wait for commands.", test_busy),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "A removed adapter is ENODEV." },
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
