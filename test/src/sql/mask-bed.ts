import {
  analyze,
  type Catalogue,
  type Column,
  type Mask,
  parse,
  readCatalogue,
  type Relation,
  rewrite,
} from '@postern/sql';
import pg from 'pg';
import type { Major } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import type { Undo } from '../harness/undo.js';

export const key = new Uint8Array(32).fill(7);

/** Every value as the server writes it. */
const asText = { getTypeParser: () => (value: string) => value };

export type Answer = pg.QueryArrayResult<(string | null)[]>;

/** A database whose tables are read through masks. */
export interface MaskBed {
  readonly client: pg.Client;
  readonly version: Major;
  run(sql: string): Promise<Answer>;
  /** after tables were made */
  refresh(): Promise<void>;
  column(table: string, name: string): Column;
  readonly catalogue: () => Catalogue;
  /** the statement with `mask` on a column of a table, `c` when absent */
  masked(sql: string, table: string, mask: Mask, secret?: Uint8Array, column?: string): string;
}

const settings = { searchPath: ['public'], user: 'postgres', role: 'none' };

export const startMaskBed = async (
  undo: Undo,
  version: Major,
  more: { readonly encoding?: string } = {},
): Promise<MaskBed> => {
  const server = await startPostgres({ version });
  undo.push(() => server.stop());
  await server.sql(
    `CREATE DATABASE masks TEMPLATE template0 ENCODING '${more.encoding ?? 'UTF8'}'`,
  );
  const client = new pg.Client({ connectionString: server.login('masks') });
  await client.connect();
  undo.push(() => client.end());
  const run = (sql: string): Promise<Answer> =>
    client.query<(string | null)[]>({ text: sql, rowMode: 'array', types: asText });
  let catalogue: Catalogue | undefined;
  const read = (): Catalogue => {
    if (!catalogue) throw new Error('no catalogue was read');
    return catalogue;
  };
  const relation = (table: string): Relation => {
    const found = read().relation('public', table);
    if (!found) throw new Error(`no table ${table}`);
    return found;
  };
  return {
    client,
    version,
    run,
    catalogue: read,
    refresh: async () => {
      catalogue = await readCatalogue(async (sql) => (await run(sql)).rows);
    },
    column: (table, name) => {
      const found = relation(table).columns.find((column) => column.name === name);
      if (!found) throw new Error(`no column ${name}`);
      return found;
    },
    masked: (sql, table, mask, secret = key, column = 'c') => {
      const [statement] = parse(sql);
      if (!statement) throw new Error('no statement');
      const masks = [{ relation: relation(table), column, mask }];
      const change = { masks, rowFilters: [], session: {}, key: secret };
      return rewrite(analyze(statement, read(), settings), change).sql;
    },
  };
};
