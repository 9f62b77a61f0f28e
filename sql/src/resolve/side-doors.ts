/**
 * Built-in functions that reach further than their arguments: SQL or names as text, files, other sessions, large
 * objects, the write-ahead log.
 */
const names = new Set(
  `query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml cursor_to_xmlschema
   table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema
   schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema
   ts_stat ts_rewrite crosstab crosstab2 crosstab3 crosstab4 connectby xpath_table
   loread lowrite lo_import lo_export pg_read_file pg_read_binary_file pg_read_file_old pg_stat_file
   pg_current_logfile pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_terminate_backend
   pg_cancel_backend pg_notify pg_stat_get_activity pg_stat_get_backend_activity pg_stat_statements
   pg_logical_emit_message pg_export_snapshot pg_switch_wal pg_promote pg_create_restore_point
   pg_start_backup pg_stop_backup pg_backup_start pg_backup_stop pg_wal_replay_pause pg_wal_replay_resume
   pg_import_system_collations pg_stats_ext_mcvlist_items pg_mcv_list_items pg_extension_config_dump
   pg_event_trigger_ddl_commands pg_nextoid binary_upgrade_create_empty_extension pg_prepared_statement
   pg_cursor pg_get_wal_record_info pg_log_backend_memory_contexts pg_restore_relation_stats
   pg_restore_attribute_stats pg_clear_attribute_stats pg_clear_relation_stats xmlparse_file
   get_raw_page heap_page_items heap_page_item_attrs bt_page_items pg_buffercache_pages`.split(
    /\s+/,
  ),
);

const families =
  /^(?:dblink|lo_|pg_ls_|pg_file_|pg_logical_slot_|pg_replication_|pg_create_(?:logical|physical)_replication_slot|pg_copy_(?:logical|physical)|pg_drop_replication_slot|pg_sync_replication|pg_get_publication|postgres_fdw_|file_fdw_|plpgsql_|plpython|plperl|pg_execute_|pg_walinspect|pg_stat_statements)/;

export const isDangerousFunction = (name: string): boolean =>
  names.has(name) || families.test(name);

/** System relations that hold values of user data, other sessions' statements or secrets; all columns, or those listed. */
const relations: Readonly<Record<string, true | readonly string[]>> = {
  pg_stats: true,
  pg_stats_ext: true,
  pg_stats_ext_exprs: true,
  pg_statistic: true,
  pg_statistic_ext_data: true,
  pg_stat_activity: ['query'],
  pg_stat_statements: true,
  pg_prepared_statements: ['statement'],
  pg_cursors: ['statement'],
  pg_largeobject: true,
  pg_attribute: ['attmissingval'],
  pg_authid: true,
  pg_shadow: true,
  pg_user_mapping: true,
  pg_user_mappings: true,
  pg_hba_file_rules: true,
  pg_file_settings: true,
  pg_subscription: true,
};

/** Does reading these columns of a system relation open a side door? */
export const isSideDoor = (relation: string, columns: Iterable<string>): boolean => {
  const door = Object.hasOwn(relations, relation) ? relations[relation] : undefined;
  if (door === undefined) return false;
  if (door === true) return true;
  for (const column of columns) if (door.includes(column)) return true;
  return false;
};

/** Extensions whose functions, types and operators reach nothing but their arguments. */
const harmless = new Set(
  `citext hstore pg_trgm uuid-ossp pgcrypto btree_gin btree_gist ltree intarray unaccent fuzzystrmatch cube
   earthdistance isn seg intagg tsm_system_rows tsm_system_time vector bloom lo_none`.split(/\s+/),
);

export const isHarmlessExtension = (extension: string | undefined): boolean =>
  extension !== undefined && harmless.has(extension);
