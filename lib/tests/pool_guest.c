// SPDX-License-Identifier: MIT
/* Pools and IMemAllocator on allocations of the module, on each adapter. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COBJMACROS
#include "check.h"
#include "dxg.h"
#include "dxg_pool.h"
#include "mock_backend.h"
#include "strmif.h"

#define SIZE 65536
#define PATTERN 0x5eed5eedU
#define MS INT64_C(1000000)

/* What each test finds, on the adapter that is being tested. */
static struct dxg_adapter *adapter;
static struct dxg_device *device;
static struct dxg_context *context;
static struct dxg_fence *fence;
static uint64_t point;

static struct dxg_pool *new_pool(int32_t count)
{
	struct dxg_pool_properties want = { count, SIZE, 4096, 0 }, got;
	struct dxg_pool *pool = NULL;

	CHECK_EQ(dxg_pool_create_on(device, NULL, &pool), 0);
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	return pool;
}

static struct dxg_sample *get(struct dxg_pool *pool, uint32_t flags)
{
	struct dxg_sample *sample = NULL;

	CHECK_EQ(dxg_pool_get(pool, flags, mock_in_ms(20000), &sample), 0);
	return sample;
}

/* The engine fills the sample, some time from now, and the sample knows. */
static void fill(struct dxg_sample *sample, uint32_t pattern, unsigned int ms)
{
	struct dxg_pool_fence when = dxg_pool_fence_of(fence, ++point);
	struct dxg_stream *stream = NULL;

	CHECK_EQ(dxg_stream_create(&stream), 0);
	if (ms)
		dxg_stream_delay(stream, ms * UINT64_C(1000000));
	dxg_stream_fill(stream, dxg_sample_allocation(sample), 0, SIZE, pattern);
	dxg_stream_signal(stream, fence, point);
	CHECK_EQ(dxg_submit(context, stream), 0);
	dxg_stream_destroy(stream);
	CHECK_EQ(dxg_sample_add_fence(sample, &when), 0);
}

static void samples_are_allocations(void)
{
	struct dxg_pool *pool = new_pool(2);
	struct dxg_sample *a = get(pool, 0), *b = get(pool, 0), *none;
	void *pointer;

	CHECK(dxg_allocation_handle(dxg_sample_allocation(a)) !=
	      dxg_allocation_handle(dxg_sample_allocation(b)));
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	memset(pointer, 0xa5, SIZE);
	dxg_sample_unref(a);
	a = get(pool, 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK_EQ(((unsigned char *)pointer)[SIZE - 1], 0xa5);
	dxg_sample_unref(a);
	dxg_sample_unref(b);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
}

static void free_when_the_engine_is_done(void)
{
	struct dxg_pool *pool = new_pool(1);
	struct dxg_sample *a = get(pool, 0), *none;
	uint32_t *words;
	void *pointer;

	fill(a, PATTERN, 200);
	CHECK_EQ(dxg_sample_unref(a), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 0);
	CHECK_EQ(dxg_pool_get(pool, 0, 0, &none), -EAGAIN);
	/* the fence's eventfd serves the one that waits */
	a = get(pool, 0);
	CHECK(dxg_fence_value(fence) >= point);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	words = pointer;
	CHECK_EQ(words[0], PATTERN);
	CHECK_EQ(words[SIZE / 4 - 1], PATTERN);

	/* or it goes out earlier, with what to wait for */
	fill(a, PATTERN + 1, 200);
	dxg_sample_unref(a);
	a = get(pool, DXG_POOL_GET_FENCES);
	if (dxg_sample_get_fences(a, NULL, 0)) {
		struct dxg_pool_fence when;

		CHECK_EQ(dxg_sample_get_fences(a, &when, 1), 1);
		CHECK_EQ(when.object, (uintptr_t)fence);
		CHECK_EQ(dxg_fence_wait(&fence, &when.value, 1, 0, dxg_now() + 20000 * MS), 0);
	} else {
		CHECK(!"the fence is still to come");
	}
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	CHECK_EQ(*(uint32_t *)pointer, PATTERN + 1);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
}

static void destroy_waits_for_the_engine(void)
{
	struct dxg_pool *pool = new_pool(2);
	struct dxg_sample *a = get(pool, 0);

	fill(a, PATTERN, 200);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_destroy(pool, 0), -ETIMEDOUT);
	CHECK_EQ(dxg_pool_destroy(pool, mock_in_ms(20000)), 0);
	CHECK(dxg_fence_value(fence) >= point);
}

