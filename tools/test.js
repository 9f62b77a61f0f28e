/**
 * Runs every test there is: jest in all packages, `opa test` on the Rego library. The last line counts.
 *
 * usage: node tools/test.js [JEST_ARGUMENT...]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const selection = process.argv.slice(2);

/** @typedef {{ passed: number, failed: number, skipped: readonly string[] }} Counts */

/** @returns {Counts} */
const jest = () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-results-'));
  const report = join(folder, 'jest.json');
  const words = ['--json', `--outputFile=${report}`, ...selection];
  const ran = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...words,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  try {
    const results = JSON.parse(readFileSync(report, 'utf8'));
    const skipped = results.testResults.flatMap((suite) =>
      suite.assertionResults
        .filter((test) => test.status === 'pending' || test.status === 'todo')
        .map((test) => test.fullName),
    );
    // a suite that does not even load counts as one failure
    const broken = results.testResults.filter(
      (suite) =>
        suite.status === 'failed' && !suite.assertionResults.some((t) => t.status === 'failed'),
    ).length;
    const failed = results.numFailedTests + broken;
    return {
      passed: results.numPassedTests,
      failed: failed === 0 && ran.status !== 0 ? 1 : failed,
      skipped,
    };
  } catch {
    // jest itself did not come to an end
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Folders that hold `*_test.rego`. */
const regoFolders = () => {
  const found = [];
  for (const entry of readdirSync(join(root, 'policy'), { recursive: true, withFileTypes: true })) {
    const folder = entry.parentPath ?? entry.path;
    if (entry.name.endsWith('_test.rego') && !/node_modules|dist/.test(folder)) found.push(folder);
  }
  return [...new Set(found)];
};

/** @returns {Counts} */
const rego = () => {
  const counts = { passed: 0, failed: 0, skipped: [] };
  const opa = join(root, '.tools', 'opa');
  for (const folder of existsSync(opa) ? regoFolders() : []) {
    const ran = spawnSync(opa, ['test', '--format=json', folder], { encoding: 'utf8' });
    let results;
    try {
      results = JSON.parse(ran.stdout);
    } catch {
      // it did not compile: opa says so on standard error
      process.stderr.write(`opa test ${folder}\n${ran.stdout}${ran.stderr}\n`);
      counts.failed += 1;
      continue;
    }
    for (const test of results) {
      if (test.skip) counts.skipped.push(`${test.package}.${test.name}`);
      else if (test.fail || test.error) {
        counts.failed += 1;
        process.stderr.write(`FAIL ${test.package}.${test.name} (${test.location?.file})\n`);
      } else counts.passed += 1;
    }
  }
  process.stdout.write(`opa test: ${counts.passed} passed, ${counts.failed} failed\n`);
  return counts;
};

const parts = selection.length > 0 ? [jest()] : [rego(), jest()];
const sum = (field) => parts.reduce((total, part) => total + part[field], 0);
const skipped = parts.flatMap((part) => part.skipped);
if (skipped.length > 0) {
  process.stdout.write(`\nSkipped (${skipped.length}):\n`);
  for (const name of skipped) process.stdout.write(`  ${name}\n`);
}
const passed = sum('passed');
// nothing at all is no success
const failed = passed === 0 ? Math.max(1, sum('failed')) : sum('failed');
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
