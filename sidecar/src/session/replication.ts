import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AuditSink, Intent, SessionAudit } from '../audit/index.js';
import type { ReplicationVerdict } from '../enforcement/replication.js';
import { decodeErrorFields, encodeErrorResponse } from '../wire/backend/error-response.js';
import { Framer } from '../wire/framer.js';
import { Query } from '../wire/frontend/query.js';
import { backendFraming, frontendFraming } from '../wire/limits.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { backendType, frontendType } from '../wire/types.js';
import { bodyOf } from './frame.js';
import { inWords, Rejection } from './rejection.js';
import { type Refusal, refusalFields, refusals, sqlstate } from './refusal.js';

export interface ReplicationParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly audit: SessionAudit;
  readonly sink: AuditSink;
  readonly log: Logger;
  /** asked before each command, and now and then while one runs; undefined: not governed any more */
  readonly verdict: () => ReplicationVerdict | undefined;
  readonly closed: () => void;
}

/** milliseconds between two looks at whether policy still names it */
const lookAgain = 1000;
/** milliseconds in which a client that was told the end gets to close */
const leave = 1000;
/** milliseconds in which a client gets to read what its server said last */
const readOut = 60_000;

interface Running {
  readonly intent: Intent;
  bytes: number;
  sqlstate: string;
}

/** @throws Rejection when policy does not name replication for this session */
export function checkReplication(verdict: ReplicationVerdict | undefined): void {
  if (verdict?.decision.effect === 'allow') return;
  const first = verdict?.decision.reasons[0];
  throw new Rejection(
    sqlstate.insufficientPrivilege,
    first === undefined || first.code === 'no-rule'
      ? 'replication connections are not allowed through Postern'
      : first.message,
    'Name the action replication in a DatabaseAccessPolicy, or connect to the server itself.',
  );
}

/**
 * A replication connection that policy names: bytes go through as they are, each command goes on record
 * before the server has it whole, and its outcome before the client hears of it. Protocol 3.0,
 * "Streaming Replication Protocol".
 */
export class Replication {
  private readonly parts: ReplicationParts;
  private readonly fromClient = new Framer({
    from: 'frontend',
    streams: frontendFraming.streams,
    limit: frontendFraming.limit,
  });
  private readonly fromServer = new Framer({
    from: 'backend',
    // bytes of all others are only counted
    streams: (type) => type !== backendType.errorResponse && type !== backendType.readyForQuery,
    limit: backendFraming.limit,
  });
  private readonly running: Running[] = [];
  private readonly looking: NodeJS.Timeout;
  /** Policy says `audit: strict`: what is recorded is on stable storage before bytes go on. */
  private strict = false;
  private over = false;

  constructor(parts: ReplicationParts) {
    this.parts = parts;
    this.looking = setInterval(() => this.look(), lookAgain);
    this.looking.unref();
  }

  /** Takes over both sockets. @param fromServer bytes already read from the server */
  start(fromClient: Buffer, fromServer: Buffer): void {
    const { client, server } = this.parts;
    client.on('error', () => undefined);
    server.on('error', () => undefined);
    client.on('close', () => this.end('client-closed', 0));
    server.on('close', () => this.end('server-closed', readOut));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    client.on('drain', () => server.resume());
    server.on('drain', () => client.resume());
    if (fromServer.length > 0) this.guard(() => this.hearServer(fromServer));
    if (fromClient.length > 0) this.guard(() => this.hearClient(fromClient));
    client.on('data', (chunk: Buffer) => this.guard(() => this.hearClient(chunk)));
    server.on('data', (chunk: Buffer) => this.guard(() => this.hearServer(chunk)));
    client.resume();
    server.resume();
  }

  /** A stream has no end to wait for. */
  drain(): void {
    this.terminate();
  }

  terminate(): void {
    this.fatal(refusals.stopping(), 'drained');
  }

