import { whole } from '../fields.js';
import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** CopyFail. Protocol 3.0, "Message Formats". */
export interface CopyFail {
  readonly kind: 'CopyFail';
  /** goes into the server's error message; may be empty */
  readonly reason: string;
}

export const CopyFail = {
  type: frontendType.copyFail,
  decode: (body: Body): CopyFail => whole(body, { kind: 'CopyFail', reason: body.cstring() }),
  encode: (m: CopyFail, out: Writer): void => {
    out.message(frontendType.copyFail, (w) => w.cstring(m.reason));
  },
};
