// SPDX-License-Identifier: MIT
/*
 * What is asked and said about allocations and segments: residency, priorities, usage,
 * budgets and reservations.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Residency, priorities and video memory of dxg.");

#define PAGE		IGT_DXG_PAGE
#define SIZE		(4 * PAGE)
#define COUNT		5
#define WAIT_MS		10000

#define LOCAL		D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL
#define NON_LOCAL	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL
#define RESIDENT	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY
#define NOT_RESIDENT	D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT
#define LOW		D3DKMT_ALLOCATION_PRIORITY_LOW
#define NORMAL		D3DKMT_ALLOCATION_PRIORITY_NORMAL
#define HIGH		D3DKMT_ALLOCATION_PRIORITY_HIGH

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/* --- a resource, or a list ----------------------------------------------- */

/* The three operations whose structures have one layout. */
static const struct operation {
	const char *name;
	unsigned long code;
	bool set;
} operations[] = {
	{ "SetAllocationPriority", D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY, true },
	{ "GetAllocationPriority", D3DKMT_IOCTL_GET_ALLOCATION_PRIORITY, false },
	{ "QueryAllocationResidency", D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY, false },
};

/**
 * struct scene - A device with allocations
 * @dxg: the way in
 * @device: the device
 * @list: stand-alone allocations
 * @resource: a resource
 * @child: its allocations
 * @empty: a resource without allocations
 */
struct scene {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t list[COUNT];
	uint32_t resource;
	uint32_t child[COUNT];
	uint32_t empty;
};

