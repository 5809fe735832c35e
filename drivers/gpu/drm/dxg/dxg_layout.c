// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layouts of D3DKMT, which existing programs have been compiled with, and of what
 * is ours. There is no code here: a structure that differs does not compile.
 */
#include <linux/build_bug.h>
#include <linux/stddef.h>

#include <uapi/drm/dxg_drm.h>
#include <uapi/misc/d3dkmthk.h>

#define LAYOUT_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size))
#define LAYOUT_AT(type, field, offset) \
	static_assert(offsetof(struct type, field) == (offset))

LAYOUT_SIZE(d3dkmt_luid, 8);
LAYOUT_AT(d3dkmt_luid, high, 4);

LAYOUT_SIZE(d3dkmt_open_adapter_from_luid, 12);
LAYOUT_AT(d3dkmt_open_adapter_from_luid, adapter_luid, 0);
LAYOUT_AT(d3dkmt_open_adapter_from_luid, adapter, 8);

LAYOUT_SIZE(d3dkmt_adapter_info, 20);
LAYOUT_AT(d3dkmt_adapter_info, adapter, 0);
LAYOUT_AT(d3dkmt_adapter_info, adapter_luid, 4);
LAYOUT_AT(d3dkmt_adapter_info, num_sources, 12);
LAYOUT_AT(d3dkmt_adapter_info, precise_present_regions_preferred, 16);

LAYOUT_SIZE(d3dkmt_enum_adapters2, 16);
LAYOUT_AT(d3dkmt_enum_adapters2, num_adapters, 0);
LAYOUT_AT(d3dkmt_enum_adapters2, adapters, 8);

LAYOUT_SIZE(d3dkmt_enum_adapters3, 24);
LAYOUT_AT(d3dkmt_enum_adapters3, filter, 0);
LAYOUT_AT(d3dkmt_enum_adapters3, num_adapters, 8);
LAYOUT_AT(d3dkmt_enum_adapters3, adapters, 16);

LAYOUT_SIZE(d3dkmt_close_adapter, 4);

LAYOUT_SIZE(d3dkmt_query_adapter_info, 24);
LAYOUT_AT(d3dkmt_query_adapter_info, adapter, 0);
LAYOUT_AT(d3dkmt_query_adapter_info, type, 4);
LAYOUT_AT(d3dkmt_query_adapter_info, private_driver_data, 8);
LAYOUT_AT(d3dkmt_query_adapter_info, private_driver_data_size, 16);

LAYOUT_SIZE(d3dkmt_segment_size_info, 24);
LAYOUT_AT(d3dkmt_segment_size_info, dedicated_video_memory_size, 0);
LAYOUT_AT(d3dkmt_segment_size_info, dedicated_system_memory_size, 8);
LAYOUT_AT(d3dkmt_segment_size_info, shared_system_memory_size, 16);

LAYOUT_SIZE(d3dkmt_adapter_address, 12);
LAYOUT_AT(d3dkmt_adapter_address, device, 4);
LAYOUT_AT(d3dkmt_adapter_address, function, 8);

LAYOUT_SIZE(d3dkmt_query_device_ids, 28);
LAYOUT_AT(d3dkmt_query_device_ids, vendor_id, 4);
LAYOUT_AT(d3dkmt_query_device_ids, device_id, 8);
LAYOUT_AT(d3dkmt_query_device_ids, sub_vendor_id, 12);
LAYOUT_AT(d3dkmt_query_device_ids, sub_system_id, 16);
LAYOUT_AT(d3dkmt_query_device_ids, revision_id, 20);
LAYOUT_AT(d3dkmt_query_device_ids, bus_type, 24);

LAYOUT_SIZE(d3dkmt_driver_description, 8192);

LAYOUT_SIZE(d3dkmt_create_device, 64);
LAYOUT_AT(d3dkmt_create_device, adapter, 0);
LAYOUT_AT(d3dkmt_create_device, flags, 8);
LAYOUT_AT(d3dkmt_create_device, device, 12);
LAYOUT_AT(d3dkmt_create_device, command_buffer, 16);
LAYOUT_AT(d3dkmt_create_device, command_buffer_size, 24);
LAYOUT_AT(d3dkmt_create_device, allocation_list, 32);
LAYOUT_AT(d3dkmt_create_device, allocation_list_size, 40);
LAYOUT_AT(d3dkmt_create_device, patch_location_list, 48);
LAYOUT_AT(d3dkmt_create_device, patch_location_list_size, 56);

LAYOUT_SIZE(d3dkmt_destroy_device, 4);

LAYOUT_SIZE(d3dkmt_get_device_state, 56);
LAYOUT_AT(d3dkmt_get_device_state, device, 0);
LAYOUT_AT(d3dkmt_get_device_state, type, 4);
LAYOUT_AT(d3dkmt_get_device_state, execution_state, 8);
LAYOUT_AT(d3dkmt_get_device_state, faulted_pipeline_stage, 16);
LAYOUT_AT(d3dkmt_get_device_state, faulted_bind_table_entry, 20);
LAYOUT_AT(d3dkmt_get_device_state, page_fault_flags, 24);
LAYOUT_AT(d3dkmt_get_device_state, fault_error_code, 28);
LAYOUT_AT(d3dkmt_get_device_state, faulted_virtual_address, 32);

