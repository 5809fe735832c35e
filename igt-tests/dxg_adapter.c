// SPDX-License-Identifier: MIT
/*
 * Adapters: enumeration, opening, closing, and what they say about themselves.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"

IGT_TEST_DESCRIPTION("Adapters of dxg");

#define DEAD_HANDLE	0x7fffffc0U

static int enum3(struct igt_dxg *dxg, uint64_t filter, struct d3dkmt_adapter_info *info,
		 uint32_t *count)
{
	struct d3dkmt_enum_adapters3 args = {
		.filter = filter,
		.num_adapters = *count,
		.adapters = igt_dxg_ptr(info),
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS3, &args);

	*count = args.num_adapters;
	return ret;
}

/*
 * Whether the handle that the test began with is still the only opening of the
 * adapter: closing it takes a device along. The adapter is opened again.
 */
static void assert_only_opening(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t state;

	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq(__igt_dxg_device_state(dxg, device, &state), -EINVAL);
	dxg->adapter = igt_dxg_open_adapter(dxg);
}

/* --- enumeration --------------------------------------------------------- */

static void check_list(struct igt_dxg *dxg, const struct d3dkmt_adapter_info *info, uint32_t count)
{
	bool found = false;

	if (dxg->door != DXG_DOOR_DXG)
		igt_assert_eq(count, 1);
	for (uint32_t i = 0; i < count; i++) {
		igt_assert_neq_u32(info[i].adapter, 0);
		igt_assert_neq_u32(info[i].adapter, dxg->adapter);
		igt_assert_eq_u32(info[i].num_sources, 0);
		igt_assert_eq_u32(info[i].precise_present_regions_preferred, 0);
		if (!memcmp(&info[i].adapter_luid, &dxg->luid, sizeof(dxg->luid)))
			found = true;
		for (uint32_t j = 0; j < i; j++) {
			igt_assert_neq_u32(info[i].adapter, info[j].adapter);
			igt_assert(memcmp(&info[i].adapter_luid, &info[j].adapter_luid,
					  sizeof(dxg->luid)));
		}
	}
	igt_assert(found);
}

static void close_list(struct igt_dxg *dxg, const struct d3dkmt_adapter_info *info, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		igt_dxg_close_adapter(dxg, info[i].adapter);
	for (uint32_t i = 0; i < count; i++)
		igt_assert_eq(__igt_dxg_close_adapter(dxg, info[i].adapter), -EINVAL);
}

static void enum2(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	uint32_t count = D3DKMT_MAX_ENUM_ADAPTERS;

	memset(info, 0xff, sizeof(info));
	igt_assert_eq(__igt_dxg_enum(dxg, info, &count), 0);
	check_list(dxg, info, count);
	close_list(dxg, info, count);

	/* exactly as much room as is needed */
	igt_assert_eq(__igt_dxg_enum(dxg, info, &count), 0);
	check_list(dxg, info, count);
	close_list(dxg, info, count);
	assert_only_opening(dxg);
}

static void enum2_count(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	uint32_t all = D3DKMT_MAX_ENUM_ADAPTERS, count;

	igt_assert_eq(__igt_dxg_enum(dxg, info, &all), 0);
	close_list(dxg, info, all);
	for (uint32_t room = 0; room < 3; room++) {
		count = room;
		igt_assert_eq(__igt_dxg_enum(dxg, NULL, &count), 0);
		igt_assert_eq_u32(count, all);
	}
	assert_only_opening(dxg);
}

static void enum2_room(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS + 1];
	uint32_t all = 0, count;

	igt_assert_eq(__igt_dxg_enum(dxg, NULL, &all), 0);
	for (uint32_t room = 0; room < all; room++) {
		count = room;
		igt_assert_eq(__igt_dxg_enum(dxg, info, &count), -EOVERFLOW);
	}
	count = D3DKMT_MAX_ENUM_ADAPTERS + 1;
	igt_assert_eq(__igt_dxg_enum(dxg, info, &count), -EINVAL);
	count = UINT32_MAX;
	igt_assert_eq(__igt_dxg_enum(dxg, info, &count), -EINVAL);
	assert_only_opening(dxg);
}