static void scene_create(struct igt_dxg *dxg, struct scene *scene)
{
	uint32_t none;

	scene->dxg = dxg;
	scene->device = igt_dxg_create_device(dxg);
	igt_assert_eq(__igt_dxg_create(dxg, scene->device, 0, NULL, SIZE, COUNT, scene->list), 0);
	scene->resource = igt_dxg_create_resource(dxg, scene->device, SIZE, COUNT, scene->child);
	scene->empty = igt_dxg_create_resource(dxg, scene->device, SIZE, 1, &none);
	igt_dxg_destroy2(dxg, scene->device, 0, &none, 1, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void scene_destroy(const struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->device);
}

/**
 * struct request - A call of one of the operations
 * @scene: the scene
 * @op: the operation
 * @args: the structure, good for a list of all allocations
 * @values: what @args points to: for all of a list
 */
struct request {
	const struct scene *scene;
	const struct operation *op;
	struct d3dkmt_set_allocation_priority args;
	uint32_t values[COUNT];
};

static void request_init(struct request *request, const struct scene *scene,
			 const struct operation *op)
{
	memset(request, 0, sizeof(*request));
	request->scene = scene;
	request->op = op;
	request->args.device = scene->device;
	request->args.allocation_list = igt_dxg_ptr(scene->list);
	request->args.allocation_count = COUNT;
	request->args.priorities = igt_dxg_ptr(request->values);
	for (int i = 0; i < COUNT; i++)
		request->values[i] = HIGH;
}

static void request_init_resource(struct request *request, const struct scene *scene,
				  const struct operation *op)
{
	request_init(request, scene, op);
	request->args.resource = scene->resource;
	request->args.allocation_list = 0;
	request->args.allocation_count = 0;
}

static void request_is(struct request *request, int expected)
{
	struct d3dkmt_set_allocation_priority before = request->args;
	int ret = igt_dxg_ioctl(request->scene->dxg, request->op->code, &request->args);

	igt_assert_f(ret == expected, "%s: %d and not %d\n", request->op->name, ret, expected);
	/* it has input only */
	igt_assert(!memcmp(&before, &request->args, sizeof(before)));
}

static void assert_all(const struct scene *scene, uint32_t priority)
{
	uint32_t priorities[2 * COUNT];

	igt_assert_eq(__igt_dxg_get_priority(scene->dxg, scene->device, 0, scene->list, COUNT,
					     priorities), 0);
	igt_assert_eq(__igt_dxg_get_priority(scene->dxg, scene->device, 0, scene->child, COUNT,
					     priorities + COUNT), 0);
	for (int i = 0; i < 2 * COUNT; i++)
		igt_assert_eq_u32(priorities[i], priority);
}

/* Refused, and then nothing is written and nothing has changed. */
static void refused(struct request *request, int error)
{
	request_is(request, error);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq_u32(request->values[i], HIGH);
	assert_all(request->scene, NORMAL);
}

static void either_forms(const struct scene *scene, const struct operation *op)
{
	struct request request;

	/* both, in each way that there may be */
	request_init(&request, scene, op);
	request.args.resource = scene->resource;
	refused(&request, -EINVAL);
	request_init_resource(&request, scene, op);
	request.args.allocation_count = 1;
	refused(&request, -EINVAL);
	/* neither */
	request_init(&request, scene, op);
	request.args.allocation_count = 0;
	refused(&request, -EINVAL);
	request.args.allocation_list = 0;
	refused(&request, -EINVAL);
	/* no list, no values */
	request_init(&request, scene, op);
	request.args.allocation_list = 0;
	refused(&request, -EINVAL);
	request_init(&request, scene, op);
	request.args.priorities = 0;
	refused(&request, -EINVAL);
	request_init_resource(&request, scene, op);
	request.args.priorities = 0;
	refused(&request, -EINVAL);
	/* too many */
	request_init(&request, scene, op);
	request.args.allocation_count = UINT32_MAX;
	refused(&request, -EINVAL);
}

static void either_pointers(const struct scene *scene, const struct operation *op)
{
	uint32_t *list = igt_dxg_before_bad_page(scene->list, sizeof(scene->list));
	struct request request;
	uint32_t *values;

	request_init(&request, scene, op);
	values = igt_dxg_before_bad_page(request.values, sizeof(request.values));
	request.args.allocation_list = igt_dxg_ptr(igt_dxg_bad_pointer());
	refused(&request, -EFAULT);
	request.args.allocation_list = igt_dxg_ptr(list + 1);
	refused(&request, -EFAULT);
	request_init(&request, scene, op);
	request.args.priorities = igt_dxg_ptr(igt_dxg_bad_pointer());
	refused(&request, -EFAULT);
	request.args.priorities = igt_dxg_ptr(values + 1);
	refused(&request, -EFAULT);
	request_init_resource(&request, scene, op);
	request.args.priorities = igt_dxg_ptr(igt_dxg_bad_pointer());
	refused(&request, -EFAULT);
	request.args.priorities = igt_dxg_ptr(values + COUNT);
	refused(&request, -EFAULT);
	if (!op->set) {
		request_init(&request, scene, op);
		values = igt_dxg_read_only(values, sizeof(request.values));
		request.args.priorities = igt_dxg_ptr(values);
		refused(&request, -EFAULT);
	}
}

static void either_handles(const struct scene *scene, const struct operation *op)
{
	static const int places[] = { 0, COUNT / 2, COUNT - 1 };
	struct igt_dxg *dxg = scene->dxg;
	uint32_t other = igt_dxg_create_device(dxg), child, list[COUNT];
	uint32_t foreign = igt_dxg_create_resource(dxg, other, PAGE, 1, &child);
	uint32_t stale = igt_dxg_create_allocation(dxg, scene->device, PAGE);
	uint32_t bad[] = {
		0, stale, child, UINT32_MAX, scene->device, scene->resource, dxg->adapter,
		scene->list[0] | 1, scene->list[0] ^ (3U << 30),
	};
	uint32_t bad_resource[] = {
		stale, foreign, UINT32_MAX, scene->device, scene->list[0], scene->child[0],
		scene->resource | 1, scene->resource ^ (3U << 30),
	};
	uint32_t bad_device[] = {
		0, other, UINT32_MAX, dxg->adapter, scene->list[0], scene->device | 1,
	};
	struct request request;

	igt_dxg_destroy_allocation(dxg, scene->device, stale);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			memcpy(list, scene->list, sizeof(list));
			list[places[j]] = bad[i];
			request_init(&request, scene, op);
			request.args.allocation_list = igt_dxg_ptr(list);
			refused(&request, -EINVAL);
		}
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad_resource); i++) {
		request_init_resource(&request, scene, op);
		request.args.resource = bad_resource[i];
		refused(&request, -EINVAL);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad_device); i++) {
		request_init(&request, scene, op);
		request.args.device = bad_device[i];
		refused(&request, -EINVAL);
		request_init_resource(&request, scene, op);
		request.args.device = bad_device[i];
		refused(&request, -EINVAL);
	}
	igt_dxg_destroy_device(dxg, other);
}

