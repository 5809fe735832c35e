// SPDX-License-Identifier: MIT
/*
 * What QueryStatistics says of adapters, segments, engines and the caller.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "dxg_evict.h"
#include "dxg_igt.h"
#include "dxg_igt_proc.h"

IGT_TEST_DESCRIPTION("Statistics of dxg.");

#define SIZE		(4 * PAGE)
#define WAIT_MS		10000
/* Three have room beside the ballast, and a fourth has not. */
#define ITEM		(64 * KIB)

#define DEVICE		D3DKMT_STATISTICS_SEGMENT_DEVICE
#define SYSTEM		D3DKMT_STATISTICS_SEGMENT_SYSTEM
#define LOCAL		D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL
#define NON_LOCAL	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL
#define COPY_NODE	0
#define PAGING_NODE	1
#define TICKS_PER_MS	10000

#define TEST(name, run, text)	IGT_DXG_TEST(name, text, run)

/* A type that is answered: the bytes of its structure, and how many ids it has; 0: no id. */
static const struct answered {
	uint32_t type;
	size_t size;
	uint32_t ids;
} answered[] = {
	{ D3DKMT_QUERYSTATISTICS_ADAPTER, sizeof(struct d3dkmt_statistics_adapter), 0 },
	{ D3DKMT_QUERYSTATISTICS_PROCESS, sizeof(struct d3dkmt_statistics_process), 0 },
	{ D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER,
	  sizeof(struct d3dkmt_statistics_process_adapter), 0 },
	{ D3DKMT_QUERYSTATISTICS_SEGMENT, sizeof(struct d3dkmt_statistics_segment), 2 },
	{ D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT,
	  sizeof(struct d3dkmt_statistics_process_segment), 2 },
	{ D3DKMT_QUERYSTATISTICS_NODE, sizeof(struct d3dkmt_statistics_node), 2 },
	{ D3DKMT_QUERYSTATISTICS_PROCESS_NODE,
	  sizeof(struct d3dkmt_statistics_process_node), 2 },
	{ D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP,
	  sizeof(struct d3dkmt_statistics_process_segment_group), 2 },
};

static const uint32_t refused_types[] = {
	D3DKMT_QUERYSTATISTICS_VIDPNSOURCE, D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE,
	D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	1U << 31, UINT32_MAX,
};

/* A query whose answer would be seen in each of its bytes. */
static void query_init(const struct igt_dxg *dxg, struct d3dkmt_query_statistics *args,
		       uint32_t type, uint32_t id)
{
	memset(args, 0xa5, sizeof(*args));
	args->type = type;
	args->adapter_luid = dxg->luid;
	args->process = 0;
	args->id = id;
}

static int query(const struct igt_dxg *dxg, struct d3dkmt_query_statistics *args)
{
	return igt_dxg_ioctl(dxg, D3DKMT_IOCTL_QUERY_STATISTICS, args);
}

static bool is_zero(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return !size;
}

/* Ask; all that the type's structure does not have is 0, and the question is left. */
static void ask(const struct igt_dxg *dxg, uint32_t type, uint32_t id, void *result)
{
	struct d3dkmt_query_statistics args, before;
	size_t size = 0;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(answered); i++)
		if (answered[i].type == type)
			size = answered[i].size;
	igt_assert(size);
	query_init(dxg, &args, type, id);
	before = args;
	igt_assert_eq(query(dxg, &args), 0);
	igt_assert(is_zero((const uint8_t *)args.result + size, sizeof(args.result) - size));
	memcpy(result, args.result, size);
	memcpy(before.result, args.result, sizeof(args.result));
	igt_assert(!memcmp(&before, &args, sizeof(args)));
}

#define ASK(dxg, type, id, result) ask(dxg, D3DKMT_QUERYSTATISTICS_##type, id, result)

static void refused(const struct igt_dxg *dxg, struct d3dkmt_query_statistics args)
{
	struct d3dkmt_query_statistics before = args;
	int ret = query(dxg, &args);

	igt_assert_f(ret == -EINVAL, "type %u id %u process %llx: %d\n", args.type, args.id,
		     (unsigned long long)args.process, ret);
	igt_assert(!memcmp(&before, &args, sizeof(args)));
}

/* --- refusals ------------------------------------------------------------ */

