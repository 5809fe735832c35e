// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dxg_igt_trace.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCES	TRACEFS "/instances"
#define PREFIX		"igt-dxg-"
/* For each processor; an event takes less than 100 bytes. */
#define BUFFER_KB	"4096"
#define AWAIT_MS	60000
#define PATTERN		256

/**
 * struct instance - The buffers of this program
 * @path: folder in tracefs; empty: not made yet
 * @adapter: LUID of the adapter whose events are kept
 */
static struct instance {
	char path[96];
	uint64_t adapter;
} instance;

/* --- the instance -------------------------------------------------------- */

static int write_file(const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", instance.path, file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static void set_file(const char *file, const char *text)
{
	int ret = write_file(file, text);

	igt_assert_f(!ret, "cannot write \"%s\" to %s/%s: %d\n", text, instance.path, file, ret);
}

static void instance_remove(int sig)
{
	(void)sig;
	if (!instance.path[0])
		return;
	write_file("events/enable", "0");
	rmdir(instance.path);
	instance.path[0] = '\0';
}

/* What killed programs have left behind would go on recording. */
static void remove_strangers(void)
{
	DIR *folder = opendir(INSTANCES);
	char path[PATH_MAX];
	struct dirent *entry;
	pid_t pid;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		pid = strtol(entry->d_name + strlen(PREFIX), NULL, 10);
		if (pid <= 0 || (kill(pid, 0) && errno == ESRCH)) {
			snprintf(path, sizeof(path), INSTANCES "/%s", entry->d_name);
			rmdir(path);
		}
	}
	closedir(folder);
}

static void instance_make(void)
{
	static bool installed;

	if (instance.path[0])
		return;
	if (access(INSTANCES, F_OK))
		igt_assert_f(!mount("tracefs", TRACEFS, "tracefs", 0, NULL),
			     "cannot mount tracefs: %d\n", errno);
	remove_strangers();
	if (!installed)
		igt_install_exit_handler(instance_remove);
	installed = true;
	snprintf(instance.path, sizeof(instance.path), INSTANCES "/" PREFIX "%d", getpid());
	if (mkdir(instance.path, 0700)) {
		int error = errno;

		instance.path[0] = '\0';
		igt_assert_f(false, "cannot make an instance of tracefs: %d\n", error);
	}
	set_file("trace_clock", "counter");
	set_file("buffer_size_kb", BUFFER_KB);
}

void igt_dxg_trace_start(const struct igt_dxg *dxg)
{
	instance_make();
	set_file("tracing_on", "0");
	/* opening it for writing empties it */
	set_file("trace", "");
	/* Each time: these events are new when the module is. */
	set_file("events/dxg/enable", "1");
	instance.adapter = (uint64_t)(uint32_t)dxg->luid.high << 32 | dxg->luid.low;
	set_file("tracing_on", "1");
}

/* --- reading ------------------------------------------------------------- */

/* Events that the buffers of all processors had no room for. */
static unsigned long long lost_events(void)
{
	unsigned long long lost = 0, value;
	char path[PATH_MAX], line[128];
	FILE *file;

	for (int cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/stats", instance.path, cpu);
		file = fopen(path, "re");
		if (!file) {
			igt_assert_f(cpu, "cannot open %s\n", path);
			return lost;
		}
		while (fgets(line, sizeof(line), file))
			if (sscanf(line, "overrun: %llu", &value) == 1 ||
			    sscanf(line, "commit overrun: %llu", &value) == 1 ||
			    sscanf(line, "dropped events: %llu", &value) == 1)
				lost += value;
		fclose(file);
	}
}

/* "COMM-PID  [CPU] FLAGS  STAMP: NAME: WORDS", where COMM may hold anything. */
static bool parse_line(char *line, struct igt_dxg_event *event)
{
	char *cpu, *pid, *name, *end;

	for (cpu = strstr(line, " ["); cpu; cpu = strstr(cpu + 1, " [")) {
		unsigned int number;
		int used = 0;

		if (sscanf(cpu, " [%3u] %*s %llu: %n", &number,
			   (unsigned long long *)&event->stamp, &used) == 2 && used)
			break;
	}
	if (!cpu)
		return false;
	for (pid = cpu; pid > line && strchr(" 0123456789", pid[-1]); pid--)
		;
	if (pid == line || pid[-1] != '-')
		return false;
	event->pid = strtol(pid, NULL, 10);

	name = strstr(cpu, ": ");
	end = name ? strchr(name + 2, ':') : NULL;
	if (!end)
		return false;
	name += 2;
	*end = '\0';
	if (!strncmp(name, "dxg_", 4))
		name += 4;
	if (!strcmp(name, "tracing_mark_write"))
		name = "mark";
	snprintf(event->name, sizeof(event->name), "%s", name);
	event->words = end[1] == ' ' ? end + 2 : end + 1;
	return true;
}

