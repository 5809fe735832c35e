// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_device.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sync.h"
#include "dxg_wait.h"

/**
 * DOC: Waits
 *
 * A wait names any number of sync objects, and for a fence the value. It is satisfied by the
 * first or by all of them, and then leaves every object that it is still queued at. Who waits
 * is told by a callback: a thread, killable, an eventfd, or a queue whose next command has
 * to wait. When a sync object is destroyed the first two are told so; a queue goes on to wait,
 * for what is queued elsewhere may still signal it.
 *
 * A fence that has reached its value has, for this wait, even if it is set back. What is
 * taken is taken in the step that ends the wait: all of it or nothing, so that two waits
 * for the same two mutexes never have one each. A wait for one of many takes nothing where a
 * fence has reached its value, and else the first that there is. Who has waited longest is
 * looked at first, but keeps nothing back from others while it needs something else too.
 */

/* The first that there is. Return whether there was one. */
static bool wait_take_one_locked(struct dxg_wait *wait)
{
	u32 i;

	for (i = 0; i < wait->num; i++) {
		struct dxg_sync_object *object = wait->entries[i].sync->object;

		if (dxg_sync_object_is_taken(object) && dxg_sync_object_take_locked(object))
			return true;
	}
	return false;
}

/* All or nothing. The same one may be there twice, and has to be there twice then. */
static bool wait_take_all_locked(struct dxg_wait *wait)
{
	struct dxg_sync_object *object;
	u32 i;

	for (i = 0; i < wait->num; i++) {
		object = wait->entries[i].sync->object;
		if (dxg_sync_object_is_taken(object) && !dxg_sync_object_take_locked(object))
			break;
	}
	if (i == wait->num)
		return true;
	while (i--) {
		object = wait->entries[i].sync->object;
		if (dxg_sync_object_is_taken(object))
			dxg_sync_object_untake_locked(object);
	}
	return false;
}

/* Whether the wait is over; then what it takes has been taken. */
static bool wait_satisfy_locked(struct dxg_wait *wait)
{
	lockdep_assert_held(&wait->adapter->sync_lock);

	if (wait->any)
		return wait->left + wait->takes < wait->num || wait_take_one_locked(wait);
	return !wait->left && (!wait->takes || wait_take_all_locked(wait));
}

/* Take the wait off everything, and tell. */
static void wait_finish_locked(struct dxg_wait *wait, int result)
{
	u32 i;

	lockdep_assert_held(&wait->adapter->sync_lock);

	for (i = 0; i < wait->num; i++)
		list_del_init(&wait->entries[i].link);
	list_del_init(&wait->link);
	wait->over(wait, result);
}

/**
 * dxg_wait_init() - Prepare a wait
 * @wait: the wait, zeroed
 * @adapter: the adapter of all its objects
 * @entries: memory for @num entries, zeroed, the caller's
 * @num: entries
 * @over: as the structure says
 */
void dxg_wait_init(struct dxg_wait *wait, struct dxg_adapter *adapter,
		   struct dxg_wait_entry *entries, u32 num,
		   void (*over)(struct dxg_wait *wait, int result))
{
	u32 i;

	wait->adapter = adapter;
	wait->over = over;
	wait->entries = entries;
	wait->num = num;
	INIT_LIST_HEAD(&wait->link);
	for (i = 0; i < num; i++) {
		entries[i].wait = wait;
		INIT_LIST_HEAD(&entries[i].link);
	}
}

/**
 * dxg_wait_fill() - Look up what is waited for
 * @wait: the wait
 * @device: device of the sync objects
 * @handles: as many handles as the wait has entries
 * @values: and values, which matter for fences
 *
 * Return: 0; -EINVAL: one is no sync object of the device, or a CPU notification; -EACCES:
 * one was created or opened so that nobody waits for it. dxg_wait_fini() then too.
 */
