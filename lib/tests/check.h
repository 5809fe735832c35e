/* SPDX-License-Identifier: MIT */
/*
 * What the tests are written with: CHECK() counts, and says where it failed; a program
 * of tests calls run() for each function and returns report().
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures, check_tests;

/* Say it and go on: one fault can have several signs. */
#define CHECK(condition) do { \
	if (!(condition)) { \
		__atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED); \
		printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
	} \
} while (0)

#define CHECK_EQ(have, want) do { \
	long long check_have = (long long)(have), check_want = (long long)(want); \
	if (check_have != check_want) { \
		__atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED); \
		printf("# %s:%d: %s is %lld (%#llx), not %lld (%#llx)\n", __FILE__, __LINE__, \
		       #have, check_have, check_have, check_want, check_want); \
	} \
} while (0)

/* One line of TAP for a function; what is printed counts as a test. */
static inline void run_named(void (*function)(void), const char *name)
{
	int before = check_failures;

	function();
	check_tests++;
	printf("%sok %d - %s\n", check_failures == before ? "" : "not ", check_tests, name);
	fflush(stdout);
}

#define run(function) run_named(function, #function)

/* The exit status of the program, after the plan. */
static inline int report(void)
{
	printf("1..%d\n", check_tests);
	return check_failures ? 1 : 0;
}

#endif /* CHECK_H */
