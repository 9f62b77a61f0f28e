import {
  formatName,
  quoteIdentifier,
  type Analysis,
  type Misplaced,
  type RewriteRefusal,
} from '@postern/sql';
import type { Decision, Reason } from './decision.js';

/** What a client is told of a refusal; the same by the proxy and by `postern policy explain`. */
export interface Words {
  readonly message: string;
  /** for programs */
  readonly detail: string;
  /** what to do instead */
  readonly hint: string;
}

/** The detail of a statement that policy allows and that cannot be masked or filtered. */
export const rewriteDetail = (
  refusal: RewriteRefusal,
  by: Decision | Pick<Reason, 'policy' | 'rule'>,
): string =>
  `${'policy' in by ? `policy=${by.policy} rule=${by.rule}` : byOf(refusal, by)} ${whyNot(refusal)}`;

const whyNot = ({ unfit, construct }: RewriteRefusal): string => {
  switch (unfit?.kind) {
    case 'mask':
      return `reason=mask-does-not-fit column=${formatName(unfit.relation)}.${quoteIdentifier(unfit.column)}`;
    case 'row-filter':
      return `reason=row-filter-invalid relation=${formatName(unfit.relation)}`;
    case undefined:
      return `reason=cannot-mask construct=${construct}`;
  }
};

/** The rule of the mask or filter that does not fit; of the shape, one of those that want it changed. */
const byOf = ({ unfit }: RewriteRefusal, { masks, rowFilters }: Decision): string => {
  const on = unfit && formatName(unfit.relation);
  const mask = masks.find(
    ({ relation, column }) =>
      unfit === undefined || (unfit.kind === 'mask' && relation === on && column === unfit.column),
  );
  const filter = rowFilters.find(({ relation }) => unfit === undefined || relation === on);
  const by = mask ?? filter;
  return by === undefined ? 'policy=unknown' : `policy=${by.policy} rule=${by.rule}`;
};

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
    message: `which column of ${relation} is protected is not known: the Database classifies ${column}, which does not exist`,
    detail: `database=${database} reason=classification-misplaced column=${column}`,
    hint: `Have the column that holds ${first?.tags.join(', ') ?? ''} now named in spec.classifications of the Database, or the entry taken out.`,
  };
};
