// SPDX-License-Identifier: MIT
/*
 * Refusals of sharing: no descriptor, no handle, and nothing has changed. What a removed
 * adapter answers is in dxg_share_life.c.
 */
#include <dirent.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Refusals of sharing by dxg.");

#define RUNTIME_SIZE	16U
#define RESOURCE_SIZE	24U
#define TOTAL_SIZE	(COUNT * (uint32_t)sizeof(struct drm_dxg_allocation_private))

/* --- what is looked at --------------------------------------------------- */

static unsigned int descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	igt_assert(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* One with private data of each kind. */
static void create_rich(struct igt_dxg *dxg, struct opening *creator)
{
	static uint8_t runtime[RUNTIME_SIZE], data[RESOURCE_SIZE];
	struct drm_dxg_allocation_private private = { .size = SIZE };
	struct d3dkmt_allocation_info2 info[COUNT] = {};
	struct d3dkmt_create_allocation args = {
		.private_runtime_data = igt_dxg_ptr(runtime),
		.private_runtime_data_size = RUNTIME_SIZE,
		.private_driver_data = igt_dxg_ptr(data),
		.private_driver_data_size = RESOURCE_SIZE,
		.num_allocations = COUNT,
		.allocation_info = igt_dxg_ptr(info),
		.flags = IGT_DXG_CREATE_SHARED,
	};

	space_create(dxg, &creator->space);
	args.device = creator->space.device;
	for (uint32_t i = 0; i < COUNT; i++) {
		info[i].private_driver_data = igt_dxg_ptr(&private);
		info[i].private_driver_data_size = sizeof(private);
	}
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	creator->resource = args.resource;
	for (uint32_t i = 0; i < COUNT; i++)
		creator->list[i] = info[i].allocation;
}

/* --- ShareObjects -------------------------------------------------------- */

static void share_refused(const struct igt_dxg *dxg, uint32_t count, uint64_t objects,
			  uint64_t result, int expected, const char *what)
{
	struct d3dkmt_share_objects args = {
		.object_count = count,
		.objects = objects,
		.shared_nt_handle = result,
	};
	unsigned int open = descriptors();
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SHARE_OBJECTS, &args);

	igt_assert_f(ret == expected, "%s: %d and not %d\n", what, ret, expected);
	igt_assert_f(descriptors() == open, "%s: a descriptor is left\n", what);
}

static void handle_refused(const struct igt_dxg *dxg, uint32_t handle, const char *what)
{
	uint64_t result = 77;

	share_refused(dxg, 1, igt_dxg_ptr(&handle), igt_dxg_ptr(&result), -EINVAL, what);
	igt_assert_eq_u64(result, 77);
}

static void test_share_arguments(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 0, 2, 3, UINT32_MAX };
	uint32_t *edge = igt_dxg_edge();
	uint64_t result, object, bad = igt_dxg_ptr(igt_dxg_bad_pointer());
	struct opening creator;
	uint32_t objects[3];

	opening_create(dxg, &creator);
	for (int i = 0; i < 3; i++)
		objects[i] = creator.resource;
	object = igt_dxg_ptr(objects);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++)
		share_refused(dxg, counts[i], object, igt_dxg_ptr(&result), -EINVAL, "count");
	share_refused(dxg, 1, 0, igt_dxg_ptr(&result), -EINVAL, "no objects");
	share_refused(dxg, 1, object, 0, -EINVAL, "no result");
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 0);
	share_refused(dxg, 1, bad, igt_dxg_ptr(&result), -EFAULT, "objects");
	share_refused(dxg, 1, UINT64_MAX - 3, igt_dxg_ptr(&result), -EFAULT, "objects");
	share_refused(dxg, 1, object, bad, -EFAULT, "result");
	share_refused(dxg, 1, object, 0xffff888000000000, -EFAULT, "result");
	/* half of it can be written, or all of it only read */
	share_refused(dxg, 1, object, igt_dxg_ptr(&edge[PAGE / 4 - 1]), -EFAULT, "result");
	share_refused(dxg, 1, object, igt_dxg_ptr(igt_dxg_read_only(objects, 8)), -EFAULT,
		      "result");
	/* it is none the worse */
	close(opening_share(&creator));
	space_destroy(&creator.space);
	igt_dxg_edge_free(edge);
}

