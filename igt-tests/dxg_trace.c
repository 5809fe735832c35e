// SPDX-License-Identifier: MIT
/*
 * The order of things, proved by the driver's tracepoints: when handles die, commands
 * end, the miniport is told and memory comes back.
 *
 * Each test ends with a check of the whole trace, igt_dxg_trace_assert_ended().
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"
#include "dxg_igt_trace.h"

IGT_TEST_DESCRIPTION("Order of creation, use and destruction, by tracepoints.");

#define SIZE		(4 * IGT_DXG_PAGE)
#define COUNT		3
/* Armed at a time, of one engine. */
#define DEPTH		3
#define BEHIND		6
/* Of an adapter's removal; each has the longest job that there can be. */
#define ATTEMPTS	3

#define ASSUME		D3DKMT_DESTROY_ASSUME_NOT_IN_USE
#define SYNCHRONOUS	D3DKMT_DESTROY_SYNCHRONOUS
#define DESTROY_RESOURCE 1

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define LASTING(name, run, text) IGT_DXG_TEST_OUTLAST(name, text, run)

static struct igt_dxg_trace trace;

/**
 * struct scene - A device, and all that the adapter has been traced to do
 * @dxg: the way in
 * @before: counts before
 * @device: the device
 * @context: its context
 * @fence: its fence, which has the next value when a job starts and when it ends
 * @value: the last value that a job will set
 */
struct scene {
	struct igt_dxg *dxg;
	struct igt_dxg_state before;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t value;
};

static void scene_fill(struct scene *scene)
{
	scene->device = igt_dxg_create_device(scene->dxg);
	scene->context = igt_dxg_create_context(scene->dxg, scene->device);
	scene->fence = igt_dxg_create_fence(scene->dxg, scene->device, 0, NULL);
}

static void scene_begin(struct igt_dxg *dxg, struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->dxg = dxg;
	igt_dxg_read_state_all(dxg, &scene->before);
	igt_dxg_trace_start(dxg);
	scene_fill(scene);
}

/* Wait until nothing is left. An object's count goes down after its last event. */
static void scene_read(const struct scene *scene)
{
	igt_dxg_assert_no_leak(scene->dxg, &scene->before);
	igt_dxg_trace_read(&trace);
	igt_dxg_trace_assert_ended(&trace);
}

static void scene_end(const struct scene *scene)
{
	igt_dxg_destroy_device(scene->dxg, scene->device);
	scene_read(scene);
}

static uint32_t create(const struct scene *scene)
{
	return igt_dxg_create_allocation(scene->dxg, scene->device, SIZE);
}

/* Memory is taken at the first use: take it. */
static void use(const struct scene *scene, uint32_t allocation)
{
	igt_dxg_lock(scene->dxg, scene->device, allocation);
	igt_dxg_unlock(scene->dxg, scene->device, allocation);
}

static uint32_t create_used(const struct scene *scene)
{
	uint32_t allocation = create(scene);

	use(scene, allocation);
	return allocation;
}

/* Queue a job; @allocation is what it uses, or 0. */
static void job_queue(struct scene *scene, unsigned int ms, uint32_t allocation)
{
	igt_dxg_submit_job(scene->dxg, scene->context, scene->fence, &scene->value, ms,
			   allocation, SIZE);
}

/* The same, and return when the engine is at it. */
static void job_start(struct scene *scene, unsigned int ms, uint32_t allocation)
{
	job_queue(scene, ms, allocation);
	igt_dxg_wait(scene->dxg, scene->device, scene->fence, scene->value - 1);
}

static void jobs_wait(const struct scene *scene)
{
	igt_dxg_wait(scene->dxg, scene->device, scene->fence, scene->value);
}

static void destroy(const struct scene *scene, uint32_t allocation, uint32_t flags)
{
	igt_dxg_destroy2(scene->dxg, scene->device, 0, &allocation, 1, flags);
}

/* The calls have returned; the scene ends when the jobs have. */
static void scene_returned(const struct scene *scene)
{
	igt_dxg_trace_mark("returned");
	jobs_wait(scene);
	scene_end(scene);
}

/* --- looking at it ------------------------------------------------------- */

/* The submission of the @number-th job of the scene. */
static int submitted(const struct scene *scene, int number)
{
	int at = -1;

	for (int i = 0; i <= number; i++)
		at = igt_dxg_trace_next(&trace, at, "command_submit context=%08x",
					scene->context);
	return at;
}

/* What happens to that job next, by the name of the event. */
static int job_event(const struct scene *scene, int number, const char *event)
{
	int at = submitted(scene, number);
	char command[IGT_DXG_EVENT_WORD];

	igt_dxg_trace_word(&trace, at, "command", command);
	return igt_dxg_trace_next(&trace, at, "%s %s context=%08x", event, command,
				  scene->context);
}

static int completed(const struct scene *scene, int number)
{
	return job_event(scene, number, "command_complete");
}

/**
 * struct steps - Where the steps of an allocation's destruction are
 * @batch: word that names the destruction
 * @retire: the allocation's handle is dead
 * @request: the destruction has been asked for
 * @deferred: it waits; -1: it does not
 * @ready: the wait is over
 * @close: the miniport has closed it, perhaps with others; in a worker or in the call
 * @backing: its memory has gone; -1: it had none
 * @destroy: the miniport has destroyed it, perhaps with others
 * @reclaimed: the destruction has finished
 */
