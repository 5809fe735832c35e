// SPDX-License-Identifier: MIT
/* Streams of commands, byte for byte. */
#include <errno.h>

#include "check.h"
#include "object.h"

static const struct dxg_allocation memory = { .handle = 0x40000040, .size = 65536 };
static const struct dxg_fence fence = { .handle = 0x40000080 };

static void an_empty_stream_is_its_head(void)
{
	const struct drm_dxg_cmd_stream *head;
	struct dxg_stream *stream;
	size_t size;

	CHECK_EQ(dxg_stream_create(&stream), 0);
	head = dxg_stream_data(stream, &size);
	CHECK_EQ(size, sizeof(*head));
	CHECK_EQ(head->magic, DRM_DXG_CMD_STREAM_MAGIC);
	CHECK_EQ(head->version, DRM_DXG_CMD_STREAM_VERSION);
	CHECK_EQ(head->size, size);
	CHECK_EQ(head->pad, 0);
	dxg_stream_destroy(stream);
	dxg_stream_destroy(NULL);
}

static void records_follow_in_order(void)
{
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_fill fill;
		struct drm_dxg_cmd_copy copy;
		struct drm_dxg_cmd_delay delay;
		struct drm_dxg_cmd_timestamp timestamp;
		struct drm_dxg_cmd_signal signal;
	} want = {
		.head = { DRM_DXG_CMD_STREAM_MAGIC, DRM_DXG_CMD_STREAM_VERSION, sizeof(want), 0 },
		.fill = {
			.base = { DRM_DXG_CMD_FILL, sizeof(want.fill) },
			.dst = { DRM_DXG_ADDRESS_ALLOCATION, 0, 0x40000040, 4 },
			.length = 8,
			.pattern = 0xdeadbeef,
		},
		.copy = {
			.base = { DRM_DXG_CMD_COPY, sizeof(want.copy) },
			.dst = { DRM_DXG_ADDRESS_ALLOCATION, 0, 0x40000040, 16 },
			.src = { DRM_DXG_ADDRESS_ALLOCATION, 0, 0x40000040, 32 },
			.length = 5,
		},
		.delay = {
			.base = { DRM_DXG_CMD_DELAY, sizeof(want.delay) },
			.duration_ns = 1000,
		},
		.timestamp = {
			.base = { DRM_DXG_CMD_TIMESTAMP, sizeof(want.timestamp) },
			.dst = { DRM_DXG_ADDRESS_ALLOCATION, 0, 0x40000040, 8 },
		},
		.signal = {
			.base = { DRM_DXG_CMD_SIGNAL, sizeof(want.signal) },
			.sync_object = 0x40000080,
			.value = 1ULL << 40,
		},
	};
	struct dxg_stream *stream;
	const void *data;
	size_t size;

	CHECK_EQ(dxg_stream_create(&stream), 0);
	CHECK_EQ(dxg_stream_fill(stream, &memory, 4, 8, 0xdeadbeef), 0);
	CHECK_EQ(dxg_stream_copy(stream, &memory, 16, &memory, 32, 5), 0);
	CHECK_EQ(dxg_stream_delay(stream, 1000), 0);
	CHECK_EQ(dxg_stream_timestamp(stream, &memory, 8), 0);
	CHECK_EQ(dxg_stream_signal(stream, &fence, 1ULL << 40), 0);
	data = dxg_stream_data(stream, &size);
	CHECK_EQ(size, sizeof(want));
	CHECK(!memcmp(data, &want, sizeof(want)));
	dxg_stream_reset(stream);
	dxg_stream_data(stream, &size);
	CHECK_EQ(size, sizeof(want.head));
	dxg_stream_destroy(stream);
}

/* As many as fit, then an error that stays until the stream is reset. */
static void a_full_stream_says_so(void)
{
	const struct drm_dxg_cmd_stream *head;
	struct dxg_stream *stream;
	unsigned int n = 0;
	size_t size;

	CHECK_EQ(dxg_stream_create(&stream), 0);
	while (!dxg_stream_delay(stream, n))
		n++;
	CHECK_EQ(n, (DRM_DXG_CMD_STREAM_MAX - sizeof(*head)) / sizeof(struct drm_dxg_cmd_delay));
	head = dxg_stream_data(stream, &size);
	CHECK_EQ(head->size, size);
	CHECK(size <= DRM_DXG_CMD_STREAM_MAX);
	CHECK_EQ(dxg_stream_error(stream), -E2BIG);
	CHECK_EQ(dxg_stream_delay(stream, 0), -E2BIG);
	dxg_stream_reset(stream);
	CHECK_EQ(dxg_stream_error(stream), 0);
	CHECK_EQ(dxg_stream_delay(stream, 0), 0);
	dxg_stream_destroy(stream);
}

int main(void)
{
	run(an_empty_stream_is_its_head);
	run(records_follow_in_order);
	run(a_full_stream_says_so);
	return report();
}