LAYOUT_SIZE(d3dkmt_mark_device_as_error, 8);
LAYOUT_AT(d3dkmt_mark_device_as_error, device, 0);
LAYOUT_AT(d3dkmt_mark_device_as_error, reason, 4);

LAYOUT_SIZE(d3dkmt_reserve_gpu_virtual_address, 72);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, paging_queue, 0);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, base_address, 8);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, minimum_address, 16);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, maximum_address, 24);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, size, 32);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, reservation_type, 40);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, driver_protection, 48);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, virtual_address, 56);
LAYOUT_AT(d3dkmt_reserve_gpu_virtual_address, paging_fence_value, 64);

LAYOUT_SIZE(d3dkmt_map_gpu_virtual_address, 104);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, paging_queue, 0);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, base_address, 8);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, minimum_address, 16);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, maximum_address, 24);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, allocation, 32);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, offset_in_pages, 40);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, size_in_pages, 48);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, protection, 56);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, driver_protection, 64);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, reserved0, 72);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, reserved1, 80);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, virtual_address, 88);
LAYOUT_AT(d3dkmt_map_gpu_virtual_address, paging_fence_value, 96);

LAYOUT_SIZE(d3dkmt_gpu_va_operation, 64);
LAYOUT_AT(d3dkmt_gpu_va_operation, type, 0);
LAYOUT_AT(d3dkmt_gpu_va_operation, base_address, 8);
LAYOUT_AT(d3dkmt_gpu_va_operation, size, 16);
LAYOUT_AT(d3dkmt_gpu_va_operation, allocation, 24);
LAYOUT_AT(d3dkmt_gpu_va_operation, allocation_offset, 32);
LAYOUT_AT(d3dkmt_gpu_va_operation, allocation_size, 40);
LAYOUT_AT(d3dkmt_gpu_va_operation, protection, 48);
LAYOUT_AT(d3dkmt_gpu_va_operation, driver_protection, 56);

LAYOUT_SIZE(d3dkmt_update_gpu_virtual_address, 56);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, device, 0);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, context, 4);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, fence_object, 8);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, num_operations, 12);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, operations, 16);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, reserved0, 24);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, reserved1, 32);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, fence_value, 40);
LAYOUT_AT(d3dkmt_update_gpu_virtual_address, flags, 48);

LAYOUT_SIZE(d3dkmt_free_gpu_virtual_address, 24);
LAYOUT_AT(d3dkmt_free_gpu_virtual_address, adapter, 0);
LAYOUT_AT(d3dkmt_free_gpu_virtual_address, base_address, 8);
LAYOUT_AT(d3dkmt_free_gpu_virtual_address, size, 16);

LAYOUT_SIZE(d3dkmt_create_context_virtual, 40);
LAYOUT_AT(d3dkmt_create_context_virtual, device, 0);
LAYOUT_AT(d3dkmt_create_context_virtual, node_ordinal, 4);
LAYOUT_AT(d3dkmt_create_context_virtual, engine_affinity, 8);
LAYOUT_AT(d3dkmt_create_context_virtual, flags, 12);
LAYOUT_AT(d3dkmt_create_context_virtual, private_driver_data, 16);
LAYOUT_AT(d3dkmt_create_context_virtual, private_driver_data_size, 24);
LAYOUT_AT(d3dkmt_create_context_virtual, client_hint, 28);
LAYOUT_AT(d3dkmt_create_context_virtual, context, 32);

LAYOUT_SIZE(d3dkmt_destroy_context, 4);

LAYOUT_SIZE(d3dkmt_allocation_info2, 96);
LAYOUT_AT(d3dkmt_allocation_info2, allocation, 0);
LAYOUT_AT(d3dkmt_allocation_info2, sys_mem, 8);
LAYOUT_AT(d3dkmt_allocation_info2, private_driver_data, 16);
LAYOUT_AT(d3dkmt_allocation_info2, private_driver_data_size, 24);
LAYOUT_AT(d3dkmt_allocation_info2, vidpn_source_id, 28);
LAYOUT_AT(d3dkmt_allocation_info2, flags, 32);
LAYOUT_AT(d3dkmt_allocation_info2, gpu_virtual_address, 40);
LAYOUT_AT(d3dkmt_allocation_info2, priority, 48);
LAYOUT_AT(d3dkmt_allocation_info2, reserved, 56);

