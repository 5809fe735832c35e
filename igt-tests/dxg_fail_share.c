// SPDX-License-Identifier: MIT
/*
 * As dxg_fail_nth.c: sharing, statistics and properties of allocations. On the debug kernel
 * only.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dxg_fail_nth.h"

IGT_TEST_DESCRIPTION("Sharing, each of whose allocations and copies fails once.");

static struct d3dkmt_destroy_allocation2 destroy_of(const struct scene *scene, uint32_t resource)
{
	return (struct d3dkmt_destroy_allocation2) {
		.device = scene->space.device,
		.resource = resource,
		.flags = D3DKMT_DESTROY_SYNCHRONOUS,
	};
}

static void destroy_resource(struct scene *scene, uint32_t resource)
{
	struct d3dkmt_destroy_allocation2 args = destroy_of(scene, resource);

	igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args), 0);
}

/* --- to be shared --------------------------------------------------------- */

static void have_shared(struct scene *scene)
{
	scene->handle = igt_dxg_create_shared(scene->dxg, scene->space.device, ITEM_SIZE, FEW,
					      scene->list);
}

static void ask_create(struct scene *scene)
{
	scene->private = (struct drm_dxg_allocation_private) { .size = ITEM_SIZE };
	for (uint32_t i = 0; i < FEW; i++)
		scene->info[i] = (struct d3dkmt_allocation_info2) {
			.private_driver_data = igt_dxg_ptr(&scene->private),
			.private_driver_data_size = sizeof(scene->private),
		};
	ASK(scene, CREATE_ALLOCATION2, create_allocation, .device = scene->space.device,
	    .private_runtime_data = igt_dxg_ptr(scene->buffer), .private_runtime_data_size = 100,
	    .private_driver_data = igt_dxg_ptr(scene->buffer), .private_driver_data_size = 200,
	    .num_allocations = FEW, .allocation_info = igt_dxg_ptr(scene->info),
	    .flags = IGT_DXG_CREATE_SHARED);
}

static void undo_create(struct scene *scene)
{
	destroy_resource(scene, scene->answer.create_allocation.resource);
}

static void ask_share(struct scene *scene)
{
	have_shared(scene);
	ASK(scene, SHARE_OBJECTS, share_objects, .object_count = 1,
	    .objects = igt_dxg_ptr(&scene->handle), .shared_nt_handle = igt_dxg_ptr(&scene->fd));
}

/* Again, when it is sealed. */
static void ask_share_again(struct scene *scene)
{
	have_shared(scene);
	close(igt_dxg_share(scene->dxg, scene->handle));
	ASK(scene, SHARE_OBJECTS, share_objects, .object_count = 1,
	    .objects = igt_dxg_ptr(&scene->handle), .shared_nt_handle = igt_dxg_ptr(&scene->fd));
}

static void undo_share(struct scene *scene)
{
	igt_assert_eq(close(scene->fd), 0);
	destroy_resource(scene, scene->handle);
}

/* --- shared --------------------------------------------------------------- */

static void have_fd(struct scene *scene)
{
	have_shared(scene);
	scene->fd = igt_dxg_share(scene->dxg, scene->handle);
}

static void ask_query(struct scene *scene)
{
	have_fd(scene);
	ASK(scene, QUERY_RESOURCE_INFO_FROM_NT_HANDLE, query_resource_info_from_nt_handle,
	    .device = scene->space.device, .nt_handle = scene->fd,
	    .private_runtime_data = igt_dxg_ptr(scene->buffer),
	    .private_runtime_data_size = sizeof(scene->buffer));
}

static void undo_query(struct scene *scene)
{
	igt_assert_eq_u32(scene->answer.query_resource_info_from_nt_handle.num_allocations, FEW);
	undo_share(scene);
}

static void ask_open(struct scene *scene)
{
	have_fd(scene);
	ASK(scene, OPEN_RESOURCE_FROM_NT_HANDLE, open_resource_from_nt_handle,
	    .device = scene->space.device, .nt_handle = scene->fd, .num_allocations = FEW,
	    .open_allocation_info = igt_dxg_ptr(scene->opened),
	    .total_private_driver_data_buffer = igt_dxg_ptr(scene->buffer),
	    .total_private_driver_data_buffer_size = sizeof(scene->buffer));
}

static void undo_open(struct scene *scene)
{
	destroy_resource(scene, scene->answer.open_resource_from_nt_handle.resource);
	undo_share(scene);
}

