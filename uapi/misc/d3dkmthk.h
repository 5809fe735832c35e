/* SPDX-License-Identifier: MIT */
/*
 * D3DKMT, the interface between user space and the graphics kernel.
 *
 * The binary layout of each structure is the one of the D3DKMT function it
 * belongs to, so that programs written for that interface run unchanged. Rules
 * of this header:
 *
 * - All fields have a fixed width; pointers and file descriptors travel in a
 *   __u64, so 32-bit and 64-bit programs share one layout.
 * - Bit fields of the original are one word and defines; where the original has
 *   a union, the members this driver serves have a field each, and where these
 *   share bytes they are a union without a name.
 * - A handle is a __u32 that is only valid in the process (on a DRM node: in the
 *   open file) that received it. 0 is never a valid handle.
 * - Every operation is _IOWR('G', number, struct); the whole code is compared.
 *   The same structures serve the DRM nodes, see D3DKMT_DRM_IOCTL().
 * - The driver asserts every size and offset when it is compiled.
 *
 * Results: 0, or a positive success status (D3DKMT_STATUS_*), or -1 and errno.
 * EFAULT: an address cannot be read or written. EINVAL: any other bad argument,
 * a required pointer that is NULL and a handle that is dead, foreign or of the
 * wrong type included. ENOMEM: no memory, no video memory. ENODEV: the adapter
 * has been removed or the device is lost. EOVERFLOW: a buffer is too small.
 * EACCES: the object forbids it. EPERM: a known operation that is not supported.
 * ENOTTY: an unknown operation, a wrong structure size, or a caller whose
 * address space is not the one that opened the file.
 */
#ifndef _UAPI_MISC_D3DKMTHK_H
#define _UAPI_MISC_D3DKMTHK_H

#include <linux/ioctl.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Success statuses that an ioctl may return as a positive value. */
#define D3DKMT_STATUS_TIMEOUT				0x00000102
#define D3DKMT_STATUS_PENDING				0x00000103

/* Most allocations that one create or destroy call names. */
#define D3DKMT_MAX_ALLOCATIONS				1024
/* Most adapters that EnumAdapters2 accepts room for. */
#define D3DKMT_MAX_ENUM_ADAPTERS			64
/* Most adapters that EnumAdapters3 accepts room for. */
#define D3DKMT_MAX_ENUM_ADAPTERS3			65535
/* Most contexts that one submission names. */
#define D3DKMT_MAX_BROADCAST_CONTEXTS			64
/* Most primaries that one submission names. */
#define D3DKMT_MAX_WRITTEN_PRIMARIES			16
/* Most sync objects that one signal names. */
#define D3DKMT_MAX_OBJECTS_SIGNALED			32
/* Most sync objects that one wait of the CPU names. */
#define D3DKMT_MAX_OBJECTS_WAITED_ON			1024
/* Most sync objects that one wait of a context or hardware queue names. */
#define D3DKMT_MAX_OBJECTS_WAITED_ON_GPU		32
/* Private data of allocations and resources is smaller than this, in bytes. */
#define D3DKMT_MAX_PRIVATE_DATA				0x20000

/**
 * struct d3dkmt_luid - Locally unique identifier of an adapter
 * @low: low half
 * @high: high half
 *
 * Unique until the next boot; an adapter that is attached again has a new one.
 */
struct d3dkmt_luid {
	__u32 low;
	__s32 high;
};

/**
 * struct d3dkmt_open_adapter_from_luid - D3DKMTOpenAdapterFromLuid
 * @adapter_luid: in: the adapter
 * @adapter: out: handle of the adapter
 *
 * EINVAL: no adapter has this LUID.
 */
struct d3dkmt_open_adapter_from_luid {
	struct d3dkmt_luid adapter_luid;
	__u32 adapter;
};

/**
 * struct d3dkmt_adapter_info - One adapter of an enumeration
 * @adapter: handle; each one returned is distinct and wants its own CloseAdapter
 * @adapter_luid: LUID of the adapter
 * @num_sources: video present sources, always 0: KMS stays with the in-tree node
 * @precise_present_regions_preferred: always 0
 */
struct d3dkmt_adapter_info {
	__u32 adapter;
	struct d3dkmt_luid adapter_luid;
	__u32 num_sources;
	__u32 precise_present_regions_preferred;
};

/**
 * struct d3dkmt_enum_adapters2 - D3DKMTEnumAdapters2
 * @num_adapters: in: room in @adapters, at most D3DKMT_MAX_ENUM_ADAPTERS; out:
 *	adapters returned, or that exist where @adapters is NULL
 * @pad: ignored
 * @adapters: in: pointer to an array of struct d3dkmt_adapter_info, or NULL
 *
 * EOVERFLOW: @num_adapters is too small; no adapter was opened.
 */
struct d3dkmt_enum_adapters2 {
	__u32 num_adapters;
	__u32 pad;
	__u64 adapters;
};

/* struct d3dkmt_enum_adapters3, filter */
#define D3DKMT_ENUM_INCLUDE_COMPUTE_ONLY		(1ULL << 0)
#define D3DKMT_ENUM_INCLUDE_DISPLAY_ONLY		(1ULL << 1)

/**
 * struct d3dkmt_enum_adapters3 - D3DKMTEnumAdapters3
 * @filter: in: D3DKMT_ENUM_*; every adapter of this driver renders, so none is
 *	ever left out. EINVAL: other bits
 * @num_adapters: in: room, at most D3DKMT_MAX_ENUM_ADAPTERS3; 0 asks for the
 *	count; out: as in struct d3dkmt_enum_adapters2
 * @pad: ignored
 * @adapters: in: pointer to an array of struct d3dkmt_adapter_info, or NULL
 *
 * EOVERFLOW: @num_adapters is not 0 and too small; no adapter was opened.
 */
struct d3dkmt_enum_adapters3 {
	__u64 filter;
	__u32 num_adapters;
	__u32 pad;
	__u64 adapters;
};

/**
 * struct d3dkmt_close_adapter - D3DKMTCloseAdapter
 * @adapter: in: handle; 0 is accepted and does nothing
 *
 * The last close of an adapter destroys the process's devices on it. Works on a
 * removed adapter.
 */
struct d3dkmt_close_adapter {
	__u32 adapter;
};

/**
 * enum d3dkmt_query_adapter_info_type - What QueryAdapterInfo answers
 * @D3DKMT_QAI_SEGMENT_SIZE: struct d3dkmt_segment_size_info
 * @D3DKMT_QAI_ADAPTER_ADDRESS: struct d3dkmt_adapter_address
 * @D3DKMT_QAI_DRIVER_VERSION: __u32, WDDM version times 1000
 * @D3DKMT_QAI_ADAPTER_TYPE: __u32 of D3DKMT_ADAPTER_TYPE_*
 * @D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT: __u32, always 1
 * @D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS: struct d3dkmt_query_device_ids
 * @D3DKMT_QAI_ADAPTER_TYPE_RENDER: as D3DKMT_QAI_ADAPTER_TYPE
 * @D3DKMT_QAI_DRIVER_DESCRIPTION: struct d3dkmt_driver_description
 * @D3DKMT_QAI_DRIVER_DESCRIPTION_RENDER: as D3DKMT_QAI_DRIVER_DESCRIPTION
 * @D3DKMT_QAI_WDDM_2_7_CAPS: __u32, 0: no hardware scheduling
 */
enum d3dkmt_query_adapter_info_type {
	D3DKMT_QAI_SEGMENT_SIZE = 3,
	D3DKMT_QAI_ADAPTER_ADDRESS = 6,
	D3DKMT_QAI_DRIVER_VERSION = 13,
	D3DKMT_QAI_ADAPTER_TYPE = 15,
	D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT = 30,
	D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS = 31,
	D3DKMT_QAI_ADAPTER_TYPE_RENDER = 57,
	D3DKMT_QAI_DRIVER_DESCRIPTION = 65,
	D3DKMT_QAI_DRIVER_DESCRIPTION_RENDER = 66,
	D3DKMT_QAI_WDDM_2_7_CAPS = 70,
};

#define D3DKMT_DRIVER_VERSION_WDDM_2_7			2700

#define D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED		(1U << 0)
#define D3DKMT_ADAPTER_TYPE_DISPLAY_SUPPORTED		(1U << 1)
#define D3DKMT_ADAPTER_TYPE_SOFTWARE_DEVICE		(1U << 2)

/**
 * struct d3dkmt_query_adapter_info - D3DKMTQueryAdapterInfo
 * @adapter: in: adapter handle
 * @type: in: enum d3dkmt_query_adapter_info_type; EINVAL: any other
 * @private_driver_data: in: pointer to the structure of @type, which is read
 *	where it has input fields and written
 * @private_driver_data_size: in: bytes there; EINVAL: fewer than the structure
 *	of @type has, 0, or more than D3DKMT_MAX_PRIVATE_DATA
 * @pad: ignored
 */
struct d3dkmt_query_adapter_info {
	__u32 adapter;
	__u32 type;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 pad;
};

/**
 * struct d3dkmt_segment_size_info - D3DKMT_QAI_SEGMENT_SIZE
 * @dedicated_video_memory_size: bytes of the device segment
 * @dedicated_system_memory_size: always 0
 * @shared_system_memory_size: bytes of system memory the adapter may share
 */
struct d3dkmt_segment_size_info {
	__u64 dedicated_video_memory_size;
	__u64 dedicated_system_memory_size;
	__u64 shared_system_memory_size;
};

/**
 * struct d3dkmt_adapter_address - D3DKMT_QAI_ADAPTER_ADDRESS
 * @bus: PCI bus
 * @device: PCI device
 * @function: PCI function
 *
 * All three are 0xffffffff where the in-tree device is not on a PCI bus.
 */
struct d3dkmt_adapter_address {
	__u32 bus;
	__u32 device;
	__u32 function;
};

/* struct d3dkmt_query_device_ids, bus_type */
#define D3DKMT_BUS_TYPE_INTERNAL			0
#define D3DKMT_BUS_TYPE_PCI				5

/**
 * struct d3dkmt_query_device_ids - D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS
 * @physical_adapter_index: in: 0; EINVAL: any other
 * @vendor_id: out: PCI vendor
 * @device_id: out: PCI device
 * @sub_vendor_id: out: PCI subsystem vendor
 * @sub_system_id: out: PCI subsystem
 * @revision_id: out: PCI revision
 * @bus_type: out: D3DKMT_BUS_TYPE_*
 *
 * All ids are 0 where the in-tree device is not on a PCI bus.
 */
struct d3dkmt_query_device_ids {
	__u32 physical_adapter_index;
	__u32 vendor_id;
	__u32 device_id;
	__u32 sub_vendor_id;
	__u32 sub_system_id;
	__u32 revision_id;
	__u32 bus_type;
};

#define D3DKMT_DRIVER_DESCRIPTION_CHARS			4096

/**
 * struct d3dkmt_driver_description - D3DKMT_QAI_DRIVER_DESCRIPTION
 * @driver_description: UTF-16, terminated by 0; names the in-tree driver
 */
struct d3dkmt_driver_description {
	__u16 driver_description[D3DKMT_DRIVER_DESCRIPTION_CHARS];
};

/* struct d3dkmt_create_device, flags */
#define D3DKMT_DEVICE_LEGACY_MODE			(1U << 0)
#define D3DKMT_DEVICE_REQUEST_VSYNC			(1U << 1)
#define D3DKMT_DEVICE_DISABLE_GPU_TIMEOUT		(1U << 2)

/**
 * struct d3dkmt_create_device - D3DKMTCreateDevice
 * @adapter: in: adapter handle
 * @pad0: ignored (the original has a pointer of the kernel-mode caller here)
 * @flags: in: D3DKMT_DEVICE_*; EPERM: DISABLE_GPU_TIMEOUT; EINVAL: other bits
 * @device: out: device handle
 * @command_buffer: out: 0, the legacy command buffer does not exist
 * @command_buffer_size: out: 0
 * @pad1: ignored
 * @allocation_list: out: 0
 * @allocation_list_size: out: 0
 * @pad2: ignored
 * @patch_location_list: out: 0
 * @patch_location_list_size: out: 0
 * @pad3: ignored
 */
struct d3dkmt_create_device {
	__u32 adapter;
	__u32 pad0;
	__u32 flags;
	__u32 device;
	__u64 command_buffer;
	__u32 command_buffer_size;
	__u32 pad1;
	__u64 allocation_list;
	__u32 allocation_list_size;
	__u32 pad2;
	__u64 patch_location_list;
	__u32 patch_location_list_size;
	__u32 pad3;
};

/**
 * struct d3dkmt_destroy_device - D3DKMTDestroyDevice
 * @device: in: device handle
 *
 * Destroys the device with all it owns. Commands that are queued and have not
 * been armed are cancelled; memory comes back when the armed ones have finished.
 * Works on a removed adapter.
 */
struct d3dkmt_destroy_device {
	__u32 device;
};

/**
 * enum d3dkmt_device_state_type - What GetDeviceState answers
 * @D3DKMT_DEVICESTATE_EXECUTION: enum d3dkmt_device_execution_state
 * @D3DKMT_DEVICESTATE_PRESENT: EPERM: there are no display sources to present to
 * @D3DKMT_DEVICESTATE_RESET: all 0: there is no desktop that could have been switched
 * @D3DKMT_DEVICESTATE_PRESENT_DWM: EPERM
 * @D3DKMT_DEVICESTATE_PAGE_FAULT: what the page fault was that the device is lost by
 * @D3DKMT_DEVICESTATE_PRESENT_QUEUE: EPERM
 */
enum d3dkmt_device_state_type {
	D3DKMT_DEVICESTATE_EXECUTION = 1,
	D3DKMT_DEVICESTATE_PRESENT = 2,
	D3DKMT_DEVICESTATE_RESET = 3,
	D3DKMT_DEVICESTATE_PRESENT_DWM = 4,
	D3DKMT_DEVICESTATE_PAGE_FAULT = 5,
	D3DKMT_DEVICESTATE_PRESENT_QUEUE = 6,
};

/**
 * enum d3dkmt_device_execution_state - Whether a device still executes
 * @D3DKMT_DEVICEEXECUTION_ACTIVE: it does
 * @D3DKMT_DEVICEEXECUTION_RESET: a reset that it did not cause took it along
 * @D3DKMT_DEVICEEXECUTION_HUNG: one of its commands met the time-out
 * @D3DKMT_DEVICEEXECUTION_STOPPED: its adapter has been removed
 * @D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY: a command found no memory
 * @D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT: a command was refused by the engine, or
 *	MarkDeviceAsError was called
 * @D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT: a command named memory that is gone
 */
enum d3dkmt_device_execution_state {
	D3DKMT_DEVICEEXECUTION_ACTIVE = 1,
	D3DKMT_DEVICEEXECUTION_RESET = 2,
	D3DKMT_DEVICEEXECUTION_HUNG = 3,
	D3DKMT_DEVICEEXECUTION_STOPPED = 4,
	D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY = 5,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT = 6,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT = 7,
};

