// SPDX-License-Identifier: MIT
/*
 * Which calls reach the driver, with what argument, and who may make them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Dispatch of dxg's operations and their callers");

/* --- dispatch ------------------------------------------------------------ */

struct operation {
	const char *name;
	unsigned long code;
	enum {
		REFUSED,	/* known, answered with EPERM */
		INPUT,		/* served, nothing is written back */
		OUTPUT,		/* served, the structure is written back */
	} kind;
	int zeroes;
	int ones;
};

static const struct operation operations[] = {
#define DXG_OPERATION(name, kind, zeroes, ones)	\
	{ #name, D3DKMT_IOCTL_##name, kind, zeroes, ones },
#include "dxg_operations.h"
#undef DXG_OPERATION
};

#define LAST_NR		0x49
/* The DRM nodes' numbers that belong to dxg. */
#define DRM_LAST_NR	0x9f

/* Those that D3DKMT has not, by DRM's type on both doors. */
static const struct operation own_operations[] = {
	{ "EXPORT", DRM_IOCTL_DXG_EXPORT, OUTPUT, EINVAL, EINVAL },
	{ "IMPORT", DRM_IOCTL_DXG_IMPORT, OUTPUT, EINVAL, EINVAL },
};

/* An argument of zeroes, larger than any structure. */
static void *zero_args(void)
{
	static uint8_t args[0x4000];

	memset(args, 0, sizeof(args));
	return args;
}

static int raw(struct igt_dxg *dxg, unsigned long code, void *arg)
{
	return ioctl(dxg->fd, code, arg) == -1 ? -errno : 0;
}

static void assert_no_ioctl(struct igt_dxg *dxg, const struct operation *op, unsigned long code)
{
	int ret = igt_dxg_ioctl(dxg, code, zero_args());

	igt_assert_f(ret == -ENOTTY, "%s as %#lx: %d\n", op->name, code, ret);
}

static void dispatch_size(struct igt_dxg *dxg)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		unsigned int nr = _IOC_NR(op->code), size = _IOC_SIZE(op->code);
		const unsigned int sizes[] = {
			0, 1, size - 4, size - 1, size + 1, size + 4, size + 8, 2 * size, 0x3fff,
		};

		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(sizes); j++)
			assert_no_ioctl(dxg, op, _IOC(_IOC_READ | _IOC_WRITE, 'G', nr, sizes[j]));
	}
}

static void dispatch_direction(struct igt_dxg *dxg)
{
	static const unsigned int directions[] = { _IOC_NONE, _IOC_READ, _IOC_WRITE };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(directions); j++)
			assert_no_ioctl(dxg, &operations[i],
					_IOC(directions[j], 'G', _IOC_NR(operations[i].code),
					     _IOC_SIZE(operations[i].code)));
}

static bool is_own(unsigned long code)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(own_operations); i++)
		if (_IOC_TYPE(code) == 'd' && _IOC_NR(code) == _IOC_NR(own_operations[i].code))
			return true;
	return false;
}

static void dispatch_number(struct igt_dxg *dxg)
{
	static const unsigned int sizes[] = { 0, 4, 8, 16, 24, 32, 40, 64, 72, 96 };
	unsigned int last = dxg->door == DXG_DOOR_DXG ? 0xff : DRM_LAST_NR - 0x40;

	for (unsigned int nr = 0; nr <= last; nr++) {
		if (nr >= 1 && nr <= LAST_NR)
			continue;
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
			unsigned long code = _IOC(_IOC_READ | _IOC_WRITE, 'G', nr, sizes[i]);
			int ret;

			if (is_own(igt_dxg_code(dxg, code)))
				continue;
			ret = igt_dxg_ioctl(dxg, code, zero_args());
			igt_assert_f(ret == -ENOTTY, "number %#x: %d\n", nr, ret);
		}
	}
}

