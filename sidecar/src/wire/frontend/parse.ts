import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** Parse. Protocol 3.0, "Message Formats". */
export interface Parse {
  readonly kind: 'Parse';
  /** its bytes, one a character; empty: the unnamed statement */
  readonly statement: string;
  readonly sql: string;
  /** count and OIDs of the parameter types, as sent */
  readonly parameterTypes: Buffer;
}

export const Parse = {
  type: frontendType.parse,
  decode: (body: Body): Parse => ({
    kind: 'Parse',
    statement: body.name(),
    sql: body.cstring(),
    parameterTypes: body.rest(),
  }),
  encode: (m: Parse, out: Writer): void => {
    out.message(frontendType.parse, (w) =>
      w.name(m.statement).cstring(m.sql).bytes(m.parameterTypes),
    );
  },
};
