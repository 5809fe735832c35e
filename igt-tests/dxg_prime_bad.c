// SPDX-License-Identifier: MIT
/*
 * Exports and imports that are refused, and that a refusal leaves nothing behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <drm.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("Refused exports and imports of dma-bufs.");

#define DEAD		0x40000000U

/* Refused, the structure is as it was, and there is no file more than before. */
static void refuse_export(const struct igt_dxg *dxg, struct drm_dxg_export args, int result,
			  const char *what)
{
	struct drm_dxg_export before;
	unsigned int fds;
	int ret;

	args.fd = -77;
	args.bytes = 0x5a5a5a5a5a5aULL;
	before = args;
	fds = igt_dxg_count_fds();
	ret = igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_EXPORT, &args);
	igt_assert_f(ret == result, "%s: %d and not %d\n", what, ret, result);
	igt_assert(!memcmp(&args, &before, sizeof(args)));
	igt_assert_eq(igt_dxg_count_fds(), fds);
}

static void refuse_import(const struct igt_dxg *dxg, struct drm_dxg_import args, int result,
			  const char *what)
{
	struct drm_dxg_import before;
	unsigned int fds = igt_dxg_count_fds();
	struct igt_dxg_state state, now;
	int ret;

	args.allocation = 0x5a5a;
	args.bytes = 0x5a5a5a5a5a5aULL;
	before = args;
	igt_dxg_read_state_all(dxg, &state);
	ret = igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_IMPORT, &args);
	igt_assert_f(ret == result, "%s: %d and not %d\n", what, ret, result);
	igt_assert(!memcmp(&args, &before, sizeof(args)));
	igt_assert_eq(igt_dxg_count_fds(), fds);
	igt_dxg_read_state_all(dxg, &now);
	/* what was destroyed before may go meanwhile */
	igt_assert_lte_u64(now.allocations, state.allocations);
}

static void test_flags(struct igt_dxg *dxg)
{
	struct prime prime;

	prime_create(dxg, &prime);
	for (unsigned int bit = 0; bit < 32; bit++) {
		uint32_t flags = 1U << bit;

		if (!(flags & (DRM_CLOEXEC | DRM_RDWR)))
			refuse_export(dxg, (struct drm_dxg_export) {
				.device = prime.space.device,
				.allocation = prime.allocation,
				.flags = flags | DRM_CLOEXEC,
			}, -EINVAL, "an export's flag");
		refuse_import(dxg, (struct drm_dxg_import) {
			.device = prime.space.device,
			.fd = prime.fd,
			.flags = flags,
		}, -EINVAL, "an import's flag");
	}
	prime_destroy(&prime);
}

static void test_handles(struct igt_dxg *dxg)
{
	struct prime prime, other;
	uint32_t resource, child, dead;

	prime_create(dxg, &prime);
	prime_create(dxg, &other);
	resource = igt_dxg_create_resource(dxg, prime.space.device, SIZE, 1, &child);
	dead = create(&prime.space, SIZE);
	igt_dxg_destroy_allocation(dxg, prime.space.device, dead);

	const uint32_t devices[] = {
		0, UINT32_MAX, DEAD, prime.allocation, prime.space.context, dxg->adapter,
	};
	const uint32_t allocations[] = {
		0, UINT32_MAX, DEAD, dead, other.allocation, resource, prime.space.device,
		prime.space.context, prime.space.fence,
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(devices); i++) {
		refuse_export(dxg, (struct drm_dxg_export) {
			.device = devices[i],
			.allocation = prime.allocation,
		}, -EINVAL, "a device of an export");
		refuse_import(dxg, (struct drm_dxg_import) {
			.device = devices[i],
			.fd = prime.fd,
		}, -EINVAL, "a device of an import");
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(allocations); i++)
		refuse_export(dxg, (struct drm_dxg_export) {
			.device = prime.space.device,
			.allocation = allocations[i],
		}, -EINVAL, "an allocation");
	prime_destroy(&prime);
	prime_destroy(&other);
}

/* Of one process and two adapters. */
static void test_adapter(struct igt_dxg *dxg)
{
	struct igt_dxg *other = igt_dxg_open(dxg->door, strcmp(dxg->driver, "vkms") ? "vkms" :
					     "virtio_gpu");
	uint32_t device = igt_dxg_create_device(other);
	struct prime prime;

	prime_create(dxg, &prime);
	refuse_export(dxg, (struct drm_dxg_export) {
		.device = device,
		.allocation = prime.allocation,
	}, -EINVAL, "another adapter's device");
	prime_destroy(&prime);
	igt_dxg_destroy_device(other, device);
	igt_dxg_close(other);
}

