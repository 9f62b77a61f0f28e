import { median, percentile, sum } from './numbers.js';
import type { Measured, Scenario } from './scenarios.js';
import type { TargetName } from './targets.js';

/** One run of one target in one round. */
export interface Sample extends Measured {
  readonly round: number;
  readonly target: TargetName;
  /** CPU seconds of the process in the middle; undefined for direct */
  readonly cpuSeconds: number | undefined;
  /** CPU seconds of what stands beside it, such as the collector */
  readonly besideCpuSeconds: number | undefined;
  /** of those, while it was measured: on a small machine they are taken from what is measured */
  readonly besideMeanwhile: number | undefined;
  /** highest while it was measured */
  readonly residentMiB: number | undefined;
  /** that, less what it was before */
  readonly grownMiB: number | undefined;
  /** until the collector had taken in what was recorded, after the end; undefined: no collector */
  readonly catchUpSeconds: number | undefined;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What one target did in one scenario, over all rounds. */
export interface Row {
  readonly target: TargetName;
  /** a second; the median of the rounds */
  readonly rate: number;
  /** milliseconds */
  readonly latency: Percentiles | undefined;
  /**
   * Against the relay: the median of the rounds' own ratios, because rounds differ more than targets.
   * Above 1 is better, for rates and for latencies alike.
   */
  readonly toRelay: number | undefined;
  readonly toPgbouncer: number | undefined;
  /** milliseconds over the relay at the median, for scenarios that compare latencies */
  readonly addedMs: number | undefined;
  readonly cpuPer1000: number | undefined;
  readonly besideCpuPer1000: number | undefined;
  readonly meanwhilePer1000: number | undefined;
  readonly residentMiB: number | undefined;
  readonly grownMiB: number | undefined;
  readonly catchUpSeconds: number | undefined;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly unit: Scenario['unit'];
  readonly compares: Scenario['compares'];
  readonly rows: readonly Row[];
}

export const summarise = (
  scenario: Scenario,
  targets: readonly TargetName[],
  samples: readonly Sample[],
): ScenarioResult => ({
  scenario: scenario.name,
  unit: scenario.unit,
  compares: scenario.compares,
  rows: targets.flatMap((target) => {
    const mine = samples.filter((sample) => sample.target === target);
    return mine.length === 0 ? [] : [rowOf(scenario, target, mine, samples)];
  }),
});

const rowOf = (
  scenario: Scenario,
  target: TargetName,
  mine: readonly Sample[],
  all: readonly Sample[],
): Row => {
  const latencies = mine.flatMap((sample) => sample.latencies);
  const to = (other: TargetName): number | undefined => {
    const ratios = mine.flatMap((sample) => {
      const base = all.find((s) => s.target === other && s.round === sample.round);
      return base === undefined ? [] : [score(scenario, sample) / score(scenario, base)];
    });
    return ratios.length === 0 ? undefined : median(ratios);
  };
  const relay = all.filter((sample) => sample.target === 'relay').flatMap((s) => s.latencies);
  const per1000 = (
    field: 'cpuSeconds' | 'besideCpuSeconds' | 'besideMeanwhile',
  ): number | undefined => {
    const spent = mine.flatMap((sample) => sample[field] ?? []);
    return spent.length === 0 ? undefined : (sum(spent) / sum(mine.map((s) => s.count))) * 1000;
  };
  const resident = mine.flatMap((sample) => sample.residentMiB ?? []);
  const grown = mine.flatMap((sample) => sample.grownMiB ?? []);
  const catchUp = mine.flatMap((sample) => sample.catchUpSeconds ?? []);
  return {
    target,
    rate: median(mine.map((sample) => sample.count / sample.seconds)),
    latency:
      latencies.length === 0
        ? undefined
        : {
            p50: percentile(latencies, 0.5),
            p95: percentile(latencies, 0.95),
            p99: percentile(latencies, 0.99),
          },
    toRelay: to('relay'),
    toPgbouncer: to('pgbouncer'),
    addedMs:
      scenario.compares === 'latency' && relay.length > 0
        ? percentile(latencies, 0.5) - percentile(relay, 0.5)
        : undefined,
    cpuPer1000: per1000('cpuSeconds'),
    besideCpuPer1000: per1000('besideCpuSeconds'),
    meanwhilePer1000: per1000('besideMeanwhile'),
    residentMiB: resident.length === 0 ? undefined : Math.max(...resident),
    grownMiB: grown.length === 0 ? undefined : median(grown),
    catchUpSeconds: catchUp.length === 0 ? undefined : median(catchUp),
  };
};

/** More is better. */
const score = (scenario: Scenario, sample: Sample): number =>
  scenario.compares === 'rate'
    ? sample.count / sample.seconds
    : 1 / percentile(sample.latencies, 0.5);
