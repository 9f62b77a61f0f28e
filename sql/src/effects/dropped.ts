import type { DropStmt, Node } from '@pgsql/types';
import type { Catalogue, Overload, Relation, Routine } from '../catalogue/catalogue.js';
import { formatName, type ObjectName } from '../names.js';
import { as, texts } from '../parse/nodes.js';
import { findRelation, findRoutines, findType, publicName } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { mentionedColumns } from './mentioned-columns.js';
import { type Uses, usesIn } from './uses.js';
import { viewFacts } from './views.js';

// What DROP takes with it (documentation, "Dependency Tracking").

const withRows: ReadonlySet<string | undefined> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
]);

const routineTypes: ReadonlySet<string | undefined> = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
]);

/** What goes when something else does, followed through the catalogue. */
class Fall {
  readonly #catalogue: Catalogue;
  readonly #cascades: boolean;
  /** relations that are there no more */
  readonly dropped = new Set<Relation>();
  /** those that lose a column, a default, a constraint, a trigger */
  readonly changed = new Set<Relation>();
  readonly #types = new Set<number>();
  readonly #routines = new Set<number>();
  readonly #columns = new Set<string>();
  #known: Uses | undefined;

  constructor(catalogue: Catalogue, cascades: boolean) {
    this.#catalogue = catalogue;
    this.#cascades = cascades;
  }

  get #uses(): Uses {
    return (this.#known ??= usesIn(this.#catalogue));
  }

