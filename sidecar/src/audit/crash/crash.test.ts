import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSpool } from '../index.js';
import { type ReadEvent, readEvents } from '../reading.js';

const here = dirname(fileURLToPath(import.meta.url));
const rounds = 20;

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'crash-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

/** Lets a proxy record for a while, kills it, and returns statements committed by session. */
function live(milliseconds: number): Promise<Map<string, number>> {
  const report = join(directory, 'report');
  const child = spawn(
    process.execPath,
    ['--import', join(here, 'typescript.js'), join(here, 'proxy.ts'), directory, report],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } },
  );
  let wrong = '';
  child.stderr.on('data', (text: Buffer) => (wrong += text.toString()));
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds));
  return new Promise((resolve, reject) => {
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the proxy ended by itself: ${wrong}`));
      const committed = new Map<string, number>();
      // The last line may be cut.
      for (const line of fs.readFileSync(report, 'utf8').split('\n').slice(0, -1)) {
        const [session = '', count] = line.split(' ');
        committed.set(session.replaceAll('-', ''), Number(count));
      }
      resolve(committed);
    });
  });
}

test(`a proxy killed ${String(rounds)} times loses nothing it committed`, async () => {
  const committed = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [session, count] of await live(Math.random() * 40)) committed.set(session, count);
  }
  const spool = await openSpool({ directory, maxBytes: 1 << 28, proxyId: 'p', version: '0' });
  await spool.close();

  const { events, sequences } = readEvents(directory);
  expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  const sessions = new Map<string, ReadEvent[]>();
  for (const event of events) {
    sessions.set(event.session, [...(sessions.get(event.session) ?? []), event]);
  }
  expect(committed.size).toBeGreaterThan(rounds);
  for (const [session, count] of committed) {
    const own = sessions.get(session) ?? [];
    expect(own.filter((e) => e.event.statement != null).length).toBeGreaterThanOrEqual(count);
    expect(own[0]?.event.sessionStart?.identity?.name).toBe('trainer');
    expect(own.at(-1)?.event.sessionEnd?.reason).toMatch(/^(client-closed|interrupted)$/);
    let previous = Buffer.alloc(0);
    own.forEach(({ event, bytes }, i) => {
      expect(event.sequence).toBe(i);
      expect(Buffer.from(event.previousHash).equals(previous)).toBe(true);
      previous = createHash('sha256').update(bytes).digest();
    });
  }
}, 120_000);