static void enum2_distinct(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info first[D3DKMT_MAX_ENUM_ADAPTERS];
	struct d3dkmt_adapter_info second[D3DKMT_MAX_ENUM_ADAPTERS];
	uint32_t count = D3DKMT_MAX_ENUM_ADAPTERS, again = D3DKMT_MAX_ENUM_ADAPTERS;

	igt_assert_eq(__igt_dxg_enum(dxg, first, &count), 0);
	igt_assert_eq(__igt_dxg_enum(dxg, second, &again), 0);
	igt_assert_eq_u32(count, again);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < count; j++)
			igt_assert_neq_u32(first[i].adapter, second[j].adapter);

	/* each wants its own close */
	close_list(dxg, first, count);
	close_list(dxg, second, count);
	assert_only_opening(dxg);
}

static void enum2_address(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info = {};
	uint32_t count = 1;

	if (dxg->door == DXG_DOOR_DXG)
		count = D3DKMT_MAX_ENUM_ADAPTERS;
	igt_assert_eq(__igt_dxg_enum(dxg, igt_dxg_bad_pointer(), &count), -EFAULT);
	count = D3DKMT_MAX_ENUM_ADAPTERS;
	igt_assert_eq(__igt_dxg_enum(dxg, igt_dxg_read_only(&info, sizeof(info)), &count),
		      -EFAULT);
	assert_only_opening(dxg);
}

static void enum3_fill(struct igt_dxg *dxg)
{
	static const uint64_t filters[] = {
		0, D3DKMT_ENUM_INCLUDE_COMPUTE_ONLY, D3DKMT_ENUM_INCLUDE_DISPLAY_ONLY,
		D3DKMT_ENUM_INCLUDE_COMPUTE_ONLY | D3DKMT_ENUM_INCLUDE_DISPLAY_ONLY,
	};
	struct d3dkmt_adapter_info info[16];
	uint32_t count, all = 0;

	igt_assert_eq(__igt_dxg_enum(dxg, NULL, &all), 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(filters); i++) {
		count = IGT_DXG_ARRAY_SIZE(info);
		igt_assert_eq(enum3(dxg, filters[i], info, &count), 0);
		igt_assert_eq_u32(count, all);
		check_list(dxg, info, count);
		close_list(dxg, info, count);
	}
	assert_only_opening(dxg);
}

static void enum3_count(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info = { .adapter = 1 };
	uint32_t all = 0, count = 0;

	igt_assert_eq(__igt_dxg_enum(dxg, NULL, &all), 0);
	igt_assert_eq(enum3(dxg, 0, NULL, &count), 0);
	igt_assert_eq_u32(count, all);
	count = 5;
	igt_assert_eq(enum3(dxg, 0, NULL, &count), 0);
	igt_assert_eq_u32(count, all);
	count = 0;
	igt_assert_eq(enum3(dxg, 0, &info, &count), 0);
	igt_assert_eq_u32(count, all);
	igt_assert_eq_u32(info.adapter, 1);
	assert_only_opening(dxg);
}

static void enum3_room(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[16];
	uint32_t all = 0, count;

	igt_assert_eq(__igt_dxg_enum(dxg, NULL, &all), 0);
	igt_assert_lte(all, IGT_DXG_ARRAY_SIZE(info));
	for (uint32_t room = 1; room < all; room++) {
		count = room;
		igt_assert_eq(enum3(dxg, 0, info, &count), -EOVERFLOW);
	}
	count = D3DKMT_MAX_ENUM_ADAPTERS3 + 1;
	igt_assert_eq(enum3(dxg, 0, info, &count), -EINVAL);
	count = UINT32_MAX;
	igt_assert_eq(enum3(dxg, 0, info, &count), -EINVAL);
	assert_only_opening(dxg);

	/* only what exists is written */
	count = D3DKMT_MAX_ENUM_ADAPTERS3;
	igt_assert_eq(enum3(dxg, 0, info, &count), 0);
	close_list(dxg, info, count);
}

