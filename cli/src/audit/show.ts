import { entryJson } from '@postern/proto';
import { exit } from '../exit.js';
import type { Shell } from '../shell.js';
import type { AuditFormat } from './format.js';
import { yaml } from './output.js';
import { proveInclusion, type Inclusion } from './proof.js';
import { visible } from './table.js';
import type { Timeline } from './timeline.js';

/** Everything of one event, and the proof that it is in the log. Exit code 1: it is not. */
export const show = async (
  timeline: Timeline,
  id: string,
  format: AuditFormat,
  shell: Shell,
): Promise<void> => {
  const { out } = shell.terminal;
  const entry = await timeline.get(id.trim());
  const inclusion = await proveInclusion(timeline, entry.leafIndex ?? 0);
  const all = { ...entryJson(entry), inclusion: inclusionJson(inclusion) };
  if (format === 'json') {
    out.line(JSON.stringify(all, undefined, 2));
  } else if (format === 'yaml') {
    out.line(yaml(all));
  } else {
    for (const [name, value] of Object.entries(entryJson(entry))) {
      if (isNothing(value)) continue;
      const [first = '', ...rest] = lines(value);
      out.line(`${out.paint('dim', name.padEnd(16))} ${visible(first)}`);
      for (const line of rest) out.line(`${' '.repeat(17)}${visible(line)}`);
    }
    const [style, text] = verdict(inclusion);
    out.line(`${out.paint('dim', 'inclusion'.padEnd(16))} ${out.paint(style, text)}`);
  }
  shell.exit(inclusion?.proved === false ? exit.no : exit.ok);
};

const isNothing = (value: unknown): boolean =>
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const lines = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? yaml(value).split('\n') : String(value).split('\n');

const verdict = (
  inclusion: Inclusion | undefined,
): readonly ['green' | 'yellow' | 'red', string] => {
  if (inclusion === undefined)
    return ['yellow', 'not covered by a checkpoint yet: try again in a second'];
  const { leafIndex, checkpoint, path, verifierKey } = inclusion;
  return inclusion.proved
    ? [
        'green',
        `proved: leaf ${leafIndex} of ${checkpoint.size} by ${path.length} hashes, root ` +
          `${checkpoint.root.toString('hex')}, signed by ${verifierKey}`,
      ]
    : ['red', `not proved: leaf ${leafIndex} is not in the log that was signed`];
};

const inclusionJson = (inclusion: Inclusion | undefined): object => {
  if (inclusion === undefined) return { proved: false, pending: true };
  return {
    proved: inclusion.proved,
    leafIndex: inclusion.leafIndex,
    leafHash: inclusion.leafHash.toString('hex'),
    event: inclusion.event.toString('base64'),
    treeSize: inclusion.checkpoint.size,
    rootHash: inclusion.checkpoint.root.toString('hex'),
    path: inclusion.path.map((hash) => hash.toString('hex')),
    checkpoint: inclusion.note,
    verifierKey: inclusion.verifierKey,
  };
};
