import type { Context } from '../enforcement/context.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import { Close } from '../wire/frontend/close.js';
import { Parse } from '../wire/frontend/parse.js';
import { Writer } from '../wire/writer.js';
import { portalStatement, type Prepared, wireName } from './names.js';
import { owe, unheard } from './owed.js';
import { type Refusal, refusals } from './refusal.js';
import { nothingSent, type RowCount } from './execution.js';
import type { Session } from './session.js';

interface Cursor {
  readonly query: GovernedStatement | undefined;
  readonly count: RowCount;
}

/** Statements that can run, each with where its counting goes on, if it does. */
export interface Executable {
  readonly statements: readonly GovernedStatement[];
  readonly counts: readonly (RowCount | undefined)[];
}

/** Decides prepared statements again when what they were decided under has changed. */
export class Redecision {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * @returns `renewed`; `wait` when something has to be asked first; a refusal when it may not run now,
   *          or when its new form cannot be put in the place of the old one
   */
  renew(prepared: Prepared, context: Context): 'renewed' | 'wait' | Refusal {
    return this.decideAgain(prepared, context, prepared.by === 'parse');
  }

  /** As `renew`, for a portal: only the form it has already will do. */
  confirm(prepared: Prepared, context: Context): 'renewed' | 'wait' | Refusal {
    return this.decideAgain(prepared, context, false);
  }

  isCurrent(prepared: Prepared, context: Context): boolean {
    const { governance } = this.session;
    const { verdict } = prepared;
    return prepared.context === context && governance.holds(verdict) && !governance.isOld(verdict);
  }

  private decideAgain(
    prepared: Prepared,
    context: Context,
    mayPrepare: boolean,
  ): 'renewed' | 'wait' | Refusal {
    const { session } = this;
    const verdict = session.governance.govern(context, prepared.sql);
    if (verdict === undefined) return 'wait';
    if (verdict.kind === 'refuse') {
      session.executions.refuse(verdict.record, verdict.refusal);
      return verdict.refusal;
    }
    if (verdict.kind === 'staged') return refusals.severalStatements();
    const changed = verdict.rewritten !== prepared.verdict.rewritten;
    if (changed && !mayPrepare) return refusals.changedMeaning();
    prepared.verdict = verdict;
    prepared.context = context;
    if (changed) this.prepareAgain(prepared, verdict.rewritten ?? prepared.sql);
    return 'renewed';
  }

  /**
   * A statement that runs a prepared one by SQL (`EXECUTE name`) is recorded, and decided, as that one. A
   * FETCH has the limits of its cursor's query, and counts on from the last one.
   */
  resolveAll(
    statements: readonly GovernedStatement[],
    context: Context | undefined,
  ): Executable | { readonly refusal: Refusal } | 'wait' {
    if (!statements.some((s) => s.runsPrepared !== undefined || s.fetches !== undefined))
      return { statements, counts: [] };
    const resolved: GovernedStatement[] = [];
    const counts: (RowCount | undefined)[] = [];
    const justPrepared = new Map<string, GovernedStatement>();
    const justDeclared = new Map<string, Cursor>();
    for (const statement of statements) {
      for (const effect of statement.effects) {
        if (effect.kind === 'prepare') justPrepared.set(effect.name, statement);
        if (effect.kind === 'declare')
          justDeclared.set(effect.name, { query: statement, count: nothingSent() });
      }
      if (statement.fetches !== undefined) {
        const declared = justDeclared.get(statement.fetches);
        const again = declared ? 'renewed' : this.confirmCursor(statement.fetches, context);
        if (again === 'wait') return 'wait';
        if (again !== 'renewed') return { refusal: again };
        const cursor = declared ?? this.cursor(statement.fetches);
        counts[resolved.length] = cursor?.count;
        resolved.push(limitedAs(statement, cursor?.query));
        continue;
      }
      if (statement.runsPrepared === undefined) {
        resolved.push(statement);
        continue;
      }
      const found =
        justPrepared.get(statement.runsPrepared) ?? this.known(statement.runsPrepared, context);
      if (found === 'wait') return 'wait';
      if (found === undefined)
        return { refusal: refusals.unknownStatement(statement.runsPrepared) };
      if ('message' in found) return { refusal: found };
      resolved.push({
        ...found,
        ...(found.counts === undefined ? {} : { counts: { ...found.counts, when: 'now' } }),
        sendsRows: true,
        effects: [...statement.effects, ...found.effects.filter((e) => e.kind !== 'prepare')],
      });
    }
    return { statements: resolved, counts };
  }

  /**
   * A cursor gives what it was declared for: names in it keep their meaning, whatever has been set since. By what governs
   * now it goes on, or not at all.
   */
  private confirmCursor(name: string, context: Context | undefined): 'renewed' | 'wait' | Refusal {
    const { session } = this;
    const portal = session.names.portal(wireName(name));
    const prepared = portal?.prepared;
    if (prepared === undefined || context === undefined) return 'renewed';
    if (portal?.by === 'bind')
      return this.isCurrent(prepared, context) ? 'renewed' : this.confirm(prepared, context);
    const then = session.governance.sameSettings(prepared.context);
    if (then === undefined || this.isCurrent(prepared, then)) return 'renewed';
    const verdict = session.governance.governAsIs(then, prepared.sql);
    if (verdict.kind === 'refuse' && verdict.unresolved && !session.governance.isNew(prepared))
      return 'renewed';
    if (verdict.kind === 'refuse') {
      session.executions.refuse(verdict.record, verdict.refusal);
      return verdict.refusal;
    }
    if (verdict.kind === 'staged' || verdict.rewritten !== prepared.verdict.rewritten)
      return refusals.changedCursor();
    prepared.verdict = verdict;
    prepared.context = then;
    return 'renewed';
  }

  private cursor(name: string): Cursor | undefined {
    const portal = this.session.names.portal(wireName(name));
    return portal && { query: portalStatement(portal), count: portal.count };
  }

  private known(
    name: string,
    context: Context | undefined,
  ): GovernedStatement | Refusal | 'wait' | undefined {
    const { names, owed } = this.session;
    const prepared = names.statement(wireName(name));
    if (prepared === undefined) return undefined;
    if (owed.unsettled(prepared.cycle ?? -1)) return 'wait';
    if (context !== undefined && !this.isCurrent(prepared, context)) {
      const again = this.renew(prepared, context);
      if (again === 'wait') return refusals.changedMeaning();
      if (again !== 'renewed') return again;
    }
    return prepared.verdict.statements[0];
  }

  private prepareAgain(prepared: Prepared, sql: string): void {
    prepared.described = undefined;
    const out = new Writer();
    Close.encode({ kind: 'Close', of: 'statement', name: prepared.name }, out);
    Parse.encode(
      { kind: 'Parse', statement: prepared.name, sql, parameterTypes: prepared.parameterTypes },
      out,
    );
    this.session.owed.push(owe('close', { own: unheard }));
    this.session.owed.push(owe('parse', { own: unheard }));
    this.session.toServer.write(out.finish());
  }
}

const limitedAs = (
  fetch: GovernedStatement,
  query: GovernedStatement | undefined,
): GovernedStatement =>
  query === undefined
    ? fetch
    : {
        ...fetch,
        limits: { ...fetch.limits, ...query.limits },
        limited: fetch.limited || query.limited,
        exports: fetch.exports || query.exports,
        readOnly: query.readOnly,
        withhold: fetch.withhold || query.withhold,
        watch: fetch.watch && { ...fetch.watch, columns: query.watch?.columns ?? [] },
        audit: query.audit.mode === 'strict' ? query.audit : fetch.audit,
      };
