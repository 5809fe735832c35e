// SPDX-License-Identifier: MIT
/*
 * Escape, and what it offers for tests.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Escapes that are refused, and those for tests of video memory.");

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define PARAMETER		"/sys/module/dxg/parameters/test_escapes"
#define SIZE			(16 * IGT_DXG_PAGE)
#define COUNT			4

static void set_parameter(const char *value)
{
	int fd = open(PARAMETER, O_WRONLY | O_CLOEXEC);

	igt_assert_fd(fd);
	igt_assert_eq(write(fd, value, 1), 1);
	close(fd);
}

static void parameter_off(int sig)
{
	int fd = open(PARAMETER, O_WRONLY | O_CLOEXEC);

	(void)sig;
	if (fd < 0)
		return;
	if (write(fd, "N", 1) != 1)
		_exit(IGT_EXIT_FAILURE);
	close(fd);
}

static int escape(const struct igt_dxg *dxg, uint32_t device, uint32_t type, void *data,
		  uint32_t size)
{
	struct d3dkmt_escape args = {
		.adapter = dxg->adapter,
		.device = device,
		.type = type,
		.private_driver_data = igt_dxg_ptr(data),
		.private_driver_data_size = size,
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args);
}

static int escape_evict(const struct igt_dxg *dxg, uint32_t device, uint32_t resource,
			uint32_t allocation, uint64_t process)
{
	struct d3dkmt_vidmm_escape_evict evict = {
		.base.type = D3DKMT_VIDMM_ESCAPE_EVICT,
		.resource = resource,
		.allocation = allocation,
		.process = process,
	};

	return escape(dxg, device, D3DKMT_ESCAPE_VIDMM, &evict, sizeof(evict));
}

static int validate(const struct igt_dxg *dxg)
{
	struct d3dkmt_vidmm_escape head = { .type = D3DKMT_VIDMM_ESCAPE_VALIDATE_INTEGRITY };

	return escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, &head, sizeof(head));
}

/* Without the parameter all are known and refused. */
static void refused(struct igt_dxg *dxg)
{
	struct d3dkmt_vidmm_escape_evict evict = { .base.type = D3DKMT_VIDMM_ESCAPE_EVICT };

	set_parameter("N");
	for (uint32_t type = 0; type <= D3DKMT_ESCAPE_LAST; type++) {
		igt_assert_eq(escape(dxg, 0, type, &evict, sizeof(evict)), -EPERM);
		igt_assert_eq(escape(dxg, 0, type, NULL, 0), -EPERM);
	}
}

static void bad(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	struct d3dkmt_escape good = {
		.adapter = dxg->adapter,
		.device = device,
		.context = igt_dxg_create_context(dxg, device),
		.flags = 0xef,
	}, args;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &good), -EPERM);
	for (int bit = 0; bit < 32; bit++) {
		args = good;
		args.flags |= 1U << bit;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args),
			      args.flags == good.flags ? -EPERM : -EINVAL);
	}
	args = good;
	args.adapter = device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.device = dxg->adapter;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.device = other;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.device = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.context = device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.type = D3DKMT_ESCAPE_LAST + 1;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	args = good;
	args.private_driver_data_size = D3DKMT_MAX_PRIVATE_DATA + 1;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_ESCAPE, &args), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy_device(dxg, other);
}

static void vidmm_bad(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, SIZE), child;
	uint32_t resource = igt_dxg_create_resource(dxg, device, SIZE, 1, &child);
	struct d3dkmt_vidmm_escape_evict evict = { .base.type = D3DKMT_VIDMM_ESCAPE_EVICT };

	set_parameter("Y");
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, NULL, sizeof(evict)), -EINVAL);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, &evict, 0), -EINVAL);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, &evict, sizeof(evict) - 1), -EINVAL);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, igt_dxg_bad_pointer(), sizeof(evict)),
		      -EFAULT);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, igt_dxg_before_bad_page(&evict, 8),
			     sizeof(evict)), -EFAULT);
	for (uint32_t type = 0; type < 40; type++) {
		if (type == D3DKMT_VIDMM_ESCAPE_EVICT || type == D3DKMT_VIDMM_ESCAPE_GET_BUDGET ||
		    type == D3DKMT_VIDMM_ESCAPE_VALIDATE_INTEGRITY)
			continue;
		evict.base.type = type;
		igt_assert_eq(escape(dxg, device, D3DKMT_ESCAPE_VIDMM, &evict, sizeof(evict)),
			      -EPERM);
	}
	igt_assert_eq(escape_evict(dxg, device, 0, allocation, 1), -EPERM);
	igt_assert_eq(escape_evict(dxg, device, resource, allocation, 0), -EINVAL);
	igt_assert_eq(escape_evict(dxg, 0, 0, allocation, 0), -EINVAL);
	igt_assert_eq(escape_evict(dxg, device, 0, resource, 0), -EINVAL);
	igt_assert_eq(escape_evict(dxg, device, child, 0, 0), -EINVAL);
	igt_assert_eq(escape_evict(dxg, other, 0, allocation, 0), -EINVAL);
	igt_assert_eq(escape_evict(dxg, other, resource, 0, 0), -EINVAL);
	/* private drivers' stay refused */
	igt_assert_eq(escape(dxg, device, D3DKMT_ESCAPE_DRIVER_PRIVATE, &evict, sizeof(evict)),
		      -EPERM);
	set_parameter("N");
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy_device(dxg, other);
}

