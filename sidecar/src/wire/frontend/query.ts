import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** Query. Protocol 3.0, "Message Formats"; it may hold several statements. */
export interface Query {
  readonly kind: 'Query';
  readonly sql: string;
}

export const Query = {
  type: frontendType.query,
  decode: (body: Body): Query => ({ kind: 'Query', sql: body.cstring() }),
  encode: (m: Query, out: Writer): void => {
    out.message(frontendType.query, (w) => w.cstring(m.sql));
  },
};
