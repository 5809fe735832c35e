/* SPDX-License-Identifier: MIT */
/*
 * The part of libigt.so.0 that the tests in this folder use.
 *
 * Distributions package IGT GPU Tools' library and runner but none of its
 * headers, so a test that lives outside IGT's tree has nothing to include.
 * This header declares what our tests need: the functions exported by the
 * library and the control-flow macros over them. It is written from the
 * interface, with IGT's present spelling (igt_main(), igt_fixture() and
 * igt_subtest_group() take parentheses), so that a test compiles unchanged
 * inside IGT's tree: define HAVE_IGT_H and this header steps aside.
 *
 * The library promises no stable ABI. "scripts/igt build" therefore refuses a
 * libigt.so.0 that lacks one of the names declared below between the two
 * "abi" markers; declare functions and objects of the library nowhere else,
 * each with its name and its opening parenthesis or semicolon on one line.
 */
#ifndef IGT_ABI_H
#define IGT_ABI_H

#ifdef HAVE_IGT_H
#include <igt.h>
#else

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit statuses of a test program. */
#define IGT_EXIT_SUCCESS	0
#define IGT_EXIT_SKIP		77
#define IGT_EXIT_INVALID	79
#define IGT_EXIT_FAILURE	98
#define IGT_EXIT_ABORT		112

/* Every driver, known to IGT or not, but vgem, vkms and virtio_gpu. */
#define DRIVER_ANY		(~(1 << 2 | 1 << 9 | 1 << 10))

/* Only error-free output up to IGT_LOG_INFO leaves a subtest at "pass". */
enum igt_log_level {
	IGT_LOG_DEBUG,
	IGT_LOG_INFO,
	IGT_LOG_WARN,
	IGT_LOG_CRITICAL,
	IGT_LOG_NONE,
};

struct option;
typedef int (*igt_opt_handler_t)(int opt, int opt_index, void *data);
typedef void (*igt_exit_handler_t)(int sig);

#define igt_printf_(fmt, args)	__attribute__((format(printf, fmt, args)))
#define igt_noreturn_		__attribute__((noreturn))

/* The library prints this when the test program has it. */
extern const char *__igt_test_description __attribute__((weak));

/* abi: begin */

/* Life of a test program. */
int igt_subtest_init_parse_opts(int *argc, char **argv, const char *short_opts,
				const struct option *long_opts, const char *help,
				igt_opt_handler_t handler, void *data);
igt_noreturn_ void igt_exit(void);
bool igt_only_list_subtests(void);
void igt_install_exit_handler(igt_exit_handler_t fn);

/* Where a fixture, subtest or dynamic subtest is left when it ends early. */
extern jmp_buf igt_subtest_jmpbuf;
extern jmp_buf igt_dynamic_jmpbuf;

/* Blocks. */
bool __igt_fixture(void);
void __igt_fixture_complete(void);
bool __igt_run_subtest(const char *name, const char *file, const int line);
bool __igt_enter_dynamic_container(void);
bool __igt_run_dynamic_subtest(const char *name);
void __igt_subtest_group_save(int *state, int *description);
void __igt_subtest_group_restore(int state, int description);
igt_printf_(1, 2) void igt_describe_f(const char *fmt, ...);

/* Verdicts. */
void igt_success(void);
igt_noreturn_ void igt_fail(int exitcode);
igt_noreturn_ igt_printf_(1, 2) void igt_skip(const char *fmt, ...);
igt_noreturn_ igt_printf_(5, 6)
void __igt_skip_check(const char *file, const int line, const char *func,
		      const char *check, const char *fmt, ...);
igt_noreturn_ igt_printf_(6, 7)
void __igt_fail_assert(const char *domain, const char *file, const int line,
		       const char *func, const char *assertion,
		       const char *fmt, ...);

/* Log. */
igt_printf_(3, 4)
void igt_log(const char *domain, enum igt_log_level level, const char *fmt, ...);
igt_printf_(1, 2) void igt_kmsg(const char *fmt, ...);

