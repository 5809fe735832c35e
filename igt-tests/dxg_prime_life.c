// SPDX-License-Identifier: MIT
/*
 * What becomes of exported bytes when the allocation, the process, the adapter, the device
 * or the module goes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("Ends of allocations, processes and adapters with dma-bufs in use.");

#define WIDTH		64
#define HEIGHT		(SIZE / 4 / WIDTH)
#define SETTLES_MS	10000

/* A destruction that does not wait takes no longer. */
#define AT_ONCE_MS	1000

/* --- destruction --------------------------------------------------------- */

/* Those who can keep the bytes, one by one. */
enum user {
	USER_FD,
	USER_MAPPING,
	USER_HANDLE,
	USER_HANDLE_MAPPING,
	USER_FB,
	USERS,
};

/**
 * struct use - A use of a dma-buf
 * @user: whose
 * @card: the card node
 * @fd: dma-buf, or -1
 * @handle: handle of the card node, or 0
 * @fb: frame buffer there, or 0
 * @data: mapping, or NULL
 */
struct use {
	enum user user;
	int card;
	int fd;
	uint32_t handle;
	uint32_t fb;
	uint32_t *data;
};

/* Takes the file descriptor. */
static void use_begin(struct use *use, enum user user, int card, int fd)
{
	*use = (struct use) { .user = user, .card = card, .fd = fd };
	if (user == USER_MAPPING)
		use->data = igt_dxg_map_dma_buf(fd, SIZE);
	if (user >= USER_HANDLE)
		use->handle = igt_dxg_card_import(card, fd);
	if (user == USER_HANDLE_MAPPING)
		use->data = igt_dxg_card_map(card, use->handle, SIZE);
	if (user == USER_FB)
		use->fb = igt_dxg_card_add_fb(card, use->handle, WIDTH, HEIGHT);
	if (user == USER_HANDLE_MAPPING || user == USER_FB) {
		igt_dxg_card_close(card, use->handle);
		use->handle = 0;
	}
	if (user != USER_FD) {
		close(fd);
		use->fd = -1;
	}
}

static void use_check(const struct use *use, uint32_t pattern)
{
	uint32_t *data = use->data;

	if (use->user == USER_FD)
		data = igt_dxg_map_dma_buf(use->fd, SIZE);
	else if (use->user == USER_HANDLE)
		data = igt_dxg_card_map(use->card, use->handle, SIZE);
	/* a frame buffer's can be seen on the screen only */
	for (uint64_t i = 0; data && i < SIZE / 4; i++)
		igt_assert_eq_u32(data[i], pattern);
	if (data && data != use->data)
		munmap(data, SIZE);
}

static void use_end(struct use *use)
{
	if (use->data)
		munmap(use->data, SIZE);
	if (use->handle)
		igt_dxg_card_close(use->card, use->handle);
	if (use->fb)
		igt_dxg_card_remove_fb(use->card, use->fb);
	if (use->fd >= 0)
		close(use->fd);
}

static uint32_t create_displayable(const struct space *space)
{
	struct drm_dxg_allocation_private private = {
		.size = SIZE,
		.flags = DRM_DXG_ALLOCATION_DISPLAYABLE,
		.format = 'X' | 'R' << 8 | '2' << 16 | '4' << 24,
		.width = WIDTH,
		.height = HEIGHT,
		.pitch = WIDTH * 4,
	};
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.device = space->device,
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
	};

	igt_assert_eq(igt_dxg_ioctl(space->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	return info.allocation;
}

/* What was there before may be found unused meanwhile. */
static void assert_more(uint64_t bytes, uint64_t before)
{
	igt_assert_lte_u64(SIZE, bytes);
	igt_assert_lte_u64(bytes, before + SIZE);
}

static void destroy_used(struct igt_dxg *dxg, int card, enum user user, uint32_t flags)
{
	struct igt_dxg_state before, state;
	uint32_t allocation;
	struct space space;
	struct use use;
	uint64_t start;

	igt_dxg_wait_state(dxg, "batches", 0);
	igt_dxg_read_state_all(dxg, &before);
	space_create(dxg, &space);
	allocation = create_displayable(&space);
	fill_now(&space, allocation, SIZE, 0x1000 + user);
	use_begin(&use, user, card, igt_dxg_export(dxg, space.device, allocation));
	igt_dxg_lock(dxg, space.device, allocation);

	start = igt_dxg_now_ns();
	igt_dxg_destroy2(dxg, space.device, 0, &allocation, 1, flags);
	if (igt_dxg_scale(2) == 2)
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), AT_ONCE_MS);
	igt_assert(!igt_dxg_is_allocation(dxg, space.device, allocation));
	igt_dxg_wait_state(dxg, "batches", 0);
	/* the command may be there a moment longer */
	igt_dxg_wait_state(dxg, "allocations", before.allocations);
	igt_dxg_read_state_all(dxg, &state);
	assert_more(state.pending_bytes, before.pending_bytes);
	assert_more(state.backing_bytes, before.backing_bytes);
	assert_more(state.exported_bytes, before.exported_bytes);
	use_check(&use, 0x1000 + user);

	/* not with the device, either */
	space_destroy(&space);
	igt_dxg_wait_state(dxg, "devices", before.devices);
	use_check(&use, 0x1000 + user);
	assert_more(igt_dxg_read_state(dxg, "pending_bytes"), before.pending_bytes);
	use_end(&use);
}

