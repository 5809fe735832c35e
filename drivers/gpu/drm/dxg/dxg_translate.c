// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_allocation.h"
#include "dxg_command.h"
#include "dxg_destroy.h"
#include "dxg_device.h"
#include "dxg_gem.h"
#include "dxg_gpuva.h"
#include "dxg_gpuva_update.h"
#include "dxg_process.h"
#include "dxg_queue.h"
#include "dxg_translate.h"

/**
 * DOC: Translation
 *
 * The engine is told of memory by an index of the command's allocations and an offset. Where
 * a stream has GPU virtual addresses it is written anew, when the command is promoted: a
 * record that crosses mappings becomes several, what is read as zero becomes a fill, and
 * what is written there is left out. So the engine knows no addresses, and the command's
 * turn decides what is at them, as WDDM has it: behind the updates that were queued before it
 * in its context.
 *
 * Nobody waits for a command that is promoted, so it may take memory, which is charged to the
 * process. From then on it uses allocations like any other.
 *
 * What an address finds must be there for this command. An allocation that was destroyed is,
 * for commands of its device that were queued before, until they are through; and one that was
 * offered, in the same way. Anything else is a page fault: the command is refused whole.
 *
 * The work is bounded: a stream may name the same addresses very often, and each look-up is
 * a step.
 *
 * Refused: translation at submission. It costs less to refuse a call than to lose a device,
 * but an update queued before would have to be looked at, and those of other contexts.
 * Refused: translation by the engine, which may not sleep for the lock of the address space,
 * and would have to take references while it runs.
 */

/* Bytes and uses that a stream may grow to, and look-ups that it may take. */
#define TRANSLATE_MAX_BYTES	0x100000
#define TRANSLATE_MAX_USES	0x1000
#define TRANSLATE_MAX_STEPS	0x10000

/**
 * struct translation - A stream that is being written anew
 * @cmd: the command
 * @device: its device
 * @vm: the address space, locked
 * @stream: the new stream; NULL: only its size is to be known
 * @size: bytes of it
 * @uses: what the command uses; NULL as @stream
 * @num_uses: how many
 * @steps: look-ups so far
 */
struct translation {
	struct dxg_command *cmd;
	struct dxg_device *device;
	struct dxg_gpuvm *vm;
	void *stream;
	u32 size;
	struct dxg_use *uses;
	u32 num_uses;
	u32 steps;
};

/**
 * dxg_translate_fault() - A command reaches an address that it must not
 * @cmd: the command
 * @address: the address
 * @write: it wants to write there
 *
 * Return: -EFAULT.
 */
int dxg_translate_fault(struct dxg_command *cmd, u64 address, bool write)
{
	cmd->fault = address;
	cmd->fault_write = write;
	return -EFAULT;
}

/**
 * dxg_translate_check() - Check a GPU virtual address of a command
 * @cmd: the command, being submitted
 * @address: the address
 * @length: bytes
 *
 * Return: 0; -EINVAL: it is none, or goes out of the address space.
 */
int dxg_translate_check(struct dxg_command *cmd, const struct drm_dxg_address *address,
			u64 length)
{
	u64 start;

	if (!IS_ALIGNED(address->base, sizeof(u64)) ||
	    check_add_overflow(address->base, address->offset, &start))
		return -EINVAL;
	/* No bytes are nowhere. */
	if (!dxg_gpuva_is_valid(start, length ?: 1))
		return -EINVAL;
	cmd->has_gpuva = true;
	return 0;
}

/* Whether the command may still use the bytes. */
static bool translate_is_there(struct translation *t, struct dxg_allocation *alloc)
{
	struct dxg_adapter *adapter = t->device->adapter;
	struct dxg_gem_object *bo = alloc->bo;
	const struct dxg_batch *batch;
	bool there;

	if (alloc->device != t->device)
		return false;
	spin_lock_irq(&t->device->lock);
	batch = READ_ONCE(alloc->dying);
	/* It stays for all that was queued before, and its batch as long as its mappings. */
	there = !alloc->revoked && !(batch && t->cmd->epoch > batch->epoch);
	spin_unlock_irq(&t->device->lock);
	if (!there || !READ_ONCE(bo->offered))
		return there;
	spin_lock(&adapter->vidmm_lock);
	there = !bo->offered || (bo->offer_device == t->device &&
				 bo->offer_epoch != DXG_EPOCH_NONE &&
				 t->cmd->epoch <= bo->offer_epoch);
	spin_unlock(&adapter->vidmm_lock);
	return there;
}

static bool translate_is_allowed(struct translation *t, const struct dxg_gpuva_span *span,
				 bool write)
{
	if (!span->alloc)
		return span->protection & D3DKMT_GPU_VA_ZERO;
	if (write && (!(span->protection & D3DKMT_GPU_VA_WRITE) || span->alloc->bo->read_only))
		return false;
	return translate_is_there(t, span->alloc);
}

