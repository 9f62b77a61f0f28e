import {
  cannotMaskWords,
  changesRows,
  type ColumnKnowledge,
  confirmedGuess,
  type Decision,
  denialWords,
  isProtectedByMore,
  limitWords,
  misplacedWords,
  toInput,
} from '@postern/policy';
import {
  analyze,
  type Analysis,
  type Analyzed,
  fingerprint,
  formatName,
  guessesOf,
  normalise,
  type ObjectName,
  parse,
  quoteIdentifier,
  rewrite,
  RewriteRefusal,
  type Rewritten,
  spellPlainStrings,
  SqlError,
  type Statement,
} from '@postern/sql';
import type { StatementHandle } from '../audit/index.js';
import { type Refusal, refusals } from '../session/refusal.js';
import type { Context } from './context.js';
import type { DatabaseGovernance } from './database-governance.js';
import { lexingProblem } from './lexing.js';
import { changesMeaning } from './meaning.js';
import { refusalOf, sqlRefusal } from './refuse-reasons.js';
import { changeOf, attributesOf } from './rewriting.js';
import { ofClient, pieceOf, staged, whole } from './pieces.js';
import { sendsRows } from './sends-rows.js';
import { type Replacement, splice } from './splice.js';
import { recordOf, refused } from './undecided.js';
import type { CountedRows, GovernedStatement, Piece, RefuseVerdict, Verdict } from './verdict.js';
import { type Watch, watchOf } from './watch.js';

/** Statements of one query string; of more, each is decided when the one before has run. */
const decidedAtOnce = 200;

interface Allowed {
  readonly governed: GovernedStatement;
  readonly rewritten: Rewritten | undefined;
  readonly until: number;
}

interface Refused {
  readonly refusal: Refusal;
  readonly record: StatementHandle;
  readonly unresolved: boolean;
  readonly serversWords: Piece | undefined;
  readonly until: number;
}

/**
 * Decides a text of SQL: parse, resolve, effects, policy, rewrite. Pure but for the content-addressed
 * statement records. Never throws for what a client can send: what cannot be decided is refused.
 */
export function decide(sql: string, context: Context, database: DatabaseGovernance): Verdict {
  const { lexing } = context;
  const problem = lexingProblem(sql, lexing);
  if (problem !== undefined) return refused(sql, database, problem, 'analysis');
  if (lexing.standardStrings) return decideText(sql, context, database);
  // The parser reads strings as the standard does.
  const spelled = spellPlainStrings(sql, false);
  return ofClient(decideText(spelled.sql, context, database), sql, spelled);
}

function decideText(sql: string, context: Context, database: DatabaseGovernance): Verdict {
  const { standardStrings } = context.lexing;
  let statements: readonly Statement[];
  try {
    statements = parse(sql);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    const refusal = sqlRefusal(cause, 'syntax');
    return {
      ...refused(sql, database, refusal, 'syntax'),
      serversWords: isServers(cause) ? whole(sql) : undefined,
      until: lasting(cause),
    };
  }
  // Deciding many at once would keep every other session waiting.
  if (statements.length > decidedAtOnce) return staged(statements, standardStrings);
  const allowed: Allowed[] = [];
  for (const statement of statements) {
    if (allowed.some((a) => changesNames(a.governed) || mayBeCut(a.governed)))
      return staged(statements, standardStrings);
    const one = decideOne(statement, context, database);
    if ('refusal' in one) return refusedAt(sql, statements, allowed, one);
    allowed.push(one);
  }
  if (allowed.length > 1 && allowed.some((a) => mayBeCut(a.governed)))
    return staged(statements, standardStrings);
  return {
    kind: 'forward',
    statements: allowed.map((a) => a.governed),
    ...splice(sql, replacements(statements, allowed)),
    until: Math.min(Infinity, ...allowed.map((a) => a.until)),
  };
}

/**
 * Decides the protocol's FunctionCall as the SELECT that it stands for; besides, policy must name it.
 *
 * @returns a `forward` of one statement, never rewritten, or a `refuse`
 */
