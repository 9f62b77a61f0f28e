import {
  afterBackslash,
  classOf,
  digit,
  isLetter,
  isWord,
  letter,
  type Text,
  underscore,
} from './bytes.js';
import { emailAt } from './email.js';
import type { Hits } from './hits.js';
import { ibanEnd } from './iban.js';
import { ipv6At } from './ip.js';
import { jwtAt } from './jwt.js';
import { kind } from './kinds.js';
import { finnishEnd, isItalian, isSpanish } from './national-letters.js';
import { lookAtNumber } from './numbers.js';
import { privateKeyEnd } from './pem.js';
import { phoneEnd } from './phone.js';
import { mayEndPrefix, tokenEnd } from './tokens.js';

/**
 * Where a look is worth it: at a digit or an underscore at the word it is in, at a sign at what stands around it. All
 * that is looked for has one of these; letters, spaces and the rest are passed over.
 */
const stops = new Uint8Array(256);
for (let c = 0; c < 256; c += 1) if (((classOf[c] ?? 0) & (digit | underscore)) !== 0) stops[c] = 1;
for (const c of '@+:-.=\\') stops[c.charCodeAt(0)] = 2;

/**
 * Finds everything in a piece of text, in one pass. Each look reads a bounded number of bytes, or such that no other
 * look of its kind reads, so the work is linear in the length.
 */
export function scan(t: Text, hits: Hits): void {
  const { bytes, end } = t;
  let i = t.start;
  // up to here everything was looked at, or belongs to an escape: no word begins before
  let done = i;
  while (i < end) {
    const stop = stops[bytes[i] ?? 0];
    if (stop === 0) i += 1;
    else if (stop === 1) done = i = lookAtWordAround(t, i, done, hits);
    else if (bytes[i] === 0x2e || bytes[i] === 0x3d) i = lookBefore(t, i, done, hits);
    else {
      const next = lookAtSign(t, i, done, hits);
      if (next > i + 1) done = next;
      i = next;
    }
  }
}

/** Signs behind the first word of some tokens, which may be of letters alone: SG. hvs. AccountKey= sk- */
function lookBefore(t: Text, at: number, done: number, hits: Hits): number {
  const last = t.at(at - 1);
  // a dash may also stand in what follows the prefix
  if (t.at(at) === 0x2d ? !isLetter(last) : !mayEndPrefix(last)) return at + 1;
  const from = wordStart(t, at, done);
  const before = t.at(from - 1);
  const end = before === 0x2d || before === 0x2e ? -1 : tokenEnd(t, from);
  if (end <= at) return at + 1;
  hits.add(kind.token, from, end);
  return end;
}

function wordStart(t: Text, at: number, done: number): number {
  let from = at;
  while (from > done && isWord(t.at(from - 1))) from -= 1;
  return from;
}

/** @returns where to go on */
function lookAtWordAround(t: Text, at: number, done: number, hits: Hits): number {
  const { bytes, end } = t;
  const from = wordStart(t, at, done);
  let to = from;
  let seen = 0;
  while (to < end) {
    const c = classOf[bytes[to] ?? 0] ?? 0;
    if (c === 0) break;
    seen |= c;
    to += 1;
  }
  if (seen === digit) return lookAtNumber(t, from, to, hits);
  const next = t.at(to);
  if (to - from > 8 || next === 0x2e || next === 0x2d || (seen & underscore) !== 0) {
    return lookAtWord(t, from, to, seen, hits);
  }
  return to - from === 4 && next === 0x20 ? lookAtIban(t, from, to, hits) : to;
}

/** @returns where to go on */
function lookAtSign(t: Text, at: number, done: number, hits: Hits): number {
  switch (t.at(at)) {
    case 0x40: {
      const email = emailAt(t, at);
      if (email === undefined) return at + 1;
      hits.add(kind.email, email[0], email[1]);
      // a domain stays as it is, and may run into something else
      return at + 1;
    }
    case 0x2b: {
      const end = phoneEnd(t, at);
      if (end < 0) return at + 1;
      hits.add(kind.phone, at, end);
      return end;
    }
    case 0x3a: {
      const ip = ipv6At(t, at);
      if (ip === undefined) return at + 1;
      hits.add(kind.ip, ip[0], ip[1]);
      return ip[1];
    }
    case 0x2d: {
      const end = t.at(at + 1) === 0x2d ? privateKeyEnd(t, at) : -1;
      if (end < 0) return lookBefore(t, at, done, hits);
      hits.add(kind.privateKey, at, end);
      return end;
    }
    default:
      return afterBackslash(t, at);
  }
}

/** Shortest forms: JWT with two short objects, IBAN of Norway, codice fiscale, DNI, henkilötunnus. */
function lookAtWord(t: Text, from: number, to: number, seen: number, hits: Hits): number {
  const before = t.at(from - 1);
  if (before === 0x2d || before === 0x2e) return to;
  if (isJwtStart(t, from)) {
    const { found, end } = jwtAt(t, from);
    if (found) hits.add(kind.jwt, from, end);
    return end;
  }
  const token = tokenEnd(t, from);
  if (token > 0) {
    hits.add(kind.token, from, token);
    return token;
  }
  if ((seen & digit) === 0 || (seen & underscore) !== 0 || (seen & letter) === 0) return to;
  if (hasNationalId(t, from, to)) {
    hits.add(kind.nationalId, from, to);
    return to;
  }
  return lookAtIban(t, from, to, hits);
}

const isJwtStart = (t: Text, from: number): boolean =>
  t.at(from) === 0x65 && t.at(from + 1) === 0x79 && t.at(from + 2) === 0x4a;

function hasNationalId(t: Text, from: number, to: number): boolean {
  if (t.at(to) === 0x2d) return false;
  switch (to - from) {
    case 9:
      return isSpanish(t, from, to);
    case 11:
      return finnishEnd(t, from) === to;
    case 16:
      return isItalian(t, from, to);
    default:
      return false;
  }
}

function lookAtIban(t: Text, from: number, to: number, hits: Hits): number {
  const end = ibanEnd(t, from);
  if (end < 0) return to;
  hits.add(kind.iban, from, end);
  return end;
}
