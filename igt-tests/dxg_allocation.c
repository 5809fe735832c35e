// SPDX-License-Identifier: MIT
/*
 * CreateAllocation2: every way to create, every refusal, and that a refusal leaves
 * nothing behind.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Creating allocations and resources of dxg");

#define DEAD_HANDLE	0x7fffffc0U
#define MAX		D3DKMT_MAX_ALLOCATIONS
#define ITEMS		5

#define FOURCC_XRGB8888	0x34325258
#define FOURCC_ARGB8888	0x34325241
#define FOURCC_RGB565	0x36314752

/* A call that would succeed, for a test to change. */
struct request {
	struct d3dkmt_create_allocation args;
	struct d3dkmt_allocation_info2 info[ITEMS];
	struct drm_dxg_allocation_private private[ITEMS];
};

static void request_init(struct request *request, uint32_t device, uint32_t count)
{
	memset(request, 0, sizeof(*request));
	request->args.device = device;
	request->args.num_allocations = count;
	request->args.allocation_info = igt_dxg_ptr(request->info);
	for (uint32_t i = 0; i < ITEMS; i++) {
		request->private[i].size = IGT_DXG_PAGE;
		request->info[i].private_driver_data = igt_dxg_ptr(&request->private[i]);
		request->info[i].private_driver_data_size = sizeof(request->private[i]);
	}
}

static int request_send(struct igt_dxg *dxg, struct request *request)
{
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &request->args);
}

/* Send, assert the result, and destroy what was made. */
static void request_check(struct igt_dxg *dxg, struct request *request, int result,
			  const char *what)
{
	uint32_t device = request->args.device, handles[ITEMS], resource = 0;
	struct igt_dxg_state before;
	int ret;

	igt_dxg_read_state_all(dxg, &before);
	ret = request_send(dxg, request);
	igt_assert_f(ret == result, "%s: %d and not %d\n", what, ret, result);
	if (!ret) {
		for (uint32_t i = 0; i < request->args.num_allocations; i++)
			handles[i] = request->info[i].allocation;
		if (request->args.flags & D3DKMT_CREATE_RESOURCE)
			resource = request->args.resource;
		igt_dxg_destroy2(dxg, device, resource, resource ? NULL : handles,
				 request->args.num_allocations, 0);
	}
	igt_dxg_assert_no_leak(dxg, &before);
}

static uint64_t segment_size(struct igt_dxg *dxg)
{
	struct d3dkmt_segment_size_info info;

	igt_dxg_query(dxg, D3DKMT_QAI_SEGMENT_SIZE, &info, sizeof(info));
	return info.dedicated_video_memory_size;
}

static void assert_distinct(const uint32_t *handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		igt_assert_neq_u32(handles[i], 0);
		for (uint32_t j = 0; j < i; j++)
			igt_assert_neq_u32(handles[i], handles[j]);
	}
}

/* --- how many and where -------------------------------------------------- */

static void stand_alone(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 1, 2, 3, 100, MAX - 1, MAX };
	uint32_t device = igt_dxg_create_device(dxg), handles[MAX];
	struct igt_dxg_state before;

	igt_dxg_read_state_all(dxg, &before);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
		igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, IGT_DXG_PAGE, counts[i],
					       handles), 0);
		assert_distinct(handles, counts[i]);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "allocations"),
				  before.allocations + counts[i]);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "resources"), before.resources);
		igt_dxg_destroy2(dxg, device, 0, handles, counts[i], 0);
		igt_dxg_assert_no_leak(dxg, &before);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void in_resource(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 1, 3, MAX };
	uint32_t device = igt_dxg_create_device(dxg), handles[MAX], resource;
	struct igt_dxg_state before;

	igt_dxg_read_state_all(dxg, &before);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
		resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, counts[i], handles);
		assert_distinct(handles, counts[i]);
		for (uint32_t j = 0; j < counts[i]; j++)
			igt_assert_neq_u32(handles[j], resource);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "allocations"),
				  before.allocations + counts[i]);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "resources"), before.resources + 1);
		igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
		igt_dxg_assert_no_leak(dxg, &before);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void empty_resource(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[3], resource;

	resource = igt_dxg_create_resource(dxg, device, 0, 0, NULL);
	igt_assert(igt_dxg_is_resource(dxg, device, resource));
	igt_dxg_add_allocations(dxg, device, resource, IGT_DXG_PAGE, 3, handles);
	igt_assert(igt_dxg_is_allocation(dxg, device, handles[2]));
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_assert(!igt_dxg_is_allocation(dxg, device, handles[0]));
	igt_assert(!igt_dxg_is_resource(dxg, device, resource));

	resource = igt_dxg_create_resource(dxg, device, 0, 0, NULL);
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void add_to_resource(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[MAX], first, resource;
	uint64_t before = igt_dxg_read_state(dxg, "allocations");
	struct request request;

	resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &first);
	for (int i = 0; i < 3; i++)
		igt_dxg_add_allocations(dxg, device, resource, IGT_DXG_PAGE, MAX, handles);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "allocations"), before + 1 + 3 * MAX);

	/* the handle of the resource stays what it is */
	request_init(&request, device, 1);
	request.args.resource = resource;
	igt_assert_eq(request_send(dxg, &request), 0);
	igt_assert_eq_u32(request.args.resource, resource);

	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_assert(!igt_dxg_is_allocation(dxg, device, first));
	igt_assert(!igt_dxg_is_allocation(dxg, device, handles[MAX - 1]));
	igt_dxg_destroy_device(dxg, device);
}

