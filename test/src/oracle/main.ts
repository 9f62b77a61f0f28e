/**
 * `make oracle`: queries of a corpus, each judged by the server: the columns that a view of it depends on
 * are those that the analysis names.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParser } from '@postern/sql';
import pg from 'pg';
import { startTarget } from '../conformance/server.js';
import { provide } from '../conformance/sources.js';
import { suites } from '../conformance/suites.js';
import { openWorkplace } from '../conformance/workplace.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { type Court, judge, type Judgement, openCourt } from './judge.js';
import { mayBeView, statementsOf } from './split.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Tally {
  queries: number;
  differ: number;
}

const open = async (connectionString: string, undo: Undo): Promise<pg.Client> => {
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

const judgeAll = async (
  name: string,
  court: Court,
  queries: readonly string[],
  tally: Tally,
): Promise<void> => {
  let done = 0;
  for (const query of queries) {
    const judgement = await judge(court, query);
    done += 1;
    if (process.stdout.isTTY && done % 100 === 0)
      process.stdout.write(`\r${name}: ${done} of ${queries.length}`);
    if (judgement.kind === 'unknown') continue;
    tally.queries += 1;
    if (judgement.kind === 'agree') continue;
    tally.differ += 1;
    say(`${name}: ${describe(judgement)}\n    ${query.replaceAll(/\s+/g, ' ').slice(0, 300)}`);
  }
};

const shop = async (tally: Tally): Promise<void> => {
  const undo = new Undo();
  try {
    const server = await startPostgres();
    undo.push(() => server.stop());
    await server.sql(await readFile(join(root, 'sql', 'fixtures', 'shop.sql'), 'utf8'));
    const text = await readFile(join(root, 'test', 'fixtures', 'oracle', 'shop.sql'), 'utf8');
    const client = await open(server.login('postgres'), undo);
    await judgeAll('shop', await openCourt(client), statementsOf(text), tally);
  } finally {
    await undo.all();
  }
};

/** The queries of PostgreSQL's regression suite, on the database that it leaves. */
const regression = async (tally: Tally): Promise<void> => {
  const undo = new Undo();
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
    const client = await open(url, undo);
    const court = await openCourt(client);
    const folder = join(workplace.tests, 'regress', 'sql');
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      const queries = statementsOf(text).filter(mayBeView);
      await judgeAll(file.replace(/\.sql$/, ''), court, queries, tally);
    }
  } finally {
    await undo.all();
  }
};

await loadParser();
const tally: Tally = { queries: 0, differ: 0 };
await shop(tally);
if (!process.argv.includes('--quick')) await regression(tally);
say(`oracle: ${tally.queries} queries, ${tally.differ} differ`);
process.exitCode = tally.differ === 0 ? 0 : 1;
