// Generates static, typed protobufjs code from the .proto files into generated/ (built, not committed).
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const tools = dirname(require.resolve('protobufjs-cli/package.json'));
const protos = [
  'postern/audit/v1/audit.proto',
  'postern/audit/v1/timeline.proto',
  'postern/policy/v1/policy.proto',
];
const run = (tool, ...args) =>
  execFileSync(process.execPath, [join(tools, 'bin', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
  });

mkdirSync(join(root, 'generated'), { recursive: true });
run(
  'pbjs',
  '-t',
  'static-module',
  '-w',
  'esm',
  '--force-number',
  '-p',
  '.',
  '-o',
  'generated/messages.js',
  ...protos,
);
run('pbts', '-o', 'generated/messages.d.ts', 'generated/messages.js');
