import type { Catalogue } from '../catalogue/catalogue.js';
import type { Statement } from '../parse/statement.js';
import type { Resolver } from '../resolve/resolver.js';
import type { SessionSettings } from '../resolve/settings.js';
import { newBodies } from './bodies.js';
import { newResolver } from './body.js';
import { fireEventTriggers } from './event-triggers.js';
import { followForeignKeys } from './foreign-keys.js';
import type { Outcome } from './outcome.js';
import { statement as resolveNode } from './statements.js';

export interface Resolved {
  readonly resolver: Resolver;
  readonly outcome: Outcome;
}

/**
 * Resolves every name of a statement and says what it does.
 *
 * @param declared OIDs of its parameters' types, 0 for those that the server deduces; without it they may be of any
 * @throws SqlError
 */
export const resolveStatement = (
  statement: Statement,
  catalogue: Catalogue,
  settings: SessionSettings,
  declared?: readonly number[],
): Resolved => {
  const known = declared?.flatMap((type, i) => (type === 0 ? [] : [[i + 1, type] as const]));
  const around = {
    outer: undefined,
    parameters: [],
    within: new Map(),
    lookInto: newBodies(),
    ...(known ? { deduced: new Map(known) } : {}),
  };
  const { source, blanked } = statement;
  const resolver = newResolver(source, catalogue, settings, around, blanked);
  const outcome = resolveNode(resolver, statement.node.stmt ?? { String: {} });
  followForeignKeys(resolver, outcome);
  fireEventTriggers(resolver, outcome);
  return { resolver, outcome };
};
