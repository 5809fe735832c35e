// SPDX-License-Identifier: MIT
/*
 * Existing system memory that is refused: no handle, nothing pinned, nothing left.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt_proc.h"
#include "dxg_sysmem.h"

IGT_TEST_DESCRIPTION("Refusals of existing system memory by dxg.");

#define ITEMS		5

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

static void *byte(void *memory, uint64_t offset)
{
	return (char *)memory + offset;
}

static void *address(uint64_t value)
{
	return (void *)(uintptr_t)value;
}

/* --- addresses ----------------------------------------------------------- */

static void test_mapped(struct igt_dxg *dxg)
{
	static const uint64_t holes[] = { 0, SIZE / 2, SIZE - PAGE };
	struct space space;
	void *memory;

	space_create(dxg, &space);
	for (uint32_t flags = 0; flags <= D3DKMT_CREATE_READ_ONLY;
	     flags += D3DKMT_CREATE_READ_ONLY) {
		memory = map_memory(SIZE);
		munmap(memory, SIZE);
		refused(&space, memory, SIZE, flags, -EFAULT, "unmapped");
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(holes); i++) {
			memory = map_memory(SIZE);
			igt_assert_eq(munmap(byte(memory, holes[i]), PAGE), 0);
			refused(&space, memory, SIZE, flags, -EFAULT, "a hole");
			munmap(memory, SIZE);
			memory = map_memory(SIZE);
			igt_assert_eq(mprotect(byte(memory, holes[i]), PAGE, PROT_NONE), 0);
			refused(&space, memory, SIZE, flags, -EFAULT, "inaccessible");
			munmap(memory, SIZE);
		}
	}
	/* one page that cannot be written */
	memory = map_memory(SIZE);
	memset(memory, 1, SIZE);
	igt_assert_eq(mprotect(byte(memory, SIZE / 2), PAGE, PROT_READ), 0);
	refused(&space, memory, SIZE, 0, -EFAULT, "not writable");
	create_existing(&space, memory, SIZE, D3DKMT_CREATE_READ_ONLY);
	igt_assert_eq_u64(pinned_bytes(), SIZE);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, SIZE);
}

static void test_address(struct igt_dxg *dxg)
{
	static const uint64_t kernel[] = {
		0xffff888000000000, 0xffffffff81000000, 0x8000000000000000, 0x0000800000000000,
		0x00007ffffffff000, 0xfffffffffffff000, 0xfffffffffffe0000, 0xffffffffffff0000,
	};
	void *memory = map_memory(2 * SIZE);
	struct space space;

	space_create(dxg, &space);
	for (uint32_t flags = 0; flags <= D3DKMT_CREATE_READ_ONLY;
	     flags += D3DKMT_CREATE_READ_ONLY) {
		for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(kernel); i++)
			refused(&space, address(kernel[i]), SIZE, flags, -EFAULT, "kernel");
		for (uint64_t offset = 1; offset < PAGE; offset *= 2)
			refused(&space, byte(memory, offset), SIZE, flags, -EINVAL, "unaligned");
		refused(&space, NULL, SIZE, flags, -EINVAL, "NULL");
		refused(&space, address(PAGE), SIZE, flags, -EFAULT, "the first pages");
		refused(&space, memory, 0, flags, -EINVAL, "no size");
		refused(&space, memory, UINT64_MAX, flags, -EINVAL, "size");
		refused(&space, memory, UINT64_MAX - PAGE + 1, flags, -EINVAL, "size");
		refused(&space, memory, 1ULL << 63, flags, -EINVAL, "size");
		refused(&space, memory, segment_size(dxg) + 1, flags, -EINVAL, "size");
		/* more than there is */
		refused(&space, memory, segment_size(dxg), flags, -EFAULT, "too long");
	}
	space_destroy(&space);
	munmap(memory, 2 * SIZE);
}

