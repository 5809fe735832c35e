/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_COMPAT_H
#define _DXG_COMPAT_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_gpuvm.h>
#include <drm/gpu_scheduler.h>

/**
 * DOC: Kernels
 *
 * The driver is written for the interfaces of the newest kernel it supports. This
 * header makes older ones look like that, so it is the only place with conditions on
 * the kernel: a file that uses one of the interfaces below includes it, and calls them
 * as the newest kernel spells them.
 *
 * What a kernel has is found by looking: Kbuild runs dxg_probe.sh over its headers
 * and gives the answers to the compiler as DXG_HAVE_*. Every question has two known
 * answers, and a header that gives neither stops the build.
 *
 * Refused: LINUX_VERSION_CODE. A distribution's kernel has interfaces of later ones,
 * and the numbers at which names changed would have to be collected and believed.
 * Refused: compiling a small program for each question. It takes a second for each,
 * three times in a build, and a program that fails for another reason is a wrong answer
 * without a message.
 *
 * Three of the differences are no matter of spelling:
 *
 * - drm_gem_vmap() takes the object's reservation. Older kernels call that
 *   drm_gem_vmap_unlocked() and use the shorter name for a function that expects the
 *   reservation to be held, so the wrong one may build and then races.
 * - A job that timed out is off the scheduler's list of pending jobs. Newer kernels put
 *   it back if the driver says so, older ones leave that to the driver:
 *   dxg_sched_resume().
 * - A dma_fence without release and wait operations lets go of its operations when it
 *   is signalled, in newer kernels only. Nothing here can help the older ones: so each
 *   fence of the driver that others can get at has a reference on the module.
 */

#ifndef DXG_PROBED
#error "dxg_probe.sh has not been run, or does not know the headers of this kernel"
#endif

/* Later kernels need no flag for it. */
#ifndef DXG_HAVE_DRIVER_GEM_GPUVA
#define DRIVER_GEM_GPUVA	0
#endif

/*
 * In the initialiser of a &struct drm_driver; nothing where it has no date any more.
 */
#ifdef DXG_HAVE_DRM_DRIVER_DATE
#define DXG_DRM_DRIVER_DATE	.date = "20261121",
#else
#define DXG_DRM_DRIVER_DATE
#endif

#ifdef DXG_HAVE_DRM_GEM_VMAP_UNLOCKED
#define drm_gem_vmap(obj, map)		drm_gem_vmap_unlocked(obj, map)
#define drm_gem_vunmap(obj, map)	drm_gem_vunmap_unlocked(obj, map)
#endif

#ifndef DXG_HAVE_DRM_GPUVM_BO_OBTAIN_LOCKED
#define drm_gpuvm_bo_obtain_locked(gpuvm, obj)	drm_gpuvm_bo_obtain(gpuvm, obj)
#endif

#ifndef DXG_HAVE_DRM_GPUVM_MAP_REQ
/**
 * struct drm_gpuvm_map_req - Arguments of drm_gpuvm_sm_map()
 * @map: what is to be mapped
 */
struct drm_gpuvm_map_req {
	struct drm_gpuva_op_map map;
};

static inline int dxg_compat_gpuvm_sm_map(struct drm_gpuvm *gpuvm, void *priv,
					  const struct drm_gpuvm_map_req *req)
{
	return drm_gpuvm_sm_map(gpuvm, priv, req->map.va.addr, req->map.va.range,
				req->map.gem.obj, req->map.gem.offset);
}

#define drm_gpuvm_sm_map(gpuvm, priv, req)	dxg_compat_gpuvm_sm_map(gpuvm, priv, req)
#endif

#ifndef DXG_HAVE_DRM_SCHED_INIT_ARGS
/**
 * struct drm_sched_init_args - Arguments of drm_sched_init()
 * @ops: operations of the driver
 * @submit_wq: workqueue for jobs; NULL for one of its own
 * @timeout_wq: workqueue for time-outs; NULL for the system's
 * @num_rqs: number of priorities
 * @credit_limit: jobs at a time
 * @hang_limit: how often a job may hang
 * @timeout: time-out in jiffies
 * @score: load, shared with other schedulers, or NULL
 * @name: name
 * @dev: device
 */
struct drm_sched_init_args {
	const struct drm_sched_backend_ops *ops;
	struct workqueue_struct *submit_wq;
	struct workqueue_struct *timeout_wq;
	u32 num_rqs;
	u32 credit_limit;
	unsigned int hang_limit;
	long timeout;
	atomic_t *score;
	const char *name;
	struct device *dev;
};

static inline int dxg_compat_sched_init(struct drm_gpu_scheduler *sched,
					const struct drm_sched_init_args *args)
{
	return drm_sched_init(sched, args->ops, args->submit_wq, args->num_rqs,
			      args->credit_limit, args->hang_limit, args->timeout,
			      args->timeout_wq, args->score, args->name, args->dev);
}

#define drm_sched_init(sched, args)	dxg_compat_sched_init(sched, args)
#endif

#ifndef DXG_HAVE_DRM_SCHED_JOB_CLIENT_ID
/* The client is for trace events only. */
static inline int dxg_compat_sched_job_init(struct drm_sched_job *job,
					    struct drm_sched_entity *entity,
					    u32 credits, void *owner, u64 drm_client_id)
{
	return drm_sched_job_init(job, entity, credits, owner);
}

#define drm_sched_job_init(job, entity, credits, owner, client_id) \
	dxg_compat_sched_job_init(job, entity, credits, owner, client_id)
#endif

#ifndef DXG_HAVE_SHMEM_VMA_FLAGS
/* The flags were a number, and had no constructor. */
#define VMA_NORESERVE_BIT		VM_NORESERVE
#define mk_vma_flags(bit)		(bit)
#endif

/**
 * dxg_sched_resume() - Start a scheduler again after a time-out
 * @job: the job that met it; its fence has been signalled, the scheduler is stopped
 *
 * The scheduler took the job off its list of pending jobs before it called the driver.
 * It goes back there, and is freed like any other that has finished.
 *
 * Return: what &drm_sched_backend_ops.timedout_job is to return.
 */
static inline enum drm_gpu_sched_stat dxg_sched_resume(struct drm_sched_job *job)
{
	struct drm_gpu_scheduler *sched = job->sched;

#ifdef DXG_HAVE_DRM_SCHED_STAT_NO_HANG
	drm_sched_wqueue_start(sched);
	/* Put it back, it says, and not that anybody was mistaken. */
	return DRM_GPU_SCHED_STAT_NO_HANG;
#else
	spin_lock(&sched->job_list_lock);
	list_add(&job->list, &sched->pending_list);
	spin_unlock(&sched->job_list_lock);
	/* Afterwards, for it also looks for jobs to free. */
	drm_sched_wqueue_start(sched);
	return DRM_GPU_SCHED_STAT_NOMINAL;
#endif
}

#endif /* _DXG_COMPAT_H */
