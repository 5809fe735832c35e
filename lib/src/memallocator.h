/* SPDX-License-Identifier: MIT */
/* What the allocator and its samples share. */
#ifndef MEMALLOCATOR_H
#define MEMALLOCATOR_H

#include <stdbool.h>
#include <string.h>

#include "strmif.h"

static inline bool guid_is(const GUID *a, const GUID *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* mediasample.c: in the caller's part of each sample of an allocator's pool. */
struct mediasample {
	IMediaSample2 iface;
	IVMRSurface surface;
	struct dxg_sample *sample;
	DWORD flags;		/* AM_SAMPLE_*, and one of our own */
	DWORD type_flags;
	LONG actual;
	DWORD stream;
	REFERENCE_TIME start, stop;
	LONGLONG media_start, media_stop;
	AM_MEDIA_TYPE *type;
};

void dxg_mediasample_init(struct dxg_sample *sample);
void dxg_mediasample_reset(struct dxg_sample *sample);

/* memallocator.c: whether a pool is one of an allocator's. */
bool dxg_pool_has_allocator(const struct dxg_pool *pool);

#endif /* MEMALLOCATOR_H */
