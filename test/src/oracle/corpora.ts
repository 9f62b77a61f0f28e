import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { root } from '../harness/root.js';
import { fill } from './fill.js';
import { statementsOf } from './split.js';

/** Queries, and the schema that they are about. */
export interface Corpus {
  readonly name: string;
  /** files of SQL, from the root of the repository */
  readonly schema: string;
  readonly queries: string;
  readonly searchPath: string;
  /** its schema comes without rows */
  readonly empty: boolean;
}

const folder = join('test', 'fixtures', 'oracle');

const benchmark = (name: string): Corpus => ({
  name,
  schema: join(folder, `${name}.schema.sql`),
  queries: join(folder, `${name}.sql`),
  searchPath: name,
  empty: true,
});

export const corpora: readonly Corpus[] = [
  {
    name: 'shop',
    schema: join('sql', 'fixtures', 'shop.sql'),
    queries: join(folder, 'shop.sql'),
    searchPath: '"$user", public',
    empty: false,
  },
  ...['tpch', 'tpcds', 'job'].map(benchmark),
];

/** Makes a corpus's schema, with some rows, and has its names found. @returns its queries */
export async function open(
  { schema, queries, searchPath, empty }: Corpus,
  client: pg.Client,
): Promise<readonly string[]> {
  await client.query(await readFile(join(root, schema), 'utf8'));
  await client.query(`SET search_path = ${searchPath}`);
  if (empty) await fill(client);
  return statementsOf(await readFile(join(root, queries), 'utf8'));
}
