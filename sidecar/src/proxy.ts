import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { joinAddress, splitAddress } from './address.js';
import type { Database } from './control/assignment.js';
import { acceptConnection, type Attended, type ConnectionParts } from './session/connection.js';

export interface ProxyParts extends Omit<ConnectionParts, 'opened' | 'closed' | 'room'> {
  /** clients connected at once; further ones get 53300 */
  readonly maxConnections: number;
  readonly log: Logger;
  /** Called once a database's clients are accepted. */
  readonly listening: (database: string, address: string) => void;
}

/** Accepts clients for every database of the assignment, and ends their sessions in good order. */
export class Proxy {
  private readonly parts: ProxyParts;
  private readonly servers = new Map<string, Listener>();
  private readonly sessions = new Set<Attended>();
  private readonly sockets = new Set<Socket>();
  private stopping = false;

  constructor(parts: ProxyParts) {
    this.parts = parts;
  }

  get sessionCount(): number {
    return this.sessions.size;
  }

  /** Databases whose clients are not accepted yet. */
  get notListening(): readonly string[] {
    return [...this.servers].filter(([, l]) => !l.server.listening).map(([id]) => id);
  }

  /** Listens for what is new in an assignment and stops listening for what is gone. Open sessions stay. */
  async serve(databases: readonly Database[]): Promise<void> {
    for (const [id, listener] of this.servers) {
      const still = databases.some((d) => d.id === id && d.listen === listener.asked);
      if (still) continue;
      listener.server.close();
      this.servers.delete(id);
    }
    for (const database of databases) {
      if (!this.servers.has(database.id)) await this.listen(database);
    }
  }

  /**
   * Stops accepting; idle sessions end at once, running statements may finish within `grace`
   * milliseconds. Clients get 57P01, as from a server that shuts down.
   */
  async stop(grace: number): Promise<void> {
    this.stopping = true;
    for (const { server } of this.servers.values()) server.close();
    for (const session of this.sessions) session.drain();
    const end = this.parts.now() + grace;
    while (this.sessions.size > 0 && this.parts.now() < end) await pause(20);
    for (const session of this.sessions) session.terminate();
    if (this.sessions.size > 0) await pause(50);
    for (const socket of this.sockets) socket.destroy();
  }

  private listen(database: Database): Promise<void> {
    const { host, port } = splitAddress(database.listen);
    // A client may close its direction and still listen.
    const options = { pauseOnConnect: true, allowHalfOpen: true };
    const server = createServer(options, (socket) => this.accept(socket, database.id));
    this.servers.set(database.id, { server, asked: database.listen });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 1024 }, () => {
        const bound = server.address();
        const address =
          typeof bound === 'object' && bound !== null
            ? joinAddress({ host, port: bound.port })
            : database.listen;
        this.parts.log.info({ database: database.id, address }, 'accepting clients');
        this.parts.listening(database.id, address);
        resolve();
      });
    });
  }

  private accept(socket: Socket, database: string): void {
    // Past the limit a client is still told so, and may cancel; but not any number of them.
    if (this.stopping || this.sockets.size >= this.parts.maxConnections + spare) {
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    acceptConnection(socket, database, {
      ...this.parts,
      room: () => this.sockets.size <= this.parts.maxConnections,
      opened: (session) => this.sessions.add(session),
      closed: (session) => this.sessions.delete(session),
    }).catch((cause: unknown) => {
      this.parts.log.error({ err: cause }, 'connection failed');
      socket.destroy();
    });
  }
}

/** Connections past the limit that are heard, to be refused or to cancel. */
const spare = 64;

interface Listener {
  readonly server: Server;
  /** as in the assignment; the system may have chosen the port */
  readonly asked: string;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
