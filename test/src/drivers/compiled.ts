import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, works } from '../harness/program.js';
import { root } from '../harness/root.js';
import { urlOf, type Driver, type Transcript } from './driver.js';

type Words = readonly [program: string, ...words: string[]];

/** A driver whose program is compiled here, by a tool that itself knows what has changed since. */
export interface Compiled {
  readonly name: string;
  /** below `test/drivers`, and where it is built below `.cache` */
  readonly folder: string;
  /** tells whether the tool is there */
  readonly version: Words;
  /** fetches what it is made of; where that cannot be had, the driver is skipped */
  readonly fetch: Words;
  readonly build: (target: string) => Words;
  readonly environment?: (target: string) => Readonly<Record<string, string>>;
  /** the program, below where it is built */
  readonly made: string;
}

export const compiledDriver = (tools: Compiled): Driver => {
  const cwd = join(root, 'test', 'drivers', tools.folder);
  const target = join(root, '.cache', tools.folder);
  const program = join(target, tools.made);
  return {
    name: tools.name,
    prepare: async () => {
      const [tool, ...asked] = tools.version;
      if (!(await works(tool, asked))) return `no ${tool}`;
      await mkdir(target, { recursive: true });
      const options = { cwd, env: { ...process.env, ...tools.environment?.(target) } };
      const [fetch, ...fetching] = tools.fetch;
      const fetched = await run(fetch, fetching, { ...options, timeout: 180_000 });
      if (fetched.code !== 0) return `it could not be fetched: ${fetched.stderr.slice(-500)}`;
      const [build, ...building] = tools.build(target);
      // a program that does not compile is a failure, not a reason to skip
      await mustRun(build, building, { ...options, timeout: 300_000 });
      await access(program);
      return undefined;
    },
    run: async (login, part) => {
      const env = { ...process.env, TZ: 'UTC' };
      const ran = await mustRun(program, [urlOf(login), part], { env, timeout: 60_000 });
      return JSON.parse(ran.stdout) as Transcript;
    },
  };
};

export const pgx = compiledDriver({
  name: 'pgx',
  folder: 'pgx',
  version: ['go', 'version'],
  fetch: ['go', 'mod', 'download'],
  build: (target) => ['go', 'build', '-trimpath', '-o', join(target, 'session'), '.'],
  made: 'session',
});

export const tokioPostgres = compiledDriver({
  name: 'tokio-postgres',
  folder: 'tokio',
  version: ['cargo', '--version'],
  fetch: ['cargo', 'fetch', '--locked'],
  build: () => ['cargo', 'build', '--quiet', '--locked', '--offline'],
  environment: (target) => ({ CARGO_TARGET_DIR: target }),
  made: join('debug', 'tokio-session'),
});