static void count_refused(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[MAX + 1], resource, child;
	struct igt_dxg_state before;
	struct request request;

	resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &child);
	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, IGT_DXG_PAGE, MAX + 1, handles),
		      -EINVAL);
	igt_assert_eq(__igt_dxg_create(dxg, device, D3DKMT_CREATE_RESOURCE, NULL, IGT_DXG_PAGE,
				       MAX + 1, handles), -EINVAL);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, IGT_DXG_PAGE, 0, NULL), -EINVAL);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, &resource, IGT_DXG_PAGE, 0, NULL), -EINVAL);
	request_init(&request, device, UINT32_MAX);
	igt_assert_eq(request_send(dxg, &request), -EINVAL);
	request_init(&request, device, 0x80000001);
	igt_assert_eq(request_send(dxg, &request), -EINVAL);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_dxg_destroy_device(dxg, device);
}

static void bad_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), gone = igt_dxg_create_device(dxg), child;
	uint32_t bad[] = {
		0, DEAD_HANDLE, UINT32_MAX, gone, device | 1, device ^ 0xc0000000, dxg->adapter,
		igt_dxg_create_context(dxg, device), igt_dxg_create_fence(dxg, device, 0, NULL),
		igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE),
		igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &child),
	};
	struct request request;

	igt_dxg_destroy_device(dxg, gone);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		request_init(&request, bad[i], 1);
		request_check(dxg, &request, -EINVAL, "no device");
	}
	igt_dxg_destroy_device(dxg, device);
}

static void bad_resource(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg), child;
	uint32_t stale = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &child);
	uint32_t foreign = igt_dxg_create_resource(dxg, other, IGT_DXG_PAGE, 1, &child);
	uint32_t bad[] = {
		DEAD_HANDLE, UINT32_MAX, stale, foreign, foreign | 1, device, dxg->adapter, child,
		igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE),
	};
	struct request request;

	igt_dxg_destroy2(dxg, device, stale, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		request_init(&request, device, 1);
		request.args.resource = bad[i];
		request_check(dxg, &request, -EINVAL, "no resource of the device");
	}

	/* it is output where a resource is created */
	request_init(&request, device, 1);
	request.args.flags = D3DKMT_CREATE_RESOURCE;
	request.args.resource = foreign;
	request_check(dxg, &request, 0, "a new resource");
	igt_assert_neq_u32(request.args.resource, foreign);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy_device(dxg, other);
}

static uint32_t parent_devices[4];

static void foreign_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	struct request request;

	(void)child;
	for (int i = 0; i < 4; i++) {
		request_init(&request, parent_devices[i], 1);
		igt_assert_eq(request_send(own, &request), -EINVAL);
	}
}

/* A device of another process, or of another file of a DRM node. */
static void foreign_device(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	for (int i = 0; i < 4; i++)
		parent_devices[i] = igt_dxg_create_device(dxg);
	igt_dxg_child_start(&child, dxg, foreign_child);
	igt_dxg_child_join(&child);
	for (int i = 0; i < 4; i++)
		igt_dxg_destroy_device(dxg, parent_devices[i]);
}

/* --- private data -------------------------------------------------------- */

/* Data of any size: a valid start, then zeroes; @last goes to the last byte. */
static int create_with_data(struct igt_dxg *dxg, uint32_t device, uint32_t size, uint8_t last)
{
	static uint8_t data[D3DKMT_MAX_PRIVATE_DATA + IGT_DXG_PAGE];
	struct request request;
	uint64_t bytes = IGT_DXG_PAGE;
	int ret;

	memset(data, 0, sizeof(data));
	memcpy(data, &bytes, sizeof(bytes));
	if (last)
		data[size - 1] = last;
	request_init(&request, device, 1);
	request.info[0].private_driver_data = igt_dxg_ptr(data);
	request.info[0].private_driver_data_size = size;
	ret = request_send(dxg, &request);
	if (!ret)
		igt_dxg_destroy_allocation(dxg, device, request.info[0].allocation);
	return ret;
}

