// SPDX-License-Identifier: MIT
/* Devices and contexts. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "object.h"

struct dxg_device *dxg_device_get(struct dxg_device *device)
{
	atomic_fetch_add(&device->uses, 1);
	return device;
}

/* The fences of idle waiters go with the device in the kernel. */
void dxg_device_put(struct dxg_device *device)
{
	struct d3dkmt_destroy_device args;
	struct dxg_waiter *waiter;

	if (atomic_fetch_sub(&device->uses, 1) != 1)
		return;
	args.device = device->handle;
	dxg_close_call(device->adapter, D3DKMT_IOCTL_DESTROY_DEVICE, &args);
	while ((waiter = device->idle)) {
		device->idle = waiter->next;
		close(waiter->event);
		free(waiter);
	}
	pthread_mutex_destroy(&device->lock);
	dxg_adapter_close(device->adapter);
	free(device);
}

int dxg_device_create(struct dxg_adapter *adapter, struct dxg_device **out)
{
	struct d3dkmt_create_device args = { .adapter = adapter->handle };
	struct dxg_device *device = calloc(1, sizeof(*device));
	int ret;

	if (!device)
		return -ENOMEM;
	ret = dxg_call(adapter, D3DKMT_IOCTL_CREATE_DEVICE, &args);
	if (ret) {
		free(device);
		return ret;
	}
	atomic_init(&device->uses, 1);
	atomic_fetch_add(&adapter->uses, 1);
	device->adapter = adapter;
	device->handle = args.device;
	pthread_mutex_init(&device->lock, NULL);
	*out = device;
	return 0;
}

void dxg_device_destroy(struct dxg_device *device)
{
	if (device)
		dxg_device_put(device);
}

int dxg_device_get_state(struct dxg_device *device, enum dxg_device_state *state)
{
	/* What follows the type depends on it: of this one it is a word. */
	union {
		struct d3dkmt_get_device_state args;
		uint32_t words[3];
	} call = {
		.args = { .device = device->handle, .type = D3DKMT_DEVICESTATE_EXECUTION },
	};
	int ret = dxg_call(device->adapter, D3DKMT_IOCTL_GET_DEVICE_STATE, &call.args);

	if (!ret)
		*state = (enum dxg_device_state)call.words[2];
	return ret;
}

uint32_t dxg_device_handle(const struct dxg_device *device)
{
	return device->handle;
}

int dxg_context_create(struct dxg_device *device, unsigned int node, struct dxg_context **out)
{
	struct d3dkmt_create_context_virtual args = {
		.device = device->handle,
		.node_ordinal = node,
	};
	struct dxg_context *context = calloc(1, sizeof(*context));
	int ret;

	if (!context)
		return -ENOMEM;
	ret = dxg_call(device->adapter, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &args);
	if (ret) {
		free(context);
		return ret;
	}
	context->device = dxg_device_get(device);
	context->handle = args.context;
	*out = context;
	return 0;
}

void dxg_context_destroy(struct dxg_context *context)
{
	struct d3dkmt_destroy_context args;

	if (!context)
		return;
	args.context = context->handle;
	dxg_close_call(context->device->adapter, D3DKMT_IOCTL_DESTROY_CONTEXT, &args);
	dxg_device_put(context->device);
	free(context);
}

uint32_t dxg_context_handle(const struct dxg_context *context)
{
	return context->handle;
}
