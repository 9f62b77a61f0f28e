import { formatName, type ObjectName } from '../names.js';
import type { RelationUse } from '../resolve/cells.js';
import { opaque, type Resolver } from '../resolve/resolver.js';
import { viewFacts } from './views.js';

/** What the definition of a view reads; parts of it that are not understood count for the statement. */
export const viewReads = (r: Resolver, use: RelationUse): readonly ObjectName[] => {
  const facts = viewFacts(r.catalogue, use.relation);
  if (!facts) return [];
  // A materialised view is read as a table: what its definition calls was run when it was filled.
  if (use.relation.kind === 'v')
    for (const part of facts.notUnderstood)
      opaque(
        r,
        `view ${formatName(use.relation)}: ${part.construct}`,
        use.node.location,
        part.reach,
      );
  return facts.reads;
};