static void data_size(struct igt_dxg *dxg)
{
	static const uint32_t good[] = {
		8, 9, 12, 16, 24, 32, 39, 40, 41, 48, 64, IGT_DXG_PAGE, 65536,
		D3DKMT_MAX_PRIVATE_DATA - 1,
	};
	static const uint32_t bad[] = {
		0, 1, 4, 7, D3DKMT_MAX_PRIVATE_DATA, D3DKMT_MAX_PRIVATE_DATA + 1, 0x80000000,
		UINT32_MAX,
	};
	uint32_t device = igt_dxg_create_device(dxg);
	int ret;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(good); i++) {
		ret = create_with_data(dxg, device, good[i], 0);
		igt_assert_f(!ret, "%u bytes: %d\n", good[i], ret);
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		ret = create_with_data(dxg, device, bad[i], 0);
		igt_assert_f(ret == -EINVAL, "%u bytes: %d\n", bad[i], ret);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* A longer structure than the driver knows is accepted if the rest is 0. */
static void data_tail(struct igt_dxg *dxg)
{
	static const uint32_t sizes[] = { 41, 48, 49, 100, IGT_DXG_PAGE, 2 * IGT_DXG_PAGE + 1 };
	uint32_t device = igt_dxg_create_device(dxg);
	int ret;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
		ret = create_with_data(dxg, device, sizes[i], 1);
		igt_assert_f(ret == -EINVAL, "%u bytes: %d\n", sizes[i], ret);
	}
	ret = create_with_data(dxg, device, D3DKMT_MAX_PRIVATE_DATA - 1, 0x80);
	igt_assert_eq(ret, -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void data_address(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;
	void *edge;

	request_init(&request, device, 1);
	request.info[0].private_driver_data = 0;
	request_check(dxg, &request, -EINVAL, "NULL");
	request.info[0].private_driver_data = igt_dxg_ptr(igt_dxg_bad_pointer());
	request_check(dxg, &request, -EFAULT, "bad address");
	request.info[0].private_driver_data = -(uint64_t)IGT_DXG_PAGE;
	request_check(dxg, &request, -EFAULT, "address of the kernel");

	/* as much as is there is enough, and no more is read */
	for (uint32_t size = 8; size <= 64; size += 8) {
		uint64_t data[8] = { IGT_DXG_PAGE };

		edge = igt_dxg_before_bad_page(data, size);
		request.info[0].private_driver_data = igt_dxg_ptr(edge);
		request.info[0].private_driver_data_size = size;
		request_check(dxg, &request, 0, "up to a bad page");
		request.info[0].private_driver_data_size = size + 1;
		request_check(dxg, &request, -EFAULT, "into a bad page");
	}
	igt_dxg_destroy_device(dxg, device);
}

static void size_field(struct igt_dxg *dxg)
{
	uint64_t segment = segment_size(dxg);
	const uint64_t good[] = { 1, 4095, 4096, 4097, 12345, 1 << 20, segment - 1, segment };
	const uint64_t bad[] = {
		0, segment + 1, segment + IGT_DXG_PAGE, 2 * segment, 1ULL << 32, 1ULL << 44,
		(1ULL << 32) + IGT_DXG_PAGE, 1ULL << 63, (1ULL << 63) + IGT_DXG_PAGE,
		UINT64_MAX - IGT_DXG_PAGE + 1, UINT64_MAX - IGT_DXG_PAGE + 2, UINT64_MAX,
	};
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	igt_require(segment < 1ULL << 32);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(good); i++) {
		request_init(&request, device, 1);
		request.private[0].size = good[i];
		request_check(dxg, &request, 0, "size");
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		request_init(&request, device, 1);
		request.private[0].size = bad[i];
		request_check(dxg, &request, -EINVAL, "bad size");
	}
	igt_dxg_destroy_device(dxg, device);
}

static void data_fields(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	for (unsigned int bit = 1; bit < 32; bit++) {
		request_init(&request, device, 1);
		request.private[0].flags = 1U << bit;
		request_check(dxg, &request, -EINVAL, "flag");
	}
	/* linear memory has no geometry */
	request_init(&request, device, 1);
	request.private[0].format = FOURCC_XRGB8888;
	request_check(dxg, &request, -EINVAL, "format");
	request_init(&request, device, 1);
	request.private[0].width = 1;
	request_check(dxg, &request, -EINVAL, "width");
	request_init(&request, device, 1);
	request.private[0].height = 1;
	request_check(dxg, &request, -EINVAL, "height");
	request_init(&request, device, 1);
	request.private[0].pitch = 4;
	request_check(dxg, &request, -EINVAL, "pitch");
	request_init(&request, device, 1);
	request.private[0].pad = 1;
	request_check(dxg, &request, -EINVAL, "pad");
	igt_dxg_destroy_device(dxg, device);
}

struct picture {
	uint32_t format;
	uint32_t width;
	uint32_t height;
	uint32_t pitch;
	uint64_t size;
	int result;
};

static const struct picture pictures[] = {
	{ FOURCC_XRGB8888, 64, 64, 256, 64 * 256, 0 },
	{ FOURCC_ARGB8888, 64, 64, 256, 64 * 256, 0 },
	{ FOURCC_XRGB8888, 1, 1, 4, 4, 0 },
	{ FOURCC_XRGB8888, 1, 1, 4, IGT_DXG_PAGE, 0 },
	{ FOURCC_XRGB8888, 33, 7, 132, 7 * 132, 0 },
	{ FOURCC_XRGB8888, 1024, 768, 4096, 768 * 4096, 0 },
	{ FOURCC_XRGB8888, 64, 64, 256, 1 << 20, 0 },
	{ 0, 64, 64, 256, 64 * 256, -EINVAL },
	{ FOURCC_RGB565, 64, 64, 128, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888 | 0x80000000, 64, 64, 256, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 0, 64, 0, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 0, 64, 256, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 64, 0, 256, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 0, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 255, 64 * 256, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 260, 65 * 260, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 512, 64 * 512, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 256, 64 * 256 - 1, -EINVAL },
	{ FOURCC_XRGB8888, 64, 64, 256, 0, -EINVAL },
	/* what wraps in 32 bits: the pitch, then the size */
	{ FOURCC_XRGB8888, 0x40000000, 1, 0, IGT_DXG_PAGE, -EINVAL },
	{ FOURCC_XRGB8888, 0x40000001, 1, 4, IGT_DXG_PAGE, -EINVAL },
	{ FOURCC_XRGB8888, 0x10000, 0x4000, 0x40000, IGT_DXG_PAGE, -EINVAL },
	{ FOURCC_XRGB8888, 0x3fffffff, UINT32_MAX, 0xfffffffc, 1 << 20, -EINVAL },
	{ FOURCC_XRGB8888, UINT32_MAX, UINT32_MAX, UINT32_MAX, 1 << 20, -EINVAL },
};

static void displayable(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;
	char what[80];

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(pictures); i++) {
		const struct picture *picture = &pictures[i];

		request_init(&request, device, 1);
		request.private[0] = (struct drm_dxg_allocation_private) {
			.size = picture->size,
			.flags = DRM_DXG_ALLOCATION_DISPLAYABLE,
			.format = picture->format,
			.width = picture->width,
			.height = picture->height,
			.pitch = picture->pitch,
		};
		snprintf(what, sizeof(what), "%#x %u x %u pitch %u size %llu", picture->format,
			 picture->width, picture->height, picture->pitch,
			 (unsigned long long)picture->size);
		request_check(dxg, &request, picture->result, what);
	}
	request.private[0].size = 64 * 256;
	request.private[0].width = 64;
	request.private[0].height = 64;
	request.private[0].pitch = 256;
	request_check(dxg, &request, 0, "displayable");
	request.private[0].pad = 1;
	request_check(dxg, &request, -EINVAL, "pad");
	igt_dxg_destroy_device(dxg, device);
}

