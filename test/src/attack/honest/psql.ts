import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../harness/root.js';
import { honest } from '../work.js';

const file = join(root, 'test', 'src', 'attack', 'honest', 'psql.sql');

const captured = readFileSync(file, 'utf8')
  .split(/^-- (?=\\)/m)
  .slice(1)
  .map((part) => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1).trim()] as const;
  });

/** The queries of psql's backslash commands. */
export const psql = honest('psql', Object.fromEntries(captured), { since: 15, reads: true });
