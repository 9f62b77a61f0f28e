import type { Database } from '@postern/crds';
import { formatPath } from '@postern/crds';
import { checkAgainstSchema } from '@postern/policy';
import type { Catalogue } from '@postern/sql';
import type { ObjectProblem } from '../output/problems.js';
import type { Loaded } from './load.js';

export interface LiveProblems {
  readonly errors: readonly ObjectProblem[];
  readonly warnings: readonly ObjectProblem[];
}

/** What the files say of columns and rows, held against the schema of a live server. */
export const liveProblems = (
  { policies, objects }: Loaded,
  database: Database,
  catalogue: Catalogue,
): LiveProblems => {
  const found = checkAgainstSchema(database, policies, catalogue).map((finding) => {
    const { object, path, severity, reason, message, hint } = finding;
    const source = objects.sourceOf(object);
    const place = source?.place(path) ?? { line: 1, column: 1 };
    const { namespace = 'default', name } = object.metadata;
    return {
      severity,
      problem: {
        ...{ file: source?.file ?? '', ...place, path: formatPath(path), message },
        ...{ reason, object: `${object.kind} ${namespace}/${name}`, hint },
      },
    };
  });
  const of = (wanted: 'error' | 'warning'): readonly ObjectProblem[] =>
    found.flatMap(({ severity, problem }) => (severity === wanted ? [problem] : []));
  return { errors: of('error'), warnings: of('warning') };
};
