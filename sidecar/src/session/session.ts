import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AuditSink, SessionAudit } from '../audit/index.js';
import type { SessionGovernance } from '../enforcement/session-governance.js';
import type { GovernedStatement, Piece } from '../enforcement/verdict.js';
import type { ErrorFields } from '../wire/backend/error-response.js';
import type { TransactionStatus } from '../wire/backend/ready-for-query.js';
import { Framer } from '../wire/framer.js';
import { backendFraming, frontendFraming } from '../wire/limits.js';
import { Flush } from '../wire/frontend/signals.js';
import { frontendType } from '../wire/types.js';
import { AffectedRows } from './affected-rows.js';
import { ClientMessages, type Waits } from './client-messages.js';
import { applyEffects } from './effects.js';
import { CopyIn } from './copy-in.js';
import { Ending } from './ending.js';
import { Executions } from './executions.js';
import type { Frame } from './frame.js';
import { Flow } from './flow.js';
import type { HeldMemory } from './held-memory.js';
import { LimitedRuns } from './limited-runs.js';
import { Names } from './names.js';
import { Outlet } from './outlet.js';
import { owe, type Owed, OwedQueue, type OwnReply } from './owed.js';
import { Questions } from './questions.js';
import { receive } from './receive.js';
import { type Refusal, sqlstate } from './refusal.js';
import { ServerMessages } from './server-messages.js';
import { runStaged } from './staged.js';
import type { Flushable, Turn } from './turn.js';

/**
 * Replies that may be owed before the client is not heard for a while. The server keeps at most 8 kB of
 * replies to itself, 1,638 of the shortest: half of these will always be answered without a Flush.
 */
const mostOwed = 16_384;

export interface SessionParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly governance: SessionGovernance;
  readonly audit: SessionAudit;
  readonly sink: AuditSink;
  readonly turn: Turn;
  readonly log: Logger;
  readonly now: () => number;
  /** Opens a new connection to cancel what runs on this one; resolves when the server has taken it. */
  readonly cancel: () => Promise<void>;
  readonly closed: (reason: string) => void;
  /** the process's room for messages that are held whole */
  readonly held: { readonly fromClients: HeldMemory; readonly fromServers: HeldMemory };
}

/**
 * One governed session after its start-up: owns the order of things between the two sockets.
 * What is said is dealt with in ClientMessages and ServerMessages; this holds what they share.
 */
export class Session implements Flushable {
  readonly owed = new OwedQueue();
  readonly names = new Names();
  readonly limitedRuns = new LimitedRuns(this);
  readonly affected = new AffectedRows(this);
  readonly toClient: Outlet;
  readonly toServer: Outlet;
  readonly executions: Executions;
  readonly governance: SessionGovernance;
  readonly now: () => number;
  status: TransactionStatus = 'I';
  readonly copyIn = new CopyIn();
  /** SQLSTATE of the last error since ReadyForQuery */
  lastError = '';

