import { createServer, connect } from 'node:net';
import type { Address } from '../args/address.js';
import { CliError, messageOf, systemCode } from '../errors.js';

/** What a person chose, and what the governed address will be. */
export type Listen =
  { readonly kind: 'explicit'; readonly address: Address } | { readonly kind: 'default' };

/** The port that PgBouncer made known for a proxy in front of PostgreSQL. */
export const defaultAddress: Address = { host: '127.0.0.1', port: 6432 };

/**
 * Where the n-th Database shall be served: the address itself, then the ports after it.
 * A taken default port becomes 0 (the system chooses); a taken explicit one is an error.
 *
 * @throws CliError `address-in-use` | `address-unusable`
 */
export const chooseAddress = async (listen: Listen, n: number): Promise<Address> => {
  const base = listen.kind === 'explicit' ? listen.address : defaultAddress;
  const address = { ...base, port: base.port === 0 ? 0 : base.port + n };
  if (address.port === 0) return address;
  const trouble =
    address.port > 65535 ? new RangeError('no port left') : await bindTrouble(address);
  if (trouble === undefined) return address;
  if (listen.kind === 'default') return { ...address, port: 0 };
  const where = `${address.host}:${address.port}`;
  if (systemCode(trouble) === 'EADDRINUSE') {
    throw new CliError(
      'address-in-use',
      `cannot listen on ${where}: the address is in use`,
      `stop what listens there, or choose another with --listen ${base.host}:PORT`,
      { cause: trouble },
    );
  }
  throw new CliError(
    'address-unusable',
    `cannot listen on ${where}: ${messageOf(trouble)}`,
    'give an address of this machine and a port that this user may open',
    { cause: trouble },
  );
};

const bindTrouble = ({ host, port }: Address): Promise<Error | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ host, port, exclusive: true }, () => {
      probe.close(() => {
        resolve(undefined);
      });
    });
  });

/** A port nobody listens on now, for servers that must keep theirs over a restart. */
export const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port: 0 }, () => {
      const bound = probe.address();
      probe.close(() => {
        if (bound !== null && typeof bound === 'object') resolve(bound.port);
        else reject(new Error('the system named no port'));
      });
    });
  });

/** Tries to connect. @returns why it failed, or undefined */
export const reachTrouble = (address: Address, timeoutMs: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { host, port } = address;
    // the folder of a unix socket, which the server names by its port
    const unix = host.startsWith('/');
    const socket = connect(unix ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(timeoutMs, () => {
      end(`no answer within ${timeoutMs} ms`);
    });
    socket.once('error', (thrown) => {
      end(messageOf(thrown));
    });
    socket.once('connect', () => {
      end(undefined);
    });
  });
