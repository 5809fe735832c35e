// SPDX-License-Identifier: MIT
/*
 * Destruction against everything that can happen at the same time, and in processes
 * that share a file.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Destruction of allocations beside other calls and other processes.");

#define PAGE		4096
/* Four times each of the 64 distances of igt_dxg_race() */
#define ROUNDS		256
#define CHILDREN	8

#define TEST(name, run, text)	IGT_DXG_TEST_LONG(name, text, run)

/**
 * struct arena - What two threads fight for
 * @dxg: the way in
 * @device: device of it all
 * @context: a context
 * @fence: a fence
 * @allocation: a stand-alone allocation
 * @guess: what the next handle may be
 * @list: allocations of @resource, or stand-alone ones
 * @resource: a resource, or 0
 * @created: what was created during the fight
 */
struct arena {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint32_t allocation;
	uint32_t guess;
	uint32_t list[CHILDREN];
	uint32_t resource;
	uint32_t created;
};

static void arena_create(struct igt_dxg *dxg, struct arena *arena)
{
	memset(arena, 0, sizeof(*arena));
	arena->dxg = dxg;
	arena->device = igt_dxg_create_device(dxg);
	arena->context = igt_dxg_create_context(dxg, arena->device);
	arena->fence = igt_dxg_create_fence(dxg, arena->device, 0, NULL);
}

static int do_destroy(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_allocation(arena->dxg, arena->device, arena->allocation);
}

static int do_destroy_synchronous(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy2(arena->dxg, arena->device, 0, &arena->allocation, 1,
				  D3DKMT_DESTROY_SYNCHRONOUS);
}

static int do_destroy_list(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy2(arena->dxg, arena->device, 0, arena->list, CHILDREN, 0);
}

static int do_destroy_list_reversed(void *data)
{
	struct arena *arena = data;
	uint32_t list[CHILDREN];

	for (int i = 0; i < CHILDREN; i++)
		list[i] = arena->list[CHILDREN - 1 - i];
	return __igt_dxg_destroy2(arena->dxg, arena->device, 0, list, CHILDREN, 0);
}

static int do_destroy_resource(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy2(arena->dxg, arena->device, arena->resource, NULL, 0, 0);
}

static int do_destroy_device(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_device(arena->dxg, arena->device);
}

static int do_destroy_guess(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_destroy_allocation(arena->dxg, arena->device, arena->guess);
}

static int do_create(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_create(arena->dxg, arena->device, 0, NULL, PAGE, 1, &arena->created);
}

static int do_add(void *data)
{
	struct arena *arena = data;
	uint32_t resource = arena->resource;

	return __igt_dxg_create(arena->dxg, arena->device, 0, &resource, PAGE, 1,
				&arena->created);
}

static int do_lock(void *data)
{
	struct arena *arena = data;
	void *address;

	return __igt_dxg_lock(arena->dxg, arena->device, arena->allocation, &address);
}

static int do_unlock(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_unlock(arena->dxg, arena->device, arena->allocation);
}

static int do_submit(void *data)
{
	struct arena *arena = data;

	return __igt_dxg_submit_fill(arena->dxg, arena->context, arena->allocation, PAGE,
				     0x12345678, arena->fence, 1);
}

static void assert_one_of(int ret, int other)
{
	igt_assert_f(!ret || ret == other, "the call returned %d\n", ret);
}

/* --- two destructions ---------------------------------------------------- */

/* Exactly one of two succeeds. */
static void one_of_two(struct igt_dxg *dxg, int (*first)(void *data), int (*second)(void *data),
		       bool resource, bool list)
{
	struct arena arena;
	int ret[2];

	arena_create(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		if (resource)
			arena.resource = igt_dxg_create_resource(dxg, arena.device, PAGE, CHILDREN,
								 arena.list);
		else if (list)
			igt_assert_eq(__igt_dxg_create(dxg, arena.device, 0, NULL, PAGE, CHILDREN,
						       arena.list), 0);
		else
			arena.allocation = igt_dxg_create_allocation(dxg, arena.device, PAGE);
		igt_dxg_race(first, second, &arena, i, ret);
		igt_assert_eq(ret[0] + ret[1], -EINVAL);
		igt_assert_eq(ret[0] * ret[1], 0);
	}
	igt_dxg_destroy_device(dxg, arena.device);
}

static void test_one(struct igt_dxg *dxg)
{
	one_of_two(dxg, do_destroy, do_destroy, false, false);
}

static void test_one_synchronous(struct igt_dxg *dxg)
{
	one_of_two(dxg, do_destroy, do_destroy_synchronous, false, false);
}

static void test_lists(struct igt_dxg *dxg)
{
	one_of_two(dxg, do_destroy_list, do_destroy_list_reversed, false, true);
}

static void test_resources(struct igt_dxg *dxg)
{
	one_of_two(dxg, do_destroy_resource, do_destroy_resource, true, false);
}

