import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './root.js';

/** A running collector of its own, without a proxy. */
export interface Collector {
  readonly pid: number;
  /** host:port */
  readonly grpc: string;
  readonly http: string;
  readonly verifierKey: string;
  /** what it said on standard error so far */
  said(): string;
  /** @returns its exit code, null when a signal ended it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** It ended before it was ready. */
export class CollectorFailed extends Error {
  readonly exitCode: number | null;
  readonly said: string;

  constructor(exitCode: number | null, said: string) {
    super(`the collector ended with ${String(exitCode)} before it was ready\n${said}`);
    this.name = 'CollectorFailed';
    this.exitCode = exitCode;
    this.said = said;
  }
}

/**
 * @param data         folder of its key and, without a URL, its embedded database
 * @param databaseUrl  PostgreSQL that keeps the record
 * @throws CollectorFailed
 */
export const startCollector = async (data: string, databaseUrl?: string): Promise<Collector> => {
  const child = spawn(process.execPath, [join(root, 'collector', 'dist', 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      POSTERN_COLLECTOR_DATA: data,
      ...(databaseUrl === undefined ? {} : { POSTERN_COLLECTOR_DATABASE_URL: databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    }),
    ended.then((code) => {
      throw new CollectorFailed(code, said);
    }),
  ]);
  const ready = JSON.parse(line) as Pick<Collector, 'grpc' | 'http' | 'verifierKey'>;
  return {
    ...ready,
    pid: child.pid ?? 0,
    said: () => said,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
};
