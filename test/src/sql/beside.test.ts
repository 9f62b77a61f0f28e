/**
 * What runs beside a write: triggers, and users' functions in defaults, constraints, indexes and domains. All that the
 * server calls is noted, and nothing else.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Analysis, analyze, parse } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

/** Each says its name when it is called. */
const triggers: readonly (readonly [name: string, when: string])[] = [
  ['people_in', 'BEFORE INSERT ON people FOR EACH ROW'],
  ['people_up', 'AFTER UPDATE ON people FOR EACH STATEMENT'],
  ['people_age', 'BEFORE UPDATE OF age ON people FOR EACH ROW'],
  ['people_shout', 'BEFORE UPDATE OF shout ON people FOR EACH ROW'],
  ['people_out', 'AFTER DELETE ON people FOR EACH ROW'],
  ['people_empty', 'BEFORE TRUNCATE ON people FOR EACH STATEMENT'],
  ['people_off', 'BEFORE INSERT OR UPDATE OR DELETE ON people FOR EACH ROW'],
  ['child_row', 'BEFORE INSERT OR UPDATE OR DELETE ON children FOR EACH ROW'],
  ['child_all', 'BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON children FOR EACH STATEMENT'],
  ['orders_row', 'BEFORE DELETE ON orders FOR EACH ROW'],
  ['days_row', 'AFTER INSERT OR UPDATE ON days FOR EACH ROW'],
  ['days_all', 'AFTER UPDATE ON days FOR EACH STATEMENT'],
  ['days_1_in', 'AFTER INSERT ON days_1 FOR EACH ROW'],
  ['days_1_all', 'AFTER INSERT OR UPDATE ON days_1 FOR EACH STATEMENT'],
  ['days_2_row', 'AFTER INSERT OR DELETE ON days_2 FOR EACH ROW'],
  ['seen_in', 'INSTEAD OF INSERT ON seen FOR EACH ROW'],
  ['seen_out', 'INSTEAD OF DELETE ON seen FOR EACH ROW'],
];

const says = (name: string): string => `BEGIN RAISE NOTICE '${name}'; `;

const functions: readonly (readonly [
  name: string,
  given: string,
  result: string,
  value: string,
])[] = [
  ['age_by_default', '', 'int', '30'],
  ['name_by_default', '', 'text', `'nobody'`],
  ['is_age', 'int', 'bool', 'true'],
  ['is_code', 'text', 'bool', 'true'],
  ['shouted', 'text', 'text', 'upper($1)'],
  ['keyed', 'text', 'text', 'lower($1)'],
  ['halved', 'int', 'int', '$1 / 2'],
  ['is_day', 'int', 'bool', 'true'],
  ['like_it', 'text, text', 'bool', 'true'],
];

const schema = [
  ...functions.map(
    ([name, given, result, value]) =>
      `CREATE FUNCTION ${name}(${given}) RETURNS ${result} LANGUAGE plpgsql IMMUTABLE AS $$${says(name)} RETURN ${value}; END$$;`,
  ),
  `CREATE OPERATOR ~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = like_it);
   CREATE TABLE ids (id serial);
   CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS 'INSERT INTO ids DEFAULT VALUES RETURNING id';
   CREATE DOMAIN code AS text CHECK (is_code(VALUE));
   CREATE DOMAIN narrow AS code CHECK (VALUE <> '');
   CREATE FUNCTION takes(code) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
   CREATE FUNCTION gives() RETURNS code LANGUAGE sql AS $$SELECT 'x'::text$$;
   CREATE TABLE people (id int PRIMARY KEY, name text DEFAULT name_by_default(), age int DEFAULT age_by_default() CHECK (is_age(age)),
     shout text GENERATED ALWAYS AS (shouted(name)) STORED, code narrow);
   CREATE TABLE children () INHERITS (people);
   ALTER TABLE children ADD CHECK (name ~~~ 'x');
   CREATE INDEX ON people (keyed(name));
   CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people ON DELETE CASCADE);
   CREATE TABLE days (day int CHECK (is_day(day)), note text) PARTITION BY RANGE (halved(day));
   CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (50);
   CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM (50) TO (1000);
   CREATE TABLE plain (a int DEFAULT age_by_default(), b code);
   CREATE TABLE numbered (id int DEFAULT next_id(), note text);
   CREATE VIEW seen AS SELECT * FROM ids;
   CREATE VIEW names AS SELECT id, name FROM people;`,
  ...triggers.map(
    ([name, when]) => `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
       $$${says(name)} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END$$;
       CREATE TRIGGER ${name} ${when} EXECUTE FUNCTION ${name}();`,
  ),
  `ALTER TABLE people DISABLE TRIGGER people_off;
   INSERT INTO people VALUES (1, 'Ann', 40), (2, 'Bob', 50);
   INSERT INTO children VALUES (3, 'Cid', 5);
   INSERT INTO orders VALUES (10, 1), (20, 2);
   INSERT INTO days VALUES (1, 'a'), (200, 'b');
   INSERT INTO ids DEFAULT VALUES;`,
].join('\n');

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, schema);
}, 60_000);

const analysisOf = (sql: string): Analysis => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  return analyze(statement, court.whole, court.settings).analysis;
};

const known = new Set([...triggers, ...functions].map(([name]) => name));

/** The functions that the analysis cannot see through, of those that say their names. */
const noted = (sql: string): readonly string[] =>
  analysisOf(sql)
    .notUnderstood.map(
      ({ construct }) => /^(?:trigger )?function public\.(\w+)/.exec(construct)?.[1] ?? construct,
    )
    .filter((name, i, all) => all.indexOf(name) === i)
    .sort();

