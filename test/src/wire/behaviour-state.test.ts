/** The rules of the wire's design about what a session is in the middle of: parameters, settings, pressure. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Undo } from '../harness/undo.js';
import { pipeline, through } from './peer.js';
import { say } from './raw-client.js';
import { markedEmail, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
  await rules.server.sql(`CREATE TABLE public.rows (owner text);
    INSERT INTO public.rows VALUES ('reader'), ('another');
    ALTER TABLE public.rows ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.rows USING (owner = current_user);
    GRANT SELECT ON public.rows TO reader`);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const select = 'SELECT email FROM people WHERE id = 1';
const rowsOf = (heard: readonly string[]): string[] =>
  heard.filter((short) => /^[DdE] /.test(short));

describe('ParameterStatus, NotificationResponse, NoticeResponse', () => {
  test('a notification while idle, amid the rows of another statement, and in a block', async () => {
    await through(rules.open, async (peer) => {
      await peer.query('LISTEN news');
      peer.frames.length = 0;
      await rules.server.sql("NOTIFY news, 'idle'");
      await peer.until(() => peer.shorts.includes('A news idle'));
      const { processId } = peer.key;
      await peer.query("NOTIFY news, 'own'");
      expect(peer.all('A')[0]?.body.readInt32BE(0)).toBe(processId);
      const asked = peer.ask([
        say.query('SELECT repeat(i::text, 100) FROM generate_series(1, 50000) i, pg_sleep(0.3)'),
      ]);
      await rules.server.sql("NOTIFY news, 'amid'");
      const heard = [...(await asked)];
      await peer.until(() => peer.shorts.includes('A news amid'));
      expect(heard.filter((short) => short.startsWith('D '))).toHaveLength(50_000);
      const own = await peer.ask([say.query("BEGIN; NOTIFY news, 'x'; SELECT 1 AS a; COMMIT")]);
      expect(own).toEqual([
        ...['C BEGIN', 'C NOTIFY', 'T a', 'D 1', 'C SELECT 1', 'C COMMIT', 'A news x', 'Z I'],
      ]);
    });
  });

  test('a parameter that is reported, where the server reports it', async () => {
    const says = [
      say.query("SET application_name = 'other'; SELECT 1"),
      ...[...pipeline("SET timezone = 'UTC+3'", 'SELECT 2'), say.sync()],
      ...[say.query("BEGIN; SET datestyle = 'german'"), say.query('ROLLBACK')],
    ];
    const ask = (port: number): Promise<readonly string[]> =>
      through(port, (peer) => peer.ask(says, 4));
    const heard = await ask(rules.open);
    expect(heard).toEqual(await ask(rules.server.port));
    expect(heard.filter((short) => short.startsWith('S '))).toHaveLength(4);
  });

  test('a notice of the server, in its place', async () => {
    const says = [
      say.query('SELECT 1; ROLLBACK; SELECT 2'),
      ...[...pipeline('COMMIT', 'SELECT 3'), say.sync()],
    ];
    const ask = (port: number): Promise<readonly string[]> =>
      through(port, (peer) => peer.ask(says, 2));
    const heard = await ask(rules.server.port);
    const types = (all: readonly string[]): string[] => all.map((short) => short.slice(0, 1));
    expect(types(heard).filter((type) => type === 'N')).toHaveLength(2);
    expect(types(await ask(rules.open))).toEqual(types(heard));
  });
});

describe('Settings that change meaning are followed', () => {
  /** One after the other. */
  const rows = (...statements: readonly string[]): Promise<readonly string[]> =>
    through(rules.masked, async (peer) => {
      const heard = [];
      for (const sql of statements) heard.push(...rowsOf(await peer.ask([say.query(sql)])));
      return heard;
    });
  const unread = /^E ERROR 0A000 a statement with .* cannot be read/;

  test('search_path', async () => {
    expect(
      await rows(
        ...['SET search_path = other', 'SELECT email FROM people', 'SET search_path = public'],
        ...[select, 'BEGIN; SET LOCAL search_path = other', 'SELECT email FROM people', 'ROLLBACK'],
        ...[select, "SELECT set_config('search_path', 'other', false)", 'SELECT email FROM people'],
      ),
    ).toEqual([
      ...['D not a secret', 'D REDACTED', 'D not a secret', 'D REDACTED'],
      ...['D other', 'D not a secret'],
    ]);
  });

  test('role and session authorization', async () => {
    const denied = 'E ERROR 42501 permission denied for table people';
    expect(
      await rows(
        ...['SET ROLE reader', 'SELECT email FROM public.people', 'RESET ROLE', select],
        ...['SET SESSION AUTHORIZATION reader', 'SELECT email FROM public.people'],
        ...['RESET SESSION AUTHORIZATION', select],
      ),
    ).toEqual([denied, 'D REDACTED', denied, 'D REDACTED']);
  });

  test('standard_conforming_strings', async () => {
    expect(
      await rows(
        'SET standard_conforming_strings = off',
        ...["SELECT 'a\\'; DROP TABLE t; --'", "SELECT '\\', email FROM people --'", select],
        ...["SELECT 'a\\'b', email FROM people WHERE id = 1", "SELECT 'a\\'b', nobody FROM people"],
        ...["PREPARE p AS SELECT '\\', email --', email FROM people WHERE id = 1", 'EXECUTE p'],
        ...['SET standard_conforming_strings = on', "SELECT 'a\\'", 'EXECUTE p', select],
      ),
    ).toEqual([
      ...["D a'; DROP TABLE t; --", "D ', email FROM people --", 'D REDACTED'],
      ...["D a'b|REDACTED", 'E ERROR 42703 column "nobody" does not exist 16'],
      ...["D ', email --|REDACTED", 'D a\\', "D ', email --|REDACTED", 'D REDACTED'],
    ]);
  });

  test('standard_conforming_strings changes nothing in the query string that sets it', async () => {
    const switched = (to: string): string =>
      `CREATE TEMP TABLE x_${to} (i int); SET standard_conforming_strings = ${to}; SELECT 'a\\\\b'`;
    expect(await rows(switched('off'), "SELECT '\\\\'", switched('on'), "SELECT '\\\\'")).toEqual([
      ...['D a\\\\b', 'D \\', 'D a\\b', 'D \\\\'],
    ]);
  });

  test.each(['SJIS', 'BIG5', 'GBK', 'LATIN1'])('client_encoding %s', async (encoding) => {
    expect(
      await rows(
        ...[`SET client_encoding = ${encoding}`, select, "SELECT 'ä'; DROP TABLE t"],
        ...['RESET client_encoding', "SELECT 'ä'"],
      ),
    ).toEqual(['D REDACTED', expect.stringMatching(unread), 'D ä']);
  });

  test('row_security', async () => {
    expect(
      await rows(
        ...['SET ROLE reader', 'SELECT owner FROM rows'],
        ...['SET row_security = off', 'SELECT owner FROM rows', 'RESET ROLE', select],
      ),
    ).toEqual([
      'D reader',
      'E ERROR 42501 query would be affected by row-level security policy for table "rows"',
      'D REDACTED',
    ]);
  });

  /**
   * Harmless as the proxy reads it before the setting is known: two strings. As the server reads it after:
   * one string, and then something else.
   */
  const sleight = (rest: string): string => `SELECT 'a\\', '${rest} --'`;
  const leak = sleight(' UNION ALL SELECT email FROM people');
  const off = 'SET standard_conforming_strings = off';
  const sjis = 'SET client_encoding = SJIS';
  // the last byte of this character and the backslash are one character there
  const sjisLeak = "SELECT E'\u3041\\' UNION ALL SELECT email FROM people --'";

  test.each<[string, readonly Buffer[], number]>([
    ['standard_conforming_strings', [say.query(off), say.query(leak)], 2],
    [
      'standard_conforming_strings by set_config',
      [
        say.query("SELECT set_config('standard_conforming_strings', 'off', false)"),
        say.query(leak),
      ],
      2,
    ],
    [
      'standard_conforming_strings, in one batch',
      [...pipeline(off), ...pipeline(leak), say.sync()],
      1,
    ],
    [
      'standard_conforming_strings, in one query string',
      [say.query(`CREATE TEMP TABLE x (i int); ${off}; ${leak}`)],
      1,
    ],
    ['client_encoding', [say.query(sjis), say.query(sjisLeak)], 2],
    ['client_encoding, in one batch', [...pipeline(sjis), ...pipeline(sjisLeak), say.sync()], 1],
    [
      'client_encoding, in one query string',
      [say.query(`CREATE TEMP TABLE x (i int); ${sjis}; ${sjisLeak}`)],
      1,
    ],
  ])(
    '%s, followed by a statement without waiting: it is read as the server reads it',
    async (_name, says, readies) => {
      await through(rules.masked, async (peer) => {
        const heard = await peer.ask(says, readies);
        expect(heard.join()).not.toContain(markedEmail);
      });
    },
  );

  test('and DROP does not come through by it', async () => {
    await rules.server.sql('CREATE TABLE IF NOT EXISTS public.victim ()');
    await through(rules.open, async (peer) => {
      await peer.ask([say.query(off), say.query(sleight('; DROP TABLE victim;'))], 2);
      await peer.query('SELECT 1');
    });
    const [row] = await rules.server.sql("SELECT to_regclass('public.victim')::text AS name");
    expect(row).toEqual({ name: 'victim' });
  });
});

