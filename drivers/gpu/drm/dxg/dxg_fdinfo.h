/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DXG_FDINFO_H
#define _DXG_FDINFO_H

struct drm_file;
struct drm_printer;
struct file;
struct seq_file;

void dxg_fdinfo_show_drm(struct drm_printer *p, struct drm_file *file_priv);
void dxg_fdinfo_show_misc(struct seq_file *m, struct file *file);

#endif /* _DXG_FDINFO_H */
