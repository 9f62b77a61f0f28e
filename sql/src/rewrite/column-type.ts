import type { Catalogue, Column, Type } from '../catalogue/catalogue.js';
import { quoted } from './sql-text.js';

/** What masks can do depends on the family of a column's type. */
export type Family =
  | 'text'
  | 'integer'
  | 'numeric'
  | 'float'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'boolean'
  | 'bytea'
  | 'array'
  | 'other';

export interface ColumnType {
  readonly family: Family;
  /** name in pg_catalog, for families with several types */
  readonly name: string;
  /** the type to cast to, qualified, with its modifier; a domain's base type */
  readonly text: string;
  /** numbers of the modifier: length, or precision and scale */
  readonly modifier: readonly number[];
}

const families: Readonly<Record<string, Family>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'numeric',
  float4: 'float',
  float8: 'float',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
  bool: 'boolean',
  bytea: 'bytea',
};

/** A domain stands for its base type: casting to the domain might fail its constraint. */
const withoutDomain = (
  catalogue: Catalogue,
  column: Column,
): { readonly type: Type | undefined; readonly modifier: string } => {
  let type = catalogue.typeByOid(column.type);
  let modifier = column.modifier ?? '';
  for (let depth = 0; type?.kind === 'd' && depth < 32; depth += 1) {
    // Only the innermost type can have one.
    modifier = type.modifier ?? '';
    type = catalogue.typeByOid(type.base);
  }
  return { type, modifier };
};

const familyOf = (type: Type): Family => {
  if (type.element !== 0) return 'array';
  if (type.schema === 'pg_catalog') return families[type.name] ?? 'other';
  return type.extension === 'citext' && type.name === 'citext' ? 'text' : 'other';
};

export const columnType = (catalogue: Catalogue, column: Column): ColumnType => {
  const { type, modifier } = withoutDomain(catalogue, column);
  if (!type) return { family: 'other', name: '', text: '', modifier: [] };
  const element = type.element === 0 ? type : catalogue.typeByOid(type.element);
  const base = element ?? type;
  // `interval` has modifiers that are words; it is a keyword and needs no schema.
  const name =
    base.name === 'interval' && base.schema === 'pg_catalog'
      ? 'interval'
      : `${quoted(base.schema)}.${quoted(base.name)}`;
  return {
    family: familyOf(type),
    name: type.name,
    text: `${name}${modifier}${element === type ? '' : '[]'}`,
    modifier: (/\(([\d, -]+)\)/.exec(modifier)?.[1] ?? '').split(',').filter(Boolean).map(Number),
  };
};