/* The list goes first, or with the resource: then the call that names it is refused. */
static void test_list_and_resource(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_create(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena.resource = igt_dxg_create_resource(dxg, arena.device, PAGE, CHILDREN,
							 arena.list);
		igt_dxg_race(do_destroy_list, do_destroy_resource, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		for (int j = 0; j < CHILDREN; j++)
			igt_assert(!igt_dxg_is_allocation(dxg, arena.device, arena.list[j]));
	}
	igt_dxg_destroy_device(dxg, arena.device);
}

static void test_device(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_create(dxg, &arena);
		arena.resource = igt_dxg_create_resource(dxg, arena.device, PAGE, CHILDREN,
							 arena.list);
		igt_dxg_race(i % 2 ? do_destroy_list : do_destroy_resource, do_destroy_device,
			     &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
	}
}

/* --- destruction and other calls ----------------------------------------- */

/* What another call does to an allocation while it goes: it succeeds or finds it dead. */
static void beside(struct igt_dxg *dxg, int (*other)(void *data), bool locked)
{
	struct arena arena;
	int ret[2];

	arena_create(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena.allocation = igt_dxg_create_allocation(dxg, arena.device, PAGE);
		if (locked)
			igt_dxg_lock(dxg, arena.device, arena.allocation);
		igt_dxg_race(other, do_destroy, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		igt_assert_eq(do_lock(&arena), -EINVAL);
	}
	igt_assert_eq(igt_dxg_device_state(dxg, arena.device), D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_dxg_destroy_device(dxg, arena.device);
}

static void test_lock(struct igt_dxg *dxg)
{
	beside(dxg, do_lock, false);
}

static void test_lock_again(struct igt_dxg *dxg)
{
	beside(dxg, do_lock, true);
}

static void test_unlock(struct igt_dxg *dxg)
{
	beside(dxg, do_unlock, true);
}

static void test_submit(struct igt_dxg *dxg)
{
	beside(dxg, do_submit, false);
}

/* An allocation is added to a resource that goes. */
static void test_add(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	arena_create(dxg, &arena);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena.resource = igt_dxg_create_resource(dxg, arena.device, PAGE, CHILDREN,
							 arena.list);
		igt_dxg_race(do_add, do_destroy_resource, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		if (!ret[0])
			igt_assert(!igt_dxg_is_allocation(dxg, arena.device, arena.created));
	}
	igt_dxg_destroy_device(dxg, arena.device);
}

/*
 * The handle that comes next can be guessed, and destroyed before its creator knows
 * it. Whoever comes first, it is destroyed once.
 */
static void test_guess(struct igt_dxg *dxg)
{
	unsigned int hits = 0;
	struct arena arena;
	int ret[2];

	arena_create(dxg, &arena);
	arena.created = igt_dxg_create_allocation(dxg, arena.device, PAGE);
	igt_dxg_destroy_allocation(dxg, arena.device, arena.created);
	for (unsigned int i = 0; i < igt_dxg_scale(2 * ROUNDS); i++) {
		arena.guess = arena.created + 0x40;
		igt_dxg_race(do_create, do_destroy_guess, &arena, i, ret);
		igt_assert_eq(ret[0], 0);
		assert_one_of(ret[1], -EINVAL);
		arena.allocation = arena.created;
		if (!ret[1]) {
			igt_assert_eq_u32(arena.guess, arena.created);
			igt_assert_eq(do_destroy(&arena), -EINVAL);
			hits++;
		} else {
			igt_assert_eq(do_destroy(&arena), 0);
		}
	}
	igt_info("%u guesses hit\n", hits);
	igt_dxg_destroy_device(dxg, arena.device);
}

static void test_create_and_device(struct igt_dxg *dxg)
{
	struct arena arena;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		arena_create(dxg, &arena);
		igt_dxg_race(do_create, do_destroy_device, &arena, i, ret);
		assert_one_of(ret[0], -EINVAL);
		igt_assert_eq(ret[1], 0);
		if (!ret[0]) {
			arena.allocation = arena.created;
			igt_assert_eq(do_destroy(&arena), -EINVAL);
		}
	}
}

/* --- a file that two processes have -------------------------------------- */

static struct arena shared;
static void *shared_data;

static void shared_create(struct igt_dxg *dxg)
{
	arena_create(dxg, &shared);
	shared.allocation = igt_dxg_create_allocation(dxg, shared.device, PAGE);
	shared.resource = igt_dxg_create_resource(dxg, shared.device, PAGE, CHILDREN, shared.list);
	shared_data = igt_dxg_lock(dxg, shared.device, shared.allocation);
	memset(shared_data, 0x33, PAGE);
}

/* Handles of /dev/dxg belong to the address space, those of a DRM node to the file. */
static void fork_destroy(struct igt_dxg_child *child __attribute__((unused)), struct igt_dxg *dxg)
{
	int expected = dxg->door == DXG_DOOR_DXG ? -ENOTTY : 0;

	igt_assert_eq(do_destroy(&shared), expected);
	igt_assert_eq(do_destroy_resource(&shared), expected);
	igt_assert_eq(do_destroy_device(&shared), expected);
}

static void test_fork(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	shared_create(dxg);
	igt_dxg_child_start(&child, dxg, fork_destroy);
	igt_dxg_child_join(&child);
	if (dxg->door == DXG_DOOR_DXG) {
		igt_assert_eq(do_destroy(&shared), 0);
		igt_assert_eq(do_destroy_resource(&shared), 0);
		igt_assert_eq(do_destroy_device(&shared), 0);
	} else {
		igt_assert_eq(do_destroy(&shared), -EINVAL);
		igt_assert_eq(do_destroy_resource(&shared), -EINVAL);
		igt_assert_eq(do_destroy_device(&shared), -EINVAL);
		/* the child could not unmap here, and the bytes are gone all the same */
		igt_assert_eq(igt_dxg_touch(shared_data, false), SIGBUS);
		igt_assert_eq(munmap(shared_data, PAGE), 0);
	}
}

/* A child that ends, or closes the file, takes nothing of its parent's with it. */
static void fork_close(struct igt_dxg_child *child __attribute__((unused)), struct igt_dxg *dxg)
{
	igt_assert_eq(close(dxg->fd), 0);
}

static void test_fork_close(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	shared_create(dxg);
	igt_dxg_child_start(&child, dxg, fork_close);
	igt_dxg_child_join(&child);
	igt_dxg_assert_filled(dxg, shared.device, shared.allocation, 0, PAGE / 4, 0x33333333);
	igt_assert(igt_dxg_is_resource(dxg, shared.device, shared.resource));
	igt_assert_eq(do_destroy_device(&shared), 0);
}

/* Handles are numbers; in another process, or another open, they are others'. */
static void fork_foreign(struct igt_dxg_child *child __attribute__((unused)),
			 struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	uint32_t device = igt_dxg_create_device(dxg);

	igt_assert_eq(__igt_dxg_destroy_allocation(dxg, device, shared.allocation), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, shared.resource, NULL, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_destroy2(dxg, device, 0, shared.list, CHILDREN, 0), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void test_foreign(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;

	/* more handles than the child will have */
	for (int i = 0; i < 64; i++)
		igt_dxg_destroy_device(dxg, igt_dxg_create_device(dxg));
	shared_create(dxg);
	igt_dxg_child_start(&child, dxg, fork_foreign);
	igt_dxg_child_join(&child);
	igt_assert(igt_dxg_is_allocation(dxg, shared.device, shared.allocation));
	igt_assert(igt_dxg_is_resource(dxg, shared.device, shared.resource));
	igt_assert_eq(do_destroy_device(&shared), 0);
}

static void storm_child(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	struct arena arena;

	arena_create(dxg, &arena);
	igt_dxg_child_ready(child);
	for (;;) {
		igt_assert_eq(do_create(&arena), 0);
		arena.allocation = arena.created;
		igt_assert_eq(do_submit(&arena), 0);
		igt_assert_eq(do_lock(&arena), 0);
		igt_assert_eq(do_destroy(&arena), 0);
	}
}

/* Killed at any point of creation, submission and destruction. */
static void test_kill_storm(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	int status;

	for (unsigned int i = 0; i < igt_dxg_scale(20); i++) {
		igt_dxg_child_start(&child, dxg, storm_child);
		igt_dxg_child_await(&child);
		igt_dxg_sleep_ms(i);
		igt_dxg_child_kill(&child, SIGKILL);
		status = igt_dxg_child_end(&child, 2000);
		igt_assert(WIFSIGNALED(status));
	}
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("one", test_one, "Of two destructions of one handle exactly one succeeds."),
	TEST("one-synchronous", test_one_synchronous,
	     "The same where one of the two is synchronous."),
	TEST("lists", test_lists, "Of two destructions of one list exactly one succeeds."),
	TEST("resources", test_resources,
	     "Of two destructions of one resource exactly one succeeds."),
	TEST("list-and-resource", test_list_and_resource,
	     "A list goes beside its resource, each allocation once."),
	TEST("with-device", test_device, "A list or resource goes beside its device."),
	TEST("lock", test_lock, "Memory goes while it is locked for the first time."),
	TEST("lock-again", test_lock_again, "Memory goes while it is locked once more."),
	TEST("unlock", test_unlock, "Memory goes while it is unlocked."),
	TEST("submit", test_submit, "Memory goes while a command that names it is submitted."),
	TEST("add", test_add, "A resource goes while an allocation is added to it."),
	TEST("guess", test_guess, "A handle that is guessed during creation is destroyed once."),
	TEST("create-and-device", test_create_and_device,
	     "A device goes while an allocation is created on it."),
	TEST("fork", test_fork, "A forked child destroys what the door lets it."),
	TEST("fork-close", test_fork_close, "A child that closes the file takes nothing with it."),
	TEST("foreign", test_foreign, "Handles of another open name nothing."),
	TEST("kill-storm", test_kill_storm, "A process is killed at any point of its work."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
