import { parseArgs } from 'node:util';
import { targetNames, type TargetName } from './targets.js';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly statements: number;
  readonly targets: readonly TargetName[];
  /** parts of scenario names; empty: all */
  readonly only: readonly string[];
  readonly node: string | undefined;
  /** folder for CPU profiles of Postern's processes; undefined: none */
  readonly profile: string | undefined;
  /** folder of JSON and chart; undefined: print only */
  readonly out: string | undefined;
}

export const usage = `usage: make bench BENCH='[--quick] [--only TEXT]... [--target NAME]... [--rounds N] [--seconds N]
                         [--node PROGRAM] [--profile FOLDER] [--out FOLDER | --no-write]'

  --quick      two short rounds of the scenarios that matter most; writes nothing
  --only       scenarios whose name contains the text, such as 'prepared, 8'
  --target     ${targetNames.join(', ')}; the relay is always there to compare with
  --node       Node of the relay and of Postern (default: Node 24 from tools/binaries)
  --profile    write CPU profiles of Postern's processes there (they cost some speed)
`;

/** @throws Error that says what is wrong */
export const readOptions = (words: readonly string[], documents: string): BenchOptions => {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      target: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      node: { type: 'string' },
      profile: { type: 'string' },
      out: { type: 'string' },
      'no-write': { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const unknown = values.target.find((name) => !targetNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`no target ${unknown}: ${targetNames.join(', ')}`);
  const wanted = new Set<string>(values.target.length === 0 ? targetNames : values.target);
  const partial = quick || values.only.length > 0 || values.target.length > 0;
  return {
    rounds: positive('--rounds', values.rounds) ?? (quick ? 2 : 5),
    seconds: positive('--seconds', values.seconds) ?? (quick ? 2 : 4),
    statements: quick ? 150 : 400,
    targets: targetNames.filter((name) => wanted.has(name) || name === 'relay'),
    only:
      quick && values.only.length === 0
        ? ['prepared, 1', 'prepared, 8', 'simple, 8', 'never seen before']
        : values.only,
    node: values.node,
    profile: values.profile,
    // a part of the picture does not replace the whole
    out: values['no-write'] ? undefined : (values.out ?? (partial ? undefined : documents)),
  };
};

const positive = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${name} takes a positive number`);
};
