// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_enum.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"
#include "dxg_sched.h"
#include "dxg_usage.h"
#include "dxg_vidmm.h"

/**
 * DOC: Statistics
 *
 * QueryStatistics names an adapter by its LUID and needs no opening of it: monitors ask
 * about adapters that they do not use. What is said of a process is the caller's own. A
 * number of another one is nobody's business who has no right to look at its
 * /proc/PID/fdinfo, where the same numbers are.
 *
 * Bytes are the ledger's, read in one hold of vidmm_lock, so that they agree with what
 * QueryVideoMemoryInfo says and with each other. Segments are numbered from 0 here, as
 * programs that walk all of them expect. Every field of D3DKMT's structures is there; one
 * that counts what this driver does not do is 0, and a type of which nothing could be said
 * is refused instead of answered with zeroes.
 *
 * Refused: queue packets, the commands that wait. They would say what a program knows that
 * has submitted them.
 */

/* Segments, and memory groups: each has one. */
#define STATISTICS_SEGMENTS	2
#define STATISTICS_GROUPS	2

/**
 * struct statistics_query - What is asked
 * @adapter: the adapter
 * @pa: the caller's use of it, or NULL
 * @id: number of what is asked about
 * @result: the answer, all zeroes
 */
struct statistics_query {
	struct dxg_adapter *adapter;
	struct dxg_process_adapter *pa;
	u32 id;
	void *result;
};

/* Both kinds of memory of the machine are one segment. */
static u64 ledger_bytes(const struct dxg_ledger *ledger, u32 segment)
{
	if (segment == D3DKMT_STATISTICS_SEGMENT_DEVICE)
		return ledger->placed[DXG_SEGMENT_DEVICE];
	return ledger->placed[DXG_SEGMENT_SYSTEM] + ledger->placed[DXG_SEGMENT_USER];
}

static u32 ledger_num(const struct dxg_ledger *ledger, u32 segment)
{
	if (segment == D3DKMT_STATISTICS_SEGMENT_DEVICE)
		return ledger->num[DXG_SEGMENT_DEVICE];
	return ledger->num[DXG_SEGMENT_SYSTEM] + ledger->num[DXG_SEGMENT_USER];
}

static u64 moves_out(const struct dxg_moves *moves)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; i < DXG_NUM_PRIORITIES; i++)
		bytes += moves->out[i];
	return bytes;
}

static int statistics_adapter(const struct statistics_query *query)
{
	struct d3dkmt_statistics_adapter *result = query->result;
	struct dxg_adapter *adapter = query->adapter;
	struct dxg_moves moves;

	spin_lock(&adapter->vidmm_lock);
	moves = adapter->moves;
	spin_unlock(&adapter->vidmm_lock);

	result->num_segments = STATISTICS_SEGMENTS;
	result->node_count = adapter->caps.num_nodes;
	result->tdr_detected_count = atomic_read(&adapter->resets);
	result->num_evictions = moves.num_out;
	result->bytes_evicted = moves_out(&moves);
	result->bytes_discarded = moves.discarded;
	result->bytes_from_mdl_to_memory = moves.in;
	result->bytes_from_memory_to_mdl = result->bytes_evicted;
	result->flags = STATISTICS_GROUPS & D3DKMT_STATISTICS_MEMORY_GROUPS_MASK;
	return 0;
}

static int statistics_process(const struct statistics_query *query)
{
	struct d3dkmt_statistics_process *result = query->result;
	struct dxg_adapter *adapter = query->adapter;

	result->node_count = adapter->caps.num_nodes;
	if (query->pa) {
		spin_lock(&adapter->vidmm_lock);
		result->bytes_allocated = query->pa->ledger.placed[DXG_SEGMENT_SYSTEM];
		spin_unlock(&adapter->vidmm_lock);
	}
	result->cached_bytes_allocated = result->bytes_allocated;
	return 0;
}

