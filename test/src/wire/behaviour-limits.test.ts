/** The rules of the wire's design about what is refused, cancelled and kept within bounds. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Undo } from '../harness/undo.js';
import { answerTo, cancelRequest, int32, packet, Peer } from './peer.js';
import { sslRequest, startup, through } from './peer.js';
import { say } from './raw-client.js';
import { askPassword, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo, {
    POSTERN_STARTUP_TIMEOUT_MS: '1000',
    POSTERN_LOGIN_TIMEOUT_MS: '1500',
    POSTERN_MAX_CONNECTIONS: '20',
  });
}, 120_000);
afterAll(() => undo.all(), 60_000);

const one = ['T a', 'D 1', 'C SELECT 1', 'Z I'];
const works = async (peer: Peer): Promise<void> => {
  expect(await peer.ask([say.query('SELECT 1 AS a')])).toEqual(one);
};

describe("FunctionCall ('F') and replication connections", () => {
  test.each(['database', 'true', 'on', '1'])(
    'replication=%s is refused unless policy names it',
    async (replication) => {
      const peer = await Peer.login(rules.open, { settings: { replication } });
      expect(peer.shorts).toEqual([expect.stringMatching(/^E FATAL 42501 replication/)]);
      await peer.until(() => peer.closed);
    },
  );
});

describe('CancelRequest', () => {
  test('is mapped: a secret of our own, the process id of the backend', async () => {
    const peer = await Peer.login(rules.open);
    const { processId, secret } = peer.key;
    expect(await peer.query('SELECT pg_backend_pid()')).toEqual([String(processId)]);
    const sleeping = peer.ask([say.query('SELECT pg_sleep(20)')]);
    await sleep(200);
    const wrong = Buffer.from(secret);
    wrong[0] = (wrong[0] ?? 0) ^ 1;
    // a wrong key, a short one, another process id: silence; ours is worth nothing at the server
    for (const request of [
      cancelRequest(processId, wrong),
      cancelRequest(processId, secret.subarray(0, 3)),
      cancelRequest(processId + 1, secret),
    ])
      expect(await answerTo(rules.open, request, 1)).toHaveLength(0);
    await answerTo(rules.server.port, cancelRequest(processId, secret), 1);
    await sleep(300);
    expect(peer.readies).toBe(0);
    expect(await answerTo(rules.open, cancelRequest(processId, secret), 1)).toHaveLength(0);
    expect(await sleeping).toEqual([
      'T pg_sleep',
      'E ERROR 57014 canceling statement due to user request',
      'Z I',
    ]);
    await works(peer);
    peer.close();
  });

  test("a policy's time limit cancels at the server", async () => {
    await through(rules.open, async (peer) => {
      const heard = await peer.ask([say.query('SELECT count(*) FROM brief a, brief b, brief c')]);
      expect(heard.at(-2)).toMatch(/^E ERROR 57014 .* 400 ms its policy allows/);
      const { processId } = peer.key;
      const states = await rules.server.sql(
        `SELECT state FROM pg_stat_activity WHERE pid = ${processId}`,
      );
      expect(states).toEqual([{ state: 'idle' }]);
      await works(peer);
    });
  });
});

describe('Limits', () => {
  test('length is checked at the header, before any buffering', async () => {
    await through(rules.open, async (peer) => {
      const heard = await peer.ask([Buffer.from('S'), int32(0x10000000)]);
      expect(heard).toEqual([expect.stringMatching(/^E FATAL 08P01/)]);
    });
    const peer = await Peer.to(rules.open);
    peer.send(int32(0x7fffffff));
    await peer.until(() => peer.closed);
    expect(peer.shorts).toEqual([expect.stringMatching(/^E FATAL 08P01/)]);
  });

  test('the connection past the ceiling gets 53300, cancels still pass', async () => {
    // those that ended lately are counted for a moment
    await sleep(1200);
    const inside = [];
    for (let n = 0; n < 20; n += 1) inside.push(await Peer.login(rules.open));
    const next = await Peer.login(rules.open);
    expect(next.shorts).toEqual([expect.stringMatching(/^E FATAL 53300/)]);
    const [first] = inside;
    const sleeping = first?.ask([say.query('SELECT pg_sleep(20)')]);
    await sleep(200);
    const { processId = 0, secret = Buffer.alloc(4) } = first?.key ?? {};
    await answerTo(rules.open, cancelRequest(processId, secret), 1);
    expect((await sleeping)?.join()).toContain('57014');
    for (const peer of inside) peer.close();
    await sleep(1200);
    await through(rules.open, works);
  });

  // counted until it is destroyed, a second after it said Terminate
  test('a session that ended in order makes room at once', async () => {
    await sleep(1200);
    const inside = [];
    for (let n = 0; n < 20; n += 1) inside.push(await Peer.login(rules.open));
    try {
      const [first] = inside;
      first?.send(say.raw('X'));
      await first?.until(() => first.closed);
      await sleep(200);
      await through(rules.open, works);
    } finally {
      for (const peer of inside) peer.close();
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a byte', Buffer.from([0])],
    ['half a packet', packet(int32(196608), Buffer.from('user\0postgres\0\0')).subarray(0, 12)],
    ['SSLRequest alone', sslRequest],
  ])('slow startup: %s is dropped in time', async (_name, bytes) => {
    const from = performance.now();
    const heard = await answerTo(rules.open, bytes, 1000);
    expect(performance.now() - from).toBeLessThan(4000);
    expect(heard.toString()).toContain('no startup packet in time');
  });

  test('slow authentication is dropped in time', async () => {
    await rules.server.sql("CREATE ROLE slow LOGIN PASSWORD 'x'");
    await askPassword(rules.server, { slow: 'password' });
    const heard = await answerTo(rules.open, startup({ user: 'slow' }), 1000);
    expect(heard.toString()).toContain('authentication did not finish in time');
  });
});
