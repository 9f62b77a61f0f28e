import type { DeleteStmt, InsertStmt, MergeStmt, UpdateStmt } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { walk } from '../parse/nodes.js';
import type { Tokens } from '../parse/tokens.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Edit } from './edits.js';
import { exposesRows } from './exposed.js';
import { filteredInsert } from './filtered-insert.js';
import { filteredMerge } from './filtered-merge.js';
import { checkStored, updatedRow } from './filtered-rows.js';
import { relationText } from './relation-text.js';
import { unwritable } from './row-check.js';
import { quoted } from './sql-text.js';
import type { FilterSql, Plan } from './substitute.js';
import { setItems } from './write-text.js';

// UPDATE and DELETE of a relation with a row filter: the filter becomes a part of their condition, and what UPDATE
// leaves behind has to satisfy it too.

type Written =
  | { readonly kind: 'InsertStmt'; readonly stmt: InsertStmt }
  | { readonly kind: 'UpdateStmt'; readonly stmt: UpdateStmt }
  | { readonly kind: 'DeleteStmt'; readonly stmt: DeleteStmt }
  | { readonly kind: 'MergeStmt'; readonly stmt: MergeStmt };

const kinds: ReadonlySet<string> = new Set([
  ...(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] satisfies Written['kind'][]),
]);

/** The statement whose target this is. */
const writeOf = (analyzed: Analyzed, use: RelationUse): Written | undefined => {
  let found: Written | undefined;
  walk(analyzed.statement.node.stmt, (kind, content) => {
    if (kinds.has(kind) && content['relation'] === use.node)
      found = { kind, stmt: content } as unknown as Written;
    return found === undefined;
  });
  return found;
};

/** How far a statement goes that stands in another one, and where its condition is, as indexes of tokens. */
interface Extent {
  readonly where: number | undefined;
  /** index of RETURNING, or of what is behind the statement */
  readonly end: number;
}

const extentOf = (tokens: Tokens, target: number): Extent => {
  let where: number | undefined;
  let i = target;
  for (let depth = 0; tokens.at(i) && tokens.text(i) !== ';'; i += 1) {
    const text = tokens.text(i);
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    if (depth < 0) break;
    if (depth > 0) continue;
    if (tokens.isWord(i, 'WHERE')) where ??= i;
    if (tokens.isWord(i, 'RETURNING')) break;
  }
  return { where, end: i };
};

const conditionEdits = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
): readonly Edit[] => {
  const { first } = relationText(analyzed.resolved.resolver, use, tokens);
  const { where, end } = extentOf(tokens, first);
  const last = tokens.endOf(end - 1);
  const condition = filter.of((name) => `${quoted(use.alias)}.${quoted(name)}`);
  if (where === undefined) return [{ start: last, end: last, text: ` WHERE ${condition}` }];
  if (tokens.isWord(where + 1, 'CURRENT') && tokens.isWord(where + 2, 'OF'))
    throw unwritable(
      analyzed,
      use,
      'the row of a cursor may be another one',
      'Name the row by its columns.',
    );
  // What is not leakproof would tell of rows that the filter hides: it waits until they are known to be visible.
  const [before, after] = exposesRows(use)
    ? [` CASE WHEN ${condition} THEN (`, ') ELSE false END']
    : [` ${condition} AND (`, ')'];
  const start = tokens.endOf(where);
  return [
    { start, end: start, text: before },
    { start: last, end: last, text: after },
  ];
};

/** @throws RewriteRefusal */
export const filteredWrite = (
  analyzed: Analyzed,
  { use }: Plan,
  filter: FilterSql,
  tokens: Tokens,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const written = writeOf(analyzed, use);
  switch (written?.kind) {
    case 'InsertStmt':
      return filteredInsert(analyzed, use, filter, tokens, written.stmt);
    case 'MergeStmt':
      return filteredMerge(analyzed, use, filter, tokens, written.stmt);
    case 'DeleteStmt':
      return conditionEdits(analyzed, use, filter, tokens);
    case 'UpdateStmt': {
      const items = setItems(tokens, written.stmt.targetList, r.offset);
      const set = new Set(items.map(({ name }) => name));
      const deciding = use.relation.columns.some(
        ({ name, generated }) =>
          filter.columns.has(name) && (generated !== undefined || set.has(name)),
      );
      if (deciding) checkStored(analyzed, use, filter, 'update');
      // In this order where both stand at one place.
      return [
        ...updatedRow(analyzed, use, filter, tokens, items),
        ...conditionEdits(analyzed, use, filter, tokens),
      ];
    }
    case undefined:
      throw unwritable(
        analyzed,
        use,
        `rows that ${analyzed.analysis.command} brings cannot be checked`,
        'Write the rows with INSERT.',
      );
  }
};