static void test_types(struct igt_dxg *dxg)
{
	struct d3dkmt_query_statistics args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(answered); i++) {
		uint8_t result[sizeof(args.result)];

		/* without ids any will do */
		for (uint32_t id = 0; id < (answered[i].ids ?: 4); id++)
			ask(dxg, answered[i].type, id, result);
		for (int bit = 0; answered[i].ids && bit < 32; bit++) {
			query_init(dxg, &args, answered[i].type,
				   answered[i].ids + (1U << bit) - 1);
			refused(dxg, args);
		}
	}
	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(refused_types); i++) {
		for (uint32_t id = 0; id < 3; id++) {
			query_init(dxg, &args, refused_types[i], id);
			refused(dxg, args);
		}
	}
}

/* Nobody is told about another process, nor about itself by a handle. */
static void test_process(struct igt_dxg *dxg)
{
	struct d3dkmt_query_statistics args;

	for (size_t i = 0; i < IGT_DXG_ARRAY_SIZE(answered); i++) {
		for (int bit = 0; bit < 64; bit++) {
			query_init(dxg, &args, answered[i].type, 0);
			args.process = 1ULL << bit;
			refused(dxg, args);
		}
		query_init(dxg, &args, answered[i].type, 0);
		args.process = getpid();
		refused(dxg, args);
		args.process = UINT64_MAX;
		refused(dxg, args);
	}
}

static void test_luid(struct igt_dxg *dxg)
{
	struct d3dkmt_query_statistics args, good;

	query_init(dxg, &good, D3DKMT_QUERYSTATISTICS_ADAPTER, 0);
	for (int bit = 0; bit < 32; bit++) {
		args = good;
		args.adapter_luid.low ^= 1U << bit;
		refused(dxg, args);
		args = good;
		args.adapter_luid.high ^= 1U << bit;
		refused(dxg, args);
	}
	args = good;
	memset(&args.adapter_luid, 0, sizeof(args.adapter_luid));
	refused(dxg, args);
	igt_assert_eq(query(dxg, igt_dxg_read_only(&good, sizeof(good))), -EFAULT);
}

/* /dev/dxg tells about adapters that are not open, a node about its own. */
static void test_other_adapter(struct igt_dxg *dxg)
{
	struct igt_dxg *other = igt_dxg_open(DXG_DOOR_RENDER,
					     strcmp(dxg->driver, "vkms") ? "vkms" : "virtio_gpu");
	struct d3dkmt_statistics_process_segment_group group;
	struct d3dkmt_statistics_adapter adapter;
	struct d3dkmt_query_statistics args;
	struct d3dkmt_luid luid = dxg->luid;

	query_init(other, &args, D3DKMT_QUERYSTATISTICS_ADAPTER, 0);
	if (dxg->door == DXG_DOOR_DXG) {
		dxg->luid = other->luid;
		ASK(dxg, ADAPTER, 0, &adapter);
		igt_assert_eq_u32(adapter.num_segments, 2);
		ASK(dxg, PROCESS_SEGMENT_GROUP, LOCAL, &group);
		igt_assert_eq_u64(group.budget, igt_dxg_segment_size(other));
		igt_assert_eq_u64(group.usage, 0);
		dxg->luid = luid;
	} else {
		refused(dxg, args);
	}
	igt_dxg_close(other);
}

static void test_removed(struct igt_dxg *dxg)
{
	struct d3dkmt_query_statistics args;

	query_init(dxg, &args, D3DKMT_QUERYSTATISTICS_ADAPTER, 0);
	igt_dxg_unbind(dxg);
	igt_assert_eq(query(dxg, &args), dxg->door == DXG_DOOR_DXG ? -EINVAL : -ENODEV);
	igt_dxg_rebind();
}

/* --- adapters and segments ----------------------------------------------- */

