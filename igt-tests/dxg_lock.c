// SPDX-License-Identifier: MIT
/*
 * Lock2 and Unlock2: the bytes of an allocation in the caller's memory, who may see
 * them, and what becomes of the mapping.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Locking allocations of dxg for the CPU");

#define DEAD_HANDLE	0x7fffffc0U
#define PAGE		IGT_DXG_PAGE
#define MIB		(1024U * 1024)

/* Different bytes at every place, also of neighbouring pages. */
static uint8_t pattern(size_t i, unsigned int seed)
{
	return i * 7 + i / PAGE * 31 + seed;
}

static void write_bytes(uint8_t *bytes, size_t size, unsigned int seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = pattern(i, seed);
}

static void check_bytes(const uint8_t *bytes, size_t from, size_t to, unsigned int seed)
{
	for (size_t i = from; i < to; i++)
		igt_assert_f(bytes[i] == pattern(i, seed), "byte %zu is %#x and not %#x\n", i,
			     bytes[i], pattern(i, seed));
}

static void check_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		igt_assert_f(!bytes[i], "byte %zu is %#x\n", i, bytes[i]);
}

/* --- bytes --------------------------------------------------------------- */

static void bytes(struct igt_dxg *dxg)
{
	static const uint32_t sizes[] = {
		1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 17, MIB - 1, MIB, MIB + 1, 5 * MIB,
	};
	uint32_t device = igt_dxg_create_device(dxg), allocation;
	uint8_t *data;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
		allocation = igt_dxg_create_allocation(dxg, device, sizes[i]);
		data = igt_dxg_lock(dxg, device, allocation);
		igt_assert_eq_u64(igt_dxg_ptr(data) % PAGE, 0);
		check_zero(data, sizes[i]);
		write_bytes(data, sizes[i], i);
		check_bytes(data, 0, sizes[i], i);
		igt_dxg_unlock(dxg, device, allocation);

		/* they are still there */
		data = igt_dxg_lock(dxg, device, allocation);
		check_bytes(data, 0, sizes[i], i);
		igt_dxg_unlock(dxg, device, allocation);
		igt_dxg_destroy_allocation(dxg, device, allocation);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void two_allocations(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[3], resource;
	uint8_t *data[3];

	resource = igt_dxg_create_resource(dxg, device, 4 * PAGE, 3, handles);
	for (int i = 0; i < 3; i++) {
		data[i] = igt_dxg_lock(dxg, device, handles[i]);
		write_bytes(data[i], 4 * PAGE, 10 * i);
	}
	for (int i = 0; i < 3; i++) {
		check_bytes(data[i], 0, 4 * PAGE, 10 * i);
		igt_dxg_unlock(dxg, device, handles[i]);
	}
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_dxg_destroy_device(dxg, device);
}

/* What was written to memory that came back is never seen again. */
static void zeroed(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[8];

	for (int round = 0; round < 8; round++) {
		igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, 64 * PAGE, 8, handles), 0);
		for (int i = 0; i < 8; i++) {
			uint8_t *data = igt_dxg_lock(dxg, device, handles[i]);

			check_zero(data, 64 * PAGE);
			memset(data, 0xa5, 64 * PAGE);
			igt_dxg_unlock(dxg, device, handles[i]);
		}
		igt_dxg_destroy2(dxg, device, 0, handles, 8, D3DKMT_DESTROY_SYNCHRONOUS);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void displayable(struct igt_dxg *dxg)
{
	struct drm_dxg_allocation_private private = {
		.size = 33 * 17 * 4,
		.flags = DRM_DXG_ALLOCATION_DISPLAYABLE,
		.format = 0x34325258,	/* XRGB8888 */
		.width = 33,
		.height = 17,
		.pitch = 33 * 4,
	};
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = igt_dxg_create_device(dxg),
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
	};
	uint8_t *data;

	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	data = igt_dxg_lock(dxg, args.device, info.allocation);
	check_zero(data, private.size);
	write_bytes(data, private.size, 3);
	igt_dxg_unlock(dxg, args.device, info.allocation);
	data = igt_dxg_lock(dxg, args.device, info.allocation);
	check_bytes(data, 0, private.size, 3);
	igt_dxg_destroy_device(dxg, args.device);
}

