/**
 * `make bench`: the same work through every target, interleaved in one run, so that what the machine
 * does meanwhile happens to all of them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findClient } from '../harness/binaries.js';
import { startPostgres, type Postgres } from '../harness/postgres.js';
import { mustRun } from '../harness/program.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { latencyChart, throughputChart } from './chart.js';
import { readOptions, usage, type BenchOptions } from './options.js';
import { forgetPeak, machine, usageOf } from './processes.js';
import { pageOf, type Report } from './page.js';
import { summarise, type Sample, type ScenarioResult } from './results.js';
import { scenarios, type Scenario } from './scenarios.js';
import { tableOf } from './table.js';
import { startTarget, type Target } from './targets.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Node of the images, when tools/binaries is installed. */
const publishedNode = (): string | undefined => {
  try {
    const from = createRequire(join(root, 'tools', 'binaries', 'package.json'));
    return join(dirname(from.resolve('node24/package.json')), 'bin', 'node');
  } catch {
    // not installed: the Node this runs on will do
    return undefined;
  }
};

const prepare = async (pgbench: string): Promise<Postgres> => {
  const server = await startPostgres({
    auth: 'trust',
    settings: {
      max_connections: '200',
      shared_buffers: '512MB',
      synchronous_commit: 'off',
      autovacuum: 'off',
      full_page_writes: 'off',
      max_wal_size: '4GB',
    },
  });
  await server.sql('CREATE DATABASE bench');
  const where = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres'];
  await mustRun(pgbench, [...where, '-i', '-s', '10', '-q', 'bench']);
  await server.sql(
    `CREATE TABLE public.people AS
       SELECT i AS id, 'Person ' || i AS name, 'person' || i || '@mail.example' AS email,
              'City ' || i % 500 AS city, i % 10000 AS balance,
              timestamptz '2024-01-01 00:00:00+00' + i * interval '1 second' AS joined
       FROM generate_series(1, 1000000) AS i;
     ANALYZE public.people`,
    'bench',
  );
  await server.sql('CHECKPOINT');
  return server;
};

const measure = async (
  scenario: Scenario,
  target: Target,
  round: number,
  options: BenchOptions,
): Promise<Sample> => {
  if (target.pid !== undefined) await forgetPeak(target.pid);
  const before = await usages(target);
  const measured = await whileStopped(target.besideStops === true ? target.beside : undefined, () =>
    scenario.run(target.port, options),
  );
  const after = await usages(target);
  const catchUpSeconds = await quiet(target);
  const [, beside] = await usages(target);
  const spent = (i: 0 | 1): number | undefined => {
    // The collector's work is done when it has caught up.
    const [from, to] = [before[i], i === 0 ? after[i] : beside];
    return from === undefined || to === undefined ? undefined : to.cpuSeconds - from.cpuSeconds;
  };
  const meanwhile = after[1]?.cpuSeconds;
  return {
    ...measured,
    round,
    target: target.name,
    cpuSeconds: spent(0),
    besideCpuSeconds: spent(1),
    besideMeanwhile:
      meanwhile === undefined || before[1] === undefined
        ? undefined
        : meanwhile - before[1].cpuSeconds,
    residentMiB: after[0]?.peakMiB,
    grownMiB:
      after[0] === undefined || before[0] === undefined
        ? undefined
        : after[0].peakMiB - before[0].residentMiB,
    catchUpSeconds: target.beside === undefined ? undefined : catchUpSeconds,
  };
};

