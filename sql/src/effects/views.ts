import type { NotUnderstood } from '../analysis.js';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { SqlError } from '../errors.js';
import { formatName, type ObjectName } from '../names.js';
import { parse } from '../parse/parser.js';
import { sourcesOf } from '../resolve/cells.js';
import type { Resolver } from '../resolve/resolver.js';
import { withBodies } from './body.js';
import { accessesOf } from './accesses.js';
import { resolveStatement } from './resolve-statement.js';

/** A base column of a view's column. */
export interface ViewSource {
  readonly relation: Relation;
  readonly column: string;
}

export interface ViewFacts {
  /** every relation its definition reads, directly or through other views */
  readonly reads: readonly ObjectName[];
  /** the relations it names itself */
  readonly direct: readonly Relation[];
  /** their columns that it uses, by their OIDs */
  readonly used: ReadonlyMap<number, ReadonlySet<string>>;
  /** OIDs of users' functions that it calls itself, and of types that it names */
  readonly called: ReadonlySet<number>;
  readonly types: ReadonlySet<number>;
  /** for each column, where it comes from; undefined when the definition is not understood */
  readonly columns: ReadonlyMap<string, readonly ViewSource[]> | undefined;
  readonly notUnderstood: readonly NotUnderstood[];
  /** it reads itself, directly or through others: no query of it can be run */
  readonly cyclic?: true;
}

const known = new WeakMap<Catalogue, Map<number, ViewFacts>>();

const broken = (reason: string): ViewFacts => ({
  reads: [],
  direct: [],
  used: new Map(),
  called: new Set(),
  types: new Set(),
  columns: undefined,
  notUnderstood: [{ construct: reason, position: 0, reach: 'anything' }],
});

const usedBy = ({ uses }: Resolver): ViewFacts['used'] => {
  const used = new Map<number, Set<string>>();
  for (const { relation, cells } of uses) {
    const known = used.get(relation.oid) ?? new Set();
    used.set(relation.oid, known);
    for (const [name] of cells) known.add(name);
  }
  return used;
};

const find = (catalogue: Catalogue, view: Relation): ViewFacts => {
  const [statement] = parse(view.definition ?? '');
  if (!statement) return broken('empty definition');
  const settings = { searchPath: catalogue.definitionPath, user: '', role: 'none' };
  const { resolver, outcome } = resolveStatement(statement, catalogue, settings);
  const all = withBodies(resolver);
  const direct = [...new Set(all.flatMap(({ uses }) => uses.map((use) => use.relation)))];
  const accesses = accessesOf(resolver, outcome, statement.node.stmt);
  const reads = new Map<string, ObjectName>();
  for (const { action, object, through, user } of accesses)
    for (const name of object && user && action !== 'execute' ? [object, ...through] : [])
      reads.set(formatName(name), name);
  const { notUnderstood } = resolver;
  const columns = new Map(
    view.columns.map((column, i) => {
      const cell = outcome.output?.[i]?.cell;
      const sources = cell ? [...sourcesOf(cell).keys()] : [];
      return [
        column.name,
        sources.flatMap((s) =>
          s.base ? [{ relation: s.base.use.relation, column: s.base.name }] : [],
        ),
      ] as const;
    }),
  );
  const complete =
    outcome.output?.length === view.columns.length &&
    notUnderstood.every(({ reach }) => reach !== 'anything');
  return {
    reads: [...reads.values()],
    direct,
    used: usedBy(resolver),
    called: resolver.called,
    types: resolver.named,
    columns: complete ? columns : undefined,
    notUnderstood,
  };
};

const viewFactsIn = (
  catalogue: Catalogue,
  view: Relation,
  facts: Map<number, ViewFacts>,
): ViewFacts | undefined => {
  if (view.definition === undefined) return undefined;
  const already = facts.get(view.oid);
  if (already) return already;
  // A view that reads itself through others must not be followed for ever.
  facts.set(view.oid, { ...broken(`cyclic view ${formatName(view)}`), cyclic: true });
  let found: ViewFacts;
  try {
    found = find(catalogue, view);
    if (found.direct.some(({ oid }) => facts.get(oid)?.cyclic)) found = { ...found, cyclic: true };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    found = broken(error.message);
  }
  facts.set(view.oid, found);
  return found;
};

/** What a view's definition reads and where its columns come from; undefined for what is no view. */
export const viewFacts = (catalogue: Catalogue, view: Relation): ViewFacts | undefined => {
  let facts = known.get(catalogue);
  if (!facts) known.set(catalogue, (facts = new Map<number, ViewFacts>()));
  return viewFactsIn(catalogue, view, facts);
};