static void test_existing(struct igt_dxg *dxg)
{
	struct drm_dxg_allocation_private private = { .size = SIZE };
	void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
	struct d3dkmt_allocation_info2 info = {
		.sys_mem = igt_dxg_ptr(memory),
		.private_driver_data = igt_dxg_ptr(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation args = {
		.num_allocations = 1,
		.allocation_info = igt_dxg_ptr(&info),
		.flags = D3DKMT_CREATE_EXISTING_SYS_MEM,
	};
	struct space space;

	igt_assert(memory != MAP_FAILED);
	space_create(dxg, &space);
	args.device = space.device;
	igt_assert_eq(igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args), 0);
	refuse_export(dxg, (struct drm_dxg_export) {
		.device = space.device,
		.allocation = info.allocation,
	}, -EINVAL, "memory of the program");
	space_destroy(&space);
	igt_dxg_wait_state(dxg, "allocations", 0);
	munmap(memory, SIZE);
}

static void test_offered(struct igt_dxg *dxg)
{
	uint32_t allocation, queue;
	struct space space;

	space_create(dxg, &space);
	queue = igt_dxg_create_paging_queue(dxg, space.device, NULL, NULL);
	allocation = create(&space, SIZE);
	fill_now(&space, allocation, SIZE, 1);
	igt_dxg_offer(dxg, space.device, &allocation, 1, D3DKMT_OFFER_PRIORITY_NORMAL);
	refuse_export(dxg, (struct drm_dxg_export) {
		.device = space.device,
		.allocation = allocation,
	}, -EINVAL, "what is offered");
	igt_dxg_reclaim(dxg, queue, allocation);
	close(igt_dxg_export(dxg, space.device, allocation));
	space_destroy(&space);
}

/* By whatever handle, and when nobody uses it any more: its bytes are not for one to give up. */
static void test_offer_exported(struct igt_dxg *dxg)
{
	uint32_t allocation, import, resource, list[2];
	struct space space;
	int fd;

	space_create(dxg, &space);
	allocation = create(&space, SIZE);
	fd = igt_dxg_export(dxg, space.device, allocation);
	import = igt_dxg_import(dxg, space.device, fd);
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, NULL, &allocation, 1,
				      D3DKMT_OFFER_PRIORITY_NORMAL, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, NULL, &import, 1,
				      D3DKMT_OFFER_PRIORITY_NORMAL, 0), -EINVAL);
	close(fd);
	igt_dxg_destroy2(dxg, space.device, 0, &import, 1, 0);
	igt_dxg_wait_state(dxg, "exported_bytes", 0);
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, NULL, &allocation, 1,
				      D3DKMT_OFFER_PRIORITY_NORMAL, 0), -EINVAL);
	/* all or none */
	resource = igt_dxg_create_resource(dxg, space.device, SIZE, 2, list);
	close(igt_dxg_export(dxg, space.device, list[1]));
	igt_assert_eq(__igt_dxg_offer(dxg, space.device, &resource, NULL, 1,
				      D3DKMT_OFFER_PRIORITY_NORMAL, 0), -EINVAL);
	fill_now(&space, list[0], SIZE, 1);
	space_destroy(&space);
}

/* No room for one more file. */
static void test_full(struct igt_dxg *dxg)
{
	struct rlimit old, limit;
	struct igt_dxg_state before;
	struct space space;
	uint32_t allocation;
	int next, ret, fd;

	space_create(dxg, &space);
	allocation = create(&space, SIZE);
	igt_dxg_read_state_all(dxg, &before);
	igt_assert_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	igt_assert_fd(next);
	close(next);
	limit = old;
	/* all below the first free one are in use */
	limit.rlim_cur = next;
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < 20; i++) {
		ret = __igt_dxg_export(dxg, space.device, allocation, DRM_RDWR, &fd, NULL);
		if (ret != -EMFILE)
			break;
	}
	igt_assert_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	igt_assert_eq(ret, -EMFILE);
	wait_unused(dxg, "exported_bytes", before.exported_bytes);
	fd = igt_dxg_export(dxg, space.device, allocation);
	igt_assert_eq(fd, next);
	close(fd);
	space_destroy(&space);
}

