import type { Socket } from 'node:net';
import { decodeTextRow } from '../wire/backend/data-row.js';
import { Body } from '../wire/body.js';
import { Framer, headerLength } from '../wire/framer.js';
import { Query } from '../wire/frontend/query.js';
import { backendFraming } from '../wire/limits.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { backendType } from '../wire/types.js';
import { Writer } from '../wire/writer.js';
import type { Role } from '../upstream/roles.js';

const question =
  "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";

/**
 * What the server is, from what it reported at the log-in (PostgreSQL 14 and later), otherwise by asking
 * before the session begins.
 *
 * @throws ProtocolError when the server does not answer the question within `timeout` milliseconds
 */
export async function roleOf(
  parameters: ReadonlyMap<string, string>,
  server: Socket,
  timeout: number,
): Promise<Role> {
  const standby = parameters.get('in_hot_standby');
  const readOnly = parameters.get('default_transaction_read_only');
  if (standby !== undefined && readOnly !== undefined) {
    return { standby: standby === 'on', writable: standby === 'off' && readOnly === 'off' };
  }
  const [recovering, onlyReads] = await askOnce(server, timeout);
  return { standby: recovering === 't', writable: onlyReads === 'off' };
}

function askOnce(server: Socket, timeout: number): Promise<readonly (string | null)[]> {
  return new Promise((resolve, reject) => {
    const framer = new Framer({ ...backendFraming, streams: () => false });
    let row: readonly (string | null)[] = [];
    const stop = (): void => {
      clearTimeout(timer);
      server.off('data', onData);
      server.off('close', onClose);
      server.pause();
    };
    const fail = (message: string): void => {
      stop();
      reject(new ProtocolError('unexpected', message));
    };
    const timer = setTimeout(() => {
      fail('the server did not say in time whether it is a standby');
    }, timeout);
    const onClose = (): void => {
      fail('the server closed the connection when asked whether it is a standby');
    };
    const onData = (chunk: Buffer): void => {
      framer.push(chunk);
      try {
        while (framer.next()) {
          const body = new Body(framer.buffer, framer.start + headerLength, framer.end);
          if (framer.type === backendType.dataRow) row = decodeTextRow(body);
          else if (framer.type === backendType.readyForQuery) {
            stop();
            resolve(row);
            return;
          }
        }
      } catch (cause) {
        stop();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    };
    server.on('data', onData);
    server.on('close', onClose);
    const out = new Writer();
    Query.encode({ kind: 'Query', sql: question }, out);
    server.write(out.finish());
    server.resume();
  });
}
