// SPDX-License-Identifier: MIT
/*
 * Resources that several devices have open, by file descriptor: what there is to be read of
 * them, and that all see the same bytes. How long they live is in dxg_share_life.c, where
 * their memory is in dxg_share_memory.c, what is refused in dxg_share_bad.c.
 */
#include <sys/socket.h>

#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Sharing of resources of dxg by file descriptor.");

#define ROOM		IGT_DXG_PAGE
#define POISON		0xa5

/* --- the file descriptor ------------------------------------------------- */

static void test_descriptor(struct igt_dxg *dxg)
{
	struct opening creator;
	char path[32], link[64];
	uint64_t handle = UINT64_MAX;
	struct d3dkmt_share_objects args = {
		.object_count = 1,
		/* of no meaning */
		.pad0 = 1,
		.object_attributes = igt_dxg_ptr(igt_dxg_bad_pointer()),
		.desired_access = UINT32_MAX,
		.pad1 = 2,
		.shared_nt_handle = igt_dxg_ptr(&handle),
	};
	ssize_t length;
	int fd;

	opening_create(dxg, &creator);
	args.objects = igt_dxg_ptr(&creator.resource);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SHARE_OBJECTS, &args), 0);
	/* all 64 bits are written */
	igt_assert_lte_u64(handle, INT32_MAX);
	igt_assert_eq(fcntl(handle, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", (int)handle);
	length = readlink(path, link, sizeof(link) - 1);
	igt_assert(length > 0);
	link[length] = '\0';
	igt_assert(!strcmp(link, "anon_inode:[dxg-resource]"));

	/* once more: another descriptor of the same share */
	fd = opening_share(&creator);
	igt_assert_neq(fd, (int)handle);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 1);
	close(fd);
	close(handle);
	space_destroy(&creator.space);
}

/* --- private data -------------------------------------------------------- */

/**
 * struct described - What a resource was created with
 * @space: the device
 * @resource: the resource
 * @runtime_size: bytes of @runtime
 * @resource_size: bytes of @data
 * @total: bytes of the private data of all allocations
 * @runtime: private data of the runtime
 * @data: that of the resource
 * @private: that of each allocation, with zeroes behind it
 * @sizes: bytes of it
 */
struct described {
	struct space space;
	uint32_t resource;
	uint32_t runtime_size;
	uint32_t resource_size;
	uint32_t total;
	uint8_t runtime[D3DKMT_MAX_PRIVATE_DATA];
	uint8_t data[D3DKMT_MAX_PRIVATE_DATA];
	uint8_t private[COUNT][64];
	uint32_t sizes[COUNT];
};

static struct described described;

/* Sizes of private data: the shortest, the one the driver knows, and one with a tail. */
static const uint32_t private_sizes[COUNT] = { 8, sizeof(struct drm_dxg_allocation_private), 57 };

static void described_create(struct igt_dxg *dxg, uint32_t runtime_size, uint32_t resource_size,
			     uint32_t count)
{
	struct d3dkmt_allocation_info2 info[COUNT] = {};
	struct d3dkmt_create_allocation args = {
		.private_runtime_data = igt_dxg_ptr(described.runtime),
		.private_runtime_data_size = runtime_size,
		.private_driver_data = igt_dxg_ptr(described.data),
		.private_driver_data_size = resource_size,
		.num_allocations = count,
		.allocation_info = count ? igt_dxg_ptr(info) : 0,
		.flags = IGT_DXG_CREATE_SHARED,
	};

	memset(&described, 0, sizeof(described));
	for (uint32_t i = 0; i < runtime_size; i++)
		described.runtime[i] = i * 7 + 1;
	for (uint32_t i = 0; i < resource_size; i++)
		described.data[i] = i * 11 + 2;
	for (uint32_t i = 0; i < count; i++) {
		struct drm_dxg_allocation_private private = { .size = SIZE + i * PAGE };

		described.sizes[i] = private_sizes[i];
		memcpy(described.private[i], &private, sizeof(private));
		info[i].private_driver_data = igt_dxg_ptr(described.private[i]);
		info[i].private_driver_data_size = described.sizes[i];
		described.total += described.sizes[i];
	}
	space_create(dxg, &described.space);
	args.device = described.space.device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	described.resource = args.resource;
	described.runtime_size = runtime_size;
	described.resource_size = resource_size;
}

