import type { Body } from '../body.js';
import { ProtocolError } from '../protocol-error.js';
import { backendType } from '../types.js';
import { Writer } from '../writer.js';

/** Authentication requests. Protocol 3.0, "Message Formats"; only what a relay has to tell apart. */
export type Authentication =
  | { readonly kind: 'Ok' }
  | { readonly kind: 'SASL'; readonly mechanisms: readonly string[] }
  /** SASLFinal and every other step that needs no look */
  | { readonly kind: 'SASLFinal' }
  /** cleartext, md5, SASLContinue, GSS, ...: the client answers with a `p` message */
  | { readonly kind: 'Step'; readonly code: number };

export const Authentication = {
  type: backendType.authentication,
  decode: (body: Body): Authentication => {
    const code = body.int32();
    switch (code) {
      case 0:
        return { kind: 'Ok' };
      case 10:
        return { kind: 'SASL', mechanisms: decodeMechanisms(body) };
      case 12:
        return { kind: 'SASLFinal' };
      case 2:
      case 6:
        throw new ProtocolError('unexpected', `unsupported authentication request ${String(code)}`);
      default:
        return { kind: 'Step', code };
    }
  },
  encodeSasl: (mechanisms: readonly string[]): Buffer =>
    new Writer()
      .message(backendType.authentication, (w) => {
        w.int32(10);
        for (const mechanism of mechanisms) w.cstring(mechanism);
        w.uint8(0);
      })
      .finish(),
};

function decodeMechanisms(body: Body): string[] {
  const mechanisms: string[] = [];
  for (;;) {
    const mechanism = body.cstring();
    if (mechanism === '') return mechanisms;
    mechanisms.push(mechanism);
  }
}