static void test_either(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		either_forms(&scene, &operations[i]);
	scene_destroy(&scene);
}

static void test_either_pointers(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		either_pointers(&scene, &operations[i]);
	scene_destroy(&scene);
}

static void test_either_handles(struct igt_dxg *dxg)
{
	struct scene scene;

	scene_create(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		either_handles(&scene, &operations[i]);
	scene_destroy(&scene);
}

/* As many as there may be, some of them twice; the structure cannot be written. */
static void test_either_most(struct igt_dxg *dxg)
{
	static uint32_t list[D3DKMT_MAX_ALLOCATIONS + 1], values[D3DKMT_MAX_ALLOCATIONS + 1];
	static const uint32_t expected[] = { HIGH, HIGH, NOT_RESIDENT };
	struct request request;
	struct scene scene;

	scene_create(dxg, &scene);
	for (int i = 0; i <= D3DKMT_MAX_ALLOCATIONS; i++) {
		list[i] = scene.list[i % COUNT];
		values[i] = HIGH;
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		request_init(&request, &scene, &operations[i]);
		request.args.allocation_list = igt_dxg_ptr(list);
		request.args.priorities = igt_dxg_ptr(values);
		request.args.allocation_count = D3DKMT_MAX_ALLOCATIONS + 1;
		request_is(&request, -EINVAL);
		request.args.allocation_count = D3DKMT_MAX_ALLOCATIONS;
		request.args.pad = UINT32_MAX;
		igt_assert_eq(igt_dxg_ioctl(dxg, operations[i].code,
					    igt_dxg_read_only(&request.args,
							      sizeof(request.args))), 0);
		for (int j = 0; j < D3DKMT_MAX_ALLOCATIONS; j++)
			igt_assert_eq_u32(values[j], expected[i]);
	}
	scene_destroy(&scene);
}

/* --- residency ----------------------------------------------------------- */

static uint32_t residency_of(const struct scene *scene, uint32_t resource)
{
	uint32_t status[2] = { 77, 77 };

	igt_assert_eq(__igt_dxg_query_residency(scene->dxg, scene->device, resource, NULL, 0,
						status), 0);
	igt_assert_eq_u32(status[1], 77);
	return status[0];
}

static void test_residency(struct igt_dxg *dxg)
{
	uint32_t status[COUNT];
	struct scene scene;

	scene_create(dxg, &scene);
	igt_assert_eq_u32(residency_of(&scene, scene.empty), RESIDENT);
	for (int i = 0; i < COUNT; i++) {
		igt_assert_eq_u32(residency_of(&scene, scene.resource), NOT_RESIDENT);
		/* from the last to the first: any of them counts */
		igt_dxg_lock(dxg, scene.device, scene.child[COUNT - 1 - i]);
		igt_dxg_lock(dxg, scene.device, scene.list[i]);
		igt_assert_eq(__igt_dxg_query_residency(dxg, scene.device, 0, scene.list, COUNT,
							status), 0);
		for (int j = 0; j < COUNT; j++)
			igt_assert_eq_u32(status[j], j <= i ? RESIDENT : NOT_RESIDENT);
	}
	igt_assert_eq_u32(residency_of(&scene, scene.resource), RESIDENT);
	igt_dxg_add_allocations(dxg, scene.device, scene.resource, SIZE, 1, status);
	igt_assert_eq_u32(residency_of(&scene, scene.resource), NOT_RESIDENT);
	scene_destroy(&scene);
}

/* --- priorities ---------------------------------------------------------- */

static void test_priority(struct igt_dxg *dxg)
{
	static const uint32_t good[] = {
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM, D3DKMT_ALLOCATION_PRIORITY_MINIMUM + 1, LOW,
		NORMAL - 1, NORMAL, HIGH, HIGH + 12345, D3DKMT_ALLOCATION_PRIORITY_MAXIMUM - 1,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM,
	};
	static const uint32_t bad[] = {
		0, 1, D3DKMT_ALLOCATION_PRIORITY_MINIMUM - 1,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM + 1, UINT32_MAX,
	};
	static const int places[] = { 0, COUNT / 2, COUNT - 1 };
	uint32_t values[COUNT];
	struct scene scene;

	scene_create(dxg, &scene);
	assert_all(&scene, NORMAL);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(places); j++) {
			for (int k = 0; k < COUNT; k++)
				values[k] = k == places[j] ? bad[i] : HIGH;
			igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, 0, scene.list,
							     COUNT, values), -EINVAL);
		}
		igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, scene.resource, NULL, 0,
						     &bad[i]), -EINVAL);
	}
	assert_all(&scene, NORMAL);
	for (size_t i = 0; i + COUNT <= IGT_DXG_ARRAY_SIZE(good); i++) {
		igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, 0, scene.list, COUNT,
						     good + i), 0);
		igt_assert_eq(__igt_dxg_get_priority(dxg, scene.device, 0, scene.list, COUNT,
						     values), 0);
		igt_assert(!memcmp(values, good + i, sizeof(values)));
	}
	/* of one, in the device segment and nowhere */
	igt_dxg_lock(dxg, scene.device, scene.list[0]);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(good); i++) {
		for (int j = 0; j < 2; j++) {
			igt_dxg_set_priority(dxg, scene.device, scene.list[j], good[i]);
			igt_assert_eq_u32(igt_dxg_get_priority(dxg, scene.device, scene.list[j]),
					  good[i]);
		}
	}
	scene_destroy(&scene);
}

