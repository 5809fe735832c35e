// SPDX-License-Identifier: MIT
/*
 * The D3DKMT functions by their Windows names.
 *
 * The kernel's operations have the layouts of the functions' arguments, so each function is
 * one ioctl and the translation of its error. What is not one ioctl is the file: a process
 * has one, opened when it is first needed, and a child of fork must not use its parent's.
 *
 * The file is the one thing that the library keeps outside of objects. It is in a page of its
 * own that fork gives to the child filled with zeroes, which is "not opened yet". So there is
 * no lock that a fork can catch, nothing to register, and no process number to compare, which
 * would be wrong for what shares its memory after vfork. The child's descriptor of the
 * parent's file stays open until exec, as any: its number may be somebody else's by now.
 *
 * Refused: to open the file when the library is loaded. A program may be started before the
 * module is, or drop its rights first and never call.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/ioctl.h>

#include "d3dkmt.h"

#define THUNK(nr, name, type, bytes, code) static_assert(sizeof(type) == (bytes), #type);
#define THUNK_CONST THUNK
#define OPERATION THUNK
#include "d3dkmt_operations.h"
#undef THUNK
#undef THUNK_CONST
#undef OPERATION

#define FIELD(type, field, at) static_assert(offsetof(type, field) == (at), #type "." #field);
#include "d3dkmt_fields.h"
#undef FIELD

static_assert(sizeof(D3DKMT_DESTROYALLOCATION) == 24, "padding is where version 2 has flags");
static_assert(sizeof(D3DKMT_ADAPTERINFO) == 20, "stride of an array");
static_assert(sizeof(D3DDDI_ALLOCATIONINFO2) == 96, "stride of an array");
static_assert(sizeof(D3DDDI_OPENALLOCATIONINFO2) == 80, "stride of an array");
static_assert(sizeof(D3DDDI_SYNCHRONIZATIONOBJECTINFO2) == 80, "in another structure");
static_assert(sizeof(D3DKMT_QUERYSTATISTICS_RESULT) == 776, "in another structure");
static_assert(sizeof(D3DKMT_QUERYSTATISTICS_NODE_INFORMATION) == 616, "as of the kernel");

const struct dxg_operation dxg_operations[] = {
#define THUNK(nr, name, type, bytes, code) { nr, #name, sizeof(type) },
#define THUNK_CONST THUNK
#define OPERATION THUNK
#include "d3dkmt_operations.h"
#undef THUNK
#undef THUNK_CONST
#undef OPERATION
	{ 0, NULL, 0 }
};

/* The file of the process, plus 1; in memory that a child finds zeroed. NULL until needed. */
static _Atomic(atomic_int *) dxg_file;

/* The place where the file is; NULL and errno. */
static atomic_int *file_place(void)
{
	atomic_int *place = atomic_load(&dxg_file), *none = NULL;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	if (place)
		return place;
	place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (place == MAP_FAILED)
		return NULL;
	if (!dxg_layout_agrees(dxg_operations)) {
		errno = ENOTTY;
		goto err;
	}
	if (madvise(place, size, MADV_WIPEONFORK))
		goto err;
	if (!atomic_compare_exchange_strong(&dxg_file, &none, place)) {
		munmap(place, size);
		place = none;
	}
	return place;

err:
	munmap(place, size);
	return NULL;
}

/*
 * The file descriptor of the process, or -1 and errno. One that is no good, whoever has closed
 * it, is replaced and not closed: its number may be somebody else's.
 */
static int file_get(int no_good)
{
	atomic_int *place = file_place();
	int old, fd;

	if (!place)
		return -1;
	old = atomic_load(place);
	if (old && old - 1 != no_good)
		return old - 1;
	fd = open("/dev/dxg", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!atomic_compare_exchange_strong(place, &old, fd + 1)) {
		close(fd);
		fd = old - 1;
	}
	return fd;
}

