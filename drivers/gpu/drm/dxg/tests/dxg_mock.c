// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "../dxg_debugfs.h"
#include "../dxg_sched.h"
#include "dxg_mock.h"

/**
 * DOC: Mock miniport
 *
 * A DRM device "dxg_mock" that can do nothing, and a miniport that serves it. The port
 * attaches to it as to any other: by the class interface, the worker and the client.
 * So a test has a real adapter with real nodes, and the port's own code on all paths.
 *
 * Time is manual: a command that is submitted stays where it is until the test calls
 * dxg_mock_complete() or dxg_mock_time_out(). A node has one command at a time, as the
 * port promises; commands of different nodes may be completed in any order. Completing
 * one without an error executes its fills, copies and signals, so that memory which has
 * gone too early is touched.
 *
 * A plan makes the nth call of an op fail, or has a function run in it. The log is a
 * string with a word for each call, which a test compares as a whole:
 *
 * - "c2" creates two allocations, "c2r" in a resource; "o" opens one for the device that
 *   creates it, "O" for another one;
 * - "x2" closes two openings; "d2" destroys two allocations, "d2r" of a resource, "d2R"
 *   with the resource;
 * - "+" and "-" make and destroy a backing, where the test asks for them: the port may
 *   keep one for the next allocation;
 * - "s7" submits the command with tag 7, "!0" resets node 0, "stop" and "gone".
 *
 * The mock keeps account of all that exists and fails the test when the port breaks a
 * rule of the interface: calls for one resource at the same time, a stale resource
 * handle, an allocation that goes while it is open, a second command on a node, a call
 * after the last.
 */

/* Handles that a resource can have, one after the other. */
#define MOCK_TOKENS	4

/* Openings that an allocation can have at a time. */
#define MOCK_OPENINGS	8

/**
 * struct dxg_mock_resource - A resource, by the handle that is valid now
 * @tokens: what the port has is the address of one of them; each points back
 * @token: which is the valid one
 * @live: its allocations
 * @entered: a call for it is under way
 */
struct dxg_mock_resource {
	struct dxg_mock_resource *tokens[MOCK_TOKENS];
	unsigned int token;
	unsigned int live;
	atomic_t entered;
};

/**
 * struct mock_opening - An opening of an allocation; its address is the handle
 * @alloc: the allocation; NULL: it is not open
 */
struct mock_opening {
	struct mock_allocation *alloc;
};

/**
 * struct mock_allocation - An allocation
 * @resource: its resource, or NULL
 * @created: the device that created it has opened it
 * @openings: its openings
 */
struct mock_allocation {
	struct dxg_mock_resource *resource;
	bool created;
	struct mock_opening openings[MOCK_OPENINGS];
};

