// SPDX-License-Identifier: MIT
/*
 * Devices and contexts: creating, destroying, what destroying takes along, and handles
 * that are dead, foreign or made up.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Devices and contexts of dxg");

#define DEAD_HANDLE	0x7fffffc0U

/* One object of each kind. */
struct family {
	uint32_t device;
	uint32_t context;
	uint32_t resource;
	uint32_t child;
	uint32_t allocation;
	uint32_t fence;
};

static struct family create_family(struct igt_dxg *dxg)
{
	struct family family = { .device = igt_dxg_create_device(dxg) };

	family.context = igt_dxg_create_context(dxg, family.device);
	family.resource = igt_dxg_create_resource(dxg, family.device, IGT_DXG_PAGE, 1,
						  &family.child);
	family.allocation = igt_dxg_create_allocation(dxg, family.device, IGT_DXG_PAGE);
	family.fence = igt_dxg_create_fence(dxg, family.device, 0, NULL);
	return family;
}

static void assert_family_dead(struct igt_dxg *dxg, const struct family *family, uint32_t device)
{
	uint32_t state;

	igt_assert_eq(__igt_dxg_device_state(dxg, family->device, &state), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_device(dxg, family->device), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, family->context), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, family->fence), -EINVAL);
	/* neither by the dead device nor by a live one */
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, family->device, family->allocation),
		      -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, family->allocation), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, family->child), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, family->resource, NULL, 0, 0), -EINVAL);
}

/* --- devices ------------------------------------------------------------- */

static void create(struct igt_dxg *dxg)
{
	uint64_t before = igt_dxg_read_state(dxg, "devices");
	uint32_t devices[100];

	for (int i = 0; i < 100; i++) {
		devices[i] = igt_dxg_create_device(dxg);
		igt_assert_eq_u32(igt_dxg_device_state(dxg, devices[i]),
				  D3DKMT_DEVICEEXECUTION_ACTIVE);
		for (int j = 0; j < i; j++)
			igt_assert_neq_u32(devices[i], devices[j]);
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "devices"), before + 100);
	for (int i = 0; i < 100; i++)
		igt_dxg_destroy_device(dxg, devices[i]);
	for (int i = 0; i < 100; i++)
		igt_assert_eq(__igt_dxg_destroy_device(dxg, devices[i]), -EINVAL);
}

/* The legacy command buffer does not exist; what is no input is ignored. */
static void create_outputs(struct igt_dxg *dxg)
{
	struct d3dkmt_create_device args;

	memset(&args, 0xff, sizeof(args));
	args.adapter = dxg->adapter;
	args.flags = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_DEVICE, &args), 0);
	igt_assert_eq_u64(args.command_buffer, 0);
	igt_assert_eq_u32(args.command_buffer_size, 0);
	igt_assert_eq_u64(args.allocation_list, 0);
	igt_assert_eq_u32(args.allocation_list_size, 0);
	igt_assert_eq_u64(args.patch_location_list, 0);
	igt_assert_eq_u32(args.patch_location_list_size, 0);
	igt_dxg_destroy_device(dxg, args.device);
}

static int device_flag(unsigned int bit)
{
	switch (1U << bit) {
	case D3DKMT_DEVICE_LEGACY_MODE:
	case D3DKMT_DEVICE_REQUEST_VSYNC:
		return 0;
	case D3DKMT_DEVICE_DISABLE_GPU_TIMEOUT:
		return -EPERM;
	}
	return -EINVAL;
}

