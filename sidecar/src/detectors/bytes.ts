/**
 * Classes of bytes, one look-up each. Text is taken as UTF-8, or as another encoding in which a byte below 0x80 is
 * always the ASCII character.
 */
export const digit = 1;
export const lower = 2;
export const upper = 4;
export const underscore = 8;
export const letter = lower | upper;
/** of a word: letters, digits, underscore */
export const word = digit | letter | underscore;

export const classOf = new Uint8Array(256);
for (let c = 0x30; c <= 0x39; c += 1) classOf[c] = digit;
for (let c = 0x61; c <= 0x7a; c += 1) classOf[c] = lower;
for (let c = 0x41; c <= 0x5a; c += 1) classOf[c] = upper;
classOf[0x5f] = underscore;

export const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
export const isUpper = (c: number): boolean => c >= 0x41 && c <= 0x5a;
export const isLetter = (c: number): boolean => ((classOf[c] ?? 0) & letter) !== 0;
export const isAlnum = (c: number): boolean => ((classOf[c] ?? 0) & (letter | digit)) !== 0;
export const isWord = (c: number): boolean => ((classOf[c] ?? 0) & word) !== 0;
export const isHex = (c: number): boolean =>
  isDigit(c) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
/** Of base64url, as JSON Web Tokens are written. RFC 4648, section 5. */
export const isBase64url = (c: number): boolean => isWord(c) || c === 0x2d;

/** A part of a buffer as text. Positions are those of the buffer; outside of the part there are NUL bytes. */
export class Text {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  set(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return this;
  }

  at(i: number): number {
    return i >= this.start && i < this.end ? (this.bytes[i] ?? 0) : 0;
  }
}

/** Letters that stand for a control character after a backslash: b f n r t v, in JSON and in COPY. */
const escapes = new Uint8Array(256);
for (const c of 'bfnrtv') escapes[c.charCodeAt(0)] = 1;

/**
 * Where text goes on after a backslash. JSON and COPY write line ends and other characters so, JSON inside of COPY with
 * two backslashes; what belongs to such an escape is never changed, or the document would be broken.
 *
 * @param i of the backslash
 */
export function afterBackslash(t: Text, i: number): number {
  const c = t.at(i + 1);
  if (escapes[c] === 1) return i + 2;
  if (c !== 0x75) return i + 1;
  for (let k = 2; k < 6; k += 1) if (!isHex(t.at(i + k))) return i + 1;
  return i + 6;
}

/** Does the character before `i` belong to a word, and not to an escape? */
export function continuesWord(t: Text, i: number): boolean {
  const before = t.at(i - 1);
  if (!isWord(before)) return false;
  if (t.at(i - 2) === 0x5c && escapes[before] === 1) return false;
  return t.at(i - 6) !== 0x5c || afterBackslash(t, i - 6) !== i;
}

/** Is `text`, which is ASCII, at this place? */
export function startsWith(t: Text, i: number, text: string): boolean {
  for (let k = 0; k < text.length; k += 1) if (t.at(i + k) !== text.charCodeAt(k)) return false;
  return true;
}