export function decideFunctionCall(
  oid: number,
  context: Context,
  database: DatabaseGovernance,
): Verdict {
  const found = context.catalogue.routineByOid(oid);
  if (found === undefined) {
    const refusal = refusals.unknownFunction(oid);
    return {
      ...refused(`function ${String(oid)}`, database, refusal, 'analysis'),
      unresolved: true,
    };
  }
  const { routine, overload } = found;
  const parameters = Array.from({ length: Math.abs(overload.most) }, (_, i) => `$${String(i + 1)}`);
  const sql = `SELECT ${formatName(routine)}(${parameters.join(', ')})`;
  const [statement] = parse(sql);
  if (statement === undefined) throw new TypeError('a SELECT that does not parse');
  const one = decideOne(statement, context, database, routine);
  if ('refusal' in one) return refusedAt(sql, [statement], [], one);
  // Nor can what it changes be counted before it is committed.
  if (one.rewritten !== undefined || one.governed.counts !== undefined) {
    const { record } = one.governed;
    return refusedAt(sql, [statement], [], {
      refusal: refusals.functionCall(),
      record,
      ...{ unresolved: false, serversWords: undefined },
      until: one.until,
    });
  }
  return {
    kind: 'forward',
    statements: [one.governed],
    rewritten: undefined,
    toOriginal: (position) => position,
    until: one.until,
  };
}

function decideOne(
  statement: Statement,
  context: Context,
  database: DatabaseGovernance,
  functionCall?: ObjectName,
): Allowed | Refused {
  const { parts } = database;
  const text = statement.source.slice(statement.start, statement.end);
  let analyzed: Analyzed;
  let normalisedSql: string;
  let print: string;
  try {
    normalisedSql = normalise(text);
    print = fingerprint(text);
    analyzed = analyze(statement, context.catalogue, context.settings);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    return {
      refusal: sqlRefusal(cause, 'analysis'),
      record: recordOf(text, database),
      unresolved: !['too-complex', 'parser', 'unknown-node'].includes(cause.code),
      serversWords: isServers(cause) ? pieceOf(statement) : undefined,
      until: lasting(cause),
    };
  }
  const { analysis } = analyzed;
  const { classification } = context;
  const around = {
    identity: parts.identity,
    claims: parts.claims,
    workload: parts.workload,
    session: database.sessionFacts(context),
    database: parts.database.facts,
  };
  const decideBy = (tags: ColumnKnowledge): Decision =>
    parts.evaluator.evaluate(
      toInput(analysis, tags, {
        ...around,
        fingerprint: print,
        grants: [],
        ...(functionCall === undefined ? {} : { functionCall }),
      }),
    );
  const decision = decideBy(classification);
  const record = parts.sink.statementRecord({
    normalisedSql,
    fingerprint: print,
    analysis,
    tags: tagsOf(analysis, context),
    decision,
    bundleDigest: parts.bundleDigest,
  });
  const hidden =
    parts.evaluator.protects && analysis.veiled.length > 0 ? database.hidden(context) : undefined;
  const unplaced = decision.effect === 'allow' ? classification.misplaced : undefined;
  const widest = unplaced && decideBy(unplaced.widest);
  let until = Math.min(
    decision.cache.until ?? Infinity,
    widest?.cache.until ?? Infinity,
    hidden?.until ?? Infinity,
  );
  const refuse = (refusal: Refusal): Refused => ({
    ...{ refusal, record, until },
    ...{ unresolved: false, serversWords: undefined },
  });
  if (decision.effect !== 'allow') return refuse(refusalOf(denialWords(decision)));
  if (unplaced && widest && isProtectedByMore(decision, widest))
    return refuse(refusalOf(misplacedWords(unplaced.entries, analysis, parts.database.id)));
  const tags = unplaced?.widest ?? classification;
  const { confirmed, until: unconfirmed } = parts.evaluator.protects
    ? confirmedGuess(parts.evaluator, guessesOf(analyzed), tags, around)
    : { confirmed: undefined, until: Infinity };
  until = Math.min(until, unconfirmed);
  if (confirmed) return refuse(refusalOf(cannotMaskWords(confirmed.guess.refusal, confirmed)));
  const unbounded = limitWords(analysis, decision, context.catalogue);
  if (unbounded !== undefined) return refuse(refusalOf(unbounded));
  let rewritten: Rewritten | undefined;
  try {
    rewritten = rewriteFor(analyzed, decision, context, database, hidden?.oids);
  } catch (cause) {
    if (!(cause instanceof RewriteRefusal)) throw cause;
    return refuse(refusalOf(cannotMaskWords(cause, decision)));
  }
  const exports = analysis.flags.wholesale;
  const governed: GovernedStatement = {
    sql: spellPlainStrings(text, context.lexing.standardStrings).sql,
    rewritten: rewritten?.sql,
    record,
    limits: decision.limits,
    limited: boundsResult(decision.limits, exports),
    exports,
    counts: countsOf(analysis, decision),
    sendsRows: sendsRows(analysis),
    readOnly: analysis.flags.readOnly,
    audit: decision.audit,
    effects: analysis.sessionEffects,
    runsPrepared: analysis.sessionEffects.find((e) => e.kind === 'execute')?.name,
    fetches: analysis.sessionEffects.find((e) => e.kind === 'fetch')?.name,
    withhold: parts.evaluator.protects && touchesData(analysis),
    watch: watchFor(analyzed, decision, context, database, functionCall !== undefined),
    until,
  };
  return { governed, rewritten, until };
}

