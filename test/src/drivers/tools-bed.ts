import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findClient, versions, type Major } from '../harness/binaries.js';
import { startPostern } from '../harness/postern.js';
import { run, mustRun, type Ran } from '../harness/program.js';
import { root } from '../harness/root.js';
import type { Undo } from '../harness/undo.js';
import { serverWithTables } from './bed.js';
import { urlOf, type Login } from './driver.js';
import type { Postgres } from '../harness/postgres.js';

const fixtures = join(root, 'test', 'fixtures', 'drivers');
const scripts = join(root, 'test', 'drivers');

/** The two ways to the same server, by name. */
export type Way = 'direct' | 'through';
export const ways: readonly Way[] = ['direct', 'through'];

/** A server that the tools of this machine know, with a database of many kinds of things. */
export interface ToolsBed {
  readonly server: Postgres;
  /** `database`: the one of many things when absent */
  url(way: Way, database?: string): string;
  /** A new, empty database. @returns its name */
  empty(name: string): Promise<string>;
}

const names = ['psql', 'pg_dump', 'pg_restore', 'pgbench', 'vacuumdb', 'reindexdb'] as const;
export type Tool = (typeof names)[number];

const programs: Partial<Record<Tool, string>> = {};
for (const name of names) {
  const found = await findClient(name);
  if (found !== undefined) programs[name] = found;
}

/** Those of `tools` that are not on this machine. */
export const missing = (...tools: readonly Tool[]): readonly Tool[] =>
  tools.filter((tool) => programs[tool] === undefined);

/** Major version of psql. */
export const clientMajor = async (): Promise<number> => {
  const { stdout } = await mustRun(programs.psql ?? 'psql', ['--version']);
  return Number(/\) (\d+)/.exec(stdout)?.[1]);
};

const options = {
  cwd: scripts,
  env: { ...process.env, PGTZ: 'UTC', PGCONNECT_TIMEOUT: '10', LC_ALL: 'C.UTF-8' },
  timeout: 100_000,
};

/** Runs it to its end. @throws when it ends with anything but 0 */
export const tool = (name: Tool, words: readonly string[], input?: string): Promise<Ran> =>
  mustRun(programs[name] ?? name, words, { ...options, ...(input === undefined ? {} : { input }) });

/** What it says to a person, errors at their place. */
export const toolSays = async (
  name: Tool,
  words: readonly string[],
  input = '',
): Promise<string> => {
  const program = programs[name] ?? name;
  const ran = await run('sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...words], {
    ...options,
    input,
  });
  return `${ran.stdout}ended with ${ran.code ?? String(ran.signal)}\n`;
};

/** pg_dump refuses servers that are newer than itself. */
const serverFor = (client: number): Major =>
  versions.find((version) => version <= client) ?? versions[0];

export const toolsBed = async (undo: Undo): Promise<ToolsBed> => {
  const version = serverFor(await clientMajor());
  const { server, direct, reset } = await serverWithTables(undo, { version });
  await reset();
  const rich = await readFile(join(fixtures, 'rich.sql'), 'utf8');
  await server.sql(`SET ROLE ${direct.user}; ${rich}`, direct.database);
  const postern = await startPostern({
    files: [join(fixtures, 'allow.yaml')],
    upstream: server.url(direct.database),
    words: ['--as', 'user:tester'],
  });
  undo.push(() => postern.stop());
  const { hostname, port } = new URL(postern.governed);
  const logins: Readonly<Record<Way, Login>> = {
    direct,
    through: { ...direct, host: hostname, port: Number(port) },
  };
  return {
    server,
    url: (way, database = direct.database) => urlOf({ ...logins[way], database }),
    empty: async (name) => {
      await server.sql(`CREATE DATABASE ${name} OWNER ${direct.user}`);
      return name;
    },
  };
};
