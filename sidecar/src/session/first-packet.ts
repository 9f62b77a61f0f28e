import type { Socket } from 'node:net';
import { ProtocolError } from '../wire/protocol-error.js';
import {
  type CancelRequest,
  decodeStartup,
  startupLength,
  type StartupMessage,
} from '../wire/startup.js';
import type { ClientTls } from './client-tls.js';

const acceptEncryption = Buffer.from('S');
const refuseEncryption = Buffer.from('N');
/** First byte of a TLS record that holds a handshake: no start-up packet is as long as that would mean. */
const tlsHandshake = 0x16;

export interface FirstPacket {
  /** The one to go on with: another than was accepted when the client asked for TLS. Paused. */
  readonly client: Socket;
  readonly encrypted: boolean;
  readonly startup: StartupMessage | CancelRequest;
  /** what came behind the packet */
  readonly rest: Buffer;
}

export interface FirstPacketOptions {
  /** undefined: requests for encryption are answered `N` */
  readonly tls: ClientTls | undefined;
  /** milliseconds until a client that says nothing, or too little, is dropped */
  readonly timeout: number;
}

type Said =
  | {
      readonly kind: 'packet';
      readonly startup: StartupMessage | CancelRequest;
      readonly rest: Buffer;
    }
  | { readonly kind: 'tls'; readonly direct: boolean };

/**
 * Reads a client's start-up packet, dealing with requests for encryption on the way; TLS may also begin
 * without one. Protocol 3.2, "Start-up", "SSL Session Encryption".
 *
 * @returns undefined when the client closes without a word
 * @throws ProtocolError `invalid-startup`
 */
export async function readFirstPacket(
  accepted: Socket,
  { tls, timeout }: FirstPacketOptions,
): Promise<FirstPacket | undefined> {
  const end = performance.now() + timeout;
  const asked = new Set<string>();
  const said = await listen(accepted, { asked, timeout, offersTls: tls !== undefined });
  if (said === undefined) return undefined;
  if (said.kind === 'packet') return { client: accepted, encrypted: false, ...said };
  if (tls === undefined) throw new ProtocolError('invalid-startup', 'TLS is not configured');
  const left = (): number => Math.max(1, end - performance.now());
  const client = await tls.accept(accepted, said.direct, left());
  client.once('close', () => accepted.destroy());
  asked.add('SSLRequest');
  const inside = await listen(client, { asked, timeout: left(), offersTls: false });
  if (inside === undefined) return undefined;
  if (inside.kind === 'tls') throw new ProtocolError('invalid-startup', 'TLS inside TLS');
  return { client, encrypted: true, ...inside };
}

interface ListenOptions {
  /** requests for encryption so far: one of each kind, as the server allows */
  readonly asked: Set<string>;
  readonly timeout: number;
  readonly offersTls: boolean;
}

function listen(
  client: Socket,
  { asked, timeout, offersTls }: ListenOptions,
): Promise<Said | undefined> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => {
      stop();
      reject(new ProtocolError('invalid-startup', 'no startup packet in time'));
    }, timeout);
    const stop = (): void => {
      clearTimeout(timer);
      client.off('data', onData);
      client.off('close', onClose);
      client.off('end', onClose);
      client.pause();
    };
    const settle = (said: Said | undefined): false => {
      stop();
      resolve(said);
      return false;
    };
    const onClose = (): void => {
      settle(undefined);
    };
    /** @returns whether to look for another packet */
    const step = (): boolean => {
      if (offersTls && received[0] === tlsHandshake) {
        stop();
        client.unshift(received);
        return settle({ kind: 'tls', direct: true });
      }
      const length = startupLength(received);
      if (length === undefined || received.length < length) return false;
      const startup = decodeStartup(received.subarray(0, length));
      received = received.subarray(length);
      if (startup.kind !== 'SSLRequest' && startup.kind !== 'GSSENCRequest') {
        return settle({ kind: 'packet', startup, rest: received });
      }
      // A client that asks for ever gets nowhere.
      if (asked.has(startup.kind))
        throw new ProtocolError('invalid-startup', 'encryption requested twice');
      asked.add(startup.kind);
      // What is sent before TLS is up must not be taken for something said inside it (CVE-2021-23214).
      if (received.length > 0) {
        throw new ProtocolError(
          'invalid-startup',
          'received unencrypted data after encryption request',
        );
      }
      if (startup.kind === 'SSLRequest' && offersTls) {
        stop();
        client.write(acceptEncryption);
        return settle({ kind: 'tls', direct: false });
      }
      client.write(refuseEncryption);
      return true;
    };
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        while (step());
      } catch (cause) {
        stop();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    };
    client.on('data', onData);
    client.on('close', onClose);
    client.on('end', onClose);
    client.resume();
  });
}