/* The answer cannot be written. */
static void test_read_only(struct igt_dxg *dxg)
{
	struct drm_dxg_export export = {};
	struct drm_dxg_import import = {};
	struct igt_dxg_state before;
	struct prime prime;
	unsigned int fds;
	uint32_t fresh;

	prime_create(dxg, &prime);
	fresh = create(&prime.space, SIZE);
	fill_now(&prime.space, prime.allocation, SIZE, 8);
	igt_dxg_read_state_all(dxg, &before);
	fds = igt_dxg_count_fds();
	export.device = prime.space.device;
	export.allocation = fresh;
	import.device = prime.space.device;
	import.fd = prime.fd;
	for (int i = 0; i < 20; i++) {
		igt_assert_eq(igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_EXPORT,
						igt_dxg_read_only(&export, sizeof(export))),
			      -EFAULT);
		igt_assert_eq(igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_IMPORT,
						igt_dxg_read_only(&import, sizeof(import))),
			      -EFAULT);
		/* a structure that cannot be read to its end */
		igt_assert_eq(igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_EXPORT,
						igt_dxg_before_bad_page(&export, 20)), -EFAULT);
	}
	igt_assert_eq(igt_dxg_count_fds(), fds);
	igt_dxg_wait_state(dxg, "allocations", before.allocations);
	wait_unused(dxg, "exported_bytes", before.exported_bytes);
	assert_bytes(&prime.space, prime.allocation, SIZE, 8);
	igt_dxg_assert_dma_buf(prime.fd, SIZE, 8);
	prime_destroy(&prime);
}

static void test_files(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver), event, null, closed, pipes[2], sync_file;
	struct prime prime;

	prime_create(dxg, &prime);
	sync_file = igt_dxg_export_sync_file(prime.fd, DMA_BUF_SYNC_READ);
	event = eventfd(0, EFD_CLOEXEC);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	igt_assert_eq(pipe(pipes), 0);
	closed = dup(null);
	close(closed);

	const int fds[] = {
		-1, INT32_MIN, INT32_MAX, 0, closed, event, null, pipes[0], card, dxg->fd,
		sync_file,
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(fds); i++)
		refuse_import(dxg, (struct drm_dxg_import) {
			.device = prime.space.device,
			.fd = fds[i],
		}, -EINVAL, "a file");
	close(sync_file);
	close(event);
	close(null);
	close(pipes[0]);
	close(pipes[1]);
	close(card);
	prime_destroy(&prime);
}

/* What belongs to a resource that is not shared is nobody else's. */
static void test_resource(struct igt_dxg *dxg)
{
	uint32_t resource, child[2], import;
	struct igt_dxg_state before;
	struct space space;
	int fd;

	igt_dxg_read_state_all(dxg, &before);
	space_create(dxg, &space);
	resource = igt_dxg_create_resource(dxg, space.device, SIZE, 2, child);
	fill_now(&space, child[1], SIZE, 3);
	fd = igt_dxg_export(dxg, space.device, child[1]);
	refuse_import(dxg, (struct drm_dxg_import) { .device = space.device, .fd = fd }, -EPERM,
		      "an allocation of a resource");
	igt_dxg_assert_dma_buf(fd, SIZE, 3);
	assert_bytes(&space, child[1], SIZE, 3);
	/* of what has been destroyed only the bytes are left */
	igt_dxg_destroy2(dxg, space.device, resource, NULL, 0, D3DKMT_DESTROY_SYNCHRONOUS);
	import = igt_dxg_import(dxg, space.device, fd);
	assert_bytes(&space, import, SIZE, 3);
	close(fd);
	space_destroy(&space);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct prime prime;

	prime_create(dxg, &prime);
	igt_dxg_unbind(dxg);
	igt_assert_eq(igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_EXPORT, &(struct drm_dxg_export) {
		.device = prime.space.device,
		.allocation = prime.allocation,
	}), -ENODEV);
	igt_assert_eq(igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_IMPORT, &(struct drm_dxg_import) {
		.device = prime.space.device,
		.fd = prime.fd,
	}), -ENODEV);
	close(prime.fd);
	igt_dxg_rebind();
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("flags", test_flags, "Unknown flags are EINVAL."),
	TEST("handles", test_handles, "Dead and foreign handles are EINVAL."),
	TEST_ONE_DOOR("adapter", test_adapter, "A device of another adapter is EINVAL."),
	TEST("existing", test_existing, "Existing system memory is EINVAL."),
	TEST("offered", test_offered, "What is offered is EINVAL until it is reclaimed."),
	TEST_LONG("offer-exported", test_offer_exported, "What was exported cannot be offered."),
	TEST_ONE_DOOR("full", test_full, "No file descriptor is EMFILE, and nothing is left."),
	TEST_ONE_DOOR("read-only", test_read_only,
		      "An answer that cannot be written is EFAULT, and nothing is left."),
	TEST("files", test_files, "Files that are no dma-bufs are EINVAL."),
	TEST("resource", test_resource,
	     "An allocation of a resource that is not shared is EPERM."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "A removed adapter is ENODEV." },
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
