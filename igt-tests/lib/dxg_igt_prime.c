// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <drm.h>
#include <drm_fourcc.h>
#include <drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dxg_igt_prime.h"

#define DRM_MINORS	64
#define TIMEOUT_MS	30000

static int retry_ioctl(int fd, unsigned long code, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, code, arg);
	} while (ret == -1 && (errno == EINTR || errno == EAGAIN));
	return ret == -1 ? -errno : ret;
}

/* --- export and import --------------------------------------------------- */

int igt_dxg_own_ioctl(const struct igt_dxg *dxg, unsigned long code, void *arg)
{
	int ret;

	do {
		ret = ioctl(dxg->fd, code, arg);
	} while (ret == -1 && errno == EINTR);
	return ret == -1 ? -errno : ret;
}

int __igt_dxg_export(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
		     uint32_t flags, int *fd, uint64_t *bytes)
{
	struct drm_dxg_export args = {
		.device = device,
		.allocation = allocation,
		.flags = flags,
		.fd = -1,
	};
	int ret = igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_EXPORT, &args);

	*fd = args.fd;
	if (bytes)
		*bytes = args.bytes;
	return ret;
}

int igt_dxg_export(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation)
{
	int fd;

	igt_assert_eq(__igt_dxg_export(dxg, device, allocation, DRM_CLOEXEC | DRM_RDWR, &fd,
				       NULL), 0);
	igt_assert_fd(fd);
	return fd;
}

int __igt_dxg_import(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t *allocation,
		     uint64_t *bytes)
{
	struct drm_dxg_import args = { .device = device, .fd = fd };
	int ret = igt_dxg_own_ioctl(dxg, DRM_IOCTL_DXG_IMPORT, &args);

	*allocation = args.allocation;
	if (bytes)
		*bytes = args.bytes;
	return ret;
}

uint32_t igt_dxg_import(const struct igt_dxg *dxg, uint32_t device, int fd)
{
	uint32_t allocation;

	igt_assert_eq(__igt_dxg_import(dxg, device, fd, &allocation, NULL), 0);
	igt_assert_neq_u32(allocation, 0);
	return allocation;
}

/* --- dma-bufs ------------------------------------------------------------ */

void *igt_dxg_map_dma_buf(int fd, uint64_t size)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	igt_assert_f(data != MAP_FAILED, "a dma-buf cannot be mapped: %d\n", errno);
	return data;
}

int igt_dxg_sync_dma_buf(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return retry_ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
}

void igt_dxg_assert_dma_buf(int fd, uint64_t size, uint32_t pattern)
{
	uint32_t *data = igt_dxg_map_dma_buf(fd, size);

	igt_assert_eq(igt_dxg_sync_dma_buf(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ), 0);
	for (uint64_t i = 0; i < size / 4; i++)
		igt_assert_f(data[i] == pattern, "word %llu is %#x and not %#x\n",
			     (unsigned long long)i, data[i], pattern);
	igt_assert_eq(igt_dxg_sync_dma_buf(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ), 0);
	igt_assert_eq(munmap(data, size), 0);
}

void igt_dxg_fill_dma_buf(int fd, uint64_t size, uint32_t pattern)
{
	uint32_t *data = igt_dxg_map_dma_buf(fd, size);

	igt_assert_eq(igt_dxg_sync_dma_buf(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE), 0);
	for (uint64_t i = 0; i < size / 4; i++)
		data[i] = pattern;
	igt_assert_eq(igt_dxg_sync_dma_buf(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE), 0);
	igt_assert_eq(munmap(data, size), 0);
}

uint64_t igt_dxg_inode(int fd)
{
	struct stat status;

	igt_assert_eq(fstat(fd, &status), 0);
	return status.st_ino;
}

bool igt_dxg_poll(int fd, short events, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	int ret;

	do {
		ret = poll(&poll_fd, 1, timeout_ms);
	} while (ret == -1 && errno == EINTR);
	igt_assert(ret >= 0);
	return ret && poll_fd.revents & events;
}

