// SPDX-License-Identifier: MIT
/*
 * Sharing of sync objects: by descriptor, between devices, files and processes.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "dxg_share.h"

IGT_TEST_DESCRIPTION("Sharing of dxg's sync objects.");

#define ROUNDS		100
#define SHARED		IGT_DXG_SYNC_SHARED

/* --- two devices --------------------------------------------------------- */

/**
 * struct pair - A monitored fence as two devices have it
 * @dxg: the way in
 * @device: the devices; the first has created it
 * @fence: its handles
 * @value: addresses of its value
 * @fd: a descriptor
 */
struct pair {
	struct igt_dxg *dxg;
	uint32_t device[2];
	uint32_t fence[2];
	const uint64_t *value[2];
	int fd;
};

/* With these flags each. */
static void pair_create(struct igt_dxg *dxg, struct pair *pair, uint32_t first, uint32_t second)
{
	pair->dxg = dxg;
	for (int i = 0; i < 2; i++)
		pair->device[i] = igt_dxg_create_device(dxg);
	pair->fence[0] = igt_dxg_create_shared_fence(dxg, pair->device[0], first, 5,
						     &pair->value[0]);
	pair->fd = igt_dxg_share(dxg, pair->fence[0]);
	pair->fence[1] = igt_dxg_open_fence(dxg, pair->device[1], pair->fd, second,
					    &pair->value[1]);
}

static void pair_destroy(struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		igt_dxg_destroy_device(pair->dxg, pair->device[i]);
	if (pair->fd >= 0)
		igt_assert_eq(close(pair->fd), 0);
}

static int pair_signal(const struct pair *pair, int i, uint64_t value)
{
	return __igt_dxg_signal(pair->dxg, pair->device[i], &pair->fence[i], &value, 1, 0);
}

static int pair_wait(const struct pair *pair, int i, uint64_t value)
{
	return __igt_dxg_wait(pair->dxg, pair->device[i], &pair->fence[i], &value, 1, 0, 0);
}

static void expect_value(const struct pair *pair, uint64_t value)
{
	for (int i = 0; i < 2; i++)
		igt_assert_eq_u64(igt_dxg_fence_value(pair->value[i]), value);
}

static void test_value(struct igt_dxg *dxg)
{
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	igt_assert_neq_u32(pair.fence[0], pair.fence[1]);
	igt_assert(pair.value[0] != pair.value[1]);
	expect_value(&pair, 5);
	for (int i = 0; i < 2; i++) {
		uint64_t value = 6 + i;
		int event = igt_dxg_wait_event(dxg, pair.device[!i], pair.fence[!i], value);

		igt_assert(!igt_dxg_event_fired(event, 0));
		igt_assert_eq(pair_signal(&pair, i, value), 0);
		igt_assert(igt_dxg_event_fired(event, WAIT_MS));
		close(event);
		expect_value(&pair, value);
		igt_assert_eq(pair_wait(&pair, i, value), 0);
		igt_assert_eq(pair_wait(&pair, !i, value), 0);
		/* it grows for both */
		igt_assert_eq(pair_signal(&pair, !i, value - 1), -EINVAL);
	}
	pair_destroy(&pair);
}

/* An engine signals what another device waits for. */
static void test_engine(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	for (int i = 0; i < 2; i++) {
		uint32_t context = igt_dxg_create_context(dxg, pair.device[i]);

		igt_dxg_stream_begin(&stream);
		igt_dxg_stream_signal(&stream, pair.fence[i], 10 + i);
		igt_dxg_submit(dxg, context, &stream);
		igt_assert_eq(pair_wait(&pair, !i, 10 + i), 0);
		expect_value(&pair, 10 + i);
	}
	pair_destroy(&pair);
}