static bool is_kept(const struct igt_dxg_event *event)
{
	unsigned long long adapter;

	if (!strcmp(event->name, "mark") || !strcmp(event->name, "adapter_attach") ||
	    !strcmp(event->name, "adapter_detach"))
		return true;
	igt_assert_f(sscanf(event->words, "adapter=%llx", &adapter) == 1,
		     "no adapter in %s: %s\n", event->name, event->words);
	return adapter == instance.adapter;
}

void igt_dxg_trace_read(struct igt_dxg_trace *trace)
{
	unsigned long long lost;
	struct igt_dxg_event *event;
	char *line, *next, path[PATH_MAX];
	int room = 0;

	free(trace->events);
	free(trace->text);
	memset(trace, 0, sizeof(*trace));
	snprintf(path, sizeof(path), "%s/trace", instance.path);
	trace->text = igt_dxg_read_file(path);
	for (line = trace->text; *line; line = next) {
		next = strchr(line, '\n');
		igt_assert(next);
		*next++ = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		if (trace->count == room) {
			room = room ? 2 * room : 256;
			trace->events = realloc(trace->events, room * sizeof(*trace->events));
			igt_assert(trace->events);
		}
		event = &trace->events[trace->count];
		igt_assert_f(parse_line(line, event), "what is \"%s\"?\n", line);
		/* by a nested interrupt two may have one stamp, in the right order */
		igt_assert(!trace->count || event[-1].stamp <= event->stamp);
		if (is_kept(event))
			trace->count++;
	}
	lost = lost_events();
	igt_assert_f(!lost, "%llu events were lost\n", lost);
}

void igt_dxg_trace_dump(const struct igt_dxg_trace *trace)
{
	const struct igt_dxg_event *event;

	for (int i = 0; i < trace->count; i++) {
		event = &trace->events[i];
		igt_info("%4d %6llu %5d %s: %s\n", i, (unsigned long long)event->stamp, event->pid,
			 event->name, event->words);
	}
}

/* --- looking ------------------------------------------------------------- */

/* Whether @words has the first @length bytes of @word as one of its words. */
static bool has_word(const char *words, const char *word, size_t length)
{
	const char *found = words;

	while ((found = memmem(found, strlen(found), word, length))) {
		if ((found == words || found[-1] == ' ') &&
		    (!found[length] || found[length] == ' '))
			return true;
		found++;
	}
	return false;
}

static bool matches(const struct igt_dxg_event *event, const char *pattern)
{
	size_t length = strcspn(pattern, " ");

	if (strlen(event->name) != length || strncmp(event->name, pattern, length))
		return false;
	for (pattern += length; *pattern == ' '; pattern += length) {
		pattern++;
		length = strcspn(pattern, " ");
		if (!strncmp(pattern, "pid=", 4) ? atoi(pattern + 4) != event->pid :
						   !has_word(event->words, pattern, length))
			return false;
	}
	return true;
}

static int find(const struct igt_dxg_trace *trace, int from, const char *pattern)
{
	for (int i = from < 0 ? 0 : from; i < trace->count; i++)
		if (matches(&trace->events[i], pattern))
			return i;
	return -1;
}

static int count(const struct igt_dxg_trace *trace, const char *pattern)
{
	int found = 0;

	for (int i = 0; i < trace->count; i++)
		found += matches(&trace->events[i], pattern);
	return found;
}

static void make_pattern(char text[PATTERN], const char *pattern, va_list args)
{
	igt_assert(vsnprintf(text, PATTERN, pattern, args) < PATTERN);
}

/* The trace is what tells why; it goes into the log first. */
#define TRACE_ASSERT(trace, cond, ...)					\
	do {								\
		bool held_ = (cond);					\
									\
		if (!held_)						\
			igt_dxg_trace_dump(trace);			\
		igt_assert_f(held_, __VA_ARGS__);			\
	} while (0)

void igt_dxg_trace_mark(const char *word, ...)
{
	char text[PATTERN];
	va_list args;

	va_start(args, word);
	make_pattern(text, word, args);
	va_end(args);
	set_file("trace_marker", text);
}

int igt_dxg_trace_find(const struct igt_dxg_trace *trace, int from, const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	return find(trace, from, text);
}

int igt_dxg_trace_count(const struct igt_dxg_trace *trace, const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	return count(trace, text);
}

int igt_dxg_trace_one(const struct igt_dxg_trace *trace, const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;
	int found;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	found = count(trace, text);
	TRACE_ASSERT(trace, found == 1, "\"%s\" is there %d times, not once\n", text, found);
	return find(trace, 0, text);
}

