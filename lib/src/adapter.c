// SPDX-License-Identifier: MIT
/* Adapters, and how all calls reach the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "object.h"

const char *dxg_version(void)
{
	return "0.1.0";
}

int64_t dxg_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* An ioctl of any file; 0, a positive status of the kernel's, or a negative errno. */
static int retry(int fd, unsigned long code, void *args)
{
	int ret;

	do {
		ret = ioctl(fd, code, args);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

/*
 * A call with the code of /dev/dxg, whatever the node. 0, a positive status, or a negative
 * errno.
 */
int dxg_call(const struct dxg_adapter *adapter, unsigned long code, void *args)
{
	return retry(adapter->fd, adapter->drm ? D3DKMT_DRM_IOCTL(code) : code, args);
}

/* A call that has one code on all nodes. */
int dxg_call_raw(const struct dxg_adapter *adapter, unsigned long code, void *args)
{
	return retry(adapter->fd, code, args);
}

/*
 * A call that gives something back. Not in a child: on a DRM node the file is the parent's
 * too, and so are its handles.
 */
void dxg_close_call(const struct dxg_adapter *adapter, unsigned long code, void *args)
{
	if (adapter->pid == getpid())
		dxg_call(adapter, code, args);
}

static void close_handle(const struct dxg_adapter *adapter, uint32_t handle)
{
	struct d3dkmt_close_adapter args = { .adapter = handle };

	dxg_close_call(adapter, D3DKMT_IOCTL_CLOSE_ADAPTER, &args);
}

/* Opens all adapters of a node; all but the first one of a name, or the first, go again. */
static int enumerate(const struct dxg_adapter *node, struct d3dkmt_adapter_info *infos,
		     unsigned int *count)
{
	struct d3dkmt_enum_adapters2 args = {
		.num_adapters = D3DKMT_MAX_ENUM_ADAPTERS,
		.adapters = (uintptr_t)infos,
	};
	int ret = dxg_call(node, D3DKMT_IOCTL_ENUM_ADAPTERS2, &args);

	*count = args.num_adapters;
	return ret;
}

static int open_dxg(struct dxg_adapter *node)
{
	node->fd = open("/dev/dxg", O_RDONLY | O_CLOEXEC);
	node->drm = false;
	node->pid = getpid();
	return node->fd < 0 ? -errno : 0;
}

int dxg_enumerate(struct dxg_luid *luids, unsigned int *count)
{
	struct d3dkmt_adapter_info infos[D3DKMT_MAX_ENUM_ADAPTERS];
	unsigned int room, found, i;
	struct dxg_adapter node;
	int ret;

	if (!count)
		return -EINVAL;
	room = *count;
	ret = open_dxg(&node);
	if (ret)
		return ret;
	ret = enumerate(&node, infos, &found);
	if (ret)
		goto out;
	for (i = 0; i < found; i++) {
		if (luids && i < room) {
			luids[i].low = infos[i].adapter_luid.low;
			luids[i].high = infos[i].adapter_luid.high;
		}
		close_handle(&node, infos[i].adapter);
	}
	*count = found;
	if (luids && found > room)
		ret = -EOVERFLOW;
out:
	close(node.fd);
	return ret;
}

int dxg_adapter_open_luid(struct dxg_luid luid, struct dxg_adapter **out)
{
	struct d3dkmt_open_adapter_from_luid args = {
		.adapter_luid = { .low = luid.low, .high = luid.high },
	};
	struct dxg_adapter *adapter = calloc(1, sizeof(*adapter));
	int ret;

	if (!adapter)
		return -ENOMEM;
	atomic_init(&adapter->uses, 1);
	ret = open_dxg(adapter);
	if (ret)
		goto err_free;
	ret = dxg_call(adapter, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID, &args);
	if (ret)
		goto err_close;
	adapter->handle = args.adapter;
	adapter->luid = luid;
	*out = adapter;
	return 0;

err_close:
	close(adapter->fd);
err_free:
	free(adapter);
	return ret;
}

/* DRM_IOCTL_VERSION: its header is not everywhere. */
struct drm_version {
	int version_major, version_minor, version_patchlevel;
	size_t name_len;
	char *name;
	size_t date_len;
	char *date;
	size_t desc_len;
	char *desc;
};

#define DRM_IOCTL_VERSION _IOWR('d', 0x00, struct drm_version)

/* Another driver's node would understand these calls as something else. */
static bool is_dxg_node(int fd)
{
	char name[8] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

	return !retry(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "dxg");
}

/* The first adapter of a node that is open. */
static int open_first(struct dxg_adapter *adapter)
{
	struct d3dkmt_adapter_info infos[D3DKMT_MAX_ENUM_ADAPTERS];
	unsigned int count, i;
	int ret = enumerate(adapter, infos, &count);

	if (ret)
		return ret;
	if (!count)
		return -ENODEV;
	adapter->handle = infos[0].adapter;
	adapter->luid.low = infos[0].adapter_luid.low;
	adapter->luid.high = infos[0].adapter_luid.high;
	for (i = 1; i < count; i++)
		close_handle(adapter, infos[i].adapter);
	return 0;
}

int dxg_adapter_open(const char *path, struct dxg_adapter **out)
{
	struct dxg_adapter *adapter;
	int ret;

	if (!path)
		return -EINVAL;
	adapter = calloc(1, sizeof(*adapter));
	if (!adapter)
		return -ENOMEM;
	atomic_init(&adapter->uses, 1);
	adapter->pid = getpid();
	adapter->drm = strcmp(path, "/dev/dxg") != 0;
	adapter->fd = open(path, (adapter->drm ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (adapter->fd < 0) {
		ret = -errno;
		goto err_free;
	}
	ret = -ENODEV;
	if (adapter->drm && !is_dxg_node(adapter->fd))
		goto err_close;
	ret = open_first(adapter);
	if (ret)
		goto err_close;
	*out = adapter;
	return 0;

err_close:
	close(adapter->fd);
err_free:
	free(adapter);
	return ret;
}

void dxg_adapter_close(struct dxg_adapter *adapter)
{
	if (!adapter || atomic_fetch_sub(&adapter->uses, 1) != 1)
		return;
	close_handle(adapter, adapter->handle);
	close(adapter->fd);
	free(adapter);
}

static int query(struct dxg_adapter *adapter, uint32_t type, void *data, uint32_t size)
{
	struct d3dkmt_query_adapter_info args = {
		.adapter = adapter->handle,
		.type = type,
		.private_driver_data = (uintptr_t)data,
		.private_driver_data_size = size,
	};

	return dxg_call(adapter, D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args);
}

/* One character of UTF-16 as UTF-8; a half of a pair, which drivers do not have, is "?". */
static size_t utf8(char *to, uint16_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c >= 0xd800 && c < 0xe000) {
		to[0] = '?';
		return 1;
	}
	to[0] = (char)(0xe0 | c >> 12);
	to[1] = (char)(0x80 | (c >> 6 & 0x3f));
	to[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

static int get_description(struct dxg_adapter *adapter, char *to, size_t size)
{
	struct d3dkmt_driver_description *wide = malloc(sizeof(*wide));
	size_t n = 0;
	unsigned int i;
	int ret;

	if (!wide)
		return -ENOMEM;
	ret = query(adapter, D3DKMT_QAI_DRIVER_DESCRIPTION, wide, sizeof(*wide));
	for (i = 0; !ret && i < D3DKMT_DRIVER_DESCRIPTION_CHARS && n + 4 < size; i++) {
		if (!wide->driver_description[i])
			break;
		n += utf8(to + n, wide->driver_description[i]);
	}
	to[n] = 0;
	free(wide);
	return ret;
}

int dxg_adapter_get_info(struct dxg_adapter *adapter, struct dxg_adapter_info *info,
			 size_t size)
{
	struct d3dkmt_segment_size_info segments = { 0 };
	struct d3dkmt_adapter_address address = { 0 };
	struct d3dkmt_query_device_ids ids = { 0 };
	struct dxg_adapter_info all = { .luid = adapter->luid };
	int ret;

	ret = query(adapter, D3DKMT_QAI_ADAPTER_TYPE, &all.flags, sizeof(all.flags));
	if (ret)
		return ret;
	ret = query(adapter, D3DKMT_QAI_DRIVER_VERSION, &all.driver_version,
		    sizeof(all.driver_version));
	if (ret)
		return ret;
	ret = query(adapter, D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS, &ids, sizeof(ids));
	if (ret)
		return ret;
	ret = query(adapter, D3DKMT_QAI_ADAPTER_ADDRESS, &address, sizeof(address));
	if (ret)
		return ret;
	ret = query(adapter, D3DKMT_QAI_SEGMENT_SIZE, &segments, sizeof(segments));
	if (ret)
		return ret;
	ret = get_description(adapter, all.description, sizeof(all.description));
	if (ret)
		return ret;

	all.vendor_id = ids.vendor_id;
	all.device_id = ids.device_id;
	all.subvendor_id = ids.sub_vendor_id;
	all.subsystem_id = ids.sub_system_id;
	all.revision_id = ids.revision_id;
	all.bus = address.bus;
	all.slot = address.device;
	all.function = address.function;
	all.device_bytes = segments.dedicated_video_memory_size;
	all.system_bytes = segments.shared_system_memory_size;
	memset(info, 0, size);
	memcpy(info, &all, size < sizeof(all) ? size : sizeof(all));
	return 0;
}

int dxg_adapter_get_memory(struct dxg_adapter *adapter, enum dxg_segment segment,
			   struct dxg_memory_info *info)
{
	struct d3dkmt_query_video_memory_info args = {
		.adapter = adapter->handle,
		.memory_segment_group = segment,
	};
	int ret = dxg_call(adapter, D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO, &args);

	if (ret)
		return ret;
	info->budget = args.budget;
	info->usage = args.current_usage;
	info->reservation = args.current_reservation;
	info->available = args.available_for_reservation;
	return 0;
}

int dxg_adapter_reserve(struct dxg_adapter *adapter, uint64_t bytes)
{
	struct d3dkmt_change_video_memory_reservation args = {
		.adapter = adapter->handle,
		.memory_segment_group = D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL,
		.reservation = bytes,
	};

	return dxg_call(adapter, D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION, &args);
}

int dxg_adapter_fd(const struct dxg_adapter *adapter)
{
	return adapter->fd;
}

uint32_t dxg_adapter_handle(const struct dxg_adapter *adapter)
{
	return adapter->handle;
}