/* --- flags --------------------------------------------------------------- */

static int create_flag(unsigned int bit)
{
	switch (1U << bit) {
	case D3DKMT_CREATE_SHARED:		/* without a resource */
	case D3DKMT_CREATE_PROTECTED:
	case D3DKMT_CREATE_EXISTING_SECTION:
		return -EINVAL;
	case D3DKMT_CREATE_STANDARD_ALLOCATION:	/* without its structure */
	case D3DKMT_CREATE_EXISTING_SYS_MEM:	/* without an address */
		return -EINVAL;
	}
	return bit <= 21 ? 0 : -EINVAL;
}

static void flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;
	char what[32];

	for (unsigned int bit = 0; bit < 32; bit++) {
		snprintf(what, sizeof(what), "flag bit %u", bit);
		request_init(&request, device, 1);
		request.args.flags = 1U << bit;
		request_check(dxg, &request, create_flag(bit), what);
		if (bit == 1)
			continue;
		request_init(&request, device, 1);
		request.args.flags = 1U << bit | D3DKMT_CREATE_RESOURCE;
		request_check(dxg, &request, create_flag(bit), what);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void flags_shared(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	request_init(&request, device, 1);
	request.args.flags = D3DKMT_CREATE_SHARED | D3DKMT_CREATE_RESOURCE;
	request_check(dxg, &request, -EINVAL, "shared by a global handle");
	request_init(&request, device, 1);
	request.args.flags = D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING;
	request_check(dxg, &request, -EINVAL, "shared, no resource");
	request_init(&request, device, 1);
	request.args.flags = D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING |
			     D3DKMT_CREATE_RESOURCE;
	request_check(dxg, &request, 0, "shared");
	igt_dxg_destroy_device(dxg, device);
}

struct standard_case {
	const char *what;
	struct d3dkmt_create_standard_allocation standard;
	uint32_t flags;
	uint64_t sys_mem;
	int result;
};

#define BACKING		D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING
#define HEAP		D3DKMT_STANDARD_ALLOCATION_EXISTING_HEAP
#define SYS_MEM		D3DKMT_CREATE_EXISTING_SYS_MEM

static const struct standard_case standard_cases[] = {
	{ "backing", { .type = BACKING, .size = IGT_DXG_PAGE }, 0, 0, 0 },
	{ "heap", { .type = HEAP, .size = IGT_DXG_PAGE }, SYS_MEM, IGT_DXG_PAGE, -EFAULT },
	{ "type 0", { .type = 0, .size = IGT_DXG_PAGE }, 0, 0, -EINVAL },
	{ "type 3", { .type = 3, .size = IGT_DXG_PAGE }, 0, 0, -EINVAL },
	{ "no size", { .type = BACKING, .size = 0 }, 0, 0, -EINVAL },
	{ "odd size", { .type = BACKING, .size = IGT_DXG_PAGE + 8 }, 0, 0, -EINVAL },
	{ "flags", { .type = BACKING, .size = IGT_DXG_PAGE, .flags = 1 }, 0, 0, -EINVAL },
	{ "heap, no flag", { .type = HEAP, .size = IGT_DXG_PAGE }, 0, IGT_DXG_PAGE, -EINVAL },
	{ "heap, no memory", { .type = HEAP, .size = IGT_DXG_PAGE }, SYS_MEM, 0, -EINVAL },
	{ "heap, odd", { .type = HEAP, .size = IGT_DXG_PAGE }, SYS_MEM, 8, -EINVAL },
	{ "backing, flag", { .type = BACKING, .size = IGT_DXG_PAGE }, SYS_MEM, 0, -EINVAL },
};

static void standard_init(struct request *request, uint32_t device,
			  const struct standard_case *standard)
{
	request_init(request, device, 1);
	request->args.flags = D3DKMT_CREATE_STANDARD_ALLOCATION | D3DKMT_CREATE_RESOURCE |
			      standard->flags;
	request->args.private_driver_data = igt_dxg_ptr(&standard->standard);
	request->info[0].private_driver_data = 0;
	request->info[0].private_driver_data_size = 0;
	request->info[0].sys_mem = standard->sys_mem;
}

static void standard_type(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(standard_cases); i++) {
		const struct standard_case *standard = &standard_cases[i];

		standard_init(&request, device, standard);
		request_check(dxg, &request, standard->result, standard->what);
	}
	standard_init(&request, device, &standard_cases[0]);
	request.args.num_allocations = 2;
	request_check(dxg, &request, -EINVAL, "two standard allocations");
	standard_init(&request, device, &standard_cases[0]);
	request.args.private_driver_data = igt_dxg_ptr(igt_dxg_bad_pointer());
	request_check(dxg, &request, -EFAULT, "bad address");
	standard_init(&request, device, &standard_cases[0]);
	request.info[0].private_driver_data = igt_dxg_ptr(&request.private[0]);
	request.info[0].private_driver_data_size = sizeof(request.private[0]);
	request_check(dxg, &request, -EINVAL, "private data too");
	igt_dxg_destroy_device(dxg, device);
}

