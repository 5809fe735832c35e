// SPDX-License-Identifier: MIT
/*
 * Each operation without memory, and with a caller whose memory cannot be copied: its
 * first allocation fails, then its second, and so on until it needs no more. Whatever
 * fails, nothing is half done. On the debug kernel only.
 *
 * What an operation needs is made before by its entry's ask(), and done away with by its
 * undo(), which begins where the operation has succeeded. So a new operation is two
 * functions of a few lines, and an entry in the table at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dxg_fail_nth.h"

IGT_TEST_DESCRIPTION("Operations of dxg, each of whose allocations and copies fails once.");

/*
 * All commands are over, and hold nothing any more. Not by settle(): the wait of an eventfd
 * may go a little after it is over.
 */
static void finish(struct scene *scene)
{
	igt_dxg_wait(scene->dxg, scene->space.device, scene->space.fence, scene->space.done);
	igt_dxg_wait_state(scene->dxg, "commands", 0);
}

static void fill_now(struct scene *scene, uint32_t i)
{
	fill(&scene->space, scene->list[i], ITEM_SIZE, PATTERN);
	finish(scene);
}

/* --- files ---------------------------------------------------------------- */

static int run_open(struct scene *scene)
{
	struct igt_dxg *dxg = scene->dxg;
	int flags = dxg->door == DXG_DOOR_DXG ? O_RDONLY : O_RDWR;

	dxg->fd = open(dxg->path, flags | O_CLOEXEC);
	return dxg->fd < 0 ? -errno : 0;
}

static int run_close(struct scene *scene)
{
	return close(scene->dxg->fd) ? -errno : 0;
}

/* With all that is in it. */
static void close_file(struct scene *scene)
{
	igt_assert_eq(run_close(scene), 0);
}

static void open_file(struct scene *scene)
{
	igt_assert_eq(run_open(scene), 0);
}

static void ask_close(struct scene *scene)
{
	struct igt_dxg *dxg = scene->dxg;
	uint32_t device, resource, list[FEW];

	open_file(scene);
	dxg->adapter = igt_dxg_open_adapter(dxg);
	device = igt_dxg_create_device(dxg);
	igt_dxg_create_context(dxg, device);
	igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_create_paging_queue(dxg, device, NULL, NULL);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, ITEM_SIZE, FEW, list), 0);
	*(char *)igt_dxg_lock(dxg, device, list[0]) = 1;
	resource = igt_dxg_create_resource(dxg, device, ITEM_SIZE, FEW, list);
	igt_dxg_add_allocations(dxg, device, resource, ITEM_SIZE, 1, list);
}

/* --- adapters ------------------------------------------------------------- */

static void ask_enum2(struct scene *scene)
{
	ASK(scene, ENUM_ADAPTERS2, enum_adapters2,
	    .num_adapters = D3DKMT_MAX_ENUM_ADAPTERS, .adapters = igt_dxg_ptr(scene->adapters));
}

static void ask_enum3(struct scene *scene)
{
	ASK(scene, ENUM_ADAPTERS3, enum_adapters3,
	    .num_adapters = D3DKMT_MAX_ENUM_ADAPTERS, .adapters = igt_dxg_ptr(scene->adapters));
}

static void close_adapters(struct scene *scene, uint32_t count)
{
	igt_assert_neq_u32(count, 0);
	while (count--)
		igt_dxg_close_adapter(scene->dxg, scene->adapters[count].adapter);
}

static void undo_enum2(struct scene *scene)
{
	close_adapters(scene, scene->answer.enum_adapters2.num_adapters);
}

static void undo_enum3(struct scene *scene)
{
	close_adapters(scene, scene->answer.enum_adapters3.num_adapters);
}

static void ask_open_adapter(struct scene *scene)
{
	ASK(scene, OPEN_ADAPTER_FROM_LUID, open_adapter_from_luid,
	    .adapter_luid = scene->dxg->luid);
}

static void undo_open_adapter(struct scene *scene)
{
	igt_dxg_close_adapter(scene->dxg, scene->answer.open_adapter_from_luid.adapter);
}

static void ask_close_adapter(struct scene *scene)
{
	ASK(scene, CLOSE_ADAPTER, close_adapter, .adapter = igt_dxg_open_adapter(scene->dxg));
}

