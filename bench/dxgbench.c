// SPDX-License-Identifier: MIT
/*
 * dxgbench: what the calls of dxg cost, beside GEM dumb buffers of the in-tree driver
 * on the same device in the same boot, and whether that is what was promised.
 *
 *	dxgbench [OPTION...]
 *
 *   --adapter NAME	the adapter over this in-tree driver (default: all)
 *   --rows ID,ID...	only these rows, e.g. P1,P2
 *   --quick		fewer objects where there are very many
 *   --no-gate		do not fail because of a missed target
 *   --json FILE	write the rows there
 *   --meta KEY=VALUE	put this into the JSON; may be repeated
 *
 * Wants root, debugfs and a guest that counts instructions (measure.c); scripts/bench
 * makes one. The last line counts the rows; the exit status is 1 if one missed the
 * target that is required, 2 if something went wrong that a row is not skipped for.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"

#define MAX_ADAPTERS	8
#define MAX_META	16
#define ATTEMPTS	3	/* for a base that is noisy */

#define MANY		1000000
#define MANY_QUICK	(64 * 1024)
#define EXIT		(100 * 1024)
#define EXIT_QUICK	(8 * 1024)
/* QEMU finds a buffer of virtio-gpu by a walk over all: time that is not the guest's. */
#define EXIT_VIRTIO	(16 * 1024)

/**
 * struct row - A figure, what it is compared with, and what it should be
 * @id: name of the target
 * @what: what is measured
 * @ours: the scenario
 * @field: what is taken of it
 * @base: the scenario compared with; SCENARIOS: the constant @against
 * @base_field: what is taken of that
 * @against: a constant instead of a scenario
 * @required: largest ratio that is accepted; 0: for information
 * @aim: ratio that is wanted
 * @aim_virtio: the same on virtio-gpu; 0: no other
 */
struct row {
	const char *id;
	const char *what;
	enum scenario_id ours;
	enum field field;
	enum scenario_id base;
	enum field base_field;
	double against;
	double required;
	double aim;
	double aim_virtio;
};

