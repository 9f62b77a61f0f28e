import type { Mask } from '@postern/sql';
import { formatIdentity } from '../args/identity.js';
import { caret } from '../output/caret.js';
import type { Paint, Style } from '../output/paint.js';
import type { Explanation, Outcome, StatementExplanation } from './explanation.js';

const width = 13;

/** The explanation for a person, line by line. */
export const renderExplanation = (all: Explanation, paint: Paint): readonly string[] => {
  const row = rowWith(paint);
  const claims = Object.entries(all.claims).map(([key, value]) => `${key}=${value}`);
  const groups = all.identity.groups.length > 0 ? `, groups ${all.identity.groups.join(', ')}` : '';
  return [
    ...row('identity', [`${formatIdentity(all.identity)}${groups}`]),
    ...row('claims', claims.length > 0 ? [claims.join(', ')] : []),
    ...row('region', all.region === undefined ? [] : [all.region]),
    ...row('database', [
      `${all.database} (PostgreSQL ${all.server.version}, database ${all.server.database}, user ${all.server.user})`,
    ]),
    ...row('policies', all.policies.length > 0 ? [all.policies.join(', ')] : ['none']),
    ...all.statements.flatMap((statement) => ['', ...renderStatement(statement, paint)]),
  ];
};

const rowWith =
  (paint: Paint) =>
  (name: string, values: readonly string[]): readonly string[] =>
    values.map((value, i) => `${paint('dim', (i === 0 ? name : '').padEnd(width))} ${value}`);

const renderStatement = (one: StatementExplanation, paint: Paint): readonly string[] => {
  const row = rowWith(paint);
  const { decision } = one;
  const by = (from: { readonly policy: string; readonly rule: string }): string =>
    paint('dim', `(policy ${from.policy}, rule ${from.rule})`);
  const reason = (r: { code: string; message: string; policy: string; rule: string }): string =>
    `${r.message} ${paint('dim', `(policy ${r.policy}, rule ${r.rule}, reason ${r.code})`)}`;
  return [
    ...row('statement', one.sql.trim().split('\n')),
    ...row('decision', [paint(colour(one.outcome), verdict(one))]),
    ...row('because', decision.reasons.map(reason)),
    ...row(
      'rules',
      one.rules.map(
        (r) =>
          `${r.effect} by ${r.rule} of ${r.policy}${r.scheduled ? ' (at its times)' : ''}: ${r.about.join(', ')}`,
      ),
    ),
    ...row(
      'audit mode',
      decision.wouldHave.map((r) => `would have: ${reason(r)}`),
    ),
    ...row('touches', one.reads.map(touched)),
    ...row(
      'not seen',
      one.notUnderstood.map(
        ({ construct, reach }) =>
          `${construct}, which can touch ${reach === 'anything' ? 'anything' : String(reach.length)}`,
      ),
    ),
    ...row(
      'masks',
      decision.masks.map(
        (m) =>
          `${m.relation}.${m.column}  ${formatMask(m.mask)}${m.predicates ? ', predicates allowed' : ''}  ${by(m)}`,
      ),
    ),
    ...row(
      'row filters',
      decision.rowFilters.map((f) => `${f.relation}  WHERE ${f.sql}  ${by(f)}`),
    ),
    ...row('limits', limits(one, by)),
    ...renderOutcome(one, paint),
  ];
};

const colour = (outcome: Outcome): Style =>
  ({ forward: 'green', rewrite: 'green', hold: 'yellow', refuse: 'red' })[outcome.kind] as Style;

const verdict = (one: StatementExplanation): string => {
  const { effect } = one.decision;
  switch (one.outcome.kind) {
    case 'forward':
      return `${effect}: goes to the server unchanged`;
    case 'rewrite':
      return `${effect}: goes to the server with masks and filters in it`;
    case 'hold':
      return `${effect}: refused, while nobody can be asked`;
    case 'refuse':
      return effect === 'deny' ? 'deny: refused' : `${effect}, but refused: not in this form`;
  }
};

const touched = (read: StatementExplanation['reads'][number]): string => {
  const columns = read.columns.map(({ name, tags, uses }) => {
    const notes = [...tags.map((tag) => `#${tag}`), ...(uses.length > 0 ? [uses.join('+')] : [])];
    return notes.length > 0 ? `${name} [${notes.join(' ')}]` : name;
  });
  return [read.action, read.object, columns.length > 0 ? `(${columns.join(', ')})` : '']
    .filter((part) => part !== '')
    .join(' ');
};

/** `hash`, `partial(first 0, last 2)` */
export const formatMask = (mask: Mask): string => {
  const [name, options] = Object.entries(mask)[0] ?? ['none', {}];
  const given = Object.entries(options as Record<string, unknown>).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  );
  return given.length > 0 ? `${name}(${given.join(', ')})` : name;
};

const limits = (
  one: StatementExplanation,
  by: (from: { readonly policy: string; readonly rule: string }) => string,
): readonly string[] => {
  const { from, ...values } = one.decision.limits;
  return Object.entries(values).map(([name, value]) => {
    const source = from?.[name];
    return `${name} ${value}${source === undefined ? '' : `  ${by(source)}`}`;
  });
};

const renderOutcome = (one: StatementExplanation, paint: Paint): readonly string[] => {
  const { outcome } = one;
  switch (outcome.kind) {
    case 'forward':
      return [];
    case 'rewrite':
      return ['', paint('bold', 'What the server gets:'), ...outcome.sql.split('\n')];
    case 'hold':
    case 'refuse':
      return [
        '',
        paint('bold', 'What the client gets:'),
        `ERROR:  ${outcome.sqlstate}: ${outcome.message}`,
        ...(outcome.position === undefined ? [] : caret(one.sql, outcome.position)),
        `DETAIL:  ${outcome.detail}`,
        `HINT:  ${outcome.hint}`,
      ];
  }
};
