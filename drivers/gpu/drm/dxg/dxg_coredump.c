// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/devcoredump.h>
#include <linux/ktime.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include <uapi/drm/dxg_drm.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_context.h"
#include "dxg_coredump.h"
#include "dxg_device.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_sched.h"
#include "dxg_sync.h"
#include "dxg_sync_object.h"

/**
 * DOC: Device core dumps
 *
 * A command that meets the time-out leaves a text behind, as /sys/class/devcoredump/devcdN/data
 * of the adapter's device: whose command it was, what it uses, what it would have signalled
 * and its records. There is one for each incident, until somebody reads and dismisses it, or
 * for five minutes: while there is one for the device, later ones are dropped, for the first
 * is the one to look at. Only root can read it, and there is no kernel address in it.
 *
 * Who waits for the command's fence waits for the time-out handler, so that only takes a
 * copy of limited size, from memory that is there at once; without it there is no dump. A
 * worker that nobody waits for writes the text.
 *
 * Refused: the bytes of the allocations. They are the program's, and it can look at them
 * itself: a device that is lost can still be locked.
 */

/* What is copied of each at most. */
#define COREDUMP_STREAM		8192
#define COREDUMP_USES		64
#define COREDUMP_SIGNALS	64

/* What is written at most; more than the above can be. */
#define COREDUMP_TEXT		(128 * 1024)

/**
 * struct coredump_use - An allocation that the command uses
 * @handle: its handle
 * @write: whether it is written
 * @size: bytes
 */
struct coredump_use {
	u32 handle;
	bool write;
	u64 size;
};

/**
 * struct coredump_signal - A fence that the command would have signalled
 * @handle: its handle
 * @value: its value when the time was over
 */
struct coredump_signal {
	u32 handle;
	u64 value;
};

/**
 * struct dxg_coredump - What is known of a command when its time is over
 * @work: writes the text
 * @adapter: the adapter, counted
 * @time: CLOCK_MONOTONIC in nanoseconds
 * @node: the engine
 * @armed: commands that the scheduler has, with this one
 * @paging: it moves bytes for the video memory manager, and is of no process
 * @pid: process that opened the door
 * @comm: its name, empty where it has gone
 * @on_node: it opened a DRM node
 * @device: handle of the device
 * @context: handle of the context
 * @context_flags: its flags
 * @queue: handle of the hardware queue, or of the context again
 * @held: commands that wait in it
 * @epoch: epoch of the device
 * @fence_context: timeline of the job's fence
 * @fence_seqno: its number
 * @num_uses: allocations that it uses
 * @uses: the first of them
 * @num_signals: fences that it names
 * @signals: the first of them
 * @stream_size: bytes of the stream
 * @stream: the first of them
 */
struct dxg_coredump {
	struct work_struct work;
	struct dxg_adapter *adapter;
	u64 time;
	u32 node;
	unsigned int armed;
	bool paging;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	bool on_node;
	u32 device;
	u32 context;
	u32 context_flags;
	u32 queue;
	unsigned int held;
	u64 epoch;
	u64 fence_context;
	u64 fence_seqno;
	u32 num_uses;
	struct coredump_use uses[COREDUMP_USES];
	u32 num_signals;
	struct coredump_signal signals[COREDUMP_SIGNALS];
	u32 stream_size;
	u64 stream[COREDUMP_STREAM / sizeof(u64)];
};

/**
 * struct coredump_text - A text being written
 * @data: the text
 * @size: its bytes so far, at most COREDUMP_TEXT
 */
struct coredump_text {
	char *data;
	size_t size;
};

static __printf(2, 3) void text_add(struct coredump_text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->size += vscnprintf(text->data + text->size, COREDUMP_TEXT - text->size, format, args);
	va_end(args);
}

static void text_add_address(struct coredump_text *text, const char *name,
			     const struct drm_dxg_address *address)
{
	text_add(text, " %s=%u:%llu+%#llx", name, address->kind, address->base, address->offset);
}

