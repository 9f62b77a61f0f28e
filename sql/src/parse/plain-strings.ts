import { tokenize } from './lexer.js';
import { characterPosition, offsetOfCharacter } from './positions.js';
import { maxStatementLength } from './statement.js';

/** A text of SQL that reads the same whatever `standard_conforming_strings` says. */
export interface Spelled {
  readonly sql: string;
  /** 1-based character position in it -> in the text it was made of */
  readonly toOriginal: (position: number) => number;
}

/** `U&'...'` stays: while the setting is off the server refuses it. Bits and `E'...'` have one reading. */
const isPlain = (text: string, start: number): boolean => text[start] === "'";

/**
 * Spells strings that hold a backslash as `E'...'`; everything else stays.
 *
 * A text that the server would not read at all may come out as another one that it does not read.
 *
 * @param standardStrings how the text is to be read: `standard_conforming_strings`
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
export const spellPlainStrings = (text: string, standardStrings: boolean): Spelled => {
  const same: Spelled = { sql: text, toOriginal: (position) => position };
  // A longer one is refused.
  if (text.length > maxStatementLength || !text.includes('\\')) return same;
  /** offset in `text`, and how many units longer everything from there on is */
  const shifts: { readonly from: number; readonly by: number }[] = [];
  let sql = '';
  let copied = 0;
  let lastWord = { start: -1, end: -1 };
  const insert = (at: number, what: string): void => {
    sql += text.slice(copied, at) + what;
    copied = at;
    shifts.push({ from: at, by: sql.length - at });
  };
  for (const { kind, start, end } of tokenize(text, 0, text.length, Infinity, !standardStrings)) {
    if (kind === 'word') lastWord = { start, end };
    if (kind !== 'string' || !isPlain(text, start)) continue;
    let backslash = text.indexOf('\\', start);
    if (backslash < 0) break;
    if (backslash >= end) continue;
    // N'...' is short for NCHAR '...'; any other word before it is one of its own.
    const national = lastWord.end === start && lastWord.start === start - 1;
    insert(start, national && /n/i.test(text[start - 1] ?? '') ? 'char E' : ' E');
    for (; standardStrings && backslash >= 0 && backslash < end;) {
      insert(backslash, '\\');
      backslash = text.indexOf('\\', backslash + 1);
    }
  }
  if (shifts.length === 0) return same;
  sql += text.slice(copied);
  return {
    sql,
    toOriginal: (position) => {
      const offset = offsetOfCharacter(sql, position);
      const shift = shifts.findLast(({ from, by }) => from + by <= offset);
      // What was put in stands for what comes after it.
      const next = shifts.find(({ from, by }) => from + by > offset);
      const original = offset - (shift?.by ?? 0);
      return characterPosition(text, Math.min(original, next?.from ?? original));
    },
  };
};
