// SPDX-License-Identifier: MIT
/*
 * dxginfo: what dxg adapters are and who uses them.
 *
 *	dxginfo [--json] [--no-processes]
 *
 * Adapters come from D3DKMT calls; what processes have from /proc/PID/fdinfo, and their
 * handles from debugfs, as far as the caller may read them. The exit status is 0 if there is
 * an adapter, 1 if there is none or /dev/dxg cannot be used, 2 if the arguments are wrong.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "d3dkmthk.h"
#include "dxg.h"

/* --- what is printed: objects, lists and values, as text or as JSON -------------- */

static struct {
	bool json;
	unsigned int depth;
	/* Whether something was printed at this depth already. */
	bool more[16];
} out;

/* Begins a line: its name, unless it is an item of a list. */
static void line(const char *name)
{
	if (out.json) {
		if (out.more[out.depth])
			putchar(',');
		if (out.depth)
			printf("\n%*s", 2 * out.depth, "");
		if (name)
			printf("\"%s\": ", name);
	} else {
		printf("%*s", out.depth > 1 ? 2 * (out.depth - 1) : 0, "");
		if (name)
			printf("%s: ", name);
	}
	out.more[out.depth] = true;
}

/* An object '{' or a list '['; an item's title is for the text only. */
static void begin(const char *name, char kind, const char *title)
{
	if (out.json) {
		line(name);
		putchar(kind);
	} else if (out.depth) {
		printf("%*s%s%s%s\n", 2 * (int)(out.depth - 1), "", name ? name : "",
		       name && title ? " " : "", title ? title : "");
	}
	out.more[++out.depth] = false;
}

static void end(char kind)
{
	bool some = out.more[out.depth--];

	if (!out.json)
		return;
	if (some)
		printf("\n%*s", 2 * out.depth, "");
	putchar(kind);
	if (!out.depth)
		putchar('\n');
}

static void text(const char *name, const char *value)
{
	line(name);
	if (!out.json) {
		puts(value);
		return;
	}
	putchar('"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else if ((unsigned char)*value < 0x20)
			printf("\\u%04x", *value);
		else
			putchar(*value);
	}
	putchar('"');
}

static __attribute__((format(printf, 2, 3))) void textf(const char *name, const char *format, ...)
{
	char value[256];
	va_list list;

	va_start(list, format);
	vsnprintf(value, sizeof(value), format, list);
	va_end(list);
	text(name, value);
}

static void number(const char *name, uint64_t value)
{
	line(name);
	printf("%" PRIu64 "%s", value, out.json ? "" : "\n");
}

static void truth(const char *name, bool value)
{
	line(name);
	printf("%s%s", out.json ? value ? "true" : "false" : value ? "yes" : "no",
	       out.json ? "" : "\n");
}

/* Bytes: JSON has their number, text what can be read. */
static void bytes(const char *name, uint64_t value)
{
	if (out.json)
		number(name, value);
	else if (value >= 1 << 20)
		textf(name, "%.1f MiB", (double)value / (1 << 20));
	else
		textf(name, "%" PRIu64 " KiB", value >> 10);
}

/* --- adapters --------------------------------------------------------------------- */

static bool query(D3DKMT_HANDLE adapter, KMTQUERYADAPTERINFOTYPE type, void *data, UINT size)
{
	D3DKMT_QUERYADAPTERINFO args = {
		.hAdapter = adapter,
		.Type = type,
		.pPrivateDriverData = data,
		.PrivateDriverDataSize = size,
	};

	memset(data, 0, size);
	return NT_SUCCESS(D3DKMTQueryAdapterInfo(&args));
}

/* Prints UTF-16 of which all is ASCII: what is not becomes a question mark. */
static void show_description(D3DKMT_HANDLE adapter)
{
	D3DKMT_DRIVER_DESCRIPTION wide;
	char narrow[256];
	unsigned int i;

	if (!query(adapter, KMTQAITYPE_DRIVER_DESCRIPTION, &wide, sizeof(wide)))
		return;
	for (i = 0; i + 1 < sizeof(narrow) && wide.DriverDescription[i]; i++) {
		narrow[i] = '?';
		if (wide.DriverDescription[i] < 0x7f)
			narrow[i] = (char)wide.DriverDescription[i];
	}
	narrow[i] = 0;
	text("driver", narrow);
}

