import { withHeirs } from '../catalogue/heirs.js';
import { as, type NodeOf } from '../parse/nodes.js';
import { findRelation, publicName } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { relationName, type Deed, type Outcome } from './outcome.js';
import { viewFacts } from './views.js';

/** Lock modes by their numbers (documentation, "Table-Level Locks"; src/include/storage/lockdefs.h). */
const modes = [
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
] as const;

/** ACCESS SHARE and ROW SHARE are what reading takes. */
const lastOfReading = 2;

/** LOCK TABLE: heirs are locked with a table, and what is under it with a view. */
export const lockTable = (r: Resolver, { relations, mode = 8 }: NodeOf<'LockStmt'>): Outcome => {
  const how = {
    action: mode > lastOfReading ? ('update' as const) : ('select' as const),
    lock: modes[mode - 1] ?? 'access exclusive',
  };
  const deeds = (relations ?? []).flatMap((node): readonly Deed[] => {
    const named = as(node, 'RangeVar');
    if (!named) return [];
    const found = findRelation(r.catalogue, r.path, named.schemaname, named.relname ?? '');
    if (!found) return [{ ...how, object: relationName(r, named) }];
    const through = viewFacts(r.catalogue, found)?.reads;
    const locked = named.inh === true ? withHeirs(r.catalogue, found) : [found];
    return locked.map((one) => ({
      ...how,
      object: publicName(r.path, one),
      ...(through ? { through } : {}),
    }));
  });
  return { command: 'LOCK TABLE', deeds };
};
