/**
 * Settings a session may change without a rule: they decide how things look or how long they may take, not who one is
 * or what one may see.
 */
const harmless = new Set(
  `search_path application_name timezone datestyle intervalstyle extra_float_digits client_encoding bytea_output
   statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout transaction_timeout
   standard_conforming_strings client_min_messages default_transaction_isolation default_transaction_read_only
   default_transaction_deferrable transaction_isolation transaction_read_only transaction_deferrable
   work_mem maintenance_work_mem temp_buffers hash_mem_multiplier effective_cache_size random_page_cost seq_page_cost
   cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost parallel_setup_cost parallel_tuple_cost
   max_parallel_workers_per_gather max_parallel_workers min_parallel_table_scan_size min_parallel_index_scan_size
   jit jit_above_cost from_collapse_limit join_collapse_limit geqo geqo_threshold default_statistics_target
   plan_cache_mode constraint_exclusion cursor_tuple_fraction synchronous_commit xmloption xmlbinary
   array_nulls backslash_quote escape_string_warning quote_all_identifiers lc_messages lc_monetary lc_numeric lc_time
   default_text_search_config seed gin_fuzzy_search_limit tcp_keepalives_idle tcp_keepalives_interval
   tcp_keepalives_count tcp_user_timeout check_function_bodies default_tablespace temp_tablespaces
   default_table_access_method transform_null_equals names`.split(/\s+/),
);

/** Modules whose own settings reach further than the session's looks. */
const reaching =
  /^(?:auto_explain|pg_stat_statements|plpgsql|plperl|plpython|pltcl|postgres_fdw|dblink|session_|local_|pgaudit|sepgsql|pg_)/;

/** One with a dot in its name, of no module, is the application's own: what `current_setting` gives to policies of rows. */
export const harmlessSetting = (name: string): boolean => {
  const lower = name.toLowerCase();
  if (lower.includes('.')) return !reaching.test(lower);
  return harmless.has(lower) || /^enable_[a-z]+$/.test(lower);
};
