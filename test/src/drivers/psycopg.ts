import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, works } from '../harness/program.js';
import { root } from '../harness/root.js';
import { urlOf, type Driver, type Transcript } from './driver.js';

const pinned = 'psycopg[binary]==3.3.9';
const home = join(root, '.cache', 'python');
const python = join(home, 'bin', 'python');

const prepare = async (): Promise<string | undefined> => {
  if (await works(python, ['-c', 'import psycopg'])) return undefined;
  await mkdir(join(root, '.cache'), { recursive: true });
  if (!(await works('python3', ['-m', 'venv', '--clear', home]))) return 'no python3 with venv';
  const pip = await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', pinned],
    { timeout: 120_000 },
  );
  return pip.code === 0 ? undefined : `${pinned} could not be installed: ${pip.stderr.trim()}`;
};

export const psycopg: Driver = {
  name: 'psycopg',
  prepare,
  run: async (login, part) => {
    const program = join(root, 'test', 'drivers', 'psycopg_session.py');
    await access(program);
    const ran = await mustRun(python, [program, urlOf(login), part], { timeout: 60_000 });
    return JSON.parse(ran.stdout) as Transcript;
  },
};
