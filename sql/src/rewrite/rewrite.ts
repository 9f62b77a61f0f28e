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
  checkUnresolved,
  refuse,
  type Wanted,
} from './checks.js';
import { applyEdits, type Edit } from './edits.js';
import { checkFilteredDefinition } from './filtered-definition.js';
import { filteredWrite } from './filtered-write.js';
import { starEdit, systemColumns } from './stars.js';
import { completeGrouping } from './grouping.js';
import { comparedColumns, reachesRaw, rawReferences } from './open-predicates.js';
import { relationText, sampleText } from './relation-text.js';
import { filterSql } from './row-filter.js';
import { quoted } from './sql-text.js';
import { type FilterSql, rawName, subquery, type Plan } from './substitute.js';
import { Tokens } from '../parse/tokens.js';
import { targetReads } from './target-reads.js';
import { checkFit, orUnfit } from './unfit.js';
import { veiledCalls, veilOf } from './veils.js';

const wanted = (change: Change): Wanted => {
  const masks = new Map<string, Map<string, Mask>>();
  const open = new Map<string, Set<string>>();
  for (const { relation, column, mask, predicates } of change.masks) {
    if ('none' in mask) continue;
    const name = formatName(relation);
    if (predicates === 'allow') open.set(name, (open.get(name) ?? new Set()).add(column));
    const columns = masks.get(name) ?? new Map<string, Mask>();
    masks.set(name, columns.set(column, mask));
  }
  const filters = new Map<string, string[]>();
  for (const { relation, sql } of change.rowFilters) {
    const name = formatName(relation);
    filters.set(name, [...(filters.get(name) ?? []), sql]);
  }
  return { masks, open, filters };
};

/** A condition with names of columns between NULs, which no statement has, to be read once for many rows. */
const filled = (template: string): FilterSql['of'] => {
  const parts = template.split('\0');
  return (value) => parts.map((part, i) => (i % 2 === 0 ? part : value(part))).join('');
};

/** What predicates may see as it is. */
const openTo = (
  analyzed: Analyzed,
  use: RelationUse,
  open: ReadonlySet<string> | undefined,
): Pick<Plan, 'open' | 'raw'> => {
  if (open === undefined) return {};
  const isTarget = use.role === 'target';
  // A column more must not be seen in rows.
  if (!isTarget && (use.wholeRows.length > 0 || use.sampled || reachesRaw(analyzed))) return {};
  return { open, raw: rawReferences(analyzed, use, open, comparedColumns(analyzed)) };
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
    if (use.cells.has(column) || use.references.some((one) => one.name === column))
      masks.set(column, mask);
  const filters = want.filters.get(name) ?? [];
  if (masks.size === 0 && filters.length === 0) return undefined;
  checkFit(analyzed, use, masks);
  // The names of an alias list are not those of the row's type.
  if (use.wholeRows.length > 0 && use.renamed.length > 0)
    throw refuse(
      analyzed,
      `whole row of ${name}`,
      use.node.location,
      `the row of ${name} cannot be used as a value under other column names while it is masked or filtered`,
      'Leave out the names of the columns behind the alias, or name the columns of the row.',
    );
  const rest = openTo(analyzed, use, want.open.get(name));
  if (filters.length === 0) return { use, masks, filter: undefined, ...rest };
  const columns = new Set<string>();
  const made = (value?: (column: string) => string): string =>
    filters
      .map((sql) =>
        orUnfit(analyzed, use, () =>
          filterSql(sql, use.relation, analyzed.catalogue, change.session, {
            columns,
            ...(value === undefined ? {} : { value }),
            ...(change.former === undefined ? {} : { former: change.former }),
          }),
        ),
      )
      .join(' AND ');
  if (use.role === 'read') return { use, masks, filter: made(), ...rest };
  const of = filled(made((name) => `\0${name}\0`));
  return { use, masks, filter: made(), targetFilter: { columns, of }, ...rest };
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

/** Names for columns as they are, beside the masked ones. */
const rawEdits = (analyzed: Analyzed, plan: Plan, tokens: Tokens): readonly Edit[] =>
  plan.use.references.flatMap(({ location, parts, name }) => {
    if (plan.raw?.has(location) !== true) return [];
    const first = tokens.indexAt(analyzed.resolved.resolver.offset(location));
    const [start, end] = [tokens.startOf(first), tokens.endOf(tokens.afterName(first, parts) - 1)];
    return [{ start, end, text: quoted(rawName(plan, name)) }];
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
const starEdits = (analyzed: Analyzed, plans: readonly Plan[], tokens: Tokens): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const isWide = ({ use, raw }: Plan): boolean =>
    use.all && (systemColumns(use).length > 0 || (raw?.size ?? 0) > 0);
  const wide = new Set(plans.filter(isWide).map(({ use }) => use));
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
  const stars = starEdits(analyzed, reads, tokens);
  const made = [
    ...stars,
    ...plans.flatMap((plan) =>
      plan.use.role === 'target' && plan.targetFilter
        ? filteredWrite(analyzed, plan, plan.targetFilter, tokens)
        : [],
    ),
    ...targetReads(
      analyzed,
      plans.filter(({ use, masks }) => use.role === 'target' && masks.size > 0),
      tokens,
      change.key,
    ),
    ...reads.flatMap((plan) => [
      ...readEdits(analyzed, plan, tokens, change.key),
      ...rawEdits(analyzed, plan, tokens),
      ...qualifiedEdits(analyzed, plan.use, tokens).filter(
        ({ start }) =>
          !stars.some((star) => star.start === start) &&
          !rawEdits(analyzed, plan, tokens).some((raw) => raw.start === start),
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
 * @throws RewriteRefusal where the statement's shape cannot be kept, or a mask or filter does not fit
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
  // A plan shows its expressions.
  const key =
    statement.node.stmt && kindOf(statement.node.stmt) === 'ExplainStmt' ? noKey : change.key;
  const made = [
    ...(plans.length === 0 ? [] : edits(analyzed, plans, { ...change, key })),
    ...(hidden ? veiledCalls(analyzed, hidden) : []),
  ];
  return applyEdits(statement.source, statement.start, statement.end, made);
};
