/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_PRIME_H
#define _DXG_PRIME_H

#include <linux/types.h>

struct dma_fence;
struct drm_exec;
struct dxg_adapter;
struct dxg_command;
struct dxg_fence;
struct dxg_gem_object;

void dxg_prime_init(struct dxg_adapter *adapter);
void dxg_prime_fini(struct dxg_adapter *adapter);
void dxg_prime_scrub(struct dxg_gem_object *bo);
void dxg_prime_forget(struct dxg_gem_object *bo);
void dxg_prime_free_fence(struct dxg_fence *fence);
bool dxg_prime_is_used(const struct dxg_command *cmd);
int dxg_prime_lock(struct dxg_command *cmd, struct drm_exec *exec, struct dma_fence **blocker);
void dxg_prime_arm(struct dxg_command *cmd);
void dxg_prime_unlock(struct drm_exec *exec);

#endif /* _DXG_PRIME_H */
