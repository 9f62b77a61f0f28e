import { SqlError } from '../errors.js';
import type {
  Catalogue,
  CatalogueData,
  Column,
  Overload,
  Relation,
  Routine,
  Type,
} from './catalogue.js';
import { indexCatalogue } from './indexed.js';
import type { CatalogueRows, Rows } from './rows.js';

type Cell = string | null | undefined;

const text = (cell: Cell): string => cell ?? '';
const num = (cell: Cell): number => {
  const value = Number(cell);
  if (cell === null || cell === undefined || Number.isNaN(value))
    throw new SqlError('bad-catalogue', `the catalogue query gave ${cell ?? 'NULL'} for a number`);
  return value;
};
const flag = (cell: Cell): boolean => cell === 't' || cell === 'true';
const list = (cell: Cell): readonly unknown[] => {
  const value: unknown = cell ? JSON.parse(cell) : [];
  return Array.isArray(value) ? value : [];
};
const strings = (cell: Cell): readonly string[] =>
  list(cell).map((x) => (typeof x === 'string' ? x : ''));

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
};

const grouped = <V>(rows: Rows, value: (row: Rows[number]) => V): Map<number, V[]> => {
  const map = new Map<number, V[]>();
  for (const row of rows) push(map, num(row[0]), value(row));
  return map;
};

const column = ([
  ,
  number,
  name,
  type,
  typmod,
  notNull,
  typeText,
  generated,
  comment,
  collation,
]: Rows[number]): Column => ({
  name: text(name),
  number: num(number),
  type: num(type),
  typmod: num(typmod),
  typeText: text(typeText),
  notNull: flag(notNull),
  ...(generated ? { generated } : {}),
  ...(comment ? { comment } : {}),
  ...(collation ? { collation } : {}),
});

/** Every TOAST table has these (src/backend/catalog/toasting.c). */
const toastColumns: readonly Column[] = (
  [
    ['chunk_id', 26],
    ['chunk_seq', 23],
    ['chunk_data', 17],
  ] as const
).map(([name, type], i) => ({
  ...{ name, type, number: i + 1, typmod: -1, typeText: '', notNull: false },
}));

const relations = (rows: CatalogueRows): readonly Relation[] => {
  const columns = grouped(rows.columns, column);
  const parents = grouped(rows.inheritance, (row) => num(row[1]));
  const triggers = grouped(rows.triggers, (row) => ({ schema: text(row[1]), name: text(row[2]) }));
  const rules = grouped(rows.rules, (row) => text(row[1]));
  const keys = new Map(rows.keys.map((row) => [num(row[0]), list(row[1]).map(Number)]));
  return rows.relations.map(([id, schema, name, kind, persistence, partition, definition]) => {
    const oid = num(id);
    return {
      oid,
      schema: text(schema),
      name: text(name),
      kind: text(kind) as Relation['kind'],
      temporary: persistence === 't',
      partition: flag(partition),
      columns: kind === 't' ? toastColumns : (columns.get(oid) ?? []),
      ...(definition ? { definition } : {}),
      parents: parents.get(oid) ?? [],
      primaryKey: keys.get(oid) ?? [],
      triggers: triggers.get(oid) ?? [],
      rules: rules.get(oid) ?? [],
    };
  });
};

const outNames = (names: Cell, modes: Cell): readonly string[] => {
  const all = strings(names);
  return strings(modes)
    .map((mode, i) => (mode === 'o' || mode === 'b' || mode === 't' ? (all[i] ?? '') : undefined))
    .filter((name) => name !== undefined);
};

const overload = (row: Rows[number]): Overload => {
  const [oid, , , kind, language, volatility, leakproof, set, definer, count, defaults] = row;
  const [variadic, result, names, modes, extension] = row.slice(11);
  const all = num(count);
  return {
    oid: num(oid),
    kind: text(kind) as Overload['kind'],
    language: text(language),
    volatility: text(volatility) as Overload['volatility'],
    leakproof: flag(leakproof),
    set: flag(set),
    securityDefiner: flag(definer),
    least: all - num(defaults) - (flag(variadic) ? 1 : 0),
    most: flag(variadic) ? -1 : all,
    result: num(result),
    out: outNames(names, modes),
    ...(extension ? { extension } : {}),
  };
};

