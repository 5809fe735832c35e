/* SPDX-License-Identifier: MIT */
/*
 * What the parts of dxgbench share: measure.c has the clocks, gem.c the calls of the
 * base, dxg.c those that are compared with it, scenario.c what is measured, dxgbench.c
 * the rows and their targets.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_BATCH	1024		/* D3DKMT_MAX_ALLOCATIONS */
#define BENCH_PAGE	4096

/* Ends the program with a message where a call that has to succeed does not. */
void bench_fail(const char *what) __attribute__((noreturn));

/* --- measure.c ----------------------------------------------------------- */

/* What something cost, in instructions; measure.c says what is in each. */
struct cost {
	double call;
	double total;
};

/* Whether the clocks count instructions. */
bool measure_init(void);
void measure_sleep(unsigned int ms);
/* Make the caller a real-time thread, or an ordinary one again. */
void measure_alone(bool alone);
/* A cheap clock for single operations. */
uint64_t measure_ticks(void);
/* CLOCK_MONOTONIC, in nanoseconds. */
double measure_now(void);
void measure_begin(void);
struct cost measure_end(unsigned int settle_ms);
/* Bytes of the machine that are free. */
double measure_free_bytes(void);

/* --- gem.c --------------------------------------------------------------- */

/* The card node of the in-tree driver of this name. */
int gem_open(const char *driver);
/* Another open file on the same node. */
int gem_reopen(int fd);
uint32_t gem_create(int fd, uint32_t size);
void gem_close(int fd, uint32_t handle);
/* At this address, or anywhere if it is NULL. */
void *gem_map(int fd, uint32_t handle, size_t size, void *where);

uint32_t syncobj_create(int fd);
void syncobj_destroy(int fd, uint32_t handle);
void syncobj_signal(int fd, uint32_t handle);
void syncobj_reset(int fd, uint32_t handle);
void syncobj_wait(int fd, uint32_t handle);

/* --- dxg.c --------------------------------------------------------------- */

/* Flags of dxg_destroy(), those of D3DKMT. */
#define DXG_ASSUME_NOT_IN_USE	1
#define DXG_SYNCHRONOUS		2

/* An open /dev/dxg with a device on one adapter. */
struct dxg {
	int fd;
	uint32_t adapter;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t value;			/* the last one that a command signals */
	const uint64_t *page;		/* the fence's value, mapped */
	uint32_t paging_queue;		/* of dxg_open_paging() */
	uint32_t paging_fence;
	struct {
		uint32_t low;
		int32_t high;
	} luid;
};

/* The in-tree drivers of the adapters that there are; returns how many. */
unsigned int dxg_drivers(char names[][32], unsigned int max);
/* Open the adapter of an in-tree driver, with a device, a context and a fence. */
void dxg_open(struct dxg *dxg, const char *driver);
void dxg_close(struct dxg *dxg);

/* Say how large allocations will be: not part of what their creation costs. */
void dxg_prepare(uint32_t size);
void dxg_create(const struct dxg *dxg, unsigned int count, uint32_t *handles);
void dxg_destroy(const struct dxg *dxg, unsigned int count, const uint32_t *handles,
		 uint32_t flags);
void *dxg_lock(const struct dxg *dxg, uint32_t handle);
void dxg_unlock(const struct dxg *dxg, uint32_t handle);

/*
 * Queue a command that delays and then uses allocations, writes the time into another
 * one unless that is 0, and signals the fence, for which dxg_wait() waits.
 */
void dxg_submit(struct dxg *dxg, unsigned int delay_ms, unsigned int count,
		const uint32_t *handles, uint32_t stamp);
void dxg_wait(const struct dxg *dxg);
/* Queue a command that does nothing. */
void dxg_submit_nothing(const struct dxg *dxg);
/* Signal the value that dxg_wait() waits for, which its caller has raised. */
void dxg_signal(const struct dxg *dxg);

