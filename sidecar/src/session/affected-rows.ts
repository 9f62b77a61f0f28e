import { encodeErrorResponse } from '../wire/backend/error-response.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import type { Execution } from './execution.js';
import { limitSource } from './limits.js';
import type { OwnReply } from './owed.js';
import { QuestionError, type Questions } from './questions.js';
import { type Refusal, refusalFields, refusals } from './refusal.js';
import type { Session } from './session.js';

/** The server's own count of the rows written since it last reported, by table. */
interface Counted {
  /** the server does count */
  readonly counts: boolean;
  readonly tables: ReadonlyMap<string, number>;
}

/**
 * Every table of the database's users in which this session has written, with how many rows. Nothing of it is
 * looked up by the client's search_path. Views of the same counters leave out what was written by others.
 */
const question = `SELECT pg_catalog.current_setting('track_counts'), pg_catalog.string_agg(pg_catalog.concat(oid, '=', i, '+', u, '+', d), ' ')
FROM (SELECT oid, pg_catalog.pg_stat_get_xact_tuples_inserted(oid) AS i, pg_catalog.pg_stat_get_xact_tuples_updated(oid) AS u, pg_catalog.pg_stat_get_xact_tuples_deleted(oid) AS d
FROM pg_catalog.pg_class WHERE relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[]) AND oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid OFFSET 0) AS t
WHERE GREATEST(i, u, d) OPERATOR(pg_catalog.>) 0`;

/** What a statement is judged by when it has run, or has sent a part of its rows. */
interface Ended {
  readonly execution: Execution;
  /** of the command tag, where it is one of rows changed */
  readonly tagged: number;
  readonly within: () => void;
  readonly over: (refusal: Refusal) => void;
  readonly failed: (sqlstate: string) => Refusal | undefined;
}

/**
 * The rows that a statement has changed, exactly: the server counts them, in triggers, cascades, rules, functions
 * and data-modifying CTEs too. Read before the statement and behind it in the same transaction, which has not
 * ended by then (ADR 0011).
 */
export class AffectedRows {
  private readonly session: Session;
  /** read, and nothing was sent since */
  private before: Counted | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** Must the counters be read before these are sent? */
  mustRead(statements: readonly GovernedStatement[]): boolean {
    return this.before === undefined && statements.some(countsNow);
  }

  /** Within the transaction of what comes next. */
  async read(questions: Questions): Promise<void> {
    try {
      const [row] = await questions.ask(question);
      // Outside of one the counters may start anew.
      if (this.session.batchOpen) this.before = countedOf(row);
    } catch (cause) {
      if (!(cause instanceof QuestionError)) throw cause;
      // Nothing of the client's can run then, unless the batch goes on.
      this.before = { counts: false, tables: new Map() };
      if (cause.sqlstate !== '25P02') this.tell(cause.sqlstate, cause.message);
    }
  }

  /** @returns why these cannot run, if they cannot be counted */
  refusalOf(statements: readonly GovernedStatement[]): Refusal | undefined {
    const counted = statements.find(countsNow);
    if (counted === undefined) return undefined;
    const { session } = this;
    const source = limitSource(counted.limits, 'maxAffectedRows');
    if (counted.counts?.mayCommit === true && !session.limitedRuns.isInBlock)
      return refusals.mayCommit(source);
    if (session.status === 'E' || session.owed.skipping) return undefined;
    return this.before?.counts === true ? undefined : refusals.notCounting(source);
  }

  /** Is about to be sent. */
  begun(execution: Execution): void {
    if (countsNow(execution.statement)) execution.changedBefore = this.before?.tables ?? new Map();
    this.before = undefined;
  }

  /** A transaction has ended. */
  forget(): void {
    this.before = undefined;
  }

  /** Asks what a statement has changed, before the client hears of its end. */
  settle({ execution, tagged, within, over, failed }: Ended): void {
    const { limits, counts } = execution.statement;
    const limit = limits.maxAffectedRows;
    if (limit === undefined || counts === undefined) throw new TypeError('nothing is counted');
    let row: readonly (string | null)[] | undefined;
    const own: OwnReply = {
      row: (found) => {
        row = found;
        const now = countedOf(row);
        const before = execution.changedBefore ?? new Map<string, number>();
        const { count } = execution;
        count.changed += changedRows(before, now.tables);
        const source = limitSource(limits, 'maxAffectedRows');
        if (!now.counts) over(refusals.notCounting(source));
        else if (Math.max(count.changed, tagged) > limit)
          over(refusals.affectedLimit(limit, source));
        else within();
      },
      failed: (sqlstate, message) => {
        // The server has undone it: for the client it is the statement that has failed.
        const why = row === undefined ? failed(sqlstate) : undefined;
        if (why === undefined) this.tell(sqlstate, message);
        else this.session.toClient.write(encodeErrorResponse(refusalFields(why)));
      },
      ready: () => undefined,
    };
    this.session.askInBatch(question, own);
  }

  private tell(sqlstate: string, message: string): void {
    const refusal: Refusal = { sqlstate, message, stage: 'analysis' };
    this.session.toClient.write(encodeErrorResponse(refusalFields(refusal)));
    this.session.touch();
  }
}

const countsNow = ({ counts }: GovernedStatement): boolean => counts?.when === 'now';

function countedOf(row: readonly (string | null)[] | undefined): Counted {
  const tables = new Map<string, number>();
  for (const one of row?.[1]?.split(' ') ?? []) {
    const [table = '', rows = ''] = one.split('=');
    tables.set(
      table,
      rows.split('+').reduce((sum, part) => sum + Number(part), 0),
    );
  }
  return { counts: row?.[0] === 'on', tables };
}

/** One table's count may fall, as it is truncated: another's rise still counts. */
function changedRows(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): number {
  let rows = 0;
  for (const [table, count] of now) rows += Math.max(0, count - (before.get(table) ?? 0));
  return rows;
}