/* Children whose failures become the test's. */
bool __igt_fork(void);
void igt_waitchildren(void);
void igt_waitchildren_timeout(int seconds, const char *reason);
void igt_kill_children(int signal);

/* A subtest that takes longer fails. */
void igt_set_timeout(unsigned int seconds, const char *op);
void igt_reset_timeout(void);

/* Devices: these skip, not fail, when there is none. */
int drm_open_driver(int chipset);
int drm_open_driver_render(int chipset);
int drm_open_driver_path(const char *path);
int drm_close_driver(int fd);

/* abi: end */

#ifndef IGT_LOG_DOMAIN
#define IGT_LOG_DOMAIN		NULL
#endif

/* The sentence that --help-description prints; once, at file scope. */
#define IGT_TEST_DESCRIPTION(text) const char *__igt_test_description = text

/* igt_main() { ... }: the test program; holds fixtures, subtests and groups. */
#define igt_main()							\
	static void igt_main_body_(void);				\
	int main(int argc, char **argv)					\
	{								\
		igt_subtest_init_parse_opts(&argc, argv, NULL, NULL,	\
					    NULL, NULL, NULL);		\
		igt_main_body_();					\
		igt_exit();						\
	}								\
	static void igt_main_body_(void)

/*
 * igt_fixture() { ... }: set-up or tear-down around subtests; not entered when
 * subtests are only listed. A skip or failure in it is passed on to all the
 * subtests that follow in the same group.
 */
#define igt_fixture()							\
	for (int igt_once_ = 0;						\
	     igt_once_ < 1 && __igt_fixture() &&			\
	     sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_once_++, __igt_fixture_complete())

/* igt_subtest(name) { ... }: one result. */
#define igt_subtest(name)						\
	for (; __igt_run_subtest((name), __FILE__, __LINE__) &&		\
	       sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())

/* igt_subtest_f(format, ...) { ... }: the same, with a made-up name. */
#define igt_subtest_f(...)						\
	for (char igt_name_[256];					\
	     snprintf(igt_name_, sizeof(igt_name_), __VA_ARGS__),	\
	     __igt_run_subtest(igt_name_, __FILE__, __LINE__) &&		\
	     sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())

/*
 * igt_subtest_with_dynamic(name) { igt_dynamic(name) { ... } ... }: results
 * that are only known at run time. Assert only in the dynamic ones; none
 * entered is a skip.
 */
#define igt_subtest_with_dynamic(name)					\
	for (; __igt_run_subtest((name), __FILE__, __LINE__) &&		\
	       __igt_enter_dynamic_container() &&			\
	       sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())
#define igt_dynamic(name)						\
	for (; __igt_run_dynamic_subtest(name) &&			\
	       sigsetjmp(igt_dynamic_jmpbuf, 1) == 0;			\
	     igt_success())
#define igt_dynamic_f(...)						\
	for (char igt_dynamic_name_[256];				\
	     snprintf(igt_dynamic_name_, sizeof(igt_dynamic_name_),	\
		      __VA_ARGS__),					\
	     __igt_run_dynamic_subtest(igt_dynamic_name_) &&		\
	     sigsetjmp(igt_dynamic_jmpbuf, 1) == 0;			\
	     igt_success())

/* igt_subtest_group() { ... }: bounds how far a fixture's skip reaches. */
#define igt_subtest_group()						\
	for (int igt_once_ = 0, igt_state_ = 0, igt_desc_ = 0;		\
	     igt_once_ < 1 &&						\
	     (__igt_subtest_group_save(&igt_state_, &igt_desc_), true);	\
	     igt_once_++,						\
	     __igt_subtest_group_restore(igt_state_, igt_desc_))

/* What the next subtest or group is about, printed by --describe. */
#define igt_describe(text)	igt_describe_f("%s", text)

/* True in the process that igt_fork_all_() has made, until it forks itself. */
static inline bool *igt_in_child_(void)
{
	static bool in_child;

	return &in_child;
}