  private hearClient(chunk: Buffer): void {
    if (this.over) return;
    const f = this.fromClient;
    f.push(chunk);
    let began = false;
    while (f.next()) {
      if (f.type !== frontendType.query) continue;
      if (f.fragment)
        throw new ProtocolError('message-too-large', 'a replication command is too long');
      if (!this.begin(Query.decode(bodyOf(f)).sql)) return;
      began = true;
    }
    this.forward(chunk, 'server', began);
  }

  /** @returns false when the connection is over */
  private begin(text: string): boolean {
    const { audit } = this.parts;
    const verdict = this.parts.verdict();
    if (verdict?.decision.effect !== 'allow') {
      if (verdict !== undefined) audit.refuse(verdict.record(text), sqlstate.insufficientPrivilege);
      this.fatal(refusals.replication(), 'policy');
      return false;
    }
    const { mode, whenFull } = verdict.decision.audit;
    this.strict = mode === 'strict';
    const intent = audit.intent(verdict.record(text), whenFull);
    this.running.push({ intent, bytes: 0, sqlstate: '' });
    return true;
  }

  private hearServer(chunk: Buffer): void {
    if (this.over) return;
    const f = this.fromServer;
    f.push(chunk);
    let finished = false;
    while (f.next()) {
      const [now] = this.running;
      if (now === undefined) continue;
      now.bytes += f.end - f.start;
      if (f.type === backendType.errorResponse)
        now.sqlstate = decodeErrorFields(bodyOf(f)).get('C') ?? sqlstate.internalError;
      if (f.type !== backendType.readyForQuery) continue;
      this.finish(now);
      finished = true;
    }
    this.forward(chunk, 'client', finished);
  }

  private finish({ intent, bytes, sqlstate: state }: Running): void {
    this.running.shift();
    const kind = state === '' ? 'completed' : 'failed';
    const counts = { bytes, rows: 0, affectedRows: 0 };
    this.parts.audit.outcome(intent, { kind, sqlstate: state, ...counts });
  }

  /** @param recorded something went on record that these bytes have to wait for */
  private forward(chunk: Buffer, to: 'client' | 'server', recorded: boolean): void {
    const { sink, client, server } = this.parts;
    const [target, source] = to === 'client' ? [client, server] : [server, client];
    const write = (): void => {
      if (this.over) return;
      if (target.write(chunk)) source.resume();
      else source.pause();
    };
    if (recorded) sink.commit();
    if (!recorded || !this.strict) {
      write();
      return;
    }
    source.pause();
    sink.durable().then(write, (cause: unknown) => this.failed(cause));
  }

  /** Policy may have changed. */
  private look(): void {
    if (this.parts.verdict()?.decision.effect !== 'allow')
      this.fatal(refusals.replication(), 'policy');
  }

  private guard(step: () => void): void {
    try {
      step();
    } catch (cause) {
      this.failed(cause);
    }
  }

  private failed(cause: unknown): void {
    const refusal = inWords(cause);
    this.parts.log.warn(
      { sqlstate: refusal.sqlstate, err: cause },
      'a replication connection failed',
    );
    this.fatal(refusal, 'failed');
  }

  /** Where the client is in the middle of a message it hears the end alone. */
  private fatal(refusal: Refusal, reason: string): void {
    if (this.over) return;
    const { client } = this.parts;
    const between = !this.fromServer.midMessage && this.fromServer.pending === 0;
    if (between) client.write(encodeErrorResponse(refusalFields(refusal, 'FATAL')));
    this.end(reason, leave);
  }

  private end(reason: string, patience: number): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.looking);
    const { client, server, audit, sink, closed } = this.parts;
    audit.end(reason);
    try {
      sink.commit();
    } catch (cause) {
      this.parts.log.error({ err: cause }, 'the end of a replication connection waits in memory');
    }
    server.destroy();
    client.end();
    setTimeout(() => client.destroy(), patience).unref();
    closed();
  }
}
