import type { MergeStmt } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { as } from '../parse/nodes.js';
import type { Tokens } from '../parse/tokens.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Edit } from './edits.js';
import { exposesRows } from './exposed.js';
import { checkStored, insertedRow, updatedRow } from './filtered-rows.js';
import { relationText } from './relation-text.js';
import { around, unwritable } from './row-check.js';
import { quoted } from './sql-text.js';
import type { FilterSql } from './substitute.js';
import { type Arm, armsOf, rowsOf, scan, setItems } from './write-text.js';

// MERGE into a relation with a row filter: hidden rows match nothing, and no arm touches them.

const notBySource = 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE';

/** The filter in front of a condition that stands behind a word. */
const guarded = (
  tokens: Tokens,
  first: number,
  next: number,
  condition: string,
  exposed: boolean,
): readonly Edit[] =>
  exposed
    ? around(tokens, { first, next }, `CASE WHEN ${condition} THEN (`, ') ELSE false END')
    : around(tokens, { first, next }, `${condition} AND (`, ')');

const insertEdits = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  { clause, then }: Arm,
): readonly Edit[] => {
  checkStored(analyzed, use, filter, 'insert');
  const values = scan(
    tokens,
    then + 1,
    (i) => tokens.isWord(i, 'VALUES') || tokens.isWord(i, 'WHEN'),
  );
  const [items] = rowsOf(tokens, values + 1);
  if (!items || !clause.values)
    throw unwritable(
      analyzed,
      use,
      'a row of defaults alone has no value to check it at',
      'Give a column a value.',
    );
  const named = clause.targetList?.map((node) => as(node, 'ResTarget'));
  const partly = named?.find((one) => one?.indirection && filter.columns.has(one.name ?? ''));
  if (partly)
    throw unwritable(
      analyzed,
      use,
      `${partly.name ?? ''} decides about it, and is given in part`,
      `Give ${partly.name ?? ''} as a whole.`,
    );
  const names =
    named?.map((one) => one?.name ?? '') ??
    use.relation.columns.slice(0, items.length).map(({ name }) => name);
  return insertedRow(analyzed, use, filter, tokens, names, items);
};

/** @throws RewriteRefusal */
export const filteredMerge = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  stmt: MergeStmt,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const condition = filter.of((name) => `${quoted(use.alias)}.${quoted(name)}`);
  const exposed = exposesRows(use);
  const { next } = relationText(r, use, tokens);
  // JOINs of the source have their ON in front of it.
  let on = -1;
  const first = scan(tokens, next, (i) => {
    if (tokens.isWord(i, 'ON')) on = i;
    return tokens.isWord(i, 'WHEN');
  });
  const arms = armsOf(tokens, first, stmt.mergeWhenClauses);
  const kinds = new Set(arms.map(({ clause }) => clause.matchKind));
  if (kinds.has(notBySource) && kinds.has('MERGE_WHEN_NOT_MATCHED_BY_TARGET'))
    throw unwritable(
      analyzed,
      use,
      'rows that either side lacks cannot be told apart in one MERGE',
      'Write two statements, one with NOT MATCHED BY SOURCE and one with NOT MATCHED BY TARGET.',
    );
  const edits: Edit[] = [...guarded(tokens, on + 1, first, condition, exposed)];
  for (const arm of arms) {
    const { clause, when, then } = arm;
    if (clause.matchKind === notBySource) {
      if (clause.condition) {
        const and = scan(tokens, when + 1, (i) => tokens.isWord(i, 'AND'));
        edits.push(...guarded(tokens, and + 1, then, condition, exposed));
      } else {
        const at = tokens.endOf(then - 1);
        edits.push({ start: at, end: at, text: ` AND ${condition}` });
      }
    }
    if (clause.commandType === 'CMD_INSERT')
      edits.push(...insertEdits(analyzed, use, filter, tokens, arm));
    if (clause.commandType !== 'CMD_UPDATE') continue;
    const items = setItems(tokens, clause.targetList, r.offset);
    if (items.some(({ name }) => filter.columns.has(name)))
      checkStored(analyzed, use, filter, 'update');
    edits.push(...updatedRow(analyzed, use, filter, tokens, items));
  }
  return edits;
};
