/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRM_DXG_DXG_DDI_H
#define _DRM_DXG_DXG_DDI_H

#include <linux/bits.h>
#include <linux/iosys-map.h>
#include <linux/types.h>

struct dma_buf;
struct drm_device;
struct drm_gem_object;
struct dxg_adapter;
struct module;

/**
 * DOC: The device driver interface
 *
 * The port owns handles, lifetime, order and policy; a miniport knows one kind of
 * in-tree device. The contract between them follows WDDM's device driver
 * interface: the names are those of its DxgkDdi functions in snake case, and where
 * an op's rules come from one of Microsoft's pages the op names the function.
 *
 * A miniport may be called for different resources at the same time. Calls that
 * create, open, close and destroy the allocations of one resource are serialised by the
 * port, and DESTROY_RESOURCE is the last of them. No op may call back into the port but
 * through the dxg_port_*() services.
 *
 * A miniport registers with dxg_miniport_register(), at any time; its devices are
 * attached then, and as they appear. It may live in a module of its own, which stays
 * loaded while a device is attached or an adapter exists.
 *
 * Refused: a table of optional hooks with defaults in the port. Every op is
 * mandatory, so that reading a miniport's table tells all that it does.
 */

/**
 * struct dxg_ddi_caps - What an adapter has
 * @num_nodes: engines; node 0 is the copy engine; 2 to DXG_MAX_NODES
 * @paging_node: the engine that moves bytes between segments, and has no other commands;
 *	not 0
 * @segment_size: bytes of the device segment
 * @backing_max: bytes of the largest backing; larger allocations stay in the system
 *	segment, and no command can use them
 */
struct dxg_ddi_caps {
	u32 num_nodes;
	u32 paging_node;
	u64 segment_size;
	u64 backing_max;
};

/** define DXG_MAX_NODES - Most engines of an adapter */
#define DXG_MAX_NODES	4

/**
 * struct dxg_ddi_allocation_info - One allocation of a create call
 * @private_data: in: what user space passed, a kernel copy valid during the call
 * @private_data_size: in: its bytes, more than 0
 * @allocation: out: the miniport's handle, not NULL
 * @size: out: bytes, a multiple of the page size, at most the segment
 * @width: out: pixels of 32 bits in a line of the backing
 * @height: out: lines of the backing; @width x 4 x @height is at least @size
 */
struct dxg_ddi_allocation_info {
	const void *private_data;
	size_t private_data_size;
	void *allocation;
	u64 size;
	u32 width;
	u32 height;
};

/** define DXG_DDI_STANDARD_PRIVATE - Most private data of a standard allocation, in bytes */
#define DXG_DDI_STANDARD_PRIVATE	128

/* struct dxg_ddi_create_allocation, flags */
#define DXG_DDI_CREATE_RESOURCE		BIT(0)

/**
 * struct dxg_ddi_create_allocation - Arguments of create_allocation
 * @flags: in: DXG_DDI_CREATE_RESOURCE: the allocations belong to a resource
 * @resource: in: NULL, or the value that the last call for this resource left;
 *	out: the miniport's resource handle, may be changed at each call
 * @private_data: in: private data of the resource, a kernel copy, or NULL
 * @private_data_size: in: its bytes
 * @num_allocations: in: allocations; 0 for a new empty resource
 * @allocations: in/out: an array of them
 */
struct dxg_ddi_create_allocation {
	u32 flags;
	void *resource;
	const void *private_data;
	size_t private_data_size;
	u32 num_allocations;
	struct dxg_ddi_allocation_info *allocations;
};

/* struct dxg_ddi_destroy_allocation, flags */
#define DXG_DDI_DESTROY_RESOURCE	BIT(0)

/**
 * struct dxg_ddi_destroy_allocation - Arguments of destroy_allocation
 * @flags: in: DXG_DDI_DESTROY_RESOURCE: the resource goes too
 * @resource: in: NULL for stand-alone allocations, else the resource handle; out:
 *	without DESTROY_RESOURCE a new value for later calls, or left alone
 * @num_allocations: in: allocations; may be 0 with DESTROY_RESOURCE
 * @allocations: in: the handles that create_allocation returned
 */
struct dxg_ddi_destroy_allocation {
	u32 flags;
	void *resource;
	u32 num_allocations;
	void **allocations;
};

/* struct dxg_ddi_open_allocation, flags */
#define DXG_DDI_OPEN_CREATE		BIT(0)

/**
 * struct dxg_ddi_open_allocation - Arguments of open_allocation
 * @flags: in: DXG_DDI_OPEN_CREATE: the opening device is the one that creates
 * @allocation: in: the handle that create_allocation returned
 * @device_specific: out: the miniport's handle of this opening, not NULL
 */
