// SPDX-License-Identifier: MIT
/*
 * Allocations that are exported as dma-bufs, and dma-bufs that become allocations.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>

#include <drm.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("dma-bufs of allocations, and allocations of dma-bufs.");

#define ROUNDS		40

/* --- export -------------------------------------------------------------- */

static void test_flags(struct igt_dxg *dxg)
{
	static const uint32_t flags[] = {
		0, DRM_CLOEXEC, DRM_RDWR, DRM_CLOEXEC | DRM_RDWR,
	};
	struct space space;
	uint32_t allocation;
	uint64_t bytes;
	void *data;
	int fd;

	space_create(dxg, &space);
	allocation = create(&space, SIZE);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		/* the first export decides who may write */
		if (flags[i] & DRM_RDWR && !(flags[i - 1] & DRM_RDWR))
			allocation = create(&space, SIZE);
		igt_assert_eq(__igt_dxg_export(dxg, space.device, allocation, flags[i], &fd,
					       &bytes), 0);
		igt_assert_fd(fd);
		igt_assert_lte_u64(SIZE, bytes);
		igt_assert_eq_u64(lseek(fd, 0, SEEK_END), bytes);
		igt_assert_eq(fcntl(fd, F_GETFD), flags[i] & DRM_CLOEXEC ? FD_CLOEXEC : 0);
		igt_assert_eq(fcntl(fd, F_GETFL) & O_ACCMODE,
			      flags[i] & DRM_RDWR ? O_RDWR : O_RDONLY);
		data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		igt_assert_eq(data == MAP_FAILED, !(flags[i] & DRM_RDWR));
		if (data != MAP_FAILED)
			munmap(data, SIZE);
		close(fd);
	}
	space_destroy(&space);
}

/* Each writes what all others read. */
static void test_bytes(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver);
	uint32_t handle, copy, *by_card, *by_lock, *by_fd, pattern = 0;
	struct igt_dxg_stream stream;
	struct prime prime;

	prime_create(dxg, &prime);
	copy = create(&prime.space, SIZE);
	handle = igt_dxg_card_import(card, prime.fd);
	by_card = igt_dxg_card_map(card, handle, SIZE);
	by_lock = lock(&prime.space, prime.allocation);
	by_fd = igt_dxg_map_dma_buf(prime.fd, SIZE);
	for (int writer = 0; writer < 4; writer++) {
		pattern = 0x11110000 + writer;
		if (writer == 3)
			fill_now(&prime.space, prime.allocation, SIZE, pattern);
		for (uint64_t i = 0; i < SIZE / 4 && writer < 3; i++)
			(writer == 0 ? by_card : writer == 1 ? by_lock : by_fd)[i] = pattern;
		for (uint64_t i = 0; i < SIZE / 4; i++)
			igt_assert(by_card[i] == pattern && by_lock[i] == pattern &&
				   by_fd[i] == pattern);
		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_copy(&stream, copy, 0, prime.allocation, 0, SIZE);
		submit(&prime.space, &stream);
		settle(&prime.space);
		assert_bytes(&prime.space, copy, SIZE, pattern);
	}
	munmap(by_fd, SIZE);
	munmap(by_card, SIZE);
	close(card);
	prime_destroy(&prime);
}

/* One dma-buf, and one handle of it. */
static void test_twice(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver), fds[3];
	struct prime prime, other;
	uint32_t handle;

	prime_create(dxg, &prime);
	prime_create(dxg, &other);
	fds[0] = prime.fd;
	handle = igt_dxg_card_import(card, prime.fd);
	for (int i = 1; i < 3; i++) {
		fds[i] = igt_dxg_export(dxg, prime.space.device, prime.allocation);
		igt_assert_neq(fds[i], fds[0]);
		igt_assert_eq_u64(igt_dxg_inode(fds[i]), igt_dxg_inode(fds[0]));
		igt_assert_eq_u32(igt_dxg_card_import(card, fds[i]), handle);
	}
	igt_assert(igt_dxg_inode(other.fd) != igt_dxg_inode(prime.fd));
	igt_assert_neq_u32(igt_dxg_card_import(card, other.fd), handle);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "exported_bytes"),
			  other.before.exported_bytes + SIZE);
	close(fds[1]);
	close(fds[2]);
	close(card);
	prime_destroy(&prime);
	prime_destroy(&other);
}