/* Memory with poison in it that ends with its last byte; NULL: none. */
static uint8_t *exact_buffer(uint32_t size)
{
	static uint8_t poison[D3DKMT_MAX_PRIVATE_DATA];

	memset(poison, POISON, sizeof(poison));
	return size ? igt_dxg_before_bad_page(poison, size) : NULL;
}

static bool is_poison(const uint8_t *data, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		if (data[i] != POISON)
			return false;
	return true;
}

static void query_runtime(int fd, uint8_t *buffer, uint32_t size, uint32_t count)
{
	struct d3dkmt_query_resource_info_from_nt_handle info = {
		.device = described.space.device,
		.pad = 1,
		.nt_handle = fd,
		.private_runtime_data = igt_dxg_ptr(buffer),
		.private_runtime_data_size = size,
		.total_private_driver_data_size = UINT32_MAX,
		.resource_private_driver_data_size = UINT32_MAX,
		.num_allocations = UINT32_MAX,
	};

	igt_assert_eq(igt_dxg_ioctl(described.space.dxg,
				    D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE, &info), 0);
	igt_assert_eq_u32(info.private_runtime_data_size, described.runtime_size);
	igt_assert_eq_u32(info.resource_private_driver_data_size, described.resource_size);
	igt_assert_eq_u32(info.total_private_driver_data_size, described.total);
	igt_assert_eq_u32(info.num_allocations, count);
}

static void check_query(int fd, uint32_t count)
{
	uint8_t *buffer = exact_buffer(described.runtime_size);

	query_runtime(fd, NULL, 0, count);
	query_runtime(fd, NULL, UINT32_MAX, count);
	if (!buffer) {
		query_runtime(fd, igt_dxg_bad_pointer(), PAGE, count);
		return;
	}
	/* all of it or nothing */
	query_runtime(fd, buffer, described.runtime_size - 1, count);
	igt_assert(is_poison(buffer, described.runtime_size));
	query_runtime(fd, buffer, described.runtime_size, count);
	igt_assert(!memcmp(buffer, described.runtime, described.runtime_size));
}

static void check_info(const struct d3dkmt_open_allocation_info2 *info, uint32_t count,
		       const uint8_t *data)
{
	struct d3dkmt_open_allocation_info2 poison;

	memset(&poison, POISON, sizeof(poison));
	for (uint32_t i = 0; i < count; i++) {
		igt_assert(igt_dxg_is_allocation(described.space.dxg, described.space.device,
						 info[i].allocation));
		igt_assert_eq_u64(info[i].private_driver_data, igt_dxg_ptr(data));
		igt_assert_eq_u32(info[i].private_driver_data_size, described.sizes[i]);
		igt_assert(!memcmp(data, described.private[i], described.sizes[i]));
		data += described.sizes[i];
		igt_assert_eq_u64(info[i].gpu_virtual_address, 0);
		igt_assert_eq_u32(info[i].pad0, poison.pad0);
		igt_assert_eq_u32(info[i].pad1, poison.pad1);
		igt_assert(!memcmp(info[i].reserved, poison.reserved, sizeof(poison.reserved)));
	}
}

static void check_open(int fd, uint32_t count)
{
	struct d3dkmt_open_allocation_info2 *info =
		(void *)exact_buffer(count * sizeof(*info));
	uint8_t *runtime = exact_buffer(described.runtime_size);
	uint8_t *resource = exact_buffer(described.resource_size);
	uint8_t *total = exact_buffer(described.total);
	struct d3dkmt_open_resource_from_nt_handle args = {
		.device = described.space.device,
		.pad0 = 1,
		.nt_handle = fd,
		.num_allocations = count,
		.pad1 = 2,
		.open_allocation_info = igt_dxg_ptr(info),
		.private_runtime_data_size = described.runtime_size,
		.pad2 = 3,
		.private_runtime_data = igt_dxg_ptr(runtime),
		.resource_private_driver_data_size = described.resource_size,
		.pad3 = 4,
		.resource_private_driver_data = igt_dxg_ptr(resource),
		.total_private_driver_data_buffer_size = described.total,
		.pad4 = 5,
		.total_private_driver_data_buffer = igt_dxg_ptr(total),
		.keyed_mutex = 6,
		.keyed_mutex_private_runtime_data = 7,
		.keyed_mutex_private_runtime_data_size = 8,
		.sync_object = 9,
	};

	igt_assert_eq(igt_dxg_ioctl(described.space.dxg,
				    D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, &args), 0);
	igt_assert_neq_u32(args.resource, 0);
	igt_assert_neq_u32(args.resource, described.resource);
	igt_assert_eq_u32(args.total_private_driver_data_buffer_size, described.total);
	igt_assert_eq_u32(args.keyed_mutex, 6);
	igt_assert_eq_u32(args.sync_object, 9);
	if (runtime)
		igt_assert(!memcmp(runtime, described.runtime, described.runtime_size));
	if (resource)
		igt_assert(!memcmp(resource, described.data, described.resource_size));
	check_info(info, count, total);
	igt_dxg_destroy2(described.space.dxg, described.space.device, args.resource, NULL, 0, 0);
}

