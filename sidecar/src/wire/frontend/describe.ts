import { whole } from '../fields.js';
import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';
import { decodeTarget, type Target } from './close.js';

/** Describe. Protocol 3.0, "Message Formats". */
export interface Describe extends Target {
  readonly kind: 'Describe';
}

export const Describe = {
  type: frontendType.describe,
  decode: (body: Body): Describe =>
    whole(body, { kind: 'Describe', ...decodeTarget(body, 'DESCRIBE') }),
  encode: (m: Describe, out: Writer): void => {
    out.message(frontendType.describe, (w) =>
      w.uint8(m.of === 'statement' ? 0x53 : 0x50).name(m.name),
    );
  },
};