/* System calls may use the memory as any other. */
static void system_calls(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, 2 * PAGE);
	uint8_t *data = igt_dxg_lock(dxg, device, allocation);
	int fds[2];

	igt_assert_eq(pipe(fds), 0);
	write_bytes(data, PAGE, 5);
	igt_assert_eq(write(fds[1], data, PAGE), PAGE);
	igt_assert_eq(read(fds[0], data + PAGE, PAGE), PAGE);
	igt_assert_eq(memcmp(data, data + PAGE, PAGE), 0);
	close(fds[0]);
	close(fds[1]);
	igt_dxg_destroy_device(dxg, device);
}

static void engine(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), handles[2];
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct igt_dxg_stream stream;
	uint8_t *from, *to;

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, 4 * PAGE, 2, handles), 0);
	from = igt_dxg_lock(dxg, device, handles[0]);
	to = igt_dxg_lock(dxg, device, handles[1]);
	for (int round = 1; round < 4; round++) {
		/* one mapping each, for all rounds */
		write_bytes(from, 4 * PAGE, round);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, handles[1], 0, handles[0], 0, 3 * PAGE + 5);
		igt_dxg_stream_fill(&stream, handles[0], PAGE, 8, 0x04030201);
		igt_dxg_stream_signal(&stream, fence, round);
		igt_dxg_submit(dxg, context, &stream);
		igt_assert(igt_dxg_wait_timeout(dxg, device, fence, round, 5000));
		check_bytes(to, 0, 3 * PAGE + 5, round);
		igt_assert_eq(memcmp(from + PAGE, "\1\2\3\4\1\2\3\4", 8), 0);
		check_bytes(from, PAGE + 8, 4 * PAGE, round);
	}
	check_zero(to + 3 * PAGE + 5, PAGE - 5);
	igt_dxg_destroy_device(dxg, device);
}

/* --- counting ------------------------------------------------------------ */

static void nested(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, PAGE);
	uint8_t *data = igt_dxg_lock(dxg, device, allocation);

	for (int i = 1; i < 1000; i++)
		igt_assert(igt_dxg_lock(dxg, device, allocation) == data);
	for (int i = 1; i < 1000; i++)
		igt_dxg_unlock(dxg, device, allocation);
	igt_assert(!igt_dxg_write_faults(data));
	data[0] = 9;

	/* the last unlock unmaps */
	igt_dxg_unlock(dxg, device, allocation);
	igt_assert(igt_dxg_read_faults(data));
	igt_assert_eq(__igt_dxg_unlock(dxg, device, allocation), -EINVAL);
	data = igt_dxg_lock(dxg, device, allocation);
	igt_assert_eq(data[0], 9);
	igt_dxg_destroy_device(dxg, device);
}

static unsigned int count_maps(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	unsigned int lines = 0;
	int c;

	igt_assert(file);
	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

/* Locking again and again uses up neither memory nor address space. */
static void many_times(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, 16 * PAGE);
	uint64_t before;
	unsigned int maps;

	igt_dxg_lock(dxg, device, allocation);
	igt_dxg_unlock(dxg, device, allocation);
	maps = count_maps();
	before = igt_dxg_read_state(dxg, "backing_bytes");
	for (unsigned int i = 0; i < igt_dxg_scale(1000); i++) {
		uint32_t *data = igt_dxg_lock(dxg, device, allocation);

		igt_assert_eq_u32(data[0], i);
		data[0]++;
		igt_dxg_unlock(dxg, device, allocation);
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before);
	igt_assert_lte(count_maps(), maps + 4);
	igt_dxg_destroy_device(dxg, device);
}

