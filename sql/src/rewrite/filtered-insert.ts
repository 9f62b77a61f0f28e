import type { InsertStmt } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { as, walk } from '../parse/nodes.js';
import type { Tokens } from '../parse/tokens.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Edit } from './edits.js';
import { checkStored, insertedRow, updatedRow } from './filtered-rows.js';
import { relationText } from './relation-text.js';
import { checkCast, defaultOf, elsewhere, shapeOf, typesOf, unwritable } from './row-check.js';
import { violation } from './row-filter-error.js';
import { quoted } from './sql-text.js';
import type { FilterSql } from './substitute.js';
import { insertText, rowsOf, scan, setItems, type Span } from './write-text.js';

// INSERT into a relation with a row filter. Rows of VALUES are checked each by itself; those of a query behind it.

const modifiesData = (stmt: InsertStmt): boolean => {
  let found = false;
  walk(as(stmt.selectStmt, 'SelectStmt')?.withClause, (kind) => {
    found ||= ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(kind);
    return !found;
  });
  return found;
};

const columnsOf = (use: RelationUse, stmt: InsertStmt, width: number): readonly string[] =>
  stmt.cols?.map((node) => as(node, 'ResTarget')?.name ?? '') ??
  use.relation.columns.slice(0, width).map(({ name }) => name);

/** Literals and parameters of a query's list take the type of the column that they go to. */
const typedItems = (
  analyzed: Analyzed,
  use: RelationUse,
  stmt: InsertStmt,
  names: readonly string[],
  tokens: Tokens,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  return (as(stmt.selectStmt, 'SelectStmt')?.targetList ?? []).flatMap((node, i) => {
    const { val, location = 0 } = as(node, 'ResTarget') ?? {};
    const isConstant = as(val, 'A_Const') ?? as(val, 'ParamRef');
    const column = use.relation.columns.find(({ name }) => name === names[i]);
    const first = tokens.indexAt(r.offset(location));
    if (!isConstant || !column || shapeOf(tokens, { first, next: first + 1 }) !== 'unknown')
      return [];
    const at = tokens.endOf(first);
    return [{ start: at, end: at, text: `::${typesOf(analyzed, column).plain}` }];
  });
};

/** The query becomes one beneath the check, behind a fence: each of its values is computed once. */
const queryEdits = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  stmt: InsertStmt,
  source: Span,
): readonly Edit[] => {
  const names = columnsOf(use, stmt, use.width ?? 0);
  const select = as(stmt.selectStmt, 'SelectStmt');
  if (select?.valuesLists || modifiesData(stmt))
    throw unwritable(
      analyzed,
      use,
      'this form of INSERT cannot be checked',
      'Write WITH in front of INSERT, and VALUES without ORDER BY and LIMIT.',
    );
  const value = (name: string): string => {
    const i = names.indexOf(name);
    const column = use.relation.columns.find((one) => one.name === name);
    if (!column) throw new TypeError(`no column ${name}`);
    if (i >= 0) checkCast(analyzed, use, name, tokens, undefined);
    if (i >= 0) return `("new row".c${i})::${typesOf(analyzed, column).stored}`;
    const sql = defaultOf(analyzed, column);
    if (sql !== undefined) return sql;
    throw unwritable(
      analyzed,
      use,
      `${name} decides about it, and its default is not known`,
      `Give ${name} a value.`,
    );
  };
  const condition = filter.of(value);
  const fails = violation({ row: 'new', relation: use.relation.name });
  const host = Math.max(
    names.findIndex((name) => filter.columns.has(name)),
    0,
  );
  const list = names.map((_, i) => {
    const one = `"new row".c${i}`;
    return i === host ? `CASE WHEN ${condition} THEN ${one} WHEN ${fails} THEN ${one} END` : one;
  });
  const aliases = names.map((_, i) => `c${i}`).join(', ');
  const [start, end] = [tokens.startOf(source.first), tokens.endOf(source.next - 1)];
  return [
    { start, end: start, text: `SELECT ${list.join(', ')} FROM (SELECT * FROM (` },
    ...(select?.op === undefined || select.op === 'SETOP_NONE'
      ? typedItems(analyzed, use, stmt, names, tokens)
      : []),
    { start: end, end, text: `) AS source OFFSET 0) AS "new row" (${aliases})` },
  ];
};

