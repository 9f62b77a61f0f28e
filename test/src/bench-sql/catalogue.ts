import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CatalogueReader, classify, type Rows } from '@postern/sql';
import pg from 'pg';
import { forgetPeak, usageOf } from '../bench/processes.js';
import { findClient } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import { mustRun } from '../harness/program.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { columnsEach, makeLargeSchema, tables } from './schema.js';

export interface Reading {
  readonly what: string;
  readonly ms: number;
  /** to what pg_dump --schema-only takes, where that does the same */
  readonly toDump?: number;
  readonly heapMiB?: number;
  readonly peakMiB?: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

/** `postern sql catalogue` as a process of its own: how long, and its whole resident memory at the peak, MiB. */
const printed = async (url: string): Promise<{ readonly ms: number; readonly peakMiB: number }> => {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'cli', 'bin', 'postern.js'), 'sql', 'catalogue', '--database-url', url],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = once(child, 'exit');
  let peakMiB = 0;
  const look = setInterval(() => {
    void usageOf(child.pid ?? 0).then((usage) => {
      peakMiB = Math.max(peakMiB, usage?.peakMiB ?? 0);
    });
  }, 10);
  const [code] = (await ended) as [number | null];
  clearInterval(look);
  if (code !== 0) throw new Error('postern sql catalogue failed');
  return { ms: performance.now() - start, peakMiB };
};

const timed = async <T>(run: () => Promise<T> | T): Promise<readonly [T, number]> => {
  const start = performance.now();
  return [await run(), performance.now() - start];
};

/** Reads a catalogue of 10,000 tables: whole, when nothing has changed, and after DDL. */
export async function catalogueReadings(say: (text: string) => void): Promise<readonly Reading[]> {
  const undo = new Undo();
  try {
    // pg_dump is seldom newer than this, and locks each table.
    const server = await startPostgres({
      version: 15,
      settings: { max_locks_per_transaction: '1024' },
    });
    undo.push(() => server.stop());
    const client = new pg.Client({ connectionString: server.login('postgres') });
    await client.connect();
    undo.push(() => client.end());
    await makeLargeSchema(client, say);
    const types = { getTypeParser: () => (value: string) => value };
    const ask = async (text: string): Promise<Rows> =>
      (await client.query<(string | null)[]>({ text, rowMode: 'array', types })).rows;
    const dumper = await findClient('pg_dump');
    if (dumper === undefined) throw new Error('pg_dump is not installed');
    const [, dump] = await timed(() =>
      mustRun(dumper, ['--schema-only', '--file=/dev/null', server.login('postgres')]),
    );

    const reader = new CatalogueReader();
    const before = heap();
    await forgetPeak(process.pid);
    const resident = (await usageOf(process.pid))?.residentMiB ?? Number.NaN;
    const [version] = await timed(() => reader.fingerprint(ask));
    const [catalogue, whole] = await timed(() => reader.read(ask, version, true));
    const peak = (await usageOf(process.pid))?.peakMiB ?? Number.NaN;
    const held = heap() - before;
    const [, tagged] = await timed(() => classify(catalogue, []));
    const [, looked] = await timed(() => reader.fingerprint(ask));
    await client.query('ALTER TABLE t5 ADD COLUMN more int');
    const [changed] = await timed(() => reader.fingerprint(ask));
    const [after, again] = await timed(() => reader.read(ask, changed, true));
    if (after.relation('public', 't5')?.columns.length !== 21)
      throw new Error('the change was not read');
    const [columns, made] = await timed(() =>
      catalogue.data.relations.reduce((sum, relation) => sum + relation.columns.length, 0),
    );
    if (columns < tables * columnsEach) throw new Error('columns are missing');
    const heldWithColumns = heap() - before;
    const print = await printed(server.login('postgres'));
    return [
      { what: 'pg_dump --schema-only', ms: dump },
      {
        what: 'read whole',
        ms: whole,
        toDump: whole / dump,
        heapMiB: held,
        peakMiB: peak - resident,
      },
      { what: 'classify its columns', ms: tagged },
      { what: 'ask whether it has changed', ms: looked },
      { what: 'look at every column', ms: made, heapMiB: heldWithColumns },
      { what: 'read again after ALTER TABLE', ms: again, toDump: again / dump },
      {
        what: '`postern sql catalogue`, the whole process',
        ms: print.ms,
        toDump: print.ms / dump,
        peakMiB: print.peakMiB,
      },
    ];
  } finally {
    await undo.all();
  }
}