static void enum3_filter(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[16];
	uint32_t count;

	for (unsigned int bit = 2; bit < 64; bit++) {
		count = IGT_DXG_ARRAY_SIZE(info);
		igt_assert_eq(enum3(dxg, 1ULL << bit, info, &count), -EINVAL);
	}
	assert_only_opening(dxg);
}

static void enum3_address(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info = {};
	uint32_t count = 16;

	igt_assert_eq(enum3(dxg, 0, igt_dxg_bad_pointer(), &count), -EFAULT);
	count = 16;
	igt_assert_eq(enum3(dxg, 0, igt_dxg_read_only(&info, sizeof(info)), &count), -EFAULT);
	assert_only_opening(dxg);
}

static void enum_args_read_only(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_info info[16];
	struct d3dkmt_enum_adapters2 args2 = {
		.num_adapters = IGT_DXG_ARRAY_SIZE(info),
		.adapters = igt_dxg_ptr(info),
	};
	struct d3dkmt_enum_adapters3 args3 = {
		.num_adapters = IGT_DXG_ARRAY_SIZE(info),
		.adapters = igt_dxg_ptr(info),
	};
	struct d3dkmt_open_adapter_from_luid luid = { .adapter_luid = dxg->luid };

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS2,
				    igt_dxg_read_only(&args2, sizeof(args2))), -EFAULT);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ENUM_ADAPTERS3,
				    igt_dxg_read_only(&args3, sizeof(args3))), -EFAULT);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID,
				    igt_dxg_read_only(&luid, sizeof(luid))), -EFAULT);
	assert_only_opening(dxg);
}

/* --- opening and closing ------------------------------------------------- */

static void open_from_luid(struct igt_dxg *dxg)
{
	uint32_t adapters[100];

	for (int i = 0; i < 100; i++) {
		adapters[i] = igt_dxg_open_adapter(dxg);
		igt_assert_neq_u32(adapters[i], dxg->adapter);
		for (int j = 0; j < i; j++)
			igt_assert_neq_u32(adapters[i], adapters[j]);
	}
	for (int i = 0; i < 100; i++)
		igt_dxg_close_adapter(dxg, adapters[i]);
	assert_only_opening(dxg);
}

static void open_unknown_luid(struct igt_dxg *dxg)
{
	struct d3dkmt_open_adapter_from_luid args;
	struct d3dkmt_luid luid;
	uint32_t adapter;

	for (unsigned int bit = 0; bit < 64; bit++) {
		luid = dxg->luid;
		if (bit < 32)
			luid.low ^= 1U << bit;
		else
			luid.high ^= 1U << (bit - 32);
		if (__igt_dxg_open_adapter(dxg, luid, &adapter) == 0) {
			/* a bit away from another adapter, but only on /dev/dxg */
			igt_assert_eq(dxg->door, DXG_DOOR_DXG);
			igt_dxg_close_adapter(dxg, adapter);
		} else {
			igt_assert_eq(__igt_dxg_open_adapter(dxg, luid, &adapter), -EINVAL);
		}
	}

	/* what is written there is no input */
	args.adapter_luid = (struct d3dkmt_luid) { 0, 0 };
	args.adapter = dxg->adapter;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID, &args), -EINVAL);
	assert_only_opening(dxg);
}

static void own_adapter_only(struct igt_dxg *dxg)
{
	bool virtio = !strcmp(dxg->driver, "virtio_gpu");
	struct igt_dxg *other = igt_dxg_open(dxg->door, virtio ? "vkms" : "virtio_gpu");
	uint32_t adapter;

	igt_assert(memcmp(&dxg->luid, &other->luid, sizeof(dxg->luid)));
	igt_assert_eq(__igt_dxg_open_adapter(dxg, other->luid, &adapter), -EINVAL);
	igt_assert_eq(__igt_dxg_open_adapter(other, dxg->luid, &adapter), -EINVAL);
	igt_dxg_close(other);
}