struct steps {
	char batch[IGT_DXG_EVENT_WORD];
	int retire;
	int request;
	int deferred;
	int ready;
	int close;
	int backing;
	int destroy;
	int reclaimed;
};

/* Where it was deferred, if it was; and the order of what there always is. */
static void find_deferred(struct steps *steps)
{
	steps->deferred = igt_dxg_trace_find(&trace, steps->request, "destroy_deferred %s",
					     steps->batch);
	if (steps->deferred > steps->reclaimed)
		steps->deferred = -1;
	if (steps->deferred >= 0)
		igt_dxg_trace_order(&trace, steps->request, steps->deferred, steps->ready);
}

/* The destruction that a thread asked for after a handle was dead, that of a resource. */
static void find_batch(const struct scene *scene, struct steps *steps)
{
	steps->request = igt_dxg_trace_next(&trace, steps->retire, "destroy_request device=%08x",
					    scene->device);
	igt_dxg_trace_word(&trace, steps->request, "batch", steps->batch);
	steps->ready = igt_dxg_trace_next(&trace, steps->request, "destroy_ready %s",
					  steps->batch);
	steps->reclaimed = igt_dxg_trace_next(&trace, steps->request, "destroy_reclaimed %s",
					      steps->batch);
	find_deferred(steps);
}

/*
 * The destruction that an allocation's memory went in: a thread runs one from end to end.
 * The requests may be in another order than the handles died.
 */
static void find_batch_of_backing(const struct scene *scene, struct steps *steps, int worker)
{
	steps->reclaimed = igt_dxg_trace_next(&trace, steps->backing, "destroy_reclaimed pid=%d",
					      worker);
	igt_dxg_trace_word(&trace, steps->reclaimed, "batch", steps->batch);
	steps->request = igt_dxg_trace_last(&trace, steps->backing,
					    "destroy_request %s device=%08x", steps->batch,
					    scene->device);
	steps->ready = igt_dxg_trace_next(&trace, steps->request, "destroy_ready %s",
					  steps->batch);
	find_deferred(steps);
}

/* Find the steps, and assert what is true of all destructions. */
static void find_steps(const struct scene *scene, uint32_t allocation, struct steps *steps)
{
	int worker, freed;

	steps->retire = igt_dxg_trace_one(&trace, "object_retire handle=%08x type=allocation",
					  allocation);
	if (igt_dxg_trace_count(&trace, "backing_create handle=%08x", allocation)) {
		steps->backing = igt_dxg_trace_one(&trace, "backing_destroy handle=%08x",
						   allocation);
		worker = trace.events[steps->backing].pid;
		find_batch_of_backing(scene, steps, worker);
		steps->close = igt_dxg_trace_last(&trace, steps->backing, "ddi_close pid=%d",
						  worker);
		steps->destroy = igt_dxg_trace_next(&trace, steps->backing,
						    "ddi_destroy pid=%d", worker);
		igt_dxg_trace_order(&trace, steps->close, steps->backing, steps->destroy);
	} else {
		steps->backing = -1;
		find_batch(scene, steps);
		worker = trace.events[steps->reclaimed].pid;
		steps->destroy = igt_dxg_trace_last(&trace, steps->reclaimed,
						    "ddi_destroy pid=%d", worker);
		steps->close = igt_dxg_trace_last(&trace, steps->destroy, "ddi_close pid=%d",
						  worker);
	}
	igt_dxg_trace_order(&trace, steps->retire, steps->request, steps->ready, steps->close,
			    steps->destroy, steps->reclaimed);
	/* they are of this destruction: the thread was at no other in between */
	igt_dxg_trace_assert_none(&trace, steps->close, steps->destroy,
				  "destroy_reclaimed pid=%d", worker);
	freed = igt_dxg_trace_one(&trace, "object_free handle=%08x type=allocation", allocation);
	igt_dxg_trace_order(&trace, steps->destroy, freed);
}

/* --- creation ------------------------------------------------------------ */

/* Each object by itself: given a handle, which is valid later, before the call returns. */
static void assert_created(uint32_t handle, const char *type, int returned)
{
	igt_dxg_trace_order(&trace,
			    igt_dxg_trace_one(&trace, "object_create handle=%08x type=%s",
					      handle, type),
			    igt_dxg_trace_one(&trace, "object_publish handle=%08x type=%s",
					      handle, type),
			    returned);
}

/* Of one call: all handles, the miniport, all handles valid; and nothing after that. */
static void assert_created_together(const uint32_t *list, uint32_t resource, int before)
{
	int ddi = igt_dxg_trace_next(&trace, before, "ddi_create allocations=%u flags=%x", COUNT,
				     !!resource);
	int returned = igt_dxg_trace_next(&trace, before, "mark returned");
	int last = ddi;

	igt_dxg_trace_assert_none(&trace, before, ddi, "object_publish");
	igt_dxg_trace_assert_none(&trace, ddi, returned, "object_create");
	igt_dxg_trace_assert_none(&trace, before, returned, "backing_create");
	if (resource) {
		assert_created(resource, "resource", returned);
		last = igt_dxg_trace_one(&trace, "object_publish handle=%08x", resource);
		igt_dxg_trace_order(&trace, ddi, last);
	}
	for (int i = 0; i < COUNT; i++) {
		assert_created(list[i], "allocation", returned);
		igt_dxg_trace_order(&trace, last,
				    igt_dxg_trace_one(&trace, "object_publish handle=%08x",
						      list[i]));
		last = igt_dxg_trace_one(&trace, "object_publish handle=%08x", list[i]);
	}
	/* publishing is the last step */
	igt_assert_eq(last + 1, returned);
}

