// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_enum.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"

/**
 * DOC: Enumeration and queries
 *
 * /dev/dxg shows all adapters, a DRM node its own. An adapter's LUID is the time of
 * its attachment, made unique: it is never seen twice before the next boot, also
 * when the module is loaded again, so nobody opens by mistake what has taken the
 * place of the adapter it knew. A counter in the module would start again.
 *
 * Who uses an adapter is said with the rights that /proc has: a program sees those of its
 * user and its pid namespace, and others if it could look into them anyway. Refused: all of
 * them, as WDDM does. What a user's programs do with the GPU is not for other users, nor
 * for containers, to see.
 *
 * Answers are the truth. The adapters render and are software devices, they have
 * no display sources, and one that is not on a PCI bus has no PCI ids.
 */

/* The lock covers the list and the last LUID. */
static DEFINE_MUTEX(dxg_adapters_lock);
static LIST_HEAD(dxg_adapters);
static u64 dxg_last_luid;

/**
 * dxg_enum_add() - Show an adapter
 * @adapter: the adapter, ready
 */
void dxg_enum_add(struct dxg_adapter *adapter)
{
	mutex_lock(&dxg_adapters_lock);
	dxg_last_luid = max(dxg_last_luid + 1, ktime_get_boottime_ns());
	adapter->luid = dxg_last_luid;
	list_add_tail(&adapter->link, &dxg_adapters);
	mutex_unlock(&dxg_adapters_lock);
}

/**
 * dxg_enum_remove() - Show an adapter no more
 * @adapter: the adapter
 */
void dxg_enum_remove(struct dxg_adapter *adapter)
{
	mutex_lock(&dxg_adapters_lock);
	list_del_init(&adapter->link);
	mutex_unlock(&dxg_adapters_lock);
}

static struct d3dkmt_luid enum_luid(const struct dxg_adapter *adapter)
{
	return (struct d3dkmt_luid) {
		.low = lower_32_bits(adapter->luid),
		.high = upper_32_bits(adapter->luid),
	};
}

static bool enum_visible_locked(struct dxg_process *process, struct dxg_adapter *adapter)
{
	lockdep_assert_held(&dxg_adapters_lock);

	return !dxg_adapter_is_removed(adapter) &&
	       (!process->only || process->only == adapter);
}

static u32 enum_count_locked(struct dxg_process *process)
{
	struct dxg_adapter *adapter;
	u32 count = 0;

	list_for_each_entry(adapter, &dxg_adapters, link)
		count += enum_visible_locked(process, adapter);
	return count;
}

static struct dxg_object *enum_open(struct dxg_call *call, struct dxg_adapter *adapter)
{
	struct dxg_object *opening = dxg_process_open_adapter(call->process, adapter);

	if (!IS_ERR(opening))
		dxg_call_add(call, opening);
	return opening;
}

/* Fewer than were counted: one that is being removed leaves when it likes. */
static int enum_open_all_locked(struct dxg_call *call, struct d3dkmt_adapter_info *info, u32 count,
				u32 *num)
{
	struct dxg_adapter *adapter;
	struct dxg_object *opening;

	list_for_each_entry(adapter, &dxg_adapters, link) {
		if (*num == count)
			break;
		if (!enum_visible_locked(call->process, adapter))
			continue;
		opening = enum_open(call, adapter);
		if (IS_ERR(opening))
			return PTR_ERR(opening);
		info[*num].adapter = opening->handle;
		info[*num].adapter_luid = enum_luid(adapter);
		++*num;
	}
	return 0;
}

/* Open every adapter there is, if all fit. */
static int enum_adapters(struct dxg_call *call, u64 user, u32 *num)
{
	struct d3dkmt_adapter_info *info = NULL;
	u32 count;
	int ret = 0;

	mutex_lock(&dxg_adapters_lock);
	count = enum_count_locked(call->process);
	if (count > *num) {
		ret = -EOVERFLOW;
		goto out_unlock;
	}
	info = kcalloc(count, sizeof(*info), GFP_KERNEL);
	if (!info) {
		ret = -ENOMEM;
		goto out_unlock;
	}
	*num = 0;
	ret = enum_open_all_locked(call, info, count, num);
out_unlock:
	mutex_unlock(&dxg_adapters_lock);

	if (!ret && copy_to_user(u64_to_user_ptr(user), info, array_size(*num, sizeof(*info))))
		ret = -EFAULT;
	kfree(info);
	return ret;
}

