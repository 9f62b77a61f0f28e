import type { Catalogue } from '../catalogue/catalogue.js';
import { offsetsOf } from '../parse/positions.js';
import type { Statement } from '../parse/statement.js';
import { namePath } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import type { SessionSettings } from '../resolve/settings.js';
import type { Outcome } from './outcome.js';
import { statement as resolveNode } from './statements.js';

export interface Resolved {
  readonly resolver: Resolver;
  readonly outcome: Outcome;
}

/** Resolves every name of a statement and says what it does. @throws SqlError */
export const resolveStatement = (
  statement: Statement,
  catalogue: Catalogue,
  settings: SessionSettings,
): Resolved => {
  const resolver: Resolver = {
    catalogue,
    path: namePath(catalogue, settings),
    source: statement.source,
    offset: offsetsOf(statement.source),
    uses: [],
    blocks: [],
    stars: [],
    writes: [],
    assignments: [],
    notUnderstood: [],
    functions: new Map(),
    executes: new Map(),
    settings: new Set(),
    volatile: false,
    depth: 0,
  };
  const outcome = resolveNode(resolver, statement.node.stmt ?? { String: {} });
  return { resolver, outcome };
};
