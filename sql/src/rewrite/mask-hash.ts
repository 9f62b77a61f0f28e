import type { Masking } from './mask-expression.js';
import { call, cast, op, when } from './sql-text.js';

const text = 'pg_catalog.text';

/** HMAC-like: hexadecimal SHA-256 of the key and the value's canonical text. `decode` needs no backslash. */
const digest = (m: Masking, value: string): string =>
  call(
    'encode',
    call(
      'sha256',
      op(
        call('decode', `'${Buffer.from(m.key).toString('hex')}'`, `'hex'`),
        '||',
        call('convert_to', value, `'UTF8'`),
      ),
    ),
    `'hex'`,
  );

/** 64 hexadecimal digits; the cast to the column's type cuts them to its length. */
export const hashedText = (m: Masking): string => digest(m, cast(m.value, text));

const greatest: Readonly<Record<string, number>> = { int2: 32767 };

/** 31 bits for all wider types, so that equal numbers of different types stay equal. */
const bits31 = (hex: string): string =>
  op(
    `(${op(`'x'`, '||', call('substr', hex, '1', '8'))})::pg_catalog.bit(32)::pg_catalog.int4`,
    '&',
    '2147483647',
  );

export const hashedNumber = (m: Masking): string | undefined => {
  // 5, 5.0 and 5.00 are one value.
  const canonical =
    m.type.family === 'numeric' ? cast(call('trim_scale', m.value), text) : cast(m.value, text);
  const number = bits31(digest(m, canonical));
  const small = greatest[m.type.name];
  if (small !== undefined) return op(number, '&', String(small));
  const [precision, scale = 0] = m.type.modifier;
  if (m.type.family !== 'numeric' || precision === undefined) return number;
  const digits = precision - scale;
  if (digits <= 0) return when(`${m.value} IS NOT NULL`, '0');
  return digits >= 10 ? number : op(number, '%', String(10 ** digits));
};

/** 32 digits of the digest in the form of a random (version 4) UUID. */
export const hashedUuid = (m: Masking): string => {
  const digits = call('substr', digest(m, cast(m.value, text)), '1', '32');
  const formed = call('"overlay"', call('"overlay"', digits, `'4'`, '13', '1'), `'8'`, '17', '1');
  return cast(cast(formed, 'pg_catalog.uuid'), m.type.family === 'uuid' ? 'pg_catalog.uuid' : text);
};
