import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** CopyData. Protocol 3.0, "Message Formats". A client may divide the data as it likes. */
export interface CopyData {
  readonly kind: 'CopyData';
  /** a view; may be empty */
  readonly data: Buffer;
}

export const CopyData = {
  type: frontendType.copyData,
  decode: (body: Body): CopyData => ({ kind: 'CopyData', data: body.rest() }),
  encode: (m: CopyData, out: Writer): void => {
    out.message(frontendType.copyData, (w) => w.bytes(m.data));
  },
};
