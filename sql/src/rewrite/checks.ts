import type { Node } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import type { Mask } from '../mask.js';
import { formatName } from '../names.js';
import { as, kindOf } from '../parse/nodes.js';
import { characterPosition } from '../parse/positions.js';
import { mark, type Cell } from '../resolve/cells.js';
import { publicName } from '../resolve/path.js';
import { RewriteRefusal } from './change.js';
import { holdsKey } from './mask-expression.js';
import type { Plan } from './substitute.js';

// Where the shape of a statement cannot be kept under masks and filters it is refused.

/** Masks and filters by the relation's name. */
export interface Wanted {
  readonly masks: ReadonlyMap<string, ReadonlyMap<string, Mask>>;
  /** masked columns that predicates may see as they are */
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
  readonly filters: ReadonlyMap<string, readonly string[]>;
}

const position = (analyzed: Analyzed, location: number | undefined): number =>
  characterPosition(
    analyzed.statement.source,
    analyzed.resolved.resolver.offset(Math.max(location ?? 0, 0)),
  );

export const refuse = (
  analyzed: Analyzed,
  construct: string,
  location: number | undefined,
  why: string,
  hint: string,
) => new RewriteRefusal(construct, position(analyzed, location), why, hint);

/** Rows that a foreign key changes cannot be chosen by a row filter. */
export const checkForeignKeys = (analyzed: Analyzed, want: Wanted): void => {
  const { resolver: r } = analyzed.resolved;
  for (const { use, byKey, location } of r.writes) {
    const name = formatName(publicName(r.path, use.relation));
    if (!byKey || !want.filters.has(name)) continue;
    throw refuse(
      analyzed,
      'foreign key',
      location,
      `a foreign key changes rows of ${name} too, which has a row filter for this identity`,
      `Remove the rows of ${name} that refer to these first, or write through a role or workload without a row filter.`,
    );
  }
};

/** What a utility statement looks at, it looks at as it is: whether it succeeds, and what it leaves, may say what that was. */
export const checkSubjects = (analyzed: Analyzed, want: Wanted): void => {
  const { resolver: r } = analyzed.resolved;
  const { command } = analyzed.analysis;
  for (const { relation, cells, node } of r.subjects) {
    const name = formatName(publicName(r.path, relation));
    const looked = [...cells].filter(([, cell]) => (cell.marks & ~mark.write) !== 0);
    const masked = looked.find(([column]) => want.masks.get(name)?.has(column));
    const filtered = looked.length > 0 && want.filters.has(name);
    if (!masked && !filtered) continue;
    throw refuse(
      analyzed,
      command,
      node.location,
      masked
        ? `column ${masked[0]} of ${name} is masked, and ${command} would look at it as it is`
        : `${name} has a row filter for this identity, and ${command} would look at all of its rows`,
      'Have it run by a role or workload for which nothing of this table is masked or filtered.',
    );
  }
};

/** A relation that stands in a part nobody resolves (a rule's action, a function's body) cannot be replaced there. */
export const checkUnresolved = (analyzed: Analyzed, want: Wanted): void => {
  const { resolver: r } = analyzed.resolved;
  const resolved = new Set(r.uses.map((use) => formatName(publicName(r.path, use.relation))));
  for (const { action, object } of analyzed.analysis.accesses) {
    const name = action === 'select' && object ? formatName(object) : undefined;
    if (
      name === undefined ||
      resolved.has(name) ||
      !(want.masks.has(name) || want.filters.has(name))
    )
      continue;
    throw refuse(
      analyzed,
      analyzed.analysis.command,
      0,
      `${name} is masked or filtered and cannot be replaced inside of ${analyzed.analysis.command}`,
      'Leave the relation out of this statement.',
    );
  }
};

/**
 * The server refuses to compare such rows, but takes `r = r` for `r IS NOT NULL` where the row is a `record`, as that
 * of a subquery is: what it would refuse would be answered.
 */
export const checkSameRows = (analyzed: Analyzed, plans: readonly Plan[]): void => {
  const uses = new Set(plans.map(({ use }) => use));
  const seen = new Set<Cell>();
  const reaches = (cell: Cell): boolean => {
    if (seen.has(cell)) return false;
    seen.add(cell);
    return cell.base ? uses.has(cell.base.use) : cell.flows.some(({ from }) => reaches(from));
  };
  for (const { cells, location } of analyzed.resolved.resolver.sameRows)
    if (cells.some(reaches))
      throw refuse(
        analyzed,
        'row compared with itself',
        location,
        'a row with columns that cannot be compared is compared with itself while it is masked or filtered',
        'Ask whether the row is there: IS NOT NULL of one of its columns that always has a value.',
      );
};

/** Statements whose text or plan is kept or shown where the client can read it. */
export const checkStatement = (analyzed: Analyzed, node: Node, plans: readonly Plan[]): void => {
  const kind = kindOf(node);
  const { command } = analyzed.analysis;
  const [first] = plans;
  const stored =
    kind === 'ViewStmt' ||
    kind === 'RuleStmt' ||
    kind === 'CreateFunctionStmt' ||
    kind === 'CreatePolicyStmt' ||
    kind === 'AlterPolicyStmt' ||
    kind === 'CreateSchemaStmt' ||
    as(node, 'CreateTableAsStmt')?.objtype === 'OBJECT_MATVIEW';
  if (stored)
    throw refuse(
      analyzed,
      command,
      first?.use.node.location,
      `${command} would store a query over masked or filtered columns`,
      'Create a table from the query instead (CREATE TABLE ... AS).',
    );
  if (kind !== 'ExplainStmt') return;
  if (plans.some((p) => p.filter !== undefined))
    throw refuse(
      analyzed,
      'EXPLAIN',
      first?.use.node.location,
      'the plan would show how rows are filtered, and how many there are',
      'EXPLAIN a query over relations without a row filter.',
    );
  const runs = analyzed.resolved.outcome.planned !== true;
  if (runs && plans.some((p) => [...p.masks.values()].some(holdsKey)))
    throw refuse(
      analyzed,
      'EXPLAIN ANALYZE',
      first?.use.node.location,
      'the plan of what has run would show the key of its masks',
      'EXPLAIN without ANALYZE: nothing runs, and the plan is the same.',
    );
};