/* One handle does not serve the other device, nor does a device have just one. */
static void test_handles(struct igt_dxg *dxg)
{
	const uint64_t *value;
	struct pair pair;
	uint64_t six = 6;
	uint32_t again;

	pair_create(dxg, &pair, 0, 0);
	for (int i = 0; i < 2; i++) {
		igt_assert_eq(__igt_dxg_signal(dxg, pair.device[i], &pair.fence[!i], &six, 1, 0),
			      -EINVAL);
		igt_assert_eq(__igt_dxg_wait(dxg, pair.device[i], &pair.fence[!i], &six, 1, 0, 0),
			      -EINVAL);
	}
	again = igt_dxg_open_fence(dxg, pair.device[0], pair.fd, 0, &value);
	igt_assert_neq_u32(again, pair.fence[0]);
	igt_dxg_signal(dxg, pair.device[0], again, 6);
	expect_value(&pair, 6);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 6);
	/* the same one twice in one signal must not go back either */
	igt_assert_eq(__igt_dxg_signal(dxg, pair.device[0], (uint32_t []) { pair.fence[0], again },
				       (uint64_t []) { 9, 8 }, 2, 0), -EINVAL);
	expect_value(&pair, 6);
	pair_destroy(&pair);
}

/* What is opened can be shared in its turn. */
static void test_reshare(struct igt_dxg *dxg)
{
	const uint64_t *value;
	struct pair pair;
	uint32_t device;
	int fd;

	pair_create(dxg, &pair, 0, 0);
	fd = igt_dxg_share(dxg, pair.fence[1]);
	igt_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	pair_destroy(&pair);
	device = igt_dxg_create_device(dxg);
	igt_dxg_open_fence(dxg, device, fd, 0, &value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	close(fd);
	igt_dxg_destroy_device(dxg, device);
}

/* Each opening of a monitored fence is mapped for reading only. */
static void test_read_only(struct igt_dxg *dxg)
{
	struct pair pair;
	uint64_t *value;
	void *page;

	pair_create(dxg, &pair, 0, 0);
	for (int i = 0; i < 2; i++) {
		value = (uint64_t *)(uintptr_t)pair.value[i];
		page = (void *)((uintptr_t)value & ~(PAGE - 1UL));
		igt_assert_eq(igt_dxg_touch(value, false), 0);
		igt_assert_eq(igt_dxg_touch(value, true), SIGSEGV);
		igt_assert_eq(mprotect(page, PAGE, PROT_READ | PROT_WRITE), -1);
		igt_assert_eq(igt_dxg_touch(value, true), SIGSEGV);
	}
	/* nor is the descriptor a way in */
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pair.fd, 0);
	igt_assert(page == MAP_FAILED);
	igt_assert_eq(write(pair.fd, "12345678", 8), -1);
	igt_assert_eq(read(pair.fd, &(uint64_t) { 0 }, 8), -1);
	expect_value(&pair, 5);
	pair_destroy(&pair);
}

/* What one opening must not do another may. */
static void test_flags(struct igt_dxg *dxg)
{
	static const uint32_t deny[] = { 0, D3DKMT_SYNC_NO_SIGNAL, D3DKMT_SYNC_NO_WAIT,
					 D3DKMT_SYNC_NO_SIGNAL | D3DKMT_SYNC_NO_WAIT };
	struct pair pair;

	for (int i = 0; i < 4; i++) {
		for (int j = 0; j < 4; j++) {
			uint32_t flags[2] = { deny[i], deny[j] };

			pair_create(dxg, &pair, flags[0], flags[1] | SHARED);
			for (int k = 0; k < 2; k++) {
				igt_assert_eq(pair_signal(&pair, k, 6 + k),
					      flags[k] & D3DKMT_SYNC_NO_SIGNAL ? -EACCES : 0);
				igt_assert_eq(pair_wait(&pair, k, 1),
					      flags[k] & D3DKMT_SYNC_NO_WAIT ? -EACCES : 0);
			}
			pair_destroy(&pair);
		}
	}
}

static void engine_refused(struct igt_dxg *dxg, uint32_t device, uint32_t fence, int error)
{
	uint32_t context = igt_dxg_create_context(dxg, device);
	struct igt_dxg_stream stream;

	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, fence, 9);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, context, &stream), error);
	igt_dxg_stream_free(&stream);
	igt_dxg_destroy_context(dxg, context);
}