static uint32_t priority_of(const struct scene *scene, uint32_t resource)
{
	uint32_t priority[2] = { 77, 77 };

	igt_assert_eq(__igt_dxg_get_priority(scene->dxg, scene->device, resource, NULL, 0,
					     priority), 0);
	igt_assert_eq_u32(priority[1], 77);
	return priority[0];
}

static void test_priority_resource(struct igt_dxg *dxg)
{
	uint32_t high = HIGH, added;
	struct scene scene;

	scene_create(dxg, &scene);
	igt_assert_eq_u32(priority_of(&scene, scene.empty), NORMAL);
	igt_assert_eq_u32(priority_of(&scene, scene.resource), NORMAL);
	igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, scene.empty, NULL, 0, &high), 0);
	igt_assert_eq_u32(priority_of(&scene, scene.empty), NORMAL);
	igt_assert_eq(__igt_dxg_set_priority(dxg, scene.device, scene.resource, NULL, 0, &high),
		      0);
	for (int i = 0; i < COUNT; i++) {
		igt_assert_eq_u32(igt_dxg_get_priority(dxg, scene.device, scene.child[i]), HIGH);
		igt_assert_eq_u32(igt_dxg_get_priority(dxg, scene.device, scene.list[i]), NORMAL);
	}
	/* that of the oldest, whoever it is */
	igt_dxg_add_allocations(dxg, scene.device, scene.resource, SIZE, 1, &added);
	igt_assert_eq_u32(igt_dxg_get_priority(dxg, scene.device, added), NORMAL);
	igt_dxg_set_priority(dxg, scene.device, scene.child[1], LOW);
	igt_assert_eq_u32(priority_of(&scene, scene.resource), HIGH);
	igt_dxg_destroy_allocation(dxg, scene.device, scene.child[0]);
	igt_assert_eq_u32(priority_of(&scene, scene.resource), LOW);
	scene_destroy(&scene);
}

/* --- video memory -------------------------------------------------------- */

static uint64_t usage(const struct igt_dxg *dxg, uint32_t group)
{
	return igt_dxg_video_memory(dxg, group).current_usage;
}

static void test_info(struct igt_dxg *dxg)
{
	uint64_t segment = igt_dxg_segment_size(dxg);
	struct d3dkmt_query_video_memory_info info;
	struct sysinfo machine;

	info = igt_dxg_video_memory(dxg, LOCAL);
	igt_assert_eq_u64(info.budget, segment);
	igt_assert_eq_u64(info.current_usage, 0);
	igt_assert_eq_u64(info.current_reservation, 0);
	igt_assert_eq_u64(info.available_for_reservation, segment / 2);

	igt_assert_eq(sysinfo(&machine), 0);
	info = igt_dxg_video_memory(dxg, NON_LOCAL);
	igt_assert_eq_u64(info.budget, (uint64_t)machine.totalram * machine.mem_unit / 2);
	igt_assert_eq_u64(info.current_usage, 0);
	igt_assert_eq_u64(info.current_reservation, 0);
	igt_assert_eq_u64(info.available_for_reservation, 0);
}

