import { SpoolError } from '../audit/index.js';
import type { Context } from '../enforcement/context.js';
import type {
  ForwardVerdict,
  GovernedStatement,
  Piece,
  RefuseVerdict,
} from '../enforcement/verdict.js';
import { Body } from '../wire/body.js';
import { Bind } from '../wire/frontend/bind.js';
import { Close, decodeTarget } from '../wire/frontend/close.js';
import { Parse } from '../wire/frontend/parse.js';
import { Query } from '../wire/frontend/query.js';
import { Flush, Sync } from '../wire/frontend/signals.js';
import { headerLength } from '../wire/framer.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { frontendType } from '../wire/types.js';
import { Writer } from '../wire/writer.js';
import type { Execution } from './execution.js';
import { portalStatement, type Prepared } from './names.js';
import { owe, oweBind, oweExecute } from './owed.js';
import { ownNames } from './own-names.js';
import { mostNamed, type Refusal, refusals, sqlstate, standIn } from './refusal.js';
import { Redecision } from './redecision.js';
import type { Session } from './session.js';

/** One whole client message, or a piece of a streamed one. */
export interface Frame {
  readonly type: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** a piece of a message that is longer than the piece */
  readonly fragment: boolean;
  /** the piece begins with the header */
  readonly first: boolean;
}

/** Messages whose dealing may have to wait. */
const decided = new Set<number>([
  ...[frontendType.query, frontendType.functionCall, frontendType.parse],
  ...[frontendType.bind, frontendType.execute, frontendType.describe, frontendType.close],
]);

const noTypes = Buffer.from([0, 0]);

/**
 * What the client says, in order. Each handler either deals with its message at once or returns
 * `wait`: then nothing later is looked at until the session knows what it needs to decide it.
 */
export class ClientMessages {
  private readonly session: Session;
  readonly redecision: Redecision;
  /** What became of the first piece of a streamed message becomes of the others. */
  private passing = false;
  /** A stand-in was sent in this batch: the server will skip what follows, up to the Sync. */
  doomed = false;

  constructor(session: Session) {
    this.session = session;
    this.redecision = new Redecision(session);
  }

  handle(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    if (frame.fragment && !frame.first) return this.passing ? this.pass(frame) : 'done';
    this.passing = false;
    // The server would drop it unread and unanswered; so it need not be decided.
    if (
      (session.owed.skipping || this.doomed) &&
      frame.type !== frontendType.sync &&
      frame.type !== frontendType.terminate
    ) {
      return 'done';
    }
    if (session.copyIn.running && decided.has(frame.type)) return this.amidCopy(frame);
    try {
      return this.dispatch(frame);
    } catch (cause) {
      if (cause instanceof ProtocolError && cause.code === 'malformed')
        return this.malformed(frame, cause);
      throw cause;
    }
  }

  /** While the server waits for the data of a COPY it takes none of these, and answers no question. */
  amidCopy(frame: Frame): 'done' {
    const refusal = refusals.amidCopy(frame.type);
    if (frame.type === frontendType.query || frame.type === frontendType.functionCall)
      return this.refuseQuery([], '', refusal);
    return this.standIn('', refusal);
  }

  /** Its body cannot be read: an error to the server, after which the session goes on. */
  private malformed(frame: Frame, cause: ProtocolError): 'done' {
    const refusal = refusals.malformed(cause.message);
    switch (frame.type) {
      case frontendType.query:
      case frontendType.functionCall:
        return this.refuseQuery([], '', refusal);
      case frontendType.parse:
      case frontendType.bind:
      case frontendType.execute:
      case frontendType.describe:
      case frontendType.close:
        return this.standIn('', refusal);
      default:
        throw cause;
    }
  }

