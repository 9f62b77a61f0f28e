import { readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { ProtocolError } from '../wire/protocol-error.js';

/** Registered for PostgreSQL: IANA "TLS ALPN Protocol IDs". */
const alpn = 'postgresql';

export interface ClientTlsFiles {
  /** the chain in PEM form, leaf first */
  readonly cert: string;
  readonly key: string;
}

/**
 * The clients' leg of TLS. The certificate is read again when one of its files changed, so that a
 * renewed one (cert-manager swaps the files of a mounted Secret) needs no restart. A pair that does not
 * fit together yet leaves the old one in use.
 */
export class ClientTls {
  /** Clients without TLS are refused. */
  readonly required: boolean;
  private readonly files: ClientTlsFiles;
  private readonly log: Logger;
  private context: SecureContext;
  private version: string;

  /** @throws Error when the files cannot be read or do not fit together */
  static async open(files: ClientTlsFiles, required: boolean, log: Logger): Promise<ClientTls> {
    const version = await versionOf(files);
    return new ClientTls(files, required, log, await load(files), version);
  }

  private constructor(
    files: ClientTlsFiles,
    required: boolean,
    log: Logger,
    context: SecureContext,
    version: string,
  ) {
    this.files = files;
    this.required = required;
    this.log = log;
    this.context = context;
    this.version = version;
  }

  /**
   * Makes the handshake on a socket whose client is about to begin it.
   *
   * @param direct  the client began without asking: it has to name the protocol (ALPN)
   * @param timeout milliseconds
   * @returns the encrypted socket, paused
   * @throws ProtocolError `invalid-startup`
   */
  async accept(socket: Socket, direct: boolean, timeout: number): Promise<TLSSocket> {
    await this.refresh();
    return new Promise((resolve, reject) => {
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: this.context,
        ALPNProtocols: [alpn],
      });
      const fail = (why: string): void => {
        clearTimeout(timer);
        secure.destroy();
        reject(new ProtocolError('invalid-startup', why));
      };
      const closed = (): void => fail('the client closed the connection during the TLS handshake');
      const timer = setTimeout(() => fail('no TLS handshake in time'), timeout);
      secure.once('error', (cause: Error) => fail(`TLS handshake failed: ${cause.message}`));
      secure.once('close', closed);
      secure.once('end', closed);
      secure.once('secure', () => {
        if (direct && secure.alpnProtocol !== alpn) {
          fail(
            'received direct SSL connection request without ALPN protocol negotiation extension',
          );
          return;
        }
        clearTimeout(timer);
        secure.removeAllListeners('error');
        secure.on('error', () => undefined);
        secure.off('close', closed);
        secure.off('end', closed);
        secure.pause();
        resolve(secure);
      });
    });
  }

  private async refresh(): Promise<void> {
    try {
      const version = await versionOf(this.files);
      if (version === this.version) return;
      this.context = await load(this.files);
      this.version = version;
      this.log.info({ file: this.files.cert }, 'certificate for clients read again');
    } catch (cause) {
      this.log.warn(
        { err: cause },
        'the new certificate for clients cannot be used; the old one stays',
      );
    }
  }
}

/** Changes when a file does. */
async function versionOf(files: ClientTlsFiles): Promise<string> {
  const of = async (path: string): Promise<string> => {
    const { ino, size, mtimeMs } = await stat(path);
    return [ino, size, mtimeMs].join(' ');
  };
  return (await Promise.all([of(files.cert), of(files.key)])).join(' ');
}

async function load(files: ClientTlsFiles): Promise<SecureContext> {
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
  return createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
}
