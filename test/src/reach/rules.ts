import type { Reach } from '@postern/sql';

/**
 * What PostgreSQL's own functions that are not immutable can reach, by name; read from their documentation and source,
 * function by function. `*` stands for any end of a name; a name spelt out goes before. An immutable function reaches
 * nothing but its arguments (that is what immutable means), but for those of `immutableToo`.
 */
export const functions: Readonly<Partial<Record<Reach, string>>> = {
  arguments: `clock_timestamp gen_random_uuid now random random_normal statement_timestamp timeofday transaction_timestamp
    uuidv4 uuidv7 array_sample array_shuffle
    aclexplode aclitemout anyarray_send anycompatiblearray_send anyenum_out array_out array_to_json array_send array_to_string
    bpcharsend brin_bloom_summary_send brin_minmax_multi_summary_send concat concat_ws convert convert_from convert_to
    cstring_send enum_out enum_send format length
    json_agg* json_build_array json_build_object json_object_agg* jsonb_agg* jsonb_build_array jsonb_build_object
    jsonb_object_agg* json_populate_record json_populate_recordset json_to_record json_to_recordset
    jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_to_record jsonb_to_recordset
    multirange_send namesend pg_column_compression pg_column_size pg_column_toast_chunk_id pg_dependencies_send
    pg_mcv_list_send pg_ndistinct_send pg_node_tree_send pg_char_to_encoding pg_encoding_to_char pg_get_keywords pg_mcv_list_items
    pg_options_to_table pg_split_walfile_name pg_typeof quote_literal quote_nullable range_send record_out record_send
    row_to_json suppress_redundant_updates_trigger textsend textanycat anytextcat to_json to_jsonb
    tsvector_update_trigger tsvector_update_trigger_column unique_key_recheck varcharsend xml_is_well_formed xml_send
    RI_FKey_*`,
  settings: `age anyarray_out anycompatiblearray_out anycompatiblemultirange_in anycompatiblemultirange_out
    anycompatiblerange_in anycompatiblerange_out anymultirange_in anymultirange_out anyrange_in anyrange_out
    array_in cash_in cash_out current_database current_schema current_schemas current_setting current_user
    date date_* extract generate_series getdatabaseencoding getpgusername icu_unicode_version in_range
    inet_client_addr inet_client_port inet_server_addr inet_server_port interval_in interval_out
    interval_pl_timestamptz jsonb_path_*_tz make_timestamptz money multirange_in multirange_out numeric overlaps
    pg_backend_pid pg_client_encoding pg_conf_load_time pg_config pg_is_other_temp_schema pg_jit_available
    pg_listening_channels pg_my_temp_schema pg_numa_available pg_postmaster_start_time pg_settings_get_flags
    pg_show_all_settings pg_timezone_* pg_trigger_depth range_in range_out record_in session_user set_config setseed
    system_user time time_* timestamp timestamp_* timestamptz timestamptz_* timetz timetz_in timezone to_char to_date
    to_number to_timestamp version xml xml_in pg_control_* pg_is_in_backup pg_is_in_recovery pg_is_wal_replay_paused
    pg_get_wal_replay_pause_state pg_collation_actual_version pg_database_collation_actual_version
    pg_backup_start_time pg_get_wait_events pg_get_wal_resource_managers`,
  catalogue: `_pg_index_position aclitemin amvalidate anyenum_in col_description domain_in enum_first enum_in enum_last
    enum_range fmgr_* format_type get_current_ts_config has_* json_to_tsvector jsonb_to_tsvector obj_description
    oidvectortypes pg_available_extension_versions pg_available_extensions pg_basetype pg_collation_for
    pg_*_is_visible pg_column_is_updatable pg_describe_object pg_event_trigger_* pg_extension_update_paths
    pg_filenode_relation pg_get_acl pg_get_constraintdef pg_get_expr pg_get_catalog_foreign_keys pg_get_function_* pg_get_functiondef
    pg_get_object_address pg_get_partkeydef pg_get_publication_tables pg_get_replica_identity_index pg_get_ruledef
    pg_get_serial_sequence pg_get_statisticsobjdef* pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role
    pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
    pg_indexam_has_property pg_partition_ancestors pg_partition_root pg_partition_tree pg_relation_filenode
    pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable pg_sequence_parameters
    pg_tablespace_databases pg_tablespace_location phraseto_tsquery plainto_tsquery plpgsql_validator
    regclass regclassin regclassout regcollationin regcollationout regconfigin regconfigout regdictionaryin
    regdictionaryout regnamespacein regnamespaceout regoperatorin regoperatorout regoperin regoperout regprocedurein
    regprocedureout regprocin regprocout regrolein regroleout regtypein regtypeout row_security_active
    shobj_description to_reg* to_tsquery to_tsvector ts_debug ts_headline ts_lexize ts_match_tq ts_match_tt ts_parse
    ts_token_type websearch_to_tsquery satisfies_hash_partition`,
  counters: `currtid currtid2 pg_available_wal_summaries pg_blocking_pids pg_current_wal_* pg_database_size
    pg_get_multixact_members pg_get_replication_slots pg_get_sequence_data pg_get_shmem_allocations*
    pg_get_wal_summarizer_state pg_indexes_size pg_last_committed_xact pg_last_wal_* pg_last_xact_replay_timestamp
    pg_lock_status pg_prepared_xact pg_get_aios pg_notification_queue_usage pg_relation_size pg_replication_origin_oid
    pg_replication_origin_progress pg_replication_origin_session_is_setup pg_replication_origin_session_progress
    pg_safe_snapshot_blocking_pids pg_show_replication_origin_status pg_stat_clear_snapshot
    pg_stat_force_next_flush pg_stat_get_* pg_stat_have_stats pg_table_size pg_tablespace_size
    pg_total_relation_size pg_wal_summary_contents pg_xact_commit_timestamp* mxid_age
    pg_isolation_test_session_is_blocked`,
  state: `currval lastval nextval pg_advisory_* pg_try_advisory_* pg_current_snapshot pg_current_xact_id
    pg_current_xact_id_if_assigned pg_sequence_last_value pg_sleep pg_sleep_for pg_sleep_until pg_xact_status setval
    txid_current txid_current_if_assigned txid_current_snapshot txid_status`,
  values: `pg_get_indexdef pg_get_partition_constraintdef`,
  statements: `current_query pg_cursor pg_get_backend_memory_contexts pg_prepared_statement`,
  sql: `cursor_to_xml* database_to_xml* query_to_xml* schema_to_xml* table_to_xml* ts_rewrite ts_stat
    pg_input_error_info pg_input_is_valid`,
  sessions: `pg_cancel_backend pg_export_snapshot pg_log_backend_memory_contexts pg_stat_get_activity
    pg_stat_get_backend_activity pg_terminate_backend`,
  notifications: `pg_notify`,
  files: `pg_current_logfile pg_get_loaded_modules pg_hba_file_rules pg_ident_file_mappings pg_ls_* pg_read_binary_file
    pg_read_file pg_read_file_old pg_show_all_file_settings pg_stat_file lo_import lo_export`,
  storage: `lo_* loread lowrite pg_copy_*_replication_slot pg_create_*_replication_slot
    pg_drop_replication_slot pg_logical_* pg_replication_origin_* pg_replication_slot_advance
    pg_sync_replication_slots`,
  control: `binary_upgrade_* brin_desummarize_range brin_summarize_* gin_clean_pending_list pg_backup_start
    pg_backup_stop pg_clear_* pg_create_restore_point pg_extension_config_dump pg_import_system_collations
    pg_log_standby_snapshot pg_nextoid pg_promote pg_reload_conf pg_restore_* pg_rotate_logfile pg_rotate_logfile_old
    pg_start_backup pg_stat_reset* pg_stop_backup pg_stop_making_pinned_objects pg_switch_wal pg_wal_replay_pause
    pg_wal_replay_resume`,
  internal: `plpgsql_call_handler`,
};

