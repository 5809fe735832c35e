#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The engine of scripts/guest; options and rules are described there.

The guest has a serial console, which carries the kernel log, and two
virtio-serial ports, one for the command's output and one for a few words of
guest.init about how far it is.  These and QEMU's monitor are socket pairs made here,
so there are no names to clash and nothing to clean up.  The kernel writes its log with
levels (console_msg_format=syslog) and all of it (ignore_loglevel): so the log
on the console is complete up to the last moment, even if the guest panics or
the command clears the kernel's buffer, and it is the only thing judged.
"""

import argparse
import ctypes
import json
import os
import re
import selectors
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import traceback

SCRIPTS = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(SCRIPTS)
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or
                     os.path.join(os.path.expanduser("~"), ".cache"), "dxg")
FAILED = 125            # the exit status for all that is not the command's own
SHUTDOWN = 30           # seconds from the last word to the end of QEMU
LEAK_SCAN = 180         # seconds that the guest may take to look for leaks
# What a run gets that does not say: memory in MB, seconds; and the same for a kernel
# with KASAN, where all takes many times as long and every byte has a shadow.
MEMORY, TIMEOUT = 1024, 300
DEBUG_MEMORY, DEBUG_TIMEOUT = 1536, 900
# Checkers that may turn themselves off, by the option of the kernel's configuration
# that brings them: guest.init says of each that it was on to the end.
CHECKERS = {"CONFIG_DEBUG_KMEMLEAK": "kmemleak", "CONFIG_PROVE_LOCKING": "lockdep"}


def say(message):
    print(f"guest: {message}", file=sys.stderr, flush=True)


class Failure(Exception):
    """The run cannot be done, or must not count as passed."""


# --- the verdict on a kernel log ----------------------------------------------

# What is a failure wherever it comes from.  First lines of reports only: the
# lines that follow one belong to it.
REPORTS = re.compile("|".join((
    r"\bWARNING: ",                     # WARN*(), lockdep, RCU
    r"\bBUG[: ]",                       # BUG(), oops, slab, lockdep, scheduling
    r"\bkernel BUG at ",
    r"\bOops: ",
    r"\bKernel panic\b",
    r"\bUnable to handle kernel ",
    r"\bgeneral protection fault\b",
    r"\bdivide error: ",
    r"\bdouble fault: ",
    r"\binvalid opcode: ",
    r"\bint3: ",
    r"\bstack segment: ",
    r"\bkernel stack overflow\b",
    r"\bstack-protector: ",
    r"\bUBSAN: ",
    r"\bKASAN: ",
    r"\bKFENCE: ",
    r"\bKCSAN: ",
    r"\bKMSAN: ",
    r"\bpossible circular locking dependency\b",
    r"\bpossible recursive locking\b",
    r"\bpossible irq lock inversion\b",
    r"\binconsistent lock state\b",
    r"\binconsistent \{.*\} usage\b",
    r"\bINFO: (HARDIRQ|SOFTIRQ)\S* .*lock order detected\b",
    r"\bINFO: trying to register non-static key\b",
    r"\bbad unlock balance\b",
    r"\bheld lock freed\b",
    r"\bstill has locks held\b",
    r"\breturning to user ?space with locks\b",
    r"\bnested lock was not taken\b",
    r"\bINFO: lockdep is turned off\b",
    r"\bturning off the locking correctness validator\b",
    r"\bsuspicious RCU usage\b",
    r"\bINFO: task .* blocked for more than\b",
    r"\bsoft lockup\b",
    r"\bhard LOCKUP\b",
    r"\brcu.*\bdetected (expedited )?stall",
    r"\brcu.*\bself-detected stall\b",
    r"\bkthread starved for\b",
    r"\bworkqueue lockup\b",
    r"\brefcount_t: ",
    r"\blist_(add|del)\S* corruption\b",
    r"\bscheduling while atomic\b",
    r"\bsleeping function called from\b",
    r"\bODEBUG: ",
    r"\bDMA-API: (?!preallocated|debugging enabled by|dma_debug_entry pool grown)",
    r"\bBad (page|rss-counter)\b",
    r"\bbad: scheduling from\b",
    r"\bslab error in\b",
    r"\bObjects remaining (in|on)\b",
    r"\bVFS: Busy inodes\b",
    r"\bkmemleak: \d+ new suspected memory leaks\b",
    r"\bkmemleak: (?!Kernel memory leak detector initialized|Automatic memory scanning)",
    r"\bsysfs: cannot create duplicate filename\b",
    r"\bkobject_add_internal failed\b",
    r"\*ERROR\*",                       # drm_err() of any DRM driver
)))

# The kernel prints these two for every module that is not its own.  The first
# is about being out of tree, the second about the missing signature; both name
# the module that is loaded first, at warning level, and say nothing about it.
TAINT_LINES = re.compile(
    r"\w+: (loading out-of-tree module taints kernel\."
    r"|module verification failed: signature and/or required key missing"
    r" - tainting kernel)")

# Lines of a report (whose first line is judged) that list all modules or name
# the running process; they say "dxg" whoever is to blame.
REPORT_DETAILS = re.compile(
    r"Modules linked in: |CPU: \d+ (UID: \d+ )?PID: \d+ Comm: ")

# <level>[time] message; a user's line in /dev/kmsg has a facility above the
# level.  Something may have been written to the console before it on the line.
RECORD = re.compile(r"<(\d+)>\[ *\d+\.\d+\](?:\[[^\]]*\])? ?")
DROPPED = re.compile(r"\*\* \d+ printk messages dropped \*\*")
WARNING_LEVEL = 4
# Tainted by: bad page, oops, WARN, soft lockup.
TAINTS = {5: "a bad page", 7: "an oops or BUG", 9: "a WARN", 14: "a soft lockup"}


class AllowList:
    """The explained messages of in-tree drivers."""

    def __init__(self, path):
        self.entries = []
        explained = False
        try:
            with open(path, encoding="utf-8") as lines:
                numbered = list(enumerate(lines, 1))
        except FileNotFoundError:
            return
        for number, line in numbered:
            line = line.rstrip("\n")
            where = f"{path}:{number}"
            if line.startswith("#"):
                explained = "SPDX-License" not in line and line.strip("# \t") != ""
                continue
            if not line.strip():
                explained = False
                continue
            if not explained:
                raise Failure(f"{where}: an entry needs a comment that explains it, "
                              "directly above")
            explained = False
            if "dxg" in line.lower():
                raise Failure(f"{where}: nothing that names dxg can be allowed")
            try:
                entry = re.compile(line)
            except re.error as error:
                raise Failure(f"{where}: {error}") from None
            if entry.fullmatch("") or entry.fullmatch("WARNING: dxg something else"):
                raise Failure(f"{where}: matches anything, even what names dxg")
            self.entries.append(entry)

    def allows(self, text):
        # whatever an entry says, it does not excuse a line that names dxg
        return ("dxg" not in text.lower() and
                any(entry.fullmatch(text) for entry in self.entries))


def judge(log, allow):
    """The offending lines of a kernel log, and whether any was allowed."""
    found = []
    allowed = False
    for line in log.decode("utf-8", "replace").splitlines():
        line = line.rstrip("\r")
        records = list(RECORD.finditer(line))
        if records:
            # what came last on this line of the console is the record
            priority = int(records[-1].group(1))
            text = line[records[-1].end():]
        else:
            # a line of a record that has several, or not the kernel's
            priority = None
            text = line
        if DROPPED.search(line):
            found.append(line + "   (so the log cannot be judged)")
            continue
        if allow.allows(text):
            allowed = True
            continue
        if TAINT_LINES.fullmatch(text):
            continue
        if REPORTS.search(text):
            found.append(line)
            continue
        if priority is None or "dxg" not in text.lower():
            continue
        if REPORT_DETAILS.match(text):
            continue
        # IGT notes the beginning and end of its tests, whose names begin with
        # dxg, in the kernel log; that a test failed is for IGT's results.
        # A facility (priority >= 8) means that a program wrote the line.
        if priority >= 8 and text.startswith("[IGT] "):
            continue
        if priority & 7 <= WARNING_LEVEL:
            found.append(line)
    return found, allowed


# --- what goes into the guest -------------------------------------------------

class Archive:
    """Writes a cpio archive (newc), which the kernel takes behind another."""

    def __init__(self, stream):
        self.stream = stream
        self.inode = 0
        self.names = set()
        self.size = 0

    def _entry(self, name, mode, data=b"", path=None):
        if name in self.names:
            return
        self.names.add(name)
        self.inode += 1
        length = os.path.getsize(path) if path else len(data)
        encoded = os.fsencode(name) + b"\0"
        fields = (self.inode, mode, 0, 0, 2 if stat.S_ISDIR(mode) else 1, 0,
                  length, 0, 0, 0, 0, len(encoded), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self.stream.write(head + b"\0" * (-len(head) % 4))
        if path:
            with open(path, "rb") as source:
                shutil.copyfileobj(source, self.stream, 1 << 20)
        else:
            self.stream.write(data)
        self.stream.write(b"\0" * (-length % 4))
        self.size += length

    def _parents(self, name):
        parent = os.path.dirname(name)
        if parent and parent not in self.names:
            self._parents(parent)
            self._entry(parent, stat.S_IFDIR | 0o755)

    def data(self, name, data, mode=0o644):
        self._parents(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def file(self, name, path):
        self._parents(name)
        self._entry(name, stat.S_IFREG | stat.S_IMODE(os.stat(path).st_mode), path=path)

    def directory(self, name, mode=0o755):
        self._parents(name)
        self._entry(name, stat.S_IFDIR | mode)

    def link(self, name, target):
        self._parents(name)
        self._entry(name, stat.S_IFLNK | 0o777, os.fsencode(target))

    def close(self):
        self._entry("TRAILER!!!", 0)
        self.stream.write(b"\0" * (-self.stream.tell() % 512))


def is_elf(path):
    try:
        with open(path, "rb") as file:
            head = file.read(18)
    except OSError:
        return False
    # a program or a shared object, not an object file or a kernel module
    return head[:4] == b"\x7fELF" and head[16:18] in (b"\2\0", b"\3\0")


SYSTEM_LIBRARIES = re.compile(r"(/usr)?/lib(64|32)?(/[^/]*-linux-gnu[^/]*)?")
LDD_LINE = re.compile(r"\s*(?:(\S+) => )?(/.*?|not found)(?: \(0x[0-9a-f]+\))?")


class Files:
    """The files of the command line, and the libraries that they need."""

    def __init__(self, archive):
        self.archive = archive
        self.elf = []
        self.placed = {}        # path here, resolved -> path in the guest

    def add(self, path):
        path = os.path.abspath(path)
        name = os.path.basename(path)
        target = f"work/{name}"
        if target in self.archive.names:
            raise Failure(f"two files are called {name}")
        if os.path.isdir(path):
            self._add_tree(target, path)
        elif os.path.isfile(path):
            self._add_file(target, path)
        else:
            raise Failure(f"no such file: {path}")

    def _add_file(self, target, path):
        self.archive.file(target, path)
        self.placed.setdefault(os.path.realpath(path), "/" + target)
        if is_elf(path):
            self.elf.append(path)

    def _add_tree(self, target, path):
        self.archive.directory(target, stat.S_IMODE(os.stat(path).st_mode))
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                inside = f"{target}/{entry.name}"
                if entry.is_symlink() and not os.path.isabs(os.readlink(entry.path)):
                    self.archive.link(inside, os.readlink(entry.path))
                elif entry.is_dir():
                    self._add_tree(inside, entry.path)
                elif entry.is_file():
                    self._add_file(inside, entry.path)

    def add_libraries(self):
        """Adds what the ELF files need; returns LD_LIBRARY_PATH for the guest.

        Libraries keep the absolute path that they have here.  Libraries among
        the given files are found before the system's.
        """
        own = []
        for path in self.elf:
            folder = os.path.dirname(path)
            if ".so" in os.path.basename(path) and folder not in own:
                own.append(folder)
        search = own + [folder for folder in
                        os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
        environment = dict(os.environ, LC_ALL="C")
        if search:
            environment["LD_LIBRARY_PATH"] = ":".join(search)
        folders = []
        for path in self.elf:
            # ldd fails for static files, and says so
            listing = subprocess.run(["ldd", path], env=environment, text=True,
                                     capture_output=True, check=False,
                                     stdin=subprocess.DEVNULL)
            for line in listing.stdout.splitlines():
                match = LDD_LINE.fullmatch(line)
                if not match:
                    continue
                soname, library = match.groups()
                if library == "not found":
                    raise Failure(f"{path} needs {soname}, which is not found")
                placed = self.placed.get(os.path.realpath(library))
                if placed is None:
                    placed = os.path.normpath(library)
                    self.archive.file(placed.lstrip("/"), library)
                elif soname and os.path.basename(placed) != soname:
                    # given under its full name, needed under its soname
                    placed = f"{os.path.dirname(placed)}/{soname}"
                    self.archive.link(placed.lstrip("/"), os.path.basename(
                        self.placed[os.path.realpath(library)]))
                folder = os.path.dirname(placed)
                if not SYSTEM_LIBRARIES.fullmatch(folder) and folder not in folders:
                    folders.append(folder)
        return ":".join(folders)


def tool(*command):
    """The last line that another script prints."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                            stdin=subprocess.DEVNULL)
    if result.returncode:
        raise Failure(f"{os.path.basename(command[0])} failed")
    return result.stdout.splitlines()[-1]