static void item_flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;
	char what[32];

	for (unsigned int bit = 0; bit < 32; bit++) {
		snprintf(what, sizeof(what), "item flag bit %u", bit);
		request_init(&request, device, 2);
		request.info[1].flags = 1U << bit;
		request_check(dxg, &request, bit < 3 ? 0 : -EINVAL, what);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- addresses ----------------------------------------------------------- */

static void sys_mem(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint64_t page = igt_dxg_ptr(igt_dxg_bad_pointer());
	struct request request;

	for (int with = 0; with < 2; with++) {
		request_init(&request, device, 2);
		request.args.flags = with ? D3DKMT_CREATE_EXISTING_SYS_MEM : 0;
		request.info[0].sys_mem = page;
		request.info[1].sys_mem = page;
		request_check(dxg, &request, with ? -EFAULT : -EINVAL, "system memory");
	}
	request_init(&request, device, 2);
	request.args.flags = D3DKMT_CREATE_EXISTING_SYS_MEM;
	request.info[0].sys_mem = page + 8;
	request.info[1].sys_mem = page + 8;
	request_check(dxg, &request, -EINVAL, "unaligned");
	for (int with = 0; with < 2; with++) {
		request_init(&request, device, 2);
		request.args.flags = D3DKMT_CREATE_EXISTING_SYS_MEM;
		request.info[with].sys_mem = page;
		request_check(dxg, &request, -EINVAL, "not for all");
	}
	igt_dxg_destroy_device(dxg, device);
}

static void ignored_fields(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	request_init(&request, device, 1);
	request.args.global_share = 0x12345678;
	request.args.pad0 = UINT32_MAX;
	request.args.pad1 = UINT32_MAX;
	request.args.pad2 = UINT32_MAX;
	request.args.private_runtime_resource_handle = UINT64_MAX;
	request.info[0].allocation = UINT32_MAX;
	request.info[0].pad = UINT32_MAX;
	request.info[0].pad1 = UINT32_MAX;
	request.info[0].vidpn_source_id = UINT32_MAX;
	request.info[0].gpu_virtual_address = UINT64_MAX;
	request.info[0].priority = UINT64_MAX;
	memset(request.info[0].reserved, 0xff, sizeof(request.info[0].reserved));
	request_check(dxg, &request, 0, "ignored fields");
	igt_assert_eq_u32(request.args.global_share, 0x12345678);
	igt_assert_eq_u32(request.args.resource, 0);
	igt_dxg_destroy_device(dxg, device);
}

static void extra_data(struct igt_dxg *dxg)
{
	static uint8_t data[D3DKMT_MAX_PRIVATE_DATA];
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;

	request_init(&request, device, 1);
	request.args.flags = D3DKMT_CREATE_RESOURCE;
	request.args.private_runtime_data = igt_dxg_ptr(data);
	request.args.private_runtime_data_size = 100;
	request.args.private_driver_data = igt_dxg_ptr(data);
	request.args.private_driver_data_size = 100;
	request_check(dxg, &request, 0, "data of the resource");
	request.args.private_runtime_data_size = D3DKMT_MAX_PRIVATE_DATA;
	request_check(dxg, &request, -EINVAL, "much runtime data");
	request.args.private_runtime_data_size = UINT32_MAX;
	request_check(dxg, &request, -EINVAL, "too much runtime data");
	request.args.private_runtime_data_size = 0;
	request.args.private_driver_data_size = D3DKMT_MAX_PRIVATE_DATA;
	request_check(dxg, &request, -EINVAL, "much driver data");
	request.args.private_driver_data_size = UINT32_MAX;
	request_check(dxg, &request, -EINVAL, "too much driver data");
	igt_dxg_destroy_device(dxg, device);
}

static void item_address(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct request request;
	void *edge;

	for (uint32_t flags = 0; flags <= D3DKMT_CREATE_RESOURCE; flags++) {
		request_init(&request, device, 3);
		request.args.flags = flags;
		request.args.allocation_info = 0;
		request_check(dxg, &request, -EINVAL, "NULL");
		request.args.allocation_info = igt_dxg_ptr(igt_dxg_bad_pointer());
		request_check(dxg, &request, -EFAULT, "bad address");
		request.args.allocation_info = -(uint64_t)IGT_DXG_PAGE;
		request_check(dxg, &request, -EFAULT, "address of the kernel");
		edge = igt_dxg_before_bad_page(request.info, 2 * sizeof(request.info[0]));
		request.args.allocation_info = igt_dxg_ptr(edge);
		request_check(dxg, &request, -EFAULT, "the last item is not there");
		edge = igt_dxg_before_bad_page(request.info, 3 * sizeof(request.info[0]) - 1);
		request.args.allocation_info = igt_dxg_ptr(edge);
		request_check(dxg, &request, -EFAULT, "its last byte is not there");
	}

	/* an empty resource needs none */
	request_init(&request, device, 0);
	request.args.flags = D3DKMT_CREATE_RESOURCE;
	request.args.allocation_info = igt_dxg_ptr(igt_dxg_bad_pointer());
	request_check(dxg, &request, 0, "no item");
	igt_dxg_destroy_device(dxg, device);
}

/* What cannot be returned is not created: the call's structure, or the items. */
static void read_only(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_state before;
	struct request request;

	igt_dxg_read_state_all(dxg, &before);
	for (uint32_t flags = 0; flags <= D3DKMT_CREATE_RESOURCE; flags++) {
		request_init(&request, device, 3);
		request.args.flags = flags;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2,
					    igt_dxg_read_only(&request.args,
							      sizeof(request.args))), -EFAULT);
		igt_dxg_assert_no_leak(dxg, &before);
		request.args.allocation_info =
			igt_dxg_ptr(igt_dxg_read_only(request.info, sizeof(request.info)));
		igt_assert_eq(request_send(dxg, &request), -EFAULT);
		igt_dxg_assert_no_leak(dxg, &before);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* Handles that were written before the call failed are not valid. */
static void handles_of_failure(struct igt_dxg *dxg)
{
	static uint8_t image[2 * IGT_DXG_PAGE];
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_allocation_info2 *info;
	struct request request;
	size_t offset = IGT_DXG_PAGE - 2 * sizeof(*info);
	uint8_t *pages;

	/* the last item is in a page that cannot be written */
	request_init(&request, device, 3);
	memcpy(image + offset, request.info, 3 * sizeof(*info));
	pages = igt_dxg_read_only(image, sizeof(image));
	igt_assert_eq(mprotect(pages, IGT_DXG_PAGE, PROT_READ | PROT_WRITE), 0);
	info = (struct d3dkmt_allocation_info2 *)(pages + offset);
	request.args.allocation_info = igt_dxg_ptr(info);
	request_check(dxg, &request, -EFAULT, "the last item cannot be written");
	for (int i = 0; i < 3; i++)
		igt_assert(!igt_dxg_is_allocation(dxg, device, info[i].allocation));
	igt_dxg_destroy_device(dxg, device);
}

/* --- all or nothing ------------------------------------------------------ */

enum spoil {
	SPOIL_SIZE, SPOIL_FLAGS, SPOIL_DATA_SIZE, SPOIL_DATA_FLAGS, SPOIL_NULL, SPOIL_ADDRESS,
	SPOIL_SYS_MEM, SPOILS,
};

static int spoil_item(struct request *request, uint32_t i, enum spoil spoil)
{
	switch (spoil) {
	case SPOIL_SIZE:
		request->private[i].size = 0;
		break;
	case SPOIL_FLAGS:
		request->info[i].flags = 1U << 31;
		break;
	case SPOIL_DATA_SIZE:
		request->info[i].private_driver_data_size = 7;
		break;
	case SPOIL_DATA_FLAGS:
		request->private[i].flags = 1U << 31;
		break;
	case SPOIL_NULL:
		request->info[i].private_driver_data = 0;
		break;
	case SPOIL_SYS_MEM:
		request->info[i].sys_mem = IGT_DXG_PAGE;
		break;
	default:
		request->info[i].private_driver_data = igt_dxg_ptr(igt_dxg_bad_pointer());
		return -EFAULT;
	}
	return -EINVAL;
}

/* One bad item at the first, middle or last place refuses the whole call. */
static void one_bad(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), child;
	uint32_t resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &child);
	struct request request;

	for (int spoil = 0; spoil < SPOILS; spoil++) {
		for (uint32_t place = 0; place < ITEMS; place += ITEMS / 2) {
			char what[32];
			int result;

			snprintf(what, sizeof(what), "bad in way %d at %u", spoil, place);
			request_init(&request, device, ITEMS);
			result = spoil_item(&request, place, spoil);
			request_check(dxg, &request, result, what);
			request.args.flags = D3DKMT_CREATE_RESOURCE;
			request_check(dxg, &request, result, what);
			request.args.flags = 0;
			request.args.resource = resource;
			request_check(dxg, &request, result, what);
		}
	}
	igt_assert(igt_dxg_is_resource(dxg, device, resource));
	igt_dxg_destroy_device(dxg, device);
}

