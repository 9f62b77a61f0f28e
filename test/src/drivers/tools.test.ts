/** PostgreSQL's own tools do through Postern what they do without. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Undo } from '../harness/undo.js';
import {
  clientMajor,
  missing,
  tool,
  toolSays,
  toolsBed,
  ways,
  type Tool,
  type ToolsBed,
  type Way,
} from './tools-bed.js';

const undo = new Undo();
let bed: ToolsBed;
let folder: string;
const major = missing('psql').length === 0 ? await clientMajor() : 0;

beforeAll(async () => {
  if (major === 0) return;
  folder = await mkdtemp(join(tmpdir(), 'postern-tools-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  bed = await toolsBed(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

/** Skipped by name where this machine lacks a tool. */
const describeTools = (tools: readonly Tool[], describeThem: () => void): void => {
  const lacking = missing('psql', ...tools);
  if (lacking.length === 0) {
    describe(tools.join(', '), describeThem);
    return;
  }
  console.warn(`skipped: ${tools.join(', ')}: no ${lacking.join(', ')} on this machine`);
  describe.skip(`${tools.join(', ')} (not on this machine)`, describeThem);
};

/** The same both ways; what is in `act` must not depend on anything else. */
const sameBothWays = async (act: (way: Way) => Promise<string>): Promise<string> => {
  const direct = await act('direct');
  expect(await act('through')).toBe(direct);
  return direct;
};

/** Newer minor versions have a random word in it. */
const withoutToken = (dump: string): string => dump.replace(/^\\(un)?restrict .*\n/gm, '');

/** Everything in a database, as text. */
const dumped = async (url: string, ...words: readonly string[]): Promise<string> =>
  withoutToken((await tool('pg_dump', [...words, url])).stdout);

describeTools(['pg_dump', 'pg_restore'], () => {
  test.each([
    [[]],
    [['--schema-only']],
    [['--inserts', '--rows-per-insert=7']],
    [['--column-inserts', '--serializable-deferrable']],
  ])(
    'dumps as text %j',
    async (words) => {
      const text = await sameBothWays((way) => dumped(bed.url(way), ...words));
      expect(text).toMatch(/CREATE TABLE shop\.orders/);
    },
    60_000,
  );

  test.each([
    ['custom', []],
    ['tar', []],
    ['directory', ['-j', '2']],
  ])(
    'dumps as %s, and what was dumped is the same',
    async (format, words) => {
      const text = await sameBothWays(async (way) => {
        const file = join(folder, `${format}-${way}`);
        await tool('pg_dump', ['-F', format, ...words, '-f', file, bed.url(way)]);
        return withoutToken((await tool('pg_restore', ['-f', '-', file])).stdout);
      });
      expect(text).toMatch(/CREATE TABLE shop\.orders/);
    },
    60_000,
  );

  /** What restores `file`, a dump in that format, to a database. */
  const restores: readonly (readonly [string, readonly string[], Tool, readonly string[]])[] = [
    ['plain', [], 'psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', 'FILE', '-d', 'URL']],
    ['plain', ['--inserts'], 'psql', ['-X', '-q', '-1', '-f', 'FILE', '-d', 'URL']],
    ['custom', [], 'pg_restore', ['--exit-on-error', '-d', 'URL', 'FILE']],
    ['custom', [], 'pg_restore', ['--single-transaction', '-d', 'URL', 'FILE']],
    ['directory', [], 'pg_restore', ['--exit-on-error', '-j', '2', '-d', 'URL', 'FILE']],
  ];
  test.each(restores.map((one, i) => [i, ...one] as const))(
    'restores %i: %s %j by %s %j',
    async (i, format, words, restorer, restoring) => {
      const file = join(folder, `restore-${i}`);
      await tool('pg_dump', ['-F', format, ...words, '-f', file, bed.url('direct')]);
      const text = await sameBothWays(async (way) => {
        const database = await bed.empty(`restored_${i}_${way}`);
        const filled = restoring.map((word) =>
          word.replace('FILE', file).replace('URL', bed.url(way, database)),
        );
        await tool(restorer, filled);
        return dumped(bed.url('direct', database));
      });
      expect(text).toBe(await dumped(bed.url('direct')));
    },
    60_000,
  );

  test('restores over what is there: it is dropped first', async () => {
    const file = join(folder, 'clean');
    await tool('pg_dump', ['-F', 'custom', '-f', file, bed.url('direct')]);
    const text = await sameBothWays(async (way) => {
      const database = await bed.empty(`clean_${way}`);
      const url = bed.url(way, database);
      await tool('pg_restore', ['--exit-on-error', '-d', bed.url('direct', database), file]);
      await tool('pg_restore', ['--exit-on-error', '--clean', '--if-exists', '-d', url, file]);
      return dumped(bed.url('direct', database));
    });
    expect(text).toBe(await dumped(bed.url('direct')));
  }, 60_000);
});

