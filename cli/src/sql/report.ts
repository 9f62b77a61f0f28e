import {
  type Access,
  type Analysis,
  type ColumnRef,
  formatName,
  quoteIdentifier,
  type Use,
} from '@postern/sql';

/**
 * What `postern sql analyze --json` prints. Documented in `docs/reference/sql-analyze.md`; programs rely on it.
 * Relations and functions are always schema-qualified, quoted as SQL would have to.
 */
export interface Report {
  readonly statements: readonly StatementReport[];
}

export interface StatementReport {
  /** the command tag in small letters: `select`, `create table as` */
  readonly kind: string;
  readonly reads: readonly ReadReport[];
  readonly writes: readonly WriteReport[];
  readonly functions: readonly string[];
  readonly output: readonly OutputReport[];
  readonly flags: {
    /** SELECT: some row is looked at before it is given out; UPDATE and DELETE: none goes without */
    readonly filtered: boolean;
    /** what could not be seen through */
    readonly opaque: readonly string[];
  };
}

export interface ReadReport {
  readonly relation: string;
  readonly columns: readonly string[];
  /** of a view: the relations that its definition reads, at any depth */
  readonly through?: readonly string[];
}

export interface WriteReport {
  readonly relation: string;
  readonly action: string;
  readonly columns: readonly string[];
}

export interface OutputReport {
  readonly name: string;
  readonly sources: readonly {
    readonly column: string;
    readonly kind: 'identity' | 'transformation' | 'aggregation';
  }[];
  /** columns that decide which rows, or in what order, without being in the value */
  readonly influences: readonly string[];
}

const reading = new Set<Access['action']>(['select', 'copy-out']);
const notData = new Set<Access['action']>(['execute', 'config']);
const influencing = new Set<Use>(['filter', 'join', 'group', 'order']);

export const reportOf = (analysis: Analysis): StatementReport => {
  const { accesses, output, flags, notUnderstood } = analysis;
  const influences = [
    ...new Set(
      accesses.flatMap((access) =>
        access.columns
          .filter(({ uses }) => uses.some((use) => influencing.has(use)))
          .flatMap(({ name }) => columnName(access, name)),
      ),
    ),
  ].sort();
  return {
    kind: analysis.command.toLowerCase(),
    reads: readsOf(accesses),
    writes: writesOf(accesses),
    functions: analysis.functions.map(formatName),
    output: output.map(({ name, sources }) => ({
      name,
      sources: sources.map(({ column, kind }) => ({ column: referenceOf(column), kind })),
      influences,
    })),
    flags: {
      filtered:
        !flags.unfiltered &&
        accesses.some(({ columns }) => columns.some(({ uses }) => uses.includes('filter'))),
      opaque: [...new Set(notUnderstood.map(({ construct }) => construct))],
    },
  };
};

/** A relation is read by SELECT, and by anything that looks at a column of it before it writes. */
function readsOf(accesses: readonly Access[]): readonly ReadReport[] {
  const found = new Map<string, { columns: Set<string>; through: Set<string> }>();
  for (const { action, object, columns, through } of accesses) {
    if (object === undefined || notData.has(action)) continue;
    const read = columns.filter(({ uses }) => uses.some((use) => use !== 'write'));
    if (read.length === 0 && !reading.has(action)) continue;
    const relation = formatName(object);
    let entry = found.get(relation);
    if (entry === undefined)
      found.set(relation, (entry = { columns: new Set(), through: new Set() }));
    for (const { name } of read) entry.columns.add(name);
    for (const name of through) entry.through.add(formatName(name));
  }
  return [...found].map(([relation, { columns, through }]) => ({
    relation,
    columns: [...columns].sort(),
    ...(through.size === 0 ? {} : { through: [...through] }),
  }));
}

const writesOf = (accesses: readonly Access[]): readonly WriteReport[] =>
  accesses.flatMap(({ action, object, columns }) =>
    object === undefined || reading.has(action) || notData.has(action)
      ? []
      : [
          {
            relation: formatName(object),
            action,
            columns: columns.filter(({ uses }) => uses.includes('write')).map(({ name }) => name),
          },
        ],
  );

const columnName = ({ object }: Access, name: string): string[] =>
  object === undefined ? [] : [`${formatName(object)}.${quoteIdentifier(name)}`];

const referenceOf = (reference: ColumnRef): string =>
  `${formatName(reference)}.${quoteIdentifier(reference.column)}`;
