import type { TriggerEvent } from '../catalogue/catalogue.js';
import type { Analyzed } from '../analyze.js';
import { withHeirs } from '../catalogue/heirs.js';
import type { Tokens } from '../parse/tokens.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Edit } from './edits.js';
import { defaultOf, elsewhere, type Given, rowCheck, unwritable } from './row-check.js';
import { quoted } from './sql-text.js';
import type { FilterSql } from './substitute.js';
import type { SetItem, Span } from './write-text.js';

// The rows that a statement makes or changes, column by column.

/** What may change a row after its values are known, so that the check would be of another one. */
export const checkStored = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  event: TriggerEvent,
): void => {
  const { relation } = use;
  const fail = (why: string) =>
    unwritable(analyzed, use, why, `Write another table, or ${elsewhere}`);
  if (relation.kind !== 'r' && relation.kind !== 'p')
    throw fail('rows that are written through a view or foreign table cannot be checked');
  if (relation.rules.length > 0) throw fail('a rule may write other rows');
  const changes = withHeirs(analyzed.catalogue, relation).some(({ triggers }) =>
    triggers.some(
      ({ timing, level, enabled, events }) =>
        timing === 'before' &&
        level === 'row' &&
        enabled !== 'D' &&
        events.some((one) => one === event || (relation.kind === 'p' && one === 'insert')),
    ),
  );
  if (changes) throw fail('a trigger may change the row before it is stored');
  const generated = relation.columns.find(
    (column) => column.generated !== undefined && filter.columns.has(column.name),
  );
  if (generated) throw fail(`it looks at ${generated.name}, which is generated`);
};

const byDefault = (analyzed: Analyzed, use: RelationUse, name: string): Given => {
  const column = use.relation.columns.find((one) => one.name === name);
  const sql = column && defaultOf(analyzed, column);
  if (sql === undefined)
    throw unwritable(
      analyzed,
      use,
      `${name} decides about it, and its default is not known`,
      `Give ${name} a value.`,
    );
  return { sql };
};

const isDefault = (tokens: Tokens, { first, next }: Span): boolean =>
  next === first + 1 && tokens.isWord(first, 'DEFAULT');

/**
 * A row of VALUES.
 *
 * @param names columns of the items, from the first on
 */
export const insertedRow = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  names: readonly string[],
  items: readonly Span[],
): readonly Edit[] => {
  const given = items.flatMap((span, i) =>
    isDefault(tokens, span) ? [] : [{ name: names[i] ?? '', span }],
  );
  const row = new Map<string, Given>();
  for (const name of filter.columns)
    row.set(name, given.find((one) => one.name === name) ?? byDefault(analyzed, use, name));
  const [other] = given;
  if (!other)
    throw unwritable(
      analyzed,
      use,
      'a row of defaults alone has no value to check it at',
      `Give ${[...filter.columns][0] ?? 'a column'} a value.`,
    );
  return rowCheck(analyzed, use, filter, tokens, row, other);
};

/** A row that is there and of which columns are set. */
export const updatedRow = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  items: readonly SetItem[],
): readonly Edit[] => {
  const deciding = items.filter(({ name }) => filter.columns.has(name));
  const [first] = deciding;
  if (!first) return [];
  const row = new Map<string, Given>();
  for (const name of filter.columns) row.set(name, { sql: `${quoted(use.alias)}.${quoted(name)}` });
  const replaced: Edit[] = [];
  let other: { readonly name: string; readonly span: Span } | undefined;
  for (const { name, value, partly } of deciding) {
    if (!value || partly)
      throw unwritable(
        analyzed,
        use,
        `${name} decides about it, and is set ${partly ? 'in part' : 'together with others'}`,
        `Set ${name} by itself, as a whole.`,
      );
    if (isDefault(tokens, value)) {
      const known = byDefault(analyzed, use, name);
      row.set(name, known);
      if ('span' in known) continue;
      replaced.push({
        start: tokens.startOf(value.first),
        end: tokens.endOf(value.first),
        text: known.sql,
      });
      other ??= { name, span: value };
    } else row.set(name, { span: value });
  }
  return [...replaced, ...rowCheck(analyzed, use, filter, tokens, row, other)];
};
