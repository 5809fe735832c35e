// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/resource.h>
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/**
 * DOC: Users of the tests
 *
 * A test is a program: it opens /dev/dxg or the adapter's render node through the VFS
 * and makes the ioctls of the file, with structures in user memory of the test's own
 * address space. So what is tested is what programs meet, the dispatch included, and
 * nothing of it is exported for that. The files are found in devtmpfs, mounted for
 * the tests alone, so that no user space is needed that would mount it.
 *
 * A file that the test does not close is closed after it, by a thread without an
 * address space, as the kernel closes those of a program that was killed.
 */

/* User memory of a test; handed out in turns, so that calls can overlap. */
#define USER_MEMORY	SZ_1M

static struct vfsmount *user_mount;

/**
 * dxg_user_mount() - Make the device files reachable
 *
 * Return: 0; -ENODEV: the kernel has no devtmpfs; another negative errno.
 */
int dxg_user_mount(void)
{
	struct file_system_type *type = get_fs_type("devtmpfs");
	int ret;

	if (!type)
		return -ENODEV;
	user_mount = kern_mount(type);
	if (!IS_ERR(user_mount))
		return 0;
	ret = PTR_ERR(user_mount);
	user_mount = NULL;
	return ret;
}

/**
 * dxg_user_umount() - Undo dxg_user_mount()
 */
void dxg_user_umount(void)
{
	if (user_mount)
		kern_unmount(user_mount);
	user_mount = NULL;
}

/**
 * dxg_user_suite_init() - &kunit_suite.suite_init where tests use a mock and programs
 * @suite: the suite
 *
 * Return: 0; a negative errno.
 */
int dxg_user_suite_init(struct kunit_suite *suite)
{
	int ret = dxg_user_mount();

	if (ret)
		return ret;
	ret = dxg_mock_register();
	if (ret)
		dxg_user_umount();
	return ret;
}

/**
 * dxg_user_suite_exit() - &kunit_suite.suite_exit of the same
 * @suite: the suite
 */
void dxg_user_suite_exit(struct kunit_suite *suite)
{
	/* Also called where the other one failed. */
	if (!user_mount)
		return;
	dxg_mock_unregister();
	dxg_user_umount();
}

/**
 * dxg_user_init() - &kunit_suite.init where each test has a mock and one program
 * @test: the test; its priv is the program then, on /dev/dxg and with a device
 *
 * Return: 0.
 */
int dxg_user_init(struct kunit *test)
{
	test->priv = dxg_user_open_device(dxg_mock_create(test), DXG_DOOR_MISC);
	return 0;
}

static struct file *user_open_file(struct dxg_mock *mock, enum dxg_door door)
{
	struct path root = { .mnt = user_mount, .dentry = user_mount->mnt_root };
	char name[32] = "dxg";

	if (door == DXG_DOOR_NODE)
		snprintf(name, sizeof(name), "dri/renderD%d", mock->adapter->ddev.render->index);
	return file_open_root(&root, name, O_RDWR, 0);
}

/**
 * dxg_user_close() - Close the file
 * @user: the program
 *
 * Does nothing the second time.
 */
void dxg_user_close(struct dxg_user *user)
{
	struct file *file = user->file;

	user->file = NULL;
	if (file)
		__fput_sync(file);
}

static void user_close_action(void *data)
{
	struct dxg_user *user = data;

	dxg_user_close(user);
	mmdrop(user->mm);
}

static void user_open_adapter(struct dxg_user *user)
{
	struct d3dkmt_open_adapter_from_luid args = {
		.adapter_luid.low = lower_32_bits(user->mock->adapter->luid),
		.adapter_luid.high = upper_32_bits(user->mock->adapter->luid),
	};

	KUNIT_ASSERT_EQ(user->test,
			dxg_user_ioctl(user, D3DKMT_IOCTL_OPEN_ADAPTER_FROM_LUID, &args), 0);
	user->adapter = args.adapter;
}

/**
 * dxg_user_open() - Open the driver and the mock's adapter
 * @mock: the mock
 * @door: where
 *
 * Fails the test where that fails.
 *
 * Return: the program, which is gone after the test.
 */
struct dxg_user *dxg_user_open(struct dxg_mock *mock, enum dxg_door door)
{
	struct kunit *test = mock->test;
	struct dxg_user *user;

