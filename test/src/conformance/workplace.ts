/** A folder where the server's user may read and write, with what the suites need compiled in it. */
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverOwner, type Owner } from '../harness/binaries.js';
import { mustRun, run, works } from '../harness/program.js';
import { Missing } from './missing.js';
import type { Distribution } from './sources.js';

export interface Workplace {
  readonly owner: Owner;
  readonly home: string;
  /** of `postgres`, `psql` */
  readonly bin: string;
  /** `src/test` of the source */
  readonly tests: string;
  /** where `pg_regress` and `isolationtester` lie, below `regress/` and `isolation/` */
  readonly drivers: string;
  /** of regress.so */
  readonly libraries: string;
  /** the test program of libpq's pipelines */
  readonly pipeline: string;
  /** of libpq of the same version */
  readonly libpq: string;
  /** Makes an empty folder that is the server user's. */
  folder(name: string): Promise<string>;
  remove(): Promise<void>;
}

/** @throws Missing */
export const openWorkplace = async (from: Distribution): Promise<Workplace> => {
  const owner = await serverOwner();
  const home = await mkdtemp(join(tmpdir(), 'postern-conformance-'));
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  const give = async (path: string): Promise<void> => {
    if (owner.uid !== undefined && owner.gid !== undefined) {
      await chown(path, owner.uid, owner.gid);
    }
  };
  try {
    await chmod(home, 0o755);
    await give(home);
    const base = await readable(from.folder, home, owner);
    const system = join(base, 'system');
    const installed = join(system, 'usr', 'lib', 'postgresql', from.major);
    const workplace = {
      ...{ owner, home, remove },
      bin: join(installed, 'bin'),
      tests: join(base, 'source', 'src', 'test'),
      drivers: join(installed, 'lib', 'pgxs', 'src', 'test'),
      libraries: join(home, 'lib'),
      pipeline: join(home, 'lib', 'libpq_pipeline'),
      libpq: await libpqFolder(system),
      folder: async (name: string) => {
        const path = join(home, name);
        await rm(path, { recursive: true, force: true });
        await mkdir(path);
        await give(path);
        return path;
      },
    };
    await mustStart(workplace, from);
    await compile(workplace, system, from.major);
    return workplace;
  } catch (thrown) {
    await remove();
    throw thrown;
  }
};

/** A clone may lie where the server's user cannot go. */
const readable = async (folder: string, home: string, owner: Owner): Promise<string> => {
  if (await works('ls', [join(folder, 'system')], { ...owner, cwd: '/' })) return folder;
  const copy = join(home, 'postgresql');
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
};

const libpqFolder = async (system: string): Promise<string> => {
  const lib = join(system, 'usr', 'lib');
  const found = (await readdir(lib)).find((name) => name.includes('-linux-'));
  if (found === undefined) throw new Error(`no libpq below ${lib}`);
  return join(lib, found);
};

/** The packages' own dependencies are not downloaded: a server installed once brings them. */
const mustStart = async (
  { bin, libpq, owner }: Pick<Workplace, 'bin' | 'libpq' | 'owner'>,
  { version, major }: Distribution,
): Promise<void> => {
  for (const program of ['postgres', 'psql']) {
    const ran = await run(join(bin, program), ['--version'], {
      ...{ ...owner, cwd: '/' },
      env: { ...process.env, LD_LIBRARY_PATH: libpq },
    });
    if (ran.code !== 0) {
      throw new Missing(
        `libraries of ${program} ${version} (apt install postgresql-${major})\n${ran.stderr}`,
      );
    }
    if (!ran.stdout.includes(` ${version} `)) {
      throw new Error(`${program} is not ${version}: ${ran.stdout}`);
    }
  }
};

const compile = async (
  { libraries, bin, tests, pipeline, libpq }: Omit<Workplace, 'folder'>,
  system: string,
  major: string,
): Promise<void> => {
  await mkdir(libraries);
  const include = join(system, 'usr', 'include', 'postgresql');
  const gcc = ['-O1', '-w', '-I', join(include, major, 'server'), '-I', include];
  await mustRun('gcc', [
    ...[...gcc, '-fPIC', '-shared', join(tests, 'regress', 'regress.c')],
    ...['-o', join(libraries, 'regress.so')],
  ]);
  const lib = join(bin, '..', 'lib');
  for (const name of ['autoinc.so', 'refint.so']) {
    await copyFile(join(lib, name), join(libraries, name));
  }
  await mustRun('gcc', [
    ...[...gcc, join(tests, 'modules', 'libpq_pipeline', 'libpq_pipeline.c'), '-o', pipeline],
    ...['-L', lib, '-L', libpq, '-lpgcommon', '-lpgport', '-lpq', '-lm'],
  ]);
};
