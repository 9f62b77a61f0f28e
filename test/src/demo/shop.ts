import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresServer } from './postgres.js';

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface Shop {
  readonly counts: Readonly<Record<string, number>>;
}

const tables = ['customers', 'products', 'orders', 'order_items', 'payments', 'events'] as const;

const connect = async (server: PostgresServer, login: Login, database: string) => {
  const client = new pg.Client({ host: '127.0.0.1', port: server.port, ...login, database });
  await client.connect();
  return client;
};

/**
 * Makes the shop's database, owned by the training job's login, and a database for the collector.
 *
 * @param example folder with schema.sql and data.sql
 */
export const loadShop = async (
  server: PostgresServer,
  example: string,
  trainer: Login,
  collector: Login,
): Promise<Shop> => {
  const root = await connect(server, server.superuser, 'postgres');
  try {
    for (const [login, database] of [
      [trainer, 'shop'],
      [collector, 'postern'],
    ] as const) {
      const password = root.escapeLiteral(login.password);
      await root.query(`CREATE ROLE ${login.user} LOGIN PASSWORD ${password}`);
      await root.query(`CREATE DATABASE ${database} OWNER ${login.user}`);
    }
  } finally {
    await root.end();
  }
  const client = await connect(server, trainer, 'shop');
  try {
    for (const file of ['schema.sql', 'data.sql']) {
      await client.query(await readFile(join(example, file), 'utf8'));
    }
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const result = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
      counts[table] = result.rows[0]?.n ?? 0;
    }
    return { counts };
  } finally {
    await client.end();
  }
};

/** Runs one statement on the server itself, past Postern. */
export const directly = async (
  server: PostgresServer,
  login: Login,
  database: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> => {
  const client = await connect(server, login, database);
  try {
    return (await client.query<Record<string, unknown>>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
};