  private readonly parts: SessionParts;
  private readonly fromClient = new Framer(frontendFraming);
  private readonly fromServer: Framer;
  private readonly flow: Flow;
  private readonly clientMessages: ClientMessages;
  private readonly serverMessages: ServerMessages;
  private readonly questions: Questions;
  readonly ending: Ending;
  /** A client message that waits for something to be known; nothing later is looked at. */
  private waiting: Frame | undefined;
  /** Something is being asked. What the client says meanwhile could keep the answer from coming. */
  private preparing = false;
  /** The client is not heard while one of its statements is being cancelled. */
  private cancelling = false;
  private staging = false;
  private touched = false;
  /** The client has said so much that the server has not answered yet that nothing more is heard. */
  private ahead = false;
  /** The client has nothing more to say. */
  private finished = false;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.governance = parts.governance;
    this.now = parts.now;
    this.toClient = new Outlet(parts.client);
    this.toServer = new Outlet(parts.server);
    this.executions = new Executions({
      ...parts,
      durableBefore: (way) => {
        const outlet = way === 'forwarding' ? this.toServer : this.toClient;
        outlet.needsDurable = true;
      },
      cancelling: (underWay) => {
        this.cancelling = underWay;
        if (underWay) return;
        this.questions.settled();
        this.guard(() => this.listenAgain());
      },
    });
    this.questions = new Questions(this);
    // Replies to the proxy's own questions are read whole; the client's rows stream through.
    this.fromServer = new Framer({
      ...backendFraming,
      streams: (type, length) =>
        backendFraming.streams(type, length) &&
        this.owed.head?.own === undefined &&
        !this.serverMessages.watching.holds(type, length),
    });
    this.flow = new Flow({
      ...parts,
      toClient: this.toClient,
      toServer: this.toServer,
      fromClient: this.fromClient,
      fromServer: this.fromServer,
      hears: () => !this.deaf && !this.ending.over,
      keeps: () => this.waiting !== undefined,
      hearClient: () => this.guard(() => this.hearClient()),
      hearServer: () => this.guard(() => this.hearServer(), 'server'),
      touch: () => this.touch(),
      failed: ({ message }) => this.ending.fatal(sqlstate.outOfMemory, message, 'held-memory'),
      abandoned: (cause) => this.ending.abandon(cause),
    });
    this.ending = new Ending({
      ...parts,
      session: this,
      release: () => {
        this.questions.abandon();
        this.flow.release();
      },
    });
    this.clientMessages = new ClientMessages(this);
    this.serverMessages = new ServerMessages(this);
  }

  /** Takes over both sockets. @param fromServer bytes already read from the server */
  start(fromClient: Buffer, fromServer: Buffer): void {
    const { client, server } = this.parts;
    this.flow.start();
    client.on('error', () => undefined);
    server.on('error', () => undefined);
    client.on('end', this.onClientEnd);
    client.on('close', () => this.ending.clientGone(this.fromClient.midMessage));
    server.on('close', () => this.ending.serverClosed());
    if (this.governance.ready() === undefined) this.prepare('wait');
    if (fromServer.length > 0) this.onServerData(fromServer);
    if (fromClient.length > 0) this.onClientData(fromClient);
    receive(server, this.onServerData);
    receive(client, this.onClientData);
    server.resume();
    this.flow.resumeClient();
    if (client.destroyed) this.ending.clientGone(this.fromClient.midMessage);
    else if (server.destroyed) this.ending.serverClosed();
    else if (client.readableEnded) this.onClientEnd();
  }

  /** Messages of the extended protocol were sent since the last Sync. */
  get batchOpen(): boolean {
    return this.governance.inBatch;
  }

  set batchOpen(open: boolean) {
    this.governance.inBatch = open;
  }

  // -- order ---------------------------------------------------------------------------------------

  private readonly onClientData = (chunk: Buffer): void => {
    if (this.ending.over) return;
    this.guard(() => {
      this.fromClient.push(chunk);
      this.hearClient();
    });
  };

  private readonly onServerData = (chunk: Buffer): void => {
    if (this.ending.over) return;
    this.guard(() => {
      this.fromServer.push(chunk);
      this.hearServer();
    }, 'server');
  };

  private hearServer(): void {
    const f = this.fromServer;
    do {
      while (!this.ending.over && f.next()) this.serverMessages.handle(f);
    } while (!this.ending.over && f.wants > 0 && this.flow.takeServerRoom());
    this.questions.settled();
    if (this.ahead && this.owed.size < mostOwed / 2) {
      this.ahead = false;
      this.listenAgain();
    }
    if (this.owed.size === 0) this.ending.settled();
    this.touch();
  }

  private hearClient(): void {
    const f = this.fromClient;
    do {
      while (!this.deaf && !this.ending.over && f.next()) {
        const frame: Frame = f;
        this.ahead ||= this.owed.size >= mostOwed;
        const dealt = this.clientMessages.handle(frame);
        if (dealt !== 'done') {
          const { type, buffer, start, end, fragment, first } = f;
          this.wait({ type, buffer, start, end, fragment, first }, dealt);
        }
      }
    } while (!this.deaf && !this.ending.over && f.wants > 0 && this.flow.takeClientRoom());
    if (this.deaf) this.parts.client.pause();
    else if (this.finished) this.ending.clientFinished(f.midMessage);
    this.touch();
  }

  private wait(frame: Frame, how: Waits): void {
    this.waiting = frame;
    this.prepare(how);
  }

  /** Asks what is missing, if anything, then deals with the waiting message and all that came after it. */
  private prepare(how: Waits): void {
    this.preparing = true;
    const prepared =
      how === 'quiet'
        ? this.questions.quiet()
        : how === 'count'
          ? this.affected.read(this.questions)
          : this.governance.prepare(this.questions);
    prepared.then(
      () => this.guard(() => this.continue()),
      (cause: unknown) => this.ending.abandon(cause),
    );
  }

  private continue(): void {
    if (this.ending.over) return;
    const { waiting } = this;
    this.preparing = false;
    this.waiting = undefined;
    const dealt = waiting === undefined ? 'done' : this.clientMessages.handle(waiting);
    if (waiting !== undefined && dealt !== 'done') this.wait(waiting, dealt);
    else this.governance.waitOver();
    this.listenAgain();
  }

  /** Nothing overtakes a decision, a cancellation, or a query that is sent piece by piece. */
  private get deaf(): boolean {
    return (
      this.preparing ||
      this.cancelling ||
      this.ending.leaving ||
      this.ahead ||
      (this.staging && !this.copyIn.running) ||
      this.flow.clientWaits
    );
  }

  /**
   * The client's own. What it says next waits until the server has taken the request, and so is not what
   * is cancelled: servers signal twice, and a client may go on after the first.
   */
  cancelRequested(): Promise<void> {
    return this.executions.cancel();
  }

  get isCancelling(): boolean {
    return this.cancelling;
  }

  get isStaging(): boolean {
    return this.staging;
  }

  /** Sends the statements of one simple query one after the other. */
  stage(pieces: readonly Piece[]): void {
    this.staging = true;
    // The server, which gets a query string whole, sends no reply to its first statements alone.
    this.toClient.gathers = true;
    runStaged(pieces, this, this.clientMessages, this.questions).then(
      () => {
        this.staging = false;
        this.guard(() => this.listenAgain());
      },
      (cause: unknown) => this.ending.abandon(cause),
    );
  }

  private listenAgain(): void {
    this.flow.resumeClient();
    this.hearClient();
  }

  /** Output goes out at the end of this turn of the event loop. */
  touch(): void {
    if (this.touched) return;
    this.touched = true;
    this.parts.turn.touch(this);
  }

  flushServer(): void {
    this.touched = false;
    this.flow.flushServer();
  }

  flush(): void {
    this.flow.flushClient();
  }

  /** Has what is open since the last Sync fail at the server, where nothing more was sent. */
  failBatch(refusal: Refusal): void {
    this.clientMessages.standIns.forMessage(refusal);
    this.toServer.write(Flush);
    this.touch();
  }

  /** Asks behind what was sent last, in a batch that is open at the server. */
  askInBatch(sql: string, own: OwnReply): void {
    this.questions.askInBatch(sql, own);
  }

  /** Follows what a statement did to the session, or may have done before it failed. */
  applyEffects(statement: GovernedStatement, how: 'completed' | 'failed'): void {
    applyEffects(statement, how, this.governance, this.names);
  }

  // -- what the server said ------------------------------------------------------------------------

  parameterChanged(name: string, value: string): void {
    this.governance.parameterChanged(name, value);
  }

  transactionStatus(status: TransactionStatus): void {
    this.status = status;
    this.governance.transactionStatus(status);
    if (status === 'I') this.names.transactionEnded(this.owed.cyclesDone - 1);
  }

  copyStarted(endAlreadySent: boolean): void {
    this.copyIn.started(endAlreadySent);
    this.ending.copyStarted(endAlreadySent);
    const { waiting } = this;
    if (this.copyIn.running && this.preparing && waiting !== undefined && !this.staging) {
      // The server waits for data, so nothing more can be asked; it will not take this message.
      this.preparing = false;
      this.waiting = undefined;
      if (waiting.type === frontendType.sync) this.clientMessages.handle(waiting);
      else this.clientMessages.amidCopy(waiting.type);
      this.listenAgain();
    } else if (this.preparing && this.batchOpen) this.toServer.write(Flush);
    if (this.staging) this.listenAgain();
  }

  copyEnded(): void {
    if (!this.copyIn.ended() && this.owed.size > 0) this.owed.push(owe('copy-end'));
  }

  /** The client said something of a type that does not exist: the server is to tell it so. */
  intrudedCopy(): void {
    this.clientMessages.amidCopy(this.fromClient.nextType ?? 0);
  }

  mapPosition(head: Owed, fields: ErrorFields): ErrorFields {
    const position = fields.get('P');
    if (head.toOriginal === undefined || position === undefined) return fields;
    return new Map(fields).set('P', String(head.toOriginal(Number(position))));
  }

  withholding(statement: GovernedStatement | undefined): boolean {
    return statement === undefined ? this.governance.withholdsByDefault() : statement.withhold;
  }

  // -- ends ----------------------------------------------------------------------------------------

  /** Something of the client's waits to be decided. */
  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  drain(): void {
    this.ending.drain();
  }

  terminate(): void {
    this.ending.terminate();
  }

  abandon(cause: unknown): void {
    this.touched = false;
    this.ending.abandon(cause);
  }

  private guard(step: () => void, blame: 'client' | 'server' = 'client'): void {
    try {
      step();
    } catch (cause) {
      this.ending.failed(cause, blame);
    }
  }

  private readonly onClientEnd = (): void => {
    this.finished = true;
    this.guard(() => this.hearClient());
  };
}
