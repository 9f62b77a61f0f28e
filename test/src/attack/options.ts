import { type Major, versions } from '../harness/binaries.js';

export interface Options {
  readonly version: Major;
  /** parts of `category: name`; empty: everything */
  readonly only: readonly string[];
  /** how many at once */
  readonly jobs: number;
  /** say what came, of each */
  readonly verbose: boolean;
  /** queries that are made up */
  readonly generated: number;
  /** of their making */
  readonly seed: number;
}

/** @throws RangeError on words that mean nothing */
export const readOptions = (words: readonly string[]): Options => {
  let options: Options = {
    version: 18,
    only: [],
    jobs: 2,
    verbose: false,
    generated: 300,
    seed: 1,
  };
  for (let i = 0; i < words.length; i += 1) {
    const next = (): string => words[(i += 1)] ?? '';
    switch (words[i]) {
      case '--only':
        options = { ...options, only: [...options.only, next()] };
        break;
      case '--jobs':
        options = { ...options, jobs: Math.max(1, Number(next())) };
        break;
      case '--generated':
        options = { ...options, generated: Number(next()) };
        break;
      case '--seed':
        options = { ...options, seed: Number(next()) };
        break;
      case '--verbose':
        options = { ...options, verbose: true };
        break;
      case '--version':
        options = { ...options, version: versionOf(next()) };
        break;
      default:
        throw new RangeError(
          `what is ${words[i] ?? ''}? [--only PART]... [--version 14..18] [--jobs N] [--generated N] [--seed N] [--verbose]`,
        );
    }
  }
  return options;
};

/** The schema has a function with BEGIN ATOMIC. */
const usable = versions.filter((version) => version >= 14);

const versionOf = (text: string): Major => {
  const version = usable.find((one) => String(one) === text);
  if (version === undefined) throw new RangeError(`--version is one of ${usable.join(', ')}`);
  return version;
};