/* struct d3dkmt_get_device_state, page_fault_flags */
#define D3DKMT_PAGE_FAULT_WRITE				(1U << 0)

/**
 * struct d3dkmt_get_device_state - D3DKMTGetDeviceState
 * @device: in: device handle
 * @type: in: enum d3dkmt_device_state_type; EINVAL: any other
 * @execution_state: out: enum d3dkmt_device_execution_state; 0 for other types
 * @pad: out: 0
 * @faulted_pipeline_stage: out: 0: not known
 * @faulted_bind_table_entry: out: 0
 * @page_fault_flags: out: D3DKMT_PAGE_FAULT_*, for PAGE_FAULT
 * @fault_error_code: out: 0: a page fault
 * @faulted_virtual_address: out: for PAGE_FAULT, the GPU virtual address that a command
 *	reached and must not; 0: none did
 * @reserved: out: 0
 *
 * Works on a removed adapter.
 */
struct d3dkmt_get_device_state {
	__u32 device;
	__u32 type;
	__u32 execution_state;
	__u32 pad;
	__u32 faulted_pipeline_stage;
	__u32 faulted_bind_table_entry;
	__u32 page_fault_flags;
	__u32 fault_error_code;
	__u64 faulted_virtual_address;
	__u64 reserved[2];
};

/* struct d3dkmt_mark_device_as_error, reason */
#define D3DKMT_DEVICE_ERROR_REASON_GENERIC		0x80000000U
#define D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR		0x80000006U

/**
 * struct d3dkmt_mark_device_as_error - D3DKMTMarkDeviceAsError
 * @device: in: device handle
 * @reason: in: D3DKMT_DEVICE_ERROR_REASON_*; EINVAL: any other
 *
 * For a program that has found its device in a state that it cannot go on from. The
 * device is lost with the state ERROR_DMAFAULT: commands that are queued and have not
 * started are cancelled, later ones answer ENODEV, and monitored fences that the lost ones
 * would have signalled go to the maximum, except those with NO_SIGNAL_MAX_VALUE_ON_TDR. A
 * device that is lost already keeps its state. ENODEV: the adapter has been removed.
 */
struct d3dkmt_mark_device_as_error {
	__u32 device;
	__u32 reason;
};

/* struct d3dkmt_create_context_virtual, flags */
#define D3DKMT_CONTEXT_NULL_RENDERING			(1U << 0)
#define D3DKMT_CONTEXT_INITIAL_DATA			(1U << 1)
#define D3DKMT_CONTEXT_DISABLE_GPU_TIMEOUT		(1U << 2)
#define D3DKMT_CONTEXT_SYNCHRONIZATION_ONLY		(1U << 3)
#define D3DKMT_CONTEXT_HW_QUEUE_SUPPORTED		(1U << 4)
#define D3DKMT_CONTEXT_NO_KMD_ACCESS			(1U << 5)

/**
 * struct d3dkmt_create_context_virtual - D3DKMTCreateContextVirtual
 * @device: in: device handle
 * @node_ordinal: in: the engine; 0 is the copy engine; EINVAL: no such node
 * @engine_affinity: in: 0 or 1; EINVAL: any other
 * @flags: in: D3DKMT_CONTEXT_*; a NULL_RENDERING context executes nothing but
 *	fence signals, a SYNCHRONIZATION_ONLY one refuses submissions (EINVAL), one
 *	with HW_QUEUE_SUPPORTED may have hardware queues. DISABLE_GPU_TIMEOUT: its
 *	commands do not meet the time-out while the context exists, unless they use
 *	what is exported or imported; EACCES: without CAP_SYS_ADMIN. EINVAL: other bits
 * @private_driver_data: in: ignored
 * @private_driver_data_size: in: 0; EINVAL: any other
 * @client_hint: in: ignored
 * @context: out: context handle
 * @pad: ignored
 *
 * ENODEV: the adapter has been removed or the device is lost.
 */
struct d3dkmt_create_context_virtual {
	__u32 device;
	__u32 node_ordinal;
	__u32 engine_affinity;
	__u32 flags;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 client_hint;
	__u32 context;
	__u32 pad;
};

/**
 * struct d3dkmt_destroy_context - D3DKMTDestroyContext
 * @context: in: context handle; EINVAL: of a hardware context
 *
 * Commands that have not been armed are cancelled, waits and signals among them: what
 * they would have signalled is not. Its hardware queues go with it. Works on a removed
 * adapter.
 */
struct d3dkmt_destroy_context {
	__u32 context;
};

/* struct d3dkmt_context_priority, priority */
#define D3DKMT_CONTEXT_PRIORITY_MIN			(-7)
#define D3DKMT_CONTEXT_PRIORITY_MAX			7

/**
 * struct d3dkmt_context_priority - Priorities of a context
 * @context: in: context handle, also of a hardware context
 * @priority: in or out: D3DKMT_CONTEXT_PRIORITY_MIN to D3DKMT_CONTEXT_PRIORITY_MAX, 0 at
 *	first; EINVAL: any other
 *
 * Of D3DKMTSetContextSchedulingPriority and D3DKMTGetContextSchedulingPriority: an engine
 * takes commands of a lower priority only when there are none of a higher one; EACCES:
 * setting one above 0 without CAP_SYS_NICE. Of D3DKMTSetContextInProcessSchedulingPriority
 * and D3DKMTGetContextInProcessSchedulingPriority: the same among the process's contexts
 * that have the same first priority, without regard to other processes. Both hold for
 * what is queued already and for hardware queues.
 */
struct d3dkmt_context_priority {
	__u32 context;
	__s32 priority;
};

/**
 * struct d3dkmt_create_hw_context - D3DKMTCreateHwContext
 * @device: in: device handle
 * @node_ordinal: in: the engine; EINVAL: no such node
 * @engine_affinity: in: 0 or 1; EINVAL: any other
 * @flags: in: 0; EINVAL: any other
 * @private_driver_data_size: in: 0; EINVAL: any other
 * @pad0: ignored
 * @private_driver_data: in: ignored
 * @hw_context: out: handle of the hardware context
 * @pad1: ignored
 *
 * A context that only has hardware queues. ENODEV: the adapter has been removed or the
 * device is lost.
 */
struct d3dkmt_create_hw_context {
	__u32 device;
	__u32 node_ordinal;
	__u32 engine_affinity;
	__u32 flags;
	__u32 private_driver_data_size;
	__u32 pad0;
	__u64 private_driver_data;
	__u32 hw_context;
	__u32 pad1;
};

/**
 * struct d3dkmt_destroy_hw_context - D3DKMTDestroyHwContext
 * @hw_context: in: handle of a hardware context; EINVAL: of another context
 *
 * Destroys its hardware queues. Works on a removed adapter.
 */
struct d3dkmt_destroy_hw_context {
	__u32 hw_context;
};

/* struct d3dkmt_create_hw_queue, flags */
#define D3DKMT_HW_QUEUE_DISABLE_GPU_TIMEOUT		(1U << 0)
#define D3DKMT_HW_QUEUE_NO_BROADCAST_SIGNAL		(1U << 1)
#define D3DKMT_HW_QUEUE_NO_BROADCAST_WAIT		(1U << 2)
#define D3DKMT_HW_QUEUE_NO_KMD_ACCESS			(1U << 3)

/**
 * struct d3dkmt_create_hw_queue - D3DKMTCreateHwQueue
 * @hw_context: in: handle of a hardware context, or of a context created with
 *	HW_QUEUE_SUPPORTED; EINVAL: of any other
 * @flags: in: D3DKMT_HW_QUEUE_*; DISABLE_GPU_TIMEOUT as for contexts, EACCES: without
 *	CAP_SYS_ADMIN; NO_BROADCAST_SIGNAL: no signal names it with others; EINVAL: other
 *	bits
 * @private_driver_data_size: in: 0; EINVAL: any other
 * @pad: ignored
 * @private_driver_data: in: ignored
 * @hw_queue: out: handle of the hardware queue
 * @progress_fence: out: handle of its progress fence, a monitored fence that can be
 *	waited for, is signalled by the queue's commands only and destroyed with the queue
 * @progress_fence_cpu_va: out: address of the fence's value, a __u64 that the caller can
 *	read and not write; 0 at first
 * @progress_fence_gpu_va: out: 0
 *
 * ENOMEM also: the context has 64 hardware queues. ENODEV: the adapter has been removed or
 * the device is lost. EPERM: on a DRM node, a caller whose address space is not that of the
 * file's first lock or sync object.
 */
struct d3dkmt_create_hw_queue {
	__u32 hw_context;
	__u32 flags;
	__u32 private_driver_data_size;
	__u32 pad;
	__u64 private_driver_data;
	__u32 hw_queue;
	__u32 progress_fence;
	__u64 progress_fence_cpu_va;
	__u64 progress_fence_gpu_va;
};

/**
 * struct d3dkmt_destroy_hw_queue - D3DKMTDestroyHwQueue
 * @hw_queue: in: handle of the hardware queue
 *
 * Commands that have not been armed are cancelled. Its progress fence is destroyed. Works
 * on a removed adapter.
 */
struct d3dkmt_destroy_hw_queue {
	__u32 hw_queue;
};

/* struct d3dkmt_create_allocation, flags */
#define D3DKMT_CREATE_RESOURCE				(1U << 0)
#define D3DKMT_CREATE_SHARED				(1U << 1)
#define D3DKMT_CREATE_NON_SECURE			(1U << 2)
#define D3DKMT_CREATE_PROTECTED				(1U << 3)
#define D3DKMT_CREATE_RESTRICT_SHARED_ACCESS		(1U << 4)
#define D3DKMT_CREATE_EXISTING_SYS_MEM			(1U << 5)
#define D3DKMT_CREATE_NT_SECURITY_SHARING		(1U << 6)
#define D3DKMT_CREATE_READ_ONLY				(1U << 7)
#define D3DKMT_CREATE_WRITE_COMBINED			(1U << 8)
#define D3DKMT_CREATE_CACHED				(1U << 9)
#define D3DKMT_CREATE_SWAP_CHAIN_BACK_BUFFER		(1U << 10)
#define D3DKMT_CREATE_CROSS_ADAPTER			(1U << 11)
#define D3DKMT_CREATE_OPEN_CROSS_ADAPTER		(1U << 12)
#define D3DKMT_CREATE_PARTIAL_SHARED_CREATION		(1U << 13)
#define D3DKMT_CREATE_ZEROED				(1U << 14)
#define D3DKMT_CREATE_WRITE_WATCH			(1U << 15)
#define D3DKMT_CREATE_STANDARD_ALLOCATION		(1U << 16)
#define D3DKMT_CREATE_EXISTING_SECTION			(1U << 17)
#define D3DKMT_CREATE_ALLOW_NOT_ZEROED			(1U << 18)
#define D3DKMT_CREATE_PHYSICALLY_CONTIGUOUS		(1U << 19)
#define D3DKMT_CREATE_NO_KMD_ACCESS			(1U << 20)
#define D3DKMT_CREATE_SHARED_DISPLAYABLE		(1U << 21)

/* struct d3dkmt_allocation_info2, flags */
#define D3DKMT_ALLOCATION_PRIMARY			(1U << 0)
#define D3DKMT_ALLOCATION_STEREO			(1U << 1)
#define D3DKMT_ALLOCATION_OVERRIDE_PRIORITY		(1U << 2)

/**
 * struct d3dkmt_allocation_info2 - One allocation of a create call
 * @allocation: out: allocation handle
 * @pad: ignored
 * @sys_mem: in: pointer to existing system memory, or 0. EINVAL: not aligned to
 *	a page, 0 for some items and not for others, or not what EXISTING_SYS_MEM says
 * @private_driver_data: in: pointer to struct drm_dxg_allocation_private
 * @private_driver_data_size: in: its size; EINVAL: 0, fewer than 8, or
 *	D3DKMT_MAX_PRIVATE_DATA and more; with STANDARD_ALLOCATION, not 0
 * @vidpn_source_id: ignored
 * @flags: in: D3DKMT_ALLOCATION_*, hints that are ignored; EINVAL: other bits
 * @pad1: ignored
 * @gpu_virtual_address: ignored
 * @priority: ignored
 * @reserved: ignored
 */
struct d3dkmt_allocation_info2 {
	__u32 allocation;
	__u32 pad;
	__u64 sys_mem;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 vidpn_source_id;
	__u32 flags;
	__u32 pad1;
	__u64 gpu_virtual_address;
	__u64 priority;
	__u64 reserved[5];
};

/**
 * struct d3dkmt_create_allocation - D3DKMTCreateAllocation2
 * @device: in: device handle
 * @resource: in: 0 for stand-alone allocations, or with no CREATE_RESOURCE the
 *	resource they are added to; out with CREATE_RESOURCE: resource handle
 * @global_share: untouched, global handles do not exist
 * @pad0: ignored
 * @private_runtime_data: in: pointer, or 0
 * @private_runtime_data_size: in: bytes there; EINVAL: too many
 * @pad1: ignored
 * @private_driver_data: in: pointer to private data of the resource, or 0; with
 *	STANDARD_ALLOCATION to struct d3dkmt_create_standard_allocation
 * @private_driver_data_size: in: bytes there; EINVAL: too many
 * @num_allocations: in: 0 to D3DKMT_MAX_ALLOCATIONS; 0 needs CREATE_RESOURCE
 * @allocation_info: in/out: pointer to an array of struct d3dkmt_allocation_info2
 * @flags: in: D3DKMT_CREATE_*. EINVAL: PROTECTED, EXISTING_SECTION, SHARED
 *	without RESOURCE or without NT_SECURITY_SHARING, undefined bits
 * @pad2: ignored
 * @private_runtime_resource_handle: ignored
 *
 * With EXISTING_SYS_MEM the bytes of each allocation are those of the caller at its
 * sys_mem, which are pinned until it is destroyed and count against RLIMIT_MEMLOCK
 * (ENOMEM); Lock2 answers that address. READ_ONLY: commands cannot write there (EACCES),
 * and it need not be writable. EFAULT: a part of it is not mapped, or not writable;
 * EINVAL, or EFAULT: a part of it is shared with a file. EPERM: on a DRM node, a caller
 * whose address space is not that of the file's first lock or sync object.
 *
 * With SHARED the resource can be passed to ShareObjects, and what private data it and
 * its allocations have is kept for those who open it. Allocations can be added until then;
 * EINVAL afterwards. They cannot be destroyed by a list, or be offered.
 *
 * All or nothing: on any error no handle is valid, whatever memory holds, and nothing is
 * pinned. No other memory is taken before the first use. EOVERFLOW: the private data of
 * all allocations is more than 1 MiB. ENODEV: the adapter has been removed.
 */
struct d3dkmt_create_allocation {
	__u32 device;
	__u32 resource;
	__u32 global_share;
	__u32 pad0;
	__u64 private_runtime_data;
	__u32 private_runtime_data_size;
	__u32 pad1;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 num_allocations;
	__u64 allocation_info;
	__u32 flags;
	__u32 pad2;
	__u64 private_runtime_resource_handle;
};

