/** Many sessions that notify and copy at once, through Postern. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Undo } from '../harness/undo.js';
import { driverBed, type Bed } from './bed.js';
import {
  checksum,
  connected,
  copyIn,
  copyOut,
  interruptions,
  using,
  type Format,
} from './busy-copies.js';

const undo = new Undo();
let bed: Bed;
beforeAll(async () => {
  bed = await driverBed(undo, 18);
}, 120_000);
afterAll(() => undo.all(), 60_000);

describe('LISTEN', () => {
  const senders = 4;
  const each = 300;
  /** unique, so that the server does not take two for one; some as long as they may be */
  const payload = (sender: number, i: number): string =>
    `${sender}:${i}:`.padEnd(i % 20 === 7 ? 7999 : 8, '.');

  test('brings every notification once and in order, while the listeners work', async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 + senders }, () => connected(bed.governed)),
    );
    const listeners = clients.slice(senders);
    const heard = listeners.map(() => new Map<number, string[]>());
    try {
      await Promise.all(
        listeners.map(async (client, at) => {
          client.on('notification', ({ payload: said = '' }) => {
            const sender = Number(said.split(':')[0]);
            const before = heard[at]!.get(sender);
            if (before === undefined) heard[at]!.set(sender, [said]);
            else before.push(said);
          });
          await client.query('LISTEN busy');
        }),
      );
      let sending = true;
      const working = listeners.map(async (client, at) => {
        let rows = 0;
        while (sending) {
          const sql = 'SELECT id, name FROM items WHERE id <= $1';
          rows = (await client.query(sql, [at + 10])).rows.length;
          await sleep(20);
        }
        return rows;
      });
      await Promise.all(clients.slice(0, senders).map((client, sender) => send(client, sender)));
      const total = senders * each;
      const count = (): number[] =>
        heard.map((by) => [...by.values()].reduce((sum, said) => sum + said.length, 0));
      for (let wait = 0; wait < 300 && count().some((got) => got < total); wait += 1)
        await sleep(50);
      sending = false;
      expect(await Promise.all(working)).toEqual(listeners.map((_, at) => at + 10));
      // what comes twice would come now
      await Promise.all(listeners.map((client) => client.query('SELECT 1')));
      expect(count()).toEqual(listeners.map(() => total));
      for (const by of heard)
        for (let sender = 0; sender < senders; sender += 1)
          expect(by.get(sender)).toEqual(
            Array.from({ length: each }, (_, i) => payload(sender, i)),
          );
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  }, 60_000);

  /** one by one, by function, and several in a transaction */
  const send = async (client: pg.Client, sender: number): Promise<void> => {
    for (let i = 0; i < each; i += 10) {
      const several = Array.from({ length: 10 }, (_, k) => payload(sender, i + k));
      if (i % 30 === 0) for (const said of several) await client.query(`NOTIFY busy, '${said}'`);
      else if (i % 30 === 10)
        for (const said of several) await client.query("SELECT pg_notify('busy', $1)", [said]);
      else
        await client.query(
          `BEGIN; ${several.map((said) => `NOTIFY busy, '${said}'`).join('; ')}; COMMIT`,
        );
    }
  };
});

describe('COPY', () => {
  const formats: readonly Format[] = ['text', 'binary'];
  beforeAll(async () => {
    await using(bed.direct, async (client) => {
      await client.query(
        `CREATE TABLE busy_source AS
         SELECT i AS id, repeat(md5(i::text), 1 + i % 7) || E'\\t\\\\' AS body
         FROM generate_series(1, 100000) AS i;
         CREATE TABLE busy_lost (LIKE busy_source)`,
      );
      for (let at = 0; at < 4; at += 1)
        await client.query(`CREATE TABLE busy_${at} (LIKE busy_source)`);
    });
  }, 30_000);

  test('carries parallel streams, with slow readers, as without Postern', async () => {
    const source = new Map<Format, Buffer>();
    for (const format of formats)
      source.set(format, await copyOut(bed.direct, 'busy_source', format));
    const sums = formats.map((format) => checksum(source.get(format)!));
    const out = (table: string, pause: number): Promise<string[]> =>
      Promise.all(
        formats.map(async (format) => checksum(await copyOut(bed.governed, table, format, pause))),
      );
    // in and out at once
    const [read] = await Promise.all([
      out('busy_source', 10),
      ...Array.from({ length: 4 }, (_, at) => {
        const format = formats[at % 2]!;
        return copyIn(bed.governed, `busy_${at}`, format, source.get(format)!);
      }),
    ]);
    expect(read).toEqual(sums);
    for (let at = 0; at < 4; at += 1) expect(await out(`busy_${at}`, 0)).toEqual(sums);
  }, 60_000);

  test.each(Object.keys(interruptions))(
    'leaves nothing behind where %s',
    async (name) => {
      const through = await interruptions[name]!(bed.governed);
      expect(through).toEqual(await interruptions[name]!(bed.direct));
      // both sessions are gone, and what they held
      const sql = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state <> 'idle'";
      for (let wait = 0; (await bed.server.sql(sql)).length > 0; wait += 1) {
        expect(wait).toBeLessThan(100);
        await sleep(50);
      }
      const [left] = await bed.server.sql('SELECT count(*)::int FROM busy_lost', 'drivers');
      expect(left).toEqual({ count: 0 });
    },
    30_000,
  );
});
