import type { Options } from './options.js';
import type { AttackResult } from './run-attacks.js';
import type { WorkResult } from './run-honest.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const leaks = ({ governed }: AttackResult): readonly string[] =>
  [...governed].filter(([, planted]) => planted.length > 0).map(([bed]) => bed);

const nameOf = ({ attack }: AttackResult): string => `${attack.category}: ${attack.name}`;

/** @returns whether there is nothing to say */
export const report = (
  attacked: readonly AttackResult[],
  worked: readonly WorkResult[],
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
  for (const { work, changed, broken: why } of worked) {
    const name = `${work.category}: ${work.name}`;
    if (changed !== undefined) say(`CHANGED ${name}: ${changed}`);
    if (why !== undefined) say(`broken work ${name}: ${why}`);
  }
  const leaked = attacked.filter((result) => leaks(result).length > 0).length;
  const broken = attacked.filter(({ direct }) => direct.length === 0).length;
  const changed = worked.filter((result) => result.changed !== undefined).length;
  const idle = worked.filter((result) => result.broken !== undefined).length;
  say(
    `attacks ${attacked.length}: leaked ${leaked}, broken ${broken}; honest ${worked.length}: changed ${changed}, broken ${idle}`,
  );
  return leaked + broken + changed + idle === 0;
};