/** Those that say their names when the server runs it. */
async function called(sql: string): Promise<readonly string[]> {
  const names = new Set<string>();
  const heard = ({ message }: { message?: string | undefined }): void => {
    if (message !== undefined && known.has(message)) names.add(message);
  };
  court.client.on('notice', heard);
  try {
    await court.client.query('BEGIN');
    await court.client.query(sql);
  } finally {
    await court.client.query('ROLLBACK');
    court.client.off('notice', heard);
  }
  return [...names].sort();
}

const statements: readonly (readonly [name: string, sql: string])[] = [
  ['all columns given', `INSERT INTO people (id, name, age, code) VALUES (7, 'Eve', 1, 'x')`],
  ['a column left out', `INSERT INTO people (id, name, code) VALUES (7, 'Eve', 'x')`],
  ['without a list of columns', `INSERT INTO people VALUES (7, 'Eve')`],
  ['only defaults', `INSERT INTO plain DEFAULT VALUES`],
  ['DEFAULT in one row of two', `INSERT INTO people VALUES (7, 'Eve', 1), (8, DEFAULT, 2)`],
  ['from a query', `INSERT INTO people (id, name) SELECT 9, 'Fay'`],
  ['on conflict', `INSERT INTO people VALUES (1, 'Eve', 1) ON CONFLICT (id) DO UPDATE SET age = 2`],
  ['on conflict do nothing', `INSERT INTO people VALUES (1, 'E', 1) ON CONFLICT DO NOTHING`],
  ['update of a column', `UPDATE people SET age = 1`],
  ['update of what another is generated of', `UPDATE people SET name = 'x'`],
  ['update to a default', `UPDATE people SET name = DEFAULT`],
  ['update of one table only', `UPDATE ONLY people SET age = 1`],
  ['update in a WITH', `WITH x AS (UPDATE ONLY people SET age = 1 RETURNING id) SELECT * FROM x`],
  ['delete', `DELETE FROM people`],
  ['delete from one table only', `DELETE FROM ONLY people`],
  ['delete from an heir', `DELETE FROM children`],
  ['truncate', `TRUNCATE people CASCADE`],
  ['truncate one table only', `TRUNCATE ONLY people CASCADE`],
  ['insert into partitions', `INSERT INTO days VALUES (3, 'c'), (300, 'd')`],
  ['insert into a partition', `INSERT INTO days_1 VALUES (3, 'c')`],
  [
    'rows that move between partitions',
    `UPDATE days SET day = CASE day WHEN 1 THEN 300 ELSE 1 END`,
  ],
  ['update of a partition', `UPDATE days_1 SET note = 'x'`],
  ['instead of an insert', `INSERT INTO seen VALUES (1)`],
  ['instead of a delete', `DELETE FROM seen`],
  ['through a view', `INSERT INTO names VALUES (7, 'Eve')`],
  ['update through a view', `UPDATE names SET name = 'x'`],
  ['delete through a view', `DELETE FROM names`],
  [
    'merge',
    `MERGE INTO people p USING (VALUES (1), (3), (7)) v (id) ON p.id = v.id
       WHEN MATCHED THEN UPDATE SET age = 3 WHEN NOT MATCHED THEN INSERT (id, name) VALUES (v.id, 'x')`,
  ],
  [
    'merge that deletes',
    `MERGE INTO people p USING (VALUES (1), (3)) v (id) ON p.id = v.id WHEN MATCHED THEN DELETE`,
  ],
  ['a domain in a query', `SELECT 'x'::narrow`],
  ['a read', `SELECT * FROM people`],
  ['a call that takes a domain', `SELECT takes('x')`],
  ['a call that gives a domain', `SELECT gives()`],
  ['a plan', `EXPLAIN (COSTS OFF) DELETE FROM people`],
];

describe('what runs beside a write', () => {
  test.each(statements)('%s', async (_name, sql) => {
    const truth = await called(sql);
    // An index gets no new entry where nothing that it is of has changed (heap-only tuples), or the row was there.
    const may = /UPDATE|ON CONFLICT/.test(sql) && !truth.includes('keyed') ? 'keyed' : '';
    expect(noted(sql).filter((name) => name !== may)).toEqual(truth);
  });

  test('every function is called by one of them', async () => {
    const all = new Set<string>();
    for (const [, sql] of statements) for (const name of await called(sql)) all.add(name);
    expect([...known].filter((name) => !all.has(name))).toEqual(['people_off']);
  });

  test('COPY: columns that are not listed get their defaults', () => {
    expect(noted('COPY people (id, name, code) FROM STDIN')).toEqual(
      noted(`INSERT INTO people (id, name, code) VALUES (1, 'x', 'x')`),
    );
  });

  test('a default in SQL is looked into', () => {
    const {
      accesses,
      functions: executed,
      notUnderstood,
    } = analysisOf(`INSERT INTO numbered (note) VALUES ('x')`);
    expect(accesses.map(({ action, object }) => `${action} ${object?.name ?? ''}`)).toEqual([
      'insert numbered',
      'select ids',
      'insert ids',
    ]);
    expect(executed).toEqual([{ schema: 'public', name: 'next_id' }]);
    expect(notUnderstood.every(({ reach }) => reach !== 'anything')).toBe(true);
    expect(analysisOf(`INSERT INTO numbered VALUES (1, 'x')`).accesses).toHaveLength(1);
  });
});