static void test_engine_flags(struct igt_dxg *dxg)
{
	struct pair pair;

	pair_create(dxg, &pair, D3DKMT_SYNC_NO_SIGNAL, D3DKMT_SYNC_NO_GPU_ACCESS);
	engine_refused(dxg, pair.device[0], pair.fence[0], -EACCES);
	engine_refused(dxg, pair.device[1], pair.fence[1], -EACCES);
	igt_assert_eq(pair_signal(&pair, 1, 6), 0);
	expect_value(&pair, 6);
	pair_destroy(&pair);
}

/* --- how long it lives --------------------------------------------------- */

static uint64_t objects(const struct igt_dxg *dxg)
{
	return igt_dxg_read_state(dxg, "sync_objects");
}

/* The three that hold it go in each order. */
static void run_order(struct igt_dxg *dxg, const int *order)
{
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_openings"), 2);
	for (int i = 0; i < 3; i++) {
		igt_assert_eq_u64(objects(dxg), 1);
		if (order[i] < 2) {
			igt_dxg_destroy_fence(dxg, pair.fence[order[i]]);
			igt_assert(!igt_dxg_mapped((void *)(uintptr_t)pair.value[order[i]]));
		} else {
			igt_assert_eq(close(pair.fd), 0);
			pair.fd = -1;
		}
	}
	igt_assert_eq_u64(objects(dxg), 0);
	pair_destroy(&pair);
}

static void test_last_frees(struct igt_dxg *dxg)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(orders); i++)
		run_order(dxg, orders[i]);
}

static void test_descriptor_alone(struct igt_dxg *dxg)
{
	const uint64_t *value;
	struct pair pair;
	uint32_t fence;
	int fd, copy;

	pair_create(dxg, &pair, 0, 0);
	fd = pair.fd;
	pair.fd = -1;
	pair_destroy(&pair);
	copy = dup(fd);
	close(fd);
	for (uint64_t round = 5; round < 8; round++) {
		/* no file of dxg's own, either */
		igt_dxg_renew(dxg);
		igt_assert_eq_u64(objects(dxg), 1);
		igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_openings"), 0);
		pair.device[0] = igt_dxg_create_device(dxg);
		fence = igt_dxg_open_fence(dxg, pair.device[0], copy, 0, &value);
		igt_assert_eq_u64(igt_dxg_fence_value(value), round);
		igt_dxg_signal(dxg, pair.device[0], fence, round + 1);
		igt_dxg_destroy_device(dxg, pair.device[0]);
	}
	close(copy);
	igt_assert_eq_u64(objects(dxg), 0);
}

/* A destruction ends the waits by its own handle. */
static void test_destroy_waits(struct igt_dxg *dxg)
{
	struct pair pair;
	int events[2];

	for (int i = 0; i < 2; i++) {
		pair_create(dxg, &pair, 0, 0);
		for (int j = 0; j < 2; j++)
			events[j] = igt_dxg_wait_event(dxg, pair.device[j], pair.fence[j], 9);
		igt_dxg_destroy_fence(dxg, pair.fence[i]);
		igt_assert_eq(pair_signal(&pair, !i, 9), 0);
		igt_assert(igt_dxg_event_fired(events[!i], WAIT_MS));
		igt_assert(!igt_dxg_event_fired(events[i], 0));
		igt_assert_eq(pair_signal(&pair, i, 10), -EINVAL);
		close(events[0]);
		close(events[1]);
		pair_destroy(&pair);
	}
}

/* --- other processes ----------------------------------------------------- */

static void partner_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own), fence;
	const uint64_t *value;

	fence = igt_dxg_open_fence(own, device, peer.fd, 0, &value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	igt_assert_eq(igt_dxg_touch((void *)(uintptr_t)value, true), SIGSEGV);
	igt_dxg_child_ready(child);
	for (uint64_t i = 6; i < 26; i += 2) {
		igt_dxg_wait(own, device, fence, i);
		igt_dxg_signal(own, device, fence, i + 1);
	}
}

static void test_process(struct igt_dxg *dxg)
{
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	peer_start(dxg, pair.fd, partner_child);
	peer_await();
	for (uint64_t i = 6; i < 26; i += 2) {
		igt_assert_eq(pair_signal(&pair, i / 2 % 2, i), 0);
		igt_assert_eq(pair_wait(&pair, 0, i + 1), 0);
	}
	peer_join();
	expect_value(&pair, 26 - 1);
	pair_destroy(&pair);
}

