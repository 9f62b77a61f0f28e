import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { items, whole, writeUint32 } from '../fields.js';

/** ParameterDescription. Protocol 3.0, "Message Formats". */
export interface ParameterDescription {
  readonly kind: 'ParameterDescription';
  /** OIDs of the data types, one a parameter */
  readonly types: readonly number[];
}

export const ParameterDescription = {
  type: backendType.parameterDescription,
  decode: (body: Body): ParameterDescription =>
    whole(body, {
      kind: 'ParameterDescription',
      types: items(body, body.uint16(), 4, () => body.uint32()),
    }),
  encode: (m: ParameterDescription, out: Writer): void => {
    out.message(backendType.parameterDescription, (w) => {
      w.uint16(m.types.length);
      for (const oid of m.types) writeUint32(w, oid);
    });
  },
};
