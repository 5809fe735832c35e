// SPDX-License-Identifier: MIT
/*
 * The native interface without a kernel: open() and ioctl() are those of this file, which
 * keep a list of calls and hand out numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "object.h"

static struct {
	pthread_mutex_t lock;
	/* Numbers of the operations called, oldest first. */
	unsigned int calls[64], num_calls;
	/* The next call of this operation fails with this, so many times. */
	unsigned int fail_nr, fail_times;
	int fail_error;
	uint32_t handle;
	/* What all fences have. */
	uint64_t value;
	/* Result and value of MakeResident. */
	int pending;
	/* The eventfds of waits, and fences made. */
	unsigned int waits, fences;
} kernel = { .lock = PTHREAD_MUTEX_INITIALIZER };

int open(const char *path, int flags, ...)
{
	(void)path;
	(void)flags;
	return dup(0);
}

static int operate(unsigned int nr, void *args)
{
	switch (nr) {
	case 0x01:
		((struct d3dkmt_open_adapter_from_luid *)args)->adapter = ++kernel.handle;
		return 0;
	case 0x02:
		((struct d3dkmt_create_device *)args)->device = ++kernel.handle;
		return 0;
	case 0x04:
		((struct d3dkmt_create_context_virtual *)args)->context = ++kernel.handle;
		return 0;
	case 0x06: {
		struct d3dkmt_create_allocation *create = args;
		struct d3dkmt_allocation_info2 *infos =
			(struct d3dkmt_allocation_info2 *)(uintptr_t)create->allocation_info;
		unsigned int i;

		for (i = 0; i < create->num_allocations; i++)
			infos[i].allocation = ++kernel.handle;
		create->resource = create->flags & D3DKMT_CREATE_RESOURCE ? ++kernel.handle : 0;
		return 0;
	}
	case 0x07: {
		struct d3dkmt_create_paging_queue *queue = args;

		queue->paging_queue = ++kernel.handle;
		queue->sync_object = ++kernel.handle;
		queue->fence_value_cpu_va = (uintptr_t)&kernel.value;
		return 0;
	}
	case 0x0b:
		((struct d3dkmt_make_resident *)args)->paging_fence_value = 7;
		((struct d3dkmt_make_resident *)args)->num_bytes_to_trim = 4096;
		return kernel.pending;
	case 0x10: {
		struct d3dkmt_create_sync_object2 *fence = args;

		kernel.fences++;
		fence->sync_object = ++kernel.handle;
		fence->info.fence_value_cpu_va = (uintptr_t)&kernel.value;
		return 0;
	}
	case 0x14: {
		struct d3dkmt_enum_adapters2 *list = args;
		struct d3dkmt_adapter_info *infos =
			(struct d3dkmt_adapter_info *)(uintptr_t)list->adapters;
		unsigned int i;

		list->num_adapters = 2;
		for (i = 0; i < 2; i++) {
			infos[i].adapter = ++kernel.handle;
			infos[i].adapter_luid.low = 100 + i;
			infos[i].adapter_luid.high = -1;
		}
		return 0;
	}
	case 0x3a:
		kernel.waits++;
		return 0;
	}
	return 0;
}

int ioctl(int fd, unsigned long code, ...)
{
	unsigned int nr = _IOC_NR(code);
	va_list list;
	void *args;
	int ret;

	(void)fd;
	va_start(list, code);
	args = va_arg(list, void *);
	va_end(list);

	pthread_mutex_lock(&kernel.lock);
	if (kernel.num_calls < 64)
		kernel.calls[kernel.num_calls++] = nr;
	if (kernel.fail_times && kernel.fail_nr == nr) {
		kernel.fail_times--;
		if (nr == 0x0b)
			operate(nr, args);
		errno = kernel.fail_error;
		ret = -1;
	} else {
		ret = operate(nr, args);
	}
	pthread_mutex_unlock(&kernel.lock);
	return ret;
}

static void fail(unsigned int nr, int error, unsigned int times)
{
	kernel.fail_nr = nr;
	kernel.fail_error = error;
	kernel.fail_times = times;
}

