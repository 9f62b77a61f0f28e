import type { CopyStmt } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import type { Mask } from '../mask.js';
import { formatName } from '../names.js';
import { as, kindOf } from '../parse/nodes.js';
import type { RelationUse } from '../resolve/cells.js';
import { publicName } from '../resolve/path.js';
import type { Change, Rewritten } from './change.js';
import {
  checkForeignKeys,
  checkSameRows,
  checkSubjects,
  checkStatement,
  checkTarget,
  checkUnresolved,
  refuse,
  type Wanted,
} from './checks.js';
import { applyEdits, type Edit } from './edits.js';
import { checkFilteredDefinition } from './filtered-definition.js';
import { filteredWrite } from './filtered-write.js';
import { starEdit, systemColumns } from './stars.js';
import { completeGrouping } from './grouping.js';
import { relationText, sampleText } from './relation-text.js';
import { filterSql } from './row-filter.js';
import { quoted } from './sql-text.js';
import { subquery, type Plan } from './substitute.js';
import { Tokens } from '../parse/tokens.js';
import { veiledCalls, veilOf } from './veils.js';

const wanted = (change: Change): Wanted => {
  const masks = new Map<string, Map<string, Mask>>();
  for (const { relation, column, mask } of change.masks) {
    if ('none' in mask) continue;
    const name = formatName(relation);
    const columns = masks.get(name) ?? new Map<string, Mask>();
    masks.set(name, columns.set(column, mask));
  }
  const filters = new Map<string, string[]>();
  for (const { relation, sql } of change.rowFilters) {
    const name = formatName(relation);
    filters.set(name, [...(filters.get(name) ?? []), sql]);
  }
  return { masks, filters };
};

const planOf = (
  analyzed: Analyzed,
  use: RelationUse,
  want: Wanted,
  change: Change,
): Plan | undefined => {
  const name = formatName(publicName(analyzed.resolved.resolver.path, use.relation));
  const masks = new Map<string, Mask>();
  for (const [column, mask] of want.masks.get(name) ?? [])
    if (use.cells.has(column)) masks.set(column, mask);
  const filters = want.filters.get(name) ?? [];
  if (masks.size === 0 && filters.length === 0) return undefined;
  // The names of an alias list are not those of the row's type.
  if (use.wholeRows.length > 0 && use.renamed.length > 0)
    throw refuse(
      analyzed,
      `whole row of ${name}`,
      use.node.location,
      `the row of ${name} cannot be used as a value under other column names while it is masked or filtered`,
      'Leave out the names of the columns behind the alias, or name the columns of the row.',
    );
  if (filters.length === 0) return { use, masks, filter: undefined };
  const columns = new Set<string>();
  const made = (alias?: string): string =>
    filters
      .map((sql) =>
        filterSql(sql, use.relation, analyzed.catalogue, change.session, {
          columns,
          ...(alias === undefined ? {} : { alias }),
          ...(change.former === undefined ? {} : { former: change.former }),
        }),
      )
      .join(' AND ');
  return { use, masks, filter: made(), targetFilter: { columns, of: made } };
};

const readEdits = (
  analyzed: Analyzed,
  plan: Plan,
  tokens: Tokens,
  key: Uint8Array,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const { use } = plan;
  const place = relationText(r, use, tokens);
  const sample = use.sampled ? sampleText(tokens, place.next) : undefined;
  const text = subquery(
    analyzed,
    plan,
    key,
    use.node.inh !== true,
    sample ? tokens.source.slice(sample.start, sample.end) : '',
  );
  const named = use.aliased ? text : `${text} AS ${quoted(use.alias)}`;
  const table = tokens.isWord(place.first - 1, 'TABLE') ? place.first - 1 : undefined;
  const edits: Edit[] = [
    // TABLE t is short for SELECT * FROM t, and takes a name only.
    table === undefined
      ? { start: place.start, end: place.end, text: named }
      : { start: tokens.startOf(table), end: place.end, text: `SELECT * FROM ${named}` },
  ];
  if (sample) edits.push({ start: sample.start, end: sample.end, text: '' });
  return edits;
};

/** `schema.table.column` cannot mean a subquery's column: the alias takes the place of the first two. */
const qualifiedEdits = (analyzed: Analyzed, use: RelationUse, tokens: Tokens): readonly Edit[] =>
  use.qualified.map(({ location, parts }) => {
    const first = tokens.indexAt(analyzed.resolved.resolver.offset(location));
    return {
      start: tokens.startOf(first),
      end: tokens.endOf(tokens.afterName(first, parts) - 1),
      text: quoted(use.alias),
    };
  });

