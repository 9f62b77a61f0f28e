import type { AuditMode, Decision, Identity, Workload } from '@postern/policy';
import type { Analysis } from '@postern/sql';

/**
 * The audit sink as the session sees it. Everything here is synchronous and appends to a memory
 * buffer; `commit` writes the buffer to the spool file. The session calls `commit` once per turn of
 * the event loop, before it forwards what the buffered records speak of (ADR "spool before forward").
 */
export interface AuditSink {
  openSession(start: SessionFacts): SessionAudit;
  /** A connection refused before it became a session. */
  refused(refusal: ConnectionRefusal): void;
  policyChanged(digest: string, previous: string): void;
  /** Content-addressed: the same content gives the same handle, encoded once. */
  statementRecord(content: StatementContent): StatementHandle;
  /**
   * Writes everything appended so far to the spool file (survives the death of this process).
   * What could not be written stays in memory and is tried again.
   *
   * @throws SpoolError `full` | `io`, when a statement under `whenFull: Refuse` depends on it
   */
  commit(): void;
  /** Resolves once everything appended so far is on stable storage (`audit: strict`); group commit. */
  durable(): Promise<void>;
  /** True while nothing more can be recorded; then new statements are refused (or counted as a gap). */
  readonly full: boolean;
}

export interface SessionAudit {
  /** UUIDv7, text form */
  readonly id: string;
  /**
   * Before a statement is forwarded. Returns the token that its outcome names.
   *
   * @param whenFull what policy says for a full spool
   * @throws SpoolError `full` when nothing more can be recorded and policy says Refuse
   */
  intent(statement: StatementHandle, whenFull: AuditMode['whenFull']): Intent;
  /** Appends the statement's event. Exactly once for each intent. */
  outcome(intent: Intent, outcome: StatementOutcome): void;
  /** A refused statement: never forwarded, so one event, no intent. */
  refuse(statement: StatementHandle, sqlstate: string): void;
  /** Appends SessionEnd; intents still without an outcome get one, `unknown`. A second call is ignored. */
  end(reason: string): void;
}

export interface StatementHandle {
  /** SHA-256 of the encoded StatementRecord */
  readonly digest: Uint8Array;
  /** of its record, bytes */
  readonly size: number;
}

export interface Intent {
  readonly statement: StatementHandle;
  /** `performance.now()` */
  readonly startedAt: number;
  /** n-th intent of the session, from 0. An event gets its sequence when it is written, at the outcome */
  readonly ordinal: number;
}

export interface StatementOutcome {
  readonly kind: 'completed' | 'failed' | 'cut' | 'unknown';
  readonly rows: number;
  readonly bytes: number;
  readonly affectedRows: number;
  /** empty on success */
  readonly sqlstate: string;
  /** in their order; most results have none */
  readonly findings?: readonly ColumnFinding[];
}

/** What detectors found in one column of a result. Holds no values. */
export interface ColumnFinding {
  /** from 1 */
  readonly position: number;
  /** as the result names it */
  readonly name: string;
  /** `schema.table.column` whose values these are; empty: no single one is known */
  readonly source: string;
  /** values that were looked at */
  readonly looked: number;
  readonly found: readonly {
    /** the tag the column should have */
    readonly tag: string;
    /** values with one or more */
    readonly values: number;
  }[];
  readonly masked: boolean;
}

export interface SessionFacts {
  readonly identity: Identity;
  readonly claims: Readonly<Record<string, string>>;
  readonly workload: Workload;
  /** `namespace/name` */
  readonly database: string;
  readonly environment: string;
  readonly region: string;
  readonly databaseName: string;
  readonly user: string;
  readonly applicationName: string;
  readonly clientAddress: string;
  readonly bundleDigest: string;
  readonly serverVersion: string;
}

export interface ConnectionRefusal {
  readonly database: string;
  readonly clientAddress: string;
  readonly sqlstate: string;
  readonly reason: string;
}

export interface StatementContent {
  readonly normalisedSql: string;
  readonly fingerprint: string;
  readonly analysis: Analysis;
  /** tags of a column, for the record; key `schema.table.column` */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly decision: Decision;
  readonly bundleDigest: string;
}