LAYOUT_SIZE(d3dkmt_create_allocation, 72);
LAYOUT_AT(d3dkmt_create_allocation, device, 0);
LAYOUT_AT(d3dkmt_create_allocation, resource, 4);
LAYOUT_AT(d3dkmt_create_allocation, global_share, 8);
LAYOUT_AT(d3dkmt_create_allocation, private_runtime_data, 16);
LAYOUT_AT(d3dkmt_create_allocation, private_runtime_data_size, 24);
LAYOUT_AT(d3dkmt_create_allocation, private_driver_data, 32);
LAYOUT_AT(d3dkmt_create_allocation, private_driver_data_size, 40);
LAYOUT_AT(d3dkmt_create_allocation, num_allocations, 44);
LAYOUT_AT(d3dkmt_create_allocation, allocation_info, 48);
LAYOUT_AT(d3dkmt_create_allocation, flags, 56);
LAYOUT_AT(d3dkmt_create_allocation, private_runtime_resource_handle, 64);

LAYOUT_SIZE(d3dkmt_create_standard_allocation, 24);
LAYOUT_AT(d3dkmt_create_standard_allocation, type, 0);
LAYOUT_AT(d3dkmt_create_standard_allocation, size, 8);
LAYOUT_AT(d3dkmt_create_standard_allocation, flags, 16);

LAYOUT_SIZE(d3dkmt_destroy_allocation2, 24);
LAYOUT_AT(d3dkmt_destroy_allocation2, device, 0);
LAYOUT_AT(d3dkmt_destroy_allocation2, resource, 4);
LAYOUT_AT(d3dkmt_destroy_allocation2, allocation_list, 8);
LAYOUT_AT(d3dkmt_destroy_allocation2, allocation_count, 16);
LAYOUT_AT(d3dkmt_destroy_allocation2, flags, 20);

LAYOUT_SIZE(d3dkmt_lock2, 24);
LAYOUT_AT(d3dkmt_lock2, device, 0);
LAYOUT_AT(d3dkmt_lock2, allocation, 4);
LAYOUT_AT(d3dkmt_lock2, flags, 8);
LAYOUT_AT(d3dkmt_lock2, data, 16);

LAYOUT_SIZE(d3dkmt_unlock2, 8);
LAYOUT_AT(d3dkmt_unlock2, device, 0);
LAYOUT_AT(d3dkmt_unlock2, allocation, 4);

LAYOUT_SIZE(d3dkmt_submit_command, 384);
LAYOUT_AT(d3dkmt_submit_command, commands, 0);
LAYOUT_AT(d3dkmt_submit_command, command_length, 8);
LAYOUT_AT(d3dkmt_submit_command, flags, 12);
LAYOUT_AT(d3dkmt_submit_command, present_history_token, 16);
LAYOUT_AT(d3dkmt_submit_command, broadcast_context_count, 24);
LAYOUT_AT(d3dkmt_submit_command, broadcast_context, 28);
LAYOUT_AT(d3dkmt_submit_command, private_driver_data, 288);
LAYOUT_AT(d3dkmt_submit_command, private_driver_data_size, 296);
LAYOUT_AT(d3dkmt_submit_command, num_primaries, 300);
LAYOUT_AT(d3dkmt_submit_command, written_primaries, 304);
LAYOUT_AT(d3dkmt_submit_command, num_history_buffers, 368);
LAYOUT_AT(d3dkmt_submit_command, history_buffer_array, 376);

LAYOUT_SIZE(d3dkmt_sync_object_info2, 80);
LAYOUT_AT(d3dkmt_sync_object_info2, type, 0);
LAYOUT_AT(d3dkmt_sync_object_info2, flags, 4);
LAYOUT_AT(d3dkmt_sync_object_info2, initial_fence_value, 8);
LAYOUT_AT(d3dkmt_sync_object_info2, event, 8);
LAYOUT_AT(d3dkmt_sync_object_info2, initial_state, 8);
LAYOUT_AT(d3dkmt_sync_object_info2, semaphore.max_count, 8);
LAYOUT_AT(d3dkmt_sync_object_info2, semaphore.initial_count, 12);
LAYOUT_AT(d3dkmt_sync_object_info2, fence_value_cpu_va, 16);
LAYOUT_AT(d3dkmt_sync_object_info2, fence_value_gpu_va, 24);
LAYOUT_AT(d3dkmt_sync_object_info2, engine_affinity, 32);
LAYOUT_AT(d3dkmt_sync_object_info2, pad, 36);
LAYOUT_AT(d3dkmt_sync_object_info2, shared_handle, 72);

LAYOUT_SIZE(d3dkmt_create_sync_object2, 96);
LAYOUT_AT(d3dkmt_create_sync_object2, device, 0);
LAYOUT_AT(d3dkmt_create_sync_object2, info, 8);
LAYOUT_AT(d3dkmt_create_sync_object2, sync_object, 88);

LAYOUT_SIZE(d3dkmt_open_sync_object_from_nt_handle2, 88);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, nt_handle, 0);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, device, 8);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, flags, 12);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, sync_object, 16);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, fence_value_cpu_va, 24);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, fence_value_gpu_va, 32);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, engine_affinity, 40);
LAYOUT_AT(d3dkmt_open_sync_object_from_nt_handle2, reserved, 48);