int igt_dxg_trace_next(const struct igt_dxg_trace *trace, int after, const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;
	int found;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	found = find(trace, after + 1, text);
	TRACE_ASSERT(trace, found >= 0, "no \"%s\" after event %d\n", text, after);
	return found;
}

int igt_dxg_trace_last(const struct igt_dxg_trace *trace, int before, const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;
	int found = before;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	while (--found >= 0 && !matches(&trace->events[found], text))
		;
	TRACE_ASSERT(trace, found >= 0, "no \"%s\" before event %d\n", text, before);
	return found;
}

void igt_dxg_trace_assert_none(const struct igt_dxg_trace *trace, int after, int before,
			       const char *pattern, ...)
{
	char text[PATTERN];
	va_list args;
	int found;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	found = find(trace, after + 1, text);
	TRACE_ASSERT(trace, found < 0 || found >= before,
		     "\"%s\" is event %d, between %d and %d\n", text, found, after, before);
}

void igt_dxg_trace_await(struct igt_dxg_trace *trace, const char *pattern, ...)
{
	uint64_t start = igt_dxg_now_ns();
	char text[PATTERN];
	va_list args;

	va_start(args, pattern);
	make_pattern(text, pattern, args);
	va_end(args);
	for (;;) {
		igt_dxg_trace_read(trace);
		if (find(trace, 0, text) >= 0)
			return;
		TRACE_ASSERT(trace, igt_dxg_elapsed_ms(start) < AWAIT_MS,
			     "no \"%s\" in %d ms\n", text, AWAIT_MS);
		igt_dxg_sleep_ms(20);
	}
}

static const char *find_key(const char *words, const char *key)
{
	size_t length = strlen(key);
	const char *found = words;

	while ((found = strstr(found, key))) {
		if ((found == words || found[-1] == ' ') && found[length] == '=')
			return found;
		found++;
	}
	return NULL;
}

void igt_dxg_trace_word(const struct igt_dxg_trace *trace, int at, const char *key,
			char word[IGT_DXG_EVENT_WORD])
{
	const char *found;
	size_t length;

	igt_assert(at >= 0 && at < trace->count);
	found = find_key(trace->events[at].words, key);
	TRACE_ASSERT(trace, found, "event %d has no %s\n", at, key);
	length = strcspn(found, " ");
	igt_assert(length < IGT_DXG_EVENT_WORD);
	memcpy(word, found, length);
	word[length] = '\0';
}

void igt_dxg_trace_assert_order(const struct igt_dxg_trace *trace, const int *places, int count)
{
	for (int i = 1; i < count; i++)
		TRACE_ASSERT(trace, places[i - 1] < places[i],
			     "step %d, event %d %s: %s, comes after step %d, event %d %s: %s\n",
			     i - 1, places[i - 1], trace->events[places[i - 1]].name,
			     trace->events[places[i - 1]].words, i, places[i],
			     trace->events[places[i]].name, trace->events[places[i]].words);
}

/* --- lives --------------------------------------------------------------- */

/**
 * struct life - What an object goes through
 * @key: key of its address, which is its own as long as it lives
 * @other: another key, that tells it from what has the address later
 * @begin: the first event
 * @once: events of which there is one each, in this order
 * @instead: may take the place of the last of @once; or NULL
 */
struct life {
	const char *key;
	const char *other;
	const char *begin;
	const char *once[3];
	const char *instead;
};

static const struct life lives[] = {
	{ "obj", "handle", "object_create", { "object_retire", "object_free" }, NULL },
	{ "obj", "handle", "backing_create", { "backing_destroy" }, "backing_discard" },
	{ "batch", "device", "destroy_request", { "destroy_ready", "destroy_reclaimed" }, NULL },
	{ "command", "context", "command_submit", { "command_complete" }, "command_cancel" },
};

/* Of what begins at @at: the only event of a name before @end. */
static int life_event(const struct igt_dxg_trace *trace, const char *event, const char *name,
		      int at, int end)
{
	int first = igt_dxg_trace_find(trace, at + 1, "%s %s", event, name), again;

	if (first < 0 || first >= end)
		return -1;
	again = igt_dxg_trace_find(trace, first + 1, "%s %s", event, name);
	TRACE_ASSERT(trace, again < 0 || again >= end, "%s %s: twice, events %d and %d\n", event,
		     name, first, again);
	return first;
}

