import { maxStatementLength } from '@postern/sql';
import type { ErrorFields } from '../wire/backend/error-response.js';

/** SQLSTATEs the proxy itself answers with; closed list. PostgreSQL, Appendix A. */
export const sqlstate = {
  insufficientPrivilege: '42501',
  featureNotSupported: '0A000',
  protocolViolation: '08P01',
  connectionFailure: '08006',
  cannotConnect: '08001',
  connectionRejected: '08004',
  invalidAuthorization: '28000',
  tooManyConnections: '53300',
  limitExceeded: '54000',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  cannotConnectNow: '57P03',
  invalidParameterValue: '22023',
  undefinedStatement: '26000',
  undefinedCursor: '34000',
  diskFull: '53100',
  outOfMemory: '53200',
  ioError: '58030',
  internalError: 'XX000',
} as const;

/** What the prepared statements and portals of one session may take here, bytes. */
export const mostNamed = 32 * 1024 * 1024;

/** Why a statement does not run, in the words the client gets. */
export interface Refusal {
  /** five characters */
  readonly sqlstate: string;
  readonly message: string;
  /** `policy=... rule=... reason=...` for programs */
  readonly detail?: string;
  /** what to do instead */
  readonly hint?: string;
  /** 1-based character position in the statement */
  readonly position?: number;
  /**
   * Which kind of error the server itself would have met: a syntax error is reported even in a failed
   * transaction block, everything else gives way to 25P02 there.
   */
  readonly stage: 'syntax' | 'analysis';
}

export const refusalFields = (r: Refusal, severity: 'ERROR' | 'FATAL' = 'ERROR'): ErrorFields => {
  const fields = new Map([
    ['S', severity],
    ['V', severity],
    ['C', r.sqlstate],
    ['M', r.message],
  ]);
  if (r.detail !== undefined) fields.set('D', r.detail);
  if (r.hint !== undefined) fields.set('H', r.hint);
  if (r.position !== undefined) fields.set('P', String(r.position));
  return fields;
};

/**
 * What is sent upstream in the place of a refused statement: it fails there, so that transaction
 * state and skipping until Sync are the server's own, and its error is replaced by the refusal.
 */
export const standIn: Readonly<
  Record<Refusal['stage'], { readonly sql: string; readonly sqlstate: string }>
> = {
  syntax: { sql: 'postern refused this statement', sqlstate: '42601' },
  // pg_catalog, where nobody but a superuser could make this function exist
  analysis: { sql: 'SELECT pg_catalog.postern_refused_this_statement()', sqlstate: '42883' },
};

/** As the server names types in its errors. */
const hexadecimal = (type: number): string =>
  `0x${type.toString(16).toUpperCase().padStart(2, '0')}`;

/**
 * @param inPlaceOf type of the message in whose place a stand-in was sent
 * @returns the server's error about a stand-in amid the data of a COPY, as one about the message itself
 */
export function aboutMessage(fields: ErrorFields, inPlaceOf: number): ErrorFields {
  const message = fields.get('M');
  if (message === undefined) return fields;
  return new Map(fields).set('M', message.replace(/0x5[01]/, hexadecimal(inPlaceOf)));
}

/** A name of the wire, one byte a character, as text. */
const shown = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');