static void all_adapters(struct igt_dxg *dxg)
{
	bool virtio = !strcmp(dxg->driver, "virtio_gpu");
	struct igt_dxg *other = igt_dxg_open(DXG_DOOR_RENDER, virtio ? "vkms" : "virtio_gpu");
	struct d3dkmt_adapter_info info[16];
	uint32_t count = IGT_DXG_ARRAY_SIZE(info), adapter;
	bool found = false;

	igt_assert_eq(__igt_dxg_enum(dxg, info, &count), 0);
	for (uint32_t i = 0; i < count; i++)
		if (!memcmp(&info[i].adapter_luid, &other->luid, sizeof(other->luid)))
			found = true;
	igt_assert(found);
	close_list(dxg, info, count);

	igt_assert_eq(__igt_dxg_open_adapter(dxg, other->luid, &adapter), 0);
	igt_dxg_close_adapter(dxg, adapter);
	igt_dxg_close(other);
}

static void same_luid(struct igt_dxg *dxg)
{
	for (int door = 0; door < DXG_DOORS; door++) {
		struct igt_dxg *other = igt_dxg_open(door, dxg->driver);

		igt_assert_eq_u32(other->luid.low, dxg->luid.low);
		igt_assert_eq(other->luid.high, dxg->luid.high);
		igt_dxg_close(other);
	}
}

static void close_refused(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t adapter = igt_dxg_open_adapter(dxg);

	igt_dxg_close_adapter(dxg, 0);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, device), -EINVAL);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, DEAD_HANDLE), -EINVAL);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, UINT32_MAX), -EINVAL);
	for (unsigned int bit = 0; bit < 6; bit++)
		igt_assert_eq(__igt_dxg_close_adapter(dxg, adapter ^ 1U << bit), -EINVAL);
	for (unsigned int top = 0; top < 4; top++)
		if (top != adapter >> 30)
			igt_assert_eq(__igt_dxg_close_adapter(dxg, (adapter & 0x3fffffff) |
							      top << 30), -EINVAL);
	igt_dxg_close_adapter(dxg, adapter);
	igt_assert_eq(__igt_dxg_close_adapter(dxg, adapter), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void close_last(struct igt_dxg *dxg)
{
	uint32_t second = igt_dxg_open_adapter(dxg);
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint32_t state;

	/* the device was made with this handle, but belongs to the process */
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq_u32(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert(igt_dxg_is_allocation(dxg, device, allocation));

	igt_dxg_close_adapter(dxg, second);
	igt_assert_eq(__igt_dxg_device_state(dxg, device, &state), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_device(dxg, device), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, context), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, allocation), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, fence), -EINVAL);
	dxg->adapter = igt_dxg_open_adapter(dxg);
}

/* --- what an adapter says ------------------------------------------------ */

struct query_type {
	uint32_t type;
	uint32_t size;
};

static const struct query_type query_types[] = {
	{ D3DKMT_QAI_SEGMENT_SIZE, sizeof(struct d3dkmt_segment_size_info) },
	{ D3DKMT_QAI_ADAPTER_ADDRESS, sizeof(struct d3dkmt_adapter_address) },
	{ D3DKMT_QAI_DRIVER_VERSION, sizeof(uint32_t) },
	{ D3DKMT_QAI_ADAPTER_TYPE, sizeof(uint32_t) },
	{ D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT, sizeof(uint32_t) },
	{ D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, sizeof(struct d3dkmt_query_device_ids) },
	{ D3DKMT_QAI_ADAPTER_TYPE_RENDER, sizeof(uint32_t) },
	{ D3DKMT_QAI_DRIVER_DESCRIPTION, sizeof(struct d3dkmt_driver_description) },
	{ D3DKMT_QAI_DRIVER_DESCRIPTION_RENDER, sizeof(struct d3dkmt_driver_description) },
	{ D3DKMT_QAI_WDDM_2_7_CAPS, sizeof(uint32_t) },
};

/* Zeroed, because some types have input fields. */
static uint8_t *query_buffer(size_t size)
{
	uint8_t *buffer = calloc(1, size);

	igt_assert(buffer);
	return buffer;
}

