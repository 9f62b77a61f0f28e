import { TLSSocket } from 'node:tls';
import { encodeErrorResponse } from '../wire/backend/error-response.js';
import { Flush, Terminate } from '../wire/frontend/signals.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { refusalFields, refusals, sqlstate } from './refusal.js';
import type { Session, SessionParts } from './session.js';

/** How long replies to a client that is gone, or the server's last ones, are waited for, milliseconds. */
const lingering = 5000;

export interface EndingParts extends SessionParts {
  readonly session: Session;
  /** Lets go of what the session holds of the process's. */
  readonly release: () => void;
}

/**
 * How a session ends: by its client, by its server, by an error, or since Postern stops. Whatever the
 * cause, what ran is recorded with its outcome, and replies owed to the client reach it.
 */
export class Ending {
  /** Nothing more is heard or said. */
  over = false;
  /** The client is not heard any more; what is owed is waited for. */
  leaving = false;
  /** The server has said itself why it closes. */
  serverFatal = false;

  private readonly parts: EndingParts;
  private readonly session: Session;
  private lastWords: (() => void) | undefined;
  private amidCopy: ((ended: boolean) => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private draining = false;
  /** The server closes by itself after what it has been sent. */
  private untilClosed = false;

  constructor(parts: EndingParts) {
    this.parts = parts;
    this.session = parts.session;
  }

  /** The client said Terminate. The server has been told; it answers what came before, and closes. */
  clientTerminated(): void {
    this.leaveThen(() => this.end('client-closed'));
  }

  /**
   * All that the client had to say has been heard, and the server hears the end too. The client may
   * still listen, so what it asked for is answered in full.
   *
   * @param midMessage the last message broke off
   */
  clientFinished(midMessage: boolean): void {
    if (this.leaving || this.over) return;
    if (this.session.owed.size > 0) this.tellServer(midMessage);
    this.leaveThen(() => this.end('client-closed'));
  }

  /** Nothing more will come. In the middle of a message a Terminate would be taken for the rest of it. */
  private tellServer(midMessage: boolean): void {
    const { toServer } = this.session;
    if (!(this.parts.server instanceof TLSSocket)) toServer.finish();
    else if (midMessage) this.end('client-closed');
    else toServer.write(Terminate);
    this.session.touch();
  }

  /** Nobody listens any more. What was sent still runs, and is to be in the record with its outcome. */
  clientGone(midMessage: boolean): void {
    this.clientFinished(midMessage);
    if (this.lastWords !== undefined) this.timer ??= setTimeout(this.lastWords, lingering);
  }

  /** Nothing is owed any more. */
  settled(): void {
    if (this.draining) this.drainWhenIdle();
    if (this.leaving && !this.untilClosed) this.lastWords?.();
  }

  /**
   * A COPY has begun.
   *
   * @param ended the end of its data was sent already
   */
  copyStarted(ended: boolean): void {
    if (this.leaving) this.amidCopy?.(ended);
  }

  /** Hears nothing more of the client, and does `last` once nothing is owed any more. */
  private leaveThen(last: () => void): void {
    if (this.over || this.leaving) return;
    this.leaving = true;
    if (this.session.owed.size === 0) {
      last();
      return;
    }
    this.session.touch();
    this.lastWords = last;
  }

  /** Shuts down when idle; what runs may finish until `terminate` is called. */
  drain(): void {
    this.draining = true;
    this.drainWhenIdle();
  }

  private drainWhenIdle(): void {
    const { owed, status, isWaiting } = this.session;
    if (owed.size === 0 && status === 'I' && !isWaiting) this.terminate();
  }

  terminate(): void {
    const { sqlstate: state, message } = refusals.stopping();
    this.fatal(state, message, 'drained');
  }

  serverClosed(): void {
    if (this.over) return;
    if (this.leaving && this.lastWords !== undefined) this.lastWords();
    else if (this.serverFatal) this.end('server-closed');
    else {
      const message = 'the server closed the connection unexpectedly';
      this.fatal(sqlstate.connectionFailure, message, 'server-closed');
    }
  }

  /** Something could not be gone on with. */
  failed(cause: unknown, blame: 'client' | 'server'): void {
    if (!(cause instanceof ProtocolError)) {
      this.abandon(cause);
      return;
    }
    this.parts.log.warn({ code: cause.code }, cause.message);
    const { session } = this;
    const fatal = (): void => {
      if (this.serverFatal) this.end('protocol-error');
      else this.fatal(sqlstate.protocolViolation, cause.message, 'protocol-error');
    };
    if (blame === 'server') {
      fatal();
      return;
    }
    this.amidCopy = (ended) => {
      // A Sync that was sent before the data is swallowed: without this the server keeps its replies.
      if (ended) session.toServer.write(Flush);
      else if (cause.code === 'invalid-type') {
        // It says so, and closes, since it cannot tell where the next message begins.
        session.intrudedCopy();
        this.untilClosed = true;
      } else fatal();
    };
    if (session.copyIn.running) this.amidCopy(false);
    // The server would have answered what came before.
    if (session.batchOpen) session.toServer.write(Flush);
    this.leaveThen(fatal);
    if (!this.over) this.timer ??= setTimeout(fatal, lingering);
  }

  /** What is queued may depend on a record that could not be written: none of it goes out. */
  abandon(cause: unknown): void {
    if (this.over) return;
    this.session.toClient.discard();
    this.session.toServer.discard();
    this.parts.log.error({ err: cause }, 'session abandoned');
    this.fatal(sqlstate.ioError, 'Postern cannot go on with this session', 'failed');
  }

  fatal(state: string, message: string, reason: string): void {
    if (this.over) return;
    const { client } = this.parts;
    const { toClient } = this.session;
    const fields = refusalFields({ sqlstate: state, message, stage: 'analysis' }, 'FATAL');
    toClient.held = false;
    toClient.gathers = false;
    toClient.flush();
    if (client.writable) client.write(encodeErrorResponse(fields));
    this.end(reason);
  }

  private end(reason: string): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    const { client, server, audit, release, turn, closed } = this.parts;
    const { owed, executions, toClient, toServer } = this.session;
    for (const entry of owed.drain()) {
      entry.own?.failed(sqlstate.connectionFailure, 'session ended');
      for (const execution of entry.executions ?? []) {
        executions.finish(execution, { kind: 'unknown', sqlstate: '', affectedRows: 0 });
      }
    }
    release();
    audit.end(reason);
    toClient.held = false;
    toClient.gathers = false;
    toServer.held = false;
    turn.touch({
      flush: () => {
        toServer.flush();
        if (server.writable && reason !== 'client-closed') server.write(Terminate);
        toClient.flush();
        server.end();
        client.end();
        // Its end is seen only by reading on, and until then it counts as connected.
        client.resume();
        server.resume();
        setTimeout(() => {
          server.destroy();
          client.destroy();
        }, 1000).unref();
        closed(reason);
      },
      abandon: () => {
        server.destroy();
        client.destroy();
        closed(reason);
      },
    });
  }
}
