/** Translates the parser's byte offsets (UTF-8) into UTF-16 offsets of the text. */
export type Offsets = (byte: number) => number;

const identity: Offsets = (byte) => byte;

const wide = /[^\0-\x7f]/;

/** Offsets for one text; ASCII text needs no table. */
export const offsetsOf = (text: string): Offsets => {
  if (!wide.test(text)) return identity;
  const table = new Uint32Array(Buffer.byteLength(text) + 1);
  let byte = 0;
  for (let i = 0; i < text.length;) {
    const point = text.codePointAt(i) ?? 0;
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    table.fill(i, byte, byte + bytes);
    byte += bytes;
    i += point > 0xffff ? 2 : 1;
  }
  table[byte] = text.length;
  return (at) => table[at] ?? text.length;
};

/** A UTF-16 offset as PostgreSQL counts positions: in characters, from 1. */
export const characterPosition = (text: string, offset: number): number => {
  let characters = 1;
  for (let i = 0; i < offset && i < text.length; characters += 1)
    i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
  return characters;
};

/** The inverse of `characterPosition`. */
export const offsetOfCharacter = (text: string, position: number): number => {
  let i = 0;
  for (let n = 1; n < position && i < text.length; n += 1)
    i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
  return i;
};
