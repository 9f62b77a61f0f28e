import { readFile } from 'node:fs/promises';
import { formatAddress, parseAddress, type Address } from '../args/address.js';
import type { Who } from '../args/options.js';
import { formatPostgresUrl } from '../args/postgresUrl.js';
import { CliError, messageOf } from '../errors.js';
import type { Installation } from '../installation.js';
import { Acknowledgements, type Verdict } from './acknowledgements.js';
import type { Addresses } from './announce.js';
import { assignmentOf } from './assignment.js';
import { startCollector, type CollectorAddresses } from './collector.js';
import { writeRunFile, writeSecret, type DataDirectory } from './dataDirectory.js';
import { Distribution, type Distributed } from './distribution.js';
import type { Governed } from './governed.js';
import type { RunningPart } from './part.js';
import type { Policies } from './policies.js';
import { chooseAddress, defaultAddress, freePort, type Listen } from './ports.js';
import { startSidecar } from './sidecar.js';

export interface ServingOptions {
  readonly installation: Installation;
  readonly environment: Readonly<Record<string, string>>;
  readonly data: DataDirectory;
  readonly token: string;
  readonly who: Who;
  readonly listen: Listen;
  readonly collectorDatabaseUrl: string | undefined;
  warn(text: string): void;
}

/** milliseconds a proxy gets to say that it enforces a bundle */
const acknowledgeTimeout = 10_000;

/** Collector, proxy and the policy distribution between them, running on this machine. */
export class Serving {
  readonly #options: ServingOptions;
  readonly #acknowledgements = new Acknowledgements();
  /** where each Database is served, by `namespace/name`; fixed once the proxy listens */
  readonly #listen = new Map<string, Address>();
  readonly #served = new Set<string>();
  #policies: Policies;
  #certificates: ReadonlyMap<string, string> = new Map();
  #distribution: Distribution | undefined;
  #collector: RunningPart | undefined;
  #collectorAddresses: CollectorAddresses | undefined;
  #sidecar: RunningPart | undefined;
  #sidecarHttp = '';
  #stopping = false;
  #noted: Promise<void> = Promise.resolve();

  constructor(policies: Policies, options: ServingOptions) {
    this.#policies = policies;
    this.#options = options;
  }