static void unlock_refused(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t handles[2];

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, PAGE, 2, handles), 0);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, handles[0]), -EINVAL);
	igt_dxg_lock(dxg, device, handles[1]);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, handles[0]), -EINVAL);
	igt_assert_eq(__igt_dxg_unlock(dxg, other, handles[1]), -EINVAL);
	igt_assert_eq(__igt_dxg_unlock(dxg, 0, handles[1]), -EINVAL);
	igt_assert_eq(__igt_dxg_unlock(dxg, dxg->adapter, handles[1]), -EINVAL);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, handles[1] | 1), -EINVAL);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, 0), -EINVAL);
	igt_dxg_unlock(dxg, device, handles[1]);
	igt_dxg_destroy_device(dxg, other);
	igt_dxg_destroy_device(dxg, device);
}

/* --- refusals ------------------------------------------------------------ */

static void lock_flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_lock2 args = {
		.device = device,
		.allocation = igt_dxg_create_allocation(dxg, device, PAGE),
		.pad = UINT32_MAX,
		.data = UINT64_MAX,
	};
	uint64_t before = igt_dxg_read_state(dxg, "backing_bytes");

	for (unsigned int bit = 0; bit < 32; bit++) {
		args.flags = 1U << bit;
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_LOCK2, &args), -EINVAL);
	}
	igt_assert_eq(__igt_dxg_unlock(dxg, device, args.allocation), -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before);
	args.flags = 0;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_LOCK2, &args), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void lock_handles(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg), child;
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, PAGE);
	uint32_t stale = igt_dxg_create_allocation(dxg, device, PAGE);
	uint32_t bad[] = {
		0, DEAD_HANDLE, UINT32_MAX, stale, device, dxg->adapter, allocation | 1,
		allocation ^ 0xc0000000, igt_dxg_create_context(dxg, device),
		igt_dxg_create_fence(dxg, device, 0, NULL),
		igt_dxg_create_resource(dxg, device, PAGE, 1, &child),
	};
	void *data;

	igt_dxg_destroy_allocation(dxg, device, stale);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		igt_assert_eq(__igt_dxg_lock(dxg, device, bad[i], &data), -EINVAL);
		if (bad[i] != device)
			igt_assert_eq(__igt_dxg_lock(dxg, bad[i], allocation, &data), -EINVAL);
	}
	igt_assert_eq(__igt_dxg_lock(dxg, other, allocation, &data), -EINVAL);

	/* the device is checked also where nothing is to be mapped */
	igt_dxg_lock(dxg, device, allocation);
	igt_assert_eq(__igt_dxg_lock(dxg, other, allocation, &data), -EINVAL);
	igt_dxg_unlock(dxg, device, allocation);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, allocation), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_destroy_device(dxg, other);
}

/* An address that cannot be returned is not mapped, and does not count. */
static void lock_read_only(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct d3dkmt_lock2 args = { .device = device };
	struct d3dkmt_unlock2 unlock = { .device = device };
	unsigned int maps;
	void *copy;

	args.allocation = igt_dxg_create_allocation(dxg, device, PAGE);
	unlock.allocation = args.allocation;
	copy = igt_dxg_read_only(&args, sizeof(args));
	maps = count_maps();
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_LOCK2, copy), -EFAULT);
	igt_assert_lte(count_maps(), maps);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, args.allocation), -EINVAL);

	/* neither does one that would only be counted */
	igt_dxg_lock(dxg, device, args.allocation);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_LOCK2, copy), -EFAULT);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_UNLOCK2,
				    igt_dxg_read_only(&unlock, sizeof(unlock))), 0);
	igt_assert_eq(__igt_dxg_unlock(dxg, device, args.allocation), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

/* --- the end of a mapping ------------------------------------------------ */

static void destroy_locked(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), resource, child, handles[2];
	uint8_t *data[4];

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, 2 * PAGE, 2, handles), 0);
	resource = igt_dxg_create_resource(dxg, device, 2 * PAGE, 1, &child);
	data[0] = igt_dxg_lock(dxg, device, handles[0]);
	data[1] = igt_dxg_lock(dxg, device, handles[1]);
	data[2] = igt_dxg_lock(dxg, device, child);
	for (int i = 0; i < 3; i++)
		write_bytes(data[i], 2 * PAGE, i);

	igt_dxg_destroy_allocation(dxg, device, handles[0]);
	igt_assert(igt_dxg_read_faults(data[0]));
	igt_assert(igt_dxg_read_faults(data[0] + PAGE));
	igt_assert_eq(__igt_dxg_unlock(dxg, device, handles[0]), -EINVAL);
	check_bytes(data[1], 0, 2 * PAGE, 1);
	igt_dxg_destroy2(dxg, device, resource, NULL, 0, 0);
	igt_assert(igt_dxg_read_faults(data[2]));
	check_bytes(data[1], 0, 2 * PAGE, 1);
	igt_dxg_destroy_device(dxg, device);
	igt_assert(igt_dxg_read_faults(data[1]));

	/* never touched, so no page was there to be taken away */
	device = igt_dxg_create_device(dxg);
	data[3] = igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, PAGE));
	igt_dxg_destroy_device(dxg, device);
	igt_assert(igt_dxg_read_faults(data[3]));
}

