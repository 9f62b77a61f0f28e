import { connect, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import type { Endpoint, Tls } from '../control/assignment.js';
import { joinAddress } from '../address.js';
import { encodeSslRequest } from '../wire/startup.js';

/** Why the server could not be reached; closed list. */
export type UpstreamErrorCode = 'unreachable' | 'timeout' | 'no-tls' | 'certificate' | 'protocol';

/** The server could not be reached as its Database object says. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UpstreamError';
    this.code = code;
  }
}

/** After this long without a word the system asks whether the server is still there, milliseconds. */
const keepAliveInitialDelay = 30_000;

export interface ConnectOptions {
  readonly endpoint: Endpoint;
  readonly tls: Tls;
  /** for the connection and TLS together, milliseconds */
  readonly timeout: number;
}

export interface UpstreamConnection {
  /** paused; nothing has been sent on it but what TLS needs */
  readonly socket: Socket;
  readonly encrypted: boolean;
}

/**
 * Connects to the server and negotiates TLS as `tls.mode` says. Protocol 3.0, "SSL Session Encryption".
 * @throws UpstreamError
 */
export async function connectUpstream(options: ConnectOptions): Promise<UpstreamConnection> {
  const deadline = AbortSignal.timeout(options.timeout);
  const socket = await openSocket(options.endpoint, deadline);
  try {
    // On a unix socket there is no TLS, whatever was asked for: so does libpq ("sslmode").
    if (options.tls.mode === 'disable' || isUnix(options.endpoint)) {
      return { socket, encrypted: false };
    }
    socket.write(encodeSslRequest());
    const answer = await readOne(socket, options.endpoint, deadline);
    if (answer === 0x4e /* N */) {
      if (options.tls.mode === 'prefer') return { socket, encrypted: false };
      throw new UpstreamError(
        'no-tls',
        `${nameOf(options.endpoint)} does not support TLS, but tls.mode is ${options.tls.mode}`,
      );
    }
    if (answer !== 0x53 /* S */) {
      throw new UpstreamError(
        'protocol',
        `${nameOf(options.endpoint)} does not speak PostgreSQL's protocol`,
      );
    }
    return { socket: await startTls(socket, options, deadline), encrypted: true };
  } catch (cause) {
    socket.destroy();
    throw cause;
  }
}

const isUnix = ({ host }: Endpoint): boolean => host.startsWith('/');

const nameOf = (endpoint: Endpoint): string =>
  isUnix(endpoint) ? socketOf(endpoint) : joinAddress(endpoint);

/** UNIXSOCK_PATH of the server. */
const socketOf = ({ host, port }: Endpoint): string => `${host}/.s.PGSQL.${String(port)}`;

function openSocket(endpoint: Endpoint, deadline: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { host, port } = endpoint;
    const socket = isUnix(endpoint)
      ? connect({ path: socketOf(endpoint) })
      : connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay });
    const expired = (): void => {
      socket.destroy();
      reject(new UpstreamError('timeout', `no connection to ${nameOf(endpoint)} in time`));
    };
    deadline.addEventListener('abort', expired, { once: true });
    socket.once('error', (cause) => {
      deadline.removeEventListener('abort', expired);
      reject(
        new UpstreamError(
          'unreachable',
          `cannot connect to ${nameOf(endpoint)}: ${codeOf(cause)}`,
          cause,
        ),
      );
    });
    socket.once('connect', () => {
      deadline.removeEventListener('abort', expired);
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      socket.pause();
      resolve(socket);
    });
  });
}

const codeOf = (cause: Error): string =>
  'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;

/**
 * The one-byte answer to SSLRequest. Anything buffered behind it was sent before TLS and must not be
 * taken for something said inside it (CVE-2021-23222).
 */
function readOne(socket: Socket, endpoint: Endpoint, deadline: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      deadline.removeEventListener('abort', onAbort);
      socket.pause();
    };
    const onData = (chunk: Buffer): void => {
      stop();
      if (chunk.length === 1) resolve(chunk[0] ?? 0);
      else if (chunk[0] === 0x45) {
        reject(
          new UpstreamError('protocol', `${nameOf(endpoint)} refused the connection before TLS`),
        );
      } else {
        reject(new UpstreamError('protocol', `${nameOf(endpoint)} sent data before TLS was up`));
      }
    };
    const onClose = (): void => {
      stop();
      reject(new UpstreamError('unreachable', `${nameOf(endpoint)} closed the connection`));
    };
    const onAbort = (): void => {
      stop();
      reject(new UpstreamError('timeout', `no answer from ${nameOf(endpoint)} in time`));
    };
    socket.on('data', onData);
    socket.on('close', onClose);
    deadline.addEventListener('abort', onAbort, { once: true });
    socket.resume();
  });
}

function startTls(
  socket: Socket,
  { endpoint, tls }: ConnectOptions,
  deadline: AbortSignal,
): Promise<Socket> {
  const verifies = tls.mode === 'verify-ca' || tls.mode === 'verify-full';
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      host: endpoint.host,
      ...(isAddress(endpoint.host) ? {} : { servername: endpoint.host }),
      rejectUnauthorized: verifies,
      ALPNProtocols: ['postgresql'],
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      // verify-ca asks only who signed it, as libpq does
      checkServerIdentity: tls.mode === 'verify-full' ? checkServerIdentity : () => undefined,
    });
    const onAbort = (): void => {
      secure.destroy();
      reject(new UpstreamError('timeout', `no TLS with ${nameOf(endpoint)} in time`));
    };
    deadline.addEventListener('abort', onAbort, { once: true });
    secure.once('error', (cause: Error) => {
      deadline.removeEventListener('abort', onAbort);
      reject(
        new UpstreamError(
          'certificate',
          `TLS with ${nameOf(endpoint)} failed: ${cause.message}`,
          cause,
        ),
      );
    });
    secure.once('secureConnect', () => {
      deadline.removeEventListener('abort', onAbort);
      secure.removeAllListeners('error');
      secure.on('error', () => undefined);
      secure.pause();
      resolve(secure);
    });
  });
}

/** An IP address, which TLS forbids as a server name (RFC 6066, section 3). */
const isAddress = (host: string): boolean => /^[0-9.]+$/.test(host) || host.includes(':');
