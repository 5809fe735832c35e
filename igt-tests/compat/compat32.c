// SPDX-License-Identifier: MIT
/*
 * A 32-bit client of dxg, run by dxg_compat32.
 *
 *	compat32 PATH TYPE LUID
 *
 * PATH is a door, TYPE the type of its ioctls in hexadecimal (47 for /dev/dxg, 64 for DRM
 * nodes), LUID the adapter's, 16 hexadecimal digits. Prints what fails and exits with 1,
 * or "ok" and with 0.
 *
 * There is no 32-bit C library where this is compiled, so there is none in here. The
 * headers are the same that 64-bit programs use: each operation has the size of its
 * structure in its number, and the kernel knows one number only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <asm/errno.h>

#include <drm/dxg_drm.h>
#include <misc/d3dkmthk.h>

#if __SIZEOF_POINTER__ != 4
#error "this is for 32-bit programs"
#endif

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define PTR(pointer)		((uint64_t)(uintptr_t)(pointer))
#define PAGE			4096
#define SIZE			(64 * PAGE)
#define MOST			16
#define O_RDWR			2

/* Numbers of i386, which 64-bit headers do not have. */
#define NR_EXIT			1
#define NR_WRITE		4
#define NR_OPEN			5
#define NR_CLOSE		6
#define NR_IOCTL		54

/* --- what a C library would have ----------------------------------------- */

void *memset(void *start, int byte, size_t size);
void *memcpy(void *dst, const void *src, size_t size);

void *memset(void *start, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)start)[i] = byte;
	return start;
}

void *memcpy(void *dst, const void *src, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)dst)[i] = ((const uint8_t *)src)[i];
	return dst;
}

static int syscall3(int nr, uint32_t a, uint32_t b, uint32_t c)
{
	int ret;

	__asm__ volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (a), "c" (b), "d" (c)
			 : "memory");
	return ret;
}

static size_t length(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	return size;
}

static void put(const char *text)
{
	syscall3(NR_WRITE, 1, (uint32_t)text, length(text));
}

