// SPDX-License-Identifier: MIT
/* The native interface against the module, on each adapter and by each node. */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "dxg.h"

#define SECOND 1000000000LL
#define PATTERN 0x5eed5eedU

/* What each test finds: a device of the adapter that is being tested. */
static struct dxg_adapter *adapter;
static struct dxg_device *device;

static struct dxg_allocation *new_allocation(uint64_t size)
{
	struct dxg_allocation_desc desc = { .size = size };
	struct dxg_allocation *allocation = NULL;

	CHECK_EQ(dxg_allocation_create(device, &desc, 1, &allocation), 0);
	return allocation;
}

static uint64_t usage(void)
{
	struct dxg_memory_info local, system;

	CHECK_EQ(dxg_adapter_get_memory(adapter, DXG_SEGMENT_DEVICE, &local), 0);
	CHECK_EQ(dxg_adapter_get_memory(adapter, DXG_SEGMENT_SYSTEM, &system), 0);
	return local.usage + system.usage;
}

static void tells_what_it_is(void)
{
	struct dxg_adapter_info info;
	struct dxg_luid luid;

	CHECK_EQ(dxg_adapter_get_info(adapter, &info, sizeof(info)), 0);
	CHECK(info.flags & DXG_ADAPTER_RENDER);
	CHECK_EQ(info.driver_version, 2700);
	CHECK(info.device_bytes > 0);
	CHECK(info.system_bytes > 0);
	CHECK(strstr(info.description, "dxg software engine"));
	/* A caller that knows less gets less. */
	luid = info.luid;
	memset(&info, 0x55, sizeof(info));
	CHECK_EQ(dxg_adapter_get_info(adapter, &info, sizeof(info.luid)), 0);
	CHECK(!memcmp(&info.luid, &luid, sizeof(luid)));
	CHECK_EQ(info.flags, 0x55555555);
}

static void writes_and_reads_through_locks(void)
{
	struct dxg_allocation *allocation = new_allocation(8192);
	void *first, *second;

	CHECK_EQ(dxg_allocation_lock(allocation, &first), 0);
	CHECK_EQ(dxg_allocation_lock(allocation, &second), 0);
	CHECK(first == second);
	memset(first, 0xa5, 8192);
	CHECK_EQ(((unsigned char *)second)[8191], 0xa5);
	CHECK_EQ(dxg_allocation_unlock(allocation), 0);
	CHECK_EQ(dxg_allocation_unlock(allocation), 0);
	CHECK_EQ(dxg_allocation_unlock(allocation), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, DXG_DESTROY_SYNCHRONOUS), 0);
}

static void engine_fills_and_copies(void)
{
	struct dxg_allocation *from = new_allocation(65536), *to = new_allocation(65536);
	struct dxg_context *context = NULL;
	struct dxg_stream *stream = NULL;
	struct dxg_fence *fence = NULL;
	uint64_t one = 1, *time;
	uint32_t *words;
	void *bytes;

	CHECK_EQ(dxg_context_create(device, 0, &context), 0);
	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	CHECK_EQ(dxg_stream_create(&stream), 0);
	dxg_stream_fill(stream, from, 0, 65536, PATTERN);
	dxg_stream_copy(stream, to, 4096, from, 0, 4096);
	dxg_stream_timestamp(stream, to, 16384);
	dxg_stream_signal(stream, fence, 1);
	CHECK_EQ(dxg_submit(context, stream), 0);
	CHECK_EQ(dxg_fence_wait(&fence, &one, 1, 0, dxg_now() + 20 * SECOND), 0);
	CHECK_EQ(dxg_fence_value(fence), 1);
	CHECK_EQ(dxg_allocation_lock(to, &bytes), 0);
	words = bytes;
	CHECK_EQ(words[1023], 0);
	CHECK_EQ(words[1024], PATTERN);
	CHECK_EQ(words[2047], PATTERN);
	CHECK_EQ(words[2048], 0);
	time = (uint64_t *)((char *)bytes + 16384);
	CHECK(*time > 0 && *time <= (uint64_t)dxg_now());

	/* What lies outside is refused as a whole. */
	dxg_stream_reset(stream);
	dxg_stream_fill(stream, to, 65536, 4, 0);
	CHECK_EQ(dxg_submit(context, stream), -EINVAL);
	dxg_stream_destroy(stream);
	CHECK_EQ(dxg_allocation_destroy((struct dxg_allocation *[]){ from, to }, 2,
					DXG_DESTROY_SYNCHRONOUS), 0);
	dxg_fence_destroy(fence);
	dxg_context_destroy(context);
}