  relation(relation: Relation): void {
    if (this.dropped.has(relation)) return;
    this.dropped.add(relation);
    const { oid } = relation;
    for (const child of this.#catalogue.children(oid))
      if (this.#cascades || child.partition) this.relation(child);
    if (!this.#cascades) return;
    for (const view of this.#uses.viewsOf.get(oid) ?? []) this.relation(view);
    for (const { relation: other } of this.#catalogue.referring(oid)) this.changed.add(other);
    for (const type of this.#uses.rowTypes.get(oid) ?? []) this.type(type);
  }

  column(relation: Relation, name: string): void {
    const key = `${relation.oid} ${name}`;
    if (this.#columns.has(key)) return;
    this.#columns.add(key);
    if (relation.kind === 'c') return;
    if (relation.definition !== undefined) {
      this.relation(relation);
      return;
    }
    this.changed.add(relation);
    for (const child of this.#catalogue.children(relation.oid)) this.column(child, name);
    if (!this.#cascades) return;
    for (const view of this.#uses.viewsOf.get(relation.oid) ?? [])
      if (viewFacts(this.#catalogue, view)?.used.get(relation.oid)?.has(name)) this.relation(view);
    const number = relation.columns.find((column) => column.name === name)?.number ?? 0;
    for (const { relation: other, key: foreign } of this.#catalogue.referring(relation.oid))
      if (foreign.toColumns.includes(number)) this.changed.add(other);
    for (const each of relation.columns)
      if (each.generated !== undefined && mentionedColumns(relation, each.generated).includes(name))
        this.column(relation, each.name);
  }

  type(oid: number): void {
    if (this.#types.has(oid)) return;
    this.#types.add(oid);
    const array = this.#catalogue.arrayOf(oid);
    if (array) this.type(array.oid);
    if (!this.#cascades) return;
    for (const type of this.#uses.madeOf.get(oid) ?? []) this.type(type);
    for (const [relation, column] of this.#uses.columnsOf.get(oid) ?? [])
      this.column(relation, column);
    for (const routine of this.#uses.takenBy.get(oid) ?? []) this.routine(routine);
    for (const view of this.#uses.viewsNaming.get(oid) ?? []) this.relation(view);
  }

  routine(oid: number): void {
    if (this.#routines.has(oid)) return;
    this.#routines.add(oid);
    const found = this.#catalogue.routineByOid(oid);
    if (!this.#cascades || !found) return;
    for (const [relation, call] of this.#uses.calledBy.get(oid) ?? []) {
      this.changed.add(relation);
      const column = relation.columns.find(({ number }) => number === call.column);
      if (call.by === 'generated column' && column) this.column(relation, column.name);
      if (call.by === 'partition key') this.relation(relation);
    }
    for (const relation of this.#uses.triggering.get(formatName(found.routine)) ?? [])
      this.changed.add(relation);
    for (const aggregate of this.#uses.partOf.get(oid) ?? []) this.routine(aggregate);
    for (const view of this.#uses.viewsCalling.get(oid) ?? []) this.relation(view);
  }
}

const findNamed = (r: Resolver, object: Node): Relation | undefined => {
  const parts = texts(as(object, 'List')?.items);
  return findRelation(r.catalogue, r.path, parts.at(-2), parts.at(-1) ?? '');
};

/** The overloads that a name with or without arguments means. */
const overloadsNamed = (r: Resolver, object: Node): readonly Overload[] => {
  const named = as(object, 'ObjectWithArgs');
  const names = texts(named?.objname);
  const all = findRoutines(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '');
  const overloads = all.flatMap((routine: Routine) => routine.overloads);
  if (named?.args_unspecified) return overloads;
  const types = (named?.objargs ?? []).map((node) => {
    const type = as(node, 'TypeName');
    const parts = texts(type?.names);
    const found = findType(r.catalogue, r.path, parts.at(-2), parts.at(-1) ?? '');
    return type?.arrayBounds ? r.catalogue.arrayOf(found?.oid ?? 0)?.oid : found?.oid;
  });
  return overloads.filter(
    ({ arguments: given }) =>
      given.length === types.length && given.every(({ type }, i) => type === types[i]),
  );
};

/**
 * Relations that a DROP takes with the objects that it names: partitions; with CASCADE also heirs, views, what a schema
 * holds, and those that lose a column, a foreign key, a default, a constraint or a trigger.
 */
export const droppedWith = (r: Resolver, stmt: DropStmt): readonly ObjectName[] => {
  const { catalogue } = r;
  const { removeType, objects } = stmt;
  const cascades = stmt.behavior === 'DROP_CASCADE';
  const fall = new Fall(catalogue, cascades);
  const byName = new Set<Relation>();
  for (const object of objects ?? []) {
    if (withRows.has(removeType)) {
      const found = findNamed(r, object);
      if (found) byName.add(found);
    } else if (routineTypes.has(removeType) && cascades)
      for (const { oid } of overloadsNamed(r, object)) fall.routine(oid);
    else if ((removeType === 'OBJECT_TYPE' || removeType === 'OBJECT_DOMAIN') && cascades) {
      const names = texts(as(object, 'TypeName')?.names);
      const type = findType(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '');
      if (type) fall.type(type.oid);
    } else if (removeType === 'OBJECT_SCHEMA' && cascades) {
      const schema = as(object, 'String')?.sval;
      for (const one of catalogue.data.relations)
        if (one.schema === schema && one.kind !== 't') fall.relation(one);
      for (const one of catalogue.data.types) if (one.schema === schema) fall.type(one.oid);
      for (const one of catalogue.data.routines)
        if (one.schema === schema) for (const { oid } of one.overloads) fall.routine(oid);
    }
  }
  for (const one of byName) fall.relation(one);
  return [...new Set([...fall.dropped, ...fall.changed])]
    .filter((relation) => !byName.has(relation) && relation.kind !== 'c')
    .map((relation) => publicName(r.path, relation));
};

/** Relations that go or change with a column. */
export const columnDroppedWith = (
  r: Resolver,
  relation: Relation,
  column: string,
  cascades: boolean,
): readonly ObjectName[] => {
  const fall = new Fall(r.catalogue, cascades);
  fall.column(relation, column);
  return [...new Set([...fall.dropped, ...fall.changed])]
    .filter((one) => one !== relation)
    .map((one) => publicName(r.path, one));
};