static void ask_query(struct scene *scene)
{
	ASK(scene, QUERY_ADAPTER_INFO, query_adapter_info,
	    .adapter = scene->dxg->adapter, .type = D3DKMT_QAI_DRIVER_DESCRIPTION,
	    .private_driver_data = igt_dxg_ptr(&scene->description),
	    .private_driver_data_size = sizeof(scene->description));
}

static void ask_video_memory(struct scene *scene)
{
	ASK(scene, QUERY_VIDEO_MEMORY_INFO, query_video_memory_info,
	    .adapter = scene->dxg->adapter);
}

static void undo_video_memory(struct scene *scene)
{
	igt_assert_eq_u64(scene->answer.query_video_memory_info.budget, segment_size(scene->dxg));
}

static void ask_reserve(struct scene *scene)
{
	ASK(scene, CHANGE_VIDEO_MEMORY_RESERVATION, change_video_memory_reservation,
	    .adapter = scene->dxg->adapter, .reservation = ITEM_SIZE);
}

static void undo_reserve(struct scene *scene)
{
	igt_assert_eq_u64(igt_dxg_read_state(scene->dxg, "reserved_bytes"), ITEM_SIZE);
	igt_dxg_reserve(scene->dxg, 0);
}

static void ask_clock(struct scene *scene)
{
	ASK(scene, QUERY_CLOCK_CALIBRATION, query_clock_calibration,
	    .adapter = scene->dxg->adapter);
}

static void ask_feature(struct scene *scene)
{
	ASK(scene, IS_FEATURE_ENABLED, is_feature_enabled, .adapter = scene->dxg->adapter);
}

static void ask_processes(struct scene *scene)
{
	ASK(scene, ENUM_PROCESSES, enum_processes, .adapter_luid = scene->dxg->luid,
	    .buffer = igt_dxg_ptr(scene->values),
	    .buffer_count = IGT_DXG_ARRAY_SIZE(scene->values));
}

static void undo_processes(struct scene *scene)
{
	bool found = false;

	for (uint64_t i = 0; i < scene->answer.enum_processes.buffer_count; i++)
		found |= scene->values[i] == (uint32_t)getpid();
	igt_assert(found);
}

/* --- devices, contexts, paging queues ------------------------------------- */

static void ask_create_device(struct scene *scene)
{
	ASK(scene, CREATE_DEVICE, create_device, .adapter = scene->dxg->adapter);
}

static void undo_create_device(struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->answer.create_device.device);
}

static void ask_destroy_device(struct scene *scene)
{
	uint32_t device = igt_dxg_create_device(scene->dxg);

	igt_dxg_create_context(scene->dxg, device);
	igt_assert_eq(__igt_dxg_create(scene->dxg, device, 0, NULL, ITEM_SIZE, FEW,
				       scene->list), 0);
	ASK(scene, DESTROY_DEVICE, destroy_device, .device = device);
}

static void ask_device_state(struct scene *scene)
{
	ASK(scene, GET_DEVICE_STATE, get_device_state,
	    .device = scene->space.device, .type = D3DKMT_DEVICESTATE_EXECUTION);
}

static void ask_mark_error(struct scene *scene)
{
	scene->handle = igt_dxg_create_device(scene->dxg);
	ASK(scene, MARK_DEVICE_AS_ERROR, mark_device_as_error,
	    .device = scene->handle, .reason = D3DKMT_DEVICE_ERROR_REASON_GENERIC);
}

static void undo_mark_error(struct scene *scene)
{
	igt_assert_eq_u32(igt_dxg_device_state(scene->dxg, scene->handle),
			  D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT);
	igt_dxg_destroy_device(scene->dxg, scene->handle);
}

static void ask_create_context(struct scene *scene)
{
	ASK(scene, CREATE_CONTEXT_VIRTUAL, create_context_virtual,
	    .device = scene->space.device, .engine_affinity = 1);
}

static void undo_create_context(struct scene *scene)
{
	igt_dxg_destroy_context(scene->dxg, scene->answer.create_context_virtual.context);
}

static void ask_destroy_context(struct scene *scene)
{
	ASK(scene, DESTROY_CONTEXT, destroy_context,
	    .context = igt_dxg_create_context(scene->dxg, scene->space.device));
}

static void ask_create_queue(struct scene *scene)
{
	ASK(scene, CREATE_PAGING_QUEUE, create_paging_queue, .device = scene->space.device);
}

static void undo_create_queue(struct scene *scene)
{
	igt_dxg_destroy_paging_queue(scene->dxg, scene->answer.create_paging_queue.paging_queue);
}