LAYOUT_SIZE(d3dkmt_create_sync_file, 24);
LAYOUT_AT(d3dkmt_create_sync_file, device, 0);
LAYOUT_AT(d3dkmt_create_sync_file, monitored_fence, 4);
LAYOUT_AT(d3dkmt_create_sync_file, fence_value, 8);
LAYOUT_AT(d3dkmt_create_sync_file, sync_file, 16);

LAYOUT_SIZE(d3dkmt_wait_sync_file, 16);
LAYOUT_AT(d3dkmt_wait_sync_file, sync_file, 0);
LAYOUT_AT(d3dkmt_wait_sync_file, context, 8);

LAYOUT_SIZE(d3dkmt_open_sync_object_from_sync_file, 40);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, sync_file, 0);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, device, 8);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, sync_object, 12);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, fence_value, 16);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, fence_value_cpu_va, 24);
LAYOUT_AT(d3dkmt_open_sync_object_from_sync_file, fence_value_gpu_va, 32);

LAYOUT_SIZE(d3dkmt_destroy_sync_object, 4);

LAYOUT_SIZE(d3dkmt_context_priority, 8);
LAYOUT_AT(d3dkmt_context_priority, context, 0);
LAYOUT_AT(d3dkmt_context_priority, priority, 4);

LAYOUT_SIZE(d3dkmt_create_hw_context, 40);
LAYOUT_AT(d3dkmt_create_hw_context, device, 0);
LAYOUT_AT(d3dkmt_create_hw_context, node_ordinal, 4);
LAYOUT_AT(d3dkmt_create_hw_context, engine_affinity, 8);
LAYOUT_AT(d3dkmt_create_hw_context, flags, 12);
LAYOUT_AT(d3dkmt_create_hw_context, private_driver_data_size, 16);
LAYOUT_AT(d3dkmt_create_hw_context, private_driver_data, 24);
LAYOUT_AT(d3dkmt_create_hw_context, hw_context, 32);

LAYOUT_SIZE(d3dkmt_destroy_hw_context, 4);
LAYOUT_AT(d3dkmt_destroy_hw_context, hw_context, 0);

LAYOUT_SIZE(d3dkmt_create_hw_queue, 48);
LAYOUT_AT(d3dkmt_create_hw_queue, hw_context, 0);
LAYOUT_AT(d3dkmt_create_hw_queue, flags, 4);
LAYOUT_AT(d3dkmt_create_hw_queue, private_driver_data_size, 8);
LAYOUT_AT(d3dkmt_create_hw_queue, private_driver_data, 16);
LAYOUT_AT(d3dkmt_create_hw_queue, hw_queue, 24);
LAYOUT_AT(d3dkmt_create_hw_queue, progress_fence, 28);
LAYOUT_AT(d3dkmt_create_hw_queue, progress_fence_cpu_va, 32);
LAYOUT_AT(d3dkmt_create_hw_queue, progress_fence_gpu_va, 40);

LAYOUT_SIZE(d3dkmt_destroy_hw_queue, 4);
LAYOUT_AT(d3dkmt_destroy_hw_queue, hw_queue, 0);

LAYOUT_SIZE(d3dkmt_submit_command_to_hw_queue, 56);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, hw_queue, 0);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, progress_fence_id, 8);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, command_buffer, 16);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, command_length, 24);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, private_driver_data_size, 28);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, private_driver_data, 32);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, num_primaries, 40);
LAYOUT_AT(d3dkmt_submit_command_to_hw_queue, written_primaries, 48);

LAYOUT_SIZE(d3dkmt_signal_sync_object_from_gpu, 80);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu, context, 0);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu, object_count, 4);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu, objects, 8);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu, fence_values, 16);

LAYOUT_SIZE(d3dkmt_signal_sync_object_from_gpu2, 96);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, object_count, 0);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, objects, 8);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, flags, 16);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, broadcast_context_count, 20);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, broadcast_contexts, 24);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, fence_values, 32);
LAYOUT_AT(d3dkmt_signal_sync_object_from_gpu2, cpu_event, 32);

LAYOUT_SIZE(d3dkmt_signal_sync_object2, 464);
LAYOUT_AT(d3dkmt_signal_sync_object2, context, 0);
LAYOUT_AT(d3dkmt_signal_sync_object2, object_count, 4);
LAYOUT_AT(d3dkmt_signal_sync_object2, objects, 8);
LAYOUT_AT(d3dkmt_signal_sync_object2, flags, 136);
LAYOUT_AT(d3dkmt_signal_sync_object2, broadcast_context_count, 140);
LAYOUT_AT(d3dkmt_signal_sync_object2, broadcast_contexts, 144);
LAYOUT_AT(d3dkmt_signal_sync_object2, fence_value, 400);
LAYOUT_AT(d3dkmt_signal_sync_object2, cpu_event, 400);

