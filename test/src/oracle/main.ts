/**
 * `make oracle`: queries of several corpora, each judged by the server: the columns that a view of it depends
 * on are those that the analysis names, and replaced relations that are what they were change no answer.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParser } from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startTarget } from '../conformance/server.js';
import { provide } from '../conformance/sources.js';
import { suites } from '../conformance/suites.js';
import { openWorkplace } from '../conformance/workplace.js';
import type { Major } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { corpora, open } from './corpora.js';
import { type Court, judge, type Judgement, judgeWrite, openCourt } from './judge.js';
import { judgeMistake, withWrongNames } from './mistakes.js';
import { judgeParameters, withParameters } from './parameters.js';
import { isUtility, mayBeView, mayWrite, statementsOf } from './split.js';
import { Tally } from './tally.js';
import { typedStatements } from './typed-grammar.js';
import { typedSchema } from './typed-terms.js';
import { changesOfNothing, judgeUnchanged } from './unchanged.js';
import { judgeUtility } from './utility.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const connect = async (connectionString: string, undo: Undo): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  undo.push(() => client.end());
  return client;
};

const describe = (judgement: Judgement): string => {
  switch (judgement.kind) {
    case 'refused':
      return `not understood: ${judgement.why}`;
    case 'differ': {
      const { missed, invented } = judgement.how;
      const parts = [
        ...(missed.length > 0 ? [`missed ${missed.join(', ')}`] : []),
        ...(invented.length > 0 ? [`invented ${invented.join(', ')}`] : []),
      ];
      return parts.join('; ');
    }
    default:
      return judgement.kind;
  }
};

const inShort = (sql: string): string => sql.replaceAll(/\s+/g, ' ').slice(0, 300);

const judgeAll = async (
  name: string,
  court: Court,
  queries: readonly string[],
  tally: Tally,
): Promise<void> => {
  for (const [done, query] of queries.entries()) {
    if (process.stdout.isTTY && done % 100 === 0)
      process.stdout.write(`\r${name}: ${done} of ${queries.length} \r`);
    const judgement = await judge(court, query);
    tally.judged(judgement.kind);
    if (judgement.kind === 'differ' || judgement.kind === 'refused')
      say(`${name}: ${describe(judgement)}\n    ${inShort(query)}`);
    if (judgement.kind !== 'agree') continue;
    tally.timed(court, query);
    for (const by of changesOfNothing) {
      const unchanged = await judgeUnchanged(court, query, by);
      tally.compared(unchanged, by);
      if (unchanged.kind === 'differs')
        say(
          `${name}: rewritten by ${by}: ${unchanged.how}\n    ${inShort(query)}\n    ${inShort(unchanged.rewritten)}`,
        );
    }
  }
};

/** Statements of which one thing is asked. */
const judgeEach = async (
  name: string,
  court: Court,
  statements: Iterable<string>,
  tally: Tally,
  judgeOne: (court: Court, statement: string) => Promise<Judgement>,
): Promise<void> => {
  for (const statement of statements) {
    const judgement = await judgeOne(court, statement);
    tally.judged(judgement.kind);
    if (judgement.kind === 'differ' || judgement.kind === 'refused')
      say(`${name}: ${describe(judgement)}\n    ${inShort(statement)}`);
  }
};

/** A corpus on a server of its own. */
const small = async (corpus: (typeof corpora)[number]): Promise<readonly Tally[]> => {
  const undo = new Undo();
  const tally = new Tally(corpus.name);
  const mistaken = new Tally(`${corpus.name}, mistakes`);
  const parameters = new Tally(`${corpus.name}, parameters`);
  try {
    const server = await startPostgres();
    undo.push(() => server.stop());
    const client = await connect(server.login('postgres'), undo);
    const queries = await open(corpus, client);
    const court = await openCourt(client);
    await judgeAll(corpus.name, court, queries, tally);
    const wrong = queries.flatMap((query) => [...withWrongNames(query, 3)]);
    await judgeEach(corpus.name, court, wrong, mistaken, judgeMistake);
    const bound = queries.flatMap((query) => [...withParameters(query, 10)]);
    await judgeEach(corpus.name, court, bound, parameters, judgeParameters);
  } finally {
    await undo.all();
  }
  return [tally, mistaken, parameters];
};