static void ask_destroy_queue(struct scene *scene)
{
	ASK(scene, DESTROY_PAGING_QUEUE, destroy_paging_queue,
	    .paging_queue = igt_dxg_create_paging_queue(scene->dxg, scene->space.device, NULL,
							NULL));
}

/* --- fences --------------------------------------------------------------- */

static void ask_create_fence(struct scene *scene)
{
	ASK(scene, CREATE_SYNC_OBJECT2, create_sync_object2,
	    .device = scene->space.device, .info.type = D3DKMT_SYNC_MONITORED_FENCE);
}

static void undo_create_fence(struct scene *scene)
{
	igt_dxg_destroy_fence(scene->dxg, scene->answer.create_sync_object2.sync_object);
}

static void ask_destroy_fence(struct scene *scene)
{
	ASK(scene, DESTROY_SYNC_OBJECT, destroy_sync_object,
	    .sync_object = igt_dxg_create_fence(scene->dxg, scene->space.device, 0, NULL));
}

/* A value that the fence has not reached. */
static void next_value(struct scene *scene)
{
	scene->value = ++scene->space.done;
}

static void ask_signal(struct scene *scene)
{
	next_value(scene);
	ASK(scene, SIGNAL_SYNC_OBJECT_FROM_CPU, signal_sync_object_from_cpu,
	    .device = scene->space.device, .object_count = 1,
	    .objects = igt_dxg_ptr(&scene->space.fence),
	    .fence_values = igt_dxg_ptr(&scene->value));
}

static void undo_signal(struct scene *scene)
{
	finish(scene);
}

static void ask_wait(struct scene *scene)
{
	ASK(scene, WAIT_SYNC_OBJECT_FROM_CPU, wait_sync_object_from_cpu,
	    .device = scene->space.device, .object_count = 1,
	    .objects = igt_dxg_ptr(&scene->space.fence),
	    .fence_values = igt_dxg_ptr(&scene->value));
}

static void ask_wait_event(struct scene *scene)
{
	next_value(scene);
	scene->event = eventfd(0, EFD_CLOEXEC);
	igt_assert_lt(0, scene->event);
	ask_wait(scene);
	scene->request.wait_sync_object_from_cpu.async_event = scene->event;
}

/* One that had failed and was there still would count too. */
static void undo_wait_event(struct scene *scene)
{
	uint64_t count = 0;

	igt_assert(!igt_dxg_event_fired(scene->event, 0));
	igt_dxg_signal(scene->dxg, scene->space.device, scene->space.fence, scene->value);
	igt_assert(igt_dxg_event_fired(scene->event, IDLE_MS));
	igt_assert_eq(read(scene->event, &count, sizeof(count)), (int)sizeof(count));
	igt_assert_eq_u64(count, 1);
	close(scene->event);
}

/* --- creating allocations ------------------------------------------------- */

static void ask_create(struct scene *scene, uint32_t count, uint32_t flags)
{
	scene->count = count;
	scene->private.size = ITEM_SIZE;
	memset(scene->info, 0, sizeof(scene->info));
	for (uint32_t i = 0; i < count; i++) {
		scene->info[i].private_driver_data = igt_dxg_ptr(&scene->private);
		scene->info[i].private_driver_data_size = sizeof(scene->private);
	}
	ASK(scene, CREATE_ALLOCATION2, create_allocation,
	    .device = scene->space.device, .num_allocations = count,
	    .allocation_info = igt_dxg_ptr(scene->info), .flags = flags);
}

static void ask_create_one(struct scene *scene)
{
	ask_create(scene, 1, 0);
}

static void ask_create_many(struct scene *scene)
{
	ask_create(scene, MANY, 0);
}

static void ask_create_resource(struct scene *scene)
{
	ask_create(scene, FEW, D3DKMT_CREATE_RESOURCE);
	/* data of the runtime, and of the resource */
	scene->request.create_allocation.private_runtime_data = igt_dxg_ptr(scene->values);
	scene->request.create_allocation.private_runtime_data_size = sizeof(scene->values);
	scene->request.create_allocation.private_driver_data = igt_dxg_ptr(scene->values);
	scene->request.create_allocation.private_driver_data_size = sizeof(scene->values);
}

/* The first one of the resource is no part of the call. */
static void ask_add(struct scene *scene)
{
	scene->handle = igt_dxg_create_resource(scene->dxg, scene->space.device, ITEM_SIZE, 1,
						scene->list);
	ask_create(scene, FEW, 0);
	scene->request.create_allocation.resource = scene->handle;
}

