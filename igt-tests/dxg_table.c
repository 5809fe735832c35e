// SPDX-License-Identifier: MIT
/*
 * Every operation with every kind of argument: what dxg_operations.h says is what comes
 * back, and nothing is left behind or said in the kernel log.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dxg_igt.h"

IGT_TEST_DESCRIPTION("A walk over the table of operations.");

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define LAST_NR			0x49
/* Bytes that have room for any structure, and for what comes before and behind. */
#define ROOM			1024
/* Hostile arguments for each operation. */
#define ROUNDS			100
#define SEED			0x9e3779b97f4a7c15ULL
#define MOST_FDS		1024

/**
 * struct operation - One line of the table
 * @name: its name
 * @code: its code on /dev/dxg
 * @refused: always EPERM
 * @zeroes: result for zeroes
 * @ones: result for ones
 */
struct operation {
	const char *name;
	unsigned long code;
	bool refused;
	int zeroes;
	int ones;
};

enum { REFUSED, INPUT, OUTPUT };

static const struct operation operations[] = {
#define DXG_OPERATION(name, kind, zeroes, ones) \
	{ #name, D3DKMT_IOCTL_##name, (kind) == REFUSED, -(zeroes), -(ones) },
#include "dxg_operations.h"
#undef DXG_OPERATION
};

/* --- the kernel log ------------------------------------------------------ */

static int log_begin(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	igt_assert_fd(fd);
	igt_assert(lseek(fd, 0, SEEK_END) >= 0);
	return fd;
}

/* IGT writes there too, and so may drivers that we do not test. */
static bool is_ours(const char *record)
{
	static const char * const words[] = { "dxg", "WARNING", "BUG", "Call Trace", "Oops" };

	if (strstr(record, "[IGT]"))
		return false;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(words); i++)
		if (strstr(record, words[i]))
			return true;
	return false;
}

static void log_end(int fd)
{
	char record[8192];
	ssize_t size;

	while ((size = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (size <= 0)
			continue;
		record[size] = '\0';
		igt_assert_f(!is_ours(record), "in the kernel log: %s\n", record);
	}
	close(fd);
}

/* --- the same argument for all ------------------------------------------- */

/* @offset: of the structure in memory, which need not be aligned. */
static void walk(struct igt_dxg *dxg, uint8_t byte, size_t offset)
{
	static uint64_t room[ROOM / 8];
	uint8_t *memory = (uint8_t *)room;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		size_t size = _IOC_SIZE(op->code);
		int ret, expected = byte ? op->ones : op->zeroes;

		igt_assert(offset + size <= ROOM);
		memset(memory, 0x5a, ROOM);
		memset(memory + offset, byte, size);
		ret = igt_dxg_ioctl(dxg, op->code, memory + offset);
		igt_assert_f(ret == expected, "%s with %#x at %zu: %d and not %d\n", op->name,
			     byte, offset, ret, expected);
		/* nothing beside the structure is touched, nor the structure on an error */
		for (size_t j = 0; j < ROOM; j++) {
			bool inside = j >= offset && j < offset + size;

			if (inside && !ret)
				continue;
			igt_assert_f(memory[j] == (inside ? byte : 0x5a),
				     "%s changes byte %zd\n", op->name, (ssize_t)(j - offset));
		}
	}
}

static void zeroes(struct igt_dxg *dxg)
{
	int log = log_begin();

	walk(dxg, 0, 0);
	log_end(log);
}

static void ones(struct igt_dxg *dxg)
{
	int log = log_begin();

	walk(dxg, 0xff, 0);
	log_end(log);
}

static void misaligned(struct igt_dxg *dxg)
{
	static const size_t offsets[] = { 1, 2, 3, 4, 7 };

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(offsets); i++) {
		walk(dxg, 0, offsets[i]);
		walk(dxg, 0xff, offsets[i]);
	}
}

/* --- numbers and sizes --------------------------------------------------- */

/* The table has each number once. */
static void complete(struct igt_dxg *dxg)
{
	(void)dxg;
	igt_assert_eq(IGT_DXG_ARRAY_SIZE(operations), LAST_NR);
	for (unsigned int i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		igt_assert_eq_u32(_IOC_NR(operations[i].code), i + 1);
		igt_assert_eq(operations[i].refused, operations[i].zeroes == -EPERM);
		igt_assert_eq(operations[i].refused, operations[i].ones == -EPERM);
	}
}