/* Each door answers its own type only; in between the table has no hole. */
static void dispatch_type(struct igt_dxg *dxg)
{
	bool seen[LAST_NR + 1] = {};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		unsigned long code = operations[i].code;
		unsigned long other = dxg->door == DXG_DOOR_DXG ? D3DKMT_DRM_IOCTL(code) : code;

		igt_assert_eq(raw(dxg, other, zero_args()), -ENOTTY);
		other = _IOC(_IOC_DIR(code), 'H', _IOC_NR(code), _IOC_SIZE(code));
		igt_assert_eq(raw(dxg, other, zero_args()), -ENOTTY);
		seen[_IOC_NR(code)] = true;
	}
	for (unsigned int nr = 1; nr <= LAST_NR; nr++)
		igt_assert(seen[nr]);
}

/* Each has one number, one direction, and a size that may be larger and full of zeroes. */
static void dispatch_own(struct igt_dxg *dxg)
{
	static const unsigned int directions[] = { _IOC_NONE, _IOC_READ, _IOC_WRITE };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(own_operations); i++) {
		const struct operation *op = &own_operations[i];
		unsigned int nr = _IOC_NR(op->code), size = _IOC_SIZE(op->code);
		const unsigned int smaller[] = { 0, 1, 8, size - 8, size - 4, size - 1 };
		const unsigned int larger[] = {
			size, size + 1, size + 4, size + 8, 2 * size, 0x1000, 0x3fff,
		};
		unsigned long code;
		uint8_t *args;

		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(directions); j++)
			igt_assert_eq(raw(dxg, _IOC(directions[j], 'd', nr, size), zero_args()),
				      -ENOTTY);
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(smaller); j++) {
			code = _IOC(_IOC_READ | _IOC_WRITE, 'd', nr, smaller[j]);
			igt_assert_eq(raw(dxg, code, zero_args()), -ENOTTY);
		}
		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(larger); j++) {
			code = _IOC(_IOC_READ | _IOC_WRITE, 'd', nr, larger[j]);
			/* there is no device 0 */
			igt_assert_eq(raw(dxg, code, zero_args()), -EINVAL);
			if (larger[j] == size)
				continue;
			args = zero_args();
			args[larger[j] - 1] = 1;
			igt_assert_eq(raw(dxg, code, args), -E2BIG);
			args = zero_args();
			args[size] = 0x80;
			igt_assert_eq(raw(dxg, code, args), -E2BIG);
			/* all of it has to be readable */
			args = igt_dxg_before_bad_page(zero_args(), larger[j] - 1);
			igt_assert_eq(raw(dxg, code, args), -EFAULT);
		}
		code = _IOC(_IOC_READ | _IOC_WRITE, 'G', nr, size);
		igt_assert_eq(raw(dxg, code, zero_args()), -ENOTTY);
	}
}

/* A larger structure is answered in the part that is known. */
static void dispatch_larger(struct igt_dxg *dxg)
{
	struct {
		struct drm_dxg_export known;
		uint64_t more[4];
	} args = {};
	uint32_t device = igt_dxg_create_device(dxg);

	args.known.device = device;
	args.known.allocation = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
	igt_assert_eq(raw(dxg, _IOC(_IOC_READ | _IOC_WRITE, 'd', _IOC_NR(DRM_IOCTL_DXG_EXPORT),
				    sizeof(args)), &args), 0);
	igt_assert_fd(args.known.fd);
	igt_assert_eq_u64(args.known.bytes, IGT_DXG_PAGE);
	for (int i = 0; i < 4; i++)
		igt_assert_eq_u64(args.more[i], 0);
	close(args.known.fd);
	igt_dxg_destroy_device(dxg, device);
}

static void dispatch_later(struct igt_dxg *dxg)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		int ret;

		if (op->kind != REFUSED)
			continue;
		ret = igt_dxg_ioctl(dxg, op->code, zero_args());
		igt_assert_eq(op->zeroes, EPERM);
		igt_assert_f(ret == -EPERM, "%s: %d\n", op->name, ret);
	}
}

static void args_address(struct igt_dxg *dxg)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		unsigned int size = _IOC_SIZE(op->code);
		void *edge;

		if (op->kind == REFUSED)
			continue;
		igt_assert_eq(igt_dxg_ioctl(dxg, op->code, NULL), -EFAULT);
		igt_assert_eq(igt_dxg_ioctl(dxg, op->code, igt_dxg_bad_pointer()), -EFAULT);
		igt_assert_eq(igt_dxg_ioctl(dxg, op->code, (void *)-(uintptr_t)IGT_DXG_PAGE),
			      -EFAULT);
		/* all but the last byte can be read */
		edge = igt_dxg_before_bad_page(zero_args(), size - 1);
		igt_assert_eq(igt_dxg_ioctl(dxg, op->code, edge), -EFAULT);
	}
}

