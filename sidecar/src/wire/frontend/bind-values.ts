import {
  formats,
  matching,
  values,
  whole,
  writeFormats,
  writeValues,
  type Format,
} from '../fields.js';
import { Body } from '../body.js';
import { Writer } from '../writer.js';

/** What follows the names in Bind: its `values`. Protocol 3.0, "Message Formats". */
export interface BindValues {
  /** none: all text; one: for all; otherwise one a parameter */
  readonly formats: readonly Format[];
  /** views; null: NULL */
  readonly values: readonly (Buffer | null)[];
  /** none: all text; one: for all; otherwise one a result column, whose number Bind does not say */
  readonly resultFormats: readonly Format[];
}

export const BindValues = {
  decode: (bytes: Buffer): BindValues => {
    const body = new Body(bytes, 0, bytes.length);
    const m: BindValues = {
      formats: formats(body),
      values: values(body),
      resultFormats: formats(body),
    };
    matching(m.formats, m.values.length);
    return whole(body, m);
  },
  encode: (m: BindValues): Buffer => {
    const w = new Writer();
    writeFormats(w, m.formats);
    writeValues(w, m.values);
    return writeFormats(w, m.resultFormats).finish();
  },
};