/* Any size of any number, but the right one, is no operation. */
static void sizes(struct igt_dxg *dxg)
{
	static uint8_t memory[1 << _IOC_SIZEBITS];
	unsigned int nr, size, last = dxg->door == DXG_DOOR_DXG ? 0xff : LAST_NR;
	unsigned long code;
	int ret;

	for (nr = 0; nr <= last; nr++) {
		for (size = 0; size < 1024; size += size < 128 ? 1 : 8) {
			code = _IOC(_IOC_READ | _IOC_WRITE, D3DKMT_IOC_TYPE, nr, size);
			if (nr && nr <= LAST_NR && operations[nr - 1].code == code)
				continue;
			ret = igt_dxg_ioctl(dxg, code, memory);
			igt_assert_f(ret == -ENOTTY, "number %#x, size %u: %d\n", nr, size, ret);
		}
	}
}

/* The structure has to be there: all of it, and where there is output to be written to. */
static void pointers(struct igt_dxg *dxg)
{
	static const uint8_t zero[ROOM];

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		size_t size = _IOC_SIZE(op->code);
		void *bad[] = {
			NULL, (void *)1, igt_dxg_bad_pointer(),
			igt_dxg_before_bad_page(zero, size - 1),
			(void *)0x8000000000000000UL, (void *)0xffff888000000000UL,
			(void *)-4096L, (void *)-1L,
		};

		for (size_t j = 0; j < IGT_DXG_ARRAY_SIZE(bad); j++) {
			int ret = igt_dxg_ioctl(dxg, op->code, bad[j]);

			igt_assert_f(ret == (op->refused ? -EPERM : -EFAULT), "%s at %p: %d\n",
				     op->name, bad[j], ret);
		}
		igt_dxg_free_copies();
	}
}

/* --- hostile arguments --------------------------------------------------- */

static uint64_t random_state;

/* splitmix64 */
static uint64_t random_next(void)
{
	uint64_t value = random_state += SEED;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/**
 * struct objects - What there is to be named; what has been destroyed stays here
 * @device: a device
 * @handles: one handle of each kind
 * @buffer: memory that pointers may point to, with nothing valid in it
 */
struct objects {
	uint32_t device;
	uint32_t handles[8];
	uint8_t *buffer;
};

#define BUFFER	(16 * IGT_DXG_PAGE)

static void create_objects(struct igt_dxg *dxg, struct objects *objects)
{
	uint32_t device = igt_dxg_create_device(dxg), child, *handles = objects->handles;

	objects->device = device;
	handles[0] = device;
	handles[1] = igt_dxg_open_adapter(dxg);
	handles[2] = igt_dxg_create_context(dxg, device);
	handles[3] = igt_dxg_create_allocation(dxg, device, IGT_DXG_PAGE);
	handles[4] = igt_dxg_create_resource(dxg, device, IGT_DXG_PAGE, 1, &child);
	handles[5] = child;
	handles[6] = igt_dxg_create_fence(dxg, device, 0, NULL);
	handles[7] = igt_dxg_create_paging_queue(dxg, device, NULL, NULL);
}

/* Not the test's own adapter, 0x40000000, which would be closed. */
static uint32_t hostile_word(const struct objects *objects)
{
	static const uint32_t words[] = {
		0, 0, 0, 1, 1, 2, 3, 5, 8, 0x20, 0x40, 0x41, 1024, 1025, 4096, 0x10000, 0x20000,
		0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 0x40000001,
	};
	uint64_t pick = random_next();

	if (pick % 2)
		return objects->handles[pick / 2 % IGT_DXG_ARRAY_SIZE(objects->handles)];
	return words[pick / 2 % IGT_DXG_ARRAY_SIZE(words)];
}

static uint64_t hostile_pointer(const struct objects *objects)
{
	const uint64_t values[] = {
		igt_dxg_ptr(objects->buffer), igt_dxg_ptr(objects->buffer),
		igt_dxg_ptr(objects->buffer + 1), igt_dxg_ptr(objects->buffer + BUFFER - 4),
		igt_dxg_ptr(igt_dxg_bad_pointer()), 0, 1, UINT64_MAX, 1ULL << 63,
		0xffff888000000000ULL, 0x7ffffffff000ULL, UINT32_MAX, 1ULL << 32,
	};

	return values[random_next() % IGT_DXG_ARRAY_SIZE(values)];
}

/* Words and pointers at all places where the structure could have them. */
static void hostile_fill(const struct objects *objects, uint8_t *args, size_t size)
{
	uint64_t pointer;
	uint32_t word;

	for (size_t pos = 0; pos + 4 <= size; pos += 4) {
		word = hostile_word(objects);
		memcpy(args + pos, &word, sizeof(word));
	}
	for (size_t pos = 0; pos + 8 <= size; pos += 8) {
		if (random_next() % 2)
			continue;
		pointer = hostile_pointer(objects);
		memcpy(args + pos, &pointer, sizeof(pointer));
	}
}

/* Words that are no handle, but may be counts, sizes and types. */
static void hostile_buffer(uint8_t *buffer)
{
	uint32_t word;

	for (size_t pos = 0; pos < BUFFER; pos += 4) {
		word = random_next() % 4 ? random_next() % 5000 : random_next() | 1;
		memcpy(buffer + pos, &word, sizeof(word));
	}
}

static bool is_legal(int ret)
{
	static const int legal[] = {
		0, D3DKMT_STATUS_PENDING, D3DKMT_STATUS_TIMEOUT, -EINVAL, -EFAULT, -EPERM,
		-EACCES, -ENOMEM, -ENODEV, -EOVERFLOW,
	};

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(legal); i++)
		if (ret == legal[i])
			return true;
	return false;
}

