import type { Cast, Catalogue, CatalogueData, Relation, Type } from './catalogue.js';
import { oid } from '../types/oids.js';
import { isRangeConstructor } from '../types/ranges.js';
import { ReadRelation } from './read-relation.js';
import { own } from './sql.js';

interface Named {
  readonly schema: string;
  readonly name: string;
}

/** Made when it is asked for first: who only writes a catalogue down asks for none. */
const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

const byName = <T extends Named>(
  all: readonly T[],
): ((schema: string, name: string) => T | undefined) => {
  const index = lazily(() => {
    const schemas = new Map<string, Map<string, T>>();
    for (const one of all) {
      let names = schemas.get(one.schema);
      if (!names) schemas.set(one.schema, (names = new Map<string, T>()));
      names.set(one.name, one);
    }
    return schemas;
  });
  return (schema, name) => index().get(schema)?.get(name);
};

const byOid = <T extends { readonly oid: number }>(
  all: readonly T[],
): ((oid: number) => T | undefined) => {
  const index = lazily(() => new Map(all.map((one) => [one.oid, one])));
  return (oid) => index().get(oid);
};

const grouped = <K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, readonly V[]> => {
  const groups = new Map<K, V[]>();
  for (const [key, value] of entries) {
    const known = groups.get(key);
    if (known) known.push(value);
    else groups.set(key, [value]);
  }
  return groups;
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
  const routines = lazily(
    () =>
      new Map(
        data.routines.flatMap((routine) =>
          routine.overloads.map((overload) => [overload.oid, { routine, overload }] as const),
        ),
      ),
  );
  const routineByOid: Catalogue['routineByOid'] = (oid) => routines().get(oid);
  const children = lazily(() =>
    grouped(
      data.relations.flatMap((relation) =>
        relation.parents.map((parent) => [parent, relation] as const),
      ),
    ),
  );
  const referring = lazily(() =>
    grouped(
      data.relations.flatMap((relation) =>
        (relation.foreignKeys ?? []).map((key) => [key.to, { relation, key }] as const),
      ),
    ),
  );
  const operators = lazily(() => grouped(data.operators.map((one) => [one.name, one] as const)));
  const leakproof = lazily(
    () =>
      new Set(
        data.operators.flatMap(({ leakproof: is, name, left, right }) =>
          is ? [`${name}|${left}|${right}`] : [],
        ),
      ),
  );
  const userOperators = lazily(
    () =>
      new Set(
        data.operators.flatMap(({ schema, name }) => (schema === 'pg_catalog' ? [] : [name])),
      ),
  );
  const casts = lazily(() => {
    const found = new Map<number, Map<number, Cast>>();
    for (const cast of data.casts) {
      const from = found.get(cast.from) ?? new Map<number, Cast>();
      found.set(cast.from, from.set(cast.to, cast));
    }
    return found;
  });
  const usersOwn = lazily(
    () =>
      new Set(
        data.casts.filter((cast) => {
          if (cast.function < own || cast.extension !== undefined) return false;
          // PostgreSQL makes one with each range type.
          const made = routineByOid(cast.function);
          return !made || !isRangeConstructor(typeByOid, made.routine, made.overload);
        }),
      ),
  );
  const userCasts = lazily(() => new Set([...usersOwn()].flatMap(({ from, to }) => [from, to])));
  const implicitUserCasts = lazily(
    () => new Set([...usersOwn()].flatMap(({ from, context }) => (context === 'i' ? [from] : []))),
  );
  const ranges = lazily(() => {
    const found = new Map<number, Type>();
    for (const type of data.types) if (type.multirange) found.set(type.multirange, type);
    return found;
  });
  const arrays = lazily(() => {
    const found = new Map<number, Type>();
    for (const type of data.types)
      if (type.element !== 0 && type.category === 'A' && !vectors.has(type.oid))
        found.set(type.element, type);
    return found;
  });
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
    operators: (symbol) => operators().get(symbol) ?? [],
    leakproofOperator: (symbol, left, right) => leakproof().has(`${symbol}|${left}|${right}`),
    userOperator: (symbol) => userOperators().has(symbol),
    rangeOf: (multirange) => ranges().get(multirange),
    arrayOf: (element) => arrays().get(element),
    cast: (from, to) => casts().get(from)?.get(to),
    userCast: (type) => userCasts().has(type),
    castByUser: (from, to) => {
      const found = casts().get(from)?.get(to);
      return found !== undefined && usersOwn().has(found);
    },
    implicitUserCasts,
    get hasUserCasts() {
      return usersOwn().size > 0;
    },
    children: (oid) => children().get(oid) ?? [],
    referring: (oid) => referring().get(oid) ?? [],
    toJSON: () => ({ ...data, relations: data.relations.map(plain) }),
  };
};
