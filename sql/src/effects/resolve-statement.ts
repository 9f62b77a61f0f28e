import type { Catalogue } from '../catalogue/catalogue.js';
import type { Statement } from '../parse/statement.js';
import type { Resolver } from '../resolve/resolver.js';
import type { SessionSettings } from '../resolve/settings.js';
import { newBodies } from './bodies.js';
import { newResolver } from './body.js';
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
  const around = {
    outer: undefined,
    parameters: [],
    within: new Set<string>(),
    lookInto: newBodies(),
  };
  const { source, blanked } = statement;
  const resolver = newResolver(source, catalogue, settings, around, blanked);
  const outcome = resolveNode(resolver, statement.node.stmt ?? { String: {} });
  return { resolver, outcome };
};
