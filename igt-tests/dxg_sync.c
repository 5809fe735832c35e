// SPDX-License-Identifier: MIT
/*
 * Monitored fences: creation, destruction, and signals from the CPU.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Monitored fences and their signals from the CPU.");

#define PAGE	4096
#define MANY	1500	/* values that no single page holds */

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)
#define TEST_DRM(name, run, text) IGT_DXG_TEST_AT(IGT_DXG_DRM_DOORS, name, text, run)

/* Creation with every field said. */
static int create(struct igt_dxg *dxg, struct d3dkmt_create_sync_object2 *args)
{
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_CREATE_SYNC_OBJECT2, args);
}

static struct d3dkmt_create_sync_object2 good_fence(uint32_t device)
{
	return (struct d3dkmt_create_sync_object2) {
		.device = device,
		.info.type = D3DKMT_SYNC_MONITORED_FENCE,
	};
}

/* --- creation ------------------------------------------------------------ */

static void test_create(struct igt_dxg *dxg)
{
	static const uint64_t initial[] = { 0, 1, 0x100000000, UINT64_MAX - 1, UINT64_MAX };
	struct d3dkmt_create_sync_object2 args;
	uint32_t device = igt_dxg_create_device(dxg);

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(initial); i++) {
		args = good_fence(device);
		args.info.initial_fence_value = initial[i];
		args.info.fence_value_gpu_va = 5;
		args.info.shared_handle = 7;
		igt_assert_eq(create(dxg, &args), 0);
		igt_assert_neq_u32(args.sync_object, 0);
		igt_assert_eq_u64(args.info.fence_value_gpu_va, 0);
		igt_assert_eq_u32(args.info.shared_handle, 7);
		igt_assert_eq_u64(args.info.fence_value_cpu_va % 8, 0);
		igt_assert_eq_u64(*(uint64_t *)(uintptr_t)args.info.fence_value_cpu_va,
				  initial[i]);
		igt_dxg_destroy_fence(dxg, args.sync_object);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_flags(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t flags;
		int ret;
	} cases[] = {
		{ 0, 0 },
		{ D3DKMT_SYNC_TOP_OF_PIPELINE, 0 },
		{ D3DKMT_SYNC_NO_SIGNAL, 0 },
		{ D3DKMT_SYNC_NO_WAIT, 0 },
		{ D3DKMT_SYNC_NO_SIGNAL_MAX_VALUE_ON_TDR, 0 },
		{ D3DKMT_SYNC_NO_GPU_ACCESS, 0 },
		{ D3DKMT_SYNC_NO_WAIT | D3DKMT_SYNC_NO_GPU_ACCESS, 0 },
		{ D3DKMT_SYNC_SHARED, -EINVAL },
		{ D3DKMT_SYNC_NT_SECURITY_SHARING, -EINVAL },
		{ D3DKMT_SYNC_CROSS_ADAPTER, -EINVAL },
		{ D3DKMT_SYNC_NT_SECURITY_SHARING | D3DKMT_SYNC_CROSS_ADAPTER, -EINVAL },
		{ D3DKMT_SYNC_SHARED | D3DKMT_SYNC_CROSS_ADAPTER, -EINVAL },
		{ D3DKMT_SYNC_SHARED | D3DKMT_SYNC_NT_SECURITY_SHARING, 0 },
		{ D3DKMT_SYNC_SHARED | D3DKMT_SYNC_NT_SECURITY_SHARING |
		  D3DKMT_SYNC_CROSS_ADAPTER, -EPERM },
		{ D3DKMT_SYNC_SIGNAL_BY_KMD, -EINVAL },
	};
	struct d3dkmt_create_sync_object2 args;
	uint32_t device = igt_dxg_create_device(dxg);
	int ret;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		args = good_fence(device);
		args.info.flags = cases[i].flags;
		ret = create(dxg, &args);
		igt_assert_f(ret == cases[i].ret, "flags %#x: %d\n", cases[i].flags, ret);
	}
	for (int bit = 9; bit < 32; bit++) {
		args = good_fence(device);
		args.info.flags = 1U << bit;
		igt_assert_eq(create(dxg, &args), -EINVAL);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_types(struct igt_dxg *dxg)
{
	static const struct {
		uint32_t type;
		int ret;
	} cases[] = {
		{ 0, -EINVAL },
		{ D3DKMT_SYNC_MUTEX, 0 },
		{ D3DKMT_SYNC_SEMAPHORE, -EINVAL },
		{ D3DKMT_SYNC_FENCE, 0 },
		{ D3DKMT_SYNC_CPU_NOTIFICATION, -EINVAL },
		{ D3DKMT_SYNC_PERIODIC_MONITORED_FENCE, -EPERM },
		{ 7, -EINVAL },
		{ 0xffffffff, -EINVAL },
	};
	struct d3dkmt_create_sync_object2 args;
	uint32_t device = igt_dxg_create_device(dxg);
	int ret;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(cases); i++) {
		args = good_fence(device);
		args.info.type = cases[i].type;
		ret = create(dxg, &args);
		igt_assert_f(ret == cases[i].ret, "type %u: %d\n", cases[i].type, ret);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_affinity(struct igt_dxg *dxg)
{
	struct d3dkmt_create_sync_object2 args;
	uint32_t device = igt_dxg_create_device(dxg);

	for (uint32_t affinity = 0; affinity < 4; affinity++) {
		args = good_fence(device);
		args.info.engine_affinity = affinity;
		igt_assert_eq(create(dxg, &args), affinity < 2 ? 0 : -EINVAL);
	}
	args = good_fence(device);
	args.info.engine_affinity = 0x80000001;
	igt_assert_eq(create(dxg, &args), -EINVAL);

	/* what is ignored, is */
	args = good_fence(device);
	args.pad0 = 1;
	args.pad1 = 1;
	args.info.pad = 1;
	args.info.pad1 = 1;
	memset(args.info.reserved, 0xff, sizeof(args.info.reserved));
	igt_assert_eq(create(dxg, &args), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_bad_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), dead = igt_dxg_create_device(dxg);
	uint32_t bad[] = {
		0, dead, dxg->adapter, igt_dxg_create_allocation(dxg, device, PAGE),
		igt_dxg_create_context(dxg, device), device | 1, 0xffffffff,
	};
	struct d3dkmt_create_sync_object2 args;

	igt_dxg_destroy_device(dxg, dead);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++) {
		args = good_fence(bad[i]);
		igt_assert_eq(create(dxg, &args), -EINVAL);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* Each fence has a value of its own, however many there are. */
static void test_many(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[MANY];
	const uint64_t *value[MANY];

	for (int i = 0; i < MANY; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, i, &value[i]);
	for (int i = 0; i < MANY; i += 3)
		igt_dxg_signal(dxg, device, fence[i], i + 100000);
	for (int i = 0; i < MANY; i++)
		igt_assert_eq_u64(igt_dxg_fence_value(value[i]), i % 3 ? i : i + 100000);
	for (int i = 0; i < MANY; i += 2)
		igt_dxg_destroy_fence(dxg, fence[i]);
	for (int i = 1; i < MANY; i += 2)
		igt_assert_eq_u64(igt_dxg_fence_value(value[i]), i % 3 ? i : i + 100000);
	igt_dxg_destroy_device(dxg, device);
}

/* --- the value ----------------------------------------------------------- */

static uint64_t *writable_value;

static void write_value(struct igt_dxg_child *child __attribute__((unused)),
			struct igt_dxg *dxg __attribute__((unused)))
{
	signal(SIGSEGV, SIG_DFL);
	__atomic_store_n(writable_value, 77, __ATOMIC_SEQ_CST);
}

/* Nobody but the driver writes it: not here, not in a child, not after mprotect(). */
static void test_read_only(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child;
	const uint64_t *value;
	void *page;
	int status;

	igt_dxg_create_fence(dxg, device, 5, &value);
	writable_value = (uint64_t *)(uintptr_t)value;
	page = (void *)((uintptr_t)value & ~(PAGE - 1UL));
	igt_assert_eq(igt_dxg_touch(writable_value, false), 0);
	igt_assert_eq(igt_dxg_touch(writable_value, true), SIGSEGV);
	igt_assert_eq(mprotect(page, PAGE, PROT_READ | PROT_WRITE), -1);
	igt_assert_eq(igt_dxg_touch(writable_value, true), SIGSEGV);

	igt_dxg_child_start(&child, dxg, write_value);
	status = igt_dxg_child_end(&child, 5000);
	igt_assert(WIFSIGNALED(status));
	igt_assert_eq(WTERMSIG(status), SIGSEGV);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	igt_dxg_destroy_device(dxg, device);
}

/* What else is in the value's page tells nothing of others. */
static void test_page(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	const uint64_t *value, *page;

	igt_dxg_create_fence(dxg, device, 0, &value);
	page = (const uint64_t *)((uintptr_t)value & ~(PAGE - 1UL));
	for (int i = 0; i < PAGE / 8; i++)
		igt_assert_eq_u64(page[i], 0);
	igt_dxg_destroy_device(dxg, device);
}

static void foreign_create(struct igt_dxg_child *child __attribute__((unused)),
			   struct igt_dxg *dxg)
{
	struct d3dkmt_create_sync_object2 args;
	uint32_t device = igt_dxg_create_device(dxg);

	/* the file's values are mapped in its first address space */
	args = good_fence(device);
	igt_assert_eq(create(dxg, &args), -EPERM);
	igt_dxg_destroy_device(dxg, device);
}

static void test_foreign(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct igt_dxg_child child;
	const uint64_t *value;

	igt_dxg_create_fence(dxg, device, 3, &value);
	igt_dxg_child_start(&child, dxg, foreign_create);
	igt_dxg_child_join(&child);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 3);
	igt_dxg_create_fence(dxg, device, 4, &value);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 4);
	igt_dxg_destroy_device(dxg, device);
}

/* --- destruction --------------------------------------------------------- */

static void test_destroy(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL), child;
	uint32_t bad[] = {
		0, 1, 0xffffffff, device, dxg->adapter, igt_dxg_create_context(dxg, device),
		igt_dxg_create_allocation(dxg, device, PAGE),
		igt_dxg_create_resource(dxg, device, PAGE, 1, &child),
		fence | 1, fence ^ (3U << 30),
	};
	uint64_t one = 1;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(__igt_dxg_destroy_fence(dxg, bad[i]), -EINVAL);
	igt_dxg_signal(dxg, device, fence, 1);
	igt_dxg_destroy_fence(dxg, fence);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, fence), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &one, 1, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_wait(dxg, device, &fence, &one, 1, 0, 0), -EINVAL);
	igt_dxg_destroy_device(dxg, device);
}

