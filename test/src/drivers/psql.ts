import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findClient } from '../harness/binaries.js';
import { run } from '../harness/program.js';
import { root } from '../harness/root.js';
import { urlOf, type Driver, type Login, type Transcript } from './driver.js';

let program = 'psql';

const environment = { ...process.env, PGTZ: 'UTC', PGCONNECT_TIMEOUT: '10', LC_ALL: 'C.UTF-8' };

/** Everything it says, in order. */
const asked = async (login: Login, input: string): Promise<string> => {
  const ran = await run(
    'sh',
    ['-c', 'exec "$0" "$@" 2>&1', program, '-X', '-q', '-a', urlOf(login)],
    { input, env: environment, timeout: 60_000, cwd: join(root, 'test', 'drivers') },
  );
  return (
    ran.stdout
      // a notification names the process that sent it
      .replace(/server process with PID \d+/g, 'server process')
      // where in its source the server found an error; one that Postern finds first has no such place
      .replace(/^LOCATION: .*\n/gm, '')
  );
};

const cancelled = async (login: Login): Promise<string> => {
  const child = spawn(program, ['-X', urlOf(login), '-c', 'SELECT pg_sleep(20)'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  await sleep(1000);
  child.kill('SIGINT');
  return `${String(await ended)} ${said}`;
};

const refused = `\\set VERBOSITY verbose
DROP TABLE items;
SELECT count(*) FROM items;
BEGIN;
UPDATE items SET name = 'gone' WHERE id = 2;
DROP TABLE items;
SELECT 1;
ROLLBACK;
SELECT name FROM items WHERE id = 2;
SELECT 1 \\; DROP TABLE items \\; SELECT 3;
SELECT 4;
`;

const masked = `SELECT email FROM people WHERE id = 3;
COPY (SELECT email FROM people WHERE id = 3) TO STDOUT;
COPY people (email) TO STDOUT;
\\set FETCH_COUNT 2
SELECT email FROM people WHERE id < 6;
`;

export const psql: Driver = {
  name: 'psql',
  prepare: async () => {
    const found = await findClient('psql');
    if (found === undefined) return 'no psql (Debian: apt install postgresql-client)';
    program = found;
    return undefined;
  },
  run: async (login, part): Promise<Transcript> => {
    if (part === 'refused') return { said: await asked(login, refused) };
    if (part === 'masked') return { said: await asked(login, masked) };
    return { said: await asked(login, `\\i session.psql\n`), cancelled: await cancelled(login) };
  },
};
