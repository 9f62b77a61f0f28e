import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/root.js';

const folder = join(root, 'test', 'fixtures', 'wire-corpus');

/** A sequence of packets that one side says after the log-in. */
export interface Entry {
  readonly name: string;
  readonly packets: readonly Buffer[];
}

/**
 * Reads the corpus of one side: a file an entry, a line a packet in hexadecimal; what is behind `#` says
 * what it is.
 */
export async function readCorpus(side: 'client' | 'server'): Promise<readonly [Entry, ...Entry[]]> {
  const names = (await readdir(join(folder, side))).sort();
  const [first, ...rest] = await Promise.all(
    names.map(async (name): Promise<Entry> => {
      const text = await readFile(join(folder, side, name), 'utf8');
      const lines = text.split('\n').map((line) => line.replace(/#.*/, '').replaceAll(' ', ''));
      const packets = lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'hex'));
      return { name, packets };
    }),
  );
  if (first === undefined) throw new Error(`no corpus in ${folder}`);
  return [first, ...rest];
}
