import { attacks } from '../attack.js';
import { fails, hasRow, isTrue, spelled, tagged } from '../spell.js';

/** Rows that a filter hides. */
export const filters = attacks('row filters', {
  'the table': 'SELECT * FROM app.regional',
  'the whole row': 'SELECT r FROM app.regional r',
  'the condition turned round': "SELECT body FROM app.regional WHERE region <> 'eu'",
  OR: "SELECT body FROM app.regional WHERE region = 'us' OR true",
  'a view': 'SELECT body FROM app.regional_view',
  "a view of one's own": [
    'CREATE VIEW scratch.r AS SELECT body FROM app.regional',
    'SELECT * FROM scratch.r',
  ],
  "a function of one's own": [
    "CREATE FUNCTION scratch.r() RETURNS SETOF text LANGUAGE sql AS 'SELECT body FROM app.regional'",
    'SELECT scratch.r()',
  ],
  'a copy': ['CREATE TABLE scratch.r AS SELECT * FROM app.regional', 'SELECT body FROM scratch.r'],
  'a subquery': 'SELECT (SELECT string_agg(body, chr(10)) FROM app.regional)',
  'a join with itself':
    'SELECT b.body FROM app.regional a RIGHT JOIN app.regional b ON a.id = b.id',
  'FULL JOIN': 'SELECT r.body FROM app.products p FULL JOIN app.regional r ON p.id = r.id',
  UNION: 'SELECT body FROM app.regional UNION SELECT body FROM app.regional_view',
  ONLY: 'SELECT body FROM ONLY app.regional',
  TABLESAMPLE: 'SELECT body FROM app.regional TABLESAMPLE SYSTEM (100)',
  JSON: 'SELECT to_jsonb(r) FROM app.regional r',
  aggregate: "SELECT string_agg(body, ',') FROM app.regional",
  window:
    'SELECT max(body) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM app.regional',
  'a window beyond': 'SELECT lead(body) OVER (ORDER BY id) FROM app.regional',
  'UPDATE RETURNING': 'UPDATE app.regional SET amount = amount RETURNING body',
  'UPDATE that brings rows in': [
    "UPDATE app.regional SET region = 'eu'",
    'SELECT body FROM app.regional',
  ],
  'UPDATE FROM itself': [
    'UPDATE scratch.notes n SET body = r.body FROM app.regional r WHERE r.id = n.id + 2',
    'TABLE scratch.notes',
  ],
  'DELETE RETURNING': 'DELETE FROM app.regional RETURNING body',
  'ON CONFLICT':
    "INSERT INTO app.regional VALUES (3, 'eu', 'x', 1) ON CONFLICT (id) DO UPDATE SET amount = 1 RETURNING regional.body",
  'ON CONFLICT that brings it in': [
    "INSERT INTO app.regional VALUES (3, 'eu', 'x', 1) ON CONFLICT (id) DO UPDATE SET region = 'eu'",
    'SELECT body FROM app.regional',
  ],
  MERGE: {
    since: 15,
    steps: [
      "MERGE INTO app.regional r USING app.products p ON p.id = r.id WHEN MATCHED THEN UPDATE SET region = 'eu'",
      'SELECT body FROM app.regional',
    ],
  },
  'a cursor': ['BEGIN', 'DECLARE c CURSOR FOR TABLE app.regional', 'FETCH ALL FROM c'],
  'FOR UPDATE': 'SELECT body FROM app.regional FOR UPDATE',
  'an error in the condition':
    "SELECT id FROM app.regional WHERE body NOT LIKE 'open%' AND body::int > 0",
  'an error in the list': 'SELECT body::date FROM app.regional WHERE id > 2',
  'an error in a join':
    'SELECT 1 FROM (SELECT * FROM app.regional WHERE id > 2) r JOIN app.products p ON p.id = r.body::int',
  'an error in an index condition': 'SELECT 1 FROM app.regional WHERE id = 3 AND body::int = 1',
  'a cheap function that tells': [
    "CREATE FUNCTION scratch.tell(t text) RETURNS bool LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$",
    'SELECT id FROM app.regional WHERE scratch.tell(body)',
  ],
  'a cheap operator that tells': [
    "CREATE FUNCTION scratch.tell(t text, u text) RETURNS bool LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$",
    'CREATE OPERATOR scratch.~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.tell)',
    "SELECT id FROM app.regional WHERE body OPERATOR(scratch.~~~) 'x'",
  ],
  'a division that fails, by letters': {
    ask: spelled(
      (guess) =>
        `SELECT id FROM app.regional WHERE id = 3 AND CASE WHEN body >= '${guess}' THEN 1 / (id - 3) = 1 ELSE true END`,
      fails,
    ),
  },
  'a division in the list, by letters': {
    ask: spelled(
      (guess) =>
        `SELECT count(1 / (CASE WHEN id = 3 AND body >= '${guess}' THEN 0 ELSE 1 END)) FROM app.regional`,
      fails,
    ),
  },
  'a cast that fails, by letters': {
    ask: spelled(
      (guess) =>
        `SELECT 1 FROM app.regional WHERE id = 3 AND (CASE WHEN body >= '${guess}' THEN 'x' ELSE '1' END)::int = 1`,
      fails,
    ),
  },
  'EXISTS, by letters': {
    ask: spelled(
      (guess) => `SELECT EXISTS (SELECT 1 FROM app.regional WHERE id = 3 AND body >= '${guess}')`,
      isTrue,
    ),
  },
  'rows, by letters': {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.regional WHERE id = 3 AND body >= '${guess}'`,
      hasRow,
    ),
  },
  'rows changed, by letters': {
    alone: true,
    ask: spelled(
      (guess) => `UPDATE app.regional SET amount = amount WHERE id = 3 AND body >= '${guess}'`,
      tagged1,
    ),
  },
  'rows deleted, by letters': {
    alone: true,
    ask: spelled(
      (guess) => [
        'BEGIN',
        `DELETE FROM app.regional WHERE id = 3 AND body >= '${guess}'`,
        'ROLLBACK',
      ],
      (frames) => frames.some(({ short }) => short === 'C DELETE 1'),
    ),
  },
  'the keeper renames the column away': {
    role: 'keeper',
    steps: ['ALTER TABLE app.regional DROP region CASCADE', 'SELECT body FROM app.regional'],
  },
  'the keeper makes the column anew': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.regional DROP region CASCADE',
      "ALTER TABLE app.regional ADD region text DEFAULT 'eu'",
      'SELECT body FROM app.regional',
    ],
  },
  'the keeper makes the column anew at once': {
    role: 'keeper',
    steps: [
      "ALTER TABLE app.regional DROP region CASCADE, ADD region text DEFAULT 'eu'",
      'SELECT body FROM app.regional',
    ],
  },
  'the keeper brings rows in by a type': {
    role: 'keeper',
    steps: [
      "ALTER TABLE app.regional ALTER region TYPE text USING 'eu'",
      'SELECT body FROM app.regional',
    ],
  },
  'the keeper makes an index that fails': {
    role: 'keeper',
    steps: 'CREATE INDEX ON app.regional ((CASE WHEN id > 2 THEN body::int END))',
  },
  "the keeper's CHECK, by letters": {
    role: 'keeper',
    alone: true,
    ask: spelled(
      (guess) => [
        'BEGIN',
        `ALTER TABLE app.regional ADD CHECK (id <> 3 OR body < '${guess}')`,
        'ROLLBACK',
      ],
      fails,
    ),
  },
});

function tagged1(frames: Parameters<typeof tagged>[0]): boolean {
  return tagged(frames) === 1;
}
