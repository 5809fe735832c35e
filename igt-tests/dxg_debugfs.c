// SPDX-License-Identifier: MIT
/*
 * What debugfs shows of handles, epochs and invariants, at rest, at work, and while all
 * of it comes and goes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("dxg_state, dxg_handles, dxg_epochs and dxg_invariants in debugfs.");

#define SIZE		(4 * IGT_DXG_PAGE)
#define COUNT		3
/* More than the file shows in one hold of the table's lock, and more than a page of text. */
#define MANY		300
/* Armed at a time, of one engine. */
#define DEPTH		3
#define BEHIND		6
#define READS		300
#define KILLS		10
#define REMOVALS	5
#define THREADS		3
/* So many digits no number here has, but an address. */
#define ADDRESS_DIGITS	12

static const char * const files[] = { "dxg_state", "dxg_handles", "dxg_epochs", "dxg_invariants" };

static const char * const rules[] = { "handles", "epochs", "busy", "nodes", "segment",
				     "ledger" };

/* --- what is shown ------------------------------------------------------- */

/**
 * struct row - A line of dxg_handles
 * @handle: handle
 * @parent: its parent's
 * @bytes: bytes of its backing
 * @refs: references
 * @type: kind
 */
struct row {
	uint32_t handle;
	uint32_t parent;
	unsigned long long bytes;
	unsigned int refs;
	char type[24];
};

/**
 * struct table - What dxg_handles shows of one process
 * @rows: the objects
 * @count: how many
 * @sections: how often the process is there
 * @only: it is there as the user of a DRM node, not of /dev/dxg
 */
struct table {
	struct row rows[2 * MANY];
	unsigned int count;
	unsigned int sections;
	bool only;
};

static struct table table;

static void read_table(const struct igt_dxg *dxg, int pid)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_handles"), *line, *state, door[16];
	bool ours = false;
	struct row row;
	int number;

	memset(&table, 0, sizeof(table));
	for (line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		if (sscanf(line, "process %d %15s", &number, door) == 2) {
			ours = number == pid;
			table.sections += ours;
			if (ours)
				table.only = !strcmp(door, "node");
			igt_assert(!strcmp(door, "node") || !strcmp(door, "/dev/dxg"));
			continue;
		}
		igt_assert_f(sscanf(line, "  %8x %23s parent=%8x refs=%u bytes=%llu", &row.handle,
				    row.type, &row.parent, &row.refs, &row.bytes) == 5,
			     "what is \"%s\"?\n", line);
		/* whoever is shown has at least the handle's reference */
		igt_assert(row.refs);
		if (!ours)
			continue;
		igt_assert(table.count < IGT_DXG_ARRAY_SIZE(table.rows));
		table.rows[table.count++] = row;
	}
	free(text);
}

/* Exactly one line has the handle, and is as it has to be. */
static void assert_row(uint32_t handle, const char *type, uint32_t parent, uint64_t bytes)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < table.count; i++) {
		const struct row *row = &table.rows[i];

		if (row->handle != handle)
			continue;
		igt_assert_f(!strcmp(row->type, type), "%08x is a %s, not a %s\n", handle,
			     row->type, type);
		igt_assert_eq_u32(row->parent, parent);
		igt_assert_eq_u64(row->bytes, bytes);
		found++;
	}
	igt_assert_f(found == 1, "%s %08x is there %u times\n", type, handle, found);
}

/* The lines of a device in dxg_epochs; the caller frees them. "" if it is not there. */
static char *read_epochs(const struct igt_dxg *dxg, uint32_t device)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_epochs"), *block, *end;
	char head[32];

	snprintf(head, sizeof(head), "device %08x:", device);
	block = strstr(text, head);
	end = block;
	while (end && (end = strchr(end, '\n')) && !strncmp(end + 1, "  ", 2))
		end++;
	if (end)
		end[1] = '\0';
	block = strdup(block ? block : "");
	igt_assert(block);
	free(text);
	return block;
}

/* Whether a text has a line, and has it once. */
static bool has_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	return found && (found == text || found[-1] == '\n') && found[strlen(line)] == '\n' &&
	       !strstr(found + 1, line);
}

igt_printf_(2, 3) static void assert_line(const char *text, const char *format, ...)
{
	char line[96];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	igt_assert_f(has_line(text, line), "no line \"%s\" in:\n%s", line, text);
}

