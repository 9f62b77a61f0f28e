import type { Installation } from '../installation.js';
import type { DataDirectory } from './dataDirectory.js';
import { startPart, type RunningPart } from './part.js';

export interface CollectorAddresses {
  /** host:port */
  readonly grpc: string;
  /** host:port */
  readonly http: string;
  /** the log's public key, signed-note verifier key text */
  readonly verifierKey: string;
}

export interface CollectorOptions {
  readonly installation: Installation;
  readonly modules: string;
  readonly data: DataDirectory;
  readonly databaseUrl: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  warn(text: string): void;
  /** at each start */
  ready(addresses: CollectorAddresses): void;
}

/** Above 0, so that the record never takes the processor from the statements. */
const niceness = 19;

/** Starts the collector on loopback. Its addresses stay the same over restarts. */
export const startCollector = (options: CollectorOptions): RunningPart => {
  let addresses: CollectorAddresses | undefined;
  const part: RunningPart = startPart({
    name: 'collector',
    installation: options.installation,
    modules: options.modules,
    logs: options.data.logs,
    keepsLogs: !options.data.temporary,
    niceness,
    warn: (text) => {
      options.warn(text);
    },
    environment: () => ({
      ...options.environment,
      POSTERN_COLLECTOR_GRPC: addresses?.grpc ?? '127.0.0.1:0',
      POSTERN_COLLECTOR_HTTP: addresses?.http ?? '127.0.0.1:0',
      POSTERN_COLLECTOR_DATA: options.data.collector,
      ...(options.databaseUrl === undefined
        ? {}
        : { POSTERN_COLLECTOR_DATABASE_URL: options.databaseUrl }),
    }),
    said: (line) => {
      const ready = readReadyLine(line);
      if (ready === undefined) return;
      addresses = ready;
      options.ready(ready);
      part.ready();
    },
  });
  return part;
};

/** `{"ready":true,"grpc":"host:port","http":"host:port","verifierKey":"..."}`; any other line is a log entry. */
export const readReadyLine = (line: string): CollectorAddresses | undefined => {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    // not JSON, so not the ready line
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (!('ready' in entry) || entry.ready !== true) return undefined;
  if (!('grpc' in entry) || typeof entry.grpc !== 'string') return undefined;
  if (!('http' in entry) || typeof entry.http !== 'string') return undefined;
  const key = 'verifierKey' in entry ? entry.verifierKey : undefined;
  return {
    grpc: entry.grpc,
    http: entry.http.replace(/^https?:\/\//, ''),
    verifierKey: typeof key === 'string' ? key : '',
  };
};