static void test_destroy_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);

	igt_dxg_destroy_device(dxg, device);
	igt_assert_eq(__igt_dxg_destroy_fence(dxg, fence), -EINVAL);
}

struct pair {
	struct igt_dxg *dxg;
	uint32_t fence;
};

static int do_destroy(void *data)
{
	struct pair *pair = data;

	return __igt_dxg_destroy_fence(pair->dxg, pair->fence);
}

static void test_destroy_race(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	struct pair pair = { .dxg = dxg };
	int ret[2];

	for (unsigned int i = 0; i < igt_dxg_scale(300); i++) {
		pair.fence = igt_dxg_create_fence(dxg, device, 0, NULL);
		igt_dxg_race(do_destroy, do_destroy, &pair, i, ret);
		igt_assert_eq(ret[0] + ret[1], -EINVAL);
		igt_assert_eq(ret[0] * ret[1], 0);
	}
	igt_dxg_destroy_device(dxg, device);
}

/* --- signals ------------------------------------------------------------- */

static void test_signal(struct igt_dxg *dxg)
{
	static const uint64_t values[] = { 1, 2, 2, 100, 0x100000000, UINT64_MAX, UINT64_MAX };
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;

	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(values); i++) {
		igt_dxg_signal(dxg, device, fence, values[i]);
		igt_assert_eq_u64(igt_dxg_fence_value(value), values[i]);
		igt_dxg_wait(dxg, device, fence, values[i]);
	}
	igt_dxg_destroy_device(dxg, device);
}

