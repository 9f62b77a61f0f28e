import {
  cannotMaskWords,
  confirmedGuess,
  denialWords,
  hiddenRelations,
  isProtectedByMore,
  limitWords,
  misplacedWords,
  toInput,
  type Decision,
  type Evaluator,
  type Selecting,
  type Surroundings,
} from '@postern/policy';
import {
  analyze,
  classify,
  fingerprint,
  formatName,
  guessesOf,
  keyTexts,
  parse,
  parseRelationName,
  rewrite,
  RewriteRefusal,
  SqlError,
  type Analyzed,
  type Classification,
  type Statement,
  type TagsOfColumns,
} from '@postern/sql';
import type { Database, DatabaseAccessPolicy } from '@postern/crds';
import type { Who } from '../args/options.js';
import { CliError } from '../errors.js';
import { databaseId } from '../dev/governed.js';
import { caret } from '../output/caret.js';
import type { Outcome, ReadRelation, StatementExplanation } from './explanation.js';
import { matchingRules } from './matching.js';
import type { ServerFacts } from './server.js';

export interface ExplainContext {
  readonly who: Who;
  readonly database: Database;
  readonly server: ServerFacts;
  readonly evaluator: Evaluator;
  readonly policies: readonly DatabaseAccessPolicy[];
}

/** Stands where the installation's key would: an explanation may be printed, sent and kept. */
const placeholderKey = Buffer.from('postern-explain-placeholder-key!');

const withoutKey = (sql: string): string =>
  keyTexts(placeholderKey).reduce((text, key) => text.replaceAll(key, '<mask key>'), sql);

/**
 * Decides each statement of a text as a proxy would, without running any.
 *
 * @throws CliError `statement-invalid` with the place, `missing-statement`
 */
export const explain = (sql: string, context: ExplainContext): readonly StatementExplanation[] => {
  const classification = classify(
    context.server.catalogue,
    context.database.spec.classifications ?? [],
  );
  const statements = orInvalid(sql, () => parse(sql));
  if (statements.length === 0) {
    throw new CliError('missing-statement', 'the text holds no statement', "give one: 'SELECT 1'");
  }
  return statements.map((statement) => explainOne(statement, classification, context));
};

const explainOne = (
  statement: Statement,
  classification: Classification,
  context: ExplainContext,
): StatementExplanation => {
  const { catalogue, settings } = context.server;
  const text = statement.source.slice(statement.start, statement.end);
  const analyzed = orInvalid(statement.source, () => analyze(statement, catalogue, settings));
  const { analysis } = analyzed;
  const print = fingerprint(text);
  const around = surroundings(context);
  const decideBy = (tags: TagsOfColumns): Decision =>
    context.evaluator.evaluate(
      toInput(analysis, tags, { ...around, fingerprint: print, grants: [] }),
    );
  const decision = decideBy(classification);
  const { misplaced } = classification;
  const unplaced =
    misplaced !== undefined &&
    decision.effect === 'allow' &&
    isProtectedByMore(decision, decideBy(misplaced.widest))
      ? misplacedWords(misplaced.entries, analysis, databaseId(context.database))
      : undefined;
  return {
    sql: text.trim(),
    command: analysis.command,
    fingerprint: print,
    outcome: unplaced
      ? { kind: 'refuse', ...unplaced }
      : decision.effect === 'allow'
        ? (confirming(analyzed, classification, context) ??
          outcomeOf(analyzed, decision, context, hiddenFrom(analyzed, classification, context)))
        : outcomeOf(analyzed, decision, context, undefined),
    reads: analysis.accesses.map((access): ReadRelation => ({
      action: access.action,
      object: access.object === undefined ? '' : formatName(access.object),
      columns: access.columns.map(({ name, uses }) => ({
        name,
        uses,
        tags: access.object === undefined ? [] : classification.tagsOf(access.object, name),
      })),
    })),
    rules: matchingRules(context.policies, context.evaluator.selected(around), analysis),
    decision,
    notUnderstood: analysis.notUnderstood,
  };
};

/** What the policy input says of the session besides the statement. */
export const surroundings = ({
  who,
  database,
  server,
}: ExplainContext): Selecting & Pick<Surroundings, 'claims'> => ({
  identity: who.identity,
  claims: who.claims,
  workload: { labels: {}, ...(who.region === undefined ? {} : { region: who.region }) },
  session: {
    user: server.user,
    databaseName: server.databaseName,
    applicationName: 'postern',
    ...(who.claims['purpose'] === undefined ? {} : { purpose: who.claims['purpose'] }),
    ...(who.region === undefined ? {} : { region: who.region }),
  },
  database: {
    namespace: database.metadata.namespace ?? 'default',
    name: database.metadata.name,
    labels: database.metadata.labels ?? {},
    ...(database.spec.environment === undefined ? {} : { environment: database.spec.environment }),
    ...(database.spec.region === undefined ? {} : { region: database.spec.region }),
  },
});