struct dxg_ddi_open_allocation {
	u32 flags;
	void *allocation;
	void *device_specific;
};

/**
 * struct dxg_ddi_close_allocation - Arguments of close_allocation
 * @num_allocations: in: openings, more than 0
 * @device_specific: in: the handles that open_allocation returned
 */
struct dxg_ddi_close_allocation {
	u32 num_allocations;
	void **device_specific;
};

/**
 * struct dxg_ddi_backing - Memory of the device segment behind an allocation
 * @obj: object of the in-tree driver; the backing holds a reference
 * @gem_handle: handle of @obj in the in-kernel client
 * @map: kernel mapping of all of it, of vmap() or in the direct map, valid as long as
 *	the backing
 * @dma_buf: what it was exported as, kept by @gem_handle; NULL: it was not. The miniport's
 */
struct dxg_ddi_backing {
	struct drm_gem_object *obj;
	u32 gem_handle;
	struct iosys_map map;
	struct dma_buf *dma_buf;
};

/**
 * struct dxg_ddi_command - One command buffer at the engine
 * @node: the engine
 * @null_rendering: execute nothing but fence signals
 * @stream: validated struct drm_dxg_cmd_stream; in each address the base is an
 *	index into @memory, in each signal the sync object one for dxg_port_signal(). A fill
 *	with 0 may have any offset and length, and a record may be longer than its opcode's
 * @memory: kernel addresses of the allocations that the stream names; on the paging
 *	node of the places that it names
 *
 * Belongs to the port; the miniport may use it from submit_command until it has
 * called dxg_port_command_done() or reset has returned.
 */
struct dxg_ddi_command {
	u32 node;
	bool null_rendering;
	const void *stream;
	void **memory;
};

/**
 * struct dxg_ddi_ops - What a miniport does
 */
struct dxg_ddi_ops {
	/**
	 * @owner: THIS_MODULE: the miniport's module, which stays while a device is attached
	 * or an adapter exists; NULL in dxg.ko itself.
	 */
	struct module *owner;

	/** @driver_name: Name of the in-tree driver whose devices it serves. */
	const char *driver_name;

	/**
	 * @start_device: Take up an adapter (DxgkDdiStartDevice).
	 *
	 * Called once before every other op. May sleep and allocate.
	 *
	 * Return: the miniport's context, handed to all other ops, or ERR_PTR().
	 */
	void *(*start_device)(struct dxg_adapter *adapter, struct drm_device *target);

	/**
	 * @stop_device: Stop the engines for good (DxgkDdiStopDevice).
	 *
	 * Called when the adapter goes. Commands that the miniport has, and any that
	 * submit_command still brings, are done with -ENODEV without delay. May
	 * sleep, must not take a lock of the DRM core: it is called under the
	 * clientlist_mutex of the in-tree device. Allocations are destroyed later.
	 */
	void (*stop_device)(void *context);

	/**
	 * @remove_device: Free the context (DxgkDdiRemoveDevice).
	 *
	 * The last call for this context, possibly long after stop_device: when the
	 * last file on the adapter has been closed. May sleep.
	 */
	void (*remove_device)(void *context);

	/**
	 * @query_caps: Say what the adapter has (DxgkDdiQueryAdapterInfo).
	 *
	 * Constant for the life of the adapter. Must not fail.
	 */
	void (*query_caps)(void *context, struct dxg_ddi_caps *caps);

	/**
	 * @get_standard_allocation: Describe an allocation that only has a size
	 * (DxgkDdiGetStandardAllocationDriverData).
	 *
	 * Writes the private data that create_allocation is to be called with for linear
	 * memory of @size bytes, a multiple of the page size; @private_data has
	 * DXG_DDI_STANDARD_PRIVATE bytes, which are zero. Must not fail: that the size is too
	 * large is create_allocation's to say.
	 *
	 * Return: bytes of the private data, more than 0.
	 */
	size_t (*get_standard_allocation)(void *context, u64 size, void *private_data);

	/**
	 * @create_allocation: Create allocations (DxgkDdiCreateAllocation).
	 *
	 * They belong to the adapter, not to the device that asked. Called in the
	 * caller's context; may sleep and allocate, charged to the caller; takes no
	 * video memory, that is create_backing's. On failure nothing is left behind.
	 *
	 * Return: 0; -EINVAL: the private data is malformed or asks what the device
	 * cannot do; -ENOMEM.
	 */
	int (*create_allocation)(void *context, struct dxg_ddi_create_allocation *args);

