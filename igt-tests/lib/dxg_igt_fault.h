/* SPDX-License-Identifier: MIT */
/*
 * Faults on demand: the n-th allocation, or copy from or to the caller, of one system call
 * fails. For kernels with CONFIG_FAULT_INJECTION; what workers do is not reached.
 */
#ifndef DXG_IGT_FAULT_H
#define DXG_IGT_FAULT_H

#include <stdbool.h>

enum igt_dxg_fault {
	IGT_DXG_FAULT_MEMORY,	/* slab objects and pages */
	IGT_DXG_FAULT_COPY,	/* copies from and to the caller */
	IGT_DXG_FAULTS,
};

/* Choose what fails. Skips where the kernel cannot do it. */
void igt_dxg_fault_choose(enum igt_dxg_fault fault);
/*
 * From here on the @nth one of this thread fails, with @nth from 1. Between this and
 * igt_dxg_fault_disarm() belongs one system call, made before without faults so that what
 * the program itself touches for it is there.
 */
void igt_dxg_fault_arm(unsigned int nth);
/* Nothing fails any more; returns whether anything has. */
bool igt_dxg_fault_disarm(void);

#endif /* DXG_IGT_FAULT_H */