static void test_adapter(struct igt_dxg *dxg)
{
	struct d3dkmt_statistics_process_adapter process_adapter;
	struct d3dkmt_statistics_process process;
	struct d3dkmt_statistics_adapter adapter;

	ASK(dxg, ADAPTER, 0, &adapter);
	igt_assert_eq_u32(adapter.num_segments, 2);
	igt_assert_eq_u32(adapter.node_count, 2);
	igt_assert_eq_u64(adapter.flags, 2);
	igt_assert_eq_u64(adapter.bytes_evicted, adapter.bytes_from_memory_to_mdl);
	igt_assert(is_zero(&adapter.vidpn_source_count, 8));
	igt_assert(is_zero(adapter.unused0, sizeof(adapter.unused0)));
	igt_assert(is_zero(&adapter.pad, sizeof(adapter.pad)));
	igt_assert(is_zero(adapter.unused1, sizeof(adapter.unused1)));
	igt_assert(is_zero(adapter.unused2, sizeof(adapter.unused2)));
	igt_assert(is_zero(adapter.unused3, sizeof(adapter.unused3)));
	igt_assert(is_zero(adapter.reserved, sizeof(adapter.reserved)));

	ASK(dxg, PROCESS_ADAPTER, 0, &process_adapter);
	igt_assert_eq_u32(process_adapter.num_segments, 2);
	igt_assert_eq_u32(process_adapter.node_count, 2);
	igt_assert(is_zero(&process_adapter.vidpn_source_count, sizeof(process_adapter) - 8));
	ASK(dxg, PROCESS, 0, &process);
	igt_assert_eq_u32(process.node_count, 2);
	igt_assert(is_zero(&process.vidpn_source_count, sizeof(process) - 4));
}

static struct d3dkmt_statistics_segment segment(const struct igt_dxg *dxg, uint32_t id)
{
	struct d3dkmt_statistics_segment result;

	ASK(dxg, SEGMENT, id, &result);
	igt_assert_eq_u64(result.bytes_committed, result.bytes_resident);
	igt_assert_eq_u32(result.allocs_committed, result.allocs_resident);
	igt_assert(is_zero(&result.system_memory_end_address, 16));
	igt_assert(is_zero(result.reserved, sizeof(result.reserved)));
	return result;
}

static void test_segments(struct igt_dxg *dxg)
{
	struct d3dkmt_statistics_segment device = segment(dxg, DEVICE);
	struct d3dkmt_statistics_segment system = segment(dxg, SYSTEM);
	struct sysinfo machine;

	igt_assert_eq(sysinfo(&machine), 0);
	igt_assert_eq_u64(device.commit_limit, igt_dxg_segment_size(dxg));
	igt_assert_eq_u64(system.commit_limit,
			  (uint64_t)machine.totalram * machine.mem_unit / 2);
	igt_assert_eq_u32(device.aperture, 0);
	igt_assert_eq_u32(system.aperture, 1);
	/* memory, LOCAL; system memory, NON_LOCAL; the CPU reaches both */
	igt_assert_eq_u64(device.segment_properties, 1 << 8 | 0 << 6 | 1 << 2);
	igt_assert_eq_u64(system.segment_properties, 1 << 8 | 1 << 6 | 2 << 2 | 1);
	igt_assert_eq_u64(system.total_bytes_evicted, 0);
	igt_assert(is_zero(system.total_bytes_evicted_by_priority,
			   sizeof(system.total_bytes_evicted_by_priority)));
}

/* --- bytes --------------------------------------------------------------- */

/* What is said of a segment and its group agrees with QueryVideoMemoryInfo. */
static void assert_segment(const struct igt_dxg *dxg, uint32_t id, uint64_t bytes, uint32_t num)
{
	uint32_t group_id = id == DEVICE ? LOCAL : NON_LOCAL;
	struct d3dkmt_query_video_memory_info info = igt_dxg_video_memory(dxg, group_id);
	struct d3dkmt_statistics_process_segment_group group;
	struct d3dkmt_statistics_process_segment process;

	ASK(dxg, PROCESS_SEGMENT, id, &process);
	igt_assert_eq_u64(process.bytes_committed, bytes);
	igt_assert_eq_u32(process.allocs_committed, num);
	igt_assert(is_zero(process.unused0, sizeof(process.unused0)));
	igt_assert(is_zero(&process.pad, sizeof(process.pad)));
	igt_assert(is_zero(process.unused1, sizeof(process.unused1)));
	igt_assert(is_zero(process.reserved, sizeof(process.reserved)));
	ASK(dxg, PROCESS_SEGMENT_GROUP, group_id, &group);
	igt_assert_eq_u64(info.current_usage, bytes);
	igt_assert_eq_u64(group.usage, bytes);
	igt_assert_eq_u64(group.budget, info.budget);
	igt_assert(is_zero(group.demoted, sizeof(group.demoted)));
}

