import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readChildLine } from './childLog.js';
import { readReadyLine } from './collector.js';
import { backoff, Supervised } from './supervised.js';

let running: Supervised | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Supervises a Node process that runs `script`. */
const supervise = (
  script: string,
): { lines: string[]; deaths: number[]; supervised: Supervised } => {
  const lines: string[] = [];
  const deaths: number[] = [];
  const supervised = new Supervised({
    name: 'test',
    spawn: () => spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'pipe'] }),
    line: (_from, text) => lines.push(text),
    died: (_how, _delay, failures) => deaths.push(failures),
  });
  running = supervised;
  supervised.start();
  return { lines, deaths, supervised };
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let n = 0; n < 200 && !holds(); n += 1) await sleep(25);
  expect(holds()).toBe(true);
};

describe('a supervised process', () => {
  test('is started again when it is killed, with another process id', async () => {
    const { lines, supervised } = supervise(
      'console.log(process.pid); setInterval(() => {}, 1000)',
    );
    await until(() => lines.length === 1);
    supervised.ready();
    process.kill(Number(lines[0]), 'SIGKILL');
    await until(() => lines.length === 2);
    expect(lines[1]).not.toBe(lines[0]);
    expect(supervised.pid).toBe(Number(lines[1]));
  });

  test('counts its failures in a row until it is ready', async () => {
    const { deaths } = supervise('process.exit(3)');
    await until(() => deaths.length >= 3);
    expect(deaths.slice(0, 3)).toEqual([1, 2, 3]);
  });

  test('is gone after stop and stays gone', async () => {
    const { lines, supervised, deaths } = supervise(
      'console.log("up"); setInterval(() => {}, 1000)',
    );
    await until(() => lines.length === 1);
    await supervised.stop();
    await sleep(150);
    expect({ lines, deaths }).toEqual({ lines: ['up'], deaths: [] });
  });
});

test('the wait before a restart grows and has an end', () => {
  expect([0, 1, 2, 3, 10, 1000].map(backoff)).toEqual([50, 100, 200, 400, 2000, 2000]);
});

describe('a line that a process printed', () => {
  test.each([
    { name: 'information stays in the log file', line: '{"level":30,"msg":"listening"}' },
    { name: 'JSON that is no log entry', line: '{"ready":true}' },
    { name: 'nothing', line: '' },
  ])('$name', ({ line }) => {
    expect(readChildLine(line)).toEqual({ kind: 'quiet' });
  });

  test.each([
    { name: 'a warning', line: '{"level":40,"msg":"collector gone"}', text: 'collector gone' },
    {
      name: 'an error with its cause',
      line: '{"level":50,"msg":"cannot listen","err":{"message":"EADDRINUSE"}}',
      text: 'cannot listen: EADDRINUSE',
    },
    {
      name: 'a crash',
      line: 'TypeError: x is not a function',
      text: 'TypeError: x is not a function',
    },
  ])('$name', ({ line, text }) => {
    expect(readChildLine(line)).toEqual({ kind: 'warning', text });
  });
});

describe("the collector's ready line", () => {
  test('is read', () => {
    expect(
      readReadyLine('{"ready":true,"grpc":"127.0.0.1:1","http":"127.0.0.1:2","verifierKey":"k"}'),
    ).toEqual({ grpc: '127.0.0.1:1', http: '127.0.0.1:2', verifierKey: 'k' });
  });

  test.each([
    '',
    'starting',
    '{"ready":false}',
    '{"ready":true,"grpc":1,"http":"x"}',
    '[]',
    'null',
  ])('is not %j', (line) => {
    expect(readReadyLine(line)).toBeUndefined();
  });
});
