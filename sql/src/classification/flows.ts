import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { markedColumns } from '../catalogue/read-relation.js';
import { mentionedColumns } from '../effects/mentioned-columns.js';
import { viewFacts } from '../effects/views.js';
import { formatName, quoteIdentifier } from '../names.js';

/** `schema.table.column`, as policies write it. */
export type ColumnKey = string;

export const columnKey = (
  relation: { readonly schema: string; readonly name: string },
  column: string,
): ColumnKey => `${formatName(relation)}.${quoteIdentifier(column)}`;

/** Which columns a column's data comes from. */
export interface Flows {
  /** derived column to its sources */
  readonly sources: ReadonlyMap<ColumnKey, readonly ColumnKey[]>;
  /** parent column to those of its children: tags go up as well, origins do not */
  readonly children: ReadonlyMap<ColumnKey, readonly ColumnKey[]>;
  /** columns of which nothing is known: they may carry anything */
  readonly unknown: ReadonlySet<ColumnKey>;
}

const all = (relations: readonly Relation[]): readonly ColumnKey[] =>
  relations.flatMap((r) => r.columns.map((c) => columnKey(r, c.name)));

/** Every way data goes from column to column inside the database: generated columns, inheritance, views. */
export const flowsOf = (catalogue: Catalogue): Flows => {
  const sources = new Map<ColumnKey, ColumnKey[]>();
  const children = new Map<ColumnKey, ColumnKey[]>();
  const unknown = new Set<ColumnKey>();
  const add = (
    map: Map<ColumnKey, ColumnKey[]>,
    key: ColumnKey,
    more: readonly ColumnKey[],
  ): void => {
    const known = map.get(key);
    if (known) known.push(...more);
    else map.set(key, [...more]);
  };
  for (const relation of catalogue.data.relations) {
    for (const column of markedColumns(relation))
      if (column.generated !== undefined)
        add(
          sources,
          columnKey(relation, column.name),
          mentionedColumns(relation, column.generated).map((name) => columnKey(relation, name)),
        );
    for (const oid of relation.parents) {
      const parent = catalogue.relationByOid(oid);
      for (const column of parent?.columns ?? []) {
        if (!parent || !relation.columns.some((c) => c.name === column.name)) continue;
        add(sources, columnKey(relation, column.name), [columnKey(parent, column.name)]);
        add(children, columnKey(parent, column.name), [columnKey(relation, column.name)]);
      }
    }
    const facts = viewFacts(catalogue, relation);
    if (!facts) continue;
    for (const column of relation.columns) {
      const key = columnKey(relation, column.name);
      const found = facts.columns?.get(column.name);
      if (found)
        add(
          sources,
          key,
          found.map((s) => columnKey(s.relation, s.column)),
        );
      else if (facts.direct.length > 0) add(sources, key, all(facts.direct));
      else unknown.add(key);
    }
  }
  return { sources, children, unknown };
};
