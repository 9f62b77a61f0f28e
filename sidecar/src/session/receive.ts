import { Socket, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** As much as libuv reads at once. */
const size = 64 * 1024;

/** Every plain socket reads into this; what arrived is copied out before the next read. */
const shared = Buffer.allocUnsafeSlow(size);

/** Where net.Socket keeps what its documented option `onread` sets. */
interface Internals {
  readonly buffer: symbol;
  readonly callback: symbol;
}

let internals: Internals | undefined | 'unknown' = 'unknown';

/**
 * Calls `onData` with each chunk that arrives from now on, which is the callee's to keep. The socket is
 * paused and stays so until its `resume()`; `pause()` holds from the call on.
 *
 * Node allocates 64 KiB for each read and shrinks it, which costs a proxy of small messages a tenth of
 * its time. The option `onread` of net.Socket avoids that, but can be given to a socket one creates and
 * not to one that was accepted. So the same is set here on the socket itself (ADR 0006), where this
 * Node has it in the known place; elsewhere, and under TLS, the event `data` serves.
 */
export function receive(socket: Socket, onData: (chunk: Buffer) => void): void {
  const known = socket instanceof TLSSocket ? undefined : internalsOf();
  const handle: unknown = Reflect.get(socket, '_handle');
  if (known === undefined || !takesBuffer(handle)) {
    socket.on('data', onData);
    return;
  }
  // What was read while the log-in had the socket.
  const early: unknown = socket.readableLength > 0 ? socket.read() : null;
  handle.useUserBuffer(shared);
  Reflect.set(socket, known.buffer, shared);
  Reflect.set(socket, known.callback, (length: number) => {
    const chunk = Buffer.allocUnsafe(length);
    shared.copy(chunk, 0, 0, length);
    onData(chunk);
    return true;
  });
  // From here on this also stops the handle, which until now read ahead.
  socket.pause();
  if (early instanceof Buffer) onData(early);
}

interface BufferTaker {
  useUserBuffer(buffer: Buffer): void;
}

const takesBuffer = (handle: unknown): handle is BufferTaker =>
  typeof handle === 'object' &&
  handle !== null &&
  'useUserBuffer' in handle &&
  typeof handle.useUserBuffer === 'function';

/** undefined: this Node keeps them elsewhere. */
function internalsOf(): Internals | undefined {
  if (internals === 'unknown') internals = findInternals();
  return internals;
}

function findInternals(): Internals | undefined {
  const callback = (): boolean => true;
  // documented for the constructor, but missing in its type
  const options: SocketConstructorOpts & Pick<TcpSocketConnectOpts, 'onread'> = {
    onread: { buffer: shared, callback },
  };
  const probe = new Socket(options);
  const holding = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(probe).find((key) => Reflect.get(probe, key) === value);
  const found = { buffer: holding(shared), callback: holding(callback) };
  probe.destroy();
  if (found.buffer === undefined || found.callback === undefined) return undefined;
  return { buffer: found.buffer, callback: found.callback };
}