static void create_flags(struct igt_dxg *dxg)
{
	uint32_t device;
	int ret;

	for (unsigned int bit = 0; bit < 32; bit++) {
		ret = __igt_dxg_create_device(dxg, dxg->adapter, 1U << bit, &device);
		igt_assert_f(ret == device_flag(bit), "flag bit %u: %d\n", bit, ret);
		if (!ret)
			igt_dxg_destroy_device(dxg, device);
	}
	igt_assert_eq(__igt_dxg_create_device(dxg, dxg->adapter, D3DKMT_DEVICE_LEGACY_MODE |
					      D3DKMT_DEVICE_REQUEST_VSYNC, &device), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void create_adapter(struct igt_dxg *dxg)
{
	struct family family = create_family(dxg);
	uint32_t closed = igt_dxg_open_adapter(dxg), device;
	const uint32_t bad[] = {
		0, DEAD_HANDLE, UINT32_MAX, closed, dxg->adapter | 1, dxg->adapter ^ 0xc0000000,
		family.device, family.context, family.resource, family.child, family.allocation,
		family.fence,
	};

	igt_dxg_close_adapter(dxg, closed);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(__igt_dxg_create_device(dxg, bad[i], 0, &device), -EINVAL);
	igt_dxg_destroy_device(dxg, family.device);
}

static void create_read_only(struct igt_dxg *dxg)
{
	struct d3dkmt_create_device args = { .adapter = dxg->adapter };
	struct igt_dxg_state before;
	uint32_t first = igt_dxg_create_device(dxg), second;

	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_DEVICE,
				    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	igt_dxg_assert_no_leak(dxg, &before);
	second = igt_dxg_create_device(dxg);
	igt_dxg_destroy_device(dxg, first);
	igt_dxg_destroy_device(dxg, second);
}

/* Every handle but the right one, for an operation that takes one device. */
static void destroy_handles(struct igt_dxg *dxg)
{
	struct family family = create_family(dxg);
	uint32_t gone = igt_dxg_create_device(dxg), state;
	const uint32_t bad[] = {
		0, 1, DEAD_HANDLE, UINT32_MAX, gone, dxg->adapter, family.context,
		family.resource, family.child, family.allocation, family.fence,
	};

	igt_dxg_destroy_device(dxg, gone);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		igt_assert_eq(__igt_dxg_destroy_device(dxg, bad[i]), -EINVAL);
		igt_assert_eq(__igt_dxg_device_state(dxg, bad[i], &state), -EINVAL);
	}
	igt_assert_eq_u32(igt_dxg_device_state(dxg, family.device),
			  D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, family.device);
}

/* Each bit of a handle counts: the low six, the index, and the generation. */
static void altered_handle(struct igt_dxg *dxg)
{
	struct family family = create_family(dxg);
	uint32_t state;

	for (unsigned int bit = 0; bit < 32; bit++) {
		uint32_t flip = 1U << bit;

		igt_assert_eq(__igt_dxg_device_state(dxg, family.device ^ flip, &state), -EINVAL);
		igt_assert_eq(__igt_dxg_destroy_device(dxg, family.device ^ flip), -EINVAL);
		/* an index away is an object of another type, or none */
		igt_assert_eq(__igt_dxg_destroy_context(dxg, family.context ^ flip), -EINVAL);
		igt_assert_eq(__igt_dxg_destroy_fence(dxg, family.fence ^ flip), -EINVAL);
	}
	for (unsigned int top = 0; top < 4; top++) {
		uint32_t handle = (family.device & 0x3fffffff) | top << 30;

		if (handle != family.device)
			igt_assert_eq(__igt_dxg_destroy_device(dxg, handle), -EINVAL);
	}
	igt_dxg_destroy_fence(dxg, family.fence);
	igt_dxg_destroy_context(dxg, family.context);
	igt_dxg_destroy_device(dxg, family.device);
}

static void handle_shape(struct igt_dxg *dxg)
{
	struct family family = create_family(dxg);
	const uint32_t handles[] = {
		dxg->adapter, family.device, family.context, family.resource, family.child,
		family.allocation, family.fence,
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(handles); i++) {
		igt_assert_eq_u32(handles[i] & 0x3f, 0);
		igt_assert_neq_u32(handles[i] >> 30, 0);
		for (size_t j = 0; j < i; j++)
			igt_assert_neq_u32(handles[i], handles[j]);
	}
	igt_dxg_destroy_device(dxg, family.device);
}

static void destroy_family(struct igt_dxg *dxg)
{
	uint32_t other = igt_dxg_create_device(dxg);
	struct igt_dxg_state before;
	struct family family;

	igt_dxg_read_state_all(dxg, &before);
	family = create_family(dxg);
	igt_dxg_lock(dxg, family.device, family.allocation);
	igt_dxg_destroy_device(dxg, family.device);
	assert_family_dead(dxg, &family, other);
	igt_dxg_assert_no_leak(dxg, &before);

	igt_assert_eq_u32(igt_dxg_device_state(dxg, other), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, other);
}

static void destroy_large_family(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[D3DKMT_MAX_ALLOCATIONS];
	uint32_t resource, fence;
	int event;

	for (int i = 0; i < 200; i++) {
		igt_dxg_create_context(dxg, device);
		igt_dxg_create_fence(dxg, device, 0, NULL);
	}
	for (int i = 0; i < 4; i++) {
		resource = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE,
						   D3DKMT_MAX_ALLOCATIONS, handles);
		igt_dxg_add_allocations(dxg, device, resource, IGT_DXG_PAGE, 100, handles);
	}
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, IGT_DXG_PAGE, D3DKMT_MAX_ALLOCATIONS,
				       handles), 0);
	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	event = igt_dxg_wait_event(dxg, device, fence, 1);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, handles[0]), -EINVAL);
	close(event);
}

