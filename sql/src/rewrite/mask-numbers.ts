import type { Masking } from './masking.js';
import { call, cast, op, when } from './sql-text.js';

const numeric = 'pg_catalog.numeric';

const ranges: Readonly<Record<string, string>> = {
  int2: '32767',
  int4: '2147483647',
  int8: '9223372036854775807',
  float4: '1e38',
  float8: '1e300',
  // Whatever currency has three digits after the point holds this much too.
  money: '9e15',
};

/** The largest magnitude the column holds; what would exceed it becomes NULL instead of an error. */
const limit = ({ type }: Masking): string => {
  if (type.family !== 'numeric') return cast(`'${ranges[type.name] ?? '0'}'`, numeric);
  const [precision, scale = 0] = type.modifier;
  return precision === undefined
    ? cast(`'1e1000'`, numeric)
    : op(cast(`'1e${precision - scale}'`, numeric), '-', cast(`'1e${-scale}'`, numeric));
};

/** NaN and infinities compare as greater. */
const within = (value: string, most: string): string => op(call('abs', value), '<=', most);

const guarded = (m: Masking, step: (value: string) => string): string => {
  if (m.type.family === 'float') {
    const wide = cast(m.value, 'pg_catalog.float8');
    // Infinity has no numeric form before version 14: look before converting.
    return when(within(wide, cast(limit(m), 'pg_catalog.float8')), step(cast(wide, numeric)));
  }
  const value = cast(m.value, numeric);
  const result = step(value);
  const checked = when(within(result, limit(m)), result);
  // A number of any size might overflow in the step itself.
  return m.type.family === 'numeric' && m.type.modifier.length === 0
    ? when(within(value, limit(m)), checked)
    : checked;
};

const isNumber = ({ type: { family } }: Masking): boolean =>
  family === 'integer' || family === 'numeric' || family === 'float' || family === 'money';

/** The multiple of `size` at or below the value. */
export const bucketed = (m: Masking, size: number): string | undefined => {
  const width = `${size}::${numeric}`;
  return isNumber(m)
    ? guarded(m, (v) => op(call('floor', op(v, '/', width)), '*', width))
    : undefined;
};

/** Rounded to `digits` after the decimal point; before it when negative. */
export const rounded = (m: Masking, digits: number): string | undefined =>
  isNumber(m) ? guarded(m, (v) => call('round', v, String(digits))) : undefined;
