import { isDigit } from './bytes.js';

/**
 * Longer values are scanned without asking: they seldom have nothing that would need a look, and counters of six bits
 * hold no more. Bytes.
 */
const longest = 63;

/** Counters packed into one number, six bits each: digits, letters, dots, colons, signs. */
const digits = 1;
const letters = 1 << 6;
const dots = 1 << 12;
const colons = 1 << 18;
const signs = 1 << 24;

const countOf = new Int32Array(256);
for (let c = 0x30; c <= 0x39; c += 1) countOf[c] = digits;
for (let c = 0x41; c <= 0x5a; c += 1) countOf[c] = letters;
for (let c = 0x61; c <= 0x7a; c += 1) countOf[c] = letters;
countOf[0x2e] = dots;
countOf[0x3a] = colons;
countOf[0x40] = signs;

/**
 * Could anything be found in this value? One pass that adds up a table's entries; numbers, short words, timestamps and
 * UUIDs need no more.
 *
 * @returns false: `scan` would find nothing
 */
export function needsLook(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > longest) return true;
  if (length < 6) return false;
  let sum = 0;
  for (let i = start; i < end; i += 1) sum += countOf[bytes[i] ?? 0] ?? 0;
  const nDigits = sum & 63;
  const nLetters = (sum >> 6) & 63;
  const nDots = (sum >> 12) & 63;
  if (nDigits + nDots === length && nDots < 2) {
    // a number, which may stand before a full stop
    return (nDots === 0 || bytes[end - 1] === 0x2e) && length > 12 && length < 21;
  }
  if (sum >= signs && nDots > 0) return true;
  if (((sum >> 18) & 63) > 2 && !isTimestamp(bytes, start, end)) return true;
  if (nDigits === 0) return length > 19 && nLetters > 14;
  if (nLetters < 3 && nDigits > 13 && isTimestamp(bytes, start, end)) return false;
  if (length === 36 && nDigits + nLetters === 32 && isUuid(bytes, start)) return false;
  return nDigits > 6 || (nDots > 2 && nDigits > 3) || (length > 14 && nLetters > 1);
}

const dash = 0x2d;
const colon = 0x3a;

/** 2024-05-01 12:34:56, with a T, a fraction, an offset of at most six characters. */
function isTimestamp(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash) return false;
  if (bytes[start + 13] !== colon || bytes[start + 16] !== colon) return false;
  if (end - start > 19 && isDigit(bytes[start + 19] ?? 0)) return false;
  for (let i = start + 19; i < end - 6; i += 1) if (bytes[i] === 0x2b) return false;
  return end - start < 33;
}

/** Four dashes between hexadecimal digits, as far as counting has not told already. */
const isUuid = (bytes: Uint8Array, start: number): boolean =>
  bytes[start + 8] === dash &&
  bytes[start + 13] === dash &&
  bytes[start + 18] === dash &&
  bytes[start + 23] === dash;
