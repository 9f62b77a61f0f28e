import { pipeline } from 'node:stream/promises';
import { Readable, Writable } from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import { failing, plain, urlOf, values, type Driver, type Transcript } from './driver.js';

type Steps = Record<string, unknown>;
type Work = (client: pg.Client, url: string) => Promise<Transcript>;

const selectValues = `SELECT ${values.map(([type], i) => `$${i + 1}::${type} AS v${i}`).join(', ')}`;

const work: Work = async (client, url) => {
  const steps: Steps = {};
  const rows = async (sql: string, parameters?: unknown[]): Promise<unknown> =>
    plain((await client.query(sql, parameters)).rows);

  steps['types'] = await rows(
    selectValues,
    values.map(([, value]) => value),
  );
  steps['row'] = await rows('SELECT id, name, price, tags, doc, at, raw FROM items WHERE id = 7');
  const binary = { text: 'SELECT id, raw FROM items WHERE id = $1', values: [7], binary: true };
  steps['row, binary'] = plain((await client.query(binary)).rows);
  const prepared: unknown[] = [];
  for (let id = 1; id < 6; id += 1) {
    const query = { name: 'by-id', text: 'SELECT name FROM items WHERE id = $1', values: [id] };
    prepared.push(plain((await client.query(query)).rows));
  }
  steps['prepared'] = prepared;
  steps['several'] = plain(
    ((await client.query('SELECT 1 AS a; SELECT 2 AS b')) as unknown as pg.QueryResult[]).map(
      (result) => result.rows as unknown,
    ),
  );
  steps['nothing'] = plain((await client.query('')).rows);

  await client.query('BEGIN');
  await client.query("UPDATE items SET name = 'changed' WHERE id = 1");
  await client.query('SAVEPOINT s');
  await client.query('DELETE FROM items WHERE id = 1');
  await client.query('ROLLBACK TO s');
  await client.query('COMMIT');
  steps['transaction'] = await rows('SELECT name FROM items WHERE id = $1', [1]);
  await client.query('BEGIN');
  await failing(() => client.query('SELECT 1/0'));
  steps['failed transaction'] = await failing(() => client.query('SELECT 1'));
  await client.query('ROLLBACK');
  steps['unique'] = await failing(() =>
    client.query("INSERT INTO items (id, name) VALUES (1, 'x')"),
  );
  steps['syntax'] = await failing(() => client.query('SELECT * FORM items'));
  steps['missing'] = await failing(() => client.query('SELECT nothing FROM items', []));
  steps['wrong parameter'] = await failing(() =>
    client.query('SELECT name FROM items WHERE id = $1', ['x']),
  );

  const lines = Array.from({ length: 500 }, (_, i) => `${2001 + i}\tcopied ${i}\n`);
  await pipeline(
    Readable.from(lines),
    client.query(copyStreams.from('COPY items (id, name) FROM STDIN')),
  );
  let copied = '';
  await pipeline(
    client.query(
      copyStreams.to('COPY (SELECT id, name FROM items WHERE id > 2490 ORDER BY id) TO STDOUT'),
    ),
    new Writable({
      write: (chunk: Buffer, _, done) => {
        copied += chunk.toString();
        done();
      },
    }),
  );
  steps['copied out'] = copied;

  const cursor = client.query(new Cursor('SELECT id FROM items WHERE id <= 1000 ORDER BY id'));
  let total = 0;
  for (;;) {
    const some = (await cursor.read(100)) as { readonly id: number }[];
    if (some.length === 0) break;
    for (const { id } of some) total += id;
  }
  await cursor.close();
  steps['cursor'] = total;

  const other = new pg.Client({ connectionString: url });
  other.on('error', () => undefined);
  await other.connect();
  const { rows: pids } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // what the client was told at its start is the backend's own
  steps['process id'] = pids[0]?.pid === (client as unknown as { processID: number }).processID;
  const sleeping = failing(() => client.query('SELECT pg_sleep(20)'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await other.query('SELECT pg_cancel_backend($1)', [pids[0]?.pid]);
  steps['cancelled'] = await sleeping;

  const heard: unknown[] = [];
  client.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
  await client.query('LISTEN something');
  await other.query("NOTIFY something, 'said'");
  await client.query('SELECT 1');
  steps['notified'] = heard;
  await other.end();

  const notices: unknown[] = [];
  client.on('notice', (notice) => notices.push(notice.message));
  await client.query("DO $$ BEGIN RAISE NOTICE 'a notice'; END $$");
  steps['notices'] = notices;
  steps['and on'] = await rows('SELECT count(*) FROM items');
  return steps;
};

const refused: Work = async (client) => {
  const steps: Steps = {};
  const rows = async (sql: string): Promise<unknown> => plain((await client.query(sql)).rows);
  const drop = (): Promise<unknown> => client.query('DROP TABLE items');
  steps['refused'] = await failing(drop);
  steps['goes on'] = await rows('SELECT count(*) FROM items');
  steps['extended'] = await failing(() =>
    client.query({ name: 'drop', text: 'DROP TABLE items', values: [] }),
  );
  await client.query('BEGIN');
  await client.query("UPDATE items SET name = 'gone' WHERE id = 2");
  steps['in a transaction'] = await failing(drop);
  steps['which is failed'] = await failing(() => client.query('SELECT 1'));
  await client.query('ROLLBACK');
  steps['rolled back'] = await rows('SELECT name FROM items WHERE id = 2');
  const several = "UPDATE items SET name = 'gone' WHERE id = 3; DROP TABLE items; SELECT 1";
  steps['among several'] = await failing(() => client.query(several));
  steps['rolled back too'] = await rows('SELECT name FROM items WHERE id = 3');
  const pipelined = await Promise.allSettled([
    client.query('SELECT 1'),
    client.query('DROP TABLE items'),
    client.query('SELECT 3'),
  ]);
  steps['pipelined'] = pipelined.map(({ status }) => status);
  steps['goes on after'] = await rows('SELECT 4 AS four');
  return steps;
};

const masked: Work = async (client) => {
  const sql = 'SELECT email FROM people WHERE id = $1';
  const one = async (query: pg.QueryConfig): Promise<unknown> =>
    plain((await client.query(query)).rows);
  return {
    simple: await one({ text: 'SELECT email FROM people WHERE id = 3' }),
    extended: await one({ text: sql, values: [3] }),
    prepared: await one({ name: 'masked', text: sql, values: [3] }),
    'prepared again': await one({ name: 'masked', text: sql, values: [3] }),
    binary: await one({ text: sql, values: [3], binary: true } as pg.QueryConfig),
  };
};

const parts = { work, refused, masked };

export const nodePostgres: Driver = {
  name: 'node-postgres',
  prepare: () => Promise.resolve(undefined),
  run: async (login, part) => {
    const url = urlOf(login);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await parts[part](client, url);
    } finally {
      await client.end();
    }
  },
};
