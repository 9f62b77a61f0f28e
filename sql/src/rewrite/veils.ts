import type { Analyzed } from '../analyze.js';
import { text } from '../parse/nodes.js';
import type { RelationUse } from '../resolve/cells.js';
import type { Edit } from './edits.js';
import { op } from './sql-text.js';
import type { Plan } from './substitute.js';
import { Tokens } from '../parse/tokens.js';

// The catalogue holds values of columns: in statistics, in the predicates and expressions of indexes, in the bounds of
// partitions, in what columns have where rows are older than they. For hidden relations these are kept back; the rest of
// the catalogue stays as it is.

const oids = (hidden: ReadonlySet<number>): string =>
  `'{${[...hidden].join(',')}}'::pg_catalog.oid[]`;

/** Is it one of them? */
const isOne = (value: string, hidden: ReadonlySet<number>): string =>
  `${value} OPERATOR(pg_catalog.=) ANY (${oids(hidden)})`;

const unless = (condition: string, value: string): string =>
  `CASE WHEN ${condition} THEN NULL ELSE ${value} END`;

/** A relation that is hidden, or an index of one: statistics of its expressions bear the name of the index. */
const isHidden = (relation: string, hidden: ReadonlySet<number>): string =>
  `(${isOne(relation, hidden)} OR EXISTS (SELECT FROM pg_catalog.pg_index AS veil_i WHERE ${op('veil_i.indexrelid', '=', relation)} AND ${isOne('veil_i.indrelid', hidden)}))`;

/** The same by schema and name, as the views for people have it. */
const named = (schema: string, name: string, what: (oid: string) => string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_class AS veil_c JOIN pg_catalog.pg_namespace AS veil_n ON ${op('veil_n.oid', '=', 'veil_c.relnamespace')} WHERE ${op('veil_n.nspname', '=', schema)} AND ${op('veil_c.relname', '=', name)} AND ${what('veil_c.oid')})`;

/** Has the tree of an expression constants in it? What has none says nothing of any value: `lower(name)`. */
const hasConstants = (tree: string): string =>
  op(`pg_catalog.strpos((${tree})::pg_catalog.text, '{CONST')`, '>', '0');

const unlessPlain = (column: string, hidden: ReadonlySet<number>): string =>
  unless(`${isOne('indrelid', hidden)} AND ${hasConstants(column)}`, column);

/** Is an index on a hidden relation, and are there constants in its predicate or expressions? */
const tells = (index: string, hidden: ReadonlySet<number>): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_index AS veil_i WHERE ${op('veil_i.indexrelid', '=', index)} AND ${isOne('veil_i.indrelid', hidden)} AND (${hasConstants('veil_i.indpred')} OR ${hasConstants('veil_i.indexprs')}))`;

interface Veil {
  readonly columns?: Readonly<Record<string, (hidden: ReadonlySet<number>) => string>>;
  /** which rows stay */
  readonly rows?: (hidden: ReadonlySet<number>) => string;
}

const nothing = (): string => 'NULL::pg_catalog.text';

const statisticsByName = (hidden: ReadonlySet<number>): string =>
  `NOT ${named('schemaname', 'tablename', (oid) => isHidden(oid, hidden))}`;

const byName: Veil = { rows: statisticsByName };

/** Columns of the catalogue in which values may stand: ANALYZE collects what is in them as in any other. */
const holders = `'{${[
  ...[
    'attmissingval',
    'relpartbound',
    'indpred',
    'indexprs',
    'adbin',
    'conbin',
    'ev_qual',
    'ev_action',
  ],
  ...[
    'polqual',
    'polwithcheck',
    'tgqual',
    'tgargs',
    'proargdefaults',
    'prosqlbody',
    'stxexprs',
    'data',
  ],
  ...['stavalues1', 'stavalues2', 'stavalues3', 'stavalues4', 'stavalues5', 'stxdmcv', 'stxdexpr'],
  ...['prqual', 'partexprs'],
].join(',')}}'::pg_catalog.name[]`;

const isHolder = (column: string): string => `${column} OPERATOR(pg_catalog.=) ANY (${holders})`;