static void test_untouched(struct igt_dxg *dxg)
{
	struct prime prime;

	prime_create(dxg, &prime);
	igt_dxg_assert_dma_buf(prime.fd, SIZE, 0);
	assert_bytes(&prime.space, prime.allocation, SIZE, 0);
	prime_destroy(&prime);
}

/* One page is mapped in another way than many. */
static void test_page(struct igt_dxg *dxg)
{
	struct space space;
	uint32_t allocation, import;
	int fd;

	space_create(dxg, &space);
	allocation = create(&space, PAGE);
	fill_now(&space, allocation, PAGE, 0x77);
	fd = igt_dxg_export(dxg, space.device, allocation);
	igt_dxg_assert_dma_buf(fd, PAGE, 0x77);
	import = igt_dxg_import(dxg, space.device, fd);
	igt_dxg_destroy_allocation(dxg, space.device, allocation);
	assert_bytes(&space, import, PAGE, 0x77);
	close(fd);
	space_destroy(&space);
}

/* --- eviction ------------------------------------------------------------ */

/* Use more than the room there is. */
static void push_out(struct space *space, uint32_t *list, uint32_t count, uint64_t size)
{
	fill_list(space, list, count, size, 0x99);
	settle(space);
}

#define PUSHERS		6

/* What has been evicted is brought back, what is exported stays, and then goes again. */
static void test_evict(struct igt_dxg *dxg)
{
	uint32_t allocation, others[PUSHERS];
	struct space space;
	int fd;

	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	allocation = create(&space, MIB);
	create_many(&space, MIB, PUSHERS, others);
	fill_now(&space, allocation, MIB, 0x1234);
	push_out(&space, others, PUSHERS, MIB);
	igt_assert(!is_resident(dxg, space.device, allocation));

	for (int i = 0; i < 2; i++) {
		fd = igt_dxg_export(dxg, space.device, allocation);
		igt_assert(is_resident(dxg, space.device, allocation));
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "exported_bytes"), MIB);
		igt_dxg_assert_dma_buf(fd, MIB, 0x1234 + i);
		push_out(&space, others, PUSHERS, MIB);
		igt_assert(is_resident(dxg, space.device, allocation));
		igt_dxg_assert_dma_buf(fd, MIB, 0x1234 + i);
		igt_dxg_fill_dma_buf(fd, MIB, 0x1234 + i + 1);
		push_out(&space, others, PUSHERS, MIB);
		igt_assert(is_resident(dxg, space.device, allocation));

		/* the room is had at once, the count a little later */
		close(fd);
		push_out(&space, others, PUSHERS, MIB);
		igt_assert(!is_resident(dxg, space.device, allocation));
		wait_unused(dxg, "exported_bytes", 0);
		assert_bytes(&space, allocation, MIB, 0x1234 + i + 1);
	}
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* Each of the users alone keeps it where it is. */
static void test_users(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver);
	struct prime prime;
	uint32_t handle;
	void *data;

	prime_create(dxg, &prime);
	for (int user = 0; user < 3; user++) {
		handle = user == 0 ? igt_dxg_card_import(card, prime.fd) : 0;
		data = user == 1 ? igt_dxg_map_dma_buf(prime.fd, SIZE) : NULL;
		if (user == 2) {
			handle = igt_dxg_card_import(card, prime.fd);
			data = igt_dxg_card_map(card, handle, SIZE);
			igt_dxg_card_close(card, handle);
			handle = 0;
		}
		close(prime.fd);
		igt_dxg_sleep_ms(3 * UNUSED_MS / 5);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "exported_bytes"), SIZE);
		if (handle)
			igt_dxg_card_close(card, handle);
		if (data)
			munmap(data, SIZE);
		wait_unused(dxg, "exported_bytes", 0);
		prime.fd = igt_dxg_export(dxg, prime.space.device, prime.allocation);
	}
	close(card);
	prime_destroy(&prime);
}