/* struct d3dkmt_create_standard_allocation, type */
#define D3DKMT_STANDARD_ALLOCATION_EXISTING_HEAP	1
#define D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING	2

/**
 * struct d3dkmt_create_standard_allocation - Allocation the driver knows itself
 * @type: in: D3DKMT_STANDARD_ALLOCATION_*: EXISTING_HEAP with EXISTING_SYS_MEM,
 *	INTERNAL_BACKING without; one allocation, with no private data of its own
 * @pad0: ignored
 * @size: in: bytes, a multiple of the page size
 * @flags: in: 0
 * @pad1: ignored
 */
struct d3dkmt_create_standard_allocation {
	__u32 type;
	__u32 pad0;
	__u64 size;
	__u32 flags;
	__u32 pad1;
};

/* struct d3dkmt_destroy_allocation2, flags */
#define D3DKMT_DESTROY_ASSUME_NOT_IN_USE		(1U << 0)
#define D3DKMT_DESTROY_SYNCHRONOUS			(1U << 1)

/**
 * struct d3dkmt_destroy_allocation2 - D3DKMTDestroyAllocation2
 * @device: in: device handle
 * @resource: in: resource to destroy with all its allocations, or 0
 * @allocation_list: in: pointer to an array of allocation handles, or 0. They
 *	are stand-alone allocations of the device or all of one resource; with
 *	@resource, of that resource or stand-alone
 * @allocation_count: in: handles there, at most D3DKMT_MAX_ALLOCATIONS; ignored
 *	where @resource is given and @allocation_list is 0
 * @flags: in: D3DKMT_DESTROY_*; other bits are ignored, known callers leave
 *	padding there
 *
 * On return every handle named is dead; on an error but EINTR none is and nothing has
 * changed. The call is never refused because memory is in use. Without flags it
 * returns at once and the memory comes back when every command of the device that
 * was queued before has finished. SYNCHRONOUS waits for that. ASSUME_NOT_IN_USE
 * waits only for commands the engine already has; a command still held that names
 * the memory ends as a page fault of the engine. Works on a removed adapter.
 *
 * EINVAL: nothing named; a handle that is dead, of another type or device, named
 * twice, or of a resource that the rules above exclude. EINTR: killed during a
 * SYNCHRONOUS wait; the destruction goes on.
 */
struct d3dkmt_destroy_allocation2 {
	__u32 device;
	__u32 resource;
	__u64 allocation_list;
	__u32 allocation_count;
	__u32 flags;
};

/**
 * struct d3dkmt_lock2 - D3DKMTLock2
 * @device: in: device handle
 * @allocation: in: allocation handle
 * @flags: in: 0; EINVAL: any other
 * @pad: ignored
 * @data: out: address of the allocation's bytes in the caller
 *
 * Locks are counted; all of one allocation return the same address. Does not
 * wait for commands. Keeps the bytes, not their place: they may move between the
 * segments under the address. ENOMEM: no memory or no address space. EPERM: on a DRM
 * node, a caller whose address space is not that of the file's first lock or sync
 * object. EACCES: existing system memory of another process that is READ_ONLY.
 */
struct d3dkmt_lock2 {
	__u32 device;
	__u32 allocation;
	__u32 flags;
	__u32 pad;
	__u64 data;
};

/**
 * struct d3dkmt_unlock2 - D3DKMTUnlock2
 * @device: in: device handle
 * @allocation: in: allocation handle; EINVAL: it is not locked
 *
 * The last unlock unmaps. Existing system memory is not counted: nothing happens. Works
 * on a removed adapter.
 */
struct d3dkmt_unlock2 {
	__u32 device;
	__u32 allocation;
};

/* Priorities of eviction; any value between is legal too. */
#define D3DKMT_ALLOCATION_PRIORITY_MINIMUM		0x28000000
#define D3DKMT_ALLOCATION_PRIORITY_LOW			0x50000000
#define D3DKMT_ALLOCATION_PRIORITY_NORMAL		0x78000000
#define D3DKMT_ALLOCATION_PRIORITY_HIGH			0xa0000000
#define D3DKMT_ALLOCATION_PRIORITY_MAXIMUM		0xc8000000

/**
 * struct d3dkmt_set_allocation_priority - D3DKMTSetAllocationPriority
 * @device: in: device handle
 * @resource: in: resource of which all allocations are meant, or 0
 * @allocation_list: in: pointer to an array of allocation handles, where @resource is 0
 * @allocation_count: in: handles there, 1 to D3DKMT_MAX_ALLOCATIONS; 0 with @resource
 * @pad: ignored
 * @priorities: in: pointer to an array of priorities, one for each allocation; with
 *	@resource, one; D3DKMT_ALLOCATION_PRIORITY_MINIMUM to _MAXIMUM
 *
 * What has the lowest priority is evicted first. EINVAL: both or neither of resource and
 * list, a handle that is none, a priority out of range; nothing has changed then.
 */
struct d3dkmt_set_allocation_priority {
	__u32 device;
	__u32 resource;
	__u64 allocation_list;
	__u32 allocation_count;
	__u32 pad;
	__u64 priorities;
};

/**
 * struct d3dkmt_get_allocation_priority - D3DKMTGetAllocationPriority
 * @device: in: device handle
 * @resource: in: resource, or 0
 * @allocation_list: in: pointer to an array of allocation handles, where @resource is 0
 * @allocation_count: in: handles there, 1 to D3DKMT_MAX_ALLOCATIONS; 0 with @resource
 * @pad: ignored
 * @priorities: in: pointer to an array that takes the priorities, one for each
 *	allocation; with @resource, one: that of the resource's oldest allocation, or
 *	D3DKMT_ALLOCATION_PRIORITY_NORMAL where it has none
 */
struct d3dkmt_get_allocation_priority {
	__u32 device;
	__u32 resource;
	__u64 allocation_list;
	__u32 allocation_count;
	__u32 pad;
	__u64 priorities;
};

/**
 * enum d3dkmt_allocation_residency_status - Where an allocation's bytes are
 * @D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY: in the device segment
 * @D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY: in memory that engines reach
 *	elsewhere
 * @D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT: in the system segment, or nowhere yet
 */
enum d3dkmt_allocation_residency_status {
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY = 1,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY = 2,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT = 3,
};

/**
 * struct d3dkmt_query_allocation_residency - D3DKMTQueryAllocationResidency
 * @device: in: device handle
 * @resource: in: resource, or 0
 * @allocation_list: in: pointer to an array of allocation handles, where @resource is 0
 * @allocation_count: in: handles there, 1 to D3DKMT_MAX_ALLOCATIONS; 0 with @resource
 * @pad: ignored
 * @residency_status: in: pointer to an array that takes an enum
 *	d3dkmt_allocation_residency_status for each allocation; with @resource, one, which
 *	is not resident if any of its allocations is not
 */
struct d3dkmt_query_allocation_residency {
	__u32 device;
	__u32 resource;
	__u64 allocation_list;
	__u32 allocation_count;
	__u32 pad;
	__u64 residency_status;
};

/* struct d3dkmt_create_paging_queue, priority */
#define D3DKMT_PAGING_QUEUE_BELOW_NORMAL		(-1)
#define D3DKMT_PAGING_QUEUE_NORMAL			0
#define D3DKMT_PAGING_QUEUE_ABOVE_NORMAL		1

/**
 * struct d3dkmt_create_paging_queue - D3DKMTCreatePagingQueue
 * @device: in: device handle
 * @priority: in: D3DKMT_PAGING_QUEUE_*; all queues of an adapter share one paging node
 * @paging_queue: out: handle of the queue
 * @sync_object: out: handle of its monitored fence, which goes with the queue
 * @fence_value_cpu_va: out: address of the fence's value, for reading
 * @physical_adapter_index: in: 0
 * @pad: ignored
 *
 * The fence can be waited for like any; it is signalled by the queue only (EACCES), and
 * destroyed by DestroyPagingQueue only (EINVAL). EPERM: on a DRM node, a caller whose
 * address space is not that of the file's first lock or sync object.
 */
struct d3dkmt_create_paging_queue {
	__u32 device;
	__s32 priority;
	__u32 paging_queue;
	__u32 sync_object;
	__u64 fence_value_cpu_va;
	__u32 physical_adapter_index;
	__u32 pad;
};

/**
 * struct d3dkmt_destroy_paging_queue - D3DKMTDestroyPagingQueue
 * @paging_queue: in: handle of the queue
 *
 * What was asked of it is finished nevertheless. Works on a removed adapter.
 */
struct d3dkmt_destroy_paging_queue {
	__u32 paging_queue;
};

/* Allocations of a call that is about residency. */
#define D3DKMT_MAX_RESIDENCY				10240

/* struct d3dkmt_make_resident, flags */
#define D3DKMT_MAKE_RESIDENT_CANT_TRIM_FURTHER		(1U << 0)
#define D3DKMT_MAKE_RESIDENT_MUST_SUCCEED		(1U << 1)

/**
 * struct d3dkmt_make_resident - D3DKMTMakeResident
 * @paging_queue: in: queue of the allocations' device
 * @num_allocations: in: handles, 1 to D3DKMT_MAX_RESIDENCY
 * @allocation_list: in: pointer to an array of them; one may be there several times
 * @priority_list: in: pointer to an array of priorities that they get, or 0
 * @flags: in: D3DKMT_MAKE_RESIDENT_*; MUST_SUCCEED only with CANT_TRIM_FURTHER
 * @pad: ignored
 * @paging_fence_value: out: value of the queue's fence at which all are resident
 * @num_bytes_to_trim: out: on ENOMEM, how much less the process must have asked for so
 *	that this request fits; else 0
 *
 * Counts one more request for each, or for none. 0: all are in the device segment.
 * D3DKMT_STATUS_PENDING: bytes have to move, also others' out of the way; they have when the
 * queue's fence reaches the value. ENOMEM: with this the process would have asked for more
 * than its budget (see struct d3dkmt_query_video_memory_info), unless MUST_SUCCEED, or there
 * is no memory, or an allocation is larger than one in the device segment can be.
 */
struct d3dkmt_make_resident {
	__u32 paging_queue;
	__u32 num_allocations;
	__u64 allocation_list;
	__u64 priority_list;
	__u32 flags;
	__u32 pad;
	__u64 paging_fence_value;
	__u64 num_bytes_to_trim;
};

/* struct d3dkmt_evict, flags */
#define D3DKMT_EVICT_ONLY_IF_NECESSARY			(1U << 0)
#define D3DKMT_EVICT_NOT_WRITTEN_TO			(1U << 1)

/**
 * struct d3dkmt_evict - D3DKMTEvict
 * @device: in: device handle
 * @num_allocations: in: handles, 1 to D3DKMT_MAX_RESIDENCY
 * @allocation_list: in: pointer to an array of them
 * @flags: in: D3DKMT_EVICT_*, hints: bytes move when their room is needed
 * @pad: ignored
 * @num_bytes_to_trim: out: what the process has still asked for over its budget
 *
 * Counts one request for residency less for each, or for none. EINVAL: for one of them
 * there are fewer requests. Works on a removed adapter.
 */
struct d3dkmt_evict {
	__u32 device;
	__u32 num_allocations;
	__u64 allocation_list;
	__u32 flags;
	__u32 pad;
	__u64 num_bytes_to_trim;
};

/* struct d3dkmt_offer_allocations, priority: what is offered lower is discarded first */
#define D3DKMT_OFFER_PRIORITY_LOW			1
#define D3DKMT_OFFER_PRIORITY_NORMAL			2
#define D3DKMT_OFFER_PRIORITY_HIGH			3
#define D3DKMT_OFFER_PRIORITY_AUTO			4

/* struct d3dkmt_offer_allocations, flags */
#define D3DKMT_OFFER_IMMEDIATELY			(1U << 0)
#define D3DKMT_OFFER_ALLOW_DECOMMIT			(1U << 1)

/**
 * struct d3dkmt_offer_allocations - D3DKMTOfferAllocations
 * @device: in: device handle
 * @pad0: ignored
 * @resources: in: pointer to an array of resource handles, of which all allocations are
 *	meant, or 0
 * @handle_list: in: pointer to an array of allocation handles, where @resources is 0
 * @num_allocations: in: handles in either, 1 to D3DKMT_MAX_RESIDENCY
 * @priority: in: D3DKMT_OFFER_PRIORITY_*; AUTO is NORMAL
 * @flags: in: D3DKMT_OFFER_*; ALLOW_DECOMMIT is a hint
 * @pad: ignored
 *
 * The bytes may be discarded from when the commands queued so far have finished; with
 * IMMEDIATELY from now. Until they are reclaimed the allocations cannot be locked, nor
 * named by a command or MakeResident (EINVAL). Offering again changes the priority.
 *
 * EINVAL: both or neither array, a handle that is none, an allocation that is locked or
 * existing system memory, or that others may have: of a resource created with SHARED or
 * opened, or one that has been exported or imported; nothing has changed then.
 */
struct d3dkmt_offer_allocations {
	__u32 device;
	__u32 pad0;
	__u64 resources;
	__u64 handle_list;
	__u32 num_allocations;
	__u32 priority;
	__u32 flags;
	__u32 pad;
};

/**
 * enum d3dkmt_reclaim_result - What became of what was offered
 * @D3DKMT_RECLAIM_RESULT_OK: it has its bytes
 * @D3DKMT_RECLAIM_RESULT_DISCARDED: they are lost; it has zeroes
 * @D3DKMT_RECLAIM_RESULT_NOT_COMMITTED: they are lost, and there is no memory; never
 *	given, memory is taken when it is needed
 */
enum d3dkmt_reclaim_result {
	D3DKMT_RECLAIM_RESULT_OK = 0,
	D3DKMT_RECLAIM_RESULT_DISCARDED = 1,
	D3DKMT_RECLAIM_RESULT_NOT_COMMITTED = 2,
};

/**
 * struct d3dkmt_reclaim_allocations2 - D3DKMTReclaimAllocations2
 * @paging_queue: in: queue of the allocations' device
 * @num_allocations: in: handles in either array, 1 to D3DKMT_MAX_RESIDENCY
 * @resources: in: pointer to an array of resource handles, or 0
 * @handle_list: in: pointer to an array of allocation handles, where @resources is 0
 * @results: in: pointer to an array that takes an enum d3dkmt_reclaim_result for each
 *	handle, or 0; a resource's bytes are discarded if those of one allocation are
 * @paging_fence_value: out: value of the queue's fence at which they can be used: one
 *	that it has reached or is about to
 *
 * What was not offered is OK.
 */
struct d3dkmt_reclaim_allocations2 {
	__u32 paging_queue;
	__u32 num_allocations;
	__u64 resources;
	__u64 handle_list;
	__u64 results;
	__u64 paging_fence_value;
};

/* struct d3dkmt_query_video_memory_info, memory_segment_group */
#define D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL		0
#define D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL		1

