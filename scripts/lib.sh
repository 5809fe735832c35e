# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# lib.sh - what the scripts of this directory share.  Sourced, POSIX sh:
#
#	set -eu
#	scripts=$(cd "$(dirname "$0")" && pwd -P)
#	. "$scripts/lib.sh"
#
# Everything that can be made again lives in one cache directory; nothing is
# ever written into the checkout or the machine's own package lists.
#
#   dxg_cache          the cache directory, ${XDG_CACHE_HOME:-$HOME/.cache}/dxg
#   say MESSAGE        progress message on stderr (stdout is for results)
#   die MESSAGE        the same, then exit with status 1
#   need PACKAGE:TOOL...
#                      install the Debian packages whose tools are absent.
#                      TOOL is a command, or a file if it starts with "/".
#   lock NAME          hold lock NAME until unlock or exit, so that two runs
#                      do not fill the same part of the cache at once
#   unlock             release it
#   temp               a fresh directory in the cache (in $tmp), removed on exit
#   publish DIR FINAL  rename a finished directory to its final name: a reader
#                      sees all of it or nothing
#   at_exit COMMAND    run COMMAND (one word or a quoted string) on exit too
#   hash_of FILE...    a short hash over contents of files

dxg_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dxg
dxg_me=${0##*/}
# tools in sbin are not in an ordinary user's PATH
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C.UTF-8
export PATH LC_ALL

say()
{
	printf '%s: %s\n' "$dxg_me" "$*" >&2
}

die()
{
	say "error: $*"
	exit 1
}

# --- cleaning up -------------------------------------------------------------

dxg_at_exit=:

# shellcheck disable=SC2317	# called by the traps
dxg_exit()
{
	dxg_status=$?
	trap - EXIT
	trap '' HUP INT TERM
	eval "$dxg_at_exit" || :
	exit "$dxg_status"
}

at_exit()
{
	dxg_at_exit="$1; $dxg_at_exit"
	trap dxg_exit EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

temp()
{
	mkdir -p "$dxg_cache/tmp"
	# what runs killed by SIGKILL left behind
	find "$dxg_cache/tmp" -mindepth 1 -maxdepth 1 -mmin +1440 \
		-exec rm -rf {} + 2>/dev/null || :
	tmp=$(mktemp -d "$dxg_cache/tmp/$dxg_me.XXXXXX")
	# by value: a script may ask for several
	at_exit "rm -rf '$tmp'"
}

publish()
{
	mkdir -p "$(dirname "$2")"
	# mkdir-made and rename(2): an existing non-empty directory is refused
	if ! mv -T "$1" "$2" 2>/dev/null; then
		[ -d "$2" ] || die "cannot create $2"
		rm -rf "$1"
	fi
}

# --- locks -------------------------------------------------------------------

lock()
{
	mkdir -p "$dxg_cache/lock"
	exec 9>"$dxg_cache/lock/$1"
	if ! flock -n 9; then
		say "waiting for another run that fills the cache ($1)"
		flock 9
	fi
}

unlock()
{
	exec 9>&-
}

# --- tools -------------------------------------------------------------------

dxg_have()
{
	case $1 in
	/*)	[ -e "$1" ] ;;
	*)	command -v "$1" >/dev/null 2>&1 ;;
	esac
}

need()
{
	dxg_missing=
	for dxg_pair in "$@"; do
		dxg_have "${dxg_pair#*:}" || dxg_missing="$dxg_missing ${dxg_pair%%:*}"
	done
	[ -n "$dxg_missing" ] || return 0

	if [ "$(id -u)" = 0 ]; then
		dxg_sudo=
	elif command -v sudo >/dev/null 2>&1; then
		dxg_sudo=sudo
	else
		die "missing; install as root:$dxg_missing"
	fi
	command -v apt-get >/dev/null 2>&1 || die "missing:$dxg_missing"
	say "installing with apt:$dxg_missing"
	# The lists may be absent or too old, so a failed attempt is repeated
	# after an update.
	# shellcheck disable=SC2086	# lists of words, on purpose
	if ! dxg_install $dxg_missing >/dev/null 2>&1; then
		$dxg_sudo apt-get -q update >&2 </dev/null || :
		dxg_install $dxg_missing >&2 ||
			die "could not install:$dxg_missing"
	fi
	for dxg_pair in "$@"; do
		dxg_have "${dxg_pair#*:}" ||
			die "${dxg_pair%%:*} is installed but ${dxg_pair#*:} is not there"
	done
}

dxg_install()
{
	$dxg_sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 --no-install-recommends \
		install "$@" </dev/null
}

# --- small things ------------------------------------------------------------

hash_of()
{
	cat -- "$@" | sha256sum | cut -c 1-12
}