static void info_refused(struct igt_dxg *dxg, struct d3dkmt_query_video_memory_info args)
{
	struct d3dkmt_query_video_memory_info before = args;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO, &args), -EINVAL);
	igt_assert(!memcmp(&before, &args, sizeof(args)));
}

static void reserve_refused(struct igt_dxg *dxg,
			    struct d3dkmt_change_video_memory_reservation args, int error)
{
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION, &args),
		      error);
	igt_assert_eq_u64(igt_dxg_video_memory(dxg, LOCAL).current_reservation, PAGE);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "reserved_bytes"), PAGE);
}

static void test_refused(struct igt_dxg *dxg)
{
	struct d3dkmt_change_video_memory_reservation reserve, good_reserve = {
		.adapter = dxg->adapter,
		.memory_segment_group = LOCAL,
		.reservation = 2 * PAGE,
		.pad = UINT32_MAX,
	};
	struct d3dkmt_query_video_memory_info info, good_info = {
		.adapter = dxg->adapter,
		.budget = 1,
		.current_usage = 2,
		.current_reservation = 3,
		.available_for_reservation = 4,
		.pad = UINT32_MAX,
	};
	uint32_t device = igt_dxg_create_device(dxg), stale = igt_dxg_open_adapter(dxg);
	uint32_t bad[] = {
		0, device, stale, UINT32_MAX, dxg->adapter | 1, dxg->adapter ^ (3U << 30),
		igt_dxg_create_allocation(dxg, device, PAGE),
	};

	igt_dxg_close_adapter(dxg, stale);
	igt_dxg_reserve(dxg, PAGE);
	for (int bit = 0; bit < 64; bit++) {
		info = good_info;
		info.process = 1ULL << bit;
		info_refused(dxg, info);
		reserve = good_reserve;
		reserve.process = 1ULL << bit;
		reserve_refused(dxg, reserve, -EINVAL);
	}
	for (int bit = 0; bit < 32; bit++) {
		info = good_info;
		info.memory_segment_group = bit ? 1U << bit : UINT32_MAX;
		info_refused(dxg, info);
		reserve = good_reserve;
		reserve.memory_segment_group = 1U << bit;
		reserve_refused(dxg, reserve, -EINVAL);
		info = good_info;
		info.physical_adapter_index = 1U << bit;
		info_refused(dxg, info);
		reserve = good_reserve;
		reserve.physical_adapter_index = 1U << bit;
		reserve_refused(dxg, reserve, -EINVAL);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		info = good_info;
		info.adapter = bad[i];
		info_refused(dxg, info);
		reserve = good_reserve;
		reserve.adapter = bad[i];
		reserve_refused(dxg, reserve, -EINVAL);
	}
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO,
				    igt_dxg_read_only(&good_info, sizeof(good_info))), -EFAULT);
	/* which has input only */
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION,
				    igt_dxg_read_only(&good_reserve, sizeof(good_reserve))), 0);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO, &good_info), 0);
	igt_assert_eq_u64(good_info.current_reservation, 2 * PAGE);
	igt_dxg_reserve(dxg, 0);
	igt_dxg_destroy_device(dxg, device);
}

/* --- usage --------------------------------------------------------------- */