/**
 * struct d3dkmt_query_video_memory_info - D3DKMTQueryVideoMemoryInfo
 * @process: in: 0, the caller
 * @adapter: in: adapter handle
 * @memory_segment_group: in: D3DKMT_MEMORY_SEGMENT_GROUP_*: the device segment or the
 *	system segment
 * @budget: out: bytes that the process may ask to be resident: the segment less what
 *	others have reserved; of the system segment, half of the machine's memory
 * @current_usage: out: bytes that it has there
 * @current_reservation: out: bytes that it has reserved
 * @available_for_reservation: out: bytes that it could reserve in all
 * @physical_adapter_index: in: 0
 * @pad: ignored
 */
struct d3dkmt_query_video_memory_info {
	__u64 process;
	__u32 adapter;
	__u32 memory_segment_group;
	__u64 budget;
	__u64 current_usage;
	__u64 current_reservation;
	__u64 available_for_reservation;
	__u32 physical_adapter_index;
	__u32 pad;
};

/**
 * struct d3dkmt_change_video_memory_reservation - D3DKMTChangeVideoMemoryReservation
 * @process: in: 0, the caller
 * @adapter: in: adapter handle
 * @memory_segment_group: in: D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL; EINVAL: any other
 * @reservation: in: bytes, replaces the last value; ENOMEM: more than is available
 * @physical_adapter_index: in: 0
 * @pad: ignored
 *
 * Lowers the budget of all other processes. Half of the segment can be reserved.
 */
struct d3dkmt_change_video_memory_reservation {
	__u64 process;
	__u32 adapter;
	__u32 memory_segment_group;
	__u64 reservation;
	__u32 physical_adapter_index;
	__u32 pad;
};

/**
 * struct d3dkmt_invalidate_cache - D3DKMTInvalidateCache
 * @device: in: device handle
 * @allocation: in: allocation handle
 * @offset: in: first byte
 * @length: in: bytes; EINVAL: beyond the end
 *
 * CPU and engines see the same memory: there is nothing to do but to check.
 */
struct d3dkmt_invalidate_cache {
	__u32 device;
	__u32 allocation;
	__u64 offset;
	__u64 length;
};

/* Segments of an adapter, numbered from 1 where an allocation names them. */
#define D3DKMT_SEGMENT_ID_DEVICE			1
#define D3DKMT_SEGMENT_ID_SYSTEM			2

/* struct d3dkmt_update_alloc_property, supported_segment_set: bit n is segment n + 1 */
#define D3DKMT_SEGMENT_SET_DEVICE			(1U << 0)
#define D3DKMT_SEGMENT_SET_SYSTEM			(1U << 1)

/* struct d3dkmt_update_alloc_property, preferred_segment: places 0 to 4 */
#define D3DKMT_PREFERRED_SEGMENT_ID(place, id)		((__u32)(id) << 6 * (place))
#define D3DKMT_PREFERRED_SEGMENT_DIRECTION(place)	(1U << (6 * (place) + 5))

/* struct d3dkmt_update_alloc_property, flags */
#define D3DKMT_ALLOC_ACCESSED_PHYSICALLY		(1U << 0)
#define D3DKMT_ALLOC_UNMOVEABLE				(1U << 1)

/* struct d3dkmt_update_alloc_property, property_mask */
#define D3DKMT_PROPERTY_ACCESSED_PHYSICALLY		(1U << 0)
#define D3DKMT_PROPERTY_SUPPORTED_SEGMENT_SET		(1U << 1)
#define D3DKMT_PROPERTY_PREFERRED_SEGMENT		(1U << 2)
#define D3DKMT_PROPERTY_UNMOVEABLE			(1U << 3)

/**
 * struct d3dkmt_update_alloc_property - D3DKMTUpdateAllocationProperty
 * @paging_queue: in: queue of the allocation's device
 * @allocation: in: allocation handle; EINVAL: existing system memory, which is in no
 *	segment
 * @supported_segment_set: in: D3DKMT_SEGMENT_SET_*; only both segments together. EPERM:
 *	one of them: commands need the one, and others' commands the other
 * @preferred_segment: in: ids of segments, the best first, each once, the rest 0; no id:
 *	the default, which is the device segment. EPERM: a direction
 * @flags: in: D3DKMT_ALLOC_*; EPERM: one that is set and named by @property_mask
 * @pad0: ignored
 * @paging_fence_value: out: value of the queue's fence for what was asked of it last
 * @property_mask: in: D3DKMT_PROPERTY_*: which of the above to change; the others are
 *	ignored, but for bits of @flags that there are not. EINVAL: none
 * @pad1: ignored
 *
 * Where system memory is preferred, bytes that a lock is the first to need go to the system
 * segment. Bytes that are somewhere stay there; MakeResident and commands bring them to the
 * device segment as before.
 */
struct d3dkmt_update_alloc_property {
	__u32 paging_queue;
	__u32 allocation;
	__u32 supported_segment_set;
	__u32 preferred_segment;
	__u32 flags;
	__u32 pad0;
	__u64 paging_fence_value;
	__u32 property_mask;
	__u32 pad1;
};

/**
 * struct d3dkmt_flush_heap_transitions - D3DKMTFlushHeapTransitions
 * @adapter: in: adapter handle
 *
 * What calls have changed they have changed when they return: there is nothing to do but
 * to check. Bytes that are still to move are waited for by the fence of their paging queue.
 */
struct d3dkmt_flush_heap_transitions {
	__u32 adapter;
};

/**
 * enum d3dkmt_query_statistics_type - What to ask QueryStatistics for
 * @D3DKMT_QUERYSTATISTICS_ADAPTER: struct d3dkmt_statistics_adapter
 * @D3DKMT_QUERYSTATISTICS_PROCESS: struct d3dkmt_statistics_process
 * @D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER: struct d3dkmt_statistics_process_adapter
 * @D3DKMT_QUERYSTATISTICS_SEGMENT: struct d3dkmt_statistics_segment
 * @D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT: struct d3dkmt_statistics_process_segment
 * @D3DKMT_QUERYSTATISTICS_NODE: struct d3dkmt_statistics_node
 * @D3DKMT_QUERYSTATISTICS_PROCESS_NODE: struct d3dkmt_statistics_process_node
 * @D3DKMT_QUERYSTATISTICS_VIDPNSOURCE: EINVAL: no adapter has a source
 * @D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE: the same
 * @D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP: struct
 *	d3dkmt_statistics_process_segment_group
 * @D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER: EINVAL: nothing tells clocks or temperatures
 */
enum d3dkmt_query_statistics_type {
	D3DKMT_QUERYSTATISTICS_ADAPTER			= 0,
	D3DKMT_QUERYSTATISTICS_PROCESS			= 1,
	D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER		= 2,
	D3DKMT_QUERYSTATISTICS_SEGMENT			= 3,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT		= 4,
	D3DKMT_QUERYSTATISTICS_NODE			= 5,
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE		= 6,
	D3DKMT_QUERYSTATISTICS_VIDPNSOURCE		= 7,
	D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE	= 8,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP	= 9,
	D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER		= 10,
};

/* struct d3dkmt_query_statistics, id of a segment: from 0 to num_segments - 1 */
#define D3DKMT_STATISTICS_SEGMENT_DEVICE		0
#define D3DKMT_STATISTICS_SEGMENT_SYSTEM		1

/* struct d3dkmt_statistics_adapter, flags */
#define D3DKMT_STATISTICS_MEMORY_GROUPS_MASK		0x3ULL
#define D3DKMT_STATISTICS_SUPPORTS_DEMOTION		(1ULL << 2)

/**
 * struct d3dkmt_statistics_adapter - Of an adapter
 * @num_segments: segments
 * @node_count: engines
 * @vidpn_source_count: always 0
 * @vsync_enabled: always 0
 * @tdr_detected_count: commands that met the time-out
 * @unused0: 0
 * @num_evictions: how many times an allocation was moved out of the device segment
 * @pad: 0
 * @bytes_evicted: bytes of them
 * @unused1: 0
 * @bytes_discarded: bytes given up because they had been offered
 * @unused2: 0
 * @bytes_from_mdl_to_memory: bytes moved from the system segment to the device segment
 * @bytes_from_memory_to_mdl: bytes moved the other way
 * @unused3: 0
 * @flags: D3DKMT_STATISTICS_*: two memory groups; nothing is demoted
 * @reserved: 0
 *
 * The unused fields count what this driver does not do.
 */
struct d3dkmt_statistics_adapter {
	__u32 num_segments;
	__u32 node_count;
	__u32 vidpn_source_count;
	__u32 vsync_enabled;
	__u32 tdr_detected_count;
	__u32 unused0[79];
	__u32 num_evictions;
	__u32 pad;
	__u64 bytes_evicted;
	__u64 unused1[11];
	__u64 bytes_discarded;
	__u64 unused2[2];
	__u64 bytes_from_mdl_to_memory;
	__u64 bytes_from_memory_to_mdl;
	__u64 unused3[29];
	__u64 flags;
	__u64 reserved[7];
};

/**
 * struct d3dkmt_statistics_process - Of the caller, on one adapter
 * @node_count: engines
 * @vidpn_source_count: always 0
 * @bytes_allocated: bytes in the system segment, without existing memory
 * @unused0: 0
 * @cached_bytes_allocated: the same: all of it is cached
 * @unused1: 0
 * @reserved: 0
 */
struct d3dkmt_statistics_process {
	__u32 node_count;
	__u32 vidpn_source_count;
	__u64 bytes_allocated;
	__u64 unused0[4];
	__u64 cached_bytes_allocated;
	__u64 unused1[4];
	__u64 reserved[7];
};

/**
 * struct d3dkmt_statistics_process_adapter - Of the caller, on one adapter
 * @num_segments: segments
 * @node_count: engines
 * @vidpn_source_count: always 0
 * @virtual_memory_usage: always 0
 * @unused0: 0
 * @total_bytes_evicted: its bytes that were moved out of the device segment
 * @unused1: 0
 */
struct d3dkmt_statistics_process_adapter {
	__u32 num_segments;
	__u32 node_count;
	__u32 vidpn_source_count;
	__u32 virtual_memory_usage;
	__u64 unused0[3];
	__u64 total_bytes_evicted;
	__u64 unused1[28];
};

/* struct d3dkmt_statistics_segment, segment_properties */
#define D3DKMT_STATISTICS_SEGMENT_SYSTEM_MEMORY		(1ULL << 0)
#define D3DKMT_STATISTICS_SEGMENT_TYPE_SHIFT		2
#define D3DKMT_STATISTICS_SEGMENT_TYPE_MASK		0xfULL
#define D3DKMT_STATISTICS_SEGMENT_TYPE_APERTURE		0ULL
#define D3DKMT_STATISTICS_SEGMENT_TYPE_MEMORY		1ULL
#define D3DKMT_STATISTICS_SEGMENT_TYPE_SYSMEM		2ULL
#define D3DKMT_STATISTICS_SEGMENT_GROUP_SHIFT		6
#define D3DKMT_STATISTICS_SEGMENT_GROUP_MASK		0x3ULL
#define D3DKMT_STATISTICS_SEGMENT_FULLY_CPU_VISIBLE	(1ULL << 8)

/**
 * struct d3dkmt_statistics_segment - Of a segment, by all processes
 * @commit_limit: bytes that it takes: the device segment's size; of the system segment
 *	half of the machine's memory, as its budget
 * @bytes_committed: bytes of memory that allocations have there
 * @bytes_resident: the same: memory is taken when bytes are placed
 * @total_bytes_evicted: bytes that were moved from there to the other segment to make
 *	room; 0 of the system segment
 * @allocs_committed: allocations that have their bytes there
 * @allocs_resident: the same
 * @aperture: whether it is memory that the device shares with the machine: 1 of the
 *	system segment
 * @pad: 0
 * @total_bytes_evicted_by_priority: the bytes evicted by what the allocations' priority
 *	was: below LOW, from LOW, from NORMAL, from HIGH, MAXIMUM
 * @system_memory_end_address: always 0
 * @power_flags: always 0
 * @segment_properties: D3DKMT_STATISTICS_SEGMENT_*; the group is a
 *	D3DKMT_MEMORY_SEGMENT_GROUP_*
 * @reserved: 0
 *
 * Existing memory is counted in the system segment. What was created and not touched has
 * no bytes.
 */
struct d3dkmt_statistics_segment {
	__u64 commit_limit;
	__u64 bytes_committed;
	__u64 bytes_resident;
	__u64 total_bytes_evicted;
	__u32 allocs_committed;
	__u32 allocs_resident;
	__u32 aperture;
	__u32 pad;
	__u64 total_bytes_evicted_by_priority[5];
	__u64 system_memory_end_address;
	__u64 power_flags;
	__u64 segment_properties;
	__u64 reserved[5];
};

/**
 * struct d3dkmt_statistics_process_segment - Of a segment, by the caller
 * @bytes_committed: bytes that it has there: the current_usage of struct
 *	d3dkmt_query_video_memory_info
 * @unused0: 0
 * @allocs_committed: its allocations that have their bytes there
 * @pad: 0
 * @unused1: 0
 * @reserved: 0
 */
struct d3dkmt_statistics_process_segment {
	__u64 bytes_committed;
	__u64 unused0[3];
	__u32 allocs_committed;
	__u32 pad;
	__u64 unused1[14];
	__u64 reserved[8];
};

/**
 * struct d3dkmt_statistics_dma_packet - Commands of one kind
 * @submitted: given to the engine
 * @completed: executed
 * @preempted: always 0: nothing is
 * @faulted: that met the time-out
 *
 * What the engine was given is in one of the three, or is what it executes.
 */
struct d3dkmt_statistics_dma_packet {
	__u32 submitted;
	__u32 completed;
	__u32 preempted;
	__u32 faulted;
};

/* struct d3dkmt_statistics_process_node, dma_packets */
#define D3DKMT_DMA_PACKET_CLIENT_RENDER			0
#define D3DKMT_DMA_PACKET_CLIENT_PAGING			1
#define D3DKMT_DMA_PACKET_SYSTEM_PAGING			2
#define D3DKMT_DMA_PACKET_SYSTEM_PREEMPTION		3
#define D3DKMT_DMA_PACKET_TYPES				4

/**
 * struct d3dkmt_statistics_process_node - Of an engine, by the caller or by all
 * @running_time: for which it has had commands, in units of 100 ns; those that are not
 *	finished have their time in it
 * @unused0: 0
 * @dma_packets: commands, by D3DKMT_DMA_PACKET_*: CLIENT_RENDER are commands of contexts,
 *	SYSTEM_PAGING moves between the segments, which count for whom the bytes belong to
 * @pad: 0
 * @reserved: 0
 */
struct d3dkmt_statistics_process_node {
	__u64 running_time;
	__u32 unused0[33];
	struct d3dkmt_statistics_dma_packet dma_packets[D3DKMT_DMA_PACKET_TYPES];
	__u32 pad;
	__u64 reserved[8];
};

