import { expect, test } from '@jest/globals';
import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { postern } from '@postern/proto';
import { encodeBatch } from './batch.js';
import { statementEventBound, writeStatementEvent } from './event.js';
import { Uuid7, uuidText } from './uuid.js';

const { v1 } = postern.audit;
const whole = fc.oneof(fc.nat(300), fc.maxSafeNat());
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

const place = fc.record({
  session: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b)),
  sequence: whole,
  previous: fc.option(
    bytes32.map((b) => Buffer.from(b).toString('latin1')),
    { nil: undefined },
  ),
  time: whole,
});
const fields = fc.record({
  record: bytes32,
  outcome: fc.integer({ min: 1, max: 5 }),
  duration: whole,
  rows: whole,
  bytes: whole,
  affectedRows: whole,
  sqlstate: fc.constantFrom('', '42501', '57014'),
  detected: fc.option(
    fc.dictionary(fc.string({ unit: 'grapheme' }), whole, { noNullPrototype: true }),
    {
      nil: undefined,
    },
  ),
  findings: fc.option(
    fc.array(
      fc
        .record({
          position: fc.nat(1663),
          name: fc.string({ maxLength: 200 }),
          looked: whole,
          masked: fc.boolean(),
        })
        .map((column) => v1.ColumnFindings.encode(column).finish()),
    ),
    { nil: undefined },
  ),
});

test('the generated decoder reads what is written by hand', () => {
  const ids = new Uuid7(Date.now, (into) => void randomFillSync(into));
  fc.assert(
    fc.property(place, fields, (where, said) => {
      const into = Buffer.alloc(statementEventBound(said) + 8);
      const end = writeStatementEvent(into, 8, ids, where, said);
      expect(end).toBeLessThanOrEqual(into.length);
      const event = v1.Event.decode(into.subarray(8, end));
      expect(Buffer.from(event.sessionId)).toEqual(where.session);
      expect(event.sequence).toBe(where.sequence);
      expect(event.timeUs).toBe(where.time);
      expect(Buffer.from(event.previousHash)).toEqual(Buffer.from(where.previous ?? '', 'latin1'));
      const { statement } = event;
      expect(Buffer.from(statement?.record ?? [])).toEqual(Buffer.from(said.record));
      expect(statement).toMatchObject({
        outcome: said.outcome,
        durationUs: said.duration,
        rows: said.rows,
        bytes: said.bytes,
        affectedRows: said.affectedRows,
        sqlstate: said.sqlstate,
      });
      expect({ ...statement?.detected }).toEqual({ ...said.detected });
      expect(statement?.findings).toEqual(
        (said.findings ?? []).map((bytes) => v1.ColumnFindings.decode(bytes)),
      );
    }),
  );
});

test('the generated decoder reads a batch encoded by copying', () => {
  const record = fc.record({
    field: fc.constantFrom<1 | 2>(1, 2),
    bytes: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(whole, fc.array(record, { minLength: 1 }), (first, records) => {
      const encoded = encodeBatch(records.map((r, i) => ({ ...r, sequence: first + i })));
      const { batch } = v1.StreamRequest.decode(encoded);
      expect(batch?.firstSequence).toBe(first);
      expect(batch?.records?.map((r) => Buffer.from(r.statementRecord ?? r.event ?? []))).toEqual(
        records.map((r) => Buffer.from(r.bytes)),
      );
      expect(batch?.records?.map((r) => (r.event == null ? 1 : 2))).toEqual(
        records.map((r) => r.field),
      );
    }),
  );
});

test('identifiers ascend, also while the clock stands still or goes back', () => {
  const clock = [1000, 1000, 1000, 999, 1001, 500];
  let i = 0;
  const ids = new Uuid7(
    () => clock[i++ % clock.length] ?? 0,
    (into) => void randomFillSync(into),
  );
  const texts = Array.from({ length: 20_000 }, () => uuidText(ids.next()));
  expect([...texts].sort()).toEqual(texts);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