/* Pages of files, of whatever kind, or of devices. */
static void test_shared(struct igt_dxg *dxg)
{
	int fd = memfd_create("dxg", MFD_CLOEXEC), ret;
	struct igt_dxg_state before;
	struct space space;
	uint32_t allocation, locked;
	void *memory;

	igt_assert(fd >= 0);
	igt_assert_eq(ftruncate(fd, SIZE), 0);
	space_create(dxg, &space);
	for (uint32_t flags = 0; flags <= D3DKMT_CREATE_READ_ONLY;
	     flags += D3DKMT_CREATE_READ_ONLY) {
		memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		igt_assert(memory != MAP_FAILED);
		refused(&space, memory, SIZE, flags, -EINVAL, "a file in memory");
		munmap(memory, SIZE);
		memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			      0);
		igt_assert(memory != MAP_FAILED);
		refused(&space, memory, SIZE, flags, -EINVAL, "shared");
		munmap(memory, SIZE);
		/* only the last page */
		memory = map_memory(SIZE);
		igt_assert(mmap(byte(memory, SIZE - PAGE), PAGE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
		refused(&space, memory, SIZE, flags, -EINVAL, "a page of a file");
		munmap(memory, SIZE);
		/* what has been locked is page frames */
		locked = create(&space, SIZE);
		memory = lock(&space, locked);
		igt_dxg_wait_state(dxg, "batches", 0);
		igt_dxg_read_state_all(dxg, &before);
		ret = try_existing(&space, memory, SIZE, flags, &allocation);
		igt_assert_f(ret == -EFAULT || ret == -EINVAL, "locked: %d\n", ret);
		igt_assert_eq_u64(pinned_bytes(), 0);
		igt_dxg_assert_no_leak(dxg, &before);
		igt_dxg_unlock(dxg, space.device, locked);
	}
	space_destroy(&space);
	close(fd);
}

/* --- the call ------------------------------------------------------------ */

struct request {
	struct d3dkmt_create_allocation args;
	struct d3dkmt_allocation_info2 info[ITEMS];
	struct drm_dxg_allocation_private private;
	void *memory;
};

static void request_init(struct request *request, const struct space *space, void *memory,
			 uint32_t count)
{
	memset(request, 0, sizeof(*request));
	request->memory = memory;
	request->private.size = SIZE;
	request->args.device = space->device;
	request->args.num_allocations = count;
	request->args.allocation_info = igt_dxg_ptr(request->info);
	request->args.flags = D3DKMT_CREATE_EXISTING_SYS_MEM;
	for (uint32_t i = 0; i < ITEMS; i++) {
		request->info[i].sys_mem = igt_dxg_ptr(memory) + i * SIZE;
		request->info[i].private_driver_data = igt_dxg_ptr(&request->private);
		request->info[i].private_driver_data_size = sizeof(request->private);
	}
}

static void request_refused(const struct space *space, struct request *request, int result,
			    const char *what)
{
	struct igt_dxg_state before;
	int ret;

	igt_dxg_wait_state(space->dxg, "batches", 0);
	igt_dxg_read_state_all(space->dxg, &before);
	ret = igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &request->args);
	igt_assert_f(ret == result, "%s: %d and not %d\n", what, ret, result);
	for (uint32_t i = 0; i < ITEMS; i++)
		if (request->info[i].allocation)
			igt_assert(!igt_dxg_is_allocation(space->dxg, space->device,
							  request->info[i].allocation));
	if (request->args.flags & D3DKMT_CREATE_RESOURCE)
		igt_assert(!igt_dxg_is_resource(space->dxg, space->device,
						request->args.resource));
	igt_dxg_assert_no_leak(space->dxg, &before);
	igt_assert_eq_u64(pinned_bytes(), 0);
}

static void test_call(struct igt_dxg *dxg)
{
	static const uint32_t sizes[] = { 0, 1, 7, D3DKMT_MAX_PRIVATE_DATA, UINT32_MAX };
	void *memory = map_memory(ITEMS * SIZE), *copy;
	struct request request;
	struct space space;

	space_create(dxg, &space);
	request_init(&request, &space, memory, 1);
	request.args.flags = 0;
	request_refused(&space, &request, -EINVAL, "no flag");
	request_init(&request, &space, memory, 1);
	request.args.flags = D3DKMT_CREATE_RESOURCE;
	request_refused(&space, &request, -EINVAL, "no flag, resource");
	request_init(&request, &space, memory, 1);
	request.info[0].sys_mem = 0;
	request_refused(&space, &request, -EINVAL, "no pointer");
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++) {
		request_init(&request, &space, memory, 1);
		request.info[0].private_driver_data_size = sizes[i];
		request_refused(&space, &request, -EINVAL, "size of private data");
	}
	request_init(&request, &space, memory, 1);
	request.info[0].private_driver_data = igt_dxg_ptr(igt_dxg_bad_pointer());
	request_refused(&space, &request, -EFAULT, "private data");
	/* the handle cannot be written, when all is pinned */
	request_init(&request, &space, memory, ITEMS);
	copy = igt_dxg_read_only(request.info, sizeof(request.info));
	request.args.allocation_info = igt_dxg_ptr(copy);
	request_refused(&space, &request, -EFAULT, "no room for handles");
	request_init(&request, &space, memory, ITEMS);
	copy = igt_dxg_read_only(&request.args, sizeof(request.args));
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, copy), -EFAULT);
	wait_unpinned();
	request_init(&request, &space, memory, 1);
	request.args.device ^= 3U << 30;
	request_refused(&space, &request, -EINVAL, "no device");
	space_destroy(&space);
	munmap(memory, ITEMS * SIZE);
}

