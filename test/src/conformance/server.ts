/** What a suite runs against: a fresh PostgreSQL, or Postern in front of one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import type { Workplace } from './workplace.js';

export const ways = ['direct', 'postern'] as const;
export type Way = (typeof ways)[number];

export interface Target {
  readonly way: Way;
  readonly host: '127.0.0.1';
  readonly port: number;
  stop(): Promise<void>;
}

const folder = join(root, 'test', 'results', 'conformance');
const policies = join(root, 'test', 'fixtures', 'conformance', 'allow.yaml');

export const startTarget = async (way: Way, { bin }: Workplace): Promise<Target> => {
  const undo = new Undo();
  const server = await startPostgres({
    bin,
    auth: 'trust',
    settings: {
      // what pg_regress gives an instance of its own
      max_prepared_transactions: '2',
      // tests turn sequential scans off: the proxy's own questions are then compiled for seconds, each time
      jit: 'off',
    },
  });
  undo.push(() => server.stop());
  const common = { way, host: server.host, stop: () => undo.all() };
  if (way === 'direct') return { ...common, port: server.port };
  try {
    const postern = await startPostern({
      files: [policies],
      upstream: server.url(),
      words: ['--as', 'serviceaccount:conformance/conformance'],
    });
    undo.push(async () => {
      await postern.stop();
      // what Postern itself thinks went wrong is the first thing to look at
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'postern.log'), postern.said());
    });
    return { ...common, port: Number(new URL(postern.governed).port) };
  } catch (thrown) {
    await undo.all();
    throw thrown;
  }
};