static void describe(struct igt_dxg *dxg, uint32_t runtime_size, uint32_t resource_size,
		     uint32_t count)
{
	int fd;

	described_create(dxg, runtime_size, resource_size, count);
	fd = igt_dxg_share(dxg, described.resource);
	check_query(fd, count);
	check_open(fd, count);
	/* the same for those who come later, and of an opening that is shared again */
	igt_dxg_destroy2(dxg, described.space.device, described.resource, NULL, 0, SYNCHRONOUS);
	check_query(fd, count);
	check_open(fd, count);
	igt_assert_eq(close(fd), 0);
	space_destroy(&described.space);
	igt_dxg_free_copies();
}

static void test_private_data(struct igt_dxg *dxg)
{
	static const uint32_t sizes[][2] = {
		{ 1, 1 }, { 5, 7 }, { ROOM, 3 * ROOM + 1 },
		{ D3DKMT_MAX_PRIVATE_DATA - 1, D3DKMT_MAX_PRIVATE_DATA - 1 },
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(sizes); i++)
		describe(dxg, sizes[i][0], sizes[i][1], COUNT);
}

static void test_private_data_none(struct igt_dxg *dxg)
{
	describe(dxg, 0, 0, COUNT);
	describe(dxg, 3, 0, 1);
	describe(dxg, 0, 3, 1);
}

static void test_empty(struct igt_dxg *dxg)
{
	describe(dxg, 0, 0, 0);
	describe(dxg, 9, 10, 0);
}

/* --- openings ------------------------------------------------------------ */

/* What one writes the other sees, whether by its engine or the CPU. */
static void exchange(struct opening *one, struct opening *other)
{
	uint32_t *here, *there;

	opening_fill(one, 1);
	opening_check(other, 1);
	opening_check_engine(other, 1);
	opening_write(other, 2);
	opening_check(one, 2);
	opening_check_engine(one, 2);

	/* also while both have it mapped */
	here = lock(&one->space, one->list[0]);
	there = lock(&other->space, other->list[0]);
	igt_assert(here != there);
	for (uint32_t i = 0; i < WORDS; i += WORDS / 8 + 1) {
		__atomic_store_n(&here[i], i, __ATOMIC_SEQ_CST);
		igt_assert_eq_u32(__atomic_load_n(&there[i], __ATOMIC_SEQ_CST), i);
		__atomic_store_n(&there[i], ~i, __ATOMIC_SEQ_CST);
		igt_assert_eq_u32(__atomic_load_n(&here[i], __ATOMIC_SEQ_CST), ~i);
	}
	igt_dxg_unlock(one->space.dxg, one->space.device, one->list[0]);
	there[WORDS - 1] = 5;
	igt_assert_eq_u32(__atomic_load_n(&there[WORDS - 1], __ATOMIC_SEQ_CST), 5);
	igt_dxg_unlock(other->space.dxg, other->space.device, other->list[0]);
}

static void test_same_device(struct igt_dxg *dxg)
{
	struct opening creator, opener = {};
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opener.space.dxg = dxg;
	opener.space.device = creator.space.device;
	opener.space.context = igt_dxg_create_context(dxg, creator.space.device);
	opener.space.fence = igt_dxg_create_fence(dxg, creator.space.device, 0, NULL);
	opener.resource = igt_dxg_open_shared(dxg, opener.space.device, fd, COUNT, opener.list);
	exchange(&creator, &opener);
	close(fd);
	space_destroy(&creator.space);
}

