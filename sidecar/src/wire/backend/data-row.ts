import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { values, whole, writeValues } from '../fields.js';

/** DataRow with text values, for the proxy's own questions. Protocol 3.0, "Message Formats". */
export function decodeTextRow(body: Body): (string | null)[] {
  const columns = body.uint16();
  const row: (string | null)[] = [];
  for (let i = 0; i < columns; i += 1) {
    const length = body.int32();
    row.push(length < 0 ? null : body.bytes(length).toString('utf8'));
  }
  return row;
}

/** DataRow. Protocol 3.0, "Message Formats". */
export interface DataRow {
  readonly kind: 'DataRow';
  /** one a column, views, in the format RowDescription says; null: NULL */
  readonly values: readonly (Buffer | null)[];
}

export const DataRow = {
  type: backendType.dataRow,
  decode: (body: Body): DataRow => whole(body, { kind: 'DataRow', values: values(body) }),
  encode: (m: DataRow, out: Writer): void => {
    out.message(backendType.dataRow, (w) => writeValues(w, m.values));
  },
};
