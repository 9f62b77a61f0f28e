import { value, whole, writeValue } from '../fields.js';
import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** SASLInitialResponse, in answer to AuthenticationSASL. Protocol 3.0, "Message Formats". */
export interface SASLInitialResponse {
  readonly kind: 'SASLInitialResponse';
  /** the one the client chose */
  readonly mechanism: string;
  /** what it means depends on the mechanism, a view; null: none, which is not the empty one */
  readonly response: Buffer | null;
}

export const SASLInitialResponse = {
  type: frontendType.password,
  decode: (body: Body): SASLInitialResponse =>
    whole(body, {
      kind: 'SASLInitialResponse',
      mechanism: body.cstring(),
      response: value(body),
    }),
  encode: (m: SASLInitialResponse, out: Writer): void => {
    out.message(frontendType.password, (w) => writeValue(w.cstring(m.mechanism), m.response));
  },
};
