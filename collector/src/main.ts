#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { readConfig, splitAddress } from './config.js';
import { CollectorError } from './errors.js';
import { serveGrpc } from './grpc/server.js';
import { httpServer } from './http/server.js';
import { ensurePartitions } from './ingest/partitions.js';
import { logger } from './log.js';
import { Checkpoints } from './log/checkpoints.js';
import { openLogKey } from './log/log-key.js';
import { Record } from './record.js';
import { lockDirectory } from './storage/lock.js';
import { openStorage } from './storage/open.js';

const daily = 24 * 60 * 60 * 1000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = logger(config.logLevel);
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(config.data);
  const key = openLogKey(config.data);
  const storage = await openStorage(config.data, config.databaseUrl);
  await ensurePartitions(storage.db, Date.now());
  const partitions = setInterval(() => {
    ensurePartitions(storage.db, Date.now()).catch((cause: unknown) =>
      log.error({ err: cause }, 'no new partition'),
    );
  }, daily);
  const record = new Record(storage.db, new Checkpoints(storage.db, key, config.data));
  const signing = setInterval(() => {
    record.checkpoint().catch((cause: unknown) => log.error({ err: cause }, 'no checkpoint'));
  }, 1000);
  const grpc = await serveGrpc(record, log, config.grpc);
  const http = httpServer(record);
  await http.listen(splitAddress(config.http));
  const bound = http.server.address();
  const address = (asked: string, port: number): string =>
    `${splitAddress(asked).host}:${String(port)}`;
  process.stdout.write(
    `${JSON.stringify({
      ready: true,
      grpc: address(config.grpc, grpc.port),
      http: address(config.http, typeof bound === 'object' && bound !== null ? bound.port : 0),
      verifierKey: record.verifierKey,
    })}\n`,
  );
  log.info({ storage: storage.kind }, 'collector ready');

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    clearInterval(partitions);
    clearInterval(signing);
    await grpc.stop();
    await http.close();
    await record.checkpoint().catch(() => undefined);
    await storage.db.destroy();
    unlock();
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
}

main().catch((cause: unknown) => {
  const message = cause instanceof CollectorError ? cause.message : String(cause);
  process.stderr.write(`postern collector: ${message}\n`);
  process.exit(cause instanceof CollectorError && cause.code === 'config' ? 2 : 1);
});
