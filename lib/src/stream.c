// SPDX-License-Identifier: MIT
/* Streams of commands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"

/* A stream: its head is always there. */
struct dxg_stream {
	/* The head and the records. */
	char *data;
	/* Bytes of them, and room for them. */
	uint32_t size, room;
	/* The first error, 0 or negative. */
	int error;
};

static void write_head(struct dxg_stream *stream)
{
	struct drm_dxg_cmd_stream head = {
		.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.version = DRM_DXG_CMD_STREAM_VERSION,
		.size = stream->size,
	};

	memcpy(stream->data, &head, sizeof(head));
}

int dxg_stream_create(struct dxg_stream **out)
{
	struct dxg_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->room = 1024;
	stream->data = malloc(stream->room);
	if (!stream->data) {
		free(stream);
		return -ENOMEM;
	}
	dxg_stream_reset(stream);
	*out = stream;
	return 0;
}

void dxg_stream_destroy(struct dxg_stream *stream)
{
	if (!stream)
		return;
	free(stream->data);
	free(stream);
}

void dxg_stream_reset(struct dxg_stream *stream)
{
	stream->size = sizeof(struct drm_dxg_cmd_stream);
	stream->error = 0;
	write_head(stream);
}

const void *dxg_stream_data(const struct dxg_stream *stream, size_t *size)
{
	*size = stream->size;
	return stream->data;
}

int dxg_stream_error(const struct dxg_stream *stream)
{
	return stream->error;
}

/* Adds a record, which begins with a struct drm_dxg_cmd. */
static int add(struct dxg_stream *stream, const void *record, uint32_t size)
{
	char *data;

	if (stream->error)
		return stream->error;
	if (size > DRM_DXG_CMD_STREAM_MAX - stream->size)
		return stream->error = -E2BIG;
	if (size > stream->room - stream->size) {
		data = realloc(stream->data, 2 * stream->room);
		if (!data)
			return stream->error = -ENOMEM;
		stream->data = data;
		stream->room *= 2;
	}
	memcpy(stream->data + stream->size, record, size);
	stream->size += size;
	write_head(stream);
	return 0;
}

static struct drm_dxg_address address(const struct dxg_allocation *allocation, uint64_t offset)
{
	struct drm_dxg_address address = {
		.kind = DRM_DXG_ADDRESS_ALLOCATION,
		.base = allocation->handle,
		.offset = offset,
	};

	return address;
}

int dxg_stream_fill(struct dxg_stream *stream, const struct dxg_allocation *allocation,
		    uint64_t offset, uint64_t length, uint32_t pattern)
{
	struct drm_dxg_cmd_fill record = {
		.base = { .opcode = DRM_DXG_CMD_FILL, .size = sizeof(record) },
		.dst = address(allocation, offset),
		.length = length,
		.pattern = pattern,
	};

	return add(stream, &record, sizeof(record));
}

int dxg_stream_copy(struct dxg_stream *stream, const struct dxg_allocation *to,
		    uint64_t to_offset, const struct dxg_allocation *from,
		    uint64_t from_offset, uint64_t length)
{
	struct drm_dxg_cmd_copy record = {
		.base = { .opcode = DRM_DXG_CMD_COPY, .size = sizeof(record) },
		.dst = address(to, to_offset),
		.src = address(from, from_offset),
		.length = length,
	};

	return add(stream, &record, sizeof(record));
}

int dxg_stream_delay(struct dxg_stream *stream, uint64_t ns)
{
	struct drm_dxg_cmd_delay record = {
		.base = { .opcode = DRM_DXG_CMD_DELAY, .size = sizeof(record) },
		.duration_ns = ns,
	};

	return add(stream, &record, sizeof(record));
}

int dxg_stream_timestamp(struct dxg_stream *stream, const struct dxg_allocation *allocation,
			 uint64_t offset)
{
	struct drm_dxg_cmd_timestamp record = {
		.base = { .opcode = DRM_DXG_CMD_TIMESTAMP, .size = sizeof(record) },
		.dst = address(allocation, offset),
	};

	return add(stream, &record, sizeof(record));
}

int dxg_stream_signal(struct dxg_stream *stream, const struct dxg_fence *fence, uint64_t value)
{
	struct drm_dxg_cmd_signal record = {
		.base = { .opcode = DRM_DXG_CMD_SIGNAL, .size = sizeof(record) },
		.sync_object = fence->handle,
		.value = value,
	};

	return add(stream, &record, sizeof(record));
}

int dxg_submit(struct dxg_context *context, const struct dxg_stream *stream)
{
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.broadcast_context = { context->handle },
		.private_driver_data = (uintptr_t)stream->data,
		.private_driver_data_size = stream->size,
	};

	if (stream->error)
		return stream->error;
	return dxg_call(context->device->adapter, D3DKMT_IOCTL_SUBMIT_COMMAND, &args);
}
