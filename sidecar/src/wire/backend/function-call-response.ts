import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { value, whole, writeValue } from '../fields.js';

/** FunctionCallResponse. Protocol 3.0, "Message Formats". */
export interface FunctionCallResponse {
  readonly kind: 'FunctionCallResponse';
  /** in the format the call asked for, a view; null: NULL */
  readonly value: Buffer | null;
}

export const FunctionCallResponse = {
  type: backendType.functionCallResponse,
  decode: (body: Body): FunctionCallResponse =>
    whole(body, { kind: 'FunctionCallResponse', value: value(body) }),
  encode: (m: FunctionCallResponse, out: Writer): void => {
    out.message(backendType.functionCallResponse, (w) => writeValue(w, m.value));
  },
};