static void test_destroy(struct igt_dxg *dxg)
{
	static const uint32_t flags[] = {
		0, D3DKMT_DESTROY_SYNCHRONOUS, D3DKMT_DESTROY_ASSUME_NOT_IN_USE,
		D3DKMT_DESTROY_SYNCHRONOUS | D3DKMT_DESTROY_ASSUME_NOT_IN_USE,
	};
	int card = igt_dxg_open_card(dxg->driver);

	for (int user = 0; user < USERS; user++)
		destroy_used(dxg, card, user, flags[user % IGT_DXG_ARRAY_SIZE(flags)]);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++)
		destroy_used(dxg, card, USER_FD, flags[i]);
	wait_unused(dxg, "backing_bytes", 0);
	close(card);
}

/* With commands in the queue, which run. */
static void test_destroy_busy(struct igt_dxg *dxg)
{
	struct prime prime;

	prime_create(dxg, &prime);
	igt_dxg_submit_job(dxg, prime.space.context, prime.space.fence, &prime.space.done, 100,
			   prime.allocation, SIZE);
	fill(&prime.space, prime.allocation, SIZE, 0x77);
	igt_dxg_destroy_allocation(dxg, prime.space.device, prime.allocation);
	igt_dxg_assert_dma_buf(prime.fd, SIZE, 0x77);
	settle(&prime.space);
	igt_dxg_wait_state(dxg, "batches", 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"), SIZE);
	close(prime.fd);
	prime.fd = -1;
	wait_unused(dxg, "backing_bytes", 0);
	prime_destroy(&prime);
}

/* Who needs the room has it before the next look at the users. */
static void test_room(struct igt_dxg *dxg)
{
	uint32_t allocation;
	struct space space;
	int fd;

	ballast_create(dxg, SMALL_ROOM);
	space_create(dxg, &space);
	for (int i = 0; i < 2; i++) {
		allocation = create(&space, SMALL_ROOM);
		fill_now(&space, allocation, SMALL_ROOM, i);
		fd = igt_dxg_export(dxg, space.device, allocation);
		igt_dxg_destroy2(dxg, space.device, 0, &allocation, 1, D3DKMT_DESTROY_SYNCHRONOUS);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"), SMALL_ROOM);
		close(fd);
	}
	space_destroy(&space);
	ballast_destroy(dxg);
}

/* --- processes ----------------------------------------------------------- */

/* What processes tell each other. */
static int *talk;

static void child_export(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	struct prime prime;

	prime_create(dxg, &prime);
	fill_now(&prime.space, prime.allocation, SIZE, 0x66);
	*talk = prime.fd;
	fill(&prime.space, prime.allocation, SIZE, 0x66);
	igt_dxg_child_linger(child);
}

/* A process is killed; who has its dma-buf has the bytes. */
static void test_killed(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct igt_dxg_child child;
	struct space space;
	uint32_t import;
	int process, fd;

	talk = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	igt_assert(talk != MAP_FAILED);
	igt_dxg_read_state_all(dxg, &before);
	igt_dxg_child_start(&child, dxg, child_export);
	igt_dxg_child_await(&child);
	process = syscall(SYS_pidfd_open, child.pid, 0);
	igt_assert_fd(process);
	fd = syscall(SYS_pidfd_getfd, process, *talk, 0);
	igt_assert_fd(fd);
	close(process);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, SETTLES_MS);
	igt_dxg_wait_state(dxg, "allocations", before.allocations);
	igt_dxg_wait_state(dxg, "batches", 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "pending_bytes"), before.pending_bytes + SIZE);
	igt_dxg_assert_dma_buf(fd, SIZE, 0x66);

	/* and may make it its own */
	space_create(dxg, &space);
	import = igt_dxg_import(dxg, space.device, fd);
	close(fd);
	assert_bytes(&space, import, SIZE, 0x66);
	space_destroy(&space);
	munmap(talk, PAGE);
}