/* --- work ---------------------------------------------------------------- */

/**
 * struct scene - A device with one of everything
 * @dxg: the way in
 * @device: the device
 * @context: its context
 * @fence: its fence, which has the next value when a job starts and when it ends
 * @value: the last value that a job will set
 * @alone: an allocation
 * @resource: a resource
 * @list: its allocations
 */
struct scene {
	struct igt_dxg *dxg;
	uint32_t device;
	uint32_t context;
	uint32_t fence;
	uint64_t value;
	uint32_t alone;
	uint32_t resource;
	uint32_t list[COUNT];
};

static void scene_create(struct igt_dxg *dxg, struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->dxg = dxg;
	scene->device = igt_dxg_create_device(dxg);
	scene->context = igt_dxg_create_context(dxg, scene->device);
	scene->fence = igt_dxg_create_fence(dxg, scene->device, 0, NULL);
	scene->alone = igt_dxg_create_allocation(dxg, scene->device, SIZE);
	scene->resource = igt_dxg_create_resource(dxg, scene->device, SIZE, COUNT, scene->list);
}

static void job_queue(struct scene *scene, unsigned int ms, uint32_t allocation)
{
	igt_dxg_submit_job(scene->dxg, scene->context, scene->fence, &scene->value, ms,
			   allocation, SIZE);
}

/* A job that runs, and some behind it, more than the engine takes at once. */
static void jobs_start(struct scene *scene, unsigned int ms)
{
	job_queue(scene, ms, scene->alone);
	igt_dxg_wait(scene->dxg, scene->device, scene->fence, scene->value - 1);
	for (int i = 1; i <= BEHIND; i++)
		job_queue(scene, 1, scene->list[0]);
}

static bool is_at_first_job(const struct scene *scene)
{
	return !igt_dxg_wait_timeout(scene->dxg, scene->device, scene->fence, 2, 0);
}

static void destroy(const struct scene *scene, uint32_t allocation)
{
	igt_dxg_destroy_allocation(scene->dxg, scene->device, allocation);
}

/* --- handles ------------------------------------------------------------- */

static void test_handles(struct igt_dxg *dxg)
{
	unsigned int objects = 6 + COUNT;
	struct scene scene;

	read_table(dxg, getpid());
	igt_assert_eq(table.sections, 1);
	igt_assert_eq(table.only, dxg->door != DXG_DOOR_DXG);
	igt_assert_eq(table.count, 1);
	assert_row(dxg->adapter, "adapter", 0, 0);

	scene_create(dxg, &scene);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, objects);
	assert_row(dxg->adapter, "adapter", 0, 0);
	assert_row(scene.device, "device", 0, 0);
	assert_row(scene.context, "context", scene.device, 0);
	assert_row(scene.fence, "sync_object", scene.device, 0);
	assert_row(scene.alone, "allocation", scene.device, 0);
	assert_row(scene.resource, "resource", scene.device, 0);
	for (int i = 0; i < COUNT; i++)
		assert_row(scene.list[i], "allocation", scene.resource, 0);

	/* memory is there when it has been used */
	igt_dxg_lock(dxg, scene.device, scene.alone);
	igt_dxg_lock(dxg, scene.device, scene.list[1]);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, objects);
	assert_row(scene.alone, "allocation", scene.device, SIZE);
	assert_row(scene.list[0], "allocation", scene.resource, 0);
	assert_row(scene.list[1], "allocation", scene.resource, SIZE);

	destroy(&scene, scene.alone);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, --objects);
	igt_dxg_destroy2(dxg, scene.device, scene.resource, NULL, 0, 0);
	objects -= 1 + COUNT;
	read_table(dxg, getpid());
	igt_assert_eq(table.count, objects);
	assert_row(scene.device, "device", 0, 0);
	assert_row(scene.context, "context", scene.device, 0);
	assert_row(scene.fence, "sync_object", scene.device, 0);

	igt_dxg_destroy_device(dxg, scene.device);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, 1);
	assert_row(dxg->adapter, "adapter", 0, 0);
}

/* A paging queue and its fence, which goes with it. */
static void test_handles_queue(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, queue;

	queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, 4);
	assert_row(queue, "paging_queue", device, 0);
	assert_row(fence, "sync_object", device, 0);
	igt_dxg_destroy_paging_queue(dxg, queue);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, 2);
	igt_dxg_destroy_device(dxg, device);
}

