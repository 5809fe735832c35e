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
 * A wait names any number of fences and values. It is satisfied by the first or by
 * all of them, and then leaves every fence that it is still queued at. Who waits is
 * told by a callback: a thread, killable, an eventfd, or a queue whose next command has to
 * wait. When a fence is destroyed the first two are told so; a queue goes on to wait, for
 * what is queued elsewhere may still signal the fence.
 */

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
 * @adapter: the adapter of all its fences
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
 * @device: device of the fences
 * @handles: as many handles as the wait has entries
 * @values: and values
 *
 * Return: 0; -EINVAL: one is no sync object of the device; -EACCES: one was created so
 * that nobody waits for it. dxg_wait_fini() then too.
 */
int dxg_wait_fill(struct dxg_wait *wait, struct dxg_device *device, const u32 *handles,
		  const u64 *values)
{
	u32 i;

	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];

		entry->value = values[i];
		entry->sync = dxg_sync_lookup(device, handles[i]);
		if (!entry->sync)
			return -EINVAL;
		if (entry->sync->flags & D3DKMT_SYNC_NO_WAIT)
			return -EACCES;
	}
	return 0;
}

/**
 * dxg_wait_fini() - Drop the fences of a wait
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

/**
 * dxg_wait_start() - Begin to wait
 * @wait: the wait; may be over, and gone, on return
 */
void dxg_wait_start(struct dxg_wait *wait)
{
	/* The wait and all that it holds may be freed as soon as it is over. */
	struct dxg_adapter *adapter = wait->adapter;
	int result = 0;
	u32 i;

	dxg_adapter_get(adapter);
	spin_lock(&adapter->sync_lock);
	for (i = 0; i < wait->num; i++) {
		struct dxg_wait_entry *entry = &wait->entries[i];

		if (entry->sync->dead && !wait->holds)
			result = -EINVAL;
		if (entry->value > *entry->sync->object->value) {
			wait->left++;
			list_add_tail(&entry->link, &entry->sync->object->waiters);
		}
	}
	list_add_tail(&wait->link, &adapter->waits);
	if (dxg_adapter_is_removed(adapter))
		result = -ENODEV;
	if (result || !wait->left || (wait->any && wait->left < wait->num))
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

/**
 * dxg_wait_reach_locked() - End the waits that a fence's new value satisfies
 * @object: the fence
 */
void dxg_wait_reach_locked(struct dxg_sync_object *object)
{
	struct dxg_wait_entry *entry, *next;
	LIST_HEAD(reached);

	lockdep_assert_held(&object->adapter->sync_lock);

	/* In two steps: finishing one wait takes others of its entries off the list. */
	list_for_each_entry_safe(entry, next, &object->waiters, link)
		if (entry->value <= *object->value)
			list_move_tail(&entry->link, &reached);
	while (!list_empty(&reached)) {
		entry = list_first_entry(&reached, struct dxg_wait_entry, link);
		list_del_init(&entry->link);
		if (!--entry->wait->left || entry->wait->any)
			wait_finish_locked(entry->wait, 0);
	}
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

	ret = dxg_sync_copy_arrays(args->objects, args->fence_values, num, handles, values);
	if (!ret)
		ret = dxg_wait_fill(&cpu->wait, device, handles, values);
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