/**
 * struct d3dkmt_statistics_node - Of an engine
 * @global: by all
 * @system: of it, by the driver itself: the moves between the segments
 * @node_ordinal: number of the node
 * @physical_adapter_index: always 0
 * @unused0: 0
 */
struct d3dkmt_statistics_node {
	struct d3dkmt_statistics_process_node global;
	struct d3dkmt_statistics_process_node system;
	__u32 node_ordinal;
	__u32 physical_adapter_index;
	__u64 unused0[8];
};

/**
 * struct d3dkmt_statistics_process_segment_group - Of a memory group, by the caller
 * @budget: as struct d3dkmt_query_video_memory_info has it
 * @requested: bytes that MakeResident has asked for; 0 of NON_LOCAL
 * @usage: current_usage of that structure
 * @demoted: 0
 */
struct d3dkmt_statistics_process_segment_group {
	__u64 budget;
	__u64 requested;
	__u64 usage;
	__u64 demoted[5];
};

/**
 * struct d3dkmt_query_statistics - D3DKMTQueryStatistics
 * @type: in: enum d3dkmt_query_statistics_type
 * @adapter_luid: in: the adapter, which need not be open
 * @pad0: ignored
 * @process: in: 0, the caller. EINVAL: any other
 * @result: out: the structure of the type, and zeroes behind it
 * @id: in: number of the segment or node, or D3DKMT_MEMORY_SEGMENT_GROUP_*; ignored where
 *	the type has none of them
 * @pad1: ignored
 *
 * What is counted for the caller is what its process, on a DRM node the open file, has
 * used since it opened the adapter; of an adapter that it has not open that is nothing.
 * There is no other process's to be had. The bytes are those of QueryVideoMemoryInfo.
 * EINVAL: no adapter that the caller sees has this LUID; no such type or number.
 */
struct d3dkmt_query_statistics {
	__u32 type;
	struct d3dkmt_luid adapter_luid;
	__u32 pad0;
	__u64 process;
	__u64 result[97];
	__u32 id;
	__u32 pad1;
};

/* struct d3dkmt_submit_command, flags */
#define D3DKMT_SUBMIT_NULL_RENDERING			(1U << 0)
#define D3DKMT_SUBMIT_PRESENT_REDIRECTED		(1U << 1)
#define D3DKMT_SUBMIT_NO_KMD_ACCESS			(1U << 2)

/**
 * struct d3dkmt_submit_command - D3DKMTSubmitCommand
 * @commands: in: 0; EINVAL: any other
 * @command_length: in: 0; EINVAL: any other
 * @flags: in: D3DKMT_SUBMIT_*; EPERM: PRESENT_REDIRECTED; EINVAL: other bits
 * @present_history_token: ignored
 * @broadcast_context_count: in: 1 to D3DKMT_MAX_BROADCAST_CONTEXTS
 * @broadcast_context: in: context handles of one device, each once
 * @pad0: ignored
 * @private_driver_data: in: pointer to struct drm_dxg_cmd_stream
 * @private_driver_data_size: in: bytes there
 * @num_primaries: in: 0; EINVAL: more than D3DKMT_MAX_WRITTEN_PRIMARIES; else EPERM
 * @written_primaries: ignored
 * @num_history_buffers: in: 0; EINVAL: any other
 * @pad1: ignored
 * @history_buffer_array: ignored
 *
 * Commands of one context run in the order of submission. With several contexts the stream
 * is executed once in each; it is queued in all of them or in none. A malformed stream is
 * refused whole with EINVAL, and so is one that names what is offered. EACCES: it writes
 * to what is READ_ONLY, or signals what must not be. ENODEV: the adapter has been removed
 * or the device is lost. ENOMEM: no memory, no video memory, or too many commands queued.
 */
struct d3dkmt_submit_command {
	__u64 commands;
	__u32 command_length;
	__u32 flags;
	__u64 present_history_token;
	__u32 broadcast_context_count;
	__u32 broadcast_context[D3DKMT_MAX_BROADCAST_CONTEXTS];
	__u32 pad0;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 num_primaries;
	__u32 written_primaries[D3DKMT_MAX_WRITTEN_PRIMARIES];
	__u32 num_history_buffers;
	__u32 pad1;
	__u64 history_buffer_array;
};

/**
 * struct d3dkmt_submit_command_to_hw_queue - D3DKMTSubmitCommandToHwQueue
 * @hw_queue: in: handle of the hardware queue
 * @pad0: ignored
 * @progress_fence_id: in: value of the queue's progress fence when the command is done;
 *	EINVAL: not larger than that of the command before, or 0
 * @command_buffer: in: 0; EINVAL: any other
 * @command_length: in: 0; EINVAL: any other
 * @private_driver_data_size: in: bytes of the stream
 * @private_driver_data: in: pointer to struct drm_dxg_cmd_stream
 * @num_primaries: in: 0; EINVAL: more than D3DKMT_MAX_WRITTEN_PRIMARIES; else EPERM
 * @pad1: ignored
 * @written_primaries: ignored
 *
 * Commands of one queue run in the order of submission; all else as for
 * struct d3dkmt_submit_command. If the command is lost the fence goes to the maximum.
 */
struct d3dkmt_submit_command_to_hw_queue {
	__u32 hw_queue;
	__u32 pad0;
	__u64 progress_fence_id;
	__u64 command_buffer;
	__u32 command_length;
	__u32 private_driver_data_size;
	__u64 private_driver_data;
	__u32 num_primaries;
	__u32 pad1;
	__u64 written_primaries;
};

/**
 * enum d3dkmt_sync_object_type - Kinds of sync objects
 * @D3DKMT_SYNC_MUTEX: a wait takes it, a signal, of whoever may, releases it
 * @D3DKMT_SYNC_SEMAPHORE: a wait takes one, a signal adds one; at the maximum it adds none
 * @D3DKMT_SYNC_FENCE: a 64-bit value that only queues see
 * @D3DKMT_SYNC_CPU_NOTIFICATION: a signal is one of an eventfd; cannot be waited for, or
 *	shared
 * @D3DKMT_SYNC_MONITORED_FENCE: a 64-bit value; a wait ends when it is reached
 * @D3DKMT_SYNC_PERIODIC_MONITORED_FENCE: EPERM: there is no vertical blanking to follow
 *
 * The CPU signals monitored fences, and waits for them; all others are for the queues of
 * contexts.
 */
enum d3dkmt_sync_object_type {
	D3DKMT_SYNC_MUTEX = 1,
	D3DKMT_SYNC_SEMAPHORE = 2,
	D3DKMT_SYNC_FENCE = 3,
	D3DKMT_SYNC_CPU_NOTIFICATION = 4,
	D3DKMT_SYNC_MONITORED_FENCE = 5,
	D3DKMT_SYNC_PERIODIC_MONITORED_FENCE = 6,
};

/* struct d3dkmt_sync_object_info2, flags */
#define D3DKMT_SYNC_SHARED				(1U << 0)
#define D3DKMT_SYNC_NT_SECURITY_SHARING			(1U << 1)
#define D3DKMT_SYNC_CROSS_ADAPTER			(1U << 2)
#define D3DKMT_SYNC_TOP_OF_PIPELINE			(1U << 3)
#define D3DKMT_SYNC_NO_SIGNAL				(1U << 4)
#define D3DKMT_SYNC_NO_WAIT				(1U << 5)
#define D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR		(1U << 6)
#define D3DKMT_SYNC_NO_GPU_ACCESS			(1U << 7)
#define D3DKMT_SYNC_SIGNAL_BY_KMD			(1U << 8)

/**
 * struct d3dkmt_sync_object_info2 - What a sync object is
 * @type: in: enum d3dkmt_sync_object_type; EINVAL: any other
 * @flags: in: D3DKMT_SYNC_*; EPERM: CROSS_ADAPTER; EINVAL: SHARED without
 *	NT_SECURITY_SHARING, NT_SECURITY_SHARING or CROSS_ADAPTER without SHARED,
 *	SIGNAL_BY_KMD, undefined bits, SHARED with a CPU notification
 * @initial_fence_value: in: of a fence the first value
 * @event: in: of a CPU notification a file descriptor of an eventfd; EINVAL: anything else
 * @initial_state: in: of a mutex: not 0: it is owned
 * @semaphore: in: of a semaphore
 * @semaphore.max_count: in: largest count; EINVAL: 0
 * @semaphore.initial_count: in: first count; EINVAL: more than the largest one
 * @fence_value_cpu_va: out: of a monitored fence the address of the current value, a __u64
 *	that the caller can read and not write; of others untouched
 * @fence_value_gpu_va: out: of a monitored fence 0; of others untouched
 * @engine_affinity: in: of a monitored fence 0 or 1; EINVAL: any other
 * @pad: ignored
 * @reserved: ignored
 * @shared_handle: untouched
 * @pad1: ignored
 */
struct d3dkmt_sync_object_info2 {
	__u32 type;
	__u32 flags;
	union {
		__u64 initial_fence_value;
		__u64 event;
		__u32 initial_state;
		struct {
			__u32 max_count;
			__u32 initial_count;
		} semaphore;
	};
	__u64 fence_value_cpu_va;
	__u64 fence_value_gpu_va;
	__u32 engine_affinity;
	__u32 pad;
	__u64 reserved[4];
	__u32 shared_handle;
	__u32 pad1;
};

/**
 * struct d3dkmt_create_sync_object2 - D3DKMTCreateSynchronizationObject2
 * @device: in: device handle
 * @pad0: ignored
 * @info: in/out: what it is
 * @sync_object: out: sync object handle
 * @pad1: ignored
 *
 * EPERM: also on a DRM node, for a monitored fence, a caller whose address space is not that
 * of the file's first lock or monitored fence.
 */
struct d3dkmt_create_sync_object2 {
	__u32 device;
	__u32 pad0;
	struct d3dkmt_sync_object_info2 info;
	__u32 sync_object;
	__u32 pad1;
};

/**
 * struct d3dkmt_open_sync_object_from_nt_handle2 - D3DKMTOpenSyncObjectFromNtHandle2
 * @nt_handle: in: file descriptor of ShareObjects; EINVAL: another one, or of a sync object
 *	of another adapter
 * @device: in: device handle
 * @flags: in: D3DKMT_SYNC_*, what this opening must not do; SHARED, NT_SECURITY_SHARING and
 *	TOP_OF_PIPELINE change nothing; EPERM: CROSS_ADAPTER; EINVAL: SIGNAL_BY_KMD,
 *	undefined bits
 * @sync_object: out: sync object handle of the device
 * @pad: ignored
 * @fence_value_cpu_va: out: of a monitored fence the address of its value, as at creation;
 *	of others untouched
 * @fence_value_gpu_va: out: of a monitored fence 0; of others untouched
 * @engine_affinity: in: of a monitored fence 0 or 1; EINVAL: any other
 * @pad1: ignored
 * @reserved: ignored
 *
 * The device has a handle of its own for the same sync object, with which it can do what
 * @flags allow, whatever its creator may do. EPERM: also a caller whose address space is
 * not that of the file's first lock or sync object. ENODEV: the adapter has been removed.
 */
struct d3dkmt_open_sync_object_from_nt_handle2 {
	__u64 nt_handle;
	__u32 device;
	__u32 flags;
	__u32 sync_object;
	__u32 pad;
	__u64 fence_value_cpu_va;
	__u64 fence_value_gpu_va;
	__u32 engine_affinity;
	__u32 pad1;
	__u64 reserved[5];
};

/**
 * struct d3dkmt_destroy_sync_object - D3DKMTDestroySynchronizationObject
 * @sync_object: in: sync object handle
 *
 * Waits of the CPU that are pending by this handle end with EINVAL, those through an
 * eventfd are dropped; others that have it open go on. So does a wait in a context or
 * hardware queue: what is queued may still signal it. EINVAL: the fence of a paging queue or
 * hardware queue. Works on a removed adapter.
 */
struct d3dkmt_destroy_sync_object {
	__u32 sync_object;
};

/* struct d3dkmt_signal_sync_object_from_cpu, flags */
#define D3DKMT_SIGNAL_AT_SUBMISSION			(1U << 0)
#define D3DKMT_SIGNAL_ENQUEUE_CPU_EVENT			(1U << 1)
#define D3DKMT_SIGNAL_ALLOW_FENCE_REWIND		(1U << 2)

/**
 * struct d3dkmt_signal_sync_object_from_cpu - D3DKMTSignalSynchronizationObjectFromCpu
 * @device: in: device handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_SIGNALED
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 * @flags: in: 0 or ALLOW_FENCE_REWIND, without which a value below the current
 *	one is EINVAL; EINVAL: other bits
 * @pad: ignored
 *
 * All or nothing. EACCES: an object was created or opened with NO_SIGNAL. EINVAL also: one is
 * no monitored fence.
 */
struct d3dkmt_signal_sync_object_from_cpu {
	__u32 device;
	__u32 object_count;
	__u64 objects;
	__u64 fence_values;
	__u32 flags;
	__u32 pad;
};

/**
 * struct d3dkmt_signal_sync_object_from_gpu - D3DKMTSignalSynchronizationObjectFromGpu
 * @context: in: context handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_SIGNALED
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 * @reserved: ignored
 *
 * The values are set when all has been done that was queued in the context before; one
 * below the current value is not set. EACCES: an object was created with NO_SIGNAL or
 * NO_GPU_ACCESS. If the device is lost before, the objects go to the maximum, unless
 * created with NO_SIGNAL_MAX_VALUE_ON_TDR. ENODEV: the adapter has been removed or the
 * device is lost. ENOMEM: no memory, or too many commands queued.
 */
struct d3dkmt_signal_sync_object_from_gpu {
	__u32 context;
	__u32 object_count;
	__u64 objects;
	__u64 fence_values;
	__u64 reserved[7];
};

/**
 * struct d3dkmt_signal_sync_object_from_gpu2 - D3DKMTSignalSynchronizationObjectFromGpu2
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_SIGNALED; with ENQUEUE_CPU_EVENT 0
 * @pad: ignored
 * @objects: in: pointer to an array of sync object handles
 * @flags: in: D3DKMT_SIGNAL_*; SIGNAL_AT_SUBMISSION: when the contexts come to it, without
 *	waiting for what their engine still executes; ALLOW_FENCE_REWIND: values below the
 *	current ones too; EINVAL: other bits
 * @broadcast_context_count: in: 1 to D3DKMT_MAX_BROADCAST_CONTEXTS
 * @broadcast_contexts: in: pointer to an array of context handles of one device, each once
 * @fence_values: in: pointer to an array of __u64, a value for each object
 * @cpu_event: in: with ENQUEUE_CPU_EVENT: file descriptor of an eventfd, which is signalled
 *	instead, also when the device is lost or the adapter removed; EINVAL: any other
 * @reserved: ignored
 *
 * As struct d3dkmt_signal_sync_object_from_gpu, for several contexts: the signal happens when
 * the last of them has come to it. It is queued in all of them or in none.
 */