static void assert_requested(const struct igt_dxg *dxg, uint64_t bytes)
{
	struct d3dkmt_statistics_process_segment_group group;

	ASK(dxg, PROCESS_SEGMENT_GROUP, LOCAL, &group);
	igt_assert_eq_u64(group.requested, bytes);
	ASK(dxg, PROCESS_SEGMENT_GROUP, NON_LOCAL, &group);
	igt_assert_eq_u64(group.requested, 0);
}

static void linger_with_bytes(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);

	igt_dxg_lock(own, device, igt_dxg_create_allocation(own, device, SIZE));
	assert_segment(own, DEVICE, SIZE, 1);
	igt_dxg_reserve(own, PAGE);
	igt_dxg_child_linger(child);
}

static void test_bytes(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), fence, list[3];
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct d3dkmt_statistics_segment before = segment(dxg, DEVICE);
	struct igt_dxg_child child;

	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, SIZE, 3, list), 0);
	assert_segment(dxg, DEVICE, 0, 0);
	assert_segment(dxg, SYSTEM, 0, 0);
	igt_dxg_lock(dxg, device, list[0]);
	assert_segment(dxg, DEVICE, SIZE, 1);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 2);
	assert_segment(dxg, DEVICE, 2 * SIZE, 2);
	assert_requested(dxg, 2 * SIZE);
	igt_assert_eq_u64(segment(dxg, DEVICE).bytes_resident, before.bytes_resident + 2 * SIZE);
	igt_assert_eq_u32(segment(dxg, DEVICE).allocs_resident, before.allocs_resident + 2);

	/* what another one has is in the segment, and not the caller's */
	igt_dxg_child_start(&child, dxg, linger_with_bytes);
	igt_dxg_child_await(&child);
	assert_segment(dxg, DEVICE, 2 * SIZE, 2);
	assert_requested(dxg, 2 * SIZE);
	igt_assert_eq_u64(segment(dxg, DEVICE).bytes_resident, before.bytes_resident + 3 * SIZE);
	igt_assert_eq_u32(segment(dxg, DEVICE).allocs_resident, before.allocs_resident + 3);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);

	igt_dxg_destroy2(dxg, device, 0, list, 3, D3DKMT_DESTROY_SYNCHRONOUS);
	assert_segment(dxg, DEVICE, 0, 0);
	assert_requested(dxg, 0);
	igt_dxg_destroy_device(dxg, device);
}

/* Without an opening nothing is the process's; it need not be open to be asked about. */
static void test_unopened(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), adapter;
	struct d3dkmt_statistics_process_segment_group group;
	struct d3dkmt_statistics_process_segment bytes;
	struct d3dkmt_statistics_process_node node;

	igt_dxg_lock(dxg, device, igt_dxg_create_allocation(dxg, device, SIZE));
	igt_dxg_reserve(dxg, PAGE);
	assert_segment(dxg, DEVICE, SIZE, 1);
	igt_dxg_close_adapter(dxg, dxg->adapter);
	ASK(dxg, PROCESS_SEGMENT, DEVICE, &bytes);
	igt_assert(is_zero(&bytes, sizeof(bytes)));
	ASK(dxg, PROCESS_NODE, COPY_NODE, &node);
	igt_assert(is_zero(&node, sizeof(node)));
	adapter = igt_dxg_open_adapter(dxg);
	dxg->adapter = adapter;
	igt_dxg_wait_state(dxg, "reserved_bytes", 0);
	ASK(dxg, PROCESS_SEGMENT_GROUP, LOCAL, &group);
	igt_assert_eq_u64(group.budget, igt_dxg_segment_size(dxg));
	assert_segment(dxg, DEVICE, 0, 0);
}

/* --- moves --------------------------------------------------------------- */

/**
 * struct moves - What is counted of moves
 * @adapter: of all
 * @segment: of the device segment
 * @process: of the caller
 */
struct moves {
	struct d3dkmt_statistics_adapter adapter;
	struct d3dkmt_statistics_segment segment;
	struct d3dkmt_statistics_process_adapter process;
};

static struct moves moves_now(const struct igt_dxg *dxg)
{
	struct moves moves;

