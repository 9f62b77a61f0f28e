import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';

/** CopyData. Protocol 3.0, "Message Formats". The server sends one message a row. */
export interface CopyData {
  readonly kind: 'CopyData';
  /** a view; may be empty */
  readonly data: Buffer;
}

export const CopyData = {
  type: backendType.copyData,
  decode: (body: Body): CopyData => ({ kind: 'CopyData', data: body.rest() }),
  encode: (m: CopyData, out: Writer): void => {
    out.message(backendType.copyData, (w) => w.bytes(m.data));
  },
};
