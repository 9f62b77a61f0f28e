import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { whole } from '../fields.js';

/**
 * The row count at the end of a command tag (`INSERT 0 5`, `UPDATE 3`, `SELECT 10`, `COPY 7`),
 * read from the bytes of a CommandComplete body without decoding the tag.
 *
 * @param end one past the NUL that ends the tag
 * @returns   0 where the tag has no count (`BEGIN`)
 */
export function commandRows(buffer: Buffer, start: number, end: number): number {
  let rows = 0;
  let unit = 1;
  for (let at = end - 2; at >= start; at -= 1) {
    const digit = (buffer[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    rows += digit * unit;
    unit *= 10;
  }
  return rows;
}

/** True for the tags whose count is of rows changed rather than rows returned. */
export function countsChanges(buffer: Buffer, start: number): boolean {
  switch (buffer[start]) {
    case 0x49: // INSERT
    case 0x55: // UPDATE
    case 0x4d: // MERGE, MOVE
      return true;
    case 0x44: // DELETE; DECLARE, DROP, ... have no count
      return true;
    case 0x43: // COPY; CREATE, CLOSE, ... have no count
      return true;
    default:
      return false;
  }
}

/** CommandComplete. Protocol 3.0, "Message Formats". */
export interface CommandComplete {
  readonly kind: 'CommandComplete';
  /** usually the command, with its count of rows where it has one */
  readonly tag: string;
}

export const CommandComplete = {
  type: backendType.commandComplete,
  decode: (body: Body): CommandComplete =>
    whole(body, { kind: 'CommandComplete', tag: body.cstring() }),
  encode: (m: CommandComplete, out: Writer): void => {
    out.message(backendType.commandComplete, (w) => w.cstring(m.tag));
  },
};
