/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_BLOB_H
#define _DXG_BLOB_H

#include <linux/slab.h>
#include <linux/types.h>

/**
 * struct dxg_blob - Private data of user space, as it was passed
 * @size: bytes, more than 0
 * @data: the data
 */
struct dxg_blob {
	u32 size;
	u8 data[] __counted_by(size);
};

/**
 * dxg_blob_size() - How much there is
 * @blob: the data, or NULL
 *
 * Return: bytes.
 */
static inline u32 dxg_blob_size(const struct dxg_blob *blob)
{
	return blob ? blob->size : 0;
}

struct dxg_blob *dxg_blob_create(const void *data, u32 size);
struct dxg_blob *dxg_blob_from_user(u64 user, u32 size);
int dxg_blob_to_user(const struct dxg_blob *blob, u64 user);

/**
 * dxg_blob_free() - Free private data
 * @blob: the data, or NULL
 */
static inline void dxg_blob_free(struct dxg_blob *blob)
{
	/* There is none but of what may be shared. */
	if (blob)
		kvfree(blob);
}

#endif /* _DXG_BLOB_H */