static void creator_child(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own), fence;

	fence = igt_dxg_create_shared_fence(own, device, 0, 3, NULL);
	send_fd(peer.fd, igt_dxg_share(own, fence));
	igt_dxg_signal(own, device, fence, 4);
	/* it waits, and will not be told */
	igt_dxg_wait_event(own, device, fence, 5);
	igt_dxg_child_linger(child);
}

static void test_creator_killed(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;
	int sockets[2], fd;

	igt_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	peer_start(dxg, sockets[1], creator_child);
	fd = receive_fd(sockets[0]);
	fence = igt_dxg_open_fence(dxg, device, fd, 0, &value);
	peer_await();
	peer_kill();
	igt_dxg_wait_state(dxg, "sync_openings", 1);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 4);
	igt_dxg_signal(dxg, device, fence, 5);
	igt_dxg_wait(dxg, device, fence, 5);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	igt_dxg_destroy_fence(dxg, fence);
	fence = igt_dxg_open_fence(dxg, device, fd, 0, &value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	close(fd);
	igt_dxg_destroy_device(dxg, device);
	close(sockets[0]);
	close(sockets[1]);
}

static void foreign_child(struct igt_dxg_child *child __attribute__((unused)),
			  struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;

	/* the file's values are mapped in its first address space */
	igt_assert_eq(__igt_dxg_open_fence(dxg, device, peer.fd, 0, &fence, NULL), -EPERM);
	igt_dxg_destroy_device(dxg, device);
}

static void test_foreign(struct igt_dxg *dxg)
{
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	peer_start(dxg, pair.fd, foreign_child);
	peer_join();
	expect_value(&pair, 5);
	pair_destroy(&pair);
}

/* --- what is refused ----------------------------------------------------- */

static int share_raw(const struct igt_dxg *dxg, uint32_t count, const void *handles, void *fd)
{
	struct d3dkmt_share_objects args = {
		.object_count = count,
		.objects = igt_dxg_ptr(handles),
		.shared_nt_handle = igt_dxg_ptr(fd),
	};

	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_SHARE_OBJECTS, &args);
}

static void share_refused(const struct igt_dxg *dxg, uint32_t handle, const char *what)
{
	uint64_t fd = 77;
	int ret = share_raw(dxg, 1, &handle, &fd);

	igt_assert_f(ret == -EINVAL, "%s: %d\n", what, ret);
	igt_assert_eq_u64(fd, 77);
}

static void test_share_refused(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, queue_fence, good, dead;
	char *edge = (char *)igt_dxg_edge() + PAGE;
	uint64_t fd;

	fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_create_paging_queue(dxg, device, &queue_fence, NULL);
	dead = igt_dxg_create_shared_fence(dxg, device, 0, 0, NULL);
	good = igt_dxg_create_shared_fence(dxg, device, 0, 0, NULL);
	igt_dxg_destroy_fence(dxg, dead);
	share_refused(dxg, fence, "not to be shared");
	share_refused(dxg, queue_fence, "a queue's");
	share_refused(dxg, dead, "destroyed");
	share_refused(dxg, good | 1, "no handle");
	igt_assert_eq(share_raw(dxg, 0, &good, &fd), -EINVAL);
	igt_assert_eq(share_raw(dxg, 2, (uint32_t []) { good, good }, &fd), -EINVAL);
	igt_assert_eq(share_raw(dxg, 1, &good, NULL), -EINVAL);
	igt_assert_eq(share_raw(dxg, 1, &good, edge), -EFAULT);
	igt_assert_eq(share_raw(dxg, 1, &good, edge - 4), -EFAULT);
	igt_assert_eq_u64(objects(dxg), 3);
	igt_dxg_destroy_device(dxg, device);
	share_refused(dxg, good, "of a dead device");
	igt_assert_eq_u64(objects(dxg), 0);
	igt_dxg_edge_free(edge - PAGE);
}

