/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dxg

#if !defined(_DXG_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _DXG_TRACE_H

#include <linux/tracepoint.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_destroy.h"
#include "dxg_device.h"
#include "dxg_handle.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_sched.h"

/**
 * DOC: Tracepoints
 *
 * The life of every object, below events/dxg of tracefs. An event names its adapter
 * by LUID and its object by the kernel's hashed address, which is unique while the
 * object lives; handles are those of the process that has the object.
 *
 * A destruction shows as dxg_object_retire for each object, from when on its handle is
 * dead; dxg_destroy_request; dxg_destroy_deferred if commands are left that may use the
 * objects, and dxg_command_complete for each of those; dxg_destroy_ready. Then follow,
 * in a worker, dxg_ddi_close, dxg_backing_destroy, dxg_ddi_destroy and
 * dxg_destroy_reclaimed, and dxg_object_free with the last reference.
 *
 * They are for people and tests and no part of the ABI: names and fields may change.
 * Messages in the kernel log were refused: any user could fill it.
 */

/* In the order of the enum, for debugfs takes the names from here by their places. */
#define DXG_TRACE_TYPES							\
	{ DXG_OBJECT_PROCESS_ADAPTER,	"process_adapter" },		\
	{ DXG_OBJECT_ADAPTER,		"adapter" },			\
	{ DXG_OBJECT_DEVICE,		"device" },			\
	{ DXG_OBJECT_CONTEXT,		"context" },			\
	{ DXG_OBJECT_PAGING_QUEUE,	"paging_queue" },		\
	{ DXG_OBJECT_RESOURCE,		"resource" },			\
	{ DXG_OBJECT_ALLOCATION,	"allocation" },			\
	{ DXG_OBJECT_SYNC,		"sync_object" },		\
	{ DXG_OBJECT_HW_QUEUE,		"hw_queue" }

DECLARE_EVENT_CLASS(dxg_adapter,
	TP_PROTO(const struct dxg_adapter *adapter),
	TP_ARGS(adapter),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__string(description, adapter->description)
	),
	TP_fast_assign(
		__entry->adapter = adapter->luid;
		__assign_str(description);
	),
	TP_printk("adapter=%llx %s", __entry->adapter, __get_str(description))
);

/**
 * dxg_adapter_attach() - An adapter is there
 * @adapter: the adapter; its nodes are about to appear
 */
DEFINE_EVENT(dxg_adapter, dxg_adapter_attach,
	TP_PROTO(const struct dxg_adapter *adapter), TP_ARGS(adapter));

/**
 * dxg_adapter_detach() - An adapter has let go of the in-tree device
 * @adapter: the adapter; no engine runs and no backing exists
 */
DEFINE_EVENT(dxg_adapter, dxg_adapter_detach,
	TP_PROTO(const struct dxg_adapter *adapter), TP_ARGS(adapter));

DECLARE_EVENT_CLASS(dxg_object,
	TP_PROTO(const struct dxg_object *obj),
	TP_ARGS(obj),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, obj)
		__field(u32, handle)
		__field(u32, type)
	),
	TP_fast_assign(
		__entry->adapter = dxg_process_adapter_from(obj)->adapter->luid;
		__entry->obj = obj;
		__entry->handle = obj->handle;
		__entry->type = obj->ops->type;
	),
	TP_printk("adapter=%llx obj=%p handle=%08x type=%s", __entry->adapter, __entry->obj,
		  __entry->handle, __print_symbolic(__entry->type, DXG_TRACE_TYPES))
);

/**
 * dxg_object_create() - An object has been given a handle, not valid yet
 * @obj: the object
 */
DEFINE_EVENT(dxg_object, dxg_object_create,
	TP_PROTO(const struct dxg_object *obj), TP_ARGS(obj));

/**
 * dxg_object_publish() - An object's handle has become valid
 * @obj: the object
 */
DEFINE_EVENT(dxg_object, dxg_object_publish,
	TP_PROTO(const struct dxg_object *obj), TP_ARGS(obj));

/**
 * dxg_object_retire() - An object's handle is dead
 * @obj: the object, destroyed itself, with its parent, or never published
 */
