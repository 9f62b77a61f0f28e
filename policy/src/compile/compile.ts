import type { DatabaseAccessPolicy, Problem } from '@postern/crds';
import { loadParser } from '@postern/sql';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { baselinePolicy } from '../baseline.js';
import { digestOf, type Bundle } from '../bundle.js';
import { PolicyError } from '../errors.js';
import { capabilitiesFile, entrypoints, libraryFiles, libraryVersion } from '../library.js';
import { patternShape } from '../names.js';
import type { Schedule } from '../schedule.js';
import { measure } from './blowup.js';
import { checkPolicy } from './checks.js';
import type { BundleData } from './data.js';
import { runOpa } from './opa.js';
import { compilePolicy, policyKey } from './policy.js';
import { customRego, glueFor, type CustomRego } from './rego.js';
import { reporter, type PolicyObjects } from './source.js';
import { fileInTar } from './tar.js';

export interface CompileDeps {
  /** path of the opa program */
  readonly opa: string;
  /** where to put temporary files; the system's place for them by default */
  readonly workDir?: string;
  /** stands in for the installation's baseline; `none`: what no policy selects is denied */
  readonly baseline?: DatabaseAccessPolicy | 'none';
  /** modules compiled before, by their source's digest; kept by a caller that compiles often */
  readonly modules?: Map<string, Uint8Array>;
}

export type CompileResult =
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Compiles policies to a bundle: the same for the same objects in any order.
 *
 * @returns the bundle, or everything that is wrong with the policies
 * @throws PolicyError `opa` when opa cannot be run
 */
export const compile = async (
  objects: PolicyObjects,
  deps: CompileDeps,
): Promise<CompileResult> => {
  await loadParser();
  const base = deps.workDir ?? tmpdir();
  await mkdir(base, { recursive: true });
  const directory = await mkdtemp(join(base, 'postern-policy-'));
  try {
    return await compileIn(directory, objects, { ...deps, opa: programPath(deps.opa) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** The program runs in another directory; a bare name is looked up in the PATH. */
const programPath = (opa: string): string => (opa.includes('/') ? resolve(opa) : opa);

/** Everything that compile would refuse; empty when there is nothing. */
export const validate = async (
  objects: PolicyObjects,
  deps: CompileDeps,
): Promise<readonly Problem[]> => {
  const result = await compile(objects, deps);
  return result.kind === 'invalid' ? result.problems : [];
};

const compileIn = async (
  directory: string,
  objects: PolicyObjects,
  deps: CompileDeps,
): Promise<CompileResult> => {
  const problems: Problem[] = [];
  const customs: CustomRego[] = [];
  const policies = [...objects.policies].sort((a, b) => (policyKey(a) < policyKey(b) ? -1 : 1));
  for (const policy of policies) {
    const report = reporter(objects, policy, problems);
    checkPolicy(policy, objects, report);
    const custom = await customRego(policy, deps.opa, directory, capabilitiesFile(), report);
    if (custom) customs.push(custom);
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  const baseline =
    deps.baseline === 'none' ? undefined : (deps.baseline ?? (await baselinePolicy()));
  const data = compileData(policies, baseline);
  await writeModules(directory, customs);
  for (const policy of policies) {
    if (policy.spec.rego === undefined) continue;
    const tooSlow = await measure(directory, deps.opa, data, policyKey(policy));
    if (tooSlow !== undefined)
      reporter(objects, policy, problems)(['spec', 'rego'], tooSlow, { line: 1, column: 1 });
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  const parts = {
    wasm: await build(directory, customs, deps),
    data: JSON.stringify(data),
    libraryVersion,
  };
  return { kind: 'bundle', bundle: { digest: digestOf(parts), ...parts } };
};

/** The rules as data. Policies in the order of their names, the baseline last. */
export const compileData = (
  policies: readonly DatabaseAccessPolicy[],
  baseline: DatabaseAccessPolicy | undefined,
): BundleData => {
  const schedules: Schedule[] = [];
  const known = new Map<string, number>();
  const schedule = (wanted: Schedule): number => {
    const id = JSON.stringify(wanted);
    const found = known.get(id) ?? schedules.length;
    if (!known.has(id)) {
      known.set(id, found);
      schedules.push(wanted);
    }
    return found;
  };
  const sorted = [...policies].sort((a, b) => (policyKey(a) < policyKey(b) ? -1 : 1));
  const shapes = new Set<number>();
  for (const { spec } of sorted)
    for (const { masks } of spec.rules ?? [])
      for (const { columns } of masks ?? [])
        for (const column of columns ?? []) shapes.add(patternShape(column));
  return {
    format: 1,
    compiled: {
      policies: [
        ...sorted.map((policy) => compilePolicy(policy, schedule, { baseline: false })),
        ...(baseline ? [compilePolicy(baseline, schedule, { baseline: true })] : []),
      ],
    },
    schedules,
    columnShapes: [...shapes].sort((a, b) => a - b),
  };
};

const libraryFolder = 'library';

const writeModules = async (directory: string, customs: readonly CustomRego[]): Promise<void> => {
  await mkdir(join(directory, libraryFolder));
  for (const file of libraryFiles())
    await copyFile(file, join(directory, libraryFolder, basename(file)));
  if (customs.length === 0) return;
  await writeFile(join(directory, libraryFolder, 'glue.rego'), glueFor(customs));
  for (const [i, { module }] of customs.entries())
    await writeFile(join(directory, libraryFolder, `custom-${i}.rego`), module);
};

const build = async (
  directory: string,
  customs: readonly CustomRego[],
  { opa, modules }: CompileDeps,
): Promise<Uint8Array> => {
  const id = createHash('sha256')
    .update(JSON.stringify([opa, libraryVersion, customs]))
    .digest('hex');
  const known = modules?.get(id);
  if (known) return known;
  const built = await runOpa(
    opa,
    [
      'build', '--target', 'wasm', '--entrypoint', entrypoints.decision, '--entrypoint', entrypoints.selection,
      '--capabilities', capabilitiesFile(), '--output', 'bundle.tar.gz', libraryFolder,
    ], // prettier-ignore
    { cwd: directory },
  );
  if (built.code !== 0)
    throw new PolicyError('opa', `opa build failed: ${built.stderr || built.stdout}`);
  const wasm = fileInTar(
    gunzipSync(await readFile(join(directory, 'bundle.tar.gz'))),
    'policy.wasm',
  );
  if (!wasm) throw new PolicyError('opa', 'opa build gave no policy.wasm');
  modules?.set(id, wasm);
  return wasm;
};