/* Three ways to need bytes, and two to be rid of them. */
static void test_usage(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), list[3], resource, child;
	uint32_t context = igt_dxg_create_context(dxg, device), fence, paging_fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &paging_fence, NULL);
	struct igt_dxg_stream stream;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, SIZE, 3, list), 0);
	resource = igt_dxg_create_resource(dxg, device, SIZE, 1, &child);
	igt_assert_eq_u64(usage(dxg, LOCAL), 0);

	igt_dxg_lock(dxg, device, list[0]);
	igt_assert_eq_u64(usage(dxg, LOCAL), SIZE);
	igt_dxg_unlock(dxg, device, list[0]);
	igt_assert_eq_u64(usage(dxg, LOCAL), SIZE);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, list[1], 0, SIZE, 1);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert(igt_dxg_wait_timeout(dxg, device, fence, 1, WAIT_MS));
	igt_assert_eq_u64(usage(dxg, LOCAL), 2 * SIZE);
	igt_dxg_make_resident(dxg, device, queue, paging_fence, &list[2], 1);
	igt_assert_eq_u64(usage(dxg, LOCAL), 3 * SIZE);
	igt_dxg_lock(dxg, device, child);
	igt_assert_eq_u64(usage(dxg, LOCAL), 4 * SIZE);
	igt_assert_eq_u64(usage(dxg, NON_LOCAL), 0);

	/* what is kept for the next one is not used */
	igt_dxg_destroy_allocation(dxg, device, list[0]);
	igt_dxg_wait_state(dxg, "allocations", 3);
	igt_assert_eq_u64(usage(dxg, LOCAL), 3 * SIZE);
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(usage(dxg, LOCAL), 2 * SIZE);
	igt_dxg_destroy2(dxg, device, 0, &list[1], 2, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(usage(dxg, LOCAL), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_usage_system(struct igt_dxg *dxg)
{
	uint64_t size = igt_dxg_segment_size(dxg) / 4 / PAGE * PAGE + PAGE;
	uint32_t device = igt_dxg_create_device(dxg), list[5], paging_fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &paging_fence, NULL);
	uint64_t before = igt_dxg_read_state(dxg, "system_bytes");

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, size, 5, list), 0);
	for (int i = 0; i < 5; i++) {
		igt_dxg_lock(dxg, device, list[i]);
		igt_assert_eq_u64(usage(dxg, LOCAL), (i < 3 ? i + 1 : 3) * size);
		igt_assert_eq_u64(usage(dxg, NON_LOCAL), i < 3 ? 0 : (i - 2) * size);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "system_bytes") - before,
				  usage(dxg, NON_LOCAL));
	}
	/* one goes, another takes its place in the device segment */
	igt_dxg_destroy2(dxg, device, 0, &list[0], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(usage(dxg, LOCAL), 2 * size);
	igt_assert_eq_u64(usage(dxg, NON_LOCAL), 2 * size);
	igt_dxg_make_resident(dxg, device, queue, paging_fence, &list[3], 1);
	igt_assert_eq_u64(usage(dxg, LOCAL), 3 * size);
	igt_assert_eq_u64(usage(dxg, NON_LOCAL), size);
	igt_dxg_destroy2(dxg, device, 0, &list[4], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(usage(dxg, NON_LOCAL), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void linger_with_usage(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);

	igt_dxg_lock(own, device, igt_dxg_create_allocation(own, device, SIZE));
	igt_assert_eq_u64(usage(own, LOCAL), SIZE);
	igt_dxg_child_linger(child);
}

/* What others use is theirs, and takes nothing of the budget. */
static void test_usage_others(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, linger_with_usage);
	igt_dxg_child_await(&child);
	igt_assert_eq_u64(usage(dxg, LOCAL), 0);
	igt_assert_eq_u64(igt_dxg_video_memory(dxg, LOCAL).budget, igt_dxg_segment_size(dxg));
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
}

/* --- reservations -------------------------------------------------------- */

static void assert_reservation(const struct igt_dxg *dxg, uint64_t own, uint64_t others)
{
	struct d3dkmt_query_video_memory_info info = igt_dxg_video_memory(dxg, LOCAL);
	uint64_t segment = igt_dxg_segment_size(dxg);

	igt_assert_eq_u64(info.current_reservation, own);
	igt_assert_eq_u64(info.budget, segment - others);
	igt_assert_eq_u64(info.available_for_reservation, segment / 2 - others);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "reserved_bytes"), own + others);
}

static void test_reserve(struct igt_dxg *dxg)
{
	uint64_t half = igt_dxg_segment_size(dxg) / 2;
	const uint64_t good[] = { 1, PAGE, half - 1, half, 0, half, PAGE };
	const uint64_t bad[] = { half + 1, 2 * half, 2 * half + 1, 1ULL << 63, UINT64_MAX };

	assert_reservation(dxg, 0, 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(good); i++) {
		igt_dxg_reserve(dxg, good[i]);
		assert_reservation(dxg, good[i], 0);
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(bad); j++)
			igt_assert_eq(__igt_dxg_reserve(dxg, bad[j]), -ENOMEM);
		assert_reservation(dxg, good[i], 0);
	}
	igt_dxg_reserve(dxg, 0);
	assert_reservation(dxg, 0, 0);
}