	ASK(dxg, ADAPTER, 0, &moves.adapter);
	ASK(dxg, PROCESS_ADAPTER, 0, &moves.process);
	moves.segment = segment(dxg, DEVICE);
	return moves;
}

/* What of the caller's is in the device segment then, in bytes and allocations. */
static uint64_t ballast_begin(struct igt_dxg *dxg, uint32_t *num)
{
	ballast_create(dxg, 3 * ITEM);
	*num = ballast.count;
	return igt_dxg_segment_size(dxg) - 3 * ITEM;
}

static void ballast_end(struct igt_dxg *dxg)
{
	for (uint32_t i = 0; i < ballast.count; i++)
		igt_assert(is_resident(dxg, ballast.device, ballast.list[i]));
	igt_dxg_destroy2(dxg, ballast.device, 0, ballast.list, ballast.count,
			 D3DKMT_DESTROY_SYNCHRONOUS);
	igt_dxg_destroy_device(dxg, ballast.device);
}

static void assert_evicted(const struct igt_dxg *dxg, const struct moves *before, int class,
			   uint64_t bytes, uint32_t num)
{
	struct moves now = moves_now(dxg);

	igt_assert_eq_u64(now.adapter.bytes_evicted - before->adapter.bytes_evicted, bytes);
	igt_assert_eq_u32(now.adapter.num_evictions - before->adapter.num_evictions, num);
	igt_assert_eq_u64(now.adapter.bytes_evicted, now.adapter.bytes_from_memory_to_mdl);
	igt_assert_eq_u64(now.segment.total_bytes_evicted, now.adapter.bytes_evicted);
	for (int i = 0; i < 5; i++)
		igt_assert_eq_u64(now.segment.total_bytes_evicted_by_priority[i] -
				  before->segment.total_bytes_evicted_by_priority[i],
				  i == class ? bytes : 0);
	igt_assert_eq_u64(now.process.total_bytes_evicted - before->process.total_bytes_evicted,
			  bytes);
}

static void test_moves(struct igt_dxg *dxg)
{
	static const uint32_t priorities[] = {
		D3DKMT_ALLOCATION_PRIORITY_MINIMUM, D3DKMT_ALLOCATION_PRIORITY_LOW,
		D3DKMT_ALLOCATION_PRIORITY_NORMAL, D3DKMT_ALLOCATION_PRIORITY_HIGH,
		D3DKMT_ALLOCATION_PRIORITY_MAXIMUM,
	};
	uint32_t device = igt_dxg_create_device(dxg), list[4], fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	uint64_t bytes;
	uint32_t num;
	struct d3dkmt_statistics_process process;
	struct moves before;

	bytes = ballast_begin(dxg, &num);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, ITEM, 4, list), 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 3);
	igt_dxg_evict(dxg, device, list, 3);
	for (int i = 0; i < 3; i++)
		igt_dxg_set_priority(dxg, device, list[i], D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
	for (int class = 0; class < 5; class++) {
		/* the oldest of the lowest priority goes, and then comes back for another */
		before = moves_now(dxg);
		for (int i = 1; i < 3; i++)
			igt_dxg_set_priority(dxg, device, list[i],
					     D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
		igt_dxg_set_priority(dxg, device, list[0], priorities[class]);
		if (class == 4)
			for (int i = 1; i < 3; i++)
				igt_dxg_set_priority(dxg, device, list[i],
						     D3DKMT_ALLOCATION_PRIORITY_MAXIMUM);
		igt_dxg_make_resident(dxg, device, queue, fence, &list[3], 1);
		igt_assert(!igt_dxg_is_resident(dxg, device, list[0]));
		assert_evicted(dxg, &before, class, ITEM, 1);
		assert_segment(dxg, DEVICE, bytes + 3 * ITEM, num + 3);
		assert_segment(dxg, SYSTEM, ITEM, 1);
		igt_assert_eq_u64(moves_now(dxg).adapter.bytes_from_mdl_to_memory,
				  before.adapter.bytes_from_mdl_to_memory);
		ASK(dxg, PROCESS, 0, &process);
		igt_assert_eq_u64(process.bytes_allocated, ITEM);
		igt_assert_eq_u64(process.cached_bytes_allocated, ITEM);

		/* in again, into the room that another one leaves */
		igt_dxg_destroy2(dxg, device, 0, &list[3], 1, D3DKMT_DESTROY_SYNCHRONOUS);
		igt_dxg_make_resident(dxg, device, queue, fence, list, 1);
		igt_dxg_evict(dxg, device, list, 1);
		assert_evicted(dxg, &before, class, ITEM, 1);
		igt_assert_eq_u64(moves_now(dxg).adapter.bytes_from_mdl_to_memory,
				  before.adapter.bytes_from_mdl_to_memory + ITEM);
		list[3] = igt_dxg_create_allocation(dxg, device, ITEM);
	}
	igt_dxg_destroy_device(dxg, device);
	ballast_end(dxg);
}

/* What is offered is discarded without a move. */
static void test_discarded(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), list[4], fence;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct moves before, now;
	uint64_t bytes;
	uint32_t num;

	bytes = ballast_begin(dxg, &num);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, ITEM, 4, list), 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 3);
	before = moves_now(dxg);
	igt_dxg_offer(dxg, device, list, 1, D3DKMT_OFFER_PRIORITY_NORMAL);
	assert_segment(dxg, DEVICE, bytes + 3 * ITEM, num + 3);
	igt_dxg_evict(dxg, device, list, 1);
	igt_dxg_make_resident(dxg, device, queue, fence, &list[3], 1);
	now = moves_now(dxg);
	igt_assert_eq_u64(now.adapter.bytes_discarded - before.adapter.bytes_discarded, ITEM);
	assert_evicted(dxg, &before, 0, 0, 0);
	igt_assert_eq_u64(now.adapter.bytes_from_mdl_to_memory,
			  before.adapter.bytes_from_mdl_to_memory);
	assert_segment(dxg, DEVICE, bytes + 3 * ITEM, num + 3);
	assert_segment(dxg, SYSTEM, 0, 0);
	igt_assert(igt_dxg_reclaim(dxg, queue, list[0]));
	igt_dxg_destroy_device(dxg, device);
	ballast_end(dxg);
}

