// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "dxg_blob.h"

/**
 * DOC: Private data
 *
 * What the runtime and the user-mode driver say of a shared resource and of each of its
 * allocations is kept for those who open it, unread. Of what is not to be shared nothing
 * is kept.
 */

static struct dxg_blob *blob_alloc(u32 size)
{
	struct dxg_blob *blob;

	blob = kvmalloc(struct_size(blob, data, size), GFP_KERNEL_ACCOUNT);
	if (blob)
		blob->size = size;
	return blob;
}

/**
 * dxg_blob_create() - Keep a copy of private data
 * @data: the data
 * @size: its bytes, more than 0
 *
 * Return: the copy; NULL: no memory.
 */
struct dxg_blob *dxg_blob_create(const void *data, u32 size)
{
	struct dxg_blob *blob = blob_alloc(size);

	if (blob)
		memcpy(blob->data, data, size);
	return blob;
}

/**
 * dxg_blob_from_user() - Keep a copy of private data of the caller
 * @user: pointer to it
 * @size: its bytes, more than 0
 *
 * Return: the copy; -EFAULT; -ENOMEM.
 */
struct dxg_blob *dxg_blob_from_user(u64 user, u32 size)
{
	struct dxg_blob *blob = blob_alloc(size);

	if (!blob)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(blob->data, u64_to_user_ptr(user), size)) {
		kvfree(blob);
		return ERR_PTR(-EFAULT);
	}
	return blob;
}

/**
 * dxg_blob_to_user() - Hand private data to the caller
 * @blob: the data
 * @user: pointer to memory for all of it
 *
 * Return: 0; -EFAULT.
 */
int dxg_blob_to_user(const struct dxg_blob *blob, u64 user)
{
	return copy_to_user(u64_to_user_ptr(user), blob->data, blob->size) ? -EFAULT : 0;
}
