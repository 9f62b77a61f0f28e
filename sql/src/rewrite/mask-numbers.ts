import type { Masking } from './mask-expression.js';
import { call, cast, op, when } from './sql-text.js';

const ranges: Readonly<Record<string, string>> = {
  int2: '32767',
  int4: '2147483647',
  int8: '9223372036854775807',
  float4: '1e38',
  float8: '1e300',
};

/** The largest magnitude the column holds; what would exceed it becomes NULL instead of an error. */
const limit = ({ type }: Masking): string => {
  if (type.family !== 'numeric') return ranges[type.name] ?? '0';
  const [precision, scale = 0] = type.modifier;
  // NaN and infinities compare as greater.
  return precision === undefined
    ? '1e1000'
    : `${10n ** BigInt(Math.max(precision - scale, 0))} - 1`;
};

const within = (m: Masking, value: string, type: string): string =>
  op(call('abs', value), '<=', `(${limit(m)})::${type}`);

const guarded = (m: Masking, step: (value: string) => string): string => {
  if (m.type.family === 'float') {
    const wide = cast(m.value, 'pg_catalog.float8');
    // Infinity has no numeric form before version 14: look before converting.
    return when(within(m, wide, 'pg_catalog.float8'), step(cast(wide, 'pg_catalog.numeric')));
  }
  const result = step(cast(m.value, 'pg_catalog.numeric'));
  return when(within(m, result, 'pg_catalog.numeric'), result);
};

const isNumber = (m: Masking): boolean =>
  m.type.family === 'integer' || m.type.family === 'numeric' || m.type.family === 'float';

/** The multiple of `size` at or below the value. */
export const bucketed = (m: Masking, size: number): string | undefined =>
  isNumber(m)
    ? guarded(m, (v) =>
        op(
          call('floor', op(v, '/', `${size}::pg_catalog.numeric`)),
          '*',
          `${size}::pg_catalog.numeric`,
        ),
      )
    : undefined;

/** Rounded to `digits` after the decimal point; before it when negative. */
export const rounded = (m: Masking, digits: number): string | undefined =>
  isNumber(m) ? guarded(m, (v) => call('round', v, `${digits}`)) : undefined;

/** Dates and times cut to the start of their year or month (UTC for those with a time zone). */
export const truncatedDate = (m: Masking, unit: 'year' | 'month'): string | undefined => {
  const { value, type } = m;
  if (type.family !== 'date' && type.family !== 'timestamp' && type.family !== 'timestamptz')
    return undefined;
  const own = `pg_catalog.${type.family}`;
  // Near the ends of the range the start of the year has no representation; infinity has no year.
  const representable = `${op(value, '>=', cast(`'4712-01-01 BC'`, own))} AND ${op(value, '<', cast(`'294276-01-01'`, own))}`;
  const cut =
    type.family === 'timestamptz'
      ? call('date_trunc', `'${unit}'`, value, `'UTC'`)
      : call('date_trunc', `'${unit}'`, cast(value, 'pg_catalog.timestamp'));
  return when(representable, cut);
};