static void test_handles_many(struct igt_dxg *dxg)
{
	uint32_t list[MANY], device = igt_dxg_create_device(dxg);

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, SIZE, MANY, list), 0);
	/* gaps, some as large as what is shown at a time */
	for (int i = 0; i < MANY; i++)
		if (i % 7 == 3 || (i >= 64 && i < 130))
			igt_dxg_destroy_allocation(dxg, device, list[i]);
	read_table(dxg, getpid());
	for (int i = 0, left = table.count - 2; i < MANY; i++) {
		if (i % 7 == 3 || (i >= 64 && i < 130))
			continue;
		assert_row(list[i], "allocation", device, 0);
		left--;
		igt_assert(i < MANY - 1 || !left);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* Two processes with one file each, and one of them twice. */
static void linger_with_objects(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct scene scene;

	scene_create(igt_dxg_open(parent->door, parent->driver), &scene);
	igt_dxg_lock(scene.dxg, scene.device, scene.alone);
	jobs_start(&scene, igt_dxg_tdr_ms() / 2);
	destroy(&scene, scene.alone);
	igt_dxg_child_linger(child);
}

static void test_handles_closed(struct igt_dxg *dxg)
{
	struct igt_dxg_state before;
	struct igt_dxg_child child;
	struct igt_dxg *second;
	struct scene scene;

	igt_dxg_read_state_all(dxg, &before);
	scene_create(dxg, &scene);
	igt_dxg_child_start(&child, dxg, linger_with_objects);
	igt_dxg_child_await(&child);
	/* what others have is theirs, and what is destroyed and waits has no handle */
	read_table(dxg, child.pid);
	igt_assert_eq(table.sections, 1);
	igt_assert_eq(table.count, 5 + COUNT);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, 6 + COUNT);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, 10000);
	/* at once: at most the process is there, while its job runs */
	read_table(dxg, child.pid);
	igt_assert_eq(table.count, 0);

	/* opens of /dev/dxg are one process, those of a node are not */
	second = igt_dxg_reopen(dxg);
	read_table(dxg, getpid());
	igt_assert_eq(table.sections, dxg->door == DXG_DOOR_DXG ? 1 : 2);
	igt_assert_eq(table.count, 7 + COUNT);
	igt_dxg_close(second);
	read_table(dxg, getpid());
	igt_assert_eq(table.count, 6 + COUNT);

	igt_dxg_renew(dxg);
	igt_dxg_assert_no_leak(dxg, &before);
	read_table(dxg, getpid());
	igt_assert_eq(table.sections, 1);
	igt_assert_eq(table.count, 1);
	assert_row(dxg->adapter, "adapter", 0, 0);
	read_table(dxg, child.pid);
	igt_assert_eq(table.sections, 0);
}

/* --- epochs -------------------------------------------------------------- */

static bool run_epochs(struct igt_dxg *dxg, unsigned int ms)
{
	struct igt_dxg_state before;
	char *epochs, *all;
	struct scene scene;
	bool lasted;

	igt_dxg_read_state_all(dxg, &before);
	scene_create(dxg, &scene);
	epochs = read_epochs(dxg, scene.device);
	assert_line(epochs, "device %08x: epoch=0 state=%d", scene.device,
		    D3DKMT_DEVICEEXECUTION_ACTIVE);
	igt_assert(!strstr(epochs, "  "));
	free(epochs);

	jobs_start(&scene, ms);
	destroy(&scene, scene.alone);
	job_queue(&scene, 1, 0);
	job_queue(&scene, 1, 0);
	igt_dxg_destroy2(dxg, scene.device, scene.resource, NULL, 0, 0);
	epochs = read_epochs(dxg, scene.device);
	all = igt_dxg_read_debugfs(dxg, "dxg_epochs");
	lasted = is_at_first_job(&scene);
	if (lasted) {
		assert_line(epochs, "device %08x: epoch=2 state=%d", scene.device,
			    D3DKMT_DEVICEEXECUTION_ACTIVE);
		assert_line(epochs, "  epoch 0: held=%u armed=%u", BEHIND + 1 - DEPTH, DEPTH);
		assert_line(epochs, "  epoch 1: held=2 armed=0");
		assert_line(epochs, "  destroy: epoch=0 resource=00000000 first=%08x",
			    scene.alone);
		assert_line(epochs, "  destroy: epoch=1 resource=%08x first=%08x",
			    scene.resource, scene.resource);
		assert_line(all, "node 0: armed=%u stopped=0", DEPTH);
		assert_line(all, "node 1: armed=0 stopped=0");
		assert_line(all, "  context %08x: held=%u", scene.context, BEHIND + 3 - DEPTH);
	}
	free(epochs);
	free(all);

	/* a device that has been destroyed is there while it has commands */
	igt_dxg_destroy_device(dxg, scene.device);
	epochs = read_epochs(dxg, scene.device);
	lasted = lasted && strstr(epochs, "armed=") && strstr(epochs, "destroy: epoch=0 ");
	free(epochs);
	igt_dxg_assert_no_leak(dxg, &before);
	all = igt_dxg_read_debugfs(dxg, "dxg_epochs");
	igt_assert_f(!strcmp(all, "node 0: armed=0 stopped=0\nnode 1: armed=0 stopped=0\n"),
		     "at rest there is:\n%s", all);
	free(all);
	return lasted;
}