static void batches_are_all_or_nothing(void)
{
	struct dxg_allocation_desc descs[64];
	struct dxg_allocation *list[64], *twice[2];
	uint32_t priorities[64];
	uint64_t before = usage();
	unsigned int i;
	void *bytes;

	for (i = 0; i < 64; i++)
		descs[i] = (struct dxg_allocation_desc){ .size = 4096 };
	descs[63].size = 0;
	CHECK_EQ(dxg_allocation_create(device, descs, 64, list), -EINVAL);
	descs[63].size = 4096;
	CHECK_EQ(dxg_allocation_create(device, descs, 64, list), 0);
	for (i = 0; i < 64; i++) {
		CHECK_EQ(dxg_allocation_lock(list[i], &bytes), 0);
		memset(bytes, (int)i, 4096);
		priorities[i] = DXG_PRIORITY_LOW + i;
	}
	CHECK_EQ(usage(), before + 64 * 4096);
	CHECK_EQ(dxg_set_priority(list, 64, priorities), 0);
	memset(priorities, 0, sizeof(priorities));
	CHECK_EQ(dxg_get_priority(list, 64, priorities), 0);
	CHECK_EQ(priorities[63], DXG_PRIORITY_LOW + 63);
	twice[0] = list[0];
	twice[1] = list[0];
	CHECK_EQ(dxg_allocation_destroy(twice, 2, 0), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(list, 64, DXG_DESTROY_SYNCHRONOUS), 0);
	CHECK_EQ(usage(), before);
}

static void memory_of_the_caller(void)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	struct dxg_allocation_desc desc = { .size = 8192, .memory = memory };
	struct dxg_allocation *allocation;
	void *bytes;
	int fd;

	CHECK_EQ(dxg_allocation_create(device, &desc, 1, &allocation), 0);
	CHECK_EQ(dxg_allocation_lock(allocation, &bytes), 0);
	CHECK(bytes == memory);
	CHECK_EQ(dxg_allocation_export(allocation, &fd), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, DXG_DESTROY_SYNCHRONOUS), 0);
	memory[0] = 1;
	munmap(memory, 8192);
}

static void exports_and_imports(void)
{
	struct dxg_allocation *allocation = new_allocation(16384), *again;
	char *map;
	void *bytes;
	int fd = -1;

	CHECK_EQ(dxg_allocation_export(allocation, &fd), 0);
	map = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED);
	map[100] = 42;
	CHECK_EQ(dxg_allocation_import(device, fd, &again), 0);
	CHECK_EQ(dxg_allocation_size(again), 16384);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, 0), 0);
	CHECK_EQ(dxg_allocation_lock(again, &bytes), 0);
	CHECK_EQ(((char *)bytes)[100], 42);
	munmap(map, 16384);
	close(fd);
	CHECK_EQ(dxg_allocation_destroy(&again, 1, 0), 0);
	CHECK_EQ(dxg_allocation_import(device, 0, &again), -EINVAL);
}

