// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt_proc.h"

#define TIMEOUT_MS	10000
#define PAGE		4096

/* --- processes ----------------------------------------------------------- */

void igt_dxg_child_start(struct igt_dxg_child *child, struct igt_dxg *dxg,
			 void (*run)(struct igt_dxg_child *child, struct igt_dxg *dxg))
{
	pid_t parent = getpid();

	igt_assert_eq(pipe(child->ready), 0);
	fflush(NULL);
	child->pid = fork();
	igt_assert(child->pid >= 0);
	if (child->pid) {
		close(child->ready[1]);
		return;
	}

	close(child->ready[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(IGT_EXIT_FAILURE);
	/* This is where a failed assertion goes; not on into the next subtest. */
	if (sigsetjmp(igt_subtest_jmpbuf, 1)) {
		fflush(NULL);
		_exit(IGT_EXIT_FAILURE);
	}
	run(child, dxg);
	_exit(IGT_EXIT_SUCCESS);
}

void igt_dxg_child_ready(struct igt_dxg_child *child)
{
	igt_assert_eq(write(child->ready[1], "", 1), 1);
}

void igt_dxg_child_linger(struct igt_dxg_child *child)
{
	igt_dxg_child_ready(child);
	for (;;)
		pause();
}

void igt_dxg_child_await(struct igt_dxg_child *child)
{
	struct pollfd ready = { .fd = child->ready[0], .events = POLLIN };
	char byte;

	igt_assert_eq(poll(&ready, 1, TIMEOUT_MS), 1);
	igt_assert_f(read(child->ready[0], &byte, 1) == 1, "the child failed\n");
}

void igt_dxg_child_kill(const struct igt_dxg_child *child, int sig)
{
	igt_assert_eq(kill(child->pid, sig), 0);
}

int igt_dxg_child_end(struct igt_dxg_child *child, unsigned int timeout_ms)
{
	uint64_t start = igt_dxg_now_ns();
	int status = 0;
	pid_t pid;

	timeout_ms = igt_dxg_patience(timeout_ms);
	for (;;) {
		pid = waitpid(child->pid, &status, WNOHANG);
		if (pid || igt_dxg_elapsed_ms(start) > timeout_ms)
			break;
		igt_dxg_sleep_ms(1);
	}
	igt_assert_f(pid == child->pid, "the child did not end in %u ms\n", timeout_ms);
	close(child->ready[0]);
	return status;
}

void igt_dxg_child_join(struct igt_dxg_child *child)
{
	int status = igt_dxg_child_end(child, TIMEOUT_MS);

	igt_assert_f(WIFEXITED(status) && !WEXITSTATUS(status), "the child's status is %#x\n",
		     status);
}

/* --- memory -------------------------------------------------------------- */

static sigjmp_buf touch_jmpbuf;

static void touch_handler(int sig)
{
	siglongjmp(touch_jmpbuf, sig);
}

int igt_dxg_touch(void *address, bool write)
{
	struct sigaction action = { .sa_handler = touch_handler };
	struct sigaction old_segv, old_bus;
	int raised;

	igt_assert_eq(sigaction(SIGSEGV, &action, &old_segv), 0);
	igt_assert_eq(sigaction(SIGBUS, &action, &old_bus), 0);
	raised = sigsetjmp(touch_jmpbuf, 1);
	if (!raised) {
		char value = __atomic_load_n((char *)address, __ATOMIC_SEQ_CST);

		if (write)
			__atomic_store_n((char *)address, value, __ATOMIC_SEQ_CST);
	}
	sigaction(SIGBUS, &old_bus, NULL);
	sigaction(SIGSEGV, &old_segv, NULL);
	return raised;
}

bool igt_dxg_mapped(void *page)
{
	unsigned char in_core;

	return !mincore(page, 1, &in_core) || errno != ENOMEM;
}

void *igt_dxg_edge(void)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	igt_assert(pages != MAP_FAILED);
	igt_assert_eq(mprotect(pages + PAGE, PAGE, PROT_NONE), 0);
	return pages;
}

void igt_dxg_edge_free(void *edge)
{
	munmap(edge, 2 * PAGE);
}

/* --- threads ------------------------------------------------------------- */

struct racer {
	int (*run)(void *data);
	void *data;
	unsigned int *waiting;
	unsigned int skew;
	int ret;
};

static void *race_run(void *arg)
{
	struct racer *racer = arg;

	__atomic_sub_fetch(racer->waiting, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(racer->waiting, __ATOMIC_SEQ_CST))
		sched_yield();
	for (unsigned int i = 0; i < racer->skew; i++)
		__atomic_load_n(racer->waiting, __ATOMIC_SEQ_CST);
	racer->ret = racer->run(racer->data);
	return NULL;
}

void igt_dxg_race(int (*first)(void *data), int (*second)(void *data), void *data,
		  unsigned int skew, int ret[2])
{
	unsigned int waiting = 2;
	struct racer racers[2] = {
		{ .run = first, .data = data, .waiting = &waiting },
		{ .run = second, .data = data, .waiting = &waiting },
	};
	pthread_t thread;

	/* 32 distances, for each of them in turn */
	racers[skew & 1].skew = (skew >> 1 & 31) * 64;
	igt_assert_eq(pthread_create(&thread, NULL, race_run, &racers[1]), 0);
	race_run(&racers[0]);
	pthread_join(thread, NULL);
	ret[0] = racers[0].ret;
	ret[1] = racers[1].ret;
}
