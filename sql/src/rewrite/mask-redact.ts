import type { PlainFamily } from './column-type.js';
import type { Masking } from './masking.js';
import { call, cast, literal, when } from './sql-text.js';

const constants: { readonly [K in PlainFamily]?: string } = {
  text: `'REDACTED'`,
  bits: `''`,
  integer: '0',
  oid: `'0'`,
  numeric: '0',
  float: '0',
  money: `'0'`,
  date: `'1970-01-01'`,
  timestamp: `'1970-01-01 00:00:00'`,
  timestamptz: `'1970-01-01 00:00:00+00'`,
  time: `'00:00:00'`,
  timetz: `'00:00:00+00'`,
  interval: `'0'`,
  uuid: `'00000000-0000-0000-0000-000000000000'`,
  json: `'null'`,
  jsonb: `'null'`,
  boolean: 'false',
  bytea: `''`,
  macaddr: `'00:00:00:00:00:00'`,
  macaddr8: `'00:00:00:00:00:00:00:00'`,
  range: `'empty'`,
  multirange: `'{}'`,
};

/** Types of pg_catalog that are a family of their own. */
const named: Readonly<Record<string, string>> = {
  tsvector: `''`,
  tsquery: `''`,
  jsonpath: `'$'`,
  refcursor: `''`,
  pg_lsn: `'0/0'`,
  xid: `'0'`,
  xid8: `'0'`,
  cid: `'0'`,
  tid: `'(0,0)'`,
  regclass: `'0'`,
  regcollation: `'0'`,
  regconfig: `'0'`,
  regdictionary: `'0'`,
  regnamespace: `'0'`,
  regoper: `'0'`,
  regoperator: `'0'`,
  regproc: `'0'`,
  regprocedure: `'0'`,
  regrole: `'0'`,
  regtype: `'0'`,
  point: `'(0,0)'`,
  lseg: `'[(0,0),(0,0)]'`,
  line: `'{1,0,0}'`,
  box: `'(0,0),(0,0)'`,
  path: `'((0,0))'`,
  polygon: `'((0,0))'`,
  circle: `'<(0,0),0>'`,
  int2vector: `''`,
  oidvector: `''`,
};

/** An address of the same family: the two do not go into one column's index, constraint or program alike. */
const address = ({ value, type }: Masking): string =>
  when(
    `${call('family', value)} OPERATOR(pg_catalog.=) 4`,
    cast(`'0.0.0.0'`, type.text),
    cast(`'::'`, type.text),
  );

const constant = (m: Masking): string | undefined => {
  const { type } = m;
  if (type.family === 'array') return `'{}'`;
  if (type.family === 'composite') return undefined;
  if (type.family === 'enum')
    return type.labels[0] === undefined ? undefined : literal(type.labels[0]);
  if (type.family === 'inet' || type.family === 'cidr') return address(m);
  if (type.family === 'other')
    return type.text.startsWith('"pg_catalog".') ? named[type.name] : undefined;
  return constants[type.family];
};

/** The constant takes its type before the CASE does, and is cut to the column's length by the cast. */
export const redacted = (m: Masking): string | undefined => {
  const found = constant(m);
  return found === undefined ? undefined : when(`${m.value} IS NOT NULL`, cast(found, m.type.text));
};