NTSTATUS dxg_status_of_errno(int error)
{
	switch (error) {
	case EINVAL:		return STATUS_INVALID_PARAMETER;
	case ENOMEM:		return STATUS_NO_MEMORY;
	case ENODEV:		return STATUS_DEVICE_REMOVED;
	case EOVERFLOW:		return STATUS_BUFFER_TOO_SMALL;
	case ENOENT:		return STATUS_OBJECT_NAME_INVALID;
	case EEXIST:		return STATUS_OBJECT_NAME_COLLISION;
	case EAGAIN:		return STATUS_TIMEOUT;
	case EACCES:		return STATUS_ACCESS_DENIED;
	case EPERM:
	case ENOSYS:		return STATUS_NOT_SUPPORTED;
	case EOPNOTSUPP:	return STATUS_ILLEGAL_INSTRUCTION;
	case EBADF:		return STATUS_INVALID_HANDLE;
	case EINPROGRESS:	return STATUS_GRAPHICS_ALLOCATION_BUSY;
	case EPROTOTYPE:	return STATUS_OBJECT_TYPE_MISMATCH;
	default:		return STATUS_UNSUCCESSFUL;
	}
}

/*
 * One operation. The C library tells errors from results by -1: any other number is a status
 * of the kernel's own. Where @reopen, a file that somebody has closed is opened again.
 */
static NTSTATUS operate(unsigned long code, const void *args, bool reopen)
{
	int fd, ret;

	if (!args)
		return STATUS_INVALID_PARAMETER;
	fd = file_get(-1);
	if (fd < 0)
		return STATUS_UNSUCCESSFUL;
	do {
		ret = ioctl(fd, code, args);
		if (ret == -1 && reopen && (errno == EBADF || errno == ENOTTY)) {
			reopen = false;
			fd = file_get(fd);
			if (fd < 0)
				return STATUS_UNSUCCESSFUL;
			errno = EINTR;
		}
	} while (ret == -1 && errno == EINTR);
	return ret == -1 ? dxg_status_of_errno(errno) : (NTSTATUS)ret;
}

/* Handles that were there are lost with the file: only what needs none may go on. */
static bool may_reopen(unsigned int nr)
{
	return nr == 0x01 || nr == 0x14 || nr == 0x3e;
}

#define CODE(nr, type) _IOWR('G', nr, type)

#define THUNK(nr, name, type, bytes, code) \
NTSTATUS APIENTRY D3DKMT##name(type *args) \
{ \
	return operate(CODE(nr, type), args, may_reopen(nr)); \
}

#define THUNK_CONST(nr, name, type, bytes, code) THUNK(nr, name, const type, bytes, code)

#define OPERATION(nr, name, type, bytes, code)

#include "d3dkmt_operations.h"

/* Version 1 has padding where version 2 has flags: what is there nobody meant. */
NTSTATUS APIENTRY D3DKMTDestroyAllocation(const D3DKMT_DESTROYALLOCATION *args)
{
	D3DKMT_DESTROYALLOCATION2 args2 = { .Flags = { .Value = 0 } };

	if (!args)
		return STATUS_INVALID_PARAMETER;
	args2.hDevice = args->hDevice;
	args2.hResource = args->hResource;
	args2.phAllocationList = args->phAllocationList;
	args2.AllocationCount = args->AllocationCount;
	return D3DKMTDestroyAllocation2(&args2);
}

NTSTATUS APIENTRY D3DKMTShareObjects(UINT count, const D3DKMT_HANDLE *objects,
				     OBJECT_ATTRIBUTES *attributes, DWORD access,
				     HANDLE *handle)
{
	D3DKMT_SHAREOBJECTS args = {
		.ObjectCount = count,
		.ObjectHandleArray = objects,
		.pObjectAttributes = attributes,
		.DesiredAccess = access,
		.pSharedNtHandle = handle,
	};

	return operate(CODE(0x3f, D3DKMT_SHAREOBJECTS), &args, false);
}
