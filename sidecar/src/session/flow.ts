import type { Socket } from 'node:net';
import type { AuditSink } from '../audit/index.js';
import type { Framer } from '../wire/framer.js';
import type { HeldMemory, HeldMemoryError } from './held-memory.js';
import type { Outlet } from './outlet.js';
import { RoomFor } from './room-for.js';

/** More than this waiting for a slow peer pauses the other side, bytes. */
const highWater = 1024 * 1024;

export interface FlowParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly toClient: Outlet;
  readonly toServer: Outlet;
  readonly fromClient: Framer;
  readonly fromServer: Framer;
  readonly sink: AuditSink;
  readonly held: { readonly fromClients: HeldMemory; readonly fromServers: HeldMemory };
  /** Is the client heard now, but for what the flow itself knows? */
  readonly hears: () => boolean;
  /** A message of the client's is kept, whole, until it can be decided. */
  readonly keeps: () => boolean;
  readonly hearClient: () => void;
  readonly hearServer: () => void;
  /** There is something to flush. */
  readonly touch: () => void;
  readonly failed: (cause: HeldMemoryError) => void;
  readonly abandoned: (cause: unknown) => void;
}

/**
 * How much is under way between the two sockets: a peer that does not keep up, or a message there is no
 * room for, stops the reading of the other side.
 */
export class Flow {
  private readonly parts: FlowParts;
  private readonly clientRoom: RoomFor;
  private readonly serverRoom: RoomFor;
  /** The peer does not keep up: the other side is not read. */
  private serverSlow = false;
  private clientSlow = false;

  constructor(parts: FlowParts) {
    this.parts = parts;
    const { held, fromClient, fromServer, failed } = parts;
    this.clientRoom = new RoomFor({
      held: held.fromClients,
      framer: fromClient,
      admitted: () => {
        this.resumeClient();
        parts.hearClient();
      },
      failed,
    });
    this.serverRoom = new RoomFor({
      held: held.fromServers,
      framer: fromServer,
      admitted: () => {
        this.resumeServer();
        parts.hearServer();
      },
      failed,
    });
  }

  start(): void {
    const { client, server } = this.parts;
    client.on('drain', () => this.onClientDrain());
    server.on('drain', () => this.onServerDrain());
  }

  /** The client's next message waits for room. */
  get clientWaits(): boolean {
    return this.clientRoom.waiting;
  }

  /** @returns whether the client's next message, which is long, may come now */
  takeClientRoom(): boolean {
    return this.clientRoom.take();
  }

  /** As `takeClientRoom`, for the server's. */
  takeServerRoom(): boolean {
    const admitted = this.serverRoom.take();
    if (!admitted) this.parts.server.pause();
    return admitted;
  }

  resumeClient(): void {
    if (!this.serverSlow && this.parts.hears()) this.parts.client.resume();
  }

  private resumeServer(): void {
    if (!this.clientSlow && !this.serverRoom.waiting) this.parts.server.resume();
  }

  /** At the end of a turn: writes what goes to the server. */
  flushServer(): void {
    const { toServer, toClient, client, keeps } = this.parts;
    if (toServer.needsDurable || toClient.needsDurable) this.awaitDurable();
    const slow = !toServer.flush() || toServer.pending > highWater;
    if (slow) {
      this.serverSlow = true;
      client.pause();
    } else if (this.serverSlow) this.onServerDrain();
    this.clientRoom.leave(this.serverSlow || keeps());
  }

  /** Then what goes to the client. */
  flushClient(): void {
    const { toClient, server } = this.parts;
    const slow = !toClient.flush() || toClient.pending > highWater;
    if (slow) {
      this.clientSlow = true;
      server.pause();
    } else if (this.clientSlow) this.onClientDrain();
    this.serverRoom.leave(this.clientSlow);
  }

  release(): void {
    this.clientRoom.release();
    this.serverRoom.release();
  }

  private onServerDrain(): void {
    this.serverSlow = false;
    this.clientRoom.leave(this.parts.keeps());
    this.resumeClient();
  }

  private onClientDrain(): void {
    this.clientSlow = false;
    this.serverRoom.leave(false);
    this.resumeServer();
  }

  private awaitDurable(): void {
    const { toServer, toClient, sink, touch, abandoned } = this.parts;
    for (const outlet of [toServer, toClient]) {
      if (!outlet.needsDurable) continue;
      outlet.needsDurable = false;
      outlet.held = true;
      sink.durable().then(() => {
        outlet.held = false;
        touch();
      }, abandoned);
    }
  }
}
