import { connect, type Socket } from 'node:net';

/** A message as it came; the body lies in a buffer that is used again. */
type Seen = (type: number, body: Buffer) => void;

/**
 * A client that does next to nothing: it sends statements in the simple protocol and counts what comes
 * back, so that what it measures is the way there and back and not a driver.
 */
export class WireClient {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #seen: Seen = () => undefined;
  #failed: (why: Error) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    socket.on('error', (error) => {
      this.#failed(error);
    });
    socket.on('close', () => {
      this.#failed(new Error('the connection was closed'));
    });
  }

  /** Logs in where no password is asked. */
  static async open(port: number, user: string, database: string): Promise<WireClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client = new WireClient(socket);
    const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
    const startup = Buffer.alloc(8);
    startup.writeInt32BE(8 + parameters.length, 0);
    startup.writeInt32BE(196608, 4);
    const ready = client.#untilReady();
    socket.write(Buffer.concat([startup, parameters]));
    await ready;
    return client;
  }

  /** @returns number of rows, and bytes of their messages */
  async query(sql: string): Promise<{ readonly rows: number; readonly bytes: number }> {
    const text = Buffer.from(`${sql}\0`);
    const head = Buffer.alloc(5);
    head[0] = 0x51;
    head.writeInt32BE(4 + text.length, 1);
    const ready = this.#untilReady();
    this.#socket.write(Buffer.concat([head, text]));
    return ready;
  }

  close(): void {
    this.#failed = () => undefined;
    this.#socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
  }

  #untilReady(): Promise<{ readonly rows: number; readonly bytes: number }> {
    return new Promise((resolve, reject) => {
      let rows = 0;
      let bytes = 0;
      let problem: string | undefined;
      this.#failed = reject;
      this.#seen = (type, body) => {
        if (type === 0x44) {
          rows += 1;
          bytes += body.length + 5;
        } else if (type === 0x45) problem = body.toString('latin1').replaceAll('\0', ' ');
        else if (type === 0x5a) {
          if (problem === undefined) resolve({ rows, bytes });
          else reject(new Error(problem));
        }
        if (type === 0x45 && rows === 0 && problem?.includes('FATAL') === true) {
          reject(new Error(problem));
        }
      };
    });
  }

  #read(chunk: Buffer): void {
    const data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (data.length - at >= 5) {
      const length = data.readInt32BE(at + 1);
      if (data.length - at < length + 1) break;
      this.#seen(data[at] ?? 0, data.subarray(at + 5, at + 1 + length));
      at += length + 1;
    }
    this.#pending = at === data.length ? Buffer.alloc(0) : data.subarray(at);
  }
}
