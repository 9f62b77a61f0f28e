import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inShort, message, say } from './raw-client.js';

export interface Frame {
  /** one character */
  readonly type: string;
  readonly body: Buffer;
  /** everything of it, in short */
  readonly short: string;
}

export interface LoginWords {
  readonly user?: string;
  readonly database?: string;
  readonly minor?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A packet without a type: its length and what follows. */
export const packet = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length + 4), body]);
};

export const sslRequest = packet(int32(80877103));
export const gssRequest = packet(int32(80877104));
export const cancelRequest = (processId: number, secret: Buffer): Buffer =>
  packet(int32(80877102), int32(processId), secret);

export const startup = (words: LoginWords = {}): Buffer => {
  const { user = 'postgres', database = 'postgres', minor = 0, settings = {} } = words;
  const pairs = Object.entries({ user, database, ...settings }).flat();
  return packet(int32((3 << 16) | minor), Buffer.from(`${pairs.join('\0')}\0\0`));
};

/** A client of whole messages: says what it is told, keeps all that it hears. */
export class Peer {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  closed = false;
  /** of the log-in */
  key: { readonly processId: number; readonly secret: Buffer } = {
    processId: 0,
    secret: Buffer.alloc(4),
  };
  private pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('data', (chunk: Buffer) => {
      this.read(chunk);
    });
  }

  static async to(port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Peer(socket);
  }

  /** Where no password is asked. */
  static async login(port: number, words: LoginWords = {}): Promise<Peer> {
    const peer = await Peer.to(port);
    peer.send(startup(words));
    await peer.until(() => peer.readies > 0 || peer.closed);
    return peer;
  }

  send(...bytes: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  get readies(): number {
    return this.all('Z').length;
  }

  all(type: string): readonly Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  get shorts(): readonly string[] {
    return this.frames.map(({ short }) => short);
  }

  async until(condition: () => boolean, patience = 15_000): Promise<void> {
    const end = performance.now() + patience;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(`not in time; heard ${this.shorts.slice(-20).join(' / ')}`);
      await sleep(2);
    }
  }

  /** Says all of it in one write. @returns what came until so many ReadyForQuery */
  async ask(bytes: readonly Buffer[], readies = 1): Promise<readonly string[]> {
    this.frames.length = 0;
    this.send(...bytes);
    await this.until(() => this.readies >= readies || this.closed);
    return this.shorts;
  }

  /** @returns the rows of one query, or its error */
  async query(sql: string): Promise<readonly string[]> {
    const heard = await this.ask([say.query(sql)]);
    return heard.filter((short) => /^[DE] /.test(short)).map((short) => short.replace(/^D /, ''));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    while (this.pending.length >= 5) {
      const length = this.pending.readInt32BE(1) + 1;
      if (this.pending.length < length) return;
      const whole = this.pending.subarray(0, length);
      this.pending = this.pending.subarray(length);
      const type = String.fromCharCode(whole[0] ?? 0);
      const body = Buffer.from(whole.subarray(5));
      if (type === 'K') this.key = { processId: body.readInt32BE(0), secret: body.subarray(4) };
      this.frames.push({ type, body, short: shortOf(type, body, whole) });
    }
  }
}

const shortOf = (type: string, body: Buffer, whole: Buffer): string => {
  if (type === 'S') return `S ${body.toString('utf8').split('\0').slice(0, 2).join('=')}`;
  if (type === 'A') return `A ${body.toString('utf8', 4).split('\0').slice(0, 2).join(' ')}`;
  if (type === 'N' || type === 'R') return `${type} ${body.toString('utf8').replaceAll('\0', ' ')}`;
  return inShort(whole) ?? type;
};

/** Parse, Bind, Describe, Execute of each. */
export const pipeline = (...sql: readonly string[]): Buffer[] =>
  sql.flatMap((text) => [say.parse(text), say.bind(), say.describe('P'), say.execute()]);

/** Bind of the unnamed statement: as many format codes as are given. */
export const bindWith = (
  formats: readonly number[],
  values: readonly Buffer[],
  results: readonly number[] = [],
): Buffer => {
  const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const counted = (codes: readonly number[]): Buffer =>
    Buffer.concat([short(codes.length), ...codes.map(short)]);
  const given = values.map((value) => Buffer.concat([int32(value.length), value]));
  return message(
    ...(['B', '', ''] as const),
    Buffer.concat([counted(formats), short(values.length), ...given, counted(results)]),
  );
};

/** What comes, as bytes, until so many have come, the connection closes or five seconds have passed. */
export const answerTo = async (port: number, bytes: Buffer, length: number): Promise<Buffer> => {
  const { socket } = await Peer.to(port);
  socket.removeAllListeners('data');
  let heard: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
  });
  socket.write(bytes);
  for (let i = 0; i < 500 && heard.length < length && !socket.destroyed; i += 1) await sleep(10);
  socket.destroy();
  return heard;
};

/** Works with a client of its own. */
export const through = async <T>(
  port: number,
  work: (peer: Peer) => Promise<T>,
  words: LoginWords = {},
): Promise<T> => {
  const peer = await Peer.login(port, words);
  try {
    return await work(peer);
  } finally {
    peer.close();
  }
};