static void text_add_record(struct coredump_text *text, const struct drm_dxg_cmd *record)
{
	const struct drm_dxg_cmd_timestamp *timestamp = (const void *)record;
	const struct drm_dxg_cmd_signal *signal = (const void *)record;
	const struct drm_dxg_cmd_delay *delay = (const void *)record;
	const struct drm_dxg_cmd_fill *fill = (const void *)record;
	const struct drm_dxg_cmd_copy *copy = (const void *)record;

	switch (record->opcode) {
	case DRM_DXG_CMD_FILL:
		text_add(text, "fill");
		text_add_address(text, "dst", &fill->dst);
		text_add(text, " length=%#llx pattern=%#x", fill->length, fill->pattern);
		break;
	case DRM_DXG_CMD_COPY:
		text_add(text, "copy");
		text_add_address(text, "dst", &copy->dst);
		text_add_address(text, "src", &copy->src);
		text_add(text, " length=%#llx", copy->length);
		break;
	case DRM_DXG_CMD_DELAY:
		text_add(text, "delay ns=%llu flags=%#x", delay->duration_ns, delay->flags);
		break;
	case DRM_DXG_CMD_TIMESTAMP:
		text_add(text, "timestamp");
		text_add_address(text, "dst", &timestamp->dst);
		break;
	case DRM_DXG_CMD_SIGNAL:
		text_add(text, "signal fence=%u value=%llu", signal->sync_object, signal->value);
		break;
	default:
		text_add(text, "opcode %u", record->opcode);
		break;
	}
	text_add(text, "\n");
}

/* The stream was checked when it was submitted, but the copy may end in a record. */
static void text_add_stream(struct coredump_text *text, const struct dxg_coredump *dump)
{
	u32 size = min_t(u32, dump->stream_size, COREDUMP_STREAM);
	u32 pos = sizeof(struct drm_dxg_cmd_stream);
	const struct drm_dxg_cmd *record;

	text_add(text, "stream: bytes=%u\n", dump->stream_size);
	while (pos + sizeof(*record) <= size) {
		record = (const void *)dump->stream + pos;
		if (record->size < sizeof(*record) || record->size > size - pos)
			break;
		text_add(text, "  %#06x ", pos);
		text_add_record(text, record);
		pos += record->size;
	}
	if (pos < dump->stream_size)
		text_add(text, "  and %u bytes more\n", dump->stream_size - pos);
}

static void text_add_objects(struct coredump_text *text, const struct dxg_coredump *dump)
{
	u32 i;

	text_add(text, "allocations: %u\n", dump->num_uses);
	for (i = 0; i < min_t(u32, dump->num_uses, COREDUMP_USES); i++)
		text_add(text, "  %u: handle=%08x bytes=%llu%s\n", i, dump->uses[i].handle,
			 dump->uses[i].size, dump->uses[i].write ? " write" : "");
	text_add(text, "fences: %u\n", dump->num_signals);
	for (i = 0; i < min_t(u32, dump->num_signals, COREDUMP_SIGNALS); i++)
		text_add(text, "  %u: handle=%08x value=%llu\n", i, dump->signals[i].handle,
			 dump->signals[i].value);
}

static void text_add_owner(struct coredump_text *text, const struct dxg_coredump *dump)
{
	if (dump->paging) {
		text_add(text, "process: none, the paging node moves bytes\n");
		return;
	}
	text_add(text, "process: pid=%d name=%s door=%s\n", dump->pid, dump->comm,
		 dump->on_node ? "node" : "/dev/dxg");
	text_add(text, "device: %08x epoch=%llu\n", dump->device, dump->epoch);
	text_add(text, "context: %08x flags=%#x\n", dump->context, dump->context_flags);
	text_add(text, "queue: %08x held=%u\n", dump->queue, dump->held);
}

static void text_add_all(struct coredump_text *text, const struct dxg_coredump *dump)
{
	text_add(text, "dxg device core dump, version 1\n");
	text_add(text, "kernel: %s\n", init_utsname()->release);
	text_add(text, "adapter: luid=%llx %s\n", dump->adapter->luid, dump->adapter->description);
	text_add(text, "time: %llu\n", dump->time);
	text_add(text, "what: a command met the time-out of %u ms\n", dxg_tdr_ms);
	text_add(text, "node: %u armed=%u\n", dump->node, dump->armed);
	text_add_owner(text, dump);
	text_add(text, "job: fence=%llu:%llu\n", dump->fence_context, dump->fence_seqno);
	text_add_objects(text, dump);
	text_add_stream(text, dump);
}

