import type { Rewritten } from '@postern/sql';

/** One statement of a text and what stands in its place. Offsets in UTF-16 units. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: Rewritten;
}

export interface Spliced {
  /** undefined when nothing is replaced */
  readonly rewritten: string | undefined;
  /** 1-based character (not UTF-16) position in the new text -> in the old one */
  readonly toOriginal: (position: number) => number;
}

/** As PostgreSQL counts positions: code points, not UTF-16 units. */
export const characters = (text: string): number => {
  let count = 0;
  for (const character of text) count += character === '' ? 0 : 1;
  return count;
};

/** Puts rewritten statements into a text; every other byte stays as the client sent it. */
export function splice(sql: string, replacements: readonly Replacement[]): Spliced {
  if (replacements.length === 0)
    return { rewritten: undefined, toOriginal: (position) => position };
  let rewritten = '';
  let copied = 0;
  for (const { start, end, by } of replacements) {
    rewritten += sql.slice(copied, start) + by.sql;
    copied = end;
  }
  rewritten += sql.slice(copied);
  return { rewritten, toOriginal: (position) => original(sql, replacements, position) };
}

/** Walks the pieces; only errors need it, so nothing is kept for it. */
function original(sql: string, replacements: readonly Replacement[], position: number): number {
  let left = position;
  let before = 0;
  let copied = 0;
  for (const { start, end, by } of replacements) {
    const plain = characters(sql.slice(copied, start));
    if (left <= plain) return before + left;
    left -= plain;
    before += plain;
    const inside = characters(by.sql);
    if (left <= inside) return by.toOriginal(left);
    left -= inside;
    before += characters(sql.slice(start, end));
    copied = end;
  }
  return before + left;
}
