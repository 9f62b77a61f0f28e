import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, works } from '../harness/program.js';
import { root } from '../harness/root.js';
import { urlOf, type Driver, type Transcript } from './driver.js';

/** One environment for all programs. */
const pinned = [
  'psycopg[binary]==3.3.9',
  'asyncpg==0.32.0',
  'SQLAlchemy==2.1.9',
  'greenlet==3.5.6',
  'pandas==3.1.1',
  'numpy==2.4.6',
];

// named by what is in it: other pins are another folder
const digest = createHash('sha256').update(pinned.join(' ')).digest('hex').slice(0, 12);
const home = join(root, '.cache', `python-${digest}`);
const python = join(home, 'bin', 'python');

/** It is built aside and renamed, so what lies at `home` is whole, however many build it at once. */
const build = async (): Promise<string | undefined> => {
  if (await works(python, ['--version'])) return undefined;
  await mkdir(join(root, '.cache'), { recursive: true });
  const fresh = `${home}.${process.pid}`;
  try {
    if (!(await works('python3', ['-m', 'venv', '--clear', fresh]))) return 'no python3 with venv';
    const pip = await run(
      join(fresh, 'bin', 'python'),
      [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1'],
        ...['--only-binary', ':all:', ...pinned],
      ],
      { timeout: 240_000 },
    );
    if (pip.code !== 0) return `${pinned.join(' ')} could not be installed: ${pip.stderr.trim()}`;
    await rename(fresh, home);
    return undefined;
  } catch (thrown) {
    // another test process was quicker
    if (await works(python, ['--version'])) return undefined;
    throw thrown;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

let built: Promise<string | undefined> | undefined;

/** A driver whose program is `test/drivers/PROGRAM`, run as `PROGRAM URL PART`. */
export const pythonDriver = (name: string, program: string): Driver => ({
  name,
  prepare: () => (built ??= build()),
  run: async (login, part) => {
    const file = join(root, 'test', 'drivers', program);
    await access(file);
    const ran = await mustRun(python, ['-B', file, urlOf(login), part], { timeout: 90_000 });
    return JSON.parse(ran.stdout) as Transcript;
  },
});
