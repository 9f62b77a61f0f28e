import { postern } from '@postern/proto';
import type { Postgres } from '../harness/postgres.js';

const { Event, Outcome } = postern.audit.v1;

export interface Tampering {
  /** the statement that was run, shortened */
  readonly statement: string;
  /** UUID of the event that was changed */
  readonly id: string;
  readonly leaf: number;
  /** Puts back what was there. */
  restore(): Promise<void>;
}

/**
 * Changes the refused DROP in the collector's own database into one that was completed: the event's
 * bytes and the columns beside them, as someone would who knows the format.
 */
export const tamper = async (server: Postgres): Promise<Tampering> => {
  const [found] = await server.sql(
    `SELECT e.leaf_index, e.id::text AS id, encode(e.bytes, 'hex') AS bytes, e.outcome
     FROM events e JOIN statement_records r ON r.digest = e.record
     WHERE r.command LIKE 'DROP%' ORDER BY e.leaf_index LIMIT 1`,
    'postern',
  );
  if (found === undefined) throw new Error('the record holds no DROP to tamper with');
  const before = String(found['bytes']);
  const event = Event.decode(Buffer.from(before, 'hex'));
  if (event.statement) event.statement.outcome = Outcome.COMPLETED;
  const after = Buffer.from(Event.encode(event).finish()).toString('hex');
  const id = String(found['id']);
  const change = (outcome: string, bytes: string): string =>
    `UPDATE events SET outcome = '${outcome}', bytes = '\\x${bytes}' WHERE id = '${id}'`;
  await server.sql(change('completed', after), 'postern');
  return {
    id,
    leaf: Number(found['leaf_index']),
    statement: change('completed', `${after.slice(0, 24)}...`),
    restore: async () => {
      await server.sql(change(String(found['outcome']), before), 'postern');
    },
  };
};
