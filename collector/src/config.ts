import { z } from 'zod';
import { CollectorError } from './errors.js';

const address = z.string().regex(/^\S+:\d{1,5}$/, 'must be HOST:PORT');

const schema = z.object({
  POSTERN_COLLECTOR_GRPC: address.default('127.0.0.1:0'),
  POSTERN_COLLECTOR_HTTP: address.default('127.0.0.1:0'),
  POSTERN_COLLECTOR_DATA: z.string().min(1),
  POSTERN_COLLECTOR_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL')
    .optional(),
  POSTERN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
});

export interface Config {
  /** host:port; port 0 lets the system choose */
  readonly grpc: string;
  readonly http: string;
  /** holds the log's signing key, the last checkpoint and, without a database URL, PGlite's files */
  readonly data: string;
  readonly databaseUrl: string | undefined;
  readonly logLevel: string;
}

/** @throws CollectorError `config` naming every wrong variable */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new CollectorError('config', `wrong settings in the environment: ${problems.join('; ')}`);
  }
  const e = parsed.data;
  return {
    grpc: e.POSTERN_COLLECTOR_GRPC,
    http: e.POSTERN_COLLECTOR_HTTP,
    data: e.POSTERN_COLLECTOR_DATA,
    databaseUrl: e.POSTERN_COLLECTOR_DATABASE_URL,
    logLevel: e.POSTERN_LOG_LEVEL,
  };
}

/** Splits host:port; `[::1]:5432` too. */
export function splitAddress(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}
