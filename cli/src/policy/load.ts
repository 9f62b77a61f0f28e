import { loadObjects, type Database, type DatabaseAccessPolicy } from '@postern/crds';
import { compile, type Bundle } from '@postern/policy';
import type { SourceFile } from '../files.js';

/** Something wrong in a file, where a person finds it. */
export interface Problem {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  readonly column: number;
  /** of the field, e.g. `spec.rules[0].actions` */
  readonly path: string;
  readonly message: string;
}

export interface Loaded {
  readonly databases: readonly Database[];
  readonly policies: readonly DatabaseAccessPolicy[];
  readonly bundle: Bundle;
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
  throw new Error(`not wired: ${files.length} ${opa} ${String(loadObjects)} ${String(compile)}`);
};

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** `2 policies, 1 database` */
export const summary = ({ policies, databases }: Loaded): string =>
  `${counted(policies.length, 'policy', 'policies')}, ${counted(databases.length, 'database', 'databases')}`;
