import type { Analyzed } from '../analyze.js';
import { formatName } from '../names.js';
import type { Tokens } from '../parse/tokens.js';
import { mark, type RelationUse } from '../resolve/cells.js';
import { refuse } from './checks.js';
import type { Edit } from './edits.js';
import { relationText } from './relation-text.js';
import type { FilterSql, Plan } from './substitute.js';

// UPDATE and DELETE of a relation with a row filter: the filter becomes a part of their condition. What they leave
// behind has to be as visible as what was there: columns that the filter looks at stay as they are.

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

const unchangeable = (analyzed: Analyzed, use: RelationUse, why: string, hint: string) =>
  refuse(
    analyzed,
    'write',
    use.node.location,
    `${formatName(use.relation)} has a row filter for this identity: ${why}`,
    hint,
  );

/** A row must not leave, or change what decides about it; nor may a generated column, which follows others. */
const checkSet = (analyzed: Analyzed, use: RelationUse, filter: FilterSql): void => {
  const { relation, cells } = use;
  const set = [...cells].flatMap(([name, cell]) => ((cell.marks & mark.write) === 0 ? [] : [name]));
  const column = set.find((name) => filter.columns.has(name));
  const generated = relation.columns.some(
    (one) => one.generated !== undefined && filter.columns.has(one.name),
  );
  if (column === undefined && !(generated && set.length > 0)) return;
  throw unchangeable(
    analyzed,
    use,
    column === undefined
      ? 'it looks at a generated column'
      : `${column} decides about it and cannot be set`,
    'Leave it out of SET, or write through a role or workload without a row filter on this table.',
  );
};

/** @throws RewriteRefusal */
export const filteredWrite = (
  analyzed: Analyzed,
  plan: Plan,
  filter: FilterSql,
  tokens: Tokens,
): readonly Edit[] => {
  const { use } = plan;
  checkSet(analyzed, use, filter);
  const { first } = relationText(analyzed.resolved.resolver, use, tokens);
  const { where, end } = extentOf(tokens, first);
  const last = tokens.endOf(end - 1);
  const condition = filter.of(use.alias);
  if (where === undefined) return [{ start: last, end: last, text: ` WHERE ${condition}` }];
  if (tokens.isWord(where + 1, 'CURRENT') && tokens.isWord(where + 2, 'OF'))
    throw unchangeable(
      analyzed,
      use,
      'the row of a cursor may be another one',
      'Name the row by its columns.',
    );
  // What is not leakproof would tell of rows that the filter hides: it waits until they are known to be visible.
  const exposed = [...use.cells.values()].some(({ marks }) => (marks & mark.exposed) !== 0);
  const [before, after] =
    exposed || use.wholeRows.length > 0
      ? [` CASE WHEN ${condition} THEN (`, ') ELSE false END']
      : [` ${condition} AND (`, ')'];
  const start = tokens.endOf(where);
  return [
    { start, end: start, text: before },
    { start: last, end: last, text: after },
  ];
};