static int statistics_process_adapter(const struct statistics_query *query)
{
	struct d3dkmt_statistics_process_adapter *result = query->result;
	struct dxg_adapter *adapter = query->adapter;

	result->num_segments = STATISTICS_SEGMENTS;
	result->node_count = adapter->caps.num_nodes;
	if (query->pa) {
		spin_lock(&adapter->vidmm_lock);
		result->total_bytes_evicted = moves_out(&query->pa->usage.moves);
		spin_unlock(&adapter->vidmm_lock);
	}
	return 0;
}

static u64 segment_properties(bool system)
{
	if (system)
		return D3DKMT_STATISTICS_SEGMENT_SYSTEM_MEMORY |
		       D3DKMT_STATISTICS_SEGMENT_FULLY_CPU_VISIBLE |
		       D3DKMT_STATISTICS_SEGMENT_TYPE_SYSMEM <<
		       D3DKMT_STATISTICS_SEGMENT_TYPE_SHIFT |
		       (u64)D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL <<
		       D3DKMT_STATISTICS_SEGMENT_GROUP_SHIFT;
	return D3DKMT_STATISTICS_SEGMENT_FULLY_CPU_VISIBLE |
	       D3DKMT_STATISTICS_SEGMENT_TYPE_MEMORY << D3DKMT_STATISTICS_SEGMENT_TYPE_SHIFT |
	       (u64)D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL << D3DKMT_STATISTICS_SEGMENT_GROUP_SHIFT;
}

static int statistics_segment(const struct statistics_query *query)
{
	bool system = query->id == D3DKMT_STATISTICS_SEGMENT_SYSTEM;
	struct d3dkmt_statistics_segment *result = query->result;
	struct dxg_adapter *adapter = query->adapter;

	static_assert(sizeof(result->total_bytes_evicted_by_priority) ==
		      sizeof(adapter->moves.out));

	if (query->id >= STATISTICS_SEGMENTS)
		return -EINVAL;
	spin_lock(&adapter->vidmm_lock);
	result->bytes_resident = ledger_bytes(&adapter->ledger, query->id);
	result->allocs_resident = ledger_num(&adapter->ledger, query->id);
	if (!system) {
		result->total_bytes_evicted = moves_out(&adapter->moves);
		memcpy(result->total_bytes_evicted_by_priority, adapter->moves.out,
		       sizeof(adapter->moves.out));
	}
	spin_unlock(&adapter->vidmm_lock);

	result->commit_limit = system ? (u64)totalram_pages() << PAGE_SHIFT >> 1 :
					adapter->caps.segment_size;
	result->bytes_committed = result->bytes_resident;
	result->allocs_committed = result->allocs_resident;
	result->aperture = system;
	result->segment_properties = segment_properties(system);
	return 0;
}

static int statistics_process_segment(const struct statistics_query *query)
{
	struct d3dkmt_statistics_process_segment *result = query->result;
	struct dxg_adapter *adapter = query->adapter;

	if (query->id >= STATISTICS_SEGMENTS)
		return -EINVAL;
	if (query->pa) {
		spin_lock(&adapter->vidmm_lock);
		result->bytes_committed = ledger_bytes(&query->pa->ledger, query->id);
		result->allocs_committed = ledger_num(&query->pa->ledger, query->id);
		spin_unlock(&adapter->vidmm_lock);
	}
	return 0;
}

static int statistics_process_segment_group(const struct statistics_query *query)
{
	struct d3dkmt_statistics_process_segment_group *result = query->result;
	struct dxg_adapter *adapter = query->adapter;
	bool local = query->id == D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL;

	if (query->id >= STATISTICS_GROUPS)
		return -EINVAL;
	spin_lock(&adapter->vidmm_lock);
	if (local)
		result->budget = query->pa ? dxg_vidmm_budget_locked(query->pa) :
				 adapter->caps.segment_size - adapter->ledger.reserved;
	if (query->pa) {
		result->requested = local ? query->pa->ledger.wanted : 0;
		result->usage = ledger_bytes(&query->pa->ledger,
					     local ? D3DKMT_STATISTICS_SEGMENT_DEVICE :
						     D3DKMT_STATISTICS_SEGMENT_SYSTEM);
	}
	spin_unlock(&adapter->vidmm_lock);
	if (!local)
		result->budget = (u64)totalram_pages() << PAGE_SHIFT >> 1;
	return 0;
}