static uint32_t foreign_resource;

static void other_process(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);

	(void)child;
	handle_refused(own, foreign_resource, "another process");
}

static void test_share_handles(struct igt_dxg *dxg)
{
	uint32_t alone, unshared, child, dead, queue, fence;
	struct opening creator, opener;

	/* more handles than the child will have */
	for (int i = 0; i < 64; i++)
		igt_dxg_destroy_device(dxg, igt_dxg_create_device(dxg));
	opening_pair(dxg, &creator, &opener);
	alone = create(&creator.space, PAGE);
	unshared = igt_dxg_create_resource(dxg, creator.space.device, PAGE, 1, &child);
	queue = igt_dxg_create_paging_queue(dxg, creator.space.device, &fence, NULL);
	dead = igt_dxg_create_shared(dxg, creator.space.device, PAGE, 1, &child);
	igt_dxg_destroy2(dxg, creator.space.device, dead, NULL, 0, 0);
	handle_refused(dxg, 0, "0");
	handle_refused(dxg, UINT32_MAX, "no handle");
	handle_refused(dxg, unshared, "not to be shared");
	handle_refused(dxg, alone, "an allocation");
	handle_refused(dxg, creator.list[0], "an allocation of it");
	handle_refused(dxg, opener.list[0], "an allocation that was opened");
	handle_refused(dxg, creator.space.device, "a device");
	handle_refused(dxg, creator.space.context, "a context");
	handle_refused(dxg, creator.space.fence, "a fence");
	handle_refused(dxg, queue, "a paging queue");
	handle_refused(dxg, dxg->adapter, "an adapter");
	handle_refused(dxg, dead, "destroyed");
	opening_close(&opener, 0);
	handle_refused(dxg, opener.resource, "closed");
	foreign_resource = creator.resource;
	peer_start(dxg, -1, other_process);
	peer_join();
	space_destroy(&opener.space);
	handle_refused(dxg, opener.resource, "of a dead device");
	space_destroy(&creator.space);
}

static void test_share_descriptors(struct igt_dxg *dxg)
{
	struct rlimit limit, small;
	struct opening creator;
	int next, fd, ret;

	opening_create(dxg, &creator);
	next = dup(dxg->fd);
	igt_assert_fd(next);
	igt_assert_eq(close(next), 0);
	igt_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	small = limit;
	small.rlim_cur = next;
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &small), 0);
	ret = __igt_dxg_share(dxg, creator.resource, &fd);
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	igt_assert_eq(ret, -EMFILE);
	fd = opening_share(&creator);
	igt_assert_eq(fd, next);
	close(fd);
	space_destroy(&creator.space);
}

/* More than an opening could name. They are too many, but it can still have more. */
static void test_share_many(struct igt_dxg *dxg)
{
	static uint32_t list[D3DKMT_MAX_ALLOCATIONS];
	struct opening creator;
	uint32_t one;

	opening_create(dxg, &creator);
	igt_dxg_add_allocations(dxg, creator.space.device, creator.resource, PAGE,
				D3DKMT_MAX_ALLOCATIONS - COUNT + 1, list);
	handle_refused(dxg, creator.resource, "too many");
	igt_dxg_add_allocations(dxg, creator.space.device, creator.resource, PAGE, 1, &one);
	space_destroy(&creator.space);
}

/* --- what is shared stays as it is --------------------------------------- */

static void add_refused(const struct opening *opening)
{
	struct igt_dxg_state before;
	uint32_t resource = opening->resource, list[2] = {};
	const struct igt_dxg *dxg = opening->space.dxg;

	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(__igt_dxg_create(dxg, opening->space.device, 0, &resource, PAGE, 2, list),
		      -EINVAL);
	for (int i = 0; i < 2; i++)
		igt_assert(!list[i] ||
			   !igt_dxg_is_allocation(dxg, opening->space.device, list[i]));
	igt_dxg_assert_no_leak(dxg, &before);
}

