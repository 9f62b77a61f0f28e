import { Bind } from '../wire/frontend/bind.js';
import { Close } from '../wire/frontend/close.js';
import { Execute } from '../wire/frontend/execute.js';
import { Parse } from '../wire/frontend/parse.js';
import { Flush, Sync } from '../wire/frontend/signals.js';
import { frontendType } from '../wire/types.js';
import { Writer } from '../wire/writer.js';
import type { Piece, Verdict } from '../enforcement/verdict.js';
import { begin } from './begin.js';
import type { ClientMessages } from './client-messages.js';
import { Described } from './described.js';
import { owe, type Owed, unheard } from './owed.js';
import type { Questions } from './questions.js';
import { refusals } from './refusal.js';
import type { Session } from './session.js';
import { noTypes } from './stand-ins.js';

type Ready = Exclude<ReturnType<ClientMessages['redecision']['resolveAll']>, 'wait'>;

const noValues = Buffer.from([0, 0, 0, 0, 0, 0]);

/**
 * Runs the statements of one simple query one after the other, each decided only when the one before
 * has run. A pipeline of the extended protocol without a Sync is the same implicit transaction as a
 * simple query of several statements (Protocol 3.0, "Multiple Statements in a Simple Query" and
 * "Pipelining"), so the client sees what it would have seen; acknowledgements it does not expect are
 * dropped, and one Sync at the end brings its ReadyForQuery.
 */
export async function runStaged(
  pieces: readonly Piece[],
  session: Session,
  messages: ClientMessages,
  questions: Questions,
): Promise<void> {
  /** Once all is answered: is the server skipping what comes, up to a Sync? */
  const skips = async (): Promise<boolean> => {
    await questions.quiet();
    return session.owed.skipping;
  };
  // An error before it in its batch: the server would not have looked at it either.
  if (await skips()) return;
  for (const [i, piece] of pieces.entries()) {
    if (await skips()) break;
    const verdict = await decided(piece.sql, session, questions);
    session.batchOpen = true;
    // A statement that has run has no portal any more; one that fails while it runs keeps it.
    if (i > 0) close(session, ['portal'], { staged: true });
    const ready = lookUp(verdict, session, messages);
    if (ready !== undefined && 'statements' in ready && session.affected.mustRead(ready.statements))
      await session.affected.read(questions);
    if (session.owed.skipping) break;
    send(piece, verdict, ready, session, messages);
    session.touch();
  }
  const failed = await skips();
  // Nor has a Query an unnamed statement.
  if (!failed) close(session, ['statement', 'portal'], { staged: true });
  session.batchOpen = false;
  messages.standIns.doomed = false;
  sync(session, {});
  if (failed) {
    close(session, ['statement'], { own: unheard });
    sync(session, { own: unheard });
  }
  session.touch();
}

/** Those without a name. */
function close(
  { owed, toServer }: Session,
  what: readonly Close['of'][],
  how: Partial<Owed>,
): void {
  const out = new Writer();
  for (const of of what) {
    Close.encode({ kind: 'Close', of, name: '' }, out);
    owed.push(owe('close', how));
  }
  toServer.write(out.finish());
}

function sync({ owed, toServer }: Session, how: Partial<Owed>): void {
  owed.push(owe('sync', how));
  toServer.write(Sync);
}

async function decided(sql: string, session: Session, questions: Questions): Promise<Verdict> {
  for (;;) {
    const context = session.governance.ready();
    const verdict = context === undefined ? undefined : session.governance.govern(context, sql);
    if (verdict !== undefined) return verdict;
    await session.governance.prepare(questions);
  }
}

/** What is to run for a verdict; undefined where that is nothing. */
function lookUp(
  verdict: Verdict,
  session: Session,
  { redecision }: ClientMessages,
): Ready | undefined {
  if (verdict.kind !== 'forward') return undefined;
  const ready = redecision.resolveAll(verdict.statements, session.governance.ready());
  // Everything before was answered, so that there is nothing to wait for.
  if (ready === 'wait') throw new TypeError('a staged statement that waits');
  return ready;
}

function send(
  { sql, toOriginal }: Piece,
  verdict: Verdict,
  ready: Ready | undefined,
  session: Session,
  messages: ClientMessages,
): void {
  if (verdict.kind === 'staged') {
    messages.standIns.forMessage(refusals.severalStatements());
    return;
  }
  if (verdict.kind === 'refuse') {
    session.executions.refuse(verdict.record, verdict.refusal);
    const { serversWords } = verdict;
    if (serversWords !== undefined) {
      messages.standIns.askServersWords(
        { sql: serversWords.sql, toOriginal: (p) => toOriginal(serversWords.toOriginal(p)) },
        noTypes,
      );
    }
    const { position, ...rest } = verdict.refusal;
    messages.standIns.forMessage(
      position === undefined ? rest : { ...rest, position: toOriginal(position) },
    );
    return;
  }
  if (ready === undefined) throw new TypeError('a statement that nobody has looked up');
  if ('refusal' in ready) {
    messages.standIns.forMessage(ready.refusal);
    return;
  }
  const executions = begin(session, ready.statements, ready.counts);
  if (!Array.isArray(executions)) {
    messages.standIns.forMessage(executions);
    return;
  }
  const out = new Writer();
  Parse.encode(
    {
      kind: 'Parse',
      statement: '',
      sql: verdict.rewritten ?? sql,
      parameterTypes: noTypes,
    },
    out,
  );
  Bind.encode({ kind: 'Bind', portal: '', statement: '', values: noValues }, out);
  out.message(frontendType.describe, (w) => w.uint8(0x50).cstring(''));
  Execute.encode({ kind: 'Execute', portal: '', maxRows: 0 }, out);
  out.bytes(Flush);
  const ofClient = (position: number): number => toOriginal(verdict.toOriginal(position));
  session.owed.push(owe('parse', { staged: true, toOriginal: ofClient }));
  session.owed.push(owe('bind', { staged: true }));
  const described = new Described(session.owed.cyclesBegun);
  for (const { watched } of executions) watched?.toldBy(described);
  session.owed.push(owe('describe', { staged: true, described }));
  session.owed.push(owe('execute', { staged: true, executions, toOriginal: ofClient }));
  session.toServer.write(out.finish());
}