static int enum_count(struct dxg_call *call, u32 *num)
{
	mutex_lock(&dxg_adapters_lock);
	*num = enum_count_locked(call->process);
	mutex_unlock(&dxg_adapters_lock);
	return 0;
}

/**
 * dxg_ioctl_adapter_enum2() - D3DKMTEnumAdapters2
 * @call: struct d3dkmt_enum_adapters2
 *
 * Return: 0; -EINVAL; -EOVERFLOW; -EFAULT; -ENOMEM, as the structure says.
 */
int dxg_ioctl_adapter_enum2(struct dxg_call *call)
{
	struct d3dkmt_enum_adapters2 *args = call->args;

	if (!args->adapters)
		return enum_count(call, &args->num_adapters);
	if (args->num_adapters > D3DKMT_MAX_ENUM_ADAPTERS)
		return -EINVAL;
	return enum_adapters(call, args->adapters, &args->num_adapters);
}

/**
 * dxg_ioctl_adapter_enum3() - D3DKMTEnumAdapters3
 * @call: struct d3dkmt_enum_adapters3
 *
 * Return: 0; -EINVAL; -EOVERFLOW; -EFAULT; -ENOMEM, as the structure says.
 */
int dxg_ioctl_adapter_enum3(struct dxg_call *call)
{
	struct d3dkmt_enum_adapters3 *args = call->args;

	if (args->filter & ~(D3DKMT_ENUM_INCLUDE_COMPUTE_ONLY | D3DKMT_ENUM_INCLUDE_DISPLAY_ONLY))
		return -EINVAL;
	if (args->num_adapters > D3DKMT_MAX_ENUM_ADAPTERS3)
		return -EINVAL;
	if (!args->adapters || !args->num_adapters)
		return enum_count(call, &args->num_adapters);
	return enum_adapters(call, args->adapters, &args->num_adapters);
}

static struct dxg_adapter *enum_find_locked(struct dxg_process *process,
					    const struct d3dkmt_luid *luid)
{
	u64 value = (u64)(u32)luid->high << 32 | luid->low;
	struct dxg_adapter *adapter;

	lockdep_assert_held(&dxg_adapters_lock);

	list_for_each_entry(adapter, &dxg_adapters, link)
		if (adapter->luid == value && enum_visible_locked(process, adapter))
			return adapter;
	return NULL;
}

/**
 * dxg_enum_find() - Find an adapter without opening it
 * @process: who asks
 * @luid: any value
 *
 * Return: the adapter with a reference; NULL: none that the process sees.
 */
struct dxg_adapter *dxg_enum_find(struct dxg_process *process, const struct d3dkmt_luid *luid)
{
	struct dxg_adapter *adapter;

	mutex_lock(&dxg_adapters_lock);
	adapter = enum_find_locked(process, luid);
	if (adapter)
		dxg_adapter_get(adapter);
	mutex_unlock(&dxg_adapters_lock);
	return adapter;
}

/**
 * dxg_ioctl_adapter_open_from_luid() - D3DKMTOpenAdapterFromLuid
 * @call: struct d3dkmt_open_adapter_from_luid
 *
 * Return: 0; -EINVAL: no such adapter; -ENOMEM.
 */
int dxg_ioctl_adapter_open_from_luid(struct dxg_call *call)
{
	struct d3dkmt_open_adapter_from_luid *args = call->args;
	struct dxg_object *opening = ERR_PTR(-EINVAL);
	struct dxg_adapter *adapter;

	mutex_lock(&dxg_adapters_lock);
	adapter = enum_find_locked(call->process, &args->adapter_luid);
	if (adapter)
		opening = enum_open(call, adapter);
	mutex_unlock(&dxg_adapters_lock);

	if (IS_ERR(opening))
		return PTR_ERR(opening);
	args->adapter = opening->handle;
	return 0;
}

/**
 * dxg_ioctl_adapter_close() - D3DKMTCloseAdapter
 * @call: struct d3dkmt_close_adapter
 *
 * Return: 0; -EINVAL: no such handle.
 */
int dxg_ioctl_adapter_close(struct dxg_call *call)
{
	struct d3dkmt_close_adapter *args = call->args;
	struct dxg_object *opening;

	if (!args->adapter)
		return 0;
	opening = dxg_handle_retire(&call->process->table, args->adapter, DXG_OBJECT_ADAPTER);
	if (!opening)
		return -EINVAL;
	opening->ops->retire(opening);
	return 0;
}

/**
 * struct query_buffer - Where a query reads and writes
 * @user: the caller's buffer
 * @size: its bytes
 */