static void test_add(struct igt_dxg *dxg)
{
	struct d3dkmt_query_resource_info_from_nt_handle info;
	struct opening creator, opener;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	add_refused(&creator);
	opening_open(dxg, &opener, fd);
	add_refused(&creator);
	add_refused(&opener);
	/* also when nobody else has it any more */
	opening_close(&opener, SYNCHRONOUS);
	igt_dxg_wait_state(dxg, "resources", 1);
	igt_assert_eq(__igt_dxg_query_shared(dxg, opener.space.device, fd, &info), 0);
	igt_assert_eq_u32(info.num_allocations, COUNT);
	close(fd);
	add_refused(&creator);
	opening_fill(&creator, 1);
	opening_check(&creator, 1);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

static void list_refused(const struct opening *opening, uint32_t alone)
{
	const struct igt_dxg *dxg = opening->space.dxg;
	uint32_t device = opening->space.device;
	uint32_t mixed[2] = { alone, opening->list[0] };
	uint32_t flags[] = { 0, SYNCHRONOUS, D3DKMT_DESTROY_ASSUME_NOT_IN_USE };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, opening->list, 1, flags[i]),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, opening->list, COUNT, flags[i]),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, mixed, 2, flags[i]), -EINVAL);
	}
	for (uint32_t i = 0; i < COUNT; i++)
		igt_assert(igt_dxg_is_allocation(dxg, device, opening->list[i]));
	igt_assert(igt_dxg_is_allocation(dxg, device, alone));
}

static void test_destroy_list(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	uint32_t alone;
	int fd;

	opening_create(dxg, &creator);
	alone = create(&creator.space, PAGE);
	list_refused(&creator, alone);
	fd = opening_share(&creator);
	list_refused(&creator, alone);
	opening_open(dxg, &opener, fd);
	close(fd);
	list_refused(&creator, alone);
	list_refused(&opener, create(&opener.space, PAGE));
	opening_fill(&creator, 1);
	opening_check(&opener, 1);
	space_destroy(&creator.space);
	list_refused(&opener, create(&opener.space, PAGE));
	space_destroy(&opener.space);
}

static void offer_refused(const struct opening *opening, uint32_t alone)
{
	const struct igt_dxg *dxg = opening->space.dxg;
	uint32_t device = opening->space.device, mixed[2] = { alone, opening->list[1] };

	for (uint32_t priority = D3DKMT_OFFER_PRIORITY_LOW; priority <= D3DKMT_OFFER_PRIORITY_AUTO;
	     priority++) {
		igt_assert_eq(__igt_dxg_offer(dxg, device, NULL, opening->list, COUNT, priority, 0),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_offer(dxg, device, NULL, mixed, 2, priority, 0), -EINVAL);
		igt_assert_eq(__igt_dxg_offer(dxg, device, &opening->resource, NULL, 1, priority,
					      0), -EINVAL);
	}
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "offered_bytes"), 0);
}

static void test_offer(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	uint32_t alone;
	int fd;

	opening_create(dxg, &creator);
	alone = create(&creator.space, PAGE);
	fill(&creator.space, alone, PAGE, 1);
	opening_fill(&creator, 1);
	/* somebody may open it any time */
	offer_refused(&creator, alone);
	fd = opening_share(&creator);
	offer_refused(&creator, alone);
	opening_open(dxg, &opener, fd);
	close(fd);
	alone = create(&opener.space, PAGE);
	fill(&opener.space, alone, PAGE, 1);
	settle(&opener.space);
	offer_refused(&opener, alone);
	space_destroy(&creator.space);
	igt_dxg_wait_state(dxg, "resources", 1);
	offer_refused(&opener, alone);
	opening_check(&opener, 1);
	space_destroy(&opener.space);
}

