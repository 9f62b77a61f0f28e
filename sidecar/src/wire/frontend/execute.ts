import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** Execute. Protocol 3.0, "Message Formats". */
export interface Execute {
  readonly kind: 'Execute';
  readonly portal: string;
  /** 0: no limit */
  readonly maxRows: number;
}

export const Execute = {
  type: frontendType.execute,
  decode: (body: Body): Execute => ({
    kind: 'Execute',
    portal: body.name(),
    maxRows: body.int32(),
  }),
  encode: (m: Execute, out: Writer): void => {
    out.message(frontendType.execute, (w) => w.name(m.portal).int32(m.maxRows));
  },
};
