/* SPDX-License-Identifier: MIT */
/*
 * What D3DKMT leaves to the driver: private data of allocations and the commands
 * of the software engine. Rules of this header:
 *
 * - All structures are aligned to 8 bytes and have explicit padding, which must
 *   be 0 where nothing else is said.
 * - A structure is versioned by its size. New fields are added at the end and 0
 *   in them means the old behaviour. A shorter one than the driver knows is read
 *   as if it were followed by zeroes; a longer one is accepted if the rest is 0.
 * - Flags are only added; no unions, no bit fields, numbers are never used again.
 */
#ifndef _UAPI_DRM_DXG_DRM_H
#define _UAPI_DRM_DXG_DRM_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct drm_dxg_allocation_private, flags */
#define DRM_DXG_ALLOCATION_DISPLAYABLE			(1U << 0)

/**
 * struct drm_dxg_allocation_private - Private data of one allocation
 * @size: in: bytes, more than 0 and at most the device segment; rounded up to
 *	pages. A buffer that holds just this field is enough
 * @flags: in: DRM_DXG_ALLOCATION_*; EINVAL: other bits
 * @format: in: fourcc, one of DRM_FORMAT_XRGB8888 and DRM_FORMAT_ARGB8888 where
 *	the allocation is displayable, else 0
 * @width: in: pixels, more than 0 where it is displayable, else 0
 * @height: in: lines, more than 0 where it is displayable, else 0
 * @pitch: in: bytes a line, 4 x @width where it is displayable, else 0
 * @pad: in: 0
 *
 * A displayable allocation has a geometry that the in-tree driver can scan out;
 * @size must then be at least @pitch x @height. Any other one is linear memory.
 */
struct drm_dxg_allocation_private {
	__u64 size;
	__u32 flags;
	__u32 format;
	__u32 width;
	__u32 height;
	__u32 pitch;
	__u32 pad;
};

#define DRM_DXG_CMD_STREAM_MAGIC			0x43475844	/* "DXGC" */
#define DRM_DXG_CMD_STREAM_VERSION			1

/* Most bytes of one command stream. */
#define DRM_DXG_CMD_STREAM_MAX				0x10000

/**
 * struct drm_dxg_cmd_stream - Head of a command stream
 * @magic: DRM_DXG_CMD_STREAM_MAGIC
 * @version: DRM_DXG_CMD_STREAM_VERSION
 * @size: bytes of the stream with this head; what the submission says
 * @pad: 0
 *
 * Records follow, each one a struct drm_dxg_cmd with its operands. A stream of
 * just the head is legal. EINVAL: anything else than this header describes.
 */
struct drm_dxg_cmd_stream {
	__u32 magic;
	__u32 version;
	__u32 size;
	__u32 pad;
};

/**
 * enum drm_dxg_opcode - What a record does
 * @DRM_DXG_CMD_FILL: struct drm_dxg_cmd_fill
 * @DRM_DXG_CMD_COPY: struct drm_dxg_cmd_copy
 * @DRM_DXG_CMD_DELAY: struct drm_dxg_cmd_delay
 * @DRM_DXG_CMD_TIMESTAMP: struct drm_dxg_cmd_timestamp
 * @DRM_DXG_CMD_SIGNAL: struct drm_dxg_cmd_signal
 */
enum drm_dxg_opcode {
	DRM_DXG_CMD_FILL = 1,
	DRM_DXG_CMD_COPY = 2,
	DRM_DXG_CMD_DELAY = 3,
	DRM_DXG_CMD_TIMESTAMP = 4,
	DRM_DXG_CMD_SIGNAL = 5,
};

/**
 * struct drm_dxg_cmd - Head of a record
 * @opcode: enum drm_dxg_opcode
 * @size: bytes of the record with this head: that of the opcode's structure
 */
struct drm_dxg_cmd {
	__u32 opcode;
	__u32 size;
};

/* struct drm_dxg_address, kind */
#define DRM_DXG_ADDRESS_ALLOCATION			1
#define DRM_DXG_ADDRESS_GPU_VA				2

/**
 * struct drm_dxg_address - Memory that a record names
 * @kind: DRM_DXG_ADDRESS_*; EINVAL: any other
 * @pad: 0
 * @base: ALLOCATION: handle of an allocation of the context's device; GPU_VA: an address, a
 *	multiple of 8
 * @offset: bytes from there; with the length, ALLOCATION: it must lie inside the allocation's
 *	size, which was rounded up to pages; GPU_VA: inside the address space
 *
 * Of a GPU_VA, what is mapped is looked up when the command's turn has come, and a record may
 * cross mappings. What reads as zero is read as such, and writes there are dropped. A page
 * fault: nothing is mapped, a write without that right or to read-only memory, an allocation
 * of another device, or one that is offered or destroyed; the command is not executed at
 * all, and its device is lost with ERROR_DMAPAGEFAULT. Bytes of a copy that overlap because
 * one allocation is mapped twice are copied in any order. A command that crosses too many
 * mappings, 4096 altogether, loses its device with ERROR_OUTOFMEMORY.
 */
struct drm_dxg_address {
	__u32 kind;
	__u32 pad;
	__u64 base;
	__u64 offset;
};