static void close_locked(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint8_t *data;

	data = igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, 2 * PAGE));
	memset(data, 1, 2 * PAGE);
	igt_dxg_renew(dxg);
	igt_assert(igt_dxg_read_faults(data));
	igt_assert(igt_dxg_read_faults(data + PAGE));
}

static void partial_unmap(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, 4 * PAGE);
	uint8_t *data = igt_dxg_lock(dxg, device, allocation);

	/* before the rest has been touched */
	write_bytes(data + PAGE, PAGE, 50);
	igt_assert_eq(munmap(data + PAGE, PAGE), 0);
	check_zero(data, PAGE);
	check_zero(data + 2 * PAGE, 2 * PAGE);
	write_bytes(data + 2 * PAGE, 2 * PAGE, 60);
	write_bytes(data, PAGE, 40);
	igt_dxg_unlock(dxg, device, allocation);

	data = igt_dxg_lock(dxg, device, allocation);
	check_bytes(data, 0, PAGE, 40);
	check_bytes(data + PAGE, 0, PAGE, 50);
	check_bytes(data + 2 * PAGE, 0, 2 * PAGE, 60);

	/* the start, and all of it */
	igt_assert_eq(munmap(data, PAGE), 0);
	check_bytes(data + 2 * PAGE, 0, 2 * PAGE, 60);
	igt_assert_eq(munmap(data, 4 * PAGE), 0);
	igt_dxg_unlock(dxg, device, allocation);
	data = igt_dxg_lock(dxg, device, allocation);
	check_bytes(data, 0, PAGE, 40);
	igt_dxg_destroy_device(dxg, device);
}

