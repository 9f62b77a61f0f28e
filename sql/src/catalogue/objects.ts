import type { Cast, Operator, Overload, Relation, Type } from './catalogue.js';
import { type Columns, columnsQuery, modifierText, toastColumns } from './columns.js';
import { flag, list, num, type Row, strings, text } from './rows.js';
import { catalogOid, oneOf, own, sinceOwn } from './sql.js';

// The objects of which there are many: each has one row in a catalogue, or in pg_attribute some, and is read again
// when a row is newer than a horizon: a transaction id before which all had ended when it was read last.

/** Is a row newer than the horizon? */
const newer = (row: string, horizon: string): string =>
  `pg_catalog.age(${row}.xmin) OPERATOR(pg_catalog.<=) pg_catalog.age('${horizon}'::pg_catalog.xid)`;

/** Kinds of pg_class that statements can name. */
const kinds = `c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f,S,c,t}'::pg_catalog."char"[])`;

type Condition = (row: string) => string;

/** One row: the OIDs of relations, types and routines, each as one text. Relations also by what only they have. */
const oidsQuery = (condition: Condition, relations: Condition = condition): string => `SELECT
  (SELECT pg_catalog.string_agg(c.oid::pg_catalog.text, ',') FROM pg_catalog.pg_class c WHERE ${kinds} AND (${relations('c')})),
  (SELECT pg_catalog.string_agg(t.oid::pg_catalog.text, ',') FROM pg_catalog.pg_type t WHERE ${condition('t')}),
  (SELECT pg_catalog.string_agg(p.oid::pg_catalog.text, ',') FROM pg_catalog.pg_proc p WHERE ${condition('p')})`;

/** Of all that are there, PostgreSQL's own too. */
export const allQuery = oidsQuery(() => 'true');

/** Of own ones that are there. */
export const presentQuery = oidsQuery((row) => sinceOwn(`${row}.oid`));

/** Of own ones that have rows newer than the horizon. */
export const newerQuery = (horizon: string): string => {
  const changed: Condition = (row) => `${sinceOwn(`${row}.oid`)} AND ${newer(row, horizon)}`;
  return oidsQuery(
    changed,
    (row) => `${changed(row)}
    OR c.oid OPERATOR(pg_catalog.=) ANY (SELECT a.attrelid FROM pg_catalog.pg_attribute a WHERE ${sinceOwn('a.attrelid')} AND ${newer('a', horizon)})
    OR c.oid OPERATOR(pg_catalog.=) ANY (SELECT d.adrelid FROM pg_catalog.pg_attrdef d WHERE ${newer('d', horizon)})`,
  );
};

/** A relation without what other objects say of it. */
export interface BareRelation {
  readonly oid: number;
  readonly namespace: number;
  readonly name: string;
  readonly kind: Relation['kind'];
  readonly temporary: boolean;
  readonly partition: boolean;
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean };
  readonly columns: Columns;
}

export const relationsQuery = (
  oids: readonly number[],
): string => `SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.relispartition,
  c.relrowsecurity, c.relforcerowsecurity,
  a.text, a.generated
FROM pg_catalog.pg_class c CROSS JOIN LATERAL (${columnsQuery}) a
WHERE ${kinds} AND ${oneOf('c.oid', oids)}`;

/** @param columnsOf gives the columns of a text, one of which may be generated */
export const bareRelation = (
  [oid, namespace, name, kind, persistence, partition, secured, forced, columns, generated]: Row,
  columnsOf: (text: string, generated: boolean) => Columns,
): BareRelation => ({
  oid: num(oid),
  namespace: num(namespace),
  name: text(name),
  kind: text(kind) as Relation['kind'],
  temporary: persistence === 't',
  partition: flag(partition),
  rowSecurity: { enabled: flag(secured), forced: flag(forced) },
  columns: kind === 't' ? toastColumns : columnsOf(columns ?? '[]', flag(generated)),
});

const extensionOf = (catalog: string, oid: string): string =>
  `CASE WHEN ${sinceOwn(oid)} THEN
    (SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
     WHERE d.classid OPERATOR(pg_catalog.=) ${catalogOid(catalog)} AND d.objid OPERATOR(pg_catalog.=) ${oid}
       AND d.deptype OPERATOR(pg_catalog.=) 'e') END`;

export const typesQuery = (
  oids: readonly number[],
): string => `SELECT t.oid, t.typnamespace, t.typname, t.typtype, t.typcategory,
  CASE WHEN t.typlen OPERATOR(pg_catalog.=) -1 AND t.typcategory OPERATOR(pg_catalog.=) 'A' THEN t.typelem ELSE 0 END,
  t.typbasetype, t.typrelid, ${extensionOf('pg_type', 't.oid')},
  ${modifierText('t.typbasetype', 't.typtypmod')}, t.typispreferred
FROM pg_catalog.pg_type t WHERE ${oneOf('t.oid', oids)}`;