static void query_size(struct igt_dxg *dxg)
{
	uint8_t *buffer = query_buffer(D3DKMT_MAX_PRIVATE_DATA + 1);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(query_types); i++) {
		const struct query_type *query = &query_types[i];

		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, buffer, 0), -EINVAL);
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, buffer,
					      query->size - 1), -EINVAL);
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, buffer,
					      D3DKMT_MAX_PRIVATE_DATA + 1), -EINVAL);
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, buffer,
					      UINT32_MAX), -EINVAL);
		memset(buffer, 0, query->size);
		igt_dxg_query(dxg, query->type, buffer, query->size);
		memset(buffer, 0, query->size);
		igt_dxg_query(dxg, query->type, buffer, query->size + 1);
		memset(buffer, 0, query->size);
		igt_dxg_query(dxg, query->type, buffer, D3DKMT_MAX_PRIVATE_DATA);
	}
	free(buffer);
}

static void query_address(struct igt_dxg *dxg)
{
	uint8_t *buffer = query_buffer(D3DKMT_MAX_PRIVATE_DATA);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(query_types); i++) {
		const struct query_type *query = &query_types[i];
		void *read_only = igt_dxg_read_only(buffer, query->size);
		void *edge = igt_dxg_before_bad_page(buffer, query->size);

		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, NULL, query->size),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type,
					      igt_dxg_bad_pointer(), query->size), -EFAULT);
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, query->type, read_only,
					      query->size), -EFAULT);
		/* nothing is touched behind the structure */
		igt_dxg_query(dxg, query->type, edge, query->size);
	}
	free(buffer);
}

static bool known_type(uint32_t type)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(query_types); i++)
		if (query_types[i].type == type)
			return true;
	return false;
}

static void query_unknown(struct igt_dxg *dxg)
{
	static const uint32_t far[] = { 1000, 0x10000, 0x80000000, UINT32_MAX };
	uint8_t *buffer = query_buffer(D3DKMT_MAX_PRIVATE_DATA);

	for (uint32_t type = 0; type < 256; type++)
		if (!known_type(type))
			igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, type, buffer,
						      IGT_DXG_PAGE), -EINVAL);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(far); i++)
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter, far[i], buffer, IGT_DXG_PAGE),
			      -EINVAL);
	free(buffer);
}