unsigned int igt_dxg_count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	igt_assert(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* --- fences in files ----------------------------------------------------- */

int igt_dxg_export_sync_file(int dma_buf, uint32_t flags)
{
	struct dma_buf_export_sync_file args = { .flags = flags, .fd = -1 };

	igt_assert_eq(retry_ioctl(dma_buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args), 0);
	igt_assert_fd(args.fd);
	return args.fd;
}

void igt_dxg_import_sync_file(int dma_buf, uint32_t flags, int sync_file)
{
	struct dma_buf_import_sync_file args = { .flags = flags, .fd = sync_file };

	igt_assert_eq(retry_ioctl(dma_buf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args), 0);
}

int igt_dxg_sync_file_status(int sync_file)
{
	struct sync_file_info info = {};

	igt_assert_eq(retry_ioctl(sync_file, SYNC_IOC_FILE_INFO, &info), 0);
	return info.status;
}

/* The interface of sw_sync, which no header has. */
struct sw_sync_create_fence_data {
	uint32_t value;
	char name[32];
	int32_t fence;
};

#define SW_SYNC_IOC_CREATE_FENCE	_IOWR('W', 0, struct sw_sync_create_fence_data)
#define SW_SYNC_IOC_INC			_IOW('W', 1, uint32_t)

static bool hold_by_sw_sync(struct igt_dxg_hold *hold)
{
	struct sw_sync_create_fence_data data = { .value = 1, .name = "hold" };

	hold->timeline = open("/sys/kernel/debug/sync/sw_sync", O_RDWR | O_CLOEXEC);
	if (hold->timeline < 0)
		return false;
	igt_assert_eq(retry_ioctl(hold->timeline, SW_SYNC_IOC_CREATE_FENCE, &data), 0);
	hold->sync_file = data.fence;
	return true;
}

/* The last of some jobs that the other adapter's engine does one after the other. */
static void hold_by_jobs(struct igt_dxg_hold *hold, const struct igt_dxg *dxg, unsigned int jobs,
			 unsigned int ms)
{
	const char *driver = strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu";
	uint32_t context, allocation, fence;
	uint64_t value = 0;
	int dma_buf;

	hold->other = igt_dxg_open(dxg->door, driver);
	hold->device = igt_dxg_create_device(hold->other);
	context = igt_dxg_create_context(hold->other, hold->device);
	fence = igt_dxg_create_fence(hold->other, hold->device, 0, NULL);
	allocation = igt_dxg_create_allocation(hold->other, hold->device, IGT_DXG_PAGE);
	dma_buf = igt_dxg_export(hold->other, hold->device, allocation);
	while (jobs--)
		igt_dxg_submit_job(hold->other, context, fence, &value, ms, allocation,
				   IGT_DXG_PAGE);
	/* all are armed when there is a job */
	igt_assert(igt_dxg_wait_timeout(hold->other, hold->device, fence, 1, TIMEOUT_MS));
	hold->sync_file = igt_dxg_export_sync_file(dma_buf, DMA_BUF_SYNC_WRITE);
	close(dma_buf);
}

void igt_dxg_hold_begin(struct igt_dxg_hold *hold, const struct igt_dxg *dxg, unsigned int jobs,
			unsigned int ms)
{
	*hold = (struct igt_dxg_hold) { .sync_file = -1, .timeline = -1 };
	if (!hold_by_sw_sync(hold))
		hold_by_jobs(hold, dxg, jobs, ms);
}

bool igt_dxg_hold_holds(const struct igt_dxg_hold *hold)
{
	return !igt_dxg_sync_file_status(hold->sync_file);
}

void igt_dxg_hold_end(struct igt_dxg_hold *hold)
{
	uint32_t steps = 1;

	if (hold->timeline >= 0)
		igt_assert_eq(retry_ioctl(hold->timeline, SW_SYNC_IOC_INC, &steps), 0);
	igt_assert(igt_dxg_poll(hold->sync_file, POLLIN, TIMEOUT_MS));
	close(hold->sync_file);
	if (hold->timeline >= 0) {
		close(hold->timeline);
	} else {
		igt_dxg_destroy_device(hold->other, hold->device);
		igt_dxg_wait_state(hold->other, "exported_bytes", 0);
		igt_dxg_close(hold->other);
	}
}

/* --- the in-tree device -------------------------------------------------- */

static bool is_driver(int fd, const char *driver)
{
	char name[16] = {};
	struct drm_version version = { .name_len = sizeof(name) - 1, .name = name };

	return !retry_ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, driver);
}

static int open_card(const char *driver)
{
	char path[32];
	int card;

	for (int minor = 0; minor < DRM_MINORS; minor++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", minor);
		card = open(path, O_RDWR | O_CLOEXEC);
		if (card >= 0 && is_driver(card, driver))
			return card;
		if (card >= 0)
			close(card);
	}
	return -1;
}

/*
 * When its last file is closed a device shows the console again. vkms' clock then starts,
 * and does not always stand how slow the machine is (6.12: a warning of
 * vkms_get_vblank_timestamp()). So one file of it stays open.
 */
static void keep_vkms_open(void)
{
	static bool kept;

	if (!kept)
		ioctl(open_card("vkms"), DRM_IOCTL_DROP_MASTER, NULL);
	kept = true;
}

int igt_dxg_open_card(const char *driver)
{
	int card;

	keep_vkms_open();
	card = open_card(driver);
	igt_assert_f(card >= 0, "no card node of %s\n", driver);
	return card;
}

int __igt_dxg_card_import(int card, int fd, uint32_t *handle)
{
	struct drm_prime_handle args = { .fd = fd };
	int ret = retry_ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	*handle = args.handle;
	return ret;
}

uint32_t igt_dxg_card_import(int card, int fd)
{
	uint32_t handle;

	igt_assert_eq(__igt_dxg_card_import(card, fd, &handle), 0);
	igt_assert_neq_u32(handle, 0);
	return handle;
}

int igt_dxg_card_export(int card, uint32_t handle)
{
	struct drm_prime_handle args = {
		.handle = handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
		.fd = -1,
	};

	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args), 0);
	return args.fd;
}

void igt_dxg_card_close(int card, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_GEM_CLOSE, &args), 0);
}

uint32_t igt_dxg_card_create(int card, uint32_t width, uint32_t height, uint32_t *pitch)
{
	struct drm_mode_create_dumb args = { .width = width, .height = height, .bpp = 32 };

	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &args), 0);
	if (pitch)
		*pitch = args.pitch;
	return args.handle;
}

void *igt_dxg_card_map(int card, uint32_t handle, uint64_t size)
{
	struct drm_mode_map_dumb args = { .handle = handle };
	void *data;

	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &args), 0);
	data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, card, args.offset);
	igt_assert_f(data != MAP_FAILED, "a buffer of the card node cannot be mapped: %d\n",
		     errno);
	return data;
}

uint32_t igt_dxg_card_add_fb(int card, uint32_t handle, uint32_t width, uint32_t height)
{
	struct drm_mode_fb_cmd2 args = {
		.width = width,
		.height = height,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles[0] = handle,
		.pitches[0] = 4 * width,
	};

	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_MODE_ADDFB2, &args), 0);
	return args.fb_id;
}

void igt_dxg_card_remove_fb(int card, uint32_t fb)
{
	igt_assert_eq(retry_ioctl(card, DRM_IOCTL_MODE_RMFB, &fb), 0);
}