static void show_device(D3DKMT_HANDLE adapter)
{
	D3DKMT_ADAPTERADDRESS address;
	D3DKMT_QUERY_DEVICE_IDS ids;

	if (query(adapter, KMTQAITYPE_ADAPTERADDRESS, &address, sizeof(address)) &&
	    address.BusNumber != UINT32_MAX)
		textf("pci_address", "%02x:%02x.%x", address.BusNumber, address.DeviceNumber,
		      address.FunctionNumber);
	if (query(adapter, KMTQAITYPE_PHYSICALADAPTERDEVICEIDS, &ids, sizeof(ids)) &&
	    ids.DeviceIds.VendorID)
		textf("pci_id", "%04x:%04x, subsystem %04x:%04x, revision %02x",
		      ids.DeviceIds.VendorID, ids.DeviceIds.DeviceID,
		      ids.DeviceIds.SubVendorID, ids.DeviceIds.SubSystemID,
		      ids.DeviceIds.RevisionID);
}

static void show_caps(D3DKMT_HANDLE adapter)
{
	D3DKMT_ADAPTERTYPE type;
	D3DKMT_WDDM_2_7_CAPS caps;
	UINT version;

	begin("caps", '{', NULL);
	if (query(adapter, KMTQAITYPE_DRIVERVERSION, &version, sizeof(version)))
		textf("wddm", "%u.%u", version / 1000, version / 100 % 10);
	if (query(adapter, KMTQAITYPE_ADAPTERTYPE, &type, sizeof(type))) {
		truth("render", type.RenderSupported);
		truth("display", type.DisplaySupported);
		truth("software", type.SoftwareDevice);
	}
	if (query(adapter, KMTQAITYPE_WDDM_2_7_CAPS, &caps, sizeof(caps)))
		truth("hardware_scheduling", caps.HwSchSupported);
	end('}');
}

static bool statistics(LUID luid, D3DKMT_QUERYSTATISTICS_TYPE type, unsigned int id,
		       D3DKMT_QUERYSTATISTICS_RESULT *result)
{
	D3DKMT_QUERYSTATISTICS args;

	memset(&args, 0, sizeof(args));
	args.Type = type;
	args.AdapterLuid = luid;
	args.QuerySegment.SegmentId = id;
	if (!NT_SUCCESS(D3DKMTQueryStatistics(&args)))
		return false;
	*result = args.QueryResult;
	return true;
}

static void show_budget(D3DKMT_HANDLE adapter, D3DKMT_MEMORY_SEGMENT_GROUP group)
{
	D3DKMT_QUERYVIDEOMEMORYINFO args;

	memset(&args, 0, sizeof(args));
	args.hAdapter = adapter;
	args.MemorySegmentGroup = group;
	if (!NT_SUCCESS(D3DKMTQueryVideoMemoryInfo(&args)))
		return;
	bytes("budget", args.Budget);
	bytes("available_for_reservation", args.AvailableForReservation);
}

static void show_segments(D3DKMT_HANDLE adapter, LUID luid, unsigned int count)
{
	D3DKMT_QUERYSTATISTICS_RESULT result;
	unsigned int i;

	begin("segments", '[', NULL);
	for (i = 0; i < count; i++) {
		if (!statistics(luid, D3DKMT_QUERYSTATISTICS_SEGMENT, i, &result))
			continue;
		begin(NULL, '{', result.SegmentInformation.Aperture ? "system" : "device");
		if (out.json)
			text("segment", result.SegmentInformation.Aperture ? "system" : "device");
		bytes("size", result.SegmentInformation.CommitLimit);
		bytes("used", result.SegmentInformation.BytesCommitted);
		number("allocations", result.SegmentInformation.Memory.AllocsCommitted);
		bytes("evicted", result.SegmentInformation.Memory.TotalBytesEvicted);
		show_budget(adapter, result.SegmentInformation.Aperture ?
			    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL :
			    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL);
		end('}');
	}
	end(']');
}

static void show_nodes(LUID luid, unsigned int count)
{
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE_INFORMATION *all;
	D3DKMT_QUERYSTATISTICS_RESULT result;
	unsigned int i;
	char title[16];

	begin("engines", '[', NULL);
	for (i = 0; i < count; i++) {
		if (!statistics(luid, D3DKMT_QUERYSTATISTICS_NODE, i, &result))
			continue;
		all = &result.NodeInformation.GlobalInformation;
		snprintf(title, sizeof(title), "node %u", i);
		begin(NULL, '{', title);
		if (out.json)
			number("node", i);
		number("busy_us", (uint64_t)all->RunningTime / 10);
		number("commands", all->DmaPacket[0].PacketSubmited);
		number("paging_commands", all->DmaPacket[2].PacketSubmited);
		number("timed_out", all->DmaPacket[0].PacketFaulted);
		end('}');
	}
	end(']');
}

