import {
  loadObjects,
  type Database,
  type DatabaseAccessPolicy,
  type LoadedObjects,
  type Problem,
} from '@postern/crds';
import { compile, type Bundle } from '@postern/policy';
import type { SourceFile } from '../files.js';

export interface Loaded {
  readonly databases: readonly Database[];
  readonly policies: readonly DatabaseAccessPolicy[];
  readonly bundle: Bundle;
  /** where they were read */
  readonly objects: LoadedObjects;
  /** objects of other kinds, which are left alone */
  readonly notices: readonly Problem[];
}

export type LoadResult =
  | { readonly kind: 'loaded'; readonly loaded: Loaded }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Reads objects, checks them against their schemas and compiles the policies.
 *
 * @param opa finds the opa program; asked only when there is something to compile
 */
export const load = async (
  files: readonly SourceFile[],
  opa: () => Promise<string>,
): Promise<LoadResult> => {
  const objects = loadObjects(files.map(({ path, text }) => ({ name: path, text })));
  if (objects.problems.length > 0) return { kind: 'invalid', problems: objects.problems };
  const compiled = await compile(objects, { opa: await opa() });
  if (compiled.kind === 'invalid') return compiled;
  const { databases, policies, notices } = objects;
  return {
    kind: 'loaded',
    loaded: { databases, policies, notices, objects, bundle: compiled.bundle },
  };
};

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** `2 policies, 1 database` */
export const summary = ({ policies, databases }: Loaded): string =>
  `${counted(policies.length, 'policy', 'policies')}, ${counted(databases.length, 'database', 'databases')}`;