/* --- import of our own --------------------------------------------------- */

/* A second handle of the same bytes; each is destroyed first once. */
static void test_import_same(struct igt_dxg *dxg)
{
	uint32_t handles[2];
	struct prime prime;
	uint64_t bytes;

	for (int first = 0; first < 2; first++) {
		prime_create(dxg, &prime);
		handles[0] = prime.allocation;
		igt_assert_eq(__igt_dxg_import(dxg, prime.space.device, prime.fd, &handles[1],
					       &bytes), 0);
		igt_assert_neq_u32(handles[0], handles[1]);
		igt_assert_eq_u64(bytes, SIZE);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
				  prime.before.backing_bytes + SIZE);
		fill_now(&prime.space, handles[0], SIZE, 1);
		assert_bytes(&prime.space, handles[1], SIZE, 1);
		fill_now(&prime.space, handles[1], SIZE, 2);
		igt_assert(lock(&prime.space, handles[0]) != lock(&prime.space, handles[1]));
		assert_bytes(&prime.space, handles[0], SIZE, 2);
		close(prime.fd);
		prime.fd = -1;
		igt_dxg_destroy2(dxg, prime.space.device, 0, &handles[first], 1,
				 D3DKMT_DESTROY_SYNCHRONOUS);
		igt_assert(!igt_dxg_is_allocation(dxg, prime.space.device, handles[first]));
		assert_bytes(&prime.space, handles[!first], SIZE, 2);
		fill_now(&prime.space, handles[!first], SIZE, 3);
		assert_bytes(&prime.space, handles[!first], SIZE, 3);
		igt_dxg_destroy2(dxg, prime.space.device, 0, &handles[!first], 1,
				 D3DKMT_DESTROY_SYNCHRONOUS);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
				  prime.before.backing_bytes);
		prime_destroy(&prime);
	}
}

static void test_import_many(struct igt_dxg *dxg)
{
	uint32_t handles[ROUNDS];
	struct prime prime;

	prime_create(dxg, &prime);
	for (int i = 0; i < ROUNDS; i++)
		handles[i] = igt_dxg_import(dxg, prime.space.device, prime.fd);
	igt_dxg_destroy_allocation(dxg, prime.space.device, prime.allocation);
	for (int i = 0; i < ROUNDS - 1; i++) {
		fill(&prime.space, handles[i], SIZE, i);
		igt_dxg_destroy_allocation(dxg, prime.space.device, handles[i]);
	}
	settle(&prime.space);
	assert_bytes(&prime.space, handles[ROUNDS - 1], SIZE, ROUNDS - 2);
	prime_destroy(&prime);
}

/* What processes tell each other. */
static struct talk {
	int fd;
	int done;
} *talk;

static void talk_create(void)
{
	talk = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	igt_assert(talk != MAP_FAILED);
}

static void child_import(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	struct space space;
	uint32_t import;

	space_create(dxg, &space);
	import = igt_dxg_import(dxg, space.device, talk->fd);
	assert_bytes(&space, import, SIZE, 1);
	fill_now(&space, import, SIZE, 2);
	igt_dxg_child_ready(child);
	while (!__atomic_load_n(&talk->done, __ATOMIC_SEQ_CST))
		igt_dxg_sleep_ms(1);
	assert_bytes(&space, import, SIZE, 3);
	fill_now(&space, import, SIZE, 4);
	space_destroy(&space);
	igt_dxg_close(dxg);
}