static void bad_among_many(struct igt_dxg *dxg)
{
	static struct d3dkmt_allocation_info2 info[MAX];
	uint32_t device = igt_dxg_create_device(dxg);
	struct drm_dxg_allocation_private good = { .size = IGT_DXG_PAGE };
	struct drm_dxg_allocation_private bad = {};
	struct request request;

	for (uint32_t place = 0; place < MAX; place += (MAX - 1) / 3) {
		memset(info, 0, sizeof(info));
		for (uint32_t i = 0; i < MAX; i++) {
			info[i].private_driver_data = igt_dxg_ptr(i == place ? &bad : &good);
			info[i].private_driver_data_size = sizeof(good);
		}
		request_init(&request, device, MAX);
		request.args.allocation_info = igt_dxg_ptr(info);
		request_check(dxg, &request, -EINVAL, "one of many is bad");
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- memory -------------------------------------------------------------- */

static void lazy(struct igt_dxg *dxg)
{
	const uint64_t size = 1 << 20;
	uint32_t device = igt_dxg_create_device(dxg), handles[3], resource;
	struct igt_dxg_state before;

	igt_dxg_read_state_all(dxg, &before);
	resource = igt_dxg_create_resource(dxg, device, size, 3, handles);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before.backing_bytes);
	for (int i = 0; i < 3; i++) {
		memset(igt_dxg_lock(dxg, device, handles[i]), 1, size);
		igt_assert_lte_u64(before.backing_bytes + (i + 1) * size,
				   igt_dxg_read_state(dxg, "backing_bytes"));
		igt_dxg_unlock(dxg, device, handles[i]);
	}
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_dxg_wait_idle(dxg, &before);
	igt_dxg_destroy_device(dxg, device);
}

/* Far more than the segment can be promised. */
static void over_commit(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[100];
	uint64_t before = igt_dxg_read_state(dxg, "backing_bytes");

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, segment_size(dxg), 100, handles), 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before);
	igt_dxg_destroy_device(dxg, device);
}

