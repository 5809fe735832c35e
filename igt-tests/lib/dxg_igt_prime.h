/* SPDX-License-Identifier: MIT */
/*
 * dma-bufs for the tests of dxg: export and import, the in-tree device's own card node, and
 * fences in files.
 *
 * As in dxg_igt.h, igt_dxg_x() asserts that it works and __igt_dxg_x() returns 0 or -errno.
 */
#ifndef DXG_IGT_PRIME_H
#define DXG_IGT_PRIME_H

#include <linux/dma-buf.h>
#include <linux/types.h>

#include "dxg_igt.h"

/* --- export and import --------------------------------------------------- */

/* One ioctl of dxg's own by any door. Repeats it on EINTR. */
int igt_dxg_own_ioctl(const struct igt_dxg *dxg, unsigned long code, void *arg);

int __igt_dxg_export(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation,
		     uint32_t flags, int *fd, uint64_t *bytes);
/* For reading and writing, closed by exec; the caller closes it. */
int igt_dxg_export(const struct igt_dxg *dxg, uint32_t device, uint32_t allocation);
int __igt_dxg_import(const struct igt_dxg *dxg, uint32_t device, int fd, uint32_t *allocation,
		     uint64_t *bytes);
uint32_t igt_dxg_import(const struct igt_dxg *dxg, uint32_t device, int fd);

/* --- dma-bufs ------------------------------------------------------------ */

void *igt_dxg_map_dma_buf(int fd, uint64_t size);
/* Compare each of @size bytes of a dma-buf with the pattern; between DMA_BUF_IOCTL_SYNCs. */
void igt_dxg_assert_dma_buf(int fd, uint64_t size, uint32_t pattern);
/* Write it everywhere. */
void igt_dxg_fill_dma_buf(int fd, uint64_t size, uint32_t pattern);
/* @flags: DMA_BUF_SYNC_*; 0 or -errno */
int igt_dxg_sync_dma_buf(int fd, uint64_t flags);
/* Number that all file descriptors of one dma-buf have in common. */
uint64_t igt_dxg_inode(int fd);
/* Whether poll() finds @events in @timeout_ms. */
bool igt_dxg_poll(int fd, short events, int timeout_ms);
/* Open file descriptors of this process. */
unsigned int igt_dxg_count_fds(void);

/* --- fences in files ----------------------------------------------------- */

/* A sync_file of what a reader (DMA_BUF_SYNC_READ) or writer has to wait for. */
int igt_dxg_export_sync_file(int dma_buf, uint32_t flags);
/* Add a sync_file's fence, of a reader or a writer. */
void igt_dxg_import_sync_file(int dma_buf, uint32_t flags, int sync_file);
/* 0: not signalled; 1: signalled; else the error */
int igt_dxg_sync_file_status(int sync_file);

/**
 * struct igt_dxg_hold - A fence of somebody else's that signals later
 * @sync_file: the fence
 * @timeline: of sw_sync, or -1
 * @other: where the kernel has no sw_sync: another adapter, whose jobs it is of
 * @device: device there
 */
struct igt_dxg_hold {
	int sync_file;
	int timeline;
	struct igt_dxg *other;
	uint32_t device;
};

/*
 * Make one that is not signalled before @jobs times @ms have passed, or before
 * igt_dxg_hold_end() where the kernel has sw_sync; that waits for it elsewhere.
 */
void igt_dxg_hold_begin(struct igt_dxg_hold *hold, const struct igt_dxg *dxg, unsigned int jobs,
			unsigned int ms);
void igt_dxg_hold_end(struct igt_dxg_hold *hold);
/* Whether it is not signalled yet. */
bool igt_dxg_hold_holds(const struct igt_dxg_hold *hold);

/* --- the in-tree device -------------------------------------------------- */

/* Its card node, which the caller closes. */
int igt_dxg_open_card(const char *driver);
int __igt_dxg_card_import(int card, int fd, uint32_t *handle);
uint32_t igt_dxg_card_import(int card, int fd);
/* A dma-buf of a handle. */
int igt_dxg_card_export(int card, uint32_t handle);
void igt_dxg_card_close(int card, uint32_t handle);
/* A dumb buffer of 32-bit pixels; @pitch may be NULL. */
uint32_t igt_dxg_card_create(int card, uint32_t width, uint32_t height, uint32_t *pitch);
void *igt_dxg_card_map(int card, uint32_t handle, uint64_t size);
/* A frame buffer of XRGB8888. */
uint32_t igt_dxg_card_add_fb(int card, uint32_t handle, uint32_t width, uint32_t height);
void igt_dxg_card_remove_fb(int card, uint32_t fb);

#endif /* DXG_IGT_PRIME_H */