static const struct row rows[] = {
	{ "P1", "create 1, untouched / dumb create",
	  DXG_CREATE, CALL, GEM_CREATE, CALL, 0, 1.25, 0.7, 0.35 },
	{ "P2", "destroy 1, idle: call / GEM_CLOSE",
	  DXG_DESTROY, CALL, GEM_CLOSE, CALL, 0, 0.8, 0.4, 0 },
	{ "P2t", "  total of it",
	  DXG_DESTROY_TOTAL, TOTAL, GEM_CLOSE_TOTAL, TOTAL, 0, 0, 0, 0 },
	{ "P3", "destroy 1, Synchronous: total / GEM_CLOSE",
	  DXG_DESTROY_SYNC, TOTAL, GEM_CLOSE_TOTAL, TOTAL, 0, 1.3, 1.0, 0 },
	{ "P4", "create 1024 in a call / 1024 dumb creates",
	  DXG_CREATE_BATCH, CALL, GEM_CREATE_BATCH, CALL, 0, 0.85, 0.5, 0 },
	{ "P5", "destroy 1024 in a call: call / 1024 GEM_CLOSE",
	  DXG_DESTROY_BATCH, CALL, GEM_CLOSE_BATCH, CALL, 0, 0.25, 0.1, 0 },
	{ "P5t", "  total of it",
	  DXG_DESTROY_BATCH_TOTAL, TOTAL, GEM_CLOSE_BATCH_TOTAL, TOTAL, 0, 0.95, 0.8, 0 },
	{ "P6", "create, touch, destroy 4 KiB: total / dumb",
	  DXG_TOUCH_PAGE, TOTAL, GEM_TOUCH_PAGE, TOTAL, 0, 1.05, 0.6, 0 },
	{ "P6c", "  256 alive at once",
	  DXG_TOUCH_PAGES, TOTAL, GEM_TOUCH_PAGES, TOTAL, 0, 0, 0, 0 },
	{ "P7", "create, touch, destroy 1 MiB: total / dumb",
	  DXG_TOUCH_MIB, TOTAL, GEM_TOUCH_MIB, TOTAL, 0, 1.05, 0.3, 0 },
	{ "P7c", "  16 alive at once",
	  DXG_TOUCH_MIBS, TOTAL, GEM_TOUCH_MIBS, TOTAL, 0, 0, 0, 0 },
	{ "P7f", "  against clearing 1 MiB once",
	  DXG_TOUCH_MIB, TOTAL, MEMSET_MIB, CALL, 0, 3.0, 1.5, 0 },
	{ "P8", "destroy 1, busy, 1 command queued / P2",
	  DXG_DESTROY_BUSY_1, CALL, DXG_DESTROY, CALL, 0, 1.2, 1.05, 0 },
	{ "P8_64", "  64 commands queued",
	  DXG_DESTROY_BUSY_64, CALL, DXG_DESTROY, CALL, 0, 1.2, 1.05, 0 },
	{ "P8_4096", "  4096 commands queued",
	  DXG_DESTROY_BUSY_4096, CALL, DXG_DESTROY, CALL, 0, 1.2, 1.05, 0 },
	{ "P8b", "destroy 1024 in a call, busy / P5",
	  DXG_DESTROY_BUSY_BATCH, CALL, DXG_DESTROY_BATCH, CALL, 0, 1.2, 1.05, 0 },
	{ "P8r", "signal to memory back, p50 / syncobj wake-up",
	  DXG_RECLAIM, P50, SYNCOBJ_WAKE, P50, 0, 5, 2, 0 },
	{ "P8r99", "  p99 / 2 ms",
	  DXG_RECLAIM, P99, SCENARIOS, CALL, 2e6, 1, 1, 0 },
	{ "P9", "destroy 1, busy, AssumeNotInUse / P2",
	  DXG_DESTROY_ASSUME, CALL, DXG_DESTROY, CALL, 0, 1.0, 1.0, 0 },
	{ "P10", "look-up among very many, in order / 1000",
	  DXG_LOOK_UP_MANY, CALL, DXG_LOOK_UP, CALL, 0, 1.5, 1.1, 0 },
	{ "P10r", "  at random / 1000",
	  DXG_LOOK_UP_RANDOM, CALL, DXG_LOOK_UP, CALL, 0, 3, 1.1, 0 },
	{ "P11", "refusal of a dead handle / look-up",
	  DXG_LOOK_UP_BAD, CALL, DXG_LOOK_UP, CALL, 0, 1.0, 1.0, 0 },
	{ "P14", "submit of no work: call / syncobj signal",
	  DXG_SUBMIT, P50, SYNCOBJ_SIGNAL, P50, 0, 3, 1.5, 0 },
	{ "P14t", "  total of it, with its execution",
	  DXG_SUBMIT, TOTAL, SYNCOBJ_SIGNAL, P50, 0, 0, 0, 0 },
	{ "P15", "fence: signal to wake-up, p50 / syncobj",
	  DXG_WAKE, P50, SYNCOBJ_WAKE, P50, 0, 1.1, 0.8, 0 },
	{ "P15m", "  to the value in the mapped page",
	  DXG_WAKE_PAGE, P50, SYNCOBJ_WAKE, P50, 0, 0.8, 0.8, 0 },
	{ "P17", "close with very many, half busy: total / dumb",
	  DXG_EXIT, TOTAL, GEM_EXIT, TOTAL, 0, 1.0, 0.5, 0 },
	{ "P17m", "  against dumb buffers half of which are mapped",
	  DXG_EXIT, TOTAL, GEM_EXIT_MAPPED, TOTAL, 0, 0, 0, 0 },
	{ "P17c", "  the call",
	  DXG_EXIT, CALL, GEM_EXIT, CALL, 0, 0, 0, 0 },
	{ "P18", "bytes of an untouched allocation / dumb buffer",
	  DXG_MEMORY, TOTAL, GEM_MEMORY, TOTAL, 0, 1.0, 0.4, 0 },
	{ "P19", "MakeResident of 1 that is resident / look-up",
	  DXG_RESIDENT_1, CALL, DXG_LOOK_UP, CALL, 0, 0, 0, 0 },
	{ "P19_64", "  of 64 in a call, for each / P19",
	  DXG_RESIDENT_64, CALL, DXG_RESIDENT_1, CALL, 0, 0, 0, 0 },
	{ "P19_1024", "  of 1024 in a call, for each / P19",
	  DXG_RESIDENT_1024, CALL, DXG_RESIDENT_1, CALL, 0, 0, 0, 0 },
	{ "P20", "MakeResident of 1 that is untouched / P19",
	  DXG_POPULATE_1, CALL, DXG_RESIDENT_1, CALL, 0, 0, 0, 0 },
	{ "P20_64", "  of 64 in a call, for each / P20",
	  DXG_POPULATE_64, CALL, DXG_POPULATE_1, CALL, 0, 0, 0, 0 },
	{ "P20_1024", "  of 1024 in a call, for each / P20",
	  DXG_POPULATE_1024, CALL, DXG_POPULATE_1, CALL, 0, 0, 0, 0 },
	{ "P21", "Evict of 1 / P19",
	  DXG_EVICT_1, CALL, DXG_RESIDENT_1, CALL, 0, 0, 0, 0 },
	{ "P21_64", "  of 64 in a call, for each / P21",
	  DXG_EVICT_64, CALL, DXG_EVICT_1, CALL, 0, 0, 0, 0 },
	{ "P21_1024", "  of 1024 in a call, for each / P21",
	  DXG_EVICT_1024, CALL, DXG_EVICT_1, CALL, 0, 0, 0, 0 },
	{ "P22", "1 MiB paged out, 1 MiB in: total / memcpy",
	  DXG_PAGE_MIB, TOTAL, MEMCPY_MIBS, CALL, 0, 6, 5, 0 },
	{ "P22s", "  in pieces of 64 KiB",
	  DXG_PAGE_64K, TOTAL, MEMCPY_MIBS, CALL, 0, 0, 0, 0 },
	{ 0 },
};