int dxg_wait_fill(struct dxg_wait *wait, struct dxg_device *device, const u32 *handles,
		  const u64 *values)
{
	u32 i;

	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];

		entry->value = values[i];
		entry->sync = dxg_sync_lookup(device, handles[i]);
		if (!entry->sync || entry->sync->object->type == D3DKMT_SYNC_CPU_NOTIFICATION)
			return -EINVAL;
		if (entry->sync->flags & D3DKMT_SYNC_NO_WAIT)
			return -EACCES;
	}
	return 0;
}

/**
 * dxg_wait_fini() - Drop the sync objects of a wait
 * @wait: the wait, not started or over
 *
 * May sleep.
 */
void dxg_wait_fini(struct dxg_wait *wait)
{
	u32 i;

	for (i = 0; i < wait->num; i++)
		if (wait->entries[i].sync)
			dxg_sync_put(wait->entries[i].sync);
}

static int wait_queue_locked(struct dxg_wait *wait)
{
	int result = 0;
	u32 i;

	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];
		struct dxg_sync_object *object = entry->sync->object;

		if (entry->sync->dead && !wait->holds)
			result = -EINVAL;
		if (dxg_sync_object_is_taken(object))
			wait->takes++;
		else if (entry->value > *object->value)
			wait->left++;
		else
			continue;
		list_add_tail(&entry->link, &object->waiters);
	}
	return dxg_adapter_is_removed(wait->adapter) ? -ENODEV : result;
}

/**
 * dxg_wait_start() - Begin to wait
 * @wait: the wait; may be over, and gone, on return
 */
void dxg_wait_start(struct dxg_wait *wait)
{
	/* The wait and all that it holds may be freed as soon as it is over. */
	struct dxg_adapter *adapter = wait->adapter;
	int result;

	dxg_adapter_get(adapter);
	spin_lock(&adapter->sync_lock);
	list_add_tail(&wait->link, &adapter->waits);
	result = wait_queue_locked(wait);
	if (result || wait_satisfy_locked(wait))
		wait_finish_locked(wait, result);
	spin_unlock(&adapter->sync_lock);
	dxg_adapter_put(adapter);
}

/**
 * dxg_wait_cancel() - Do not wait any more
 * @wait: the wait, started
 *
 * Return: whether it was under way. Its callback is not called then; otherwise it has
 * returned.
 */
bool dxg_wait_cancel(struct dxg_wait *wait)
{
	struct dxg_adapter *adapter = wait->adapter;
	bool waiting;
	u32 i;

	spin_lock(&adapter->sync_lock);
	waiting = !list_empty(&wait->link);
	if (waiting) {
		for (i = 0; i < wait->num; i++)
			list_del_init(&wait->entries[i].link);
		list_del_init(&wait->link);
	}
	spin_unlock(&adapter->sync_lock);
	return waiting;
}

/**
 * dxg_wait_cancel_all() - End all waits on an adapter with ENODEV
 * @adapter: the adapter, removed
 */
void dxg_wait_cancel_all(struct dxg_adapter *adapter)
{
	spin_lock(&adapter->sync_lock);
	while (!list_empty(&adapter->waits))
		wait_finish_locked(list_first_entry(&adapter->waits, struct dxg_wait, link),
				   -ENODEV);
	spin_unlock(&adapter->sync_lock);
}

static void wait_reach_fence_locked(struct dxg_sync_object *object)
{
	struct dxg_wait_entry *entry, *next;
	LIST_HEAD(reached);

	/* In two steps: finishing one wait takes others of its entries off the list. */
	list_for_each_entry_safe(entry, next, &object->waiters, link)
		if (entry->value <= *object->value)
			list_move_tail(&entry->link, &reached);
	while (!list_empty(&reached)) {
		entry = list_first_entry(&reached, struct dxg_wait_entry, link);
		list_del_init(&entry->link);
		entry->wait->left--;
		if (wait_satisfy_locked(entry->wait))
			wait_finish_locked(entry->wait, 0);
	}
}