	user = kunit_kzalloc(test, sizeof(*user), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, user);
	user->test = test;
	user->mock = mock;
	user->door = door;
	/* Also gives the thread an address space. */
	user->memory = kunit_vm_mmap(test, NULL, 0, USER_MEMORY, PROT_READ | PROT_WRITE,
				     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, user->memory, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(user->memory));
	user->file = user_open_file(mock, door);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, user->file);
	user->mm = current->mm;
	mmgrab(user->mm);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, user_close_action, user), 0);
	user_open_adapter(user);
	return user;
}

/**
 * dxg_user_open_device() - Open the driver, with a device and a context on each node
 * @mock: the mock
 * @door: where
 *
 * Fails the test where that fails.
 *
 * Return: the program.
 */
struct dxg_user *dxg_user_open_device(struct dxg_mock *mock, enum dxg_door door)
{
	struct dxg_user *user = dxg_user_open(mock, door);

	KUNIT_ASSERT_EQ(user->test, dxg_user_create_device(user, &user->device), 0);
	dxg_user_open_contexts(user);
	return user;
}

/**
 * dxg_user_open_contexts() - Create a context on each node
 * @user: the program; with its device
 *
 * Fails the test where that fails.
 */
void dxg_user_open_contexts(struct dxg_user *user)
{
	u32 node;

	for (node = 0; node < DXG_MOCK_NODES; node++)
		KUNIT_ASSERT_EQ(user->test,
				dxg_user_create_context(user, user->device, node,
							&user->contexts[node]), 0);
}

/**
 * dxg_user_copy() - Put something into the program's memory
 * @user: the program
 * @data: what, or NULL: zeroes
 * @size: its bytes; few enough that calls under way find the room
 *
 * Return: its address there.
 */
unsigned long dxg_user_copy(struct dxg_user *user, const void *data, size_t size)
{
	size_t room = ALIGN(size, 8);
	unsigned long va;
	int pos;

	do {
		pos = atomic_read(&user->used);
	} while (atomic_cmpxchg(&user->used, pos,
				pos + room <= USER_MEMORY ? pos + room : room) != pos);
	va = user->memory + (pos + room <= USER_MEMORY ? pos : 0);
	if (data)
		KUNIT_EXPECT_EQ(user->test, copy_to_user((void __user *)va, data, size), 0);
	else
		KUNIT_EXPECT_EQ(user->test, clear_user((void __user *)va, size), 0);
	return va;
}

/**
 * dxg_user_ioctl() - Make a call
 * @user: the program
 * @code: D3DKMT_IOCTL_*, which is translated for the node
 * @args: the structure; what the call leaves in it is copied back
 *
 * Return: what the ioctl returns.
 */
long dxg_user_ioctl(struct dxg_user *user, u32 code, void *args)
{
	size_t size = _IOC_SIZE(code);
	unsigned long va = dxg_user_copy(user, args, size);
	long ret;

	if (user->door == DXG_DOOR_NODE)
		code = D3DKMT_DRM_IOCTL(code);
	ret = user->file->f_op->unlocked_ioctl(user->file, code, va);
	KUNIT_EXPECT_EQ(user->test, copy_from_user(args, (void __user *)va, size), 0);
	return ret;
}

