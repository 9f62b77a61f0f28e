import type { RangeVar } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { SqlError } from '../errors.js';
import type { Mask } from '../mask.js';
import { maskFits } from '../mask-fits.js';
import { formatName } from '../names.js';
import { mark, type RelationUse } from '../resolve/cells.js';
import { publicName } from '../resolve/path.js';
import { characterPosition } from '../parse/positions.js';
import { RewriteRefusal, type Unfit } from './change.js';

// A mask or a filter that does not fit is somebody's mistake: what it was meant to hide is not shown meanwhile.

const refusal = (analyzed: Analyzed, node: RangeVar, unfit: Unfit, why: string, hint: string) =>
  new RewriteRefusal(
    unfit.kind === 'mask' ? 'mask' : 'row filter',
    characterPosition(
      analyzed.statement.source,
      analyzed.resolved.resolver.offset(Math.max(node.location ?? 0, 0)),
    ),
    why,
    hint,
    unfit,
  );

/** @throws RewriteRefusal for a column that the statement reads and whose mask does not fit its type */
export const checkFit = (
  analyzed: Analyzed,
  use: RelationUse,
  masks: ReadonlyMap<string, Mask>,
): void => {
  for (const [name, mask] of masks) {
    const cell = use.cells.get(name);
    const reads = use.role === 'read' || (cell && (cell.marks & ~mark.write) !== 0);
    const column = use.relation.columns.find((one) => one.name === name);
    const why = reads && column ? maskFits(analyzed.catalogue, column, mask) : undefined;
    if (why === undefined) continue;
    const relation = publicName(analyzed.resolved.resolver.path, use.relation);
    throw refusal(
      analyzed,
      use.node,
      { kind: 'mask', relation, column: name },
      `column ${name} of ${formatName(relation)} is masked, and its mask cannot be made: ${why}`,
      `Leave ${name} out of the statement, or have a mask that fits put into the policy.`,
    );
  }
};

/** @throws RewriteRefusal when the filter does not fit the relation */
export const orUnfit = (
  analyzed: Analyzed,
  { relation: of, node }: Pick<RelationUse, 'relation' | 'node'>,
  make: () => string,
): string => {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    const relation = publicName(analyzed.resolved.resolver.path, of);
    throw refusal(
      analyzed,
      node,
      { kind: 'row-filter', relation },
      `${formatName(relation)} has a row filter that cannot be put in place: ${cause.message}`,
      'Have the row filter mended in the policy; postern policy validate --database-url says where it stands.',
    );
  }
};