/* --- processes -------------------------------------------------------------------- */

/* The DRM minor of an adapter's render node, which debugfs has a folder of. */
static bool find_minor(LUID luid, unsigned int *minor_out, char *path, size_t size)
{
	struct dxg_adapter_info info;
	struct dxg_adapter *adapter;
	bool found = false;
	struct stat st;
	glob_t nodes;
	size_t i;

	if (glob("/dev/dri/renderD*", 0, NULL, &nodes))
		return false;
	for (i = 0; i < nodes.gl_pathc && !found; i++) {
		if (dxg_adapter_open(nodes.gl_pathv[i], &adapter))
			continue;
		found = !dxg_adapter_get_info(adapter, &info, sizeof(info)) &&
			info.luid.low == luid.LowPart && info.luid.high == luid.HighPart &&
			!fstat(dxg_adapter_fd(adapter), &st);
		if (found) {
			*minor_out = minor(st.st_rdev);
			snprintf(path, size, "%s", nodes.gl_pathv[i]);
		}
		dxg_adapter_close(adapter);
	}
	globfree(&nodes);
	return found;
}

/* Objects of one process: debugfs has a line for each. */
struct handles {
	int pid;
	bool any;
	unsigned int devices, contexts, resources, allocations, fences, others;
	uint64_t bytes;
};

static void show_handles_end(struct handles *handles)
{
	char title[32];

	/* What looks is not what is looked for. */
	if (!handles->any || handles->pid == getpid())
		return;
	snprintf(title, sizeof(title), "process %d", handles->pid);
	begin(NULL, '{', title);
	if (out.json)
		number("pid", (uint64_t)handles->pid);
	number("devices", handles->devices);
	number("contexts", handles->contexts);
	number("resources", handles->resources);
	number("allocations", handles->allocations);
	number("sync_objects", handles->fences);
	number("others", handles->others);
	bytes("memory", handles->bytes);
	end('}');
}

static void count_handle(struct handles *handles, const char *type, uint64_t size)
{
	if (!strcmp(type, "device"))
		handles->devices++;
	else if (!strcmp(type, "context"))
		handles->contexts++;
	else if (!strcmp(type, "resource"))
		handles->resources++;
	else if (!strcmp(type, "allocation"))
		handles->allocations++;
	else if (strstr(type, "sync"))
		handles->fences++;
	else
		handles->others++;
	handles->bytes += size;
}

static void show_handles(unsigned int minor_number)
{
	struct handles handles = { .any = false };
	char path[64], row[256], type[32];
	uint64_t size;
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%u/dxg_handles", minor_number);
	file = fopen(path, "re");
	if (!file)
		return;
	begin("handles", '[', NULL);
	while (fgets(row, sizeof(row), file)) {
		if (sscanf(row, "process %d", &pid) == 1) {
			show_handles_end(&handles);
			memset(&handles, 0, sizeof(handles));
			handles.pid = pid;
			handles.any = true;
		} else if (sscanf(row, " %*x %31s parent=%*x refs=%*u bytes=%" SCNu64, type,
				  &size) == 2) {
			count_handle(&handles, type, size);
		}
	}
	show_handles_end(&handles);
	end(']');
	fclose(file);
}

/* What fdinfo says, line by line: "drm-name:<tab>value unit". */
static void show_fdinfo(FILE *file)
{
	char row[256], *value, *unit;
	uint64_t amount;

	rewind(file);
	while (fgets(row, sizeof(row), file)) {
		if (strncmp(row, "drm-", 4))
			continue;
		value = strchr(row, ':');
		if (!value)
			continue;
		*value++ = 0;
		value += strspn(value, " \t");
		value[strcspn(value, "\n")] = 0;
		if (!strcmp(row, "drm-driver") || !strcmp(row, "drm-client-id"))
			continue;
		amount = strtoull(value, &unit, 10);
		if (unit != value && !strcmp(unit, " KiB"))
			bytes(row + 4, amount << 10);
		else if (unit != value && (!*unit || !strcmp(unit, " ns")))
			number(row + 4, amount);
		else
			text(row + 4, value);
	}
}