const whileStopped = async <T>(pid: number | undefined, run: () => Promise<T>): Promise<T> => {
  if (pid === undefined) return run();
  process.kill(pid, 'SIGSTOP');
  try {
    return await run();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
};

/**
 * Waits until the processes of a target are idle: what the collector still has to take in must not slow
 * the next target.
 *
 * @returns seconds it took
 */
const quiet = async (target: Target): Promise<number> => {
  const spent = async (): Promise<number> =>
    (await usages(target)).reduce((total, usage) => total + (usage?.cpuSeconds ?? 0), 0);
  const from = performance.now();
  for (let before = await spent(); ;) {
    await sleep(250);
    const now = await spent();
    const seconds = (performance.now() - from) / 1000;
    // less than 4 % of a core
    if (now - before <= 0.01 || seconds > 120) return Math.max(0, seconds - 0.25);
    before = now;
  }
};

const usages = async (
  target: Target,
): Promise<readonly [Awaited<ReturnType<typeof usageOf>>, Awaited<ReturnType<typeof usageOf>>]> => [
  target.pid === undefined ? undefined : await usageOf(target.pid),
  target.beside === undefined ? undefined : await usageOf(target.beside),
];

const bench = async (options: BenchOptions, undo: Undo): Promise<void> => {
  const pgbench = await findClient('pgbench');
  if (pgbench === undefined) {
    throw new Error('pgbench is not installed (Debian: apt install postgresql-contrib)');
  }
  const chosen = scenarios(pgbench).filter(
    ({ name }) => options.only.length === 0 || options.only.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`no scenario is called so: ${options.only.join(', ')}`);
  const node = options.node ?? publishedNode() ?? process.execPath;
  const nodeVersion = (await mustRun(node, ['--version'])).stdout.trim();

  say('Loading PostgreSQL ...');
  const server = await prepare(pgbench);
  undo.push(() => server.stop());
  const targets: Target[] = [];
  const absent: { name: string; why: string }[] = [];
  for (const name of options.targets) {
    const started = await startTarget(name, { server, node, profile: options.profile });
    if (started.kind === 'absent') {
      absent.push(started);
      say(`left out: ${name}: ${started.why}`);
      continue;
    }
    undo.push(() => started.target.stop());
    targets.push(started.target);
  }
  const { cpu, cores } = await machine();
  say(`PostgreSQL ${server.version}, Node ${nodeVersion}, ${cores} cores (${cpu})`);
  say(`${targets.map(({ name }) => name).join(', ')}; ${options.rounds} rounds, interleaved\n`);

  // What is compiled and cached at first use is not what is measured: V8 needs some 100,000 statements.
  const [warming] = scenarios(pgbench).filter(({ name }) => name.startsWith('prepared, 8'));
  for (const target of targets) {
    await warming?.run(target.port, { seconds: 6, statements: 50 });
    await quiet(target);
  }
  const results: ScenarioResult[] = [];
  for (const scenario of chosen) {
    const samples: Sample[] = [];
    for (let round = 0; round < (scenario.rounds ?? options.rounds); round += 1) {
      for (let i = 0; i < targets.length; i += 1) {
        // nobody is always first
        const target = targets[(i + round) % targets.length];
        if (target === undefined) continue;
        try {
          samples.push(await measure(scenario, target, round, options));
        } catch (thrown) {
          say(`${scenario.name}: ${target.name}: ${String(thrown).split('\n')[0] ?? ''}`);
        }
      }
    }
    const result = summarise(
      scenario,
      targets.map(({ name }) => name),
      samples,
    );
    results.push(result);
    say(`${tableOf(result)}\n`);
  }

  if (options.out === undefined) return;
  const report: Report = {
    command: ['make', 'bench', ...(words.length > 0 ? [`BENCH='${words.join(' ')}'`] : [])].join(
      ' ',
    ),
    date: new Date().toISOString().slice(0, 10),
    ...{ cpu, cores, node: nodeVersion, postgresql: server.version, rounds: options.rounds },
    seconds: options.seconds,
    absent,
    results,
  };
  await mkdir(options.out, { recursive: true });
  const write = (name: string, text: string): Promise<void> =>
    writeFile(join(options.out ?? '', name), text);
  await write('results.json', `${JSON.stringify(report, null, 2)}\n`);
  await write('throughput.svg', throughputChart(report));
  await write('latency.svg', latencyChart(report));
  await write('README.md', pageOf(report));
  say(`Written to ${options.out}`);
};

const words = process.argv.slice(2);
const undo = new Undo();
const stopAll = (): void => {
  void undo.all().finally(() => process.exit(130));
};
process.once('SIGINT', stopAll);
process.once('SIGTERM', stopAll);
try {
  if (words.includes('--help')) say(usage);
  else await bench(readOptions(words, join(root, 'docs', 'benchmarks')), undo);
} catch (thrown) {
  process.stderr.write(`bench: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
} finally {
  await undo.all();
}