  /** @returns when clients can connect */
  async start(): Promise<Addresses> {
    const { data, installation, environment, token } = this.#options;
    const first = await this.#distributed(this.#policies);
    this.#distribution = new Distribution(token, first, {
      listening: (database, address) => {
        this.#listening(database, address);
      },
      acknowledged: (digest, error) => {
        this.#acknowledgements.received(digest, error);
      },
    });
    const control = await this.#distribution.listen();
    await writeSecret(data.tokenFile, token);
    this.#goOn();
    const warn = (text: string): void => {
      this.#options.warn(text);
    };
    this.#collector = startCollector({
      installation,
      data,
      environment,
      warn,
      modules: installation.modules,
      databaseUrl: this.#options.collectorDatabaseUrl,
      ready: (addresses) => {
        this.#collectorAddresses = addresses;
        this.#note();
      },
    });
    await this.#collector.started;
    this.#sidecarHttp = `127.0.0.1:${await freePort('127.0.0.1')}`;
    this.#goOn();
    this.#sidecar = startSidecar({
      installation,
      data,
      environment,
      warn,
      control,
      modules: installation.modules,
      collector: this.#collectorAddresses?.grpc ?? '',
      http: this.#sidecarHttp,
    });
    await this.#sidecar.started;
    const { digest } = this.#policies.loaded.bundle;
    const verdict = await this.#acknowledgements.of(digest, acknowledgeTimeout);
    if (verdict.kind === 'refused') {
      throw new CliError('start-failed', `the proxy cannot enforce the policies: ${verdict.why}`);
    }
    this.#note();
    // Who hears that it is ready may look into the run file.
    await this.#noted;
    return this.#addresses();
  }

  /** Gives the proxy other policies. @returns what it said of them */
  async publish(policies: Policies): Promise<Verdict> {
    const next = await this.#distributed(policies);
    this.#policies = policies;
    this.#distribution?.publish(next);
    return this.#acknowledgements.of(policies.loaded.bundle.digest, acknowledgeTimeout);
  }

  /** Digest of the bundle in force. */
  get enforced(): string {
    return this.#acknowledgements.enforced;
  }

  /** The proxy first, so that what it recorded last still reaches the collector. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#sidecar?.supervised.stop();
    await this.#collector?.supervised.stop();
    this.#distribution?.close();
    await this.#noted;
  }

  kill(): void {
    this.#sidecar?.supervised.kill();
    this.#collector?.supervised.kill();
  }

  /** Between the steps of the start: nothing is started any more once it is to stop. */
  #goOn(): void {
    if (this.#stopping) throw new CliError('start-failed', 'stopped before it was ready');
  }

  async #distributed(policies: Policies): Promise<Distributed> {
    this.#certificates = await readCertificates(policies.databases);
    let n = 0;
    for (const { id } of policies.databases) {
      if (!this.#listen.has(id)) this.#listen.set(id, await this.#choose(n));
      n += 1;
    }
    return this.#describe(policies);
  }

  async #choose(n: number): Promise<Address> {
    const { listen } = this.#options;
    const address = await chooseAddress(listen, n);
    if (listen.kind === 'default' && address.port === 0) {
      const wanted = formatAddress({ ...defaultAddress, port: defaultAddress.port + n });
      this.#options.warn(`${wanted} is in use, so a free port is taken; --listen chooses one`);
    }
    return address;
  }

  #describe(policies: Policies): Distributed {
    const { who, data } = this.#options;
    const { digest, wasm, data: facts, libraryVersion } = policies.loaded.bundle;
    return {
      assignment: assignmentOf({
        identity: who.identity,
        claims: who.claims,
        region: who.region,
        databases: policies.databases,
        listen: this.#listen,
        certificates: this.#certificates,
        maskKey: data.maskKey,
      }),
      bundle: { digest, wasm, data: facts, libraryVersion },
    };
  }

  #listening(database: string, text: string): void {
    const address = parseAddress(text);
    const wanted = this.#listen.get(database);
    this.#listen.set(database, address);
    this.#served.add(database);
    // a proxy that starts again must come back to the same port
    if (wanted?.port !== address.port) this.#distribution?.remember(this.#describe(this.#policies));
    if (!this.#policies.databases.every(({ id }) => this.#served.has(id))) return;
    this.#sidecar?.ready();
    this.#note();
  }

  #addresses(): Addresses {
    return {
      databases: new Map(
        this.#policies.databases.map(({ id, databaseName }) => {
          const address = this.#listen.get(id) ?? { host: '127.0.0.1', port: 0 };
          return [id, formatPostgresUrl(formatAddress(reachable(address)), databaseName)];
        }),
      ),
      collector: this.#collectorAddresses?.grpc ?? '',
      collectorHttp: `http://${this.#collectorAddresses?.http ?? ''}`,
      sidecarHttp: `http://${this.#sidecarHttp}`,
      data: this.#options.data.path,
      verifierKey: this.#collectorAddresses?.verifierKey ?? '',
    };
  }

  /** Keeps `dev.json` true: other programs find addresses and process ids there. */
  #note(): void {
    const addresses = this.#addresses();
    const facts = {
      pid: process.pid,
      sidecar: { pid: this.#sidecar?.supervised.pid, http: addresses.sidecarHttp },
      collector: {
        pid: this.#collector?.supervised.pid,
        grpc: addresses.collector,
        http: addresses.collectorHttp,
        verifierKey: addresses.verifierKey,
      },
      databases: Object.fromEntries(addresses.databases),
      bundle: this.#acknowledgements.enforced,
    };
    const { runFile } = this.#options.data;
    // one after the other: the last one written must be the newest
    this.#noted = this.#noted
      .then(() => writeRunFile(runFile, facts))
      .catch((thrown: unknown) => {
        this.#options.warn(`cannot write ${runFile}: ${messageOf(thrown)}`);
      });
  }
}

/** What a client on this machine connects to when the proxy listens on every address. */
const reachable = (address: Address): Address =>
  address.host === '0.0.0.0'
    ? { ...address, host: '127.0.0.1' }
    : address.host === '::'
      ? { ...address, host: '::1' }
      : address;

const readCertificates = async (
  databases: readonly Governed[],
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const { id, tls } of databases) {
    if (tls.rootCertificate === undefined || tls.rootCertificate === 'system') continue;
    try {
      found.set(id, await readFile(tls.rootCertificate, 'utf8'));
    } catch (thrown) {
      throw new CliError(
        'bad-ca-file',
        `sslrootcert of ${id}: ${messageOf(thrown)}`,
        'name a readable PEM file',
        { cause: thrown },
      );
    }
  }
  return found;
};
