import type { Channel } from '../output/terminal.js';

/** Where everything is, once everything runs. */
export interface Addresses {
  /** governed URL of each Database, by `namespace/name`; the first is the one of `governed` */
  readonly databases: ReadonlyMap<string, string>;
  /** gRPC, host:port */
  readonly collector: string;
  readonly collectorHttp: string;
  readonly sidecarHttp: string;
  readonly data: string;
  readonly verifierKey: string;
}

/** The one line that `--json` prints. */
export const readyLine = (addresses: Addresses): string =>
  JSON.stringify({
    governed: [...addresses.databases.values()][0] ?? '',
    collector: addresses.collector,
    data: addresses.data,
    collectorHttp: addresses.collectorHttp,
    sidecarHttp: addresses.sidecarHttp,
    databases: Object.fromEntries(addresses.databases),
  });

export interface Circumstances {
  /** `user:ada`, and how it came */
  readonly identity: string;
  readonly assumed: boolean;
  readonly claims: Readonly<Record<string, string>>;
  readonly region: string | undefined;
  readonly temporary: boolean;
  readonly digest: string;
  /** `2 policies, 1 database` */
  readonly loaded: string;
  readonly files: readonly string[];
}

/** The same for a person, with what to do next. */
export const announce = (to: Channel, addresses: Addresses, facts: Circumstances): void => {
  const row = (name: string, value: string): void => {
    to.line(`  ${to.paint('dim', name.padEnd(11))} ${value}`);
  };
  to.line('');
  for (const [id, url] of addresses.databases) {
    row('governed', `${to.paint('bold', url)}  ${to.paint('dim', `(${id})`)}`);
  }
  row('identity', `${facts.identity}${facts.assumed ? '  (nobody named: --as chooses)' : ''}`);
  const claims = Object.entries(facts.claims).map(([key, value]) => `${key}=${value}`);
  if (claims.length > 0) row('claims', claims.join(', '));
  if (facts.region !== undefined) row('region', facts.region);
  row('policies', `${facts.loaded}, ${facts.digest.slice(0, 19)}, reloaded when files change`);
  row('collector', `${addresses.collector} (gRPC), ${addresses.collectorHttp}`);
  row('metrics', `${addresses.sidecarHttp}/metrics`);
  row(
    'data',
    `${addresses.data}${facts.temporary ? '  (removed at the end: --data DIR keeps it)' : ''}`,
  );
  const first = [...addresses.databases.values()][0] ?? '';
  to.line('');
  to.line('Log in as always, with your own user and password:');
  to.line(`  psql ${first}`);
  to.line(`  postern audit tail --collector ${addresses.collector}`);
  to.line(
    `  postern policy explain -f ${facts.files.join(' -f ')} --as ${facts.identity} --database-url URL 'SELECT ...'`,
  );
  to.line(to.paint('dim', 'Ctrl-C stops everything.'));
};