function watchFor(
  analyzed: Analyzed,
  decision: Decision,
  context: Context,
  database: DatabaseGovernance,
  byMessage: boolean,
): Watch | undefined {
  const mode = database.detectors(context);
  if (mode === 'Off') return undefined;
  const { catalogue, lexing } = context;
  return watchOf(mode === 'Mask' ? 'mask' : 'report', {
    ...{ analyzed, decision, catalogue, byMessage },
    encoding: lexing.encoding,
  });
}

const boundsResult = (
  { maxRows, maxBytes, maxExportRows }: Decision['limits'],
  exports: boolean,
): boolean =>
  maxRows !== undefined || maxBytes !== undefined || (exports && maxExportRows !== undefined);

function countsOf(analysis: Analysis, { limits }: Decision): CountedRows | undefined {
  if (limits.maxAffectedRows === undefined || !changesRows(analysis)) return undefined;
  const { command, accesses } = analysis;
  return {
    when: command === 'PREPARE' ? 'later' : 'now',
    loads: command === 'COPY' && accesses.some(({ action }) => action === 'copy-in'),
    mayCommit: command === 'CALL' || command === 'DO',
  };
}

/** Limits of ours, and what cannot be sent, are nothing that the server would say. */
const isServers = ({ code }: SqlError): boolean => !ours.has(code);

const ours = new Set<SqlError['code']>([
  ...(['too-complex', 'too-long', 'parser', 'nul', 'encoding'] as const),
  ...(['bad-name', 'bad-catalogue', 'unknown-node'] as const),
]);

/** A parser that failed may not the next time; every other error is the text's own. */
const lasting = ({ code }: SqlError): number => (code === 'parser' ? 0 : Infinity);

function rewriteFor(
  analyzed: Analyzed,
  decision: Decision,
  context: Context,
  database: DatabaseGovernance,
  hidden: ReadonlySet<number> | undefined,
): Rewritten | undefined {
  const attributes = attributesOf(context, database);
  const change = changeOf(
    decision,
    attributes,
    database.parts.maskKey,
    hidden,
    context.classification.former,
  );
  if (change === undefined) return undefined;
  const rewritten = rewrite(analyzed, change);
  return rewritten.changed ? rewritten : undefined;
}

const replacements = (
  statements: readonly Statement[],
  allowed: readonly Allowed[],
): Replacement[] =>
  allowed.flatMap(({ rewritten }, i) => {
    const statement = statements[i];
    if (statement === undefined || rewritten === undefined) return [];
    return [{ start: statement.start, end: statement.end, by: rewritten }];
  });

/** Statements after one that changes what names mean cannot be decided before that one has run. */
const changesNames = (statement: GovernedStatement): boolean =>
  statement.effects.some(changesMeaning);

/** What is behind a result that is cut must not run, nor stay what was before it. */
const mayBeCut = (statement: GovernedStatement): boolean => {
  const { limited, sendsRows, counts, runsPrepared, fetches } = statement;
  const bounded = (limited && sendsRows) || counts?.when === 'now';
  return bounded || runsPrepared !== undefined || fetches !== undefined;
};

/** Tags of the columns that the statement touches, by `schema.table.column`. */
function tagsOf(analysis: Analysis, context: Context): ReadonlyMap<string, readonly string[]> {
  const tags = new Map<string, readonly string[]>();
  for (const { object, columns } of analysis.accesses) {
    if (object === undefined) continue;
    for (const { name } of columns) {
      const found = context.classification.tagsOf(object, name);
      if (found.length > 0) tags.set(`${formatName(object)}.${quoteIdentifier(name)}`, found);
    }
  }
  return tags;
}

const touchesData = (analysis: Analysis): boolean =>
  analysis.functions.length > 0 || analysis.accesses.some((access) => access.user);

function refusedAt(
  sql: string,
  statements: readonly Statement[],
  allowed: readonly Allowed[],
  refused: Refused,
): RefuseVerdict {
  const before = statements.slice(0, allowed.length);
  const last = before.at(-1);
  const text = last === undefined ? '' : sql.slice(0, last.end);
  return {
    kind: 'refuse',
    ...refused,
    count: statements.length,
    before: allowed.map((a) => a.governed),
    prefix:
      last === undefined ? '' : `${splice(text, replacements(before, allowed)).rewritten ?? text};`,
    audit: { mode: 'relaxed', whenFull: 'Refuse' },
  };
}
