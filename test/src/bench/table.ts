import type { Row, ScenarioResult } from './results.js';

const columns: readonly (readonly [string, (row: Row) => string])[] = [
  ['', (row) => row.target],
  ['per second', (row) => Math.round(row.rate).toLocaleString('en')],
  ['to relay', (row) => fixed(row.toRelay, 2)],
  ['to pgbouncer', (row) => fixed(row.toPgbouncer, 2)],
  ['p50 ms', (row) => fixed(row.latency?.p50, 3)],
  ['p95 ms', (row) => fixed(row.latency?.p95, 3)],
  ['p99 ms', (row) => fixed(row.latency?.p99, 3)],
  ['added ms', (row) => fixed(row.addedMs, 3)],
  ['CPU s/1000', (row) => fixed(row.cpuPer1000, 4)],
  ['collector', (row) => fixed(row.besideCpuPer1000, 4)],
  ['meanwhile', (row) => fixed(row.meanwhilePer1000, 4)],
  ['catch-up s', (row) => fixed(row.catchUpSeconds, 1)],
  ['peak MiB', (row) => fixed(row.residentMiB, 0)],
  ['grown MiB', (row) => fixed(row.grownMiB, 0)],
];

const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits);

/** A table for people; columns that say nothing are left out. */
export const tableOf = (result: ScenarioResult): string => {
  const filled = columns.filter(([, cell]) => result.rows.some((row) => cell(row) !== ''));
  const lines = [
    filled.map(([name]) => name),
    ...result.rows.map((row) => filled.map(([, cell]) => cell(row))),
  ];
  const widths = filled.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  );
  return [`${result.scenario} (${result.unit})`, ...text.map((line) => `  ${line}`)].join('\n');
};
