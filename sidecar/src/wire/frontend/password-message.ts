import { whole } from '../fields.js';
import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/**
 * PasswordMessage. Protocol 3.0, "Message Formats". Which of the `p` messages one is, only the
 * authentication request before it says.
 */
export interface PasswordMessage {
  readonly kind: 'PasswordMessage';
  /** as typed, or `md5` and 32 hex digits; never to be logged */
  readonly password: string;
}

export const PasswordMessage = {
  type: frontendType.password,
  decode: (body: Body): PasswordMessage =>
    whole(body, { kind: 'PasswordMessage', password: body.cstring() }),
  encode: (m: PasswordMessage, out: Writer): void => {
    out.message(frontendType.password, (w) => w.cstring(m.password));
  },
};