static void test_create_flags(struct igt_dxg *dxg)
{
	static const uint32_t flags[] = {
		D3DKMT_CREATE_SHARED,
		D3DKMT_CREATE_SHARED | D3DKMT_CREATE_RESOURCE,
		D3DKMT_CREATE_SHARED | D3DKMT_CREATE_NT_SECURITY_SHARING,
	};
	struct igt_dxg_state before;
	struct opening creator;
	uint32_t resource, one;

	opening_create(dxg, &creator);
	igt_dxg_read_state_all(dxg, &before);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		resource = 0;
		igt_assert_eq(__igt_dxg_create(dxg, creator.space.device, flags[i], &resource, PAGE,
					       1, &one), -EINVAL);
		resource = creator.resource;
		if (!(flags[i] & D3DKMT_CREATE_RESOURCE))
			igt_assert_eq(__igt_dxg_create(dxg, creator.space.device, flags[i],
						       &resource, PAGE, 1, &one), -EINVAL);
	}
	igt_dxg_assert_no_leak(dxg, &before);
	space_destroy(&creator.space);
}

/* --- Query and Open ------------------------------------------------------ */

static struct d3dkmt_open_allocation_info2 open_info[COUNT + 1];
static uint8_t open_runtime[RUNTIME_SIZE], open_resource[RESOURCE_SIZE], open_total[TOTAL_SIZE];

/* What would succeed. */
static struct d3dkmt_open_resource_from_nt_handle open_args(uint32_t device, uint64_t fd)
{
	return (struct d3dkmt_open_resource_from_nt_handle) {
		.device = device,
		.nt_handle = fd,
		.num_allocations = COUNT,
		.open_allocation_info = igt_dxg_ptr(open_info),
		.private_runtime_data_size = RUNTIME_SIZE,
		.private_runtime_data = igt_dxg_ptr(open_runtime),
		.resource_private_driver_data_size = RESOURCE_SIZE,
		.resource_private_driver_data = igt_dxg_ptr(open_resource),
		.total_private_driver_data_buffer_size = TOTAL_SIZE,
		.total_private_driver_data_buffer = igt_dxg_ptr(open_total),
	};
}

/* The same, spoilt: all is as before, and handles that were written are dead. */
static void open_refused(const struct igt_dxg *dxg, void *args, int expected, const char *what)
{
	struct d3dkmt_open_resource_from_nt_handle *open = args;
	struct igt_dxg_state before;
	int ret;

	memset(open_info, 0, sizeof(open_info));
	igt_dxg_read_state_all(dxg, &before);
	ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, args);
	igt_assert_f(ret == expected, "%s: %d and not %d\n", what, ret, expected);
	for (uint32_t i = 0; i < COUNT; i++)
		igt_assert(!open_info[i].allocation ||
			   !igt_dxg_is_allocation(dxg, open->device, open_info[i].allocation));
	igt_assert_eq_u32(open->resource, 0);
	igt_dxg_assert_no_leak(dxg, &before);
}

static void descriptor_refused(const struct opening *opening, uint64_t fd, const char *what)
{
	struct d3dkmt_query_resource_info_from_nt_handle info = {
		.device = opening->space.device,
		.nt_handle = fd,
		.num_allocations = 99,
	};
	struct d3dkmt_open_resource_from_nt_handle args = open_args(opening->space.device, fd);
	int ret = igt_dxg_ioctl(opening->space.dxg, D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE,
				&info);

	igt_assert_f(ret == -EINVAL, "%s: the query returns %d\n", what, ret);
	igt_assert_eq_u32(info.num_allocations, 99);
	open_refused(opening->space.dxg, &args, -EINVAL, what);
}

static void close_refused(const struct opening *opening, int fd, const char *what)
{
	igt_assert_fd(fd);
	descriptor_refused(opening, fd, what);
	igt_assert_eq(close(fd), 0);
}

