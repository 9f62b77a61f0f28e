import type { ParamRef } from '@pgsql/types';
import type { Analysis, ColumnRef, OutputColumn, SessionEffect } from './analysis.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { accessesOf } from './effects/accesses.js';
import { withBodies } from './effects/body.js';
import type { Outcome } from './effects/outcome.js';
import { objectsNamed } from './effects/statement-objects.js';
import { resolveStatement, type Resolved } from './effects/resolve-statement.js';
import { viewFacts } from './effects/views.js';
import { isUnfiltered, readsWhole } from './effects/wholesale.js';
import { SqlError } from './errors.js';
import { text, walk } from './parse/nodes.js';
import { readBy } from './parse/older.js';
import type { Statement } from './parse/statement.js';
import { type Cell, Influences, sourcesOf } from './resolve/cells.js';
import { typeOfCell } from './resolve/column-types.js';
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

/** Each once, where a relation is named twice. */
const apart = (sources: OutputColumn['sources']): OutputColumn['sources'] => {
  const named = new Map<string, OutputColumn['sources'][number]>();
  for (const source of sources) {
    const { schema, name, column } = source.column;
    named.set(`${schema}\0${name}\0${column}\0${source.kind}`, source);
  }
  return [...named.values()];
};

/** Where the columns of one statement come from. */
class Lineage {
  readonly #r: Resolver;
  readonly #influences = new Influences();
  readonly #listed = new Map<ReadonlySet<Cell>, readonly ColumnRef[]>();

  constructor(r: Resolver) {
    this.#r = r;
  }

  of(cell: Cell): Omit<OutputColumn, 'name'> {
    const sources = [...sourcesOf(cell)].flatMap(([source, kind]) =>
      this.#reference(source).map((column) => ({ column, kind })),
    );
    return {
      sources: sources.length < 2 ? sources : apart(sources),
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
  const all = withBodies(r);
  const calls: readonly SessionEffect[] = all.some(({ anyEffect }) => anyEffect)
    ? [
        { kind: 'settings', names: ['*'] },
        { kind: 'catalogue', temporary: false },
      ]
    : [];
  const names = [...new Set(all.flatMap(({ settings }) => [...settings]))];
  const set: readonly SessionEffect[] = names.length > 0 ? [{ kind: 'settings', names }] : [];
  const bodies = all.flatMap((one) => one.bodies.flatMap(({ session }) => session));
  return [...own, ...bodies, ...set, ...calls];
};

/** A view may be made of one that reads itself; anything else of it is refused. @throws SqlError `infinite-recursion` */
const checkViews = ({ resolver: r, outcome }: Resolved): void => {
  if (outcome.command === 'CREATE VIEW') return;
  for (const { relation } of r.uses)
    if (viewFacts(r.catalogue, relation)?.cyclic)
      throw new SqlError(
        'infinite-recursion',
        `infinite recursion detected in rules for relation "${relation.name}"`,
      );
};

const analysisOf = (statement: Statement, { resolver: r, outcome }: Resolved): Analysis => {
  const accesses = accessesOf(r, outcome, statement.node.stmt, true);
  const carriedOut = outcome.planned !== true;
  const lineage = new Lineage(r);
  const all = withBodies(r);
  return {
    command: outcome.command,
    accesses,
    objects: statement.node.stmt ? objectsNamed(r, statement.node.stmt) : [],
    calls: [...new Map(all.flatMap(({ calls }) => [...calls])).values()],
    functions: [...new Map(all.flatMap(({ functions }) => [...functions])).values()],
    output: (outcome.output ?? []).map(({ name, cell }) => ({ name, ...lineage.of(cell) })),
    written: carriedOut
      ? all.flatMap(({ assignments, path }) =>
          assignments.map(({ relation, column, action, cell }) => ({
            target: { ...publicName(path, relation), column },
            action,
            ...lineage.of(cell),
          })),
        )
      : [],
    flags: {
      unfiltered: carriedOut && all.some(({ writes }) => writes.some(isUnfiltered)),
      wholesale: carriedOut && readsWhole(r),
      readOnly:
        !carriedOut ||
        (outcome.readOnly !== false &&
          all.every(
            (one) =>
              one.writes.length === 0 &&
              !one.volatile &&
              one.bodies.every(({ readOnly }) => readOnly),
          )),
    },
    notUnderstood: r.notUnderstood,
    veiled: [
      ...new Set([
        ...r.veiledUses.map(({ relation }) => relation.name),
        ...r.veiled.map(({ funcname }) => text(funcname?.at(-1))),
      ]),
    ],
    sessionEffects: sessionEffects(r, outcome),
  };
};

/**
 * What a statement means and does.
 *
 * @param declared OIDs of the types that its parameters are declared to be of (0: the server deduces it), as a Parse
 *   message does; without it they may be of any type, and every function and operator that may be meant counts
 * @throws SqlError as PostgreSQL would: `undefined-table`, `undefined-column`, `ambiguous-column`, `undefined-function`, ...
 */
export const analyze = (
  written: Statement,
  catalogue: Catalogue,
  settings: SessionSettings,
  declared?: readonly number[],
): Analyzed => {
  try {
    const statement = readBy(written, catalogue.serverVersionNum);
    const resolved = resolveStatement(statement, catalogue, settings, declared);
    checkViews(resolved);
    return { statement, catalogue, settings, analysis: analysisOf(statement, resolved), resolved };
  } catch (error) {
    if (error instanceof RangeError)
      throw new SqlError('too-complex', 'statement is nested too deeply', { cause: error });
    throw error;
  }
};

/**
 * OIDs of the types of a statement's output columns; undefined where the type is not known without the server, as of a
 * parameter. Worked out when asked for.
 */
export const outputTypes = ({ resolved }: Analyzed): readonly (number | undefined)[] =>
  (resolved.outcome.output ?? []).map(({ cell }) => typeOfCell(cell));

/**
 * OIDs of the types of a statement's parameters, from `$1` on, of one that was analyzed with their declared types;
 * undefined where the type is not known, of which the server says that it could not determine it (42P18) but in
 * SQL/JSON.
 */
export const parameterTypes = ({
  statement,
  resolved: { resolver },
}: Analyzed): readonly (number | undefined)[] => {
  let most = 0;
  walk(statement.node.stmt, (kind, content) => {
    if (kind === 'ParamRef') most = Math.max(most, (content as ParamRef).number ?? 0);
    // Those in it are of what is prepared or made.
    return kind !== 'PrepareStmt' && kind !== 'CreateFunctionStmt';
  });
  return Array.from({ length: most }, (_, i) => resolver.deduced?.get(i + 1));
};
