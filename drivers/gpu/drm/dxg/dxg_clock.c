// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/time_namespace.h>

#include <uapi/misc/d3dkmthk.h>

#include "dxg_adapter.h"
#include "dxg_handle.h"
#include "dxg_ioctl.h"
#include "dxg_process.h"

/**
 * DOC: Clocks
 *
 * The engines are software: the clock that they write time stamps from is the kernel's
 * CLOCK_MONOTONIC. QueryClockCalibration reads it once and says the value twice, as the
 * engine writes it and as the caller's clock_gettime() would; they differ in a time
 * namespace only. A profiler that corrects for drift finds none.
 *
 * Refused: CLOCK_MONOTONIC_RAW for the CPU. It drifts against the clock of the time stamps,
 * and everybody would have to ask again and again, to no avail.
 */

/**
 * dxg_ioctl_clock_query() - D3DKMTQueryClockCalibration
 * @call: struct d3dkmt_query_clock_calibration
 *
 * Return: 0; -EINVAL: no such adapter or node; -ENODEV.
 */
int dxg_ioctl_clock_query(struct dxg_call *call)
{
	struct d3dkmt_query_clock_calibration *args = call->args;
	struct dxg_process_adapter *pa;
	struct timespec64 now;
	int ret = -EINVAL;

	if (args->physical_adapter_index)
		return -EINVAL;
	pa = dxg_process_lookup_adapter(call->process, args->adapter);
	if (!pa)
		return -EINVAL;
	if (args->node_ordinal >= pa->adapter->caps.num_nodes)
		goto out_put;
	ret = -ENODEV;
	if (dxg_adapter_is_removed(pa->adapter))
		goto out_put;

	ktime_get_ts64(&now);
	args->gpu_frequency = NSEC_PER_SEC;
	args->gpu_clock_counter = timespec64_to_ns(&now);
	timens_add_monotonic(&now);
	args->cpu_clock_counter = timespec64_to_ns(&now);
	args->flags = 0;
	ret = 0;
out_put:
	dxg_object_put(&pa->base);
	return ret;
}