static void test_descriptors(struct igt_dxg *dxg)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	struct igt_dxg *other = igt_dxg_open(dxg->door, driver);
	struct opening creator, foreign;
	int pipes[2], fd, foreign_fd;
	char path[32];

	create_rich(dxg, &creator);
	fd = opening_share(&creator);
	descriptor_refused(&creator, UINT64_MAX, "-1");
	descriptor_refused(&creator, INT32_MAX, "the largest");
	descriptor_refused(&creator, fd | 1ULL << 31, "bit 31");
	descriptor_refused(&creator, fd | 1ULL << 32, "bit 32");
	descriptor_refused(&creator, fd | 1ULL << 63, "bit 63");
	descriptor_refused(&creator, dxg->fd, "our own file");
	descriptor_refused(&creator, creator.resource, "a handle");
	close_refused(&creator, open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
	close_refused(&creator, open("/proc/self/status", O_RDONLY | O_CLOEXEC), "a file");
	close_refused(&creator, open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "a folder");
	close_refused(&creator, eventfd(0, EFD_CLOEXEC), "an eventfd");
	close_refused(&creator, memfd_create("dxg", MFD_CLOEXEC), "memory");
	igt_assert_eq(pipe(pipes), 0);
	close_refused(&creator, pipes[0], "a pipe");
	close_refused(&creator, pipes[1], "a pipe");
	/* the file of a mapping cannot be had, but the descriptor's own without its operations */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	close_refused(&creator, open(path, O_PATH | O_CLOEXEC), "a path");

	opening_create(other, &foreign);
	foreign_fd = opening_share(&foreign);
	descriptor_refused(&creator, foreign_fd, "of another adapter");
	descriptor_refused(&foreign, fd, "of another adapter");
	close(foreign_fd);
	descriptor_refused(&creator, foreign_fd, "closed");
	space_destroy(&foreign.space);
	igt_dxg_close(other);
	close(fd);
	descriptor_refused(&creator, fd, "closed");
	space_destroy(&creator.space);
}

static void device_refused(const struct igt_dxg *dxg, uint32_t device, int fd, const char *what)
{
	struct d3dkmt_open_resource_from_nt_handle args = open_args(device, fd);
	struct d3dkmt_query_resource_info_from_nt_handle info;
	int ret = __igt_dxg_query_shared(dxg, device, fd, &info);

	igt_assert_f(ret == -EINVAL, "%s: the query returns %d\n", what, ret);
	open_refused(dxg, &args, -EINVAL, what);
}

static void test_devices(struct igt_dxg *dxg)
{
	uint32_t dead = igt_dxg_create_device(dxg);
	struct opening creator;
	int fd;

	igt_dxg_destroy_device(dxg, dead);
	create_rich(dxg, &creator);
	fd = opening_share(&creator);
	device_refused(dxg, 0, fd, "0");
	device_refused(dxg, UINT32_MAX, fd, "no handle");
	device_refused(dxg, dead, fd, "destroyed");
	device_refused(dxg, dxg->adapter, fd, "an adapter");
	device_refused(dxg, creator.space.context, fd, "a context");
	device_refused(dxg, creator.resource, fd, "a resource");
	device_refused(dxg, creator.list[0], fd, "an allocation");
	close(fd);
	space_destroy(&creator.space);
}

static void test_open_arguments(struct igt_dxg *dxg)
{
	static const uint32_t counts[] = { 0, COUNT - 1, COUNT + 1, UINT32_MAX };
	struct d3dkmt_open_resource_from_nt_handle args;
	struct opening creator;
	uint32_t device;
	int fd;

	create_rich(dxg, &creator);
	device = creator.space.device;
	fd = opening_share(&creator);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(counts); i++) {
		args = open_args(device, fd);
		args.num_allocations = counts[i];
		open_refused(dxg, &args, -EINVAL, "count");
	}
	args = open_args(device, fd);
	args.open_allocation_info = 0;
	open_refused(dxg, &args, -EINVAL, "no array");

	/* each of the buffers: a byte too short, without size, without address */
	args = open_args(device, fd);
	args.private_runtime_data_size--;
	open_refused(dxg, &args, -EINVAL, "runtime, short");
	args.private_runtime_data_size = 0;
	open_refused(dxg, &args, -EINVAL, "runtime, no size");
	args = open_args(device, fd);
	args.private_runtime_data = 0;
	open_refused(dxg, &args, -EINVAL, "runtime, no address");
	args = open_args(device, fd);
	args.resource_private_driver_data_size--;
	open_refused(dxg, &args, -EINVAL, "resource, short");
	args.resource_private_driver_data_size = 0;
	open_refused(dxg, &args, -EINVAL, "resource, no size");
	args = open_args(device, fd);
	args.resource_private_driver_data = 0;
	open_refused(dxg, &args, -EINVAL, "resource, no address");
	args = open_args(device, fd);
	args.total_private_driver_data_buffer_size--;
	open_refused(dxg, &args, -EINVAL, "allocations, short");
	args.total_private_driver_data_buffer_size = 0;
	open_refused(dxg, &args, -EINVAL, "allocations, no size");
	args = open_args(device, fd);
	args.total_private_driver_data_buffer = 0;
	open_refused(dxg, &args, -EINVAL, "allocations, no address");

	/* and what it was spoilt from */
	args = open_args(device, fd);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, &args), 0);
	close(fd);
	space_destroy(&creator.space);
}

