import type { ColumnType, PlainFamily } from './column-type.js';
import { asciiOf, bits31, bits63, bytesOf, hexadecimal, hmac } from './mask-digest.js';
import type { Masking } from './masking.js';
import { call, cast, literal, op, when } from './sql-text.js';

const text = 'pg_catalog.text';
const float8 = 'pg_catalog.float8';

/** The family's binary form, which no setting changes as DateStyle, TimeZone, lc_monetary change the text. */
const sent =
  (name: string) =>
  ({ value }: Masking): string =>
    call(name, value);

const ascii = ({ value }: Masking): string => asciiOf(value);

/** A whole number's bytes are those that the other numbers' types have for it; -0 is 0, every NaN is the same. */
const floatBytes = ({ value }: Masking): string => {
  const wide = cast(value, float8);
  const isWhole = `${op(wide, '=', call('trunc', wide))} AND ${op(call('abs', wide), '<', cast('9e15', float8))}`;
  const isNumber = op(wide, '<', cast(`'NaN'`, float8));
  const other = when(isNumber, wide, cast(`'NaN'`, float8));
  return when(
    `${value} IS NOT NULL`,
    when(isWhole, asciiOf(cast(wide, 'pg_catalog.int8')), call('float8send', other)),
  );
};

const textBytes = ({ value, type }: Masking): string => {
  const plain = cast(value, text);
  // citext compares in small letters of the database's own collation.
  return bytesOf(
    type.name === 'citext' ? call('lower', `(${plain} COLLATE pg_catalog."default")`) : plain,
  );
};

/** The bytes of which equal values have the same. */
const canonical: { readonly [K in PlainFamily]?: (m: Masking) => string } = {
  text: textBytes,
  bits: ascii,
  integer: ascii,
  oid: ascii,
  // 5, 5.0 and 5.00 are one value.
  numeric: ({ value }) => asciiOf(call('trim_scale', value)),
  float: floatBytes,
  money: sent('cash_send'),
  date: sent('date_send'),
  timestamp: sent('timestamp_send'),
  timestamptz: sent('timestamptz_send'),
  time: sent('time_send'),
  timetz: sent('timetz_send'),
  // 1 day and 24 hours are one value.
  interval: ({ value }) => asciiOf(call('interval_hash_extended', value, '0')),
  uuid: ascii,
  json: ({ value }) => bytesOf(cast(value, text)),
  jsonb: ({ value }) => bytesOf(cast(value, text)),
  bytea: ({ value }) => value,
  inet: ascii,
  cidr: ascii,
  macaddr: ascii,
  macaddr8: ascii,
};

const digestOf = (m: Masking): string | undefined => {
  // What a cast to text calls may be a user's function.
  if (m.type.family === 'enum')
    return when(`${m.value} IS NOT NULL`, hmac(m.key, bytesOf(call('concat', m.value))));
  if (m.type.family === 'array' || m.type.family === 'composite') return undefined;
  const bytes = canonical[m.type.family]?.(m);
  return bytes === undefined ? undefined : hmac(m.key, bytes);
};

/** 31 bits where they go into the column, so that equal numbers of different types stay equal; else as many digits as do. */
const numericOf = (digest: string, [precision, scale = 0]: readonly number[]): string => {
  const number = bits31(digest);
  if (precision === undefined || (scale >= 0 && precision - scale >= 10)) return number;
  const digits = precision >= 10 ? number : op(number, '%', String(10 ** precision));
  return op(cast(digits, 'pg_catalog.numeric'), '*', `'1e${-scale}'::pg_catalog.numeric`);
};

/** 32 digits of the digest in the form of a random (version 4) UUID. */
const uuidOf = (digest: string): string => {
  const digits = call('substr', hexadecimal(digest), '1', '32');
  const formed = call('"overlay"', call('"overlay"', digits, `'4'`, '13', '1'), `'8'`, '17', '1');
  return cast(formed, 'pg_catalog.uuid');
};

