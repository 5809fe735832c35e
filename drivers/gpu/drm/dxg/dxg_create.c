// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_blob.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_resource.h"
#include "dxg_sysmem.h"
#include "dxg_trace.h"
#include "dxg_usage.h"

/**
 * DOC: Create
 *
 * CreateAllocation2 in order: check all that can be checked without an object; copy
 * everything from user space, once; look up the device and the resource; create the
 * port's objects and reserve their handles; have the miniport create and open all of
 * them; pin existing system memory; write the handles out. Publishing is the dispatcher's
 * last step. On any error the objects made so far leave through the same destruction as
 * any other.
 */

/* Allocations, and bytes of their private data, whose creation needs no scratch memory. */
#define DXG_CREATE_FEW		1
#define DXG_CREATE_FEW_PRIVATE	128

/* Private data of all allocations of one call. */
#define DXG_CREATE_PRIVATE_MAX	SZ_1M

/* Known and supported, or known and to be ignored. */
#define DXG_CREATE_KNOWN	(D3DKMT_CREATE_SHARED_DISPLAYABLE * 2 - 1)
#define DXG_CREATE_REFUSED	(D3DKMT_CREATE_PROTECTED | D3DKMT_CREATE_EXISTING_SECTION)

/**
 * struct create_few - What is on the stack for a call that creates few
 * @info: array of the caller
 * @ddi: array for the miniport
 * @allocs: allocations created so far
 * @private_data: private data of all allocations
 */
struct create_few {
	struct d3dkmt_allocation_info2 info[DXG_CREATE_FEW];
	struct dxg_ddi_allocation_info ddi[DXG_CREATE_FEW];
	struct dxg_allocation *allocs[DXG_CREATE_FEW];
	u64 private_data[DXG_CREATE_FEW_PRIVATE / sizeof(u64)];
};

/**
 * struct create_call - One CreateAllocation2 under way
 * @call: the operation
 * @args: its structure
 * @user_info: array of the caller
 * @few: memory for a call that creates few
 * @info: kernel copy of @user_info
 * @standard_type: D3DKMT_STANDARD_ALLOCATION_*, of a standard allocation
 * @standard_size: its bytes
 * @runtime_data: private data of the runtime, or NULL
 * @resource_data: private data of the resource, or NULL
 * @private_data: private data of all allocations, one after the other
 * @ddi: arguments for the miniport
 * @device: the device, counted
 * @resource: the resource or NULL, counted
 * @allocs: allocations created so far
 * @num_allocs: how many
 */
struct create_call {
	struct dxg_call *call;
	struct d3dkmt_create_allocation *args;
	struct d3dkmt_allocation_info2 __user *user_info;
	struct create_few *few;
	struct d3dkmt_allocation_info2 *info;
	u32 standard_type;
	u64 standard_size;
	struct dxg_blob *runtime_data;
	struct dxg_blob *resource_data;
	void *private_data;
	struct dxg_ddi_create_allocation ddi;
	struct dxg_device *device;
	struct dxg_resource *resource;
	struct dxg_allocation **allocs;
	u32 num_allocs;
};

