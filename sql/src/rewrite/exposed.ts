import { mark, type RelationUse } from '../resolve/cells.js';

/** Is anything applied to the relation's columns that may tell of rows which a filter hides? */
export const exposesRows = (use: RelationUse): boolean =>
  use.wholeRows.length > 0 ||
  [...use.cells.values()].some(({ marks }) => (marks & mark.exposed) !== 0);
