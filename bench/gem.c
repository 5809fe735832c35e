// SPDX-License-Identifier: MIT
/*
 * The base: GEM dumb buffers of an in-tree driver, and DRM sync objects. What is needed
 * of DRM's headers is repeated here: Debian has them with libdrm only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <unistd.h>

#include "bench.h"

struct drm_version {
	int version[3];
	size_t name_len;
	char *name;
	size_t date_len;
	char *date;
	size_t desc_len;
	char *desc;
};

struct drm_create_dumb {
	uint32_t height;
	uint32_t width;
	uint32_t bpp;
	uint32_t flags;
	uint32_t handle;
	uint32_t pitch;
	uint64_t size;
};

struct drm_map_dumb {
	uint32_t handle;
	uint32_t pad;
	uint64_t offset;
};

struct drm_handle {
	uint32_t handle;
	uint32_t pad;
};

struct drm_syncobj_wait {
	uint64_t handles;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
};

struct drm_syncobj_array {
	uint64_t handles;
	uint32_t count_handles;
	uint32_t pad;
};

#define DRM_IOCTL_VERSION		_IOWR('d', 0x00, struct drm_version)
#define DRM_IOCTL_GEM_CLOSE		_IOW('d', 0x09, struct drm_handle)
#define DRM_IOCTL_CREATE_DUMB		_IOWR('d', 0xb2, struct drm_create_dumb)
#define DRM_IOCTL_MAP_DUMB		_IOWR('d', 0xb3, struct drm_map_dumb)
#define DRM_IOCTL_SYNCOBJ_CREATE	_IOWR('d', 0xbf, struct drm_handle)
#define DRM_IOCTL_SYNCOBJ_DESTROY	_IOWR('d', 0xc0, struct drm_handle)
#define DRM_IOCTL_SYNCOBJ_WAIT		_IOWR('d', 0xc3, struct drm_syncobj_wait)
#define DRM_IOCTL_SYNCOBJ_RESET		_IOWR('d', 0xc4, struct drm_syncobj_array)
#define DRM_IOCTL_SYNCOBJ_SIGNAL	_IOWR('d', 0xc5, struct drm_syncobj_array)

#define DRM_SYNCOBJ_WAIT_FOR_SUBMIT	2

static void gem_call(int fd, unsigned long code, void *args, const char *name)
{
	if (ioctl(fd, code, args) < 0)
		bench_fail(name);
}

int gem_open(const char *driver)
{
	char path[32], name[32];
	int fd, i;

	for (i = 0; i < 64; i++) {
		struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		gem_call(fd, DRM_IOCTL_VERSION, &version, "DRM_IOCTL_VERSION");
		if (!strcmp(name, driver))
			return fd;
		close(fd);
	}
	errno = ENODEV;
	bench_fail(driver);
}

int gem_reopen(int fd)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	if (again < 0)
		bench_fail(path);
	return again;
}

uint32_t gem_create(int fd, uint32_t size)
{
	struct drm_create_dumb args = {
		.width = BENCH_PAGE / 4,
		.height = size / BENCH_PAGE,
		.bpp = 32,
	};

	gem_call(fd, DRM_IOCTL_CREATE_DUMB, &args, "CREATE_DUMB");
	return args.handle;
}

void gem_close(int fd, uint32_t handle)
{
	struct drm_handle args = { .handle = handle };

	gem_call(fd, DRM_IOCTL_GEM_CLOSE, &args, "GEM_CLOSE");
}

void *gem_map(int fd, uint32_t handle, size_t size, void *where)
{
	struct drm_map_dumb args = { .handle = handle };
	void *data;

	gem_call(fd, DRM_IOCTL_MAP_DUMB, &args, "MAP_DUMB");
	data = mmap(where, size, PROT_READ | PROT_WRITE, MAP_SHARED | (where ? MAP_FIXED : 0), fd,
		    args.offset);
	if (data == MAP_FAILED)
		bench_fail("mmap of a dumb buffer");
	return data;
}

uint32_t syncobj_create(int fd)
{
	struct drm_handle args = { 0 };

	gem_call(fd, DRM_IOCTL_SYNCOBJ_CREATE, &args, "SYNCOBJ_CREATE");
	return args.handle;
}

void syncobj_destroy(int fd, uint32_t handle)
{
	struct drm_handle args = { .handle = handle };

	gem_call(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &args, "SYNCOBJ_DESTROY");
}

void syncobj_signal(int fd, uint32_t handle)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
	};

	gem_call(fd, DRM_IOCTL_SYNCOBJ_SIGNAL, &args, "SYNCOBJ_SIGNAL");
}

void syncobj_reset(int fd, uint32_t handle)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
	};

	gem_call(fd, DRM_IOCTL_SYNCOBJ_RESET, &args, "SYNCOBJ_RESET");
}

void syncobj_wait(int fd, uint32_t handle)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&handle,
		.timeout_nsec = INT64_MAX,
		.count_handles = 1,
		.flags = DRM_SYNCOBJ_WAIT_FOR_SUBMIT,
	};

	gem_call(fd, DRM_IOCTL_SYNCOBJ_WAIT, &args, "SYNCOBJ_WAIT");
}
