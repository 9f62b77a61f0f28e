/** The mistakes that others made, by the numbers of the design's list: 1 to 9. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Undo } from '../harness/undo.js';
import { bindWith, int32, Peer, pipeline, sslRequest, startup, through } from './peer.js';
import { message, say } from './raw-client.js';
import { dropRefused as refused, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo, { POSTERN_LOG_LEVEL: 'trace' });
}, 120_000);
afterAll(() => undo.all(), 60_000);

const one = ['T a', 'D 1', 'C SELECT 1', 'Z I'];

test('1. A denied Parse answered with error + ReadyForQuery: the Bind, Execute and Sync behind it bring no more', async () => {
  await through(rules.open, async (peer) => {
    const denied = [say.parse('DROP TABLE t', 'd'), say.bind('d'), say.execute(), say.sync()];
    expect(await peer.ask([...denied, say.query('SELECT 1 AS a')], 2)).toEqual([
      ...[refused, 'Z I'],
      ...one,
    ]);
    // nor one message at a time: nothing but silence up to Sync
    peer.frames.length = 0;
    for (const piece of denied.slice(0, 3)) {
      peer.send(piece, say.flush());
      await sleep(100);
    }
    expect(peer.shorts).toEqual([refused]);
    peer.send(say.sync());
    await peer.until(() => peer.readies === 1);
    expect(await peer.ask([say.query('SELECT 1 AS a')])).toEqual(one);
  });
});

test('2. An asynchronous decision not awaited: what follows DDL in the same write is decided after it', async () => {
  await through(rules.open, async (peer) => {
    const statements = [
      'CREATE TEMP TABLE x (a int)',
      'INSERT INTO x VALUES (1)',
      'SELECT a FROM x',
    ];
    for (let round = 0; round < 10; round += 1) {
      const heard = await peer.ask(
        [...statements, 'DROP TABLE t', 'SELECT 1 AS a', 'DISCARD TEMP'].map(say.query),
        6,
      );
      expect(heard).toEqual([
        ...['C CREATE TABLE', 'Z I', 'C INSERT 0 1', 'Z I', ...one],
        ...[refused, 'Z I', ...one, 'C DISCARD TEMP', 'Z I'],
      ]);
    }
  });
});

test('3. A slice with the wrong end whenever the offset is not zero: cut in two, and in three, at every offset', async () => {
  const says = [
    say.query("SELECT 'ä' AS a"),
    ...pipeline('SELECT 2 AS b'),
    say.query('DROP TABLE t'),
    say.sync(),
  ];
  const bytes = Buffer.concat(says);
  await through(rules.open, async (peer) => {
    const whole = await peer.ask(says, 3);
    expect(whole).toContain(refused);
    for (let at = 1; at < bytes.length; at += 1) {
      // a third cut moves against the first, so that slices begin anywhere
      const other = 1 + ((at * 7) % (bytes.length - 1));
      const [from = 0, to = 0] = [at, other].sort((a, b) => a - b);
      peer.frames.length = 0;
      for (const piece of [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]) {
        if (piece.length === 0) continue;
        peer.send(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await peer.until(() => peer.readies === 3);
      expect(peer.shorts).toEqual(whole);
    }
  });
});

test('4. Plaintext parsed after SSLRequest: refused, never answered as a session', async () => {
  const peer = await Peer.to(rules.open);
  peer.send(sslRequest, startup());
  await peer.until(() => peer.closed);
  expect(peer.shorts.join()).toContain('received unencrypted data after encryption request');
  expect(peer.readies).toBe(0);
});

test.each([
  ['of zero', 0],
  ['of three', 3],
  ['below zero', -1],
  ['of 2 GiB', 0x7fffffff],
])(
  '5. No length ceiling; a zero length that never progresses: a length %s ends the session',
  async (_name, length) => {
    await through(rules.open, async (peer) => {
      peer.frames.length = 0;
      peer.send(Buffer.from('B'), int32(length), Buffer.alloc(64));
      await peer.until(() => peer.closed);
      expect(peer.shorts).toEqual([expect.stringMatching(/^E FATAL 08P01 /)]);
    });
    await through(rules.open, async (peer) => {
      expect(await peer.ask([say.query('SELECT 1 AS a')])).toEqual(one);
    });
  },
);

test("6. write()'s return value ignored: see Backpressure; every byte arrives in the end", async () => {
  await through(rules.open, async (peer) => {
    peer.socket.pause();
    peer.frames.length = 0;
    peer.send(say.query("SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i"));
    await sleep(1000);
    peer.socket.resume();
    await peer.until(() => peer.readies === 1);
    expect(peer.all('D')).toHaveLength(20_000);
    expect(peer.all('D').at(-1)?.body.includes('20000')).toBe(true);
  });
}, 60_000);

describe('7. A queue that is not reset after an error', () => {
  test('a hundred errors in each protocol, each followed by a query that is answered', async () => {
    await through(rules.open, async (peer) => {
      const failing = ['SELECT 1/0', 'SELEC', 'SELECT nothing FROM t', 'DROP TABLE t', ''];
      for (let n = 0; n < 100; n += 1) {
        const sql = failing[n % failing.length] ?? '';
        const simple = await peer.ask([say.query(sql), say.query('SELECT 1 AS a')], 2);
        expect(simple.slice(-4)).toEqual(one);
        const extended = [...pipeline('SELECT 2', sql, 'SELECT 3'), say.sync()];
        const heard = await peer.ask([...extended, ...pipeline('SELECT 1 AS a'), say.sync()], 2);
        expect(heard.slice(-6)).toEqual(['1', '2', ...one]);
      }
    });
  }, 60_000);

  test('all of them without waiting', async () => {
    await through(rules.open, async (peer) => {
      const round = [...pipeline('SELECT 1/0', 'SELECT 3'), say.sync(), say.query('DROP TABLE t')];
      const heard = await peer.ask(
        [...Array.from({ length: 100 }, () => round).flat(), say.query('SELECT 1 AS a')],
        201,
      );
      expect(heard.filter((short) => short === refused)).toHaveLength(100);
      expect(heard.slice(-4)).toEqual(one);
    });
  });
});

test('8. Bind refused when the number of format codes is 0 or 1: both bring what three bring', async () => {
  const parse = say.parse('SELECT $1::text AS a, $2::text AS b, $3::text AS c');
  const values = ['x', 'ä', 'z'].map((text) => Buffer.from(text));
  await through(rules.masked, async (peer) => {
    for (const results of [[], [0], [1], [0, 1, 0]]) {
      const heard = [];
      for (const formats of [[], [0], [1], [0, 0, 0], [0, 1, 0]]) {
        const bind = bindWith(formats, values, results);
        heard.push(await peer.ask([parse, bind, say.execute(), say.sync()]));
      }
      for (const each of heard) expect(each).toEqual(['1', '2', 'D x|ä|z', 'C SELECT 1', 'Z I']);
    }
    // neither one nor as many as parameters: the server's own words
    const [, wrong] = await peer.ask([parse, bindWith([0, 0], values), say.sync()]);
    expect(wrong).toMatch(/^E ERROR 08P01 bind message has 2 parameter formats but 3 parameters/);
  });
});

test("9. SQL or parameters in a log line; an internal error's text sent to the client", async () => {
  const marker = 'okapi7391';
  await through(rules.masked, async (peer) => {
    const literal = `'${marker}'`;
    const heard = [
      ...(await peer.query(`SELECT ${literal} FROM people`)),
      ...(await peer.query(`SELECT ${literal}::int`)),
      ...(await peer.query(`SELEC ${marker}`)),
      ...(await peer.query(`SELECT ${marker} FROM people`)),
      ...(await peer.query(`DROP TABLE ${marker}; SELECT ${literal}`)),
      ...(await peer.query(`DROP TABLE t /* ${marker} */`)),
      ...(await peer.query(`SET client_encoding = LATIN1; SELECT '${marker}ä'`)),
      ...(await peer.query('RESET client_encoding')),
      ...(await peer.ask([
        say.parse('SELECT $1::int + length($2::text) + length($3::text)'),
        bindWith([], [Buffer.from(marker), Buffer.from(marker), Buffer.from(marker)]),
        ...[say.execute(), say.sync()],
      ])),
      ...(await peer.ask([say.bind(marker), say.execute(marker), say.sync()])),
      // what ends the session
      ...(await peer.ask([message('Q', marker, marker), say.sync()])),
    ];
    const internal = /XX000|TypeError|RangeError|at \S+\.[jt]s|node_modules|\/dist\//;
    expect(heard.filter((short) => internal.test(short))).toEqual([]);
  });
  const stranger = await Peer.login(rules.masked, { user: marker, settings: { okapi: marker } });
  stranger.close();
  await sleep(300);
  // at level trace, of sidecar and collector
  expect(rules.postern.said()).not.toContain(marker);
});