describeTools(['psql'], () => {
  const scripts = [
    'tools.psql',
    ...(major >= 16 ? ['tools-16.psql'] : []),
    ...(major >= 18 ? ['tools-18.psql'] : []),
  ];
  test.each(scripts)(
    'runs %s',
    async (script) => {
      const said = await sameBothWays(async (way) => {
        const database = await bed.empty(`${script.replace(/\W/g, '_')}_${way}`);
        const file = join(folder, `copied-${way}`);
        const words = ['-X', '-a', '-v', `file=${file}`, '-f', script, bed.url(way, database)];
        const seen = await toolSays('psql', words);
        // \errverbose: where in its source the server found an error
        const ours = seen.replaceAll(file, 'FILE').replace(/^LOCATION: .*\n/gm, '');
        return `${ours}${await readFile(file, 'utf8').catch(() => '')}`;
      });
      expect(said).toMatch(/^ended with 0$/m);
    },
    60_000,
  );
});

describeTools(['psql'], () => {
  test.each([
    'COPY nowhere TO STDOUT;',
    'COPY nowhere.items TO STDOUT;',
    'CALL noproc();',
    'SELECT noproc(1, 2.5);',
    'SELECT * FROM nowhere.items;',
  ])('is told the same: %s', async (input) => {
    await sameBothWays((way) => toolSays('psql', ['-X', bed.url(way)], `${input}\n`));
  });
});

describeTools(['pgbench'], () => {
  /** The tables of pgbench in few words. History has the time of day. */
  const sums = `SELECT json_build_array(
    (SELECT md5(string_agg(t::text, ' ' ORDER BY aid)) FROM pgbench_accounts t),
    (SELECT json_agg(t ORDER BY tid) FROM pgbench_tellers t),
    (SELECT json_agg(t ORDER BY bid) FROM pgbench_branches t),
    (SELECT json_agg(json_build_array(tid, bid, aid, delta) ORDER BY mtime, aid, delta) FROM pgbench_history))`;
  const databaseOf = (way: Way): string => `bench_${way}`;
  const state = async (way: Way): Promise<string> =>
    JSON.stringify(await bed.server.sql(sums, databaseOf(way)));

  test('makes its tables', async () => {
    await sameBothWays(async (way) => {
      await bed.empty(databaseOf(way));
      await tool('pgbench', ['-i', '--foreign-keys', '-q', bed.url(way, databaseOf(way))]);
      await tool('pgbench', ['-i', '-I', 'dtGvp', '-q', bed.url(way, databaseOf(way))]);
      return state(way);
    });
  }, 100_000);

  test.each(['simple', 'extended', 'prepared'])(
    'runs transactions, %s',
    async (mode) => {
      await sameBothWays(async (way) => {
        const words = ['-n', '-M', mode, '-t', '50', '--random-seed=5'];
        const { stdout } = await tool('pgbench', [...words, bed.url(way, databaseOf(way))]);
        expect(stdout).toMatch(/actually processed: 50\/50/);
        return state(way);
      });
      for (const way of ways) {
        const words = ['-n', '-M', mode, '-c', '4', '-j', '2', '-t', '20', '-C', '-S'];
        const { stdout } = await tool('pgbench', [...words, bed.url(way, databaseOf(way))]);
        expect(stdout).toMatch(/actually processed: 80\/80/);
      }
    },
    60_000,
  );

  test.each(['extended', 'prepared'])(
    'runs pipelines, %s',
    async (mode) => {
      await sameBothWays(async (way) => {
        const words = ['-n', '-M', mode, '-t', '30', '--random-seed=6', '-f', 'pipeline.pgbench'];
        const { stdout } = await tool('pgbench', [...words, bed.url(way, databaseOf(way))]);
        expect(stdout).toMatch(/actually processed: 30\/30/);
        return state(way);
      });
    },
    60_000,
  );
});

describeTools(['vacuumdb', 'reindexdb'], () => {
  test.each<readonly [Tool, readonly string[]]>([
    ['vacuumdb', ['--analyze', '--jobs=2']],
    ['vacuumdb', ['--analyze-in-stages', '--table=shop.orders', '--table=public.items']],
    ['vacuumdb', ['--full', '--table=shop.orders']],
    ['reindexdb', ['--jobs=2', '--schema=shop']],
    ['reindexdb', ['--concurrently', '--index=shop.orders_mood']],
  ])(
    'does its work: %s %j',
    async (name, words) => {
      // two sessions take turns as they please
      const said = await sameBothWays(async (way) =>
        (await toolSays(name, ['-e', ...words, bed.url(way)])).split('\n').sort().join('\n'),
      );
      expect(said).toMatch(/ended with 0/);
    },
    60_000,
  );
});