/* Whichever of the two processes is done first. */
static void test_import_process(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	struct prime prime;

	for (int orphan = 0; orphan < 2; orphan++) {
		talk_create();
		prime_create(dxg, &prime);
		fill_now(&prime.space, prime.allocation, SIZE, 1);
		talk->fd = prime.fd;
		igt_dxg_child_start(&child, dxg, child_import);
		igt_dxg_child_await(&child);
		assert_bytes(&prime.space, prime.allocation, SIZE, 2);
		fill_now(&prime.space, prime.allocation, SIZE, 3);
		if (orphan)
			igt_dxg_destroy_allocation(dxg, prime.space.device, prime.allocation);
		__atomic_store_n(&talk->done, 1, __ATOMIC_SEQ_CST);
		igt_dxg_child_join(&child);
		igt_dxg_assert_dma_buf(prime.fd, SIZE, 4);
		if (!orphan)
			assert_bytes(&prime.space, prime.allocation, SIZE, 4);
		prime_destroy(&prime);
		munmap(talk, PAGE);
	}
}

/* Of what has been destroyed an import takes the bytes over. */
static void test_import_orphan(struct igt_dxg *dxg)
{
	uint32_t import, again;
	struct prime prime;

	for (int i = 0; i < 3; i++) {
		prime_create(dxg, &prime);
		fill_now(&prime.space, prime.allocation, SIZE, 5);
		igt_dxg_destroy2(dxg, prime.space.device, 0, &prime.allocation, 1,
				 D3DKMT_DESTROY_SYNCHRONOUS);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"),
				  prime.before.pending_bytes + SIZE);
		import = igt_dxg_import(dxg, prime.space.device, prime.fd);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"),
				  prime.before.pending_bytes);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"),
				  prime.before.backing_bytes + SIZE);
		assert_bytes(&prime.space, import, SIZE, 5);
		fill_now(&prime.space, import, SIZE, 6);
		igt_dxg_assert_dma_buf(prime.fd, SIZE, 6);
		again = igt_dxg_import(dxg, prime.space.device, prime.fd);
		assert_bytes(&prime.space, again, SIZE, 6);
		if (i == 1)
			igt_dxg_destroy_allocation(dxg, prime.space.device, import);
		if (i == 2) {
			close(prime.fd);
			prime.fd = -1;
			wait_unused(dxg, "exported_bytes", prime.before.exported_bytes);
			assert_bytes(&prime.space, import, SIZE, 6);
		}
		prime_destroy(&prime);
	}
}

