/** `make attack`: whether anything of planted values reaches a client, and whether honest work is what it was. */
import { Undo } from '../harness/undo.js';
import { allAttacks } from './attacks/index.js';
import { allWork } from './honest/index.js';
import { doWork } from './run-honest.js';
import { openGround } from './bed.js';
import { generate } from './generated.js';
import { readOptions } from './options.js';
import { Range } from './run-attacks.js';
import { aboutAttack, aboutMade, aboutWork, isClean, summary } from './report.js';
import { inParallel } from './parallel.js';

const say = (lines: Iterable<string>): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

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
  const attacked = await inParallel(chosen, options.jobs, async (attack) => {
    const result = await range.attack(attack);
    say(aboutAttack(result, options.verbose));
    return result;
  });
  const works = allWork.filter(
    ({ category, name, since }) => wanted(category, name) && since <= options.version,
  );
  const worked = await inParallel(works, options.jobs, async (work) => {
    const result = await doWork(range, ground, work);
    say(aboutWork(result));
    return result;
  });
  const runs = options.only.length === 0 || wanted('generated', '') ? options.generated : 0;
  const made = await generate(ground, runs, options.jobs, options.seed);
  const results = { attacked, worked, made };
  for (const each of made) say(aboutMade(each, options.verbose));
  say(summary(results));
  process.exitCode = isClean(results) ? 0 : 1;
} finally {
  await undo.all();
}