const outcomeOf = (
  analyzed: Analyzed,
  decision: Decision,
  context: ExplainContext,
  hidden: ReadonlySet<number> | undefined,
): Outcome => {
  switch (decision.effect) {
    case 'deny':
      return { kind: 'refuse', ...denialWords(decision) };
    case 'require-approval':
      return { kind: 'hold', ...denialWords(decision) };
    case 'allow':
      return rewritten(analyzed, decision, context, hidden);
  }
};

/** OIDs of relations whose values the catalogue would not show, when the statement may show such. */
const hiddenFrom = (
  { analysis, catalogue }: Analyzed,
  classification: Classification,
  context: ExplainContext,
): ReadonlySet<number> | undefined =>
  analysis.veiled.length > 0 && context.evaluator.protects
    ? hiddenRelations(
        context.evaluator,
        catalogue,
        classification.misplaced?.widest ?? classification,
        surroundings(context),
      ).oids
    : undefined;

/** A write that would say whether a masked value is there. */
const confirming = (
  analyzed: Analyzed,
  classification: Classification,
  context: ExplainContext,
): Outcome | undefined => {
  if (!context.evaluator.protects) return undefined;
  const { confirmed } = confirmedGuess(
    context.evaluator,
    guessesOf(analyzed),
    classification.misplaced?.widest ?? classification,
    surroundings(context),
  );
  return confirmed && cannotMask(analyzed, confirmed.guess.refusal, confirmed);
};

const cannotMask = (
  analyzed: Analyzed,
  refusal: RewriteRefusal,
  by: Parameters<typeof cannotMaskWords>[1],
): Outcome => ({
  kind: 'refuse',
  ...cannotMaskWords(refusal, by),
  position: positionIn(analyzed.statement, refusal.position),
});

const rewritten = (
  analyzed: Analyzed,
  decision: Decision,
  context: ExplainContext,
  hidden: ReadonlySet<number> | undefined,
): Outcome => {
  const unbounded = limitWords(analyzed.analysis, decision, analyzed.catalogue);
  if (unbounded) return { kind: 'refuse', ...unbounded };
  if (decision.masks.length === 0 && decision.rowFilters.length === 0 && !hidden)
    return { kind: 'forward' };
  try {
    const { sql, changed } = rewrite(analyzed, {
      ...(hidden ? { hidden } : {}),
      masks: decision.masks.map(({ relation, column, mask, predicates }) => ({
        relation: parseRelationName(relation),
        column,
        mask,
        ...(predicates === undefined ? {} : { predicates }),
      })),
      rowFilters: decision.rowFilters.map(({ relation, sql: filter }) => ({
        relation: parseRelationName(relation),
        sql: filter,
      })),
      session: sessionAttributes(context),
      key: placeholderKey,
    });
    return changed ? { kind: 'rewrite', sql: withoutKey(sql.trim()) } : { kind: 'forward' };
  } catch (thrown) {
    if (!(thrown instanceof RewriteRefusal)) throw thrown;
    return cannotMask(analyzed, thrown, decision);
  }
};

/** A position in the whole text as one in the statement as it is printed. Both in characters, from 1. */
const positionIn = ({ source, start, end }: Statement, position: number): number => {
  const text = source.slice(start, end);
  const before = source.slice(0, start + text.length - text.trimStart().length);
  return position - [...before].length;
};

/** What `session.*` in a row filter stands for. Claims only under `session.claims.*`. */
const sessionAttributes = ({ who, server }: ExplainContext): Readonly<Record<string, string>> => {
  const { identity } = who;
  const attributes = new Map([
    ['user', identity.name],
    ['subject', identity.subject],
    ['database', server.databaseName],
    ['role', server.user],
  ]);
  if (identity.kind === 'serviceaccount') {
    attributes.set('namespace', identity.namespace);
    attributes.set('serviceAccount', identity.name);
  }
  if (who.region !== undefined) attributes.set('region', who.region);
  for (const [name, value] of Object.entries(who.claims)) {
    if (name === 'purpose') attributes.set('purpose', value);
    attributes.set(`claims.${name}`, value);
  }
  return Object.fromEntries([...attributes].map(([name, value]) => [`session.${name}`, value]));
};

/** PostgreSQL's own complaint about a statement, with the place it means. */
const orInvalid = <T>(sql: string, act: () => T): T => {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    const place = thrown.position === undefined ? [] : caret(sql, thrown.position);
    throw new CliError(
      'statement-invalid',
      [`${thrown.sqlstate}: ${thrown.message}`, ...place].join('\n'),
      thrown.hint,
      { cause: thrown },
    );
  }
};
