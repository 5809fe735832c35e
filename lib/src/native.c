// SPDX-License-Identifier: MIT
#include "dxg.h"

const char *dxg_version(void)
{
	return "0.1.0";
}
