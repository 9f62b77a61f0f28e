/**
 * `make conformance`: PostgreSQL's own tests, directly and through Postern. What counts is that both
 * runs print the same; what PostgreSQL expects on its own machines does not.
 */
import { rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { difference, testsIn } from './compare.js';
import { Missing } from './missing.js';
import { readOptions, usage, type ConformanceOptions } from './options.js';
import { plural, summary, unknownAmong, writeDiff, type Difference } from './report.js';
import { startTarget, type Way } from './server.js';
import { provide } from './sources.js';
import { suites, type Ended, type SuiteName } from './suites.js';
import { openWorkplace, type Workplace } from './workplace.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const diffs = join(root, 'test', 'results', 'conformance');

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const seconds = (since: number): string => inSeconds(performance.now() - since);

/** One suite against one fresh server. @returns the folder of its outputs */
const runOnce = async (
  name: SuiteName,
  way: Way,
  workplace: Workplace,
  options: ConformanceOptions,
  onEnd: (ended: Ended, results: string) => Promise<void>,
): Promise<string> => {
  const undo = new Undo();
  try {
    const target = await startTarget(way, workplace);
    undo.push(() => target.stop());
    stopLast = () => target.stop();
    const folder = await workplace.folder('run');
    const results = await suites[name]({
      ...{ workplace, target, folder, ...options },
      onEnd: (ended) => onEnd(ended, join(folder, 'results')),
    });
    const kept = join(workplace.home, `${name}-${way}`);
    await rename(results, kept);
    return kept;
  } finally {
    stopLast = undefined;
    await undo.all();
  }
};

const compareSuite = async (
  name: SuiteName,
  workplace: Workplace,
  options: ConformanceOptions,
): Promise<{ readonly tests: readonly string[]; readonly differences: readonly Difference[] }> => {
  let started = performance.now();
  const met = { direct: 0, postern: 0 };
  let count = 0;
  say(`\n${name}: directly ...`);
  const took = new Map<string, number>();
  const direct = await runOnce(name, 'direct', workplace, options, (ended) => {
    const { expected } = ended;
    count += 1;
    took.set(ended.test, ended.milliseconds);
    if (expected) met.direct += 1;
    if (process.stdout.isTTY) process.stdout.write(`\r${plural(count, 'test')}`);
    return Promise.resolve();
  });
  if (process.stdout.isTTY) process.stdout.write('\r');
  say(`${plural(count, 'test')}, ${met.direct} as PostgreSQL expects, ${seconds(started)}`);
  started = performance.now();
  say(`${name}: through Postern (took directly, through) ...`);
  let done = 0;
  const through = await runOnce(name, 'postern', workplace, options, async (ended, results) => {
    done += 1;
    if (ended.expected) met.postern += 1;
    const diff = await difference(direct, results, ended.test);
    if (diff !== undefined) await writeDiff(diffs, { name: `${name}/${ended.test}`, diff });
    const number = String(done).padStart(String(count).length);
    const times = `${inSeconds(took.get(ended.test) ?? 0)}, ${inSeconds(ended.milliseconds)}`;
    const verdict = diff === undefined ? 'equal' : 'DIFFERENT';
    say(`[${number}/${count}] ${ended.test.padEnd(32)} ${verdict.padEnd(10)} ${times}`);
  });
  say(`${plural(done, 'test')}, ${met.postern} as PostgreSQL expects, ${seconds(started)}`);
  const tests = [...new Set([...(await testsIn(direct)), ...(await testsIn(through))])].sort();
  const differences: Difference[] = [];
  for (const test of tests) {
    const diff = await difference(direct, through, test);
    if (diff === undefined) continue;
    differences.push({ name: `${name}/${test}`, diff });
    await writeDiff(diffs, { name: `${name}/${test}`, diff });
  }
  return { tests: tests.map((test) => `${name}/${test}`), differences };
};

const conformance = async (options: ConformanceOptions, undo: Undo): Promise<number> => {
  const distribution = await provide(say);
  const workplace = await openWorkplace(distribution);
  undo.push(() => workplace.remove());
  // servers and clients alike: libpq of the version that is tested
  process.env['LD_LIBRARY_PATH'] = workplace.libpq;
  say(`PostgreSQL ${distribution.version}: ${options.suites.join(', ')}`);
  await rm(diffs, { recursive: true, force: true });
  const tests: string[] = [];
  const differences: Difference[] = [];
  for (const name of options.suites) {
    const compared = await compareSuite(name, workplace, options);
    tests.push(...compared.tests);
    differences.push(...compared.differences);
  }
  if (tests.length === 0) throw new Error('no test ran');
  say(`\n${summary(tests, differences, relative(root, diffs))}`);
  return unknownAmong(differences).length > 0 ? 1 : 0;
};

let stopLast: (() => Promise<void>) | undefined;
const undo = new Undo();
const stopAll = (): void => {
  void (stopLast?.() ?? Promise.resolve()).then(() => undo.all()).finally(() => process.exit(130));
};
process.once('SIGINT', stopAll);
process.once('SIGTERM', stopAll);
try {
  const words = process.argv.slice(2);
  if (words.includes('--help')) say(usage);
  else process.exitCode = await conformance(readOptions(words), undo);
} catch (thrown) {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const missing = thrown instanceof Missing;
  process.stderr.write(`conformance: ${missing ? 'missing: ' : ''}${text}\n`);
  process.exitCode = missing ? 2 : 1;
} finally {
  await undo.all();
}