/**
 * dxg_user_create_device() - CreateDevice
 * @user: the program
 * @device: out: the handle
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_device(struct dxg_user *user, u32 *device)
{
	struct d3dkmt_create_device args = { .adapter = user->adapter };
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_DEVICE, &args);

	*device = args.device;
	return ret;
}

/**
 * dxg_user_create_context() - CreateContextVirtual
 * @user: the program
 * @device: handle of the device
 * @node: the node
 * @context: out: the handle
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_context(struct dxg_user *user, u32 device, u32 node, u32 *context)
{
	struct d3dkmt_create_context_virtual args = { .device = device, .node_ordinal = node };
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_CONTEXT_VIRTUAL, &args);

	*context = args.context;
	return ret;
}

/**
 * dxg_user_create_at() - CreateAllocation2 of allocations of any size
 * @user: the program; with its device
 * @size: bytes of each
 * @sys_mem: address of existing system memory for all of them, or 0
 * @resource: in/out: the resource, or NULL
 * @flags: D3DKMT_CREATE_*
 * @allocs: out: handles, 0 where there is none
 * @num: how many
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_at(struct dxg_user *user, u64 size, unsigned long sys_mem, u32 *resource,
			u32 flags, u32 *allocs, u32 num)
{
	struct drm_dxg_allocation_private private = { .size = size };
	struct d3dkmt_create_allocation args = {
		.device = user->device,
		.resource = resource ? *resource : 0,
		.num_allocations = num,
		.flags = flags,
	};
	struct d3dkmt_allocation_info2 *info;
	unsigned long va;
	long ret;
	u32 i;

	info = kcalloc(num ?: 1, sizeof(*info), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(user->test, info);
	for (i = 0; i < num; i++) {
		info[i].private_driver_data = dxg_user_copy(user, &private, sizeof(private));
		info[i].private_driver_data_size = sizeof(private);
		info[i].sys_mem = sys_mem ? sys_mem + i * size : 0;
	}
	va = dxg_user_copy(user, info, num * sizeof(*info));
	args.allocation_info = va;
	ret = dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_ALLOCATION2, &args);
	KUNIT_EXPECT_EQ(user->test,
			copy_from_user(info, (void __user *)va, num * sizeof(*info)), 0);
	for (i = 0; i < num; i++)
		allocs[i] = info[i].allocation;
	if (resource)
		*resource = args.resource;
	kfree(info);
	return ret;
}

/**
 * dxg_user_create() - CreateAllocation2 of one page each
 * @user: the program; with its device
 * @resource: in/out: the resource, or NULL
 * @flags: D3DKMT_CREATE_*
 * @allocs: out: handles, 0 where there is none
 * @num: how many
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create(struct dxg_user *user, u32 *resource, u32 flags, u32 *allocs, u32 num)
{
	return dxg_user_create_at(user, PAGE_SIZE, 0, resource, flags, allocs, num);
}

/**
 * dxg_user_create_sized() - CreateAllocation2 of one stand-alone allocation
 * @user: the program; with its device
 * @size: its bytes
 * @alloc: out: the handle
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_sized(struct dxg_user *user, u64 size, u32 *alloc)
{
	return dxg_user_create_at(user, size, 0, NULL, 0, alloc, 1);
}

/**
 * dxg_user_destroy() - DestroyAllocation2
 * @user: the program; with its device
 * @resource: handle of a resource, or 0
 * @allocs: handles, or NULL
 * @num: how many
 * @flags: D3DKMT_DESTROY_*
 *
 * Return: what the ioctl returns.
 */
long dxg_user_destroy(struct dxg_user *user, u32 resource, const u32 *allocs, u32 num, u32 flags)
{
	struct d3dkmt_destroy_allocation2 args = {
		.device = user->device,
		.resource = resource,
		.allocation_count = num,
		.flags = flags,
	};

	if (allocs)
		args.allocation_list = dxg_user_copy(user, allocs, num * sizeof(*allocs));
	return dxg_user_ioctl(user, D3DKMT_IOCTL_DESTROY_ALLOCATION2, &args);
}

/**
 * dxg_user_lock() - Lock2
 * @user: the program; with its device
 * @alloc: handle of the allocation
 * @va: out: the address
 *
 * Return: what the ioctl returns.
 */
long dxg_user_lock(struct dxg_user *user, u32 alloc, unsigned long *va)
{
	struct d3dkmt_lock2 args = { .device = user->device, .allocation = alloc };
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_LOCK2, &args);

	*va = args.data;
	return ret;
}

/**
 * dxg_user_unlock() - Unlock2
 * @user: the program; with its device
 * @alloc: handle of the allocation
 *
 * Return: what the ioctl returns.
 */
long dxg_user_unlock(struct dxg_user *user, u32 alloc)
{
	struct d3dkmt_unlock2 args = { user->device, alloc };

	return dxg_user_ioctl(user, D3DKMT_IOCTL_UNLOCK2, &args);
}

/**
 * struct user_stream - A command stream
 * @head: head
 * @delay: carries the tag; the mock does not execute it
 * @rest: a fill and a signal at the most
 */
struct user_stream {
	struct drm_dxg_cmd_stream head;
	struct drm_dxg_cmd_delay delay;
	u8 rest[sizeof(struct drm_dxg_cmd_fill) + sizeof(struct drm_dxg_cmd_signal)];
};

