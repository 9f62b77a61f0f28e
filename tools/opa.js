/**
 * Brings `.tools/opa`, which compiles policies to Wasm: the one on the PATH when its version fits, else
 * built from the Go module beside this file, which pins it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const module = 'github.com/open-policy-agent/opa';
const here = fileURLToPath(new URL('.', import.meta.url));
const tools = join(here, '..', '.tools');
const target = join(tools, 'opa');
const pinned = new RegExp(`${module} v(\\S+)`).exec(readFileSync(join(here, 'go.mod'), 'utf8'))[1];

/** @returns e.g. `1.22.0`; undefined: no such program */
const versionOf = (program) =>
  /^Version: (\S+)/m.exec(spawnSync(program, ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1];

const minor = (version) => version.split('.').slice(0, 2).join('.');

const say = (text) => process.stdout.write(`${text}\n`);

const fail = (...lines) => {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
};

/** Puts a finished file where the target is, in one step: others may be starting it meanwhile. */
const place = (make) => {
  const fresh = `${target}.${process.pid}`;
  rmSync(fresh, { force: true });
  make(fresh);
  renameSync(fresh, target);
};

const onPath = () => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'opa');
    const version = folder === '' ? undefined : versionOf(candidate);
    if (version !== undefined && minor(version) === minor(pinned)) return { candidate, version };
  }
  return undefined;
};

const build = async () => {
  if (spawnSync('go', ['version']).status !== 0) {
    fail(
      `make: opa ${minor(pinned)} is needed to compile policies, and there is no Go to build it with.`,
      '  Install Go 1.26 or later (https://go.dev/dl) and run make again,',
      `  or put opa ${pinned} on the PATH (https://www.openpolicyagent.org/docs/#1-download-opa).`,
    );
  }
  say(`Building opa ${pinned} from tools/go.mod (one to three minutes, once) ...`);
  const started = Date.now();
  const fresh = `${target}.${process.pid}`;
  const go = spawn('go', ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', fresh, module], {
    cwd: here,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  // -v names each package as it is compiled
  const said = [];
  let compiled = 0;
  createInterface({ input: go.stderr }).on('line', (line) => {
    if (line.includes(' ')) said.push(line);
    else compiled += 1;
    if (line.startsWith('go: downloading') && said.length % 50 === 1) say(`  ${line}`);
    if (compiled > 0 && compiled % 100 === 0 && !line.includes(' ')) {
      say(`  ${compiled} packages compiled, ${Math.round((Date.now() - started) / 1000)} s`);
    }
  });
  const code = await new Promise((resolve) => {
    go.once('error', () => resolve(1));
    go.once('close', resolve);
  });
  if (code !== 0) {
    rmSync(fresh, { force: true });
    fail(...said.slice(-20), `make: opa could not be built (go build ended with ${code})`);
  }
  renameSync(fresh, target);
  say(`Built .tools/opa in ${Math.round((Date.now() - started) / 1000)} s`);
};

mkdirSync(tools, { recursive: true });
const there = versionOf(target);
if (there === undefined || minor(there) !== minor(pinned)) {
  const found = onPath();
  if (found === undefined) await build();
  else {
    place((fresh) => symlinkSync(found.candidate, fresh));
    say(`Using ${found.candidate} (${found.version}) for .tools/opa`);
  }
}
