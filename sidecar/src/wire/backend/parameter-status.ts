import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { whole } from '../fields.js';

/** ParameterStatus. Protocol 3.0, "Message Formats". */
export interface ParameterStatus {
  readonly kind: 'ParameterStatus';
  readonly name: string;
  /** may be empty */
  readonly value: string;
}

export const ParameterStatus = {
  type: backendType.parameterStatus,
  decode: (body: Body): ParameterStatus =>
    whole(body, { kind: 'ParameterStatus', name: body.cstring(), value: body.cstring() }),
  encode: (m: ParameterStatus, out: Writer): void => {
    out.message(backendType.parameterStatus, (w) => w.cstring(m.name).cstring(m.value));
  },
};
