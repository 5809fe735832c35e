# SPDX-License-Identifier: GPL-2.0-only
# "make help" says what there is.

KDIR ?= /lib/modules/$(shell uname -r)/build
# Debian's headers have no vmlinux to make BTF from, and pahole need not be there.
KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_DEBUG_INFO_BTF_MODULES=

all: modules

modules:
	$(KBUILD) modules

# For the guest: the kernel is fetched when it is not there yet.
guest-modules:
	scripts/build

run:
	scripts/run

test:
	scripts/test

check:
	scripts/check

igt: guest-modules
	scripts/igt run

kunit:
	scripts/kunit

bench:
	scripts/bench

lib:
	$(MAKE) -C lib

shell: guest-modules
	scripts/guest shell

install:
	$(KBUILD) modules_install

clean:
	$(KBUILD) clean
	rm -rf build

help:
	@echo 'make run      boot a guest, load the module, show what it does'
	@echo 'make test     make check, then every suite; the last line counts'
	@echo 'make check    style, warnings, documentation of the sources'
	@echo 'make igt      the IGT tests alone (scripts/igt --help for more)'
	@echo 'make kunit    the unit tests, in User Mode Linux; seconds after the first build'
	@echo 'make bench    what calls cost, beside GEM; fails where a target is missed'
	@echo 'make lib      libdrm_dxg and dxginfo; its own targets are in lib/Makefile'
	@echo 'make shell    a prompt in a guest with the module loaded'
	@echo 'make          build dxg.ko for the running kernel, or for KDIR='
	@echo 'make install  install it there'

.PHONY: all modules guest-modules run test check igt kunit bench lib shell install clean help
