import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSegments, segmentPath } from './directory.js';
import { openSpool } from './index.js';
import { readEvents } from './reading.js';
import { completed, sampleSession, sampleStatement } from './samples.js';
import { scanSegment, readSegmentHeader } from './segment.js';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'recovery-'));
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const options = { maxBytes: 64 * 1024 * 1024, proxyId: 'p', version: '0', syncInterval: 1 };

/** A spool as a killed process leaves it: nothing closed, one statement without an outcome. */
async function abandoned(segmentBytes?: number): Promise<string> {
  const directory = join(root, 'live');
  const spool = await openSpool({
    ...options,
    directory,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  });
  const session = spool.openSession(sampleSession);
  const statement = spool.statementRecord(sampleStatement());
  for (let i = 0; i < 20; i += 1) {
    session.outcome(session.intent(statement, 'Refuse'), completed);
    spool.commit();
  }
  session.intent(statement, 'Refuse');
  await spool.durable();
  const copy = join(root, 'copy');
  fs.cpSync(directory, copy, { recursive: true });
  fs.rmSync(join(copy, 'lock'));
  await spool.close();
  return copy;
}

async function reopened(from: string, change: (directory: string) => void) {
  const directory = join(root, 'work');
  fs.rmSync(directory, { recursive: true, force: true });
  fs.cpSync(from, directory, { recursive: true });
  change(directory);
  await (await openSpool({ ...options, directory })).close();
  const { events, sequences } = readEvents(directory);
  const files = fs.readdirSync(directory);
  // A second start finds nothing left to mend.
  await (await openSpool({ ...options, directory })).close();
  const gaps = readEvents(directory).events.flatMap((e) => e.event.gap ?? []);
  return { events, sequences, files, gaps };
}

const onlySegment = (directory: string): string =>
  segmentPath(directory, listSegments(directory).at(-1) ?? 0);

const kinds = (events: readonly { readonly event: { readonly kind?: string } }[]): string[] =>
  events.map((e) => e.event.kind ?? '');

test('statements without an outcome become unknown, open sessions end interrupted', async () => {
  const { events, gaps } = await reopened(await abandoned(), () => undefined);
  expect(gaps).toEqual([]);
  expect(kinds(events)).toEqual([
    'sessionStart',
    ...Array.from({ length: 21 }, () => 'statement'),
    'sessionEnd',
  ]);
  expect(events.at(-2)?.event.statement?.outcome).toBe(5);
  expect(events.at(-1)?.event).toMatchObject({
    sequence: 22,
    sessionEnd: { reason: 'interrupted', statements: 21 },
  });
});

test('a tail torn at any byte of the last record is truncated, and said', async () => {
  const directory = await abandoned();
  const bytes = fs.readFileSync(onlySegment(directory));
  const ends: number[] = [];
  scanSegment(bytes, readSegmentHeader(bytes)?.base ?? 0, (record) => ends.push(record.at));
  const last = ends.at(-1) ?? 0;
  for (let size = last; size < bytes.length; size += 1) {
    const { events, gaps } = await reopened(directory, (work) => {
      fs.truncateSync(onlySegment(work), size);
    });
    // The torn record is the intent: the 20 complete statements stand, and the session ends.
    expect(kinds(events).filter((kind) => kind === 'statement')).toHaveLength(20);
    expect(events.filter((e) => e.event.sessionEnd != null)).toHaveLength(1);
    expect(gaps.map((gap) => gap.reason?.slice(0, 9))).toEqual(size === last ? [] : ['torn tail']);
  }
});

test('zeroes behind the last record, as a power cut leaves them, are a torn tail', async () => {
  const { gaps } = await reopened(await abandoned(), (work) => {
    fs.appendFileSync(onlySegment(work), Buffer.alloc(4096));
  });
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.reason).toMatch(/^torn tail/);
});

test('a flipped bit anywhere is found: the rest is kept, the file put aside, the gap said', async () => {
  const directory = await abandoned();
  const { length } = fs.readFileSync(onlySegment(directory));
  for (let at = 0; at < length; at += 97) {
    const { events, gaps, files, sequences } = await reopened(directory, (work) => {
      const bytes = fs.readFileSync(onlySegment(work));
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      fs.writeFileSync(onlySegment(work), bytes);
    });
    expect(gaps).toHaveLength(1);
    expect(new Set(sequences).size).toBe(sequences.length);
    if (at < 28) {
      expect(gaps[0]?.reason).toMatch(/no valid header/);
      expect(files).toContain('0000000000000001.segment.corrupt');
      continue;
    }
    expect(gaps[0]?.reason).toMatch(/^(corrupt|torn tail)/);
    expect(kinds(events).filter((kind) => kind === 'statement').length).toBeGreaterThanOrEqual(20);
  }
}, 60_000);

test('an empty segment, made just before the crash, is removed', async () => {
  const { events, gaps } = await reopened(await abandoned(), (work) => {
    fs.writeFileSync(segmentPath(work, 2), '');
  });
  expect(gaps).toHaveLength(1);
  expect(kinds(events)).toContain('sessionEnd');
});

test('the state of sessions comes from the snapshot at the head of the last segment', async () => {
  const directory = await abandoned(1500);
  const ordinals = listSegments(directory);
  expect(ordinals.length).toBeGreaterThan(2);
  const { events, gaps } = await reopened(directory, (work) => {
    for (const ordinal of ordinals.slice(0, -1)) fs.rmSync(segmentPath(work, ordinal));
  });
  expect(gaps).toEqual([]);
  expect(events.at(-1)?.event).toMatchObject({
    sequence: 22,
    sessionEnd: { reason: 'interrupted' },
  });
  expect(events.at(-1)?.event.sessionEnd?.statements).toBe(21);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 4_000_000, started: '1', host: '' })],
  ['cut short by a crash', '{"pid"'],
])('a lock %s is taken over', async (_, lock) => {
  const host = JSON.stringify((await import('node:os')).hostname());
  const { gaps } = await reopened(await abandoned(), (work) => {
    fs.writeFileSync(join(work, 'lock'), lock.replace('"host":""', `"host":${host}`));
  });
  expect(gaps).toEqual([]);
});
