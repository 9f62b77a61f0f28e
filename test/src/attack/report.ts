import type { Options } from './options.js';
import type { AttackResult } from './run-attacks.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const leaks = ({ governed }: AttackResult): readonly string[] =>
  [...governed].filter(([, planted]) => planted.length > 0).map(([bed]) => bed);

const nameOf = ({ attack }: AttackResult): string => `${attack.category}: ${attack.name}`;

/** @returns whether there is nothing to say */
export const report = (
  attacked: readonly AttackResult[],
  _honest: readonly never[],
  { verbose }: Options,
): boolean => {
  for (const result of attacked) {
    const { direct, governed, trouble, heard } = result;
    const beds = leaks(result);
    if (beds.length > 0)
      say(
        `LEAKED ${nameOf(result)} (${beds.join(', ')}): ${[...governed.values()].flat().slice(0, 3).join(', ')}`,
      );
    if (direct.length === 0) say(`does not leak: broken attack ${nameOf(result)}`);
    for (const each of trouble) say(`trouble ${nameOf(result)}: ${each.slice(0, 300)}`);
    if (verbose) {
      if (beds.length === 0 && direct.length > 0) say(`held ${nameOf(result)}`);
      for (const line of heard) say(`    ${line}`);
    }
  }
  const leaked = attacked.filter((result) => leaks(result).length > 0).length;
  const broken = attacked.filter(({ direct }) => direct.length === 0).length;
  say(`attacks ${attacked.length}: leaked ${leaked}, broken ${broken}; honest 0: changed 0`);
  return leaked === 0 && broken === 0;
};
