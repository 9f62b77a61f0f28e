import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/**
 * GSSResponse, in answer to AuthenticationGSS, SSPI and GSSContinue. Protocol 3.0, "Message Formats".
 */
export interface GSSResponse {
  readonly kind: 'GSSResponse';
  /** GSSAPI or SSPI data, a view */
  readonly data: Buffer;
}

export const GSSResponse = {
  type: frontendType.password,
  decode: (body: Body): GSSResponse => ({ kind: 'GSSResponse', data: body.rest() }),
  encode: (m: GSSResponse, out: Writer): void => {
    out.message(frontendType.password, (w) => w.bytes(m.data));
  },
};
