/**
 * Who may import whom, and what a package may touch outside itself. The one place that says so: the lint
 * rule reads it, and a test holds every package.json against it.
 *
 * @typedef {object} PackageRules
 * @property {readonly string[]} imports  packages of ours, by folder
 * @property {'any' | readonly string[]} builtins  Node's modules (`node:fs`): any, or these only
 * @property {boolean} pure  no clock, randomness, environment or timers: they come in as arguments
 * @property {readonly string[]} [shell]  files and folders of the package that `builtins` and `pure` spare
 */

/** @type {Readonly<Record<string, PackageRules>>} */
export const packages = {
  proto: { imports: [], builtins: ['node:crypto'], pure: true },
  crds: { imports: [], builtins: ['node:fs', 'node:url', 'node:path'], pure: true },
  // only the loading of the parser reaches outside
  sql: { imports: [], builtins: [], pure: true, shell: ['src/parse/instance.ts'] },
  policy: {
    imports: ['sql', 'crds'],
    builtins: ['node:crypto', 'node:buffer'],
    pure: true,
    // running `opa build` on the Rego library reaches outside; so do opa-wasm's loader, the clock that is
    // used where none is given, and what tests share
    shell: [
      'src/compile',
      'src/library.ts',
      'src/baseline.ts',
      'src/evaluate/module.ts',
      'src/evaluate/evaluator.ts',
      'src/testing.ts',
    ],
  },
  sidecar: { imports: ['sql', 'policy', 'proto'], builtins: 'any', pure: false },
  operator: { imports: ['policy', 'crds', 'proto'], builtins: 'any', pure: false },
  collector: { imports: ['proto'], builtins: 'any', pure: false },
  cli: { imports: ['sql', 'policy', 'crds', 'proto'], builtins: 'any', pure: false },
  test: {
    imports: ['proto', 'crds', 'sql', 'policy', 'sidecar', 'operator', 'collector', 'cli'],
    builtins: 'any',
    pure: false,
  },
};

/** Files that may read `process.env`; what they read reaches the others as values. */
export const environmentReaders = ['*/src/config.ts', '*/src/main.ts'];