struct query_buffer {
	void __user *user;
	u32 size;
};

static int query_put(const struct query_buffer *buffer, const void *data, size_t size)
{
	if (buffer->size < size)
		return -EINVAL;
	return copy_to_user(buffer->user, data, size) ? -EFAULT : 0;
}

static int query_segment_size(struct dxg_adapter *adapter, const struct query_buffer *buffer)
{
	struct d3dkmt_segment_size_info info = {
		.dedicated_video_memory_size = adapter->caps.segment_size,
		.shared_system_memory_size = (u64)totalram_pages() << PAGE_SHIFT >> 1,
	};

	return query_put(buffer, &info, sizeof(info));
}

static int query_address(struct dxg_adapter *adapter, const struct query_buffer *buffer)
{
	struct d3dkmt_adapter_address address = { U32_MAX, U32_MAX, U32_MAX };

	if (adapter->pci) {
		address.bus = adapter->pci_address[0];
		address.device = adapter->pci_address[1];
		address.function = adapter->pci_address[2];
	}
	return query_put(buffer, &address, sizeof(address));
}

static int query_device_ids(struct dxg_adapter *adapter, const struct query_buffer *buffer)
{
	struct d3dkmt_query_device_ids ids = {};

	if (buffer->size < sizeof(ids))
		return -EINVAL;
	if (get_user(ids.physical_adapter_index, (u32 __user *)buffer->user))
		return -EFAULT;
	if (ids.physical_adapter_index)
		return -EINVAL;
	ids.bus_type = D3DKMT_BUS_TYPE_INTERNAL;
	if (adapter->pci) {
		ids.vendor_id = adapter->pci_ids[0];
		ids.device_id = adapter->pci_ids[1];
		ids.sub_vendor_id = adapter->pci_ids[2];
		ids.sub_system_id = adapter->pci_ids[3];
		ids.revision_id = adapter->pci_ids[4];
		ids.bus_type = D3DKMT_BUS_TYPE_PCI;
	}
	return query_put(buffer, &ids, sizeof(ids));
}

static int query_description(struct dxg_adapter *adapter, const struct query_buffer *buffer)
{
	struct d3dkmt_driver_description *description;
	size_t i;
	int ret;

	description = kzalloc(sizeof(*description), GFP_KERNEL);
	if (!description)
		return -ENOMEM;
	/* Names of drivers and devices are ASCII, which is UTF-16 as it stands. */
	for (i = 0; adapter->description[i]; i++)
		description->driver_description[i] = adapter->description[i];
	ret = query_put(buffer, description, sizeof(*description));
	kfree(description);
	return ret;
}

static int query_u32(u32 value, const struct query_buffer *buffer)
{
	return query_put(buffer, &value, sizeof(value));
}

static int query_info(struct dxg_adapter *adapter, u32 type, const struct query_buffer *buffer)
{
	switch (type) {
	case D3DKMT_QAI_SEGMENT_SIZE:
		return query_segment_size(adapter, buffer);
	case D3DKMT_QAI_ADAPTER_ADDRESS:
		return query_address(adapter, buffer);
	case D3DKMT_QAI_DRIVER_VERSION:
		return query_u32(D3DKMT_DRIVER_VERSION_WDDM_2_7, buffer);
	case D3DKMT_QAI_ADAPTER_TYPE:
	case D3DKMT_QAI_ADAPTER_TYPE_RENDER:
		return query_u32(D3DKMT_ADAPTER_TYPE_RENDER_SUPPORTED |
				 D3DKMT_ADAPTER_TYPE_SOFTWARE_DEVICE, buffer);
	case D3DKMT_QAI_PHYSICAL_ADAPTER_COUNT:
		return query_u32(1, buffer);
	case D3DKMT_QAI_PHYSICAL_ADAPTER_DEVICE_IDS:
		return query_device_ids(adapter, buffer);
	case D3DKMT_QAI_DRIVER_DESCRIPTION:
	case D3DKMT_QAI_DRIVER_DESCRIPTION_RENDER:
		return query_description(adapter, buffer);
	case D3DKMT_QAI_WDDM_2_7_CAPS:
		return query_u32(0, buffer);
	default:
		return -EINVAL;
	}
}

/**
 * dxg_ioctl_adapter_query_info() - D3DKMTQueryAdapterInfo
 * @call: struct d3dkmt_query_adapter_info
 *
 * Return: 0; -EINVAL; -EFAULT; -ENOMEM; -ENODEV, as the structure says.
 */
