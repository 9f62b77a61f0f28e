import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { known } from './known.js';

export interface Difference {
  /** `suite/test` */
  readonly name: string;
  readonly diff: string;
}

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Written as soon as it is found: a run that is stopped leaves what it saw. */
export const writeDiff = async (folder: string, { name, diff }: Difference): Promise<void> => {
  const file = join(folder, `${name}.diff`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, diff);
};

/** What a person reads at the end; its last line counts. */
export const summary = (
  names: readonly string[],
  differences: readonly Difference[],
  where: string,
): string => {
  const lines: string[] = [];
  if (differences.length > 0) {
    const width = Math.max(...differences.map(({ name }) => name.length));
    lines.push(`Different, with diffs in ${where}:`);
    for (const { name, diff } of differences) {
      const changed = diff.split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line)).length;
      const reason = known[name];
      const why = reason === undefined ? '' : `  known: ${reason}`;
      lines.push(`  ${name.padEnd(width)}  ${plural(changed, 'line')}${why}`);
    }
  }
  const differs = new Set(differences.map(({ name }) => name));
  for (const name of names.filter((each) => known[each] !== undefined && !differs.has(each))) {
    lines.push(`No longer different: ${name}; take it off the list of known differences`);
  }
  lines.push(`${names.length - differences.length} equal, ${differences.length} different`);
  return lines.join('\n');
};

export const unknownAmong = (differences: readonly Difference[]): readonly Difference[] =>
  differences.filter(({ name }) => known[name] === undefined);
