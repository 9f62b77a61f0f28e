import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** SASLResponse, in answer to AuthenticationSASLContinue. Protocol 3.0, "Message Formats". */
export interface SASLResponse {
  readonly kind: 'SASLResponse';
  /** what it means depends on the mechanism, a view */
  readonly data: Buffer;
}

export const SASLResponse = {
  type: frontendType.password,
  decode: (body: Body): SASLResponse => ({ kind: 'SASLResponse', data: body.rest() }),
  encode: (m: SASLResponse, out: Writer): void => {
    out.message(frontendType.password, (w) => w.bytes(m.data));
  },
};
