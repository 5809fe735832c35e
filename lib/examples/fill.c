// SPDX-License-Identifier: MIT
/* fill: let an adapter's engine write to an allocation, wait for it, and read the bytes. */
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include <dxg.h>

#define CALL(call) do { errno = -(call); if (errno) err(1, #call); } while (0)

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/dev/dxg";	/* or /dev/dri/renderD* */
	struct dxg_allocation_desc desc = { .size = 1 << 20 };
	struct dxg_allocation *allocation;
	struct dxg_adapter *adapter;
	struct dxg_context *context;
	struct dxg_device *device;
	struct dxg_stream *stream;
	struct dxg_fence *fence;
	uint64_t one = 1;
	void *bytes;

	CALL(dxg_adapter_open(path, &adapter));
	CALL(dxg_device_create(adapter, &device));
	CALL(dxg_context_create(device, 0, &context));
	CALL(dxg_fence_create(device, 0, &fence));
	CALL(dxg_allocation_create(device, &desc, 1, &allocation));

	CALL(dxg_stream_create(&stream));
	dxg_stream_fill(stream, allocation, 0, desc.size, 0x600dda7a);
	dxg_stream_signal(stream, fence, one);
	CALL(dxg_submit(context, stream));
	CALL(dxg_fence_wait(&fence, &one, 1, 0, dxg_now() + 10000000000));

	CALL(dxg_allocation_lock(allocation, &bytes));
	printf("the engine wrote %#x\n", *(uint32_t *)bytes);

	dxg_stream_destroy(stream);	/* in any order */
	CALL(dxg_allocation_destroy(&allocation, 1, 0));
	dxg_fence_destroy(fence);
	dxg_context_destroy(context);
	dxg_device_destroy(device);
	dxg_adapter_close(adapter);
	return 0;
}
