/* SPDX-License-Identifier: MIT */
/*
 * Processes, threads and signals for the tests of dxg.
 */
#ifndef DXG_IGT_PROC_H
#define DXG_IGT_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "dxg_igt.h"

/**
 * struct igt_dxg_child - A process beside the test
 * @pid: the process
 * @ready: pipe by which it says that it is ready
 *
 * An assertion that fails in it ends it with IGT_EXIT_FAILURE. It goes with its
 * parent. igt_fork() is no use where a child is killed: libigt takes that as a crash.
 */
struct igt_dxg_child {
	pid_t pid;
	int ready[2];
};

/* Fork, and run @run in the child, which then exits with 0. */
void igt_dxg_child_start(struct igt_dxg_child *child, struct igt_dxg *dxg,
			 void (*run)(struct igt_dxg_child *child, struct igt_dxg *dxg));
/* In the child: let igt_dxg_child_await() return. */
void igt_dxg_child_ready(struct igt_dxg_child *child);
/* In the child: the same, and do not return. */
void igt_dxg_child_linger(struct igt_dxg_child *child);
/* Asserts that the child becomes ready within 10 s. */
void igt_dxg_child_await(struct igt_dxg_child *child);
void igt_dxg_child_kill(const struct igt_dxg_child *child, int sig);
/* Asserts that it ends in @timeout_ms, or what patience makes of it; waitpid()'s status. */
int igt_dxg_child_end(struct igt_dxg_child *child, unsigned int timeout_ms);
/* Asserts that all went well in it. */
void igt_dxg_child_join(struct igt_dxg_child *child);

/* What an access to a byte raises: 0, SIGSEGV or SIGBUS. A write keeps the value. */
int igt_dxg_touch(void *address, bool write);
/* Whether there is a mapping at a page, of whatever kind. */
bool igt_dxg_mapped(void *page);
/* Two pages, the second of which cannot be read; the caller fills the end of the first. */
void *igt_dxg_edge(void);
void igt_dxg_edge_free(void *edge);

/*
 * Call both at the same moment, from two threads; ret[0] and ret[1] are what they
 * return. They must not assert. @skew, the number of the round for instance, moves
 * one against the other.
 */
void igt_dxg_race(int (*first)(void *data), int (*second)(void *data), void *data,
		  unsigned int skew, int ret[2]);

#endif /* DXG_IGT_PROC_H */