/* --- engines ------------------------------------------------------------- */

/* All that is counted of an engine; @system: the adapter's own, else the caller's. */
static struct d3dkmt_statistics_process_node node_now(const struct igt_dxg *dxg, uint32_t id,
						      bool global)
{
	struct d3dkmt_statistics_process_node result, *mine = &result;
	struct d3dkmt_statistics_node node;
	uint32_t kind = id == PAGING_NODE ? D3DKMT_DMA_PACKET_SYSTEM_PAGING :
					    D3DKMT_DMA_PACKET_CLIENT_RENDER;

	ASK(dxg, PROCESS_NODE, id, mine);
	if (global) {
		ASK(dxg, NODE, id, &node);
		igt_assert_eq_u32(node.node_ordinal, id);
		igt_assert_eq_u32(node.physical_adapter_index, 0);
		igt_assert(is_zero(node.unused0, sizeof(node.unused0)));
		if (id == PAGING_NODE)
			igt_assert(!memcmp(&node.system, &node.global, sizeof(node.global)));
		else
			igt_assert(is_zero(&node.system, sizeof(node.system)));
		result = node.global;
	}
	igt_assert(is_zero(result.unused0, sizeof(result.unused0)));
	igt_assert(is_zero(&result.pad, sizeof(result.pad)));
	igt_assert(is_zero(result.reserved, sizeof(result.reserved)));
	for (uint32_t i = 0; i < D3DKMT_DMA_PACKET_TYPES; i++) {
		igt_assert_eq_u32(result.dma_packets[i].preempted, 0);
		if (i != kind)
			igt_assert(is_zero(&result.dma_packets[i],
					   sizeof(result.dma_packets[i])));
	}
	return result;
}

static void assert_packets(const struct igt_dxg *dxg, bool global,
			   const struct d3dkmt_statistics_process_node *before,
			   uint32_t submitted, uint32_t completed, uint32_t faulted)
{
	struct d3dkmt_statistics_process_node now = node_now(dxg, COPY_NODE, global);
	const struct d3dkmt_statistics_dma_packet *then = &before->dma_packets[0];
	const struct d3dkmt_statistics_dma_packet *packets = &now.dma_packets[0];

	igt_assert_eq_u32(packets->submitted - then->submitted, submitted);
	igt_assert_eq_u32(packets->completed - then->completed, completed);
	igt_assert_eq_u32(packets->faulted - then->faulted, faulted);
}

