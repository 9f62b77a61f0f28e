import type { Node, RangeVar } from '@pgsql/types';
import type { Relation } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { SqlError } from '../errors.js';
import { as, text, texts, walk } from '../parse/nodes.js';
import { baseCell, type Flow, mark, markCell, type RelationUse } from '../resolve/cells.js';
import { gather } from '../resolve/expression.js';
import { findRelation } from '../resolve/path.js';
import { newUse, relationItem } from '../resolve/relation.js';
import type { Resolver } from '../resolve/resolver.js';
import { type Item, listed, newScope } from '../resolve/scope.js';

// Relations that utility statements are about, and the columns of them that these statements name or look at. Nothing
// can be put in the place of such a relation.

/** Undefined when the relation is not there: the statement makes it, or one before did. */
export const subject = (r: Resolver, node: RangeVar | undefined): RelationUse | undefined => {
  const relation = node && findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  if (!relation) return undefined;
  const use = newUse(relation, node, 'target');
  r.subjects.push(use);
  return use;
};

/** A relation that the statement does not name. */
export const another = (r: Resolver, relation: Relation): RelationUse => {
  const use = newUse(relation, {}, 'target');
  r.subjects.push(use);
  return use;
};

/** Columns that the statement changes, makes, or is about. */
export const concerns = (use: RelationUse | undefined, columns: readonly string[]): void => {
  if (use) for (const name of columns) markCell(baseCell(use, name), mark.write);
};

const has = ({ relation }: RelationUse, name: string): boolean =>
  relation.columns.some((column) => column.name === name);

/** Columns whose values the statement looks at. */
export const looksAt = (
  use: RelationUse | undefined,
  columns: readonly string[],
  bits: number = mark.filter,
): void => {
  if (!use) return;
  for (const name of columns) if (has(use, name)) markCell(baseCell(use, name), bits);
};

export const everyColumn = ({ relation }: RelationUse): readonly string[] =>
  relation.columns.map(({ name }) => name);

/** What is done to a table is done to its heirs, or partitions. */
export const sharedWithHeirs = (r: Resolver, use: RelationUse): void => {
  if (use.node.inh !== true || use.cells.size === 0) return;
  for (const heir of withHeirs(r.catalogue, use.relation).slice(1)) {
    const own = newUse(heir, use.node, 'target');
    r.subjects.push(own);
    for (const [name, { marks }] of use.cells)
      if (has(own, name)) markCell(baseCell(own, name), marks);
  }
};

/** The relation's rows under its own name, and those before and after a write. */
export const rowsOf = (use: RelationUse, ...aliases: readonly string[]): readonly Item[] =>
  aliases.map((alias) =>
    listed(
      alias,
      use.relation.columns.map(({ name }) => ({ name, cell: baseCell(use, name) })),
      { columnsVisible: false },
    ),
  );

const mentioned = (use: RelationUse, nodes: unknown): Flow[] => {
  const names = new Set<string>();
  walk(nodes, (kind, content) => {
    if (kind === 'ColumnRef') names.add(text((content['fields'] as readonly Node[]).at(-1)));
    return true;
  });
  return [...names]
    .filter((name) => has(use, name))
    .map((name) => ({ from: baseCell(use, name), kind: 'transformation' }));
};

/**
 * What an expression over the relation's columns is made of. It may speak of what is not there yet (a column that the
 * statement adds): what it mentions counts then.
 *
 * @param items its rows, when not under its own name
 */
export const madeOf = (
  r: Resolver,
  use: RelationUse,
  nodes: unknown,
  items: readonly Item[] = [relationItem(r, use)],
): readonly Flow[] => {
  try {
    return gather(r, { ...newScope(r.outer), items }, nodes).flows;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return mentioned(use, nodes);
  }
};

/** The statement evaluates an expression over the relation's rows, or keeps it to do so. */
export const evaluates = (
  r: Resolver,
  use: RelationUse | undefined,
  nodes: unknown,
  bits: number = mark.filter,
  items?: readonly Item[],
): void => {
  if (!use || nodes === undefined) return;
  for (const { from } of madeOf(r, use, nodes, items)) markCell(from, bits);
};

/** Key columns, or expressions: of an index, or of statistics. */
export const keyedBy = (
  r: Resolver,
  use: RelationUse | undefined,
  elements: readonly Node[] | undefined,
): void => {
  for (const node of elements ?? []) {
    const { name, expr } = as(node, 'IndexElem') ?? as(node, 'StatsElem') ?? {};
    if (name !== undefined) looksAt(use, [name], mark.order);
    if (expr) evaluates(r, use, expr, mark.order);
  }
};

/** The columns that others refer to, by name; the primary key's when the statement names none. */
export const refersTo = (
  r: Resolver,
  node: RangeVar | undefined,
  names: readonly Node[] | undefined,
): void => {
  const use = subject(r, node);
  if (!use) return;
  const { relation } = use;
  const key = relation.columns.filter(({ number }) => relation.primaryKey.includes(number));
  looksAt(use, names?.length ? texts(names) : key.map(({ name }) => name), mark.join);
};
