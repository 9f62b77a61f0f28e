import type { Access, Action, ColumnUse, Use } from '../analysis.js';
import { formatName, type ObjectName } from '../names.js';
import { text } from '../parse/nodes.js';
import { mark, usesOf, type Cell, type RelationUse } from '../resolve/cells.js';
import { isSystemSchema, publicName } from '../resolve/path.js';
import { type Body, opaque, type Resolver } from '../resolve/resolver.js';
import { isSideDoor, isVeilable } from '../reach/relations.js';
import { cteNames, rangeVars } from './range-vars.js';
import { relationName, type Outcome } from './outcome.js';
import { viewReads } from './view-reads.js';

interface Draft {
  readonly action: Action;
  readonly object: ObjectName | undefined;
  readonly columns: Map<string, Set<Use>>;
  readonly through: readonly ObjectName[];
  lock: string | undefined;
}

const key = (action: Action, object: ObjectName | undefined): string =>
  `${action} ${object ? formatName(object) : ''}`;

class Drafts {
  readonly #drafts = new Map<string, Draft>();

  draft(
    action: Action,
    object: ObjectName | undefined,
    through: readonly ObjectName[] = [],
  ): Draft {
    const name = key(action, object);
    let draft = this.#drafts.get(name);
    if (!draft)
      this.#drafts.set(
        name,
        (draft = { action, object, columns: new Map(), through, lock: undefined }),
      );
    return draft;
  }

  has(object: ObjectName): boolean {
    const written = formatName(object);
    for (const draft of this.#drafts.values())
      if (draft.object && formatName(draft.object) === written) return true;
    return false;
  }

  /** what a utility statement does to a relation */
  done(object: ObjectName): Draft | undefined {
    return this.#drafts.get(key('ddl', object)) ?? this.#drafts.get(key('privilege', object));
  }

  finished(): readonly Access[] {
    return [...this.#drafts.values()].map((d) => ({
      action: d.action,
      ...(d.object ? { object: d.object } : {}),
      columns: [...d.columns].map(([name, uses]): ColumnUse => ({ name, uses: [...uses] })),
      through: d.through,
      ...(d.lock === undefined ? {} : { lock: d.lock }),
      user: d.object === undefined || !isSystemSchema(d.object.schema),
    }));
  }
}

const add = (draft: Draft, column: string, uses: readonly Use[]): void => {
  const known = draft.columns.get(column);
  if (known) for (const use of uses) known.add(use);
  else draft.columns.set(column, new Set(uses));
};

/** How a column is read. One whose value nobody looks at any more still counts as given out. */
const readUses = (cell: Cell): readonly Use[] => {
  const uses = usesOf(cell).filter((use) => use !== 'write');
  return uses.length > 0 ? uses : ['output'];
};

const isRead = (use: RelationUse, cell: Cell): boolean =>
  use.role === 'read' || (cell.marks & ~mark.write & ~mark.exposed) !== 0;

const reads = (
  r: Resolver,
  drafts: Drafts,
  use: RelationUse,
  copied: boolean,
  veils: boolean,
): void => {
  const object = publicName(r.path, use.relation);
  const cells = [...use.cells].filter(([, cell]) => isRead(use, cell));
  if (use.role === 'target' && cells.length === 0) return;
  const through = viewReads(r, use);
  const actions: readonly Action[] =
    copied && use.role === 'read' ? ['select', 'copy-out'] : ['select'];
  for (const action of actions) {
    const draft = drafts.draft(action, object, through);
    for (const [name, cell] of cells) add(draft, name, readUses(cell));
  }
  const { schema, name, kind } = use.relation;
  const door = isSideDoor(schema, name, use.cells.keys());
  if (door && veils && use.role === 'read' && isVeilable(name)) r.veiledUses.push(use);
  // A TOAST table holds values of its table, out of reach of masks and filters.
  else if (door || kind === 't') opaque(r, `side door ${name}`, use.node.location);
};

const writes = (r: Resolver, drafts: Drafts, outcome: Outcome): void => {
  for (const { use, action } of r.writes) {
    const { schema, name, kind } = use.relation;
    // Whatever has a name, a type or a definition may have another one afterwards.
    if (schema === 'pg_catalog' && kind === 'r') opaque(r, `write of ${name}`, use.node.location);
    const object = publicName(r.path, use.relation);
    const draft = drafts.draft(outcome.planned ? 'select' : action, object, viewReads(r, use));
    if (action === 'delete' || outcome.planned) continue;
    for (const [name, cell] of use.cells)
      if ((cell.marks & mark.write) !== 0) add(draft, name, ['write']);
  }
};