/** A type without what other catalogues say of domains, enums and ranges. @param schemas their names by OID */
export const bareType = (row: Row, schemas: ReadonlyMap<number, string>): Type => {
  const [oid, namespace, name, kind, category, element, base, relation] = row;
  const [extension, modifier, preferred] = row.slice(8);
  return {
    oid: num(oid),
    schema: schemas.get(num(namespace)) ?? '',
    name: text(name),
    kind: text(kind) as Type['kind'],
    category: text(category),
    element: num(element),
    base: num(base),
    relation: num(relation),
    checks: none,
    ...(flag(preferred) ? { preferred: true } : {}),
    ...(modifier ? { modifier } : {}),
    ...(extension ? { extension } : {}),
  };
};

const none: readonly never[] = [];

export interface BareRoutine {
  readonly namespace: number;
  readonly name: string;
  readonly overload: Overload;
}

/** @param serverVersion `server_version_num`: bodies in the syntax of SQL came with version 14 */
export const routinesQuery = (
  oids: readonly number[],
  serverVersion: number,
): string => `SELECT p.oid, p.pronamespace, p.proname, p.prokind, l.lanname, p.provolatile, p.proleakproof, p.proretset, p.prosecdef,
  p.pronargs, p.pronargdefaults, p.provariadic OPERATOR(pg_catalog.<>) 0::pg_catalog.oid, p.prorettype,
  pg_catalog.array_to_json(p.proargnames), pg_catalog.array_to_json(p.proargmodes), p.proargtypes,
  ${ownOnly('pg_catalog.pg_get_userbyid(p.proowner)')}, ${ownOnly('pg_catalog.array_to_json(p.proconfig)')},
  ${ownOnly('pg_catalog.pg_get_expr(p.proargdefaults, 0)')},
  ${ownOnly(`CASE WHEN l.lanname OPERATOR(pg_catalog.=) 'sql' THEN p.prosrc END`)},
  ${serverVersion < 140000 ? 'false' : 'p.prosqlbody IS NOT NULL'}, ${extensionOf('pg_proc', 'p.oid')},
  pg_catalog.array_to_json(p.proallargtypes)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang WHERE ${oneOf('p.oid', oids)}`;

const ownOnly = (expression: string): string =>
  `CASE WHEN ${sinceOwn('p.oid')} THEN ${expression} END`;

/** Those of arguments that have one of these modes; without modes all are `i`. */
const ofModes = <T>(all: readonly T[], modes: readonly string[], of: string): readonly T[] =>
  all.filter((_, i) => of.includes(modes[i] ?? 'i'));

export const bareRoutine = (row: Row): BareRoutine => {
  const [oid, namespace, name, kind, language, volatility, leakproof, set, definer] = row;
  const [count, defaulted, variadic, result, argumentNames, argumentModes, types] = row.slice(9);
  const [owner, settings, defaults, source, atomic, extension, allTypes] = row.slice(16);
  const all = num(count);
  const [names, modes] = [strings(argumentNames), strings(argumentModes)];
  const given = ofModes(names, modes, 'ibv');
  const every = list(allTypes).map((type, i) => ({ name: names[i] ?? '', type: Number(type) }));
  return {
    namespace: num(namespace),
    name: text(name),
    overload: {
      oid: num(oid),
      kind: text(kind) as Overload['kind'],
      language: text(language),
      volatility: text(volatility) as Overload['volatility'],
      leakproof: flag(leakproof),
      set: flag(set),
      securityDefiner: flag(definer),
      least: all - num(defaulted),
      most: flag(variadic) ? -1 : all,
      arguments: text(types)
        .split(' ')
        .filter(Boolean)
        .map((type, i) => ({ name: given[i] ?? '', type: Number(type) })),
      ...(defaults ? { defaults } : {}),
      result: num(result),
      out: modes.length === 0 ? [] : ofModes(every, modes, 'obt'),
      settings: strings(settings),
      owner: text(owner),
      ...(source ? { body: source } : {}),
      ...(flag(atomic) ? { atomic: true } : {}),
      ...(extension ? { extension } : {}),
    },
  };
};

/** PostgreSQL's own operators and casts, which stay what they are. */
export const systemQueries = {
  operators: `SELECT o.oprname, o.oprleft, o.oprright, o.oprresult, o.oprcode::pg_catalog.oid, p.proleakproof
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) o.oprcode
WHERE o.oid OPERATOR(pg_catalog.<) ${own}::pg_catalog.oid`,
  casts: `SELECT c.castsource, c.casttarget, c.castcontext, c.castfunc FROM pg_catalog.pg_cast c
WHERE c.oid OPERATOR(pg_catalog.<) ${own}::pg_catalog.oid`,
} as const;

export interface SystemObjects {
  readonly operators: readonly Operator[];
  readonly casts: readonly Cast[];
}

export const systemOperator = ([name, left, right, result, code, leakproof]: Row): Operator => ({
  schema: 'pg_catalog',
  name: text(name),
  left: num(left),
  right: num(right),
  result: num(result),
  function: num(code),
  ...(flag(leakproof) ? { leakproof: true } : {}),
});

export const cast = ([from, to, context, code, extension]: Row): Cast => ({
  from: num(from),
  to: num(to),
  context: text(context) as Cast['context'],
  function: num(code),
  ...(extension ? { extension } : {}),
});
