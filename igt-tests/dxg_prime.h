/* SPDX-License-Identifier: MIT */
/*
 * What the suites of dma-bufs share: an allocation with its dma-buf, and what may be said
 * about it.
 */
#ifndef DXG_PRIME_H
#define DXG_PRIME_H

#include <sys/mman.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt_prime.h"
#include "dxg_igt_proc.h"

#define SIZE		(16 * PAGE)
/* What others do not use any more is found out in about a second. */
#define UNUSED_MS	2500

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_LONG(name, run, text) IGT_DXG_TEST_LONG(name, text, run)
#define TEST_ONE_DOOR(name, run, text) IGT_DXG_TEST_AT(IGT_DXG_DXG_DOOR, name, text, run)

/**
 * struct prime - An allocation and a dma-buf of it
 * @space: device, context and fence
 * @allocation: of SIZE
 * @fd: the dma-buf
 * @before: the counts before there was anything of it
 */
struct prime {
	struct space space;
	uint32_t allocation;
	int fd;
	struct igt_dxg_state before;
};

static inline void prime_create(struct igt_dxg *dxg, struct prime *prime)
{
	/* of what was destroyed before */
	igt_dxg_wait_state(dxg, "batches", 0);
	igt_dxg_read_state_all(dxg, &prime->before);
	space_create(dxg, &prime->space);
	prime->allocation = create(&prime->space, SIZE);
	prime->fd = igt_dxg_export(dxg, prime->space.device, prime->allocation);
}

static inline void prime_destroy(struct prime *prime)
{
	if (prime->fd >= 0)
		close(prime->fd);
	space_destroy(&prime->space);
}

/* Fill it by the engine, and wait. */
static inline void fill_now(struct space *space, uint32_t allocation, uint64_t size,
			    uint32_t pattern)
{
	fill(space, allocation, size, pattern);
	settle(space);
}

static inline void assert_bytes(const struct space *space, uint32_t allocation, uint64_t size,
				uint32_t pattern)
{
	igt_dxg_assert_filled(space->dxg, space->device, allocation, 0, size / 4, pattern);
}

/* Wait until a count has come down to a value. */
static inline void wait_unused(const struct igt_dxg *dxg, const char *name, uint64_t value)
{
	uint64_t start = igt_dxg_now_ns();

	igt_dxg_wait_state(dxg, name, value);
	igt_info("%s after %llu ms\n", name, (unsigned long long)igt_dxg_elapsed_ms(start));
	/* a slow machine is late; but not by a minute */
	if (igt_dxg_scale(2) == 2)
		igt_assert_lt_u64(igt_dxg_elapsed_ms(start), 2 * UNUSED_MS);
}

#endif /* DXG_PRIME_H */
