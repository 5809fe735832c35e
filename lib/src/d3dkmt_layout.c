// SPDX-License-Identifier: MIT
/* That the kernel's header and the Windows one speak of the same bytes. */
#include <assert.h>

#include <misc/d3dkmthk.h>

#include "operation.h"

#define THUNK(number, function, type, bytes, code) \
	static_assert(D3DKMT_IOCTL_##code == D3DKMT_IO_BYTES(number, bytes), #function);
#define THUNK_CONST THUNK
#define OPERATION THUNK
#include "d3dkmt_operations.h"
#undef THUNK

static const unsigned int kernel_codes[] = {
#define THUNK(number, function, type, bytes, code) D3DKMT_IOCTL_##code,
#include "d3dkmt_operations.h"
};

bool dxg_layout_agrees(const struct dxg_operation *operations)
{
	unsigned int i;

	for (i = 0; i < sizeof(kernel_codes) / sizeof(kernel_codes[0]); i++)
		if (!operations[i].name || _IOC_NR(kernel_codes[i]) != operations[i].nr ||
		    _IOC_SIZE(kernel_codes[i]) != operations[i].bytes)
			return false;
	return !operations[i].name;
}