static void test_create(struct igt_dxg *dxg)
{
	uint32_t alone[COUNT], children[COUNT], resource;
	struct scene scene;
	int mark;

	scene_begin(dxg, &scene);
	igt_dxg_trace_mark("alone");
	igt_assert_eq(__igt_dxg_create(dxg, scene.device, 0, NULL, SIZE, COUNT, alone), 0);
	igt_dxg_trace_mark("returned");
	igt_dxg_trace_mark("resource");
	resource = igt_dxg_create_resource(dxg, scene.device, SIZE, COUNT, children);
	igt_dxg_trace_mark("returned");
	use(&scene, alone[0]);
	scene_end(&scene);

	mark = igt_dxg_trace_one(&trace, "mark alone");
	assert_created(scene.device, "device", mark);
	assert_created(scene.context, "context", mark);
	assert_created(scene.fence, "sync_object", mark);
	assert_created_together(alone, 0, mark);
	mark = igt_dxg_trace_one(&trace, "mark resource");
	assert_created_together(children, resource, mark);
	/* memory is taken when it is used for the first time */
	igt_assert_eq(igt_dxg_trace_count(&trace, "backing_create"), 1);
	igt_dxg_trace_order(&trace, mark,
			    igt_dxg_trace_one(&trace, "backing_create handle=%08x size=%u",
					      alone[0], SIZE));
}

/**
 * enum spoil - Why a creation fails
 * @SPOIL_PRIVATE: the miniport refuses the last allocation's private data
 * @SPOIL_LIST: the list that receives the handles cannot be written
 * @SPOIL_ARGS: nor can the structure, which is found out last
 * @SPOILS: how many there are
 */
enum spoil {
	SPOIL_PRIVATE,
	SPOIL_LIST,
	SPOIL_ARGS,
	SPOILS,
};

static void create_spoilt(const struct scene *scene, enum spoil spoil, bool resource)
{
	struct drm_dxg_allocation_private private[COUNT] = {};
	struct d3dkmt_allocation_info2 info[COUNT] = {};
	struct d3dkmt_create_allocation args = {
		.device = scene->device,
		.num_allocations = COUNT,
		.allocation_info = igt_dxg_ptr(info),
		.flags = resource ? D3DKMT_CREATE_RESOURCE : 0,
	};
	void *arg = &args;

	for (int i = 0; i < COUNT; i++) {
		private[i].size = SIZE;
		info[i].private_driver_data = igt_dxg_ptr(&private[i]);
		info[i].private_driver_data_size = sizeof(private[i]);
	}
	if (spoil == SPOIL_PRIVATE)
		private[COUNT - 1].pad = 1;
	else if (spoil == SPOIL_LIST)
		args.allocation_info = igt_dxg_ptr(igt_dxg_read_only(info, sizeof(info)));
	else
		arg = igt_dxg_read_only(&args, sizeof(args));
	igt_assert_eq(igt_dxg_ioctl(scene->dxg, D3DKMT_IOCTL_CREATE_ALLOCATION2, arg),
		      spoil == SPOIL_PRIVATE ? -EINVAL : -EFAULT);
}

static unsigned long long number(int at, const char *key)
{
	char word[IGT_DXG_EVENT_WORD];

	igt_dxg_trace_word(&trace, at, key, word);
	return strtoull(strchr(word, '=') + 1, NULL, 10);
}

/* Nothing was ever valid, and what the miniport had made it has been told to destroy. */
static void assert_spoilt(enum spoil spoil, bool resource)
{
	unsigned int objects = COUNT + resource, destroyed = 0;
	int begin = igt_dxg_trace_one(&trace, "mark begin");
	int end = igt_dxg_trace_one(&trace, "mark end");
	int ddi, at;

	igt_dxg_trace_assert_none(&trace, begin, end, "object_publish");
	at = begin;
	for (unsigned int i = 0; i < objects; i++)
		at = igt_dxg_trace_next(&trace, at, "object_create");
	igt_dxg_trace_assert_none(&trace, at, end, "object_create");
	igt_dxg_trace_assert_none(&trace, begin, at, "object_retire");
	if (spoil == SPOIL_PRIVATE) {
		igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_create"), 0);
		igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_close"), 0);
		igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_destroy"), 0);
		return;
	}
	ddi = igt_dxg_trace_one(&trace, "ddi_create allocations=%u", COUNT);
	igt_dxg_trace_order(&trace, at, ddi, igt_dxg_trace_next(&trace, begin, "object_retire"));
	at = ddi;
	for (int i = igt_dxg_trace_count(&trace, "ddi_destroy"); i; i--) {
		at = igt_dxg_trace_next(&trace, at, "ddi_destroy");
		destroyed += number(at, "allocations");
	}
	igt_assert_eq(destroyed, COUNT);
	/* the resource in the last of them */
	igt_assert_eq(igt_dxg_trace_count(&trace, "ddi_destroy flags=%x", DESTROY_RESOURCE),
		      resource);
	if (resource)
		igt_assert_eq(at, igt_dxg_trace_one(&trace, "ddi_destroy flags=%x",
						    DESTROY_RESOURCE));
}