static void test_second_device(struct igt_dxg *dxg)
{
	struct opening creator, opener;

	opening_pair(dxg, &creator, &opener);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "resources"), 2);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "allocations"), 2 * COUNT);
	exchange(&creator, &opener);
	exchange(&opener, &creator);
	/* one of each has memory */
	igt_dxg_wait_state(dxg, "allocations", 2 * COUNT);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), COUNT * SIZE);
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

static void test_other_doors(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	struct igt_dxg *other;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	/* its own door once more among them */
	for (enum igt_dxg_door door = 0; door < DXG_DOORS; door++) {
		other = igt_dxg_open(door, dxg->driver);
		opening_open(other, &opener, fd);
		exchange(&creator, &opener);
		space_destroy(&opener.space);
		igt_dxg_close(other);
	}
	close(fd);
	space_destroy(&creator.space);
}

static void process_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct opening opener;

	opening_open(igt_dxg_reopen(dxg), &opener, peer.fd);
	opening_check(&opener, 1);
	opening_check_engine(&opener, 1);
	opening_write(&opener, 11);
	peer_wait(child);
	opening_check_engine(&opener, 21);
	opening_fill(&opener, 31);
}

static void test_process(struct igt_dxg *dxg)
{
	struct opening creator;
	int fd;

	opening_create(dxg, &creator);
	fd = opening_share(&creator);
	opening_fill(&creator, 1);
	peer_start(dxg, fd, process_child);
	peer_await();
	opening_check(&creator, 11);
	opening_write(&creator, 21);
	peer_go();
	peer_join();
	opening_check(&creator, 31);
	close(fd);
	space_destroy(&creator.space);
}

static void message_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	struct opening opener;
	int fd;

	igt_dxg_child_ready(child);
	fd = receive_fd(peer.fd);
	opening_open(own, &opener, fd);
	close(fd);
	opening_check(&opener, 1);
	opening_fill(&opener, 2);
	/* and back, of what it has opened; nobody holds it but the message */
	fd = opening_share(&opener);
	send_fd(peer.fd, fd);
}

/* The creator has gone when the answer comes. */
static void test_message(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	int sockets[2], fd;

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	peer_start(dxg, sockets[1], message_child);
	peer_await();
	opening_create(dxg, &creator);
	opening_fill(&creator, 1);
	fd = opening_share(&creator);
	send_fd(sockets[0], fd);
	close(fd);
	space_destroy(&creator.space);
	peer_join();
	fd = receive_fd(sockets[0]);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 1);
	opening_open(dxg, &opener, fd);
	close(fd);
	opening_check(&opener, 2);
	space_destroy(&opener.space);
	close(sockets[0]);
	close(sockets[1]);
}

/* --- handles ------------------------------------------------------------- */