static u32 user_stream_build(struct user_stream *stream, const struct dxg_user_command *command)
{
	struct drm_dxg_cmd_fill fill = {
		.base = { DRM_DXG_CMD_FILL, sizeof(fill) },
		.dst = { .kind = DRM_DXG_ADDRESS_ALLOCATION, .base = command->alloc },
		.length = command->length,
		.pattern = command->pattern,
	};
	struct drm_dxg_cmd_signal signal = {
		.base = { DRM_DXG_CMD_SIGNAL, sizeof(signal) },
		.sync_object = command->sync,
		.value = command->value,
	};
	u32 rest = 0;

	*stream = (struct user_stream) {
		.head.magic = DRM_DXG_CMD_STREAM_MAGIC,
		.head.version = DRM_DXG_CMD_STREAM_VERSION,
		.delay.base = { DRM_DXG_CMD_DELAY, sizeof(stream->delay) },
		.delay.duration_ns = command->tag,
	};
	if (command->alloc) {
		memcpy(stream->rest, &fill, sizeof(fill));
		rest += sizeof(fill);
	}
	if (command->sync) {
		memcpy(stream->rest + rest, &signal, sizeof(signal));
		rest += sizeof(signal);
	}
	stream->head.size = offsetof(struct user_stream, rest) + rest;
	return stream->head.size;
}

/**
 * dxg_user_submit_stream() - SubmitCommand of any stream
 * @user: the program
 * @context: handle of the context
 * @stream: the stream
 * @size: its bytes
 *
 * Return: what the ioctl returns.
 */
long dxg_user_submit_stream(struct dxg_user *user, u32 context, const void *stream, u32 size)
{
	struct d3dkmt_submit_command *args = kzalloc(sizeof(*args), GFP_KERNEL);
	long ret;

	KUNIT_ASSERT_NOT_NULL(user->test, args);
	args->broadcast_context_count = 1;
	args->broadcast_context[0] = context;
	args->private_driver_data = dxg_user_copy(user, stream, size);
	args->private_driver_data_size = size;
	ret = dxg_user_ioctl(user, D3DKMT_IOCTL_SUBMIT_COMMAND, args);
	kfree(args);
	return ret;
}

/**
 * dxg_user_submit() - SubmitCommand
 * @user: the program
 * @command: what
 *
 * Return: what the ioctl returns.
 */
long dxg_user_submit(struct dxg_user *user, const struct dxg_user_command *command)
{
	struct user_stream stream;
	u32 size = user_stream_build(&stream, command);

	return dxg_user_submit_stream(user, command->context, &stream, size);
}

/**
 * dxg_user_submit_tag() - SubmitCommand that fills an allocation, or does nothing
 * @user: the program; with the contexts of its device
 * @node: the node
 * @tag: what the mock calls it; the pattern too
 * @alloc: handle of the allocation, or 0
 *
 * Return: what the ioctl returns.
 */
long dxg_user_submit_tag(struct dxg_user *user, u32 node, u64 tag, u32 alloc)
{
	struct dxg_user_command command = {
		.context = user->contexts[node],
		.tag = tag,
		.alloc = alloc,
		.pattern = tag,
		.length = alloc ? PAGE_SIZE : 0,
	};

	return dxg_user_submit(user, &command);
}

/**
 * dxg_user_create_sync() - CreateSynchronizationObject2 of a monitored fence
 * @user: the program; with its device
 * @sync: out: the handle
 * @va: out: address of the value
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_sync(struct dxg_user *user, u32 *sync, unsigned long *va)
{
	struct d3dkmt_create_sync_object2 args = {
		.device = user->device,
		.info.type = D3DKMT_SYNC_MONITORED_FENCE,
	};
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, &args);

	*sync = args.sync_object;
	*va = args.info.fence_value_cpu_va;
	return ret;
}

/**
 * dxg_user_signal() - SignalSynchronizationObjectFromCpu
 * @user: the program; with its device
 * @sync: handle of the sync object
 * @value: new value
 *
 * Return: what the ioctl returns.
 */
long dxg_user_signal(struct dxg_user *user, u32 sync, u64 value)
{
	struct d3dkmt_signal_sync_object_from_cpu args = {
		.device = user->device,
		.object_count = 1,
		.objects = dxg_user_copy(user, &sync, sizeof(sync)),
		.fence_values = dxg_user_copy(user, &value, sizeof(value)),
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_SIGNAL_SYNC_OBJECT_FROM_CPU, &args);
}

