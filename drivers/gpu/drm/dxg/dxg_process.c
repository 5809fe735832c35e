// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_backing.h"
#include "dxg_gpuva.h"
#include "dxg_process.h"
#include "dxg_vidmm.h"

/**
 * DOC: Process
 *
 * Whose handles they are. On /dev/dxg, as in D3DKMT, they belong to the address
 * space: all its opens share one table, and a call from another address space,
 * that is after fork(), exec() or in a process that was passed the file, gets
 * ENOTTY, which tells D3DKMT clients to open the device again. On a DRM node they
 * belong to the open file, as in DRM; only calls that map memory are bound to the
 * address space of the first of them.
 *
 * Refused: the thread group instead of the address space. It changes with neither
 * exec() nor vfork(), where the mappings and so the locks change.
 *
 * The last close destroys everything. It never waits for the engine: what a
 * running command holds is destroyed when that command has finished.
 */

static DEFINE_MUTEX(dxg_processes_lock);
static LIST_HEAD(dxg_processes);

/* Under the lock. DRM counts its clients from 1 on, and never gets here. */
static u64 dxg_last_client = BIT_ULL(62);

static void process_adapter_release(struct dxg_object *obj)
{
	struct dxg_process_adapter *pa = container_of(obj, struct dxg_process_adapter, base);

	dxg_gpuvm_destroy(pa);
	dxg_backing_forget(pa);
	dxg_vidmm_forget_process(pa);
	dxg_usage_remove(pa);
	mutex_lock(&pa->adapter->objects_lock);
	list_del(&pa->adapter_link);
	mutex_unlock(&pa->adapter->objects_lock);
	atomic_dec(&pa->adapter->stats.processes);
	dxg_adapter_put(pa->adapter);
	dxg_process_put(pa->process);
	kfree(pa);
}

/* Consumes the reference of the creation. */
static void process_adapter_retire(struct dxg_object *obj)
{
	struct dxg_process_adapter *pa = container_of(obj, struct dxg_process_adapter, base);

	if (dxg_object_kill(&pa->process->table, obj)) {
		dxg_object_retire_children(&pa->process->table, obj);
		/* Or an allocation that is mapped and its mapping would keep each other. */
		dxg_gpuvm_clear(pa);
		/* What others share of it may keep it for long. */
		dxg_vidmm_forget_process(pa);
		dxg_object_put(obj);
	}
}

static const struct dxg_object_ops process_adapter_ops = {
	.type = DXG_OBJECT_PROCESS_ADAPTER,
	.retire = process_adapter_retire,
	.release = process_adapter_release,
};

static void opening_release(struct dxg_object *obj)
{
	kfree(obj);
}

/* The last opening of an adapter takes the process's devices along. */
static void opening_retire(struct dxg_object *obj)
{
	struct dxg_process_adapter *pa =
		container_of(obj->parent, struct dxg_process_adapter, base);
	struct dxg_process *process = pa->process;
	bool last;

	mutex_lock(&process->lock);
	last = !--pa->opens && !list_empty(&pa->link);
	if (last)
		list_del_init(&pa->link);
	mutex_unlock(&process->lock);

	if (last)
		process_adapter_retire(&pa->base);
	dxg_object_put(obj);
}

static const struct dxg_object_ops opening_ops = {
	.type = DXG_OBJECT_ADAPTER,
	.retire = opening_retire,
	.release = opening_release,
};

static struct dxg_process_adapter *process_adapter_get_locked(struct dxg_process *process,
							      struct dxg_adapter *adapter)
{
	struct dxg_process_adapter *pa;

	lockdep_assert_held(&process->lock);

	list_for_each_entry(pa, &process->adapters, link)
		if (pa->adapter == adapter)
			return pa;

	pa = kzalloc(sizeof(*pa), GFP_KERNEL_ACCOUNT);
	if (!pa)
		return NULL;
	dxg_object_init(&pa->base, &process_adapter_ops, NULL);
	pa->process = process;
	dxg_process_get(process);
	pa->adapter = adapter;
	dxg_adapter_get(adapter);
	INIT_LIST_HEAD(&pa->kept);
	atomic_inc(&adapter->stats.processes);
	list_add_tail(&pa->link, &process->adapters);
	dxg_usage_add(pa);
	mutex_lock(&adapter->objects_lock);
	list_add_tail(&pa->adapter_link, &adapter->processes);
	mutex_unlock(&adapter->objects_lock);
	return pa;
}