/* --- invariants ---------------------------------------------------------- */

/* Whether a text of dxg_invariants is right, line by line. */
static bool is_ok(const char *text)
{
	char expected[128] = "";

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(rules); i++) {
		strcat(expected, rules[i]);
		strcat(expected, ": ok\n");
	}
	return !strcmp(text, expected);
}

static void assert_ok(const struct igt_dxg *dxg)
{
	char *text = igt_dxg_read_debugfs(dxg, "dxg_invariants");

	igt_assert_f(is_ok(text), "not all is ok:\n%s", text);
	free(text);
}

static void test_invariants(struct igt_dxg *dxg)
{
	struct scene scene;

	assert_ok(dxg);
	scene_create(dxg, &scene);
	assert_ok(dxg);
	jobs_start(&scene, 200);
	assert_ok(dxg);
	destroy(&scene, scene.alone);
	igt_dxg_destroy2(dxg, scene.device, scene.resource, NULL, 0,
			 D3DKMT_DESTROY_ASSUME_NOT_IN_USE);
	assert_ok(dxg);
	igt_dxg_destroy_context(dxg, scene.context);
	assert_ok(dxg);
	igt_dxg_destroy_device(dxg, scene.device);
	assert_ok(dxg);
}

/* --- under load ---------------------------------------------------------- */

/**
 * struct churn - Threads that create, use and destroy all the time
 * @dxg: the way in
 * @stop: end
 * @error: the first answer that was not to be expected, or 0
 * @rounds: how often they did so
 * @threads: the threads
 */
static struct churn {
	struct igt_dxg *dxg;
	int stop;
	int error;
	unsigned int rounds;
	pthread_t threads[THREADS];
} churn;

/* The calls of a round; 0 or the first error. Asserts nothing, as it is in a thread. */
static int churn_once(const struct igt_dxg *dxg, uint32_t device, uint32_t flags)
{
	uint32_t context, list[COUNT], resource = 0, alone;
	int ret;

	ret = __igt_dxg_create_context(dxg, device, 0, &context);
	if (!ret)
		ret = __igt_dxg_create(dxg, device, 0, NULL, SIZE, 1, &alone);
	if (!ret)
		ret = __igt_dxg_create(dxg, device, D3DKMT_CREATE_RESOURCE, &resource, SIZE, COUNT,
				       list);
	for (int i = 0; i < COUNT && !ret; i++)
		ret = __igt_dxg_submit_fill(dxg, context, i ? list[i] : alone, SIZE, 0, 0, 0);
	if (!ret)
		ret = __igt_dxg_destroy_allocation(dxg, device, alone);
	if (!ret)
		ret = __igt_dxg_destroy2(dxg, device, resource, NULL, 0, flags);
	if (!ret)
		ret = __igt_dxg_destroy_context(dxg, context);
	return ret;
}

