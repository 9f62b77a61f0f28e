/** `pg_regress` and `pg_isolation_regress`. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Ended, Suite, SuiteRun } from './suites.js';

interface Driver {
  /** folder below `src/test` */
  readonly inputs: string;
  readonly program: string;
  readonly schedule: string;
  /** tests that others build on */
  readonly first: readonly string[];
  readonly words: (run: SuiteRun) => readonly string[];
}

const driver =
  (of: Driver): Suite =>
  async (run) => {
    const { workplace, target, folder, only } = run;
    const inputs = join(workplace.tests, of.inputs);
    const results = join(folder, 'results');
    const child = spawn(
      join(workplace.drivers, of.inputs, of.program),
      [
        ...[`--inputdir=${inputs}`, `--outputdir=${folder}`, `--bindir=${workplace.bin}`],
        ...[`--host=${target.host}`, `--port=${target.port}`, '--user=postgres'],
        ...(run.maxConnections > 0 ? [`--max-connections=${run.maxConnections}`] : []),
        ...of.words(run),
        ...(only.length === 0
          ? [`--schedule=${join(inputs, of.schedule)}`]
          : [...of.first, ...only.filter((name) => !of.first.includes(name))]),
      ],
      { ...workplace.owner, cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const kill = (): void => {
      child.kill();
    };
    process.once('exit', kill);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const ended = endedIn(line);
      if (ended === undefined) said += `${line}\n`;
      else await run.onEnd(ended);
    }
    // 1: some outputs are not what PostgreSQL expects
    const ending = await code;
    process.off('exit', kill);
    if (ending !== 0 && ending !== 1) {
      throw new Error(`${of.program} (${target.way}) ended with ${String(ending)}\n${said}`);
    }
    await mkdir(results, { recursive: true });
    return results;
  };

/** Nothing of the person's own settings. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'],
  LC_ALL: 'C',
});

/** Until 15 `test boolean ... ok 56 ms`, then `ok 12 + boolean 56 ms`. */
const endedIn = (line: string): Ended | undefined => {
  const milliseconds = Number(/(\d+) ms/.exec(line)?.[1] ?? 0);
  const [, before, outcome] = /^(?:test)? *(\S+) +\.\.\. +(ok|FAILED)\b/.exec(line) ?? [];
  if (before !== undefined) return { test: before, expected: outcome === 'ok', milliseconds };
  const [, not, after] = /^(not )?ok \d+ +[-+] (\S+)/.exec(line) ?? [];
  return after === undefined
    ? undefined
    : { test: after, expected: not === undefined, milliseconds };
};

export const regress = driver({
  inputs: 'regress',
  program: 'pg_regress',
  schedule: 'parallel_schedule',
  first: ['test_setup', 'create_index'],
  words: ({ workplace }) => [`--dlpath=${workplace.libraries}`, '--encoding=UTF8'],
});

export const isolation = driver({
  inputs: 'isolation',
  program: 'pg_isolation_regress',
  schedule: 'isolation_schedule',
  first: [],
  words: () => [],
});
