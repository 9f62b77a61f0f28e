/**
 * `make demo`: a real PostgreSQL, a training job and a person at psql, all through Postern; then the
 * record of it, proved, tampered with, and found out. Nothing here is canned: every line shown was
 * printed by the program named above it, and every check that fails ends the demo with exit code 1.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoServer, startPostgres } from '../harness/postgres.js';
import { PosternFailed, startPostern } from '../harness/postern.js';
import { loadShop, shopFolder, trainer } from '../harness/shop.js';
import { Undo } from '../harness/undo.js';
import { Disappointed, expectation, narrator } from './narrator.js';
import { pythonWithPsycopg } from './python.js';
import { findsTampering, keepsTheRecord } from './steps/record.js';
import { asksAtTheConsole } from './steps/session.js';
import { trains } from './steps/training.js';
import type { World } from './world.js';

const keep = process.argv.includes('--keep') || !['', '0'].includes(process.env['KEEP'] ?? '');
const colours =
  (process.env['NO_COLOR'] ?? '') === '' &&
  (process.stdout.isTTY || (process.env['FORCE_COLOR'] ?? '') !== '');
const tell = narrator((text) => process.stdout.write(text), colours);
const expect = expectation(tell);
const undo = new Undo();

const tables = ['customers', 'products', 'orders', 'order_items', 'payments', 'events'] as const;

const demo = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-demo-'));
  undo.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  // takes a few seconds of downloading, which need not be waited for yet
  const python = pythonWithPsycopg(folder);
  undo.push(() => python);

  tell.heading('A shop in a real PostgreSQL');
  const server = await startPostgres();
  undo.push(() => server.stop());
  await loadShop(server);
  const [counts] = await server.sql(
    `SELECT ${tables.map((t) => `(SELECT count(*)::int FROM ${t}) AS ${t}`).join(', ')}`,
    'shop',
  );
  const rows = Object.fromEntries(tables.map((table) => [table, Number(counts?.[table])]));
  tell.say(`PostgreSQL ${server.version} on 127.0.0.1:${server.port}, loaded with examples/shop:`);
  tell.shown(
    tables.map((table) => `${table.padEnd(12)} ${String(rows[table]).padStart(6)} rows`).join('\n'),
  );
  tell.say('The login `trainer` owns every table, as logins of training jobs too often do.');

  tell.heading('Postern before it');
  const collector = { user: 'postern', password: randomBytes(9).toString('hex') };
  await server.sql(`CREATE ROLE ${collector.user} LOGIN PASSWORD '${collector.password}'`);
  await server.sql(`CREATE DATABASE postern OWNER ${collector.user}`);
  const upstream = server.url('shop');
  tell.command(
    `npx postern dev -f examples/shop --upstream ${upstream} --as serviceaccount:ml/trainer`,
  );
  const postern = await startPostern({
    files: [shopFolder],
    upstream,
    words: [
      ...['--as', 'serviceaccount:ml/trainer', '--purpose', 'training'],
      ...['--data', join(folder, 'data')],
      ...['--collector-database-url', server.login('postern', collector.user, collector.password)],
    ],
  });
  undo.push(() => postern.stop());
  tell.say(`governed database   ${postern.governed}`);
  tell.say(`collector           ${postern.collector}`);
  tell.say('The policies are examples/shop/guardrails.yaml and examples/shop/training-reads.yaml.');

  const world: World = { folder, tell, expect, server, postern, rows, python, collector };
  await trains(world);
  await asksAtTheConsole(world);
  await keepsTheRecord(world);
  await findsTampering(world);
  return world;
};

const stayUp = async (world: World): Promise<void> => {
  tell.heading('Yours now');
  const { postern, collector, server } = world;
  tell.say('Everything stays up until Ctrl-C. In another terminal:');
  tell.command(`PGPASSWORD='${trainer.password}' psql ${postern.governed} -U ${trainer.user}`);
  tell.command(`npx postern audit tail --collector ${postern.collector}`);
  tell.command(`npx postern audit verify --collector ${postern.collector}`);
  tell.say(`The record lies in ${server.login('postern', collector.user, collector.password)}`);
  tell.say(`Policies are reloaded when you edit them: ${shopFolder}`);
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
  void undo.all().finally(() => process.exit(130));
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
  await undo.all();
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`\n   Done in ${seconds} s. Nothing is left running.\n\n`);
} catch (thrown) {
  await undo.all();
  const expected = [Disappointed, PosternFailed, NoServer].some((kind) => thrown instanceof kind);
  const text = expected ? (thrown as Error).message : String((thrown as Error).stack);
  process.stderr.write(`\nThe demo failed.\n${text}\n`);
  process.exitCode = 1;
}