static void test_backward(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;
	uint64_t low = 4;
	int event;

	fence = igt_dxg_create_fence(dxg, device, 5, &value);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &low, 1, 0), -EINVAL);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 5);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &low, 1,
				       D3DKMT_SIGNAL_ALLOW_FENCE_REWIND), 0);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 4);
	/* what was reached once must be reached again */
	event = igt_dxg_wait_event(dxg, device, fence, 5);
	igt_assert(!igt_dxg_event_fired(event, 20));
	igt_dxg_signal(dxg, device, fence, 5);
	igt_assert(igt_dxg_event_fired(event, 1000));
	close(event);
	igt_dxg_destroy_device(dxg, device);
}

static void test_signal_flags(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;
	uint64_t one = 1;

	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	for (int bit = 0; bit < 32; bit++) {
		if (1U << bit == D3DKMT_SIGNAL_ALLOW_FENCE_REWIND)
			continue;
		igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &one, 1, 1U << bit), -EINVAL);
	}
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_dxg_destroy_device(dxg, device);
}

static void test_signal_count(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[33];
	const uint64_t *value[33];
	uint64_t values[33];

	for (int i = 0; i < 33; i++) {
		fence[i] = igt_dxg_create_fence(dxg, device, 0, &value[i]);
		values[i] = i + 1;
	}
	igt_assert_eq(__igt_dxg_signal(dxg, device, fence, values, 0, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, fence, values, 33, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, fence, values, 0xffffffff, 0), -EINVAL);
	for (int i = 0; i < 33; i++)
		igt_assert_eq_u64(igt_dxg_fence_value(value[i]), 0);
	igt_assert_eq(__igt_dxg_signal(dxg, device, fence, values, 32, 0), 0);
	for (int i = 0; i < 33; i++)
		igt_assert_eq_u64(igt_dxg_fence_value(value[i]), i < 32 ? i + 1 : 0);
	igt_dxg_destroy_device(dxg, device);
}

