/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_SHMEM_H
#define _DXG_SHMEM_H

struct dxg_gem_object;

int dxg_shmem_pin_locked(struct dxg_gem_object *bo);
void dxg_shmem_unpin_locked(struct dxg_gem_object *bo);
void dxg_shmem_free_locked(struct dxg_gem_object *bo);
void *dxg_shmem_vmap_locked(struct dxg_gem_object *bo);

#endif /* _DXG_SHMEM_H */
