import { outside, pause } from '../steps.js';
import { honest, type WrittenWork } from '../work.js';

const people = 'SELECT * FROM app.people ORDER BY id';

/** DDL from elsewhere is noticed within seconds, docs/adr/0009-reading-what-has-changed.md. */
const noticed = 2_600;

/**
 * The same statement before somebody else's change and a while after it. For two seconds the old columns stand for `*`,
 * docs/adr/0009-reading-what-has-changed.md.
 */
const around = (
  name: string,
  change: string,
  statement: string,
): Readonly<Record<string, WrittenWork>> => ({
  [name]: [statement, outside(change), pause(noticed), statement],
  [`${name}, within a transaction`]: [
    statement,
    'BEGIN',
    'SELECT 1',
    outside(change),
    pause(noticed),
    statement,
    'COMMIT',
  ],
});

/** What somebody else changes, whom Postern does not see. */
export const meanwhile = honest(
  'changes from elsewhere',
  {
    ...around('a column is added', 'ALTER TABLE app.people ADD more int DEFAULT 7', people),
    ...around('a column is renamed', 'ALTER TABLE app.people RENAME note TO remark', people),
    ...around('a column falls', 'ALTER TABLE app.people DROP note', people),
    ...around(
      'a column changes its type',
      'ALTER TABLE app.people ALTER note TYPE varchar(40)',
      people,
    ),
    ...around(
      'a column is added, all columns of a join',
      'ALTER TABLE app.orders ADD more int',
      'SELECT o.* FROM app.orders o JOIN app.people p ON p.id = o.person_id ORDER BY o.id',
    ),
    ...around(
      'rows are added',
      "INSERT INTO app.orders VALUES (900, 1, NULL, 1, NULL, 'new')",
      'SELECT status, count(*) FROM app.orders GROUP BY 1 ORDER BY 1',
    ),
    'a table is made': [
      outside(
        'CREATE TABLE scratch.fresh AS SELECT 1 AS a; GRANT SELECT ON scratch.fresh TO worker',
      ),
      pause(noticed),
      'SELECT a FROM scratch.fresh',
    ],
    ...around(
      'a table falls and comes back',
      'DROP TABLE scratch.notes; CREATE TABLE scratch.notes (id int, body text, more int); GRANT SELECT ON scratch.notes TO worker',
      'SELECT count(*) FROM scratch.notes',
    ),
    'a view is made': [
      outside(
        'CREATE VIEW app.v AS SELECT id, note FROM app.people; GRANT SELECT ON app.v TO worker',
      ),
      pause(noticed),
      'SELECT id, note FROM app.v ORDER BY id',
    ],
    ...around(
      'a view is replaced',
      'CREATE OR REPLACE VIEW app.product_view AS SELECT id, sku, price, 1 AS more FROM app.products',
      'SELECT * FROM app.product_view ORDER BY id',
    ),
    // Within a transaction the server itself may go on with the old one.
    'a function is replaced': [
      'SELECT app.nap(1)',
      outside(
        "CREATE OR REPLACE FUNCTION app.nap(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n + 2'",
      ),
      pause(noticed),
      'SELECT app.nap(1)',
    ],
    ...around(
      'an index is made',
      'CREATE INDEX ON app.orders (status)',
      'SELECT id FROM app.orders ORDER BY id',
    ),
    ...around(
      'a partition is added',
      "CREATE TABLE app.segments_c PARTITION OF app.segments FOR VALUES IN ('x')",
      'SELECT id, note FROM app.segments ORDER BY id',
    ),
  },
  { masked: ['name', 'email', 'salary', 'birth', 'mood', 'tags', 'doc', 'token', 'email_lower'] },
);
