import { connect, createServer, type Server, type Socket } from 'node:net';

/** Passes bytes between a client and a server; what the server says arrives in pieces of given sizes. */
export class Cutter {
  /** bytes of the pieces, one after the other and again; empty: as they come */
  sizes: readonly number[] = [];
  readonly port: number;
  private readonly listener: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(listener: Server, port: number) {
    this.listener = listener;
    this.port = port;
  }

  static async before(upstream: number): Promise<Cutter> {
    const listener = createServer({ noDelay: true });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const cutter = new Cutter(listener, typeof address === 'object' ? (address?.port ?? 0) : 0);
    listener.on('connection', (client) => cutter.relay(client, upstream));
    return cutter;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private relay(client: Socket, port: number): void {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    client.pipe(server);
    client.on('close', () => server.destroy());
    let work: Promise<void> = Promise.resolve();
    server.on('data', (chunk: Buffer) => {
      work = work.then(() => this.pass(chunk, client));
    });
    server.on('close', () => void work.then(() => client.destroy()));
  }

  private async pass(chunk: Buffer, to: Socket): Promise<void> {
    const { sizes } = this;
    if (sizes.length === 0) {
      to.write(chunk);
      return;
    }
    for (let at = 0, i = 0; at < chunk.length; i += 1) {
      const size = sizes[i % sizes.length] ?? 1;
      to.write(chunk.subarray(at, at + size));
      at += size;
      // the next piece is another read on the other side, mostly
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