def module_dependencies(path):
    result = subprocess.run(["modinfo", "-F", "depends", path], text=True,
                            capture_output=True, check=False)
    if result.returncode:
        raise Failure(f"{path} is not a kernel module: {result.stderr.strip()}")
    return [name for name in result.stdout.strip().split(",") if name]


def kernel_config(kernel):
    """The options that are =y in a kernel's configuration."""
    with open(os.path.join(kernel, "config"), encoding="utf-8") as lines:
        return {line.rstrip()[:-2] for line in lines if line.rstrip().endswith("=y")}


def make_image(options, work):
    """The kernel's directory and the initramfs of this run."""
    kernel = tool(os.path.join(SCRIPTS, "kernel"), options.kernel)
    options.config = kernel_config(kernel)
    options.debug = "CONFIG_KASAN" in options.config
    if options.mem is None:
        options.mem = DEBUG_MEMORY if options.debug else MEMORY
    if options.timeout is None:
        options.timeout = DEBUG_TIMEOUT if options.debug else TIMEOUT
    dxg = options.dxg
    if dxg is None:
        # where scripts/build puts it
        default = os.path.join(TOP, "drivers/gpu/drm/dxg/dxg.ko" if options.kernel == "stock"
                               else f"build/{options.kernel}/dxg.ko")
        if os.path.exists(default):
            dxg = default
        elif not options.no_load:
            say(f"there is no {os.path.relpath(default, TOP)} (scripts/build "
                f"{options.kernel} makes it): the guest runs without dxg")
    elif not os.path.exists(dxg):
        raise Failure(f"no such file: {dxg}")
    extra = sorted(module_dependencies(dxg)) if dxg else []
    base = tool(os.path.join(SCRIPTS, "image"), kernel, *extra)

    image = os.path.join(work, "initramfs.cpio")
    with open(image, "wb") as stream:
        with open(base, "rb") as source:
            shutil.copyfileobj(source, stream, 1 << 20)
        archive = Archive(stream)
        # these exist in the base image; the kernel does not mind the repetition
        archive.directory("work")
        archive.directory("dxg")
        if dxg:
            # without debugging information, which the guest has no use for
            stripped = os.path.join(work, "dxg.ko")
            subprocess.run(["strip", "-g", "-o", stripped, dxg], check=True)
            archive.file("lib/mod/dxg.ko", stripped)
        files = Files(archive)
        for path in options.file:
            files.add(path)
        settings = {
            "mode": options.mode,
            "load_vkms": "0" if options.no_vkms else "1",
            "load_dxg": "1" if dxg and not options.no_load else "0",
            "share": "1" if options.share else "0",
            "dxg_params": " ".join(options.module),
            "lib_path": files.add_libraries(),
        }
        if options.mode == "shell":
            settings["term"] = os.environ.get("TERM") or "linux"
            if sys.stdin.isatty():
                size = os.get_terminal_size(sys.stdin.fileno())
                settings["tty_size"] = f"cols {size.columns} rows {size.lines}"
        run = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        archive.data("dxg/run", run.encode())
        if options.command:
            archive.data("dxg/command", os.fsencode("exec " + shlex.join(options.command) + "\n"))
        archive.close()
        # the archive lies in memory twice while it is unpacked
        if archive.size * 2 > (options.mem << 20) * 3 // 4:
            raise Failure(f"the files have {archive.size >> 20} MB; give the guest more "
                          "memory (--mem) or share a directory (--share)")
    return kernel, image