/**
 * struct drm_dxg_cmd_fill - Write a 32-bit pattern
 * @base: head
 * @dst: memory; offset a multiple of 4
 * @length: bytes, a multiple of 4
 * @pattern: the value
 * @pad: 0
 */
struct drm_dxg_cmd_fill {
	struct drm_dxg_cmd base;
	struct drm_dxg_address dst;
	__u64 length;
	__u32 pattern;
	__u32 pad;
};

/**
 * struct drm_dxg_cmd_copy - Copy bytes; the ranges may overlap
 * @base: head
 * @dst: memory written
 * @src: memory read
 * @length: bytes
 */
struct drm_dxg_cmd_copy {
	struct drm_dxg_cmd base;
	struct drm_dxg_address dst;
	struct drm_dxg_address src;
	__u64 length;
};

/* struct drm_dxg_cmd_delay, flags */
#define DRM_DXG_DELAY_HANG				(1U << 0)

/**
 * struct drm_dxg_cmd_delay - Keep the engine busy
 * @base: head
 * @duration_ns: nanoseconds; EINVAL: more than the time-out of the engine without
 *	DRM_DXG_DELAY_HANG, with which it may be longer. The time-out is that of a whole
 *	submission, at least the module parameter tdr_ms and half a second more at the
 *	most: several delays may meet it together
 * @flags: DRM_DXG_DELAY_*
 * @pad: 0
 */
struct drm_dxg_cmd_delay {
	struct drm_dxg_cmd base;
	__u64 duration_ns;
	__u32 flags;
	__u32 pad;
};

/**
 * struct drm_dxg_cmd_timestamp - Write CLOCK_MONOTONIC in nanoseconds, a __u64
 * @base: head
 * @dst: memory; offset a multiple of 8
 */
struct drm_dxg_cmd_timestamp {
	struct drm_dxg_cmd base;
	struct drm_dxg_address dst;
};

/**
 * struct drm_dxg_cmd_signal - Signal a sync object
 * @base: head
 * @sync_object: handle of a sync object of the context's device; EACCES: it was
 *	created or opened with NO_SIGNAL or NO_GPU_ACCESS
 * @pad: 0
 * @value: of a fence the new value, a value below the current one is not written; of others
 *	ignored
 */
struct drm_dxg_cmd_signal {
	struct drm_dxg_cmd base;
	__u32 sync_object;
	__u32 pad;
	__u64 value;
};

/**
 * struct drm_dxg_export - Export an allocation as a dma-buf
 * @device: in: device handle
 * @allocation: in: allocation handle; EINVAL: existing system memory, or what is offered;
 *	it cannot be offered afterwards, also if the export fails for another reason
 * @flags: in: DRM_CLOEXEC, DRM_RDWR; EINVAL: other bits
 * @fd: out: file descriptor
 * @bytes: out: bytes of the dma-buf, at least those of the allocation
 *
 * The dma-buf has the same bytes. The device's own KMS node imports it as the buffer itself,
 * which can be scanned out where the allocation is DISPLAYABLE. Commands and the users of the
 * dma-buf wait for each other by the fences in its reservation; locks wait for nobody.
 *
 * Brings the bytes into the device segment, where they stay, and count, until all file
 * descriptors, handles, mappings and frame buffers of the dma-buf have gone, also after the
 * allocation has been destroyed. May wait for commands that the engine already has; EINTR: a
 * signal arrived (the call is restarted where the handler says so). All exports of the same
 * bytes are one dma-buf, with the access that the first one asked for.
 *
 * ENOMEM: no memory, or no room in the device segment. EMFILE: no file descriptor. ENODEV:
 * the adapter has been removed.
 */
struct drm_dxg_export {
	__u32 device;
	__u32 allocation;
	__u32 flags;
	__s32 fd;
	__u64 bytes;
};

/**
 * struct drm_dxg_import - Import a dma-buf as an allocation
 * @device: in: device handle
 * @fd: in: file descriptor of a dma-buf; EINVAL: anything else, or one that the device
 *	cannot use: virtio-gpu takes none of other devices
 * @flags: in: 0
 * @allocation: out: handle of a stand-alone allocation
 * @bytes: out: its bytes
 *
 * A dma-buf of a dxg allocation of the same adapter gives one more handle for that, which may
 * be another process's; EPERM: one in a resource that is not shared. Of any other one the
 * bytes are in no segment, and cannot be offered.
 *
 * ENOMEM: no memory. EBUSY: its allocation is just being destroyed, or another call imports
 * it. ENODEV: the adapter has been removed.
 */
struct drm_dxg_import {
	__u32 device;
	__s32 fd;
	__u32 flags;
	__u32 allocation;
	__u64 bytes;
};

/*
 * Operations that D3DKMT has not, by DRM's type on both doors. They may be called with larger
 * structures than the driver knows if the rest is 0; E2BIG: it is not.
 */
#define DRM_DXG_NR_FIRST				0x8a
#define DRM_IOCTL_DXG_EXPORT \
	_IOWR('d', DRM_DXG_NR_FIRST + 0, struct drm_dxg_export)
#define DRM_IOCTL_DXG_IMPORT \
	_IOWR('d', DRM_DXG_NR_FIRST + 1, struct drm_dxg_import)

#ifdef __cplusplus
}
#endif

#endif /* _UAPI_DRM_DXG_DRM_H */
