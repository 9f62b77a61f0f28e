import type { A_Const } from '@pgsql/types';
import { oid } from '../types/oids.js';
import type { Known } from '../types/polymorphic.js';

// Types that the grammar alone decides.

const int4Max = 2_147_483_647n;
const int8Max = 9_223_372_036_854_775_807n;

/** `unknown` for a literal that takes the type of its place. */
export const constant = ({ ival, fval, boolval, bsval, isnull }: A_Const): Known => {
  if (isnull) return oid.unknown;
  if (ival) return oid.int4;
  if (boolval) return oid.bool;
  if (bsval) return oid.bit;
  if (!fval) return oid.unknown;
  const digits = fval.fval ?? '';
  if (!/^-?\d+$/.test(digits)) return /^-?0[xob]/i.test(digits) ? undefined : oid.numeric;
  const value = BigInt(digits);
  if (-int4Max - 1n <= value && value <= int4Max) return oid.int4;
  return -int8Max - 1n <= value && value <= int8Max ? oid.int8 : oid.numeric;
};

/** CURRENT_DATE and its like; those that are missing are a `name`. */
export const valueFunctions: Readonly<Record<string, number>> = {
  SVFOP_CURRENT_DATE: oid.date,
  SVFOP_CURRENT_TIME: oid.timetz,
  SVFOP_CURRENT_TIME_N: oid.timetz,
  SVFOP_CURRENT_TIMESTAMP: oid.timestamptz,
  SVFOP_CURRENT_TIMESTAMP_N: oid.timestamptz,
  SVFOP_LOCALTIME: oid.time,
  SVFOP_LOCALTIME_N: oid.time,
  SVFOP_LOCALTIMESTAMP: oid.timestamp,
  SVFOP_LOCALTIMESTAMP_N: oid.timestamp,
};

/** SQL/JSON's functions, without RETURNING. */
export const jsonFunctions: Readonly<Record<string, number>> = {
  JSON_EXISTS_OP: oid.bool,
  JSON_QUERY_OP: oid.jsonb,
  JSON_VALUE_OP: oid.text,
};
