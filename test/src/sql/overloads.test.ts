/** Which of several functions and operators of one name is meant: the server's own answer is the truth. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  analyze,
  CatalogueReader,
  loadParser,
  outputTypes,
  parse,
  type Rows,
  type SessionSettings,
} from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let client: pg.Client;
const reader = new CatalogueReader();
beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(`CREATE DOMAIN word AS text; CREATE DOMAIN short_word AS word; CREATE TYPE mood AS ENUM ('sad');
    CREATE TYPE pair AS (a int, b text); CREATE TABLE parent (a int); CREATE TABLE child () INHERITS (parent);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE TABLE values_of (i int, t text, v varchar(9), w word, d date, m mood, ia int[], n numeric(5, 2));
    INSERT INTO values_of DEFAULT VALUES`);
}, 60_000);

const settings: SessionSettings = {
  searchPath: ['picked', 'public'],
  user: 'postgres',
  role: 'none',
};

const ask = async (text: string): Promise<Rows> => {
  const types = { getTypeParser: () => (value: string) => value };
  return (await client.query<(string | null)[]>({ text, rowMode: 'array', types })).rows;
};

/** Functions and operators that tell which they are: each reads a table of its own. */
const declare = async (
  signatures: readonly (readonly string[])[],
  operators: boolean,
): Promise<void> => {
  await client.query(
    'DROP SCHEMA IF EXISTS picked CASCADE; CREATE SCHEMA picked; SET search_path = picked, public',
  );
  for (const [i, types] of signatures.entries()) {
    const made = [
      `CREATE TABLE picked.reads_${i} AS SELECT ${i} AS number`,
      `CREATE FUNCTION picked.pick(${types.join(', ')}) RETURNS int LANGUAGE sql AS 'SELECT number FROM picked.reads_${i}'`,
    ];
    const plain = types.map((type) => type.replace(/^VARIADIC /, ''));
    if (operators)
      made.push(
        plain.length === 1
          ? `CREATE OPERATOR picked.### (RIGHTARG = ${plain[0] ?? ''}, FUNCTION = picked.pick)`
          : `CREATE OPERATOR picked.### (LEFTARG = ${plain[0] ?? ''}, RIGHTARG = ${plain[1] ?? ''}, FUNCTION = picked.pick)`,
      );
    // Twice the same, or a pseudo-type that cannot be an operand.
    await client.query(made.join(';')).catch(() => undefined);
  }
};

/** @returns the number of the one that the server calls; undefined when it cannot decide, or none will do */
const serverPicks = async (query: string): Promise<string | undefined> => {
  try {
    return (await ask(query))[0]?.[0] ?? undefined;
  } catch (thrown) {
    // Or what is given cannot become what the chosen one takes: a value that is no date, no relation's name.
    if ((thrown as { readonly code?: string }).code === undefined) throw thrown;
    return undefined;
  }
};

const wePick = async (query: string): Promise<readonly string[]> => {
  const catalogue = await reader.read(ask, await reader.fingerprint(ask), true);
  const [statement] = parse(query);
  if (!statement) throw new Error('no statement');
  const { accesses, notUnderstood } = analyze(statement, catalogue, settings).analysis;
  const opaque = notUnderstood.filter(({ reach }) => reach === 'anything');
  expect([query, opaque]).toEqual([query, []]);
  return accesses.flatMap(({ object, action }) =>
    action === 'select' && object?.schema === 'picked' ? [object.name.replace('reads_', '')] : [],
  );
};

