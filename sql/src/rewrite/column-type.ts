import type { Catalogue, Column, Type } from '../catalogue/catalogue.js';
import { quoted } from './sql-text.js';

/** Families of types with one value each; all of them are PostgreSQL's own, but for `citext` and `other`. */
export type PlainFamily =
  | 'text'
  | 'bits'
  | 'integer'
  | 'oid'
  | 'numeric'
  | 'float'
  | 'money'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'timetz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'boolean'
  | 'bytea'
  | 'inet'
  | 'cidr'
  | 'macaddr'
  | 'macaddr8'
  | 'range'
  | 'multirange'
  | 'other';

interface Named {
  /** the type's own name, without its schema */
  readonly name: string;
  /** the type to cast to, qualified, with its modifier; a domain's base type */
  readonly text: string;
  /** numbers of the modifier: length, or precision and scale */
  readonly modifier: readonly number[];
}

export interface PlainType extends Named {
  readonly family: PlainFamily;
}

export interface EnumType extends Named {
  readonly family: 'enum';
  readonly labels: readonly string[];
}

export interface ArrayType extends Named {
  readonly family: 'array';
  /** undefined: no element can be made anew, a domain's constraint might not let it */
  readonly element: ColumnType | undefined;
}

export interface CompositeType extends Named {
  readonly family: 'composite';
  readonly fields: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** What masks can do depends on the family of a column's type. */
export type ColumnType = PlainType | EnumType | ArrayType | CompositeType;

export type Family = ColumnType['family'];

const families: Readonly<Record<string, PlainFamily>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  char: 'text',
  bit: 'bits',
  varbit: 'bits',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'oid',
  numeric: 'numeric',
  float4: 'float',
  float8: 'float',
  money: 'money',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  timetz: 'timetz',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
  bool: 'boolean',
  bytea: 'bytea',
  inet: 'inet',
  cidr: 'cidr',
  macaddr: 'macaddr',
  macaddr8: 'macaddr8',
};

/** A type with its modifier as SQL writes it. */
interface Modified {
  readonly type: Type | undefined;
  readonly modifier: string;
}

/** A domain stands for its base type: casting to the domain might fail its constraint. */
const withoutDomain = (
  catalogue: Catalogue,
  of: Pick<Column, 'type' | 'modifier'>,
): Modified & { readonly domain: boolean } => {
  let type = catalogue.typeByOid(of.type);
  let modifier = of.modifier ?? '';
  const domain = type?.kind === 'd';
  for (let depth = 0; type?.kind === 'd' && depth < 32; depth += 1) {
    // Only the innermost type can have one.
    modifier = type.modifier ?? '';
    type = catalogue.typeByOid(type.base);
  }
  return { type, modifier, domain };
};

const plainFamily = ({ kind, schema, name, extension }: Type): PlainFamily => {
  if (kind === 'r') return 'range';
  if (kind === 'm') return 'multirange';
  if (schema === 'pg_catalog') return families[name] ?? 'other';
  return extension === 'citext' && name === 'citext' ? 'text' : 'other';
};

/** `interval` has modifiers that are words; it is a keyword and needs no schema. */
const nameOf = ({ schema, name }: Type): string =>
  schema === 'pg_catalog' && name === 'interval' ? 'interval' : `${quoted(schema)}.${quoted(name)}`;

const elementOf = (catalogue: Catalogue, type: Type): Type | undefined =>
  // `int2vector` and the like have elements too, but are no arrays.
  type.element !== 0 && catalogue.arrayOf(type.element)?.oid === type.oid
    ? catalogue.typeByOid(type.element)
    : undefined;

const describe = (
  catalogue: Catalogue,
  { type, modifier }: Modified,
  depth: number,
): ColumnType => {
  if (!type) return { family: 'other', name: '', text: '', modifier: [] };
  const element = elementOf(catalogue, type);
  const named = {
    name: type.name,
    text: `${nameOf(element ?? type)}${modifier}${element ? '[]' : ''}`,
    modifier: (/\(([\d, -]+)\)/.exec(modifier)?.[1] ?? '').split(',').filter(Boolean).map(Number),
  };
  if (element) {
    // array_agg() makes one array of arrays, not an array of arrays.
    const whole = element.kind === 'd' || elementOf(catalogue, element) !== undefined;
    return {
      ...named,
      family: 'array',
      element: whole ? undefined : describe(catalogue, { type: element, modifier }, depth + 1),
    };
  }
  if (type.kind === 'e') return { ...named, family: 'enum', labels: type.labels ?? [] };
  if (type.kind !== 'c') return { ...named, family: plainFamily(type) };
  const found = catalogue.relationByOid(type.relation)?.columns.map((column) => {
    const field = withoutDomain(catalogue, column);
    return { name: column.name, domain: field.domain, type: describe(catalogue, field, depth + 1) };
  });
  // A row must satisfy the constraints of the domains in it.
  return found && depth < 16 && found.length > 0 && !found.some(({ domain }) => domain)
    ? {
        ...named,
        family: 'composite',
        fields: found.map(({ name, type: of }) => ({ name, type: of })),
      }
    : { ...named, family: 'other' };
};

export const columnType = (catalogue: Catalogue, column: Column): ColumnType =>
  describe(catalogue, withoutDomain(catalogue, column), 0);