static void test_create_fails(struct igt_dxg *dxg)
{
	struct scene scene;

	for (int i = 0; i < 2 * SPOILS; i++) {
		scene_begin(dxg, &scene);
		igt_dxg_trace_mark("begin");
		create_spoilt(&scene, i / 2, i % 2);
		igt_dxg_trace_mark("end");
		scene_end(&scene);
		assert_spoilt(i / 2, i % 2);
	}
}

/* --- destruction of what is not in use ----------------------------------- */

static void test_idle(struct igt_dxg *dxg)
{
	static const uint32_t flags[] = { 0, ASSUME, SYNCHRONOUS, ASSUME | SYNCHRONOUS };
	uint32_t list[IGT_DXG_ARRAY_SIZE(flags)], unused;
	struct scene scene;
	struct steps steps;
	int mark;

	scene_begin(dxg, &scene);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		list[i] = create_used(&scene);
		destroy(&scene, list[i], flags[i]);
		igt_dxg_trace_mark("returned-%zu", i);
	}
	unused = create(&scene);
	destroy(&scene, unused, 0);
	scene_end(&scene);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(flags); i++) {
		find_steps(&scene, list[i], &steps);
		igt_assert_eq(steps.deferred, -1);
		mark = igt_dxg_trace_one(&trace, "mark returned-%zu", i);
		/* nothing to wait for: ready at once */
		igt_dxg_trace_order(&trace, steps.ready, mark);
		if (flags[i] & SYNCHRONOUS)
			igt_dxg_trace_order(&trace, steps.reclaimed, mark);
		igt_assert_eq(igt_dxg_trace_find(&trace, steps.request,
						 "destroy_request allocations=1 flags=%x",
						 flags[i]), steps.request);
	}
	find_steps(&scene, unused, &steps);
	igt_assert_eq(steps.backing, -1);
	igt_assert_eq(igt_dxg_trace_count(&trace, "backing_destroy handle=%08x", unused), 0);
}

/* --- destruction of what is in use --------------------------------------- */