describe('Backpressure both ways', () => {
  /** MiB */
  const resident = async (): Promise<number> => {
    const { sidecar } = await rules.postern.pids();
    const status = await readFile(`/proc/${sidecar}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
  };
  const mebibyte = 1024 * 1024;

  test('a slow client: 200 MB of rows are not kept here', async () => {
    await through(rules.open, async (peer) => {
      const before = await resident();
      let highest = 0;
      peer.frames.length = 0;
      peer.socket.pause();
      peer.send(say.query("SELECT repeat('x', 10000) FROM generate_series(1, 20000)"));
      for (let n = 0; n < 8; n += 1) {
        await sleep(200);
        highest = Math.max(highest, await resident());
      }
      peer.socket.resume();
      await peer.until(() => peer.readies === 1, 30_000);
      highest = Math.max(highest, await resident());
      expect(peer.all('D')).toHaveLength(20_000);
      expect(highest - before).toBeLessThan(60);
    });
  }, 60_000);

  test('a slow server: what it does not take is not kept here', async () => {
    await through(rules.open, async (peer) => {
      const before = await resident();
      await peer.query('CREATE TEMP TABLE c (x text)');
      // the server reads nothing for a while
      peer.frames.length = 0;
      peer.send(say.query('SELECT pg_sleep(2)'), say.query('COPY c FROM STDIN'));
      const chunk = say.copyData(`${'x'.repeat(mebibyte - 1)}\n`);
      for (let n = 0; n < 100; n += 1) peer.socket.write(chunk);
      await sleep(1000);
      expect(peer.socket.writableLength).toBeGreaterThan(80 * mebibyte);
      expect((await resident()) - before).toBeLessThan(60);
      peer.send(say.copyDone());
      await peer.until(() => peer.shorts.includes('C COPY 100'), 30_000);
      expect(await peer.query('SELECT count(*) FROM c')).toEqual(['100']);
    });
  }, 60_000);
});