struct d3dkmt_signal_sync_object_from_gpu2 {
	__u32 object_count;
	__u32 pad;
	__u64 objects;
	__u32 flags;
	__u32 broadcast_context_count;
	__u64 broadcast_contexts;
	union {
		__u64 fence_values;
		__u64 cpu_event;
	};
	__u64 reserved[7];
};

/**
 * struct d3dkmt_signal_sync_object2 - D3DKMTSignalSynchronizationObject2
 * @context: in: context handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_SIGNALED; with ENQUEUE_CPU_EVENT 0
 * @objects: in: sync object handles
 * @flags: in: as in struct d3dkmt_signal_sync_object_from_gpu2
 * @broadcast_context_count: in: less than D3DKMT_MAX_BROADCAST_CONTEXTS
 * @broadcast_contexts: in: handles of more contexts of the same device, each once
 * @fence_value: in: value of all the objects
 * @cpu_event: in: as in struct d3dkmt_signal_sync_object_from_gpu2
 * @reserved: ignored
 *
 * As struct d3dkmt_signal_sync_object_from_gpu2.
 */
struct d3dkmt_signal_sync_object2 {
	__u32 context;
	__u32 object_count;
	__u32 objects[D3DKMT_MAX_OBJECTS_SIGNALED];
	__u32 flags;
	__u32 broadcast_context_count;
	__u32 broadcast_contexts[D3DKMT_MAX_BROADCAST_CONTEXTS];
	union {
		__u64 fence_value;
		__u64 cpu_event;
	};
	__u64 reserved[7];
};

/**
 * struct d3dkmt_submit_signal_to_hw_queue - D3DKMTSubmitSignalSyncObjectsToHwQueue
 * @flags: in: as in struct d3dkmt_signal_sync_object_from_gpu2, but ENQUEUE_CPU_EVENT (EINVAL)
 * @broadcast_hw_queue_count: in: 1 to D3DKMT_MAX_BROADCAST_CONTEXTS
 * @broadcast_hw_queues: in: pointer to an array of handles of hardware queues of one device,
 *	each once; EINVAL: several, one of which was created with NO_BROADCAST_SIGNAL
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_SIGNALED
 * @pad: ignored
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 *
 * As struct d3dkmt_signal_sync_object_from_gpu2. Progress fences are not changed.
 */
struct d3dkmt_submit_signal_to_hw_queue {
	__u32 flags;
	__u32 broadcast_hw_queue_count;
	__u64 broadcast_hw_queues;
	__u32 object_count;
	__u32 pad;
	__u64 objects;
	__u64 fence_values;
};

/**
 * struct d3dkmt_wait_sync_object_from_gpu - D3DKMTWaitForSynchronizationObjectFromGpu
 * @context: in: context handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_WAITED_ON_GPU
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 * @reserved: ignored
 *
 * What is queued in the context later does not begin until all objects have had their values
 * at the same time, or more, since what was queued before has been given to the engine. Such
 * a wait may last for ever, and meets no time-out; the call does not wait. EACCES: an object
 * was created with NO_WAIT or NO_GPU_ACCESS. ENODEV: the adapter has been removed or the
 * device is lost. ENOMEM: no memory, or too many commands queued.
 */
struct d3dkmt_wait_sync_object_from_gpu {
	__u32 context;
	__u32 object_count;
	__u64 objects;
	__u64 fence_values;
	__u64 reserved[7];
};

/**
 * struct d3dkmt_wait_sync_object2 - D3DKMTWaitForSynchronizationObject2
 * @context: in: context handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_WAITED_ON_GPU
 * @objects: in: sync object handles
 * @fence_value: in: value of all the objects
 * @reserved: ignored
 *
 * As struct d3dkmt_wait_sync_object_from_gpu.
 */
struct d3dkmt_wait_sync_object2 {
	__u32 context;
	__u32 object_count;
	__u32 objects[D3DKMT_MAX_OBJECTS_WAITED_ON_GPU];
	__u64 fence_value;
	__u64 reserved[7];
};

/**
 * struct d3dkmt_submit_wait_to_hw_queue - D3DKMTSubmitWaitForSyncObjectsToHwQueue
 * @hw_queue: in: handle of the hardware queue
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_WAITED_ON_GPU
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 *
 * As struct d3dkmt_wait_sync_object_from_gpu.
 */
struct d3dkmt_submit_wait_to_hw_queue {
	__u32 hw_queue;
	__u32 object_count;
	__u64 objects;
	__u64 fence_values;
};

/* struct d3dkmt_wait_sync_object_from_cpu, flags */
#define D3DKMT_WAIT_ANY					(1U << 0)

/**
 * struct d3dkmt_wait_sync_object_from_cpu - D3DKMTWaitForSynchronizationObjectFromCpu
 * @device: in: device handle
 * @object_count: in: 1 to D3DKMT_MAX_OBJECTS_WAITED_ON
 * @objects: in: pointer to an array of sync object handles
 * @fence_values: in: pointer to an array of __u64, a value for each object
 * @async_event: in: 0: wait here; else a file descriptor of an eventfd, which is
 *	signalled when the wait is satisfied, and the call returns at once
 * @flags: in: 0: wait for all; D3DKMT_WAIT_ANY: for one; EINVAL: other bits
 * @pad: ignored
 *
 * A wait for a value that is reached already succeeds at once. EINTR: a signal
 * arrived (the call is restarted where the handler says so). EACCES: an object
 * was created or opened with NO_WAIT. ENOMEM also: 4096 waits through eventfds are pending in the
 * process. EINVAL also: @async_event is not an eventfd; an object is no monitored fence, or
 * was destroyed during the wait. ENODEV: the adapter was removed, also during the
 * wait; eventfds are signalled then.
 */
struct d3dkmt_wait_sync_object_from_cpu {
	__u32 device;
	__u32 object_count;
	__u64 objects;
	__u64 fence_values;
	__u64 async_event;
	__u32 flags;
	__u32 pad;
};

/**
 * struct d3dkmt_create_sync_file - D3DKMTCreateSyncFile
 * @device: in: device handle
 * @monitored_fence: in: handle of a monitored fence of the device
 * @fence_value: in: the value
 * @sync_file: out: file descriptor of a sync_file
 *
 * The sync file signals when the command has ended that signals the value. If it ended by an
 * error the sync file has that error. The descriptor is closed by exec, and stays valid
 * whatever is destroyed.
 *
 * EINVAL: also a value that has not been reached and that no command which the engine has
 * already been given signals: what waits for a sync file must not wait for user space.
 * EACCES: the fence was created or opened with NO_WAIT. EMFILE: no file descriptor. ENODEV:
 * the adapter has been removed.
 */
struct d3dkmt_create_sync_file {
	__u32 device;
	__u32 monitored_fence;
	__u64 fence_value;
	__u64 sync_file;
};

/**
 * struct d3dkmt_wait_sync_file - D3DKMTWaitSyncFile
 * @sync_file: in: file descriptor of a sync_file, of whatever driver; EINVAL: another one
 * @context: in: context handle
 * @pad: ignored
 *
 * What is queued in the context afterwards waits until the sync file has signalled, with an
 * error or not. Nobody else waits, and the context can be destroyed meanwhile. ENODEV: the
 * adapter has been removed or the device is lost. ENOMEM: no memory, or too many commands
 * are queued.
 */
struct d3dkmt_wait_sync_file {
	__u64 sync_file;
	__u32 context;
	__u32 pad;
};

/**
 * struct d3dkmt_open_sync_object_from_sync_file - D3DKMTOpenSyncObjectFromSyncFile
 * @sync_file: in: file descriptor of CreateSyncFile; EINVAL: another one, a merged sync file
 *	too, or one of another adapter, or of a fence that was not created to be shared
 * @device: in: device handle
 * @sync_object: out: handle of the monitored fence, opened with NO_SIGNAL
 * @fence_value: out: the value
 * @fence_value_cpu_va: out: address of the fence's current value, as at creation
 * @fence_value_gpu_va: out: 0
 *
 * EPERM: on a DRM node, a caller whose address space is not that of the file's first lock or
 * monitored fence. ENODEV: the adapter has been removed.
 */
struct d3dkmt_open_sync_object_from_sync_file {
	__u64 sync_file;
	__u32 device;
	__u32 sync_object;
	__u64 fence_value;
	__u64 fence_value_cpu_va;
	__u64 fence_value_gpu_va;
};

/**
 * struct d3dkmt_share_objects - D3DKMTShareObjects
 * @object_count: in: 1; EINVAL: any other number
 * @pad0: ignored
 * @objects: in: pointer to an array of handles: a resource or sync object created with
 *	SHARED, or opened
 * @object_attributes: ignored
 * @desired_access: ignored
 * @pad1: ignored
 * @shared_nt_handle: in: pointer to a __u64 that takes a file descriptor
 *
 * The descriptor is closed by exec. It can be passed to other processes, and keeps what it
 * names after the handle is destroyed and its process gone. From the first call on no
 * allocation can be added to a resource.
 *
 * EINVAL: no resource or sync object, or one that is not to be shared, or a resource with
 * more than D3DKMT_MAX_ALLOCATIONS allocations. EMFILE, ENFILE: no file descriptor can be
 * had. ENODEV: the adapter has been removed. On an error there is no file descriptor, and
 * a resource is as before.
 */
struct d3dkmt_share_objects {
	__u32 object_count;
	__u32 pad0;
	__u64 objects;
	__u64 object_attributes;
	__u32 desired_access;
	__u32 pad1;
	__u64 shared_nt_handle;
};

/**
 * struct d3dkmt_query_resource_info_from_nt_handle - D3DKMTQueryResourceInfoFromNtHandle
 * @device: in: device handle
 * @pad: ignored
 * @nt_handle: in: file descriptor of ShareObjects; EINVAL: another one, or of a resource
 *	of another adapter
 * @private_runtime_data: in: pointer to memory for the private data of the runtime, which
 *	is filled if it has room for all of it; or 0
 * @private_runtime_data_size: in: bytes there; out: bytes of that data
 * @total_private_driver_data_size: out: bytes of the private data of all allocations
 * @resource_private_driver_data_size: out: bytes of the private data of the resource
 * @num_allocations: out: allocations of the resource
 */
struct d3dkmt_query_resource_info_from_nt_handle {
	__u32 device;
	__u32 pad;
	__u64 nt_handle;
	__u64 private_runtime_data;
	__u32 private_runtime_data_size;
	__u32 total_private_driver_data_size;
	__u32 resource_private_driver_data_size;
	__u32 num_allocations;
};

/**
 * struct d3dkmt_open_allocation_info2 - One allocation of a resource that is opened
 * @allocation: out: allocation handle of the device that opens it
 * @pad0: untouched
 * @private_driver_data: out: where its private data is in the buffer for all; 0: none
 * @private_driver_data_size: out: bytes there
 * @pad1: untouched
 * @gpu_virtual_address: out: 0
 * @reserved: untouched
 */
struct d3dkmt_open_allocation_info2 {
	__u32 allocation;
	__u32 pad0;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 pad1;
	__u64 gpu_virtual_address;
	__u64 reserved[6];
};

/**
 * struct d3dkmt_open_resource_from_nt_handle - D3DKMTOpenResourceFromNtHandle
 * @device: in: device handle
 * @pad0: ignored
 * @nt_handle: in: file descriptor of ShareObjects; EINVAL: another one, or of a resource
 *	of another adapter
 * @num_allocations: in: allocations of the resource; EINVAL: another number
 * @pad1: ignored
 * @open_allocation_info: out: pointer to an array of struct d3dkmt_open_allocation_info2
 * @private_runtime_data_size: in: bytes at the next pointer; EINVAL: too few
 * @pad2: ignored
 * @private_runtime_data: out: pointer to memory for the private data of the runtime
 * @resource_private_driver_data_size: in: bytes at the next pointer; EINVAL: too few
 * @pad3: ignored
 * @resource_private_driver_data: out: pointer to memory for the resource's private data
 * @total_private_driver_data_buffer_size: in: bytes at the next pointer; EINVAL: too few;
 *	out: bytes used
 * @pad4: ignored
 * @total_private_driver_data_buffer: out: pointer to memory for the private data of all
 *	allocations, one after the other
 * @resource: out: resource handle
 * @keyed_mutex: untouched, there are no keyed mutexes
 * @keyed_mutex_private_runtime_data: ignored
 * @keyed_mutex_private_runtime_data_size: ignored
 * @sync_object: untouched
 *
 * The device gets handles of its own for the same bytes. Where there is nothing to be
 * written a pointer may be 0. Destroying the resource ends this opening; the bytes go with
 * the last opening and the last file descriptor.
 *
 * All or nothing: on any error no handle is valid, whatever memory holds. ENODEV: the
 * adapter has been removed.
 */
struct d3dkmt_open_resource_from_nt_handle {
	__u32 device;
	__u32 pad0;
	__u64 nt_handle;
	__u32 num_allocations;
	__u32 pad1;
	__u64 open_allocation_info;
	__u32 private_runtime_data_size;
	__u32 pad2;
	__u64 private_runtime_data;
	__u32 resource_private_driver_data_size;
	__u32 pad3;
	__u64 resource_private_driver_data;
	__u32 total_private_driver_data_buffer_size;
	__u32 pad4;
	__u64 total_private_driver_data_buffer;
	__u32 resource;
	__u32 keyed_mutex;
	__u64 keyed_mutex_private_runtime_data;
	__u32 keyed_mutex_private_runtime_data_size;
	__u32 sync_object;
};

/*
 * GPU virtual addresses. A process has one address space for each adapter (on a DRM node:
 * one for each open file), from D3DKMT_GPU_VA_MIN up to D3DKMT_GPU_VA_MAX. Addresses are
 * taken by ReserveGpuVirtualAddress and MapGpuVirtualAddress, in ranges, and a range goes as a
 * whole: by FreeGpuVirtualAddress, with the adapter's last opening, or, where it was taken by
 * MapGpuVirtualAddress, with the last allocation in it. What a command finds at an address
 * is decided when its turn has come, see DRM_DXG_ADDRESS_GPU_VA.
 */
#define D3DKMT_GPU_VA_PAGE				0x1000
#define D3DKMT_GPU_VA_GRANULARITY			0x10000
#define D3DKMT_GPU_VA_MIN				0x10000ULL
#define D3DKMT_GPU_VA_MAX				(1ULL << 47)
/* Most ranges and mappings that one address space has. */
#define D3DKMT_GPU_VA_MAX_MAPPINGS			65536
/* Most mappings that the copies of one UpdateGpuVirtualAddress may meet in all. */
#define D3DKMT_GPU_VA_MAX_COPIED			16384
/* Most operations of one UpdateGpuVirtualAddress. */
#define D3DKMT_GPU_VA_MAX_OPERATIONS			1024