/* How often an operation was called since the last look; forgets all calls. */
static unsigned int called(unsigned int nr)
{
	unsigned int i, n = 0;

	for (i = 0; i < kernel.num_calls; i++)
		n += kernel.calls[i] == nr;
	kernel.num_calls = 0;
	return n;
}

static struct dxg_device *new_device(void)
{
	struct dxg_luid luid = { .low = 100, .high = -1 };
	struct dxg_adapter *adapter = NULL;
	struct dxg_device *device = NULL;

	CHECK_EQ(dxg_adapter_open_luid(luid, &adapter), 0);
	CHECK_EQ(dxg_device_create(adapter, &device), 0);
	dxg_adapter_close(adapter);
	called(0);
	return device;
}

static const struct dxg_allocation_desc page = { .size = 4096 };

static void enumerates_and_keeps_nothing_open(void)
{
	struct dxg_luid luids[4];
	unsigned int count = 4;

	called(0);
	CHECK_EQ(dxg_enumerate(luids, &count), 0);
	CHECK_EQ(count, 2);
	CHECK_EQ(luids[1].low, 101);
	CHECK_EQ(luids[1].high, -1);
	CHECK_EQ(called(0x15), 2);
	count = 0;
	CHECK_EQ(dxg_enumerate(NULL, &count), 0);
	CHECK_EQ(count, 2);
	count = 1;
	CHECK_EQ(dxg_enumerate(luids, &count), -EOVERFLOW);
	CHECK_EQ(count, 2);
	fail(0x14, ENOMEM, 1);
	CHECK_EQ(dxg_enumerate(luids, &count), -ENOMEM);
	CHECK_EQ(dxg_enumerate(luids, NULL), -EINVAL);
}

static void opens_the_first_adapter(void)
{
	struct dxg_adapter *adapter;

	called(0);
	CHECK_EQ(dxg_adapter_open("/dev/dxg", &adapter), 0);
	CHECK_EQ(called(0x15), 1);
	dxg_adapter_close(adapter);
	CHECK_EQ(called(0x15), 1);
	/* Not a node of this driver: the version's name is empty. */
	CHECK_EQ(dxg_adapter_open("/dev/dri/renderD128", &adapter), -ENODEV);
	CHECK_EQ(dxg_adapter_open(NULL, &adapter), -EINVAL);
	fail(0x01, EINVAL, 1);
	CHECK_EQ(dxg_adapter_open_luid((struct dxg_luid){ 1, 1 }, &adapter), -EINVAL);
	dxg_adapter_close(NULL);
}

static void parents_go_with_their_last_child(void)
{
	struct dxg_device *device = new_device();
	struct dxg_context *context;
	struct dxg_fence *fence;

	CHECK_EQ(dxg_context_create(device, 0, &context), 0);
	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	dxg_device_destroy(device);
	dxg_context_destroy(context);
	CHECK_EQ(called(0x19), 0);
	dxg_fence_destroy(fence);
	CHECK_EQ(kernel.num_calls, 3);
	CHECK_EQ(kernel.calls[0], 0x1d);
	CHECK_EQ(kernel.calls[1], 0x19);
	CHECK_EQ(kernel.calls[2], 0x15);
	dxg_device_destroy(NULL);
	dxg_context_destroy(NULL);
	dxg_fence_destroy(NULL);
	dxg_paging_queue_destroy(NULL);
}

static void signals_do_not_end_calls(void)
{
	struct dxg_device *device = new_device();
	enum dxg_device_state state;

	fail(0x0e, EINTR, 3);
	CHECK_EQ(dxg_device_get_state(device, &state), 0);
	CHECK_EQ(called(0x0e), 4);
	dxg_device_destroy(device);
}