/* One bad item among several takes all with it. */
static void test_items(struct igt_dxg *dxg)
{
	static const uint32_t places[] = { 0, ITEMS / 2, ITEMS - 1 };
	void *memory = map_memory(ITEMS * SIZE), *gone = map_memory(SIZE);
	struct request request;
	struct space space;

	space_create(dxg, &space);
	munmap(gone, SIZE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		uint32_t place = places[i];

		for (int resource = 0; resource < 2; resource++) {
			uint32_t flags = resource ? D3DKMT_CREATE_RESOURCE : 0;

			request_init(&request, &space, memory, ITEMS);
			request.args.flags |= flags;
			request.info[place].sys_mem = igt_dxg_ptr(gone);
			request_refused(&space, &request, -EFAULT, "one unmapped");
			request_init(&request, &space, memory, ITEMS);
			request.args.flags |= flags;
			request.info[place].sys_mem = 0;
			request_refused(&space, &request, -EINVAL, "one without");
			request_init(&request, &space, memory, ITEMS);
			request.args.flags |= flags;
			request.info[place].sys_mem += 8;
			request_refused(&space, &request, -EINVAL, "one unaligned");
			request_init(&request, &space, memory, ITEMS);
			request.args.flags |= flags;
			request.info[place].private_driver_data_size = 4;
			request_refused(&space, &request, -EINVAL, "one of no size");
		}
	}
	request_init(&request, &space, memory, ITEMS);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &request.args), 0);
	igt_assert_eq_u64(pinned_bytes(), ITEMS * SIZE);
	space_destroy(&space);
	wait_unpinned();
	munmap(memory, ITEMS * SIZE);
}

/*
 * What the call has pinned before it failed is not pinned any more when it returns: it
 * would count against the limit of the next one.
 */
static void test_items_unpinned(struct igt_dxg *dxg)
{
	void *memory = map_memory(ITEMS * SIZE);
	unsigned int rounds = igt_dxg_scale(50), late = 0;
	struct request request;
	struct space space;
	uint64_t pinned, most = 0;

	space_create(dxg, &space);
	munmap(byte(memory, (ITEMS - 1) * SIZE), SIZE);
	for (unsigned int i = 0; i < rounds; i++) {
		request_init(&request, &space, memory, ITEMS);
		igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &request.args),
			      -EFAULT);
		pinned = pinned_bytes();
		late += pinned > 0;
		most = pinned > most ? pinned : most;
		wait_unpinned();
	}
	space_destroy(&space);
	munmap(memory, (ITEMS - 1) * SIZE);
	igt_assert_f(!late, "%llu bytes were still pinned after the call, %u times of %u\n",
		     (unsigned long long)most, late, rounds);
}

/* Nor for as long as a command runs, which has never heard of it. */
static bool items_unpinned_busy(struct igt_dxg *dxg, unsigned int ms)
{
	void *memory = map_memory(ITEMS * SIZE);
	struct request request;
	struct space space;
	uint64_t pinned;
	bool early;

	space_create(dxg, &space);
	munmap(byte(memory, (ITEMS - 1) * SIZE), SIZE);
	igt_dxg_submit_job(dxg, space.context, space.fence, &space.done, ms, 0, 0);
	request_init(&request, &space, memory, ITEMS);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &request.args),
		      -EFAULT);
	igt_dxg_sleep_ms(20);
	pinned = pinned_bytes();
	early = !igt_dxg_wait_timeout(dxg, space.device, space.fence, space.done, 0);
	settle(&space);
	wait_unpinned();
	space_destroy(&space);
	munmap(memory, (ITEMS - 1) * SIZE);
	if (early)
		igt_assert_f(!pinned, "%llu bytes were pinned while a command ran\n",
			     (unsigned long long)pinned);
	return early;
}