/** Addresses that are nobody's: 240.0.0.0/4 is reserved (RFC 1112), fd00::/8 is local (RFC 4193). */
const addressOf = ({ value }: Masking, digest: string): string => {
  const after = (base: string, number: string): string =>
    op(cast(`'${base}'`, 'pg_catalog.inet'), '+', number);
  return when(
    op(call('family', value), '=', '4'),
    after('240.0.0.0', cast(op(bits31(digest), '%', '268435456'), 'pg_catalog.int8')),
    after('fd00::', bits63(digest)),
  );
};

/** A locally administered address: the second bit of the first byte is set. */
const hardware = (digest: string, digits: number): string =>
  op(`'02'`, '||', call('substr', hexadecimal(digest), '1', String(digits)));

const seconds = (digest: string): string =>
  call(
    'make_interval',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    cast(op(bits31(digest), '%', '86400'), float8),
  );

const results: {
  readonly [K in PlainFamily]?: (digest: string, m: Masking) => string;
} = {
  text: hexadecimal,
  bits: (digest) => cast(op(`'x'`, '||', hexadecimal(digest)), 'pg_catalog.varbit'),
  integer: (digest, { type }) =>
    type.name === 'int2' ? op(bits31(digest), '&', '32767') : bits31(digest),
  oid: bits31,
  numeric: (digest, { type }) => numericOf(digest, type.modifier),
  float: bits31,
  money: (digest) => cast(bits31(digest), 'pg_catalog.int8'),
  date: (digest) =>
    op(cast(`'1970-01-01'`, 'pg_catalog.date'), '+', op(bits31(digest), '%', '36525')),
  timestamp: (digest) =>
    call('timezone', `'UTC'`, call('to_timestamp', cast(bits31(digest), float8))),
  timestamptz: (digest) => call('to_timestamp', cast(bits31(digest), float8)),
  time: (digest) => op(cast(`'00:00:00'`, 'pg_catalog."time"'), '+', seconds(digest)),
  timetz: (digest) => op(cast(`'00:00:00+00'`, 'pg_catalog.timetz'), '+', seconds(digest)),
  // Something in every field: a modifier may leave one of them.
  interval: (digest) =>
    op(
      cast(op(bits31(digest), '%', '86400'), float8),
      '*',
      cast(`'1 mon 1 day 1 sec'`, 'interval'),
    ),
  uuid: uuidOf,
  json: (digest) => op(op(`'"'`, '||', hexadecimal(digest)), '||', `'"'`),
  jsonb: (digest) => op(op(`'"'`, '||', hexadecimal(digest)), '||', `'"'`),
  bytea: (digest) => digest,
  inet: (digest, m) => addressOf(m, digest),
  cidr: (digest, m) => addressOf(m, digest),
  macaddr: (digest) => hardware(digest, 10),
  macaddr8: (digest) => hardware(digest, 14),
};

/** One of the enum's own labels. */
const labelOf = (digest: string, labels: readonly string[], type: string): string =>
  `(${cast(`ARRAY[${labels.map(literal).join(', ')}]`, `${type}[]`)})[${op('1', '+', op(bits31(digest), '%', String(labels.length)))}]`;

const isPlain = (type: ColumnType): type is Extract<ColumnType, { family: PlainFamily }> =>
  type.family !== 'enum' && type.family !== 'array' && type.family !== 'composite';

export const hashed = (m: Masking): string | undefined => {
  const { type } = m;
  const digest = digestOf(m);
  if (digest === undefined) return undefined;
  if (type.family === 'enum')
    return type.labels.length === 0 ? undefined : labelOf(digest, type.labels, type.text);
  return isPlain(type) ? results[type.family]?.(digest, m) : undefined;
};

/** The digest in the form of a UUID, for columns of this type and of text. */
export const hashedUuid = (m: Masking): string | undefined => {
  const { family } = m.type;
  const digest = family === 'uuid' || family === 'text' ? digestOf(m) : undefined;
  if (digest === undefined) return undefined;
  return family === 'uuid' ? uuidOf(digest) : cast(uuidOf(digest), text);
};
