import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** Bind. Protocol 3.0, "Message Formats". The values are passed on unread. */
export interface Bind {
  readonly kind: 'Bind';
  readonly portal: string;
  readonly statement: string;
  /** parameter formats, parameter values and result formats, as sent */
  readonly values: Buffer;
}

export const Bind = {
  type: frontendType.bind,
  decode: (body: Body): Bind => ({
    kind: 'Bind',
    portal: body.name(),
    statement: body.name(),
    values: body.rest(),
  }),
  encode: (m: Bind, out: Writer): void => {
    out.message(frontendType.bind, (w) => w.name(m.portal).name(m.statement).bytes(m.values));
  },
};
