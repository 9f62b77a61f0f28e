import { expect, test } from '@jest/globals';
import { eventHash, postern, SessionChains } from '../index.js';

const { Event } = postern.audit.v1;

const chain = (name: string, length: number): Uint8Array[] => {
  const events: Uint8Array[] = [];
  for (let sequence = 0; sequence < length; sequence += 1) {
    const last = events.at(-1);
    const sessionId = Buffer.from(name);
    const previousHash = last === undefined ? new Uint8Array(0) : eventHash(last);
    events.push(Event.encode({ sessionId, sequence, previousHash, timeUs: sequence }).finish());
  }
  return events;
};

const a = chain('a', 5);
const b = chain('b', 3);
const third = Event.decode(a[2] ?? Buffer.alloc(0));
third.timeUs = 99;
const changed = Event.encode(third).finish();

test.each([
  {
    name: 'two sessions side by side',
    events: [...a.slice(0, 2), ...b, ...a.slice(2)],
    faults: [],
  },
  { name: 'an event left out', events: a.filter((_, i) => i !== 2), faults: ['3 missing'] },
  { name: 'the first left out', events: a.slice(1), faults: ['1 missing'] },
  {
    name: 'an event changed',
    events: a.map((e, i) => (i === 2 ? changed : e)),
    faults: ['3 broken'],
  },
  { name: 'an event twice', events: [...a.slice(0, 3), ...a.slice(2)], faults: ['2 repeated'] },
  {
    name: 'two exchanged',
    events: a.map((_, i) => a[[0, 2, 1, 3, 4][i] ?? 0] ?? changed),
    faults: ['2 missing', '1 repeated'],
  },
  { name: 'not an event', events: [Buffer.from([0xff, 0xff])], faults: ['-1 malformed'] },
])('$name', ({ events, faults }) => {
  const chains = new SessionChains();
  const found = events.flatMap((bytes) => chains.take(bytes) ?? []);
  expect(found.map((fault) => `${String(fault.sequence)} ${fault.kind}`)).toEqual(faults);
});
