/* SPDX-License-Identifier: MIT */
#ifndef DXG_H
#define DXG_H

#ifdef __cplusplus
extern "C" {
#endif

const char *dxg_version(void);

#ifdef __cplusplus
}
#endif

#endif /* DXG_H */
