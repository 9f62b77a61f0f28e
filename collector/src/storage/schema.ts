/** The collector's tables; the same in PGlite and PostgreSQL. Times are Unix microseconds. */
export interface Tables {
  events: EventTable;
  leaves: LeafTable;
  sessions: SessionTable;
  statement_records: StatementRecordTable;
  spools: SpoolTable;
  log_state: LogStateTable;
}

/** 64-bit columns come back as text from both drivers' raw form; they are cast where they are read. */
export interface EventTable {
  leaf_index: number;
  time_us: number;
  /** UUID text */
  id: string;
  session_id: Uint8Array;
  sequence: number;
  /** `session_start`, `statement`, ... */
  kind: string;
  /** of a statement: completed, failed, ... */
  outcome: string | null;
  /** digest of the statement record */
  record: Uint8Array | null;
  /** tags of what detectors found in the result, in order; null: nothing */
  detected: string[] | null;
  /** encoded Event, exactly as the proxy wrote it */
  bytes: Uint8Array;
  /** why the event does not fit the chain of its session */
  flaw: string | null;
}

export interface LeafTable {
  leaf_index: number;
  leaf_hash: Uint8Array;
}

export interface SessionTable {
  session_id: Uint8Array;
  next_sequence: number;
  last_hash: Uint8Array;
  subject: string | null;
  name: string | null;
  namespace: string | null;
  groups: string[] | null;
  database: string | null;
  /** encoded SessionStart */
  start: Uint8Array | null;
}

export interface StatementRecordTable {
  digest: Uint8Array;
  bytes: Uint8Array;
  normalised_sql: string;
  command: string;
  fingerprint: string;
  effect: string;
  relations: string[];
  columns: string[];
  tags: string[];
}

export interface SpoolTable {
  spool_id: Uint8Array;
  acknowledged: number;
}

/** One row: the log's size and right edge. Locked by whoever appends. */
export interface LogStateTable {
  id: number;
  size: number;
  /** hashes of the frontier, 32 bytes each, put together */
  frontier: Uint8Array;
}
