import { mailOf, people } from '../planted.js';
import { attacks } from '../attack.js';
import { confirmed, fails, hasRow, isTrue, spelled, tagged, weighed } from '../spell.js';
import { copyIn } from '../steps.js';
import type { Frame } from '../../wire/peer.js';

const first = people[0];
const mail = first === undefined ? '' : mailOf(first);
const changed = (frames: readonly Frame[]): boolean => tagged(frames) === 1;
const holds = (frames: readonly Frame[]): boolean => !fails(frames);
const undone = (sql: string): readonly string[] => ['BEGIN', sql, 'ROLLBACK'];

/** Guesses that a constraint, an index or a definition of the table's owner confirms. */
export const constraints = attacks('constraints as an oracle', {
  'equality with a guess': {
    ask: confirmed(mail, (guess) => `SELECT 1 FROM app.people WHERE email = '${guess}'`, hasRow),
  },
  'IN with guesses': {
    ask: confirmed(
      mail,
      (guess) => `SELECT 1 FROM app.people WHERE email IN ('a', '${guess}')`,
      hasRow,
    ),
  },
  'a hash of a guess': {
    ask: confirmed(
      mail,
      (guess) => `SELECT 1 FROM app.people WHERE md5(email) = md5('${guess}')`,
      hasRow,
    ),
  },
  'UPDATE by a guess': {
    alone: true,
    ask: confirmed(
      mail,
      (guess) => `UPDATE app.people SET note = note WHERE email = '${guess}'`,
      changed,
    ),
  },
  'the unique key, by a guess': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) => undone(`INSERT INTO app.people (id, name, email) VALUES (99, 'x', '${guess}')`),
      fails,
    ),
  },
  'the unique key, ON CONFLICT DO NOTHING': {
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `INSERT INTO app.people (id, name, email) VALUES (99, 'x', '${guess}') ON CONFLICT (email) DO NOTHING`,
        ),
      (frames) => frames.some(({ short }) => short === 'C INSERT 0 0'),
    ),
  },
  'the unique key, ON CONFLICT without a target': {
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `INSERT INTO app.people (id, name, email) VALUES (99, 'x', '${guess}') ON CONFLICT DO NOTHING`,
        ),
      (frames) => frames.some(({ short }) => short === 'C INSERT 0 0'),
    ),
  },
  'the unique key, by UPDATE': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `INSERT INTO app.people (id, name) VALUES (99, 'x'); UPDATE app.people SET email = '${guess}' WHERE id = 99`,
        ),
      fails,
    ),
  },
  'the unique key, by COPY': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) => [
        'BEGIN',
        copyIn('COPY app.people (id, name, email) FROM STDIN', `99\tx\t${guess}\n`),
        'ROLLBACK',
      ],
      fails,
    ),
  },
  'the foreign key, by a guess': {
    alone: true,
    ask: confirmed(
      mail,
      (guess) => undone(`INSERT INTO app.orders (id, email) VALUES (999, '${guess}')`),
      holds,
    ),
  },
  'the foreign key, by UPDATE': {
    alone: true,
    ask: confirmed(
      mail,
      (guess) => undone(`UPDATE app.orders SET email = '${guess}' WHERE id = 10`),
      holds,
    ),
  },
  'the unique key, through a view': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(`INSERT INTO app.people_view (id, name, email) VALUES (99, 'x', '${guess}')`),
      fails,
    ),
  },
  'the unique key, prepared': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) => [
        'BEGIN',
        "PREPARE p AS INSERT INTO app.people (id, name, email) VALUES ($1, 'x', $2)",
        `EXECUTE p (99, '${guess}')`,
        'ROLLBACK',
        'DEALLOCATE ALL',
      ],
      fails,
    ),
  },
  'the unique key, by a query': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) => undone(`INSERT INTO app.people (id, name, email) SELECT 99, 'x', '${guess}'`),
      fails,
    ),
  },
  'the unique key, by MERGE': {
    inference: true,
    since: 15,
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `MERGE INTO app.people p USING (VALUES (99)) v(i) ON p.id = v.i WHEN NOT MATCHED THEN INSERT (id, name, email) VALUES (v.i, 'x', '${guess}')`,
        ),
      fails,
    ),
  },
  'the unique key, in a CTE': {
    inference: true,
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `WITH i AS (INSERT INTO app.people (id, name, email) VALUES (99, 'x', '${guess}') RETURNING id) SELECT id FROM i`,
        ),
      fails,
    ),
  },
  "a foreign key of one's own": {
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `CREATE TABLE scratch.k (e text REFERENCES app.people (email)); INSERT INTO scratch.k VALUES ('${guess}')`,
        ),
      holds,
    ),
  },
  "a foreign key added to one's own table": {
    alone: true,
    ask: confirmed(
      mail,
      (guess) =>
        undone(
          `INSERT INTO scratch.box VALUES (1, '${guess}'); ALTER TABLE scratch.box ADD FOREIGN KEY (v) REFERENCES app.people (email)`,
        ),
      holds,
    ),
  },
  'the partition, by a guess': {
    alone: true,
    ask: confirmed(
      'zqifidezel',
      (guess) =>
        undone(
          `INSERT INTO app.segments VALUES (9, '${guess}') RETURNING tableoid::regclass::text = 'app.segments_a'`,
        ),
      isTrue,
    ),
  },
  'the partition itself, by a guess': {
    alone: true,
    ask: confirmed(
      'zqifidezel',
      (guess) => undone(`INSERT INTO app.segments_a VALUES (9, '${guess}')`),
      holds,
    ),
  },
  "the keeper's CHECK": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) => undone(`ALTER TABLE app.people ADD CHECK (id <> 1 OR email < '${guess}')`),
      fails,
    ),
  },
  "the keeper's CHECK, of a domain": {
    role: 'chief',
    alone: true,
    ask: weighed(
      (least) =>
        undone(
          `ALTER DOMAIN app.phone ADD CHECK (substr(VALUE, 2)::bigint < 614681086 OR substr(VALUE, 2)::bigint > 614681086 OR substr(VALUE, 2)::bigint < ${least})`,
        ),
      fails,
    ),
  },
  "the keeper's unique index": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `CREATE UNIQUE INDEX ON app.people ((CASE WHEN id = 1 AND email >= '${guess}' THEN 2 ELSE id END))`,
        ),
      fails,
    ),
  },
  "the keeper's NOT NULL": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `ALTER TABLE app.people ADD g text GENERATED ALWAYS AS (CASE WHEN id = 1 AND email >= '${guess}' THEN NULL ELSE 'x' END) STORED NOT NULL`,
        ),
      fails,
    ),
  },
  "the keeper's partial index": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `CREATE INDEX ON app.people ((CASE WHEN email >= '${guess}' AND id = 1 THEN 1 / (id - 1) ELSE 1 END))`,
        ),
      fails,
    ),
  },
  "the keeper's exclusion": {
    role: 'keeper',
    alone: true,
    ask: weighed(
      (least) =>
        undone(
          `ALTER TABLE app.people ADD EXCLUDE USING btree ((CASE WHEN id = 1 AND salary >= ${least} THEN 2 ELSE id END) WITH =)`,
        ),
      fails,
    ),
  },
  "the keeper's type": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `ALTER TABLE app.people ALTER note TYPE text USING CASE WHEN id = 1 AND email >= '${guess}' THEN (1 / (id - 1))::text END`,
        ),
      fails,
    ),
  },
  "a policy of the keeper's": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON app.people USING (id = 1 AND email >= '${guess}'); SELECT true FROM app.people`,
        ),
      isTrue,
    ),
  },
});
