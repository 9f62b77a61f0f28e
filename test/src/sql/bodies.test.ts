/** What runs because of a statement: bodies of functions and procedures in SQL, actions of rules. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Analysis,
  analyze,
  type Catalogue,
  formatName,
  loadParser,
  parse,
  readCatalogue,
} from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all());

const schema = `
  CREATE TABLE customers (id int PRIMARY KEY, email text, region text);
  CREATE TABLE orders (id int, customer int, total numeric);
  CREATE TABLE log (what text, at timestamptz);
  CREATE SCHEMA other;
  CREATE TABLE other.customers (id int, email text);

  CREATE FUNCTION plain(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM customers WHERE id = $1';
  CREATE FUNCTION named(customer int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM customers WHERE id = customer';
  CREATE FUNCTION qualified(id int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM customers c WHERE c.id = qualified.id';
  CREATE FUNCTION atomic(customer int) RETURNS text STABLE
    BEGIN ATOMIC SELECT email FROM customers WHERE id = customer; END;
  CREATE FUNCTION returned(a int, b int DEFAULT 2) RETURNS int RETURN a + b;
  CREATE FUNCTION pure(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)';
  CREATE FUNCTION first_of(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a';
  CREATE FUNCTION last_of(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT parts[array_length(parts, 1)]';
  CREATE FUNCTION mails() RETURNS TABLE (number int, mail text) LANGUAGE sql STABLE AS 'SELECT id, email FROM customers';
  CREATE FUNCTION whole() RETURNS SETOF customers LANGUAGE sql STABLE AS 'SELECT * FROM customers';
  CREATE FUNCTION of_row(c customers) RETURNS text LANGUAGE sql STABLE AS 'SELECT c.email';
  CREATE FUNCTION outer_one(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT upper(plain($1))';
  CREATE FUNCTION countdown(n int) RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE OR REPLACE FUNCTION countdown(n int) RETURNS int LANGUAGE sql AS 'SELECT CASE WHEN n > 0 THEN countdown(n - 1) ELSE 0 END';
  CREATE FUNCTION swaps(n int, a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a';
  CREATE OR REPLACE FUNCTION swaps(n int, a text, b text) RETURNS text LANGUAGE sql AS 'SELECT CASE WHEN n > 0 THEN swaps(n - 1, b, a) ELSE a END';
  CREATE FUNCTION climbs(int) RETURNS TABLE (ids int) LANGUAGE sql AS 'SELECT 1';
  CREATE OR REPLACE FUNCTION climbs(int) RETURNS TABLE (ids int) LANGUAGE sql AS 'SELECT id FROM orders WHERE customer = $1 UNION SELECT c.ids FROM orders o, climbs(o.id) c';
  CREATE FUNCTION joined_one(state text, one text) RETURNS text LANGUAGE sql AS 'INSERT INTO log (what) VALUES (one); SELECT concat(state, one)';
  CREATE AGGREGATE joined (text) (SFUNC = joined_one, STYPE = text);
  CREATE FUNCTION closed_one(state text, one text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN state; END';
  CREATE AGGREGATE closed (text) (SFUNC = closed_one, STYPE = text);
  CREATE FUNCTION fixed(int) RETURNS text LANGUAGE sql STABLE SET search_path = other AS 'SELECT email FROM customers WHERE id = $1';
  CREATE FUNCTION logs(t text) RETURNS void LANGUAGE sql AS 'INSERT INTO log VALUES (t, now())';
  CREATE FUNCTION moves() RETURNS bigint LANGUAGE sql AS 'DELETE FROM log; INSERT INTO log SELECT email, now() FROM customers; SELECT count(*) FROM log';
  CREATE FUNCTION sets() RETURNS text LANGUAGE sql AS $$SELECT set_config('search_path', 'other', false)$$;
  CREATE FUNCTION makes() RETURNS void LANGUAGE sql AS 'CREATE TABLE IF NOT EXISTS made (a int)';
  CREATE FUNCTION opaque() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION calls_opaque() RETURNS int LANGUAGE sql AS 'SELECT opaque()';
  CREATE FUNCTION with_default(a int DEFAULT opaque()) RETURNS int LANGUAGE sql AS 'SELECT a';
  CREATE PROCEDURE cleans(before timestamptz) LANGUAGE sql AS 'DELETE FROM log WHERE at < before';
  CREATE VIEW mail_view AS SELECT o.id, plain(o.customer) AS mail FROM orders o;
  CREATE TABLE audited (id int, note text);
  CREATE RULE noted AS ON INSERT TO audited DO ALSO INSERT INTO log VALUES (NEW.note, now());
  CREATE VIEW stats AS SELECT tablename FROM pg_stats;
`;

let catalogue: Catalogue;
beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  const client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(schema);
  const types = { getTypeParser: () => (value: string) => value };
  catalogue = await readCatalogue(
    async (text) => (await client.query<(string | null)[]>({ text, rowMode: 'array', types })).rows,
  );
}, 60_000);

const analysis = (sql: string, searchPath = ['public']): Analysis => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  return analyze(statement, catalogue, { searchPath, user: 'app', role: 'none' }).analysis;
};

/** One line for each thing, names without `public.`. */
const told = (found: Analysis): readonly string[] =>
  [
    ...found.accesses.map(
      ({ action, object, columns, through }) =>
        `${action} ${object ? formatName(object) : ''}${
          columns.length > 0
            ? `(${columns
                .map(({ name }) => name)
                .sort()
                .join(', ')})`
            : ''
        }${through.length > 0 ? ` through ${through.map(formatName).join(', ')}` : ''}`,
    ),
    ...found.output.map(
      ({ name, sources, influences }) =>
        `-> ${name}: ${sources.map(({ column, kind }) => `${kind} ${formatName(column)}.${column.column}`).join(', ')}${
          influences.length > 0
            ? ` by ${influences
                .map((c) => `${formatName(c)}.${c.column}`)
                .sort()
                .join(', ')}`
            : ''
        }`,
    ),
    ...found.written.map(
      ({ target, sources }) =>
        `${formatName(target)}.${target.column} <- ${sources.map(({ column }) => `${formatName(column)}.${column.column}`).join(', ')}`,
    ),
    ...found.notUnderstood.map(
      ({ construct, reach }) =>
        `? ${construct}: ${reach === 'anything' ? reach : reach.map(formatName).join(', ')}`,
    ),
    ...(found.flags.unfiltered ? ['unfiltered'] : []),
    ...(found.flags.readOnly ? [] : ['writes']),
    ...found.sessionEffects.map((effect) => `session ${JSON.stringify(effect)}`),
  ].map((line) => line.replaceAll('public.', ''));