LAYOUT_SIZE(d3dkmt_submit_signal_to_hw_queue, 40);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, flags, 0);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, broadcast_hw_queue_count, 4);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, broadcast_hw_queues, 8);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, object_count, 16);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, objects, 24);
LAYOUT_AT(d3dkmt_submit_signal_to_hw_queue, fence_values, 32);

LAYOUT_SIZE(d3dkmt_wait_sync_object_from_gpu, 80);
LAYOUT_AT(d3dkmt_wait_sync_object_from_gpu, context, 0);
LAYOUT_AT(d3dkmt_wait_sync_object_from_gpu, object_count, 4);
LAYOUT_AT(d3dkmt_wait_sync_object_from_gpu, objects, 8);
LAYOUT_AT(d3dkmt_wait_sync_object_from_gpu, fence_values, 16);

LAYOUT_SIZE(d3dkmt_wait_sync_object2, 200);
LAYOUT_AT(d3dkmt_wait_sync_object2, context, 0);
LAYOUT_AT(d3dkmt_wait_sync_object2, object_count, 4);
LAYOUT_AT(d3dkmt_wait_sync_object2, objects, 8);
LAYOUT_AT(d3dkmt_wait_sync_object2, fence_value, 136);

LAYOUT_SIZE(d3dkmt_submit_wait_to_hw_queue, 24);
LAYOUT_AT(d3dkmt_submit_wait_to_hw_queue, hw_queue, 0);
LAYOUT_AT(d3dkmt_submit_wait_to_hw_queue, object_count, 4);
LAYOUT_AT(d3dkmt_submit_wait_to_hw_queue, objects, 8);
LAYOUT_AT(d3dkmt_submit_wait_to_hw_queue, fence_values, 16);

LAYOUT_SIZE(d3dkmt_signal_sync_object_from_cpu, 32);
LAYOUT_AT(d3dkmt_signal_sync_object_from_cpu, device, 0);
LAYOUT_AT(d3dkmt_signal_sync_object_from_cpu, object_count, 4);
LAYOUT_AT(d3dkmt_signal_sync_object_from_cpu, objects, 8);
LAYOUT_AT(d3dkmt_signal_sync_object_from_cpu, fence_values, 16);
LAYOUT_AT(d3dkmt_signal_sync_object_from_cpu, flags, 24);

LAYOUT_SIZE(d3dkmt_wait_sync_object_from_cpu, 40);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, device, 0);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, object_count, 4);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, objects, 8);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, fence_values, 16);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, async_event, 24);
LAYOUT_AT(d3dkmt_wait_sync_object_from_cpu, flags, 32);

LAYOUT_SIZE(d3dkmt_create_paging_queue, 32);
LAYOUT_AT(d3dkmt_create_paging_queue, device, 0);
LAYOUT_AT(d3dkmt_create_paging_queue, priority, 4);
LAYOUT_AT(d3dkmt_create_paging_queue, paging_queue, 8);
LAYOUT_AT(d3dkmt_create_paging_queue, sync_object, 12);
LAYOUT_AT(d3dkmt_create_paging_queue, fence_value_cpu_va, 16);
LAYOUT_AT(d3dkmt_create_paging_queue, physical_adapter_index, 24);

LAYOUT_SIZE(d3dkmt_destroy_paging_queue, 4);

LAYOUT_SIZE(d3dkmt_make_resident, 48);
LAYOUT_AT(d3dkmt_make_resident, paging_queue, 0);
LAYOUT_AT(d3dkmt_make_resident, num_allocations, 4);
LAYOUT_AT(d3dkmt_make_resident, allocation_list, 8);
LAYOUT_AT(d3dkmt_make_resident, priority_list, 16);
LAYOUT_AT(d3dkmt_make_resident, flags, 24);
LAYOUT_AT(d3dkmt_make_resident, paging_fence_value, 32);
LAYOUT_AT(d3dkmt_make_resident, num_bytes_to_trim, 40);

LAYOUT_SIZE(d3dkmt_evict, 32);
LAYOUT_AT(d3dkmt_evict, device, 0);
LAYOUT_AT(d3dkmt_evict, num_allocations, 4);
LAYOUT_AT(d3dkmt_evict, allocation_list, 8);
LAYOUT_AT(d3dkmt_evict, flags, 16);
LAYOUT_AT(d3dkmt_evict, num_bytes_to_trim, 24);

LAYOUT_SIZE(d3dkmt_query_allocation_residency, 32);
LAYOUT_AT(d3dkmt_query_allocation_residency, device, 0);
LAYOUT_AT(d3dkmt_query_allocation_residency, resource, 4);
LAYOUT_AT(d3dkmt_query_allocation_residency, allocation_list, 8);
LAYOUT_AT(d3dkmt_query_allocation_residency, allocation_count, 16);
LAYOUT_AT(d3dkmt_query_allocation_residency, residency_status, 24);