/**
 * dxg_user_wait() - WaitForSynchronizationObjectFromCpu
 * @user: the program; with its device
 * @syncs: handles of sync objects
 * @values: their values
 * @num: how many
 * @flags: D3DKMT_WAIT_*
 *
 * Return: what the ioctl returns.
 */
long dxg_user_wait(struct dxg_user *user, const u32 *syncs, const u64 *values, u32 num, u32 flags)
{
	struct d3dkmt_wait_sync_object_from_cpu args = {
		.device = user->device,
		.object_count = num,
		.objects = dxg_user_copy(user, syncs, num * sizeof(*syncs)),
		.fence_values = dxg_user_copy(user, values, num * sizeof(*values)),
		.flags = flags,
	};

	return dxg_user_ioctl(user, D3DKMT_IOCTL_WAIT_SYNC_OBJECT_FROM_CPU, &args);
}

/**
 * dxg_user_is_waiting() - Whether a thread has come to its wait in dxg_user_wait()
 * @user: a program of the adapter
 *
 * Return: whether one of any program has.
 */
bool dxg_user_is_waiting(struct dxg_user *user)
{
	struct dxg_adapter *adapter = user->mock->adapter;
	bool waiting;

	spin_lock(&adapter->sync_lock);
	waiting = !list_empty(&adapter->waits);
	spin_unlock(&adapter->sync_lock);
	return waiting;
}

/**
 * dxg_user_state() - GetDeviceState
 * @user: the program; with its device
 *
 * Return: the execution state; 0: the call failed.
 */
u32 dxg_user_state(struct dxg_user *user)
{
	struct d3dkmt_get_device_state args = {
		.device = user->device,
		.type = D3DKMT_DEVICESTATE_EXECUTION,
	};

	if (dxg_user_ioctl(user, D3DKMT_IOCTL_GET_DEVICE_STATE, &args))
		return 0;
	return args.execution_state;
}

/**
 * dxg_user_read() - Read memory of the program
 * @user: the program
 * @va: the address
 *
 * Return: the 64 bits there; U64_MAX - 1 where reading them is a fault.
 */
u64 dxg_user_read(struct dxg_user *user, unsigned long va)
{
	u64 value;

	if (copy_from_user(&value, (void __user *)va, sizeof(value)))
		return U64_MAX - 1;
	return value;
}

static int user_job_thread(void *data)
{
	struct dxg_user_job *job = data;

	allow_signal(SIGKILL);
	kthread_use_mm(job->user->mm);
	job->result = job->run(job->user, job->data);
	kthread_unuse_mm(job->user->mm);
	mmput(job->user->mm);
	complete(&job->done);
	return 0;
}

/**
 * dxg_user_start() - Start a thread of the program
 * @job: the thread; dxg_user_finish() has to follow
 * @user: the program
 * @run: what it does; must not end the test
 * @data: for @run
 */
void dxg_user_start(struct dxg_user_job *job, struct dxg_user *user,
		    long (*run)(struct dxg_user *user, void *data), void *data)
{
	job->user = user;
	job->run = run;
	job->data = data;
	init_completion(&job->done);
	job->task = kthread_create(user_job_thread, job, "dxg-user");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(user->test, job->task);
	get_task_struct(job->task);
	mmget(user->mm);
	wake_up_process(job->task);
}

/**
 * dxg_user_job_done() - Whether a thread has returned
 * @job: the thread
 *
 * Return: whether it has.
 */
bool dxg_user_job_done(struct dxg_user_job *job)
{
	return completion_done(&job->done);
}

/**
 * dxg_user_finish() - Wait for a thread
 * @job: the thread; it is killed where it does not return for 20 seconds, and the test
 *	fails
 *
 * Return: what it returned.
 */
long dxg_user_finish(struct dxg_user_job *job)
{
	if (!wait_for_completion_timeout(&job->done, 20 * HZ)) {
		KUNIT_FAIL(job->user->test, "a thread hangs");
		dxg_user_kill(job);
		wait_for_completion(&job->done);
	}
	put_task_struct(job->task);
	return job->result;
}

/**
 * dxg_user_kill() - Kill a thread
 * @job: the thread
 */
void dxg_user_kill(struct dxg_user_job *job)
{
	send_sig(SIGKILL, job->task, 1);
}
