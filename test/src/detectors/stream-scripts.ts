/** What clients say, one way of getting values after the other. */
import { bindWith, int32, pipeline } from '../wire/peer.js';
import { message, say } from '../wire/raw-client.js';

export interface Script {
  readonly name: string;
  readonly says: readonly Buffer[];
  /** ReadyForQuery that come */
  readonly readies: number;
}

const script = (name: string, readies: number, ...says: readonly Buffer[]): Script => ({
  ...{ name, says, readies },
});
const simple = (name: string, sql: string): Script => script(name, 1, say.query(sql));
const run = (...more: readonly Buffer[]): readonly Buffer[] => [...more, say.sync()];

const everything = 'SELECT * FROM people ORDER BY id';
const texts = 'SELECT id, email, note, tags FROM people ORDER BY id';
const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

/** Bind of a named statement to a named portal, with result formats. */
const bindNamed = (portal: string, statement: string, results: readonly number[]): Buffer =>
  message(
    'B',
    portal,
    statement,
    Buffer.concat([short(0), short(0), short(results.length), ...results.map(short)]),
  );

export const simpleScripts: readonly Script[] = [
  simple('every column', everything),
  simple(
    'expressions',
    "SELECT lower(email), email || ' x', left(note, 40), row(email, id), array_agg(email) FROM people GROUP BY 1, 2, 3, 4",
  ),
  simple(
    'several statements',
    'SELECT email FROM people WHERE id = 1; SELECT 1; SELECT note, id FROM people WHERE id < 3',
  ),
  simple('a result without text', 'SELECT * FROM numbers ORDER BY id'),
  simple('no rows', 'SELECT email FROM people WHERE false'),
  simple('RETURNING', 'UPDATE people SET price = price WHERE id = 1 RETURNING email, id'),
  simple('EXPLAIN', "EXPLAIN (COSTS OFF) SELECT * FROM people WHERE email = 'nobody'"),
  simple(
    'SQL PREPARE and EXECUTE',
    'PREPARE p AS SELECT email FROM people ORDER BY id; EXECUTE p; DEALLOCATE p',
  ),
  script(
    'FETCH',
    6,
    ...[
      'BEGIN',
      `DECLARE c CURSOR FOR ${texts}`,
      'FETCH 2 FROM c',
      'MOVE 1 FROM c',
      'FETCH ALL FROM c',
      'COMMIT',
    ].map(say.query),
  ),
  script(
    'FETCH from a binary cursor',
    4,
    ...['BEGIN', `DECLARE c BINARY CURSOR FOR ${everything}`, 'FETCH ALL FROM c', 'COMMIT'].map(
      say.query,
    ),
  ),
  simple('rows of many chunks', 'SELECT * FROM wide ORDER BY id'),
  simple('an error amid rows', 'SELECT email, 1 / (id - 3) FROM people ORDER BY id'),
  simple('the empty query', ''),
];

