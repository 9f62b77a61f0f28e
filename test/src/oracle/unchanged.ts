import {
  analyze,
  type Change,
  formatName,
  type ObjectName,
  parse,
  rewrite,
  RewriteRefusal,
  SqlError,
} from '@postern/sql';
import type pg from 'pg';
import { describe } from './describe.js';
import type { Court } from './judge.js';

/** What a query gives: its columns and rows, or the SQLSTATE of its error. */
interface Answer {
  readonly columns: readonly {
    readonly name: string;
    readonly type: number;
    readonly typmod: number;
  }[];
  /** sorted: only ORDER BY promises an order, and it may leave ties */
  readonly rows: readonly string[];
  readonly error: string | undefined;
}

export type Unchanged =
  | { readonly kind: 'same' }
  /** the same but for this: a whole row, which had its table's type, is a record */
  | { readonly kind: 'record' }
  /** it reads no table, gives another answer each time, or cannot be run here */
  | { readonly kind: 'unknown' }
  /** the rewriter says that it cannot keep the statement's shape */
  | { readonly kind: 'refused'; readonly construct: string }
  | { readonly kind: 'differs'; readonly how: string; readonly rewritten: string };

/** pg_type.h */
const recordType = 2249;

/** What the server says where a record stands in the place of a row of a table's type. */
const untyped = new Set(['0A000', '42883', '42846', '42804']);

/** Another answer each time, though perhaps not at the next. */
const random = /\btablesample\b(?![^;]*\brepeatable\b)|\brandom\b/i;

/** Takes too long here, or would change something: says nothing about the rewriting. */
const notAnswers = new Set(['57014', '25006']);

const ask = async (client: pg.Client, text: string): Promise<Answer> => {
  await client.query('BEGIN READ ONLY');
  try {
    await client.query("SET LOCAL statement_timeout = '3s'");
    const types = { getTypeParser: () => (value: string) => value };
    const result = await client.query<(string | null)[]>({ text, rowMode: 'array', types });
    return {
      columns: result.fields.map((f) => ({
        name: f.name,
        type: f.dataTypeID,
        typmod: f.dataTypeModifier,
      })),
      rows: result.rows.map((row) => JSON.stringify(row)).sort(),
      error: undefined,
    };
  } catch (thrown) {
    const { code } = thrown as { readonly code?: string };
    if (code === undefined) throw thrown;
    return { columns: [], rows: [], error: code };
  } finally {
    await client.query('ROLLBACK');
  }
};

const differenceOf = (one: Answer, other: Answer): string | undefined => {
  if (one.error !== other.error)
    return `error ${one.error ?? 'none'}, then ${other.error ?? 'none'}`;
  const [columns, then] = [one, other].map((answer) => JSON.stringify(answer.columns));
  if (columns !== then) return `columns ${columns ?? ''}, then ${then ?? ''}`;
  if (String(one.rows) !== String(other.rows))
    return `${one.rows.length} rows, then ${other.rows.length}${one.rows.length === other.rows.length ? ' others' : ''}`;
  return undefined;
};

/** Does the server understand both, which fail as they run? Which of several errors comes first is the plan's to choose. */
const bothFailLate = async (client: pg.Client, ...queries: readonly string[]): Promise<boolean> => {
  for (const query of queries)
    if ((await describe(client, query)).error !== undefined) return false;
  return true;
};

/** What replaces a relation and changes nothing: a row filter `true`; whole numbers rounded down to multiples of 1. */
export const changesOfNothing = ['filter', 'mask'] as const;
export type ChangeOfNothing = (typeof changesOfNothing)[number];

/** `int8`, `int2`, `int4` */
const wholeNumbers = new Set([20, 21, 23]);

const changeOf = (
  how: ChangeOfNothing,
  { catalogue }: Court,
  relations: readonly ObjectName[],
): Change => {
  const nothing = { masks: [], rowFilters: [], session: {}, key: new Uint8Array(32) };
  if (how === 'filter')
    return { ...nothing, rowFilters: relations.map((relation) => ({ relation, sql: 'true' })) };
  const masks = relations.flatMap((relation) =>
    (catalogue.relation(relation.schema, relation.name)?.columns ?? [])
      .filter(({ type }) => wholeNumbers.has(type))
      .map(({ name }) => ({ relation, column: name, mask: { bucket: { size: 1 } } })),
  );
  return { ...nothing, masks };
};

/** Has a query the same answer when every relation in it is replaced by a subquery that changes nothing? */
export async function judgeUnchanged(
  court: Court,
  query: string,
  by: ChangeOfNothing,
): Promise<Unchanged> {
  const { client, catalogue, settings } = court;
  let rewritten: string;
  let wholeRow: boolean;
  try {
    const [statement, second] = parse(query);
    if (statement === undefined || second !== undefined || random.test(query))
      return { kind: 'unknown' };
    const analyzed = analyze(statement, catalogue, settings);
    const { accesses, command } = analyzed.analysis;
    const read = new Map(
      accesses.flatMap(({ action, object, user }) =>
        action === 'select' && user && object !== undefined ? [[formatName(object), object]] : [],
      ),
    );
    if (command !== 'SELECT' || read.size === 0) return { kind: 'unknown' };
    const made = rewrite(analyzed, changeOf(by, court, [...read.values()]));
    if (!made.changed) return { kind: 'unknown' };
    rewritten = made.sql;
    wholeRow = analyzed.resolved.resolver.uses.some((use) => use.wholeRows.length > 0);
  } catch (thrown) {
    if (thrown instanceof RewriteRefusal) return { kind: 'refused', construct: thrown.construct };
    if (thrown instanceof SqlError) return { kind: 'unknown' };
    throw thrown;
  }
  let before = await ask(client, query);
  if (before.error !== undefined && notAnswers.has(before.error)) return { kind: 'unknown' };
  const after = await ask(client, rewritten);
  const columns = before.columns.map((column, i) => {
    const record = after.columns[i]?.type === recordType;
    return record && catalogue.typeByOid(column.type)?.kind === 'c'
      ? { ...column, type: recordType }
      : column;
  });
  const kind = columns.some(({ type }, i) => type !== before.columns[i]?.type) ? 'record' : 'same';
  before = { ...before, columns };
  if (after.error !== undefined && notAnswers.has(after.error)) return { kind: 'unknown' };
  const isUntyped = wholeRow && untyped.has(after.error ?? '');
  if (isUntyped && before.error === undefined) return { kind: 'record' };
  const how = differenceOf(before, after);
  if (how === undefined) return { kind };
  if (isUntyped && (await bothFailLate(client, query, rewritten))) return { kind };
  // now(), random(), the order in which a sequence is read
  if (differenceOf(before, await ask(client, query)) !== undefined) return { kind: 'unknown' };
  return { kind: 'differs', how, rewritten };
}