export const refusals = {
  unknownStatement: (name: string): Refusal => ({
    sqlstate: sqlstate.undefinedStatement,
    message:
      name === ''
        ? 'unnamed prepared statement does not exist'
        : `prepared statement "${shown(name)}" does not exist`,
    stage: 'syntax',
  }),
  unknownPortal: (name: string): Refusal => ({
    sqlstate: sqlstate.undefinedCursor,
    message: `portal "${shown(name)}" does not exist`,
    stage: 'syntax',
  }),
  severalStatements: (): Refusal => ({
    sqlstate: '42601',
    message: 'cannot insert multiple commands into a prepared statement',
    stage: 'syntax',
  }),
  unknownFunction: (oid: number): Refusal => ({
    sqlstate: '42883',
    message: `function with OID ${String(oid)} does not exist`,
    stage: 'analysis',
  }),
  functionCall: (): Refusal => ({
    sqlstate: sqlstate.insufficientPrivilege,
    message:
      'policy masks, filters or counts what this function reads or changes, which cannot be done in a function call message',
    detail: 'reason=function-call',
    hint: 'Call the function in a SELECT statement.',
    stage: 'analysis',
  }),
  replication: (): Refusal => ({
    sqlstate: sqlstate.insufficientPrivilege,
    message: 'terminating connection: policy does not allow replication any more',
    stage: 'analysis',
  }),
  stopping: (): Refusal => ({
    sqlstate: sqlstate.adminShutdown,
    message: 'terminating connection: Postern is shutting down',
    stage: 'analysis',
  }),
  changedMeaning: (): Refusal => ({
    sqlstate: sqlstate.featureNotSupported,
    message: 'cached plan must not change result type',
    detail: 'reason=redecided: policy or schema changed since this statement was prepared',
    hint: 'Prepare the statement again.',
    stage: 'analysis',
  }),
  changedCursor: (): Refusal => ({
    sqlstate: sqlstate.featureNotSupported,
    message: 'policy or schema changed since this cursor was declared',
    detail: 'reason=redecided: the cursor would be declared in another form now',
    hint: 'Close the cursor and declare it again.',
    stage: 'analysis',
  }),
  rowLimit: (limit: number, source: string): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `result cut: more than ${String(limit)} rows`,
    detail: `${source} reason=max-rows limit=${String(limit)}`,
    hint: 'Ask for fewer rows (a filter, an aggregate or a LIMIT), or have the limit raised in the policy.',
    stage: 'analysis',
  }),
  byteLimit: (limit: number, source: string): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `result cut: more than ${String(limit)} bytes`,
    detail: `${source} reason=max-bytes limit=${String(limit)}`,
    hint: 'Ask for fewer rows or columns, or have the limit raised in the policy.',
    stage: 'analysis',
  }),
  rowNotLookedAt: (limit: number): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `result cut: a row is longer than the ${String(limit)} bytes that are held to look for unclassified values`,
    detail: `reason=row-not-looked-at limit=${String(limit)}`,
    hint: 'Ask for less of it (substr, fewer columns), or have detectors.mode of the Database changed.',
    stage: 'analysis',
  }),
  exportLimit: (limit: number, source: string): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `bulk export cut: more than ${String(limit)} rows of a table that is read without a condition`,
    detail: `${source} reason=bulk-export limit=${String(limit)}`,
    hint: 'Read it with a WHERE that looks at its columns, or have the limit raised in the policy.',
    stage: 'analysis',
  }),
  affectedLimit: (limit: number, source: string): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `statement undone: it changes more than ${String(limit)} rows`,
    detail: `${source} reason=max-affected-rows limit=${String(limit)}`,
    hint: 'Change fewer rows at once (a narrower WHERE; triggers and cascades count), or have the limit raised in the policy.',
    stage: 'analysis',
  }),
  mayCommit: (source: string): Refusal => ({
    sqlstate: sqlstate.insufficientPrivilege,
    message:
      'policy limits how many rows a statement changes, and a procedure could commit before they are counted',
    detail: `${source} reason=not-counted construct=commit`,
    hint: 'Run it in a transaction block: BEGIN, then the statement, then COMMIT.',
    stage: 'analysis',
  }),
  notCounting: (source: string): Refusal => ({
    sqlstate: sqlstate.insufficientPrivilege,
    message:
      'policy limits how many rows a statement changes, and the server does not say how many that are',
    detail: `${source} reason=not-counted construct=track_counts`,
    hint: "The setting track_counts must be on, and PUBLIC may execute the pg_stat_get_xact functions: ask the database's administrators.",
    stage: 'analysis',
  }),
  timeLimit: (milliseconds: number, source: string): Refusal => ({
    sqlstate: sqlstate.queryCanceled,
    message: `canceling statement: it ran longer than the ${String(milliseconds)} ms its policy allows`,
    detail: `${source} reason=statement-timeout limit=${String(milliseconds)}ms`,
    hint: 'Make the statement cheaper, or have the limit raised in the policy.',
    stage: 'analysis',
  }),
  tooLong: (): Refusal => ({
    sqlstate: sqlstate.limitExceeded,
    message: `statement is longer than ${String(maxStatementLength)} characters`,
    hint: 'Send it in smaller parts, or load the data with COPY.',
    stage: 'analysis',
  }),
  nameConverted: (): Refusal => ({
    sqlstate: sqlstate.featureNotSupported,
    message:
      'names of statements and portals must be ASCII unless client and server encoding are UTF8',
    detail: 'reason=name-encoding',
    hint: "SET client_encoding = 'UTF8', or use other names.",
    stage: 'syntax',
  }),
  amidCopy: (type: number): Refusal => ({
    sqlstate: sqlstate.protocolViolation,
    message: `unexpected message type ${hexadecimal(type)} during COPY from stdin`,
    stage: 'syntax',
  }),
  malformed: (message: string): Refusal => ({
    sqlstate: sqlstate.protocolViolation,
    message,
    stage: 'syntax',
  }),
  namesFull: (): Refusal => ({
    sqlstate: sqlstate.outOfMemory,
    message: 'too many prepared statements and portals in this session',
    detail: `reason=names-full limit=${String(mostNamed)} bytes`,
    hint: 'Close those that are not needed any more.',
    stage: 'analysis',
  }),
  auditFull: (): Refusal => ({
    sqlstate: sqlstate.diskFull,
    message: 'the audit spool is full: no statement runs unrecorded',
    detail: 'reason=audit-full',
    hint: 'Bring the collector back or enlarge the spool; policy may choose `audit.whenFull: Gap`.',
    stage: 'analysis',
  }),
};