/**
 * dxg_process_open_adapter() - Create an opening of an adapter
 * @process: the process
 * @adapter: the adapter
 *
 * Return: the opening, its handle reserved and to be published; -ENOMEM.
 */
struct dxg_object *dxg_process_open_adapter(struct dxg_process *process,
					    struct dxg_adapter *adapter)
{
	struct dxg_process_adapter *pa;
	struct dxg_object *obj;
	int ret;

	obj = kzalloc(sizeof(*obj), GFP_KERNEL_ACCOUNT);
	if (!obj)
		return ERR_PTR(-ENOMEM);

	mutex_lock(&process->lock);
	pa = process_adapter_get_locked(process, adapter);
	if (pa) {
		pa->opens++;
		dxg_object_init(obj, &opening_ops, &pa->base);
	}
	mutex_unlock(&process->lock);
	if (!pa) {
		kfree(obj);
		return ERR_PTR(-ENOMEM);
	}

	ret = dxg_handle_reserve(&process->table, obj);
	if (ret) {
		opening_retire(obj);
		return ERR_PTR(ret);
	}
	return obj;
}

/**
 * dxg_process_adapter_from() - The use of an adapter that an object belongs to
 * @obj: any object
 *
 * Return: the process's use of the adapter, at the top of the tree; counted by @obj.
 */
struct dxg_process_adapter *dxg_process_adapter_from(const struct dxg_object *obj)
{
	while (obj->parent)
		obj = obj->parent;
	return container_of(obj, struct dxg_process_adapter, base);
}

/**
 * dxg_process_lookup_adapter() - Find the adapter of a handle
 * @process: the process
 * @handle: any value
 *
 * Return: the process's use of the adapter, counted by its object; NULL: none.
 */
struct dxg_process_adapter *dxg_process_lookup_adapter(struct dxg_process *process, u32 handle)
{
	struct dxg_object *parent, *obj;

	obj = dxg_handle_lookup(&process->table, handle, DXG_OBJECT_ADAPTER);
	if (!obj)
		return NULL;
	parent = obj->parent;
	dxg_object_get(parent);
	dxg_object_put(obj);
	return container_of(parent, struct dxg_process_adapter, base);
}

/**
 * dxg_process_find_adapter() - Find a process's use of an adapter, if there is one
 * @process: the process
 * @adapter: the adapter
 *
 * Return: the use, counted by its object; NULL: the process has no opening of it.
 */
struct dxg_process_adapter *dxg_process_find_adapter(struct dxg_process *process,
						     struct dxg_adapter *adapter)
{
	struct dxg_process_adapter *pa;

	mutex_lock(&process->lock);
	list_for_each_entry(pa, &process->adapters, link) {
		if (pa->adapter == adapter) {
			dxg_object_get(&pa->base);
			mutex_unlock(&process->lock);
			return pa;
		}
	}
	mutex_unlock(&process->lock);
	return NULL;
}

/**
 * dxg_process_create() - Create a process
 * @only: the adapter of a DRM node's file, or NULL
 *
 * Return: the process with one reference; -ENOMEM.
 */
struct dxg_process *dxg_process_create(struct dxg_adapter *only)
{
	struct dxg_process *process;

	process = kzalloc(sizeof(*process), GFP_KERNEL_ACCOUNT);
	if (!process)
		return ERR_PTR(-ENOMEM);
	process->scratch = kmalloc_array(D3DKMT_MAX_ALLOCATIONS, sizeof(*process->scratch),
					 GFP_KERNEL_ACCOUNT);
	if (!process->scratch) {
		kfree(process);
		return ERR_PTR(-ENOMEM);
	}

