import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { format, int16, items, whole, writeInt16, writeUint32, type Format } from '../fields.js';

/** One column of a result. */
export interface Field {
  readonly name: string;
  /** OID of the table the column is of; 0: of none */
  readonly table: number;
  /** attribute number in that table, negative for a system column; 0: of none */
  readonly attribute: number;
  /** OID */
  readonly dataType: number;
  /** bytes; -1: varying, -2: up to a NUL */
  readonly size: number;
  /** what it means depends on the type; -1: none */
  readonly modifier: number;
  /** 0 also where it is not known yet: in answer to Describe of a statement */
  readonly format: Format;
}

/** RowDescription. Protocol 3.0, "Message Formats". */
export interface RowDescription {
  readonly kind: 'RowDescription';
  readonly fields: readonly Field[];
}

/** An empty name, and the numbers. */
const leastField = 19;

const decodeField = (body: Body): Field => ({
  name: body.cstring(),
  table: body.uint32(),
  attribute: int16(body),
  dataType: body.uint32(),
  size: int16(body),
  modifier: body.int32(),
  format: format(body.uint16()),
});

function encodeField(w: Writer, field: Field): void {
  writeUint32(w.cstring(field.name), field.table);
  writeUint32(writeInt16(w, field.attribute), field.dataType);
  writeInt16(w, field.size).int32(field.modifier).uint16(field.format);
}

export const RowDescription = {
  type: backendType.rowDescription,
  decode: (body: Body): RowDescription =>
    whole(body, {
      kind: 'RowDescription',
      fields: items(body, body.uint16(), leastField, () => decodeField(body)),
    }),
  encode: (m: RowDescription, out: Writer): void => {
    out.message(backendType.rowDescription, (w) => {
      w.uint16(m.fields.length);
      for (const field of m.fields) encodeField(w, field);
    });
  },
};