static void resources_are_shared(void)
{
	struct dxg_allocation_desc descs[2] = { { .size = 4096 }, { .size = 12288 } };
	struct dxg_resource *resource, *opened;
	struct dxg_allocation *child;
	struct dxg_device *other;
	void *bytes;
	int fd = -1;

	CHECK_EQ(dxg_device_create(adapter, &other), 0);
	CHECK_EQ(dxg_resource_create(device, descs, 2, 0, &resource), 0);
	CHECK_EQ(dxg_resource_share(resource, &fd), -EINVAL);
	CHECK_EQ(dxg_resource_destroy(resource, 0), 0);

	CHECK_EQ(dxg_resource_create(device, descs, 2, DXG_RESOURCE_SHARED, &resource), 0);
	CHECK_EQ(dxg_allocation_lock(dxg_resource_allocation(resource, 1), &bytes), 0);
	((char *)bytes)[12287] = 7;
	CHECK_EQ(dxg_resource_share(resource, &fd), 0);
	CHECK_EQ(dxg_resource_open(other, fd, &opened), 0);
	close(fd);
	CHECK_EQ(dxg_resource_destroy(resource, 0), 0);
	CHECK_EQ(dxg_resource_count(opened), 2);
	child = dxg_resource_allocation(opened, 1);
	CHECK_EQ(dxg_allocation_size(child), 12288);
	CHECK_EQ(dxg_allocation_destroy(&child, 1, 0), -EINVAL);
	CHECK_EQ(dxg_allocation_lock(child, &bytes), 0);
	CHECK_EQ(((char *)bytes)[12287], 7);
	CHECK_EQ(dxg_resource_destroy(opened, DXG_DESTROY_SYNCHRONOUS), 0);
	CHECK_EQ(dxg_resource_open(other, 0, &opened), -EINVAL);
	dxg_device_destroy(other);
}

static void residency_follows_requests(void)
{
	struct dxg_allocation *allocation = new_allocation(65536);
	struct dxg_paging_queue *queue = NULL;
	enum dxg_residency where;
	uint64_t value = 0, trim;
	bool lost = true;

	CHECK_EQ(dxg_paging_queue_create(device, &queue), 0);
	CHECK_EQ(dxg_get_residency(&allocation, 1, &where), 0);
	CHECK_EQ(where, DXG_NOT_RESIDENT);
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 0, &value, &trim), 0);
	CHECK_EQ(dxg_paging_queue_wait(queue, value, dxg_now() + 20 * SECOND), 0);
	CHECK_EQ(dxg_get_residency(&allocation, 1, &where), 0);
	CHECK_EQ(where, DXG_RESIDENT_DEVICE);
	CHECK_EQ(dxg_evict(&allocation, 1, &trim), 0);
	CHECK_EQ(dxg_evict(&allocation, 1, NULL), -EINVAL);
	CHECK_EQ(dxg_offer(&allocation, 1, DXG_OFFER_NORMAL, 0), 0);
	CHECK_EQ(dxg_allocation_lock(allocation, &(void *){ NULL }), -EINVAL);
	CHECK_EQ(dxg_reclaim(queue, &allocation, 1, &lost, &value), 0);
	CHECK(!lost);
	CHECK_EQ(dxg_paging_queue_wait(queue, value, dxg_now() + 20 * SECOND), 0);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, 0), 0);
	dxg_paging_queue_destroy(queue);
}

static void too_much_says_how_much(void)
{
	struct dxg_allocation_desc desc = { .size = 1 << 20 };
	struct dxg_paging_queue *queue = NULL;
	struct dxg_memory_info info;
	struct dxg_allocation **list;
	unsigned int count, i;
	uint64_t trim = 0;

	CHECK_EQ(dxg_adapter_get_memory(adapter, DXG_SEGMENT_DEVICE, &info), 0);
	count = (unsigned int)(info.budget >> 20) + 1;
	list = calloc(count, sizeof(*list));
	for (i = 0; i < count; i++)
		CHECK_EQ(dxg_allocation_create(device, &desc, 1, &list[i]), 0);
	CHECK_EQ(dxg_paging_queue_create(device, &queue), 0);
	CHECK_EQ(dxg_make_resident(queue, list, count, 0, NULL, &trim), -ENOMEM);
	CHECK(trim > 0 && trim <= 1 << 20);
	for (i = 0; i < count; i++)
		CHECK_EQ(dxg_allocation_destroy(&list[i], 1, 0), 0);
	free(list);
	dxg_paging_queue_destroy(queue);
}