/* --- execution state ----------------------------------------------------- */

static void state_outputs(struct igt_dxg *dxg)
{
	struct d3dkmt_get_device_state args;

	memset(&args, 0xff, sizeof(args));
	args.device = igt_dxg_create_device(dxg);
	args.type = D3DKMT_DEVICESTATE_EXECUTION;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_DEVICE_STATE, &args), 0);
	igt_assert_eq_u32(args.execution_state, D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert_eq_u32(args.pad, 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(args.reserved); i++)
		igt_assert_eq_u64(args.reserved[i], 0);
	igt_dxg_destroy_device(dxg, args.device);
}

static void state_types(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);

	for (uint32_t type = 0; type < 20; type++) {
		struct d3dkmt_get_device_state args = { .device = device, .type = type };
		int expected = -EINVAL;

		if (type == D3DKMT_DEVICESTATE_EXECUTION || type == D3DKMT_DEVICESTATE_RESET ||
		    type == D3DKMT_DEVICESTATE_PAGE_FAULT)
			expected = 0;
		else if (type >= D3DKMT_DEVICESTATE_PRESENT &&
			 type <= D3DKMT_DEVICESTATE_PRESENT_QUEUE)
			expected = -EPERM;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_DEVICE_STATE, &args), expected);
	}
	igt_dxg_destroy_device(dxg, device);
}

static int mark_error(const struct igt_dxg *dxg, uint32_t device, uint32_t reason)
{
	struct d3dkmt_mark_device_as_error args = { .device = device, .reason = reason };

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_MARK_DEVICE_AS_ERROR, &args);
}

/* A device that is marked stops as one that was lost, and no other does. */
static void error_marked(struct igt_dxg *dxg)
{
	static const uint32_t reasons[] = {
		D3DKMT_DEVICE_ERROR_REASON_GENERIC, D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR,
	};
	uint32_t other = igt_dxg_create_device(dxg);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(reasons); i++) {
		struct d3dkmt_get_device_state fault = { .type = D3DKMT_DEVICESTATE_PAGE_FAULT };
		struct family family = create_family(dxg);
		uint32_t context;

		fault.device = family.device;
		igt_assert_eq(mark_error(dxg, family.device, reasons[i]), 0);
		igt_assert_eq_u32(igt_dxg_device_state(dxg, family.device),
				  D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_GET_DEVICE_STATE, &fault), 0);
		igt_assert_eq_u64(fault.faulted_virtual_address, 0);
		igt_assert_eq(__igt_dxg_create_context(dxg, family.device, 0, &context), -ENODEV);
		igt_assert_eq(__igt_dxg_submit_fill(dxg, family.context, family.allocation, 4, 0,
						    0, 0), -ENODEV);
		/* again changes nothing */
		igt_assert_eq(mark_error(dxg, family.device, reasons[!i]), 0);
		igt_assert_eq_u32(igt_dxg_device_state(dxg, family.device),
				  D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
		igt_dxg_destroy_device(dxg, family.device);
	}
	igt_assert_eq_u32(igt_dxg_device_state(dxg, other), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, other);
}

