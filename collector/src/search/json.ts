import type { postern } from '@postern/proto';
import { formatUuid, kindOf, outcomeName } from '../ingest/decoded.js';

type IEntry = postern.audit.v1.IEntry;

const time = (us: number): string => {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return `${iso.slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
};

/** An entry as the HTTP API gives it: names stable, times RFC 3339, ids and hashes as text. */
export function entryJson(entry: IEntry): object {
  const event = entry.event as postern.audit.v1.Event;
  const { session, statementRecord } = entry;
  const { statement, sessionEnd, policyChange, gap, refusal } = event;
  return {
    id: formatUuid(event.id),
    time: time(event.timeUs),
    kind: kindOf(event),
    session: formatUuid(event.sessionId),
    sequence: event.sequence,
    leafIndex: entry.leafIndex ?? 0,
    hash: Buffer.from(entry.hash ?? new Uint8Array()).toString('hex'),
    ...(session == null ? {} : { identity: session.identity, claims: session.claims, workload: session.workload, database: session.database, databaseName: session.databaseName, user: session.user, applicationName: session.applicationName, clientAddress: session.clientAddress, bundleDigest: session.bundleDigest }),
    ...(statement == null
      ? {}
      : {
          outcome: outcomeName(statement.outcome),
          durationUs: statement.durationUs ?? 0,
          rows: statement.rows ?? 0,
          bytes: statement.bytes ?? 0,
          affectedRows: statement.affectedRows ?? 0,
          sqlstate: statement.sqlstate ?? '',
        }),
    ...(statementRecord == null ? {} : { statement: statementRecord }),
    ...(sessionEnd == null ? {} : { sessionEnd }),
    ...(policyChange == null ? {} : { policyChange }),
    ...(gap == null ? {} : { gap }),
    ...(refusal == null ? {} : { refusal }),
  };
}
