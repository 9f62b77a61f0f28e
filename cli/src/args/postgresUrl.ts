/**
 * A PostgreSQL connection URI without its credentials: user and password are read over and forgotten here,
 * so that nothing later can print them. libpq, "Connection URIs".
 */
export interface PostgresUrl {
  /** in the order given; several mean failover; a host that begins with `/` is the folder of a unix socket */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
  readonly databaseName: string | undefined;
  readonly sslmode: SslMode | undefined;
  /** which of the endpoints will do; undefined: any */
  readonly targetSessionAttrs: TargetSessionAttrs | undefined;
  /** path of a PEM file, or `system` */
  readonly sslrootcert: string | undefined;
}

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export type TargetSessionAttrs = (typeof sessionAttrs)[number];

const sessionAttrs = [
  ...(['any', 'read-write', 'read-only'] as const),
  ...(['primary', 'standby', 'prefer-standby'] as const),
] as const;

export type Parsed =
  | { readonly kind: 'url'; readonly url: PostgresUrl }
  /** `why` never holds a part of the URL that may be a password */
  | { readonly kind: 'wrong'; readonly why: string };

const shape =
  /^postgres(?:ql)?:\/\/(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#]*)(?:\/(?<name>[^?#]*))?(?:\?(?<query>[^#]*))?$/i;

const wrong = (why: string): Parsed => ({ kind: 'wrong', why });

export const parsePostgresUrl = (text: string): Parsed => {
  const groups = shape.exec(text)?.groups;
  if (!groups) return wrong('not a URL of the form postgres://HOST:PORT/DATABASE');
  const query = new URLSearchParams(groups['query'] ?? '');
  const name = decode(groups['name'] ?? '');
  if (name === undefined) return wrong('the database name is not well percent-encoded');
  const hosts = groups['hosts'] || queryHosts(query);
  const endpoints: { host: string; port: number }[] = [];
  for (const part of hosts.split(',')) {
    const endpoint = parseEndpoint(part);
    if (typeof endpoint === 'string') return wrong(endpoint);
    endpoints.push(endpoint);
  }
  const mode = query.get('sslmode') ?? undefined;
  const sslmode = mode === undefined ? undefined : modes.get(mode);
  if (mode !== undefined && sslmode === undefined) {
    return wrong(`sslmode ${JSON.stringify(mode)} is none of ${[...modes.keys()].join(', ')}`);
  }
  const attrs = query.get('target_session_attrs') ?? undefined;
  const targetSessionAttrs = sessionAttrs.find((known) => known === attrs);
  if (attrs !== undefined && targetSessionAttrs === undefined) {
    return wrong(
      `target_session_attrs ${JSON.stringify(attrs)} is none of ${sessionAttrs.join(', ')}`,
    );
  }
  return {
    kind: 'url',
    url: {
      endpoints,
      databaseName: (name || query.get('dbname')) ?? undefined,
      sslmode,
      targetSessionAttrs,
      sslrootcert: query.get('sslrootcert') ?? undefined,
    },
  };
};

/** `allow` would begin without TLS; whoever accepts TLS may as well begin with it. */
const modes: ReadonlyMap<string, SslMode> = new Map([
  ['disable', 'disable'],
  ['allow', 'prefer'],
  ['prefer', 'prefer'],
  ['require', 'require'],
  ['verify-ca', 'verify-ca'],
  ['verify-full', 'verify-full'],
]);

const queryHosts = (query: URLSearchParams): string => {
  const hosts = (query.get('host') ?? '').split(',');
  const ports = (query.get('port') ?? '').split(',');
  return hosts
    .map((host, i) => {
      const port = ports[i] ?? ports[0] ?? '';
      return port === '' ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
    })
    .join(',');
};

const parseEndpoint = (text: string): { host: string; port: number } | string => {
  const form = /^(?:\[(?<v6>[0-9a-fA-F:.%]+)\]|(?<name>[^:[\]]*))(?::(?<port>\d*))?$/.exec(text);
  if (!form?.groups) return 'the host is not HOST, HOST:PORT or [IPV6]:PORT';
  const host = decode(form.groups['v6'] ?? form.groups['name'] ?? '');
  if (host === undefined) return 'the host is not well percent-encoded';
  const port = Number(form.groups['port'] || '5432');
  if (port < 1 || port > 65535) return `port ${port} is not between 1 and 65535`;
  return { host: host === '' ? 'localhost' : host, port };
};

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined;
    throw thrown;
  }
};

/** `postgres://HOST:PORT/DATABASE`, never with credentials. */
export const formatPostgresUrl = (address: string, databaseName: string | undefined): string =>
  `postgres://${address}${databaseName === undefined ? '' : `/${encodeURIComponent(databaseName)}`}`;