static void test_descriptors_used_up(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_shared_fence(dxg, device, 0, 0, NULL);
	struct rlimit limit, small;
	int next, fd, ret;

	next = dup(dxg->fd);
	igt_assert_fd(next);
	close(next);
	igt_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	small = limit;
	small.rlim_cur = next;
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &small), 0);
	ret = __igt_dxg_share(dxg, fence, &fd);
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	igt_assert_eq(ret, -EMFILE);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq_u64(objects(dxg), 0);
}

static int open_raw(const struct igt_dxg *dxg, uint32_t device, uint64_t fd, uint32_t flags,
		    uint32_t affinity)
{
	struct d3dkmt_open_sync_object_from_nt_handle2 args = {
		.nt_handle = fd,
		.device = device,
		.flags = flags,
		.sync_object = 7,
		.fence_value_cpu_va = 8,
		.fence_value_gpu_va = 9,
		.engine_affinity = affinity,
	};
	int ret = igt_dxg_ioctl(dxg, D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_NT_HANDLE2, &args);

	if (ret) {
		igt_assert_eq_u32(args.sync_object, 7);
		igt_assert_eq_u64(args.fence_value_cpu_va, 8);
		igt_assert_eq_u64(args.fence_value_gpu_va, 9);
	} else {
		igt_assert_eq_u64(args.fence_value_gpu_va, 0);
		igt_dxg_destroy_fence(dxg, args.sync_object);
	}
	return ret;
}

static void open_refused(struct igt_dxg *dxg, uint32_t device, uint64_t fd, const char *what)
{
	int ret = open_raw(dxg, device, fd, 0, 0);

	igt_assert_f(ret == -EINVAL, "%s: %d\n", what, ret);
}

static void test_open_flags(struct igt_dxg *dxg)
{
	struct pair pair;

	pair_create(dxg, &pair, 0, 0);
	for (int bit = 0; bit < 32; bit++) {
		int error = bit < 8 ? 0 : -EINVAL;

		if (1U << bit == D3DKMT_SYNC_CROSS_ADAPTER)
			error = -EPERM;
		igt_assert_eq(open_raw(dxg, pair.device[1], pair.fd, 1U << bit, 0), error);
	}
	for (uint32_t affinity = 0; affinity < 4; affinity++)
		igt_assert_eq(open_raw(dxg, pair.device[1], pair.fd, 0, affinity),
			      affinity < 2 ? 0 : -EINVAL);
	igt_assert_eq_u64(igt_dxg_read_state(dxg, "sync_openings"), 2);
	pair_destroy(&pair);
}

static void test_open_refused(struct igt_dxg *dxg)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	struct igt_dxg *other = igt_dxg_open(dxg->door, driver);
	struct d3dkmt_query_resource_info_from_nt_handle info;
	uint32_t resource, list[COUNT], dead;
	struct pair pair, foreign;
	int fds[2];

	pair_create(dxg, &pair, 0, 0);
	open_refused(dxg, pair.device[1], UINT64_MAX, "-1");
	open_refused(dxg, pair.device[1], INT32_MAX, "the largest");
	open_refused(dxg, pair.device[1], pair.fd | 1ULL << 32, "bit 32");
	open_refused(dxg, pair.device[1], dxg->fd, "our own file");
	fds[0] = eventfd(0, EFD_CLOEXEC);
	open_refused(dxg, pair.device[1], fds[0], "an eventfd");
	close(fds[0]);
	open_refused(dxg, pair.device[1], fds[0], "closed");

	/* one kind's is no other's */
	resource = igt_dxg_create_shared(dxg, pair.device[0], PAGE, COUNT, list);
	fds[0] = igt_dxg_share(dxg, resource);
	open_refused(dxg, pair.device[1], fds[0], "a resource's");
	close(fds[0]);
	igt_assert_eq(__igt_dxg_query_shared(dxg, pair.device[1], pair.fd, &info), -EINVAL);
	igt_assert_eq(__igt_dxg_open_shared(dxg, pair.device[1], pair.fd, COUNT, &resource, list),
		      -EINVAL);

	/* nor one adapter's the other's */
	pair_create(other, &foreign, 0, 0);
	open_refused(dxg, pair.device[1], foreign.fd, "another adapter's");
	open_refused(other, foreign.device[1], pair.fd, "another adapter's");
	pair_destroy(&foreign);
	igt_dxg_close(other);

	dead = igt_dxg_create_device(dxg);
	igt_dxg_destroy_device(dxg, dead);
	open_refused(dxg, dead, pair.fd, "a dead device");
	open_refused(dxg, 0, pair.fd, "no device");
	open_refused(dxg, dxg->adapter, pair.fd, "an adapter");
	open_refused(dxg, pair.fence[0], pair.fd, "a fence");
	pair_destroy(&pair);
}