static void waits_end_when_they_should(void)
{
	struct dxg_fence *fences[2] = { NULL, NULL };
	uint64_t values[2] = { 5, 5 }, two = 2, five = 5;
	int64_t start;
	struct pollfd poll_event;
	uint64_t count;
	int event;

	CHECK_EQ(dxg_fence_create(device, 1, &fences[0]), 0);
	CHECK_EQ(dxg_fence_create(device, 2, &fences[1]), 0);
	CHECK_EQ(dxg_fence_wait(&fences[1], &two, 1, 0, 0), 0);
	start = dxg_now();
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, start + SECOND / 20), -ETIMEDOUT);
	CHECK(dxg_now() - start >= SECOND / 20);
	CHECK_EQ(dxg_fence_signal(fences, &five, 1), 0);
	CHECK_EQ(dxg_fence_signal(fences, &two, 1), -EINVAL);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, DXG_WAIT_ANY, dxg_now() + SECOND), 0);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, dxg_now() + SECOND / 50), -ETIMEDOUT);

	event = eventfd(0, EFD_CLOEXEC);
	CHECK_EQ(dxg_fence_notify(fences, values, 2, 0, event), 0);
	poll_event = (struct pollfd){ .fd = event, .events = POLLIN };
	CHECK_EQ(poll(&poll_event, 1, 0), 0);
	CHECK_EQ(dxg_fence_signal(&fences[1], &five, 1), 0);
	CHECK_EQ(poll(&poll_event, 1, 10000), 1);
	CHECK_EQ(read(event, &count, sizeof(count)), sizeof(count));
	CHECK_EQ(count, 1);
	CHECK_EQ(dxg_fence_notify(fences, values, 1, 0, 0), -EINVAL);
	close(event);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, DXG_FOREVER), 0);
	dxg_fence_destroy(fences[0]);
	dxg_fence_destroy(fences[1]);
}

/*
 * The module lets a process have 4096 waits: those given up must not count. Once is enough,
 * for it takes seconds under emulation.
 */
static void given_up_waits_do_not_pile_up(void)
{
	struct dxg_fence *fence = NULL;
	static bool done;
	uint64_t value = 1;
	unsigned int i;

	if (done)
		return;
	done = true;
	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	for (i = 0; i < 4200; i++) {
		int ret = dxg_fence_wait(&fence, &value, 1, 0, dxg_now() + 20000);

		if (ret != -ETIMEDOUT) {
			CHECK_EQ(ret, -ETIMEDOUT);
			break;
		}
	}
	dxg_fence_destroy(fence);
}

struct relay {
	struct dxg_fence *fence;
	unsigned int parity;
};

static void *pass_on(void *arg)
{
	struct relay *relay = arg;
	uint64_t next;

	for (next = relay->parity + 1; next <= 100; next += 2) {
		uint64_t before = next - 1;

		CHECK_EQ(dxg_fence_wait(&relay->fence, &before, 1, 0, dxg_now() + 20 * SECOND), 0);
		CHECK_EQ(dxg_fence_signal(&relay->fence, &next, 1), 0);
	}
	return NULL;
}

