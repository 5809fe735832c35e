/* SPDX-License-Identifier: MIT */
/*
 * The D3DKMT functions by their Windows names, over /dev/dxg.
 *
 * Programs that are written to D3DKMT compile with this header and run. It has the functions
 * that /dev/dxg has an operation for, with the layouts that these have on 64-bit machines;
 * where a function has no page of its own below, that is the one it has in Microsoft's
 * documentation: learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmthk/nf-d3dkmthk- and
 * its name in lower case. What each does with this driver misc/d3dkmthk.h says, by the
 * structure of its operation; where that and a page differ, that is true.
 *
 * Handles belong to the process, and what is created stays until it is destroyed or the
 * process ends. A HANDLE is a file descriptor, DXG_HANDLE_OF_FD() of one: that of a shared
 * object is the caller's, who closes it by close(), and an event is an eventfd.
 *
 * Any number of threads may call any function at the same time. None changes signals, and
 * no signal ends a call. After fork the child has no handles; its calls begin anew.
 *
 * The file of /dev/dxg is opened by the first call, for reading, closed by exec, and stays
 * open. It is the only thing that this library keeps outside of objects.
 *
 * Statuses: STATUS_SUCCESS, or what else a function says, or STATUS_INVALID_PARAMETER: a bad
 * argument, a dead or foreign handle, no argument at all; STATUS_NO_MEMORY, also of video
 * memory; STATUS_DEVICE_REMOVED; STATUS_NOT_SUPPORTED: an operation that the module that is
 * loaded does not serve; STATUS_UNSUCCESSFUL: an address that cannot be read or written, or
 * /dev/dxg is not there. Test them by NT_SUCCESS(): positive ones are successes.
 */
#ifndef DXG_D3DKMTHK_H
#define DXG_D3DKMTHK_H

#include <dxg_windef.h>

#if UINTPTR_MAX < UINT64_MAX
#error "the layouts of these structures are those of 64-bit programs"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- statuses ------------------------------------------------------------------- */

#define NT_SUCCESS(status)			((NTSTATUS)(status) >= 0)

#define STATUS_SUCCESS				((NTSTATUS)0x00000000)
#define STATUS_TIMEOUT				((NTSTATUS)0x00000102)
#define STATUS_PENDING				((NTSTATUS)0x00000103)
#define STATUS_UNSUCCESSFUL			((NTSTATUS)0xc0000001)
#define STATUS_INVALID_HANDLE			((NTSTATUS)0xc0000008)
#define STATUS_INVALID_PARAMETER		((NTSTATUS)0xc000000d)
#define STATUS_NO_MEMORY			((NTSTATUS)0xc0000017)
#define STATUS_ILLEGAL_INSTRUCTION		((NTSTATUS)0xc000001d)
#define STATUS_ACCESS_DENIED			((NTSTATUS)0xc0000022)
#define STATUS_BUFFER_TOO_SMALL			((NTSTATUS)0xc0000023)
#define STATUS_OBJECT_TYPE_MISMATCH		((NTSTATUS)0xc0000024)
#define STATUS_OBJECT_NAME_INVALID		((NTSTATUS)0xc0000033)
#define STATUS_OBJECT_NAME_COLLISION		((NTSTATUS)0xc0000035)
#define STATUS_NOT_SUPPORTED			((NTSTATUS)0xc00000bb)
#define STATUS_DEVICE_REMOVED			((NTSTATUS)0xc00002b6)
#define STATUS_GRAPHICS_NO_VIDEO_MEMORY		((NTSTATUS)0xc01e0100)
#define STATUS_GRAPHICS_ALLOCATION_BUSY		((NTSTATUS)0xc01e0102)

/* --- types ---------------------------------------------------------------------- */

typedef UINT D3DKMT_HANDLE;
typedef UINT D3DDDI_VIDEO_PRESENT_SOURCE_ID;
typedef UINT64 D3DGPU_VIRTUAL_ADDRESS;
typedef UINT64 D3DGPU_SIZE_T;

/* How a file descriptor travels as a HANDLE, and back. */
#define DXG_HANDLE_OF_FD(fd)			((HANDLE)(intptr_t)(fd))
#define DXG_FD_OF_HANDLE(handle)		((int)(intptr_t)(handle))

typedef struct _LUID {
	DWORD LowPart;
	LONG HighPart;
} LUID;

/* Attributes of a shared handle; nothing of them is looked at. */
typedef struct _OBJECT_ATTRIBUTES OBJECT_ATTRIBUTES;

#define D3DDDI_MAX_OBJECT_WAITED_ON		32
#define D3DDDI_MAX_OBJECT_SIGNALED		32
#define D3DDDI_MAX_BROADCAST_CONTEXT		64
#define D3DDDI_MAX_WRITTEN_PRIMARIES		16
#define D3DKMT_MAX_OBJECTS_PER_HANDLE		3

#define D3DDDI_ALLOCATIONPRIORITY_MINIMUM	0x28000000
#define D3DDDI_ALLOCATIONPRIORITY_LOW		0x50000000
#define D3DDDI_ALLOCATIONPRIORITY_NORMAL	0x78000000
#define D3DDDI_ALLOCATIONPRIORITY_HIGH		0xa0000000
#define D3DDDI_ALLOCATIONPRIORITY_MAXIMUM	0xc8000000

typedef enum _KMTQUERYADAPTERINFOTYPE {
	KMTQAITYPE_UMDRIVERPRIVATE = 0,
	KMTQAITYPE_UMDRIVERNAME = 1,
	KMTQAITYPE_UMOPENGLINFO = 2,
	KMTQAITYPE_GETSEGMENTSIZE = 3,
	KMTQAITYPE_ADAPTERGUID = 4,
	KMTQAITYPE_FLIPQUEUEINFO = 5,
	KMTQAITYPE_ADAPTERADDRESS = 6,
	KMTQAITYPE_SETWORKINGSETINFO = 7,
	KMTQAITYPE_ADAPTERREGISTRYINFO = 8,
	KMTQAITYPE_CURRENTDISPLAYMODE = 9,
	KMTQAITYPE_MODELIST = 10,
	KMTQAITYPE_CHECKDRIVERUPDATESTATUS = 11,
	KMTQAITYPE_VIRTUALADDRESSINFO = 12,
	KMTQAITYPE_DRIVERVERSION = 13,
	KMTQAITYPE_ADAPTERTYPE = 15,
	KMTQAITYPE_OUTPUTDUPLCONTEXTSCOUNT = 16,
	KMTQAITYPE_WDDM_1_2_CAPS = 17,
	KMTQAITYPE_UMD_DRIVER_VERSION = 18,
	KMTQAITYPE_DIRECTFLIP_SUPPORT = 19,
	KMTQAITYPE_MULTIPLANEOVERLAY_SUPPORT = 20,
	KMTQAITYPE_DLIST_DRIVER_NAME = 21,
	KMTQAITYPE_WDDM_1_3_CAPS = 22,
	KMTQAITYPE_MULTIPLANEOVERLAY_HUD_SUPPORT = 23,
	KMTQAITYPE_WDDM_2_0_CAPS = 24,
	KMTQAITYPE_NODEMETADATA = 25,
	KMTQAITYPE_CPDRIVERNAME = 26,
	KMTQAITYPE_XBOX = 27,
	KMTQAITYPE_INDEPENDENTFLIP_SUPPORT = 28,
	KMTQAITYPE_MIRACASTCOMPANIONDRIVERNAME = 29,
	KMTQAITYPE_PHYSICALADAPTERCOUNT = 30,
	KMTQAITYPE_PHYSICALADAPTERDEVICEIDS = 31,
	KMTQAITYPE_DRIVERCAPS_EXT = 32,
	KMTQAITYPE_QUERY_MIRACAST_DRIVER_TYPE = 33,
	KMTQAITYPE_QUERY_GPUMMU_CAPS = 34,
	KMTQAITYPE_QUERY_MULTIPLANEOVERLAY_DECODE_SUPPORT = 35,
	KMTQAITYPE_QUERY_HW_PROTECTION_TEARDOWN_COUNT = 36,
	KMTQAITYPE_QUERY_ISBADDRIVERFORHWPROTECTIONDISABLED = 37,
	KMTQAITYPE_MULTIPLANEOVERLAY_SECONDARY_SUPPORT = 38,
	KMTQAITYPE_INDEPENDENTFLIP_SECONDARY_SUPPORT = 39,
	KMTQAITYPE_PANELFITTER_SUPPORT = 40,
	KMTQAITYPE_PHYSICALADAPTERPNPKEY = 41,
	KMTQAITYPE_GETSEGMENTGROUPSIZE = 42,
	KMTQAITYPE_MPO3DDI_SUPPORT = 43,
	KMTQAITYPE_HWDRM_SUPPORT = 44,
	KMTQAITYPE_MPOKERNELCAPS_SUPPORT = 45,
	KMTQAITYPE_MULTIPLANEOVERLAY_STRETCH_SUPPORT = 46,
	KMTQAITYPE_GET_DEVICE_VIDPN_OWNERSHIP_INFO = 47,
	KMTQAITYPE_QUERYREGISTRY = 48,
	KMTQAITYPE_KMD_DRIVER_VERSION = 49,
	KMTQAITYPE_BLOCKLIST_KERNEL = 50,
	KMTQAITYPE_BLOCKLIST_RUNTIME = 51,
	KMTQAITYPE_ADAPTERGUID_RENDER = 52,
	KMTQAITYPE_ADAPTERADDRESS_RENDER = 53,
	KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER = 54,
	KMTQAITYPE_CHECKDRIVERUPDATESTATUS_RENDER = 55,
	KMTQAITYPE_DRIVERVERSION_RENDER = 56,
	KMTQAITYPE_ADAPTERTYPE_RENDER = 57,
	KMTQAITYPE_WDDM_1_2_CAPS_RENDER = 58,
	KMTQAITYPE_WDDM_1_3_CAPS_RENDER = 59,
	KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID = 60,
	KMTQAITYPE_NODEPERFDATA = 61,
	KMTQAITYPE_ADAPTERPERFDATA = 62,
	KMTQAITYPE_ADAPTERPERFDATA_CAPS = 63,
	KMTQUITYPE_GPUVERSION = 64,
	KMTQAITYPE_DRIVER_DESCRIPTION = 65,
	KMTQAITYPE_DRIVER_DESCRIPTION_RENDER = 66,
	KMTQAITYPE_SCANOUT_CAPS = 67,
	KMTQAITYPE_DISPLAY_UMDRIVERNAME = 71,
	KMTQAITYPE_PARAVIRTUALIZATION_RENDER = 68,
	KMTQAITYPE_SERVICENAME = 69,
	KMTQAITYPE_WDDM_2_7_CAPS = 70,
	KMTQAITYPE_TRACKEDWORKLOAD_SUPPORT = 72,
	KMTQAITYPE_HYBRID_DLIST_DLL_SUPPORT = 73,
	KMTQAITYPE_DISPLAY_CAPS = 74,
	KMTQAITYPE_WDDM_2_9_CAPS = 75,
	KMTQAITYPE_CROSSADAPTERRESOURCE_SUPPORT = 76,
	KMTQAITYPE_WDDM_3_0_CAPS = 77,
} KMTQUERYADAPTERINFOTYPE;

