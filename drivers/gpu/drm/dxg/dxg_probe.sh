#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# dxg_probe.sh - what a kernel's headers offer, as flags for the compiler
#
#	dxg_probe.sh INCLUDE-DIRECTORY
#
# Run by Kbuild; dxg_compat.h uses the flags and says why they are made like this.
# Prints -DDXG_HAVE_... for what is there, and -DDXG_PROBED last. A header that has
# neither of the two shapes it is known to have is an error: nothing is printed then.

include=$1
flags=

# The text of a header on one line, without comments, with single spaces.
text()
{
	awk '
	{
		line = $0
		out = ""
		while (line != "") {
			if (comment) {
				i = index(line, "*/")
				if (!i)
					break
				line = substr(line, i + 2)
				comment = 0
				continue
			}
			i = index(line, "/*")
			j = index(line, "//")
			if (j && (!i || j < i)) {
				out = out substr(line, 1, j - 1)
				break
			}
			if (!i) {
				out = out line
				break
			}
			out = out substr(line, 1, i - 1) " "
			line = substr(line, i + 2)
			comment = 1
		}
		text = text " " out
	}
	END {
		gsub(/[ \t]+/, " ", text)
		print text
	}' "$include/$1"
}

# have NAME HEADER PATTERN OTHER: the header has PATTERN, or else it has OTHER
have()
{
	if [ ! -r "$include/$2" ]; then
		echo "dxg_probe.sh: there is no $include/$2" >&2
		exit 1
	fi
	declarations=$(text "$2")
	if printf '%s' "$declarations" | grep -q -e "$3"; then
		flags="$flags -DDXG_HAVE_$1"
	elif ! printf '%s' "$declarations" | grep -q -e "$4"; then
		echo "dxg_probe.sh: $2 has neither '$3' nor '$4'" >&2
		exit 1
	fi
}

have DRIVER_GEM_GPUVA drm/drm_drv.h \
	'DRIVER_GEM_GPUVA = BIT(' \
	'DRIVER_GEM = BIT('
have DRM_DRIVER_DATE drm/drm_drv.h \
	'char \*date;' \
	'char \*desc;'
# Where there is this name, the shorter one means something else.
have DRM_GEM_VMAP_UNLOCKED drm/drm_gem.h \
	'int drm_gem_vmap_unlocked(' \
	'int drm_gem_vmap('
have DRM_GPUVM_BO_OBTAIN_LOCKED drm/drm_gpuvm.h \
	'drm_gpuvm_bo_obtain_locked(' \
	'drm_gpuvm_bo_obtain('
have DRM_GPUVM_MAP_REQ drm/drm_gpuvm.h \
	'int drm_gpuvm_sm_map([^()]*struct drm_gpuvm_map_req \*req)' \
	'int drm_gpuvm_sm_map([^()]*u64 addr, u64 range,'
have DRM_SCHED_INIT_ARGS drm/gpu_scheduler.h \
	'int drm_sched_init([^()]*struct drm_sched_init_args \*args)' \
	'int drm_sched_init([^()]*u32 num_rqs,'
have DRM_SCHED_JOB_CLIENT_ID drm/gpu_scheduler.h \
	'int drm_sched_job_init([^()]*drm_client_id)' \
	'int drm_sched_job_init([^()]*void \*owner)'
have DRM_SCHED_STAT_NO_HANG drm/gpu_scheduler.h \
	'DRM_GPU_SCHED_STAT_NO_HANG[,} ]' \
	'DRM_GPU_SCHED_STAT_NOMINAL[,} ]'
have SHMEM_VMA_FLAGS linux/shmem_fs.h \
	'struct file \*shmem_file_setup([^()]*vma_flags_t ' \
	'struct file \*shmem_file_setup([^()]*unsigned long '

echo "${flags# } -DDXG_PROBED"