DEFINE_EVENT(dxg_object, dxg_object_retire,
	TP_PROTO(const struct dxg_object *obj), TP_ARGS(obj));

/**
 * dxg_object_free() - The last reference on an object is gone
 * @obj: the object; also a process's use of an adapter, which never had a handle
 */
DEFINE_EVENT(dxg_object, dxg_object_free,
	TP_PROTO(const struct dxg_object *obj), TP_ARGS(obj));

DECLARE_EVENT_CLASS(dxg_batch,
	TP_PROTO(const struct dxg_batch *batch),
	TP_ARGS(batch),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, batch)
		__field(u32, device)
		__field(u32, resource)
		__field(u64, epoch)
		__field(u32, busy)
	),
	TP_fast_assign(
		__entry->adapter = batch->device->adapter->luid;
		__entry->batch = batch;
		__entry->device = batch->device->base.handle;
		__entry->resource = batch->resource ? batch->resource->base.handle : 0;
		__entry->epoch = batch->epoch;
		__entry->busy = batch->busy;
	),
	TP_printk("adapter=%llx batch=%p device=%08x resource=%08x epoch=%llu busy=%u",
		  __entry->adapter, __entry->batch, __entry->device, __entry->resource,
		  __entry->epoch, __entry->busy)
);

/**
 * dxg_destroy_request() - A destruction has been asked for
 * @batch: the destruction; its handles are dead
 * @flags: D3DKMT_DESTROY_*; 0 where a parent or a file goes
 */
TRACE_EVENT(dxg_destroy_request,
	TP_PROTO(const struct dxg_batch *batch, u32 flags),
	TP_ARGS(batch, flags),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, batch)
		__field(u32, device)
		__field(u32, resource)
		__field(u32, allocations)
		__field(u32, flags)
	),
	TP_fast_assign(
		__entry->adapter = batch->device->adapter->luid;
		__entry->batch = batch;
		__entry->device = batch->device->base.handle;
		__entry->resource = batch->resource ? batch->resource->base.handle : 0;
		__entry->allocations = list_count_nodes((struct list_head *)&batch->allocations);
		__entry->flags = flags;
	),
	TP_printk("adapter=%llx batch=%p device=%08x resource=%08x allocations=%u flags=%x",
		  __entry->adapter, __entry->batch, __entry->device, __entry->resource,
		  __entry->allocations, __entry->flags)
);

/**
 * dxg_destroy_deferred() - A destruction waits for commands
 * @batch: the destruction: for its epoch, or for those that keep it busy
 */
DEFINE_EVENT(dxg_batch, dxg_destroy_deferred,
	TP_PROTO(const struct dxg_batch *batch), TP_ARGS(batch));

/**
 * dxg_destroy_ready() - No command can use what is destroyed any more
 * @batch: the destruction, queued to the worker
 */
DEFINE_EVENT(dxg_batch, dxg_destroy_ready,
	TP_PROTO(const struct dxg_batch *batch), TP_ARGS(batch));

/**
 * dxg_destroy_reclaimed() - The memory is back
 * @batch: the destruction, finished
 */
DEFINE_EVENT(dxg_batch, dxg_destroy_reclaimed,
	TP_PROTO(const struct dxg_batch *batch), TP_ARGS(batch));

DECLARE_EVENT_CLASS(dxg_ddi,
	TP_PROTO(const struct dxg_adapter *adapter, const void *resource, u32 num, u32 flags),
	TP_ARGS(adapter, resource, num, flags),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, resource)
		__field(u32, num)
		__field(u32, flags)
	),
	TP_fast_assign(
		__entry->adapter = adapter->luid;
		__entry->resource = resource;
		__entry->num = num;
		__entry->flags = flags;
	),
	TP_printk("adapter=%llx resource=%p allocations=%u flags=%x", __entry->adapter,
		  __entry->resource, __entry->num, __entry->flags)
);

/**
 * dxg_ddi_create() - The miniport has created allocations
 * @adapter: the adapter
 * @resource: the miniport's resource handle, NULL for stand-alone allocations
 * @num: allocations
 * @flags: DXG_DDI_CREATE_*
 */
