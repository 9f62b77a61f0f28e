/**
 * `make demo`: a real PostgreSQL, a training job and a person at psql, all through Postern; then the
 * record of it, proved, tampered with, and found out. Nothing here is canned: every line shown was
 * printed by the program named above it, and every check that fails ends the demo with exit code 1.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDev } from './governed.js';
import { Disappointed, expectation, narrator } from './narrator.js';
import { startPostgres } from './postgres.js';
import { pythonWithPsycopg } from './python.js';
import { loadShop } from './shop.js';
import { findsTampering, keepsTheRecord } from './steps/record.js';
import { asksAtTheConsole } from './steps/session.js';
import { trains } from './steps/training.js';
import type { World } from './world.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const keep = process.argv.includes('--keep') || (process.env['KEEP'] ?? '0') !== '0';
const colours =
  (process.env['NO_COLOR'] ?? '') === '' &&
  (process.stdout.isTTY || (process.env['FORCE_COLOR'] ?? '') !== '');
const tell = narrator((text) => process.stdout.write(text), colours);
const expect = expectation(tell);
const undo: (() => Promise<unknown>)[] = [];

const cleanUp = async (): Promise<void> => {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
};

const secret = (): string => randomBytes(9).toString('hex');

const demo = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-demo-'));
  undo.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  // the server's own user must be able to look in
  await chmod(folder, 0o755);

  // takes a few seconds of downloading, which need not be waited for yet
  const python = pythonWithPsycopg(folder);

  tell.heading('A shop in a real PostgreSQL');
  const server = await startPostgres(folder, secret());
  undo.push(() => server.stop());
  const trainer = { user: 'trainer', password: secret() };
  const collector = { user: 'postern', password: secret() };
  const example = join(root, 'examples', 'shop');
  const shop = await loadShop(server, example, trainer, collector);
  tell.say(`PostgreSQL ${server.version} on 127.0.0.1:${server.port}, loaded with examples/shop:`);
  tell.shown(
    Object.entries(shop.counts)
      .map(([table, rows]) => `${table.padEnd(12)} ${String(rows).padStart(6)} rows`)
      .join('\n'),
  );
  tell.say('The login `trainer` owns every table, as logins of training jobs too often do.');

  tell.heading('Postern before it');
  const data = join(folder, 'data');
  const upstream = `postgres://127.0.0.1:${server.port}/shop`;
  tell.command(
    `npx postern dev -f examples/shop --upstream ${upstream} --as serviceaccount:ml/trainer`,
  );
  const postern = join(root, 'cli', 'bin', 'postern.js');
  const record = `postgres://${collector.user}:${collector.password}@127.0.0.1:${server.port}/postern`;
  const governed = await startDev(
    postern,
    [
      ...['-f', example, '--upstream', upstream, '--as', 'serviceaccount:ml/trainer'],
      ...['--purpose', 'training', '--listen', '127.0.0.1:0', '--data', data],
      ...['--collector-database-url', record],
    ],
    root,
  );
  undo.push(() => governed.stop());
  tell.say(`governed database   ${governed.governed}`);
  tell.say(`collector           ${governed.collector}`);
  tell.say('The policies are examples/shop/guardrails.yaml and examples/shop/training-reads.yaml.');

  const world: World = {
    ...{ root, folder, example, postern, tell, expect, server, governed, shop },
    ...{ trainer, python, collectorLogin: collector },
  };
  await trains(world);
  await asksAtTheConsole(world);
  await keepsTheRecord(world);
  await findsTampering(world);
  return world;
};

const stayUp = async (world: World): Promise<void> => {
  tell.heading('Yours now');
  const { governed, trainer, collectorLogin, server } = world;
  tell.say('Everything stays up until Ctrl-C. In another terminal:');
  tell.command(`PGPASSWORD=${trainer.password} psql ${governed.governed} -U ${trainer.user}`);
  tell.command(`npx postern audit tail --collector ${governed.collector}`);
  tell.command(`npx postern audit verify --collector ${governed.collector}`);
  tell.say(
    `The record lies in postgres://${collectorLogin.user}:${collectorLogin.password}@127.0.0.1:${server.port}/postern`,
  );
  tell.say(`Policies are reloaded when you edit them: ${world.example}`);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
};

const started = Date.now();
const interrupted = (): void => {
  void cleanUp().finally(() => process.exit(130));
};
process.once('SIGINT', interrupted);
process.once('SIGTERM', interrupted);
try {
  const world = await demo();
  if (keep) {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    await stayUp(world);
  }
  await cleanUp();
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`\n   Done in ${seconds} s. Nothing is left running.\n\n`);
} catch (thrown) {
  await cleanUp();
  const text = thrown instanceof Disappointed ? thrown.message : String((thrown as Error).stack);
  process.stderr.write(`\nThe demo failed.\n${text}\n`);
  process.exitCode = 1;
}
