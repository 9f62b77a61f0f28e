import type { Database, DatabaseAccessPolicy, PathStep, Problem, Source } from '@postern/crds';
import { formatPath } from '@postern/crds';
import { policyKey } from './policy.js';

/** What is compiled; what `loadObjects` gives fits. */
export interface PolicyObjects {
  readonly policies: readonly DatabaseAccessPolicy[];
  readonly databases: readonly Database[];
  /** where an object was read; absent for objects that come from no file */
  readonly sourceOf?: (object: DatabaseAccessPolicy | Database) => Source | undefined;
}

/** Tells what is wrong with one policy, at its place. */
export type Report = (
  path: readonly PathStep[],
  message: string,
  within?: { line: number; column: number },
) => void;

export const reporter = (
  objects: PolicyObjects,
  policy: DatabaseAccessPolicy,
  problems: Problem[],
): Report => {
  const source = objects.sourceOf?.(policy);
  return (path, message, within) => {
    const place = !source
      ? { line: within?.line ?? 1, column: within?.column ?? 1 }
      : within
        ? source.within(path, within.line, within.column)
        : source.place(path);
    problems.push({
      file: source?.file ?? policyKey(policy),
      ...place,
      path: formatPath(path),
      message,
    });
  };
};
