#!/usr/bin/env node
// Committed, so that npm can link it before anything is compiled.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write(
    'postern: not built yet\n  hint: run `make build` in the directory of the repository first\n',
  );
  process.exitCode = 2;
}