int dxg_ioctl_adapter_query_info(struct dxg_call *call)
{
	const struct d3dkmt_query_adapter_info *args = call->args;
	const struct query_buffer buffer = {
		.user = u64_to_user_ptr(args->private_driver_data),
		.size = args->private_driver_data_size,
	};
	struct dxg_process_adapter *pa;
	int ret = -ENODEV;

	if (!args->private_driver_data || !buffer.size || buffer.size > D3DKMT_MAX_PRIVATE_DATA)
		return -EINVAL;
	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	if (!dxg_adapter_is_removed(pa->adapter))
		ret = query_info(pa->adapter, args->type, &buffer);
	dxg_object_put(&pa->base);
	return ret;
}

/* Processes that may have come while memory was allocated for those that were there. */
#define ENUM_PROCESSES_SPARE	16

/* 0: it has gone, or is not for the caller to see. */
static pid_t enum_process_pid(const struct dxg_process *process, bool all)
{
	struct task_struct *task;
	pid_t pid = 0;

	rcu_read_lock();
	task = pid_task(process->opener, PIDTYPE_TGID);
	if (task && (all || uid_eq(task_euid(task), current_euid())))
		pid = pid_vnr(process->opener);
	rcu_read_unlock();
	return pid;
}

/* How many there are, of which the first @room are in @pids. */
static u32 enum_pids(struct dxg_adapter *adapter, pid_t *pids, u32 room, bool all)
{
	struct dxg_process_adapter *pa;
	u32 num = 0;
	pid_t pid;

	mutex_lock(&adapter->objects_lock);
	list_for_each_entry(pa, &adapter->processes, adapter_link) {
		pid = enum_process_pid(pa->process, all);
		if (!pid)
			continue;
		if (num < room)
			pids[num] = pid;
		num++;
	}
	mutex_unlock(&adapter->objects_lock);
	return num;
}

static int enum_compare_pids(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

/* A process may have opened a node several times. */
static u32 enum_unique_pids(pid_t *pids, u32 num)
{
	u32 i, unique = 0;

	sort(pids, num, sizeof(*pids), enum_compare_pids, NULL);
	for (i = 0; i < num; i++)
		if (!unique || pids[i] != pids[unique - 1])
			pids[unique++] = pids[i];
	return unique;
}

static pid_t *enum_processes(struct dxg_adapter *adapter, u32 *num)
{
	bool all = ns_capable(task_active_pid_ns(current)->user_ns, CAP_SYS_PTRACE);
	pid_t *pids;
	u32 room;

	for (;;) {
		room = atomic_read(&adapter->stats.processes) + ENUM_PROCESSES_SPARE;
		pids = kvmalloc_array(room, sizeof(*pids), GFP_KERNEL_ACCOUNT);
		if (!pids)
			return ERR_PTR(-ENOMEM);
		*num = enum_pids(adapter, pids, room, all);
		if (*num <= room)
			break;
		kvfree(pids);
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
	}
	*num = enum_unique_pids(pids, *num);
	return pids;
}

static int enum_processes_put(struct dxg_call *call, const pid_t *pids, u32 num)
{
	struct d3dkmt_enum_processes *args = call->args;
	struct d3dkmt_enum_processes __user *user = call->user_args;
	bool count = !args->buffer || !args->buffer_count;
	u64 room = args->buffer_count;

	args->buffer_count = num;
	if (count)
		return 0;
	if (num > room)
		return put_user((u64)num, &user->buffer_count) ?: -EOVERFLOW;
	return copy_to_user(u64_to_user_ptr(args->buffer), pids,
			    array_size(num, sizeof(*pids))) ? -EFAULT : 0;
}

/**
 * dxg_ioctl_process_enum() - D3DKMTEnumProcesses
 * @call: struct d3dkmt_enum_processes
 *
 * Return: 0; -EINVAL; -EOVERFLOW; -EFAULT; -ENOMEM, as the structure says; -EINTR: killed.
 */
int dxg_ioctl_process_enum(struct dxg_call *call)
{
	const struct d3dkmt_enum_processes *args = call->args;
	struct dxg_adapter *adapter;
	pid_t *pids;
	u32 num;
	int ret;

	adapter = dxg_enum_find(call->process, &args->adapter_luid);
	if (!adapter)
		return -EINVAL;
	pids = enum_processes(adapter, &num);
	dxg_adapter_put(adapter);
	if (IS_ERR(pids))
		return PTR_ERR(pids);
	ret = enum_processes_put(call, pids, num);
	kvfree(pids);
	return ret;
}
