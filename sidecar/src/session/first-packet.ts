import type { Socket } from 'node:net';
import { ProtocolError } from '../wire/protocol-error.js';
import { decodeStartup, type Startup, startupLength } from '../wire/startup.js';

const refuseEncryption = Buffer.from('N');

/**
 * Reads a client's start-up packet, answering encryption requests with `N` on the way.
 * Protocol 3.0, "Start-up".
 *
 * @param timeout milliseconds until a client that says nothing is dropped
 * @returns the packet and whatever came behind it; the socket is paused
 * @throws ProtocolError `invalid-startup`
 */
export function readFirstPacket(
  client: Socket,
  timeout: number,
): Promise<{ readonly startup: Startup; readonly rest: Buffer } | undefined> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const asked = new Set<string>();
    const timer = setTimeout(() => {
      stop();
      reject(new ProtocolError('invalid-startup', 'no startup packet in time'));
    }, timeout);
    const stop = (): void => {
      clearTimeout(timer);
      client.off('data', onData);
      client.off('close', onClose);
      client.pause();
    };
    const onClose = (): void => {
      stop();
      resolve(undefined);
    };
    const step = (): boolean => {
      const length = startupLength(received);
      if (length === undefined || received.length < length) return false;
      const startup = decodeStartup(received.subarray(0, length));
      received = received.subarray(length);
      if (startup.kind !== 'SSLRequest' && startup.kind !== 'GSSENCRequest') {
        stop();
        resolve({ startup, rest: received });
        return false;
      }
      // One request of each kind, as the server allows; a client that asks for ever gets nowhere.
      if (asked.has(startup.kind))
        throw new ProtocolError('invalid-startup', 'encryption requested twice');
      asked.add(startup.kind);
      if (received.length > 0) {
        throw new ProtocolError(
          'invalid-startup',
          'received unencrypted data after encryption request',
        );
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
    client.resume();
  });
}
