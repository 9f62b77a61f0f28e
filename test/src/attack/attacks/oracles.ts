import { attacks } from '../attack.js';
import { fails, hasRow, isTrue, spelled, tagged, weighed } from '../spell.js';
import type { Frame } from '../../wire/peer.js';

const changed = (frames: readonly Frame[]): boolean => tagged(frames) === 1;
const undone = (sql: string): readonly string[] => ['BEGIN', sql, 'ROLLBACK'];

/** Questions whose answers, put together, are the value. */
export const oracles = attacks('predicates as an oracle', {
  rows: {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people WHERE id = 1 AND email >= '${guess}'`,
      hasRow,
    ),
  },
  'a comparison': {
    ask: spelled((guess) => `SELECT email >= '${guess}' FROM app.people WHERE id = 1`, isTrue),
  },
  count: {
    ask: spelled(
      (guess) => `SELECT count(*) FROM app.people WHERE id = 1 AND email >= '${guess}'`,
      isTrue,
    ),
  },
  'count with FILTER': {
    ask: spelled(
      (guess) => `SELECT count(*) FILTER (WHERE id = 1 AND email >= '${guess}') FROM app.people`,
      isTrue,
    ),
  },
  EXISTS: {
    ask: spelled(
      (guess) => `SELECT EXISTS (SELECT FROM app.people WHERE id = 1 AND email >= '${guess}')`,
      isTrue,
    ),
  },
  HAVING: {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people WHERE id = 1 HAVING max(email) >= '${guess}'`,
      hasRow,
    ),
  },
  'a join': {
    ask: spelled(
      (guess) =>
        `SELECT 1 FROM app.people p JOIN (VALUES ('${guess}')) v(g) ON p.email >= v.g WHERE p.id = 1`,
      hasRow,
    ),
  },
  'IN by LIKE': {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people WHERE id = 1 AND NOT (email < ALL (ARRAY['${guess}']))`,
      hasRow,
    ),
  },
  BETWEEN: {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people WHERE id = 1 AND email BETWEEN '${guess}' AND '~'`,
      hasRow,
    ),
  },
  order: {
    ask: spelled(
      (guess) =>
        `SELECT id = 1 FROM (SELECT id, email FROM app.people WHERE id = 1 UNION ALL SELECT 0, '${guess}') q ORDER BY email DESC, id DESC LIMIT 1`,
      isTrue,
    ),
  },
  rank: {
    ask: spelled(
      (guess) =>
        `SELECT rank('${guess}') WITHIN GROUP (ORDER BY email) = 1 FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'CASE that fails': {
    ask: spelled(
      (guess) =>
        `SELECT CASE WHEN email >= '${guess}' THEN 1 / (id - 1) ELSE 0 END FROM app.people WHERE id = 1`,
      fails,
    ),
  },
  'a cast that fails': {
    ask: spelled(
      (guess) =>
        `SELECT (CASE WHEN email >= '${guess}' THEN 'x' ELSE '1' END)::int FROM app.people WHERE id = 1`,
      fails,
    ),
  },
  'a row comparison': {
    ask: spelled(
      (guess) => `SELECT (p.id, p.email) >= (1, '${guess}') FROM app.people p WHERE id = 1`,
      isTrue,
    ),
  },
  greatest: {
    ask: spelled(
      (guess) => `SELECT greatest(email, '${guess}') = email FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'a range': {
    ask: weighed(
      (least) => `SELECT numrange(${least}, NULL) @> salary FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'a number': {
    ask: weighed((least) => `SELECT 1 FROM app.people WHERE id = 1 AND salary >= ${least}`, hasRow),
  },
  width_bucket: {
    ask: weighed(
      (least) =>
        `SELECT width_bucket(salary, ARRAY[${least}::numeric]) FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'sign of a difference': {
    ask: weighed(
      (least) => `SELECT (sign(salary - ${least}) >= 0) FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'generate_series up to it': {
    ask: weighed(
      (least) =>
        `SELECT count(*) > 0 FROM app.people, generate_series(${least}, salary::bigint, 1000000000) WHERE id = 1`,
      isTrue,
    ),
  },
  'LIMIT by it': {
    ask: weighed(
      (least) =>
        `SELECT 1 FROM app.products LIMIT (SELECT CASE WHEN salary >= ${least} THEN 1 ELSE 0 END FROM app.people WHERE id = 1)`,
      hasRow,
    ),
  },
  'a number by a view': {
    ask: weighed(
      (least) => `SELECT 1 FROM app.people_view WHERE id = 1 AND salary >= ${least}`,
      hasRow,
    ),
  },
  'a text by a view': {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people_barrier WHERE id = 1 AND email >= '${guess}'`,
      hasRow,
    ),
  },
  'a text by the kept view': {
    ask: spelled(
      (guess) => `SELECT 1 FROM app.people_kept WHERE id = 1 AND email >= '${guess}'`,
      hasRow,
    ),
  },
  'UPDATE, rows': {
    alone: true,
    ask: spelled(
      (guess) => `UPDATE app.people SET note = note WHERE id = 1 AND email >= '${guess}'`,
      changed,
    ),
  },
  'UPDATE FROM, rows': {
    alone: true,
    ask: spelled(
      (guess) =>
        `UPDATE scratch.notes SET body = body FROM app.people p WHERE p.id = 1 AND notes.id = 1 AND p.email >= '${guess}'`,
      changed,
    ),
  },
  'UPDATE, rows, of a number': {
    alone: true,
    ask: weighed(
      (least) => `UPDATE app.people SET note = note WHERE id = 1 AND salary >= ${least}`,
      changed,
    ),
  },
  'UPDATE with CASE': {
    alone: true,
    ask: spelled(
      (guess) => [
        `UPDATE app.people SET note = CASE WHEN email >= '${guess}' THEN 'yes' ELSE 'no' END WHERE id = 1`,
        "SELECT note = 'yes' FROM app.people WHERE id = 1",
      ],
      isTrue,
    ),
  },
  'UPDATE RETURNING a comparison': {
    alone: true,
    ask: spelled(
      (guess) => `UPDATE app.people SET note = note WHERE id = 1 RETURNING email >= '${guess}'`,
      isTrue,
    ),
  },
  'DELETE, rows': {
    alone: true,
    ask: spelled(
      (guess) => undone(`DELETE FROM app.contacts WHERE id = 1 AND handle >= '${guess}'`),
      (frames) => frames.some(({ short }) => short === 'C DELETE 1'),
    ),
  },
  'DELETE USING, rows': {
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `DELETE FROM scratch.notes n USING app.people p WHERE p.id = 1 AND n.id = 1 AND p.email >= '${guess}'`,
        ),
      (frames) => frames.some(({ short }) => short === 'C DELETE 1'),
    ),
  },
  'INSERT SELECT, rows': {
    alone: true,
    ask: spelled(
      (guess) =>
        `INSERT INTO scratch.box SELECT id, 'x' FROM app.people WHERE id = 1 AND email >= '${guess}'`,
      changed,
    ),
  },
  'CREATE TABLE AS, rows': {
    alone: true,
    ask: spelled(
      (guess) =>
        undone(
          `CREATE TABLE scratch.q AS SELECT 1 FROM app.people WHERE id = 1 AND email >= '${guess}'`,
        ),
      (frames) => frames.some(({ short }) => short === 'C SELECT 1'),
    ),
  },
  'MERGE, rows': {
    since: 15,
    alone: true,
    ask: spelled(
      (guess) =>
        `MERGE INTO scratch.notes n USING app.people p ON n.id = p.id AND p.id = 1 AND p.email >= '${guess}' WHEN MATCHED THEN UPDATE SET body = 'x'`,
      changed,
    ),
  },
  'MERGE into it, rows': {
    since: 15,
    alone: true,
    ask: spelled(
      (guess) =>
        `MERGE INTO app.people p USING (VALUES (1)) v(i) ON p.id = v.i AND p.email >= '${guess}' WHEN MATCHED THEN UPDATE SET note = 'x'`,
      changed,
    ),
  },
  'MERGE into it, by WHEN': {
    since: 15,
    alone: true,
    ask: spelled(
      (guess) =>
        `MERGE INTO app.people p USING (VALUES (1)) v(i) ON p.id = v.i WHEN MATCHED AND p.email >= '${guess}' THEN UPDATE SET note = 'x'`,
      changed,
    ),
  },
  'ON CONFLICT WHERE': {
    alone: true,
    ask: spelled(
      (guess) =>
        `INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'x' WHERE people.email >= '${guess}'`,
      changed,
    ),
  },
  'COPY, rows': {
    ask: spelled(
      (guess) => `COPY (SELECT 1 FROM app.people WHERE id = 1 AND email >= '${guess}') TO STDOUT`,
      changed,
    ),
  },
  'a cursor, MOVE': {
    ask: spelled(
      (guess) => [
        'BEGIN',
        `DECLARE c CURSOR FOR SELECT 1 FROM app.people WHERE id = 1 AND email >= '${guess}'`,
        'MOVE ALL IN c',
        'ROLLBACK',
      ],
      (frames) => frames.some(({ short }) => short === 'C MOVE 1'),
    ),
  },
});
