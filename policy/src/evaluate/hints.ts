import type { Reason, ReasonCode } from '../decision.js';
import type { AccessFacts } from '../input.js';

/** What else there is to do, by what was refused. */
const instead: Readonly<Partial<Record<AccessFacts['action'], string>>> = {
  select: 'Read other relations, or fewer columns.',
  insert: 'Read instead of writing, or write to a table that a rule allows.',
  update: 'Read instead of writing, or write to a table that a rule allows.',
  delete: 'Read instead of writing, or write to a table that a rule allows.',
  merge: 'Read instead of writing, or write to a table that a rule allows.',
  truncate: 'DELETE with a WHERE, where a rule allows that.',
  'copy-in': 'INSERT the rows, where a rule allows that.',
  'copy-out': 'SELECT the rows that are needed.',
  ddl: 'Work with the schema as it is; rows can be read and written where rules allow it.',
  privilege: 'Work with the privileges that there are.',
  config: 'Work with the settings as they are.',
  execute: 'Do it without this function.',
  'function-call': 'Call the function in a SELECT statement.',
  replication: 'Read the tables in an ordinary session.',
};

const byCode: Readonly<Partial<Record<ReasonCode, string>>> = {
  'not-understood':
    'Write the statement without this construct, or on relations without masks or filters.',
  'side-door': 'Read the table itself: what this would show is closed while columns are masked.',
  residency: 'Run it where the data may be read, or have the region allowed in the policy.',
  'row-filter-through-view':
    'Read the table itself: its row filter cannot be applied through the view.',
};

/** What a client can do about a denial. */
export const denialHint = (
  { code, policy }: Pick<Reason, 'code' | 'policy'>,
  action: AccessFacts['action'] | undefined,
  unfiltered: boolean,
): string => {
  const known = byCode[code];
  if (known !== undefined) return known;
  const first = unfiltered
    ? 'Add a WHERE that looks at the table itself: one that holds for every row, or looks at no column, counts as none.'
    : action && instead[action];
  const ask =
    code === 'no-rule'
      ? `Ask for a rule in a DatabaseAccessPolicy that allows it (${policy}).`
      : `Otherwise ask the owners of ${policy}: this version cannot ask for an approval itself.`;
  return first === undefined ? ask : `${first} ${ask}`;
};

/** What a client can do where an approval is wanted. */
export const approvalHint = ({ policy }: Pick<Reason, 'policy'>): string =>
  `It needs an approval, and no approval service is connected to this proxy: ask the owners of ${policy}.`;