static void query_adapter(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t closed = igt_dxg_open_adapter(dxg);
	uint32_t bad[] = { 0, DEAD_HANDLE, UINT32_MAX, device, closed, dxg->adapter | 1 };
	uint32_t version;

	igt_dxg_close_adapter(dxg, closed);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(__igt_dxg_query(dxg, bad[i], D3DKMT_QAI_DRIVER_VERSION, &version,
					      sizeof(version)), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void query_numbers(struct igt_dxg *dxg)
{
	const uint32_t types = D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED |
			       D3DKMT_ADAPTER_TYPE_DISPLAY_SUPPORTED |
			       D3DKMT_ADAPTER_TYPE_SOFTWARE_DEVICE;
	uint32_t value, render;

	igt_dxg_query(dxg, D3DKMT_QAI_DRIVER_VERSION, &value, sizeof(value));
	igt_assert_eq_u32(value, D3DKMT_DRIVER_VERSION_WDDM_2_7);
	igt_dxg_query(dxg, D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT, &value, sizeof(value));
	igt_assert_eq_u32(value, 1);
	value = UINT32_MAX;
	igt_dxg_query(dxg, D3DKMT_QAI_WDDM_2_7_CAPS, &value, sizeof(value));
	igt_assert_eq_u32(value, 0);

	igt_dxg_query(dxg, D3DKMT_QAI_ADAPTER_TYPE, &value, sizeof(value));
	igt_dxg_query(dxg, D3DKMT_QAI_ADAPTER_TYPE_RENDER, &render, sizeof(render));
	igt_assert_eq_u32(value, render);
	igt_assert(value & D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED);
	igt_assert_eq_u32(value & ~types, 0);
}

static void query_segment_size(struct igt_dxg *dxg)
{
	uint64_t ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * IGT_DXG_PAGE;
	struct d3dkmt_segment_size_info info;

	memset(&info, 0xff, sizeof(info));
	igt_dxg_query(dxg, D3DKMT_QAI_SEGMENT_SIZE, &info, sizeof(info));
	igt_assert_lt_u64(0, info.dedicated_video_memory_size);
	igt_assert_eq_u64(info.dedicated_video_memory_size % IGT_DXG_PAGE, 0);
	igt_assert_eq_u64(info.dedicated_system_memory_size, 0);
	igt_assert_lte_u64(info.shared_system_memory_size, ram);
}

static unsigned int read_sysfs(const struct d3dkmt_adapter_address *address, const char *name)
{
	unsigned int value;
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:%02x:%02x.%x/%s", address->bus,
		 address->device, address->function, name);
	file = fopen(path, "re");
	igt_assert_f(file, "no device at the PCI address: %s\n", path);
	igt_assert_eq(fscanf(file, "%x", &value), 1);
	fclose(file);
	return value;
}

static void query_ids(struct igt_dxg *dxg)
{
	struct d3dkmt_adapter_address address = {};
	struct d3dkmt_query_device_ids ids;

	memset(&ids, 0xff, sizeof(ids));
	ids.physical_adapter_index = 0;
	igt_dxg_query(dxg, D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, &ids, sizeof(ids));
	igt_dxg_query(dxg, D3DKMT_QAI_ADAPTER_ADDRESS, &address, sizeof(address));
	igt_assert_eq_u32(ids.physical_adapter_index, 0);

	/* vkms is on no bus and says so; virtio-gpu is what sysfs says it is */
	if (!strcmp(dxg->driver, "vkms")) {
		const struct d3dkmt_query_device_ids none = {
			.bus_type = D3DKMT_BUS_TYPE_INTERNAL,
		};

		igt_assert_eq(memcmp(&ids, &none, sizeof(ids)), 0);
		igt_assert_eq_u32(address.bus, UINT32_MAX);
		igt_assert_eq_u32(address.device, UINT32_MAX);
		igt_assert_eq_u32(address.function, UINT32_MAX);
		return;
	}
	igt_require_f(address.bus != UINT32_MAX, "virtio-gpu is not on PCI\n");
	igt_assert_eq_u32(ids.bus_type, D3DKMT_BUS_TYPE_PCI);
	igt_assert_eq_u32(ids.vendor_id, read_sysfs(&address, "vendor"));
	igt_assert_eq_u32(ids.device_id, read_sysfs(&address, "device"));
	igt_assert_eq_u32(ids.sub_vendor_id, read_sysfs(&address, "subsystem_vendor"));
	igt_assert_eq_u32(ids.sub_system_id, read_sysfs(&address, "subsystem_device"));
	igt_assert_eq_u32(ids.revision_id, read_sysfs(&address, "revision"));
}

static void query_ids_index(struct igt_dxg *dxg)
{
	static const uint32_t indices[] = { 1, 2, 0x80000000, UINT32_MAX };
	struct d3dkmt_query_device_ids ids = {};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(indices); i++) {
		ids.physical_adapter_index = indices[i];
		igt_assert_eq(__igt_dxg_query(dxg, dxg->adapter,
					      D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, &ids,
					      sizeof(ids)), -EINVAL);
	}
}

static void query_description(struct igt_dxg *dxg)
{
	static struct d3dkmt_driver_description text, render;
	char plain[512];
	size_t length = 0;

	memset(&text, 0xff, sizeof(text));
	memset(&render, 0, sizeof(render));
	igt_dxg_query(dxg, D3DKMT_QAI_DRIVER_DESCRIPTION, &text, sizeof(text));
	igt_dxg_query(dxg, D3DKMT_QAI_DRIVER_DESCRIPTION_RENDER, &render, sizeof(render));
	igt_assert_eq(memcmp(&text, &render, sizeof(text)), 0);

	/* short, because a known client has 512 bytes for it, and terminated */
	while (length < sizeof(plain) - 1 && text.driver_description[length]) {
		igt_assert_lt(text.driver_description[length], 0x80);
		plain[length] = text.driver_description[length];
		length++;
	}
	igt_assert_eq(text.driver_description[length], 0);
	plain[length] = '\0';
	igt_info("%s: \"%s\"\n", dxg->driver, plain);
	igt_assert(strstr(plain, dxg->driver));
	for (; length < D3DKMT_DRIVER_DESCRIPTION_CHARS; length++)
		igt_assert_eq(text.driver_description[length], 0);
}

