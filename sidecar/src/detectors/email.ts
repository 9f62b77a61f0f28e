import { afterBackslash, isAlnum, isLetter, type Text } from './bytes.js';

/** RFC 5321, section 4.5.3.1: octets before the @, and of the domain. */
const longestLocal = 64;
const longestDomain = 255;

const apostrophe = 0x27;
const dash = 0x2d;
const dot = 0x2e;
const at = 0x40;

/** Two-byte letters of UTF-8: Latin, Greek, Cyrillic, Hebrew, Arabic. What follows in the table is seldom in addresses. */
const isLead = (c: number): boolean => c >= 0xc3 && c <= 0xdf;
const isTrail = (c: number): boolean => c >= 0x80 && c <= 0xbf;

const isLocal = (c: number): boolean =>
  isAlnum(c) || c === dot || c === dash || c === 0x2b || c === 0x5f;

/**
 * An e-mail address, RFC 5322's dot-atom without the rarer signs; RFC 6531's letters too.
 *
 * @param sign the @
 * @returns where the local part begins, and the end of the domain; undefined: none
 */
export function emailAt(t: Text, sign: number): readonly [from: number, to: number] | undefined {
  const from = localStart(t, sign);
  if (from === undefined) return undefined;
  const to = domainEnd(t, sign + 1);
  return to < 0 ? undefined : [from, to];
}

function localStart(t: Text, sign: number): number | undefined {
  let from = sign;
  while (sign - from < longestLocal) {
    const c = t.at(from - 1);
    if (isLocal(c)) from -= 1;
    else if (isTrail(c) && isLead(t.at(from - 2))) from -= 2;
    else if (c === apostrophe && isLetter(t.at(from)) && beforeApostrophe(t, from) < from)
      from = beforeApostrophe(t, from);
    else break;
  }
  if (t.at(from - 1) === 0x5c) from = Math.min(afterBackslash(t, from - 1), sign);
  while (from < sign && (t.at(from) === dash || t.at(from) === dot || t.at(from) === 0x2b)) {
    from += 1;
  }
  // the user of a URL, and that of git over SSH
  if (t.at(from - 1) === 0x2f && t.at(from - 2) === 0x2f) return undefined;
  if (sign - from === 3 && isGit(t, from)) return undefined;
  for (let i = from; i < sign; i += 1) {
    const c = t.at(i);
    if (c !== 0x78 && (isAlnum(c) || c >= 0x80)) return from;
  }
  return undefined;
}

/** Over an apostrophe between letters, which SQL and CSV double or write with a backslash: o''brien */
function beforeApostrophe(t: Text, from: number): number {
  const c = t.at(from - 2);
  const at = c === apostrophe || c === 0x5c ? from - 2 : from - 1;
  return isLetter(t.at(at - 1)) ? at : from;
}

const isGit = (t: Text, from: number): boolean =>
  t.at(from) === 0x67 && t.at(from + 1) === 0x69 && t.at(from + 2) === 0x74;

/** Endings of file names, which are no top-level domains: icon@2x.png */
const files = new Set(
  'png jpg jpeg gif svg webp bmp ico tiff css scss less js jsx ts tsx json html htm xml txt pdf php'.split(
    ' ',
  ),
);

/** Where the last label ends that can be a top-level domain; -1: there is none. */
function domainEnd(t: Text, from: number): number {
  let end = -1;
  let label = from;
  let labels = 0;
  let letters = true;
  for (let i = from; i - from <= longestDomain; i += 1) {
    const c = t.at(i);
    if (isAlnum(c) || c === dash || c >= 0x80) {
      letters &&= isLetter(c);
      continue;
    }
    if (i === label) break;
    if (labels > 0 && isTop(t, label, i, letters)) end = i;
    if (c !== dot) break;
    labels += 1;
    label = i + 1;
    letters = true;
  }
  return end;
}

function isTop(t: Text, from: number, to: number, letters: boolean): boolean {
  if (to - from < 2 || to - from > 63) return false;
  if (!letters) return t.at(from) >= 0x80 || (t.at(from) === 0x78 && t.at(from + 2) === dash);
  if (to - from > 24) return false;
  if (to - from > 5) return true;
  let name = '';
  for (let i = from; i < to; i += 1) name += String.fromCharCode(t.at(i) | 0x20);
  return !files.has(name);
}

/** Letters and digits of the local part become x; what stands between them stays, and the domain. */
export function maskEmail(out: Uint8Array, from: number): void {
  for (let i = from; i < out.length && out[i] !== at; i += 1) {
    const c = out[i] ?? 0;
    if (isAlnum(c) || c >= 0x80) out[i] = 0x78;
  }
}