/** FirstNormalObjectId: below are relations of the catalogue */
const isHolderOf = (relation: string, number: string): string =>
  `(${op(relation, '<', "'16384'::pg_catalog.oid")} AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS veil_a WHERE ${op('veil_a.attrelid', '=', relation)} AND ${op('veil_a.attnum', '=', number)} AND ${isHolder('veil_a.attname')}))`;

/** By the names of relations in pg_catalog; those of `isVeilable`. */
const veils: Readonly<Record<string, Veil>> = {
  pg_attribute: {
    columns: { attmissingval: (hidden) => unless(isOne('attrelid', hidden), 'attmissingval') },
  },
  pg_class: {
    columns: {
      // The bound of a default partition is without values.
      relpartbound: (hidden) =>
        unless(
          `${isOne('oid', hidden)} AND ${op("pg_catalog.strpos(relpartbound::pg_catalog.text, ':is_default true')", '=', '0')}`,
          'relpartbound',
        ),
    },
  },
  pg_index: {
    columns: {
      indpred: (hidden) => unlessPlain('indpred', hidden),
      indexprs: (hidden) => unlessPlain('indexprs', hidden),
    },
  },
  pg_indexes: {
    columns: {
      indexdef: (hidden) =>
        unless(
          named('schemaname', 'indexname', (index) => tells(index, hidden)),
          'indexdef',
        ),
    },
  },
  pg_statistic: {
    rows: (hidden) =>
      `NOT ${isHidden('starelid', hidden)} AND NOT ${isHolderOf('starelid', 'staattnum')}`,
  },
  pg_statistic_ext_data: {
    rows: (hidden) =>
      `NOT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext AS veil_s WHERE ${op('veil_s.oid', '=', 'stxoid')} AND ${isOne('veil_s.stxrelid', hidden)})`,
  },
  pg_stats: {
    rows: (hidden) =>
      `${statisticsByName(hidden)} AND NOT (${op('schemaname', '=', "'pg_catalog'")} AND ${isHolder('attname')})`,
  },
  ...{ pg_stats_ext: byName, pg_stats_ext_exprs: byName },
  pg_stat_activity: { columns: { query: nothing } },
  pg_prepared_statements: { columns: { statement: nothing } },
  pg_cursors: { columns: { statement: nothing } },
};

/** What stands for a system relation where the statement reads it; none where nothing of it is hidden. */
export const veilOf = (use: RelationUse, hidden: ReadonlySet<number>): readonly Plan[] => {
  const veil = veils[use.relation.name];
  const columns = Object.entries(veil?.columns ?? {}).flatMap(([name, sql]) =>
    hidden.size > 0 || sql === nothing ? [[name, sql(hidden)] as const] : [],
  );
  const filter = hidden.size > 0 ? veil?.rows?.(hidden) : undefined;
  if (columns.length === 0 && filter === undefined) return [];
  return [{ use, masks: new Map(), filter, veils: new Map(columns) }];
};

/** The argument, or NULL for what is not to be shown. */
const guarded: Readonly<Record<string, (hidden: ReadonlySet<number>) => string>> = {
  pg_get_indexdef: (hidden) => `NOT ${tells('veil.x', hidden)}`,
  pg_get_partition_constraintdef: (hidden) => `NOT ${isOne('veil.x', hidden)}`,
};

/** The first argument of functions that show such contents of a relation or index. */
export const veiledCalls = (
  { statement, resolved }: Analyzed,
  hidden: ReadonlySet<number>,
): readonly Edit[] => {
  const { resolver: r } = resolved;
  if (hidden.size === 0 || r.veiled.length === 0) return [];
  const tokens = new Tokens(statement.source, statement.start, statement.end);
  return r.veiled.flatMap(({ funcname, location }) => {
    const guard = guarded[text(funcname?.at(-1))];
    if (!guard) throw new TypeError(`no way to keep back what ${text(funcname?.at(-1))} shows`);
    const open = tokens.afterName(tokens.indexAt(r.offset(location ?? 0)));
    const next = tokens.afterArgument(open + 1);
    const [start, end] = [tokens.endOf(open), tokens.endOf(next - 1)];
    return [
      { start, end: start, text: '(SELECT veil.x FROM pg_catalog.unnest(ARRAY[(' },
      { start: end, end, text: `)::pg_catalog.oid]) AS veil (x) WHERE ${guard(hidden)})` },
    ];
  });
};
