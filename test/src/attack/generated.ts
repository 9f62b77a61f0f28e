/**
 * Queries that are made up: through Postern each has to give what it gives directly over a copy of the
 * database whose tables hold the masked values. That is what masking at the source means.
 */
import fc from 'fast-check';
import type pg from 'pg';
import { queriesOver, type Table } from '../oracle/grammar.js';
import type { Frame } from '../wire/peer.js';
import type { Ground } from './bed.js';
import { inParallel } from './parallel.js';
import { search } from './search.js';
import { type Place, type Ran, runSteps } from './session.js';
import { extended, type Steps, stepsOf } from './steps.js';

const tables: readonly Table[] = [
  { name: 'gen.folk', columns: ['id', 'name', 'email', 'code', 'region'] },
  { name: 'gen.bills', columns: ['id', 'email', 'memo', 'secret', 'state'] },
  { name: 'gen.local', columns: ['id', 'region', 'body'] },
  { name: 'gen.parts', columns: ['id', 'code', 'state'] },
  { name: 'gen.folk_view', columns: ['id', 'shout', 'pair'] },
];

/** Those whose rows differ in the copy. A view's columns are masked where the view is read, not below it. */
const masked = tables.map(({ name }) => name);

/** Ways a query is asked, and its rows come. */
const carriers: Readonly<Record<string, (sql: string) => Steps>> = {
  plain: (sql) => sql,
  extended: (sql) => extended(sql),
  binary: (sql) => extended(sql, [], 'binary'),
  copy: (sql) => `COPY (${sql}) TO STDOUT`,
  cursor: (sql) => ['BEGIN', `DECLARE c CURSOR FOR ${sql}`, 'FETCH ALL FROM c', 'COMMIT'],
  prepared: (sql) => [`PREPARE p AS ${sql}`, 'EXECUTE p'],
  json: (sql) => `SELECT to_jsonb(q) FROM (${sql}) q`,
  row: (sql) => `SELECT q::text, md5(q::text) FROM (${sql}) q`,
  aggregate: (sql) => `SELECT count(*), count(DISTINCT q) FROM (${sql}) q`,
  table: (sql) => [`CREATE TEMP TABLE made AS ${sql}`, 'TABLE made'],
  view: (sql) => [`CREATE TEMP VIEW made AS ${sql}`, 'TABLE made'],
  exists: (sql) => `SELECT state FROM gen.bills WHERE EXISTS (${sql})`,
};

interface Case {
  readonly sql: string;
  readonly carrier: string;
}

export type Outcome =
  | { readonly kind: 'same' }
  /** not understood or not maskable: safe, and counted */
  | { readonly kind: 'refused'; readonly why: string }
  /** it fails over the copy too, or gives another answer each time */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'differs'; readonly how: string };

export interface GeneratedResult extends Case {
  readonly outcome: Outcome;
  readonly planted: readonly string[];
}

const quoted = (value: string | null): string =>
  value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

/** Puts what a governed client sees into the place of what is there. */
const maskCopy = async (governed: pg.Client, copy: pg.Client): Promise<void> => {
  await copy.query('DROP VIEW gen.folk_view');
  await copy.query('CREATE TABLE gen.folk_view (id text, shout text, pair text)');
  await copy.query('GRANT SELECT ON gen.folk_view TO worker');
  for (const table of masked) {
    await copy.query(`TRUNCATE ${table}`);
    const { rows, fields } = await governed.query<Record<string, string | null>>(
      `SELECT * FROM ${table}`,
    );
    for (const row of rows) {
      const values = fields.map(({ name }) => quoted(row[name] ?? null));
      await copy.query(`INSERT INTO ${table} VALUES (${values.join(', ')})`);
    }
  }
  await copy.query('ANALYZE');
};

const isRow = ({ type }: Frame): boolean => type === 'D' || type === 'd';

const rowsOf = (ran: Ran): readonly string[] =>
  ran.heard
    .flat()
    .filter(isRow)
    .map(({ body }) => body.toString('latin1'))
    .sort();

const errorOf = (ran: Ran): string | undefined =>
  ran.stuck ?? ran.heard.flat().find(({ type }) => type === 'E')?.short;

const codeOf = (error: string): string => error.split(' ')[2] ?? error;

const outcomeOf = (governed: Ran, expected: Ran): Outcome => {
  const error = errorOf(governed);
  const wrong = errorOf(expected);
  if (wrong !== undefined)
    return error !== undefined
      ? { kind: 'unknown', why: wrong }
      : { kind: 'differs', how: `over the copy ${wrong}, governed it runs` };
  if (error !== undefined) {
    return ['42501', '0A000'].includes(codeOf(error))
      ? { kind: 'refused', why: error }
      : { kind: 'differs', how: `governed ${error}` };
  }
  const [one, other] = [rowsOf(expected), rowsOf(governed)];
  const at = one.findIndex((row, i) => row !== other[i]);
  if (one.length === other.length && at < 0) return { kind: 'same' };
  const lost = one.find((row) => !other.includes(row)) ?? '';
  const gained = other.find((row) => !one.includes(row)) ?? '';
  const rows = `${one.length} rows, governed ${other.length}`;
  return { kind: 'differs', how: `${rows}: ${shown(lost)} / ${shown(gained)}` };
};

const shown = (row: string): string => row.replaceAll(/[\0-\x1f]+/g, ' ').slice(0, 120);

/** Only ORDER BY over all columns would make it clear which rows are left. */
const withoutLimits = (sql: string): string => sql.replaceAll(' LIMIT 3', '');

/** Makes up queries and compares. @param seed the same makes the same queries */
export const generate = async (
  ground: Ground,
  runs: number,
  jobs: number,
  seed: number,
): Promise<readonly GeneratedResult[]> => {
  if (runs === 0) return [];
  const [raw, copy] = [await ground.fresh(), await ground.fresh()];
  const keeper = await ground.connect(copy);
  const reader = await ground.connectAt(ground.portOf('narrow'), 'worker', raw);
  try {
    await maskCopy(reader, keeper);
  } finally {
    await reader.end();
    await keeper.end();
  }
  const cases: readonly Case[] = fc.sample(
    fc.record({
      sql: queriesOver(tables).map(withoutLimits),
      carrier: fc.constantFrom(...Object.keys(carriers)),
    }),
    { numRuns: runs, seed },
  );
  const run = (where: 'direct' | 'narrow', database: string, each: Case): Promise<Ran> => {
    const steps = stepsOf((carriers[each.carrier] ?? ((sql) => sql))(each.sql));
    const place: Place = {
      ...{ port: ground.portOf(where), database, role: 'worker' },
      settings: { options: '-c statement_timeout=4s' },
    };
    return runSteps(steps, place, () => Promise.resolve());
  };
  return inParallel(cases, jobs, async (each) => {
    const governed = await run('narrow', raw, each);
    const expected = await run('direct', copy, each);
    const planted = search(governed.bytes);
    return { ...each, planted, outcome: outcomeOf(governed, expected) };
  });
};
