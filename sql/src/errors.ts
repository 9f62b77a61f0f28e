/** Why a text was not accepted. Closed list; the SQLSTATE is the one PostgreSQL would send. */
export type SqlErrorCode =
  | 'syntax'
  | 'nul'
  | 'encoding'
  | 'too-complex'
  | 'too-long'
  | 'undefined-table'
  | 'undefined-schema'
  | 'undefined-column'
  | 'ambiguous-column'
  | 'duplicate-alias'
  | 'invalid-reference'
  | 'undefined-function'
  | 'ambiguous-function'
  | 'undefined-object'
  | 'column-count'
  | 'infinite-recursion'
  | 'invalid-recursion'
  | 'cross-database'
  | 'not-implemented'
  | 'unknown-node'
  | 'bad-name'
  | 'bad-catalogue'
  | 'parser';

const sqlstates: Readonly<Record<SqlErrorCode, string>> = {
  syntax: '42601',
  nul: '22021',
  encoding: '22021',
  'too-complex': '54001',
  'too-long': '54000',
  'undefined-table': '42P01',
  'undefined-schema': '3F000',
  'undefined-column': '42703',
  'ambiguous-column': '42702',
  'duplicate-alias': '42712',
  'invalid-reference': '42P10',
  'undefined-function': '42883',
  'ambiguous-function': '42725',
  'undefined-object': '42704',
  'column-count': '42P10',
  'infinite-recursion': '42P17',
  'invalid-recursion': '42P19',
  'cross-database': '0A000',
  'not-implemented': '0A000',
  'unknown-node': '0A000',
  'bad-name': '42602',
  'bad-catalogue': 'XX000',
  parser: 'XX000',
};

/** A statement, name or catalogue that cannot be accepted. */
export class SqlError extends Error {
  readonly code: SqlErrorCode;
  /** five characters, as PostgreSQL would send */
  readonly sqlstate: string;
  /** in characters (code points) of the source, from 1, as PostgreSQL's `position` field; absent when none is known */
  readonly position?: number;
  readonly hint?: string;

  constructor(
    code: SqlErrorCode,
    message: string,
    more: { position?: number | undefined; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'SqlError';
    this.code = code;
    this.sqlstate = sqlstates[code];
    if (more.position !== undefined) this.position = more.position;
    if (more.hint !== undefined) this.hint = more.hint;
  }
}