/* The client that a file of the driver belongs to, or 0. */
static uint64_t client_of(FILE *file)
{
	char row[256];
	bool ours = false;
	uint64_t id = 0;

	while (fgets(row, sizeof(row), file)) {
		if (!strcmp(row, "drm-driver:\tdxg\n"))
			ours = true;
		if (!strncmp(row, "drm-client-id:", 14))
			id = strtoull(row + 14, NULL, 10);
	}
	return ours ? id : 0;
}

static void show_process_name(const char *pid)
{
	char path[64], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = 0;
	fclose(file);
	text("name", name);
}

/* All clients: a client has one place, however many files it is open in. */
static void show_clients(void)
{
	uint64_t seen[1024], id;
	unsigned int num_seen = 0, i;
	char title[32];
	FILE *file;
	glob_t files;
	size_t j;
	int pid;

	begin("clients", '[', NULL);
	if (glob("/proc/[0-9]*/fdinfo/*", 0, NULL, &files)) {
		end(']');
		return;
	}
	for (j = 0; j < files.gl_pathc; j++) {
		pid = atoi(files.gl_pathv[j] + strlen("/proc/"));
		/* What looks is not what is looked for. */
		if (pid == getpid())
			continue;
		file = fopen(files.gl_pathv[j], "re");
		if (!file)
			continue;
		id = client_of(file);
		for (i = 0; i < num_seen && seen[i] != id; i++)
			;
		if (id && i == num_seen && num_seen < 1024) {
			seen[num_seen++] = id;
			snprintf(title, sizeof(title), "process %d", pid);
			begin(NULL, '{', title);
			if (out.json)
				number("pid", (uint64_t)pid);
			snprintf(title, sizeof(title), "%d", pid);
			show_process_name(title);
			show_fdinfo(file);
			end('}');
		}
		fclose(file);
	}
	globfree(&files);
	end(']');
}

static void show_adapter(const D3DKMT_ADAPTERINFO *info, bool processes)
{
	D3DKMT_QUERYSTATISTICS_RESULT result;
	unsigned int minor_number = 0;
	char title[40], path[64];

	snprintf(title, sizeof(title), "adapter %08x:%08x",
		 (unsigned int)info->AdapterLuid.HighPart, info->AdapterLuid.LowPart);
	begin(NULL, '{', title);
	if (out.json)
		text("luid", title + strlen("adapter "));
	show_description(info->hAdapter);
	show_device(info->hAdapter);
	if (find_minor(info->AdapterLuid, &minor_number, path, sizeof(path)))
		text("node", path);
	else
		path[0] = 0;
	show_caps(info->hAdapter);
	if (statistics(info->AdapterLuid, D3DKMT_QUERYSTATISTICS_ADAPTER, 0, &result)) {
		show_segments(info->hAdapter, info->AdapterLuid,
			      result.AdapterInformation.NbSegments);
		show_nodes(info->AdapterLuid, result.AdapterInformation.NodeCount);
		number("time_outs", result.AdapterInformation.TdrDetectedCount);
		bytes("moved_in", result.AdapterInformation.BytesTransferredFromMdlToMemory);
		bytes("moved_out", result.AdapterInformation.BytesTransferredFromMemoryToMdl);
	}
	if (processes && path[0])
		show_handles(minor_number);
	end('}');
	if (!out.json)
		putchar('\n');
}

int main(int argc, char **argv)
{
	D3DKMT_ADAPTERINFO infos[64];
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 64, .pAdapters = infos };
	bool processes = true;
	NTSTATUS status;
	unsigned int i;
	int arg;

	for (arg = 1; arg < argc; arg++) {
		if (!strcmp(argv[arg], "--json")) {
			out.json = true;
		} else if (!strcmp(argv[arg], "--no-processes")) {
			processes = false;
		} else {
			fprintf(stderr, "usage: dxginfo [--json] [--no-processes]\n");
			return strcmp(argv[arg], "--help") ? 2 : 0;
		}
	}
	/* Before anything is opened here: what is shown is the others' state. */
	status = D3DKMTEnumAdapters2(&list);
	if (!NT_SUCCESS(status)) {
		fprintf(stderr, "dxginfo: /dev/dxg: %s\n", access("/dev/dxg", R_OK) ?
			strerror(errno) : "cannot list adapters");
		return 1;
	}
	begin(NULL, '{', NULL);
	begin("adapters", '[', NULL);
	for (i = 0; i < list.NumAdapters; i++)
		show_adapter(&infos[i], processes);
	end(']');
	if (processes)
		show_clients();
	end('}');
	return list.NumAdapters ? 0 : 1;
}
