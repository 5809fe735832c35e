// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/resource.h>
#include <kunit/test.h>

#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/dxg_drm.h>

#include "../dxg_adapter.h"
#include "dxg_mock.h"
#include "dxg_user.h"

/*
 * What programs of the tests do about sharing. All of them have the file descriptors of the
 * kernel's threads, so that none has to be passed from one to the other.
 */

/**
 * dxg_user_create_shared() - CreateAllocation2 of a resource that can be shared
 * @user: the program; with its device
 * @size: bytes of each allocation
 * @resource: out: handle of the resource
 * @allocs: out: handles
 * @num: how many
 *
 * Return: what the ioctl returns.
 */
long dxg_user_create_shared(struct dxg_user *user, u64 size, u32 *resource, u32 *allocs, u32 num)
{
	u32 flags = D3DKMT_CREATE_RESOURCE | D3DKMT_CREATE_SHARED |
		    D3DKMT_CREATE_NT_SECURITY_SHARING;

	*resource = 0;
	return dxg_user_create_at(user, size, 0, resource, flags, allocs, num);
}

static void user_close_fd_action(void *data)
{
	struct file *file = file_close_fd((unsigned long)data);

	if (file)
		__fput_sync(file);
}

/**
 * dxg_user_share() - ShareObjects
 * @user: the program
 * @resource: handle of the resource
 * @fd: out: the file descriptor, which is closed after the test if it is not before
 *
 * Return: what the ioctl returns.
 */
long dxg_user_share(struct dxg_user *user, u32 resource, u64 *fd)
{
	struct d3dkmt_share_objects args = {
		.object_count = 1,
		.objects = dxg_user_copy(user, &resource, sizeof(resource)),
		.shared_nt_handle = dxg_user_copy(user, NULL, sizeof(*fd)),
	};
	unsigned long va = args.shared_nt_handle;
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_SHARE_OBJECTS, &args);

	*fd = U64_MAX;
	if (ret)
		return ret;
	KUNIT_EXPECT_EQ(user->test, copy_from_user(fd, (void __user *)va, sizeof(*fd)), 0);
	KUNIT_EXPECT_EQ(user->test, kunit_add_action_or_reset(user->test, user_close_fd_action,
							      (void *)(unsigned long)*fd), 0);
	return 0;
}

/**
 * dxg_user_close_fd() - Close a file descriptor
 * @test: the test
 * @fd: of dxg_user_share()
 */
void dxg_user_close_fd(struct kunit *test, u64 fd)
{
	kunit_release_action(test, user_close_fd_action, (void *)(unsigned long)fd);
}

/**
 * dxg_user_query_fd() - QueryResourceInfoFromNtHandle
 * @user: the program; with its device
 * @fd: the file descriptor
 * @args: in: memory for the runtime's private data; out: all
 *
 * Return: what the ioctl returns.
 */
long dxg_user_query_fd(struct dxg_user *user, u64 fd,
		       struct d3dkmt_query_resource_info_from_nt_handle *args)
{
	args->device = user->device;
	args->nt_handle = fd;
	return dxg_user_ioctl(user, D3DKMT_IOCTL_QUERY_RESOURCE_INFO_FROM_NT_HANDLE, args);
}

/**
 * dxg_user_open_fd() - OpenResourceFromNtHandle
 * @user: the program; with its device
 * @fd: the file descriptor
 * @resource: out: handle of the resource
 * @allocs: out: handles
 * @num: how many there are
 *
 * Return: what the ioctl returns.
 */
