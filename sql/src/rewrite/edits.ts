import { characterPosition, offsetOfCharacter } from '../parse/positions.js';
import type { Rewritten } from './change.js';

/** Replaces source text from `start` to `end` (UTF-16 offsets). Edits of one statement do not overlap. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Placed extends Edit {
  /** where the new text stands in the result */
  readonly at: number;
}

/** The slice of the source with the edits made, and the way back for positions. */
export const applyEdits = (
  source: string,
  start: number,
  end: number,
  edits: readonly Edit[],
): Rewritten => {
  const placed: Placed[] = [];
  let sql = '';
  let from = start;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    sql += source.slice(from, edit.start);
    placed.push({ ...edit, at: sql.length });
    sql += edit.text;
    from = edit.end;
  }
  sql += source.slice(from, end);
  const back = (offset: number): number => {
    let shift = start;
    for (const edit of placed) {
      if (offset < edit.at) break;
      // Inside of new text there is nothing of the client's: point to where it stands.
      if (offset < edit.at + edit.text.length) return edit.start;
      shift = edit.end - (edit.at + edit.text.length);
    }
    return offset + shift;
  };
  return {
    sql,
    changed: edits.length > 0,
    toOriginal: (position) => characterPosition(source, back(offsetOfCharacter(sql, position))),
  };
};