static void *churn_run(void *arg)
{
	const struct igt_dxg *dxg = churn.dxg;
	uint32_t device;
	int ret = 0;

	(void)arg;
	while (!ret && !__atomic_load_n(&churn.stop, __ATOMIC_SEQ_CST)) {
		ret = __igt_dxg_create_device(dxg, dxg->adapter, 0, &device);
		for (int i = 0; i < 8 && !ret; i++)
			ret = churn_once(dxg, device, i % 4 == 3 ? D3DKMT_DESTROY_SYNCHRONOUS : 0);
		if (!ret)
			ret = __igt_dxg_destroy_device(dxg, device);
		__atomic_add_fetch(&churn.rounds, 1, __ATOMIC_SEQ_CST);
	}
	if (ret)
		__atomic_store_n(&churn.error, ret, __ATOMIC_SEQ_CST);
	return NULL;
}

static void churn_start(struct igt_dxg *dxg)
{
	memset(&churn, 0, sizeof(churn));
	churn.dxg = dxg;
	for (int i = 0; i < THREADS; i++)
		igt_assert_eq(pthread_create(&churn.threads[i], NULL, churn_run, NULL), 0);
	/* so that there is something to see */
	while (!__atomic_load_n(&churn.rounds, __ATOMIC_SEQ_CST) &&
	       !__atomic_load_n(&churn.error, __ATOMIC_SEQ_CST))
		igt_dxg_sleep_ms(1);
}

static void churn_end(void)
{
	__atomic_store_n(&churn.stop, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < THREADS; i++)
		pthread_join(churn.threads[i], NULL);
}

/* All that is asserted waits until the threads have ended. */
static void test_invariants_load(struct igt_dxg *dxg)
{
	unsigned int reads = igt_dxg_scale(READS), done;
	char *text = NULL;

	churn_start(dxg);
	for (done = 0; done < reads; done++) {
		text = igt_dxg_read_debugfs(dxg, "dxg_invariants");
		if (!is_ok(text))
			break;
		free(text);
	}
	churn_end();
	igt_info("%u reads beside %u rounds\n", done, churn.rounds);
	igt_assert_f(done == reads, "read %u of %u has:\n%s", done, reads, text);
	igt_assert_eq(churn.error, 0);
	assert_ok(dxg);
}

/* All files are read while objects, processes and files come and go. */
static void linger_in_churn(struct igt_dxg_child *child, struct igt_dxg *parent)
{
	struct igt_dxg *dxg = igt_dxg_open(parent->door, parent->driver);
	uint32_t device = igt_dxg_create_device(dxg);

	igt_dxg_child_ready(child);
	for (;;)
		igt_assert_eq(churn_once(dxg, device, 0), 0);
}

static void *read_all(void *arg)
{
	const struct igt_dxg *dxg = arg;
	char path[IGT_DXG_DEBUGFS_PATH], text[512];
	int fd;

	for (size_t i = 0; !__atomic_load_n(&churn.stop, __ATOMIC_SEQ_CST);
	     i = (i + 1) % IGT_DXG_ARRAY_SIZE(files)) {
		igt_dxg_debugfs_path(dxg, files[i], path);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* not there: a device is unbound just now */
		while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
			;
		close(fd);
	}
	return NULL;
}

static void test_race(struct igt_dxg *dxg)
{
	struct igt_dxg_child child;
	pthread_t reader;

	churn_start(dxg);
	igt_assert_eq(pthread_create(&reader, NULL, read_all, dxg), 0);
	for (unsigned int i = 0; i < igt_dxg_scale(KILLS); i++) {
		igt_dxg_child_start(&child, dxg, linger_in_churn);
		igt_dxg_child_await(&child);
		igt_dxg_sleep_ms(10 * i);
		igt_dxg_child_kill(&child, SIGKILL);
		igt_dxg_child_end(&child, 10000);
	}
	churn_end();
	pthread_join(reader, NULL);
	igt_info("%u rounds\n", churn.rounds);
	igt_assert_eq(churn.error, 0);
	assert_ok(dxg);
}

/* --- removal ------------------------------------------------------------- */

/* Files of an adapter that has gone have gone with it, also those that are open. */
static void assert_files_gone(const struct igt_dxg *dxg, const int *fds)
{
	char path[IGT_DXG_DEBUGFS_PATH], text[64];

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(files); i++) {
		igt_dxg_debugfs_path(dxg, files[i], path);
		igt_assert_eq(access(path, F_OK), -1);
		igt_assert_eq(lseek(fds[i], 0, SEEK_SET) < 0 ||
			      read(fds[i], text, sizeof(text)) < 0, true);
		close(fds[i]);
	}
}

