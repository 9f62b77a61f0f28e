import type { Analyzed } from '../analyze.js';
import type { Column } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import type { Tokens } from '../parse/tokens.js';
import type { RelationUse } from '../resolve/cells.js';
import { baseType } from '../types/parts.js';
import { refuse } from './checks.js';
import { columnType } from './column-type.js';
import type { Edit } from './edits.js';
import { violation } from './row-filter-error.js';
import { cast, when } from './sql-text.js';
import type { FilterSql } from './substitute.js';
import type { Span } from './write-text.js';

// A new row must satisfy the filter, as under WITH CHECK of row-level security. The check stands round one of the values
// that are written; what it looks at is computed once, so that no function can give it something else than is stored.

/** Where the value of a column of a new row comes from: the client's expression, or what is known without it. */
export type Given = { readonly span: Span } | { readonly sql: string };

export const unwritable = (analyzed: Analyzed, use: RelationUse, why: string, hint: string) =>
  refuse(
    analyzed,
    'write',
    use.node.location,
    `${formatName(use.relation)} has a row filter for this identity: ${why}`,
    hint,
  );

export const elsewhere = 'write through a role or workload without a row filter on this table.';

/** The column's type as a value has it before it is stored, and as the column has it. */
export const typesOf = (
  { catalogue }: Analyzed,
  column: Column,
): { readonly plain: string; readonly stored: string } => {
  const stored = columnType(catalogue, column).text;
  return { plain: stored.replace(/ ?\([^()]*\)(?=(?:\[\])?$)/, ''), stored };
};

/** Constants that the server reads the same whatever is set, as `pg_get_expr` writes them. */
const constant =
  /^(?:('(?:[^'\\]|'')*')(?:::[\w" .]+)?|(-?\d+(?:\.\d+)?)|(true|false)|NULL(?:::[\w" .]+)?)$/;

const families: ReadonlySet<string> = new Set([
  ...['text', 'enum', 'uuid', 'integer', 'numeric', 'boolean'],
]);

/** The default of a column as SQL; undefined where it is not the same for every row. */
export const defaultOf = (analyzed: Analyzed, column: Column): string | undefined => {
  const { stored } = typesOf(analyzed, column);
  const { family } = columnType(analyzed.catalogue, column);
  // A domain has a default of its own.
  if (analyzed.catalogue.typeByOid(column.type)?.kind === 'd' && column.default === undefined)
    return undefined;
  if (column.default === undefined) return cast('NULL', stored);
  const found = constant.exec(column.default);
  if (!found || !families.has(family)) return undefined;
  return cast(found[1] ?? found[2] ?? found[3] ?? 'NULL', stored);
};

type Shape = 'unknown' | 'typed' | undefined;

/** Names of types; behind them words may stand that ask for columns. */
const typeWords =
  /^(?:[a-z_]\w*(?: \. [a-z_]\w*)?|double precision|character varying|timestamp with(?:out)? time zone)$/;

/** A constant or parameter; `unknown` is one that takes the type of where it stands. */
export const shapeOf = (tokens: Tokens, { first, next }: Span): Shape => {
  const sign = /^[+-]$/.test(tokens.text(first)) ? 1 : 0;
  const kind = tokens.at(first + sign)?.kind;
  const isWord = /^(?:null|true|false)$/i.test(tokens.text(first));
  const isConstant =
    kind === 'number' ||
    (sign === 0 && (kind === 'string' || kind === 'parameter' || (kind === 'word' && isWord)));
  if (!isConstant) return undefined;
  let i = first + sign + 1;
  if (i === next)
    return kind === 'number' || /^(?:true|false)$/i.test(tokens.text(first)) ? 'typed' : 'unknown';
  if (tokens.text(i) !== '::') return undefined;
  const words: string[] = [];
  for (i += 1; i < next; i += 1) {
    if (tokens.at(i)?.kind !== 'word' && tokens.text(i) !== '.') return undefined;
    words.push(tokens.text(i).toLowerCase());
  }
  return typeWords.test(words.join(' ')) ? 'typed' : undefined;
};

