/* SPDX-License-Identifier: MIT */
/*
 * For the tests: define EACH(nr, function, type) and include this, for each function of one
 * argument that is an operation's.
 */
#define THUNK(nr, name, type, bytes, code) EACH(nr, D3DKMT##name, type);
#define THUNK_CONST THUNK
#define OPERATION(nr, name, type, bytes, code)
#include "d3dkmt_operations.h"
#undef THUNK
#undef THUNK_CONST
#undef OPERATION
#undef EACH