static struct dxg_node *statistics_find_node(const struct statistics_query *query)
{
	struct dxg_adapter *adapter = query->adapter;
	u32 num = adapter->caps.num_nodes;

	return query->id < num ? adapter->nodes[array_index_nospec(query->id, num)] : NULL;
}

/* Of all processes, or of one. */
static void statistics_fill_node(struct d3dkmt_statistics_process_node *result,
				 struct dxg_node *node, const struct dxg_process_adapter *pa)
{
	bool paging = node->ordinal == node->adapter->caps.paging_node;
	struct d3dkmt_statistics_dma_packet *packets;
	struct dxg_node_usage usage;

	dxg_usage_read_node(node, pa, &usage);
	packets = &result->dma_packets[paging ? D3DKMT_DMA_PACKET_SYSTEM_PAGING :
						D3DKMT_DMA_PACKET_CLIENT_RENDER];
	result->running_time = div_u64(usage.running_ns, 100);
	packets->submitted = usage.submitted;
	packets->completed = usage.completed;
	packets->faulted = usage.faulted;
}

static int statistics_node(const struct statistics_query *query)
{
	struct d3dkmt_statistics_node *result = query->result;
	struct dxg_node *node = statistics_find_node(query);

	if (!node)
		return -EINVAL;
	statistics_fill_node(&result->global, node, NULL);
	if (node->ordinal == query->adapter->caps.paging_node)
		result->system = result->global;
	result->node_ordinal = node->ordinal;
	return 0;
}

static int statistics_process_node(const struct statistics_query *query)
{
	struct dxg_node *node = statistics_find_node(query);

	if (!node)
		return -EINVAL;
	if (query->pa)
		statistics_fill_node(query->result, node, query->pa);
	return 0;
}

static int statistics_run(const struct statistics_query *query, u32 type)
{
	switch (type) {
	case D3DKMT_QUERYSTATISTICS_ADAPTER:
		return statistics_adapter(query);
	case D3DKMT_QUERYSTATISTICS_PROCESS:
		return statistics_process(query);
	case D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER:
		return statistics_process_adapter(query);
	case D3DKMT_QUERYSTATISTICS_SEGMENT:
		return statistics_segment(query);
	case D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT:
		return statistics_process_segment(query);
	case D3DKMT_QUERYSTATISTICS_NODE:
		return statistics_node(query);
	case D3DKMT_QUERYSTATISTICS_PROCESS_NODE:
		return statistics_process_node(query);
	case D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP:
		return statistics_process_segment_group(query);
	default:
		return -EINVAL;
	}
}

/**
 * dxg_ioctl_query_statistics() - D3DKMTQueryStatistics
 * @call: struct d3dkmt_query_statistics
 *
 * Return: 0; -EINVAL, as the structure says; on a DRM node -ENODEV: the adapter has been
 * removed.
 */
int dxg_ioctl_query_statistics(struct dxg_call *call)
{
	struct d3dkmt_query_statistics *args = call->args;
	struct statistics_query query = { .id = args->id, .result = args->result };
	int ret;

	if (args->process)
		return -EINVAL;
	query.adapter = dxg_enum_find(call->process, &args->adapter_luid);
	if (!query.adapter)
		return -EINVAL;
	query.pa = dxg_process_find_adapter(call->process, query.adapter);
	memset(args->result, 0, sizeof(args->result));
	ret = statistics_run(&query, args->type);
	if (query.pa)
		dxg_object_put(&query.pa->base);
	dxg_adapter_put(query.adapter);
	return ret;
}
