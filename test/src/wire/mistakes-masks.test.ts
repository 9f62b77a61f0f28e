/** The mistakes that others made, by the numbers of the design's list: 10 to 12. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import { pipeline, through } from './peer.js';
import { message, say } from './raw-client.js';
import { dropRefused as refused, markedEmail, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

describe('10. Only DataRow masked', () => {
  const hidden = async (...says: readonly Buffer[]): Promise<readonly string[]> =>
    through(rules.masked, async (peer) => {
      peer.frames.length = 0;
      peer.send(...says);
      await peer.until(() => peer.readies > 0);
      const text = peer.frames.map(({ body }) => body.toString('latin1')).join('\n');
      expect(text).not.toContain(markedEmail);
      expect(text).not.toContain('zebra');
      return peer.shorts;
    });

  test.each([
    ['DataRow', 'SELECT email FROM people ORDER BY id'],
    ['CopyData of a table', 'COPY people TO STDOUT'],
    ['CopyData of a query', 'COPY (SELECT email FROM people) TO STDOUT'],
    ['binary CopyData', 'COPY people (email) TO STDOUT (FORMAT binary)'],
  ])('%s', async (_name, sql) => {
    const heard = await hidden(say.query(sql));
    expect(heard.join()).toMatch(/C (SELECT|COPY) 2/);
  });

  test.each([
    ['a unique violation', `INSERT INTO people VALUES (3, 'x', '${markedEmail}')`, '23505'],
    ['a row that fails a check', "UPDATE people SET name = repeat('x', 60) WHERE id = 1", '23514'],
    ['a row with a null', 'UPDATE people SET name = NULL WHERE id = 1', '23502'],
    ['a wrong number', 'SELECT email::int FROM people WHERE id = 1', '22P02'],
    ['a wrong date', 'SELECT email::date FROM people WHERE id = 1', '22007'],
    ['a condition', 'SELECT 1 FROM people WHERE email::int = 1', '22P02'],
  ])('ErrorResponse of %s', async (_name, sql, sqlstate) => {
    // what it would look like
    await through(rules.server.port, async (peer) => {
      await peer.query(`BEGIN; ${sql}`);
      expect(peer.all('E')[0]?.body.toString()).toContain(markedEmail);
    });
    const simple = await hidden(say.query(sql));
    expect(simple.at(-2)).toMatch(`E ERROR ${sqlstate}`);
    const extended = await hidden(...pipeline(sql), say.sync());
    expect(extended.at(-2)).toMatch(`E ERROR ${sqlstate}`);
  });

  test('the TOAST table of a masked one', async () => {
    const [row] = await rules.server.sql(
      "SELECT reltoastrelid::regclass::text AS name FROM pg_class WHERE oid = 'people'::regclass",
    );
    const sql = `SELECT chunk_data FROM ${String(row?.['name'])}`;
    const heard = await hidden(say.query(sql));
    expect(heard).toEqual([expect.stringMatching(/^E ERROR 42501 /), 'Z I']);
    const unmasked = await through(rules.open, async (peer) => {
      await peer.ask([say.query(sql)], 1);
      return peer.shorts;
    });
    expect(unmasked).toEqual(['T chunk_data', 'C SELECT 0', 'Z I']);
  });

  test('ErrorResponse amid COPY FROM', async () => {
    const row = `4\tx\t${markedEmail}\n`;
    const heard = await hidden(
      ...[say.query('COPY people FROM STDIN'), say.copyData(row), say.copyDone()],
    );
    expect(heard.at(-2)).toMatch('E ERROR 23505');
  });

  test.each([
    ['a function', 'SELECT tells()'],
    ['a trigger', 'INSERT INTO told VALUES (1)'],
    ['DO', 'DO $$ BEGIN PERFORM public.tells(); END $$'],
  ])('NoticeResponse: RAISE in %s is not reached', async (_name, sql) => {
    expect(await hidden(say.query(sql))).toEqual([
      expect.stringMatching(/^E ERROR 42501 policy denies what it cannot see through/),
      'Z I',
    ]);
  });

  test("NoticeResponse: the server's own log of statements and plans has no text", async () => {
    await through(rules.masked, async (peer) => {
      await peer.query('SET client_min_messages = debug5');
      await peer.query('SELECT email FROM people');
      const notices = peer.all('N').map(({ short }) => short);
      expect(notices.length).toBeGreaterThan(0);
      for (const notice of notices) expect(notice).toContain('Mtext withheld while data is masked');
    });
  });
});

describe('11. Rules not applied to', () => {
  const answers = async (...says: readonly Buffer[]): Promise<readonly string[]> =>
    through(rules.masked, async (peer) => {
      const heard = await peer.ask([...says, say.query("SELECT 'end'")], 1);
      await peer.until(() => peer.shorts.includes('D end'));
      return heard.concat(peer.shorts.slice(heard.length));
    });

  test('prepared statements, of the protocol and of SQL', async () => {
    const select = 'SELECT email FROM people WHERE id = 1';
    const heard = await answers(
      ...[say.parse(select, 'p'), say.bind('p'), say.execute(), say.sync()],
      ...[say.query(`PREPARE s AS ${select}`), say.query('EXECUTE s')],
    );
    expect(heard.join()).not.toContain('zebra');
    expect(heard.filter((short) => short.startsWith('D '))).toHaveLength(3);
    const denied = await answers(say.parse('DROP TABLE t', 'd'), say.sync());
    expect(denied[0]).toBe(refused);
  });

  test('FunctionCall', async () => {
    const [row] = await rules.server.sql("SELECT 'lo_creat(int)'::regprocedure::oid::int AS oid");
    const short = Buffer.from([0, 0]);
    const heard = await answers(message('F', Number(row?.['oid']), short, short, short));
    expect(heard[0]).toMatch(/^E ERROR 42501 policy denies .* lo_creat$/);
  });

  test('the second statement of a simple query', async () => {
    const heard = await answers(say.query('SELECT 1 AS a; DROP TABLE t; SELECT 2'));
    expect(heard.slice(0, 5)).toEqual(['T a', 'D 1', 'C SELECT 1', refused, 'Z I']);
    expect(await rules.server.sql('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 5 }]);
  });
});

describe('12. An escape string, nested comments or dollar quotes that hide a statement', () => {
  test.each([
    [`SELECT E'O\\'Brien'; DROP TABLE t; --'`],
    [`SELECT 'O\\'; DROP TABLE t; --'`],
    [`SELECT 1 /* /* */ ; */; DROP TABLE t`],
    [`SELECT 1 -- /*\n; DROP TABLE t -- */`],
    [`SELECT $$ ' $$; DROP TABLE t; --'`],
    [`SELECT $a$ $$ $a$; DROP TABLE t; -- $$`],
    [`SELECT U&'\\0027'; DROP TABLE t; --'`],
    [`SELECT "a;b" FROM (SELECT 1 AS "a;b") x; DROP TABLE t`],
    [`DROP TABLE U&"\\0074"`],
    [`DROP TABLE U&"!0074" UESCAPE '!'`],
    [`dRoP/**/TABLE"t"`],
    [`SELECT 'a'\n'; --'; DROP TABLE t`],
    [`;;DROP TABLE t`],
    [`PREPARE x AS SELECT 1; DROP TABLE t`],
  ])('%s', async (sql) => {
    await through(rules.open, async (peer) => {
      const simple = await peer.ask([say.query(sql)]);
      expect(simple.slice(-2)).toEqual([refused, 'Z I']);
    });
    expect(await rules.server.sql('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 5 }]);
  });

  test.each([
    [`SELECT E'\\'; DROP TABLE t; --'`],
    [`SELECT '; DROP TABLE t; --'`],
    [`SELECT 1 /* ; DROP TABLE t /* ; */ ; DROP TABLE t */`],
    [`SELECT $$; DROP TABLE t; $$`],
    [`SELECT $a$; $$ DROP TABLE t; $$ $a$`],
  ])('and what only looks like one is not refused: %s', async (sql) => {
    await through(rules.open, async (peer) => {
      expect((await peer.ask([say.query(sql)])).slice(-2)).toEqual(['C SELECT 1', 'Z I']);
    });
  });
});