/* What is queued is cancelled: fences that it would have signalled are released. */
static void error_queued(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	uint32_t never = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_delay(&stream, 50 * IGT_DXG_NS_PER_MS);
	igt_dxg_stream_finish(&stream);
	for (int i = 0; i < 20; i++)
		igt_assert_eq(__igt_dxg_submit(dxg, context, &stream), 0);
	igt_dxg_stream_free(&stream);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, context, &stream);
	igt_assert_eq(mark_error(dxg, device, D3DKMT_DEVICE_ERROR_REASON_GENERIC), 0);
	igt_dxg_wait(dxg, device, fence, UINT64_MAX);
	igt_assert(!igt_dxg_wait_timeout(dxg, device, never, 1, 0));
	igt_dxg_destroy_device(dxg, device);
}

/**
 * struct marked - A device that is marked while commands come
 * @dxg: the way in
 * @device: the device
 * @context: its context
 * @allocation: what the commands write
 * @fence: what they signal
 */
struct marked {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t allocation;
	uint32_t fence;
};

static int race_mark(void *data)
{
	const struct marked *marked = data;

	return mark_error(marked->dxg, marked->device, D3DKMT_DEVICE_ERROR_REASON_GENERIC);
}

static int race_submit(void *data)
{
	const struct marked *marked = data;
	int ret = 0;

	for (uint64_t i = 1; i <= 8 && !ret; i++)
		ret = __igt_dxg_submit_fill(marked->dxg, marked->context, marked->allocation,
					    IGT_DXG_PAGE, i, marked->fence, i);
	return ret;
}

/* Whatever was queued has run or is cancelled: nobody waits for ever. */
static void error_race(struct igt_dxg *dxg)
{
	unsigned int rounds = igt_dxg_scale(200);

	for (unsigned int i = 0; i < rounds; i++) {
		struct marked marked = { .dxg = dxg, .device = igt_dxg_create_device(dxg) };
		int ret[2];

		marked.context = igt_dxg_create_context(dxg, marked.device);
		marked.allocation = igt_dxg_create_allocation(dxg, marked.device, IGT_DXG_PAGE);
		marked.fence = igt_dxg_create_fence(dxg, marked.device, 0, NULL);
		igt_dxg_race(race_mark, race_submit, &marked, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert(!ret[1] || ret[1] == -ENODEV);
		igt_assert_eq_u32(igt_dxg_device_state(dxg, marked.device),
				  D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
		if (!ret[1])
			igt_dxg_wait(dxg, marked.device, marked.fence, 8);
		igt_dxg_destroy_device(dxg, marked.device);
	}
}

static void error_bad(struct igt_dxg *dxg)
{
	static const uint32_t reasons[] = {
		0, 1, 6, 0x7fffffff, 0x80000001, 0x80000005, 0x80000007, 0xffffffff,
	};
	uint32_t device = igt_dxg_create_device(dxg);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(reasons); i++)
		igt_assert_eq(mark_error(dxg, device, reasons[i]), -EINVAL);
	igt_assert_eq(mark_error(dxg, 0, D3DKMT_DEVICE_ERROR_REASON_GENERIC), -EINVAL);
	igt_assert_eq(mark_error(dxg, dxg->adapter, D3DKMT_DEVICE_ERROR_REASON_GENERIC), -EINVAL);
	igt_assert_eq_u32(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(mark_error(dxg, device, D3DKMT_DEVICE_ERROR_REASON_GENERIC), -EINVAL);
}

/* --- contexts ------------------------------------------------------------ */

static void context_create(struct igt_dxg *dxg)
{
	uint64_t before = igt_dxg_read_state(dxg, "contexts");
	uint32_t device = igt_dxg_create_device(dxg), contexts[100];

	for (int i = 0; i < 100; i++) {
		contexts[i] = igt_dxg_create_context(dxg, device);
		for (int j = 0; j < i; j++)
			igt_assert_neq_u32(contexts[i], contexts[j]);
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "contexts"), before + 100);
	for (int i = 0; i < 100; i++)
		igt_dxg_destroy_context(dxg, contexts[i]);
	for (int i = 0; i < 100; i++)
		igt_assert_eq(__igt_dxg_destroy_context(dxg, contexts[i]), -EINVAL);
	igt_dxg_wait_state(dxg, "contexts", before);
	igt_dxg_destroy_device(dxg, device);
}

static int context_flag(unsigned int bit)
{
	switch (1U << bit) {
	case D3DKMT_CONTEXT_NULL_RENDERING:
	case D3DKMT_CONTEXT_INITIAL_DATA:
	case D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY:
	case D3DKMT_CONTEXT_NO_KMD_ACCESS:
	case D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED:
	/* the test has the rights; dxg_priority drops them */
	case D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT:
		return 0;
	}
	return -EINVAL;
}

static void context_flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), context;
	int ret;

	for (unsigned int bit = 0; bit < 32; bit++) {
		ret = __igt_dxg_create_context(dxg, device, 1U << bit, &context);
		igt_assert_f(ret == context_flag(bit), "flag bit %u: %d\n", bit, ret);
		if (!ret)
			igt_dxg_destroy_context(dxg, context);
	}
	igt_dxg_destroy_device(dxg, device);
}

