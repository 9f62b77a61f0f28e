import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inShort, say } from './raw-client.js';

/** `number` as two bytes. */
export const int16 = (number: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(number);
  return bytes;
};

/** `number` as four bytes. */
export const int32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
};

/** A message whose length field says what it is told to. */
export const claiming = (type: string, length: number, body: Buffer | string = ''): Buffer =>
  Buffer.concat([Buffer.from(type, 'latin1'), int32(length), Buffer.from(body)]);

export const startupOf = (code: number, parameters: Readonly<Record<string, string>>): Buffer => {
  const body = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const bytes = Buffer.from(`${body.join('')}\0`);
  return Buffer.concat([int32(8 + bytes.length), int32(code), bytes]);
};

export const protocol3 = 3 << 16;
export const whoAsks = { user: 'postgres', database: 'postgres' } as const;

/** Brings the row `over`, whatever came before it, unless a COPY waits for data or the session is gone. */
const probe = Buffer.concat([say.sync(), say.query("SELECT 'over'")]);

export interface Script {
  readonly says: readonly Buffer[];
  /** from the first packet on: nobody logs in before */
  readonly begins?: boolean;
  /**
   * Asked for something ordinary afterwards (absent), or half-closed: for what leaves a message
   * unfinished, or a session that is over.
   */
  readonly then?: 'hangs up';
}

/**
 * Says a script and hears all messages up to the answer of a last ordinary query, or to the close.
 *
 * @param pieces - how the bytes are cut: each piece is sent on its own
 */
export const converse = (
  port: number,
  { says, begins = false, then }: Script,
  pieces: (bytes: Buffer) => readonly Buffer[] = (bytes) => [bytes],
): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const heard: string[] = [];
    let loggedIn = begins;
    let asked = false;
    let pending = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`nothing more came after: ${heard.join(' / ')}`));
    }, 10_000);
    const over = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve([...heard]);
    };
    const speak = async (): Promise<void> => {
      // In one with the script: written to a session that is over it would lose what was said last.
      const asksMore = then === undefined && !begins;
      for (const piece of pieces(Buffer.concat(asksMore ? [...says, probe] : says))) {
        socket.write(piece);
        await sleep(0);
      }
      if (then === 'hangs up') socket.end();
    };
    const read = (): void => {
      while (pending.length >= 5) {
        const length = pending.readInt32BE(1) + 1;
        if (pending.length < length) return;
        const one = inShort(pending.subarray(0, length));
        pending = pending.subarray(length);
        if (loggedIn) {
          if (one !== undefined) heard.push(one);
          if (begins && then === undefined && one === 'Z I' && !asked) {
            asked = true;
            setTimeout(() => socket.write(probe), 50);
          }
          if (one?.startsWith('Z') === true && heard.at(-3) === 'D over') {
            over();
            return;
          }
        } else if (one === 'Z I') {
          loggedIn = true;
          void speak();
        }
      }
    };
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      read();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      heard.push('closed');
      over();
    });
    if (begins) void speak();
    else socket.write(startupOf(protocol3, whoAsks));
  });