/* Memory that the program has put there since is not taken away. */
static void foreign_mapping(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint8_t *data, *mine;

	for (int destroy = 0; destroy < 2; destroy++) {
		uint32_t allocation = igt_dxg_create_allocation(dxg, device, 3 * PAGE);

		data = igt_dxg_lock(dxg, device, allocation);
		memset(data, 1, 3 * PAGE);
		mine = mmap(data + PAGE, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		igt_assert(mine == data + PAGE);
		memset(mine, 0x77, PAGE);
		if (destroy)
			igt_dxg_destroy_allocation(dxg, device, allocation);
		else
			igt_dxg_unlock(dxg, device, allocation);
		igt_assert(!igt_dxg_write_faults(mine));
		igt_assert_eq(mine[0], 0x77);
		igt_assert_eq(mine[PAGE - 1], 0x77);
		igt_assert(igt_dxg_read_faults(data));
		igt_assert(igt_dxg_read_faults(data + 2 * PAGE));
		igt_assert_eq(munmap(mine, PAGE), 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- other processes ----------------------------------------------------- */

/* What the children below are given. */
static struct {
	uint32_t device;
	uint32_t allocation;
	uint8_t *data;
	int result;
} inherited;

static void touching_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	(void)child;
	(void)dxg;
	igt_assert(igt_dxg_read_faults(inherited.data));
	igt_assert(igt_dxg_read_faults(inherited.data + PAGE));
	igt_assert(igt_dxg_write_faults(inherited.data));
}

static void fork_touch(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t allocation = igt_dxg_create_allocation(dxg, device, 2 * PAGE);
	struct igt_dxg_child child;

	inherited.data = igt_dxg_lock(dxg, device, allocation);
	write_bytes(inherited.data, 2 * PAGE, 8);
	igt_dxg_child_start(&child, dxg, touching_child);
	igt_dxg_child_join(&child);
	check_bytes(inherited.data, 0, 2 * PAGE, 8);
	igt_dxg_unlock(dxg, device, allocation);
	igt_dxg_destroy_device(dxg, device);
}

static void locking_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	void *data;

	(void)child;
	igt_assert_eq(__igt_dxg_lock(dxg, inherited.device, inherited.allocation, &data),
		      inherited.result);
	if (inherited.result)
		igt_assert_eq(__igt_dxg_unlock(dxg, inherited.device, inherited.allocation),
			      inherited.result);
}

static void inherit(struct igt_dxg *dxg, int result)
{
	inherited.device = igt_dxg_create_device(dxg);
	inherited.allocation = igt_dxg_create_allocation(dxg, inherited.device, PAGE);
	inherited.result = result;
}

/* The address space of the first lock is the one that may lock. */
static void fork_lock(struct igt_dxg *dxg)
{
	bool drm = dxg->door != DXG_DOOR_DXG;
	struct igt_dxg_child child;
	uint8_t *data;

	inherit(dxg, drm ? -EPERM : -ENOTTY);
	data = igt_dxg_lock(dxg, inherited.device, inherited.allocation);
	data[0] = 1;
	igt_dxg_child_start(&child, dxg, locking_child);
	igt_dxg_child_join(&child);
	igt_assert_eq(data[0], 1);
	igt_dxg_unlock(dxg, inherited.device, inherited.allocation);
	igt_dxg_destroy_device(dxg, inherited.device);
}

static void fork_lock_first(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	void *data;

	inherit(dxg, 0);
	igt_dxg_child_start(&child, dxg, locking_child);
	igt_dxg_child_join(&child);
	igt_assert_eq(__igt_dxg_lock(dxg, inherited.device, inherited.allocation, &data), -EPERM);
	igt_assert_eq(__igt_dxg_unlock(dxg, inherited.device, inherited.allocation), -EPERM);
	igt_dxg_destroy_allocation(dxg, inherited.device, inherited.allocation);
	igt_dxg_destroy_device(dxg, inherited.device);
}

static void zero_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);
	uint8_t *data;

	for (int i = 0; i < 16; i++) {
		data = igt_dxg_lock(own, device,
				    igt_dxg_create_allocation(own, device, 64 * PAGE));
		check_zero(data, 64 * PAGE);
		memset(data, 0xc3, 64 * PAGE);
	}
	if (!inherited.result)
		igt_dxg_child_linger(child);
}

/* Two processes see no bytes of each other, neither live ones nor old ones. */
static void two_processes(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child[2];
	uint8_t *data[16];

	for (int i = 0; i < 16; i++) {
		data[i] = igt_dxg_lock(dxg, device,
				       igt_dxg_create_allocation(dxg, device, 64 * PAGE));
		memset(data[i], 0x3c, 64 * PAGE);
	}
	for (int i = 0; i < 2; i++) {
		/* the first stays while the second looks */
		inherited.result = i;
		igt_dxg_child_start(&child[i], dxg, zero_child);
		if (!i)
			igt_dxg_child_await(&child[i]);
		else
			igt_dxg_child_join(&child[i]);
	}
	igt_dxg_child_kill(&child[0], 9);
	igt_dxg_child_end(&child[0], 5000);
	for (int i = 0; i < 16; i++)
		for (uint32_t j = 0; j < 64 * PAGE; j++)
			igt_assert_eq(data[i][j], 0x3c);
	igt_dxg_destroy_device(dxg, device);
}

/* --- no room ------------------------------------------------------------- */