/* Bytes of the caller's last process are there until its end: no other is. */
static bool test_node(struct igt_dxg *dxg, unsigned int ms)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	uint32_t fence = igt_dxg_create_fence(dxg, device, 0, NULL);
	struct d3dkmt_statistics_process_node mine, all, now;
	uint64_t start, value = 0, elapsed;
	bool in_time;

	mine = node_now(dxg, COPY_NODE, false);
	all = node_now(dxg, COPY_NODE, true);
	start = igt_dxg_now_ns();
	igt_dxg_submit_job(dxg, context, fence, &value, ms, 0, 0);
	igt_dxg_submit_job(dxg, context, fence, &value, 0, 0, 0);
	igt_dxg_wait(dxg, device, fence, 1);
	igt_dxg_sleep_ms(ms / 4);

	/* it runs: its time is there already; the other one waits */
	now = node_now(dxg, COPY_NODE, false);
	elapsed = igt_dxg_elapsed_ms(start);
	in_time = elapsed < ms;
	if (in_time) {
		igt_assert_lte_u64(ms / 4 * TICKS_PER_MS, now.running_time - mine.running_time);
		assert_packets(dxg, false, &mine, 1, 0, 0);
		assert_packets(dxg, true, &all, 1, 0, 0);
	}
	igt_assert_lte_u64(now.running_time - mine.running_time,
			   (igt_dxg_elapsed_ms(start) + 1) * TICKS_PER_MS);
	in_time = in_time && igt_dxg_elapsed_ms(start) < ms;

	igt_dxg_wait(dxg, device, fence, value);
	/* the engine reports the end after the last signal */
	igt_dxg_wait_state(dxg, "commands", 0);
	elapsed = igt_dxg_elapsed_ms(start);
	assert_packets(dxg, false, &mine, 2, 2, 0);
	assert_packets(dxg, true, &all, 2, 2, 0);
	now = node_now(dxg, COPY_NODE, false);
	igt_assert_lte_u64((uint64_t)ms * TICKS_PER_MS, now.running_time - mine.running_time);
	igt_assert_lte_u64(now.running_time - mine.running_time, (elapsed + 1) * TICKS_PER_MS);
	/* and then the clock stands */
	igt_dxg_sleep_ms(20);
	igt_assert_eq_u64(node_now(dxg, COPY_NODE, false).running_time, now.running_time);
	now = node_now(dxg, COPY_NODE, true);
	igt_assert_lte_u64((uint64_t)ms * TICKS_PER_MS, now.running_time - all.running_time);
	igt_dxg_destroy_device(dxg, device);
	return in_time;
}

static void linger_with_job(struct igt_dxg_child *child, struct igt_dxg *dxg)
{
	struct igt_dxg *own = igt_dxg_reopen(dxg);
	uint32_t device = igt_dxg_create_device(own);
	uint32_t context = igt_dxg_create_context(own, device);
	uint32_t fence = igt_dxg_create_fence(own, device, 0, NULL);
	uint64_t value = 0;

	igt_dxg_submit_job(own, context, fence, &value, 10, 0, 0);
	igt_dxg_wait(own, device, fence, value);
	igt_dxg_wait_state(own, "commands", 0);
	igt_assert_lte_u64(10 * TICKS_PER_MS, node_now(own, COPY_NODE, false).running_time);
	igt_dxg_child_linger(child);
}

/* What others run is the node's time and not the caller's. */
static void test_node_others(struct igt_dxg *dxg)
{
	struct d3dkmt_statistics_process_node mine = node_now(dxg, COPY_NODE, false);
	struct d3dkmt_statistics_process_node all = node_now(dxg, COPY_NODE, true), now;
	struct igt_dxg_child child;

	igt_dxg_child_start(&child, dxg, linger_with_job);
	igt_dxg_child_await(&child);
	now = node_now(dxg, COPY_NODE, false);
	igt_assert(!memcmp(&now, &mine, sizeof(now)));
	assert_packets(dxg, true, &all, 1, 1, 0);
	igt_assert_lte_u64(10 * TICKS_PER_MS,
			   node_now(dxg, COPY_NODE, true).running_time - all.running_time);
	igt_dxg_child_kill(&child, SIGKILL);
	igt_dxg_child_end(&child, WAIT_MS);
}