/* --- the adapter goes ---------------------------------------------------- */

static void test_removed(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = {};
	uint32_t device, fence;
	struct igt_dxg *next;
	struct pair pair;
	int events[2];

	pair_create(dxg, &pair, 0, 0);
	for (int i = 0; i < 2; i++)
		events[i] = igt_dxg_wait_event(dxg, pair.device[i], pair.fence[i], 9);
	igt_dxg_unbind(dxg);
	for (int i = 0; i < 2; i++) {
		igt_assert(igt_dxg_event_fired(events[i], WAIT_MS));
		close(events[i]);
		igt_assert_eq(pair_signal(&pair, i, 9), -ENODEV);
		igt_assert_eq(__igt_dxg_share(dxg, pair.fence[i], &(int) { 0 }), -ENODEV);
		igt_assert_eq(__igt_dxg_open_fence(dxg, pair.device[i], pair.fd, 0, &fence, NULL),
			      -ENODEV);
	}
	expect_value(&pair, 5);
	igt_dxg_rebind();
	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	next = igt_dxg_reopen(dxg);
	device = igt_dxg_create_device(next);
	igt_assert_eq(__igt_dxg_open_fence(next, device, pair.fd, 0, &fence, NULL), -EINVAL);
	igt_assert_eq(close(pair.fd), 0);
	fence = igt_dxg_create_shared_fence(next, device, 0, 0, NULL);
	igt_dxg_signal(next, device, fence, 1);
	igt_dxg_destroy_device(next, device);
	zero.processes = 1;
	igt_dxg_assert_no_leak(next, &zero);
	igt_dxg_close(next);
}

static void test_module(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_shared_fence(dxg, device, 0, 1, NULL);
	const uint64_t *value;
	int fd, refused;
	char *users;

	fd = igt_dxg_share(dxg, fence);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(close(dxg->fd), 0);
	users = igt_dxg_read_file("/sys/module/dxg/refcnt");
	refused = atoi(users) ? syscall(SYS_delete_module, "dxg", O_NONBLOCK) : 0;
	free(users);
	/* something to close */
	dxg->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	igt_dxg_renew(dxg);
	igt_assert_eq(refused, -1);
	device = igt_dxg_create_device(dxg);
	igt_dxg_open_fence(dxg, device, fd, 0, &value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 1);
	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(close(fd), 0);
}

/* --- races --------------------------------------------------------------- */

/**
 * struct arena - What two threads fight for
 * @pair: the fence
 * @fd: what do_share() got, or -1
 */
struct arena {
	struct pair pair;
	int fd;
};

static int do_share(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_share(arena->pair.dxg, arena->pair.fence[0], &arena->fd);
}

static int do_destroy(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_fence(arena->pair.dxg, arena->pair.fence[0]);
}

static int do_signal(void *data)
{
	struct arena *arena = data;

	return pair_signal(&arena->pair, 0, 9);
}

static int do_close(void *data)
{
	struct arena *arena = data;
	int fd = arena->pair.fd;

	arena->pair.fd = -1;
	return close(fd);
}

static int do_open(void *data)
{
	struct arena *arena = data;
	uint32_t fence;

	return __igt_dxg_open_fence(arena->pair.dxg, arena->pair.device[1], arena->pair.fd, 0,
				    &fence, NULL);
}

static int do_wait(void *data)
{
	struct arena *arena = data;

	return pair_wait(&arena->pair, 0, 9);
}