# --- the machine --------------------------------------------------------------

def escape(value):
    """For QEMU's option lists."""
    return value.replace(",", ",,")


def qemu_command(options, accel, kernel, image):
    if options.icount:
        accel = "tcg"
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
               "-display", "none", "-M", "q35",
               "-smp", str(options.smp), "-m", str(options.mem),
               "-kernel", os.path.join(kernel, "vmlinuz"), "-initrd", image]
    if accel == "kvm":
        command += ["-accel", "kvm", "-cpu", "host"]
    elif options.icount:
        command += ["-accel", "tcg,thread=single", "-cpu", "max",
                    "-icount", "shift=0,sleep=off"]
    else:
        command += ["-accel", "tcg,thread=multi", "-cpu", "max"]
    # panic: reset, which ends QEMU.  The self-tests of the crypto code would
    # take the first half second of the command.  Mitigations cost time, and
    # some warn about the host's processor.
    words = ["console=ttyS0", "panic=-1", "log_buf_len=4M", "printk.devkmsg=on",
             "cryptomgr.notests", "mitigations=off",
             "sysctl.kernel.hung_task_timeout_secs=60",
             # a busy host makes the clocks differ, which newer kernels warn of
             "tsc=nowatchdog"]
    if options.debug:
        # Slow is not hung. One report is rarely all: the second is often clearer. And
        # a blinking cursor would keep virtio_gpu and vkms busy all the time: the
        # latter says that it is late, again and again.
        words += ["sysctl.kernel.hung_task_timeout_secs=240", "kasan_multi_shot",
                  "vt.global_cursor_default=0"]
    if options.mode == "run":
        words += ["ignore_loglevel", "console_msg_format=syslog"]
    else:
        words += ["loglevel=5"]
    command += ["-append", " ".join(words + options.append)]
    for device in options.gpu:
        if device != "none":
            command += ["-device", device]
    if options.share:
        command += ["-virtfs", f"local,path={escape(os.path.abspath(options.share))},"
                    "mount_tag=host,security_model=none,multidevs=remap"]
    return command