/* Make a paging queue, which dxg_make_resident() wants; whether the driver has any. */
bool dxg_open_paging(struct dxg *dxg);
/* Returns when they are resident; whether there was memory for them. */
bool dxg_make_resident(const struct dxg *dxg, unsigned int count, const uint32_t *handles);
void dxg_evict(const struct dxg *dxg, unsigned int count, const uint32_t *handles);
bool dxg_is_resident(const struct dxg *dxg, uint32_t handle);
uint64_t dxg_segment_size(const struct dxg *dxg);

/* Handles of the adapter: the lightest objects that have one. */
uint32_t dxg_open_adapter(const struct dxg *dxg);
void dxg_close_adapter(const struct dxg *dxg, uint32_t adapter);
/* One look-up of such a handle; whether it was found. */
bool dxg_look_up(const struct dxg *dxg, uint32_t adapter);

/* Destructions that have not run, on all adapters. */
unsigned int dxg_pending(void);

/* --- scenario.c ---------------------------------------------------------- */

/* What is measured on an adapter; GEM_* of the in-tree driver is the base. */
enum scenario_id {
	GEM_CREATE,
	GEM_CLOSE,
	GEM_CLOSE_TOTAL,
	GEM_CREATE_BATCH,
	GEM_CLOSE_BATCH,
	GEM_CLOSE_BATCH_TOTAL,
	GEM_TOUCH_PAGE,
	GEM_TOUCH_MIB,
	GEM_TOUCH_PAGES,
	GEM_TOUCH_MIBS,
	GEM_MEMORY,
	GEM_EXIT,
	GEM_EXIT_MAPPED,
	SYNCOBJ_SIGNAL,
	SYNCOBJ_WAKE,
	MEMSET_MIB,
	MEMCPY_MIBS,
	DXG_CREATE,
	DXG_DESTROY,
	DXG_DESTROY_TOTAL,
	DXG_DESTROY_SYNC,
	DXG_CREATE_BATCH,
	DXG_DESTROY_BATCH,
	DXG_DESTROY_BATCH_TOTAL,
	DXG_DESTROY_BUSY_1,
	DXG_DESTROY_BUSY_64,
	DXG_DESTROY_BUSY_4096,
	DXG_DESTROY_BUSY_BATCH,
	DXG_DESTROY_ASSUME,
	DXG_TOUCH_PAGE,
	DXG_TOUCH_MIB,
	DXG_TOUCH_PAGES,
	DXG_TOUCH_MIBS,
	DXG_RECLAIM,
	DXG_SUBMIT,
	DXG_WAKE,
	DXG_WAKE_PAGE,
	DXG_LOOK_UP,
	DXG_LOOK_UP_MANY,
	DXG_LOOK_UP_RANDOM,
	DXG_LOOK_UP_BAD,
	DXG_MEMORY,
	DXG_EXIT,
	DXG_RESIDENT_1,
	DXG_RESIDENT_64,
	DXG_RESIDENT_1024,
	DXG_POPULATE_1,
	DXG_POPULATE_64,
	DXG_POPULATE_1024,
	DXG_EVICT_1,
	DXG_EVICT_64,
	DXG_EVICT_1024,
	DXG_PAGE_MIB,
	DXG_PAGE_64K,
	SCENARIOS
};

/* What a row takes of a result. */
enum field {
	CALL,				/* instructions of the calling thread */
	TOTAL,				/* instructions of everybody */
	P50,				/* median of single operations */
	P99,
	MAX,
	FIELDS
};

/*
 * A figure for each field, and the spread of the repetitions that it is the least of; or
 * why there is none.
 */
struct result {
	double value[FIELDS];
	double spread[FIELDS];
	const char *skipped;
};

struct scenario_options {
	const char *driver;		/* the in-tree driver */
	unsigned int many;		/* handles for "many" */
	unsigned int exit_count;	/* allocations at the end of a process */
};

/* Open an adapter and the node beside it. */
void scenario_begin(const struct scenario_options *options);
void scenario_measure(enum scenario_id id, struct result *result);
void scenario_end(void);

#endif /* BENCH_H */
