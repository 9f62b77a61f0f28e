import { describe, expect, test } from '@jest/globals';
import { ProtocolError } from '../wire/protocol-error.js';
import { owe, type Owed, OwedQueue } from './owed.js';

const queue = (...kinds: Owed['kind'][]): OwedQueue => {
  const owed = new OwedQueue();
  for (const kind of kinds) owed.push(owe(kind));
  return owed;
};

const kinds = (owed: OwedQueue): string[] => owed.drain().map((o) => o.kind);

test('replies come in the order of what was sent', () => {
  const owed = queue('parse', 'bind', 'execute', 'sync');
  owed.pop('parse');
  owed.pop('bind');
  owed.pop('execute');
  owed.pop('sync');
  expect(owed.size).toBe(0);
});

test('a reply to something else is a violation', () => {
  expect(() => queue('bind').pop('parse')).toThrow(ProtocolError);
  expect(() => new OwedQueue().pop('sync')).toThrow(ProtocolError);
});

describe('after an error', () => {
  test('everything up to the Sync is dropped, and the Sync stays owed', () => {
    const owed = queue('parse', 'bind', 'execute', 'sync', 'parse', 'sync');
    owed.pop('parse');
    expect(owed.fail().map((o) => o.kind)).toEqual(['bind', 'execute']);
    expect(owed.skipping).toBe(false);
    expect(kinds(owed)).toEqual(['sync', 'parse', 'sync']);
  });

  test('without a Sync yet the server skips, until one is sent', () => {
    const owed = queue('parse', 'bind');
    owed.fail();
    expect(owed.skipping).toBe(true);
    owed.push(owe('sync'));
    expect(owed.skipping).toBe(false);
    expect(kinds(owed)).toEqual(['sync']);
  });

  test('of a simple query, its ReadyForQuery stays owed', () => {
    const owed = queue('query', 'query');
    owed.fail();
    expect(kinds(owed)).toEqual(['query', 'query']);
  });

  test('what was registered is taken back, newest first', () => {
    const undone: string[] = [];
    const owed = new OwedQueue();
    owed.push(owe('parse', { undo: () => undone.push('first') }));
    owed.push(owe('parse', { undo: () => undone.push('second') }));
    owed.push(owe('sync'));
    owed.fail();
    expect(undone).toEqual(['second', 'first']);
  });
});

describe('COPY FROM STDIN in the extended protocol', () => {
  test('a Sync sent before the end of the data is swallowed by the copy', () => {
    const owed = queue('execute', 'sync');
    expect(owed.copyStarted()).toBe(false);
    owed.push(owe('sync'));
    expect(kinds(owed)).toEqual(['execute', 'sync']);
  });

  test('when data, end and a second Sync were all sent before the copy began', () => {
    const owed = queue('execute', 'sync', 'copy-end', 'sync');
    expect(owed.copyStarted()).toBe(true);
    expect(kinds(owed)).toEqual(['execute', 'sync']);
  });

  test('a message amid the data, sent before the copy began: its error is still to come', () => {
    const owed = queue('execute', 'sync', 'parse', 'copy-end', 'sync');
    expect(owed.copyStarted()).toBe(false);
    expect(kinds(owed)).toEqual(['execute', 'parse', 'copy-end', 'sync']);
  });

  test('an end of data that belongs to no copy is never answered', () => {
    const owed = queue('query', 'copy-end', 'copy-end');
    owed.pop('query');
    expect(owed.size).toBe(0);
  });
});

describe('what was sent in a cycle is settled', () => {
  test('within the cycle, and when the server has ended it', () => {
    const owed = new OwedQueue();
    owed.push(owe('parse'));
    const { cyclesBegun } = owed;
    expect(owed.unsettled(cyclesBegun)).toBe(false);
    owed.push(owe('sync'));
    expect(owed.unsettled(cyclesBegun)).toBe(true);
    owed.pop('parse');
    expect(owed.unsettled(cyclesBegun)).toBe(true);
    owed.pop('sync');
    expect(owed.unsettled(cyclesBegun)).toBe(false);
  });

  test('but not because an earlier Sync was swallowed by a copy', () => {
    const owed = queue('execute', 'sync');
    const { cyclesBegun } = owed;
    owed.push(owe('parse'));
    owed.push(owe('sync'));
    owed.copyStarted();
    expect(owed.unsettled(cyclesBegun)).toBe(true);
    owed.fail();
    owed.pop('sync');
    expect(owed.unsettled(cyclesBegun)).toBe(false);
  });
});

test('a long session does not grow the queue', () => {
  const owed = new OwedQueue();
  owed.push(owe('sync'));
  for (let i = 0; i < 10_000; i += 1) {
    owed.push(owe('sync'));
    owed.pop('sync');
  }
  expect(owed.size).toBe(1);
});