/** Types that become one another, and expressions that are of them. */
const families = [
  {
    types: ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'regclass', 'money'],
    given: [
      '1',
      '1.5',
      '3000000000',
      '99999999999999999999',
      'i',
      'n',
      'i + 1',
      'n * 2',
      'i / 2.0',
      'd - d',
      'ia[1]',
    ]
      .concat([
        'CASE WHEN true THEN 1 ELSE 2.5 END',
        'count(*)',
        'sum(i)',
        'NULLIF(i, 2)',
        'GREATEST(1, 2.5)',
        "'1'::int",
      ])
      .concat([
        '(SELECT max(i) FROM values_of)',
        '(SELECT u.c FROM (SELECT 1 AS c UNION SELECT 2.5) u)',
        'length(t)',
        'abs(n)',
      ])
      .concat([
        'i::int8',
        '(NULL::pair).a',
        '- i',
        'i % 2',
        'extract(year FROM now())',
        'tableoid',
      ]),
  },
  {
    types: ['text', 'varchar', 'bpchar', 'name', '"char"', 'word', 'short_word', 'mood', 'bytea'],
    given: [
      "'x'::text",
      't',
      'v',
      'w',
      "t || 'x'",
      "COALESCE(v, 'x')",
      'lower(v)',
      'current_user',
      'm',
      'min(m)',
      'v || i',
    ].concat([
      "'{}'::json ->> 'a'",
      '(NULL::pair).b',
      "CASE WHEN true THEN 'x' END",
      '\'x\' COLLATE "C"',
      'quote_ident(w)',
    ]),
  },
  {
    types: ['date', 'timestamp', 'timestamptz', 'interval', 'time', 'timetz'],
    given: [
      'now()',
      'current_date',
      'd',
      'd + 1',
      "now() - interval '1 day'",
      "date_trunc('day', now())",
      'now() - now()',
    ].concat([
      'localtime',
      'first_value(d) OVER ()',
      "d + interval '1 day'",
      'max(d)',
      'make_date(2026, 1, 1)',
    ]),
  },
  {
    types: [
      'int4[]',
      'int8[]',
      'text[]',
      'varchar[]',
      'anyarray',
      'anyelement',
      'anynonarray',
      'anycompatiblearray',
      'anycompatible',
    ],
    given: [
      'ia',
      'ia[1:2]',
      'ARRAY[1, 2.5]',
      'ARRAY[i]',
      'ARRAY(SELECT i)',
      'array_agg(d)',
      "'{1}'::int[]",
      'ia || 1',
      'i',
      't',
    ],
  },
  {
    types: [
      'bool',
      'json',
      'jsonb',
      'uuid',
      'inet',
      'cidr',
      'pair',
      'parent',
      'child',
      'record',
      'int4range',
      'span',
      'anyrange',
      'anyenum',
      'xid',
      'bit',
      'varbit',
    ],
    given: [
      'true',
      'i = 1',
      'i IS NULL',
      "t LIKE 'x'",
      'upper(span(1, 2))',
      "'{}'::jsonb -> 'a'",
      'ROW(1, 2)',
      'm',
      "B'1'",
      'int4range(1, 2)',
      'xmin',
    ],
  },
] as const;
const everything = families.flatMap(({ types }) => [...types]);
const isPseudo = (type: string): boolean => type.startsWith('any') || type === 'record';

/** Signatures of functions, and calls of them, for the most part of one family. */
const samples = fc.constantFrom(...families).chain((family) => {
  const typeName = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<string>(...family.types) },
    { weight: 1, arbitrary: fc.constantFrom<string>(...everything) },
  );
  const nulls = family.types.flatMap((type) => (isPseudo(type) ? [] : [`NULL::${type}`]));
  const given = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<string>(...nulls) },
    { weight: 4, arbitrary: fc.constantFrom<string>(...family.given) },
    { weight: 1, arbitrary: fc.constantFrom('NULL', 'i', 't') },
  );
  const some = { minLength: 1, maxLength: 2 };
  return fc.record({
    signatures: fc.array(fc.array(typeName, some), { minLength: 2, maxLength: 7 }),
    calls: fc.array(fc.array(given, some), { minLength: 12, maxLength: 12 }),
  });
});

