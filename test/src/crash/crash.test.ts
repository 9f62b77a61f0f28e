/**
 * `kill -9` in the middle of traffic, twenty times: what a client saw succeed is in the record, once, and
 * the record verifies.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postern } from '@postern/proto';
import { setTimeout as sleep } from 'node:timers/promises';
import { driverBed, type Bed } from '../drivers/bed.js';
import { urlOf } from '../drivers/driver.js';
import { postern as command } from '../harness/postern.js';
import { openTimeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';
import { Traffic } from './traffic.js';

const kills = 20;

const undo = new Undo();
let bed: Bed;
beforeAll(async () => {
  bed = await driverBed(undo, 18);
}, 120_000);
afterAll(() => undo.all(), 60_000);

/** Does something `does`, again and again until it does not throw. */
const eventually = async (what: string, does: () => Promise<unknown>): Promise<void> => {
  for (const from = Date.now(); ;) {
    try {
      await does();
      return;
    } catch (thrown) {
      if (Date.now() - from > 60_000) {
        throw new Error(`${what}\n${bed.postern.said()}`, { cause: thrown });
      }
      await sleep(50);
    }
  }
};

/** Both parts do their work: who is killed while it starts loses nothing worth a test. */
const working = async (killed: number, part: 'sidecar' | 'collector'): Promise<void> => {
  await eventually(`the ${part} did not come back`, async () => {
    if ((await bed.postern.pids())[part] === killed) throw new Error('not yet');
    if (part === 'collector') await recorded('nothing');
  });
};

/** How often each name is on record as completed. */
const recorded = async (prefix: string): Promise<ReadonlyMap<string, number>> => {
  const timeline = openTimeline(bed.postern.collector);
  try {
    const counts = new Map<string, number>();
    for (const entry of await timeline.search({ text: `${prefix}_` })) {
      const name = new RegExp(`${prefix}_\\d+`).exec(
        entry.statementRecord?.normalisedSql ?? '',
      )?.[0];
      // what died on its way has the outcome UNKNOWN, which is no success
      if (
        name !== undefined &&
        entry.event?.statement?.outcome === postern.audit.v1.Outcome.COMPLETED
      ) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    return counts;
  } finally {
    timeline.close();
  }
};

/** Gives the proxy time to send what its spool still holds. */
const settled = async (
  prefix: string,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> => {
  for (let attempt = 0; ; attempt += 1) {
    const counts = await recorded(prefix).catch(() => new Map<string, number>());
    if (attempt >= 100 || [...names].every((name) => counts.has(name))) return counts;
    await sleep(200);
  }
};

describe.each(['sidecar', 'collector'] as const)('the %s, killed in the middle', (part) => {
  test(`${kills} times loses nothing and doubles nothing`, async () => {
    const prefix = `of_${part}`;
    const traffic = new Traffic(urlOf(bed.governed), prefix);
    traffic.start(4);
    for (let n = 0; n < kills; n += 1) {
      const before = traffic.succeeded.size;
      // not always at the same moment of a batch, a segment, a connection
      await sleep(100 + n * 17);
      const pid = (await bed.postern.pids())[part];
      process.kill(pid, 'SIGKILL');
      await working(pid, part);
      for (let i = 0; i < 200 && traffic.succeeded.size <= before + 20; i += 1) await sleep(50);
      expect(traffic.succeeded.size).toBeGreaterThan(before + 20);
    }
    await traffic.stop();

    const counts = await settled(prefix, traffic.succeeded);
    const lost = [...traffic.succeeded].filter((name) => !counts.has(name));
    const doubled = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
    expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    expect(traffic.succeeded.size).toBeGreaterThan(kills * 20);

    const verified = await command(['audit', 'verify', '--collector', bed.postern.collector]);
    expect({
      code: verified.code,
      said: verified.code === 0 ? '' : verified.stdout + verified.stderr,
    }).toEqual({
      code: 0,
      said: '',
    });
  }, 480_000);
});
