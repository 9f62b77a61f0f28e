import type { Analysis, ColumnRef, OutputColumn, SessionEffect } from './analysis.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { accessesOf } from './effects/accesses.js';
import type { Outcome } from './effects/outcome.js';
import { resolveStatement, type Resolved } from './effects/resolve-statement.js';
import { SqlError } from './errors.js';
import type { Statement } from './parse/statement.js';
import { type Cell, Influences, sourcesOf } from './resolve/cells.js';
import { publicName } from './resolve/path.js';
import type { Resolver } from './resolve/resolver.js';
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

/** Where the columns of one statement come from. */
class Lineage {
  readonly #r: Resolver;
  readonly #influences = new Influences();
  readonly #listed = new Map<ReadonlySet<Cell>, readonly ColumnRef[]>();

  constructor(r: Resolver) {
    this.#r = r;
  }

  of(cell: Cell): Omit<OutputColumn, 'name'> {
    return {
      sources: [...sourcesOf(cell)].flatMap(([source, kind]) =>
        this.#reference(source).map((column) => ({ column, kind })),
      ),
      influences: this.#listOf(this.#influences.of(cell)),
    };
  }

  /** The same for most columns of a query. */
  #listOf(cells: ReadonlySet<Cell>): readonly ColumnRef[] {
    let list = this.#listed.get(cells);
    if (!list) {
      const named = new Map<string, ColumnRef>();
      for (const reference of [...cells].flatMap((cell) => this.#reference(cell)))
        named.set(`${reference.schema}\0${reference.name}\0${reference.column}`, reference);
      this.#listed.set(cells, (list = [...named.values()]));
    }
    return list;
  }

  #reference({ base }: Cell): ColumnRef[] {
    return base ? [{ ...publicName(this.#r.path, base.use.relation), column: base.name }] : [];
  }
}

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
  const lineage = new Lineage(r);
  return {
    command: outcome.command,
    accesses,
    functions: [...r.functions.values()],
    output: (outcome.output ?? []).map(({ name, cell }) => ({ name, ...lineage.of(cell) })),
    written: carriedOut
      ? r.assignments.map(({ relation, column, action, cell }) => ({
          target: { ...publicName(r.path, relation), column },
          action,
          ...lineage.of(cell),
        }))
      : [],
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