export const extendedScripts: readonly Script[] = [
  script('described by portal', 1, ...run(...pipeline(everything))),
  script(
    'described by statement',
    1,
    ...run(say.parse(everything), say.describe('S'), say.bind(), say.execute()),
  ),
  script('never described', 1, ...run(say.parse(everything), say.bind(), say.execute())),
  script(
    'never described, binary',
    1,
    ...run(say.parse(everything), bindWith([], [], [1]), say.execute()),
  ),
  script(
    'described by statement, binary',
    1,
    ...run(say.parse(everything), say.describe('S'), bindWith([], [], [1]), say.execute()),
  ),
  script(
    'a format a column',
    1,
    ...run(say.parse(texts), say.describe('S'), bindWith([], [], [0, 1, 0, 1]), say.execute()),
  ),
  script(
    'prepared once, run again and again',
    5,
    ...run(say.parse(texts, 's'), say.describe('S', 's')),
    ...[0, 1, 0].flatMap((format) => run(bindNamed('', 's', [format]), say.execute())),
    ...run(say.close('S', 's')),
  ),
  script(
    'prepared once, never described',
    5,
    ...run(say.parse(texts, 's')),
    ...[1, 0, 1].flatMap((format) => run(bindNamed('', 's', [format]), say.execute())),
    ...run(say.close('S', 's')),
  ),
  script(
    'several in one batch',
    1,
    ...run(
      say.parse(texts, 'a'),
      bindNamed('p', 'a', [1]),
      bindNamed('q', 'a', []),
      say.execute('q'),
      say.execute('p'),
      ...pipeline('SELECT note FROM people'),
      say.close('S', 'a'),
    ),
  ),
  script(
    'a batch that fails, and the next',
    2,
    ...run(
      say.parse('SELECT 1 / 0'),
      say.bind(),
      say.execute(),
      say.parse(texts, 'b'),
      say.describe('S', 'b'),
    ),
    ...run(say.parse(texts, 'b'), bindNamed('', 'b', [1]), say.execute(), say.close('S', 'b')),
  ),
  script(
    'a portal in portions',
    1,
    ...run(
      say.parse(texts),
      say.bind(),
      say.execute('', 2),
      say.execute('', 2),
      say.execute('', 9),
    ),
  ),
  script(
    'a portal in portions, described, binary',
    1,
    ...run(
      say.parse(texts),
      bindWith([], [], [1]),
      say.describe('P'),
      say.execute('', 1),
      say.execute('', 0),
    ),
  ),
  script(
    'FETCH',
    3,
    say.query('BEGIN'),
    ...run(
      say.parse(`DECLARE c CURSOR FOR ${texts}`),
      say.bind(),
      say.execute(),
      say.parse('FETCH 3 FROM c', 'f'),
      bindNamed('', 'f', []),
      say.execute(),
      bindNamed('', 'f', [1]),
      say.execute(),
      say.close('S', 'f'),
    ),
    say.query('COMMIT'),
  ),
  script(
    "a cursor's own portal",
    4,
    ...['BEGIN', `DECLARE c BINARY CURSOR FOR ${texts}`].map(say.query),
    ...run(say.execute('c', 2), say.execute('c', 0)),
    say.query('COMMIT'),
  ),
  script(
    'EXECUTE that changes its meaning',
    5,
    say.query(`PREPARE p AS SELECT id, price FROM people`),
    ...run(say.parse('EXECUTE p', 'e'), bindNamed('', 'e', []), say.execute()),
    ...['DEALLOCATE p', `PREPARE p AS SELECT email FROM people`].map(say.query),
    ...run(
      say.parse('EXECUTE p', 'e2'),
      bindNamed('', 'e2', [1]),
      say.execute(),
      say.close('S', 'e'),
      say.close('S', 'e2'),
    ),
  ),
  script(
    'a Bind that does not come at once',
    1,
    ...run(
      say.parse('SELECT email, $1::text IS NULL FROM people'),
      bindWith([], [Buffer.alloc(300_000, 'y')], [1]),
      say.execute(),
    ),
  ),
  script(
    'Flush instead of Sync',
    1,
    say.parse(texts),
    say.bind(),
    say.execute(),
    say.flush(),
    say.sync(),
  ),
];

export const copyScripts: readonly Script[] = [
  ...[
    '',
    "(DELIMITER '|')",
    "(DELIMITER '@')",
    "(NULL 'nothing')",
    '(FORMAT csv)',
    '(FORMAT csv, HEADER)',
    "(FORMAT csv, DELIMITER ';', QUOTE '''', ESCAPE '\\')",
    '(FORMAT csv, FORCE_QUOTE *)',
    "(FORMAT csv, NULL 'none')",
    "(ENCODING 'LATIN1')",
    'CSV HEADER',
    "DELIMITERS '|'",
    '(FORMAT binary)',
  ].flatMap((options) => [
    simple(`COPY of a table ${options}`, `COPY people TO STDOUT ${options}`),
    simple(`COPY of a query ${options}`, `COPY (${everything}) TO STDOUT ${options}`),
  ]),
  simple(
    'COPY in an encoding whose characters may hold signs',
    "COPY people (id, email, note, docb) TO STDOUT (ENCODING 'SJIS')",
  ),
  simple('COPY of columns', 'COPY people (id, note, docb) TO STDOUT'),
  simple(
    'COPY of columns in binary',
    'COPY people (id, note, docb, who) TO STDOUT (FORMAT binary)',
  ),
  simple('COPY of long rows', 'COPY wide TO STDOUT'),
  simple('COPY of long rows in binary', 'COPY wide TO STDOUT (FORMAT binary)'),
  simple('COPY without text', 'COPY numbers TO STDOUT'),
  script(
    'COPY by messages',
    1,
    ...run(say.parse('COPY people TO STDOUT'), say.bind(), say.execute()),
  ),
  script(
    'COPY by messages, described',
    1,
    ...run(...pipeline('COPY people TO STDOUT (FORMAT binary)')),
  ),
  simple(
    'COPY among other statements',
    'SELECT 1; COPY people TO STDOUT; SELECT email FROM people',
  ),
  script(
    'COPY FROM STDIN is as it was',
    4,
    say.query('CREATE TEMP TABLE taken (email text)'),
    ...[say.query('COPY taken FROM STDIN'), say.copyData('taken@example.com\n'), say.copyDone()],
    say.query("SELECT count(*) FROM taken WHERE email = 'taken' || '@' || 'example.com'"),
    say.query('DROP TABLE taken'),
  ),
];

/** FunctionCall with a text argument. */
export const functionCall = (oid: number, argument: string, format: 0 | 1): Buffer =>
  message(
    'F',
    int32(oid),
    short(0),
    short(1),
    int32(argument.length),
    Buffer.from(argument),
    short(format),
  );
