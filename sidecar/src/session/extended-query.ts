import { spellPlainStrings } from '@postern/sql';
import type { Context } from '../enforcement/context.js';
import { whole } from '../enforcement/pieces.js';
import type { ForwardVerdict, GovernedStatement } from '../enforcement/verdict.js';
import { Bind } from '../wire/frontend/bind.js';
import { decodeTarget } from '../wire/frontend/close.js';
import { Parse } from '../wire/frontend/parse.js';
import { Writer } from '../wire/writer.js';
import { begin } from './begin.js';
import type { ClientMessages, Dealt } from './client-messages.js';
import { beforeExecute, describedBy, formatsOf } from './describing.js';
import { bodyOf, type Frame, originalOf } from './frame.js';
import { portalStatement, type Prepared } from './names.js';
import { owe, oweBind, oweExecute } from './owed.js';
import { mostNamed, refusals } from './refusal.js';
import { nothingSent, type RowCount } from './execution.js';
import type { Session } from './session.js';
import type { StandIns } from './stand-ins.js';

/** Messages between two Syncs that name statements and portals. Protocol 3.0, "Extended Query". */
export class ExtendedQuery {
  private readonly session: Session;
  private readonly messages: ClientMessages;
  private readonly standIns: StandIns;

  constructor(session: Session, messages: ClientMessages) {
    this.session = session;
    this.messages = messages;
    this.standIns = messages.standIns;
  }

  parse(frame: Frame): 'done' | 'wait' {
    const { session, standIns } = this;
    if (frame.fragment) return standIns.forMessage(refusals.tooLong());
    if (session.names.bytes > mostNamed) return standIns.forMessage(refusals.namesFull());
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const message = Parse.decode(bodyOf(frame));
    if (!session.governance.keepsName(message.statement))
      return standIns.forMessage(refusals.nameConverted());
    const verdict = session.governance.govern(context, message.sql);
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'refuse' && verdict.count === 1) {
      session.executions.refuse(verdict.record, verdict.refusal);
      if (verdict.serversWords !== undefined)
        standIns.askServersWords(verdict.serversWords, message.parameterTypes, message.statement);
      return standIns.forMessage(verdict.refusal, message.statement);
    }
    if (verdict.kind !== 'forward' || verdict.statements.length > 1) {
      standIns.askServersWords(whole(message.sql), message.parameterTypes, message.statement);
      return standIns.forMessage(refusals.severalStatements(), message.statement);
    }
    session.batchOpen = true;
    const prepared = preparedOf(message, verdict, context, session.owed.cyclesBegun);
    session.owed.push(
      owe('parse', {
        undo: session.names.addStatement(prepared),
        toOriginal: originalOf(verdict),
      }),
    );
    if (verdict.rewritten === undefined) return this.messages.pass(frame);
    const out = new Writer();
    Parse.encode({ ...message, sql: verdict.rewritten }, out);
    session.toServer.write(out.finish());
    return 'done';
  }

  bind(frame: Frame): 'done' | 'wait' {
    const { session, standIns } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const { portal, statement, values } = Bind.decode(bodyOf(frame));
    const prepared = session.names.statement(statement);
    if (!session.governance.keepsName(statement) || !session.governance.keepsName(portal))
      return standIns.forMessage(refusals.nameConverted());
    if (prepared === undefined) {
      if (this.mayComeBack()) return 'wait';
      return standIns.forMessage(refusals.unknownStatement(statement));
    }
    // The name may have been taken: what it then stands for is known when the server has said so.
    if (session.owed.unsettled(prepared.cycle ?? -1)) return 'wait';
    if (!this.messages.redecision.isCurrent(prepared, context)) {
      const again = this.messages.redecision.renew(prepared, context);
      if (again === 'wait') return 'wait';
      if (again !== 'renewed') return standIns.forMessage(again);
    }
    session.batchOpen = true;
    session.owed.push(
      oweBind(
        session.names.addPortal(portal, {
          by: 'bind',
          cycle: session.owed.cyclesBegun,
          prepared,
          count: nothingSent(),
          formats: formatsOf(prepared, values, frame),
        }),
      ),
    );
    return this.messages.pass(frame);
  }

  /** A Close that an earlier error had the server skip is taken back; until then it is not known. */
  private mayComeBack(): boolean {
    const { owed, copyIn, isStaging } = this.session;
    return owed.owes('close') && !isStaging && !copyIn.running;
  }

  execute(frame: Frame): Dealt {
    const { session, standIns } = this;
    const context = session.governance.ready();
    if (context === undefined) return 'wait';
    const body = bodyOf(frame);
    const name = body.name();
    body.int32();
    const portal = session.names.portal(name);
    if (!session.governance.keepsName(name)) return standIns.forMessage(refusals.nameConverted());
    if (portal === undefined) {
      if (this.mayComeBack()) return 'wait';
      return standIns.forMessage(refusals.unknownPortal(name));
    }
    if (portal.by === 'bind' && session.owed.unsettled(portal.cycle)) return 'wait';
    const { prepared } = portal;
    if (prepared !== undefined && !this.messages.redecision.isCurrent(prepared, context)) {
      // A portal cannot be bound again in its place: it runs as it was decided, or not at all.
      const again = this.messages.redecision.confirm(prepared, context);
      if (again === 'wait') return 'wait';
      if (again !== 'renewed') return standIns.forMessage(again);
    }
    session.batchOpen = true;
    const statement = portalStatement(portal);
    if (statement === undefined) {
      session.owed.push(oweExecute(undefined, undefined));
      return this.messages.pass(frame);
    }
    let runs: readonly GovernedStatement[] = [statement];
    let counts: readonly (RowCount | undefined)[] = [portal.count];
    if (statement.runsPrepared !== undefined || statement.fetches !== undefined) {
      const executable = this.messages.redecision.resolveAll(runs, context);
      if (executable === 'wait') return 'wait';
      if ('refusal' in executable) return standIns.forMessage(executable.refusal);
      runs = executable.statements;
      counts = [executable.counts[0] ?? portal.count];
    }
    if (session.affected.mustRead(runs)) return 'count';
    const executions = begin(session, runs, counts);
    if (!Array.isArray(executions)) return standIns.forMessage(executions);
    for (const execution of executions)
      if (execution.watched !== undefined) beforeExecute(session, name, portal, execution);
    session.owed.push(oweExecute(executions, prepared && originalOf(prepared.verdict)));
    return this.messages.pass(frame);
  }

  describe(frame: Frame): 'done' {
    const { session } = this;
    session.batchOpen = true;
    const target = decodeTarget(bodyOf(frame), 'DESCRIBE');
    session.owed.push(owe('describe', { described: describedBy(session, target) }));
    return this.messages.pass(frame);
  }

  close(frame: Frame): 'done' {
    const { session, standIns } = this;
    const target = decodeTarget(bodyOf(frame), 'CLOSE');
    if (!session.governance.keepsName(target.name))
      return standIns.forMessage(refusals.nameConverted());
    session.batchOpen = true;
    const undo =
      target.of === 'statement'
        ? session.names.closeStatement(target.name)
        : session.names.closePortal(target.name);
    session.owed.push(owe('close', { undo }));
    return this.messages.pass(frame);
  }
}

const preparedOf = (
  { statement, sql, parameterTypes }: Parse,
  verdict: ForwardVerdict,
  context: Context,
  cycle: number,
): Prepared => ({
  name: statement,
  by: 'parse',
  cycle,
  sql: spellPlainStrings(sql, context.lexing.standardStrings).sql,
  parameterTypes: Buffer.from(parameterTypes),
  verdict,
  context,
});
