import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { failing, plain, urlOf, values, type Driver, type Transcript } from './driver.js';

type Steps = Record<string, unknown>;
type Work = (sql: postgres.Sql) => Promise<Transcript>;

const work: Work = async (sql) => {
  const steps: Steps = {};
  const rows = async (query: PromiseLike<readonly unknown[]>): Promise<unknown> =>
    plain([...(await query)]);

  steps['types'] = await rows(
    sql.unsafe(
      `SELECT ${values.map(([type], i) => `$${i + 1}::text::${type} AS v${i}`).join(', ')}`,
      values.map(([, value]) =>
        Buffer.isBuffer(value)
          ? `\\x${value.toString('hex')}`
          : value === null
            ? null
            : String(value),
      ),
    ),
  );
  steps['row'] = await rows(
    sql`SELECT id, name, price, tags, doc, at, raw FROM items WHERE id = ${7}`,
  );
  const prepared: unknown[] = [];
  for (let id = 1; id < 6; id += 1) {
    prepared.push(await rows(sql`SELECT name FROM items WHERE id = ${id}`));
  }
  steps['prepared'] = prepared;
  // sent together, answered in order
  steps['pipelined'] = await Promise.all(
    Array.from({ length: 20 }, (_, i) => rows(sql`SELECT ${i}::int AS i`)),
  );
  steps['simple'] = await rows(sql`SELECT 1 AS one; SELECT 2 AS two`.simple());

  await sql.begin(async (tx) => {
    await tx`UPDATE items SET name = 'changed' WHERE id = 1`;
    await tx
      .savepoint(async (inner) => {
        await inner`DELETE FROM items WHERE id = 1`;
        throw new Error('back');
      })
      .catch(() => undefined);
  });
  steps['transaction'] = await rows(sql`SELECT name FROM items WHERE id = 1`);
  steps['unique'] = await failing(async () => sql`INSERT INTO items (id, name) VALUES (1, 'x')`);
  steps['syntax'] = await failing(async () => sql`SELECT * FORM items`);
  steps['missing'] = await failing(async () => sql`SELECT nothing FROM items`);

  const writable = await sql`COPY items (id, name) FROM STDIN`.writable();
  await pipeline(
    Readable.from(Array.from({ length: 500 }, (_, i) => `${2001 + i}\tcopied ${i}\n`)),
    writable,
  );
  let copied = '';
  await pipeline(
    await sql`COPY (SELECT id, name FROM items WHERE id > 2490 ORDER BY id) TO STDOUT`.readable(),
    new Writable({
      write: (chunk: Buffer, _, done) => {
        copied += chunk.toString();
        done();
      },
    }),
  );
  steps['copied out'] = copied;
  let total = 0;
  await sql<{ id: number }[]>`SELECT id FROM items WHERE id <= 1000 ORDER BY id`.cursor(
    100,
    (some) => {
      for (const { id } of some) total += id;
    },
  );
  steps['cursor'] = total;

  const sleeping = sql`SELECT pg_sleep(20)`.execute();
  const cancelled = failing(async () => sleeping);
  await new Promise((resolve) => setTimeout(resolve, 300));
  sleeping.cancel();
  steps['cancelled'] = await cancelled;
  steps['described'] = plain(
    (await sql`SELECT id, name FROM items WHERE id = ${1}`.describe()).columns.map((c) => c.name),
  );
  steps['and on'] = await rows(sql`SELECT count(*) FROM items`);
  return steps;
};

const refused: Work = async (sql) => {
  const steps: Steps = {};
  const rows = async (query: PromiseLike<readonly unknown[]>): Promise<unknown> =>
    plain([...(await query)]);
  steps['refused'] = await failing(async () => sql`DROP TABLE items`);
  steps['goes on'] = await rows(sql`SELECT count(*) FROM items`);
  steps['in a transaction'] = await failing(() =>
    sql.begin(async (tx) => {
      await tx`UPDATE items SET name = 'gone' WHERE id = 2`;
      await tx`DROP TABLE items`;
    }),
  );
  steps['rolled back'] = await rows(sql`SELECT name FROM items WHERE id = 2`);
  const together = await Promise.allSettled([
    sql`SELECT 1`,
    sql`DROP TABLE items`.execute(),
    sql`SELECT 3`,
  ]);
  steps['pipelined'] = together.map(({ status }) => status);
  steps['goes on after'] = await rows(sql`SELECT 4 AS four`);
  return steps;
};

const masked: Work = async (sql) => {
  const one = async (query: PromiseLike<readonly unknown[]>): Promise<unknown> =>
    plain([...(await query)]);
  return {
    simple: await one(sql`SELECT email FROM people WHERE id = 3`.simple()),
    extended: await one(sql`SELECT email FROM people WHERE id = ${3}`),
    again: await one(sql`SELECT email FROM people WHERE id = ${3}`),
  };
};

const parts = { work, refused, masked };

export const postgresJs: Driver = {
  name: 'postgres.js',
  prepare: () => Promise.resolve(undefined),
  run: async (login, part) => {
    const sql = postgres(urlOf(login), { max: 1, onnotice: () => undefined });
    try {
      return await parts[part](sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  },
};
