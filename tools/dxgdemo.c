// SPDX-License-Identifier: MIT
/*
 * dxgdemo: what dxg does, on every adapter of the machine, in a page of output.
 *
 * Creates a resource of three allocations, fills them with the engine, reads the
 * bytes back through Lock2, and destroys them while a job of one second uses them:
 * with no flag, with SynchronousDestroy and with AssumeNotInUse. Reads debugfs to see
 * when the memory is back, so it wants to be root. The exit status is 0 only if
 * everything was as it has to be.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#define ALLOCATIONS	3
#define BYTES		(1024 * 1024)
#define JOB_MS		1000
#define CALL_MS		50	/* what a call that does not wait may take */

static int failures;
static int dxg;

/* One adapter with what the demonstration has on it. */
struct demo {
	__u32 adapter;
	__u32 device;
	__u32 context;
	__u32 fence;
	__u64 value;
	__u32 witness;		/* a stand-alone allocation that survives */
	__u32 resource;
	__u32 allocations[ALLOCATIONS];
	long long idle_bytes;
};

/* A command stream under construction. */
struct stream {
	union {
		struct drm_dxg_cmd_stream head;
		unsigned char bytes[1024];
	} u;
	__u32 size;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

static void expect(bool ok, const char *what)
{
	printf("    %-4s  %s\n", ok ? "ok" : "FAIL", what);
	if (!ok)
		failures++;
}

static void call(unsigned long code, void *args, const char *name)
{
	if (ioctl(dxg, code, args) == 0)
		return;
	printf("    FAIL  %s: %s\n", name, strerror(errno));
	exit(1);
}

/* Bytes of video memory in use on all adapters, or -1. */
static long long memory_in_use(void)
{
	long long sum = 0, bytes;
	char line[128];
	size_t i;
	glob_t found;
	FILE *file;

	if (glob("/sys/kernel/debug/dri/dxg*/dxg_state", 0, NULL, &found))
		return -1;
	for (i = 0; i < found.gl_pathc; i++) {
		file = fopen(found.gl_pathv[i], "r");
		if (!file)
			continue;
		while (fgets(line, sizeof(line), file))
			if (sscanf(line, "backing_bytes: %lld", &bytes) == 1)
				sum += bytes;
		fclose(file);
	}
	globfree(&found);
	return sum;
}

static void stream_begin(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->size = sizeof(stream->u.head);
}

static void stream_add(struct stream *stream, __u32 opcode, void *record, __u32 size)
{
	struct drm_dxg_cmd *base = record;

	base->opcode = opcode;
	base->size = size;
	memcpy(stream->u.bytes + stream->size, record, size);
	stream->size += size;
}

static struct drm_dxg_address address(__u32 allocation)
{
	return (struct drm_dxg_address) {
		.kind = DRM_DXG_ADDRESS_ALLOCATION,
		.base = allocation,
	};
}

static void stream_fill(struct stream *stream, __u32 allocation, __u32 pattern)
{
	struct drm_dxg_cmd_fill fill = {
		.dst = address(allocation),
		.length = BYTES,
		.pattern = pattern,
	};

	stream_add(stream, DRM_DXG_CMD_FILL, &fill, sizeof(fill));
}

static void stream_copy(struct stream *stream, __u32 dst, __u32 src)
{
	struct drm_dxg_cmd_copy copy = {
		.dst = address(dst),
		.src = address(src),
		.length = BYTES,
	};

	stream_add(stream, DRM_DXG_CMD_COPY, &copy, sizeof(copy));
}

static void stream_delay(struct stream *stream, int ms)
{
	struct drm_dxg_cmd_delay delay = { .duration_ns = ms * 1000000ULL };

	stream_add(stream, DRM_DXG_CMD_DELAY, &delay, sizeof(delay));
}

/* Have the stream signal the demonstration's fence, and submit it. */
static void stream_submit(struct stream *stream, struct demo *demo)
{
	struct drm_dxg_cmd_signal signal = {
		.sync_object = demo->fence,
		.value = ++demo->value,
	};
	struct d3dkmt_submit_command args = {
		.broadcast_context_count = 1,
		.broadcast_context = { demo->context },
		.private_driver_data = (uintptr_t)stream,
	};

	stream_add(stream, DRM_DXG_CMD_SIGNAL, &signal, sizeof(signal));
	stream->u.head.magic = DRM_DXG_CMD_STREAM_MAGIC;
	stream->u.head.version = DRM_DXG_CMD_STREAM_VERSION;
	stream->u.head.size = stream->size;
	args.private_driver_data_size = stream->size;
	call(D3DKMT_IOCTL_SUBMIT_COMMAND, &args, "SubmitCommand");
}

static void wait_fence(struct demo *demo)
{
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = demo->device,
		.object_count = 1,
		.objects = (uintptr_t)&demo->fence,
		.fence_values = (uintptr_t)&demo->value,
	};

