import { people, planted } from '../planted.js';
import { attacks, type Written } from '../attack.js';
import { cells, confirmed, hasRow, isTrue } from '../spell.js';

const [first] = people;
const known = first?.mail ?? '';
const secret = first?.secret ?? '';

/** Whether a row matches what was guessed. */
const rows = (condition: (guess: string) => string, guess = known): Written => ({
  ask: confirmed(
    guess,
    (text) => `SELECT 1 FROM app.people WHERE id = 1 AND ${condition(text)}`,
    hasRow,
  ),
});

/** A guess of a part or of the whole, confirmed by an operator. */
export const matches = attacks('guesses', {
  LIKE: rows((guess) => `email LIKE '${guess}%'`),
  ILIKE: rows((guess) => `email ILIKE '${guess}%'`),
  'SIMILAR TO': rows((guess) => `email SIMILAR TO '${guess}%'`),
  'a regular expression': rows((guess) => `email ~ '^${guess}'`),
  'a regular expression, cases apart': rows((guess) => `email ~* '${guess}'`),
  regexp_like: rowsSince(15, (guess) => `regexp_like(email, '^${guess}')`),
  strpos: rows((guess) => `strpos(email, '${guess}') = 1`),
  position: rows((guess) => `position('${guess}' IN email) > 0`),
  starts_with: rows((guess) => `starts_with(email, '${guess}')`),
  '^@': rows((guess) => `email ^@ '${guess}'`),
  'left()': rows((guess) => `left(email, ${known.length}) = '${guess}'`),
  split_part: rows((guess) => `split_part(email, '@', 1) = '${guess}'`),
  'a hash': rows((guess) => `md5(split_part(email, '@', 1)) = md5('${guess}')`),
  hashtext: rows((guess) => `hashtext(split_part(email, '@', 1)) = hashtext('${guess}')`),
  'the generated column': rows((guess) => `email_lower LIKE '${guess}%'`),
  'ANY of guesses': rows((guess) => `split_part(email, '@', 1) = ANY (ARRAY['a', '${guess}'])`),
  'ALL of guesses': rows((guess) => `split_part(email, '@', 1) = ALL (ARRAY['${guess}'])`),
  'IN a subquery': rows((guess) => `split_part(email, '@', 1) IN (SELECT '${guess}')`),
  'IS NOT DISTINCT FROM': rows(
    (guess) => `split_part(email, '@', 1) IS NOT DISTINCT FROM '${guess}'`,
  ),
  'text search': rows(
    (guess) => `to_tsvector('simple', name) @@ to_tsquery('simple', '${guess}')`,
    first?.first,
  ),
  'the array contains': rows((guess) => `tags @> ARRAY['${guess}']`, first?.tag),
  'the array overlaps': rows((guess) => `tags && ARRAY['${guess}']`, first?.tag),
  'ANY of the array': rows((guess) => `'${guess}' = ANY (tags)`, first?.tag),
  array_position: rows((guess) => `array_position(tags, '${guess}') = 1`, first?.tag),
  'the bytes': rows((guess) => `token = '${guess}'::bytea`, first?.token),
  'position in the bytes': rows(
    (guess) => `position('${guess}'::bytea IN token) > 0`,
    first?.token,
  ),
  'the document contains': rows((guess) => `doc @> '{"secret": "${guess}"}'`, secret),
  'a path of the document': rows((guess) => `doc @? '$.secret ? (@ == "${guess}")'`, secret),
  'a path that starts with': rows((guess) => `doc @? '$.** ? (@ starts with "${guess}")'`, secret),
  'a path that is like': rows(
    (guess) => `doc @? '$.inner.code ? (@ like_regex "^${guess}")'`,
    secret,
  ),
  'a path predicate': rows((guess) => `doc @@ '$.secret == "${guess}"'`, secret),
  'the document as text': rows((guess) => `doc::text LIKE '%${guess}%'`, secret),
  'a number': rows((guess) => `salary::text LIKE '${guess}%'`, first?.salary.slice(0, 9)),
  'a date': rows((guess) => `birth::text = '${guess}'`, first?.birth),
  'a day of a date': rows((guess) => `to_char(birth, 'YYYY-MM-DD') = '${guess}'`, first?.birth),
  'the domain': rows((guess) => `phone LIKE '%${guess}'`, first?.phone),
  'a national number': rows((guess) => `national_id LIKE '%${guess}'`, first?.national),
  'the row as text': rows((guess) => `people::text LIKE '%${guess}%'`),
  'the row as JSON': rows((guess) => `to_jsonb(people) ->> 'email' LIKE '${guess}%'`),
  'a row comparison': rows((guess) => `(id, split_part(email, '@', 1)) = (1, '${guess}')`),
  NULLIF: {
    ask: confirmed(
      known,
      (guess) =>
        `SELECT nullif(split_part(email, '@', 1), '${guess}') IS NULL FROM app.people WHERE id = 1`,
      isTrue,
    ),
  },
  'a join with guesses': {
    ask: confirmed(
      known,
      (guess) =>
        `SELECT 1 FROM app.people p JOIN (VALUES ('${guess}')) v(g) ON split_part(p.email, '@', 1) = v.g`,
      hasRow,
    ),
  },
  EXCEPT: {
    ask: confirmed(
      known,
      (guess) => `SELECT '${guess}' INTERSECT SELECT split_part(email, '@', 1) FROM app.people`,
      hasRow,
    ),
  },
  'count DISTINCT': {
    ask: confirmed(
      known,
      (guess) =>
        `SELECT count(DISTINCT x) = 4 FROM (SELECT split_part(email, '@', 1) FROM app.people UNION ALL SELECT '${guess}') q(x)`,
      isTrue,
    ),
  },
  'a partition, by a guess': {
    ask: confirmed(
      planted.segments[0],
      (guess) => `SELECT 1 FROM app.segments WHERE code = '${guess}'`,
      hasRow,
    ),
  },
  'a hidden row, by a guess': {
    ask: confirmed(
      planted.hidden[0],
      (guess) => `SELECT 1 FROM app.regional WHERE body = '${guess}'`,
      hasRow,
    ),
  },
  'a hidden key, by a guess': {
    ask: confirmed(
      planted.hidden[0],
      (guess) =>
        `SELECT count(*) = 1 FROM app.regional r RIGHT JOIN (VALUES (1)) v(i) ON true WHERE r.body = '${guess}'`,
      isTrue,
    ),
  },
  'an estimate of a hidden value': {
    ask: confirmed(
      planted.ledger,
      (guess) => `EXPLAIN SELECT 1 FROM app.ledger WHERE body = '${guess}'`,
      manyRows,
    ),
  },
  'an estimate of a masked value': {
    ask: confirmed(
      planted.common,
      (guess) => `EXPLAIN SELECT 1 FROM app.ledger WHERE note = '${guess}'`,
      manyRows,
    ),
  },
  "an estimate by an operator of one's own": {
    alone: true,
    ask: confirmed(
      planted.common,
      (guess) => [
        'CREATE OPERATOR scratch.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq, RESTRICT = eqsel)',
        `EXPLAIN SELECT 1 FROM app.ledger WHERE note OPERATOR(scratch.===) '${guess}'`,
      ],
      manyRows,
    ),
  },
  'the mask, read from the plan': {
    // what the mask computes, computed for the guess
    ask: async (ask) => {
      const plan = cells(
        await ask('EXPLAIN (VERBOSE) SELECT email FROM app.people WHERE id = 1'),
      ).join('\n');
      const [, output = 'NULL'] = /Output: (.*)/.exec(plan) ?? [];
      const guess = `'${known}@example.com'::text`;
      const expression = output.replaceAll(/\b(?:people\.)?email\b/g, guess);
      const [made] = cells(await ask(`SELECT ${expression}`));
      const [seen] = cells(await ask('SELECT email FROM app.people WHERE id = 1'));
      return made === seen && made !== undefined ? [known] : [];
    },
  },
  'the mask, read from a view': {
    alone: true,
    ask: async (ask) => {
      await ask('CREATE VIEW scratch.v AS SELECT email FROM app.people');
      const [text = ''] = cells(
        await ask("SELECT replace(pg_get_viewdef('scratch.v'::regclass), chr(10), ' ')"),
      );
      const changed = text
        .replace(
          /FROM\s+app\.people/,
          `FROM (VALUES (1, '${known}@example.com'::text)) people(id, email)`,
        )
        .replace(/;$/, '');
      const [made] = cells(await ask(changed));
      const [seen] = cells(await ask('SELECT email FROM app.people WHERE id = 1'));
      return made === seen && made !== undefined ? [known] : [];
    },
  },
});

function manyRows(frames: Parameters<typeof cells>[0]): boolean {
  return Number(/rows=(\d+)/.exec(cells(frames).join(' '))?.[1] ?? 0) > 60;
}

function rowsSince(since: number, condition: (guess: string) => string): Written {
  return {
    since,
    ask: confirmed(
      known,
      (text) => `SELECT 1 FROM app.people WHERE id = 1 AND ${condition(text)}`,
      hasRow,
    ),
  };
}