static void a_fence_of_the_processor(void)
{
	struct dxg_pool *pool = new_pool(1);
	struct dxg_sample *a = get(pool, 0), *none;
	struct dxg_pool_fence when = dxg_pool_fence_of(fence, ++point);

	CHECK_EQ(dxg_sample_add_fence(a, &when), 0);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_get(pool, 0, mock_in_ms(20), &none), -ETIMEDOUT);
	CHECK_EQ(dxg_fence_signal(&fence, &point, 1), 0);
	CHECK(mock_wait_free(pool, 1));
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
}

static void exports(void)
{
	struct dxg_pool *pool = new_pool(1);
	struct dxg_sample *a = get(pool, 0);
	void *pointer;
	char *map;
	int fd;

	CHECK_EQ(dxg_sample_export(a, &fd), 0);
	CHECK_EQ(dxg_sample_get_pointer(a, &pointer), 0);
	memset(pointer, 0x77, SIZE);
	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED);
	if (map != MAP_FAILED) {
		CHECK(map[0] == 0x77 && map[SIZE - 1] == 0x77);
		munmap(map, SIZE);
	}
	close(fd);
	dxg_sample_unref(a);
	CHECK_EQ(dxg_pool_destroy(pool, DXG_POOL_FOREVER), 0);
}

static void refuses(void)
{
	struct dxg_pool_properties want = { 1, SIZE, 65536, 0 }, got;
	struct dxg_pool *pool;

	CHECK_EQ(dxg_pool_create_on(NULL, NULL, &pool), -EFAULT);
	CHECK_EQ(dxg_pool_create_on(device, NULL, NULL), -EFAULT);
	CHECK_EQ(dxg_pool_create_on(device, NULL, &pool), 0);
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	CHECK_EQ(dxg_pool_commit(pool), -EINVAL);
	/* more than one call can create */
	want.align = 1;
	want.size = 4096;
	want.count = 2500;
	CHECK_EQ(dxg_pool_set_properties(pool, &want, &got), 0);
	CHECK_EQ(dxg_pool_commit(pool), 0);
	CHECK_EQ(dxg_pool_free_count(pool), 2500);
	dxg_pool_unref(pool);
}

struct getter {
	IMemAllocator *allocator;
	IMediaSample *sample;
	HRESULT hr;
};

static void *get_one(void *data)
{
	struct getter *getter = data;

	getter->hr = IMemAllocator_GetBuffer(getter->allocator, &getter->sample, NULL, NULL, 0);
	return NULL;
}

static void as_imemallocator(void)
{
	ALLOCATOR_PROPERTIES want = { 1, SIZE, 16, 16 }, got;
	struct getter getters[4];
	pthread_t threads[4];
	IMemAllocator *allocator;
	IMediaSample *sample;
	IVMRSurface *surface;
	void *object;
	BYTE *data;
	int i;

	CHECK_EQ(dxg_memallocator_create_on(device, &IID_IMediaSample, &object), E_NOINTERFACE);
	CHECK_EQ(dxg_memallocator_create_on(device, &IID_IMemAllocator, &object), S_OK);
	allocator = object;
	CHECK_EQ(IMemAllocator_SetProperties(allocator, &want, &got), S_OK);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), S_OK);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), S_OK);
	memset(data - 16, 0x42, SIZE + 16);
	for (i = 0; i < 4; i++) {
		getters[i].allocator = allocator;
		CHECK_EQ(pthread_create(&threads[i], NULL, get_one, &getters[i]), 0);
	}
	CHECK(mock_wait_waiters(dxg_memallocator_pool(allocator), 4));
	CHECK_EQ(IMemAllocator_Decommit(allocator), S_OK);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CHECK_EQ(getters[i].hr, VFW_E_NOT_COMMITTED);
	}
	CHECK(data[SIZE - 1] == 0x42);
	CHECK_EQ(IMediaSample_Release(sample), 0);
	CHECK_EQ(IMemAllocator_Commit(allocator), S_OK);
	CHECK_EQ(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, AM_GBF_NODDSURFACELOCK),
		 S_OK);
	CHECK_EQ(IMediaSample_GetPointer(sample, &data), E_FAIL);
	CHECK_EQ(IMediaSample_QueryInterface(sample, &IID_IVMRSurface, &object), S_OK);
	surface = object;
	CHECK_EQ(IVMRSurface_LockSurface(surface, &data), S_OK);
	CHECK_EQ(data[0], 0x42);
	CHECK_EQ(IVMRSurface_UnlockSurface(surface), S_OK);
	IVMRSurface_Release(surface);
	/* the allocator goes first */
	CHECK_EQ(IMemAllocator_Release(allocator), 0);
	CHECK_EQ(IMediaSample_Release(sample), 0);
}