	call(D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args, "WaitForSynchronizationObjectFromCpu");
}

static void create(struct demo *demo, int count, __u32 flags, __u32 *handles)
{
	struct d3dkmt_allocation_info2 info[ALLOCATIONS] = { 0 };
	struct d3dkmt_create_allocation args = {
		.device = demo->device,
		.num_allocations = count,
		.allocation_info = (uintptr_t)info,
		.flags = flags,
	};
	__u64 size = BYTES;
	int i;

	for (i = 0; i < count; i++) {
		info[i].private_driver_data = (uintptr_t)&size;
		info[i].private_driver_data_size = sizeof(size);
	}
	call(D3DKMT_IOCTL_CREATE_ALLOCATION2, &args, "CreateAllocation2");
	demo->resource = args.resource;
	for (i = 0; i < count; i++)
		handles[i] = info[i].allocation;
}

static void *lock(struct demo *demo, __u32 allocation)
{
	struct d3dkmt_lock2 args = { .device = demo->device, .allocation = allocation };

	if (ioctl(dxg, D3DKMT_IOCTL_LOCK2, &args))
		return NULL;
	return (void *)(uintptr_t)args.data;
}

static bool holds(struct demo *demo, __u32 allocation, __u32 pattern)
{
	struct d3dkmt_unlock2 unlock = { .device = demo->device, .allocation = allocation };
	const __u32 *data = lock(demo, allocation);
	bool same = data;
	size_t i;

	for (i = 0; same && i < BYTES / sizeof(*data); i++)
		same = data[i] == pattern;
	if (data)
		call(D3DKMT_IOCTL_UNLOCK2, &unlock, "Unlock2");
	return same;
}

/* Create three allocations, fill each with a pattern of its own. */
static void create_filled(struct demo *demo, __u32 pattern)
{
	struct stream stream;
	int i;

	create(demo, ALLOCATIONS, D3DKMT_CREATE_RESOURCE, demo->allocations);
	stream_begin(&stream);
	for (i = 0; i < ALLOCATIONS; i++)
		stream_fill(&stream, demo->allocations[i], pattern + i);
	stream_submit(&stream, demo);
	wait_fence(demo);
}

static double destroy(struct demo *demo, __u32 flags)
{
	struct d3dkmt_destroy_allocation2 args = {
		.device = demo->device,
		.resource = demo->resource,
		.flags = flags,
	};
	double start = now_ms();

	call(D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args, "DestroyAllocation2");
	return now_ms() - start;
}

static double wait_memory(struct demo *demo, double start)
{
	while (memory_in_use() > demo->idle_bytes && now_ms() < start + 10 * JOB_MS)
		sleep_ms(1);
	return now_ms() - start;
}

static void demo_fill(struct demo *demo)
{
	char text[80];
	int i;

	printf("\n  three allocations of %d KiB, filled by the engine, read through Lock2\n",
	       BYTES / 1024);
	create_filled(demo, 0x11110000);
	for (i = 0; i < ALLOCATIONS; i++) {
		snprintf(text, sizeof(text), "allocation %#x holds %#x everywhere",
			 demo->allocations[i], 0x11110000 + i);
		expect(holds(demo, demo->allocations[i], 0x11110000 + i), text);
	}
	destroy(demo, D3DKMT_DESTROY_SYNCHRONOUS);
	expect(memory_in_use() == demo->idle_bytes, "destroyed, the memory is back");
}