/* --- the limit ----------------------------------------------------------- */

static void drop_ipc_lock(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	igt_assert_eq(syscall(SYS_capget, &header, data), 0);
	data[0].effective &= ~(1U << CAP_IPC_LOCK);
	data[0].permitted &= ~(1U << CAP_IPC_LOCK);
	igt_assert_eq(syscall(SYS_capset, &header, data), 0);
}

static void limited(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	struct rlimit limit = { 2 * SIZE + PAGE - 1, 2 * SIZE + PAGE - 1 };
	void *memory = map_memory(4 * SIZE);
	uint32_t first, second, list[3];
	void *addresses[3] = { memory, byte(memory, SIZE), byte(memory, 2 * SIZE) };
	struct space space;

	(void)child;
	igt_assert_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	space_create(own, &space);
	/* who may lock as much as he likes may pin it */
	igt_assert_eq(create_list(&space, addresses, SIZE, 3, 0, NULL, list), 0);
	igt_dxg_destroy2(own, space.device, 0, list, 3, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_assert_eq_u64(pinned_bytes(), 0);

	drop_ipc_lock();
	refused(&space, memory, 3 * SIZE, 0, -ENOMEM, "more than the limit");
	refused(&space, memory, 2 * SIZE + PAGE, D3DKMT_CREATE_READ_ONLY, -ENOMEM, "one page");
	/* all or nothing */
	igt_assert_eq(create_list(&space, addresses, SIZE, 3, 0, NULL, list), -ENOMEM);
	wait_unpinned();
	first = create_existing(&space, memory, SIZE, 0);
	second = create_existing(&space, memory, SIZE, 0);
	refused(&space, byte(memory, SIZE), PAGE, 0, -ENOMEM, "one page more");
	igt_dxg_destroy2(own, space.device, 0, &first, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	first = create_existing(&space, byte(memory, SIZE), SIZE, 0);
	igt_dxg_destroy2(own, space.device, 0, &second, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	fill(&space, first, SIZE, 3);
	settle(&space);
	/* what the other kind of locking does is another matter */
	igt_assert_eq(mlock(byte(memory, 2 * SIZE), SIZE), 0);
	second = create_existing(&space, memory, SIZE, 0);
	space_destroy(&space);
	wait_unpinned();
}

static void test_limit(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, limited);
	igt_dxg_child_join(&child);
}

/* --- another address space ----------------------------------------------- */

static struct space foreign_space;
static void *foreign_memory;

static void foreign(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	uint32_t allocation;

	(void)child;
	igt_assert_eq(try_existing(&foreign_space, foreign_memory, SIZE, 0, &allocation),
		      dxg->door == DXG_DOOR_DXG ? -ENOTTY : -EPERM);
	igt_assert_eq_u64(pinned_bytes(), 0);
}

/* The memory of a child is not that of the file's owner. */
static void test_foreign(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	struct igt_dxg_state before;

	space_create(dxg, &foreign_space);
	foreign_memory = map_memory(SIZE);
	igt_dxg_read_state_all(dxg, &before);
	igt_dxg_child_start(&child, dxg, foreign);
	igt_dxg_child_join(&child);
	igt_dxg_assert_no_leak(dxg, &before);
	igt_assert_eq_u64(pinned_bytes(), 0);
	space_destroy(&foreign_space);
	munmap(foreign_memory, SIZE);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("mapped", test_mapped, "All of it must be mapped, and writable."),
	TEST("address", test_address, "Bad addresses and sizes."),
	TEST("shared", test_shared, "Memory that is shared with a file."),
	TEST("call", test_call, "Flag without pointer, no private data, no room for handles."),
	TEST("items", test_items, "One bad item refuses the whole call."),
	TEST("items-unpinned", test_items_unpinned, "And nothing is pinned when it returns."),
	IGT_DXG_TEST_OUTLAST("items-unpinned-busy", "Also while a command runs.",
			     items_unpinned_busy),
	TEST("limit", test_limit, "RLIMIT_MEMLOCK limits what is pinned."),
	TEST("foreign", test_foreign, "Memory of another process than the file's."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