DEFINE_EVENT(dxg_ddi, dxg_ddi_create,
	TP_PROTO(const struct dxg_adapter *adapter, const void *resource, u32 num, u32 flags),
	TP_ARGS(adapter, resource, num, flags));

/**
 * dxg_ddi_open() - The miniport has opened allocations for a device
 * @adapter: the adapter
 * @resource: NULL
 * @num: openings, also those before one that failed
 * @flags: DXG_DDI_OPEN_*
 */
DEFINE_EVENT(dxg_ddi, dxg_ddi_open,
	TP_PROTO(const struct dxg_adapter *adapter, const void *resource, u32 num, u32 flags),
	TP_ARGS(adapter, resource, num, flags));

/**
 * dxg_ddi_close() - The miniport has closed openings
 * @adapter: the adapter
 * @resource: NULL
 * @num: openings
 * @flags: 0
 */
DEFINE_EVENT(dxg_ddi, dxg_ddi_close,
	TP_PROTO(const struct dxg_adapter *adapter, const void *resource, u32 num, u32 flags),
	TP_ARGS(adapter, resource, num, flags));

/**
 * dxg_ddi_destroy() - The miniport has destroyed allocations
 * @adapter: the adapter
 * @resource: the miniport's resource handle, NULL for stand-alone allocations
 * @num: allocations
 * @flags: DXG_DDI_DESTROY_*
 */
DEFINE_EVENT(dxg_ddi, dxg_ddi_destroy,
	TP_PROTO(const struct dxg_adapter *adapter, const void *resource, u32 num, u32 flags),
	TP_ARGS(adapter, resource, num, flags));

DECLARE_EVENT_CLASS(dxg_backing,
	TP_PROTO(const struct dxg_gem_object *bo),
	TP_ARGS(bo),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, obj)
		__field(u32, handle)
		__field(u64, size)
	),
	TP_fast_assign(
		__entry->adapter = bo->pa->adapter->luid;
		__entry->obj = bo;
		__entry->handle = bo->handle;
		__entry->size = bo->base.size;
	),
	TP_printk("adapter=%llx obj=%p handle=%08x size=%llu", __entry->adapter, __entry->obj,
		  __entry->handle, __entry->size)
);

/**
 * dxg_backing_create() - An allocation has been given memory
 * @bo: the bytes of the allocation
 */
DEFINE_EVENT(dxg_backing, dxg_backing_create,
	TP_PROTO(const struct dxg_gem_object *bo), TP_ARGS(bo));

/**
 * dxg_backing_destroy() - An allocation is about to give its memory back
 * @bo: the bytes of the allocation; its process may keep the memory for a moment
 */
DEFINE_EVENT(dxg_backing, dxg_backing_destroy,
	TP_PROTO(const struct dxg_gem_object *bo), TP_ARGS(bo));

/**
 * dxg_backing_discard() - The bytes of an offered allocation are about to be given up
 * @bo: the bytes of the allocation
 */
DEFINE_EVENT(dxg_backing, dxg_backing_discard,
	TP_PROTO(const struct dxg_gem_object *bo), TP_ARGS(bo));

/**
 * dxg_paging_in() - An allocation is about to move into the device segment
 * @bo: the bytes of the allocation
 */
DEFINE_EVENT(dxg_backing, dxg_paging_in,
	TP_PROTO(const struct dxg_gem_object *bo), TP_ARGS(bo));

/**
 * dxg_paging_out() - An allocation is about to be evicted to the system segment
 * @bo: the bytes of the allocation
 */
DEFINE_EVENT(dxg_backing, dxg_paging_out,
	TP_PROTO(const struct dxg_gem_object *bo), TP_ARGS(bo));

