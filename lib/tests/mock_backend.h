/* SPDX-License-Identifier: MIT */
/*
 * A backend of dxg_pool for tests: memory of the process, and fences that the test signals.
 *
 * It is strict where a real one is patient. Memory cannot be touched unless it is locked,
 * so a pointer that is used after its sample went back ends the program; and everything
 * that breaks the contract of struct dxg_pool_ops counts as an error.
 */
#ifndef MOCK_BACKEND_H
#define MOCK_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "dxg_pool.h"

struct mock;

/* What a test wants to know, read with mock_counts(). */
struct mock_counts {
	uint32_t live;		/* buffers that are allocated */
	uint32_t locked;	/* of these, locked */
	uint32_t allocs;	/* calls that allocated */
	uint32_t errors;	/* breaches of the contract */
	uint32_t waits;		/* fences that were waited for */
	bool destroyed;		/* the pool said good-bye */
};

/* What shall go wrong: a negative errno, or 0. */
enum mock_fault {
	MOCK_ALLOC,
	MOCK_LOCK,
	MOCK_MISALIGN,		/* lock returns an address that is off by one */
	MOCK_FENCE_WAIT,
	MOCK_FAULTS,
};

/* The program has a minute from here: more ends it. */
struct mock *mock_create(void);
/* After the pool is gone: ends the mock, returns the number of errors and leaks. */
uint32_t mock_end(struct mock *mock);

const struct dxg_pool_ops *mock_ops(void);
struct mock_counts mock_counts(struct mock *mock);
void mock_fail(struct mock *mock, enum mock_fault fault, int ret);
/* Buffers allocated from now on have a file descriptor to export. */
void mock_exportable(struct mock *mock);
/* Called inside alloc, in the thread that allocates. NULL: not. */
void mock_on_alloc(struct mock *mock, void (*function)(void *data), void *data);

#define MOCK_OBJECTS 64

/* The object's value becomes at least this. Wakes who waits. */
void mock_signal(struct mock *mock, uint64_t object, uint64_t value);
uint64_t mock_value(struct mock *mock, uint64_t object);
/* From now on queries of the object fail. Wakes who waits, unless it is done quietly. */
void mock_break(struct mock *mock, uint64_t object, bool quietly);

/* Wake who waited last, for nothing. */
void mock_wake_again(struct mock *mock);

/* A pool on a new mock; both are found through the pointers. Ends the program on failure. */
struct dxg_pool *mock_pool(struct mock **mock, const struct dxg_pool_options *options);
/* ... with these properties, committed. */
struct dxg_pool *mock_committed(struct mock **mock, int32_t count);

/* Helpers of tests. */
uint64_t mock_now(void);			/* CLOCK_MONOTONIC in ns */
int64_t mock_in_ms(unsigned int ms);		/* a deadline */
void mock_sleep_ms(unsigned int ms);
/* Until the pool has so many waiters; false after ten seconds. */
bool mock_wait_waiters(struct dxg_pool *pool, uint32_t count);
/* Until the pool has so many samples free; false after ten seconds. */
bool mock_wait_free(struct dxg_pool *pool, uint32_t count);

#endif /* MOCK_BACKEND_H */
