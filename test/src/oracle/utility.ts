import { type Analysis, analyze, formatName, parse, SqlError } from '@postern/sql';
import type pg from 'pg';
import type { Court, Judgement } from './judge.js';

/** Whose an index, statistics or a column's sequence is, the catalogue does not say; ANALYZE alone is of all tables. */
const notAsked = /\b(?:INDEX|STATISTICS)\b/;

/** What the server did for a utility statement. */
interface Done {
  readonly tag: string;
  /** `schema.relation.column` of what something new depends on */
  readonly columns: readonly string[];
  /** relations that it locked, but indexes and TOAST tables */
  readonly locked: readonly string[];
}

/** New dependencies, not on what is new itself. */
const newDependencies = `
  SELECT DISTINCT n.nspname AS schema, c.relname AS relation, a.attname AS column
  FROM pg_depend d JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE d.xmin = pg_current_xact_id()::xid AND d.refobjsubid > 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;

const locks = `
  SELECT DISTINCT n.nspname AS schema, c.relname AS relation, '' AS column
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
      AND c.relkind = 'S' AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))`;

interface Row {
  readonly schema: string;
  readonly relation: string;
  readonly column: string;
}

/** Runs it in a transaction that is rolled back. @returns undefined when it fails */
async function run(client: pg.Client, sql: string): Promise<Done | undefined> {
  let tag = '';
  const note = ({ text }: { readonly text: string }): void => {
    tag = text;
  };
  await client.query('BEGIN');
  try {
    await client.query("SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'");
    client.connection.on('commandComplete', note);
    await client.query(sql);
    client.connection.off('commandComplete', note);
    const { rows: columns } = await client.query<Row>(newDependencies);
    const { rows: locked } = await client.query<Row>(locks);
    return {
      tag: tag.replace(/(?: \d+)+$/, ''),
      columns: columns.map((one) => `${formatName(nameOf(one))}.${one.column}`),
      locked: locked.map((one) => formatName(nameOf(one))),
    };
  } catch (thrown) {
    if ((thrown as { readonly code?: string }).code === undefined) throw thrown;
    return undefined;
  } finally {
    client.connection.off('commandComplete', note);
    await client.query('ROLLBACK');
  }
}

const nameOf = ({ schema, relation }: Row) => ({
  schema: schema.replace(/^pg_temp_\d+$/, 'pg_temp'),
  name: relation,
});

/** Filled with rows, they answer with the number of these. */
const filling: ReadonlySet<string> = new Set(['CREATE TABLE AS', 'CREATE MATERIALIZED VIEW']);

/** Its dependencies are made anew, as are all that the type's columns take part in. */
const remakes = /\bTYPE\b|\bDETACH PARTITION\b/i;

/** Relations that are locked with others, and stay what they are: parts, heirs and parents; those that keys refer to. */
const boundTo = ({ whole }: Court, named: ReadonlySet<string>): ReadonlySet<string> => {
  const { relations } = whole.data;
  const bound = new Set(relations.filter((one) => named.has(formatName(one))));
  const add = (oid: number): void => {
    const found = whole.relationByOid(oid);
    if (found) bound.add(found);
  };
  for (const relation of bound) {
    for (const oid of relation.parents) add(oid);
    for (const child of whole.children(relation.oid)) bound.add(child);
    for (const { to } of relation.foreignKeys ?? []) add(to);
  }
  return new Set([...bound].map(formatName));
};

const isAsked = ({ command, accesses }: Analysis): boolean =>
  (command === 'CREATE INDEX' || !notAsked.test(command)) &&
  command !== 'REINDEX' &&
  accesses.some(({ object }) => object);

/** Where a rule will write is on record with it; it is named without columns. */
const ofRule = ({ command, accesses }: Analysis, column: string): boolean =>
  command === 'CREATE RULE' &&
  accesses.some(
    ({ object, columns }) =>
      object && columns.length === 0 && column.startsWith(`${formatName(object)}.`),
  );

const isKnown = ({ whole }: Court, name: string): boolean =>
  whole.data.relations.some((one) => formatName(one) === name);

const readBy = ({ accesses }: Analysis): ReadonlySet<string> =>
  new Set(
    accesses.flatMap(({ object, columns }) =>
      object ? columns.map(({ name }) => `${formatName(object)}.${name}`) : [],
    ),
  );

const namedBy = ({ accesses, notUnderstood }: Analysis): ReadonlySet<string> => {
  const objects = accesses.flatMap(({ object, through }) => [
    ...(object ? [object] : []),
    ...through,
  ]);
  const bodies = notUnderstood.flatMap(({ reach }) => (reach === 'anything' ? [] : reach));
  return new Set([...objects, ...bodies].map(formatName));
};

/** What the server did that the analysis does not name. */
const missedBy = (court: Court, sql: string, analysis: Analysis, done: Done): readonly string[] => {
  if (analysis.notUnderstood.some(({ reach }) => reach === 'anything')) return [];
  const read = readBy(analysis);
  const named = boundTo(court, namedBy(analysis));
  const relationOf = (column: string): string => column.slice(0, column.lastIndexOf('.'));
  const columns = done.columns.filter(
    (one) => !read.has(one) && !ofRule(analysis, one) && isKnown(court, relationOf(one)),
  );
  const locked = done.locked.filter((one) => !named.has(one) && isKnown(court, one));
  return [...(remakes.test(sql) ? [] : columns), ...(isAsked(analysis) ? locked : [])];
};

/**
 * Does the analysis of a utility statement have the server's command tag, name the relations that the server locks, and
 * the columns that what it makes depends on?
 */
export async function judgeUtility(court: Court, sql: string): Promise<Judgement> {
  let analysis: Analysis | undefined;
  let why = '';
  try {
    const [statement, second] = parse(sql);
    if (statement === undefined || second !== undefined) return { kind: 'unknown' };
    ({ analysis } = analyze(statement, court.whole, court.settings));
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    why = thrown.message;
  }
  const done = await run(court.client, sql);
  if (!done) return { kind: 'unknown' };
  if (!analysis) return { kind: 'refused', why };
  const { command } = analysis;
  const missed = missedBy(court, sql, analysis, done);
  const same = done.tag === command || (done.tag === 'SELECT' && filling.has(command));
  const invented = same ? [] : [`${command}, not ${done.tag}`];
  return missed.length + invented.length === 0
    ? { kind: 'agree' }
    : { kind: 'differ', how: { missed, invented } };
}