/* Whatever cannot be written, and however late that is found out. */
static void test_open_faults(struct igt_dxg *dxg)
{
	struct d3dkmt_open_resource_from_nt_handle args;
	struct d3dkmt_query_resource_info_from_nt_handle info;
	uint8_t *edge = igt_dxg_edge();
	uint64_t bad = igt_dxg_ptr(igt_dxg_bad_pointer());
	struct opening creator;
	uint32_t device;
	int fd;

	create_rich(dxg, &creator);
	device = creator.space.device;
	fd = opening_share(&creator);
	args = open_args(device, fd);
	args.open_allocation_info = bad;
	open_refused(dxg, &args, -EFAULT, "array");
	args.open_allocation_info = igt_dxg_ptr(igt_dxg_read_only(open_info, sizeof(open_info)));
	open_refused(dxg, &args, -EFAULT, "array that is only to be read");
	args.open_allocation_info = igt_dxg_ptr(edge + PAGE - (COUNT - 1) * sizeof(open_info[0]));
	open_refused(dxg, &args, -EFAULT, "array without the last");
	/* its first handles have been written, and are dead */
	memcpy(open_info, edge + PAGE - (COUNT - 1) * sizeof(open_info[0]),
	       (COUNT - 1) * sizeof(open_info[0]));
	for (uint32_t i = 0; i < COUNT - 1; i++) {
		igt_assert_neq_u32(open_info[i].allocation, 0);
		igt_assert(!igt_dxg_is_allocation(dxg, device, open_info[i].allocation));
	}
	args = open_args(device, fd);
	args.private_runtime_data = bad;
	open_refused(dxg, &args, -EFAULT, "runtime");
	args.private_runtime_data = igt_dxg_ptr(edge + PAGE - RUNTIME_SIZE + 1);
	open_refused(dxg, &args, -EFAULT, "runtime, the last byte");
	args = open_args(device, fd);
	args.resource_private_driver_data = bad;
	open_refused(dxg, &args, -EFAULT, "resource");
	args = open_args(device, fd);
	args.total_private_driver_data_buffer = igt_dxg_ptr(edge + PAGE - TOTAL_SIZE + 1);
	open_refused(dxg, &args, -EFAULT, "allocations, the last byte");
	args = open_args(device, fd);
	open_refused(dxg, igt_dxg_read_only(&args, sizeof(args)), -EFAULT, "structure");

	memset(&info, 0, sizeof(info));
	info.device = device;
	info.nt_handle = fd;
	info.private_runtime_data = bad;
	info.private_runtime_data_size = RUNTIME_SIZE;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE, &info),
		      -EFAULT);
	close(fd);
	space_destroy(&creator.space);
	igt_dxg_edge_free(edge);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("share-arguments", test_share_arguments, "ShareObjects takes one object."),
	TEST("share-handles", test_share_handles, "It has to be a resource to be shared."),
	TEST("share-descriptors", test_share_descriptors, "No descriptor is left to be had."),
	TEST_ONE("share-many", test_share_many, "More allocations than can be opened."),
	TEST("add", test_add, "Nothing is added to what is shared."),
	TEST("destroy-list", test_destroy_list, "It is destroyed as a whole."),
	TEST("offer", test_offer, "It is not for one of many to offer."),
	TEST("create-flags", test_create_flags, "It is created as a resource, for descriptors."),
	TEST("descriptors", test_descriptors, "Only a descriptor of ShareObjects can be opened."),
	TEST("devices", test_devices, "It is opened on a device."),
	TEST("open-arguments", test_open_arguments, "Counts and sizes have to be right."),
	TEST("open-faults", test_open_faults, "What cannot be written leaves nothing open."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
