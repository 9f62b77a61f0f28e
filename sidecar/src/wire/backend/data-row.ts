import type { Body } from '../body.js';

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
