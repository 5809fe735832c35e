// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt_fault.h"
#include "igt_abi.h"

#define NEVER_START	"1"
#define ALWAYS_START	"0"

static int fail_nth = -1;

static void set(const char *attribute, const char *name, const char *value)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", attribute, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	igt_require_f(fd >= 0, "the kernel has no %s\n", path);
	igt_assert_eq(write(fd, value, strlen(value)), (int)strlen(value));
	close(fd);
}

/* What is required to be in a call's stack is anything, or nothing can be. */
static void take_part(const char *attribute, bool takes_part)
{
	set(attribute, "probability", "0");
	set(attribute, "verbose", "0");
	set(attribute, "require-start", takes_part ? ALWAYS_START : NEVER_START);
	set(attribute, "stacktrace-depth", takes_part ? "32" : "0");
}

static uint64_t read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	char text[32];

	igt_assert_f(file, "cannot open %s\n", path);
	igt_assert_eq(fscanf(file, "%31s", text), 1);
	fclose(file);
	return strtoull(text, NULL, 0);
}

/*
 * Virtio-gpu's own part does not: when it gets no handle for a new object it forgets the
 * object, and says so aloud when there is no memory for a list of pages.
 */
static void spare_virtio_gpu(const char *attribute)
{
	uint64_t start = read_number("/sys/module/virtio_gpu/sections/.text"), next;
	uint64_t end = start + read_number("/sys/module/virtio_gpu/coresize");
	glob_t modules;
	char text[20];

	/* its size is of data too, which may be elsewhere */
	igt_assert_eq(glob("/sys/module/*/sections/.text", 0, NULL, &modules), 0);
	for (size_t i = 0; i < modules.gl_pathc; i++) {
		next = read_number(modules.gl_pathv[i]);
		if (next > start && next < end)
			end = next;
	}
	globfree(&modules);
	snprintf(text, sizeof(text), "%#llx", (unsigned long long)start);
	set(attribute, "reject-start", text);
	snprintf(text, sizeof(text), "%#llx", (unsigned long long)end);
	set(attribute, "reject-end", text);
}

void igt_dxg_fault_choose(enum igt_dxg_fault fault)
{
	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	igt_require_f(fail_nth >= 0, "the kernel injects no faults\n");
	take_part("failslab", fault == IGT_DXG_FAULT_MEMORY);
	set("failslab", "ignore-gfp-wait", "N");
	take_part("fail_page_alloc", fault == IGT_DXG_FAULT_MEMORY);
	set("fail_page_alloc", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set("fail_page_alloc", "min-order", "0");
	spare_virtio_gpu("failslab");
	spare_virtio_gpu("fail_page_alloc");
	take_part("fail_usercopy", fault == IGT_DXG_FAULT_COPY);
}

void igt_dxg_fault_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	igt_assert_eq(pwrite(fail_nth, text, length, 0), length);
}

/* The answer to the read, and the next write, are copies too and may be the ones that fail. */
bool igt_dxg_fault_disarm(void)
{
	char text[16] = {};
	bool injected = pread(fail_nth, text, sizeof(text) - 1, 0) > 0 && !strtoul(text, NULL, 10);

	if (pwrite(fail_nth, "0", 1, 0) != 1)
		igt_assert_eq(pwrite(fail_nth, "0", 1, 0), 1);
	return injected;
}
