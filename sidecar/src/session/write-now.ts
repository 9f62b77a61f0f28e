import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Gives the kernel what it takes at once, without the request that net.Socket makes for each write.
 * Only for a plain socket that has nothing queued; the rest goes through `socket.write`, and so does
 * everything when the descriptor is not known or the write fails, so that errors come the usual way.
 *
 * @returns bytes taken
 */
export function writeNow(socket: Socket, bytes: Buffer): number {
  if (socket.writableLength > 0 || socket.connecting || socket instanceof TLSSocket) return 0;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return 0;
  const { fd } = handle;
  if (typeof fd !== 'number' || fd < 0) return 0;
  try {
    return writeSync(fd, bytes, 0, bytes.length, null);
  } catch {
    return 0;
  }
}