static void test_handles(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	void *data;

	opening_pair(dxg, &creator, &opener);
	igt_assert_neq_u32(creator.resource, opener.resource);
	for (uint32_t i = 0; i < COUNT; i++) {
		for (uint32_t j = 0; j < COUNT; j++)
			igt_assert_neq_u32(creator.list[i], opener.list[j]);
		/* of no use on another device */
		igt_assert_eq(__igt_dxg_lock(dxg, creator.space.device, opener.list[i], &data),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_submit_fill(dxg, creator.space.context, opener.list[i],
						    PAGE, 1, 0, 0), -EINVAL);
	}
	igt_assert_eq(__igt_dxg_destroy2(dxg, creator.space.device, opener.resource, NULL, 0, 0),
		      -EINVAL);
	/* the end of one opening is none of the other's business */
	opening_close(&opener, 0);
	igt_assert_eq(__igt_dxg_destroy2(dxg, opener.space.device, opener.resource, NULL, 0, 0),
		      -EINVAL);
	for (uint32_t i = 0; i < COUNT; i++) {
		igt_assert(!igt_dxg_is_allocation(dxg, opener.space.device, opener.list[i]));
		igt_assert(igt_dxg_is_allocation(dxg, creator.space.device, creator.list[i]));
	}
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

/* Locks are counted by opening. */
static void test_locks(struct igt_dxg *dxg)
{
	struct opening creator, opener;
	uint32_t *data;

	opening_pair(dxg, &creator, &opener);
	data = lock(&creator.space, creator.list[0]);
	igt_assert_eq(__igt_dxg_unlock(dxg, opener.space.device, opener.list[0]), -EINVAL);
	igt_assert(lock(&creator.space, creator.list[0]) == data);
	opening_close(&opener, SYNCHRONOUS);
	data[1] = 2;
	igt_assert_eq_u32(data[1], 2);
	igt_dxg_unlock(dxg, creator.space.device, creator.list[0]);
	igt_dxg_unlock(dxg, creator.space.device, creator.list[0]);
	igt_assert(!igt_dxg_mapped(data));
	space_destroy(&creator.space);
	space_destroy(&opener.space);
}

/* --- what is shared ------------------------------------------------------ */

#define MANY		100U

/* Also what was added later; in this order. */
static void test_added(struct igt_dxg *dxg)
{
	struct d3dkmt_query_resource_info_from_nt_handle info;
	uint32_t list[COUNT + MANY], opened[COUNT + MANY], count = COUNT;
	struct opening creator;
	struct space space;
	int fd;

	opening_create(dxg, &creator);
	memcpy(list, creator.list, sizeof(creator.list));
	while (count < COUNT + MANY) {
		uint32_t some = count % 7 + 1;

		some = some < COUNT + MANY - count ? some : COUNT + MANY - count;
		igt_dxg_add_allocations(dxg, creator.space.device, creator.resource, PAGE, some,
					list + count);
		count += some;
	}
	fd = opening_share(&creator);
	space_create(dxg, &space);
	igt_assert_eq(__igt_dxg_query_shared(dxg, space.device, fd, &info), 0);
	igt_assert_eq_u32(info.num_allocations, count);
	igt_assert_eq_u32(info.total_private_driver_data_size,
			  count * sizeof(struct drm_dxg_allocation_private));
	igt_dxg_open_shared(dxg, space.device, fd, count, opened);
	fill_list(&creator.space, list, count, PAGE, 0);
	for (uint32_t i = 0; i < count; i++)
		fill(&creator.space, list[i], PAGE, item_pattern(i));
	settle(&creator.space);
	for (uint32_t i = 0; i < count; i++)
		igt_dxg_assert_filled(dxg, space.device, opened[i], 0, PAGE / 4, item_pattern(i));
	close(fd);
	space_destroy(&creator.space);
	space_destroy(&space);
}

/* A chain: each opens what the one before has shared, which then goes. */
static void test_share_again(struct igt_dxg *dxg)
{
	struct opening openings[4];
	int fd;

	opening_create(dxg, &openings[0]);
	opening_fill(&openings[0], 1);
	for (int i = 1; i < 4; i++) {
		fd = opening_share(&openings[i - 1]);
		if (i > 1)
			space_destroy(&openings[i - 2].space);
		opening_open(dxg, &openings[i], fd);
		close(fd);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "shares"), 1);
		opening_check(&openings[i], i);
		opening_fill(&openings[i], i + 1);
	}
	opening_check(&openings[2], 4);
	space_destroy(&openings[2].space);
	space_destroy(&openings[3].space);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("descriptor", test_descriptor, "The descriptor is closed by exec."),
	TEST("private-data", test_private_data, "All private data comes back as it was."),
	TEST("private-data-none", test_private_data_none, "Also where there is none."),
	TEST("empty", test_empty, "A resource without allocations."),
	TEST("same-device", test_same_device, "The creator's device opens it, too."),
	TEST("second-device", test_second_device, "Another device has the same bytes."),
	TEST("other-doors", test_other_doors, "Other files and doors of the adapter."),
	TEST("process", test_process, "Another process, which has inherited the descriptor."),
	TEST("message", test_message, "It is passed to another process, and back."),
	TEST("handles", test_handles, "Each opening has handles of its own."),
	TEST("locks", test_locks, "Each opening has a mapping of its own."),
	TEST("added", test_added, "What was added before belongs to it."),
	TEST("share-again", test_share_again, "What has been opened can be shared."),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
