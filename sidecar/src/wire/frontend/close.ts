import type { Body } from '../body.js';
import { ProtocolError } from '../protocol-error.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** What Close and Describe name. */
export interface Target {
  readonly of: 'statement' | 'portal';
  readonly name: string;
}

/** @param message the server's name of it, for its error */
export function decodeTarget(body: Body, message: 'CLOSE' | 'DESCRIBE'): Target {
  if (body.remaining === 0) throw new ProtocolError('malformed', 'no data left in message');
  const letter = body.uint8();
  const name = body.name();
  switch (letter) {
    case 0x53: // S
      return { of: 'statement', name };
    case 0x50: // P
      return { of: 'portal', name };
    default:
      throw new ProtocolError('malformed', `invalid ${message} message subtype ${String(letter)}`);
  }
}

/** Close. Protocol 3.0, "Message Formats". */
export interface Close extends Target {
  readonly kind: 'Close';
}

export const Close = {
  type: frontendType.close,
  decode: (body: Body): Close => ({ kind: 'Close', ...decodeTarget(body, 'CLOSE') }),
  encode: (m: Close, out: Writer): void => {
    out.message(frontendType.close, (w) =>
      w.uint8(m.of === 'statement' ? 0x53 : 0x50).name(m.name),
    );
  },
};