/** Made statements over many types, on the oldest and the newest server. POSTERN_SEED=N makes others. */
const typed = async (version: Major, runs: number): Promise<readonly Tally[]> => {
  const undo = new Undo();
  const name = `typed, ${version}`;
  const tally = new Tally(name);
  const written = new Tally(`${name}, writes`);
  const mistaken = new Tally(`${name}, mistakes`);
  const types = new Tally(`${name}, types`);
  const parameters = new Tally(`${name}, parameters`);
  try {
    const server = await startPostgres({ version });
    undo.push(() => server.stop());
    const client = await connect(server.login('postgres'), undo);
    await client.query(typedSchema);
    const court = await openCourt(client);
    const seed = Number(process.env['POSTERN_SEED'] ?? 1);
    const statements = fc.sample(typedStatements, { numRuns: runs, seed });
    const queries = statements.filter((one) => mayBeView(one) && !mayWrite(one));
    await judgeAll(name, court, queries, tally);
    await judgeEach(name, court, statements.filter(mayWrite), written, judgeWrite);
    await judgeEach(name, court, statements, mistaken, judgeMistake);
    await judgeEach(name, court, statements, types, judgeParameters);
    const bound = statements.flatMap((one) => [...withParameters(one, 2)]);
    await judgeEach(name, court, bound, parameters, judgeParameters);
  } finally {
    await undo.all();
  }
  return [tally, written, mistaken, types, parameters];
};

/** The queries of PostgreSQL's regression suite, on the database that it leaves. */
const regression = async (): Promise<readonly Tally[]> => {
  const undo = new Undo();
  const tally = new Tally('regress');
  const written = new Tally('regress, writes');
  const mistaken = new Tally('regress, mistakes');
  const parameters = new Tally('regress, parameters');
  const utility = new Tally('regress, utility');
  try {
    const workplace = await openWorkplace(await provide(say));
    undo.push(() => workplace.remove());
    const target = await startTarget('direct', workplace);
    undo.push(() => target.stop());
    say('Running the regression suite, which makes the database ...');
    await suites.regress({
      ...{ workplace, target, only: [], maxConnections: 0 },
      folder: await workplace.folder('run'),
      onEnd: () => Promise.resolve(),
    });
    const url = `postgres://postgres@${target.host}:${target.port}/regression`;
    const client = await connect(url, undo);
    const court = await openCourt(client);
    const folder = join(workplace.tests, 'regress', 'sql');
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      const statements = statementsOf(text);
      const name = file.replace(/\.sql$/, '');
      await judgeAll(name, court, statements.filter(mayBeView), tally);
      await judgeEach(name, court, statements.filter(mayWrite), written, judgeWrite);
      const either = statements.filter((one) => mayBeView(one) || mayWrite(one));
      await judgeEach(name, court, either, mistaken, judgeMistake);
      const bound = either.flatMap((one) => [...withParameters(one, 2)]);
      await judgeEach(name, court, bound, parameters, judgeParameters);
      await judgeEach(name, court, statements.filter(isUtility), utility, judgeUtility);
    }
  } finally {
    await undo.all();
  }
  return [tally, written, mistaken, parameters, utility];
};

await loadParser();
const tallies: Tally[] = [];
for (const corpus of corpora) tallies.push(...(await small(corpus)));
const quick = process.argv.includes('--quick');
for (const version of [13, 18] as const)
  tallies.push(...(await typed(version, quick ? 500 : 3000)));
if (!quick) tallies.push(...(await regression()));
for (const line of Tally.table(tallies)) say(line);
const sum = (of: (tally: Tally) => number): number =>
  tallies.reduce((n, tally) => n + of(tally), 0);
const differ = sum((tally) => tally.differ);
say(`oracle: ${sum((tally) => tally.queries)} queries, ${differ} differ`);
process.exitCode = differ === 0 ? 0 : 1;
