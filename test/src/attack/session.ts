import { type Frame, Peer, startup } from '../wire/peer.js';
import { message, say } from '../wire/raw-client.js';
import type { Role, Step } from './steps.js';

/** Where sessions are opened, and as whom. */
export interface Place {
  readonly port: number;
  readonly database: string;
  readonly role: Role;
  readonly settings: Readonly<Record<string, string>>;
}

const patience = 12_000;

/** A client that keeps every byte it receives. */
export class Session {
  private readonly peer: Peer;
  private readonly chunks: Buffer[] = [];

  private constructor(peer: Peer) {
    this.peer = peer;
    peer.socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
    });
  }

  /** @returns a session, which the server may have refused */
  static async open({ port, database, role, settings }: Place): Promise<Session> {
    const peer = await Peer.to(port);
    const session = new Session(peer);
    peer.send(startup({ user: role, database, settings }));
    await peer.until(() => peer.readies > 0 || peer.closed, patience);
    return session;
  }

  /** @returns messages that came because of it; none when the session has ended */
  async say(step: Extract<Step, { on: string }>): Promise<readonly Frame[]> {
    const { peer } = this;
    peer.frames.length = 0;
    if (peer.closed) return [];
    switch (step.kind) {
      case 'query':
        peer.send(say.query(step.sql));
        break;
      case 'raw':
        peer.send(step.bytes);
        break;
      case 'copy-in':
        peer.send(say.query(step.sql));
        await peer.until(() => peer.all('G').length + peer.readies > 0 || peer.closed, patience);
        if (peer.all('G').length > 0) peer.send(say.copyData(step.data), say.copyDone());
        break;
    }
    const wanted = step.kind === 'raw' ? step.readies : 1;
    await peer.until(() => peer.readies >= wanted || peer.closed, patience);
    return [...peer.frames];
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async close(): Promise<void> {
    const { peer } = this;
    if (!peer.closed) peer.send(message('X'));
    await peer
      .until(() => peer.closed, 2_000)
      .catch(() => {
        peer.close();
      });
  }
}

/** What steps led to. */
export interface Ran {
  /** all that came to all sessions, after log-in too */
  readonly bytes: Buffer;
  /** of each step, in short, as `D 1|x` */
  readonly heard: readonly (readonly Frame[])[];
  /** it did not end */
  readonly stuck: string | undefined;
}

/** @param outside runs SQL as somebody else, not governed */
export const runSteps = async (
  steps: readonly Step[],
  place: Place,
  outside: (sql: string) => Promise<void>,
): Promise<Ran> => {
  const sessions = new Map<string, Session>();
  const heard: (readonly Frame[])[] = [];
  let stuck: string | undefined;
  try {
    for (const step of steps) {
      if (step.kind === 'outside') await outside(step.sql);
      else if (step.kind === 'pause')
        await new Promise((resolve) => {
          setTimeout(resolve, step.milliseconds);
        });
      else {
        const session = sessions.get(step.on) ?? (await Session.open(place));
        sessions.set(step.on, session);
        heard.push(await session.say(step));
      }
    }
  } catch (thrown) {
    stuck = thrown instanceof Error ? thrown.message : String(thrown);
  }
  await Promise.all([...sessions.values()].map((session) => session.close()));
  const bytes = Buffer.concat([...sessions.values()].map((session) => session.bytes));
  return { bytes, heard, stuck };
};