#define mock_violation(mock, fmt, ...) \
	KUNIT_FAIL((mock)->test, "the port broke a rule: " fmt, ##__VA_ARGS__)

static __printf(2, 0) void mock_vlog_locked(struct dxg_mock *mock, const char *fmt, va_list args)
{
	lockdep_assert_held(&mock->lock);

	if (mock->log_size)
		mock->log_size += scnprintf(mock->log + mock->log_size,
					    DXG_MOCK_LOG - mock->log_size, " ");
	mock->log_size += vscnprintf(mock->log + mock->log_size, DXG_MOCK_LOG - mock->log_size,
				     fmt, args);
}

static __printf(2, 3) void mock_log_locked(struct dxg_mock *mock, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	mock_vlog_locked(mock, fmt, args);
	va_end(args);
}

static __printf(2, 3) void mock_log(struct dxg_mock *mock, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	spin_lock(&mock->lock);
	mock_vlog_locked(mock, fmt, args);
	spin_unlock(&mock->lock);
	va_end(args);
}

/* Count the call and do what is planned for it. */
static int mock_enter(struct dxg_mock *mock, enum dxg_mock_op op)
{
	struct dxg_mock_plan *plan = &mock->plans[op];
	dxg_mock_hook hook = NULL;
	unsigned int nth;
	int ret = 0;
	bool gone;

	spin_lock(&mock->lock);
	gone = mock->gone;
	nth = ++mock->calls[op];
	if (nth == plan->hook_at)
		hook = plan->hook;
	if (nth == plan->fault_at)
		ret = plan->error;
	spin_unlock(&mock->lock);

	if (gone)
		mock_violation(mock, "op %d after remove_device", op);
	if (hook)
		hook(mock);
	wake_up_all(&mock->wait);
	return ret;
}

static void mock_count(struct dxg_mock *mock, unsigned int *count, int by)
{
	spin_lock(&mock->lock);
	*count += by;
	spin_unlock(&mock->lock);
	wake_up_all(&mock->wait);
}

static struct dxg_mock_resource *mock_resource_create(struct dxg_mock *mock)
{
	struct dxg_mock_resource *resource;
	int i;

	resource = kzalloc(sizeof(*resource), GFP_KERNEL);
	if (!resource)
		return NULL;
	for (i = 0; i < MOCK_TOKENS; i++)
		resource->tokens[i] = resource;
	mock_count(mock, &mock->resources, 1);
	return resource;
}

static void mock_resource_enter(struct dxg_mock *mock, struct dxg_mock_resource *resource)
{
	if (atomic_xchg(&resource->entered, 1))
		mock_violation(mock, "two calls for one resource at the same time");
}

static void mock_resource_exit(struct dxg_mock_resource *resource)
{
	atomic_set(&resource->entered, 0);
}

static struct dxg_mock_resource *mock_resource_find(struct dxg_mock *mock, void *handle)
{
	struct dxg_mock_resource *resource = *(struct dxg_mock_resource **)handle;

	if (handle != &resource->tokens[resource->token])
		mock_violation(mock, "a resource handle that is not the last");
	return resource;
}

static void *mock_resource_handle(struct dxg_mock *mock, struct dxg_mock_resource *resource)
{
	if (mock->rewrite)
		resource->token = (resource->token + 1) % MOCK_TOKENS;
	return &resource->tokens[resource->token];
}

static void *mock_start_device(struct dxg_adapter *adapter, struct drm_device *target)
{
	struct dxg_mock *mock = target->dev_private;
	int ret = mock_enter(mock, DXG_MOCK_START_DEVICE);

	if (ret)
		return ERR_PTR(ret);
	drm_dev_get(&adapter->ddev);
	mock->adapter = adapter;
	complete_all(&mock->started);
	return mock;
}

static void mock_stop_device(void *context)
{
	struct dxg_mock *mock = context;
	u32 node;

	mock_enter(mock, DXG_MOCK_STOP_DEVICE);
	spin_lock(&mock->lock);
	mock->stopped = true;
	mock_log_locked(mock, "stop");
	spin_unlock(&mock->lock);
	for (node = 0; node < DXG_MOCK_NODES; node++)
		dxg_mock_complete(mock, node, -ENODEV);
}

static void mock_remove_device(void *context)
{
	struct dxg_mock *mock = context;

	mock_enter(mock, DXG_MOCK_REMOVE_DEVICE);
	spin_lock(&mock->lock);
	mock->gone = true;
	mock_log_locked(mock, "gone");
	spin_unlock(&mock->lock);
	if (mock->resources || mock->allocations || mock->openings || mock->backings)
		mock_violation(mock, "left: %u resources, %u allocations, %u openings, %u backings",
			       mock->resources, mock->allocations, mock->openings, mock->backings);
	complete_all(&mock->removed);
}

static void mock_query_caps(void *context, struct dxg_ddi_caps *caps)
{
	caps->num_nodes = DXG_MOCK_NODES + 1;
	caps->paging_node = DXG_MOCK_NODES;
	caps->segment_size = DXG_MOCK_SEGMENT;
	caps->backing_max = DXG_MOCK_SEGMENT;
}

static size_t mock_get_standard_allocation(void *context, u64 size, void *private_data)
{
	struct drm_dxg_allocation_private *private = private_data;

	private->size = size;
	return sizeof(private->size);
}

static int mock_create_one(struct dxg_mock *mock, struct dxg_ddi_allocation_info *info,
			   struct dxg_mock_resource *resource)
{
	const struct drm_dxg_allocation_private *private = info->private_data;
	struct mock_allocation *alloc;

	if (info->private_data_size < sizeof(private->size))
		return -EINVAL;
	alloc = kzalloc(sizeof(*alloc), GFP_KERNEL);
	if (!alloc)
		return -ENOMEM;
	alloc->resource = resource;
	if (resource)
		resource->live++;
	mock_count(mock, &mock->allocations, 1);
	info->allocation = alloc;
	info->size = PAGE_ALIGN(private->size);
	info->width = PAGE_SIZE / 4;
	info->height = info->size >> PAGE_SHIFT;
	return 0;
}

static void mock_free_one(struct dxg_mock *mock, struct mock_allocation *alloc)
{
	u32 i;

	for (i = 0; i < MOCK_OPENINGS; i++)
		if (alloc->openings[i].alloc)
			mock_violation(mock, "an open allocation is destroyed");
	if (alloc->resource)
		alloc->resource->live--;
	mock_count(mock, &mock->allocations, -1);
	kfree(alloc);
}

static void mock_resource_free(struct dxg_mock *mock, struct dxg_mock_resource *resource)
{
	mock_count(mock, &mock->resources, -1);
	kfree(resource);
}

static int mock_create_all(struct dxg_mock *mock, struct dxg_ddi_create_allocation *args,
			   struct dxg_mock_resource *resource)
{
	u32 i;
	int ret;

	for (i = 0; i < args->num_allocations; i++) {
		ret = mock_create_one(mock, &args->allocations[i], resource);
		if (ret) {
			while (i--)
				mock_free_one(mock, args->allocations[i].allocation);
			return ret;
		}
	}
	return 0;
}

static int mock_create_allocation(void *context, struct dxg_ddi_create_allocation *args)
{
	struct dxg_mock_resource *resource = NULL;
	struct dxg_mock *mock = context;
	int ret;

	mock_log(mock, "c%u%s", args->num_allocations, args->flags ? "r" : "");
	if (args->resource && args->flags)
		resource = mock_resource_find(mock, args->resource);
	else if (args->flags & DXG_DDI_CREATE_RESOURCE)
		resource = mock_resource_create(mock);
	if (args->flags && !resource)
		return -ENOMEM;
	if (resource)
		mock_resource_enter(mock, resource);

	ret = mock_enter(mock, DXG_MOCK_CREATE_ALLOCATION);
	if (!ret)
		ret = mock_create_all(mock, args, resource);
	if (!ret && resource) {
		args->resource = mock_resource_handle(mock, resource);
	} else if (ret && args->flags && !args->resource) {
		mock_resource_free(mock, resource);
		return ret;
	}
	if (resource)
		mock_resource_exit(resource);
	return ret;
}

static void mock_destroy_allocation(void *context, struct dxg_ddi_destroy_allocation *args)
{
	struct dxg_mock_resource *resource = NULL;
	struct dxg_mock *mock = context;
	bool last = args->flags & DXG_DDI_DESTROY_RESOURCE;
	u32 i;

	mock_log(mock, "d%u%s", args->num_allocations, last ? "R" : args->resource ? "r" : "");
	if (args->resource) {
		resource = mock_resource_find(mock, args->resource);
		mock_resource_enter(mock, resource);
	}
	mock_enter(mock, DXG_MOCK_DESTROY_ALLOCATION);
	for (i = 0; i < args->num_allocations; i++) {
		struct mock_allocation *alloc = args->allocations[i];

		if (alloc->resource != resource)
			mock_violation(mock, "an allocation is destroyed with a foreign resource");
		mock_free_one(mock, alloc);
	}
	if (!resource) {
		if (last)
			mock_violation(mock, "DESTROY_RESOURCE without a resource");
		return;
	}
	if (!last)
		args->resource = mock_resource_handle(mock, resource);
	mock_resource_exit(resource);
	if (last) {
		if (resource->live)
			mock_violation(mock, "a resource goes before %u allocations of it",
				       resource->live);
		mock_resource_free(mock, resource);
	}
}

static struct mock_opening *mock_open_one(struct dxg_mock *mock, struct mock_allocation *alloc,
					  bool create)
{
	struct mock_opening *opening = alloc->openings;

	if (create == alloc->created)
		mock_violation(mock, "opened %s by the device that creates",
			       create ? "again" : "by another before");
	alloc->created = true;
	while (opening->alloc && opening < &alloc->openings[MOCK_OPENINGS - 1])
		opening++;
	if (opening->alloc)
		mock_violation(mock, "opened too often for the mock");
	opening->alloc = alloc;
	mock_count(mock, &mock->openings, 1);
	return opening;
}

static int mock_open_allocation(void *context, struct dxg_ddi_open_allocation *args)
{
	struct mock_allocation *alloc = args->allocation;
	bool create = args->flags & DXG_DDI_OPEN_CREATE;
	struct dxg_mock *mock = context;
	int ret;

	mock_log(mock, create ? "o" : "O");
	if (alloc->resource)
		mock_resource_enter(mock, alloc->resource);
	ret = mock_enter(mock, DXG_MOCK_OPEN_ALLOCATION);
	if (!ret)
		args->device_specific = mock_open_one(mock, alloc, create);
	if (alloc->resource)
		mock_resource_exit(alloc->resource);
	return ret;
}

static void mock_close_allocation(void *context, struct dxg_ddi_close_allocation *args)
{
	struct mock_opening *first = args->device_specific[0];
	struct dxg_mock_resource *resource = NULL;
	struct dxg_mock *mock = context;
	u32 i;

	mock_log(mock, "x%u", args->num_allocations);
	if (first->alloc)
		resource = first->alloc->resource;
	if (resource)
		mock_resource_enter(mock, resource);
	mock_enter(mock, DXG_MOCK_CLOSE_ALLOCATION);
	for (i = 0; i < args->num_allocations; i++) {
		struct mock_opening *opening = args->device_specific[i];

		if (!opening->alloc)
			mock_violation(mock, "a closed allocation is closed");
		opening->alloc = NULL;
		mock_count(mock, &mock->openings, -1);
	}
	if (resource)
		mock_resource_exit(resource);
}

static int mock_create_backing(void *context, u32 width, u32 height, u64 size,
			       struct dxg_ddi_backing *backing)
{
	struct dxg_mock *mock = context;
	void *memory;
	int ret;

	if (mock->stopped)
		mock_violation(mock, "create_backing after stop_device");
	ret = mock_enter(mock, DXG_MOCK_CREATE_BACKING);
	if (ret)
		return ret;
	memory = vzalloc(size);
	if (!memory)
		return -ENOMEM;
	if (mock->log_backings)
		mock_log(mock, "+");
	iosys_map_set_vaddr(&backing->map, memory);
	mock_count(mock, &mock->backings, 1);
	return 0;
}

static void mock_destroy_backing(void *context, struct dxg_ddi_backing *backing)
{
	struct dxg_mock *mock = context;

	if (mock->log_backings)
		mock_log(mock, "-");
	if (!READ_ONCE(mock->target))
		mock_violation(mock, "destroy_backing after the in-tree device has gone");
	mock_enter(mock, DXG_MOCK_DESTROY_BACKING);
	vfree(backing->map.vaddr);
	memset(backing, 0, sizeof(*backing));
	mock_count(mock, &mock->backings, -1);
}

/* Its memory is no object of a device: there is nothing to be exported, nor imported. */
static struct dma_buf *mock_export_backing(void *context, struct dxg_ddi_backing *backing,
					   u32 flags)
{
	return ERR_PTR(-EINVAL);
}

static bool mock_backing_is_shared(void *context, const struct dxg_ddi_backing *backing)
{
	return false;
}

static int mock_import_backing(void *context, int fd, struct dxg_ddi_backing *backing)
{
	return -EINVAL;
}

static int mock_map_backing(void *context, struct dxg_ddi_backing *backing)
{
	struct dxg_mock *mock = context;

	mock_violation(mock, "map_backing of what was not imported");
	return -EINVAL;
}

/* The record after this one, or the first after NULL; NULL after the last. */
static const struct drm_dxg_cmd *mock_next(const struct dxg_ddi_command *command,
					   const struct drm_dxg_cmd *record)
{
	const struct drm_dxg_cmd_stream *head = command->stream;
	const void *next = record ? (const void *)record + record->size : head + 1;

	return next < command->stream + head->size ? next : NULL;
}

/* The tag is the duration of the stream's first delay, or of a signal the value. */
static u64 mock_tag(const struct dxg_ddi_command *command)
{
	const struct drm_dxg_cmd *record = NULL;

	while ((record = mock_next(command, record))) {
		if (record->opcode == DRM_DXG_CMD_DELAY)
			return ((const struct drm_dxg_cmd_delay *)record)->duration_ns;
		if (record->opcode == DRM_DXG_CMD_SIGNAL)
			return ((const struct drm_dxg_cmd_signal *)record)->value;
	}
	return 0;
}

static void mock_copy(const struct dxg_ddi_command *command, const struct drm_dxg_cmd_copy *copy)
{
	memmove(command->memory[copy->dst.base] + copy->dst.offset,
		command->memory[copy->src.base] + copy->src.offset, copy->length);
}

/* Time does not stand still for what pages: nobody in the test sees it. */
static void mock_page(struct dxg_mock *mock, struct dxg_ddi_command *command)
{
	const struct drm_dxg_cmd_copy *copy =
		command->stream + sizeof(struct drm_dxg_cmd_stream);
	int ret;

	ret = mock_enter(mock, DXG_MOCK_PAGE);
	if (!ret && READ_ONCE(mock->stopped))
		ret = -ENODEV;
	if (!ret)
		mock_copy(command, copy);
	dxg_port_command_done(command, ret);
}

static void mock_submit_command(void *context, struct dxg_ddi_command *command)
{
	struct dxg_mock *mock = context;
	bool stopped, busy = false;

	if (command->node == DXG_MOCK_NODES) {
		mock_page(mock, command);
		return;
	}
	if (command->node > DXG_MOCK_NODES) {
		mock_violation(mock, "a command for node %u", command->node);
		dxg_port_command_done(command, -EINVAL);
		return;
	}
	mock_enter(mock, DXG_MOCK_SUBMIT_COMMAND);
	spin_lock(&mock->lock);
	mock_log_locked(mock, "s%llu", mock_tag(command));
	stopped = mock->stopped;
	if (!stopped) {
		busy = mock->running[command->node];
		mock->running[command->node] = command;
	}
	spin_unlock(&mock->lock);
	if (busy)
		mock_violation(mock, "a second command on node %u", command->node);
	wake_up_all(&mock->wait);
	if (stopped)
		dxg_port_command_done(command, -ENODEV);
}

static void mock_reset(void *context, u32 node)
{
	struct dxg_mock *mock = context;

	mock_enter(mock, DXG_MOCK_RESET);
	/* What is being completed is completed, and not touched afterwards. */
	mutex_lock(&mock->execute_lock);
	spin_lock(&mock->lock);
	mock_log_locked(mock, "!%u", node);
	mock->running[node] = NULL;
	spin_unlock(&mock->lock);
	mutex_unlock(&mock->execute_lock);
	wake_up_all(&mock->wait);
}

static const struct dxg_ddi_ops mock_ops = {
	.owner = THIS_MODULE,
	.driver_name = "dxg_mock",
	.start_device = mock_start_device,
	.stop_device = mock_stop_device,
	.remove_device = mock_remove_device,
	.query_caps = mock_query_caps,
	.get_standard_allocation = mock_get_standard_allocation,
	.create_allocation = mock_create_allocation,
	.destroy_allocation = mock_destroy_allocation,
	.open_allocation = mock_open_allocation,
	.close_allocation = mock_close_allocation,
	.create_backing = mock_create_backing,
	.destroy_backing = mock_destroy_backing,
	.export_backing = mock_export_backing,
	.backing_is_shared = mock_backing_is_shared,
	.import_backing = mock_import_backing,
	.map_backing = mock_map_backing,
	.submit_command = mock_submit_command,
	.reset = mock_reset,
};

/**
 * dxg_mock_register() - Register the miniport
 *
 * Return: as dxg_miniport_register().
 */
int dxg_mock_register(void)
{
	return dxg_miniport_register(&mock_ops);
}

/**
 * dxg_mock_unregister() - Undo dxg_mock_register()
 */
void dxg_mock_unregister(void)
{
	dxg_miniport_unregister(&mock_ops);
}

/**
 * dxg_mock_fail() - Have a call fail
 * @mock: the mock
 * @op: the op; one that returns an error
 * @nth: number of the call, from now on, from 1
 * @error: with this
 */
void dxg_mock_fail(struct dxg_mock *mock, enum dxg_mock_op op, unsigned int nth, int error)
{
	spin_lock(&mock->lock);
	mock->plans[op].fault_at = mock->calls[op] + nth;
	mock->plans[op].error = error;
	spin_unlock(&mock->lock);
}

/**
 * dxg_mock_hook_at() - Have a function run in a call
 * @mock: the mock
 * @op: the op
 * @nth: number of the call, from now on, from 1
 * @hook: the function
 */
void dxg_mock_hook_at(struct dxg_mock *mock, enum dxg_mock_op op, unsigned int nth,
		      dxg_mock_hook hook)
{
	spin_lock(&mock->lock);
	mock->plans[op].hook_at = mock->calls[op] + nth;
	mock->plans[op].hook = hook;
	spin_unlock(&mock->lock);
}

/**
 * dxg_mock_calls() - How often an op has been called
 * @mock: the mock
 * @op: the op
 *
 * Return: the number.
 */
unsigned int dxg_mock_calls(struct dxg_mock *mock, enum dxg_mock_op op)
{
	unsigned int calls;

	spin_lock(&mock->lock);
	calls = mock->calls[op];
	spin_unlock(&mock->lock);
	return calls;
}

/**
 * dxg_mock_running() - What a node has
 * @mock: the mock
 * @node: the node
 *
 * Return: the command's tag; 0: none.
 */
u64 dxg_mock_running(struct dxg_mock *mock, u32 node)
{
	u64 tag = 0;

	spin_lock(&mock->lock);
	if (mock->running[node])
		tag = mock_tag(mock->running[node]);
	spin_unlock(&mock->lock);
	return tag;
}

/**
 * dxg_mock_wait_running() - Wait until a node has a command
 * @mock: the mock
 * @node: the node
 *
 * Return: the command's tag; 0: none came, and the test has failed.
 */
u64 dxg_mock_wait_running(struct dxg_mock *mock, u32 node)
{
	dxg_mock_wait(mock, dxg_mock_running(mock, node));
	return dxg_mock_running(mock, node);
}

static void mock_execute(const struct dxg_ddi_command *command)
{
	const struct drm_dxg_cmd *record = NULL;

	while ((record = mock_next(command, record))) {
		const struct drm_dxg_cmd_signal *signal = (const void *)record;
		const struct drm_dxg_cmd_fill *fill = (const void *)record;
		const struct drm_dxg_cmd_copy *copy = (const void *)record;

		if (record->opcode == DRM_DXG_CMD_FILL && !command->null_rendering)
			memset32(command->memory[fill->dst.base] + fill->dst.offset, fill->pattern,
				 fill->length / 4);
		else if (record->opcode == DRM_DXG_CMD_COPY && !command->null_rendering)
			mock_copy(command, copy);
		else if (record->opcode == DRM_DXG_CMD_SIGNAL)
			dxg_port_signal((struct dxg_ddi_command *)command, signal->sync_object,
					signal->value);
	}
}

/**
 * dxg_mock_complete() - Let a node finish what it has
 * @mock: the mock
 * @node: the node
 * @error: 0: execute the command; or a negative errno: do not
 *
 * Return: whether it had anything.
 */
bool dxg_mock_complete(struct dxg_mock *mock, u32 node, int error)
{
	struct dxg_ddi_command *command;

	mutex_lock(&mock->execute_lock);
	spin_lock(&mock->lock);
	command = mock->running[node];
	mock->running[node] = NULL;
	spin_unlock(&mock->lock);

	if (command && !error)
		mock_execute(command);
	if (command)
		dxg_port_command_done(command, error);
	mutex_unlock(&mock->execute_lock);
	return command;
}

static bool mock_timed_out(struct dxg_mock *mock, unsigned int before)
{
	return dxg_mock_calls(mock, DXG_MOCK_RESET) > before ||
	       dxg_adapter_is_removed(mock->adapter);
}

/**
 * dxg_mock_time_out() - Let what a node has meet the time-out
 * @mock: the mock
 * @node: the node
 *
 * Returns when the port has reset the node, or has no adapter any more. The scheduler sets
 * the timer anew when it has freed a job and when it has handled the time-out before; where
 * that comes after us, we do it again.
 */
void dxg_mock_time_out(struct dxg_mock *mock, u32 node)
{
	unsigned int before = dxg_mock_calls(mock, DXG_MOCK_RESET);
	struct drm_gpu_scheduler *sched = &mock->adapter->nodes[node]->sched;
	unsigned int i;

	for (i = 0; i < 60 && !mock_timed_out(mock, before); i++) {
		drm_sched_fault(sched);
		flush_work(&sched->work_tdr.work);
		if (!mock_timed_out(mock, before))
			msleep(20 << min(i, 5));
	}
	dxg_mock_wait(mock, mock_timed_out(mock, before));
}

/**
 * dxg_mock_log_reset() - Begin a new log
 * @mock: the mock
 */
void dxg_mock_log_reset(struct dxg_mock *mock)
{
	spin_lock(&mock->lock);
	mock->log_size = 0;
	mock->log[0] = '\0';
	spin_unlock(&mock->lock);
}

/**
 * dxg_mock_log() - The calls since dxg_mock_log_reset()
 * @mock: the mock
 *
 * Return: the log, not valid after the next call.
 */
const char *dxg_mock_log(struct dxg_mock *mock)
{
	return mock->log;
}

/**
 * dxg_mock_idle() - Whether nothing is pending
 * @mock: the mock
 *
 * Return: whether no command is left and no destruction.
 */
bool dxg_mock_idle(struct dxg_mock *mock)
{
	struct dxg_adapter_stats *stats = &mock->adapter->stats;

	return !atomic_read(&stats->commands) && !atomic_read(&stats->batches);
}

/**
 * dxg_mock_settle() - Wait until nothing is pending, and check what must hold then
 * @mock: the mock; no command is running
 */
void dxg_mock_settle(struct dxg_mock *mock)
{
	const char *broken;

	dxg_mock_wait(mock, dxg_mock_idle(mock));
	broken = dxg_debugfs_check(mock->adapter);
	if (broken)
		KUNIT_FAIL(mock->test, "the rule \"%s\" is broken", broken);
}

/**
 * dxg_mock_drain() - Let all run out, with time moving as fast as commands come
 * @mock: the mock
 */
void dxg_mock_drain(struct dxg_mock *mock)
{
	dxg_mock_wait(mock, (dxg_mock_complete(mock, 0, 0), dxg_mock_complete(mock, 1, 0),
			     dxg_mock_idle(mock)));
	dxg_mock_settle(mock);
}
