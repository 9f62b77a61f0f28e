import type { RelationUse } from '../resolve/cells.js';
import { mark } from '../resolve/cells.js';
import { isSystemSchema } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Write } from '../resolve/writes.js';

/** Rows that are there are changed or deleted, and no condition looks at them. */
export const isUnfiltered = ({ filtered, action }: Write): boolean =>
  !filtered && action !== 'insert';

/** Values of it come out, and no WHERE looks at any. */
const isReadWhole = ({ role, relation, cells }: RelationUse): boolean => {
  if (role !== 'read' || isSystemSchema(relation.schema)) return false;
  const marks = [...cells.values()].reduce((all, cell) => all | cell.marks, 0);
  return (marks & mark.output) !== 0 && (marks & mark.narrows) === 0;
};

/** Are the rows of a relation read as they are, all of them? */
export const readsWhole = ({ uses, writes }: Resolver): boolean =>
  uses.some(isReadWhole) || writes.some(isUnfiltered);