DECLARE_EVENT_CLASS(dxg_command,
	TP_PROTO(const struct dxg_command *cmd, int error),
	TP_ARGS(cmd, error),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(const void *, cmd)
		__field(u32, device)
		__field(u32, context)
		__field(u32, node)
		__field(u64, epoch)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->adapter = cmd->queue->device->adapter->luid;
		__entry->cmd = cmd;
		__entry->device = cmd->queue->device->base.handle;
		__entry->context = cmd->queue->owner->handle;
		__entry->node = cmd->queue->node->ordinal;
		__entry->epoch = cmd->epoch;
		__entry->error = error;
	),
	TP_printk("adapter=%llx command=%p device=%08x context=%08x node=%u epoch=%llu error=%d",
		  __entry->adapter, __entry->cmd, __entry->device, __entry->context,
		  __entry->node, __entry->epoch, __entry->error)
);

/**
 * dxg_command_submit() - A command is about to be held in its context or hardware queue
 * @cmd: the command
 * @error: 0
 */
DEFINE_EVENT(dxg_command, dxg_command_submit,
	TP_PROTO(const struct dxg_command *cmd, int error), TP_ARGS(cmd, error));

/**
 * dxg_command_promote() - A command is about to become a job of the scheduler
 * @cmd: the command
 * @error: 0
 */
DEFINE_EVENT(dxg_command, dxg_command_promote,
	TP_PROTO(const struct dxg_command *cmd, int error), TP_ARGS(cmd, error));

/**
 * dxg_command_complete() - An engine or the time-out has finished a command
 * @cmd: the command; its fence is about to be signalled
 * @error: 0; -ETIME: the time-out; -ENODEV: its device or adapter was gone; others:
 *	the miniport's
 */
DEFINE_EVENT(dxg_command, dxg_command_complete,
	TP_PROTO(const struct dxg_command *cmd, int error), TP_ARGS(cmd, error));

/**
 * dxg_command_cancel() - A command will not run
 * @cmd: the command, held, or refused when it was about to be
 * @error: 0, or why it was refused
 */
DEFINE_EVENT(dxg_command, dxg_command_cancel,
	TP_PROTO(const struct dxg_command *cmd, int error), TP_ARGS(cmd, error));

/**
 * dxg_node_reset() - An engine is about to be reset
 * @node: the engine
 * @cmd: the command that did not finish in time
 */
TRACE_EVENT(dxg_node_reset,
	TP_PROTO(const struct dxg_node *node, const struct dxg_command *cmd),
	TP_ARGS(node, cmd),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u32, node)
		__field(const void *, cmd)
	),
	TP_fast_assign(
		__entry->adapter = node->adapter->luid;
		__entry->node = node->ordinal;
		__entry->cmd = cmd;
	),
	TP_printk("adapter=%llx node=%u command=%p", __entry->adapter, __entry->node,
		  __entry->cmd)
);

/**
 * dxg_device_lost() - A device executes nothing any more
 * @device: the device
 * @state: enum d3dkmt_device_execution_state
 */
TRACE_EVENT(dxg_device_lost,
	TP_PROTO(const struct dxg_device *device, u32 state),
	TP_ARGS(device, state),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u32, device)
		__field(u32, state)
	),
	TP_fast_assign(
		__entry->adapter = device->adapter->luid;
		__entry->device = device->base.handle;
		__entry->state = state;
	),
	TP_printk("adapter=%llx device=%08x state=%u", __entry->adapter, __entry->device,
		  __entry->state)
);

/**
 * dxg_device_fault() - A command had a page fault, and its device is about to be lost
 * @device: the device
 * @address: the GPU virtual address
 * @write: it was a write
 */
TRACE_EVENT(dxg_device_fault,
	TP_PROTO(const struct dxg_device *device, u64 address, bool write),
	TP_ARGS(device, address, write),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u32, device)
		__field(u64, address)
		__field(bool, write)
	),
	TP_fast_assign(
		__entry->adapter = device->adapter->luid;
		__entry->device = device->base.handle;
		__entry->address = address;
		__entry->write = write;
	),
	TP_printk("adapter=%llx device=%08x address=%llx write=%d", __entry->adapter,
		  __entry->device, __entry->address, __entry->write)
);

#endif /* _DXG_TRACE_H */

/* Relative to include/trace; the Kbuild adds this directory to the search path. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE dxg_trace
#include <trace/define_trace.h>