/* What is shared may be imported by all, and goes with the last of them. */
static void test_import_shared(struct igt_dxg *dxg)
{
	uint32_t resource = 0, child[2], import;
	struct igt_dxg_state before;
	uint64_t file = UINT64_MAX;
	struct d3dkmt_share_objects share = {
		.object_count = 1,
		.objects = igt_dxg_ptr(&resource),
		.shared_nt_handle = igt_dxg_ptr(&file),
	};
	struct space space;
	int fd;

	igt_dxg_read_state_all(dxg, &before);
	space_create(dxg, &space);
	igt_assert_eq(__igt_dxg_create(dxg, space.device,
				       D3DKMT_CREATE_RESOURCE | D3DKMT_CREATE_SHARED |
				       D3DKMT_CREATE_NT_SECURITY_SHARING,
				       &resource, SIZE, 2, child), 0);
	fill_now(&space, child[1], SIZE, 3);
	fd = igt_dxg_export(dxg, space.device, child[1]);
	/* not before it is shared */
	igt_assert_eq(__igt_dxg_import(dxg, space.device, fd, &import, NULL), -EPERM);
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SHARE_OBJECTS, &share), 0);
	close(file);
	import = igt_dxg_import(dxg, space.device, fd);
	close(fd);
	assert_bytes(&space, import, SIZE, 3);
	igt_dxg_destroy2(dxg, space.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_bytes(&space, import, SIZE, 3);
	fill_now(&space, import, SIZE, 4);
	assert_bytes(&space, import, SIZE, 4);
	igt_dxg_destroy2(dxg, space.device, 0, &import, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	igt_dxg_wait_state(dxg, "backing_bytes", before.backing_bytes);
	space_destroy(&space);
}

/* --- import of others' --------------------------------------------------- */

static void assert_words(const uint32_t *data, uint32_t pattern)
{
	for (uint64_t i = 0; i < SIZE / 4; i++)
		igt_assert_eq_u32(data[i], pattern);
}

/*
 * What an import of others' bytes is and does; the dma-buf has SIZE bytes. They are read
 * without DMA_BUF_IOCTL_SYNC: udmabuf maps its pages once more for that, of which DMA-API
 * debugging warns.
 */
static void check_foreign(struct igt_dxg *dxg, int fd, const uint32_t *data)
{
	uint32_t import, again, other, status = 0;
	struct igt_dxg_stream stream;
	struct igt_dxg_state before;
	struct space space;
	uint64_t bytes;
	int own;

	igt_dxg_read_state_all(dxg, &before);
	space_create(dxg, &space);
	igt_assert_eq(__igt_dxg_import(dxg, space.device, fd, &import, &bytes), 0);
	igt_assert_eq_u64(bytes, SIZE);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), before.user_bytes + SIZE);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "backing_bytes"), before.backing_bytes);
	igt_assert_eq(__igt_dxg_query_residency(dxg, space.device, 0, &import, 1, &status), 0);
	igt_assert_eq_u32(status, D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY);
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, NULL, &import, 1,
				      D3DKMT_OFFER_PRIORITY_NORMAL, 0), -EINVAL);

	fill_now(&space, import, SIZE, 0x42);
	assert_words(data, 0x42);
	other = create(&space, SIZE);
	fill(&space, other, SIZE, 0x43);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_copy(&stream, import, 0, other, 0, SIZE);
	submit(&space, &stream);
	settle(&space);
	assert_bytes(&space, import, SIZE, 0x43);
	igt_assert_eq_u32(data[0], 0x43);
	((uint32_t *)lock(&space, import))[5] = 0x44;
	igt_assert_eq_u32(data[5], 0x44);

	/* once more, and out again */
	again = igt_dxg_import(dxg, space.device, fd);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), before.user_bytes + SIZE);
	own = igt_dxg_export(dxg, space.device, again);
	igt_assert_eq_u64(igt_dxg_inode(own), igt_dxg_inode(fd));
	igt_dxg_destroy_allocation(dxg, space.device, import);
	fill_now(&space, again, SIZE, 0x45);
	assert_words(data, 0x45);
	igt_dxg_destroy2(dxg, space.device, 0, &again, 1, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_words(data, 0x45);
	igt_assert_eq_u32(data[1], 0x45);
	close(own);
	igt_dxg_wait_state(dxg, "user_bytes", before.user_bytes);
	space_destroy(&space);
}

/* An import outlives whoever made the bytes. */
static uint32_t keep_foreign(struct space *space, struct igt_dxg *dxg, int fd)
{
	uint32_t import;

	space_create(dxg, space);
	import = igt_dxg_import(dxg, space->device, fd);
	fill_now(space, import, SIZE, 0x50);
	return import;
}

static void kept_foreign(struct space *space, uint32_t import)
{
	assert_bytes(space, import, SIZE, 0x50);
	fill_now(space, import, SIZE, 0x51);
	assert_bytes(space, import, SIZE, 0x51);
	space_destroy(space);
}