/** `DEFAULT VALUES` becomes a row in which the columns that decide are given. */
const defaultsEdits = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  source: Span,
): readonly Edit[] => {
  const column = use.relation.columns.find(({ name }) => filter.columns.has(name));
  const sql = column && defaultOf(analyzed, column);
  if (!column || sql === undefined || tokens.isWord(source.first - 1, 'VALUE'))
    throw unwritable(
      analyzed,
      use,
      'a row of defaults alone has no value to check it at',
      'Give a column a value.',
    );
  const row = new Map<string, string>();
  for (const name of filter.columns) {
    const one = use.relation.columns.find((other) => other.name === name);
    const known = one && defaultOf(analyzed, one);
    if (known === undefined)
      throw unwritable(
        analyzed,
        use,
        `${name} decides about it, and its default is not known`,
        `Give ${name} a value.`,
      );
    row.set(name, known);
  }
  const fails = violation({ row: 'new', relation: use.relation.name });
  const condition = filter.of((name) => row.get(name) ?? 'NULL');
  return [
    {
      start: tokens.startOf(source.first),
      end: tokens.endOf(source.next - 1),
      text: `(${quoted(column.name)}) VALUES (CASE WHEN ${condition} THEN ${sql} WHEN ${fails} THEN ${sql} END)`,
    },
  ];
};

/** A row that is there and hidden makes ON CONFLICT DO UPDATE fail, before anything is asked of it. */
const conflictEdits = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  stmt: InsertStmt,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const conflict = stmt.onConflictClause;
  if (conflict?.action !== 'ONCONFLICT_UPDATE') return [];
  const items = setItems(tokens, conflict.targetList, r.offset);
  const set = updatedRow(analyzed, use, filter, tokens, items);
  const from = tokens.indexAt(r.offset(conflict.location ?? 0));
  const action = scan(tokens, from, (i) => tokens.isWord(i, 'DO'));
  const where = scan(
    tokens,
    action,
    (i) => tokens.isWord(i, 'WHERE') || tokens.isWord(i, 'RETURNING'),
  );
  const condition = filter.of((name) => `${quoted(use.alias)}.${quoted(name)}`);
  const fails = violation({ row: 'existing', relation: use.relation.name });
  if (!conflict.whereClause) {
    const at = tokens.endOf(where - 1);
    const text = ` WHERE CASE WHEN ${condition} THEN true WHEN ${fails} THEN false END`;
    return [...set, { start: at, end: at, text }];
  }
  const end = tokens.endOf(scan(tokens, where, (i) => tokens.isWord(i, 'RETURNING')) - 1);
  const start = tokens.endOf(where);
  return [
    ...set,
    { start, end: start, text: ` CASE WHEN ${condition} THEN (` },
    { start: end, end, text: `) WHEN ${fails} THEN false END` },
  ];
};

/** @throws RewriteRefusal */
export const filteredInsert = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  stmt: InsertStmt,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  checkStored(analyzed, use, filter, 'insert');
  if (stmt.onConflictClause) checkStored(analyzed, use, filter, 'update');
  const { source } = insertText(tokens, relationText(r, use, tokens).next, stmt, r.offset);
  const inserted = (): readonly Edit[] => {
    if (!stmt.selectStmt) return defaultsEdits(analyzed, use, filter, tokens, source);
    const select = as(stmt.selectStmt, 'SelectStmt');
    const rows = tokens.isWord(source.first, 'VALUES') ? rowsOf(tokens, source.first + 1) : [];
    const last = rows.at(-1)?.at(-1);
    const isPlain = last !== undefined && last.next + 1 === source.next;
    if (!select?.valuesLists || !isPlain)
      return queryEdits(analyzed, use, filter, tokens, stmt, source);
    checkColumns(analyzed, use, filter, stmt);
    return rows.flatMap((items) =>
      insertedRow(analyzed, use, filter, tokens, columnsOf(use, stmt, items.length), items),
    );
  };
  return [...inserted(), ...conflictEdits(analyzed, use, filter, tokens, stmt)];
};

/** Parts of columns are not the columns. */
const checkColumns = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  stmt: InsertStmt,
): void => {
  for (const node of stmt.cols ?? []) {
    const { name = '', indirection = [] } = as(node, 'ResTarget') ?? {};
    if (indirection.length > 0 && filter.columns.has(name))
      throw unwritable(
        analyzed,
        use,
        `${name} decides about it, and is given in part`,
        `Give ${name} as a whole, or ${elsewhere}`,
      );
  }
};
