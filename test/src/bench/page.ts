import type { ScenarioResult } from './results.js';
import { tableOf } from './table.js';
import { busyMicroseconds } from './targets.js';

/** What one run found, and where. */
export interface Report {
  readonly command: string;
  /** ISO day */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly postgresql: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly absent: readonly { readonly name: string; readonly why: string }[];
  readonly results: readonly ScenarioResult[];
}

/** The page that shows the charts, in Markdown. */
export const pageOf = (report: Report): string => `# Benchmarks

\`\`\`
${report.command}
\`\`\`

Made on ${report.date} with PostgreSQL ${report.postgresql} and Node ${report.node} on ${report.cores} cores
(${report.cpu}), client, proxies and server sharing them: ${report.rounds} rounds of ${report.seconds} s, targets
interleaved. Times depend on the machine; the ratios to the bare relay (a Node program that copies bytes
from socket to socket, under the same Node) hold better. A ratio is the median of the rounds' own ratios,
and above 1 is better.

What falls short of its goal, and why: [goals](goals.md).

![Throughput relative to the bare relay](throughput.svg)

![Time that a statement never seen before takes](latency.svg)

- \`direct\`: no proxy. \`pgbouncer\`: session mode. \`relay\`: the bare relay.
- \`relay-busy\`: the relay, which besides computes for ${busyMicroseconds} µs a statement: what so much CPU alone costs.
- \`postern\`: every statement understood, decided and recorded (\`test/fixtures/bench/allow.yaml\`).
- \`postern-apart\`: the same with its collector stopped while it is measured, as if that ran on another machine, as
  it does in a cluster; the records wait in the spool.
- \`postern-masks\`: as \`postern\`, with masks on columns that are read (\`test/fixtures/bench/masks.yaml\`).
- \`postern-detectors\`: as \`postern\`, with \`detectors.mode: Mask\`: every text of every row is looked at, and one
  column of the million rows, of e-mail addresses, is masked (\`test/fixtures/bench/detectors.yaml\`).
- CPU seconds are those of the process in the middle per 1,000 of the unit; the collector's stand apart
  (\`collector\`; of those, spent while it was measured: \`meanwhile\`), and so does the time it needed after the end to take in what was still in the spool
  (\`catch-up s\`). A busy proxy keeps its records in the spool for up to ten seconds before it sends them,
  so in short rounds most of the collector's work comes after them; in a cluster it has a machine of its
  own, here it shares the cores. \`sustained\` runs ten times as long, once, and has the collector at work.
- \`peak MiB\` is the most that the process held while it was measured, \`grown MiB\` how much more that was than
  just before (median of the rounds): what a million rows leave flat.
${report.absent.map(({ name, why }) => `- \`${name}\` was left out: ${why.split('\n')[0] ?? ''}\n`).join('')}
\`\`\`
${report.results.map(tableOf).join('\n\n')}
\`\`\`
`;
