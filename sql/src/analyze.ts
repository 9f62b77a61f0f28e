import type { Analysis, ColumnRef, OutputColumn, SessionEffect } from './analysis.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { accessesOf } from './effects/accesses.js';
import type { Outcome } from './effects/outcome.js';
import { resolveStatement, type Resolved } from './effects/resolve-statement.js';
import { SqlError } from './errors.js';
import type { Statement } from './parse/statement.js';
import { sourcesOf } from './resolve/cells.js';
import { publicName } from './resolve/path.js';
import type { Resolver } from './resolve/resolver.js';
import type { Named } from './resolve/scope.js';
import type { SessionSettings } from './resolve/settings.js';

/** A statement with its meaning under one catalogue and one set of settings. */
export interface Analyzed {
  readonly statement: Statement;
  readonly catalogue: Catalogue;
  readonly settings: SessionSettings;
  readonly analysis: Analysis;
  /** what the rewriter needs; no part of the public face */
  readonly resolved: Resolved;
}

const outputColumn = (r: Resolver, { name, cell }: Named): OutputColumn => ({
  name,
  sources: [...sourcesOf(cell)].flatMap(([source, kind]) => {
    if (!source.base) return [];
    const column: ColumnRef = {
      ...publicName(r.path, source.base.use.relation),
      column: source.base.name,
    };
    return [{ column, kind }];
  }),
});

const sessionEffects = (r: Resolver, outcome: Outcome): readonly SessionEffect[] => {
  const own = outcome.planned ? [] : (outcome.session ?? []);
  // A user function with side effects may set anything and create anything.
  const calls: readonly SessionEffect[] =
    r.executes.size > 0 && r.volatile
      ? [
          { kind: 'settings', names: ['*'] },
          { kind: 'catalogue', temporary: false },
        ]
      : [];
  const set: readonly SessionEffect[] =
    r.settings.size > 0 ? [{ kind: 'settings', names: [...r.settings] }] : [];
  return [...own, ...set, ...calls];
};

const analysisOf = (statement: Statement, { resolver: r, outcome }: Resolved): Analysis => {
  const accesses = accessesOf(r, outcome, statement.node.stmt);
  const carriedOut = outcome.planned !== true;
  return {
    command: outcome.command,
    accesses,
    functions: [...r.functions.values()],
    output: (outcome.output ?? []).map((column) => outputColumn(r, column)),
    flags: {
      unfiltered:
        carriedOut &&
        r.writes.some((w) => !w.filtered && (w.action === 'update' || w.action === 'delete')),
      readOnly: !carriedOut || (outcome.readOnly !== false && r.writes.length === 0 && !r.volatile),
    },
    notUnderstood: r.notUnderstood,
    sessionEffects: sessionEffects(r, outcome),
  };
};

/**
 * What a statement means and does.
 *
 * @throws SqlError as PostgreSQL would: `undefined-table`, `undefined-column`, `ambiguous-column`, `undefined-function`, ...
 */
export const analyze = (
  statement: Statement,
  catalogue: Catalogue,
  settings: SessionSettings,
): Analyzed => {
  try {
    const resolved = resolveStatement(statement, catalogue, settings);
    return { statement, catalogue, settings, analysis: analysisOf(statement, resolved), resolved };
  } catch (error) {
    if (error instanceof RangeError)
      throw new SqlError('too-complex', 'statement is nested too deeply', { cause: error });
    throw error;
  }
};