typedef enum _D3DDDI_SYNCHRONIZATIONOBJECT_TYPE {
	D3DDDI_SYNCHRONIZATION_MUTEX = 1,
	D3DDDI_SEMAPHORE = 2,
	D3DDDI_FENCE = 3,
	D3DDDI_CPU_NOTIFICATION = 4,
	D3DDDI_MONITORED_FENCE = 5,
	D3DDDI_PERIODIC_MONITORED_FENCE = 6,
	D3DDDI_SYNCHRONIZATION_TYPE_LIMIT = 7,
} D3DDDI_SYNCHRONIZATIONOBJECT_TYPE;

typedef enum _D3DKMT_DEVICESTATE_TYPE {
	D3DKMT_DEVICESTATE_EXECUTION = 1,
	D3DKMT_DEVICESTATE_PRESENT = 2,
	D3DKMT_DEVICESTATE_RESET = 3,
	D3DKMT_DEVICESTATE_PRESENT_DWM = 4,
	D3DKMT_DEVICESTATE_PAGE_FAULT = 5,
	D3DKMT_DEVICESTATE_PRESENT_QUEUE = 6,
} D3DKMT_DEVICESTATE_TYPE;

typedef enum _D3DKMT_DEVICEEXECUTION_STATE {
	D3DKMT_DEVICEEXECUTION_ACTIVE = 1,
	D3DKMT_DEVICEEXECUTION_RESET = 2,
	D3DKMT_DEVICEEXECUTION_HUNG = 3,
	D3DKMT_DEVICEEXECUTION_STOPPED = 4,
	D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY = 5,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT = 6,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT = 7,
} D3DKMT_DEVICEEXECUTION_STATE;

typedef enum _D3DKMT_STANDARDALLOCATIONTYPE {
	D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP = 1,
	D3DKMT_STANDARDALLOCATIONTYPE_INTERNALBACKINGSTORE = 2,
	D3DKMT_STANDARDALLOCATIONTYPE_MAX = 3,
} D3DKMT_STANDARDALLOCATIONTYPE;

typedef enum _D3DKMT_MEMORY_SEGMENT_GROUP {
	D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL = 0,
	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL = 1,
} D3DKMT_MEMORY_SEGMENT_GROUP;

typedef enum _D3DKMT_ALLOCATIONRESIDENCYSTATUS {
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY = 1,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY = 2,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT = 3,
} D3DKMT_ALLOCATIONRESIDENCYSTATUS;

typedef enum _D3DKMT_OFFER_PRIORITY {
	D3DKMT_OFFER_PRIORITY_LOW = 1,
	D3DKMT_OFFER_PRIORITY_NORMAL = 2,
	D3DKMT_OFFER_PRIORITY_HIGH = 3,
	D3DKMT_OFFER_PRIORITY_AUTO = 4,
} D3DKMT_OFFER_PRIORITY;

typedef enum _D3DDDI_RECLAIM_RESULT {
	D3DDDI_RECLAIM_RESULT_OK = 0,
	D3DDDI_RECLAIM_RESULT_DISCARDED = 1,
	D3DDDI_RECLAIM_RESULT_NOT_COMMITTED = 2,
} D3DDDI_RECLAIM_RESULT;

typedef enum _D3DDDI_PAGINGQUEUE_PRIORITY {
	D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL = -1,
	D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL = 0,
	D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL = 1,
} D3DDDI_PAGINGQUEUE_PRIORITY;

typedef enum _D3DKMT_ESCAPETYPE {
	D3DKMT_ESCAPE_DRIVERPRIVATE = 0,
	D3DKMT_ESCAPE_VIDMM = 1,
	D3DKMT_ESCAPE_TDRDBGCTRL = 2,
	D3DKMT_ESCAPE_VIDSCH = 3,
	D3DKMT_ESCAPE_DEVICE = 4,
} D3DKMT_ESCAPETYPE;

typedef enum _D3DKMT_CLIENTHINT {
	D3DKMT_CLIENTHINT_UNKNOWN = 0,
	D3DKMT_CLIENTHINT_OPENGL = 1,
	D3DKMT_CLIENTHINT_CDD = 2,
	D3DKMT_CLIENTHINT_OPENCL = 3,
	D3DKMT_CLIENTHINT_VULKAN = 4,
	D3DKMT_CLIENTHINT_CUDA = 5,
	D3DKMT_CLIENTHINT_RESERVED = 6,
	D3DKMT_CLIENTHINT_DX7 = 7,
	D3DKMT_CLIENTHINT_DX8 = 8,
	D3DKMT_CLIENTHINT_DX9 = 9,
	D3DKMT_CLIENTHINT_DX10 = 10,
	D3DKMT_CLIENTHINT_DX11 = 11,
	D3DKMT_CLIENTHINT_DX12 = 12,
	D3DKMT_CLIENTHINT_9ON12 = 13,
	D3DKMT_CLIENTHINT_11ON12 = 14,
	D3DKMT_CLIENTHINT_MFT_ENCODE = 15,
	D3DKMT_CLIENTHINT_GLON12 = 16,
	D3DKMT_CLIENTHINT_CLON12 = 17,
	D3DKMT_CLIENTHINT_DML_TENSORFLOW = 18,
	D3DKMT_CLIENTHINT_ONEAPI_LEVEL0 = 19,
	D3DKMT_CLIENTHINT_MAX = 20,
} D3DKMT_CLIENTHINT;

typedef enum _D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE {
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP = 0,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP = 1,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY = 2,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT = 3,
} D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE;

typedef enum _D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE {
	D3DDDIGPUVIRTUALADDRESS_RESERVE_NO_ACCESS = 0,
	D3DDDIGPUVIRTUALADDRESS_RESERVE_ZERO = 1,
	D3DDDIGPUVIRTUALADDRESS_RESERVE_NO_COMMIT = 2,
} D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE;

typedef enum _D3DKMT_QUERYSTATISTICS_TYPE {
	D3DKMT_QUERYSTATISTICS_ADAPTER = 0,
	D3DKMT_QUERYSTATISTICS_PROCESS = 1,
	D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER = 2,
	D3DKMT_QUERYSTATISTICS_SEGMENT = 3,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT = 4,
	D3DKMT_QUERYSTATISTICS_NODE = 5,
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE = 6,
	D3DKMT_QUERYSTATISTICS_VIDPNSOURCE = 7,
	D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE = 8,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP = 9,
	D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER = 10,
} D3DKMT_QUERYSTATISTICS_TYPE;

typedef struct _D3DKMT_CREATEDEVICEFLAGS {
	UINT LegacyMode : 1;
	UINT RequestVSync : 1;
	UINT DisableGpuTimeout : 1;
	UINT Reserved : 29;
} D3DKMT_CREATEDEVICEFLAGS;

typedef struct _D3DDDI_CREATECONTEXTFLAGS {
	union {
		struct {
			UINT NullRendering : 1;
			UINT InitialData : 1;
			UINT DisableGpuTimeout : 1;
			UINT SynchronizationOnly : 1;
			UINT HwQueueSupported : 1;
			UINT NoKmdAccess : 1;
			UINT Reserved : 26;
		};
		UINT Value;
	};
} D3DDDI_CREATECONTEXTFLAGS;

typedef struct _D3DDDI_CREATEHWQUEUEFLAGS {
	union {
		struct {
			UINT DisableGpuTimeout : 1;
			UINT NoBroadcastSignal : 1;
			UINT NoBroadcastWait : 1;
			UINT NoKmdAccess : 1;
			UINT Reserved : 28;
		};
		UINT Value;
	};
} D3DDDI_CREATEHWQUEUEFLAGS;

typedef struct _D3DKMT_CREATEALLOCATIONFLAGS {
	UINT CreateResource : 1;
	UINT CreateShared : 1;
	UINT NonSecure : 1;
	UINT CreateProtected : 1;
	UINT RestrictSharedAccess : 1;
	UINT ExistingSysMem : 1;
	UINT NtSecuritySharing : 1;
	UINT ReadOnly : 1;
	UINT CreateWriteCombined : 1;
	UINT CreateCached : 1;
	UINT SwapChainBackBuffer : 1;
	UINT CrossAdapter : 1;
	UINT OpenCrossAdapter : 1;
	UINT PartialSharedCreation : 1;
	UINT Zeroed : 1;
	UINT WriteWatch : 1;
	UINT StandardAllocation : 1;
	UINT ExistingSection : 1;
	UINT AllowNotZeroed : 1;
	UINT PhysicallyContiguous : 1;
	UINT NoKmdAccess : 1;
	UINT SharedDisplayable : 1;
	UINT Reserved : 10;
} D3DKMT_CREATEALLOCATIONFLAGS;

typedef struct _D3DDDICB_DESTROYALLOCATION2FLAGS {
	union {
		struct {
			UINT AssumeNotInUse : 1;
			UINT SynchronousDestroy : 1;
			UINT Reserved : 29;
			UINT SystemUseOnly : 1;
		};
		UINT Value;
	};
} D3DDDICB_DESTROYALLOCATION2FLAGS;