static void wait_reach_taken_locked(struct dxg_sync_object *object)
{
	struct dxg_wait_entry *entry;
	LIST_HEAD(pending);

	/* Who cannot have it yet goes back behind those before him. */
	list_splice_init(&object->waiters, &pending);
	while (*object->value && !list_empty(&pending)) {
		entry = list_first_entry(&pending, struct dxg_wait_entry, link);
		list_move_tail(&entry->link, &object->waiters);
		if (wait_satisfy_locked(entry->wait))
			wait_finish_locked(entry->wait, 0);
	}
	list_splice_tail(&pending, &object->waiters);
}

/**
 * dxg_wait_reach_locked() - End the waits that a new value satisfies
 * @object: the sync object
 */
void dxg_wait_reach_locked(struct dxg_sync_object *object)
{
	lockdep_assert_held(&object->adapter->sync_lock);

	if (dxg_sync_object_is_taken(object))
		wait_reach_taken_locked(object);
	else
		wait_reach_fence_locked(object);
}

/**
 * dxg_wait_end_locked() - End the waits that began by an opening and do not hold
 * @sync: the opening, which goes
 * @error: what they are told
 */
void dxg_wait_end_locked(struct dxg_sync *sync, int error)
{
	struct dxg_wait_entry *entry, *next;
	LIST_HEAD(ended);

	lockdep_assert_held(&sync->object->adapter->sync_lock);

	/* In two steps, as above. */
	list_for_each_entry_safe(entry, next, &sync->object->waiters, link)
		if (entry->sync == sync && !entry->wait->holds)
			list_move_tail(&entry->link, &ended);
	while (!list_empty(&ended)) {
		entry = list_first_entry(&ended, struct dxg_wait_entry, link);
		wait_finish_locked(entry->wait, error);
	}
}

/**
 * struct dxg_cpu_wait - A wait of a thread, or for an eventfd
 * @wait: the wait
 * @done: over; @result is valid
 * @result: 0, or a negative errno
 * @eventfd: who is told, or NULL: the thread at @queue
 * @process: whose pending waits it counts among; with @eventfd; counted
 * @queue: the thread that waits
 * @free_work: frees a wait that nobody waits for; final puts may sleep
 * @num: number of @entries
 * @entries: a wait at each fence
 */
struct dxg_cpu_wait {
	struct dxg_wait wait;
	bool done;
	int result;
	struct eventfd_ctx *eventfd;
	struct dxg_process *process;
	wait_queue_head_t queue;
	struct work_struct free_work;
	u32 num;
	struct dxg_wait_entry entries[] __counted_by(num);
};

static void cpu_wait_free(struct dxg_cpu_wait *cpu)
{
	if (cpu->eventfd)
		eventfd_ctx_put(cpu->eventfd);
	if (cpu->process) {
		atomic_dec(&cpu->process->num_async);
		dxg_process_put(cpu->process);
	}
	dxg_wait_fini(&cpu->wait);
	kvfree(cpu);
}

static void cpu_wait_free_work(struct work_struct *work)
{
	cpu_wait_free(container_of(work, struct dxg_cpu_wait, free_work));
}

static void cpu_wait_over(struct dxg_wait *wait, int result)
{
	struct dxg_cpu_wait *cpu = container_of(wait, struct dxg_cpu_wait, wait);

	cpu->result = result;
	if (!cpu->eventfd) {
		/* The thread frees the wait when it holds the lock again. */
		WRITE_ONCE(cpu->done, true);
		wake_up(&cpu->queue);
		return;
	}
	/* A removal is told too: better to wake up and see than to wait for ever. */
	if (!result || result == -ENODEV)
		eventfd_signal(cpu->eventfd);
	queue_work(dxg_wq, &cpu->free_work);
}