static void demo_busy(struct demo *demo, __u32 flags, __u32 pattern, const char *title)
{
	double start, call_ms, fence_ms, memory_ms;
	long long busy_bytes;
	struct stream stream;

	printf("\n  %s, while a job of %d ms uses them\n", title, JOB_MS);
	create_filled(demo, pattern);
	busy_bytes = memory_in_use();

	stream_begin(&stream);
	stream_delay(&stream, JOB_MS);
	stream_copy(&stream, demo->witness, demo->allocations[1]);
	stream_submit(&stream, demo);
	sleep_ms(20);	/* let the engine begin */

	start = now_ms();
	call_ms = destroy(demo, flags);
	expect(!lock(demo, demo->allocations[0]) && errno == EINVAL,
	       "the handles are dead when the call returns");
	if (!(flags & D3DKMT_DESTROY_SYNCHRONOUS)) {
		sleep_ms(JOB_MS / 2);
		expect(memory_in_use() == busy_bytes,
		       "the memory is there for the job half a second later");
	}
	wait_fence(demo);
	fence_ms = now_ms() - start;
	memory_ms = wait_memory(demo, start);

	printf("          %8.1f ms  DestroyAllocation2 returned\n", call_ms);
	printf("          %8.1f ms  the job's fence signalled\n", fence_ms);
	printf("          %8.1f ms  the memory was back\n", memory_ms);
	if (flags & D3DKMT_DESTROY_SYNCHRONOUS)
		expect(call_ms > JOB_MS / 2, "the call waited for the job");
	else
		expect(call_ms < CALL_MS, "the call did not wait for the job");
	expect(memory_in_use() == demo->idle_bytes, "the memory came back");
	expect(holds(demo, demo->witness, pattern + 1),
	       "the job still read the right bytes: its copy holds them");
}

static void describe(const struct d3dkmt_adapter_info *info)
{
	struct d3dkmt_driver_description description;
	struct d3dkmt_segment_size_info segment;
	struct d3dkmt_query_adapter_info args = {
		.adapter = info->adapter,
		.type = D3DKMT_QAI_DRIVER_DESCRIPTION,
		.private_driver_data = (uintptr_t)&description,
		.private_driver_data_size = sizeof(description),
	};
	int i;

	call(D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args, "QueryAdapterInfo");
	printf("\nadapter %08x:%08x  ", info->adapter_luid.high, info->adapter_luid.low);
	for (i = 0; description.driver_description[i]; i++)
		putchar(description.driver_description[i]);
	args.type = D3DKMT_QAI_SEGMENT_SIZE;
	args.private_driver_data = (uintptr_t)&segment;
	args.private_driver_data_size = sizeof(segment);
	call(D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &args, "QueryAdapterInfo");
	printf(", %llu MiB\n", segment.dedicated_video_memory_size >> 20);
}

static void demo_adapter(const struct d3dkmt_adapter_info *info)
{
	struct demo demo = { .adapter = info->adapter };
	struct d3dkmt_create_device device = { .adapter = info->adapter };
	struct d3dkmt_create_context_virtual context = { 0 };
	struct d3dkmt_create_sync_object2 fence = { .info.type = D3DKMT_SYNC_MONITORED_FENCE };
	struct d3dkmt_destroy_device end;

	describe(info);
	call(D3DKMT_IOCTL_CREATE_DEVICE, &device, "CreateDevice");
	demo.device = device.device;
	end.device = device.device;
	context.device = device.device;
	fence.device = device.device;
	call(D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &context, "CreateContextVirtual");
	demo.context = context.context;
	call(D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &fence, "CreateSynchronizationObject2");
	demo.fence = fence.sync_object;
	create(&demo, 1, 0, &demo.witness);
	holds(&demo, demo.witness, 0);
	demo.idle_bytes = memory_in_use();

	demo_fill(&demo);
	demo_busy(&demo, 0, 0x22220000, "destroyed without a flag");
	demo_busy(&demo, D3DKMT_DESTROY_SYNCHRONOUS, 0x33330000, "SynchronousDestroy");
	demo_busy(&demo, D3DKMT_DESTROY_ASSUME_NOT_IN_USE, 0x44440000, "AssumeNotInUse");

	call(D3DKMT_IOCTL_DESTROY_DEVICE, &end, "DestroyDevice");
}

int main(void)
{
	struct d3dkmt_adapter_info info[D3DKMT_MAX_ENUM_ADAPTERS];
	struct d3dkmt_enum_adapters2 args = {
		.num_adapters = D3DKMT_MAX_ENUM_ADAPTERS,
		.adapters = (uintptr_t)info,
	};
	__u32 i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	dxg = open("/dev/dxg", O_RDONLY | O_CLOEXEC);
	if (dxg < 0) {
		perror("/dev/dxg");
		return 1;
	}
	if (memory_in_use() < 0) {
		fprintf(stderr, "no dxg_state in debugfs: be root, and mount debugfs\n");
		return 1;
	}
	call(D3DKMT_IOCTL_ENUM_ADAPTERS2, &args, "EnumAdapters2");
	printf("%u adapters\n", args.num_adapters);
	if (!args.num_adapters)
		failures++;
	for (i = 0; i < args.num_adapters; i++)
		demo_adapter(&info[i]);

	printf("\n%s\n", failures ? "FAILED" : "all of it held");
	return failures ? 1 : 0;
}