/* Where the device is about to go nobody would find the dump. */
static void coredump_write(struct dxg_coredump *dump)
{
	struct coredump_text text = {};
	int idx;

	text.data = vmalloc(COREDUMP_TEXT);
	if (!text.data)
		return;
	text_add_all(&text, dump);
	if (!dxg_adapter_enter(dump->adapter, &idx)) {
		vfree(text.data);
		return;
	}
	/* Takes the text, also if it drops it. */
	dev_coredumpv(dump->adapter->ddev.dev, text.data, text.size, GFP_KERNEL);
	dxg_adapter_exit(idx);
}

static void coredump_work(struct work_struct *work)
{
	struct dxg_coredump *dump = container_of(work, struct dxg_coredump, work);
	struct dxg_adapter *adapter = dump->adapter;

	coredump_write(dump);
	kfree(dump);
	clear_bit(DXG_ADAPTER_DUMPING, &adapter->bits);
	dxg_adapter_put(adapter);
}

static void capture_process(struct dxg_coredump *dump, const struct dxg_process *process)
{
	struct task_struct *task;

	dump->pid = process->pid;
	dump->on_node = process->only;
	rcu_read_lock();
	task = pid_task(process->opener, PIDTYPE_TGID);
	if (task)
		get_task_comm(dump->comm, task);
	rcu_read_unlock();
	/* A program chooses its name. */
	strreplace(dump->comm, '\n', '?');
}

static void capture_owner(struct dxg_coredump *dump, const struct dxg_command *cmd)
{
	const struct dxg_queue *queue = cmd->queue;

	dump->paging = !queue;
	if (!queue)
		return;
	capture_process(dump, queue->device->process);
	dump->device = queue->device->base.handle;
	dump->context = queue->ctx->base.handle;
	dump->context_flags = queue->ctx->flags;
	dump->queue = queue->owner->handle;
	dump->held = READ_ONCE(queue->num_held);
	dump->epoch = cmd->epoch;
}

static void capture_objects(struct dxg_coredump *dump, const struct dxg_command *cmd)
{
	u32 i;

	dump->num_uses = cmd->num_uses;
	for (i = 0; i < min_t(u32, cmd->num_uses, COREDUMP_USES); i++) {
		dump->uses[i].handle = cmd->uses[i].alloc->base.handle;
		dump->uses[i].write = cmd->uses[i].write;
		dump->uses[i].size = cmd->uses[i].alloc->bo->base.size;
	}
	dump->num_signals = cmd->num_signals;
	for (i = 0; i < min_t(u32, cmd->num_signals, COREDUMP_SIGNALS); i++) {
		dump->signals[i].handle = cmd->signals[i]->base.handle;
		dump->signals[i].value = READ_ONCE(*cmd->signals[i]->object->value);
	}
}

static void capture_stream(struct dxg_coredump *dump, const struct dxg_command *cmd)
{
	const struct drm_dxg_cmd_stream *stream = cmd->ddi.stream;

	if (!stream)
		return;
	dump->stream_size = stream->size;
	memcpy(dump->stream, stream, min_t(u32, stream->size, COREDUMP_STREAM));
}

/**
 * dxg_coredump_capture() - Take down what is known of a command that hangs
 * @cmd: the command, which the miniport has no more and nobody has finished yet
 *
 * In a fence's signalling path. The dump comes about later, or not at all.
 */
void dxg_coredump_capture(struct dxg_command *cmd)
{
	struct dxg_adapter *adapter = cmd->node->adapter;
	struct dxg_coredump *dump;

	if (!IS_ENABLED(CONFIG_DEV_COREDUMP) ||
	    test_and_set_bit(DXG_ADAPTER_DUMPING, &adapter->bits))
		return;
	dump = kzalloc(sizeof(*dump), GFP_NOWAIT | __GFP_NOWARN);
	if (!dump) {
		clear_bit(DXG_ADAPTER_DUMPING, &adapter->bits);
		return;
	}
	INIT_WORK(&dump->work, coredump_work);
	dxg_adapter_get(adapter);
	dump->adapter = adapter;
	dump->time = ktime_get_ns();
	dump->node = cmd->node->ordinal;
	dump->armed = READ_ONCE(cmd->node->armed);
	dump->fence_context = cmd->job.s_fence->finished.context;
	dump->fence_seqno = cmd->job.s_fence->finished.seqno;
	capture_owner(dump, cmd);
	capture_objects(dump, cmd);
	capture_stream(dump, cmd);
	/* One that nobody needs to get memory back, for the text takes memory. */
	queue_work(dxg_paging_wq, &dump->work);
}
