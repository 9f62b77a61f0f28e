import type { Mask } from '../mask.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Analyzed } from '../analyze.js';
import type { Column } from '../catalogue/catalogue.js';
import { columnType } from './column-type.js';
import { exposesRows } from './exposed.js';
import { maskExpression } from './mask-expression.js';
import { quoted } from './sql-text.js';
import { systemColumns } from './stars.js';

/** A row filter that the columns of a write's target are put into. */
export interface FilterSql {
  /** names of the columns that it looks at */
  readonly columns: ReadonlySet<string>;
  /** ready SQL in which this stands for the values of columns */
  of(value: (column: string) => string): string;
}

/** What is to happen to one place where a relation is read. */
export interface Plan {
  readonly use: RelationUse;
  /** by column; only columns that are read there */
  readonly masks: ReadonlyMap<string, Mask>;
  /** ready SQL, already joined with AND */
  readonly filter: string | undefined;
  /** the same for a target */
  readonly targetFilter?: FilterSql;
  /** masked columns that may be compared as they are, and the places (byte offsets) where that is done */
  readonly open?: ReadonlySet<string>;
  readonly raw?: ReadonlySet<number>;
  /** SQL that stands for columns of a system relation */
  readonly veils?: ReadonlyMap<string, string>;
}

export const maskedColumn = (
  analyzed: Analyzed,
  column: Column,
  mask: Mask,
  key: Uint8Array,
): string => {
  const { catalogue } = analyzed;
  const type = columnType(catalogue, column);
  const value = quoted(column.name);
  return `${maskExpression({ value, type, key }, mask, column.collation)} AS ${quoted(column.name)}`;
};

/** What the names of columns as they are begin with: none of the statement's own do. */
export const rawPrefix = 'postern raw';

/** The name of a column as it is; nobody else's, so that it needs no alias. */
export const rawName = ({ use }: Plan, column: string): string =>
  `${rawPrefix} ${column} at ${use.node.location ?? 0}`;

/** The subquery that stands for the relation: the columns in use, masked where they must be. */
export const subquery = (
  analyzed: Analyzed,
  plan: Plan,
  key: Uint8Array,
  only: boolean,
  sample: string,
): string => {
  const { use } = plan;
  const { relation } = use;
  const live = relation.columns.filter((c) => use.all || use.cells.has(c.name));
  const columns = live.map((column) => {
    const veil = plan.veils?.get(column.name);
    if (veil !== undefined) return `${veil} AS ${quoted(column.name)}`;
    const mask = plan.masks.get(column.name);
    return mask ? maskedColumn(analyzed, column, mask, key) : quoted(column.name);
  });
  const raw = new Set(
    use.references.flatMap(({ location, name }) => (plan.raw?.has(location) ? [name] : [])),
  );
  const open = [...raw].map((name) => `${quoted(name)} AS ${quoted(rawName(plan, name))}`);
  const list = [...columns, ...systemColumns(use).map(quoted), ...open].join(', ');
  const from = `FROM ${only ? 'ONLY ' : ''}${quoted(relation.schema)}.${quoted(relation.name)}`;
  const where = plan.filter === undefined ? '' : ` WHERE ${plan.filter}`;
  // Leakproof conditions may go in; anything else must wait until the filter has been applied.
  const fence = plan.filter !== undefined && exposesRows(use) ? ' OFFSET 0' : '';
  return `(SELECT ${list === '' ? '' : `${list} `}${from}${sample === '' ? '' : ` ${sample}`}${where}${fence})`;
};
