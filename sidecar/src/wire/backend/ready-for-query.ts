import type { Body } from '../body.js';
import { ProtocolError } from '../protocol-error.js';
import { backendType } from '../types.js';
import { Writer } from '../writer.js';
import { whole } from '../fields.js';

/** I idle, T in a transaction block, E in a failed one. Protocol 3.0, "ReadyForQuery". */
export type TransactionStatus = 'I' | 'T' | 'E';

export function decodeTransactionStatus(byte: number | undefined): TransactionStatus {
  switch (byte) {
    case 0x49:
      return 'I';
    case 0x54:
      return 'T';
    case 0x45:
      return 'E';
    default:
      throw new ProtocolError('malformed', 'unknown transaction status in ReadyForQuery');
  }
}

export const encodeReadyForQuery = (status: TransactionStatus): Buffer =>
  new Writer().message(backendType.readyForQuery, (w) => w.uint8(status.charCodeAt(0))).finish();

/** ReadyForQuery. Protocol 3.0, "Message Formats". */
export interface ReadyForQuery {
  readonly kind: 'ReadyForQuery';
  readonly status: TransactionStatus;
}

export const ReadyForQuery = {
  type: backendType.readyForQuery,
  decode: (body: Body): ReadyForQuery =>
    whole(body, { kind: 'ReadyForQuery', status: decodeTransactionStatus(body.uint8()) }),
  encode: (m: ReadyForQuery, out: Writer): void => {
    out.bytes(encodeReadyForQuery(m.status));
  },
};