/* An opening, and the last holder. */
static void ask_destroy_opening(struct scene *scene)
{
	uint32_t list[FEW], opened;

	have_fd(scene);
	opened = igt_dxg_open_shared(scene->dxg, scene->space.device, scene->fd, FEW, list);
	scene->code = D3DKMT_IOCTL_DESTROY_ALLOCATION2;
	scene->request.destroy_allocation2 = destroy_of(scene, opened);
}

static void ask_destroy_last(struct scene *scene)
{
	have_fd(scene);
	igt_assert_eq(close(scene->fd), 0);
	*(char *)igt_dxg_lock(scene->dxg, scene->space.device, scene->list[0]) = 1;
	scene->code = D3DKMT_IOCTL_DESTROY_ALLOCATION2;
	scene->request.destroy_allocation2 = destroy_of(scene, scene->handle);
}

/* --- dma-bufs ------------------------------------------------------------- */

static int run_own(struct scene *scene, unsigned long code, void *args)
{
	return ioctl(scene->dxg->fd, code, args) == -1 ? -errno : 0;
}

static int run_export(struct scene *scene)
{
	struct drm_dxg_export args = {
		.device = scene->space.device,
		.allocation = scene->list[0],
		.flags = O_CLOEXEC | O_RDWR,
	};
	int ret = run_own(scene, DRM_IOCTL_DXG_EXPORT, &args);

	scene->fd = args.fd;
	return ret;
}

static int run_import(struct scene *scene)
{
	struct drm_dxg_import args = { .device = scene->space.device, .fd = scene->fd };
	int ret = run_own(scene, DRM_IOCTL_DXG_IMPORT, &args);

	scene->handle = args.allocation;
	return ret;
}

/* Touched: what the in-tree driver needs for its buffer is not the export's. */
static void ask_export(struct scene *scene)
{
	scene->list[0] = create(&scene->space, ITEM_SIZE);
	*(char *)igt_dxg_lock(scene->dxg, scene->space.device, scene->list[0]) = 1;
}

static void undo_export(struct scene *scene)
{
	igt_assert_eq(close(scene->fd), 0);
	igt_dxg_destroy2(scene->dxg, scene->space.device, 0, scene->list, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

static void ask_import(struct scene *scene)
{
	ask_export(scene);
	igt_assert_eq(run_export(scene), 0);
}

/* Of what has been destroyed. */
static void ask_import_orphan(struct scene *scene)
{
	ask_import(scene);
	igt_dxg_destroy2(scene->dxg, scene->space.device, 0, scene->list, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

static void undo_import(struct scene *scene)
{
	igt_dxg_destroy2(scene->dxg, scene->space.device, 0, &scene->handle, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS);
	undo_export(scene);
}

static void undo_import_orphan(struct scene *scene)
{
	igt_assert_eq(close(scene->fd), 0);
	igt_dxg_destroy2(scene->dxg, scene->space.device, 0, &scene->handle, 1,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

/* --- asked, and said ------------------------------------------------------- */

static void ask_statistics(struct scene *scene)
{
	ASK(scene, QUERY_STATISTICS, query_statistics, .adapter_luid = scene->dxg->luid);
}

static void ask_flush(struct scene *scene)
{
	ASK(scene, FLUSH_HEAP_TRANSITIONS, flush_heap_transitions,
	    .adapter = scene->dxg->adapter);
}

static const struct operation operations[] = {
	OP("create-shared", BOTH, ask_create, undo_create, "CreateAllocation2 with SHARED."),
	OP("share", BOTH, ask_share, undo_share, "ShareObjects."),
	OP("share-again", BOTH, ask_share_again, undo_share, "ShareObjects of what is shared."),
	OP("query-shared", COPY, ask_query, undo_query, "QueryResourceInfoFromNtHandle."),
	OP("open-shared", BOTH, ask_open, undo_open, "OpenResourceFromNtHandle."),
	OP("destroy-opening", COPY, ask_destroy_opening, undo_share,
	   "DestroyAllocation2 of an opening."),
	OP("destroy-last", COPY, ask_destroy_last, undo_nothing,
	   "DestroyAllocation2 of the last opening."),
	OP("export", BOTH, ask_export, undo_export, "Export of a dma-buf.", .run = run_export),
	OP("import", BOTH, ask_import, undo_import, "Import of what is there.",
	   .run = run_import),
	OP("import-orphan", BOTH, ask_import_orphan, undo_import_orphan,
	   "Import of what has been destroyed.", .run = run_import),
	OP("statistics", COPY, ask_statistics, undo_nothing, "QueryStatistics."),
	OP("flush-heap", COPY, ask_flush, undo_nothing, "FlushHeapTransitions."),
};

igt_main()
{
	run_operations(operations, IGT_DXG_ARRAY_SIZE(operations));
}