typedef struct _D3DDDICB_LOCK2FLAGS {
	union {
		struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DDDICB_LOCK2FLAGS;

typedef struct _D3DDDICB_SIGNALFLAGS {
	union {
		struct {
			UINT SignalAtSubmission : 1;
			UINT EnqueueCpuEvent : 1;
			UINT AllowFenceRewind : 1;
			UINT Reserved : 28;
			UINT DXGK_SIGNAL_FLAG_INTERNAL0 : 1;
		};
		UINT Value;
	};
} D3DDDICB_SIGNALFLAGS;

typedef struct _D3DDDI_MAKERESIDENT_FLAGS {
	union {
		struct {
			UINT CantTrimFurther : 1;
			UINT MustSucceed : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_MAKERESIDENT_FLAGS;

typedef struct _D3DDDI_EVICT_FLAGS {
	union {
		struct {
			UINT EvictOnlyIfNecessary : 1;
			UINT NotWrittenTo : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_EVICT_FLAGS;

typedef struct _D3DKMT_OFFER_FLAGS {
	union {
		struct {
			UINT OfferImmediately : 1;
			UINT AllowDecommit : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DKMT_OFFER_FLAGS;

typedef struct _D3DDDI_ESCAPEFLAGS {
	union {
		struct {
			UINT HardwareAccess : 1;
			UINT DeviceStatusQuery : 1;
			UINT ChangeFrameLatency : 1;
			UINT NoAdapterSynchronization : 1;
			UINT Reserved : 1;
			UINT VirtualMachineData : 1;
			UINT DriverKnownEscape : 1;
			UINT DriverCommonEscape : 1;
			UINT Reserved2 : 24;
		};
		UINT Value;
	};
} D3DDDI_ESCAPEFLAGS;

typedef struct _D3DDDI_SEGMENTPREFERENCE {
	union {
		struct {
			UINT SegmentId0 : 5;
			UINT Direction0 : 1;
			UINT SegmentId1 : 5;
			UINT Direction1 : 1;
			UINT SegmentId2 : 5;
			UINT Direction2 : 1;
			UINT SegmentId3 : 5;
			UINT Direction3 : 1;
			UINT SegmentId4 : 5;
			UINT Direction4 : 1;
			UINT Reserved : 2;
		};
		UINT Value;
	};
} D3DDDI_SEGMENTPREFERENCE;

typedef struct _D3DDDI_UPDATEALLOCPROPERTY_FLAGS {
	union {
		struct {
			UINT AccessedPhysically : 1;
			UINT Unmoveable : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_UPDATEALLOCPROPERTY_FLAGS;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS {
	union {
		struct {
			UINT Shared : 1;
			UINT NtSecuritySharing : 1;
			UINT CrossAdapter : 1;
			UINT TopOfPipeline : 1;
			UINT NoSignal : 1;
			UINT NoWait : 1;
			UINT NoSignalMaxValueOnTdr : 1;
			UINT NoGPUAccess : 1;
			UINT SignalByKmd : 1;
			UINT Reserved : 22;
			UINT Reserved0 : 1;
		};
		UINT Value;
	};
} D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS;

typedef struct _D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS {
	union {
		struct {
			UINT WaitAny : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS;

typedef struct _D3DKMT_SUBMITCOMMANDFLAGS {
	UINT NullRendering : 1;
	UINT PresentRedirected : 1;
	UINT NoKmdAccess : 1;
	UINT Reserved : 29;
} D3DKMT_SUBMITCOMMANDFLAGS;

typedef struct _D3DKMT_ADAPTERTYPE {
	union {
		struct {
			UINT RenderSupported : 1;
			UINT DisplaySupported : 1;
			UINT SoftwareDevice : 1;
			UINT PostDevice : 1;
			UINT HybridDiscrete : 1;
			UINT HybridIntegrated : 1;
			UINT IndirectDisplayDevice : 1;
			UINT Paravirtualized : 1;
			UINT ACGSupported : 1;
			UINT SupportSetTimingsFromVidPn : 1;
			UINT Detachable : 1;
			UINT ComputeOnly : 1;
			UINT Prototype : 1;
			UINT RuntimePowerManagement : 1;
			UINT Reserved : 18;
		};
		UINT Value;
	};
} D3DKMT_ADAPTERTYPE;

typedef struct _D3DKMT_WDDM_2_7_CAPS {
	union {
		struct {
			UINT HwSchSupported : 1;
			UINT HwSchEnabled : 1;
			UINT HwSchEnabledByDefault : 1;
			UINT IndependentVidPnVSyncControl : 1;
			UINT Reserved : 28;
		};
		UINT Value;
	};
} D3DKMT_WDDM_2_7_CAPS;

typedef struct _D3DKMT_DEVICERESET_STATE {
	union {
		struct {
			UINT DesktopSwitched : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DKMT_DEVICERESET_STATE;

typedef struct _D3DKMT_ENUMADAPTERS_FILTER {
	union {
		struct {
			UINT64 IncludeComputeOnly : 1;
			UINT64 IncludeDisplayOnly : 1;
			UINT64 Reserved : 62;
		};
		UINT64 Value;
	};
} D3DKMT_ENUMADAPTERS_FILTER;

typedef struct _D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE {
	union {
		struct {
			UINT64 Write : 1;
			UINT64 Execute : 1;
			UINT64 Zero : 1;
			UINT64 NoAccess : 1;
			UINT64 SystemUseOnly : 1;
			UINT64 Reserved : 59;
		};
		UINT64 Value;
	};
} D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE;

typedef struct _D3DDDI_CREATEHWCONTEXTFLAGS {
	union {
		struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DDDI_CREATEHWCONTEXTFLAGS;

typedef struct _D3DKMT_RENDERFLAGS {
	UINT ResizeCommandBuffer : 1;
	UINT ResizeAllocationList : 1;
	UINT ResizePatchLocationList : 1;
	UINT NullRendering : 1;
	UINT PresentRedirected : 1;
	UINT RenderKm : 1;
	UINT RenderKmReadback : 1;
	UINT Reserved : 25;
} D3DKMT_RENDERFLAGS;

typedef struct _D3DDDI_ALLOCATIONINFO2_FLAGS {
	union {
		struct {
			UINT Primary : 1;
			UINT Stereo : 1;
			UINT OverridePriority : 1;
			UINT Reserved : 29;
		};
		UINT Value;
	};
} D3DDDI_ALLOCATIONINFO2_FLAGS;

/* --- structures ----------------------------------------------------------------- */

typedef struct _D3DKMT_OPENADAPTERFROMLUID {
	LUID AdapterLuid;
	D3DKMT_HANDLE hAdapter;
} D3DKMT_OPENADAPTERFROMLUID;

typedef struct _D3DKMT_ADAPTERINFO {
	D3DKMT_HANDLE hAdapter;
	LUID AdapterLuid;
	ULONG NumOfSources;
	BOOL bPrecisePresentRegionsPreferred;
} D3DKMT_ADAPTERINFO;

typedef struct _D3DKMT_ENUMADAPTERS2 {
	ULONG NumAdapters;
	D3DKMT_ADAPTERINFO *pAdapters;
} D3DKMT_ENUMADAPTERS2;

typedef struct _D3DKMT_ENUMADAPTERS3 {
	D3DKMT_ENUMADAPTERS_FILTER Filter;
	ULONG NumAdapters;
	D3DKMT_ADAPTERINFO *pAdapters;
} D3DKMT_ENUMADAPTERS3;

typedef struct _D3DKMT_CLOSEADAPTER {
	D3DKMT_HANDLE hAdapter;
} D3DKMT_CLOSEADAPTER;

typedef struct _D3DKMT_QUERYADAPTERINFO {
	D3DKMT_HANDLE hAdapter;
	KMTQUERYADAPTERINFOTYPE Type;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
} D3DKMT_QUERYADAPTERINFO;

typedef struct _D3DKMT_SEGMENTSIZEINFO {
	ULONGLONG DedicatedVideoMemorySize;
	ULONGLONG DedicatedSystemMemorySize;
	ULONGLONG SharedSystemMemorySize;
} D3DKMT_SEGMENTSIZEINFO;

typedef struct _D3DKMT_ADAPTERADDRESS {
	UINT BusNumber;
	UINT DeviceNumber;
	UINT FunctionNumber;
} D3DKMT_ADAPTERADDRESS;

typedef struct _D3DKMT_DEVICE_IDS {
	UINT VendorID;
	UINT DeviceID;
	UINT SubVendorID;
	UINT SubSystemID;
	UINT RevisionID;
	UINT BusType;
} D3DKMT_DEVICE_IDS;

typedef struct _D3DKMT_QUERY_DEVICE_IDS {
	UINT PhysicalAdapterIndex;
	D3DKMT_DEVICE_IDS DeviceIds;
} D3DKMT_QUERY_DEVICE_IDS;

/* UTF-16: this WCHAR has 16 bits, that of the C library has 32. */
typedef struct _D3DKMT_DRIVER_DESCRIPTION {
	WCHAR DriverDescription[4096];
} D3DKMT_DRIVER_DESCRIPTION;

typedef struct _D3DKMT_PHYSICAL_ADAPTER_COUNT {
	UINT Count;
} D3DKMT_PHYSICAL_ADAPTER_COUNT;

typedef struct _D3DKMT_CREATEDEVICE {
	union {
		D3DKMT_HANDLE hAdapter;
		VOID *pAdapter;
	};
	D3DKMT_CREATEDEVICEFLAGS Flags;
	D3DKMT_HANDLE hDevice;
	VOID *pCommandBuffer;
	UINT CommandBufferSize;
	VOID *pAllocationList;
	UINT AllocationListSize;
	VOID *pPatchLocationList;
	UINT PatchLocationListSize;
} D3DKMT_CREATEDEVICE;

typedef struct _D3DKMT_DESTROYDEVICE {
	D3DKMT_HANDLE hDevice;
} D3DKMT_DESTROYDEVICE;

typedef struct _D3DKMT_PRESENT_STATS {
	UINT PresentCount;
	UINT PresentRefreshCount;
	UINT SyncRefreshCount;
	LONGLONG SyncQPCTime;
	LONGLONG SyncGPUTime;
} D3DKMT_PRESENT_STATS;

typedef struct _D3DKMT_DEVICEPRESENT_STATE {
	D3DDDI_VIDEO_PRESENT_SOURCE_ID VidPnSourceId;
	D3DKMT_PRESENT_STATS PresentStats;
} D3DKMT_DEVICEPRESENT_STATE;

typedef struct _D3DKMT_DEVICEPAGEFAULT_STATE {
	UINT64 FaultedPrimitiveAPISequenceNumber;
	UINT FaultedPipelineStage;
	UINT FaultedBindTableEntry;
	UINT PageFaultFlags;
	UINT FaultErrorCode;
	D3DGPU_VIRTUAL_ADDRESS FaultedVirtualAddress;
} D3DKMT_DEVICEPAGEFAULT_STATE;

typedef struct _D3DKMT_GETDEVICESTATE {
	D3DKMT_HANDLE hDevice;
	D3DKMT_DEVICESTATE_TYPE StateType;
	union {
		D3DKMT_DEVICEEXECUTION_STATE ExecutionState;
		D3DKMT_DEVICEPRESENT_STATE PresentState;
		D3DKMT_DEVICERESET_STATE ResetState;
		D3DKMT_DEVICEPAGEFAULT_STATE PageFaultState;
		UINT64 Reserved[6];
	};
} D3DKMT_GETDEVICESTATE;

typedef struct _D3DKMT_MARKDEVICEASERROR {
	D3DKMT_HANDLE hDevice;
	UINT Reason;
} D3DKMT_MARKDEVICEASERROR;

typedef struct _D3DKMT_CREATECONTEXT {
	D3DKMT_HANDLE hDevice;
	UINT NodeOrdinal;
	UINT EngineAffinity;
	D3DDDI_CREATECONTEXTFLAGS Flags;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DKMT_CLIENTHINT ClientHint;
	D3DKMT_HANDLE hContext;
	VOID *pCommandBuffer;
	UINT CommandBufferSize;
	VOID *pAllocationList;
	UINT AllocationListSize;
	VOID *pPatchLocationList;
	UINT PatchLocationListSize;
	D3DGPU_VIRTUAL_ADDRESS CommandBuffer;
} D3DKMT_CREATECONTEXT;

typedef struct _D3DKMT_CREATECONTEXTVIRTUAL {
	D3DKMT_HANDLE hDevice;
	UINT NodeOrdinal;
	UINT EngineAffinity;
	D3DDDI_CREATECONTEXTFLAGS Flags;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DKMT_CLIENTHINT ClientHint;
	D3DKMT_HANDLE hContext;
} D3DKMT_CREATECONTEXTVIRTUAL;

typedef struct _D3DKMT_DESTROYCONTEXT {
	D3DKMT_HANDLE hContext;
} D3DKMT_DESTROYCONTEXT;

typedef struct _D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext;
	INT Priority;
} D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY;

typedef struct _D3DKMT_GETCONTEXTSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext;
	INT Priority;
} D3DKMT_GETCONTEXTSCHEDULINGPRIORITY;

typedef struct _D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext;
	INT Priority;
} D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY;

typedef struct _D3DKMT_SETCONTEXTSCHEDULINGPRIORITY {
	D3DKMT_HANDLE hContext;
	INT Priority;
} D3DKMT_SETCONTEXTSCHEDULINGPRIORITY;

typedef struct _D3DKMT_CREATEHWCONTEXT {
	D3DKMT_HANDLE hDevice;
	UINT NodeOrdinal;
	UINT EngineAffinity;
	D3DDDI_CREATEHWCONTEXTFLAGS Flags;
	UINT PrivateDriverDataSize;
	VOID *pPrivateDriverData;
	D3DKMT_HANDLE hHwContext;
} D3DKMT_CREATEHWCONTEXT;

typedef struct _D3DKMT_DESTROYHWCONTEXT {
	D3DKMT_HANDLE hHwContext;
} D3DKMT_DESTROYHWCONTEXT;

typedef struct _D3DKMT_CREATEHWQUEUE {
	D3DKMT_HANDLE hHwContext;
	D3DDDI_CREATEHWQUEUEFLAGS Flags;
	UINT PrivateDriverDataSize;
	VOID *pPrivateDriverData;
	D3DKMT_HANDLE hHwQueue;
	D3DKMT_HANDLE hHwQueueProgressFence;
	VOID *HwQueueProgressFenceCPUVirtualAddress;
	D3DGPU_VIRTUAL_ADDRESS HwQueueProgressFenceGPUVirtualAddress;
} D3DKMT_CREATEHWQUEUE;

typedef struct _D3DKMT_DESTROYHWQUEUE {
	D3DKMT_HANDLE hHwQueue;
} D3DKMT_DESTROYHWQUEUE;

typedef struct _D3DKMT_SUBMITCOMMANDTOHWQUEUE {
	D3DKMT_HANDLE hHwQueue;
	UINT64 HwQueueProgressFenceId;
	D3DGPU_VIRTUAL_ADDRESS CommandBuffer;
	UINT CommandLength;
	UINT PrivateDriverDataSize;
	VOID *pPrivateDriverData;
	UINT NumPrimaries;
	const D3DKMT_HANDLE *WrittenPrimaries;
} D3DKMT_SUBMITCOMMANDTOHWQUEUE;

typedef struct _D3DKMT_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE {
	D3DDDICB_SIGNALFLAGS Flags;
	ULONG BroadcastHwQueueCount;
	const D3DKMT_HANDLE *BroadcastHwQueueArray;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
} D3DKMT_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE;

typedef struct _D3DKMT_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE {
	D3DKMT_HANDLE hHwQueue;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
} D3DKMT_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE;

typedef struct _D3DKMT_CREATESTANDARDALLOCATIONFLAGS {
	union {
		struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DKMT_CREATESTANDARDALLOCATIONFLAGS;

typedef struct _D3DKMT_STANDARDALLOCATION_EXISTINGHEAP {
	SIZE_T Size;
} D3DKMT_STANDARDALLOCATION_EXISTINGHEAP;

typedef struct _D3DKMT_CREATESTANDARDALLOCATION {
	D3DKMT_STANDARDALLOCATIONTYPE Type;
	union {
		D3DKMT_STANDARDALLOCATION_EXISTINGHEAP ExistingHeapData;
	};
	D3DKMT_CREATESTANDARDALLOCATIONFLAGS Flags;
} D3DKMT_CREATESTANDARDALLOCATION;

typedef struct _D3DDDI_ALLOCATIONINFO {
	D3DKMT_HANDLE hAllocation;
	const VOID *pSystemMem;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DDDI_VIDEO_PRESENT_SOURCE_ID VidPnSourceId;
	D3DDDI_ALLOCATIONINFO2_FLAGS Flags;
} D3DDDI_ALLOCATIONINFO;

typedef struct _D3DDDI_ALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation;
	union {
		HANDLE hSection;
		const VOID *pSystemMem;
	};
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DDDI_VIDEO_PRESENT_SOURCE_ID VidPnSourceId;
	D3DDDI_ALLOCATIONINFO2_FLAGS Flags;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress;
	union {
		UINT Priority;
		ULONG_PTR Unused;
	};
	ULONG_PTR Reserved[5];
} D3DDDI_ALLOCATIONINFO2;

/* D3DKMTCreateAllocation2() reads pAllocationInfo2, never pAllocationInfo. */
typedef struct _D3DKMT_CREATEALLOCATION {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	D3DKMT_HANDLE hGlobalShare;
	const VOID *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	union {
		D3DKMT_CREATESTANDARDALLOCATION *pStandardAllocation;
		const VOID *pPrivateDriverData;
	};
	UINT PrivateDriverDataSize;
	UINT NumAllocations;
	union {
		D3DDDI_ALLOCATIONINFO *pAllocationInfo;
		D3DDDI_ALLOCATIONINFO2 *pAllocationInfo2;
	};
	D3DKMT_CREATEALLOCATIONFLAGS Flags;
	HANDLE hPrivateRuntimeResourceHandle;
} D3DKMT_CREATEALLOCATION;

typedef struct _D3DKMT_DESTROYALLOCATION {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
} D3DKMT_DESTROYALLOCATION;

typedef struct _D3DKMT_DESTROYALLOCATION2 {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
	D3DDDICB_DESTROYALLOCATION2FLAGS Flags;
} D3DKMT_DESTROYALLOCATION2;

typedef struct _D3DKMT_LOCK2 {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hAllocation;
	D3DDDICB_LOCK2FLAGS Flags;
	PVOID pData;
} D3DKMT_LOCK2;

typedef struct _D3DKMT_UNLOCK2 {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hAllocation;
} D3DKMT_UNLOCK2;

typedef struct _D3DKMT_INVALIDATECACHE {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hAllocation;
	SIZE_T Offset;
	SIZE_T Length;
} D3DKMT_INVALIDATECACHE;

typedef struct _D3DKMT_CREATEPAGINGQUEUE {
	D3DKMT_HANDLE hDevice;
	D3DDDI_PAGINGQUEUE_PRIORITY Priority;
	D3DKMT_HANDLE hPagingQueue;
	D3DKMT_HANDLE hSyncObject;
	VOID *FenceValueCPUVirtualAddress;
	UINT PhysicalAdapterIndex;
} D3DKMT_CREATEPAGINGQUEUE;

typedef struct _D3DDDI_DESTROYPAGINGQUEUE {
	D3DKMT_HANDLE hPagingQueue;
} D3DDDI_DESTROYPAGINGQUEUE;

typedef struct _D3DDDI_MAKERESIDENT {
	D3DKMT_HANDLE hPagingQueue;
	UINT NumAllocations;
	const D3DKMT_HANDLE *AllocationList;
	const UINT *PriorityList;
	D3DDDI_MAKERESIDENT_FLAGS Flags;
	UINT64 PagingFenceValue;
	UINT64 NumBytesToTrim;
} D3DDDI_MAKERESIDENT;

typedef struct _D3DKMT_EVICT {
	D3DKMT_HANDLE hDevice;
	UINT NumAllocations;
	const D3DKMT_HANDLE *AllocationList;
	D3DDDI_EVICT_FLAGS Flags;
	UINT64 NumBytesToTrim;
} D3DKMT_EVICT;

typedef struct _D3DKMT_OFFERALLOCATIONS {
	D3DKMT_HANDLE hDevice;
	const D3DKMT_HANDLE *pResources;
	const D3DKMT_HANDLE *HandleList;
	UINT NumAllocations;
	D3DKMT_OFFER_PRIORITY Priority;
	D3DKMT_OFFER_FLAGS Flags;
} D3DKMT_OFFERALLOCATIONS;

typedef struct _D3DKMT_RECLAIMALLOCATIONS2 {
	D3DKMT_HANDLE hPagingQueue;
	UINT NumAllocations;
	const D3DKMT_HANDLE *pResources;
	const D3DKMT_HANDLE *HandleList;
	union {
		BOOL *pDiscarded;
		D3DDDI_RECLAIM_RESULT *pResults;
	};
	UINT64 PagingFenceValue;
} D3DKMT_RECLAIMALLOCATIONS2;

typedef struct _D3DKMT_QUERYALLOCATIONRESIDENCY {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
	D3DKMT_ALLOCATIONRESIDENCYSTATUS *pResidencyStatus;
} D3DKMT_QUERYALLOCATIONRESIDENCY;

typedef struct _D3DKMT_SETALLOCATIONPRIORITY {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
	const UINT *pPriorities;
} D3DKMT_SETALLOCATIONPRIORITY;

typedef struct _D3DKMT_GETALLOCATIONPRIORITY {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
	UINT *pPriorities;
} D3DKMT_GETALLOCATIONPRIORITY;

typedef struct _D3DKMT_QUERYVIDEOMEMORYINFO {
	HANDLE hProcess;
	D3DKMT_HANDLE hAdapter;
	D3DKMT_MEMORY_SEGMENT_GROUP MemorySegmentGroup;
	UINT64 Budget;
	UINT64 CurrentUsage;
	UINT64 CurrentReservation;
	UINT64 AvailableForReservation;
	UINT PhysicalAdapterIndex;
} D3DKMT_QUERYVIDEOMEMORYINFO;

typedef struct _D3DKMT_CHANGEVIDEOMEMORYRESERVATION {
	HANDLE hProcess;
	D3DKMT_HANDLE hAdapter;
	D3DKMT_MEMORY_SEGMENT_GROUP MemorySegmentGroup;
	UINT64 Reservation;
	UINT PhysicalAdapterIndex;
} D3DKMT_CHANGEVIDEOMEMORYRESERVATION;

typedef struct _D3DDDI_UPDATEALLOCPROPERTY {
	D3DKMT_HANDLE hPagingQueue;
	D3DKMT_HANDLE hAllocation;
	UINT SupportedSegmentSet;
	D3DDDI_SEGMENTPREFERENCE PreferredSegment;
	D3DDDI_UPDATEALLOCPROPERTY_FLAGS Flags;
	UINT64 PagingFenceValue;
	union {
		struct {
			UINT SetAccessedPhysically : 1;
			UINT SetSupportedSegmentSet : 1;
			UINT SetPreferredSegment : 1;
			UINT SetUnmoveable : 1;
			UINT Reserved : 28;
		};
		UINT PropertyMaskValue;
	};
} D3DDDI_UPDATEALLOCPROPERTY;

typedef struct _D3DKMT_FLUSHHEAPTRANSITIONS {
	D3DKMT_HANDLE hAdapter;
} D3DKMT_FLUSHHEAPTRANSITIONS;

typedef struct _D3DDDI_RESERVEGPUVIRTUALADDRESS {
	union {
		D3DKMT_HANDLE hPagingQueue;
		D3DKMT_HANDLE hAdapter;
	};
	D3DGPU_VIRTUAL_ADDRESS BaseAddress;
	D3DGPU_VIRTUAL_ADDRESS MinimumAddress;
	D3DGPU_VIRTUAL_ADDRESS MaximumAddress;
	D3DGPU_SIZE_T Size;
	union {
		D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE ReservationType;
		UINT Reserved0;
	};
	union {
		UINT64 DriverProtection;
		UINT64 Reserved1;
	};
	D3DGPU_VIRTUAL_ADDRESS VirtualAddress;
	union {
		UINT64 PagingFenceValue;
		UINT64 Reserved2;
	};
} D3DDDI_RESERVEGPUVIRTUALADDRESS;

typedef struct _D3DDDI_MAPGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hPagingQueue;
	D3DGPU_VIRTUAL_ADDRESS BaseAddress;
	D3DGPU_VIRTUAL_ADDRESS MinimumAddress;
	D3DGPU_VIRTUAL_ADDRESS MaximumAddress;
	D3DKMT_HANDLE hAllocation;
	D3DGPU_SIZE_T OffsetInPages;
	D3DGPU_SIZE_T SizeInPages;
	D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection;
	UINT64 DriverProtection;
	UINT Reserved0;
	UINT64 Reserved1;
	D3DGPU_VIRTUAL_ADDRESS VirtualAddress;
	UINT64 PagingFenceValue;
} D3DDDI_MAPGPUVIRTUALADDRESS;

typedef struct _D3DKMT_FREEGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hAdapter;
	D3DGPU_VIRTUAL_ADDRESS BaseAddress;
	D3DGPU_SIZE_T Size;
} D3DKMT_FREEGPUVIRTUALADDRESS;

typedef struct _D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION {
	D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE OperationType;
	union {
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DKMT_HANDLE hAllocation;
			D3DGPU_SIZE_T AllocationOffsetInBytes;
			D3DGPU_SIZE_T AllocationSizeInBytes;
		} Map;
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DKMT_HANDLE hAllocation;
			D3DGPU_SIZE_T AllocationOffsetInBytes;
			D3DGPU_SIZE_T AllocationSizeInBytes;
			D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection;
			UINT64 DriverProtection;
		} MapProtect;
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection;
		} Unmap;
		struct {
			D3DGPU_VIRTUAL_ADDRESS SourceAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DGPU_VIRTUAL_ADDRESS DestAddress;
		} Copy;
	};
} D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION;

typedef struct _D3DKMT_UPDATEGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hContext;
	D3DKMT_HANDLE hFenceObject;
	UINT NumOperations;
	D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION *Operations;
	D3DGPU_SIZE_T Reserved0;
	UINT64 Reserved1;
	UINT64 FenceValue;
	union {
		struct {
			UINT DoNotWait : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	} Flags;
} D3DKMT_UPDATEGPUVIRTUALADDRESS;

typedef struct _D3DKMT_ESCAPE {
	D3DKMT_HANDLE hAdapter;
	D3DKMT_HANDLE hDevice;
	D3DKMT_ESCAPETYPE Type;
	D3DDDI_ESCAPEFLAGS Flags;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DKMT_HANDLE hContext;
} D3DKMT_ESCAPE;

typedef struct _D3DKMT_SUBMITCOMMAND {
	D3DGPU_VIRTUAL_ADDRESS Commands;
	UINT CommandLength;
	D3DKMT_SUBMITCOMMANDFLAGS Flags;
	ULONGLONG PresentHistoryToken;
	UINT BroadcastContextCount;
	D3DKMT_HANDLE BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT];
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	UINT NumPrimaries;
	D3DKMT_HANDLE WrittenPrimaries[D3DDDI_MAX_WRITTEN_PRIMARIES];
	UINT NumHistoryBuffers;
	D3DKMT_HANDLE *HistoryBufferArray;
} D3DKMT_SUBMITCOMMAND;

typedef struct _D3DKMT_RENDER {
	union {
		D3DKMT_HANDLE hDevice;
		D3DKMT_HANDLE hContext;
	};
	UINT CommandOffset;
	UINT CommandLength;
	UINT AllocationCount;
	UINT PatchLocationCount;
	VOID *pNewCommandBuffer;
	UINT NewCommandBufferSize;
	VOID *pNewAllocationList;
	UINT NewAllocationListSize;
	VOID *pNewPatchLocationList;
	UINT NewPatchLocationListSize;
	D3DKMT_RENDERFLAGS Flags;
	ULONGLONG PresentHistoryToken;
	ULONG BroadcastContextCount;
	D3DKMT_HANDLE BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT];
	ULONG QueuedBufferCount;
	D3DGPU_VIRTUAL_ADDRESS NewCommandBuffer;
	VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
} D3DKMT_RENDER;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECTINFO2 {
	D3DDDI_SYNCHRONIZATIONOBJECT_TYPE Type;
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS Flags;
	union {
		struct {
			BOOL InitialState;
		} SynchronizationMutex;
		struct {
			UINT MaxCount;
			UINT InitialCount;
		} Semaphore;
		struct {
			UINT64 FenceValue;
		} Fence;
		struct {
			HANDLE Event;
		} CPUNotification;
		struct {
			UINT64 InitialFenceValue;
			VOID *FenceValueCPUVirtualAddress;
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress;
			UINT EngineAffinity;
			UINT Padding;
		} MonitoredFence;
		struct {
			D3DKMT_HANDLE hAdapter;
			UINT VidPnTargetId;
			UINT64 Time;
			VOID *FenceValueCPUVirtualAddress;
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress;
			UINT EngineAffinity;
			UINT Padding;
		} PeriodicMonitoredFence;
		struct {
			UINT64 Reserved[8];
		} Reserved;
	};
	D3DKMT_HANDLE SharedHandle;
} D3DDDI_SYNCHRONIZATIONOBJECTINFO2;

typedef struct _D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
	D3DKMT_HANDLE hDevice;
	D3DDDI_SYNCHRONIZATIONOBJECTINFO2 Info;
	D3DKMT_HANDLE hSyncObject;
} D3DKMT_CREATESYNCHRONIZATIONOBJECT2;

typedef struct _D3DKMT_DESTROYSYNCHRONIZATIONOBJECT {
	D3DKMT_HANDLE hSyncObject;
} D3DKMT_DESTROYSYNCHRONIZATIONOBJECT;

typedef struct _D3DKMT_OPENSYNCHRONIZATIONOBJECT {
	D3DKMT_HANDLE hSharedHandle;
	D3DKMT_HANDLE hSyncObject;
	UINT64 Reserved[8];
} D3DKMT_OPENSYNCHRONIZATIONOBJECT;

typedef struct _D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 {
	HANDLE hNtHandle;
	D3DKMT_HANDLE hDevice;
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS Flags;
	D3DKMT_HANDLE hSyncObject;
	union {
		struct {
			VOID *FenceValueCPUVirtualAddress;
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress;
			UINT EngineAffinity;
		} MonitoredFence;
		UINT64 Reserved[8];
	};
} D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2;

typedef struct _D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2 {
	D3DKMT_HANDLE hContext;
	UINT ObjectCount;
	D3DKMT_HANDLE ObjectHandleArray[D3DDDI_MAX_OBJECT_SIGNALED];
	D3DDDICB_SIGNALFLAGS Flags;
	ULONG BroadcastContextCount;
	D3DKMT_HANDLE BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT];
	union {
		struct {
			UINT64 FenceValue;
		} Fence;
		HANDLE CpuEventHandle;
		UINT64 Reserved[8];
	};
} D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2;

typedef struct _D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2 {
	D3DKMT_HANDLE hContext;
	UINT ObjectCount;
	D3DKMT_HANDLE ObjectHandleArray[D3DDDI_MAX_OBJECT_WAITED_ON];
	union {
		struct {
			UINT64 FenceValue;
		} Fence;
		UINT64 Reserved[8];
	};
} D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2;

typedef struct _D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
	D3DKMT_HANDLE hDevice;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
	D3DDDICB_SIGNALFLAGS Flags;
} D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU;

typedef struct _D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU {
	D3DKMT_HANDLE hContext;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	union {
		const UINT64 *MonitoredFenceValueArray;
		UINT64 Reserved[8];
	};
} D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU;

typedef struct _D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	D3DDDICB_SIGNALFLAGS Flags;
	ULONG BroadcastContextCount;
	const D3DKMT_HANDLE *BroadcastContextArray;
	union {
		UINT64 FenceValue;
		HANDLE CpuEventHandle;
		const UINT64 *MonitoredFenceValueArray;
		UINT64 Reserved[8];
	};
} D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2;

typedef struct _D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
	D3DKMT_HANDLE hDevice;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
	HANDLE hAsyncEvent;
	D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS Flags;
} D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU;

typedef struct _D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU {
	D3DKMT_HANDLE hContext;
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	union {
		const UINT64 *MonitoredFenceValueArray;
		UINT64 FenceValue;
		UINT64 Reserved[8];
	};
} D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU;

typedef struct _D3DKMT_CREATESYNCFILE {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hMonitoredFence;
	UINT64 FenceValue;
	UINT64 hSyncFile;
} D3DKMT_CREATESYNCFILE;

/* Packed: the counters are not aligned to their size. */
#pragma pack(push, 4)
typedef struct _D3DKMT_QUERYCLOCKCALIBRATION {
	D3DKMT_HANDLE hAdapter;
	UINT NodeOrdinal;
	UINT PhysicalAdapterIndex;
	struct {
		UINT64 GpuFrequency;
		UINT64 GpuClockCounter;
		UINT64 CpuClockCounter;
		union {
			struct {
				UINT ContextManagementProcessor : 1;
				UINT Reserved : 31;
			};
			UINT Value;
		} Flags;
	} ClockData;
} D3DKMT_QUERYCLOCKCALIBRATION;
#pragma pack(pop)

typedef struct _D3DKMT_SHAREOBJECTS {
	UINT ObjectCount;
	const D3DKMT_HANDLE *ObjectHandleArray;
	OBJECT_ATTRIBUTES *pObjectAttributes;
	DWORD DesiredAccess;
	HANDLE *pSharedNtHandle;
} D3DKMT_SHAREOBJECTS;

typedef struct _D3DKMT_SHAREOBJECTWITHHOST {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hObject;
	UINT64 Reserved;
	UINT64 hVailProcessNtHandle;
} D3DKMT_SHAREOBJECTWITHHOST;

typedef struct _D3DKMT_GETSHAREDRESOURCEADAPTERLUID {
	D3DKMT_HANDLE hGlobalShare;
	HANDLE hNtHandle;
	LUID AdapterLuid;
} D3DKMT_GETSHAREDRESOURCEADAPTERLUID;

typedef struct _D3DKMT_QUERYRESOURCEINFO {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hGlobalShare;
	VOID *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	UINT TotalPrivateDriverDataSize;
	UINT ResourcePrivateDriverDataSize;
	UINT NumAllocations;
} D3DKMT_QUERYRESOURCEINFO;

typedef struct _D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
	D3DKMT_HANDLE hDevice;
	HANDLE hNtHandle;
	VOID *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	UINT TotalPrivateDriverDataSize;
	UINT ResourcePrivateDriverDataSize;
	UINT NumAllocations;
} D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE;

typedef struct _D3DDDI_OPENALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation;
	const VOID *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress;
	ULONG_PTR Reserved[6];
} D3DDDI_OPENALLOCATIONINFO2;

typedef struct _D3DKMT_OPENRESOURCE {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hGlobalShare;
	UINT NumAllocations;
	union {
		VOID *pOpenAllocationInfo;
		D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2;
	};
	VOID *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	VOID *pResourcePrivateDriverData;
	UINT ResourcePrivateDriverDataSize;
	VOID *pTotalPrivateDriverDataBuffer;
	UINT TotalPrivateDriverDataBufferSize;
	D3DKMT_HANDLE hResource;
} D3DKMT_OPENRESOURCE;

typedef struct _D3DKMT_OPENRESOURCEFROMNTHANDLE {
	D3DKMT_HANDLE hDevice;
	HANDLE hNtHandle;
	UINT NumAllocations;
	D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2;
	UINT PrivateRuntimeDataSize;
	VOID *pPrivateRuntimeData;
	UINT ResourcePrivateDriverDataSize;
	VOID *pResourcePrivateDriverData;
	UINT TotalPrivateDriverDataBufferSize;
	VOID *pTotalPrivateDriverDataBuffer;
	D3DKMT_HANDLE hResource;
	D3DKMT_HANDLE hKeyedMutex;
	VOID *pKeyedMutexPrivateRuntimeData;
	UINT KeyedMutexPrivateRuntimeDataSize;
	D3DKMT_HANDLE hSyncObject;
} D3DKMT_OPENRESOURCEFROMNTHANDLE;

/* What this driver counts of an adapter; the rest of the original is 0. */
typedef struct _D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION {
	ULONG NbSegments;
	ULONG NodeCount;
	ULONG VidPnSourceCount;
	ULONG VSyncEnabled;
	ULONG TdrDetectedCount;
	ULONG Unused0[79];
	ULONG NbEvictions;
	ULONG Padding;
	ULONGLONG BytesEvicted;
	ULONGLONG Unused1[11];
	ULONGLONG BytesDiscarded;
	ULONGLONG Unused2[2];
	ULONGLONG BytesTransferredFromMdlToMemory;
	ULONGLONG BytesTransferredFromMemoryToMdl;
	ULONGLONG Unused3[29];
	ULONGLONG Flags;
	ULONGLONG Reserved[7];
} D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION {
	ULONGLONG CommitLimit;
	ULONGLONG BytesCommitted;
	ULONGLONG BytesResident;
	struct {
		ULONGLONG TotalBytesEvicted;
		ULONG AllocsCommitted;
		ULONG AllocsResident;
	} Memory;
	ULONG Aperture;
	ULONGLONG TotalBytesEvictedByPriority[5];
	UINT64 SystemMemoryEndAddress;
	UINT64 PowerFlags;
	UINT64 SegmentProperties;
	UINT64 Reserved[5];
} D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION {
	ULONG NodeCount;
	ULONG VidPnSourceCount;
	struct {
		ULONGLONG BytesAllocated;
		ULONGLONG BytesReserved;
		ULONG SmallAllocationBlocks;
		ULONG LargeAllocationBlocks;
		ULONGLONG WriteCombinedBytesAllocated;
		ULONGLONG WriteCombinedBytesReserved;
		ULONGLONG CachedBytesAllocated;
		ULONGLONG CachedBytesReserved;
		ULONGLONG SectionBytesAllocated;
		ULONGLONG SectionBytesReserved;
		ULONGLONG BytesZeroed;
	} SystemMemory;
	UINT64 Reserved[7];
} D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION {
	ULONG NbSegments;
	ULONG NodeCount;
	ULONG VidPnSourceCount;
	ULONG VirtualMemoryUsage;
	ULONGLONG Unused0[3];
	ULONGLONG TotalBytesEvicted;
	ULONGLONG Unused1[28];
} D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION {
	ULONGLONG BytesCommitted;
	ULONGLONG MaximumWorkingSet;
	ULONGLONG MinimumWorkingSet;
	ULONG NbReferencedAllocationEvictedInPeriod;
	ULONG Padding;
	struct {
		ULONG AllocsCommitted;
		ULONG Padding;
		ULONGLONG Unused[13];
	} VideoMemory;
	UINT64 UseMRU;
	UINT64 Reserved[8];
} D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_DMA_PACKET_TYPE_INFORMATION {
	ULONG PacketSubmited;
	ULONG PacketCompleted;
	ULONG PacketPreempted;
	ULONG PacketFaulted;
} D3DKMT_QUERYSTATISTICS_DMA_PACKET_TYPE_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION {
	LONGLONG RunningTime;
	ULONG Unused0[33];
	D3DKMT_QUERYSTATISTICS_DMA_PACKET_TYPE_INFORMATION DmaPacket[4];
	ULONG Padding;
	UINT64 Reserved[8];
} D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_NODE_INFORMATION {
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION GlobalInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION SystemInformation;
	ULONG NodeId;
	ULONG PhysicalAdapterIndex;
	UINT64 Reserved[8];
} D3DKMT_QUERYSTATISTICS_NODE_INFORMATION;

typedef struct _D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION {
	UINT64 Budget;
	UINT64 Requested;
	UINT64 Usage;
	UINT64 Demoted[5];
} D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION;

typedef union _D3DKMT_QUERYSTATISTICS_RESULT {
	D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION AdapterInformation;
	D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION SegmentInformation;
	D3DKMT_QUERYSTATISTICS_NODE_INFORMATION NodeInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION ProcessInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION ProcessAdapterInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION ProcessSegmentInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION ProcessNodeInformation;
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION ProcessSegmentGroupInformation;
	UINT64 Words[97];
} D3DKMT_QUERYSTATISTICS_RESULT;

typedef struct _D3DKMT_QUERYSTATISTICS {
	D3DKMT_QUERYSTATISTICS_TYPE Type;
	LUID AdapterLuid;
	HANDLE hProcess;
	D3DKMT_QUERYSTATISTICS_RESULT QueryResult;
	union {
		struct {
			ULONG SegmentId;
		} QuerySegment;
		struct {
			ULONG SegmentId;
		} QueryProcessSegment;
		D3DKMT_MEMORY_SEGMENT_GROUP QueryProcessSegmentGroup;
		struct {
			ULONG NodeId;
		} QueryNode;
		struct {
			ULONG NodeId;
		} QueryProcessNode;
		struct {
			ULONG VidPnSourceId;
		} QueryVidPnSource;
		struct {
			ULONG PhysicalAdapterIndex;
		} QueryPhysAdapter;
	};
} D3DKMT_QUERYSTATISTICS;

/* --- functions ------------------------------------------------------------------ */

/**
 * D3DKMTOpenAdapterFromLuid() - Open an adapter by its LUID
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTCloseAdapter().
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtopenadapterfromluid
 */
NTSTATUS APIENTRY D3DKMTOpenAdapterFromLuid(D3DKMT_OPENADAPTERFROMLUID *args);

/**
 * D3DKMTCreateDevice() - Create a device on an adapter
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTDestroyDevice(). There is no legacy command buffer.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatedevice
 */
NTSTATUS APIENTRY D3DKMTCreateDevice(D3DKMT_CREATEDEVICE *args);

/**
 * D3DKMTCreateContext() - Create a legacy context
 * @args: in/out: what is asked
 *
 * Not served: D3DKMTCreateContextVirtual() is.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatecontext
 */
NTSTATUS APIENTRY D3DKMTCreateContext(D3DKMT_CREATECONTEXT *args);

/**
 * D3DKMTCreateContextVirtual() - Create a context on a device
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTDestroyContext().
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatecontextvirtual
 */
NTSTATUS APIENTRY D3DKMTCreateContextVirtual(D3DKMT_CREATECONTEXTVIRTUAL *args);

/**
 * D3DKMTDestroyContext() - Destroy a context
 * @args: in: what is asked
 *
 * Commands that no engine has yet are cancelled.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroycontext
 */
NTSTATUS APIENTRY D3DKMTDestroyContext(const D3DKMT_DESTROYCONTEXT *args);

/**
 * D3DKMTCreateAllocation2() - Create allocations, and a resource for them
 * @args: in/out: what is asked
 *
 * All or nothing. The handles are the caller's, for D3DKMTDestroyAllocation2(). Each
 * allocation wants private data: struct drm_dxg_allocation_private, or a standard type.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreateallocation2
 */
NTSTATUS APIENTRY D3DKMTCreateAllocation2(D3DKMT_CREATEALLOCATION *args);

/**
 * D3DKMTCreatePagingQueue() - Create a paging queue
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTDestroyPagingQueue(), with which the fence goes too.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatepagingqueue
 */
NTSTATUS APIENTRY D3DKMTCreatePagingQueue(D3DKMT_CREATEPAGINGQUEUE *args);

/**
 * D3DKMTReserveGpuVirtualAddress() - Reserve GPU virtual addresses
 * @args: in/out: what is asked
 *
 * For D3DKMTFreeGpuVirtualAddress().
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtreservegpuvirtualaddress
 */
NTSTATUS APIENTRY D3DKMTReserveGpuVirtualAddress(D3DDDI_RESERVEGPUVIRTUALADDRESS *args);

/**
 * D3DKMTQueryAdapterInfo() - Ask for a property of an adapter
 * @args: in: what is asked
 *
 * Text is UTF-16.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryadapterinfo
 */
NTSTATUS APIENTRY D3DKMTQueryAdapterInfo(const D3DKMT_QUERYADAPTERINFO *args);

/**
 * D3DKMTQueryVideoMemoryInfo() - Budget and usage of a segment group
 * @args: in/out: what is asked
 *
 * Of the caller only: the process must be 0.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryvideomemoryinfo
 */
NTSTATUS APIENTRY D3DKMTQueryVideoMemoryInfo(D3DKMT_QUERYVIDEOMEMORYINFO *args);

/**
 * D3DKMTMakeResident() - Ask for allocations to be in the device segment
 * @args: in/out: what is asked
 *
 * All or nothing; counted, undone by D3DKMTEvict(). STATUS_PENDING, a success: they are when
 * the queue's fence reaches the value.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtmakeresident
 */
NTSTATUS APIENTRY D3DKMTMakeResident(D3DDDI_MAKERESIDENT *args);

/**
 * D3DKMTMapGpuVirtualAddress() - Map an allocation into GPU virtual addresses
 * @args: in/out: what is asked
 *
 * STATUS_PENDING, a success: it is when the queue's fence reaches the value.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtmapgpuvirtualaddress
 */
NTSTATUS APIENTRY D3DKMTMapGpuVirtualAddress(D3DDDI_MAPGPUVIRTUALADDRESS *args);

/**
 * D3DKMTEscape() - What only a driver understands
 * @args: in: what is asked
 *
 * What is understood depends on the module.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtescape
 */
NTSTATUS APIENTRY D3DKMTEscape(const D3DKMT_ESCAPE *args);

/**
 * D3DKMTGetDeviceState() - Whether a device still executes
 * @args: in/out: what is asked
 *
 * Also of a removed adapter.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtgetdevicestate
 */
NTSTATUS APIENTRY D3DKMTGetDeviceState(D3DKMT_GETDEVICESTATE *args);

/**
 * D3DKMTSubmitCommand() - Give commands to a context
 * @args: in: what is asked
 *
 * The private data is a struct drm_dxg_cmd_stream, which is copied.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsubmitcommand
 */
NTSTATUS APIENTRY D3DKMTSubmitCommand(const D3DKMT_SUBMITCOMMAND *args);

/**
 * D3DKMTCreateSynchronizationObject2() - Create a sync object
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTDestroySynchronizationObject(); the address of the
 * value is there as long.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatesynchronizationobject2
 */
NTSTATUS APIENTRY D3DKMTCreateSynchronizationObject2(D3DKMT_CREATESYNCHRONIZATIONOBJECT2 *args);

/**
 * D3DKMTSignalSynchronizationObject2() - Queue a signal on contexts, the old way
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsignalsynchronizationobject2
 */
NTSTATUS APIENTRY D3DKMTSignalSynchronizationObject2(const D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2 *args);

/**
 * D3DKMTWaitForSynchronizationObject2() - Queue a wait on a context, the old way
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtwaitforsynchronizationobject2
 */
NTSTATUS APIENTRY D3DKMTWaitForSynchronizationObject2(const D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2 *args);

/**
 * D3DKMTDestroyAllocation2() - Destroy a resource, or a list of allocations
 * @args: in: what is asked
 *
 * All or nothing; never refused because they are in use. On return the handles are dead, the
 * memory goes when commands queued before have finished.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroyallocation2
 */
NTSTATUS APIENTRY D3DKMTDestroyAllocation2(const D3DKMT_DESTROYALLOCATION2 *args);

/**
 * D3DKMTDestroyAllocation() - Destroy a resource, or a list of allocations
 * @args: in: what is asked
 *
 * As D3DKMTDestroyAllocation2() without flags, whatever the padding of the structure holds.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroyallocation
 */
NTSTATUS APIENTRY D3DKMTDestroyAllocation(const D3DKMT_DESTROYALLOCATION *args);

/**
 * D3DKMTEnumAdapters2() - Open all adapters
 * @args: in: what is asked
 *
 * What the structure names is written to. Each handle is the caller's, for
 * D3DKMTCloseAdapter(). STATUS_BUFFER_TOO_SMALL: none is open.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtenumadapters2
 */
NTSTATUS APIENTRY D3DKMTEnumAdapters2(const D3DKMT_ENUMADAPTERS2 *args);

/**
 * D3DKMTCloseAdapter() - Give up a handle of an adapter
 * @args: in: what is asked
 *
 * The last of an adapter takes the process's devices along.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcloseadapter
 */
NTSTATUS APIENTRY D3DKMTCloseAdapter(const D3DKMT_CLOSEADAPTER *args);

/**
 * D3DKMTChangeVideoMemoryReservation() - Reserve memory of the device segment
 * @args: in: what is asked
 *
 * Of the caller only: the process must be 0.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtchangevideomemoryreservation
 */
NTSTATUS APIENTRY D3DKMTChangeVideoMemoryReservation(const D3DKMT_CHANGEVIDEOMEMORYRESERVATION *args);

/**
 * D3DKMTCreateHwContext() - Create a hardware context
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatehwcontext
 */
NTSTATUS APIENTRY D3DKMTCreateHwContext(D3DKMT_CREATEHWCONTEXT *args);

/**
 * D3DKMTCreateHwQueue() - Create a hardware queue
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatehwqueue
 */
NTSTATUS APIENTRY D3DKMTCreateHwQueue(D3DKMT_CREATEHWQUEUE *args);

/**
 * D3DKMTDestroyDevice() - Destroy a device with all it owns
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroydevice
 */
NTSTATUS APIENTRY D3DKMTDestroyDevice(const D3DKMT_DESTROYDEVICE *args);

/**
 * D3DKMTDestroyHwContext() - Destroy a hardware context
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroyhwcontext
 */
NTSTATUS APIENTRY D3DKMTDestroyHwContext(const D3DKMT_DESTROYHWCONTEXT *args);

/**
 * D3DKMTDestroyHwQueue() - Destroy a hardware queue
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroyhwqueue
 */
NTSTATUS APIENTRY D3DKMTDestroyHwQueue(const D3DKMT_DESTROYHWQUEUE *args);

/**
 * D3DKMTDestroyPagingQueue() - Destroy a paging queue and its fence
 * @args: in/out: what is asked
 *
 * What was asked of it is finished nevertheless.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroypagingqueue
 */
NTSTATUS APIENTRY D3DKMTDestroyPagingQueue(D3DDDI_DESTROYPAGINGQUEUE *args);

/**
 * D3DKMTDestroySynchronizationObject() - Destroy a sync object
 * @args: in: what is asked
 *
 * Not that of a paging queue.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtdestroysynchronizationobject
 */
NTSTATUS APIENTRY D3DKMTDestroySynchronizationObject(const D3DKMT_DESTROYSYNCHRONIZATIONOBJECT *args);

/**
 * D3DKMTEvict() - Undo requests of D3DKMTMakeResident()
 * @args: in/out: what is asked
 *
 * All or nothing.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtevict
 */
NTSTATUS APIENTRY D3DKMTEvict(D3DKMT_EVICT *args);

/**
 * D3DKMTFlushHeapTransitions() - Let changes of heaps have happened
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtflushheaptransitions
 */
NTSTATUS APIENTRY D3DKMTFlushHeapTransitions(const D3DKMT_FLUSHHEAPTRANSITIONS *args);

/**
 * D3DKMTFreeGpuVirtualAddress() - Free GPU virtual addresses
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtfreegpuvirtualaddress
 */
NTSTATUS APIENTRY D3DKMTFreeGpuVirtualAddress(const D3DKMT_FREEGPUVIRTUALADDRESS *args);

/**
 * D3DKMTGetContextInProcessSchedulingPriority() - A context's priority inside its process
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtgetcontextinprocessschedulingpriority
 */
NTSTATUS APIENTRY D3DKMTGetContextInProcessSchedulingPriority(D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY *args);

/**
 * D3DKMTGetContextSchedulingPriority() - A context's priority
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtgetcontextschedulingpriority
 */
NTSTATUS APIENTRY D3DKMTGetContextSchedulingPriority(D3DKMT_GETCONTEXTSCHEDULINGPRIORITY *args);

/**
 * D3DKMTGetSharedResourceAdapterLuid() - The adapter of a shared resource
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtgetsharedresourceadapterluid
 */
NTSTATUS APIENTRY D3DKMTGetSharedResourceAdapterLuid(D3DKMT_GETSHAREDRESOURCEADAPTERLUID *args);

/**
 * D3DKMTInvalidateCache() - Make what the CPU sees of an allocation true
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtinvalidatecache
 */
NTSTATUS APIENTRY D3DKMTInvalidateCache(const D3DKMT_INVALIDATECACHE *args);

/**
 * D3DKMTLock2() - Have an allocation's bytes at an address
 * @args: in/out: what is asked
 *
 * The address is there until as many calls of D3DKMTUnlock2(), or its destruction. Does not
 * wait for commands.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtlock2
 */
NTSTATUS APIENTRY D3DKMTLock2(D3DKMT_LOCK2 *args);

/**
 * D3DKMTMarkDeviceAsError() - Declare a device lost
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtmarkdeviceaserror
 */
NTSTATUS APIENTRY D3DKMTMarkDeviceAsError(D3DKMT_MARKDEVICEASERROR *args);

/**
 * D3DKMTOfferAllocations() - Let memory be taken whose bytes may be lost
 * @args: in: what is asked
 *
 * Undone by D3DKMTReclaimAllocations2(); they cannot be used until then.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtofferallocations
 */
NTSTATUS APIENTRY D3DKMTOfferAllocations(const D3DKMT_OFFERALLOCATIONS *args);

/**
 * D3DKMTOpenResource() - Open a resource by a global handle
 * @args: in/out: what is asked
 *
 * Not served: there are no global handles.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtopenresource
 */
NTSTATUS APIENTRY D3DKMTOpenResource(D3DKMT_OPENRESOURCE *args);

/**
 * D3DKMTOpenSynchronizationObject() - Open a sync object by a global handle
 * @args: in/out: what is asked
 *
 * Not served: there are no global handles.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtopensynchronizationobject
 */
NTSTATUS APIENTRY D3DKMTOpenSynchronizationObject(D3DKMT_OPENSYNCHRONIZATIONOBJECT *args);

/**
 * D3DKMTQueryAllocationResidency() - Where allocations' bytes are
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryallocationresidency
 */
NTSTATUS APIENTRY D3DKMTQueryAllocationResidency(const D3DKMT_QUERYALLOCATIONRESIDENCY *args);

/**
 * D3DKMTQueryResourceInfo() - What a resource of a global handle is
 * @args: in/out: what is asked
 *
 * Not served: there are no global handles.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryresourceinfo
 */
NTSTATUS APIENTRY D3DKMTQueryResourceInfo(D3DKMT_QUERYRESOURCEINFO *args);

/**
 * D3DKMTReclaimAllocations2() - Take back what was offered
 * @args: in/out: what is asked
 *
 * The results say whose bytes are lost. What was offered can be used when the queue's fence
 * reaches the value.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtreclaimallocations2
 */
NTSTATUS APIENTRY D3DKMTReclaimAllocations2(D3DKMT_RECLAIMALLOCATIONS2 *args);

/**
 * D3DKMTRender() - Give commands to a legacy context
 * @args: in/out: what is asked
 *
 * Not served: D3DKMTSubmitCommand() is.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtrender
 */
NTSTATUS APIENTRY D3DKMTRender(D3DKMT_RENDER *args);

/**
 * D3DKMTSetAllocationPriority() - Say what is to be evicted last
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsetallocationpriority
 */
NTSTATUS APIENTRY D3DKMTSetAllocationPriority(const D3DKMT_SETALLOCATIONPRIORITY *args);

/**
 * D3DKMTSetContextInProcessSchedulingPriority() - Set a context's priority inside its process
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsetcontextinprocessschedulingpriority
 */
NTSTATUS APIENTRY D3DKMTSetContextInProcessSchedulingPriority(const D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY *args);

/**
 * D3DKMTSetContextSchedulingPriority() - Set a context's priority
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsetcontextschedulingpriority
 */
NTSTATUS APIENTRY D3DKMTSetContextSchedulingPriority(const D3DKMT_SETCONTEXTSCHEDULINGPRIORITY *args);

/**
 * D3DKMTSignalSynchronizationObjectFromCpu() - Signal monitored fences
 * @args: in: what is asked
 *
 * All or nothing. STATUS_ACCESS_DENIED: one must not be signalled.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsignalsynchronizationobjectfromcpu
 */
NTSTATUS APIENTRY D3DKMTSignalSynchronizationObjectFromCpu(const D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU *args);

/**
 * D3DKMTSignalSynchronizationObjectFromGpu() - Queue signals of monitored fences on a context
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsignalsynchronizationobjectfromgpu
 */
NTSTATUS APIENTRY D3DKMTSignalSynchronizationObjectFromGpu(const D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU *args);

/**
 * D3DKMTSignalSynchronizationObjectFromGpu2() - Queue signals on several contexts
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsignalsynchronizationobjectfromgpu2
 */
NTSTATUS APIENTRY D3DKMTSignalSynchronizationObjectFromGpu2(const D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 *args);

/**
 * D3DKMTSubmitCommandToHwQueue() - Give commands to a hardware queue
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsubmitcommandtohwqueue
 */
NTSTATUS APIENTRY D3DKMTSubmitCommandToHwQueue(const D3DKMT_SUBMITCOMMANDTOHWQUEUE *args);

/**
 * D3DKMTSubmitSignalSyncObjectsToHwQueue() - Queue signals on hardware queues
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsubmitsignalsyncobjectstohwqueue
 */
NTSTATUS APIENTRY D3DKMTSubmitSignalSyncObjectsToHwQueue(const D3DKMT_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE *args);

/**
 * D3DKMTSubmitWaitForSyncObjectsToHwQueue() - Queue waits on a hardware queue
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtsubmitwaitforsyncobjectstohwqueue
 */
NTSTATUS APIENTRY D3DKMTSubmitWaitForSyncObjectsToHwQueue(const D3DKMT_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE *args);

/**
 * D3DKMTUnlock2() - Undo one D3DKMTLock2()
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtunlock2
 */
NTSTATUS APIENTRY D3DKMTUnlock2(const D3DKMT_UNLOCK2 *args);

/**
 * D3DKMTUpdateAllocationProperty() - Change where an allocation's bytes should be
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtupdateallocationproperty
 */
NTSTATUS APIENTRY D3DKMTUpdateAllocationProperty(D3DDDI_UPDATEALLOCPROPERTY *args);

/**
 * D3DKMTUpdateGpuVirtualAddress() - Change mappings of GPU virtual addresses, in a context's order
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtupdategpuvirtualaddress
 */
NTSTATUS APIENTRY D3DKMTUpdateGpuVirtualAddress(const D3DKMT_UPDATEGPUVIRTUALADDRESS *args);

/**
 * D3DKMTWaitForSynchronizationObjectFromCpu() - Wait for monitored fences
 * @args: in: what is asked
 *
 * Here, or with an eventfd as hAsyncEvent there, which stays the caller's.
 * STATUS_ACCESS_DENIED: one must not be waited for.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtwaitforsynchronizationobjectfromcpu
 */
NTSTATUS APIENTRY D3DKMTWaitForSynchronizationObjectFromCpu(const D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU *args);

/**
 * D3DKMTWaitForSynchronizationObjectFromGpu() - Queue waits for monitored fences on a context
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtwaitforsynchronizationobjectfromgpu
 */
NTSTATUS APIENTRY D3DKMTWaitForSynchronizationObjectFromGpu(const D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU *args);

/**
 * D3DKMTGetAllocationPriority() - What D3DKMTSetAllocationPriority() has set
 * @args: in: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtgetallocationpriority
 */
NTSTATUS APIENTRY D3DKMTGetAllocationPriority(const D3DKMT_GETALLOCATIONPRIORITY *args);

/**
 * D3DKMTQueryClockCalibration() - Clocks of engine and CPU at one time
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryclockcalibration
 */
NTSTATUS APIENTRY D3DKMTQueryClockCalibration(D3DKMT_QUERYCLOCKCALIBRATION *args);

/**
 * D3DKMTEnumAdapters3() - Open all adapters of a kind
 * @args: in/out: what is asked
 *
 * Each handle is the caller's, for D3DKMTCloseAdapter(). STATUS_BUFFER_TOO_SMALL: none is
 * open.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtenumadapters3
 */
NTSTATUS APIENTRY D3DKMTEnumAdapters3(D3DKMT_ENUMADAPTERS3 *args);

/**
 * D3DKMTShareObjects() - Make a file descriptor of a shared object
 * @count: 1
 * @objects: handle of a resource that was created shared
 * @attributes: not looked at
 * @access: not looked at
 * @handle: out: file descriptor, the caller's, closed by exec; DXG_FD_OF_HANDLE() of it
 *
 * It keeps the object, whoever destroys it.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtshareobjects
 */
NTSTATUS APIENTRY D3DKMTShareObjects(UINT count, const D3DKMT_HANDLE *objects,
				     OBJECT_ATTRIBUTES *attributes, DWORD access,
				     HANDLE *handle);

/**
 * D3DKMTOpenSyncObjectFromNtHandle2() - Open a shared sync object
 * @args: in/out: what is asked
 *
 * The handle is the caller's, for D3DKMTDestroySynchronizationObject().
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtopensyncobjectfromnthandle2
 */
NTSTATUS APIENTRY D3DKMTOpenSyncObjectFromNtHandle2(D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 *args);

/**
 * D3DKMTQueryResourceInfoFromNtHandle() - What it takes to open a shared resource
 * @args: in/out: what is asked
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtqueryresourceinfofromnthandle
 */
NTSTATUS APIENTRY D3DKMTQueryResourceInfoFromNtHandle(D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE *args);

/**
 * D3DKMTOpenResourceFromNtHandle() - Open a shared resource
 * @args: in/out: what is asked
 *
 * All or nothing. The handles are the caller's, for D3DKMTDestroyAllocation2(); that of the
 * argument stays the caller's too.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtopenresourcefromnthandle
 */
NTSTATUS APIENTRY D3DKMTOpenResourceFromNtHandle(D3DKMT_OPENRESOURCEFROMNTHANDLE *args);

/**
 * D3DKMTQueryStatistics() - Counts of an adapter, or of the caller on it
 * @args: in: what is asked
 *
 * What the structure names is written to. The adapter need not be open.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtquerystatistics
 */
NTSTATUS APIENTRY D3DKMTQueryStatistics(const D3DKMT_QUERYSTATISTICS *args);

/**
 * D3DKMTShareObjectWithHost() - Share an object with a host
 * @args: in/out: what is asked
 *
 * Not served: there is no host.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtshareobjectwithhost
 */
NTSTATUS APIENTRY D3DKMTShareObjectWithHost(D3DKMT_SHAREOBJECTWITHHOST *args);

/**
 * D3DKMTCreateSyncFile() - Make a sync file of a fence and a value
 * @args: in/out: what is asked
 *
 * The file descriptor is the caller's.
 *
 * Return: a status, see above. Page: nf-d3dkmthk-d3dkmtcreatesyncfile
 */
NTSTATUS APIENTRY D3DKMTCreateSyncFile(D3DKMT_CREATESYNCFILE *args);

#ifdef __cplusplus
}
#endif

#endif /* DXG_D3DKMTHK_H */
