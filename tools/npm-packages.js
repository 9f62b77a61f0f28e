/**
 * Installs what package-lock.json names, unless it is installed already.
 *
 * usage: node tools/npm-packages.js FOLDER [NPM_OPTION...]
 *
 * Compares contents, not times: a lock file touched by git is no reason to install anything again.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.', ...options] = process.argv.slice(2);

const packagesOf = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    // not there, or written only half: nothing is known to be installed
    return undefined;
  }
};

const wanted = packagesOf(join(folder, 'package-lock.json'));
if (wanted === undefined) throw new Error(`${folder}/package-lock.json is missing or unreadable`);
const installed = packagesOf(join(folder, 'node_modules', '.package-lock.json'));

const missing = Object.entries(wanted).filter(([path, entry]) => {
  if (!path.includes('node_modules/') || entry.link) return false;
  const there = installed?.[path];
  // npm leaves optional packages of other platforms out
  return there === undefined ? !entry.optional : there.version !== entry.version;
});
const neverInstalled = installed === undefined;
if (neverInstalled || missing.length > 0) {
  const count = Object.keys(wanted).filter((path) => path.includes('node_modules/')).length;
  process.stdout.write(`Installing npm packages (${count}) in ${folder} ...\n`);
  // `npm ci` wants optional packages of every platform in the lock file, which only a registry that
  // has them all can write; --no-save takes the versions of the lock file and leaves it alone
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...options];
  const npm = spawnSync('npm', words, {
    cwd: folder,
    stdio: 'inherit',
  });
  if (npm.error) process.stderr.write(`npm could not be run: ${npm.error.message}\n`);
  process.exitCode = npm.status ?? 1;
}