/** `COPY t (a, b) TO` becomes `COPY (SELECT a, b FROM ...) TO`. COPY reads no children of a table. */
const copyEdit = (
  analyzed: Analyzed,
  stmt: CopyStmt,
  plan: Plan,
  tokens: Tokens,
  key: Uint8Array,
): Edit => {
  const { resolver: r, outcome } = analyzed.resolved;
  const place = relationText(r, plan.use, tokens);
  if (tokens.isWord(place.first - 1, 'BINARY'))
    throw refuse(
      analyzed,
      'COPY BINARY',
      stmt.relation?.location,
      'the old form of binary COPY cannot be masked',
      'Write COPY ... TO STDOUT WITH (FORMAT binary).',
    );
  const end = stmt.attlist ? tokens.afterParenthesis(place.next) : place.next;
  const columns = (outcome.output ?? []).map((c) => quoted(c.name)).join(', ');
  const inner = subquery(analyzed, plan, key, plan.use.relation.kind === 'r', '');
  return {
    start: place.start,
    end: tokens.endOf(end - 1),
    text: `(SELECT ${columns} FROM ${inner} AS ${quoted(plan.use.alias)})`,
  };
};

/** The stars that would give out the system columns which a subquery has for other references. */
const starEdits = (
  analyzed: Analyzed,
  uses: readonly RelationUse[],
  tokens: Tokens,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const wide = new Set(uses.filter((use) => use.all && systemColumns(use).length > 0));
  for (const { relation, wholeRows, node } of wide)
    if (wholeRows.length > 0)
      throw refuse(
        analyzed,
        'whole row beside a system column',
        node.location,
        `the row of ${formatName(relation)} cannot be used beside its system columns while it is masked or filtered`,
        'Name the columns.',
      );
  return r.stars.flatMap((star) => {
    if (!star.columns.some(({ cell }) => cell.base && wide.has(cell.base.use))) return [];
    const edit = starEdit(star, tokens, r.offset);
    if (edit) return [edit];
    throw refuse(
      analyzed,
      '* beside a system column',
      star.location,
      'not every column of * can be named here',
      'Name the columns.',
    );
  });
};

const edits = (analyzed: Analyzed, plans: readonly Plan[], change: Change): readonly Edit[] => {
  const { statement, resolved } = analyzed;
  const tokens = new Tokens(statement.source, statement.start, statement.end);
  const reads = plans.filter((p) => p.use.role === 'read');
  const copy = as(statement.node.stmt, 'CopyStmt');
  const [copied] = reads;
  if (copy && !copy.query && copied) return [copyEdit(analyzed, copy, copied, tokens, change.key)];
  const uses = reads.map((p) => p.use);
  const stars = starEdits(analyzed, uses, tokens);
  const made = [
    ...stars,
    ...plans.flatMap((plan) =>
      plan.use.role === 'target' && plan.targetFilter
        ? filteredWrite(analyzed, plan, plan.targetFilter, tokens)
        : [],
    ),
    ...reads.flatMap((plan) => [
      ...readEdits(analyzed, plan, tokens, change.key),
      ...qualifiedEdits(analyzed, plan.use, tokens).filter(
        ({ start }) => !stars.some((star) => star.start === start),
      ),
    ]),
  ];
  for (const block of resolved.resolver.blocks) {
    const grouping = completeGrouping(resolved.resolver, block, uses, tokens);
    if (grouping.kind === 'edit') made.push(grouping.edit);
    if (grouping.kind === 'refuse')
      throw refuse(
        analyzed,
        'GROUP BY primary key',
        0,
        `column ${grouping.column} is selected without being grouped by`,
        `Add ${grouping.column} to GROUP BY, or take an aggregate of it.`,
      );
  }
  return made;
};

/** As long as a real one, so that plans are the same. Nothing may run under it: who knows the key can try values. */
const noKey = new Uint8Array(32);

/**
 * The statement with masks and row filters in place; every byte that need not change stays. The result reads as the
 * statement would over a masked copy of the database.
 *
 * @throws RewriteRefusal where the statement's shape cannot be kept
 * @throws SqlError for a row filter that does not fit
 */
export const rewrite = (analyzed: Analyzed, change: Change): Rewritten => {
  const { statement, resolved } = analyzed;
  const want = wanted(change);
  const { hidden } = change;
  const plans = [
    ...resolved.resolver.uses
      .map((use) => planOf(analyzed, use, want, change))
      .filter((plan) => plan !== undefined),
    ...(hidden ? resolved.resolver.veiledUses.flatMap((use) => veilOf(use, hidden)) : []),
  ];
  if (plans.length > 0 && statement.node.stmt) checkStatement(analyzed, statement.node.stmt, plans);
  checkSubjects(analyzed, want);
  checkFilteredDefinition(analyzed, want, change);
  checkUnresolved(analyzed, want);
  checkForeignKeys(analyzed, want);
  checkSameRows(analyzed, plans);
  const tokens = new Tokens(statement.source, statement.start, statement.end);
  for (const plan of plans) if (plan.use.role === 'target') checkTarget(analyzed, plan, tokens);
  // A plan shows its expressions.
  const key =
    statement.node.stmt && kindOf(statement.node.stmt) === 'ExplainStmt' ? noKey : change.key;
  const made = [
    ...(plans.length === 0 ? [] : edits(analyzed, plans, { ...change, key })),
    ...(hidden ? veiledCalls(analyzed, hidden) : []),
  ];
  return applyEdits(statement.source, statement.start, statement.end, made);
};
