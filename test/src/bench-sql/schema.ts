import type pg from 'pg';

export const tables = 10_000;
export const columnsEach = 20;
/** Made by one statement: each table takes a lock until its end. */
const atOnce = 500;

/** 10,000 tables with 200,000 columns, each of a name of its own, and some views. @param say told how far it is */
export async function makeLargeSchema(
  client: pg.Client,
  say: (text: string) => void,
): Promise<void> {
  for (let from = 0; from < tables; from += atOnce) {
    await client.query(`DO $$ BEGIN
      FOR i IN ${from}..${from + atOnce - 1} LOOP
        EXECUTE 'CREATE TABLE t' || i || ' (id int PRIMARY KEY' || (
          SELECT string_agg(', column_' || j || '_' || i || (ARRAY[' text', ' numeric(12,2)', ' timestamptz', ' varchar(40)'])[j % 4 + 1], '')
          FROM generate_series(1, ${columnsEach - 1}) j) || ')';
      END LOOP; END $$`);
    if ((from / atOnce) % 5 === 4) say(`${from + atOnce} tables made`);
  }
  for (let i = 0; i < 500; i += 1)
    await client.query(
      `CREATE VIEW v${i} AS SELECT a.id, b.column_1_${i + 1}, a.column_4_${i} FROM t${i} a JOIN t${i + 1} b USING (id)`,
    );
  await client.query('VACUUM ANALYZE');
}