class Channel:
    """One end of a character device of the guest."""

    def __init__(self, name):
        self.name = name
        self.near, self.far = socket.socketpair()

    def chardev(self):
        return ["-chardev", f"socket,id={self.name},fd={self.far.fileno()}"]


# A program that wants a picture of its screen writes this to /dev/kmsg.
PICTURE = re.compile(rb"\] guest: picture ([0-9a-z-]{1,40})\r?\n")


class Pictures:
    """Puts pictures of the guest's screen into the shared directory.

    One that was asked for as NAME is there as NAME.ppm when it is complete.
    """

    def __init__(self, share):
        self.share = share
        self.seen = 0           # bytes of the console's log
        self.names = []         # of those that QEMU has been asked for
        self.words = bytearray()

    def _path(self, name):
        return os.path.join(os.path.abspath(self.share), name)

    def look(self, log, monitor):
        """Asks QEMU for what the guest has asked for."""
        if not self.share:
            return
        for match in PICTURE.finditer(log, self.seen):
            name = match.group(1).decode()
            self.names.append(name)
            self.seen = match.end()
            request = {"execute": "screendump",
                       "arguments": {"filename": self._path(name + ".new")}}
            monitor.near.send(json.dumps(request).encode() + b"\n")

    def answer(self, data, monitor):
        """What QEMU says on its monitor."""
        self.words += data
        while b"\n" in self.words:
            line, _, rest = self.words.partition(b"\n")
            self.words = bytearray(rest)
            answer = json.loads(line)
            if "QMP" in answer:
                monitor.near.send(b'{"execute": "qmp_capabilities", "id": 1}\n')
            elif answer.get("id") == 1 or not self.names:
                continue
            elif "return" in answer:
                name = self.names.pop(0)
                os.rename(self._path(name + ".new"), self._path(name + ".ppm"))
            elif "error" in answer:
                say(f"no picture: {answer['error'].get('desc')}")
                self.names.pop(0)