struct context_case {
	const char *what;
	uint32_t node;
	uint32_t affinity;
	uint64_t data;
	uint32_t data_size;
	uint32_t hint;
	int result;
};

static void context_arguments(struct igt_dxg *dxg)
{
	static const struct context_case cases[] = {
		{ "affinity 0", 0, 0, 0, 0, 0, 0 },
		{ "affinity 1", 0, 1, 0, 0, 0, 0 },
		{ "affinity 2", 0, 2, 0, 0, 0, -EINVAL },
		{ "affinity 3", 0, 3, 0, 0, 0, -EINVAL },
		{ "every affinity", 0, UINT32_MAX, 0, 0, 0, -EINVAL },
		{ "no such node", 64, 1, 0, 0, 0, -EINVAL },
		{ "negative node", UINT32_MAX, 1, 0, 0, 0, -EINVAL },
		{ "data, no size", 0, 1, 8, 0, 0, 0 },
		{ "size", 0, 1, 0, 1, 0, -EINVAL },
		{ "large size", 0, 1, 0, UINT32_MAX, 0, -EINVAL },
		{ "hint", 0, 1, 0, 0, 2, 0 },
		{ "unknown hint", 0, 1, 0, 0, UINT32_MAX, 0 },
	};
	uint32_t device = igt_dxg_create_device(dxg);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		struct d3dkmt_create_context_virtual args = {
			.device = device,
			.node_ordinal = cases[i].node,
			.engine_affinity = cases[i].affinity,
			.private_driver_data = cases[i].data,
			.private_driver_data_size = cases[i].data_size,
			.client_hint = cases[i].hint,
			.context = DEAD_HANDLE,
			.pad = UINT32_MAX,
		};
		int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &args);

		igt_assert_f(ret == cases[i].result, "%s: %d\n", cases[i].what, ret);
		if (!ret)
			igt_dxg_destroy_context(dxg, args.context);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void context_handles(struct igt_dxg *dxg)
{
	struct family family = create_family(dxg);
	uint32_t gone = igt_dxg_create_device(dxg), context;
	const uint32_t bad[] = {
		0, DEAD_HANDLE, UINT32_MAX, gone, dxg->adapter, family.context ^ 1,
		family.resource, family.child, family.allocation, family.fence,
	};

	igt_dxg_destroy_device(dxg, gone);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		igt_assert_eq(__igt_dxg_create_context(dxg, bad[i], 0, &context), -EINVAL);
		igt_assert_eq(__igt_dxg_destroy_context(dxg, bad[i]), -EINVAL);
	}
	igt_assert_eq(__igt_dxg_create_context(dxg, family.context, 0, &context), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy_context(dxg, family.device), -EINVAL);
	igt_dxg_destroy_device(dxg, family.device);
}

static void context_read_only(struct igt_dxg *dxg)
{
	struct d3dkmt_create_context_virtual args = { .engine_affinity = 1 };
	struct igt_dxg_state before;

	args.device = igt_dxg_create_device(dxg);
	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL,
				    igt_dxg_read_only(&args, sizeof(args))), -EFAULT);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_dxg_destroy_device(dxg, args.device);
}

/* --- closing ------------------------------------------------------------- */

/* A family that is locked, waited for and working. */
static struct family create_busy_family(struct igt_dxg *dxg, int *event)
{
	struct family family = create_family(dxg);
	struct igt_dxg_stream stream;