LAYOUT_SIZE(d3dkmt_set_allocation_priority, 32);
LAYOUT_AT(d3dkmt_set_allocation_priority, device, 0);
LAYOUT_AT(d3dkmt_set_allocation_priority, resource, 4);
LAYOUT_AT(d3dkmt_set_allocation_priority, allocation_list, 8);
LAYOUT_AT(d3dkmt_set_allocation_priority, allocation_count, 16);
LAYOUT_AT(d3dkmt_set_allocation_priority, priorities, 24);

LAYOUT_SIZE(d3dkmt_get_allocation_priority, 32);
LAYOUT_AT(d3dkmt_get_allocation_priority, device, 0);
LAYOUT_AT(d3dkmt_get_allocation_priority, resource, 4);
LAYOUT_AT(d3dkmt_get_allocation_priority, allocation_list, 8);
LAYOUT_AT(d3dkmt_get_allocation_priority, allocation_count, 16);
LAYOUT_AT(d3dkmt_get_allocation_priority, priorities, 24);

LAYOUT_SIZE(d3dkmt_query_video_memory_info, 56);
LAYOUT_AT(d3dkmt_query_video_memory_info, process, 0);
LAYOUT_AT(d3dkmt_query_video_memory_info, adapter, 8);
LAYOUT_AT(d3dkmt_query_video_memory_info, memory_segment_group, 12);
LAYOUT_AT(d3dkmt_query_video_memory_info, budget, 16);
LAYOUT_AT(d3dkmt_query_video_memory_info, current_usage, 24);
LAYOUT_AT(d3dkmt_query_video_memory_info, current_reservation, 32);
LAYOUT_AT(d3dkmt_query_video_memory_info, available_for_reservation, 40);
LAYOUT_AT(d3dkmt_query_video_memory_info, physical_adapter_index, 48);

LAYOUT_SIZE(d3dkmt_change_video_memory_reservation, 32);
LAYOUT_AT(d3dkmt_change_video_memory_reservation, process, 0);
LAYOUT_AT(d3dkmt_change_video_memory_reservation, adapter, 8);
LAYOUT_AT(d3dkmt_change_video_memory_reservation, memory_segment_group, 12);
LAYOUT_AT(d3dkmt_change_video_memory_reservation, reservation, 16);
LAYOUT_AT(d3dkmt_change_video_memory_reservation, physical_adapter_index, 24);

LAYOUT_SIZE(d3dkmt_offer_allocations, 40);
LAYOUT_AT(d3dkmt_offer_allocations, device, 0);
LAYOUT_AT(d3dkmt_offer_allocations, resources, 8);
LAYOUT_AT(d3dkmt_offer_allocations, handle_list, 16);
LAYOUT_AT(d3dkmt_offer_allocations, num_allocations, 24);
LAYOUT_AT(d3dkmt_offer_allocations, priority, 28);
LAYOUT_AT(d3dkmt_offer_allocations, flags, 32);

LAYOUT_SIZE(d3dkmt_reclaim_allocations2, 40);
LAYOUT_AT(d3dkmt_reclaim_allocations2, paging_queue, 0);
LAYOUT_AT(d3dkmt_reclaim_allocations2, num_allocations, 4);
LAYOUT_AT(d3dkmt_reclaim_allocations2, resources, 8);
LAYOUT_AT(d3dkmt_reclaim_allocations2, handle_list, 16);
LAYOUT_AT(d3dkmt_reclaim_allocations2, results, 24);
LAYOUT_AT(d3dkmt_reclaim_allocations2, paging_fence_value, 32);

LAYOUT_SIZE(d3dkmt_invalidate_cache, 24);
LAYOUT_AT(d3dkmt_invalidate_cache, device, 0);
LAYOUT_AT(d3dkmt_invalidate_cache, allocation, 4);
LAYOUT_AT(d3dkmt_invalidate_cache, offset, 8);
LAYOUT_AT(d3dkmt_invalidate_cache, length, 16);

LAYOUT_SIZE(d3dkmt_share_objects, 40);
LAYOUT_AT(d3dkmt_share_objects, object_count, 0);
LAYOUT_AT(d3dkmt_share_objects, objects, 8);
LAYOUT_AT(d3dkmt_share_objects, object_attributes, 16);
LAYOUT_AT(d3dkmt_share_objects, desired_access, 24);
LAYOUT_AT(d3dkmt_share_objects, shared_nt_handle, 32);

LAYOUT_SIZE(d3dkmt_query_resource_info_from_nt_handle, 40);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, device, 0);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, nt_handle, 8);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, private_runtime_data, 16);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, private_runtime_data_size, 24);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, total_private_driver_data_size, 28);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, resource_private_driver_data_size, 32);
LAYOUT_AT(d3dkmt_query_resource_info_from_nt_handle, num_allocations, 36);

