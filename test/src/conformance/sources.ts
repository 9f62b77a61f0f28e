/** PostgreSQL's own tests and programs of one version, from the distribution, in .cache/conformance. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, works } from '../harness/program.js';
import { root } from '../harness/root.js';
import { openApt, type Apt } from './apt.js';
import { Missing } from './missing.js';

/** One version, unpacked. */
export interface Distribution {
  /** e.g. `15.18` */
  readonly version: string;
  readonly major: string;
  /** holds `system/` (packages) and `source/` */
  readonly folder: string;
}

const cache = join(root, '.cache', 'conformance');

/** What of the source is needed. */
const parts = ['src/test/regress', 'src/test/isolation', 'src/test/modules/libpq_pipeline'];

/** Downloads only what is not unpacked already. @throws Missing */
export const provide = async (say: (text: string) => void): Promise<Distribution> => {
  if (!(await works('gcc', ['--version']))) throw new Missing('gcc (apt install gcc libc6-dev)');
  const there = await unpackedBefore();
  if (there !== undefined) return there;
  say("Fetching PostgreSQL's source and programs from the distribution ...");
  const home = join(cache, 'apt');
  await mkdir(home, { recursive: true });
  const apt = await openApt(home);
  const major = await newestMajor(apt);
  const { built, source } = await apt.versions(`postgresql-${major}`);
  // the newest source may not have reached a mirror, or left it
  for (const version of built.filter((each) => source.includes(each))) {
    const fetched = await fetchVersion(apt, major, version);
    if (fetched !== undefined) return fetched;
    say(`${version} is not to be had as source and packages`);
  }
  throw new Missing(`a version of postgresql-${major} with source in the distribution`);
};

const unpackedBefore = async (): Promise<Distribution | undefined> => {
  for (const name of await readdir(cache).catch(() => [])) {
    const folder = join(cache, name);
    const text = await readFile(join(folder, 'complete.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    return { ...(JSON.parse(text) as { version: string; major: string }), folder };
  }
  return undefined;
};

/** The programs of the tests come with `postgresql-server-dev-`. */
const newestMajor = async (apt: Apt): Promise<string> => {
  const majors = (await apt.names('postgresql-server-dev-'))
    .map((name) => /-(\d+)$/.exec(name)?.[1] ?? '')
    .filter((major) => major !== '')
    .sort((a, b) => Number(b) - Number(a));
  if (majors[0] === undefined) throw new Missing('postgresql-server-dev in the distribution');
  return majors[0];
};

/** @returns undefined: not to be had whole */
const fetchVersion = async (
  apt: Apt,
  major: string,
  packaged: string,
): Promise<Distribution | undefined> => {
  const version = /^(?:\d+:)?(\d+\.\d+)/.exec(packaged)?.[1];
  if (version === undefined) return undefined;
  const fresh = join(cache, `fetching-${version}`);
  await rm(fresh, { recursive: true, force: true });
  const [downloads, system, source] = ['downloads', 'system', 'source'].map((name) =>
    join(fresh, name),
  ) as [string, string, string];
  for (const folder of [downloads, system, source]) await mkdir(folder, { recursive: true });
  const packages = [
    ...['postgresql', 'postgresql-client', 'postgresql-server-dev'].map((n) => `${n}-${major}`),
    ...['libpq5', 'libpq-dev'],
  ];
  const tarball = await apt.downloadSource(downloads, `postgresql-${major}`, packaged);
  if (tarball === undefined || !(await apt.download(downloads, packages, packaged))) {
    await rm(fresh, { recursive: true, force: true });
    return undefined;
  }
  for (const file of await readdir(downloads)) {
    if (file.endsWith('.deb')) await mustRun('dpkg', ['-x', join(downloads, file), system]);
  }
  await mustRun('tar', [
    ...['-xf', tarball, '-C', source, '--strip-components=1'],
    ...['--no-same-owner', '--wildcards', ...parts.map((part) => `*/${part}`)],
  ]);
  await rm(downloads, { recursive: true });
  const folder = join(cache, version);
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await writeFile(join(folder, 'complete.json'), JSON.stringify({ version, major }));
  return { version, major, folder };
};
