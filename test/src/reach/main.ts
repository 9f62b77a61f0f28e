import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/root.js';
import { reachesOfServers } from './table.js';

const { text, problems } = await reachesOfServers();
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else {
  await writeFile(join(root, 'sql/src/generated/reach.ts'), text);
  console.log('sql/src/generated/reach.ts is written');
}