/* Anything else is for queues. */
static int cpu_wait_check(const struct dxg_cpu_wait *cpu)
{
	u32 i;

	for (i = 0; i < cpu->num; i++)
		if (!dxg_sync_is_monitored(cpu->entries[i].sync))
			return -EINVAL;
	return 0;
}

static struct dxg_cpu_wait *cpu_wait_create(struct dxg_device *device,
					    const struct d3dkmt_wait_sync_object_from_cpu *args)
{
	struct dxg_cpu_wait *cpu;
	u32 num = args->object_count;
	u32 *handles;
	u64 *values;
	int ret = -ENOMEM;

	cpu = kvzalloc(struct_size(cpu, entries, num), GFP_KERNEL_ACCOUNT);
	values = kvmalloc_array(num, sizeof(*values) + sizeof(*handles), GFP_KERNEL_ACCOUNT);
	if (!cpu || !values)
		goto err_free;
	handles = (u32 *)(values + num);
	cpu->num = num;
	dxg_wait_init(&cpu->wait, device->adapter, cpu->entries, num, cpu_wait_over);
	cpu->wait.any = args->flags & D3DKMT_WAIT_ANY;
	init_waitqueue_head(&cpu->queue);
	INIT_WORK(&cpu->free_work, cpu_wait_free_work);

	ret = dxg_sync_copy_arrays(args->objects, args->fence_values, num, handles, values) ?:
	      dxg_wait_fill(&cpu->wait, device, handles, values) ?:
	      cpu_wait_check(cpu);
	if (ret)
		goto err_free;
	kvfree(values);
	return cpu;

err_free:
	kvfree(values);
	if (cpu)
		cpu_wait_free(cpu);
	return ERR_PTR(ret);
}

static int cpu_wait_run(struct dxg_cpu_wait *cpu)
{
	int ret;

	dxg_wait_start(&cpu->wait);
	ret = wait_event_interruptible(cpu->queue, READ_ONCE(cpu->done));
	/* Also waits for the callback, which may have this wait still. */
	if (!dxg_wait_cancel(&cpu->wait))
		ret = cpu->result;
	cpu_wait_free(cpu);
	return ret;
}

static int cpu_wait_run_async(struct dxg_cpu_wait *cpu, struct dxg_process *process, int fd)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(fd);

	if (IS_ERR(eventfd)) {
		cpu_wait_free(cpu);
		return -EINVAL;
	}
	cpu->eventfd = eventfd;
	cpu->process = process;
	dxg_process_get(process);
	if (atomic_inc_return(&process->num_async) > DXG_PROCESS_MAX_ASYNC) {
		cpu_wait_free(cpu);
		return -ENOMEM;
	}
	dxg_wait_start(&cpu->wait);
	return 0;
}

/**
 * dxg_ioctl_sync_wait() - D3DKMTWaitForSynchronizationObjectFromCpu
 * @call: struct d3dkmt_wait_sync_object_from_cpu
 *
 * Return: 0; -EINVAL; -EFAULT; -EACCES; -ENOMEM; -ENODEV; -ERESTARTSYS: a signal, and
 * nothing has happened, as the structure says.
 */
int dxg_ioctl_sync_wait(struct dxg_call *call)
{
	const struct d3dkmt_wait_sync_object_from_cpu *args = call->args;
	struct dxg_cpu_wait *cpu;
	struct dxg_device *device;

	if (!args->object_count || args->object_count > D3DKMT_MAX_OBJECTS_WAITED_ON ||
	    args->flags & ~D3DKMT_WAIT_ANY || args->async_event > INT_MAX)
		return -EINVAL;
	device = dxg_device_lookup_present(call->process, args->device);
	if (IS_ERR(device))
		return PTR_ERR(device);
	cpu = cpu_wait_create(device, args);
	dxg_device_put(device);
	if (IS_ERR(cpu))
		return PTR_ERR(cpu);
	if (!args->async_event)
		return cpu_wait_run(cpu);
	return cpu_wait_run_async(cpu, call->process, args->async_event);
}
