#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { openBundle } from '@postern/policy';
import { fingerprint, loadParser, normalise, parse } from '@postern/sql';
import { splitAddress } from './address.js';
import { openSpool } from './audit/index.js';
import { withBaselineCompiler } from './baseline-compiler.js';
import { readConfig } from './config.js';
import { Control } from './control/control.js';
import { ControlStream } from './control/stream.js';
import { CatalogueStore } from './enforcement/governance.js';
import { VerdictBudget } from './enforcement/verdict-cache.js';
import { healthServer } from './http/health.js';
import { logger } from './log.js';
import { proxyMetrics } from './metrics.js';
import { Proxy } from './proxy.js';
import { withoutRepeats } from './repeated.js';
import { CancelKeys } from './session/cancel-keys.js';
import { ClientTls } from './session/client-tls.js';
import { HeldMemory } from './session/held-memory.js';
import { Turn } from './session/turn.js';
import { EndpointRoles } from './upstream/roles.js';
import { version } from './version.js';

const config = readConfig(process.env);
const log = logger(config.logLevel);
const now = Date.now;

await withBaselineCompiler(async () => {
  await loadParser();
  for (const use of [parse, normalise, fingerprint]) use('SELECT 1');
});
const spool = await openSpool({
  directory: config.spool.directory,
  maxBytes: config.spool.maxBytes,
  proxyId: config.proxyId,
  version,
  failed: withoutRepeats(
    (cause) => log.warn({ err: cause }, 'audit records wait in the spool'),
    60_000,
    now,
  ),
});
spool.startForwarding({ address: config.collector, token: '' });

const turn = new Turn(() => {
  spool.commit();
});
const control: Control = new Control({
  catalogues: new CatalogueStore(now),
  verdicts: new VerdictBudget(16 * 1024 * 1024),
  sink: spool,
  now,
  log,
  open: openBundle,
  serve: (databases) => proxy.serve(databases),
  acknowledge: (digest, error) => {
    stream.acknowledge(digest, error);
  },
});
const stream: ControlStream = new ControlStream({
  address: config.control,
  token: async () => (await readFile(config.tokenFile, 'utf8')).trim(),
  proxyId: config.proxyId,
  version,
  digest: () => control.digest,
  receive: (message) => control.receive(message),
  log,
  random: Math.random,
});
const proxy: Proxy = new Proxy({
  governance: () => control.governance,
  keys: new CancelKeys(),
  roles: new EndpointRoles(),
  sink: spool,
  turn,
  log,
  now,
  timeouts: config.timeouts,
  held: { fromClients: new HeldMemory(config.held), fromServers: new HeldMemory(config.held) },
  maxConnections: config.maxConnections,
  clientTls:
    config.clientTls === undefined
      ? undefined
      : await ClientTls.open(config.clientTls, config.clientTls.required, log),
  listening: (database, address) => {
    stream.announce(database, address);
  },
});
const metrics = proxyMetrics({
  sessions: () => proxy.sessionCount,
  spool: () => spool.metrics(),
  connected: () => stream.connected,
});
const health = healthServer({
  unready: () => [
    ...(control.governance === undefined ? ['no policy bundle'] : []),
    ...proxy.notListening.map((database) => `not listening for ${database}`),
    ...(spool.full ? ['audit spool full'] : []),
  ],
  metrics,
});

stream.start();
await health.listen(splitAddress(config.http));

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  log.info('shutting down');
  await proxy.stop(config.grace);
  stream.stop();
  await spool.close();
  await health.close();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error({ err: cause }, 'shutdown failed');
        process.exit(1);
      },
    );
  });
}