	memset(igt_dxg_lock(dxg, family.device, family.allocation), 1, IGT_DXG_PAGE);
	*event = igt_dxg_wait_event(dxg, family.device, family.fence, 100);
	for (int i = 0; i < 3; i++) {
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_delay(&stream, 200 * IGT_DXG_NS_PER_MS);
		igt_dxg_stream_fill(&stream, family.child, 0, IGT_DXG_PAGE, i);
		igt_dxg_stream_signal(&stream, family.fence, i);
		igt_dxg_submit(dxg, family.context, &stream);
	}
	return family;
}

static void close_idle(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct family family;

	igt_dxg_read_state_all(dxg, &before);
	for (int i = 0; i < 10; i++)
		family = create_family(dxg);
	igt_dxg_lock(dxg, family.device, family.child);
	igt_dxg_renew(dxg);
	igt_dxg_assert_no_leak(dxg, &before);
}

static void close_busy(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	uint64_t start;
	int event[4];

	igt_dxg_read_state_all(dxg, &before);
	for (int i = 0; i < 4; i++)
		create_busy_family(dxg, &event[i]);
	start = igt_dxg_now_ns();
	igt_dxg_renew(dxg);
	/* it never waits for the engine: 2.4 s of commands are queued */
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), 1000);
	igt_dxg_assert_no_leak(dxg, &before);
	for (int i = 0; i < 4; i++)
		close(event[i]);
}

static void busy_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	int event;

	create_busy_family(own, &event);
	igt_dxg_child_linger(child);
}

static void kill_busy(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	int status;

	for (int i = 0; i < 3; i++) {
		igt_dxg_child_start(&child, dxg, busy_child);
		igt_dxg_child_await(&child);
		igt_dxg_child_kill(&child, SIGKILL);
		status = igt_dxg_child_end(&child, 5000);
		igt_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
}

static void exit_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	int event;

	(void)child;
	create_busy_family(igt_dxg_reopen(dxg), &event);
}

static void exit_busy(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, exit_child);
	igt_dxg_child_join(&child);
}

static void destroy_busy(struct igt_dxg *dxg)
{
	uint32_t other = igt_dxg_create_device(dxg);
	struct igt_dxg_state before;
	struct family family;
	uint64_t start;
	int event;

	igt_dxg_read_state_all(dxg, &before);
	family = create_busy_family(dxg, &event);
	start = igt_dxg_now_ns();
	igt_dxg_destroy_device(dxg, family.device);
	igt_assert_lt_u64(igt_dxg_elapsed_ms(start), 150);
	assert_family_dead(dxg, &family, other);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_dxg_destroy_device(dxg, other);
	close(event);
}

/* --- handles that come back ---------------------------------------------- */

