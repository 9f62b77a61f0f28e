import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { items, whole } from '../fields.js';

/**
 * NegotiateProtocolVersion. Protocol 3.2, "Message Formats". The text there says the Int32 is the
 * minor version; servers send the whole version, major in the upper 16 bits, and libpq reads that.
 */
export interface NegotiateProtocolVersion {
  readonly kind: 'NegotiateProtocolVersion';
  readonly major: number;
  /** newest the server speaks of what the client asked for */
  readonly minor: number;
  /** the `_pq_.` start-up parameters the server does not know */
  readonly unrecognized: readonly string[];
}

export const NegotiateProtocolVersion = {
  type: backendType.negotiateProtocolVersion,
  decode: (body: Body): NegotiateProtocolVersion =>
    whole(body, {
      kind: 'NegotiateProtocolVersion',
      major: body.uint16(),
      minor: body.uint16(),
      unrecognized: items(body, body.int32(), 1, () => body.cstring()),
    }),
  encode: (m: NegotiateProtocolVersion, out: Writer): void => {
    out.message(backendType.negotiateProtocolVersion, (w) => {
      w.uint16(m.major).uint16(m.minor).int32(m.unrecognized.length);
      for (const name of m.unrecognized) w.cstring(name);
    });
  },
};
