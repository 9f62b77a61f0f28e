import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Case {
  readonly name: string;
  /** as if it were the content of this file, relative to the root */
  readonly file: string;
  readonly code: string;
  /** what lint must say; absent: nothing */
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  ...(
    [
      ['sql', 'policy'],
      ['crds', 'sql'],
      ['proto', 'crds'],
      ['policy', 'proto'],
      ['policy', 'sidecar'],
      ['sidecar', 'collector'],
      ['sidecar', 'crds'],
      ['collector', 'sidecar'],
      ['collector', 'sql'],
      ['cli', 'sidecar'],
      ['cli', 'collector'],
      ['operator', 'sidecar'],
    ] as const
  ).map(([from, to]) => ({
    name: `${from} does not import ${to}`,
    file: `${from}/src/index.ts`,
    code: `export * from '@postern/${to}';\n`,
    says: new RegExp(`${from} must not import @postern/${to}`),
  })),
  ...(
    [
      ['policy', 'sql'],
      ['policy', 'crds'],
      ['sidecar', 'policy'],
      ['collector', 'proto'],
      ['cli', 'crds'],
      ['test', 'sidecar'],
    ] as const
  ).map(([from, to]) => ({
    name: `${from} imports ${to}`,
    file: `${from}/src/index.ts`,
    code: `export * from '@postern/${to}';\n`,
  })),
  {
    name: 'not for types either',
    file: 'sql/src/index.ts',
    code: `import type { Decision } from '@postern/policy';\nexport type D = Decision;\n`,
    says: /sql must not import/,
  },
  {
    name: 'not in a type expression',
    file: 'sql/src/index.ts',
    code: `export type D = import('@postern/policy').Decision;\n`,
    says: /sql must not import/,
  },
  {
    name: 'not while running',
    file: 'collector/src/index.ts',
    code: `export const load = async (): Promise<unknown> => await import('@postern/policy');\n`,
    says: /collector must not import/,
  },
  {
    name: 'not behind the public face',
    file: 'policy/src/index.ts',
    code: `export * from '@postern/sql/dist/analysis.js';\n`,
    says: /public face/,
  },
  {
    name: 'not by a relative path',
    file: 'sidecar/src/session/session.ts',
    code: `export * from '../../../sql/src/index.js';\n`,
    says: /leaves sidecar/,
  },
  {
    name: 'a package does not import itself by name',
    file: 'sql/src/index.ts',
    code: `export * from '@postern/sql';\n`,
    says: /relative path/,
  },
  {
    name: 'nothing imports main.ts',
    file: 'sidecar/src/proxy.ts',
    code: `export * from './main.js';\n`,
    says: /nothing imports main/,
  },
  {
    name: 'a main.ts below is another file',
    file: 'sidecar/src/proxy.ts',
    code: `export * from './wire/main.js';\n`,
  },
  {
    name: 'an undeclared dependency',
    file: 'sql/src/index.ts',
    code: `export * from 'fastify';\n`,
    says: /fastify is no dependency in sql/,
  },
  {
    name: 'a declared dependency',
    file: 'collector/src/index.ts',
    code: `export * from 'fastify';\n`,
  },
  {
    name: 'what only tests have',
    file: 'sql/src/names.ts',
    code: `export * from 'fast-check';\n`,
    says: /fast-check is no dependency/,
  },
  {
    name: 'tests have it',
    file: 'sql/src/names.test.ts',
    code: `export * from 'fast-check';\n`,
  },
  {
    name: 'sql opens no files',
    file: 'sql/src/index.ts',
    code: `export * from 'node:fs/promises';\n`,
    says: /sql is kept pure/,
  },
  {
    name: 'sql opens no sockets',
    file: 'sql/src/index.ts',
    code: `export * from 'net';\n`,
    says: /sql is kept pure/,
  },
  {
    name: 'the sidecar does',
    file: 'sidecar/src/proxy.ts',
    code: `export * from 'node:net';\n`,
  },
  {
    name: 'sql has no clock',
    file: 'sql/src/index.ts',
    code: `export const now = (): number => Date.now();\n`,
    says: /take the time as an argument/,
  },
  {
    name: 'sql has no other clock',
    file: 'sql/src/index.ts',
    code: `export const now = (): number => performance.now();\n`,
    says: /take performance as an argument/,
  },
  {
    name: 'sql does not ask what day it is',
    file: 'sql/src/index.ts',
    code: `export const now = (): Date => new Date();\n`,
    says: /take the time as an argument/,
  },
  {
    name: 'policy throws no dice',
    file: 'policy/src/index.ts',
    code: `export const dice = (): number => Math.random();\n`,
    says: /take randomness as an argument/,
  },
  {
    name: 'only config.ts reads the environment',
    file: 'collector/src/index.ts',
    code: `export const home = process.env['HOME'];\n`,
    says: /only config.ts reads process.env/,
  },
  {
    name: 'config.ts reads the environment',
    file: 'sidecar/src/config.ts',
    code: `export const home = process.env['HOME'];\n`,
  },
];

