// SPDX-License-Identifier: MIT
/*
 * Exports, imports and destructions of the same at the same moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <drm.h>

#include "dxg_prime.h"

IGT_TEST_DESCRIPTION("Calls that meet over one dma-buf.");

#define ROUNDS		60

/* What the threads of one round share. */
static struct round {
	struct prime prime;
	int card;
	int fd;
	int other_fd;
	uint32_t import;
	uint32_t other;
	uint32_t handle;
} now;

static int race_export(void *data)
{
	struct round *round = data;

	return __igt_dxg_export(round->prime.space.dxg, round->prime.space.device,
				round->prime.allocation, DRM_CLOEXEC | DRM_RDWR,
				&round->fd, NULL);
}

static int race_export_too(void *data)
{
	struct round *round = data;

	return __igt_dxg_export(round->prime.space.dxg, round->prime.space.device,
				round->prime.allocation, DRM_CLOEXEC | DRM_RDWR,
				&round->other_fd, NULL);
}

static int race_import(void *data)
{
	struct round *round = data;

	return __igt_dxg_import(round->prime.space.dxg, round->prime.space.device,
				round->prime.fd, &round->import, NULL);
}

static int race_import_too(void *data)
{
	struct round *round = data;

	return __igt_dxg_import(round->prime.space.dxg, round->prime.space.device,
				round->prime.fd, &round->other, NULL);
}

static int race_card_import(void *data)
{
	struct round *round = data;

	return __igt_dxg_card_import(round->card, round->prime.fd, &round->handle);
}

static int race_destroy(void *data)
{
	struct round *round = data;

	return __igt_dxg_destroy2(round->prime.space.dxg, round->prime.space.device, 0,
				  &round->prime.allocation, 1, D3DKMT_DESTROY_SYNCHRONOUS);
}

static int race_destroy_import(void *data)
{
	struct round *round = data;

	return __igt_dxg_destroy2(round->prime.space.dxg, round->prime.space.device, 0,
				  &round->import, 1, D3DKMT_DESTROY_SYNCHRONOUS);
}

static int race_close(void *data)
{
	struct round *round = data;

	return close(round->prime.fd);
}

static int race_submit(void *data)
{
	struct round *round = data;

	return __igt_dxg_submit_fill(round->prime.space.dxg, round->prime.space.context,
				     round->prime.allocation, SIZE, 0x2222,
				     round->prime.space.fence, ++round->prime.space.done);
}

static void round_begin(struct igt_dxg *dxg)
{
	static struct round none;

	now = none;
	now.fd = -1;
	now.other_fd = -1;
	prime_create(dxg, &now.prime);
	memset(lock(&now.prime.space, now.prime.allocation), 0x11, SIZE);
}

static void round_end(void)
{
	prime_destroy(&now.prime);
}

static void test_export_destroy(struct igt_dxg *dxg)
{
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		igt_dxg_race(race_export, race_destroy, &now, i, ret);
		igt_assert(!ret[0] || ret[0] == -EINVAL);
		igt_assert_eq(ret[1], 0);
		igt_dxg_assert_dma_buf(now.prime.fd, SIZE, 0x11111111);
		if (!ret[0]) {
			igt_assert_eq_u64(igt_dxg_inode(now.fd), igt_dxg_inode(now.prime.fd));
			close(now.fd);
		}
		round_end();
	}
}

/* The first of an allocation. */
static void test_export_export(struct igt_dxg *dxg)
{
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		now.prime.allocation = create(&now.prime.space, SIZE);
		igt_dxg_race(race_export, race_export_too, &now, i, ret);
		igt_assert(!ret[0] && !ret[1]);
		igt_assert_eq_u64(igt_dxg_inode(now.fd), igt_dxg_inode(now.other_fd));
		close(now.fd);
		close(now.other_fd);
		round_end();
	}
}

/* The import has the bytes, or is told that it is too early. */
static void test_import_destroy(struct igt_dxg *dxg)
{
	unsigned int busy = 0;
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		igt_dxg_race(race_import, race_destroy, &now, i, ret);
		igt_assert(!ret[0] || ret[0] == -EBUSY);
		igt_assert_eq(ret[1], 0);
		busy += !!ret[0];
		if (ret[0])
			igt_assert_eq(race_import(&now), 0);
		assert_bytes(&now.prime.space, now.import, SIZE, 0x11111111);
		round_end();
	}
	igt_info("%u of %u were too early\n", busy, igt_dxg_scale(ROUNDS));
}

/* Two that would take over the same. */
static void test_import_orphan(struct igt_dxg *dxg)
{
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		igt_assert_eq(race_destroy(&now), 0);
		igt_dxg_race(race_import, race_import_too, &now, i, ret);
		igt_assert(!ret[0] || !ret[1]);
		igt_assert(!ret[0] || ret[0] == -EBUSY);
		igt_assert(!ret[1] || ret[1] == -EBUSY);
		if (!ret[0])
			assert_bytes(&now.prime.space, now.import, SIZE, 0x11111111);
		if (!ret[1])
			assert_bytes(&now.prime.space, now.other, SIZE, 0x11111111);
		round_end();
	}
}

