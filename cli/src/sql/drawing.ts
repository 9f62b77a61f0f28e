import type { Paint } from '../output/paint.js';
import type { OutputReport, Report, StatementReport } from './report.js';

interface Branch {
  readonly text: string;
  readonly below?: readonly Branch[];
}

/** The report for a person: what each statement touches as a tree, where its columns come from as a table. */
export const drawReport = ({ statements }: Report, paint: Paint): readonly string[] =>
  statements.flatMap((statement, i) => [...(i === 0 ? [] : ['']), ...draw(statement, paint)]);

const draw = (one: StatementReport, paint: Paint): readonly string[] => {
  const written = one.writes.flatMap(({ relation, lineage = [] }) =>
    lineage.map(({ column, ...from }) => ({ name: `${relation}.${column}`, ...from })),
  );
  const tables = [
    lineageTable('OUTPUT', one.output, paint),
    lineageTable('WRITTEN', written, paint),
  ];
  return [
    paint('bold', one.kind),
    ...tree(branches(one), paint),
    ...tables.flatMap((table) => (table.length === 0 ? [] : ['', ...table])),
  ];
};

const branches = ({
  reads,
  writes,
  locks = [],
  objects = [],
  functions,
  parameters = [],
  flags,
}: StatementReport): readonly Branch[] =>
  [
    {
      text: 'reads',
      below: reads.map(({ relation, columns, through }) => ({
        text: withColumns(relation, columns),
        below: (through ?? []).map((text) => ({ text: `through ${text}` })),
      })),
    },
    {
      text: 'writes',
      below: writes.map(({ relation, action, columns }) => ({
        text: `${action} ${withColumns(relation, columns)}`,
      })),
    },
    {
      text: 'locks',
      below: locks.map(({ relation, mode, through }) => ({
        text: `${relation} in ${mode} mode`,
        below: (through ?? []).map((text) => ({ text: `through ${text}` })),
      })),
    },
    { text: 'names', below: objects.map(({ type, name }) => ({ text: `${type} ${name}` })) },
    { text: 'calls', below: functions.map((text) => ({ text })) },
    { text: 'takes', below: parameters.map((type, i) => ({ text: `$${i + 1} ${type}` })) },
    { text: 'cannot see through', below: flags.opaque.map((text) => ({ text })) },
  ].filter(({ below }) => below.length > 0);

const withColumns = (relation: string, columns: readonly string[]): string =>
  columns.length === 0 ? relation : `${relation} (${columns.join(', ')})`;

const tree = (all: readonly Branch[], paint: Paint, indent = ''): readonly string[] =>
  all.flatMap(({ text, below = [] }, i) => {
    const last = i === all.length - 1;
    return [
      `${paint('dim', `${indent}${last ? '└─ ' : '├─ '}`)}${text}`,
      ...tree(below, paint, `${indent}${last ? '   ' : '│  '}`),
    ];
  });

/** One line for each source of each column. */
function lineageTable(
  title: string,
  columns: readonly OutputReport[],
  paint: Paint,
): readonly string[] {
  if (columns.length === 0) return [];
  const rows = columns.flatMap(({ name, sources, influences }) => {
    const by = influences.join(', ');
    if (sources.length === 0) return [[name, '', '', by]];
    return sources.map(({ column, kind }, i) => [
      i === 0 ? name : '',
      column,
      kind,
      i === 0 ? by : '',
    ]);
  });
  const titles = [title, 'FROM', 'HOW', 'DECIDED BY'];
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint('dim', line(titles)), ...rows.map(line)];
}