static void ask_create_standard(struct scene *scene)
{
	ask_create(scene, 1, D3DKMT_CREATE_STANDARD_ALLOCATION | D3DKMT_CREATE_RESOURCE);
	scene->standard.type = D3DKMT_STANDARD_ALLOCATION_INTERNAL_BACKING;
	scene->standard.size = ITEM_SIZE;
	scene->info[0].private_driver_data = 0;
	scene->info[0].private_driver_data_size = 0;
	scene->request.create_allocation.private_driver_data = igt_dxg_ptr(&scene->standard);
}

/* Of pages that are not there yet. */
static void ask_create_existing(struct scene *scene)
{
	scene->memory = map_memory(FEW * ITEM_SIZE);
	ask_create(scene, FEW, D3DKMT_CREATE_EXISTING_SYS_MEM);
	for (uint32_t i = 0; i < FEW; i++)
		scene->info[i].sys_mem = igt_dxg_ptr((char *)scene->memory + i * ITEM_SIZE);
}

/* At once, and without anything being kept for the next. */
static void destroy_list(struct scene *scene)
{
	igt_dxg_destroy2(scene->dxg, scene->space.device, 0, scene->list, scene->count,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

static void undo_create(struct scene *scene)
{
	for (uint32_t i = 0; i < scene->count; i++)
		scene->list[i] = scene->info[i].allocation;
	destroy_list(scene);
}

static void undo_create_resource(struct scene *scene)
{
	igt_dxg_destroy2(scene->dxg, scene->space.device,
			 scene->answer.create_allocation.resource, NULL, 0,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

static void undo_resource(struct scene *scene)
{
	igt_dxg_destroy2(scene->dxg, scene->space.device, scene->handle, NULL, 0,
			 D3DKMT_DESTROY_SYNCHRONOUS);
}

static void undo_create_existing(struct scene *scene)
{
	undo_create(scene);
	wait_unpinned();
	igt_assert_eq(munmap(scene->memory, FEW * ITEM_SIZE), 0);
}

/* --- destroying allocations ----------------------------------------------- */

static void have_list(struct scene *scene, uint32_t count)
{
	scene->count = count;
	create_many(&scene->space, ITEM_SIZE, count, scene->list);
}

static void touch(struct scene *scene, uint32_t i)
{
	*(uint32_t *)lock(&scene->space, scene->list[i]) = PATTERN;
	igt_dxg_unlock(scene->dxg, scene->space.device, scene->list[i]);
}

static void ask_destroy(struct scene *scene, uint32_t resource, uint32_t flags)
{
	ASK(scene, DESTROY_ALLOCATION2, destroy_allocation2,
	    .device = scene->space.device, .resource = resource,
	    .allocation_list = resource ? 0 : igt_dxg_ptr(scene->list),
	    .allocation_count = resource ? 0 : scene->count, .flags = flags);
}

static void ask_destroy_one(struct scene *scene)
{
	have_list(scene, 1);
	ask_destroy(scene, 0, 0);
}

static void ask_destroy_many(struct scene *scene)
{
	have_list(scene, MANY);
	ask_destroy(scene, 0, 0);
}

static void ask_destroy_locked(struct scene *scene)
{
	have_list(scene, FEW);
	for (uint32_t i = 0; i < FEW; i++)
		*(uint32_t *)lock(&scene->space, scene->list[i]) = PATTERN;
	ask_destroy(scene, 0, D3DKMT_DESTROY_SYNCHRONOUS);
}

static void ask_destroy_resource(struct scene *scene)
{
	ask_destroy(scene, igt_dxg_create_resource(scene->dxg, scene->space.device, ITEM_SIZE,
						   FEW, scene->list), 0);
}

/* --- locks ---------------------------------------------------------------- */

static void ask_lock_untouched(struct scene *scene)
{
	have_list(scene, 1);
	ASK(scene, LOCK2, lock2, .device = scene->space.device, .allocation = scene->list[0]);
}

static void ask_lock_touched(struct scene *scene)
{
	ask_lock_untouched(scene);
	touch(scene, 0);
}

static void undo_lock(struct scene *scene)
{
	uint32_t *word = (uint32_t *)(uintptr_t)scene->answer.lock2.data;

	igt_assert(*word == 0 || *word == PATTERN);
	*word = PATTERN;
	igt_dxg_unlock(scene->dxg, scene->space.device, scene->list[0]);
	/* it was locked once */
	igt_assert_eq(__igt_dxg_unlock(scene->dxg, scene->space.device, scene->list[0]), -EINVAL);
	destroy_list(scene);
}

static void ask_unlock(struct scene *scene)
{
	have_list(scene, 1);
	*(uint32_t *)lock(&scene->space, scene->list[0]) = PATTERN;
	ASK(scene, UNLOCK2, unlock2, .device = scene->space.device, .allocation = scene->list[0]);
}

static void ask_invalidate(struct scene *scene)
{
	have_list(scene, 1);
	ASK(scene, INVALIDATE_CACHE, invalidate_cache,
	    .device = scene->space.device, .allocation = scene->list[0], .length = ITEM_SIZE);
}

/* --- commands ------------------------------------------------------------- */

/* The segment has room for one item beside the ballast. */
static void setup_small(struct scene *scene)
{
	ballast_create(scene->dxg, ITEM_SIZE);
}

static void teardown_small(struct scene *scene)
{
	ballast_destroy(scene->dxg);
}

static void ask_submit(struct scene *scene)
{
	igt_dxg_stream_signal(&scene->stream, scene->space.fence, ++scene->space.done);
	igt_dxg_stream_finish(&scene->stream);
	ASK(scene, SUBMIT_COMMAND, submit_command,
	    .broadcast_context_count = 1, .broadcast_context[0] = scene->space.context,
	    .private_driver_data = igt_dxg_ptr(scene->stream.data),
	    .private_driver_data_size = scene->stream.size);
}

static void ask_fill(struct scene *scene)
{
	have_list(scene, 1);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_fill(&scene->stream, scene->list[0], 0, ITEM_SIZE, PATTERN);
	ask_submit(scene);
}

static void ask_copy(struct scene *scene)
{
	have_list(scene, FEW);
	fill_now(scene, 1);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_copy(&scene->stream, scene->list[0], 0, scene->list[1], 0, ITEM_SIZE);
	igt_dxg_stream_copy(&scene->stream, scene->list[2], 0, scene->list[0], 0, ITEM_SIZE);
	ask_submit(scene);
}

static void undo_submit(struct scene *scene)
{
	finish(scene);
	igt_dxg_stream_free(&scene->stream);
	for (uint32_t i = 0; i < scene->count; i++)
		check_pages(lock(&scene->space, scene->list[i]), ITEM_SIZE, PATTERN);
	destroy_list(scene);
}

static void ask_fill_existing(struct scene *scene)
{
	scene->memory = map_memory(ITEM_SIZE);
	scene->count = 1;
	scene->list[0] = create_existing(&scene->space, scene->memory, ITEM_SIZE, 0);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_fill(&scene->stream, scene->list[0], 0, ITEM_SIZE, PATTERN);
	ask_submit(scene);
}

static void undo_fill_existing(struct scene *scene)
{
	undo_submit(scene);
	wait_unpinned();
	igt_assert_eq(munmap(scene->memory, ITEM_SIZE), 0);
}

/* The second one has the room. */
static void have_evicted(struct scene *scene)
{
	have_list(scene, 2);
	fill_now(scene, 0);
	fill_now(scene, 1);
	igt_assert(!is_resident(scene->dxg, scene->space.device, scene->list[0]));
}

/* To fill an untouched one the other has to go. */
static void ask_fill_evicting(struct scene *scene)
{
	have_list(scene, 2);
	fill_now(scene, 1);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_fill(&scene->stream, scene->list[0], 0, ITEM_SIZE, PATTERN);
	ask_submit(scene);
}

/* And to fill one that is evicted. */
static void ask_fill_evicted(struct scene *scene)
{
	have_evicted(scene);
	igt_dxg_stream_begin(&scene->stream);
	igt_dxg_stream_fill(&scene->stream, scene->list[0], 0, ITEM_SIZE, PATTERN);
	ask_submit(scene);
}

static void ask_lock_evicted(struct scene *scene)
{
	have_evicted(scene);
	ASK(scene, LOCK2, lock2, .device = scene->space.device, .allocation = scene->list[0]);
}

/* --- residency ------------------------------------------------------------ */

/* The first one of the list. */
static void ask_resident(struct scene *scene)
{
	ASK(scene, MAKE_RESIDENT, make_resident,
	    .paging_queue = scene->queue, .num_allocations = 1,
	    .allocation_list = igt_dxg_ptr(scene->list));
}

static void ask_make_resident(struct scene *scene)
{
	have_list(scene, FEW);
	for (uint32_t i = 0; i < FEW; i++)
		scene->values[i] = D3DKMT_ALLOCATION_PRIORITY_HIGH;
	ask_resident(scene);
	scene->request.make_resident.num_allocations = FEW;
	scene->request.make_resident.priority_list = igt_dxg_ptr(scene->values);
}

static void ask_make_resident_evicting(struct scene *scene)
{
	have_list(scene, 2);
	fill_now(scene, 1);
	ask_resident(scene);
}

static void ask_make_resident_evicted(struct scene *scene)
{
	have_evicted(scene);
	ask_resident(scene);
}

static void undo_make_resident(struct scene *scene)
{
	igt_assert(igt_dxg_wait_timeout(scene->dxg, scene->space.device, scene->queue_fence,
					scene->answer.make_resident.paging_fence_value, IDLE_MS));
	igt_dxg_evict(scene->dxg, scene->space.device, scene->list,
		      scene->request.make_resident.num_allocations);
	destroy_list(scene);
}

static void ask_evict(struct scene *scene)
{
	have_list(scene, FEW);
	igt_assert_eq(make_resident(scene->dxg, scene->queue, scene->list, FEW, NULL, NULL), 0);
	ASK(scene, EVICT, evict,
	    .device = scene->space.device, .num_allocations = FEW,
	    .allocation_list = igt_dxg_ptr(scene->list));
}

static void undo_evict(struct scene *scene)
{
	igt_assert_eq(evict(scene->dxg, scene->space.device, scene->list, 1), -EINVAL);
	destroy_list(scene);
}

static void ask_offer(struct scene *scene)
{
	have_list(scene, FEW);
	touch(scene, 0);
	ASK(scene, OFFER_ALLOCATIONS, offer_allocations,
	    .device = scene->space.device, .handle_list = igt_dxg_ptr(scene->list),
	    .num_allocations = FEW, .priority = D3DKMT_OFFER_PRIORITY_LOW);
}

static void undo_offer(struct scene *scene)
{
	for (uint32_t i = 0; i < FEW; i++)
		igt_assert(!igt_dxg_reclaim(scene->dxg, scene->queue, scene->list[i]));
	destroy_list(scene);
}

static void ask_reclaim(struct scene *scene)
{
	have_list(scene, FEW);
	touch(scene, 0);
	igt_dxg_offer(scene->dxg, scene->space.device, scene->list, FEW,
		      D3DKMT_OFFER_PRIORITY_LOW);
	ASK(scene, RECLAIM_ALLOCATIONS2, reclaim_allocations2,
	    .paging_queue = scene->queue, .num_allocations = FEW,
	    .handle_list = igt_dxg_ptr(scene->list), .results = igt_dxg_ptr(scene->values));
}

static void undo_reclaim(struct scene *scene)
{
	touch(scene, 0);
	destroy_list(scene);
}

/* A resource, and the array of resources that names it. */
static void have_resource(struct scene *scene)
{
	scene->count = 1;
	scene->handle = igt_dxg_create_resource(scene->dxg, scene->space.device, ITEM_SIZE, FEW,
						scene->list);
	touch(scene, 0);
}

static void ask_offer_resource(struct scene *scene)
{
	have_resource(scene);
	ASK(scene, OFFER_ALLOCATIONS, offer_allocations,
	    .device = scene->space.device, .resources = igt_dxg_ptr(&scene->handle),
	    .num_allocations = 1, .priority = D3DKMT_OFFER_PRIORITY_LOW);
}

static void ask_reclaim_resource(struct scene *scene)
{
	have_resource(scene);
	igt_assert_eq(__igt_dxg_offer(scene->dxg, scene->space.device, &scene->handle, NULL, 1,
				      D3DKMT_OFFER_PRIORITY_LOW, 0), 0);
	ASK(scene, RECLAIM_ALLOCATIONS2, reclaim_allocations2,
	    .paging_queue = scene->queue, .num_allocations = 1,
	    .resources = igt_dxg_ptr(&scene->handle), .results = igt_dxg_ptr(scene->values));
}

static void ask_set_priority(struct scene *scene)
{
	have_list(scene, FEW);
	for (uint32_t i = 0; i < FEW; i++)
		scene->values[i] = D3DKMT_ALLOCATION_PRIORITY_HIGH;
	ASK(scene, SET_ALLOCATION_PRIORITY, set_allocation_priority,
	    .device = scene->space.device, .allocation_list = igt_dxg_ptr(scene->list),
	    .allocation_count = FEW, .priorities = igt_dxg_ptr(scene->values));
}

static void undo_set_priority(struct scene *scene)
{
	for (uint32_t i = 0; i < FEW; i++)
		igt_assert_eq_u32(igt_dxg_get_priority(scene->dxg, scene->space.device,
						       scene->list[i]),
				  D3DKMT_ALLOCATION_PRIORITY_HIGH);
	destroy_list(scene);
}

static void ask_get_priority(struct scene *scene)
{
	have_list(scene, FEW);
	memset(scene->values, 0, sizeof(scene->values));
	ASK(scene, GET_ALLOCATION_PRIORITY, get_allocation_priority,
	    .device = scene->space.device, .allocation_list = igt_dxg_ptr(scene->list),
	    .allocation_count = FEW, .priorities = igt_dxg_ptr(scene->values));
}

static void undo_get_priority(struct scene *scene)
{
	for (uint32_t i = 0; i < FEW; i++)
		igt_assert_eq_u32(scene->values[i], D3DKMT_ALLOCATION_PRIORITY_NORMAL);
	destroy_list(scene);
}

static void ask_query_residency(struct scene *scene)
{
	have_list(scene, FEW);
	memset(scene->values, 0, sizeof(scene->values));
	ASK(scene, QUERY_ALLOCATION_RESIDENCY, query_allocation_residency,
	    .device = scene->space.device, .allocation_list = igt_dxg_ptr(scene->list),
	    .allocation_count = FEW, .residency_status = igt_dxg_ptr(scene->values));
}

static void undo_query_residency(struct scene *scene)
{
	for (uint32_t i = 0; i < FEW; i++)
		igt_assert_eq_u32(scene->values[i],
				  D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT);
	destroy_list(scene);
}

/* --- all of them ---------------------------------------------------------- */

#define SMALL	.setup = setup_small, .teardown = teardown_small

static const struct operation operations[] = {
	OP("open", BOTH, undo_nothing, close_file, "Opening a file.",
	   .run = run_open, .setup = close_file, .teardown = open_file),
	OP("close", 0, ask_close, undo_nothing, "Closing a file with all that is in it.",
	   .run = run_close, .setup = close_file, .teardown = open_file),
	OP("enum-adapters2", BOTH, ask_enum2, undo_enum2, "EnumAdapters2."),
	OP("enum-adapters3", BOTH, ask_enum3, undo_enum3, "EnumAdapters3."),
	OP("open-adapter", BOTH, ask_open_adapter, undo_open_adapter, "OpenAdapterFromLuid."),
	OP("close-adapter", COPY, ask_close_adapter, undo_nothing, "CloseAdapter."),
	OP("query-adapter", BOTH, ask_query, undo_nothing, "QueryAdapterInfo."),
	OP("query-memory", COPY, ask_video_memory, undo_video_memory, "QueryVideoMemoryInfo."),
	OP("reserve", COPY, ask_reserve, undo_reserve, "ChangeVideoMemoryReservation."),

	OP("query-clock", COPY, ask_clock, undo_nothing, "QueryClockCalibration."),
	OP("query-feature", COPY, ask_feature, undo_nothing, "IsFeatureEnabled."),
	OP("enum-processes", BOTH, ask_processes, undo_processes, "EnumProcesses."),

	OP("create-device", BOTH, ask_create_device, undo_create_device, "CreateDevice."),
	OP("destroy-device", COPY, ask_destroy_device, undo_nothing, "DestroyDevice."),
	OP("device-state", COPY, ask_device_state, undo_nothing, "GetDeviceState."),
	OP("mark-error", COPY, ask_mark_error, undo_mark_error, "MarkDeviceAsError."),
	OP("create-context", BOTH, ask_create_context, undo_create_context,
	   "CreateContextVirtual."),
	OP("destroy-context", COPY, ask_destroy_context, undo_nothing, "DestroyContext."),
	OP("create-queue", BOTH, ask_create_queue, undo_create_queue, "CreatePagingQueue."),
	OP("destroy-queue", COPY, ask_destroy_queue, undo_nothing, "DestroyPagingQueue."),

	OP("create-fence", BOTH, ask_create_fence, undo_create_fence,
	   "CreateSynchronizationObject2."),
	OP("destroy-fence", COPY, ask_destroy_fence, undo_nothing,
	   "DestroySynchronizationObject."),
	OP("signal", COPY, ask_signal, undo_signal, "SignalSynchronizationObjectFromCpu."),
	OP("wait", BOTH, ask_wait, undo_nothing, "WaitForSynchronizationObjectFromCpu."),
	OP("wait-event", BOTH, ask_wait_event, undo_wait_event, "The same with an eventfd."),

	OP("create-one", BOTH, ask_create_one, undo_create, "CreateAllocation2 of one."),
	OP("create-many", BOTH, ask_create_many, undo_create, "CreateAllocation2 of a hundred.",
	   .stride = 23),
	OP("create-resource", BOTH, ask_create_resource, undo_create_resource,
	   "CreateAllocation2 of a resource."),
	OP("create-in-resource", BOTH, ask_add, undo_resource,
	   "CreateAllocation2 of more in a resource."),
	OP("create-standard", BOTH, ask_create_standard, undo_create_resource,
	   "CreateAllocation2 of a standard allocation."),
	OP("create-existing", BOTH, ask_create_existing, undo_create_existing,
	   "CreateAllocation2 of existing system memory."),
	OP("destroy-one", COPY, ask_destroy_one, undo_nothing, "DestroyAllocation2 of one."),
	OP("destroy-many", COPY, ask_destroy_many, undo_nothing,
	   "DestroyAllocation2 of a hundred, for whose list there is no memory."),
	OP("destroy-locked", COPY, ask_destroy_locked, undo_nothing,
	   "DestroyAllocation2 of what is locked."),
	OP("destroy-resource", COPY, ask_destroy_resource, undo_nothing,
	   "DestroyAllocation2 of a resource."),

	OP("lock-untouched", BOTH, ask_lock_untouched, undo_lock,
	   "Lock2 of what has no bytes yet.", .moves = true),
	OP("lock-touched", BOTH, ask_lock_touched, undo_lock, "Lock2 of what has bytes."),
	OP("lock-evicted", BOTH, ask_lock_evicted, undo_lock, "Lock2 of what is evicted.", SMALL),
	OP("unlock", COPY, ask_unlock, destroy_list, "Unlock2."),
	OP("invalidate-cache", COPY, ask_invalidate, destroy_list, "InvalidateCache."),

	OP("submit-fill", BOTH, ask_fill, undo_submit, "SubmitCommand that fills.",
	   .moves = true),
	OP("submit-copy", BOTH, ask_copy, undo_submit, "SubmitCommand that copies.",
	   .moves = true),
	OP("submit-existing", BOTH, ask_fill_existing, undo_fill_existing,
	   "SubmitCommand that fills memory of the program."),
	OP("submit-evicting", BOTH, ask_fill_evicting, undo_submit,
	   "SubmitCommand that evicts others.", .moves = true, SMALL),
	OP("submit-evicted", BOTH, ask_fill_evicted, undo_submit,
	   "SubmitCommand that brings back what is evicted.", .moves = true, SMALL),

	OP("make-resident", BOTH, ask_make_resident, undo_make_resident,
	   "MakeResident of what has no bytes yet.", .moves = true, .late = true),
	OP("make-resident-evicting", BOTH, ask_make_resident_evicting, undo_make_resident,
	   "MakeResident that evicts others.", .moves = true, .late = true, SMALL),
	OP("make-resident-evicted", BOTH, ask_make_resident_evicted, undo_make_resident,
	   "MakeResident that is queued.", .moves = true, .late = true, SMALL),
	OP("evict", BOTH, ask_evict, undo_evict, "Evict.", .late = true),
	OP("offer", BOTH, ask_offer, undo_offer, "OfferAllocations."),
	OP("offer-resource", BOTH, ask_offer_resource, undo_resource,
	   "OfferAllocations of a resource."),
	OP("reclaim", BOTH, ask_reclaim, undo_reclaim, "ReclaimAllocations2.", .late = true),
	OP("reclaim-resource", BOTH, ask_reclaim_resource, undo_resource,
	   "ReclaimAllocations2 of a resource.", .late = true),
	OP("query-residency", BOTH, ask_query_residency, undo_query_residency,
	   "QueryAllocationResidency."),
	OP("set-priority", BOTH, ask_set_priority, undo_set_priority, "SetAllocationPriority."),
	OP("get-priority", BOTH, ask_get_priority, undo_get_priority, "GetAllocationPriority."),
};

igt_main()
{
	run_operations(operations, IGT_DXG_ARRAY_SIZE(operations));
}