/* --- adapters ------------------------------------------------------------ */

/* Everything by which the bytes may be reached. */
struct reach {
	struct prime prime;
	int card;
	uint32_t handle;
	uint32_t fb;
	uint32_t *by_fd;
	uint32_t *by_card;
	int sync_file;
};

static void reach_create(struct igt_dxg *dxg, struct reach *reach)
{
	reach->card = igt_dxg_open_card(dxg->driver);
	igt_dxg_read_state_all(dxg, &reach->prime.before);
	space_create(dxg, &reach->prime.space);
	reach->prime.allocation = create_displayable(&reach->prime.space);
	reach->prime.fd = igt_dxg_export(dxg, reach->prime.space.device, reach->prime.allocation);
	fill_now(&reach->prime.space, reach->prime.allocation, SIZE, 0x55);
	reach->handle = igt_dxg_card_import(reach->card, reach->prime.fd);
	reach->fb = igt_dxg_card_add_fb(reach->card, reach->handle, WIDTH, HEIGHT);
	reach->by_fd = igt_dxg_map_dma_buf(reach->prime.fd, SIZE);
	reach->by_card = igt_dxg_card_map(reach->card, reach->handle, SIZE);
	reach->sync_file = igt_dxg_export_sync_file(reach->prime.fd, DMA_BUF_SYNC_WRITE);
}

static void reach_check(const struct reach *reach, bool fb)
{
	uint32_t *data;

	for (uint64_t i = 0; i < SIZE / 4; i++)
		igt_assert(reach->by_fd[i] == 0x55 && reach->by_card[i] == 0x55);
	igt_dxg_assert_dma_buf(reach->prime.fd, SIZE, 0x55);
	igt_assert(igt_dxg_poll(reach->prime.fd, POLLOUT, 0));
	if (!fb)
		return;
	data = igt_dxg_card_map(reach->card, reach->handle, SIZE);
	igt_assert_eq_u32(data[0], 0x55);
	munmap(data, SIZE);
}

static void reach_destroy(const struct reach *reach)
{
	munmap(reach->by_fd, SIZE);
	munmap(reach->by_card, SIZE);
	close(reach->prime.fd);
	if (reach->sync_file >= 0)
		close(reach->sync_file);
	close(reach->card);
}

static void read_bufinfo(void)
{
	free(igt_dxg_read_file("/sys/kernel/debug/dma_buf/bufinfo"));
}

/* It works, and there is nothing of what was before. */
static void assert_fresh(const struct igt_dxg *dxg)
{
	struct igt_dxg *next = igt_dxg_reopen(dxg);
	struct prime prime;

	igt_dxg_wait_state(next, "backing_bytes", 0);
	prime_create(next, &prime);
	fill_now(&prime.space, prime.allocation, SIZE, 1);
	igt_dxg_assert_dma_buf(prime.fd, SIZE, 1);
	prime_destroy(&prime);
	igt_dxg_close(next);
}

/* Ours goes. */
static void test_unbind(struct igt_dxg *dxg)
{
	struct reach reach;
	struct prime orphan;
	struct space space;
	uint32_t import;

	reach_create(dxg, &reach);
	prime_create(dxg, &orphan);
	fill_now(&orphan.space, orphan.allocation, SIZE, 0x44);
	igt_dxg_destroy_allocation(dxg, orphan.space.device, orphan.allocation);
	igt_dxg_wait_state(dxg, "batches", 0);
	igt_dxg_unbind(dxg);
	read_bufinfo();
	reach_check(&reach, true);
	igt_dxg_assert_dma_buf(orphan.fd, SIZE, 0x44);

	/* what has been left behind is somebody else's for the next one */
	igt_dxg_rebind();
	dxg = igt_dxg_reopen(dxg);
	space_create(dxg, &space);
	import = igt_dxg_import(dxg, space.device, orphan.fd);
	assert_bytes(&space, import, SIZE, 0x44);
	fill_now(&space, import, SIZE, 0x43);
	igt_dxg_assert_dma_buf(orphan.fd, SIZE, 0x43);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "user_bytes"), SIZE);
	space_destroy(&space);
	close(orphan.fd);
	reach_check(&reach, true);
	reach_destroy(&reach);
	read_bufinfo();
	assert_fresh(dxg);
	igt_dxg_close(dxg);
}

