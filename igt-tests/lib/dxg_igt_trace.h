/* SPDX-License-Identifier: MIT */
/*
 * The driver's tracepoints, for tests that prove an order.
 *
 * A test calls igt_dxg_trace_start(), does something, puts marks between its calls,
 * waits until all is quiet, reads the trace once and asserts what came before what.
 * The events are recorded in an instance of tracefs of the test's own, and stamped by
 * the clock "counter": no two have the same stamp on any processor. Events of other
 * adapters are dropped, but that they come and go; lost events are a failure, and so is
 * a line that cannot be read.
 *
 * An event is named by a pattern: its name without "dxg_", and words of it, in any
 * order, as the file "trace" shows them: "object_retire handle=40000080 type=device".
 * The word "pid=N" stands for the thread. A mark is "mark WORD".
 */
#ifndef DXG_IGT_TRACE_H
#define DXG_IGT_TRACE_H

#include "dxg_igt.h"

#define IGT_DXG_EVENT_NAME	32
/* A word of an event, "key=value", with the byte at its end. */
#define IGT_DXG_EVENT_WORD	48

/**
 * struct igt_dxg_event - One event of the adapter, or a mark
 * @stamp: place in the order of all events
 * @pid: thread that it was recorded in
 * @name: name without "dxg_"; "mark"
 * @words: "key=value key=value"; the word of a mark
 */
struct igt_dxg_event {
	uint64_t stamp;
	int pid;
	char name[IGT_DXG_EVENT_NAME];
	const char *words;
};

/**
 * struct igt_dxg_trace - What has been read, in order
 * @events: the events
 * @count: how many
 * @text: the file that they point into
 *
 * All of it 0 at first. Belongs to the test program, which reads into it again and again.
 */
struct igt_dxg_trace {
	struct igt_dxg_event *events;
	int count;
	char *text;
};

/* Begin an empty trace of the adapter. The instance goes when the program ends. */
void igt_dxg_trace_start(const struct igt_dxg *dxg);
/* Put a mark of one word into the trace, between what was and what comes. */
igt_printf_(1, 2) void igt_dxg_trace_mark(const char *word, ...);
/* Read all that there is since the start. Waits for nothing. */
void igt_dxg_trace_read(struct igt_dxg_trace *trace);
/* Read until an event is there, for 60 s at most; asserts that it comes. */
igt_printf_(2, 3) void igt_dxg_trace_await(struct igt_dxg_trace *trace, const char *pattern, ...);
/* Print it all, as a failed assertion of those below does. */
void igt_dxg_trace_dump(const struct igt_dxg_trace *trace);

/* The first that matches, at @from or later; -1: none. */
igt_printf_(3, 4)
int igt_dxg_trace_find(const struct igt_dxg_trace *trace, int from, const char *pattern, ...);
/* How many match. */
igt_printf_(2, 3)
int igt_dxg_trace_count(const struct igt_dxg_trace *trace, const char *pattern, ...);
/* The only one that matches; asserts that there is one, and no other. */
igt_printf_(2, 3)
int igt_dxg_trace_one(const struct igt_dxg_trace *trace, const char *pattern, ...);
/* The first that matches after @after; asserts that there is one. */
igt_printf_(3, 4)
int igt_dxg_trace_next(const struct igt_dxg_trace *trace, int after, const char *pattern, ...);
/* The last that matches before @before; asserts that there is one. */
igt_printf_(3, 4)
int igt_dxg_trace_last(const struct igt_dxg_trace *trace, int before, const char *pattern, ...);
/* Asserts that none matches between two. */
igt_printf_(4, 5)
void igt_dxg_trace_assert_none(const struct igt_dxg_trace *trace, int after, int before,
			       const char *pattern, ...);

/* The word of a key, with the key, for further patterns; asserts that it is there. */
void igt_dxg_trace_word(const struct igt_dxg_trace *trace, int at, const char *key,
			char word[IGT_DXG_EVENT_WORD]);

/* Assert that events, by their places, are in the order in which they are given. */
void igt_dxg_trace_assert_order(const struct igt_dxg_trace *trace, const int *places, int count);
#define igt_dxg_trace_order(trace, ...)						\
	igt_dxg_trace_assert_order((trace), (const int []){ __VA_ARGS__ },	\
				   IGT_DXG_ARRAY_SIZE(((const int []){ __VA_ARGS__ })))

/*
 * Assert that all that began in the trace has ended in it, once and in order: objects
 * were retired and freed, backings destroyed, commands completed or cancelled, and
 * destructions have become ready and been reclaimed.
 */
void igt_dxg_trace_assert_ended(const struct igt_dxg_trace *trace);

#endif /* DXG_IGT_TRACE_H */
