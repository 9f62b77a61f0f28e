import type { Node } from '@pgsql/types';
import type { Catalogue } from '../catalogue/catalogue.js';
import { SqlError } from '../errors.js';
import { as } from '../parse/nodes.js';
import { offsetsOf } from '../parse/positions.js';
import type { Cell } from '../resolve/cells.js';
import { cellOf } from '../resolve/expression.js';
import { namePath } from '../resolve/path.js';
import { query } from '../resolve/query.js';
import type { Bodies, Body, Resolver } from '../resolve/resolver.js';
import { type Named, newScope, type Scope } from '../resolve/scope.js';
import type { SessionSettings } from '../resolve/settings.js';
import { accessesOf } from './accesses.js';
import { fireEventTriggers } from './event-triggers.js';
import { followForeignKeys } from './foreign-keys.js';
import type { Outcome } from './outcome.js';
import { statement as resolveNode } from './statements.js';

/** Where a statement stands. */
export interface Around {
  readonly outer: Scope | undefined;
  readonly parameters: readonly Cell[];
  readonly within: Resolver['within'];
  readonly lookInto: Bodies;
  readonly deduced?: Map<number, number>;
}

/** @param read what the parser has read of the source: positions are of bytes in it */
export const newResolver = (
  source: string,
  catalogue: Catalogue,
  session: SessionSettings,
  around: Around,
  read = source,
): Resolver => ({
  catalogue,
  session,
  ...around,
  deduced: around.deduced,
  untyped: new Set(),
  path: namePath(catalogue, session),
  source,
  offset: offsetsOf(read),
  uses: [],
  subjects: [],
  blocks: [],
  stars: [],
  writes: [],
  assignments: [],
  notUnderstood: [],
  sameRows: [],
  veiled: [],
  veiledUses: [],
  calls: new Map(),
  functions: new Map(),
  executes: new Map(),
  called: new Set(),
  named: new Set(),
  settings: new Set(),
  bodies: [],
  results: new Map(),
  types: new Map(),
  subqueries: new Map(),
  planned: false,
  volatile: false,
  anyEffect: false,
  depth: 0,
});

/** The statement's own resolver, and those of all that runs because of it. */
export const withBodies = (r: Resolver): readonly Resolver[] => [
  r,
  ...r.bodies.flatMap(({ resolver, kept }) => (kept ? [] : withBodies(resolver))),
];

/** The names of definitions mean the same under any settings. */
export const definitionSettings = ({ catalogue, session }: Resolver): SessionSettings => ({
  ...session,
  searchPath: catalogue.definitionPath,
});

/** Resolves one statement of a body. @returns its columns */
const runs = (r: Resolver, node: Node, last: boolean): readonly [readonly Named[], Outcome] => {
  const returned = as(node, 'ReturnStmt')?.returnval;
  if (returned) {
    const { cell } = cellOf(r, newScope(r.outer), returned);
    return [[{ name: '', cell }], { command: 'SELECT' }];
  }
  // Where the last one's values go is for the calling statement to say.
  if (last && as(node, 'SelectStmt') && !as(node, 'SelectStmt')?.intoClause)
    return [query(r, r.outer, node, 'derived'), { command: 'SELECT' }];
  const outcome = resolveNode(r, node);
  return [outcome.output ?? [], outcome];
};

export const bodyOf = (
  construct: string,
  location: number,
  resolver: Resolver,
  outcome: Outcome,
  node: Node,
): Body => {
  let accesses: ReturnType<Body['accesses']> | undefined;
  followForeignKeys(resolver, outcome);
  fireEventTriggers(resolver, outcome);
  return {
    construct,
    location,
    resolver,
    accesses: () => (accesses ??= accessesOf(resolver, outcome, node)),
    session: outcome.session ?? [],
    readOnly: outcome.readOnly !== false,
  };
};

/** What cannot be looked into counts as not understood: no error of the statement that calls it. */
export const attempt = <T>(r: Resolver, run: () => T): T | undefined => {
  if (r.lookInto.left <= 0) return undefined;
  r.lookInto.left -= 1;
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
};

/** A body's statements, and the settings that they run under. */
export interface Source {
  readonly text: string;
  readonly nodes: readonly Node[];
  readonly session: SessionSettings;
}

export const resolveBody = (
  catalogue: Catalogue,
  { text, nodes, session }: Source,
  around: Around,
  construct: string,
  location: number,
): { readonly columns: readonly Named[]; readonly bodies: readonly Body[] } => {
  let columns: readonly Named[] = [];
  const bodies = nodes.map((node, i) => {
    const inner = newResolver(text, catalogue, session, around);
    const [output, outcome] = runs(inner, node, i === nodes.length - 1);
    columns = output;
    return bodyOf(construct, location, inner, outcome, node);
  });
  return { columns, bodies };
};