static void put_hex(uint64_t value)
{
	char text[17] = {};

	for (int i = 15; i >= 0; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	put(text);
}

static uint64_t parse_hex(const char *text)
{
	uint64_t value = 0;

	for (; *text; text++)
		value = value << 4 | (*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return value;
}

__attribute__((noreturn)) static void leave(int status)
{
	for (;;)
		syscall3(NR_EXIT, status, 0, 0);
}

static void check(bool holds, int line, const char *what, uint64_t value)
{
	if (holds)
		return;
	put("compat32.c:");
	put_hex(line);
	put(" (hexadecimal): not true: ");
	put(what);
	put(", value ");
	put_hex(value);
	put("\n");
	leave(1);
}

#define CHECK(condition, value)	check(condition, __LINE__, #condition, value)

/* --- the door ------------------------------------------------------------ */

static int door, door_type;

static int call(uint32_t code, void *args)
{
	int ret;

	if (door_type == 'd')
		code = D3DKMT_DRM_IOCTL(code);
	do {
		ret = syscall3(NR_IOCTL, door, code, (uint32_t)args);
	} while (ret == -EINTR);
	return ret;
}

#define CALL(code, args)							\
	do {									\
		int ret_ = call(D3DKMT_IOCTL_##code, args);			\
										\
		check(!ret_, __LINE__, #code, (uint64_t)(int64_t)ret_);		\
	} while (0)

/* --- the client ---------------------------------------------------------- */

/**
 * struct client - What the client has
 * @luid: its adapter's LUID
 * @adapter: handle
 * @device: device
 * @context: context
 * @fence: fence
 * @value: where its value is, which a call may have changed
 * @queue: paging queue
 * @memory: allocation of SIZE
 */
struct client {
	struct d3dkmt_luid luid;
	uint32_t adapter;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	const uint64_t *value;
	uint32_t queue;
	uint32_t memory;
};

/* An address has to be one that the program can have. */
static void *address(uint64_t value)
{
	CHECK(value && value >> 32 == 0, value);
	return (void *)(uint32_t)value;
}

static void enumerate(struct client *client)
{
	struct d3dkmt_adapter_info info[MOST] = {};
	struct d3dkmt_enum_adapters3 count = {}, all = {
		.num_adapters = MOST,
		.adapters = PTR(info),
	};

	CALL(ENUM_ADAPTERS3, &count);
	CALL(ENUM_ADAPTERS3, &all);
	CHECK(all.num_adapters == count.num_adapters && all.num_adapters, all.num_adapters);
	for (uint32_t i = 0; i < all.num_adapters; i++) {
		struct d3dkmt_close_adapter close = { info[i].adapter };

		if (info[i].adapter_luid.low == client->luid.low &&
		    info[i].adapter_luid.high == client->luid.high)
			client->adapter = info[i].adapter;
		else
			CALL(CLOSE_ADAPTER, &close);
	}
	CHECK(client->adapter, all.num_adapters);
}

static void open_again(const struct client *client)
{
	struct d3dkmt_open_adapter_from_luid open = { .adapter_luid = client->luid };
	struct d3dkmt_close_adapter close = {};

	CALL(OPEN_ADAPTER_FROM_LUID, &open);
	close.adapter = open.adapter;
	CALL(CLOSE_ADAPTER, &close);
	CHECK(call(D3DKMT_IOCTL_CLOSE_ADAPTER, &close) == -EINVAL, close.adapter);
}

static void query(const struct client *client)
{
	struct d3dkmt_query_clock_calibration clock = { .adapter = client->adapter };
	uint32_t version = 0, pids[MOST];
	struct d3dkmt_query_adapter_info info = {
		.adapter = client->adapter,
		.type = D3DKMT_QAI_DRIVER_VERSION,
		.private_driver_data = PTR(&version),
		.private_driver_data_size = sizeof(version),
	};
	struct d3dkmt_enum_processes processes = {
		.adapter_luid = client->luid,
		.buffer = PTR(pids),
		.buffer_count = MOST,
	};

	CALL(QUERY_ADAPTER_INFO, &info);
	CHECK(version == D3DKMT_DRIVER_VERSION_WDDM_2_7, version);
	CALL(QUERY_CLOCK_CALIBRATION, &clock);
	CHECK(clock.gpu_frequency == 1000000000, clock.gpu_frequency);
	CALL(ENUM_PROCESSES, &processes);
	CHECK(processes.buffer_count && pids[0], processes.buffer_count);
	/* an address that it cannot have */
	info.private_driver_data |= 1ULL << 32;
	CHECK(call(D3DKMT_IOCTL_QUERY_ADAPTER_INFO, &info) == -EFAULT, info.private_driver_data);
}

static void create(struct client *client)
{
	struct d3dkmt_create_device device = { .adapter = client->adapter };
	struct d3dkmt_create_context_virtual context = { .engine_affinity = 1 };
	struct d3dkmt_create_sync_object2 fence = {
		.info.type = D3DKMT_SYNC_MONITORED_FENCE,
		.info.initial_fence_value = 5,
	};
	struct d3dkmt_create_paging_queue queue = {};
	struct drm_dxg_allocation_private private = { .size = SIZE };
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = PTR(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation allocation = {
		.num_allocations = 1,
		.allocation_info = PTR(&info),
	};

	CALL(CREATE_DEVICE, &device);
	client->device = device.device;
	context.device = device.device;
	fence.device = device.device;
	queue.device = device.device;
	allocation.device = device.device;
	CALL(CREATE_CONTEXT_VIRTUAL, &context);
	client->context = context.context;
	CALL(CREATE_SYNC_OBJECT2, &fence);
	client->fence = fence.sync_object;
	client->value = address(fence.info.fence_value_cpu_va);
	CHECK(*client->value == 5, *client->value);
	CALL(CREATE_PAGING_QUEUE, &queue);
	client->queue = queue.paging_queue;
	CHECK(!*(uint64_t *)address(queue.fence_value_cpu_va), queue.fence_value_cpu_va);
	CALL(CREATE_ALLOCATION2, &allocation);
	client->memory = info.allocation;
	CHECK(info.allocation, info.allocation);
}

static uint32_t *lock(const struct client *client)
{
	struct d3dkmt_lock2 lock = { .device = client->device, .allocation = client->memory };

	CALL(LOCK2, &lock);
	return address(lock.data);
}

static void unlock(const struct client *client)
{
	struct d3dkmt_unlock2 unlock = {
		.device = client->device,
		.allocation = client->memory,
	};

	CALL(UNLOCK2, &unlock);
}

static void write_words(const struct client *client)
{
	uint32_t *words = lock(client);

	for (uint32_t i = 0; i < SIZE / 4; i++)
		words[i] = i;
	unlock(client);
}

/* The first half is filled, the second is what was written. */
static void submit(const struct client *client)
{
	struct {
		struct drm_dxg_cmd_stream head;
		struct drm_dxg_cmd_fill fill;
		struct drm_dxg_cmd_signal signal;
	} stream = {
		.head = {
			.magic = DRM_DXG_CMD_STREAM_MAGIC,
			.version = DRM_DXG_CMD_STREAM_VERSION,
			.size = sizeof(stream),
		},
		.fill = {
			.base = { DRM_DXG_CMD_FILL, sizeof(stream.fill) },
			.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = client->memory },
			.length = SIZE / 2,
			.pattern = 0x12345678,
		},
		.signal = {
			.base = { DRM_DXG_CMD_SIGNAL, sizeof(stream.signal) },
			.sync_object = client->fence,
			.value = 0x123456789abcULL,
		},
	};
	struct d3dkmt_submit_command submit = {
		.broadcast_context_count = 1,
		.broadcast_context = { client->context },
		.private_driver_data = PTR(&stream),
		.private_driver_data_size = sizeof(stream),
	};

	CALL(SUBMIT_COMMAND, &submit);
}

static void wait(const struct client *client)
{
	uint64_t value = 0x123456789abcULL;
	struct d3dkmt_wait_sync_object_from_cpu wait = {
		.device = client->device,
		.object_count = 1,
		.objects = PTR(&client->fence),
		.fence_values = PTR(&value),
	};

	CALL(WAIT_SYNC_OBJECT_FROM_CPU, &wait);
	CHECK(*client->value == value, *client->value);
}

static void read_words(const struct client *client)
{
	uint32_t *words = lock(client);

	for (uint32_t i = 0; i < SIZE / 8; i++)
		CHECK(words[i] == 0x12345678, words[i]);
	for (uint32_t i = SIZE / 8; i < SIZE / 4; i++)
		CHECK(words[i] == i, words[i]);
	unlock(client);
}

/* A file descriptor travels in 64 bits. */
static void share(const struct client *client)
{
	struct drm_dxg_allocation_private private = { .size = PAGE };
	struct d3dkmt_allocation_info2 info = {
		.private_driver_data = PTR(&private),
		.private_driver_data_size = sizeof(private),
	};
	struct d3dkmt_create_allocation allocation = {
		.device = client->device,
		.num_allocations = 1,
		.allocation_info = PTR(&info),
		.flags = D3DKMT_CREATE_RESOURCE | D3DKMT_CREATE_SHARED |
			 D3DKMT_CREATE_NT_SECURITY_SHARING,
	};
	struct d3dkmt_query_resource_info_from_nt_handle query = { .device = client->device };
	uint64_t fd = ~0ULL;
	struct d3dkmt_share_objects share = {
		.object_count = 1,
		.objects = PTR(&allocation.resource),
		.shared_nt_handle = PTR(&fd),
	};

	CALL(CREATE_ALLOCATION2, &allocation);
	CALL(SHARE_OBJECTS, &share);
	CHECK(fd < 1024, fd);
	query.nt_handle = fd;
	CALL(QUERY_RESOURCE_INFO_FROM_NT_HANDLE, &query);
	CHECK(query.num_allocations == 1, query.num_allocations);
	CHECK(!syscall3(NR_CLOSE, fd, 0, 0), fd);
}

static void destroy(const struct client *client)
{
	struct d3dkmt_destroy_allocation2 allocation = {
		.device = client->device,
		.allocation_list = PTR(&client->memory),
		.allocation_count = 1,
		.flags = D3DKMT_DESTROY_SYNCHRONOUS,
	};
	struct d3dkmt_destroy_paging_queue queue = { client->queue };
	struct d3dkmt_destroy_sync_object fence = { client->fence };
	struct d3dkmt_destroy_context context = { client->context };
	struct d3dkmt_destroy_device device = { client->device };
	struct d3dkmt_close_adapter adapter = { client->adapter };

	CALL(DESTROY_ALLOCATION2, &allocation);
	CALL(DESTROY_PAGING_QUEUE, &queue);
	CALL(DESTROY_SYNC_OBJECT, &fence);
	CALL(DESTROY_CONTEXT, &context);
	CALL(DESTROY_DEVICE, &device);
	CALL(CLOSE_ADAPTER, &adapter);
}

enum { REFUSED, INPUT, OUTPUT };

/* Each operation has the number that it has in a 64-bit program, and answers the same. */
static void walk(void)
{
	static const struct {
		uint32_t code;
		bool refused;
		int zeroes;
		int ones;
	} operations[] = {
#define DXG_OPERATION(name, kind, zeroes, ones) \
		{ D3DKMT_IOCTL_##name, (kind) == REFUSED, -(zeroes), -(ones) },
#include "dxg_operations.h"
#undef DXG_OPERATION
	};
	static uint64_t args[0x80];

	CHECK(ARRAY_SIZE(operations) == 0x49, ARRAY_SIZE(operations));
	for (uint32_t i = 0; i < ARRAY_SIZE(operations); i++) {
		uint32_t code = operations[i].code;

		memset(args, 0, sizeof(args));
		CHECK(call(code, args) == operations[i].zeroes, code);
		memset(args, 0xff, sizeof(args));
		CHECK(call(code, args) == operations[i].ones, code);
		CHECK(call(code, NULL) == (operations[i].refused ? -EPERM : -EFAULT), code);
		CHECK(call(code + (1 << _IOC_SIZESHIFT), args) == -ENOTTY, code);
	}
}

__attribute__((noreturn, used)) static void run(uint32_t argc, char **argv)
{
	struct client client = {};
	uint64_t luid;

	CHECK(argc == 4, argc);
	door_type = parse_hex(argv[2]);
	luid = parse_hex(argv[3]);
	client.luid.low = luid;
	client.luid.high = luid >> 32;
	door = syscall3(NR_OPEN, (uint32_t)argv[1], door_type == 'd' ? O_RDWR : 0, 0);
	CHECK(door >= 0, door);
	walk();
	enumerate(&client);
	open_again(&client);
	query(&client);
	create(&client);
	write_words(&client);
	submit(&client);
	wait(&client);
	read_words(&client);
	share(&client);
	destroy(&client);
	CHECK(!syscall3(NR_CLOSE, door, 0, 0), door);
	put("ok\n");
	leave(0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov (%esp), %eax\n"
	"	lea 4(%esp), %edx\n"
	"	and $-16, %esp\n"
	"	sub $8, %esp\n"
	"	push %edx\n"
	"	push %eax\n"
	"	call run\n");