/** With types, on the content of files that exist: the linter then sees what it would see. */
const typedCases: readonly Case[] = [
  {
    name: 'a floating promise',
    file: 'sql/src/index.ts',
    code: `const wait = async (): Promise<void> => undefined;\nexport const go = (): void => {\n  wait();\n};\n`,
    says: /Promises must be awaited/,
  },
  {
    name: 'any',
    file: 'sql/src/index.ts',
    code: `export const identity = (x: any): unknown => x;\n`,
    says: /Unexpected any/,
  },
  {
    name: 'a non-null assertion',
    file: 'sql/src/index.ts',
    code: `export const first = (xs: readonly string[]): string => xs[0]!;\n`,
    says: /non-null assertion/,
  },
  {
    name: 'a forgotten case',
    file: 'sql/src/index.ts',
    code: `export const f = (x: 'a' | 'b'): number => {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n};\n`,
    says: /Switch is not exhaustive/,
  },
  {
    name: 'a value import of a type',
    file: 'sql/src/index.ts',
    code: `import { Mask } from './mask.js';\nexport type M = Mask;\n`,
    says: /import type/,
  },
  {
    name: 'a forbidden import',
    file: 'sql/src/index.ts',
    code: `export * from '@postern/policy';\n`,
    says: /must not import/,
  },
];

/** One process for all, with the configuration that `make lint` uses. */
const lintAll = async (): Promise<ReadonlyMap<Case, readonly string[]>> => {
  const program = `
    import { ESLint } from 'eslint';
    import tseslint from 'typescript-eslint';
    const { plain, typed } = JSON.parse(process.argv[1]);
    const run = async (eslint, list) => {
      const said = [];
      for (const { file, code } of list) {
        const [result] = await eslint.lintText(code, { filePath: file });
        said.push(result.messages.map((m) => m.message));
      }
      return said;
    };
    const said = {
      plain: await run(new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] }), plain),
      typed: await run(new ESLint(), typed),
    };
    process.stdout.write(JSON.stringify(said));
  `;
  const input = JSON.stringify({ plain: cases, typed: typedCases });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program, input],
    { cwd: root, maxBuffer: 16 * 1024 * 1024 },
  );
  const said = JSON.parse(stdout) as { plain: string[][]; typed: string[][] };
  return new Map([
    ...cases.map((one, i) => [one, said.plain[i] ?? []] as const),
    ...typedCases.map((one, i) => [one, said.typed[i] ?? []] as const),
  ]);
};

describe('lint', () => {
  let said: ReadonlyMap<Case, readonly string[]>;
  beforeAll(async () => {
    said = await lintAll();
  }, 120_000);

  test.each([...cases, ...typedCases])('$name', (one) => {
    const messages = said.get(one) ?? [];
    if (one.says === undefined) expect(messages).toEqual([]);
    else expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(one.says)]));
  });
});

describe('package.json', () => {
  interface Manifest {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    readonly workspaces?: readonly string[];
  }
  interface References {
    readonly references?: readonly { readonly path: string }[];
  }
  const readJson = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(`${root}${path}`, 'utf8'));

  test('names the packages the table allows, and TypeScript refers to them', async () => {
    const { packages } = (await import(`${root}tools/lint/packages.js`)) as {
      packages: Readonly<Record<string, { readonly imports: readonly string[] }>>;
    };
    const { workspaces = [] } = (await readJson('package.json')) as Manifest;
    for (const name of workspaces) {
      const allowed = packages[name]?.imports;
      expect({ name, listed: allowed !== undefined }).toEqual({ name, listed: true });
      const { dependencies, devDependencies } = (await readJson(
        `${name}/package.json`,
      )) as Manifest;
      const ours = Object.keys({ ...dependencies, ...devDependencies })
        .filter((dependency) => dependency.startsWith('@postern/'))
        .map((dependency) => dependency.slice('@postern/'.length));
      const { references = [] } = (await readJson(`${name}/tsconfig.json`)) as References;
      const referred = references.map(({ path }) => path.replace(/^\.\.\//, ''));
      for (const other of [...ours, ...referred]) {
        expect({ name, other, allowed: allowed?.includes(other) }).toEqual({
          name,
          other,
          allowed: true,
        });
      }
      expect({ name, referred: referred.sort() }).toEqual({ name, referred: ours.sort() });
    }
  });

  test('pins every dependency', async () => {
    const { workspaces = [] } = (await readJson('package.json')) as Manifest;
    for (const folder of ['.', ...workspaces]) {
      const manifest = (await readJson(`${folder}/package.json`)) as Manifest;
      for (const [name, version] of Object.entries({
        ...manifest.dependencies,
        ...manifest.devDependencies,
      })) {
        expect({ folder, name, version }).toEqual({
          folder,
          name,
          version: expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/),
        });
      }
    }
  });
});