static void remove_once(struct igt_dxg *dxg)
{
	char path[IGT_DXG_DEBUGFS_PATH], text[64];
	int fds[IGT_DXG_ARRAY_SIZE(files)];
	struct igt_dxg *next;
	struct scene scene;
	pthread_t reader;

	scene_create(dxg, &scene);
	jobs_start(&scene, igt_dxg_tdr_ms() / 2);
	destroy(&scene, scene.alone);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(files); i++) {
		igt_dxg_debugfs_path(dxg, files[i], path);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		igt_assert(read(fds[i], text, sizeof(text)) > 0);
	}
	memset(&churn, 0, sizeof(churn));
	igt_assert_eq(pthread_create(&reader, NULL, read_all, dxg), 0);
	igt_dxg_unbind(dxg);
	__atomic_store_n(&churn.stop, 1, __ATOMIC_SEQ_CST);
	pthread_join(reader, NULL);
	assert_files_gone(dxg, fds);
	igt_dxg_rebind();

	/* the old one's objects are nothing of the new one's */
	next = igt_dxg_reopen(dxg);
	assert_ok(next);
	read_table(next, getpid());
	igt_assert_eq(table.count, 1);
	assert_row(next->adapter, "adapter", 0, 0);
	igt_dxg_close(dxg);
	assert_ok(next);
	igt_dxg_close(next);
}

static void test_removal(struct igt_dxg *dxg)
{
	struct igt_dxg_state zero = {};
	struct igt_dxg *last;

	/* it will be without its adapter, so each round has one of its own */
	igt_dxg_close_adapter(dxg, dxg->adapter);
	igt_assert_eq(close(dxg->fd), 0);
	dxg->fd = -1;
	for (unsigned int i = 0; i < igt_dxg_scale(REMOVALS); i++)
		remove_once(igt_dxg_reopen(dxg));
	last = igt_dxg_reopen(dxg);
	zero.processes = 1;
	igt_dxg_assert_no_leak(last, &zero);
	igt_dxg_close(last);
}

/* --- addresses ----------------------------------------------------------- */

static void assert_no_address(const char *file, const char *text)
{
	size_t digits;

	for (const char *at = text; *at; at += digits + !digits) {
		digits = strspn(at, "0123456789abcdefABCDEF");
		igt_assert_f(digits < ADDRESS_DIGITS, "%s has an address:\n%s", file, text);
	}
	igt_assert_f(!strstr(text, "0x") && !strstr(text, "ptrval"), "%s has a pointer:\n%s", file,
		     text);
}

/* Not even hashed ones: nothing there is an address. */
static void test_addresses(struct igt_dxg *dxg)
{
	struct scene scene;
	char *text;

	scene_create(dxg, &scene);
	jobs_start(&scene, 200);
	destroy(&scene, scene.alone);
	igt_dxg_destroy2(dxg, scene.device, scene.resource, NULL, 0, 0);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(files); i++) {
		text = igt_dxg_read_debugfs(dxg, files[i]);
		igt_assert(text[0]);
		assert_no_address(files[i], text);
		free(text);
	}
	igt_dxg_destroy_device(dxg, scene.device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	IGT_DXG_TEST("handles", "Each object of a process is there, and nothing else.",
		     test_handles),
	IGT_DXG_TEST("handles-queue", "A paging queue and its fence are there.",
		     test_handles_queue),
	IGT_DXG_TEST("handles-many", "Hundreds of handles are there once each.", test_handles_many),
	IGT_DXG_TEST_LONG("handles-closed",
			  "Nothing of a closed file or another process is there.",
			  test_handles_closed),
	IGT_DXG_TEST_OUTLAST("epochs", "Held and armed commands are counted, destructions wait.",
			     run_epochs),
	IGT_DXG_TEST("invariants", "All rules hold at rest and at work.", test_invariants),
	IGT_DXG_TEST("invariants-load", "All rules hold while threads create, use and destroy.",
		     test_invariants_load),
	IGT_DXG_TEST_LONG("race", "All is read while objects and processes come and go.",
			  test_race),
	{ .name = "removal", .run = test_removal, .leaves = true,
	  .describe = "The files go with the adapter, and the next one's are its own." },
	IGT_DXG_TEST("addresses", "No file has an address of the kernel.", test_addresses),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