LAYOUT_SIZE(d3dkmt_open_allocation_info2, 80);
LAYOUT_AT(d3dkmt_open_allocation_info2, allocation, 0);
LAYOUT_AT(d3dkmt_open_allocation_info2, private_driver_data, 8);
LAYOUT_AT(d3dkmt_open_allocation_info2, private_driver_data_size, 16);
LAYOUT_AT(d3dkmt_open_allocation_info2, gpu_virtual_address, 24);

LAYOUT_SIZE(d3dkmt_open_resource_from_nt_handle, 104);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, device, 0);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, nt_handle, 8);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, num_allocations, 16);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, open_allocation_info, 24);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, private_runtime_data_size, 32);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, private_runtime_data, 40);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, resource_private_driver_data_size, 48);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, resource_private_driver_data, 56);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, total_private_driver_data_buffer_size, 64);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, total_private_driver_data_buffer, 72);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, resource, 80);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, keyed_mutex, 84);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, keyed_mutex_private_runtime_data, 88);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, keyed_mutex_private_runtime_data_size, 96);
LAYOUT_AT(d3dkmt_open_resource_from_nt_handle, sync_object, 100);

LAYOUT_SIZE(d3dkmt_update_alloc_property, 40);
LAYOUT_AT(d3dkmt_update_alloc_property, paging_queue, 0);
LAYOUT_AT(d3dkmt_update_alloc_property, allocation, 4);
LAYOUT_AT(d3dkmt_update_alloc_property, supported_segment_set, 8);
LAYOUT_AT(d3dkmt_update_alloc_property, preferred_segment, 12);
LAYOUT_AT(d3dkmt_update_alloc_property, flags, 16);
LAYOUT_AT(d3dkmt_update_alloc_property, paging_fence_value, 24);
LAYOUT_AT(d3dkmt_update_alloc_property, property_mask, 32);

LAYOUT_SIZE(d3dkmt_flush_heap_transitions, 4);

LAYOUT_SIZE(d3dkmt_statistics_dma_packet, 16);

LAYOUT_SIZE(d3dkmt_statistics_adapter, 776);
LAYOUT_AT(d3dkmt_statistics_adapter, num_segments, 0);
LAYOUT_AT(d3dkmt_statistics_adapter, node_count, 4);
LAYOUT_AT(d3dkmt_statistics_adapter, vidpn_source_count, 8);
LAYOUT_AT(d3dkmt_statistics_adapter, tdr_detected_count, 16);
LAYOUT_AT(d3dkmt_statistics_adapter, num_evictions, 336);
LAYOUT_AT(d3dkmt_statistics_adapter, bytes_evicted, 344);
LAYOUT_AT(d3dkmt_statistics_adapter, bytes_discarded, 440);
LAYOUT_AT(d3dkmt_statistics_adapter, bytes_from_mdl_to_memory, 464);
LAYOUT_AT(d3dkmt_statistics_adapter, bytes_from_memory_to_mdl, 472);
LAYOUT_AT(d3dkmt_statistics_adapter, flags, 712);

LAYOUT_SIZE(d3dkmt_statistics_process, 144);
LAYOUT_AT(d3dkmt_statistics_process, node_count, 0);
LAYOUT_AT(d3dkmt_statistics_process, vidpn_source_count, 4);
LAYOUT_AT(d3dkmt_statistics_process, bytes_allocated, 8);
LAYOUT_AT(d3dkmt_statistics_process, cached_bytes_allocated, 48);

LAYOUT_SIZE(d3dkmt_statistics_process_adapter, 272);
LAYOUT_AT(d3dkmt_statistics_process_adapter, num_segments, 0);
LAYOUT_AT(d3dkmt_statistics_process_adapter, node_count, 4);
LAYOUT_AT(d3dkmt_statistics_process_adapter, vidpn_source_count, 8);
LAYOUT_AT(d3dkmt_statistics_process_adapter, total_bytes_evicted, 40);

LAYOUT_SIZE(d3dkmt_statistics_segment, 152);
LAYOUT_AT(d3dkmt_statistics_segment, commit_limit, 0);
LAYOUT_AT(d3dkmt_statistics_segment, bytes_committed, 8);
LAYOUT_AT(d3dkmt_statistics_segment, bytes_resident, 16);
LAYOUT_AT(d3dkmt_statistics_segment, total_bytes_evicted, 24);
LAYOUT_AT(d3dkmt_statistics_segment, allocs_committed, 32);
LAYOUT_AT(d3dkmt_statistics_segment, allocs_resident, 36);
LAYOUT_AT(d3dkmt_statistics_segment, aperture, 40);
LAYOUT_AT(d3dkmt_statistics_segment, total_bytes_evicted_by_priority, 48);
LAYOUT_AT(d3dkmt_statistics_segment, segment_properties, 104);

LAYOUT_SIZE(d3dkmt_statistics_process_segment, 216);
LAYOUT_AT(d3dkmt_statistics_process_segment, bytes_committed, 0);
LAYOUT_AT(d3dkmt_statistics_process_segment, allocs_committed, 32);