static void threads_pass_a_fence_on(void)
{
	struct relay relays[2] = { { .parity = 0 }, { .parity = 1 } };
	struct dxg_fence *fence = NULL;
	pthread_t threads[2];
	unsigned int i;

	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	for (i = 0; i < 2; i++) {
		relays[i].fence = fence;
		pthread_create(&threads[i], NULL, pass_on, &relays[i]);
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(dxg_fence_value(fence), 100);
	dxg_fence_destroy(fence);
}

static void *create_and_destroy(void *arg)
{
	struct dxg_allocation_desc descs[4] = {
		{ .size = 4096 }, { .size = 4096 }, { .size = 4096 }, { .size = 4096 },
	};
	struct dxg_allocation *list[4];
	unsigned int i, j;
	void *bytes;

	for (i = 0; i < 30; i++) {
		CHECK_EQ(dxg_allocation_create(device, descs, 4, list), 0);
		for (j = 0; j < 4; j++) {
			CHECK_EQ(dxg_allocation_lock(list[j], &bytes), 0);
			*(void **)bytes = arg;
		}
		CHECK(*(void **)bytes == arg);
		CHECK_EQ(dxg_allocation_destroy(list, 4, 0), 0);
	}
	return NULL;
}

static void threads_share_a_device(void)
{
	pthread_t threads[4];
	uintptr_t i;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, create_and_destroy, (void *)(i + 1));
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* The child cannot use the parent's objects, and does not harm them. */
static void a_child_leaves_them_alone(void)
{
	struct dxg_allocation *allocation = new_allocation(4096);
	struct dxg_fence *fence = NULL;
	uint64_t one = 1;
	void *bytes;
	int status = -1;
	pid_t child;

	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	child = fork();
	if (!child) {
		dxg_fence_destroy(fence);
		_exit(dxg_allocation_destroy(&allocation, 1, 0) ? 1 : 0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	CHECK_EQ(dxg_fence_signal(&fence, &one, 1), 0);
	CHECK_EQ(dxg_fence_value(fence), 1);
	CHECK_EQ(dxg_allocation_lock(allocation, &bytes), 0);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, 0), 0);
	dxg_fence_destroy(fence);
}

static void objects_go_in_any_order(void)
{
	struct dxg_allocation *allocation;
	struct dxg_device *own = device;
	struct dxg_context *context;
	struct dxg_fence *fence;
	uint64_t one = 1;
	void *bytes;

	CHECK_EQ(dxg_device_create(adapter, &device), 0);
	allocation = new_allocation(4096);
	CHECK_EQ(dxg_context_create(device, 0, &context), 0);
	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	dxg_device_destroy(device);
	device = own;
	CHECK_EQ(dxg_allocation_lock(allocation, &bytes), 0);
	memset(bytes, 1, 4096);
	CHECK_EQ(dxg_fence_signal(&fence, &one, 1), 0);
	dxg_context_destroy(context);
	CHECK_EQ(dxg_allocation_destroy(&allocation, 1, 0), 0);
	dxg_fence_destroy(fence);
}

static void state_is_active(void)
{
	struct dxg_context *context;
	enum dxg_device_state state;

	CHECK_EQ(dxg_device_get_state(device, &state), 0);
	CHECK_EQ(state, DXG_DEVICE_ACTIVE);
	CHECK_EQ(dxg_context_create(device, 99, &context), -EINVAL);
}

static const struct {
	void (*function)(void);
	const char *name;
} tests[] = {
#define TEST(function) { function, #function }
	TEST(tells_what_it_is),
	TEST(state_is_active),
	TEST(writes_and_reads_through_locks),
	TEST(engine_fills_and_copies),
	TEST(batches_are_all_or_nothing),
	TEST(memory_of_the_caller),
	TEST(exports_and_imports),
	TEST(resources_are_shared),
	TEST(residency_follows_requests),
	TEST(too_much_says_how_much),
	TEST(waits_end_when_they_should),
	TEST(given_up_waits_do_not_pile_up),
	TEST(threads_pass_a_fence_on),
	TEST(threads_share_a_device),
	TEST(a_child_leaves_them_alone),
	TEST(objects_go_in_any_order),
};

/* All tests on an adapter that is open, which is closed. */
static void test_adapter(const char *door)
{
	struct dxg_adapter_info info = { .description = "?" };
	char name[128];
	unsigned int i;

	dxg_adapter_get_info(adapter, &info, sizeof(info));
	info.description[strcspn(info.description, " ")] = 0;
	CHECK_EQ(dxg_device_create(adapter, &device), 0);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		snprintf(name, sizeof(name), "%s@%s-%s", tests[i].name, door, info.description);
		run_named(tests[i].function, name);
	}
	dxg_device_destroy(device);
	dxg_adapter_close(adapter);
}

static unsigned int adapters, nodes;

static void there_are_both_adapters_and_nodes(void)
{
	CHECK_EQ(adapters, 2);
	CHECK_EQ(nodes, 2);
}

int main(void)
{
	struct dxg_luid luids[16];
	unsigned int i;
	size_t j;
	glob_t found;

	adapters = 16;
	CHECK_EQ(dxg_enumerate(luids, &adapters), 0);
	for (i = 0; i < adapters; i++) {
		CHECK_EQ(dxg_adapter_open_luid(luids[i], &adapter), 0);
		test_adapter("dxg");
	}
	if (!glob("/dev/dri/renderD*", 0, NULL, &found)) {
		for (j = 0; j < found.gl_pathc; j++) {
			int ret = dxg_adapter_open(found.gl_pathv[j], &adapter);

			/* virtio-gpu's own node is another driver's. */
			if (ret == -ENODEV)
				continue;
			CHECK_EQ(ret, 0);
			if (ret)
				continue;
			nodes++;
			test_adapter("render");
		}
		globfree(&found);
	}
	run(there_are_both_adapters_and_nodes);
	return report();
}
