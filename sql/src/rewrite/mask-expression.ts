import type { Mask } from '../mask.js';
import type { ColumnType } from './column-type.js';
import { blankPaths } from './mask-json.js';
import { hashedNumber, hashedText, hashedUuid } from './mask-hash.js';
import { bucketed, rounded, truncatedDate } from './mask-numbers.js';
import { call, cast, op, when } from './sql-text.js';

/** One mask at work: the raw value as SQL, its type, the installation's key. */
export interface Masking {
  readonly value: string;
  readonly type: ColumnType;
  readonly key: Uint8Array;
}

export type MaskKind = Mask extends infer M ? (M extends object ? keyof M : never) : never;

const constants: { readonly [K in ColumnType['family']]?: string } = {
  text: `'REDACTED'`,
  integer: '0',
  numeric: '0',
  float: '0',
  date: `'1970-01-01'`,
  timestamp: `'1970-01-01 00:00:00'`,
  timestamptz: `'1970-01-01 00:00:00+00'`,
  uuid: `'00000000-0000-0000-0000-000000000000'`,
  json: `'null'`,
  jsonb: `'null'`,
  boolean: 'false',
  bytea: `''`,
  array: `'{}'`,
};

/** The constant takes its type before the CASE does, and is cut to the column's length by the cast. */
const redact = ({ value, type }: Masking): string | undefined => {
  const constant = constants[type.family];
  return constant === undefined
    ? undefined
    : when(`${value} IS NOT NULL`, cast(constant, type.text));
};

const asText = (m: Masking): string => cast(m.value, 'pg_catalog.text');

const email = (m: Masking): string | undefined => {
  if (m.type.family !== 'text') return undefined;
  const v = asText(m);
  // Searching refuses nondeterministic collations.
  const plain = `(${v} COLLATE pg_catalog."C")`;
  const masked = op(
    op(call('"left"', v, '1'), '||', `'***'`),
    '||',
    call('substr', v, call('strpos', plain, `'@'`)),
  );
  return when(op(plain, '~', `'^[^@]+@[^@]+$'`), masked);
};

const partial = (m: Masking, first: number, last: number): string | undefined => {
  if (m.type.family !== 'text') return undefined;
  const v = asText(m);
  const kept = op(
    op(call('"left"', v, String(first)), '||', `'***'`),
    '||',
    call('"right"', v, String(last)),
  );
  return when(
    `${m.value} IS NOT NULL`,
    when(op(call('length', v), '>', String(first + last)), kept, `'***'`),
  );
};

const whole = (n: number, least: number, most: number): number =>
  Number.isFinite(n) ? Math.min(Math.max(Math.trunc(n), least), most) : least;

const hash = (m: Masking): string | undefined => {
  if (m.type.family === 'text') return hashedText(m);
  if (m.type.family === 'integer' || m.type.family === 'numeric') return hashedNumber(m);
  return m.type.family === 'uuid' ? hashedUuid(m) : undefined;
};

const expressions: {
  readonly [K in MaskKind]: (
    m: Masking,
    mask: Extract<Mask, { readonly [P in K]: unknown }>,
  ) => string | undefined;
} = {
  null: () => undefined,
  redact,
  hash,
  uuid: (m) => (m.type.family === 'uuid' || m.type.family === 'text' ? hashedUuid(m) : undefined),
  email,
  partial: (m, mask) =>
    partial(m, whole(mask.partial.first, 0, 10_000), whole(mask.partial.last, 0, 10_000)),
  year: (m) => truncatedDate(m, 'year'),
  month: (m) => truncatedDate(m, 'month'),
  bucket: (m, mask) => bucketed(m, whole(mask.bucket.size, 1, Number.MAX_SAFE_INTEGER)),
  round: (m, mask) => rounded(m, whole(mask.round.digits, -300, 300)),
  json: (m, mask) => blankPaths(m, mask.json.paths),
  none: (m) => m.value,
};

const kindOf = (mask: Mask): MaskKind | undefined => Object.keys(mask)[0] as MaskKind | undefined;

/** Does the expression hold the key? */
export const holdsKey = (mask: Mask): boolean => 'hash' in mask || 'uuid' in mask;

/**
 * The masked value as SQL of the column's type and modifier. NULL stays NULL; no value makes it raise an error; a mask
 * that does not fit the type gives NULL.
 */
export const maskExpression = (
  masking: Masking,
  mask: Mask,
  collation: string | undefined,
): string => {
  const kind = kindOf(mask);
  const make =
    kind === undefined
      ? undefined
      : (expressions[kind] as ((m: Masking, mask: Mask) => string | undefined) | undefined);
  const value = make?.(masking, mask) ?? 'NULL';
  const typed = cast(value, masking.type.text);
  return collation !== undefined && masking.type.family === 'text'
    ? `(${typed} COLLATE ${collation})`
    : typed;
};
