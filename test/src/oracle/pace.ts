import { analyze, parse } from '@postern/sql';
import type { Court } from './judge.js';

/** Milliseconds a statement, once warm. */
export interface Pace {
  readonly parse: number;
  readonly analyze: number;
}

const rounds = 20;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** How long the parser takes for a query, and how long the analysis takes after it. */
export function paceOf({ catalogue, settings }: Court, query: string): Pace | undefined {
  const parses: number[] = [];
  const analyses: number[] = [];
  try {
    for (let i = 0; i < rounds; i += 1) {
      const start = performance.now();
      const statements = parse(query);
      const parsed = performance.now();
      for (const statement of statements) analyze(statement, catalogue, settings);
      parses.push(parsed - start);
      analyses.push(performance.now() - parsed);
    }
  } catch {
    // judged elsewhere
    return undefined;
  }
  return { parse: median(parses), analyze: median(analyses) };
}

export const medianPace = (paces: readonly Pace[]): Pace => ({
  parse: median(paces.map((pace) => pace.parse)),
  analyze: median(paces.map((pace) => pace.analyze)),
});