/* A move is the time of the paging node, for whom the bytes belong to. */
static void test_node_paging(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg), list[4], fence, num;
	uint32_t queue = igt_dxg_create_paging_queue(dxg, device, &fence, NULL);
	struct d3dkmt_statistics_process_node mine, all, now;

	ballast_begin(dxg, &num);
	mine = node_now(dxg, PAGING_NODE, false);
	all = node_now(dxg, PAGING_NODE, true);
	igt_assert_eq(__igt_dxg_create(dxg, device, 0, NULL, ITEM, 4, list), 0);
	igt_dxg_make_resident(dxg, device, queue, fence, list, 3);
	now = node_now(dxg, PAGING_NODE, false);
	igt_assert(!memcmp(&now, &mine, sizeof(now)));
	igt_dxg_evict(dxg, device, list, 1);
	igt_dxg_make_resident(dxg, device, queue, fence, &list[3], 1);
	now = node_now(dxg, PAGING_NODE, false);
	igt_assert_eq_u32(now.dma_packets[2].submitted - mine.dma_packets[2].submitted, 1);
	igt_assert_eq_u32(now.dma_packets[2].completed - mine.dma_packets[2].completed, 1);
	igt_assert_lt_u64(mine.running_time, now.running_time);
	now = node_now(dxg, PAGING_NODE, true);
	igt_assert_eq_u32(now.dma_packets[2].completed - all.dma_packets[2].completed, 1);
	igt_dxg_destroy_device(dxg, device);
	ballast_end(dxg);
}

/* A command that does not end: the time-out is counted, and its time. */
static void test_hang(struct igt_dxg *dxg)
{
	uint32_t device = igt_dxg_create_device(dxg);
	uint32_t context = igt_dxg_create_context(dxg, device);
	struct d3dkmt_statistics_process_node mine, all;
	struct d3dkmt_statistics_adapter before, after;
	struct igt_dxg_stream stream;

	ASK(dxg, ADAPTER, 0, &before);
	mine = node_now(dxg, COPY_NODE, false);
	all = node_now(dxg, COPY_NODE, true);
	igt_dxg_stream_begin(&stream);
	igt_dxg_stream_hang(&stream);
	igt_dxg_submit(dxg, context, &stream);
	igt_dxg_sleep_ms(igt_dxg_tdr_ms());
	igt_dxg_wait_state(dxg, "commands", 0);
	ASK(dxg, ADAPTER, 0, &after);
	igt_assert_eq_u32(after.tdr_detected_count, before.tdr_detected_count + 1);
	assert_packets(dxg, false, &mine, 1, 0, 1);
	assert_packets(dxg, true, &all, 1, 0, 1);
	igt_assert_lte_u64((uint64_t)igt_dxg_tdr_ms() * TICKS_PER_MS,
			   node_now(dxg, COPY_NODE, false).running_time - mine.running_time);
	igt_dxg_destroy_device(dxg, device);
}

/* ------------------------------------------------------------------------- */

static const struct igt_dxg_test tests[] = {
	TEST("types", test_types, "Types and numbers that there are, and others."),
	TEST("process", test_process, "Nobody is told of another process."),
	TEST("luid", test_luid, "An adapter that there is not is refused."),
	TEST("other-adapter", test_other_adapter, "/dev/dxg tells of all adapters."),
	{ .name = "removed", .run = test_removed, .leaves = true,
	  .describe = "A removed adapter is refused." },
	TEST("adapter", test_adapter, "Segments and engines of an adapter."),
	TEST("segments", test_segments, "What the segments are."),
	TEST("bytes", test_bytes, "Bytes are those of QueryVideoMemoryInfo."),
	TEST("unopened", test_unopened, "What is not open is not used."),
	TEST("moves", test_moves, "Evictions are counted, by priority."),
	TEST("discarded", test_discarded, "And so is what is discarded."),
	IGT_DXG_TEST_OUTLAST("node", "Commands and their time are counted.", test_node),
	TEST("node-others", test_node_others, "Time of others is theirs."),
	TEST("node-paging", test_node_paging, "Moves are time of the paging node."),
	IGT_DXG_TEST_LONG("hang", "Time-outs are counted.", test_hang),
	{}
};

igt_main()
{
	igt_dxg_run_tests(tests);
}