static void generation(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), context, first;
	unsigned int rounds = igt_dxg_scale(100000);

	first = igt_dxg_create_context(dxg, device);
	igt_dxg_destroy_context(dxg, first);
	for (unsigned int i = 0; i < rounds; i++) {
		context = igt_dxg_create_context(dxg, device);
		igt_assert_neq_u32(context, first);
		igt_dxg_destroy_context(dxg, context);
	}
	igt_assert_eq(__igt_dxg_destroy_context(dxg, first), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void generation_devices(struct igt_dxg *dxg)
{
	uint32_t first = igt_dxg_create_device(dxg), device, state;
	unsigned int rounds = igt_dxg_scale(10000);

	igt_dxg_destroy_device(dxg, first);
	for (unsigned int i = 0; i < rounds; i++) {
		device = igt_dxg_create_device(dxg);
		igt_assert_neq_u32(device, first);
		igt_dxg_destroy_device(dxg, device);
	}
	igt_assert_eq(__igt_dxg_device_state(dxg, first, &state), -EINVAL);
}

/* --- races --------------------------------------------------------------- */

struct race {
	struct igt_dxg *dxg;
	uint32_t device;
};

static int race_destroy(void *data)
{
	struct race *race = data;

	return __igt_dxg_destroy_device(race->dxg, race->device);
}

static int race_create(void *data)
{
	struct race *race = data;
	uint32_t context;

	return __igt_dxg_create_context(race->dxg, race->device, 0, &context);
}

static int race_lock(void *data)
{
	struct race *race = data;
	uint32_t allocation;
	void *address;
	int ret;

	ret = __igt_dxg_create(race->dxg, race->device, 0, NULL, IGT_DXG_PAGE, 1, &allocation);
	return ret ?: __igt_dxg_lock(race->dxg, race->device, allocation, &address);
}

static void race_two_destroy(struct igt_dxg *dxg)
{
	struct race race = { .dxg = dxg };
	unsigned int rounds = igt_dxg_scale(300);
	int ret[2];

	for (unsigned int i = 0; i < rounds; i++) {
		race.device = create_family(dxg).device;
		igt_dxg_race(race_destroy, race_destroy, &race, i, ret);
		igt_assert_f((ret[0] == 0 && ret[1] == -EINVAL) ||
			     (ret[0] == -EINVAL && ret[1] == 0), "%d, %d\n", ret[0], ret[1]);
	}
}

static void race_create_destroy(struct igt_dxg *dxg)
{
	struct race race = { .dxg = dxg };
	unsigned int rounds = igt_dxg_scale(300);
	int ret[2];

	for (unsigned int i = 0; i < rounds; i++) {
		race.device = igt_dxg_create_device(dxg);
		igt_dxg_race(race_destroy, i % 2 ? race_create : race_lock, &race, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_f(ret[1] == 0 || ret[1] == -EINVAL, "%d\n", ret[1]);
	}
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("create", "Devices are created and destroyed.", create),
	IGT_DXG_TEST("create-outputs", "There is no legacy command buffer.", create_outputs),
	IGT_DXG_TEST("create-flags", "Each flag of CreateDevice alone.", create_flags),
	IGT_DXG_TEST("create-adapter", "A device needs a live adapter.", create_adapter),
	IGT_DXG_TEST("create-read-only", "What cannot be returned is not created.",
		     create_read_only),
	IGT_DXG_TEST("destroy-handles", "Only a live device is destroyed.", destroy_handles),
	IGT_DXG_TEST("altered-handle", "Each bit of a handle is compared.", altered_handle),
	IGT_DXG_TEST("handle-shape", "Handles look as D3DKMT clients expect.", handle_shape),
	IGT_DXG_TEST("destroy-family", "A device takes along all it owns.", destroy_family),
	IGT_DXG_TEST("destroy-large-family", "However many that are.", destroy_large_family),
	IGT_DXG_TEST("destroy-busy", "A device with work is destroyed at once.", destroy_busy),
	IGT_DXG_TEST("state-outputs", "GetDeviceState fills its structure.", state_outputs),
	IGT_DXG_TEST("state-types", "Each type of GetDeviceState.", state_types),
	IGT_DXG_TEST("error-marked", "A device that is marked as in error is lost.", error_marked),
	IGT_DXG_TEST("error-queued", "And what it has queued is cancelled.", error_queued),
	IGT_DXG_TEST_LONG("error-race", "Commands come while a device is marked.", error_race),
	IGT_DXG_TEST("error-bad", "Refusals of MarkDeviceAsError.", error_bad),
	IGT_DXG_TEST("context-create", "Contexts are created and destroyed.", context_create),
	IGT_DXG_TEST("context-flags", "Each flag of CreateContextVirtual alone.", context_flags),
	IGT_DXG_TEST("context-arguments", "Node, affinity and data are checked.",
		     context_arguments),
	IGT_DXG_TEST("context-handles", "A context needs a live device, its end a live context.",
		     context_handles),
	IGT_DXG_TEST("context-read-only", "What cannot be returned is not created.",
		     context_read_only),
	IGT_DXG_TEST("close-idle", "A closed file leaves nothing.", close_idle),
	IGT_DXG_TEST("close-busy", "A file closed with work under way leaves nothing.",
		     close_busy),
	IGT_DXG_TEST("kill-busy", "A process killed at work leaves nothing.", kill_busy),
	IGT_DXG_TEST("exit-busy", "A process that exits at work leaves nothing.", exit_busy),
	IGT_DXG_TEST_LONG("generation", "A dead context's handle does not come back in 100,000.",
			  generation),
	IGT_DXG_TEST("generation-devices", "A dead device's handle does not come back in 10,000.",
		     generation_devices),
	IGT_DXG_TEST_LONG("race-destroy", "Of two threads that destroy a device one does.",
			  race_two_destroy),
	IGT_DXG_TEST("race-create-destroy", "Nothing is created in a device that goes.",
		     race_create_destroy),
	{ }
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