LAYOUT_SIZE(d3dkmt_statistics_process_node, 272);
LAYOUT_AT(d3dkmt_statistics_process_node, running_time, 0);
LAYOUT_AT(d3dkmt_statistics_process_node, dma_packets, 140);

LAYOUT_SIZE(d3dkmt_statistics_node, 616);
LAYOUT_AT(d3dkmt_statistics_node, global, 0);
LAYOUT_AT(d3dkmt_statistics_node, system, 272);
LAYOUT_AT(d3dkmt_statistics_node, node_ordinal, 544);

LAYOUT_SIZE(d3dkmt_statistics_process_segment_group, 64);
LAYOUT_AT(d3dkmt_statistics_process_segment_group, budget, 0);
LAYOUT_AT(d3dkmt_statistics_process_segment_group, requested, 8);
LAYOUT_AT(d3dkmt_statistics_process_segment_group, usage, 16);

LAYOUT_SIZE(d3dkmt_query_statistics, 808);
LAYOUT_AT(d3dkmt_query_statistics, type, 0);
LAYOUT_AT(d3dkmt_query_statistics, adapter_luid, 4);
LAYOUT_AT(d3dkmt_query_statistics, process, 16);
LAYOUT_AT(d3dkmt_query_statistics, result, 24);
LAYOUT_AT(d3dkmt_query_statistics, id, 800);

LAYOUT_SIZE(d3dkmt_query_clock_calibration, 40);
LAYOUT_AT(d3dkmt_query_clock_calibration, adapter, 0);
LAYOUT_AT(d3dkmt_query_clock_calibration, node_ordinal, 4);
LAYOUT_AT(d3dkmt_query_clock_calibration, physical_adapter_index, 8);
LAYOUT_AT(d3dkmt_query_clock_calibration, gpu_frequency, 12);
LAYOUT_AT(d3dkmt_query_clock_calibration, gpu_clock_counter, 20);
LAYOUT_AT(d3dkmt_query_clock_calibration, cpu_clock_counter, 28);
LAYOUT_AT(d3dkmt_query_clock_calibration, flags, 36);

LAYOUT_SIZE(d3dkmt_enum_processes, 24);
LAYOUT_AT(d3dkmt_enum_processes, adapter_luid, 0);
LAYOUT_AT(d3dkmt_enum_processes, buffer, 8);
LAYOUT_AT(d3dkmt_enum_processes, buffer_count, 16);

LAYOUT_SIZE(d3dkmt_is_feature_enabled, 12);
LAYOUT_AT(d3dkmt_is_feature_enabled, adapter, 0);
LAYOUT_AT(d3dkmt_is_feature_enabled, feature_id, 4);
LAYOUT_AT(d3dkmt_is_feature_enabled, version, 8);
LAYOUT_AT(d3dkmt_is_feature_enabled, value, 10);

LAYOUT_SIZE(d3dkmt_escape, 32);
LAYOUT_AT(d3dkmt_escape, adapter, 0);
LAYOUT_AT(d3dkmt_escape, device, 4);
LAYOUT_AT(d3dkmt_escape, type, 8);
LAYOUT_AT(d3dkmt_escape, flags, 12);
LAYOUT_AT(d3dkmt_escape, private_driver_data, 16);
LAYOUT_AT(d3dkmt_escape, private_driver_data_size, 24);
LAYOUT_AT(d3dkmt_escape, context, 28);

LAYOUT_SIZE(d3dkmt_vidmm_escape, 8);
LAYOUT_SIZE(d3dkmt_vidmm_escape_evict, 24);
LAYOUT_AT(d3dkmt_vidmm_escape_evict, resource, 8);
LAYOUT_AT(d3dkmt_vidmm_escape_evict, allocation, 12);
LAYOUT_AT(d3dkmt_vidmm_escape_evict, process, 16);
LAYOUT_SIZE(d3dkmt_vidmm_escape_get_budget, 16);
LAYOUT_AT(d3dkmt_vidmm_escape_get_budget, num_bytes_to_trim, 8);

/* Ours: a size may grow, what is there stays. */
LAYOUT_SIZE(drm_dxg_allocation_private, 32);
LAYOUT_AT(drm_dxg_allocation_private, size, 0);
LAYOUT_SIZE(drm_dxg_cmd_stream, 16);
LAYOUT_SIZE(drm_dxg_cmd, 8);
LAYOUT_SIZE(drm_dxg_address, 24);
LAYOUT_SIZE(drm_dxg_cmd_fill, 48);
LAYOUT_SIZE(drm_dxg_cmd_copy, 64);
LAYOUT_SIZE(drm_dxg_cmd_delay, 24);
LAYOUT_SIZE(drm_dxg_cmd_timestamp, 32);
LAYOUT_SIZE(drm_dxg_cmd_signal, 24);
LAYOUT_SIZE(drm_dxg_export, 24);
LAYOUT_AT(drm_dxg_export, fd, 12);
LAYOUT_SIZE(drm_dxg_import, 24);
LAYOUT_AT(drm_dxg_import, bytes, 16);