static void linger_with_reservation(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);

	igt_dxg_reserve(own, igt_dxg_segment_size(own) / 4);
	igt_dxg_child_linger(child);
}

static void test_reserve_others(struct igt_dxg *dxg)
{
	uint64_t segment = igt_dxg_segment_size(dxg), quarter = segment / 4, trim = 77;
	uint32_t device = igt_dxg_create_device(dxg), list[4], fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct igt_dxg_child child;

	/* of a quarter each: four would fit, three are the budget */
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, quarter / PAGE * PAGE, 4, list), 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 4);
	igt_dxg_evict(dxg, device, list, 1);
	igt_dxg_child_start(&child, dxg, linger_with_reservation);
	igt_dxg_child_await(&child);
	assert_reservation(dxg, 0, quarter);
	igt_assert_eq(__igt_dxg_make_resident(dxg, queue, list, 1, 0, NULL, &trim), -ENOMEM);
	igt_assert_eq_u64(trim, quarter / PAGE * PAGE * 4 - (segment - quarter));
	/* what is left to reserve, and not a byte more */
	igt_assert_eq(__igt_dxg_reserve(dxg, segment / 2 - quarter + 1), -ENOMEM);
	assert_reservation(dxg, 0, quarter);
	igt_dxg_reserve(dxg, segment / 2 - quarter);
	assert_reservation(dxg, segment / 2 - quarter, quarter);
	igt_dxg_reserve(dxg, 0);

	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
	igt_dxg_wait_state(dxg, "reserved_bytes", 0);
	assert_reservation(dxg, 0, 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 1);

	/* and what is asked for already is not taken away: Evict says how much it is */
	igt_dxg_make_resident(dxg, device, queue, fence, list, 1);
	igt_dxg_child_start(&child, dxg, linger_with_reservation);
	igt_dxg_child_await(&child);
	for (int i = 0; i < 4; i++)
		igt_assert(igt_dxg_is_resident(dxg, device, list[i]));
	igt_assert_eq(__igt_dxg_evict(dxg, device, list, 1, 0, &trim), 0);
	igt_assert_eq_u64(trim, quarter / PAGE * PAGE * 4 - (segment - quarter));
	igt_assert_eq(__igt_dxg_evict(dxg, device, list, 1, 0, &trim), 0);
	igt_assert_eq_u64(trim, 0);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_wait_state(dxg, "reserved_bytes", 0);
}

/* The last opening of an adapter takes the reservation along. */
static void test_reserve_close(struct igt_dxg *dxg)
{
	igt_dxg_reserve(dxg, PAGE);
	igt_dxg_renew(dxg);
	igt_dxg_wait_state(dxg, "reserved_bytes", 0);
	assert_reservation(dxg, 0, 0);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("either", test_either, "A resource or a list is named, and not both."),
	TEST("either-pointers", test_either_pointers, "Bad pointers change nothing."),
	TEST("either-handles", test_either_handles, "Neither do bad handles."),
	TEST("either-most", test_either_most, "1024 handles, and nothing is written back."),
	TEST("residency", test_residency, "A resource is resident if all of it is."),
	TEST("priority", test_priority, "Priorities have a range."),
	TEST("priority-resource", test_priority_resource, "A resource has its oldest's."),
	TEST("info", test_info, "Budgets of an adapter at rest."),
	TEST("refused", test_refused, "Other processes, groups, adapters are refused."),
	TEST("usage", test_usage, "Usage follows each touch and each destruction."),
	IGT_DXG_TEST_LONG("usage-system", "What is in the system segment is used there.",
			  test_usage_system),
	TEST("usage-others", test_usage_others, "What others use is theirs."),
	TEST("reserve", test_reserve, "Half of the segment can be reserved."),
	IGT_DXG_TEST_LONG("reserve-others", "A reservation is others' budget.",
			  test_reserve_others),
	TEST("reserve-close", test_reserve_close, "A reservation ends with its owner."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