/* Nothing is written to the structure of an operation that has input only. */
static void args_read_only(struct igt_dxg *dxg)
{
	uint32_t version, device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t adapter = igt_dxg_open_adapter(dxg);
	struct d3dkmt_query_adapter_info query = {
		.adapter = dxg->adapter,
		.type = D3DKMT_QAI_DRIVER_VERSION,
		.private_driver_data = igt_dxg_ptr(&version),
		.private_driver_data_size = sizeof(version),
	};

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_ADAPTER_INFO,
				    igt_dxg_read_only(&query, sizeof(query))), 0);
	igt_assert_eq_u32(version, D3DKMT_DRIVER_VERSION_WDDM_2_7);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_CONTEXT,
				    igt_dxg_read_only(&context, sizeof(context))), 0);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_DESTROY_DEVICE,
				    igt_dxg_read_only(&device, sizeof(device))), 0);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CLOSE_ADAPTER,
				    igt_dxg_read_only(&adapter, sizeof(adapter))), 0);
}

/* A refused call leaves the structure as it was. */
static void args_untouched(struct igt_dxg *dxg)
{
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		unsigned int size = _IOC_SIZE(op->code);
		uint8_t args[0x400], before[0x400];
		int ret;

		/* 0xff is no handle, no flag, no count and no address of anything */
		memset(args, 0xff, sizeof(args));
		memcpy(before, args, sizeof(before));
		ret = igt_dxg_ioctl(dxg, op->code, args);
		igt_assert_f(ret == -op->ones, "%s: %d\n", op->name, ret);
		igt_assert_eq(memcmp(args, before, size), 0);
	}
}

/* --- who may call -------------------------------------------------------- */

/* Devices of the process that forks. */
static uint32_t parent_devices[4];

static void child_dxg(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	uint32_t devices[4], device, state;
	struct igt_dxg *own;

	(void)child;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		assert_no_ioctl(dxg, &operations[i], operations[i].code);

	/* its own table starts from scratch: the parent's handles are not in it */
	own = igt_dxg_open(DXG_DOOR_DXG, dxg->driver);
	for (uint32_t i = 0; i < 4; i++)
		igt_assert_eq(__igt_dxg_device_state(own, parent_devices[i], &state), -EINVAL);
	for (uint32_t i = 0; i < 4; i++)
		devices[i] = igt_dxg_create_device(own);
	for (uint32_t i = 0; i < 4; i++)
		igt_dxg_destroy_device(own, devices[i]);
	assert_no_ioctl(dxg, &operations[0], operations[0].code);
	igt_assert_eq(__igt_dxg_create_device(dxg, dxg->adapter, 0, &device), -ENOTTY);
}

static void fork_dxg(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	for (uint32_t i = 0; i < 4; i++)
		parent_devices[i] = igt_dxg_create_device(dxg);
	igt_dxg_child_start(&child, dxg, child_dxg);
	igt_dxg_child_join(&child);

	/* the child's exit closed nothing of ours */
	for (uint32_t i = 0; i < 4; i++)
		igt_dxg_destroy_device(dxg, parent_devices[i]);
}