  private dispatch(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    switch (frame.type) {
      case frontendType.query:
        return this.query(frame);
      case frontendType.parse:
        return this.parse(frame);
      case frontendType.bind:
        return this.bind(frame);
      case frontendType.execute:
        return this.execute(frame);
      case frontendType.describe:
        session.batchOpen = true;
        decodeTarget(bodyOf(frame), 'DESCRIBE');
        session.owed.push(owe('describe'));
        return this.pass(frame);
      case frontendType.close:
        return this.close(frame);
      case frontendType.sync:
        this.doomed = false;
        if (session.copyIn.running) {
          session.copyIn.sync();
        } else {
          session.batchOpen = false;
          session.owed.push(owe('sync'));
        }
        return this.pass(frame);
      case frontendType.flush:
        return this.pass(frame);
      case frontendType.copyData:
        return this.pass(frame);
      case frontendType.copyDone:
      case frontendType.copyFail:
        session.copyEnded();
        this.pass(frame);
        // Without a Flush the server would keep the end of a staged COPY to itself.
        if (session.isStaging) session.toServer.write(Flush);
        return 'done';
      case frontendType.functionCall:
        return this.functionCall(frame);
      case frontendType.terminate:
        this.pass(frame);
        session.clientTerminated();
        return 'done';
      default:
        throw new ProtocolError(
          'invalid-type',
          `invalid frontend message type ${String(frame.type)}`,
        );
    }
  }

