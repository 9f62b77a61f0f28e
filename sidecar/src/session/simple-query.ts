import { whole } from '../enforcement/pieces.js';
import { Query } from '../wire/frontend/query.js';
import { begin } from './begin.js';
import type { ClientMessages } from './client-messages.js';
import { bodyOf, encodeQuery, type Frame, originalOf } from './frame.js';
import { owe } from './owed.js';
import { refusals } from './refusal.js';
import type { Session } from './session.js';
import type { StandIns } from './stand-ins.js';

/** Messages that are answered with a ReadyForQuery of their own: Query and FunctionCall. */
export class SimpleQuery {
  private readonly session: Session;
  private readonly messages: ClientMessages;
  private readonly standIns: StandIns;

  constructor(session: Session, messages: ClientMessages) {
    this.session = session;
    this.messages = messages;
    this.standIns = messages.standIns;
  }

  query(frame: Frame): 'done' | 'wait' {
    const { session, standIns } = this;
    if (frame.fragment) return standIns.forQuery([], '', refusals.tooLong());
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const { sql } = Query.decode(bodyOf(frame));
    const verdict = session.governance.govern(context, sql);
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'refuse') {
      if (verdict.serversWords !== undefined && verdict.before.length === 0 && !session.batchOpen)
        return standIns.inServersWords(verdict, verdict.serversWords);
      return standIns.forQuery(verdict.before, verdict.prefix, verdict.refusal, () => {
        session.executions.refuse(verdict.record, verdict.refusal);
      });
    }
    if (verdict.kind === 'staged') {
      session.stage(verdict.pieces);
      return 'done';
    }
    const executable = this.messages.redecision.resolveAll(verdict.statements, context);
    if (executable === 'wait') return 'wait';
    if ('refusal' in executable) return standIns.forQuery([], '', executable.refusal);
    const [first] = executable.statements;
    if (first !== undefined && !session.limitedRuns.mayBeSimple(first)) {
      session.stage([whole(sql)]);
      return 'done';
    }
    const executions = begin(session, executable.statements, executable.counts);
    if (!Array.isArray(executions)) return standIns.forQuery([], '', executions);
    session.owed.push(owe('query', { executions, toOriginal: originalOf(verdict) }));
    if (verdict.rewritten === undefined) return this.messages.pass(frame);
    session.toServer.write(encodeQuery(verdict.rewritten));
    return 'done';
  }

  /** Its reply is one FunctionCallResponse or error, and like a Query's it ends with ReadyForQuery. */
  functionCall(frame: Frame): 'done' | 'wait' {
    const { session, standIns } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const verdict = session.governance.governFunctionCall(context, bodyOf(frame).uint32());
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'staged') throw new TypeError('one function in several pieces');
    if (verdict.kind === 'refuse') {
      return standIns.forQuery([], '', verdict.refusal, () => {
        session.executions.refuse(verdict.record, verdict.refusal);
      });
    }
    const executions = begin(session, verdict.statements);
    if (!Array.isArray(executions)) return standIns.forQuery([], '', executions);
    session.owed.push(owe('query', { executions }));
    return this.messages.pass(frame);
  }
}
