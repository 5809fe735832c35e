// SPDX-License-Identifier: MIT
/*
 * 32-bit programs. The one that is run has no C library and cannot be a test itself: see
 * compat/compat32.c.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"

IGT_TEST_DESCRIPTION("A 32-bit client on all ways in.");

#define TEXT_MAX	4096

/* Status of the shell when there is no such program: ours when it cannot be run. */
#define NOT_RUN		127

/* It lies beside this program. */
static void find_program(char path[PATH_MAX])
{
	char self[PATH_MAX] = {};

	igt_assert(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	igt_assert(snprintf(path, PATH_MAX, "%s/compat32", dirname(self)) < PATH_MAX);
	igt_assert_f(!access(path, X_OK), "there is no %s\n", path);
}

static void run_program(const struct igt_dxg *dxg, const char *path, int out)
{
	char luid[20];

	snprintf(luid, sizeof(luid), "%08x%08x", (uint32_t)dxg->luid.high, dxg->luid.low);
	dup2(out, STDOUT_FILENO);
	execl(path, path, dxg->path, dxg->door == DXG_DOOR_DXG ? "47" : "64", luid, NULL);
	_exit(NOT_RUN);
}

/* All that it prints; its status as of waitpid() is the result. */
static int read_program(const struct igt_dxg *dxg, char text[TEXT_MAX])
{
	char path[PATH_MAX];
	int out[2], status;
	size_t size = 0;
	ssize_t got;
	pid_t pid;

	find_program(path);
	igt_assert_eq(pipe(out), 0);
	fflush(NULL);
	pid = fork();
	igt_assert(pid >= 0);
	if (!pid)
		run_program(dxg, path, out[1]);
	close(out[1]);
	while (size < TEXT_MAX - 1 && (got = read(out[0], text + size, TEXT_MAX - 1 - size)) > 0)
		size += got;
	text[size] = '\0';
	close(out[0]);
	igt_assert_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void client(struct igt_dxg *dxg)
{
	char text[TEXT_MAX];
	int status = read_program(dxg, text);

	igt_assert_f(WIFEXITED(status) && WEXITSTATUS(status) != NOT_RUN,
		     "this kernel does not run 32-bit programs, status %#x\n", status);
	igt_assert_f(!WEXITSTATUS(status) && !strcmp(text, "ok\n"), "status %#x:\n%s\n", status,
		     text);
}

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("client", "A 32-bit program does what a client does.", client),
	IGT_DXG_TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