/* Where the bytes of large allocations are looked at. */
static void write_ends(uint8_t *data, uint64_t size, uint8_t seed)
{
	data[0] = seed;
	data[size / 2] = seed + 1;
	data[size - 1] = seed + 2;
}

static void check_ends(const uint8_t *data, uint64_t size, uint8_t seed)
{
	igt_assert_eq(data[0], seed);
	igt_assert_eq(data[size / 2], seed + 1);
	igt_assert_eq(data[size - 1], seed + 2);
}

static uint8_t *lock_zeroed(struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
			    uint64_t size, uint8_t seed)
{
	uint8_t *data = igt_dxg_lock(dxg, device, allocation);

	igt_assert_eq(data[0] | data[size / 2] | data[size - 1], 0);
	check_zero(data + size / 4, PAGE);
	write_ends(data, size, seed);
	return data;
}

static void assert_segments(struct igt_dxg *dxg, const struct igt_dxg_state *before,
			    uint64_t device, uint64_t system)
{
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
			  before->backing_bytes + device);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "system_bytes"), before->system_bytes + system);
}

static void over_budget(struct igt_dxg *dxg)
{
	uint64_t size = igt_dxg_segment_size(dxg) / 4 / PAGE * PAGE + PAGE;
	uint32_t device = igt_dxg_create_device(dxg), handles[6];
	struct igt_dxg_state before;
	uint8_t *data[6];

	/* three fit, and each is small enough for every host */
	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, size, 6, handles), 0);
	for (int i = 0; i < 5; i++) {
		data[i] = lock_zeroed(dxg, device, handles[i], size, 10 * i + 1);
		assert_segments(dxg, &before, (i < 3 ? i + 1 : 3) * size,
				i < 3 ? 0 : (i - 2) * size);
	}
	for (int i = 0; i < 5; i++) {
		check_ends(data[i], size, 10 * i + 1);
		igt_assert_eq(igt_dxg_is_resident(dxg, device, handles[i]), i < 3);
	}

	/* each gives its own segment back; what is not there yet takes it, others stay */
	igt_dxg_destroy2(dxg, device, 0, &handles[3], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert(igt_dxg_read_faults(data[3]));
	assert_segments(dxg, &before, 3 * size, size);
	igt_dxg_destroy2(dxg, device, 0, &handles[0], 1, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_segments(dxg, &before, 2 * size, size);
	igt_dxg_unlock(dxg, device, handles[4]);
	data[4] = igt_dxg_lock(dxg, device, handles[4]);
	check_ends(data[4], size, 41);
	assert_segments(dxg, &before, 2 * size, size);
	data[5] = lock_zeroed(dxg, device, handles[5], size, 51);
	assert_segments(dxg, &before, 3 * size, size);
	igt_assert(!igt_dxg_is_resident(dxg, device, handles[4]));
	check_ends(data[1], size, 11);
	check_ends(data[5], size, 51);
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_wait_idle(dxg, &before);
}

/* The largest object that virtio_gpu makes. */
#define LARGE	(64ULL * MIB)

static bool is_too_large(const struct igt_dxg *dxg, uint64_t size)
{
	return size > LARGE && !strcmp(dxg->driver, "virtio_gpu");
}

static void large(struct igt_dxg *dxg)
{
	static const uint64_t sizes[] = { LARGE, LARGE + PAGE };
	uint32_t device = igt_dxg_create_device(dxg), handle;
	struct igt_dxg_state before;

	igt_dxg_read_state_all(dxg, &before);
	/* one after the other: the segment need not have room for both */
	for (int i = 0; i < 2; i++) {
		bool system = is_too_large(dxg, sizes[i]);

		handle = igt_dxg_create_allocation(dxg, device, sizes[i]);
		lock_zeroed(dxg, device, handle, sizes[i], 100 * i);
		igt_assert_eq(igt_dxg_is_resident(dxg, device, handle), !system);
		assert_segments(dxg, &before, system ? 0 : sizes[i], system ? sizes[i] : 0);
		igt_dxg_unlock(dxg, device, handle);
		check_ends(igt_dxg_lock(dxg, device, handle), sizes[i], 100 * i);
		igt_dxg_destroy2(dxg, device, 0, &handle, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	}
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_wait_idle(dxg, &before);
}

/* What the device segment has no place for is no engine's. */
static void large_command(struct igt_dxg *dxg)
{
	static const uint64_t sizes[] = { LARGE, LARGE + PAGE };
	uint32_t device = igt_dxg_create_device(dxg), allocation;
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct igt_dxg_stream stream;
	struct igt_dxg_state before;
	uint8_t *data;

	igt_dxg_read_state_all(dxg, &before);
	for (int i = 0; i < 4; i++) {
		uint64_t size = sizes[i / 2], signal = i + 1;
		bool refused = is_too_large(dxg, size);

		/* with bytes in the system segment, and with none yet */
		allocation = igt_dxg_create_allocation(dxg, device, size);
		data = i % 2 ? lock_zeroed(dxg, device, allocation, size, i) : NULL;
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_fill(&stream, allocation, size - PAGE, PAGE, 0x04030201);
		igt_dxg_stream_signal(&stream, fence, signal);
		igt_dxg_stream_finish(&stream);
		igt_assert_eq(__igt_dxg_submit(dxg, context, &stream), refused ? -ENOMEM : 0);
		igt_dxg_stream_free(&stream);
		if (refused)
			igt_dxg_signal(dxg, device, fence, signal);
		else
			igt_assert(igt_dxg_wait_timeout(dxg, device, fence, signal, 10000));
		igt_assert_eq_u32(igt_dxg_device_state(dxg, device), D3DKMT_DEVICEEXECUTION_ACTIVE);
		if (data && refused)
			check_ends(data, size, i);
		else if (!refused)
			igt_dxg_assert_filled(dxg, device, allocation, size - PAGE, PAGE / 4,
					      0x04030201);
		igt_dxg_destroy2(dxg, device, 0, &allocation, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	}
	igt_dxg_destroy_device(dxg, device);
	igt_dxg_assert_invariants(dxg);
}

static void crowded_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);
	uint32_t allocation = igt_dxg_create_allocation(own, device, 8 * MIB);
	struct rlimit old, limit = { .rlim_max = RLIM_INFINITY };
	void *data;

	(void)child;
	igt_assert_eq(getrlimit(RLIMIT_AS, &old), 0);
	limit.rlim_cur = 4 * MIB;
	limit.rlim_max = old.rlim_max;
	igt_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	igt_assert_eq(__igt_dxg_lock(own, device, allocation, &data), -ENOMEM);
	igt_assert_eq(__igt_dxg_unlock(own, device, allocation), -EINVAL);
	igt_assert_eq(setrlimit(RLIMIT_AS, &old), 0);
	memset(igt_dxg_lock(own, device, allocation), 1, 8 * MIB);
	igt_dxg_unlock(own, device, allocation);
	igt_assert_eq(__igt_dxg_unlock(own, device, allocation), -EINVAL);
}

static void no_address_space(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, crowded_child);
	igt_dxg_child_join(&child);
}