static void close_with_openings(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;

	igt_dxg_read_state_all(dxg, &before);
	for (int i = 0; i < 100; i++)
		igt_dxg_open_adapter(dxg);
	igt_dxg_create_device(dxg);
	igt_dxg_renew(dxg);
	igt_dxg_assert_no_leak(dxg, &before);
	assert_only_opening(dxg);
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("enum2", "EnumAdapters2 opens every adapter that the door has.", enum2),
	IGT_DXG_TEST("enum2-count",
		     "EnumAdapters2 without an array counts and opens nothing.", enum2_count),
	IGT_DXG_TEST("enum2-room",
		     "EnumAdapters2 refuses too little room and more than 64.", enum2_room),
	IGT_DXG_TEST("enum2-distinct",
		     "Each enumeration returns handles of its own.", enum2_distinct),
	IGT_DXG_TEST("enum2-address",
		     "EnumAdapters2 opens nothing if the array is bad.", enum2_address),
	IGT_DXG_TEST("enum3", "EnumAdapters3 opens every adapter with every filter.", enum3_fill),
	IGT_DXG_TEST("enum3-count", "EnumAdapters3 counts without an array or room.", enum3_count),
	IGT_DXG_TEST("enum3-room",
		     "EnumAdapters3 refuses too little and too much room.", enum3_room),
	IGT_DXG_TEST("enum3-filter", "EnumAdapters3 refuses undefined filter bits.", enum3_filter),
	IGT_DXG_TEST("enum3-address",
		     "EnumAdapters3 opens nothing if the array is bad.", enum3_address),
	IGT_DXG_TEST("enum-args-read-only",
		     "What cannot be returned is not opened.", enum_args_read_only),
	IGT_DXG_TEST("open-from-luid", "A LUID opens its adapter, each time anew.", open_from_luid),
	IGT_DXG_TEST("open-unknown-luid", "A LUID of no adapter is refused.", open_unknown_luid),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "own-adapter-only",
			"A DRM node knows no other adapter.", own_adapter_only),
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, "all-adapters",
			"/dev/dxg has every adapter.", all_adapters),
	IGT_DXG_TEST("same-luid", "An adapter has one LUID at all doors.", same_luid),
	IGT_DXG_TEST("close-refused",
		     "CloseAdapter accepts 0 and live adapter handles only.", close_refused),
	IGT_DXG_TEST("close-last", "The last CloseAdapter destroys the devices.", close_last),
	IGT_DXG_TEST("close-with-openings",
		     "A closed file takes its openings along.", close_with_openings),
	IGT_DXG_TEST("query-size", "QueryAdapterInfo checks the size of the buffer.", query_size),
	IGT_DXG_TEST("query-address",
		     "QueryAdapterInfo checks the address of the buffer.", query_address),
	IGT_DXG_TEST("query-unknown", "QueryAdapterInfo refuses unknown types.", query_unknown),
	IGT_DXG_TEST("query-adapter",
		     "QueryAdapterInfo refuses what is no adapter.", query_adapter),
	IGT_DXG_TEST("query-numbers",
		     "Version, counts, type and capabilities are right.", query_numbers),
	IGT_DXG_TEST("query-segment-size",
		     "The sizes of memory are plausible.", query_segment_size),
	IGT_DXG_TEST("query-ids", "PCI ids and address are those of sysfs, or none.", query_ids),
	IGT_DXG_TEST("query-ids-index", "There is one physical adapter only.", query_ids_index),
	IGT_DXG_TEST("query-description",
		     "The description names the in-tree driver.", query_description),
	{ }
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