/* Protection of a mapping; without WRITE it can be read. */
#define D3DKMT_GPU_VA_WRITE				(1ULL << 0)
#define D3DKMT_GPU_VA_EXECUTE				(1ULL << 1)
#define D3DKMT_GPU_VA_ZERO				(1ULL << 2)
#define D3DKMT_GPU_VA_NO_ACCESS				(1ULL << 3)
#define D3DKMT_GPU_VA_SYSTEM_USE_ONLY			(1ULL << 4)

/**
 * enum d3dkmt_gpu_va_reservation_type - What is in a reserved range before it is mapped
 * @D3DKMT_GPU_VA_RESERVE_NO_ACCESS: commands that go there fault
 * @D3DKMT_GPU_VA_RESERVE_ZERO: reads as 0, and writes are dropped
 * @D3DKMT_GPU_VA_RESERVE_NO_COMMIT: as NO_ACCESS
 */
enum d3dkmt_gpu_va_reservation_type {
	D3DKMT_GPU_VA_RESERVE_NO_ACCESS = 0,
	D3DKMT_GPU_VA_RESERVE_ZERO = 1,
	D3DKMT_GPU_VA_RESERVE_NO_COMMIT = 2,
};

/**
 * struct d3dkmt_reserve_gpu_virtual_address - D3DKMTReserveGpuVirtualAddress
 * @paging_queue: in: handle of a paging queue or of an adapter
 * @pad1: ignored
 * @base_address: in: where, a multiple of 64 KiB; 0: the driver chooses
 * @minimum_address: in: least address to choose, a multiple of 64 KiB; ignored with
 *	@base_address
 * @maximum_address: in: the range ends here at the latest; 0: no limit; ignored with
 *	@base_address
 * @size: in: bytes, a multiple of 64 KiB and not 0
 * @reservation_type: in: enum d3dkmt_gpu_va_reservation_type
 * @pad2: ignored
 * @driver_protection: in: ignored
 * @virtual_address: out: first address of the range
 * @paging_fence_value: out: 0: nothing is to be waited for
 *
 * EINVAL: also a range at @base_address that is not free. ENOMEM: no such range is free, or
 * D3DKMT_GPU_VA_MAX_MAPPINGS. ENODEV: the adapter has been removed.
 */
struct d3dkmt_reserve_gpu_virtual_address {
	__u32 paging_queue;
	__u32 pad1;
	__u64 base_address;
	__u64 minimum_address;
	__u64 maximum_address;
	__u64 size;
	__u32 reservation_type;
	__u32 pad2;
	__u64 driver_protection;
	__u64 virtual_address;
	__u64 paging_fence_value;
};

/**
 * struct d3dkmt_map_gpu_virtual_address - D3DKMTMapGpuVirtualAddress
 * @paging_queue: in: paging queue handle
 * @pad1: ignored
 * @base_address: in: where, a multiple of 4 KiB: all of it is free, or lies in one range that
 *	was taken before, whose mappings it replaces; 0: the driver chooses
 * @minimum_address: in: least address to choose, a multiple of 4 KiB; ignored with
 *	@base_address
 * @maximum_address: in: the range ends here at the latest; 0: no limit; ignored with
 *	@base_address
 * @allocation: in: handle of an allocation of the queue's device; 0 with ZERO or NO_ACCESS
 * @pad2: ignored
 * @offset_in_pages: in: first page of the allocation
 * @size_in_pages: in: pages, more than 0, all inside the allocation
 * @protection: in: D3DKMT_GPU_VA_*; EINVAL: ZERO or NO_ACCESS with another, SYSTEM_USE_ONLY,
 *	other bits
 * @driver_protection: in: ignored
 * @reserved0: ignored
 * @pad3: ignored
 * @reserved1: ignored
 * @virtual_address: out: first address of the mapping
 * @paging_fence_value: out: 0: the mapping is there on return
 *
 * Commands of the allocation's device reach it; those of another device fault. It is not made
 * resident; a command that uses it does that. A mapping ends with its allocation: where that
 * is destroyed without ASSUME_NOT_IN_USE, commands that were queued before still find it.
 *
 * ENOMEM: no such range is free, or D3DKMT_GPU_VA_MAX_MAPPINGS. ENODEV: the adapter has been
 * removed.
 */
struct d3dkmt_map_gpu_virtual_address {
	__u32 paging_queue;
	__u32 pad1;
	__u64 base_address;
	__u64 minimum_address;
	__u64 maximum_address;
	__u32 allocation;
	__u32 pad2;
	__u64 offset_in_pages;
	__u64 size_in_pages;
	__u64 protection;
	__u64 driver_protection;
	__u32 reserved0;
	__u32 pad3;
	__u64 reserved1;
	__u64 virtual_address;
	__u64 paging_fence_value;
};

/**
 * enum d3dkmt_gpu_va_operation_type - What UpdateGpuVirtualAddress does to addresses
 * @D3DKMT_GPU_VA_MAP: map an allocation, to be read and written
 * @D3DKMT_GPU_VA_UNMAP: have them read as 0, or fault
 * @D3DKMT_GPU_VA_COPY: copy the mappings of other addresses; the ranges may overlap
 * @D3DKMT_GPU_VA_MAP_PROTECT: map an allocation with a protection
 */
enum d3dkmt_gpu_va_operation_type {
	D3DKMT_GPU_VA_MAP = 0,
	D3DKMT_GPU_VA_UNMAP = 1,
	D3DKMT_GPU_VA_COPY = 2,
	D3DKMT_GPU_VA_MAP_PROTECT = 3,
};

/**
 * struct d3dkmt_gpu_va_operation - One operation of UpdateGpuVirtualAddress
 * @type: in: enum d3dkmt_gpu_va_operation_type
 * @pad1: ignored
 * @base_address: in: first address; for COPY, of those that are copied
 * @size: in: bytes, more than 0
 * @allocation: in: for MAP and MAP_PROTECT, handle of an allocation of the device; see below
 * @pad2: ignored; see below
 * @allocation_offset: in: for MAP and MAP_PROTECT, first byte of the allocation
 * @allocation_size: in: for MAP and MAP_PROTECT, its bytes: at least @size
 * @protection: in: for MAP_PROTECT, as in struct d3dkmt_map_gpu_virtual_address, but without
 *	ZERO and NO_ACCESS
 * @driver_protection: in: ignored
 *
 * The fields of the original's union lie over each other: for UNMAP, @allocation and @pad2 are
 * the two halves of the protection, D3DKMT_GPU_VA_ZERO, NO_ACCESS or 0 for the same; for COPY
 * they are those of the destination's address.
 *
 * All addresses, offsets and sizes are multiples of 4 KiB. All addresses of a range, and of
 * the source and of the destination of a COPY, lie in one range that was taken before.
 */
struct d3dkmt_gpu_va_operation {
	__u32 type;
	__u32 pad1;
	__u64 base_address;
	__u64 size;
	__u32 allocation;
	__u32 pad2;
	__u64 allocation_offset;
	__u64 allocation_size;
	__u64 protection;
	__u64 driver_protection;
};

/* struct d3dkmt_update_gpu_virtual_address, flags */
#define D3DKMT_GPU_VA_DO_NOT_WAIT			(1U << 0)

/**
 * struct d3dkmt_update_gpu_virtual_address - D3DKMTUpdateGpuVirtualAddress
 * @device: in: device handle
 * @context: in: handle of a context of the device
 * @fence_object: in: handle of a monitored fence of the device; EACCES: it was created with
 *	NO_SIGNAL or NO_GPU_ACCESS
 * @num_operations: in: operations, 1 to D3DKMT_GPU_VA_MAX_OPERATIONS
 * @operations: in: pointer to an array of struct d3dkmt_gpu_va_operation
 * @reserved0: in: 0; EINVAL: any other
 * @reserved1: in: 0; EINVAL: any other
 * @fence_value: in: see below; EINVAL: the largest
 * @flags: in: D3DKMT_GPU_VA_DO_NOT_WAIT; EINVAL: other bits
 * @pad: ignored
 *
 * The operations are queued on the context and take effect in their turn: commands that were
 * submitted there before find the addresses as they were, later ones as they are then. Unless
 * DO_NOT_WAIT is set, the context waits for @fence_value first. When the commands before have
 * finished the fence is signalled with @fence_value + 1.
 *
 * An operation whose range has been freed when its turn comes, or whose allocation was
 * destroyed with ASSUME_NOT_IN_USE, is a page fault. Copies that meet more than
 * D3DKMT_GPU_VA_MAX_COPIED mappings in all lose the device, as for want of memory
 * (D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY). A batch is copied before anything is
 * done, and all of it is checked: EINVAL changes nothing. ENOMEM: no memory, or too many
 * commands are queued. ENODEV: the adapter has been removed or the device is lost.
 */
struct d3dkmt_update_gpu_virtual_address {
	__u32 device;
	__u32 context;
	__u32 fence_object;
	__u32 num_operations;
	__u64 operations;
	__u64 reserved0;
	__u64 reserved1;
	__u64 fence_value;
	__u32 flags;
	__u32 pad;
};

/**
 * struct d3dkmt_free_gpu_virtual_address - D3DKMTFreeGpuVirtualAddress
 * @adapter: in: adapter handle
 * @pad: ignored
 * @base_address: in: first address of a range that was reserved or mapped
 * @size: in: its bytes
 *
 * At once: commands whose turn has not come fault there. EINVAL: also a part of a range.
 */
struct d3dkmt_free_gpu_virtual_address {
	__u32 adapter;
	__u32 pad;
	__u64 base_address;
	__u64 size;
};

/**
 * struct d3dkmt_query_clock_calibration - D3DKMTQueryClockCalibration
 * @adapter: in: adapter handle
 * @node_ordinal: in: node; EINVAL: there is none
 * @physical_adapter_index: in: 0; EINVAL: any other
 * @gpu_frequency: out: ticks of the node's clock in a second, 1000000000
 * @gpu_clock_counter: out: the node's clock, as DRM_DXG_CMD_TIMESTAMP writes it
 * @cpu_clock_counter: out: the caller's CLOCK_MONOTONIC at the same moment, in nanoseconds
 * @flags: out: 0
 *
 * The engine is software, and its clock is the kernel's: the two counters advance alike,
 * and differ by what the caller's time namespace adds. ENODEV: the adapter has been removed.
 */
struct d3dkmt_query_clock_calibration {
	__u32 adapter;
	__u32 node_ordinal;
	__u32 physical_adapter_index;
	__u64 gpu_frequency;
	__u64 gpu_clock_counter;
	__u64 cpu_clock_counter;
	__u32 flags;
} __attribute__((packed));

/**
 * struct d3dkmt_enum_processes - D3DKMTEnumProcesses
 * @adapter_luid: in: the adapter, which need not be open
 * @buffer: in: pointer to an array of __u32 for process ids, or NULL
 * @buffer_count: in: room in it; out: processes returned, or that there are where
 *	@buffer is NULL or has no room
 *
 * The processes that have opened the adapter, each once, ascending, by their ids in the
 * caller's pid namespace. Those of other users are only shown to a caller with
 * CAP_SYS_PTRACE in that namespace. On a DRM node a process is the one that opened the
 * file; it is not shown once it has gone, whoever has the file then.
 *
 * EOVERFLOW: there is room, and too little; @buffer_count is written. EINVAL: no adapter
 * that the caller sees has this LUID.
 */
struct d3dkmt_enum_processes {
	struct d3dkmt_luid adapter_luid;
	__u64 buffer;
	__u64 buffer_count;
};

/* struct d3dkmt_is_feature_enabled, feature_id: what WDDM has names for */
#define D3DKMT_FEATURE_HWSCH				0
#define D3DKMT_FEATURE_HWFLIPQUEUE			1
#define D3DKMT_FEATURE_LDA_GPUPV			2
#define D3DKMT_FEATURE_KMD_SIGNAL_CPU_EVENT		3
#define D3DKMT_FEATURE_USER_MODE_SUBMISSION		4
#define D3DKMT_FEATURE_SHARE_BACKING_STORE_WITH_KMD	5
#define D3DKMT_FEATURE_PAGE_BASED_MEMORY_MANAGER	32
#define D3DKMT_FEATURE_KERNEL_MODE_TESTING		33

/* struct d3dkmt_is_feature_enabled, value */
#define D3DKMT_FEATURE_ENABLED				(1U << 0)
#define D3DKMT_FEATURE_KNOWN				(1U << 1)
#define D3DKMT_FEATURE_SUPPORTED_BY_DRIVER		(1U << 2)
#define D3DKMT_FEATURE_SUPPORTED_ON_CONFIG		(1U << 3)

/**
 * struct d3dkmt_is_feature_enabled - D3DKMTIsFeatureEnabled
 * @adapter: in: adapter handle
 * @feature_id: in: D3DKMT_FEATURE_*, or any other number
 * @version: out: 0
 * @value: out: D3DKMT_FEATURE_KNOWN for those above, 0 for others: none is supported
 *
 * ENODEV: the adapter has been removed.
 */
struct d3dkmt_is_feature_enabled {
	__u32 adapter;
	__u32 feature_id;
	__u16 version;
	__u16 value;
};

/* struct d3dkmt_escape, type: the two that this header has structures for, and the last one */
#define D3DKMT_ESCAPE_DRIVER_PRIVATE			0
#define D3DKMT_ESCAPE_VIDMM				1
#define D3DKMT_ESCAPE_LAST				39

/* struct d3dkmt_escape, flags */
#define D3DKMT_ESCAPE_HARDWARE_ACCESS			(1U << 0)
#define D3DKMT_ESCAPE_DEVICE_STATUS_QUERY		(1U << 1)
#define D3DKMT_ESCAPE_CHANGE_FRAME_LATENCY		(1U << 2)
#define D3DKMT_ESCAPE_NO_ADAPTER_SYNCHRONIZATION	(1U << 3)
#define D3DKMT_ESCAPE_VIRTUAL_MACHINE_DATA		(1U << 5)
#define D3DKMT_ESCAPE_DRIVER_KNOWN_ESCAPE		(1U << 6)
#define D3DKMT_ESCAPE_DRIVER_COMMON_ESCAPE		(1U << 7)

/**
 * struct d3dkmt_escape - D3DKMTEscape
 * @adapter: in: adapter handle
 * @device: in: device handle of that adapter, or 0
 * @type: in: D3DKMT_ESCAPE_*; EINVAL: more than D3DKMT_ESCAPE_LAST
 * @flags: in: D3DKMT_ESCAPE_*; ignored. EINVAL: other bits
 * @private_driver_data: in: pointer to the structure of @type
 * @private_driver_data_size: in: bytes there; EINVAL: fewer than the structure has, or more
 *	than D3DKMT_MAX_PRIVATE_DATA
 * @context: in: context handle of @device, or 0
 *
 * A back door of drivers, which this one does not need: EPERM. VIDMM is for tests, and
 * served where the module parameter test_escapes is on. ENODEV: the adapter has been
 * removed.
 */
struct d3dkmt_escape {
	__u32 adapter;
	__u32 device;
	__u32 type;
	__u32 flags;
	__u64 private_driver_data;
	__u32 private_driver_data_size;
	__u32 context;
};

