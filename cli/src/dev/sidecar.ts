import type { Installation } from '../installation.js';
import type { DataDirectory } from './dataDirectory.js';
import { startPart, type RunningPart } from './part.js';

export interface SidecarOptions {
  readonly installation: Installation;
  readonly modules: string;
  readonly data: DataDirectory;
  /** host:port of the policy distribution */
  readonly control: string;
  /** host:port, gRPC */
  readonly collector: string;
  /** host:port of health and metrics */
  readonly http: string;
  readonly environment: Readonly<Record<string, string>>;
  warn(text: string): void;
}

/** Starts the proxy. It learns from the distribution whom it serves, what it enforces, where it listens. */
export const startSidecar = (options: SidecarOptions): RunningPart =>
  startPart({
    name: 'sidecar',
    installation: options.installation,
    modules: options.modules,
    logs: options.data.logs,
    keepsLogs: !options.data.temporary,
    niceness: 0,
    warn: (text) => {
      options.warn(text);
    },
    environment: () => ({
      POSTERN_PROXY_ID: 'dev',
      ...options.environment,
      POSTERN_CONTROL: options.control,
      POSTERN_TOKEN_FILE: options.data.tokenFile,
      POSTERN_COLLECTOR: options.collector,
      POSTERN_SPOOL_DIR: options.data.spool,
      POSTERN_HTTP: options.http,
    }),
    said: () => undefined,
  });