/* A buffer of the device's own node, imported while its import goes. */
static void test_import_dumb(struct igt_dxg *dxg)
{
	int ret[2];

	now.card = igt_dxg_open_card(dxg->driver);
	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		uint32_t handle;
		int card = now.card;

		round_begin(dxg);
		now.card = card;
		close(now.prime.fd);
		handle = igt_dxg_card_create(card, PAGE / 4, SIZE / PAGE, NULL);
		now.prime.fd = igt_dxg_card_export(card, handle);
		igt_assert_eq(race_import(&now), 0);
		igt_dxg_race(race_import_too, race_destroy_import, &now, i, ret);
		igt_assert(!ret[0] || ret[0] == -EBUSY);
		igt_assert_eq(ret[1], 0);
		if (!ret[0])
			fill_now(&now.prime.space, now.other, SIZE, i);
		if (!ret[0])
			igt_dxg_assert_dma_buf(now.prime.fd, SIZE, i);
		igt_dxg_card_close(card, handle);
		round_end();
	}
	close(now.card);
}

/* The last file goes, and somebody has a handle in time, or not. */
static void test_card_close(struct igt_dxg *dxg)
{
	int card = igt_dxg_open_card(dxg->driver), ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		now.card = card;
		igt_assert_eq(race_destroy(&now), 0);
		igt_dxg_race(race_card_import, race_close, &now, i, ret);
		now.prime.fd = -1;
		igt_assert(!ret[0] || ret[0] == -EBADF);
		if (!ret[0]) {
			uint32_t *data = igt_dxg_card_map(card, now.handle, SIZE);

			igt_assert(data[0] == 0x11111111 && data[SIZE / 4 - 1] == 0x11111111);
			munmap(data, SIZE);
			igt_dxg_card_close(card, now.handle);
		}
		round_end();
	}
	close(card);
}

/* Whoever waits by the dma-buf sees what was submitted before. */
static void test_submit_export(struct igt_dxg *dxg)
{
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(ROUNDS); i++) {
		round_begin(dxg);
		now.prime.allocation = create(&now.prime.space, SIZE);
		igt_dxg_race(race_submit, race_export, &now, i, ret);
		igt_assert(!ret[0] && !ret[1]);
		settle(&now.prime.space);
		igt_dxg_assert_dma_buf(now.fd, SIZE, 0x2222);
		close(now.fd);
		round_end();
	}
}

#define HOG	17

/* A command waits for room that it will not get, by what is pinned: not by an export. */
static void test_beside_too_much(struct igt_dxg *dxg)
{
	struct igt_dxg_stream stream;
	uint32_t list[HOG], fence;
	struct space lost;
	struct prime prime;
	uint64_t start;

	prime_create(dxg, &prime);
	space_create(dxg, &lost);
	fence = igt_dxg_create_fence(dxg, lost.device, 0, NULL);
	create_many(&lost, segment_size(dxg) / (HOG - 1), HOG, list);
	igt_dxg_stream_begin(&stream);
	for (unsigned int i = 0; i < HOG; i++)
		igt_dxg_stream_fill(&stream, list[i], 0, 4, i);
	igt_dxg_stream_signal(&stream, fence, 1);
	igt_dxg_submit(dxg, lost.context, &stream);
	start = igt_dxg_now_ns();
	do {
		close(igt_dxg_export(dxg, prime.space.device, prime.allocation));
	} while (igt_dxg_elapsed_ms(start) < 100);
	igt_assert(igt_dxg_wait_timeout(dxg, lost.device, fence, 1, SETTLE_MS));
	igt_assert_eq(igt_dxg_device_state(dxg, lost.device),
		      D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY);
	space_destroy(&lost);
	prime_destroy(&prime);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST_ONE_DOOR("export-destroy", test_export_destroy, "An export meets a destruction."),
	TEST_ONE_DOOR("export-export", test_export_export, "Two first exports meet."),
	TEST("import-destroy", test_import_destroy, "An import meets a destruction."),
	TEST_ONE_DOOR("import-orphan", test_import_orphan,
		      "Two imports of what has been destroyed meet."),
	TEST_ONE_DOOR("import-dumb", test_import_dumb,
		      "An import of others' bytes meets the end of another one."),
	TEST_ONE_DOOR("card-close", test_card_close,
		      "A new handle meets the end of the last file."),
	TEST_ONE_DOOR("submit-export", test_submit_export, "A command meets an export."),
	TEST_ONE_DOOR("beside-too-much", test_beside_too_much,
		      "An export does not keep a command from room."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
