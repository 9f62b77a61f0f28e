import { isAlnum, isDigit, isWord, type Text } from './bytes.js';
import type { Hits } from './hits.js';
import { ipv4End } from './ip.js';
import { kind } from './kinds.js';
import { isLabelled } from './labels.js';
import { dashedSpanish, finnishEnd } from './national-letters.js';
import {
  isAmericanPhone,
  lengthKey,
  mostDigits,
  mostGroups,
  type NumberRule,
  numberRules,
  separatorIndex,
  separatorKey,
  spaced,
} from './number-rules.js';

/** The digits of the number at hand; a number is judged before the next one is read. */
const digits = new Uint8Array(mostDigits);

/** The least digits any rule asks for. */
const leastDigits = 9;

/**
 * Looks at a number: cards, national identifiers, telephone numbers and addresses begin with one.
 *
 * @param from first digit of a word made of digits alone
 * @param to   one past its last
 * @returns where to go on: past what was found, or `to`
 */
export function lookAtNumber(t: Text, from: number, to: number, hits: Hits): number {
  const length = to - from;
  const next = t.at(to);
  if (length <= 3) {
    const end = next === 0x2e ? ipv4End(t, from, to) : -1;
    if (end > 0) return found(hits, kind.ip, from, end);
    if (next === 0x29 && length === 3) return bracketed(t, from, to, hits);
  }
  if (length > mostDigits || !mayStart(t.at(from - 1))) return to;
  if (next === 0x2d || next === 0x2b) {
    const end = length === 6 ? finnishEnd(t, from) : dashedSpanish(t, from, to);
    if (end > 0) return found(hits, kind.nationalId, from, end);
  }
  if (length < leastDigits && separatorIndex(next) < 0) return to;
  return groups(t, from, to, hits);
}

function groups(t: Text, from: number, to: number, hits: Hits): number {
  const before = t.at(from - 1) === 0x20 && isDigit(t.at(from - 2));
  let lengths = 0;
  let between = 0;
  let separator = 0;
  let n = 0;
  let at = from;
  let end = -1;
  let rule: NumberRule | undefined;
  for (let group = 0; group < mostGroups; group += 1) {
    const first = at;
    while (isDigit(t.at(at)) && n < mostDigits) {
      digits[n] = t.at(at) - 0x30;
      n += 1;
      at += 1;
    }
    if (isWord(t.at(at))) break;
    lengths = lengthKey(lengths, at - first);
    if (group > 0) between = separatorKey(between, separator);
    const inRow = group > 0 && separator === spaced;
    if (n >= leastDigits && !(before && inRow) && mayEnd(t, at, inRow)) {
      const match = ruleFor(t, from, n, lengths, between);
      if (match !== undefined) {
        rule = match;
        end = at;
      }
    }
    separator = separatorIndex(t.at(at));
    if (separator < 0 || !isDigit(t.at(at + 1))) break;
    at += 1;
  }
  return rule === undefined ? to : found(hits, rule.kind, from, end);
}

function ruleFor(
  t: Text,
  from: number,
  n: number,
  lengths: number,
  between: number,
): NumberRule | undefined {
  const rules = numberRules.get(lengths);
  if (rules === undefined) return undefined;
  for (const rule of rules) {
    if (rule.separators !== between || !rule.valid(digits, n)) continue;
    if (rule.labels === undefined || isLabelled(t, from, rule.labels)) return rule;
  }
  return undefined;
}

/** Decimals, amounts, parts of dates, paths and longer identifiers are no numbers of their own. */
const mayStart = (before: number): boolean =>
  before !== 0x2e && before !== 0x2d && before !== 0x2f && before !== 0x2b && before !== 0x24;

/** @param inRow groups with spaces: then neither may a further group follow */
function mayEnd(t: Text, at: number, inRow: boolean): boolean {
  const next = t.at(at);
  if (next === 0x2d || next === 0x2b) return !isAlnum(t.at(at + 1));
  if (next === 0x2e || (next === 0x20 && inRow)) return !isDigit(t.at(at + 1));
  return true;
}

/** (212) 555-0123 */
function bracketed(t: Text, from: number, to: number, hits: Hits): number {
  if (t.at(from - 1) !== 0x28) return to;
  let at = to + 1;
  if (t.at(at) === 0x20) at += 1;
  let n = 0;
  for (; n < 3; n += 1) digits[n] = t.at(from + n) - 0x30;
  for (let i = 0; i < 8; i += 1, at += 1) {
    const c = t.at(at);
    if (i === 3) {
      if (c !== 0x2d && c !== 0x2e && c !== 0x20) return to;
    } else if (isDigit(c)) {
      digits[n] = c - 0x30;
      n += 1;
    } else {
      return to;
    }
  }
  if (isWord(t.at(at)) || !isAmericanPhone(digits, 10)) return to;
  return found(hits, kind.phone, from, at);
}

function found(hits: Hits, what: NumberRule['kind'], from: number, end: number): number {
  hits.add(what, from, end);
  return end;
}
