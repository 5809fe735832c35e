// SPDX-License-Identifier: MIT
/* The D3DKMT functions without a kernel: layouts, statuses, no argument, no /dev/dxg. */
#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "d3dkmt.h"

static void layouts_agree(void)
{
	CHECK(dxg_layout_agrees(dxg_operations));
}

/* One that is left out, has another number or other bytes is found. */
static void layouts_that_differ_are_found(void)
{
	struct dxg_operation copy[70];
	unsigned int count = 0;

	while (dxg_operations[count].name)
		count++;
	CHECK_EQ(count, 69);
	memcpy(copy, dxg_operations, sizeof(copy));
	CHECK(dxg_layout_agrees(copy));
	copy[36].bytes++;
	CHECK(!dxg_layout_agrees(copy));
	copy[36].bytes--;
	copy[0].nr = 2;
	CHECK(!dxg_layout_agrees(copy));
	copy[0].nr = 1;
	copy[68].name = NULL;
	CHECK(!dxg_layout_agrees(copy));
}

static void numbers_are_in_order(void)
{
	unsigned int i;

	for (i = 0; dxg_operations[i].name; i++)
		CHECK_EQ(dxg_operations[i].nr, i + 1);
}

static void errnos_have_their_status(void)
{
	static const struct {
		int error;
		uint32_t status;
	} table[] = {
		{ EINVAL, 0xc000000d }, { EACCES, 0xc0000022 }, { ENOMEM, 0xc0000017 },
		{ EPERM, 0xc00000bb }, { ENOSYS, 0xc00000bb }, { ENODEV, 0xc00002b6 },
		{ EOPNOTSUPP, 0xc000001d }, { EOVERFLOW, 0xc0000023 }, { EBADF, 0xc0000008 },
		{ ENOENT, 0xc0000033 }, { EINPROGRESS, 0xc01e0102 }, { EEXIST, 0xc0000035 },
		{ EPROTOTYPE, 0xc0000024 }, { EAGAIN, 0x00000102 }, { EFAULT, 0xc0000001 },
		{ ENOTTY, 0xc0000001 }, { EIO, 0xc0000001 }, { EBUSY, 0xc0000001 },
		{ EMFILE, 0xc0000001 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		CHECK_EQ((uint32_t)dxg_status_of_errno(table[i].error), table[i].status);
	CHECK(!NT_SUCCESS(STATUS_NO_MEMORY));
	CHECK(NT_SUCCESS(STATUS_PENDING));
}

/* What all functions should have returned; those that have not are named by number. */
static void check_status(unsigned int nr, size_t bytes, NTSTATUS status, NTSTATUS want)
{
	if (status == want)
		return;
	printf("# operation %#x, %zu bytes:\n", nr, bytes);
	CHECK_EQ(status, want);
}

static void no_argument_is_invalid(void)
{
#define EACH(nr, function, type) \
	check_status(nr, sizeof(type), function(NULL), STATUS_INVALID_PARAMETER)
#include "d3dkmt_each.h"
	CHECK_EQ(D3DKMTDestroyAllocation(NULL), STATUS_INVALID_PARAMETER);
}

static void without_the_module_nothing_succeeds(void)
{
	D3DKMT_DESTROYALLOCATION destroy = { .AllocationCount = 1 };
	D3DKMT_HANDLE handle = 0;
	HANDLE shared;

	if (!access("/dev/dxg", F_OK))
		return;
#define EACH(nr, function, type) do { \
	type args; \
	\
	memset(&args, 0, sizeof(args)); \
	check_status(nr, sizeof(args), function(&args), STATUS_UNSUCCESSFUL); \
} while (0)
#include "d3dkmt_each.h"
	CHECK_EQ(D3DKMTDestroyAllocation(&destroy), STATUS_UNSUCCESSFUL);
	CHECK_EQ(D3DKMTShareObjects(1, &handle, NULL, 0, &shared), STATUS_UNSUCCESSFUL);
}

/* Names of the bits, as the words of the kernel's header. */
static void flags_are_where_they_should_be(void)
{
	D3DDDICB_DESTROYALLOCATION2FLAGS destroy = { .Value = 0 };
	D3DDDI_SEGMENTPREFERENCE preference = { .Value = 0 };
	D3DKMT_ENUMADAPTERS_FILTER filter = { .Value = 0 };
	D3DKMT_CREATEALLOCATIONFLAGS create = { 0 };
	uint32_t word;

	destroy.SynchronousDestroy = 1;
	CHECK_EQ(destroy.Value, 1 << 1);
	preference.SegmentId1 = 2;
	CHECK_EQ(preference.Value, 2 << 6);
	filter.IncludeDisplayOnly = 1;
	CHECK_EQ(filter.Value, 1 << 1);
	create.StandardAllocation = 1;
	memcpy(&word, &create, sizeof(word));
	CHECK_EQ(word, 1 << 16);
}

int main(void)
{
	run(layouts_agree);
	run(layouts_that_differ_are_found);
	run(numbers_are_in_order);
	run(errnos_have_their_status);
	run(no_argument_is_invalid);
	run(without_the_module_nothing_succeeds);
	run(flags_are_where_they_should_be);
	return report();
}