/* What is at some place of an address, and how far it goes. */
static int translate_find(struct translation *t, const struct drm_dxg_address *address, u64 pos,
			  u64 max, bool write, struct dxg_gpuva_span *span)
{
	u64 va = address->base + address->offset + pos;

	if (address->kind == DRM_DXG_ADDRESS_ALLOCATION) {
		*span = (struct dxg_gpuva_span){
			.alloc = t->cmd->uses[address->base].alloc,
			.offset = address->offset + pos,
			.length = max,
		};
		return 0;
	}
	if (++t->steps > TRANSLATE_MAX_STEPS)
		return -ENOMEM;
	if (!(t->steps % 1024))
		cond_resched();
	dxg_gpuva_find(t->vm, va, max, span);
	if (translate_is_allowed(t, span, write))
		return 0;
	return dxg_translate_fault(t->cmd, va, write);
}

static void translate_address(struct translation *t, struct drm_dxg_address *to,
			      const struct drm_dxg_address *from,
			      const struct dxg_gpuva_span *span, bool write)
{
	to->kind = DRM_DXG_ADDRESS_ALLOCATION;
	to->pad = 0;
	to->offset = span->offset;
	to->base = from->base;
	if (from->kind == DRM_DXG_ADDRESS_ALLOCATION)
		return;
	to->base = t->num_uses;
	if (t->uses) {
		dxg_allocation_get(span->alloc);
		t->uses[t->num_uses].alloc = span->alloc;
		t->uses[t->num_uses].write = write;
	}
	t->num_uses++;
}

/* A record, to be filled if this is not NULL afterwards. */
static int translate_add(struct translation *t, u32 opcode, u32 size, void **record)
{
	*record = NULL;
	if (t->size > TRANSLATE_MAX_BYTES - size || t->num_uses > TRANSLATE_MAX_USES)
		return -ENOMEM;
	if (t->stream) {
		struct drm_dxg_cmd *base = t->stream + t->size;

		base->opcode = opcode;
		base->size = size;
		*record = base;
	}
	t->size += size;
	return 0;
}

static int translate_fill(struct translation *t, const struct drm_dxg_cmd_fill *fill)
{
	struct drm_dxg_cmd_fill scratch, *to;
	struct dxg_gpuva_span span;
	void *record;
	u64 pos;
	int ret;

	for (pos = 0; pos < fill->length; pos += span.length) {
		ret = translate_find(t, &fill->dst, pos, fill->length - pos, true, &span);
		if (ret)
			return ret;
		if (!span.alloc)
			continue;
		ret = translate_add(t, DRM_DXG_CMD_FILL, sizeof(*to), &record);
		if (ret)
			return ret;
		to = record ?: &scratch;
		translate_address(t, &to->dst, &fill->dst, &span, true);
		to->length = span.length;
		to->pattern = fill->pattern;
	}
	return 0;
}

/* All parts of a copy are of the same size, so that they can change places. */
static int translate_copy_part(struct translation *t, const struct drm_dxg_cmd_copy *copy,
			       const struct dxg_gpuva_span *dst, const struct dxg_gpuva_span *src)
{
	union {
		struct drm_dxg_cmd_fill fill;
		struct drm_dxg_cmd_copy copy;
	} scratch, *to;
	void *record;
	int ret;

	/* Writes to what reads as zero are dropped. */
	if (!dst->alloc)
		return 0;
	ret = translate_add(t, src->alloc ? DRM_DXG_CMD_COPY : DRM_DXG_CMD_FILL, sizeof(to->copy),
			    &record);
	if (ret)
		return ret;
	to = record ?: &scratch;
	if (src->alloc) {
		translate_address(t, &to->copy.dst, &copy->dst, dst, true);
		translate_address(t, &to->copy.src, &copy->src, src, false);
		to->copy.length = src->length;
	} else {
		translate_address(t, &to->fill.dst, &copy->dst, dst, true);
		to->fill.length = src->length;
		to->fill.pattern = 0;
	}
	return 0;
}

static void translate_reverse(struct translation *t, u32 from)
{
	struct drm_dxg_cmd_copy *first = t->stream + from;
	struct drm_dxg_cmd_copy *last = t->stream + t->size;

	while (first < --last) {
		swap(*first, *last);
		first++;
	}
}

static int translate_copy(struct translation *t, const struct drm_dxg_cmd_copy *copy)
{
	struct dxg_gpuva_span dst, src;
	u32 from = t->size;
	u64 pos;
	int ret;

	for (pos = 0; pos < copy->length; pos += src.length) {
		ret = translate_find(t, &copy->dst, pos, copy->length - pos, true, &dst);
		if (!ret)
			ret = translate_find(t, &copy->src, pos, dst.length, false, &src);
		if (!ret)
			ret = translate_copy_part(t, copy, &dst, &src);
		if (ret)
			return ret;
	}
	/* As memmove() does it, where the addresses overlap. */
	if (t->stream && copy->dst.kind == copy->src.kind &&
	    copy->dst.base + copy->dst.offset > copy->src.base + copy->src.offset)
		translate_reverse(t, from);
	return 0;
}

