/** `make attack`: whether anything of planted values reaches a client, and whether honest work is what it was. */
import { Undo } from '../harness/undo.js';
import { allAttacks } from './attacks/index.js';
import { allWork } from './honest/index.js';
import { doWork } from './run-honest.js';
import { openGround } from './bed.js';
import { readOptions } from './options.js';
import { Range } from './run-attacks.js';
import { report } from './report.js';
import { inParallel } from './parallel.js';

const options = readOptions(process.argv.slice(2));
const undo = new Undo();
try {
  const ground = await openGround(undo, options.version);
  const range = new Range(ground);
  const wanted = (category: string, name: string): boolean =>
    options.only.length === 0 || options.only.some((only) => `${category}: ${name}`.includes(only));
  const chosen = allAttacks.filter(
    ({ category, name, since }) => wanted(category, name) && since <= options.version,
  );
  const attacked = await inParallel(chosen, options.jobs, (attack) => range.attack(attack));
  const works = allWork.filter(
    ({ category, name, since }) => wanted(category, name) && since <= options.version,
  );
  const worked = await inParallel(works, options.jobs, (work) => doWork(range, ground, work));
  process.exitCode = report(attacked, worked, options) ? 0 : 1;
} finally {
  await undo.all();
}
