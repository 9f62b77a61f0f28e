import type { Report } from './page.js';
import type { Row, ScenarioResult } from './results.js';
import type { TargetName } from './targets.js';

const colours: Readonly<Record<TargetName, string>> = {
  direct: '#9aa5b1',
  pgbouncer: '#d9a441',
  relay: '#52606d',
  'relay-busy': '#7b8794',
  postern: '#0f766e',
  'postern-apart': '#14b8a6',
  'postern-masks': '#5eead4',
  'postern-detectors': '#99f6e4',
};

const labels: Readonly<Record<TargetName, string>> = {
  direct: 'direct',
  pgbouncer: 'PgBouncer, session mode',
  relay: 'bare Node relay',
  'relay-busy': 'relay, busy',
  postern: 'Postern: policy and audit',
  'postern-apart': 'collector stopped',
  'postern-masks': 'Postern: with masks',
  'postern-detectors': 'Postern: with detectors',
};

interface Bar {
  readonly target: TargetName;
  readonly value: number;
  readonly text: string;
}

interface Group {
  readonly name: string;
  readonly bars: readonly Bar[];
}

interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly groups: readonly Group[];
  /** a line across, such as the relay's own 1.0 */
  readonly mark: { readonly at: number; readonly text: string } | undefined;
  readonly ceiling: number | undefined;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const left = 216;
const plot = 470;
const width = left + plot + 80;
const barHeight = 13;
const barGap = 2;
const groupGap = 16;

/** Horizontal bars in groups, as SVG of its own. */
const draw = ({ title, subtitle, groups, mark, ceiling }: Chart): string => {
  const used = [...new Set(groups.flatMap((group) => group.bars.map((bar) => bar.target)))];
  // one far out must not make the others small: its bar is cut off, its number is not
  const values = groups.flatMap((group) => group.bars.map((bar) => bar.value));
  const highest = Math.min(Math.max(mark?.at ?? 0, ...values), ceiling ?? Infinity);
  const x = (value: number): number => left + (Math.min(value, highest) / (highest * 1.02)) * plot;
  const out: string[] = [];
  let legend = 20;
  for (const target of used) {
    out.push(
      `<rect x="${legend}" y="62" width="11" height="11" rx="2" fill="${colours[target]}"/>`,
      `<text x="${legend + 17}" y="72" class="small">${escape(labels[target])}</text>`,
    );
    legend += 38 + labels[target].length * 6.4;
  }
  let y = 98;
  const top = y - 6;
  for (const { name, bars } of groups) {
    const height = bars.length * (barHeight + barGap) - barGap;
    out.push(
      `<text x="${left - 12}" y="${y + height / 2 + 4}" text-anchor="end">${escape(name)}</text>`,
    );
    bars.forEach(({ target, value, text }, i) => {
      const at = y + i * (barHeight + barGap);
      out.push(
        `<rect x="${left}" y="${at}" width="${Math.max(1, x(value) - left).toFixed(1)}" height="${barHeight}" rx="2" fill="${colours[target]}"/>`,
        `<text x="${(x(value) + 5).toFixed(1)}" y="${at + 10.5}" class="value">${escape(text)}</text>`,
      );
    });
    y += height + groupGap;
  }
  if (mark !== undefined) {
    const at = x(mark.at).toFixed(1);
    out.push(
      `<line x1="${at}" x2="${at}" y1="${top}" y2="${y - groupGap + 6}" stroke="#52606d" stroke-dasharray="3 3"/>`,
      `<text x="${at}" y="${y - groupGap + 20}" text-anchor="middle" class="small">${escape(mark.text)}</text>`,
    );
    y += 14;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 4}" viewBox="0 0 ${width} ${y + 4}" font-family="system-ui, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif" font-size="13" fill="#1f2933">
<style>.small{font-size:12px;fill:#52606d}.value{font-size:11px;fill:#52606d;paint-order:stroke;stroke:#fff;stroke-width:3px}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="20" y="28" font-size="17" font-weight="600">${escape(title)}</text>
<text x="20" y="48" class="small">${escape(subtitle)}</text>
${out.join('\n')}
</svg>
`;
};

const subtitleOf = (report: Report): string =>
  `${report.command.length > 40 ? 'make bench (a part of it)' : report.command} · PostgreSQL ${report.postgresql} · Node ${report.node} · ${report.cores} cores · ${report.date}`;

const groupsOf = (
  results: readonly ScenarioResult[],
  bar: (row: Row) => Omit<Bar, 'target'> | undefined,
  leaveOut: readonly TargetName[],
): Group[] =>
  results.map((result) => ({
    name: result.scenario,
    bars: result.rows.flatMap((row) => {
      const drawn = leaveOut.includes(row.target) ? undefined : bar(row);
      return drawn === undefined ? [] : [{ target: row.target, ...drawn }];
    }),
  }));

/** Rates as ratios to the bare relay. */
export const throughputChart = (report: Report): string =>
  draw({
    title: 'Throughput relative to a bare Node relay (more is better)',
    subtitle: subtitleOf(report),
    groups: groupsOf(
      report.results.filter((result) => result.compares === 'rate'),
      ({ toRelay }) =>
        toRelay === undefined ? undefined : { value: toRelay, text: toRelay.toFixed(2) },
      ['direct', 'relay', 'relay-busy'],
    ),
    mark: { at: 1, text: 'relay' },
    ceiling: 1.6,
  });

/** What a statement that was never seen before takes, at the median. */
export const latencyChart = (report: Report): string =>
  draw({
    title: 'A statement never seen before: milliseconds at the median (less is better)',
    subtitle: subtitleOf(report),
    groups: groupsOf(
      report.results.filter((result) => result.compares === 'latency'),
      ({ latency }) =>
        latency === undefined
          ? undefined
          : { value: latency.p50, text: `${latency.p50.toFixed(2)} ms` },
      ['relay-busy', 'postern-apart'],
    ),
    mark: undefined,
    ceiling: undefined,
  });