/** Columns belong to what is done to their relation; of one that is only referred to, they are read. */
const subjectColumns = (r: Resolver, drafts: Drafts, use: RelationUse): void => {
  const columns = [...use.cells].filter(([, cell]) => usesOf(cell).length > 0);
  if (columns.length === 0) return;
  const object = publicName(r.path, use.relation);
  const draft = drafts.done(object) ?? drafts.draft('select', object);
  for (const [name, cell] of columns) add(draft, name, usesOf(cell));
};

/** Relations that stand in a part of the tree nobody resolved. */
const unseen = (r: Resolver, drafts: Drafts, tree: unknown): void => {
  const seen = new Set<unknown>(r.uses.map((use) => use.node));
  let withNames: ReadonlySet<string> | undefined;
  for (const node of rangeVars(tree)) {
    if (seen.has(node)) continue;
    withNames ??= cteNames(tree);
    if (node.schemaname === undefined && withNames.has(node.relname ?? '')) continue;
    const object = relationName(r, node);
    if (!drafts.has(object)) drafts.draft('select', object);
  }
};

const changing: ReadonlySet<Action> = new Set(['insert', 'update', 'delete', 'merge']);

/** What a body does, the statement does, unless it is only planned. @param reach what it touches */
const runsBody = (
  r: Resolver,
  drafts: Drafts,
  body: Body,
  planned: boolean,
  reach: Map<string, ObjectName>,
): void => {
  for (const { action, object, columns, through, user } of body.accesses()) {
    // The plan of a rule's action is made with that of the statement. Functions may run while it is made.
    const rule = body.construct.startsWith('rule ');
    const looks = (body.kept ?? (planned && rule)) && changing.has(action);
    const draft = drafts.draft(looks ? 'select' : action, object, through);
    for (const { name, uses } of columns) {
      const kept = looks ? uses.filter((use) => use !== 'write') : uses;
      if (kept.length > 0) add(draft, name, kept);
    }
    if (action === 'execute' || !object || !user) continue;
    for (const one of [object, ...through]) reach.set(formatName(one), one);
  }
  for (const part of body.resolver.notUnderstood)
    if (part.reach === 'anything') opaque(r, `${body.construct}: ${part.construct}`, body.location);
    else for (const one of part.reach) reach.set(formatName(one), one);
};

/** What they touch is out of reach of masks and filters. */
const runsBodies = (r: Resolver, drafts: Drafts, planned: boolean): void => {
  const byCall = new Map<string, readonly [Body, Map<string, ObjectName>]>();
  for (const body of r.bodies) {
    const key = `${body.location} ${body.construct}`;
    const known = byCall.get(key) ?? ([body, new Map<string, ObjectName>()] as const);
    byCall.set(key, known);
    runsBody(r, drafts, body, planned, known[1]);
  }
  for (const [{ construct, location }, reach] of byCall.values())
    if (reach.size > 0) opaque(r, construct, location, [...reach.values()]);
};

/**
 * Every relation, function or setting a statement touches, once per kind of access.
 *
 * @param veils what it shows of the catalogue's contents can be changed: its text is the client's
 */
export const accessesOf = (
  r: Resolver,
  outcome: Outcome,
  tree: unknown,
  veils = false,
): readonly Access[] => {
  const drafts = new Drafts();
  for (const use of r.uses) reads(r, drafts, use, outcome.copiedOut === true, veils);
  for (const call of veils ? [] : r.veiled)
    opaque(r, `side door ${text(call.funcname?.at(-1))}`, call.location);
  writes(r, drafts, outcome);
  for (const deed of outcome.deeds ?? []) {
    const draft = drafts.draft(deed.action, deed.object, deed.through);
    if (deed.lock !== undefined) draft.lock = deed.lock;
    if (deed.action === 'copy-in')
      for (const { use } of r.writes) for (const [name] of use.cells) add(draft, name, ['write']);
  }
  for (const use of r.subjects) subjectColumns(r, drafts, use);
  for (const object of r.executes.values()) drafts.draft('execute', object);
  if (!outcome.seen) unseen(r, drafts, tree);
  runsBodies(r, drafts, outcome.planned === true);
  return drafts.finished();
};