static void child_drm(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	uint32_t adapter = igt_dxg_open_adapter(dxg);

	(void)child;
	igt_assert_eq_u32(igt_dxg_device_state(dxg, parent_devices[0]),
			  D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_close_adapter(dxg, adapter);
	igt_dxg_destroy_device(dxg, parent_devices[0]);
}

static void fork_drm(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	parent_devices[0] = igt_dxg_create_device(dxg);
	igt_dxg_child_start(&child, dxg, child_drm);
	igt_dxg_child_join(&child);
	igt_assert_eq(__igt_dxg_destroy_device(dxg, parent_devices[0]), -EINVAL);
	igt_dxg_destroy_device(dxg, igt_dxg_create_device(dxg));
}

static void *thread_main(void *arg)
{
	struct igt_dxg *dxg = arg;
	uint32_t adapter, device;

	if (__igt_dxg_open_adapter(dxg, dxg->luid, &adapter) ||
	    __igt_dxg_create_device(dxg, dxg->adapter, 0, &device) ||
	    __igt_dxg_close_adapter(dxg, adapter))
		return NULL;
	return (void *)(uintptr_t)device;
}

static void threads(struct igt_dxg *dxg)
{
	pthread_t thread[4];
	void *device[4];

	for (int i = 0; i < 4; i++)
		igt_assert_eq(pthread_create(&thread[i], NULL, thread_main, dxg), 0);
	for (int i = 0; i < 4; i++)
		igt_assert_eq(pthread_join(thread[i], &device[i]), 0);
	for (int i = 0; i < 4; i++)
		igt_dxg_destroy_device(dxg, (uintptr_t)device[i]);
}

static void two_opens(struct igt_dxg *dxg)
{
	struct igt_dxg *second = igt_dxg_reopen(dxg);
	uint32_t device[8], state;

	for (int i = 0; i < 8; i++)
		device[i] = igt_dxg_create_device(dxg);
	if (dxg->door == DXG_DOOR_DXG) {
		/* one table for the process, whichever file is used */
		igt_assert_eq_u32(igt_dxg_device_state(second, device[0]),
				  D3DKMT_DEVICEEXECUTION_ACTIVE);
		igt_dxg_close_adapter(dxg, second->adapter);
		igt_dxg_destroy_device(second, device[7]);
	} else {
		/* a table for each file; this one has had one handle */
		for (int i = 2; i < 8; i++)
			igt_assert_eq(__igt_dxg_device_state(second, device[i], &state), -EINVAL);
		igt_dxg_destroy_device(dxg, device[7]);
	}
	igt_dxg_close(second);

	igt_assert_eq_u32(igt_dxg_device_state(dxg, device[0]), D3DKMT_DEVICEEXECUTION_ACTIVE);
	for (int i = 0; i < 7; i++)
		igt_dxg_destroy_device(dxg, device[i]);
}

static void open_modes(struct igt_dxg *dxg)
{
	static const int modes[] = { O_RDONLY, O_RDWR };
	int old = dxg->fd;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(modes); i++) {
		uint32_t device, allocation;

		dxg->fd = open(dxg->path, modes[i] | O_CLOEXEC);
		igt_assert_fd(dxg->fd);
		device = igt_dxg_create_device(dxg);
		allocation = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
		memset(igt_dxg_lock(dxg, device, allocation), 0x5a, IGT_DXG_PAGE);
		igt_dxg_unlock(dxg, device, allocation);
		igt_dxg_destroy_device(dxg, device);
		close(dxg->fd);
	}
	dxg->fd = old;
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("dispatch-size", "Every wrong size is ENOTTY.", dispatch_size),
	IGT_DXG_TEST("dispatch-direction", "Every wrong direction is ENOTTY.", dispatch_direction),
	IGT_DXG_TEST("dispatch-number", "Every number of no operation is ENOTTY.", dispatch_number),
	IGT_DXG_TEST("dispatch-type", "Each door answers its own type only.", dispatch_type),
	IGT_DXG_TEST("dispatch-own",
		     "What D3DKMT has not may have larger structures than are known.",
		     dispatch_own),
	IGT_DXG_TEST("dispatch-larger", "A larger structure is served.", dispatch_larger),
	IGT_DXG_TEST("dispatch-later",
		     "Known operations that are not served are EPERM.", dispatch_later),
	IGT_DXG_TEST("args-address", "A structure that cannot be read is EFAULT.", args_address),
	IGT_DXG_TEST("args-read-only",
		     "Operations with input only write nothing back.", args_read_only),
	IGT_DXG_TEST("args-untouched",
		     "A refused operation leaves its structure alone.", args_untouched),
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, "fork",
			"A child gets ENOTTY and may open the door itself.", fork_dxg),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "fork-shares",
			"A child shares the state of the open file.", fork_drm),
	IGT_DXG_TEST("threads", "Threads share handles.", threads),
	IGT_DXG_TEST("two-opens",
		     "/dev/dxg's handles are the process's, a node's the file's.", two_opens),
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, "open-modes", "Permission to read suffices.", open_modes),
	{ }
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
