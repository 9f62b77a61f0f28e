import type { RangeVar } from '@pgsql/types';
import { formatName } from '../names.js';
import { texts } from '../parse/nodes.js';
import type { Relation } from '../catalogue/catalogue.js';
import { checkAliasList } from './alias-list.js';
import { baseCell, type Cell, type RelationUse } from './cells.js';
import { findRelation, isSystemSchema } from './path.js';
import { fail, opaque, type Resolver } from './resolver.js';
import type { Item, Named } from './scope.js';
import { judgeTypeOid } from './types.js';

const systemColumns = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

const written = (node: RangeVar): string =>
  node.schemaname === undefined ? (node.relname ?? '') : `${node.schemaname}.${node.relname ?? ''}`;

/** The relation a RangeVar names. @throws SqlError `undefined-table` | `cross-database` */
export const lookUp = (r: Resolver, node: RangeVar): Relation => {
  if (node.catalogname !== undefined && node.catalogname !== r.catalogue.database)
    throw fail(
      r,
      'cross-database',
      `cross-database references are not implemented: "${node.catalogname}.${written(node)}"`,
      node.location ?? 0,
    );
  const relation = findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  if (!relation)
    throw fail(
      r,
      'undefined-table',
      `relation "${written(node)}" does not exist`,
      node.location ?? 0,
    );
  return relation;
};

export const newUse = (
  relation: Relation,
  node: RangeVar,
  role: RelationUse['role'],
): RelationUse => ({
  relation,
  node,
  alias: node.alias?.aliasname ?? node.relname ?? '',
  aliased: node.alias !== undefined,
  renamed: texts(node.alias?.colnames),
  role,
  cells: new Map(),
  qualified: [],
  wholeRows: [],
  references: [],
  inferred: new Set(),
  all: false,
  sampled: false,
  locked: false,
});

/** Notes one place where a relation is named. */
export const useRelation = (
  r: Resolver,
  node: RangeVar,
  role: RelationUse['role'],
): RelationUse => {
  const relation = lookUp(r, node);
  const use = newUse(relation, node, role);
  r.uses.push(use);
  if (relation.kind === 'f') opaque(r, `foreign table ${formatName(relation)}`, node.location);
  return use;
};

/** The relation as a row source. */
export const relationItem = (r: Resolver, use: RelationUse): Item => {
  const { relation, renamed } = use;
  const system = isSystemSchema(relation.schema);
  const cell = (name: string): Cell => {
    const fresh = !use.cells.has(name);
    const made = baseCell(use, name);
    // A column's type may run code when a value of it is so much as printed or compared.
    if (fresh && !system && made.base?.column)
      judgeTypeOid(r, made.base.column.type, use.node.location ?? 0);
    return made;
  };
  const nameAt = (i: number, own: string): string => renamed[i] ?? own;
  const columns = (): readonly Named[] => {
    use.all = true;
    return relation.columns.map((c, i) => ({ name: nameAt(i, c.name), cell: cell(c.name) }));
  };
  if (renamed.length > 0) use.all = true;
  checkAliasList(r, `table "${use.alias}"`, relation.columns.length, renamed);
  return {
    alias: use.alias,
    use,
    ...(use.aliased ? {} : { schema: relation.schema }),
    columns,
    names: () => relation.columns.map((c, i) => nameAt(i, c.name)),
    named: (name) => {
      const found: Cell[] = [];
      relation.columns.forEach((c, i) => {
        if (nameAt(i, c.name) === name) found.push(cell(c.name));
      });
      const system = relation.kind !== 'v' && systemColumns.has(name);
      if (found.length === 0 && system) found.push(baseCell(use, name));
      return found;
    },
    columnsVisible: true,
    aliasVisible: true,
  };
};
