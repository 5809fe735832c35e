// SPDX-License-Identifier: MIT
/*
 * The clocks of dxgbench.
 *
 * Under QEMU's -icount shift=0 the time stamp counter, and with it every clock of the
 * kernel, goes on by one nanosecond for each guest instruction, and jumps to the next
 * timer while the processor idles. There is one processor. So
 *
 * - "call" is CLOCK_THREAD_CPUTIME_ID: what the calling thread executed, in user space
 *   and in the kernel, with the interrupts that it met. What workers did is not in it.
 *   The thread has a real-time policy where the call is what counts, so that no worker
 *   takes the processor before the call returns, as with a second processor.
 * - "total" is the time in which the processor was not idle, from /proc/schedstat: the
 *   thread, workers, task work, switches and interrupts, until all has come to rest. It
 *   is the work and not the delay: how long a device takes to answer is not in it, what
 *   the driver does with the answer is. What runs in interrupts while the processor
 *   idles, a part of the RCU callbacks for one, is in it for neither side. Nothing
 *   polls: the thread sleeps until the rest has been done. Its policy is the ordinary
 *   one, workers come and go as they do.
 *
 * What reading the clocks costs is measured first and taken off. Without -icount the
 * numbers are nanoseconds, noisy, and good for nothing but a look.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define CALIBRATIONS	20
#define SETTLE_MS	50
#define LOOPS		1000000

static int schedstat;
static struct cost overhead;
static double begin_thread, begin_busy;

static double now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Nanoseconds in which some thread had the processor; the current stretch is missing. */
static double busy(void)
{
	char buffer[4096];
	unsigned long long value;
	const char *pos;
	ssize_t size;

	size = pread(schedstat, buffer, sizeof(buffer) - 1, 0);
	if (size <= 0)
		bench_fail("/proc/schedstat");
	buffer[size] = 0;
	pos = strstr(buffer, "cpu0 ");
	if (!pos || sscanf(pos, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &value) != 1)
		bench_fail("the format of /proc/schedstat");
	return value;
}

void measure_sleep(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

void measure_alone(bool alone)
{
	struct sched_param param = { .sched_priority = alone ? 1 : 0 };

	if (sched_setscheduler(0, alone ? SCHED_FIFO : SCHED_OTHER, &param))
		bench_fail("sched_setscheduler");
}

uint64_t measure_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

double measure_now(void)
{
	return now(CLOCK_MONOTONIC);
}

/*
 * The sleep comes first: others come to rest, and this thread begins a stretch, so that
 * all of its time from here on is in what the end reads.
 */
void measure_begin(void)
{
	measure_sleep(SETTLE_MS);
	begin_busy = busy();
	begin_thread = now(CLOCK_THREAD_CPUTIME_ID);
}

struct cost measure_end(unsigned int settle_ms)
{
	struct cost cost;

	cost.call = now(CLOCK_THREAD_CPUTIME_ID) - begin_thread - overhead.call;
	measure_sleep(settle_ms);
	cost.total = busy() - begin_busy - overhead.total;
	return cost;
}

double measure_free_bytes(void)
{
	unsigned long long kib = 0;
	char line[128];
	FILE *file = fopen("/proc/meminfo", "r");

	if (!file)
		bench_fail("/proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %llu", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024.0;
}

/* A loop of two instructions, timed by both clocks; an interrupt may come in. */
static bool counts_instructions(void)
{
	uint64_t loops = LOOPS, begin = measure_ticks();
	double begin_now = now(CLOCK_MONOTONIC_RAW);
	double ticks, time;

	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (loops) : : "cc");
	time = now(CLOCK_MONOTONIC_RAW) - begin_now;
	ticks = measure_ticks() - begin;
	return ticks > 1.999 * LOOPS && ticks < 2.1 * LOOPS &&
	       time > 1.999 * LOOPS && time < 2.1 * LOOPS;
}

bool measure_init(void)
{
	struct cost cost, least = { 1e9, 1e9 };
	int i;

	schedstat = open("/proc/schedstat", O_RDONLY | O_CLOEXEC);
	if (schedstat < 0)
		bench_fail("/proc/schedstat");
	for (i = 0; i < CALIBRATIONS; i++) {
		measure_begin();
		cost = measure_end(SETTLE_MS);
		if (cost.call < least.call)
			least.call = cost.call;
		if (cost.total < least.total)
			least.total = cost.total;
	}
	overhead = least;
	return counts_instructions();
}
