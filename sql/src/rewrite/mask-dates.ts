import type { Masking } from './masking.js';
import { call, cast, op, when } from './sql-text.js';

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