static int translate_timestamp(struct translation *t,
			       const struct drm_dxg_cmd_timestamp *timestamp)
{
	struct drm_dxg_cmd_timestamp scratch, *to;
	struct dxg_gpuva_span span;
	void *record;
	int ret;

	/* Aligned, so it is all in one page. */
	ret = translate_find(t, &timestamp->dst, 0, sizeof(u64), true, &span);
	if (ret || !span.alloc)
		return ret;
	ret = translate_add(t, DRM_DXG_CMD_TIMESTAMP, sizeof(*to), &record);
	if (ret)
		return ret;
	to = record ?: &scratch;
	translate_address(t, &to->dst, &timestamp->dst, &span, true);
	return 0;
}

static int translate_record(struct translation *t, const struct drm_dxg_cmd *cmd)
{
	void *record;
	int ret;

	switch (cmd->opcode) {
	case DRM_DXG_CMD_FILL:
		return translate_fill(t, (const void *)cmd);
	case DRM_DXG_CMD_COPY:
		return translate_copy(t, (const void *)cmd);
	case DRM_DXG_CMD_TIMESTAMP:
		return translate_timestamp(t, (const void *)cmd);
	default:
		ret = translate_add(t, cmd->opcode, cmd->size, &record);
		if (record)
			memcpy(record, cmd, cmd->size);
		return ret;
	}
}

static int translate_stream(struct translation *t)
{
	const struct drm_dxg_cmd_stream *head = t->cmd->stream;
	const struct drm_dxg_cmd *cmd;
	int ret;
	u32 pos;

	t->size = sizeof(*head);
	t->num_uses = t->cmd->num_uses;
	t->steps = 0;
	for (pos = sizeof(*head); pos < head->size; pos += cmd->size) {
		cmd = t->cmd->stream + pos;
		ret = translate_record(t, cmd);
		if (ret)
			return ret;
	}
	return 0;
}

/* Those that the second walk has taken references on. */
static void translate_put_uses(struct translation *t)
{
	while (t->num_uses > t->cmd->num_uses)
		dxg_allocation_put(t->uses[--t->num_uses].alloc);
}

static void translate_drop(struct translation *t, void **memory)
{
	kvfree(t->stream);
	kvfree(t->uses);
	kvfree(memory);
}

/* The first walk has said how much it is; no mapping has changed since. */
static int translate_write(struct translation *t)
{
	struct dxg_command *cmd = t->cmd;
	struct drm_dxg_cmd_stream *head;
	void **memory;
	int ret;

	t->stream = kvzalloc(t->size, GFP_KERNEL_ACCOUNT);
	t->uses = kvcalloc(t->num_uses, sizeof(*t->uses), GFP_KERNEL_ACCOUNT);
	memory = kvcalloc(t->num_uses, sizeof(*memory), GFP_KERNEL_ACCOUNT);
	if (!t->stream || !t->uses || !memory) {
		translate_drop(t, memory);
		return -ENOMEM;
	}
	head = t->stream;
	*head = *(const struct drm_dxg_cmd_stream *)cmd->stream;
	head->size = t->size;
	memcpy(t->uses, cmd->uses, cmd->num_uses * sizeof(*t->uses));
	ret = translate_stream(t);
	if (ret) {
		/* One of them has been destroyed meanwhile, with ASSUME_NOT_IN_USE. */
		translate_put_uses(t);
		translate_drop(t, memory);
		return ret;
	}
	WARN_ON(t->size != head->size);

	swap(cmd->stream, t->stream);
	swap(cmd->uses, t->uses);
	swap(cmd->memory, memory);
	cmd->num_uses = t->num_uses;
	cmd->ddi.stream = cmd->stream;
	cmd->ddi.memory = cmd->memory;
	translate_drop(t, memory);
	return 0;
}

static int translate_command(struct dxg_command *cmd, struct dxg_device *device)
{
	struct dxg_process_adapter *pa = dxg_process_adapter_from(&device->base);
	struct translation t = { .cmd = cmd, .device = device };
	struct mem_cgroup *old;
	int ret;

	t.vm = dxg_gpuvm_create(pa);
	if (!t.vm)
		return -ENOMEM;
	old = set_active_memcg(pa->process->memcg);
	dxg_gpuvm_lock(t.vm);
	ret = translate_stream(&t) ?: translate_write(&t);
	dxg_gpuvm_unlock(t.vm);
	set_active_memcg(old);
	return ret;
}

/**
 * dxg_translate() - Do what a command has to do with GPU virtual addresses
 * @cmd: the command, whose turn it is; not pinned
 *
 * Writes its stream anew where it has such, and does the operations of an update; once, also
 * if it is called again. It goes on with what had a fault.
 *
 * Return: 0; otherwise it cannot run: -EFAULT: a page fault, which the command has noted;
 * -ENOMEM.
 */
int dxg_translate(struct dxg_command *cmd)
{
	int ret = 0;

	if (cmd->update)
		ret = dxg_gpuva_update_run(cmd, cmd->update, cmd->queue->device);
	/* Otherwise the engine does not look at them. */
	if (!ret && cmd->has_gpuva && !cmd->ddi.null_rendering)
		ret = translate_command(cmd, cmd->queue->device);
	if (!ret)
		cmd->has_gpuva = false;
	return ret;
}