	kref_init(&process->kref);
	process->pid = task_tgid_nr(current);
	process->opener = get_pid(task_tgid(current));
	process->memcg = get_mem_cgroup_from_mm(current->mm);
	dxg_handle_table_init(&process->table, DXG_HANDLE_INDEX_MAX);
	mutex_init(&process->lock);
	INIT_LIST_HEAD(&process->adapters);
	spin_lock_init(&process->usage_lock);
	INIT_LIST_HEAD(&process->uses);
	mutex_init(&process->map_lock);
	mutex_init(&process->scratch_lock);
	if (only) {
		dxg_adapter_get(only);
		process->only = only;
	}
	return process;
}

/**
 * dxg_process_get() - Take a reference
 * @process: the process
 */
void dxg_process_get(struct dxg_process *process)
{
	kref_get(&process->kref);
}

static void process_release(struct kref *kref)
{
	struct dxg_process *process = container_of(kref, struct dxg_process, kref);

	dxg_handle_table_fini(&process->table);
	mutex_destroy(&process->lock);
	mutex_destroy(&process->map_lock);
	mutex_destroy(&process->scratch_lock);
	if (process->mm)
		mmdrop(process->mm);
	mem_cgroup_put(process->memcg);
	put_pid(process->opener);
	if (process->only)
		dxg_adapter_put(process->only);
	kfree(process->scratch);
	kfree(process);
}

/**
 * dxg_process_put() - Drop a reference
 * @process: the process
 */
void dxg_process_put(struct dxg_process *process)
{
	kref_put(&process->kref, process_release);
}

/**
 * dxg_process_close() - Destroy all that a process has
 * @process: the process, which no call uses any more; its reference is consumed
 */
void dxg_process_close(struct dxg_process *process)
{
	struct dxg_process_adapter *pa;

	for (;;) {
		mutex_lock(&process->lock);
		pa = list_first_entry_or_null(&process->adapters, struct dxg_process_adapter, link);
		if (pa)
			list_del_init(&pa->link);
		mutex_unlock(&process->lock);
		if (!pa)
			break;
		process_adapter_retire(&pa->base);
	}
	dxg_process_put(process);
}

/**
 * dxg_process_is_current() - Whether the caller may use a process of /dev/dxg
 * @process: the process
 *
 * Return: whether it is the caller's address space.
 */
bool dxg_process_is_current(const struct dxg_process *process)
{
	return process->mm == current->mm;
}

/**
 * dxg_process_bind_mm() - Make sure that mappings go to one address space
 * @process: the process
 *
 * Return: 0; -EPERM: it is bound to another one.
 */
int dxg_process_bind_mm(struct dxg_process *process)
{
	int ret;

	mutex_lock(&process->map_lock);
	if (!process->mm && current->mm) {
		mmgrab(current->mm);
		process->mm = current->mm;
	}
	ret = process->mm && process->mm == current->mm ? 0 : -EPERM;
	mutex_unlock(&process->map_lock);

	return ret;
}

/**
 * dxg_process_open_shared() - Find or create the process of the caller
 *
 * For /dev/dxg; paired with dxg_process_close_shared().
 *
 * Return: the process; -EINVAL: the caller has no address space; -ENOMEM.
 */
struct dxg_process *dxg_process_open_shared(void)
{
	struct dxg_process *process;

	if (!current->mm)
		return ERR_PTR(-EINVAL);

	mutex_lock(&dxg_processes_lock);
	list_for_each_entry(process, &dxg_processes, link)
		if (process->mm == current->mm)
			goto out_unlock;

	process = dxg_process_create(NULL);
	if (IS_ERR(process)) {
		mutex_unlock(&dxg_processes_lock);
		return process;
	}
	mmgrab(current->mm);
	process->mm = current->mm;
	process->client_id = ++dxg_last_client;
	list_add(&process->link, &dxg_processes);

out_unlock:
	process->files++;
	mutex_unlock(&dxg_processes_lock);
	return process;
}

/**
 * dxg_process_close_shared() - Close one file of /dev/dxg
 * @process: its process; the last file destroys what it has
 */
void dxg_process_close_shared(struct dxg_process *process)
{
	bool last;

	mutex_lock(&dxg_processes_lock);
	last = !--process->files;
	if (last)
		list_del(&process->link);
	mutex_unlock(&dxg_processes_lock);

	if (last)
		dxg_process_close(process);
}
