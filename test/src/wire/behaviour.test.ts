/** The rules of the wire's design about statements: queries, refusals, order. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Undo } from '../harness/undo.js';
import { cancelRequest, Peer, pipeline, through } from './peer.js';
import { message, say } from './raw-client.js';
import { dropRefused as refused, markedEmail, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const one = ['T a', 'D 1', 'C SELECT 1', 'Z I'];
const select = 'SELECT email FROM people WHERE id = 1';
const rowsOf = (heard: readonly string[]): string[] =>
  heard.filter((short) => /^[DdE] /.test(short));

describe('Both query protocols, pipelined', () => {
  test('replies come in the order of what was asked, whichever protocol asked it', async () => {
    const says = [
      say.query('SELECT 1; SELECT 2'),
      ...[...pipeline('SELECT 3', 'SELECT 4'), say.sync()],
      ...[say.query(''), say.query('SELECT 5/0')],
      ...[...pipeline('SELECT 6/0', 'SELECT 7'), say.sync(), say.sync()],
      say.query('SELECT 8'),
    ];
    const ask = (port: number): Promise<readonly string[]> =>
      through(port, (peer) => peer.ask(says, 7));
    const heard = await ask(rules.open);
    expect(heard).toEqual(await ask(rules.server.port));
    expect(heard.filter((short) => short.startsWith('D'))).toEqual(
      [1, 2, 3, 4, 8].map((n) => `D ${n}`),
    );
  });

  test('DEALLOCATE, DISCARD ALL and Close end what both protocols prepared', async () => {
    const missing = (name: string): string =>
      `E ERROR 26000 prepared statement "${name}" does not exist`;
    await through(rules.masked, async (peer) => {
      const prepare = [
        ...[say.parse(select, 'p'), say.sync(), say.query(`PREPARE s AS ${select}`)],
      ];
      const use = [say.bind('p'), say.execute(), say.sync(), say.query('EXECUTE s')];
      const ends: readonly (readonly Buffer[])[] = [
        [say.query('DISCARD ALL')],
        [say.query('DEALLOCATE ALL')],
        [say.query('DEALLOCATE p'), say.query('DEALLOCATE s')],
        [say.close('S', 'p'), say.close('S', 's'), say.sync()],
        [...pipeline('DISCARD ALL'), say.sync()],
      ];
      for (const end of ends) {
        const readies = end.length === 2 ? 2 : 1;
        const heard = await peer.ask([...prepare, ...use, ...end, ...use], 6 + readies);
        expect(rowsOf(heard)).toEqual([
          ...['D REDACTED', 'D REDACTED'],
          ...[missing('p'), missing('s')],
        ]);
      }
    });
  });

  test.each([
    ['PREPARE, EXECUTE', [`PREPARE s AS ${select}`, 'EXECUTE s'], ['D REDACTED']],
    [
      'PREPARE, COPY-like reuse of a name',
      ['PREPARE s AS SELECT 1', 'DEALLOCATE s', `PREPARE s AS ${select}`, 'EXECUTE s'],
      ['D REDACTED'],
    ],
    [
      'DECLARE, FETCH, MOVE',
      [
        ...['BEGIN', 'DECLARE k SCROLL CURSOR FOR SELECT email FROM people ORDER BY id'],
        ...['FETCH k', 'MOVE 1 IN k', 'FETCH BACKWARD 1 FROM k', 'CLOSE k', 'COMMIT'],
      ],
      ['D REDACTED', 'D REDACTED'],
    ],
    [
      'a cursor WITH HOLD, behind its transaction',
      [`DECLARE k CURSOR WITH HOLD FOR ${select}`, 'FETCH ALL FROM k', 'CLOSE k'],
      ['D REDACTED'],
    ],
    [
      'COPY and CREATE TABLE AS of EXECUTE',
      [`COPY (${select}) TO STDOUT`, `CREATE TEMP TABLE x AS ${select}`, 'TABLE x'],
      ['d REDACTED', 'D REDACTED'],
    ],
  ])('a masked column stays masked through %s', async (_name, statements, rows) => {
    await through(rules.masked, async (peer) => {
      const simple = await peer.ask(statements.map(say.query), statements.length);
      expect(rowsOf(simple)).toEqual(rows);
    });
    await through(rules.masked, async (peer) => {
      const extended = statements.flatMap((sql) => [...pipeline(sql), say.sync()]);
      expect(rowsOf(await peer.ask(extended, statements.length))).toEqual(rows);
    });
  });

  test('and through a portal that is a cursor, and one fetched in parts', async () => {
    await through(rules.masked, async (peer) => {
      const heard = await peer.ask(
        [
          say.query('BEGIN; DECLARE k CURSOR FOR SELECT email FROM people'),
          ...[say.execute('k', 1), say.execute('k', 5), say.sync()],
          ...[say.parse('SELECT email FROM people'), say.bind('', 'b')],
          ...[say.execute('b', 1), say.execute('b', 1), say.sync(), say.query('COMMIT')],
        ],
        4,
      );
      expect(rowsOf(heard)).toEqual(Array.from({ length: 4 }, () => 'D REDACTED'));
    });
  });
});

describe('A refusal is indistinguishable from a server error', () => {
  test('severity, SQLSTATE, message, detail, hint', async () => {
    await through(rules.open, async (peer) => {
      await peer.query('DROP TABLE t');
      const fields = peer.all('E')[0]?.body.toString().split('\0');
      expect(fields).toEqual(
        expect.arrayContaining([
          ...['SERROR', 'VERROR', 'C42501', 'Mnothing is dropped here'],
          expect.stringMatching(/^Dpolicy=\S+ rule=no-drop/),
          expect.stringMatching(/^H\w/),
        ]),
      );
    });
  });

  /** Each with a refused statement and with one that fails at the server, whose shape it must have. */
  test.each<[string, (sql: string) => readonly Buffer[], number]>([
    [
      'in a transaction block',
      (sql) => ['BEGIN', 'SELECT 1', sql, 'SELECT 2', 'ROLLBACK', 'SELECT 3'].map(say.query),
      6,
    ],
    [
      'in a savepoint',
      (sql) => ['BEGIN; SAVEPOINT s', sql, 'ROLLBACK TO s', 'SELECT 2', 'COMMIT'].map(say.query),
      5,
    ],
    [
      'in a batch',
      (sql) => [...pipeline('SELECT 1', sql, 'SELECT 2'), say.sync(), say.query('SELECT 3')],
      2,
    ],
    [
      'in a batch in a block',
      (sql) => [
        say.query('BEGIN'),
        ...[...pipeline('SELECT 1', sql, 'SELECT 2'), say.sync()],
        ...[...pipeline('SELECT 3'), say.sync(), say.query('ROLLBACK')],
      ],
      4,
    ],
    [
      'among several statements, which are undone',
      (sql) => [
        say.query(`INSERT INTO t VALUES (77, 'x'); ${sql}; INSERT INTO t VALUES (78, 'y')`),
        say.query('SELECT count(*) FROM t'),
      ],
      2,
    ],
    [
      'behind an explicit COMMIT in the same string',
      (sql) => [
        say.query(`BEGIN; DELETE FROM t WHERE id = 77; COMMIT; SELECT 1; ${sql}; SELECT 2`),
        say.query('SELECT 3'),
      ],
      2,
    ],
  ])('%s', async (_name, script, readies) => {
    const ask = (port: number, sql: string): Promise<readonly string[]> =>
      through(port, (peer) => peer.ask(script(sql), readies));
    const governed = await ask(rules.open, 'DROP TABLE t');
    const direct = await ask(rules.server.port, 'SELECT nothing FROM t');
    expect(governed.filter((short) => short === refused)).toHaveLength(1);
    const shape = (heard: readonly string[]): string[] =>
      heard.map((short) => (/^E ERROR 42(501|703)/.test(short) ? 'refused' : short));
    expect(shape(governed)).toEqual(shape(direct));
  });
});