/* What has succeeded by chance may have made a file descriptor. */
static void mark_fds(bool open[MOST_FDS])
{
	for (int fd = 0; fd < MOST_FDS; fd++)
		open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void close_fds(const bool open[MOST_FDS])
{
	for (int fd = 0; fd < MOST_FDS; fd++)
		if (!open[fd])
			close(fd);
}

static void hostile_one(struct igt_dxg *dxg, const struct operation *op, uint8_t *buffer)
{
	struct objects objects = { .buffer = buffer };
	uint64_t args[ROOM / 8];
	bool open[MOST_FDS];

	mark_fds(open);
	create_objects(dxg, &objects);
	hostile_buffer(buffer);
	for (unsigned int round = 0; round < igt_dxg_scale(ROUNDS); round++) {
		uint64_t state = random_state;
		int ret;

		hostile_fill(&objects, (uint8_t *)args, _IOC_SIZE(op->code));
		ret = igt_dxg_ioctl(dxg, op->code, args);
		igt_assert_f(op->refused ? ret == -EPERM : is_legal(ret),
			     "%s, round %u, random state %#llx: %d\n", op->name, round,
			     (unsigned long long)state, ret);
	}
	/* either may have gone already */
	__igt_dxg_destroy_device(dxg, objects.device);
	__igt_dxg_close_adapter(dxg, objects.handles[1]);
	close_fds(open);
}

static void hostile(struct igt_dxg *dxg)
{
	static const uint8_t zero[BUFFER];
	uint8_t *buffer = igt_dxg_before_bad_page(zero, BUFFER);
	int log = log_begin();

	random_state = SEED;
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++)
		hostile_one(dxg, &operations[i], buffer);
	/* with all that was opened by chance */
	igt_dxg_renew(dxg);
	igt_dxg_destroy_device(dxg, igt_dxg_create_device(dxg));
	log_end(log);
}

/* --- a removed adapter --------------------------------------------------- */

static void removed(struct igt_dxg *dxg)
{
	static uint64_t args[ROOM / 8];

	igt_dxg_unbind(dxg);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		int ret;

		memset(args, 0xff, sizeof(args));
		ret = igt_dxg_ioctl(dxg, op->code, args);
		igt_assert_f(ret == (dxg->door == DXG_DOOR_DXG ? op->ones : -ENODEV), "%s: %d\n",
			     op->name, ret);
	}
	igt_dxg_rebind();
}

static const struct igt_dxg_test tests[] = {
	TEST("complete", complete, "The table has all numbers."),
	TEST("zeroes", zeroes, "A structure of zeroes."),
	TEST("ones", ones, "A structure of ones."),
	TEST("misaligned", misaligned, "Structures may lie anywhere."),
	TEST("sizes", sizes, "Structures that are too short or too long, and other numbers."),
	TEST("pointers", pointers, "Structures that are not there."),
	TEST("hostile", hostile, "Handles, counts and pointers at all places."),
	{ .name = "removed", .describe = "The table of a removed adapter.", .run = removed,
	  .leaves = true },
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