#define SEVERAL	5

/* Several fences, of which @bad is made wrong: none may change. */
static void refuse_signal(struct igt_dxg *dxg, uint32_t device, const uint32_t fence[SEVERAL],
			  const uint64_t *const value[SEVERAL], uint32_t bad_fence,
			  uint64_t bad_value, int error)
{
	static const int places[] = { 0, 2, SEVERAL - 1 };
	uint64_t values[SEVERAL];
	uint32_t list[SEVERAL];

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(places); i++) {
		memcpy(list, fence, sizeof(list));
		for (int j = 0; j < SEVERAL; j++)
			values[j] = 20;
		if (bad_fence != ~0U)
			list[places[i]] = bad_fence;
		values[places[i]] = bad_value;
		igt_assert_eq(__igt_dxg_signal(dxg, device, list, values, SEVERAL, 0), error);
		for (int j = 0; j < SEVERAL; j++)
			igt_assert_eq_u64(igt_dxg_fence_value(value[j]), 10);
	}
}

static void test_all_or_nothing(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence[SEVERAL], dead, forbidden;
	const uint64_t *value[SEVERAL];

	for (int i = 0; i < SEVERAL; i++)
		fence[i] = igt_dxg_create_fence(dxg, device, 10, &value[i]);
	dead = igt_dxg_create_fence(dxg, device, 0, NULL);
	igt_dxg_destroy_fence(dxg, dead);
	igt_assert_eq(__igt_dxg_create_fence(dxg, device, D3DKMT_SYNC_NO_SIGNAL, 0, &forbidden,
					     NULL), 0);

	refuse_signal(dxg, device, fence, value, ~0U, 9, -EINVAL);
	refuse_signal(dxg, device, fence, value, dead, 20, -EINVAL);
	refuse_signal(dxg, device, fence, value, 0, 20, -EINVAL);
	refuse_signal(dxg, device, fence, value, device, 20, -EINVAL);
	refuse_signal(dxg, device, fence, value, fence[0] | 1, 20, -EINVAL);
	refuse_signal(dxg, device, fence, value, igt_dxg_create_allocation(dxg, device, PAGE), 20,
		      -EINVAL);
	refuse_signal(dxg, device, fence, value, forbidden, 20, -EACCES);
	igt_dxg_destroy_device(dxg, device);
}