static uint64_t usage(void)
{
	struct dxg_memory_info local, system;

	CHECK_EQ(dxg_adapter_get_memory(adapter, DXG_SEGMENT_DEVICE, &local), 0);
	CHECK_EQ(dxg_adapter_get_memory(adapter, DXG_SEGMENT_SYSTEM, &system), 0);
	return local.usage + system.usage;
}

/* To nothing; false after twenty seconds. */
static bool usage_falls(void)
{
	int i;

	for (i = 0; i < 2000; i++) {
		if (!usage())
			return true;
		mock_sleep_ms(10);
	}
	return false;
}

static void leaves_nothing_behind(void)
{
	struct dxg_sample *samples[16];
	struct dxg_pool *pool;
	void *pointer;
	int i;

	/* what the tests before gave back comes back in its time */
	CHECK(usage_falls());
	pool = new_pool(16);
	for (i = 0; i < 16; i++) {
		samples[i] = get(pool, 0);
		CHECK_EQ(dxg_sample_get_pointer(samples[i], &pointer), 0);
		memset(pointer, i, SIZE);
		fill(samples[i], PATTERN, 0);
	}
	CHECK(usage() >= 16 * SIZE);
	dxg_pool_unref(pool);
	for (i = 0; i < 16; i++)
		dxg_sample_unref(samples[i]);
	CHECK(usage_falls());
}

/* The kernel's log, which whoever runs this looks at, has the last word. */
static void killed_with_samples_out(void)
{
	int ready[2], status;
	char byte = 0;
	pid_t child;

	CHECK_EQ(pipe(ready), 0);
	child = fork();
	if (!child) {
		struct dxg_luid luids[16];
		unsigned int count = 16;
		struct dxg_sample *a;
		struct dxg_pool *pool;
		void *pointer;

		/* a child opens its own */
		if (dxg_enumerate(luids, &count) ||
		    dxg_adapter_open_luid(luids[0], &adapter) ||
		    dxg_device_create(adapter, &device) ||
		    dxg_context_create(device, 0, &context) ||
		    dxg_fence_create(device, 0, &fence))
			_exit(1);
		point = 0;
		check_failures = 0;
		pool = new_pool(3);
		a = get(pool, 0);
		dxg_sample_get_pointer(a, &pointer);
		memset(pointer, 1, SIZE);
		a = get(pool, 0);
		fill(a, PATTERN, 500);
		dxg_sample_unref(a);
		byte = check_failures ? 2 : 1;
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	CHECK_EQ(read(ready[0], &byte, 1), 1);
	CHECK_EQ(byte, 1);
	CHECK_EQ(kill(child, SIGKILL), 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status));
	close(ready[0]);
	close(ready[1]);
}

static const struct {
	void (*function)(void);
	const char *name;
} tests[] = {
#define TEST(name) { name, #name }
	TEST(samples_are_allocations),
	TEST(free_when_the_engine_is_done),
	TEST(destroy_waits_for_the_engine),
	TEST(a_fence_of_the_processor),
	TEST(exports),
	TEST(refuses),
	TEST(as_imemallocator),
	TEST(leaves_nothing_behind),
	TEST(killed_with_samples_out),
};

int main(void)
{
	struct dxg_luid luids[16];
	unsigned int count = 16, i, j;

	CHECK_EQ(dxg_enumerate(luids, &count), 0);
	CHECK(count > 0);
	for (i = 0; i < count; i++) {
		struct dxg_adapter_info info = { .description = "?" };
		char name[128];

		CHECK_EQ(dxg_adapter_open_luid(luids[i], &adapter), 0);
		dxg_adapter_get_info(adapter, &info, sizeof(info));
		info.description[strcspn(info.description, " ")] = 0;
		CHECK_EQ(dxg_device_create(adapter, &device), 0);
		CHECK_EQ(dxg_context_create(device, 0, &context), 0);
		CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
		point = 0;
		for (j = 0; j < sizeof(tests) / sizeof(tests[0]); j++) {
			snprintf(name, sizeof(name), "%s@%s", tests[j].name, info.description);
			alarm(120);
			run_named(tests[j].function, name);
		}
		dxg_fence_destroy(fence);
		dxg_context_destroy(context);
		dxg_device_destroy(device);
		dxg_adapter_close(adapter);
	}
	return report();
}
