import type { RelationUse } from '../resolve/cells.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Block } from '../resolve/scope.js';
import { firstLocation } from '../parse/nodes.js';
import { lacksEquality } from '../types/equality.js';
import type { Edit } from './edits.js';
import { quoted } from './sql-text.js';
import type { Tokens } from '../parse/tokens.js';

export type Grouping =
  | { readonly kind: 'none' }
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'refuse'; readonly column: string };

/**
 * A primary key in GROUP BY lets the table's other columns be selected; a subquery has no key. They are added to the
 * GROUP BY, which changes no group.
 */
export const completeGrouping = (
  r: Resolver,
  block: Block,
  uses: readonly RelationUse[],
  tokens: Tokens,
): Grouping => {
  const missing: { readonly use: RelationUse; readonly name: string }[] = [];
  for (const cell of block.ungrouped) {
    const { base } = cell;
    if (!base?.column || !uses.includes(base.use) || block.grouped.has(cell)) continue;
    if (!keyIsGrouped(base.use, block)) continue;
    if (lacksEquality(r.catalogue, base.column.type)) return { kind: 'refuse', column: base.name };
    missing.push({ use: base.use, name: base.name });
  }
  if (missing.length === 0) return { kind: 'none' };
  const [first] = block.groupClause;
  const location = firstLocation(block.groupClause);
  if (
    location === undefined ||
    (first !== null && typeof first === 'object' && 'GroupingSet' in first)
  )
    return { kind: 'refuse', column: missing[0]?.name ?? '' };
  let i = tokens.indexAt(r.offset(location));
  while (i > 0 && !(tokens.isWord(i, 'BY') && tokens.isWord(i - 1, 'GROUP'))) i -= 1;
  const at = tokens.isWord(i + 1, 'ALL') || tokens.isWord(i + 1, 'DISTINCT') ? i + 1 : i;
  const text = missing
    .map(({ use, name }) => ` ${quoted(use.alias)}.${quoted(nameOf(use, name))},`)
    .join('');
  return { kind: 'edit', edit: { start: tokens.endOf(at), end: tokens.endOf(at), text } };
};

/** The name under which the statement knows the column. */
const nameOf = (use: RelationUse, name: string): string =>
  use.renamed[use.relation.columns.findIndex((c) => c.name === name)] ?? name;

const keyIsGrouped = (use: RelationUse, block: Block): boolean => {
  const { relation } = use;
  return (
    relation.primaryKey.length > 0 &&
    relation.primaryKey.every((number) => {
      const column = relation.columns.find((c) => c.number === number);
      const cell = column && use.cells.get(column.name);
      return cell !== undefined && block.grouped.has(cell);
    })
  );
};