/* --- the module ---------------------------------------------------------- */

/* The ways that there were. */
static bool present[IGT_DXG_WAYS];

/* Closes what the test was given, so that nothing of it keeps the module. */
static void leave(struct igt_dxg *dxg)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char path[32];

	igt_assert_fd(null);
	for (int i = 0; i < IGT_DXG_WAYS; i++)
		present[i] = igt_dxg_find_node(igt_dxg_ways[i].door, igt_dxg_ways[i].driver, path);
	__igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq(dup3(null, dxg->fd, O_CLOEXEC), dxg->fd);
	close(null);
}

static void come_back(struct igt_dxg *dxg)
{
	uint64_t start = igt_dxg_now_ns();
	char path[32];

	igt_assert_eq(igt_dxg_module_load(), 0);
	for (int i = 0; i < IGT_DXG_WAYS; i++) {
		while (present[i] && !igt_dxg_find_node(igt_dxg_ways[i].door,
							igt_dxg_ways[i].driver, path)) {
			igt_assert(igt_dxg_elapsed_ms(start) < SETTLES_MS);
			igt_dxg_sleep_ms(5);
		}
	}
	igt_assert(igt_dxg_find_node(DXG_DOOR_CARD, dxg->driver, path));
	igt_dxg_renew(dxg);
	dxg->minor = strtoul(path + strlen("/dev/dri/card"), NULL, 10);
}

/* The module goes while others have the bytes, who do not notice. */
static void test_rmmod(struct igt_dxg *dxg)
{
	struct reach reach;

	reach_create(dxg, &reach);
	close(reach.sync_file);
	reach.sync_file = -1;
	space_destroy(&reach.prime.space);
	leave(dxg);
	igt_assert_eq(igt_dxg_module_unload_wait(SETTLES_MS), 0);
	read_bufinfo();
	reach_check(&reach, true);
	come_back(dxg);
	read_bufinfo();
	reach_check(&reach, true);
	reach_destroy(&reach);
	read_bufinfo();
}

/* Whoever has a fence of ours keeps the module, and nobody else. */
static void test_rmmod_fence(struct igt_dxg *dxg)
{
	int sync_file, ret;
	struct prime prime;

	prime_create(dxg, &prime);
	igt_dxg_submit_job(dxg, prime.space.context, prime.space.fence, &prime.space.done, 100,
			   prime.allocation, SIZE);
	sync_file = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_READ);
	prime_destroy(&prime);
	leave(dxg);
	for (int i = 0; i < 20; i++) {
		ret = igt_dxg_module_unload("dxg");
		igt_assert_f(ret == -EAGAIN || ret == -EBUSY, "the module's removal: %d\n", ret);
		igt_dxg_sleep_ms(20);
	}
	igt_assert(igt_dxg_poll(sync_file, POLLIN, SETTLES_MS));
	igt_assert_eq(igt_dxg_sync_file_status(sync_file), 1);
	ret = igt_dxg_module_unload("dxg");
	igt_assert_f(ret == -EAGAIN || ret == -EBUSY, "the module's removal: %d\n", ret);
	close(sync_file);
	igt_assert_eq(igt_dxg_module_unload_wait(SETTLES_MS), 0);
	read_bufinfo();
	come_back(dxg);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_LONG("destroy", test_destroy,
		  "What is destroyed while others use it stays for them, and goes with the last."),
	TEST_LONG("destroy-busy", test_destroy_busy,
		  "Commands run although the allocation has been destroyed."),
	TEST_ONE_DOOR("room", test_room, "What nobody uses makes room at once."),
	TEST("killed", test_killed, "A dma-buf outlives the process that made it."),
	{ .name = "unbind", .run = test_unbind, .leaves = true,
	  .describe = "Our device goes, and what was exported stays." },
	TEST_ONE_DOOR("rmmod", test_rmmod, "The module goes, and what was exported stays."),
	TEST_ONE_DOOR("rmmod-fence", test_rmmod_fence, "A fence of ours keeps the module."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
