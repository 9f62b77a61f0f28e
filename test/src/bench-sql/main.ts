/**
 * `make bench-sql`: how long it takes to understand statements: reading the catalogue of a large database, beside
 * pg_dump; the analysis of usual statements, beside the parser; and statements that are large or deep on purpose.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParser } from '@postern/sql';
import pg from 'pg';
import { machine } from '../bench/processes.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { corpora, open } from '../oracle/corpora.js';
import { openCourt } from '../oracle/judge.js';
import { medianPace, type Pace, paceOf } from '../oracle/pace.js';
import { catalogueReadings } from './catalogue.js';
import { hostileStatements } from './hostile.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const undo = new Undo();
const number = (value: number | undefined, digits = 0): string =>
  value === undefined
    ? ''
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** The statements of the corpora that are shaped as TPC-H, TPC-DS and the Join Order Benchmark. */
async function paces(): Promise<string> {
  const rows: string[][] = [];
  for (const corpus of corpora) {
    const server = await startPostgres();
    undo.push(() => server.stop());
    const client = new pg.Client({ connectionString: server.login('postgres') });
    await client.connect();
    undo.push(() => client.end());
    const queries = await open({ ...corpus, empty: false }, client);
    const court = await openCourt(client);
    const found = queries
      .map((query) => paceOf(court, query))
      .filter((pace): pace is Pace => pace !== undefined);
    const { parse, analyze } = medianPace(found);
    rows.push([
      corpus.name,
      String(found.length),
      number(parse, 3),
      number(analyze, 3),
      number(analyze / parse, 2),
      number(parse + analyze, 3),
    ]);
    await undo.all();
  }
  return table(
    ['corpus', 'statements', 'parse, ms', 'analysis, ms', 'analysis to parse', 'both, ms'],
    rows,
  );
}

async function hostile(): Promise<string> {
  const server = await startPostgres();
  undo.push(() => server.stop());
  await server.sql(await readFile(join(root, 'sql', 'fixtures', 'shop.sql'), 'utf8'));
  const client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  const { whole } = await openCourt(client);
  return table(
    ['statement', 'outcome', 'ms', 'heap grown, MiB'],
    hostileStatements(whole).map(({ what, outcome, ms, heapMiB }) => [
      what,
      outcome,
      number(ms),
      number(Math.max(heapMiB, 0)),
    ]),
  );
}

try {
  await loadParser();
  say('Reading the catalogue of 10,000 tables ...');
  const readings = await catalogueReadings(say);
  say('Analysing ...');
  const [usual, large] = [await paces(), await hostile()];
  const { cpu, cores } = await machine();
  const page = `# How fast statements are understood

\`make bench-sql\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version} on ${cores} cores (${cpu}), the server beside it.

## A catalogue of 10,000 tables with 200,000 columns, and 500 views

${table(
  ['', 'ms', 'to pg_dump', 'heap held, MiB', 'peak, MiB'],
  readings.map(({ what, ms, toDump, heapMiB, peakMiB }) => [
    what,
    number(ms),
    number(toDump, 2),
    number(heapMiB),
    number(peakMiB),
  ]),
)}

\`heap held\`: what a collection leaves, more than before. \`peak\`: resident memory, more than before; of a process of its
own all that it has, Node included. Columns stay text until somebody asks for those of their relation.

## Usual statements, medians once warm

${usual}

## Statements that are large or deep on purpose

${large}

What is not understood is refused: \`too-complex\` (SQLSTATE 54001) and \`too-long\` (54000).
`;
  say(page);
  if (!process.argv.includes('--no-write'))
    await writeFile(join(root, 'docs', 'benchmarks', 'sql.md'), page);
} finally {
  await undo.all();
}