/** Immutable ones that are what the lists above say they are. */
export const immutableToo: ReadonlySet<string> = new Set(
  `pg_partition_root satisfies_hash_partition ts_lexize ts_token_type ts_parse ts_headline to_tsvector to_tsquery
   plainto_tsquery phraseto_tsquery websearch_to_tsquery`.split(/\s+/),
);

/** Overloads that differ from others of their name. */
export const overloads: Readonly<Record<string, Reach>> = {
  'ts_rewrite(tsquery, tsquery, tsquery)': 'arguments',
};

/**
 * Columns of system relations that hold more than names and definitions; `*`: all of them. A relation of theirs that is
 * not in PostgreSQL 13 to 18 is not known at all.
 */
export const columns: Readonly<Partial<Record<Reach, Readonly<Record<string, string>>>>> = {
  values: {
    ...{ pg_stats: '*', pg_stats_ext: '*', pg_stats_ext_exprs: '*' },
    ...{ pg_statistic: '*', pg_statistic_ext_data: '*' },
    ...{ pg_attribute: 'attmissingval', pg_class: 'relpartbound' },
    ...{ pg_index: 'indpred indexprs', pg_indexes: 'indexdef' },
  },
  statements: {
    ...{ pg_backend_memory_contexts: '*', pg_cursors: 'statement' },
    pg_prepared_statements: 'statement',
  },
  sessions: { pg_stat_activity: 'query' },
  files: { pg_file_settings: '*', pg_hba_file_rules: '*', pg_ident_file_mappings: '*' },
  storage: { pg_largeobject: '*' },
  secrets: {
    ...{ pg_authid: 'rolpassword', pg_shadow: 'passwd', pg_subscription: 'subconninfo' },
    ...{ pg_user_mapping: 'umoptions', pg_user_mappings: 'umoptions' },
    ...{ _pg_user_mappings: 'umoptions', user_mapping_options: 'option_value' },
  },
};