static void vidmm_evict(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, child, list[COUNT];
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t resource = igt_dxg_create_resource(dxg, device, SIZE, 1, &child);
	uint32_t done = igt_dxg_create_fence(dxg, device, 0, NULL);

	for (int i = 0; i < COUNT; i++) {
		list[i] = igt_dxg_create_allocation(dxg, device, SIZE);
		igt_assert_eq(__igt_dxg_submit_fill(dxg, context, list[i], SIZE, i + 1, done,
						    i + 1), 0);
	}
	igt_dxg_wait(dxg, device, done, COUNT);
	igt_dxg_make_resident(dxg, device, queue, fence, list, COUNT);
	igt_dxg_make_resident(dxg, device, queue, fence, &child, 1);
	/* what commands use stays until they have finished */
	igt_dxg_wait_state(dxg, "pins", 0);

	set_parameter("Y");
	igt_assert_eq(validate(dxg), 0);
	igt_assert_eq(escape_evict(dxg, device, 0, list[1], 0), 0);
	for (int i = 0; i < COUNT; i++)
		igt_assert_eq(igt_dxg_is_resident(dxg, device, list[i]), i != 1);
	igt_assert_eq(escape_evict(dxg, device, resource, 0, 0), 0);
	igt_assert(!igt_dxg_is_resident(dxg, device, child));
	igt_assert(igt_dxg_is_resident(dxg, device, list[0]));
	igt_assert_eq(escape_evict(dxg, 0, 0, 0, 0), 0);
	for (int i = 0; i < COUNT; i++) {
		igt_assert(!igt_dxg_is_resident(dxg, device, list[i]));
		igt_dxg_assert_filled(dxg, device, list[i], 0, SIZE / 4, i + 1);
	}
	/* again, with nothing there */
	igt_assert_eq(escape_evict(dxg, 0, 0, 0, 0), 0);
	igt_assert_eq(validate(dxg), 0);
	set_parameter("N");
	igt_dxg_destroy_device(dxg, device);
}

/**
 * struct racer - One who evicts what another one writes
 * @dxg: the way in
 * @device: the device
 * @context: its context
 * @fence: what the commands signal
 * @list: what they write
 * @round: value that they write
 */
struct racer {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint32_t list[COUNT];
	uint32_t round;
};

static int race_evict(void *data)
{
	const struct racer *racer = data;

	return escape_evict(racer->dxg, 0, 0, 0, 0) ?: validate(racer->dxg);
}

static int race_fill(void *data)
{
	const struct racer *racer = data;
	int ret = 0;

	for (uint32_t i = 0; i < COUNT && !ret; i++)
		ret = __igt_dxg_submit_fill(racer->dxg, racer->context, racer->list[i], SIZE,
					    racer->round, racer->fence,
					    racer->round * COUNT + i);
	return ret;
}

/* Bytes that are being written may be told to go: they do so before or afterwards. */
static void vidmm_race(struct igt_dxg *dxg)
{
	struct racer racer = { .dxg = dxg, .device = igt_dxg_create_device(dxg) };
	unsigned int rounds = igt_dxg_scale(100);
	int ret[2];

	racer.context = igt_dxg_create_context(dxg, racer.device);
	racer.fence = igt_dxg_create_fence(dxg, racer.device, 0, NULL);
	for (int i = 0; i < COUNT; i++)
		racer.list[i] = igt_dxg_create_allocation(dxg, racer.device, SIZE);
	set_parameter("Y");
	for (racer.round = 1; racer.round <= rounds; racer.round++) {
		igt_dxg_race(race_evict, race_fill, &racer, racer.round, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
		igt_dxg_wait(dxg, racer.device, racer.fence,
			     racer.round * COUNT + COUNT - 1);
		for (int i = 0; i < COUNT; i++)
			igt_dxg_assert_filled(dxg, racer.device, racer.list[i], 0, SIZE / 4,
					      racer.round);
	}
	set_parameter("N");
	igt_dxg_destroy_device(dxg, racer.device);
}

static void vidmm_budget(struct igt_dxg *dxg)
{
	struct d3dkmt_vidmm_escape_get_budget budget = {
		.base.type = D3DKMT_VIDMM_ESCAPE_GET_BUDGET,
		.num_bytes_to_trim = 1,
	};

	set_parameter("Y");
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, &budget, sizeof(budget)), 0);
	igt_assert_eq_u64(budget.num_bytes_to_trim, 0);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM, &budget, sizeof(budget) - 1), -EINVAL);
	igt_assert_eq(escape(dxg, 0, D3DKMT_ESCAPE_VIDMM,
			     igt_dxg_read_only(&budget, sizeof(budget)), sizeof(budget)), -EFAULT);
	set_parameter("N");
}

static const struct igt_dxg_test tests[] = {
	TEST("refused", refused, "All escapes are refused."),
	TEST("bad", bad, "Handles, flags and sizes of escapes are checked."),
	TEST("vidmm-bad", vidmm_bad, "Refusals of the escapes for tests."),
	TEST("vidmm-evict", vidmm_evict, "What is evicted is elsewhere, with its bytes."),
	IGT_DXG_TEST_LONG("vidmm-race", "What is written is evicted meanwhile.", vidmm_race),
	TEST("vidmm-budget", vidmm_budget, "Nothing is beyond the budget."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_fixture()
		igt_install_exit_handler(parameter_off);
	igt_dxg_run_tests(tests);
}