static void failures_leave_nothing(void)
{
	struct dxg_allocation *list[3], *imported;
	struct dxg_device *device = new_device(), *other;
	struct dxg_allocation_desc descs[3] = { page, page, page };
	struct dxg_paging_queue *queue;
	struct dxg_resource *resource;
	struct dxg_context *context;
	struct dxg_fence *fence;

	fail(0x02, ENODEV, 1);
	CHECK_EQ(dxg_device_create(device->adapter, &other), -ENODEV);
	fail(0x04, EINVAL, 1);
	CHECK_EQ(dxg_context_create(device, 9, &context), -EINVAL);
	fail(0x06, ENOMEM, 2);
	CHECK_EQ(dxg_allocation_create(device, descs, 3, list), -ENOMEM);
	CHECK_EQ(dxg_resource_create(device, descs, 3, 0, &resource), -ENOMEM);
	fail(0x07, ENOMEM, 1);
	CHECK_EQ(dxg_paging_queue_create(device, &queue), -ENOMEM);
	fail(0x10, EPERM, 1);
	CHECK_EQ(dxg_fence_create(device, 0, &fence), -EPERM);
	fail(_IOC_NR(DRM_IOCTL_DXG_IMPORT), EBUSY, 1);
	CHECK_EQ(dxg_allocation_import(device, 0, &imported), -EBUSY);
	fail(0x41, EINVAL, 1);
	CHECK_EQ(dxg_resource_open(device, 0, &resource), -EINVAL);
	fail(0x42, EINVAL, 1);
	CHECK_EQ(dxg_resource_open(device, 0, &resource), -EINVAL);
	called(0);
	dxg_device_destroy(device);
	CHECK_EQ(called(0x19), 1);
}

static void bad_batches_reach_no_kernel(void)
{
	struct dxg_device *device = new_device(), *other = new_device();
	struct dxg_allocation_desc descs[2] = { page, page };
	struct dxg_allocation *list[2], *foreign, *mixed[3];
	struct dxg_resource *resource;
	char memory[8];

	descs[1].memory = memory;
	CHECK_EQ(dxg_allocation_create(device, descs, 2, list), -EINVAL);
	descs[0].memory = memory;
	descs[1].flags = DXG_ALLOCATION_READ_ONLY;
	CHECK_EQ(dxg_allocation_create(device, descs, 2, list), -EINVAL);
	descs[0].memory = NULL;
	descs[0].flags = DXG_ALLOCATION_READ_ONLY;
	CHECK_EQ(dxg_allocation_create(device, descs, 1, list), -EINVAL);
	descs[0].flags = 1 << 9;
	CHECK_EQ(dxg_allocation_create(device, descs, 1, list), -EINVAL);
	CHECK_EQ(dxg_allocation_create(device, &page, 0, list), -EINVAL);
	CHECK_EQ(dxg_allocation_create(device, &page, DXG_BATCH_MAX + 1, list), -EINVAL);
	CHECK_EQ(dxg_allocation_create(device, NULL, 1, list), -EINVAL);
	CHECK_EQ(dxg_resource_create(device, &page, 1, 2, &resource), -EINVAL);
	CHECK_EQ(called(0x06), 0);

	descs[0] = page;
	descs[1] = page;
	CHECK_EQ(dxg_allocation_create(device, descs, 2, list), 0);
	CHECK_EQ(dxg_allocation_create(other, &page, 1, &foreign), 0);
	CHECK_EQ(dxg_resource_create(device, &page, 1, 0, &resource), 0);
	called(0);
	mixed[0] = list[0];
	mixed[1] = foreign;
	CHECK_EQ(dxg_allocation_destroy(mixed, 2, 0), -EINVAL);
	CHECK_EQ(dxg_evict(mixed, 2, NULL), -EINVAL);
	mixed[1] = dxg_resource_allocation(resource, 0);
	CHECK_EQ(dxg_allocation_destroy(mixed, 2, 0), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(list, 2, 4), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(list, DXG_BATCH_MAX + 1, 0), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(NULL, 1, 0), -EINVAL);
	CHECK(!dxg_resource_allocation(resource, 1));
	CHECK_EQ(called(0x13), 0);

	/* What the kernel refuses stays, holes are passed over. */
	fail(0x13, EINVAL, 1);
	CHECK_EQ(dxg_allocation_destroy(list, 2, 0), -EINVAL);
	mixed[1] = NULL;
	mixed[2] = list[1];
	CHECK_EQ(dxg_allocation_destroy(mixed, 3, DXG_DESTROY_SYNCHRONOUS), 0);
	CHECK_EQ(dxg_allocation_destroy(mixed, 0, 0), 0);
	CHECK_EQ(dxg_allocation_destroy(&foreign, 1, 0), 0);
	CHECK_EQ(dxg_resource_destroy(resource, 4), -EINVAL);
	CHECK_EQ(dxg_resource_destroy(resource, 0), 0);
	CHECK_EQ(dxg_resource_destroy(NULL, 0), 0);
	dxg_device_destroy(device);
	dxg_device_destroy(other);
}

