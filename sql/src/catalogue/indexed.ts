import type {
  Cast,
  Catalogue,
  CatalogueData,
  ForeignKey,
  Operator,
  Overload,
  Relation,
  Routine,
  Type,
} from './catalogue.js';
import { oid } from '../types/oids.js';
import { isRangeConstructor } from '../types/ranges.js';
import { ReadRelation } from './read-relation.js';
import { own } from './sql.js';

interface Named {
  readonly schema: string;
  readonly name: string;
}

const byName = <T extends Named>(
  all: readonly T[],
): ((schema: string, name: string) => T | undefined) => {
  const schemas = new Map<string, Map<string, T>>();
  for (const one of all) {
    let names = schemas.get(one.schema);
    if (!names) schemas.set(one.schema, (names = new Map<string, T>()));
    names.set(one.name, one);
  }
  return (schema, name) => schemas.get(schema)?.get(name);
};

const byOid = <T extends { readonly oid: number }>(
  all: readonly T[],
): ((oid: number) => T | undefined) => {
  const oids = new Map<number, T>();
  for (const one of all) oids.set(one.oid, one);
  return (oid) => oids.get(oid);
};

/** Arrays that are not the array type of their elements. */
const vectors: ReadonlySet<number> = new Set([oid.int2vector, oid.oidvector]);

const plain = (relation: Relation): Relation =>
  relation instanceof ReadRelation ? relation.toJSON() : relation;

/** The snapshot with its indexes. */
export const indexCatalogue = (data: CatalogueData): Catalogue => {
  const schemas = new Set(data.schemas);
  const relationByOid = byOid(data.relations);
  const typeByOid = byOid(data.types);
  let routines: ReadonlyMap<number, { routine: Routine; overload: Overload }> | undefined;
  const routineByOid: Catalogue['routineByOid'] = (oid) => {
    routines ??= new Map(
      data.routines.flatMap((routine) =>
        routine.overloads.map((overload) => [overload.oid, { routine, overload }] as const),
      ),
    );
    return routines.get(oid);
  };
  const children = new Map<number, Relation[]>();
  for (const relation of data.relations)
    for (const parent of relation.parents) {
      const known = children.get(parent);
      if (known) known.push(relation);
      else children.set(parent, [relation]);
    }
  const referring = new Map<number, { relation: Relation; key: ForeignKey }[]>();
  for (const relation of data.relations)
    for (const key of relation.foreignKeys ?? []) {
      const known = referring.get(key.to);
      if (known) known.push({ relation, key });
      else referring.set(key.to, [{ relation, key }]);
    }
  const operators = new Map<string, Operator[]>();
  const leakproof = new Set<string>();
  const userOperators = new Set<string>();
  for (const operator of data.operators) {
    const known = operators.get(operator.name);
    if (known) known.push(operator);
    else operators.set(operator.name, [operator]);
    if (operator.schema !== 'pg_catalog') userOperators.add(operator.name);
    if (operator.leakproof) leakproof.add(`${operator.name}|${operator.left}|${operator.right}`);
  }
  const casts = new Map<number, Map<number, Cast>>();
  const userCasts = new Set<number>();
  for (const cast of data.casts) {
    const from = casts.get(cast.from) ?? new Map<number, Cast>();
    casts.set(cast.from, from.set(cast.to, cast));
    if (cast.function < own || cast.extension !== undefined) continue;
    // PostgreSQL makes one with each range type.
    const made = routineByOid(cast.function);
    if (!made || !isRangeConstructor(typeByOid, made.routine, made.overload))
      userCasts.add(cast.from).add(cast.to);
  }
  const ranges = new Map<number, Type>();
  for (const type of data.types) if (type.multirange) ranges.set(type.multirange, type);
  const arrays = new Map<number, Type>();
  for (const type of data.types)
    if (type.element !== 0 && type.category === 'A' && !vectors.has(type.oid))
      arrays.set(type.element, type);
  return {
    version: data.version,
    serverVersionNum: data.serverVersionNum,
    database: data.database,
    definitionPath: data.definitionPath,
    data,
    hasSchema: (schema) => schemas.has(schema),
    relation: byName(data.relations),
    relationByOid,
    routine: byName(data.routines),
    routineByOid,
    type: byName(data.types),
    typeByOid,
    operators: (symbol) => operators.get(symbol) ?? [],
    leakproofOperator: (symbol, left, right) => leakproof.has(`${symbol}|${left}|${right}`),
    userOperator: (symbol) => userOperators.has(symbol),
    rangeOf: (multirange) => ranges.get(multirange),
    arrayOf: (element) => arrays.get(element),
    cast: (from, to) => casts.get(from)?.get(to),
    userCast: (type) => userCasts.has(type),
    children: (oid) => children.get(oid) ?? [],
    referring: (oid) => referring.get(oid) ?? [],
    toJSON: () => ({ ...data, relations: data.relations.map(plain) }),
  };
};