/* Make the children; returns the number of the child in each of them. */
static inline int igt_fork_all_(int count)
{
	*igt_in_child_() = false;
	for (int child = 0; child < count; child++) {
		if (__igt_fork()) {
			*igt_in_child_() = true;
			return child;
		}
	}
	return -1;
}

/*
 * igt_fork(child, count) { ... }: the block runs in each of count children,
 * with child from 0; the parent goes on and calls igt_waitchildren().
 */
#define igt_fork(child, count)						\
	for (int child = igt_fork_all_(count); *igt_in_child_(); exit(0))

#define igt_debug(...)	igt_log(IGT_LOG_DOMAIN, IGT_LOG_DEBUG, __VA_ARGS__)
#define igt_info(...)	igt_log(IGT_LOG_DOMAIN, IGT_LOG_INFO, __VA_ARGS__)
#define igt_warn(...)	igt_log(IGT_LOG_DOMAIN, IGT_LOG_WARN, __VA_ARGS__)

/* Fail unless the condition holds; the rest is a printf() message. */
#define igt_assert_f(cond, ...)						\
	do {								\
		if (!(cond))						\
			__igt_fail_assert(IGT_LOG_DOMAIN, __FILE__,	\
					  __LINE__, __func__, #cond,	\
					  __VA_ARGS__);			\
	} while (0)
#define igt_assert(cond)	igt_assert_f(cond, NULL)
#define igt_assert_fd(fd)						\
	igt_assert_f((fd) >= 0, "no valid file descriptor: " #fd "\n")

/* Fail unless "a op b", and say both values; each is evaluated once. */
#define igt_assert_cmp_(type, fmt, a, op, b)				\
	do {								\
		type igt_a_ = (a), igt_b_ = (b);			\
									\
		if (!(igt_a_ op igt_b_))				\
			__igt_fail_assert(IGT_LOG_DOMAIN, __FILE__,	\
					  __LINE__, __func__,		\
					  #a " " #op " " #b,		\
					  "values: " fmt "\n",		\
					  igt_a_, igt_b_);		\
	} while (0)
#define igt_assert_int_(a, op, b)					\
	igt_assert_cmp_(int, "%d, %d", a, op, b)
#define igt_assert_u32_(a, op, b)					\
	igt_assert_cmp_(unsigned int, "%#x, %#x", a, op, b)
#define igt_assert_u64_(a, op, b)					\
	igt_assert_cmp_(unsigned long long, "%#llx, %#llx", a, op, b)
#define igt_assert_s64_(a, op, b)					\
	igt_assert_cmp_(long long, "%lld, %lld", a, op, b)

#define igt_assert_eq(a, b)		igt_assert_int_(a, ==, b)
#define igt_assert_neq(a, b)		igt_assert_int_(a, !=, b)
#define igt_assert_lt(a, b)		igt_assert_int_(a, <, b)
#define igt_assert_lte(a, b)		igt_assert_int_(a, <=, b)
#define igt_assert_eq_u32(a, b)		igt_assert_u32_(a, ==, b)
#define igt_assert_neq_u32(a, b)	igt_assert_u32_(a, !=, b)
#define igt_assert_eq_u64(a, b)		igt_assert_u64_(a, ==, b)
#define igt_assert_neq_u64(a, b)	igt_assert_u64_(a, !=, b)
#define igt_assert_lt_u64(a, b)		igt_assert_u64_(a, <, b)
#define igt_assert_lte_u64(a, b)	igt_assert_u64_(a, <=, b)
#define igt_assert_eq_s64(a, b)		igt_assert_s64_(a, ==, b)

/*
 * Skip unless the condition holds. A skip of a required subtest fails the run
 * (see expectations.txt), so this is for what a machine may really lack.
 */
#define igt_require_f(cond, ...)					\
	do {								\
		if (!(cond))						\
			__igt_skip_check(__FILE__, __LINE__, __func__,	\
					 #cond, __VA_ARGS__);		\
	} while (0)
#define igt_require(cond)	igt_require_f(cond, NULL)

#endif /* HAVE_IGT_H */
#endif /* IGT_ABI_H */