static bool run_busy(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	struct steps steps;
	uint32_t target;
	int mark;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	job_start(&scene, ms, target);
	destroy(&scene, target, 0);
	scene_returned(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	find_steps(&scene, target, &steps);
	igt_dxg_trace_order(&trace, steps.retire, steps.request, steps.deferred, mark,
			    completed(&scene, 0), steps.ready, steps.close, steps.backing,
			    steps.destroy, steps.reclaimed);
	return true;
}

static bool run_synchronous(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	struct steps steps;
	uint32_t target;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	job_start(&scene, ms, target);
	destroy(&scene, target, SYNCHRONOUS);
	igt_dxg_trace_mark("returned");
	scene_end(&scene);

	find_steps(&scene, target, &steps);
	igt_dxg_trace_order(&trace, completed(&scene, 0), steps.ready, steps.reclaimed,
			    igt_dxg_trace_one(&trace, "mark returned"));
	return steps.request < completed(&scene, 0) && steps.deferred >= 0;
}

/* No job uses it, so that there is nothing to wait for. */
static bool run_assume_unused(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	struct steps steps;
	uint32_t target, other;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	other = create_used(&scene);
	job_start(&scene, ms, other);
	destroy(&scene, target, ASSUME);
	scene_returned(&scene);

	find_steps(&scene, target, &steps);
	igt_assert_eq(steps.deferred, -1);
	igt_dxg_trace_order(&trace, steps.ready, igt_dxg_trace_one(&trace, "mark returned"));
	return steps.reclaimed < completed(&scene, 0);
}

/* The job that uses it is waited for, and the one behind is not. */
static bool run_assume_used(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	struct steps steps;
	uint32_t target;
	int mark;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	job_start(&scene, ms, target);
	job_queue(&scene, 50, 0);
	destroy(&scene, target, ASSUME);
	scene_returned(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	find_steps(&scene, target, &steps);
	igt_dxg_trace_order(&trace, steps.request, steps.deferred, mark, completed(&scene, 0),
			    steps.ready, completed(&scene, 1));
	return true;
}

/* A held command that names it is not waited for, and will not run. */
static bool run_assume_held(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	struct steps steps;
	uint32_t target;
	int lost;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	job_start(&scene, ms, 0);
	for (int i = 1; i < BEHIND; i++)
		job_queue(&scene, 1, 0);
	job_queue(&scene, 1, target);
	destroy(&scene, target, ASSUME);
	igt_dxg_trace_mark("returned");
	igt_dxg_wait_state(dxg, "commands", scene.before.commands);
	scene_end(&scene);

	if (completed(&scene, 0) < igt_dxg_trace_one(&trace, "mark returned"))
		return false;
	find_steps(&scene, target, &steps);
	igt_assert_eq(steps.deferred, -1);
	lost = igt_dxg_trace_one(&trace, "device_lost device=%08x state=%u", scene.device,
				 D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
	igt_dxg_trace_order(&trace, steps.request, steps.ready, completed(&scene, 0), lost,
			    job_event(&scene, BEHIND, "command_cancel"));
	return true;
}

/* --- resources ----------------------------------------------------------- */

/* The miniport's part of some allocations of a kind; returns its last event. */
static int assert_part(int after, const uint32_t *list, int worker, bool resource)
{
	int close = igt_dxg_trace_next(&trace, after, "ddi_close allocations=%u pid=%d", COUNT,
				       worker);
	int ddi = igt_dxg_trace_next(&trace, close, "ddi_destroy allocations=%u flags=%x pid=%d",
				     COUNT, resource ? DESTROY_RESOURCE : 0, worker);

	for (int i = 0; i < COUNT; i++)
		igt_dxg_trace_order(&trace, close,
				    igt_dxg_trace_one(&trace, "backing_destroy handle=%08x pid=%d",
						      list[i], worker),
				    ddi);
	return ddi;
}

/* One destruction: allocations that stand alone first, the resource with its own last. */
static bool run_both(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t alone[COUNT], children[COUNT], resource;
	struct steps steps = {};
	struct scene scene;
	int mark, worker, last;

	scene_begin(dxg, &scene);
	igt_assert_eq(__igt_dxg_create(dxg, scene.device, 0, NULL, SIZE, COUNT, alone), 0);
	resource = igt_dxg_create_resource(dxg, scene.device, SIZE, COUNT, children);
	for (int i = 0; i < COUNT; i++) {
		use(&scene, alone[i]);
		use(&scene, children[i]);
	}
	job_start(&scene, ms, children[1]);
	igt_dxg_destroy2(dxg, scene.device, resource, alone, COUNT, 0);
	scene_returned(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	steps.retire = igt_dxg_trace_one(&trace, "object_retire handle=%08x", resource);
	find_batch(&scene, &steps);
	igt_dxg_trace_one(&trace, "destroy_request %s resource=%08x allocations=%u flags=0",
			  steps.batch, resource, 2 * COUNT);
	igt_dxg_trace_order(&trace, steps.request, steps.deferred, mark, completed(&scene, 0),
			    steps.ready, steps.reclaimed);
	for (int i = 0; i < COUNT; i++) {
		/* all handles are dead before anything else happens */
		igt_dxg_trace_order(&trace, igt_dxg_trace_one(&trace, "object_retire handle=%08x",
							      alone[i]), steps.request);
		igt_dxg_trace_order(&trace, igt_dxg_trace_one(&trace, "object_retire handle=%08x",
							      children[i]), steps.request);
	}
	worker = trace.events[steps.reclaimed].pid;
	last = assert_part(steps.ready, alone, worker, false);
	last = assert_part(last, children, worker, true);
	igt_dxg_trace_order(&trace, last, steps.reclaimed);
	igt_dxg_trace_one(&trace, "ddi_destroy flags=%x", DESTROY_RESOURCE);
	return true;
}

/* The resource may be ready before what was destroyed before it, and goes last all the same. */
static bool run_resource_last(struct igt_dxg *dxg, unsigned int ms, uint32_t flags)
{
	int mark, last, backing;
	struct steps early, whole = {};
	uint32_t list[COUNT], resource;
	struct scene scene;

	scene_begin(dxg, &scene);
	resource = igt_dxg_create_resource(dxg, scene.device, SIZE, COUNT, list);
	for (int i = 0; i < COUNT; i++)
		use(&scene, list[i]);
	job_start(&scene, ms, 0);
	igt_dxg_destroy2(dxg, scene.device, 0, list, COUNT - 1, 0);
	igt_dxg_destroy2(dxg, scene.device, resource, NULL, 0, flags);
	scene_returned(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	find_steps(&scene, list[0], &early);
	igt_dxg_trace_order(&trace, early.deferred, mark, completed(&scene, 0), early.ready);
	igt_dxg_trace_one(&trace, "ddi_destroy allocations=%u", COUNT - 1);

	/* the miniport hears of the resource once, after all of its allocations */
	whole.retire = igt_dxg_trace_one(&trace, "object_retire handle=%08x", resource);
	find_batch(&scene, &whole);
	last = igt_dxg_trace_one(&trace, "ddi_destroy flags=%x", DESTROY_RESOURCE);
	igt_dxg_trace_assert_none(&trace, last, trace.count, "ddi_destroy");
	igt_dxg_trace_assert_none(&trace, last, trace.count, "ddi_close");
	igt_dxg_trace_assert_none(&trace, last, trace.count, "backing_destroy");
	igt_dxg_trace_order(&trace, early.destroy, last, whole.reclaimed);
	if (flags & ASSUME) {
		/* its own allocation went at once; then it waited for the others */
		igt_assert_eq(whole.deferred, -1);
		igt_dxg_trace_order(&trace, whole.ready, mark);
		backing = igt_dxg_trace_one(&trace, "backing_destroy handle=%08x",
					    list[COUNT - 1]);
		return backing < completed(&scene, 0);
	}
	igt_dxg_trace_order(&trace, whole.deferred, mark, early.ready, whole.ready);
	return true;
}

static bool run_resource_epoch(struct igt_dxg *dxg, unsigned int ms)
{
	return run_resource_last(dxg, ms, 0);
}

static bool run_resource_assume(struct igt_dxg *dxg, unsigned int ms)
{
	return run_resource_last(dxg, ms, ASSUME);
}

/* --- epochs -------------------------------------------------------------- */

/* Jobs and destructions in turn: each waits for the jobs before it and for no other. */
static bool run_epochs(struct igt_dxg *dxg, unsigned int ms)
{
	struct steps steps[COUNT];
	uint32_t list[COUNT];
	struct scene scene;
	int mark;

	scene_begin(dxg, &scene);
	for (int i = 0; i < COUNT; i++)
		list[i] = create_used(&scene);
	for (int i = 0; i < COUNT; i++) {
		if (!i)
			job_start(&scene, ms, 0);
		else
			job_queue(&scene, 20, 0);
		destroy(&scene, list[i], 0);
	}
	igt_dxg_trace_mark("returned");
	job_queue(&scene, 20, 0);
	jobs_wait(&scene);
	scene_end(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	for (int i = 0; i < COUNT; i++) {
		find_steps(&scene, list[i], &steps[i]);
		igt_dxg_trace_order(&trace, steps[i].deferred, mark, completed(&scene, i),
				    steps[i].ready, completed(&scene, i + 1));
		/* the epoch is that of the job before it */
		igt_assert_eq_u64(number(steps[i].deferred, "epoch"),
				  number(submitted(&scene, i), "epoch"));
		igt_assert_eq_u64(number(steps[i].deferred, "epoch") + 1,
				  number(submitted(&scene, i + 1), "epoch"));
	}
	return true;
}

/* Another device's jobs do not count. */
static bool run_other_device(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene, other;
	struct steps steps;
	uint32_t target;

	scene_begin(dxg, &scene);
	other = scene;
	scene_fill(&other);
	target = create_used(&other);
	job_start(&scene, ms, 0);
	destroy(&other, target, SYNCHRONOUS);
	igt_dxg_trace_mark("returned");
	jobs_wait(&scene);
	igt_dxg_destroy_device(dxg, other.device);
	scene_end(&scene);

	find_steps(&other, target, &steps);
	igt_assert_eq(steps.deferred, -1);
	igt_dxg_trace_order(&trace, steps.reclaimed, igt_dxg_trace_one(&trace, "mark returned"));
	return steps.reclaimed < completed(&scene, 0);
}

/* --- the end of a parent ------------------------------------------------- */

/**
 * struct family - A device with everything, at work
 * @scene: the device
 * @alone: allocation that the job uses
 * @pending: allocation that is destroyed, and waits
 * @resource: a resource
 * @list: its allocations
 */
struct family {
	struct scene scene;
	uint32_t alone;
	uint32_t pending;
	uint32_t resource;
	uint32_t list[COUNT];
};

/* More jobs than the engine takes at once: the last ones are held. */
static void family_work(struct family *family, unsigned int ms)
{
	struct scene *scene = &family->scene;

	family->alone = create_used(scene);
	family->pending = create_used(scene);
	family->resource = igt_dxg_create_resource(scene->dxg, scene->device, SIZE, COUNT,
						   family->list);
	use(scene, family->list[0]);
	job_start(scene, ms, family->alone);
	for (int i = 1; i <= BEHIND; i++)
		job_queue(scene, 1, family->list[0]);
	destroy(scene, family->pending, 0);
}

/* Everything is dead and cancelled when the call returns; what runs, runs on. */
static bool assert_family_ended(const struct family *family)
{
	const struct scene *scene = &family->scene;
	int mark = igt_dxg_trace_one(&trace, "mark returned");
	struct steps steps;

	if (completed(scene, 0) < mark)
		return false;
	igt_dxg_trace_assert_none(&trace, mark, trace.count, "object_retire");
	igt_dxg_trace_order(&trace,
			    igt_dxg_trace_one(&trace, "object_retire handle=%08x type=device",
					      scene->device), mark);
	igt_dxg_trace_order(&trace,
			    igt_dxg_trace_one(&trace, "object_retire handle=%08x type=context",
					      scene->context), mark);
	igt_dxg_trace_order(&trace,
			    igt_dxg_trace_one(&trace, "object_retire handle=%08x type=sync_object",
					      scene->fence), mark);
	igt_dxg_trace_order(&trace,
			    igt_dxg_trace_one(&trace, "object_retire handle=%08x type=resource",
					      family->resource), mark);
	for (int i = 0; i < DEPTH; i++)
		igt_assert_eq(number(completed(scene, i), "error"), 0);
	for (int i = DEPTH; i <= BEHIND; i++)
		igt_dxg_trace_order(&trace, job_event(scene, i, "command_cancel"), mark);
	for (int i = -2; i < COUNT; i++) {
		find_steps(scene, i == -2 ? family->pending : i == -1 ? family->alone :
			   family->list[i], &steps);
		igt_dxg_trace_order(&trace, steps.deferred, mark, completed(scene, DEPTH - 1),
				    steps.ready);
	}
	/* the device is the last of its tree */
	igt_dxg_trace_order(&trace, steps.reclaimed,
			    igt_dxg_trace_one(&trace, "object_free handle=%08x type=device",
					      scene->device));
	return true;
}

static bool run_device(struct igt_dxg *dxg, unsigned int ms)
{
	struct family family;

	scene_begin(dxg, &family.scene);
	family_work(&family, ms);
	igt_dxg_destroy_device(dxg, family.scene.device);
	igt_dxg_trace_mark("returned");
	scene_read(&family.scene);
	return assert_family_ended(&family);
}

static bool run_close(struct igt_dxg *dxg, unsigned int ms)
{
	struct family family;

	scene_begin(dxg, &family.scene);
	family_work(&family, ms);
	igt_assert_eq(close(dxg->fd), 0);
	igt_dxg_trace_mark("returned");
	/* something to close for igt_dxg_renew(), or after a failure */
	dxg->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	family.scene.before.processes--;
	scene_read(&family.scene);
	igt_dxg_renew(dxg);
	return assert_family_ended(&family);
}

static void linger_at_work(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct family family = {};

	family.scene.dxg = igt_dxg_open(parent->door, parent->driver);
	scene_fill(&family.scene);
	family_work(&family, igt_dxg_tdr_ms() / 2);
	igt_dxg_child_linger(child);
}

/* Whenever it is killed, nothing is left. */
static void test_kill(struct igt_dxg *dxg)
{
	struct scene scene = { .dxg = dxg };
	struct igt_dxg_child child;

	igt_dxg_read_state_all(dxg, &scene.before);
	igt_dxg_trace_start(dxg);
	igt_dxg_child_start(&child, dxg, linger_at_work);
	igt_dxg_child_await(&child);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 10000);
	scene_read(&scene);
	igt_assert_eq(igt_dxg_trace_count(&trace, "command_submit"), BEHIND + 1);
	igt_assert_eq(igt_dxg_trace_count(&trace, "backing_destroy"), 3);
	igt_assert_eq(igt_dxg_trace_count(&trace, "object_free type=allocation"), COUNT + 2);
}

static bool run_context(struct igt_dxg *dxg, unsigned int ms)
{
	struct scene scene;
	int mark;

	scene_begin(dxg, &scene);
	job_start(&scene, ms, 0);
	for (int i = 1; i <= BEHIND; i++)
		job_queue(&scene, 1, 0);
	igt_dxg_destroy_context(dxg, scene.context);
	igt_dxg_trace_mark("returned");
	igt_dxg_wait_state(dxg, "commands", scene.before.commands);
	scene_end(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	if (completed(&scene, 0) < mark)
		return false;
	for (int i = 0; i < DEPTH; i++)
		igt_dxg_trace_order(&trace, mark, job_event(&scene, i, "command_complete error=0"));
	for (int i = DEPTH; i <= BEHIND; i++)
		igt_dxg_trace_order(&trace, job_event(&scene, i, "command_cancel"), mark);
	igt_assert_eq(igt_dxg_trace_count(&trace, "command_promote"), DEPTH);
	igt_assert_eq(igt_dxg_trace_count(&trace, "device_lost"), 0);
	return true;
}

/* --- the time-out and removal -------------------------------------------- */

static void test_hang(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	int mark, reset, lost, hung;
	struct scene scene;
	struct steps steps;
	uint32_t target;

	scene_begin(dxg, &scene);
	target = create_used(&scene);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_signal(&stream, scene.fence, ++scene.value);
	igt_dxg_stream_hang(&stream);
	igt_dxg_stream_fill(&stream, target, 0, SIZE, 1);
	igt_dxg_submit(dxg, scene.context, &stream);
	igt_dxg_wait(dxg, scene.device, scene.fence, scene.value);
	for (int i = 1; i <= BEHIND; i++)
		job_queue(&scene, 1, 0);
	destroy(&scene, target, 0);
	igt_dxg_trace_mark("returned");
	/* the last job will not signal it, but its loss does */
	jobs_wait(&scene);
	igt_assert_eq(igt_dxg_device_state(dxg, scene.device), D3DKMT_DEVICEEXECUTION_HUNG);
	/* a lost device takes nothing, and what the stream names is not touched */
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_fill(&stream, create(&scene), 0, SIZE, 1);
	igt_dxg_stream_signal(&stream, scene.fence, scene.value);
	igt_dxg_stream_finish(&stream);
	igt_assert_eq(__igt_dxg_submit(dxg, scene.context, &stream), -ENODEV);
	igt_dxg_stream_free(&stream);
	scene_end(&scene);

	mark = igt_dxg_trace_one(&trace, "mark returned");
	reset = igt_dxg_trace_one(&trace, "node_reset node=0");
	lost = igt_dxg_trace_one(&trace, "device_lost device=%08x state=%u", scene.device,
				 D3DKMT_DEVICEEXECUTION_HUNG);
	hung = job_event(&scene, 0, "command_complete error=-62");
	find_steps(&scene, target, &steps);
	igt_dxg_trace_order(&trace, steps.deferred, mark, reset, lost, hung, steps.ready,
			    steps.reclaimed);
	/* what the engine had got behind it does not run, and is waited for, too */
	for (int i = 1; i < DEPTH; i++)
		igt_dxg_trace_order(&trace, hung,
				    job_event(&scene, i, "command_complete error=-19"),
				    steps.ready);
	for (int i = DEPTH; i <= BEHIND; i++)
		igt_dxg_trace_order(&trace, lost, job_event(&scene, i, "command_cancel"), hung);
	igt_assert_eq(igt_dxg_trace_count(&trace, "command_promote"), DEPTH);
	igt_assert_eq(igt_dxg_trace_count(&trace, "command_submit"), BEHIND + 1);
}

/* All memory is given back before the in-tree device is let go, whoever has handles. */
static bool run_unbind(struct igt_dxg *dxg, unsigned int ms)
{
	int mark, detach, attach, at = -1;
	struct family family;
	struct igt_dxg *next;
	char adapter[32];

	scene_begin(dxg, &family.scene);
	snprintf(adapter, sizeof(adapter), "adapter=%llx",
		 (unsigned long long)(uint32_t)dxg->luid.high << 32 | dxg->luid.low);
	family_work(&family, ms);
	igt_dxg_trace_mark("unbind");
	igt_dxg_unbind(dxg);
	igt_dxg_trace_mark("returned");
	igt_dxg_rebind();
	next = igt_dxg_reopen(dxg);
	/* a DRM node answers nothing any more, but its close does the same */
	if (dxg->door == DXG_DOOR_DXG) {
		igt_dxg_destroy_device(dxg, family.scene.device);
		igt_dxg_close_adapter(dxg, dxg->adapter);
	}
	igt_dxg_close(dxg);
	igt_dxg_trace_await(&trace, "object_free type=process_adapter");
	igt_dxg_assert_invariants(next);
	igt_dxg_close(next);
	igt_dxg_trace_assert_ended(&trace);

	mark = igt_dxg_trace_one(&trace, "mark unbind");
	detach = igt_dxg_trace_one(&trace, "adapter_detach %s", adapter);
	attach = igt_dxg_trace_one(&trace, "adapter_attach");
	igt_assert_eq(igt_dxg_trace_count(&trace, "adapter_detach"), 1);
	igt_assert_eq(igt_dxg_trace_count(&trace, "adapter_attach %s", adapter), 0);
	igt_dxg_trace_order(&trace, mark, detach, igt_dxg_trace_one(&trace, "mark returned"),
			    attach);
	/* nothing runs, and nothing has memory */
	igt_assert_eq(igt_dxg_trace_count(&trace, "backing_create"), 3);
	for (int i = 0; i < 3; i++) {
		at = igt_dxg_trace_next(&trace, at, "backing_destroy");
		igt_dxg_trace_order(&trace, at, detach);
	}
	igt_dxg_trace_assert_none(&trace, detach, trace.count, "command_complete");
	igt_dxg_trace_assert_none(&trace, detach, trace.count, "command_cancel");
	/* the miniport is told of the rest later */
	at = igt_dxg_trace_one(&trace, "object_retire handle=%08x type=device",
			       family.scene.device);
	igt_dxg_trace_order(&trace, detach, at,
			    igt_dxg_trace_one(&trace, "ddi_destroy flags=%x", DESTROY_RESOURCE));
	if (completed(&family.scene, 0) < mark)
		return false;
	job_event(&family.scene, 0, "command_complete error=-19");
	return true;
}

static void test_unbind(struct igt_dxg *dxg)
{
	unsigned int ms = igt_dxg_tdr_ms();
	bool lasted = false;

	/* it will be without its adapter, so each attempt has one of its own */
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	for (int i = 0; i < ATTEMPTS && !lasted; i++)
		lasted = run_unbind(igt_dxg_reopen(dxg), ms);
	igt_assert_f(lasted, "jobs of %u ms were over too early\n", ms);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("create", test_create,
	     "Handles become valid last, after the miniport's part."),
	TEST("create-fails", test_create_fails,
	     "What a creation that fails has made goes, and never was valid."),
	TEST("idle", test_idle,
	     "The steps of a destruction that has nothing to wait for."),
	LASTING("busy", run_busy,
		"Without flags the call returns, the job ends, the memory goes."),
	LASTING("synchronous", run_synchronous,
		"SynchronousDestroy returns after the last step."),
	LASTING("assume-unused", run_assume_unused,
		"AssumeNotInUse does not wait for jobs that do not use it."),
	LASTING("assume-used", run_assume_used,
		"AssumeNotInUse waits for the armed job that uses it, only."),
	LASTING("assume-held", run_assume_held,
		"AssumeNotInUse does not wait for held commands."),
	LASTING("both", run_both,
		"A list and a resource go together, the resource last."),
	LASTING("resource-epoch", run_resource_epoch,
		"A resource goes after allocations that were destroyed before."),
	LASTING("resource-assume", run_resource_assume,
		"The same where the resource is ready before these."),
	LASTING("epochs", run_epochs,
		"Each destruction waits for the jobs before it and no others."),
	LASTING("other-device", run_other_device,
		"Another device's jobs are not waited for."),
	LASTING("device", run_device,
		"A device goes with all that it has, while it works."),
	LASTING("close", run_close,
		"A file is closed with all that it has, while it works."),
	IGT_DXG_TEST_LONG("kill",
			  "A process is killed with all that it has, while it works.", test_kill),
	LASTING("context", run_context,
		"A context's held commands are cancelled, armed ones go on."),
	IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, "hang",
			"The time-out comes before the memory goes.", test_hang),
	{ .name = "unbind", .run = test_unbind, .leaves = true,
	  .describe = "An adapter is detached when nothing has memory any more." },
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
