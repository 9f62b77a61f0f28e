import type { InsertStmt, MergeWhenClause, Node, ResTarget } from '@pgsql/types';
import { as } from '../parse/nodes.js';
import type { Offsets } from '../parse/positions.js';
import type { Tokens } from '../parse/tokens.js';
import { writtenFields } from '../resolve/written-fields.js';

// Where the parts of a write stand in the text, as indexes of tokens. Rows of VALUES are not in the parser's tree when
// they only repeat others.

/** From the first token to the one behind the last. */
export interface Span {
  readonly first: number;
  readonly next: number;
}

/** Index of the first token of this level where `stop` holds; of what closes the level, or ends the statement. */
export const scan = (tokens: Tokens, from: number, stop: (i: number) => boolean): number => {
  let i = from;
  for (let [depth, cases] = [0, 0]; tokens.at(i); i += 1) {
    const text = tokens.text(i);
    if (depth === 0 && (text === ')' || text === ']' || text === ';')) break;
    const isName = tokens.text(i - 1) === '.';
    if (depth === 0 && !isName && cases > 0 && tokens.isWord(i, 'END')) cases -= 1;
    else if (depth === 0 && cases === 0 && !isName && stop(i)) break;
    else if (depth === 0 && !isName && tokens.isWord(i, 'CASE')) cases += 1;
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
  }
  return i;
};

const isOneOf =
  (tokens: Tokens, ...words: readonly string[]) =>
  (i: number): boolean =>
    words.some((word) => tokens.isWord(i, word));

export interface InsertText {
  /** index of the first token behind the target's name, alias and columns */
  readonly head: number;
  /** VALUES (...), a query, or DEFAULT VALUES */
  readonly source: Span;
}

/** @param after index of the token behind the target's name */
export const insertText = (
  tokens: Tokens,
  after: number,
  stmt: InsertStmt,
  offset: Offsets,
): InsertText => {
  let head = tokens.isWord(after, 'AS') ? tokens.afterName(after + 1, 1) : after;
  if (stmt.cols) head = tokens.afterParenthesis(head);
  const first = tokens.isWord(head, 'OVERRIDING') ? head + 3 : head;
  const { location } = stmt.onConflictClause ?? {};
  const conflict = location === undefined ? Infinity : tokens.indexAt(offset(location));
  const next = scan(tokens, first, (i) => i === conflict || tokens.isWord(i, 'RETURNING'));
  return { head, source: { first, next } };
};

/** The items of `(a, b), (c, d)`. */
export const rowsOf = (tokens: Tokens, from: number): readonly (readonly Span[])[] => {
  const rows: (readonly Span[])[] = [];
  for (let at = from; tokens.text(at) === '('; at += 1) {
    const row: Span[] = [];
    at += 1;
    for (;;) {
      const next = tokens.afterArgument(at);
      row.push({ first: at, next });
      at = next + 1;
      if (tokens.text(next) !== ',') break;
    }
    rows.push(row);
    if (tokens.text(at) !== ',') break;
  }
  return rows;
};

/** One column of a SET list. */
export interface SetItem {
  readonly name: string;
  /** absent: the value is a column of a subquery's row */
  readonly value: Span | undefined;
  /** a part of the column is set: an element, a field */
  readonly partly: boolean;
}

const isEqual =
  (tokens: Tokens) =>
  (i: number): boolean =>
    tokens.text(i) === '=';

const fieldSpan = (tokens: Tokens, name: number, val: Node | undefined): Span | undefined => {
  const { source, colno = 1 } = as(val, 'MultiAssignRef') ?? {};
  if (!writtenFields(source)) return undefined;
  // From within the names' parentheses to behind them.
  const close = scan(tokens, name, () => false);
  const open = tokens.isWord(close + 2, 'ROW') ? close + 3 : close + 2;
  return rowsOf(tokens, open)[0]?.[colno - 1];
};

export const setItems = (
  tokens: Tokens,
  list: readonly Node[] | undefined,
  offset: Offsets,
): readonly SetItem[] =>
  (list ?? []).flatMap((node) => {
    const set: ResTarget = as(node, 'ResTarget') ?? {};
    const at = tokens.indexAt(offset(set.location ?? 0));
    const partly = (set.indirection ?? []).length > 0;
    const item = { name: set.name ?? '', partly };
    if (as(set.val, 'MultiAssignRef')) return [{ ...item, value: fieldSpan(tokens, at, set.val) }];
    const first = scan(tokens, at, isEqual(tokens)) + 1;
    const ends = isOneOf(tokens, 'WHERE', 'RETURNING', 'WHEN');
    const next = scan(
      tokens,
      first,
      (i) =>
        tokens.text(i) === ',' ||
        ends(i) ||
        (tokens.isWord(i, 'FROM') && !tokens.isWord(i - 1, 'DISTINCT')),
    );
    return [{ ...item, value: { first, next } }];
  });

/** One arm of a MERGE. */
export interface Arm {
  readonly clause: MergeWhenClause;
  /** of WHEN and THEN */
  readonly when: number;
  readonly then: number;
}

/** @param after index of a token in front of the first WHEN */
export const armsOf = (
  tokens: Tokens,
  after: number,
  clauses: readonly Node[] | undefined,
): readonly Arm[] => {
  let at = after;
  return (clauses ?? []).map((node) => {
    const when = scan(tokens, at, isOneOf(tokens, 'WHEN'));
    const then = scan(tokens, when + 1, isOneOf(tokens, 'THEN'));
    at = then + 1;
    return { clause: as(node, 'MergeWhenClause') ?? {}, when, then };
  });
};
