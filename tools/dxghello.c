// SPDX-License-Identifier: MIT
/*
 * dxghello: a first program. Creates a device and an allocation on the first adapter,
 * writes to the allocation and destroys it.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#define CALL(name, args) \
	do { if (ioctl(dxg, D3DKMT_IOCTL_##name, args) < 0) err(1, #name); } while (0)

int main(void)
{
	struct d3dkmt_adapter_info adapters[D3DKMT_MAX_ENUM_ADAPTERS];
	struct d3dkmt_enum_adapters2 list = {
		.num_adapters = D3DKMT_MAX_ENUM_ADAPTERS, .adapters = (uintptr_t)adapters };
	struct drm_dxg_allocation_private data = { .size = 65536 };
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = (uintptr_t)&data, .private_driver_data_size = sizeof(data) };
	int dxg = open("/dev/dxg", O_RDONLY | O_CLOEXEC);

	if (dxg < 0)
		err(1, "/dev/dxg");
	CALL(ENUM_ADAPTERS2, &list);
	if (!list.num_adapters)
		errx(1, "no adapter");

	struct d3dkmt_create_device device = { .adapter = adapters[0].adapter };

	CALL(CREATE_DEVICE, &device);

	struct d3dkmt_create_allocation create = { .device = device.device,
		.num_allocations = 1, .allocation_info = (uintptr_t)&info };

	CALL(CREATE_ALLOCATION2, &create);

	char *bytes;
	struct d3dkmt_lock2 lock = { .device = device.device, .allocation = info.allocation };

	CALL(LOCK2, &lock);
	bytes = (char *)(uintptr_t)lock.data;
	snprintf(bytes, data.size, "hello");
	printf("allocation %#x holds \"%s\"\n", info.allocation, bytes);

	struct d3dkmt_destroy_allocation2 destroy = { .device = device.device,
		.allocation_list = (uintptr_t)&info.allocation, .allocation_count = 1 };

	CALL(DESTROY_ALLOCATION2, &destroy);
	return 0;	/* the last close destroys the device and the adapters' handles */
}
