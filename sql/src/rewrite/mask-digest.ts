import { call, cast, literal, op } from './sql-text.js';

const text = 'pg_catalog.text';

/** What SHA-256 takes at a time, in bytes. */
const blockSize = 64;

const [inner, outer] = [0x36, 0x5c];

/** One of the two blocks that HMAC makes of the key (RFC 2104), in hexadecimal. */
const padded = (key: Uint8Array, pad: number): string => {
  const bytes = new Uint8Array(blockSize).fill(pad);
  key.subarray(0, blockSize).forEach((byte, i) => {
    bytes[i] = byte ^ pad;
  });
  return Buffer.from(bytes).toString('hex');
};

/** How a key stands in the SQL of masks. Nobody else may see these. */
export const keyTexts = (key: Uint8Array): readonly string[] => [
  padded(key, inner),
  padded(key, outer),
];

/** `decode` needs no backslash, whatever `standard_conforming_strings` says. */
const block = (key: Uint8Array, pad: number): string =>
  call('decode', `'${padded(key, pad)}'`, `'hex'`);

/** HMAC-SHA-256 (RFC 2104) of bytes as SQL; the key is at most 64 bytes. */
export const hmac = (key: Uint8Array, bytes: string): string =>
  call('sha256', op(block(key, outer), '||', call('sha256', op(block(key, inner), '||', bytes))));

export const hexadecimal = (digest: string): string => call('encode', digest, `'hex'`);

/**
 * The bytes of a text, those of UTF-8 where the database has this encoding. `convert_to` refuses what it cannot convert.
 * Searching refuses nondeterministic collations.
 */
export const bytesOf = (value: string): string =>
  call(
    'decode',
    call('replace', `(${value} COLLATE pg_catalog."C")`, literal('\\'), literal('\\\\')),
    `'escape'`,
  );

/** The bytes of a value whose text is ASCII and says the same in every session. */
export const asciiOf = (value: string): string => call('convert_to', cast(value, text), `'UTF8'`);

/** The first bits of a digest as a number that is not negative. */
export const bits31 = (digest: string): string =>
  op(
    `(${op(`'x'`, '||', call('substr', hexadecimal(digest), '1', '8'))})::pg_catalog.bit(32)::pg_catalog.int4`,
    '&',
    '2147483647',
  );

export const bits63 = (digest: string): string =>
  op(
    `(${op(`'x'`, '||', call('substr', hexadecimal(digest), '1', '16'))})::pg_catalog.bit(64)::pg_catalog.int8`,
    '&',
    '9223372036854775807',
  );