const textOf = (tokens: Tokens, { first, next }: Span): string =>
  tokens.source.slice(tokens.startOf(first), tokens.endOf(next - 1));

/** Puts text round a part of the statement, which keeps what else is changed in it. */
export const around = (tokens: Tokens, span: Span, before: string, after: string): Edit[] => {
  const [start, end] = [tokens.startOf(span.first), tokens.endOf(span.next - 1)];
  return [
    { start, end: start, text: before },
    { start: end, end, text: after },
  ];
};

const checked = (use: RelationUse, condition: string, value: string): string =>
  `CASE WHEN ${condition} THEN ${value} WHEN ${violation({ row: 'new', relation: use.relation.name })} THEN ${value} END`;

const columnOf = (use: RelationUse, name: string): Column => {
  const found = use.relation.columns.find((column) => column.name === name);
  if (!found) throw new TypeError(`no column ${name}`);
  return found;
};

/** A user's cast between a value and what is stored may say one thing to the check and another to the table. */
export const checkCast = (
  analyzed: Analyzed,
  use: RelationUse,
  name: string,
  tokens: Tokens,
  span: Span | undefined,
): void => {
  const { type } = columnOf(use, name);
  const { catalogue } = analyzed;
  const isOwn = catalogue.userCast(type) || catalogue.userCast(baseType(catalogue, type));
  const isConstant = ({ first, next }: Span): boolean =>
    next === first + 1 &&
    tokens.at(first)?.kind !== 'parameter' &&
    shapeOf(tokens, { first, next }) !== undefined;
  if (isOwn && !(span && isConstant(span)))
    throw unwritable(
      analyzed,
      use,
      `${name} decides about it, and there are casts of users' own to its type`,
      `Give ${name} as a constant.`,
    );
};

/**
 * Edits that make the statement fail when the row does not satisfy the filter.
 *
 * @param row   the columns that the filter looks at
 * @param other the value of another column, for a row that has those by default
 * @throws RewriteRefusal
 */
export const rowCheck = (
  analyzed: Analyzed,
  use: RelationUse,
  filter: FilterSql,
  tokens: Tokens,
  row: ReadonlyMap<string, Given>,
  other: { readonly name: string; readonly span: Span } | undefined,
): readonly Edit[] => {
  const given = [...row].flatMap(([name, value]) =>
    'span' in value ? [{ name, span: value.span, shape: shapeOf(tokens, value.span) }] : [],
  );
  const [computed, second] = given.filter(({ shape }) => shape === undefined);
  if (computed && second)
    throw unwritable(
      analyzed,
      use,
      `${computed.name} and ${second.name} decide about it, and at most one of them can be computed`,
      'Give all but one of them as constants or parameters.',
    );
  for (const { name, span } of given) checkCast(analyzed, use, name, tokens, span);
  // The filter may look at the row that is there, by the target's name.
  const fenced = use.alias === 'new row' ? '"row"' : '"new row"';
  const value = (name: string): string => {
    const from = row.get(name);
    if (from === undefined) throw new TypeError(`nothing is known of ${name}`);
    if ('sql' in from) return from.sql;
    const { stored } = typesOf(analyzed, columnOf(use, name));
    return name === computed?.name
      ? cast(`${fenced}.v`, stored)
      : cast(textOf(tokens, from.span), stored);
  };
  const condition = filter.of(value);
  if (computed)
    return around(
      tokens,
      computed.span,
      `(SELECT ${checked(use, condition, `${fenced}.v`)} FROM (SELECT (`,
      `) AS v OFFSET 0) AS ${fenced})`,
    );
  const host = given[0] ?? other;
  if (!host) throw new TypeError('no value to stand round');
  const { plain } = typesOf(analyzed, columnOf(use, host.name));
  const shape = shapeOf(tokens, host.span);
  const [open, close] = shape === 'unknown' ? ['(', `)::${plain}`] : ['(', ')'];
  const fails = violation({ row: 'new', relation: use.relation.name });
  return around(
    tokens,
    host.span,
    `CASE WHEN ${condition} THEN ${open}`,
    `${close} ${when(fails, 'NULL').replace(/^CASE /, '')}`,
  );
};