long dxg_user_open_fd(struct dxg_user *user, u64 fd, u32 *resource, u32 *allocs, u32 num)
{
	u32 private_size = num * sizeof(struct drm_dxg_allocation_private), i;
	struct d3dkmt_open_allocation_info2 *info;
	size_t info_size = num * sizeof(*info);
	struct d3dkmt_open_resource_from_nt_handle args = {
		.device = user->device,
		.nt_handle = fd,
		.num_allocations = num,
		.open_allocation_info = dxg_user_copy(user, NULL, info_size),
		.total_private_driver_data_buffer_size = private_size,
		.total_private_driver_data_buffer = dxg_user_copy(user, NULL, private_size),
	};
	unsigned long va = args.open_allocation_info;
	long ret = dxg_user_ioctl(user, D3DKMT_IOCTL_OPEN_RESOURCE_FROM_NT_HANDLE, &args);

	info = kcalloc(num ?: 1, sizeof(*info), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(user->test, info);
	KUNIT_EXPECT_EQ(user->test, copy_from_user(info, (void __user *)va, info_size), 0);
	for (i = 0; i < num; i++)
		allocs[i] = info[i].allocation;
	*resource = args.resource;
	kfree(info);
	return ret;
}

/**
 * dxg_shared_create() - Have a second program, and a resource that the first can share
 * @test: the test; its priv is the first one
 * @shared: filled in
 * @size: bytes of each allocation
 *
 * Fails the test where that fails.
 */
void dxg_shared_create(struct kunit *test, struct dxg_shared *shared, u64 size)
{
	shared->creator = test->priv;
	shared->mock = shared->creator->mock;
	shared->opener = dxg_user_open_device(shared->mock, DXG_DOOR_NODE);
	KUNIT_ASSERT_EQ(test, dxg_user_create_shared(shared->creator, size, &shared->resource,
						     shared->allocs, DXG_SHARED_NUM), 0);
}

/**
 * dxg_shared_share() - Have a descriptor of it
 * @shared: the resource
 *
 * Fails the test where that fails.
 */
void dxg_shared_share(struct dxg_shared *shared)
{
	KUNIT_ASSERT_EQ(shared->mock->test,
			dxg_user_share(shared->creator, shared->resource, &shared->fd), 0);
}

/**
 * dxg_shared_open() - Have the second program open it
 * @shared: the resource
 *
 * Fails the test where that fails.
 */
void dxg_shared_open(struct dxg_shared *shared)
{
	KUNIT_ASSERT_EQ(shared->mock->test,
			dxg_user_open_fd(shared->opener, shared->fd, &shared->opened,
					 shared->openings, DXG_SHARED_NUM), 0);
}

/**
 * dxg_shared_begin() - All three, and an empty log
 * @test: the test; its priv is the first program
 * @shared: filled in
 * @size: bytes of each allocation
 */
void dxg_shared_begin(struct kunit *test, struct dxg_shared *shared, u64 size)
{
	dxg_shared_create(test, shared, size);
	dxg_shared_share(shared);
	dxg_shared_open(shared);
	dxg_mock_log_reset(shared->mock);
}

/**
 * dxg_shared_destroy() - DestroyAllocation2 of the creator's resource
 * @shared: the resource
 * @flags: D3DKMT_DESTROY_*
 *
 * Return: what the ioctl returns.
 */
long dxg_shared_destroy(struct dxg_shared *shared, u32 flags)
{
	return dxg_user_destroy(shared->creator, shared->resource, NULL, 0, flags);
}

/**
 * dxg_shared_destroy_opened() - DestroyAllocation2 of the opener's
 * @shared: the resource
 * @flags: D3DKMT_DESTROY_*
 *
 * Return: what the ioctl returns.
 */
long dxg_shared_destroy_opened(struct dxg_shared *shared, u32 flags)
{
	return dxg_user_destroy(shared->opener, shared->opened, NULL, 0, flags);
}

/**
 * dxg_shared_end() - Everything that is left of it goes, and then nothing is left
 * @shared: the resource; its programs have no others
 */
void dxg_shared_end(struct dxg_shared *shared)
{
	struct dxg_mock *mock = shared->mock;

	dxg_shared_destroy(shared, D3DKMT_DESTROY_SYNCHRONOUS);
	dxg_shared_destroy_opened(shared, D3DKMT_DESTROY_SYNCHRONOUS);
	dxg_user_close_fd(mock->test, shared->fd);
	dxg_shared_expect_counts(mock, 0, 0, 0);
	KUNIT_EXPECT_EQ(mock->test, mock->resources, 0);
	KUNIT_EXPECT_EQ(mock->test, mock->openings, 0);
	dxg_user_settle(mock);
}

/**
 * dxg_shared_expect_counts() - Fail the test unless so much is alive, at once or soon
 * @mock: the mock
 * @allocations: allocations, each opening for itself
 * @resources: resources, the same
 * @shares: what is shared
 */
void dxg_shared_expect_counts(struct dxg_mock *mock, int allocations, int resources, int shares)
{
	struct dxg_adapter_stats *stats = &mock->adapter->stats;

	/* The last reference may go after the memory is back. */
	dxg_mock_wait(mock, atomic_read(&stats->allocations) == allocations &&
		      atomic_read(&stats->resources) == resources &&
		      atomic_read(&stats->shares) == shares);
}