def die_with_parent():
    """In the child: no guest outlives this script, even if it is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


class Guest:
    """A run: after run(), what came of it."""

    def __init__(self, command, timeout, output, config=(), share=None):
        self.command = command
        self.pictures = Pictures(share)
        self.unchecked = {name for option, name in CHECKERS.items() if option in config}
        self.timeout = timeout
        self.output = output            # file descriptor for the command's output
        self.log = bytearray()          # the console
        self.judged = None              # how much of it counts
        self.words = bytearray()
        self.status = None
        self.tainted = 0
        self.leaks = []
        self.symbols = []               # (address, name) of dxg, if there are leaks
        self.said = []                  # complaints of the guest's own
        self.error = None
        self.started = None
        self.ended = False
        self.qemu_said = ""
        self.qemu_status = None
        self.timed_out = None

    def _control(self, data):
        self.words += data
        while b"\n" in self.words:
            line, _, rest = self.words.partition(b"\n")
            self.words = bytearray(rest)
            word, _, value = line.decode("utf-8", "replace").partition(" ")
            if word == "start":
                self.started = time.monotonic() - self.began
            elif word == "status":
                self.status = int(value)
                self.deadline = time.monotonic() + LEAK_SCAN
            elif word == "tainted":
                self.tainted = int(value)
            elif word == "checked":
                self.unchecked.discard(value)
            elif word == "complaint":
                self.said.append(value)
            elif word == "symbol":
                fields = value.split()
                self.symbols.append((int(fields[0], 16), fields[2]))
            elif word == "leak":
                self.leaks.append(value)
            elif word == "error":
                self.error = value
                self.deadline = time.monotonic() + SHUTDOWN
            elif word == "end":
                self.ended = True
                self.deadline = time.monotonic() + SHUTDOWN

    def _give_up(self, control):
        """Out of time: ask the guest what hangs, once; then false."""
        if self.timed_out is not None:
            return False
        self.judged = len(self.log)
        if self.ended or self.error:
            self.timed_out = "did not power off"
        elif self.status is not None:
            self.timed_out = "did not finish after the command"
        elif self.started is not None:
            self.timed_out = f"did not end the command in {self.timeout} s"
        else:
            self.timed_out = f"did not get as far as the command in {self.timeout} s"
        try:
            control.near.send(b"dump\n", socket.MSG_DONTWAIT)
        except OSError:
            return False
        self.deadline = time.monotonic() + 3
        return True

    def run(self):
        console, out, control = Channel("console"), Channel("out"), Channel("ctl")
        monitor = Channel("qmp")
        channels = (console, out, control, monitor)
        command = list(self.command)
        for channel in channels:
            command += channel.chardev()
        command += ["-serial", "chardev:console", "-mon", "chardev=qmp,mode=control",
                    "-device", "virtio-serial-pci",
                    "-device", "virtserialport,chardev=out,name=dxg.out",
                    "-device", "virtserialport,chardev=ctl,name=dxg.ctl"]
        self.began = time.monotonic()
        self.deadline = self.began + self.timeout
        with tempfile.TemporaryFile() as said, selectors.DefaultSelector() as selector:
            qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                pass_fds=[channel.far.fileno() for channel in channels],
                start_new_session=True, preexec_fn=die_with_parent)
            try:
                for channel in channels:
                    channel.far.close()
                    selector.register(channel.near, selectors.EVENT_READ, channel)
                while selector.get_map():
                    left = self.deadline - time.monotonic()
                    if left <= 0 and not self._give_up(control):
                        break
                    for key, _ in selector.select(max(left, 0)):
                        try:
                            data = key.fileobj.recv(1 << 16)
                        except ConnectionError:
                            data = b""
                        if not data:            # QEMU is gone
                            selector.unregister(key.fileobj)
                        elif key.data is console:
                            self.log += data
                            self.pictures.look(self.log, monitor)
                        elif key.data is monitor:
                            self.pictures.answer(data, monitor)
                        elif key.data is control:
                            self._control(data)
                        else:
                            while data:
                                data = data[os.write(self.output, data):]
                if self.timed_out is None:
                    try:
                        qemu.wait(10)
                    except subprocess.TimeoutExpired:
                        self.timed_out = "left a QEMU that does not end"
            finally:
                if qemu.poll() is None:
                    qemu.kill()
                self.qemu_status = qemu.wait()
                for channel in channels:
                    channel.near.close()
            said.seek(0)
            self.qemu_said = said.read().decode("utf-8", "replace")

    def died_early(self):
        """Whether the kernel ended before it came to /init, and soon.

        Under TCG, with more guests than processors, Debian's kernel was seen to meet
        an int3 of its own while it patched its text at boot, once in some hundred
        boots. No module and no program of ours has run by then, so nothing that is
        tested can be the reason, and nothing is hidden by another try.
        """
        return (self.timed_out is None and self.started is None and not self.error
                and b"Run /init as init process" not in self.log
                and time.monotonic() - self.began < 60)

    def complaints(self, allow):
        """All that is wrong, as lines for people; nothing if all is well."""
        found = []
        if self.error:
            found.append(f"the guest could not be set up: {self.error}")
        elif self.timed_out:
            found.append(f"the guest {self.timed_out}")
        elif not self.ended or self.status is None:
            if self.started is None:
                how = "before the command was started"
            else:
                how = "while the command ran"
            if self.qemu_status:
                how += (f" (QEMU was killed by signal {-self.qemu_status})"
                        if self.qemu_status < 0
                        else f" (QEMU ended with status {self.qemu_status})")
            found.append(f"the guest ended {how}, without a word: "
                         "a panic, a reset, or QEMU failed")
        log = bytes(self.log if self.judged is None else self.log[:self.judged])
        lines, allowed = judge(log, allow)
        if lines:
            found.append("the kernel log has what it must not have:")
            found += ["    " + line for line in lines[:40]]
            if len(lines) > 40:
                found.append(f"    ... and {len(lines) - 40} more")
        elif not allowed:
            # in case the words of a report are not known here
            found += [f"the kernel is tainted by {what}, but the log does not say why"
                      for bit, what in TAINTS.items() if self.tainted >> bit & 1]
        found += self.said
        if self.ended and self.status is not None:
            found += [f"{name} was not on to the end, so the run is not checked: "
                      "the log may say why" for name in sorted(self.unchecked)]
        if self.leaks:
            found.append("kmemleak reports:")
            found += ["    " + self._named(line) for line in self.leaks[:60]]
            if len(self.leaks) > 60:
                found.append(f"    ... and {len(self.leaks) - 60} lines more")
        return found

    def _named(self, line):
        """A line of a report, with what the unloaded dxg had at its address."""
        match = re.fullmatch(r"\s*0x([0-9a-f]{16})", line)
        if not match:
            return line
        address = int(match.group(1), 16)
        below = [symbol for symbol in self.symbols if symbol[0] <= address]
        if not below or address - max(below)[0] > 1 << 16:
            return line
        start, name = max(below)
        return f"{line} {name}+{address - start:#x} [dxg]"


# --- which accelerator --------------------------------------------------------

def choose_accel():
    forced = os.environ.get("DXG_ACCEL")
    if forced:
        if forced not in ("tcg", "kvm"):
            raise Failure("DXG_ACCEL must be tcg or kvm")
        return forced
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip()
    verdicts = os.path.join(CACHE, "kvm")
    try:
        with open(verdicts, encoding="ascii") as file:
            known, _, verdict = file.read().strip().partition(" ")
        if known == boot and verdict in ("tcg", "kvm"):
            return verdict
    except FileNotFoundError:
        pass
    say("trying once whether a guest boots with KVM (up to 15 s)")
    probe = parse(["run", "--no-load", "--no-vkms", "--gpu", "none", "--smp", "1",
                   "--mem", "512", "--", "true"])
    # not the debug kernel: the verdict holds for all, and that one is slow for other reasons
    probe.kernel = "stock"
    verdict = "tcg"
    with tempfile.TemporaryDirectory(dir=TEMP) as work:
        kernel, image = make_image(probe, work)
        guest = Guest(qemu_command(probe, "kvm", kernel, image), 15, 2)
        guest.run()
        if guest.ended and guest.status == 0:
            verdict = "kvm"
    with tempfile.NamedTemporaryFile("w", dir=TEMP, delete=False) as file:
        file.write(f"{boot} {verdict}\n")
    os.replace(file.name, verdicts)
    say(f"using {'KVM' if verdict == 'kvm' else 'emulation (TCG): KVM guests do not boot here'}")
    return verdict


# --- the command line ---------------------------------------------------------

class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(f"{message} (see the head of scripts/guest)")


def parse(arguments):
    command = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, command = arguments[:at], arguments[at + 1:]
    parser = Parser(prog="guest", add_help=False, allow_abbrev=False)
    parser.add_argument("mode", choices=("run", "shell"))
    parser.add_argument("--kernel", default="stock")
    parser.add_argument("--gpu", action="append")
    parser.add_argument("--no-vkms", action="store_true")
    parser.add_argument("--no-load", action="store_true")
    parser.add_argument("--dxg")
    parser.add_argument("--module", action="append", default=[])
    parser.add_argument("--smp", type=int)
    parser.add_argument("--mem", type=int)
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--append", action="append", default=[])
    parser.add_argument("--share")
    parser.add_argument("--file", action="append", default=[])
    parser.add_argument("--icount", action="store_true")
    parser.add_argument("--keep-log")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args(arguments)
    options.command = command
    options.gpu = options.gpu or ["virtio-gpu-pci"]
    if options.timeout is not None and options.timeout.is_integer():
        options.timeout = int(options.timeout)
    if options.smp is None:
        options.smp = 1 if options.icount else 2
    elif options.icount and options.smp != 1:
        raise Failure("--icount needs --smp 1")
    if options.mode == "run" and not command:
        raise Failure("no command; write it behind --")
    if options.mode == "shell" and command:
        raise Failure("shell takes no command")
    if options.share and not os.path.isdir(options.share):
        raise Failure(f"no such directory: {options.share}")
    for word in options.module:
        if "=" not in word or any(character.isspace() for character in word):
            raise Failure(f"--module {word}: must be PARAM=VALUE, without white space")
    return options


def remove_old(folder, days):
    """Removes what is older: logs, and what killed runs left behind."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        try:
            if os.path.getmtime(path) < time.time() - days * 86400:
                if os.path.isdir(path):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)
        except OSError:
            pass