static void life_name(const struct igt_dxg_trace *trace, const struct life *life, int at,
		      char name[2 * IGT_DXG_EVENT_WORD])
{
	char key[IGT_DXG_EVENT_WORD], other[IGT_DXG_EVENT_WORD];

	igt_dxg_trace_word(trace, at, life->key, key);
	igt_dxg_trace_word(trace, at, life->other, other);
	snprintf(name, 2 * IGT_DXG_EVENT_WORD, "%s %s", key, other);
}

/* One of what begins at @at; it has ended where the next begins at its address. */
static void assert_life(const struct igt_dxg_trace *trace, const struct life *life, int at)
{
	char key[IGT_DXG_EVENT_WORD], name[2 * IGT_DXG_EVENT_WORD];
	int end, event, last = at;

	igt_dxg_trace_word(trace, at, life->key, key);
	life_name(trace, life, at, name);
	end = igt_dxg_trace_find(trace, at + 1, "%s %s", life->begin, key);
	if (end < 0)
		end = trace->count;
	for (int i = 0; life->once[i]; i++) {
		event = life_event(trace, life->once[i], name, at, end);
		if (event < 0 && life->instead && !life->once[i + 1])
			event = life_event(trace, life->instead, name, at, end);
		TRACE_ASSERT(trace, event > last, "%s: no %s between events %d and %d\n", name,
			     life->once[i], last, end);
		last = event;
	}
}

/* What ends at @at has not ended before, or has begun again since. */
static void assert_end(const struct igt_dxg_trace *trace, const struct life *life,
		       const char *end, int at)
{
	char name[2 * IGT_DXG_EVENT_WORD];
	int before = -1, next = -1;

	life_name(trace, life, at, name);
	while ((next = igt_dxg_trace_find(trace, next + 1, "%s %s", end, name)) < at)
		before = next;
	if (before < 0)
		return;
	next = igt_dxg_trace_find(trace, before + 1, "%s %s", life->begin, name);
	TRACE_ASSERT(trace, next >= 0 && next < at, "%s %s: twice, events %d and %d\n", end, name,
		     before, at);
}

/* A handle is valid at most once, and not after it was dead. */
static void assert_object(const struct igt_dxg_trace *trace, int at)
{
	char obj[IGT_DXG_EVENT_WORD], handle[IGT_DXG_EVENT_WORD];
	int retire, publish, again;

	igt_dxg_trace_word(trace, at, "obj", obj);
	igt_dxg_trace_word(trace, at, "handle", handle);
	retire = igt_dxg_trace_next(trace, at, "object_retire %s %s", obj, handle);
	publish = igt_dxg_trace_find(trace, at, "object_publish %s %s", obj, handle);
	if (publish < 0)
		return;
	igt_dxg_trace_order(trace, at, publish, retire);
	again = igt_dxg_trace_find(trace, publish + 1, "object_publish %s %s", obj, handle);
	TRACE_ASSERT(trace, again < 0, "%s is published twice: events %d and %d\n", handle, publish,
		     again);
}

/* A command that has run was promoted, and one that was cancelled was not. */
static void assert_command(const struct igt_dxg_trace *trace, int at)
{
	char command[IGT_DXG_EVENT_WORD];
	int promote, complete, cancel;

	igt_dxg_trace_word(trace, at, "command", command);
	promote = igt_dxg_trace_find(trace, at, "command_promote %s", command);
	complete = igt_dxg_trace_find(trace, at, "command_complete %s", command);
	cancel = igt_dxg_trace_find(trace, at, "command_cancel %s", command);
	if (cancel >= 0 && (complete < 0 || cancel < complete))
		TRACE_ASSERT(trace, promote < 0 || promote > cancel,
			     "%s was promoted and cancelled: events %d and %d\n", command, promote,
			     cancel);
	else
		igt_dxg_trace_order(trace, at, promote, complete);
}

/* A process's use of an adapter has no handle, and no event but its end. */
static bool is_adapter_use(const struct igt_dxg_trace *trace, int at)
{
	static const char word[] = "type=process_adapter";

	return has_word(trace->events[at].words, word, sizeof(word) - 1);
}

void igt_dxg_trace_assert_ended(const struct igt_dxg_trace *trace)
{
	const struct life *life;
	const char *name;

	for (int i = 0; i < trace->count; i++) {
		name = trace->events[i].name;
		for (life = lives; life < lives + IGT_DXG_ARRAY_SIZE(lives); life++) {
			if (!strcmp(name, life->begin))
				assert_life(trace, life, i);
			for (int j = 0; life->once[j]; j++)
				if (!strcmp(name, life->once[j]) && !is_adapter_use(trace, i))
					assert_end(trace, life, life->once[j], i);
		}
		if (!strcmp(name, "object_create"))
			assert_object(trace, i);
		else if (!strcmp(name, "command_submit"))
			assert_command(trace, i);
	}
}