static void large_batches_have_room(void)
{
	static struct dxg_allocation_desc descs[DXG_BATCH_MAX];
	static struct dxg_allocation *list[DXG_BATCH_MAX];
	static enum dxg_residency where[DXG_BATCH_MAX];
	struct dxg_device *device = new_device();
	unsigned int i;

	for (i = 0; i < DXG_BATCH_MAX; i++)
		descs[i].size = 4096 + i;
	CHECK_EQ(dxg_allocation_create(device, descs, DXG_BATCH_MAX, list), 0);
	CHECK_EQ(dxg_allocation_size(list[1023]), 4096 + 1023);
	CHECK_EQ(dxg_allocation_handle(list[1023]) - dxg_allocation_handle(list[0]), 1023);
	CHECK_EQ(dxg_get_residency(list, DXG_BATCH_MAX, where), 0);
	CHECK_EQ(dxg_get_residency(list, DXG_BATCH_MAX + 1, where), -EINVAL);
	CHECK_EQ(dxg_get_residency(list, 0, where), -EINVAL);
	CHECK_EQ(dxg_allocation_destroy(list, DXG_BATCH_MAX, 0), 0);
	dxg_device_destroy(device);
}

static void residency_says_what_is_pending(void)
{
	struct dxg_device *device = new_device();
	struct dxg_allocation *allocation;
	struct dxg_paging_queue *queue;
	uint64_t value = 1, trim = 1;

	CHECK_EQ(dxg_allocation_create(device, &page, 1, &allocation), 0);
	CHECK_EQ(dxg_paging_queue_create(device, &queue), 0);
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 0, &value, &trim), 0);
	CHECK_EQ(value, 0);
	CHECK_EQ(trim, 0);
	kernel.pending = D3DKMT_STATUS_PENDING;
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 0, &value, NULL), 0);
	CHECK_EQ(value, 7);
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 0, NULL, NULL), 0);
	kernel.pending = 0;
	fail(0x0b, ENOMEM, 1);
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 0, &value, &trim), -ENOMEM);
	CHECK_EQ(trim, 4096);
	CHECK_EQ(dxg_make_resident(queue, &allocation, 1, 2, &value, &trim), -EINVAL);
	CHECK_EQ(dxg_offer(&allocation, 1, DXG_OFFER_LOW, 2), -EINVAL);
	kernel.value = 7;
	CHECK_EQ(dxg_paging_queue_wait(queue, 7, 0), 0);
	CHECK_EQ(dxg_paging_queue_wait(queue, 8, 0), -ETIMEDOUT);
	kernel.value = 0;
	dxg_paging_queue_destroy(queue);
	dxg_allocation_destroy(&allocation, 1, 0);
	dxg_device_destroy(device);
}

