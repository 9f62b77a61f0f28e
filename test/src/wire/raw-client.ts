import { connect, type Socket } from 'node:net';

/** Makes one frontend message. Protocol 3.0, "Message Formats". */
export const message = (type: string, ...parts: readonly (string | number | Buffer)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`);
      if (typeof part === 'number') {
        const word = Buffer.alloc(4);
        word.writeInt32BE(part);
        return word;
      }
      return part;
    }),
  );
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const none = Buffer.from([0, 0]);

/** What a client says, one function a message. */
export const say = {
  query: (sql: string): Buffer => message('Q', sql),
  parse: (sql: string, name = ''): Buffer => message('P', name, sql, none),
  bind: (statement = '', portal = ''): Buffer => message('B', portal, statement, none, none, none),
  describe: (of: 'S' | 'P', name = ''): Buffer => message('D', Buffer.from(of), name),
  execute: (portal = '', rows = 0): Buffer => message('E', portal, rows),
  close: (of: 'S' | 'P', name = ''): Buffer => message('C', Buffer.from(of), name),
  sync: (): Buffer => message('S'),
  flush: (): Buffer => message('H'),
  copyData: (text: string): Buffer => message('d', Buffer.from(text)),
  copyDone: (): Buffer => message('c'),
  copyFail: (why: string): Buffer => message('f', why),
  raw: (type: string, body = ''): Buffer => message(type, Buffer.from(body)),
};

/** One backend message in short, comparable between servers: `T id,name`, `D 1|x`, `C SELECT 1`, `E 42601 ...`. */
export type Heard = string;

/**
 * A client that sends bytes as it is told and hears messages as they come. Logs in where no password
 * is asked.
 */
export class RawClient {
  private readonly socket: Socket;
  private pending: Buffer = Buffer.alloc(0);
  private heard: Heard[] = [];
  private wake: () => void = () => undefined;
  private closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.read(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async open(port: number, user: string, database: string): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client = new RawClient(socket);
    const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
    const startup = Buffer.alloc(8);
    startup.writeInt32BE(8 + parameters.length, 0);
    startup.writeInt32BE(196608, 4);
    socket.write(Buffer.concat([startup, parameters]));
    await client.until(1);
    client.heard = [];
    return client;
  }

  /**
   * Sends all of it in pieces of `size` bytes and hears until so many ReadyForQuery have come or the
   * connection is closed.
   */
  async exchange(bytes: Buffer, readies: number, size = Infinity): Promise<readonly Heard[]> {
    return this.exchangeIn(pieces(bytes, size), readies);
  }

  /** As `exchange`, in these pieces, each of which arrives on its own. */
  async exchangeIn(cut: readonly Buffer[], readies: number): Promise<readonly Heard[]> {
    this.heard = [];
    for (const piece of cut) {
      this.socket.write(piece);
      if (cut.length > 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    }
    await this.until(readies);
    return this.heard;
  }

  /** Says it and does not wait for an answer. */
  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  private async until(readies: number): Promise<void> {
    const seen = (): number => this.heard.filter((heard) => heard.startsWith('Z')).length;
    while (seen() < readies && !this.closed) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`nothing more came after: ${this.heard.join(' / ')}`));
        }, 10_000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.closed) this.heard.push('closed');
  }

  private read(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    while (this.pending.length >= 5) {
      const length = this.pending.readInt32BE(1) + 1;
      if (this.pending.length < length) break;
      const heard = inShort(this.pending.subarray(0, length));
      if (heard !== undefined) this.heard.push(heard);
      this.pending = this.pending.subarray(length);
    }
    this.wake();
  }
}

/** `bytes` in pieces of `size`. */
export function pieces(bytes: Buffer, size: number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
  return cut;
}

export function inShort(bytes: Buffer): Heard | undefined {
  const type = String.fromCharCode(bytes[0] ?? 0);
  const body = bytes.subarray(5);
  switch (type) {
    case 'T':
      return `T ${columnNames(body).join(',')}`;
    case 'D':
      return `D ${values(body).join('|')}`;
    case 'C':
    case 'S':
      return type === 'S' ? undefined : `C ${body.toString('utf8', 0, body.length - 1)}`;
    case 'E': {
      const fields = new Map(
        body
          .toString('utf8')
          .split('\0')
          .filter((field) => field !== '')
          .map((field) => [field.charAt(0), field.slice(1)]),
      );
      return `E ${fields.get('S') ?? ''} ${fields.get('C') ?? ''} ${fields.get('M') ?? ''} ${fields.get('P') ?? ''}`.trim();
    }
    case 'N':
      return undefined;
    case 'd':
    case 'Z':
      return `${type} ${body.toString('utf8').trimEnd()}`;
    default:
      return type;
  }
}

function columnNames(body: Buffer): string[] {
  const names: string[] = [];
  let at = 2;
  for (let i = 0; i < body.readUInt16BE(0); i += 1) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    at = end + 1 + 18;
  }
  return names;
}

function values(body: Buffer): string[] {
  const found: string[] = [];
  let at = 2;
  for (let i = 0; i < body.readUInt16BE(0); i += 1) {
    const length = body.readInt32BE(at);
    at += 4;
    found.push(length < 0 ? 'NULL' : body.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  return found;
}
