// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>

#include "dxg_adapter.h"
#include "dxg_command.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sched.h"
#include "dxg_trace.h"

/**
 * DOC: Device
 *
 * What WDDM calls a device: one client's working set on one adapter. It owns
 * contexts, sync objects, resources and allocations, and it is the unit in which
 * use of memory is counted (see Destroy) and in which execution is lost: a command
 * that hangs or faults stops its device, and no other.
 */

static void device_release(struct dxg_object *obj)
{
	struct dxg_device *device = container_of(obj, struct dxg_device, base);

	WARN_ON(!list_empty(&device->commands) || !list_empty(&device->batches));
	mutex_lock(&device->adapter->objects_lock);
	list_del(&device->adapter_link);
	mutex_unlock(&device->adapter->objects_lock);
	atomic_dec(&device->adapter->stats.devices);
	kfree(device);
}

static void device_retire(struct dxg_object *obj)
{
	struct dxg_device *device = container_of(obj, struct dxg_device, base);

	/* Dead already where its handle was published, not where it never was. */
	dxg_object_kill(&device->process->table, obj);
	dxg_object_retire_children(&device->process->table, obj);
	dxg_object_put(obj);
}

static const struct dxg_object_ops device_ops = {
	.type = DXG_OBJECT_DEVICE,
	.retire = device_retire,
	.release = device_release,
};

/**
 * dxg_device_lookup() - Find the device of a handle
 * @process: the caller
 * @handle: any value
 *
 * Return: the device with a reference; NULL: none.
 */
struct dxg_device *dxg_device_lookup(struct dxg_process *process, u32 handle)
{
	struct dxg_object *obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_DEVICE);

	return obj ? container_of(obj, struct dxg_device, base) : NULL;
}

/**
 * dxg_device_lookup_present() - Find a device whose adapter is there
 * @process: the caller
 * @handle: any value
 *
 * Return: the device with a reference; -EINVAL: none; -ENODEV: the adapter has been
 * removed.
 */
struct dxg_device *dxg_device_lookup_present(struct dxg_process *process, u32 handle)
{
	struct dxg_device *device = dxg_device_lookup(process, handle);

	if (!device)
		return ERR_PTR(-EINVAL);
	if (dxg_adapter_is_removed(device->adapter)) {
		dxg_device_put(device);
		return ERR_PTR(-ENODEV);
	}
	return device;
}

/**
 * dxg_device_put() - Drop a reference
 * @device: the device
 */
void dxg_device_put(struct dxg_device *device)
{
	dxg_object_put(&device->base);
}

/**
 * dxg_device_end_epoch() - What is queued from now on is of a new epoch
 * @device: the device
 *
 * Return: the epoch that has ended.
 */
u64 dxg_device_end_epoch(struct dxg_device *device)
{
	u64 epoch;

	spin_lock_irq(&device->lock);
	epoch = device->epoch++;
	spin_unlock_irq(&device->lock);
	return epoch;
}

/**
 * dxg_device_has_drained() - Whether an epoch has no command left
 * @device: the device
 * @epoch: the epoch, and all older ones
 *
 * Return: whether all of them have finished.
 */
bool dxg_device_has_drained(struct dxg_device *device, u64 epoch)
{
	bool drained;

	spin_lock_irq(&device->lock);
	drained = list_empty(&device->commands) ||
		  list_first_entry(&device->commands, struct dxg_command,
				   device_link)->epoch > epoch;
	spin_unlock_irq(&device->lock);
	return drained;
}

/**
 * dxg_device_fault() - Note where a command of a device had a page fault
 * @device: the device, which is to be lost
 * @address: the GPU virtual address; 0: it named an allocation
 * @write: it was a write
 *
 * The first one stays, and none comes after the device has been lost.
 */
void dxg_device_fault(struct dxg_device *device, u64 address, bool write)
{
	spin_lock_irq(&device->lock);
	if (device->state == D3DKMT_DEVICEEXECUTION_ACTIVE && !device->fault) {
		device->fault = address;
		device->fault_flags = write ? D3DKMT_PAGE_FAULT_WRITE : 0;
		trace_dxg_device_fault(device, address, write);
	}
	spin_unlock_irq(&device->lock);
}

/**
 * dxg_device_lose() - Stop a device's execution for good
 * @device: the device
 * @state: why; the first reason stays
 *
 * Commands that are held are cancelled, later submissions refused. May sleep.
 */
void dxg_device_lose(struct dxg_device *device, enum d3dkmt_device_execution_state state)
{
	u32 i;

	spin_lock_irq(&device->lock);
	if (device->state == D3DKMT_DEVICEEXECUTION_ACTIVE) {
		device->state = state;
		trace_dxg_device_lost(device, state);
	}
	spin_unlock_irq(&device->lock);

	for (i = 0; i < device->adapter->caps.num_nodes; i++)
		dxg_node_cancel(device->adapter->nodes[i], device);
}

/**
 * dxg_ioctl_device_create() - D3DKMTCreateDevice
 * @call: struct d3dkmt_create_device
 *
 * Return: 0; -EINVAL; -EPERM; -ENODEV; -ENOMEM, as the structure says.
 */