static void waits_end_at_their_deadline(void)
{
	struct dxg_device *device = new_device();
	struct dxg_fence *fences[2];
	uint64_t values[2] = { 1, 1 };
	int64_t start;

	CHECK_EQ(dxg_fence_create(device, 0, &fences[0]), 0);
	CHECK_EQ(dxg_fence_create(device, 0, &fences[1]), 0);
	called(0);
	kernel.fences = 0;
	kernel.value = 0;
	kernel.waits = 0;
	CHECK_EQ(dxg_fence_wait(fences, values, 1, 0, 0), -ETIMEDOUT);
	CHECK_EQ(kernel.num_calls, 0);
	start = dxg_now();
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, start + 20000000), -ETIMEDOUT);
	CHECK(dxg_now() - start >= 20000000);
	/* What was given up was ended by a signal. */
	CHECK_EQ(kernel.waits, 1);
	CHECK_EQ(kernel.fences, 1);
	CHECK_EQ(called(0x31), 1);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, DXG_WAIT_ANY, dxg_now() + 1000000),
		 -ETIMEDOUT);
	/* The fence that does so is used again. */
	CHECK_EQ(kernel.fences, 1);
	fail(0x3a, ENODEV, 1);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, dxg_now() + 1000000000), -ENODEV);
	kernel.value = 1;
	called(0);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 0, 0), 0);
	CHECK_EQ(kernel.num_calls, 0);
	values[0] = 2;
	CHECK_EQ(dxg_fence_wait(fences, values, 2, DXG_WAIT_ANY, 0), 0);
	CHECK_EQ(dxg_fence_wait(fences, values, 2, 2, 0), -EINVAL);
	CHECK_EQ(dxg_fence_wait(fences, values, 0, 0, 0), -EINVAL);
	CHECK_EQ(dxg_fence_wait(fences, NULL, 1, 0, 0), -EINVAL);
	CHECK_EQ(dxg_fence_notify(fences, values, 1, 0, 0), -EINVAL);
	CHECK_EQ(dxg_fence_signal(fences, values, 33), -EINVAL);
	dxg_fence_destroy(fences[0]);
	dxg_fence_destroy(fences[1]);
	dxg_device_destroy(device);
	kernel.value = 0;
}

static void *wait_some(void *arg)
{
	struct dxg_fence *fence = arg;
	uint64_t value = 1;
	unsigned int i;

	for (i = 0; i < 20; i++)
		dxg_fence_wait(&fence, &value, 1, 0, dxg_now() + 200000);
	return NULL;
}

static void threads_have_waiters_of_their_own(void)
{
	struct dxg_device *device = new_device();
	struct dxg_fence *fence;
	pthread_t threads[4];
	unsigned int i;

	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	kernel.fences = 0;
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, wait_some, fence);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK(kernel.fences >= 1 && kernel.fences <= 4);
	dxg_fence_destroy(fence);
	dxg_device_destroy(device);
}

/* A child gives memory back and leaves the parent's objects alone. */
static void children_of_fork_call_nothing(void)
{
	struct dxg_device *device = new_device();
	struct dxg_allocation *allocation;
	struct dxg_resource *resource;
	struct dxg_fence *fence;
	int status = 1;
	pid_t child;

	CHECK_EQ(dxg_allocation_create(device, &page, 1, &allocation), 0);
	CHECK_EQ(dxg_resource_create(device, &page, 1, 0, &resource), 0);
	CHECK_EQ(dxg_fence_create(device, 0, &fence), 0);
	called(0);
	child = fork();
	if (!child) {
		dxg_fence_destroy(fence);
		dxg_allocation_destroy(&allocation, 1, 0);
		dxg_resource_destroy(resource, 0);
		dxg_device_destroy(device);
		_exit(kernel.num_calls);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	dxg_fence_destroy(fence);
	dxg_allocation_destroy(&allocation, 1, 0);
	dxg_resource_destroy(resource, 0);
	dxg_device_destroy(device);
	CHECK_EQ(kernel.num_calls, 5);
}

int main(void)
{
	run(enumerates_and_keeps_nothing_open);
	run(opens_the_first_adapter);
	run(parents_go_with_their_last_child);
	run(signals_do_not_end_calls);
	run(failures_leave_nothing);
	run(bad_batches_reach_no_kernel);
	run(large_batches_have_room);
	run(residency_says_what_is_pending);
	run(waits_end_at_their_deadline);
	run(threads_have_waiters_of_their_own);
	run(children_of_fork_call_nothing);
	return report();
}