describe('Nothing overtakes a decision', () => {
  test('DDL, what depends on it, and what must be refused, in one write', async () => {
    await through(rules.masked, async (peer) => {
      const statements = [
        ...['CREATE TEMP TABLE people AS SELECT 1 AS email', 'SELECT email FROM people'],
        ...['DISCARD TEMP', select, 'SET search_path = other', 'SELECT email FROM people'],
        ...['DROP TABLE public.t', 'RESET search_path', select, 'SELECT 1 AS a'],
      ];
      for (let round = 0; round < 5; round += 1) {
        const heard = await peer.ask(statements.map(say.query), statements.length);
        expect(rowsOf(heard)).toEqual([
          ...['D 1', 'D REDACTED', 'D not a secret'],
          ...[refused, 'D REDACTED', 'D 1'],
        ]);
      }
    });
  });

  test("another session's change of the catalogue", async () => {
    await through(rules.masked, async (peer) => {
      expect(await peer.query(select)).toEqual(['REDACTED']);
      await rules.server.sql('CREATE TABLE public.newer AS SELECT 7 AS seven');
      // an unknown name is not asked for again within a fifth of a second
      await sleep(300);
      const heard = await peer.ask(
        [say.query('SELECT seven FROM newer'), say.query(select), say.query('DROP TABLE newer')],
        3,
      );
      expect(rowsOf(heard)).toEqual(['D 7', 'D REDACTED', refused]);
    });
  });

  test('while one statement is cancelled, those behind it wait, and are decided', async () => {
    await through(rules.masked, async (peer) => {
      const { processId, secret } = peer.key;
      const later = [select, 'DROP TABLE t', 'SELECT 1 AS a'].map(say.query);
      const asked = peer.ask([say.query('SELECT pg_sleep(20)'), ...later], 4);
      await sleep(200);
      const canceller = await Peer.to(rules.masked);
      canceller.send(cancelRequest(processId, secret));
      const heard = await asked;
      expect(rowsOf(heard)).toEqual([
        'E ERROR 57014 canceling statement due to user request',
        ...['D REDACTED', refused, 'D 1'],
      ]);
    });
  });

  test("a policy's own cancel hits nothing that comes after", async () => {
    await through(rules.open, async (peer) => {
      const slow = say.query('SELECT count(*) FROM brief a, brief b, brief c');
      const heard = await peer.ask([slow, say.query('SELECT pg_sleep(0.3)'), say.query(select)], 3);
      expect(rowsOf(heard)).toEqual([
        expect.stringMatching(/^E ERROR 57014 .* 400 ms/),
        ...['D ', `D ${markedEmail}`],
      ]);
    });
  });
});

test("FunctionCall ('F') is refused where policy does not name it", async () => {
  const [row] = await rules.server.sql("SELECT 'lo_creat(int)'::regprocedure::oid::int AS oid");
  const short = Buffer.from([0, 0]);
  const call = message('F', Number(row?.['oid']), short, short, short);
  await through(rules.open, async (peer) => {
    const heard = await peer.ask([call, say.query('SELECT 1 AS a')], 2);
    expect(heard).toEqual([
      expect.stringMatching(/^E ERROR 42501 policy denies FUNCTION CALL on pg_catalog\.lo_creat/),
      ...['Z I', ...one],
    ]);
  });
});
