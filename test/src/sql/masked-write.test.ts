/** What a write reads of its target's masked columns is what it would read of a table that holds the masked values. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, type Mask, parse, rewrite } from '@postern/sql';
import type { Major } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const table = `people (id int PRIMARY KEY, name text NOT NULL, email varchar(30) UNIQUE, born date, pay numeric(8,2),
  note varchar(40) DEFAULT 'new', tags text[], loud text GENERATED ALWAYS AS (upper(note)) STORED)`;

const schema = `
  CREATE TABLE ${table}; CREATE TABLE orders (id int, person int, total int, born date);
  CREATE SCHEMA copy; CREATE TABLE copy.${table}; CREATE TABLE copy.orders (LIKE orders);
  INSERT INTO orders VALUES (1, 1, 10, '1990-01-01'), (2, 2, 20, '1990-05-17'), (3, 5, 30, '1985-01-01'), (4, 9, 7, NULL);
  INSERT INTO copy.orders TABLE orders;
  INSERT INTO people VALUES (1, 'Ann', 'ann@example.com', '1990-05-17', 123.45, 'a', '{x,y}'),
    (2, 'Bob', 'bob@example.com', '1990-12-01', 190, 'b', '{}'), (3, 'Cid', NULL, NULL, NULL, NULL, NULL),
    (4, 'Dan', 'dan@example.com', '1985-02-03', 250, 'd', '{z}'), (5, 'Eve', 'eve@example.com', '1984-12-31', 99.99, 'e', '{q}');
  ALTER TABLE copy.people DROP CONSTRAINT people_email_key;
  INSERT INTO copy.people (id, name, email, born, pay, note, tags) SELECT id, name, CASE WHEN email IS NOT NULL THEN 'REDACTED' END,
    date_trunc('year', born), floor(pay / 100) * 100, note, CASE WHEN tags IS NOT NULL THEN '{}'::text[] END FROM people;
  CREATE FUNCTION copy.masked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.email := CASE WHEN NEW.email IS NOT NULL THEN 'REDACTED' END; NEW.born := date_trunc('year', NEW.born);
    NEW.pay := floor(NEW.pay / 100) * 100; NEW.tags := CASE WHEN NEW.tags IS NOT NULL THEN '{}'::text[] END; RETURN NEW; END $$;
  CREATE TRIGGER masked BEFORE INSERT OR UPDATE ON copy.people FOR EACH ROW EXECUTE FUNCTION copy.masked()`;

const masks: readonly (readonly [string, Mask])[] = [
  ['email', { redact: {} }],
  ['born', { year: {} }],
  ['pay', { bucket: { size: 100 } }],
  ['tags', { redact: {} }],
];

/** Statements, and the version they came with. */
const cases: readonly (readonly [sql: string, since?: Major])[] = [
  ['UPDATE people SET note = $$x$$ RETURNING email'],
  ['UPDATE people SET note = $$x$$ RETURNING *'],
  ['UPDATE people p SET note = $$x$$ RETURNING p.*, p.email AS mail, p.born born2, pay'],
  [
    'UPDATE public.people SET note = $$x$$ WHERE public.people.born IS NULL RETURNING public.people.email',
  ],
  [
    "UPDATE people SET note = 'x' RETURNING email::text, lower(email), email || '!', (email), (tags)[1], tags[1]",
  ],
  [
    "UPDATE people SET note = 'x' RETURNING CASE WHEN id > 2 THEN 'y' ELSE email END, coalesce(email, '-'), -pay",
  ],
  [
    'UPDATE people SET note = $$x$$ RETURNING (SELECT email), (SELECT e FROM (SELECT people.email AS e) s), ARRAY(SELECT born)',
  ],
  [
    'UPDATE people SET note = $$x$$ RETURNING (SELECT x.born FROM (SELECT people.born) x), (SELECT max(o.total) FROM orders o WHERE o.born = people.born)',
  ],
  [
    'UPDATE people SET note = $$x$$ RETURNING email COLLATE "C", born - 1, extract(year FROM born), pay IS NULL',
  ],
  [
    'UPDATE people SET note = $$x$$ RETURNING jsonb_build_object($$e$$, email, $$p$$, pay), row_to_json(ROW(email, born))',
  ],
  ['UPDATE people SET note = $$x$$ RETURNING xmlforest(email, born)'],
  ['UPDATE people SET note = email'],
  [
    'UPDATE people SET (note, name) = (email, born::text) WHERE email IS NOT NULL RETURNING note, name',
  ],
  [
    'UPDATE people SET (note, name) = (SELECT email, coalesce(pay, 0)::text) WHERE id <> 3 RETURNING *',
  ],
  ["UPDATE people SET email = 'new@example.com' WHERE id = 1 RETURNING email, note"],
  ["UPDATE people SET note = 'x' WHERE email = 'ann@example.com'"],
  ["UPDATE people SET note = 'x' WHERE email = 'REDACTED'"],
  ["UPDATE people SET note = 'x' WHERE born = '1990-01-01' AND pay < 150 RETURNING id"],
  ["UPDATE people SET note = 'x' WHERE born > '1990-01-01' OR pay > 123"],
  [
    "UPDATE people SET note = 'x' FROM orders o WHERE o.person = people.id AND o.born = people.born RETURNING people.*, o.*",
  ],
  [
    'UPDATE people p SET note = q.email FROM people q WHERE q.id = p.id + 1 AND q.born = p.born RETURNING p.note, q.email, p.born',
  ],
  [
    "UPDATE people SET note = 'x' WHERE id IN (SELECT o.person FROM orders o WHERE o.born = people.born)",
  ],
  [
    "UPDATE people SET note = 'x' WHERE EXISTS (SELECT FROM orders o, LATERAL (SELECT people.born AS b, o.id) s WHERE s.b = o.born)",
  ],
  [
    "UPDATE people SET note = 'x' WHERE (born, pay) IN (SELECT b.born, b.pay FROM people b WHERE b.id < 3)",
  ],
  ['UPDATE people SET note = (SELECT born FROM orders people WHERE people.id = 1)'],
  [
    'WITH u AS (UPDATE people SET note = $$x$$ RETURNING *) SELECT count(*), max(email), max(born) FROM u',
  ],
  [
    'WITH d AS (DELETE FROM people WHERE pay = 100 RETURNING email, pay) SELECT * FROM d ORDER BY pay',
  ],
  [
    'WITH d AS (DELETE FROM people RETURNING id, email) UPDATE orders SET born = NULL FROM d WHERE d.id = orders.person RETURNING orders.id, d.email',
  ],
  ['DELETE FROM people RETURNING *'],
  ["DELETE FROM people WHERE email LIKE 'ann%' RETURNING id"],
  ['DELETE FROM people WHERE 1 / (pay - 123.45) > 0 AND pay IS NOT NULL RETURNING id'],
  ['DELETE FROM people USING orders o WHERE o.born = people.born RETURNING people.email, people.*'],
  [
    "INSERT INTO people (id, name, email, born, pay) VALUES (7, 'G', 'g@example.com', '2001-02-03', 77) RETURNING *",
  ],
  [
    "INSERT INTO people (id, name, email) VALUES (7, 'G', 'g@x'), (8, 'H', NULL) RETURNING email, id, upper(email)",
  ],
  [
    'INSERT INTO people (id, name, email, pay) SELECT id + 10, name, email || id, pay FROM people RETURNING email, pay',
  ],
  [
    "INSERT INTO people (id, name, email) VALUES (1, 'A', 'o@x') ON CONFLICT (id) DO NOTHING RETURNING *",
  ],
  [
    "INSERT INTO people (id, name, email) VALUES (1, 'A', 'o@x') ON CONFLICT (id) DO UPDATE SET email = excluded.email, note = people.email RETURNING email, note",
  ],
  [
    "INSERT INTO people AS p (id, name, email) VALUES (1, 'A', 'o@x'), (3, 'C', 'c@x') ON CONFLICT (id) DO UPDATE SET note = p.born WHERE p.pay < 123 RETURNING *",
  ],
  [
    "INSERT INTO people AS p (id, name, pay) VALUES (2, 'A', 5) ON CONFLICT (id) DO UPDATE SET note = (SELECT p.pay + excluded.id) RETURNING p.*",
  ],
  [
    "INSERT INTO people AS p (id, name, tags) VALUES (2, 'A', DEFAULT) ON CONFLICT (id) DO UPDATE SET note = excluded.email || coalesce(excluded.tags[1], '-')",
  ],
  [
    "MERGE INTO people p USING orders o ON o.person = p.id AND o.born = p.born WHEN MATCHED AND p.pay < 123 THEN UPDATE SET note = p.email WHEN NOT MATCHED AND o.id > 2 THEN INSERT (id, name, email) VALUES (o.id + 20, 'n', 'm' || o.id)",
    15,
  ],
  [
    "MERGE INTO people p USING orders o ON o.person = p.id WHEN MATCHED AND p.born = '1990-01-01' THEN DELETE",
    15,
  ],
  [
    "MERGE INTO people p USING orders o ON o.person = p.id WHEN MATCHED THEN UPDATE SET note = p.email WHEN NOT MATCHED THEN INSERT (id, name, email) VALUES (o.id + 20, 'n', 'm' || o.id) RETURNING merge_action(), p.email, p.*, o.id",
    17,
  ],
  [
    'MERGE INTO people p USING orders o ON o.person = p.id WHEN MATCHED THEN UPDATE SET note = p.pay RETURNING *',
    17,
  ],
  [
    'MERGE INTO people p USING orders o ON o.born = p.born WHEN NOT MATCHED BY SOURCE AND p.pay < 150 THEN DELETE',
    17,
  ],
  [
    "UPDATE people SET email = 'x' || id, note = 'y' RETURNING old.email, new.email, old.note, new.note, old.*, new.*",
    18,
  ],
  [
    "UPDATE people SET email = 'x' || id RETURNING WITH (OLD AS o, NEW AS n) o.email, n.*, o.born = n.born",
    18,
  ],
  ['DELETE FROM people RETURNING old.email, new.email', 18],
];

