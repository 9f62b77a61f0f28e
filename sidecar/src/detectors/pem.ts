import { afterBackslash, isAlnum, startsWith, type Text } from './bytes.js';

const star = 0x2a;
const begin = '-----BEGIN ';
const endLine = '-----END ';
const dashes = '-----';
const privateKey = 'PRIVATE KEY';
/** `ENCRYPTED PRIVATE KEY`, `PGP PRIVATE KEY BLOCK` and the like, bytes. */
const longestLabel = 48;

/** What may stand between the lines: base64, headers as `DEK-Info: AES-256-CBC,6F...`, line ends, escaped ones too. */
const body = new Uint8Array(256);
for (let c = 0; c < 256; c += 1) if (isAlnum(c)) body[c] = 1;
for (const c of '+/=:,-.() \t\r\n\\') body[c.charCodeAt(0)] = 1;

/**
 * A private key in PEM, RFC 7468, section 10 and the older forms: from its first line to its last, or as far as it can
 * reach where the last is missing.
 *
 * @param from first of the five dashes
 * @returns its end; -1: none
 */
export function privateKeyEnd(t: Text, from: number): number {
  const inside = bodyStart(t, from);
  if (inside < 0 || !isBase64(lineEnds(t, inside))) return -1;
  const end = bodyEnd(t, inside);
  if (!startsWith(t, end, endLine)) return end;
  const last = labelEnd(t, end + endLine.length);
  return last < 0 ? end : last;
}

const isBase64 = (c: number): boolean => isAlnum(c) || c === 0x2b || c === 0x2f;

/** The first character behind line ends. */
function lineEnds(t: Text, from: number): number {
  let i = from;
  for (;;) {
    const c = t.at(i);
    if (c === 0x5c) i = afterBackslash(t, i);
    else if (c === 0x0a || c === 0x0d || c === 0x20) i += 1;
    else return c;
  }
}

/** Behind the line that begins a private key; -1: there is none here. */
function bodyStart(t: Text, from: number): number {
  return startsWith(t, from, begin) ? labelEnd(t, from + begin.length) : -1;
}

function labelEnd(t: Text, from: number): number {
  let named = false;
  for (let i = from; i - from <= longestLabel && t.at(i) !== 0; i += 1) {
    if (t.at(i) === 0x50) named ||= startsWith(t, i, privateKey);
    if (t.at(i) === 0x2d) return named && startsWith(t, i, dashes) ? i + dashes.length : -1;
  }
  return -1;
}

function bodyEnd(t: Text, from: number): number {
  let i = from;
  while (body[t.at(i)] === 1 && !startsWith(t, i, dashes)) {
    i = t.at(i) === 0x5c ? afterBackslash(t, i) : i + 1;
  }
  return Math.min(i, t.end);
}

/** Keeps the first and last line and where lines end; all else becomes *. */
export function maskPrivateKey(t: Text, from: number, to: number): void {
  const inside = bodyStart(t, from);
  const end = bodyEnd(t, inside);
  for (let i = inside; i < Math.min(end, to);) {
    const c = t.at(i);
    if (c === 0x5c) {
      i = afterBackslash(t, i);
      continue;
    }
    if (c !== 0x0a && c !== 0x0d && c !== 0x20 && c !== 0x09) t.bytes[i] = star;
    i += 1;
  }
}
