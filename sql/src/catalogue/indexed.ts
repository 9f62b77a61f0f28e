import type { Catalogue, CatalogueData, Relation, UserOperator } from './catalogue.js';

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
  const oids = new Map(all.map((one) => [one.oid, one]));
  return (oid) => oids.get(oid);
};

/** The snapshot with its indexes. */
export const indexCatalogue = (data: CatalogueData): Catalogue => {
  const schemas = new Set(data.schemas);
  const leakproof = new Set(data.leakproofOperators);
  const relationByOid = byOid(data.relations);
  const children = new Map<number, Relation[]>();
  for (const relation of data.relations)
    for (const parent of relation.parents) {
      const known = children.get(parent);
      if (known) known.push(relation);
      else children.set(parent, [relation]);
    }
  const operators = new Map<string, UserOperator[]>();
  for (const operator of data.operators) {
    const known = operators.get(operator.name);
    if (known) known.push(operator);
    else operators.set(operator.name, [operator]);
  }
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
    routineByOid: (oid) => {
      for (const routine of data.routines) {
        const overload = routine.overloads.find((one) => one.oid === oid);
        if (overload !== undefined) return { routine, overload };
      }
      return undefined;
    },
    type: byName(data.types),
    typeByOid: byOid(data.types),
    operators: (symbol) => operators.get(symbol) ?? [],
    leakproofOperator: (symbol, left, right) => leakproof.has(`${symbol}|${left}|${right}`),
    children: (oid) => children.get(oid) ?? [],
    toJSON: () => data,
  };
};