static struct scenario_options options;
static bool gate = true, quick, instructions;
static const char *only;
static const char *meta[MAX_META];
static unsigned int num_meta;
static FILE *json;
static unsigned int passed, failed, told, skipped;

static struct result results[SCENARIOS];
static bool have[SCENARIOS];

void bench_fail(const char *what)
{
	fprintf(stderr, "dxgbench: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* Whether a list of names, separated by commas, has this one. */
static bool named(const char *list, const char *name)
{
	size_t size = strlen(name);
	const char *pos;

	for (pos = list; pos; pos = strchr(pos, ',')) {
		pos += *pos == ',';
		if (!strncmp(pos, name, size) && (!pos[size] || pos[size] == ','))
			return true;
	}
	return false;
}

static bool on_virtio(void)
{
	return !strcmp(options.driver, "virtio_gpu");
}

static double aim_of(const struct row *row)
{
	return on_virtio() && row->aim_virtio ? row->aim_virtio : row->aim;
}

/*
 * What the figures of a base may differ by. The answers of a virtio-gpu device come
 * from another thread of QEMU, that is at any time.
 */
static double noise_limit(void)
{
	return on_virtio() ? 0.15 : 0.05;
}

static const struct result *result_of(enum scenario_id id, enum field field, bool is_base)
{
	int i;

	for (i = 0; !have[id] || (is_base && results[id].spread[field] > noise_limit()); i++) {
		if (i == ATTEMPTS)
			break;
		scenario_measure(id, &results[id]);
		have[id] = true;
	}
	return &results[id];
}

static void print_head(void)
{
	printf("\n%s, %s\n\n", options.driver,
	       instructions ? "guest instructions" : "NANOSECONDS, which prove nothing");
	printf("%-8s %-46s %11s %11s %6s %6s %6s  %-8s %s\n", "", "", "dxg", "base", "ratio",
	       "must", "aim", "", "base +-");
}

static void json_string(const char *text)
{
	fputc('"', json);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', json);
		if ((unsigned char)*text >= ' ')
			fputc(*text, json);
	}
	fputc('"', json);
}

static void json_head(const struct row *row)
{
	static bool more;

	fprintf(json, "%s\n    {\"adapter\": \"%s\", \"id\": \"%s\", \"what\": ",
		more ? "," : "", options.driver, row->id);
	json_string(row->what + strspn(row->what, " "));
	more = true;
}

static void json_row(const struct row *row, double ours, double base, double spread,
		     const char *verdict)
{
	const double *value = results[row->ours].value;

	if (!json)
		return;
	json_head(row);
	fprintf(json, ", \"dxg\": %.0f, \"base\": %.0f, \"ratio\": %.3f", ours, base, ours / base);
	if (row->required)
		fprintf(json, ", \"required\": %g, \"aim\": %g", row->required, aim_of(row));
	if (value[P50])
		fprintf(json, ", \"p50\": %.0f, \"p99\": %.0f, \"max\": %.0f", value[P50],
			value[P99], value[MAX]);
	if (row->ours == DXG_LOOK_UP_MANY || row->ours == DXG_LOOK_UP_RANDOM)
		fprintf(json, ", \"count\": %u", options.many);
	if (row->ours == DXG_EXIT)
		fprintf(json, ", \"count\": %u", options.exit_count);
	fprintf(json, ", \"base_spread\": %.4f, \"verdict\": \"%s\"}", spread, verdict);
}

/* Why a row cannot be measured, or NULL. */
static const char *why_skipped(const struct row *row)
{
	const char *base = NULL;

	if (row->base != SCENARIOS)
		base = result_of(row->base, row->base_field, row->base < DXG_CREATE)->skipped;
	return base ?: result_of(row->ours, row->field, false)->skipped;
}

static void skip_row(const struct row *row, const char *why)
{
	skipped++;
	printf("%-8s %-46s skipped: %s\n", row->id, row->what, why);
	if (!json)
		return;
	json_head(row);
	fputs(", \"verdict\": \"skipped\", \"why\": ", json);
	json_string(why);
	fputc('}', json);
}

static void do_row(const struct row *row)
{
	const struct result *base_result = NULL;
	double ours, base = row->against, spread = 0, ratio, aim = aim_of(row);
	const char *verdict = "", *why = why_skipped(row);

	if (why) {
		skip_row(row, why);
		return;
	}

	if (row->base != SCENARIOS) {
		base_result = result_of(row->base, row->base_field, row->base < DXG_CREATE);
		base = base_result->value[row->base_field];
		spread = base_result->spread[row->base_field];
	}
	ours = result_of(row->ours, row->field, false)->value[row->field];
	ratio = ours / base;

	if (!row->required || !instructions) {
		told++;
	} else if (row->base < DXG_CREATE && spread > noise_limit()) {
		verdict = "noisy";
		failed++;
	} else if (ratio > row->required) {
		verdict = "short";
		failed++;
	} else {
		verdict = ratio <= aim ? "ok, aim" : "ok";
		passed++;
	}

	printf("%-8s %-46s %11.0f %11.0f %6.2f ", row->id, row->what, ours, base, ratio);
	if (row->required)
		printf("%6.2f %6.2f  %-8s %5.1f %%\n", row->required, aim, verdict, spread * 100);
	else
		printf("%6s %6s  %-8s %5.1f %%\n", "", "", "", spread * 100);
	json_row(row, ours, base, spread, verdict);
}

static const char *const scenario_names[SCENARIOS] = {
	[GEM_CREATE] = "dumb create",
	[GEM_CLOSE] = "GEM_CLOSE",
	[GEM_TOUCH_PAGE] = "dumb create, touch, close 4 KiB",
	[GEM_TOUCH_MIB] = "dumb create, touch, close 1 MiB",
	[SYNCOBJ_WAKE] = "syncobj signal to wake-up",
	[DXG_CREATE] = "create",
	[DXG_DESTROY] = "destroy, idle",
	[DXG_DESTROY_SYNC] = "destroy, Synchronous",
	[DXG_DESTROY_BUSY_1] = "destroy, busy",
	[DXG_DESTROY_ASSUME] = "destroy, busy, AssumeNotInUse",
	[DXG_TOUCH_PAGE] = "create, touch, destroy 4 KiB",
	[DXG_TOUCH_MIB] = "create, touch, destroy 1 MiB",
	[DXG_RECLAIM] = "signal to memory back",
	[DXG_LOOK_UP] = "look-up",
	[DXG_RESIDENT_1] = "MakeResident, resident",
	[DXG_POPULATE_1] = "MakeResident, untouched",
	[DXG_EVICT_1] = "Evict",
};

/* Until the call returns, with whatever else the processor did meanwhile. */
static void print_latencies(void)
{
	int i;

	printf("\n         very many: %u handles, %u allocations at the close\n", options.many,
	       options.exit_count);
	printf("\n         %-46s %11s %11s %11s\n", "single calls, from entry to return", "p50",
	       "p99", "max");
	for (i = 0; i < SCENARIOS; i++)
		if (have[i] && scenario_names[i] && results[i].value[P50])
			printf("         %-46s %11.0f %11.0f %11.0f\n", scenario_names[i],
			       results[i].value[P50], results[i].value[P99],
			       results[i].value[MAX]);
}

static void do_adapter(const char *driver)
{
	const struct row *row;

	options.driver = driver;
	options.many = quick ? MANY_QUICK : MANY;
	options.exit_count = quick ? EXIT_QUICK : on_virtio() ? EXIT_VIRTIO : EXIT;
	memset(have, 0, sizeof(have));
	scenario_begin(&options);
	print_head();
	for (row = rows; row->id; row++)
		if (!only || named(only, row->id))
			do_row(row);
	print_latencies();
	scenario_end();
}

static void json_begin(const char *path)
{
	struct utsname name;
	unsigned int i;

	json = fopen(path, "w");
	if (!json || uname(&name))
		bench_fail(path);
	fprintf(json, "{\n  \"unit\": \"%s\",\n  \"kernel\": ",
		instructions ? "instructions" : "nanoseconds");
	json_string(name.release);
	for (i = 0; i < num_meta; i++) {
		char *key = strdup(meta[i]);
		char *value = key ? strchr(key, '=') : NULL;

		if (!value)
			bench_fail("--meta KEY=VALUE");
		*value++ = 0;
		fputs(",\n  ", json);
		json_string(key);
		fputs(": ", json);
		json_string(value);
		free(key);
	}
	fputs(",\n  \"rows\": [", json);
}

static void json_end(void)
{
	fputs("\n  ]\n}\n", json);
	if (fclose(json))
		bench_fail("the JSON file");
}

static void bad_usage(void)
{
	fputs("usage: dxgbench [--adapter NAME] [--rows ID,ID...] [--quick] [--no-gate]\n"
	      "                [--json FILE] [--meta KEY=VALUE]...\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "adapter", required_argument, NULL, 'a' },
		{ "rows", required_argument, NULL, 'r' },
		{ "quick", no_argument, NULL, 'q' },
		{ "no-gate", no_argument, NULL, 'n' },
		{ "json", required_argument, NULL, 'j' },
		{ "meta", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	const char *adapter = NULL, *json_path = NULL;
	char names[MAX_ADAPTERS][32];
	unsigned int count, i;
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (opt) {
		case 'a':
			adapter = optarg;
			break;
		case 'r':
			only = optarg;
			break;
		case 'q':
			quick = true;
			break;
		case 'n':
			gate = false;
			break;
		case 'j':
			json_path = optarg;
			break;
		case 'm':
			if (num_meta == MAX_META)
				bad_usage();
			meta[num_meta++] = optarg;
			break;
		default:
			bad_usage();
		}
	}
	if (optind != argc)
		bad_usage();

	setvbuf(stdout, NULL, _IOLBF, 0);
	instructions = measure_init();
	if (!instructions)
		gate = false;
	if (json_path)
		json_begin(json_path);
	count = dxg_drivers(names, MAX_ADAPTERS);
	for (i = 0; i < count; i++)
		if (!adapter || !strcmp(adapter, names[i]))
			do_adapter(names[i]);
	if (json)
		json_end();
	if (!passed && !failed && !told && !skipped) {
		errno = ENODEV;
		bench_fail("nothing to measure");
	}
	if (!instructions)
		skipped += told;
	printf("\n%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return gate && failed ? 1 : 0;
}
