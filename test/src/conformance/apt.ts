/** The distribution's packages, downloaded without root and without touching the machine's own apt. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, works } from '../harness/program.js';
import { Missing } from './missing.js';

export interface Apt {
  /** Packages whose name starts so. */
  names(prefix: string): Promise<readonly string[]>;
  /** Versions there are of a package and of its source, newest first. */
  versions(name: string): Promise<{ readonly built: string[]; readonly source: string[] }>;
  /** Downloads into a folder. @returns whether all were there */
  download(folder: string, packages: readonly string[], version: string): Promise<boolean>;
  /** Downloads the tarball of a source package. @returns its path; undefined: not there */
  downloadSource(folder: string, name: string, version: string): Promise<string | undefined>;
}

/** @throws Missing */
export const openApt = async (home: string): Promise<Apt> => {
  for (const [program, of] of [
    ['apt-get', 'apt: this needs Debian or a system made from it'],
    ['dpkg', 'dpkg: this needs Debian or a system made from it'],
    ['tar', 'tar (apt install tar)'],
    ['bzip2', 'bzip2 (apt install bzip2)'],
  ] as const) {
    if (!(await works(program, ['--version'], { input: '' }))) throw new Missing(of);
  }
  const parts = join(home, 'sources');
  for (const folder of [parts, join(home, 'lists', 'partial')]) {
    await mkdir(folder, { recursive: true });
  }
  await mkdir(join(home, 'cache', 'archives', 'partial'), { recursive: true });
  await copySources(parts);
  const options = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${parts}`,
    `Dir::State::Lists=${join(home, 'lists')}`,
    `Dir::Cache=${join(home, 'cache')}`,
    // the user apt would download as may not write there
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const get = (words: readonly string[], cwd = home): ReturnType<typeof run> =>
    run('apt-get', ['-qq', ...options, ...words], { cwd });
  const cache = async (words: readonly string[]): Promise<string[]> =>
    (await mustRun('apt-cache', [...options, ...words])).stdout.split('\n');

  const updated = await get(['update']);
  if (updated.code !== 0) {
    throw new Missing(`the package lists: apt-get update failed\n${updated.stderr}`);
  }
  return {
    names: (prefix) => cache(['pkgnames', prefix]),
    versions: async (name) => {
      const rows = (await cache(['madison', name])).map((line) =>
        line.split('|').map((cell) => cell.trim()),
      );
      const those = (isSource: boolean): string[] => [
        ...new Set(
          rows
            .filter(
              ([named, , where = '']) => named === name && where.endsWith(' Sources') === isSource,
            )
            .map(([, version = '']) => version),
        ),
      ];
      return { built: those(false), source: those(true) };
    },
    download: async (folder, packages, version) =>
      (await get(['download', ...packages.map((name) => `${name}=${version}`)], folder)).code === 0,
    downloadSource: async (folder, name, version) => {
      const words = ['source', '--download-only', '--tar-only', `${name}=${version}`];
      if ((await get(words, folder)).code !== 0) return undefined;
      const tarball = (await readdir(folder)).find((file) => file.includes('.orig.tar.'));
      return tarball === undefined ? undefined : join(folder, tarball);
    },
  };
};

/** The machine's entries, each with its sources. */
const copySources = async (to: string): Promise<void> => {
  const etc = '/etc/apt';
  const parts = await readdir(join(etc, 'sources.list.d')).catch(() => []);
  for (const file of ['sources.list', ...parts.map((name) => join('sources.list.d', name))]) {
    const text = await readFile(join(etc, file), 'utf8').catch(() => '');
    const name = file.split('/').at(-1) ?? file;
    if (name.endsWith('.sources')) {
      await writeFile(join(to, name), text.replace(/^Types:.*$/gm, 'Types: deb deb-src'));
    } else if (name.endsWith('.list')) {
      const entries = text.split('\n').filter((line) => /^deb\s/.test(line));
      const both = entries.flatMap((line) => [line, line.replace(/^deb/, 'deb-src')]);
      await writeFile(join(to, name), `${both.join('\n')}\n`);
    }
  }
};
