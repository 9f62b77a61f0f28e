/** What an attack, or honest work, does: one step after the other, in one session or several. */
import { message, say } from '../wire/raw-client.js';
import { int32 } from '../wire/peer.js';

/** Logins of the server: an ordinary one, the owner of the tables, a superuser. */
export type Role = 'worker' | 'keeper' | 'chief';

interface InSession {
  /** name of the session it is said in */
  readonly on: string;
}

export type Step =
  /** one message Query */
  | ({ readonly kind: 'query'; readonly sql: string } & InSession)
  /** Query of a COPY ... FROM STDIN, and its data if the server wants it */
  | ({ readonly kind: 'copy-in'; readonly sql: string; readonly data: string } & InSession)
  /** bytes, and how many ReadyForQuery end them */
  | ({ readonly kind: 'raw'; readonly bytes: Buffer; readonly readies: number } & InSession)
  /** somebody else, not governed, runs it and stays connected; nothing that comes is searched */
  | { readonly kind: 'outside'; readonly sql: string }
  | { readonly kind: 'pause'; readonly milliseconds: number };

export const query = (sql: string, on = 'a'): Step => ({ kind: 'query', sql, on });
export const second = (sql: string): Step => query(sql, 'b');
export const outside = (sql: string): Step => ({ kind: 'outside', sql });
export const pause = (milliseconds: number): Step => ({ kind: 'pause', milliseconds });
export const copyIn = (sql: string, data: string): Step => ({
  ...{ kind: 'copy-in', sql, data, on: 'a' },
});

/** Messages of one session, ended by as many Sync or Query as `readies` says. */
export const raw = (bytes: readonly Buffer[], readies = 1, on = 'a'): Step => ({
  ...{ kind: 'raw', bytes: Buffer.concat(bytes), readies, on },
});

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

/** Bind with text parameters. @param binary results come in binary form */
export const bind = (
  params: readonly (string | null)[],
  binary = false,
  statement = '',
  portal = '',
): Buffer =>
  message(
    ...(['B', portal, statement, short(0), short(params.length)] as const),
    ...params.map((param) =>
      param === null
        ? int32(-1)
        : Buffer.concat([int32(Buffer.byteLength(param)), Buffer.from(param)]),
    ),
    binary ? Buffer.concat([short(1), short(1)]) : short(0),
  );

/** Extended protocol: Parse, Bind, Describe, Execute, Sync. */
export const extended = (
  sql: string,
  params: readonly (string | null)[] = [],
  form: 'text' | 'binary' = 'text',
  on = 'a',
): Step => {
  const bound = bind(params, form === 'binary');
  return raw([say.parse(sql), bound, say.describe('P'), say.execute(), say.sync()], 1, on);
};

/** A statement is one query, of session a. */
export type Steps = string | Step | readonly (string | Step)[];

export const stepsOf = (steps: Steps): readonly Step[] => {
  const list = typeof steps === 'string' || 'kind' in steps ? [steps] : steps;
  return list.map((step) => (typeof step === 'string' ? query(step) : step));
};

const changes =
  /\b(?:insert|update|delete|merge|create|alter|drop|truncate|into|nextval|setval|refresh|analyze|vacuum|reindex|call|do|grant|revoke|comment|copy-in|lock|notify|cluster|security|import|reassign|mail_\w+\(|lo_\w+)\b/i;

/** Whether it leaves the database as it was, so that others may use it too. */
export const onlyReads = (steps: readonly Step[]): boolean =>
  steps.every((step) => {
    switch (step.kind) {
      case 'query':
        return !changes.test(step.sql);
      case 'raw':
        return !changes.test(step.bytes.toString('latin1'));
      case 'pause':
        return true;
      case 'copy-in':
      case 'outside':
        return false;
    }
  });