def keep_log(log):
    """Saves a log; returns its path."""
    folder = os.path.join(CACHE, "logs")
    os.makedirs(folder, exist_ok=True)
    remove_old(folder, 7)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f"guest-{stamp}-", suffix=".log",
                                     delete=False) as file:
        file.write(log.replace(b"\r\n", b"\n"))
        os.fchmod(file.fileno(), 0o644)
    return file.name


def run(options):
    allow = AllowList(os.path.join(SCRIPTS, "guest.allow"))
    accel = "tcg" if options.icount else choose_accel()
    with tempfile.TemporaryDirectory(dir=TEMP, prefix="guest.") as work:
        kernel, image = make_image(options, work)
        command = qemu_command(options, accel, kernel, image)
        if options.verbose:
            say(f"kernel {kernel}")
            say(shlex.join(command))
        if options.mode == "shell":
            return subprocess.run(
                command + ["-chardev", "stdio,id=console,mux=on,signal=off",
                           "-serial", "chardev:console", "-mon", "chardev=console"],
                preexec_fn=die_with_parent, check=False).returncode
        guest = Guest(command, options.timeout, 1, options.config, options.share)
        try:
            guest.run()
            if guest.died_early():
                say("the kernel died before it ran anything of ours; once more")
                keep_log(bytes(guest.log))
                guest = Guest(command, options.timeout, 1, options.config, options.share)
                guest.run()
        finally:
            log = bytes(guest.log)
            if options.keep_log:
                with open(options.keep_log, "wb") as file:
                    file.write(log.replace(b"\r\n", b"\n"))
    if options.verbose and guest.started is not None:
        say(f"command started after {guest.started:.1f} s, "
            f"QEMU ended after {time.monotonic() - guest.began:.1f} s")
    for line in guest.qemu_said.splitlines():
        say(f"[qemu] {line}")
    complaints = guest.complaints(allow)
    if not complaints:
        return guest.status
    for line in complaints:
        say(line)
    if guest.status is not None:
        say(f"(the command itself ended with status {guest.status})")
    elif log:
        say("the kernel's last words:")
        for line in log[:guest.judged].decode("utf-8", "replace").splitlines()[-8:]:
            say("    " + line)
        if guest.judged is not None and guest.judged < len(log):
            say("what the processors and the blocked tasks were doing follows in the log")
    say(f"kernel log: {options.keep_log or keep_log(log)}")
    return FAILED


def judge_file(arguments):
    if not 1 <= len(arguments) <= 2:
        raise Failure("judge needs the name of one log")
    allow = AllowList((arguments[1:] or [os.path.join(SCRIPTS, "guest.allow")])[0])
    with open(arguments[0], "rb") as file:
        found, _ = judge(file.read(), allow)
    for line in found:
        print(line)
    return FAILED if found else 0


class Interrupted(BaseException):
    pass


def interrupted(number, _frame):
    raise Interrupted(number)


TEMP = os.path.join(CACHE, "tmp")


def main(arguments):
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        # leave alone what nohup and the like have set
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupted)
    try:
        os.makedirs(TEMP, exist_ok=True)
        remove_old(TEMP, 1)
        if arguments[0] == "judge":
            return judge_file(arguments[1:])
        return run(parse(arguments))
    except Failure as failure:
        say(f"error: {failure}")
    except BrokenPipeError:
        say("error: nobody reads the output any more")
    except OSError as failure:
        say(f"error: {failure}")
    except Interrupted as signalled:
        say("interrupted")
        return 128 + signalled.args[0]
    except Exception:   # pylint: disable=broad-except
        # not 1, which would look like the command's status
        traceback.print_exc()
    return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
