import {
  format,
  formats,
  matching,
  values,
  whole,
  writeFormats,
  writeUint32,
  writeValues,
  type Format,
} from '../fields.js';
import type { Body } from '../body.js';
import { frontendType } from '../types.js';
import type { Writer } from '../writer.js';

/** FunctionCall. Protocol 3.0, "Message Formats". */
export interface FunctionCall {
  readonly kind: 'FunctionCall';
  /** OID */
  readonly function: number;
  /** none: all text; one: for all; otherwise one an argument */
  readonly formats: readonly Format[];
  /** views; null: NULL */
  readonly arguments: readonly (Buffer | null)[];
  readonly resultFormat: Format;
}

export const FunctionCall = {
  type: frontendType.functionCall,
  decode: (body: Body): FunctionCall => {
    const m: FunctionCall = {
      kind: 'FunctionCall',
      function: body.uint32(),
      formats: formats(body),
      arguments: values(body),
      resultFormat: format(body.uint16()),
    };
    matching(m.formats, m.arguments.length);
    return whole(body, m);
  },
  encode: (m: FunctionCall, out: Writer): void => {
    out.message(frontendType.functionCall, (w) => {
      writeFormats(writeUint32(w, m.function), m.formats);
      writeValues(w, m.arguments).uint16(m.resultFormat);
    });
  },
};
