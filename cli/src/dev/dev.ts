import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { formatAddress } from '../args/address.js';
import { formatIdentity } from '../args/identity.js';
import type { Who } from '../args/options.js';
import type { Upstream } from '../args/upstream.js';
import { findOpa } from '../installation.js';
import { sayFailure } from '../output/failure.js';
import { summary } from '../policy/load.js';
import type { Shell } from '../shell.js';
import { announce, readyLine } from './announce.js';
import { closeDataDirectory, openDataDirectory } from './dataDirectory.js';
import { deferred } from './deferred.js';
import { findNpm, isAlive, whenGone } from './launcher.js';
import { readPolicies, type Policies } from './policies.js';
import { reachTrouble, type Listen } from './ports.js';
import { Serving } from './serving.js';
import { signatureOf, watchSources } from './watch.js';

export interface DevOptions {
  readonly files: readonly string[];
  readonly upstreams: readonly Upstream[];
  readonly listen: Listen;
  readonly who: Who;
  readonly data: string | undefined;
  readonly collectorDatabaseUrl: string | undefined;
  readonly json: boolean;
}

/** milliseconds an upstream gets to answer the look at the start */
const reachTimeout = 2_000;

/** Postern on this machine, until SIGINT or SIGTERM. Leaves no process and no temporary file. */
export const dev = async (options: DevOptions, shell: Shell): Promise<void> => {
  const { out, err } = shell.terminal;
  // with --json, standard output belongs to the ready line alone
  const say = options.json ? err : out;
  const warn = (text: string): void => {
    err.line(`${err.paint('yellow', 'warning:')} ${text}`);
  };
  const opa = (): Promise<string> => findOpa(shell.config, shell.installation.modules);
  const before = await signatureOf(options.files);
  const policies = await readPolicies(options.files, options.upstreams, opa);

  const stopped = deferred<undefined>();
  let serving: Serving | undefined;
  let asked = 0;
  const stop = (): void => {
    asked += 1;
    stopped.resolve(undefined);
    // whoever asks twice does not want to wait
    if (asked > 1) serving?.kill();
  };
  const forget = shell.onStop(stop);
  const npm = shell.config.underNpm ? await findNpm(process.ppid) : undefined;
  if (npm !== undefined) whenGone(npm, stop);
  const data = await openDataDirectory(options.data, {
    temporaryRoot: shell.config.temporaryDirectory ?? tmpdir(),
    randomBytes,
    isAlive,
    pid: process.pid,
  });
  try {
    serving = new Serving(policies, {
      installation: shell.installation,
      environment: shell.config.childEnvironment,
      data,
      token: randomBytes(32).toString('base64url'),
      who: options.who,
      listen: options.listen,
      collectorDatabaseUrl: options.collectorDatabaseUrl,
      warn,
    });
    const [addresses] = await Promise.race([
      Promise.all([serving.start(), warnOfUnreachable(policies, warn)]),
      stopped.promise.then(() => [undefined] as const),
    ]);
    if (addresses === undefined) return;
    announce(say, addresses, {
      identity: formatIdentity(options.who.identity),
      assumed: options.who.assumed,
      claims: options.who.claims,
      region: options.who.region,
      temporary: data.temporary,
      digest: policies.loaded.bundle.digest,
      loaded: summary(policies.loaded),
      files: options.files,
    });
    if (options.json) out.line(readyLine(addresses));

    const watching = new AbortController();
    const watch = watchSources(
      options.files,
      before,
      async () => {
        try {
          const next = await readPolicies(options.files, options.upstreams, opa);
          if (serving)
            await reload(
              serving,
              next,
              (text) => {
                say.line(text);
              },
              warn,
            );
        } catch (thrown) {
          sayFailure(thrown, err);
          warn(`policy not reloaded, ${serving?.enforced ?? ''} stays in force`);
        }
      },
      watching.signal,
    );
    await stopped.promise;
    watching.abort();
    await watch;
  } finally {
    if (asked > 0) say.line('stopping');
    await serving?.stop();
    await closeDataDirectory(data);
    forget();
  }
};

const reload = async (
  serving: Serving,
  next: Policies,
  say: (text: string) => void,
  warn: (text: string) => void,
): Promise<void> => {
  const { digest } = next.loaded.bundle;
  const before = serving.enforced;
  const verdict = await serving.publish(next);
  switch (verdict.kind) {
    case 'enforced':
      say(`policy reloaded: ${digest}${digest === before ? ' (unchanged)' : ''}`);
      return;
    case 'refused':
      warn(`policy not reloaded, ${before} stays in force: ${verdict.why}`);
      return;
    case 'silent':
      warn(`policy ${digest} is sent, but the proxy has not said yet that it enforces it`);
      return;
  }
};

/** Not fatal: clients get the error, and the server may come up later. */
const warnOfUnreachable = async (
  policies: Policies,
  warn: (text: string) => void,
): Promise<void> => {
  await Promise.all(
    policies.databases.flatMap(({ id, endpoints }) =>
      endpoints.map(async (endpoint) => {
        const trouble = await reachTrouble(endpoint, reachTimeout);
        if (trouble !== undefined) {
          warn(`the upstream of ${id}, ${formatAddress(endpoint)}, cannot be reached: ${trouble}`);
        }
      }),
    ),
  );
};