const mailOf = (name: string, more: readonly string[] = []): readonly string[] => [
  'select orders(customer)',
  'select customers(email, id)',
  `execute ${name}`,
  ...more,
  `-> ${name}: transformation customers.email by customers.id, orders.customer`,
];

const madeOne = 'session {"kind":"catalogue","temporary":false}';

const anything = [
  'session {"kind":"settings","names":["*"]}',
  'session {"kind":"catalogue","temporary":false}',
];

test.each<readonly [sql: string, expected: readonly string[]]>([
  ...['plain', 'named', 'qualified', 'atomic'].map(
    (name) =>
      [
        `SELECT ${name}(customer) FROM orders`,
        [...mailOf(name), `? function ${name}: customers`],
      ] as const,
  ),
  [
    'SELECT returned(id) FROM orders',
    ['select orders(id)', 'execute returned', '-> returned: transformation orders.id'],
  ],
  [
    'SELECT pure(email) FROM customers',
    ['select customers(email)', 'execute pure', '-> pure: transformation customers.email'],
  ],
  [
    'SELECT first_of(email, region) FROM customers',
    [
      'select customers(email, region)',
      'execute first_of',
      '-> first_of: transformation customers.email',
    ],
  ],
  [
    'SELECT first_of(b => email, a => region) FROM customers',
    [
      'select customers(email, region)',
      'execute first_of',
      '-> first_of: transformation customers.region',
    ],
  ],
  [
    'SELECT last_of(email, region) FROM customers',
    [
      'select customers(email, region)',
      'execute last_of',
      '-> last_of: transformation customers.email, transformation customers.region',
    ],
  ],
  [
    'SELECT number, mail FROM mails()',
    [
      'select customers(email, id)',
      'execute mails',
      '-> number: identity customers.id',
      '-> mail: identity customers.email',
      '? function mails: customers',
    ],
  ],
  [
    'SELECT w.region FROM whole() w',
    [
      'select customers(email, id, region)',
      'execute whole',
      '-> region: identity customers.region',
      '? function whole: customers',
    ],
  ],
  [
    'SELECT of_row(c) FROM customers c',
    [
      'select customers(email, id, region)',
      'execute of_row',
      '-> of_row: transformation customers.id, transformation customers.email, transformation customers.region',
    ],
  ],
  [
    'SELECT outer_one(customer) FROM orders',
    [
      'select orders(customer)',
      'select customers(email, id)',
      'execute plain',
      'execute outer_one',
      '-> outer_one: transformation customers.email by customers.id, orders.customer',
      '? function outer_one: customers',
    ],
  ],
  [
    'SELECT fixed(1)',
    [
      'select other.customers(email, id)',
      'execute fixed',
      '-> fixed: transformation other.customers.email by other.customers.id',
      '? function fixed: other.customers',
    ],
  ],
  [
    "SELECT logs('x')",
    [
      'insert log(at, what)',
      'execute logs',
      '-> logs: ',
      'log.what <- ',
      'log.at <- ',
      '? function logs: log',
      'writes',
    ],
  ],
  [
    'SELECT moves()',
    [
      'delete log',
      'select customers(email)',
      'insert log(at, what)',
      'select log',
      'execute moves',
      '-> moves: ',
      'log.what <- customers.email',
      'log.at <- ',
      '? function moves: log, customers',
      'unfiltered',
      'writes',
    ],
  ],
  [
    'SELECT sets()',
    ['execute sets', '-> sets: ', 'writes', 'session {"kind":"settings","names":["search_path"]}'],
  ],
  [
    'SELECT makes()',
    [
      'ddl made',
      'execute makes',
      '-> makes: ',
      '? function makes: made',
      'writes',
      'session {"kind":"catalogue","temporary":false}',
    ],
  ],
  [
    'SELECT calls_opaque()',
    [
      'execute opaque',
      'execute calls_opaque',
      '-> calls_opaque: ',
      '? function calls_opaque: function opaque: anything',
      'writes',
      ...anything,
    ],
  ],
  [
    'SELECT with_default()',
    [
      'execute opaque',
      'execute with_default',
      '-> with_default: ',
      '? function with_default: function opaque: anything',
      'writes',
      ...anything,
    ],
  ],
  ['SELECT countdown(3)', ['execute countdown', '-> countdown: ']],
  [
    'SELECT swaps(3, email, region) FROM customers',
    [
      'select customers(email, region)',
      'execute swaps',
      '-> swaps: transformation customers.email, transformation customers.region',
    ],
  ],
  [
    'SELECT ids FROM climbs(7)',
    [
      'select orders(customer, id)',
      'execute climbs',
      '-> ids: identity orders.id by orders.customer, orders.id',
      '? function climbs: orders',
    ],
  ],
  [
    'SELECT region, joined(email) FROM customers GROUP BY region',
    [
      'select customers(email, region)',
      'insert log(what)',
      'execute joined',
      '-> region: identity customers.region by customers.region',
      '-> joined: aggregation customers.email by customers.region',
      'log.what <- customers.email',
      '? function joined_one: log',
      'writes',
    ],
  ],
  [
    'SELECT closed(email) FROM customers',
    [
      'select customers(email)',
      'execute closed',
      '-> closed: aggregation customers.email',
      '? function closed: anything',
    ],
  ],
  [
    'CALL cleans(now())',
    [
      'delete log',
      'select log(at)',
      'execute cleans',
      '? function cleans: log',
      'writes',
      ...anything,
    ],
  ],
  [
    'SELECT mail FROM mail_view',
    [
      'select mail_view(mail) through orders, customers',
      '-> mail: identity mail_view.mail',
      '? view mail_view: function plain: customers',
    ],
  ],
  [
    "INSERT INTO audited VALUES (1, 'x')",
    [
      'insert audited(id, note)',
      'insert log(at, what)',
      'audited.id <- ',
      'audited.note <- ',
      'log.what <- audited.note',
      'log.at <- ',
      '? rule noted on audited: log',
      'writes',
    ],
  ],
  ['DELETE FROM audited WHERE id = 1', ['delete audited', 'select audited(id)', 'writes']],
  [
    "CREATE FUNCTION x(n int) RETURNS text LANGUAGE sql AS 'SELECT email FROM customers WHERE id = n'",
    ['ddl x', '? body of function x: customers', 'writes', madeOne],
  ],
  [
    "CREATE OR REPLACE FUNCTION pure(t text) RETURNS text LANGUAGE sql AS 'SELECT lower(t)'",
    ['ddl pure', 'writes', madeOne],
  ],
  [
    "CREATE FUNCTION x() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    ['ddl x', '? body of function x: anything', 'writes', madeOne],
  ],
  [
    'CREATE FUNCTION x(n int) RETURNS text BEGIN ATOMIC SELECT plain(n); END',
    ['ddl x', '? body of function x: customers', 'writes', madeOne],
  ],
  [
    'SELECT tablename FROM stats',
    [
      'select stats(tablename)',
      '-> tablename: identity stats.tablename',
      '? view stats: side door pg_stats: anything',
    ],
  ],
])('%s', (sql, expected) => {
  expect(told(analysis(sql)).toSorted()).toEqual([...expected].toSorted());
});

test('a body of text means what the search path of its caller makes of it', () => {
  const reads = (path: string[]): readonly string[] =>
    analysis('SELECT public.plain(1)', path).accesses.flatMap(({ action, object }) =>
      action === 'select' && object ? [formatName(object)] : [],
    );
  expect(reads(['public'])).toEqual(['public.customers']);
  expect(reads(['other', 'public'])).toEqual(['other.customers']);
});

test('calls that multiply are looked into so many times', () => {
  const many = Array.from({ length: 300 }, () => 'plain(1)').join(' || ');
  const found = told(analysis(`SELECT ${many}`));
  expect(found).toContain('? function plain: anything');
  expect(found).toContain('select customers(email, id)');
});