static void test_import_dumb(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver);
	uint32_t handle = igt_dxg_card_create(card, PAGE / 4, SIZE / PAGE, NULL), import;
	int fd = igt_dxg_card_export(card, handle);
	uint32_t *data = igt_dxg_card_map(card, handle, SIZE);
	struct space space;

	check_foreign(dxg, fd, data);
	import = keep_foreign(&space, dxg, fd);
	munmap(data, SIZE);
	igt_dxg_card_close(card, handle);
	close(fd);
	close(card);
	kept_foreign(&space, import);
}

/* Pages of a file in memory. */
static int create_udmabuf(void)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd;
	int memory = memfd_create("dxg", MFD_ALLOW_SEALING);
	struct udmabuf_create args = { .memfd = memory, .size = SIZE };

	igt_require_f(device >= 0, "no /dev/udmabuf\n");
	igt_assert_fd(memory);
	igt_assert_eq(ftruncate(memory, SIZE), 0);
	igt_assert_eq(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	fd = ioctl(device, UDMABUF_CREATE, &args);
	igt_assert_fd(fd);
	close(memory);
	close(device);
	return fd;
}

/* vkms takes what others have made, virtio_gpu does not. */
static void import_other(struct igt_dxg *dxg, int fd)
{
	uint32_t *data, import;
	struct space space;

	if (strcmp(dxg->driver, "vkms")) {
		space_create(dxg, &space);
		igt_assert_eq(__igt_dxg_import(dxg, space.device, fd, &import, NULL), -EINVAL);
		space_destroy(&space);
		close(fd);
		return;
	}
	data = igt_dxg_map_dma_buf(fd, SIZE);
	check_foreign(dxg, fd, data);
	import = keep_foreign(&space, dxg, fd);
	munmap(data, SIZE);
	close(fd);
	kept_foreign(&space, import);
}

static void test_import_udmabuf(struct igt_dxg *dxg)
{
	import_other(dxg, create_udmabuf());
}

/* What is exported by one adapter is imported by the other. */
static void test_import_adapter(struct igt_dxg *dxg)
{
	struct igt_dxg *other = igt_dxg_open(dxg->door, strcmp(dxg->driver, "vkms") ? "vkms" :
					     "virtio_gpu");
	struct igt_dxg_state before;
	struct prime prime;
	int fd;

	igt_dxg_read_state_all(other, &before);
	prime_create(other, &prime);
	fd = dup(prime.fd);
	igt_assert_fd(fd);
	import_other(dxg, fd);
	prime_destroy(&prime);
	igt_dxg_assert_no_leak(other, &before);
	igt_dxg_close(other);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("flags", test_flags, "A dma-buf can be written, and is closed by exec, if asked for."),
	TEST("bytes", test_bytes,
	     "Lock, dma-buf, the device's own node and the engine see the same bytes."),
	TEST("twice", test_twice, "An allocation has one dma-buf, and that one handle."),
	TEST("untouched", test_untouched, "What nobody has touched is exported as zeroes."),
	TEST_ONE_DOOR("page", test_page, "One page is exported and imported."),
	TEST_ONE_DOOR("evict", test_evict,
		      "An export brings bytes back, and they stay until it is not used any more."),
	TEST_ONE_DOOR("users", test_users,
		      "A handle, a mapping and a handle's mapping each keep the bytes."),
	TEST("import-same", test_import_same, "An import is a second handle of the same bytes."),
	TEST_ONE_DOOR("import-many", test_import_many, "The last of many handles has the bytes."),
	TEST_LONG("import-process", test_import_process, "Two processes have the same bytes."),
	TEST_LONG("import-orphan", test_import_orphan,
		  "An import takes over the bytes of what has been destroyed."),
	TEST("import-shared", test_import_shared,
	     "An allocation of a shared resource is imported."),
	TEST("import-dumb", test_import_dumb, "A buffer of the device's own node is imported."),
	TEST("import-udmabuf", test_import_udmabuf,
	     "Memory of a file is imported where the device can use it."),
	TEST("import-adapter", test_import_adapter,
	     "An export of one adapter is imported by another where that can use it."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
