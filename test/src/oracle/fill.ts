import type pg from 'pg';

const rows = 200;

interface Column {
  readonly relation: string;
  readonly name: string;
  readonly category: string;
  readonly width: number | null;
  readonly place: number;
  readonly key: boolean;
}

/**
 * Puts rows into the empty tables of the schemas on the search path: keys count up, all else repeats, so that joins
 * find partners and groups have members. Constraints between tables are not kept.
 */
export async function fill(client: pg.Client): Promise<void> {
  const { rows: columns } = await client.query<Column>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS relation, quote_ident(a.attname) AS name,
           CASE WHEN t.typname = 'date' THEN 'date' ELSE t.typcategory::text END AS category,
           CASE WHEN t.typname IN ('bpchar', 'varchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS width,
           a.attnum::int AS place,
           EXISTS (SELECT 1 FROM pg_constraint k
                   WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'r' AND n.nspname = ANY (current_schemas(false)) AND c.reltuples <= 0
    ORDER BY c.oid, a.attnum`);
  const tables = new Map<string, Column[]>();
  for (const column of columns)
    tables.set(column.relation, [...(tables.get(column.relation) ?? []), column]);
  await client.query('SET session_replication_role = replica');
  for (const [relation, all] of tables) {
    const names = all.map(({ name }) => name).join(', ');
    const values = all.map((column) => valueOf(column)).join(', ');
    await client.query(
      `INSERT INTO ${relation} (${names}) SELECT ${values} FROM generate_series(1, ${rows}) i`,
    );
  }
  await client.query('RESET session_replication_role');
  await client.query('ANALYZE');
}

const valueOf = ({ category, width, place, key }: Column): string => {
  const number = key ? 'i' : `(i * ${place + 6}) % 40 + 1`;
  switch (category) {
    case 'N':
      return number;
    case 'date':
      return `date '1998-01-01' + ${number} * 9`;
    case 'D':
      return `timestamp '1998-01-01' + ${number} * interval '9 days'`;
    case 'S':
      return width === null ? `'v' || ${number}` : `left('v' || ${number}, ${width})`;
    case 'B':
      return `${number} % 2 = 0`;
    default:
      return 'NULL';
  }
};