  private query(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    if (frame.fragment) return this.refuseQuery([], '', refusals.tooLong());
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const { sql } = Query.decode(bodyOf(frame));
    const verdict = session.governance.govern(context, sql);
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'refuse') {
      if (verdict.serversWords !== undefined && verdict.before.length === 0 && !session.batchOpen)
        return this.refuseInServersWords(verdict, verdict.serversWords);
      return this.refuseQuery(verdict.before, verdict.prefix, verdict.refusal, () => {
        session.executions.refuse(verdict.record, verdict.refusal);
      });
    }
    if (verdict.kind === 'staged') {
      session.stage(verdict.pieces);
      return 'done';
    }
    const executable = this.redecision.resolveAll(verdict.statements, context);
    if ('refusal' in executable) return this.refuseQuery([], '', executable.refusal);
    const executions = this.begin(executable.statements);
    if (!Array.isArray(executions)) return this.refuseQuery([], '', executions);
    session.owed.push(owe('query', { executions, toOriginal: originalOf(verdict) }));
    if (verdict.rewritten === undefined) return this.pass(frame);
    session.toServer.write(encodeQuery(verdict.rewritten));
    return 'done';
  }

  private refuseQuery(
    before: readonly GovernedStatement[],
    prefix: string,
    refusal: Refusal,
    record?: () => void,
  ): 'done' {
    const { session } = this;
    const executions = this.begin(before);
    if (!Array.isArray(executions)) return this.refuseQuery([], '', executions);
    record?.();
    session.owed.push(owe('query', { executions, refusal }));
    session.toServer.write(encodeQuery(prefix + standIn[refusal.stage].sql));
    return 'done';
  }

  /** In the place of a Query; its Sync brings the one ReadyForQuery. */
  private refuseInServersWords({ record, refusal }: RefuseVerdict, words: Piece): 'done' {
    const { session } = this;
    session.executions.refuse(record, refusal);
    this.askServersWords(words, noTypes);
    this.standIn('', refusal);
    this.doomed = false;
    session.batchOpen = false;
    session.owed.push(owe('sync'));
    session.toServer.write(Sync);
    return 'done';
  }

  /**
   * A Parse of what cannot be decided: the server's error for it, if it has one, is the one the client
   * gets. If it has none, the stand-in that follows fails in its place.
   */
  askServersWords({ sql, before }: Piece, parameterTypes: Buffer): void {
    const { session } = this;
    session.owed.push(owe('parse', { staged: true, toOriginal: (at) => before + at }));
    session.owed.push(owe('close', { staged: true }));
    const out = new Writer();
    Parse.encode({ kind: 'Parse', statement: ownNames.words, sql, parameterTypes }, out);
    Close.encode({ kind: 'Close', of: 'statement', name: ownNames.words }, out);
    session.toServer.write(out.finish());
  }

  /** Its reply is one FunctionCallResponse or error, and like a Query's it ends with ReadyForQuery. */
  private functionCall(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const verdict = session.governance.governFunctionCall(context, bodyOf(frame).uint32());
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'staged') throw new TypeError('one function in several pieces');
    if (verdict.kind === 'refuse') {
      return this.refuseQuery([], '', verdict.refusal, () => {
        session.executions.refuse(verdict.record, verdict.refusal);
      });
    }
    const executions = this.begin(verdict.statements);
    if (!Array.isArray(executions)) return this.refuseQuery([], '', executions);
    session.owed.push(owe('query', { executions }));
    return this.pass(frame);
  }

  private parse(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    if (frame.fragment) return this.standIn('', refusals.tooLong());
    if (session.names.bytes > mostNamed) return this.standIn('', refusals.namesFull());
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const message = Parse.decode(bodyOf(frame));
    if (!session.governance.keepsName(message.statement))
      return this.standIn('', refusals.nameConverted());
    const verdict = session.governance.govern(context, message.sql);
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'refuse') {
      session.executions.refuse(verdict.record, verdict.refusal);
      if (verdict.serversWords !== undefined)
        this.askServersWords(verdict.serversWords, message.parameterTypes);
      return this.standIn(message.statement, verdict.refusal);
    }
    if (verdict.kind === 'staged' || verdict.statements.length > 1) {
      this.askServersWords({ sql: message.sql, before: 0 }, message.parameterTypes);
      return this.standIn(message.statement, refusals.severalStatements());
    }
    session.batchOpen = true;
    const prepared: Prepared = {
      name: message.statement,
      by: 'parse',
      sql: message.sql,
      parameterTypes: Buffer.from(message.parameterTypes),
      verdict,
      context,
    };
    session.owed.push(
      owe('parse', {
        undo: session.names.addStatement(prepared),
        toOriginal: originalOf(verdict),
      }),
    );
    if (verdict.rewritten === undefined) return this.pass(frame);
    const out = new Writer();
    Parse.encode({ ...message, sql: verdict.rewritten }, out);
    session.toServer.write(out.finish());
    return 'done';
  }

  private bind(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const { portal, statement } = Bind.decode(bodyOf(frame));
    const prepared = session.names.statement(statement);
    if (!session.governance.keepsName(statement) || !session.governance.keepsName(portal))
      return this.standIn('', refusals.nameConverted());
    if (prepared === undefined) {
      if (this.mayComeBack()) return 'wait';
      return this.standIn('', refusals.unknownStatement(statement));
    }
    if (!this.isCurrent(prepared, context)) {
      const again = this.redecision.renew(prepared, context);
      if (again === 'wait') return 'wait';
      if (again !== 'renewed') return this.standIn(statement, again);
    }
    session.batchOpen = true;
    session.owed.push(
      oweBind(
        session.names.addPortal(portal, {
          by: 'bind',
          cycle: session.owed.cyclesBegun,
          prepared,
          count: { rows: 0, bytes: 0 },
        }),
      ),
    );
    return this.pass(frame);
  }

  /** A Close that an earlier error had the server skip is taken back; until then it is not known. */
  private mayComeBack(): boolean {
    const { owed, copyIn, isStaging } = this.session;
    return owed.owes('close') && !isStaging && !copyIn.running;
  }

  private isCurrent(prepared: Prepared, context: Context): boolean {
    return prepared.context === context && prepared.verdict.until > this.session.now();
  }

  private execute(frame: Frame): 'done' | 'wait' {
    const { session } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const name = bodyOf(frame).name();
    const portal = session.names.portal(name);
    if (!session.governance.keepsName(name)) return this.standIn('', refusals.nameConverted());
    if (portal === undefined) {
      if (this.mayComeBack()) return 'wait';
      return this.standIn('', refusals.unknownPortal(name));
    }
    const { prepared } = portal;
    if (prepared !== undefined && !this.isCurrent(prepared, context)) {
      // A portal cannot be bound again in its place: it runs as it was decided, or not at all.
      const again = this.redecision.confirm(prepared, context);
      if (again === 'wait') return 'wait';
      if (again !== 'renewed') return this.standIn('', again);
    }
    session.batchOpen = true;
    const statement = portalStatement(portal);
    if (statement === undefined) {
      session.owed.push(oweExecute(undefined, undefined));
      return this.pass(frame);
    }
    let runs: readonly GovernedStatement[] = [statement];
    if (statement.runsPrepared !== undefined) {
      const executable = this.redecision.resolveAll(runs, context);
      if ('refusal' in executable) return this.standIn('', executable.refusal);
      runs = executable.statements;
    }
    const executions = this.begin(runs, portal.count);
    if (!Array.isArray(executions)) return this.standIn('', executions);
    session.owed.push(oweExecute(executions, prepared && originalOf(prepared.verdict)));
    return this.pass(frame);
  }

  private close(frame: Frame): 'done' {
    const { session } = this;
    const target = decodeTarget(bodyOf(frame), 'CLOSE');
    if (!session.governance.keepsName(target.name))
      return this.standIn('', refusals.nameConverted());
    session.batchOpen = true;
    const undo =
      target.of === 'statement'
        ? session.names.closeStatement(target.name)
        : session.names.closePortal(target.name);
    session.owed.push(owe('close', { undo }));
    return this.pass(frame);
  }

  /** Sends a Parse that fails in the place of a refused message of the extended protocol. */
  standIn(statement: string, refusal: Refusal): 'done' {
    const { session } = this;
    session.batchOpen = true;
    session.owed.push(owe('parse', { refusal }));
    const out = new Writer();
    const { sql } = standIn[refusal.stage];
    Parse.encode({ kind: 'Parse', statement, sql, parameterTypes: noTypes }, out);
    session.toServer.write(out.finish());
    this.doomed = true;
    return 'done';
  }

  /** Writes the intents. A full spool refuses, before anything was forwarded. */
  begin(
    statements: readonly GovernedStatement[],
    count: Execution['count'] = { rows: 0, bytes: 0 },
  ): Execution[] | Refusal {
    const { executions, governance, names } = this.session;
    if (names.bytes > mostNamed && statements.some(keepsName)) return refusals.namesFull();
    const begun: Execution[] = [];
    try {
      for (const statement of statements) begun.push(executions.begin(statement, count));
    } catch (cause) {
      if (!(cause instanceof SpoolError && cause.code === 'full')) throw cause;
      // None of them goes out; those that were announced already get an end.
      for (const execution of begun) {
        executions.finish(execution, {
          kind: 'failed',
          sqlstate: sqlstate.diskFull,
          affectedRows: 0,
        });
      }
      return refusals.auditFull();
    }
    for (const statement of statements) governance.begun(statement);
    return begun;
  }

  private pass(frame: Frame): 'done' {
    this.passing = true;
    this.session.toServer.pass(frame.buffer, frame.start, frame.end);
    return 'done';
  }
}

const keepsName = ({ effects }: GovernedStatement): boolean =>
  effects.some(({ kind }) => kind === 'prepare' || kind === 'declare');

const originalOf = (verdict: ForwardVerdict): ForwardVerdict['toOriginal'] | undefined =>
  verdict.rewritten === undefined ? undefined : verdict.toOriginal;

export function encodeQuery(sql: string): Buffer {
  const out = new Writer();
  Query.encode({ kind: 'Query', sql }, out);
  return out.finish();
}

const bodyOf = (frame: Frame): Body =>
  new Body(frame.buffer, frame.start + headerLength, frame.end);