/* --- races --------------------------------------------------------------- */

struct race {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t allocation;
};

static int race_lock(void *data)
{
	struct race *race = data;
	void *address;
	int ret;

	for (int i = 0; i < 10; i++) {
		ret = __igt_dxg_lock(race->dxg, race->device, race->allocation, &address);
		if (!ret)
			ret = __igt_dxg_unlock(race->dxg, race->device, race->allocation);
		if (ret)
			return ret;
	}
	return 0;
}

static int race_destroy(void *data)
{
	struct race *race = data;

	return __igt_dxg_destroy_allocation(race->dxg, race->device, race->allocation);
}

static void race_two_locks(struct igt_dxg *dxg)
{
	struct race race = { .dxg = dxg };
	unsigned int rounds = igt_dxg_scale(100);
	int ret[2];

	race.device = igt_dxg_create_device(dxg);
	race.allocation = igt_dxg_create_allocation(dxg, race.device, PAGE);
	for (unsigned int i = 0; i < rounds; i++) {
		igt_dxg_race(race_lock, race_lock, &race, i, ret);
		igt_assert_eq(ret[0], 0);
		igt_assert_eq(ret[1], 0);
	}
	igt_assert_eq(__igt_dxg_unlock(dxg, race.device, race.allocation), -EINVAL);
	igt_dxg_destroy_device(dxg, race.device);
}

