/* SPDX-License-Identifier: MIT */
/*
 * Waits and signals in contexts, hardware queues and priorities.
 */
#ifndef DXG_IGT_QUEUE_H
#define DXG_IGT_QUEUE_H

#include "dxg_igt.h"

/* One fence, in a context. */
int __igt_dxg_gpu_wait(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
		       uint64_t value);
void igt_dxg_gpu_wait(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
		      uint64_t value);
int __igt_dxg_gpu_signal(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			 uint64_t value);
void igt_dxg_gpu_signal(const struct igt_dxg *dxg, uint32_t context, uint32_t fence,
			uint64_t value);
/* In all of several contexts; @flags: D3DKMT_SIGNAL_*. */
int __igt_dxg_gpu_signal2(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			  uint32_t fence, uint64_t value, uint32_t flags);
/* An eventfd in place of a fence. */
int __igt_dxg_gpu_event(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			uint64_t event);
/* A stream to several contexts; the caller finishes and frees it. */
int __igt_dxg_broadcast(const struct igt_dxg *dxg, const uint32_t *contexts, uint32_t count,
			const struct igt_dxg_stream *stream);

/**
 * struct igt_dxg_hw_queue - A hardware queue
 * @context: its context
 * @handle: its handle
 * @fence: its progress fence
 * @value: address of the fence's value
 */
struct igt_dxg_hw_queue {
	uint32_t context;
	uint32_t handle;
	uint32_t fence;
	const uint64_t *value;
};

int __igt_dxg_create_hw_context(const struct igt_dxg *dxg, uint32_t device, uint32_t flags,
				uint32_t *context);
uint32_t igt_dxg_create_hw_context(const struct igt_dxg *dxg, uint32_t device);
int __igt_dxg_destroy_hw_context(const struct igt_dxg *dxg, uint32_t context);
void igt_dxg_destroy_hw_context(const struct igt_dxg *dxg, uint32_t context);
int __igt_dxg_create_hw_queue(const struct igt_dxg *dxg, uint32_t context, uint32_t flags,
			      struct igt_dxg_hw_queue *queue);
void igt_dxg_create_hw_queue(const struct igt_dxg *dxg, uint32_t context,
			     struct igt_dxg_hw_queue *queue);
int __igt_dxg_destroy_hw_queue(const struct igt_dxg *dxg, uint32_t queue);
/* A stream, as it is; the caller finishes and frees it. */
int __igt_dxg_submit_hw(const struct igt_dxg *dxg, uint32_t queue, uint64_t progress,
			const struct igt_dxg_stream *stream);
/* Nothing but progress. */
int __igt_dxg_submit_hw_nop(const struct igt_dxg *dxg, uint32_t queue, uint64_t progress);
int __igt_dxg_hw_wait(const struct igt_dxg *dxg, uint32_t queue, uint32_t fence, uint64_t value);
int __igt_dxg_hw_signal(const struct igt_dxg *dxg, const uint32_t *queues, uint32_t count,
			uint32_t fence, uint64_t value, uint32_t flags);

/* @code: D3DKMT_IOCTL_SET_CONTEXT_PRIORITY and the like */
int __igt_dxg_context_priority(const struct igt_dxg *dxg, unsigned long code, uint32_t context,
			       int32_t *priority);

#endif /* DXG_IGT_QUEUE_H */
