/* SPDX-License-Identifier: MIT */
/* How the two sides that cannot include each other's header compare them. */
#ifndef DXG_OPERATION_H
#define DXG_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

/* An operation as the Windows header has it; a list of them ends with no name. */
struct dxg_operation {
	/* Its number on /dev/dxg. */
	unsigned int nr;
	/* Its function, without D3DKMT. */
	const char *name;
	/* Bytes of its argument. */
	size_t bytes;
};

/* Whether the kernel's header has all of them, with as many bytes. */
bool dxg_layout_agrees(const struct dxg_operation *operations);

#endif /* DXG_OPERATION_H */