static void race_lock_destroy(struct igt_dxg *dxg)
{
	struct race race = { .dxg = dxg };
	unsigned int rounds = igt_dxg_scale(200);
	unsigned int maps;
	int ret[2];

	race.device = igt_dxg_create_device(dxg);
	maps = count_maps();
	for (unsigned int i = 0; i < rounds; i++) {
		race.allocation = igt_dxg_create_allocation(dxg, race.device, PAGE);
		igt_dxg_race(race_lock, race_destroy, &race, i, ret);
		igt_assert_f(ret[0] == 0 || ret[0] == -EINVAL, "%d\n", ret[0]);
		igt_assert_eq(ret[1], 0);
	}
	/* no mapping is left behind, but for those of threads */
	igt_assert_lte(count_maps(), maps + 20);
	igt_dxg_destroy_device(dxg, race.device);
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("bytes", "Bytes begin as 0 and stay, for any size.", bytes),
	IGT_DXG_TEST("two-allocations", "Each allocation has bytes of its own.", two_allocations),
	IGT_DXG_TEST("zeroed", "Memory that is used again is zeroed.", zeroed),
	IGT_DXG_TEST("displayable", "A displayable allocation is locked as any other.",
		     displayable),
	IGT_DXG_TEST("system-calls", "System calls read and write the memory.", system_calls),
	IGT_DXG_TEST("engine", "The engine and the CPU see the same bytes.", engine),
	IGT_DXG_TEST("nested", "Locks are counted and share an address.", nested),
	IGT_DXG_TEST("many-times", "Locking often costs nothing that stays.", many_times),
	IGT_DXG_TEST("unlock-refused", "Only what is locked is unlocked.", unlock_refused),
	IGT_DXG_TEST("lock-flags", "There are no flags.", lock_flags),
	IGT_DXG_TEST("lock-handles", "Only a live allocation of the device is locked.",
		     lock_handles),
	IGT_DXG_TEST("lock-read-only", "A lock that cannot be returned does not count.",
		     lock_read_only),
	IGT_DXG_TEST("destroy-locked", "A destroyed allocation is not accessible.",
		     destroy_locked),
	IGT_DXG_TEST("close-locked", "Neither is one of a closed file.", close_locked),
	IGT_DXG_TEST("partial-unmap", "What munmap() leaves has the right bytes.", partial_unmap),
	IGT_DXG_TEST("foreign-mapping", "Memory of the program is not unmapped.",
		     foreign_mapping),
	IGT_DXG_TEST("fork-touch", "A child does not inherit the mapping.", fork_touch),
	IGT_DXG_TEST("fork-lock", "A child may not lock by an inherited file.", fork_lock),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "fork-lock-first",
			"If a child locks first, its parent may not.", fork_lock_first),
	IGT_DXG_TEST("two-processes", "No process sees bytes of another.", two_processes),
	IGT_DXG_TEST_LONG("over-budget", "A lock beyond the segment has memory of the system.",
			  over_budget),
	IGT_DXG_TEST("large", "So has one of more than the in-tree driver can make.", large),
	IGT_DXG_TEST_LONG("large-command",
			  "What has no place in the segment is refused to commands.",
			  large_command),
	IGT_DXG_TEST("no-address-space", "A lock that finds no addresses harms nothing.",
		     no_address_space),
	IGT_DXG_TEST("race-locks", "Two threads lock one allocation.", race_two_locks),
	IGT_DXG_TEST_LONG("race-lock-destroy", "One thread locks what another destroys.",
			  race_lock_destroy),
	{ }
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