/**
 * enum d3dkmt_vidmm_escape_type - What is tested
 * @D3DKMT_VIDMM_ESCAPE_EVICT: struct d3dkmt_vidmm_escape_evict
 * @D3DKMT_VIDMM_ESCAPE_GET_BUDGET: struct d3dkmt_vidmm_escape_get_budget
 * @D3DKMT_VIDMM_ESCAPE_VALIDATE_INTEGRITY: struct d3dkmt_vidmm_escape
 *
 * Any other: EPERM.
 */
enum d3dkmt_vidmm_escape_type {
	D3DKMT_VIDMM_ESCAPE_EVICT = 5,
	D3DKMT_VIDMM_ESCAPE_GET_BUDGET = 11,
	D3DKMT_VIDMM_ESCAPE_VALIDATE_INTEGRITY = 17,
};

/**
 * struct d3dkmt_vidmm_escape - D3DKMT_ESCAPE_VIDMM, the head of all of them
 * @type: in: enum d3dkmt_vidmm_escape_type
 * @pad: ignored
 *
 * VALIDATE_INTEGRITY checks handles, queues and the sums of video memory of all processes,
 * as dxg_invariants in debugfs does. EIO: something is wrong.
 */
struct d3dkmt_vidmm_escape {
	__u32 type;
	__u32 pad;
};

/**
 * struct d3dkmt_vidmm_escape_evict - Move bytes to the system segment
 * @base: head
 * @resource: in: handle of a resource of the escape's device, or 0
 * @allocation: in: handle of an allocation of the escape's device, or 0
 * @process: in: 0, the caller; EPERM: any other
 *
 * With neither handle all that the process has in the device segment of the adapter goes;
 * one of them names what goes alone. What commands use now stays, and so does what is exported.
 * EINVAL: both handles, or one that is not of the device. ENOMEM: no memory for the
 * bytes; some may have moved.
 */
struct d3dkmt_vidmm_escape_evict {
	struct d3dkmt_vidmm_escape base;
	__u32 resource;
	__u32 allocation;
	__u64 process;
};

/**
 * struct d3dkmt_vidmm_escape_get_budget - Ask how far a process is over its budget
 * @base: head
 * @num_bytes_to_trim: out: bytes that MakeResident has asked for beyond the budget
 */
struct d3dkmt_vidmm_escape_get_budget {
	struct d3dkmt_vidmm_escape base;
	__u64 num_bytes_to_trim;
};

/*
 * The operations. Where a structure is named the operation is served; a number of
 * bytes stands for the structure of a known operation that is answered with EPERM. Some
 * of these will never be served: those that name things by global handles, which do not
 * exist here (GET_SHARED_RESOURCE_ADAPTER_LUID, OPEN_RESOURCE, OPEN_SYNC_OBJECT,
 * QUERY_RESOURCE_INFO), those of the model before WDDM 2 (CREATE_CONTEXT, RENDER), and
 * SHARE_OBJECT_WITH_HOST, as there is no host.
 */
#define D3DKMT_IOC_TYPE					'G'
#define D3DKMT_IO(nr, type)				_IOWR(D3DKMT_IOC_TYPE, nr, type)
#define D3DKMT_IO_BYTES(nr, size) \
	_IOC(_IOC_READ | _IOC_WRITE, D3DKMT_IOC_TYPE, nr, size)

#define D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID \
	D3DKMT_IO(0x01, struct d3dkmt_open_adapter_from_luid)
#define D3DKMT_IOCTL_CREATE_DEVICE			D3DKMT_IO(0x02, struct d3dkmt_create_device)
#define D3DKMT_IOCTL_CREATE_CONTEXT			D3DKMT_IO_BYTES(0x03, 96)
#define D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL \
	D3DKMT_IO(0x04, struct d3dkmt_create_context_virtual)
#define D3DKMT_IOCTL_DESTROY_CONTEXT \
	D3DKMT_IO(0x05, struct d3dkmt_destroy_context)
#define D3DKMT_IOCTL_CREATE_ALLOCATION2 \
	D3DKMT_IO(0x06, struct d3dkmt_create_allocation)
#define D3DKMT_IOCTL_CREATE_PAGING_QUEUE \
	D3DKMT_IO(0x07, struct d3dkmt_create_paging_queue)
#define D3DKMT_IOCTL_RESERVE_GPU_VIRTUAL_ADDRESS \
	D3DKMT_IO(0x08, struct d3dkmt_reserve_gpu_virtual_address)
#define D3DKMT_IOCTL_QUERY_ADAPTER_INFO \
	D3DKMT_IO(0x09, struct d3dkmt_query_adapter_info)
#define D3DKMT_IOCTL_QUERY_VIDEO_MEMORY_INFO \
	D3DKMT_IO(0x0a, struct d3dkmt_query_video_memory_info)
#define D3DKMT_IOCTL_MAKE_RESIDENT			D3DKMT_IO(0x0b, struct d3dkmt_make_resident)
#define D3DKMT_IOCTL_MAP_GPU_VIRTUAL_ADDRESS \
	D3DKMT_IO(0x0c, struct d3dkmt_map_gpu_virtual_address)
#define D3DKMT_IOCTL_ESCAPE \
	D3DKMT_IO(0x0d, struct d3dkmt_escape)
#define D3DKMT_IOCTL_GET_DEVICE_STATE \
	D3DKMT_IO(0x0e, struct d3dkmt_get_device_state)
#define D3DKMT_IOCTL_SUBMIT_COMMAND \
	D3DKMT_IO(0x0f, struct d3dkmt_submit_command)
#define D3DKMT_IOCTL_CREATE_SYNC_OBJECT2 \
	D3DKMT_IO(0x10, struct d3dkmt_create_sync_object2)
#define D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT2 \
	D3DKMT_IO(0x11, struct d3dkmt_signal_sync_object2)
#define D3DKMT_IOCTL_WAIT_SYNC_OBJECT2 \
	D3DKMT_IO(0x12, struct d3dkmt_wait_sync_object2)
#define D3DKMT_IOCTL_DESTROY_ALLOCATION2 \
	D3DKMT_IO(0x13, struct d3dkmt_destroy_allocation2)
#define D3DKMT_IOCTL_ENUM_ADAPTERS2 \
	D3DKMT_IO(0x14, struct d3dkmt_enum_adapters2)
#define D3DKMT_IOCTL_CLOSE_ADAPTER			D3DKMT_IO(0x15, struct d3dkmt_close_adapter)
#define D3DKMT_IOCTL_CHANGE_VIDEO_MEMORY_RESERVATION \
	D3DKMT_IO(0x16, struct d3dkmt_change_video_memory_reservation)
#define D3DKMT_IOCTL_CREATE_HW_CONTEXT \
	D3DKMT_IO(0x17, struct d3dkmt_create_hw_context)
#define D3DKMT_IOCTL_CREATE_HW_QUEUE \
	D3DKMT_IO(0x18, struct d3dkmt_create_hw_queue)
#define D3DKMT_IOCTL_DESTROY_DEVICE \
	D3DKMT_IO(0x19, struct d3dkmt_destroy_device)
#define D3DKMT_IOCTL_DESTROY_HW_CONTEXT \
	D3DKMT_IO(0x1a, struct d3dkmt_destroy_hw_context)
#define D3DKMT_IOCTL_DESTROY_HW_QUEUE \
	D3DKMT_IO(0x1b, struct d3dkmt_destroy_hw_queue)
#define D3DKMT_IOCTL_DESTROY_PAGING_QUEUE \
	D3DKMT_IO(0x1c, struct d3dkmt_destroy_paging_queue)
#define D3DKMT_IOCTL_DESTROY_SYNC_OBJECT \
	D3DKMT_IO(0x1d, struct d3dkmt_destroy_sync_object)
#define D3DKMT_IOCTL_EVICT				D3DKMT_IO(0x1e, struct d3dkmt_evict)
#define D3DKMT_IOCTL_FLUSH_HEAP_TRANSITIONS \
	D3DKMT_IO(0x1f, struct d3dkmt_flush_heap_transitions)
#define D3DKMT_IOCTL_FREE_GPU_VIRTUAL_ADDRESS \
	D3DKMT_IO(0x20, struct d3dkmt_free_gpu_virtual_address)
#define D3DKMT_IOCTL_GET_CONTEXT_IN_PROCESS_PRIORITY \
	D3DKMT_IO(0x21, struct d3dkmt_context_priority)
#define D3DKMT_IOCTL_GET_CONTEXT_PRIORITY \
	D3DKMT_IO(0x22, struct d3dkmt_context_priority)
#define D3DKMT_IOCTL_GET_SHARED_RESOURCE_ADAPTER_LUID	D3DKMT_IO_BYTES(0x23, 24)
#define D3DKMT_IOCTL_INVALIDATE_CACHE \
	D3DKMT_IO(0x24, struct d3dkmt_invalidate_cache)
#define D3DKMT_IOCTL_LOCK2				D3DKMT_IO(0x25, struct d3dkmt_lock2)
#define D3DKMT_IOCTL_MARK_DEVICE_AS_ERROR \
	D3DKMT_IO(0x26, struct d3dkmt_mark_device_as_error)
#define D3DKMT_IOCTL_OFFER_ALLOCATIONS \
	D3DKMT_IO(0x27, struct d3dkmt_offer_allocations)
#define D3DKMT_IOCTL_OPEN_RESOURCE			D3DKMT_IO_BYTES(0x28, 72)
#define D3DKMT_IOCTL_OPEN_SYNC_OBJECT			D3DKMT_IO_BYTES(0x29, 72)
#define D3DKMT_IOCTL_QUERY_ALLOCATION_RESIDENCY \
	D3DKMT_IO(0x2a, struct d3dkmt_query_allocation_residency)
#define D3DKMT_IOCTL_QUERY_RESOURCE_INFO		D3DKMT_IO_BYTES(0x2b, 32)
#define D3DKMT_IOCTL_RECLAIM_ALLOCATIONS2 \
	D3DKMT_IO(0x2c, struct d3dkmt_reclaim_allocations2)
#define D3DKMT_IOCTL_RENDER				D3DKMT_IO_BYTES(0x2d, 368)
#define D3DKMT_IOCTL_SET_ALLOCATION_PRIORITY \
	D3DKMT_IO(0x2e, struct d3dkmt_set_allocation_priority)
#define D3DKMT_IOCTL_SET_CONTEXT_IN_PROCESS_PRIORITY \
	D3DKMT_IO(0x2f, struct d3dkmt_context_priority)
#define D3DKMT_IOCTL_SET_CONTEXT_PRIORITY \
	D3DKMT_IO(0x30, struct d3dkmt_context_priority)
#define D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU \
	D3DKMT_IO(0x31, struct d3dkmt_signal_sync_object_from_cpu)
#define D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU \
	D3DKMT_IO(0x32, struct d3dkmt_signal_sync_object_from_gpu)
#define D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_GPU2 \
	D3DKMT_IO(0x33, struct d3dkmt_signal_sync_object_from_gpu2)
#define D3DKMT_IOCTL_SUBMIT_COMMAND_TO_HW_QUEUE \
	D3DKMT_IO(0x34, struct d3dkmt_submit_command_to_hw_queue)
#define D3DKMT_IOCTL_SUBMIT_SIGNAL_TO_HW_QUEUE \
	D3DKMT_IO(0x35, struct d3dkmt_submit_signal_to_hw_queue)
#define D3DKMT_IOCTL_SUBMIT_WAIT_TO_HW_QUEUE \
	D3DKMT_IO(0x36, struct d3dkmt_submit_wait_to_hw_queue)
#define D3DKMT_IOCTL_UNLOCK2				D3DKMT_IO(0x37, struct d3dkmt_unlock2)
#define D3DKMT_IOCTL_UPDATE_ALLOCATION_PROPERTY \
	D3DKMT_IO(0x38, struct d3dkmt_update_alloc_property)
#define D3DKMT_IOCTL_UPDATE_GPU_VIRTUAL_ADDRESS \
	D3DKMT_IO(0x39, struct d3dkmt_update_gpu_virtual_address)
#define D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU \
	D3DKMT_IO(0x3a, struct d3dkmt_wait_sync_object_from_cpu)
#define D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_GPU \
	D3DKMT_IO(0x3b, struct d3dkmt_wait_sync_object_from_gpu)
#define D3DKMT_IOCTL_GET_ALLOCATION_PRIORITY \
	D3DKMT_IO(0x3c, struct d3dkmt_get_allocation_priority)
#define D3DKMT_IOCTL_QUERY_CLOCK_CALIBRATION \
	D3DKMT_IO(0x3d, struct d3dkmt_query_clock_calibration)
#define D3DKMT_IOCTL_ENUM_ADAPTERS3 \
	D3DKMT_IO(0x3e, struct d3dkmt_enum_adapters3)
#define D3DKMT_IOCTL_SHARE_OBJECTS			D3DKMT_IO(0x3f, struct d3dkmt_share_objects)
#define D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_NT_HANDLE2 \
	D3DKMT_IO(0x40, struct d3dkmt_open_sync_object_from_nt_handle2)
#define D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE \
	D3DKMT_IO(0x41, struct d3dkmt_query_resource_info_from_nt_handle)
#define D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE \
	D3DKMT_IO(0x42, struct d3dkmt_open_resource_from_nt_handle)
#define D3DKMT_IOCTL_QUERY_STATISTICS \
	D3DKMT_IO(0x43, struct d3dkmt_query_statistics)
#define D3DKMT_IOCTL_SHARE_OBJECT_WITH_HOST		D3DKMT_IO_BYTES(0x44, 24)
#define D3DKMT_IOCTL_CREATE_SYNC_FILE \
	D3DKMT_IO(0x45, struct d3dkmt_create_sync_file)
#define D3DKMT_IOCTL_WAIT_SYNC_FILE \
	D3DKMT_IO(0x46, struct d3dkmt_wait_sync_file)
#define D3DKMT_IOCTL_OPEN_SYNC_OBJECT_FROM_SYNC_FILE \
	D3DKMT_IO(0x47, struct d3dkmt_open_sync_object_from_sync_file)
#define D3DKMT_IOCTL_ENUM_PROCESSES \
	D3DKMT_IO(0x48, struct d3dkmt_enum_processes)
#define D3DKMT_IOCTL_IS_FEATURE_ENABLED \
	D3DKMT_IO(0x49, struct d3dkmt_is_feature_enabled)

/**
 * D3DKMT_DRM_IOCTL() - The code of an operation on a DRM node
 * @code: D3DKMT_IOCTL_*, the code on /dev/dxg
 *
 * Type 'd', number 0x40 plus the operation's, same structure.
 */
#define D3DKMT_DRM_IOCTL(code) \
	((code) - (D3DKMT_IOC_TYPE << _IOC_TYPESHIFT) + ('d' << _IOC_TYPESHIFT) + \
	 (0x40 << _IOC_NRSHIFT))

#ifdef __cplusplus
}
#endif

#endif /* _UAPI_MISC_D3DKMTHK_H */
