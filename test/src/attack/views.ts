/** The forms a value may have been given on its way: what was received, read back from each. */

const framesOf = function* (bytes: Buffer): Generator<readonly [string, Buffer]> {
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readInt32BE(at + 1);
    if (length < 4) return;
    yield [String.fromCharCode(bytes[at] ?? 0), bytes.subarray(at + 5, at + 1 + length)];
    at += 1 + length;
  }
};

/** Values of rows one after the other, by column: letters that came one to a row or to a column stand together. */
const columnsOf = (bytes: Buffer): string[] => {
  const columns: string[] = [];
  let all = '';
  const add = (column: number, text: string): void => {
    columns[column] = `${columns[column] ?? ''} ${text}`;
    all += ` ${text}`;
  };
  for (const [type, body] of framesOf(bytes)) {
    if (type === 'd') add(0, body.toString('latin1'));
    if (type === 'E' || type === 'N' || type === 'S' || type === 'A' || type === 'C')
      add(1000, body.toString('latin1'));
    if (type !== 'D' || body.length < 2) continue;
    let at = 2;
    for (let i = 0; i < body.readUInt16BE(0); i += 1) {
      // A connection that is cut off leaves half a message.
      if (at + 4 > body.length) break;
      const length = body.readInt32BE(at);
      at += 4;
      if (length < 0) continue;
      add(i, body.toString('latin1', at, at + length));
      at += length;
    }
  }
  return [...Object.values(columns), all];
};

const joined = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '');

const decodedHex = function* (text: string): Generator<string> {
  for (const [run] of text.matchAll(/[0-9A-Fa-f]{10,}/g)) {
    yield Buffer.from(run, 'hex').toString('latin1');
    yield Buffer.from(run.slice(1), 'hex').toString('latin1');
    yield Buffer.from(run, 'hex').toString('latin1').replaceAll('\0', '');
  }
};

const decodedBase64 = function* (text: string): Generator<string> {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/\n]{8,}/g)) {
    const clean = run.replaceAll('\n', '');
    for (let skip = 0; skip < 4; skip += 1)
      yield Buffer.from(clean.slice(skip), 'base64').toString('latin1');
  }
};

/** Numbers that are codes of letters. */
const decodedCodes = (text: string): string =>
  [...text.matchAll(/\d+/g)]
    .map(([number]) => Number(number))
    .map((code) => (code >= 48 && code < 123 ? String.fromCharCode(code) : ''))
    .join('');

/** Pairs of hex digits that stand apart, as `7a 71`. */
const decodedPairs = (text: string): string =>
  [...text.matchAll(/(?<![0-9A-Za-z])(?:0x|\\x)?([0-9A-Fa-f]{2})(?![0-9A-Za-z])/g)]
    .map(([, pair = '']) => String.fromCharCode(parseInt(pair, 16)))
    .join('');

const decodedBits = function* (text: string): Generator<string> {
  for (const [run] of text.matchAll(/[01]{48,}/g)) {
    for (let skip = 0; skip < 8; skip += 1)
      yield (run.slice(skip).match(/.{8}/g) ?? [])
        .map((byte) => String.fromCharCode(parseInt(byte, 2)))
        .join('');
  }
};

const unescaped = (text: string): string =>
  text
    .replaceAll(/\\+u([0-9A-Fa-f]{4})/g, (_, code: string) => letter(parseInt(code, 16)))
    .replaceAll(/\\+x([0-9A-Fa-f]{2})/g, (_, code: string) => letter(parseInt(code, 16)))
    .replaceAll(/\\+([0-7]{3})/g, (_, code: string) => letter(parseInt(code, 8)))
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, code: string) => letter(parseInt(code, 16)))
    .replaceAll(/&#x([0-9A-Fa-f]+);/g, (_, code: string) => letter(parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code: string) => letter(Number(code)));

const letter = (code: number): string => (code < 0x110000 ? String.fromCodePoint(code) : '');

/**
 * All of it as text, each way that it can be read: as it is, without what stands between letters, from hex,
 * base64, bits, codes, escapes, and from two or four bytes a letter.
 */
export const viewsOf = function* (bytes: Buffer): Generator<string> {
  const text = bytes.toString('latin1');
  yield text;
  yield text.replaceAll('\0', '');
  yield unescaped(text);
  yield* decodedHex(text);
  yield* decodedBase64(text);
  for (const column of columnsOf(bytes)) {
    const together = joined(column);
    yield together;
    yield decodedCodes(column);
    yield decodedPairs(column);
    yield* decodedHex(together);
    yield* decodedBits(together);
    yield* decodedBits(column.replaceAll(/\d{2,}/g, (run) => run));
  }
};