describe('the server and the analysis call the same', () => {
  for (const [what, operators] of [
    ['function', false],
    ['operator', true],
  ] as const)
    test(`${what}, of arbitrary ones with arbitrary arguments`, async () => {
      let decided = 0;
      await fc.assert(
        fc.asyncProperty(samples, async ({ signatures, calls }) => {
          await declare(signatures, operators);
          for (const args of calls) {
            const [one = '', other] = args;
            const call = !operators
              ? `picked.pick(${args.join(', ')})`
              : other === undefined
                ? `### (${one})`
                : `(${one}) ### (${other})`;
            const grouped = /count\(|sum\(|array_agg|(?:^|[^a-z])(?:min|max)\((?!i)/.test(call)
              ? ' GROUP BY i, t, v, w, d, m, ia, n'
              : '';
            const query = `SELECT ${call} FROM public.values_of${grouped}`;
            const picked = await serverPicks(query);
            if (picked === undefined) continue;
            decided += 1;
            expect([signatures, query, await wePick(query)]).toEqual([signatures, query, [picked]]);
          }
        }),
        {
          numRuns: Number(process.env['POSTERN_RUNS'] ?? 25),
          seed: 20261122,
        },
      );
      expect(decided).toBeGreaterThan(50);
    }, 600_000);

  const cases: readonly (readonly [string, readonly (readonly string[])[], string])[] = [
    ['the exact type', [['int4'], ['int8'], ['text']], 'pick(1)'],
    ['of a literal without type, text', [['int4'], ['text'], ['date']], "pick('1')"],
    ['the preferred type of the category', [['float4'], ['float8']], 'pick(1)'],
    ['what a domain is over', [['text'], ['int4']], "pick('x'::short_word)"],
    ['an ancestor of the row', [['parent'], ['text']], 'pick(NULL::child)'],
    [
      'by the name of an argument',
      [
        ['a int4', 'b text'],
        ['a text', 'c text'],
      ],
      "pick(1, b => 'x')",
    ],
    [
      'without its defaults',
      [['int4'], ['int4', 'int4 DEFAULT 2', 'int4 DEFAULT 3']],
      'pick(1, 2)',
    ],
    ['variadic', [['VARIADIC int4[]'], ['text', 'text']], 'pick(1, 2, 3)'],
    ['rather not variadic', [['VARIADIC int4[]'], ['int4', 'int4']], 'pick(1, 2)'],
    [
      'variadic by its word',
      [['VARIADIC int4[]'], ['int4[]', 'int4']],
      'pick(VARIADIC ARRAY[1, 2])',
    ],
    [
      'in a subquery that names its type',
      [['int8'], ['numeric']],
      'pick((SELECT count(*) FROM values_of))',
    ],
    [
      'through a derived table',
      [['date'], ['text']],
      'pick(s.d) FROM (SELECT d FROM values_of) s --',
    ],
    [
      'through WITH RECURSIVE',
      [['int4'], ['text']],
      '(WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 2) SELECT pick(n) FROM r LIMIT 1) --',
    ],
    ['of VALUES', [['numeric'], ['int4']], 'pick(v.a) FROM (VALUES (1), (2.5)) v (a) --'],
    ['of a function in FROM', [['int4'], ['text']], 'pick(g) FROM generate_series(1, 2) g --'],
    [
      'of a column that a function defines',
      [['text'], ['int4']],
      `pick(j.a) FROM json_to_record('{"a": 1}') j (a text) --`,
    ],
    ['of a field', [['text'], ['int4']], 'pick((p).b) FROM (SELECT NULL::pair AS p) s --'],
  ];
  test.each(cases)('%s', async (_, signatures, call) => {
    await declare(signatures, false);
    const query = `SELECT ${call} FROM values_of`.replace(/ --.*/, '');
    const picked = await serverPicks(query);
    expect(picked).toBeDefined();
    expect(await wePick(query)).toEqual([picked]);
  });
});

test('the types of a result are those that the server names', async () => {
  const queries = [
    "SELECT 1, 1.5, 'x', NULL, true, now(), 3000000000, B'1', 1 + 1.5, 'a' || 1",
    'SELECT * FROM values_of',
    'SELECT count(*), sum(i), avg(i), min(t), array_agg(m), max(n) FROM values_of',
    'SELECT 1 UNION SELECT 2.5 UNION ALL SELECT NULL',
    "SELECT CASE WHEN true THEN 'x' END, COALESCE(NULL, v), GREATEST(i, n), NULLIF(d, 'now') FROM values_of",
    'SELECT ARRAY[1, 2], ARRAY[[1], [2]], ARRAY(SELECT d FROM values_of), (SELECT t FROM values_of)',
    "SELECT current_date, current_user, localtime, d + 1, d - d, now() - now(), interval '1 day' * 2 FROM values_of",
    `SELECT '{"a": 1}'::jsonb -> 'a', '{}'::json ->> 'a', '[1]'::jsonb #> '{0}', ia[1], ia || 1 FROM values_of`,
  ];
  const catalogue = await reader.read(ask, await reader.fingerprint(ask), true);
  for (const query of queries) {
    const [statement] = parse(query);
    if (!statement) throw new Error('no statement');
    const { fields } = await client.query(query);
    const base = (type: number | undefined): number | undefined => {
      const found = catalogue.typeByOid(type ?? 0);
      return found?.kind === 'd' ? base(found.base) : type;
    };
    const ours = outputTypes(analyze(statement, catalogue, settings)).map(base);
    expect([query, ours]).toEqual([query, fields.map(({ dataTypeID }) => dataTypeID)]);
  }
});
