import type { RelationUse } from '../resolve/cells.js';
import type { Offsets } from '../parse/positions.js';
import type { Named, Scope, Star } from '../resolve/scope.js';
import type { Edit } from './edits.js';
import { quoted } from './sql-text.js';
import type { Tokens } from '../parse/tokens.js';

/** `ctid`, `tableoid` and the like: a subquery has them only as columns of its own, which `*` would give out. */
export const systemColumns = (use: RelationUse): readonly string[] =>
  [...use.cells.keys()].filter((name) => !use.relation.columns.some((c) => c.name === name));

/** How a column can be named beside others of the same name; undefined: it cannot. */
const reference = ({ items }: Scope, { name, cell }: Named): string | undefined => {
  const holds = items.filter(
    (item) =>
      item.aliasVisible && item.alias !== undefined && item.named(name).some((c) => c === cell),
  );
  const [item, other] = holds;
  if (item?.alias !== undefined && other === undefined)
    return `${quoted(item.alias)}.${quoted(name)}`;
  // What USING has merged has no alias.
  const visible = items.flatMap((one) => (one.columnsVisible ? one.named(name) : []));
  return visible.length === 1 ? quoted(name) : undefined;
};

/** How each column that a star has from one source is named beside the others; `reference` undefined: it cannot be. */
export const entryColumns = (
  { scope }: Star,
  { item, columns }: Star['entries'][number],
): readonly (Named & { readonly reference: string | undefined })[] =>
  columns.map((column) => ({
    ...column,
    reference:
      item.alias !== undefined && item.aliasVisible
        ? `${quoted(item.alias)}.${quoted(column.name)}`
        : reference(scope, column),
  }));

/**
 * A star in columns, for where it stands for those of a relation that is replaced by a subquery with more.
 *
 * @returns undefined when one of them cannot be named
 */
export const starEdit = (
  { scope, columns, location, parts }: Star,
  tokens: Tokens,
  offset: Offsets,
): Edit | undefined => {
  const names = columns.map((column) => reference(scope, column));
  if (names.some((name) => name === undefined)) return undefined;
  const first = tokens.indexAt(offset(location));
  return {
    start: tokens.startOf(first),
    end: tokens.endOf(tokens.afterName(first, parts + 1) - 1),
    text: names.join(', '),
  };
};
