import { formatName, type Analysis, type Misplaced } from '@postern/sql';
import { insufficientPrivilege, type Words } from './words.js';

/**
 * A classification names a column that is not there, and for this statement it matters which one it meant.
 *
 * @param database `namespace/name`
 */
export const misplacedWords = (
  entries: readonly Misplaced[],
  analysis: Analysis,
  database: string,
): Words => {
  const touched = new Set(
    analysis.accesses.flatMap(({ object, through }) =>
      (object === undefined ? through : [object, ...through]).map(formatName),
    ),
  );
  const near = entries.filter(({ relation }) => touched.has(formatName(relation)));
  const [first] = near.length > 0 ? near : entries;
  const column = first?.column ?? '';
  const relation = first === undefined ? '' : formatName(first.relation);
  return {
    sqlstate: insufficientPrivilege,
    message: `which column of ${relation} is protected is not known: the Database classifies ${column}, which does not exist`,
    detail: `database=${database} reason=classification-misplaced column=${column}`,
    hint: `Have the column that holds ${first?.tags.join(', ') ?? ''} now named in spec.classifications of the Database, or the entry taken out.`,
  };
};
