import { z } from 'zod';

/** A setting is missing or wrong; says which and what it should be. */
export class ConfigError extends Error {
  readonly code = 'config';

  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

const address = z.string().regex(/^\S+:\d{1,5}$/, 'must be HOST:PORT');
const milliseconds = z.coerce.number().int().positive();

const schema = z.object({
  POSTERN_CONTROL: address,
  POSTERN_TOKEN_FILE: z.string().min(1),
  POSTERN_COLLECTOR: address,
  POSTERN_SPOOL_DIR: z.string().min(1),
  POSTERN_SPOOL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(1024 * 1024 * 1024),
  POSTERN_HTTP: address.default('127.0.0.1:0'),
  POSTERN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
  POSTERN_PROXY_ID: z.string().min(1).default('proxy'),
  POSTERN_STARTUP_TIMEOUT_MS: milliseconds.default(10_000),
  POSTERN_LOGIN_TIMEOUT_MS: milliseconds.default(60_000),
  POSTERN_CONNECT_TIMEOUT_MS: milliseconds.default(10_000),
  POSTERN_GRACE_MS: milliseconds.default(10_000),
  POSTERN_MAX_CONNECTIONS: z.coerce.number().int().positive().default(1000),
  POSTERN_HELD_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(64 * 1024 * 1024),
  POSTERN_MESSAGE_TIMEOUT_MS: milliseconds.default(60_000),
  POSTERN_TLS_CERT_FILE: z.string().min(1).optional(),
  POSTERN_TLS_KEY_FILE: z.string().min(1).optional(),
  POSTERN_TLS: z.enum(['offer', 'require']).default('offer'),
});

export interface Config {
  /** host:port of the policy distribution service */
  readonly control: string;
  readonly tokenFile: string;
  /** host:port of the collector's gRPC service */
  readonly collector: string;
  readonly spool: { readonly directory: string; readonly maxBytes: number };
  /** host:port of health and metrics */
  readonly http: string;
  readonly logLevel: string;
  readonly proxyId: string;
  readonly timeouts: { readonly startup: number; readonly login: number; readonly connect: number };
  /** how long running statements may finish on shutdown, milliseconds */
  readonly grace: number;
  /** clients connected at once */
  readonly maxConnections: number;
  /** room for messages held whole, bytes, for each side; and how long one may take, milliseconds */
  readonly held: { readonly limit: number; readonly timeout: number };
  /** the clients' leg; undefined: plain text */
  readonly clientTls:
    { readonly cert: string; readonly key: string; readonly required: boolean } | undefined;
}

/** @throws ConfigError naming every wrong variable */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new ConfigError(`wrong settings in the environment: ${problems.join('; ')}`);
  }
  const e = parsed.data;
  return {
    control: e.POSTERN_CONTROL,
    tokenFile: e.POSTERN_TOKEN_FILE,
    collector: e.POSTERN_COLLECTOR,
    spool: { directory: e.POSTERN_SPOOL_DIR, maxBytes: e.POSTERN_SPOOL_MAX_BYTES },
    http: e.POSTERN_HTTP,
    logLevel: e.POSTERN_LOG_LEVEL,
    proxyId: e.POSTERN_PROXY_ID,
    timeouts: {
      startup: e.POSTERN_STARTUP_TIMEOUT_MS,
      login: e.POSTERN_LOGIN_TIMEOUT_MS,
      connect: e.POSTERN_CONNECT_TIMEOUT_MS,
    },
    grace: e.POSTERN_GRACE_MS,
    maxConnections: e.POSTERN_MAX_CONNECTIONS,
    held: { limit: e.POSTERN_HELD_MAX_BYTES, timeout: e.POSTERN_MESSAGE_TIMEOUT_MS },
    clientTls: clientTlsOf(e),
  };
}

function clientTlsOf(e: z.infer<typeof schema>): Config['clientTls'] {
  const { POSTERN_TLS_CERT_FILE: cert, POSTERN_TLS_KEY_FILE: key, POSTERN_TLS: mode } = e;
  if (cert !== undefined && key !== undefined) return { cert, key, required: mode === 'require' };
  if (cert === undefined && key === undefined && mode === 'offer') return undefined;
  throw new ConfigError(
    'wrong settings in the environment: TLS for clients needs both POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE',
  );
}