/* --- handles that come back, races --------------------------------------- */

static void generation(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[MAX], first, resource;
	unsigned int rounds = igt_dxg_scale(100);

	first = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
	igt_dxg_destroy_allocation(dxg, device, first);
	for (unsigned int i = 0; i < rounds; i++) {
		resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, MAX, handles);
		igt_assert_neq_u32(resource, first);
		for (uint32_t j = 0; j < MAX; j++)
			igt_assert_neq_u32(handles[j], first);
		igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	}
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, first), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

struct race {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t resource;
};

static int race_add(void *data)
{
	struct race *race = data;
	uint32_t handles[16];

	return __igt_dxg_create(race->dxg, race->device, 0, &race->resource, IGT_DXG_PAGE, 16,
				handles);
}

static int race_destroy(void *data)
{
	struct race *race = data;

	return __igt_dxg_destroy2(race->dxg, race->device, race->resource, NULL, 0, 0);
}

/* What is added to a resource while it is destroyed goes with it, or is refused. */
static void race_add_destroy(struct igt_dxg *dxg)
{
	struct race race = { .dxg = dxg };
	unsigned int rounds = igt_dxg_scale(300);
	struct igt_dxg_state before;
	int ret[2];

	race.device = igt_dxg_create_device(dxg);
	igt_dxg_read_state_all(dxg, &before);
	for (unsigned int i = 0; i < rounds; i++) {
		race.resource = igt_dxg_create_resource(dxg, race.device, 0, 0, NULL);
		igt_dxg_race(race_add, race_destroy, &race, i, ret);
		igt_assert_f(ret[0] == 0 || ret[0] == -EINVAL, "%d\n", ret[0]);
		igt_assert_eq(ret[1], 0);
	}
	igt_dxg_assert_no_leak(dxg, &before);
	igt_dxg_destroy_device(dxg, race.device);
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("stand-alone", "1 to 1024 allocations without a resource.", stand_alone),
	IGT_DXG_TEST("in-resource", "1 to 1024 allocations in a new resource.", in_resource),
	IGT_DXG_TEST("empty-resource", "A resource may begin empty.", empty_resource),
	IGT_DXG_TEST("add-to-resource", "A resource may grow without limit.", add_to_resource),
	IGT_DXG_TEST("count-refused", "1025 are refused, and 0 without a new resource.",
		     count_refused),
	IGT_DXG_TEST("bad-device", "Allocations need a live device.", bad_device),
	IGT_DXG_TEST("bad-resource", "They are added to a live resource of the device only.",
		     bad_resource),
	IGT_DXG_TEST("foreign-device", "A device of another process is none.", foreign_device),
	IGT_DXG_TEST("data-size", "Private data may have 8 bytes to 128 KiB less one.", data_size),
	IGT_DXG_TEST("data-tail", "What the driver does not know of them must be 0.", data_tail),
	IGT_DXG_TEST("data-address", "Private data must be readable.", data_address),
	IGT_DXG_TEST("data-fields", "Linear memory has no flags and no geometry.", data_fields),
	IGT_DXG_TEST("size-field", "The size is 1 to the size of the segment.", size_field),
	IGT_DXG_TEST("displayable", "Geometry is that of 32-bit pixels and fits.", displayable),
	IGT_DXG_TEST("flags", "Each flag of CreateAllocation2 alone.", flags),
	IGT_DXG_TEST("flags-shared", "Shared resources are not supported yet.", flags_shared),
	IGT_DXG_TEST("standard", "Standard allocations are checked, and not supported.",
		     standard_type),
	IGT_DXG_TEST("item-flags", "Each flag of an item alone.", item_flags),
	IGT_DXG_TEST("sys-mem", "System memory is aligned, for all items, and refused.", sys_mem),
	IGT_DXG_TEST("ignored-fields", "What is ignored may hold anything.", ignored_fields),
	IGT_DXG_TEST("extra-data", "Data of the resource is limited.", extra_data),
	IGT_DXG_TEST("item-address", "The array of items must be readable.", item_address),
	IGT_DXG_TEST("read-only", "What cannot be returned is not created.", read_only),
	IGT_DXG_TEST("handles-of-failure", "No handle of a failed call is valid.",
		     handles_of_failure),
	IGT_DXG_TEST("one-bad", "One bad item refuses the whole call.", one_bad),
	IGT_DXG_TEST("bad-among-many", "Also among 1024.", bad_among_many),
	IGT_DXG_TEST("lazy", "Memory is taken at first use, and comes back.", lazy),
	IGT_DXG_TEST("over-commit", "More may be created than fits.", over_commit),
	IGT_DXG_TEST_LONG("generation", "A dead handle does not come back in 100,000.",
			  generation),
	IGT_DXG_TEST("race-add-destroy", "Nothing is added to a resource that goes.",
		     race_add_destroy),
	{ }
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
