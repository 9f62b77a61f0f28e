/** Drizzle's statements, which are the same over each driver below it. */
import { sql } from 'drizzle-orm';
import { drizzle as overNodePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as overPostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { urlOf, type Driver, type Login, type Part, type Transcript } from './driver.js';
import { failure, type Database } from './drizzle-database.js';
import * as schema from './drizzle-schema.js';
import { work } from './drizzle-work.js';

const { items, people } = schema;

const refused = async (db: Database): Promise<Transcript> => {
  const steps: Record<string, unknown> = {};
  const drop = sql`DROP TABLE items`;
  steps['refused'] = await failure(() => db.execute(drop));
  steps['goes on'] = await db.$count(items);
  steps['in a transaction'] = await failure(() =>
    db.transaction(async (tx) => {
      await tx
        .update(items)
        .set({ name: 'gone' })
        .where(sql`id = 2`);
      await tx.execute(drop);
    }),
  );
  steps['in a savepoint'] = await db.transaction(async (tx) => {
    const inner = await failure(() => tx.transaction((nested) => nested.execute(drop)));
    await tx
      .update(items)
      .set({ name: 'kept' })
      .where(sql`id = 3`);
    return inner;
  });
  steps['names'] = await db
    .select({ name: items.name })
    .from(items)
    .where(sql`id IN (2, 3)`)
    .orderBy(items.id);
  return steps;
};

const masked = async (db: Database): Promise<Transcript> => {
  const person = sql`${people.id} = 3`;
  return {
    selected: await db.select().from(people).where(person),
    related: await db.query.people.findFirst({ where: person, with: { items: true } }),
    prepared: await db
      .select({ email: people.email })
      .from(people)
      .where(sql`${people.id} = ${sql.placeholder('id')}`)
      .prepare('masked')
      .execute({ id: 3 }),
    aggregated: await db
      .select({ all: sql<unknown>`json_agg(json_build_object('email', ${people.email}))` })
      .from(people)
      .where(person),
  };
};

const parts: Readonly<Record<Part, (db: Database) => Promise<Transcript>>> = {
  work,
  refused,
  masked,
};

const driver = (
  name: string,
  use: (login: Login, act: (db: Database) => Promise<Transcript>) => Promise<Transcript>,
): Driver => ({
  name,
  prepare: () => Promise.resolve(undefined),
  // as JSON carries it, as the others' transcripts are
  run: async (login, part) =>
    JSON.parse(JSON.stringify(await use(login, (db) => parts[part](db)))) as Transcript,
});

export const drizzleOverNodePostgres = driver('Drizzle, node-postgres', async (login, act) => {
  const pool = new pg.Pool({ connectionString: urlOf(login), max: 4 });
  pool.on('error', () => undefined);
  try {
    return await act(overNodePostgres(pool, { schema }));
  } finally {
    await pool.end();
  }
});

export const drizzleOverPostgresJs = driver('Drizzle, postgres.js', async (login, act) => {
  const client = postgres(urlOf(login), { max: 4, onnotice: () => undefined });
  try {
    return await act(overPostgresJs(client, { schema }));
  } finally {
    await client.end();
  }
});
