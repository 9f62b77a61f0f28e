import {
  afterBackslash,
  anchor,
  classOf,
  digit,
  letter,
  type Text,
  underscore,
  word,
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
import { tokenEnd } from './tokens.js';

/**
 * Finds everything in a piece of text, in one pass from word to word. A number is looked at as a number, other words by
 * their length and classes of characters, signs by what stands around them. Each look reads a bounded number of bytes,
 * or such that no other look of its kind reads, so the work is linear in the length.
 */
export function scan(t: Text, hits: Hits): void {
  const { bytes, end } = t;
  let i = t.start;
  while (i < end) {
    let c = classOf[bytes[i] ?? 0] ?? 0;
    if (c === 0) {
      i += 1;
    } else if (c === anchor) {
      i = lookAtSign(t, i, hits);
    } else {
      const from = i;
      let seen = 0;
      do {
        seen |= c;
        i += 1;
        c = i < end ? (classOf[bytes[i] ?? 0] ?? 0) : 0;
      } while ((c & word) !== 0);
      if (seen === digit) i = lookAtNumber(t, from, i, hits);
      else if (i - from > 8 || (seen & underscore) !== 0 || c !== 0 || isSignBehind(bytes[i]))
        i = lookAtWord(t, from, i, seen, hits);
      else if (i - from === 4 && bytes[i] === 0x20) i = lookAtIban(t, from, i, hits);
    }
  }
}

/** A dot or an equals sign, behind the first word of some tokens. */
const isSignBehind = (c: number | undefined): boolean => c === 0x2e || c === 0x3d;

/** @returns where to go on */
function lookAtSign(t: Text, at: number, hits: Hits): number {
  switch (t.at(at)) {
    case 0x40: {
      const email = emailAt(t, at);
      if (email === undefined) return at + 1;
      hits.add(kind.email, email[0], email[1]);
      return email[1];
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
      if (end < 0) return at + 1;
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