static void test_race_share(struct igt_dxg *dxg)
{
	static struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		pair_create(dxg, &arena.pair, 0, 0);
		igt_dxg_destroy_fence(dxg, arena.pair.fence[1]);
		close(arena.pair.fd);
		arena.pair.fd = -1;
		igt_dxg_race(do_share, do_destroy, &arena, i, ret);
		igt_assert_eq(ret[1], 0);
		igt_assert(!ret[0] || ret[0] == -EINVAL);
		if (!ret[0]) {
			igt_assert_eq_u64(objects(dxg), 1);
			igt_dxg_open_fence(dxg, arena.pair.device[1], arena.fd, 0, NULL);
			close(arena.fd);
		}
		pair_destroy(&arena.pair);
		igt_assert_eq_u64(objects(dxg), 0);
	}
}

/* The last reference but the signal's own goes. */
static void test_race_signal(struct igt_dxg *dxg)
{
	static struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		pair_create(dxg, &arena.pair, 0, 0);
		igt_dxg_destroy_fence(dxg, arena.pair.fence[1]);
		close(arena.pair.fd);
		arena.pair.fd = -1;
		igt_dxg_race(do_signal, do_destroy, &arena, i, ret);
		igt_assert_eq(ret[1], 0);
		igt_assert(!ret[0] || ret[0] == -EINVAL);
		pair_destroy(&arena.pair);
		igt_assert_eq_u64(objects(dxg), 0);
	}
}

/* A wait ends by the destruction, or never began; others' handles do not matter. */
static void test_race_wait(struct igt_dxg *dxg)
{
	static struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		pair_create(dxg, &arena.pair, 0, 0);
		igt_dxg_race(do_wait, do_destroy, &arena, i, ret);
		igt_assert_eq(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		igt_assert_eq(pair_signal(&arena.pair, 1, 9), 0);
		pair_destroy(&arena.pair);
		igt_assert_eq_u64(objects(dxg), 0);
	}
}

static void test_race_open(struct igt_dxg *dxg)
{
	static struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		pair_create(dxg, &arena.pair, 0, 0);
		igt_dxg_destroy_fence(dxg, arena.pair.fence[0]);
		igt_dxg_destroy_fence(dxg, arena.pair.fence[1]);
		igt_dxg_race(do_open, do_close, &arena, i, ret);
		igt_assert_eq(ret[1], 0);
		igt_assert(!ret[0] || ret[0] == -EINVAL);
		igt_assert_eq_u64(objects(dxg), !ret[0]);
		pair_destroy(&arena.pair);
		igt_assert_eq_u64(objects(dxg), 0);
	}
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("value", test_value, "All openings have the same value and waits."),
	TEST("engine", test_engine, "An engine signals for other devices, too."),
	TEST("handles", test_handles, "Each opening has a handle of its own."),
	TEST_ONE("reshare", test_reshare, "What was opened can be shared."),
	TEST("read-only", test_read_only, "No opening can write the value."),
	TEST_ONE("flags", test_flags, "Each opening has its own rights."),
	TEST_ONE("engine-flags", test_engine_flags, "Also for commands."),
	TEST("last-frees", test_last_frees, "It lives until the last holder goes."),
	TEST("descriptor-alone", test_descriptor_alone, "The descriptor alone keeps it."),
	TEST("destroy-waits", test_destroy_waits, "A destruction ends its own waits only."),
	TEST("process", test_process, "Two processes take turns."),
	TEST("creator-killed", test_creator_killed, "Others go on when the creator is killed."),
	IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, "foreign",
			"Another address space cannot open on the file.", test_foreign),
	TEST("share-refused", test_share_refused, "What is not to be shared is not."),
	TEST_ONE("descriptors-used-up", test_descriptors_used_up, "No descriptor is EMFILE."),
	TEST("open-flags", test_open_flags, "Each flag is taken or refused as documented."),
	TEST("open-refused", test_open_refused, "What is no sync object of the adapter is not."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "Openings and descriptors survive the adapter." },
	TEST_ONE("module", test_module, "The module stays while there is a descriptor."),
	IGT_DXG_TEST_LONG("race-share", "Sharing beside destruction.", test_race_share),
	IGT_DXG_TEST_LONG("race-signal", "Signals beside the last put.", test_race_signal),
	IGT_DXG_TEST_LONG("race-wait", "Waits beside destruction.", test_race_wait),
	IGT_DXG_TEST_LONG("race-open", "Opening beside the descriptor's end.", test_race_open),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