int dxg_ioctl_device_create(struct dxg_call *call)
{
	struct d3dkmt_create_device *args = call->args;
	struct dxg_process_adapter *pa;
	struct dxg_device *device;
	int ret, i;

	if (args->flags & ~(D3DKMT_DEVICE_LEGACY_MODE | D3DKMT_DEVICE_REQUEST_VSYNC |
			    D3DKMT_DEVICE_DISABLE_GPU_TIMEOUT))
		return -EINVAL;
	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	ret = -ENODEV;
	if (dxg_adapter_is_removed(pa->adapter))
		goto out_put;
	ret = -EPERM;
	if (args->flags & D3DKMT_DEVICE_DISABLE_GPU_TIMEOUT)
		goto out_put;
	ret = -ENOMEM;
	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		goto out_put;

	dxg_object_init(&device->base, &device_ops, &pa->base);
	device->adapter = pa->adapter;
	device->process = call->process;
	spin_lock_init(&device->lock);
	device->state = D3DKMT_DEVICEEXECUTION_ACTIVE;
	INIT_LIST_HEAD(&device->commands);
	INIT_LIST_HEAD(&device->batches);
	for (i = 0; i < DXG_MAX_NODES; i++)
		INIT_LIST_HEAD(&device->queues[i]);
	atomic_inc(&device->adapter->stats.devices);
	mutex_lock(&device->adapter->objects_lock);
	list_add_tail(&device->adapter_link, &device->adapter->devices);
	mutex_unlock(&device->adapter->objects_lock);

	ret = dxg_handle_reserve(&call->process->table, &device->base);
	if (ret) {
		dxg_device_put(device);
		goto out_put;
	}
	dxg_call_add(call, &device->base);

	/* The legacy command buffer does not exist. */
	memset(args, 0, sizeof(*args));
	args->device = device->base.handle;
out_put:
	dxg_object_put(&pa->base);
	return ret;
}

/**
 * dxg_ioctl_device_destroy() - D3DKMTDestroyDevice
 * @call: struct d3dkmt_destroy_device
 *
 * Return: 0; -EINVAL: no such device.
 */
int dxg_ioctl_device_destroy(struct dxg_call *call)
{
	struct d3dkmt_destroy_device *args = call->args;
	struct dxg_object *obj;

	obj = dxg_handle_retire(&call->process->table, args->device, DXG_OBJECT_DEVICE);
	if (!obj)
		return -EINVAL;
	device_retire(obj);
	return 0;
}

static void state_page_fault(struct d3dkmt_get_device_state *args, struct dxg_device *device)
{
	spin_lock_irq(&device->lock);
	args->faulted_virtual_address = device->fault;
	args->page_fault_flags = device->fault_flags;
	spin_unlock_irq(&device->lock);
}

static void state_execution(struct d3dkmt_get_device_state *args, struct dxg_device *device)
{
	enum d3dkmt_device_execution_state state;

	spin_lock_irq(&device->lock);
	state = device->state;
	spin_unlock_irq(&device->lock);
	if (state == D3DKMT_DEVICEEXECUTION_ACTIVE && dxg_adapter_is_removed(device->adapter))
		state = D3DKMT_DEVICEEXECUTION_STOPPED;
	args->execution_state = state;
}

/**
 * dxg_ioctl_device_get_state() - D3DKMTGetDeviceState
 * @call: struct d3dkmt_get_device_state
 *
 * Return: 0; -EINVAL: no such device or type; -EPERM: a type that is not supported.
 */
int dxg_ioctl_device_get_state(struct dxg_call *call)
{
	struct d3dkmt_get_device_state *args = call->args;
	struct dxg_device *device;
	int ret = 0;

	if (!args->type || args->type > D3DKMT_DEVICESTATE_PRESENT_QUEUE)
		return -EINVAL;
	device = dxg_device_lookup(call->process, args->device);
	if (!device)
		return -EINVAL;
	*args = (struct d3dkmt_get_device_state){
		.device = args->device,
		.type = args->type,
	};
	switch (args->type) {
	case D3DKMT_DEVICESTATE_EXECUTION:
		state_execution(args, device);
		break;
	case D3DKMT_DEVICESTATE_RESET:
		break;
	case D3DKMT_DEVICESTATE_PAGE_FAULT:
		state_page_fault(args, device);
		break;
	default:
		ret = -EPERM;
		break;
	}
	dxg_device_put(device);
	return ret;
}

/**
 * dxg_ioctl_device_mark_error() - D3DKMTMarkDeviceAsError
 * @call: struct d3dkmt_mark_device_as_error
 *
 * Return: 0; -EINVAL: no such device or reason; -ENODEV.
 */
int dxg_ioctl_device_mark_error(struct dxg_call *call)
{
	const struct d3dkmt_mark_device_as_error *args = call->args;
	struct dxg_device *device;

	if (args->reason != D3DKMT_DEVICE_ERROR_REASON_GENERIC &&
	    args->reason != D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	dxg_device_lose(device, D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
	dxg_device_put(device);
	return 0;
}
