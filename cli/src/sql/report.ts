import {
  type Access,
  type Analysis,
  type ColumnRef,
  formatName,
  type NamedObject,
  type OutputColumn,
  quoteIdentifier,
  type WrittenColumn,
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
  /** LOCK TABLE: relations and the mode, in PostgreSQL's words; absent otherwise */
  readonly locks?: readonly LockReport[];
  /** what is named beside relations and functions; absent when nothing is */
  readonly objects?: readonly NamedObject[];
  readonly functions: readonly string[];
  readonly output: readonly OutputReport[];
  /** the types of `$1`, `$2`, ...; absent when there are none */
  readonly parameters?: readonly string[];
  readonly flags: {
    /** SELECT: some row is looked at before it is given out; UPDATE and DELETE: none goes without */
    readonly filtered: boolean;
    /** what could not be seen through */
    readonly opaque: readonly string[];
  };
}

export interface LockReport {
  readonly relation: string;
  readonly mode: string;
  /** of a view: the relations that its definition reads, which are locked as well */
  readonly through?: readonly string[];
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
  /** of a materialised view that is refreshed: the relations that its definition reads, at any depth */
  readonly through?: readonly string[];
  /** where the values of its columns come from; absent when they come from no column */
  readonly lineage?: readonly (LineageReport & { readonly column: string })[];
}

export interface LineageReport {
  readonly sources: readonly {
    readonly column: string;
    readonly kind: 'identity' | 'transformation' | 'aggregation';
  }[];
  /** columns that decide which rows, or in what order, without being in the value */
  readonly influences: readonly string[];
}

export interface OutputReport extends LineageReport {
  readonly name: string;
}

const reading = new Set<Access['action']>(['select', 'copy-out']);
const notData = new Set<Access['action']>(['execute', 'config']);

/** Where no row is looked at they are `unfiltered`; `WHERE CURRENT OF` looks at one. */
const chosen = new Set(['UPDATE', 'DELETE']);

export const reportOf = (analysis: Analysis, parameters: readonly string[]): StatementReport => {
  const { objects, output, written, flags, notUnderstood, veiled } = analysis;
  const accesses = analysis.accesses.filter(({ lock }) => lock === undefined);
  const locks = locksOf(analysis.accesses);
  return {
    kind: analysis.command.toLowerCase(),
    reads: readsOf(accesses),
    writes: writesOf(accesses, written),
    ...(locks.length === 0 ? {} : { locks }),
    ...(objects.length === 0 ? {} : { objects }),
    functions: analysis.calls.map(formatName),
    output: output.map(({ name, ...lineage }) => ({ name, ...lineageOf(lineage) })),
    ...(parameters.length === 0 ? {} : { parameters }),
    flags: {
      filtered:
        !flags.unfiltered &&
        (chosen.has(analysis.command) ||
          accesses.some(({ columns }) => columns.some(({ uses }) => uses.includes('filter')))),
      opaque: [
        ...new Set([
          // A body that is understood has a bounded reach.
          ...notUnderstood.flatMap(({ construct, reach }) =>
            reach === 'anything' ? [construct] : [],
          ),
          ...veiled.map((name) => `side door ${name}`),
        ]),
      ],
    },
  };
};

const locksOf = (accesses: readonly Access[]): readonly LockReport[] =>
  accesses.flatMap(({ object, lock, through }) => {
    if (object === undefined || lock === undefined) return [];
    const under = through.length === 0 ? {} : { through: through.map(formatName) };
    return [{ relation: formatName(object), mode: lock, ...under }];
  });

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

/** What an access is called whose written columns say where they come from. */
const actions = { insert: 'insert', update: 'update', create: 'ddl' } as const;

const writesOf = (
  accesses: readonly Access[],
  written: readonly WrittenColumn[],
): readonly WriteReport[] =>
  accesses.flatMap(({ action, object, columns, through }) => {
    if (object === undefined || reading.has(action) || notData.has(action)) return [];
    const relation = formatName(object);
    const values = written.filter(
      (one) => actions[one.action] === action && formatName(one.target) === relation,
    );
    const named = columns.filter(({ uses }) => uses.includes('write')).map(({ name }) => name);
    // A statement may insert into some columns of a relation, and update others.
    const given = [...new Set(values.map(({ target }) => target.column))];
    const lineage = values
      .filter(({ sources, influences }) => sources.length + influences.length > 0)
      .map(({ target, ...one }) => ({ column: target.column, ...lineageOf(one) }));
    return [
      {
        relation,
        action,
        columns:
          action === 'ddl' ? [...new Set([...given, ...named])] : given.length > 0 ? given : named,
        ...(action === 'ddl' && through.length > 0 ? { through: through.map(formatName) } : {}),
        ...(lineage.length === 0 ? {} : { lineage }),
      },
    ];
  });

const lineageOf = ({
  sources,
  influences,
}: Pick<OutputColumn, 'sources' | 'influences'>): LineageReport => ({
  sources: sources.map(({ column, kind }) => ({ column: referenceOf(column), kind })),
  influences: [...new Set(influences.map(referenceOf))].sort(),
});

const referenceOf = (reference: ColumnRef): string =>
  `${formatName(reference)}.${quoteIdentifier(reference.column)}`;