	/**
	 * @destroy_allocation: Destroy allocations (DxgkDdiDestroyAllocation).
	 *
	 * Called from a worker, or from a call that waits for the destruction, when every
	 * command that could use them has finished and every opening is closed. May
	 * sleep, must not fail and should not allocate: memory may be what the system is
	 * waiting for.
	 */
	void (*destroy_allocation)(void *context, struct dxg_ddi_destroy_allocation *args);

	/**
	 * @open_allocation: Bind an allocation to a device (DxgkDdiOpenAllocation).
	 *
	 * Context as for create_allocation. On failure nothing is left behind.
	 *
	 * Return: 0; -ENOMEM.
	 */
	int (*open_allocation)(void *context, struct dxg_ddi_open_allocation *args);

	/**
	 * @close_allocation: Undo open_allocation (DxgkDdiCloseAllocation).
	 *
	 * Context and rules as for destroy_allocation, which it precedes.
	 */
	void (*close_allocation)(void *context, struct dxg_ddi_close_allocation *args);

	/**
	 * @create_backing: Take memory of the device segment, zeroed and mapped.
	 *
	 * WDDM has the miniport do this by paging commands; here it is the in-tree
	 * driver that allocates. Called in the context of whoever first needs the
	 * bytes, with the allocation's lock held; may sleep and allocate. Never
	 * called after stop_device.
	 *
	 * Return: 0; -ENOMEM; -ENODEV.
	 */
	int (*create_backing)(void *context, u32 width, u32 height, u64 size,
			      struct dxg_ddi_backing *backing);

	/**
	 * @destroy_backing: Give the memory back.
	 *
	 * May sleep, must not fail. The port calls it for every backing before
	 * the in-tree device goes, and never after.
	 */
	void (*destroy_backing)(void *context, struct dxg_ddi_backing *backing);

	/**
	 * @export_backing: Make a dma-buf of a backing.
	 *
	 * The same one each time, and the in-tree object itself where the in-tree device
	 * imports it. @flags: DRM_RDWR. Called with prime_lock held; may sleep and allocate.
	 *
	 * Return: the dma-buf, counted; -ENOMEM; -EINVAL: the device cannot; -ENODEV.
	 */
	struct dma_buf *(*export_backing)(void *context, struct dxg_ddi_backing *backing,
					  u32 flags);

	/**
	 * @backing_is_shared: Say whether a backing that was exported is used elsewhere.
	 *
	 * By a file descriptor, a handle, an importer or a frame buffer; once it is not it
	 * will not be, unless it is exported again. Called under a spinlock.
	 *
	 * Return: whether it is.
	 */
	bool (*backing_is_shared)(void *context, const struct dxg_ddi_backing *backing);

	/**
	 * @import_backing: Find the object behind a dma-buf.
	 *
	 * Fills in the object and its handle, which may be one that another backing has: the
	 * port sees by the object whether it is so, and then drops only the reference on the
	 * object. @fd is a file descriptor of the caller. Called with prime_lock held; may
	 * sleep and allocate.
	 *
	 * Return: 0; -EINVAL: no dma-buf, or one that the device cannot use; -ENOMEM;
	 * -ENODEV.
	 */
	int (*import_backing)(void *context, int fd, struct dxg_ddi_backing *backing);

	/**
	 * @map_backing: Map what import_backing found into the kernel.
	 *
	 * From here on it is a backing as of create_backing. On failure it is given up.
	 *
	 * Return: 0; -EINVAL: it cannot be mapped; -ENOMEM; -ENODEV.
	 */
	int (*map_backing)(void *context, struct dxg_ddi_backing *backing);

	/**
	 * @submit_command: Start a command (DxgkDdiSubmitCommand).
	 *
	 * Called by the scheduler, one command at a time for each node. Part of a
	 * fence's signalling path: must not sleep for memory or take a reservation.
	 * The miniport calls dxg_port_command_done() when the command has finished.
	 */
	void (*submit_command)(void *context, struct dxg_ddi_command *command);

	/**
	 * @reset: Reset a node after a time-out (DxgkDdiResetFromTimeout).
	 *
	 * On return the miniport touches no memory of the command it had there, and
	 * will not call dxg_port_command_done() for it any more. The node accepts the
	 * next command. May sleep, not allocate.
	 */
	void (*reset)(void *context, u32 node);
};

int dxg_miniport_register(const struct dxg_ddi_ops *ops);
void dxg_miniport_unregister(const struct dxg_ddi_ops *ops);

void dxg_port_command_done(struct dxg_ddi_command *command, int error);
void dxg_port_signal(struct dxg_ddi_command *command, u32 index, u64 value);

#endif /* _DRM_DXG_DXG_DDI_H */