const refused: readonly (readonly [sql: string, why: string])[] = [
  ['UPDATE people SET email = lower(email)', 'overwritten with masked ones'],
  ["UPDATE people SET (name, email) = ('x', email || '!')", 'overwritten'],
  [
    "INSERT INTO people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET email = coalesce(excluded.email, people.email)",
    'overwritten',
  ],
  [
    "INSERT INTO people (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (email) DO NOTHING",
    'would tell which values',
  ],
  [
    "INSERT INTO people (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) WHERE email <> 'z' DO NOTHING",
    'would tell which values',
  ],
  ['DELETE FROM people RETURNING people', 'as a value in a write'],
  ['DELETE FROM people p RETURNING to_jsonb(p)', 'as a value in a write'],
  ['UPDATE people p SET note = p.*::text', 'as a value in a write'],
  ['UPDATE people p SET note = $$x$$ RETURNING (p).email', 'as a value in a write'],
  ['DELETE FROM people p WHERE p IS NOT NULL', 'as a value in a write'],
];

describe.each([13, 15, 18] as const)('PostgreSQL %i', (version) => {
  let court: Court;
  beforeAll(async () => {
    court = await courtWith(undo, schema, { version });
  }, 120_000);

  const masked = (sql: string): string => {
    const [statement] = parse(sql);
    if (!statement) throw new Error('no statement');
    const relation = { schema: 'public', name: 'people' };
    return rewrite(analyze(statement, court.whole, court.settings), {
      masks: masks.map(([column, mask]) => ({ relation, column, mask })),
      rowFilters: [],
      session: {},
      key: new Uint8Array(32),
    }).sql;
  };

  /** What the client gets, and what is there then. */
  const done = async (sql: string, path: string, after: readonly string[]): Promise<unknown> => {
    const { client } = court;
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL search_path = ${path}`);
      const { command, rowCount, rows, fields } = await client.query<unknown[]>({
        text: sql,
        rowMode: 'array',
      });
      const left: unknown[] = [];
      for (const query of after) left.push((await client.query(query)).rows);
      return {
        ...{ command, rowCount, left },
        rows: rows.map((row) => JSON.stringify(row)).sort(),
        types: fields.map(({ name, dataTypeID, dataTypeModifier }) => [
          name,
          dataTypeID,
          dataTypeModifier,
        ]),
      };
    } catch (error) {
      return String(error);
    } finally {
      await client.query('ROLLBACK');
    }
  };

  const after = ['SELECT * FROM people ORDER BY id', 'SELECT * FROM orders ORDER BY id'];

  test.each(cases.filter(([, since = 13]) => since <= version).map(([sql]) => sql))(
    '%s',
    async (sql) => {
      const truth = await done(sql.replaceAll('public.', ''), 'copy', after);
      const got = await done(masked(sql), 'public', after.map(masked));
      expect(got).toEqual(truth);
    },
  );

  test.each(refused)('refused: %s', (sql, why) => {
    expect(() => masked(sql)).toThrow(why);
  });
});