static void test_signal_pointers(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, *fences;
	char *edge = (char *)igt_dxg_edge() + PAGE;
	const uint64_t *value;
	uint64_t one = 1, *values = (uint64_t *)edge - 1;

	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	fences = (uint32_t *)edge - 1;
	*fences = fence;
	*values = 1;
	igt_assert_eq(__igt_dxg_signal(dxg, device, NULL, &one, 1, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, NULL, 1, 0), -EINVAL);
	igt_assert_eq(__igt_dxg_signal(dxg, device, (uint32_t *)edge, &one, 1, 0), -EFAULT);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, (uint64_t *)edge, 1, 0), -EFAULT);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, values, 2, 0), -EFAULT);
	*values = 1;
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, values, 1, 0), 0);
	*fences = fence;
	igt_assert_eq(__igt_dxg_signal(dxg, device, fences, &one, 1, 0), 0);
	igt_dxg_edge_free(edge - PAGE);
	igt_dxg_destroy_device(dxg, device);
}

static void test_signal_device(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), other = igt_dxg_create_device(dxg);
	uint32_t bad[] = { 0, other, dxg->adapter, 0xffffffff, device | 1 };
	const uint64_t *value;
	uint64_t one = 1;
	uint32_t fence;

	fence = igt_dxg_create_fence(dxg, device, 0, &value);
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(bad); i++)
		igt_assert_eq(__igt_dxg_signal(dxg, bad[i], &fence, &one, 1, 0), -EINVAL);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_dxg_destroy_device(dxg, other);
	igt_dxg_destroy_device(dxg, device);
}

static void test_no_signal(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;
	uint64_t one = 1;

	igt_assert_eq(__igt_dxg_create_fence(dxg, device, D3DKMT_SYNC_NO_SIGNAL, 0, &fence,
					     &value), 0);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &one, 1, 0), -EACCES);
	igt_assert_eq(__igt_dxg_signal(dxg, device, &fence, &one, 1,
				       D3DKMT_SIGNAL_ALLOW_FENCE_REWIND), -EACCES);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 0);
	igt_dxg_destroy_device(dxg, device);
}

/* What the engine may not touch the CPU may. */
static void test_no_gpu_access(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence;
	const uint64_t *value;

	igt_assert_eq(__igt_dxg_create_fence(dxg, device, D3DKMT_SYNC_NO_GPU_ACCESS, 0, &fence,
					     &value), 0);
	igt_dxg_signal(dxg, device, fence, 1);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_assert_eq_u64(igt_dxg_fence_value(value), 1);
	igt_dxg_destroy_device(dxg, device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("create", test_create, "A fence has its first value."),
	TEST("flags", test_flags, "Each flag is taken or refused as documented."),
	TEST("types", test_types, "Other types are refused as documented."),
	TEST("affinity", test_affinity, "The affinity is 0 or 1."),
	TEST("bad-device", test_bad_device, "What is not a device is refused."),
	TEST("many", test_many, "Many fences have a value each."),
	TEST("read-only", test_read_only, "The value cannot be written from user space."),
	TEST("page", test_page, "The page of a value shows nothing else."),
	TEST_DRM("foreign", test_foreign, "Another address space cannot create on the file."),
	TEST("destroy", test_destroy, "Fences are destroyed once, other objects not at all."),
	TEST("destroy-device", test_destroy_device, "A fence goes with its device."),
	IGT_DXG_TEST_LONG("destroy-race", "Of two destructions of one fence exactly one succeeds.",
			  test_destroy_race),
	TEST("signal", test_signal, "Signals raise the value."),
	TEST("backward", test_backward, "Only a rewinding signal lowers the value."),
	TEST("signal-flags", test_signal_flags, "Other flags of a signal are refused."),
	TEST("signal-count", test_signal_count, "A signal names 1 to 32 fences."),
	TEST("all-or-nothing", test_all_or_nothing, "A signal that is wrong changes no fence."),
	TEST("signal-pointers", test_signal_pointers, "Bad pointers of a signal are refused."),
	TEST("signal-device", test_signal_device, "A signal wants the fences' device."),
	TEST("no-signal", test_no_signal, "A fence with NoSignal refuses signals."),
	TEST("no-gpu-access", test_no_gpu_access, "A fence with NoGpuAccess serves the CPU."),
	TEST(NULL, NULL, NULL)
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
