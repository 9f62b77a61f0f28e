import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../harness/program.js';
import { statement9k, unseenStatement } from './statements.js';
import { WireClient } from './wire.js';

/** One measurement of one target. */
export interface Measured {
  /** transactions, connections, statements or rows */
  readonly count: number;
  readonly seconds: number;
  /** of single ones, milliseconds; a sample where there are very many */
  readonly latencies: readonly number[];
}

export interface Scenario {
  readonly name: string;
  /** what is counted */
  readonly unit: 'transactions' | 'connections' | 'rows' | 'statements';
  /** what the ratio compares: how many a second, or how long one takes */
  readonly compares: 'rate' | 'latency';
  /** default: as asked for */
  readonly rounds?: number;
  run(port: number, length: Length): Promise<Measured>;
}

/** How long to measure. */
export interface Length {
  readonly seconds: number;
  readonly statements: number;
}

const database = 'bench';
const user = 'postgres';

const pgbench = async (
  program: string,
  port: number,
  words: readonly string[],
  length: Length,
): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-pgbench-'));
  try {
    const ran = await mustRun(
      program,
      [
        ...['-h', '127.0.0.1', '-p', String(port), '-U', user, '-n', '-S', ...words],
        ...['-T', String(length.seconds), '--log', '--sampling-rate=0.05', database],
      ],
      { cwd: folder },
    );
    const { count, tps } = readPgbench(ran.stdout);
    const latencies: number[] = [];
    for (const file of await readdir(folder)) {
      for (const line of (await readFile(join(folder, file), 'utf8')).split('\n')) {
        // client, transaction, latency in microseconds, ...
        const latency = line.split(' ')[2];
        if (latency !== undefined) latencies.push(Number(latency) / 1000);
      }
    }
    return { count, seconds: count / tps, latencies };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Reads pgbench's summary. @throws when transactions failed, or it says no speed */
export const readPgbench = (text: string): { readonly count: number; readonly tps: number } => {
  const count = /transactions actually processed: (\d+)/.exec(text)?.[1];
  // with -C the time of connecting counts too
  const tps = /^tps = ([\d.]+)/m.exec(text)?.[1];
  const failed = /failed transactions: (\d+)/.exec(text)?.[1] ?? '0';
  if (count === undefined || tps === undefined || failed !== '0') {
    throw new Error(`pgbench did not measure:\n${text}`);
  }
  return { count: Number(count), tps: Number(tps) };
};

const oneByOne = async (port: number, statements: Iterable<string>): Promise<Measured> => {
  const client = await WireClient.open(port, user, database);
  const latencies: number[] = [];
  const started = performance.now();
  for (const sql of statements) {
    const before = performance.now();
    await client.query(sql);
    latencies.push(performance.now() - before);
  }
  const seconds = (performance.now() - started) / 1000;
  client.close();
  return { count: latencies.length, seconds, latencies };
};

/** No statement is ever sent twice, in no run and to no target. */
let fresh = 0;
function* unseen(count: number, write: (n: number) => string): Iterable<string> {
  for (let i = 0; i < count; i += 1) yield write((fresh += 1));
}

/** All columns, and text alone: names, addresses, and a sentence with a number that is looked at more closely. */
const million = 'SELECT id, name, email, city, balance, joined FROM public.people';
const millionTexts = `SELECT name, email, city, name || ' of ' || city || ', order 2026-' || id || ': call +49 30 ' || 1000000 + id
  AS note FROM public.people`;

const stream = async (port: number, sql: string): Promise<Measured> => {
  const client = await WireClient.open(port, user, database);
  const before = performance.now();
  const { rows } = await client.query(sql);
  const seconds = (performance.now() - before) / 1000;
  client.close();
  if (rows !== 1_000_000) throw new Error(`expected a million rows and got ${rows}`);
  return { count: rows, seconds, latencies: [] };
};

/** @param program pgbench */
export const scenarios = (program: string): readonly Scenario[] => [
  ...(['prepared', 'extended', 'simple'] as const).flatMap((mode) =>
    [1, 8, 32].map((clients): Scenario => {
      const threads = Math.min(2, clients);
      return {
        name: `${mode}, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
        unit: 'transactions',
        compares: 'rate',
        run: (port, length) =>
          pgbench(
            program,
            port,
            ['-M', mode, '-c', String(clients), '-j', String(threads)],
            length,
          ),
      };
    }),
  ),
  {
    // long enough that the collector works at the same time, on the same cores
    name: 'sustained, 8 clients',
    unit: 'transactions',
    compares: 'rate',
    rounds: 1,
    run: (port, length) =>
      pgbench(program, port, ['-M', 'prepared', '-c', '8', '-j', '2'], {
        ...length,
        seconds: length.seconds * 10,
      }),
  },
  {
    name: 'connection for each, 8 clients',
    unit: 'connections',
    compares: 'rate',
    run: (port, length) => pgbench(program, port, ['-C', '-c', '8', '-j', '2'], length),
  },
  {
    name: 'a million rows',
    unit: 'rows',
    compares: 'rate',
    run: (port) => stream(port, million),
  },
  {
    name: 'a million rows of text',
    unit: 'rows',
    compares: 'rate',
    run: (port) => stream(port, millionTexts),
  },
  {
    name: 'never seen before',
    unit: 'statements',
    compares: 'latency',
    run: (port, { statements }) => oneByOne(port, unseen(statements, unseenStatement)),
  },
  {
    name: 'never seen before, 9 kB',
    unit: 'statements',
    compares: 'latency',
    run: (port, { statements }) => oneByOne(port, unseen(Math.ceil(statements / 4), statement9k)),
  },
];