static int create_copy_standard(struct create_call *create)
{
	const struct d3dkmt_create_allocation *args = create->args;
	bool existing = args->flags & D3DKMT_CREATE_EXISTING_SYS_MEM;
	struct d3dkmt_create_standard_allocation standard;

	if (args->num_allocations != 1 || !args->private_driver_data)
		return -EINVAL;
	if (copy_from_user(&standard, u64_to_user_ptr(args->private_driver_data),
			   sizeof(standard)))
		return -EFAULT;
	if (!standard.size || !PAGE_ALIGNED(standard.size) || standard.flags)
		return -EINVAL;
	create->standard_type = standard.type;
	create->standard_size = standard.size;
	switch (standard.type) {
	case D3DKMT_STANDARD_ALLOCATION_EXISTING_HEAP:
		return existing ? 0 : -EINVAL;
	case D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING:
		return existing ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static int create_check(const struct d3dkmt_create_allocation *args)
{
	u32 flags = args->flags;

	if (flags & ~DXG_CREATE_KNOWN || flags & DXG_CREATE_REFUSED)
		return -EINVAL;
	if (flags & D3DKMT_CREATE_SHARED && !(flags & D3DKMT_CREATE_RESOURCE))
		return -EINVAL;
	if (flags & D3DKMT_CREATE_SHARED && !(flags & D3DKMT_CREATE_NT_SECURITY_SHARING))
		return -EINVAL;
	if (args->num_allocations > D3DKMT_MAX_ALLOCATIONS)
		return -EINVAL;
	if (!args->num_allocations && !(flags & D3DKMT_CREATE_RESOURCE))
		return -EINVAL;
	if (args->num_allocations && !args->allocation_info)
		return -EINVAL;
	if (args->private_runtime_data_size >= D3DKMT_MAX_PRIVATE_DATA ||
	    args->private_driver_data_size >= D3DKMT_MAX_PRIVATE_DATA)
		return -EINVAL;
	if (args->private_runtime_data_size && !args->private_runtime_data)
		return -EINVAL;
	if (flags & D3DKMT_CREATE_STANDARD_ALLOCATION)
		return 0;
	if (args->private_driver_data_size && !args->private_driver_data)
		return -EINVAL;
	return 0;
}

static int create_check_info(const struct create_call *create, size_t *private_size)
{
	const struct d3dkmt_create_allocation *args = create->args;
	const struct d3dkmt_allocation_info2 *info = create->info;
	bool standard = args->flags & D3DKMT_CREATE_STANDARD_ALLOCATION;
	u32 i;

	*private_size = 0;
	for (i = 0; i < args->num_allocations; i++) {
		if (info[i].flags & ~(D3DKMT_ALLOCATION_PRIMARY | D3DKMT_ALLOCATION_STEREO |
				      D3DKMT_ALLOCATION_OVERRIDE_PRIORITY))
			return -EINVAL;
		if (!PAGE_ALIGNED(info[i].sys_mem) || !info[i].sys_mem != !info[0].sys_mem)
			return -EINVAL;
		if (standard != !info[i].private_driver_data_size)
			return -EINVAL;
		if (info[i].private_driver_data_size >= D3DKMT_MAX_PRIVATE_DATA)
			return -EINVAL;
		if (!standard && !info[i].private_driver_data)
			return -EINVAL;
		*private_size += ALIGN(info[i].private_driver_data_size, 8);
	}
	/* There is system memory exactly where the flag says so. */
	if (args->num_allocations &&
	    !info[0].sys_mem == !!(args->flags & D3DKMT_CREATE_EXISTING_SYS_MEM))
		return -EINVAL;
	if (*private_size > DXG_CREATE_PRIVATE_MAX)
		return -EOVERFLOW;
	return 0;
}

/* The runtime's data is only ever read by those who open a shared resource. */
static int create_copy_runtime_data(struct create_call *create)
{
	const struct d3dkmt_create_allocation *args = create->args;
	struct dxg_blob *blob;

	if (!args->private_runtime_data_size)
		return 0;
	blob = dxg_blob_from_user(args->private_runtime_data, args->private_runtime_data_size);
	if (IS_ERR(blob))
		return PTR_ERR(blob);
	create->runtime_data = blob;
	return 0;
}

static int create_copy_private(struct create_call *create, size_t size)
{
	const struct d3dkmt_allocation_info2 *info = create->info;
	u32 num = create->args->num_allocations;
	void *pos;
	u32 i;

	create->private_data = create->few->private_data;
	if (size > sizeof(create->few->private_data))
		create->private_data = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	create->ddi.allocations = create->few->ddi;
	create->allocs = create->few->allocs;
	if (num > DXG_CREATE_FEW) {
		create->ddi.allocations = kvmalloc_array(num, sizeof(*create->ddi.allocations),
							 GFP_KERNEL_ACCOUNT);
		create->allocs = kvmalloc_array(num, sizeof(*create->allocs), GFP_KERNEL_ACCOUNT);
	}
	if (!create->private_data || !create->ddi.allocations || !create->allocs)
		return -ENOMEM;

	memset(create->ddi.allocations, 0, array_size(num, sizeof(*create->ddi.allocations)));
	pos = create->private_data;
	for (i = 0; i < create->args->num_allocations; i++) {
		if (copy_from_user(pos, u64_to_user_ptr(info[i].private_driver_data),
				   info[i].private_driver_data_size))
			return -EFAULT;
		create->ddi.allocations[i].private_data = pos;
		create->ddi.allocations[i].private_data_size = info[i].private_driver_data_size;
		pos += ALIGN(info[i].private_driver_data_size, 8);
	}
	create->ddi.num_allocations = create->args->num_allocations;
	return 0;
}

static int create_copy(struct create_call *create)
{
	const struct d3dkmt_create_allocation *args = create->args;
	size_t private_size;
	int ret;

	ret = create_copy_runtime_data(create);
	if (!ret && args->flags & D3DKMT_CREATE_STANDARD_ALLOCATION)
		ret = create_copy_standard(create);
	if (ret)
		return ret;
	create->info = create->few->info;
	if (args->num_allocations > DXG_CREATE_FEW)
		create->info = kvmalloc_array(args->num_allocations, sizeof(*create->info),
					      GFP_KERNEL_ACCOUNT);
	if (!create->info)
		return -ENOMEM;
	if (copy_from_user(create->info, create->user_info,
			   array_size(args->num_allocations, sizeof(*create->info))))
		return -EFAULT;
	ret = create_check_info(create, &private_size);
	if (ret)
		return ret;
	/* A standard allocation has its description there. */
	if (args->private_driver_data_size &&
	    !(args->flags & D3DKMT_CREATE_STANDARD_ALLOCATION)) {
		struct dxg_blob *blob = dxg_blob_from_user(args->private_driver_data,
							   args->private_driver_data_size);

		if (IS_ERR(blob))
			return PTR_ERR(blob);
		create->resource_data = blob;
		create->ddi.private_data = blob->data;
		create->ddi.private_data_size = blob->size;
	}
	return args->num_allocations ? create_copy_private(create, private_size) : 0;
}

static int create_resource(struct create_call *create)
{
	struct d3dkmt_create_allocation *args = create->args;
	struct dxg_resource *resource;
	int ret;

	if (!(args->flags & D3DKMT_CREATE_RESOURCE)) {
		if (!args->resource)
			return 0;
		resource = dxg_resource_lookup(create->call->process, args->resource);
		if (!resource)
			return -EINVAL;
		create->resource = resource;
		if (resource->device != create->device)
			return -EINVAL;
		/* Sealed: early, as it would not be published. */
		return READ_ONCE(resource->share) ? -EINVAL : 0;
	}

	resource = dxg_resource_create(create->device);
	if (IS_ERR(resource))
		return PTR_ERR(resource);
	ret = dxg_handle_reserve(&create->call->process->table, &resource->base);
	if (ret) {
		dxg_resource_put(resource);
		return ret;
	}
	resource->shared = args->flags & D3DKMT_CREATE_SHARED;
	dxg_call_add(create->call, &resource->base);
	dxg_object_get(&resource->base);
	create->resource = resource;
	args->resource = resource->base.handle;
	return 0;
}

static int create_allocations(struct create_call *create)
{
	struct dxg_allocation *alloc;
	int ret;

	while (create->num_allocs < create->args->num_allocations) {
		alloc = dxg_allocation_create(create->device, create->resource);
		if (IS_ERR(alloc))
			return PTR_ERR(alloc);
		ret = dxg_handle_reserve(&create->call->process->table, &alloc->base);
		if (ret) {
			dxg_allocation_put(alloc);
			return ret;
		}
		dxg_call_add(create->call, &alloc->base);
		create->allocs[create->num_allocs++] = alloc;
	}
	return 0;
}

/* Hand to the allocations what the miniport said of them. */
static void create_describe(struct create_call *create)
{
	const struct dxg_ddi_allocation_info *info = create->ddi.allocations;
	u32 i;

	for (i = 0; i < create->num_allocs; i++, info++) {
		struct dxg_gem_object *bo = create->allocs[i]->bo;

		bo->handle = create->allocs[i]->base.handle;
		bo->context = info->allocation;
		dxg_usage_resize(bo, info->size);
		bo->base.size = info->size;
		bo->width = info->width;
		bo->height = info->height;
	}
}

static int create_open_locked(struct create_call *create)
{
	struct dxg_adapter *adapter = create->device->adapter;
	int ret = 0;
	u32 i;

	create_describe(create);
	for (i = 0; i < create->num_allocs; i++) {
		struct dxg_ddi_open_allocation open = {
			.flags = DXG_DDI_OPEN_CREATE,
			.allocation = create->allocs[i]->bo->context,
		};

		ret = adapter->ops->open_allocation(adapter->context, &open);
		if (ret)
			break;
		create->allocs[i]->opening = open.device_specific;
	}
	trace_dxg_ddi_open(adapter, NULL, i, DXG_DDI_OPEN_CREATE);
	return ret;
}

/* What those will read who open a shared resource. */
static int create_keep_private(struct create_call *create)
{
	struct dxg_resource *resource = create->resource;
	u32 i;

	if (!resource || !resource->shared)
		return 0;
	for (i = 0; i < create->num_allocs; i++) {
		const struct dxg_ddi_allocation_info *info = &create->ddi.allocations[i];
		struct dxg_gem_object *bo = create->allocs[i]->bo;

		bo->shared = true;
		bo->private_data = dxg_blob_create(info->private_data, info->private_data_size);
		if (!bo->private_data)
			return -ENOMEM;
	}
	/* Of the call that creates the resource: there is none yet. */
	if (create->args->flags & D3DKMT_CREATE_RESOURCE) {
		swap(resource->runtime_data, create->runtime_data);
		swap(resource->private_data, create->resource_data);
	}
	return 0;
}

static int create_ddi(struct create_call *create)
{
	struct dxg_adapter *adapter = create->device->adapter;
	struct dxg_resource *resource = create->resource;
	int ret = -EINVAL;

	if (!resource) {
		ret = adapter->ops->create_allocation(adapter->context, &create->ddi);
		if (ret)
			return ret;
		trace_dxg_ddi_create(adapter, NULL, create->num_allocs, 0);
		return create_open_locked(create);
	}

	create->ddi.flags |= DXG_DDI_CREATE_RESOURCE;
	mutex_lock(&resource->lock);
	/* Of what is shared others may be calling the miniport, under the share's lock. */
	if (!resource->destroyed && !resource->share) {
		create->ddi.resource = resource->context;
		ret = adapter->ops->create_allocation(adapter->context, &create->ddi);
		if (!ret) {
			resource->context = create->ddi.resource;
			trace_dxg_ddi_create(adapter, resource->context, create->num_allocs,
					     create->ddi.flags);
			resource->created = true;
			resource->live += create->num_allocs;
			ret = create_open_locked(create);
		}
	}
	mutex_unlock(&resource->lock);
	return ret;
}

/* The miniport says what it would be told of such an allocation. */
static void create_standard(struct create_call *create)
{
	struct dxg_adapter *adapter = create->device->adapter;
	struct dxg_ddi_allocation_info *info = create->ddi.allocations;

	BUILD_BUG_ON(sizeof(create->few->private_data) < DXG_DDI_STANDARD_PRIVATE);
	if (!(create->args->flags & D3DKMT_CREATE_STANDARD_ALLOCATION))
		return;
	memset(create->few->private_data, 0, DXG_DDI_STANDARD_PRIVATE);
	info->private_data = create->few->private_data;
	info->private_data_size =
		adapter->ops->get_standard_allocation(adapter->context, create->standard_size,
						      create->few->private_data);
}

/* Faults of the caller may take any time: no lock is held. */
static int create_pin(struct create_call *create)
{
	const struct d3dkmt_create_allocation *args = create->args;
	struct dxg_sysmem *sysmem;
	u32 i;
	int ret;

	if (!(args->flags & D3DKMT_CREATE_EXISTING_SYS_MEM) || !args->num_allocations)
		return 0;
	ret = dxg_process_bind_mm(create->call->process);
	if (ret)
		return ret;
	for (i = 0; i < create->num_allocs; i++) {
		u64 size = create->allocs[i]->bo->base.size;

		sysmem = dxg_sysmem_create(create->info[i].sys_mem, size,
					   args->flags & D3DKMT_CREATE_READ_ONLY);
		if (IS_ERR(sysmem))
			return PTR_ERR(sysmem);
		dxg_allocation_set_sysmem(create->allocs[i], sysmem);
	}
	return 0;
}

/* Now, and not when what others have queued has finished: no command can name these. */
static void create_unpin(struct create_call *create)
{
	u32 i;

	for (i = 0; i < create->num_allocs; i++)
		if (create->allocs[i]->bo->existing)
			dxg_gem_unback(create->allocs[i]->bo, false);
}

static int create_write_handles(struct create_call *create)
{
	u32 i;

	for (i = 0; i < create->num_allocs; i++)
		if (put_user(create->allocs[i]->base.handle, &create->user_info[i].allocation))
			return -EFAULT;
	return 0;
}

static int create_run(struct create_call *create)
{
	int ret;

	ret = create_resource(create);
	if (!ret)
		ret = create_allocations(create);
	if (!ret)
		create_standard(create);
	if (!ret)
		ret = create_ddi(create);
	if (!ret)
		ret = create_keep_private(create);
	if (!ret)
		ret = create_pin(create);
	if (!ret)
		ret = create_write_handles(create);
	if (ret)
		create_unpin(create);
	if (create->resource)
		dxg_resource_put(create->resource);
	return ret;
}

static void create_free(struct create_call *create)
{
	struct create_few *few = create->few;

	if (create->allocs != few->allocs)
		kvfree(create->allocs);
	if (create->ddi.allocations != few->ddi)
		kvfree(create->ddi.allocations);
	if (create->private_data != few->private_data)
		kvfree(create->private_data);
	dxg_blob_free(create->runtime_data);
	dxg_blob_free(create->resource_data);
	if (create->info != few->info)
		kvfree(create->info);
}

/**
 * dxg_ioctl_allocation_create() - D3DKMTCreateAllocation2
 * @call: struct d3dkmt_create_allocation
 *
 * Return: 0; -EINVAL; -EPERM; -EFAULT; -EOVERFLOW: private data of 1 MiB and more in
 * all; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_allocation_create(struct dxg_call *call)
{
	struct create_few few;
	struct create_call create = {
		.call = call,
		.args = call->args,
		.few = &few,
	};
	int ret;

	create.user_info = u64_to_user_ptr(create.args->allocation_info);
	ret = create_check(create.args);
	if (ret)
		return ret;
	ret = create_copy(&create);
	if (ret)
		goto out_free;
	create.device = dxg_device_lookup_present(call->process, create.args->device);
	if (IS_ERR(create.device)) {
		ret = PTR_ERR(create.device);
		goto out_free;
	}
	ret = create_run(&create);
	dxg_device_put(create.device);
out_free:
	create_free(&create);
	return ret;
}
