import type { DropStmt } from '@pgsql/types';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import type { ObjectName } from '../names.js';
import { as, texts } from '../parse/nodes.js';
import { findRelation, publicName } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { viewFacts } from './views.js';

// What DROP takes with it (documentation, "Dependency Tracking").

const withRows: ReadonlySet<string | undefined> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
]);

/** The relations that are dropped by their names, or with their schemas. */
const named = (r: Resolver, { objects, removeType }: DropStmt): readonly Relation[] =>
  (objects ?? []).flatMap((object): readonly Relation[] => {
    if (removeType === 'OBJECT_SCHEMA') {
      const schema = as(object, 'String')?.sval;
      return r.catalogue.data.relations.filter((one) => one.schema === schema && one.kind !== 't');
    }
    if (!withRows.has(removeType)) return [];
    const parts = texts(as(object, 'List')?.items);
    const found = findRelation(r.catalogue, r.path, parts.at(-2), parts.at(-1) ?? '');
    return found ? [found] : [];
  });

/** Views whose definitions read the relation. */
const viewsOf = (catalogue: Catalogue, relation: Relation): readonly Relation[] => {
  const name = relation.name.replaceAll('"', '""');
  return catalogue.data.relations.filter(
    (view) =>
      view.definition?.includes(name) === true &&
      viewFacts(catalogue, view)?.direct.some(({ oid }) => oid === relation.oid),
  );
};

/**
 * What a DROP takes with the objects that it names: partitions; with CASCADE also heirs, views, what a schema holds, and
 * the foreign keys of other tables, which count as changes of those.
 */
export const droppedWith = (r: Resolver, stmt: DropStmt): readonly ObjectName[] => {
  const { catalogue } = r;
  const cascades = stmt.behavior === 'DROP_CASCADE';
  const first = named(r, stmt);
  const dropped = new Set(cascades || stmt.removeType !== 'OBJECT_SCHEMA' ? first : []);
  const changed = new Set<Relation>();
  for (const one of dropped) {
    for (const child of catalogue.children(one.oid))
      if (cascades || child.partition) dropped.add(child);
    if (!cascades) continue;
    for (const view of viewsOf(catalogue, one)) dropped.add(view);
    for (const { relation } of catalogue.referring(one.oid)) changed.add(relation);
  }
  const byName = new Set(stmt.removeType === 'OBJECT_SCHEMA' ? [] : first);
  return [...new Set([...dropped, ...changed])]
    .filter((relation) => !byName.has(relation))
    .map((relation) => publicName(r.path, relation));
};
