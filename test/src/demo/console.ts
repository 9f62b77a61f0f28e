import pg from 'pg';
import { findClient } from '../harness/binaries.js';
import { run } from '../harness/program.js';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How the interactive session is held: with psql, or with a driver where psql is missing. */
export interface Console {
  readonly kind: 'psql' | 'driver';
  /** Runs the statements one after the other in one session. @returns all it printed, in order */
  run(url: string, login: Login, statements: readonly string[]): Promise<string>;
}

export const findConsole = async (): Promise<Console> => {
  const program = await findClient('psql');
  return program === undefined
    ? { kind: 'driver', run: driver }
    : { kind: 'psql', run: (url, login, statements) => psql(program, url, login, statements) };
};

/** Both streams go to one pipe, so that errors stand where they happened. */
const psql = async (
  program: string,
  url: string,
  login: Login,
  statements: readonly string[],
): Promise<string> => {
  const options = '--no-psqlrc --pset=pager=off --set=VERBOSITY=verbose --echo-queries';
  const ran = await run('sh', ['-c', `exec "$0" ${options} -d "$1" 2>&1`, program, url], {
    env: { ...process.env, PGUSER: login.user, PGPASSWORD: login.password },
    input: `${statements.map((statement) => `${statement};`).join('\n')}\n`,
  });
  return ran.stdout;
};

const driver = async (
  url: string,
  login: Login,
  statements: readonly string[],
): Promise<string> => {
  const { hostname, port, pathname } = new URL(url);
  const client = new pg.Client({
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    ...login,
  });
  await client.connect();
  const said: string[] = [];
  try {
    for (const statement of statements) {
      said.push(`${statement};`);
      try {
        const { rows, fields, command } = await client.query<Record<string, string | null>>({
          text: statement,
          // as the server wrote it
          types: { getTypeParser: () => (value: string) => value },
        });
        said.push(
          fields.map(({ name }) => name).join(' | '),
          ...rows.map((row) => Object.values(row).join(' | ')),
          command,
          '',
        );
      } catch (thrown) {
        if (!(thrown instanceof pg.DatabaseError)) throw thrown;
        said.push(`ERROR:  ${thrown.code ?? ''}: ${thrown.message}`);
        if (thrown.detail !== undefined) said.push(`DETAIL:  ${thrown.detail}`);
        if (thrown.hint !== undefined) said.push(`HINT:  ${thrown.hint}`);
        said.push('');
      }
    }
  } finally {
    await client.end();
  }
  return said.join('\n');
};