const routines = (rows: Rows): readonly Routine[] => {
  const found = new Map<string, { schema: string; name: string; overloads: Overload[] }>();
  for (const row of rows) {
    const [schema, name] = [text(row[1]), text(row[2])];
    const key = `${schema}\0${name}`;
    const routine = found.get(key);
    if (routine) routine.overloads.push(overload(row));
    else found.set(key, { schema, name, overloads: [overload(row)] });
  }
  return [...found.values()];
};

const type = ([
  oid,
  schema,
  name,
  kind,
  category,
  element,
  base,
  relation,
  checks,
  extension,
  baseText,
]: Rows[number]): Type => ({
  oid: num(oid),
  schema: text(schema),
  name: text(name),
  kind: text(kind) as Type['kind'],
  category: text(category),
  element: num(element),
  base: num(base),
  relation: num(relation),
  checks: strings(checks),
  ...(baseText ? { baseText } : {}),
  ...(extension ? { extension } : {}),
});

/** PostgreSQL's own objects, which stay what they are as long as the database is there. */
export type SystemObjects = Pick<
  CatalogueData,
  'relations' | 'routines' | 'types' | 'leakproofOperators'
>;

/** FirstNormalObjectId */
const firstOwn = 16384;

export const systemObjectsOf = ({ data }: Catalogue): SystemObjects => ({
  relations: data.relations.filter(({ oid }) => oid < firstOwn),
  routines: data.routines.flatMap((routine) => {
    const overloads = routine.overloads.filter(({ oid }) => oid < firstOwn);
    return overloads.length === 0 ? [] : [{ ...routine, overloads }];
  }),
  types: data.types.filter(({ oid }) => oid < firstOwn),
  leakproofOperators: data.leakproofOperators,
});

const none: SystemObjects = { relations: [], routines: [], types: [], leakproofOperators: [] };

/** An own function may overload one of PostgreSQL's. */
const merged = (system: readonly Routine[], own: readonly Routine[]): readonly Routine[] => {
  if (system.length === 0) return own;
  const names = new Map(own.map((routine) => [`${routine.schema}\0${routine.name}`, routine]));
  const kept = system.map((routine) => {
    const key = `${routine.schema}\0${routine.name}`;
    const more = names.get(key);
    if (more === undefined) return routine;
    names.delete(key);
    return { ...routine, overloads: [...routine.overloads, ...more.overloads] };
  });
  return [...kept, ...names.values()];
};

/**
 * @param rows     what `catalogueQueries` gave
 * @param version  what `catalogueFingerprintQuery` gave just before
 * @param system   where the rows are only those of own objects: the rest, from an earlier load
 * @throws SqlError `bad-catalogue`
 */
export const buildCatalogue = (
  rows: CatalogueRows,
  version: string,
  system: SystemObjects = none,
): Catalogue => {
  const [database] = rows.database;
  if (!database)
    throw new SqlError('bad-catalogue', 'the catalogue query for the database gave no row');
  return indexCatalogue({
    format: 1,
    version,
    serverVersionNum: num(database[0]),
    database: text(database[1]),
    definitionPath: strings(database[2]),
    schemas: rows.schemas.map((row) => text(row[1])),
    relations: [...system.relations, ...relations(rows)],
    routines: merged(system.routines, routines(rows.routines)),
    types: [...system.types, ...rows.types.map(type)],
    operators: rows.operators.map(([schema, name, left, right, extension]) => ({
      schema: text(schema),
      name: text(name),
      left: num(left),
      right: num(right),
      ...(extension ? { extension } : {}),
    })),
    leakproofOperators: [
      ...system.leakproofOperators,
      ...rows.leakproof.map((row) => row.join('|')),
    ],
    castTypes: [...new Set(rows.casts.flatMap((row) => [num(row[0]), num(row[1])]))],
  });
};

/** A catalogue from its JSON form. @throws SqlError `bad-catalogue` */
export const catalogueFromData = (data: CatalogueData): Catalogue => {
  // The data may come from a file: say so at once when it is something else.
  if ((data as { format: unknown }).format !== 1 || !Array.isArray(data.relations))
    throw new SqlError('bad-catalogue', 'not a catalogue of format 1');
  return indexCatalogue(data);
};
